//! Identifiers of banks in typed payment fields, as parties in their normal forms.
//!
//! A field counts only as a whole: a value that merely contains an identifier names nobody. Whether
//! a well-formed value belongs to anybody is the registry's question.

use super::routing_number::RoutingNumber;
use crate::format::Party;
use crate::identifier::iban;
use crate::model::Scheme;

/// A BIC of 8 or 11 characters (ISO 9362), upper case, as the party of its first eight.
pub(super) fn bic(field: &str) -> Option<Party> {
    bic8(field).map(of_bic8)
}

/// The first eight characters of a BIC.
pub(super) fn bic8(field: &str) -> Option<&str> {
    let bytes = field.as_bytes();
    (matches!(bytes.len(), 8 | 11) && is_bic8(&bytes[..8]) && bytes[8..].iter().all(is_bic_char)).then(|| &field[..8])
}

/// A logical terminal of 12 characters (its ninth is the terminal code), or a plain BIC.
pub(super) fn terminal(field: &str) -> Option<Party> {
    let bytes = field.as_bytes();
    match bytes.len() {
        9 | 12 if is_bic8(&bytes[..8]) && bytes[8..].iter().all(is_bic_char) => Some(of_bic8(&field[..8])),
        _ => bic(field),
    }
}

/// The institution of a SWIFTNet distinguished name: the component before `o=swift`, in any case
/// (`cn=funds,ou=abcdchzz,o=swift`).
pub(super) fn distinguished_name(field: &str) -> Option<Party> {
    let lower = field.trim().to_ascii_lowercase();
    let rest = lower.strip_suffix("o=swift")?.trim_end().strip_suffix(',')?;
    let value = rest.rsplit(',').next()?.trim();
    let value = value.strip_prefix("ou=").or_else(|| value.strip_prefix("o="))?;
    bic(&value.to_ascii_uppercase())
}

fn is_bic_char(b: &u8) -> bool {
    b.is_ascii_uppercase() || b.is_ascii_digit()
}

/// Business party prefix, country, suffix.
fn is_bic8(bytes: &[u8]) -> bool {
    matches!(bytes, [a, b, c, d, e, f, g, h]
        if e.is_ascii_uppercase() && f.is_ascii_uppercase() && [a, b, c, d, g, h].into_iter().all(is_bic_char))
}

fn of_bic8(bic8: &str) -> Party {
    Party { scheme: Scheme::Bic, value: bic8.to_owned() }
}

/// An ABA routing number: nine digits, a prefix in use, check digit (weights 3, 7, 1).
pub(super) fn aba(field: &str) -> Option<Party> {
    RoutingNumber::parse(field.as_bytes()).filter(|number| number.has_assigned_prefix()).map(RoutingNumber::party)
}

/// An LEI (ISO 17442): 18 characters and two check digits, ISO 7064 mod 97-10.
pub(super) fn lei(field: &str) -> Option<Party> {
    let bytes = field.as_bytes();
    if bytes.len() != 20 || !bytes.iter().all(is_bic_char) || !bytes[18..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let rest = bytes.iter().fold(0u32, |rest, &b| match b {
        b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
        _ => (rest * 100 + u32::from(b - b'A') + 10) % 97,
    });
    (rest == 1).then(|| Party { scheme: Scheme::Lei, value: field.to_owned() })
}

/// The banks that the bank part of a valid IBAN stands for; none where the check digits fail. Blanks
/// of the printed form are allowed.
pub(super) fn iban_banks(field: &str) -> impl Iterator<Item = Party> + use<> {
    let field = field.trim();
    let codes = if is_iban_shaped(field) { iban::bank_codes(&unspaced(field)) } else { Vec::new() };
    codes.into_iter().map(|value| Party { scheme: Scheme::IbanBank, value })
}

/// Country, two check digits, 11 to 30 characters: the shape of an IBAN, blanks aside.
pub(super) fn is_iban_shaped(field: &str) -> bool {
    let mut bytes = field.bytes().filter(|&b| b != b' ');
    let letters = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_uppercase());
    let digits = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_digit());
    if !(letters(bytes.next()) && letters(bytes.next()) && digits(bytes.next()) && digits(bytes.next())) {
        return false;
    }
    let mut rest = 0;
    bytes.all(|b| {
        rest += 1;
        b.is_ascii_alphanumeric()
    }) && (11..=30).contains(&rest)
}

fn unspaced(field: &str) -> String {
    field.chars().filter(|&c| c != ' ').collect()
}

/// A national clearing code of a country.
fn national(country: &str, code: &str) -> Option<Party> {
    let mut value = String::with_capacity(country.len() + 1 + code.len());
    value.push_str(country);
    value.push(':');
    value.extend(code.chars().filter(|c| !matches!(c, ' ' | '-')));
    let code = &value.as_bytes()[country.len() + 1..];
    let sound = (3..=16).contains(&code.len()) && code.iter().all(is_bic_char) && code.iter().any(|b| *b != b'0');
    sound.then_some(Party { scheme: Scheme::NationalBankCode, value })
}

/// A German Bankleitzahl.
pub(super) fn bankleitzahl(field: &str) -> Option<Party> {
    let sound = field.len() == 8 && field.bytes().all(|b| b.is_ascii_digit()) && !field.starts_with(['0', '9']);
    sound.then(|| Party { scheme: Scheme::NationalBankCode, value: ["DE:", field].concat() })
}

/// A UK sort code: six digits, hyphens allowed.
pub(super) fn sort_code(field: &str) -> Option<Party> {
    let digits: String = field.chars().filter(|&c| c != '-' && c != ' ').collect();
    let sound = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit());
    sound.then_some(Party { scheme: Scheme::SortCode, value: digits })
}

/// A member of a clearing system by its ISO external code (`USABA`, `GBDSC`, `DEBLZ`, …); an empty
/// code says that the system is not stated, and then only a sound routing number is taken. The member
/// may repeat the code in front.
pub(super) fn clearing_member(code: &str, member: &str) -> Option<Party> {
    let (code, member) = (code.trim(), member.trim());
    if code.is_empty() {
        return match member.get(..5) {
            Some(own) if is_clearing_code(own) => clearing_member(own, &member[5..]),
            _ => aba(member),
        };
    }
    let member = member.strip_prefix(code).unwrap_or(member);
    match code {
        "USABA" | "USFW" => aba(member.strip_prefix("FW").unwrap_or(member)),
        "GBDSC" => sort_code(member.strip_prefix("SC").unwrap_or(member)),
        _ if is_clearing_code(code) => national(&code[..2], member),
        _ => None,
    }
}

/// ISO external clearing system identification codes: country and three letters.
pub(super) fn is_clearing_code(code: &str) -> bool {
    const CODES: &[&str] = &[
        "ATBLZ", "AUBSB", "BRBIP", "CACPA", "CHBCC", "CHSIC", "CNAPS", "CNCIP", "COBAN", "CRSIN", "CZNCC", "DEBLZ", "DKNCC", "ESNCC",
        "GBDSC", "GRBIC", "HKNCC", "IENCC", "ILNCC", "INFSC", "ITNCC", "JPZGN", "KRBOK", "KZNCC", "LKNCC", "MXNCC", "MYRTG", "NPNCC",
        "NZNCC", "NZRSA", "PLKNR", "PTNCC", "RUCBC", "SESBA", "SGIBG", "THCBC", "TRNCC", "TWNCC", "UANCC", "USABA", "USPID", "ZANCC",
    ];
    CODES.binary_search(&code).is_ok()
}

/// A party identification line of a SWIFT field, `//` and a national clearing code
/// (`//FW021000021`, `//SC200000`, `//BL50010517`).
pub(super) fn swift_clearing(line: &str) -> Option<Party> {
    let rest = line.strip_prefix("//")?;
    let (code, member) = (rest.get(..2)?, rest.get(2..)?.trim_end());
    let country = match code {
        "FW" => return aba(member),
        "SC" => return sort_code(member),
        "BL" => return bankleitzahl(member),
        "AT" | "AU" | "CN" | "ES" | "GR" | "HK" | "IE" | "IN" | "IT" | "NZ" | "PL" | "PT" | "RU" | "ZA" => code,
        "CC" => "CA",
        "SW" => "CH",
        _ => return None,
    };
    national(country, member)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(party: Option<Party>) -> Option<String> {
        party.map(|p| format!("{} {}", p.scheme, p.value))
    }

    #[test]
    fn whole_fields_only() {
        assert_eq!(value(bic("DEUTDEFFXXX")).as_deref(), Some("bic DEUTDEFF"));
        assert_eq!(value(terminal("BANKBEBBAXXX")).as_deref(), Some("bic BANKBEBB"));
        for field in ["deutdeff", "DEUTDEFF ", "DEUTDEFFXX", "DEUT1EFF", "", "ÄÄDEFF"] {
            assert_eq!(bic(field), None, "{field}");
        }
        assert_eq!(value(distinguished_name("cn=funds,ou=abcdchzz,o=swift")).as_deref(), Some("bic ABCDCHZZ"));
        assert_eq!(value(distinguished_name("ou=xxx,o=bmcemamc,o=swift")).as_deref(), Some("bic BMCEMAMC"));
    }

    #[test]
    fn check_digits_hold() {
        assert!(aba("021000021").is_some() && aba("021000022").is_none() && aba("991000021").is_none() && aba("000000000").is_none());
        assert!(lei("5493001KJTIIGC8Y1R12").is_some() && lei("5493001KJTIIGC8Y1R13").is_none());
    }

    #[test]
    fn clearing_codes_have_their_schemes() {
        assert_eq!(value(clearing_member("USABA", "021000021")).as_deref(), Some("aba 021000021"));
        assert_eq!(value(clearing_member("", "021000021")).as_deref(), Some("aba 021000021"));
        assert_eq!(value(clearing_member("GBDSC", "20-00-00")).as_deref(), Some("sort_code 200000"));
        assert_eq!(value(clearing_member("DEBLZ", "50010517")).as_deref(), Some("national_bank_code DE:50010517"));
        assert_eq!(clearing_member("", "50010517"), None);
        assert_eq!(value(swift_clearing("//FW021000021")).as_deref(), Some("aba 021000021"));
        assert_eq!(value(swift_clearing("//BL50010517")).as_deref(), Some("national_bank_code DE:50010517"));
    }

    #[test]
    fn the_code_table_is_sorted() {
        assert!(is_clearing_code("ATBLZ") && is_clearing_code("ZANCC") && is_clearing_code("USABA") && is_clearing_code("DEBLZ"));
    }
}
