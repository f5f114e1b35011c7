//! Stretches of records of fixed width or with a type at their start.

use super::super::nacha::layout::{LENGTH, header_before, record_in_text};
use super::super::record::is_digits;
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

/// A file header `01,` whose version stands at the mark.
pub(super) fn bai2_start(bytes: &[u8], mark: usize, taken: usize) -> Option<usize> {
    let from = mark.saturating_sub(HEADER).max(taken);
    let is_header = |start: usize| {
        let fields: Vec<&[u8]> = bytes[start..mark + 2].split(|b| *b == b',').collect();
        let [_, sender, receiver, date, time, ..] = fields[..] else { return false };
        fields.len() == 9
            && !sender.is_empty()
            && !receiver.is_empty()
            && matches!(date.len(), 6 | 8)
            && is_digits(date)
            && (time.is_empty() || is_digits(time))
            && begins(bytes, start)
    };
    let behind = &bytes[mark + 3..bytes.len().min(mark + 3 + HEADER)];
    // The first of a month ends in the same digits.
    let start = memmem::rfind_iter(&bytes[from..mark], b"01,").map(|n| from + n).find(|start| is_header(*start))?;
    memmem::find(behind, b"02,").is_some().then_some(start)
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
