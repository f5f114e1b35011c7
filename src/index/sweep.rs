use super::common::each_common;
use super::tokens::{is_code, term_of};
use super::{TextIndex, codes};
use anyhow::Result;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tantivy::postings::Postings;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, InvertedIndexReader, Searcher, SegmentReader};

/// What to look for: the terms of one identifier or name, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needle {
    /// Tokens that follow each other.
    Phrase(Vec<String>),
    /// A term of the field of typed identifiers, `scheme:value`.
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

/// Finds the passages that may hold each needle: one pass over each segment's dictionaries beside the
/// sorted terms of all needles, then the intersection of their postings. Every passage that holds a
/// needle is found; that a found passage holds it is for the caller to verify on the text.
pub fn sweep(index: &TextIndex, searcher: &Searcher, needles: &[Needle]) -> Result<Vec<Hit>> {
    let fields = index.fields;
    let wanted: HashSet<(Field, &str)> = needles.iter().flat_map(|needle| parts(needle, &fields)).collect();
    let mut sorted: Vec<(Field, &str)> = wanted.into_iter().collect();
    sorted.sort_unstable_by(|a, b| (a.0.field_id(), a.1.as_bytes()).cmp(&(b.0.field_id(), b.1.as_bytes())));
    let hits: Vec<Vec<Hit>> = searcher
        .segment_readers()
        .par_iter()
        .enumerate()
        .map(|(ord, segment)| sweep_segment(segment, ord as u32, &sorted, needles, &fields))
        .collect::<Result<_>>()?;
    Ok(hits.into_iter().flatten().collect())
}

fn parts<'n>(needle: &'n Needle, fields: &super::Fields) -> Vec<(Field, &'n str)> {
    match needle {
        Needle::Typed(term) => vec![(fields.typed, term.as_str())],
        Needle::Phrase(terms) => {
            terms.iter().map(|t| if is_code(t) { (fields.codes, t.as_str()) } else { (fields.words, term_of(t)) }).collect()
        }
    }
}

fn sweep_segment(
    segment: &SegmentReader,
    ord: u32,
    sorted: &[(Field, &str)],
    needles: &[Needle],
    fields: &super::Fields,
) -> Result<Vec<Hit>> {
    let mut found = HashMap::with_capacity(sorted.len() / 4);
    let mut inverted: HashMap<Field, Arc<InvertedIndexReader>> = HashMap::new();
    let mut coded = HashMap::new();
    for group in sorted.chunk_by(|a, b| a.0 == b.0) {
        let field = group[0].0;
        if field == fields.codes {
            coded = codes::documents(segment, group.iter().map(|(_, term)| *term))?;
            continue;
        }
        let reader = segment.inverted_index(field)?;
        let mut stream = reader.terms().stream()?;
        let mut wanted = group.iter().peekable();
        'dictionary: while stream.advance() {
            while let Some((_, term)) = wanted.peek() {
                match term.as_bytes().cmp(stream.key()) {
                    std::cmp::Ordering::Less => _ = wanted.next(),
                    std::cmp::Ordering::Equal => {
                        found.insert((field, *term), stream.value().clone());
                        wanted.next();
                        break;
                    }
                    std::cmp::Ordering::Greater => continue 'dictionary,
                }
            }
            if wanted.peek().is_none() {
                break;
            }
        }
        inverted.insert(field, reader);
    }

    let alive = segment.alive_bitset();
    let mut hits = Vec::new();
    for (number, needle) in needles.iter().enumerate() {
        let (with_code, parts): (Vec<_>, Vec<_>) = parts(needle, fields).into_iter().partition(|(field, _)| *field == fields.codes);
        let with_code: Vec<&[DocId]> = with_code.iter().map(|(_, term)| coded[&codes::hash(term)].as_slice()).collect();
        if with_code.iter().any(|documents| documents.is_empty()) {
            continue;
        }
        let Some(infos) = parts.iter().map(|key| found.get(key)).collect::<Option<Vec<_>>>() else { continue };
        let positional = parts.len() > 1 && with_code.is_empty() && parts.iter().all(|(field, _)| *field == fields.words);
        let option = if positional { IndexRecordOption::WithFreqsAndPositions } else { IndexRecordOption::Basic };
        let mut postings = Vec::with_capacity(parts.len());
        for ((field, _), info) in parts.iter().zip(&infos) {
            postings.push(inverted[field].read_postings_from_terminfo(info, option)?);
        }
        let mut take = |document, fits: bool| {
            if fits && alive.is_none_or(|set| set.is_alive(document)) {
                hits.push(Hit { passage: DocAddress::new(ord, document), needle: number as u32 });
            }
        };
        let has_codes = |document: DocId| with_code.iter().all(|documents| documents.binary_search(&document).is_ok());
        if postings.is_empty() {
            let first = with_code.first().copied().unwrap_or_default();
            first.iter().for_each(|&document| take(document, has_codes(document)));
        } else {
            each_common(&mut postings, |document, postings| {
                take(document, has_codes(document) && (!positional || adjacent(postings)));
            });
        }
    }
    Ok(hits)
}

/// Do the terms follow each other somewhere in the document that all lists stand on?
fn adjacent(postings: &mut [tantivy::postings::SegmentPostings]) -> bool {
    let mut starts = Vec::new();
    let mut positions = Vec::new();
    for (i, list) in postings.iter_mut().enumerate() {
        positions.clear();
        list.positions(&mut positions);
        if i == 0 {
            std::mem::swap(&mut starts, &mut positions);
        } else {
            starts.retain(|&start: &u32| positions.binary_search(&(start + i as u32)).is_ok());
        }
        if starts.is_empty() {
            return false;
        }
    }
    true
}
