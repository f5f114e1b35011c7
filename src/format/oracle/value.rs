//! Values of Oracle columns as they stand in exports: NUMBER, DATE, TIMESTAMP, and text in its character set
//! (Oracle Call Interface Programmer's Guide, "Data Types").

use encoding_rs::Encoding;
use std::borrow::Cow;

/// What a column holds, by its external type number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// CHAR, VARCHAR2, LONG and CLOB.
    Text,
    Number,
    Date,
    /// TIMESTAMP, with or without a zone.
    Timestamp,
    /// BINARY_FLOAT and BINARY_DOUBLE.
    Float,
    /// RAW, LONG RAW, BLOB, ROWID and all others.
    Bytes,
}

impl Type {
    /// Has some type this number?
    pub fn is_known(number: u16) -> bool {
        matches!(number, 1 | 2 | 4 | 8 | 9 | 11 | 12 | 23 | 24 | 58 | 69 | 96 | 100..=102 | 104..=106 | 108 | 110..=123 | 178..=190 | 208 | 231 | 232)
    }

    /// The type with this number.
    pub fn of(number: u16) -> Self {
        match number {
            1 | 8 | 9 | 96 | 112 => Self::Text,
            2 | 4 => Self::Number,
            12 => Self::Date,
            180 | 181 | 231 => Self::Timestamp,
            100 | 101 => Self::Float,
            _ => Self::Bytes,
        }
    }

    /// Can a value have so many bytes? `declared` is what its column says.
    pub fn fits(self, length: usize, declared: usize) -> bool {
        match self {
            Self::Number => (1..=22).contains(&length),
            Self::Date => length == 7,
            Self::Timestamp => matches!(length, 7 | 11 | 13),
            Self::Float => matches!(length, 4 | 8),
            // Characters may need more bytes in the export's set than in the database's.
            Self::Text if (1..=4000).contains(&declared) => (1..=4 * declared).contains(&length),
            Self::Text | Self::Bytes => length > 0,
        }
    }

    /// The value as text; nothing where it is no text, or the bytes are no such value.
    pub fn show(self, bytes: &[u8], set: u16) -> Option<String> {
        match self {
            Self::Text => Some(text(bytes, set).trim_end_matches([' ', '\0']).to_owned()),
            Self::Number => number(bytes),
            Self::Date | Self::Timestamp => date(bytes),
            Self::Float => float(bytes),
            Self::Bytes => None,
        }
    }
}

/// A NUMBER: an exponent to the base of a hundred, and digits to that base, one greater than they are, or as far
/// below 101 where the number is negative.
pub(super) fn number(bytes: &[u8]) -> Option<String> {
    let (head, digits) = bytes.split_first()?;
    if *head == 0x80 && digits.is_empty() {
        return Some("0".to_owned());
    }
    let is_positive = head & 0x80 != 0;
    let exponent = i32::from(if is_positive { head & 0x7F } else { !head & 0x7F }) - 65;
    let digits = match digits {
        // The end of a negative number with less than the most digits.
        [rest @ .., 102] if !is_positive => rest,
        digits => digits,
    };
    let mut figures = String::with_capacity(2 * digits.len());
    for digit in digits {
        let value = if is_positive { digit.checked_sub(1)? } else { 101u8.checked_sub(*digit)? };
        (value < 100).then_some(())?;
        figures.extend([char::from(b'0' + value / 10), char::from(b'0' + value % 10)]);
    }
    if figures.is_empty() {
        return None;
    }
    // So many figures stand before the point.
    let before = 2 * (exponent + 1);
    let (whole, fraction) = match usize::try_from(before) {
        Ok(before) if before >= figures.len() => (figures.clone() + &"0".repeat(before - figures.len()), String::new()),
        Ok(before) => (figures[..before].to_owned(), figures[before..].to_owned()),
        Err(_) => (String::new(), "0".repeat(before.unsigned_abs() as usize) + &figures),
    };
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let sign = if is_positive { "" } else { "-" };
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// A DATE, or the start of a TIMESTAMP: century and year with a hundred added, month, day, and hours, minutes and
/// seconds with one added. Fractions and zones are left out.
pub(super) fn date(bytes: &[u8]) -> Option<String> {
    let b: &[u8; 7] = bytes.first_chunk()?;
    let year = (i32::from(b[0]) - 100) * 100 + i32::from(b[1]) - 100;
    let [hour, minute, second] = [b[4], b[5], b[6]].map(|part| part.wrapping_sub(1));
    if !(1..=9999).contains(&year) || !(1..=12).contains(&b[2]) || !(1..=31).contains(&b[3]) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let day = format!("{year:04}-{:02}-{:02}", b[2], b[3]);
    Some(if [hour, minute, second] == [0; 3] { day } else { format!("{day} {hour:02}:{minute:02}:{second:02}") })
}

/// A BINARY_FLOAT or BINARY_DOUBLE, big-endian, turned so that its bytes sort as the numbers do.
fn float(bytes: &[u8]) -> Option<String> {
    let turned = |raw: u64, top: u64| if raw & top != 0 { raw ^ top } else { !raw };
    match bytes.len() {
        4 => Some(f32::from_bits(turned(u32::from_be_bytes(*bytes.first_chunk()?).into(), 1 << 31) as u32).to_string()),
        8 => Some(f64::from_bits(turned(u64::from_be_bytes(*bytes.first_chunk()?), 1 << 63)).to_string()),
        _ => None,
    }
}

/// Text in a character set of Oracle. What is valid UTF-8 is UTF-8 in any case.
pub(super) fn text(bytes: &[u8], set: u16) -> Cow<'_, str> {
    if set == 2000 || set == 2002 {
        let encoding = if set == 2000 { encoding_rs::UTF_16BE } else { encoding_rs::UTF_16LE };
        return encoding.decode_without_bom_handling(bytes).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let encoding: &'static Encoding = match set {
        32 | 170 => encoding_rs::WINDOWS_1250,
        35 | 171 => encoding_rs::WINDOWS_1251,
        37 | 174 => encoding_rs::WINDOWS_1253,
        39 | 177 => encoding_rs::WINDOWS_1254,
        38 | 175 => encoding_rs::WINDOWS_1255,
        36 | 560 => encoding_rs::WINDOWS_1256,
        33 | 179 => encoding_rs::WINDOWS_1257,
        46 => encoding_rs::ISO_8859_15,
        830 | 837 => encoding_rs::EUC_JP,
        832 | 838 => encoding_rs::SHIFT_JIS,
        840 | 846 => encoding_rs::EUC_KR,
        850 | 852 | 854 => encoding_rs::GB18030,
        865 | 867 => encoding_rs::BIG5,
        _ => encoding_rs::WINDOWS_1252,
    };
    encoding.decode_without_bom_handling(bytes).0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of a published export, with the values that its statistics state in words.
    #[test]
    fn numbers_of_a_published_export() {
        for (bytes, value) in [
            (&[0xC1, 0x02][..], "1"),
            (&[0xC2, 0x02, 0x18], "123"),
            (&[0xC1, 0x04, 0x39, 0x4F, 0x5B], "3.56789"),
            (&[0xC2, 0x05, 0x39], "456"),
            (&[0x3E, 0x64, 0x66], "-1"),
            (&[0x3E, 0x64, 0x4E, 0x66], "-1.23"),
            (&[0xC6, 0x0D, 0x20, 0x18, 0x0D, 0x23, 0x39], "123123123456"),
            (&[0x39, 0x59, 0x46, 0x4E, 0x59, 0x43, 0x2D, 0x66], "-123123123456"),
            (&[0xC0, 0x15], "0.2"),
            (&[0x3F, 0x47, 0x66], "-0.3"),
            (&[0x40, 0x4E, 0x51, 0x66], "-0.00232"),
            (&[0xC1, 0x0F], "14"),
            (&[0x80], "0"),
        ] {
            assert_eq!(number(bytes).as_deref(), Some(value), "{bytes:02X?}");
        }
    }

    #[test]
    fn dates_and_fractions() {
        assert_eq!(date(&[0x78, 0x7B, 0x0B, 0x01, 0x09, 0x29, 0x1D]).as_deref(), Some("2023-11-01 08:40:28"));
        assert_eq!(date(&[0x78, 0x7A, 0x06, 0x02, 0x09, 0x2E, 0x29, 0x14, 0xAD, 0x5D, 0x90]).as_deref(), Some("2022-06-02 08:45:40"));
        assert_eq!(date(&[0; 7]), None);
        assert_eq!(float(&[0xC0, 0, 0, 0]).as_deref(), Some("2"));
        assert_eq!(float(&[0x3F, 0xFF, 0xFF, 0xFF]).as_deref(), Some("-2"));
    }
}
