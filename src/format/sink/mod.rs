//! What a reader finds in one item, and where it goes.

mod amid_text;
mod heads;
mod limits;
mod name_lines;
mod objects;
mod outlet;
mod parts;
mod payments;
mod text;
mod told_by_member;

pub use heads::{has_names, heads_in, key_below, lines_above};
pub use limits::Limits;
pub use outlet::{Child, Facts, Failure, GapNote, Member, Offer, Outlet, Spoken};

use super::named::NamedRecords;
use super::payment::Tally;
use super::pgp::Keyring;
use super::text::{embedded, standalone};
use super::{Coverage, Covered, PaymentUnit, personal};
use crate::model::{Cause, Class, PersonKey};
use crate::passage::{At, BORDER, OffsetMap, Passage, PassageKind};
use crate::table::{Said, TableFacts};
use heads::Heads;
use std::collections::HashMap;
use std::io::Read;
use std::ops::Range;
use text::PASSAGE_TEXT;

/// Rows longer than this are no rows of a passage.
const ROW_TEXT: usize = 4 * PASSAGE_TEXT;

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
    /// What a document says, in which payments are looked for.
    said: Option<amid_text::Said>,
    /// The text that follows was read as rows, which have said whose data they hold: records are not looked for in it.
    said_in_rows: bool,
    /// Where records stand that were read as rows, in their order: they are not looked for again in the text that follows.
    records: Vec<Range<u64>>,
    /// In the text that follows no persons are looked for: they were found elsewhere.
    is_told: bool,
    /// Whose what follows is, where a line above it says so.
    heads: Heads,
    /// Where in the passage at hand parts of the item begin, with their names.
    turns: Vec<(usize, String)>,
    is_fork: bool,
    /// Members are found by the sink of the whole: what may be one waits for it.
    gathers: bool,
    /// Of a part: long values in which something may be encoded, and where they stand.
    values: Vec<(u64, String)>,
    /// What the objects in cells say with their rows.
    objects: NamedRecords,
    /// What follows are records of such objects.
    in_objects: bool,
    /// Pieces of the item in which nothing is encoded, and no payments stand.
    pub(super) quiet: Vec<Range<u64>>,
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
            said: None,
            said_in_rows: false,
            is_told: false,
            records: Vec::new(),
            heads: Heads::default(),
            turns: Vec::new(),
            is_fork: false,
            gathers: false,
            values: Vec::new(),
            objects: NamedRecords::default(),
            in_objects: false,
            quiet: Vec::new(),
            continued: 0,
            coverage: Coverage::default(),
            members: Vec::new(),
            gaps: Vec::new(),
            facts: Facts::default(),
        }
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

    /// The kind of the text at hand.
    pub(super) fn kind_at_hand(&self) -> PassageKind {
        self.kind
    }

    /// A row of the table at hand: its cells joined by tabs. Also counts it in the table's facts. `at` is
    /// where it stands in the item.
    pub fn row(&mut self, cells: &[&str], at: u64) {
        let last = self.facts.tables.len().saturating_sub(1);
        let place = match self.kind {
            PassageKind::Rows(ordinal) => self.ordinals.iter().position(|own| *own == ordinal).unwrap_or(ordinal as usize),
            PassageKind::Prose | PassageKind::Payment | PassageKind::Strings | PassageKind::Recognised => last,
        };
        let place = place.min(last);
        let table = self.facts.tables.get(place).expect("a table was begun");
        let (is_in_order, columns) = (table.is_in_order(), table.columns.len());
        let head = if is_in_order { self.head_of_row(cells, columns) } else { None };
        // A row that names a client and says more of persons is one of their records as well.
        if head.is_none_or(|code| self.facts.tables[place].concerns_persons_behind(cells, code)) {
            let client = if is_in_order { self.heads.above_row() } else { None };
            let table = &mut self.facts.tables[place];
            let said = said_in(table, cells);
            let concerns = table.row_under(cells, at, client, &said);
            if concerns && is_in_order {
                self.person_in_row();
            }
        }
        self.search_values(cells, at);
        self.search_objects(place, cells, at);
        self.say_row(cells, at);
        if cells.iter().map(|cell| cell.len()).sum::<usize>() > ROW_TEXT {
            // A row that fills passages by itself is text, cell by cell.
            self.flush();
            let rows = std::mem::replace(&mut self.kind, PassageKind::Prose);
            // What its cells say was heard with the row.
            let before = std::mem::replace(&mut self.is_told, true);
            for cell in cells {
                self.text(cell, At::Decoded(at));
                self.border();
            }
            self.flush();
            self.is_told = before;
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
        self.begin_part(&table.name);
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
        self.end_objects();
        self.flush();
        self.read_said();
        self.end_unit();
        for unit in self.facts.payments.iter_mut().flat_map(|p| &mut p.units) {
            PersonKey::settle(&mut unit.persons);
        }
        PersonKey::settle(&mut self.facts.persons);
        self.settle_heads();
        PersonKey::settle(&mut self.facts.members.persons);
        self.facts.tables.iter_mut().for_each(TableFacts::finish);
    }

    /// Has text read that was read as rows, too: where these hold personal data, they have said whose.
    pub fn beside_rows(&mut self, read: impl FnOnce(&mut Self)) {
        match self.facts.tables.iter().any(TableFacts::has_personal_data) {
            true => self.said_in_rows(read),
            false => self.beside_records(Vec::new(), read),
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

    /// Has text read of which records at these places, in their order, were read as rows.
    pub fn beside_records(&mut self, records: Vec<Range<u64>>, read: impl FnOnce(&mut Self)) {
        self.flush();
        let before = self.records.clone();
        self.are_records(records);
        read(self);
        self.flush();
        self.records = before;
    }

    /// These places of the item, in their order, are records that were read.
    fn are_records(&mut self, records: impl IntoIterator<Item = Range<u64>>) {
        self.records.extend(records);
        self.records.sort_unstable_by_key(|record| record.start);
        // Records inside others are found by the ends of these.
        self.records.dedup_by(|next, last| {
            let is_same = next.start < last.end;
            last.end = if is_same { last.end.max(next.end) } else { last.end };
            is_same
        });
    }

    /// As [`Sink::are_records`], of one that stands behind the others, as most do.
    fn is_record_behind(&mut self, range: Range<u64>) {
        match self.records.last() {
            Some(last) if range.start < last.end => self.are_records([range]),
            Some(_) | None => self.records.push(range),
        }
    }

    /// What follows from this offset on is read as rows, until [`Sink::record_to`] says where that ends.
    pub fn record_from(&mut self, start: u64) {
        self.is_record_behind(start..u64::MAX);
    }

    /// The last record ends at this offset.
    pub fn record_to(&mut self, end: u64) {
        if let Some(last) = self.records.last_mut() {
            last.end = end.max(last.start);
        }
    }

    /// Has text read whose persons are looked for in `told`, which says the same in other order.
    pub fn told(&mut self, told: &str, read: impl FnOnce(&mut Self)) {
        self.flush();
        self.hear(personal::find(told, personal::Cut::default()), told, &[]);
        let before = std::mem::replace(&mut self.is_told, true);
        read(self);
        self.flush();
        self.is_told = before;
    }

    /// Was the text that follows read as rows?
    pub fn is_beside_rows(&self) -> bool {
        self.said_in_rows
    }
}

/// What cells of a row say in words, with their columns.
fn said_in(table: &TableFacts, cells: &[&str]) -> Vec<(usize, Said)> {
    let mut said = Vec::new();
    for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.len() >= personal::SHORTEST_CELL) {
        // A file, a table or a payment in a cell is read as what it is.
        let is_told = |cell: &str| standalone::file_in(cell).is_some() || super::payments::is_amid_text(cell.as_bytes());
        if table.is_read_in_words(column) && (personal::may_speak(cell) || personal::holds_secret(cell)) && !is_told(cell) {
            said.extend(personal::find_in_cell(cell).map(|said| (column, said)));
        }
    }
    said
}
