//! Identifiers in running text that a single token does not show: numbers after a label, also written
//! with blanks or hyphens, and IBANs, whose bank part is hidden inside.
//!
//! The same function finds them for the index, which does not know the registry, and for the judgement
//! of a passage, which does.

use super::{Specific, bic, iban, label, labelled, normalise};
use crate::format::BORDER;
use crate::index::tokens::{Token, Tokens};
use crate::model::Scheme;
use std::ops::Range;

/// Label words looked at before a value.
const LABEL_WORDS: usize = 4;
/// Words that may stand between a label and its value.
pub(super) const FILLERS: &[&str] = &["is", "are", "was", "of", "no", "nr", "number", "num", "the", "value", "equals"];
/// Text between two words of a label, or between label and value, is at most so long, leaders included.
const LONGEST_GAP: usize = 48;
/// And has at most so many marks besides blanks and dots.
const LABEL_MARKS: usize = 8;

/// An identifier in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inline {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// Its scheme.
    pub scheme: Scheme,
    /// Its normal form.
    pub value: String,
    /// How well the label names the scheme; `None` for an IBAN, which needs no label.
    pub label: Option<Specific>,
}

impl Inline {
    /// The term under which it is indexed.
    pub fn term(&self) -> String {
        format!("{}:{}", self.scheme, self.value)
    }
}

/// Finds labelled numbers and IBANs in a text of which these are the tokens.
pub fn find(text: &str, all: &Tokens, found: &mut dyn FnMut(Inline)) {
    for (i, token) in all.iter().enumerate() {
        let bytes = token.term.as_bytes();
        if bytes.len() >= 4
            && bytes[0].is_ascii_lowercase()
            && bytes[1].is_ascii_lowercase()
            && bytes[2].is_ascii_digit()
            && bytes[3].is_ascii_digit()
        {
            find_iban(text, all, i, found);
        }
        if bytes.len() == 11 {
            find_branch_bic(text, &token, found);
        }
        if bytes.first().is_some_and(u8::is_ascii_digit)
            && bytes.iter().all(u8::is_ascii_digit)
            && may_be_labelled(all, i)
            && !continues_number(text, all, i)
        {
            find_labelled(text, all, i, found);
        }
    }
}

/// Could what stands before the token end a label? Before most numbers stands something else.
fn may_be_labelled(all: &Tokens, i: usize) -> bool {
    let start = all.span(i).start;
    (0..i).rev().find(|&before| all.span(before).end <= start).is_some_and(|before| label::may_end(all.term(before)))
}

/// Is the token a later group of a number written in groups? The first group leads.
fn continues_number(text: &str, all: &Tokens, i: usize) -> bool {
    i > 0
        && all.term(i - 1).bytes().all(|b| b.is_ascii_digit())
        && matches!(text.get(all.span(i - 1).end..all.span(i).start), Some("-" | " "))
}

fn find_labelled(text: &str, all: &Tokens, i: usize, found: &mut dyn FnMut(Inline)) {
    let label = label_before(text, all, i);
    if label.is_empty() || !says_number(&label) {
        return;
    }
    let words: Vec<&str> = label.iter().map(String::as_str).collect();
    for (scheme, specific) in labelled(&words) {
        // A number after `account` or `code` is nearly always somebody else's.
        if specific != Specific::Exact {
            continue;
        }
        let mut digits = String::new();
        for (taken, token) in all.from(i).take(6).enumerate() {
            let joined = taken == 0 || matches!(text.get(all.span(i + taken - 1).end..token.span.start), Some("-" | " "));
            if !joined || !token.term.bytes().all(|b| b.is_ascii_digit()) || digits.len() + token.term.len() > 20 {
                break;
            }
            digits.push_str(token.term);
            let mut rest = text[token.span.end..].chars();
            let next = rest.next();
            // `192.168.1.10`, `12.50`: not this number.
            if next.is_some_and(char::is_alphanumeric) || (next == Some('.') && rest.next().is_some_and(|c| c.is_ascii_digit())) {
                break;
            }
            if scheme == Scheme::NationalBankCode && (5..=12).contains(&digits.len()) {
                // Its country is not written beside it.
                found(Inline {
                    span: all.span(i).start..token.span.end,
                    scheme: scheme.clone(),
                    value: digits.clone(),
                    label: Some(specific),
                });
            }
            if let Ok(normal) = normalise(&scheme, &digits, "")
                && normal.repaired.is_none()
            {
                found(Inline {
                    span: all.span(i).start..token.span.end,
                    scheme: scheme.clone(),
                    value: normal.value,
                    label: Some(specific),
                });
                // Schemes without a fixed length take the first group only.
                break;
            }
        }
    }
}

/// A BIC with its branch: it is registered and compared by its first eight characters, which no token shows.
fn find_branch_bic(text: &str, token: &Token<'_>, found: &mut dyn FnMut(Inline)) {
    let raw = &text[token.span.clone()];
    if bic::is_well_formed(raw) && raw.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        found(Inline { span: token.span.clone(), scheme: Scheme::Bic, value: raw[..8].to_owned(), label: None });
    }
}

fn find_iban(text: &str, all: &Tokens, i: usize, found: &mut dyn FnMut(Inline)) {
    let mut written = String::new();
    for (taken, token) in all.from(i).take(9).enumerate() {
        if taken > 0 && text.get(all.span(i + taken - 1).end..token.span.start) != Some(" ") {
            break;
        }
        written.push_str(&token.term.to_ascii_uppercase());
        if written.len() > 34 || !written.is_ascii() {
            break;
        }
        if written.len() >= 15 {
            let codes = iban::bank_codes(&written);
            if !codes.is_empty() {
                let span = all.span(i).start..token.span.end;
                for value in codes {
                    found(Inline { span: span.clone(), scheme: Scheme::IbanBank, value, label: None });
                }
                break;
            }
        }
    }
}

/// The words of the label right before a token, first word first: up to four words on the same line (the
/// value itself may stand on the next, or in the next cell), with nothing between them but blanks, dot
/// leaders and the marks of assignments, markup and quotes. Fillers such as `is` and `value` next to the
/// value are dropped where more words stand before them.
pub fn label_before(text: &str, all: &Tokens, i: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut border = all.span(i).start;
    let mut at = i;
    while at > 0 && words.len() < LABEL_WORDS {
        at -= 1;
        let token = all.get(at);
        // A camelCase word is given by its parts, a possessive by its word.
        if token.span.end > border
            || (token.compound && at + 1 < all.len() && all.span(at + 1).end <= border && all.span(at + 1).start >= token.span.start)
        {
            continue;
        }
        let gap = &text[token.span.end..border];
        if !joins_label(gap, words.is_empty(), token.term.len()) {
            break;
        }
        border = token.span.start;
        words.insert(0, token.term.to_owned());
    }
    while words.len() > 1 && words.last().is_some_and(|w| matches!(w.as_str(), "is" | "are" | "was" | "of" | "the" | "value" | "equals")) {
        words.pop();
    }
    if words.len() == 1 && FILLERS.contains(&words[0].as_str()) {
        words.clear();
    }
    words
}

/// May this text stand between two words of a label, or between the label and its value?
fn joins_label(gap: &str, before_value: bool, word_len: usize) -> bool {
    if gap.len() > LONGEST_GAP {
        return false;
    }
    let lines = gap.bytes().filter(|b| *b == b'\n').count();
    let borders = gap.matches(BORDER).count();
    let marks = gap.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n' | '.') && *c != BORDER).count();
    let is_mark = |c: char| " \t\r\n_-.\"'<>/:=#()[]{}$*".contains(c) || (before_value && (c == BORDER || ",;|→“”`".contains(c)));
    let between_fields = matches!(gap, "\",\"" | "\", \"" | "\": \"" | "\":\"");
    // A full stop ends a sentence, unless the word before it is an abbreviation: `client no. 4711`.
    let ends_sentence = gap.starts_with(". ") && !gap.starts_with(". .") && word_len > 4;
    !ends_sentence
        && lines <= usize::from(before_value)
        && borders <= 1
        && marks <= LABEL_MARKS
        && (between_fields || gap.chars().all(is_mark))
}

/// Does a label say that a number follows? `client code` and `charter no` do, `client` and `institution`
/// name things of which there may be so many.
pub fn says_number(words: &[String]) -> bool {
    !words.last().is_some_and(|word| {
        matches!(
            word.strip_suffix('s').unwrap_or(word),
            "client"
                | "customer"
                | "institution"
                | "tenant"
                | "fi"
                | "bank"
                | "member"
                | "partner"
                | "site"
                | "user"
                | "login"
                | "home"
                | "mailbox"
        )
    })
}
