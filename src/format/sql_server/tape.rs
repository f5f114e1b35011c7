//! Microsoft Tape Format (MTF 1.00a): descriptor blocks of 52 bytes and more, each followed by streams. SQL Server
//! adds blocks and streams of its own; its pages stand in the stream MQDA. Other programs store files.

use super::page::{le16, le32, le64};
use std::ops::Range;

/// Bytes of the part that all descriptor blocks have.
pub(super) const BLOCK: usize = 52;
/// Bytes of a stream's header.
const STREAM: usize = 22;
/// Blocks begin on multiples of this.
const SECTOR: usize = 512;
/// Blocks that are read.
const MOST_BLOCKS: usize = 1 << 22;

/// A descriptor block.
#[derive(Clone, Debug)]
pub(super) struct Block<'a> {
    pub kind: [u8; 4],
    /// Where it begins in the item.
    pub at: usize,
    bytes: &'a [u8],
    pub streams: Vec<Stream>,
}

/// A stream behind a descriptor block.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub kind: [u8; 4],
    /// Its data; they may end behind the item.
    pub data: Range<usize>,
    pub is_encrypted: bool,
    pub is_compressed: bool,
}

/// Words of a header, xor-ed, are zero together with their checksum.
fn is_sound(header: &[u8]) -> bool {
    let sum = header.as_chunks::<2>().0.iter().fold(0, |sum, pair| sum ^ u16::from_le_bytes(*pair));
    sum == 0 && header.iter().any(|byte| *byte != 0)
}

fn is_name(kind: &[u8]) -> bool {
    kind.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

impl<'a> Block<'a> {
    /// The block at a place.
    fn of(bytes: &'a [u8], at: usize) -> Option<Self> {
        let own = bytes.get(at..)?;
        let header = own.first_chunk::<BLOCK>()?;
        let kind = *header.first_chunk()?;
        (is_name(&kind) && is_sound(header)).then(|| Self { kind, at, bytes: own, streams: Vec::new() })
    }

    /// A field of two bytes.
    pub fn half(&self, at: usize) -> u16 {
        le16(self.bytes, at).unwrap_or(0)
    }

    /// A field of four bytes.
    pub fn word(&self, at: usize) -> u32 {
        le32(self.bytes, at).unwrap_or(0)
    }

    /// The text that a field leads to.
    pub fn text(&self, field: usize) -> String {
        let (length, at) = (usize::from(self.half(field)), usize::from(self.half(field + 2)));
        let Some(bytes) = self.bytes.get(at..at + length) else { return String::new() };
        let text = match self.bytes.get(48) {
            Some(2) => super::value::wide(bytes).unwrap_or_default(),
            _ => super::value::text(bytes, 0).into_owned(),
        };
        text.replace('\0', "/").trim_matches(['/', ' ']).to_owned()
    }

    /// A date of five bytes.
    pub fn date(&self, at: usize) -> Option<String> {
        let b: &[u8; 5] = self.bytes.get(at..)?.first_chunk()?;
        let (year, month) = (u16::from(b[0]) << 6 | u16::from(b[1] >> 2), (b[1] & 3) << 2 | b[2] >> 6);
        let day = b[2] >> 1 & 31;
        (year > 0 && (1..=12).contains(&month) && day > 0).then(|| format!("{year:04}-{month:02}-{day:02}"))
    }

    /// Reads its streams; gives where the next block should be.
    fn read_streams(&mut self) -> usize {
        let mut at = usize::from(self.half(8)).max(BLOCK);
        while let Some(header) = self.bytes.get(at..).and_then(|own| own.first_chunk::<STREAM>()) {
            let kind = [header[0], header[1], header[2], header[3]];
            if !is_name(&kind) || !is_sound(header) {
                break;
            }
            let length = usize::try_from(le64(header, 8).unwrap_or(0)).unwrap_or(usize::MAX);
            let data = at + STREAM;
            let end = data.saturating_add(length);
            let absolute = self.at + data..self.at.saturating_add(end);
            let [encryption, compression] = [16, 18].map(|at| le16(header, at).unwrap_or(0) != 0);
            self.streams.push(Stream { kind, data: absolute, is_encrypted: encryption, is_compressed: compression });
            at = match end.checked_next_multiple_of(4) {
                Some(next) if next <= self.bytes.len() => next,
                _ => return usize::MAX,
            };
            if &kind == b"SPAD" {
                return self.at + at;
            }
        }
        self.at + at
    }
}

/// The descriptor blocks of an item, in order. Where a block does not lead to the next one, the next is looked for.
pub(super) fn blocks<'a>(bytes: &'a [u8], stopped: &dyn Fn() -> bool) -> Vec<Block<'a>> {
    let mut out: Vec<Block<'a>> = Vec::new();
    let mut at = 0;
    while at <= bytes.len().saturating_sub(BLOCK) && out.len() < MOST_BLOCKS {
        if at % (64 << 20) < SECTOR && stopped() {
            break;
        }
        match Block::of(bytes, at) {
            Some(mut block) => {
                let next = block.read_streams();
                at = if next >= at + BLOCK { next } else { at + SECTOR };
                out.push(block);
            }
            None => at = (at + 1).next_multiple_of(SECTOR),
        }
    }
    out
}
