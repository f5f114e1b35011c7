//! Could the numbers of a column be codes by chance? Codes that are numbers are as sparse or dense as the vendor gave them
//! out; where nearly every number of a column is one of them, chance is told by how dense they are among its numbers.

use std::ops::Range;

/// The codes and accounts of the registry that are numbers, ascending.
#[derive(Clone, Debug, Default)]
pub struct Numbers(Vec<u64>);

/// How likely it is that a column holds codes by chance alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chance {
    /// Once in a million columns at most.
    None,
    /// Once in a thousand.
    Slight,
    /// More often.
    Likely,
}

/// All columns; of which one in a million is no chance, and one in a thousand a slight one.
const ALL: u128 = 1_000_000_000_000;
const NONE: u128 = ALL / 1_000_000;
const SLIGHT: u128 = ALL / 1_000;

impl Numbers {
    /// Of all codes that are numbers.
    pub fn new(mut numbers: Vec<u64>) -> Self {
        numbers.sort_unstable();
        numbers.dedup();
        Self(numbers)
    }

    /// Those in a range.
    pub fn within(&self, range: &Range<u64>) -> &[u64] {
        let before = |end: u64| self.0.partition_point(|number| *number < end);
        self.0.get(before(range.start)..before(range.end)).unwrap_or_default()
    }

    /// How likely is it that these numbers of a column, each once, are all codes, where the column holds `distinct`
    /// different values?
    pub fn chance(&self, codes: &[u64], distinct: usize) -> Chance {
        let (Some(&least), Some(&most)) = (codes.iter().min(), codes.iter().max()) else { return Chance::Likely };
        let among = self.within(&(least..most.saturating_add(1))).len();
        let width = u128::from(most - least) + 1;
        // Where up to a fifth are none, there are at most 1.87^n choices of those that are.
        let choices = if codes.len() >= distinct { 100 } else { 187 };
        let mut chance = ALL;
        for _ in codes {
            chance = (chance * among as u128 * choices / (width * 100)).min(ALL);
            if chance <= NONE {
                return Chance::None;
            }
        }
        if chance <= SLIGHT { Chance::Slight } else { Chance::Likely }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_are_dense_prove_nothing() {
        let sparse = Numbers::new((0..8_000).map(|n| 10_000 + n * 11).collect());
        let few: Vec<u64> = (0..3).map(|n| 12_002 + n * 22_000).collect();
        let many: Vec<u64> = (0..7).map(|n| 12_002 + n * 11_000).collect();
        assert_eq!(sparse.chance(&few, 3), Chance::Slight);
        assert_eq!(sparse.chance(&many, 7), Chance::None);
        assert_eq!(sparse.chance(&many, 8), Chance::Slight);
        assert_eq!(sparse.chance(&few[..1], 1), Chance::Likely);
        let dense = Numbers::new((10_000..18_000).collect());
        let row: Vec<u64> = (10_100..10_400).collect();
        assert_eq!(dense.chance(&row, 300), Chance::Likely);
        assert_eq!(dense.chance(&[], 0), Chance::Likely);
    }
}
