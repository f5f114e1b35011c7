//! Rows as they stand on pages that are not compressed ("FixedVar"): status bits, columns of fixed length, a bitmap
//! of nulls, and columns of variable length behind an array of their ends.

use super::page::le16;
use std::ops::Range;

/// What kind of row it is, by bits 1 to 3 of its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A row, also one that was moved or deleted and is still there.
    Row,
    /// Says where a row was moved to.
    Stub,
    /// A piece of a large value.
    Piece,
}

/// One record.
#[derive(Clone, Debug)]
pub(super) struct Record<'a> {
    pub kind: Kind,
    /// The page up to the slot array, from the record's first byte on.
    bytes: &'a [u8],
    /// Where the columns of fixed length end.
    pub fixed_end: usize,
    nulls: Range<usize>,
    columns: usize,
    /// The array of ends.
    ends: Range<usize>,
    /// Where the record ends.
    pub end: usize,
}

/// Row versions hang this many bytes behind a record.
const VERSION: usize = 14;
/// A stub is its first byte and the place of the row.
const STUB: usize = 9;

/// Is a row that begins with this byte deleted, and only not yet taken away? Those of compressed tables have the lowest
/// bit set, and other numbers for their kinds.
pub(super) fn is_ghost(status: u8) -> bool {
    match status & 1 {
        0 => status >> 1 & 7 >= 5,
        _ => status >> 2 & 1 == 1,
    }
}

impl<'a> Record<'a> {
    /// The record at the start of these bytes, which end where the slot array begins.
    pub fn of(bytes: &'a [u8]) -> Option<Self> {
        let status = *bytes.first()?;
        let kind = match status >> 1 & 7 {
            2 => Kind::Stub,
            4 => Kind::Piece,
            _ => Kind::Row,
        };
        let empty = Self { kind, bytes, fixed_end: STUB, nulls: 0..0, columns: 0, ends: 0..0, end: STUB };
        if kind == Kind::Stub {
            return (bytes.len() >= STUB).then_some(empty);
        }
        let fixed_end = usize::from(le16(bytes, 2)?);
        if status & 1 != 0 || !(4..=bytes.len()).contains(&fixed_end) {
            return None;
        }
        let mut record = Self { fixed_end, end: fixed_end, ..empty };
        if status & 0x10 != 0 {
            record.columns = usize::from(le16(bytes, record.end)?);
            record.nulls = record.end + 2..record.end + 2 + record.columns.div_ceil(8);
            record.end = record.nulls.end;
        }
        if status & 0x20 != 0 {
            let count = usize::from(le16(bytes, record.end)?);
            record.ends = record.end + 2..record.end + 2 + 2 * count;
            record.end = record.ends.end;
            let mut last = record.end;
            for i in 0..count {
                let end = usize::from(le16(bytes, record.ends.start + 2 * i)? & 0x7FFF);
                if end < last {
                    return None;
                }
                last = end;
            }
            record.end = last;
        }
        (record.end <= bytes.len()).then_some(record).map(|mut record| {
            if status & 0x40 != 0 {
                record.end = (record.end + VERSION).min(bytes.len());
            }
            record
        })
    }

    /// Is the column with this place in the bitmap (from zero) null? Columns that were added later are.
    pub fn is_null(&self, bit: usize) -> bool {
        self.bytes
            .get(self.nulls.start + bit / 8)
            .filter(|_| bit < self.columns)
            .map_or(!self.nulls.is_empty(), |b| b >> (bit % 8) & 1 != 0)
    }

    /// Bytes of the fixed part.
    pub fn fixed(&self, at: usize, length: usize) -> Option<&'a [u8]> {
        (at + length <= self.fixed_end).then(|| &self.bytes[at..at + length])
    }

    /// How many columns of variable length it holds.
    pub fn variable_columns(&self) -> usize {
        self.ends.len() / 2
    }

    /// A column of variable length, where it begins in the record, and whether the value itself stands elsewhere.
    pub fn variable(&self, i: usize) -> Option<(Range<usize>, bool)> {
        if i >= self.variable_columns() {
            return None;
        }
        let end = |i: usize| le16(self.bytes, self.ends.start + 2 * i);
        let start = if i == 0 { self.ends.end } else { usize::from(end(i - 1)? & 0x7FFF) };
        let own = end(i)?;
        Some((start..usize::from(own & 0x7FFF), own & 0x8000 != 0))
    }

    /// Bytes of the record.
    pub fn bytes(&self, range: Range<usize>) -> &'a [u8] {
        self.bytes.get(range).unwrap_or_default()
    }
}
