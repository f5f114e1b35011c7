//! Tells the names of companies from those of persons, where a layout has one field for both.

/// Words that stand in names of companies and public bodies, hardly ever in those of persons.
const WORDS: [&str; 58] = [
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
];

/// A name with a legal form, or a word that names a trade or an office.
pub(super) fn is_company(name: &str) -> bool {
    let mut upper = [0; 16];
    name.split(|c: char| !c.is_alphanumeric()).any(|word| {
        let Some(buffer) = upper.get_mut(..word.len()) else { return false };
        buffer.copy_from_slice(word.as_bytes());
        buffer.make_ascii_uppercase();
        std::str::from_utf8(buffer).is_ok_and(|word| WORDS.binary_search(&word).is_ok())
    })
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
