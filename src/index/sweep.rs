use super::passages::Passages;
use super::{segment, terms};
use anyhow::Result;
use foldhash::fast::RandomState;
use rayon::prelude::*;
use std::collections::HashMap;
use tantivy::{DocAddress, Searcher, SegmentReader};

/// What to look for: the terms of one identifier or name, by their hashes.
pub struct Needle(Vec<u32>);

impl Needle {
    /// Tokens that follow each other.
    pub fn phrase<'t>(tokens: impl IntoIterator<Item = &'t String>) -> Self {
        Self(tokens.into_iter().map(|token| terms::hash_of(token)).collect())
    }

    /// A typed identifier, `scheme:value`.
    pub fn typed(term: &str) -> Self {
        Self(vec![terms::of_term(term)])
    }
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
    let mut wanted: Vec<u32> = needles.iter().flat_map(|needle| &needle.0).copied().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let hits: Vec<Vec<Hit>> = searcher
        .segment_readers()
        .par_iter()
        .enumerate()
        .map(|(ord, segment)| sweep_segment(segment, ord as u32, &wanted, needles))
        .collect::<Result<_>>()?;
    Ok(hits.into_iter().flatten().collect())
}

fn sweep_segment(segment: &SegmentReader, ord: u32, wanted: &[u32], needles: &[Needle]) -> Result<Vec<Hit>> {
    let postings = segment::postings(segment)?;
    let mut found: HashMap<u32, Passages, RandomState> = HashMap::default();
    postings.each_of(wanted, &mut |hash, passages| {
        found.insert(hash, Passages::of(passages, segment.max_doc()));
    })?;
    let alive = segment.alive_bitset();
    let mut hits = Vec::new();
    for (number, needle) in needles.iter().enumerate() {
        let Some(lists) = needle.0.iter().map(|hash| found.get(hash)).collect::<Option<Vec<_>>>() else { continue };
        let passages = Passages::common(&lists).filter(|&passage| alive.is_none_or(|set| set.is_alive(passage)));
        hits.extend(passages.map(|passage| Hit { passage: DocAddress::new(ord, passage), needle: number as u32 }));
    }
    Ok(hits)
}
