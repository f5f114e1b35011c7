//! Legal entity identifiers (ISO 17442): eighteen letters and digits and two check digits (ISO 7064
//! mod 97-10).

use super::{Bare, Invalid, Normalised, SchemeRules, compact, mod97};
use crate::model::Scheme;

pub(super) const RULES: SchemeRules = SchemeRules {
    scheme: Scheme::Lei,
    normalise,
    composed: &[],
    labels: &["lei", "lei code", "lei id", "lei number", "legal entity identifier", "legal entity id"],
    generic_labels: &[],
    headers: &[],
    generic_headers: &[],
    bare: Bare::Shape,
    examples: &["7LTWFZYICNSX8D621K86", "7ltwfzyicnsx8d621k86", "549300 1KJTIIGC8Y1R 12"],
    counter_examples: &["", "7LTWFZYICNSX8D621K87", "7LTWFZYICNSX8D621K8", "7LTWFZYICNSX8D621KAA"],
};

fn normalise(raw: &str, _country: &str) -> Result<Normalised, Invalid> {
    let code = compact(raw).to_ascii_uppercase();
    match is_valid(&code) {
        true => Normalised::plain(code),
        false => Invalid::because("no LEI: twenty letters and digits whose check digits hold"),
    }
}

/// Is this an LEI, in capitals, with the right check digits?
pub fn is_valid(code: &str) -> bool {
    code.len() == 20 && code.bytes().skip(18).all(|b| b.is_ascii_digit()) && mod97(code.bytes()) == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        // A digit for a letter moves the places of all that stands before it, and may go unseen.
        #[test]
        fn one_wrong_digit_is_always_seen(stem in "[0-9]{4}00[0-9A-Z]{12}", at in 0usize..6, other in "[0-9]") {
            let check = 98 - mod97(stem.bytes().chain(*b"00")).unwrap();
            let whole = format!("{stem}{check:02}");
            prop_assert!(is_valid(&whole));
            let mut wrong = whole.clone();
            wrong.replace_range(at..=at, &other);
            prop_assert_eq!(is_valid(&wrong), wrong == whole);
        }
    }
}
