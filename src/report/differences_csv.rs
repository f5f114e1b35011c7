use super::Outcome;
use super::listing::{Listing, Push, Weight};
use crate::manifest::Kind;
use crate::model::escape_bytes;
use anyhow::Result;

/// In what listings and evidence differ: what was altered, moved, withheld or added. No row where they agree.
pub(super) static LISTING: Listing =
    Listing { columns: &["item", "listed_path", "difference", "listed", "found", "manifest", "kind", "line"], rows };

/// One difference.
pub(super) struct Difference {
    pub item: String,
    pub listed_path: String,
    /// `size`, an algorithm of checksums, `path`, `missing` or `extra`.
    pub what: &'static str,
    pub listed: String,
    pub found: String,
    pub manifest: u32,
    /// Nothing of an item that no listing has.
    pub line: Option<u64>,
}

/// Gives every difference, rows of listings by path, then what no listing has.
pub(super) fn each(outcome: &Outcome<'_>, take: &mut dyn FnMut(Difference) -> Result<()>) -> Result<()> {
    let matched = outcome.matched;
    let mut rows: Vec<_> = matched.listed.rows.iter().filter(|row| row.differs.is_some()).collect();
    rows.sort_by(|a, b| (a.path(&matched.items), a.manifest, a.line).cmp(&(b.path(&matched.items), b.manifest, b.line)));
    for row in rows {
        let Some(differs) = &row.differs else { continue };
        let one = |what, listed, found| Difference {
            item: row.path(&matched.items).to_string(),
            listed_path: escape_bytes(&differs.path),
            what,
            listed,
            found,
            manifest: row.manifest,
            line: Some(row.line),
        };
        let size = differs.size.map_or(String::new(), |size| size.to_string());
        let Some(item) = row.item.map(|item| &matched.items[item]) else {
            // A platform's own records list what stayed.
            if row.kind != Kind::Platform {
                take(one("missing", size, String::new()))?;
            }
            continue;
        };
        if differs.moved {
            take(one("path", row.path(&matched.items).to_string(), item.path.to_string()))?;
            continue;
        }
        if let Some((what, listed, found)) = &differs.checksum {
            take(one(what.as_str(), listed.clone(), found.clone()))?;
        }
        if differs.size.is_some_and(|size| size != item.size) {
            take(one("size", size, item.size.to_string()))?;
        }
    }
    for &(item, manifest) in &matched.listed.extra {
        let item = &matched.items[item];
        let (path, size) = (item.path.to_string(), item.size.to_string());
        take(Difference {
            item: path,
            listed_path: String::new(),
            what: "extra",
            listed: String::new(),
            found: size,
            manifest,
            line: None,
        })?;
    }
    Ok(())
}

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    each(outcome, &mut |difference| {
        let manifest = &outcome.matched.manifests[difference.manifest as usize];
        push(
            Weight::Bears,
            &[
                difference.item.into(),
                difference.listed_path.into(),
                difference.what.into(),
                difference.listed.into(),
                difference.found.into(),
                manifest.name.as_str().into(),
                manifest.kind.as_str().into(),
                difference.line.map_or(String::new(), |line| line.to_string()).into(),
            ],
        )
    })
}
