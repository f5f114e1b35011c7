//! `find -ls` (GNU findutils manual, "Print File Information"): `ls -dils` with whole, escaped paths.

use super::fields::shown;
use super::ls_entry::Entry;
use super::quoting::Quoting;
use super::row::{Row, Separators};
use super::tally::{Parsed, read_lines};
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "find -ls",
    default_kind: Kind::Taken,
    recognise,
    read,
    limitations: &["a name with ` -> ` in it is cut there when it is that of a link", "a date without a year stays without one"],
};

/// Two numbers before the mode and a path behind the date; nothing else puts whole paths there.
fn entry(line: &[u8]) -> Option<Entry<'_>> {
    Entry::parse(line).filter(|entry| entry.before_mode == 2)
}

fn recognise(sample: &Sample<'_>) -> Option<u8> {
    let nested = sample.share(|line| entry(line).is_some_and(|e| e.name.contains(&b'/')));
    sample.confidence(90, 98, |line| entry(line).is_some()).filter(|_| nested >= 50)
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    read_lines(bytes, rows, |line| {
        let Some(entry) = entry(line.text) else { return Parsed::Unknown };
        if entry.name == b"." {
            return Parsed::Nothing;
        }
        row(&entry, line.number).into()
    })
}

fn row(entry: &Entry<'_>, line: u64) -> Option<Row> {
    let quoting = Quoting::Escape;
    let (name, link) = if entry.kind == b'l' { quoting.decode_link(entry.name)? } else { (quoting.decode(entry.name)?, None) };
    let mut row = Row::new(&name, Separators::Unix, line)?;
    row.directory = entry.without_content();
    row.size = entry.size.filter(|_| entry.kind == b'-');
    row.link = link.map(|target| target.into_owned());
    row.account = entry.account.map(shown);
    row.modified = Some(shown(entry.modified));
    Some(row)
}
