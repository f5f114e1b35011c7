//! Codes of several clients in a column whose header names nothing: the numbers are no mention of anybody, but the table
//! is not surely that of whoever is named beside it.

use super::lexicon::{Lexicon, is_numeric};
use super::tables::holder;
use crate::model::Scheme;
use crate::table::{ColumnFacts, ColumnType, TableFacts};
use std::collections::BTreeSet;

/// Of a column of other numbers, so many hold registered codes by chance once in so many.
const BY_CHANCE: f64 = 1e-3;
/// A code that is no number equals a value of another kind no more often.
const BY_CHANCE_LETTERS: f64 = 1e-2;

/// Those whose codes most values of a column of no type are, where chance does not explain it.
pub(super) fn clients(lexicon: &Lexicon, table: &TableFacts) -> BTreeSet<usize> {
    let columns = table.columns.iter().filter(|column| matches!(column.kind, ColumnType::Other | ColumnType::Particulars));
    columns.flat_map(|column| clients_of(lexicon, column, table.rows)).collect()
}

fn clients_of(lexicon: &Lexicon, column: &ColumnFacts, rows: u64) -> BTreeSet<usize> {
    let mut clients = BTreeSet::new();
    let (mut known, mut chance) = (0, 1.0);
    for value in column.values.keys().filter(|value| value.bytes().any(|b| b.is_ascii_digit())) {
        let Some((Scheme::ClientCode | Scheme::TransferAccount, code, holders)) = holder(lexicon, value) else { continue };
        known += 1;
        chance *= if is_numeric(&code) { lexicon.share_of_numbers(&code) } else { BY_CHANCE_LETTERS };
        clients.extend(holders);
    }
    let all = column.values.len();
    if clients.len() < 2 || known * 2 < all || is_counter(column, rows) {
        return BTreeSet::new();
    }
    // There are no more than two to the power of all ways to choose those that are registered.
    if known < all {
        chance *= 2f64.powi(i32::try_from(all).unwrap_or(i32::MAX));
    }
    if chance <= BY_CHANCE { clients } else { BTreeSet::new() }
}

/// Do the rows count themselves: each has the number after that of the row before?
fn is_counter(column: &ColumnFacts, rows: u64) -> bool {
    let mut numbers: Vec<(u64, u64)> = Vec::with_capacity(column.values.len());
    for (value, facts) in &column.values {
        let Ok(number) = value.parse() else { return false };
        numbers.push((number, facts.offset));
    }
    numbers.sort_unstable();
    numbers.len() as u64 == rows && numbers.windows(2).all(|two| two[0].0.checked_add(1) == Some(two[1].0) && two[0].1 <= two[1].1)
}
