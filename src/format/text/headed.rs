//! Columns under their headings, in text whose lines need not be of one length: reports, lists, results of queries
//! as they are printed. Columns are cut where blanks stand in the heading and in the rows below it, or where the
//! rule under the heading has gaps.

mod line;

use super::header;
use super::layout::RECORDS;
use crate::identifier::{Specific, client_label, labelled};
use crate::model::Scheme;
use crate::tokens::words_of;
use line::{Line, cut, is_rule, may_show_columns};
use std::ops::Range;

/// Lines in which the heading is looked for.
pub(super) const HEADS: usize = 60;
/// Lines of one heading above a rule.
const STACKED: usize = 3;
/// So many rows show columns whose names are all known; others need one more, and where one names clients, one does.
const MIN_ROWS: usize = 2;
/// So many columns whose names are all known are shown by one row that fills them.
const FEW_COLUMNS: usize = 3;
/// Lines at the end of the rows that may be none.
const LAST: usize = 2;
/// In so many rows a blank that all have is no chance.
const ENOUGH: usize = 8;
/// Lines below a further heading by which it is told.
const PART_LINES: usize = 40;
/// Longest line that is looked at.
const LONGEST: usize = 4096;

/// A heading, and how the lines below it are cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Headed {
    /// Names of the columns.
    pub header: Vec<String>,
    /// Between the columns, in characters; of each, one place at least is blank in every row or holds the sign of a number.
    gutters: Vec<Range<usize>>,
    /// Byte of the text at which the heading begins.
    pub head: usize,
    /// Byte of the text from which on rows stand.
    pub body: usize,
    /// Fewer rows show it than usual.
    pub is_doubtful: bool,
}

/// The heading of this text, with rows below it.
pub(super) fn find(text: &str, line_end: char) -> Option<Headed> {
    heading_in(text, line_end, RECORDS, HEADS)
}

/// The heading with which a part of the text begins, between blank lines as it stands, with rows below it.
pub(super) fn begins(part: &str, line_end: char) -> Option<Headed> {
    heading_in(part, line_end, PART_LINES, STACKED + 1)
}

/// The heading that stands in the first `heads` of so many lines.
fn heading_in<'t>(text: &'t str, line_end: char, most: usize, heads: usize) -> Option<Headed> {
    let content = |raw: &'t str| raw.trim_end().trim_start_matches('\u{C}');
    // Running text has no columns.
    if !text.split_inclusive(line_end).take(most).map(content).any(may_show_columns) {
        return None;
    }
    let mut lines: Vec<Line> = Vec::new();
    let mut at = 0;
    for raw in text.split_inclusive(line_end).take(most) {
        at += raw.len();
        let content = content(raw);
        if content.len() > LONGEST || content.contains('\t') {
            return None;
        }
        lines.push(Line::new(at - raw.len()..at, content.chars().collect()));
    }
    // Lines that may be headings of so few rows that others come first.
    let mut few: Vec<usize> = Vec::new();
    let mut heading = |i: usize| {
        let found = ruled(&lines, i).or_else(|| above_rule(&lines, i)).or_else(|| aligned(&lines, i, Rows::Usual));
        if found.is_none() && lines.get(i).is_some_and(is_of_labels) {
            few.push(i);
        }
        found
    };
    let found = (0..lines.len().min(heads)).find_map(&mut heading);
    found.or_else(|| few.into_iter().find_map(|i| Some(Headed { is_doubtful: true, ..aligned(&lines, i, Rows::Few)? })))
}

/// Do words that head columns stand in the line, with wide gaps between them?
fn is_of_labels(line: &Line) -> bool {
    let labels = line.fields();
    labels.len() > 1 && header::known(&labels.iter().map(|label| line.text(label.clone())).collect::<Vec<_>>()) > 1
}

/// The parts of a text between blank lines.
pub(super) fn parts_between_blanks(text: &str, line_end: char) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let (mut at, mut open) = (0, false);
    for line in text.split_inclusive(line_end) {
        let is_blank = line.trim().is_empty();
        match out.last_mut() {
            Some(part) if open && !is_blank => part.end = at + line.len(),
            _ if !is_blank => out.push(at..at + line.len()),
            _ => {}
        }
        open = !is_blank;
        at += line.len();
    }
    out
}

/// The heading above the line `i`, if that is a rule with gaps.
fn ruled(lines: &[Line], i: usize) -> Option<Headed> {
    let rule = &lines[i];
    // Nearly no line is one.
    if i == 0 || !is_rule(&rule.chars) {
        return None;
    }
    let runs = rule.groups(1);
    if runs.len() < 2 {
        return None;
    }
    let gutters: Vec<Range<usize>> = runs.windows(2).map(|w| w[0].end..w[1].start).collect();
    let mut header = vec![String::new(); runs.len()];
    let mut head = rule.start;
    for line in lines[..i].iter().rev().take(STACKED).take_while(|line| !line.is_empty()) {
        let text: String = line.chars.iter().collect();
        let Some(cells) = cut(&gutters, &text) else { break };
        head = line.start;
        for (head, cell) in header.iter_mut().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            *head = if head.is_empty() { cell.to_owned() } else { format!("{cell} {head}") };
        }
    }
    let headed = Headed { header, gutters, head, body: rule.end, is_doubtful: false };
    let section: Vec<&Line> = lines[i + 1..].iter().take_while(|line| !line.is_empty()).collect();
    let rows = headed.rows(section.iter().copied());
    let fits = !rows.is_empty() && rows.len() * 10 >= section.len() * 8;
    (fits && (header::known(&headed.header) > 0 || header::is_header(&headed.header, &rows))).then_some(headed)
}

/// The heading whose first line may be the line `i`, if only words stand between it and a rule.
fn above_rule(lines: &[Line], i: usize) -> Option<Headed> {
    let below = (i + 1..lines.len()).take(STACKED);
    let is_heading = |line: &Line| !line.is_empty() && !line.chars.iter().any(char::is_ascii_digit);
    below.take_while(|&n| is_heading(&lines[n - 1])).find_map(|n| ruled(lines, n))
}

/// How many rows are there below a heading?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// As many as show columns.
    Usual,
    /// One or two, each of which fills every column.
    Few,
}

/// The heading in the line `i` or in two lines from there on, if the lines below it have blanks where it has.
fn aligned(lines: &[Line], i: usize, count: Rows) -> Option<Headed> {
    let (head, below) = lines[i..].split_first()?;
    if head.fields().len() < 2 {
        return None;
    }
    let stacked = below.split_first().filter(|(lower, _)| lower.ends_heading(head));
    let stacked = stacked.and_then(|(lower, below)| headed_by(&head.over(lower), &[head, lower], below, count));
    stacked.or_else(|| headed_by(head, &[head], below, count))
}

/// The columns under a heading, which stands in these lines, one above the other.
fn headed_by(head: &Line, parts: &[&Line], below: &[Line], count: Rows) -> Option<Headed> {
    let labels = head.fields();
    if labels.len() < 2 {
        return None;
    }
    let name = |label: &Range<usize>| parts.iter().map(|part| part.text(label.clone())).collect::<Vec<_>>().join(" ").trim().to_owned();
    let names: Vec<String> = labels.iter().map(name).collect();
    let is_heading = |name: &String| header::is_wordlike(name) && !name.ends_with([':', ',', ';', '{', '(']);
    if !names.iter().all(is_heading) {
        return None;
    }
    let known = header::known(&names);
    if known < 2 || known * 2 < names.len() || names.iter().any(|name| names_code(name)) {
        return None;
    }
    let is_all_known = known == names.len();
    let names_client = names.iter().any(|name| names_client(name));
    let enough = match count {
        Rows::Usual if is_all_known && names_client => 1,
        Rows::Usual => MIN_ROWS + usize::from(!is_all_known),
        Rows::Few if names_client || is_all_known && names.len() >= FEW_COLUMNS => 1,
        Rows::Few if known * 3 >= names.len() * 2 => MIN_ROWS,
        Rows::Few => return None,
    };
    let rows = section(below, head, enough);
    // Lines at the end may be no rows: sums, counts of rows; and what goes on below in one piece.
    let one_piece = rows.iter().position(|row| row.fields().len() < 2).filter(|end| *end >= enough);
    let mut ends = (rows.len().saturating_sub(LAST).max(enough)..=rows.len()).rev().chain(one_piece);
    ends.find_map(|end| {
        let rows = rows.get(..end)?;
        (count == Rows::Usual || rows.iter().all(|row| fills(row, labels))).then(|| under(head, parts, labels, rows, enough)).flatten()
    })
}

/// Does one field of the row stand below or above each label?
fn fills(row: &Line, labels: &[Range<usize>]) -> bool {
    let fields = row.fields();
    fields.len() == labels.len() && fields.iter().zip(labels).all(|(field, label)| field.start < label.end && label.start < field.end)
}

/// Does the name of a column say that it holds the vendor's own identifiers? One row below it is a record, then.
fn names_client(name: &str) -> bool {
    let words = words_of(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let exact = |(scheme, specific): &&(Scheme, Specific)| {
        *specific == Specific::Exact && matches!(scheme, Scheme::ClientCode | Scheme::TransferAccount)
    };
    words.len() > 1 && labelled(&words).iter().any(exact)
}

/// `Client: 104233` is no name of a column: the line says whose what follows is.
fn names_code(name: &str) -> bool {
    name.bytes().any(|b| b.is_ascii_digit()) && !client_label::clients(name).is_empty()
}

/// The columns that these rows show under the heading, whose words stand at `labels`.
fn under(head: &Line, parts: &[&Line], labels: &[Range<usize>], rows: &[&Line], enough: usize) -> Option<Headed> {
    let width = rows.iter().map(|row| row.chars.len()).max()?.max(head.chars.len());
    let most = |at: usize| rows.iter().filter(|row| !row.is_blank(at) && !row.is_sign(at)).count() * 8 <= rows.len();
    let common: Vec<bool> = (0..width).map(|at| head.is_blank(at) && most(at)).collect();
    let runs = |within: Range<usize>| {
        let mut out: Vec<Range<usize>> = Vec::new();
        for at in within.filter(|&at| common[at]) {
            match out.last_mut() {
                Some(run) if run.end == at => run.end = at + 1,
                _ => out.push(at..at + 1),
            }
        }
        out
    };
    // Of several gaps the widest parts the columns; the others are inside words that stand alike in all rows.
    let mut gutters: Vec<Range<usize>> = Vec::new();
    for pair in labels.windows(2) {
        gutters.push(runs(pair[0].end..pair[1].start).into_iter().max_by_key(|run| (run.len(), run.start))?);
    }
    // A single blank in the heading parts two columns where the rows have values on both sides of it.
    for label in labels.iter().filter(|_| parts.len() == 1) {
        for gap in runs(label.clone()) {
            let left = gutters.iter().filter(|g| g.end <= gap.start).map(|g| g.end).max().unwrap_or(0);
            let right = gutters.iter().filter(|g| g.start >= gap.end).map(|g| g.start).min().unwrap_or(width);
            let both = |row: &&&Line| !row.text(left..gap.start).is_empty() && !row.text(gap.end..right).is_empty();
            let names = [head.text(left..gap.start), head.text(gap.end..right)];
            if rows.iter().filter(both).count() * 5 >= rows.len() * 4 && (header::known(&names) == 2 || rows.len() >= ENOUGH) {
                gutters.push(gap);
            }
        }
    }
    gutters.sort_by_key(|gutter| gutter.start);
    let mut header = vec![String::new(); gutters.len() + 1];
    for part in parts {
        let text: String = part.chars.iter().collect();
        let names = cut(&gutters, &text)?;
        for (head, name) in header.iter_mut().zip(names).filter(|(_, name)| !name.is_empty()) {
            *head = if head.is_empty() { name.to_owned() } else { format!("{head} {name}") };
        }
    }
    let headed = Headed { header, gutters, head: head.start, body: head.end, is_doubtful: false };
    let cells = headed.rows(rows.iter().copied());
    let fits = cells.len() >= enough && cells.len() * 10 >= rows.len() * 8;
    // Columns of words alone also stand in verse and drawings.
    let differs = cells.iter().flatten().any(|cell| cell.bytes().any(|b| b.is_ascii_digit()));
    (fits && differs).then_some(headed)
}

/// The lines that belong together below a heading, without rules and the heading itself: up to a blank line behind
/// enough of them.
fn section<'l>(lines: &'l [Line], head: &Line, enough: usize) -> Vec<&'l Line> {
    let mut rows: Vec<&Line> = Vec::new();
    for line in lines {
        if line.is_empty() {
            if rows.len() >= enough {
                break;
            }
        } else if !is_rule(&line.chars) && line.chars != head.chars {
            rows.push(line);
        }
    }
    rows
}

impl Headed {
    /// The cells of a line; `None` where it is no row: it does not fit the columns, holds a single value, is a rule
    /// or the heading once more.
    pub fn cells<'t>(&self, line: &'t str) -> Option<Vec<&'t str>> {
        let cells = cut(&self.gutters, line)?;
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        let is_rule = || cells.iter().all(|cell| cell.bytes().all(|b| matches!(b, b'-' | b'=' | b'_')));
        (filled >= 2 && !header::is_repeated(&self.header, &cells) && !is_rule()).then_some(cells)
    }

    fn rows<'l>(&self, lines: impl Iterator<Item = &'l Line>) -> Vec<Vec<String>> {
        let texts = lines.map(|line| line.chars.iter().collect::<String>());
        texts.filter_map(|text| Some(self.cells(&text)?.into_iter().map(str::to_owned).collect())).collect()
    }

    /// Rows of the text, as they were read to find the columns.
    pub fn sample(&self, text: &str, line_end: char) -> Vec<Vec<String>> {
        let lines = text.get(self.body..).unwrap_or_default().split(line_end).take(RECORDS);
        lines.filter_map(|line| Some(self.cells(line)?.into_iter().map(str::to_owned).collect())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Option<(Vec<String>, Vec<Vec<String>>)> {
        find(text, '\n').map(|headed| (headed.header.clone(), headed.sample(text, '\n')))
    }

    #[test]
    fn lines_of_different_lengths_are_cut_under_their_heading() {
        let text = "LOAN TRIAL BALANCE        PAGE 1\n\nCLIENT CODE  BALANCE  NAME\n104233          0.00  James Miller\n104233       1,221.70  Mary Jo\nTRF042          3.40  Linda Walkerson\n\nTOTAL           5.10\n30 rows selected.\n";
        let (header, rows) = rows(text).unwrap();
        assert_eq!(header, ["CLIENT CODE", "BALANCE", "NAME"]);
        assert_eq!(rows[1], ["104233", "1,221.70", "Mary Jo"]);
        assert_eq!((rows.len(), &rows[3][..2]), (4, &["TOTAL".to_owned(), "5.10".to_owned()][..]));
    }

    #[test]
    fn rules_show_columns_that_touch() {
        let text = "CLIENT  ACCT\nCODE    NO   ST\n------- ---- --\nQ1      12   MA\n104233X 1234 NY\n\nCODE    NO   ST\n------- ---- --\nQ2      7    IA\n";
        let (header, rows) = rows(text).unwrap();
        assert_eq!(header, ["CLIENT CODE", "ACCT NO", "ST"]);
        assert_eq!(rows.first().unwrap(), &["Q1", "12", "MA"]);
        assert!(rows.iter().any(|row| row == &["Q2", "7", "IA"]));
    }

    #[test]
    fn a_single_blank_parts_headings_where_values_stand_on_both_sides() {
        let text = "NAME          STATE ZIP    BALANCE\nJames Miller  MA    02061     1.00\nMary Jones    NY    10001    22.00\nLinda Garcia  TX    73301     3.00\n";
        let (header, rows) = rows(text).unwrap();
        assert_eq!(header, ["NAME", "STATE", "ZIP", "BALANCE"]);
        assert_eq!(rows[1], ["Mary Jones", "NY", "10001", "22.00"]);
    }

    #[test]
    fn a_heading_may_take_two_lines_and_text_may_follow() {
        let text = "Client  Customer       Account\nID      Name           Number\n104233  James Miller   44556677\n104233  Mary Jones     44556678\n\
                    All of them were told so in the last letter,\nand nobody has answered it yet.\nThe list is closed.\nRegards\n";
        let (header, rows) = rows(text).unwrap();
        assert_eq!(header, ["Client ID", "Customer Name", "Account Number"]);
        assert_eq!(rows[..2].concat(), ["104233", "James Miller", "44556677", "104233", "Mary Jones", "44556678"]);
    }

    #[test]
    fn one_row_that_fills_all_columns_shows_them() {
        for (text, wanted) in [
            ("NAME           ACCOUNT NUMBER   BALANCE\nSiobhan Okafor     9344082166     12.50\n", 3),
            ("CLIENT CODE  BALANCE  NAME          XQZ\n104233         12.50  Ann Lee       17\n\nEnd of it.\n", 4),
            ("NAME           ACCOUNT NUMBER   XQZ\nSiobhan Okafor  9344082166       a1\nPiotr Walker    9344082177       b2\n", 3),
        ] {
            let (header, rows) = rows(text).unwrap();
            assert_eq!((header.len(), rows[0].iter().all(|cell| !cell.is_empty())), (wanted, true), "{text}");
        }
        // A table of more rows further down is the one that is read.
        let text = "NAME    STATE   DATE\nAnn     MA      2024\n\nCLIENT CODE  BALANCE  NAME\n104233          0.00  James Miller\n104233       1221.70  Mary Jo\n";
        assert_eq!(rows(text).unwrap().0, ["CLIENT CODE", "BALANCE", "NAME"]);
    }

    #[test]
    fn running_text_has_no_headings() {
        for text in [
            "Name and state of the client  are given below\nas they were found on the day\nof the inspection in the year 2024\n",
            "usage: tool [options] file\n\noptions:\n  -n, --name   the name of the file\n  -t, --type   the type of it\n",
            "Date:  Monday\nFrom:  Ann\nTo:    Bo\n\nDear Bo, the account is closed.\n",
            "Name    State    Date\nThe first of them was  held in Boston  on the 3rd\n",
            "name    state    file\n17 of them\n",
            "Name of it    Type of it\nthe file      a4\n",
            "name    state\n\nwhat stands here runs on and on over both of them\nand so does this line of text, 17 times\nand this\n",
        ] {
            assert_eq!(rows(text), None, "{text}");
        }
    }
}
