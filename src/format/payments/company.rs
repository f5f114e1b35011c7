//! Tells the names of companies from those of persons, where a layout has one field for both.

use super::words::WordSet;

/// Words that stand in names of companies and public bodies, hardly ever in those of persons.
const WORDS: WordSet = WordSet::new(&[
    "AG",
    "AGENCY",
    "ASSN",
    "ASSOC",
    "ASSOCIATES",
    "ASSOCIATION",
    "AUTHORITY",
    "BANK",
    "BV",
    "CHURCH",
    "CITY",
    "CLUB",
    "CO",
    "COLLEGE",
    "COMPANY",
    "CORP",
    "CORPORATION",
    "COUNCIL",
    "COUNTY",
    "CREDIT",
    "DEPARTMENT",
    "DEPT",
    "ENTERPRISES",
    "FCU",
    "FOUNDATION",
    "FUND",
    "GMBH",
    "GROUP",
    "HOLDINGS",
    "HOSPITAL",
    "INC",
    "INCORPORATED",
    "INDUSTRIES",
    "INSURANCE",
    "INTERNATIONAL",
    "LIMITED",
    "LLC",
    "LLP",
    "LP",
    "LTD",
    "MINISTRY",
    "NV",
    "PARTNERS",
    "PARTNERSHIP",
    "PLC",
    "PTY",
    "SA",
    "SARL",
    "SCHOOL",
    "SERVICES",
    "SOCIETY",
    "SOLUTIONS",
    "SYSTEMS",
    "TREASURY",
    "TRUST",
    "UNION",
    "UNIVERSITY",
    "UTILITIES",
]);

/// A name with a legal form, or a word that names a trade or an office.
pub(super) fn is_company(name: &str) -> bool {
    WORDS.has_word_of(name, |c| !c.is_alphanumeric(), |_| false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_forms_and_trades_are_companies() {
        assert!(WORDS.is_sorted());
        for name in ["Pepper & Sons, Inc.", "WETCOSAT INDUSTRIES LTD.", "City of Springfield"] {
            assert!(is_company(name), "{name}");
        }
        for name in ["Jane Doe", "JULIAN PRICE", "Incarnación Cobo", ""] {
            assert!(!is_company(name), "{name}");
        }
    }
}
