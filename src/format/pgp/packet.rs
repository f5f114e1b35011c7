//! Packets of OpenPGP (RFC 9580, section 4): headers in both formats, bodies in one piece or in parts.

use std::io::{Error, ErrorKind, Read};

/// Tags of packets (section 5).
pub mod tag {
    pub const SESSION_KEY: u8 = 1;
    pub const SIGNATURE: u8 = 2;
    pub const PASSPHRASE: u8 = 3;
    pub const ONE_PASS: u8 = 4;
    pub const SECRET_KEY: u8 = 5;
    pub const PUBLIC_KEY: u8 = 6;
    pub const SECRET_SUBKEY: u8 = 7;
    pub const COMPRESSED: u8 = 8;
    pub const ENCRYPTED: u8 = 9;
    pub const MARKER: u8 = 10;
    pub const LITERAL: u8 = 11;
    pub const TRUST: u8 = 12;
    pub const USER_ID: u8 = 13;
    pub const PUBLIC_SUBKEY: u8 = 14;
    pub const USER_ATTRIBUTE: u8 = 17;
    pub const PROTECTED: u8 = 18;
    pub const DETECTION_CODE: u8 = 19;
    pub const AEAD: u8 = 20;
    pub const PADDING: u8 = 21;
}

/// How far a body, or a part of it, reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    /// So many bytes, and no more of the body follows.
    Last(usize),
    /// So many bytes, and then another length.
    Part(usize),
    /// To the end of the data.
    Open,
}

/// A packet of some data.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// Its tag.
    pub tag: u8,
    bytes: &'a [u8],
    /// Where its body begins, behind the first length.
    body: usize,
    length: Length,
}

impl<'a> Packet<'a> {
    /// The packet at a place.
    pub fn parse(bytes: &'a [u8], at: usize) -> Option<Self> {
        let head = *bytes.get(at)?;
        let (tag, body, length) = match head {
            0xC0.. => {
                let (length, skip) = new_length(bytes, at + 1)?;
                (head & 0x3F, at + 1 + skip, length)
            }
            0x80..=0xBF => {
                let tag = head >> 2 & 0x0F;
                match head & 3 {
                    3 => (tag, at + 1, Length::Open),
                    kind => {
                        let width = 1 << kind;
                        (tag, at + 1 + width, Length::Last(number(bytes, at + 1, width)?))
                    }
                }
            }
            _ => return None,
        };
        // Only data may come in parts or without a length (sections 4.2.1.4 and 4.2.2).
        let is_data = matches!(tag, tag::COMPRESSED | tag::ENCRYPTED | tag::LITERAL | tag::PROTECTED | tag::AEAD);
        (tag != 0 && (is_data || matches!(length, Length::Last(_)))).then_some(Self { tag, bytes, body, length })
    }

    /// What is held of the body's first part.
    pub fn start(&self) -> &'a [u8] {
        let length = match self.length {
            Length::Last(length) | Length::Part(length) => length,
            Length::Open => usize::MAX,
        };
        let rest = self.bytes.get(self.body..).unwrap_or_default();
        &rest[..length.min(rest.len())]
    }

    /// Length of a body that comes in one piece, as stated.
    pub fn stated(&self) -> Option<usize> {
        match self.length {
            Length::Last(length) => Some(length),
            Length::Part(_) | Length::Open => None,
        }
    }

    /// Where the packet ends, and whether all of it is held.
    pub fn end(&self) -> (usize, bool) {
        let mut body = self.read();
        while body.next_part() {}
        (body.at, !body.is_cut)
    }

    /// Reads the body, its parts joined; an error where the data ends before it does.
    pub fn read(&self) -> Body<'a> {
        Body { bytes: self.bytes, at: self.body, part: &[], next: Some(self.length), is_cut: false }
    }
}

/// The body of a packet.
pub struct Body<'a> {
    bytes: &'a [u8],
    /// Behind the parts that were taken.
    at: usize,
    /// What is left of the part at hand.
    part: &'a [u8],
    /// Length of the part that begins at `at`.
    next: Option<Length>,
    is_cut: bool,
}

impl Body<'_> {
    /// Takes the next part; false at the end.
    fn next_part(&mut self) -> bool {
        let Some(length) = self.next.take() else { return false };
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let wanted = match length {
            Length::Last(length) | Length::Part(length) => length,
            Length::Open => rest.len(),
        };
        self.part = &rest[..wanted.min(rest.len())];
        self.at += self.part.len();
        self.is_cut = self.part.len() < wanted;
        if matches!(length, Length::Part(_)) && !self.is_cut {
            match new_length(self.bytes, self.at) {
                Some((length, skip)) => {
                    self.at += skip;
                    self.next = Some(length);
                }
                None => self.is_cut = true,
            }
        }
        true
    }
}

impl Read for Body<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.part.is_empty() && self.next_part() {}
        match self.part.read(out)? {
            0 if self.is_cut && !out.is_empty() => Err(Error::new(ErrorKind::UnexpectedEof, "the packet is cut off")),
            n => Ok(n),
        }
    }
}

/// A length of the newer format (section 4.2.1), and how many bytes it takes.
fn new_length(bytes: &[u8], at: usize) -> Option<(Length, usize)> {
    let first = *bytes.get(at)?;
    Some(match first {
        0..=191 => (Length::Last(usize::from(first)), 1),
        192..=223 => (Length::Last((usize::from(first) - 192) * 256 + number(bytes, at + 1, 1)? + 192), 2),
        224..=254 => (Length::Part(1 << (first & 0x1F)), 1),
        255 => (Length::Last(number(bytes, at + 1, 4)?), 5),
    })
}

/// A big-endian number of so many bytes.
pub fn number(bytes: &[u8], at: usize, width: usize) -> Option<usize> {
    let field = bytes.get(at..)?.get(..width)?;
    Some(field.iter().fold(0, |value, b| value << 8 | usize::from(*b)))
}
