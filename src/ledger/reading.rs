use crate::format::{Covered, Facts, GapNote, Member};
use crate::model::{Cause, Class, ContentId, Status};
use anyhow::Result;
use serde::{Deserialize, Serialize};

/// A stretch of a content's bytes that is all of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Span {
    /// Read, scanned, opaque or structure.
    As(Class, u64),
    /// Not read.
    Gap(Cause, u64),
    /// The encoded bytes of a member.
    Member(u32, u64),
}

impl Span {
    /// How many bytes.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::As(_, bytes) | Self::Gap(_, bytes) | Self::Member(_, bytes) => *bytes,
        }
    }
}

/// All that reading one content established, but for its text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Identity of the bytes.
    pub content: ContentId,
    /// How many.
    pub size: u64,
    /// Name of the format.
    pub format: String,
    /// Media type of the format.
    pub media_type: String,
    /// Version of the reader.
    pub version: u32,
    /// Its bytes in order, each once.
    pub spans: Vec<Span>,
    /// What was not read.
    pub gaps: Vec<GapNote>,
    /// What it contains.
    pub members: Vec<Member>,
    /// Tables, payments, remarks.
    pub facts: Facts,
    /// Some members were not read because they lie too deep; read from a path nearer to the root,
    /// they may be.
    pub cut_by_depth: bool,
}

impl Reading {
    /// Spans from a partition of the bytes.
    pub fn spans_of(partition: Vec<(std::ops::Range<u64>, Option<Covered>)>) -> Vec<Span> {
        partition
            .into_iter()
            .map(|(range, covered)| {
                let bytes = range.end - range.start;
                match covered {
                    Some(Covered::As(class)) => Span::As(class, bytes),
                    Some(Covered::Gap(cause)) => Span::Gap(cause, bytes),
                    Some(Covered::Member(ordinal)) => Span::Member(ordinal, bytes),
                    // The caller scans what was not covered; bytes that it could not scan either are a gap.
                    None => Span::Gap(Cause::Opaque, bytes),
                }
            })
            .collect()
    }

    /// How reading the content itself ended; its members have dispositions of their own.
    pub fn status(&self) -> (Status, Option<Cause>) {
        let cause = self.gaps.iter().max_by_key(|g| g.range.end - g.range.start).map(|g| g.cause);
        let (mut gap, mut scanned, mut other) = (0, 0, 0);
        for span in &self.spans {
            match span {
                Span::Gap(_, n) => gap += n,
                Span::As(Class::Scanned, n) => scanned += n,
                Span::As(_, n) | Span::Member(_, n) => other += n,
            }
        }
        match cause {
            Some(_) if gap > 0 && scanned == 0 && other == 0 => (Status::Unread, cause),
            Some(_) => (Status::Partial, cause),
            None if scanned > 0 => (Status::Scanned, None),
            None => (Status::Read, None),
        }
    }

    pub(super) fn encode(&self) -> Result<Vec<u8>> {
        Ok(lz4_flex::block::compress_prepend_size(&postcard::to_stdvec(self)?))
    }

    pub(super) fn decode(blob: &[u8]) -> Result<Self> {
        let (size, packed) = lz4_flex::block::uncompressed_size(blob)?;
        // No byte of LZ4 stands for more than 255: a damaged size allocates nothing.
        anyhow::ensure!(size <= packed.len().saturating_mul(255), "a reading in the ledger is damaged");
        Ok(postcard::from_bytes(&lz4_flex::block::decompress(packed, size)?)?)
    }
}
