//! What stored numbers and bytes mean: days, moments, amounts. What cannot be shown as what it means, such as a day
//! behind the calendar, is shown as it is stored.

use crate::model::to_hex;
use jiff::Span;
use jiff::civil::{Date, DateTime, Time};
use num_bigint::BigInt;

/// Parts of a second that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Milli,
    Micro,
    Nano,
}

impl Unit {
    fn nanos(self) -> i64 {
        match self {
            Self::Milli => 1_000_000,
            Self::Micro => 1_000,
            Self::Nano => 1,
        }
    }
}

/// What a value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing but itself.
    Plain,
    /// Text in bytes.
    Text,
    /// Days since 1970.
    Date,
    /// Time since midnight.
    Time(Unit),
    /// Time since 1970, in UTC.
    Moment(Unit),
    /// The same by the clock of a place that is not named.
    Local(Unit),
    /// A number with so many decimal places.
    Decimal(u32),
    /// A number that is never negative.
    Unsigned,
    /// Sixteen bytes that are an identifier (RFC 9562).
    Uuid,
    /// Two bytes that are a floating-point number (IEEE 754).
    Half,
}

/// Decimal places beyond are no amount.
pub(super) const MOST_PLACES: u32 = 100;
/// Longer numbers are no amount; the digits of very long ones take their square in time.
const LONGEST_NUMBER: usize = 64;
/// Nanoseconds of a second.
const NANOS: i128 = 1_000_000_000;
/// 1970-01-01 as a Julian day.
const JULIAN_EPOCH: i64 = 2_440_588;

impl Meaning {
    /// A whole number of 32 or 64 bits.
    pub fn number(self, value: i64, bits: u32) -> String {
        let known = match self {
            Self::Date => day(value).map(|day| day.to_string()),
            Self::Time(unit) => value.checked_mul(unit.nanos()).and_then(time).map(|time| time.to_string()),
            Self::Moment(unit) => moment(i128::from(value) * i128::from(unit.nanos())).map(|moment| format!("{moment}Z")),
            Self::Local(unit) => moment(i128::from(value) * i128::from(unit.nanos())).map(|moment| moment.to_string()),
            Self::Decimal(places) => placed(value.to_string(), places),
            Self::Unsigned if bits == 32 => Some((value as u32).to_string()),
            Self::Unsigned => Some((value as u64).to_string()),
            Self::Plain | Self::Text | Self::Uuid | Self::Half => None,
        };
        known.unwrap_or_else(|| value.to_string())
    }

    /// Bytes, where they mean something but themselves.
    pub fn bytes(self, value: &[u8]) -> Option<String> {
        match self {
            Self::Text => Some(crate::format::database::value::text(value)),
            Self::Decimal(places) if !value.is_empty() && value.len() <= LONGEST_NUMBER => {
                placed(BigInt::from_signed_bytes_be(value).to_string(), places)
            }
            Self::Uuid if value.len() == 16 => {
                let hex = to_hex(value);
                Some([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
            }
            Self::Half => value.first_chunk().filter(|_| value.len() == 2).map(|raw| half(u16::from_le_bytes(*raw)).to_string()),
            _ => None,
        }
    }
}

/// The twelve bytes in which older programs keep moments: nanoseconds of a day and the Julian day.
pub(super) fn julian(raw: [u8; 12]) -> String {
    let nanos = i64::from_le_bytes([raw[0], raw[1], raw[2], raw[3], raw[4], raw[5], raw[6], raw[7]]);
    let julian = i64::from(u32::from_le_bytes([raw[8], raw[9], raw[10], raw[11]]));
    let known = day(julian - JULIAN_EPOCH).zip(time(nanos)).map(|(day, time)| DateTime::from_parts(day, time).to_string());
    known.unwrap_or_else(|| to_hex(&raw))
}

/// A moment in seconds since 1970 and parts of one; in UTC, or by the clock of a place that is not named.
pub(super) fn instant(seconds: i64, nanos: i32, is_local: bool) -> String {
    match moment(i128::from(seconds) * NANOS + i128::from(nanos)) {
        Some(moment) => format!("{moment}{}", if is_local { "" } else { "Z" }),
        None => format!("{seconds}.{nanos:09}"),
    }
}

fn day(days: i64) -> Option<Date> {
    let days = i32::try_from(days).ok()?;
    Date::constant(1970, 1, 1).checked_add(Span::new().try_days(days).ok()?).ok()
}

fn time(nanos: i64) -> Option<Time> {
    let nanos = (0..86_400_000_000_000).contains(&nanos).then_some(nanos)?;
    let (seconds, rest) = (nanos / 1_000_000_000, (nanos % 1_000_000_000) as i32);
    Time::new((seconds / 3600) as i8, (seconds / 60 % 60) as i8, (seconds % 60) as i8, rest).ok()
}

/// Nanoseconds since 1970 as the clock shows them.
fn moment(nanos: i128) -> Option<DateTime> {
    let a_day = 86_400 * NANOS;
    let day = day(i64::try_from(nanos.div_euclid(a_day)).ok()?)?;
    Some(DateTime::from_parts(day, time(nanos.rem_euclid(a_day) as i64)?))
}

/// Digits with a point before the last ones.
pub(super) fn placed(digits: String, places: u32) -> Option<String> {
    let places = (places <= MOST_PLACES).then_some(places as usize)?;
    if places == 0 {
        return Some(digits);
    }
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |rest| ("-", rest));
    let digits = format!("{digits:0>width$}", width = places + 1);
    let (whole, rest) = digits.split_at(digits.len() - places);
    Some(format!("{sign}{whole}.{rest}"))
}

fn half(raw: u16) -> f32 {
    let (exponent, mantissa) = (i32::from(raw >> 10 & 0x1F), f32::from(raw & 0x3FF));
    let size = match exponent {
        0 => mantissa * 2f32.powi(-24),
        31 if mantissa == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + mantissa / 1024.0) * 2f32.powi(exponent - 15),
    };
    if raw >> 15 == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_what_they_mean() {
        for (meaning, value, shown) in [
            (Meaning::Date, 19_797, "2024-03-15"),
            (Meaning::Date, -1, "1969-12-31"),
            (Meaning::Date, i64::MAX, "9223372036854775807"),
            (Meaning::Time(Unit::Milli), 45_296_007, "12:34:56.007"),
            (Meaning::Time(Unit::Micro), -1, "-1"),
            (Meaning::Moment(Unit::Milli), 1_710_505_845_123, "2024-03-15T12:30:45.123Z"),
            (Meaning::Moment(Unit::Nano), -1, "1969-12-31T23:59:59.999999999Z"),
            (Meaning::Local(Unit::Micro), 1_710_505_845_000_000, "2024-03-15T12:30:45"),
            (Meaning::Local(Unit::Milli), i64::MIN, "-9223372036854775808"),
            (Meaning::Decimal(2), -5, "-0.05"),
            (Meaning::Decimal(0), 500, "500"),
            (Meaning::Decimal(u32::MAX), 500, "500"),
            (Meaning::Unsigned, -1, "18446744073709551615"),
            (Meaning::Plain, -7, "-7"),
        ] {
            assert_eq!(meaning.number(value, 64), shown, "{meaning:?}");
        }
        assert_eq!(Meaning::Unsigned.number(-1, 32), "4294967295");
    }

    #[test]
    fn bytes_are_shown_as_what_they_mean() {
        assert_eq!(Meaning::Decimal(2).bytes(&[0xFF, 0x01]).as_deref(), Some("-2.55"));
        assert_eq!(Meaning::Decimal(3).bytes(&[0x7F; 16]).as_deref(), Some("169473963133173273960190490760135540.607"));
        assert_eq!(Meaning::Decimal(3).bytes(&[1; 65]), None);
        assert_eq!(Meaning::Uuid.bytes(&[0x12; 16]).as_deref(), Some("12121212-1212-1212-1212-121212121212"));
        assert_eq!(Meaning::Half.bytes(&0xC100u16.to_le_bytes()).as_deref(), Some("-2.5"));
        assert_eq!(Meaning::Plain.bytes(b"x"), None);
        assert_eq!(instant(253_402_300_799, 999_999_999, true), "9999-12-31T23:59:59.999999999");
        assert_eq!(instant(-1, 500_000_000, false), "1969-12-31T23:59:59.5Z");
        assert_eq!(instant(i64::MAX, 5, false), "9223372036854775807.000000005");
        let noon = [&43_200_000_000_000i64.to_le_bytes()[..], &2_440_589u32.to_le_bytes()].concat();
        assert_eq!(julian(noon.try_into().unwrap()), "1970-01-02T12:00:00");
    }
}
