//! Identifiers that several institutions bear.

use super::context::{Context, Finding, count, shown};
use crate::matching::{Entry, What};
use crate::model::Scheme;
use crate::registry::Identifier;
use crate::verdict::Findability;
use std::collections::HashSet;

/// One scheme and value with several holders.
pub(super) fn shared(context: &Context<'_>, out: &mut Vec<Finding>) {
    let mut told: HashSet<(&Scheme, String, &[usize])> = HashSet::new();
    for Entry { what, holders } in context.lexicon.entries.iter().filter(|e| e.holders.len() > 1) {
        let What::Identifier(scheme, value) = what else { continue };
        // Values that are looked up as one, such as codes in two cases, are told once.
        if !told.insert((scheme, value.to_lowercase(), holders)) {
            continue;
        }
        let rows: Vec<(usize, &Identifier)> = holders.iter().filter_map(|&n| Some((n, row_of(context, n, scheme, value)?))).collect();
        let mut says = format!("{scheme} {} stands for {}", shown(value), context.some_of(holders));
        if rows.iter().any(|(_, row)| row.value != *value) {
            says.push_str("; written in other cases, which are looked up as one");
        }
        if holders.iter().all(|&n| context.registry.head_of_group(n) == context.registry.head_of_group(holders[0])) {
            says.push_str("; all of one group");
        } else if !overlap(&rows) {
            says.push_str("; their days of use do not overlap, but evidence is not matched by its date");
        }
        let hidden: Vec<usize> =
            holders.iter().copied().filter(|&n| context.outlooks[n].findability == Findability::OnlyShared && context.depends(n)).collect();
        let effect = (!hidden.is_empty())
            .then(|| format!("{} no identifier of its own and can never be ruled out", count(hidden.len(), "of them has", "of them have")));
        let line = rows.first().map_or(0, |(_, row)| row.line);
        let rank = ((hidden.len() as u64) << 32) + context.count_depending(holders) as u64;
        out.push(Finding { institutions: holders.clone(), problem: says, effect, rank, ..context.at("identifiers", line, "value") });
    }
}

fn row_of<'c>(context: &'c Context<'_>, n: usize, scheme: &Scheme, value: &str) -> Option<&'c Identifier> {
    let rows = || context.institution(n).usable_identifiers().filter(|i| i.scheme == *scheme);
    rows().find(|i| i.value == value).or_else(|| rows().find(|i| i.value.to_lowercase() == value.to_lowercase()))
}

/// Is there a day on which two of them are in use?
fn overlap(rows: &[(usize, &Identifier)]) -> bool {
    let together = |a: &Identifier, b: &Identifier| {
        let ends_before = |a: &Identifier, b: &Identifier| matches!((a.to, b.from), (Some(to), Some(from)) if to < from);
        !ends_before(a, b) && !ends_before(b, a)
    };
    // Of many holders, neighbours in time are enough.
    let mut sorted: Vec<&Identifier> = rows.iter().map(|(_, row)| *row).collect();
    sorted.sort_by_key(|row| (row.from, row.to));
    sorted.windows(2).any(|pair| together(pair[0], pair[1]))
}

/// One institution's client code is another's account, or its IBAN bank part another's national code.
pub(super) fn across_schemes(context: &Context<'_>, out: &mut Vec<Finding>) {
    for Entry { what, holders } in &context.lexicon.entries {
        let What::Identifier(scheme @ (Scheme::ClientCode | Scheme::IbanBank), value) = what else { continue };
        let (other, effect) = match scheme {
            Scheme::ClientCode => (Scheme::TransferAccount, "a folder of this name decides for none of them"),
            _ => (Scheme::NationalBankCode, "an IBAN or bank code with it speaks for one of them as much as for the other"),
        };
        let others: Vec<usize> = context.lexicon.holders.of(&other, value).iter().copied().filter(|n| !holders.contains(n)).collect();
        if others.is_empty() {
            continue;
        }
        let problem =
            format!("{} is a {scheme} of {} and a {other} of {}", shown(value), context.some_of(holders), context.some_of(&others));
        let line = row_of(context, holders[0], scheme, value).map_or(0, |row| row.line);
        let mut institutions = [holders.as_slice(), &others].concat();
        institutions.sort_unstable();
        let rank = context.count_depending(&institutions) as u64;
        out.push(Finding { institutions, problem, effect: Some(effect.to_owned()), rank, ..context.at("identifiers", line, "value") });
    }
}
