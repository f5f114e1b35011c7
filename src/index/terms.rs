//! What a passage is found by: its words, which a dictionary holds as well; its identifiers that need more than a token
//! to be seen; and its numbers and codes. Nearly every code is different, so that a dictionary of them would be larger
//! than the text and cost more than all the rest of reading: of codes there are hashes only, and of each how it begins,
//! for wildcards. A passage with the right hash is a candidate, and its text decides.

use crate::tokens::{TERM_BYTES, Tokens, is_code, term_of};
use std::cell::RefCell;
use std::sync::LazyLock;

/// Codes that begin with a letter are told apart by so many characters where a wildcard is looked for, numbers
/// by fewer: there are so many that most passages would have each.
const HEAD_OF_WORD: usize = 3;
const HEAD_OF_NUMBER: usize = 2;
/// Before the beginning of a code in the dictionary; no word holds it, nor the colon that typed identifiers do.
pub(super) const HEAD: &str = "\u{1}";

/// Under what a folded token is looked for.
pub(super) fn hash_of(token: &str) -> u32 {
    if is_code(token) { of_code(token) } else { of_term(term_of(token)) }
}

/// Of a term of the dictionary.
pub(super) fn of_term(term: impl AsRef<[u8]>) -> u32 {
    hash(term.as_ref()) & !1
}

/// Of a code: never that of a term.
fn of_code(code: impl AsRef<[u8]>) -> u32 {
    hash(code.as_ref()) | 1
}

/// What is written with it must be found with it: it never changes.
fn hash(term: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut state = term.len() as u64;
    let (words, rest) = term.as_chunks::<8>();
    let mut add = |word: u64| {
        state = (state ^ word).wrapping_mul(FACTOR);
        state ^= state >> 32;
    };
    words.iter().for_each(|word| add(u64::from_le_bytes(*word)));
    if !rest.is_empty() {
        add(filled(rest));
    }
    (state.wrapping_mul(FACTOR) >> 32) as u32
}

/// Some bytes, at most eight, filled up with zeros. Most terms are so short; two loads that overlap ask for no loop.
pub(super) fn filled(bytes: &[u8]) -> u64 {
    let place = |bytes: u64, at: usize| bytes << (at as u32 * u8::BITS);
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>(), bytes) {
        (Some(first), Some(last), _) => {
            u64::from(u32::from_le_bytes(*first)) | place(u32::from_le_bytes(*last).into(), bytes.len() - last.len())
        }
        (_, _, [first, .., last]) => {
            let middle = bytes.len() / 2;
            u64::from(*first) | place(bytes[middle].into(), middle) | place((*last).into(), bytes.len() - 1)
        }
        (_, _, [only]) => (*only).into(),
        _ => 0,
    }
}

/// How a code begins, for wildcards.
fn head(code: &str) -> &str {
    let characters = if code.starts_with(|c: char| c.is_ascii_digit()) { HEAD_OF_NUMBER } else { HEAD_OF_WORD };
    code.char_indices().nth(characters).map_or(code, |(end, _)| &code[..end])
}

/// The beginning of a code that a term of the dictionary stands for.
pub(super) fn as_head(term: &str) -> Option<&str> {
    term.strip_prefix(HEAD)
}

/// Is a term of the dictionary a word: neither the beginning of a code nor a typed identifier?
pub(super) fn is_word(term: &str) -> bool {
    !term.starts_with(HEAD) && !term.contains(':')
}

/// The terms for numbers that begin with two digits, by their value, and the hashes of these terms.
static NUMBERS: LazyLock<Vec<(String, u32)>> = LazyLock::new(|| {
    let term = |number| format!("{HEAD}{number:0HEAD_OF_NUMBER$}");
    (0..100)
        .map(term)
        .map(|term| {
            let hash = of_term(&term);
            (term, hash)
        })
        .collect()
});

/// What one passage is found by: the hashes of its words, codes and identifiers, each once, and the terms among them
/// that the dictionary holds.
#[derive(Default)]
pub(super) struct FoundBy {
    pub(super) hashes: Vec<u32>,
    /// The terms, one behind the other, and where each ends.
    letters: Vec<u8>,
    ends: Vec<u32>,
}

impl FoundBy {
    /// Of a passage with these tokens and typed identifiers.
    pub(super) fn of(tokens: &Tokens, typed: &[String]) -> Self {
        thread_local!(static MET: RefCell<Met> = RefCell::default());
        MET.with_borrow_mut(|met| Self::of_those(tokens, typed, met))
    }

    fn of_those(tokens: &Tokens, typed: &[String], met: &mut Met) -> Self {
        let mut found_by = Self { hashes: Vec::with_capacity(tokens.len() / 2), ..Self::default() };
        let mut heads = Vec::new();
        // Nearly all heads are two digits.
        let mut numbers = [false; 100];
        met.begin(tokens.len());
        for i in 0..tokens.len() {
            let token = tokens.bytes(i);
            if tokens.is_code(i) {
                let hash = of_code(token);
                if met.is_new(hash, i, |_| true) {
                    found_by.hashes.push(hash);
                    match *token {
                        [a @ b'0'..=b'9', b @ b'0'..=b'9', ..] => numbers[usize::from(a - b'0') * 10 + usize::from(b - b'0')] = true,
                        _ => heads.push(head(tokens.term(i)).to_owned()),
                    }
                }
            } else {
                // What is cut to the same term is one.
                let cut = |i| if tokens.bytes(i).len() <= TERM_BYTES { tokens.bytes(i) } else { term_of(tokens.term(i)).as_bytes() };
                let term = cut(i);
                let hash = of_term(term);
                if met.is_new(hash, i, |other| cut(other) == term) {
                    found_by.add(hash, term);
                }
            }
        }
        let numbers = NUMBERS.iter().zip(numbers).filter(|(_, is_met)| *is_met);
        numbers.for_each(|((head, hash), _)| found_by.add(*hash, head.as_bytes()));
        heads.sort_unstable();
        heads.dedup();
        heads.iter().map(|head| format!("{HEAD}{head}")).for_each(|head| found_by.add(of_term(&head), head.as_bytes()));
        typed.iter().for_each(|term| found_by.add(of_term(term), term.as_bytes()));
        found_by
    }

    fn add(&mut self, hash: u32, term: &[u8]) {
        self.hashes.push(hash);
        self.letters.extend_from_slice(term);
        self.ends.push(self.letters.len() as u32);
    }

    /// The terms that the dictionary holds.
    pub(super) fn terms(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.letters[start as usize..*end as usize])
    }

    /// About so much memory it takes.
    pub(super) fn weight(&self) -> usize {
        self.letters.len() + 4 * (self.hashes.len() + self.ends.len())
    }
}

/// Tokens that were met in a passage, in an open table by hash. Its memory serves one passage after another.
#[derive(Default)]
struct Met {
    /// Hashes, and tokens counted on from passage to passage: what is before [`Self::first`] is of an earlier passage.
    /// Larger than can be needed.
    table: Vec<(u32, u32)>,
    /// The first token of the passage, and the one behind its last.
    first: u32,
    end: u32,
}

impl Met {
    /// Another passage, of so many tokens.
    fn begin(&mut self, tokens: usize) {
        let size = (tokens + tokens / 4 + 1).next_power_of_two().max(64);
        let end = self.end.checked_add(tokens as u32).filter(|_| self.table.len() >= size);
        if end.is_none() {
            self.table.clear();
            self.table.resize(size, (0, 0));
        }
        // Zero stands for no token.
        (self.first, self.end) = end.map_or((1, tokens as u32 + 1), |end| (self.end, end));
    }

    /// Is this the first token with its hash for which `same` does not say of an earlier one that it is the same?
    fn is_new(&mut self, hash: u32, token: usize, same: impl Fn(usize) -> bool) -> bool {
        // The lowest bit says only whether it is a code.
        let mut at = (hash >> 1) as usize & (self.table.len() - 1);
        loop {
            let (other, earlier) = self.table[at];
            if earlier < self.first {
                self.table[at] = (hash, self.first + token as u32);
                return true;
            }
            if other == hash && same((earlier - self.first) as usize) {
                return false;
            }
            at = (at + 1) & (self.table.len() - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hashes_are_those_of_indexes_written_before() {
        assert_eq!(["021000021", "q7x9zp", "bank"].map(hash_of), [1942313559, 3567084851, 505566812]);
    }

    #[test]
    fn codes_are_told_from_words_and_begin_as_wildcards_do() {
        let text = "Account 4929123412341234 of q7x9zp, on 2024-11-04 at 1st; 4929123412341234";
        let mut found_by = FoundBy::of(&Tokens::of(text), &["aba:1".to_owned()]);
        let terms: Vec<&str> = found_by.terms().map(|term| str::from_utf8(term).unwrap()).collect();
        assert_eq!(terms, ["account", "of", "on", "at", "1st", "\u{1}04", "\u{1}11", "\u{1}20", "\u{1}49", "\u{1}q7x", "aba:1"]);
        assert_eq!(terms.iter().filter_map(|term| as_head(term)).collect::<Vec<_>>(), ["04", "11", "20", "49", "q7x"]);
        let mut expected: Vec<u32> = terms.iter().map(of_term).collect();
        expected.extend(["4929123412341234", "q7x9zp", "2024", "11", "04"].map(hash_of));
        expected.sort_unstable();
        found_by.hashes.sort_unstable();
        assert_eq!(found_by.hashes, expected);
    }

    proptest! {
        #[test]
        fn the_last_bytes_are_filled_up_with_zeros(bytes in proptest::collection::vec(0u8.., 0..9)) {
            prop_assert_eq!(filled(&bytes), bytes.iter().rev().fold(0, |word, b| word << 8 | u64::from(*b)));
        }

        #[test]
        fn every_token_is_there_once(text in "([a-cA-C]{1,2}|[é𠀀-𠀂]|x{60,70}|[0-9]{1,3}|q7x[0-9]{2}|[ .&]){0,80}") {
            let tokens = Tokens::of(&text);
            let found_by = FoundBy::of(&tokens, &[]);
            let (mut hashes, mut terms) = (found_by.hashes.clone(), found_by.terms().collect::<Vec<_>>());
            for token in tokens.iter() {
                prop_assert!(hashes.contains(&hash_of(token.term)));
                prop_assert_eq!(token.code || terms.contains(&term_of(token.term).as_bytes()), true);
            }
            let counts = (hashes.len(), terms.len());
            hashes.sort_unstable();
            hashes.dedup();
            terms.sort_unstable();
            terms.dedup();
            prop_assert_eq!((hashes.len(), terms.len()), counts);
        }
    }
}
