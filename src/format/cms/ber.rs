//! BER (ITU-T X.690), of which DER is the strict form: tags, lengths that may be indefinite, strings in pieces.

use std::io::{Error, ErrorKind, Read};

/// Tags as they stand in CMS.
pub mod tag {
    pub const END_OF_CONTENTS: u8 = 0x00;
    pub const INTEGER: u8 = 0x02;
    pub const OCTETS: u8 = 0x04;
    pub const OBJECT_ID: u8 = 0x06;
    pub const SEQUENCE: u8 = 0x30;
    pub const SET: u8 = 0x31;
    /// The first context-specific tag, primitive.
    pub const CONTEXT_0: u8 = 0x80;
    /// This bit says that elements stand inside.
    pub const CONSTRUCTED: u8 = 0x20;
}

/// An element of some data.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    bytes: &'a [u8],
    /// Its tag, class and form in one byte.
    pub tag: u8,
    /// Where it begins.
    pub at: usize,
    /// Where its content begins.
    pub content: usize,
    /// `None`: up to the end-of-contents octets.
    length: Option<usize>,
}

impl<'a> Element<'a> {
    /// The element at a place. Tags of several bytes do not occur in CMS.
    pub fn parse(bytes: &'a [u8], at: usize) -> Option<Self> {
        let (tag, first) = (*bytes.get(at)?, *bytes.get(at + 1)?);
        let (content, length) = match first {
            0..=0x7F => (at + 2, Some(usize::from(first))),
            0x80 if tag & tag::CONSTRUCTED != 0 => (at + 2, None),
            0x81..=0x88 => {
                let width = usize::from(first & 0x0F);
                let field = bytes.get(at + 2..at + 2 + width)?;
                (at + 2 + width, Some(field.iter().try_fold(0usize, |n, b| n.checked_mul(256)?.checked_add(usize::from(*b)))?))
            }
            _ => return None,
        };
        (tag & 0x1F != 0x1F).then_some(Self { bytes, tag, at, content, length })
    }

    /// Do elements stand inside?
    pub fn is_constructed(&self) -> bool {
        self.tag & tag::CONSTRUCTED != 0
    }

    /// Where it ends, and whether all of it is held.
    pub fn end(&self) -> (usize, bool) {
        let (mut at, mut open) = (self.at, 0u32);
        loop {
            let Some(element) = Self::parse(self.bytes, at) else { return (self.bytes.len(), false) };
            match element.length {
                None => {
                    open += 1;
                    at = element.content;
                }
                Some(length) => {
                    at = element.content.saturating_add(length);
                    if element.tag == tag::END_OF_CONTENTS && length == 0 {
                        open = open.saturating_sub(1);
                    }
                }
            }
            if at > self.bytes.len() {
                return (self.bytes.len(), false);
            }
            if open == 0 {
                return (at, true);
            }
        }
    }

    /// Its content as it stands, as far as it is held.
    pub fn value(&self) -> &'a [u8] {
        &self.bytes[self.content.min(self.bytes.len())..self.end().0]
    }

    /// The elements in it.
    pub fn children(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        let end = match self.length {
            Some(length) => self.content.saturating_add(length).min(self.bytes.len()),
            None => self.bytes.len(),
        };
        let (bytes, mut at, is_open) = (&self.bytes[..end], self.content, self.is_constructed());
        std::iter::from_fn(move || {
            let child = Self::parse(bytes, at).filter(|child| is_open && !child.is_end())?;
            at = child.end().0;
            Some(child)
        })
    }

    /// The end of a content of indefinite length.
    pub fn is_end(&self) -> bool {
        self.tag == tag::END_OF_CONTENTS && self.length == Some(0)
    }

    /// Reads an octet string, in one piece or in several.
    pub fn octets(&self) -> Octets<'a> {
        Octets { bytes: self.bytes, at: self.at, end: self.end().0, piece: &[], open: 0, is_cut: !self.end().1, is_done: false }
    }
}

/// The bytes of an octet string.
pub struct Octets<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
    piece: &'a [u8],
    /// Strings of indefinite length around the place.
    open: u32,
    is_cut: bool,
    is_done: bool,
}

impl Octets<'_> {
    /// Takes the next piece; false at the end.
    fn next_piece(&mut self) -> bool {
        while !self.is_done && self.at < self.end {
            let Some(element) = Element::parse(self.bytes, self.at) else {
                self.is_cut = true;
                return false;
            };
            if element.is_end() {
                self.at = element.content;
                self.open = self.open.saturating_sub(1);
                self.is_done = self.open == 0;
            } else if element.is_constructed() {
                self.open += u32::from(element.length.is_none());
                self.at = element.content;
            } else {
                self.at = element.content.saturating_add(element.length.unwrap_or(0)).min(self.end);
                self.piece = &self.bytes[element.content.min(self.at)..self.at];
                return true;
            }
        }
        false
    }
}

impl Read for Octets<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.piece.is_empty() && self.next_piece() {}
        match self.piece.read(out)? {
            0 if self.is_cut && !out.is_empty() => Err(Error::new(ErrorKind::UnexpectedEof, "the content is cut off")),
            n => Ok(n),
        }
    }
}
