//! Personal data in running text: only what its shape or a label beside it makes sure. Tables and payment
//! files say more, and are judged by their fields.

use crate::model::{DataElement, Elements};

/// Numbers that documentation uses as examples of a social security number.
const EXAMPLE_SSNS: &[&str] = &["123-45-6789", "078-05-1120", "219-09-9999", "987-65-4321", "111-11-1111"];
/// Card numbers that payment processors publish for tests.
const EXAMPLE_CARDS: &[&str] = &[
    "4111111111111111",
    "4242424242424242",
    "5555555555554444",
    "5105105105105100",
    "378282246310005",
    "371449635398431",
    "4012888888881881",
    "6011111111111117",
];

/// The kinds of personal data in a text.
pub(super) fn find(text: &str) -> Elements {
    let mut elements = Elements::default();
    let bytes = text.as_bytes();
    let mut at = 0;
    // Numbers of the shape of a card's, and those of them whose check digit holds.
    let (mut shaped, mut checked) = (0u32, 0u32);
    while let Some(i) = bytes[at..].iter().position(u8::is_ascii_digit) {
        let start = at + i;
        let mut end = start;
        while end < bytes.len()
            && (bytes[end].is_ascii_digit() || (matches!(bytes[end], b'-' | b' ') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)))
        {
            end += 1;
        }
        at = end.max(start + 1);
        if is_track(&bytes[..start], &text[start..end], &bytes[end..]) {
            elements.insert(DataElement::CardNumber);
        }
        let stands_alone = !(start > 0 && (bytes[start - 1].is_ascii_alphanumeric() || bytes[start - 1] == b'.'))
            && !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
        if !stands_alone {
            continue;
        }
        let run = &text[start..end];
        if is_ssn(run) || is_plain_ssn(run, &bytes[..start]) {
            elements.insert(DataElement::Ssn);
        } else if is_card(run, &bytes[start.saturating_sub(40)..start]) {
            elements.insert(DataElement::CardNumber);
        } else if let Some(number) = run.split(' ').next().filter(|number| is_card_shaped(number)) {
            shaped += 1;
            checked += u32::from(luhn(number) && !EXAMPLE_CARDS.contains(&number));
        }
    }
    // One in ten has the check digit by chance; of many hardly another has.
    if checked >= LEAST_CARDS && checked * 10 >= shaped * 9 {
        elements.insert(DataElement::CardNumber);
    }
    elements
}

/// So many numbers without a label are cards if nearly all have the check digit.
const LEAST_CARDS: u32 = 8;

/// Sixteen digits without a break, as a card scheme issues them.
fn is_card_shaped(run: &str) -> bool {
    run.len() == 16 && run.bytes().all(|b| b.is_ascii_digit()) && is_issued(run)
}

/// The number of a magnetic stripe: `%B` number `^` in its first track, `;` number `=` in its second (ISO/IEC 7813).
fn is_track(before: &[u8], run: &str, behind: &[u8]) -> bool {
    let framed =
        before.ends_with(b"B") && behind.starts_with(b"^") || before.ends_with(b";") && matches!(behind, [b'=' | b'D', b'0'..=b'9', ..]);
    framed && matches!(run.len(), 13..=19) && run.bytes().all(|b| b.is_ascii_digit()) && luhn(run) && !EXAMPLE_CARDS.contains(&run)
}

/// `ddd-dd-dddd` that was or may be assigned (SSA, "The SSN numbering scheme": no area 000, 666 or 9xx, no
/// group 00, no serial 0000).
fn is_ssn(run: &str) -> bool {
    let bytes = run.as_bytes();
    let shaped = bytes.len() == 11 && bytes[3] == b'-' && bytes[6] == b'-' && bytes.iter().filter(|b| b.is_ascii_digit()).count() == 9;
    shaped
        && !run.starts_with("000")
        && !run.starts_with("666")
        && !run.starts_with('9')
        && &run[4..6] != "00"
        && &run[7..] != "0000"
        && !EXAMPLE_SSNS.contains(&run)
}

/// Nine digits without hyphens, behind words that say what they are.
fn is_plain_ssn(run: &str, before: &[u8]) -> bool {
    const LABELS: [&str; 4] = ["ssn", "socialsecurity", "socialsecurityno", "socialsecuritynumber"];
    if run.len() != 9 || !run.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let near = &before[before.len().saturating_sub(40)..];
    let line = near.iter().rposition(|b| *b == b'\n').map_or(near, |at| &near[at + 1..]);
    let label: String = line.iter().filter(|b| b.is_ascii_alphabetic()).map(|b| char::from(b.to_ascii_lowercase())).collect();
    LABELS.iter().any(|end| label.ends_with(end)) && is_ssn(&format!("{}-{}-{}", &run[..3], &run[3..5], &run[5..]))
}

/// Fifteen or sixteen digits of a card scheme whose check digit holds (ISO/IEC 7812-1 annex B), in groups of
/// a card or after a word that says so: one in ten numbers has the check digit by chance.
fn is_card(run: &str, before: &[u8]) -> bool {
    let digits: String = run.chars().filter(char::is_ascii_digit).collect();
    if !is_issued(&digits) || EXAMPLE_CARDS.contains(&digits.as_str()) {
        return false;
    }
    let groups: Vec<usize> = run.split(['-', ' ']).map(str::len).collect();
    let label = String::from_utf8_lossy(before).to_lowercase();
    // `spanId` says nothing of a card.
    let is_labelled = ["card", "visa", "mastercard", "amex"].iter().any(|word| label.contains(word))
        || label.split(|c: char| !c.is_alphabetic()).any(|word| word == "pan");
    (groups == [4, 4, 4, 4] || groups == [4, 6, 5] || (groups.len() == 1 && is_labelled)) && luhn(&digits)
}

/// Fifteen or sixteen digits that begin as a card scheme's numbers do.
fn is_issued(digits: &str) -> bool {
    match digits.len() {
        15 => digits.starts_with("34") || digits.starts_with("37"),
        16 => {
            digits.starts_with('4')
                || ("51".."56").contains(&&digits[..2])
                || ("2221".."2721").contains(&&digits[..4])
                || digits.starts_with("6011")
                || digits.starts_with("65")
        }
        _ => false,
    }
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let digit = u32::from(b - b'0');
            let doubled = if i % 2 == 1 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&'static str> {
        find(text).words()
    }

    #[test]
    fn numbers_that_say_what_they_are() {
        assert_eq!(words("SSN 512-44-7781, opened 2024-11-04"), ["ssn"]);
        for text in ["SSN 512447781", "<SSN>512447781</SSN>", "Social Security Number: 512447781", "ssn=512447781&x=1"] {
            assert_eq!(words(text), ["ssn"], "{text}");
        }
        assert_eq!(words("card 4929 1234 1234 1231 declined"), Vec::<&str>::new());
        assert_eq!(words("paid with 4539 1488 0343 6467"), ["card_number"]);
        assert_eq!(words("card=4539148803436467"), ["card_number"]);
        assert_eq!(words("pan: 4539148803436467"), ["card_number"]);
    }

    #[test]
    fn many_numbers_whose_check_digits_hold_are_cards() {
        let number =
            |n: u64, holds: bool| (0..10).map(|last| format!("{}{last}", 453_914_880_000_000 + n * 7_919)).find(|n| luhn(n) == holds);
        let list = |holds| (0..30).map(|n| format!("{} Ann Lee 12/27\n", number(n, holds).unwrap())).collect::<String>();
        assert_eq!(words(&list(true)), ["card_number"]);
        assert_eq!(words(&list(false)), Vec::<&str>::new());
        assert_eq!(words("%B4539148803436467^LEE/ANN^25121010000000000?"), ["card_number"]);
        assert_eq!(words(";4539148803436467=25121010000000000?"), ["card_number"]);
        assert_eq!(words("id;4539148803436468=25121010000000000?"), Vec::<&str>::new());
    }

    #[test]
    fn examples_and_chance_are_nobodys() {
        for text in [
            "spanId=4539148803436467",
            "123-45-6789",
            "trace 4539148803436467",
            "x512-44-7781",
            "512-44-77812",
            "000-12-3456",
            "4242 4242 4242 4242",
            "10.512-44-7781",
            "order 512447781",
            "SSN 5124477812",
            "SSN 000447781",
            "SSN 123456789",
            "SSN\n512447781",
        ] {
            assert!(words(text).is_empty(), "{text}");
        }
    }
}
