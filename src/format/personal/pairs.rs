//! Persons each with the number of an account, as maps write them: the one is the name under which the other stands
//! (`"Ann Lee": "4458814885"`, `4458814885 => Ann Lee`). Where many stand so, nothing else needs to say what they are.

use super::names::{fingerprint, is_account_number, may_be_person};
use super::{Cut, Records, Seen, Spoken};
use crate::model::{DataElement, Elements, Person, PersonKey};
use crate::table::has_familiar_name;
use std::ops::Range;

/// Shorter numbers may count anything.
const SHORTEST: usize = 8;
/// Fewer pairs are settings or results.
const LEAST: usize = 5;
/// So far from the number a name begins or ends.
const NEAR: usize = 80;
const QUOTES: [char; 2] = ['"', '\''];

/// Goes through the numbers of a text.
pub(super) struct Pairs<'t> {
    text: &'t str,
    cut: Cut<'t>,
    found: Records,
}

impl<'t> Pairs<'t> {
    pub fn new(text: &'t str, cut: Cut<'t>) -> Self {
        Self { text, cut, found: Records::default() }
    }

    /// There are digits here.
    pub fn run(&mut self, run: Range<usize>) {
        let Some(number) = self.text.get(run.clone()).filter(|number| number.len() >= SHORTEST) else { return };
        let Some(name) = self.name_before(run.start).or_else(|| self.name_behind(run.end)) else { return };
        if !is_account_number(number) || !may_be_person(name) || !self.cut.judges(run.start, NEAR, self.text.len()) {
            return;
        }
        let mut elements = Elements::default();
        [DataElement::Name, DataElement::AccountNumber].into_iter().for_each(|element| elements.insert(element));
        let person = PersonKey::of(Person { name, ..Person::default() }, elements);
        self.found.seen.extend(person.map(|person| Seen {
            person,
            familiar: has_familiar_name(name),
            name: fingerprint(name),
            number: fingerprint(number),
            range: run,
        }));
    }

    /// Gives out what was found.
    pub fn settle(self, spoken: &mut Spoken) {
        self.found.settle(LEAST, spoken);
    }

    /// The name under which a number stands.
    fn name_before(&self, start: usize) -> Option<&'t str> {
        let before = self.text.get(self.text.floor_char_boundary(start.saturating_sub(NEAR))..start)?;
        let before = before.trim_end_matches(QUOTES).trim_end_matches([' ', '\t']);
        let before = before.strip_suffix("=>").or_else(|| before.strip_suffix([':', '=']))?.trim_end_matches([' ', '\t']);
        match before.strip_suffix(QUOTES) {
            Some(inner) => inner.rsplit_once(QUOTES).map(|(_, name)| name),
            None => Some(before.rsplit(['\n', '{', ',']).next()?.trim()),
        }
    }

    /// The name that stands under a number.
    fn name_behind(&self, end: usize) -> Option<&'t str> {
        let behind = self.text.get(end..self.text.floor_char_boundary(end + NEAR))?;
        let behind = behind.trim_start_matches(QUOTES).trim_start_matches([' ', '\t']);
        let behind = behind.strip_prefix("=>").or_else(|| behind.strip_prefix([':', '=']))?.trim_start_matches([' ', '\t']);
        match behind.strip_prefix(QUOTES) {
            Some(inner) => inner.split_once(QUOTES).map(|(name, _)| name),
            None => Some(behind.split(['\n', '\r', '}']).next()?.trim_end_matches([' ', ','])),
        }
    }
}
