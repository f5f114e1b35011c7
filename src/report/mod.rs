//! What a run writes: the impact lists, one file per report. All are deterministic but `run.json`.

mod bytes;
mod cells;
mod claimed_csv;
mod columnar;
mod controls_csv;
mod coverage_csv;
mod data_elements;
mod deadlines_csv;
mod differences_csv;
mod evidence_csv;
mod explain;
mod figures;
mod gaps_csv;
mod groups_csv;
mod impact_csv;
mod impact_json;
mod listing;
mod manifests_csv;
mod notices_csv;
mod pack;
mod page;
mod reviews_csv;
mod run_json;
#[cfg(test)]
mod testing;
mod unattributed_csv;
mod units_csv;
mod xlsx;

pub use bytes::{ByteClasses, CoverageSummary, summarise, summarise_survey};
pub use cells::{plain, safe_cell};
pub use explain::{Explainer, Explanation, explanation_schema};
pub use impact_json::{ImpactFile, certificate_words, schema as impact_schema};
pub use pack::{PackOptions, write_packs};
pub use run_json::{RunFacts, run_schema};

use crate::control::Planted;
use crate::deadline::Calendar;
use crate::matching::Matched;
use crate::model::ContentId;
use crate::registry::Registry;
use crate::stop::{Interrupted, Stop};
use crate::verdict::{BlockingGap, Decided, LedgerState};
use anyhow::{Context, Result};
use rayon::prelude::*;
use rustix::fs::FlockOperation;
use rustix::io::Errno;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Everything that the reports are written from.
pub struct Outcome<'a> {
    /// Who.
    pub registry: &'a Registry,
    /// What was found.
    pub matched: &'a Matched,
    /// What was decided, per institution.
    pub decided: &'a [Decided],
    /// Gaps that block somebody.
    pub blocking: &'a [BlockingGap],
    /// The ledger as a whole.
    pub ledger: &'a LedgerState,
    /// The positive control, per format and encoding.
    pub planted: &'a Planted,
    /// Notification clocks, and the day on which they are looked at.
    pub calendar: &'a Calendar,
    /// Contents that lists of known files name, with what they say.
    pub known: &'a BTreeMap<ContentId, String>,
    /// Where a writer may keep files without a name while it works; nothing of it reaches a report.
    pub scratch: &'a Path,
    /// Asks the writers to end.
    pub stop: &'a Stop,
}

impl Outcome<'_> {
    /// How many items have gaps that count against an institution.
    fn gap_items(&self, institution: usize) -> u64 {
        let items = self.decided[institution].gaps.iter().map(|&gap| self.matched.gaps[gap].item.as_str());
        items.collect::<BTreeSet<_>>().len() as u64
    }
}

/// One report: its file name and its writer.
pub struct Report {
    /// File name in the output folder.
    pub file: &'static str,
    /// Writes it.
    pub write: fn(&Outcome<'_>, &mut dyn Write) -> Result<()>,
}

/// Every report that depends on evidence, registry and policy alone.
pub static REPORTS: &[Report] = &[
    Report { file: "impact.csv", write: |outcome, sink| impact_csv::LISTING.csv(outcome, sink) },
    Report { file: "impact_units.csv", write: |outcome, sink| units_csv::LISTING.csv(outcome, sink) },
    Report { file: "groups.csv", write: |outcome, sink| groups_csv::LISTING.csv(outcome, sink) },
    Report { file: "impact.json", write: impact_json::write },
    Report { file: "evidence.csv", write: |outcome, sink| evidence_csv::LISTING.csv(outcome, sink) },
    Report { file: "coverage.csv", write: |outcome, sink| coverage_csv::LISTING.csv(outcome, sink) },
    Report { file: "gaps.csv", write: |outcome, sink| gaps_csv::LISTING.csv(outcome, sink) },
    Report { file: "data_elements.csv", write: |outcome, sink| data_elements::LISTING.csv(outcome, sink) },
    Report { file: "deadlines.csv", write: |outcome, sink| deadlines_csv::LISTING.csv(outcome, sink) },
    Report { file: "unattributed.csv", write: |outcome, sink| unattributed_csv::LISTING.csv(outcome, sink) },
    Report { file: "controls.csv", write: |outcome, sink| controls_csv::LISTING.csv(outcome, sink) },
    Report { file: "notices.csv", write: |outcome, sink| notices_csv::LISTING.csv(outcome, sink) },
    Report { file: "reviews.csv", write: |outcome, sink| reviews_csv::LISTING.csv(outcome, sink) },
    Report { file: "claimed.csv", write: |outcome, sink| claimed_csv::LISTING.csv(outcome, sink) },
    Report { file: "differences.csv", write: |outcome, sink| differences_csv::LISTING.csv(outcome, sink) },
    Report { file: "manifests.csv", write: |outcome, sink| manifests_csv::LISTING.csv(outcome, sink) },
    Report { file: "impact.parquet", write: |outcome, sink| columnar::parquet(&impact_csv::LISTING, outcome, sink) },
    Report { file: "evidence.parquet", write: |outcome, sink| columnar::parquet(&evidence_csv::LISTING, outcome, sink) },
    Report { file: "coverage.parquet", write: |outcome, sink| columnar::parquet(&coverage_csv::LISTING, outcome, sink) },
    Report { file: "impact.arrow", write: |outcome, sink| columnar::arrow(&impact_csv::LISTING, outcome, sink) },
    Report { file: "evidence.arrow", write: |outcome, sink| columnar::arrow(&evidence_csv::LISTING, outcome, sink) },
    Report { file: "coverage.arrow", write: |outcome, sink| columnar::arrow(&coverage_csv::LISTING, outcome, sink) },
    Report { file: "impact.xlsx", write: xlsx::write },
    Report { file: "report.html", write: page::write },
];

/// Writes all reports into a folder, each first beside its place and then moved there, so that a reader
/// never sees half a list.
pub fn write_all(out: &Path, outcome: &Outcome<'_>, run: &RunFacts) -> Result<()> {
    fs::create_dir_all(out).with_context(|| format!("cannot make the output folder {}", out.display()))?;
    let _alone = lock(out, outcome.stop)?;
    let files = || REPORTS.iter().map(|report| report.file).chain([RUN]);
    let result = (|| {
        let write = |report: &Report| {
            write_beside(out, report.file, &mut |sink| (report.write)(outcome, &mut Interruptible { sink, stop: outcome.stop }))
        };
        // Of several that fail, the first in the table is said.
        REPORTS.par_iter().with_max_len(1).map(write).collect::<Vec<_>>().into_iter().collect::<Result<()>>()?;
        write_beside(out, RUN, &mut |sink| run_json::write(run, outcome, sink))?;
        outcome.stop.check()?;
        // Outputs of two runs are never taken for those of one: what says of which run they are goes first, and
        // comes last.
        match fs::remove_file(out.join(RUN)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).context("cannot replace run.json"),
            _ => files().try_for_each(|name| put_in_place(out, name)),
        }
    })();
    if result.is_err() {
        files().for_each(|name| _ = fs::remove_file(beside(out, name)));
        // Whatever a writer made of it.
        outcome.stop.check()?;
    }
    result
}

/// Keeps other runs from writing into a folder at the same time; waits until they have.
fn lock(out: &Path, stop: &Stop) -> Result<fs::File> {
    /// Between two attempts.
    const PAUSE: Duration = Duration::from_millis(50);
    let folder = fs::File::open(out).with_context(|| format!("cannot open the output folder {}", out.display()))?;
    // Where the file system has no locks, there are none to be had.
    while rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive) == Err(Errno::WOULDBLOCK) {
        stop.check()?;
        std::thread::sleep(PAUSE);
    }
    Ok(folder)
}

/// Takes what a writer gives until the work is asked to end.
struct Interruptible<'s> {
    sink: &'s mut dyn Write,
    stop: &'s Stop,
}

impl Write for Interruptible<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stop.raised() { Err(io::Error::other(Interrupted)) } else { self.sink.write(bytes) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// What the outputs rest on, written last.
const RUN: &str = "run.json";

/// The outputs that runs are compared by, in memory.
pub fn compared(outcome: &Outcome<'_>) -> Result<BTreeMap<&'static str, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for report in REPORTS.iter().filter(|report| matches!(report.file, "impact.json" | "evidence.csv" | "coverage.csv")) {
        let mut bytes = Vec::new();
        (report.write)(outcome, &mut bytes)?;
        files.insert(report.file, bytes);
    }
    Ok(files)
}

pub(crate) fn write_file(out: &Path, name: &str, write: &mut dyn FnMut(&mut dyn Write) -> Result<()>) -> Result<()> {
    write_beside(out, name, write)?;
    put_in_place(out, name)
}

fn beside(out: &Path, name: &str) -> PathBuf {
    out.join(format!(".{name}.part"))
}

fn write_beside(out: &Path, name: &str, write: &mut dyn FnMut(&mut dyn Write) -> Result<()>) -> Result<()> {
    let context = || format!("cannot write {}", out.join(name).display());
    let mut sink = std::io::BufWriter::with_capacity(1 << 20, fs::File::create(beside(out, name)).with_context(context)?);
    write(&mut sink).with_context(context)?;
    sink.into_inner().map_err(std::io::IntoInnerError::into_error).with_context(context)?.sync_all().with_context(context)
}

fn put_in_place(out: &Path, name: &str) -> Result<()> {
    fs::rename(beside(out, name), out.join(name)).with_context(|| format!("cannot write {}", out.join(name).display()))
}
