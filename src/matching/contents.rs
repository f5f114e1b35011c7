//! What each content says, whatever lies where: the passages that the index gives for the registry's names and
//! identifiers, judged; tables and payments, joined with the registry.
//!
//! Contents are gone through in batches, since what they say of persons may take more memory than there is.

use super::findings::Findings;
use super::lexicon::Lexicon;
use super::mention::together;
use super::{Mention, decoys, headed, judge, payments, tables};
use crate::case::Case;
use crate::format::Facts;
use crate::index::{Hit, StoredPassage, sweep};
use crate::ledger::{Parts, Reading};
use crate::registry::Registry;
use crate::stop::Stop;
use anyhow::{Context, Result};
use rayon::prelude::*;
use std::collections::HashMap;
use std::ops::Range;
use tantivy::{DocAddress, Searcher};

/// Bytes of facts, as the ledger keeps them, that are gone through together; in memory they take some ten times as
/// much.
const TOGETHER: u64 = 8 << 20;

/// The findings of each reading, in the order of the readings.
pub(super) fn find(
    case: &Case,
    lexicon: &Lexicon,
    registry: &Registry,
    readings: &[(i64, Reading)],
    decoys: &mut decoys::Decoys<'_>,
    stop: &Stop,
) -> Result<Vec<Findings>> {
    let policy = &registry.incident.policy;
    let index = &case.index;
    // What a damaged index hides would be ruled out.
    let (damaged, (mut needles, others)) = rayon::join(|| index.check(), || (lexicon.needles(), decoys.needles()));
    let damaged = damaged.context("the index is damaged or cannot be read")?;
    anyhow::ensure!(damaged.is_empty(), "the case is damaged: {}; index the evidence into a new case", damaged.join(", "));
    let searcher = index.reader()?.searcher();
    let registered = needles.len() as u32;
    needles.extend(others);
    let (hits, along): (Vec<_>, Vec<_>) = sweep(&searcher, &needles)?.into_iter().partition(|hit| hit.needle < registered);
    let parts = case.ledger.parts()?;
    let mut places = Places { searcher: &searcher, parts: &parts, readings, columns: HashMap::new() };
    let (hits, along) = (places.of(hits)?, places.of(along)?);
    let passage = |held: &Held| -> Result<StoredPassage> {
        stop.check()?;
        let stored = searcher.doc(held.passage).map_err(anyhow::Error::from).and_then(|document| index.passage(&document));
        let stored = stored.context("cannot read the index")?;
        Ok(stored.held_by(readings[held.content].0, held.offset))
    };

    let mut findings: Vec<Findings> = vec![Findings::default(); readings.len()];
    for batch in batches(readings, &case.ledger.facts_held()?) {
        let mut facts: Vec<Facts> = vec![Facts::default(); batch.len()];
        let (first, last) = (readings[batch.start].0, readings[batch.end - 1].0);
        for (row, held) in case.ledger.facts(first, last)? {
            if let Ok(content) = readings[batch.clone()].binary_search_by_key(&row, |(row, _)| *row) {
                facts[content] = held;
            }
        }
        // A log may name its client in every line.
        let judge = |held: &Held| -> Result<_> {
            let mentions = judge::judge(lexicon, &passage(held)?, &facts[held.content - batch.start].tables);
            Ok((held.content, together(mentions)))
        };
        let judged: Vec<(usize, Vec<Mention>)> = within(&hits, &batch).par_iter().map(judge).collect::<Result<_>>()?;
        for (content, mentions) in judged {
            findings[content].mentions.extend(mentions);
        }
        for held in within(&along, &batch) {
            decoys.passage(held.content, &passage(held)?, &facts[held.content - batch.start].tables);
        }
        decoys.contents(batch.start, &facts, &readings[batch.clone()], &findings[batch.clone()], policy);
        let all = findings[batch.clone()].par_iter_mut().zip(&facts).zip(&readings[batch]);
        all.for_each(|((findings, facts), (_, reading))| {
            let owned = tables::judge(lexicon, &facts.tables, policy, findings);
            if let Some(payments) = &facts.payments {
                payments::judge(lexicon, payments, reading.gaps.is_empty(), findings);
            }
            findings.all.elements.extend(facts.text);
            findings.all.persons.extend_from_slice(&facts.persons);
            findings.all.elements.extend(facts.members.elements);
            findings.all.persons.extend_from_slice(&facts.members.persons);
            findings.text = facts.text;
            findings.text_persons.clone_from(&facts.persons);
            findings.settle(policy.reference_list, &facts.tables);
            headed::judge(lexicon, facts, &owned, findings);
        });
    }
    Ok(findings)
}

/// A passage in a content that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    /// Its place among the readings.
    content: usize,
    passage: DocAddress,
    /// Where the piece begins in the content to which the passage belongs.
    offset: u64,
}

/// Finds the contents that hold passages.
struct Places<'p> {
    searcher: &'p Searcher,
    parts: &'p Parts,
    readings: &'p [(i64, Reading)],
    /// Rows of the contents of each segment's passages.
    columns: HashMap<u32, tantivy::columnar::Column<u64>>,
}

impl Places<'_> {
    /// Where the passages of some hits stand, each once, in the order of contents.
    fn of(&mut self, hits: Vec<Hit>) -> Result<Vec<Held>> {
        let mut passages: Vec<DocAddress> = hits.into_iter().map(|hit| hit.passage).collect();
        passages.par_sort_unstable();
        passages.dedup();
        let mut out = Vec::with_capacity(passages.len());
        for passage in passages {
            if !self.columns.contains_key(&passage.segment_ord) {
                let column = self.searcher.segment_reader(passage.segment_ord).fast_fields().u64("content")?;
                self.columns.insert(passage.segment_ord, column);
            }
            let row = self.columns[&passage.segment_ord].first(passage.doc_id).context("a passage has no content")?;
            for (row, offset) in self.parts.holders(row as i64) {
                // Passages whose content the ledger lacks belong to a reading that was rolled back.
                if let Ok(content) = self.readings.binary_search_by_key(&row, |(row, _)| *row) {
                    out.push(Held { content, passage, offset });
                }
            }
        }
        out.par_sort_unstable();
        Ok(out)
    }
}

/// Those that lie in a range of contents.
fn within<'h>(all: &'h [Held], contents: &Range<usize>) -> &'h [Held] {
    let before = |content: usize| all.partition_point(|held| held.content < content);
    &all[before(contents.start)..before(contents.end)]
}

/// Ranges of contents whose facts fit into memory together.
fn batches<R>(readings: &[(i64, R)], held: &[(i64, u64)]) -> Vec<Range<usize>> {
    let (mut out, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (row, size) in held {
        let Ok(content) = readings.binary_search_by_key(row, |(row, _)| *row) else { continue };
        if bytes > 0 && bytes + size > TOGETHER {
            out.push(start..content);
            (start, bytes) = (content, 0);
        }
        bytes += size;
    }
    out.push(start..readings.len());
    out.retain(|batch| !batch.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_cover_every_content_once() {
        let readings = [3, 4, 7, 9, 12].map(|row| (row, ()));
        assert!(batches::<()>(&[], &[]).is_empty());
        assert_eq!(batches(&readings, &[]), [0..5]);
        assert_eq!(batches(&readings, &[(4, TOGETHER), (7, 1), (12, TOGETHER * 2)]), [0..2, 2..4, 4..5]);
        assert_eq!(batches(&readings, &[(3, TOGETHER * 3), (4, TOGETHER)]), [0..1, 1..5]);
    }
}
