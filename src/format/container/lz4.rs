//! LZ4 frames (LZ4 Frame Format 1.6.4), the legacy frame, skippable frames, which are left to the scan, and the blocks of
//! lz4-java.

use super::frames::{Frame, Next, read_frames};
use super::lz4_block::{self, Blocks};
use super::zstd::skippable;
use crate::format::{Failure, Format, Probe, Runs, Sink};
use lz4_flex::frame::FrameDecoder;
use std::io::{Error, ErrorKind, Read};

/// An LZ4 stream.
pub static LZ4: Format = Format {
    name: "lz4",
    media_type: "application/x-lz4",
    recognise,
    read,
    runs: Runs::Inside,
    version: 2,
    limitations: &[
        "frames with a dictionary are not decoded",
        "checksums of blocks of lz4-java are not compared",
        "what follows a broken frame is only scanned",
    ],
};

fn recognise(probe: &Probe<'_>) -> bool {
    is_frame(probe.bytes) || lz4_block::is_stream(probe.bytes)
}

fn is_frame(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x04\x22\x4D\x18") || bytes.starts_with(b"\x02\x21\x4C\x18")
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    read_frames(
        bytes,
        |rest| match skippable(rest) {
            Some(length) => Ok(Next::Skip(length)),
            None if is_frame(rest) => Ok(Next::Frame(Box::new(Ended { all: rest, decoder: FrameDecoder::new(rest) }))),
            None if lz4_block::is_stream(rest) => Ok(Next::Frame(Box::new(Blocks::new(rest)))),
            None => Ok(Next::End),
        },
        sink,
    );
    Ok(())
}

/// A frame whose end mark must stand where it ends: the decoder takes the end of the bytes for one, too.
struct Ended<'a> {
    all: &'a [u8],
    decoder: FrameDecoder<&'a [u8]>,
}

impl Ended<'_> {
    fn has_end_mark(&self) -> bool {
        let taken = &self.all[..self.all.len() - self.decoder.get_ref().len()];
        let is_legacy = taken.starts_with(b"\x02");
        let checksum = if taken.get(4).is_some_and(|flags| flags & 4 != 0) { 4 } else { 0 };
        is_legacy || taken.len().checked_sub(checksum).is_some_and(|end| taken[..end].ends_with(&[0; 4]))
    }
}

impl Read for Ended<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.decoder.read(out)?;
        if n == 0 && !out.is_empty() && !self.has_end_mark() {
            return Err(Error::new(ErrorKind::UnexpectedEof, "the end mark is missing"));
        }
        Ok(n)
    }
}

impl<'a> Frame<'a> for Ended<'a> {
    fn rest(&self) -> &'a [u8] {
        self.decoder.get_ref()
    }
}
