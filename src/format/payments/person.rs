//! Persons among the names of a payment: firms and placeholders are not counted.

use super::words::WordSet;
use crate::format::Sink;
use crate::model::Person;

/// Words that only the name of a firm, public body or bank has.
const FIRM_WORDS: WordSet = WordSet::new(&[
    "AB",
    "AG",
    "AS",
    "ASA",
    "ASSOCIATION",
    "AUTHORITY",
    "BANK",
    "BHD",
    "BV",
    "BVBA",
    "CITY",
    "CLUB",
    "CO",
    "COMPANY",
    "CORP",
    "CORPORATION",
    "COUNCIL",
    "CREDIT",
    "DEPARTMENT",
    "EV",
    "FOUNDATION",
    "FUND",
    "GMBH",
    "GROUP",
    "HOLDING",
    "HOLDINGS",
    "INC",
    "INCORPORATED",
    "INSURANCE",
    "KG",
    "KGAA",
    "LIMITED",
    "LLC",
    "LLP",
    "LP",
    "LTD",
    "LTDA",
    "MINISTRY",
    "NV",
    "OHG",
    "OY",
    "OYJ",
    "PARTNERS",
    "PLC",
    "PTY",
    "PVT",
    "SA",
    "SARL",
    "SAS",
    "SCS",
    "SE",
    "SERVICES",
    "SIA",
    "SL",
    "SPA",
    "SRL",
    "SRO",
    "STICHTING",
    "TRUST",
    "UG",
    "UNIVERSITY",
    "VEREIN",
]);

/// Pushes a debtor or creditor as a person unless the name is a firm's, a placeholder of a template,
/// or no name at all.
pub(super) fn push(sink: &mut Sink<'_>, name: &str, address: &str, region: &str) {
    push_living(sink, Person { name, address, region, country: "" });
}

/// As [`push`], where the country of the address stands apart.
pub(super) fn push_living(sink: &mut Sink<'_>, person: Person<'_>) {
    let name = person.name.trim();
    if !is_firm(name) && !name.bytes().any(|byte| matches!(byte, b'{' | b'}' | b'$' | b'<' | b'>')) {
        sink.person(Person { name, address: person.address.trim(), ..person });
    }
}

/// Does a word of the name say that it is a firm's? Dots and slashes inside a legal form do not count.
fn is_firm(name: &str) -> bool {
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | '-' | '(' | ')' | '&');
    FIRM_WORDS.has_word_of(name, between, |byte| matches!(byte, b'.' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn firms_are_told_from_persons() {
        assert!(FIRM_WORDS.is_sorted());
        for firm in
            ["ACME Corp.", "Meyer & Schneider GmbH", "PayPal (Europe) S.a.r.l.", "COMPANY BVBA", "Danske A/S", "MMS ONLINE NEDERLAND B.V."]
        {
            assert!(is_firm(firm), "{firm}");
        }
        for person in ["Jane Doe", "MARIA DEL CARMEN", "Peter Pan", "O'Brien, Conan"] {
            assert!(!is_firm(person), "{person}");
        }
    }
}
