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
    let mut before = None;
    let mut last_passed = false;
    for (i, bytes) in data.as_chunks::<CELL>().0.iter().enumerate() {
        let mut cell = Cell::of(bytes);
        let at = range.start + i * CELL;
        let passed = before.as_mut().is_some_and(|before: &mut Cell<'_>| before.is_noise_with(&mut cell));
        if passed && last_passed {
            push(at - 2 * CELL..at + CELL);
        }
        last_passed = passed;
        before = Some(cell);
    }
    // The last bytes, which fill no cell, belong to the stretch before them where they are alike.
    if let Some((_, tail)) = data.split_last_chunk::<{ 2 * CELL }>()
        && last_passed
        && !data.len().is_multiple_of(CELL)
        && let ([first, second], _) = tail.as_chunks::<CELL>()
        && Cell::of(first).is_noise_with(&mut Cell::of(second))
    {
        push(range.end - 2 * CELL..range.end);
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

/// Half a window: which values occur in it and, once that is asked, how they fall on the classes.
struct Cell<'a> {
    bytes: &'a [u8; CELL],
    seen: [u8; 256],
    classes: Option<[[u8; 8]; 4]>,
}

impl<'a> Cell<'a> {
    fn of(bytes: &'a [u8; CELL]) -> Self {
        let mut seen = [0; 256];
        for &b in bytes {
            seen[usize::from(b)] = 1;
        }
        Self { bytes, seen, classes: None }
    }

    /// Counts per place modulo four and class of 32 values.
    fn classes(&mut self) -> &[[u8; 8]; 4] {
        self.classes.get_or_insert_with(|| {
            let mut lanes = [[0; 8]; 4];
            for four in self.bytes.as_chunks::<4>().0 {
                for (lane, b) in lanes.iter_mut().zip(four) {
                    lane[usize::from(b >> 5)] += 1;
                }
            }
            lanes
        })
    }

    fn values_with(&self, other: &Self) -> u32 {
        let sums = self.seen.as_chunks::<16>().0.iter().zip(other.seen.as_chunks::<16>().0).fold([0u8; 16], |mut sums, (a, b)| {
            for i in 0..16 {
                sums[i] += a[i] | b[i];
            }
            sums
        });
        sums.iter().map(|&s| u32::from(s)).sum()
    }

    /// Does the window of this cell and the next look evenly distributed?
    fn is_noise_with(&mut self, next: &mut Self) -> bool {
        if self.values_with(next) < LEAST_VALUES {
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
