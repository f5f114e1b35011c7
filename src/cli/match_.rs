use super::{End, Usage, case_beside, say};
use crate::case::{Access, Case};
use crate::matching;
use crate::model::Verdict;
use crate::registry::{self, Registry};
use crate::report::{self, Outcome, RunFacts};
use crate::verdict::decide_all;
use anyhow::Result;
use clap::Args;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Args)]
pub(super) struct Arguments {
    /// The case that `ruleout index` made; by default OUT.case.
    #[arg(long, value_name = "DIR")]
    case: Option<PathBuf>,
    /// The registry: customers, names, identifiers, products, deployments, incident.toml.
    #[arg(long, value_name = "DIR")]
    registry: PathBuf,
    /// Where the impact lists go.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Any defect of the registry is fatal.
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let case_dir = arguments.case.clone().unwrap_or_else(|| case_beside(&arguments.out));
    let registry = registry::load(&arguments.registry, arguments.strict)?;
    let case = Case::open(&case_dir, Access::Read)?;
    for root in case.ledger.roots()? {
        use std::os::unix::ffi::OsStrExt;
        let path = PathBuf::from(std::ffi::OsStr::from_bytes(&root.path));
        if path.exists() {
            let argument = crate::crawl::RootArgument { label: root.label, path };
            crate::crawl::check_apart(&[argument], &[("output folder", &arguments.out)]).map_err(|e| Usage(format!("{e:#}")))?;
        }
    }
    decide(&case, &registry, &arguments.out, 0, Instant::now(), jiff::Timestamp::now())
}

/// Matches, decides and writes; says the answer on standard error.
pub(super) fn decide(case: &Case, registry: &Registry, out: &Path, threads: usize, began: Instant, clock: jiff::Timestamp) -> Result<End> {
    let matching_began = Instant::now();
    let matched = matching::run(case, registry)?;
    let (decided, blocking, ledger) = decide_all(registry, &matched);
    let outcome = Outcome { registry, matched: &matched, decided: &decided, blocking: &blocking, ledger: &ledger, scratch: out };
    let facts = RunFacts {
        version: env!("CARGO_PKG_VERSION"),
        command: std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect(),
        began: clock.to_string(),
        ended: jiff::Timestamp::now().to_string(),
        seconds: BTreeMap::from([("all", began.elapsed().as_secs_f64()), ("match", matching_began.elapsed().as_secs_f64())]),
        host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
        threads,
        roots: matched.roots.iter().map(|r| (r.label.clone(), String::from_utf8_lossy(&r.path).into_owned())).collect(),
        case: case.dir().display().to_string(),
    };
    report::write_all(out, &outcome, &facts)?;
    let mut verdicts: BTreeMap<Verdict, u64> = BTreeMap::new();
    decided.iter().for_each(|d| *verdicts.entry(d.decision.verdict()).or_default() += 1);
    let words: Vec<String> = Verdict::ALL.iter().map(|v| format!("{} {}", verdicts.get(v).copied().unwrap_or(0), v)).collect();
    say(&format!("{} institutions: {}", decided.len(), words.join(", ")));
    if !blocking.is_empty() {
        say(&format!(
            "{} gaps keep institutions open; {} lists them, the most valuable first",
            blocking.len(),
            out.join("gaps.csv").display()
        ));
    }
    say(&format!("impact lists in {}", out.display()));
    let open = verdicts.get(&Verdict::Undetermined).copied().unwrap_or(0) > 0;
    Ok(if open || !matched.gaps.is_empty() { End::Gaps } else { End::Clear })
}
