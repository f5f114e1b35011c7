//! Days in the headers of payment files. A field that holds none gives none; the payments are then of no known day.

use jiff::ToSpan;
use jiff::civil::Date;

/// `YYMMDD`; years below 69 are of this century.
pub(super) fn of_six(field: &[u8]) -> Option<Date> {
    let [year, month, day] = [field.get(..2)?, field.get(2..4)?, field.get(4..6)?].map(number);
    date(century(year?), month?, day?).filter(|_| field.len() == 6)
}

/// `YYYYMMDD`, and whatever follows it.
pub(super) fn of_eight(field: &[u8]) -> Option<Date> {
    let [year, month, day] = [field.get(..4)?, field.get(4..6)?, field.get(6..8)?].map(number);
    date(year?, month?, day?)
}

/// `YYYY-MM-DD`, and whatever follows it (ISO 8601).
pub(super) fn of_iso(field: &str) -> Option<Date> {
    field.get(..10)?.parse().ok()
}

/// `cYYDDD`, the day counted from the beginning of the year; the century is a digit or a blank, and both are in use.
pub(super) fn of_year(field: &[u8]) -> Option<Date> {
    let [year, day] = [field.get(1..3)?, field.get(3..6)?].map(number);
    let first = date(century(year?), 1, 1)?;
    let found = first.checked_add(i64::from(day?.checked_sub(1)?).days()).ok()?;
    (field.len() == 6 && found.year() == first.year()).then_some(found)
}

fn number(digits: &[u8]) -> Option<i16> {
    let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    digits.parse().ok()
}

fn century(year: i16) -> i16 {
    if year < 69 { 2000 + year } else { 1900 + year }
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_every_form_and_nothing_else_is() {
        let said = |day: Option<Date>| day.map(|day| day.to_string());
        assert_eq!(said(of_six(b"240229")).as_deref(), Some("2024-02-29"));
        assert_eq!(said(of_six(b"991231")).as_deref(), Some("1999-12-31"));
        assert_eq!(said(of_eight(b"20240229010203")).as_deref(), Some("2024-02-29"));
        assert_eq!(said(of_iso("2024-02-29T08:00:00Z")).as_deref(), Some("2024-02-29"));
        assert_eq!(said(of_year(b"024366")).as_deref(), Some("2024-12-31"));
        assert_eq!(said(of_year(b" 24001")).as_deref(), Some("2024-01-01"));
        for none in [&b"230229"[..], b"      ", b"2302", b"000000", b"2401011", b"24-1-1", b""] {
            assert_eq!(of_six(none), None, "{none:?}");
        }
        for none in [&b"023366"[..], b"024000", b"024999", b"02436", b"0243661"] {
            assert_eq!(of_year(none), None, "{none:?}");
        }
        assert_eq!((of_eight(b"2024010"), of_iso("2024-1-1"), of_iso("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}")), (None, None, None));
    }
}
