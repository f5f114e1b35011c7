//! `aws s3 ls --recursive`, `gsutil ls -l`, `rclone ls`, `rclone lsl`: size and date before the path.

use super::fields::{Words, clock, iso_date, number, shown};
use super::row::{Row, Separators};
use super::tally::{Parsed, read_lines};
use super::{Kind, Report, Syntax};

pub(super) const AWS: Syntax = Syntax {
    name: "aws s3 ls",
    default_kind: Kind::Taken,
    recognise: |sample| {
        let dated = sample.share(|line| matches!(aws(line, 0), Parsed::Row(_)));
        sample.confidence(80, 95, |line| !matches!(aws(line, 0), Parsed::Unknown)).filter(|_| dated >= 20)
    },
    read: |bytes, rows| read_lines(bytes, rows, |line| aws(line.text, line.number)),
    limitations: &["without --recursive only one level is listed, and names are relative to it"],
};

pub(super) const RCLONE: Syntax = Syntax {
    name: "rclone lsl",
    default_kind: Kind::Taken,
    recognise: |sample| {
        sample
            .confidence(90, 90, |line| rclone(line, 0).is_some() && !matches!(line.first(), Some(b'0'..=b'9')) || gsutil(line, 0).is_some())
    },
    read: read_rclone,
    limitations: &["no checksums", "`rclone ls` has no dates"],
};

/// `2026-11-22 00:40:13       1234 key`, `      PRE prefix/`, and the totals.
fn aws(line: &[u8], number_of: u64) -> Parsed {
    let words = Words::<3>::of(line);
    if words.get(0) == b"PRE" {
        return Row::new(words.after(0), Separators::Unix, number_of).into();
    }
    if line.trim_ascii_start().starts_with(b"Total Objects:") || line.trim_ascii_start().starts_with(b"Total Size:") {
        return Parsed::Nothing;
    }
    let (true, true, Some(size)) = (iso_date(words.get(0)), clock(words.get(1)), number(words.get(2))) else { return Parsed::Unknown };
    let Some(mut row) = Row::new(words.after(2), Separators::Unix, number_of) else { return Parsed::Unknown };
    row.size = Some(size).filter(|_| !row.directory);
    row.modified = Some(shown(words.span(0, 1)));
    Parsed::Row(row)
}

/// `      486 2026-11-22 00:40:13.222286907 path`, or without the date.
fn rclone(line: &[u8], number_of: u64) -> Option<Row> {
    let words = Words::<3>::of(line);
    let size = number(words.get(0))?;
    let dated = iso_date(words.get(1)) && words.get(2).contains(&b':') && clock(words.get(2));
    let mut row = Row::new(words.after(if dated { 2 } else { 0 }), Separators::Unix, number_of)?;
    row.size = Some(size);
    row.modified = dated.then(|| shown(words.span(1, 2)));
    Some(row)
}

/// `      486  2026-11-22T00:40:13Z  gs://bucket/key`.
fn gsutil(line: &[u8], number_of: u64) -> Option<Row> {
    let words = Words::<2>::of(line);
    let size = number(words.get(0))?;
    words.get(1).get(..10).filter(|d| iso_date(d))?;
    let name = words.after(1);
    let name = name.strip_prefix(b" ").unwrap_or(name).strip_prefix(b"gs://")?;
    let mut row = Row::new(name, Separators::Unix, number_of)?;
    row.size = Some(size).filter(|_| !row.directory);
    row.modified = Some(shown(words.get(1)));
    Some(row)
}

fn read_rclone(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    read_lines(bytes, rows, |line| {
        if line.text.starts_with(b"TOTAL:") {
            return Parsed::Nothing;
        }
        gsutil(line.text, line.number).or_else(|| rclone(line.text, line.number)).into()
    })
}
