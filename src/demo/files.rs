//! What lies beside the evidence: registry, listing and truth.

use super::case::Case;
use super::gaps::GapKind;
use super::inventory::{INCIDENT, PRODUCTS};
use super::tables::{Table, cp1252};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::{fs, io};

/// Customer ids by institution: numbered in an order that says nothing about their part in the case.
pub(super) fn customer_ids(case: &mut Case) -> Vec<String> {
    let mut order: Vec<_> = (1..=case.institutions.len()).collect();
    case.prng.shuffle(&mut order);
    order.into_iter().map(|n| format!("K{n:04}")).collect()
}

fn table<const N: usize>(header: [&str; N], mut rows: Vec<[String; N]>) -> Table {
    rows.sort();
    Table { header: header.map(str::to_owned).to_vec(), rows: rows.into_iter().map(Into::into).collect() }
}

/// Writes the registry: CSV as UTF-8 with a byte order mark, but the names as a spreadsheet in Europe exports
/// them, Windows-1252 with semicolons.
pub(super) fn registry(case: &Case, ids: &[String], folder: &Path) -> io::Result<()> {
    let (mut customers, mut names, mut identifiers, mut deployments) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (who, id) in case.institutions.iter().zip(ids) {
        let parent = who.parent.map_or("", |p| &ids[p]);
        customers.push([id, &who.legal_name, parent, who.country, who.region, &who.city, "active", "", ""].map(str::to_owned));
        names.extend(who.names.iter().map(|(name, kind)| [id, name, *kind].map(str::to_owned)));
        identifiers.extend(who.identifiers.iter().map(|(scheme, value)| [id, scheme.as_str(), value, "", ""].map(str::to_owned)));
        identifiers.extend(who.dated.iter().map(|(scheme, value, from, to)| [id, scheme.as_str(), value, from, to].map(str::to_owned)));
        deployments.extend(
            who.deployments.iter().map(|d| [id, d.product, d.unit, d.platform, d.version, d.from, d.to, d.purged].map(str::to_owned)),
        );
    }
    let products = PRODUCTS.iter().map(|p| [p.0, p.1, p.2, p.3].map(str::to_owned)).collect();
    let customers = table(
        ["customer_id", "legal_name", "parent_id", "country", "region", "city", "status", "successor_id", "serves_others"],
        customers,
    );
    fs::write(folder.join("customers.csv"), format!("\u{FEFF}{}", customers.delimited(',')))?;
    fs::write(folder.join("names.csv"), cp1252(&table(["customer_id", "name", "kind"], names).delimited(';')))?;
    let identifiers = table(["customer_id", "scheme", "value", "from", "to"], identifiers);
    fs::write(folder.join("identifiers.csv"), identifiers.delimited(','))?;
    fs::write(folder.join("products.csv"), table(["product_id", "name", "platform", "path_pattern"], products).delimited(','))?;
    let header = ["customer_id", "product_id", "business_unit", "platform", "version", "from", "to", "purged"];
    fs::write(folder.join("deployments.csv"), table(header, deployments).delimited(','))?;
    fs::write(folder.join("incident.toml"), INCIDENT)
}

/// Writes the listing of everything that was taken, as `ls -lR` prints it.
pub(super) fn listing(case: &Case, path: &Path) -> io::Result<()> {
    /// Names in one folder; a size for files, nothing for folders.
    type Folder<'a> = BTreeMap<&'a str, Option<u64>>;
    let mut folders: BTreeMap<&str, Folder<'_>> = BTreeMap::new();
    for (path, &size) in &case.taken {
        let (mut parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        folders.entry(parent).or_default().insert(name, Some(size));
        while !parent.is_empty() {
            let (above, name) = parent.rsplit_once('/').unwrap_or(("", parent));
            folders.entry(above).or_default().insert(name, None);
            parent = above;
        }
    }
    let mut text = String::new();
    for (folder, entries) in &folders {
        let place = if folder.is_empty() { String::new() } else { format!("/{folder}") };
        let blocks: u64 = entries.values().flatten().map(|size| size.div_ceil(4096) * 4).sum();
        let _ = writeln!(text, ".{place}:\ntotal {blocks}");
        for (i, (name, size)) in entries.iter().enumerate() {
            let (mode, links, size) = match size {
                Some(size) => ("-rw-r-----", 1, *size),
                None => ("drwxr-x---", 3, 4096),
            };
            let _ = writeln!(text, "{mode} {links} courier courier {size:>9} Mar {:>2} 03:{:02} {name}", 3 + i % 8, i % 60);
        }
        text.push('\n');
    }
    fs::write(path, text)
}

/// Writes what is right: a verdict for every institution, and the data of those where it is known.
pub(super) fn truth(case: &Case, ids: &[String], gap: Option<GapKind>, truth: &Path, data: &Path) -> io::Result<()> {
    let (mut verdicts, mut counts) = (Vec::new(), Vec::new());
    for (i, (who, id)) in case.institutions.iter().zip(ids).enumerate() {
        let verdict = gap.map_or(who.truth, |gap| gap.verdict(who));
        let files = case.files.get(&i).map(|files| files.iter().map(String::as_str).collect::<Vec<_>>().join("|")).unwrap_or_default();
        verdicts.push([id.clone(), who.family.to_owned(), verdict.as_str().to_owned(), files]);
        if let Some(held) = case.holdings.get(&i) {
            counts.push([id.clone(), held.elements.words().join("|"), held.persons.len().to_string()]);
        }
    }
    fs::write(truth, table(["customer_id", "family", "accept", "files"], verdicts).delimited(','))?;
    fs::write(data, table(["customer_id", "data_elements", "individuals"], counts).delimited(','))
}
