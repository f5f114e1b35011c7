use super::match_::{Beside, Joined};
use super::{Usage, say};
use crate::case::Case;
use crate::ledger::RunRow;
use crate::registry::{Given, Registry};
use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Deserialize;
use std::path::PathBuf;

/// What a run of the case was decided by: registry, reviews, letters and day of reference are as they were then; what is
/// named here takes their place.
#[derive(Args)]
pub(super) struct AsDecided {
    /// The output folder of the run that is meant; by default the last run of the case.
    #[arg(long, value_name = "OUT", conflicts_with = "afresh")]
    run: Option<PathBuf>,
    /// Another registry than that of the run.
    #[arg(long, value_name = "DIR", required_if_eq("afresh", "true"))]
    registry: Option<PathBuf>,
    /// Nothing as in a run: only what is named, as `match` would decide now.
    #[arg(long)]
    afresh: bool,
    #[command(flatten)]
    beside: Beside,
}

impl AsDecided {
    /// Is anything named that verdicts are asked by?
    pub fn is_named(&self) -> bool {
        let Self { run, registry, afresh, beside } = self;
        run.is_some() || registry.is_some() || *afresh || !beside.is_empty()
    }

    /// Joins a case with what is chosen; where that is not what the run was decided by, says so.
    pub fn join(&self, case: &Case, check: &mut dyn FnMut(&Registry) -> Result<()>) -> Result<Joined> {
        let run = if self.afresh { None } else { self.kept(case)? };
        let before = run.as_ref().map(given_of).transpose()?;
        let mut given = match (&self.registry, before.clone()) {
            (Some(dir), before) => Given { folder: Given::of(dir, false).folder, ..before.unwrap_or_default() },
            (None, Some(before)) => before,
            (None, None) => return Err(Usage("nothing was decided in this case yet: name --registry".to_owned()).into()),
        };
        self.beside.replace(&mut given)?;
        let changed = before.map_or(Vec::new(), |before| given.differences(&before));
        if !changed.is_empty() {
            say(&format!("other than in the run: {}; verdicts may be other ones", changed.join(", ")));
        }
        let registry = given.load()?;
        check(&registry)?;
        let annotations = self.beside.annotations(registry.incident.as_of)?;
        let joined = Joined::with(case, registry, annotations)?;
        if run.is_some_and(|run| run.ledger != joined.ledger.digest().to_string()) {
            say("the case has been indexed again since the run: verdicts may be other ones");
        }
        Ok(joined)
    }

    /// The run that is meant; none where nothing was decided yet.
    fn kept(&self, case: &Case) -> Result<Option<RunRow>> {
        #[derive(Deserialize)]
        struct Impact {
            inputs: String,
            ledger: String,
        }
        let Some(out) = &self.run else { return case.ledger.run(None) };
        let path = out.join("impact.json");
        let unusable =
            |error: &dyn std::fmt::Display| Usage(format!("cannot read {}: name the output folder of a run: {error}", path.display()));
        let file = std::fs::File::open(&path).map_err(|error| unusable(&error))?;
        let impact: Impact = serde_json::from_reader(std::io::BufReader::new(file)).map_err(|error| unusable(&error))?;
        match case.ledger.run(Some(&impact.inputs))? {
            Some(run) => Ok(Some(RunRow { ledger: impact.ledger, ..run })),
            None => Err(Usage(format!("{} is no output of this case", out.display())).into()),
        }
    }
}

/// What a run was decided by, which is kept under the digest of all of it.
fn given_of(run: &RunRow) -> Result<Given> {
    let given = Given::from_blob(&run.given).context("what the run was decided by is damaged")?;
    ensure!(given.id().to_string() == run.inputs, "what the run was decided by is not what was kept of it");
    Ok(given)
}
