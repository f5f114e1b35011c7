//! What the records of a table establish.

use super::findings::Findings;
use super::judge::{Mention, Source, mention};
use super::lexicon::{Lexicon, is_numeric, is_telling_code};
use crate::identifier::Specific;
use crate::model::{Basis, Role, Scheme, Strength};
use crate::registry::Policy;
use crate::table::{ColumnFacts, ColumnType, Side, TableFacts};
use std::collections::BTreeMap;

/// A client-identifier column whose header is as often used for a bank's own customers counts only when so
/// many of its values are registered.
const GENERIC_COLUMN_PERCENT: u64 = 80;
/// A list without personal data names this many at least, about once each.
const LIST_ENTRIES: usize = 3;

/// A column with its header.
#[derive(Clone, Copy)]
struct Column<'t> {
    facts: &'t ColumnFacts,
    header: &'t str,
}

impl<'t> Column<'t> {
    fn name(&self) -> &'t str {
        if self.header.is_empty() { "without header" } else { self.header }
    }
}

/// Judges the tables of one content.
pub(super) fn judge(lexicon: &Lexicon, tables: &[TableFacts], policy: &Policy, findings: &mut Findings) {
    for table in tables {
        let mut has_owner = false;
        for (number, column) in table.columns.iter().enumerate() {
            let column = Column { facts: column, header: table.header.get(number).map_or("", String::as_str) };
            has_owner |= match &column.facts.kind {
                ColumnType::ClientId(specific) => client_column(lexicon, table, column, *specific, findings),
                ColumnType::BankId { scheme, side } => bank_column(lexicon, table, column, scheme, *side, policy, findings),
                ColumnType::Iban(side) => bank_column(lexicon, table, column, &Scheme::IbanBank, *side, policy, findings),
                _ => false,
            };
        }
        findings.all.add(table.elements, &table.persons);
        if !has_owner && table.elements.concern_persons() {
            findings.ownerless.add(table.elements, &table.persons);
        }
    }
}

/// Each row belongs to the institution that its client-identifier column names.
fn client_column(lexicon: &Lexicon, table: &TableFacts, column: Column<'_>, specific: Specific, findings: &mut Findings) -> bool {
    let registered: Vec<_> = column.facts.values.iter().filter_map(|(value, facts)| Some((value, facts, client(lexicon, value)?))).collect();
    let registered_rows: u64 = registered.iter().map(|(_, facts, _)| facts.count).sum();
    let telling = specific == Specific::Exact || registered.iter().any(|(value, ..)| is_telling_code(value));
    let mostly = registered_rows * 100 >= column.facts.non_empty * GENERIC_COLUMN_PERCENT;
    if registered.is_empty() || !(telling && (specific == Specific::Exact || mostly)) && !(mostly && registered.iter().any(|(value, ..)| !is_numeric(value))) {
        return false;
    }
    let is_list = is_list(table, column.facts.values.len());
    for (value, facts, (scheme, holders)) in registered {
        let shared = holders.len() > 1;
        for &institution in holders {
            let (role, strength, basis) =
                if shared { (Role::Unknown, Strength::Weak, Basis::WeakEvidence) } else { (Role::Owner, Strength::Sure, Basis::Records) };
            let found = Mention {
                offset: facts.offset,
                count: facts.count,
                context: format!("column {}", column.name()),
                source: Source::Field,
                ..mention(institution, scheme.clone(), value.clone(), role, strength, basis)
            };
            findings.mentions.push(if is_list { found.as_reference() } else { found });
            if !shared && !is_list {
                findings.own.entry(institution).or_default().add(table.elements, &facts.persons);
            }
        }
    }
    true
}

/// A bank-identifier column owns the table where one institution has nearly all of its rows; otherwise
/// those banks are the other side.
fn bank_column(lexicon: &Lexicon, table: &TableFacts, column: Column<'_>, scheme: &Scheme, side: Side, policy: &Policy, findings: &mut Findings) -> bool {
    let registered: Vec<_> = column.facts.values.iter().filter_map(|(value, facts)| Some((value, facts, bank(lexicon, scheme, value)?))).collect();
    let mut rows_of: BTreeMap<usize, u64> = BTreeMap::new();
    for (_, facts, (_, holders)) in &registered {
        if let [one] = holders[..] {
            *rows_of.entry(one).or_default() += facts.count;
        }
    }
    let is_majority = |rows: u64| rows * 100 >= column.facts.non_empty * u64::from(policy.records_majority_percent);
    let majority = rows_of.into_iter().find(|(_, rows)| is_majority(*rows) && side != Side::Receiving);
    let is_list = is_list(table, column.facts.values.len());
    for (value, facts, (scheme, holders)) in registered {
        for &institution in holders {
            let (role, strength, basis) = match majority {
                Some((owner, rows)) if owner == institution && rows >= policy.records_minimum => (Role::Owner, Strength::Sure, Basis::Records),
                // Too few records to tell a bank's own table from a payment to it.
                Some((owner, _)) if owner == institution => (Role::Unknown, Strength::Weak, Basis::WeakEvidence),
                _ => (Role::Counterparty, Strength::Sure, Basis::Counterparty),
            };
            let found = Mention {
                offset: facts.offset,
                count: facts.count,
                context: format!("column {}", column.name()),
                source: Source::Field,
                ..mention(institution, scheme.clone(), value.clone(), role, strength, basis)
            };
            findings.mentions.push(if is_list { found.as_reference() } else { found });
        }
    }
    match majority {
        Some((owner, rows)) if rows >= policy.records_minimum && !is_list => {
            findings.own.entry(owner).or_default().add(table.elements, &table.persons);
            true
        }
        _ => false,
    }
}

/// About one row per value, and no person, account, card or balance in it: a directory.
fn is_list(table: &TableFacts, distinct: usize) -> bool {
    !table.elements.concern_persons() && distinct >= LIST_ENTRIES && table.rows <= distinct as u64 + distinct as u64 / 4 + 1
}

fn client<'l>(lexicon: &'l Lexicon, value: &str) -> Option<(Scheme, &'l [usize])> {
    [Scheme::ClientCode, Scheme::TransferAccount].into_iter().find_map(|scheme| lexicon.by_value(&scheme, value).map(|(_, entry)| (scheme, &entry.holders[..])))
}

fn bank<'l>(lexicon: &'l Lexicon, scheme: &Scheme, value: &str) -> Option<(Scheme, &'l [usize])> {
    let alias = match scheme {
        Scheme::IbanBank => Some(Scheme::NationalBankCode),
        Scheme::NationalBankCode => Some(Scheme::IbanBank),
        _ => None,
    };
    std::iter::once(scheme.clone()).chain(alias).find_map(|scheme| lexicon.by_value(&scheme, value).map(|(_, entry)| (scheme, &entry.holders[..])))
}
