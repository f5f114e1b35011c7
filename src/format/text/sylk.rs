//! SYLK spreadsheets ("The SYLK File Format", Microsoft, sections "Record Descriptions" and "Escape Sequences"): a record
//! per cell, which says its row and column where they are others than those of the last one.

use super::encoding;
use super::stretch::{beginning, body, parts, stretches};
use crate::format::grid::Grid;
use crate::format::{Failure, Format, Probe, Runs, Sink};
use crate::model::Class;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// A spreadsheet in SYLK.
pub const FORMAT: Format = Format {
    name: "sylk",
    media_type: "text/spreadsheet",
    recognise,
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &[
        "cells right of column 1,024 are text, not cells of rows",
        "formulas are not computed; the values that were saved are read",
    ],
};

/// Columns of a sheet.
const COLUMNS: u32 = 1024;
/// Bytes of cells that wait for others of their rows: a sheet may be written column by column.
const HELD: usize = 16 << 20;
/// About so much memory a cell takes besides its text.
const OF_CELL: usize = 64;

fn recognise(probe: &Probe<'_>) -> bool {
    // Nearly everything is told by this.
    if memchr::memchr(b'D', &probe.head[..probe.head.len().min(16)]).is_none() {
        return false;
    }
    beginning(probe, 4 << 10).is_some_and(|text| {
        let mut lines = text.lines();
        let is_headed = lines.next().is_some_and(|first| first == "ID" || first.starts_with("ID;"));
        let is_record =
            |line: &str| matches!(line.split(';').next(), Some("B" | "C" | "F" | "P" | "O" | "NN" | "NU" | "NE" | "W" | "E" | ""));
        is_headed && lines.next().is_some_and(|second| is_record(second) && (second.contains(';') || second == "E"))
    })
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    super::embedded::read_beside(bytes, sink, read_text)
}

fn read_text(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let encoding = encoding::detect(bytes).ok_or_else(|| Failure::corrupt(0, "no text in an encoding that is known"))?;
    let (range, mark) = body(bytes, encoding);
    sink.cover(mark, Class::Structure);
    let mut sheet = Sheet { grid: Grid::sheet("", range.start as u64), rows: BTreeMap::new(), held: 0, row: 1, column: 1, is_ended: false };
    for part in parts(bytes, encoding, range) {
        for stretch in stretches(bytes, encoding, part) {
            let mut place = 0;
            for line in stretch.text.split_inclusive('\n') {
                sheet.record(line.trim_end_matches(['\r', '\n']), stretch.offset(place), sink);
                place += line.len();
            }
            stretch.cover(sink);
        }
        if sink.stopped() {
            break;
        }
    }
    sheet.hand_on(None, sink);
    sheet.grid.end(sink);
    match sheet.is_ended || sink.stopped() {
        true => Ok(()),
        false => Err(Failure::truncated(bytes.len() as u64, "the record that ends it is missing")),
    }
}

/// Cells of a row, and where the first of them stands.
struct Cells {
    at: u64,
    cells: BTreeMap<u32, String>,
}

struct Sheet {
    grid: Grid,
    /// Rows that wait for further cells, by their numbers.
    rows: BTreeMap<u32, Cells>,
    held: usize,
    /// The place of the last cell, which holds where a record names no other.
    row: u32,
    column: u32,
    is_ended: bool,
}

impl Sheet {
    fn record(&mut self, line: &str, at: u64, sink: &mut Sink<'_>) {
        let mut fields = fields(line).into_iter();
        let kind = fields.next().unwrap_or_default();
        self.is_ended |= kind == "E";
        if kind != "C" && kind != "F" {
            return self.grid.aside_at(line, at, sink);
        }
        let (mut value, mut others) = (None, String::new());
        for field in fields {
            let Some(name) = field.chars().next() else { continue };
            let rest = &field[name.len_utf8()..];
            match (name, rest.parse::<u32>()) {
                ('Y', Ok(row)) => self.row = row,
                ('X', Ok(column)) => self.column = column,
                ('K', _) if kind == "C" => value = Some(decoded(rest)),
                // A remark, and a formula with what it names.
                ('A' | 'E', _) if kind == "C" => others.push_str(&format!("{}\n", decoded(rest))),
                _ => {}
            }
        }
        self.grid.aside_at(&others, at, sink);
        let Some(value) = value.filter(|value| !value.is_empty()) else { return };
        if self.column > COLUMNS {
            return self.grid.aside_at(&value, at, sink);
        }
        self.held += value.len() + OF_CELL;
        let row = self.rows.entry(self.row).or_insert_with(|| Cells { at, cells: BTreeMap::new() });
        row.cells.insert(self.column.saturating_sub(1), value);
        if self.held > HELD {
            self.hand_on(Some(self.row), sink);
        }
    }

    /// Hands on the rows that are held, but for this one.
    fn hand_on(&mut self, but: Option<u32>, sink: &mut Sink<'_>) {
        // A row that is the only one is held no longer.
        let kept = but.filter(|_| self.rows.len() > 1).and_then(|row| self.rows.remove_entry(&row));
        for (_, row) in std::mem::take(&mut self.rows) {
            let width = row.cells.last_key_value().map_or(0, |(last, _)| *last as usize + 1);
            let mut cells = vec![String::new(); width];
            for (column, value) in row.cells {
                if let Some(cell) = cells.get_mut(column as usize) {
                    *cell = value;
                }
            }
            self.grid.row_at(cells, row.at, sink);
        }
        self.rows.extend(kept);
        self.held = self.rows.values().flat_map(|row| row.cells.values()).map(|cell| cell.len() + OF_CELL).sum();
    }
}

/// The fields of a record: a semicolon that is doubled, or that ends an escape, parts none.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c == ';' && chars.next_if_eq(&';').is_none() {
            fields.push(String::new());
            continue;
        }
        let Some(field) = fields.last_mut() else { break };
        field.push(c);
        if c == '\u{1B}' {
            field.extend(chars.by_ref().take(2));
        }
    }
    fields
}

/// A value without its quotes, its escapes as what they mean.
fn decoded(value: &str) -> String {
    let value = value.strip_prefix('"').map_or(value, |value| value.strip_suffix('"').unwrap_or(value));
    if !value.contains('\u{1B}') {
        return value.to_owned();
    }
    let (mut out, mut chars) = (String::with_capacity(value.len()), value.chars());
    while let Some(c) = chars.next() {
        match c {
            '\u{1B}' => match (chars.next(), chars.next()) {
                (Some('N'), Some(accent)) => match combining(accent) {
                    Some(mark) => {
                        out.extend(chars.next());
                        out.push(mark);
                    }
                    None => out.push_str(if accent == '{' { "ß" } else { " " }),
                },
                // A byte by its two halves; those below the blank are line ends.
                (Some(high @ '\u{20}'..='\u{2F}'), Some(low @ '\u{30}'..='\u{3F}')) => {
                    let byte = (high as u8 & 15) << 4 | (low as u8 & 15);
                    match byte {
                        ..0x20 => out.push(' '),
                        _ => out.push_str(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0),
                    }
                }
                _ => {}
            },
            c => out.push(c),
        }
    }
    out.nfc().collect()
}

/// Accents that stand before their letter (ISO 6937, table 3).
fn combining(accent: char) -> Option<char> {
    Some(match accent {
        'A' => '\u{300}',
        'B' => '\u{301}',
        'C' => '\u{302}',
        'D' => '\u{303}',
        'H' => '\u{308}',
        'J' => '\u{30A}',
        'K' => '\u{327}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::detect;
    use crate::format::testing::read_with;

    const SHEET: &str = "ID;PWXL;N;E\r\nP;PGeneral\r\nF;P0;DG0G8;M255\r\nB;Y3;X3;D0 0 2 2\r\n\
                         C;Y1;X1;K\"client_id\"\r\nC;X2;K\"name\"\r\nC;X3;K\"note\"\r\n\
                         C;Y2;X1;K480213\r\nC;X2;K\"Ann Lee\"\r\nC;X3;K\"a;;b\u{1B} :c\"\r\n\
                         F;P0;Y3;X1\r\nC;K480213\r\nC;X2;K\"J\u{1B}NHorg Ek\"\r\nE\r\n";

    #[test]
    fn cells_are_rows_wherever_they_stand() {
        assert_eq!(detect(&Probe::new(SHEET.as_bytes())).name(), "sylk");
        let wanted = ["480213\tAnn Lee\ta;b c", "480213\tJörg Ek"];
        // Row by row, and column by column.
        let by_columns = "ID;P\nC;X1;Y1;K\"client_id\"\nC;Y2;K480213\nC;Y3;K480213\nC;X2;Y1;K\"name\"\nC;Y2;K\"Ann Lee\"\n\
                          C;Y3;K\"J\u{1B}NHorg Ek\"\nC;X3;Y2;K\"a\u{1B}#;b\u{1B} :c\"\nE\n";
        for sheet in [SHEET, by_columns] {
            read_with(read, sheet.as_bytes(), |sink, out| {
                let text = out.text();
                assert!(wanted.iter().all(|row| text.contains(row)), "{text:?}");
                assert_eq!(sink.facts.tables.iter().map(|table| table.rows).collect::<Vec<_>>(), [2]);
                assert!(sink.coverage.clone().partition(sheet.len() as u64).iter().all(|(_, covered)| covered.is_some()));
            });
        }
    }

    #[test]
    fn other_text_is_none() {
        for text in ["ID;name;city\n1;Ann;Lincoln\n", "ID\nAE4471\n", "IDENTITY;P\nC;X1\n", "E\nE\n"] {
            assert_ne!(detect(&Probe::new(text.as_bytes())).name(), "sylk", "{text:?}");
        }
    }

    #[test]
    fn no_input_panics_and_no_byte_is_lost() {
        for cut in 0..SHEET.len() {
            let mut broken = SHEET.as_bytes()[..cut].to_vec();
            read_with(read, &broken, |_, _| ());
            broken.extend(b"C;Y4294967295;X4294967295;K\"far\"\nC;X0;Y0;K1\n\x1B\nC;K\x1B");
            broken[cut / 2] ^= 0x21;
            read_with(read, &broken, |sink, _| {
                let is_covered = sink.coverage.clone().partition(broken.len() as u64).iter().all(|(_, covered)| covered.is_some());
                assert!(is_covered || encoding::detect(&broken).is_none(), "{cut}");
            });
        }
    }
}
