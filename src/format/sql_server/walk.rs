//! All pages of a database: rows of tables as records, large values as text or members, and the scan for what no
//! row accounts for. Pages are looked at twice: first for the catalogue, which may stand behind what it describes,
//! then part by part, by several threads.

use super::catalogue::{Catalogue, Table};
use super::compressed::Prefixes;
use super::large;
use super::page::{HEADER, Header, Kind, SIZE};
use super::record;
use super::row::{self, Away, Found, Marks, Row};
use super::survey::Survey;
use super::value::{Type, text, wide};
use crate::format::catalogue::SCAN_VERSION;
use crate::format::numbers::is_zero;
use crate::format::ranges::Ranges;
use crate::format::text::{amid_binary, read_parts, standalone};
use crate::format::{At, Covered, PassageKind, Sink, scan};
use crate::model::{Cause, Class};
use crate::table::TableFacts;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Mutex;

/// Bytes of a part that one thread reads.
const PART: usize = 512 * SIZE;
/// Parts that are read before what they found is taken over.
const WAVE: usize = 64;
/// Of longer stretches of pages, parts that were read to their end outlast an interruption.
const KEPT: usize = 4 * PART;
/// Rows that show what the columns of a table hold.
const SAMPLE: usize = 256;
/// Text of a large value up to this size is a cell of its row; longer text follows the part that the row is in.
const CELL: usize = 16 << 10;
/// Longer text is decoded piece by piece.
const CHUNK: usize = 4 << 20;
/// A file of text that is a value is not longer; it is decoded as a whole.
const LONGEST_FILE: usize = 64 << 20;
/// Stretches of a page that are scanned one by one; where there are more, all between them is scanned too.
const STRETCHES: usize = 6;

/// What became of the pages.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub pages: u64,
    pub tables: usize,
    pub rows: u64,
    /// The catalogue was found.
    pub has_names: bool,
}

/// A table that rows belong to.
struct Known {
    table: Option<Table>,
    name: String,
    facts: Option<TableFacts>,
    ordinal: u32,
}

/// A value that is too large for its row, or a file.
#[derive(Debug, Serialize, Deserialize)]
struct Later {
    name: String,
    kind: Type,
    /// The row.
    at: usize,
    stands: Where,
    /// The row was deleted.
    is_ghost: bool,
}

/// Where such a value stands.
#[derive(Debug, Serialize, Deserialize)]
enum Where {
    /// Where these pointers lead.
    Away(Vec<u8>),
    /// In the row.
    Here(Range<usize>),
}

/// What one part gave besides text and rows.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Part {
    start: usize,
    later: Vec<Later>,
    rows: u64,
    /// Values whose pieces are not all held.
    missing: u64,
    /// Pages with records that make no sense.
    broken: u64,
    /// Values that their client has encrypted: the column and the place of the row.
    sealed: Vec<(String, usize)>,
    torn: Option<usize>,
}

/// What large values took so far.
#[derive(Default)]
struct Spent {
    members: u64,
    bytes: u64,
    is_over: bool,
}

/// A row's place.
struct Here<'p> {
    page: &'p [u8],
    at: usize,
    header: Header,
    slot: usize,
    place: usize,
}

struct Database<'a> {
    bytes: &'a [u8],
    survey: Survey,
    known: Vec<Known>,
    units: HashMap<u64, usize>,
}

/// Reads the pages in these parts of an item.
pub(super) fn read(bytes: &[u8], parts: &[Range<usize>], sink: &mut Sink<'_>) -> Outcome {
    let survey = Survey::of(bytes, parts, &|| sink.stopped());
    let catalogue = Catalogue::of(bytes, &survey.catalogue, survey.collation);
    let mut outcome = Outcome { pages: survey.pages, has_names: !catalogue.is_empty(), ..Outcome::default() };
    let columnar = catalogue.by_column();
    if !columnar.is_empty() {
        let end = bytes.len() as u64;
        let shown = columnar.iter().take(8).copied().collect::<Vec<_>>().join(", ");
        let detail = format!("{} tables are stored by column (columnstore), which is not decoded: {shown}", columnar.len());
        sink.gap(end..end, Cause::UnsupportedMethod, detail);
    }
    if survey.is_cut {
        sink.note("the catalogue or the map of pages was larger than is kept: some rows have no names, some large values are only scanned");
    }
    let mut database = Database { bytes, survey, known: Vec::new(), units: HashMap::new() };
    database.begin(&catalogue, sink);
    drop(catalogue);
    outcome.tables = database.known.iter().filter(|known| known.facts.is_some()).count();
    let stretches: Vec<Range<usize>> = std::mem::take(&mut database.survey.stretches);
    let walked: Vec<Range<usize>> =
        stretches.iter().flat_map(|stretch| stretch.clone().step_by(PART).map(|start| start..(start + PART).min(stretch.end))).collect();
    // What decides how a part is read, besides the bytes of the item.
    let first = database.known.first().map_or(0, |known| known.ordinal);
    let versions = [super::BACKUP.version, super::DATA_FILE.version, SCAN_VERSION, first].map(u32::to_be_bytes);
    let pages = |range: &Range<usize>| [range.start as u64, range.end as u64].map(u64::to_be_bytes);
    let way = [versions.concat(), parts.iter().flat_map(pages).flatten().collect()].concat();
    let is_kept = stretches.iter().map(Range::len).sum::<usize>() > KEPT;
    let (mut missing, mut broken) = (0, 0);
    let mut spent = Spent::default();
    let mut sealed: HashMap<String, (usize, u64)> = HashMap::new();
    for wave in walked.chunks(WAVE) {
        if sink.stopped() {
            return outcome;
        }
        let found: Mutex<Vec<Part>> = Mutex::default();
        read_parts(sink, wave, |part, fork| {
            let place = part.start as u64..part.end as u64;
            let read = match is_kept {
                true => fork.part(place.clone(), &way, &|fork| database.part(part.clone(), fork)),
                false => Some(database.part(part.clone(), fork)),
            };
            match read {
                Some(part) => found.lock().expect("no thread panics with the lock").push(part),
                None => fork.gap(place, Cause::IoError, "what the case kept of these pages is damaged"),
            }
        });
        let mut found = found.into_inner().expect("no thread panics with the lock");
        found.sort_by_key(|part| part.start);
        for part in found {
            outcome.rows += part.rows;
            missing += part.missing;
            broken += part.broken;
            for (column, at) in part.sealed {
                sealed.entry(column).or_insert((at, 0)).1 += 1;
            }
            if let Some(at) = part.torn {
                let at = at as u64;
                let detail =
                    "pages with torn-page detection keep bits of each sector elsewhere; those without rows are searched as they stand";
                sink.gap(at..at, Cause::UnsupportedMethod, detail);
            }
            for later in part.later {
                let is_ghost = later.is_ghost;
                missing += u64::from(!database.later(later, &mut spent, sink) && !is_ghost);
            }
        }
    }
    let mut sealed: Vec<_> = sealed.into_iter().collect();
    sealed.sort();
    for (column, (at, count)) in sealed {
        let at = at as u64;
        sink.gap(at..at, Cause::Encrypted, format!("{column}: {count} values were encrypted by their client (Always Encrypted)"));
    }
    let end = bytes.len() as u64;
    if missing > 0 {
        let detail = format!("{missing} large values have pieces that are not in this file, or not where they should be");
        sink.gap(end..end, Cause::NotRecovered, detail);
    }
    if broken > 0 {
        sink.gap(end..end, Cause::Corrupt, format!("{broken} pages hold records that make no sense, and were scanned"));
    }
    outcome
}

impl Database<'_> {
    /// Begins all tables that there are rows of, in the order of their pages.
    fn begin(&mut self, catalogue: &Catalogue, sink: &mut Sink<'_>) {
        let mut units: Vec<(u64, Vec<usize>)> = std::mem::take(&mut self.survey.units).into_iter().collect();
        units.sort_by_key(|(unit, pages)| (pages.first().copied(), *unit));
        let mut objects: HashMap<i32, usize> = HashMap::new();
        for (unit, pages) in units {
            let described = catalogue.table(unit);
            let object = described.as_ref().map(|(object, _)| *object);
            if let Some(&known) = object.and_then(|object| objects.get(&object)) {
                self.units.insert(unit, known);
                continue;
            }
            let table = described.map(|(_, table)| table);
            let sample = self.sample(&pages, table.as_ref());
            if sample.is_empty() {
                continue;
            }
            let known = self.known.len();
            objects.extend(object.map(|object| (object, known)));
            self.units.insert(unit, known);
            let name = table.as_ref().map_or_else(|| format!("allocation unit {unit}"), |table| table.name.clone());
            let is_system = table.as_ref().is_some_and(|table| table.is_system);
            let header = table.as_ref().map(header);
            let ordinal = sink.facts.tables.len() as u32;
            let facts = (!is_system).then(|| TableFacts::new(&name, header.as_deref(), &sample));
            if let Some(facts) = &facts {
                sink.begin_table(facts.empty_like());
                if let Some(header) = header {
                    let at = At::Decoded(pages.first().map_or(0, |at| *at as u64));
                    sink.text(&format!("{}\n", header.join("\t").replace(['\n', '\r'], " ")), at);
                }
            }
            self.known.push(Known { table, name, facts, ordinal });
        }
        sink.kind(PassageKind::Prose);
    }

    fn sample(&self, pages: &[usize], table: Option<&Table>) -> Vec<Vec<String>> {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut row = Row::default();
        let mut room = [0; SIZE];
        for &at in pages {
            let raw = &self.bytes[at..at + SIZE];
            let Some(header) = Header::of(raw).filter(|header| header.slots_fit(raw)) else { continue };
            let page = header.restored(raw, &mut room);
            let prefixes = prefixes(page, header).unwrap_or_default();
            for slot in header.records(page).filter(|slot| *slot > 0) {
                let found = row::read(page, slot, SIZE - 2 * header.slots, table, &prefixes, &mut Marks::new(), &mut row);
                if found == Found::Row {
                    rows.push(row.cells.iter().map(str::to_owned).collect());
                }
                if rows.len() >= SAMPLE {
                    return rows;
                }
            }
        }
        rows
    }

    fn part(&self, part: Range<usize>, sink: &mut Sink<'_>) -> Part {
        let mut out = Part { start: part.start, ..Part::default() };
        let (mut open, mut encrypted): (Vec<Range<usize>>, Vec<Range<usize>>) = Default::default();
        let mut row = Row::default();
        for at in part.step_by(SIZE) {
            let raw = &self.bytes[at..at + SIZE];
            let Some(header) = Header::of(raw) else {
                if is_zero(raw) {
                    sink.cover(at as u64..(at + SIZE) as u64, Class::Structure);
                }
                continue;
            };
            if !header.slots_fit(raw) {
                match encrypted.last_mut() {
                    Some(last) if last.end == at => last.end = at + SIZE,
                    _ => encrypted.push(at..at + SIZE),
                }
                continue;
            }
            let holds_rows =
                header.level == 0 && (header.kind == Kind::Data || header.kind == Kind::Index && header.has_compression_record);
            if !holds_rows {
                out.torn = out.torn.or(header.is_torn().then_some(at));
                continue;
            }
            match self.page(raw, at, header, sink, &mut out, &mut row) {
                Some(left) => open.extend(left),
                None => out.broken += 1,
            }
        }
        let open = self.files(open, &mut out);
        self.scan(&open, sink);
        for range in encrypted {
            let detail = "the bodies of pages make no sense below their headers: encrypted (transparent data encryption), or damaged";
            sink.gap(range.start as u64..range.end as u64, Cause::Encrypted, detail);
        }
        out
    }

    /// Reads the rows of a page and covers it; gives what of it is still to be searched. A page with records that
    /// make no sense is not covered.
    fn page(&self, raw: &[u8], at: usize, header: Header, sink: &mut Sink<'_>, out: &mut Part, row: &mut Row) -> Option<Vec<Range<usize>>> {
        let mut room = [0; SIZE];
        let page = header.restored(raw, &mut room);
        let known = self.units.get(&header.unit).map(|known| &self.known[*known]).filter(|_| header.kind == Kind::Data);
        let table = known.and_then(|known| known.table.as_ref());
        let (prefixes, mut is_whole) = match prefixes(page, header) {
            Some(prefixes) => (prefixes, true),
            None => (Prefixes::default(), false),
        };
        let end = SIZE - 2 * header.slots;
        let mut marks = Marks::new();
        marks.add(0..HEADER);
        marks.add(end..SIZE);
        let mut is_typed = table.is_some();
        for (slot, place) in header.records(page).enumerate().filter(|(_, place)| *place > 0) {
            match row::read(page, place, end, table, &prefixes, &mut marks, row) {
                Found::Aside => continue,
                Found::Broken => {
                    is_whole = false;
                    continue;
                }
                Found::Row => out.rows += 1,
            }
            is_typed &= row.is_typed;
            let here = Here { page, at, header, slot, place };
            self.large(&here, known, row, &mut marks, out);
            if let (Some(column), Some(known)) = (row.encrypted, known) {
                out.sealed.push((column_name(known, column), at + place));
            }
            self.push(row, (at + place) as u64, known, sink);
        }
        if !is_whole {
            return None;
        }
        sink.cover(at as u64..(at + SIZE) as u64, if is_typed { Class::Read } else { Class::Scanned });
        let left = marks.open(page);
        let hull = || left.first().zip(left.last()).map(|(first, last)| vec![first.start..last.end]);
        let left = if left.len() > STRETCHES { hull().unwrap_or_default() } else { left };
        Some(left.into_iter().map(|range| at + range.start..at + range.end).collect())
    }

    /// Puts a row into its table, or among the text where it has none.
    fn push(&self, row: &Row, at: u64, known: Option<&Known>, sink: &mut Sink<'_>) {
        match known.and_then(|known| Some((known, known.facts.as_ref()?))) {
            Some((known, facts)) => {
                if sink.continues(known.ordinal) {
                    sink.resume_table(known.ordinal);
                } else {
                    sink.continue_table(facts.empty_like(), known.ordinal);
                }
                sink.row(&row.cells.iter().collect::<Vec<_>>(), at);
            }
            None => {
                sink.kind(PassageKind::Prose);
                for cell in row.cells.iter().filter(|cell| !cell.is_empty()) {
                    sink.border();
                    sink.text(cell, At::Decoded(at));
                }
                sink.border();
            }
        }
    }

    /// Takes short text that stands elsewhere into its row, and notes what is too large for it or a file.
    fn large(&self, here: &Here<'_>, known: Option<&Known>, row: &mut Row, marks: &mut Marks, out: &mut Part) {
        let Here { page, at, header, slot, place } = *here;
        let is_ghost = record::is_ghost(page[place]);
        let mut later = |column: usize, kind: Type, stands: Where| {
            let column = known.map_or_else(|| format!("column {}", column + 1), |known| column_name(known, column));
            let name = format!("{column} ({}:{}:{slot})", header.place.file, header.place.page);
            out.later.push(Later { name, kind, at: at + place, stands, is_ghost });
        };
        // The next row uses the memory of both lists again.
        let mut all = std::mem::take(&mut row.away);
        for Away { column, kind, pointer } in all.drain(..) {
            let pointer = &page[pointer];
            let Some(pieces) = large::pieces(self.bytes, &self.survey, pointer, CELL) else {
                // What deleted rows lead to may have been used again.
                out.missing += u64::from(!is_ghost);
                continue;
            };
            let first = pieces.first().map_or(&[][..], |piece| &self.bytes[piece.clone()]);
            let kind = kind.unwrap_or_else(|| match row::guess(&first[..first.len().min(4096) & !1]) {
                Some(_) if first.get(1) == Some(&0) => Type::Wide(None),
                Some(_) => Type::Text(0, None),
                None => Type::Binary(None),
            });
            let length = pieces.iter().map(Range::len).sum::<usize>();
            if kind.is_text() && length <= CELL {
                let whole: Vec<u8> = pieces.into_iter().flat_map(|piece| self.bytes[piece].iter().copied()).collect();
                row.cells.put(column, |out| kind.push(&whole, out));
            } else if length > 0 {
                later(column, kind, Where::Away(pointer.to_vec()));
            }
        }
        row.away = all;
        for (column, place) in row.binaries.drain(..) {
            if is_file(&page[place.clone()]) {
                marks.add(place.clone());
                later(column, Type::Binary(None), Where::Here(at + place.start..at + place.end));
            }
        }
    }

    /// Reads a value that was noted; false where it is not all held. Rows that share values could make more of them
    /// than there is.
    fn later(&self, later: Later, spent: &mut Spent, sink: &mut Sink<'_>) -> bool {
        let at = later.at as u64;
        let pieces = match later.stands {
            Where::Here(range) => Some(vec![range]),
            Where::Away(pointer) => large::pieces(self.bytes, &self.survey, &pointer, usize::MAX),
        };
        let Some(pieces) = pieces else { return false };
        spent.bytes += pieces.iter().map(Range::len).sum::<usize>() as u64;
        spent.members += 1;
        let is_over = spent.bytes > 4 * self.bytes.len() as u64 || spent.members > sink.limits().entries;
        if is_over {
            if !std::mem::replace(&mut spent.is_over, true) {
                sink.gap(at..at, Cause::LimitEntries, "rows hold more large values than there are bytes of such, or than the limit");
            }
        } else if later.kind.is_text() {
            match self.file(&pieces, later.kind) {
                Some(file) => {
                    let encoded = large::joined(&pieces).encoded;
                    sink.member_in_pieces(later.name.as_bytes(), &encoded, &mut file.as_bytes());
                }
                None => self.text(&pieces, later.kind, at, sink),
            }
        } else {
            let pieces = large::joined(&pieces);
            sink.member_in_pieces(later.name.as_bytes(), &pieces.encoded, &mut Ranges::new(self.bytes, &pieces.data));
        }
        true
    }

    /// The file that a value of text is.
    fn file(&self, pieces: &[Range<usize>], kind: Type) -> Option<String> {
        if pieces.iter().map(Range::len).sum::<usize>() > LONGEST_FILE {
            return None;
        }
        let held: Vec<u8> = pieces.iter().flat_map(|piece| self.bytes[piece.clone()].iter().copied()).collect();
        let text = match kind {
            Type::Text(collation, _) => text(&held, collation).into_owned(),
            _ => wide(&held)?.to_string(),
        };
        standalone::is_any_file(text.as_bytes()).then_some(text)
    }

    /// Notes files of text in what rows do not account for; gives the rest of it.
    fn files(&self, open: Vec<Range<usize>>, out: &mut Part) -> Vec<Range<usize>> {
        let mut rest = Vec::with_capacity(open.len());
        for range in open {
            let mut from = range.start;
            for place in amid_binary::places(self.bytes, range.clone()) {
                rest.push(from..place.start);
                from = place.end;
                let (name, at) = (format!("text@{}", place.start), place.start);
                out.later.push(Later { name, kind: Type::Binary(None), at, stands: Where::Here(place), is_ghost: true });
            }
            rest.push(from..range.end);
        }
        rest.retain(|range| !range.is_empty());
        rest
    }

    /// Text of a value that is too long for a cell.
    fn text(&self, pieces: &[Range<usize>], kind: Type, at: u64, sink: &mut Sink<'_>) {
        sink.kind(PassageKind::Prose);
        sink.border();
        let mut held: Vec<u8> = Vec::new();
        for (i, piece) in pieces.iter().enumerate() {
            held.extend_from_slice(&self.bytes[piece.clone()]);
            let is_last = i + 1 == pieces.len();
            if held.len() < CHUNK && !is_last {
                continue;
            }
            // A character is cut by no chunk: text of two bytes has an even length, and UTF-8 shows where it begins.
            let mut cut = held.len();
            if !is_last {
                cut -= if matches!(kind, Type::Wide(_)) { cut % 2 } else { held.iter().rev().take(4).take_while(|b| **b >= 0x80).count() };
            }
            let decoded = match kind {
                Type::Text(collation, _) => text(&held[..cut], collation),
                _ => wide(&held[..cut]).unwrap_or_default().into(),
            };
            sink.text(&decoded, At::Decoded(at));
            held.drain(..cut);
        }
        sink.border();
    }

    /// Scans what rows do not account for. Its pages are covered; only what cannot be searched is a gap.
    fn scan(&self, open: &[Range<usize>], sink: &mut Sink<'_>) {
        let mut inner = sink.fork();
        for range in open {
            scan(self.bytes, range.start as u64..range.end as u64, &mut inner);
        }
        inner.flush();
        inner.coverage = Default::default();
        for gap in &inner.gaps {
            inner.coverage.add(gap.range.clone(), Covered::Gap(gap.cause));
        }
        sink.flush();
        sink.join(inner);
    }
}

/// Names of the columns that are shown.
fn header(table: &Table) -> Vec<String> {
    table.columns.iter().filter(|column| column.is_shown).map(|column| column.name.clone()).collect()
}

fn column_name(known: &Known, column: usize) -> String {
    let name = known.table.as_ref().and_then(|table| table.columns.iter().filter(|column| column.is_shown).nth(column));
    format!("{}.{}", known.name, name.map_or("", |column| &column.name))
}

/// The prefixes of a compressed page; nothing where they make no sense.
fn prefixes(page: &[u8], header: Header) -> Option<Prefixes<'_>> {
    if header.has_compression_record { Prefixes::of(page) } else { Some(Prefixes::default()) }
}

/// Does a value begin like a file that has a reader?
fn is_file(bytes: &[u8]) -> bool {
    const MARKS: [&[u8]; 9] = [
        b"\x1F\x8B\x08",
        b"PK\x03\x04",
        b"%PDF-",
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        b"7z\xBC\xAF\x27\x1C",
        b"BZh",
        b"\xFD7zXZ\0",
        b"\x28\xB5\x2F\xFD",
        b"{\\rtf",
    ];
    bytes.len() >= 24 && MARKS.iter().any(|mark| bytes.starts_with(mark)) || standalone::is_any_file(bytes)
}
