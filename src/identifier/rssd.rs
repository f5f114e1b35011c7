//! RSSD identifiers of the Federal Reserve: up to ten digits without a check digit.

use super::{Bare, Invalid, Normalised, SchemeRules, plain_number};
use crate::model::Scheme;

pub(super) const RULES: SchemeRules = SchemeRules {
    scheme: Scheme::Rssd,
    normalise,
    composed: &[],
    labels: &[
        "rssd",
        "rssd id",
        "rssd number",
        "rssd code",
        "id rssd",
        "federal reserve id",
        "fed rssd",
        "fed rssd id",
        "frb id",
        "rssd9001",
    ],
    generic_labels: &[],
    headers: &[],
    generic_headers: &["fed id"],
    bare: Bare::Nothing,
    examples: &["852218", "0000852218"],
    counter_examples: &["", "00", "852 218 x", "12345678901"],
};

fn normalise(raw: &str, _country: &str) -> Result<Normalised, Invalid> {
    plain_number(raw, 10, "an RSSD identifier")
}
