//! The system's own tables, as far as they tell names and layouts of the others. Their own layout is fixed: their
//! columns of fixed length stand in the order of their declaration (sys.sysschobjs and its kin, as OrcaMDF lists
//! them). Objects have rowsets, rowsets have columns and allocation units, and pages name their unit.

use super::page::{HEADER, Header, SIZE, le16, le32, le64};
use super::record::{Kind, Record};
use super::value::{Type, wide};
use std::collections::HashMap;

/// Rows of the catalogue that are kept.
const MOST_ROWS: usize = 1 << 22;
/// Columns of a table.
const MOST_COLUMNS: usize = 30_000;

/// Units of the tables that are read: the number of the object, and above it the index that it is stored in.
const COLUMN_STORAGE: u64 = 3 << 16;
const ROWSETS: u64 = 5 << 16;
const UNITS: u64 = 7 << 16;
const OBJECTS: u64 = 1 << 48 | 34 << 16;
const COLUMNS: u64 = 1 << 48 | 41 << 16;

/// Does this unit hold a table that is read here?
pub(super) fn is_catalogue(unit: u64) -> bool {
    matches!(unit, COLUMN_STORAGE | ROWSETS | UNITS | OBJECTS | COLUMNS)
}

/// Where a column stands in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// At this place of the fixed part.
    Fixed(usize),
    /// A bit of the byte at this place.
    Bit(usize, u8),
    /// The column of variable length with this number.
    Variable(usize),
    /// Among the sparse columns, which one column of variable length holds together.
    Sparse,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Empty for one that was dropped.
    pub name: String,
    pub kind: Type,
    pub stands: Stands,
    /// Its place in the bitmap of nulls, from zero; rows of compressed tables have their values in this order.
    pub bit: usize,
    /// Is it written out? What only tells rows apart is not.
    pub is_shown: bool,
}

/// A table, as its rows are stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    /// Columns by their place in the bitmap of nulls.
    pub by_bit: Vec<Option<usize>>,
    /// The place of each column among those that are shown.
    pub places: Vec<Option<usize>>,
    /// How many are shown.
    pub shown: usize,
    /// So many columns of variable length are known.
    pub variable: usize,
    /// A table of the system itself.
    pub is_system: bool,
}

#[derive(Debug)]
struct Stored {
    id: i32,
    kind: u32,
    collation: u32,
    status: u32,
    offset: i16,
    bit: u16,
    bit_in_byte: u8,
}

#[derive(Debug)]
struct Rowset {
    object: i32,
    index: i32,
    compression: u8,
}

/// What the catalogue says.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    /// Allocation units: their rowset and their kind.
    units: HashMap<u64, (u64, u8)>,
    rowsets: HashMap<u64, Rowset>,
    storage: HashMap<u64, Vec<Stored>>,
    objects: HashMap<i32, (String, [u8; 2])>,
    columns: HashMap<(i32, i32), (String, u32)>,
    rows: usize,
    /// The collation of the database.
    collation: u32,
}

impl Catalogue {
    /// Reads the pages at these places.
    pub fn of(bytes: &[u8], pages: &[usize], collation: u32) -> Self {
        let mut catalogue = Self { collation, ..Self::default() };
        let mut room = [0; SIZE];
        for &at in pages {
            let page = &bytes[at..at + SIZE];
            let Some(header) = Header::of(page) else { continue };
            let page = header.restored(page, &mut room);
            let end = SIZE - 2 * header.slots;
            for slot in header.records(page).filter(|slot| (HEADER..end).contains(slot)) {
                if let Some(record) = Record::of(&page[slot..end]).filter(|record| record.kind == Kind::Row) {
                    catalogue.row(header.unit, &record);
                }
            }
        }
        catalogue
    }

    /// Takes one row; one that is too short says nothing.
    fn row(&mut self, unit: u64, record: &Record<'_>) -> Option<()> {
        self.rows += 1;
        if self.rows > MOST_ROWS {
            return None;
        }
        let row = record.fixed(0, record.fixed_end)?;
        let int = |at: usize| le32(row, at).map(|n| n as i32);
        let name = || wide(record.bytes(record.variable(0)?.0));
        match unit {
            COLUMN_STORAGE => self.storage.entry(le64(row, 4)?).or_default().push(Stored {
                id: int(12)?,
                kind: le32(row, 28)?,
                collation: le32(row, 32)?,
                status: le32(row, 40)?,
                offset: le16(row, 44)? as i16,
                bit: le16(row, 48)?,
                bit_in_byte: *row.get(52)?,
            }),
            ROWSETS => {
                let rowset = Rowset { object: int(13)?, index: int(17)?, compression: row.get(39).copied().unwrap_or(0) };
                self.rowsets.insert(le64(row, 4)?, rowset);
            }
            UNITS => _ = self.units.insert(le64(row, 4)?, (le64(row, 13)?, *row.get(12)?)),
            OBJECTS => _ = self.objects.insert(int(4)?, (name()?, [*row.get(17)?, *row.get(18)?])),
            COLUMNS => _ = self.columns.insert((int(4)?, int(10)?), (name().unwrap_or_default(), le32(row, 23)?)),
            _ => {}
        }
        Some(())
    }

    /// Was nothing found that names tables?
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() || self.storage.is_empty() || self.rowsets.is_empty()
    }

    /// The object that an allocation unit belongs to, and the table whose rows it holds.
    pub fn table(&self, unit: u64) -> Option<(i32, Table)> {
        let (rowset, kind) = self.units.get(&unit)?;
        let Rowset { object, index, .. } = self.rowsets.get(rowset)?;
        if *kind != 1 || *index > 1 {
            return None;
        }
        let (name, type_) = self.objects.get(object)?;
        let mut stored: Vec<&Stored> = self.storage.get(rowset)?.iter().take(MOST_COLUMNS).collect();
        stored.sort_by_key(|column| column.id);
        let columns: Vec<Column> = stored.into_iter().map(|column| self.column(*object, column)).collect();
        let width = columns.iter().map(|column| column.bit + 1).max().unwrap_or(0).min(MOST_COLUMNS);
        let mut by_bit = vec![None; width];
        for (i, column) in columns.iter().enumerate() {
            if let Some(place) = by_bit.get_mut(column.bit) {
                *place = Some(i);
            }
        }
        let mut shown = 0..;
        let places: Vec<Option<usize>> = columns.iter().map(|column| if column.is_shown { shown.next() } else { None }).collect();
        let shown = shown.start;
        let last = |column: &Column| if let Stands::Variable(i) = column.stands { Some(i + 1) } else { None };
        let variable = columns.iter().filter_map(last).max().unwrap_or(0);
        let is_system = type_ == b"S ";
        (!columns.is_empty()).then(|| (*object, Table { name: name.clone(), columns, by_bit, places, shown, variable, is_system }))
    }

    fn column(&self, object: i32, stored: &Stored) -> Column {
        let (name, collation) = self.columns.get(&(object, stored.id)).cloned().unwrap_or_default();
        let collation = [stored.collation, collation, self.collation].into_iter().find(|id| *id != 0).unwrap_or(0);
        let [id, low, high, _] = stored.kind.to_le_bytes();
        let kind = match id {
            106 | 108 => Type::of(id, 0, low, high, collation),
            41..=43 => Type::of(id, 0, 0, low, collation),
            _ => Type::of(id, u16::from_le_bytes([low, high]), 0, 0, collation),
        };
        let (dropped, tells_apart) = (stored.status & 2 != 0, stored.status & 16 != 0);
        let stands = match stored.offset {
            0 => Stands::Sparse,
            at @ 1.. if kind == Type::Bit => Stands::Bit(at as usize, stored.bit_in_byte & 7),
            at @ 1.. => Stands::Fixed(at as usize),
            at => Stands::Variable(usize::from(at.unsigned_abs() - 1)),
        };
        let name = if dropped { String::new() } else { name };
        Column { name, kind, stands, bit: usize::from(stored.bit.saturating_sub(1)), is_shown: !tells_apart }
    }

    /// Tables that are stored by column, which is not decoded.
    pub fn by_column(&self) -> Vec<&str> {
        let stored = self.rowsets.values().filter(|rowset| matches!(rowset.compression, 3 | 4));
        let mut names: Vec<&str> = stored.filter_map(|rowset| self.objects.get(&rowset.object)).map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
