//! Field 86 of statements: what the account owner is told about an entry.
//!
//! Structured as the German banks do (`166?00…?30BANK?31ACCOUNT?32NAME?33NAME`, DFÜ agreement annex 3,
//! the separator is free) or with code words (`/BENM//NAME/…`, `/CNTP/IBAN/BIC/NAME/CITY/`). Lines are
//! cut at 65 characters in the middle of words, so a cut value is handed out once more in one piece.

use super::swift_field::{Field, account, counterparty};
use super::{party, person, value};
use crate::format::{At, Party, Sink};
use std::borrow::Cow;

/// Longer values are not looked into; the standard has six lines of 65 characters.
const MAX: usize = 8 << 10;

/// Reads a field 86 whose text was handed out already.
pub(super) fn read(field: &Field<'_>, own: Option<&Party>, sink: &mut Sink<'_>) {
    if field.value.len() > MAX {
        return;
    }
    let (text, at) = (field.text(), value::offset(field.value_at));
    match text.as_bytes() {
        [a, b, c, separator, d, e, ..]
            if [a, b, c, d, e].iter().all(|b| b.is_ascii_digit())
                && separator.is_ascii_punctuation()
                && !matches!(separator, b'/' | b'.' | b',' | b'-') =>
        {
            subfields(&unwrapped(&text), *separator, at, own, sink);
        }
        _ if text.contains("/NAME/") || text.contains("/CNTP/") || text.contains("/IBAN/") || text.contains("/BIC/") => {
            let whole = unwrapped(&text);
            if text.contains('\n') {
                push_decoded(&whole, at, sink);
            }
            code_words(&whole, at, own, sink);
        }
        _ => {}
    }
}

/// The text without its line ends.
fn unwrapped(text: &str) -> Cow<'_, str> {
    if text.contains('\n') { text.split(['\r', '\n']).collect() } else { Cow::Borrowed(text) }
}

fn push_decoded(text: &str, at: u64, sink: &mut Sink<'_>) {
    sink.border();
    sink.text(text, At::Decoded(at));
    sink.border();
}

/// Subfields of two digits: 00 booking text, 10 primary note, 20–29 and 60–63 purpose, 30 bank,
/// 31 account, 32–33 name of the other side, 38 IBAN.
fn subfields(text: &str, separator: u8, at: u64, own: Option<&Party>, sink: &mut Sink<'_>) {
    let (mut purpose, mut name) = (Cow::Borrowed(""), Cow::Borrowed(""));
    for (code, value) in parts(text, separator) {
        match code {
            [b'2', _] | [b'6', b'0'..=b'3'] => append(&mut purpose, value),
            b"32" | b"33" => append(&mut name, value),
            b"30" => {
                let value = value.trim();
                push_decoded(value, at, sink);
                counterparty(party::bic(value).or_else(|| party::bankleitzahl(value)), at, own, sink);
            }
            b"31" | b"38" => account(value, at, own, sink),
            _ => {}
        }
    }
    for value in [&purpose, &name] {
        if !value.trim().is_empty() {
            push_decoded(value, at, sink);
        }
    }
    person::push(sink, &name, "", "");
}

/// Codes and values. A separator that no code follows belongs to the value.
fn parts(text: &str, separator: u8) -> impl Iterator<Item = (&[u8; 2], &str)> {
    let bytes = text.as_bytes();
    let code = move |start: usize| bytes.get(start + 1..)?.first_chunk::<2>().filter(|code| code.iter().all(u8::is_ascii_digit));
    // Values are short.
    let find = move |from: usize| (from..bytes.len()).find_map(|at| if bytes[at] == separator { Some((at, code(at)?)) } else { None });
    let mut next = find(0);
    std::iter::from_fn(move || {
        let (start, code) = next?;
        next = find(start + 1);
        let end = next.map_or(text.len(), |next| next.0);
        // A code that begins inside the one before leaves no value.
        Some((code, text.get(start + 3..end).unwrap_or_default()))
    })
}

/// Continues a value that was cut; one that was not is not copied.
fn append<'a>(value: &mut Cow<'a, str>, more: &'a str) {
    if value.is_empty() { *value = Cow::Borrowed(more) } else { value.to_mut().push_str(more) }
}

fn code_words(text: &str, at: u64, own: Option<&Party>, sink: &mut Sink<'_>) {
    let values =
        |word: &'static str| text.match_indices(word).map(move |(i, w)| text[i + w.len()..].split('/').next().unwrap_or_default().trim());
    values("/NAME/").for_each(|name| person::push(sink, name, "", ""));
    values("/BIC/").for_each(|bic| counterparty(party::bic(bic), at, own, sink));
    values("/IBAN/").for_each(|iban| account(iban, at, own, sink));
    for (i, word) in text.match_indices("/CNTP/") {
        let mut parts = text[i + word.len()..].split('/').map(str::trim);
        account(parts.next().unwrap_or_default(), at, own, sink);
        counterparty(party::bic(parts.next().unwrap_or_default()), at, own, sink);
        person::push(sink, parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), "");
    }
}
