//! ABA routing transit numbers: nine digits, the last of which is a check digit (ABA Routing Number
//! Policy; the weights are 3, 7, 1).

use super::{Bare, Invalid, Normalised, SchemeRules, all_digits, compact_number};
use crate::model::Scheme;

pub(super) const RULES: SchemeRules = SchemeRules {
    scheme: Scheme::Aba,
    normalise,
    composed: &[],
    labels: &[
        "aba",
        "aba number",
        "aba code",
        "aba id",
        "aba rtn",
        "aba routing",
        "aba routing number",
        "aba transit number",
        "rtn",
        "rtn number",
        "rt number",
        "r t number",
        "routing",
        "routing number",
        "routing code",
        "routing id",
        "routing transit",
        "routing transit number",
        "transit routing",
        "transit routing number",
        "routing and transit number",
        "bank routing number",
        "fedwire number",
        "fedach number",
        "fed aba",
        "odfi",
        "rdfi",
        "odfi number",
        "rdfi number",
        "odfi id",
        "rdfi id",
        "dfi number",
        "dfi id",
    ],
    generic_labels: &["transit", "transit number", "bank id", "bankid", "immediate origin", "immediate destination", "micr"],
    headers: &["rtn aba", "aba rtn number", "ach routing", "wire routing", "ach rtn", "wire rtn", "tran route", "route transit", "rt"],
    generic_headers: &["transit", "transit number", "bank id", "bank number", "dfi"],
    bare: Bare::Nothing,
    examples: &["021000021", "011000015", "0210-0002-1", "26009593", "=\"021000021\"", "267585737.0"],
    counter_examples: &["", "021000020", "0210000211", "02100002", "000000000", "991000022", "O21000021"],
};

fn normalise(raw: &str, _country: &str) -> Result<Normalised, Invalid> {
    let digits = compact_number(raw);
    if !all_digits(&digits) {
        return Invalid::because("a routing number has digits only");
    }
    match digits.len() {
        9 if is_valid(&digits) => Normalised::plain(digits),
        9 => Invalid::because("the check digit or the first two digits of the routing number are wrong"),
        8 => match format!("0{digits}") {
            padded if is_valid(&padded) => {
                Ok(Normalised { value: padded, repaired: Some("leading zero restored, the check digit is right") })
            }
            _ => Invalid::because("eight digits, and a lost leading zero does not make the check digit right"),
        },
        _ => Invalid::because("a routing number has nine digits"),
    }
}

/// Is this a routing number: nine digits, a prefix that the ABA assigns, and the right check digit?
pub fn is_valid(digits: &str) -> bool {
    let Ok(digits) = <[u8; 9]>::try_from(digits.as_bytes()) else { return false };
    if !digits.iter().all(u8::is_ascii_digit) || digits == *b"000000000" {
        return false;
    }
    let prefix = (digits[0] - b'0') * 10 + digits[1] - b'0';
    matches!(prefix, 0..=12 | 21..=32 | 61..=72 | 80) && weighted_sum(&digits).is_multiple_of(10)
}

/// Completes the eight-digit form that payment files use. `None` for anything but eight digits, and
/// for zeros.
pub fn with_check_digit(first8: &str) -> Option<String> {
    if first8.len() != 8 || !all_digits(first8) || first8 == "00000000" {
        return None;
    }
    let check = (10 - weighted_sum(first8.as_bytes()) % 10) % 10;
    Some(format!("{first8}{check}"))
}

fn weighted_sum(digits: &[u8]) -> u32 {
    digits.iter().zip([3, 7, 1].into_iter().cycle()).map(|(d, weight)| u32::from(d - b'0') * weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_lost_zero_is_restored_only_when_certain() {
        let repaired = normalise("26009593", "").unwrap();
        assert_eq!((repaired.value.as_str(), repaired.repaired.is_some()), ("026009593", true));
        assert!(normalise("26009594", "").is_err());
    }

    #[test]
    fn numbers_that_look_like_tests_are_real() {
        // Chase New York and the Federal Reserve Bank of Boston.
        assert!(is_valid("021000021") && is_valid("011000015"));
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_seen(first in "(0[0-9]|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)[0-9]{6}", at in 0usize..9, by in 1u8..10) {
            prop_assume!(first != "00000000");
            let whole = with_check_digit(&first).unwrap();
            prop_assert!(is_valid(&whole));
            let mut wrong = whole.into_bytes();
            wrong[at] = (wrong[at] - b'0' + by) % 10 + b'0';
            prop_assert!(!is_valid(std::str::from_utf8(&wrong).unwrap()));
        }
    }
}
