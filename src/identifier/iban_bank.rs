//! Bank parts of IBANs, `CC:code`: the country and the part of its IBANs that names the bank, or bank
//! and branch.

use super::{Bare, SchemeRules, national_bank_code};
use crate::model::Scheme;

pub(super) const RULES: SchemeRules = SchemeRules {
    scheme: Scheme::IbanBank,
    normalise: national_bank_code::normalise,
    composed: &[],
    labels: &["iban bank", "iban bank code", "iban bank id", "iban bank number"],
    generic_labels: &[],
    headers: &[],
    generic_headers: &[],
    bare: Bare::Nothing,
    examples: &["DE:10020500", "gb:barc", "FR:10278", "CH:762"],
    counter_examples: &["", "10020500", "QQ:1234", "DE:", "DE:1002/0500"],
};
