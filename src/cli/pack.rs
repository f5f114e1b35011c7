use super::as_decided::AsDecided;
use super::match_::check_apart_from_evidence;
use super::{End, Usage, explain, say};
use crate::case::{Access, Case};
use crate::model::Verdict;
use crate::report::{PackOptions, count, write_packs};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Arguments {
    /// Institutions, by customer_id.
    #[arg(value_name = "CUSTOMER_ID", required_unless_present = "all_affected", conflicts_with = "all_affected")]
    customer_ids: Vec<String>,
    /// Every institution that is affected.
    #[arg(long)]
    all_affected: bool,
    /// The case.
    #[arg(long, value_name = "DIR")]
    case: PathBuf,
    #[command(flatten)]
    decided_by: AsDecided,
    /// Where the packs go: a folder per institution.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A ZIP archive per institution instead of a folder.
    #[arg(long)]
    zip: bool,
    /// Identifiers in full, with the text around them in items that are the institution's alone.
    #[arg(long)]
    unmasked: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let case = Case::open(&arguments.case, Access::Read)?;
    check_apart_from_evidence(&case, &[], &arguments.out)?;
    let mut named = Vec::new();
    let joined = arguments.decided_by.join(&case, &mut |registry| {
        named = arguments.customer_ids.iter().map(|id| explain::find(registry, id)).collect::<Result<Vec<_>>>()?;
        Ok(())
    })?;
    let mut chosen = if arguments.all_affected {
        (0..joined.decided.len()).filter(|&n| joined.decided[n].decision.verdict() == Verdict::Affected).collect()
    } else {
        named
    };
    chosen.sort_unstable();
    chosen.dedup();
    if chosen.is_empty() {
        return Err(Usage("no institution is affected: there is nothing to pack".to_owned()).into());
    }
    let options = PackOptions { zip: arguments.zip, unmasked: arguments.unmasked };
    let places = write_packs(&joined.outcome(&arguments.case), &chosen, &arguments.out, options)?;
    say(&format!("{} in {}", count(places.len() as u64, "pack", "packs"), arguments.out.display()));
    Ok(End::Clear)
}
