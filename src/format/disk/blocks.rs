//! A disk made of blocks that lie anywhere in an image: stored, compressed, or not there.

use crate::format::{Child, Sink};
use crate::model::Cause;
use flate2::bufread::{DeflateDecoder, ZlibDecoder};
use std::io::{Error, ErrorKind, Read};
use std::ops::Range;

/// Where a block's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nowhere: it reads as zeros.
    Hole,
    /// At this place of the image.
    Stored(u64),
    /// Compressed, in this range of the image.
    Packed(Method, Range<u64>),
}

/// How a block is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Deflate,
    Zlib,
    Zstd,
}

/// Stretches of blocks that a disk may have.
const MOST: usize = 1 << 25;
/// Largest block that is decoded.
const LARGEST: u64 = 32 << 20;

/// The blocks of a disk, in order.
#[derive(Default)]
pub struct Blocks {
    list: Vec<(Source, u64)>,
    size: u64,
    /// There were more than are kept.
    is_full: bool,
}

impl Blocks {
    /// The next block, of so many bytes.
    pub fn push(&mut self, source: Source, length: u64) {
        if self.is_full {
            return;
        }
        if self.list.len() >= MOST {
            self.is_full = true;
            return;
        }
        self.size = self.size.saturating_add(length);
        if let Some((last, bytes)) = self.list.last_mut() {
            let continues = match (&*last, &source) {
                (Source::Hole, Source::Hole) => true,
                (Source::Stored(from), Source::Stored(place)) => from.checked_add(*bytes) == Some(*place),
                _ => false,
            };
            if continues {
                *bytes = bytes.saturating_add(length);
                return;
            }
        }
        self.list.push((source, length));
    }

    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Has the disk read as the only member of its image. It is `size` bytes long; blocks that are not there
    /// at its end are zeros.
    pub fn member(mut self, bytes: &[u8], size: u64, sink: &mut Sink<'_>) -> Child {
        if self.is_full {
            let at = bytes.len() as u64;
            sink.gap(at..at, Cause::LimitSize, format!("the disk is in more than {MOST} pieces; the rest is scanned"));
        } else if self.size < size {
            self.push(Source::Hole, size - self.size);
        }
        let len = bytes.len() as u64;
        let mut pieces: Vec<Range<u64>> = Vec::new();
        for (source, length) in &self.list {
            let range = match source {
                Source::Hole => continue,
                Source::Stored(place) => (*place).min(len)..place.saturating_add(*length).min(len),
                Source::Packed(_, range) => range.start.min(len)..range.end.min(len),
            };
            match pieces.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => pieces.push(range),
            }
        }
        if pieces.is_empty() {
            pieces.push(0..0);
        }
        let mut reader = Reader { bytes, list: &self.list, done: 0, left: size.min(self.size), block: Vec::new(), at: 0 };
        sink.member_in_pieces(b"disk", &pieces, &mut reader)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    list: &'a [(Source, u64)],
    /// Bytes of the first block that were read.
    done: u64,
    /// Bytes of the disk that are left.
    left: u64,
    /// The block that was decoded last, and how far it was read.
    block: Vec<u8>,
    at: usize,
}

impl Read for Reader<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let most = self.left.min(out.len() as u64) as usize;
            if most == 0 {
                return Ok(0);
            }
            let Some(((source, length), rest)) = self.list.split_first() else { return Ok(0) };
            if self.done == *length {
                (self.list, self.done) = (rest, 0);
                continue;
            }
            let most = most.min(usize::try_from(length - self.done).unwrap_or(usize::MAX));
            let n = match source {
                Source::Hole => {
                    out[..most].fill(0);
                    most
                }
                Source::Stored(place) => {
                    let from = usize::try_from(place.saturating_add(self.done)).unwrap_or(usize::MAX);
                    let held = self.bytes.get(from..).unwrap_or_default();
                    let n = most.min(held.len());
                    out[..n].copy_from_slice(&held[..n]);
                    n
                }
                Source::Packed(method, range) => {
                    if self.done == 0 {
                        self.block = unpack(self.bytes, *method, range, *length)?;
                        self.at = 0;
                    }
                    let n = most.min(self.block.len() - self.at);
                    out[..n].copy_from_slice(&self.block[self.at..self.at + n]);
                    self.at += n;
                    n
                }
            };
            if n == 0 {
                return Err(Error::new(ErrorKind::UnexpectedEof, "a block of the disk lies behind the end of the image"));
            }
            self.done += n as u64;
            self.left -= n as u64;
            return Ok(n);
        }
    }
}

fn unpack(bytes: &[u8], method: Method, range: &Range<u64>, length: u64) -> std::io::Result<Vec<u8>> {
    let cut = || Error::new(ErrorKind::UnexpectedEof, "a compressed block lies behind the end of the image");
    let end = usize::try_from(range.end).unwrap_or(usize::MAX).min(bytes.len());
    let packed = usize::try_from(range.start).ok().and_then(|start| bytes.get(start..end)).ok_or_else(cut)?;
    if length > LARGEST {
        return Err(Error::new(ErrorKind::InvalidData, "a compressed block is too large"));
    }
    let mut out = Vec::new();
    match method {
        Method::Deflate => DeflateDecoder::new(packed).take(length).read_to_end(&mut out)?,
        Method::Zlib => ZlibDecoder::new(packed).take(length).read_to_end(&mut out)?,
        Method::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?.single_frame();
            decoder.window_log_max(25)?;
            decoder.take(length).read_to_end(&mut out)?
        }
    };
    if (out.len() as u64) < length {
        return Err(Error::new(ErrorKind::InvalidData, "a compressed block is too short"));
    }
    Ok(out)
}
