//! Decoys: institutions that nobody is, each with one identifier or name that is built like the registry's and
//! equals nothing in it. They follow from the registry's digest, so the same registry has the same decoys.

use crate::demo::prng::Prng;
use crate::identifier::normalise;
use crate::matching::{Lexicon, forms};
use crate::model::Scheme;
use crate::registry::{Identifier, Institution, Registry};
use std::collections::{BTreeMap, BTreeSet};

/// Decoys of each scheme of the registry.
const PER_SCHEME: usize = 300;
/// Decoys of names.
const NAMES: usize = 900;
/// So many failures in a row, and a scheme is taken as used up.
const ATTEMPTS: usize = 50;

/// The decoys of a registry.
pub(super) fn decoys(registry: &Registry, lexicon: &Lexicon) -> Vec<Institution> {
    let seed = u64::from_be_bytes(*registry.digest.0.first_chunk().expect("a digest has 32 bytes"));
    let mut by_scheme: BTreeMap<&Scheme, Vec<&str>> = BTreeMap::new();
    let identifiers = registry.institutions.iter().flat_map(Institution::usable_identifiers);
    identifiers.for_each(|i| by_scheme.entry(&i.scheme).or_default().push(&i.value));
    let mut out = Vec::new();
    for (stream, (scheme, values)) in (1..).zip(&by_scheme) {
        let mut prng = Prng::new(seed, stream);
        let mut made = BTreeSet::new();
        let is_free =
            |value: &String| lexicon.holders.of(scheme, value).is_empty() && !(**scheme == Scheme::Domain && is_below(value, values));
        while made.len() < PER_SCHEME {
            let mut tried = (0..ATTEMPTS).filter_map(|_| like(scheme, values, &mut prng));
            let Some(value) = tried.find(|value| !made.contains(value) && is_free(value)) else { break };
            out.push(with_identifier(scheme, value.clone()));
            made.insert(value);
        }
    }
    out.extend(names(registry, lexicon, &mut Prng::new(seed, 0)));
    out
}

fn with_identifier(scheme: &Scheme, value: String) -> Institution {
    let identifier = Identifier {
        scheme: scheme.clone(),
        raw: value.clone(),
        value,
        from: None,
        to: None,
        usable: true,
        line: 0,
        extra: BTreeMap::new(),
    };
    Institution { identifiers: vec![identifier], ..Institution::default() }
}

/// Is it a part of a registered domain, or the reverse?
fn is_below(value: &str, registered: &[&str]) -> bool {
    let below = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.ends_with('.'));
    registered.iter().any(|known| below(known, value) || below(value, known))
}

/// A run of letters, of digits, or of anything else.
fn runs(value: &str) -> Vec<&str> {
    let class = |c: char| {
        if c.is_alphabetic() {
            0
        } else if c.is_numeric() {
            1
        } else {
            2
        }
    };
    let mut out = Vec::new();
    let mut from = 0;
    let mut before = None;
    for (at, c) in value.char_indices() {
        if before.is_some_and(|b| b != class(c)) {
            out.push(&value[from..at]);
            from = at;
        }
        before = Some(class(c));
    }
    out.push(&value[from..]);
    out
}

/// A value built like those of a scheme: of the shape of one of them, with runs of letters of others and other
/// digits. Check digits are made right by trying.
fn like(scheme: &Scheme, values: &[&str], prng: &mut Prng) -> Option<String> {
    let (shape, other) = (prng.pick(values), prng.pick(values));
    let donors = runs(other);
    let is_numeric = shape.bytes().all(|b| b.is_ascii_digit());
    let mut made = String::new();
    if shape.len() < 6 && shape.bytes().all(|b| b.is_ascii_alphabetic()) {
        let alphabet =
            if shape.bytes().all(|b| b.is_ascii_lowercase()) { "abcdefghijklmnopqrstuvwxyz" } else { "ABCDEFGHIJKLMNOPQRSTUVWXYZ" };
        return proved(scheme, &prng.letters(shape.len(), alphabet));
    }
    for (i, run) in runs(shape).into_iter().enumerate() {
        let donor = donors.get(i).copied().unwrap_or(run);
        match run.chars().next() {
            // The first digits of a number say of which kind it is.
            Some(c) if c.is_numeric() && is_numeric && run.len() > 6 => {
                made.push_str(&run[..run.len() / 2 - 1]);
                made.push_str(&prng.digits(run.len() - (run.len() / 2 - 1)));
            }
            Some(c) if c.is_numeric() => {
                let first = char::from(b'0' + if run.starts_with('0') { 0 } else { 1 + prng.below(9) as u8 });
                made.push(first);
                made.push_str(&prng.digits(run.chars().count() - 1));
            }
            Some(c) if c.is_alphabetic() => made.push_str(&letters(run, donor, prng)),
            _ => made.push_str(run),
        }
    }
    proved(scheme, &made)
}

/// Letters like a run's: another's, or the beginning of the one with the end of the other.
fn letters(run: &str, donor: &str, prng: &mut Prng) -> String {
    let is_word = |text: &str| text.chars().all(char::is_alphabetic) && text.is_ascii();
    match donor {
        _ if run.len() < 4 || !is_word(run) => run.to_owned(),
        donor if is_word(donor) && donor.len() >= 4 => format!("{}{}", &run[..run.len() / 2], &donor[donor.len() / 2..]),
        _ => {
            let mut all: Vec<char> = run.chars().collect();
            prng.shuffle(&mut all);
            all.into_iter().collect()
        }
    }
}

/// The value with check digits that hold, if it can have any.
fn proved(scheme: &Scheme, value: &str) -> Option<String> {
    if let Ok(normal) = normalise(scheme, value, "") {
        return (normal.repaired.is_none()).then_some(normal.value);
    }
    let head = value.len().checked_sub(2).filter(|&at| value.is_char_boundary(at))?;
    let last = value[head..].chars().next()?;
    let tail = |n: u32| match scheme {
        Scheme::Aba => format!("{last}{}", n % 10),
        _ => format!("{n:02}"),
    };
    let mut tried = (0..100).filter_map(|n| normalise(scheme, &format!("{}{}", &value[..head], tail(n)), "").ok());
    tried.find(|normal| normal.repaired.is_none()).map(|normal| normal.value)
}

/// Names that differ from registered ones in one word, which stands at that place in another's name.
fn names(registry: &Registry, lexicon: &Lexicon, prng: &mut Prng) -> Vec<Institution> {
    let all: Vec<(usize, &str)> =
        registry.institutions.iter().enumerate().flat_map(|(n, institution)| institution.all_names().map(move |name| (n, name))).collect();
    if all.len() < 2 {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut made = BTreeSet::new();
    let mut failed = 0;
    while out.len() < NAMES && failed < ATTEMPTS {
        failed += 1;
        let ((holder, name), (_, other)) = (prng.pick(&all), prng.pick(&all));
        let (mut words, others): (Vec<&str>, Vec<&str>) = (name.split(' ').collect(), other.split(' ').collect());
        let at = prng.below(words.len() as u64) as usize;
        let Some(word) = others.get(at).filter(|word| word.len() > 2 && **word != words[at] && words[at].len() > 2) else { continue };
        words[at] = word;
        let name = words.join(" ");
        // A form that is registered too would be a shared name.
        let is_free = forms(&name).iter().all(|form| !lexicon.is_name(&form.terms));
        if is_free && made.insert(name.clone()) {
            let city = registry.institutions[holder].city.clone();
            out.push(Institution { legal_name: name, city, ..Institution::default() });
            failed = 0;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ContentId;

    fn registry() -> Registry {
        let schemes = [
            (Scheme::Aba, ["021000021", "011000015", "111000025"]),
            (Scheme::Lei, ["549300DTUYXVMJXZNY75", "7H6GLXDRUGQFU57RNE97", "5493000IBP32UQZ0KL24"]),
            (Scheme::Bic, ["DEUTDEFF", "COBADEFF", "RCBWPLPW"]),
            (Scheme::Domain, ["firstoneida.example", "clearlake.example", "brackgate.example"]),
            (Scheme::ClientCode, ["N39BB4", "T29RTP", "X4482P"]),
            (Scheme::TransferAccount, ["vexton-sftp", "netherholt46", "brackgate.ftp"]),
        ];
        let institutions = (0..3).map(|n| {
            let of = schemes.iter().flat_map(|(scheme, values)| with_identifier(scheme, values[n].to_owned()).identifiers);
            let names = ["First Bank of Oneida", "Clearlake Valley Savings Bank", "Brackgate Community Credit Union"];
            Institution { identifiers: of.collect(), legal_name: names[n].to_owned(), ..Institution::default() }
        });
        Registry { digest: ContentId([7; 32]), ..Registry::of(institutions.collect()) }
    }

    #[test]
    fn decoys_are_valid_free_and_always_the_same() {
        let registry = registry();
        let lexicon = Lexicon::new(&registry);
        let all = decoys(&registry, &lexicon);
        assert_eq!(all, decoys(&registry, &lexicon));
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for identifier in all.iter().flat_map(|i| &i.identifiers) {
            let normal = normalise(&identifier.scheme, &identifier.value, "").unwrap();
            assert_eq!((normal.value.as_str(), normal.repaired), (identifier.value.as_str(), None));
            assert!(lexicon.holders.of(&identifier.scheme, &identifier.value).is_empty(), "{} {}", identifier.scheme, identifier.value);
            *counts.entry(identifier.scheme.as_str()).or_default() += 1;
        }
        for (scheme, least) in [("aba", 250), ("lei", 250), ("bic", 1), ("domain", 2), ("client_code", 100), ("transfer_account", 2)] {
            assert!(counts.get(scheme).is_some_and(|&n| n >= least), "{scheme}: {counts:?}");
        }
        let names: Vec<&str> = all.iter().filter(|i| i.identifiers.is_empty()).map(|i| i.legal_name.as_str()).collect();
        assert!(names.len() > 3 && !names.contains(&"First Bank of Oneida"), "{names:?}");
    }

    #[test]
    fn another_registry_has_other_decoys() {
        let (one, mut other) = (registry(), registry());
        other.digest = ContentId([8; 32]);
        let of = |registry: &Registry| decoys(registry, &Lexicon::new(registry));
        assert_ne!(of(&one), of(&other));
    }
}
