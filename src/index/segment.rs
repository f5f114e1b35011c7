//! Two files of each segment beside tantivy's own, written, merged and checked with them: `hashes`, which passages hold
//! which terms ([`postings`]), and `terms`, the dictionary of those that are no codes.
//!
//! tantivy's own inverted index holds the same, and places besides. It looks up each term of each passage in a table that
//! no cache holds and appends to a list of its own; that took a fifth of the time of indexing, a third of it for the
//! places, which the stored text says as well. Here a passage adds pairs to a list that is sorted once, when the segment ends.

use super::postings::{self, Collected, Pair, Postings};
use super::terms;
use super::waiting::Waiting;
use foldhash::fast::RandomState;
use std::any::Any;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::io;
use std::sync::Arc;
use tantivy::directory::{TerminatingWrite, WritePtr};
use tantivy::index::{Segment, SegmentComponent};
use tantivy::indexer::doc_id_mapping::DocIdMapping;
use tantivy::schema::document::ErasedDocument;
use tantivy::schema::{Field, Schema, Value};
use tantivy::{DocId, PluginMergeContext, PluginWriter, PluginWriterContext, SegmentPlugin, SegmentReader, TantivyDocument, TantivyError};
use tantivy_sstable::{Dictionary, SSTable, VoidMerge, VoidSSTable};

/// Name of the field of a document that brings what a passage is found by.
pub(super) const NAME: &str = "terms";
/// The files, by their endings.
const HASHES: &str = "hashes";
const TERMS: &str = "terms";

/// The files, to be made known to an index before it is made or used. They also say of each passage that a writer has
/// taken it.
pub(super) fn plugin(waiting: &Arc<Waiting>) -> Arc<dyn SegmentPlugin> {
    Arc::new(Files { waiting: Arc::clone(waiting) })
}

/// About so much memory a passage takes while it waits for a writer.
pub(super) fn weight(document: &TantivyDocument) -> usize {
    let length = |value: tantivy::schema::document::CompactDocValue<'_>| match (value.as_str(), value.as_custom(), value.as_bytes()) {
        (Some(text), _, _) => text.len(),
        (_, Some(bytes), _) | (_, _, Some(bytes)) => bytes.len(),
        _ => 8,
    };
    document.field_values().map(|(_, value)| length(value)).sum()
}

/// Which passages of a segment hold which terms.
pub(super) fn postings(segment: &SegmentReader) -> tantivy::Result<Postings> {
    Ok(Postings::open(segment.open_read(component(HASHES))?.read_bytes()?)?)
}

/// The terms of a segment.
pub(super) fn dictionary(segment: &SegmentReader) -> tantivy::Result<Dictionary> {
    Ok(Dictionary::open(segment.open_read(component(TERMS))?)?)
}

fn component(ending: &str) -> SegmentComponent {
    SegmentComponent::Custom(ending.to_owned())
}

fn damaged(what: &str) -> TantivyError {
    TantivyError::DataCorruption(tantivy::error::DataCorruption::comment_only(what))
}

fn create(segment: &Segment, ending: &str) -> tantivy::Result<WritePtr> {
    Ok(segment.clone().open_write(component(ending))?)
}

/// Those of some hashes that are there more than once, in order.
fn repeated(mut hashes: Vec<u32>) -> Vec<u32> {
    hashes.sort_unstable();
    let mut out: Vec<u32> = hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    out.dedup();
    out
}

struct Files {
    waiting: Arc<Waiting>,
}

impl SegmentPlugin for Files {
    fn extensions(&self) -> &[&str] {
        &[HASHES, TERMS]
    }

    fn create_writer(&self, context: &PluginWriterContext<'_>) -> tantivy::Result<Box<dyn PluginWriter>> {
        let field = context.segment.schema().get_field(NAME)?;
        Ok(Box::new(Writer {
            field,
            passages: 0,
            pairs: Collected::default(),
            terms: Terms::default(),
            waiting: Arc::clone(&self.waiting),
        }))
    }

    /// Segments are put one behind the other, without the passages that were deleted. Terms that only these had stay in
    /// the dictionary: no passage has them.
    fn merge(&self, context: PluginMergeContext<'_>) -> tantivy::Result<()> {
        let mut out = create(context.target_segment, TERMS)?;
        let tables = context.readers.iter().map(|reader| Ok(reader.open_read(component(TERMS))?.read_bytes()?));
        VoidSSTable::merge(tables.collect::<tantivy::Result<_>>()?, &mut out, VoidMerge)?;
        out.terminate()?;
        let merged: Dictionary = Dictionary::open(context.target_segment.open_read(component(TERMS))?)?;
        let mut hashes = Vec::with_capacity(merged.num_terms());
        let mut all = merged.stream()?;
        while all.advance() {
            hashes.push(terms::of_term(all.key()));
        }

        let postings = context.readers.iter().map(postings).collect::<tantivy::Result<Vec<_>>>()?;
        let (mut passages, mut numbers) = (0u32, Vec::new());
        for reader in context.readers {
            let alive = reader.alive_bitset();
            let number = |passage| {
                let is_alive = alive.is_none_or(|set| set.is_alive(passage));
                passages += u32::from(is_alive);
                is_alive.then(|| passages - 1)
            };
            numbers.push((0..reader.max_doc()).map(number).collect::<Vec<Option<DocId>>>());
        }
        let lists = postings.iter().zip(&numbers).map(|(postings, numbers)| {
            postings.each().filter_map(|pair| match pair {
                Ok((hash, passage)) => numbers.get(passage as usize).copied().flatten().map(|number| Ok((hash, number))),
                Err(error) => Some(Err(error)),
            })
        });
        let mut failed = None;
        let pairs = merged_in_order(lists.collect()).map_while(|pair| pair.map_err(|error| failed = Some(error)).ok());
        let mut out = create(context.target_segment, HASHES)?;
        postings::write(&mut out, pairs, passages, &repeated(hashes))?;
        failed.map_or(Ok(()), Err)?;
        Ok(out.terminate()?)
    }
}

/// Pairs of several lists that are in order, in order.
fn merged_in_order<L: Iterator<Item = io::Result<Pair>>>(mut lists: Vec<L>) -> impl Iterator<Item = io::Result<Pair>> {
    let mut next = BinaryHeap::new();
    // Lists of which no pair waits.
    let mut asked: Vec<usize> = (0..lists.len()).collect();
    std::iter::from_fn(move || {
        while let Some(list) = asked.pop() {
            match lists[list].next() {
                Some(Ok(pair)) => next.push(Reverse((pair, list))),
                Some(Err(error)) => return Some(Err(error)),
                None => {}
            }
        }
        let Reverse((pair, list)) = next.pop()?;
        asked.push(list);
        Some(Ok(pair))
    })
}

/// Terms of a segment while it is written.
#[derive(Default)]
struct Terms {
    all: HashSet<Box<str>, RandomState>,
    bytes: usize,
}

impl Terms {
    fn add(&mut self, term: &str) {
        if !self.all.contains(term) {
            self.bytes += term.len();
            self.all.insert(term.into());
        }
    }

    /// Writes them in order; gives the hashes that several have.
    fn write(self, out: &mut impl io::Write) -> io::Result<Vec<u32>> {
        let mut sorted: Vec<Box<str>> = self.all.into_iter().collect();
        sorted.sort_unstable();
        let mut table = Dictionary::<VoidSSTable>::builder(out)?;
        sorted.iter().try_for_each(|term| table.insert(term.as_bytes(), &()))?;
        table.finish()?;
        Ok(repeated(sorted.iter().map(|term| terms::of_term(term.as_bytes())).collect()))
    }
}

struct Writer {
    field: Field,
    passages: u32,
    pairs: Collected,
    terms: Terms,
    waiting: Arc<Waiting>,
}

/// About so much memory each different term takes besides its letters.
const OF_TERM: usize = 48;

impl PluginWriter for Writer {
    fn add_document(&mut self, passage: DocId, document: &dyn ErasedDocument, _: &Schema) -> tantivy::Result<()> {
        let document: &TantivyDocument = document.as_any().downcast_ref().ok_or_else(|| damaged("a passage is of no known kind"))?;
        self.waiting.leave(weight(document));
        self.passages = self.passages.max(passage + 1);
        let packed = document.get_first(self.field).and_then(|value| value.as_custom());
        let (hashes, terms) = packed.and_then(terms::unpack).ok_or_else(|| damaged("a passage does not say what it is found by"))?;
        hashes.for_each(|hash| self.pairs.add((hash, passage)));
        terms.for_each(|term| self.terms.add(term));
        Ok(())
    }

    fn serialize(self: Box<Self>, segment: &Segment, order: Option<&DocIdMapping>) -> tantivy::Result<()> {
        if order.is_some() {
            return Err(damaged("passages are never put into another order"));
        }
        let mut out = create(segment, TERMS)?;
        let shared = self.terms.write(&mut out)?;
        out.terminate()?;
        let mut out = create(segment, HASHES)?;
        postings::write(&mut out, self.pairs.sorted(), self.passages, &shared)?;
        Ok(out.terminate()?)
    }

    fn mem_usage(&self) -> usize {
        self.pairs.memory() + self.terms.bytes + self.terms.all.len() * OF_TERM
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::terms::{hash_of, of_term, pack};
    use super::super::tokens::Tokens;
    use super::*;
    use tantivy::indexer::NoMergePolicy;
    use tantivy::schema::{INDEXED, STORED};
    use tantivy::{DocAddress, Index, IndexWriter, Term};

    #[test]
    fn passages_are_found_across_segments_merging_and_deletion() {
        let mut schema = Schema::builder();
        let number = schema.add_u64_field("number", INDEXED | STORED);
        let field = schema.add_custom_field(NAME, NAME, serde_json::Value::Null);
        let index = Index::builder().schema(schema.build()).register_plugin(plugin(&Arc::default())).create_in_ram().unwrap();
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 16 << 20).unwrap();
        writer.set_merge_policy(Box::new(NoMergePolicy));
        for (place, text) in ["alpha 4711 bank", "bank bank", "", "alpha 4711 4712"].iter().enumerate() {
            let mut document = TantivyDocument::new();
            document.add_u64(number, place as u64);
            document.add_custom(field, &pack(&Tokens::of(text), &[format!("aba:{place}")]).unwrap());
            writer.add_document(document).unwrap();
            if place % 2 == 1 {
                writer.commit().unwrap();
            }
        }
        // By the stored number, since segments may be merged in any order.
        let held = |hash: u32| {
            let searcher = index.reader().unwrap().searcher();
            let mut held = Vec::new();
            for (ord, segment) in searcher.segment_readers().iter().enumerate() {
                let alive = segment.alive_bitset();
                for passage in postings(segment).unwrap().passages(hash).unwrap() {
                    if alive.is_none_or(|set| set.is_alive(passage)) {
                        let stored: TantivyDocument = searcher.doc(DocAddress::new(ord as u32, passage)).unwrap();
                        held.push(stored.get_first(number).unwrap().as_u64().unwrap());
                    }
                }
            }
            held.sort_unstable();
            held
        };
        let all = || [hash_of("bank"), hash_of("alpha"), hash_of("4711"), hash_of("4712"), of_term("aba:2")].map(held);
        assert_eq!(all(), [vec![0, 1], vec![0, 3], vec![0, 3], vec![3], vec![2]]);
        writer.delete_term(Term::from_field_u64(number, 0));
        writer.commit().unwrap();
        writer.merge(&index.searchable_segment_ids().unwrap()).wait().unwrap();
        assert_eq!(all(), [vec![1], vec![3], vec![3], vec![3], vec![2]]);
        let searcher = index.reader().unwrap().searcher();
        assert_eq!(searcher.segment_readers().len(), 1);
        let terms = dictionary(&searcher.segment_readers()[0]).unwrap();
        let mut stream = terms.stream().unwrap();
        let mut words = Vec::new();
        while stream.advance() {
            words.push(String::from_utf8(stream.key().to_vec()).unwrap());
        }
        assert_eq!(words, ["\u{1}47", "aba:0", "aba:1", "aba:2", "aba:3", "alpha", "bank"]);
    }

    #[test]
    fn hashes_that_several_terms_have_are_said() {
        assert_eq!(repeated(vec![4, 9, 2, 4, 9, 4, 1]), [4, 9]);
        let mut terms = Terms::default();
        // The hash takes 31 bits of a term: of some hundred thousand a few share one.
        (0..200_000).for_each(|n| terms.add(&format!("w{n:x}z")));
        let mut out = Vec::new();
        let shared = terms.write(&mut out).unwrap();
        assert!(!shared.is_empty() && shared.len() < 100, "{}", shared.len());
    }
}
