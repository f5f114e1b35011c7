use super::common::each_common;
use super::tokens::{TERM_BYTES, is_code, term_of};
use super::{Fields, TextIndex, codes};
use anyhow::Result;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, DocSet, Searcher, SegmentReader, TERMINATED, Term};

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
    /// Terms that were cut, or hashed, took part: what was found must be verified on the text.
    pub is_unsure: bool,
}

/// Finds the passages that hold all that is sought. Every passage that does is among them. `places` is asked
/// where all are words that the index has with their places.
pub fn search(index: &TextIndex, searcher: &Searcher, sought: &[Sought<'_>], places: Option<Places<'_>>) -> Result<Candidates> {
    let is_unsure = AtomicBool::new(false);
    let found: Vec<Vec<(i64, DocAddress)>> = searcher
        .segment_readers()
        .par_iter()
        .enumerate()
        .map(|(ord, segment)| {
            let documents = search_segment(segment, &index.fields, sought, places, &is_unsure)?;
            let contents = segment.fast_fields().u64("content")?;
            let alive = segment.alive_bitset();
            let documents = documents.into_iter().filter(|&d| alive.is_none_or(|set| set.is_alive(d)));
            Ok(documents.filter_map(|d| Some((contents.first(d)? as i64, DocAddress::new(ord as u32, d)))).collect())
        })
        .collect::<Result<_>>()?;
    Ok(Candidates { passages: found.into_iter().flatten().collect(), is_unsure: is_unsure.into_inner() })
}

fn search_segment(
    segment: &SegmentReader,
    fields: &Fields,
    sought: &[Sought<'_>],
    places: Option<Places<'_>>,
    is_unsure: &AtomicBool,
) -> Result<Vec<u32>> {
    let mut lists = Vec::with_capacity(sought.len());
    let all_placed = sought.iter().all(|one| matches!(one, Sought::Word(word) if !is_code(word)));
    let places = places.filter(|_| all_placed && sought.len() > 1);
    let option = if places.is_some() { IndexRecordOption::WithFreqsAndPositions } else { IndexRecordOption::Basic };
    let codes = sought.iter().filter_map(|one| if let Sought::Word(word) = one { Some(*word).filter(|word| is_code(word)) } else { None });
    let coded = codes::documents(segment, codes)?;
    let mut sets = Vec::new();
    for one in sought {
        let list = match one {
            Sought::Word(word) if is_code(word) => {
                is_unsure.store(true, Ordering::Relaxed);
                match coded.get(&codes::hash(word)) {
                    Some(documents) if !documents.is_empty() => sets.push(documents.clone()),
                    Some(_) | None => return Ok(Vec::new()),
                }
                continue;
            }
            Sought::Word(word) => {
                if term_of(word) != *word {
                    is_unsure.store(true, Ordering::Relaxed);
                }
                exact(segment, fields.words, term_of(word), option)?
            }
            Sought::Typed(term) => exact(segment, fields.typed, term, option)?,
            Sought::Like { prefix, fits } => {
                let mut list = like(segment, fields.words, prefix, *fits, is_unsure)?;
                let heads = codes_like(segment, fields.heads, prefix)?;
                if !heads.is_empty() {
                    is_unsure.store(true, Ordering::Relaxed);
                }
                list.extend(heads);
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
        None => Ok(intersection(lists, sets, segment.max_doc())),
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
    is_unsure: &AtomicBool,
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
            is_unsure.store(true, Ordering::Relaxed);
        }
        if is_cut || fits(term, false) {
            out.push(inverted.read_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?);
        }
    }
    Ok(out)
}

/// The passages with codes that may begin like this; whether they go on so only their texts say.
fn codes_like(segment: &SegmentReader, field: Field, prefix: &str) -> Result<Vec<SegmentPostings>> {
    let inverted = segment.inverted_index(field)?;
    let mut out = Vec::new();
    let mut heads = inverted.terms().stream()?;
    while heads.advance() {
        if heads.key().starts_with(prefix.as_bytes()) || prefix.as_bytes().starts_with(heads.key()) {
            out.push(inverted.read_postings_from_terminfo(heads.value(), IndexRecordOption::Basic)?);
        }
    }
    Ok(out)
}

/// Documents on which each of several unions of lists stands, and which are in each of the sets.
fn intersection(lists: Vec<Vec<SegmentPostings>>, sets: Vec<Vec<DocId>>, documents: u32) -> Vec<u32> {
    let words = (documents as usize).div_ceil(64);
    let mut all: Option<Vec<u64>> = None;
    let unions = lists.into_iter().map(|list| {
        let mut set = vec![0u64; words];
        for mut postings in list {
            let mut document = postings.doc();
            while document != TERMINATED {
                set[document as usize / 64] |= 1 << (document % 64);
                document = postings.advance();
            }
        }
        set
    });
    let sets = sets.into_iter().map(|documents| {
        let mut set = vec![0u64; words];
        documents.into_iter().for_each(|document| set[document as usize / 64] |= 1 << (document % 64));
        set
    });
    for set in unions.chain(sets) {
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

/// Finds the passages that hold all tokens of one of several rows, however far apart.
pub fn search_any(index: &TextIndex, searcher: &Searcher, rows: &[Vec<&str>]) -> Result<Vec<(i64, DocAddress)>> {
    let terms: HashSet<&str> = rows.iter().flatten().copied().collect();
    let (coded, plain): (Vec<&str>, Vec<&str>) = terms.into_iter().partition(|term| is_code(term));
    let found: Vec<Vec<(i64, DocAddress)>> = searcher
        .segment_readers()
        .par_iter()
        .enumerate()
        .map(|(ord, segment)| {
            let by_hash = codes::documents(segment, coded.iter().copied())?;
            let mut by_term: HashMap<&str, Vec<DocId>> = coded.iter().map(|&term| (term, by_hash[&codes::hash(term)].clone())).collect();
            for &term in &plain {
                let lists = exact(segment, index.fields.words, term_of(term), IndexRecordOption::Basic)?;
                by_term.insert(term, intersection(vec![lists], Vec::new(), segment.max_doc()));
            }
            let mut documents = BTreeSet::new();
            for row in rows {
                let Some((first, rest)) = row.split_first() else { continue };
                let has = |document: &&DocId| rest.iter().all(|term| by_term[term].binary_search(document).is_ok());
                documents.extend(by_term[first].iter().filter(has).copied());
            }
            let contents = segment.fast_fields().u64("content")?;
            let alive = segment.alive_bitset();
            let documents = documents.into_iter().filter(|&document| alive.is_none_or(|set| set.is_alive(document)));
            Ok(documents.filter_map(|document| Some((contents.first(document)? as i64, DocAddress::new(ord as u32, document)))).collect())
        })
        .collect::<Result<_>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// Those of some folded tokens that may stand in the index.
pub fn known<'w>(index: &TextIndex, searcher: &Searcher, words: &[&'w str]) -> Result<HashSet<&'w str>> {
    let mut known = HashSet::new();
    let (coded, plain): (Vec<&'w str>, Vec<&'w str>) = words.iter().partition(|word| is_code(word));
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(index.fields.words)?;
        for word in &plain {
            if inverted.doc_freq(&Term::from_field_text(index.fields.words, term_of(word)))? > 0 {
                known.insert(*word);
            }
        }
        let documents = codes::documents(segment, coded.iter().copied())?;
        known.extend(coded.iter().filter(|word| documents.get(&codes::hash(word)).is_some_and(|found| !found.is_empty())));
    }
    Ok(known)
}
