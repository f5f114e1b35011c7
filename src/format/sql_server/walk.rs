//! All pages of a database: rows of tables as records, large values as text or members, and the scan for what no
//! row accounts for. Pages are looked at twice: first for the catalogue, which may stand behind what it describes,
//! then part by part, by several threads.

mod later;

use super::catalogue::{Catalogue, Table};
use super::compressed::Prefixes;
use super::page::{HEADER, Header, Kind, SIZE};
use super::row::{self, Found, Marks, Row};
use super::survey::Survey;
use crate::format::catalogue::SCAN_VERSION;
use crate::format::numbers::is_zero;
use crate::format::text::read_parts;
use crate::format::{At, Covered, PassageKind, Sink, scan};
use crate::model::{Cause, Class};
use crate::table::TableFacts;
use later::{Here, Later, Spent};
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
