//! Sets of words that names are searched for.

/// Longest word of a set.
const LONGEST: usize = 16;

/// Upper-case words. Most words of a name are told to be none of them by first letter and length.
pub(super) struct WordSet {
    words: &'static [&'static str],
    /// Lengths of the words by their first letter, one bit each.
    lengths: [u32; 26],
    /// Where the words of each first letter begin, and where the last ones end.
    starts: [usize; 27],
}

impl WordSet {
    /// A set of sorted words, each of them `A` to `Z` and at most 16 letters.
    pub(super) const fn new(words: &'static [&'static str]) -> Self {
        let (mut lengths, mut starts) = ([0; 26], [0; 27]);
        let mut i = 0;
        while i < words.len() {
            let word = words[i].as_bytes();
            assert!(word.len() <= LONGEST, "a longer word is never found");
            let letter = (word[0] - b'A') as usize;
            lengths[letter] |= 1 << word.len();
            i += 1;
            starts[letter + 1] = i;
        }
        let mut letter = 0;
        while letter < 26 {
            if starts[letter + 1] == 0 {
                starts[letter + 1] = starts[letter];
            }
            letter += 1;
        }
        Self { words, lengths, starts }
    }

    /// Is a word in the set, in any case? Characters that `skipped` takes do not count.
    pub(super) fn contains(&self, word: &[u8], skipped: impl Fn(u8) -> bool) -> bool {
        let letters = || word.iter().copied().filter(|&byte| !skipped(byte)).map(|byte| byte.to_ascii_uppercase());
        let Some(first @ b'A'..=b'Z') = letters().next() else { return false };
        let letter = usize::from(first - b'A');
        let lengths = self.lengths[letter];
        let len = if lengths == 0 { 0 } else { letters().count() };
        if len > LONGEST || lengths & (1 << len) == 0 {
            return false;
        }
        let mut upper = [0; LONGEST];
        upper.iter_mut().zip(letters()).for_each(|(slot, letter)| *slot = letter);
        self.words[self.starts[letter]..self.starts[letter + 1]].iter().any(|known| known.as_bytes() == &upper[..len])
    }

    /// Is one of the words of a name in the set? Words end where `between` says so of a character.
    pub(super) fn has_word_of(&self, name: &str, between: impl Fn(char) -> bool, skipped: impl Fn(u8) -> bool) -> bool {
        if name.is_ascii() {
            return name.as_bytes().split(|&byte| between(char::from(byte))).any(|word| self.contains(word, &skipped));
        }
        name.split(between).any(|word| self.contains(word.as_bytes(), &skipped))
    }

    #[cfg(test)]
    pub(super) fn is_sorted(&self) -> bool {
        self.words.is_sorted()
    }
}
