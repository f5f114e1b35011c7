//! Makes a control fail, for the tests; release builds do not have it.

use super::plants::Plant;

/// A format, or `format/encoding`, whose planted files shall speak of somebody else.
const VARIABLE: &str = "RULEOUT_CONTROL_SABOTAGE";

/// Is anything sabotaged? Such results are not kept.
pub(super) fn is_on() -> bool {
    std::env::var_os(VARIABLE).is_some()
}

/// Is this plant sabotaged?
pub(super) fn hits(plant: &Plant) -> bool {
    let named = |word: &str| word == plant.format || word == format!("{}/{}", plant.format, plant.encoding);
    std::env::var(VARIABLE).is_ok_and(|words| words.split(',').any(named))
}
