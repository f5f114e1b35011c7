//! Identifiers in running text that a single token does not show: numbers after a label, also written
//! with blanks or hyphens, and IBANs, whose bank part is hidden inside.
//!
//! The same function finds them for the index, which does not know the registry, and for the judgement
//! of a passage, which does.

use super::listed::{Item, is_value};
use super::place::{
    DEFAULT, OPENS, QUOTED, begins_loop, block_head, heads, initialised, is_element, is_form_field, is_fraction, is_heading, is_index,
    is_item_mark, is_kind, is_section,
};
use super::{Specific, glued, label, labelled, normalise, unlabelled};
use crate::model::Scheme;
use crate::passage::BORDER;
use crate::tokens::{Token, Tokens, seen};
use std::ops::Range;

/// Label words looked at before a value.
const LABEL_WORDS: usize = 4;
/// Words that may stand between a label and its value.
pub(super) const FILLERS: &[&str] =
    &["is", "are", "was", "of", "no", "nr", "number", "num", "the", "value", "equals", "affected", "concerned", "impacted", "involved"];
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
    let mut list: Option<Item<'_>> = None;
    for i in (0..all.len()).filter(|&i| all.may_be_value(i)) {
        let token = all.get(i);
        let bytes = token.term.as_bytes();
        if bytes.len() >= 4
            && bytes[0].is_ascii_lowercase()
            && bytes[1].is_ascii_lowercase()
            && bytes[2].is_ascii_digit()
            && bytes[3].is_ascii_digit()
        {
            unlabelled::iban(text, all, i, found);
        }
        if bytes.len() == 11 {
            unlabelled::branch_bic(text, &token, found);
        }
        if bytes.len() == 9 && bytes.iter().all(u8::is_ascii_digit) {
            unlabelled::transit(text, &token, found);
        }
        if bytes.len() > LONG_NUMBER && bytes[0].is_ascii_lowercase() && bytes[bytes.len() - 1].is_ascii_digit() {
            glued::find(text, all, i, found);
        }
        // Every code holds a digit.
        if !token.code && !is_value(text, &token) || continues_number(text, all, i) || is_item_mark(text, &token.span) {
            continue;
        }
        let carried = list.take_if(|item| item.end <= token.span.start);
        let (mut label, mut is_named) = (Label::default(), false);
        if may_be_labelled(text, all, i) {
            label = label_before(text, all, i);
            is_named = label.names_value(text, &token.span) || label.heads_numbers(text, all, i);
        }
        if !is_named && let Some(item) = carried {
            if item.continues(text, &token) {
                label = item.label;
                is_named = label.names_value(text, &token.span) || label.names_many() && is_long_number(text, &token.span);
            } else if item.goes_on(text, &token) {
                list = Some(item);
            }
        }
        if !is_named {
            // It heads no list, and ends none.
            if label.names_bank(text, &token.span) {
                find_labelled(text, all, i, &label, found);
            }
            continue;
        }
        if bytes.iter().all(u8::is_ascii_digit) {
            find_labelled(text, all, i, &label, found);
        }
        list = Some(Item { end: token.span.end, len: token.span.len(), label });
    }
}

/// A number that is no count, and of which nothing behind it says that it is one.
pub(super) fn is_long_number(text: &str, value: &Range<usize>) -> bool {
    value.len() >= LONG_NUMBER && !is_counted(text, value) && text[value.clone()].bytes().all(|b| b.is_ascii_digit())
}

/// The word that stands right behind a value, with a blank between them; empty where none does.
fn word_behind(behind: &str) -> &str {
    let rest = behind.strip_prefix(' ').unwrap_or_default();
    &rest[..rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len())]
}

/// `55 files`: a word right behind the number says what it counts. Of a long number only a word for many or a unit does.
pub(super) fn counts_words(text: &str, token: &Token<'_>) -> bool {
    if is_long_number(text, &token.span) {
        return false;
    }
    let word = word_behind(&text[token.span.end..]);
    !word.is_empty() && !matches!(word, "and" | "or" | "und" | "oder" | "et" | "y" | "e")
}

/// What stands right before a value and says what it is.
#[derive(Clone, Debug, Default)]
pub struct Label<'t> {
    /// Its words, folded, first word first.
    pub words: Vec<&'t str>,
    /// The schemes that it may name, each once.
    pub schemes: Vec<&'static (Scheme, Specific)>,
    /// Where it ends in the text.
    pub(super) end: usize,
}

impl<'t> Label<'t> {
    /// A label of these folded words, which stand in no text: the header of a column.
    pub fn of(words: Vec<&'t str>) -> Self {
        let schemes = labelled(&words);
        Self { words, schemes, end: 0 }
    }

    /// Does it name a scheme and no other?
    pub fn names_exactly(&self) -> bool {
        self.schemes.iter().any(|(_, specific)| *specific == Specific::Exact)
    }

    /// Does it name a scheme and no other, and say of a number that something bears it?
    pub(super) fn names_value(&self, text: &str, value: &Range<usize>) -> bool {
        let is_number = || text[value.clone()].bytes().all(|b| b.is_ascii_digit());
        self.names_exactly() && (!is_number() || self.says_number(text, value))
    }

    /// Does it give a value: does it end in another word than that for a thing that has one, or does a mark that gives one
    /// stand behind it? `client code QHSB` and `client: QHSB` do.
    pub(super) fn is_given(&self, text: &str, value: &Range<usize>) -> bool {
        let is_thing = self.words.last().is_none_or(|word| THINGS.contains(&word.strip_suffix('s').unwrap_or(word)));
        !is_thing || text.get(self.end..value.start).is_some_and(|between| between.trim_end_matches(QUOTED).ends_with([':', '=', '#']))
    }

    /// `Bank No. 40312`: does it name a bank by a number as long as the vendor's codes are, whoever gave it?
    fn names_bank(&self, text: &str, value: &Range<usize>) -> bool {
        // Asked of every number behind a label, however far: what tells of nearly all that they are none comes first.
        let is_beside = || text.get(self.end..value.start).is_some_and(|between| !between.contains(['\n', BORDER]));
        self.words.contains(&"bank")
            && self.schemes.iter().any(|(scheme, _)| *scheme == Scheme::ClientCode)
            && is_long_number(text, value)
            && is_beside()
            && self.says_number(text, value)
    }

    /// Is it a word for many, and the value a key below it, with something of its own behind it?
    pub fn heads_map(&self, text: &str, value: &Range<usize>) -> bool {
        let opens = text.get(self.end..value.start).is_some_and(|between| between.contains(['{', '\n']));
        let behind = text[value.end..].trim_start_matches(['"', '\'', '`', ' ']);
        opens
            && behind.starts_with(':')
            && self.words.last().is_some_and(|word| word.strip_suffix('s').is_some_and(|one| THINGS.contains(&one)))
    }

    /// Does it say that this number is one that something bears? `client code 12` does. `client` and `institution`
    /// name things: `client=104` and `tenants/104233` say which one, `client 1024 ms` and `clients: 1200` how many, or
    /// nothing at all.
    pub fn says_number(&self, text: &str, value: &Range<usize>) -> bool {
        let Some(thing) = self.words.last().filter(|word| THINGS.contains(&word.strip_suffix('s').unwrap_or(word))) else { return true };
        let between = text.get(self.end..value.start).unwrap_or_default();
        let (behind, digits) = (&text[value.end..], value.len());
        if is_process(between, behind) {
            return false;
        }
        let is_long = digits >= LONG_NUMBER;
        if is_counted(text, value) {
            return false;
        }
        if thing.ends_with('s') {
            // `clients:`, and below it `104233:` as a key.
            let is_key = || {
                between.contains('\n')
                    && behind.starts_with([':', '"'])
                    && behind.trim_start_matches([':', '"', ' ']).starts_with(['\r', '\n'])
            };
            return is_long && (is_key() || is_section(text, value) || between.contains(['/', '\\', '{', '[']) || is_element(between));
        }
        // A short number is the whole value of a field, behind which two blanks may stand.
        let ends_field = behind.starts_with("  ") || behind.chars().next().is_none_or(|c| c == BORDER || "\r\n\t\"'<,;)]}&|".contains(c));
        is_long || digits >= SHORT_NUMBER && ends_field && between.contains(|c: char| c == BORDER || "=:\"'>#([{|→".contains(c))
    }
}

/// Words for things of which there may be any number.
pub(super) const THINGS: &[&str] =
    &["client", "customer", "institution", "tenant", "fi", "bank", "member", "partner", "site", "user", "login", "home", "mailbox"];
/// Digits of a number that is no count, rank or year. Beside an identifier it is the code of the same institution by
/// chance once in some ten thousand times.
pub const LONG_NUMBER: usize = 5;
/// And where it is assigned.
const SHORT_NUMBER: usize = 3;

/// Does what stands behind a number say that it is a part of something longer, or how many there are?
fn is_counted(text: &str, value: &Range<usize>) -> bool {
    let (behind, is_long) = (&text[value.end..], value.len() >= LONG_NUMBER);
    // A fraction; of a short number also the rest of an address, a date, a time, an amount.
    let marks: &[char] = if is_long { &['.'] } else { &['.', ',', ':', '-', '/'] };
    let goes_on = is_fraction(behind, marks);
    let is_day = behind.starts_with('-') && value.len() == 8;
    goes_on || is_day || behind.starts_with('%') || counts_things(behind)
}

/// `client[73563]: connected`: a program's name, and the number of its process, before its message (RFC 3164, section 5.3).
fn is_process(between: &str, behind: &str) -> bool {
    between == "[" && behind.strip_prefix("]:").is_some_and(|rest| rest.chars().next().is_none_or(|c| c.is_whitespace() || c == BORDER))
}

/// `1024 ms`, `55 files`: is the word behind a number a unit, or one for many?
pub(super) fn counts_things(behind: &str) -> bool {
    const NO_PLURAL: &[&str] = &["is", "was", "has", "does", "this", "its", "as", "us", "status", "address"];
    const UNITS: &[&str] = &[
        "ms", "s", "sec", "us", "ns", "min", "h", "b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "bps", "usd", "eur", "percent",
        "people", "million", "thousand",
    ];
    let word = word_behind(behind).to_lowercase();
    UNITS.contains(&word.as_str()) || word.len() > 3 && word.ends_with('s') && !NO_PLURAL.contains(&word.as_str())
}

/// Could what stands before the token end a label? Before most numbers stands something else.
pub(super) fn may_be_labelled(text: &str, all: &Tokens, i: usize) -> bool {
    let start = all.span(i).start;
    (0..i).rev().find(|&before| all.span(before).end <= start).is_some_and(|before| {
        let gap = text.get(all.span(before).end..start).unwrap_or_default();
        // What stands between most tokens is one byte, and of such a one only the word before it tells.
        if matches!(gap.as_bytes(), [b'\t' | b'\n' | b' ' | b',' | b'-' | b'.' | b'/' | b'_']) {
            let is_default = all.term(before) == DEFAULT;
            return is_default
                || label::may_end(all.term(before))
                || is_kind(text, &all.span(before))
                || is_item_mark(text, &all.span(before));
        }
        label::may_end(all.term(before))
            || all.term(before) == DEFAULT
            || gap.starts_with([')', ']'])
            || gap.trim_end_matches(QUOTED).ends_with(OPENS)
            || is_index(text, &all.span(before), gap, true)
            || is_item_mark(text, &all.span(before))
            || is_kind(text, &all.span(before))
    })
}

/// Is the token a later group of a number written in groups? The first group leads. Of two long numbers neither is one.
pub(super) fn continues_number(text: &str, all: &Tokens, i: usize) -> bool {
    let Some(last) = i.checked_sub(1) else { return false };
    let (before, start) = (all.span(last), all.span(i).start);
    before.end + 1 == start
        && matches!(text.as_bytes().get(before.end), Some(b'-' | b' '))
        && (before.len() < LONG_NUMBER || before.len() != all.span(i).len())
        && all.bytes(last).iter().all(u8::is_ascii_digit)
}

fn find_labelled(text: &str, all: &Tokens, i: usize, label: &Label<'_>, found: &mut dyn FnMut(Inline)) {
    for &(scheme, specific) in &label.schemes {
        // A number after `account` or `code` is nearly always somebody else's.
        if *specific != Specific::Exact && !(*scheme == Scheme::ClientCode && label.names_bank(text, &all.span(i))) {
            continue;
        }
        let mut digits = String::new();
        for (taken, token) in all.from(i).take(6).enumerate() {
            let joined = taken == 0 || matches!(text.get(all.span(i + taken - 1).end..token.span.start), Some("-" | " "));
            if !joined || !token.term.bytes().all(|b| b.is_ascii_digit()) || digits.len() + token.term.len() > 20 {
                break;
            }
            digits.push_str(token.term);
            let behind = &text[token.span.end..];
            // `192.168.1.10`, `12.50`: not this number.
            if behind.starts_with(char::is_alphanumeric) || is_fraction(behind, &['.']) {
                break;
            }
            if *scheme == Scheme::NationalBankCode && (5..=12).contains(&digits.len()) {
                // Its country is not written beside it.
                found(Inline {
                    span: all.span(i).start..token.span.end,
                    scheme: scheme.clone(),
                    value: digits.clone(),
                    label: Some(*specific),
                });
            }
            if let Ok(normal) = normalise(scheme, &digits, "")
                && normal.repaired.is_none()
            {
                found(Inline {
                    span: all.span(i).start..token.span.end,
                    scheme: scheme.clone(),
                    value: normal.value,
                    label: Some(*specific),
                });
                // Schemes without a fixed length take the first group only.
                break;
            }
        }
    }
}

/// The words of the label right before a token, first word first: up to four words on the same line (the
/// value itself may stand on the next, or in the next cell), with nothing between them but blanks, dot
/// leaders and the marks of assignments, markup and quotes. Fillers such as `is` and `value` next to the
/// value are dropped where more words stand before them.
///
/// A remark in brackets between label and value is passed over where the label does not end in it:
/// `client code (internal): 104233`.
pub fn label_before<'t>(text: &str, all: &'t Tokens, i: usize) -> Label<'t> {
    let start = all.span(i).start;
    let label = words_before(text, all, i, start);
    if label.schemes.is_empty()
        && let Some(open) = bracket_before(text, start)
    {
        let first = (0..i).rev().find(|&n| all.span(n).end <= open).map_or(0, |n| n + 1);
        let before = words_before(text, all, first, open);
        if !before.schemes.is_empty() {
            return before;
        }
    }
    if label.schemes.is_empty()
        && let Some(assigned) = initialised(text, start)
    {
        let first = (0..i).rev().find(|&n| all.span(n).end <= assigned).map_or(0, |n| n + 1);
        let assigned = words_before(text, all, first, assigned);
        // What `client = connect(50051)` is given is no client.
        if assigned.words.last().is_some_and(|word| !THINGS.contains(word)) {
            return assigned;
        }
    }
    if label.schemes.is_empty()
        && label.words.last() == Some(&DEFAULT)
        // Folded, the word may be of another length than in the text.
        && let Some(word) = (0..i).rev().find(|&n| all.span(n).end == label.end && all.term(n) == DEFAULT)
        && let Some(head) = block_head(text, all.span(word).start)
    {
        let first = (0..i).rev().find(|&n| all.span(n).end <= head).map_or(0, |n| n + 1);
        return words_before(text, all, first, head);
    }
    label
}

/// Where the brackets open that close right before a place, with nothing but marks behind them.
fn bracket_before(text: &str, at: usize) -> Option<usize> {
    let head = text[..at].trim_end_matches(|c: char| " \t:=.-\"'#".contains(c) || c == BORDER);
    let opens = match head.chars().next_back()? {
        ')' => '(',
        ']' => '[',
        _ => return None,
    };
    let from = head.ceil_char_boundary(head.len().saturating_sub(LONGEST_GAP));
    let open = head[from..].rfind([opens, '\n']).map(|n| from + n)?;
    head[open..].starts_with(opens).then_some(open)
}

/// The label that ends before `border`, where the token `i` begins or a bracket opens.
fn words_before<'t>(text: &str, all: &'t Tokens, i: usize, mut border: usize) -> Label<'t> {
    // Last word first.
    let mut words: Vec<usize> = Vec::new();
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
        if words.is_empty() && is_form_field(text, token.span.end, gap) {
            border = token.span.start;
            words.push(at);
            continue;
        }
        let is_nothing = || is_item_mark(text, &token.span) || is_kind(text, &token.span) && joins_label(gap, true, token.term.len());
        if is_index(text, &token.span, gap, words.is_empty()) || words.is_empty() && is_nothing() {
            border = token.span.start;
            continue;
        }
        // `client_code in (104233, 104234)`, `for client in 104233 104234`.
        let is_loose = words.is_empty()
            && label::OPERATORS.contains(&token.term)
            && !gap.contains(['(', '\'', '"'])
            && !begins_loop(text, token.span.start);
        let is_heading =
            || words.is_empty() && token.term.len() > 2 && token.term.ends_with('s') && heads(gap) && is_heading(text, token.span.end);
        if is_loose || !joins_label(gap, words.is_empty(), token.term.len()) && !is_heading() {
            break;
        }
        border = token.span.start;
        words.push(at);
    }
    let says_nothing = |at: &usize| {
        let word = all.term(*at);
        FILLERS.contains(&word) && !matches!(word, "no" | "nr" | "number" | "num") || label::OPERATORS.contains(&word)
    };
    let last = words.iter().position(|at| !says_nothing(at)).unwrap_or(words.len().saturating_sub(1));
    match &words[last..] {
        [] => Label::default(),
        [only] if FILLERS.contains(&all.term(*only)) => Label::default(),
        words @ [nearest, ..] => Label { end: all.span(*nearest).end, ..Label::of(words.iter().rev().map(|at| all.term(*at)).collect()) },
    }
}

/// May this text stand between two words of a label, or between the label and its value?
fn joins_label(gap: &str, before_value: bool, word_len: usize) -> bool {
    if gap.len() > LONGEST_GAP {
        return false;
    }
    // Nearly every one.
    if matches!(gap, " " | "_" | "-") {
        return true;
    }
    // No-break and wide blanks, dashes and wide marks stand for their plain forms.
    let gap = &*seen(gap);
    let lines = gap.bytes().filter(|b| *b == b'\n').count();
    let borders = gap.matches(BORDER).count();
    let marks = gap.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n' | '.') && *c != BORDER).count();
    let is_mark = |c: char| " \t\r\n_-.\"'<>/\\:=#()[]{}$*".contains(c) || (before_value && (c == BORDER || ",;|→“”`".contains(c)));
    let between_fields = matches!(gap, "\",\"" | "\", \"" | "\": \"" | "\":\"");
    // A full stop ends a sentence, unless the word before it is an abbreviation: `client no. 4711`.
    let ends_sentence = gap.starts_with(". ") && !gap.starts_with(". .") && word_len > 4;
    !ends_sentence
        && lines <= usize::from(before_value)
        && borders <= 1
        && marks <= LABEL_MARKS
        && (between_fields || gap.chars().all(is_mark))
}
