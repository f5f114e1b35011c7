use super::{End, Reading, Usage, index, match_, say};
use crate::case::{Access, Case};
use crate::crawl::{IndexOptions, RootArgument};
use crate::demo::{self, GapKind, Plan};
use crate::registry;
use anyhow::Result;
use clap::Args;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Args)]
pub(super) struct Arguments {
    /// Where the breach and its impact lists go: a new or empty folder.
    #[arg(long, value_name = "DIR", default_value = "ruleout-demo")]
    out: PathBuf,
    /// Another seed gives another breach.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Institutions of each family.
    #[arg(long, default_value_t = 2)]
    per_family: usize,
    /// Add something that could hold anybody's files.
    #[arg(long, value_name = "encrypted|unrecovered|orphan|unclaimed")]
    gap: Option<String>,
    /// Add harder families: other writings of payment files, second tables, numbers that changed hands.
    #[arg(long)]
    hard: bool,
    /// Only write the breach, with its answer key; do not run.
    #[arg(long)]
    write_only: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let gap = match arguments.gap.as_deref() {
        None => None,
        Some("encrypted") => Some(GapKind::Encrypted),
        Some("unrecovered") => Some(GapKind::Unrecovered),
        Some("orphan") => Some(GapKind::Orphan),
        Some("unclaimed") => Some(GapKind::Unclaimed),
        Some(other) => return Err(Usage(format!("`{other}` is no gap: use encrypted, unrecovered, orphan or unclaimed")).into()),
    };
    let plan = Plan { seed: arguments.seed, per_family: arguments.per_family, gap, hard: arguments.hard, ..Plan::default() };
    let breach = demo::write(&arguments.out, &plan).map_err(|error| {
        let words = format!("cannot write the demonstration to {}", arguments.out.display());
        match error.kind() {
            ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory => Usage(format!("{words}: {error}")).into(),
            _ => anyhow::Error::new(error).context(words),
        }
    })?;
    say(&format!(
        "a fictional breach in {}: evidence, manifests, registry, passwords, and the right answers in truth.csv",
        arguments.out.display()
    ));
    if arguments.write_only {
        return Ok(End::Clear);
    }
    let (began, clock) = (Instant::now(), jiff::Timestamp::now());
    let registry = registry::load(&breach.registry, false)?;
    let roots = vec![RootArgument { label: "evidence".to_owned(), path: breach.evidence }];
    let options = IndexOptions { manifests: vec![(None, breach.listing)], fence: index::fence(), ..IndexOptions::of(roots) };
    let case_dir = arguments.out.join("out.case");
    index::index(&case_dir, &Reading::default(), &options)?;
    let case = Case::open(&case_dir, Access::Read)?;
    match_::decide(&case, (registry, match_::Annotations::default()), &arguments.out.join("out"), 0, began, clock)?;
    // Institutions that stay open belong to the demonstration; it has done what it was asked to.
    Ok(End::Clear)
}
