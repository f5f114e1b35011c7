use super::{End, STOP, Usage, case_beside, diff, index, say};
use crate::case::{Access, Case, in_case};
use crate::control::{self, Planted};
use crate::crawl::{RootArgument, absolute, check_apart};
use crate::deadline::{Calendar, DeadlineTable};
use crate::diff::{Files, Run, compare};
use crate::ledger::{RunRow, Stated};
use crate::matching::{self, KnownList, Lexicon, Matched};
use crate::model::{ContentId, Flag, Remedy, Verdict};
use crate::registry::{DefectKind, Given, GivenFile, Registry};
use crate::report::{self, Outcome, RunFacts, count};
use crate::verdict::{BlockingGap, Decided, LedgerState, Prospect, decide_all, prospects};
use anyhow::{Context, Result};
use clap::Args;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Args)]
pub(super) struct Arguments {
    /// The case that `ruleout index` made; by default OUT.case.
    #[arg(long, value_name = "DIR")]
    case: Option<PathBuf>,
    #[command(flatten)]
    sources: Sources,
    /// Where evidence that the case knows lies now, which nothing is written into. Matching reads none of it.
    #[arg(long = "evidence", value_name = "LABEL=PATH")]
    moved: Vec<OsString>,
    /// Where the impact lists go.
    #[arg(long, value_name = "DIR", required_unless_present = "what_if")]
    out: Option<PathBuf>,
    /// Write nothing, not even to --out, and show what these decisions of people would change beside those in force.
    #[arg(long, value_name = "FILE", requires = "case")]
    what_if: Vec<PathBuf>,
    /// With --what-if: institutions to show; 0 = all.
    #[arg(long, default_value_t = 50, requires = "what_if")]
    limit: usize,
    /// With --what-if: as JSON, always whole.
    #[arg(long, requires = "what_if")]
    json: bool,
}

/// What evidence is joined with.
#[derive(Args, Clone, Default)]
pub(super) struct Sources {
    /// The registry: customers, names, identifiers, products, deployments, incident.toml.
    #[arg(long, value_name = "DIR")]
    pub registry: PathBuf,
    #[command(flatten)]
    pub beside: Beside,
}

/// What is given beside the registry folder.
#[derive(Args, Clone, Default)]
pub(super) struct Beside {
    /// Decisions of people, beside those in the registry's review.csv; where a case is asked about a run, in place of those of the run.
    #[arg(long = "review", value_name = "FILE")]
    pub reviews: Vec<PathBuf>,
    /// Letters that were sent, beside those in the registry's notices.csv; where a case is asked about a run, in place of those of the run.
    #[arg(long = "notices", value_name = "FILE")]
    pub notices: Vec<PathBuf>,
    /// Any defect of the registry is fatal.
    #[arg(long)]
    pub strict: bool,
    /// Day of reference, like 2025-02-28: which notification clocks have passed by then; an end, a purge, a letter or a
    /// decision of a person that is dated later has not happened yet. By default all have; the clock is never asked.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<jiff::civil::Date>,
    /// A table of notification clocks instead of the one that is compiled in (schemas/deadlines.schema.json).
    #[arg(long, value_name = "FILE")]
    pub deadlines: Option<PathBuf>,
    /// A list of known software: hashdeep, SHA-256 checksums, or NSRL RDS version 3 (SQLite). It tags items in coverage.csv.
    #[arg(long, value_name = "FILE")]
    pub known: Vec<PathBuf>,
}

impl Sources {
    pub fn load(&self) -> Result<Registry> {
        Ok(self.given(&[])?.load()?)
    }

    /// All that is named, and these decisions of people beside it.
    fn given(&self, supposed: &[PathBuf]) -> Result<Given> {
        let mut given = Given::of(&self.registry, false);
        self.beside.replace(&mut given)?;
        given.reviews.extend(read_all(supposed)?);
        Ok(given)
    }

    /// What reports show beside the decisions.
    pub fn annotations(&self) -> Result<Annotations> {
        self.beside.annotations(self.beside.as_of)
    }
}

impl Beside {
    /// Is nothing given?
    pub fn is_empty(&self) -> bool {
        let Self { reviews, notices, strict, as_of, deadlines, known } = self;
        reviews.is_empty() && notices.is_empty() && !strict && as_of.is_none() && deadlines.is_none() && known.is_empty()
    }

    /// Puts what is named here in the place of what was given.
    pub fn replace(&self, given: &mut Given) -> Result<()> {
        if !self.reviews.is_empty() {
            given.reviews = read_all(&self.reviews)?;
        }
        if !self.notices.is_empty() {
            given.notices = read_all(&self.notices)?;
        }
        if let Some(day) = self.as_of {
            given.as_of = Some(day.to_string());
        }
        given.strict |= self.strict;
        Ok(())
    }

    /// What reports show beside the decisions, on this day.
    pub fn annotations(&self, as_of: Option<jiff::civil::Date>) -> Result<Annotations> {
        let known = self.known.iter().map(|file| KnownList::open(file)).collect::<Result<_>>();
        let table = match &self.deadlines {
            Some(file) => DeadlineTable::read(file).map_err(|e| Usage(format!("{e:#}")))?,
            None => DeadlineTable::shipped(),
        };
        Ok(Annotations { calendar: Calendar { table, as_of }, known: known.map_err(|e| Usage(format!("{e:#}")))? })
    }
}

fn read_all(paths: &[PathBuf]) -> Result<Vec<GivenFile>> {
    Ok(paths.iter().map(|path| GivenFile::read(path)).collect::<Result<_, _>>()?)
}

/// What reports show beside the decisions, which do not depend on it.
#[derive(Default)]
pub(super) struct Annotations {
    /// Notification clocks, and the day on which they are looked at.
    calendar: Calendar,
    /// Lists of known software.
    known: Vec<KnownList>,
}

/// A case joined with a registry, and everything decided.
pub(super) struct Joined {
    registry: Registry,
    pub matched: Matched,
    pub decided: Vec<Decided>,
    pub blocking: Vec<BlockingGap>,
    pub ledger: LedgerState,
    planted: Planted,
    calendar: Calendar,
    known: BTreeMap<ContentId, String>,
}

impl Joined {
    pub fn with(case: &Case, registry: Registry, annotations: Annotations) -> Result<Self> {
        let planted = control::planted(case, Access::Read, &index::fence(), 0, &STOP)?;
        let lexicon = Lexicon::new(&registry);
        let controls = control::controls(&planted, &registry, &lexicon);
        let matched = matching::run(case, &registry, lexicon, &controls, &STOP)?;
        let (decided, blocking, ledger) = decide_all(&registry, &matched);
        let known = matching::known(&annotations.known, matched.readings.iter().map(|(_, reading)| reading.content))?;
        Ok(Self { registry, matched, decided, blocking, ledger, planted, calendar: annotations.calendar, known })
    }

    /// What was decided by, for the case to keep.
    fn kept(&self) -> Result<RunRow> {
        let given = &self.registry.given;
        Ok(RunRow { inputs: given.id().to_string(), ledger: self.ledger.digest().to_string(), given: given.to_blob()? })
    }

    pub fn outcome<'a>(&'a self, scratch: &'a Path) -> Outcome<'a> {
        Outcome {
            registry: &self.registry,
            matched: &self.matched,
            decided: &self.decided,
            blocking: &self.blocking,
            ledger: &self.ledger,
            planted: &self.planted,
            calendar: &self.calendar,
            known: &self.known,
            scratch,
            made: report::Made::default(),
            stop: &STOP,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<End> {
    let registry = arguments.sources.load()?;
    let (Some(out), []) = (&arguments.out, &arguments.what_if[..]) else { return what_if(arguments, registry) };
    let case_dir = arguments.case.clone().unwrap_or_else(|| case_beside(out));
    let decided_by = (registry, arguments.sources.annotations()?);
    let case = Case::open(&case_dir, Access::Read)?;
    check_apart_from_evidence(&case, &arguments.moved, out)?;
    check_output(&case_dir, &arguments.sources.registry, out)?;
    warn(&decided_by.0);
    decide(&case, decided_by, out, 0, Instant::now(), jiff::Timestamp::now())
}

/// Says what in the description of the incident has no effect, and which schemes may be others: a key, platform or range that
/// is written otherwise changes who depends, a scheme whom a file is taken for.
pub(super) fn warn(registry: &Registry) {
    let all = registry.defects.iter().chain(&registry.notes);
    all.filter(|defect| matches!(defect.kind, DefectKind::UnknownKey | DefectKind::SimilarScheme))
        .take(WARNINGS)
        .for_each(|defect| say(&format!("ruleout: warning: {defect}")));
    crate::check::concerning_nobody(registry).iter().for_each(|words| say(&format!("ruleout: warning: {words}")));
}

/// So many of them are said; `ruleout registry check` names all.
const WARNINGS: usize = 10;

/// Refuses to write into the case or into the registry, whose letters have the name of an output, and where no folder can
/// be; known before anything is read.
pub(super) fn check_output(case: &Path, registry: &Path, out: &Path) -> Result<()> {
    for (name, folder) in [("case", case), ("registry", registry)] {
        if absolute(out)?.starts_with(absolute(folder)?) {
            return Err(Usage(format!("the output folder {} must not be the {name} or lie in it", out.display())).into());
        }
    }
    if out.exists() && !out.is_dir() {
        return Err(Usage(format!("the output folder {} is no folder", out.display())).into());
    }
    Ok(())
}

/// Refuses to write into evidence; says where evidence is no longer at its place.
pub(super) fn check_apart_from_evidence(case: &Case, moved: &[OsString], out: &Path) -> Result<()> {
    let usage = |error: anyhow::Error| anyhow::Error::new(Usage(format!("{error:#}")));
    let moved = moved.iter().map(|argument| index::moved(argument)).collect::<Result<Vec<_>>>().map_err(usage)?;
    let roots = case.ledger.roots()?;
    if let Some(strange) = moved.iter().find(|moved| roots.iter().all(|root| root.label != moved.label)) {
        let labels: Vec<&str> = roots.iter().map(|root| root.label.as_str()).collect();
        return Err(Usage(format!("the case has no evidence labelled `{}`; it has {}", strange.label, labels.join(", "))).into());
    }
    if let Some(gone) = moved.iter().find(|moved| !moved.path.exists()) {
        return Err(Usage(format!("cannot find the evidence {}", gone.path.display())).into());
    }
    for root in roots {
        let now = moved.iter().find(|moved| moved.label == root.label).map(|moved| moved.path.clone());
        let path = now.unwrap_or_else(|| PathBuf::from(OsStr::from_bytes(&root.path)));
        if path.exists() {
            let argument = RootArgument { label: root.label, path };
            check_apart(&[argument], &[("output folder", out)]).map_err(|e| Usage(format!("{e:#}")))?;
        } else {
            say(&format!(
                "the evidence {} is no longer at {}; verdicts rest on what the case holds of it, and stay as they are",
                root.label,
                path.display()
            ));
        }
    }
    Ok(())
}

/// Decides with and without some reviews, in memory, and shows the difference.
fn what_if(arguments: &Arguments, registry: Registry) -> Result<End> {
    let case_dir = arguments.case.as_deref().unwrap_or(Path::new("."));
    let supposed = arguments.sources.given(&arguments.what_if)?.load()?;
    let case = Case::open(case_dir, Access::Read)?;
    let run = |registry: Registry| {
        let joined = Joined::with(&case, registry, Annotations::default())?;
        Run::of(Files::Memory(report::compared(&joined.outcome(case_dir))?), env!("CARGO_PKG_VERSION").to_owned())
    };
    let difference = compare(&run(registry)?, &run(supposed)?)?;
    diff::show(&difference, arguments.limit, arguments.json)
}

/// Matches, decides and writes; says the answer on standard error.
pub(super) fn decide(
    case: &Case,
    (registry, annotations): (Registry, Annotations),
    out: &Path,
    threads: usize,
    began: Instant,
    clock: jiff::Timestamp,
) -> Result<End> {
    let matching_began = Instant::now();
    let joined = Joined::with(case, registry, annotations).map_err(|error| in_case(case.dir(), error))?;
    let stated = |of| anyhow::Ok(case.ledger.stated(of)?.into_iter().collect());
    let facts = RunFacts {
        version: env!("CARGO_PKG_VERSION"),
        command: std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect(),
        began: clock.to_string(),
        ended: jiff::Timestamp::now().to_string(),
        seconds: BTreeMap::from([("all", began.elapsed().as_secs_f64()), ("match", matching_began.elapsed().as_secs_f64())]),
        host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
        threads,
        roots: joined.matched.roots.iter().map(|r| (r.label.clone(), String::from_utf8_lossy(&r.path).into_owned())).collect(),
        case: case.dir().display().to_string(),
        fence: stated(Stated::Fence)?,
        ocr: stated(Stated::Ocr)?,
        limits: stated(Stated::Limits)?,
    };
    match case.ledger.is_read_only() {
        true => say("the case cannot be written, and does not keep what this run was decided by: `explain` and `pack` need --registry"),
        false => {
            let kept = case.ledger.keep_run(&joined.kept()?).context("the case cannot keep what it was decided by");
            kept.map_err(|error| in_case(case.dir(), error))?;
        }
    }
    report::write_all(out, &joined.outcome(out), &facts)?;
    let open = say_answer(&joined, out);
    Ok(if open || !joined.matched.gaps.is_empty() { End::Gaps } else { End::Clear })
}

/// The answer in a few lines; tells whether somebody stays undetermined.
fn say_answer(joined: &Joined, out: &Path) -> bool {
    let mut verdicts: BTreeMap<Verdict, u64> = BTreeMap::new();
    joined.decided.iter().for_each(|d| *verdicts.entry(d.decision.verdict()).or_default() += 1);
    let words: Vec<String> = Verdict::ALL.iter().map(|v| format!("{} {}", verdicts.get(v).copied().unwrap_or(0), v)).collect();
    for words in joined.planted.missed_formats().values() {
        say(&format!("a control failed: {words}; every item of that format is a gap"));
    }
    say(&format!("{}: {}", count(joined.decided.len() as u64, "institution", "institutions"), words.join(", ")));
    for act in prospects(&joined.decided, &joined.blocking, &joined.matched.gaps) {
        say(&format!("  {}: {}", in_words(act.remedy), would_do(&act)));
    }
    if let Some(first) = joined.blocking.first().filter(|b| b.frees_alone > 0) {
        say(&format!("  first of all {}: that alone would decide {}", joined.matched.gaps[first.gap].item, first.frees_alone));
    }
    let retract = joined.decided.iter().filter(|d| d.flags.contains(&Flag::Retract)).count();
    if retract > 0 {
        let letters = count(retract as u64, "letter that was sent no longer holds", "letters that were sent no longer hold");
        say(&format!("{letters}: see notices.csv"));
    }
    let strangers = joined.registry.notices.iter().filter(|notice| notice.institution.is_none()).count();
    if strangers > 0 {
        let letters = count(strangers as u64, "letter went to an id", "letters went to ids");
        say(&format!("{letters} that no customer of the registry has: see notices.csv"));
    }
    let unused = joined.matched.reviewed.iter().filter(|&&applied| applied == 0).count();
    if !joined.matched.reviewed.is_empty() {
        let given = joined.matched.reviewed.len() as u64;
        let decisions = count(given, "decision of a person was given", "decisions of people were given");
        match unused {
            0 => say(&format!("{decisions} and applied: see reviews.csv")),
            _ => say(&format!("{decisions}; {} applied to nothing: see reviews.csv", count(unused as u64, "is", "are"))),
        }
    }
    say(&format!("impact lists in {}", out.display()));
    verdicts.contains_key(&Verdict::Undetermined)
}

/// What one kind of act would do.
pub(super) fn would_do(act: &Prospect) -> String {
    let gaps = count(act.gaps, "gap keeps", "gaps keep");
    let open = count(act.blocks, "institution", "institutions");
    let all = if act.gaps == 1 { "closing it" } else { "closing all of them" };
    format!("{gaps} {open} open; {all} would decide {}", act.frees)
}

/// What has to be done, for a person.
pub(super) const fn in_words(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Password => "passwords (--passwords)",
        Remedy::Key => "private keys",
        Remedy::Ocr => "text in pictures",
        Remedy::Scope => "saying whose it is ([[scope]] or review.csv)",
        Remedy::Recover => "recovering files",
        Remedy::Retry => "reading again (--retry)",
        Remedy::Limit => "higher limits (--limit)",
        Remedy::Waive => "a person's look (review.csv)",
    }
}
