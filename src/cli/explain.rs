use super::as_decided::AsDecided;
use super::{End, STOP, Usage, give};
use crate::case::{Access, Case};
use crate::registry::Registry;
use crate::report::Explainer;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Arguments {
    /// The case.
    #[arg(long, value_name = "DIR")]
    case: PathBuf,
    #[command(flatten)]
    decided_by: AsDecided,
    /// The institution: its customer_id as the registry has it; several, if need be.
    #[arg(value_name = "CUSTOMER_ID", required_unless_present = "all", conflicts_with = "all")]
    customer_ids: Vec<String>,
    /// Every institution of the registry.
    #[arg(long)]
    all: bool,
    /// Rows of evidence and of gaps to show; 0 = all.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// As JSON, always whole; of several institutions one object a line.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let case = Case::open(&arguments.case, Access::Read)?;
    let mut chosen = Vec::new();
    let joined = arguments.decided_by.join(&case, &mut |registry| {
        chosen = match arguments.all {
            true => (0..registry.institutions.len()).collect(),
            false => arguments.customer_ids.iter().map(|id| find(registry, id)).collect::<Result<_>>()?,
        };
        Ok(())
    })?;
    let outcome = joined.outcome(&arguments.case);
    let explain = Explainer::new(&outcome);
    for (at, &number) in chosen.iter().enumerate() {
        STOP.check()?;
        let explanation = explain.explain(number);
        if !arguments.json {
            let blank = if at == 0 { "" } else { "\n" };
            give(&format!("{blank}{}", explanation.to_text(if arguments.limit == 0 { usize::MAX } else { arguments.limit })))?;
        } else if chosen.len() == 1 {
            give(&format!("{}\n", serde_json::to_string_pretty(&explanation)?))?;
        } else {
            give(&format!("{}\n", serde_json::to_string(&explanation)?))?;
        }
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
