//! Columns whose headers do not say what they hold, beside columns that only persons and their accounts have: there, names,
//! numbers of customers and sums are what they look like.

use super::content::{is_account, is_person_name};
use super::figures::is_figure;
use super::header::{Meaning, Reading};
use super::lexicon::has_familiar_name;
use super::typing::{Cells, Typed};
use super::{ColumnType, is_money};
use crate::identifier::Specific;

/// Columns of names under headers that say nothing, or something that is not so. An initial is as good as a given name
/// there, and each name stands in few rows, unlike towns and titles.
pub(super) fn name(types: &mut [Typed], readings: &[Reading], cells: &[Cells<'_>]) {
    if !types.iter().any(|typed| is_of_persons(&typed.kind)) {
        return;
    }
    for ((typed, reading), cells) in types.iter_mut().zip(readings).zip(cells) {
        let is_open = typed.kind == ColumnType::Other && matches!(reading.meaning, None | Some(Meaning::Neither));
        let is_familiar = |cell: &str| has_familiar_name(cell) || has_initial(cell);
        if is_open && cells.reach(90, is_person_name) && cells.reach(20, is_familiar) && cells.distinct() * 2 >= cells.len() {
            typed.kind = ColumnType::PersonName;
        }
    }
}

/// Numbers of customers and contracts, beside persons and no banks: whoever lists banks numbers its members, too. Where
/// they may be codes of clients they stay these as well.
pub(super) fn number(types: &mut [Typed], readings: &[Reading], cells: &[Cells<'_>]) {
    const DIGITS: usize = 5;
    let is_bank = |typed: &Typed| matches!(typed.kind, ColumnType::InstitutionName | ColumnType::BankId { .. });
    let is_person = |typed: &Typed| matches!(typed.kind, ColumnType::PersonName | ColumnType::LastName) || only_persons_have(&typed.kind);
    if !types.iter().any(is_person) || types.iter().any(is_bank) {
        return;
    }
    let is_number = |cell: &str| is_account(cell) && cell.bytes().filter(u8::is_ascii_digit).count() >= DIGITS;
    for ((typed, reading), cells) in types.iter_mut().zip(readings).zip(cells) {
        let is_said = reading.meaning == Some(Meaning::Numbered);
        if is_said && cells.reach(80, is_number) && cells.distinct() * 2 >= cells.len() {
            match typed.kind {
                ColumnType::Other | ColumnType::Date => typed.kind = ColumnType::Account,
                ColumnType::ClientId(Specific::Generic) => typed.is_account = true,
                _ => {}
            }
        }
    }
}

/// Sums under headers that do not say what they are. Rates have two decimals, too, but not so many digits before them.
pub(super) fn sum(types: &mut [Typed], readings: &[Reading], header: &[String], cells: &[Cells<'_>]) {
    const WHOLE_DIGITS: usize = 3;
    if !types.iter().any(|typed| is_of_persons(&typed.kind)) {
        return;
    }
    let is_large = |cell: &str| is_money(cell) && cell.bytes().filter(u8::is_ascii_digit).count() >= WHOLE_DIGITS + 2;
    for (column, typed) in types.iter_mut().enumerate().filter(|(_, typed)| typed.kind == ColumnType::Sums) {
        let is_unsaid = readings.get(column).is_none_or(|reading| matches!(reading.meaning, None | Some(Meaning::Sum)))
            && !header.get(column).is_some_and(|header| is_figure(header));
        if is_unsaid && cells.get(column).is_some_and(|cells| cells.reach(30, is_large)) {
            typed.kind = ColumnType::Amount;
        }
    }
}

fn only_persons_have(kind: &ColumnType) -> bool {
    matches!(kind, ColumnType::Ssn | ColumnType::NationalId | ColumnType::Dob | ColumnType::DriversLicense)
}

fn is_of_persons(kind: &ColumnType) -> bool {
    only_persons_have(kind) || matches!(kind, ColumnType::Account | ColumnType::Iban(_) | ColumnType::Card)
}

/// An initial before a family name, or behind one and a comma: `J. Boone`, `BOONE, J`.
fn has_initial(name: &str) -> bool {
    let is_initial = |word: &str| word.trim_end_matches('.').chars().count() == 1 && word.starts_with(char::is_uppercase);
    let is_first = |name: &str| name.split_whitespace().next().is_some_and(is_initial);
    match name.split_once(',') {
        Some((_, given)) => is_first(given),
        None => is_first(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_stand_before_family_names() {
        assert!(has_initial("J. Boone") && has_initial("BOONE, J A") && has_initial("J BOONE"));
        assert!(!has_initial("Plan B") && !has_initial("Ann Lee") && !has_initial("") && !has_initial("a lee") && !has_initial(",".trim()));
    }
}
