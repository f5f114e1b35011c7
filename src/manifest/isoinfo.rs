//! `isoinfo -l` (cdrkit, cdrtools): `ls`-like lines under `Directory listing of`.

use super::fields::{Words, month, number, shown, year};
use super::row::{Row, Separators};
use super::tally::{Parsed, read_lines};
use super::{Kind, Report, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "isoinfo -l",
    default_kind: Kind::Taken,
    recognise: |sample| sample.filled().next().is_some_and(|line| heading(line).is_some()).then_some(98),
    read,
    limitations: &["names are those of ISO 9660 unless Rock Ridge or Joliet was asked for; version numbers (`;1`) are dropped"],
};

fn heading(line: &[u8]) -> Option<&[u8]> {
    line.strip_prefix(b"Directory listing of ")
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let mut directory = Vec::new();
    read_lines(bytes, rows, |line| {
        if let Some(found) = heading(line.text) {
            directory = found.to_vec();
            return Parsed::Nothing;
        }
        // `mode links uid gid size Mon DD YYYY [ extent flags]  name `.
        let words = Words::<8>::of(line.text);
        let dated = month(words.get(5)) && number(words.get(6)).is_some() && year(words.get(7));
        let close = memchr::memchr(b']', line.text).filter(|_| dated);
        let (Some(size), Some(close)) = (number(words.get(4)), close) else { return Parsed::Unknown };
        let name = line.text.get(close + 1..).unwrap_or_default();
        let name = name.strip_prefix(b"  ").unwrap_or(name);
        let name = name.strip_suffix(b" ").unwrap_or(name);
        if matches!(name, b"." | b"..") {
            return Parsed::Nothing;
        }
        let name = name.strip_suffix(b";1").unwrap_or(name);
        let Some(mut row) = Row::in_directory(&directory, name, Separators::Unix, line.number) else { return Parsed::Unknown };
        row.directory |= words.get(0).first() == Some(&b'd');
        row.size = Some(size).filter(|_| !row.directory);
        row.modified = Some(shown(words.span(5, 7)));
        Parsed::Row(row)
    })
}
