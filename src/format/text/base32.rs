//! Base32 inside text (RFC 4648, sections 6 and 7): digits of five bits, in one line or in lines of one length. What it decodes
//! to is a member if it is known, or text.

use super::hexadecimal::is_worth;
use std::io::{self, Read};
use std::ops::Range;

/// Digits of the shortest value.
const LEAST: usize = 160;
/// Characters between two lines.
const JOINT: usize = 16;
/// Decoded bytes by which it is told what a value is.
const HEAD: u64 = 64 << 10;

/// What a digit is worth, in letters of this case.
fn worth(byte: u8, is_upper: bool) -> Option<u8> {
    match byte {
        b'A'..=b'Z' if is_upper => Some(byte - b'A'),
        b'a'..=b'z' if !is_upper => Some(byte - b'a'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    }
}

/// Are its letters capitals? The first says it of all.
fn is_upper(digits: &[u8]) -> bool {
    digits.iter().find(|b| b.is_ascii_alphabetic()).is_some_and(u8::is_ascii_uppercase)
}

/// Are these digits of it, as many as they are? Most text shows in its first few characters that it is none.
pub(super) fn is_written(text: &[u8]) -> bool {
    let is_upper = is_upper(text);
    !text.is_empty() && text.iter().all(|b| worth(*b, is_upper).is_some() || matches!(b, b'=' | b'\r' | b'\n' | b' ' | b'\t'))
}

/// The value that begins at a place, if it is one, and where what was looked at ends.
pub(super) fn value_at(bytes: &[u8], start: usize) -> (Option<Range<usize>>, usize) {
    let is_upper = is_upper(bytes.get(start..).unwrap_or_default());
    let (mut at, mut end, mut digits, mut width) = (start, start, 0, 0);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let run = rest.iter().take_while(|b| worth(**b, is_upper).is_some()).count();
        let padding = rest[run..].iter().take(6).take_while(|b| **b == b'=').count();
        let ends = rest.get(run + padding).is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'+' | b'/' | b'_' | b'-' | b'='));
        if run == 0 || !ends || width > 0 && run > width {
            break;
        }
        (end, digits) = (at + run + padding, digits + run);
        let rest = &bytes[end..];
        let joint = rest.iter().take(JOINT).take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')).count();
        let is_last = padding > 0 || width > 0 && run < width || !rest[..joint].contains(&b'\n');
        width = run;
        if is_last {
            break;
        }
        at = end + joint;
    }
    let value = &bytes[start..end];
    let is_mixed = digits >= LEAST && value.iter().any(u8::is_ascii_digit);
    let is_value = is_mixed && {
        let mut head = Vec::new();
        // Reading from memory does not fail.
        let _ = Decoder::new(value).take(HEAD).read_to_end(&mut head);
        is_worth(&head)
    };
    (is_value.then_some(start..end), end)
}

/// Decodes digits, whatever stands between them.
pub(super) struct Decoder<'d> {
    digits: &'d [u8],
    is_upper: bool,
    held: u32,
    count: u8,
}

impl<'d> Decoder<'d> {
    /// A decoder of a value.
    pub fn new(digits: &'d [u8]) -> Self {
        Self { digits, is_upper: is_upper(digits), held: 0, count: 0 }
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written < out.len()
            && let Some((byte, rest)) = self.digits.split_first()
        {
            self.digits = rest;
            let Some(value) = worth(*byte, self.is_upper) else { continue };
            self.held = (self.held << 5 | u32::from(value)) & 0xFFFF;
            self.count += 5;
            if self.count >= 8 {
                self.count -= 8;
                out[written] = (self.held >> self.count) as u8;
                written += 1;
            }
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        let bits: Vec<u8> = bytes.iter().flat_map(|b| (0..8).rev().map(move |i| b >> i & 1)).collect();
        let digit = |bits: &[u8]| (0..5).fold(0, |n, i| n << 1 | bits.get(i).copied().unwrap_or(0));
        bits.chunks(5).map(|bits| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from(digit(bits))] as char).collect()
    }

    #[test]
    fn values_are_decoded_in_one_line_or_many() {
        let text = "client_code,name,account\nQX7731,Ann Lee,4455667701\nQX7731,Bob Ray,4455667702\nQX7731,Cy Orr,4455667703\n";
        let digits = encoded(text.as_bytes());
        let folded: Vec<&str> = digits.as_bytes().chunks(60).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        for written in [digits.clone(), format!("{digits}==="), folded.join("\n"), folded.join("\r\n  "), digits.to_lowercase()] {
            let (range, end) = value_at(written.as_bytes(), 0);
            assert_eq!((range.clone(), end), (Some(0..written.len()), written.len()), "{written}");
            assert!(is_written(written.as_bytes()));
            let mut out = Vec::new();
            Decoder::new(written.as_bytes()).read_to_end(&mut out).expect("memory");
            assert_eq!(out, text.as_bytes());
        }
        let noise: Vec<u8> = (0..200u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for text in
            [encoded(&noise), "A".repeat(400), "FIRST STATE BANK OF ELSEWHERE ".repeat(10), "GATTACA2".repeat(40), digits[..120].to_owned()]
        {
            assert_eq!(value_at(text.as_bytes(), 0).0, None, "{text}");
        }
    }
}
