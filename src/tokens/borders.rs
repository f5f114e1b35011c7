//! Where words begin and end, and the parts of those in camelCase.

use super::fold::{is_code_of, is_invisible};
use std::ops::Range;
use unicode_normalization::char::is_combining_mark;

/// The blank without width.
pub(super) const NO_WIDTH: char = '\u{200B}';

/// So near before its parameters the escape of a colour stands.
const COLOUR: usize = 12;

/// A word that has one reading only.
pub(super) struct Plain {
    pub end: usize,
    pub code: bool,
    pub value: bool,
}

/// The word that begins at `start`, where it has one reading only: letters and digits of ASCII with no mark beside them
/// that could belong to it, and not in camelCase. That is nearly every word.
pub(super) fn plain_end(bytes: &[u8], start: usize) -> Option<Plain> {
    if start > 0 && may_be_glued(bytes, start) {
        return None;
    }
    let (mut at, mut digits, mut before) = (start, 0, 0);
    let (mut rises, mut has_lower) = (false, false);
    loop {
        let kinds = Kinds::of(&bytes[at..]);
        // An upper letter behind a lower one.
        rises |= kinds.upper & ((kinds.lower << u8::BITS) | before) != 0;
        has_lower |= kinds.lower != 0;
        digits += kinds.digits.count_ones() as usize;
        at += kinds.len;
        if kinds.len < size_of::<u64>() {
            break;
        }
        before = kinds.lower >> (u64::BITS - u8::BITS);
    }
    match bytes.get(at) {
        Some(b'\'' | 0x80..) => None,
        _ if rises => None,
        _ => Some(Plain { end: at, code: is_code_of(at - start, digits), value: digits > 0 || !has_lower }),
    }
}

/// May what stands before a word be an escape or literal to which its beginning belongs? As [`glued_before`] says, which
/// looks closer.
fn may_be_glued(bytes: &[u8], start: usize) -> bool {
    let hex = || bytes[start..].len() > 2 && bytes[start..start + 2].iter().all(u8::is_ascii_hexdigit);
    match bytes[start - 1] {
        b'\\' => matches!(bytes[start], b'n' | b't' | b'r'),
        b'%' => hex(),
        b'=' => hex() && !bytes[start..start + 2].iter().any(u8::is_ascii_lowercase),
        b'-' => bytes[start] == b'D',
        b'[' | b';' => bytes[start.saturating_sub(COLOUR)..start].contains(&0x1B),
        _ => false,
    }
}

/// Of what kind the letters and digits of ASCII are with which some bytes begin, eight at most: of each byte the highest
/// bit says it. Most words end within eight bytes, and none of them is looked at alone.
struct Kinds {
    upper: u64,
    lower: u64,
    digits: u64,
    /// How many there are.
    len: usize,
}

impl Kinds {
    fn of(bytes: &[u8]) -> Self {
        const EACH: u64 = 0x0101_0101_0101_0101;
        const HIGHEST: u64 = 0x80 * EACH;
        let word = match bytes.first_chunk() {
            Some(eight) => u64::from_le_bytes(*eight),
            None => bytes.iter().rev().fold(0, |word, b| word << u8::BITS | u64::from(*b)),
        };
        let low = word & !HIGHEST;
        // No sum of two numbers below 128 reaches into the next byte.
        let from = |bytes: u64, first: u8| bytes + u64::from(0x80 - first) * EACH;
        let within = |bytes: u64, first: u8, last: u8| from(bytes, first) & !from(bytes, last + 1) & !word & HIGHEST;
        let digits = within(low, b'0', b'9');
        let letters = within(low | (0x20 * EACH), b'a', b'z');
        let lower = letters & (low << 2);
        let upper = letters & !lower;
        let others = !(digits | letters) & HIGHEST;
        let len = (others.trailing_zeros() / u8::BITS) as usize;
        let kept = if len < size_of::<u64>() { (1 << (len as u32 * u8::BITS)) - 1 } else { u64::MAX };
        Self { upper: upper & kept, lower: lower & kept, digits: digits & kept, len }
    }
}

/// The end of the word that begins at `start`: letters, digits, marks, and an apostrophe between letters.
pub(super) fn word_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    let ideographs = text[start..].starts_with(is_ideograph);
    while at < bytes.len() {
        let b = bytes[at];
        if at > start && text.is_char_boundary(at) && (b < 0x80 || bytes[at] >= 0xC0) && ideographs != text[at..].starts_with(is_ideograph)
        {
            break;
        }
        let is_apostrophe = b == b'\'' && at > start && bytes.get(at + 1).is_some_and(|b| b.is_ascii_alphabetic() || *b >= 0x80);
        if b.is_ascii_alphanumeric() || is_apostrophe {
            at += 1;
        } else if b >= 0x80 {
            match text[at..].chars().next() {
                Some(c) if c.is_alphanumeric() || is_combining_mark(c) => at += c.len_utf8(),
                Some(c) if is_invisible(c) && at > start => match text[at..].trim_start_matches(is_invisible) {
                    rest if rest.starts_with(|c: char| c.is_alphanumeric() || is_combining_mark(c)) => at = text.len() - rest.len(),
                    _ => break,
                },
                Some(c @ '’') if text[at + c.len_utf8()..].starts_with(char::is_alphabetic) && at > start => at += c.len_utf8(),
                _ => break,
            }
        } else {
            break;
        }
    }
    at
}

/// Adds the parts of a word at following places: of one in camelCase its parts, of one with a possessive `'s`
/// its stem. Gives how many places it takes.
pub(super) fn add_parts(word: &str, start: usize, position: u32, readings: &mut Vec<(Range<usize>, u32, bool)>) -> u32 {
    let parts = match possessive(word) {
        Some(end) => std::iter::once(0..end).collect(),
        None => camel_parts(word),
    };
    let width = parts.len().max(1) as u32;
    readings.extend(parts.into_iter().zip(position..).map(|(part, place)| (start + part.start..start + part.end, place, false)));
    width
}

/// What blanks without width divide; nothing where there are none.
pub(super) fn words_between(word: &str) -> Vec<Range<usize>> {
    if word.is_ascii() || !word.contains(NO_WIDTH) {
        return Vec::new();
    }
    let mut at = 0;
    let parts = word.split_inclusive(NO_WIDTH).map(|part| {
        let start = at;
        at += part.len();
        start..start + part.trim_end_matches(NO_WIDTH).len()
    });
    parts.filter(|part| !part.is_empty()).take(12).collect()
}

/// How much of the word that begins here belongs to an escape or literal before it, not to the word:
/// `\nQ7X9ZP` in a log, `%20First` in an address, `=3DQ7` in quoted-printable, `N'First'` in SQL, colours of a
/// terminal. The rest of the word is then a part of its own.
pub(super) fn glued_before(text: &str, start: usize) -> usize {
    let (before, word) = (&text.as_bytes()[..start], &text.as_bytes()[start..]);
    let hex = word.len() > 2 && word[..2].iter().all(u8::is_ascii_hexdigit);
    match before.last() {
        Some(b'\\') if matches!(word.first(), Some(b'n' | b't' | b'r')) => 1,
        Some(b'%') if hex => 2,
        // `-Dclient.id=4711`: a property of a Java program.
        Some(b'-') if word.first() == Some(&b'D') && word.get(1).is_some_and(u8::is_ascii_lowercase) => {
            let begins = before[..before.len() - 1].last().is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\''));
            usize::from(begins)
        }
        Some(b'=') if hex && !word[..2].iter().any(u8::is_ascii_lowercase) => 2,
        Some(b'[' | b';') => {
            let digits = word.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
            let is_colour = before.iter().rev().take(COLOUR).any(|b| *b == 0x1B) && word.get(digits) == Some(&b'm');
            if is_colour { digits + 1 } else { 0 }
        }
        _ => {
            let prefix = word.iter().take(3).take_while(|b| b.is_ascii_alphabetic()).count();
            let quote = if word[prefix..].starts_with(b"'") {
                1
            } else if word[prefix..].starts_with("’".as_bytes()) {
                3
            } else {
                0
            };
            if (1..=2).contains(&prefix) && quote > 0 { prefix + quote } else { 0 }
        }
    }
}

/// Does a word begin here: behind something that is no part of a word, or behind an escape or literal that
/// is glued to it?
pub fn begins_word(text: &str, at: usize) -> bool {
    match text[..at].chars().next_back() {
        Some(c) if is_ideograph(c) => true,
        Some(c) if c.is_alphanumeric() => {
            (1..=5).any(|n| at.checked_sub(n).is_some_and(|from| text.is_char_boundary(from) && glued_before(text, from) == n))
        }
        _ => true,
    }
}

/// Does a word end here? Between a word in Latin letters and one in ideographs no blank stands.
pub fn ends_word(text: &str, at: usize) -> bool {
    match text[at..].chars().next() {
        Some('\'' | '’') => true,
        Some(c) => !c.is_alphanumeric() || is_ideograph(c),
        None => true,
    }
}

/// Scripts that are written without blanks between words.
pub(super) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// `Bank's`: the word without its `'s` is a part of its own, so that it is found as well.
pub(super) fn possessive(word: &str) -> Option<usize> {
    let stem = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).or_else(|| word.strip_suffix("'S"))?;
    (!stem.is_empty()).then_some(stem.len())
}

/// The parts of a camelCase word; none where it is no such word. Words with digits are no such words:
/// codes and hashes stay whole.
pub(super) fn camel_parts(word: &str) -> Vec<Range<usize>> {
    let bytes = word.as_bytes();
    if bytes.len() < 4 || bytes.len() > 80 || !bytes.iter().all(u8::is_ascii_alphabetic) {
        return Vec::new();
    }
    if !bytes.windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase()) {
        return Vec::new();
    }
    let mut cuts = vec![0];
    for i in 1..bytes.len() {
        let rises = bytes[i - 1].is_ascii_lowercase() && bytes[i].is_ascii_uppercase();
        // XMLReader: the last capital of a run begins the next word.
        let run_ends =
            bytes[i - 1].is_ascii_uppercase() && bytes[i].is_ascii_uppercase() && bytes.get(i + 1).is_some_and(u8::is_ascii_lowercase);
        if rises || run_ends {
            cuts.push(i);
        }
    }
    cuts.push(bytes.len());
    if cuts.len() > 12 { Vec::new() } else { cuts.windows(2).map(|w| w[0]..w[1]).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As [`plain_end`], a byte after the other.
    fn byte_by_byte(word: &[u8]) -> Option<(usize, usize, bool)> {
        let end = word.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(word.len());
        let is_plain = !matches!(word.get(end), Some(b'\'' | 0x80..));
        let word = &word[..end];
        let rises = word.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
        let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
        (is_plain && !rises).then_some((end, digits, digits > 0 || !word.iter().any(u8::is_ascii_lowercase)))
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_glued_to_a_plain_word(before in "[\\\\%=;\\[\\-\x1b 1x]{0,4}", word in "[a-fA-FnN0-9mD]{1,9}[ ;']?") {
            let text = format!("{before}{word}");
            let bytes = text.as_bytes();
            let start = bytes.iter().rposition(|b| !b.is_ascii_alphanumeric() && !matches!(b, b' ' | b';' | b'\'')).map_or(0, |at| at + 1);
            if bytes.get(start).is_some_and(u8::is_ascii_alphanumeric) && let Some(plain) = plain_end(bytes, start) {
                let glued = glued_before(&text, start);
                proptest::prop_assert!(glued == 0 || glued >= plain.end - start, "{:?}", text);
            }
        }

        #[test]
        fn eight_bytes_at_once_are_as_one_after_the_other(word in "[a-c]{0,9}[A-C0-9x]{0,9}[a-z@\\[`{/:'é _Z9]{0,3}[a-zA-Z0-9]{0,20}") {
            let word = word.as_bytes();
            proptest::prop_assume!(word.first().is_some_and(u8::is_ascii_alphanumeric));
            let found = plain_end(word, 0).map(|plain| (plain.end, plain.code, plain.value));
            let expected = byte_by_byte(word).map(|(end, digits, value)| (end, is_code_of(end, digits), value));
            proptest::prop_assert_eq!(found, expected);
        }
    }
}
