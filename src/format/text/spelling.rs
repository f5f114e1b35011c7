//! How the digits of base64 and what stands between them are written: as they are, or as escapes of strings
//! (RFC 8259, section 7), of markup (XML 1.0, section 4.1) and of addresses (RFC 3986, section 2.1).

use super::base64::Bits;
use std::io::{self, Read};

/// The alphabets of RFC 4648: section 4, or section 5 as well.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    Standard,
    Url,
}

/// A character as it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A digit with its value.
    Digit(u8),
    /// A digit of the alphabet for addresses alone.
    UrlDigit(u8),
    Padding,
    LineFeed,
    Return,
    Blank,
    /// What may stand at the borders of lines: quotes, operators that put strings together, marks of quoted mail.
    Mark,
    /// Anything else, and the end.
    Other,
}

/// What runs are made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Digits {
    Hexadecimal = 1,
    /// Letters and digits.
    Plain = 2,
    /// Those of either alphabet of base64.
    Base64 = 4,
    /// Those of numbers in lists, and what stands between them.
    Listed = 8,
}

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        classes[i] = (b.is_ascii_hexdigit() as u8 * Digits::Hexadecimal as u8)
            | (b.is_ascii_alphanumeric() as u8 * Digits::Plain as u8)
            | ((b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_')) as u8 * Digits::Base64 as u8)
            | ((b.is_ascii_hexdigit() || matches!(b, b'x' | b'X' | b' ' | b',' | b'-' | b':' | b'\\' | b'\t' | b'\r' | b'\n')) as u8
                * Digits::Listed as u8);
        i += 1;
    }
    classes
};

impl Digits {
    /// Is it one of them?
    #[inline]
    pub fn has(self, b: u8) -> bool {
        CLASSES[usize::from(b)] & self as u8 != 0
    }

    /// Are all of these? Counted without a table or a branch, so that the compiler asks it of all at once.
    #[inline]
    fn are(self, block: &[u8; BLOCK]) -> bool {
        let number = |b: u8| b.wrapping_sub(b'0') < 10;
        let letter = |b: u8, last: u8| (b | 0x20).wrapping_sub(b'a') <= last - b'a';
        let mark = |b: u8| (b == b'+') | (b == b'/') | (b == b'-') | (b == b'_');
        let joint = |b: u8| {
            (b == b' ')
                | (b == b',')
                | (b == b'-')
                | (b == b':')
                | (b == b'\\')
                | (b | 0x20 == b'x')
                | (b == b'\t')
                | (b == b'\r')
                | (b == b'\n')
        };
        match self {
            Self::Hexadecimal => all(block, |b| number(b) | letter(b, b'f')),
            Self::Plain => all(block, |b| number(b) | letter(b, b'z')),
            Self::Base64 => all(block, |b| number(b) | letter(b, b'z') | mark(b)),
            Self::Listed => all(block, |b| number(b) | letter(b, b'f') | joint(b)),
        }
    }
}

#[inline]
fn all(block: &[u8; BLOCK], has: impl Fn(u8) -> bool) -> bool {
    usize::from(block.iter().map(|b| u8::from(has(*b))).sum::<u8>()) == BLOCK
}

/// Letters and digits.
pub(super) fn is_plain_digit(b: u8) -> bool {
    Digits::Plain.has(b)
}

/// A digit of either alphabet.
pub(super) fn is_digit(b: u8) -> bool {
    Digits::Base64.has(b)
}

/// What stands at a place, and how many bytes it takes; never none.
pub(super) fn step(bytes: &[u8], at: usize) -> (Step, usize) {
    let Some(&byte) = bytes.get(at) else { return (Step::Other, 1) };
    match byte {
        b'\\' => escaped(bytes, at),
        b'%' => hexadecimal(bytes, at + 1, 2).map_or((Step::Other, 1), |c| (meant(c), 3)),
        b'&' => reference(bytes, at),
        b'+' => {
            // Between strings it puts them together.
            let around = |b: Option<&u8>| matches!(b, Some(b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\''));
            let lone = around(at.checked_sub(1).and_then(|before| bytes.get(before))) && around(bytes.get(at + 1));
            (if lone { Step::Mark } else { Step::Digit(62) }, 1)
        }
        b => (meant(b), 1),
    }
}

fn meant(b: u8) -> Step {
    match b {
        b'A'..=b'Z' => Step::Digit(b - b'A'),
        b'a'..=b'z' => Step::Digit(b - b'a' + 26),
        b'0'..=b'9' => Step::Digit(b - b'0' + 52),
        b'+' => Step::Digit(62),
        b'/' => Step::Digit(63),
        b'-' => Step::UrlDigit(62),
        b'_' => Step::UrlDigit(63),
        b'=' => Step::Padding,
        b'\n' => Step::LineFeed,
        b'\r' => Step::Return,
        b' ' | b'\t' | 0x0B | 0x0C => Step::Blank,
        b'"' | b'\'' | b'`' | b',' | b'>' | b'|' | b'#' | b'*' | b'.' => Step::Mark,
        _ => Step::Other,
    }
}

/// An escape of a string, which may be escaped itself.
fn escaped(bytes: &[u8], at: usize) -> (Step, usize) {
    let slashes = bytes[at..].iter().take(4).take_while(|b| **b == b'\\').count();
    let digits = |from: usize, count: usize| hexadecimal(bytes, at + slashes + from, count);
    match bytes.get(at + slashes) {
        Some(b'n') => (Step::LineFeed, slashes + 1),
        Some(b'r') => (Step::Return, slashes + 1),
        Some(b't') => (Step::Blank, slashes + 1),
        Some(b'/') => (Step::Digit(63), slashes + 1),
        Some(b'"' | b'\'') => (Step::Mark, slashes + 1),
        Some(b'u') => digits(1, 4).map_or((Step::Other, slashes), |c| (meant(c), slashes + 5)),
        Some(b'x') => digits(1, 2).map_or((Step::Other, slashes), |c| (meant(c), slashes + 3)),
        // The next line goes on with this one.
        Some(b'\r' | b'\n') => (Step::Blank, slashes),
        _ => (Step::Other, slashes),
    }
}

/// A reference of markup.
fn reference(bytes: &[u8], at: usize) -> (Step, usize) {
    let rest = &bytes[at..bytes.len().min(at + 8)];
    let Some(end) = rest.iter().position(|b| *b == b';') else { return (Step::Other, 1) };
    let number = |digits: &[u8], radix: u32| {
        let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|b| b.is_ascii_alphanumeric()))?;
        u8::from_str_radix(digits, radix).ok().filter(u8::is_ascii)
    };
    let seen = match &rest[1..end] {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16).map(meant),
        [b'#', digits @ ..] => number(digits, 10).map(meant),
        b"quot" | b"gt" => Some(Step::Mark),
        b"nbsp" => Some(Step::Blank),
        _ => None,
    };
    seen.map_or((Step::Other, 1), |seen| (seen, end + 1))
}

/// The ASCII character with so many hexadecimal digits.
fn hexadecimal(bytes: &[u8], at: usize, count: usize) -> Option<u8> {
    let digits = bytes.get(at..at + count)?;
    let value = digits.iter().try_fold(0, |value, b| Some(value << 4 | char::from(*b).to_digit(16)?))?;
    u8::try_from(value).ok().filter(u8::is_ascii)
}

/// Bytes that are looked at together.
const BLOCK: usize = 16;

/// How many digits the bytes begin with.
pub(super) fn run_len(bytes: &[u8], digits: Digits) -> usize {
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let whole = blocks.iter().take_while(|block| digits.are(block)).count() * BLOCK;
    whole + bytes[whole..].iter().take_while(|b| digits.has(**b)).count()
}

/// Where the next run of at least so many digits begins, of not less than a block. Most of the text is not even looked
/// at: wherever such a run begins, it holds one of the blocks that begin every `least - BLOCK + 1` bytes.
#[inline]
pub(super) fn next_run(bytes: &[u8], from: usize, least: usize, digits: Digits) -> Option<usize> {
    let step = least - BLOCK + 1;
    let (mut at, mut open) = (from, from);
    loop {
        if !digits.are(bytes.get(at..)?.first_chunk::<BLOCK>()?) {
            at += step;
            continue;
        }
        let start = at - bytes[open..at].iter().rev().take_while(|b| digits.has(**b)).count();
        let more = (start + least).saturating_sub(at + BLOCK);
        let behind = bytes.get(at + BLOCK..)?;
        let seen = behind.iter().take(more).take_while(|b| digits.has(**b)).count();
        if seen == more {
            return Some(start);
        }
        // What ends the run is no digit.
        (at, open) = (at + BLOCK + seen + 1, at + BLOCK + seen + 1);
    }
}

/// Where the digits begin of which some stand at `run`, not before `from`: behind an escape whose last letters look
/// like digits, and before escapes that are digits.
pub(super) fn run_start(bytes: &[u8], run: usize, from: usize) -> usize {
    let mut start = run;
    loop {
        let Some((at, len, seen)) = escape_over(bytes, start, from) else { return start };
        match seen {
            Step::Digit(_) | Step::UrlDigit(_) => {
                let before = bytes[from..at].iter().rev().take_while(|b| is_digit(**b)).count();
                start = at - before;
            }
            Step::Padding | Step::LineFeed | Step::Return | Step::Blank | Step::Mark | Step::Other => return start.max(at + len),
        }
    }
}

/// The escape that begins before a place and ends there or a little behind it.
fn escape_over(bytes: &[u8], place: usize, from: usize) -> Option<(usize, usize, Step)> {
    (from.max(place.saturating_sub(7))..place).rev().find_map(|at| {
        if !matches!(bytes[at], b'\\' | b'%' | b'&') {
            return None;
        }
        let (seen, len) = step(bytes, at);
        (seen != Step::Other && at + len >= place).then_some((at, len, seen))
    })
}

/// Decodes base64 as it is spelled; what is no digit is skipped.
pub(super) struct Spelled<'a> {
    bytes: &'a [u8],
    at: usize,
    bits: Bits,
}

impl<'a> Spelled<'a> {
    /// A decoder of a block.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, bits: Bits::default() }
    }
}

impl Read for Spelled<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut n = 0;
        while n < out.len() && self.at < self.bytes.len() {
            let (seen, len) = step(self.bytes, self.at);
            self.at += len;
            if let Step::Digit(value) | Step::UrlDigit(value) = seen
                && let Some(byte) = self.bits.push(value)
            {
                out[n] = byte;
                n += 1;
            }
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn runs_are_found_where_they_begin(
            runs in prop::collection::vec((0usize..70, 1usize..4), 0..12), from in 0usize..60, least in BLOCK..50, cut in 0usize..40,
        ) {
            let bytes: Vec<u8> = runs.iter().flat_map(|(digits, others)| [vec![b'a'; *digits], vec![b' '; *others]].concat()).collect();
            let bytes = &bytes[..bytes.len().saturating_sub(cut)];
            let wanted = (from..bytes.len()).find(|at| bytes.get(*at..at + least).is_some_and(|run| run.iter().all(|b| is_digit(*b))));
            prop_assert_eq!(next_run(bytes, from, least, Digits::Base64), wanted);
            let rest = bytes.get(from..).unwrap_or_default();
            prop_assert_eq!(run_len(rest, Digits::Plain), rest.iter().take_while(|b| is_plain_digit(**b)).count());
        }

        #[test]
        fn one_by_one_and_together_are_the_same(block: [u8; BLOCK], at in 0..BLOCK) {
            for digits in [Digits::Hexadecimal, Digits::Plain, Digits::Base64, Digits::Listed] {
                prop_assert_eq!(digits.are(&block), block.iter().all(|b| digits.has(*b)));
                let mut one = [b'a'; BLOCK];
                one[at] = block[0];
                prop_assert_eq!(digits.are(&one), digits.has(block[0]));
            }
        }
    }
}
