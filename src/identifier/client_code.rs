//! The vendor's own codes for its customers: any token, compared as it stands by the matcher.

use super::{Bare, Composed, Invalid, Normalised, SchemeRules, Specific, token, whole_number};
use crate::model::Scheme;

/// Words for those whom the vendor serves.
const CLIENTS: &[&str] = &[
    "client",
    "institution",
    "inst",
    "fi",
    "financial institution",
    "fin inst",
    "tenant",
    "mandant",
    "mandanten",
    "institut",
    "instituts",
];
/// Words for them that are as often words for others.
const ORGANISATIONS: &[&str] =
    &["org", "organization", "organisation", "company", "bank", "cust bank", "member", "participant", "lender", "cu", "credit union"];
/// What somebody is given to be told by.
const ASSIGNED: &[&str] = &["code", "id", "number", "key", "ref"];
/// What only programs tell somebody by.
const KEYS: &[&str] = &["fk", "pk", "sk", "uuid", "guid", "acronym", "mnemonic", "number key", "number fk", "id fk", "code fk"];

/// A code as the vendor gave it. A spreadsheet that took it for a number wrote `40771.0` or `4.0771E+04`.
fn code(raw: &str) -> Result<Normalised, Invalid> {
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+');
    let is_kept = raw.contains('.') && raw.trim().chars().all(is_number);
    if let Some(value) = is_kept.then(|| whole_number(raw.trim())).flatten() {
        return Ok(Normalised { value, repaired: Some("a number of a spreadsheet, taken without its fraction") });
    }
    // `40771 (old: 3312)`
    let digits = |text: &str| text.bytes().any(|b| b.is_ascii_digit());
    match raw.split_once(" (").or_else(|| raw.split_once(" [")) {
        Some((code, other)) if digits(code) && digits(other) => Invalid::because("it holds several values; each needs a row of its own"),
        _ => token(raw),
    }
}

pub(super) const RULES: SchemeRules = SchemeRules {
    scheme: Scheme::ClientCode,
    normalise: |raw, _| code(raw),
    composed: &[
        Composed { of: CLIENTS, what: ASSIGNED, specific: Specific::Exact, heads_only: false },
        Composed { of: CLIENTS, what: KEYS, specific: Specific::Exact, heads_only: false },
        Composed { of: &["partner", "site"], what: ASSIGNED, specific: Specific::Exact, heads_only: false },
        // Before a value it is also the line of commands.
        Composed { of: &["cli"], what: ASSIGNED, specific: Specific::Exact, heads_only: true },
        Composed { of: ORGANISATIONS, what: ASSIGNED, specific: Specific::Generic, heads_only: true },
    ],
    labels: &[
        "client",
        "fk client",
        "id client",
        "code client",
        "numero client",
        "codigo cliente",
        "codigo de cliente",
        // What is said of a client's code elsewhere; of a number or id it is as often a customer's of theirs.
        "codigo do cliente",
        "codi client",
        "codice cliente",
        "codice del cliente",
        "cod client",
        "kunden code",
        "klant code",
        "kod klienta",
        "kund kod",
        "kunde kode",
        "klient kode",
        "asiakas koodi",
        "ugyfel kod",
        "musteri kodu",
        "customer code",
        "customer key",
        "cust code",
        "cust key",
        "institution",
        "fi",
        "bank key",
        "bank ref",
        "tenant",
    ],
    generic_labels: &[
        "customer",
        "customer id",
        "customer number",
        "customer ref",
        "cust id",
        "cust number",
        "bank",
        "bank code",
        "bank id",
        "bank number",
        "member",
        "member code",
        "member id",
        "member number",
        "member key",
        "member ref",
        "partner",
        "site",
        "lender code",
        "lender id",
        "org id",
        "organization id",
        "organisation id",
        "company id",
        "company code",
        "mandant",
        "kunde",
        "kunden number",
        "klant number",
        "kund number",
        "kunde number",
        "numero cliente",
        "numero de cliente",
        "numero do cliente",
        "numero de client",
        "id cliente",
        "id do cliente",
        "numer klienta",
        "cislo klienta",
        "asiakas number",
        "ugyfelszam",
        "id",
        "code",
        "key",
        "ref",
    ],
    headers: &[],
    generic_headers: &[
        "bank",
        "customer",
        "customer id",
        "customer number",
        "customer ref",
        "inst",
        "cust",
        "cust id",
        "cust number",
        "participant",
        "cif",
        "cif number",
        "cif id",
        "member",
        "mandant",
        "kunde",
        "kunden number",
        "numero client",
        "numero cliente",
    ],
    bare: Bare::Weak,
    examples: &["Y9UF9Q", " 4711 ", "acme-bank"],
    counter_examples: &["", "   "],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_spreadsheets_are_codes() {
        let value = |raw: &str| code(raw).map(|normal| (normal.value, normal.repaired.is_some())).ok();
        for (raw, wanted) in [
            ("40771.0", ("40771", true)),
            ("4.0771E+04", ("40771", true)),
            ("00.12A", ("00.12A", false)),
            ("10.25", ("10.25", false)),
            ("00771", ("00771", false)),
            ("C100(2)", ("C100(2", false)),
        ] {
            assert_eq!(value(raw), Some((wanted.0.to_owned(), wanted.1)), "{raw}");
        }
        assert_eq!(value("40771 (old: 3312)"), None);
    }
}
