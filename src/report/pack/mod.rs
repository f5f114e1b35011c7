//! What one institution is handed: an answer that can be printed as a letter, and lists of what it rests on. Nothing
//! in it comes from records that are not its own; parts of paths that name other institutions are masked.

mod clocks;
mod grounds;
mod others;
mod summary;
mod tables;

use super::Outcome;
use crate::model::{Scheme, to_hex};
use crate::registry::{Institution, Registry};
use anyhow::{Context, Result};
use others::{MASK, Others};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

/// How packs are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct PackOptions {
    /// One ZIP archive per institution instead of a folder.
    pub zip: bool,
    /// Identifiers in full, with the text around them where the item is its own alone.
    pub unmasked: bool,
}

/// What a pack is made from.
struct Source<'a> {
    outcome: &'a Outcome<'a>,
    others: &'a Others,
    /// Number of the institution in the registry.
    institution: usize,
    unmasked: bool,
}

impl Source<'_> {
    /// A path as this institution may see it.
    fn path(&self, path: &str) -> String {
        self.others.masked(path, self.institution)
    }

    /// What somebody wrote, as this institution may see it.
    fn words(&self, text: &str) -> String {
        if self.others.are_named(text, self.institution) { format!("{MASK} (it names another institution)") } else { text.to_owned() }
    }

    /// An identifier of its own; names stand in full.
    fn value(&self, scheme: &Scheme, value: &str) -> String {
        if self.unmasked || *scheme == Scheme::Name { value.to_owned() } else { hidden(value) }
    }
}

/// One file of a pack; it writes nothing where it does not apply.
struct PackFile {
    name: &'static str,
    write: fn(&Source<'_>, &mut Vec<u8>) -> Result<()>,
}

static FILES: &[PackFile] = &[
    PackFile { name: "summary.html", write: summary::write },
    PackFile { name: "evidence.csv", write: tables::evidence },
    PackFile { name: "items.csv", write: tables::items },
    PackFile { name: "data_elements.csv", write: tables::data_elements },
    PackFile { name: "coverage.csv", write: tables::coverage },
    PackFile { name: "deadlines.csv", write: clocks::list },
    PackFile { name: "certificate.txt", write: tables::certificate },
];

/// A value of which the last two characters stay.
fn hidden(value: &str) -> String {
    let shown = value.chars().count().saturating_sub(2);
    value.chars().enumerate().map(|(at, c)| if at < shown && c.is_alphanumeric() { '•' } else { c }).collect()
}

/// The list of a pack's own files, as `sha256sum --check` reads it.
const SUMS: &str = "SHA256SUMS";

/// Writes the packs of these institutions, and gives the places where they lie.
pub fn write_packs(outcome: &Outcome<'_>, institutions: &[usize], out: &Path, options: PackOptions) -> Result<Vec<PathBuf>> {
    let (others, names) = (Others::of(outcome.registry)?, names(outcome.registry));
    fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    let mut places = Vec::with_capacity(institutions.len());
    for &institution in institutions {
        let source = Source { outcome, others: &others, institution, unmasked: options.unmasked };
        let files = files(&source)?;
        let name = &names[institution];
        let place = out.join(if options.zip { format!("{name}.zip") } else { name.clone() });
        let context = || format!("cannot write {}", place.display());
        match options.zip {
            true => {
                let bytes = zip(name, &files).with_context(context)?;
                super::write_file(out, &format!("{name}.zip"), &mut |sink| Ok(sink.write_all(&bytes)?))?;
            }
            false => {
                fs::create_dir_all(&place).with_context(context)?;
                for known in FILES.iter().map(|file| file.name).chain([SUMS]) {
                    match files.iter().find(|(name, _)| *name == known) {
                        Some((name, bytes)) => super::write_file(&place, name, &mut |sink| Ok(sink.write_all(bytes)?))?,
                        // Left by a pack that was written before, with another answer.
                        None if place.join(known).exists() => fs::remove_file(place.join(known)).with_context(context)?,
                        None => {}
                    }
                }
            }
        }
        places.push(place);
    }
    Ok(places)
}

/// The files of a pack, with the list of their hashes.
fn files(source: &Source<'_>) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let mut files = Vec::with_capacity(FILES.len() + 1);
    for file in FILES {
        let mut bytes = Vec::new();
        (file.write)(source, &mut bytes).with_context(|| format!("cannot write {}", file.name))?;
        if !bytes.is_empty() {
            files.push((file.name, bytes));
        }
    }
    let hex = |bytes: &[u8]| to_hex(&Sha256::digest(bytes));
    let sums: String = files.iter().map(|(name, bytes)| format!("{}  {name}\n", hex(bytes))).collect();
    files.push((SUMS, sums.into_bytes()));
    Ok(files)
}

/// An archive whose bytes depend on its files alone.
fn zip(folder: &str, files: &[(&str, Vec<u8>)]) -> Result<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644);
    for (name, bytes) in files {
        archive.start_file(format!("{folder}/{name}"), options)?;
        archive.write_all(bytes)?;
    }
    let mut cursor = archive.finish()?;
    cursor.rewind()?;
    Ok(cursor.into_inner())
}

/// The name of the pack of each institution: two never share one, not where files keep no case either.
fn names(registry: &Registry) -> Vec<String> {
    let names: Vec<String> = registry.institutions.iter().map(|i| file_name(&i.customer_id)).collect();
    let mut times: HashMap<String, u32> = HashMap::new();
    names.iter().for_each(|name| *times.entry(name.to_ascii_lowercase()).or_default() += 1);
    let apart = |(name, institution): (String, &Institution)| match times.get(&name.to_ascii_lowercase()) {
        Some(&times) if times > 1 => format!("{name}~{}", short_hash(&institution.customer_id)),
        _ => name,
    };
    names.into_iter().zip(&registry.institutions).map(apart).collect()
}

fn short_hash(customer_id: &str) -> String {
    to_hex(&Sha256::digest(customer_id.as_bytes())[..8])
}

/// A customer id as the name of a file: other bytes than letters, digits, `-` and `_` as `%` and two digits, so that two
/// ids never share a name; a very long one is cut, with `~` and a hash of all of it.
fn file_name(customer_id: &str) -> String {
    let mut name = String::new();
    for byte in customer_id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => name.push(byte as char),
            other => name.push_str(&format!("%{other:02X}")),
        }
    }
    if name.len() > 120 {
        name.truncate(100);
        name.push('~');
        name.push_str(&short_hash(customer_id));
    }
    if name.is_empty() { "%".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_packs_are_safe_and_apart() {
        assert_eq!(file_name("C00042"), "C00042");
        assert_eq!(file_name("../a b"), "%2E%2E%2Fa%20b");
        assert_eq!(file_name(""), "%");
        let (one, other) = ("é".repeat(300), "é".repeat(301));
        assert!(file_name(&one).len() < 200 && file_name(&one) != file_name(&other));
        assert_ne!(file_name("A\u{200B}B"), file_name("A B"));
        assert_ne!(file_name("A\u{1}B"), file_name("A B"));
    }

    #[test]
    fn ids_that_differ_in_case_alone_share_no_name_where_files_keep_no_case() {
        let ids = ["ab", "AB", "ac", "C00042"];
        let institution = |id: &&str| Institution { customer_id: (*id).to_owned(), ..Institution::default() };
        let names = names(&Registry::of(ids.iter().map(institution).collect()));
        assert_eq!(names[2..], ["ac", "C00042"]);
        assert!(names[0].starts_with("ab~") && names[1].starts_with("AB~"));
        assert!(!names[0].eq_ignore_ascii_case(&names[1]), "{names:?}");
    }
}
