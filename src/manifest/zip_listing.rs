//! `unzip -l`, `unzip -v` and `zipinfo` (Info-ZIP manuals).

use super::fields::{Words, clock, number, shown};
use super::row::{Row, Separators};
use super::tally::{Parsed, read_lines};
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "unzip -l",
    default_kind: Kind::Taken,
    recognise,
    read,
    limitations: &[
        "characters that the terminal could not show are replaced by unzip",
        "a comment of the archive counts as lines not understood",
    ],
};

pub(super) const ZIPINFO: Syntax = Syntax {
    name: "zipinfo",
    default_kind: Kind::Taken,
    recognise: |sample| (sample.share(|line| info_row(line, 0).is_some()) >= 30).then_some(97),
    read: read_info,
    limitations: &["years have two digits", "characters that the terminal could not show are replaced by zipinfo"],
};

fn recognise(sample: &Sample<'_>) -> Option<u8> {
    let heading = sample.filled().take(12).any(|line| Columns::of(line).is_some());
    heading
        .then(|| sample.share(|line| list_row(line, Columns::Short, 0).is_some() || list_row(line, Columns::Long, 0).is_some()))
        .filter(|s| *s >= 10)
        .map(|_| 97)
}

/// Which of the two tables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Columns {
    /// `-l`: size, date, time, name.
    Short,
    /// `-v`: size, method, compressed, ratio, date, time, checksum, name.
    Long,
}

impl Columns {
    fn of(heading: &[u8]) -> Option<Self> {
        let words = Words::<8>::of(heading);
        match (words.get(0), words.get(1), words.get(3), words.get(7)) {
            (b"Length", b"Date", b"Name", _) => Some(Self::Short),
            (b"Length", b"Method", _, b"Name") => Some(Self::Long),
            _ => None,
        }
    }
}

fn date(word: &[u8]) -> bool {
    word.iter().filter(|b| matches!(b, b'-' | b'/' | b'.')).count() == 2 && word.iter().all(|b| b.is_ascii_digit() || b"-/.".contains(b))
}

fn list_row(line: &[u8], columns: Columns, number_of: u64) -> Option<Row> {
    let words = Words::<7>::of(line);
    let size = number(words.get(0))?;
    let (at, gap): (usize, &[u8]) = match columns {
        Columns::Short => (1, b"  "),
        Columns::Long => (4, b" "),
    };
    if !date(words.get(at)) || !clock(words.get(at + 1)) {
        return None;
    }
    let last = if columns == Columns::Short { 2 } else { 6 };
    let name = words.after(last);
    let mut row = Row::new(name.strip_prefix(gap).unwrap_or(name), Separators::Unix, number_of)?;
    row.size = Some(size).filter(|_| !row.directory);
    row.modified = Some(shown(words.span(at, at + 1)));
    if columns == Columns::Long && !row.directory {
        row.add_hash("crc32", words.get(6));
    }
    Some(row)
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let mut columns = None;
    // Rules since the heading: the first opens the table, the second ends it.
    let mut rules = 0u32;
    let mut last = 0;
    let mut report = read_lines(bytes, rows, |line| {
        last = line.number;
        let text = line.text;
        if let Some(found) = Columns::of(text) {
            (columns, rules) = (Some(found), 0);
            return Parsed::Nothing;
        }
        if text.starts_with(b"----") && text.iter().all(|b| matches!(b, b'-' | b' ')) {
            rules += 1;
            return Parsed::Nothing;
        }
        let open = rules == 1;
        match columns {
            Some(columns) if open => list_row(text, columns, line.number).into(),
            _ if text.starts_with(b"Archive:") || text.ends_with(b"files") || text.ends_with(b"file") => Parsed::Nothing,
            _ => Parsed::Unknown,
        }
    });
    if columns.is_some() && rules < 2 {
        report.truncated_at.get_or_insert(last);
    }
    report
}

/// `-rw-r--r--  3.0 unx        3 tx stor 26-Nov-22 04:03 name`.
fn info_row(line: &[u8], number_of: u64) -> Option<Row> {
    let words = Words::<9>::of(line);
    // With -l the compressed size stands before the method.
    let long = number(words.get(5)).is_some();
    let last = if long { 8 } else { 7 };
    let mode = words.get(0);
    let version = words.get(1).split(|b| *b == b'.').all(|part| number(part).is_some());
    let kind = *mode.first()?;
    if !version || !b"-dl?".contains(&kind) || mode.len() < 4 || !clock(words.get(last)) || words.get(4).len() != 2 {
        return None;
    }
    let size = number(words.get(3))?;
    let mut row = Row::new(words.after(last), Separators::Unix, number_of)?;
    row.directory |= kind == b'd';
    row.size = Some(size).filter(|_| !row.directory);
    row.modified = Some(shown(words.span(last - 1, last)));
    Some(row)
}

fn read_info(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let mut announced = None;
    let mut report = read_lines(bytes, rows, |line| {
        let text = line.text;
        if text.starts_with(b"Archive:") {
            return Parsed::Nothing;
        }
        if text.starts_with(b"Zip file size:") {
            announced = text.rsplit(|b| *b == b' ').next().and_then(number);
            return Parsed::Nothing;
        }
        if memchr::memmem::find(text, b" bytes uncompressed").is_some() && text.first().is_some_and(u8::is_ascii_digit) {
            return Parsed::Nothing;
        }
        info_row(text, line.number).into()
    });
    // The heading says how many there are.
    if announced.is_some_and(|all| all > report.rows + report.not_understood_count) {
        report.truncated_at.get_or_insert(report.rows);
    }
    report
}
