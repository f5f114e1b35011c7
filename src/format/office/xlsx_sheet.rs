//! One worksheet (ECMA-376 part 1, 18.3): its rows as a table, the rest of its text beside it.

use super::page_header::printed;
use super::xlsx_merged::Merged;
use super::xlsx_strings::{SharedStrings, xlsx_string};
use super::xlsx_styles::Styles;
use crate::format::Sink;
use crate::format::grid::Grid;
use crate::format::text::entity;
use crate::format::text::markup::{Lexer, Token, attribute, local};
use std::io::{self, Read};

/// Empty cells before a cell are kept up to this column; sparse rows beyond it are closed up.
pub(super) const ALIGNED: usize = 1024;
/// A row or cell with more text than this is not held, but read as text.
const MAX_ROW: usize = 4 << 20;

/// Reads one sheet.
pub struct SheetReader<'x> {
    grid: Grid,
    strings: &'x mut SharedStrings,
    styles: &'x Styles,
    merged: Merged,
    row: Vec<String>,
    /// Its number, from 1.
    number: usize,
    row_bytes: usize,
    cell: Cell,
    /// Text that is in no cell.
    aside: String,
}

#[derive(Default)]
struct Cell {
    column: usize,
    kind: Kind,
    style: Option<usize>,
    value: String,
    formula: String,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[default]
    Number,
    Shared,
    Boolean,
    Text,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum In {
    Nothing,
    Value,
    Inline,
    Formula,
    /// What is printed at the head and foot of each page.
    Heading,
}

impl<'x> SheetReader<'x> {
    /// A reader for the sheet of this name with these merged cells, whose encoded bytes begin at `offset`.
    pub fn new(name: &str, merged: Merged, strings: &'x mut SharedStrings, styles: &'x Styles, offset: u64) -> Self {
        let (grid, cell) = (Grid::sheet(name, offset), Cell::default());
        Self { grid, strings, styles, merged, row: Vec::new(), number: 0, row_bytes: 0, cell, aside: String::new() }
    }

    /// Reads the sheet. What was read before an error is pushed.
    pub fn read(mut self, lexer: &mut Lexer<&mut dyn Read>, sink: &mut Sink<'_>) -> io::Result<()> {
        let result = self.walk(lexer, sink);
        self.end_row(sink);
        self.grid.begin(sink);
        self.push_aside(sink);
        self.grid.end(sink);
        result
    }

    fn walk(&mut self, lexer: &mut Lexer<&mut dyn Read>, sink: &mut Sink<'_>) -> io::Result<()> {
        let (mut inside, mut in_data, mut in_cell, mut phonetic, mut rows) = (In::Nothing, false, false, false, 0u64);
        while let Some((_, token)) = lexer.token()? {
            match token {
                Token::Start(name, attributes, empty) => match local(name) {
                    "sheetData" => in_data = !empty,
                    "row" if in_data => {
                        self.end_row(sink);
                        let number = attribute(attributes, "r").and_then(|r| r.parse().ok());
                        self.number = number.unwrap_or(self.number.saturating_add(1));
                        rows += 1;
                        if rows.is_multiple_of(1024) && sink.stopped() {
                            return Ok(());
                        }
                    }
                    "c" if in_data => {
                        self.begin_cell(attributes);
                        in_cell = !empty;
                    }
                    "v" if in_cell && !empty => inside = In::Value,
                    "f" if in_cell && !empty => inside = In::Formula,
                    "t" if in_cell && !empty && !phonetic => inside = In::Inline,
                    "rPh" => phonetic = !empty,
                    "oddHeader" | "evenHeader" | "firstHeader" | "oddFooter" | "evenFooter" | "firstFooter" if !empty => {
                        inside = In::Heading
                    }
                    _ if !in_data => self.keep_attributes(attributes),
                    _ => {}
                },
                Token::End(name) => match local(name) {
                    "c" if in_cell => {
                        self.end_cell();
                        in_cell = false;
                        inside = In::Nothing;
                    }
                    "sheetData" => {
                        self.end_row(sink);
                        in_data = false;
                    }
                    "rPh" => phonetic = false,
                    "v" | "f" | "t" => inside = In::Nothing,
                    _ if inside == In::Heading => inside = In::Nothing,
                    _ => {}
                },
                Token::Text(text) | Token::Raw(text) | Token::Aside(text) => {
                    let text = if matches!(token, Token::Raw(_)) { text.into() } else { entity::decode(text) };
                    match inside {
                        In::Value if self.cell.value.len() < MAX_ROW => self.cell.value.push_str(&text),
                        In::Inline if self.cell.value.len() < MAX_ROW => {
                            self.cell.kind = Kind::Text;
                            self.cell.value.push_str(&text);
                        }
                        In::Formula if self.cell.formula.len() < 64 << 10 => self.cell.formula.push_str(&text),
                        _ if text.trim().is_empty() => {}
                        In::Heading => {
                            self.aside.push_str(&printed(&text));
                            self.aside.push('\u{1E}');
                        }
                        _ => {
                            self.aside.push_str(&text);
                            self.aside.push('\u{1E}');
                        }
                    }
                }
            }
            if self.aside.len() > 64 << 10 {
                self.push_aside(sink);
            }
        }
        Ok(())
    }

    fn begin_cell(&mut self, attributes: &str) {
        let column = attribute(attributes, "r").and_then(|r| column_of(&r)).unwrap_or(self.cell.column + 1);
        let kind = match attribute(attributes, "t").as_deref() {
            Some("s") => Kind::Shared,
            Some("b") => Kind::Boolean,
            Some("n") | None => Kind::Number,
            Some(_) => Kind::Text,
        };
        let style = attribute(attributes, "s").and_then(|s| s.parse().ok());
        self.cell = Cell { column, kind, style, value: String::new(), formula: String::new() };
    }

    fn end_cell(&mut self) {
        let value = std::mem::take(&mut self.cell.value);
        let formula = std::mem::take(&mut self.cell.formula);
        if formula.contains('"') {
            self.aside.push_str(&formula);
            self.aside.push('\u{1E}');
        }
        let shown = match self.cell.kind {
            Kind::Shared => match value.trim().parse().ok().and_then(|n| self.strings.get(n)) {
                Some(text) => text.to_owned(),
                None => value,
            },
            Kind::Boolean if value.trim() == "1" => "TRUE".to_owned(),
            Kind::Boolean if value.trim() == "0" => "FALSE".to_owned(),
            Kind::Number => self.styles.show(value.trim(), self.cell.style),
            Kind::Boolean => value,
            Kind::Text => xlsx_string(value),
        };
        if shown.is_empty() {
            return;
        }
        let place = self.cell.column.saturating_sub(1);
        if place < ALIGNED && self.row.len() < place {
            self.row.resize(place, String::new());
        }
        self.row_bytes += shown.len();
        if self.row_bytes > MAX_ROW {
            self.aside.push_str(&shown);
            self.aside.push('\u{1E}');
            return;
        }
        match self.row.get_mut(place) {
            Some(cell) if cell.is_empty() => *cell = shown,
            _ => self.row.push(shown),
        }
    }

    fn end_row(&mut self, sink: &mut Sink<'_>) {
        self.cell.column = 0;
        self.row_bytes = 0;
        let mut row = std::mem::take(&mut self.row);
        self.merged.fill(self.number, &mut row);
        self.grid.row(row, sink);
    }

    /// Keeps the words among the attributes of what is no cell: links, validations, filters, names.
    fn keep_attributes(&mut self, attributes: &str) {
        for (_, _, value) in crate::format::text::markup::attributes(attributes) {
            let mut run = 0;
            let worded = value.chars().any(|c| {
                run = if c.is_alphabetic() { run + 1 } else { 0 };
                run == 3
            });
            if worded && !value.starts_with("http://schemas.") {
                self.aside.push_str(&entity::decode(value));
                self.aside.push('\u{1E}');
            }
        }
    }

    fn push_aside(&mut self, sink: &mut Sink<'_>) {
        self.grid.aside(&std::mem::take(&mut self.aside), sink);
    }
}

/// The column and row of a cell reference, from 1: `B7` is 2 and 7.
pub(super) fn cell_of(reference: &str) -> Option<(usize, usize)> {
    let digits = reference.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '$').replace('$', "");
    Some((column_of(reference.trim_start_matches('$'))?, digits.parse().ok()?))
}

/// The column of a cell reference, from 1: `B7` is 2.
fn column_of(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let column = letters.take(4).fold(0usize, |n, b| n * 26 + usize::from(b.to_ascii_uppercase() - b'A' + 1));
    (column > 0).then_some(column)
}

#[cfg(test)]
mod tests {
    use super::column_of;

    #[test]
    fn references_name_columns() {
        assert_eq!(
            [column_of("A1"), column_of("Z9"), column_of("AA1"), column_of("XFD1048576"), column_of("7")],
            [Some(1), Some(26), Some(27), Some(16384), None]
        );
    }
}
