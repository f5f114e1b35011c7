//! Where in an item the conditions of a query stand.

use super::answer::HitKind;
use super::leaf::{Holds, Leaf};
use super::snippet::snippet;
use super::words::Text;
use crate::case::Case;
use crate::index::TextIndex;
use crate::ledger::{FactPlace, Parts, each_fact};
use crate::matching::mask;
use crate::passage::PassageKind;
use anyhow::Result;
use std::collections::{BTreeMap, HashMap};
use tantivy::{DocAddress, Searcher, TantivyDocument};

/// A little more than what two passages share.
const OVERLAP: usize = 800;

/// A place in an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub offset: u64,
    /// Orders places of decoded text that have one offset.
    order: u64,
    pub kind: HitKind,
    pub snippet: String,
    pub highlights: Vec<[usize; 2]>,
    /// The end of a passage may stand again at the beginning of the next.
    border: Border,
}

/// At which end of its passage a place lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Border {
    Neither,
    Beginning,
    End,
}

impl Place {
    fn found(&self) -> Vec<&str> {
        self.highlights.iter().map(|[from, to]| &self.snippet[*from..*to]).collect()
    }
}

/// The conditions that are asked for, not against, and where they hold.
pub(super) type Asked<'l> = [(&'l Leaf, &'l Holds)];

/// How many passages of a content must be opened.
pub(super) fn passages_of(asked: &Asked<'_>, content: i64) -> usize {
    asked.iter().filter_map(|(_, holds)| holds.passages.get(&content)).map(Vec::len).sum()
}

/// The places of a content in running text and rows, by offset.
pub(super) fn in_text((index, parts): (&TextIndex, &Parts), searcher: &Searcher, asked: &Asked<'_>, content: i64) -> Result<Vec<Place>> {
    let mut passages: BTreeMap<DocAddress, Vec<&Leaf>> = BTreeMap::new();
    for (leaf, holds) in asked {
        for passage in holds.passages.get(&content).into_iter().flatten() {
            passages.entry(*passage).or_default().push(leaf);
        }
    }
    let mut out = Vec::new();
    for (passage, leaves) in passages {
        let document: TantivyDocument = searcher.doc(passage)?;
        let stored = index.passage(&document)?;
        let holders = parts.holders(stored.content).into_iter().filter(|(holder, _)| *holder == content);
        let offsets: Vec<u64> = holders.map(|(_, offset)| offset).collect();
        let text = Text::new(&stored.text, stored.kind);
        let kind = match stored.kind {
            PassageKind::Prose | PassageKind::Recognised => HitKind::Text,
            PassageKind::Rows(_) => HitKind::Row,
            PassageKind::Payment => HitKind::Payment,
            PassageKind::Strings => HitKind::Strings,
        };
        for (spans, is_shown) in leaves.iter().flat_map(|leaf| leaf.find(&text)) {
            let Some(first) = spans.first() else { continue };
            let snippet = snippet(&stored.text, &spans, is_shown);
            let border = match first.start {
                start if start + OVERLAP >= stored.text.len() => Border::End,
                start if start < OVERLAP => Border::Beginning,
                _ => Border::Neither,
            };
            let offset = stored.map.offset(&stored.text, first.start);
            out.extend(offsets.iter().map(|begins| Place {
                offset: begins + offset,
                order: first.start as u64,
                kind,
                snippet: snippet.text.clone(),
                highlights: snippet.highlights.clone(),
                border,
            }));
        }
    }
    out.sort();
    out.dedup();
    drop_repeated(&mut out);
    Ok(out)
}

/// What stands in the overlap of two passages was found in both: at the same offset, and with the same text
/// around it, but for what one of them has no more of.
fn drop_repeated(places: &mut Vec<Place>) {
    let mut ends: HashMap<(u64, Vec<&str>), Vec<&Place>> = HashMap::new();
    for place in places.iter().filter(|p| p.border == Border::End) {
        ends.entry((place.offset, place.found())).or_default().push(place);
    }
    let is_repeated = |place: &Place| {
        let is_same = |other: &&Place| {
            let (a, b) = (place.snippet.as_str(), other.snippet.as_str());
            a.starts_with(b) || b.starts_with(a) || a.ends_with(b) || b.ends_with(a)
        };
        place.border == Border::Beginning && ends.get(&(place.offset, place.found())).is_some_and(|ends| ends.iter().any(is_same))
    };
    let repeated: Vec<bool> = places.iter().map(is_repeated).collect();
    let mut repeated = repeated.into_iter();
    places.retain(|_| !repeated.next().unwrap_or(false));
}

/// The places of a content in typed fields.
pub(super) fn in_fields(case: &Case, asked: &Asked<'_>, content: i64) -> Result<Vec<Place>> {
    let mut out = Vec::new();
    for (leaf, holds) in asked {
        let Leaf::Identifier(identifier) = leaf else { continue };
        if !holds.fields.contains(&content) {
            continue;
        }
        let Some((_, facts)) = case.ledger.facts(content, content)?.pop() else { continue };
        each_fact(&facts, &mut |fact| {
            if identifier.facts.contains(&fact.term) {
                let place = match fact.place {
                    FactPlace::Column("") => "a column without header".to_owned(),
                    FactPlace::Column(header) => format!("column {}", mask(header)),
                    FactPlace::Payment(layout, role) => format!("{layout} {role}"),
                };
                let times = if fact.count == 1 { "once".to_owned() } else { format!("{} times", fact.count) };
                out.push(Place {
                    offset: fact.offset,
                    order: 0,
                    kind: HitKind::Field,
                    snippet: format!("{place}, {times}"),
                    highlights: Vec::new(),
                    border: Border::Neither,
                });
            }
        });
    }
    out.sort();
    out.dedup();
    Ok(out)
}
