//! The text of a document, in which somebody may have pasted payments: they are looked for in what it says, since its
//! bytes do not show it.

use super::{BORDER, OffsetMap, Sink};
use crate::format::payments;
use crate::format::text::embedded;

/// So much text is looked at together.
const MOST: usize = 16 << 20;

/// Text of an item as lines, and where they stand in it.
#[derive(Default)]
pub(super) struct Said {
    text: String,
    /// Places in the text, and the offsets in the item of what stands there.
    places: Vec<(usize, u64)>,
}

impl Sink<'_> {
    /// Has payments looked for in what the item says. For documents, which are read by one sink.
    pub fn searches_text(&mut self) {
        self.said.get_or_insert_default();
    }

    /// Takes a passage of running text, without its first bytes, which were taken before.
    pub(super) fn say(&mut self, text: &str, map: &OffsetMap, taken: usize) {
        let Some(said) = &mut self.said else { return };
        let pieces = map.pieces.iter().filter(|piece| piece.0 as usize >= taken);
        let at = said.text.len();
        said.places.push((at, map.offset(text, taken)));
        said.places.extend(pieces.map(|piece| (at + piece.0 as usize - taken, piece.1)));
        said.text.push_str(text.get(taken..).unwrap_or_default());
        if said.text.len() > MOST {
            self.read_said();
        }
    }

    /// Takes a row: what is pasted line by line stands in one column. Longer cells are looked at by themselves.
    pub(super) fn say_row(&mut self, cells: &[&str], at: u64) {
        let Some(said) = &mut self.said else { return };
        let Some(cell) = cells.iter().max_by_key(|cell| cell.len()).filter(|cell| cell.len() < embedded::SHORTEST) else { return };
        said.places.push((said.text.len(), at));
        said.text.push_str(cell);
        said.text.push('\n');
        if said.text.len() > MOST {
            self.read_said();
        }
    }

    /// Looks for payments in what was taken.
    pub(super) fn read_said(&mut self) {
        let Some(Said { text, places }) = self.said.as_mut().map(std::mem::take) else { return };
        let offset = |at: usize| {
            let before = places.partition_point(|place| place.0 <= at);
            before.checked_sub(1).and_then(|i| places.get(i)).map_or(0, |place| place.1)
        };
        // What is apart stands on lines of its own.
        let mut lines = text.into_bytes();
        lines.iter_mut().filter(|byte| **byte == BORDER as u8).for_each(|byte| *byte = b'\n');
        payments::read_at(&lines, &offset, self);
    }
}
