//! The rows and cells of a passage of a table, and what their columns say of what stands in them.

use super::passage::{Found, label_for};
use crate::identifier::Specific;
use crate::identifier::inline::Label;
use crate::index::tokens::words_of;
use crate::model::Scheme;
use crate::table::{ColumnType, TableFacts};
use std::ops::Range;

/// The rows and cells of a passage of a table.
pub(super) struct Rows<'a> {
    text: &'a str,
    table: Option<&'a TableFacts>,
    /// Starts of rows.
    rows: Vec<usize>,
}

impl<'a> Rows<'a> {
    pub fn new(text: &'a str, table: Option<&'a TableFacts>) -> Self {
        let rows = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).filter(|&at| at < text.len()).collect();
        Self { text, table, rows }
    }

    pub fn row(&self, at: usize) -> Range<usize> {
        let n = self.rows.partition_point(|&start| start <= at);
        let start = n.checked_sub(1).map_or(0, |n| self.rows[n]);
        start..self.rows.get(n).copied().unwrap_or(self.text.len())
    }

    /// Column and start of the cell at a place.
    pub fn cell(&self, at: usize) -> (usize, usize) {
        let row = self.row(at);
        let before = &self.text[row.start..at];
        (before.matches('\t').count(), before.rfind('\t').map_or(row.start, |i| row.start + i + 1))
    }

    /// The cell at a place, without surrounding blanks.
    pub fn cell_span(&self, at: usize) -> Range<usize> {
        let start = self.cell(at).1;
        let end = self.text[start..].find(['\t', '\n']).map_or(self.text.len(), |i| start + i);
        let cell = &self.text[start..end];
        let lead = cell.len() - cell.trim_start().len();
        start + lead..start + lead + cell.trim().len()
    }

    pub fn filled(&self, column: usize) -> usize {
        self.text.lines().filter(|row| row.split('\t').nth(column).is_some_and(|cell| !cell.trim().is_empty())).count()
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
