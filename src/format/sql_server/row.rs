//! One row: its columns as cells, and which of its bytes became text. What did not is left to the scan.

use super::catalogue::{Column, Stands, Table};
use super::cells::Cells;
use super::compressed::{self, Prefixes, Value};
use super::page::SIZE;
use super::record::{Kind, Record};
use super::value::{Type, text, wide};
use std::ops::Range;

/// Which bytes of a page became cells, or are structure.
pub(super) struct Marks([u64; SIZE / 64]);

/// What a row is besides cells.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A row.
    Row,
    /// A record that is no row: it says where a row is.
    Aside,
    /// Not a record.
    Broken,
}

/// A value that is not in its row.
#[derive(Debug)]
pub(super) struct Away {
    /// The column's place in the row's cells, and what it holds where that is known.
    pub column: usize,
    pub kind: Option<Type>,
    pub pointer: Range<usize>,
}

/// What the columns of a row gave. The next row uses its memory again.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub cells: Cells,
    pub away: Vec<Away>,
    /// Bytes in the row that are a value of no text, by their places in the page.
    pub binaries: Vec<(usize, Range<usize>)>,
    /// A value that its client has encrypted.
    pub encrypted: Option<usize>,
    /// Columns whose layout is known were all found where they should be.
    pub is_typed: bool,
}

impl Marks {
    pub fn new() -> Self {
        Self([0; SIZE / 64])
    }

    /// These bytes are accounted for.
    pub fn add(&mut self, range: Range<usize>) {
        let end = range.end.min(SIZE);
        let mut at = range.start;
        while at < end {
            let (word, bit) = (at / 64, at % 64);
            let upto = (64 - bit).min(end - at);
            self.0[word] |= (u64::MAX >> (64 - upto)) << bit;
            at += upto;
        }
    }

    /// Stretches of a page that hold something and are not accounted for.
    pub fn open(&self, page: &[u8]) -> Vec<Range<usize>> {
        let mut out: Vec<Range<usize>> = Vec::new();
        for ((i, word), bytes) in self.0.iter().enumerate().zip(page.chunks_exact(64)).filter(|((_, word), _)| **word != u64::MAX) {
            // One bit for each byte that holds something, and then of those that are not accounted for.
            let filled = bytes.iter().rev().fold(0, |bits: u64, byte| bits << 1 | u64::from(*byte != 0));
            let mut open = filled & !word;
            while open != 0 {
                let start = open.trailing_zeros();
                let length = (open >> start).trailing_ones();
                open &= u64::MAX.checked_shl(start + length).unwrap_or(0);
                let run = 64 * i + start as usize..64 * i + (start + length) as usize;
                match out.last_mut() {
                    // A few zeros stand in text of two bytes per character, and between short values.
                    Some(last) if run.start - last.end < 8 && (last.end..run.start).all(|between| !self.has(between)) => last.end = run.end,
                    _ => out.push(run),
                }
            }
        }
        out
    }

    fn has(&self, at: usize) -> bool {
        self.0[at / 64] >> (at % 64) & 1 != 0
    }
}

/// Reads the record at `at` of a page whose slot array begins at `end`, into `row`.
pub(super) fn read(
    page: &[u8],
    at: usize,
    end: usize,
    table: Option<&Table>,
    prefixes: &Prefixes<'_>,
    marks: &mut Marks,
    row: &mut Row,
) -> Found {
    row.cells.begin(0);
    row.away.clear();
    row.binaries.clear();
    (row.encrypted, row.is_typed) = (None, table.is_some());
    let bytes = &page[at..end];
    let found = if bytes.first().is_some_and(|status| status & 1 != 0) {
        compressed_row(bytes, at, table, prefixes, marks, row)
    } else {
        plain_row(bytes, at, table, marks, row)
    };
    found.unwrap_or(Found::Broken)
}

fn plain_row(bytes: &[u8], at: usize, table: Option<&Table>, marks: &mut Marks, row: &mut Row) -> Option<Found> {
    let record = Record::of(bytes)?;
    if record.kind == Kind::Stub {
        marks.add(at..at + record.end);
        return Some(Found::Aside);
    }
    if record.kind == Kind::Piece {
        return Some(Found::Aside);
    }
    // Status, the end of the fixed part, the bitmap and the array of ends.
    let variable = record.variable(0).map_or(record.end, |(range, _)| range.start);
    marks.add(at..at + 4);
    marks.add(at + record.fixed_end..at + variable);
    let Some(table) = table else {
        for i in 0..record.variable_columns() {
            let (range, is_away) = record.variable(i)?;
            row.guess(record.bytes(range.clone()), at + range.start, is_away, marks);
        }
        return Some(Found::Row);
    };
    for column in table.columns.iter().filter(|column| column.is_shown) {
        row.plain_cell(&record, column, at, marks);
    }
    // Behind the columns of a row that was moved stands where it was.
    for i in table.variable..record.variable_columns() {
        match record.variable(i)? {
            (range, true) if record.bytes(range.clone()).starts_with(&[0, 4]) => marks.add(at + range.start..at + range.end),
            _ => row.is_typed = false,
        }
    }
    for column in table.columns.iter().filter(|column| !column.is_shown) {
        if let Some((range, _)) = match column.stands {
            Stands::Variable(i) => record.variable(i),
            Stands::Fixed(_) | Stands::Bit(..) | Stands::Sparse => None,
        } {
            marks.add(at + range.start..at + range.end);
        }
    }
    Some(Found::Row)
}

fn compressed_row(
    bytes: &[u8],
    at: usize,
    table: Option<&Table>,
    prefixes: &Prefixes<'_>,
    marks: &mut Marks,
    row: &mut Row,
) -> Option<Found> {
    let record = compressed::Record::of(bytes)?;
    if record.is_stub {
        marks.add(at..at + record.end);
        return Some(Found::Aside);
    }
    if record.lacks_symbols(prefixes) {
        row.is_typed = false;
    }
    let Some(table) = table else {
        row.cells.begin(record.len());
        for i in 0..record.len() {
            row.cells.set(i, &guess_compressed(&record.value(i, prefixes)));
        }
        return Some(Found::Row);
    };
    row.cells.begin(table.shown);
    let mut all = true;
    for i in 0..record.len() {
        let column = table.by_bit.get(i).copied().flatten();
        let value = record.value(i, prefixes);
        let Some(column) = column else {
            all &= value == Value::Null;
            continue;
        };
        let Some(place) = table.places[column] else { continue };
        let kind = table.columns[column].kind;
        match &value {
            Value::Null => {}
            Value::True => row.cells.set(place, "1"),
            Value::Bytes(bytes) => all &= row.cells.put(place, |out| kind.push_compressed(bytes, out)).is_some(),
            Value::Away(pointer) => {
                row.away.push(Away { column: place, kind: Some(kind), pointer: at + pointer.start..at + pointer.end });
            }
        }
    }
    // Values that are no text, and rows that do not fit the catalogue, are searched as they stand.
    if all {
        marks.add(at..at + record.end);
    }
    Some(Found::Row)
}

impl Row {
    fn plain_cell(&mut self, record: &Record<'_>, column: &Column, at: usize, marks: &mut Marks) {
        let cell = self.cells.add();
        let range = match column.stands {
            Stands::Fixed(place) => column.kind.length().map(|length| place..place + length),
            Stands::Bit(place, _) => Some(place..place + 1),
            Stands::Variable(_) => None,
            Stands::Sparse => {
                self.is_typed = false;
                return;
            }
        };
        if let Some(range) = range {
            // A column that was added later is not in rows from before.
            let Some(bytes) = record.fixed(range.start, range.len()) else { return };
            let place = at + range.start..at + range.end;
            if record.is_null(column.bit) {
                return marks.add(place);
            }
            let shifted = [bytes.first().map_or(0, |byte| if let Stands::Bit(_, bit) = column.stands { byte >> bit } else { 0 })];
            let bytes = if column.kind == Type::Bit { &shifted } else { bytes };
            return self.put(cell, column.kind, bytes, place, marks);
        }
        let Stands::Variable(i) = column.stands else { return };
        let Some((range, is_away)) = record.variable(i) else { return };
        let (bytes, place) = (record.bytes(range.clone()), at + range.start..at + range.end);
        if record.is_null(column.bit) {
            return;
        }
        let old_pointer =
            bytes.len() == 16 && matches!(column.kind, Type::Text(_, None) | Type::Wide(None) | Type::Binary(None)) && is_pointer(bytes);
        if is_away || old_pointer {
            marks.add(place.clone());
            return self.away.push(Away { column: cell, kind: Some(column.kind), pointer: place });
        }
        self.put(cell, column.kind, bytes, place, marks);
    }

    fn put(&mut self, cell: usize, kind: Type, bytes: &[u8], place: Range<usize>, marks: &mut Marks) {
        match self.cells.put(cell, |out| kind.push(bytes, out)) {
            Some(()) => marks.add(place),
            None if is_sealed(bytes) && !matches!(kind, Type::Binary(Some(_))) => self.encrypted = Some(cell),
            None if matches!(kind, Type::Binary(_)) => self.binaries.push((cell, place)),
            None => {}
        }
    }

    /// A value of a column that nothing is known of.
    fn guess(&mut self, bytes: &[u8], at: usize, is_away: bool, marks: &mut Marks) {
        let cell = self.cells.add();
        let place = at..at + bytes.len();
        if is_away || is_pointer(bytes) {
            marks.add(place.clone());
            self.away.push(Away { column: cell, kind: None, pointer: place });
        } else if let Some(text) = guess(bytes) {
            self.cells.set(cell, &text);
            marks.add(place);
        }
    }
}

/// Could these be the sixteen bytes that lead to an old text value? They name a page and a file.
fn is_pointer(bytes: &[u8]) -> bool {
    bytes.len() == 16 && bytes[4..8] == [0; 4] && bytes[8..12] != [0; 4] && bytes[13] == 0 && bytes[12] != 0 && bytes[15] < 4
}

/// Text that was encrypted by its client (Always Encrypted): a version, a code of 32 bytes, a vector, and blocks.
fn is_sealed(bytes: &[u8]) -> bool {
    bytes.first() == Some(&1) && bytes.len() >= 65 && (bytes.len() - 49).is_multiple_of(16)
}

/// The text that a value of an unknown column seems to be: UTF-16 where every second byte says so, or mostly
/// printable characters of one byte.
pub(super) fn guess(bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() {
        return Some(String::new());
    }
    let narrow_in_wide = bytes.as_chunks::<2>().0.iter().filter(|pair| pair[1] == 0 && pair[0] >= b' ').count();
    if bytes.len().is_multiple_of(2) && narrow_in_wide * 4 >= bytes.len() {
        return wide(bytes);
    }
    let printable = bytes.iter().filter(|byte| !byte.is_ascii_control() || byte.is_ascii_whitespace()).count();
    (printable == bytes.len()).then(|| text(bytes, 0).into_owned())
}

/// A value of an unknown column of a compressed table: text as it seems, and the number that it would be.
fn guess_compressed(value: &Value<'_>) -> String {
    let Value::Bytes(bytes) = value else { return String::new() };
    let text = guess(bytes).or_else(|| super::scsu::decode(bytes).filter(|text| !text.chars().any(char::is_control)));
    let mut number = String::new();
    let number = (1..=8).contains(&bytes.len()).then(|| Type::Whole(8).push_compressed(bytes, &mut number)).flatten().map(|()| number);
    match (text, number) {
        (Some(text), Some(number)) => format!("{text} {number}"),
        (text, number) => text.or(number).unwrap_or_default(),
    }
}
