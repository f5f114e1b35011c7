//! Amounts as systems print them.

use super::content::is_number_of;

/// What a printed amount may begin or end with: its sign, its currency, brackets for minus.
const MARKS: [char; 10] = ['(', ')', '+', '-', '$', '€', '£', '¥', ' ', '\u{A0}'];
/// Marks of reports behind a number: minus, credit and debit, overdrawn, and that a footnote speaks of it.
const SIGNS: [&str; 8] = ["-", "+", ")", ">", "*", "CR", "DR", "OD"];

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// What of an amount is a number, without sign, currency and brackets.
fn number_in(text: &str) -> &str {
    let text = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text);
    let text = text.strip_suffix('*').unwrap_or(text).trim_matches(MARKS);
    text.trim_matches(|c: char| c.is_ascii_uppercase() || matches!(c, ' ' | '-'))
}

/// An amount in any usual writing: sign before or behind, currency, separators, brackets for minus.
pub(super) fn is_amount(text: &str) -> bool {
    let number = number_in(text);
    digits(number) > 0 && number.len() <= 24 && number.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'\'' | b' '))
}

/// An amount with exactly two decimals.
pub(crate) fn is_money(text: &str) -> bool {
    let number = number_in(text);
    let has_cents = |mark| number.rsplit_once(mark).is_some_and(|(whole, cents)| digits(whole) > 0 && is_number_of(cents, 2..=2));
    (has_cents('.') || has_cents(',')) && is_amount(text)
}

/// How many characters the sign takes that stands where a number ends, and behind which nothing does.
pub(crate) fn sign_behind(digit: char, behind: &[char]) -> Option<usize> {
    if !digit.is_ascii_digit() {
        return None;
    }
    let stands = |sign: &str| behind.len() >= sign.len() && behind.iter().zip(sign.chars()).all(|(one, c)| one.eq_ignore_ascii_case(&c));
    let length = SIGNS.into_iter().find(|sign| stands(sign))?.len();
    behind.get(length).is_none_or(|c| *c == ' ').then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_printed_in_many_ways() {
        for text in [
            "1,234.50",
            "$0.99",
            "25418.60-",
            "25,418.60CR",
            "25,418.60 DR",
            "(25418.60)",
            "<25418.60>",
            "25418.60*",
            "-1.00",
            "$(1.00)",
            "1.00-*",
            "1.234,50 EUR",
        ] {
            assert!(is_money(text), "{text}");
        }
        for text in ["123.456", "1.2.3", "12-34", "****2807", "1.00**2", "CR", "-", "12.5", "v1.00b"] {
            assert!(!is_money(text), "{text}");
        }
        assert!(is_amount("(12)") && is_amount("EUR 5") && !is_amount("****2807") && !is_amount("A1-B2"));
    }

    #[test]
    fn signs_end_numbers() {
        let sign = |text: &str| sign_behind('0', &text.chars().collect::<Vec<_>>());
        assert_eq!((sign("- 7"), sign("CR"), sign("cr  1"), sign("*")), (Some(1), Some(2), Some(2), Some(1)));
        assert_eq!((sign("-7"), sign("CREDIT"), sign(" "), sign("")), (None, None, None, None));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,40}") {
            let _ = (is_amount(&text), is_money(&text), sign_behind('1', &text.chars().collect::<Vec<_>>()));
        }
    }
}
