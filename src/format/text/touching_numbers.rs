//! Numbers that touch in fixed-width records, told apart by what many records have in common at their places: card
//! numbers, routing numbers and dates, which chance does not make; zeros that fill up a number from the left; and values
//! that come again in many records, behind which the digits no longer follow from them.

use super::layout::{is_date, is_routing_number};
use crate::table::is_card;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

/// A number that shows itself: its length, how it is checked, and how many different ones there must be. Of cards there are
/// more, since one number in ten has their check digit.
struct Checked {
    len: usize,
    is_valid: fn(&str) -> bool,
    distinct: usize,
    /// One and the same everywhere is no chance either, where digits begin with it.
    may_be_same: bool,
}

const CHECKED: [Checked; 4] = [
    Checked { len: 16, is_valid: is_card, distinct: 6, may_be_same: false },
    Checked { len: 15, is_valid: is_card, distinct: 6, may_be_same: false },
    Checked { len: 9, is_valid: is_routing_number, distinct: 3, may_be_same: true },
    Checked { len: 8, is_valid: is_date, distinct: 3, may_be_same: true },
];
/// A number in so many of a thousand records begins with zero where zeros fill it up, and hardly any ended so before.
const FILLED: usize = 700;
const UNFILLED: usize = 400;
/// A value comes again in so many records on average, and has so many digits that follow from those before.
const AGAIN: usize = 3;
const FOLLOWING: usize = 3;
/// What is the same in all records is a field of its own if so many digits follow, as many as an account has.
const REST: usize = 6;

/// The fields of these places, at which nearly all records have digits.
pub(super) fn fields(records: &[&[char]], column: Range<usize>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = column.start;
    for number in checked(records, column.clone()) {
        out.extend(unchecked(records, at..number.start));
        at = number.end;
        out.push(number);
    }
    out.extend(unchecked(records, at..column.end));
    out
}

/// The numbers among digits at these places that show themselves.
pub(super) fn checked(records: &[&[char]], column: Range<usize>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = column.start;
    while at < column.end {
        let is_first = at == column.start;
        let found = CHECKED.iter().find(|number| {
            let least = if is_first && number.may_be_same { 1 } else { number.distinct };
            at + number.len <= column.end && are_valid(records, at..at + number.len, number.is_valid, least)
        });
        at += found.map_or(1, |number| {
            out.push(at..at + number.len);
            number.len
        });
    }
    out
}

/// Has nearly every record such a number there, and are so many of them different?
fn are_valid(records: &[&[char]], range: Range<usize>, check: fn(&str) -> bool, least: usize) -> bool {
    let mut may_fail = records.len() * 5 / 100;
    let mut distinct = BTreeSet::new();
    let mut text = String::with_capacity(range.len());
    for record in records {
        text.clear();
        text.extend(record.get(range.clone()).unwrap_or_default());
        if check(&text) {
            if distinct.len() < least {
                distinct.insert(text.clone());
            }
        } else if may_fail == 0 {
            return false;
        } else {
            may_fail -= 1;
        }
    }
    distinct.len() >= least
}

/// The fields of digits that no check digit tells apart.
fn unchecked(records: &[&[char]], column: Range<usize>) -> Vec<Range<usize>> {
    let zeros: Vec<usize> = column.clone().map(|i| records.iter().filter(|r| r[i] == '0').count() * 1000 / records.len().max(1)).collect();
    let mut out = Vec::new();
    let mut start = column.start;
    let mut repeated = Repeated::new(records);
    for at in column.clone() {
        let before = repeated.clone();
        repeated.add(at);
        let is_new = at > start && (is_filled(&zeros[at - column.start - 1..]) || before.ends(&repeated, start..at, column.end));
        if is_new {
            out.push(start..at);
            start = at;
            repeated = Repeated::new(records);
            repeated.add(at);
        }
    }
    if start < column.end {
        out.push(start..column.end);
    }
    out
}

/// Does a number begin at the second of these places that zeros fill up, whose share is given for each place?
fn is_filled(zeros: &[usize]) -> bool {
    let [before, rest @ ..] = zeros else { return false };
    *before <= UNFILLED && rest.len() >= 2 && rest[..2].iter().all(|share| *share >= FILLED) && rest.iter().any(|share| *share < FILLED)
}

/// How the digits of a field go on from place to place: the records that have had the same ones.
#[derive(Clone)]
struct Repeated<'r> {
    records: &'r [&'r [char]],
    /// Which of them each record belongs to.
    group: Vec<usize>,
    /// How many different values there are, and for how many places there have been as many.
    distinct: usize,
    following: usize,
    /// Is it nothing but zeros, and does it end in one everywhere?
    is_zero: bool,
    ends_in_zero: bool,
}

impl<'r> Repeated<'r> {
    fn new(records: &'r [&'r [char]]) -> Self {
        Self { records, group: vec![0; records.len()], distinct: 1, following: 0, is_zero: true, ends_in_zero: true }
    }

    /// The digits at one more place.
    fn add(&mut self, at: usize) {
        let mut numbers: HashMap<(usize, char), usize> = HashMap::new();
        let is_zero = self.records.iter().all(|record| record[at] == '0');
        for (record, group) in self.records.iter().zip(&mut self.group) {
            let next = numbers.len();
            *group = *numbers.entry((*group, record[at])).or_insert(next);
        }
        self.following = if numbers.len() == self.distinct { self.following + 1 } else { 0 };
        self.distinct = numbers.len();
        self.is_zero &= is_zero;
        self.ends_in_zero = is_zero;
    }

    /// Is this a whole field, as the next place shows? `column_end`: where the digits end.
    fn ends(&self, next: &Self, field: Range<usize>, column_end: usize) -> bool {
        let is_jump = next.distinct >= self.distinct * AGAIN;
        // Zeros before a number are part of it, and those behind one may be.
        let is_value = !self.is_zero && !self.ends_in_zero;
        let is_long = self.following >= FOLLOWING && (self.distinct > 1 || field.len() > FOLLOWING && column_end - field.end >= REST);
        is_jump && is_value && is_long && self.distinct * AGAIN <= self.records.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits without a pattern, the same ones every time.
    pub(crate) fn digits(seed: &mut u64, count: usize) -> String {
        let digit = || {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from_digit(((*seed >> 33) % 10) as u32, 10)
        };
        std::iter::repeat_with(digit).take(count).flatten().collect()
    }

    fn cut(rows: &[String]) -> Vec<usize> {
        let rows: Vec<Vec<char>> = rows.iter().map(|row| row.chars().collect()).collect();
        let records: Vec<&[char]> = rows.iter().map(Vec::as_slice).collect();
        fields(&records, 0..records[0].len()).into_iter().map(|field| field.len()).collect()
    }

    fn rows(count: usize, row: impl Fn(&mut u64, usize) -> String) -> Vec<String> {
        let mut seed = 7;
        (0..count).map(|n| row(&mut seed, n)).collect()
    }

    #[test]
    fn zeros_that_fill_up_begin_a_number() {
        let row = |seed: &mut u64, _| format!("{}000000{}00000{}", digits(seed, 9), digits(seed, 10), digits(seed, 6));
        assert_eq!(cut(&rows(30, row)), [9, 16, 11]);
    }

    #[test]
    fn a_value_that_comes_again_is_a_field() {
        let codes = ["674903", "517942", "240079"];
        let row = |seed: &mut u64, n: usize| format!("{}{}", codes[n % 3], digits(seed, 9));
        assert_eq!(cut(&rows(30, row)), [6, 9]);
        let row = |seed: &mut u64, _| format!("674903{}", digits(seed, 9));
        assert_eq!(cut(&rows(30, row)), [6, 9]);
    }

    #[test]
    fn check_digits_show_cards() {
        let card = |seed: &mut u64| loop {
            let number = format!("4{}", digits(seed, 15));
            if is_card(&number) {
                break number;
            }
        };
        assert_eq!(cut(&rows(20, |seed, _| format!("0500{}{}", card(seed), digits(seed, 4)))), [4, 16, 4]);
    }

    #[test]
    fn digits_without_a_pattern_are_one_number() {
        assert_eq!(cut(&rows(60, |seed, _| digits(seed, 30))), [30]);
        assert_eq!(cut(&rows(60, |_, n| format!("{:012}", 1_000 + n * 7))), [12]);
        assert_eq!(cut(&rows(60, |_, n| format!("{:012}", n * 100))), [12]);
    }
}
