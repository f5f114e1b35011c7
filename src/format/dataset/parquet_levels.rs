//! Numbers packed into bits (Parquet, Encodings.md): runs and groups of eight by turns (RLE), and differences in blocks
//! (DELTA_BINARY_PACKED). What they are read from is handed over with each number, so that pages can be owned elsewhere.

use crate::model::{varint, zigzag};
use std::ops::Range;

/// Number `index` of those that are packed with so many bits from `start` on, the lowest bits first.
fn unpacked(bytes: &[u8], start: usize, index: usize, width: u32) -> Option<u64> {
    let bit = index.checked_mul(width as usize)?;
    let (from, shift) = (start.checked_add(bit / 8)?, bit % 8);
    let needed = (shift + width as usize).div_ceil(8);
    let held = bytes.get(from..)?.get(..needed)?;
    let wide = held.iter().rev().fold(0u128, |number, byte| number << 8 | u128::from(*byte));
    Some((wide >> shift) as u64 & (u64::MAX.checked_shr(64 - width).unwrap_or(0)))
}

/// Runs of one number, and groups of eight packed ones.
#[derive(Clone, Debug)]
pub(super) struct Runs {
    at: usize,
    end: usize,
    width: u32,
    run: Run,
}

#[derive(Clone, Debug)]
enum Run {
    /// So many more of a number.
    Same(u64, u64),
    /// Packed ones: where they begin, the next one, how many there are.
    Packed(usize, usize, usize),
}

impl Runs {
    /// Numbers of so many bits in a range of a page. A width beyond 32 bits is none.
    pub fn new(range: Range<usize>, width: u32) -> Option<Self> {
        (width <= 32).then_some(Self { at: range.start, end: range.end, width, run: Run::Same(0, 0) })
    }

    /// The next number.
    pub fn next(&mut self, page: &[u8]) -> Option<u32> {
        loop {
            match &mut self.run {
                Run::Same(number, left) if *left > 0 => {
                    *left -= 1;
                    return Some(*number as u32);
                }
                Run::Packed(start, next, count) if *next < *count => {
                    let number = unpacked(page.get(..self.end)?, *start, *next, self.width)?;
                    *next += 1;
                    return Some(number as u32);
                }
                Run::Same(..) | Run::Packed(..) => self.begin(page)?,
            }
        }
    }

    fn begin(&mut self, page: &[u8]) -> Option<()> {
        let page = page.get(..self.end)?;
        let (head, at) = varint(page, self.at)?;
        let bytes = self.width.div_ceil(8) as usize;
        if head & 1 == 0 {
            let number = page.get(at..)?.get(..bytes)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
            self.at = at + bytes;
            self.run = Run::Same(number, head >> 1);
        } else {
            let groups = usize::try_from(head >> 1).ok()?;
            let length = groups.checked_mul(self.width as usize)?;
            // The last group may be cut where no number follows.
            self.at = at.checked_add(length)?.min(self.end);
            self.run = Run::Packed(at, 0, groups.checked_mul(8)?);
        }
        // A run of nothing would be followed by the next one, for ever where it takes no bytes.
        (head > 1).then_some(())
    }
}

/// Differences in blocks, each less than the smallest of its block.
#[derive(Clone, Debug)]
pub(super) struct Deltas {
    /// Numbers that follow.
    left: u64,
    /// The number before the next one, or the first one.
    last: i64,
    is_first: bool,
    /// Numbers of a group, and groups of a block.
    per_group: usize,
    groups: usize,
    least: i64,
    /// Where the widths of the block's groups stand, and which group is next.
    widths: usize,
    group: usize,
    /// The group at hand: where it begins, its width, its next number.
    start: usize,
    width: u32,
    next: usize,
    /// What follows the groups that were begun.
    at: usize,
}

impl Deltas {
    /// The numbers from a place of a page on, so many at most.
    pub fn new(page: &[u8], at: usize, most: u64) -> Option<Self> {
        let (block, at) = varint(page, at)?;
        let (groups, at) = varint(page, at)?;
        let (left, at) = varint(page, at).filter(|(left, _)| *left <= most)?;
        let (first, at) = varint(page, at)?;
        let (block, groups) = (usize::try_from(block).ok()?, usize::try_from(groups).ok()?);
        let per_group = block.checked_div(groups).filter(|per| *per > 0 && per.is_multiple_of(8) && per * groups == block)?;
        Some(Self {
            left,
            last: zigzag(first),
            is_first: true,
            per_group,
            groups,
            least: 0,
            widths: 0,
            group: groups,
            start: 0,
            width: 0,
            next: per_group,
            at,
        })
    }

    /// The next number; `None` behind the last one, and where the page ends before.
    pub fn next(&mut self, page: &[u8]) -> Option<i64> {
        self.left = self.left.checked_sub(1)?;
        if std::mem::take(&mut self.is_first) {
            return Some(self.last);
        }
        if self.next == self.per_group {
            self.begin(page)?;
        }
        let difference = unpacked(page, self.start, self.next, self.width)?;
        self.next += 1;
        self.last = self.last.wrapping_add(self.least).wrapping_add(difference as i64);
        Some(self.last)
    }

    fn begin(&mut self, page: &[u8]) -> Option<()> {
        if self.group == self.groups {
            let (least, at) = varint(page, self.at)?;
            (self.least, self.widths, self.group) = (zigzag(least), at, 0);
            self.at = at.checked_add(self.groups).filter(|at| *at <= page.len())?;
        }
        self.width = u32::from(*page.get(self.widths + self.group)?);
        if self.width > 64 {
            return None;
        }
        (self.start, self.next) = (self.at, 0);
        self.at = self.at.checked_add(self.per_group.checked_mul(self.width as usize)? / 8)?;
        self.group += 1;
        Some(())
    }

    /// Where the numbers end in the page. All of them are gone through for that.
    pub fn end(&self, page: &[u8]) -> Option<usize> {
        let mut numbers = self.clone();
        while numbers.left > 0 {
            numbers.next(page)?;
        }
        Some(numbers.at).filter(|end| *end <= page.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(mut runs: Runs, page: &[u8], most: usize) -> Vec<u32> {
        (0..most).map_while(|_| runs.next(page)).collect()
    }

    #[test]
    fn runs_and_groups_of_the_specification() {
        // 0 to 7 with three bits, as Encodings.md shows them; then four times the number 5.
        let page = [0x03, 0x88, 0xC6, 0xFA, 0x08, 0x05];
        assert_eq!(all(Runs::new(0..6, 3).unwrap(), &page, 20), [0, 1, 2, 3, 4, 5, 6, 7, 5, 5, 5, 5]);
        assert_eq!(all(Runs::new(0..4, 0).unwrap(), &[0x08, 0x08, 0, 0], 20), [0; 8]);
        assert!(Runs::new(0..4, 33).is_none());
    }

    #[test]
    fn differences_of_the_specification() {
        // 7, 5, 3, 1, 2, 3, 4, 5 in one block of 128 in four groups: least -2, width 2 (Encodings.md, example 2).
        let mut page = vec![0x80, 0x01, 0x04, 0x08, 0x0E, 0x03, 0x02, 0, 0, 0, 0xC0, 0x3F];
        page.resize(page.len() + 6, 0);
        let mut deltas = Deltas::new(&page, 0, 8).unwrap();
        assert_eq!(deltas.end(&page), Some(page.len()));
        assert_eq!((0..9).map_while(|_| deltas.next(&page)).collect::<Vec<_>>(), [7, 5, 3, 1, 2, 3, 4, 5]);
        assert!(Deltas::new(&[0x80, 0x01, 0, 8, 0], 0, 8).is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_end(page in prop::collection::vec(any::<u8>(), 0..100), width in 0u32..34) {
            if let Some(runs) = Runs::new(0..page.len(), width) {
                all(runs, &page, 2000);
            }
            if let Some(mut deltas) = Deltas::new(&page, 0, 1000) {
                (0..2000).for_each(|_| _ = deltas.next(&page));
            }
        }
    }
}
