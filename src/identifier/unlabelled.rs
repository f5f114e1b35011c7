//! Identifiers that need no label: what stands around them, or how they are made, says what they are.

use super::inline::Inline;
use super::{Specific, bic, iban, normalise};
use crate::model::Scheme;
use crate::tokens::{Token, Tokens};

/// The routing number of a check between the transit symbols of its line of magnetic ink (ANSI X9.27), which say what
/// it is as a label does.
pub(super) fn transit(text: &str, token: &Token<'_>, found: &mut dyn FnMut(Inline)) {
    const TRANSIT: char = '\u{2446}';
    let is_framed = text[..token.span.start].ends_with(TRANSIT) && text[token.span.end..].starts_with(TRANSIT);
    if is_framed
        && let Ok(normal) = normalise(&Scheme::Aba, &text[token.span.clone()], "")
        && normal.repaired.is_none()
    {
        found(Inline { span: token.span.clone(), scheme: Scheme::Aba, value: normal.value, label: Some(Specific::Exact) });
    }
}

/// A BIC with its branch: it is registered and compared by its first eight characters, which no token shows.
pub(super) fn branch_bic(text: &str, token: &Token<'_>, found: &mut dyn FnMut(Inline)) {
    let raw = &text[token.span.clone()];
    if bic::is_well_formed(raw) && raw.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        found(Inline { span: token.span.clone(), scheme: Scheme::Bic, value: raw[..8].to_owned(), label: None });
    }
}

/// An IBAN, whose bank part is hidden inside, in one token or in groups.
pub(super) fn iban(text: &str, all: &Tokens, i: usize, found: &mut dyn FnMut(Inline)) {
    let Some(length) = iban::length(all.bytes(i)) else { return };
    let mut written = 0;
    for last in i..all.len().min(i + 9) {
        if last > i && text.get(all.span(last - 1).end..all.span(last).start) != Some(" ") {
            break;
        }
        written += all.bytes(last).len();
        if written >= length {
            let codes = match written == length {
                true if last == i => iban::bank_codes(all.term(i)),
                true => iban::bank_codes(&(i..=last).map(|n| all.term(n)).collect::<String>()),
                false => Vec::new(),
            };
            let span = all.span(i).start..all.span(last).end;
            codes.into_iter().for_each(|value| found(Inline { span: span.clone(), scheme: Scheme::IbanBank, value, label: None }));
            break;
        }
    }
}
