use super::passages::Passages;
use super::postings::Postings;
use super::{segment, terms};
use crate::tokens::{TERM_BYTES, is_code, term_of};
use anyhow::Result;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use tantivy::{DocAddress, DocId, Searcher, SegmentReader};
use tantivy_sstable::Dictionary;

/// One thing that a passage must hold.
pub enum Sought<'s> {
    /// A folded token.
    Word(&'s str),
    /// A token that begins with the prefix and fits. A term that may have been cut is offered with `true`:
    /// does it fit as the beginning of a token?
    Like {
        /// What it begins with.
        prefix: &'s str,
        /// Does it fit?
        fits: &'s (dyn Fn(&str, bool) -> bool + Sync),
    },
    /// A typed identifier, `scheme:value`.
    Typed(&'s str),
}

/// Passages that may hold what is sought, with the rows of their contents.
pub struct Candidates {
    /// Row of the content and place in the index, in the order of the index.
    pub passages: Vec<(i64, DocAddress)>,
    /// Terms that were cut, or are not told from others, took part: what was found must be verified on the text.
    pub is_unsure: bool,
}

/// Finds the passages that hold all that is sought, wherever in them. Every passage that does is among them.
pub fn search(searcher: &Searcher, sought: &[Sought<'_>]) -> Result<Candidates> {
    let is_unsure = AtomicBool::new(false);
    let passages = in_segments(searcher, |segment| {
        let part = Part::open(segment, &is_unsure)?;
        let mut all = Vec::with_capacity(sought.len());
        for one in sought {
            let found = part.passages(one)?;
            if found.is_empty() {
                return Ok(Vec::new());
            }
            all.push(found);
        }
        Ok(Passages::common(&all.iter().collect::<Vec<_>>()).collect())
    })?;
    Ok(Candidates { passages, is_unsure: is_unsure.into_inner() })
}

/// Finds the passages that hold all tokens of one of several rows, however far apart.
pub fn search_any(searcher: &Searcher, rows: &[Vec<&str>]) -> Result<Vec<(i64, DocAddress)>> {
    let tokens: HashSet<&str> = rows.iter().flatten().copied().collect();
    in_segments(searcher, |segment| {
        let postings = segment::postings(segment)?;
        let mut found = HashMap::new();
        for &token in &tokens {
            found.insert(token, Passages::of(postings.passages(terms::hash_of(token))?, segment.max_doc()));
        }
        let mut passages = BTreeSet::new();
        for row in rows {
            passages.extend(Passages::common(&row.iter().map(|token| &found[token]).collect::<Vec<_>>()));
        }
        Ok(passages.into_iter().collect())
    })
}

/// Those of some folded tokens that may stand in the index.
pub fn known<'w>(searcher: &Searcher, tokens: &[&'w str]) -> Result<HashSet<&'w str>> {
    let mut known = HashSet::new();
    for segment in searcher.segment_readers() {
        let postings = segment::postings(segment)?;
        for &token in tokens {
            if postings.has(terms::hash_of(token))? {
                known.insert(token);
            }
        }
    }
    Ok(known)
}

/// What `find` gives of each segment, without what was deleted, with the rows of the contents.
fn in_segments(searcher: &Searcher, find: impl Fn(&SegmentReader) -> Result<Vec<DocId>> + Sync) -> Result<Vec<(i64, DocAddress)>> {
    let found: Vec<Vec<(i64, DocAddress)>> = searcher
        .segment_readers()
        .par_iter()
        .enumerate()
        .map(|(ord, segment)| {
            let contents = segment.fast_fields().u64("content")?;
            let alive = segment.alive_bitset();
            let passages = find(segment)?.into_iter().filter(|&passage| alive.is_none_or(|set| set.is_alive(passage)));
            Ok(passages.filter_map(|passage| Some((contents.first(passage)? as i64, DocAddress::new(ord as u32, passage)))).collect())
        })
        .collect::<Result<_>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// A segment that is searched.
struct Part<'s> {
    postings: Postings,
    dictionary: Dictionary,
    passages: u32,
    is_unsure: &'s AtomicBool,
}

impl<'s> Part<'s> {
    fn open(segment: &SegmentReader, is_unsure: &'s AtomicBool) -> Result<Self> {
        let (postings, dictionary) = (segment::postings(segment)?, segment::dictionary(segment)?);
        Ok(Self { postings, dictionary, passages: segment.max_doc(), is_unsure })
    }

    fn passages(&self, sought: &Sought<'_>) -> Result<Passages> {
        match sought {
            Sought::Word(code) if is_code(code) => {
                self.unsure_if(true);
                Ok(Passages::of(self.postings.passages(terms::hash_of(code))?, self.passages))
            }
            Sought::Word(word) => {
                self.unsure_if(term_of(word) != *word);
                self.of_term(term_of(word))
            }
            Sought::Typed(term) => self.of_term(term),
            Sought::Like { prefix, fits } => self.like(prefix, *fits),
        }
    }

    fn of_term(&self, term: &str) -> Result<Passages> {
        if self.dictionary.get(term)?.is_none() {
            return Ok(Passages::Few(Vec::new()));
        }
        Ok(Passages::of(self.with_hash_of(term)?, self.passages))
    }

    /// Passages that hold a term of the dictionary.
    fn with_hash_of(&self, term: &str) -> Result<Vec<DocId>> {
        let hash = terms::of_term(term);
        self.unsure_if(self.postings.is_shared(hash));
        Ok(self.postings.passages(hash)?)
    }

    fn like(&self, prefix: &str, fits: &dyn Fn(&str, bool) -> bool) -> Result<Passages> {
        let mut found = Vec::new();
        self.each_term(term_of(prefix), &mut |term| {
            // A term is cut at a border of characters, so a cut one may be a little shorter.
            let is_cut = term.len() > TERM_BYTES - 4 && fits(term, true);
            self.unsure_if(is_cut);
            if is_cut || terms::is_word(term) && fits(term, false) {
                found.push(self.with_hash_of(term)?);
            }
            Ok(())
        })?;
        // Codes that may begin like this; whether they go on so only their texts say.
        self.each_term(terms::HEAD, &mut |term| {
            let begins = terms::as_head(term).is_some_and(|head| head.starts_with(prefix) || prefix.starts_with(head));
            self.unsure_if(begins);
            if begins {
                found.push(self.with_hash_of(term)?);
            }
            Ok(())
        })?;
        Ok(Passages::any(found, self.passages))
    }

    fn each_term(&self, prefix: &str, take: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        let mut all = self.dictionary.prefix_range(prefix).into_stream()?;
        while all.advance() {
            take(std::str::from_utf8(all.key())?)?;
        }
        Ok(())
    }

    fn unsure_if(&self, is_unsure: bool) {
        if is_unsure {
            self.is_unsure.store(true, Ordering::Relaxed);
        }
    }
}
