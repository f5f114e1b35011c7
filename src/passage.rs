//! Pieces of an item's text as they enter the index, and where their parts stand in the item.

use serde::{Deserialize, Serialize};

/// Names and identifiers do not run across this character; it separates values that do not belong to
/// one text (fields, cells of different rows, strings of a binary).
pub const BORDER: char = '\u{1E}';

/// What kind of text a passage holds; it decides how mentions in it are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PassageKind {
    /// Running text, source, markup, configuration.
    Prose,
    /// Rows of the item's table with this ordinal: cells joined by tabs, one row a line.
    Rows(u32),
    /// Text of a payment layout whose parties were read as typed fields.
    Payment,
    /// Printable runs of a scanned binary, separated by [`BORDER`].
    Strings,
    /// Text that was recognised in a picture: characters may be wrong.
    Recognised,
}

/// Where a piece of text stands in the bytes of its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// From this offset on, one byte of UTF-8 text per byte of the item.
    Utf8(u64),
    /// From this offset on, so many bytes of the item per character.
    Chars(u64, u8),
    /// Decoded: all of it stands at this offset.
    Decoded(u64),
}

/// Maps places in a passage's text to offsets in the item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsetMap {
    /// Place in the text, offset in the item, bytes per character (0: decoded, 255: UTF-8 bytes).
    pub(crate) pieces: Vec<(u32, u64, u8)>,
}

impl OffsetMap {
    #[inline]
    pub(crate) fn push(&mut self, text_at: usize, at: At) {
        let (offset, unit) = match at {
            At::Utf8(offset) => (offset, 255),
            At::Chars(offset, unit) => (offset, unit),
            At::Decoded(offset) => (offset, 0),
        };
        if let Some(&(start, first, 255)) = self.pieces.last()
            && unit == 255
            && first + (text_at as u64 - u64::from(start)) == offset
        {
            return;
        }
        self.pieces.push((text_at as u32, offset, unit));
    }

    pub(crate) fn move_by(&mut self, offset: u64) {
        self.pieces.iter_mut().for_each(|piece| piece.1 += offset);
    }

    /// Hands out the map and begins one that has room for as much.
    pub(crate) fn begin_next(&mut self) -> Self {
        let room = self.pieces.len();
        Self { pieces: std::mem::replace(&mut self.pieces, Vec::with_capacity(room)) }
    }

    /// The offset in the item of a place in the text.
    pub fn offset(&self, text: &str, place: usize) -> u64 {
        let piece = match self.pieces.partition_point(|p| p.0 as usize <= place) {
            0 => return self.pieces.first().map_or(0, |p| p.1),
            n => self.pieces[n - 1],
        };
        let (start, offset, unit) = (piece.0 as usize, piece.1, piece.2);
        match unit {
            0 => offset,
            255 => offset + (place - start) as u64,
            unit => offset + text.get(start..place).map_or(0, |t| t.chars().count()) as u64 * u64::from(unit),
        }
    }

    /// Can every place of such a text be asked for? So it is for every map that a sink made.
    pub fn is_sound(&self, text: &str) -> bool {
        let in_order = self.pieces.is_sorted_by_key(|piece| piece.0);
        in_order && self.pieces.iter().all(|&(start, offset, _)| start as usize <= text.len() && offset < 1 << 62)
    }

    /// The pieces from a place in the text on, as a new map that starts there.
    pub(crate) fn tail(&self, text: &str, place: usize) -> Self {
        let mut out = Self::default();
        let first = self.pieces.partition_point(|p| p.0 as usize <= place);
        if first > 0 {
            out.pieces.push((0, self.offset(text, place), self.pieces[first - 1].2));
        }
        out.pieces.extend(self.pieces[first..].iter().map(|p| (p.0 - place as u32, p.1, p.2)));
        out
    }
}

/// A bounded piece of an item's text, as it enters the index.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Passage {
    /// Kind of text.
    pub kind: PassageKind,
    /// The text.
    pub text: String,
    /// Where its parts stand in the item.
    pub map: OffsetMap,
}
