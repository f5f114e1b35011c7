//! Values of columns as text: numbers that can be identifiers, dates as ISO 8601 writes them, and text in the code
//! page of its collation.

use super::page::{le16, le32, le64};
use super::scsu;
use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt::Write;

/// What a column holds, by the system's type numbers (sys.types, `system_type_id`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Type {
    /// Whole numbers of one byte, which have no sign.
    Tiny,
    /// Whole numbers of so many bytes.
    Whole(u8),
    /// Amounts in ten-thousandths, of so many bytes.
    Money(u8),
    /// Decimal numbers with so many digits, and so many of them behind the point.
    Decimal(u8, u8),
    /// Binary fractions of so many bytes.
    Float(u8),
    Bit,
    Guid,
    Date,
    /// Times of so many digits behind the seconds.
    Time(u8),
    SmallDateTime,
    DateTime,
    DateTime2(u8),
    DateTimeOffset(u8),
    /// Text in the code page of this collation, of so many bytes or of variable length.
    Text(u32, Option<u16>),
    /// UTF-16, of so many bytes or of variable length.
    Wide(Option<u16>),
    /// A value that says its own type.
    Variant,
    /// Bytes that are no text: of so many bytes, or of variable length.
    Binary(Option<u16>),
}

/// Days from 1 January of year 1 to 1 January 1900.
const DAYS_TO_1900: i64 = 693_595;

impl Type {
    /// The type of a column of the storage: its number, and what its length or precision, and its scale say.
    pub fn of(id: u8, length: u16, precision: u8, scale: u8, collation: u32) -> Self {
        let fixed = |length: u16| (length > 0).then_some(length);
        match id {
            48 => Self::Tiny,
            52 => Self::Whole(2),
            56 => Self::Whole(4),
            127 => Self::Whole(8),
            60 => Self::Money(8),
            122 => Self::Money(4),
            106 | 108 => Self::Decimal(precision, scale),
            59 => Self::Float(4),
            62 => Self::Float(8),
            104 => Self::Bit,
            36 => Self::Guid,
            40 => Self::Date,
            41 => Self::Time(scale),
            58 => Self::SmallDateTime,
            61 => Self::DateTime,
            42 => Self::DateTime2(scale),
            43 => Self::DateTimeOffset(scale),
            175 => Self::Text(collation, fixed(length)),
            35 | 167 => Self::Text(collation, None),
            239 => Self::Wide(fixed(length)),
            99 | 231 => Self::Wide(None),
            98 => Self::Variant,
            173 => Self::Binary(fixed(length)),
            189 => Self::Binary(Some(8)),
            _ => Self::Binary(None),
        }
    }

    /// How many bytes it takes in the fixed part of a row; nothing where its length varies.
    pub fn length(self) -> Option<usize> {
        let time = |scale: u8| if scale < 3 { 3 } else { 5 - usize::from(scale < 5) };
        match self {
            Self::Tiny | Self::Bit => Some(1),
            Self::Whole(length) | Self::Money(length) | Self::Float(length) => Some(usize::from(length)),
            Self::Decimal(precision, _) => Some(match precision {
                0..=9 => 5,
                10..=19 => 9,
                20..=28 => 13,
                29.. => 17,
            }),
            Self::Guid => Some(16),
            Self::Date => Some(3),
            Self::Time(scale) => Some(time(scale)),
            Self::SmallDateTime => Some(4),
            Self::DateTime => Some(8),
            Self::DateTime2(scale) => Some(time(scale) + 3),
            Self::DateTimeOffset(scale) => Some(time(scale) + 5),
            Self::Text(_, length) | Self::Wide(length) | Self::Binary(length) => length.map(usize::from),
            Self::Variant => None,
        }
    }

    /// Is the value text of any length?
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text(..) | Self::Wide(_))
    }

    /// Appends the value of a row that is not compressed; nothing where it is no text, or the bytes are no such value.
    /// What was appended until then is up to the caller.
    pub fn push(self, bytes: &[u8], out: &mut String) -> Option<()> {
        match self {
            Self::Tiny => push_whole(out, i64::from(*bytes.first()?)),
            Self::Whole(_) => push_whole(out, whole(bytes)?),
            Self::Money(_) => push_scaled(out, whole(bytes)?.into(), 4),
            Self::Decimal(_, scale) => {
                let (sign, digits) = bytes.split_first()?;
                let amount = digits.iter().take(16).rev().fold(0u128, |sum, byte| sum << 8 | u128::from(*byte));
                push_scaled(out, i128::try_from(amount).ok().map(|amount| if *sign == 0 { -amount } else { amount })?, scale);
            }
            Self::Float(4) => push_float(out, f64::from(f32::from_bits(le32(bytes, 0)?))),
            Self::Float(_) => push_float(out, f64::from_bits(le64(bytes, 0)?)),
            Self::Bit => out.push(if bytes.first()? & 1 == 0 { '0' } else { '1' }),
            Self::Guid => out.push_str(&guid(bytes.first_chunk()?)?),
            Self::Date => push_date(out, little(bytes.get(..3)?))?,
            Self::Time(scale) => push_time(out, little(bytes), scale)?,
            Self::SmallDateTime => {
                let (minutes, days) = (le16(bytes, 0)?, le16(bytes, 2)?);
                push_moment(out, DAYS_TO_1900 + i64::from(days), i64::from(minutes) * 60, 0)?;
            }
            Self::DateTime => push_datetime(out, le64(bytes, 0)? as i64)?,
            Self::DateTime2(scale) => {
                let (clock, days) = bytes.split_at_checked(bytes.len().checked_sub(3)?)?;
                push_moment(out, little(days), little(clock), scale)?;
            }
            // The zone is not added: the day of a birth or a payment is the one in UTC only by chance.
            Self::DateTimeOffset(scale) => {
                Self::DateTime2(scale).push(bytes.get(..bytes.len().checked_sub(2)?)?, out)?;
                out.push('Z');
            }
            Self::Text(collation, _) => out.push_str(trimmed(&text(bytes, collation))),
            Self::Wide(_) => {
                let start = out.len();
                push_wide(out, bytes)?;
                out.truncate(start + trimmed(&out[start..]).len());
            }
            Self::Variant => push_variant(out, bytes)?,
            Self::Binary(_) => return None,
        }
        Some(())
    }

    /// Appends the value of a row of a compressed table, as [`Self::push`] does.
    pub fn push_compressed(self, bytes: &[u8], out: &mut String) -> Option<()> {
        let padded = |at_end: bool| {
            let missing = vec![0; self.length().unwrap_or(0).saturating_sub(bytes.len())];
            if at_end { [bytes, &missing[..]].concat() } else { [&missing[..], bytes].concat() }
        };
        match self {
            Self::Whole(_) => push_whole(out, excess(bytes)?),
            Self::Money(_) => push_scaled(out, excess(bytes)?.into(), 4),
            Self::DateTime => push_datetime(out, excess(bytes)?)?,
            Self::Tiny if bytes.is_empty() => out.push('0'),
            Self::Bit => out.push('0'),
            Self::Decimal(_, scale) => push_scaled(out, vardecimal(bytes, scale)?, scale),
            Self::Float(_) | Self::SmallDateTime => self.push(&padded(false), out)?,
            Self::Date | Self::Time(_) | Self::DateTime2(_) | Self::DateTimeOffset(_) | Self::Guid => self.push(&padded(true), out)?,
            Self::Wide(_) => out.push_str(&compressed_wide(bytes)?),
            Self::Tiny | Self::Text(..) | Self::Variant | Self::Binary(_) => self.push(bytes, out)?,
        }
        Some(())
    }
}

/// A whole number, little-endian, with its sign.
fn whole(bytes: &[u8]) -> Option<i64> {
    match bytes {
        [a, b] => Some(i16::from_le_bytes([*a, *b]).into()),
        [a, b, c, d] => Some(i32::from_le_bytes([*a, *b, *c, *d]).into()),
        _ => bytes.first_chunk().map(|b| i64::from_le_bytes(*b)),
    }
}

/// A whole number of a compressed row: big-endian, as few bytes as it needs, half of their range added to it.
fn excess(bytes: &[u8]) -> Option<i64> {
    let raw = bytes.iter().fold(0i128, |sum, byte| sum << 8 | i128::from(*byte));
    match bytes.len() {
        0 => Some(0),
        length @ 1..=8 => i64::try_from(raw - (1 << (8 * length - 1))).ok(),
        _ => None,
    }
}

fn little(bytes: &[u8]) -> i64 {
    bytes.iter().take(7).rev().fold(0, |sum, byte| sum << 8 | i64::from(*byte))
}

/// Appends a whole number.
fn push_whole(out: &mut String, number: i64) {
    if number < 0 {
        out.push('-');
    }
    push_number(out, number.unsigned_abs(), 1);
}

/// Appends a number with so many digits behind the point.
fn push_scaled(out: &mut String, amount: i128, scale: u8) {
    if amount < 0 {
        out.push('-');
    }
    let amount = amount.unsigned_abs();
    match (u64::try_from(amount), 10u64.checked_pow(scale.into())) {
        (Ok(digits), Some(1)) => push_number(out, digits, 1),
        (Ok(digits), Some(unit)) => {
            push_number(out, digits / unit, 1);
            out.push('.');
            push_number(out, digits % unit, scale.into());
        }
        _ => {
            let scale = usize::from(scale);
            let digits = format!("{amount:0>width$}", width = scale + 1);
            let (before, behind) = digits.split_at(digits.len() - scale);
            out.push_str(before);
            if scale > 0 {
                out.push('.');
                out.push_str(behind);
            }
        }
    }
}

/// Appends a number with at least so many digits.
fn push_number(out: &mut String, number: u64, width: usize) {
    let mut room = itoa::Buffer::new();
    let digits = room.format(number);
    (digits.len()..width).for_each(|_| out.push('0'));
    out.push_str(digits);
}

/// Appends a fraction; one that is a whole number without a point, as an identifier would be written.
fn push_float(out: &mut String, value: f64) {
    // Memory takes it.
    _ = write!(out, "{value}");
}

/// A decimal number of a compressed row, in units of its last digit: sign and exponent, then digits in groups of three
/// to ten bits.
fn vardecimal(bytes: &[u8], scale: u8) -> Option<i128> {
    let Some((head, groups)) = bytes.split_first() else { return Some(0) };
    let bit = |i: usize| groups.get(i / 8).map_or(0, |byte| u32::from(byte >> (7 - i % 8) & 1));
    let mut digits = String::new();
    for group in 0..(8 * groups.len()).div_ceil(10) {
        let value = (0..10).fold(0, |sum, i| sum << 1 | bit(10 * group + i));
        digits.push_str(&format!("{value:03}"));
    }
    let digits = digits.trim_start_matches('0');
    // The point stands behind the first digit and is moved by the exponent.
    let exponent = i32::from(head & 0x7F) - 64;
    let wanted = usize::try_from(exponent + 1 + i32::from(scale)).ok()?;
    let kept: String = digits.chars().chain(std::iter::repeat('0')).take(wanted.min(39)).collect();
    let amount: i128 = if kept.is_empty() { 0 } else { kept.parse().ok()? };
    Some(if head & 0x80 != 0 { amount } else { -amount })
}

/// Appends a day, counted from 1 January of year 1 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn push_date(out: &mut String, days: i64) -> Option<()> {
    let from_march = days + 306;
    let era = from_march.div_euclid(146_097);
    let day_of_era = from_march.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    if !(1..=9999).contains(&year) {
        return None;
    }
    push_number(out, year as u64, 4);
    for part in [month, day] {
        out.push('-');
        push_number(out, part as u64, 2);
    }
    Some(())
}

/// Appends a time of day in units of so many digits behind the second.
fn push_time(out: &mut String, ticks: i64, scale: u8) -> Option<()> {
    let unit = 10i64.checked_pow(scale.into())?.unsigned_abs();
    let ticks = u64::try_from(ticks).ok()?;
    let (seconds, fraction) = (ticks / unit, ticks % unit);
    if seconds >= 86_400 {
        return None;
    }
    push_number(out, seconds / 3600, 2);
    for part in [seconds / 60 % 60, seconds % 60] {
        out.push(':');
        push_number(out, part, 2);
    }
    if fraction > 0 {
        out.push('.');
        push_number(out, fraction, scale.into());
    }
    Some(())
}

/// Appends a day and a time of it.
fn push_moment(out: &mut String, days: i64, ticks: i64, scale: u8) -> Option<()> {
    push_date(out, days)?;
    out.push(' ');
    push_time(out, ticks, scale)
}

/// Appends days since 1900 above ticks of a three-hundredth of a second.
fn push_datetime(out: &mut String, value: i64) -> Option<()> {
    let (days, ticks) = (value >> 32, value & 0xFFFF_FFFF);
    if ticks == 0 { push_date(out, DAYS_TO_1900 + days) } else { push_moment(out, DAYS_TO_1900 + days, (ticks * 10 + 1) / 3, 3) }
}

fn guid(b: &[u8; 16]) -> Option<String> {
    let (a, c, d) = (le32(b, 0)?, le16(b, 4)?, le16(b, 6)?);
    let tail: String = b[10..].iter().map(|byte| format!("{byte:02X}")).collect();
    Some(format!("{a:08X}-{c:04X}-{d:04X}-{:02X}{:02X}-{tail}", b[8], b[9]))
}

/// UTF-16, little-endian. An odd byte at the start marks a value of a type without a longest length.
pub(super) fn wide(bytes: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(bytes.len() / 2);
    push_wide(&mut out, bytes)?;
    Some(out)
}

/// Appends UTF-16, little-endian.
fn push_wide(out: &mut String, bytes: &[u8]) -> Option<()> {
    let bytes = match bytes {
        [0x21, rest @ ..] if rest.len().is_multiple_of(2) => rest,
        bytes => bytes,
    };
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let pairs = bytes.as_chunks::<2>().0;
    if pairs.iter().fold(0, |any, [low, high]| any | *high | (*low & 0x80)) == 0 {
        out.extend(pairs.iter().map(|[low, _]| char::from(*low)));
    } else {
        let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
        out.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }
    Some(())
}

/// Without what fills a value up.
fn trimmed(text: &str) -> &str {
    text.trim_end_matches([' ', '\0'])
}

/// UTF-16 of a compressed row: SCSU where that is shorter, as it is otherwise. Nothing says which; text of an odd
/// length is SCSU, and of an even length is what reads as text.
fn compressed_wide(bytes: &[u8]) -> Option<String> {
    let trimmed = |text: String| trimmed(&text).to_owned();
    let short = scsu::decode(bytes).map(trimmed);
    let plain = wide(bytes).map(trimmed);
    if !bytes.len().is_multiple_of(2) {
        return short.or(plain);
    }
    let strange = |text: &String| {
        let odd = text.chars().filter(|c| c.is_control() || *c == '\u{FFFD}').count();
        let far = text.chars().filter(|c| *c > '\u{24F}').count();
        (odd, far)
    };
    match (short, plain) {
        (Some(short), Some(plain)) => Some(if strange(&plain) < strange(&short) { plain } else { short }),
        (short, plain) => short.or(plain),
    }
}

/// Text in the code page of a collation: its lowest byte is the order of sorting, which has a code page (Collation
/// and Unicode support, SQL Server); 0x100 is UTF-8. What is valid UTF-8 beyond ASCII is UTF-8 in any case.
pub(super) fn text(bytes: &[u8], collation: u32) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let encoding: &'static Encoding = match collation & 0xFF {
        0x01 => encoding_rs::WINDOWS_1256,
        0x03 => encoding_rs::BIG5,
        0x07 => encoding_rs::WINDOWS_1253,
        0x0C => encoding_rs::WINDOWS_1255,
        0x10 => encoding_rs::SHIFT_JIS,
        0x11 => encoding_rs::EUC_KR,
        0x13 => encoding_rs::WINDOWS_1250,
        0x15 => encoding_rs::WINDOWS_1251,
        0x19 => encoding_rs::WINDOWS_874,
        0x1A => encoding_rs::WINDOWS_1254,
        0x1F => encoding_rs::WINDOWS_1257,
        0x20 => encoding_rs::WINDOWS_1258,
        0x24 => encoding_rs::GBK,
        _ => encoding_rs::WINDOWS_1252,
    };
    encoding.decode_without_bom_handling(bytes).0
}

/// Appends a value that says its own type (sql_variant): type, version, what the type needs, and the value.
fn push_variant(out: &mut String, bytes: &[u8]) -> Option<()> {
    let (id, rest) = (*bytes.first()?, bytes.get(2..)?);
    let behind = |n: usize| rest.get(n..);
    match id {
        106 | 108 => Type::Decimal(*rest.first()?, *rest.get(1)?).push(behind(2)?, out),
        41..=43 => Type::of(id, 0, 0, *rest.first()?, 0).push(behind(1)?, out),
        167 | 175 | 231 | 239 => Type::of(id, 0, 0, 0, le32(rest, 2)?).push(behind(6)?, out),
        165 | 173 => None,
        id => Type::of(id, 0, 0, 0, 0).push(rest, out),
    }
}
