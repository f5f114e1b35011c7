use super::{End, Usage, give};
use crate::diff::{Difference, Run, compare};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Arguments {
    /// Output folder of the earlier run.
    #[arg(value_name = "OUT1")]
    before: PathBuf,
    /// Output folder of the later run.
    #[arg(value_name = "OUT2")]
    after: PathBuf,
    /// Institutions to show; 0 = all.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// As JSON, always whole.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let read = |dir: &PathBuf| Run::of_folder(dir.clone()).map_err(|e| Usage(format!("{}: {e:#}", dir.display())));
    let difference = compare(&read(&arguments.before)?, &read(&arguments.after)?)?;
    show(&difference, arguments.limit, arguments.json)
}

/// Gives a difference, and how the later run ended.
pub(super) fn show(difference: &Difference, limit: usize, json: bool) -> Result<End> {
    if json {
        give(&format!("{}\n", serde_json::to_string_pretty(difference)?))?;
    } else {
        give(&difference.to_text(if limit == 0 { usize::MAX } else { limit }))?;
    }
    Ok(if difference.undetermined > 0 { End::Gaps } else { End::Clear })
}
