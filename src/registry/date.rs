use jiff::civil::Date;
use std::fmt;

/// A date cell of a row. What cannot be read is kept, because it counts against ruling out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DateCell {
    /// Open, or not known.
    #[default]
    Empty,
    /// A date.
    On(Date),
    /// A day that its month does not have, as in 30 February of the 30/360 calendar of banking: the last
    /// day of the month, or as many days later. Bounds are certain, so it can be compared.
    Beyond {
        /// Last day of the month.
        earliest: Date,
        /// The surplus days counted into the next month.
        latest: Date,
    },
    /// A text that is no ISO date.
    Unreadable(String),
}

impl DateCell {
    /// Reads a cell: `YYYY-MM-DD`, also with a midnight that a spreadsheet or database appended.
    pub fn read(cell: &str) -> Self {
        match cell.trim() {
            "" => Self::Empty,
            text => iso_parts(text).and_then(Self::of_parts).unwrap_or_else(|| Self::Unreadable(text.to_owned())),
        }
    }

    fn of_parts((year, month, day): (i16, i8, i8)) -> Option<Self> {
        if let Ok(date) = Date::new(year, month, day) {
            return Some(Self::On(date));
        }
        let earliest = Date::new(year, month, 1).ok()?.last_of_month();
        let surplus = i64::from(day).checked_sub(i64::from(earliest.day())).filter(|s| (1..=3).contains(s))?;
        let latest = earliest.checked_add(jiff::Span::new().days(surplus)).ok()?;
        (day <= 31).then_some(Self::Beyond { earliest, latest })
    }

    /// The earliest day that can be meant, where a day is given.
    pub fn earliest(&self) -> Option<Date> {
        match self {
            Self::On(date) | Self::Beyond { earliest: date, .. } => Some(*date),
            Self::Empty | Self::Unreadable(_) => None,
        }
    }

    /// The latest day that can be meant, where a day is given.
    pub fn latest(&self) -> Option<Date> {
        match self {
            Self::On(date) | Self::Beyond { latest: date, .. } => Some(*date),
            Self::Empty | Self::Unreadable(_) => None,
        }
    }
}

impl fmt::Display for DateCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::On(date) => write!(f, "{date}"),
            Self::Beyond { earliest, latest } => write!(f, "{earliest} to {latest}"),
            Self::Unreadable(text) => f.write_str(text),
        }
    }
}

/// An ISO 8601 calendar date in its extended form. Other orders of day and month are guesses, and a
/// time other than midnight, or a zone, may move the day; both are refused.
pub(super) fn iso_date(text: &str) -> Option<Date> {
    let (year, month, day) = iso_parts(text)?;
    Date::new(year, month, day).ok()
}

/// Year, month and day of such a date; the month may not have the day.
fn iso_parts(text: &str) -> Option<(i16, i8, i8)> {
    let (day, time) = text.split_at_checked(10)?;
    let digits = |range: std::ops::Range<usize>| -> Option<i16> {
        let part = day.get(range)?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten()
    };
    if day.get(4..5)? != "-" || day.get(7..8)? != "-" {
        return None;
    }
    let midnight = match time.strip_prefix(['T', ' ']) {
        Some(clock) => {
            matches!(clock, "00:00" | "00:00:00")
                || clock.strip_prefix("00:00:00.").is_some_and(|f| !f.is_empty() && f.bytes().all(|b| b == b'0'))
        }
        None => time.is_empty(),
    };
    let (month, day) = (i8::try_from(digits(5..7)?).ok()?, i8::try_from(digits(8..10)?).ok()?);
    midnight.then_some((digits(0..4)?, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_certain_dates_are_read() {
        let day = DateCell::On(Date::constant(2024, 2, 29));
        for text in ["2024-02-29", " 2024-02-29 ", "2024-02-29T00:00:00", "2024-02-29 00:00", "2024-02-29 00:00:00.000"] {
            assert_eq!(DateCell::read(text), day, "{text}");
        }
        assert_eq!(DateCell::read("  "), DateCell::Empty);
        for text in [
            "2024-13-01",
            "2024-00-10",
            "2024-01-00",
            "2024-01-32",
            "2024-02-32",
            "9999-12-32",
            "29.02.2024",
            "02/03/2024",
            "2024-2-9",
            "20240229",
            "2024-02-29T00:00:00Z",
            "2024-02-29 08:00",
            "45000",
            "2024-02",
            "２０２４-02-29",
            "2024-02-29T00:00:00.",
        ] {
            assert_eq!(DateCell::read(text), DateCell::Unreadable(text.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_day_that_its_month_does_not_have_is_bounded() {
        let bounds = |text| (DateCell::read(text).earliest().unwrap(), DateCell::read(text).latest().unwrap());
        assert_eq!(bounds("2024-02-30"), (Date::constant(2024, 2, 29), Date::constant(2024, 3, 1)));
        assert_eq!(bounds("2023-02-31"), (Date::constant(2023, 2, 28), Date::constant(2023, 3, 3)));
        assert_eq!(bounds("2024-06-31"), (Date::constant(2024, 6, 30), Date::constant(2024, 7, 1)));
        assert_eq!(iso_date("2024-02-30"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in "\\PC{0,14}|[0-9]{4}-[0-9]{2}-[0-9]{2}") {
            let cell = DateCell::read(&text);
            prop_assert!(cell.earliest() <= cell.latest());
        }
    }
}
