use super::each_fact;
use crate::format::{Covered, Facts, GapNote, Member};
use crate::model::{Cause, Class, ContentId, Digests, Status};
use anyhow::{Result, ensure};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Bytes of a content that are all of one kind, and how many.
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

/// How reading one content ended: what it is, what it contains and what became of its bytes. What it says is kept
/// apart: text in the index, tables and payments as [`Facts`].
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
    /// Its bytes by what became of them, each byte once.
    pub spans: Vec<Span>,
    /// What was not read.
    pub gaps: Vec<GapNote>,
    /// What it contains.
    pub members: Vec<Member>,
    /// Some members were not read because they lie too deep; read from a path nearer to the root,
    /// they may be.
    pub cut_by_depth: bool,
}

/// All that is to be kept of one content beside its text, ready for the ledger: many wait for one commit, and facts
/// take a tenth of the memory when they are encoded.
pub struct Kept {
    /// How it was read.
    pub reading: Reading,
    /// Its checksums.
    pub(super) digests: Digests,
    /// Its tables and payments, encoded; nothing where there are none.
    pub(super) facts: Option<Vec<u8>>,
    /// The identifiers in them, each once.
    pub(super) terms: Vec<String>,
    /// Pieces that it holds, each at an offset.
    pub(super) parts: Vec<(i64, u64)>,
}

impl Kept {
    /// A content with what it says and the pieces that it holds.
    ///
    /// # Errors
    /// The reading does not account for every byte once.
    pub fn new(reading: Reading, digests: Digests, facts: &Facts, parts: Vec<(i64, u64)>) -> Result<Self> {
        let accounted: u64 = reading.spans.iter().map(Span::bytes).sum();
        ensure!(
            accounted == reading.size,
            "a reader accounts for {accounted} of {} bytes of content {}; nothing of this batch is kept",
            reading.size,
            reading.content
        );
        let mut terms = Vec::new();
        each_fact(facts, &mut |fact| terms.push(fact.term));
        terms.sort_unstable();
        terms.dedup();
        let facts = Some(facts).filter(|facts| **facts != Facts::default()).map(encode).transpose()?;
        Ok(Self { reading, digests, facts, terms, parts })
    }
}

/// How much was read of a content by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Its text, or that it has none.
    Something,
    /// Nothing but what it is made of: the shell of its members.
    Shell,
    /// Nothing.
    Nothing,
}

impl Reading {
    /// How much it says of what is in the content.
    pub fn extent(&self) -> Extent {
        let is_text = |span: &Span| matches!(span, Span::As(Class::Read | Class::Scanned, 1..));
        match () {
            () if self.spans.iter().any(is_text) => Extent::Something,
            () if !self.members.is_empty() => Extent::Shell,
            () if self.gaps.is_empty() => Extent::Something,
            () => Extent::Nothing,
        }
    }

    /// Spans from a partition of the bytes, in the order in which their kinds come first. Where the bytes stand is
    /// not kept: code has a stretch of text every few bytes.
    pub fn spans_of(partition: Vec<(std::ops::Range<u64>, Option<Covered>)>) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let mut places: HashMap<Option<Covered>, usize> = HashMap::new();
        for (range, covered) in partition {
            let place = *places.entry(covered).or_insert_with(|| {
                spans.push(match covered {
                    Some(Covered::As(class)) => Span::As(class, 0),
                    Some(Covered::Gap(cause)) => Span::Gap(cause, 0),
                    Some(Covered::Member(ordinal)) => Span::Member(ordinal, 0),
                    // The caller scans what was not covered; bytes that it could not scan either are a gap.
                    None => Span::Gap(Cause::Opaque, 0),
                });
                spans.len() - 1
            });
            let (Span::As(_, bytes) | Span::Gap(_, bytes) | Span::Member(_, bytes)) = &mut spans[place];
            *bytes += range.end - range.start;
        }
        spans
    }

    /// How reading the content itself ended; its members have dispositions of their own.
    pub fn status(&self) -> (Status, Option<Cause>) {
        let noted = self.gaps.iter().max_by_key(|g| g.range.end - g.range.start).map(|g| g.cause);
        let (mut gap, mut scanned, mut other) = (0, 0, 0);
        let mut largest = None;
        for span in &self.spans {
            match span {
                Span::Gap(cause, n) => {
                    gap += n;
                    largest = largest.max((*n > 0).then_some((*n, *cause)));
                }
                Span::As(Class::Scanned, n) => scanned += n,
                Span::As(_, n) | Span::Member(_, n) => other += n,
            }
        }
        // Bytes of a gap of which no note was made are unread all the same.
        let cause = noted.or(largest.map(|(_, cause)| cause));
        match cause {
            Some(_) if gap > 0 && scanned == 0 && other == 0 => (Status::Unread, cause),
            Some(_) => (Status::Partial, cause),
            None if scanned > 0 => (Status::Scanned, None),
            None => (Status::Read, None),
        }
    }
}

/// A record as the ledger keeps it.
pub(super) fn encode(record: &impl Serialize) -> Result<Vec<u8>> {
    Ok(lz4_flex::block::compress_prepend_size(&postcard::to_stdvec(record)?))
}

/// A record that the ledger kept.
pub(super) fn decode<R: DeserializeOwned>(blob: &[u8]) -> Result<R> {
    let (size, packed) = lz4_flex::block::uncompressed_size(blob)?;
    // No byte of LZ4 stands for more than 255: a damaged size allocates nothing.
    anyhow::ensure!(size <= packed.len().saturating_mul(255), "a record in the ledger is damaged");
    Ok(postcard::from_bytes(&lz4_flex::block::decompress(packed, size)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_a_gap_without_a_note_are_no_read_bytes() {
        let reading = |spans: Vec<Span>| Reading {
            content: ContentId([0; 32]),
            size: spans.iter().map(Span::bytes).sum(),
            format: "text".to_owned(),
            media_type: "text/plain".to_owned(),
            version: 1,
            spans,
            gaps: Vec::new(),
            members: Vec::new(),
            cut_by_depth: false,
        };
        let read = Span::As(Class::Read, 9);
        assert_eq!(reading(vec![read, Span::Gap(Cause::Opaque, 0)]).status(), (Status::Read, None));
        let gaps = [Span::Gap(Cause::Encrypted, 1), Span::Gap(Cause::Opaque, 2)];
        assert_eq!(reading(vec![read, gaps[0], gaps[1]]).status(), (Status::Partial, Some(Cause::Opaque)));
        assert_eq!(reading(vec![gaps[1], gaps[0]]).status(), (Status::Unread, Some(Cause::Opaque)));
        assert_eq!(reading(vec![Span::As(Class::Scanned, 9), gaps[0]]).status(), (Status::Partial, Some(Cause::Encrypted)));
    }
}
