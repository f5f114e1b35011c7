//! A record of a fixed-width or line layout: its fields by position, and its text.

use crate::format::{At, Sink};
use encoding_rs::WINDOWS_1252;
use std::borrow::Cow;

/// How a record's characters stand in its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    /// ASCII: one byte each.
    Ascii,
    /// UTF-8 with longer characters: positions count characters.
    Utf8,
    /// One byte each: windows-1252, or what an EBCDIC table made of the item's bytes.
    Bytes,
}

/// One record. Positions are those of the layouts' specifications: the first character is 1, both ends
/// belong to the field; what lies beyond the record is empty.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    bytes: &'a [u8],
    /// The bytes as text, where they are text as they stand.
    text: Option<&'a str>,
    /// Offset of the record in the item.
    pub at: u64,
    coding: Coding,
    decoded: bool,
}

impl<'a> Record<'a> {
    /// A record as it stands in the item.
    pub fn new(bytes: &'a [u8], at: u64) -> Self {
        let text = std::str::from_utf8(bytes).ok();
        let coding = match text {
            Some(text) if text.is_ascii() => Coding::Ascii,
            Some(_) => Coding::Utf8,
            None => Coding::Bytes,
        };
        Self { bytes, text, at, coding, decoded: false }
    }

    /// A record whose bytes were decoded from the item's, one for one.
    pub fn decoded(bytes: &'a [u8], at: u64) -> Self {
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii());
        let coding = if text.is_some() { Coding::Ascii } else { Coding::Bytes };
        Self { bytes, text, at, coding, decoded: true }
    }

    /// The record without its first bytes, which are ASCII.
    pub fn behind(&self, prefix: usize) -> Self {
        let bytes = self.bytes.get(prefix..).unwrap_or_default();
        let text = self.text.and_then(|text| text.get(prefix..));
        Self { bytes, text, at: self.at + prefix as u64, ..*self }
    }

    /// The bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Where the field from one position to another begins and ends in the record's bytes.
    #[inline]
    pub fn bounds(&self, first: usize, last: usize) -> (usize, usize) {
        (self.byte_of(first), self.byte_of(last + 1))
    }

    /// The field from one position to another.
    #[inline]
    pub fn field(&self, first: usize, last: usize) -> &'a [u8] {
        let (start, end) = self.bounds(first, last);
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The character at a position, blank beyond the end.
    pub fn char_at(&self, position: usize) -> u8 {
        self.field(position, position).first().copied().unwrap_or(b' ')
    }

    /// The field as text, without the blanks around it.
    pub fn text(&self, first: usize, last: usize) -> Cow<'a, str> {
        let (start, end) = self.bounds(first, last);
        match self.span(start, end) {
            Some(text) => Cow::Borrowed(text.trim_ascii()),
            None => self.decode(self.field(first, last).trim_ascii()),
        }
    }

    /// A span of the record's bytes, where they are text as they stand.
    pub fn span(&self, start: usize, end: usize) -> Option<&'a str> {
        self.text.and_then(|text| text.get(start..end))
    }

    /// Offset of a position in the item.
    pub fn offset(&self, position: usize) -> u64 {
        self.at + self.byte_of(position) as u64
    }

    /// Pushes the record as a line of text with a border after each of the fields that end at these
    /// positions and after the last.
    pub fn push(&self, sink: &mut Sink<'_>, ends: &[usize]) {
        let mut first = 1;
        for &end in ends {
            self.push_field(sink, first, end);
            first = end + 1;
        }
        let rest = self.byte_of(first);
        self.push_bytes(sink, rest, self.bytes.len());
        sink.text("\n", At::Decoded(self.at + self.bytes.len() as u64));
    }

    /// Pushes one field and a border.
    #[inline]
    pub fn push_field(&self, sink: &mut Sink<'_>, first: usize, last: usize) {
        let (start, end) = self.bounds(first, last);
        self.push_bytes(sink, start, end);
    }

    /// Pushes one field as text that the text pushed next continues.
    pub fn push_open(&self, sink: &mut Sink<'_>, first: usize, last: usize) {
        let (start, end) = self.bounds(first, last);
        match self.span(start, end) {
            Some(text) => sink.text(text, self.place(start)),
            None => sink.text(&self.decode(self.field(first, last)), self.place(start)),
        }
    }

    /// Pushes a span of the record's bytes and a border.
    pub fn push_span(&self, sink: &mut Sink<'_>, start: usize, end: usize) {
        self.push_bytes(sink, start, end);
    }

    /// Pushes the record's bytes from one on as text that the text pushed next continues.
    pub fn push_rest(&self, sink: &mut Sink<'_>, from: usize) {
        let from = from.min(self.bytes.len());
        sink.text(&self.decode(self.bytes[from..].trim_ascii_end()), self.place(from));
    }

    #[inline]
    fn push_bytes(&self, sink: &mut Sink<'_>, start: usize, end: usize) {
        let field = self.bytes.get(start..end).unwrap_or_default();
        let filled = field.trim_ascii_end().len();
        if filled == 0 {
            return;
        }
        // The border takes the place of the last blank where there are few: the offsets then run on.
        let padding = field.len() - filled;
        let shown = if (1..=8).contains(&padding) { field.len() - 1 } else { filled };
        match self.span(start, start + shown) {
            Some(text) => sink.text(text, self.place(start)),
            None => sink.text(&self.decode(&field[..shown]), self.place(start)),
        }
        sink.border();
    }

    #[inline]
    fn place(&self, byte: usize) -> At {
        let offset = self.at + byte as u64;
        match self.coding {
            Coding::Ascii | Coding::Utf8 if !self.decoded => At::Utf8(offset),
            _ => At::Chars(offset, 1),
        }
    }

    fn decode(&self, bytes: &'a [u8]) -> Cow<'a, str> {
        match std::str::from_utf8(bytes) {
            Ok(text) if self.coding != Coding::Bytes || text.is_ascii() => Cow::Borrowed(text),
            _ => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        }
    }

    #[inline]
    fn byte_of(&self, position: usize) -> usize {
        let before = position.saturating_sub(1);
        match self.coding {
            Coding::Utf8 => {
                let starts = self.bytes.iter().enumerate().filter(|(_, b)| **b & 0xC0 != 0x80);
                starts.map(|(i, _)| i).nth(before).unwrap_or(self.bytes.len())
            }
            _ => before.min(self.bytes.len()),
        }
    }
}

/// The number that a field of digits holds; `None` when it holds anything else or more than 18 digits.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    let digits = field.trim_ascii();
    if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |sum, d| sum * 10 + u64::from(d - b'0')))
}

/// All of a field are digits, and there are some.
pub(super) fn is_digits(field: &[u8]) -> bool {
    !field.is_empty() && field.iter().all(u8::is_ascii_digit)
}

/// A line without its end, its offset, and where the next one begins. Lines end with CR, LF or CRLF.
/// Only so many bytes are searched for the end; `None` there means that the line is longer.
pub(super) fn line_at(bytes: &[u8], at: usize, longest: usize) -> Option<(&[u8], usize)> {
    let rest = bytes.get(at..)?;
    let window = &rest[..rest.len().min(longest)];
    match memchr::memchr2(b'\r', b'\n', window) {
        Some(end) => Some((&rest[..end], at + end + line_end(&rest[end..]))),
        None if window.len() == rest.len() => Some((rest, bytes.len())),
        None => None,
    }
}

/// A record of so many characters: where its text ends, and where the next begins. A line is one even if
/// blanks at its end are missing or too many; where lines do not end records, their length does.
pub(super) fn fixed_at(bytes: &[u8], at: usize, length: usize) -> (usize, usize) {
    const TRAILING: usize = 16;
    if let Some((line, next)) = line_at(bytes, at, length + TRAILING)
        && line.get(length..).is_none_or(|more| more.iter().all(|&b| b == b' '))
    {
        return (at + line.len().min(length), next);
    }
    let end = (at + length).min(bytes.len());
    (end, end + line_end(&bytes[end..]))
}

/// How many bytes the line end takes that stands here.
pub(super) fn line_end(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        let record = Record::new("ab¦cd".as_bytes(), 10);
        assert_eq!(record.text(3, 4), "¦c");
        assert_eq!(record.offset(4), 14);
        assert_eq!(record.field(9, 12), b"");
        let record = Record::new(b"ab\xA6cd", 10);
        assert_eq!(record.text(3, 4), "¦c");
        assert_eq!(record.offset(4), 13);
    }

    #[test]
    fn lines_end_in_any_way() {
        let bytes = b"a\r\nb\nc\rd";
        let (mut at, mut lines) = (0, Vec::new());
        while at < bytes.len() {
            let (line, next) = line_at(bytes, at, 100).unwrap();
            lines.push(line);
            at = next;
        }
        assert_eq!(lines, [b"a", b"b", b"c", b"d"]);
        assert!(line_at(bytes, 3, 1).is_none());
    }
}
