//! Blocks of a file that were compressed each by itself, as files of records have them: decoded in memory, up to a
//! limit that no header decides.

use super::frames::{Frame, MOST_MEMORY_KIB, Stepped};
use super::{brotli, snappy, xz};
use crate::format::numbers::be32;
use crate::model::Cause;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder};
use lzma_rust2::XzStream;
use std::borrow::Cow;
use std::io::Read;

/// How blocks were compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum Codec {
    Stored,
    Deflate,
    Gzip,
    Snappy,
    /// Snappy behind which the CRC-32 of the content stands, big-endian, as Avro has it.
    SnappyChecked,
    Zstandard,
    Bzip2,
    Xz,
    Brotli,
    /// LZ4 without a frame.
    Lz4,
    /// The same behind its sizes, big-endian, as Hadoop wrote it.
    Lz4Hadoop,
}

/// Bytes of zlib's checksum.
const ADLER: usize = 4;

/// Why a block was not decoded.
pub(in crate::format) type Undecoded = (Cause, String);

impl Codec {
    /// Decodes a block to `most` bytes at most. What it does not take is a defect: it would stay unread.
    pub fn decode<'a>(self, block: &'a [u8], most: usize) -> Result<Cow<'a, [u8]>, Undecoded> {
        match self {
            // What stands in the file is read there, at any size.
            Self::Stored => Ok(Cow::Borrowed(block)),
            // Some cut a stream out of zlib's and leave some of its checksum behind it.
            Self::Deflate => drained(DeflateDecoder::new(block), most, |decoder| decoder.get_ref().len() <= ADLER),
            Self::Gzip => drained(MultiGzDecoder::new(block), most, |decoder| decoder.get_ref().is_empty()),
            Self::Zstandard => {
                let decoder = zstd::stream::read::Decoder::with_buffer(block).map_err(|error| (Cause::Corrupt, error.to_string()))?;
                drained(decoder, most, |decoder| decoder.get_ref().is_empty())
            }
            Self::Bzip2 => drained(bzip2::bufread::BzDecoder::new(block), most, |decoder| decoder.get_ref().is_empty()),
            Self::Xz => {
                let mut stream = XzStream::new_mem_limit(false, MOST_MEMORY_KIB);
                let decoder = Stepped::new(block, move |input: &[u8], out: &mut [u8]| xz::step_whole(&mut stream, input, out));
                drained(decoder, most, |decoder| decoder.rest().is_empty())
            }
            Self::Brotli => drained(brotli::Decoder::new(block), most, |decoder| decoder.rest().is_empty()),
            Self::Snappy => sized(snappy::length(block).map(|(length, _)| length), most, || snappy::decode(block)),
            Self::SnappyChecked => {
                let end = block.len().checked_sub(4).ok_or_else(|| corrupt("no checksum"))?;
                let out = Self::Snappy.decode(&block[..end], most)?;
                match be32(block, end) == Some(crc32fast::hash(&out)) {
                    true => Ok(out),
                    false => Err(corrupt("the checksum of its content is another one")),
                }
            }
            Self::Lz4 => lz4(block, most).map(Cow::Owned),
            Self::Lz4Hadoop => hadoop(block, most).or_else(|_| lz4(block, most)).map(Cow::Owned),
        }
    }
}

fn corrupt(words: &str) -> Undecoded {
    (Cause::Corrupt, words.to_owned())
}

fn too_large(most: usize) -> Undecoded {
    (Cause::LimitSize, format!("it decodes to more than {most} bytes"))
}

fn drained<'a, R: Read>(decoder: R, most: usize, is_whole: impl Fn(&R) -> bool) -> Result<Cow<'a, [u8]>, Undecoded> {
    let mut out = Vec::new();
    let mut limited = decoder.take(most as u64 + 1);
    limited.read_to_end(&mut out).map_err(|error| (Cause::Corrupt, error.to_string()))?;
    match limited.get_ref() {
        _ if out.len() > most => Err(too_large(most)),
        decoder if !is_whole(decoder) => Err(corrupt("something follows its compressed content")),
        _ => Ok(Cow::Owned(out)),
    }
}

fn sized<'a>(stated: Option<usize>, most: usize, decode: impl FnOnce() -> Option<Vec<u8>>) -> Result<Cow<'a, [u8]>, Undecoded> {
    if stated.is_some_and(|length| length > most) {
        return Err(too_large(most));
    }
    decode().map(Cow::Owned).ok_or_else(|| corrupt("its compressed content is not sound"))
}

/// A block of LZ4. A byte makes 255 at most, whatever is stated.
fn lz4(block: &[u8], most: usize) -> Result<Vec<u8>, Undecoded> {
    let mut out = vec![0; most.min(block.len().saturating_mul(255))];
    let length = lz4_flex::block::decompress_into(block, &mut out).map_err(|error| (Cause::Corrupt, error.to_string()))?;
    out.truncate(length);
    Ok(out)
}

/// Parts of LZ4, each behind its decoded and its encoded size.
fn hadoop(mut block: &[u8], most: usize) -> Result<Vec<u8>, Undecoded> {
    let mut out = Vec::new();
    while !block.is_empty() {
        let size = |at: usize| be32(block, at).map(|size| size as usize);
        let (decoded, encoded) = size(0).zip(size(4)).ok_or_else(|| corrupt("its sizes are cut off"))?;
        let part = block.get(8..).and_then(|rest| rest.get(..encoded)).ok_or_else(|| corrupt("a part of it is cut off"))?;
        let room = most.checked_sub(out.len()).filter(|room| decoded <= *room).ok_or_else(|| too_large(most))?;
        let part = lz4(part, decoded.min(room))?;
        if part.len() != decoded {
            return Err(corrupt("a part of it decodes to another size"));
        }
        out.extend(part);
        block = &block[8 + encoded..];
    }
    Ok(out)
}
