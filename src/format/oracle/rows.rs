//! Rows of one table of an export: the first ones show what the columns hold; text is cells, bytes are members or
//! left to the scan.

use super::value::Type;
use crate::format::ranges::Ranges;
use crate::format::{At, Sink};
use crate::model::Class;
use crate::table::TableFacts;
use std::ops::Range;

/// Rows that are held until the table begins.
const SAMPLE: usize = 256;
/// Text of a value up to this size is a cell; longer text is a member.
const LONGEST: usize = 16 << 20;

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub name: String,
    pub kind: Type,
    /// Bytes that it may hold, where it says so.
    pub length: usize,
    /// Character set of its text.
    pub set: u16,
    /// May its values have any length?
    pub is_large: bool,
}

/// Takes the rows of a table in their order.
pub(super) struct Rows<'a> {
    bytes: &'a [u8],
    name: String,
    columns: Vec<Column>,
    held: Vec<(u64, Vec<String>)>,
    ordinal: Option<u32>,
}

impl<'a> Rows<'a> {
    /// A table without rows.
    pub fn new(bytes: &'a [u8], name: &str, columns: Vec<Column>) -> Self {
        Self { bytes, name: name.to_owned(), columns, held: Vec::new(), ordinal: None }
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Takes a row whose values stand in these pieces of the item, and which takes `range`.
    pub fn row(&mut self, values: Vec<Vec<Range<usize>>>, range: Range<usize>, sink: &mut Sink<'_>) {
        let mut cells = Vec::with_capacity(values.len());
        let mut covered = range.start;
        for (pieces, i) in values.into_iter().zip(0..) {
            let column = &self.columns[i];
            let length = pieces.iter().map(Range::len).sum::<usize>();
            let whole = || pieces.iter().flat_map(|piece| &self.bytes[piece.clone()]).copied().collect::<Vec<u8>>();
            let shown = if length <= LONGEST && column.kind != Type::Bytes { column.kind.show(&whole(), column.set) } else { None };
            if length == 0 || shown.is_some() {
                cells.push(shown.filter(|_| length > 0).unwrap_or_default());
                continue;
            }
            if column.is_large {
                let name = format!("{}.{} (byte {})", self.name, column.name, range.start);
                let pieces: Vec<Range<u64>> = pieces.iter().map(|piece| piece.start as u64..piece.end as u64).collect();
                sink.member_in_pieces(name.as_bytes(), &pieces, &mut Ranges::new(self.bytes, &pieces));
            } else {
                // Left to the scan.
                for piece in pieces {
                    sink.cover(covered as u64..piece.start as u64, Class::Read);
                    covered = piece.end;
                }
            }
            cells.push(String::new());
        }
        sink.cover(covered as u64..range.end as u64, Class::Read);
        let at = range.start as u64;
        match self.ordinal {
            Some(ordinal) => push(&cells, at, ordinal, sink),
            None => {
                self.held.push((at, cells));
                if self.held.len() >= SAMPLE {
                    self.begin(sink);
                }
            }
        }
    }

    /// No more rows come.
    pub fn end(mut self, sink: &mut Sink<'_>) {
        self.begin(sink);
    }

    fn begin(&mut self, sink: &mut Sink<'_>) {
        if self.ordinal.is_some() || self.held.is_empty() {
            return;
        }
        let header: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        let (places, rows): (Vec<u64>, Vec<Vec<String>>) = std::mem::take(&mut self.held).into_iter().unzip();
        let ordinal = sink.facts.tables.len() as u32;
        self.ordinal = Some(ordinal);
        sink.begin_table(TableFacts::new(&self.name, Some(&header), &rows));
        let at = places.first().copied().unwrap_or(0);
        sink.text(&format!("{}\n", header.join("\t").replace(['\n', '\r'], " ")), At::Decoded(at));
        rows.iter().zip(places).for_each(|(row, at)| push(row, at, ordinal, sink));
    }
}

fn push(cells: &[String], at: u64, ordinal: u32, sink: &mut Sink<'_>) {
    sink.resume_table(ordinal);
    sink.row(&cells.iter().map(String::as_str).collect::<Vec<_>>(), at);
}
