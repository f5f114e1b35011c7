//! Rows of a sheet or of a table in a document: the first ones are held until they show which of them is the
//! header; what stands before it is text.

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
    held: Vec<Vec<String>>,
    held_bytes: usize,
    table: Option<u32>,
}

impl Grid {
    /// A table of this name, whose encoded bytes begin at `offset`.
    pub fn new(name: &str, offset: u64) -> Self {
        Self { name: name.to_owned(), offset, held: Vec::new(), held_bytes: 0, table: None }
    }

    /// Takes a row.
    pub fn row(&mut self, row: Vec<String>, sink: &mut Sink<'_>) {
        if row.iter().all(String::is_empty) {
            return;
        }
        if self.table.is_some() {
            return push(&row, self.offset, sink);
        }
        self.held_bytes += row.iter().map(|c| c.len() + 24).sum::<usize>();
        self.held.push(row);
        if self.held.len() >= HELD_ROWS || self.held_bytes > HELD_BYTES {
            self.begin(sink);
        }
    }

    /// Begins the table with the rows that were held.
    pub fn begin(&mut self, sink: &mut Sink<'_>) {
        if self.table.is_some() {
            return;
        }
        let rows = std::mem::take(&mut self.held);
        let (first, has_header) = header::find_header(&rows);
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
        let body = first + usize::from(has_header);
        let header = has_header.then(|| &rows[first][..]);
        self.table = Some(sink.facts.tables.len() as u32);
        sink.begin_table(TableFacts::new(&self.name, header, &rows[body..]));
        if let Some(header) = header {
            sink.text(&format!("{}\n", header.join("\t").replace(['\n', '\r'], " ")), At::Decoded(self.offset));
        }
        rows[body..].iter().for_each(|row| push(row, self.offset, sink));
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
}

fn push(row: &[String], offset: u64, sink: &mut Sink<'_>) {
    let cells: Vec<&str> = row.iter().map(String::as_str).collect();
    sink.row(&cells, offset);
}
