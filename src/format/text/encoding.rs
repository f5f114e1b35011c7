//! The encoding of text, decided on content: byte order marks (The Unicode Standard, section 23.8),
//! well-formed UTF-8 (section 3.9), the places of NUL bytes for UTF-16, and the share of printable
//! bytes for 8-bit text.

use std::ops::Range;

/// An encoding that text is decoded from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, ASCII included; stray bytes that are not UTF-8 are taken as windows-1252.
    Utf8,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
    /// UTF-32, little endian.
    Utf32Le,
    /// UTF-32, big endian.
    Utf32Be,
    /// 8-bit text, read as windows-1252, which holds Latin-1.
    Windows1252,
}

/// Windows that are looked at, at the head, at the end and evenly between.
const WINDOW: usize = 4 << 10;
const WINDOWS: usize = 40;

impl TextEncoding {
    /// Bytes of one code unit.
    pub fn unit(self) -> usize {
        match self {
            Self::Utf8 | Self::Windows1252 => 1,
            Self::Utf16Le | Self::Utf16Be => 2,
            Self::Utf32Le | Self::Utf32Be => 4,
        }
    }

    /// The encoding that a byte order mark names, and the mark's length.
    fn of_mark(bytes: &[u8]) -> Option<(Self, usize)> {
        match bytes {
            [0xEF, 0xBB, 0xBF, ..] => Some((Self::Utf8, 3)),
            [0xFF, 0xFE, 0, 0, ..] => Some((Self::Utf32Le, 4)),
            [0, 0, 0xFE, 0xFF, ..] => Some((Self::Utf32Be, 4)),
            [0xFF, 0xFE, ..] => Some((Self::Utf16Le, 2)),
            [0xFE, 0xFF, ..] => Some((Self::Utf16Be, 2)),
            _ => None,
        }
    }

    /// Length of this encoding's byte order mark at the start of the bytes; 0 without one.
    pub fn mark_len(self, bytes: &[u8]) -> usize {
        Self::of_mark(bytes).filter(|(encoding, _)| *encoding == self).map_or(0, |(_, len)| len)
    }

    /// Could these bytes be text in this encoding? They begin and end at a border of code units.
    pub fn plausible(self, bytes: &[u8]) -> bool {
        match self {
            Self::Utf8 | Self::Windows1252 if is_plain(bytes) => true,
            Self::Utf8 => Census::of(bytes).is_text(is_utf8_but_for_edges(bytes)),
            Self::Windows1252 => Census::of(bytes).is_text(bytes.is_ascii()),
            Self::Utf16Le => plausible_units(bytes, |b| u32::from(u16::from_le_bytes([b[0], b[1]])), 2),
            Self::Utf16Be => plausible_units(bytes, |b| u32::from(u16::from_be_bytes([b[0], b[1]])), 2),
            Self::Utf32Le => plausible_units(bytes, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]), 4),
            Self::Utf32Be => plausible_units(bytes, |b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]), 4),
        }
    }
}

/// The encoding of these bytes; `None` where most of them are no text. That it is text on the whole
/// does not say that every block of it is: [`super::stretch`] judges each block again.
pub fn detect(bytes: &[u8]) -> Option<TextEncoding> {
    if bytes.is_empty() {
        return None;
    }
    let windows: Vec<&[u8]> = windows(bytes.len()).filter_map(|range| bytes.get(range)).filter(|w| !w.is_empty()).collect();
    let most = |encoding: TextEncoding| {
        let texts = windows.iter().filter(|w| encoding.plausible(w)).count();
        texts * 2 >= windows.len()
    };
    if let Some((encoding, mark)) = TextEncoding::of_mark(bytes) {
        let head = bytes.get(mark..bytes.len().min(mark + WINDOW)).unwrap_or_default();
        if (head.is_empty() || encoding.plausible(head)) && most(encoding) {
            return Some(encoding);
        }
    }
    use TextEncoding::{Utf16Be, Utf16Le, Utf32Be, Utf32Le};
    // Without NUL bytes no window counts for any of these.
    let may_be_wide = windows.iter().filter(|w| memchr::memchr(0, w).is_some()).count() * 2 >= windows.len();
    for encoding in [Utf32Le, Utf32Be, Utf16Le, Utf16Be].into_iter().filter(|_| may_be_wide) {
        let zeros =
            windows.iter().filter(|w| if encoding.unit() == 4 { has_utf32_zeros(w, encoding) } else { has_utf16_zeros(w, encoding) });
        let zeros = zeros.count();
        if zeros * 2 >= windows.len() && most(encoding) {
            return Some(encoding);
        }
    }
    if !most(TextEncoding::Utf8) {
        return None;
    }
    let (mut multibyte, mut broken) = (0, 0);
    for window in &windows {
        match is_utf8_but_for_edges(window) {
            true if !window.is_ascii() => multibyte += 1,
            true => {}
            false => broken += 1,
        }
    }
    Some(if broken > multibyte { TextEncoding::Windows1252 } else { TextEncoding::Utf8 })
}

/// The encoding that a document's head declares (XML 1.0, appendix F); UTF-8 where it declares none.
pub fn declared(head: &[u8]) -> &'static encoding_rs::Encoding {
    match head {
        [b'<', 0, ..] => return encoding_rs::UTF_16LE,
        [0, b'<', ..] => return encoding_rs::UTF_16BE,
        _ => {}
    }
    let head = &head[..head.len().min(1024)];
    let label = [&b"encoding="[..], b"charset="].iter().find_map(|key| {
        let at = memchr::memmem::find(head, key)? + key.len();
        let rest = head[at..].strip_prefix(b"\"").or_else(|| head[at..].strip_prefix(b"'")).unwrap_or(&head[at..]);
        let len = rest.iter().position(|b| !b.is_ascii_alphanumeric() && !b"-_.:".contains(b)).unwrap_or(rest.len());
        encoding_rs::Encoding::for_label(&rest[..len])
    });
    label.filter(|e| e.is_ascii_compatible()).unwrap_or(encoding_rs::UTF_8)
}

/// Ranges of the windows, all at multiples of four.
fn windows(len: usize) -> impl Iterator<Item = Range<usize>> {
    let all = len.div_ceil(WINDOW);
    let count = all.min(WINDOWS);
    (0..count).map(move |i| {
        let n = if count > 1 { (i as u128 * (all as u128 - 1) / (count as u128 - 1)) as usize } else { 0 };
        n * WINDOW..((n + 1) * WINDOW).min(len)
    })
}

/// Well-formed UTF-8 but for a character cut off at either end.
fn is_utf8_but_for_edges(bytes: &[u8]) -> bool {
    let cut = bytes.iter().take(3).take_while(|b| (0x80..0xC0).contains(*b)).count();
    match std::str::from_utf8(bytes.get(cut..).unwrap_or_default()) {
        Ok(_) => true,
        Err(e) => e.error_len().is_none() && bytes.len() - cut - e.valid_up_to() < 4,
    }
}

/// Nothing but what plain text consists of: most blocks are so, and are counted no further.
fn is_plain(bytes: &[u8]) -> bool {
    let odd = |b: &u8| u8::from((*b < 0x20 && !matches!(*b, 8..=13 | 0x1A | 0x1B)) | (*b >= 0x7F));
    bytes.chunks(4096).all(|chunk| chunk.iter().fold(0, |any, b| any | odd(b)) == 0)
}

fn has_utf16_zeros(window: &[u8], encoding: TextEncoding) -> bool {
    let zeros = |first: usize| window.iter().skip(first).step_by(2).filter(|b| **b == 0).count();
    let (high, low) = match encoding {
        TextEncoding::Utf16Le => (zeros(1), zeros(0)),
        _ => (zeros(0), zeros(1)),
    };
    let units = window.len() / 2;
    units >= 2 && high * 10 >= units * 6 && low * 20 <= units
}

/// Nearly all units are characters below U+0300, and none is NUL.
fn has_utf32_zeros(window: &[u8], encoding: TextEncoding) -> bool {
    let is_low = |unit: &&[u8; 4]| match encoding {
        TextEncoding::Utf32Le => matches!(unit, [1..=255, 0, 0, 0] | [_, 1..=2, 0, 0]),
        _ => matches!(unit, [0, 0, 0, 1..=255] | [0, 0, 1..=2, _]),
    };
    let units = window.as_chunks::<4>().0;
    units.len() >= 4 && units.iter().filter(is_low).count() * 20 >= units.len() * 19
}

/// Few units are control characters, private use, surrogates without a partner or no characters.
fn plausible_units(bytes: &[u8], unit: impl Fn(&[u8]) -> u32, size: usize) -> bool {
    let (mut all, mut odd) = (0, 0);
    let mut high = false;
    for unit in bytes.chunks_exact(size).map(unit) {
        all += 1;
        let pair = high && (0xDC00..0xE000).contains(&unit);
        high = size == 2 && (0xD800..0xDC00).contains(&unit);
        let control = unit < 0x20 && !matches!(unit, 9..=13 | 27..=31);
        let lone = (0xDC00..0xE000).contains(&unit) && !pair;
        let unassigned = (0xE000..0xF900).contains(&unit) || matches!(unit, 0xFFFE | 0xFFFF) || unit > 0x10_FFFF;
        odd += usize::from(control || lone || unassigned);
    }
    all > 0 && odd * 64 <= all
}

/// Bytes of a block by kind.
#[derive(Default)]
struct Census {
    all: usize,
    /// Control characters that text does not hold; NUL among them.
    control: usize,
    /// Control characters that separate fields or records.
    separator: usize,
    /// Bytes above ASCII.
    high: usize,
    /// Bytes that windows-1252 leaves undefined.
    undefined: usize,
}

impl Census {
    fn of(bytes: &[u8]) -> Self {
        let mut counts = [0usize; 256];
        bytes.iter().for_each(|b| counts[usize::from(*b)] += 1);
        let sum = |kind: &[u8]| kind.iter().map(|b| counts[usize::from(*b)]).sum::<usize>();
        let separator = sum(&[1, 2, 0x14, 0x1C, 0x1D, 0x1E, 0x1F]);
        let blank = sum(&[8, 9, 10, 11, 12, 13, 0x1A, 0x1B]);
        Self {
            all: bytes.len(),
            control: counts[..0x20].iter().sum::<usize>() - separator - blank + counts[0x7F],
            separator,
            high: counts[0x80..].iter().sum(),
            undefined: sum(&[0x81, 0x8D, 0x8F, 0x90, 0x9D]),
        }
    }

    /// `valid`: the bytes are well-formed UTF-8.
    fn is_text(&self, valid: bool) -> bool {
        let few_controls = self.control * 256 <= self.all && self.separator * 3 <= self.all;
        few_controls && (valid || self.undefined * 128 <= self.all && self.high * 10 <= self.all * 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    }

    #[test]
    fn encodings_are_told_apart_on_content() {
        let text = "customer;Société Générale;0042\r\n".repeat(20);
        let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
        let wide = |to: fn(u32) -> [u8; 4]| text.chars().flat_map(|c| to(c as u32)).collect::<Vec<u8>>();
        let cases: [(Vec<u8>, Option<TextEncoding>); 11] = [
            (wide(u32::to_le_bytes), Some(TextEncoding::Utf32Le)),
            (wide(u32::to_be_bytes), Some(TextEncoding::Utf32Be)),
            (text.clone().into_bytes(), Some(TextEncoding::Utf8)),
            (latin, Some(TextEncoding::Windows1252)),
            (utf16(&text, false), Some(TextEncoding::Utf16Le)),
            (utf16(&text, true), Some(TextEncoding::Utf16Be)),
            ([b"\xFF\xFE".to_vec(), utf16(&text, false)].concat(), Some(TextEncoding::Utf16Le)),
            ([b"\xFE\xFF".to_vec(), utf16("Банк Пример\n", true)].concat(), Some(TextEncoding::Utf16Be)),
            (
                [b"\xFF\xFE\0\0".to_vec(), text.chars().flat_map(|c| (c as u32).to_le_bytes()).collect()].concat(),
                Some(TextEncoding::Utf32Le),
            ),
            ((0..4096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect(), None),
            (vec![0; 100], None),
        ];
        for (bytes, want) in cases {
            assert_eq!(detect(&bytes), want, "{:?}", &bytes[..8]);
        }
    }

    #[test]
    fn a_text_head_before_a_binary_is_no_text() {
        let mut bytes = b"a line of text\n".repeat(5000);
        bytes.extend((0..1_000_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8));
        assert_eq!(detect(&bytes), None);
    }
}
