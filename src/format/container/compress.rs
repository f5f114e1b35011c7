//! Unix compress (`.Z`): LZW with codes of 9 to 16 bits, least significant bit first. The stream has no end
//! mark and no checksum.

use super::frames::{Frame, Next, read_frames};
use crate::format::{Failure, Format, Probe, Runs, Sink};
use std::io::{Error, ErrorKind, Read};

/// A compress stream.
pub static COMPRESS: Format = Format {
    name: "compress",
    media_type: "application/x-compress",
    recognise,
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["there is no checksum and no end mark: that the end is missing cannot be seen"],
};

const CLEAR: u32 = 256;
const LEAST_BITS: u32 = 9;

/// Magic, and codes of 9 to 16 bits.
fn recognise(probe: &Probe<'_>) -> bool {
    matches!(probe.head, [0x1F, 0x9D, flags, ..] if matches!(flags & 0x1F, 9..=16) && flags & 0x60 == 0)
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    read_frames(
        bytes,
        |rest| match rest {
            [0x1F, 0x9D, flags, data @ ..] => Ok(Next::Frame(Box::new(Lzw::new(data, *flags)))),
            _ => Ok(Next::End),
        },
        sink,
    );
    Ok(())
}

struct Lzw<'a> {
    data: &'a [u8],
    /// Bits that were read.
    at: u64,
    /// Where the run of eight codes began; a change of width skips to the end of one.
    run: u64,
    width: u32,
    most_width: u32,
    has_clear: bool,
    prefix: Vec<u16>,
    suffix: Vec<u8>,
    /// The code before, and its first byte.
    last: Option<(u32, u8)>,
    /// Bytes of a code, last first.
    stack: Vec<u8>,
    is_broken: bool,
}

impl<'a> Lzw<'a> {
    fn new(data: &'a [u8], flags: u8) -> Self {
        let has_clear = flags & 0x80 != 0;
        let mut lzw = Self {
            data,
            at: 0,
            run: 0,
            width: LEAST_BITS,
            most_width: u32::from(flags & 0x1F),
            has_clear,
            prefix: Vec::new(),
            suffix: Vec::new(),
            last: None,
            stack: Vec::new(),
            is_broken: false,
        };
        lzw.clear();
        lzw
    }

    fn clear(&mut self) {
        self.prefix.clear();
        self.prefix.resize(if self.has_clear { 257 } else { 256 }, 0);
        self.suffix = (0..=255).collect();
        self.suffix.resize(self.prefix.len(), 0);
        self.last = None;
    }

    /// Codes come eight at a time; the rest of eight is skipped where the width changes.
    fn set_width(&mut self, width: u32) {
        let group = u64::from(self.width) * 8;
        self.at = self.run + (self.at - self.run).next_multiple_of(group);
        self.run = self.at;
        self.width = width;
    }

    fn code(&mut self) -> Option<u32> {
        let (byte, shift) = ((self.at / 8) as usize, (self.at % 8) as u32);
        if self.at + u64::from(self.width) > self.data.len() as u64 * 8 {
            return None;
        }
        let window = self.data[byte..].iter().take(4).rev().fold(0u32, |bits, &b| bits << 8 | u32::from(b));
        self.at += u64::from(self.width);
        Some(window >> shift & ((1 << self.width) - 1))
    }

    /// Puts the bytes of the next code on the stack; false at the end, `None` where a code was not defined.
    fn step(&mut self) -> Option<bool> {
        if self.prefix.len() > (1 << self.width) - 1 && self.width < self.most_width && self.last.is_some() {
            self.set_width(self.width + 1);
        }
        let Some(code) = self.code() else {
            self.at = self.data.len() as u64 * 8;
            return Some(false);
        };
        if self.has_clear && code == CLEAR {
            self.set_width(LEAST_BITS);
            self.clear();
            return Some(true);
        }
        let mut at = code;
        match self.last {
            None if code > 255 => return None,
            Some((last, first)) if code as usize == self.prefix.len() && self.prefix.len() < 1 << self.most_width => {
                self.stack.push(first);
                at = last;
            }
            None | Some(_) if code as usize >= self.prefix.len() => return None,
            None | Some(_) => {}
        }
        while at > 255 {
            self.stack.push(self.suffix[at as usize]);
            at = u32::from(self.prefix[at as usize]);
        }
        let first = at as u8;
        self.stack.push(first);
        if let Some((last, _)) = self.last
            && self.prefix.len() < 1 << self.most_width
        {
            self.prefix.push(last as u16);
            self.suffix.push(first);
        }
        self.last = Some((code, first));
        Some(true)
    }
}

impl Read for Lzw<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let mut n = 0;
        while n < out.len() {
            match self.stack.pop() {
                Some(byte) => {
                    out[n] = byte;
                    n += 1;
                }
                None if self.is_broken && n == 0 => return Err(Error::new(ErrorKind::InvalidData, "a code that was not defined")),
                None if self.is_broken => break,
                None => match self.step() {
                    Some(true) => {}
                    Some(false) => break,
                    None => self.is_broken = true,
                },
            }
        }
        Ok(n)
    }
}

impl<'a> Frame<'a> for Lzw<'a> {
    fn rest(&self) -> &'a [u8] {
        &self.data[(self.at.div_ceil(8) as usize).min(self.data.len())..]
    }
}
