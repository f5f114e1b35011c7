use tantivy::DocId;

/// Passages of one segment, in order: as a list where they are few, as bits where they are not.
#[derive(Debug)]
pub(super) enum Passages {
    Few(Vec<DocId>),
    Many { bits: Vec<u64>, count: usize },
}

impl Passages {
    /// A list in order, of a segment with so many passages.
    pub(super) fn of(list: Vec<DocId>, passages: u32) -> Self {
        // A number takes as much as 32 bits.
        if list.len() <= passages as usize / 32 { Self::Few(list) } else { Self::any([list], passages) }
    }

    /// What is in any of several lists.
    pub(super) fn any(lists: impl IntoIterator<Item = Vec<DocId>>, passages: u32) -> Self {
        let mut bits = vec![0u64; (passages as usize).div_ceil(64)];
        for passage in lists.into_iter().flatten() {
            // A number beyond the segment is none of its passages.
            if let Some(word) = bits.get_mut(passage as usize / 64) {
                *word |= 1 << (passage % 64);
            }
        }
        let count = bits.iter().map(|word| word.count_ones() as usize).sum();
        Self::Many { bits, count }
    }

    /// What is in all of several.
    pub(super) fn common<'p>(all: &[&'p Self]) -> impl Iterator<Item = DocId> + use<'p> {
        let rarest = (0..all.len()).min_by_key(|&i| all[i].len());
        let others: Vec<&Self> = all.iter().enumerate().filter(|(i, _)| Some(*i) != rarest).map(|(_, one)| *one).collect();
        rarest.map(|i| all[i].iter()).into_iter().flatten().filter(move |&passage| others.iter().all(|other| other.contains(passage)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> usize {
        match self {
            Self::Few(list) => list.len(),
            Self::Many { count, .. } => *count,
        }
    }

    fn contains(&self, passage: DocId) -> bool {
        match self {
            Self::Few(list) => list.binary_search(&passage).is_ok(),
            Self::Many { bits, .. } => bits.get(passage as usize / 64).is_some_and(|word| word >> (passage % 64) & 1 == 1),
        }
    }

    fn iter(&self) -> Box<dyn Iterator<Item = DocId> + '_> {
        match self {
            Self::Few(list) => Box::new(list.iter().copied()),
            Self::Many { bits, .. } => Box::new(bits.iter().enumerate().filter(|(_, word)| **word != 0).flat_map(|(at, word)| {
                let word = *word;
                (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at as u32 * 64 + bit)
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn what_is_common_is_in_all(lists in prop::collection::vec(prop::collection::btree_set(0u32..300, 0..120), 1..4)) {
            let all: Vec<Passages> = lists.iter().map(|list| Passages::of(list.iter().copied().collect(), 300)).collect();
            let common: Vec<u32> = Passages::common(&all.iter().collect::<Vec<_>>()).collect();
            let expected: BTreeSet<u32> = lists[0].iter().copied().filter(|n| lists.iter().all(|list| list.contains(n))).collect();
            prop_assert_eq!(common, expected.into_iter().collect::<Vec<_>>());
        }
    }
}
