//! ABA routing transit numbers in the forms payment layouts write them.
//!
//! ABA Routing Number Policy: nine digits, the last makes the sum weighted 3 7 1 a multiple of ten.

use crate::format::{Party, Seen, Sink};
use crate::model::Scheme;

/// Nine digits whose check digit holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RoutingNumber([u8; 9]);

/// A routing number and where it stands in the item.
pub(super) type Placed = (RoutingNumber, u64);

impl RoutingNumber {
    /// Exactly nine digits, not all zero, with the right check digit. Prefixes are not judged: what
    /// stands in a typed field and checks is looked up as it is.
    pub fn parse(nine: &[u8]) -> Option<Self> {
        let digits: [u8; 9] = nine.try_into().ok()?;
        (check_digit(&digits[..8])? == digits[8] && digits.iter().any(|&d| d != b'0')).then_some(Self(digits))
    }

    /// The first eight digits, as ODFI and RDFI fields and trace numbers have them.
    pub fn of_eight(eight: &[u8]) -> Option<Self> {
        let check = check_digit(eight)?;
        let mut digits = [check; 9];
        digits[..8].copy_from_slice(eight);
        Self::parse(&digits)
    }

    /// Eight digits and a check digit that may be wrong or missing; the eight digits decide.
    pub fn of_eight_and_check(field: &[u8]) -> Option<Self> {
        Self::parse(field).or_else(|| Self::of_eight(field.get(..8)?))
    }

    /// A field that identifies a bank and was written as a number: nine digits, or eight whose lost leading
    /// zero makes the check digit right.
    pub fn of_number(field: &[u8]) -> Option<Self> {
        match field.len() {
            8 => {
                let mut nine = *b"0________";
                nine[1..].copy_from_slice(field);
                Self::parse(&nine)
            }
            _ => Self::parse(field),
        }
    }

    /// The ten characters of a NACHA immediate origin or destination: a blank, `0`, `1` or a letter
    /// before the number, a `0` after it, or a number that lost its leading zero. Other ten-character
    /// values are company identifications and name no bank.
    pub fn of_ten(field: &[u8]) -> Option<Self> {
        let field = field.trim_ascii();
        match field {
            [_, _, _, _, _, _, _, _, _] => Self::parse(field),
            [lead, nine @ ..] if nine.len() == 9 => {
                let after =
                    Self::parse(nine).filter(|n| n.has_assigned_prefix() && (matches!(lead, b'0' | b'1') || lead.is_ascii_alphabetic()));
                let before = || Self::parse(&field[..9]).filter(|n| n.has_assigned_prefix() && nine.ends_with(b"0"));
                after.or_else(before)
            }
            _ => Self::of_number(field),
        }
    }

    /// The prefixes that are in use: 00 government, 01-12 districts, 21-32 thrifts, 61-72 electronic
    /// transaction identifiers, 80 traveller's cheques.
    pub fn has_assigned_prefix(self) -> bool {
        matches!(self.prefix(), 0..=12 | 21..=32 | 61..=72 | 80)
    }

    /// The first two digits.
    pub fn prefix(self) -> u8 {
        (self.0[0] - b'0') * 10 + (self.0[1] - b'0')
    }

    /// The digits as bytes.
    pub fn digits(&self) -> &[u8] {
        &self.0
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Counts the bank as a counterparty of the current unit.
    pub fn counterparty(self, sink: &mut Sink<'_>, seen: impl Into<Seen>) {
        sink.counterparty_of(&Scheme::Aba, self.as_str(), seen);
    }

    /// As a party of a payment.
    pub fn party(self) -> Party {
        Party { scheme: Scheme::Aba, value: self.as_str().to_owned() }
    }
}

/// The check digit of eight digits; `None` when they are not eight digits.
fn check_digit(eight: &[u8]) -> Option<u8> {
    const WEIGHTS: [u32; 8] = [3, 7, 1, 3, 7, 1, 3, 7];
    if eight.len() != 8 || !eight.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let sum: u32 = eight.iter().zip(WEIGHTS).map(|(&d, w)| u32::from(d - b'0') * w).sum();
    Some(b'0' + ((10 - sum % 10) % 10) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ten(text: &str) -> Option<String> {
        RoutingNumber::of_ten(text.as_bytes()).map(|n| n.as_str().to_owned())
    }

    #[test]
    fn check_digits_decide() {
        assert!(RoutingNumber::parse(b"121042882").is_some());
        assert!(RoutingNumber::parse(b"121042883").is_none());
        assert!(RoutingNumber::parse(b"000000000").is_none());
        assert_eq!(RoutingNumber::of_eight(b"12104288").unwrap().as_str(), "121042882");
        assert_eq!(RoutingNumber::of_eight_and_check(b"121042880").unwrap().as_str(), "121042882");
        assert!(RoutingNumber::of_eight(b"1210428").is_none());
        assert_eq!(RoutingNumber::of_number(b"21000021").unwrap().as_str(), "021000021");
        assert!(RoutingNumber::of_number(b"21000022").is_none());
    }

    #[test]
    fn ten_characters_hold_nine_in_several_ways() {
        for form in [" 121042882", "0121042882", "1121042882", "1210428820", "A121042882", "121042882 "] {
            assert_eq!(ten(form).as_deref(), Some("121042882"), "{form:?}");
        }
        assert_eq!(ten(" 21000021 ").as_deref(), Some("021000021"));
        for company in ["1234567890", "9876543210", "COMPANY   ", "          ", "1000000000"] {
            assert_eq!(ten(company), None, "{company:?}");
        }
    }
}
