use super::Outcome;
use super::cells::{Table, safe_cell};
use anyhow::Result;
use std::borrow::Cow;

/// A value of a row, typed, so that a workbook can tell a number from an identifier made of digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell<'c> {
    Text(Cow<'c, str>),
    Number(u64),
    Truth(bool),
}

impl Cell<'_> {
    /// As it stands in a CSV.
    fn csv(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => safe_cell(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Truth(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
        }
    }
}

impl<'c> From<&'c str> for Cell<'c> {
    fn from(text: &'c str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Cell<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Cell<'_> {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

/// How much a row weighs for a verdict. Where an output has no room for all rows, those that weigh more stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// Decides or keeps open.
    Decides,
    /// Bears on a verdict.
    Bears,
    /// Is there for completeness.
    Background,
}

/// Takes the rows of a listing, one by one.
pub(super) type Push<'p> = dyn FnMut(Weight, &[Cell<'_>]) -> Result<()> + 'p;

/// A table of the output: the same rows stand in a CSV, in a sheet of the workbook, and some in columns.
pub(super) struct Listing {
    pub columns: &'static [&'static str],
    /// Gives every row, in the order of the output.
    pub rows: fn(&Outcome<'_>, &mut Push<'_>) -> Result<()>,
}

impl Listing {
    /// Writes it as CSV, and hands the same rows on.
    pub fn csv(&self, outcome: &Outcome<'_>, sink: &mut dyn std::io::Write, push: &mut Push<'_>) -> Result<()> {
        let mut table = Table::new(sink, self.columns)?;
        (self.rows)(outcome, &mut |weight, cells| {
            table.row(cells.iter().map(Cell::csv))?;
            push(weight, cells)
        })?;
        table.end()
    }
}
