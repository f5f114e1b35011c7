//! Persons that the entries of a list share: whoever looks after several clients is none of their customers.

use super::figures::is_figure;
use super::typing::{LOOKED_AT, Typed};
use super::{ColumnType, Side, held};
use crate::model::DataElement;
use std::collections::HashSet;

/// Entries that a list has at least.
const ENTRIES: usize = 3;

/// In a table with about one row per institution, columns of persons of whom each stands with two entries or more on the
/// average are of no type. Accounts and cards count as the persons': where they differ from row to row, so do these. Beside
/// sums that may be somebody's, the same person may have payments with many banks.
pub(super) fn leave_out(types: &mut [Typed], header: &[String], sample: &[Vec<String>]) {
    let is_persons = |kind: &ColumnType| kind.element().is_some_and(|element| element != DataElement::Amount);
    if !types.iter().any(|typed| is_persons(&typed.kind)) {
        return;
    }
    let is_sum = |kind: &ColumnType| matches!(kind, ColumnType::Amount | ColumnType::Sums);
    let is_open = |(column, typed): (usize, &Typed)| is_sum(&typed.kind) && !header.get(column).is_some_and(|name| is_figure(name));
    if types.iter().enumerate().any(is_open) {
        return;
    }
    let names_entries = |kind: &ColumnType| {
        matches!(kind, ColumnType::ClientId(_) | ColumnType::BankId { side: Side::Neutral, .. } | ColumnType::InstitutionName)
    };
    let persons: Vec<usize> = (0..types.len()).filter(|&column| is_persons(&types[column].kind)).collect();
    let entries = (0..types.len()).filter(|&column| names_entries(&types[column].kind));
    let is_of_many = |column: usize| {
        let rows =
            sample.iter().take(LOOKED_AT).filter_map(|row| Some((held(row.get(column)?), row))).filter(|(entry, _)| !entry.is_empty());
        let (mut all, mut spoken) = (0_usize, 0_usize);
        let (mut named, mut distinct) = (HashSet::new(), HashSet::new());
        for (entry, row) in rows {
            all += 1;
            named.insert(entry);
            let said: Vec<String> =
                persons.iter().map(|&column| row.get(column).map(|cell| held(cell).to_lowercase()).unwrap_or_default()).collect();
            if said.iter().any(|cell| !cell.is_empty()) {
                spoken += 1;
                distinct.insert(said);
            }
        }
        spoken >= ENTRIES && named.len() * 5 >= all * 4 && distinct.len() * 2 <= spoken
    };
    if entries.into_iter().any(is_of_many) {
        persons.into_iter().for_each(|column| types[column].kind = ColumnType::Other);
    }
}
