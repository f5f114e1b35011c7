//! Compressed streams that are one member: one frame or several, one behind the other, with frames between
//! them that hold something else. What the frames do not take stays uncovered.

use crate::format::{Child, Covered, Sink};
use std::io::{Error, ErrorKind, Read};
use std::ops::Range;

/// Memory that the decoder of a stream may take, in KiB.
pub(super) const MOST_MEMORY_KIB: u32 = 512 << 10;

/// One frame: decodes until its end.
pub(super) trait Frame<'a>: Read {
    /// What follows what was decoded.
    fn rest(&self) -> &'a [u8];
}

/// What stands at some place between frames.
pub(super) enum Next<'a> {
    /// A frame.
    Frame(Box<dyn Frame<'a> + 'a>),
    /// So many bytes that belong to the stream and decode to nothing.
    Padding(usize),
    /// So many bytes that belong to no frame; they are scanned.
    Skip(usize),
    /// Something else.
    End,
}

/// Pushes all frames from the start of `bytes` on as one member.
pub(super) fn read_frames<'a>(bytes: &'a [u8], next: fn(&'a [u8]) -> std::io::Result<Next<'a>>, sink: &mut Sink<'_>) -> Child {
    let mut frames = Frames { all: bytes, rest: bytes, frame: None, next, taken: Vec::new(), is_broken: false };
    let covered = std::mem::take(&mut sink.coverage);
    let ordinal = sink.members.len() as u32;
    let child = sink.member(b"content", 0..bytes.len() as u64, &mut frames);
    sink.coverage = covered;
    frames.settle();
    frames.taken.into_iter().for_each(|range| sink.coverage.add(range, Covered::Member(ordinal)));
    child
}

struct Frames<'a> {
    all: &'a [u8],
    rest: &'a [u8],
    frame: Option<Box<dyn Frame<'a> + 'a>>,
    next: fn(&'a [u8]) -> std::io::Result<Next<'a>>,
    /// Bytes that frames took.
    taken: Vec<Range<u64>>,
    is_broken: bool,
}

impl Frames<'_> {
    /// Takes what the frame at hand has decoded.
    fn settle(&mut self) {
        if let Some(frame) = self.frame.take() {
            let start = self.all.len() - self.rest.len();
            self.rest = frame.rest();
            self.take(start);
        }
    }

    fn take(&mut self, start: usize) {
        let (start, end) = (start as u64, (self.all.len() - self.rest.len()) as u64);
        match self.taken.last_mut().filter(|last| last.end == start) {
            Some(last) => last.end = end,
            None => self.taken.push(start..end),
        }
    }
}

impl Read for Frames<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while !self.is_broken && !out.is_empty() {
            if let Some(frame) = &mut self.frame {
                match frame.read(out) {
                    Ok(0) => self.settle(),
                    Ok(n) => return Ok(n),
                    Err(error) => {
                        self.is_broken = true;
                        return Err(error);
                    }
                }
            }
            let start = self.all.len() - self.rest.len();
            match (self.next)(self.rest).inspect_err(|_| self.is_broken = true)? {
                Next::Frame(frame) => self.frame = Some(frame),
                Next::Padding(length) => {
                    self.rest = self.rest.get(length.max(1)..).unwrap_or_default();
                    self.take(start);
                }
                Next::Skip(length) => self.rest = self.rest.get(length.max(1)..).unwrap_or_default(),
                Next::End => return Ok(0),
            }
        }
        Ok(0)
    }
}

/// One step of a decoder: bytes that it took and gave, whether it is done, and, if so, how many of the bytes
/// that it took were too many.
pub(super) type Step = (usize, usize, bool, usize);

/// A frame by a decoder that is fed step by step.
pub(super) struct Stepped<'a, F> {
    bytes: &'a [u8],
    step: F,
    taken: usize,
    is_done: bool,
}

impl<'a, F: FnMut(&[u8], &mut [u8]) -> std::io::Result<Step>> Stepped<'a, F> {
    pub fn new(bytes: &'a [u8], step: F) -> Self {
        Self { bytes, step, taken: 0, is_done: false }
    }
}

impl<F: FnMut(&[u8], &mut [u8]) -> std::io::Result<Step>> Read for Stepped<'_, F> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while !self.is_done && !out.is_empty() {
            let (taken, given, is_done, too_many) = (self.step)(&self.bytes[self.taken..], out)?;
            self.taken = (self.taken + taken).min(self.bytes.len());
            if is_done {
                self.taken = self.taken.saturating_sub(too_many);
                self.is_done = true;
            }
            if given > 0 {
                return Ok(given);
            }
            if !is_done && taken == 0 {
                return Err(Error::new(ErrorKind::UnexpectedEof, "the stream does not end"));
            }
        }
        Ok(0)
    }
}

impl<'a, F: FnMut(&[u8], &mut [u8]) -> std::io::Result<Step>> Frame<'a> for Stepped<'a, F> {
    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.taken..]
    }
}

/// A frame by a decoder that reads from a slice and takes no more than it needs.
pub(super) struct Exact<R, F> {
    pub decoder: R,
    pub rest: F,
}

impl<R: Read, F> Read for Exact<R, F> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.decoder.read(out)
    }
}

impl<'a, R: Read, F: Fn(&R) -> &'a [u8]> Frame<'a> for Exact<R, F> {
    fn rest(&self) -> &'a [u8] {
        (self.rest)(&self.decoder)
    }
}
