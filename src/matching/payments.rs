//! What the typed fields of payment files establish.

use super::findings::Findings;
use super::lexicon::Lexicon;
use super::mention::{Mention, Source, mention};
use crate::format::{Party, PaymentFacts, PaymentUnit, Seen};
use crate::model::{Basis, RecordCounts, Role, Scheme, Strength};
use std::collections::BTreeSet;

/// Judges the payments of one content. Of one that breaks off nobody knows the whole other side.
pub(super) fn judge(lexicon: &Lexicon, payments: &PaymentFacts, is_whole: bool, findings: &mut Findings) {
    (findings.dated, findings.beside_others) = (payments.dated, payments.beside_others);
    for unit in &payments.units {
        let mut owners = BTreeSet::new();
        let mut push = |party: &Party, seen: &Seen, role, strength, basis| -> Vec<usize> {
            let Some((scheme, value, holders)) = holders(lexicon, party) else { return Vec::new() };
            // What several bear decides for none of them.
            let shared = holders.len() > 1 && role == Role::Owner;
            let if_alone = shared.then_some((role, strength, basis));
            let (role, strength, basis) =
                if shared { (Role::Unknown, Strength::Weak, Basis::WeakEvidence) } else { (role, strength, basis) };
            for &institution in &holders {
                findings.mentions.push(Mention {
                    offset: seen.offset,
                    count: seen.count,
                    context: format!("{} {}", payments.layout, role),
                    source: Source::Payment,
                    if_alone,
                    ..mention(institution, scheme.clone(), value.clone(), role, strength, basis)
                });
            }
            if shared { Vec::new() } else { holders }
        };
        for (party, seen) in &unit.owners {
            owners.extend(push(party, seen, Role::Owner, Strength::Sure, Basis::OwnerField));
        }
        let owner_is_registered = unit.owners.keys().any(|party| holders(lexicon, party).is_some());
        if !owner_is_registered && let Some((party, seen)) = whole_other_side(lexicon, unit) {
            // The presumed owner is not in the registry, and one institution is the whole file's other side.
            if is_whole && !payments.beside_others {
                owners.extend(push(party, seen, Role::Owner, Strength::Sure, Basis::OwnerField));
            } else {
                push(party, seen, Role::Unknown, Strength::Weak, Basis::WeakEvidence);
            }
        }
        for (party, seen) in &unit.either {
            push(party, seen, Role::Unknown, Strength::Weak, Basis::WeakEvidence);
        }
        for (party, seen) in &unit.counterparties {
            push(party, seen, Role::Counterparty, Strength::Sure, Basis::Counterparty);
        }
        // A unit that breaks off before its first payment may name persons all the same.
        let mut records = RecordCounts::default();
        records.add(unit.elements, unit.records.max(u64::from(!unit.elements.is_empty())));
        findings.all.add(&records, &unit.persons);
        for owner in &owners {
            findings.own.entry(*owner).or_default().add(&records, &unit.persons);
        }
        if owners.is_empty() {
            let is_known = owner_is_registered || unit.either.keys().any(|party| holders(lexicon, party).is_some());
            if !unit.owners.is_empty() && !owner_is_registered {
                findings.outside_owners.extend(unit.owners.keys().map(|party| format!("{}:{}", party.scheme, party.value)));
            } else if !is_known && unit.elements.concern_persons() {
                findings.ownerless.add(&records, &unit.persons);
            }
        }
    }
}

/// Who holds a party's identifier.
fn holders(lexicon: &Lexicon, party: &Party) -> Option<(Scheme, String, Vec<usize>)> {
    lexicon.bank(&party.scheme, &party.value).map(|(scheme, holders)| (scheme, party.value.clone(), holders))
}

/// The one registered institution that is the other side of all of a unit's payments.
fn whole_other_side<'u>(lexicon: &Lexicon, unit: &'u PaymentUnit) -> Option<(&'u Party, &'u Seen)> {
    if unit.owners.is_empty() {
        return None;
    }
    let whole = |(party, seen): &(&Party, &Seen)| {
        holders(lexicon, party).is_some_and(|(_, _, h)| h.len() == 1)
            && (unit.other_side.contains_key(*party) || (unit.records > 0 && seen.count >= unit.records))
    };
    let candidates: Vec<_> = unit.counterparties.iter().filter(whole).collect();
    let institutions: BTreeSet<usize> =
        candidates.iter().filter_map(|(party, _)| holders(lexicon, party)).flat_map(|(_, _, h)| h).collect();
    if institutions.len() == 1 { candidates.first().copied() } else { None }
}
