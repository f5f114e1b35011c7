use super::tokens::{Tokens, is_number, term_of, tokens};
use tantivy::Index;
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};

/// Name of the analyzer of words.
pub(super) const WORDS: &str = "ruleout_words";
/// Name of the analyzer of numbers.
pub(super) const NUMBERS: &str = "ruleout_numbers";

pub(super) fn register(index: &Index) {
    index.tokenizers().register(WORDS, TextAnalyzer::builder(Splitter { numbers: false }).build());
    index.tokenizers().register(NUMBERS, TextAnalyzer::builder(Splitter { numbers: true }).build());
}

/// Gives either the words or the numbers among the tokens.
#[derive(Clone)]
struct Splitter {
    numbers: bool,
}

struct Stream<'a> {
    inner: Tokens<'a>,
    numbers: bool,
    token: Token,
}

impl Tokenizer for Splitter {
    type TokenStream<'a> = Box<dyn TokenStream + 'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        Box::new(Stream { inner: tokens(text), numbers: self.numbers, token: Token::default() })
    }
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        for token in self.inner.by_ref() {
            if is_number(&token.term) == self.numbers {
                self.token.offset_from = token.span.start;
                self.token.offset_to = token.span.end;
                self.token.position = token.position as usize;
                self.token.position_length = 1;
                self.token.text.clear();
                self.token.text.push_str(term_of(&token.term));
                return true;
            }
        }
        false
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
