//! What of the tokens of a passage enters the dictionaries of the index: words with their places, and of codes
//! how they begin.

use super::tokens::{Tokens, term_of};
use tantivy::Index;
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};

/// Name of the analyzer of [`Terms`].
pub(super) const TERMS: &str = "ruleout_terms";
/// The widest step that one mark can say.
const WIDEST: u32 = 30;

pub(super) fn register(index: &Index) {
    index.tokenizers().register(TERMS, TextAnalyzer::builder(Splitter).build());
}

/// Terms with their places, as one text: before each term a control character says by how many places it
/// follows the one before; several, where one is not enough.
#[derive(Default)]
pub(super) struct Terms {
    text: String,
    place: u32,
}

impl Terms {
    /// The words among the tokens, at their places.
    pub(super) fn words(tokens: &Tokens) -> Self {
        let mut terms = Self::default();
        tokens.iter().filter(|token| !token.code).for_each(|token| terms.add(term_of(token.term), token.position));
        terms
    }

    /// Terms without places.
    pub(super) fn unplaced(all: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut terms = Self::default();
        all.into_iter().for_each(|term| terms.add(term.as_ref(), 0));
        terms
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn add(&mut self, term: &str, place: u32) {
        let mut step = place - self.place;
        while step > WIDEST {
            self.text.push(mark(WIDEST));
            step -= WIDEST;
        }
        self.text.push(mark(step));
        self.text.push_str(term);
        self.place = place;
    }
}

fn mark(step: u32) -> char {
    char::from(1 + step as u8)
}

#[derive(Clone)]
struct Splitter;

struct Stream<'a> {
    rest: &'a str,
    token: Token,
}

impl Tokenizer for Splitter {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        Stream { rest: text, token: Token { position: 0, ..Token::default() } }
    }
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        let bytes = self.rest.as_bytes();
        let marks = bytes.iter().take_while(|b| **b < 0x20).count();
        let end = bytes[marks..].iter().position(|b| *b < 0x20).map_or(bytes.len(), |length| marks + length);
        if end == marks {
            return false;
        }
        self.token.position += bytes[..marks].iter().map(|mark| usize::from(mark - 1)).sum::<usize>();
        self.token.text.clear();
        self.token.text.push_str(&self.rest[marks..end]);
        self.rest = &self.rest[end..];
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

    proptest! {
        #[test]
        fn terms_come_back_at_their_places(steps in prop::collection::vec((0u32..100, "[a-zé0-9]{1,12}"), 0..40)) {
            let (mut terms, mut place) = (Terms::default(), 0);
            let mut put = Vec::new();
            for (step, term) in steps {
                place += step;
                terms.add(&term, place);
                put.push((term, place as usize));
            }
            let text = terms.into_text();
            let mut splitter = Splitter;
            let mut read = splitter.token_stream(&text);
            let mut got = Vec::new();
            while read.advance() {
                got.push((read.token().text.clone(), read.token().position));
            }
            prop_assert_eq!(got, put);
        }
    }
}
