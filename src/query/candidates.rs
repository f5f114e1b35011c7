//! The passages of the index that may hold what a pattern asks for.

use super::words::{Pattern, Word, needs};
use crate::index::{Candidates, Sought, known, search, search_any};
use anyhow::Result;
use std::collections::BTreeMap;
use tantivy::{DocAddress, Searcher};

/// Longer numbers are looked for whole, and in groups of equal length, only.
const REGROUPED: usize = 20;

/// Passages by their contents, and whether each must be verified on its text.
#[derive(Default)]
pub(super) struct Found {
    pub passages: BTreeMap<i64, Vec<DocAddress>>,
    pub is_exact: bool,
}

impl Found {
    fn add(&mut self, candidates: Candidates) {
        for (content, passage) in candidates.passages {
            self.passages.entry(content).or_default().push(passage);
        }
    }

    /// Passages of any of several.
    pub(super) fn any(all: impl IntoIterator<Item = Found>) -> Self {
        let mut out = Self { is_exact: true, ..Self::default() };
        for one in all {
            out.is_exact &= one.is_exact;
            one.passages.into_iter().for_each(|(content, passages)| out.passages.entry(content).or_default().extend(passages));
        }
        for passages in out.passages.values_mut() {
            passages.sort_unstable();
            passages.dedup();
        }
        out
    }
}

/// Passages with a typed identifier.
pub(super) fn of_typed(searcher: &Searcher, term: &str) -> Result<Found> {
    let mut found = Found::default();
    found.add(search(searcher, &[Sought::Typed(term)])?);
    Ok(found)
}

/// Passages that may hold a pattern.
pub(super) fn of_pattern(searcher: &Searcher, pattern: &Pattern) -> Result<Found> {
    match pattern {
        Pattern::Phrase(words) => of_words(searcher, words),
        Pattern::Near(words, _) => {
            let kinds: Vec<Word> = needs(words).1.into_iter().cloned().collect();
            Ok(Found { is_exact: false, ..of_words(searcher, &kinds)? })
        }
        Pattern::Grouped(code) => {
            let passages = search_any(searcher, &groupings(searcher, code)?)?;
            let mut found = Found::default();
            found.add(Candidates { passages, is_unsure: true });
            Ok(found)
        }
    }
}

/// Does a term, which may be cut, fit?
type Fits<'w> = Box<dyn Fn(&str, bool) -> bool + Sync + 'w>;

/// Passages that hold all words, wherever.
fn of_words(searcher: &Searcher, words: &[Word]) -> Result<Found> {
    let mut prefixes = Vec::new();
    let mut fits: Vec<Fits<'_>> = Vec::new();
    for word in words {
        if let Word::Like(wildcard) = word {
            prefixes.push(wildcard.prefix());
            fits.push(Box::new(|term, is_cut| if is_cut { wildcard.could_begin(term) } else { wildcard.fits(term) }));
        }
    }
    let mut like = prefixes.iter().zip(&fits);
    let sought: Vec<Sought<'_>> = words
        .iter()
        .filter_map(|word| match word {
            Word::Exact(term) => Some(Sought::Word(term)),
            Word::Like(_) => like.next().map(|(prefix, fits)| Sought::Like { prefix, fits: &**fits }),
            Word::Any => None,
        })
        .collect();
    let candidates = search(searcher, &sought)?;
    let mut found = Found { is_exact: words.len() == 1 && !candidates.is_unsure, ..Found::default() };
    found.add(candidates);
    Ok(found)
}

/// The ways in which a code may be written in groups, as far as the index has all of the groups: whole; in
/// groups of equal length; digits also in groups of three and more of any length, and as social security numbers and dates
/// are written.
fn groupings<'c>(searcher: &Searcher, code: &'c str) -> Result<Vec<Vec<&'c str>>> {
    let len = code.len();
    let is_number = code.bytes().all(|b| b.is_ascii_digit());
    let mut all: Vec<Vec<usize>> = Vec::new();
    for width in if is_number { 2..=5 } else { 4..=4 } {
        all.push((0..len).step_by(width).map(|at| width.min(len - at)).collect());
    }
    match len {
        8 if is_number => all.extend([vec![4, 2, 2], vec![2, 2, 4]]),
        9 if is_number => all.push(vec![3, 2, 4]),
        _ => {}
    }
    let parts: Vec<&str> = (0..len).flat_map(|from| (from + 1..=len).map(move |to| &code[from..to])).collect();
    let known = known(searcher, &parts)?;
    let is_known = |from: usize, to: usize| known.contains(&code[from..to]);
    let mut out = vec![vec![code]];
    if is_number && len <= REGROUPED {
        let mut open: Vec<Vec<usize>> = vec![Vec::new()];
        while let Some(sizes) = open.pop() {
            let at: usize = sizes.iter().sum();
            for size in 1..=len - at {
                let is_last = at + size == len;
                if (size >= 3 || is_last) && size < len && is_known(at, at + size) {
                    let sizes = [&sizes[..], &[size]].concat();
                    if is_last { all.push(sizes) } else { open.push(sizes) }
                }
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    for sizes in all {
        let mut at = 0;
        let mut groups = Vec::with_capacity(sizes.len());
        let mut is_there = true;
        for size in sizes {
            is_there = is_there && is_known(at, at + size);
            groups.push(&code[at..at + size]);
            at += size;
        }
        if is_there {
            out.push(groups);
        }
    }
    Ok(out)
}
