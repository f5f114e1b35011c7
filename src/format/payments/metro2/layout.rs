//! Metro 2 records: where they are, and where their fields stand in the two forms.

use crate::format::payments::record::{is_digits, line_end, number};

/// Characters of a base segment, header and trailer in character form.
pub(super) const CHARACTER: usize = 426;
/// Bytes of them in packed form.
pub(super) const PACKED: usize = 366;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Header,
    Base,
    Trailer,
}

/// One record, its descriptor words included.
pub(super) struct Piece {
    pub kind: Kind,
    pub packed: bool,
    /// First byte of the record descriptor word.
    pub start: usize,
    pub end: usize,
    /// It was to be longer than the bytes are.
    pub cut: bool,
}

/// The record at an offset: an optional block descriptor word, the record descriptor word, the record.
/// `None` where none begins.
pub(super) fn piece_at(bytes: &[u8], at: usize) -> Option<Piece> {
    let words = [at, at + 4, at + 4 + line_end(bytes.get(at + 4..).unwrap_or_default())];
    words
        .into_iter()
        .find_map(|start| character_at(bytes, start))
        .or_else(|| [at, at + 4].into_iter().find_map(|start| packed_at(bytes, start)))
}

fn character_at(bytes: &[u8], start: usize) -> Option<Piece> {
    let word = bytes.get(start..start + 4).filter(|word| is_digits(word))?;
    let length: usize = std::str::from_utf8(word).ok()?.parse().ok()?;
    let rest = &bytes[start..];
    let kind = match rest.get(4..)? {
        body if body.starts_with(b"HEADER") => Kind::Header,
        body if body.starts_with(b"TRAILER") => Kind::Trailer,
        _ if is_base(rest) => Kind::Base,
        _ => return None,
    };
    let whole = length.max(CHARACTER);
    let line = rest.iter().take(whole).position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(whole);
    Some(Piece { kind, packed: false, start, end: start + line.min(rest.len()), cut: line > rest.len() })
}

/// Processing indicator, time stamp, and further on date of birth and social security number.
fn is_base(rest: &[u8]) -> bool {
    let Some(stamp) = rest.get(5..19).filter(|stamp| is_digits(stamp)) else { return false };
    let within = |digits: &[u8], range: std::ops::RangeInclusive<u64>| number(digits).is_some_and(|n| range.contains(&n));
    let time = within(&stamp[..2], 1..=12) && within(&stamp[2..4], 1..=31) && within(&stamp[4..6], 19..=20);
    matches!(rest.first_chunk::<5>(), Some([_, _, _, _, b'0' | b'1' | b' ']))
        && time
        && rest.get(297..314).is_none_or(|numbers| numbers.iter().all(|b| b.is_ascii_digit() || *b == b' '))
}

fn packed_at(bytes: &[u8], start: usize) -> Option<Piece> {
    let rest = bytes.get(start..)?;
    let [high, low, 0, 0, ..] = rest else { return None };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let kind = match rest.get(4..)? {
        body if body.starts_with(b"HEADER") => Kind::Header,
        body if body.starts_with(b"TRAILER") => Kind::Trailer,
        // Processing indicator, correction indicator, portfolio type, ECOA code.
        [b'0' | b'1', ..] if matches!(rest.get(13), Some(b'0' | b'1' | b' ')) && rest.get(66).is_some_and(u8::is_ascii_uppercase) => {
            Kind::Base
        }
        _ => return None,
    };
    // A block descriptor word looks like a record descriptor word and is followed by one.
    if length < PACKED {
        return None;
    }
    Some(Piece { kind, packed: true, start, end: start + length.min(rest.len()), cut: length > rest.len() })
}

/// First and last position of the fields of a base segment that are read.
pub(super) struct Base {
    pub identification: (usize, usize),
    pub account: (usize, usize),
    pub amounts: &'static [(usize, usize)],
    pub names: [(usize, usize); 3],
    pub ssn: (usize, usize),
    pub birth: (usize, usize),
    pub telephone: (usize, usize),
    pub address: (usize, usize),
    pub region: (usize, usize),
    pub end: usize,
    pub ends: &'static [usize],
}

/// Character form.
pub(super) const CHARACTER_BASE: Base = Base {
    identification: (21, 40),
    account: (43, 72),
    amounts: &[(84, 101), (106, 123), (155, 181)],
    names: [(257, 276), (277, 296), (232, 256)],
    ssn: (298, 306),
    birth: (307, 314),
    telephone: (315, 324),
    address: (330, 424),
    region: (414, 415),
    end: CHARACTER,
    ends: &[
        4, 5, 19, 20, 40, 42, 72, 75, 83, 92, 101, 105, 114, 123, 126, 150, 154, 163, 172, 181, 189, 197, 205, 213, 214, 231, 256, 276,
        296, 297, 306, 314, 324, 327, 329, 361, 393, 413, 415, 424, 426,
    ],
};

/// Packed form: numbers are packed decimals.
pub(super) const PACKED_BASE: Base = Base {
    identification: (15, 34),
    account: (37, 66),
    amounts: &[(75, 84), (89, 98), (130, 144)],
    names: [(208, 227), (228, 247), (183, 207)],
    ssn: (249, 253),
    birth: (254, 258),
    telephone: (259, 264),
    address: (270, 364),
    region: (354, 355),
    end: PACKED,
    ends: &[],
};

/// Fields of characters in a packed base segment.
pub(super) const PACKED_TEXT: [(usize, usize); 19] = [
    (14, 14),
    (15, 34),
    (35, 36),
    (37, 66),
    (67, 69),
    (85, 88),
    (99, 101),
    (102, 125),
    (126, 129),
    (183, 207),
    (208, 227),
    (228, 247),
    (248, 248),
    (265, 269),
    (270, 301),
    (302, 333),
    (334, 353),
    (354, 355),
    (356, 366),
];

/// Length and field ends of an appended segment; its fields are characters in both forms.
pub(super) fn segment(tag: &[u8]) -> Option<(usize, &'static [usize])> {
    Some(match tag {
        b"J1" => (100, &[2, 3, 28, 48, 68, 69, 78, 86, 96, 99]),
        b"J2" => (200, &[2, 3, 28, 48, 68, 69, 78, 86, 96, 99, 101, 133, 165, 185, 187, 196, 198]),
        b"K1" => (34, &[2, 32]),
        b"K2" => (34, &[2, 3, 33]),
        b"K3" => (40, &[2, 4, 22, 40]),
        b"K4" => (30, &[2, 4, 12, 20]),
        b"L1" => (54, &[2, 3, 33]),
        b"N1" => (146, &[2, 42, 74, 106, 126, 128, 137]),
        _ => return None,
    })
}
