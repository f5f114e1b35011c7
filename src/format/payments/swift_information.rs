//! Field 86 of statements: what the account owner is told about an entry.
//!
//! Structured as the German banks do (`166?00…?30BANK?31ACCOUNT?32NAME?33NAME`, DFÜ agreement annex 3,
//! the separator is free) or with code words (`/BENM//NAME/…`, `/CNTP/IBAN/BIC/NAME/CITY/`). Lines are
//! cut at 65 characters in the middle of words, so a cut value is handed out once more in one piece.

use super::swift_field::{account, counterparty};
use super::{party, person, value};
use crate::format::{At, Party, Sink};

/// Longer values are not looked into; the standard has six lines of 65 characters.
const MAX: usize = 8 << 10;

/// Reads the value of a field 86 whose text was handed out already.
pub(super) fn read(bytes: &[u8], at: u64, own: Option<&Party>, sink: &mut Sink<'_>) {
    if bytes.len() > MAX {
        return;
    }
    let text = value::decode(bytes);
    match text.as_bytes() {
        [a, b, c, separator, d, e, ..]
            if [a, b, c, d, e].iter().all(|b| b.is_ascii_digit())
                && separator.is_ascii_punctuation()
                && !matches!(separator, b'/' | b'.' | b',' | b'-') =>
        {
            let separator = char::from(*separator);
            subfields(&unwrapped(&text), separator, at, own, sink);
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

fn unwrapped(text: &str) -> String {
    text.split(['\r', '\n']).collect()
}

fn push_decoded(text: &str, at: u64, sink: &mut Sink<'_>) {
    sink.border();
    sink.text(text, At::Decoded(at));
    sink.border();
}

/// Subfields of two digits: 00 booking text, 10 primary note, 20–29 and 60–63 purpose, 30 bank,
/// 31 account, 32–33 name of the other side, 38 IBAN.
fn subfields(text: &str, separator: char, at: u64, own: Option<&Party>, sink: &mut Sink<'_>) {
    let mut parts: Vec<(&str, std::ops::Range<usize>)> = Vec::with_capacity(16);
    let mut at_part = 0;
    for (i, part) in text.split(separator).enumerate() {
        let (start, end) = (at_part, at_part + part.len());
        at_part = end + separator.len_utf8();
        match (part.as_bytes(), parts.last_mut()) {
            _ if i == 0 => {}
            ([a, b, ..], _) if a.is_ascii_digit() && b.is_ascii_digit() => parts.push((&part[..2], start + 2..end)),
            // A separator inside a value.
            (_, Some((_, value))) => value.end = end,
            _ => {}
        }
    }
    let parts: Vec<_> = parts.into_iter().map(|(code, range)| (code, &text[range])).collect();
    let joined =
        |codes: std::ops::RangeInclusive<&str>| parts.iter().filter(|(c, _)| codes.contains(c)).map(|(_, v)| *v).collect::<String>();
    let (purpose, name) = (joined("20"..="29"), joined("32"..="33"));
    for value in [&purpose, &name] {
        if !value.trim().is_empty() {
            push_decoded(value, at, sink);
        }
    }
    for (code, value) in &parts {
        let value = value.trim();
        match *code {
            "30" => {
                push_decoded(value, at, sink);
                counterparty(party::bic(value).or_else(|| party::bankleitzahl(value)), at, own, sink);
            }
            "31" | "38" => account(value, at, own, sink),
            _ => {}
        }
    }
    person::push(sink, &name, "", "");
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
