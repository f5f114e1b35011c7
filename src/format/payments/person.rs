//! Persons among the names of a payment: firms and placeholders are not counted.

use crate::format::Sink;
use crate::model::Person;

/// Words that only the name of a firm, public body or bank has, lower case, sorted.
const FIRM_WORDS: &[&str] = &[
    "ab",
    "ag",
    "as",
    "asa",
    "association",
    "authority",
    "bank",
    "bhd",
    "bv",
    "bvba",
    "city",
    "club",
    "co",
    "company",
    "corp",
    "corporation",
    "council",
    "credit",
    "department",
    "ev",
    "foundation",
    "fund",
    "gmbh",
    "group",
    "holding",
    "holdings",
    "inc",
    "incorporated",
    "insurance",
    "kg",
    "kgaa",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "ministry",
    "nv",
    "ohg",
    "oy",
    "oyj",
    "partners",
    "plc",
    "pty",
    "pvt",
    "sa",
    "sarl",
    "sas",
    "scs",
    "se",
    "services",
    "sia",
    "sl",
    "spa",
    "srl",
    "sro",
    "stichting",
    "trust",
    "ug",
    "university",
    "verein",
];

/// Pushes a debtor or creditor as a person unless the name is a firm's, a placeholder of a template,
/// or no name at all.
pub(super) fn push(sink: &mut Sink<'_>, name: &str, address: &str, region: &str) {
    let name = name.trim();
    if !is_firm(name) && !name.contains(['{', '}', '$', '<', '>']) {
        sink.person(Person { name, address: address.trim(), region });
    }
}

/// Does a word of the name say that it is a firm's? Dots and slashes inside a legal form do not count.
fn is_firm(name: &str) -> bool {
    let mut word = [0u8; 12];
    name.split(|c: char| c.is_whitespace() || matches!(c, ',' | '-' | '(' | ')' | '&')).any(|token| {
        let mut len = 0;
        for b in token.bytes().filter(|&b| b != b'.' && b != b'/') {
            match word.get_mut(len) {
                Some(slot) => *slot = b.to_ascii_lowercase(),
                None => return false,
            }
            len += 1;
        }
        std::str::from_utf8(&word[..len]).is_ok_and(|w| FIRM_WORDS.binary_search(&w).is_ok())
    })
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
