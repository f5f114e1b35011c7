//! `7z l` and `7z l -slt` (7-Zip help, "l (List contents of archive) command").

use super::fields::{number, shown};
use super::lines::Lines;
use super::row::{Row, Separators};
use super::sample::separators;
use super::tally::{Parsed, Tally, read_lines};
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "7z l",
    default_kind: Kind::Taken,
    recognise: |sample| sample.lines.iter().any(|line| Columns::of(line).is_some()).then_some(97),
    read,
    limitations: &["no checksums; sizes of some members are blank", "a path is taken as Windows' where 7-Zip wrote backslashes"],
};

pub(super) const TECHNICAL: Syntax = Syntax {
    name: "7z l -slt",
    default_kind: Kind::Taken,
    recognise: recognise_technical,
    read: read_technical,
    limitations: &["checksums are CRC-32 and are not compared"],
};

/// Where the columns are: by the rule under the heading.
struct Columns {
    attributes: (usize, usize),
    size: (usize, usize),
    name: usize,
}

impl Columns {
    fn of(rule: &[u8]) -> Option<Self> {
        if !rule.starts_with(b"-------------------") || !rule.iter().all(|b| matches!(b, b'-' | b' ')) {
            return None;
        }
        let mut spans = Vec::new();
        let mut at = 0;
        for word in rule.split(|b| *b == b' ') {
            if !word.is_empty() {
                spans.push((at, at + word.len()));
            }
            at += word.len() + 1;
        }
        match spans.as_slice() {
            [_, attributes, size, _, name] => Some(Self { attributes: *attributes, size: *size, name: name.0 }),
            _ => None,
        }
    }

    fn row(&self, line: &[u8], style: Separators, number_of: u64) -> Option<Row> {
        let attributes = line.get(self.attributes.0..self.attributes.1)?;
        if !attributes.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b' ')) {
            return None;
        }
        let mut row = Row::new(line.get(self.name..)?, style, number_of)?;
        row.directory |= attributes.first() == Some(&b'D');
        row.size = number(line.get(self.size.0..self.size.1)?.trim_ascii()).filter(|_| !row.directory);
        row.modified = line.get(..19).map(|date| shown(date.trim_ascii())).filter(|date| !date.is_empty());
        Some(row)
    }
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let sample = Sample::of(bytes);
    let rule = sample.lines.iter().find_map(|line| Columns::of(line));
    let name_at = rule.map_or(0, |r| r.name);
    let style = separators(sample.lines.iter().filter_map(|line| line.get(name_at..)));
    let mut columns: Option<Columns> = None;
    let mut tables = 0u32;
    let mut last = 0;
    let mut report = read_lines(bytes, rows, |line| {
        last = line.number;
        let text = line.text;
        if let Some(found) = Columns::of(text) {
            // The next rule ends the table.
            columns = if columns.is_some() { None } else { Some(found) };
            tables += u32::from(columns.is_some());
            return Parsed::Nothing;
        }
        match &columns {
            Some(columns) => columns.row(text, style, line.number).into(),
            // Heading, properties of the archive and totals.
            None if property(text)
                || memchr::memmem::find(text, b" files").is_some()
                || memchr::memmem::find(text, b" folders").is_some() =>
            {
                Parsed::Nothing
            }
            None => Parsed::Unknown,
        }
    });
    if columns.is_some() {
        report.truncated_at.get_or_insert(last);
    }
    report
}

/// Lines that 7-Zip writes around its tables.
fn property(text: &[u8]) -> bool {
    let known: [&[u8]; 11] = [
        b"7-Zip",
        b"p7zip",
        b" 64-bit",
        b" 32-bit",
        b"Scanning the drive",
        b"Listing archive:",
        b"--",
        b"   Date",
        b"Archives:",
        b"Volumes:",
        b"Total archives size:",
    ];
    known.iter().any(|k| text.starts_with(k))
        || memchr::memmem::find(text, b" = ").is_some()
        || text.ends_with(b" =")
        || text.first().is_some_and(u8::is_ascii_digit)
}

fn recognise_technical(sample: &Sample<'_>) -> Option<u8> {
    let has = |key: &[u8]| sample.lines.iter().any(|line| line.starts_with(key));
    (has(b"Path = ") && has(b"Size = ") && (has(b"Folder = ") || has(b"Attributes = ") || has(b"----------"))).then_some(96)
}

fn read_technical(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let sample = Sample::of(bytes);
    let style = separators(sample.lines.iter().filter_map(|line| line.strip_prefix(b"Path = ")));
    let mut tally = Tally::new(rows);
    let mut lines = Lines::new(bytes);
    let mut row: Option<Row> = None;
    // Until the rule, a path is that of the archive.
    let ruled = sample.lines.iter().any(|line| line == b"----------");
    let mut inside = !ruled;
    let mut cut = None;
    while let Some(line) = lines.next() {
        let text = line.text;
        cut = (!line.ended).then_some(line.number);
        if text == b"----------" {
            inside = true;
            continue;
        }
        if text.starts_with(b"Listing archive:") && ruled {
            inside = false;
        }
        if text.is_empty() {
            row.take().into_iter().for_each(|row| tally.row(row));
            continue;
        }
        if !inside {
            continue;
        }
        let Some(at) = memchr::memmem::find(text, b" =") else {
            tally.not_understood(line.number, text);
            continue;
        };
        let (key, value) = text.split_at_checked(at).unwrap_or((text, b""));
        let value = value.get(3..).unwrap_or_default();
        if key == b"Path" {
            row.take().into_iter().for_each(|row| tally.row(row));
            row = Row::new(value, style, line.number);
            if row.is_none() {
                tally.not_understood(line.number, text);
            }
            continue;
        }
        let Some(row) = &mut row else { continue };
        match key {
            b"Folder" => row.directory |= value == b"+",
            b"Attributes" => row.directory |= value.first() == Some(&b'D'),
            b"Size" => row.size = number(value).filter(|_| !row.directory),
            b"Modified" if !value.is_empty() => row.modified = Some(shown(value)),
            b"CRC" => drop(row.add_hash("crc32", value)),
            b"SHA256" => drop(row.add_hash("sha256", value)),
            b"User" if !value.is_empty() => row.account = Some(shown(value)),
            b"Symbolic Link" if !value.is_empty() => row.link = Some(value.to_vec()),
            _ => {}
        }
    }
    // A member whose last line is cut may lack its size.
    if let Some(line) = cut.filter(|_| row.is_some()) {
        tally.truncated(line);
    }
    row.take().into_iter().for_each(|row| tally.row(row));
    tally.finish()
}
