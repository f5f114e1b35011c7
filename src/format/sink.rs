use super::payment::{Tally, make_room};
use super::pgp::Keyring;
use super::piece::{self, PieceFindings, PieceKey};
use super::{Coverage, Covered, Party, PaymentFacts, PaymentUnit, Seen, escapes, personal};
use crate::model::{Cause, Class, ContentId, DataElement, Elements, Person, PersonKey, Scheme};
use crate::table::TableFacts;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::ops::Range;

/// Passages hold about this much text.
const PASSAGE_TEXT: usize = 24 << 10;
/// Rows longer than this are no rows of a passage.
const ROW_TEXT: usize = 4 * PASSAGE_TEXT;
/// So much of a passage's end stands again at the next one's start, where text runs on. Longer than
/// any name, so that a name across the border is found whole in one of them.
const PASSAGE_OVERLAP: usize = 512;
/// Names and identifiers do not run across this character; it separates values that do not belong to
/// one text (fields, cells of different rows, strings of a binary).
pub const BORDER: char = '\u{1E}';

/// What kind of text a passage holds; it decides how mentions in it are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PassageKind {
    /// Running text, source, markup, configuration.
    Prose,
    /// Rows of the item's table with this ordinal: cells joined by tabs, one row a line.
    Rows(u32),
    /// Text of a payment layout whose parties were read as typed fields.
    Payment,
    /// Printable runs of a scanned binary, separated by [`BORDER`].
    Strings,
    /// Text that was recognised in a picture: characters may be wrong.
    Recognised,
}

/// Where a piece of text stands in the bytes of its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// From this offset on, one byte of UTF-8 text per byte of the item.
    Utf8(u64),
    /// From this offset on, so many bytes of the item per character.
    Chars(u64, u8),
    /// Decoded: all of it stands at this offset.
    Decoded(u64),
}

/// Maps places in a passage's text to offsets in the item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsetMap {
    /// Place in the text, offset in the item, bytes per character (0: decoded, 255: UTF-8 bytes).
    pieces: Vec<(u32, u64, u8)>,
}

impl OffsetMap {
    #[inline]
    pub(super) fn push(&mut self, text_at: usize, at: At) {
        let (offset, unit) = match at {
            At::Utf8(offset) => (offset, 255),
            At::Chars(offset, unit) => (offset, unit),
            At::Decoded(offset) => (offset, 0),
        };
        if let Some(&(start, first, 255)) = self.pieces.last()
            && unit == 255
            && first + (text_at as u64 - u64::from(start)) == offset
        {
            return;
        }
        self.pieces.push((text_at as u32, offset, unit));
    }

    pub(super) fn move_by(&mut self, offset: u64) {
        self.pieces.iter_mut().for_each(|piece| piece.1 += offset);
    }

    /// Hands out the map and begins one that has room for as much.
    fn begin_next(&mut self) -> Self {
        let room = self.pieces.len();
        Self { pieces: std::mem::replace(&mut self.pieces, Vec::with_capacity(room)) }
    }

    /// The offset in the item of a place in the text.
    pub fn offset(&self, text: &str, place: usize) -> u64 {
        let piece = match self.pieces.partition_point(|p| p.0 as usize <= place) {
            0 => return self.pieces.first().map_or(0, |p| p.1),
            n => self.pieces[n - 1],
        };
        let (start, offset, unit) = (piece.0 as usize, piece.1, piece.2);
        match unit {
            0 => offset,
            255 => offset + (place - start) as u64,
            unit => offset + text.get(start..place).map_or(0, |t| t.chars().count()) as u64 * u64::from(unit),
        }
    }

    /// Can every place of such a text be asked for? So it is for every map that a sink made.
    pub fn is_sound(&self, text: &str) -> bool {
        let in_order = self.pieces.is_sorted_by_key(|piece| piece.0);
        in_order && self.pieces.iter().all(|&(start, offset, _)| start as usize <= text.len() && offset < 1 << 62)
    }

    /// The pieces from a place in the text on, as a new map that starts there.
    fn tail(&self, text: &str, place: usize) -> Self {
        let mut out = Self::default();
        let first = self.pieces.partition_point(|p| p.0 as usize <= place);
        if first > 0 {
            out.pieces.push((0, self.offset(text, place), self.pieces[first - 1].2));
        }
        out.pieces.extend(self.pieces[first..].iter().map(|p| (p.0 - place as u32, p.1, p.2)));
        out
    }
}

/// A bounded piece of an item's text, as it enters the index.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Passage {
    /// Kind of text.
    pub kind: PassageKind,
    /// The text.
    pub text: String,
    /// Where its parts stand in the item.
    pub map: OffsetMap,
}

/// A member that a reader found in a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name, as bytes, as the container has it.
    pub name: Vec<u8>,
    /// What was decoded of it; `None` when nothing was.
    pub content: Option<ContentId>,
    /// Decoded size: what was decoded, or what the container says when nothing was.
    pub size: u64,
    /// Why it is not whole, where it is not.
    pub defect: Option<Cause>,
    /// The defect in words.
    pub detail: String,
}

/// A gap inside an item, as its reader saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapNote {
    /// Bytes of the item; empty where the size of what is missing is unknown.
    pub range: Range<u64>,
    /// Why.
    pub cause: Cause,
    /// In words.
    pub detail: String,
}

/// A reader cannot go on with an item as its format.
#[derive(Debug, Clone, Serialize, Deserialize, thiserror::Error)]
#[error("{detail} (at byte {at})")]
pub struct Failure {
    /// Why.
    pub cause: Cause,
    /// Offset in the item.
    pub at: u64,
    /// In words.
    pub detail: String,
}

impl Failure {
    /// The bytes contradict the format.
    pub fn corrupt(at: u64, detail: impl Into<String>) -> Self {
        Self { cause: Cause::Corrupt, at, detail: detail.into() }
    }

    /// The bytes end before the format does.
    pub fn truncated(at: u64, detail: impl Into<String>) -> Self {
        Self { cause: Cause::Truncated, at, detail: detail.into() }
    }
}

/// Bounds that a run enforces while it decodes; reaching one is a gap.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Containers around an item.
    pub depth: u32,
    /// Members of one container.
    pub entries: u64,
    /// Decoded bytes of one member.
    pub member_bytes: u64,
    /// A member may decode to so many times its encoded size, once it is larger than `ratio_floor`.
    pub ratio: u64,
    /// Below this decoded size the ratio is not looked at.
    pub ratio_floor: u64,
    /// Decoded members up to this size are held in memory, larger ones in a spool file.
    pub memory_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 24, entries: 5_000_000, member_bytes: 1 << 40, ratio: 1_100, ratio_floor: 256 << 20, memory_bytes: 64 << 20 }
    }
}

/// What became of a decoded member.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Child {
    /// Identity of the bytes that were decoded.
    pub content: Option<ContentId>,
    /// How many.
    pub size: u64,
    /// Why there are not more.
    pub defect: Option<(Cause, String)>,
}

/// Where a sink's output goes: the index and the crawler in a run, a collector in a test.
pub trait Outlet: Sync {
    /// Takes a passage.
    fn passage(&self, passage: Passage);
    /// Decodes a member within the limits and has it read, whatever it is. `encoded` are its bytes in the
    /// container.
    fn member(&self, name: &[u8], encoded: Range<u64>, decoder: &mut dyn Read) -> Child;
    /// Has a piece of the item read, or takes what was found where the same bytes were read in the same way before.
    /// It begins at `offset`; what is read of it has offsets of its own. `None`: nothing is kept here.
    fn piece(&self, _key: PieceKey, _offset: u64, _read: &dyn Fn(&dyn Outlet) -> PieceFindings) -> Option<PieceFindings> {
        None
    }
    /// Takes note of a member of which nothing was decoded; the sink keeps it as well.
    fn unread_member(&self, _member: &Member, _encoded: &Range<u64>) {}
    /// The run's bounds.
    fn limits(&self) -> Limits;
    /// The run was interrupted: return as soon as possible, what is returned is thrown away.
    fn stopped(&self) -> bool;
    /// Passwords that the operator offers, in the order of the list.
    fn passwords(&self) -> &[Vec<u8>] {
        &[]
    }
    /// Private keys that the operator offers.
    fn keys(&self) -> &Keyring {
        static NONE: Keyring = Keyring::new();
        &NONE
    }
    /// Is text in pictures read? A reader then hands over pictures of pages as members.
    fn recognises(&self) -> bool {
        false
    }
}

/// Takes what was found in decoded text, and says that it stands where the encoded bytes begin.
struct Moved<'a> {
    outlet: &'a dyn Outlet,
    offset: u64,
    /// Tables of the item before those of the text.
    tables: u32,
}

impl Outlet for Moved<'_> {
    fn passage(&self, passage: Passage) {
        let mut map = OffsetMap::default();
        map.push(0, At::Decoded(self.offset));
        let kind = match passage.kind {
            PassageKind::Rows(ordinal) => PassageKind::Rows(self.tables + ordinal),
            kind @ (PassageKind::Prose | PassageKind::Payment | PassageKind::Strings | PassageKind::Recognised) => kind,
        };
        self.outlet.passage(Passage { kind, text: passage.text, map });
    }

    fn member(&self, name: &[u8], encoded: Range<u64>, decoder: &mut dyn Read) -> Child {
        // It takes as many bytes as it says, and they begin where the encoded text does.
        let length = encoded.end.saturating_sub(encoded.start);
        self.outlet.member(name, self.offset..self.offset.saturating_add(length), decoder)
    }

    fn unread_member(&self, member: &Member, _: &Range<u64>) {
        self.outlet.unread_member(member, &(self.offset..self.offset));
    }

    fn limits(&self) -> Limits {
        self.outlet.limits()
    }

    fn stopped(&self) -> bool {
        self.outlet.stopped()
    }

    fn passwords(&self) -> &[Vec<u8>] {
        self.outlet.passwords()
    }

    fn keys(&self) -> &Keyring {
        self.outlet.keys()
    }

    fn recognises(&self) -> bool {
        self.outlet.recognises()
    }
}

/// What reading established about an item besides its text: small, mergeable, kept in the ledger.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Its tables.
    pub tables: Vec<TableFacts>,
    /// Its payments.
    pub payments: Option<PaymentFacts>,
    /// Kinds of personal data in its running text, where the text itself says what they are.
    pub text: Elements,
    /// Remarks of its reader.
    pub notes: Vec<String>,
}

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
        fork
    }

    /// Takes over what a fork found. Forks are joined in the order of their parts.
    pub fn join(&mut self, mut part: Sink<'a>) {
        part.flush();
        self.coverage.extend(part.coverage);
        let base = self.members.len();
        debug_assert!(part.members.is_empty() || base == 0, "members are found by one sink");
        self.members.extend(part.members);
        self.gaps.extend(part.gaps);
        for (i, table) in part.facts.tables.into_iter().enumerate() {
            let ordinal = part.ordinals.get(i).map_or(i, |ordinal| *ordinal as usize);
            match self.facts.tables.get_mut(ordinal) {
                Some(own) => own.merge(table),
                None => self.facts.tables.push(table),
            }
        }
        if let Some(payments) = part.facts.payments {
            let own = self.facts.payments.get_or_insert_with(PaymentFacts::default);
            own.layout = payments.layout;
            payments.units.into_iter().for_each(|unit| own.merge(unit));
            own.notes.extend(payments.notes);
        }
        self.facts.text.extend(part.facts.text);
        self.facts.notes.extend(part.facts.notes);
    }

    /// Has a piece of the item read as if it were an item: one that begins at `offset` and holds no members. Where
    /// the same bytes were read in the same way before, it is not read again; `way` says all that decides how.
    pub fn piece(&mut self, bytes: &[u8], offset: u64, way: &[u8], read: &dyn Fn(&[u8], &mut Sink<'_>)) {
        let kind = self.kind;
        let read = |outlet: &dyn Outlet| {
            let mut inner = Sink::new(outlet);
            inner.kind = kind;
            read(bytes, &mut inner);
            inner.finish();
            assert!(inner.members.is_empty() && inner.facts.payments.is_none(), "a piece is text or rows");
            PieceFindings { coverage: inner.coverage, gaps: inner.gaps, facts: inner.facts }
        };
        let known = self.outlet.piece(piece::key(way, bytes), offset, &read);
        let findings = known.unwrap_or_else(|| piece::read_in_place(self.outlet, offset, &read));
        let PieceFindings { coverage, gaps, facts } = findings.moved(offset);
        self.join(Sink { coverage, gaps, facts, ..Sink::new(self.outlet) });
    }

    /// Has text read that was decoded in memory and whose encoded bytes begin at `offset`: all that is found
    /// in it stands there. What it covers says nothing about this item's bytes.
    pub fn within(&mut self, offset: u64, read: impl FnOnce(&mut Sink<'_>)) {
        self.flush();
        let moved = Moved { outlet: self.outlet, offset, tables: self.facts.tables.len() as u32 };
        let mut inner = Sink::new(&moved);
        read(&mut inner);
        inner.finish();
        self.members.extend(inner.members);
        self.gaps.extend(inner.gaps.into_iter().map(|gap| GapNote { range: offset..offset, ..gap }));
        self.facts.tables.extend(inner.facts.tables);
        self.facts.text.extend(inner.facts.text);
        self.facts.notes.extend(inner.facts.notes);
        self.kind(PassageKind::Prose);
    }

    /// The run was interrupted; the reader should return.
    pub fn stopped(&self) -> bool {
        self.outlet.stopped()
    }

    /// The run's bounds.
    pub fn limits(&self) -> Limits {
        self.outlet.limits()
    }

    /// Passwords to be tried on what is encrypted, in the order of the operator's list.
    pub fn passwords(&self) -> &'a [Vec<u8>] {
        self.outlet.passwords()
    }

    /// Private keys to be tried on what is encrypted.
    pub fn keys(&self) -> &'a Keyring {
        self.outlet.keys()
    }

    /// Is text in pictures read? Pictures of pages are then members.
    pub fn recognises(&self) -> bool {
        self.outlet.recognises()
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

    /// The item is of this payment layout; its text is that of a payment file from here on.
    pub fn begin_payments(&mut self, layout: &'static str) {
        self.kind(PassageKind::Payment);
        self.facts.payments.get_or_insert_with(PaymentFacts::default).layout = layout.to_owned();
    }

    /// The owner field of the current unit, seen at an offset or so many times.
    pub fn owner(&mut self, party: Party, seen: impl Into<Seen>) {
        see(&mut self.unit.owners, party, seen.into());
    }

    /// One of two sides, where the direction cannot be known.
    pub fn either(&mut self, party: Party, seen: impl Into<Seen>) {
        see(&mut self.unit.either, party, seen.into());
    }

    /// Somebody else in a payment.
    pub fn counterparty(&mut self, party: Party, seen: impl Into<Seen>) {
        self.counterparty_of(&party.scheme, &party.value, seen);
    }

    /// Somebody else in a payment, by scheme and normal form.
    pub fn counterparty_of(&mut self, scheme: &Scheme, value: &str, seen: impl Into<Seen>) {
        self.counterparties.add(scheme, value, seen.into());
    }

    /// The other side of the whole unit; counted as a counterparty as well.
    pub fn other_side(&mut self, party: Party, seen: impl Into<Seen>) {
        let seen = seen.into();
        self.counterparty_of(&party.scheme, &party.value, seen);
        see(&mut self.unit.other_side, party, seen);
    }

    /// A person in a payment of the current unit.
    pub fn person(&mut self, person: Person<'_>) {
        if let Some(key) = PersonKey::of(person, Elements::default()) {
            self.person_key(key);
        }
        if !person.address.trim().is_empty() {
            self.unit.elements.insert(DataElement::Address);
        }
    }

    /// As [`Self::person`], one that was hashed before.
    pub fn person_key(&mut self, key: PersonKey) {
        make_room(&mut self.unit.persons, 1);
        self.unit.persons.push(key);
        self.unit.elements.insert(DataElement::Name);
    }

    /// A kind of personal data in the current unit.
    pub fn element(&mut self, element: DataElement) {
        self.unit.elements.insert(element);
    }

    /// Counts one payment entry of the current unit.
    pub fn entry(&mut self) {
        self.entries(1);
    }

    /// Counts so many payment entries of the current unit.
    pub fn entries(&mut self, count: u64) {
        self.unit.records += count;
    }

    /// A remark on the item's payments.
    pub fn payment_note(&mut self, note: impl Into<String>) {
        let payments = self.facts.payments.get_or_insert_with(PaymentFacts::default);
        let note = note.into();
        if payments.notes.len() < 32 && !payments.notes.contains(&note) {
            payments.notes.push(note);
        }
    }

    /// Ends the current unit (file, batch or message with owner fields of its own).
    pub fn end_unit(&mut self) {
        let unit = &mut self.unit;
        if self.counterparties.is_empty() && *unit == PaymentUnit::default() {
            return;
        }
        // Entries are not told apart: each person is counted with all that the unit holds.
        let elements = unit.elements;
        unit.persons.iter_mut().for_each(|person| person.elements.extend(elements));
        let units = &mut self.facts.payments.get_or_insert_with(PaymentFacts::default).units;
        let has_sides = |place: &usize| units.get(*place).is_some_and(|known| known.has_sides_of(unit));
        // Units that follow one another have the same sides more often than not.
        let known = Some(self.last_unit).filter(has_sides).or_else(|| self.units.get(&unit.sides()).copied().filter(has_sides));
        self.last_unit = known.unwrap_or(units.len());
        match known {
            Some(place) => units[place].absorb(unit),
            None => {
                self.units.insert(unit.sides(), self.last_unit);
                units.push(std::mem::take(unit));
            }
        }
        self.counterparties.move_into(&mut units[self.last_unit].counterparties);
    }

    /// Hands over the last passage and unit; called once by the caller of the reader.
    pub fn finish(&mut self) {
        self.end_unit();
        self.flush();
        for unit in self.facts.payments.iter_mut().flat_map(|p| &mut p.units) {
            PersonKey::settle(&mut unit.persons);
        }
        self.facts.tables.iter_mut().for_each(TableFacts::finish);
    }

    /// Hands over the passage; the text that follows does not continue it.
    pub fn flush(&mut self) {
        // Where there was one full passage there are more.
        let next = if self.text.len() >= PASSAGE_TEXT / 2 { PASSAGE_TEXT } else { 0 };
        let text = std::mem::replace(&mut self.text, String::with_capacity(next));
        let map = self.map.begin_next();
        if text.chars().any(|c| !c.is_whitespace() && c != BORDER) {
            if matches!(self.kind, PassageKind::Prose | PassageKind::Strings | PassageKind::Recognised) {
                self.facts.text.extend(personal::find(&text));
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
        self.flush();
        self.text.push_str(&tail);
        self.map.pieces.extend(tail_map.pieces);
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

fn see(into: &mut BTreeMap<Party, Seen>, party: Party, seen: Seen) {
    into.entry(party).and_modify(|known| known.count += seen.count).or_insert(seen);
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
