//! The cells of one row, written one behind the other into memory that the next row uses again.

use std::ops::Range;

/// Cells of a row; those that nothing was put into are empty.
#[derive(Debug, Default)]
pub(super) struct Cells {
    text: String,
    places: Vec<Range<usize>>,
}

impl Cells {
    /// Begins a row of so many cells; more can be added.
    pub fn begin(&mut self, count: usize) {
        self.text.clear();
        self.places.clear();
        self.places.resize(count, 0..0);
    }

    /// Adds an empty cell and gives its place.
    pub fn add(&mut self) -> usize {
        self.places.push(0..0);
        self.places.len() - 1
    }

    /// Writes a cell. Where that fails, the cell is empty.
    pub fn put(&mut self, place: usize, write: impl FnOnce(&mut String) -> Option<()>) -> Option<()> {
        let start = self.text.len();
        let written = write(&mut self.text);
        if written.is_none() {
            self.text.truncate(start);
        }
        if let Some(cell) = self.places.get_mut(place) {
            *cell = start..self.text.len();
        }
        written
    }

    /// Writes this into a cell.
    pub fn set(&mut self, place: usize, text: &str) {
        self.put(place, |out| {
            out.push_str(text);
            Some(())
        });
    }

    /// The cells in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|place| self.text.get(place.clone()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_their_places_and_a_failed_one_is_empty() {
        let mut cells = Cells::default();
        for _ in 0..2 {
            cells.begin(2);
            let third = cells.add();
            cells.set(third, "third");
            let half = |out: &mut String| {
                out.push_str("half");
                None
            };
            assert_eq!(cells.put(0, half), None);
            cells.set(1, "second");
            assert_eq!(cells.iter().collect::<Vec<_>>(), ["", "second", "third"]);
        }
    }
}
