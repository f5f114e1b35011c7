//! A post, a note, anything without rows: its text is kept.

use super::lines::{Lines, encoding};
use super::row::Row;
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "free text",
    default_kind: Kind::Seller,
    recognise,
    read,
    limitations: &["no rows: names and identifiers in its text count, files that it mentions do not become listed items"],
};

fn recognise(_: &Sample<'_>) -> Option<u8> {
    Some(1)
}

fn read(bytes: &[u8], _: &mut dyn FnMut(Row)) -> Report {
    let mut report = Report::default();
    // Text with zero bytes is no text; what it is, is not known.
    if encoding(bytes).0 == encoding_rs::UTF_8 && memchr::memchr(0, bytes).is_some() {
        let mut lines = Lines::new(bytes);
        while let Some(line) = lines.next() {
            if line.text.contains(&0) {
                report.not_understood_count += 1;
                if report.not_understood.len() < 20 {
                    let head = line.text.get(..200).unwrap_or(line.text);
                    report.not_understood.push((line.number, String::from_utf8_lossy(head).into_owned()));
                }
            }
        }
    }
    report
}
