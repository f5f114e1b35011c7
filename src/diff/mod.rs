//! What changed between two runs: every verdict that is another one, and why. It reads what the runs wrote, their
//! `impact.json`, `evidence.csv`, `coverage.csv` and `run.json`, and needs neither case nor registry.

mod reasons;
mod run;
mod text;

pub use run::{Files, Run};

use crate::model::Verdict;
use anyhow::Result;
use reasons::Details;
use run::Institution;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that differs between two runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// What the second run rests on that the first did not.
    pub inputs: Vec<InputChange>,
    /// Institutions whose verdict or basis changed, in the order of their ids.
    pub institutions: Vec<InstitutionChange>,
    /// Institutions with the same verdict and bases in both runs.
    pub unchanged: u64,
    /// Institutions that are undetermined in the second run.
    pub undetermined: u64,
}

/// Something that two runs were given, and that is not the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InputChange {
    /// What.
    pub input: Input,
    /// In the first run.
    pub before: String,
    /// In the second run.
    pub after: String,
}

/// What a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Items, and what was read of them.
    Evidence,
    /// Who is registered, with what; the incident.
    Registry,
    /// A key of the policy.
    Policy,
    /// Decisions of people.
    Review,
    /// The program.
    Version,
    /// The date that dates are compared with.
    AsOf,
    /// Planted files that were missed.
    Control,
}

impl Input {
    /// The word of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Registry => "registry",
            Self::Policy => "policy",
            Self::Review => "review",
            Self::Version => "version",
            Self::AsOf => "as_of",
            Self::Control => "control",
        }
    }
}

/// A verdict with what it is based on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// Its bases, the strongest first.
    pub bases: Vec<String>,
}

/// An institution whose answer changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InstitutionChange {
    /// As registered.
    pub customer_id: String,
    /// As registered.
    pub legal_name: String,
    /// In the first run; none where it was not registered.
    pub before: Option<Answer>,
    /// In the second run; none where it is registered no more.
    pub after: Option<Answer>,
    /// Why. Where several inputs changed and its own figures do not tell them apart, all that can be meant.
    pub reasons: Vec<Reason>,
}

impl InstitutionChange {
    /// Is the verdict another one? Otherwise only what it is based on is.
    pub fn is_other_verdict(&self) -> bool {
        self.before.as_ref().map(|a| a.verdict) != self.after.as_ref().map(|a| a.verdict)
    }
}

/// Why an answer changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason {
    /// Which input.
    pub input: Input,
    /// In words.
    pub because: String,
}

/// Compares two runs.
pub fn compare(before: &Run, after: &Run) -> Result<Difference> {
    let inputs = inputs(before, after);
    let ids: BTreeSet<&str> = before.institutions.keys().chain(after.institutions.keys()).map(String::as_str).collect();
    let answer = |one: Option<&Institution>| one.map(|i| Answer { verdict: i.verdict, bases: i.bases.clone() });
    let changed: Vec<&str> =
        ids.iter().copied().filter(|id| answer(before.institutions.get(*id)) != answer(after.institutions.get(*id))).collect();
    let details = Details::of(before, after, &changed)?;
    let institutions = changed
        .iter()
        .map(|id| {
            let (old, new) = (before.institutions.get(*id), after.institutions.get(*id));
            InstitutionChange {
                customer_id: (*id).to_owned(),
                legal_name: new.or(old).map_or(String::new(), |i| i.legal_name.clone()),
                before: answer(old),
                after: answer(new),
                reasons: details.reasons(id, old, new, &inputs),
            }
        })
        .collect();
    Ok(Difference {
        inputs,
        unchanged: (ids.len() - changed.len()) as u64,
        institutions,
        undetermined: after.institutions.values().filter(|i| i.verdict == Verdict::Undetermined).count() as u64,
    })
}

fn inputs(before: &Run, after: &Run) -> Vec<InputChange> {
    let mut out = Vec::new();
    let mut add = |input, old: String, new: String| {
        if old != new {
            out.push(InputChange { input, before: old, after: new });
        }
    };
    let word = |some: &Option<String>| some.clone().unwrap_or_else(|| "none".to_owned());
    add(Input::Evidence, before.ledger.clone(), after.ledger.clone());
    add(Input::Registry, before.registry.clone(), after.registry.clone());
    let keys: BTreeMap<&String, ()> = before.policy.keys().chain(after.policy.keys()).map(|key| (key, ())).collect();
    for key in keys.into_keys() {
        let value = |run: &Run| run.policy.get(key).map_or("none".to_owned(), |v| format!("{key} = {}", v.to_string().trim_matches('"')));
        add(Input::Policy, value(before), value(after));
    }
    add(Input::Review, word(&before.reviews), word(&after.reviews));
    add(Input::Version, before.version.clone(), after.version.clone());
    add(Input::AsOf, word(&before.as_of), word(&after.as_of));
    add(Input::Control, before.missed.join(", "), after.missed.join(", "));
    out
}

/// The JSON Schema of `ruleout diff --json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Difference).to_value()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn the_published_schema_is_that_of_the_types() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/diff.schema.json");
        let current = format!("{}\n", serde_json::to_string_pretty(&super::schema()).unwrap());
        if std::env::var_os("RULEOUT_WRITE_SCHEMAS").is_some() {
            std::fs::write(&path, &current).unwrap();
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(published, current, "schemas/diff.schema.json is stale: run the tests once with RULEOUT_WRITE_SCHEMAS=1");
    }
}
