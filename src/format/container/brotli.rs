//! Brotli (RFC 7932). A stream has no mark by which it could be told: what is nothing else is taken for one if it decodes
//! to something that is known.

use super::member_up_to;
use crate::format::{Failure, Format, Probe, Runs, Sink};
use brotli_decompressor::{BrotliResult, BrotliState, StandardAlloc};
use std::io::{Error, ErrorKind, Read};

/// A Brotli stream.
pub static BROTLI: Format = Format {
    name: "brotli",
    media_type: "application/x-brotli",
    recognise,
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["streams of content that no reader knows are scanned as they stand, and are gaps", "there is no checksum"],
};

/// So much is decoded to see what it is.
const TRIAL: usize = 4 << 10;
/// Shorter ones decode to anything.
const LEAST: usize = 24;

fn recognise(probe: &Probe<'_>) -> bool {
    if probe.bytes.len() < LEAST {
        return false;
    }
    let mut start = Vec::new();
    let mut decoder = Decoder::new(probe.head).take(TRIAL as u64);
    let is_sound = match decoder.read_to_end(&mut start) {
        Ok(_) => start.len() == TRIAL || decoder.get_ref().rest().is_empty(),
        // It may go on where the probe ends.
        Err(error) => error.kind() == ErrorKind::UnexpectedEof,
    };
    is_sound && start.len() >= LEAST && Probe::new(&start).encoding().is_some()
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let len = bytes.len() as u64;
    member_up_to(sink, b"content", 0..len, &mut Decoder::new(bytes), |decoder| len - decoder.rest().len() as u64);
    Ok(())
}

/// A stream as it is read. Its window has 16 MiB at most: larger ones are another format.
pub(super) struct Decoder<'a> {
    state: Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>,
    left: &'a [u8],
    is_done: bool,
}

impl<'a> Decoder<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let allocators = (StandardAlloc::default(), StandardAlloc::default(), StandardAlloc::default());
        Self { state: Box::new(BrotliState::new_strict(allocators.0, allocators.1, allocators.2)), left: bytes, is_done: false }
    }

    /// What follows what was decoded.
    pub fn rest(&self) -> &'a [u8] {
        self.left
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.is_done || out.is_empty() {
            return Ok(0);
        }
        let (mut available, mut at, mut room, mut written, mut total) = (self.left.len(), 0, out.len(), 0, 0);
        let result = brotli_decompressor::BrotliDecompressStream(
            &mut available,
            &mut at,
            self.left,
            &mut room,
            &mut written,
            out,
            &mut total,
            &mut self.state,
        );
        self.left = &self.left[at..];
        match result {
            BrotliResult::ResultSuccess => self.is_done = true,
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::NeedsMoreInput if written > 0 => {}
            BrotliResult::NeedsMoreInput => return Err(Error::new(ErrorKind::UnexpectedEof, "the stream is cut off")),
            BrotliResult::ResultFailure if written > 0 => {}
            BrotliResult::ResultFailure => return Err(Error::new(ErrorKind::InvalidData, "no Brotli stream")),
        }
        Ok(written)
    }
}
