//! Stretches of records of fixed width or with a type at their start.

use super::super::bai2::layout::{is_file_header, is_group_header};
use super::super::nacha::layout::{LENGTH, header_before, record_in_text};
use super::{Ahead, LONGEST};
use memchr::memmem;
use std::ops::Range;

/// So much of other text may stand between two records of one file.
const BETWEEN: usize = 4 << 10;

/// The file header.
pub(super) fn nacha_start(bytes: &[u8], mark: usize, _: usize) -> Option<usize> {
    header_before(bytes, mark)
}

/// The end of a file whose records have no line each: they follow one another, or line ends were escaped.
pub(super) fn nacha_in_a_line(bytes: &[u8], Range { start, .. }: Range<usize>, _: &mut Ahead) -> Option<usize> {
    chain(bytes, start, &|between| !between.contains(&b'\n'))
}

/// Do records follow a file header, with whatever between them?
pub(super) fn holds_nacha(bytes: &[u8], mark: usize) -> bool {
    header_before(bytes, mark).is_some_and(|start| chain(bytes, start, &|_| true).is_some())
}

/// Where the records behind a file header end, as long as what stands between two of them may.
fn chain(bytes: &[u8], start: usize, may_stand: &dyn Fn(&[u8]) -> bool) -> Option<usize> {
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
    end
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

/// More than a header or trailer of BAI2.
const HEADER: usize = 160;

/// Does a record of BAI2 begin here, and not amid a word or field?
fn begins(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default();
    before.last().is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b',') || before.ends_with(b"\\n") || before.ends_with(b"\\r")
}

/// A group header, or the file header before it.
pub(super) fn bai2_start(bytes: &[u8], mark: usize, taken: usize) -> Option<usize> {
    let line = |start: usize| &bytes[start..bytes.len().min(start + HEADER)];
    if !begins(bytes, mark) {
        return None;
    }
    let from = mark.saturating_sub(HEADER).max(taken);
    let is_header = |start: &usize| begins(bytes, *start) && is_file_header(&bytes[*start..mark]);
    // The first of a month ends in the same digits.
    let before = memmem::rfind_iter(&bytes[from..mark], b"01,").map(|n| from + n).find(is_header);
    before.or_else(|| is_group_header(line(mark), false).then_some(mark))
}

/// The file trailer; without one all that follows, which its reader takes as far as it is of the layout.
pub(super) fn bai2_end(bytes: &[u8], Range { start, end: mark }: Range<usize>, ahead: &mut Ahead) -> Option<usize> {
    let last = bytes.len().min(start + LONGEST);
    let trailer = ahead.find(mark..last, |range| {
        let from = range.start;
        memmem::find_iter(&bytes[range], b"99,").map(|n| from + n).find(|at| begins(bytes, *at) && is_trailer(&bytes[*at..]))
    });
    Some(match trailer {
        Some(at) => {
            at + bytes[at..]
                .iter()
                .take(HEADER)
                .position(|b| !b.is_ascii_digit() && !matches!(b, b',' | b'+' | b'-' | b'/'))
                .unwrap_or(bytes.len().min(at + HEADER) - at)
        }
        None => last,
    })
}

/// `99,total,groups,records`.
fn is_trailer(bytes: &[u8]) -> bool {
    let mut fields = bytes[..bytes.len().min(64)].split(|b| !b.is_ascii_digit() && !matches!(b, b'+' | b'-'));
    fields.by_ref().take(4).filter(|field| !field.is_empty()).count() == 4
}

/// A record that begins a line, a value or what stands behind a prefix.
pub(super) fn line_start(bytes: &[u8], mark: usize, _: usize) -> Option<usize> {
    begins_record(bytes, mark).then_some(mark)
}

/// Does no letter or digit stand before this place, but for those of an escaped line end?
fn begins_record(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default();
    before.last().is_none_or(|b| !b.is_ascii_alphanumeric()) || before.ends_with(b"\\n") || before.ends_with(b"\\r")
}

/// More than the labels of Bacs before the user header label, line ends and prefixes included.
const LABELS: usize = 1 << 10;

/// The first of the labels before the user header label, or that.
pub(super) fn bacs18_start(bytes: &[u8], mark: usize, taken: usize) -> Option<usize> {
    let from = mark.saturating_sub(LABELS).max(taken);
    let label = |label: &[u8]| memmem::rfind(&bytes[from..mark], label).map(|n| from + n);
    let volume = label(b"VOL1").filter(|volume| begins_record(bytes, *volume));
    let header = label(b"HDR1A").filter(|header| begins_record(bytes, *header) && volume.is_none_or(|volume| volume < *header));
    header.and(volume).or(header).or_else(|| begins_record(bytes, mark).then_some(mark))
}

/// The user trailer label; without one all that follows, which its reader takes as far as it is of the layout.
pub(super) fn bacs18_end(bytes: &[u8], Range { start, end: mark }: Range<usize>, ahead: &mut Ahead) -> Option<usize> {
    upto(bytes, start, mark, ahead, (b"UTL1", 80))
}

/// The control record of a file; without one all that follows.
pub(super) fn x937_end(bytes: &[u8], Range { start, end: mark }: Range<usize>, ahead: &mut Ahead) -> Option<usize> {
    upto(bytes, start, mark, ahead, (b"99000", 80))
}

/// The trailer; without one all that follows.
pub(super) fn cpa005_end(bytes: &[u8], Range { start, end: mark }: Range<usize>, ahead: &mut Ahead) -> Option<usize> {
    upto(bytes, start, mark, ahead, (b"Z0000", 1464))
}

/// The end of the record that begins like the last one of a file, within its line or value.
fn upto(bytes: &[u8], start: usize, mark: usize, ahead: &mut Ahead, (last, length): (&[u8], usize)) -> Option<usize> {
    let limit = bytes.len().min(start + LONGEST);
    let found = ahead.find(mark..limit, |range| {
        let from = range.start;
        memmem::find_iter(&bytes[range], last).map(|n| from + n).find(|at| begins_record(bytes, *at))
    });
    Some(found.map_or(limit, |at| {
        let record = &bytes[at..limit.min(at + length)];
        at + record.iter().position(|b| matches!(b, b'\r' | b'\n' | b'"' | b'<' | b'\\')).unwrap_or(record.len())
    }))
}
