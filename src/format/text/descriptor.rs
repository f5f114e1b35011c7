//! Records that stand behind their lengths: record and block descriptor words of mainframes (z/OS DFSMS, "Using Data
//! Sets", "Variable-Length Record Formats"), and lengths as programs of other machines write them.

use std::ops::Range;

/// How records are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Each behind a descriptor word: its length, descriptor included, in two bytes, and two of zero.
    Described,
    /// Such records in blocks, each behind a descriptor word of its own.
    Blocked,
    /// Each behind its length in so many bytes, least significant first or last; maybe with the same length behind it.
    Counted { width: usize, is_little: bool, is_repeated: bool },
}

impl Framing {
    /// Every one, those that say most of themselves first.
    pub const ALL: [Self; 8] = [
        Self::Blocked,
        Self::Described,
        Self::Counted { width: 4, is_little: true, is_repeated: true },
        Self::Counted { width: 4, is_little: false, is_repeated: true },
        Self::Counted { width: 4, is_little: true, is_repeated: false },
        Self::Counted { width: 4, is_little: false, is_repeated: false },
        Self::Counted { width: 2, is_little: true, is_repeated: false },
        Self::Counted { width: 2, is_little: false, is_repeated: false },
    ];

    /// The records, as long as one follows another.
    pub fn records(self, bytes: &[u8]) -> Records<'_> {
        Records { framing: self, bytes, at: 0, block: 0, is_cut: false }
    }
}

/// Records, one after the other.
pub(super) struct Records<'b> {
    framing: Framing,
    bytes: &'b [u8],
    /// Where the next one begins.
    pub at: usize,
    /// Where the block ends that it is in.
    block: usize,
    /// The last one was to be longer than the bytes are.
    pub is_cut: bool,
}

impl Iterator for Records<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let mut at = self.at;
        let width = if let Framing::Counted { width, .. } = self.framing { width } else { 4 };
        if (1..width).contains(&(self.bytes.len().saturating_sub(at))) {
            self.is_cut = true;
            return None;
        }
        if self.framing == Framing::Blocked && at == self.block {
            let block = at.checked_add(word(self.bytes, at)?)?;
            // A block holds a record.
            at += 4;
            self.block = block.max(at);
        }
        let (start, len, behind) = match self.framing {
            Framing::Described | Framing::Blocked => (at + 4, word(self.bytes, at)?.checked_sub(4)?, 0),
            Framing::Counted { width, is_little, is_repeated } => {
                let len = count(self.bytes, at, width, is_little)?;
                (at + width, len, if is_repeated { width } else { 0 })
            }
        };
        let end = start.checked_add(len)?;
        let next = end.checked_add(behind)?;
        if next > self.bytes.len() {
            self.is_cut = true;
            return None;
        }
        if let Framing::Counted { width, is_little, is_repeated: true } = self.framing
            && count(self.bytes, end, width, is_little) != Some(len)
        {
            return None;
        }
        if self.framing == Framing::Blocked && next > self.block {
            return None;
        }
        self.at = next;
        Some(start..end)
    }
}

/// The length in a descriptor word.
fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let [high, low, 0, 0] = *bytes.get(at..)?.first_chunk::<4>()? else { return None };
    Some(usize::from(u16::from_be_bytes([high, low]))).filter(|len| *len >= 4)
}

fn count(bytes: &[u8], at: usize, width: usize, is_little: bool) -> Option<usize> {
    let field = bytes.get(at..at.checked_add(width)?)?;
    let add = |sum: usize, byte: &u8| sum << 8 | usize::from(*byte);
    Some(if is_little { field.iter().rev().fold(0, add) } else { field.iter().fold(0, add) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDS: [&[u8]; 5] = [b"FIRST", b"THE SECOND", b"3", b"", b"THE LAST ONE"];

    fn written(framing: Framing) -> Vec<u8> {
        let described = |record: &&[u8]| [&(record.len() as u16 + 4).to_be_bytes()[..], &[0, 0], record].concat();
        match framing {
            Framing::Described => RECORDS.iter().flat_map(described).collect(),
            Framing::Blocked => {
                RECORDS.chunks(2).flat_map(|block| described(&&block.iter().flat_map(described).collect::<Vec<u8>>()[..])).collect()
            }
            Framing::Counted { width, is_little, is_repeated } => RECORDS
                .iter()
                .flat_map(|record| {
                    let mut len = (record.len() as u32).to_be_bytes()[4 - width..].to_vec();
                    if is_little {
                        len.reverse();
                    }
                    [&len[..], record, if is_repeated { &len[..] } else { &[] }].concat()
                })
                .collect(),
        }
    }

    #[test]
    fn records_are_told_apart_in_every_framing() {
        for framing in Framing::ALL {
            let bytes = written(framing);
            let mut records = framing.records(&bytes);
            let found: Vec<&[u8]> = records.by_ref().map(|range| &bytes[range]).collect();
            assert_eq!(found, RECORDS, "{framing:?}");
            assert!(records.at == bytes.len() && !records.is_cut, "{framing:?}");
            let cut = &bytes[..bytes.len() - if matches!(framing, Framing::Counted { is_repeated: true, .. }) { 6 } else { 1 }];
            let mut records = framing.records(cut);
            assert_eq!((records.by_ref().count(), records.is_cut), (4, true), "{framing:?}");
        }
    }

    #[test]
    fn no_bytes_panic() {
        for seed in 0..2000u32 {
            let bytes: Vec<u8> = (0..seed % 64).map(|n| (seed.wrapping_mul(2_654_435_761).rotate_left(n) >> 13) as u8).collect();
            for framing in Framing::ALL {
                assert!(framing.records(&bytes).count() <= bytes.len() + 1);
            }
        }
    }
}
