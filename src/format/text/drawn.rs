//! Tables in text whose cells are parted by more than one character or by none of ASCII: drawn in box characters, as
//! database clients print them; with several characters or a sign between the fields; and in the markup of wikis
//! (MediaWiki, "Help:Tables"; DokuWiki, "Formatting syntax"; Confluence, "Wiki Markup"), of AsciiDoc ("Tables") and LaTeX
//! (`tabular`). Their rows are records; the text stays as it is.

use super::header;
use super::json_tables::COLUMNS;
use super::stretch::Stretch;
use crate::format::Sink;
use crate::format::grid::Grid;
use crate::table::TableFacts;
use memchr::memmem;
use std::ops::Range;

/// Upright lines of box drawing.
const UPRIGHT: [char; 3] = ['│', '┃', '║'];
/// Lines by which the text between fields is told.
const LOOKED_AT: usize = 24;
/// Longest line of a table, and of a row whose cells stand on lines of their own.
const LONGEST: usize = 64 << 10;
/// So many blanks may stand before markup on its line.
const INDENT: usize = 64;
/// Rows of one table that is told by its markup.
const ROWS: usize = 100_000;
/// Marks that part the fields of delimited text by themselves, however many follow one another.
const SINGLE: &str = "|;^~,:\t";

/// Rows with the places where they begin.
type Rows = Vec<(usize, Vec<String>)>;

/// Pushes the tables of a text; gives where those stand whose rows say whose they are, which is said by them alone.
pub(super) fn push(stretch: &Stretch<'_>, sink: &mut Sink<'_>) -> Vec<Range<u64>> {
    let (text, mut said) = (&*stretch.text, Vec::new());
    let mut found = |rows: Rows, end: usize| said.extend(hand_on(rows, end, stretch, sink));
    let has = |needle: &str| memmem::find(text.as_bytes(), needle.as_bytes()).is_some();
    if UPRIGHT.iter().any(|line| has(line.encode_utf8(&mut [0; 4]))) {
        boxes(text, &mut found);
    }
    if has("{|") {
        blocks(text, "{|", "|}", &mut |block, at| found(media_wiki(block, at), at + block.len()));
    }
    if has("|===") {
        blocks(text, "|===", "|===", &mut |block, at| found(ascii_doc(block, at), at + block.len()));
    }
    if has("\\begin{") {
        for environment in ["tabular", "tabular*", "tabularx", "longtable", "array"] {
            let (begin, end) = (format!("\\begin{{{environment}}}"), format!("\\end{{{environment}}}"));
            blocks(text, &begin, &end, &mut |block, at| found(latex(block, at), at + block.len()));
        }
    }
    if let Some(parting) = parting(text) {
        parted(text, parting, &mut found);
    }
    if is_headed_markup(text) {
        headed_markup(text, &mut found);
    }
    said
}

/// Is this text a table that is not parted by a single character, though it looks so?
pub(super) fn is_drawn(text: &str) -> bool {
    parting(text).is_some() || is_headed_markup(text)
}

fn hand_on(rows: Rows, end: usize, stretch: &Stretch<'_>, sink: &mut Sink<'_>) -> Option<Range<u64>> {
    let widest = rows.iter().map(|(_, row)| row.len()).max().unwrap_or_default();
    let first = rows.first().filter(|_| (2..=COLUMNS).contains(&widest) && rows.len() > 1)?.0;
    let tables = sink.facts.tables.len();
    let mut grid = Grid::new("", stretch.offset(first));
    for (at, row) in rows {
        grid.row_at(row, stretch.offset(at), sink);
    }
    grid.end(sink);
    let new = sink.facts.tables.get(tables..).unwrap_or_default();
    let says_whose = !new.is_empty() && new.iter().all(TableFacts::says_whose);
    says_whose.then(|| stretch.offset(first)..stretch.offset(end).max(stretch.offset(first) + 1))
}

/// The lines of a text, with the places where they begin.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut place = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = place;
        place += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    })
}

/// What is between marks, each cell without the blanks around it; what stands before a mark that begins the line, and
/// behind one that ends it, is no cell.
fn between(line: &str, is_mark: impl Fn(char) -> bool + Copy) -> Vec<String> {
    let line = line.trim();
    let inner = line.strip_prefix(is_mark).unwrap_or(line);
    let inner = inner.strip_suffix(is_mark).unwrap_or(inner);
    inner.split(is_mark).map(|cell| cell.trim().to_owned()).collect()
}

/// Tables drawn with lines. One of them is drawn across: what else has upright lines are trees and frames.
fn boxes(text: &str, found: &mut dyn FnMut(Rows, usize)) {
    let is_upright = |c: char| UPRIGHT.contains(&c);
    let is_drawn = |c: char| ('\u{2500}'..='\u{257F}').contains(&c);
    let mut run: (Rows, bool) = Default::default();
    for (at, line) in lines(text) {
        let is_rule = line.contains(is_drawn) && line.chars().all(|c| is_drawn(c) || matches!(c, ' ' | '-' | '=' | '+'));
        let width = run.0.first().map(|(_, row)| row.len());
        if is_rule && line.chars().filter(|c| is_drawn(*c)).count() > 2 {
            run.1 = true;
            continue;
        }
        let cells = if line.len() <= LONGEST && line.contains(is_upright) { between(line, is_upright) } else { Vec::new() };
        let is_row = cells.len() > 1 && !cells.iter().any(|cell| cell.contains(is_drawn));
        if (!is_row || width.is_some_and(|width| width != cells.len())) && !run.0.is_empty() {
            let (rows, is_ruled) = std::mem::take(&mut run);
            if is_ruled {
                found(rows, at);
            }
        }
        match is_row {
            true => run.0.push((at, cells)),
            false => run.1 = false,
        }
    }
    if run.1 {
        found(run.0, text.len());
    }
}

/// What stands between marks that begin and end a table, each at the beginning of a line, with its place.
fn blocks(text: &str, begin: &str, end: &str, found: &mut dyn FnMut(&str, usize)) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| memmem::find(rest.as_bytes(), begin.as_bytes())).map(|n| from + n) {
        let start = at + begin.len();
        from = start;
        let before = &text[text.floor_char_boundary(at.saturating_sub(INDENT))..at];
        let is_first = before.len() == at || before.contains('\n');
        if !is_first || !before.rsplit('\n').next().unwrap_or_default().trim().is_empty() {
            continue;
        }
        let close = lines(&text[start..]).skip(1).find(|(_, line)| line.trim_start().starts_with(end)).map(|(n, _)| start + n);
        // Of one that is cut off the rows are as good.
        let stop = close.unwrap_or(text.len());
        found(&text[start..stop], start);
        from = close.map_or(stop, |close| close + end.len());
    }
}

/// Rows behind `|-`, headings behind `!`, cells behind `|`, several of them on a line behind `!!` and `||`.
fn media_wiki(block: &str, place: usize) -> Rows {
    let mut rows: Rows = vec![(place, Vec::new())];
    for (at, line) in lines(block).skip(1) {
        let line = line.trim();
        if line.starts_with("|-") {
            rows.push((place + at, Vec::new()));
            continue;
        }
        if line.starts_with("|+") || rows.len() > ROWS {
            continue;
        }
        let Some((_, row)) = rows.last_mut() else { break };
        match line.strip_prefix(['!', '|']) {
            // Of a row that is too wide as much is kept as tells it.
            Some(_) if row.len() > COLUMNS => {}
            Some(cells) => row.extend(cells.split("||").flat_map(|cells| cells.split("!!")).map(wiki_cell)),
            // A cell goes on in the next line.
            None => {
                if let Some(cell) = row.last_mut().filter(|cell| cell.len() + line.len() < LONGEST) {
                    cell.push(' ');
                    cell.push_str(line);
                }
            }
        }
    }
    rows.retain(|(_, row)| !row.is_empty());
    rows
}

/// `align="right" | 12` without how the cell looks.
fn wiki_cell(cell: &str) -> String {
    let value = match cell.rsplit_once('|') {
        Some((looks, value)) if looks.contains('=') && !looks.contains("[[") => value,
        _ => cell,
    };
    value.trim().trim_matches('\'').trim().to_owned()
}

/// Cells behind `|`: of a row in one line, or each on its own, with a blank line behind the headings.
fn ascii_doc(block: &str, place: usize) -> Rows {
    let mut rows: Rows = Vec::new();
    // Cells that stand alone on their lines, until it is known how many are a row.
    let (mut single, mut width): (Rows, usize) = (Vec::new(), 0);
    for (at, line) in lines(block).skip(1).filter(|(_, line)| line.len() <= LONGEST) {
        let line = line.trim();
        let cells: Vec<String> = line.split('|').skip(1).map(|cell| cell.trim().to_owned()).collect();
        match cells.len() {
            0 if line.is_empty() && width == 0 => width = single.len(),
            0 => {}
            1 => single.push((place + at, cells)),
            _ if rows.len() < ROWS => rows.push((place + at, cells)),
            _ => {}
        }
    }
    if width > 1 && rows.is_empty() {
        let joined = single.chunks(width).filter(|cells| cells.len() == width);
        rows = joined.filter_map(|cells| Some((cells.first()?.0, cells.iter().flat_map(|(_, cell)| cell.clone()).collect()))).collect();
    }
    rows
}

/// Rows that end in `\\`, cells with `&` between them.
fn latex(block: &str, place: usize) -> Rows {
    const RULES: [&str; 6] = ["\\hline", "\\toprule", "\\midrule", "\\bottomrule", "\\endhead", "\\endfirsthead"];
    let (mut rows, mut at) = (Rows::new(), 0);
    for row in block.split("\\\\") {
        let start = at;
        at += row.len() + 2;
        // The columns are described before the first row, on the line of the beginning.
        let row = if start == 0 { row.split_once('\n').map_or("", |(_, row)| row) } else { row };
        if row.len() > LONGEST {
            continue;
        }
        let plain = RULES.iter().fold(row.replace("\\&", "\u{1F}"), |row, rule| row.replace(rule, " "));
        let cell = |cell: &str| {
            let bare =
                ["\\textbf{", "\\texttt{", "\\emph{"].iter().fold(cell.replace('\u{1F}', "&"), |cell, macro_| cell.replace(macro_, ""));
            bare.replace(['\\', '{', '}'], "").trim().to_owned()
        };
        let cells: Vec<String> = plain.split('&').map(cell).collect();
        if cells.len() > 1 && rows.len() < ROWS {
            rows.push((place + start, cells));
        }
    }
    rows
}

/// What parts the fields of a text whose first lines are a table: several marks, or a sign that is none of ASCII, as often
/// in each line.
fn parting(text: &str) -> Option<&str> {
    let mut first = lines(&text[..text.floor_char_boundary(LONGEST)]).map(|(_, line)| line).filter(|line| !line.trim().is_empty());
    let head = first.next()?;
    let below: Vec<&str> = first.take(LOOKED_AT).collect();
    let is_mark = |c: char| !c.is_alphanumeric() && !c.is_whitespace() && !matches!(c, '"' | '\'' | '_' | '(' | ')' | '.');
    let mut marks = head.split(|c: char| !is_mark(c)).filter(|marks| !marks.is_empty());
    let parting = marks.next()?;
    let count = head.matches(parting).count();
    if count < 2 || !parts(parting) || marks.any(|other| other != parting) || below.is_empty() {
        return None;
    }
    let fields: Vec<String> = head.split(parting).map(|field| field.trim().to_owned()).collect();
    let is_headed = header::known(&fields) * 2 >= fields.len();
    let alike = below.iter().filter(|line| line.matches(parting).count() == count).count();
    (alike * 10 >= below.len() * 8 && (is_headed || below.len() >= 4)).then_some(parting)
}

/// Is it no mark of which delimited text or markup is made?
fn parts(marks: &str) -> bool {
    let mut chars = marks.chars();
    let (Some(first), len) = (chars.next(), marks.chars().count()) else { return false };
    let is_same = chars.all(|c| c == first);
    // Tags end in a slash.
    len <= 8
        && !marks.contains('/')
        && match (is_same, first.is_ascii()) {
            (true, true) => len > 1 && matches!(first, '@' | '$' | '#'),
            (true, false) => !('\u{2500}'..='\u{257F}').contains(&first),
            // `->` and `=>` stand in programs, `),` behind calls.
            (false, _) => marks.contains(|c: char| SINGLE.contains(c) || matches!(c, '@' | '#' | '$')) && !marks.ends_with(','),
        }
}

fn parted(text: &str, parting: &str, found: &mut dyn FnMut(Rows, usize)) {
    let fields = |line: &str| -> Vec<String> { line.split(parting).map(|field| field.trim().trim_matches('"').to_owned()).collect() };
    let rows: Rows = lines(text).filter(|(_, line)| line.len() <= LONGEST).map(|(at, line)| (at, fields(line))).collect();
    let Some(width) = rows.iter().map(|(_, row)| row.len()).find(|width| *width > 1) else { return };
    found(rows.into_iter().filter(|(_, row)| row.len() == width).collect(), text.len());
}

/// Does a line of headings between other marks stand above rows between `|`: `^ a ^ b ^`, `|| a || b ||`?
fn is_headed_markup(text: &str) -> bool {
    let head = &text[..text.floor_char_boundary(LONGEST)];
    let mut all = lines(head).map(|(_, line)| line.trim()).filter(|line| !line.is_empty());
    all.by_ref().take(LOOKED_AT).any(|line| marked_heading(line).is_some()) && all.next().is_some_and(is_marked_row)
}

fn marked_heading(line: &str) -> Option<Vec<String>> {
    let cells = match line.trim() {
        line if line.starts_with("||") && line.ends_with("||") && line.len() > 4 => {
            line[2..line.len() - 2].split("||").map(|cell| cell.trim().to_owned()).collect()
        }
        line if line.starts_with("^ ") && line.ends_with('^') => between(line, |c| c == '^'),
        _ => return None,
    };
    (cells.len() > 1 && cells.iter().all(|cell: &String| header::is_wordlike(cell))).then_some(cells)
}

fn is_marked_row(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('|') && line.ends_with('|') && !line.starts_with("||") && line.len() > 2
}

fn headed_markup(text: &str, found: &mut dyn FnMut(Rows, usize)) {
    let mut rows = Rows::new();
    for (at, line) in lines(text).filter(|(_, line)| line.len() <= LONGEST) {
        let heading = marked_heading(line);
        let cells = match &heading {
            Some(_) => None,
            None => is_marked_row(line)
                .then(|| between(line, |c| c == '|'))
                .filter(|cells| rows.last().is_some_and(|(_, r)| r.len() == cells.len())),
        };
        if cells.is_none() && !rows.is_empty() {
            found(std::mem::take(&mut rows), at);
        }
        rows.extend(heading.or(cells).map(|cells| (at, cells)));
    }
    found(rows, text.len());
}

#[cfg(test)]
mod tests {
    use crate::format::testing::read_with;
    use crate::format::text::plain;

    const HEAD: [&str; 3] = ["client_code", "full_name", "balance"];
    const ROWS_OF: [[&str; 3]; 2] = [["Q7X9ZP", "Ann Lee", "1.25"], ["Q7X9ZQ", "Bo Ek", "2.50"]];

    fn all() -> impl Iterator<Item = [&'static str; 3]> {
        std::iter::once(HEAD).chain(ROWS_OF)
    }

    fn each(row: impl Fn([&str; 3]) -> String) -> String {
        all().map(row).collect()
    }

    #[test]
    fn tables_are_rows_however_they_are_drawn() {
        let rule = "├─────────────┼──────────────┼────────┤\n";
        let bar = |bar: &str| each(|row| format!("{bar} {} {bar}\n", row.join(&format!(" {bar} "))));
        let drawn = bar("│").replacen("balance │\n", &format!("balance │\n{rule}"), 1);
        let wiki = each(|row| format!("|-\n| {}\n", row.join(" || "))).replacen("| client_code", "! client_code", 1);
        let lined = each(|row| format!("|-\n{}", row.map(|cell| format!("| style=\"x\" | {cell}\n")).concat()));
        let dokuwiki = bar("|").replacen("| client_code | full_name | balance |", "^ client_code ^ full_name ^ balance ^", 1);
        let confluence = bar("|").replacen("| client_code | full_name | balance |", "|| client_code || full_name || balance ||", 1);
        let latex = each(|row| format!("{} \\\\ \\hline\n", row.join(" & ").replace('_', "\\_")));
        let doc = each(|row| format!("{}\n", row.map(|cell| format!("|{cell}\n")).concat()));
        let texts = [
            format!("Notes\n{drawn}└──┴──┘\n"),
            format!("Text\n{{| class=\"wikitable\"\n{wiki}|}}\nmore\n"),
            format!("{{|\n{lined}|}}\n"),
            dokuwiki,
            confluence,
            format!("\\begin{{tabular}}{{lll}}\n\\hline\n{latex}\\end{{tabular}}\n"),
            format!("|===\n{}|===\n", each(|row| format!("|{}\n", row.join(" |")))),
            format!("|===\n{doc}|===\n"),
        ];
        let parted = ["|~|", "~|~", "@@", "¦", "§", "<|>", "#|#", "^|^", "$$", "-|-"].map(|parting| each(|row| row.join(parting) + "\n"));
        for text in texts.iter().chain(&parted) {
            read_with(plain::read, text.as_bytes(), |sink, _| {
                let tables: Vec<_> = sink.facts.tables.iter().map(|table| (table.header.clone(), table.rows)).collect();
                assert_eq!(tables, [(HEAD.map(str::to_owned).to_vec(), 2)], "{text}");
            });
        }
    }

    #[test]
    fn trees_frames_programs_and_prose_are_none() {
        for text in [
            "home\n├── a\n│   ├── b\n│   │   └── c.zip\n│   └── d\n└── e\n",
            "┌──────────────┐\n│ One message  │\n└──────────────┘\n",
            "let a = f(x) -> g(y) -> h(z);\nlet b = f(y) -> g(z) -> h(x);\nlet c = i(x) -> j(y) -> k(z);\n",
            "a::b::c\nd::e::f\ng::h::i\nj::k::l\nm::n::o\n",
            "if a && b && c\nif d && e && f\nx\ny\nz\n",
            "{| class=\"x\"\n",
            "|===\n",
            "\\begin{tabular}{l}\nx\n",
            "Client – name – city\nA line of prose\nanother one – of it\nand more\n",
            "",
        ] {
            read_with(plain::read, text.as_bytes(), |sink, _| assert!(sink.facts.tables.is_empty(), "{text}"));
        }
    }

    #[test]
    fn no_input_panics() {
        let text =
            "│é│b│\n─┼─\n{|\n|-\n| é || b\n|}\n|===\n|a |b\n|===\n\\begin{tabular}{é}\na & b \\\\\né¦b¦c\n^ a ^ b ^\n| 1 | 2 |\n||a||b||\n";
        for (cut, _) in text.char_indices() {
            read_with(plain::read, &text.as_bytes()[cut..], |_, _| ());
            read_with(plain::read, &text.as_bytes()[..cut], |_, _| ());
        }
    }
}
