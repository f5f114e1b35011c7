//! The items of a case in the shapes that other tools read: load files, forensic XML, JSON-LD, hash lists. One file
//! and one row of [`INTERCHANGES`] each; none knows clock, host or mount points.

mod case_uco;
mod concordance;
mod dfxml;
mod edrm;
mod hash_lists;
mod opticon;
mod xml;

use crate::ledger::Reading;
use crate::matching::{Item, Matched, Survey};
use crate::model::{ContentId, EvidencePath};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A shape: its name on the command line, the file that it becomes, and its writer.
pub struct Interchange {
    /// Name for `--format`.
    pub name: &'static str,
    /// File name in the output folder.
    pub file: &'static str,
    /// What it is, and after which specification.
    pub about: &'static str,
    /// Writes it.
    write: fn(&[Record<'_>], &mut dyn Write) -> Result<()>,
}

/// Every shape.
pub static INTERCHANGES: &[Interchange] = &[
    Interchange { name: "dat", file: "items.dat", about: "Concordance load file, UTF-8 with byte order mark", write: concordance::write },
    Interchange { name: "opt", file: "items.opt", about: "Opticon load file", write: opticon::write },
    Interchange { name: "edrm", file: "items.edrm.xml", about: "EDRM XML 1.2", write: edrm::write },
    Interchange { name: "dfxml", file: "items.dfxml", about: "Digital Forensics XML 1.1", write: dfxml::write },
    Interchange { name: "case-uco", file: "items.case-uco.jsonld", about: "CASE/UCO 1.x as JSON-LD", write: case_uco::write },
    Interchange {
        name: "sha256sum",
        file: "items.sha256",
        about: "files below the roots, as sha256sum writes them",
        write: hash_lists::sha256sum,
    },
    Interchange { name: "hashdeep", file: "items.hashdeep", about: "files below the roots, HASHDEEP-1.0", write: hash_lists::hashdeep },
];

/// One item.
struct Record<'a> {
    /// Its number in the export, from 1, as `R00000001`.
    id: String,
    /// The number of the container around it.
    parent: Option<String>,
    /// Its outermost container, or itself.
    family: String,
    path: &'a EvidencePath,
    /// The path as all outputs write it.
    shown: String,
    sha256: Option<ContentId>,
    bytes: u64,
    media_type: &'a str,
    status: &'static str,
    cause: &'static str,
    /// Institutions whose it surely is, joined by `|`.
    owners: String,
}

impl Record<'_> {
    /// The last name of the path.
    fn name(&self) -> &str {
        self.shown.rsplit('/').next().unwrap_or_default()
    }

    /// A file below a root, not a member of a container.
    fn is_file(&self) -> bool {
        self.path.depth() == 0
    }
}

/// Items of a case, with or without a registry.
pub struct Export<'a> {
    items: &'a [Item],
    readings: &'a [(i64, Reading)],
    owners: HashMap<usize, BTreeSet<String>>,
}

impl<'a> Export<'a> {
    /// Of a case alone.
    pub fn of_survey(survey: &'a Survey) -> Self {
        Self { items: &survey.items, readings: &survey.readings, owners: HashMap::new() }
    }

    /// Of a case that was joined with a registry; `name` gives the customer id of an institution.
    pub fn of_matched(matched: &'a Matched, name: impl Fn(usize) -> String) -> Self {
        let mut owners: HashMap<usize, BTreeSet<String>> = HashMap::new();
        for (number, holdings) in matched.holdings.iter().enumerate() {
            for own in &holdings.items {
                owners.entry(own.item).or_default().insert(name(number));
            }
        }
        Self { items: &matched.items, readings: &matched.readings, owners }
    }

    /// Writes the shapes into a folder, and gives their places.
    pub fn write(&self, out: &Path, shapes: &[&Interchange]) -> Result<Vec<PathBuf>> {
        fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
        let records = self.records();
        let mut places = Vec::with_capacity(shapes.len());
        for shape in shapes {
            crate::report::write_file(out, shape.file, &mut |sink| (shape.write)(&records, sink))?;
            places.push(out.join(shape.file));
        }
        Ok(places)
    }

    /// Every path once; members of duplicates stand with the first copy.
    fn records(&self) -> Vec<Record<'a>> {
        let mut ids: BTreeMap<&EvidencePath, String> = BTreeMap::new();
        let mut records: Vec<Record<'a>> = Vec::with_capacity(self.items.len());
        for (number, item) in self.items.iter().enumerate().filter(|(_, item)| !item.inherited) {
            let reading = item.content.map(|content| &self.readings[content].1);
            let id = format!("R{:08}", records.len() + 1);
            let above = |steps: usize| EvidencePath { label: item.path.label.clone(), steps: item.path.steps[..steps].to_vec() };
            let parent = (item.path.depth() > 0).then(|| ids.get(&above(item.path.depth())).cloned()).flatten();
            let family = if item.path.depth() > 0 { ids.get(&above(1)).cloned() } else { None };
            ids.insert(&item.path, id.clone());
            records.push(Record {
                parent,
                family: family.unwrap_or_else(|| id.clone()),
                id,
                path: &item.path,
                shown: item.path.to_string(),
                sha256: reading.map(|reading| reading.content),
                bytes: item.size,
                media_type: reading.map_or("application/octet-stream", |reading| reading.media_type.as_str()),
                status: item.status.as_str(),
                cause: item.cause.map_or("", |cause| cause.as_str()),
                owners: self.owners.get(&number).map_or(String::new(), |ids| ids.iter().cloned().collect::<Vec<_>>().join("|")),
            });
        }
        records
    }
}
