use super::match_::Sources;
use super::{End, Reading, Usage, case_beside, index, match_};
use crate::case::{Access, Case};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    sources: Sources,
    /// Where the impact lists go.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The case: one directory for index and ledger; by default OUT.case.
    #[arg(long, value_name = "DIR")]
    case: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let (began, clock) = (Instant::now(), jiff::Timestamp::now());
    let case_dir = arguments.case.clone().unwrap_or_else(|| case_beside(&arguments.out));
    let options = index::options(&arguments.reading, &[("case", &case_dir), ("output folder", &arguments.out)])?;
    if options.roots.is_empty() && !case_dir.exists() {
        return Err(Usage("no evidence was named".to_owned()).into());
    }
    // The registry is read first: what is wrong with it should be known before hours of reading.
    match_::check_output(&case_dir, &arguments.sources.registry, &arguments.out)?;
    let decided_by = (arguments.sources.load()?, arguments.sources.annotations()?);
    match_::warn(&decided_by.0);
    index::index(&case_dir, &arguments.reading, &options)?;
    let case = Case::open(&case_dir, Access::Read)?;
    match_::decide(&case, decided_by, &arguments.out, options.threads, began, clock)
}
