//! When a line of a log was written, as far as the line says it.
//!
//! Logs leave out the year (syslog), the zone (nearly all), or the order of day and month (`03/04/2024`).
//! A [`Moment`] keeps what is known, and [`Moment::within`] errs towards inside.

use super::fields::{clock, number};
use crate::model;
use jiff::civil::Date;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A point in time with what its text leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Nothing where the text has none.
    year: Option<i16>,
    /// Month and day; a second reading where their order is not known.
    days: [Option<(i8, i8)>; 2],
    /// Seconds since midnight; 0 where there is no clock.
    seconds: i64,
    /// Seconds east of UTC.
    offset: Option<i64>,
}

/// The days in which something may have happened, both included, and where their midnights lie.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    from: Date,
    to: Date,
    offset: Option<i64>,
}

impl Window {
    /// A window of days in a zone as the incident file writes it. A zone that is no offset leaves open where
    /// midnight is.
    pub fn new(from: Date, to: Date, zone: &str) -> Self {
        Self { from, to, offset: offset(zone.trim().as_bytes()) }
    }
}

impl Moment {
    /// The moment with which a text begins, and how many bytes of the text say it.
    pub fn leading(text: &[u8]) -> Option<(Self, usize)> {
        let mut words = Cursor { text, at: 0 };
        if words.peek().is_some_and(weekday) {
            words.next();
        }
        let mut moment = Self { year: None, days: [None; 2], seconds: 0, offset: None };
        let first = words.next()?;
        if month(first).is_some() {
            moment.days[0] = Some((month(first)?, day(words.next()?)?));
        } else if let Some(rest) = moment.date(first) {
            // `2024-11-04T03:10:11+01:00`, `04/Nov/2024:03:10:11`.
            if !rest.is_empty() && !moment.clock_and_zone(rest.get(1..)?) {
                return None;
            }
        } else if let Some(epoch) = epoch(first) {
            return Some((epoch, words.at));
        } else {
            // `4 Nov 2024`.
            let day = day(first)?;
            moment.days[0] = Some((month(words.next()?)?, day));
            moment.year = words.peek().and_then(year);
            moment.year.and_then(|_| words.next());
        }
        // What may follow in any order that tools use: clock, half of the day, zone, year.
        let mut has_clock = moment.seconds > 0;
        while let Some(word) = words.peek() {
            if !has_clock && moment.clock_and_zone(word) {
                has_clock = true;
            } else if has_clock && matches!(word.to_ascii_uppercase().as_slice(), b"AM" | b"PM") {
                moment.half(word);
            } else if let Some(offset) = offset(word).filter(|_| has_clock && moment.offset.is_none()) {
                moment.offset = Some(offset);
            } else if let Some(year) = year(word).filter(|_| moment.year.is_none() && has_clock) {
                moment.year = Some(year);
            } else if !(has_clock && moment.year.is_none() && moment.offset.is_none() && abbreviation(word) && words.year_follows()) {
                break;
            }
            words.next();
        }
        Some((moment, words.at))
    }

    /// May it lie in the window? Without a year any year may be meant; without a zone on either side, a day more
    /// on both ends; without a readable day, anything.
    pub fn within(&self, window: &Window) -> bool {
        let exact = self.offset.zip(window.offset);
        let (from, to) = (ordinal(window.from), ordinal(window.to));
        let mut dates = 0;
        for (month, day) in self.days.iter().flatten() {
            let years = self.year.map_or(window.from.year().saturating_sub(1)..=window.to.year().saturating_add(1), |year| year..=year);
            for date in years.filter_map(|year| Date::new(year, *month, *day).ok()) {
                dates += 1;
                let seconds = ordinal(date) * DAY + self.seconds;
                let (seconds, margin) = match exact {
                    Some((own, windows)) => (seconds - own + windows, 0),
                    None => (seconds - self.offset.unwrap_or(0), DAY),
                };
                if seconds >= from * DAY - margin && seconds < (to + 1) * DAY + margin {
                    return true;
                }
            }
        }
        dates == 0
    }

    /// Its day as it is written, where year, month and day leave nothing open.
    pub fn day(&self) -> Option<Date> {
        match (self.year, self.days) {
            (Some(year), [Some((month, day)), None]) => Date::new(year, month, day).ok(),
            _ => None,
        }
    }

    /// Reads a date at the beginning of a word, and gives the rest of the word.
    fn date<'w>(&mut self, word: &'w [u8]) -> Option<&'w [u8]> {
        let end = word.iter().position(|b| matches!(b, b'T' | b'_' | b':')).unwrap_or(word.len());
        let (date, rest) = word.split_at_checked(end)?;
        let separator = *date.iter().find(|b| matches!(b, b'-' | b'/' | b'.'))?;
        let mut parts = date.split(|b| *b == separator);
        let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        if let Some(year) = year(a) {
            self.year = Some(year);
            self.days[0] = Some((two(b)?, two(c)?));
        } else if let Some(month) = month(b) {
            self.year = Some(year(c)?);
            self.days[0] = Some((month, day(a)?));
        } else {
            let (first, second) = (two(a)?, two(b)?);
            self.year = Some(year(c).or_else(|| (c.len() == 2).then(|| number(c)).flatten().map(|y| 2000 + y as i16))?);
            // Month first with slashes and dashes, day first with points; both where neither is excluded.
            self.days =
                [Some((first, second)).filter(|(m, _)| *m <= 12), Some((second, first)).filter(|(m, _)| *m <= 12 && first != second)];
        }
        Some(rest)
    }

    /// Reads `03:10:11.123Z` and the like.
    fn clock_and_zone(&mut self, word: &[u8]) -> bool {
        let end = word.iter().position(|b| matches!(b, b'Z' | b'z' | b'+' | b'-' | b'A' | b'P' | b'a' | b'p' | b','));
        let (time, rest) = word.split_at_checked(end.unwrap_or(word.len())).unwrap_or((word, b""));
        if !clock(time) {
            return false;
        }
        let mut parts = time.split(|b| matches!(b, b':' | b'.')).map(|part| number(part).unwrap_or(0) as i64);
        let mut next = || parts.next().unwrap_or(0);
        self.seconds = (next() * 60 + next()) * 60;
        self.seconds += if time.iter().filter(|b| **b == b':').count() > 1 { next() } else { 0 };
        // A fraction after a comma, as in `03:10:11,123+0100`.
        let fraction = rest
            .strip_prefix(b",")
            .map(|f| f.iter().position(|b| !b.is_ascii_digit()).map_or(&b""[..], |at| f.get(at..).unwrap_or_default()));
        let rest = fraction.unwrap_or(rest);
        if matches!(rest.to_ascii_uppercase().as_slice(), b"AM" | b"PM") {
            self.half(rest);
            return true;
        }
        self.offset = offset(rest).or(self.offset);
        rest.is_empty() || self.offset.is_some()
    }

    fn half(&mut self, word: &[u8]) {
        let noon = DAY / 2;
        match word.first().map(u8::to_ascii_uppercase) {
            Some(b'P') if self.seconds < noon => self.seconds += noon,
            Some(b'A') if self.seconds >= noon => self.seconds -= noon,
            _ => {}
        }
    }
}

/// The text of the moment with which a line begins.
pub(super) fn stamp(line: &[u8]) -> Option<String> {
    let (_, end) = Moment::leading(line)?;
    line.get(..end).map(super::fields::shown)
}

/// Seconds, or milliseconds from the year 2001 on, of the Unix epoch.
fn epoch(word: &[u8]) -> Option<Moment> {
    let whole = word.split(|b| *b == b'.').next()?;
    let count = number(whole)?;
    let seconds = match whole.len() {
        9 | 10 => count,
        13 => count / 1_000,
        _ => return None,
    } as i64;
    let date = Date::new(1970, 1, 1).ok()?.checked_add(jiff::Span::new().try_days(seconds / DAY).ok()?).ok()?;
    Some(Moment { year: Some(date.year()), days: [Some((date.month(), date.day())), None], seconds: seconds % DAY, offset: Some(0) })
}

/// Days since the beginning of the calendar's count.
fn ordinal(date: Date) -> i64 {
    let (year, month) = (i64::from(date.year()), i64::from(date.month()));
    // Years that begin in March, so that the day of the leap year is their last (Howard Hinnant, days_from_civil).
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(date.day()) - 1;
    year.div_euclid(400) * 146_097 + year.rem_euclid(400) * 365 + year.rem_euclid(400) / 4 - year.rem_euclid(400) / 100 + of_year
}

/// Seconds east of UTC of `Z`, `UTC`, `GMT`, `+01:00`, `-0500`, `+01`.
fn offset(word: &[u8]) -> Option<i64> {
    if matches!(word.to_ascii_uppercase().as_slice(), b"Z" | b"UTC" | b"GMT") {
        return Some(0);
    }
    let (sign, digits) = match word {
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [a, b] => ([*a, *b], *b"00"),
        [a, b, c, d] | [a, b, b':', c, d] => ([*a, *b], [*c, *d]),
        _ => return None,
    };
    let (hours, minutes) = (number(&hours)? as i64, number(&minutes)? as i64);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60)
}

fn weekday(word: &[u8]) -> bool {
    const DAYS: [&[u8]; 7] = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];
    let word = word.strip_suffix(b",").unwrap_or(word);
    word.len() <= 9
        && word.iter().all(u8::is_ascii_alphabetic)
        && word.get(..3).is_some_and(|head| DAYS.iter().any(|d| head.eq_ignore_ascii_case(d)))
}

fn month(word: &[u8]) -> Option<i8> {
    super::fields::month(word).then(|| model::month(word)).flatten().map(|number| number as i8)
}

fn day(word: &[u8]) -> Option<i8> {
    two(word.strip_suffix(b",").unwrap_or(word)).filter(|d| (1..=31).contains(d))
}

/// One or two digits.
fn two(word: &[u8]) -> Option<i8> {
    number(word).filter(|_| word.len() <= 2).map(|n| n as i8)
}

fn year(word: &[u8]) -> Option<i16> {
    super::fields::year(word).then(|| number(word).map(|y| y as i16)).flatten()
}

/// The letters of a zone (`CET`), whose offset several zones share.
fn abbreviation(word: &[u8]) -> bool {
    (3..=5).contains(&word.len()) && word.iter().all(u8::is_ascii_uppercase)
}

/// Words of a text, one after the other.
struct Cursor<'t> {
    text: &'t [u8],
    /// Behind the last word taken.
    at: usize,
}

impl<'t> Cursor<'t> {
    fn word_from(&self, at: usize) -> Option<(&'t [u8], usize)> {
        let rest = self.text.get(at..)?;
        let start = at + rest.iter().position(|b| *b != b' ' && *b != b'\t')?;
        let rest = self.text.get(start..)?;
        let len = rest.iter().position(|b| matches!(b, b' ' | b'\t')).unwrap_or(rest.len());
        Some((rest.get(..len)?, start + len))
    }

    fn peek(&self) -> Option<&'t [u8]> {
        self.word_from(self.at).map(|(word, _)| word)
    }

    fn next(&mut self) -> Option<&'t [u8]> {
        let (word, end) = self.word_from(self.at)?;
        self.at = end;
        Some(word)
    }

    /// Is the word after the next one a year, as in `04:03:44 CET 2026`?
    fn year_follows(&self) -> bool {
        self.word_from(self.at).and_then(|(_, end)| self.word_from(end)).is_some_and(|(word, _)| year(word).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn window(zone: &str) -> Window {
        Window::new(date(2024, 10, 31), date(2024, 11, 8), zone)
    }

    fn within(text: &str, zone: &str) -> bool {
        Moment::leading(text.as_bytes()).unwrap_or_else(|| panic!("{text}")).0.within(&window(zone))
    }

    #[test]
    fn forms_of_many_logs() {
        for (text, len) in [
            ("Nov  4 03:10:11 host sshd", 15),
            ("Mon Nov  4 03:10:11 2024 1 host", 24),
            ("Mon Nov  4 03:10:11 CET 2024 x", 28),
            ("2024-11-04T03:10:11.123456+01:00 host", 32),
            ("2024-11-04 03:10:11.730 [1] LOG", 23),
            ("2024-11-04 03:10:11,730 x", 23),
            ("Mon 2024-11-04 03:10:11 UTC host", 27),
            ("04/Nov/2024:03:10:11 +0000", 26),
            ("11/4/2024 3:10:11 AM", 20),
            ("04.11.2024 03:10:11", 19),
            ("4 Nov 2024 03:10", 16),
            ("1730689811 x", 10),
            ("1730689811000", 13),
        ] {
            let (moment, at) = Moment::leading(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
            assert!(moment.within(&window("UTC")), "{text}");
            assert_eq!(at, len, "{text}");
        }
        for text in ["", "x", "host 2024", "Nov", "99999", "home/a", "2024-13", "12:00:00"] {
            assert_eq!(Moment::leading(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_is_left_open_is_read_towards_inside() {
        // With zones on both sides there is no margin.
        assert!(!within("2024-11-09T00:30:00Z", "UTC"));
        assert!(within("2024-11-09T00:30:00+01:00", "UTC"));
        assert!(within("2024-11-09T03:30:00Z", "-05:00"));
        // Without one, a day.
        assert!(within("2024-11-09 23:59:59", "UTC") && !within("2024-11-10 00:00:00", "UTC"));
        assert!(within("2024-10-30 00:00:00", "UTC") && !within("2024-10-29 23:59:59", "UTC"));
        assert!(within("2024-11-09T10:00:00Z", "Europe/Berlin"));
        // Without a year any; without an order of day and month both.
        assert!(within("Nov  9 10:00:00", "UTC") && !within("Nov 12 10:00:00", "UTC"));
        assert!(within("04/11/2024 10:00", "UTC") && within("11/04/2024 10:00", "UTC") && !within("04/12/2024 10:00", "UTC"));
        // A day that does not exist excludes nothing.
        assert!(within("2024-02-31 10:00", "UTC"));
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in "\\PC{0,30}|[A-Z][a-z]{2} [0-9]{1,2} [0-9:.]{5,12} [0-9]{0,4}|[0-9./:T+ -]{6,30}") {
            if let Some((moment, end)) = Moment::leading(text.as_bytes()) {
                prop_assert!(end <= text.len());
                moment.within(&window("UTC"));
            }
        }

        #[test]
        fn days_are_counted_without_holes(days in 0i32..40_000) {
            let day = date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            prop_assert_eq!(ordinal(day) - ordinal(date(1970, 1, 1)), i64::from(days));
        }
    }
}
