use crate::model::{Cause, Class};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What one stretch of an item's bytes was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Covered {
    /// Read, scanned, opaque or structure.
    As(Class),
    /// Not read.
    Gap(Cause),
    /// The encoded bytes of the member with this ordinal.
    Member(u32),
}

/// Which bytes of an item were covered by its reader, and as what. What is left over is not lost:
/// the caller scans it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    ranges: Vec<(Range<u64>, Covered)>,
}

impl Coverage {
    /// Covers a range; adjoining ranges of one kind are joined.
    pub fn add(&mut self, range: Range<u64>, covered: Covered) {
        if range.is_empty() {
            return;
        }
        match self.ranges.last_mut() {
            Some((last, kind)) if *kind == covered && last.end == range.start => last.end = range.end,
            _ => self.ranges.push((range, covered)),
        }
    }

    /// The same ranges, so much further on.
    pub(super) fn moved(mut self, offset: u64) -> Self {
        self.ranges.iter_mut().for_each(|(range, _)| *range = range.start + offset..range.end + offset);
        self
    }

    /// Adds all ranges of another.
    pub fn extend(&mut self, other: Coverage) {
        other.ranges.into_iter().for_each(|(range, covered)| self.add(range, covered));
    }

    /// The ranges of an item of this length that nothing covers, in order.
    pub fn uncovered(&self, len: u64) -> Vec<Range<u64>> {
        let mut ranges: Vec<&Range<u64>> = self.ranges.iter().map(|(range, _)| range).filter(|range| !range.is_empty()).collect();
        ranges.sort_by_key(|range| range.start);
        let (mut at, mut out) = (0, Vec::new());
        for range in ranges {
            let start = range.start.min(len);
            if start > at {
                out.push(at..start);
            }
            at = at.max(range.end);
        }
        if at < len {
            out.push(at..len);
        }
        out
    }

    /// The ordinal of the last member that takes a range.
    pub fn last_member(&self) -> Option<u32> {
        self.ranges.iter().filter_map(|(_, covered)| if let Covered::Member(ordinal) = covered { Some(*ordinal) } else { None }).max()
    }

    /// The ranges in order, each byte once. Members and gaps stand before what was merely read around or
    /// through them (an attachment inside a text); of the same kind, the earlier in the item keeps the bytes
    /// that two claim.
    pub fn partition(mut self, len: u64) -> Vec<(Range<u64>, Option<Covered>)> {
        let strong: Vec<_> = self.ranges.extract_if(.., |(_, covered)| !matches!(covered, Covered::As(_))).collect();
        let weak = in_order(self.ranges, 0..len);
        if strong.is_empty() {
            return weak;
        }
        let mut rest = weak.iter().peekable();
        let mut out = Vec::with_capacity(weak.len() + 2);
        for (range, covered) in in_order(strong, 0..len) {
            if covered.is_some() {
                out.push((range, covered));
                continue;
            }
            // Where nothing strong stands, the plain classes do.
            while let Some((under, covered)) = rest.peek() {
                let both = under.start.max(range.start)..under.end.min(range.end);
                if !both.is_empty() {
                    out.push((both, *covered));
                }
                if under.end > range.end {
                    break;
                }
                rest.next();
            }
        }
        out
    }
}

/// Ranges in order and their complement, each byte of `within` once.
fn in_order(mut ranges: Vec<(Range<u64>, Covered)>, within: Range<u64>) -> Vec<(Range<u64>, Option<Covered>)> {
    ranges.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = Vec::with_capacity(ranges.len() + 2);
    let mut at = within.start;
    for (range, covered) in ranges {
        let (start, end) = (range.start.max(at), range.end.min(within.end));
        if start >= end {
            continue;
        }
        if start > at {
            out.push((at..start, None));
        }
        out.push((start..end, Some(covered)));
        at = end;
    }
    if at < within.end {
        out.push((at..within.end, None));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_partition_has_every_byte_once(ranges in prop::collection::vec((0u64..200, 0u64..60, any::<bool>()), 0..12), len in 0u64..220) {
            let mut coverage = Coverage::default();
            for (start, size, strong) in ranges {
                coverage.add(start..start + size, if strong { Covered::Member(0) } else { Covered::As(Class::Read) });
            }
            let (uncovered, mut none) = (coverage.uncovered(len), Vec::new());
            let mut at = 0;
            for (range, covered) in coverage.partition(len) {
                prop_assert_eq!(range.start, at);
                prop_assert!(range.end > range.start);
                at = range.end;
                if covered.is_none() {
                    none.push(range);
                }
            }
            prop_assert_eq!(at, len);
            prop_assert_eq!(uncovered, none);
        }
    }
}
