//! What the characters of a stretch mean: line ends that were escaped, references of markup, and what stands before
//! every line of a log.

use std::ops::Range;

/// What stands before the first line is looked for so far back.
const BEFORE: usize = 200;

/// The stretch as its writer had it.
pub(super) fn meant(bytes: &[u8], range: &Range<usize>) -> Vec<u8> {
    let before = &bytes[range.start.saturating_sub(BEFORE)..range.start];
    let prefix = memchr::memrchr2(b'\n', b'\r', before).map_or(before, |end| &before[end + 1..]);
    let text = unescaped(&bytes[range.clone()]);
    if prefix.is_empty() || prefix.len() == BEFORE {
        return text;
    }
    let mut lines = text.split_inclusive(|b| *b == b'\n');
    let first = lines.next().unwrap_or_default();
    let second = lines.next().and_then(|line| without(line, prefix)).unwrap_or_default();
    let suffix = suffix(first, second);
    let mut out = Vec::with_capacity(text.len());
    for (n, line) in text.split_inclusive(|b| *b == b'\n').enumerate() {
        let line = if n == 0 { line } else { without(line, prefix).unwrap_or(line) };
        let end = line.len() - line.trim_ascii_end().len();
        match line.trim_ascii_end().strip_suffix(suffix) {
            Some(shown) if !suffix.is_empty() => {
                out.extend_from_slice(shown);
                out.extend_from_slice(&line[line.len() - end..]);
            }
            _ => out.extend_from_slice(line),
        }
    }
    out
}

/// What closes every line that stands behind a prefix: the marks at the end of the first two.
fn suffix<'l>(first: &'l [u8], second: &[u8]) -> &'l [u8] {
    let first = first.trim_ascii_end();
    let is_mark = |b: &u8| matches!(b, b'"' | b'\'' | b'}' | b']' | b'|' | b' ');
    let marks = first.iter().rev().take_while(|b| is_mark(b));
    let common = marks.zip(second.trim_ascii_end().iter().rev()).take_while(|(a, b)| a == b).count();
    &first[first.len() - common..]
}

/// A document, whose references are its own unless it is text of another.
pub(super) fn markup(bytes: &[u8], range: &Range<usize>) -> Vec<u8> {
    let stretch = &bytes[range.clone()];
    if stretch.starts_with(b"<") && memchr::memmem::find(stretch, b"\\\"").is_none() { stretch.to_vec() } else { unescaped(stretch) }
}

/// A message of which blanks may stand in the place of line ends.
pub(super) fn swift(bytes: &[u8], range: &Range<usize>) -> Vec<u8> {
    let mut text = meant(bytes, range);
    if text.starts_with(b"{1:f") {
        text.make_ascii_uppercase();
    }
    if text.contains(&b'\n') {
        return text;
    }
    let mut out = Vec::with_capacity(text.len() + 64);
    for (at, b) in text.iter().enumerate() {
        let is_field = *b == b':' && super::super::swift_field::tag(&text[at..]).is_some();
        let is_end = text[at..].starts_with(b"-}");
        if (is_field || is_end) && matches!(out.last(), Some(b' ' | b'|' | b':')) {
            out.extend_from_slice(b"\r\n");
        }
        out.push(*b);
    }
    out
}

/// A line without what stands before every line: the same characters but for numbers.
fn without<'l>(line: &'l [u8], prefix: &[u8]) -> Option<&'l [u8]> {
    let (mut at, mut of) = (0, 0);
    while of < prefix.len() {
        if prefix[of].is_ascii_digit() {
            let digits = |bytes: &[u8]| bytes.iter().take_while(|b| b.is_ascii_digit()).count();
            let (own, theirs) = (digits(&line[at..]), digits(&prefix[of..]));
            if own == 0 {
                return None;
            }
            // A number that stands against the line itself is as long as the first one.
            at += if of + theirs == prefix.len() { own.min(theirs) } else { own };
            of += theirs;
        } else if prefix[of] == b' ' && prefix[of..].iter().find(|b| **b != b' ').is_some_and(u8::is_ascii_digit) {
            // Numbers of lines are filled up to a width.
            at += line[at..].iter().take_while(|b| **b == b' ').count();
            of += prefix[of..].iter().take_while(|b| **b == b' ').count();
        } else {
            if line.get(at) != prefix.get(of) {
                return None;
            }
            (at, of) = (at + 1, of + 1);
        }
    }
    Some(&line[at..])
}

/// Text without the escapes of JSON and the references of markup.
pub(super) fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'\\', b'&', &bytes[at..]).map(|n| at + n) {
        out.extend_from_slice(&bytes[at..found]);
        let rest = &bytes[found..];
        let (len, character) = if rest[0] == b'\\' { escape(rest) } else { reference(rest) };
        match character {
            Some(character) => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            None => out.extend_from_slice(&rest[..len]),
        }
        at = found + len;
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

/// How long an escape is, and what it means. Text that was escaped twice has as many backslashes more.
fn escape(rest: &[u8]) -> (usize, Option<char>) {
    let slashes = rest.iter().take(8).take_while(|b| **b == b'\\').count();
    match rest.get(slashes) {
        Some(b'n') => (slashes + 1, Some('\n')),
        Some(b'r') => (slashes + 1, Some('\r')),
        Some(b't') => (slashes + 1, Some('\t')),
        Some(b'"') => (slashes + 1, Some('"')),
        Some(b'/') => (slashes + 1, Some('/')),
        Some(b'u') => {
            let hex = rest.get(slashes + 1..slashes + 5).and_then(|hex| std::str::from_utf8(hex).ok());
            match hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
                Some(character) => (slashes + 5, Some(character)),
                None => (slashes, None),
            }
        }
        _ => (slashes, None),
    }
}

fn reference(rest: &[u8]) -> (usize, Option<char>) {
    let Some(end) = memchr::memchr(b';', &rest[..rest.len().min(10)]) else { return (1, None) };
    let character = match &rest[1..end] {
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"amp" => Some('&'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        [b'#', b'x' | b'X', hex @ ..] => number(hex, 16),
        [b'#', digits @ ..] => number(digits, 10),
        _ => None,
    };
    if character.is_some() { (end + 1, character) } else { (1, None) }
}

fn number(digits: &[u8], radix: u32) -> Option<char> {
    std::str::from_utf8(digits).ok().and_then(|digits| u32::from_str_radix(digits, radix).ok()).and_then(char::from_u32)
}
