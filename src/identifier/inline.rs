//! Identifiers in running text that a single token does not show: numbers after a label, also written
//! with blanks or hyphens, and IBANs, whose bank part is hidden inside.
//!
//! The same function finds them for the index, which does not know the registry, and for the judgement
//! of a passage, which does.

use super::{Specific, bic, iban, labelled, normalise};
use crate::format::BORDER;
use crate::index::tokens::{Token, tokens};
use crate::model::Scheme;
use std::ops::Range;

/// Label words looked at before a value.
const LABEL_WORDS: usize = 4;
/// Words that may stand between a label and its value.
const FILLERS: &[&str] = &["is", "are", "was", "of", "no", "nr", "number", "num", "the", "value", "equals"];
/// Text between two words of a label, or between label and value, is at most so long.
const LABEL_GAP: usize = 6;

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

/// Finds labelled numbers and IBANs.
pub fn find(text: &str, found: &mut dyn FnMut(Inline)) {
    let all: Vec<Token> = tokens(text).collect();
    find_in(text, &all, found);
}

/// As [`find`], with the tokens of the text at hand.
pub fn find_in(text: &str, all: &[Token], found: &mut dyn FnMut(Inline)) {
    for (i, token) in all.iter().enumerate() {
        let bytes = token.term.as_bytes();
        if bytes.len() >= 4 && bytes[0].is_ascii_lowercase() && bytes[1].is_ascii_lowercase() && bytes[2].is_ascii_digit() && bytes[3].is_ascii_digit() {
            find_iban(text, all, i, found);
        }
        if bytes.len() == 11 {
            find_branch_bic(text, token, found);
        }
        if bytes.first().is_some_and(u8::is_ascii_digit) && bytes.iter().all(u8::is_ascii_digit) && !continues_number(text, all, i) {
            find_labelled(text, all, i, found);
        }
    }
}

/// Is the token a later group of a number written in groups? The first group leads.
fn continues_number(text: &str, all: &[Token], i: usize) -> bool {
    i > 0 && all[i - 1].term.bytes().all(|b| b.is_ascii_digit()) && matches!(&text[all[i - 1].span.end..all[i].span.start], "-" | " ")
}

fn find_labelled(text: &str, all: &[Token], i: usize, found: &mut dyn FnMut(Inline)) {
    let label = label_before(text, all, i);
    if label.is_empty() {
        return;
    }
    let words: Vec<&str> = label.iter().map(String::as_str).collect();
    for (scheme, specific) in labelled(&words) {
        // A number after `account` or `code` is nearly always somebody else's.
        if specific != Specific::Exact {
            continue;
        }
        let mut digits = String::new();
        for (taken, token) in all[i..].iter().take(6).enumerate() {
            let joined = taken == 0 || matches!(&text[all[i + taken - 1].span.end..token.span.start], "-" | " ");
            if !joined || !token.term.bytes().all(|b| b.is_ascii_digit()) || digits.len() + token.term.len() > 20 {
                break;
            }
            digits.push_str(&token.term);
            let next = text[token.span.end..].chars().next();
            if next.is_some_and(char::is_alphanumeric) {
                break;
            }
            if let Ok(normal) = normalise(&scheme, &digits, "")
                && normal.repaired.is_none()
            {
                found(Inline { span: all[i].span.start..token.span.end, scheme: scheme.clone(), value: normal.value, label: Some(specific) });
                // Schemes without a fixed length take the first group only.
                break;
            }
        }
    }
}

/// A BIC with its branch: it is registered and compared by its first eight characters, which no token shows.
fn find_branch_bic(text: &str, token: &Token, found: &mut dyn FnMut(Inline)) {
    let raw = &text[token.span.clone()];
    if bic::is_well_formed(raw) && raw.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        found(Inline { span: token.span.clone(), scheme: Scheme::Bic, value: raw[..8].to_owned(), label: None });
    }
}

fn find_iban(text: &str, all: &[Token], i: usize, found: &mut dyn FnMut(Inline)) {
    let mut written = String::new();
    for (taken, token) in all[i..].iter().take(9).enumerate() {
        if taken > 0 && &text[all[i + taken - 1].span.end..token.span.start] != " " {
            break;
        }
        written.push_str(&token.term.to_ascii_uppercase());
        if written.len() > 34 || !written.is_ascii() {
            break;
        }
        if written.len() >= 15 {
            let codes = iban::bank_codes(&written);
            if !codes.is_empty() {
                let span = all[i].span.start..token.span.end;
                for value in codes {
                    found(Inline { span: span.clone(), scheme: Scheme::IbanBank, value, label: None });
                }
                break;
            }
        }
    }
}

/// The words of the label right before a token, first word first: up to four words on the same line (the
/// value itself may stand on the next), with nothing between them but blanks and the marks of
/// assignments, markup and quotes. Fillers such as `is` and `number` next to the value are dropped where
/// more words stand before them.
pub fn label_before(text: &str, all: &[Token], i: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut border = all[i].span.start;
    let mut at = i;
    while at > 0 && words.len() < LABEL_WORDS {
        at -= 1;
        let token = &all[at];
        if token.compound || token.span.end > border {
            continue;
        }
        let gap = &text[token.span.end..border];
        let lines = gap.bytes().filter(|b| *b == b'\n').count();
        // Label and value may be two cells or fields beside each other; the words of a label are not.
        let is_mark = |c: char| " \t\r\n_-.\"'<>/:=#()[]{}$*".contains(c) || (c == BORDER && words.is_empty());
        let is_near = gap.len() <= LABEL_GAP + 2 && gap.chars().all(is_mark) && gap.matches(BORDER).count() <= 1;
        if !is_near || lines > usize::from(words.is_empty()) || gap.contains(". ") {
            break;
        }
        border = token.span.start;
        words.insert(0, token.term.clone());
    }
    while words.len() > 1 && words.last().is_some_and(|w| matches!(w.as_str(), "is" | "are" | "was" | "of" | "the" | "value" | "equals")) {
        words.pop();
    }
    if words.len() == 1 && FILLERS.contains(&words[0].as_str()) {
        words.clear();
    }
    words
}
