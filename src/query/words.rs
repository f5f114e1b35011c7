//! Words of a query as the index has them, and where they stand in a text.

use super::wildcard::{Wildcard, is_wild};
use crate::passage::{BORDER, PassageKind};
use crate::tokens::{Token, Tokens, fold, phrases_of, words_of};
use std::collections::VecDeque;
use std::ops::Range;

/// So many words may stand between those of a proximity: what is stored overlaps by 512 bytes, and what is
/// wider than that could be missed where it is cut.
const FARTHEST: u32 = 64;
/// Digits of a number that is found in any grouping.
const GROUPED: std::ops::RangeInclusive<usize> = 8..=34;
/// What stands between the groups of a number is so short.
pub(super) const SEPARATOR: usize = 3;

/// One word of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A folded token.
    Exact(String),
    /// Tokens like this.
    Like(Wildcard),
    /// Any token.
    Any,
}

/// One way in which what is asked for may stand in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// Words that follow each other.
    Phrase(Vec<Word>),
    /// Words with at most so many others among them.
    Near(Vec<Word>, u32),
    /// A number or code, folded, whole or in groups.
    Grouped(String),
}

/// Is a value of a text condition one? The error says why not.
pub(super) fn check(written: &str, near: Option<u32>) -> Result<(), String> {
    let patterns = patterns(written, near);
    let words = match patterns.first() {
        None => return Err("there is no letter or digit in it".to_owned()),
        Some(Pattern::Grouped(_)) => 1,
        Some(Pattern::Phrase(words) | Pattern::Near(words, _)) => {
            let says_something = |word: &Word| match word {
                Word::Exact(_) => true,
                Word::Like(wildcard) => wildcard.says_something(),
                Word::Any => false,
            };
            if !words.iter().any(says_something) {
                return Err("a wildcard needs a letter or digit beside it".to_owned());
            }
            words.len()
        }
    };
    match near {
        Some(_) if words < 2 => Err("`~` needs two words or more in the quotes".to_owned()),
        Some(near) if near > FARTHEST => Err(format!("words are searched for with at most {FARTHEST} others among them")),
        Some(_) | None => Ok(()),
    }
}

/// The ways in which a text may be written: a word in camelCase as one word or by its parts, a number whole
/// or in groups.
pub(super) fn patterns(written: &str, near: Option<u32>) -> Vec<Pattern> {
    let joined = |words: Vec<Word>| match near {
        Some(near) => Pattern::Near(words, near),
        None => Pattern::Phrase(words),
    };
    if is_wild(written) {
        let words = wild_words(written);
        return if words.is_empty() { Vec::new() } else { vec![joined(words)] };
    }
    if near.is_none()
        && let Some(code) = grouped(written)
    {
        return vec![Pattern::Grouped(code)];
    }
    let phrases = phrases_of(written).into_iter().filter(|phrase| !phrase.is_empty());
    phrases.map(|phrase| joined(phrase.into_iter().map(Word::Exact).collect())).collect()
}

/// The digits of a number, however it is grouped; also an IBAN.
fn grouped(written: &str) -> Option<String> {
    let all = Tokens::of(written);
    let is_joined = all
        .iter()
        .zip(all.from(1))
        .all(|(one, next)| one.span.end <= next.span.start && is_separator(&written[one.span.end..next.span.start]));
    let code: String = all.iter().map(|t| t.term).collect();
    let bytes = code.as_bytes();
    let is_number = GROUPED.contains(&code.len()) && bytes.iter().all(u8::is_ascii_digit);
    let is_iban = (15..=34).contains(&code.len())
        && bytes[..2].iter().all(u8::is_ascii_alphabetic)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes.iter().all(u8::is_ascii_alphanumeric);
    (is_joined && (is_number || is_iban)).then_some(code)
}

/// May this stand between two groups of a number?
fn is_separator(gap: &str) -> bool {
    !gap.is_empty() && gap.chars().count() <= SEPARATOR && gap.chars().all(is_group_mark)
}

/// A mark that stands between groups of a number.
pub(super) fn is_group_mark(c: char) -> bool {
    matches!(c, '-' | ' ' | '.' | '/' | '_' | '\u{A0}' | '\u{2002}'..='\u{200A}' | '\u{2010}'..='\u{2015}' | '\u{202F}' | '\u{2212}')
}

/// Words with wildcards: cut where tokens are cut, but not at the wildcards.
fn wild_words(written: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut run = String::new();
    let end = |run: &mut String, words: &mut Vec<Word>| {
        let word = std::mem::take(run);
        if word.is_empty() {
            return;
        }
        if !is_wild(&word) {
            words.extend(words_of(&word).into_iter().map(Word::Exact));
        } else if word.contains(|c| !matches!(c, '*' | '\'' | '’')) {
            words.push(Word::Like(Wildcard::new(&word, fold)));
        } else if word.contains('*') {
            words.push(Word::Any);
        }
    };
    for c in written.chars() {
        match c {
            '*' | '?' | '\'' | '’' => run.push(c),
            c if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) => run.push(c),
            '&' => {
                end(&mut run, &mut words);
                words.push(Word::Exact("and".to_owned()));
            }
            _ => end(&mut run, &mut words),
        }
    }
    end(&mut run, &mut words);
    words
}

impl Word {
    fn fits(&self, token: &Token<'_>) -> bool {
        match self {
            Self::Exact(term) => token.term == *term,
            Self::Like(wildcard) => wildcard.fits(token.term),
            Self::Any => true,
        }
    }
}

/// A text with its tokens.
pub(super) struct Text<'t> {
    pub text: &'t str,
    pub tokens: Tokens,
    /// Rows of a table: each line is a text of its own.
    pub is_rows: bool,
}

impl<'t> Text<'t> {
    pub(super) fn new(text: &'t str, kind: PassageKind) -> Self {
        Self { text, tokens: Tokens::of(text), is_rows: matches!(kind, PassageKind::Rows(_)) }
    }

    /// Every place where a pattern stands: the spans of its words, of a phrase as one.
    pub(super) fn find(&self, pattern: &Pattern) -> Vec<Vec<Range<usize>>> {
        match pattern {
            Pattern::Phrase(words) => (0..self.tokens.len()).filter_map(|i| self.phrase_at(i, words)).map(|span| vec![span]).collect(),
            Pattern::Grouped(code) => (0..self.tokens.len()).filter_map(|i| self.code_at(i, code)).map(|span| vec![span]).collect(),
            Pattern::Near(words, near) => self.near(words, *near),
        }
    }

    fn phrase_at(&self, i: usize, words: &[Word]) -> Option<Range<usize>> {
        let (first, rest) = words.split_first()?;
        if !first.fits(&self.tokens.get(i)) {
            return None;
        }
        let mut at = i;
        for word in rest {
            let place = self.tokens.get(at).position + 1;
            // A word and its parts may stand at one place.
            at = (at + 1..self.tokens.len().min(at + 32))
                .find(|&n| self.tokens.get(n).position == place && word.fits(&self.tokens.get(n)))?;
        }
        let span = self.tokens.span(i).start..self.tokens.span(at).end;
        self.is_one_text(&span).then_some(span)
    }

    fn code_at(&self, i: usize, code: &str) -> Option<Range<usize>> {
        let mut rest = code.strip_prefix(self.tokens.term(i))?;
        let mut end = self.tokens.span(i).end;
        let mut at = i + 1;
        while !rest.is_empty() {
            if at >= self.tokens.len() {
                return None;
            }
            let token = self.tokens.get(at);
            at += 1;
            if token.span.start < end {
                continue;
            }
            if token.term.is_empty() || !is_separator(&self.text[end..token.span.start]) {
                return None;
            }
            rest = rest.strip_prefix(token.term)?;
            end = token.span.end;
        }
        Some(self.tokens.span(i).start..end)
    }

    fn near(&self, words: &[Word], near: u32) -> Vec<Vec<Range<usize>>> {
        let (needed, kinds) = needs(words);
        let mut window = Window::new(needed, near);
        let mut out = Vec::new();
        let mut before = 0;
        for (i, token) in self.tokens.iter().enumerate() {
            for (kind, _) in kinds.iter().enumerate().filter(|(_, word)| word.fits(&token)) {
                // Of texts that do not belong together the first ends here.
                if !self.is_one_text(&(before..token.span.start.max(before))) {
                    window.clear();
                }
                before = token.span.start;
                if let Some(places) = window.add(kind, token.position, i) {
                    let mut spans: Vec<Range<usize>> = places.into_iter().map(|i| self.tokens.span(i)).collect();
                    spans.sort_by_key(|span| span.start);
                    spans.dedup();
                    out.push(spans);
                }
            }
        }
        out
    }

    fn is_one_text(&self, span: &Range<usize>) -> bool {
        let between = &self.text[span.clone()];
        !between.contains(BORDER) && (!self.is_rows || !between.contains('\n'))
    }
}

/// How often each different word is needed.
pub(super) fn needs(words: &[Word]) -> (Vec<usize>, Vec<&Word>) {
    let (mut needed, mut kinds): (Vec<usize>, Vec<&Word>) = (Vec::new(), Vec::new());
    for word in words {
        match kinds.iter().position(|known| *known == word) {
            Some(kind) => needed[kind] += 1,
            None => {
                kinds.push(word);
                needed.push(1);
            }
        }
    }
    (needed, kinds)
}

/// Sees places in their order, and says when all that is needed stands near enough together.
pub(super) struct Window {
    needed: Vec<usize>,
    seen: Vec<VecDeque<(u32, usize)>>,
    width: u32,
}

impl Window {
    pub(super) fn new(needed: Vec<usize>, near: u32) -> Self {
        let width = near + needed.iter().sum::<usize>() as u32;
        Self { seen: vec![VecDeque::new(); needed.len()], needed, width }
    }

    fn clear(&mut self) {
        self.seen.iter_mut().for_each(VecDeque::clear);
    }

    /// Adds a word at a place; gives what makes the window full, and begins anew.
    pub(super) fn add(&mut self, kind: usize, position: u32, token: usize) -> Option<Vec<usize>> {
        let seen = &mut self.seen[kind];
        seen.push_back((position, token));
        if seen.len() > self.needed[kind] {
            seen.pop_front();
        }
        let is_full = self.seen.iter().zip(&self.needed).all(|(seen, needed)| seen.len() == *needed);
        let first = self.seen.iter().filter_map(|seen| seen.front()).map(|(position, _)| *position).min()?;
        if !is_full || position - first >= self.width {
            return None;
        }
        let places = self.seen.iter().flatten().map(|(_, token)| *token).collect();
        self.clear();
        Some(places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(written: &str, near: Option<u32>, text: &str) -> Vec<String> {
        check(written, near).unwrap_or_else(|e| panic!("{written}: {e}"));
        let text = Text::new(text, PassageKind::Prose);
        let all = patterns(written, near);
        let places = all.iter().flat_map(|pattern| text.find(pattern));
        let mut out: Vec<String> =
            places.map(|spans| spans.into_iter().map(|span| &text.text[span]).collect::<Vec<_>>().join("|")).collect();
        out.dedup();
        out
    }

    #[test]
    fn words_are_found_however_they_are_written() {
        let text = "The FirstStateBank of Köln_Süd's Müller & Söhne, x_account_no=12";
        for (written, shown) in [
            ("firststatebank", "FirstStateBank"),
            ("\"first state bank\"", "FirstStateBank"),
            ("koln", "Köln"),
            ("KÖLN_süd", "Köln_Süd"),
            ("süd's", "Süd's"),
            ("muller and sohne", "Müller & Söhne"),
            ("account_no", "account_no"),
            ("m?ll*", "Müller"),
            ("*state*", "FirstStateBank"),
            ("*_no", "x_account_no=12"),
        ] {
            let got = found(written, None, text);
            assert!(got.first().is_some_and(|g| shown.contains(g.as_str()) || g.contains(shown)), "{written}: {got:?}");
        }
        assert!(found("state first", None, text).is_empty());
    }

    #[test]
    fn numbers_are_found_in_any_grouping() {
        for written in ["4482910337", "448-291-0337", "4482 9103 37"] {
            for text in ["4482910337", "a 448-291-0337.", "4482 9103 37", "44 82 91 03 37", "448\u{2013}291\u{2013}0337", "448/291/0337"] {
                assert_eq!(found(written, None, text).len(), 1, "{written} in {text}");
            }
            assert!(found(written, None, "44829103371 448-291-03375 448,291,0337").is_empty());
        }
        assert_eq!(found("de89370400440532013000", None, "IBAN DE89 3704 0044 0532 0130 00 x"), ["DE89 3704 0044 0532 0130 00"]);
        assert_eq!(found("12-30", None, "at 12 30 and 12:30").len(), 2, "short numbers are words");
    }

    #[test]
    fn proximity_counts_the_words_between_in_any_order() {
        let text = "wire to the other side was fraud";
        assert_eq!(found("wire fraud", Some(5), text), ["wire|fraud"]);
        assert!(found("wire fraud", Some(4), text).is_empty());
        assert_eq!(found("fraud wire", Some(5), text), ["wire|fraud"]);
        assert!(found("wire wire", Some(9), text).is_empty());
        assert_eq!(found("pay pay", Some(1), "pay and pay"), ["pay|pay"]);
        assert!(found("wire fraud", Some(5), "wire\u{1E}fraud").is_empty());
        assert!(check("wire", Some(3)).is_err() && check("a b", Some(65)).is_err() && check("* *", None).is_err());
    }

    #[test]
    fn nothing_runs_across_texts_that_do_not_belong_together() {
        assert!(found("first bank", None, "first\u{1E}bank").is_empty());
        let rows = Text::new("first\tbank\nfirst\nbank\n", PassageKind::Rows(0));
        let found = rows.find(&patterns("first bank", None)[0]);
        assert_eq!((found.len(), found[0].as_slice()), (1, std::slice::from_ref(&(0..10))));
    }
}
