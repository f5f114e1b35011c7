use super::institution::{Identifier, Source};
use super::loading::{Holder, Loading, Place};
use super::names::validity;
use super::problem::{DefectKind, quoted};
use super::rows::{Repeats, Row, Spec, TableFile, report_doubts};
use crate::identifier::{SCHEMES, Specific, labelled, normalise, rounded_numbers};
use crate::model::Scheme;
use crate::model::says_nothing;
use crate::tokens::words_of;
use std::collections::BTreeSet;

pub(super) const SPEC: Spec<5> = Spec { table: "identifiers", columns: ["customer_id", "scheme", "value", "from", "to"], required: 3 };

const LOST: &str = "the identifier is not searched for any institution";
const UNUSABLE: &str = "it is not searched, so nothing can be found by it";

/// Reads the identifiers of the institutions.
pub(super) fn load(file: &TableFile, loading: &mut Loading) -> Source {
    let mut seen = Seen::default();
    file.rows(&SPEC, loading, |loading, row| identifier(&file.name, row, loading, &mut seen))
}

#[derive(Default)]
struct Seen {
    repeats: Repeats,
    /// Schemes without rules of their own.
    others: BTreeSet<String>,
}

fn identifier(file: &str, row: Row<'_, 5>, loading: &mut Loading, seen: &mut Seen) {
    let earlier = seen.repeats.earlier(&row);
    let Row { line, cells: [id, scheme_word, raw, from, to], extra, doubts } = row;
    let at = |column| Place { file, line, column: Some(column) };
    let n = match loading.holder(DefectKind::UnknownCustomer, at("customer_id"), &id, LOST) {
        Holder::One(n) => n,
        Holder::OneOf(_) | Holder::Nobody => return,
    };
    if let Some(earlier) = earlier {
        return loading.defect(
            DefectKind::RepeatedRow,
            at("customer_id"),
            &id,
            Some(n),
            format!("the same row as line {earlier}"),
            "counted once",
        );
    }
    report_doubts(&doubts, Place { file, line, column: None }, &id, Some(n), UNUSABLE, loading);
    let mut scheme = scheme(&scheme_word);
    let meant = if matches!(scheme, Scheme::Other(_)) { labelled_scheme(&scheme_word) } else { None };
    if let Some(known) = meant.as_ref().filter(|known| is_certain(known, &raw, &loading.institutions[n].country)) {
        let problem = format!("the scheme {} of a number with the check digit of {known}", quoted(&scheme_word));
        loading.note(DefectKind::Repaired, at("scheme"), &id, problem, format!("taken as {known}"));
        scheme = known.clone();
    }
    let (from, to) = validity(Place { file, line, column: None }, &id, n, &from, &to, loading);
    let normal = match &scheme {
        Scheme::Other(word) if word.is_empty() => Err(("scheme", "the scheme is blank".to_owned())),
        Scheme::Name => Err(("scheme", "a name is no identifier; it belongs in the names table".to_owned())),
        _ if raw.is_empty() => Err(("value", "the value is blank".to_owned())),
        _ if says_nothing(&raw) => Err(("value", format!("{} stands for no value", quoted(&raw)))),
        _ if rounded_numbers(&raw).is_some() => {
            Err(("value", format!("{} was rounded by a spreadsheet, and its digits are lost", quoted(&raw))))
        }
        known => normalise(known, &raw, &loading.institutions[n].country)
            .map_err(|invalid| ("value", format!("{} is no valid {known}: {}", quoted(&raw), invalid.reason))),
    };
    let (value, usable) = match normal {
        Ok(normal) => {
            if let Some(repaired) = normal.repaired {
                loading.note(
                    DefectKind::Repaired,
                    at("value"),
                    &id,
                    format!("{}: {repaired}", quoted(&raw)),
                    format!("taken as {}", quoted(&normal.value)),
                );
            }
            if let Scheme::Other(word) = &scheme
                && seen.others.insert(word.clone())
            {
                let (kind, like) = match &meant {
                    Some(known) => (DefectKind::SimilarScheme, format!("; {known} has")),
                    None => (DefectKind::UnknownScheme, String::new()),
                };
                let problem = format!("the scheme {} has no rules of its own{like}", quoted(word));
                loading.note(kind, at("scheme"), "", problem, "matched as an exact delimited token");
            }
            // Of a row whose cells may have moved nothing is relied on.
            (normal.value, doubts.is_empty())
        }
        Err((column, problem)) => {
            loading.defect(DefectKind::InvalidIdentifier, at(column), &id, Some(n), problem, UNUSABLE);
            (raw.to_string(), false)
        }
    };
    loading.institutions[n].identifiers.push(Identifier { scheme, value, raw: raw.into_owned(), from, to, usable, line, extra });
}

/// The scheme of a word; case and what parts its words make no difference to the known ones.
fn scheme(word: &str) -> Scheme {
    let written = Scheme::from(word);
    if !matches!(written, Scheme::Other(_)) {
        return written;
    }
    let letters = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (word, mut known) = (letters(word), SCHEMES.iter().map(|rules| &rules.scheme).chain([&Scheme::Name]));
    known.find(|known| letters(known.as_str()) == word).cloned().unwrap_or(written)
}

/// The known scheme that a word names as a label or heading does, and no other.
fn labelled_scheme(word: &str) -> Option<Scheme> {
    let words = words_of(word);
    let named = labelled(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let mut exact = named.iter().filter(|(_, specific)| *specific == Specific::Exact);
    exact.next().filter(|_| exact.next().is_none()).map(|(scheme, _)| scheme.clone())
}

/// Does a check digit prove the value one of the scheme?
fn is_certain(scheme: &Scheme, value: &str, country: &str) -> bool {
    matches!(scheme, Scheme::Aba | Scheme::Lei) && normalise(scheme, value, country).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_schemes() {
        assert_eq!(scheme("Client Code"), Scheme::ClientCode);
        assert_eq!(scheme("ABA"), Scheme::Aba);
        assert_eq!(scheme("clientcode"), Scheme::ClientCode);
        assert_eq!(scheme("Mandant-ID"), Scheme::Other("Mandant-ID".to_owned()));
        for word in ["rtn", "routing_number", "ABA Routing", "routing"] {
            assert_eq!(labelled_scheme(word), Some(Scheme::Aba), "{word}");
        }
        assert!(is_certain(&Scheme::Aba, "021000021", "US") && !is_certain(&Scheme::Aba, "021000020", "US"));
        assert_eq!(labelled_scheme("core_number"), None);
    }
}
