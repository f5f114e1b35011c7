//! `tar tvf` of GNU tar (manual, "Listing Member Names and Attributes") and of bsdtar; `jar tvf`.

use super::fields::{Size, Words, clock, month, number, shown, year};
use super::ls_entry::Entry;
use super::quoting::unescape;
use super::row::{Row, Separators};
use super::tally::{Parsed, read_lines};
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "tar -tv",
    default_kind: Kind::Taken,
    recognise,
    read,
    limitations: &[
        "a name with ` -> ` or ` link to ` in it is cut there when it is that of a link",
        "parts of a sparse or multi-volume member are not told apart",
    ],
};

pub(super) const JAR: Syntax = Syntax {
    name: "jar -tv",
    default_kind: Kind::Taken,
    recognise: |sample| sample.confidence(90, 97, |line| jar_row(line, 0).is_some()),
    read: |bytes, rows| read_lines(bytes, rows, |line| jar_row(line.text, line.number).into()),
    limitations: &["no owner, no checksum"],
};

/// `owner/group` after the mode (GNU); no links, whole paths (bsdtar).
fn entry(line: &[u8]) -> Option<Entry<'_>> {
    Entry::parse(line)
        .filter(|e| e.before_mode == 0 && (e.links.is_none() && e.account.is_some_and(|a| a.contains(&b'/')) || e.links == Some(0)))
}

fn recognise(sample: &Sample<'_>) -> Option<u8> {
    sample.confidence(90, 98, |line| entry(line).is_some())
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    read_lines(bytes, rows, |line| match entry(line.text) {
        Some(entry) if matches!(entry.name, b"." | b"./") => Parsed::Nothing,
        Some(entry) => row(&entry, line.number).into(),
        None => Parsed::Unknown,
    })
}

fn row(entry: &Entry<'_>, line: u64) -> Option<Row> {
    let arrow: &[u8] = match entry.kind {
        b'l' => b" -> ",
        b'h' => b" link to ",
        _ => b"",
    };
    // A hard link of bsdtar keeps the mode of a file.
    let split = if !arrow.is_empty() { memchr::memmem::find(entry.name, arrow) } else { None };
    let (name, link) = match split {
        Some(at) => (entry.name.get(..at)?, entry.name.get(at + arrow.len()..)),
        None => (entry.name, None),
    };
    let name = unescape(name).unwrap_or(name.into());
    let mut row = Row::new(&name, Separators::Unix, line)?;
    row.directory |= entry.without_content() && entry.kind != b'h';
    row.size = entry.size.filter(|_| entry.kind == b'-' && !row.directory);
    // A hard link names its target from the root of the archive.
    row.link = link.map(|target| {
        let target = unescape(target).unwrap_or(target.into());
        if entry.kind == b'h' { [b"/", target.as_ref()].concat() } else { target.into_owned() }
    });
    row.account = entry.account.map(|account| shown(account.split(|b| *b == b'/').next().unwrap_or(account)));
    row.modified = Some(shown(entry.modified));
    Some(row)
}

/// `  486 Sun Nov 22 04:03:44 UTC 2026 name`.
fn jar_row(line: &[u8], number_of: u64) -> Option<Row> {
    let words = Words::<7>::of(line);
    number(words.get(0))?;
    let dated =
        words.get(1).len() == 3 && month(words.get(2)) && number(words.get(3)).is_some() && clock(words.get(4)) && year(words.get(6));
    let mut row = Row::new(words.after(6), Separators::Unix, number_of).filter(|_| dated)?;
    row.size = Size::parse(words.get(0)).and_then(Size::exact).filter(|_| !row.directory);
    row.modified = Some(shown(words.span(1, 6)));
    Some(row)
}
