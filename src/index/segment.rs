//! Two files of each segment beside tantivy's own, written, merged and checked with them: `hashes`, which passages hold
//! which terms ([`postings`]), and `terms`, the dictionary of those that are no codes.
//!
//! tantivy's own inverted index holds the same, and places besides. It looks up each term of each passage in a table that
//! no cache holds and appends to a list of its own; that took a fifth of the time of indexing, a third of it for the
//! places, which the stored text says as well. Here a passage adds pairs to a list that is sorted once, when the segment ends.

use super::entry::Entry;
use super::postings::{self, Collected, Pair, Postings};
use super::terms;
use super::waiting::Waiting;
use foldhash::fast::RandomState;
use std::any::Any;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::hash::Hash;
use std::io;
use std::sync::Arc;
use tantivy::directory::{TerminatingWrite, WritePtr};
use tantivy::index::{Segment, SegmentComponent};
use tantivy::indexer::doc_id_mapping::DocIdMapping;
use tantivy::schema::Schema;
use tantivy::schema::document::ErasedDocument;
use tantivy::{DocId, PluginMergeContext, PluginWriter, PluginWriterContext, SegmentPlugin, SegmentReader, TantivyError};
use tantivy_sstable::{Dictionary, SSTable, VoidMerge, VoidSSTable};

/// The files, by their endings.
const HASHES: &str = "hashes";
const TERMS: &str = "terms";

/// The files, to be made known to an index before it is made or used. They also say of each passage that a writer has
/// taken it.
pub(super) fn plugin(waiting: &Arc<Waiting>) -> Arc<dyn SegmentPlugin> {
    Arc::new(Files { waiting: Arc::clone(waiting) })
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

    fn create_writer(&self, _: &PluginWriterContext<'_>) -> tantivy::Result<Box<dyn PluginWriter>> {
        Ok(Box::new(Writer { passages: 0, pairs: Collected::default(), terms: Terms::default(), waiting: Arc::clone(&self.waiting) }))
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

/// Terms of a segment while it is written. Nearly all are short, and met again and again.
#[derive(Default)]
struct Terms {
    /// Those of at most eight bytes, and of at most sixteen, filled up with zeros; as numbers they have the order of their
    /// letters.
    short: Met<u64>,
    middle: Met<u128>,
    long: HashSet<Box<[u8]>, RandomState>,
    /// Letters of the long ones.
    letters: usize,
    /// Numbers of few digits that were met: of those there are always many, and they are no codes.
    numbers: Numbers,
}

/// Terms that were met, as numbers; zero is none.
struct Met<T> {
    all: HashSet<T, RandomState>,
    /// Those met lately, each where its bits say: most of a passage's words were in the one before, and a set of all is larger
    /// than what a processor keeps at hand.
    lately: Box<[T]>,
}

/// So many terms are remembered as met lately.
const LATELY: usize = 1 << 13;

impl<T: Copy + Default> Default for Met<T> {
    fn default() -> Self {
        Self { all: HashSet::default(), lately: vec![T::default(); LATELY].into() }
    }
}

impl<T: Copy + Eq + Hash> Met<T> {
    /// Takes a term, of which these are bits that tell it from others.
    fn add(&mut self, term: T, bits: u64) {
        let place = bits.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - LATELY.ilog2());
        if std::mem::replace(&mut self.lately[place as usize], term) != term {
            self.all.insert(term);
        }
    }
}

/// About so much memory a term of the sets takes for each of its bytes, and a long one besides its letters.
const OF_BYTE: usize = 2;
const OF_LONG: usize = 48;

/// Numbers of at most [`DIGITS`] digits, with zeros before them or without, each with a place of its own.
struct Numbers(Box<[bool; FIRST[DIGITS + 1]]>);

const DIGITS: usize = 4;
/// Where the numbers of so many digits begin.
const FIRST: [usize; DIGITS + 2] = [0, 0, 10, 110, 1_110, 11_110];

impl Default for Numbers {
    fn default() -> Self {
        Self(Box::new([false; FIRST[DIGITS + 1]]))
    }
}

impl Numbers {
    /// Takes a term, if it is such a number.
    fn take(&mut self, term: &[u8]) -> bool {
        let is_number = (1..=DIGITS).contains(&term.len()) && term.iter().all(u8::is_ascii_digit);
        if is_number {
            let value = term.iter().fold(0, |value, digit| value * 10 + usize::from(digit - b'0'));
            self.0[FIRST[term.len()] + value] = true;
        }
        is_number
    }

    /// Those that were taken.
    fn all(&self) -> impl Iterator<Item = String> + '_ {
        let written = |digits: usize| (FIRST[digits]..FIRST[digits + 1]).map(move |place| (place, digits));
        let taken = (1..=DIGITS).flat_map(written).filter(|(place, _)| self.0[*place]);
        taken.map(|(place, digits)| format!("{:0digits$}", place - FIRST[digits]))
    }
}

impl Terms {
    fn add(&mut self, term: &[u8]) {
        if self.numbers.take(term) {
            return;
        }
        // A zero at the end could not be told from what is filled up.
        match term.len() {
            _ if term.last() == Some(&0) => self.add_long(term),
            0..=8 => {
                let term = terms::filled(term).swap_bytes();
                self.short.add(term, term);
            }
            9..=16 => {
                let (first, rest) = term.split_at(8);
                let term = u128::from(terms::filled(first).swap_bytes()) << 64 | u128::from(terms::filled(rest).swap_bytes());
                self.middle.add(term, term as u64 ^ (term >> 64) as u64);
            }
            _ => self.add_long(term),
        }
    }

    fn add_long(&mut self, term: &[u8]) {
        if !self.long.contains(term) {
            self.letters += term.len();
            self.long.insert(term.into());
        }
    }

    /// Writes them in order; gives the hashes that several have.
    fn write(self, out: &mut impl io::Write) -> io::Result<Vec<u32>> {
        let short: Vec<[u8; 8]> = self.short.all.into_iter().map(u64::to_be_bytes).collect();
        let middle: Vec<[u8; 16]> = self.middle.all.into_iter().map(u128::to_be_bytes).collect();
        let filled = short.iter().map(|term| &term[..]).chain(middle.iter().map(|term| &term[..]));
        let numbers: Vec<String> = self.numbers.all().collect();
        let others = self.long.iter().map(|term| &**term).chain(numbers.iter().map(String::as_bytes));
        let mut sorted: Vec<&[u8]> = filled.map(unfilled).chain(others).collect();
        sorted.sort_unstable();
        let mut table = Dictionary::<VoidSSTable>::builder(out)?;
        sorted.iter().try_for_each(|term| table.insert(term, &()))?;
        table.finish()?;
        Ok(repeated(sorted.iter().map(terms::of_term).collect()))
    }

    fn memory(&self) -> usize {
        OF_BYTE * (8 * self.short.all.len() + 16 * self.middle.all.len()) + self.long.len() * OF_LONG + self.letters
    }
}

/// A term without the zeros behind it.
fn unfilled(filled: &[u8]) -> &[u8] {
    &filled[..filled.iter().rposition(|b| *b != 0).map_or(0, |last| last + 1)]
}

struct Writer {
    passages: u32,
    pairs: Collected,
    terms: Terms,
    waiting: Arc<Waiting>,
}

impl PluginWriter for Writer {
    fn add_document(&mut self, passage: DocId, document: &dyn ErasedDocument, _: &Schema) -> tantivy::Result<()> {
        let entry: &Entry = document.as_any().downcast_ref().ok_or_else(|| damaged("a passage is of no known kind"))?;
        self.waiting.leave(entry.weight());
        self.passages = self.passages.max(passage + 1);
        entry.found_by.hashes.iter().for_each(|hash| self.pairs.add((*hash, passage)));
        entry.found_by.terms().for_each(|term| self.terms.add(term));
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
        self.pairs.memory() + self.terms.memory()
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
    use super::super::schema;
    use super::super::terms::{FoundBy, hash_of, of_term};
    use super::*;
    use crate::tokens::Tokens;
    use tantivy::indexer::NoMergePolicy;
    use tantivy::schema::Value;
    use tantivy::{DocAddress, Index, IndexWriter, TantivyDocument, Term};

    #[test]
    fn passages_are_found_across_segments_merging_and_deletion() {
        let (schema, fields) = schema();
        let index = Index::builder().schema(schema).register_plugin(plugin(&Arc::default())).create_in_ram().unwrap();
        let mut writer: IndexWriter<Entry> = index.writer_with_num_threads(1, 16 << 20).unwrap();
        writer.set_merge_policy(Box::new(NoMergePolicy));
        for (place, text) in ["alpha 4711 bank", "bank bank", "", "alpha 4711 4712"].iter().enumerate() {
            let found_by = FoundBy::of(&Tokens::of(text), &[format!("aba:{place}")]);
            let entry = Entry { fields, content: place as u64, generation: 0, found_by, text: String::new(), place: Vec::new() };
            writer.add_document(entry).unwrap();
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
                        held.push(stored.get_first(fields.content).unwrap().as_u64().unwrap());
                    }
                }
            }
            held.sort_unstable();
            held
        };
        let all = || [hash_of("bank"), hash_of("alpha"), hash_of("4711"), hash_of("4712"), of_term("aba:2")].map(held);
        assert_eq!(all(), [vec![0, 1], vec![0, 3], vec![0, 3], vec![3], vec![2]]);
        writer.delete_term(Term::from_field_u64(fields.content, 0));
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
    fn terms_of_every_kind_are_written_once_and_in_order() {
        let all: [&str; 11] =
            ["7", "07", "007", "0007", "9999", "12345", "1st", "bank", "bank\0", "a word of more than sixteen bytes", "\u{1}47"];
        let mut terms = Terms::default();
        let all = all.map(str::as_bytes);
        all.iter().chain(&all).for_each(|term| terms.add(term));
        let mut out = Vec::new();
        terms.write(&mut out).unwrap();
        let dictionary: Dictionary = Dictionary::from_bytes(tantivy::directory::OwnedBytes::new(out)).unwrap();
        let (mut stream, mut written) = (dictionary.stream().unwrap(), Vec::new());
        while stream.advance() {
            written.push(stream.key().to_vec());
        }
        let mut expected: Vec<Vec<u8>> = all.iter().map(|term| term.to_vec()).collect();
        expected.sort_unstable();
        assert_eq!(written, expected);
    }

    #[test]
    fn hashes_that_several_terms_have_are_said() {
        assert_eq!(repeated(vec![4, 9, 2, 4, 9, 4, 1]), [4, 9]);
        let mut terms = Terms::default();
        // The hash takes 31 bits of a term: of some hundred thousand a few share one.
        (0..200_000).for_each(|n| terms.add(format!("w{n:x}z").as_bytes()));
        let mut out = Vec::new();
        let shared = terms.write(&mut out).unwrap();
        assert!(!shared.is_empty() && shared.len() < 100, "{}", shared.len());
    }
}
