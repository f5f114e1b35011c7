//! What each content says, whatever lies where: the passages that the index gives for the registry's names and
//! identifiers, judged; tables and payments, joined with the registry.

use super::findings::Findings;
use super::lexicon::Lexicon;
use super::{Mention, decoys, judge, payments, tables};
use crate::case::Case;
use crate::index::{StoredPassage, sweep};
use crate::ledger::Reading;
use crate::registry::Registry;
use anyhow::{Context, Result};
use rayon::prelude::*;
use std::collections::HashMap;
use tantivy::TantivyDocument;

/// The findings of each reading, in the order of the readings.
pub(super) fn find(
    case: &Case,
    lexicon: &Lexicon,
    registry: &Registry,
    readings: &[(i64, Reading)],
    decoys: &mut decoys::Decoys<'_>,
) -> Result<Vec<Findings>> {
    let policy = &registry.incident.policy;
    let by_row: HashMap<i64, usize> = readings.iter().enumerate().map(|(i, (row, _))| (*row, i)).collect();
    let searcher = case.index.reader()?.searcher();
    let parts = case.ledger.parts()?;
    let (mut needles, _) = lexicon.needles();
    let registered = needles.len() as u32;
    needles.extend(decoys.needles());
    let (hits, along): (Vec<_>, Vec<_>) = sweep(&case.index, &searcher, &needles)?.into_iter().partition(|hit| hit.needle < registered);
    let addresses = |hits: Vec<crate::index::Hit>| {
        let mut passages: Vec<_> = hits.into_iter().map(|hit| hit.passage).collect();
        passages.par_sort_unstable();
        passages.dedup();
        passages
    };
    let passages = addresses(hits);
    let index = &case.index;
    let judged: Vec<(usize, Vec<Mention>)> = passages
        .par_chunks(64)
        .map(|chunk| {
            let mut out = Vec::new();
            for address in chunk {
                let document: TantivyDocument = searcher.doc(*address)?;
                let passage: StoredPassage = index.passage(&document)?;
                for (row, offset) in parts.holders(passage.content) {
                    // Passages whose content the ledger lacks belong to a reading that was rolled back.
                    let Some(&content) = by_row.get(&row) else { continue };
                    out.push((content, judge::judge(lexicon, &passage.held_by(row, offset), &readings[content].1.facts.tables)));
                }
            }
            Ok(out)
        })
        .collect::<Result<Vec<_>>>()
        .context("cannot read the index")?
        .into_iter()
        .flatten()
        .collect();
    let mut findings: Vec<Findings> = vec![Findings::default(); readings.len()];
    for (content, mentions) in judged {
        findings[content].mentions.extend(mentions);
    }
    for address in addresses(along) {
        let passage: StoredPassage = index.passage(&searcher.doc(address)?)?;
        for (row, offset) in parts.holders(passage.content) {
            let Some(&content) = by_row.get(&row) else { continue };
            decoys.passage(content, &passage.held_by(row, offset), &readings[content].1.facts.tables);
        }
    }
    decoys.contents(readings, &findings, policy);
    findings.par_iter_mut().zip(readings.par_iter()).for_each(|(findings, (_, reading))| {
        tables::judge(lexicon, &reading.facts.tables, policy, findings);
        if let Some(payments) = &reading.facts.payments {
            payments::judge(lexicon, payments, reading.gaps.is_empty(), findings);
        }
        findings.all.elements.extend(reading.facts.text);
        findings.ownerless.elements.extend(reading.facts.text);
        findings.settle(policy.reference_list, &reading.facts.tables);
    });
    Ok(findings)
}
