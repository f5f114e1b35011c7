//! Fresh identifiers with the check digits of their standards, each handed out once.

use super::prng::Prng;
use std::collections::BTreeSet;

/// Characters of client codes; none that could be taken for another.
const CODE_LETTERS: &str = "BCDFGHJKLMNPQRTVWXYZ";
const CODE_DIGITS: &str = "23456789";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const UPPER_AND_DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Hands out identifiers.
pub(super) struct Mint {
    prng: Prng,
    used: BTreeSet<String>,
}

impl Mint {
    pub(super) fn new(seed: u64) -> Self {
        // Numbers of the operator are nobody's.
        Self { prng: Prng::new(seed, 11), used: super::nacha::OPERATORS.iter().map(|n| (*n).to_owned()).collect() }
    }

    fn fresh(&mut self, mut make: impl FnMut(&mut Prng) -> String) -> String {
        loop {
            let value = make(&mut self.prng);
            if self.used.insert(value.to_ascii_lowercase()) {
                return value;
            }
        }
    }

    /// An ABA routing number: Federal Reserve prefix 01-12 or 21-32, check digit by weights 3-7-1.
    pub(super) fn aba(&mut self) -> String {
        self.fresh(|prng| {
            let district = prng.range(1..13) + if prng.percent(30) { 20 } else { 0 };
            with_aba_check_digit(&format!("{district:02}{}", prng.digits(6)))
        })
    }

    /// An ABA routing number that begins with a zero, as spreadsheets lose it.
    pub(super) fn aba_with_leading_zero(&mut self) -> String {
        self.fresh(|prng| with_aba_check_digit(&format!("0{}{}", prng.range(1..10), prng.digits(6))))
    }

    /// A six-character client code with letters and digits.
    pub(super) fn client_code(&mut self) -> String {
        self.fresh(|prng| {
            let mut code: Vec<char> = (prng.letters(3, CODE_LETTERS) + &prng.letters(3, CODE_DIGITS)).chars().collect();
            prng.shuffle(&mut code);
            code.into_iter().collect()
        })
    }

    /// A numeric client code of five digits, 60000 to 69999: a range that no other number of the
    /// demonstration falls into unless a trap puts it there.
    pub(super) fn numeric_code(&mut self) -> String {
        self.fresh(|prng| prng.range(60_000..70_000).to_string())
    }

    /// A client code of four characters, too short to mean anything where it stands alone.
    pub(super) fn short_code(&mut self) -> String {
        self.fresh(|prng| prng.letters(2, CODE_LETTERS) + &prng.letters(2, CODE_DIGITS))
    }

    /// A number of so many digits without a leading zero: certificates, charters, RSSD identifiers.
    pub(super) fn number(&mut self, digits: usize) -> String {
        self.fresh(|prng| format!("{}{}", prng.range(1..6), prng.digits(digits - 1)))
    }

    /// An ISO 9362 business identifier code of eight characters.
    pub(super) fn bic(&mut self, country: &str) -> String {
        self.fresh(|prng| format!("{}{country}{}", prng.letters(4, UPPER), prng.letters(2, "23456789ABCDEFGHJKMNPQRSTUVWXYZ")))
    }

    /// An ISO 17442 legal entity identifier with its ISO 7064 mod 97-10 check digits.
    pub(super) fn lei(&mut self) -> String {
        self.fresh(|prng| {
            let body = format!("{}00{}", prng.digits(4), prng.letters(12, UPPER_AND_DIGITS));
            let check = 98 - mod97(&format!("{body}00"));
            format!("{body}{check:02}")
        })
    }

    /// The bank part of a country's IBANs.
    pub(super) fn iban_bank(&mut self, country: &str) -> String {
        self.fresh(|prng| match country {
            "DE" => format!("{}{}", prng.range(1..9), prng.digits(7)),
            "NL" => prng.letters(4, UPPER),
            _ => format!("{}{}", prng.range(1..6), prng.digits(4)),
        })
    }

    /// A name made of a stem, told apart by a number where it is taken: domains and accounts.
    pub(super) fn name(&mut self, stem: &str, tail: &str) -> String {
        let mut n = 1;
        loop {
            let value = if n == 1 { format!("{stem}{tail}") } else { format!("{stem}{n}{tail}") };
            if self.used.insert(value.to_ascii_lowercase()) {
                return value;
            }
            n += 1;
        }
    }
}

/// Adds the check digit to eight digits of a routing number.
pub(super) fn with_aba_check_digit(eight: &str) -> String {
    let sum: u32 = eight.bytes().zip([3, 7, 1, 3, 7, 1, 3, 7]).map(|(b, w)| u32::from(b - b'0') * w).sum();
    format!("{eight}{}", (10 - sum % 10) % 10)
}

/// A routing number with another check digit.
pub(super) fn with_aba_spoiled(aba: &str) -> String {
    let check = aba.bytes().last().map_or(0, |b| (b.wrapping_sub(b'0') + 1) % 10);
    format!("{}{check}", &aba[..8])
}

/// An IBAN with other check digits.
pub(super) fn with_iban_spoiled(iban: &str) -> String {
    let check = iban.get(2..4).and_then(|c| c.parse::<u32>().ok()).unwrap_or(2);
    // Check digits are 02 to 98; the next one never holds for the same account.
    format!("{}{:02}{}", &iban[..2], if check >= 98 { 2 } else { check + 1 }, &iban[4..])
}

/// An IBAN of a country whose bank part is known here: its check digits hold.
pub(super) fn iban(country: &str, bank: &str, prng: &mut Prng) -> String {
    let account = match country {
        "DE" | "NL" => 10,
        _ => 11,
    };
    let bban = format!("{bank}{}", prng.digits(account));
    let check = 98 - mod97(&format!("{bban}{country}00"));
    format!("{country}{check:02}{bban}")
}

/// The remainder modulo 97 of letters (A = 10 … Z = 35) and digits read as one number.
pub(super) fn mod97(text: &str) -> u32 {
    text.chars()
        .filter_map(|c| c.to_digit(36))
        .fold(0, |rest, digit| if digit < 10 { (rest * 10 + digit) % 97 } else { (rest * 100 + digit) % 97 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_hold() {
        assert_eq!(with_aba_check_digit("02100002"), "021000021");
        assert_eq!(mod97("370400440532013000DE89"), 1, "the example of ISO 13616, its first four characters moved to the end");
        let mut mint = Mint::new(9);
        let mut prng = Prng::new(9, 0);
        for _ in 0..200 {
            let aba = mint.aba();
            assert_eq!(with_aba_check_digit(&aba[..8]), aba);
            assert!(matches!(aba[..2].parse::<u32>().unwrap(), 1..=12 | 21..=32));
            assert_eq!(mod97(&mint.lei()), 1);
            for (country, length) in [("DE", 22), ("NL", 18), ("AT", 20)] {
                let iban = iban(country, &mint.iban_bank(country), &mut prng);
                assert_eq!((iban.len(), mod97(&format!("{}{}", &iban[4..], &iban[..4]))), (length, 1));
            }
        }
    }
}
