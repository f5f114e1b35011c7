//! Streams of ORC (Specification v1, "Compression"): bytes as they are, or in chunks that were compressed one by one.
//! Of a stream one chunk is held at a time.

use crate::format::container::Codec;
use crate::model::Cause;
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

/// Why a stream is not read further.
pub(super) type Lost = (Cause, String);

/// The length of a chunk stands in 23 bits, and a chunk that compressing makes longer is kept as it is: none that a
/// program wrote decodes to more.
const MOST_CHUNK: usize = 8 << 20;
/// Bytes before a chunk.
const HEAD: usize = 3;
/// The compression of files without one.
const NONE: u64 = 0;
const LZO: u64 = 3;

/// Something that is not as it must be.
pub(super) fn corrupt(words: &str) -> Lost {
    (Cause::Corrupt, words.to_owned())
}

/// How streams are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// As they are.
    Plain,
    /// In chunks.
    Chunks(Codec),
}

impl Packing {
    /// The packing of this number (`CompressionKind`); its name where it is not decoded.
    pub fn of(number: u64) -> Result<Self, String> {
        Ok(Self::Chunks(match number {
            NONE => return Ok(Self::Plain),
            1 => Codec::Deflate,
            2 => Codec::Snappy,
            4 => Codec::Lz4,
            5 => Codec::Zstandard,
            LZO => return Err("LZO".to_owned()),
            _ => return Err(format!("number {number}")),
        }))
    }
}

/// What all streams have in common.
#[derive(Clone, Copy)]
pub(super) struct Source<'a, 'b> {
    pub bytes: &'a [u8],
    pub packing: Packing,
    /// Bytes that what is held of all streams may take.
    pub budget: &'b Cell<usize>,
}

impl Source<'_, '_> {
    /// Takes so many bytes out of the budget.
    pub fn charge(&self, bytes: usize) -> Result<(), Lost> {
        let left = self.budget.get().checked_sub(bytes);
        self.budget.set(left.ok_or_else(|| (Cause::LimitMemory, format!("{bytes} bytes more, beside those of other columns")))?);
        Ok(())
    }

    /// Puts them back.
    pub fn release(&self, bytes: usize) {
        self.budget.set(self.budget.get().saturating_add(bytes));
    }
}

/// A stream that is read from its start to its end.
pub(super) struct Input<'a, 'b> {
    source: Source<'a, 'b>,
    /// Encoded bytes that were not yet read.
    left: Range<usize>,
    chunk: Cow<'a, [u8]>,
    at: usize,
    /// Where the chunk at hand stands in the file.
    place: Range<usize>,
}

impl<'a, 'b> Input<'a, 'b> {
    /// The stream in a range of the file.
    pub fn new(source: Source<'a, 'b>, range: Range<usize>) -> Self {
        Self { source, place: range.start..range.start, left: range, chunk: Cow::Borrowed(&[]), at: 0 }
    }

    /// What it has in common with others.
    pub fn source(&self) -> Source<'a, 'b> {
        self.source
    }

    /// Has the file no byte of it?
    pub fn is_empty(&self) -> bool {
        self.left.is_empty() && self.chunk.is_empty()
    }

    /// Where the chunk at hand stands in the file.
    pub fn place(&self) -> Range<u64> {
        self.place.start as u64..self.place.end as u64
    }

    /// Is anything left? A chunk that cannot be decoded is.
    pub fn has_more(&mut self) -> bool {
        self.rest().map_or(true, |rest| !rest.is_empty())
    }

    /// What is left of the chunk at hand, or of the next one; empty at the end.
    pub fn rest(&mut self) -> Result<&[u8], Lost> {
        while self.at == self.chunk.len() && !self.left.is_empty() {
            self.next_chunk()?;
        }
        Ok(&self.chunk[self.at..])
    }

    /// Goes on behind so many bytes of the rest.
    pub fn skip(&mut self, length: usize) {
        self.at = (self.at + length).min(self.chunk.len());
    }

    /// The next byte.
    pub fn byte(&mut self) -> Result<u8, Lost> {
        if self.at == self.chunk.len() {
            self.rest()?;
        }
        let byte = *self.chunk.get(self.at).ok_or_else(|| corrupt("a stream ends before its last value"))?;
        self.at += 1;
        Ok(byte)
    }

    /// The next bytes, which may stand in several chunks: those are joined in `held`.
    pub fn take<'v>(&'v mut self, length: usize, held: &'v mut Vec<u8>) -> Result<&'v [u8], Lost> {
        if length > self.rest()?.len() {
            held.clear();
            while held.len() < length {
                let part = self.rest()?.len().min(length - held.len());
                if part == 0 {
                    return Err(corrupt("a stream ends before its last value"));
                }
                if held.len() + part > MOST_CHUNK.max(self.source.budget.get()) {
                    return Err((Cause::LimitMemory, format!("a value of {length} bytes")));
                }
                held.extend_from_slice(&self.chunk[self.at..self.at + part]);
                self.at += part;
            }
            return Ok(held);
        }
        self.at += length;
        Ok(&self.chunk[self.at - length..self.at])
    }

    /// The next bytes as a number that has so many of them, the highest first.
    pub fn high_first(&mut self, length: usize) -> Result<u64, Lost> {
        (0..length).try_fold(0, |number, _| Ok(number << 8 | u64::from(self.byte()?)))
    }

    /// Some bytes, the lowest first.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Lost> {
        let mut out = [0; N];
        for byte in &mut out {
            *byte = self.byte()?;
        }
        Ok(out)
    }

    /// A number in groups of seven bits.
    pub fn varint(&mut self) -> Result<u64, Lost> {
        let mut number = 0;
        for place in 0..10 {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << (7 * place);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(corrupt("a number is too long"))
    }

    /// All of the stream, as far as the budget goes, out of which it is taken.
    pub fn all(mut self) -> Result<Cow<'a, [u8]>, Lost> {
        if self.source.packing == Packing::Plain {
            return Ok(Cow::Borrowed(&self.source.bytes[self.left.clone()]));
        }
        let source = self.source;
        let mut out = Vec::new();
        let result = loop {
            let part = match self.rest() {
                Ok([]) => break Ok(()),
                Ok(part) => part,
                Err(lost) => break Err(lost),
            };
            if let Err(lost) = source.charge(part.len()) {
                break Err(lost);
            }
            out.extend_from_slice(part);
            let length = part.len();
            self.skip(length);
        };
        match result {
            Ok(()) => Ok(Cow::Owned(out)),
            Err(lost) => {
                source.release(out.len());
                Err(lost)
            }
        }
    }

    fn next_chunk(&mut self) -> Result<(), Lost> {
        // What fails once is not asked again.
        let left = std::mem::replace(&mut self.left, 0..0);
        self.place = left.clone();
        let encoded = &self.source.bytes[left.clone()];
        let (chunk, length) = match self.source.packing {
            Packing::Plain => (Cow::Borrowed(encoded), encoded.len()),
            Packing::Chunks(codec) => {
                let head = encoded.first_chunk::<HEAD>().ok_or_else(|| corrupt("a chunk is cut off"))?;
                let word = head.iter().rev().fold(0, |word, byte| word << 8 | usize::from(*byte));
                let length = HEAD + (word >> 1);
                let body = encoded.get(HEAD..length).ok_or_else(|| corrupt("a chunk is cut off"))?;
                let decoded = match word & 1 {
                    1 => Cow::Borrowed(body),
                    _ => codec.decode(body, MOST_CHUNK).map_err(|(cause, words)| (cause, format!("a chunk is not decoded: {words}")))?,
                };
                (decoded, length)
            }
        };
        self.give_back();
        if let Cow::Owned(chunk) = &chunk {
            self.source.charge(chunk.len())?;
        }
        (self.chunk, self.at) = (chunk, 0);
        self.place = left.start..left.start + length;
        self.left = left.start + length..left.end;
        Ok(())
    }

    fn give_back(&mut self) {
        if let Cow::Owned(chunk) = std::mem::replace(&mut self.chunk, Cow::Borrowed(&[])) {
            self.source.release(chunk.len());
        }
        self.at = 0;
    }
}

impl Drop for Input<'_, '_> {
    fn drop(&mut self) {
        self.give_back();
    }
}
