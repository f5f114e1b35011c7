use super::match_::{Joined, Sources};
use super::{End, Usage, give};
use crate::registry::Registry;
use crate::report;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Arguments {
    /// The case.
    #[arg(long, value_name = "DIR")]
    case: PathBuf,
    #[command(flatten)]
    sources: Sources,
    /// The institution: its customer_id as the registry has it.
    #[arg(value_name = "CUSTOMER_ID")]
    customer_id: String,
    /// Rows of evidence and of gaps to show; 0 = all.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// As JSON, always whole.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let registry = arguments.sources.load()?;
    let number = find(&registry, &arguments.customer_id)?;
    let joined = Joined::of(&arguments.case, registry, arguments.sources.annotations()?)?;
    let explanation = report::explain(&joined.outcome(&arguments.case), number);
    if arguments.json {
        give(&format!("{}\n", serde_json::to_string_pretty(&explanation)?))?;
    } else {
        give(&explanation.to_text(if arguments.limit == 0 { usize::MAX } else { arguments.limit }))?;
    }
    Ok(End::Clear)
}

/// The institution with this id; where there is none, those that may be meant.
pub(super) fn find(registry: &Registry, id: &str) -> Result<usize> {
    if let Some(number) = registry.find(id) {
        return Ok(number);
    }
    let wanted = id.to_lowercase();
    let alike = |text: &str| !wanted.is_empty() && text.to_lowercase().contains(&wanted);
    let near: Vec<String> = registry
        .institutions
        .iter()
        .filter(|i| alike(&i.customer_id) || i.all_names().any(alike))
        .take(6)
        .map(|i| format!("\n  {} {}", i.customer_id, i.legal_name))
        .collect();
    let hint = if near.is_empty() { String::new() } else { format!("; is one of these meant?{}", near.concat()) };
    Err(Usage(format!("no institution of the registry has the customer_id `{id}`{hint}")).into())
}
