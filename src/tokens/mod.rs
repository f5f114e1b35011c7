//! How text becomes tokens: once for the evidence, and the same way for names and identifiers of the
//! registry, so that both meet.
//!
//! A token is a run of letters and digits, folded: lower case, accents off, full-width forms narrowed.
//! Apostrophes and characters that are not seen (soft hyphens, joiners, marks of direction) inside words vanish, `&` is the word "and"; a word in camelCase
//! also gives its parts, and one with a possessive `'s` its stem.

mod borders;
mod fold;

pub use borders::{begins_word, ends_word};
pub use fold::{TERM_BYTES, fold, is_code, is_dash, is_invisible, seen, term_of};

use borders::{Plain, add_parts, glued_before, plain_end, word_end, words_between};
use fold::fold_into;
use std::ops::Range;

/// A token of some text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'l> {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// The folded token.
    pub term: &'l str,
    /// Its place in the order of tokens; a camelCase word stands at the place of its first part.
    pub position: u32,
    /// The token is a whole camelCase word, and its parts follow.
    pub compound: bool,
    /// It is a number or a code with digits; see [`is_code`].
    pub code: bool,
}

/// The tokens of a text in order, their folded terms in one piece of memory: the whole text in lower case, in which
/// nearly all terms stand as they are, and behind it those that are folded otherwise.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    folded: String,
    all: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    /// Bytes of the text.
    span: (u32, u32),
    /// Bytes of the folded terms.
    term: (u32, u32),
    position: u32,
    compound: bool,
    code: bool,
    /// It holds a digit, or capitals only.
    value: bool,
}

/// The sequences of terms under which a text is found: one with its words in camelCase whole, and one with
/// their parts; a single one where they are the same.
pub fn phrases_of(text: &str) -> Vec<Vec<String>> {
    let all = Tokens::of(text);
    let mut covered = 0;
    let mut whole = Vec::new();
    for token in all.iter() {
        if token.span.start >= covered {
            whole.push(token.term.to_owned());
        }
        covered = covered.max(token.span.end);
    }
    let parts = words_of(text);
    if whole == parts { vec![parts] } else { vec![whole, parts] }
}

/// The terms of a text, of words in camelCase their parts.
pub fn words_of(text: &str) -> Vec<String> {
    Tokens::of(text).iter().filter(|t| !t.compound).map(|t| t.term.to_owned()).collect()
}

impl Tokens {
    /// Splits a text of less than 1 GiB.
    pub fn of(text: &str) -> Self {
        let mut tokens = Self::default();
        tokens.split(text);
        tokens
    }

    /// As [`Self::of`], in the memory of the tokens that were here.
    pub fn split(&mut self, text: &str) {
        assert!(text.len() < 1 << 30, "a passage is less than 1 GiB, and so are its terms together");
        self.folded.clear();
        self.folded.push_str(text);
        self.folded.make_ascii_lowercase();
        self.all.clear();
        self.all.reserve(text.len() / 6);
        let bytes = text.as_bytes();
        let (mut at, mut position) = (0, 0);
        while at < bytes.len() {
            match bytes[at] {
                b'&' => {
                    let end = at + if bytes[at..].starts_with(b"&amp;") { 5 } else { 1 };
                    self.add_folded(text, at..end, "and", position, false);
                    (at, position) = (end, position + 1);
                }
                b if b.is_ascii_alphanumeric() => match plain_end(bytes, at) {
                    Some(Plain { end, code, value }) => {
                        let place = (at as u32, end as u32);
                        self.all.push(Entry { span: place, term: place, position, compound: false, code, value });
                        (at, position) = (end, position + 1);
                    }
                    None => (at, position) = self.add_word(text, at, position),
                },
                b if b < 0x80 => at += 1,
                _ => {
                    let Some(c) = text[at..].chars().next() else { break };
                    if c.is_alphanumeric() {
                        (at, position) = self.add_word(text, at, position);
                    } else {
                        at += c.len_utf8();
                    }
                }
            }
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The token with this index.
    ///
    /// # Panics
    /// There are no so many.
    pub fn get(&self, i: usize) -> Token<'_> {
        let entry = &self.all[i];
        Token { span: self.span(i), term: self.term(i), position: entry.position, compound: entry.compound, code: entry.code }
    }

    /// The folded term of the token with this index.
    pub fn term(&self, i: usize) -> &str {
        let (start, end) = self.all[i].term;
        &self.folded[start as usize..end as usize]
    }

    /// The bytes of the folded term of the token with this index.
    pub fn bytes(&self, i: usize) -> &[u8] {
        let (start, end) = self.all[i].term;
        &self.folded.as_bytes()[start as usize..end as usize]
    }

    /// Is the token with this index a number or a code with digits?
    pub fn is_code(&self, i: usize) -> bool {
        self.all[i].code
    }

    /// Can the token with this index be a value: does it hold a digit, or capitals only?
    pub fn may_be_value(&self, i: usize) -> bool {
        self.all[i].value
    }

    /// The place of the token with this index in the order of tokens.
    pub fn place(&self, i: usize) -> u32 {
        self.all[i].position
    }

    /// The bytes of the text that the token with this index has.
    pub fn span(&self, i: usize) -> Range<usize> {
        let (start, end) = self.all[i].span;
        start as usize..end as usize
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = Token<'_>> + Clone {
        self.from(0)
    }

    /// Those from an index on, in order.
    pub fn from(&self, i: usize) -> impl Iterator<Item = Token<'_>> + Clone {
        (i..self.len()).map(|i| self.get(i))
    }

    /// Indices of the tokens that begin inside a span of the text.
    pub fn within(&self, span: &Range<usize>) -> Range<usize> {
        let before = |place: usize| self.all.partition_point(|entry| (entry.span.0 as usize) < place);
        before(span.start)..before(span.end)
    }

    /// Adds a token with its folded term, which stands nowhere yet.
    fn add_folded(&mut self, text: &str, span: Range<usize>, term: &str, position: u32, compound: bool) {
        let start = self.folded.len();
        self.folded.push_str(term);
        self.add_last(text, span, start, position, compound);
    }

    /// Adds a token whose folded term is the last of the terms, from `start` on.
    fn add_last(&mut self, text: &str, span: Range<usize>, start: usize, position: u32, compound: bool) {
        let is_value = |text: &str| text.bytes().any(|b| b.is_ascii_digit()) || text.bytes().all(|b| b.is_ascii_uppercase());
        let term = &self.folded[start..];
        let (code, value) = (is_code(term), is_value(&text[span.clone()]) || is_value(term));
        self.all.push(Entry {
            span: (span.start as u32, span.end as u32),
            term: (start as u32, self.folded.len() as u32),
            position,
            compound,
            code,
            value,
        });
    }

    /// Adds the word that begins at `start` with all its readings; gives where to go on, and the next place.
    fn add_word(&mut self, text: &str, start: usize, position: u32) -> (usize, u32) {
        let end = word_end(text, start);
        let word = &text[start..end];
        let folded = self.folded.len();
        fold_into(word, &mut self.folded);
        if self.folded.len() == folded {
            return (end, position);
        }
        let mut readings: Vec<(Range<usize>, u32, bool)> = Vec::new();
        // Whether what a blank without width divides are words cannot be known: they stand where the whole does.
        readings.extend(words_between(word).into_iter().map(|part| (start + part.start..start + part.end, position, false)));
        let mut width = add_parts(word, start, position, &mut readings);
        let compound = !readings.is_empty();
        // Behind what may be an escape or literal the rest of the word is a word as well; whether it is one
        // cannot be known, so both readings stand.
        let glued = glued_before(text, start);
        if glued > 0 && glued < word.len() {
            let rest = readings.len();
            readings.push((start + glued..end, position, false));
            width = width.max(add_parts(&word[glued..], start + glued, position, &mut readings));
            readings[rest].2 = readings.len() > rest + 1;
        }
        // The index wants places in order.
        readings.sort_by_key(|(_, place, _)| *place);
        self.add_last(text, start..end, folded, position, compound);
        for (span, position, compound) in readings {
            let folded = self.folded.len();
            fold_into(&text[span.clone()], &mut self.folded);
            self.add_last(text, span, folded, position, compound);
        }
        (end, position + width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<(String, u32)> {
        Tokens::of(text).iter().map(|t| (t.term.to_owned(), t.position)).collect()
    }

    #[test]
    fn words_fold_and_ampersands_are_words() {
        let folded = |text: &str| terms(text).into_iter().map(|(term, _)| term).collect::<Vec<_>>();
        assert_eq!(folded("Farmers' & Mérchants_BANK, N.A."), ["farmers", "and", "merchants", "bank", "n", "a"]);
        assert_eq!(folded("Farmer’s Straße &amp; Co"), ["farmers", "farmer", "strasse", "and", "co"]);
    }

    #[test]
    fn camel_case_gives_the_word_and_its_parts_at_following_places() {
        assert_eq!(
            terms("x FirstStateBank y"),
            [("x", 0), ("firststatebank", 1), ("first", 1), ("state", 2), ("bank", 3), ("y", 4)].map(|(t, p)| (t.to_owned(), p))
        );
    }

    #[test]
    fn a_possessive_also_gives_its_stem() {
        assert_eq!(terms("Bank's files"), [("banks", 0), ("bank", 0), ("files", 1)].map(|(t, p)| (t.to_owned(), p)));
    }

    #[test]
    fn what_is_not_seen_is_no_part_of_a_word() {
        assert_eq!(words_of("Ald\u{AD}er Har\u{200D}bor\u{200E} \u{FEFF}Bank\u{AD}"), ["alder", "harbor", "bank"]);
        assert_eq!(words_of("ＷＱ３３２Ｂ Q7\u{2060}X9"), ["wq332b", "q7x9"]);
        let both = [("aldervalley", 0), ("alder", 0), ("valley", 0), ("bank", 1)].map(|(t, p)| (t.to_owned(), p));
        assert_eq!(terms("Alder\u{200B}Valley Bank"), both);
        assert_eq!(seen("Ｑ７\u{200B}X"), "Q7X");
    }

    #[test]
    fn escapes_and_literals_are_no_part_of_a_word() {
        for text in ["VALUES (N'Q7X9ZP')", "done\\nQ7X9ZP", "a%3DQ7X9ZP", "\x1b[0;32mQ7X9ZP\x1b[0m", "客户代码Q7X9ZP是"] {
            let all = Tokens::of(text);
            let found = all.iter().find(|t| t.term == "q7x9zp").unwrap_or_else(|| panic!("{text}"));
            assert!(begins_word(text, found.span.start) && ends_word(text, found.span.end), "{text}");
        }
        assert!(!begins_word("XQ7X9ZP", 1) && !ends_word("Q7X9ZPX", 6));
    }

    proptest::proptest! {
        #[test]
        fn places_never_go_back(text in "[nN'\\\\=%a-fA-Z0-9 _&]{0,60}") {
            let tokens = Tokens::of(&text);
            let places: Vec<u32> = tokens.iter().map(|t| t.position).collect();
            proptest::prop_assert!(places.is_sorted(), "{:?}", places);
            proptest::prop_assert!(tokens.iter().all(|token| token.code == is_code(token.term)));
        }
    }

    #[test]
    fn codes_stay_whole() {
        assert_eq!(terms("key=Y9UF9Q;x").iter().map(|t| t.0.as_str()).collect::<Vec<_>>(), ["key", "y9uf9q", "x"]);
    }
}
