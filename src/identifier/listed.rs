//! Lists of values behind one label: `client codes: TRF042, 104233 and 104235`, on one line or one below the other.

use super::Specific;
use super::inline::{Label, THINGS, counts_things, counts_words, is_long_number, label_before};
use super::place::{QUOTED, begins_loop, is_heading, is_item_mark, line_to};
use crate::passage::BORDER;
use crate::tokens::{Token, Tokens};
use std::ops::Range;

/// Longest name behind a code on its line.
const LONGEST_NAME: usize = 120;
/// Values of a list that are gone through to find its label.
const LONGEST_LIST: usize = 256;

/// A labelled value, behind which others may stand in a list.
pub(super) struct Item<'t> {
    /// Where it ends.
    pub end: usize,
    /// Its length.
    pub len: usize,
    /// Its label.
    pub label: Label<'t>,
}

impl Item<'_> {
    /// `client codes: TRF042, 104233 and 104235`: is the token the next value of the same list? The label speaks of
    /// several, or the values are of one length; and no word follows that says what is counted.
    pub fn continues(&self, text: &str, token: &Token<'_>) -> bool {
        let is_plural = self.label.words.last().is_some_and(|word| word.len() > 2 && word.ends_with('s') || *word == "nummern");
        let gap = &text[self.end..token.span.start];
        let is_alike = self.len == token.span.len();
        let fits = (is_plural || is_alike) && separates(gap)
            || is_plural && is_alike && is_border(gap)
            || is_alike && is_blank(gap) && self.label.opens_list(text);
        let is_counted = counts_words(text, token) || counts_things(&text[token.span.end..]);
        let is_headed = || is_plural && is_alike && self.label.heads_lines(text);
        let is_named = || is_headed() && gap.split_once('\n').is_some_and(|(name, mark)| is_name(name) && is_mark(mark));
        let is_below =
            || begins_item(gap) && (is_plural && self.label.heads_lines(text) || ends_line(text, token) && self.label.is_line(text));
        (fits || is_below() || is_named()) && !is_counted
    }

    /// `104233 First State Bank`: does the token stand on the line of the value, below a heading?
    pub fn goes_on(&self, text: &str, token: &Token<'_>) -> bool {
        let between = text.get(self.end..token.span.start).unwrap_or_default();
        between.len() <= LONGEST_NAME && !between.contains('\n') && self.label.heads_lines(text)
    }
}

/// Could the token be a value of a list: does it hold a digit, or is it all capitals?
pub(super) fn is_value(text: &str, token: &Token<'_>) -> bool {
    let raw = text[token.span.clone()].as_bytes();
    token.term.bytes().any(|b| b.is_ascii_digit()) || raw.len() > 2 && raw.iter().all(u8::is_ascii_uppercase)
}

/// Does this text part two values of one list?
fn separates(gap: &str) -> bool {
    if gap.len() > 16 || gap.bytes().filter(|b| *b == b'\n').count() > 1 {
        return false;
    }
    let quoted = gap.contains(['"', '\'']);
    let bare = gap.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`') || c == BORDER && quoted);
    let bare = bare.strip_prefix(',').map_or(bare, |rest| if rest.trim().is_empty() { bare } else { rest.trim() });
    matches!(bare, "," | ";" | "/" | "|" | "&" | "+" | "and" | "or" | "und" | "oder" | "et" | "y" | "e")
        || bare.is_empty() && quoted && gap.contains(BORDER)
}

/// Is it all that stands between two numbers of an array, where a comma was?
fn is_border(gap: &str) -> bool {
    gap.trim().strip_prefix(BORDER) == Some("")
}

/// Does this text end one line of a list, and begin the next one with a mark or the number of an item at most?
fn begins_item(gap: &str) -> bool {
    gap.len() <= 16 && gap.bytes().filter(|b| *b == b'\n').count() == 1 && is_mark(gap)
}

/// Is it nothing, or the mark or number of an item?
fn is_mark(text: &str) -> bool {
    let mark = text.trim_matches([' ', '\t', '\r', '\n']);
    let is_number = || mark.strip_suffix(['.', ')']).is_some_and(|number| number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit()));
    matches!(mark, "" | "-" | "*" | "+" | "•" | "·" | "–" | "—") || is_number()
}

/// Could the rest of a line behind a code be the name that the code stands for? It begins with a capital.
fn is_name(rest: &str) -> bool {
    let bare = rest.trim_start_matches([' ', '\t', '-', '–', ':', ',', ';', '|']);
    rest.len() <= LONGEST_NAME && bare.len() < rest.len() && bare.starts_with(char::is_uppercase)
}

/// Is the number that begins the next line as long as this one, with a name behind each?
fn heads_named_lines(text: &str, value: &Range<usize>) -> bool {
    let behind = &text[value.end..];
    let Some((name, rest)) = behind.split_once('\n') else { return false };
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let start = rest.find(|c: char| c.is_alphanumeric()).unwrap_or(0);
    let (mark, next) = rest.split_at(start);
    let after = next.get(value.len()..).unwrap_or_default();
    is_name(name) && is_mark(mark) && digits(next) == value.len() && is_name(after.split('\n').next().unwrap_or_default())
}

/// Do blanks, and quotes at most, part two values?
fn is_blank(gap: &str) -> bool {
    gap.len() <= 16 && gap.contains(char::is_whitespace) && gap.chars().all(|c| QUOTED.contains(&c))
}

/// Is there nothing behind the value on its line?
fn ends_line(text: &str, token: &Token<'_>) -> bool {
    text[token.span.end..].trim_start_matches([' ', '\t', '\r']).chars().next().is_none_or(|c| c == '\n')
}

impl Label<'_> {
    /// Is it a word for many things that are told by identifiers, `clients`?
    pub(super) fn names_many(&self) -> bool {
        self.schemes.iter().any(|(_, specific)| *specific == Specific::Exact)
            && self.words.last().is_some_and(|word| word.strip_suffix('s').is_some_and(|one| THINGS.contains(&one)))
    }

    /// Does it end its line, so that a list may stand on the lines below it? A line without a colon is a heading if it is
    /// short.
    fn heads_lines(&self, text: &str) -> bool {
        let behind = text.get(self.end..).unwrap_or_default().trim_start_matches([' ', '*', '_', '"']);
        let rest = match behind.strip_prefix(':') {
            Some(rest) => rest,
            None if is_heading(text, self.end) => behind,
            None => return false,
        };
        rest.trim_start_matches([' ', '\t', '*', '_', '\r']).starts_with('\n')
    }

    /// Is it all that stands on its line, as the heading of a single column does?
    fn is_line(&self, text: &str) -> bool {
        let letters = line_to(text, self.end).chars().filter(|c| c.is_alphanumeric()).count();
        letters > 0 && letters <= self.words.iter().map(|word| word.chars().count()).sum() && self.heads_lines(text)
    }

    /// `CLIENTS="104233 104234"`, `CLIENT_IDS=(104233 104234)`, `for client in 104233 104234`: does a list begin behind it
    /// whose values blanks part?
    fn opens_list(&self, text: &str) -> bool {
        let behind = text.get(self.end..).unwrap_or_default();
        let is_assigned = || behind.strip_prefix('=').is_some_and(|rest| rest.starts_with(['"', '\'', '(']));
        is_assigned() || behind.starts_with(" in ") && begins_loop(text, self.end + 1)
    }

    /// `clients 104233 and 208871`: a number behind a word for many says how many, but where another number or code
    /// follows as the next of a list it is one of them.
    pub(super) fn heads_numbers(&self, text: &str, all: &Tokens, i: usize) -> bool {
        let value = all.span(i);
        let between = text.get(self.end..value.start).unwrap_or_default();
        if self.names_many() && is_long_number(text, &value) && self.heads_lines(text) && heads_named_lines(text, &value) {
            return true;
        }
        if !self.names_many() || !is_long_number(text, &value) || between.contains([',', ';', '|', '\t', '→', BORDER]) {
            return false;
        }
        let mut behind = all.from(i + 1).take(4).skip_while(|token| token.span.start < value.end || is_item_mark(text, &token.span));
        let Some(next) = behind.find(|token| text[token.span.clone()].bytes().any(|b| b.is_ascii_digit())) else { return false };
        let gap = &text[value.end..next.span.start];
        let is_number = next.term.bytes().all(|b| b.is_ascii_digit());
        let is_alike = if is_number { next.span.len() == value.len() && is_long_number(text, &next.span) } else { next.span.len() >= 4 };
        let is_next =
            separates(gap) && !gap.contains('|') || begins_item(gap) && self.heads_lines(text) || is_blank(gap) && self.opens_list(text);
        is_alike && !counts_words(text, &next) && is_next
    }
}

/// The label of the list in which a token is a value that is not the first.
pub fn label_of_list<'t>(text: &str, all: &'t Tokens, i: usize) -> Label<'t> {
    let mut last = i;
    for _ in 0..LONGEST_LIST {
        let start = all.span(last).start;
        let Some(before) = (0..last).rev().find(|&n| all.span(n).end <= start && !all.get(n).compound) else { break };
        // `and` is a token as well.
        let before = match matches!(all.term(before), "and" | "or" | "und" | "oder" | "et" | "y" | "e") {
            true => match (0..before).rev().find(|&n| all.span(n).end <= all.span(before).start && !all.get(n).compound) {
                Some(before) => before,
                None => break,
            },
            false => before,
        };
        let gap = &text[all.span(before).end..start];
        let is_next = separates(gap) || is_border(gap) && all.span(before).len() == all.span(last).len();
        if !is_value(text, &all.get(before)) || !is_next {
            break;
        }
        last = before;
        let label = label_before(text, all, last);
        if label.names_value(text, &all.span(last)) {
            let is_plural = label.words.last().is_some_and(|word| word.ends_with('s'));
            let fits = is_plural || all.span(last).len() == all.span(i).len();
            return if fits && !counts_words(text, &all.get(i)) { label } else { Label::default() };
        }
    }
    Label::default()
}
