use crate::model::{Elements, PersonKey, Scheme};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A bank in a payment file, by one identifier in its normal form (see `identifier`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Party {
    /// Kind of identifier.
    pub scheme: Scheme,
    /// Its normal form: nine digits for `aba`, eight characters for `bic`, `CC:code` for bank codes.
    pub value: String,
}

/// How often a party stands in a role, and where first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Times.
    pub count: u64,
    /// Byte offset of the first, in the item.
    pub offset: u64,
}

/// Payments of one owner: a file, batch or message, or all of them in an item that have the same
/// owner fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentUnit {
    /// Whose file it is, after the layout's owner fields. More than one where the fields disagree.
    pub owners: BTreeMap<Party, Seen>,
    /// Both sides, where the direction cannot be known.
    pub either: BTreeMap<Party, Seen>,
    /// Everybody else.
    pub counterparties: BTreeMap<Party, Seen>,
    /// Who is the other side of the whole unit (a NACHA file's destination, a message's receiver).
    /// They stand among the counterparties as well.
    pub other_side: BTreeMap<Party, Seen>,
    /// Payment entries.
    pub records: u64,
    /// Kinds of personal data in them.
    pub elements: Elements,
    /// The persons named.
    pub persons: Vec<PersonKey>,
}

/// What one item of a payment layout says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFacts {
    /// Name of the layout.
    pub layout: String,
    /// Its units, by their owner fields.
    pub units: Vec<PaymentUnit>,
    /// Why the direction is unknown, fields that contradict each other, records that break the layout.
    pub notes: Vec<String>,
}

impl PaymentFacts {
    /// Adds a unit to the one with the same owner fields, or as a new one.
    pub fn merge(&mut self, unit: PaymentUnit) {
        let same = |other: &&mut PaymentUnit| {
            other.owners.keys().eq(unit.owners.keys())
                && other.either.keys().eq(unit.either.keys())
                && other.other_side.keys().eq(unit.other_side.keys())
        };
        // Files rarely hold more than a few owners; the latest is the likeliest.
        match self.units.iter_mut().rev().take(64).find(same) {
            Some(other) => other.absorb(unit),
            None => self.units.push(unit),
        }
    }
}

impl PaymentUnit {
    fn absorb(&mut self, unit: PaymentUnit) {
        let join = |into: &mut BTreeMap<Party, Seen>, from: BTreeMap<Party, Seen>| {
            for (party, seen) in from {
                into.entry(party)
                    .and_modify(|s| {
                        s.count += seen.count;
                        s.offset = s.offset.min(seen.offset);
                    })
                    .or_insert(seen);
            }
        };
        join(&mut self.owners, unit.owners);
        join(&mut self.either, unit.either);
        join(&mut self.counterparties, unit.counterparties);
        join(&mut self.other_side, unit.other_side);
        self.records += unit.records;
        self.elements.extend(unit.elements);
        // Distinct once the item ends; in between only when the vector would grow, which keeps it linear.
        if self.persons.len() + unit.persons.len() > self.persons.capacity() {
            self.persons.sort_unstable();
            self.persons.dedup();
        }
        self.persons.extend(unit.persons);
    }
}
