use super::as_decided::AsDecided;
use super::match_::{Joined, in_words, would_do};
use super::{End, STOP, give, index};
use crate::case::{Access, Case};
use crate::control;
use crate::ledger::Stated;
use crate::matching::{Controls, survey};
use crate::report::{CoverageSummary, plain, summarise, summarise_survey};
use crate::verdict::{Prospect, prospects, remedy};
use anyhow::Result;
use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;

/// Gaps to be named, where a registry says what they keep open.
const GAPS_SHOWN: usize = 10;

#[derive(Args)]
pub(super) struct Arguments {
    /// The case.
    #[arg(long, value_name = "DIR")]
    case: PathBuf,
    /// Where any of these is named: what closing which gap would decide.
    #[command(flatten)]
    decided_by: AsDecided,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// What was read and what not; with a registry, what that keeps open.
#[derive(Serialize, JsonSchema)]
struct Answer {
    #[serde(flatten)]
    summary: CoverageSummary,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// With a registry: what closing all gaps that one kind of act closes would decide.
    prospects: Option<Vec<Prospect>>,
    /// Limits other than the usual ones with which the case was read, as `--limit` takes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    limits: Vec<String>,
    /// With a registry: the gaps that keep most institutions open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gaps: Vec<Blocking>,
}

/// A gap that keeps institutions open.
#[derive(Serialize, JsonSchema)]
struct Blocking {
    /// Display path.
    item: String,
    /// Why it is one.
    cause: &'static str,
    /// Institutions that it keeps open.
    blocks: u64,
    /// Of them, those that closing it alone would decide.
    frees_alone: u64,
    /// What closes it.
    suggestion: &'static str,
}

/// The JSON Schema of `coverage --json`.
#[cfg(test)]
pub(super) fn schema() -> serde_json::Value {
    schemars::schema_for!(Answer).to_value()
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let case = Case::open(&arguments.case, Access::Read)?;
    let limits: Vec<String> = case.ledger.stated(Stated::Limits)?.into_iter().collect();
    let answer = match arguments.decided_by.is_named() {
        false => {
            let planted = control::planted(&case, Access::Read, &index::fence(), 0, &STOP)?;
            let controls = Controls { missed: planted.missed_formats(), ..Controls::default() };
            Answer { summary: summarise_survey(&survey(&case, &controls)?), prospects: None, limits, gaps: Vec::new() }
        }
        true => {
            let joined = arguments.decided_by.join(&case, &mut |_| Ok(()))?;
            Answer {
                summary: summarise(&joined.matched),
                limits,
                prospects: Some(prospects(&joined.decided, &joined.blocking, &joined.matched.gaps)),
                gaps: blocking(&joined),
            }
        }
    };
    if arguments.json {
        give(&format!("{}\n", serde_json::to_string_pretty(&answer)?))?;
    } else {
        let limits: String = answer.limits.iter().map(|limits| format!("read with --limit {}\n", plain(limits))).collect();
        give(&format!("{}{limits}{}", table(&answer.summary), acts(&answer)))?;
    }
    Ok(if answer.summary.by_cause.is_empty() { End::Clear } else { End::Gaps })
}

fn blocking(joined: &Joined) -> Vec<Blocking> {
    joined
        .blocking
        .iter()
        .take(GAPS_SHOWN)
        .map(|b| {
            let gap = &joined.matched.gaps[b.gap];
            Blocking {
                item: gap.item.clone(),
                cause: gap.cause.as_str(),
                blocks: b.blocks,
                frees_alone: b.frees_alone,
                suggestion: remedy(gap.cause).as_str(),
            }
        })
        .collect()
}

/// What each kind of act would decide, and the gaps that keep most open.
fn acts(answer: &Answer) -> String {
    let mut out = String::new();
    for act in answer.prospects.iter().flatten() {
        if out.is_empty() {
            out.push_str("what would decide institutions\n");
        }
        writeln!(out, "  {:<46} {}", in_words(act.remedy), would_do(act)).expect("writing to a string does not fail");
    }
    if !answer.gaps.is_empty() {
        out.push_str("gaps that keep institutions open, the most valuable first (all of them: gaps.csv)\n");
    }
    for gap in &answer.gaps {
        let words = format!("{} ({}): keeps {} open; closing it alone would decide {}", gap.item, gap.cause, gap.blocks, gap.frees_alone);
        writeln!(out, "  {}", plain(&words)).expect("writing to a string does not fail");
    }
    out
}

fn table(summary: &CoverageSummary) -> String {
    let mut out = String::new();
    let mut section = |title: &str, rows: &mut dyn Iterator<Item = (&str, u64)>| {
        writeln!(out, "{title}").expect("writing to a string does not fail");
        for (name, count) in rows {
            writeln!(out, "  {name:<24} {count:>16}").expect("writing to a string does not fail");
        }
    };
    section("items", &mut summary.by_status.iter().map(|(k, v)| (k.as_str(), *v)).chain([("all", summary.items)]));
    section("items by cause", &mut summary.by_cause.iter().map(|(k, v)| (k.as_str(), *v)));
    let b = &summary.bytes;
    let bytes =
        [("read", b.read), ("scanned", b.scanned), ("opaque", b.opaque), ("structure", b.structure), ("gap", b.gap), ("all", b.total())];
    section("bytes of the root files", &mut bytes.into_iter());
    section("bytes of all contents, decoded", &mut [("all", summary.decoded_bytes)].into_iter());
    out
}
