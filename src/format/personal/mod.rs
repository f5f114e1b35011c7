//! Personal data in running text: numbers whose shape or label makes them sure, and persons with their accounts, dates of
//! birth or addresses, as forms, letters, statements and printed lists write them. Tables and payment files say more, and
//! are judged by their fields.
//!
//! A name alone is nobody's record, nor is a number that says nothing, nor a name with an e-mail address: authors,
//! contacts and examples look like that.

mod alike;
mod cells;
mod forms;
mod letters;
mod lines;
mod logins;
mod names;
mod numbers;
mod pairs;
mod partings;
mod secrets;

use crate::model::{DataElement, Elements, PersonKey};
pub(super) use cells::{SHORTEST_CELL, find_in_cell, holds_secret, may_speak};
use forms::Forms;
use letters::account_label;
use lines::Lines;
use numbers::Numbers;
use pairs::Pairs;
use partings::Plain;
use std::collections::HashSet;
use std::ops::Range;

/// What a text says of persons.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    /// Kinds of personal data.
    pub elements: Elements,
    /// The persons, as often as they are named.
    pub persons: Vec<PersonKey>,
    /// Where each of them stands.
    pub places: Vec<Range<usize>>,
    /// Where records stand whose persons were taken.
    taken: Vec<Range<usize>>,
    /// The names of persons of whom a line or a label says more, as numbers.
    named: Vec<u64>,
}

/// Is something of these places of a text a record that was read as a row?
pub(super) type Said<'s> = &'s dyn Fn(&Range<usize>) -> bool;

/// How a text stands in a longer one, and what of it was read as rows.
#[derive(Clone, Copy, Default)]
pub(super) struct Cut<'s> {
    /// So many of its first bytes are the last of what comes before.
    pub continued: usize,
    /// So many of its last bytes are the first of what follows.
    pub repeated: usize,
    /// What was read as rows, where anything was.
    pub said: Option<Said<'s>>,
}

impl Cut<'_> {
    /// Is what stands around this place, up to so many bytes before it, to be judged here, and not in the text before or
    /// behind, which holds more of it?
    fn judges(self, place: usize, before: usize, length: usize) -> bool {
        place >= before.min(self.continued)
            && (self.repeated == 0 || place < length.saturating_sub(self.repeated) + before.min(self.repeated))
            && !self.is_said(&(place..place + 1))
    }

    fn is_said(self, places: &Range<usize>) -> bool {
        self.said.is_some_and(|said| said(places))
    }

    /// Is a record at this place of the text wholly seen here, and not elsewhere or as a row again?
    fn holds(self, place: &Range<usize>, length: usize) -> bool {
        let began_before = self.continued > 0 && place.start == 0;
        let goes_on = self.repeated > 0 && place.end == length && place.start + self.repeated >= length;
        !began_before && !goes_on && !self.is_said(place)
    }
}

/// A person as a text shows it, with what stands beside the name.
struct Seen {
    person: PersonKey,
    /// The given name is a frequent one.
    familiar: bool,
    /// The name, as a number.
    name: u64,
    /// What tells a row from a copy of it.
    number: u64,
    range: Range<usize>,
}

/// Persons of one kind of record, who count where there are enough of them.
#[derive(Default)]
struct Records {
    seen: Vec<Seen>,
}

impl Records {
    /// Names that look like persons' are persons' if so many of a hundred are familiar.
    const FAMILIAR: usize = 20;

    /// Gives out the persons if there are at least so many records, with different numbers.
    fn settle(self, least: usize, spoken: &mut Spoken) {
        let mut numbers: Vec<u64> = self.seen.iter().map(|seen| seen.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let familiar = self.seen.iter().filter(|seen| seen.familiar).count();
        if numbers.len() < least || familiar == 0 || familiar * 100 < self.seen.len() * Self::FAMILIAR {
            return;
        }
        for seen in self.seen {
            spoken.elements.extend(seen.person.elements);
            spoken.elements.insert(DataElement::Name);
            spoken.persons.push(seen.person);
            spoken.places.push(seen.range.clone());
            spoken.taken.push(seen.range);
            spoken.named.push(seen.name);
        }
    }
}

/// The personal data in a text.
pub(super) fn find(text: &str, cut: Cut<'_>) -> Spoken {
    let Some(plain) = Plain::of(text) else { return find_in(text, cut) };
    let said = |places: &Range<usize>| cut.is_said(&plain.original(places));
    // What is repeated is as much shorter as it holds such numbers.
    let length = |part: Option<&str>| part.map_or(0, |part| Plain::of(part).map_or(part.len(), |plain| plain.text.len()));
    let cut = Cut {
        continued: length(text.get(..cut.continued)),
        repeated: length(text.get(text.len().saturating_sub(cut.repeated)..)),
        said: cut.said.is_some().then_some(&said),
    };
    let mut spoken = find_in(&plain.text, cut);
    spoken.places.iter_mut().for_each(|places| *places = plain.original(places));
    spoken
}

fn find_in(text: &str, cut: Cut<'_>) -> Spoken {
    let bytes = text.as_bytes();
    let (mut numbers, mut lines, mut forms) = (Numbers::default(), Lines::new(text, cut), Forms::new(text, cut));
    let mut pairs = Pairs::new(text, cut);
    let mut accounts = Vec::new();
    for Range { start, end } in runs(bytes) {
        if !cut.is_said(&(start..end)) {
            numbers.run(text, start, end);
        }
        lines.run(start..end);
        pairs.run(start..end);
        let is_long = end - start >= letters::SHORTEST;
        let Some(before) = before_value(bytes, start) else {
            if is_long && letters::is_labelled_above(bytes, &(start..end)) && cut.judges(start, letters::BEFORE, bytes.len()) {
                accounts.extend(letters::read(text, start..end));
            }
            continue;
        };
        let gap = &bytes[before..start];
        if !matches!(gap, [b' ' | b'-' | b'_' | b'.' | b'"']) {
            forms.value(before, start);
        }
        // In quotes stand names of members and values, which readers of their own take for records; programs and settings
        // assign.
        let is_said = !gap.iter().any(|b| matches!(b, b'"' | b'=')) && is_long && cut.judges(start, letters::BEFORE, bytes.len());
        if is_said && account_label(&bytes[..before]) {
            accounts.extend(letters::read(text, start..end));
        }
    }
    let mut spoken = Spoken { elements: numbers.finish(), ..Spoken::default() };
    spoken.elements.extend(secrets::find(bytes));
    lines.settle(&mut spoken);
    forms.settle(&mut spoken);
    pairs.settle(&mut spoken);
    logins::find(text, &mut spoken);
    spoken.add_accounts(accounts);
    spoken
}

/// The numbers in a text that are personal data by themselves, but for those that were read as rows, and passwords.
pub(super) fn find_numbers(text: &str, said: Option<Said<'_>>) -> Spoken {
    let plain = Plain::of(text);
    let text = plain.as_ref().map_or(text, |plain| &plain.text);
    let is_said =
        |run: &Range<usize>| said.is_some_and(|said| plain.as_ref().map_or_else(|| said(run), |plain| said(&plain.original(run))));
    let mut numbers = Numbers::default();
    runs(text.as_bytes()).filter(|run| !is_said(run)).for_each(|run| numbers.run(text, run.start, run.end));
    let mut spoken = Spoken { elements: numbers.finish(), ..Spoken::default() };
    spoken.elements.extend(secrets::find(text.as_bytes()));
    spoken
}

/// Runs of digits, with hyphens and single blanks between them.
fn runs(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(u8::is_ascii_digit)?;
        let mut end = start;
        while end < bytes.len()
            && (bytes[end].is_ascii_digit() || (matches!(bytes[end], b'-' | b' ') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)))
        {
            end += 1;
        }
        at = end;
        Some(start..end)
    })
}

impl Spoken {
    /// Leaves out persons that were heard of elsewhere.
    pub fn without(&mut self, heard: &HashSet<u64>) {
        let all = std::mem::take(&mut self.persons).into_iter().zip(std::mem::take(&mut self.places));
        (self.persons, self.places) = all.filter(|(person, _)| !heard.contains(&person.hash)).unzip();
    }

    /// Did the text say anything of persons?
    pub fn says_something(&self) -> bool {
        !self.persons.is_empty() || !self.elements.is_empty()
    }

    /// Adds accounts and whose they are, after all records: whom a record names is named there with more than the name.
    fn add_accounts(&mut self, accounts: Vec<letters::Account>) {
        self.taken.sort_unstable_by_key(|range| range.start);
        self.named.sort_unstable();
        for letters::Account { place, name, person } in accounts {
            let before = self.taken.partition_point(|range| range.start <= place);
            let is_known = before.checked_sub(1).and_then(|i| self.taken.get(i)).is_some_and(|range| range.contains(&place));
            self.elements.extend(person.elements);
            if !is_known && self.named.binary_search(&name).is_err() {
                self.persons.push(person);
                self.places.push(place..place);
            }
        }
    }
}

/// Where the word ends after which a number stands as its value.
fn before_value(bytes: &[u8], start: usize) -> Option<usize> {
    let before = bytes.get(..start)?;
    let is_arrow = |at: usize| before[at] == b'>' && at.checked_sub(1).is_some_and(|at| matches!(before[at], b'=' | b'-'));
    let is_between = |at: &usize| {
        matches!(before[*at], b' ' | b'\t' | b':' | b'=' | b'#' | b'.' | b'-' | b'(' | b'"' | b'\'' | b'$' | b'*' | b'_') || is_arrow(*at)
    };
    let blanks = (0..start).rev().take(40).take_while(is_between).count();
    let end = start - blanks;
    (blanks > 0 && end > 0 && bytes[end - 1].is_ascii_alphabetic()).then_some(end)
}

#[cfg(test)]
mod tests;
