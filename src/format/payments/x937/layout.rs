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

/// The shape of bytes that begin with a file header record, or, of a file of which that was cut off, with the header of a
/// cash letter or bundle, or with a record about a check and another one behind it.
pub(super) fn shape_of(head: &[u8]) -> Option<Shape> {
    // The record of an image has its own length.
    let prefixed = matches!(head.get(..4), Some([0, 0, 0, length]) if usize::from(*length) == LENGTH)
        || matches!(head.get(..6), Some([0, 0..=0x10, _, _, 0xF5, 0xF2] | [0, 0..=0x10, _, _, b'5', b'2']));
    let framing = if prefixed { Framing::Prefixed } else { Framing::Plain };
    let record = head.get(if prefixed { 4 } else { 0 }..)?;
    let ebcdic = matches!(record, [0xF0..=0xF9, 0xF0..=0xF9, ..]);
    let shape = Shape { framing, ebcdic };
    let mut decoded = Vec::new();
    decode(&record[..record.len().min(LENGTH)], shape, &mut decoded);
    (is_file_header(&decoded) || is_letter_header(&decoded) || is_of_check(&decoded) && is_before_another(head, shape)).then_some(shape)
}

/// A record about a check, its endorsement or its image, whose numbers are what they must be.
fn is_of_check(record: &[u8]) -> bool {
    let checks = |first: usize| record.get(first..first + 9).and_then(RoutingNumber::parse).is_some();
    let is_day = |first: usize| record.get(first..first + 8).and_then(day::of_eight).is_some_and(|day| (1980..2100).contains(&day.year()));
    let digits = |first: usize, length: usize| record.get(first..first + length).is_some_and(is_digits);
    record.len() == LENGTH
        && match record.get(..2) {
            Some(b"25") => checks(18) && digits(47, 10),
            Some(b"31") => checks(2) && digits(31, 10),
            Some(b"26" | b"32") => digits(2, 1) && checks(3) && is_day(12),
            Some(b"28" | b"35") => digits(2, 2) && checks(4) && is_day(13),
            Some(b"50") => digits(2, 1) && checks(3) && is_day(12),
            Some(b"52") => checks(2) && is_day(11),
            Some(b"61") => checks(3) && digits(36, 10),
            _ => false,
        }
}

/// Does another record about a check, or the trailer of a bundle, follow the first one?
fn is_before_another(head: &[u8], shape: Shape) -> bool {
    let mut scratch = Vec::new();
    let Some(next) = piece_at(head, 0, shape, &mut scratch).filter(|first| !first.cut).map(|first| first.next) else { return false };
    let Some(second) = piece_at(head, next, shape, &mut scratch) else { return false };
    let record = head.get(second.start..second.text_end.min(second.start + LENGTH)).unwrap_or_default();
    decode(record, shape, &mut scratch);
    // Blanks at the end of a line may be lost.
    scratch.resize(LENGTH, b' ');
    is_of_check(&scratch) || scratch.starts_with(b"70") && is_digits(&scratch[2..18])
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
            // Behind the rest of a record that was cut.
            [b'2', b'5', ..] | [b'3', b'1', ..] | [0xF2, 0xF5, ..] | [0xF3, 0xF1, ..] if may_begin(bytes, from, at) => {}
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
        matches!(
            scratch[..],
            [b'1' | b'2' | b'5' | b'7' | b'9', b'0']
                | [b'2' | b'3', b'1' | b'2' | b'5' | b'6']
                | [b'6', b'1' | b'2']
                | [b'5', b'2']
                | [b'9', b'9']
        )
        .then_some((start, shape))
    })
}

/// Does a length or the end of a line stand before a place?
fn may_begin(bytes: &[u8], from: usize, at: usize) -> bool {
    let before = &bytes[from..at];
    before.ends_with(&[0, 0, 0, LENGTH as u8]) || before.ends_with(b"\n") || before.ends_with(&[0x25]) || before.ends_with(&[0x15])
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
