//! What a run writes: the impact lists, one file per report. All are deterministic but `run.json`.

mod bytes;
mod cells;
mod certificate;
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
mod reasons;
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
pub use figures::count;
pub use impact_json::{ImpactFile, schema as impact_schema};
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
use columnar::Columns;
use groups_csv::Group;
use listing::Listing;
use rayon::prelude::*;
use rustix::fs::FlockOperation;
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;
use xlsx::Sheet;

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
    /// What several reports say.
    pub made: Made,
    /// Asks the writers to end.
    pub stop: &'a Stop,
}

/// What several reports say, made when the first of them asks.
#[derive(Default)]
pub struct Made {
    coverage: OnceLock<CoverageSummary>,
    groups: OnceLock<Vec<Group>>,
}

impl Outcome<'_> {
    /// What was read and what was not, in figures.
    fn coverage(&self) -> &CoverageSummary {
        self.made.coverage.get_or_init(|| summarise(self.matched))
    }

    /// Institutions that belong together.
    fn groups(&self) -> &[Group] {
        self.made.groups.get_or_init(|| groups_csv::groups(self))
    }
}

/// A list: its rows are made once, and stand in a CSV, in a sheet of the workbook, and some in columns.
struct List {
    csv: &'static str,
    sheet: &'static str,
    /// A Parquet file and an Arrow file.
    columns: Option<[&'static str; 2]>,
    listing: &'static Listing,
}

/// Every list, in the order of the sheets.
static LISTS: &[List] = &[
    List { csv: "notices.csv", sheet: "notices", columns: None, listing: &notices_csv::LISTING },
    List { csv: "impact.csv", sheet: "institutions", columns: Some(["impact.parquet", "impact.arrow"]), listing: &impact_csv::LISTING },
    List { csv: "impact_units.csv", sheet: "units", columns: None, listing: &units_csv::LISTING },
    List { csv: "groups.csv", sheet: "groups", columns: None, listing: &groups_csv::LISTING },
    List { csv: "evidence.csv", sheet: "evidence", columns: Some(["evidence.parquet", "evidence.arrow"]), listing: &evidence_csv::LISTING },
    List { csv: "coverage.csv", sheet: "coverage", columns: Some(["coverage.parquet", "coverage.arrow"]), listing: &coverage_csv::LISTING },
    List { csv: "gaps.csv", sheet: "gaps", columns: None, listing: &gaps_csv::LISTING },
    List { csv: "data_elements.csv", sheet: "data_elements", columns: None, listing: &data_elements::LISTING },
    List { csv: "deadlines.csv", sheet: "deadlines", columns: None, listing: &deadlines_csv::LISTING },
    List { csv: "unattributed.csv", sheet: "unattributed", columns: None, listing: &unattributed_csv::LISTING },
    List { csv: "controls.csv", sheet: "controls", columns: None, listing: &controls_csv::LISTING },
    List { csv: "reviews.csv", sheet: "reviews", columns: None, listing: &reviews_csv::LISTING },
    List { csv: "claimed.csv", sheet: "claimed", columns: None, listing: &claimed_csv::LISTING },
    List { csv: "differences.csv", sheet: "differences", columns: None, listing: &differences_csv::LISTING },
    List { csv: "manifests.csv", sheet: "manifests", columns: None, listing: &manifests_csv::LISTING },
];

/// Another report: its file name and its writer.
struct Report {
    file: &'static str,
    write: fn(&Outcome<'_>, &mut dyn Write) -> Result<()>,
}

/// Every report besides the lists and the workbook that depends on evidence, registry and policy alone.
static REPORTS: &[Report] =
    &[Report { file: "impact.json", write: impact_json::write }, Report { file: "report.html", write: page::write }];

/// The lists as sheets.
const WORKBOOK: &str = "impact.xlsx";

/// Writes all reports into a folder, each first beside its place and then moved there, so that a reader
/// never sees half a list.
pub fn write_all(out: &Path, outcome: &Outcome<'_>, run: &RunFacts) -> Result<()> {
    fs::create_dir_all(out).with_context(|| format!("cannot make the output folder {}", out.display()))?;
    let _alone = lock(out, outcome.stop)?;
    let lists = LISTS.iter().flat_map(|list| std::iter::once(list.csv).chain(list.columns.into_iter().flatten()));
    let files: Vec<&str> = lists.chain([WORKBOOK]).chain(REPORTS.iter().map(|report| report.file)).chain([RUN]).collect();
    let result = (|| {
        let write = |report: &Report| {
            write_beside(out, report.file, &mut |sink| {
                let mut sink = BufWriter::new(interruptible(outcome, sink));
                (report.write)(outcome, &mut sink)?;
                Ok(sink.flush()?)
            })
        };
        let (lists, others) = rayon::join(
            || write_lists(out, outcome),
            // Of several that fail, the first in the table is said.
            || REPORTS.par_iter().with_max_len(1).map(write).collect::<Vec<_>>().into_iter().collect::<Result<()>>(),
        );
        lists.and(others)?;
        write_beside(out, RUN, &mut |sink| run_json::write(run, outcome, sink))?;
        outcome.stop.check()?;
        // Outputs of two runs are never taken for those of one: what says of which run they are goes first, and
        // comes last.
        match fs::remove_file(out.join(RUN)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).context("cannot replace run.json"),
            _ => files.iter().try_for_each(|name| put_in_place(out, name)),
        }
    })();
    if result.is_err() {
        files.iter().for_each(|name| _ = fs::remove_file(beside(out, name)));
        // Whatever a writer made of it.
        outcome.stop.check()?;
    }
    result
}

/// Writes the lists, and the workbook that has all of them.
fn write_lists(out: &Path, outcome: &Outcome<'_>) -> Result<()> {
    let sheets: Vec<Result<Sheet>> = LISTS.par_iter().with_max_len(1).map(|list| list.write(out, outcome)).collect();
    let sheets = sheets.into_iter().collect::<Result<Vec<_>>>()?;
    let mut sheets = Some(LISTS.iter().zip(sheets).collect());
    write_beside(out, WORKBOOK, &mut |sink| xlsx::write(outcome, sheets.take().unwrap_or_default(), &mut interruptible(outcome, sink)))
}

impl List {
    /// Writes the files of the list beside their places; gives its rows as a sheet.
    fn write(&self, out: &Path, outcome: &Outcome<'_>) -> Result<Sheet> {
        let listing = self.listing;
        let mut sheet = Sheet::new(outcome.scratch, self.sheet, listing.columns, xlsx::SHEET_ROWS)?;
        let mut csv = Part::create(out, self.csv)?;
        let csv_sink = &mut interruptible(outcome, &mut csv);
        match self.columns {
            None => listing.csv(outcome, csv_sink, &mut |weight, cells| sheet.row(weight, cells))?,
            Some([parquet, arrow]) => {
                let (mut parquet, mut arrow) = (Part::create(out, parquet)?, Part::create(out, arrow)?);
                let mut columns = Columns::new(listing, &mut parquet, &mut arrow)?;
                listing.csv(outcome, csv_sink, &mut |weight, cells| {
                    columns.row(cells)?;
                    sheet.row(weight, cells)
                })?;
                columns.end()?;
                parquet.end()?;
                arrow.end()?;
            }
        }
        csv.end()?;
        sheet.settle(outcome, listing)?;
        Ok(sheet)
    }
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
struct Interruptible<'s, W> {
    sink: W,
    stop: &'s Stop,
}

fn interruptible<'s, W: Write>(outcome: &Outcome<'s>, sink: W) -> Interruptible<'s, W> {
    Interruptible { sink, stop: outcome.stop }
}

impl<W: Write> Write for Interruptible<'_, W> {
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
    let mut file = |name, write: &dyn Fn(&mut Vec<u8>) -> Result<()>| {
        let mut bytes = Vec::new();
        write(&mut bytes)?;
        files.insert(name, bytes);
        anyhow::Ok(())
    };
    file("impact.json", &|sink| impact_json::write(outcome, sink))?;
    for list in LISTS.iter().filter(|list| matches!(list.csv, "evidence.csv" | "coverage.csv")) {
        file(list.csv, &|sink| list.listing.csv(outcome, sink, &mut |_, _| Ok(())))?;
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
    let mut part = Part::create(out, name)?;
    write(&mut part)?;
    part.end()
}

/// An output while it is written, beside its place.
struct Part {
    place: PathBuf,
    sink: BufWriter<fs::File>,
}

impl Part {
    fn create(out: &Path, name: &str) -> Result<Self> {
        let place = out.join(name);
        let file = fs::File::create(beside(out, name)).with_context(|| format!("cannot write {}", place.display()))?;
        Ok(Self { place, sink: BufWriter::with_capacity(1 << 20, file) })
    }

    fn end(self) -> Result<()> {
        let written = self.sink.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| file.sync_all());
        written.with_context(|| format!("cannot write {}", self.place.display()))
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("cannot write {}: {error}", self.place.display()));
        self.sink.write(bytes).map_err(named)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

fn put_in_place(out: &Path, name: &str) -> Result<()> {
    fs::rename(beside(out, name), out.join(name)).with_context(|| format!("cannot write {}", out.join(name).display()))
}
