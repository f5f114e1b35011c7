//! Whose the persons of an item are where lines in it name several clients, each above records of its own: what stands
//! under a client's line is that client's. What stands under none, or under one that nobody registered bears, may be any
//! of theirs, and counts for each of them. What stands under a line that is somebody else's name alone is none of theirs.

use super::findings::{Findings, Personal};
use super::lexicon::Lexicon;
use super::mention::{Mention, Source, mention, owners};
use super::tables::{bearers, holder};
use crate::format::{Facts, lines_above};
use crate::model::{Basis, PersonKey, RecordCounts, Role, Scheme, Strength};
use crate::registry::Registry;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Whose it is what stands below lines.
enum Whose {
    Owner(usize),
    /// It stands under the name of these alone, none of whom owns anything here.
    Named(Vec<usize>),
    Anybody,
}

/// What stands below the lines of whom.
#[derive(Default)]
struct Parts {
    own: BTreeMap<usize, Personal>,
    others: Personal,
    named: BTreeMap<usize, Personal>,
}

impl Parts {
    fn add(&mut self, whose: &Whose, records: &RecordCounts, persons: &[PersonKey]) {
        match whose {
            Whose::Owner(owner) => self.own.entry(*owner).or_default().add(records, persons),
            Whose::Anybody => self.others.add(records, persons),
            Whose::Named(bearers) => bearers.iter().for_each(|bearer| self.named.entry(*bearer).or_default().add(records, persons)),
        }
    }
}

/// Whose it is what stands below a client's code and a text that says a name; one of them may be empty.
fn whose(lexicon: &Lexicon, owners: &BTreeSet<usize>, (code, name): (&str, &str)) -> Whose {
    let client = match holder(lexicon, code).map(|(_, _, holders)| holders).as_deref() {
        Some([institution]) if owners.contains(institution) => Some(*institution),
        _ => None,
    };
    let bearers = bearers(lexicon, name);
    match (client, bearers.iter().find(|bearer| owners.contains(bearer))) {
        (Some(client), _) if bearers.is_empty() || bearers.contains(&client) => Whose::Owner(client),
        (_, Some(owner)) if bearers.len() == 1 => Whose::Owner(*owner),
        (_, None) if !bearers.is_empty() => Whose::Named(bearers),
        _ => Whose::Anybody,
    }
}

/// Adds to what each of several owners has of its own, and finds what stands under the names of others; `owned` says of
/// which tables a column has said whose they are.
pub(super) fn judge(lexicon: &Lexicon, facts: &Facts, owned: &[bool], findings: &mut Findings) {
    let owners = findings.owners();
    let tables = || facts.tables.iter().zip(owned);
    let has_heads = !facts.headed.is_empty() || facts.tables.iter().any(|table| !table.headed.is_empty());
    if owners.is_empty() || !has_heads && !tables().any(|(table, owned)| !owned && !table.title.is_empty()) {
        return;
    }
    let mut parts = Parts::default();
    let none = RecordCounts::default();
    for (table, _) in tables().filter(|(_, owned)| !**owned) {
        if table.headed.is_empty() {
            let whose = match table.all_elements().concern_persons() {
                true => whose(lexicon, &owners, ("", &table.title)),
                false => Whose::Anybody,
            };
            parts.add(&whose, &table.records, &table.persons);
            if let Whose::Named(_) = whose {
                parts.add(&whose, &table.said.kinds, &table.said.persons);
            }
        }
        for (key, held) in &table.headed {
            parts.add(&whose(lexicon, &owners, lines_above(key)), &held.records, &held.persons);
        }
    }
    let mut headed: HashSet<u64> = HashSet::new();
    for (key, persons) in facts.headed.iter().filter(|(key, _)| !key.is_empty()) {
        parts.add(&whose(lexicon, &owners, lines_above(key)), &none, persons);
        headed.extend(persons.iter().map(|person| person.hash));
    }
    let unheaded: Vec<PersonKey> = facts.persons.iter().filter(|person| !headed.contains(&person.hash)).copied().collect();
    let under_none = facts.headed.get("").map_or(&[][..], Vec::as_slice);
    [&unheaded[..], under_none, &facts.members.persons].into_iter().for_each(|persons| parts.others.add(&none, persons));
    parts.others.elements.extend(facts.text);
    parts.others.elements.extend(facts.members.elements);
    let Parts { own, others, named } = parts;
    if !named.is_empty() {
        let of_tables = tables().filter(|(_, owned)| **owned).flat_map(|(table, _)| &table.persons);
        let elsewhere: HashSet<u64> =
            own.values().flat_map(|own| &own.persons).chain(&others.persons).chain(of_tables).map(|person| person.hash).collect();
        findings.under_names = named;
        for part in findings.under_names.values_mut() {
            part.persons.retain(|person| !elsewhere.contains(&person.hash));
            part.settle();
        }
    }
    if own.len() < 2 || !has_heads || facts.payments.is_some() {
        return;
    }
    for (client, more) in own {
        let all = findings.own.entry(client).or_default().with(&more).with(&others);
        findings.own.insert(client, all);
    }
}

/// Where only what stands in an item says whose it is, records of persons under the name of another may be that one's.
pub(super) fn titled(registry: &Registry, findings: &Findings, mentions: &[Mention]) -> Vec<Mention> {
    if !findings.has_parts_of_others(mentions) {
        return Vec::new();
    }
    let owners = owners(mentions);
    let open = |&institution: &usize| {
        let name = registry.institutions.get(institution)?.legal_name.clone();
        Some(Mention {
            context: "above records of persons".to_owned(),
            source: Source::Rows,
            ..mention(institution, Scheme::Name, name, Role::Unknown, Strength::Weak, Basis::WeakEvidence)
        })
    };
    findings.under_names.keys().filter(|institution| !owners.contains(institution)).filter_map(open).collect()
}
