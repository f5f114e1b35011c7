//! Which dialect a delimited text has, if it is one: a consistent number of fields over a sample,
//! and fields that are no pieces of sentences, code or log lines.

use super::drawn;
use super::header::{self, Shape};
use super::record::{Dialect, Found, MAX_RECORD, Quote, RecordReader};
use super::single_column;
use std::borrow::Cow;

/// Text that is looked at; where records are so long that few of them begin in it, so much more that there are some.
pub(super) const SAMPLE: usize = 64 << 10;
const FEW: usize = 8;
const MOST: usize = 16 << 20;
/// Records that are looked at.
const RECORDS: usize = 400;
/// Records that may stand before a table as its preamble.
const PREAMBLE: usize = 40;
/// Delimiters, the less ambiguous first.
const DELIMITERS: &[u8] = b"\x1f\x01\x14\t|;^~,:";

/// Ends records where there are no lines (ISO 646, information separator two).
const RECORD_SEPARATOR: u8 = 0x1E;

/// A table as its first records show it.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub dialect: Dialect,
    /// Fields of nearly every record.
    pub columns: usize,
    /// Where its first record begins; what stands before is preamble.
    pub first: usize,
    /// Its header, where the first record is one.
    pub header: Option<Vec<String>>,
    /// Where its first row begins.
    pub body: usize,
    /// Where the regular records of the sample end.
    pub end: usize,
    /// Its first rows.
    pub sample: Vec<Vec<String>>,
}

/// The table that begins in this text, after a preamble at most. `whole`: the text ends here.
pub(super) fn sniff(text: &str, whole: bool) -> Option<Table> {
    let end = sample_end(text, whole).unwrap_or_else(|| text.floor_char_boundary(SAMPLE));
    let sample = &text[..end];
    let terminator = [b'\n', b'\r', RECORD_SEPARATOR].into_iter().find(|end| memchr::memchr(*end, sample.as_bytes()).is_some());
    let terminator = terminator.unwrap_or(b'\n');
    let sample = match sample.rfind(terminator as char) {
        Some(n) if !whole || end < text.len() => &sample[..n + 1],
        None if !whole || end < text.len() => return None,
        _ => sample,
    };
    if drawn::is_drawn(sample) {
        return None;
    }
    let mut best: Option<Table> = None;
    for &delimiter in DELIMITERS.iter().filter(|d| sample.as_bytes().contains(d)) {
        let dialect = Dialect { delimiter, quote: Quote::of(sample, delimiter, terminator), terminator };
        if let Some(table) = try_dialect(sample, dialect)
            && best.as_ref().is_none_or(|best| is_better(&table, best))
        {
            best = Some(table);
        }
    }
    best.or_else(|| single_column::find(sample, terminator))
}

/// Where the text ends that is looked at; nothing, where more of the text is needed to say it.
pub(super) fn sample_end(text: &str, whole: bool) -> Option<usize> {
    let (bytes, usual) = (text.as_bytes(), text.floor_char_boundary(SAMPLE));
    let near = &bytes[..bytes.len().min(MAX_RECORD)];
    let terminator = [b'\n', b'\r', RECORD_SEPARATOR].into_iter().find(|end| memchr::memchr(*end, near).is_some());
    let is_long = near.len() == MAX_RECORD;
    let Some(terminator) = terminator else { return (whole || is_long).then_some(usual) };
    let (mut records, mut start, mut is_quoted) = (0, 0, false);
    for at in memchr::memchr2_iter(b'"', terminator, &bytes[..bytes.len().min(MOST)]) {
        // Longer records are no rows, whatever is beside them.
        if at - start > MAX_RECORD {
            return Some(usual);
        }
        // Behind another quote it is one inside a field, doubled.
        let opens = || at == 0 || bytes[at - 1] == terminator || bytes[at - 1] == b'"' || DELIMITERS.contains(&bytes[at - 1]);
        match bytes[at] {
            b'"' => is_quoted = !is_quoted && opens(),
            _ if is_quoted => {}
            _ => (records, start) = (records + 1, at + 1),
        }
        if records == FEW {
            return Some(usual.max(start));
        }
    }
    match bytes.len() {
        MOST.. => Some(usual),
        len => whole.then_some(len),
    }
}

/// Of two tables that stand one after the other the first is better, of two readings of the same
/// text the one with a header or with many more columns.
fn is_better(table: &Table, best: &Table) -> bool {
    if table.end <= best.first || best.end <= table.first {
        return table.end <= best.first;
    }
    table.columns > 2 * best.columns || best.header.is_none() && table.header.is_some() && table.columns >= best.columns
}

/// The records of a sample: the cells of each, and where it begins and the next one does.
#[derive(Default)]
pub(super) struct Sampled {
    pub cells: Vec<Vec<String>>,
    pub places: Vec<(usize, usize)>,
}

fn try_dialect(sample: &str, mut dialect: Dialect) -> Option<Table> {
    let (mut records, malformed) = read_sample(sample, dialect);
    if dialect.quote.is_some() && malformed * 5 > records.cells.len() {
        dialect.quote = None;
        records = read_sample(sample, dialect).0;
    }
    starts(&records.cells).into_iter().find_map(|(first, columns)| try_table(sample, dialect, &records, first, columns))
}

/// The table of records with so many columns that begins at the record `first`, if it is one.
fn try_table(sample: &str, dialect: Dialect, records: &Sampled, first: usize, columns: usize) -> Option<Table> {
    let rows = &records.cells[first..first + extent(&records.cells[first..], columns)];
    let regular = rows.iter().filter(|row| row.len() == columns).count();
    let share = if rows.len() >= 10 { 85 } else { 99 };
    if regular < 2 || regular * 100 < rows.len() * share && !(rows.len() >= 3 && regular + 1 >= rows.len()) {
        return None;
    }
    // Rows that end in a delimiter have one field more than their header.
    let above = first.checked_sub(1).filter(|n| {
        let cells = &records.cells[*n];
        cells.len().abs_diff(columns) == 1 && cells.len() > 1 && header::is_header(cells, rows)
    });
    let (titles, has_header) = if above.is_some() { (0, false) } else { headed(rows) };
    // Lines of a log, or such as were quoted: what stands before their first field is no part of it.
    let is_named = above.is_some() || has_header && rows[titles].first().is_some_and(|first| header::is_wordlike(first));
    let bare = if is_named { None } else { without_prefixes(rows).map(|rows| (headed(&rows), rows)) };
    let (rows, titles, has_header) = match &bare {
        Some(((titles, true), rows)) => (&rows[..], *titles, true),
        _ => (rows, titles, has_header),
    };
    let (start, has_header) = (above.unwrap_or(first + titles), has_header || above.is_some());
    let head = above.map_or(&rows[titles], |above| &records.cells[above]);
    let is_repeated = |row: &Vec<String>| has_header && header::is_repeated(head, row);
    let mut body = Cow::Borrowed(&rows[titles..]);
    if body.iter().any(is_repeated) {
        body = body.iter().filter(|row| !is_repeated(row)).cloned().collect();
    }
    // A table among other text shows itself by its header, or by being nearly all of it.
    let part = rows.len() * 100 / records.cells.len();
    let enough = match has_header {
        true => part >= 50 || columns + body.len() >= 5 && header::known(head) * 2 >= columns,
        false => part >= if columns == 2 { 90 } else { 70 },
    };
    if !enough || !is_tabular(sample, dialect, columns, &body, has_header) {
        return None;
    }
    let (at, next) = records.places[start];
    let last = first + rows.len() - 1;
    Some(Table {
        dialect,
        columns,
        first: at,
        body: if has_header { next } else { at },
        end: records.places[last].1,
        header: has_header.then(|| match titles.checked_sub(1).and_then(|n| rows.get(n)) {
            Some(above) => header::stacked(above, head),
            None => head.clone(),
        }),
        sample: body.into_owned(),
    })
}

/// The rows without what stands before the first field of each line: a time and a level, the name of a file, the mark of a
/// quotation or of a change.
fn without_prefixes(rows: &[Vec<String>]) -> Option<Vec<Vec<String>>> {
    const ENDS: [&str; 5] = [": ", "] ", " - ", "> ", ":"];
    let bare = |row: &Vec<String>| {
        let first = row.first()?;
        let from = ENDS.iter().find_map(|end| first.rfind(end).map(|at| at + end.len()));
        let rest = first.get(from.unwrap_or(0)..)?.trim_start_matches(['+', '>', '|', ' ']);
        (rest.len() < first.len() && !rest.is_empty()).then(|| rest.to_owned())
    };
    // Of nearly every table the first row tells.
    if !rows.first().and_then(bare).is_some_and(|first| header::is_wordlike(&first)) {
        return None;
    }
    let firsts: Vec<Option<String>> = rows.iter().map(bare).collect();
    let all = firsts.iter().flatten().count();
    let joined = |(first, row): (Option<String>, &Vec<String>)| match first {
        Some(first) => std::iter::once(first).chain(row.iter().skip(1).cloned()).collect(),
        None => row.clone(),
    };
    (all > 1 && all * 10 >= rows.len() * 8).then(|| firsts.into_iter().zip(rows).map(joined).collect())
}

/// How many rows are titles, whose empty cells a spreadsheet program wrote as well, and whether a header follows them.
fn headed(rows: &[Vec<String>]) -> (usize, bool) {
    let (titles, has_header) = header::find_header(rows);
    // Lines of code fill one of two or three fields, too; there the names of the columns must be known.
    if titles > 0 && rows[titles].len() < 4 && header::known(&rows[titles]) * 2 < rows[titles].len() {
        return (0, header::is_header(&rows[0], &rows[1..]));
    }
    let is_bare = |row: &Vec<String>| row.len() > 2 && row.iter().filter(|cell| !cell.trim().is_empty()).count() < 2;
    // Where no header tells, a row of few values is a row.
    (if has_header { titles } else { rows[..titles].iter().take_while(|row| is_bare(row)).count() }, has_header)
}

pub(super) fn read_sample(sample: &str, dialect: Dialect) -> (Sampled, usize) {
    let mut reader = RecordReader::new(dialect, None);
    let (mut at, mut out, mut malformed) = (0, Sampled::default(), 0);
    while at < sample.len() && out.cells.len() < RECORDS {
        let (found, next) = reader.read(sample, at);
        if found == Found::Record {
            malformed += usize::from(reader.malformed);
            out.cells.push(reader.cells(sample).into_iter().map(str::to_owned).collect());
            out.places.push((at, next));
        }
        at = next;
    }
    (out, malformed)
}

/// Where tables may begin, the first first: the record, and how many fields it and the next one have.
fn starts(records: &[Vec<String>]) -> Vec<(usize, usize)> {
    let mut seen = Vec::new();
    for (i, pair) in records.windows(2).enumerate().take(PREAMBLE) {
        let columns = pair[0].len();
        if columns > 1 && pair[1].len() == columns && seen.iter().all(|(_, c)| *c != columns) {
            seen.push((i, columns));
        }
    }
    seen
}

/// How many records belong to a table: up to three in a row that do not fit it.
fn extent(records: &[Vec<String>], columns: usize) -> usize {
    let mut end = 0;
    for (i, record) in records.iter().enumerate() {
        if record.len() == columns {
            end = i + 1;
        } else if i >= end + 2 {
            break;
        }
    }
    end
}

/// Fields, not pieces of sentences, code or log lines.
fn is_tabular(sample: &str, dialect: Dialect, columns: usize, body: &[Vec<String>], has_header: bool) -> bool {
    let count = |keep: &dyn Fn(&Vec<String>) -> bool| body.iter().filter(|row| keep(row)).count();
    let filled = (0..columns).filter(|i| count(&|r| r.get(*i).is_some_and(|c| !c.is_empty())) * 10 >= body.len()).count();
    if filled < 2 && !(has_header && filled > 0) || body.is_empty() {
        return false;
    }
    let control = dialect.delimiter < b' ' && dialect.delimiter != b'\t';
    let begins_like_code = |row: &Vec<String>| {
        let first = row.first().map_or("", |c| c.trim_start());
        first.starts_with(['(', '{', '[', '<', '}', ')', ']', '*', '/']) && !first.starts_with("[[")
            || ["INSERT ", "insert ", "SELECT ", "CREATE ", "//", "#include"].iter().any(|p| first.starts_with(p))
    };
    if !control && count(&begins_like_code) * 10 > body.len() * 3 {
        return false;
    }
    let is_time = match dialect.delimiter {
        b',' => is_log_time,
        b':' => is_clock,
        _ => |_: &[String]| false,
    };
    if count(&|row| is_time(row)) * 2 > body.len() {
        return false;
    }
    if dialect.delimiter == b',' && count(&|row| is_grouped(row)) * 10 >= body.len() * 9 {
        return false;
    }
    if count(&|row| holds_object(row) || holds_pairs(row) || is_event(row)) * 2 > body.len() {
        return false;
    }
    let words = |row: &Vec<String>| row.iter().map(|c| c.split_whitespace().count()).max().unwrap_or(0);
    let long = count(&|row| words(row) > 9);
    let spaced = match dialect.delimiter {
        b',' | b';' | b':' => {
            let (mut all, mut spaced) = (0, 0);
            for pair in sample.as_bytes().windows(2).filter(|p| p[0] == dialect.delimiter) {
                all += 1;
                spaced += usize::from(pair[1] == b' ');
            }
            spaced * 2 > all
        }
        _ => false,
    };
    let typed = (0..columns).any(|i| {
        let shapes = || body.iter().filter_map(|r| r.get(i)).map(|c| Shape::of(c)).filter(|s| *s != Shape::Empty);
        shapes().count() >= 2 && shapes().filter(|s| matches!(s, Shape::Number | Shape::Code)).count() * 10 >= shapes().count() * 8
    });
    if dialect.delimiter == b':' {
        return columns >= 4 && !spaced && (has_header || typed && body.len() >= 3) && long == 0;
    }
    if has_header {
        return !(spaced && body.len() < 3) && (columns > 2 || long * 2 <= body.len());
    }
    if spaced && (columns < 3 || body.len() < 5 || !typed) || long * 3 > body.len() && columns < 4 {
        return false;
    }
    match (columns, body.len()) {
        (_, 0 | 1) => false,
        (2, rows) => rows >= 3 && (typed || control || dialect.delimiter == b'\t') && long == 0,
        (3, 2) => typed,
        _ => typed || control || matches!(dialect.delimiter, b'\t' | b'|' | b';') || columns >= 4,
    }
}

/// `Ann Lee    1,234.50`: the comma groups the digits of a number in a line whose columns are parted by blanks.
fn is_grouped(row: &[String]) -> bool {
    let groups = |pair: &[String]| {
        let digits = pair[1].bytes().take_while(u8::is_ascii_digit).count();
        digits == 3 && pair[0].ends_with(|c: char| c.is_ascii_digit())
    };
    row.len() > 1 && row.windows(2).all(groups) && row.iter().any(|cell| cell.contains("  "))
}

/// `2024-11-07 INFO {"a":1,"b":2}`: the commas part the members of an object.
fn holds_object(row: &[String]) -> bool {
    let opens = |cell: &String| cell.find("{\"").or_else(|| cell.find("{\\\"")).is_some_and(|at| at > 0);
    row.len() > 1 && row.iter().any(opens) && row.iter().rev().take(2).any(|cell| cell.contains('}'))
}

/// A line of the Common Event Format, or of the Log Event Extended Format: its last field holds pairs.
fn is_event(row: &[String]) -> bool {
    row.first().is_some_and(|first| first.contains("CEF:") || first.starts_with("LEEF:"))
}

/// `client=104233, name=Ann Lee`: most of the cells say themselves what they are.
fn holds_pairs(row: &[String]) -> bool {
    let is_pair = |cell: &&String| {
        cell.split_once('=').is_some_and(|(name, _)| {
            let name = name.trim_end().rsplit([' ', '(', '{', '[', '@']).next().unwrap_or_default();
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        })
    };
    row.iter().filter(is_pair).count() * 4 >= row.len() * 3 && row.len() > 1
}

/// `2024-11-07 10:00:00,123 INFO …`: the comma stands before milliseconds.
fn is_log_time(row: &[String]) -> bool {
    let [first, second, ..] = row else { return false };
    let tail = first.as_bytes().iter().rev().take(9).filter(|b| **b == b':').count();
    let millis = second.bytes().take_while(u8::is_ascii_digit).count();
    tail >= 2 && millis == 3 && second.as_bytes().get(3).is_none_or(|b| !b.is_ascii_digit())
}

/// `2024-11-07 10:00:00 INFO …`: the colons part hours, minutes and seconds.
fn is_clock(row: &[String]) -> bool {
    let [first, second, third, ..] = row else { return false };
    let is_number = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    let is_hour = first.get(first.len().saturating_sub(2)..).is_some_and(is_number);
    let seconds = third.bytes().take_while(u8::is_ascii_digit).count();
    is_hour && first.len() > 2 && is_number(second) && seconds == 2 && third.len() > 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Option<(char, usize, bool)> {
        sniff(text, true).map(|t| (t.dialect.delimiter as char, t.columns, t.header.is_some()))
    }

    #[test]
    fn tables_are_found_with_their_dialect() {
        assert_eq!(shape("customer_id,name,account\nC123,John Smith,12345\n"), Some((',', 3, true)));
        assert_eq!(shape("name;amount;rate\nAnn;1,5;2,5\nBo;2,5;3,5\nCy;4,0;5,0\n"), Some((';', 3, true)));
        assert_eq!(shape("a\t1\t2\nb\t3\t4\nc\t5\t6\n"), Some(('\t', 3, false)));
        assert_eq!(shape("021000021|Chase|NY|x@y.com\n011000015|FRB|MA|z@y.com\n"), Some(('|', 4, false)));
        assert_eq!(shape("ann\u{1}001\u{1}5\nbob\u{1}002\u{1}6\n"), Some(('\u{1}', 3, false)));
        assert_eq!(
            shape("root:x:0:0:root:/root:/bin/bash\nbin:x:1:1:bin:/bin:/bin/sh\nsys:x:2:2:sys:/dev:/bin/sh\n"),
            Some((':', 7, false))
        );
        let preamble =
            format!("Report of accounts\nprinted 2024-11-07\n\nname,account,note\n{}", "\"Lee, Ann\",00123,\"x\ny\"\n".repeat(12));
        let table = sniff(&preamble, true).unwrap();
        assert_eq!((table.columns, table.header.is_some(), &preamble[table.first..table.first + 4]), (3, true, "name"));
    }

    #[test]
    fn titles_with_empty_cells_stand_above_the_header() {
        for titles in ["Monthly extract,,,\nCreated 2024-11-01,,,\n", ",,,\n", "Bank,First State,,\n\n,,,\n"] {
            let text = format!("{titles}client code,name,zip,balance\n104233,Ann Lee,02061,1.00\n104233,Bo Ek,10001,2.00\n");
            let table = sniff(&text, true).unwrap();
            assert_eq!(
                (table.header.unwrap()[0].as_str(), &text[table.first..table.first + 6], table.sample.len()),
                ("client code", "client", 2)
            );
        }
        let table = sniff("Ann Lee,,,\nBo Ek,12,Rome,5\nCy Ott,13,Paris,6\nDi Moe,14,Bern,7\n", true).unwrap();
        assert_eq!((table.header, table.sample.len()), (None, 3));
    }

    #[test]
    fn a_header_of_two_lines_is_one() {
        let text = "client,customer,customer,,,\ncode,name,street,state,zip,balance\n104233,Ann Lee,12 Oak St,MA,02061,1.00\n104233,Bo Ek,9 Elm Rd,NY,10001,2.00\n";
        assert_eq!(sniff(text, true).unwrap().header.unwrap()[..4], ["client code", "customer name", "customer street", "state"]);
    }

    #[test]
    fn long_records_are_as_many_as_short_ones() {
        let note = "Some words, and others\n".repeat(4000);
        let quoted = |n: usize| format!("{n},\"{note}\",10423{n}\n");
        let quoted = format!("id,note,client_code\n{}", (0..5).map(quoted).collect::<String>());
        let heads: String = (0..9000).map(|n| format!("attribute_{n}|")).collect();
        let wide = format!("{heads}client_code\n{}", format!("{}104233\n", "x|".repeat(9000)).repeat(3));
        let found = [(&quoted, ',', 3), (&wide, '|', 9001)];
        for (text, delimiter, columns) in found {
            let table = sniff(text, true).unwrap();
            assert_eq!((table.dialect.delimiter as char, table.columns, table.header.is_some()), (delimiter, columns, true));
            let short = &text[..100_000.min(text.len() / 2)];
            assert_eq!(sample_end(short, false), None);
        }
        // Nothing is to be found in a line that is longer than any record.
        let line = "words,".repeat(MAX_RECORD);
        assert_eq!((sample_end(&line, false), sample_end(&format!("{line}\n"), false)), (Some(SAMPLE), Some(SAMPLE)));
        assert_eq!(sample_end(&"a,b\n".repeat(99), false), Some(99 * 4));
    }

    #[test]
    fn rules_of_database_clients_are_no_records() {
        let psql = " client_code | balance |   name\n-------------+---------+---------\n 104233      |    1.70 | Ann Lee\n Q7          |   12.00 | Bo Ek\n(2 rows)\n";
        let mysql = "+-------------+---------+\n| client_code | balance |\n+-------------+---------+\n| 104233      |    1.70 |\n| Q7          |   12.00 |\n+-------------+---------+\n";
        let sqlcmd = "client_code,balance\n-----------,-------\n104233,1.70\nQ7,12.00\n";
        for text in [psql, mysql, sqlcmd] {
            let table = sniff(text, true).unwrap();
            assert!(table.header.is_some_and(|header| header.contains(&"client_code".to_owned())), "{text}");
            assert_eq!(table.sample.len(), 2, "{text}");
        }
    }

    #[test]
    fn prose_logs_and_configuration_are_no_tables() {
        for text in [
            "Dear Sir, we write to you\nabout your account, which\nis overdue, and must be paid\n",
            "# settings\nserver.port=8080\nclient.code=AB12CD\nbank.name=First State Bank, Austin\n",
            "2024-11-07 10:00:00,123 INFO started\n2024-11-07 10:00:01,456 WARN slow, very slow\n2024-11-07 10:00:02,789 INFO done\n",
            "2024-11-07 10:00:00 DEBUG enrol: first=Ann\n2024-11-07 10:00:01 DEBUG enrol: first=Bo\n2024-11-07 10:00:02 DEBUG enrol: first=Cy\n",
            "const x = {\n  a: 1,\n  b: 2,\n  c: 3,\n};\n",
            "INSERT INTO t VALUES (1,'a','b');\nINSERT INTO t VALUES (2,'c','d');\n",
            "client  name    balance\nQ1      Ann     1,204.50\nQ2      Bo      7,310.00\nQ3      Cy      2,000.00\n",
            "Date: Mon, 1 Jan 2024\nFrom: a@b.c\nTo: d@e.f\nSubject: hello\n\nbody\n",
        ] {
            assert_eq!(shape(text), None, "{text}");
        }
    }
}
