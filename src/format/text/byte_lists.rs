//! Bytes that are written as lists of numbers: arrays of JSON and of source text (`[78, 97, 109]`, `0x4e, 0x61`), what
//! programs print of buffers (`Buffer`, `byte[]`, `4E-61-6D`), dumps without addresses, values of registries (`hex:4e,00,\`).
//! What they mean is a member if it is known, or text.

use super::hexadecimal::is_worth;
use super::places::{Mark, Places};
use super::spelling::{Digits, run_len};
use std::io::Read;
use std::ops::Range;

/// Numbers of the shortest list, and characters of it.
const LEAST: usize = 64;
pub(super) const SHORTEST: usize = 2 * LEAST;
/// Characters between two numbers: marks, and the end of a line with what the next one begins.
const JOINT: usize = 40;
/// Bytes of one member; what follows is another.
const MOST: usize = 64 << 20;

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `0x4e`.
    Prefixed,
    /// `4e`.
    Pair,
    /// `78`, `-17`.
    Decimal,
}

const FORMS: [Form; 3] = [Form::Prefixed, Form::Pair, Form::Decimal];

/// A list: where it ends, and what its numbers say in each of the forms that all of them have.
struct List {
    end: usize,
    bytes: Vec<(Form, Vec<u8>)>,
}

/// Finds lists and hands each to `found`: where it stands, and what it means.
pub(super) fn find(bytes: &[u8], places: &Places<'_>, found: &mut dyn FnMut(Range<usize>, &mut dyn Read) -> bool) {
    each(bytes, places, MOST, &mut |start, list| {
        let is_worth = |form: Form, read: &[u8]| read.len() >= LEAST && is_worth(read) && (form != Form::Decimal || is_said(read));
        match list.bytes.iter().find(|(form, read)| is_worth(*form, read)) {
            Some((_, read)) => found(start..list.end, &mut &read[..]),
            None => true,
        }
    });
}

/// Might [`find`] find something in a text of which these bytes are a part, apart from its ends?
pub(super) fn may_hold(bytes: &[u8]) -> bool {
    let mut holds = false;
    each(bytes, &Places::anywhere(), LEAST, &mut |_, list| {
        holds |= list.bytes.iter().any(|(_, read)| read.len() >= LEAST / 2);
        !holds
    });
    holds
}

/// Hands each list to `take`, with where it begins, until that is enough. No number is looked at twice.
fn each(bytes: &[u8], places: &Places<'_>, most: usize, take: &mut dyn FnMut(usize, &List) -> bool) {
    let mut at = 0;
    while let Some(run) = places.first(Mark::Listed, bytes, at) {
        let end = run + run_len(&bytes[run..], Digits::Listed);
        at = run.max(at);
        while at < end {
            let start = first_number(bytes, at);
            at = start.max(at + 1);
            if start < end && FORMS.iter().any(|form| number(token_at(bytes, start), *form).is_some()) {
                let list = list_from(bytes, start, most);
                at = list.end.max(at);
                if !take(start, &list) {
                    return;
                }
            }
        }
    }
}

/// What stands at a place up to the next mark, of a number all.
fn token_at(bytes: &[u8], at: usize) -> &[u8] {
    let token = bytes.get(at..).unwrap_or_default();
    let len = token.iter().take(5).enumerate().take_while(|(i, b)| b.is_ascii_alphanumeric() || *i == 0 && **b == b'-').count();
    &token[..len]
}

/// Where a number begins at or behind a place.
fn first_number(bytes: &[u8], from: usize) -> usize {
    // A number that was begun before is not looked at again.
    let is_part = from > 0 && bytes[from - 1].is_ascii_alphanumeric();
    let rest = bytes.get(from..).unwrap_or_default();
    let part = if is_part { rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count() } else { 0 };
    from + part + rest[part..].iter().take_while(|b| !b.is_ascii_alphanumeric() && **b != b'-').count()
}

/// The list that begins at a place.
fn list_from(bytes: &[u8], start: usize, most: usize) -> List {
    let mut list = List { end: start, bytes: FORMS.map(|form| (form, Vec::new())).to_vec() };
    let (mut at, mut is_parted): (usize, Option<bool>) = (start, None);
    loop {
        let token = token_at(bytes, at);
        let means = |form: Form| number(token, form);
        if !list.bytes.iter().any(|(form, _)| means(*form).is_some()) {
            return list;
        }
        list.bytes.retain_mut(|(form, read)| means(*form).map(|byte| read.push(byte)).is_some());
        list.end = at + token.len();
        if list.bytes.first().is_none_or(|(_, read)| read.len() >= most) {
            return list;
        }
        let rest = &bytes[list.end..];
        let joint = rest.iter().take(JOINT).take_while(|b| matches!(b, b' ' | b',' | b':' | b'\\' | b'\t' | b'\r' | b'\n')).count();
        // `4E-61`: no sign stands right behind a number.
        let joint = if joint == 0 { usize::from(rest.first() == Some(&b'-')) } else { joint };
        let is_comma = rest[..joint].contains(&b',');
        // What parts two numbers parts all; lines of numbers that are not all parted so are rows.
        if joint == 0 || is_parted.is_some_and(|parted| parted != is_comma) {
            return list;
        }
        is_parted = Some(is_comma);
        at = list.end + joint;
    }
}

/// The byte that a number means.
fn number(token: &[u8], form: Form) -> Option<u8> {
    let hexadecimal = |digits: &[u8]| digits.iter().try_fold(0u8, |n, b| Some(n.checked_mul(16)? | char::from(*b).to_digit(16)? as u8));
    match (form, token) {
        (Form::Prefixed, [b'0', b'x' | b'X', digits @ ..]) if matches!(digits.len(), 1 | 2) => hexadecimal(digits),
        (Form::Pair, [_, _]) => hexadecimal(token),
        (Form::Decimal, [b'-', digits @ ..]) => decimal(digits).filter(|n| (1..=128).contains(n)).map(|n| (256 - n) as u8),
        (Form::Decimal, _) => decimal(token).and_then(|n| u8::try_from(n).ok()),
        _ => None,
    }
}

fn decimal(digits: &[u8]) -> Option<u16> {
    let is_number = (1..=3).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| digits.iter().fold(0, |n, b| n * 10 + u16::from(b - b'0')))
}

/// Numbers up to 127 are soon characters: is it text of words, and no figures that happen to be so small?
fn is_said(read: &[u8]) -> bool {
    let of = |is: fn(&u8) -> bool| read.iter().filter(|b| is(b)).count() * 10;
    read.contains(&0)
        || read.iter().any(|b| *b >= 0x80)
        || of(u8::is_ascii_alphanumeric) >= read.len() * 5 && of(u8::is_ascii_lowercase) >= read.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::decoded_by;
    use std::io::Write;

    const TEXT: &str = "client_code,name,account\nQX7731,Ann Lee,4455667701\nQX7731,Bob Ray,4455667702\n";

    fn decoded(text: &str) -> Vec<Vec<u8>> {
        decoded_by(|bytes, found| find(bytes, &Places::anywhere(), found), text)
    }

    fn listed(write: impl Fn(u8) -> String, joint: &str, width: usize, line: &str) -> String {
        let numbers: Vec<String> = TEXT.bytes().map(write).collect();
        numbers.chunks(width).map(|row| row.join(joint)).collect::<Vec<_>>().join(line)
    }

    #[test]
    fn lists_are_read_however_they_are_written() {
        for written in [
            format!("{{\"type\":\"Buffer\",\"data\":[{}]}}", listed(|b| b.to_string(), ",", 5000, "")),
            format!("unsigned char a[] = {{\n  {}\n}};\n", listed(|b| format!("{b:#04x}"), ", ", 12, ",\n  ")),
            format!(" {}\n", listed(|b| format!("{b:02x}"), " ", 16, "\n ")),
            format!("\"Data\"=hex:{}\r\n", listed(|b| format!("{b:02x}"), ",", 20, ",\\\r\n  ")),
            format!("data: {}.", listed(|b| format!("{b:02X}"), "-", 5000, "")),
            format!("[{}]", listed(|b| (b as i8).to_string(), ", ", 5000, "")),
            format!("{}\n", listed(|b| format!("{b:>4}"), "", 16, "\n")),
        ] {
            assert_eq!(decoded(&written), [TEXT.as_bytes()], "{written}");
            assert!(may_hold(written.as_bytes()));
        }
        let wide: String = TEXT.encode_utf16().flat_map(u16::to_le_bytes).map(|b| format!("{b:02x},")).collect();
        assert_eq!(decoded(&wide).len(), 1);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(TEXT.repeat(40).as_bytes()).expect("memory");
        let packed: String = gzip.finish().expect("memory").iter().map(|b| format!("{b}, ")).collect();
        assert_eq!(decoded(&packed).len(), 1);
    }

    #[test]
    fn other_numbers_are_no_lists() {
        let figures = |n: u32| n.wrapping_mul(2_654_435_761) >> 16;
        let row = |limit: u32| (0..400).map(|n| (figures(n) % limit).to_string()).collect::<Vec<_>>().join(", ");
        let hex: String = (0..300).map(|n| format!("{:02x}:", figures(n) % 256)).collect();
        let table: String = (0..100).map(|n| format!("{},{},{}\n", figures(n) % 128, figures(n + 1) % 128, figures(n + 2) % 128)).collect();
        let times: String = (0..100).map(|n| format!("2026-11-{:02} 10:{:02}:00\n", n % 30, n % 60)).collect();
        let years = "1999, 2000, 2001, 2002, 2003, ".repeat(30);
        for text in [row(256), row(100), hex, table, times, years, "0, ".repeat(500), "1,1,1,".repeat(300)] {
            assert!(decoded(&text).is_empty(), "{text}");
        }
        // As many numbers as there are, and looked at once.
        assert!(decoded(&"255 ".repeat(1 << 20)).is_empty());
        assert!(decoded(&"-".repeat(1 << 20)).is_empty() && decoded(&"256,".repeat(1 << 18)).is_empty());
    }
}
