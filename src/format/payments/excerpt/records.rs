//! Stretches of records of fixed width or with a type at their start.

use super::super::nacha::layout::{LENGTH, header_before, record_in_text};
use super::super::record::is_digits;
use super::LONGEST;
use memchr::memmem;
use std::ops::Range;

/// So much of other text may stand between two records of one file.
const BETWEEN: usize = 4 << 10;

/// The stretch of a file whose records have no line each: they follow one another, or line ends were escaped.
pub(super) fn nacha_in_a_line(bytes: &[u8], mark: usize, _: usize) -> Option<Range<usize>> {
    chain(bytes, mark, &|between| !between.contains(&b'\n'))
}

/// From the file header to the file control, over whatever stands between the records.
pub(super) fn nacha(bytes: &[u8], mark: usize) -> Option<Range<usize>> {
    chain(bytes, mark, &|_| true)
}

/// As long as what stands between two records may.
fn chain(bytes: &[u8], mark: usize, may_stand: &dyn Fn(&[u8]) -> bool) -> Option<Range<usize>> {
    let start = header_before(bytes, mark)?;
    let (mut end, mut first, mut last) = (None, true, start);
    for (at, record) in (Records { bytes, at: start + 40, end: bytes.len().min(start + LONGEST) }) {
        if std::mem::take(&mut first) && record[0] != b'5' {
            return None;
        }
        if !may_stand(&bytes[last..at]) {
            break;
        }
        last = at;
        end = Some(at + record.len());
        if record[0] == b'9' {
            break;
        }
    }
    end.map(|end| start..end)
}

/// The records of a stretch, a line each.
pub(super) fn nacha_records(bytes: &[u8], range: &Range<usize>) -> Vec<u8> {
    let head = &bytes[range.start..range.end.min(range.start + LENGTH)];
    let len = head.iter().position(|b| *b < b' ' || matches!(b, b'"' | b'<' | b'\\')).unwrap_or(head.len());
    let first = Records { bytes, at: range.start + 40, end: range.end }.next().map_or(range.end, |(at, _)| at);
    let mut out = bytes[range.start..(range.start + len).min(first)].to_vec();
    out.resize(LENGTH, b' ');
    for (_, record) in (Records { bytes, at: first, end: range.end }) {
        out.push(b'\n');
        out.extend_from_slice(record);
    }
    out.push(b'\n');
    out
}

/// The records behind a file header, and where they stand.
struct Records<'b> {
    bytes: &'b [u8],
    at: usize,
    end: usize,
}

impl<'b> Iterator for Records<'b> {
    type Item = (usize, &'b [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let last = self.end.min(self.at + BETWEEN);
        let found = (self.at..last).find_map(|at| {
            if !matches!(self.bytes[at], b'5'..=b'9') {
                return None;
            }
            record_in_text(&self.bytes[..self.end], at).map(|record| (at, record))
        });
        self.at = found.map_or(self.end, |(at, record)| at + record.len());
        found
    }
}

/// From a file header `01,` whose version stands at the mark to the file trailer, or to the last record before other
/// text.
pub(super) fn bai2(bytes: &[u8], mark: usize, taken: usize) -> Option<Range<usize>> {
    const HEADER: usize = 160;
    let from = mark.saturating_sub(HEADER).max(taken);
    let start = from + memmem::rfind(&bytes[from..mark], b"01,")?;
    let header = &bytes[start..mark + 2];
    let fields: Vec<&[u8]> = header.split(|b| *b == b',').collect();
    let [_, sender, receiver, date, time, ..] = fields[..] else { return None };
    let is_header = fields.len() == 9
        && !sender.is_empty()
        && !receiver.is_empty()
        && matches!(date.len(), 6 | 8)
        && is_digits(date)
        && (time.is_empty() || is_digits(time));
    let begins = |at: usize| {
        let before = bytes.get(..at).unwrap_or_default();
        before.last().is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b',') || before.ends_with(b"\\n") || before.ends_with(b"\\r")
    };
    let behind = &bytes[mark + 3..bytes.len().min(mark + 3 + HEADER)];
    if !is_header || !begins(start) || memmem::find(behind, b"02,").is_none() {
        return None;
    }
    let last = bytes.len().min(start + LONGEST);
    let trailer = memmem::find_iter(&bytes[mark..last], b"99,").map(|n| mark + n).find(|at| begins(*at) && is_trailer(&bytes[*at..]));
    let end = match trailer {
        Some(at) => {
            at + bytes[at..]
                .iter()
                .take(HEADER)
                .position(|b| !b.is_ascii_digit() && !matches!(b, b',' | b'+' | b'-' | b'/'))
                .unwrap_or(bytes.len().min(at + HEADER) - at)
        }
        None => last,
    };
    Some(start..end)
}

/// `99,total,groups,records`.
fn is_trailer(bytes: &[u8]) -> bool {
    let mut fields = bytes[..bytes.len().min(64)].split(|b| !b.is_ascii_digit() && !matches!(b, b'+' | b'-'));
    fields.by_ref().take(4).filter(|field| !field.is_empty()).count() == 4
}
