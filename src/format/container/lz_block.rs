//! Blocks of LZ4 (LZ4 Block Format Description 1.6) and Snappy (format_description.txt) without a frame around them, as
//! databases, caches and programs keep them; LZ4 also behind its decoded length. They bear no mark, and what they repeat
//! nowhere stands in them as it was: the beginning of a table looks like a small table. They are told by going through them:
//! every copy must reach back to what there is.

use super::snappy;
use crate::format::numbers::{le16, le32};
use crate::format::{Failure, Format, Probe, Runs, Sink};
use crate::model::Cause;
use std::io::Read;
use std::ops::Range;

/// One block.
pub static LZ_BLOCK: Format = Format {
    name: "lz_block",
    media_type: "application/x-lz4-block",
    recognise: |probe: &Probe<'_>| packed(probe.bytes).is_some(),
    read,
    runs: Runs::Inside,
    // What was scanned was recorded with lower versions, and is read again.
    version: 5,
    limitations: &["there is no checksum", "of blocks amid other bytes only those that begin with a table are found, and are gaps"],
};

/// Other bytes are gone through to their end as a block once in two to the power of so many.
const PROOF: u32 = 32;
/// Bytes of the decoded length before a block.
const SIZE: usize = 4;
/// A copy in LZ4 reaches back so far.
const WINDOW: usize = 64 << 10;
/// Bytes that are decoded at a time.
const STEP: usize = 64 << 10;
/// Larger blocks of Snappy are not decoded: their copies may reach back to their beginning.
const MOST_SNAPPY: usize = 256 << 20;
/// Bytes before a literal that say how long it is, and bytes of that number that may look like its text.
const AROUND: usize = 12;

/// How the bytes are packed.
enum Packed {
    /// LZ4, from this place on.
    Lz4(usize),
    Snappy,
}

/// What the bytes are, if they are one block, or the beginning of one.
fn packed(bytes: &[u8]) -> Option<Packed> {
    let begins = |at: usize| walk(bytes.get(at..).unwrap_or_default()).bits >= PROOF;
    if let Some(at) = [0, SIZE].into_iter().find(|at| begins(*at)) {
        return Some(Packed::Lz4(at));
    }
    snappy::bits(bytes).filter(|bits| *bits >= PROOF).map(|_| Packed::Snappy)
}

/// How far bytes can be gone through as a block of LZ4.
struct Walked {
    /// Behind the last whole sequence.
    end: usize,
    /// They end as a block does.
    is_whole: bool,
    decoded: u64,
    /// How unlikely that is by chance: two to the power of so many to one.
    bits: u32,
}

fn walk(bytes: &[u8]) -> Walked {
    let mut walked = Walked { end: 0, is_whole: false, decoded: 0, bits: 0 };
    while let Some(sequence) = Sequence::at(bytes, walked.end) {
        // Nothing that follows makes it likelier.
        if walked.bits < PROOF && walked.decoded > u64::from(u16::MAX) {
            break;
        }
        walked.decoded = walked.decoded.saturating_add(sequence.literals.len() as u64);
        let Some((back, length)) = sequence.copy else {
            walked.is_whole = true;
            walked.end = sequence.end;
            break;
        };
        if back == 0 || back as u64 > walked.decoded {
            break;
        }
        // Of all numbers of two bytes so few reach back to what there is.
        walked.bits = walked.bits.saturating_add(u16::try_from(walked.decoded).map_or(0, u16::leading_zeros));
        walked.decoded = walked.decoded.saturating_add(length);
        walked.end = sequence.end;
    }
    walked
}

/// The block of LZ4 that a text is the beginning of, if it is one: the text stands in it as its first literal.
pub(in crate::format) fn around(bytes: &[u8], text: &Range<usize>) -> Option<Range<usize>> {
    let from = text.start.saturating_sub(AROUND);
    (from..text.end.min(text.start + AROUND)).find_map(|at| {
        let rest = bytes.get(at..)?;
        // Before it is gone through, the copy behind the first literal must be one.
        let (back, _) = Sequence::at(rest, 0)?.copy?;
        let walked = if back > 0 { walk(rest) } else { return None };
        (walked.bits >= PROOF).then(|| at..at + walked.end)
    })
}

/// Literals, and what is copied behind them; none at the end of a block.
struct Sequence {
    literals: Range<usize>,
    copy: Option<(usize, u64)>,
    end: usize,
}

impl Sequence {
    fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let token = *bytes.get(at)?;
        let (length, start) = length(bytes, at + 1, token >> 4)?;
        let end = start.checked_add(usize::try_from(length).ok()?).filter(|end| *end <= bytes.len())?;
        if end == bytes.len() {
            return Some(Self { literals: start..end, copy: None, end });
        }
        let back = usize::from(le16(bytes, end)?);
        let (length, behind) = self::length(bytes, end + 2, token & 15)?;
        Some(Self { literals: start..end, copy: Some((back, length + 4)), end: behind })
    }
}

/// A length whose first four bits are these, and the place behind it.
fn length(bytes: &[u8], mut at: usize, first: u8) -> Option<(u64, usize)> {
    let mut length = u64::from(first);
    if first == 15 {
        loop {
            let more = *bytes.get(at)?;
            at += 1;
            length += u64::from(more);
            if more < 255 {
                break;
            }
        }
    }
    Some((length, at))
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let whole = 0..bytes.len() as u64;
    match packed(bytes) {
        Some(Packed::Lz4(at)) => {
            let packed = bytes.get(at..).unwrap_or_default();
            let walked = walk(packed);
            let end = at + walked.end;
            sink.member(b"content", 0..end as u64, &mut Lz4::new(&packed[..walked.end]));
            let is_as_long = at == 0 || le32(bytes, 0).map(u64::from) == Some(walked.decoded);
            if !walked.is_whole {
                sink.gap(end as u64..end as u64, Cause::Truncated, "the block is cut off, or what follows is no part of it");
            } else if !is_as_long {
                sink.gap(whole.end..whole.end, Cause::Corrupt, "the block decodes to another length than it says");
            }
        }
        Some(Packed::Snappy) => {
            let decoded = snappy::length(bytes).filter(|(length, _)| *length <= MOST_SNAPPY).and_then(|_| snappy::decode(bytes));
            match decoded {
                Some(decoded) => _ = sink.member(b"content", whole, &mut &*decoded),
                None => sink.gap(whole, Cause::LimitSize, format!("a block decodes to more than {MOST_SNAPPY} bytes")),
            }
        }
        None => return Err(Failure::corrupt(0, "there is no block")),
    }
    Ok(())
}

/// Decodes a block of LZ4 with no more of it in memory than copies reach back.
struct Lz4<'a> {
    bytes: &'a [u8],
    at: usize,
    literals: Range<usize>,
    copy: (usize, u64),
    /// What was decoded last; from `given` on it was not handed out.
    held: Vec<u8>,
    given: usize,
}

impl<'a> Lz4<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, literals: 0..0, copy: (0, 0), held: Vec::new(), given: 0 }
    }

    /// Decodes some more; is there any?
    fn step(&mut self) -> bool {
        if self.held.len() > WINDOW + STEP {
            let kept = self.held.len() - WINDOW;
            self.held.drain(..kept);
            self.given -= kept;
        }
        if self.literals.is_empty() && self.copy.1 == 0 {
            let Some(sequence) = Sequence::at(self.bytes, self.at).filter(|_| self.at < self.bytes.len()) else { return false };
            self.at = sequence.end;
            self.literals = sequence.literals;
            self.copy = sequence.copy.unwrap_or_default();
        }
        if !self.literals.is_empty() {
            let part = self.literals.start..self.literals.end.min(self.literals.start + STEP);
            self.literals.start = part.end;
            self.held.extend_from_slice(self.bytes.get(part).unwrap_or_default());
            return true;
        }
        let (back, length) = self.copy;
        let Some(from) = self.held.len().checked_sub(back).filter(|_| back > 0) else { return false };
        let now = length.min(STEP as u64) as usize;
        self.copy.1 -= now as u64;
        // What is copied may reach into what the copy makes.
        (from..from + now).for_each(|at| self.held.extend(self.held.get(at).copied()));
        true
    }
}

impl Read for Lz4<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.given == self.held.len() && !out.is_empty() {
            if !self.step() {
                return Ok(0);
            }
        }
        let read = self.held.get(self.given..).unwrap_or_default().read(out)?;
        self.given += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_all;
    use proptest::prelude::*;

    fn table() -> Vec<u8> {
        (0..3000).map(|n| format!("{},Ann Lee {},{}\r\n", 104_233 + n % 7, n * 7919 % 1000, n * 31)).collect::<String>().into_bytes()
    }

    #[test]
    fn blocks_are_read_with_and_without_their_length() {
        let table = table();
        let lz4 = lz4_flex::block::compress(&table);
        let snappy = snappy_of(&table[..4000]);
        for (packed, content) in
            [(lz4.clone(), &table[..]), ([&(table.len() as u32).to_le_bytes()[..], &lz4].concat(), &table[..]), (snappy, &table[..4000])]
        {
            assert!(self::packed(&packed).is_some(), "{:?}", &packed[..16]);
            let (_, _, gaps, _, members) = read_all(&LZ_BLOCK, &packed);
            assert!(gaps.is_empty() && members == [content]);
        }
        for other in [lz4[..lz4.len() - 9].to_vec(), [&lz4[..], &[0; 40]].concat(), [&(7u32).to_le_bytes()[..], &lz4].concat()] {
            let (_, _, gaps, _, members) = read_all(&LZ_BLOCK, &other);
            assert!(gaps.len() == 1 && members[0].starts_with(&table[..table.len() - 200]), "{gaps:?}");
        }
        let long = [table, vec![b'x'; 300_000]].concat();
        let (.., members) = read_all(&LZ_BLOCK, &lz4_flex::block::compress(&long));
        assert_eq!(members, [long]);
    }

    /// A block whose literals have up to 60 bytes, with copies of what stood 37 bytes before.
    fn snappy_of(content: &[u8]) -> Vec<u8> {
        let mut out = vec![(content.len() & 0x7F) as u8 | 0x80, (content.len() >> 7) as u8];
        let mut at = 0;
        while at < content.len() {
            let back =
                (1..at.min(1000)).rev().find(|back| content[at..].len() > 4 && content[at..at + 4] == content[at - back..at - back + 4]);
            match back {
                Some(back) => {
                    out.extend([3 << 2 | 2, back as u8, (back >> 8) as u8]);
                    at += 4;
                }
                None => {
                    out.extend([0, content[at]]);
                    at += 1;
                }
            }
        }
        out
    }

    #[test]
    fn a_block_amid_other_bytes_is_found_by_the_text_that_begins_it() {
        let table = table();
        let block = lz4_flex::block::compress(&table);
        let text = table[..60].to_vec();
        let bytes = [&[7, 0, 0, 0xE0][..], &block, &[0xFF; 300]].concat();
        let at = memchr::memmem::find(&bytes, &text[..12]).unwrap();
        let found = around(&bytes, &(at..at + 12)).unwrap();
        assert!(found.start == 4 && found.end >= block.len() - 40, "{found:?}");
        let plain = [&[7, 0, 0, 0xE0][..], &table, &[0xFF; 300]].concat();
        assert_eq!(around(&plain, &(4..4 + table.len())), None);
    }

    proptest! {
        #[test]
        fn noise_and_text_are_no_block(noise in prop::collection::vec(any::<u8>(), 0..600), text in "[ -~\n]{0,600}") {
            prop_assert!(packed(&noise).is_none() && packed(text.as_bytes()).is_none());
        }
    }
}
