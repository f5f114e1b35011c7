//! Notification clocks: a dated, cited table that the operator can replace, and when each clock ends. Nothing of it
//! is advice; the table says of itself how far it was verified.

mod running;

pub use running::{Applied, Calendar, State, Totals};

use anyhow::{Context, Result, bail};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;

/// The table that is compiled in.
const SHIPPED: &str = include_str!("deadlines.json");

/// A table of notification clocks: `deadlines.json` here, or what `--deadlines` names.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "deadlines")]
pub struct DeadlineTable {
    /// Day on which the table was compiled, YYYY-MM-DD.
    pub as_of: String,
    /// What every reader must be told beside the clocks.
    pub notice: String,
    /// The clocks.
    pub clocks: Vec<Clock>,
}

/// One duty to notify, and its time. At most one of `hours`, `days` and `business_days`; none where the rule sets no
/// fixed time.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Unique.
    pub id: String,
    /// Country or state whose law it is: `US`, `US-NY`, `EU`.
    pub jurisdiction: String,
    /// The duty, in words.
    pub rule: String,
    /// Who has to notify.
    pub who: Duty,
    /// Whom.
    pub to: String,
    /// What the clock counts from.
    pub starts: Start,
    /// Hours until it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<u32>,
    /// Calendar days until it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Days until it ends, Saturdays and Sundays left out; public holidays are not known, and count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_days: Option<u32>,
    /// Whom it concerns, as far as the registry and the evidence can say. All that is given must hold.
    pub applies: Applies,
    /// What else must be true, for a person to judge; the clock is shown all the same.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// Statute, regulation or guidance.
    pub citation: String,
    /// Where it was read.
    pub source: String,
    /// Did somebody entitled to it verify this entry?
    pub verified: bool,
}

/// Who has to notify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Each affected institution.
    Institution,
    /// The vendor; it stands once.
    Vendor,
}

/// What a clock counts from: days of `[incident]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// The vendor's discovery.
    Discovered,
    /// The day on which institutions were told; a column `notified_at` of `customers` overrides it for one of them.
    NotifiedAt,
}

impl Start {
    /// As it stands in outputs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Discovered => "discovered",
            Self::NotifiedAt => "notified_at",
        }
    }
}

impl Clock {
    /// How long it runs, in words; empty where the rule sets no time.
    pub fn term(&self) -> String {
        let unit = |n: u32, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        match (self.hours, self.days, self.business_days) {
            (Some(hours), ..) => unit(hours, "hour"),
            (_, Some(days), _) => unit(days, "day"),
            (.., Some(days)) => unit(days, "business day"),
            (None, None, None) => String::new(),
        }
    }
}

impl Duty {
    /// As it stands in outputs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Institution => "institution",
            Self::Vendor => "vendor",
        }
    }
}

/// Whom a clock concerns. Places are a country or a country with its subdivision: `US` covers `US-NY`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Applies {
    /// The institution's seat is in one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seats: Vec<String>,
    /// It has an identifier of one of these schemes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schemes: Vec<String>,
    /// It has no identifier of these schemes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_schemes: Vec<String>,
    /// Individuals in its own items live in one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub residents_of: Vec<String>,
    /// So many of them at least; 1 where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
}

impl DeadlineTable {
    /// The table that is compiled in.
    pub fn shipped() -> Self {
        Self::parse(SHIPPED).expect("a test reads the shipped table")
    }

    /// A table of the operator's.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} is no table of deadlines", path.display()))
    }

    fn parse(text: &str) -> Result<Self> {
        let table: Self = serde_json::from_str(text)?;
        if table.as_of.parse::<jiff::civil::Date>().is_err() {
            bail!("as_of {:?} is no day like 2026-01-15", table.as_of);
        }
        let mut ids = BTreeSet::new();
        for clock in &table.clocks {
            if !ids.insert(clock.id.as_str()) {
                bail!("two clocks have the id {:?}", clock.id);
            }
            if [clock.hours, clock.days, clock.business_days].iter().flatten().count() > 1 {
                bail!("the clock {:?} has more than one of hours, days and business_days", clock.id);
            }
            if [clock.hours, clock.days, clock.business_days].iter().flatten().any(|n| *n > 100_000) {
                bail!("the clock {:?} runs longer than anybody lives", clock.id);
            }
        }
        Ok(table)
    }
}

/// The JSON Schema of the table.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(DeadlineTable).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_cited_and_fits_its_published_schema() {
        let table = DeadlineTable::shipped();
        assert!(table.notice.starts_with("Not legal advice"));
        assert!(table.clocks.iter().all(|c| !c.citation.is_empty() && !c.source.is_empty()));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/deadlines.schema.json");
        let current = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
        if std::env::var_os("RULEOUT_WRITE_SCHEMAS").is_some() {
            std::fs::write(&path, &current).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), current, "stale: run the tests once with RULEOUT_WRITE_SCHEMAS=1");
        assert!(jsonschema::is_valid(&schema(), &serde_json::from_str(SHIPPED).unwrap()));
    }

    #[test]
    fn wrong_tables_are_refused() {
        let clock = |more: &str| {
            format!(
                "{{\"id\":\"a\",\"jurisdiction\":\"US\",\"rule\":\"r\",\"who\":\"vendor\",\"to\":\"t\",\"starts\":\"discovered\",\"applies\":{{}},\"citation\":\"c\",\"source\":\"s\",\"verified\":true{more}}}"
            )
        };
        let table = |clocks: &str| DeadlineTable::parse(&format!("{{\"as_of\":\"2026-01-15\",\"notice\":\"n\",\"clocks\":[{clocks}]}}"));
        assert!(table(&clock("")).is_ok());
        assert!(table(&format!("{},{}", clock(""), clock(""))).is_err(), "the same id twice");
        assert!(table(&clock(",\"hours\":1,\"days\":1")).is_err());
        assert!(table(&clock(",\"day\":1")).is_err());
        assert!(DeadlineTable::parse("{\"as_of\":\"soon\",\"notice\":\"\",\"clocks\":[]}").is_err());
    }
}
