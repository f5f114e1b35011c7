//! Listings in columns, for programs that analyse: Apache Parquet and Arrow IPC files. The same rows as in the CSVs, with
//! typed columns; text on one line, and nothing put before it.

mod arrow;
mod flatbuffer;
mod parquet;
#[cfg(test)]
mod tests;

use super::cells::plain;
use super::listing::{Cell, Listing};
use anyhow::{Result, bail};
use arrow::Arrow;
use parquet::Parquet;
use std::io::Write;

/// Rows of one batch (a row group of Parquet, a record batch of Arrow), and bytes of text from which on it is full.
const BATCH_ROWS: usize = 1 << 16;
const BATCH_TEXT: usize = 32 << 20;
/// Level of Zstandard.
const LEVEL: i32 = 3;

/// Columns of numbers, in whatever listing they stand.
const NUMBERS: &[&str] = &["offset", "count", "bytes", "owner_items", "counterparty_items", "owner_bytes", "individuals", "gap_items"];
/// Columns of truth values.
const TRUTHS: &[&str] = &["depends"];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Text,
    Number,
    Truth,
}

impl Type {
    fn of(column: &str) -> Self {
        match column {
            _ if NUMBERS.contains(&column) => Self::Number,
            _ if TRUTHS.contains(&column) => Self::Truth,
            _ => Self::Text,
        }
    }
}

/// Values of one column.
enum Values {
    /// Where each text ends, and all of them.
    Text(Vec<u32>, Vec<u8>),
    Number(Vec<u64>),
    Truth(Vec<bool>),
}

impl Values {
    fn new(of: Type) -> Self {
        match of {
            Type::Text => Self::Text(Vec::new(), Vec::new()),
            Type::Number => Self::Number(Vec::new()),
            Type::Truth => Self::Truth(Vec::new()),
        }
    }

    fn push(&mut self, cell: &Cell<'_>) -> bool {
        match (self, cell) {
            (Self::Text(ends, bytes), Cell::Text(text)) => {
                bytes.extend_from_slice(plain(text).as_bytes());
                ends.push(bytes.len() as u32);
            }
            (Self::Number(numbers), Cell::Number(number)) => numbers.push(*number),
            (Self::Truth(truths), Cell::Truth(truth)) => truths.push(*truth),
            _ => return false,
        }
        true
    }

    fn clear(&mut self) {
        match self {
            Self::Text(ends, bytes) => {
                ends.clear();
                bytes.clear();
            }
            Self::Number(numbers) => numbers.clear(),
            Self::Truth(truths) => truths.clear(),
        }
    }
}

/// Truth values, eight in a byte, the first in the lowest bit.
fn packed(truths: &[bool]) -> Vec<u8> {
    truths.chunks(8).map(|eight| eight.iter().enumerate().fold(0, |byte, (bit, truth)| byte | u8::from(*truth) << bit)).collect()
}

/// Some rows of a listing, column by column.
struct Batch {
    rows: usize,
    columns: Vec<Values>,
}

/// Takes the rows of a listing, and writes them in both formats, batch by batch.
pub(super) struct Columns<'w> {
    listing: &'static Listing,
    batch: Batch,
    /// Bytes of text in the batch.
    text: usize,
    parquet: Parquet<'w>,
    arrow: Arrow<'w>,
}

impl<'w> Columns<'w> {
    pub fn new(listing: &'static Listing, parquet: &'w mut dyn Write, arrow: &'w mut dyn Write) -> Result<Self> {
        let columns = listing.columns.iter().map(|column| Values::new(Type::of(column))).collect();
        let (parquet, arrow) = (Parquet::new(listing, parquet)?, Arrow::new(listing, arrow)?);
        Ok(Self { listing, batch: Batch { rows: 0, columns }, text: 0, parquet, arrow })
    }

    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        for ((column, cell), name) in self.batch.columns.iter_mut().zip(cells).zip(self.listing.columns) {
            if !column.push(cell) {
                bail!("a value of the column {name} is of another type than the column");
            }
            self.text += if let Cell::Text(text) = cell { text.len() } else { 0 };
        }
        self.batch.rows += 1;
        if self.batch.rows >= BATCH_ROWS || self.text >= BATCH_TEXT { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<()> {
        self.parquet.batch(&self.batch)?;
        self.arrow.batch(&self.batch)?;
        (self.batch.rows, self.text) = (0, 0);
        self.batch.columns.iter_mut().for_each(Values::clear);
        Ok(())
    }

    pub fn end(mut self) -> Result<()> {
        if self.batch.rows > 0 {
            self.write()?;
        }
        self.parquet.end()?;
        self.arrow.end()
    }
}

/// A sink that knows how much it has taken.
struct Counting<'w> {
    sink: &'w mut dyn Write,
    at: u64,
}

impl Counting<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.at += bytes.len() as u64;
        Ok(self.sink.write_all(bytes)?)
    }
}
