//! Sets of words that names are searched for.

/// Longest word of a set.
const LONGEST: usize = 16;

/// Upper-case words. Most words of a name are told to be none of them by first letter and length.
pub(super) struct WordSet {
    words: &'static [&'static str],
    /// Lengths of the words by their first letter, one bit each.
    lengths: [u32; 26],
}

impl WordSet {
    /// A set of sorted words, each of them `A` to `Z` and at most 16 letters.
    pub(super) const fn new(words: &'static [&'static str]) -> Self {
        let mut lengths = [0; 26];
        let mut i = 0;
        while i < words.len() {
            let word = words[i].as_bytes();
            assert!(word.len() <= LONGEST, "a longer word is never found");
            lengths[(word[0] - b'A') as usize] |= 1 << word.len();
            i += 1;
        }
        Self { words, lengths }
    }

    /// Is a word in the set, in any case? Characters that `skipped` takes do not count.
    pub(super) fn contains(&self, word: &str, skipped: impl Fn(u8) -> bool) -> bool {
        let mut upper = [0; LONGEST];
        let mut len = 0;
        for byte in word.bytes().filter(|&byte| !skipped(byte)) {
            let Some(slot) = upper.get_mut(len) else { return false };
            *slot = byte.to_ascii_uppercase();
            len += 1;
        }
        let [first @ b'A'..=b'Z', ..] = upper else { return false };
        self.lengths[usize::from(first - b'A')] & (1 << len) != 0
            && self.words.binary_search_by(|known| known.as_bytes().cmp(&upper[..len])).is_ok()
    }

    #[cfg(test)]
    pub(super) fn is_sorted(&self) -> bool {
        self.words.is_sorted()
    }
}
