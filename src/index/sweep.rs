use super::passages::Passages;
use super::{segment, terms};
use anyhow::Result;
use rayon::prelude::*;
use std::collections::HashMap;
use tantivy::{DocAddress, Searcher, SegmentReader};

/// What to look for: the terms of one identifier or name, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needle {
    /// Tokens that follow each other.
    Phrase(Vec<String>),
    /// A typed identifier, `scheme:value`.
    Typed(String),
}

/// A passage that may hold a needle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Where the passage stands in the index.
    pub passage: DocAddress,
    /// Which needle.
    pub needle: u32,
}

/// Finds the passages that may hold each needle: one pass over the sorted hashes of each segment beside those of all
/// needles, then what the terms of each have in common. Every passage that holds a needle is found; that a found passage
/// holds it is for the caller to verify on the text.
pub fn sweep(searcher: &Searcher, needles: &[Needle]) -> Result<Vec<Hit>> {
    let needles: Vec<Vec<u32>> = needles.iter().map(hashes).collect();
    let mut wanted: Vec<u32> = needles.iter().flatten().copied().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let hits: Vec<Vec<Hit>> = searcher
        .segment_readers()
        .par_iter()
        .enumerate()
        .map(|(ord, segment)| sweep_segment(segment, ord as u32, &wanted, &needles))
        .collect::<Result<_>>()?;
    Ok(hits.into_iter().flatten().collect())
}

fn hashes(needle: &Needle) -> Vec<u32> {
    match needle {
        Needle::Typed(term) => vec![terms::of_term(term)],
        Needle::Phrase(tokens) => tokens.iter().map(|token| terms::hash_of(token)).collect(),
    }
}

fn sweep_segment(segment: &SegmentReader, ord: u32, wanted: &[u32], needles: &[Vec<u32>]) -> Result<Vec<Hit>> {
    let postings = segment::postings(segment)?;
    let mut found: HashMap<u32, Passages> = HashMap::new();
    postings.each_of(wanted, &mut |hash, passages| {
        found.insert(hash, Passages::of(passages, segment.max_doc()));
    })?;
    let alive = segment.alive_bitset();
    let mut hits = Vec::new();
    for (number, needle) in needles.iter().enumerate() {
        let Some(lists) = needle.iter().map(|hash| found.get(hash)).collect::<Option<Vec<_>>>() else { continue };
        let passages = Passages::common(&lists).filter(|&passage| alive.is_none_or(|set| set.is_alive(passage)));
        hits.extend(passages.map(|passage| Hit { passage: DocAddress::new(ord, passage), needle: number as u32 }));
    }
    Ok(hits)
}
