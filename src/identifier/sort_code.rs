//! UK sort codes: six digits, often written in pairs, without a check digit.

use super::{Bare, Invalid, Normalised, SchemeRules, all_digits, compact};
use crate::model::Scheme;

pub(super) const RULES: SchemeRules = SchemeRules {
    scheme: Scheme::SortCode,
    normalise,
    composed: &[],
    labels: &["sort code", "sort codes", "bank sort code", "uk sort code", "sorting code", "gbdsc"],
    generic_labels: &["sort"],
    headers: &["sortcode"],
    generic_headers: &[],
    bare: Bare::Nothing,
    examples: &["20-04-15", "200415", "20 04 15"],
    counter_examples: &["", "20041", "2004156", "20/04/1x"],
};

fn normalise(raw: &str, _country: &str) -> Result<Normalised, Invalid> {
    let digits = compact(raw);
    match digits.len() == 6 && all_digits(&digits) {
        true => Normalised::plain(digits),
        false => Invalid::because("a sort code has six digits"),
    }
}
