//! Decoys, matched along: the same needles in the same sweep, judged by the same rules beside what is registered.
//! They have a lexicon of their own, so that nothing of the registry is judged otherwise for their sake.

use super::attribution::Place;
use super::findings::Findings;
use super::items::Item;
use super::judge;
use super::lexicon::Lexicon;
use super::mention::Mention;
use super::passage::Text;
use super::{paths, payments, tables};
use crate::format::Facts;
use crate::index::{Needle, StoredPassage};
use crate::ledger::Reading;
use crate::registry::{Institution, Policy};
use crate::table::{ColumnType, TableFacts};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Values that are shown of each scheme.
const EXAMPLES: usize = 5;

/// What became of the decoys of one scheme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DecoyRow {
    /// Scheme of the identifiers; `name`.
    pub scheme: String,
    /// Decoys that were searched for.
    pub decoys: u64,
    /// Those with a mention that would bear on a verdict.
    pub hit: u64,
    /// Those with a mention that would make an institution affected.
    pub affected: u64,
    /// Of a million searched, so many were hit.
    pub hit_per_million: u64,
    /// Of a million, at most so many would be hit; 95 in a hundred such estimates hold.
    pub at_most_per_million: u64,
    /// Some that were hit.
    pub examples: Vec<String>,
}

/// Upper limits of a Poisson mean at 95 in a hundred, one-sided, in hundredths, for so many events.
const LIMITS: [u64; 11] = [300, 474, 630, 775, 915, 1051, 1184, 1315, 1443, 1571, 1696];

impl DecoyRow {
    fn rates(&mut self) {
        let per_million = |hundredths: u64| (hundredths * 10_000).checked_div(self.decoys).unwrap_or(0).min(1_000_000);
        let most = LIMITS.get(self.hit as usize).copied().unwrap_or_else(|| 100 * (self.hit + 2 * self.hit.isqrt() + 2));
        (self.hit_per_million, self.at_most_per_million) = (per_million(100 * self.hit), per_million(most));
    }
}

/// The decoys of a run and what hit them.
pub(super) struct Decoys<'r> {
    registered: &'r Lexicon,
    decoys: &'r [Institution],
    /// Of the decoys alone, for needles and first looks.
    lexicon: Lexicon,
    /// Values of their identifiers, in small letters.
    values: HashSet<String>,
    /// Contents whose passages hold some, with the passages' mentions.
    candidates: BTreeMap<usize, Vec<Mention>>,
    /// Of everybody, the decoys last; made when something looks like a hit.
    joint: Option<Lexicon>,
    hit: BTreeSet<usize>,
    affected: BTreeSet<usize>,
}

impl<'r> Decoys<'r> {
    pub fn new(registered: &'r Lexicon, decoys: &'r [Institution]) -> Self {
        let values = decoys.iter().flat_map(|d| &d.identifiers).map(|i| comparable(&i.value)).collect();
        Self {
            registered,
            decoys,
            lexicon: Lexicon::of_all(decoys),
            values,
            candidates: BTreeMap::new(),
            joint: None,
            hit: BTreeSet::new(),
            affected: BTreeSet::new(),
        }
    }

    /// What the index is swept for.
    pub fn needles(&self) -> Vec<Needle> {
        self.lexicon.needles()
    }

    fn first(&self) -> usize {
        self.registered.places.len()
    }

    fn joint(&mut self) -> &Lexicon {
        self.joint.get_or_insert_with(|| self.registered.and(&self.lexicon))
    }

    /// A passage that may hold decoys.
    pub fn passage(&mut self, content: usize, passage: &StoredPassage, tables: &[TableFacts]) {
        if Text::new(&passage.text).find(&self.lexicon).is_empty() {
            return;
        }
        let first = self.first();
        let mentions = judge::judge(self.joint(), passage, tables).into_iter().filter(|m| m.institution >= first);
        let mentions: Vec<Mention> = mentions.collect();
        self.candidates.entry(content).or_default().extend(mentions);
    }

    /// All passages of the contents from `first` on were looked at: judges those that hold decoys, each as a whole and
    /// beside what was found of the registry in its passages.
    pub fn contents(&mut self, first: usize, facts: &[Facts], readings: &[(i64, Reading)], findings: &[Findings], policy: &Policy) {
        if self.decoys.is_empty() {
            return;
        }
        let typed: Vec<usize> = (0..facts.len()).into_par_iter().filter(|&place| self.has_value(&facts[place])).collect();
        typed.into_iter().for_each(|place| _ = self.candidates.entry(first + place).or_default());
        for (content, mentions) in std::mem::take(&mut self.candidates) {
            let place = content - first;
            let facts = &facts[place];
            let mut together = Findings { mentions, ..Findings::default() };
            together.mentions.extend(findings[place].mentions.iter().cloned());
            tables::judge(self.joint(), &facts.tables, policy, &mut together);
            if let Some(paid) = &facts.payments {
                payments::judge(self.joint(), paid, readings[place].1.gaps.is_empty(), &mut together);
            }
            together.all.elements.extend(facts.text);
            together.all.elements.extend(facts.members.elements);
            together.settle(policy.reference_list, &facts.tables);
            self.count(&together.mentions);
        }
    }

    /// Does a column or a field of a payment hold a decoy's value?
    fn has_value(&self, facts: &Facts) -> bool {
        let is_decoy = |value: &str| self.values.contains(&comparable(value));
        let columns = facts.tables.iter().flat_map(|table| &table.columns);
        let mut typed = columns.filter(|c| matches!(c.kind, ColumnType::ClientId(_) | ColumnType::BankId { .. } | ColumnType::Iban(_)));
        let mut units = facts.payments.iter().flat_map(|payments| &payments.units);
        typed.any(|column| column.values.keys().any(|value| is_decoy(value)))
            || units.any(|unit| {
                let parties = unit.owners.keys().chain(unit.either.keys()).chain(unit.counterparties.keys());
                parties.into_iter().any(|party| is_decoy(&party.value))
            })
    }

    /// Names of items and folders.
    pub fn paths(&mut self, items: &[Item]) {
        if self.decoys.is_empty() {
            return;
        }
        let nowhere = Place::default();
        let near: Vec<&Item> = items.par_iter().filter(|item| !paths::judge(&self.lexicon, &item.path, &nowhere).is_empty()).collect();
        for item in near {
            let mentions = paths::judge(self.joint(), &item.path, &nowhere);
            self.count(&mentions);
        }
    }

    fn count(&mut self, mentions: &[Mention]) {
        let first = self.first();
        for mention in mentions.iter().filter(|m| m.institution >= first && m.has_effect()) {
            self.hit.insert(mention.institution - first);
            if mention.is_sure_owner() {
                self.affected.insert(mention.institution - first);
            }
        }
    }

    /// The figures, one row per scheme.
    pub fn rows(self) -> Vec<DecoyRow> {
        let mut rows: BTreeMap<String, DecoyRow> = BTreeMap::new();
        for (number, decoy) in self.decoys.iter().enumerate() {
            let (scheme, value) = match decoy.identifiers.first() {
                Some(identifier) => (identifier.scheme.as_str(), identifier.value.as_str()),
                None => ("name", decoy.legal_name.as_str()),
            };
            let row = rows.entry(scheme.to_owned()).or_insert_with(|| DecoyRow {
                scheme: scheme.to_owned(),
                decoys: 0,
                hit: 0,
                affected: 0,
                hit_per_million: 0,
                at_most_per_million: 0,
                examples: Vec::new(),
            });
            row.decoys += 1;
            row.affected += u64::from(self.affected.contains(&number));
            if self.hit.contains(&number) {
                row.hit += 1;
                if row.examples.len() < EXAMPLES {
                    row.examples.push(value.to_owned());
                }
            }
        }
        rows.values_mut().for_each(DecoyRow::rates);
        rows.into_values().collect()
    }
}

fn comparable(value: &str) -> String {
    value.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_estimated_from_above() {
        let row = |decoys, hit| {
            let mut row = DecoyRow {
                scheme: String::new(),
                decoys,
                hit,
                affected: 0,
                hit_per_million: 0,
                at_most_per_million: 0,
                examples: Vec::new(),
            };
            row.rates();
            (row.hit_per_million, row.at_most_per_million)
        };
        assert_eq!(row(300, 0), (0, 10_000));
        assert_eq!(row(300, 3), (10_000, 25_833));
        assert_eq!(row(2, 1), (500_000, 1_000_000));
        assert_eq!(row(0, 0), (0, 0));
        for hit in 0..40 {
            assert!(row(1_000, hit).1 < row(1_000, hit + 1).1, "{hit}");
        }
    }
}
