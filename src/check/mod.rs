//! What is wrong with a registry, before any evidence is read: each finding with its place, whom it concerns,
//! what it will do to verdicts and how to mend it.
//!
//! The judgement is the program's own: defects come from the loader, names and identifiers from the matcher's
//! lexicon, dependence and findability from the verdict. A finding is a row that one of [`TOPICS`] gives; to add
//! one, write its `find` and its row.

mod codes;
mod context;
mod defects;
mod identifiers;
mod incident;
mod inventory;
mod names;
mod patterns;
mod products;
mod summary;
mod text;
mod topics;

pub use incident::concerning_nobody;
pub use summary::Summary;
pub use text::text;
pub use topics::{Harm, TOPICS, Topic};

use crate::registry::Registry;
use context::{Context, Finding};
use schemars::JsonSchema;
use serde::Serialize;

/// All that is to be known about a registry.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "registry-check")]
pub struct Check {
    /// SHA-256 over the names and bytes of its files.
    pub registry: String,
    /// How many institutions, and what can become of them.
    pub summary: Summary,
    /// Topics with findings, the most harmful first.
    pub sections: Vec<Section>,
}

/// A topic with its findings.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Section {
    /// The topic's word.
    pub topic: &'static str,
    /// How much harm it does.
    pub harm: Harm,
    /// What it is, in words.
    pub title: &'static str,
    /// What it does to verdicts.
    pub effect: &'static str,
    /// How to mend it.
    pub remedy: &'static str,
    /// Institutions that the findings concern, each once.
    pub institutions: u64,
    /// Those among them that depend.
    pub depend: u64,
    /// The findings.
    pub findings: Vec<Row>,
}

/// A finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Row {
    /// File name below the registry folder; blank where the registry as a whole is meant.
    pub file: String,
    /// Line, from 1.
    pub line: Option<u64>,
    /// Name of the column or key.
    pub column: Option<String>,
    /// `customer_id` of those whom it concerns, in the order of the customers file.
    pub institutions: Vec<String>,
    /// What is found, in words.
    pub problem: String,
    /// What it does to verdicts, where that is more particular than the section's effect.
    pub effect: Option<String>,
}

impl Check {
    /// Checks a registry.
    pub fn of(registry: &Registry) -> Self {
        let context = Context::new(registry);
        let sections = TOPICS.iter().filter_map(|topic| section(topic, &context)).collect();
        Self { registry: registry.digest.to_string(), summary: Summary::of(&context), sections }
    }

    /// Does anything make verdicts worse than they need be: rule out wrongly, leave somebody open for the
    /// registry's sake, or stand on a row that cannot be relied on?
    pub fn degrades(&self) -> bool {
        self.summary.defective > 0 || self.sections.iter().any(|section| section.harm <= Harm::LeavesOpen)
    }
}

fn section(topic: &Topic, context: &Context<'_>) -> Option<Section> {
    let mut findings: Vec<Finding> = Vec::new();
    (topic.find)(context, &mut findings);
    if findings.is_empty() {
        return None;
    }
    findings.sort_by(|a, b| (b.rank, &a.file, a.line, &a.problem).cmp(&(a.rank, &b.file, b.line, &b.problem)));
    let mut concerned: Vec<usize> = findings.iter().flat_map(|f| f.institutions.iter().copied()).collect();
    concerned.sort_unstable();
    concerned.dedup();
    let Topic { name, harm, title, effect, remedy, find: _ } = *topic;
    Some(Section {
        topic: name,
        harm,
        title,
        effect,
        remedy,
        institutions: concerned.len() as u64,
        depend: concerned.iter().filter(|&&n| context.depends(n)).count() as u64,
        findings: findings.into_iter().map(|finding| row(finding, context)).collect(),
    })
}

fn row(finding: Finding, context: &Context<'_>) -> Row {
    Row {
        file: finding.file,
        line: Some(finding.line).filter(|&line| line > 0),
        column: finding.column,
        institutions: finding.institutions.iter().map(|&n| context.registry.institutions[n].customer_id.clone()).collect(),
        problem: finding.problem,
        effect: finding.effect,
    }
}

/// The JSON form, and nothing in it that moves a cursor or hides text.
///
/// # Errors
/// None in practice: a check is always JSON.
pub fn json(check: &impl Serialize) -> serde_json::Result<String> {
    let mut out = String::new();
    // What is unsafe can stand inside strings only, where JSON knows another way to write it.
    for c in serde_json::to_string_pretty(check)?.chars() {
        match c {
            '\n' => out.push(c),
            c if crate::model::is_unsafe(c) => {
                c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
            }
            c => out.push(c),
        }
    }
    out.push('\n');
    Ok(out)
}

/// The JSON Schema of the JSON form.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Check).to_value()
}

#[cfg(test)]
mod tests;
