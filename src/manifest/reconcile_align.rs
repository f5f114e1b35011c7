//! How a manifest lies to the evidence: which leading components of either are to be dropped.

use super::reconcile::{Held, Listed};
use super::reconcile_compare::{Tags, difference};
use super::reconcile_index::{ByHash, Components, Index, ROOT, step};
use std::cmp::Reverse;

/// Leading components that a manifest has and the evidence has not, and the reverse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alignment {
    /// Dropped from the manifest's paths; a path that does not begin with them is not in the evidence.
    pub listed: Vec<Vec<u8>>,
    /// Put before what remains.
    pub held: Vec<Vec<u8>>,
    /// Rows with an item at their path.
    pub matches: u64,
    /// The hash of `held`.
    prefix: u64,
}

/// A listed path at its place in the evidence.
pub(super) struct Translated<'p> {
    held: &'p [Vec<u8>],
    rest: &'p [u8],
}

impl<'p> Translated<'p> {
    pub(super) fn components(&self) -> impl Iterator<Item = &'p [u8]> {
        let rest = (!self.rest.is_empty()).then(|| self.rest.split(|b| *b == b'/'));
        self.held.iter().map(Vec::as_slice).chain(rest.into_iter().flatten())
    }

    pub(super) fn is(&self, path: &[&[u8]]) -> bool {
        self.components().eq(path.iter().copied())
    }
}

impl Alignment {
    /// Where a listed path lies in the evidence.
    pub(super) fn translate<'p>(&'p self, path: &'p [u8]) -> Option<Translated<'p>> {
        let mut rest = path;
        for dropped in &self.listed {
            rest = rest.strip_prefix(dropped.as_slice())?;
            rest = if rest.is_empty() { rest } else { rest.strip_prefix(b"/")? };
        }
        Some(Translated { held: &self.held, rest })
    }

    /// The hash of that place, from the hashes of the listed path's components.
    pub(super) fn key(&self, components: &[u64]) -> Option<u64> {
        components.get(self.listed.len()..).map(|rest| rest.iter().fold(self.prefix, |path, component| step(path, *component)))
    }

    fn of(listed: &[&[u8]], held: &[&[u8]]) -> Self {
        let own = |parts: &[&[u8]]| parts.iter().map(|p| p.to_vec()).collect::<Vec<_>>();
        let prefix = held.iter().fold(ROOT, |path, part| step(path, super::reconcile_index::component(part)));
        Self { listed: own(listed), held: own(held), matches: 0, prefix }
    }
}

/// How many rows vote for alignments; evenly spread over the manifest.
const VOTERS: usize = 30_000;
/// An end of a path that more voters share says nothing about where they lie.
const SHARED: usize = 4;
/// How many votes are kept at once.
const BALLOT: usize = 1 << 19;
/// How many parts the evidence may have come in.
const PARTS: usize = 24;
/// How many different sizes must agree before a further part is believed: files that are written anew every
/// day under the same names may agree in one.
const SIZES: usize = 3;

struct Vote {
    count: u32,
    row: u32,
    item: u32,
    common: u32,
}

/// Finds the alignments: the one under which most rows agree with the item at their path, then those of
/// further parts, which share no path with the ones before.
pub(super) fn find(index: &Index, items: &[Held<'_>], components: &Components, rows: &[Listed<'_>]) -> Vec<Alignment> {
    let mut candidates = candidates(index, items, components, rows);
    let mut scored: Vec<Score> = candidates.drain(..).map(|a| Score::of(a, index, items, components, rows)).collect();
    scored.retain(Score::plausible);
    scored.sort_by_cached_key(Score::rank);
    let mut scored = scored.into_iter();
    let Some(best) = scored.next() else { return Vec::new() };
    let mut covered = best.matched;
    let mut alignments = vec![best.alignment];
    for score in scored {
        let apart = score.matched.iter().zip(&covered).all(|(a, b)| a & b == 0);
        if apart && score.agreeing == score.alignment.matches && score.sizes.len() >= SIZES && alignments.len() < PARTS {
            covered.iter_mut().zip(&score.matched).for_each(|(all, part)| *all |= part);
            alignments.push(score.alignment);
        }
    }
    alignments
}

/// The alignments with the most votes of a sample of the rows. An item votes with the rows that share the
/// longest end of its path.
fn candidates(index: &Index, items: &[Held<'_>], components: &Components, rows: &[Listed<'_>]) -> Vec<Alignment> {
    let files: Vec<usize> = rows.iter().enumerate().filter(|(_, row)| !row.directory && !row.path.is_empty()).map(|(i, _)| i).collect();
    let stride = files.len().div_ceil(VOTERS).max(1);
    let mut ends: ByHash<Vec<u32>> = ByHash::default();
    for &row in files.iter().step_by(stride) {
        let mut end = ROOT;
        for hash in components.get(row).iter().rev() {
            end = step(end, *hash);
            let voters = ends.entry(end).or_default();
            // The same path twice is one voter.
            let again = voters.iter().any(|&other| components.get(other as usize) == components.get(row));
            if voters.len() <= SHARED && !again {
                voters.push(u32::try_from(row).unwrap_or(u32::MAX));
            }
        }
    }
    let mut votes: ByHash<Vote> = ByHash::default();
    for item in 0..items.len() {
        let hashes = index.components.get(item);
        let (mut end, mut longest) = (ROOT, None);
        for (i, hash) in hashes.iter().rev().enumerate() {
            end = step(end, *hash);
            match ends.get(&end) {
                Some(voters) => longest = Some((i + 1, voters)),
                None => break,
            }
        }
        let Some((common, voters)) = longest.filter(|(_, voters)| voters.len() <= SHARED) else { continue };
        let held = Components::fold(hashes.get(..hashes.len().saturating_sub(common)).unwrap_or_default());
        for &row in voters {
            let path = components.get(row as usize);
            let listed = Components::fold(path.get(..path.len().saturating_sub(common)).unwrap_or_default());
            let vote = votes.entry(step(listed, held)).or_insert(Vote {
                count: 0,
                row,
                item: u32::try_from(item).unwrap_or(u32::MAX),
                common: u32::try_from(common).unwrap_or(u32::MAX),
            });
            vote.count += 1;
        }
        if votes.len() > BALLOT {
            votes.retain(|_, vote| vote.count > 1);
        }
    }
    // Unchanged paths need no vote to be looked at.
    let mut alignments = vec![Alignment::of(&[], &[])];
    let mut ballot: Vec<Vote> = votes.into_values().collect();
    ballot.sort_unstable_by_key(|vote| (Reverse(vote.count), vote.item, vote.row));
    let least = ballot.first().map_or(0, |vote| vote.count / 2_000);
    for vote in ballot.iter().take_while(|vote| vote.count > least).take(PARTS) {
        let (Some(row), Some(item)) = (rows.get(vote.row as usize), items.get(vote.item as usize)) else { continue };
        let path: Vec<&[u8]> = row.path.split(|b| *b == b'/').collect();
        let keep = |len: usize| len.saturating_sub(vote.common as usize);
        let listed = path.get(..keep(path.len())).unwrap_or_default();
        let held = item.path.get(..keep(item.path.len())).unwrap_or_default();
        if !(listed.is_empty() && held.is_empty()) {
            alignments.push(Alignment::of(listed, held));
        }
    }
    alignments
}

/// An alignment counted over all rows.
struct Score {
    alignment: Alignment,
    /// Rows that agree with the item at their path.
    agreeing: u64,
    /// Of them, those with a size or checksum to agree in.
    sized: u64,
    /// Their first different sizes.
    sizes: Vec<u64>,
    /// Components that remain of the longest matched path.
    depth: usize,
    /// One bit per row: an item stands at its path.
    matched: Vec<u64>,
}

impl Score {
    fn of(mut alignment: Alignment, index: &Index, items: &[Held<'_>], components: &Components, rows: &[Listed<'_>]) -> Self {
        let mut matched = vec![0u64; rows.len().div_ceil(64)];
        let (mut matches, mut agreeing, mut sized, mut depth) = (0, 0, 0, 0);
        let mut sizes = Vec::new();
        for (i, row) in rows.iter().enumerate().filter(|(_, row)| !row.directory) {
            let Some(key) = alignment.key(components.get(i)) else { continue };
            let mut found = index.at(key).peekable();
            if found.peek().is_none() {
                continue;
            }
            let Some(path) = alignment.translate(row.path) else { continue };
            let mut at_path = found.filter_map(|item| items.get(item)).filter(|held| path.is(&held.path)).peekable();
            if at_path.peek().is_none() {
                continue;
            }
            matches += 1;
            if let Some(word) = matched.get_mut(i / 64) {
                *word |= 1 << (i % 64);
            }
            depth = depth.max(components.get(i).len().saturating_sub(alignment.listed.len()));
            if at_path.any(|held| difference(held, row, Tags::Perhaps).is_none()) {
                agreeing += 1;
                if let Some(size) = row.size.filter(|size| *size > 0 && sizes.len() < SIZES && !sizes.contains(size)) {
                    sizes.push(size);
                }
                sized += u64::from(row.size.is_some_and(|size| size > 0) || row.is_summed());
            }
        }
        alignment.matches = matches;
        Self { alignment, agreeing, sized, sizes, depth, matched }
    }

    /// One name that happens to stand on both sides is no alignment.
    fn plausible(&self) -> bool {
        let identity = self.alignment.listed.is_empty() && self.alignment.held.is_empty();
        self.alignment.matches > 0 && (identity || self.sized > 0 || self.depth >= 2 || self.alignment.matches >= 3)
    }

    /// The most agreeing rows first, then the most matches, then the least dropped, then by name.
    fn rank(&self) -> impl Ord + use<> {
        let alignment = &self.alignment;
        (
            Reverse((self.agreeing, alignment.matches)),
            alignment.listed.len() + alignment.held.len(),
            alignment.listed.clone(),
            alignment.held.clone(),
        )
    }
}
