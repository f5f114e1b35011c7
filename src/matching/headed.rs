//! Whose the persons of an item are where lines in it name several clients, each above records of its own: what stands
//! under a client's line is that client's. What stands under none, or under one that nobody registered bears, may be any
//! of theirs, and counts for each of them.

use super::findings::{Findings, Personal};
use super::lexicon::Lexicon;
use super::mention::{Mention, Source, mention};
use super::tables::holder;
use crate::format::Facts;
use crate::model::{Basis, PersonKey, RecordCounts, Role, Scheme, Strength};
use crate::registry::Registry;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Adds to what each of several owners has of its own; `owned` says of which tables a column has said whose they are.
pub(super) fn judge(lexicon: &Lexicon, facts: &Facts, owned: &[bool], findings: &mut Findings) {
    let has_heads = !facts.headed.is_empty() || facts.tables.iter().any(|table| !table.headed.is_empty());
    if !has_heads || facts.payments.is_some() {
        return;
    }
    let owners = findings.owners();
    let client = |code: &str| match holder(lexicon, code)?.2[..] {
        [institution] => Some(institution).filter(|institution| owners.contains(institution)),
        _ => None,
    };
    let (mut own, mut others) = (BTreeMap::<usize, Personal>::new(), Personal::default());
    let none = RecordCounts::default();
    for (table, _) in facts.tables.iter().zip(owned).filter(|(_, owned)| !**owned) {
        if table.headed.is_empty() {
            others.add(&table.records, &table.persons);
        }
        for (code, held) in &table.headed {
            client(code).map_or(&mut others, |client| own.entry(client).or_default()).add(&held.records, &held.persons);
        }
    }
    let mut headed: HashSet<u64> = HashSet::new();
    for (code, persons) in facts.headed.iter().filter(|(code, _)| !code.is_empty()) {
        client(code).map_or(&mut others, |client| own.entry(client).or_default()).add(&none, persons);
        headed.extend(persons.iter().map(|person| person.hash));
    }
    if own.len() < 2 {
        return;
    }
    let unheaded: Vec<PersonKey> = facts.persons.iter().filter(|person| !headed.contains(&person.hash)).copied().collect();
    let under_none = facts.headed.get("").map_or(&[][..], Vec::as_slice);
    [&unheaded[..], under_none, &facts.members.persons].into_iter().for_each(|persons| others.add(&none, persons));
    others.elements.extend(facts.text);
    others.elements.extend(facts.members.elements);
    for (client, more) in own {
        let all = findings.own.entry(client).or_default().with(&more).with(&others);
        findings.own.insert(client, all);
    }
}

/// Where only columns of other tables say whose an item is, a table about persons under an institution's name may be that
/// institution's.
pub(super) fn titled(registry: &Registry, findings: &Findings, mentions: &[Mention]) -> Vec<Mention> {
    let owners: BTreeSet<usize> = mentions.iter().filter(|m| m.is_sure_owner()).map(|m| m.institution).collect();
    let is_column = |m: &Mention| matches!(m.source, Source::Field | Source::Rows);
    if owners.is_empty() || !mentions.iter().filter(|m| m.is_sure_owner()).all(is_column) {
        return Vec::new();
    }
    let open = |&institution: &usize| {
        let name = registry.institutions.get(institution)?.legal_name.clone();
        Some(Mention {
            context: "above a table".to_owned(),
            source: Source::Rows,
            ..mention(institution, Scheme::Name, name, Role::Unknown, Strength::Weak, Basis::WeakEvidence)
        })
    };
    findings.titled.iter().filter(|institution| !owners.contains(institution)).filter_map(open).collect()
}
