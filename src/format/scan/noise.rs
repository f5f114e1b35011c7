//! Which stretches of bytes look compressed or encrypted.
//!
//! Windows of 256 bytes, each 128 further than the last, are held against evenly distributed bytes by two
//! statistics: how many values occur (162 of 256 expected, standard deviation 5), and how evenly the
//! bytes fall on eight classes of 32 values, overall and for each place modulo four (chi-square, seven
//! degrees of freedom each). Text in any script, code, tables of records and base64 fail the first;
//! numbers of four and eight bytes and double-byte text fail the second. Two neighbouring windows must
//! pass, so that 512 such bytes are seen wherever they begin, and a key or signature of 256 bytes is not
//! taken for a stream.
//!
//! Deflated data that repeat themselves a hundredfold look like code to any such measure; they are found
//! by their headers.

use std::ops::Range;

const CELL: usize = 128;
/// A stretch is seen by windows that begin so far before its end.
pub(super) const REACH: usize = 4 * CELL;
/// Five standard deviations below what evenly distributed bytes show.
const LEAST_VALUES: u32 = 136;
/// A window of evenly distributed bytes has a larger chi-square once in five million times.
const MOST_CHI_SQUARE: u32 = 44;
/// The same for the 64 bytes of one place modulo four, where small counts make the tail heavier.
const MOST_LANE_CHI_SQUARE: u32 = 56;
/// So long a hole between two stretches no shorter than it belongs to them.
const HOLE: usize = 2048;

/// The stretches of `range` that look compressed or encrypted, in order.
pub(super) fn stretches(bytes: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
    let Some(data) = bytes.get(range.clone()) else { return Vec::new() };
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut push = |found: Range<usize>| match out.last_mut() {
        Some(last) if last.end >= found.start => last.end = last.end.max(found.end),
        _ => out.push(found),
    };
    // Two cells are filled in turn.
    let (mut first, mut second) = (Cell::default(), Cell::default());
    let (mut before, mut cell) = (&mut first, &mut second);
    let mut last_passed = false;
    for (i, bytes) in data.as_chunks::<CELL>().0.iter().enumerate() {
        cell.fill(bytes);
        let at = range.start + i * CELL;
        let passed = i > 0 && before.is_noise_with(cell);
        if passed && last_passed {
            push(at - 2 * CELL..at + CELL);
        }
        last_passed = passed;
        std::mem::swap(&mut before, &mut cell);
    }
    // The last bytes, which fill no cell, belong to the stretch before them where they are alike.
    if let Some((_, tail)) = data.split_last_chunk::<{ 2 * CELL }>()
        && last_passed
        && !data.len().is_multiple_of(CELL)
        && let ([first, second], _) = tail.as_chunks::<CELL>()
    {
        before.fill(first);
        cell.fill(second);
        if before.is_noise_with(cell) {
            push(range.end - 2 * CELL..range.end);
        }
    }
    join(out)
}

/// Closes short holes between long stretches.
fn join(stretches: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::with_capacity(stretches.len());
    for next in stretches {
        match out.last_mut() {
            Some(last) if next.start - last.end <= HOLE.min(last.len()).min(next.len()) => last.end = next.end,
            _ => out.push(next),
        }
    }
    out
}

/// Does a short item as a whole, too short for windows, look encrypted? Expects the values of so many
/// evenly distributed bytes, and few printable ones.
pub(super) fn is_noise(bytes: &[u8]) -> bool {
    if !(64..512).contains(&bytes.len()) {
        return false;
    }
    let mut seen = [0u8; 256];
    let mut classes = [0u32; 8];
    for &b in bytes {
        seen[usize::from(b)] = 1;
        classes[usize::from(b >> 5)] += 1;
    }
    let values: u32 = seen.iter().map(|&s| u32::from(s)).sum();
    let n = bytes.len() as u32;
    // 256 * (1 - (255/256)^n), in integers of 16 fractional bits.
    let absent = (0..n).fold(256u64 << 16, |absent, _| absent - absent / 256);
    let expected = 256 - (absent >> 16) as u32;
    let squares: u32 = classes.iter().map(|c| c * c).sum();
    // chi-square * n = 8 * squares - n * n
    values + 16 >= expected && values * 100 >= expected * 88 && (8 * squares).saturating_sub(n * n) <= 30 * n
}

/// A one in the byte of each value's class, of the eight classes of 32 values.
static CLASS_OF: [u64; 256] = {
    let mut table = [0; 256];
    let mut value = 0;
    while value < 256 {
        table[value] = 1 << (8 * (value >> 5));
        value += 1;
    }
    table
};

/// Half a window: how many of its bytes are zero and have each of the three highest bits and, once that is asked,
/// which values occur in it, and how they fall on the classes.
struct Cell<'a> {
    bytes: &'a [u8; CELL],
    zeros: u32,
    high: [u32; 3],
    seen: [u8; 256],
    has_seen: bool,
    classes: Option<[[u8; 8]; 4]>,
}

impl Default for Cell<'_> {
    fn default() -> Self {
        Self { bytes: &[0; CELL], zeros: 0, high: [0; 3], seen: [0; 256], has_seen: false, classes: None }
    }
}

impl<'a> Cell<'a> {
    fn fill(&mut self, bytes: &'a [u8; CELL]) {
        let (mut zeros, mut high) = ([0u8; 16], [[0u8; 16]; 3]);
        for chunk in bytes.as_chunks::<16>().0 {
            for (i, b) in chunk.iter().enumerate() {
                zeros[i] += u8::from(*b == 0);
                high[0][i] += b >> 7;
                high[1][i] += b >> 6 & 1;
                high[2][i] += b >> 5 & 1;
            }
        }
        // No more than 128 in all, which are added up in the highest byte of a product.
        let sum = |counts: [u8; 16]| {
            let counts = u128::from_le_bytes(counts);
            (((counts as u64) + ((counts >> 64) as u64)).wrapping_mul(0x0101_0101_0101_0101) >> 56) as u32
        };
        (self.bytes, self.zeros, self.high) = (bytes, sum(zeros), high.map(sum));
        (self.has_seen, self.classes) = (false, None);
    }

    /// Can the window of this cell and the next look evenly distributed? Says no where one value alone leaves too
    /// few others, or where the classes that have a bit and those that lack it differ by more than the chi-square
    /// of all of them may be, however evenly each half is distributed: with d bytes more than half of the window
    /// in one half, it is at least (4 (32 + d/4)^2 + 4 (32 - d/4)^2) / 32 - 256 = d^2 / 64.
    fn may_be_noise_with(&self, next: &Self) -> bool {
        const WINDOW: u32 = 2 * CELL as u32;
        let is_even = |(own, other): (&u32, &u32)| (own + other).abs_diff(WINDOW / 2).pow(2) <= 64 * MOST_CHI_SQUARE;
        self.zeros + next.zeros <= WINDOW - LEAST_VALUES + 1 && self.high.iter().zip(&next.high).all(is_even)
    }

    /// Marks the values that occur.
    fn seen(&mut self) -> &[u8; 256] {
        if !std::mem::replace(&mut self.has_seen, true) {
            self.seen = [0; 256];
            for [a, b, c, d] in self.bytes.as_chunks::<4>().0 {
                self.seen[usize::from(*a)] = 1;
                self.seen[usize::from(*b)] = 1;
                self.seen[usize::from(*c)] = 1;
                self.seen[usize::from(*d)] = 1;
            }
        }
        &self.seen
    }

    /// Counts per place modulo four and class of 32 values.
    fn classes(&mut self) -> &[[u8; 8]; 4] {
        self.classes.get_or_insert_with(|| {
            let mut lanes = [0; 4];
            for four in self.bytes.as_chunks::<4>().0 {
                for lane in 0..4 {
                    lanes[lane] += CLASS_OF[usize::from(four[lane])];
                }
            }
            lanes.map(u64::to_le_bytes)
        })
    }

    fn values_with(&mut self, other: &mut Self) -> u32 {
        // Eight side by side, of each of which there are 32.
        let word = |eight: &[u8; 8]| u64::from_le_bytes(*eight);
        let words = self.seen().as_chunks().0.iter().zip(other.seen().as_chunks().0);
        let sums: u64 = words.map(|(a, b)| word(a) | word(b)).sum();
        // Two and two of them together have 128 at most; all are added up in the highest place of a product.
        let pairs = (sums & 0x00FF_00FF_00FF_00FF) + (sums >> 8 & 0x00FF_00FF_00FF_00FF);
        (pairs.wrapping_mul(0x0001_0001_0001_0001) >> 48) as u32
    }

    /// Does the window of this cell and the next look evenly distributed?
    fn is_noise_with(&mut self, next: &mut Self) -> bool {
        if !self.may_be_noise_with(next) || self.values_with(next) < LEAST_VALUES {
            return false;
        }
        let mut overall = [0u32; 8];
        for (a, b) in self.classes().iter().zip(next.classes()) {
            let mut squares = 0;
            for class in 0..8 {
                let count = u32::from(a[class]) + u32::from(b[class]);
                overall[class] += count;
                squares += count * count;
            }
            // Of 64 bytes, eight are expected in each class: chi-square = squares / 8 - 64.
            if squares > 8 * (64 + MOST_LANE_CHI_SQUARE) {
                return false;
            }
        }
        // Of 256 bytes, 32 are expected in each class: chi-square = squares / 32 - 256.
        overall.iter().map(|c| c * c).sum::<u32>() <= 32 * (256 + MOST_CHI_SQUARE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Chi-square of counts of which so many are expected in each class, as it is defined; times what is expected.
    fn chi_square(bytes: impl Iterator<Item = u8>, expected: i64) -> i64 {
        let mut counts = [0i64; 8];
        bytes.for_each(|b| counts[usize::from(b >> 5)] += 1);
        counts.iter().map(|count| (count - expected).pow(2)).sum()
    }

    fn is_noise_by_definition(window: &[u8]) -> bool {
        let values: std::collections::HashSet<u8> = window.iter().copied().collect();
        let place = |n: usize| window.iter().copied().skip(n).step_by(4);
        values.len() >= LEAST_VALUES as usize
            && chi_square(window.iter().copied(), 32) <= 32 * i64::from(MOST_CHI_SQUARE)
            && (0..4).all(|n| chi_square(place(n), 8) <= 8 * i64::from(MOST_LANE_CHI_SQUARE))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn windows_are_judged_as_the_statistics_are_defined(
            bytes in prop::collection::vec(any::<u8>(), 256), set in 0u8..=255, clear in 0u8..=255, places in prop::collection::vec(0usize..256, 0..200),
        ) {
            let mut bytes = bytes;
            places.iter().for_each(|&place| bytes[place] = (bytes[place] | set) & !clear);
            let ([first, second], _) = bytes.as_chunks::<CELL>() else { unreachable!("two cells") };
            let (mut before, mut cell) = (Cell::default(), Cell::default());
            before.fill(first);
            cell.fill(second);
            prop_assert_eq!(before.is_noise_with(&mut cell), is_noise_by_definition(&bytes));
        }
    }
}
