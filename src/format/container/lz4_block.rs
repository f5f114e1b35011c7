//! Streams of blocks as lz4-java writes them (`LZ4BlockOutputStream`): each block says how it is packed, how long it is and
//! was, and a checksum; an empty one ends the stream.

use super::frames::Frame;
use std::io::{Error, ErrorKind, Read, Result};

/// Stands before each block.
const MAGIC: &[u8] = b"LZ4Block";
/// Bytes of a block's header: magic, method and size, both lengths, checksum.
const HEADER: usize = MAGIC.len() + 1 + 4 + 4 + 4;
/// Methods, in the higher half of their byte.
const STORED: u8 = 0x10;
const PACKED: u8 = 0x20;
/// A block holds no more.
const MOST: usize = 32 << 20;

pub(super) fn is_stream(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC) && header(bytes).is_ok()
}

/// Decodes blocks up to the one that ends them.
pub(super) struct Blocks<'a> {
    rest: &'a [u8],
    block: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<'a> Blocks<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, block: Vec::new(), at: 0, ended: false }
    }
}

/// Is the block packed, and how long is it so and otherwise?
fn header(bytes: &[u8]) -> Result<(bool, usize, usize)> {
    let broken = |what: &str| Error::new(ErrorKind::InvalidData, what.to_owned());
    let Some(header) = bytes.get(..HEADER) else {
        return Err(Error::new(ErrorKind::UnexpectedEof, "the block that ends the stream is missing"));
    };
    let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]) as usize;
    let (packed, plain) = (number(MAGIC.len() + 1), number(MAGIC.len() + 5));
    match header[MAGIC.len()] & 0xF0 {
        _ if !header.starts_with(MAGIC) => Err(broken("no block begins where one should")),
        _ if plain > MOST || packed > MOST + MOST / 128 => Err(broken("a block is longer than any may be")),
        STORED if packed == plain => Ok((false, packed, plain)),
        PACKED => Ok((true, packed, plain)),
        _ => Err(broken("a block is packed in no way that is known")),
    }
}

impl Read for Blocks<'_> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        while self.at == self.block.len() && !self.ended && !out.is_empty() {
            let (is_packed, packed, plain) = header(self.rest)?;
            let cut = || Error::new(ErrorKind::UnexpectedEof, "the last block is cut off");
            let body = self.rest.get(HEADER..HEADER + packed).ok_or_else(cut)?;
            self.rest = &self.rest[HEADER + packed..];
            self.ended = plain == 0;
            self.at = 0;
            self.block = match is_packed {
                true => lz4_flex::block::decompress(body, plain).map_err(|error| Error::new(ErrorKind::InvalidData, error.to_string()))?,
                false => body.to_vec(),
            };
            if self.block.len() != plain {
                return Err(Error::new(ErrorKind::InvalidData, "a block decodes to another length than it says"));
            }
        }
        let n = out.len().min(self.block.len() - self.at);
        out[..n].copy_from_slice(&self.block[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

impl<'a> Frame<'a> for Blocks<'a> {
    fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &[u8], is_packed: bool) -> Vec<u8> {
        let body = if is_packed { lz4_flex::block::compress(text) } else { text.to_vec() };
        let length = |n: usize| (n as u32).to_le_bytes();
        [MAGIC, &[if is_packed { PACKED } else { STORED } | 6], &length(body.len()), &length(text.len()), &[0; 4], &body].concat()
    }

    #[test]
    fn blocks_are_decoded_up_to_the_empty_one() {
        let text = b"client_id,name\n104233,First State Bank\n".repeat(40);
        let stream = [block(&text, true), block(b"stored", false), block(b"", false), b"behind".to_vec()].concat();
        assert!(is_stream(&stream));
        let mut blocks = Blocks::new(&stream);
        let mut out = Vec::new();
        blocks.read_to_end(&mut out).unwrap();
        assert_eq!((out, blocks.rest()), ([&text[..], b"stored"].concat(), &b"behind"[..]));
        // Whatever is missing is an error.
        for end in 0..stream.len() - b"behind".len() {
            assert!(Blocks::new(&stream[..end]).read_to_end(&mut Vec::new()).is_err(), "{end}");
        }
    }
}
