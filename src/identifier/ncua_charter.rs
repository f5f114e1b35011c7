//! NCUA charter numbers: up to six digits without a check digit, written without leading zeros.

use super::{Bare, Invalid, Normalised, SchemeRules, plain_number};
use crate::model::Scheme;

pub(super) const RULES: SchemeRules = SchemeRules {
    scheme: Scheme::NcuaCharter,
    normalise,
    composed: &[],
    labels: &[
        "ncua",
        "ncua charter",
        "ncua charter number",
        "ncua charter id",
        "ncua number",
        "ncua id",
        "ncua code",
        "charter",
        "charter number",
    ],
    generic_labels: &["cu number", "charter id"],
    headers: &["cu number", "charter id"],
    generic_headers: &[],
    bare: Bare::Nothing,
    examples: &["5536", "05536", "68699"],
    counter_examples: &["", "0", "F5536", "1234567"],
};

fn normalise(raw: &str, _country: &str) -> Result<Normalised, Invalid> {
    plain_number(raw, 6, "an NCUA charter number")
}
