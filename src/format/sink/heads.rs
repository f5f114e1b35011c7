//! Whose what follows is, where a line above it says so: the head of a page, a heading, a title over a table, the name of a
//! sheet. `Client 104233`, and below it rows and lines of persons.
//!
//! It is certain only where the first of these lines stands above all persons: where persons stand before it, it may as
//! well be a foot, and nothing is known of any of them.

use super::Sink;
use crate::format::personal::Spoken;
use crate::identifier::client_label::{client_of_row, clients};
use crate::model::PersonKey;
use std::collections::BTreeMap;
use std::ops::Range;

/// So much text without persons is held; what names a client before it is no head of what follows.
const HELD: usize = 64 << 10;
/// Clients whose persons are told apart.
const MOST: usize = 1 << 17;
/// Filled cells of a row that is a head.
const FILLED: usize = 4;

/// What is known of whose the rows and lines are that follow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Under {
    /// No line has named a client yet.
    #[default]
    Nobody,
    /// Persons stood where no line had named a client.
    Doubt,
    Client(String),
}

/// Follows the lines that name clients.
#[derive(Clone, Debug, Default)]
pub(in crate::format) struct Heads {
    under: Under,
    /// Text in which no persons stand, and nobody looked for clients.
    unread: String,
    /// The sheet or table to which all of it belongs.
    part: String,
    /// A part of the item is read apart: what stands above it is not known.
    is_apart: bool,
}

impl Heads {
    /// For a part of the item that is read apart.
    pub fn apart() -> Self {
        Self { under: Under::Doubt, is_apart: true, ..Self::default() }
    }

    /// Another sheet or table begins, or the same goes on; without a name, what stands beside all of them.
    pub(super) fn begin_part(&mut self, name: &str) {
        if self.is_apart || self.part == name && !name.is_empty() {
            return;
        }
        *self = Self { part: name.to_owned(), ..Self::default() };
        if !name.is_empty() {
            self.text(name);
        }
    }

    /// What follows stands under a line that names this client, or under none, whatever stood before.
    pub fn stand_under(&mut self, client: Option<&str>) {
        self.under = client.map_or(Under::Nobody, |client| Under::Client(client.to_owned()));
        self.unread.clear();
    }

    /// A line names this client.
    fn name(&mut self, client: &str) {
        if self.under != Under::Doubt {
            self.under = Under::Client(client.to_owned());
        }
    }

    /// Text without persons.
    pub fn text(&mut self, text: &str) {
        if self.under == Under::Doubt {
            return;
        }
        if self.unread.len() + text.len() > HELD {
            self.under = Under::Nobody;
            self.unread.clear();
        }
        self.unread.push_str(text);
        self.unread.push('\n');
    }

    /// Persons stand where no line names a client surely.
    fn doubt(&mut self) {
        self.under = Under::Doubt;
        self.unread.clear();
    }

    fn read(&mut self) {
        let unread = std::mem::take(&mut self.unread);
        if let Some(span) = clients(&unread).pop() {
            self.name(unread.get(span).unwrap_or_default());
        }
    }

    /// Whose what stands here is.
    pub fn client(&mut self) -> Option<&str> {
        if !self.unread.is_empty() {
            self.read();
        }
        match &self.under {
            Under::Client(client) => Some(client),
            Under::Nobody | Under::Doubt => None,
        }
    }

    /// A person stands here; gives whose the person is.
    fn person(&mut self) -> Option<&str> {
        if self.client().is_none() {
            self.doubt();
        }
        self.client()
    }

    /// Whose the persons are who stand at these places of a text, in the order of the places.
    fn persons(&mut self, text: &str, places: &[Range<usize>]) -> Vec<Option<String>> {
        if self.under == Under::Doubt {
            return vec![None; places.len()];
        }
        self.client();
        let spans = clients(text);
        let mut waiting = spans.iter().peekable();
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_by_key(|&n| places[n].start);
        let mut whose = vec![None; places.len()];
        for n in order {
            let place = &places[n];
            while let Some(span) = waiting.next_if(|span| span.start < place.end) {
                // What a line says of a person and a client is no head; nor does it say whose the others are.
                let is_one_line = || !text.get(span.end..place.start).is_some_and(|between| between.contains(['\n', '\r', '\u{1E}']));
                let client = text.get(span.clone()).unwrap_or_default();
                if span.end > place.start || is_one_line() {
                    if self.under != Under::Client(client.to_owned()) {
                        self.doubt();
                    }
                } else {
                    self.name(client);
                }
            }
            whose[n] = self.person().map(str::to_owned);
        }
        waiting.for_each(|span| self.name(text.get(span.clone()).unwrap_or_default()));
        whose
    }
}

impl Sink<'_> {
    /// What follows stands in the sheet or table of this name.
    pub fn begin_part(&mut self, name: &str) {
        if !name.is_empty() {
            self.turn(name);
        }
    }

    /// What follows stands beside what was read before, not below it: a comment, a note, the head of a page, another part
    /// of a document.
    pub fn leave_heads(&mut self) {
        self.turn("");
    }

    /// Has text read that stands beside what comes before it and after it. For text that no passage holds together with
    /// either.
    pub fn beside_heads(&mut self, read: impl FnOnce(&mut Self)) {
        self.flush();
        let before = self.heads.clone();
        self.leave_heads();
        read(self);
        self.flush();
        self.heads = before;
    }

    /// The text of the passage at hand that nobody has heard yet still belongs to the part before.
    fn turn(&mut self, part: &str) {
        if self.text.is_empty() || !self.is_running() {
            return self.heads.begin_part(part);
        }
        if self.turns.last().is_some_and(|(at, _)| *at == self.text.len()) {
            self.turns.pop();
        }
        self.turns.push((self.text.len(), part.to_owned()));
    }

    /// What is known here of whose what follows is; what is read in another order than it stands takes it back.
    pub(in crate::format) fn heads(&mut self) -> &mut Heads {
        &mut self.heads
    }

    /// The client whom the row names, if it is a head of what follows. For tables whose rows stand in their order.
    pub(super) fn head_of_row<'c>(&mut self, cells: &[&'c str], columns: usize) -> Option<&'c str> {
        let filled = cells.iter().filter(|cell| !cell.trim().is_empty()).take(FILLED + 1).count();
        if filled > FILLED || filled >= columns {
            return None;
        }
        let client = client_of_row(cells);
        if let Some(client) = client {
            self.heads.client();
            self.heads.name(client);
        }
        client
    }

    /// A row was read that concerns persons, of a table that says of none whose they are.
    pub(super) fn person_in_row(&mut self) {
        self.heads.person();
    }

    /// Takes what a text says of persons; parts of the item begin at these places in it, in their order.
    pub(super) fn hear(&mut self, spoken: Spoken, text: &str, turns: &[(usize, String)]) {
        let mut heard: Vec<(PersonKey, Range<usize>)> = spoken.persons.into_iter().zip(spoken.places).collect();
        heard.sort_by_key(|(_, place)| place.start);
        let (mut rest, mut from) = (&heard[..], 0);
        for (at, part) in turns {
            let (own, behind) = rest.split_at(rest.partition_point(|(_, place)| place.start < *at));
            self.hear_part(own, text.get(from..*at).unwrap_or_default(), from);
            self.heads.begin_part(part);
            (rest, from) = (behind, *at);
        }
        self.hear_part(rest, text.get(from..).unwrap_or_default(), from);
        self.facts.text.extend(spoken.elements);
        self.facts.persons.extend(heard.into_iter().map(|(person, _)| person));
    }

    /// Takes the persons of one part, whose text begins at a place of the text in which they stand.
    fn hear_part(&mut self, persons: &[(PersonKey, Range<usize>)], text: &str, from: usize) {
        if persons.is_empty() {
            return self.heads.text(text);
        }
        let place = |(_, place): &(PersonKey, Range<usize>)| place.start.saturating_sub(from)..place.end.saturating_sub(from);
        let whose = self.heads.persons(text, &persons.iter().map(place).collect::<Vec<_>>());
        for ((person, _), client) in persons.iter().zip(whose) {
            let client = client.unwrap_or_default();
            if self.facts.headed.len() < MOST || self.facts.headed.contains_key(&client) {
                self.facts.headed.entry(client).or_default().push(*person);
            } else {
                self.facts.headed.entry(String::new()).or_default().push(*person);
            }
        }
    }

    /// Nothing is kept of heads where there are none.
    pub(super) fn settle_heads(&mut self) {
        let headed = &mut self.facts.headed;
        if headed.keys().all(String::is_empty) {
            headed.clear();
        }
        headed.values_mut().for_each(PersonKey::settle);
    }

    /// Adds the persons of another part of the item.
    pub(super) fn join_heads(&mut self, part: BTreeMap<String, Vec<PersonKey>>, persons: &[PersonKey]) {
        // Of a part without heads nothing was kept.
        if part.is_empty() && !persons.is_empty() {
            self.facts.headed.entry(String::new()).or_default().extend_from_slice(persons);
        }
        for (client, mut persons) in part {
            self.facts.headed.entry(client).or_default().append(&mut persons);
        }
    }
}
