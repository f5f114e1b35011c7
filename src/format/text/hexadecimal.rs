//! Bytes that are written as hexadecimal digits: values of database tools (`HEXTORAW('504B0304…')`), columns, settings,
//! plain dumps in lines. What they decode to is a member if it is known or text, or if one value is so long that it is
//! no key, digest or signature.

use super::ebcdic::is_ebcdic;
use super::hex_records;
use super::places::{Mark, Places};
use super::spelling::{Digits, run_len};
use crate::format::{Kind, Probe, detect};
use std::io::{self, Read};
use std::ops::Range;

/// Digits of the first line.
pub(super) const LINE: usize = 32;
/// Fewer digits hold nothing.
const LEAST: usize = 128;
/// So many digits in one line are no key, digest or signature, whatever they decode to.
const LONG: usize = 4096;
/// So many of them whoever begins to read anywhere before a value sees of it together.
const SHOWN: usize = LEAST / 2;
/// Decoded bytes by which it is told what a value is.
const HEAD: usize = 64 << 10;

/// Whose values are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Literals {
    /// Those of SQL (`0x…`, `x'…'`, `\x…`), too.
    Searched,
    /// They were decoded by the reader.
    Decoded,
}

/// Finds values and hands each to `found`: where its digits stand, and what they decode to.
pub(super) fn find(bytes: &[u8], places: &Places<'_>, literals: Literals, found: &mut dyn FnMut(Range<usize>, &mut dyn Read) -> bool) {
    let mut at = 0;
    while let Some(start) = places.first(Mark::Hexadecimal, bytes, at) {
        if let Some((range, data)) = hex_records::read(bytes, start).filter(|(range, _)| range.start >= at) {
            at = range.end;
            if is_worth(&data) && !found(range, &mut &data[..]) {
                return;
            }
            continue;
        }
        let (end, digits, lines) = value_end(bytes, start);
        at = end;
        let is_part = start > 0 && (bytes[start - 1].is_ascii_alphanumeric() && !matches!(bytes[start - 1], b'x' | b'X'));
        if digits < LEAST || !digits.is_multiple_of(2) || is_part || literals == Literals::Decoded && is_literal(&bytes[..start]) {
            continue;
        }
        let value = &bytes[start..end];
        if (lines == 1 && digits >= LONG || tells(value)) && !found(start..end, &mut Decoder { digits: value }) {
            return;
        }
    }
}

/// Might [`find`] find something in a text of which these bytes are a part, apart from its ends?
pub(super) fn may_hold(bytes: &[u8]) -> bool {
    let (places, mut at) = (Places::anywhere(), 0);
    while let Some(start) = places.first(Mark::Hexadecimal, bytes, at) {
        let (end, digits, _) = value_end(bytes, start);
        at = end;
        if digits >= SHOWN || hex_records::read(bytes, start).is_some() {
            return true;
        }
    }
    false
}

/// Where a value ends whose digits may stand in several lines, how many digits it has, and in how many lines.
fn value_end(bytes: &[u8], start: usize) -> (usize, usize, usize) {
    let (mut end, mut digits, mut lines) = (start, 0, 0);
    let mut at = start;
    loop {
        let run = run_len(&bytes[at..], Digits::Hexadecimal);
        // The next line is digits to its end, and the last may be short.
        let is_line = lines == 0 || run >= 2 && run.is_multiple_of(2) && bytes.get(at + run).is_none_or(|b| !b.is_ascii_alphanumeric());
        if run == 0 || !is_line {
            return (end, digits, lines);
        }
        (end, digits, lines) = (at + run, digits + run, lines + 1);
        let rest = &bytes[end..];
        let blanks = rest.iter().take(16).take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')).count();
        if !rest[..blanks].contains(&b'\n') {
            return (end, digits, lines);
        }
        at = end + blanks;
    }
}

/// Do the bytes before a value make it a literal of SQL?
fn is_literal(before: &[u8]) -> bool {
    [&b"0x"[..], b"0X", b"x'", b"X'", b"\\x"].iter().any(|mark| before.ends_with(mark))
}

/// Is what a value decodes to known, or text?
fn tells(value: &[u8]) -> bool {
    let mut head = Vec::new();
    // Reading from memory does not fail.
    let _ = Decoder { digits: value }.take(HEAD as u64).read_to_end(&mut head);
    is_worth(&head)
}

/// Are decoded bytes known, or text?
pub(super) fn is_worth(head: &[u8]) -> bool {
    let head = &head[..head.len().min(HEAD)];
    is_text(head) || head.contains(&0) && matches!(detect(&Probe::new(head)), Kind::Format(_) | Kind::Signature(_))
}

/// Is it printed, in a code page that holds ASCII, with some characters beyond, or in EBCDIC?
fn is_text(head: &[u8]) -> bool {
    let is_mark = |b: &u8| matches!(b, b'\t' | b'\r' | b'\n');
    let ascii = head.iter().filter(|b| (b' '..0x7F).contains(*b) || is_mark(b)).count();
    let controls = head.iter().filter(|b| **b < b' ' && !is_mark(b)).count();
    controls == 0 && ascii * 10 >= head.len() * 8 || is_ebcdic(head)
}

/// Decodes digits, whatever stands between them.
struct Decoder<'d> {
    digits: &'d [u8],
}

impl Read for Decoder<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut values = self.digits.iter().enumerate().filter_map(|(at, b)| Some((at, char::from(*b).to_digit(16)? as u8)));
        let (mut written, mut used) = (0, 0);
        while written < out.len()
            && let (Some((_, high)), Some((at, low))) = (values.next(), values.next())
        {
            out[written] = high << 4 | low;
            (written, used) = (written + 1, at + 1);
        }
        self.digits = &self.digits[used..];
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str, literals: Literals) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        find(text.as_bytes(), &Places::anywhere(), literals, &mut |range, decoder| {
            assert!(text.as_bytes()[range].iter().all(|b| b.is_ascii_hexdigit() || b.is_ascii_whitespace()));
            let mut bytes = Vec::new();
            decoder.read_to_end(&mut bytes).expect("memory");
            out.push(bytes);
            true
        });
        out
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02X}")).collect()
    }

    #[test]
    fn values_are_found_in_one_line_or_many() {
        let text = b"Client code: QX7731, and what else a member of some length has to say to us all".to_vec();
        let digits = hex(&text);
        for written in [
            format!("HEXTORAW('{digits}')"),
            format!("a,{},b", digits.to_lowercase()),
            digits.as_bytes().chunks(60).map(|line| String::from_utf8_lossy(line).into_owned() + "\n").collect(),
            digits.as_bytes().chunks(64).map(|line| format!("  {}\r\n", String::from_utf8_lossy(line))).collect(),
            format!("0x{digits}"),
        ] {
            assert_eq!(decoded(&written, Literals::Searched), std::slice::from_ref(&text), "{written}");
        }
        let foreign = "Mandantennummer: QX7731, Zürich, und was sonst ein Mitglied noch alles zu sagen hat in einer Zeile".as_bytes();
        assert_eq!(decoded(&hex(foreign), Literals::Searched), [foreign]);
        assert!(decoded(&format!("x'{digits}'"), Literals::Decoded).is_empty());
        assert_eq!(decoded(&format!("HEXTORAW('{digits}')"), Literals::Decoded).len(), 1);
        let long: Vec<u8> = (0..3000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert_eq!(decoded(&hex(&long), Literals::Searched), [long]);
    }

    #[test]
    fn digests_keys_and_numbers_are_no_values() {
        let noise: Vec<u8> = (0..2000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let digests: String = noise.chunks(32).map(|digest| hex(digest) + "\n").collect();
        assert!(decoded(&digests, Literals::Searched).is_empty());
        assert!(decoded(&hex(&noise[..512]), Literals::Searched).is_empty());
        assert!(decoded(&"0123456789".repeat(4), Literals::Searched).is_empty());
        assert!(decoded(&format!("z{}", hex(&[b'a'; 200])), Literals::Searched).is_empty());
    }
}
