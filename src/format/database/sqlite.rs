//! SQLite databases (Database File Format, <https://www.sqlite.org/fileformat2.html>): the schema, the trees of
//! its tables as records, those of its indexes as text. Nothing of the file is trusted, and no page is read
//! twice. Bytes in no cell (free blocks, free pages, unused space) stay uncovered and are scanned; free pages
//! and pages of a write-ahead log that hold rows give them, too.

use super::definition::{self, Definition};
use super::sql_token::Dialect;
use super::sqlite_freed as freed;
use super::sqlite_pages::{Cell, Encoding, PageKind, Pages, Payload, Value, be16, be32, record};
use super::value;
use crate::format::grid::Grid;
use crate::format::ranges::Ranges;
use crate::format::{At, Failure, Format, Kind, PassageKind, Probe, Runs, Sink, detect};
use crate::model::{Cause, Class};
use std::ops::Range;

/// A database of SQLite 3.
pub static SQLITE: Format = Format {
    name: "sqlite",
    media_type: "application/vnd.sqlite3",
    recognise: |probe| probe.head.starts_with(MAGIC),
    read,
    runs: Runs::Inside,
    version: 6,
    limitations: &[
        "rows that were deleted are read where enough of them is left to tell their values apart; elsewhere they are scanned",
        "changes in a write-ahead log or rollback journal are read as rows without names of columns, beside the database",
    ],
};

/// A write-ahead log of SQLite 3: pages that were not yet written to the database.
pub static SQLITE_WAL: Format = Format {
    name: "sqlite_wal",
    media_type: "application/vnd.sqlite3-wal",
    recognise: |probe| matches!(probe.head, [0x37, 0x7F, 6, 0x82 | 0x83, 0, 0x2D, 0xE2, 0x18, ..]) && wal_page(probe.bytes).is_some(),
    read: read_wal,
    runs: Runs::Inside,
    version: 6,
    limitations: &["rows have no names of columns; values that overflow their page are scanned"],
};

/// A rollback journal of SQLite 3: pages as they were before a change.
pub static SQLITE_JOURNAL: Format = Format {
    name: "sqlite_journal",
    media_type: "application/vnd.sqlite3-journal",
    recognise: |probe| probe.head.starts_with(b"\xD9\xD5\x05\xF9\x20\xA1\x63\xD7") && journal_page(probe.bytes).is_some(),
    read: read_journal,
    runs: Runs::Inside,
    version: 6,
    limitations: &["rows have no names of columns; values that overflow their page are scanned"],
};

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Text values above this length are contents of their own.
const LONGEST_TEXT: usize = 16 << 20;

fn is_page_size(size: usize) -> bool {
    size.is_power_of_two() && (512..=65_536).contains(&size)
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let size = match be16(bytes, 16) {
        Some(1) => 65_536,
        size => usize::from(size.unwrap_or(0)),
    };
    let reserved = usize::from(*bytes.get(20).unwrap_or(&255));
    let is_sound = is_page_size(size) && reserved <= size - 480 && bytes.get(21..24) == Some(&[64, 32, 32]);
    if !is_sound || bytes.len() < size {
        let cause = if is_sound { Cause::Truncated } else { Cause::Corrupt };
        sink.gap(16..16, cause, "no sound header: encrypted, damaged or cut off");
        return Err(Failure::corrupt(16, "no sound header"));
    }
    let encoding = match be32(bytes, 56) {
        Some(2) => Encoding::Utf16Le,
        Some(3) => Encoding::Utf16Be,
        _ => Encoding::Utf8,
    };
    let mut database = Database { pages: Pages::new(bytes, size, reserved, encoding), leaves: Vec::new(), broken: 0 };
    let schema = database.schema(sink);
    sink.cover(0..72, Class::Structure);
    sink.cover(92..100, Class::Structure);
    let stated = be32(bytes, 28).filter(|_| be32(bytes, 24) == be32(bytes, 92)).map_or(0, |pages| u64::from(pages) * size as u64);
    let len = bytes.len() as u64;
    if stated > len || !bytes.len().is_multiple_of(size) {
        sink.gap(len..len, Cause::Truncated, format!("the header states {stated} bytes"));
    }
    for entry in schema {
        if sink.stopped() {
            return Ok(());
        }
        database.object(&entry, sink);
    }
    database.free_pages(sink);
    if database.broken > 0 {
        sink.gap(
            len..len,
            Cause::Corrupt,
            format!("{} pages or cells of its trees are damaged; what is in them is scanned", database.broken),
        );
    }
    Ok(())
}

/// A row of the schema.
struct Entry {
    name: String,
    table: String,
    root: u32,
    sql: String,
    is_index: bool,
}

struct Database<'a> {
    pages: Pages<'a>,
    /// Where the pages with rows of the table stand that was read last.
    leaves: Vec<usize>,
    /// Pages and cells that could not be read.
    broken: u64,
}

/// What a tree's records become.
enum Records<'g> {
    Rows(&'g mut Grid, &'g Layout),
    Text,
}

/// How a table's records are laid out.
#[derive(Default)]
struct Layout {
    name: String,
    /// The column that stands for the row's number.
    rowid: Option<usize>,
    /// Per value of a record its place among the columns, where it is another.
    order: Vec<usize>,
    names: Vec<String>,
}

impl Layout {
    fn of(name: &str, definition: Option<Definition>) -> Self {
        let Some(definition) = definition else { return Self { name: name.to_owned(), ..Self::default() } };
        let stored: Vec<usize> = (0..definition.columns.len()).filter(|&i| !definition.columns[i].is_virtual).collect();
        let mut layout = Self { name: name.to_owned(), ..Self::default() };
        layout.names = stored.iter().map(|&i| definition.columns[i].name.clone()).collect();
        let place = |column: &usize| stored.iter().position(|s| s == column);
        match (&definition.primary_key[..], definition.without_rowid) {
            (key, true) => {
                let mut order: Vec<usize> = Vec::new();
                for place in key.iter().filter_map(place).chain(0..stored.len()) {
                    if !order.contains(&place) {
                        order.push(place);
                    }
                }
                layout.order = order;
            }
            ([key], false) if definition.columns.get(*key).is_some_and(|c| c.is_integer) => layout.rowid = place(key),
            _ => {}
        }
        layout
    }
}

impl Database<'_> {
    /// The rows of the schema table.
    fn schema(&mut self, sink: &mut Sink<'_>) -> Vec<Entry> {
        let mut out = Vec::new();
        let mut texts = Vec::new();
        self.walk(
            1,
            &mut |database, cell, sink| {
                let bytes = database.pages.bytes;
                let Some(values) = record(&cell.payload, bytes) else { return false };
                let text = |i: usize| match values.get(i) {
                    Some(Value::Text(range)) => database.pages.encoding.decode(&cell.payload.slice(bytes, range.clone())),
                    _ => String::new(),
                };
                let root = if let Some(Value::Integer(n)) = values.get(3) { u32::try_from(*n).unwrap_or(0) } else { 0 };
                out.push(Entry { name: text(1), table: text(2), root, sql: text(4), is_index: text(0) == "index" });
                texts.push((cell.range.start as u64, text(4)));
                cover(&cell, &[], sink);
                !cell.payload.is_cut
            },
            sink,
        );
        sink.kind(PassageKind::Prose);
        for (at, sql) in texts {
            sink.text(&sql, At::Decoded(at));
            sink.text("\n", At::Decoded(at));
        }
        // Tables come before their indexes, whatever the order in which they were made.
        out.sort_by_key(|entry| entry.is_index);
        out
    }

    /// Reads the tree of a table or index.
    fn object(&mut self, entry: &Entry, sink: &mut Sink<'_>) {
        if entry.root == 0 {
            return;
        }
        if entry.is_index {
            sink.kind(PassageKind::Strings);
            return self.tree(entry.root, &mut Records::Text, sink);
        }
        let from = memchr::memmem::find(entry.sql.to_ascii_uppercase().as_bytes(), b"TABLE").map_or(0, |at| at + 5);
        let definition = definition::parse(entry.sql.as_bytes(), from, Dialect { backslash: false });
        if definition.is_none() {
            sink.note(format!("the definition of the table {} is not understood; its columns have no names", entry.table));
        }
        let layout = Layout::of(&entry.name, definition);
        let at = self.pages.place(entry.root).unwrap_or(0) as u64;
        let mut grid = Grid::headed(&layout.name, layout.names.clone(), at);
        self.leaves.clear();
        self.tree(entry.root, &mut Records::Rows(&mut grid, &layout), sink);
        self.freed(&layout, &mut grid, sink);
        grid.end(sink);
    }

    /// Rows that were deleted from the pages of the table. Their bytes are scanned besides.
    fn freed(&self, layout: &Layout, grid: &mut Grid, sink: &mut Sink<'_>) {
        for &start in &self.leaves {
            let page = &self.pages.bytes[start..start + self.pages.usable];
            let header = if start == 0 { 100 } else { 0 };
            for row in freed::rows(page, header, layout.names.len(), self.pages.encoding) {
                grid.row_at(row.cells, (start + row.at) as u64, sink);
            }
        }
    }

    fn tree(&mut self, root: u32, into: &mut Records<'_>, sink: &mut Sink<'_>) {
        self.walk(root, &mut |database, cell, sink| database.take(&cell, into, sink), sink);
    }

    /// Visits the cells that hold records, in the order of their keys.
    fn walk(&mut self, root: u32, take: &mut dyn FnMut(&mut Self, Cell, &mut Sink<'_>) -> bool, sink: &mut Sink<'_>) {
        let mut open = vec![root];
        while let Some(number) = open.pop() {
            let page = self.pages.place(number).filter(|_| self.pages.visit(number));
            let Some((start, page)) = page.and_then(|start| Some((start, self.pages.tree_page(start)?))) else {
                self.broken += 1;
                continue;
            };
            if sink.stopped() {
                return;
            }
            sink.cover(page.head.start as u64..page.head.end as u64, Class::Structure);
            open.extend(page.last_child);
            if page.kind == PageKind::TableLeaf {
                self.leaves.push(start);
            }
            let mut children = Vec::new();
            for &at in &page.cells {
                let Some(cell) = self.pages.cell(start, at, page.kind, true) else {
                    self.broken += 1;
                    continue;
                };
                children.extend(cell.child);
                if page.kind == PageKind::TableInterior {
                    sink.cover(cell.range.start as u64..cell.range.end as u64, Class::Structure);
                } else if !take(self, cell, sink) {
                    self.broken += 1;
                }
            }
            // The first child is to be the next page.
            open.extend(children.into_iter().rev());
        }
    }

    /// Takes a record; false where it is damaged.
    fn take(&mut self, cell: &Cell, into: &mut Records<'_>, sink: &mut Sink<'_>) -> bool {
        let bytes = self.pages.bytes;
        let Some(values) = record(&cell.payload, bytes) else { return false };
        let at = cell.range.start as u64;
        let mut holes = Vec::new();
        match into {
            Records::Rows(grid, layout) => {
                let name = |column: usize| {
                    let column = layout.names.get(column).cloned().unwrap_or_else(|| column.to_string());
                    format!("{}.{column}/{}", layout.name, cell.rowid.map_or_else(|| format!("@{at}"), |n| n.to_string()))
                };
                let mut row = vec![String::new(); values.len()];
                for (i, value) in values.iter().enumerate() {
                    let place = layout.order.get(i).copied().unwrap_or(i);
                    if place >= row.len() {
                        row.resize(place + 1, String::new());
                    }
                    row[place] = match (value, cell.rowid) {
                        (Value::Null, Some(rowid)) if layout.rowid == Some(place) => rowid.to_string(),
                        _ => self.cell_text(value, &cell.payload, &|| name(place), &mut holes, sink),
                    };
                }
                grid.row_at(row, at, sink);
            }
            Records::Text => {
                for value in &values {
                    let text = self.cell_text(value, &cell.payload, &|| format!("index/@{at}"), &mut holes, sink);
                    sink.kind(PassageKind::Strings);
                    sink.text(&text, At::Decoded(at));
                    sink.border();
                }
            }
        }
        cover(cell, &holes, sink);
        !cell.payload.is_cut
    }

    /// A value as a cell. What is a content of its own becomes a member; binary values of no known kind are
    /// holes where they stand in one piece, so that they are scanned.
    fn cell_text(
        &self,
        value: &Value,
        payload: &Payload,
        name: &dyn Fn() -> String,
        holes: &mut Vec<Range<usize>>,
        sink: &mut Sink<'_>,
    ) -> String {
        let bytes = self.pages.bytes;
        match value {
            Value::Null => String::new(),
            Value::Integer(n) => n.to_string(),
            Value::Real(n) => n.to_string(),
            Value::Text(range) if range.len() > LONGEST_TEXT => {
                member(&name(), payload, range, bytes, sink);
                String::new()
            }
            Value::Text(range) => self.pages.encoding.decode(&payload.slice(bytes, range.clone())),
            Value::Blob(range) => {
                let places = payload.places(range.clone());
                let head = payload.slice(bytes, range.start..range.end.min(range.start + 4096));
                if let Some(text) = (range.len() <= 4096).then(|| value::binary(&head)).flatten() {
                    return text;
                }
                match &places[..] {
                    [one] if matches!(detect(&Probe::new(&bytes[one.clone()])), Kind::Unknown) => holes.push(one.clone()),
                    _ => member(&name(), payload, range, bytes, sink),
                }
                String::new()
            }
        }
    }

    /// Free pages that were leaves of a table still hold its rows (section 1.5).
    fn free_pages(&mut self, sink: &mut Sink<'_>) {
        let bytes = self.pages.bytes;
        let mut trunk = be32(bytes, 32).unwrap_or(0);
        let mut grid = Grid::headed("deleted rows", Vec::new(), 0);
        while let Some(start) = self.pages.place(trunk).filter(|_| self.pages.visit(trunk)) {
            let count = (be32(bytes, start + 4).unwrap_or(0) as usize).min((self.pages.usable - 8) / 4);
            let list_end = start + 8 + 4 * count;
            sink.cover(start as u64..list_end as u64, Class::Structure);
            let page_end = start + self.pages.usable;
            rows_without_list(&mut self.pages, list_end..page_end, start, &mut grid, sink);
            for i in 0..count {
                let leaf = be32(bytes, start + 8 + 4 * i).unwrap_or(0);
                if let Some(page) = self.pages.place(leaf).filter(|_| self.pages.visit(leaf)) {
                    rows_of_page(&mut self.pages, page, &mut grid, sink);
                }
            }
            trunk = be32(bytes, start).unwrap_or(0);
        }
        // Pages that nothing names: those of a list that is damaged, or of tables that the schema lost.
        for number in 2..=u32::try_from(bytes.len() / self.pages.size).unwrap_or(u32::MAX - 1) {
            if let Some(page) = self.pages.place(number).filter(|_| !self.pages.was_visited(number)) {
                rows_of_page(&mut self.pages, page, &mut grid, sink);
            }
        }
        grid.end(sink);
    }
}

/// Covers the bytes of a record but for its holes.
fn cover(cell: &Cell, holes: &[Range<usize>], sink: &mut Sink<'_>) {
    for part in std::iter::once(&cell.range).chain(&cell.payload.pages) {
        let mut at = part.start;
        for hole in holes.iter().filter(|hole| part.start <= hole.start && hole.end <= part.end) {
            sink.cover(at as u64..hole.start as u64, Class::Read);
            at = hole.end;
        }
        sink.cover(at as u64..part.end as u64, Class::Read);
    }
}

fn member(name: &str, payload: &Payload, range: &Range<usize>, bytes: &[u8], sink: &mut Sink<'_>) {
    let places = payload.places(range.clone());
    let pieces: Vec<Range<u64>> = places.iter().map(|place| place.start as u64..place.end as u64).collect();
    value::member(name, range.len() as u64, &pieces, &mut Ranges::new(bytes, &pieces), sink);
}

/// The rows of a page that no tree has, if it was a leaf of a table. All of it is scanned besides.
fn rows_of_page(pages: &mut Pages<'_>, start: usize, grid: &mut Grid, sink: &mut Sink<'_>) {
    let Some(page) = pages.tree_page(start).filter(|page| page.kind == PageKind::TableLeaf) else { return };
    for at in page.cells {
        if let Some((row, _)) = loose_row(pages, start, at) {
            grid.row_at(row, at as u64, sink);
        }
    }
}

/// The rows of a page that became a trunk of the list of free pages (section 1.5): its head and the list of its cells
/// were written over, and where the cells are only they themselves say.
fn rows_without_list(pages: &mut Pages<'_>, rest: Range<usize>, start: usize, grid: &mut Grid, sink: &mut Sink<'_>) {
    let mut at = rest.start;
    while let Some(bytes) = pages.bytes.get(at..rest.end).filter(|bytes| !bytes.is_empty()) {
        // Between the list and the cells most pages are zeros.
        at += bytes.iter().take_while(|byte| **byte == 0).count();
        let row = freed::begins_row(pages.bytes.get(at..rest.end).unwrap_or_default()).then(|| loose_row(pages, start, at)).flatten();
        match row.filter(|(row, _)| freed::is_written(row)) {
            Some((row, end)) => {
                grid.row_at(row, at as u64, sink);
                at = end;
            }
            None => at += 1,
        }
    }
}

/// The row of a cell in a page that no tree has, with its number, and where the cell ends.
fn loose_row(pages: &mut Pages<'_>, start: usize, at: usize) -> Option<(Vec<String>, usize)> {
    let cell = pages.cell(start, at, PageKind::TableLeaf, false)?;
    let values = record(&cell.payload, pages.bytes).filter(|values| !values.is_empty())?;
    let mut row = vec![cell.rowid.unwrap_or(0).to_string()];
    row.extend(values.iter().map(|value| match value {
        Value::Null => String::new(),
        Value::Integer(n) => n.to_string(),
        Value::Real(n) => n.to_string(),
        Value::Text(range) => pages.encoding.decode(&cell.payload.slice(pages.bytes, range.clone())),
        Value::Blob(range) => value::binary(&cell.payload.slice(pages.bytes, range.clone())).unwrap_or_default(),
    }));
    Some((row, cell.range.end))
}

/// Page size of a log, if it is one.
fn wal_page(bytes: &[u8]) -> Option<usize> {
    be32(bytes, 8).map(|size| size as usize).filter(|&size| is_page_size(size) && bytes.len() >= 32)
}

/// A log's frames (section 4.1): 24 bytes and a page each.
fn read_wal(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let size = wal_page(bytes).ok_or_else(|| Failure::corrupt(8, "no page size"))?;
    sink.cover(0..32, Class::Structure);
    if loose_pages(bytes, size, 32, 24 + size, 24, sink) > 0 {
        let end = bytes.len() as u64;
        sink.gap(end..end, Cause::Truncated, "the last page is not whole");
    }
    Ok(())
}

/// Sector and page size of a journal, if it is one.
fn journal_page(bytes: &[u8]) -> Option<(usize, usize)> {
    let size = be32(bytes, 24)? as usize;
    let sector = be32(bytes, 20)? as usize;
    (is_page_size(size) && (32..=65_536).contains(&sector)).then_some((sector, size))
}

/// A journal's records (section 3): a page's number, the page, and a checksum.
fn read_journal(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let (sector, size) = journal_page(bytes).ok_or_else(|| Failure::corrupt(20, "no page size"))?;
    sink.cover(0..28, Class::Structure);
    let left = loose_pages(bytes, size, sector, size + 8, 4, sink);
    // Zero pages are stated before the journal is complete, and all that there are where it does not say. Behind the
    // last one it may be filled up with zeros.
    let stated = be32(bytes, 8).filter(|&pages| pages != u32::MAX).map_or(0, u64::from);
    let end = bytes.len() as u64;
    if sector as u64 + stated * (size as u64 + 8) > end || bytes[bytes.len() - left..].iter().any(|byte| *byte != 0) {
        sink.gap(end..end, Cause::Truncated, "the journal ends before its last page does");
    }
    Ok(())
}

/// Rows of pages that stand one after the other, each so far behind the start of its frame. Gives the bytes behind
/// the last whole one.
fn loose_pages(bytes: &[u8], size: usize, first: usize, step: usize, head: usize, sink: &mut Sink<'_>) -> usize {
    let mut left = 0;
    let mut grid = Grid::headed("changed rows", Vec::new(), 0);
    let mut pages = Pages::new(bytes, size, 0, Encoding::Utf8);
    for frame in (first..bytes.len()).step_by(step) {
        let Some(page) = bytes.get(frame + head..frame + head + size) else {
            left = bytes.len() - frame;
            break;
        };
        if sink.stopped() {
            return 0;
        }
        if !page.starts_with(MAGIC) {
            // Which encoding the database has is not said here.
            pages.encoding = guess(page);
            rows_of_page(&mut pages, frame + head, &mut grid, sink);
        }
    }
    grid.end(sink);
    left
}

/// UTF-16 has a zero beside nearly every character of Latin text.
fn guess(page: &[u8]) -> Encoding {
    let pairs = |letter: usize| page.as_chunks::<2>().0.iter().filter(|p| p[letter].is_ascii_alphanumeric() && p[1 - letter] == 0).count();
    match (pairs(0), pairs(1)) {
        (little, big) if little * 6 < page.len() / 2 && big * 6 < page.len() / 2 => Encoding::Utf8,
        (little, big) if little >= big => Encoding::Utf16Le,
        _ => Encoding::Utf16Be,
    }
}
