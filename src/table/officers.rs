//! Officers of institutions in directories: whom a regulator lists beside each bank's number is nobody's customer.

use super::header::words;
use super::typing::{LOOKED_AT, Typed};
use super::{ColumnType, Side, held};
use std::collections::HashSet;

/// Entries that a directory has at least.
const ENTRIES: usize = 3;
/// What whoever runs an institution is called in headers.
#[rustfmt::skip]
const OFFICERS: &[&str] = &[
    "ceo", "cfo", "coo", "cio", "president", "chairman", "chairperson", "chair", "chief", "executive", "officer", "director", "treasurer",
];

/// In a table with one row per institution by a number that all banks have, names under a header for an officer, and what
/// stands beside them, are of no type; not where a column says whose the rows are, or what only a customer has.
pub(super) fn leave_out(types: &mut [Typed], header: &[String], sample: &[Vec<String>]) {
    use ColumnType::{Email, FirstName, LastName, PersonName, Phone, Street};
    let is_name = |kind: &ColumnType| matches!(kind, PersonName | FirstName | LastName);
    let is_beside = |kind: &ColumnType| is_name(kind) || matches!(kind, Email | Phone | Street);
    let is_officer =
        |column: usize| header.get(column).is_some_and(|name| words(name).iter().any(|word| OFFICERS.contains(&word.as_str())));
    let mut names = types.iter().enumerate().filter(|(_, typed)| is_name(&typed.kind)).peekable();
    if names.peek().is_none() || !names.all(|(column, _)| is_officer(column)) {
        return;
    }
    let is_customers = |kind: &ColumnType| match kind {
        ColumnType::ClientId(_) | ColumnType::Credential => true,
        ColumnType::Amount => false,
        kind => kind.element().is_some() && !is_beside(kind),
    };
    let is_open = |(column, typed): (usize, &Typed)| {
        is_customers(&typed.kind)
            || typed.kind == ColumnType::Amount && !header.get(column).is_some_and(|name| super::figures::is_figure(name))
    };
    if types.iter().enumerate().any(is_open) {
        return;
    }
    let is_entry = |column: usize| {
        let entries = || sample.iter().take(LOOKED_AT).filter_map(|row| row.get(column)).map(|cell| held(cell));
        let rows = entries().count();
        rows >= ENTRIES && entries().filter(|cell| !cell.is_empty()).collect::<HashSet<_>>().len() * 5 >= rows * 4
    };
    let numbers = |typed: &Typed| matches!(typed.kind, ColumnType::BankId { side: Side::Neutral, .. });
    // Whoever is paid stands beside a bank's number, too; a directory names the institutions.
    let is_named = types.iter().any(|typed| typed.kind == ColumnType::InstitutionName);
    if is_named && (0..types.len()).any(|column| numbers(&types[column]) && is_entry(column)) {
        types.iter_mut().filter(|typed| is_beside(&typed.kind)).for_each(|typed| typed.kind = ColumnType::Other);
    }
}
