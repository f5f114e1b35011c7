//! Which passages hold which terms: pairs of a term's hash and a passage's number in its segment, sorted, in a file of
//! the segment. Whoever looks for a term finds its pairs in a binary search, however many others there are.
//!
//! The file: blocks of [`BLOCK`] pairs, the last one shorter; then of each block its first hash (u32) and where it
//! begins (u64); then the hashes that several terms of the dictionary have (u32 each); then the numbers of pairs (u64) and
//! of those hashes (u32), and the bits of a passage's number (u8). A block: the bits of a difference between hashes (u8), the
//! differences of the pairs' hashes, bit-packed, and the passages' numbers, bit-packed. Numbers are little-endian.

use std::io::{self, Write};
use tantivy::DocId;
use tantivy::directory::OwnedBytes;
use tantivy_bitpacker::{BitPacker, BitUnpacker, compute_num_bits};

/// Pairs of a block.
const BLOCK: usize = 128;
/// Bytes behind the last list.
const FOOTER: usize = 8 + 4 + 1;
/// Pairs that come in any order are sorted in so many parts, by the highest bits of the hash.
const PARTS: usize = 256;

/// A term's hash, and a passage that holds the term.
pub(super) type Pair = (u32, DocId);

/// Pairs as passages bring them, in pieces of memory that do not grow.
pub(super) struct Collected {
    parts: Vec<Vec<Vec<u64>>>,
    pieces: usize,
}

/// Pairs of a piece.
const PIECE: usize = 1 << 11;

impl Default for Collected {
    fn default() -> Self {
        Self { parts: vec![Vec::new(); PARTS], pieces: 0 }
    }
}

impl Collected {
    pub(super) fn add(&mut self, (hash, passage): Pair) {
        let pair = u64::from(hash) << 32 | u64::from(passage);
        let part = &mut self.parts[(hash >> 24) as usize];
        match part.last_mut().filter(|piece| piece.len() < PIECE) {
            Some(piece) => piece.push(pair),
            None => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(pair);
                part.push(piece);
                self.pieces += 1;
            }
        }
    }

    /// Bytes that they take.
    pub(super) fn memory(&self) -> usize {
        self.pieces * PIECE * size_of::<u64>()
    }

    /// All pairs, in order, each once.
    pub(super) fn sorted(self) -> impl Iterator<Item = Pair> {
        self.parts.into_iter().flat_map(|part| {
            let mut pairs = in_order(part);
            pairs.dedup();
            pairs.into_iter().map(|pair| ((pair >> 32) as u32, pair as u32))
        })
    }
}

/// About so many pairs are sorted together, by comparing them.
const TOGETHER: usize = 8;

/// The pairs of a part, in order. Hashes are spread evenly: by their next bits nearly all pairs come to their places.
fn in_order(part: Vec<Vec<u64>>) -> Vec<u64> {
    let count: usize = part.iter().map(Vec::len).sum();
    let bits = (count / TOGETHER).max(1).ilog2().min(24);
    let bucket = |pair: &u64| ((*pair << 8) >> 1 >> (u64::BITS - 1 - bits)) as usize;
    let mut ends = vec![0; 1 << bits];
    part.iter().flatten().for_each(|pair| ends[bucket(pair)] += 1);
    // First where each bucket begins; when all pairs are at their places it is where the bucket ends.
    let mut before = 0;
    ends.iter_mut().for_each(|end| before += std::mem::replace(end, before));
    let mut sorted = vec![0; count];
    for pair in part.iter().flatten() {
        let at = &mut ends[bucket(pair)];
        sorted[*at] = *pair;
        *at += 1;
    }
    let mut start = 0;
    for end in ends {
        sorted[start..end].sort_unstable();
        start = end;
    }
    sorted
}

/// Writes pairs that come in order, of a segment with so many passages.
pub(super) fn write(out: &mut impl Write, pairs: impl Iterator<Item = Pair>, passages: u32, shared: &[u32]) -> io::Result<()> {
    let bits = compute_num_bits(u64::from(passages));
    let (mut firsts, mut starts, mut count, mut at) = (Vec::new(), Vec::new(), 0u64, 0u64);
    let mut bytes = Vec::new();
    let mut block = Vec::with_capacity(BLOCK);
    let mut pairs = pairs.peekable();
    while pairs.peek().is_some() {
        block.clear();
        block.extend(pairs.by_ref().take(BLOCK));
        firsts.extend(block[0].0.to_le_bytes());
        starts.extend(at.to_le_bytes());
        bytes.clear();
        pack_block(&block, bits, &mut bytes)?;
        out.write_all(&bytes)?;
        count += block.len() as u64;
        at += bytes.len() as u64;
    }
    out.write_all(&firsts)?;
    out.write_all(&starts)?;
    shared.iter().try_for_each(|hash| out.write_all(&hash.to_le_bytes()))?;
    out.write_all(&count.to_le_bytes())?;
    out.write_all(&(shared.len() as u32).to_le_bytes())?;
    out.write_all(&[bits])
}

fn pack_block(pairs: &[Pair], bits: u8, out: &mut Vec<u8>) -> io::Result<()> {
    let differences = || pairs.iter().scan(pairs[0].0, |before, (hash, _)| Some(u64::from(hash - std::mem::replace(before, *hash))));
    let width = compute_num_bits(differences().max().unwrap_or_default());
    out.push(width);
    let mut packer = BitPacker::new();
    differences().try_for_each(|difference| packer.write(difference, width, out))?;
    packer.close(out)?;
    pairs.iter().try_for_each(|(_, passage)| packer.write(u64::from(*passage), bits, out))?;
    packer.close(out)
}

/// The pairs of a segment.
pub(super) struct Postings {
    bytes: OwnedBytes,
    /// Where the lists behind the blocks begin: first hashes, places, shared hashes.
    lists: [usize; 3],
    pairs: u64,
    bits: u8,
}

impl Postings {
    /// Reads the file.
    ///
    /// # Errors
    /// It is damaged.
    pub(super) fn open(bytes: OwnedBytes) -> io::Result<Self> {
        let open = || {
            let (_, footer) = bytes.split_last_chunk::<FOOTER>()?;
            let (pairs, rest) = footer.split_first_chunk()?;
            let (shared, rest) = rest.split_first_chunk()?;
            let (pairs, shared, bits) = (u64::from_le_bytes(*pairs), u32::from_le_bytes(*shared) as usize, *rest.first()?);
            let blocks = usize::try_from(pairs.div_ceil(BLOCK as u64)).ok()?;
            let shared_at = (bytes.len() - FOOTER).checked_sub(4 * shared)?;
            let starts_at = shared_at.checked_sub(blocks.checked_mul(8)?)?;
            let firsts_at = starts_at.checked_sub(blocks.checked_mul(4)?)?;
            (bits <= 32).then_some(([firsts_at, starts_at, shared_at], pairs, bits))
        };
        let (lists, pairs, bits) = open().ok_or_else(|| damaged("its lists do not fit into it"))?;
        Ok(Self { bytes, lists, pairs, bits })
    }

    /// The passages that may hold what has this hash, in order.
    ///
    /// # Errors
    /// The file is damaged.
    pub(super) fn passages(&self, hash: u32) -> io::Result<Vec<DocId>> {
        let mut out = Vec::new();
        let mut block = Block::default();
        for number in self.block_of(hash)..self.blocks() {
            if self.first(number) > hash {
                break;
            }
            self.read(number, &mut block)?;
            let own = block.pairs().skip_while(|pair| pair.0 < hash).take_while(|pair| pair.0 == hash);
            out.extend(own.map(|(_, passage)| passage));
        }
        Ok(out)
    }

    /// The passages of each of some hashes, which come in order, each once; of those that no passage has there are none.
    ///
    /// # Errors
    /// The file is damaged.
    pub(super) fn each_of(&self, hashes: &[u32], take: &mut dyn FnMut(u32, Vec<DocId>)) -> io::Result<()> {
        let mut block = Block::default();
        let (mut at, mut passages) = (0, Vec::new());
        let mut number = 0;
        while at < hashes.len() && number < self.blocks() {
            // Blocks that hold nothing that is wanted are not read.
            number = number.max(self.block_of(hashes[at]));
            self.read(number, &mut block)?;
            for (hash, passage) in block.pairs() {
                while at < hashes.len() && hashes[at] < hash {
                    if !passages.is_empty() {
                        take(hashes[at], std::mem::take(&mut passages));
                    }
                    at += 1;
                }
                if hashes.get(at) == Some(&hash) {
                    passages.push(passage);
                }
            }
            number += 1;
        }
        if let Some(hash) = hashes.get(at).filter(|_| !passages.is_empty()) {
            take(*hash, passages);
        }
        Ok(())
    }

    /// Does any passage hold what has this hash?
    ///
    /// # Errors
    /// The file is damaged.
    pub(super) fn has(&self, hash: u32) -> io::Result<bool> {
        let mut block = Block::default();
        for number in (self.block_of(hash)..self.blocks()).take(2) {
            self.read(number, &mut block)?;
            if block.pairs().any(|pair| pair.0 == hash) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Do several terms of the dictionary have this hash?
    pub(super) fn is_shared(&self, hash: u32) -> bool {
        let shared = &self.bytes[self.lists[2]..self.bytes.len() - FOOTER];
        shared.as_chunks().0.binary_search_by_key(&hash, |one| u32::from_le_bytes(*one)).is_ok()
    }

    /// All pairs in order.
    pub(super) fn each(&self) -> impl Iterator<Item = io::Result<Pair>> {
        (0..self.blocks()).flat_map(|number| {
            let mut block = Block::default();
            match self.read(number, &mut block) {
                Ok(()) => block.pairs().map(Ok).collect::<Vec<_>>(),
                Err(error) => vec![Err(error)],
            }
        })
    }

    fn blocks(&self) -> usize {
        self.pairs.div_ceil(BLOCK as u64) as usize
    }

    /// The first hash of a block.
    fn first(&self, block: usize) -> u32 {
        let firsts = &self.bytes[self.lists[0]..self.lists[1]];
        firsts.as_chunks().0.get(block).map_or(u32::MAX, |first| u32::from_le_bytes(*first))
    }

    /// The first block in which a hash may stand: the last one that begins before it.
    fn block_of(&self, hash: u32) -> usize {
        let firsts = &self.bytes[self.lists[0]..self.lists[1]];
        firsts.as_chunks().0.partition_point(|first| u32::from_le_bytes(*first) < hash).saturating_sub(1)
    }

    fn read(&self, number: usize, block: &mut Block) -> io::Result<()> {
        let starts = &self.bytes[self.lists[1]..self.lists[2]];
        let start = starts.as_chunks().0.get(number).map(|start| u64::from_le_bytes(*start) as usize);
        let packed = start.and_then(|start| self.bytes[..self.lists[0]].get(start..)).and_then(|rest| rest.split_first());
        block.len = BLOCK.min((self.pairs - (number * BLOCK) as u64) as usize);
        let parts = packed.filter(|(width, _)| **width <= 32).and_then(|(width, rest)| {
            let bytes_of = |bits: u8| (block.len * usize::from(bits)).div_ceil(8);
            let (hashes, rest) = rest.split_at_checked(bytes_of(*width))?;
            Some((BitUnpacker::new(*width), hashes, rest.get(..bytes_of(self.bits))?))
        });
        let (width, hashes, passages) = parts.ok_or_else(|| damaged("a block does not fit into it"))?;
        width.get_range(0, hashes, &mut block.hashes[..block.len]);
        BitUnpacker::new(self.bits).get_range(0, passages, &mut block.passages[..block.len]);
        let mut hash = u64::from(self.first(number));
        for difference in &mut block.hashes[..block.len] {
            hash += *difference;
            *difference = hash;
        }
        Ok(())
    }
}

/// A block that was read.
struct Block {
    hashes: [u64; BLOCK],
    passages: [u64; BLOCK],
    len: usize,
}

impl Default for Block {
    fn default() -> Self {
        Self { hashes: [0; BLOCK], passages: [0; BLOCK], len: 0 }
    }
}

impl Block {
    fn pairs(&self) -> impl Iterator<Item = Pair> {
        self.hashes[..self.len].iter().zip(&self.passages).map(|(hash, passage)| (*hash as u32, *passage as u32))
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the file of hashes is damaged: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn written(pairs: &[Pair], shared: &[u32]) -> Vec<u8> {
        let mut collected = Collected::default();
        pairs.iter().for_each(|pair| collected.add(*pair));
        let mut out = Vec::new();
        write(&mut out, collected.sorted(), pairs.iter().map(|pair| pair.1 + 1).max().unwrap_or_default(), shared).unwrap();
        out
    }

    proptest! {
        #[test]
        fn a_part_comes_in_order(pairs in prop::collection::vec(prop_oneof![any::<u64>(), 0u64..9, Just(1 << 40)], 0..3000), first: u8) {
            // All hashes of a part begin with the same bits.
            let mut pairs: Vec<u64> = pairs.into_iter().map(|pair| u64::from(first) << 56 | pair >> 8).collect();
            let sorted = in_order(pairs.chunks(700).map(<[u64]>::to_vec).collect());
            pairs.sort_unstable();
            prop_assert_eq!(sorted, pairs);
        }

        #[test]
        fn what_was_put_in_is_found(pairs in prop::collection::vec((prop_oneof![0u32..40, any::<u32>()], 0u32..1_000_000), 0..900)) {
            let postings = Postings::open(OwnedBytes::new(written(&pairs, &[3, 70_000]))).unwrap();
            let all: BTreeSet<Pair> = pairs.iter().copied().collect();
            prop_assert_eq!(postings.each().collect::<io::Result<BTreeSet<Pair>>>().unwrap(), all.clone());
            for hash in pairs.iter().map(|pair| pair.0).chain([7, 70_000]) {
                let own: Vec<DocId> = all.range((hash, 0)..=(hash, u32::MAX)).map(|pair| pair.1).collect();
                prop_assert_eq!(postings.has(hash).unwrap(), !own.is_empty());
                prop_assert_eq!(postings.passages(hash).unwrap(), own);
            }
            let mut hashes: Vec<u32> = pairs.iter().map(|pair| pair.0).step_by(3).chain([7, 70_000, u32::MAX]).collect();
            hashes.sort_unstable();
            hashes.dedup();
            let mut swept = Vec::new();
            postings.each_of(&hashes, &mut |hash, passages| swept.push((hash, passages))).unwrap();
            let one_by_one = hashes.iter().map(|hash| (*hash, postings.passages(*hash).unwrap())).filter(|(_, own)| !own.is_empty());
            prop_assert_eq!(swept, one_by_one.collect::<Vec<_>>());
            prop_assert!(postings.is_shared(3) && postings.is_shared(70_000) && !postings.is_shared(4));
        }

        #[test]
        fn damage_is_an_error_and_never_a_panic(cut in 0usize..2_000, flip in 0usize..2_000, bit in 0u8..8) {
            let pairs: Vec<Pair> = (0..400u32).map(|n| (n.wrapping_mul(2_654_435_761), n)).collect();
            let mut bytes = written(&pairs, &[]);
            bytes.truncate(bytes.len().saturating_sub(cut));
            if let Some(byte) = bytes.get_mut(flip) {
                *byte ^= 1 << bit;
            }
            if let Ok(postings) = Postings::open(OwnedBytes::new(bytes)) {
                let _ = postings.each().count();
                let _ = (postings.passages(pairs[9].0), postings.has(u32::MAX), postings.is_shared(1));
            }
        }
    }
}
