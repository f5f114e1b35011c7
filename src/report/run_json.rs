use super::Outcome;
use anyhow::Result;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The circumstances of a run: the only output with clock, host and paths.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RunFacts {
    /// Version of the program.
    pub version: &'static str,
    /// Arguments of the command.
    pub command: Vec<String>,
    /// When it began.
    pub began: String,
    /// When it ended.
    pub ended: String,
    /// Seconds per phase.
    pub seconds: BTreeMap<&'static str, f64>,
    /// Name of the machine.
    pub host: String,
    /// Threads used; 0 = one per core.
    pub threads: usize,
    /// Where each root was read.
    pub roots: BTreeMap<String, String>,
    /// The case.
    pub case: String,
    /// How readers of complex formats were confined when the case was read, and what was lacking; empty where
    /// nothing had to be.
    pub fence: Vec<String>,
    /// Programs, versions and languages by which text in pictures was recognised; empty where it was not.
    pub ocr: Vec<String>,
    /// Limits other than the usual ones with which the case was read, as `--limit` takes them; empty where there were none.
    pub limits: Vec<String>,
}

/// `run.json`.
#[derive(Serialize, JsonSchema)]
struct RunFile<'a> {
    #[serde(flatten)]
    facts: &'a RunFacts,
    /// Digest of the registry.
    registry: String,
    /// Its files, with encoding and delimiter.
    registry_files: Vec<String>,
    /// Digest of the ledger.
    ledger: String,
}

/// The schema of `run.json`.
pub fn run_schema() -> serde_json::Value {
    schemars::schema_for!(RunFile<'_>).to_value()
}

pub(super) fn write(facts: &RunFacts, outcome: &Outcome<'_>, sink: &mut dyn std::io::Write) -> Result<()> {
    let registry_files = outcome
        .registry
        .sources
        .iter()
        .map(|s| format!("{} ({}{})", s.file, s.encoding, s.delimiter.map_or(String::new(), |d| format!(", delimiter {d:?}"))))
        .collect();
    let file =
        RunFile { facts, registry: outcome.registry.digest.to_string(), registry_files, ledger: outcome.ledger.digest().to_string() };
    serde_json::to_writer_pretty(&mut *sink, &file)?;
    Ok(sink.write_all(b"\n")?)
}
