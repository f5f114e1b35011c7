//! What a reader finds in one item, and where it goes.

mod outlet;
mod passage;
mod payments;

pub use outlet::{Child, Facts, Failure, GapNote, Limits, Member, Offer, Outlet};
pub use passage::{At, BORDER, OffsetMap, Passage, PassageKind};

use super::payment::Tally;
use super::pgp::Keyring;
use super::piece::{self, PieceFindings, PieceKey};
use super::scan::scan;
use super::text::{embedded, standalone};
use super::{Coverage, Covered, PaymentFacts, PaymentUnit, escapes, personal};
use crate::model::{Cause, Class, PersonKey};
use crate::table::TableFacts;
use outlet::Moved;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::io::Read;
use std::ops::Range;

/// Passages hold about this much text.
const PASSAGE_TEXT: usize = 24 << 10;
/// Rows longer than this are no rows of a passage.
const ROW_TEXT: usize = 4 * PASSAGE_TEXT;
/// So much of a passage's end stands again at the next one's start, where text runs on. Longer than
/// any name, so that a name across the border is found whole in one of them.
const PASSAGE_OVERLAP: usize = 512;

/// Takes what a reader finds in one item.
pub struct Sink<'a> {
    outlet: &'a dyn Outlet,
    kind: PassageKind,
    text: String,
    map: OffsetMap,
    /// Where fields are put together.
    fields: Vec<u8>,
    unit: PaymentUnit,
    counterparties: Tally,
    /// Where units with these sides are, by a hash of the sides.
    units: HashMap<u64, usize>,
    /// Where the unit is that ended last.
    last_unit: usize,
    /// Of a fork: which tables of the whole its own ones go on with.
    ordinals: Vec<u32>,
    /// The reader looks in the item's bytes itself for what is encoded in them; nobody needs to look in values.
    pub(super) searches_bytes: bool,
    /// The text that follows was read as rows, which have said whose data they hold: records are not looked for in it.
    said_in_rows: bool,
    is_fork: bool,
    /// Members are found by the sink of the whole: what may be one waits for it.
    gathers: bool,
    /// Of a part: long values in which something may be encoded, and where they stand.
    values: Vec<(u64, String)>,
    /// So many bytes at the beginning of the passage at hand are those at the end of the one before.
    continued: usize,
    /// What was covered so far.
    pub coverage: Coverage,
    /// Members found so far.
    pub members: Vec<Member>,
    /// Gaps found so far.
    pub gaps: Vec<GapNote>,
    /// Facts so far.
    pub facts: Facts,
}

impl<'a> Sink<'a> {
    /// A sink for one item.
    pub fn new(outlet: &'a dyn Outlet) -> Self {
        Self {
            outlet,
            kind: PassageKind::Prose,
            text: String::new(),
            map: OffsetMap::default(),
            fields: Vec::new(),
            unit: PaymentUnit::default(),
            counterparties: Tally::default(),
            units: HashMap::new(),
            last_unit: 0,
            ordinals: Vec::new(),
            searches_bytes: false,
            said_in_rows: false,
            is_fork: false,
            gathers: false,
            values: Vec::new(),
            continued: 0,
            coverage: Coverage::default(),
            members: Vec::new(),
            gaps: Vec::new(),
            facts: Facts::default(),
        }
    }

    /// An empty sink with the same outlet, for a part of the item that is read in parallel.
    pub fn fork(&self) -> Sink<'a> {
        let mut fork = Sink::new(self.outlet);
        fork.kind = self.kind;
        fork.searches_bytes = self.searches_bytes;
        fork.said_in_rows = self.said_in_rows;
        fork.is_fork = true;
        fork.gathers = true;
        fork
    }

    /// Takes over what a fork found. Forks are joined in the order of their parts.
    pub fn join(&mut self, mut part: Sink<'a>) {
        part.flush();
        self.coverage.extend(part.coverage);
        match self.gathers {
            true => self.values.append(&mut part.values),
            false => part.values.drain(..).for_each(|(at, value)| embedded::read_value(&value, at, self)),
        }
        let base = self.members.len();
        debug_assert!(part.members.is_empty() || base == 0, "members are found by one sink");
        self.members.extend(part.members);
        self.gaps.extend(part.gaps);
        for (i, table) in part.facts.tables.into_iter().enumerate() {
            let ordinal = part.ordinals.get(i).copied();
            let place = match ordinal {
                Some(ordinal) if self.is_fork => self.ordinals.iter().position(|own| *own == ordinal).unwrap_or(usize::MAX),
                Some(ordinal) => ordinal as usize,
                None => i,
            };
            match self.facts.tables.get_mut(place) {
                Some(own) => own.merge(table),
                None => {
                    self.facts.tables.push(table);
                    self.ordinals.extend(ordinal.filter(|_| self.is_fork));
                }
            }
        }
        if let Some(payments) = part.facts.payments {
            self.join_payments(payments);
        }
        self.facts.text.extend(part.facts.text);
        self.facts.persons.append(&mut part.facts.persons);
        self.facts.notes.extend(part.facts.notes);
    }

    pub(super) fn join_payments(&mut self, payments: PaymentFacts) {
        let own = self.facts.payments.get_or_insert_with(PaymentFacts::default);
        own.layout = payments.layout;
        payments.units.into_iter().for_each(|unit| own.merge(unit));
        own.dated.merge(payments.dated);
        own.beside_others |= payments.beside_others;
        own.notes.extend(payments.notes);
    }

    /// Has a piece of the item read as if it were an item: one that begins at `offset` and holds no members. Where
    /// the same bytes were read in the same way before, it is not read again; `way` says all that decides how.
    pub fn piece(&mut self, bytes: &[u8], offset: u64, way: &[u8], read: &dyn Fn(&[u8], &mut Sink<'_>)) {
        let findings = self.kept(piece::key(way, bytes), offset, &|outlet| {
            let mut inner = Sink::new(outlet);
            inner.searches_bytes = true;
            inner.gathers = true;
            inner.said_in_rows = self.said_in_rows;
            inner.kind = self.kind;
            read(bytes, &mut inner);
            inner.into_findings(Vec::new())
        });
        self.join_findings(findings);
    }

    /// Has a part of the item read into a fork, all of whose offsets are those of the item. Where this part of this item
    /// was read in this way before an interruption, it is not read again. Gives what `read` gives; nothing where that was
    /// kept and is damaged.
    pub fn part<T: Serialize + DeserializeOwned>(&mut self, part: Range<u64>, way: &[u8], read: &dyn Fn(&mut Sink<'_>) -> T) -> Option<T> {
        let Some(item) = self.outlet.item() else { return Some(read(self)) };
        let mut findings = self.kept(piece::part_key(item, way, &part), 0, &|outlet| {
            let mut inner = Sink {
                kind: self.kind,
                searches_bytes: self.searches_bytes,
                said_in_rows: self.said_in_rows,
                is_fork: true,
                gathers: true,
                ..Sink::new(outlet)
            };
            let aside = read(&mut inner);
            inner.into_findings(postcard::to_stdvec(&aside).unwrap_or_default())
        });
        let aside = std::mem::take(&mut findings.aside);
        self.join_findings(findings);
        postcard::from_bytes(&aside).ok()
    }

    /// What reading found, kept under a key; it is read unless it is there.
    fn kept(&self, key: PieceKey, offset: u64, read: &dyn Fn(&dyn Outlet) -> PieceFindings) -> PieceFindings {
        let known = self.outlet.piece(key, offset, read);
        known.unwrap_or_else(|| piece::read_in_place(self.outlet, offset, read)).moved(offset)
    }

    /// Ends the reading of a piece or part.
    fn into_findings(mut self, aside: Vec<u8>) -> PieceFindings {
        self.finish();
        assert!(self.members.is_empty() && self.facts.payments.is_none(), "a piece is text or rows");
        let Self { coverage, gaps, facts, ordinals, values, .. } = self;
        PieceFindings { coverage, gaps, facts, ordinals, values, aside }
    }

    fn join_findings(&mut self, findings: PieceFindings) {
        let PieceFindings { coverage, gaps, facts, ordinals, values, aside: _ } = findings;
        self.join(Sink { coverage, gaps, facts, ordinals, values, ..Sink::new(self.outlet) });
    }

    /// Has text read that was decoded in memory and whose encoded bytes begin at `offset`: all that is found
    /// in it stands there. What it covers says nothing about this item's bytes; what it leaves is scanned.
    pub fn within(&mut self, offset: u64, decoded: &[u8], read: impl FnOnce(&[u8], &mut Sink<'_>)) {
        self.flush();
        let moved = Moved { outlet: self.outlet, offset, tables: self.facts.tables.len() as u32 };
        let mut inner = Sink::new(&moved);
        read(decoded, &mut inner);
        for range in std::mem::take(&mut inner.coverage).uncovered(decoded.len() as u64) {
            scan(decoded, range, &mut inner);
        }
        inner.finish();
        self.members.extend(inner.members);
        self.gaps.extend(inner.gaps.into_iter().map(|gap| GapNote { range: offset..offset, ..gap }));
        self.facts.tables.extend(inner.facts.tables);
        self.facts.text.extend(inner.facts.text);
        self.facts.persons.append(&mut inner.facts.persons);
        self.facts.notes.extend(inner.facts.notes);
        if let Some(payments) = inner.facts.payments {
            self.join_payments(payments);
        }
        self.kind(PassageKind::Prose);
    }

    /// The run was interrupted; the reader should return.
    pub fn stopped(&self) -> bool {
        self.outlet.stopped()
    }

    /// Asks the same while the sink is lent to somebody else.
    pub(super) fn asks_stopped(&self) -> impl Fn() -> bool + use<'a> {
        let outlet = self.outlet;
        move || outlet.stopped()
    }

    /// The run's bounds.
    pub fn limits(&self) -> Limits {
        self.outlet.limits()
    }

    /// Passwords to be tried on what is encrypted, in the order of the operator's list.
    pub fn passwords(&self) -> &'a [Vec<u8>] {
        self.outlet.offer().passwords
    }

    /// Private keys to be tried on what is encrypted.
    pub fn keys(&self) -> &'a Keyring {
        self.outlet.offer().keys
    }

    /// Is text in pictures read? Pictures of pages are then members.
    pub fn recognises(&self) -> bool {
        self.outlet.offer().recognises
    }

    /// Records which password of the list opened something; the password itself is never written.
    pub fn opened_with(&mut self, name: &str, place: usize) {
        self.note(format!("{name} was opened with password {} of the list", place + 1));
    }

    /// The kind of the text that follows. Passages do not mix kinds.
    pub fn kind(&mut self, kind: PassageKind) {
        if self.kind != kind {
            self.flush();
            self.kind = kind;
        }
    }

    /// Text that follows the text before it without a break.
    #[inline]
    pub fn text(&mut self, text: &str, at: At) {
        if self.text.len() + text.len() < PASSAGE_TEXT && !text.is_empty() {
            self.map.push(self.text.len(), at);
            return self.text.push_str(text);
        }
        self.break_text(text, at);
    }

    /// Text that may not fit into the passage.
    fn break_text(&mut self, text: &str, at: At) {
        let mut rest = text;
        let mut at = at;
        while !rest.is_empty() {
            let room = PASSAGE_TEXT.saturating_sub(self.text.len());
            let cut = if rest.len() <= room { rest.len() } else { cut_before(rest, room.max(PASSAGE_TEXT / 8)) };
            self.map.push(self.text.len(), at);
            self.text.push_str(&rest[..cut]);
            at = match at {
                At::Utf8(offset) => At::Utf8(offset + cut as u64),
                At::Chars(offset, unit) => At::Chars(offset + rest[..cut].chars().count() as u64 * u64::from(unit), unit),
                decoded => decoded,
            };
            rest = &rest[cut..];
            if self.text.len() >= PASSAGE_TEXT {
                self.break_passage();
            }
        }
    }

    /// Names and identifiers do not run across this place.
    #[inline]
    pub fn border(&mut self) {
        // The border is one byte in UTF-8.
        if self.text.as_bytes().last().is_some_and(|&last| last != BORDER as u8) {
            self.text.push(BORDER);
        }
    }

    /// Fields that stand side by side, each as text of its own that starts at its place; what separates them becomes
    /// borders. False, and nothing is taken, where they are not UTF-8 or do not fit into the passage.
    pub fn fields(&mut self, bytes: &[u8], offset: u64, separates: impl Fn(u8) -> bool) -> bool {
        const BETWEEN: u8 = BORDER as u8;
        if self.text.len() + bytes.len() + 1 >= PASSAGE_TEXT {
            return false;
        }
        self.fields.clear();
        self.fields.extend(bytes.iter().map(|&byte| if separates(byte) { BETWEEN } else { byte }));
        let Ok(fields) = std::str::from_utf8(&self.fields) else { return false };
        if self.text.as_bytes().last().is_some_and(|&last| last != BETWEEN) {
            self.text.push(BORDER);
        }
        let behind = self.fields.get(1..).unwrap_or_default();
        let has_empty =
            self.fields.iter().zip(behind).fold(0, |any, (a, b)| any | (u8::from(*a == BETWEEN) & u8::from(*b == BETWEEN))) != 0;
        let mut from = 0;
        // A run of fields ends where one is empty: there places and offsets no longer run on together.
        while let Some(start) = self.fields[from..].iter().position(|&byte| byte != BETWEEN).map(|n| from + n) {
            let empty = if has_empty { self.fields[start..].windows(2).position(|pair| pair == [BETWEEN; 2]) } else { None };
            let end = empty.map_or(fields.len(), |n| start + n);
            self.map.push(self.text.len(), At::Utf8(offset + start as u64));
            self.text.push_str(&fields[start..end]);
            self.text.push(BORDER);
            from = end;
        }
        // A single separator at the end is the border.
        if self.text.ends_with("\u{1E}\u{1E}") {
            self.text.pop();
        }
        true
    }

    /// A row of the table at hand: its cells joined by tabs. Also counts it in the table's facts. `at` is
    /// where it stands in the item.
    pub fn row(&mut self, cells: &[&str], at: u64) {
        let last = self.facts.tables.len().saturating_sub(1);
        let place = match self.kind {
            PassageKind::Rows(ordinal) => self.ordinals.iter().position(|own| *own == ordinal).unwrap_or(ordinal as usize),
            PassageKind::Prose | PassageKind::Payment | PassageKind::Strings | PassageKind::Recognised => last,
        };
        let table = self.facts.tables.get_mut(place.min(last)).expect("a table was begun");
        table.row(cells, at);
        self.search_values(cells, at);
        if cells.iter().map(|cell| cell.len()).sum::<usize>() > ROW_TEXT {
            // A row that fills passages by itself is text, cell by cell.
            self.flush();
            let rows = std::mem::replace(&mut self.kind, PassageKind::Prose);
            for cell in cells {
                self.text(cell, At::Decoded(at));
                self.border();
            }
            self.flush();
            self.kind = rows;
            return;
        }
        super::table_rows::push_row(&mut self.text, &mut self.map, cells, At::Decoded(at));
        if self.text.len() >= PASSAGE_TEXT {
            self.flush();
        }
    }

    /// Looks for cells that are files, or in which something is encoded, and for payments.
    fn search_values(&mut self, cells: &[&str], at: u64) {
        for cell in cells.iter().filter(|cell| cell.len() >= standalone::SHORTEST) {
            // Payments in a file are found where it is read, and what else the item's bytes hold where they are searched.
            let is_file = standalone::file_in(cell).is_some();
            let is_open = !is_file && !self.searches_bytes && cell.len() >= embedded::SHORTEST;
            if is_open {
                super::payments::read_in_value(cell.as_bytes(), at, self);
            }
            match self.gathers {
                true if is_file || is_open && embedded::may_hold(cell) => self.values.push((at, (*cell).to_owned())),
                true => {}
                false => embedded::read_value(cell, at, self),
            }
        }
    }

    /// Begins a table; rows that follow belong to it. The header, where there is one, also becomes text.
    pub fn begin_table(&mut self, table: TableFacts) {
        self.flush();
        self.kind = PassageKind::Rows(self.facts.tables.len() as u32);
        self.facts.tables.push(table);
    }

    /// Goes on with a table that was begun before others; rows that follow belong to it.
    pub fn resume_table(&mut self, ordinal: u32) {
        self.kind(PassageKind::Rows(ordinal));
    }

    /// Continues, in a fork, a table that the whole's sink has begun.
    pub fn continue_table(&mut self, table: TableFacts, ordinal: u32) {
        self.kind(PassageKind::Rows(ordinal));
        self.ordinals.push(ordinal);
        self.facts.tables.push(table);
    }

    /// Does a fork already continue this table of the whole?
    pub fn continues(&self, ordinal: u32) -> bool {
        self.ordinals.contains(&ordinal)
    }

    /// Covers a range of the item's bytes.
    pub fn cover(&mut self, range: Range<u64>, class: Class) {
        self.coverage.add(range, Covered::As(class));
    }

    /// Something was not read. An empty range says that bytes are missing and nobody knows how many.
    pub fn gap(&mut self, range: Range<u64>, cause: Cause, detail: impl Into<String>) {
        self.coverage.add(range.clone(), Covered::Gap(cause));
        self.gaps.push(GapNote { range, cause, detail: detail.into() });
    }

    /// A remark for the coverage ledger.
    pub fn note(&mut self, note: impl Into<String>) {
        if self.facts.notes.len() < 32 {
            self.facts.notes.push(note.into());
        }
    }

    /// A member of this container: decodes it within the limits and has it read. `encoded` are its bytes
    /// in the container. Returns what became of it.
    pub fn member(&mut self, name: &[u8], encoded: Range<u64>, decoder: &mut dyn Read) -> Child {
        self.member_in_pieces(name, &[encoded], decoder)
    }

    /// A member whose bytes lie in several places of the container. Only for readers that run inside: the
    /// fence knows of one place.
    pub fn member_in_pieces(&mut self, name: &[u8], encoded: &[Range<u64>], decoder: &mut dyn Read) -> Child {
        let length = encoded.iter().map(|piece| piece.end.saturating_sub(piece.start)).fold(0, u64::saturating_add);
        let start = encoded.first().map_or(0, |piece| piece.start);
        let child = self.outlet.member(name, start..start.saturating_add(length), decoder);
        self.linked_member(name, encoded, &child);
        child
    }

    /// Another name of a member whose bytes were decoded already; for readers that run inside, too.
    pub fn linked_member(&mut self, name: &[u8], encoded: &[Range<u64>], child: &Child) {
        let (defect, detail) = child.defect.clone().unzip();
        let detail = detail.unwrap_or_default();
        self.add_member(Member { name: name.to_vec(), content: child.content, size: child.size, defect, detail }, encoded);
    }

    /// A member that is known to exist and could not be decoded at all.
    pub fn unread_member(&mut self, name: &[u8], encoded: Range<u64>, size: u64, cause: Cause, detail: impl Into<String>) {
        let member = Member { name: name.to_vec(), content: None, size, defect: Some(cause), detail: detail.into() };
        self.outlet.unread_member(&member, &encoded);
        self.add_member(member, &[encoded]);
    }

    /// A passage that another sink made of the same item.
    pub fn passage(&mut self, passage: Passage) {
        self.outlet.passage(passage);
    }

    fn add_member(&mut self, member: Member, encoded: &[Range<u64>]) {
        let ordinal = self.members.len() as u32;
        encoded.iter().for_each(|piece| self.coverage.add(piece.clone(), Covered::Member(ordinal)));
        self.members.push(member);
    }

    /// Hands over the last passage and unit; called once by the caller of the reader.
    pub fn finish(&mut self) {
        self.end_unit();
        self.flush();
        for unit in self.facts.payments.iter_mut().flat_map(|p| &mut p.units) {
            PersonKey::settle(&mut unit.persons);
        }
        PersonKey::settle(&mut self.facts.persons);
        self.facts.tables.iter_mut().for_each(TableFacts::finish);
    }

    /// Has text read that was read as rows, too: where these hold personal data, they have said whose.
    pub fn beside_rows(&mut self, read: impl FnOnce(&mut Self)) {
        match self.facts.tables.iter().any(TableFacts::has_personal_data) {
            true => self.said_in_rows(read),
            false => {
                self.flush();
                read(self);
                self.flush();
            }
        }
    }

    /// Has text read whose persons were read as rows.
    pub fn said_in_rows(&mut self, read: impl FnOnce(&mut Self)) {
        self.flush();
        let before = std::mem::replace(&mut self.said_in_rows, true);
        read(self);
        self.flush();
        self.said_in_rows = before;
    }

    /// Was the text that follows read as rows?
    pub fn is_beside_rows(&self) -> bool {
        self.said_in_rows
    }

    /// Hands over the passage; the text that follows does not continue it.
    pub fn flush(&mut self) {
        self.hand_over(0);
        self.continued = 0;
    }

    /// Hands over the passage, whose last bytes will begin the next one.
    fn hand_over(&mut self, repeated: usize) {
        // Where there was one full passage there are more.
        let next = if self.text.len() >= PASSAGE_TEXT / 2 { PASSAGE_TEXT } else { 0 };
        let text = std::mem::replace(&mut self.text, String::with_capacity(next));
        let map = self.map.begin_next();
        if text.chars().any(|c| !c.is_whitespace() && c != BORDER) {
            if matches!(self.kind, PassageKind::Prose | PassageKind::Strings | PassageKind::Recognised) {
                let cut = personal::Cut { continued: self.continued, repeated };
                let spoken = if self.said_in_rows { personal::find_numbers(&text) } else { personal::find(&text, cut) };
                self.facts.text.extend(spoken.elements);
                self.facts.persons.extend(spoken.persons);
            }
            let meant = escaped(&text, &map);
            self.outlet.passage(Passage { kind: self.kind, text, map });
            meant.into_iter().for_each(|passage| self.outlet.passage(passage));
        }
    }

    /// Hands over the passage; the text that follows continues it, so its end is repeated.
    fn break_passage(&mut self) {
        let from = match self.kind {
            PassageKind::Rows(_) if self.text.ends_with('\n') => self.text.len(),
            _ => cut_before(&self.text, self.text.len().saturating_sub(PASSAGE_OVERLAP)),
        };
        let tail = self.text[from..].to_owned();
        let tail_map = self.map.tail(&self.text, from);
        self.hand_over(tail.len());
        self.continued = tail.len();
        self.text.push_str(&tail);
        self.map.pieces.extend(tail_map.pieces);
    }
}

impl Passage {
    /// Is it what the escapes in this one mean, as a sink puts it behind that?
    pub fn decodes(&self, before: &Self) -> bool {
        self.text.ends_with(BORDER) && escaped(&before.text, &before.map).is_some_and(|meant| meant.text == self.text)
    }
}

/// What the escapes in a text mean, as a passage beside it.
fn escaped(text: &str, map: &OffsetMap) -> Option<Passage> {
    let mut out = Passage { kind: PassageKind::Prose, text: String::new(), map: OffsetMap::default() };
    for (place, meant) in escapes::decoded(text) {
        out.map.push(out.text.len(), At::Decoded(map.offset(text, place)));
        out.text.push_str(&meant);
        out.text.push(BORDER);
    }
    (!out.text.is_empty()).then_some(out)
}

/// A place at or a little before `at` where text may be cut: after a blank or line end where there is
/// one near, at a character border in any case.
fn cut_before(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let mut near = at.saturating_sub(256);
    while !text.is_char_boundary(near) {
        near -= 1;
    }
    match text[near..at].rfind(|c: char| c.is_whitespace() || c == BORDER) {
        Some(i) => near + i + text[near + i..].chars().next().map_or(1, char::len_utf8),
        None => at,
    }
}
