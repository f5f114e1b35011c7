use std::io::{Error, ErrorKind, Read};
use std::ops::Range;

/// The bytes of a member, one piece after the other.
pub(in crate::format) struct Ranges<'a> {
    bytes: &'a [u8],
    ranges: &'a [Range<u64>],
    /// Bytes of the first piece that were read.
    done: u64,
}

impl<'a> Ranges<'a> {
    /// These pieces of an item.
    pub fn new(bytes: &'a [u8], pieces: &'a [Range<u64>]) -> Self {
        Self { bytes, ranges: pieces, done: 0 }
    }
}

impl Read for Ranges<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while let Some((piece, rest)) = self.ranges.split_first().filter(|_| !out.is_empty()) {
            let left = piece.end - piece.start - self.done;
            if left == 0 {
                (self.ranges, self.done) = (rest, 0);
                continue;
            }
            let from = usize::try_from(piece.start + self.done).unwrap_or(usize::MAX);
            let held = self.bytes.get(from..).unwrap_or_default();
            let n = (left.min(out.len() as u64) as usize).min(held.len());
            out[..n].copy_from_slice(&held[..n]);
            if n == 0 {
                return Err(Error::new(ErrorKind::UnexpectedEof, format!("{left} bytes lie behind the end of the container")));
            }
            self.done += n as u64;
            return Ok(n);
        }
        Ok(0)
    }
}
