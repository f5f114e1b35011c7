//! The controls of a run. Negative: decoys, identifiers and names built like the registry's that belong to
//! nobody, matched along with it; what is hit estimates how often the run finds what is not there. Positive:
//! planted files, one per readable format and encoding, bare and inside containers, read through the same
//! pipeline in a scratch place outside the evidence; what they recover says per format that the run could have
//! seen it. Neither ever stands in the evidence or in a list.

mod archives;
mod databases;
mod decoys;
mod disks;
mod documents;
mod drawn;
mod payments;
mod plain;
mod plants;
#[cfg(debug_assertions)]
mod sabotage;
mod sealed;
mod subject;

#[cfg(test)]
mod encrypted;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
pub(crate) use databases::archive as pg_archive;
#[cfg(test)]
pub(crate) use disks::udf;
#[cfg(test)]
pub(crate) use documents::compound;

use decoys::decoys;

use crate::case::{Access, Case};
use crate::crawl::{self, Fence, IndexOptions, Progress, RootArgument};
use crate::demo::containers;
use crate::format::formats;
use crate::matching::{self, Controls, Lexicon, Matched};
use crate::model::ContentId;
use crate::registry::Registry;
use crate::stop::Stop;
use anyhow::{Context, Result};
use plants::{NOT_PLANTED, PLANTS};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use subject::Subject;

/// Where the results stand in the ledger.
const META: &str = "controls";
const LABEL: &str = "planted";
/// Where each planted file lies: bare, and inside these containers, outermost first.
const NESTINGS: [(&str, &str); 4] = [("", ""), ("zip", "all.zip!/"), ("gzip/tar", "all.tar.gz!/"), ("zip/gzip/tar", "deep.zip!/")];

/// What became of the planted files of one format and encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlantedRow {
    /// Format, as `ruleout formats` names it; `unknown` for bytes that are only scanned.
    pub format: String,
    /// Encoding or variant.
    pub encoding: String,
    /// Places at which it was planted: bare, and inside containers.
    pub planted: u64,
    /// Places at which its institution was found as the owner.
    pub recovered: u64,
    /// Containers, outermost first, inside which it was missed; `bare` where it was missed by itself.
    pub missed: Vec<String>,
}

/// The positive control of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planted {
    /// One row per format and encoding.
    pub rows: Vec<PlantedRow>,
}

impl Planted {
    /// Planted files, and how many of them were recovered.
    pub fn counts(&self) -> (u64, u64) {
        self.rows.iter().fold((0, 0), |(planted, recovered), row| (planted + row.planted, recovered + row.recovered))
    }

    /// Formats of which a planted file was missed, each with what was missed in words. A file that was missed
    /// only inside containers counts against their formats too.
    pub fn missed_formats(&self) -> BTreeMap<String, String> {
        let mut out: BTreeMap<String, String> = BTreeMap::new();
        for row in &self.rows {
            // What is missed by itself is missed inside containers, too.
            let is_bare = row.missed.iter().any(|missed| missed == BARE);
            for missed in row.missed.iter().filter(|missed| !is_bare || *missed == BARE) {
                let place = if missed == BARE { String::new() } else { format!(" inside {missed}") };
                let encoding = if row.encoding.is_empty() { String::new() } else { format!(" ({})", row.encoding) };
                let words = format!("the run missed a planted file of {}{encoding}{place}", row.format);
                let around = missed.split('/').filter(|format| *format != BARE);
                std::iter::once(row.format.as_str())
                    .chain(around)
                    .for_each(|format| _ = out.entry(format.to_owned()).or_insert_with(|| words.clone()));
            }
        }
        out
    }
}

/// What the controls bring into matching a case with a registry.
pub fn controls(planted: &Planted, registry: &Registry, lexicon: &Lexicon) -> Controls {
    Controls { missed: planted.missed_formats(), planted: planted.counts(), decoys: decoys(registry, lexicon) }
}

/// Readable formats of which nothing is planted: no control speaks for them.
pub fn unplanted() -> Vec<&'static str> {
    NOT_PLANTED.iter().map(|(name, _)| *name).collect()
}

const BARE: &str = "bare";

/// Results with what they hold for: another version of the program or of a reader plants again.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    planted: Planted,
}

/// The results of the planted files; planted and read now where the case has none of this version of the
/// program. A case that is open for writing keeps them.
///
/// # Errors
/// They cannot be read; [`Interrupted`](crate::stop::Interrupted) where the work was asked to end.
pub fn planted(case: &Case, access: Access, fence: &Fence, threads: usize, stop: &Stop) -> Result<Planted> {
    let key = key();
    let is_sabotaged = is_sabotaged();
    if !is_sabotaged
        && let Some(kept) = case.ledger.meta(META)?
        && let Ok(kept) = serde_json::from_str::<Kept>(&kept)
        && kept.key == key
    {
        return Ok(kept.planted);
    }
    let scratch = Scratch::new(&case.spool())?;
    let planted = plant(&scratch.0, fence, threads, stop).context("the controls could not be read")?;
    if access == Access::Write && !is_sabotaged {
        case.ledger.set_meta(META, &serde_json::to_string(&Kept { key, planted: planted.clone() })?)?;
    }
    Ok(planted)
}

#[cfg(debug_assertions)]
fn is_sabotaged() -> bool {
    sabotage::is_on()
}

#[cfg(not(debug_assertions))]
fn is_sabotaged() -> bool {
    false
}

/// The program's version, its readers' versions, and the plants.
fn key() -> String {
    let mut hash = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION"));
    formats().for_each(|format| hash.update(format!("{} {}\n", format.name, format.version)));
    PLANTS.iter().for_each(|plant| hash.update(format!("{} {}\n", plant.format, plant.encoding)));
    ContentId(hash.finalize().into()).to_string()
}

/// A folder of its own that is gone afterwards.
struct Scratch(PathBuf);

impl Scratch {
    /// Below the case's spool, or where temporary files go when the case cannot be written.
    fn new(spool: &Path) -> Result<Self> {
        let name = format!("ruleout-controls-{}", std::process::id());
        let places = [spool.join(&name), std::env::temp_dir().join(&name)];
        let made = places.iter().find(|place| fs::DirBuilder::new().mode(0o700).create(place).is_ok());
        made.cloned().map(Self).with_context(|| format!("cannot make a scratch folder for the controls at {}", places[0].display()))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is planted text that concerns nobody, and goes when the case is next written.
        _ = fs::remove_dir_all(&self.0);
    }
}

fn plant(scratch: &Path, fence: &Fence, threads: usize, stop: &Stop) -> Result<Planted> {
    let mut files = files()?;
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let tar_gz = containers::tar_gz(&files)?;
    let nested = [
        ("all.zip".to_owned(), containers::zip(&borrowed)?),
        ("deep.zip".to_owned(), containers::zip(&[("all.tar.gz", &tar_gz)])?),
        ("all.tar.gz".to_owned(), tar_gz),
    ];
    files.extend(nested);
    let matched = read(scratch, &files, fence, threads, stop)?;
    let found = |number: usize, place: &str| {
        let name = file_name(number);
        matched.evidence[matched.evidence_of(number)].iter().filter(|e| e.mention.is_sure_owner()).any(|e| {
            let below = e.item.strip_prefix(LABEL).and_then(|rest| rest.strip_prefix('/')).and_then(|rest| rest.strip_prefix(place));
            below.is_some_and(|rest| rest.starts_with(&name) || (!place.is_empty() && rest.contains(&format!("!/{name}"))))
        })
    };
    let row = |(number, plant): (usize, &plants::Plant)| {
        let missed = NESTINGS.iter().filter(|(_, place)| !found(number, place));
        let missed: Vec<String> = missed.map(|(formats, _)| if formats.is_empty() { BARE } else { formats }.to_owned()).collect();
        let planted = NESTINGS.len() as u64;
        PlantedRow {
            format: plant.format.to_owned(),
            encoding: plant.encoding.to_owned(),
            planted,
            recovered: planted - missed.len() as u64,
            missed,
        }
    };
    Ok(Planted { rows: PLANTS.iter().enumerate().map(row).collect() })
}

/// Indexes files and joins what they say with the institutions of the planted files.
fn read(scratch: &Path, files: &[(String, Vec<u8>)], fence: &Fence, threads: usize, stop: &Stop) -> Result<Matched> {
    let evidence = scratch.join(LABEL);
    fs::create_dir(&evidence)?;
    for (name, bytes) in files {
        fs::write(evidence.join(name), bytes)?;
    }
    let case = Case::open(&scratch.join("case"), Access::Write)?;
    let roots = vec![RootArgument { label: LABEL.to_owned(), path: evidence }];
    let options = IndexOptions { threads, fence: fence.clone(), ..IndexOptions::of(roots) };
    crawl::index(&case, &options, stop, &Progress::new(false))?;
    let registry = registry();
    matching::run(&case, &registry, Lexicon::new(&registry), &Controls::default(), stop)
}

fn file_name(number: usize) -> String {
    format!("plant{number:03}.bin")
}

fn files() -> Result<Vec<(String, Vec<u8>)>> {
    let write = |(number, plant): (usize, &plants::Plant)| {
        let subject = Subject(number as u32);
        #[cfg(debug_assertions)]
        let subject = if sabotage::hits(plant) { Subject(9_999) } else { subject };
        let bytes = (plant.write)(subject).with_context(|| format!("{} {}", plant.format, plant.encoding))?;
        Ok((file_name(number), bytes))
    };
    PLANTS.iter().enumerate().map(write).collect()
}

/// The institutions that planted files speak of, and nobody else.
fn registry() -> Registry {
    Registry::of((0..PLANTS.len()).map(|number| Subject(number as u32).institution()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Probe, detect};

    #[test]
    fn every_readable_format_is_planted_and_is_what_it_is_planted_as() {
        let missing: Vec<&str> = formats().map(|format| format.name).filter(|name| PLANTS.iter().all(|p| p.format != *name)).collect();
        assert_eq!(missing, unplanted(), "plant a file of each new format, or say why there is none");
        assert!(NOT_PLANTED.iter().all(|(_, reason)| reason.len() > 20));
        for ((_, bytes), plant) in files().unwrap().iter().zip(PLANTS) {
            assert_eq!(detect(&Probe::new(bytes)).name(), plant.format, "{}", plant.encoding);
        }
    }

    #[test]
    fn every_planted_file_is_recovered_everywhere() {
        let dir = tempfile::tempdir().unwrap();
        let planted = plant(dir.path(), &Fence::Off, 0, &Stop::new()).unwrap();
        let missed: Vec<_> = planted.rows.iter().filter(|row| !row.missed.is_empty()).collect();
        assert!(missed.is_empty(), "{missed:#?}");
        assert!(planted.missed_formats().is_empty());
    }

    #[test]
    fn an_interrupt_ends_the_controls() {
        let (dir, stop) = (tempfile::tempdir().unwrap(), Stop::new());
        stop.raise();
        let error = plant(dir.path(), &Fence::Off, 1, &stop).unwrap_err().context("as its callers say");
        assert!(error.is::<crate::stop::Interrupted>(), "{error:#}");
    }

    #[test]
    fn what_is_missed_inside_a_container_counts_against_both() {
        let row = |missed: &[&str]| PlantedRow {
            format: "docx".to_owned(),
            encoding: String::new(),
            planted: 4,
            recovered: 4 - missed.len() as u64,
            missed: missed.iter().map(|m| (*m).to_owned()).collect(),
        };
        let formats = |missed: &[&str]| Planted { rows: vec![row(missed)] }.missed_formats().into_keys().collect::<Vec<_>>();
        assert_eq!(formats(&[]), [""; 0]);
        assert_eq!(formats(&["bare"]), ["docx"]);
        assert_eq!(formats(&["bare", "gzip/tar"]), ["docx"]);
        assert_eq!(formats(&["gzip/tar"]), ["docx", "gzip", "tar"]);
    }
}
