//! Places of a pattern, one behind the other.

use memchr::memmem;

/// Finds the next place of a pattern, and searches no byte twice however often it is asked.
pub(super) struct Next<'a> {
    bytes: &'a [u8],
    pattern: memmem::Finder<'static>,
    accept: fn(&[u8]) -> bool,
    found: Option<usize>,
    searched_from: usize,
}

impl<'a> Next<'a> {
    pub fn new(bytes: &'a [u8], pattern: &'static [u8], accept: fn(&[u8]) -> bool) -> Self {
        Self { bytes, pattern: memmem::Finder::new(pattern), accept, found: None, searched_from: usize::MAX }
    }

    /// The first place at or after `from`; the item's end where there is none.
    pub fn at(&mut self, from: usize) -> usize {
        let known = self.searched_from <= from && self.found.is_none_or(|found| found >= from);
        if !known {
            self.searched_from = from;
            self.found =
                self.bytes.get(from..).and_then(|rest| self.pattern.find_iter(rest).find(|&i| (self.accept)(&rest[i..]))).map(|i| from + i);
        }
        self.found.unwrap_or(self.bytes.len())
    }
}
