//! National bank and clearing codes, `CC:code`: Bankleitzahl, code banque, ABI, BSB, IFSC and others.

use super::{Bare, Invalid, Normalised, SchemeRules, all_digits, compact_number, country, iban};
use crate::model::Scheme;

pub(super) const RULES: SchemeRules = SchemeRules {
    scheme: Scheme::NationalBankCode,
    normalise,
    composed: &[],
    labels: &[
        "national bank code",
        "national bank id",
        "national clearing code",
        "clearing code",
        "clearing number",
        "bank clearing number",
        "clearing system member id",
        "mmbid",
        "mmb id",
        "blz",
        "bankleitzahl",
        "code banque",
        "codigo entidad",
        "codigo de entidad",
        "codigo banco",
        "entidad",
        "abi",
        "codice abi",
        "bsb",
        "bsb number",
        "bsb code",
        "ifsc",
        "ifsc code",
        "cnaps",
        "cnaps code",
        "bankgiro",
        "bc number",
        "iid",
    ],
    generic_labels: &["bank code", "bank number", "institution number", "transit number", "branch code"],
    headers: &["bank code", "bankcode", "institution number"],
    generic_headers: &["bank number", "transit number", "branch code"],
    bare: Bare::Nothing,
    examples: &["DE:10020500", "de:100 205 00", "ES:0136", "GE:BG", "AU:082-902"],
    counter_examples: &["", "10020500", "XX:1", "DE:", ":10020500", "DE:10;20"],
};

/// `CC:code`, in capitals. A code without country takes that of its holder. Zeros that a spreadsheet
/// took from the front of a code that IBANs carry with a fixed number of digits are restored.
pub(super) fn normalise(raw: &str, holder: &str) -> Result<Normalised, Invalid> {
    let text = compact_number(raw).to_ascii_uppercase();
    let (cc, code) = match text.split_once(':') {
        Some((cc, code)) => (cc.to_owned(), code),
        None => (holder.trim().to_ascii_uppercase(), text.as_str()),
    };
    if !country::is_assigned(&cc) {
        return Invalid::because("expected CC:code with an ISO 3166 country");
    }
    if code.is_empty() || code.len() > 32 || !code.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Invalid::because("a bank code has letters and digits only");
    }
    match iban::bank_digits(&cc) {
        Some(digits) if code.len() < digits && all_digits(code) => {
            Ok(Normalised { value: format!("{cc}:{code:0>digits$}"), repaired: Some("leading zeros restored") })
        }
        _ => Normalised::plain(format!("{cc}:{code}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_gives_the_country_and_the_iban_the_width() {
        assert_eq!(normalise("10020500", "DE").unwrap().value, "DE:10020500");
        assert_eq!(normalise("762", "CH").unwrap().value, "CH:00762");
        assert_eq!(normalise("ch:30030880", "").unwrap().value, "CH:30030880");
        assert_eq!(normalise("BG", "GE").unwrap(), Normalised { value: "GE:BG".into(), repaired: None });
    }
}
