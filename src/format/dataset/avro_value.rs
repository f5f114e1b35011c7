//! Records of Avro (Specification 1.12, "Binary Encoding"), each walked into the cells of a row.

use super::add;
use super::avro_schema::{Schema, Slot, Type, TypeId};
use crate::format::Sink;
use crate::format::database::value;
use crate::model::Cause;
use crate::model::{varint, zigzag};
use std::ops::Range;

/// Values inside of values.
const DEEPEST: usize = 200;

/// Bytes of records that were not yet read.
pub(super) struct Bytes<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Why a record is not read to its end.
pub(super) type Broken = (Cause, &'static str);

const CUT: Broken = (Cause::Corrupt, "a record does not end in its block");

impl<'a> Bytes<'a> {
    /// These bytes, from their start.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How far they were read.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Were they read to their end?
    pub fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// The next bytes.
    pub fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..)?.get(..length)?;
        self.at += length;
        Some(taken)
    }

    /// A number: groups of seven bits, the lowest first, small ones of either sign short.
    pub fn long(&mut self) -> Option<i64> {
        let (number, end) = varint(self.bytes, self.at)?;
        self.at = end;
        Some(zigzag(number))
    }

    /// Bytes behind their length.
    pub fn sized(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.long()?).ok()?;
        self.take(length)
    }

    /// How many entries a part of an array or a map has; 0 at its end. Where its size stands beside, it is not needed.
    pub fn entries(&mut self) -> Option<u64> {
        let count = self.long()?;
        if count < 0 {
            self.long()?;
        }
        Some(count.unsigned_abs())
    }
}

/// Walks records.
pub(super) struct Records<'s> {
    pub schema: &'s Schema,
    pub root: TypeId,
    pub slot: &'s Slot,
    /// Columns of a row.
    pub width: usize,
}

/// Where a record goes.
struct Row<'r, 's> {
    cells: Vec<String>,
    /// Where its block stands, for contents that are in values.
    block: Range<u64>,
    number: u64,
    sink: &'r mut Sink<'s>,
}

impl Records<'_> {
    /// The next record as a row. What was read of a broken one is in the row, too.
    pub fn next(&self, bytes: &mut Bytes<'_>, block: Range<u64>, number: u64, sink: &mut Sink<'_>) -> (Vec<String>, Result<(), Broken>) {
        let mut row = Row { cells: vec![String::new(); self.width], block, number, sink };
        let result = self.value(bytes, self.root, self.slot, &mut row, 0);
        (row.cells, result)
    }

    fn value(&self, bytes: &mut Bytes<'_>, of: TypeId, slot: &Slot, row: &mut Row<'_, '_>, depth: usize) -> Result<(), Broken> {
        if depth > DEEPEST {
            return Err((Cause::LimitDepth, "values are nested too deep"));
        }
        match &self.schema.types[of] {
            Type::Null => {}
            Type::Boolean => match bytes.take(1).ok_or(CUT)? {
                [0] => row.put(slot, "false"),
                [1] => row.put(slot, "true"),
                _ => return Err((Cause::Corrupt, "a truth value is neither")),
            },
            Type::Int(meaning) => row.put(slot, &meaning.number(bytes.long().ok_or(CUT)?, 32)),
            Type::Long(meaning) => row.put(slot, &meaning.number(bytes.long().ok_or(CUT)?, 64)),
            Type::Float => {
                let raw = bytes.take(4).and_then(<[u8]>::first_chunk).ok_or(CUT)?;
                row.put(slot, &f32::from_le_bytes(*raw).to_string());
            }
            Type::Double => {
                let raw = bytes.take(8).and_then(<[u8]>::first_chunk).ok_or(CUT)?;
                row.put(slot, &f64::from_le_bytes(*raw).to_string());
            }
            Type::Bytes(meaning) => {
                let raw = bytes.sized().ok_or(CUT)?;
                row.bytes(slot, raw, meaning.bytes(raw));
            }
            Type::Fixed(size, meaning) => {
                let raw = bytes.take(*size).ok_or(CUT)?;
                row.bytes(slot, raw, meaning.bytes(raw));
            }
            Type::Enum(symbols) => {
                let place = usize::try_from(bytes.long().ok_or(CUT)?).ok();
                row.put(slot, place.and_then(|place| symbols.get(place)).ok_or((Cause::Corrupt, "a symbol that its enum has not"))?);
            }
            Type::Record(fields) => {
                for (place, (_, field)) in fields.iter().enumerate() {
                    self.value(bytes, *field, slot.part(place), row, depth + 1)?;
                }
            }
            Type::Union(branches) => {
                let place = usize::try_from(bytes.long().ok_or(CUT)?).ok().filter(|place| *place < branches.len());
                let place = place.ok_or((Cause::Corrupt, "a branch that its union has not"))?;
                self.value(bytes, branches[place], slot.part(place), row, depth + 1)?;
            }
            Type::Array(items) => self.entries(bytes, |bytes| self.value(bytes, *items, slot.items(), row, depth + 1))?,
            Type::Map(values) => self.entries(bytes, |bytes| {
                let key = bytes.sized().ok_or(CUT)?;
                row.put(slot.keys(), &value::text(key));
                self.value(bytes, *values, slot.items(), row, depth + 1)
            })?,
        }
        Ok(())
    }

    /// Reads the entries of an array or a map.
    fn entries<'b>(&self, bytes: &mut Bytes<'b>, mut each: impl FnMut(&mut Bytes<'b>) -> Result<(), Broken>) -> Result<(), Broken> {
        loop {
            let count = bytes.entries().ok_or(CUT)?;
            if count == 0 {
                return Ok(());
            }
            for _ in 0..count {
                let before = bytes.at();
                each(bytes)?;
                // Entries that take no bytes are all the same, however many there are said to be.
                if bytes.at() == before {
                    break;
                }
            }
        }
    }
}

impl Row<'_, '_> {
    fn put(&mut self, slot: &Slot, value: &str) {
        if let Slot::Column(place) = slot
            && let Some(cell) = self.cells.get_mut(*place)
        {
            add(cell, value);
        }
    }

    fn bytes(&mut self, slot: &Slot, raw: &[u8], meant: Option<String>) {
        let cell = meant.unwrap_or_else(|| {
            let place = if let Slot::Column(place) = slot { *place } else { 0 };
            value::decoded(raw, &format!("{place}/{}", self.number), self.block.clone(), self.sink)
        });
        self.put(slot, &cell);
    }
}

impl Slot {
    /// Where a field or a branch goes.
    fn part(&self, place: usize) -> &Self {
        match self {
            Self::Parts(parts) => parts.get(place).unwrap_or(self),
            Self::Column(_) | Self::Items(_) | Self::Entries(_) => self,
        }
    }

    /// Where the values of an array or a map go.
    fn items(&self) -> &Self {
        match self {
            Self::Items(items) => items,
            Self::Entries(entries) => &entries.1,
            Self::Column(_) | Self::Parts(_) => self,
        }
    }

    /// Where the keys of a map go.
    fn keys(&self) -> &Self {
        match self {
            Self::Entries(entries) => &entries.0,
            Self::Column(_) | Self::Parts(_) | Self::Items(_) => self,
        }
    }
}
