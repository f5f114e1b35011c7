//! Labels: which scheme do the words before a value, or at the head of its column, name?

use super::SCHEMES;
use crate::model::Scheme;
use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// How surely a label names its scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Specific {
    /// As often other people's numbers: `account`, `user`, `customer id`.
    Generic,
    /// This scheme and no other: `client code`, `routing number`.
    Exact,
}

/// No phrase of the table has more words.
const LONGEST: usize = 6;
/// How the table's word `number` is written elsewhere, and so on. What is said of the first of a row
/// holds for the others.
const SYNONYMS: &[&[&str]] = &[
    &["number", "no", "nr", "num", "nbr", "numbers", "nos", "nummer", "numero"],
    &["id", "ids", "ident", "identifier", "identifiers", "identification"],
    &["code", "codes", "cd"],
    &["key", "keys"],
    &["ref", "reference"],
    &["account", "accounts"],
    &["acct", "acc", "accts"],
    &["home", "homes"],
    &["client", "clients", "clnt"],
    &["tenant", "tenants"],
    &["institution", "institutions"],
];
/// Words between a label and its value that say nothing.
const FILLERS: &[&str] = &["is", "are", "was", "equals", "value", "val", "the", "a", "ist", "est", "es"];

/// Operators of SQL between a column and its values.
pub(super) const OPERATORS: &[&str] = &["in", "like"];

/// How the phrases of [`LABELS`] may end: the word before a value is one of these, or a filler.
static ENDINGS: LazyLock<HashSet<&'static str, RandomState>> = LazyLock::new(|| {
    let endings = LABELS.keys().flat_map(|glued| glued.char_indices().map(|(at, _)| &glued[at..]));
    endings.chain([FILLERS, OPERATORS, super::inline::FILLERS].concat()).collect()
});

/// Lengths of the [`ENDINGS`] by their last bytes, one bit each: nearly every other word is told by that.
static ENDING_LENGTHS: LazyLock<[u64; 256]> = LazyLock::new(|| {
    let mut lengths = [0; 256];
    for ending in ENDINGS.iter() {
        let last = ending.bytes().last().unwrap_or_default();
        lengths[usize::from(last)] |= 1 << ending.len().min(63);
    }
    lengths
});

/// Can the word be the last one before a labelled value?
pub(super) fn may_end(word: &str) -> bool {
    let last = word.bytes().last().unwrap_or_default();
    ENDING_LENGTHS[usize::from(last)] >> word.len().min(63) & 1 == 1 && ENDINGS.contains(word)
}

/// The words of all labels.
static WORDS: LazyLock<HashSet<&'static str, RandomState>> = LazyLock::new(|| {
    let composed = SCHEMES.iter().flat_map(|rules| rules.composed).filter(|composed| !composed.heads_only);
    let composed = composed.flat_map(|composed| composed.of.iter().chain(composed.what));
    SCHEMES.iter().flat_map(|rules| rules.labels).chain(composed).flat_map(|phrase| phrase.split(' ')).collect()
});

/// Is it a word that labels are made of?
pub fn is_label_word(word: &str) -> bool {
    WORDS.contains(word)
}

type Phrases = HashMap<String, Vec<(Scheme, Specific)>, RandomState>;

/// The phrases of all labels, their words glued together, in every writing of their synonyms.
static LABELS: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases::default();
    for rules in SCHEMES {
        // What names a scheme over a column names it before a value, too, but where that is said to be less sure.
        let headers = rules.headers.iter().filter(|phrase| !rules.generic_labels.contains(phrase));
        rules.labels.iter().chain(headers).for_each(|phrase| enter(&mut phrases, phrase, &rules.scheme, Specific::Exact));
        rules.generic_labels.iter().for_each(|phrase| enter(&mut phrases, phrase, &rules.scheme, Specific::Generic));
        for composed in rules.composed.iter().filter(|composed| !composed.heads_only) {
            composed.phrases().for_each(|phrase| enter(&mut phrases, &phrase, &rules.scheme, composed.specific));
        }
    }
    phrases
});

/// The phrases of all column headers, as [`LABELS`]; what is a generic label only is no header.
static HEADERS: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases::default();
    for rules in SCHEMES {
        rules.generic_headers.iter().for_each(|phrase| enter(&mut phrases, phrase, &rules.scheme, Specific::Generic));
        let exact = rules.labels.iter().filter(|phrase| !rules.generic_headers.contains(phrase));
        exact.chain(rules.headers).for_each(|phrase| enter(&mut phrases, phrase, &rules.scheme, Specific::Exact));
        for composed in rules.composed {
            composed.phrases().for_each(|phrase| enter(&mut phrases, &phrase, &rules.scheme, composed.specific));
        }
    }
    phrases
});

fn enter(phrases: &mut Phrases, phrase: &str, scheme: &Scheme, specific: Specific) {
    for text in writings(phrase, SYNONYMS) {
        let entries = phrases.entry(text).or_default();
        match entries.iter_mut().find(|(known, _)| known == scheme) {
            Some((_, known)) => *known = (*known).max(specific),
            None => entries.push((scheme.clone(), specific)),
        }
    }
}

/// A phrase with its words glued together, once per writing of those that have synonyms.
pub(crate) fn writings(phrase: &str, synonyms: &[&[&str]]) -> Vec<String> {
    phrase.split(' ').fold(vec![String::new()], |written, word| {
        let row = synonyms.iter().find(|row| row.first() == Some(&word));
        let forms = row.map_or(std::slice::from_ref(&word), |row| row);
        written.iter().flat_map(|start| forms.iter().map(move |form| format!("{start}{}", form.replace(' ', "")))).collect()
    })
}

/// Which schemes may a label name? `label` holds the folded words right before a value in the same line
/// or field, the nearest last. Returns every scheme that they may name, each once, and how surely; the
/// longest phrase that ends at the value decides for its schemes.
pub fn labelled(label: &[&str]) -> Vec<&'static (Scheme, Specific)> {
    let mut label = label;
    while let [rest @ .., last] = label
        && FILLERS.contains(last)
        && !rest.is_empty()
    {
        label = rest;
    }
    let mut found: Vec<&(Scheme, Specific)> = Vec::new();
    let ends = label.len().saturating_sub(LONGEST);
    let glued = label[ends..].concat();
    let mut start = 0;
    for word in &label[ends..] {
        for entry in LABELS.get(&glued[start..]).into_iter().flatten() {
            if !found.iter().any(|(scheme, _)| *scheme == entry.0) {
                found.push(entry);
            }
        }
        start += word.len();
    }
    found
}

/// A name without what platforms write behind two underscores to say of what kind a field is, `Client_Code__c` (Salesforce,
/// Object Reference, "Custom Fields").
pub(crate) fn without_kind(name: &str) -> &str {
    match name.trim_end().rsplit_once("__") {
        Some((own, kind)) if own.ends_with(char::is_alphanumeric) && is_kind(kind) => own,
        _ => name,
    }
}

/// Is it what stands behind the underscores?
pub(super) fn is_kind(word: &str) -> bool {
    ["c", "pc", "r", "pr", "x", "s"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Does a label name a scheme and no other?
pub fn is_exact(label: &[&str]) -> bool {
    labelled(label).iter().any(|(_, specific)| *specific == Specific::Exact)
}

/// Which schemes does a column header name, after the longest phrase at its end, and how many of its
/// words are that phrase?
pub(crate) fn headed(words: &[&str]) -> (usize, &'static [(Scheme, Specific)]) {
    for len in (1..=words.len().min(LONGEST)).rev() {
        if let Some(entries) = HEADERS.get(&words[words.len() - len..].concat()) {
            return (len, entries);
        }
    }
    (0, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(label: &str, scheme: Scheme) -> Option<Specific> {
        let words: Vec<&str> = label.split(' ').collect();
        labelled(&words).into_iter().find(|(s, _)| *s == scheme).map(|(_, specific)| *specific)
    }

    #[test]
    fn labels_of_codes_and_accounts() {
        for label in [
            "client code",
            "clientcode",
            "our client id",
            "fi no",
            "tenant",
            "institution nr",
            "case for client",
            "site key",
            "client number is",
            "partner ref",
        ] {
            assert_eq!(says(label, Scheme::ClientCode), Some(Specific::Exact), "{label}");
        }
        for label in ["customer id", "member number", "id", "bank code"] {
            assert_eq!(says(label, Scheme::ClientCode), Some(Specific::Generic), "{label}");
        }
        for label in ["sftp user", "sftp account", "mailbox", "aspera", "xfer account", "sftpuser", "transfer login"] {
            assert_eq!(says(label, Scheme::TransferAccount), Some(Specific::Exact), "{label}");
        }
        for label in ["account", "acct no", "user", "username", "userid", "account number"] {
            assert_eq!(says(label, Scheme::TransferAccount), Some(Specific::Generic), "{label}");
        }
        assert!(labelled(&["hello", "world"]).is_empty() && labelled(&[]).is_empty() && labelled(&["is"]).is_empty());
    }

    #[test]
    fn labels_of_public_schemes() {
        for label in ["routing number", "aba", "aba no", "rtn", "bank routing number is", "routing transit number"] {
            assert_eq!(says(label, Scheme::Aba), Some(Specific::Exact), "{label}");
        }
        assert_eq!(says("transit", Scheme::Aba), Some(Specific::Generic));
        assert_eq!(says("swift code", Scheme::Bic), Some(Specific::Exact));
        assert_eq!(says("fdic certificate no", Scheme::FdicCert), Some(Specific::Exact));
        assert_eq!(says("cert", Scheme::FdicCert), Some(Specific::Generic));
        assert_eq!(says("charter nr", Scheme::NcuaCharter), Some(Specific::Exact));
        assert_eq!(says("id rssd", Scheme::Rssd), Some(Specific::Exact));
        assert_eq!(says("sort code", Scheme::SortCode), Some(Specific::Exact));
        assert_eq!(says("blz", Scheme::NationalBankCode), Some(Specific::Exact));
        assert_eq!(says("pgp key id", Scheme::PgpKey), Some(Specific::Exact));
    }

    #[test]
    fn phrases_are_folded_and_short() {
        for phrase in SCHEMES.iter().flat_map(|r| [r.labels, r.generic_labels, r.headers, r.generic_headers]).flatten() {
            assert!(phrase.split(' ').count() <= LONGEST && *phrase == phrase.to_lowercase(), "{phrase}");
        }
    }
}
