//! What stands in one passage: every entry of the lexicon that it holds, verified on the text.

use super::lexicon::{Lexicon, What, is_numeric};
use super::names::{added_form, is_legal_form, is_month, is_quarter, is_small_word};
use crate::identifier::inline::{self, Label};
use crate::identifier::listed;
use crate::identifier::{Specific, pgp_key};
use crate::model::{Scheme, is_unsafe};
use crate::passage::BORDER;
use crate::table::is_plain_street;
use crate::tokens::{Token, Tokens, begins_word, ends_word, is_invisible, seen, words_of};
use std::borrow::Cow;
use std::ops::Range;

/// So many tokens before the end of a name its beginning is looked for.
const LONGEST_NAME: usize = 24;

/// An entry of the lexicon in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Entry of the lexicon.
    pub entry: u32,
    /// Bytes of the text.
    pub span: Range<usize>,
    /// How well a label beside it names its scheme.
    pub label: Option<Specific>,
}

/// A text with its tokens, ready to be searched.
pub struct Text<'t> {
    /// The text.
    pub text: &'t str,
    /// Its tokens.
    pub tokens: Tokens,
}

impl<'t> Text<'t> {
    /// Splits a text.
    pub fn new(text: &'t str) -> Self {
        Self { text, tokens: Tokens::of(text) }
    }

    /// Every entry in it: identifiers, and of names the longest at each place.
    pub fn find(&self, lexicon: &Lexicon) -> Vec<Found> {
        let mut found = Vec::new();
        for (i, token) in self.tokens.iter().enumerate() {
            for (entry, last) in self.sequences(i, lexicon) {
                let span = token.span.start..self.tokens.span(last).end;
                match &lexicon.entries[entry as usize].what {
                    What::Identifier(scheme, value) => {
                        let label = self.label(i, scheme);
                        match written(self.text, &span, scheme, value) {
                            Some(Written::AsRegistered) => found.push(Found { entry, span, label }),
                            // A word in another case is the code only where a label says so.
                            Some(Written::InOtherCase) if label == Some(Specific::Exact) => found.push(Found { entry, span, label }),
                            Some(Written::InOtherCase) | None => {}
                        }
                    }
                    What::Name { .. } if self.is_name(i, last, entry, lexicon) => found.push(Found { entry, span, label: None }),
                    What::Name { .. } => {}
                }
            }
        }
        inline::find(self.text, &self.tokens, &mut |inline| {
            let schemes: &[Scheme] = match inline.scheme {
                Scheme::IbanBank => &[Scheme::IbanBank, Scheme::NationalBankCode],
                ref one => std::slice::from_ref(one),
            };
            for scheme in schemes {
                if let Some((entry, _)) = lexicon.by_value(scheme, &inline.value) {
                    found.push(Found { entry, span: inline.span.clone(), label: inline.label });
                }
            }
        });
        longest_names(found, lexicon)
    }

    /// The entries whose terms stand here, beginning with the token `i`, each with its last token.
    fn sequences(&self, i: usize, lexicon: &Lexicon) -> Vec<(u32, usize)> {
        let term = self.tokens.term(i);
        let Some(beginning) = lexicon.beginning(term) else { return Vec::new() };
        let mut out: Vec<(u32, usize)> = beginning.whole().iter().map(|&entry| (entry, i)).collect();
        if beginning.has_longer() {
            let mut seconds: Vec<usize> = self.next_to(i).collect();
            seconds.dedup_by(|later, first| self.tokens.term(*later) == self.tokens.term(*first));
            for second in seconds {
                let longer = beginning.longer_with(self.tokens.term(second)).iter();
                out.extend(longer.filter_map(|(entry, rest)| Some((*entry, self.follows(second, &rest[1..])?))));
            }
        }
        out
    }

    /// The tokens behind `i` are these terms, at following places; gives the last one's index.
    fn follows(&self, i: usize, terms: &[String]) -> Option<usize> {
        terms.iter().try_fold(i, |at, term| self.next_to(at).find(|&n| self.tokens.term(n) == term))
    }

    /// The tokens at the place behind the token `i`. A word and its part may stand at one place.
    fn next_to(&self, i: usize) -> impl Iterator<Item = usize> {
        let place = self.tokens.get(i).position + 1;
        (i + 1..self.tokens.len().min(i + 32)).filter(move |&n| self.tokens.get(n).position == place)
    }

    /// Does the label right before the token name the scheme?
    fn label(&self, i: usize, scheme: &Scheme) -> Option<Specific> {
        let mut found = inline::label_before(self.text, &self.tokens, i);
        let mut label = label_for(&found, scheme);
        if label.is_none() {
            found = listed::label_of_list(self.text, &self.tokens, i);
            label = label_for(&found, scheme);
        }
        // `client 1024 ms`: a number needs a label that says what number it is.
        let span = self.tokens.span(i);
        let numeric = is_numeric(&seen(&self.text[span.clone()]));
        label
            .filter(|_| !numeric || found.says_number(self.text, &span))
            .filter(|specific| *specific == Specific::Exact || !self.ends_a_name_before(i))
    }

    /// `clients: { Q7X9ZP: …, 104233: … }`: is it the first key of a map, and its label that of the whole map?
    pub fn heads_map(&self, span: &Range<usize>) -> bool {
        let mut tokens = self.tokens.within(span);
        tokens.next().is_some_and(|i| inline::label_before(self.text, &self.tokens, i).heads_map(self.text, span))
    }

    /// `client 78513 disconnected`, `CLIENT-78513: fix login`, `Institution: 78513 Main St`: does what stands beside say that
    /// its label may mean something else?
    pub fn may_be_of_another(&self, span: &Range<usize>) -> bool {
        let mut tokens = self.tokens.within(span);
        tokens.next().is_some_and(|i| inline::label_before(self.text, &self.tokens, i).may_be_of_another(self.text, span))
            || self.is_house_number(span)
    }

    /// Is it the number of a house, with its street behind it?
    fn is_house_number(&self, span: &Range<usize>) -> bool {
        const LONGEST: usize = 40;
        let line = &self.text[span.start..self.text.floor_char_boundary(span.end + LONGEST)];
        let line = line.split(['\n', '\t', ',', ';', BORDER]).next().unwrap_or_default().trim();
        line.len() > span.len() && is_plain_street(line)
    }

    /// `First State Bank (QY674R)`: the word before the token is the last one of a name, and labels nothing.
    fn ends_a_name_before(&self, i: usize) -> bool {
        let whole_before = |at: usize| {
            let start = self.tokens.span(at).start;
            (0..at).rev().find(|&n| !self.tokens.get(n).compound && self.tokens.span(n).end <= start)
        };
        let is_capital = |n: usize| self.text[self.tokens.span(n)].starts_with(char::is_uppercase);
        let Some(last) = whole_before(i).filter(|&n| is_capital(n)) else { return false };
        whole_before(last).is_some_and(|n| is_capital(n) && &self.text[self.tokens.span(n).end..self.tokens.span(last).start] == " ")
    }

    /// Are these tokens a name that stands for itself: held together by what holds a name together, and not
    /// part of a longer name?
    fn is_name(&self, first: usize, last: usize, entry: u32, lexicon: &Lexicon) -> bool {
        let (holders, mut end) = (&lexicon.entries[entry as usize].holders, 0);
        for i in first..last {
            // Parts of a word stand behind it and end before it does.
            end = end.max(self.tokens.span(i).end);
            let next = self.tokens.span(i + 1).start;
            if next < end {
                continue;
            }
            let gap = &self.text[end..next];
            let lines = gap.bytes().filter(|b| *b == b'\n').count();
            if gap.len() > if lines == 0 { 4 } else { 40 }
                || lines > 1
                || !without_quoting(gap)
                    .chars()
                    .all(|c| holds_names_together(c) || holders.iter().any(|&holder| lexicon.places[holder].marks.contains(c)))
            {
                return false;
            }
        }
        let behind = if lexicon.is_formless(entry) { self.behind_form(last) } else { last };
        !self.is_glued(first, last) && !self.is_longer_before(first, lexicon) && !self.is_longer_after(behind, holders, lexicon)
    }

    /// A camelCase part of a longer word, or a name that runs into digits.
    fn is_glued(&self, first: usize, last: usize) -> bool {
        !begins_word(self.text, self.tokens.span(first).start) || !ends_word(self.text, self.tokens.span(last).end)
    }

    /// A capitalised word of names right before the name makes it a longer one: `Farmers First State Bank`.
    fn is_longer_before(&self, first: usize, lexicon: &Lexicon) -> bool {
        let start = self.tokens.span(first).start;
        let Some((before, token)) =
            (0..first).rev().map(|i| (i, self.tokens.get(i))).find(|(_, token)| !token.compound && token.span.end <= start)
        else {
            return false;
        };
        let gap = plain_gap(&self.text[token.span.end..start]);
        if !matches!(gap, " " | "_" | "-" | " & ") && token.term != "and" {
            return false;
        }
        // In names of files and fields capitals say nothing: `north_first_bank_of_ames`.
        if is_joint(gap) && self.is_word_of_names(before, lexicon) {
            return true;
        }
        if token.term == "and" {
            // `Merchants and Farmers Bank`: the words before the `and` belong to it, unless they end a name or
            // a sentence of their own; then two names stand side by side.
            // So do two behind a comma: `Merchants Savings, and Farmers Bank`.
            let between = |at: usize| self.text.get(self.tokens.span(at).end..token.span.start);
            let beside = before > 0 && between(before - 1).is_some_and(|gap| gap.trim().is_empty());
            return gap == " " && beside && self.continues_name(before - 1, lexicon) && !self.ends_name(before - 1, lexicon);
        }
        self.continues_name(before, lexicon)
    }

    /// Is the token a capitalised word as names have, but not one that ends a name?
    fn continues_name(&self, at: usize, lexicon: &Lexicon) -> bool {
        self.text[self.tokens.span(at)].starts_with(char::is_uppercase) && self.is_word_of_names(at, lexicon)
    }

    /// Is the token a word as names have, but not one that ends a name?
    fn is_word_of_names(&self, at: usize, lexicon: &Lexicon) -> bool {
        let token = self.tokens.get(at);
        token.term.len() > 2
            && (lexicon.is_name_word(token.term) || is_quarter(token.term))
            && !is_small_word(token.term)
            && !is_legal_form(token.term)
            && !matches!(
                token.term,
                "bank" | "union" | "trust" | "client" | "customer" | "dear" | "new" | "from" | "for" | "with" | "account" | "contact"
            )
    }

    /// The last token of the legal form that follows a name, else that of the name: `First State Bank, Inc.`
    fn behind_form(&self, last: usize) -> usize {
        let ends = |from: usize| {
            let end = self.tokens.span(from).end;
            (from + 1..self.tokens.len()).find(|&n| !self.tokens.get(n).compound && self.tokens.span(n).start >= end)
        };
        let mut following: Vec<usize> = Vec::new();
        let mut at = last;
        while let Some(next) = ends(at).filter(|_| following.len() < 4) {
            let gap = &self.text[self.tokens.span(at).end..self.tokens.span(next).start];
            let is_beside = gap.len() <= 3 && gap.chars().all(|c| is_blank(c) || matches!(c, ',' | '.' | '-' | '_' | '/'));
            let is_capital = is_joint(gap) || self.text[self.tokens.span(next)].starts_with(char::is_uppercase);
            if !is_beside || !is_capital {
                break;
            }
            following.push(next);
            at = next;
        }
        let terms: Vec<&str> = following.iter().map(|&n| self.tokens.term(n)).collect();
        added_form(&terms).checked_sub(1).and_then(|n| following.get(n)).copied().unwrap_or(last)
    }

    /// What follows makes it a longer name: `of Somewhere`, another word that ends institutions' names, a legal
    /// form. `First Bank of Ellsworth`, `First Bank Holdings`; but not `First Bank Loan Statement`.
    fn is_longer_after(&self, last: usize, holders: &[usize], lexicon: &Lexicon) -> bool {
        let end = self.tokens.span(last).end;
        // After a whole camelCase word its own parts follow.
        let mut following = (last + 1..self.tokens.len()).filter(|&n| !self.tokens.get(n).compound && self.tokens.span(n).start >= end);
        let Some(next) = following.next() else { return false };
        let next_token = self.tokens.get(next);
        let gap = plain_gap(&self.text[end..next_token.span.start]);
        if !matches!(gap, " " | "_" | "-" | ", " | " \n" | "\n") {
            return false;
        }
        let is_capital = |n: usize| is_joint(gap) || self.text[self.tokens.span(n)].starts_with(|c: char| c.is_uppercase() || c == '&');
        // Where a word has several readings, they stand one in another: what follows begins behind the whole word.
        let then = following.find(|&n| self.tokens.span(n).start >= next_token.span.end);
        let near = then.is_some_and(|n| matches!(&self.text[next_token.span.end..self.tokens.span(n).start], " " | "_" | "-"));
        let on_this_line = !gap.contains([',', '\n']);
        match next_token.term {
            // Nor does a name go on behind its legal form.
            "of" => {
                // `First Bank of the Ozarks`
                let place = then.and_then(|n| if self.tokens.term(n) == "the" { self.next_to(n).next() } else { Some(n) });
                on_this_line
                    && near
                    && !is_legal_form(self.tokens.term(last))
                    && place.is_some_and(|n| is_capital(n) && !is_month(self.tokens.term(n)))
                    // Where it is registered is no part of its name.
                    && !holders.iter().any(|&holder| self.is_addressed(end, &lexicon.places[holder]))
            }
            // `First Bank and Trust` is one name; before the name of another institution an `and` joins two.
            "and" => {
                on_this_line
                    && near
                    && then.is_some_and(|n| is_capital(n) && lexicon.is_name_word(self.tokens.term(n)) && !self.begins_name(n, lexicon))
            }
            // `FIRST BANK AS OF OCTOBER`; `First Bank, CO` where the bank is in Colorado.
            "as" if then.is_some_and(|n| self.tokens.term(n) == "of") => false,
            _ if gap == ", " && holders.iter().any(|&h| lexicon.places[h].region == self.text[next_token.span.clone()]) => false,
            term if is_legal_form(term) => is_capital(next) && !gap.contains('\n'),
            term => {
                let ends_names = matches!(
                    term,
                    "bank"
                        | "banc"
                        | "bancorp"
                        | "bancorporation"
                        | "bancshares"
                        | "bankshares"
                        | "company"
                        | "holdings"
                        | "holding"
                        | "group"
                        | "corporation"
                        | "corp"
                );
                let pair = then.map(|n| (term, self.tokens.term(n)));
                let ends_in_pair = matches!(
                    pair,
                    Some(
                        ("credit", "union")
                            | ("trust", "company" | "co" | "bank" | "corp")
                            | ("savings", "bank" | "association")
                            | ("national", "bank" | "association")
                            | ("federal", "credit" | "savings")
                    )
                );
                on_this_line && is_capital(next) && (ends_names || (near && ends_in_pair))
            }
        }
    }

    /// Does a registered name begin at this token?
    fn begins_name(&self, i: usize, lexicon: &Lexicon) -> bool {
        let is_name = |entry: u32| matches!(lexicon.entries[entry as usize].what, What::Name { .. });
        self.sequences(i, lexicon).into_iter().any(|(entry, last)| last > i && is_name(entry))
    }

    /// Does a registered name of several words end with this token? It then is no part of what follows.
    fn ends_name(&self, last: usize, lexicon: &Lexicon) -> bool {
        let is_name = |entry: u32| matches!(lexicon.entries[entry as usize].what, What::Name { .. });
        let ends = |first: usize| self.sequences(first, lexicon).into_iter().any(|(entry, end)| end == last && is_name(entry));
        (last.saturating_sub(LONGEST_NAME)..last).any(ends)
    }

    /// The tokens inside a span.
    pub fn tokens_in(&self, span: &Range<usize>) -> impl Iterator<Item = Token<'_>> {
        self.tokens.within(span).map(|i| self.tokens.get(i))
    }
}

/// How well a label names a scheme.
pub fn label_for(label: &Label<'_>, scheme: &Scheme) -> Option<Specific> {
    if let Scheme::Other(name) = scheme {
        let named = words_of(name);
        let named: Vec<&str> = named.iter().map(String::as_str).collect();
        return (!label.words.is_empty() && label.words.ends_with(&named)).then_some(Specific::Exact);
    }
    label.schemes.iter().find(|(s, _)| s == scheme).map(|(_, specific)| *specific)
}

/// How a value is written at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    AsRegistered,
    InOtherCase,
}

/// Does the value stand here as a token of its own, and how is it written?
fn written(text: &str, span: &Range<usize>, scheme: &Scheme, value: &str) -> Option<Written> {
    let raw = &*seen(&text[span.clone()]);
    if !begins_word(text, span.start) || !ends_word(text, span.end) {
        return None;
    }
    let as_registered = match scheme {
        Scheme::Domain => raw.eq_ignore_ascii_case(value) && is_whole_domain(text, span),
        Scheme::Bic => raw == value,
        Scheme::Lei => raw.eq_ignore_ascii_case(value),
        Scheme::PgpKey => pgp_key::is_written(raw, value),
        // A code of letters only is a word as well; case tells them apart. One with digits is not.
        _ => raw == value || (raw.eq_ignore_ascii_case(value) && value.chars().count() > 3 && value.bytes().any(|b| b.is_ascii_digit())),
    };
    match as_registered {
        true => Some(Written::AsRegistered),
        false if matches!(scheme, Scheme::ClientCode | Scheme::TransferAccount) && raw.eq_ignore_ascii_case(value) => {
            Some(Written::InOtherCase)
        }
        false => None,
    }
}

/// Blanks of any width.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
}

/// What stands between two words, any single blank as that of ASCII.
fn plain_gap(gap: &str) -> &str {
    let mut chars = gap.chars();
    if chars.next().is_some_and(is_blank) && chars.next().is_none() { " " } else { gap }
}

/// Joins the words of names of files and fields.
fn is_joint(gap: &str) -> bool {
    matches!(gap, "_" | "-")
}

/// What stands between two words, without the marks of quoted mail or of a comment that begin the second one's line.
fn without_quoting(gap: &str) -> Cow<'_, str> {
    match gap.split_once('\n') {
        Some((before, line)) => {
            let rest = line.trim_start_matches(['>', '|', '#', '*', ' ', '\t']);
            if rest.len() < line.len() { Cow::Owned(format!("{before}\n{rest}")) } else { Cow::Borrowed(gap) }
        }
        None => Cow::Borrowed(gap),
    }
}

/// Stands between the words of any name. Other marks do in the names of their bearers only: quotes are also what
/// divides one value from the next.
fn holds_names_together(c: char) -> bool {
    is_invisible(c)
        || is_blank(c)
        || matches!(c, '\n' | '\r' | '_' | '-' | '.' | ',' | '&' | '/' | '(' | ')' | '\'' | '’' | '+' | '‐'..='―')
}

/// Does what stands here end as a domain does, and is it not the end of a longer label?
pub fn is_whole_domain(text: &str, span: &Range<usize>) -> bool {
    let mut rest = text[span.end..].chars();
    let (before, after) = (text[..span.start].chars().next_back(), rest.next());
    let runs_on = matches!(before, Some('-' | '_')) || matches!(after, Some('-' | '_'));
    let has_more_labels = after == Some('.') && rest.next().is_some_and(char::is_alphanumeric);
    !runs_on && !has_more_labels
}

/// Of names that overlap, the longest; of equal ones, all (they are forms of several institutions).
fn longest_names(found: Vec<Found>, lexicon: &Lexicon) -> Vec<Found> {
    let is_name = |f: &Found| matches!(lexicon.entries[f.entry as usize].what, What::Name { .. });
    let (mut names, mut out): (Vec<Found>, Vec<Found>) = found.into_iter().partition(is_name);
    names.sort_by_key(|f| (f.span.start, std::cmp::Reverse(f.span.end)));
    let mut end = 0;
    let mut kept: Option<Range<usize>> = None;
    for name in names {
        if kept.as_ref() == Some(&name.span) || name.span.start >= end {
            end = name.span.end;
            kept = Some(name.span.clone());
            out.push(name);
        }
    }
    // A domain or an address may hold what reads as a name or a code; the identifier wins.
    let identifiers: Vec<Range<usize>> = out.iter().filter(|f| !is_name(f)).map(|f| f.span.clone()).collect();
    out.retain(|f| !is_name(f) || !identifiers.iter().any(|span| span.start <= f.span.start && f.span.end <= span.end));
    out.sort_by_key(|f| (f.span.start, f.span.end, f.entry));
    out.dedup();
    out
}

/// The text around a place, made safe to show: digits of long numbers masked, line ends and control
/// characters blanks. The found value itself is shown, unless it is somebody's account (`is_account`).
pub fn context(text: &str, span: &Range<usize>, is_account: bool) -> String {
    let from = text.floor_char_boundary(span.start.saturating_sub(48));
    let to = text.ceil_char_boundary(span.end + 48);
    let mut out = mask(&text[from..span.start]);
    let value = &text[span.clone()];
    if is_account {
        out.push_str(&mask(value))
    } else {
        out.extend(value.chars().map(plain))
    }
    out.push_str(&mask(&text[span.end..to]));
    out.trim().to_owned()
}

/// Masks all but the last two of five or more digits that stand together, in any script, also with blanks,
/// hyphens, dots or slashes between them.
pub fn mask(text: &str) -> String {
    let chars: Vec<char> = text.chars().map(plain).collect();
    let mut out = chars.clone();
    let is_separator = |c: char| matches!(c, '-' | ' ' | '.' | '/' | '_' | ':' | '\u{A0}' | '\u{2002}'..='\u{200A}' | '\u{2010}'..='\u{2015}' | '\u{202F}' | '\u{2212}');
    let mut i = 0;
    while i < chars.len() {
        if !chars[i].is_numeric() {
            i += 1;
            continue;
        }
        let mut end = i;
        let mut digits = Vec::new();
        while end < chars.len() {
            if chars[end].is_numeric() {
                digits.push(end);
                end += 1;
                continue;
            }
            let gap = chars[end..].iter().take_while(|c| is_separator(**c)).count();
            if !(1..=3).contains(&gap) || !chars.get(end + gap).is_some_and(|c| c.is_numeric()) {
                break;
            }
            end += gap;
        }
        if digits.len() >= 5 {
            digits[..digits.len() - 2].iter().for_each(|&d| out[d] = '•');
        }
        i = end;
    }
    out.into_iter().collect()
}

fn plain(c: char) -> char {
    if c == BORDER || c == '\t' {
        '|'
    } else if is_unsafe(c) {
        ' '
    } else {
        c
    }
}
