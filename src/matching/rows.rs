//! The rows and cells of a passage of a table, and what their columns say of what stands in them.

use super::passage::{Found, label_for};
use crate::identifier::Specific;
use crate::identifier::inline::Label;
use crate::model::Scheme;
use crate::table::{ColumnType, TableFacts};
use crate::tokens::words_of;
use std::ops::Range;

/// The rows and cells of a passage of a table.
pub(super) struct Rows<'a> {
    text: &'a str,
    table: Option<&'a TableFacts>,
    /// Starts of rows.
    rows: Vec<usize>,
    /// Starts of cells, those of rows among them.
    cells: Vec<usize>,
}

impl<'a> Rows<'a> {
    pub fn new(text: &'a str, table: Option<&'a TableFacts>) -> Self {
        let (mut rows, mut cells) = (vec![0], vec![0]);
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'\n' if at + 1 < text.len() => {
                    rows.push(at + 1);
                    cells.push(at + 1);
                }
                b'\t' => cells.push(at + 1),
                _ => {}
            }
        }
        Self { text, table, rows, cells }
    }

    pub fn row(&self, at: usize) -> Range<usize> {
        let n = self.rows.partition_point(|&start| start <= at);
        let start = n.checked_sub(1).map_or(0, |n| self.rows[n]);
        start..self.rows.get(n).copied().unwrap_or(self.text.len())
    }

    /// Column and start of the cell at a place.
    pub fn cell(&self, at: usize) -> (usize, usize) {
        let row = self.row(at).start;
        let cell = self.cells.partition_point(|&start| start <= at).saturating_sub(1);
        let first = self.cells.partition_point(|&start| start < row);
        (cell.saturating_sub(first), self.cells.get(cell).copied().unwrap_or(row))
    }

    /// The cell at a place, without surrounding blanks.
    pub fn cell_span(&self, at: usize) -> Range<usize> {
        let start = self.cell(at).1;
        let end = self.text[start..].find(['\t', '\n']).map_or(self.text.len(), |i| start + i);
        let cell = &self.text[start..end];
        let lead = cell.len() - cell.trim_start().len();
        start + lead..start + lead + cell.trim().len()
    }

    /// How many cells of each column are not blank.
    pub fn filled(&self) -> Vec<usize> {
        let mut filled = Vec::new();
        for row in self.text.lines() {
            for (column, cell) in row.split('\t').enumerate() {
                if filled.len() <= column {
                    filled.push(0);
                }
                if let Some(count) = filled.get_mut(column) {
                    *count += usize::from(!cell.trim().is_empty());
                }
            }
        }
        filled
    }

    pub fn is_typed(&self, found: &Found) -> bool {
        let column = self.table.and_then(|table| table.columns.get(self.cell(found.span.start).0));
        column.is_some_and(|column| match column.kind {
            ColumnType::BankId { .. } | ColumnType::Iban(_) | ColumnType::ClientId(Specific::Exact) => !column.many_values,
            _ => false,
        }) && self.cell_span(found.span.start) == found.span
    }

    /// The header of its column as a label, or the cell to its left where there is no header for it.
    pub fn label(&self, found: &Found, scheme: &Scheme) -> Option<Specific> {
        if self.cell_span(found.span.start) != found.span {
            return None;
        }
        let (column, start) = self.cell(found.span.start);
        if let Some(header) = self.table.and_then(|table| table.header.get(column)) {
            let label = words_of(header);
            if label.iter().any(|word| {
                matches!(
                    word.as_str(),
                    "to" | "receiver" | "receiving" | "beneficiary" | "creditor" | "counterparty" | "destination" | "dest"
                )
            }) {
                return None;
            }
            if let Some(specific) = label_for(&Label::of(label.iter().map(String::as_str).collect()), scheme) {
                return Some(specific);
            }
        }
        let row = self.row(found.span.start);
        let left = self.text[row.start..start].strip_suffix('\t')?.rsplit('\t').next()?;
        let label = words_of(left);
        if label.len() > 4 { None } else { label_for(&Label::of(label.iter().map(String::as_str).collect()), scheme) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_their_column_and_their_bounds() {
        let text = "id\tname \t\r\n\tNorth\t 7 \r\nlast\t";
        let rows = Rows::new(text, None);
        let cell = |part: &str| {
            let at = text.find(part).expect("a part of it");
            (rows.cell(at).0, &text[rows.cell_span(at)])
        };
        assert_eq!(["id", "name", "North", "7", "last"].map(cell), [(0, "id"), (1, "name"), (1, "North"), (2, "7"), (0, "last")]);
        assert_eq!(rows.cell(text.len()), (1, text.len()));
        assert_eq!(rows.filled(), [2, 2, 1]);
        assert_eq!((Rows::new("", None).cell(0), Rows::new("a\n", None).row(0)), ((0, 0), 0..2));
    }
}
