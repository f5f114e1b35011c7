//! Identifiers: one file and one row of [`SCHEMES`] per scheme.
//!
//! A row says how a value of the scheme is normalised, which labels and column headers name it, and
//! what an occurrence without a label means. Registry and evidence go through the same functions, so
//! both sides compare equal.

pub mod aba;
pub mod bic;
mod client_code;
pub mod client_label;
mod connection;
pub mod country;
mod domain;
mod elsewhere;
mod fdic_cert;
mod glued;
pub mod iban;
mod iban_bank;
pub mod inline;
pub mod label;
pub mod lei;
pub mod listed;
mod national_bank_code;
mod ncua_charter;
pub mod pgp_key;
mod place;
mod rssd;
mod sort_code;
mod transfer_account;
mod unlabelled;

pub use label::{Specific, is_exact, is_label_word, labelled};

use crate::model::Scheme;
use crate::tokens::{is_dash, is_invisible, seen};
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// Everything that is particular to one scheme.
pub struct SchemeRules {
    /// The scheme.
    pub scheme: Scheme,
    /// Brings a value to its normal form; the second argument is the ISO 3166 country of the holder, or
    /// empty, for codes that are written without theirs.
    pub normalise: fn(raw: &str, country: &str) -> Result<Normalised, Invalid>,
    /// Labels and headers of two parts: whose it is, and what.
    pub composed: &'static [Composed],
    /// Phrases before a value that name this scheme and no other: folded words, one blank between.
    pub labels: &'static [&'static str],
    /// Phrases that may name this scheme, but as often other people's numbers.
    pub generic_labels: &'static [&'static str],
    /// Phrases that name this scheme at the head of a column, besides its labels.
    pub headers: &'static [&'static str],
    /// Phrases at the head of a column that may name this scheme.
    pub generic_headers: &'static [&'static str],
    /// What an occurrence in prose without a label means.
    pub bare: Bare,
    /// Values in any accepted writing.
    pub examples: &'static [&'static str],
    /// Values that must be refused.
    pub counter_examples: &'static [&'static str],
}

/// Phrases that are each made of one word for whose a value is and of one for what it is: `tenant` and `key`.
pub struct Composed {
    /// Whose.
    pub of: &'static [&'static str],
    /// What.
    pub what: &'static [&'static str],
    /// How surely they name the scheme.
    pub specific: Specific,
    /// They name it at the head of a column, and not before a value.
    pub heads_only: bool,
}

impl Composed {
    /// All of its phrases.
    pub fn phrases(&self) -> impl Iterator<Item = String> {
        self.of.iter().flat_map(|of| self.what.iter().map(move |what| format!("{of} {what}")))
    }
}

/// What an occurrence in prose without a label means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// Nothing: as likely an amount, a date or somebody's account.
    Nothing,
    /// It points at its holder.
    Weak,
    /// Its shape and check digits make it this identifier.
    Shape,
}

/// A value in the form in which it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normalised {
    /// The normal form.
    pub value: String,
    /// What was certain and therefore repaired, in words.
    pub repaired: Option<&'static str>,
}

impl Normalised {
    fn plain(value: impl Into<String>) -> Result<Self, Invalid> {
        Ok(Self { value: value.into(), repaired: None })
    }
}

/// A value that is none of its scheme.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Invalid {
    /// Why, in words; lower case, without a full stop.
    pub reason: String,
}

impl Invalid {
    fn because<T>(reason: impl Into<String>) -> Result<T, Self> {
        Err(Self { reason: reason.into() })
    }
}

/// The schemes that have rules of their own.
pub static SCHEMES: &[SchemeRules] = &[
    aba::RULES,
    bic::RULES,
    iban_bank::RULES,
    national_bank_code::RULES,
    lei::RULES,
    fdic_cert::RULES,
    ncua_charter::RULES,
    rssd::RULES,
    sort_code::RULES,
    domain::RULES,
    client_code::RULES,
    transfer_account::RULES,
    pgp_key::RULES,
];

/// The rules of a scheme; `None` for names and for schemes that only the registry knows.
pub fn rules(scheme: &Scheme) -> Option<&'static SchemeRules> {
    SCHEMES.iter().find(|rules| rules.scheme == *scheme)
}

/// Brings a value to the normal form of its scheme. `country` (ISO 3166 alpha-2, or empty) completes
/// bank codes that are written without theirs. A scheme without rules keeps its token, trimmed.
pub fn normalise(scheme: &Scheme, raw: &str, country: &str) -> Result<Normalised, Invalid> {
    match rules(scheme) {
        Some(rules) => (rules.normalise)(raw, country),
        None => token(raw),
    }
}

/// A token that is compared as it stands.
fn token(raw: &str) -> Result<Normalised, Invalid> {
    let shown = seen(raw.trim());
    // As tokens of a text show it: without marks and wrapping around it.
    let bare = shown.trim_matches(|c: char| !c.is_alphanumeric());
    let is_two = |parts: (&str, &str)| parts.0.len() == parts.1.len() && parts.0.len() >= 5;
    match bare {
        "" if shown.is_empty() => Invalid::because("it is empty"),
        "" => Invalid::because("it holds no letter or digit"),
        _ if bare.len() > MAX_LEN => Invalid::because("it is too long"),
        _ if bare.contains([',', ';', '|', '\t', '\n']) || bare.split_once(['/', ' ']).is_some_and(is_two) => {
            Invalid::because("it holds several values; each needs a row of its own")
        }
        _ => Normalised::plain(bare),
    }
}

/// The digits of a code that was kept as a number: `444851.0`, `444,851`, `4.44851E+05`, `0000444851`. Leading zeros
/// are dropped, for they are the first that a spreadsheet loses. `None` where it is no whole number, or has too many
/// digits for one that is kept exactly.
pub fn whole_number(cell: &str) -> Option<String> {
    let (mantissa, exponent) = match cell.split_once(['E', 'e']) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix('+').unwrap_or(exponent).parse::<usize>().ok()?),
        None => (cell, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = first.len() <= 3 && groups.clone().all(|group| group.len() == 3);
    let fraction = fraction.trim_end_matches('0');
    let mut digits: String = std::iter::once(first).chain(groups).collect();
    // `1.04E+05` was rounded, and what it was is lost.
    let is_rounded = exponent > fraction.len();
    if !(grouped || digits.len() == whole.len()) || is_rounded || fraction.len() > exponent {
        return None;
    }
    digits.push_str(fraction);
    let digits = digits.trim_start_matches('0');
    ((1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.to_owned())
}

/// The numbers that a spreadsheet writes as `1.04E+05` when a column is too narrow for them: it rounded, and any of them may
/// be meant.
pub fn rounded_numbers(cell: &str) -> Option<std::ops::Range<u64>> {
    let (mantissa, exponent) = cell.split_once(['E', 'e'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: u32 = exponent.strip_prefix('+')?.parse().ok()?;
    let is_mantissa = whole.len() == 1 && !fraction.is_empty() && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    let lost = exponent.checked_sub(u32::try_from(fraction.len()).ok()?).filter(|lost| is_mantissa && *lost > 0 && exponent <= 15)?;
    let (unit, digits) = (10u64.checked_pow(lost)?, format!("{whole}{fraction}").parse::<u64>().ok()?);
    let number = digits.checked_mul(unit)?;
    Some(number.checked_sub(unit / 2)?..number.checked_add(unit / 2)?)
}

/// No identifier is longer, and what is longer is not worth normalising.
const MAX_LEN: usize = 255;

/// Drops what writing adds to a code: blanks, hyphens and dashes of all kinds, wide digits, and the
/// wrapping with which spreadsheets keep a number as text (`="021000021"`, `'021000021`).
fn compact(raw: &str) -> Cow<'_, str> {
    let raw = raw.trim();
    if !raw.is_empty() && raw.len() <= MAX_LEN && raw.bytes().all(|b| b.is_ascii_alphanumeric() || b == b':') {
        return Cow::Borrowed(raw);
    }
    let raw = raw.strip_prefix('=').unwrap_or(raw).trim_matches(['"', '\'', '’', '`']);
    let kept = |c: &char| !c.is_whitespace() && !is_dash(*c) && !is_invisible(*c);
    Cow::Owned(raw.chars().take(MAX_LEN + 1).nfkc().filter(kept).collect())
}

/// [`compact`], without the `.0` that programs append when they took a number for a decimal.
fn compact_number(raw: &str) -> Cow<'_, str> {
    match compact(raw) {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_suffix(".0").unwrap_or(text)),
        Cow::Owned(mut text) => {
            if text.ends_with(".0") {
                text.truncate(text.len() - 2);
            }
            Cow::Owned(text)
        }
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A number without check digit whose leading zeros mean nothing.
fn plain_number(raw: &str, most: usize, what: &str) -> Result<Normalised, Invalid> {
    let digits = compact_number(raw);
    if !all_digits(&digits) {
        return Invalid::because(format!("{what} has digits only"));
    }
    match digits.trim_start_matches('0') {
        "" => Invalid::because(format!("{what} is not zero")),
        value if value.len() > most => Invalid::because(format!("{what} has at most {most} digits")),
        value => Normalised::plain(value),
    }
}

/// ISO 7064 mod 97-10 of digits and capital letters (a letter stands for 10 to 35); `None` for other
/// bytes.
fn mod97(text: impl IntoIterator<Item = u8>) -> Option<u32> {
    let rest = text.into_iter().try_fold(0u64, |rest, b| {
        // Divided when it must be: two digits more always fit.
        let rest = if rest < 1 << 56 { rest } else { rest % 97 };
        match b {
            b'0'..=b'9' => Some(rest * 10 + u64::from(b - b'0')),
            b'A'..=b'Z' => Some(rest * 100 + u64::from(b - b'A') + 10),
            _ => None,
        }
    })?;
    Some((rest % 97) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn examples_hold_and_counter_examples_are_refused() {
        for rules in SCHEMES {
            assert!(!rules.examples.is_empty() && !rules.counter_examples.is_empty(), "{} lacks examples", rules.scheme);
            for example in rules.examples {
                let normal = (rules.normalise)(example, "").unwrap_or_else(|e| panic!("{} {example}: {e}", rules.scheme)).value;
                assert_eq!((rules.normalise)(&normal, "").map(|n| n.value), Ok(normal), "{} is not stable", rules.scheme);
            }
            for counter in rules.counter_examples {
                assert!((rules.normalise)(counter, "").is_err(), "{} accepts {counter}", rules.scheme);
            }
        }
    }

    #[test]
    fn every_scheme_has_one_row() {
        for (i, rules) in SCHEMES.iter().enumerate() {
            assert!(SCHEMES.iter().skip(i + 1).all(|other| other.scheme != rules.scheme));
            assert!(!matches!(rules.scheme, Scheme::Other(_) | Scheme::Name));
        }
        assert_eq!(normalise(&Scheme::Other("chips_uid".into()), "  0042 ", "").unwrap().value, "0042");
    }

    proptest! {
        #[test]
        fn any_text_is_normalised_or_refused(text in "\\PC{0,40}", country in "[A-Z]{0,2}") {
            for rules in SCHEMES {
                let _ = (rules.normalise)(&text, &country);
            }
        }

        #[test]
        fn what_is_normal_stays_so(text in "[0-9A-Za-z:. -]{0,24}") {
            for rules in SCHEMES {
                if let Ok(first) = (rules.normalise)(&text, "DE") {
                    let again = (rules.normalise)(&first.value, "DE");
                    prop_assert_eq!(again.map(|n| n.value), Ok(first.value));
                }
            }
        }
    }
}
