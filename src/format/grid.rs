//! Rows of a sheet, of a table in a document or of a database. Where nobody names the columns, the first rows
//! are held until they show which of them is the header; what stands before it is text.

use crate::format::text::header;
use crate::format::{At, PassageKind, Sink};
use crate::table::TableFacts;

/// Rows that are held until the table's header is known, and bytes of them at most.
const HELD_ROWS: usize = 256;
const HELD_BYTES: usize = 1 << 20;

/// A table whose rows come one by one.
pub struct Grid {
    name: String,
    offset: u64,
    /// The names of its columns, where they are known without looking at rows. Rows of such tables come mixed
    /// with those of others; they are handed on in bunches.
    header: Option<Vec<String>>,
    /// The row that was found to be the header.
    found: Option<Vec<String>>,
    held: Vec<(u64, Vec<String>)>,
    held_bytes: usize,
    table: Option<u32>,
}

impl Grid {
    /// A table of this name, whose encoded bytes begin at `offset`.
    pub fn new(name: &str, offset: u64) -> Self {
        Self { name: name.to_owned(), offset, header: None, found: None, held: Vec::new(), held_bytes: 0, table: None }
    }

    /// A table whose columns have these names; empty where nobody knows them, and no row is a header.
    pub fn headed(name: &str, header: Vec<String>, offset: u64) -> Self {
        Self { header: Some(header), ..Self::new(name, offset) }
    }

    /// Takes a row.
    pub fn row(&mut self, row: Vec<String>, sink: &mut Sink<'_>) {
        if row.iter().any(|cell| !cell.is_empty()) {
            self.row_at(row, self.offset, sink);
        }
    }

    /// Takes a row that stands at this offset in the item, be it empty.
    pub fn row_at(&mut self, row: Vec<String>, at: u64, sink: &mut Sink<'_>) {
        if self.table.is_some() && self.header.is_none() {
            return self.push(&row, at, sink);
        }
        self.held_bytes += row.iter().map(|c| c.len() + 24).sum::<usize>();
        self.held.push((at, row));
        if self.held.len() >= HELD_ROWS || self.held_bytes > HELD_BYTES {
            self.begin(sink);
        }
    }

    /// Begins the table with the rows that were held, or goes on with them.
    pub fn begin(&mut self, sink: &mut Sink<'_>) {
        let held = std::mem::take(&mut self.held);
        self.held_bytes = 0;
        if let Some(ordinal) = self.table {
            if !held.is_empty() {
                sink.resume_table(ordinal);
                held.iter().for_each(|(at, row)| self.push(row, *at, sink));
            }
            return;
        }
        let (places, mut rows): (Vec<u64>, Vec<Vec<String>>) = held.into_iter().unzip();
        let (first, has_header) = if self.header.is_some() { (0, false) } else { header::find_header(&rows) };
        sink.kind(PassageKind::Prose);
        sink.border();
        sink.text(&self.name, At::Decoded(self.offset));
        sink.border();
        for title in &rows[..first] {
            sink.text(&format!("{}\n", title.join("\t")), At::Decoded(self.offset));
        }
        if rows.is_empty() {
            return;
        }
        self.found = has_header.then(|| std::mem::take(&mut rows[first]));
        let header = self.found.as_ref().or(self.header.as_ref().filter(|header| !header.is_empty()));
        let body = first + usize::from(has_header);
        self.table = Some(sink.facts.tables.len() as u32);
        sink.begin_table(TableFacts::new(&self.name, header.map(Vec::as_slice), &rows[body..]));
        if let Some(header) = header {
            sink.text(&format!("{}\n", header.join("\t").replace(['\n', '\r'], " ")), At::Decoded(self.offset));
        }
        rows[body..].iter().zip(&places[body..]).for_each(|(row, at)| self.push(row, *at, sink));
    }

    /// Text that is in no row.
    pub fn aside(&self, text: &str, sink: &mut Sink<'_>) {
        if text.is_empty() {
            return;
        }
        sink.kind(PassageKind::Prose);
        sink.border();
        sink.text(text, At::Decoded(self.offset));
        sink.border();
        if let Some(table) = self.table {
            sink.kind(PassageKind::Rows(table));
        }
    }

    /// Ends the table.
    pub fn end(mut self, sink: &mut Sink<'_>) {
        self.begin(sink);
        sink.kind(PassageKind::Prose);
    }

    /// Hands on a row; the header, where it comes again, is text.
    fn push(&self, row: &[String], offset: u64, sink: &mut Sink<'_>) {
        if self.found.as_ref().is_some_and(|header| header::is_repeated(header, row)) {
            return sink.text(&format!("{}\n", row.join("\t").replace(['\n', '\r'], " ")), At::Decoded(offset));
        }
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        sink.row(&cells, offset);
    }
}
