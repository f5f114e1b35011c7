//! What of the tokens of a passage enters the dictionaries of the index: words with their places, and of codes
//! how they begin.

use super::codes;
use super::tokens::{Tokens, term_of};
use tantivy::Index;
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};

/// Name of the analyzer of [`Terms`].
pub(super) const TERMS: &str = "ruleout_terms";
/// Before each term, and between a term and its places.
const TERM: char = '\u{1}';
const PLACES: char = '\u{2}';
/// A place is a character from here on.
const FIRST_PLACE: u32 = 0x1_0000;

pub(super) fn register(index: &Index) {
    index.tokenizers().register(TERMS, TextAnalyzer::builder(Splitter).build());
}

/// Terms, each once with all its places, as one text. tantivy looks each token up in a dictionary that no cache
/// holds; those of one term, one after the other, cost little more than one.
#[derive(Default)]
pub(super) struct Terms {
    text: String,
}

impl Terms {
    /// The words among the tokens, at their places.
    pub(super) fn words(tokens: &Tokens) -> Self {
        let mut words = Grouped::new(tokens);
        (0..tokens.len()).filter(|&i| !tokens.is_code(i)).for_each(|i| words.add(i));
        let mut terms = Self { text: String::with_capacity(words.bytes) };
        for first in words.firsts() {
            terms.begin(term_of(tokens.term(first)));
            terms.text.push(PLACES);
            words.group(first).for_each(|i| terms.text.push(mark(tokens.place(i))));
        }
        terms
    }

    /// Terms without places.
    pub(super) fn unplaced(all: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut terms = Self::default();
        all.into_iter().for_each(|term| terms.begin(term.as_ref()));
        terms
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn begin(&mut self, term: &str) {
        self.text.push(TERM);
        self.text.push_str(term);
    }
}

fn mark(place: u32) -> char {
    // A passage has fewer tokens than there are characters; were there more, the last place would stand for the
    // rest, and the text would still decide.
    char::from_u32(FIRST_PLACE + place).unwrap_or(char::MAX)
}

/// Tokens in groups of one term each.
struct Grouped<'t> {
    tokens: &'t Tokens,
    /// An open table by hash: the first token of a group, plus one; zero stands for none.
    table: Vec<u32>,
    /// Of each token the next one of its group; of the last one, itself.
    next: Vec<u32>,
    /// First tokens and last ones of the groups.
    groups: Vec<(u32, u32)>,
    /// How much text all of it will take, at most.
    bytes: usize,
}

impl<'t> Grouped<'t> {
    fn new(tokens: &'t Tokens) -> Self {
        let width = (2 * tokens.len()).next_power_of_two().max(64);
        Self { tokens, table: vec![0; width], next: (0..tokens.len() as u32).collect(), groups: Vec::new(), bytes: 0 }
    }

    fn add(&mut self, i: usize) {
        // What is cut to the same term is one.
        let term = term_of(self.tokens.term(i));
        let mut at = codes::hash(term) as usize & (self.table.len() - 1);
        self.bytes += 4;
        while self.table[at] != 0 {
            let (first, last) = &mut self.groups[self.table[at] as usize - 1];
            if term_of(self.tokens.term(*first as usize)) == term {
                self.next[*last as usize] = i as u32;
                *last = i as u32;
                return;
            }
            at = (at + 1) & (self.table.len() - 1);
        }
        self.groups.push((i as u32, i as u32));
        self.table[at] = self.groups.len() as u32;
        self.bytes += term.len() + 2;
    }

    /// The first token of each group.
    fn firsts(&self) -> impl Iterator<Item = usize> {
        self.groups.iter().map(|(first, _)| *first as usize)
    }

    /// The tokens of a group.
    fn group(&self, first: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(first), |&i| Some(self.next[i] as usize).filter(|&next| next != i))
    }
}

#[derive(Clone)]
struct Splitter;

struct Stream<'a> {
    rest: &'a str,
    /// Further places of the term.
    places: std::str::Chars<'a>,
    token: Token,
}

impl Tokenizer for Splitter {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        Stream { rest: text, places: "".chars(), token: Token { position: 0, ..Token::default() } }
    }
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        if let Some(place) = self.places.next() {
            self.token.position = (u32::from(place) - FIRST_PLACE) as usize;
            return true;
        }
        let Some(rest) = self.rest.strip_prefix(TERM) else { return false };
        let (group, rest) = rest.split_at(memchr::memchr(TERM as u8, rest.as_bytes()).unwrap_or(rest.len()));
        let (term, places) = group.split_once(PLACES).unwrap_or((group, ""));
        self.rest = rest;
        self.places = places.chars();
        self.token.text.clear();
        self.token.text.push_str(term);
        self.token.position = self.places.next().map_or(0, |place| (u32::from(place) - FIRST_PLACE) as usize);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn words_come_back_at_their_places(text in "([a-cA-C]{1,2}|[é𠀀-𠀂]|x{60,70}|[0-9]{1,3}|[ .&]){0,80}") {
            let tokens = Tokens::of(&text);
            let mut put: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for token in tokens.iter().filter(|token| !token.code) {
                put.entry(term_of(token.term).to_owned()).or_default().push(token.position as usize);
            }
            let text = Terms::words(&tokens).into_text();
            let mut splitter = Splitter;
            let mut read = splitter.token_stream(&text);
            let mut got: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            let mut before = String::new();
            while read.advance() {
                let places = got.entry(read.token().text.clone()).or_default();
                prop_assert!(places.is_empty() || before == read.token().text);
                places.push(read.token().position);
                before.clone_from(&read.token().text);
            }
            prop_assert_eq!(got, put);
        }
    }
}
