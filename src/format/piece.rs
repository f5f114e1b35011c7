//! Pieces of large items. An export that grows is copied every day; all but its end was there the day before.
//! So a large item is cut where its content says, each piece is read as if it were an item of its own, and
//! what was found in a piece is taken again wherever the same bytes are to be read in the same way.

use super::{Coverage, Facts, GapNote, Offer, OffsetMap, Outlet, Passage};
use crate::format::{Child, Limits, Member};
use crate::model::ContentId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::ops::Range;

/// The identity of a piece's bytes and of the way in which they are read.
pub type PieceKey = [u8; 32];

/// What reading a piece established besides its text; offsets are those in the piece.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PieceFindings {
    /// What was covered.
    pub coverage: Coverage,
    /// What was not read.
    pub gaps: Vec<GapNote>,
    /// Tables and remarks.
    pub facts: Facts,
    /// Of a part: which tables of the item its own ones go on with.
    pub ordinals: Vec<u32>,
    /// Values that are files, or in which something may be encoded, and where they stand.
    pub values: Vec<(u64, String)>,
    /// Of a part, what its reader has to know of it besides, in an encoding of the reader's; of a piece one byte, whether
    /// nothing is encoded in it and no payments stand amid its text.
    pub aside: Vec<u8>,
}

impl PieceFindings {
    /// The same, in an item in which the piece begins at `offset`.
    pub(super) fn moved(mut self, offset: u64) -> Self {
        self.coverage = self.coverage.moved(offset);
        self.gaps.iter_mut().for_each(|gap| gap.range = gap.range.start + offset..gap.range.end + offset);
        self.facts.tables.iter_mut().for_each(|table| table.move_by(offset));
        self.values.iter_mut().for_each(|(at, _)| *at += offset);
        self
    }
}

/// The key of a piece. `way` says all that decides how it is read.
pub fn key(way: &[u8], bytes: &[u8]) -> PieceKey {
    let mut hash = Sha256::new_with_prefix((way.len() as u64).to_be_bytes());
    hash.update(way);
    hash.update(bytes);
    hash.finalize().into()
}

/// The key of a part of this very item. What is found in it may depend on what stands around it.
pub(super) fn part_key(item: ContentId, way: &[u8], part: &Range<u64>) -> PieceKey {
    let mut hash = Sha256::new_with_prefix(item.0);
    hash.update(part.start.to_be_bytes());
    hash.update(part.end.to_be_bytes());
    hash.update(way);
    hash.finalize().into()
}

/// Where a content-defined cut may be made.
pub(super) struct Cuts {
    /// Pieces are not shorter.
    pub least: usize,
    /// Behind the shortest piece a cut comes once in so many bytes; a power of two.
    pub usual: usize,
    /// Pieces are not longer.
    pub most: usize,
}

impl Cuts {
    /// How long the piece is that begins here: up to where the bytes before the cut say so, which are the same
    /// in every copy (the "gear" hash of Xia et al., "Ddelta", Performance Evaluation 79, 2014).
    pub fn next(&self, bytes: &[u8]) -> usize {
        let mask = (self.usual as u64 - 1).reverse_bits();
        let mut hash = 0u64;
        for (at, byte) in bytes.iter().enumerate().take(self.most).skip(self.least) {
            hash = (hash << 1).wrapping_add(GEAR[usize::from(*byte)]);
            if hash & mask == 0 {
                return at + 1;
            }
        }
        bytes.len().min(self.most)
    }
}

/// A number for each byte that has nothing to do with any other (splitmix64).
static GEAR: [u64; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut z = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        table[i] = z ^ (z >> 31);
        i += 1;
    }
    table
};

/// Has a piece read where nothing of it is kept: its passages are told where they stand in the item.
pub(super) fn read_in_place(outlet: &dyn Outlet, offset: u64, read: &dyn Fn(&dyn Outlet) -> PieceFindings) -> PieceFindings {
    read(&InPlace { outlet, offset })
}

struct InPlace<'a> {
    outlet: &'a dyn Outlet,
    offset: u64,
}

impl Outlet for InPlace<'_> {
    fn passage(&self, passage: Passage) {
        self.outlet.passage(Passage { map: passage.map.moved(self.offset), ..passage });
    }

    fn member(&self, name: &[u8], encoded: Range<u64>, decoder: &mut dyn Read) -> Child {
        self.outlet.member(name, encoded.start.saturating_add(self.offset)..encoded.end.saturating_add(self.offset), decoder)
    }

    fn unread_member(&self, member: &Member, encoded: &Range<u64>) {
        self.outlet.unread_member(member, &(encoded.start.saturating_add(self.offset)..encoded.end.saturating_add(self.offset)));
    }

    fn limits(&self) -> Limits {
        self.outlet.limits()
    }

    fn stopped(&self) -> bool {
        self.outlet.stopped()
    }

    fn offer(&self) -> Offer<'_> {
        self.outlet.offer()
    }
}

impl OffsetMap {
    /// The same, in an item in which the piece begins at `offset`.
    pub fn moved(mut self, offset: u64) -> Self {
        self.move_by(offset);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(cuts: &Cuts, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let end = at + cuts.next(&bytes[at..]);
            out.push(at..end);
            at = end;
        }
        out
    }

    proptest! {
        #[test]
        fn pieces_are_all_and_come_back_behind_what_is_put_before(seed in any::<u64>(), before in 0usize..5000) {
            let cuts = Cuts { least: 64, usual: 256, most: 1024 };
            let mut state = seed | 1;
            let mut bytes = Vec::new();
            while bytes.len() < 40_000 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                bytes.push((state >> 56) as u8);
            }
            let all = pieces(&cuts, &bytes);
            prop_assert_eq!(all.last().map(|piece| piece.end), Some(bytes.len()));
            prop_assert!(all.iter().all(|piece| piece.len() <= 1024));
            let longer = [&vec![b'x'; before][..], &bytes[..]].concat();
            let moved: Vec<usize> = pieces(&cuts, &longer).iter().filter_map(|piece| piece.end.checked_sub(before)).collect();
            let met = all.iter().filter(|piece| moved.contains(&piece.end)).count();
            prop_assert!(met * 2 > all.len(), "{} of {} cuts came back", met, all.len());
        }
    }
}
