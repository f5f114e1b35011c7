use super::common::each_common;
use super::tokens::{TERM_BYTES, is_number, term_of};
use super::{Fields, TextIndex};
use anyhow::Result;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocSet, Searcher, SegmentReader, TERMINATED, Term};

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
    /// A term of the field of typed identifiers.
    Typed(&'s str),
}

/// Says of the places of each sought word in one passage whether they will do.
pub type Places<'p> = &'p (dyn Fn(&[Vec<u32>]) -> bool + Sync);

/// Passages that may hold what is sought, with the rows of their contents.
pub struct Candidates {
    /// Row of the content and place in the index, in the order of the index.
    pub passages: Vec<(i64, DocAddress)>,
    /// Terms that were cut took part: what was found must be verified on the text.
    pub may_be_cut: bool,
}

/// Finds the passages that hold all that is sought. Every passage that does is among them. `places` is asked
/// where all are words that the index has with their places.
pub fn search(index: &TextIndex, searcher: &Searcher, sought: &[Sought<'_>], places: Option<Places<'_>>) -> Result<Candidates> {
    let may_be_cut = AtomicBool::new(false);
    let found: Vec<Vec<(i64, DocAddress)>> = searcher
        .segment_readers()
        .par_iter()
        .enumerate()
        .map(|(ord, segment)| {
            let documents = search_segment(segment, &index.fields, sought, places, &may_be_cut)?;
            let contents = segment.fast_fields().u64("content")?;
            let alive = segment.alive_bitset();
            let documents = documents.into_iter().filter(|&d| alive.is_none_or(|set| set.is_alive(d)));
            Ok(documents.filter_map(|d| Some((contents.first(d)? as i64, DocAddress::new(ord as u32, d)))).collect())
        })
        .collect::<Result<_>>()?;
    Ok(Candidates { passages: found.into_iter().flatten().collect(), may_be_cut: may_be_cut.into_inner() })
}

fn search_segment(
    segment: &SegmentReader,
    fields: &Fields,
    sought: &[Sought<'_>],
    places: Option<Places<'_>>,
    may_be_cut: &AtomicBool,
) -> Result<Vec<u32>> {
    let mut lists = Vec::with_capacity(sought.len());
    let all_placed = sought.iter().all(|one| matches!(one, Sought::Word(word) if !is_number(word)));
    let places = places.filter(|_| all_placed && sought.len() > 1);
    let option = if places.is_some() { IndexRecordOption::WithFreqsAndPositions } else { IndexRecordOption::Basic };
    for one in sought {
        let list = match one {
            Sought::Word(word) => {
                if term_of(word) != *word {
                    may_be_cut.store(true, Ordering::Relaxed);
                }
                exact(segment, if is_number(word) { fields.numbers } else { fields.words }, term_of(word), option)?
            }
            Sought::Typed(term) => exact(segment, fields.typed, term, option)?,
            Sought::Like { prefix, fits } => {
                let mut list = like(segment, fields.words, prefix, *fits, may_be_cut)?;
                list.extend(like(segment, fields.numbers, prefix, *fits, may_be_cut)?);
                list
            }
        };
        if list.is_empty() {
            return Ok(Vec::new());
        }
        lists.push(list);
    }
    match places {
        Some(places) => {
            let single: Vec<SegmentPostings> = lists.into_iter().flatten().collect();
            Ok(placed(single, places))
        }
        None => Ok(intersection(lists, segment.max_doc())),
    }
}

fn exact(segment: &SegmentReader, field: Field, term: &str, option: IndexRecordOption) -> Result<Vec<SegmentPostings>> {
    Ok(segment.inverted_index(field)?.read_postings(&Term::from_field_text(field, term), option)?.into_iter().collect())
}

fn like(
    segment: &SegmentReader,
    field: Field,
    prefix: &str,
    fits: &dyn Fn(&str, bool) -> bool,
    may_be_cut: &AtomicBool,
) -> Result<Vec<SegmentPostings>> {
    let inverted = segment.inverted_index(field)?;
    let mut out = Vec::new();
    let prefix = term_of(prefix).as_bytes();
    let mut range = inverted.terms().range().ge(prefix);
    if let Some((last, before)) = prefix.split_last() {
        // No byte of UTF-8 is the highest one.
        range = range.lt([before, &[last + 1]].concat());
    }
    let mut terms = range.into_stream()?;
    while terms.advance() {
        let Ok(term) = std::str::from_utf8(terms.key()) else { continue };
        // A term is cut at a border of characters, so a cut one may be a little shorter.
        let is_cut = term.len() > TERM_BYTES - 4 && fits(term, true);
        if is_cut {
            may_be_cut.store(true, Ordering::Relaxed);
        }
        if is_cut || fits(term, false) {
            out.push(inverted.read_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?);
        }
    }
    Ok(out)
}

/// Documents on which each of several unions of lists stands.
fn intersection(lists: Vec<Vec<SegmentPostings>>, documents: u32) -> Vec<u32> {
    let words = (documents as usize).div_ceil(64);
    let mut all: Option<Vec<u64>> = None;
    for list in lists {
        let mut set = vec![0u64; words];
        for mut postings in list {
            let mut document = postings.doc();
            while document != TERMINATED {
                set[document as usize / 64] |= 1 << (document % 64);
                document = postings.advance();
            }
        }
        match &mut all {
            Some(all) => all.iter_mut().zip(&set).for_each(|(a, b)| *a &= b),
            None => all = Some(set),
        }
    }
    let all = all.unwrap_or_default();
    let bits = |(at, word): (usize, &u64)| {
        let word = *word;
        (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at as u32 * 64 + bit)
    };
    all.iter().enumerate().filter(|(_, word)| **word != 0).flat_map(bits).collect()
}

/// Documents on which all lists stand, at places that will do.
fn placed(mut lists: Vec<SegmentPostings>, places: Places<'_>) -> Vec<u32> {
    let mut out = Vec::new();
    let mut found = vec![Vec::new(); lists.len()];
    each_common(&mut lists, |document, lists| {
        for (list, found) in lists.iter_mut().zip(&mut found) {
            found.clear();
            list.positions(found);
        }
        if places(&found) {
            out.push(document);
        }
    });
    out
}
