//! The text of a document, in which somebody may have pasted payments: they are looked for in what it says, since its
//! bytes do not show it.

use super::{BORDER, OffsetMap, Sink};
use crate::format::payments;
use crate::format::text::embedded;

/// So much text is looked at together; where it is parted, an empty line is looked for in so much of its end, since no payment
/// file holds one.
const MOST: usize = 16 << 20;
const END: usize = 4 << 20;

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
        self.read_most();
    }

    /// Takes a row: what is pasted line by line stands in one column. Longer cells are looked at by themselves.
    pub(super) fn say_row(&mut self, cells: &[&str], at: u64) {
        let Some(said) = &mut self.said else { return };
        let Some(cell) = cells.iter().max_by_key(|cell| cell.len()).filter(|cell| cell.len() < embedded::SHORTEST) else { return };
        said.places.push((said.text.len(), at));
        said.text.push_str(cell);
        said.text.push('\n');
        self.read_most();
    }

    /// Looks for payments in what was taken, once that is enough, up to an empty line near its end.
    fn read_most(&mut self) {
        let Some(said) = self.said.as_mut().filter(|said| said.text.len() > MOST) else { return };
        let rest = said.part();
        self.read_said();
        self.said = Some(rest);
    }

    /// Looks for payments in what was taken.
    pub(super) fn read_said(&mut self) {
        let Some(Said { text, places }) = self.said.as_mut().map(std::mem::take) else { return };
        let offset = |at: usize| offset_in(&places, at);
        // What is apart stands on lines of its own.
        let mut lines = text.into_bytes();
        lines.iter_mut().filter(|byte| **byte == BORDER as u8).for_each(|byte| *byte = b'\n');
        payments::read_at(&lines, &offset, self);
    }
}

impl Said {
    /// Takes off what stands behind the last empty line near the end, where there is one.
    fn part(&mut self) -> Self {
        let bytes = self.text.as_bytes();
        let is_end = |b: u8| b == b'\n' || b == BORDER as u8;
        let near = bytes.len().saturating_sub(END);
        let ends = bytes.get(near..).unwrap_or_default();
        let empty = (1..ends.len()).rev().find(|&n| ends.get(n - 1..=n).is_some_and(|pair| pair.iter().all(|b| is_end(*b))));
        let Some(at) = empty.map(|n| near + n + 1).filter(|at| *at < bytes.len()) else { return Self::default() };
        let offset = offset_in(&self.places, at);
        let kept = self.places.partition_point(|place| place.0 <= at);
        let behind = self.places.split_off(kept);
        let places = std::iter::once((0, offset)).chain(behind.into_iter().map(|(place, offset)| (place - at, offset))).collect();
        Self { text: self.text.split_off(at), places }
    }
}

/// The offset in the item of what stands at a place of a text, by places in their order.
fn offset_in(places: &[(usize, u64)], at: usize) -> u64 {
    let before = places.partition_point(|place| place.0 <= at);
    before.checked_sub(1).and_then(|i| places.get(i)).map_or(0, |place| place.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_parted_at_an_empty_line() {
        let mut said = Said { text: "a\n\nbc\nd\n\u{1E}ef".to_owned(), places: vec![(0, 100), (3, 200), (6, 300), (9, 400)] };
        let rest = said.part();
        assert_eq!((said.text.as_str(), rest.text.as_str()), ("a\n\nbc\nd\n\u{1E}", "ef"));
        assert_eq!((said.places, rest.places), (vec![(0, 100), (3, 200), (6, 300), (9, 400)], vec![(0, 400)]));
        let mut whole = Said { text: "a\nb".to_owned(), places: vec![(0, 7)] };
        assert_eq!((whole.part().text, whole.text), (String::new(), "a\nb".to_owned()));
    }
}
