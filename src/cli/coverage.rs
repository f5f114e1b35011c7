use super::{End, give};
use crate::case::{Access, Case};
use crate::matching::items_of;
use crate::model::Cause;
use crate::report::{CoverageSummary, summarise_items};
use anyhow::Result;
use clap::Args;
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Arguments {
    /// The case.
    #[arg(long, value_name = "DIR")]
    case: PathBuf,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let case = Case::open(&arguments.case, Access::Read)?;
    let (readings, items) = items_of(&case)?;
    let mut summary = summarise_items(&readings, &items);
    for root in case.ledger.roots()?.iter().filter(|r| !r.walked) {
        *summary.by_cause.entry(format!("{} ({})", Cause::WalkIncomplete, root.label)).or_default() += 1;
    }
    if arguments.json {
        give(&format!("{}\n", serde_json::to_string_pretty(&summary)?))?;
    } else {
        give(&table(&summary))?;
    }
    Ok(if summary.by_cause.is_empty() { End::Clear } else { End::Gaps })
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
