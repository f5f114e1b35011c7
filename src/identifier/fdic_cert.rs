//! FDIC certificate numbers: up to six digits without a check digit.

use super::{Bare, Invalid, Normalised, SchemeRules, plain_number};
use crate::model::Scheme;

pub(super) const RULES: SchemeRules = SchemeRules {
    scheme: Scheme::FdicCert,
    normalise,
    composed: &[],
    labels: &[
        "fdic",
        "fdic cert",
        "fdic id",
        "fdic number",
        "fdic code",
        "fdic cert id",
        "fdic cert number",
        "fdic certificate",
        "fdic certificate id",
        "fdic certificate number",
        "cert fdic",
    ],
    generic_labels: &["cert", "cert number", "certificate number"],
    headers: &[],
    generic_headers: &["cert", "cert number"],
    bare: Bare::Nothing,
    examples: &["628", "00628", "57957"],
    counter_examples: &["", "0", "12a", "1234567", "-"],
};

fn normalise(raw: &str, _country: &str) -> Result<Normalised, Invalid> {
    plain_number(raw, 6, "an FDIC certificate number")
}
