use crate::format::control_sequences::of_terminals;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// A line without its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'l> {
    /// Its bytes; decoded to UTF-8 where the manifest is UTF-16, otherwise as they are.
    pub text: &'l [u8],
    /// From 1.
    pub number: u64,
    /// The line end is there.
    pub ended: bool,
}

/// The lines of a manifest. Holds no more than one line in memory.
#[derive(Clone)]
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    number: u64,
    wide: Option<&'static Encoding>,
    separator: u8,
    buffer: String,
}

/// A place to which [`Lines::rewind`] returns.
#[derive(Clone, Copy)]
pub(super) struct Place {
    at: usize,
    number: u64,
}

impl<'a> Lines<'a> {
    /// Lines that end with LF or CR LF.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let (encoding, mark) = encoding(bytes);
        let wide = (encoding != UTF_8).then_some(encoding);
        Self { bytes, at: mark, number: 0, wide, separator: b'\n', buffer: String::new() }
    }

    /// Entries that end with NUL (`find -print0`, `tar --null`).
    pub(super) fn nul_separated(bytes: &'a [u8]) -> Self {
        Self { separator: 0, ..Self::new(bytes) }
    }

    pub(super) fn next(&mut self) -> Option<Line<'_>> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        self.number += 1;
        let Some(encoding) = self.wide else {
            let (mut text, ended) = match memchr::memchr(self.separator, rest) {
                Some(end) => (rest.get(..end)?, true),
                None => (rest, false),
            };
            self.at += text.len() + usize::from(ended);
            if self.separator == b'\n' {
                text = text.strip_suffix(b"\r").unwrap_or(text);
            }
            return Some(Line { text, number: self.number, ended });
        };
        let unit: [u8; 2] = if encoding == UTF_16LE { [self.separator, 0] } else { [0, self.separator] };
        let end = rest.chunks_exact(2).position(|pair| pair == unit);
        let raw = rest.get(..end.map_or(rest.len(), |units| units * 2))?;
        self.at += raw.len() + if end.is_some() { 2 } else { 0 };
        self.buffer.clear();
        self.buffer.push_str(&encoding.decode_without_bom_handling(raw).0);
        let text = self.buffer.as_bytes();
        let text = if self.separator == b'\n' { text.strip_suffix(b"\r").unwrap_or(text) } else { text };
        Some(Line { text, number: self.number, ended: end.is_some() })
    }

    /// Where the next line begins.
    pub(super) fn place(&self) -> Place {
        Place { at: self.at, number: self.number }
    }

    /// Goes back.
    pub(super) fn rewind(&mut self, place: Place) {
        self.at = place.at;
        self.number = place.number;
    }

    /// An unterminated last line that was read as a row may be cut all the same: its manifest ends where a
    /// block of a disk or a buffer ends.
    pub(super) fn ends_on_block(&self) -> bool {
        !self.bytes.is_empty() && self.bytes.len().is_multiple_of(4096)
    }
}

/// The encoding and the length of its mark. UTF-16 without a mark is found by the zero bytes of its ASCII.
pub(super) fn encoding(bytes: &[u8]) -> (&'static Encoding, usize) {
    if let Some(found) = Encoding::for_bom(bytes) {
        return found;
    }
    let head = bytes.get(..512).unwrap_or(bytes);
    let pairs = head.chunks_exact(2);
    let count = pairs.len();
    let high = |i: usize| pairs.clone().filter(|pair| pair.get(i) == Some(&0)).count();
    let (first, second) = (high(0), high(1));
    if count >= 8 && second * 10 > count * 8 && first == 0 {
        (UTF_16LE, 0)
    } else if count >= 8 && first * 10 > count * 8 && second == 0 {
        (UTF_16BE, 0)
    } else {
        (UTF_8, 0)
    }
}

/// All of a manifest, UTF-16 decoded, without a mark.
pub(super) fn decoded(bytes: &[u8]) -> Cow<'_, [u8]> {
    let (encoding, mark) = encoding(bytes);
    let body = bytes.get(mark..).unwrap_or_default();
    if encoding == UTF_8 { Cow::Borrowed(body) } else { Cow::Owned(encoding.decode_without_bom_handling(body).0.into_owned().into_bytes()) }
}

/// A listing as it is printed: without what colours it on terminals, and with LF where its lines end in CR alone (old Macs,
/// captures of terminals), or as lines of web pages do; nothing where that is what it is already, or it is no text.
pub fn as_printed(bytes: &[u8]) -> Option<Vec<u8>> {
    let is_text = |b: &u8| *b >= b' ' || matches!(b, b'\t' | b'\r' | b'\n' | 0x0C | 0x1B);
    // Nearly all are told by their beginning, so that no more of them is decoded.
    if !decoded(bytes.get(..64 << 10).unwrap_or(bytes)).iter().all(is_text) {
        return None;
    }
    let (mut plain, mut from) = (Vec::new(), 0);
    for (sequence, instead) in of_terminals(bytes) {
        if from == 0 {
            // What stands instead of a sequence is no longer than that.
            plain.reserve_exact(bytes.len());
        }
        plain.extend_from_slice(&bytes[from..sequence.start]);
        plain.extend_from_slice(instead.as_bytes());
        from = sequence.end;
    }
    if from == 0 {
        return with_line_ends(bytes);
    }
    plain.extend_from_slice(&bytes[from..]);
    Some(with_line_ends(&plain).unwrap_or(plain))
}

/// With LF where lines end otherwise; nothing where they end in it.
fn with_line_ends(bytes: &[u8]) -> Option<Vec<u8>> {
    if memchr::memchr(b'\n', bytes.get(..64 << 10).unwrap_or(bytes)).is_some() {
        return None;
    }
    let text = decoded(bytes);
    if memchr::memchr(b'\n', &text).is_some() {
        return None;
    }
    let ends = ["\r", "\u{2028}", "\u{2029}", "\u{85}"];
    let end = ends.iter().map(|end| end.as_bytes()).find(|end| memchr::memmem::find(&text, end).is_some())?;
    let mut lines = Vec::with_capacity(text.len());
    let mut at = 0;
    for found in memchr::memmem::find_iter(&text, end) {
        lines.extend_from_slice(&text[at..found]);
        lines.push(b'\n');
        at = found + end.len();
    }
    lines.extend_from_slice(&text[at..]);
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_line_ends_are_known_where_there_is_no_usual_one() {
        let wide: Vec<u8> = "a/b.txt\rc/d.txt".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for listing in [&b"a/b.txt\rc/d.txt"[..], "a/b.txt\u{2028}c/d.txt".as_bytes(), "a/b.txt\u{85}c/d.txt".as_bytes(), &wide] {
            assert_eq!(as_printed(listing).as_deref(), Some(&b"a/b.txt\nc/d.txt"[..]));
        }
        for listing in [&b"a\r\nb\rc"[..], b"a/b.txt", b"PK\x03\x04\r\x00", b""] {
            assert_eq!(as_printed(listing), None);
        }
    }

    #[test]
    fn what_colours_a_listing_is_no_part_of_it() {
        let tree = b"\x1B[01;34m/home\x1B[0m\n\xE2\x94\x94 \x1B[01;31ma.zip\x1B[0m\n";
        assert_eq!(as_printed(tree).as_deref(), Some(&b"/home\n\xE2\x94\x94 a.zip\n"[..]));
        assert_eq!(as_printed(b"PK\x03\x04\x1B[0m\0"), None);
        assert_eq!(as_printed(b"a\x1B(B\nb\x1B[\n"), None);
    }
}
