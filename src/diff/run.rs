//! What a run wrote, as far as a comparison needs it.

use crate::model::Verdict;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;

/// Where the outputs of a run are.
pub enum Files {
    /// In an output folder.
    Folder(PathBuf),
    /// In memory, by file name: a run that writes nothing.
    Memory(BTreeMap<&'static str, Vec<u8>>),
}

impl Files {
    fn open(&self, name: &str) -> Result<Box<dyn Read + '_>> {
        match self {
            Self::Folder(dir) => {
                let path = dir.join(name);
                let file = File::open(&path).with_context(|| format!("cannot read {}: name the output folder of a run", path.display()))?;
                Ok(Box::new(BufReader::with_capacity(1 << 20, file)))
            }
            Self::Memory(files) => Ok(Box::new(files.get(name).with_context(|| format!("{name} was not made"))?.as_slice())),
        }
    }

    /// Rows of a CSV by the names of these columns.
    pub(super) fn rows(&self, name: &str, columns: &[&str], row: &mut dyn FnMut(&[&str])) -> Result<()> {
        let mut reader = csv::Reader::from_reader(self.open(name)?);
        let header = reader.headers().with_context(|| name.to_owned())?.clone();
        let find = |column: &&str| header.iter().position(|h| h.trim_start_matches('\u{FEFF}') == *column);
        let Some(places) = columns.iter().map(find).collect::<Option<Vec<usize>>>() else {
            bail!("{name} lacks one of the columns {}", columns.join(", "));
        };
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).with_context(|| name.to_owned())? {
            let cells: Vec<&str> = places.iter().map(|&place| record.get(place).unwrap_or("")).collect();
            row(&cells);
        }
        Ok(())
    }
}

/// One run.
pub struct Run {
    pub(super) registry: String,
    pub(super) ledger: String,
    pub(super) reviews: Option<String>,
    pub(super) policy: Map<String, Value>,
    pub(super) version: String,
    pub(super) as_of: Option<String>,
    pub(super) missed: Vec<String>,
    pub(super) institutions: BTreeMap<String, Institution>,
    pub(super) files: Files,
}

/// An institution in `impact.json`.
#[derive(Deserialize)]
pub(super) struct Institution {
    pub customer_id: String,
    pub legal_name: String,
    pub verdict: Verdict,
    pub bases: Vec<String>,
    pub flags: BTreeSet<String>,
    pub depends: bool,
    pub gaps: u64,
    pub waived_gaps: u64,
    /// SHA-256 of all that the registry says of it.
    pub record: String,
}

#[derive(Deserialize)]
struct Impact {
    registry: String,
    ledger: String,
    reviews: Option<String>,
    policy: Map<String, Value>,
    as_of: Option<String>,
    controls: Controls,
    institutions: Vec<Institution>,
}

#[derive(Deserialize)]
struct Controls {
    missed_formats: Vec<String>,
}

impl Run {
    /// What lies in an output folder.
    pub fn of_folder(dir: PathBuf) -> Result<Self> {
        #[derive(Deserialize)]
        struct RunFile {
            version: String,
        }
        let files = Files::Folder(dir);
        let run: RunFile = serde_json::from_reader(files.open("run.json")?).context("run.json is none of this program")?;
        Self::of(files, run.version)
    }

    /// What a run of this version would write.
    pub fn of(files: Files, version: String) -> Result<Self> {
        let impact: Impact = serde_json::from_reader(files.open("impact.json")?)
            .context("impact.json is not as this version writes it; match the case again into that folder")?;
        Ok(Self {
            registry: impact.registry,
            ledger: impact.ledger,
            reviews: impact.reviews,
            policy: impact.policy,
            version,
            as_of: impact.as_of,
            missed: impact.controls.missed_formats,
            institutions: impact.institutions.into_iter().map(|i| (i.customer_id.clone(), i)).collect(),
            files,
        })
    }
}
