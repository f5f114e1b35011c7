use super::encoding::decode;
use super::given::Given;
use super::institution::{Registry, Source};
use super::loading::{Loading, Place};
use super::problem::{DefectKind, LoadError, Problem, quoted};
use super::rows::TableFile;
use super::{customers, deployments, identifiers, incident, names, notices, products, review};
use crate::model::ContentId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Names of the tables' files, without extension.
const TABLES: [&str; 7] = [
    customers::SPEC.table,
    products::SPEC.table,
    names::SPEC.table,
    identifiers::SPEC.table,
    deployments::SPEC.table,
    review::SPEC.table,
    notices::SPEC.table,
];
/// Extensions of a table's file: delimited text, JSON Lines.
const EXTENSIONS: [&str; 2] = ["csv", "jsonl"];
/// Files with these extensions look like a part of the registry that was named wrongly.
const LOOKALIKES: [&str; 7] = ["csv", "tsv", "jsonl", "ndjson", "json", "xlsx", "toml"];

/// Reads a registry folder. With `strict`, defects are fatal.
///
/// # Errors
/// [`LoadError`] with every problem of the registry: a file that cannot be read, a missing column, a
/// `customer_id` that stands twice, a bad `incident.toml`.
pub fn load(dir: &Path, strict: bool) -> Result<Registry, LoadError> {
    Given::of(dir, strict).load()
}

/// As [`load`], of a folder that was read.
pub(super) fn load_folder(folder: &Folder, strict: bool) -> Result<Registry, LoadError> {
    let mut loading = Loading::default();
    loading.problems.extend(folder.problems.iter().cloned());
    for name in &folder.lookalikes {
        let problem =
            format!("no file of a registry has this name; the names are {} (.csv or .jsonl) and incident.toml", TABLES.join(", "));
        let effect = "it is not read: whatever it says about institutions is not known";
        loading.defect(DefectKind::FileNotRead, Place { file: name, line: 0, column: None }, "", None, problem, effect);
    }
    let registry = join(&folder.files, &mut loading);
    // Without institutions, every other row would be a defect.
    if strict && !loading.institutions.is_empty() {
        let fatal = |d: &super::Defect| Problem {
            file: d.file.clone(),
            line: Some(d.line).filter(|&line| line > 0),
            column: d.column.clone(),
            problem: d.customer_id.as_ref().map_or_else(|| d.problem.clone(), |id| format!("{}: {}", quoted(id), d.problem)),
            remedy: format!("correct it; without --strict: {}", d.effect),
        };
        loading.problems.extend(loading.defects.iter().map(fatal));
    }
    match loading.problems.is_empty() {
        true => Ok(Registry { institutions: loading.institutions, defects: loading.defects, notes: loading.notes, ..registry }),
        false => Err(LoadError { problems: loading.problems }),
    }
}

/// The files of a registry as bytes, by name.
type Files = BTreeMap<String, Vec<u8>>;

/// A registry folder as it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    /// Files of a registry, by name.
    pub(super) files: Files,
    /// Names of files that look like a part of a registry and are none.
    lookalikes: Vec<String>,
    /// What could not be read; such a folder is not loaded.
    #[serde(skip)]
    problems: Vec<Problem>,
}

pub(super) fn read_folder(dir: &Path) -> Folder {
    let mut folder = Folder::default();
    let mut failed = |file: &str, problem: String, remedy: &str| {
        folder.problems.push(Problem { file: file.to_owned(), line: None, column: None, problem, remedy: remedy.to_owned() });
    };
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) => {
            let problem = format!("the folder {} cannot be read: {e}", quoted(&dir.to_string_lossy()));
            failed("", problem, "give the folder with customers.csv and incident.toml");
            return folder;
        }
    };
    let mut found = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => found.push(entry.file_name()),
            Err(e) => failed("", format!("the folder cannot be listed to its end: {e}"), "read it again, or copy it elsewhere"),
        }
    }
    found.sort();
    for name in found {
        let Some(text) = name.to_str() else { continue };
        let (stem, extension) = text.rsplit_once('.').unwrap_or((text, ""));
        if text == incident::FILE || (TABLES.contains(&stem) && EXTENSIONS.contains(&extension)) {
            match fs::read(dir.join(&name)) {
                Ok(bytes) => drop(folder.files.insert(text.to_owned(), bytes)),
                Err(e) => failed(text, format!("it cannot be read: {e}"), "make it readable"),
            }
        } else if LOOKALIKES.contains(&extension.to_ascii_lowercase().as_str()) && !text.starts_with('.') {
            folder.lookalikes.push(text.to_owned());
        }
    }
    folder
}

fn join(files: &Files, loading: &mut Loading) -> Registry {
    let mut sources = Vec::new();
    let mut links = None;
    let customers_file = table(files, customers::SPEC.table, loading);
    match &customers_file {
        Some(file) => {
            let (source, found) = customers::load(file, loading);
            sources.push(source);
            links = Some((file.name.as_str(), found));
        }
        None if untold(customers::SPEC.table, loading) => {
            loading.problem("customers.csv", None, None, "there is no customers.csv or customers.jsonl", "add it")
        }
        None => {}
    }
    if let Some((file, links)) = &links {
        links.join(file, loading);
    }
    let products_file = table(files, products::SPEC.table, loading);
    let products = products_file.as_ref().map(|file| {
        let (source, products) = products::load(file, loading);
        sources.push(source);
        products
    });
    if products.is_none() {
        absent(products::SPEC.table, "products are known by their ids only, and no file is attributed to one", loading);
    }
    match table(files, names::SPEC.table, loading) {
        Some(file) => sources.push(names::load(&file, loading)),
        None => absent(names::SPEC.table, "institutions are found by their legal names only", loading),
    }
    match table(files, identifiers::SPEC.table, loading) {
        Some(file) => sources.push(identifiers::load(&file, loading)),
        None => absent(identifiers::SPEC.table, "no institution can be found by an identifier: all that depend stay undetermined", loading),
    }
    match table(files, deployments::SPEC.table, loading) {
        Some(file) => sources.push(deployments::load(&file, products.as_ref(), loading)),
        None => absent(deployments::SPEC.table, "every institution counts as depending", loading),
    }
    let mut reviews = Vec::new();
    let mut reviews_digest = None;
    if let Some(file) = table(files, review::SPEC.table, loading) {
        let (source, found) = review::load(&file, loading);
        reviews_digest = files.get(&file.name).map(|bytes| review::joined_digest(None, bytes));
        reviews.extend(found);
        sources.push(source);
    }
    let mut letters = Vec::new();
    if let Some(file) = table(files, notices::SPEC.table, loading) {
        let (source, found) = notices::load(&file, loading);
        letters.extend(found);
        sources.push(source);
    }
    let mut incident = super::Incident::default();
    match files.get(incident::FILE).map(|bytes| text(incident::FILE, bytes, loading)) {
        Some(Some(text)) => {
            incident = incident::load(&text.text, products.as_ref(), loading);
            sources.push(Source { file: text.name, encoding: text.encoding, delimiter: None });
        }
        Some(None) => {}
        None if loading.problems_in("") == 0 && loading.problems_in(incident::FILE) == 0 => {
            loading.problem(incident::FILE, None, None, "there is none", "add it, with [incident] and [[compromised]]");
        }
        None => {}
    }
    sources.sort_by(|a, b| a.file.cmp(&b.file));
    let products = products.map_or_else(Vec::new, |p| p.list);
    Registry {
        institutions: Vec::new(),
        products,
        incident,
        defects: Vec::new(),
        notes: Vec::new(),
        digest: digest(files),
        reviews,
        reviews_digest,
        notices: letters,
        sources,
        given: Given::default(),
    }
}

/// A missing table is a defect of the registry, not of each institution.
fn absent(table: &str, effect: &str, loading: &mut Loading) {
    if untold(table, loading) {
        let file = format!("{table}.csv");
        loading.defect(
            DefectKind::MissingTable,
            Place { file: &file, line: 0, column: None },
            "",
            None,
            format!("there is no {table}.csv or {table}.jsonl"),
            effect,
        );
    }
}

/// Neither the folder nor a file of the table was told to be unreadable; so the table is not there.
fn untold(table: &str, loading: &Loading) -> bool {
    loading.problems_in("") == 0 && EXTENSIONS.iter().all(|extension| loading.problems_in(&format!("{table}.{extension}")) == 0)
}

/// The one file of a table, decoded.
fn table(files: &Files, table: &str, loading: &mut Loading) -> Option<TableFile> {
    let names = EXTENSIONS.map(|extension| format!("{table}.{extension}"));
    let mut found = names.iter().filter_map(|name| files.get_key_value(name));
    let (name, bytes) = found.next()?;
    if let Some((other, _)) = found.next() {
        loading.problem(other, None, None, format!("{name} is there too"), "keep one of them");
    }
    text(name, bytes, loading)
}

fn text(name: &str, bytes: &[u8], loading: &mut Loading) -> Option<TableFile> {
    match decode(bytes) {
        Ok((text, encoding)) => Some(TableFile { name: name.to_owned(), text, encoding, json_lines: name.ends_with(".jsonl") }),
        Err(fault) => {
            loading.problem(name, Some(fault.line), Some(fault.column.to_string()), fault.problem, "save it as UTF-8");
            None
        }
    }
}

fn digest(files: &Files) -> ContentId {
    let mut hash = Sha256::new();
    // Reviews have a digest of their own, and letters need none: they come and go without the registry changing.
    let is_apart = |name: &str| name.starts_with(review::SPEC.table) || name.starts_with(notices::SPEC.table);
    for (name, bytes) in files.iter().filter(|(name, _)| !is_apart(name)) {
        for part in [name.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    ContentId(hash.finalize().into())
}

#[cfg(test)]
mod tests;
