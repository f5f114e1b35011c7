//! Numbers that documentation and tests print as samples, each with who publishes it. They are nobody's.

use super::partings::with_plain_partings;

/// Numbers of cards for tests, of the payment processors that publish them (Stripe, "Testing"; Braintree, "Testing Credit
/// Card Numbers"; PayPal, "Test Credit Card Account Numbers").
const CARDS: &[&str] = &[
    "4111111111111111",
    "4242424242424242",
    "4012888888881881",
    "4012000033330026",
    "4222222222222",
    "5555555555554444",
    "5105105105105100",
    "2223003122003222",
    "378282246310005",
    "371449635398431",
    "378734493671000",
    "6011111111111117",
    "6011000990139424",
    "30569309025904",
    "38520000023237",
    "3530111333300000",
    "3566002020360505",
];

/// Accounts in documentation (AWS, "Example account IDs in the documentation").
const ACCOUNTS: &[&str] = &["111122223333", "444455556666", "777788889999", "123456789012", "210987654321"];

/// Social security numbers that the SSA withdrew because they were printed everywhere (SSA, "Social Security Number Misused").
const WITHDRAWN: &[&str] = &["078051120", "219099999"];

/// The digits of a number that is parted by hyphens and blanks alone; nothing, where there are others.
fn digits(text: &str) -> Option<String> {
    let plain = with_plain_partings(text);
    let is_number = plain.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b' '));
    is_number.then(|| plain.bytes().filter(u8::is_ascii_digit).map(char::from).collect())
}

/// What documentation writes as an example of a social security number, with or without hyphens: a number that was
/// withdrawn, digits in their order, or one digit in each group.
pub(crate) fn is_sample_ssn(text: &str) -> bool {
    let is_one = |group: &str| group.bytes().all(|b| group.as_bytes().first() == Some(&b));
    digits(text).filter(|digits| digits.len() == 9).is_some_and(|digits| {
        digits.starts_with("12345")
            || WITHDRAWN.contains(&&*digits)
            || is_one(&digits[..3]) && is_one(&digits[3..5]) && is_one(&digits[5..])
    })
}

/// A number of a card that is published for tests.
pub(crate) fn is_sample_card(text: &str) -> bool {
    digits(text).is_some_and(|digits| CARDS.contains(&&*digits))
}

/// A number of an account that somebody made up for an example: one that is published, one digit over and over, or digits
/// in their order, up or down.
pub(crate) fn is_sample_account(text: &str) -> bool {
    const SHORTEST: usize = 8;
    digits(text).filter(|digits| digits.len() >= SHORTEST).is_some_and(|digits| {
        let told = digits.trim_start_matches('0').as_bytes();
        let steps = |step: u8| told.windows(2).all(|pair| (pair[1] + 10 - pair[0]) % 10 == step);
        ACCOUNTS.contains(&&*digits) || told.is_empty() || told.len() + 2 >= SHORTEST && [0, 1, 9].into_iter().any(steps)
    })
}

/// Is it an e-mail address in a domain that nobody can have, as documentation, tests and settings write them (RFC 2606, 2 and
/// 3)? The name `example` itself is not among them: made-up evidence writes it for real ones.
pub(crate) fn is_sample_address(address: &str) -> bool {
    const SAMPLES: [&str; 7] = ["test", "invalid", "localhost", "localdomain", "example.com", "example.net", "example.org"];
    let domain = address.trim().rsplit('@').next().unwrap_or_default();
    let ends_in = |sample: &&str| {
        let parted = domain.len().checked_sub(sample.len()).and_then(|at| domain.split_at_checked(at));
        parted.is_some_and(|(before, end)| end.eq_ignore_ascii_case(sample) && (before.is_empty() || before.ends_with('.')))
    };
    SAMPLES.iter().any(ends_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_of_examples() {
        for text in ["1234567890", "123456789012", "0123456789", "000123456789", "9876543210", "1111-2222-3333", "99999999", "00000000"] {
            assert!(is_sample_account(text), "{text}");
        }
        for text in ["", "12345", "1234567891", "9385482807", "1000000001", "1234-5678-90X", "121212121212", "445566778"] {
            assert!(!is_sample_account(text), "{text}");
        }
    }

    #[test]
    fn cards_of_tests() {
        assert!(is_sample_card("4111 1111 1111 1111") && is_sample_card("378282246310005"));
        assert!(!is_sample_card("4063845367793753") && !is_sample_card(""));
    }
}
