//! X9.37 records: framing, character set, where fields end.

use crate::format::payments::record::{is_digits, line_end, number};
use crate::format::payments::routing_number::RoutingNumber;
use crate::format::payments::{day, ebcdic};

/// Characters of a record whose length nothing else says.
const LENGTH: usize = 80;
/// Characters of a credit record (62).
const CREDIT_LENGTH: usize = 100;
/// Characters of an image view data record (52) before its key, signature and image.
const IMAGE_HEAD: usize = 105;
/// Other text before a file.
const BEFORE: usize = 4 << 10;
/// A record that says it is longer is none.
const LONGEST: usize = 64 << 20;

/// How records are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Four bytes of length, most significant first, before each record.
    Prefixed,
    /// Lengths follow from the record types; line ends may stand between records.
    Plain,
}

/// Framing and character set of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub framing: Framing,
    pub ebcdic: bool,
}

/// One record's place in the bytes.
pub(super) struct Piece {
    /// First byte of the record, after its length.
    pub start: usize,
    /// End of its text.
    pub text_end: usize,
    /// End of the record, its image included.
    pub end: usize,
    /// Where the next one begins.
    pub next: usize,
    /// It was to be longer than the bytes are.
    pub cut: bool,
}

/// The shape of bytes that begin with a file header record, or with the header of a cash letter or bundle of which
/// that was cut off.
pub(super) fn shape_of(head: &[u8]) -> Option<Shape> {
    let prefixed = head.get(..4).is_some_and(|len| len[..3] == [0; 3] && usize::from(len[3]) == LENGTH);
    let framing = if prefixed { Framing::Prefixed } else { Framing::Plain };
    let record = head.get(if prefixed { 4 } else { 0 }..)?;
    let record = &record[..record.len().min(LENGTH)];
    let ebcdic = matches!(record, [0xF0, 0xF1, ..] | [0xF1 | 0xF2, 0xF0, ..]);
    let mut decoded = Vec::new();
    let record = if ebcdic {
        ebcdic::decode_into(record, &mut decoded);
        &decoded
    } else {
        record
    };
    (is_file_header(record) || is_letter_header(record)).then_some(Shape { framing, ebcdic })
}

/// Record type, standard level, test or production, two routing numbers, date and time.
fn is_file_header(record: &[u8]) -> bool {
    record.starts_with(b"01")
        && record.get(2..4).is_some_and(is_digits)
        && matches!(record.get(4), Some(b'T' | b'P'))
        && record.get(5..35).is_some_and(|f| f.iter().all(|b| b.is_ascii_digit() || *b == b' ') && is_digits(&f[18..26]))
}

/// A cash letter header or bundle header: record type, collection type, two routing numbers that check, and two days
/// that are some.
fn is_letter_header(record: &[u8]) -> bool {
    let checks = |first: usize| record.get(first..first + 9).and_then(RoutingNumber::parse).is_some();
    let is_day = |first: usize| record.get(first..first + 8).and_then(day::of_eight).is_some_and(|day| (1980..2100).contains(&day.year()));
    matches!(record, [b'1' | b'2', b'0', ..])
        && record.get(2..4).is_some_and(is_digits)
        && checks(4)
        && checks(13)
        && is_day(22)
        && is_day(30)
        && record.len() == LENGTH
}

/// Does a file begin behind a few lines of other text: of a job, a mailbox of a terminal, a program's log?
pub(super) fn is_behind_lines(head: &[u8]) -> bool {
    file_from(&head[..head.len().min(BEFORE + 2 * LENGTH + 8)], 0).is_some_and(|(start, _)| start <= BEFORE)
}

/// The next file: where it begins, and its shape. Amid other bytes a second record must follow its header, and what has
/// no length before its records begins a line or a card.
pub(super) fn file_from(bytes: &[u8], from: usize) -> Option<(usize, Shape)> {
    if let Some(shape) = shape_of(&bytes[from..]) {
        return Some((from, shape));
    }
    let mut scratch = Vec::new();
    bytes.get(from..)?.windows(5).enumerate().find_map(|(at, start)| {
        let at = from + at;
        // Few pairs of digits are followed by a level and a `T` or `P`, or by digits that check.
        match start {
            [b'0', b'1', _, _, b'T' | b'P'] | [0xF0, 0xF1, _, _, 0xE3 | 0xD7] => {}
            [b'1' | b'2', b'0', rest @ ..] if is_digits(rest) => {}
            [0xF1 | 0xF2, 0xF0, rest @ ..] if rest.iter().all(|b| (0xF0..=0xF9).contains(b)) => {}
            _ => return None,
        }
        let prefixed = at.checked_sub(4).filter(|start| *start >= from && bytes[*start..at] == [0, 0, 0, LENGTH as u8]);
        let start = prefixed.unwrap_or(at);
        let shape = shape_of(&bytes[start..])?;
        let is_apart = prefixed.is_some()
            || bytes[..start].last().is_none_or(|b| matches!(b, b'\n' | b'\r' | 0x15 | 0x25))
            || (shape.ebcdic && start.is_multiple_of(LENGTH));
        let next = is_apart.then(|| piece_at(bytes, start, shape, &mut scratch))??.next;
        let second = piece_at(bytes, next, shape, &mut scratch)?;
        decode(bytes.get(second.start..second.start + 2)?, shape, &mut scratch);
        matches!(scratch[..], [b'1' | b'2', b'0'] | [b'2' | b'3', b'1' | b'5'] | [b'6', b'1' | b'2'] | [b'9', b'0' | b'9'])
            .then_some((start, shape))
    })
}

/// The record at an offset; `None` where none can begin.
pub(super) fn piece_at(bytes: &[u8], at: usize, shape: Shape, scratch: &mut Vec<u8>) -> Option<Piece> {
    let (start, declared) = match shape.framing {
        Framing::Prefixed => {
            let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize;
            if !(2..=LONGEST).contains(&length) {
                return None;
            }
            (at + 4, Some(length))
        }
        Framing::Plain => (at, None),
    };
    let rest = bytes.get(start..)?;
    decode(&rest[..rest.len().min(IMAGE_HEAD)], shape, scratch);
    if !scratch.get(..2).is_some_and(is_digits) {
        return None;
    }
    let (text, whole) = match scratch.get(..2) {
        Some(b"52") => {
            let (head, image) = image_parts(rest, shape, scratch);
            let length = declared.unwrap_or(head + image);
            (head.min(length), length)
        }
        Some(b"62") => declared.map_or((CREDIT_LENGTH, CREDIT_LENGTH), |length| (length, length)),
        _ => declared.map_or((LENGTH, LENGTH), |length| (length, length)),
    };
    let plain = shape.framing == Framing::Plain;
    let whole = if plain && !shape.ebcdic && scratch.get(..2) != Some(b"52") { line_length(rest, whole) } else { whole };
    let end = start + whole.min(rest.len());
    let behind = bytes.get(end..).unwrap_or_default();
    let next = match (plain, behind) {
        (true, [0x0D, 0x15 | 0x25, ..]) if shape.ebcdic => end + 2,
        (true, [0x15 | 0x25, ..]) if shape.ebcdic => end + 1,
        (true, _) => end + line_end(behind),
        (false, _) => end,
    };
    Some(Piece { start, text_end: end.min(start + text), end, next, cut: whole > rest.len() })
}

/// The length of a record that may be a line: blanks at its end may be lost or too many.
fn line_length(rest: &[u8], whole: usize) -> usize {
    let line = rest.iter().take(2 * LENGTH).position(|b| matches!(b, b'\r' | b'\n'));
    line.filter(|&line| rest.get(whole..line).is_none_or(|more| more.iter().all(|&b| b == b' '))).unwrap_or(whole)
}

/// Lengths of an image record before its image and of the image. The key and the signature in between
/// count to the head.
fn image_parts(rest: &[u8], shape: Shape, scratch: &mut Vec<u8>) -> (usize, usize) {
    let mut length_at = |at: usize, digits: usize| {
        decode(rest.get(at..at + digits).unwrap_or_default(), shape, scratch);
        number(scratch).unwrap_or(0).min(LONGEST as u64) as usize
    };
    let key = length_at(101, 4);
    let signature = length_at(IMAGE_HEAD + key, 5);
    let image = length_at(IMAGE_HEAD + key + 5 + signature, 7);
    let head = IMAGE_HEAD + key + 5 + signature + 7;
    scratch.clear();
    scratch.extend_from_slice(b"52");
    (head, image)
}

/// Decodes bytes of a record after the file's character set.
pub(super) fn decode(bytes: &[u8], shape: Shape, scratch: &mut Vec<u8>) {
    if shape.ebcdic {
        ebcdic::decode_into(bytes, scratch);
    } else {
        scratch.clear();
        scratch.extend_from_slice(bytes);
    }
}

/// Where the fields of a record end, by its type.
pub(super) fn ends(record: &[u8]) -> &'static [usize] {
    match record.get(..2) {
        Some(b"01") => &[2, 4, 5, 14, 23, 31, 35, 36, 54, 72, 73, 75, 79],
        Some(b"10") => &[2, 4, 13, 22, 30, 38, 42, 43, 44, 52, 66, 76, 77],
        Some(b"20") => &[2, 4, 13, 22, 30, 38, 48, 52, 54, 63],
        Some(b"25") => &[2, 17, 18, 27, 47, 57, 72],
        Some(b"26" | b"32") => &[2, 3, 12, 20, 35, 53, 58, 73],
        Some(b"28" | b"35") => &[2, 4, 13, 21, 36],
        Some(b"31") => &[2, 11, 31, 41, 42, 44, 45, 53, 68],
        Some(b"33") => &[2, 20, 35, 50, 58],
        Some(b"50") => &[2, 3, 12, 20],
        Some(b"52") => &[2, 11, 19, 21, 36, 52, 68, 84, 101, 105],
        Some(b"61") => &[2, 3, 12, 27, 36],
        Some(b"62") => &[2, 17, 18, 27, 47, 61, 76],
        Some(b"70") => &[2, 6, 18, 30],
        Some(b"90") => &[2, 8, 16, 30, 39, 57, 65],
        Some(b"99") => &[2, 8, 16, 24, 40, 54, 64],
        _ => &[2],
    }
}
