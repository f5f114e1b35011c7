//! Whose what follows is, where a line above it says so: the head of a page, a heading, a title over a table, the name of a
//! sheet. `Client 104233`, and below it rows and lines of persons.
//!
//! It is certain only where the first of these lines stands above all persons: where persons stand before it, it may as
//! well be a foot, and nothing is known of any of them. A line that is a name and nothing else heads what follows as well;
//! whether it ends the part of the client above is known when the registry is.

use super::Sink;
use super::name_lines::{NameLine, name_lines, name_of_row};
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
/// A name amid a page heads so many persons; fewer may have stood beside it.
const PERSONS: usize = 2;

/// What lies below a line that names a client, and a line that is a name alone, is kept under both.
fn below(client: &str, name: &str) -> String {
    if name.is_empty() { client.to_owned() } else { format!("{client}\n{name}") }
}

/// The client and the name, of which one may be empty, below whose lines something was kept.
pub fn lines_above(key: &str) -> (&str, &str) {
    key.split_once('\n').unwrap_or((key, ""))
}

/// A line that says whose what follows is.
enum Head {
    Client(Range<usize>),
    Name(NameLine),
}

impl Head {
    fn span(&self) -> &Range<usize> {
        match self {
            Self::Client(span) => span,
            Self::Name(line) => &line.span,
        }
    }

    /// Those of a text, in their order.
    fn all(text: &str) -> Vec<Self> {
        Self::with(text, name_lines(text))
    }

    /// As [`Self::all`], of a text with these lines that are names alone.
    fn with(text: &str, names: Vec<NameLine>) -> Vec<Self> {
        let mut all: Vec<Self> = clients(text).into_iter().map(Self::Client).chain(names.into_iter().map(Self::Name)).collect();
        all.sort_by_key(|head| head.span().start);
        all
    }
}

/// Is a line of a text a name alone?
pub fn has_names(text: &str) -> bool {
    !name_lines(text).is_empty()
}

/// Where lines of a text say whose what follows is, with the key under which that is kept.
pub fn heads_in(text: &str) -> Vec<(Range<usize>, String)> {
    let mut client = "";
    let key = |head: Head| {
        let of = text.get(head.span().clone()).unwrap_or_default();
        let key = match head {
            Head::Client(_) => {
                client = of;
                client.to_owned()
            }
            Head::Name(_) => below(client, of),
        };
        (head.span().clone(), key)
    };
    Head::all(text).into_iter().map(key).collect()
}

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

/// The key of what follows a line, if that is a head; what stands above it has the other one.
pub fn key_below(above: &str, line: &str) -> Option<String> {
    let (_, key) = heads_in(line).pop()?;
    let (client, name) = lines_above(&key);
    Some(if client.is_empty() { below(lines_above(above).0, name) } else { key })
}

/// Follows the lines that name clients.
#[derive(Clone, Debug, Default)]
pub(in crate::format) struct Heads {
    under: Under,
    /// The line that is a name alone below which what follows stands.
    name: String,
    /// One that may be it, with how many persons stand below it so far.
    next: Option<(String, usize)>,
    /// Under what the persons that follow are kept.
    key: String,
    /// Text in which no persons stand, and nobody looked for heads.
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
        if self.part == name && !name.is_empty() {
            return;
        }
        *self = if self.is_apart { Self::apart() } else { Self::default() };
        name.clone_into(&mut self.part);
        if !name.is_empty() {
            self.text(name);
        }
    }

    /// What follows stands under a line that names this client, or under none, whatever stood before.
    pub fn stand_under(&mut self, key: Option<&str>) {
        let (client, name) = lines_above(key.unwrap_or_default());
        self.under = if client.is_empty() { Under::Nobody } else { Under::Client(client.to_owned()) };
        self.unread.clear();
        self.begin_name(name, PERSONS);
    }

    /// A line names this client.
    fn name(&mut self, client: &str) {
        if self.under != Under::Doubt {
            self.under = Under::Client(client.to_owned());
        }
        self.begin_name("", PERSONS);
    }

    /// A line is this name alone, and so many persons stand below it.
    fn begin_name(&mut self, name: &str, persons: usize) {
        self.next = Some((name.to_owned(), persons));
        self.turn_to_next();
    }

    fn turn_to_next(&mut self) {
        if let Some((name, _)) = self.next.take_if(|(_, persons)| *persons >= PERSONS) {
            self.name = name;
        }
        self.key = match &self.under {
            Under::Client(client) => below(client, &self.name),
            Under::Nobody | Under::Doubt => below("", &self.name),
        };
    }

    /// Text without persons.
    pub fn text(&mut self, text: &str) {
        if self.unread.len() + text.len() > HELD {
            if self.under != Under::Doubt {
                self.under = Under::Nobody;
            }
            self.unread.clear();
            self.begin_name("", PERSONS);
        }
        self.unread.push_str(text);
        self.unread.push('\n');
    }

    /// Persons stand where no line names a client surely.
    fn doubt(&mut self) {
        self.under = Under::Doubt;
        self.unread.clear();
        self.turn_to_next();
    }

    fn read(&mut self) {
        if self.unread.is_empty() {
            return;
        }
        let unread = std::mem::take(&mut self.unread);
        for head in Head::all(&unread) {
            self.pass(&head, &unread, 0);
        }
    }

    /// A head stands above what follows, in which so many persons stand below it.
    fn pass(&mut self, head: &Head, text: &str, persons: usize) {
        let words = text.get(head.span().clone()).unwrap_or_default();
        match head {
            Head::Client(_) => self.name(words),
            Head::Name(line) => self.begin_name(words, if line.is_page { PERSONS } else { persons }),
        }
    }

    /// Below which lines the row that follows stands.
    pub fn above_row(&mut self) -> Option<&str> {
        self.read();
        if let Some((name, _)) = self.next.take() {
            self.begin_name(&name, PERSONS);
        }
        self.key()
    }

    fn key(&self) -> Option<&str> {
        Some(&*self.key).filter(|key| !key.is_empty())
    }

    /// A person stands here; gives whose the person is.
    fn person(&mut self) -> Option<&str> {
        if !matches!(self.under, Under::Client(_)) {
            self.doubt();
        }
        self.key()
    }

    /// Whose the persons are who stand at these places of a text, in the order of the places.
    fn persons(&mut self, text: &str, places: &[Range<usize>]) -> Vec<Option<String>> {
        self.read();
        let is_plain = self.under == Under::Doubt && self.name.is_empty() && self.next.is_none();
        let names = name_lines(text);
        if is_plain && names.is_empty() {
            return vec![None; places.len()];
        }
        let heads = Head::with(text, names);
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_by_key(|&n| places[n].start);
        let starts: Vec<usize> = order.iter().map(|&n| places[n].start).collect();
        // How many persons stand between a place and the next head.
        let between = |from: usize, next: Option<&Head>| {
            let end = next.map_or(usize::MAX, |head| head.span().start);
            starts.partition_point(|start| *start < end).saturating_sub(starts.partition_point(|start| *start < from))
        };
        if let Some((name, persons)) = self.next.take() {
            self.begin_name(&name, persons + between(0, heads.first()));
        }
        let mut waiting = heads.iter().enumerate().peekable();
        let mut whose = vec![None; places.len()];
        for n in order {
            let place = &places[n];
            while let Some((at, head)) = waiting.next_if(|(_, head)| head.span().start < place.end) {
                let span = head.span();
                // What a line says of a person and a client is no head; nor does it say whose the others are.
                let is_one_line = || !text.get(span.end..place.start).is_some_and(|between| between.contains(['\n', '\r', '\u{1E}']));
                let is_beside = span.end > place.start || is_one_line();
                match head {
                    Head::Client(span) if is_beside => {
                        if self.under != Under::Client(text.get(span.clone()).unwrap_or_default().to_owned()) {
                            self.doubt();
                        }
                    }
                    Head::Name(_) if is_beside => {}
                    head => self.pass(head, text, between(head.span().end, heads.get(at + 1))),
                }
            }
            whose[n] = self.person().map(str::to_owned);
        }
        waiting.for_each(|(_, head)| self.pass(head, text, 0));
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
            self.heads.read();
            self.heads.name(client);
        } else if let Some(name) = name_of_row(cells) {
            self.heads.read();
            self.heads.begin_name(name, PERSONS);
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
