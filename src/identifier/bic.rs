//! Business identifier codes (ISO 9362): party prefix of four, country of two, suffix of two
//! characters, and an optional branch of three. Compared on the first eight.

use super::{Bare, Invalid, Normalised, SchemeRules, compact, country};
use crate::model::Scheme;

pub(super) const RULES: SchemeRules = SchemeRules {
    scheme: Scheme::Bic,
    normalise,
    composed: &[],
    labels: &[
        "bic",
        "bicfi",
        "bic code",
        "bic id",
        "bic8",
        "bic 8",
        "bic11",
        "bic 11",
        "swift",
        "swift code",
        "swift id",
        "swift number",
        "swift bic",
        "swift address",
        "swift bic code",
        "bic swift",
        "bic swift code",
        "bank identifier code",
        "business identifier code",
        "any bic",
        "lt address",
    ],
    generic_labels: &["swift ref"],
    headers: &["swiftbic", "swift bic id"],
    generic_headers: &[],
    bare: Bare::Shape,
    examples: &["DEUTDEFF", "deutdeff500", "COBADEFFXXX", "BFSW DE 33", "RCBWPLPW"],
    counter_examples: &["", "DEUTDEF", "DEUTDEFF5", "DEUTQQFF", "ACCEPTED!", "DEUTDEFFXXXX"],
};

fn normalise(raw: &str, _country: &str) -> Result<Normalised, Invalid> {
    let code = compact(raw).to_ascii_uppercase();
    if !matches!(code.len(), 8 | 11) {
        return Invalid::because("a BIC has eight or eleven characters");
    }
    match eight(&code) {
        Some(eight) => Normalised::plain(eight),
        None => Invalid::because("no BIC: letters and digits with an ISO 3166 country at the fifth and sixth place"),
    }
}

/// Does this text have the form of a BIC, in capitals, with an assigned country? Two of five English
/// words of eight letters have it too.
pub fn is_well_formed(code: &str) -> bool {
    eight(code).is_some()
}

/// The first eight characters of a well-formed BIC of eight or eleven.
pub fn eight(code: &str) -> Option<&str> {
    let shape = matches!(code.len(), 8 | 11) && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    (shape && country::is_assigned(&code[4..6])).then(|| &code[..8])
}

/// The BIC of a SWIFT logical terminal (twelve characters: the ninth is the terminal), in its first
/// eight characters. A BIC of eight or eleven is taken as it is.
pub fn of_terminal(address: &str) -> Option<&str> {
    match (address.len(), address.get(..8), address.get(9..)) {
        (12, Some(head), Some(branch)) if branch.bytes().all(|b| b.is_ascii_alphanumeric()) => eight(head),
        _ => eight(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_and_branches_name_the_same_institution() {
        assert_eq!(of_terminal("DEUTDEFFAXXX"), Some("DEUTDEFF"));
        assert_eq!(of_terminal("DEUTDEFFXXX"), Some("DEUTDEFF"));
        assert_eq!(of_terminal("DEUTDEFFAXX"), Some("DEUTDEFF"));
        assert_eq!(of_terminal("äöüä"), None);
        assert_eq!(normalise("deutdeff500", "").unwrap().value, "DEUTDEFF");
        assert!(!is_well_formed("deutdeff") && !is_well_formed("ÄÖÜÄ"));
    }
}
