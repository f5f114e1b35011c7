//! Documents of BSON (Specification 1.1, bsonspec.org): their elements in order, and what their values say.

use super::logical::{Meaning, Unit, placed};
use crate::format::database::value;
use crate::format::numbers::{le32, le64};
use crate::model::to_hex;
use num_bigint::BigInt;
use std::ops::Range;

/// Documents stand in each other no deeper than MongoDB lets them (MongoDB Limits, "Nested Depth").
const DEEPEST: usize = 100;
/// The largest coefficient of a decimal number has so many digits; others are none (IEEE 754-2008, 3.5.2).
const DECIMAL_DIGITS: usize = 34;

/// One step through a document.
#[derive(Debug, PartialEq)]
pub(super) enum Step<'a> {
    /// A value: its name, its type, and its place.
    Value(&'a [u8], u8, Range<usize>),
    /// A document begins under this name; does it hold a list?
    Open(&'a [u8], bool),
    /// The innermost document has ended.
    Close,
}

/// Walks one document, with those in it, without recursion.
pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the documents around this place end.
    ends: Vec<usize>,
    /// The scope of code (type 0x0F) follows.
    scope: bool,
}

impl<'a> Walk<'a> {
    /// The document at a place, whose length the bytes hold; `None` where there is none.
    pub fn new(bytes: &'a [u8], at: usize) -> Option<Self> {
        let end = end_of(bytes, at, bytes.len())?;
        Some(Self { bytes, at: at + 4, ends: vec![end], scope: false })
    }

    /// The document that begins the bytes and is said to be of this length, of which the end may be missing.
    pub fn begun(bytes: &'a [u8], length: usize) -> Self {
        Self { bytes, at: 4, ends: vec![length], scope: false }
    }

    /// The next step; `None` at the end, an error where the document is none.
    pub fn next(&mut self) -> Option<Result<Step<'a>, usize>> {
        let end = *self.ends.last()?;
        let at = self.at;
        Some(self.step(end).ok_or(at))
    }

    fn step(&mut self, end: usize) -> Option<Step<'a>> {
        let bytes = self.bytes;
        if std::mem::take(&mut self.scope) {
            return self.open(b"scope", end, false);
        }
        let kind = *bytes.get(self.at)?;
        if kind == 0 {
            // The only zero where a type should be ends the document.
            self.at += 1;
            self.ends.pop();
            return (self.at == end).then_some(Step::Close);
        }
        let name = bytes.get(self.at + 1..end.min(bytes.len()))?;
        let name = &name[..memchr::memchr(0, name)?];
        self.at += 2 + name.len();
        if matches!(kind, 0x03 | 0x04) {
            return self.open(name, end, kind == 0x04);
        }
        let place = self.value(kind, end)?;
        self.at = place.end;
        if kind == 0x0F {
            self.scope = true;
        }
        Some(Step::Value(name, kind, place))
    }

    fn open(&mut self, name: &'a [u8], end: usize, is_list: bool) -> Option<Step<'a>> {
        let inner = end_of(self.bytes, self.at, end - 1).filter(|_| self.ends.len() < DEEPEST)?;
        self.at += 4;
        self.ends.push(inner);
        Some(Step::Open(name, is_list))
    }

    /// The place of a value that begins here.
    fn value(&self, kind: u8, end: usize) -> Option<Range<usize>> {
        let (bytes, at) = (self.bytes, self.at);
        let string = |at: usize| {
            let length = le32(bytes, at)? as usize;
            let last = at.checked_add(3)?.checked_add(length)?;
            (length > 0 && last < end && bytes.get(last) == Some(&0)).then_some(last + 1)
        };
        let to = match kind {
            0x01 | 0x09 | 0x11 | 0x12 => at + 8,
            0x02 | 0x0D | 0x0E => string(at)?,
            0x05 => at.checked_add(5)?.checked_add(le32(bytes, at)? as usize)?,
            0x06 | 0x0A | 0x7F | 0xFF => at,
            0x07 => at + 12,
            0x08 => at + usize::from(*bytes.get(at).filter(|b| **b <= 1)? <= 1),
            0x0B => {
                let zero = |at: usize| memchr::memchr(0, bytes.get(at..end.min(bytes.len()))?).map(|n| at + n + 1);
                zero(zero(at)?)?
            }
            0x0C => string(at)?.checked_add(12)?,
            // Its own length, the code, and its scope as a document.
            0x0F => string(at.checked_add(4)?)?,
            0x10 => at + 4,
            0x13 => at + 16,
            _ => return None,
        };
        (to < end && to <= bytes.len()).then_some(at..to)
    }
}

/// Where the document at a place ends, no further than `most`.
pub(super) fn end_of(bytes: &[u8], at: usize, most: usize) -> Option<usize> {
    let length = le32(bytes, at).filter(|length| *length >= 5)? as usize;
    let end = at.checked_add(length).filter(|end| *end <= most)?;
    (bytes.get(end - 1) == Some(&0)).then_some(end)
}

/// What a binary value is.
pub(super) enum Binary<'a> {
    /// Its bytes.
    Plain(&'a [u8]),
    /// An identifier of sixteen bytes.
    Uuid(&'a [u8]),
    /// Encrypted by the client that wrote it (Client-Side Encryption, subtype 6).
    Encrypted,
    /// A column of a time series (subtype 7), whose values are not decoded.
    Column,
}

/// The binary value at a place.
pub(super) fn binary<'a>(bytes: &'a [u8], place: &Range<usize>) -> Binary<'a> {
    let raw = bytes.get(place.start + 5..place.end).unwrap_or_default();
    match bytes.get(place.start + 4) {
        // Subtype 2 says its length once more.
        Some(2) => Binary::Plain(raw.get(4..).unwrap_or_default()),
        Some(3 | 4) if raw.len() == 16 => Binary::Uuid(raw),
        Some(6) => Binary::Encrypted,
        Some(7) => Binary::Column,
        _ => Binary::Plain(raw),
    }
}

/// What a value says that is no text in JSON but a number or a word of its own.
fn scalar(bytes: &[u8], kind: u8, at: usize) -> Option<String> {
    let signed = || le64(bytes, at).map(|n| (n as i64).to_string());
    match kind {
        0x01 => le64(bytes, at).map(f64::from_bits).filter(|n| n.is_finite()).map(|n| n.to_string()),
        0x08 => bytes.get(at).map(|b| if *b == 0 { "false" } else { "true" }.to_owned()),
        0x10 => le32(bytes, at).map(|n| (n as i32).to_string()),
        0x11 | 0x12 => signed(),
        0x13 => decimal(bytes.get(at..at + 16)?),
        0x06 | 0x0A => Some("null".to_owned()),
        _ => None,
    }
}

/// Appends a value as JSON writes it. Binary values are left to the caller.
pub(super) fn write(bytes: &[u8], kind: u8, place: &Range<usize>, out: &mut Vec<u8>) {
    let raw = |skipped: usize, behind: usize| bytes.get(place.start + skipped..place.end.saturating_sub(behind)).unwrap_or_default();
    if let Some(number) = scalar(bytes, kind, place.start) {
        out.extend_from_slice(number.as_bytes());
        return;
    }
    match kind {
        0x02 | 0x0D | 0x0E => quoted(&value::text(raw(4, 1)), out),
        0x0F => quoted(&value::text(raw(8, 1)), out),
        0x07 => quoted(&to_hex(raw(0, 0)), out),
        0x09 => match le64(bytes, place.start) {
            Some(millis) => quoted(&Meaning::Moment(Unit::Milli).number(millis as i64, 64), out),
            None => out.extend_from_slice(b"null"),
        },
        0x0B => quoted(&value::text(raw(0, 1)).replace('\0', " "), out),
        0x0C => quoted(&value::text(raw(4, 13)), out),
        _ => out.extend_from_slice(b"null"),
    }
}

/// Appends a text in quotes (RFC 8259, 7).
pub(super) fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', byte]),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            byte => out.push(byte),
        }
    }
    out.push(b'"');
}

/// A decimal number (IEEE 754-2008, decimal128 in binary encoding); `None` where it is infinite or none.
fn decimal(raw: &[u8]) -> Option<String> {
    let bits = u128::from_le_bytes(raw.try_into().ok()?);
    let negative = bits >> 127 == 1;
    if bits >> 122 & 0x1F >= 0x1E {
        return None;
    }
    // A coefficient that begins in the other way is too large to be one, and stands for zero.
    let is_large = bits >> 125 & 3 == 3;
    let exponent = (bits >> if is_large { 111 } else { 113 } & 0x3FFF) as i32 - 6176;
    let coefficient = if is_large { 0 } else { bits & ((1 << 113) - 1) };
    let digits = BigInt::from(coefficient).to_string();
    let digits = if digits.len() > DECIMAL_DIGITS { "0".to_owned() } else { digits };
    let signed = if negative { format!("-{digits}") } else { digits };
    // Beyond such exponents a number is no amount, and is written with its exponent.
    match exponent {
        0 => Some(signed),
        -40..0 => placed(signed, exponent.unsigned_abs()),
        1..=40 if coefficient > 0 => Some(format!("{signed}{}", "0".repeat(exponent as usize))),
        _ => Some(format!("{signed}e{exponent}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_what_they_were() {
        let number = |coefficient: u128, exponent: i32, negative: bool| {
            let bits = u128::from(negative) << 127 | ((exponent + 6176) as u128) << 113 | coefficient;
            decimal(&bits.to_le_bytes())
        };
        assert_eq!(number(123_450, -2, false).as_deref(), Some("1234.50"));
        assert_eq!(number(5, -3, true).as_deref(), Some("-0.005"));
        assert_eq!(number(457_932, 0, false).as_deref(), Some("457932"));
        assert_eq!(number(12, 3, false).as_deref(), Some("12000"));
        assert_eq!(number(1, 6111, false).as_deref(), Some("1e6111"));
        assert_eq!(decimal(&(0x7C_u128 << 120).to_le_bytes()), None);
        assert_eq!(decimal(&(0x78_u128 << 120).to_le_bytes()), None);
    }

    #[test]
    fn documents_that_lie_about_their_lengths_are_none() {
        let steps = |bytes: &[u8]| {
            let mut walk = Walk::new(bytes, 0)?;
            let mut count = 0;
            while let Some(step) = walk.next() {
                step.ok()?;
                count += 1;
            }
            Some(count)
        };
        // {"a": {"b": 1}}
        let whole = b"\x14\0\0\0\x03a\0\x0C\0\0\0\x10b\0\x01\0\0\0\0\0";
        assert_eq!(steps(whole), Some(4));
        for at in 0..whole.len() {
            for value in [0u8, 1, 5, 0x7F, 0xFF] {
                let mut bytes = whole.to_vec();
                bytes[at] = value;
                _ = steps(&bytes);
                _ = steps(&bytes[..at]);
            }
        }
        let mut longer = whole.to_vec();
        longer[7] = 0x0D;
        assert_eq!(steps(&longer), None);
        let deep = (0..200)
            .fold(b"\x05\0\0\0\0".to_vec(), |inner, _| [&(inner.len() as u32 + 8).to_le_bytes()[..], b"\x03d\0", &inner, b"\0"].concat());
        assert_eq!(steps(&deep), None);
    }
}
