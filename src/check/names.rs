//! Names that several bear, that stand in longer names, or that are ordinary words.

use super::context::{Context, Finding, count, shown};
use crate::matching::{What, is_plain_pair};
use crate::tokens::Tokens;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The forms of names in the lexicon: terms, whether one word, holders.
fn entries<'c>(context: &'c Context<'_>) -> impl Iterator<Item = (&'c [String], bool, &'c [usize])> {
    context.lexicon.entries.iter().filter_map(|entry| match &entry.what {
        What::Name { terms, one_word } => Some((terms.as_slice(), *one_word, entry.holders.as_slice())),
        What::Identifier(..) => None,
    })
}

/// A name as it is looked for.
fn folded(terms: &[String]) -> String {
    shown(&terms.join(" "))
}

pub(super) fn shared(context: &Context<'_>, out: &mut Vec<Finding>) {
    // All forms of one name have the same holders; the longest is nearest to what people know.
    let mut names: BTreeMap<&[usize], &[String]> = BTreeMap::new();
    for (terms, _, holders) in entries(context).filter(|(_, _, holders)| holders.len() > 1) {
        let name = names.entry(holders).or_insert(terms);
        if terms.len() > name.len() {
            *name = terms;
        }
    }
    for (holders, terms) in names {
        let alike = not_told_apart(context, holders);
        let apart = match alike {
            0 => "city and region beside it tell them apart".to_owned(),
            n if n == holders.len() => "neither city nor region tells them apart, only an identifier beside it".to_owned(),
            n => format!("city and region tell all but {n} apart, these only by an identifier beside it"),
        };
        let depending = context.count_depending(holders);
        let problem =
            format!("`{}`: {} institutions, {depending} depend: {}; {apart}", folded(terms), holders.len(), context.some_of(holders));
        let place = context.at_name(holders[0], terms);
        out.push(Finding { institutions: holders.to_vec(), problem, rank: depending as u64, ..place });
    }
}

/// How many of these have the same city and region as another, or neither.
fn not_told_apart(context: &Context<'_>, holders: &[usize]) -> usize {
    let place = |n: usize| (&context.lexicon.places[n].city, &context.lexicon.places[n].region);
    let mut seen = HashMap::new();
    holders.iter().for_each(|&n| *seen.entry(place(n)).or_insert(0) += 1);
    holders.iter().filter(|&&n| seen[&place(n)] > 1 || (place(n).0.is_empty() && place(n).1.is_empty())).count()
}

pub(super) fn one_word(context: &Context<'_>, out: &mut Vec<Finding>) {
    for (terms, _, holders) in entries(context).filter(|(_, one_word, holders)| *one_word && holders.len() == 1) {
        common(context, terms, holders[0], out);
    }
}

pub(super) fn plain_pair(context: &Context<'_>, out: &mut Vec<Finding>) {
    for (terms, _, holders) in entries(context).filter(|(terms, one_word, holders)| !one_word && holders.len() == 1 && is_plain_pair(terms))
    {
        common(context, terms, holders[0], out);
    }
}

fn common(context: &Context<'_>, terms: &[String], n: usize, out: &mut Vec<Finding>) {
    let problem = format!("`{}` is a name of {}", folded(terms), context.named(n));
    out.push(Finding { institutions: vec![n], problem, rank: u64::from(context.depends(n)), ..context.at_name(n, terms) });
}

/// Names longer than this are looked into no further.
const LONGEST: usize = 24;

/// Names that stand inside others' names, by looking up every stretch of every name.
pub(super) fn contained(context: &Context<'_>, out: &mut Vec<Finding>) {
    let all: Vec<_> = entries(context).collect();
    let by_terms: HashMap<&[String], usize> = all.iter().enumerate().map(|(number, (terms, _, _))| (*terms, number)).collect();
    // For each contained form, who bears the longer names.
    let mut longer: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (terms, _, holders) in &all {
        let terms = &terms[..terms.len().min(LONGEST)];
        for from in 0..terms.len() {
            for to in from + 1..=terms.len() {
                if to - from == terms.len() {
                    continue;
                }
                let Some(&number) = by_terms.get(&terms[from..to]) else { continue };
                let others = holders.iter().filter(|n| !all[number].2.contains(n));
                longer.entry(number).or_default().extend(others);
            }
        }
    }
    // Forms of one name that stand in names of the same others are one finding.
    let mut groups: BTreeMap<(&[usize], Vec<usize>), &[String]> = BTreeMap::new();
    for (number, others) in longer.into_iter().filter(|(_, others)| !others.is_empty()) {
        let (terms, _, holders) = all[number];
        let name = groups.entry((holders, others.into_iter().collect())).or_insert(terms);
        if terms.len() > name.len() {
            *name = terms;
        }
    }
    for ((holders, others), terms) in groups {
        let problem = format!(
            "`{}`, a name of {}, stands in names of {}: {}",
            folded(terms),
            context.some_of(holders),
            count(others.len(), "other", "others"),
            context.some_of(&others)
        );
        let rank = others.len() as u64;
        out.push(Finding { institutions: holders.to_vec(), problem, rank, ..context.at_name(holders[0], terms) });
    }
}

fn is_wordless(name: &str) -> bool {
    Tokens::of(name).is_empty()
}

/// Names in which there is nothing to search for.
pub(super) fn without_words(context: &Context<'_>, out: &mut Vec<Finding>) {
    for (n, institution) in context.registry.institutions.iter().enumerate() {
        if !institution.legal_name.is_empty() && is_wordless(&institution.legal_name) {
            let problem = format!("the legal name {} has neither letter nor digit", shown(&institution.legal_name));
            out.push(Finding { problem, ..context.at_customer(n, "legal_name") });
        }
        for name in institution.names.iter().filter(|name| is_wordless(&name.name)) {
            let problem = format!("the name {} has neither letter nor digit", shown(&name.name));
            out.push(Finding { institutions: vec![n], problem, ..context.at("names", name.line, "name") });
        }
    }
}
