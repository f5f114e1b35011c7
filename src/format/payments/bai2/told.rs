//! Persons in the texts of transactions: what banks write behind `PAYEE:`, `ORIG:` or `FROM`. The layout has no field for
//! them; a name counts where it is a familiar one.

use crate::format::Sink;
use crate::format::payments::person;
use crate::table::{has_familiar_name, is_person_name, is_state};

/// Words before a name and a colon.
const LABELS: [&str; 13] = [
    "PAYEE",
    "PAYER",
    "ORIG",
    "ORIGINATOR",
    "ORIG NAME",
    "BNF",
    "BENE",
    "BENEFICIARY",
    "REMITTER",
    "SENDER",
    "RECEIVER",
    "INDIVIDUAL NAME",
    "INDN",
];
/// Words before a name and nothing else.
const JOINTS: [&str; 4] = ["FROM", "PAID TO", "PAYABLE TO", "TRANSFER TO"];
/// Longest text that is looked through.
pub(super) const LONGEST: usize = 8 << 10;
/// Words of a name, and of what stands behind it as its address.
const NAME: usize = 4;
const ADDRESS: usize = 10;

/// Pushes the persons whom a text names, each once.
pub(super) fn push(text: &str, sink: &mut Sink<'_>) {
    let upper = text.to_ascii_uppercase();
    let mut persons: Vec<(String, String, String)> = Vec::new();
    let labels = LABELS.iter().map(|label| (*label, true)).chain(JOINTS.iter().map(|joint| (*joint, false)));
    for (label, has_colon) in labels {
        for (at, _) in upper.match_indices(label) {
            let behind = &text[at + label.len()..];
            let value = match has_colon {
                true => behind.trim_start_matches(' ').strip_prefix([':', '=']),
                false => behind.strip_prefix(' '),
            };
            let is_word = !text[..at].ends_with(|c: char| c.is_alphanumeric());
            let Some((name, address)) = value.filter(|_| is_word).and_then(named) else { continue };
            match persons.iter_mut().find(|known| known.0 == name) {
                Some(known) if known.1.is_empty() => (known.1, known.2) = address,
                Some(_) => {}
                None => persons.push((name, address.0, address.1)),
            }
        }
    }
    for (name, address, region) in persons {
        person::push(sink, &name, &address, &region);
    }
}

/// The person whose name begins a text, with the address behind it, and its state.
fn named(text: &str) -> Option<(String, (String, String))> {
    let line = text.split(['\n', '/', ',', ';', '*']).next()?.trim();
    let is_name = |word: &&str| word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '-' | '.'));
    let words: Vec<&str> = line.split_whitespace().collect();
    let count = words.iter().take_while(|word| is_name(word)).count();
    let name = words.get(..count.min(NAME))?.join(" ");
    if !is_person_name(&name) || !has_familiar_name(&name) {
        return None;
    }
    let behind = words.get(count..).unwrap_or_default();
    let state = behind.iter().take(ADDRESS).position(|word| is_state(word));
    let address = match state {
        Some(state) if behind[0].starts_with(|c: char| c.is_ascii_digit()) => (behind[..=state].join(" "), behind[state].to_owned()),
        _ => Default::default(),
    };
    Some((name, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_behind_words_that_announce_them() {
        let found = |text| named(text).map(|(name, address)| (name, address.0));
        let wanted = |name: &str, address: &str| Some((name.to_owned(), address.to_owned()));
        assert_eq!(found(" MARY OLSEN"), wanted("MARY OLSEN", ""));
        assert_eq!(found("JOHN HARRIS 12 OAK ST RENO NV ACCT 5512098871"), wanted("JOHN HARRIS", "12 OAK ST RENO NV"));
        assert_eq!(found("JOHN HARRIS 0012 REF 7"), wanted("JOHN HARRIS", ""));
        for text in ["ACME TOOLS LLC", "FIRST STATE BANK", "CHECKING 0012", "", "5512", "ACH BATCH"] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
