//! What the manifests name, beside what was recovered.

use super::extra::Extras;
use super::items::Item;
use crate::ledger::{Ledger, ListedRow, ManifestRow};
use crate::manifest::Kind;
use crate::manifest::reconcile::{Alignment, Difference, Held, Listed, Outcome, reconcile};
use crate::model::{Cause, ContentId, EvidencePath, Status};
use anyhow::Result;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// A row of a manifest that says something about the evidence.
#[derive(Clone, Debug)]
pub struct ListedItem {
    /// Its place in the evidence; nothing where it is the path of `item`.
    place: Option<EvidencePath>,
    /// The folder in which it is listed, where its place does not say so: it was recovered elsewhere, and the listing still
    /// says whose it is. Rows of one folder share it.
    pub folder: Option<Arc<EvidencePath>>,
    /// Number of the manifest, in the order of [`Ledger::manifests`].
    pub manifest: u32,
    /// Kind of the manifest.
    pub kind: Kind,
    /// Line in the manifest.
    pub line: u64,
    /// Size as listed.
    pub size: u64,
    /// Account as listed, where the line is of a transfer, and whether it went out of the platform.
    pub transfer: Option<(String, bool)>,
    /// The recovered item, where there is one.
    pub item: Option<usize>,
    /// Why it is a gap, where it is one.
    pub cause: Option<Cause>,
    /// In what it and the evidence differ; nothing where they agree.
    pub differs: Option<Box<Differs>>,
}

/// What a manifest lists that the evidence contradicts or lacks.
#[derive(Clone, Debug)]
pub struct Differs {
    /// The path as it is listed.
    pub path: Vec<u8>,
    /// The size, where it is listed and compared.
    pub size: Option<u64>,
    /// The checksum that contradicts: its algorithm, as listed, as held.
    pub checksum: Option<(Difference, String, String)>,
    /// The item has the listed content and lies elsewhere.
    pub moved: bool,
}

impl ListedItem {
    /// Its path as the evidence has it, or would have it: label, then one step.
    pub fn path<'p>(&'p self, items: &'p [Item]) -> &'p EvidencePath {
        match (&self.place, self.item) {
            (None, Some(item)) => &items[item].path,
            (Some(place), _) => place,
            (None, None) => unreachable!("a row has a place or an item"),
        }
    }
}

/// A folder on a listing that lists nothing in it, which is not held either.
#[derive(Clone, Debug)]
pub struct BareFolder {
    /// Its place in the evidence, or where it would be.
    pub path: EvidencePath,
    /// Number of the manifest, in the order of [`Ledger::manifests`].
    pub manifest: u32,
    /// Kind of the manifest.
    pub kind: Kind,
    /// Line in the manifest.
    pub line: u64,
    /// The listing lists files as deep as those in it would lie: nothing was in it. Otherwise it says only that it was there.
    pub is_empty: bool,
}

/// All rows of all manifests that name items, reconciled.
#[derive(Clone, Debug, Default)]
pub struct Reconciled {
    /// Rows, by manifest and line. Lines of a platform's logs are none: they are judged as transfers.
    pub rows: Vec<ListedItem>,
    /// Items that stand where listings list everything, and on none of them: number of the item and of the
    /// first of these listings.
    pub extra: Vec<(usize, u32)>,
    /// Folders on listings in which nothing is listed.
    pub bare: Vec<BareFolder>,
}

/// Reconciles all manifests with the items.
pub(super) fn reconcile_all(
    ledger: &Ledger,
    manifests: &[ManifestRow],
    items: &[Item],
    identity: &dyn Fn(usize) -> ContentId,
) -> Result<Reconciled> {
    // Inherited members stand for themselves here: a listing may name a file inside either copy.
    let checksums = ledger.checksums()?;
    let held: Vec<Held<'_>> = items
        .iter()
        .map(|item| {
            let content = item.content.filter(|_| item.status != Status::Partial).map(identity);
            let digests = content.and_then(|content| checksums.get(&content).copied());
            Held { path: item.path.components().collect(), size: item.size, content, digests }
        })
        .collect();
    let mut out = Reconciled::default();
    let mut extras = Extras::new(&held);
    for (number, manifest) in (0u32..).zip(manifests) {
        let mut rows: Vec<ListedRow> = Vec::new();
        ledger.each_listed(manifest.id, &mut |row| {
            if manifest.kind != Kind::Platform || row.event.is_none() {
                rows.push(row);
            }
            Ok(())
        })?;
        if rows.is_empty() {
            continue;
        }
        let listed: Vec<Listed<'_>> = rows
            .iter()
            .map(|r| Listed {
                path: &r.path,
                size: r.size,
                sha256: r.sha256,
                checksums: r.checksums,
                directory: r.folder,
                link: r.link.as_deref(),
                folded: r.folded,
            })
            .collect();
        let reconciliation = reconcile(&held, &listed);
        let label = label_of(&reconciliation.outcomes, items).unwrap_or_else(|| manifest.name.clone());
        // A log lists what moved; only a listing lists all there is.
        if manifest.kind != Kind::Platform && rows.iter().all(|row| row.event.is_none()) {
            extras.listed(number, items, &listed, &reconciliation.outcomes, &reconciliation.alignments);
        }
        let bare = bare_folders(&listed, &reconciliation.outcomes);
        let deepest = bare.deepest;
        out.bare.extend(bare.rows.into_iter().map(|row| BareFolder {
            path: EvidencePath::file(&label, translated(&rows[row].path, reconciliation.alignments.first()).join(&b'/')),
            manifest: number,
            kind: manifest.kind,
            line: rows[row].line,
            is_empty: split(&rows[row].path).count() < deepest,
        }));
        let contradictions: Vec<Option<(Difference, String, String)>> = listed
            .iter()
            .zip(&reconciliation.outcomes)
            .map(|(row, outcome)| match outcome {
                Outcome::Differs(item, what) => what.checksums(&held[*item], row).map(|(listed, found)| (*what, listed, found)),
                Outcome::Recovered(_) | Outcome::Moved(_) | Outcome::Directory | Outcome::Missing => None,
            })
            .collect();
        let mut last: Option<Arc<EvidencePath>> = None;
        for ((row, outcome), checksum) in rows.into_iter().zip(&reconciliation.outcomes).zip(contradictions) {
            let (item, cause) = match outcome {
                Outcome::Directory => continue,
                Outcome::Recovered(item) | Outcome::Moved(item) => (Some(*item), None),
                Outcome::Differs(item, _) => (Some(*item), Some(Cause::Differs)),
                Outcome::Missing => (None, Some(Cause::NotRecovered)),
            };
            let place = match (outcome, item) {
                (Outcome::Recovered(_) | Outcome::Differs(..), Some(_)) => None,
                _ => Some(EvidencePath::file(&label, translated(&row.path, reconciliation.alignments.first()).join(&b'/'))),
            };
            let at = place.as_ref().or_else(|| item.map(|item| &items[item].path));
            let folder = at.and_then(|at| listed_folder(&row.path, at)).map(|folder| match &last {
                Some(last) if **last == folder => Arc::clone(last),
                _ => Arc::clone(last.insert(Arc::new(folder))),
            });
            let differs = item.filter(|_| cause.is_none() && !matches!(outcome, Outcome::Moved(_))).is_none().then(|| {
                let moved = matches!(outcome, Outcome::Moved(_));
                Box::new(Differs { path: row.path, size: row.size, checksum, moved })
            });
            out.rows.push(ListedItem {
                place,
                folder,
                manifest: number,
                kind: manifest.kind,
                line: row.line,
                size: row.size.unwrap_or(0),
                transfer: row.account.zip(row.event).map(|(account, event)| (account, event.outgoing)),
                item,
                // Only what was taken is missing from the evidence; a platform's own records list what stayed.
                cause: cause.filter(|_| manifest.kind == Kind::Taken),
                differs,
            });
        }
    }
    out.extra = extras.found(items);
    Ok(out)
}

/// Rows of folders in which the listing lists nothing, and how many names the longest path of a file on it has.
struct Bare {
    rows: Vec<usize>,
    deepest: usize,
}

fn bare_folders(listed: &[Listed<'_>], outcomes: &[Outcome]) -> Bare {
    let is_folder = |row: &usize| outcomes[*row] == Outcome::Directory && listed[*row].link.is_none();
    let mut filled: HashSet<Vec<&[u8]>> = HashSet::new();
    for row in listed {
        let mut parts: Vec<&[u8]> = split(row.path).collect();
        while parts.pop().is_some() && !filled.contains(&parts) {
            filled.insert(parts.clone());
        }
    }
    let files = (0..listed.len()).filter(|row| outcomes[*row] != Outcome::Directory);
    Bare {
        rows: (0..listed.len()).filter(is_folder).filter(|row| !filled.contains(&split(listed[*row].path).collect::<Vec<_>>())).collect(),
        deepest: files.map(|row| split(listed[row].path).count()).max().unwrap_or(0),
    }
}

/// The folder of a listed path, unless the place of its item ends as the listed path does.
fn listed_folder(path: &[u8], at: &EvidencePath) -> Option<EvidencePath> {
    let mut parts: Vec<&[u8]> = split(path).collect();
    let place: Vec<&[u8]> = at.components().collect();
    if place.ends_with(&parts) {
        return None;
    }
    parts.pop();
    (!parts.is_empty()).then(|| EvidencePath::file(&at.label, parts.join(&b'/')))
}

/// Where a listed path lies in the evidence, by the best alignment.
fn translated(path: &[u8], alignment: Option<&Alignment>) -> Vec<Vec<u8>> {
    let parts: Vec<&[u8]> = split(path).collect();
    let Some(alignment) = alignment else { return parts.into_iter().map(<[u8]>::to_vec).collect() };
    let is_below = parts.len() > alignment.listed.len() && parts.iter().zip(&alignment.listed).all(|(p, l)| *p == &l[..]);
    let drop = if is_below { alignment.listed.len() } else { 0 };
    alignment.held.iter().cloned().chain(parts[drop..].iter().map(|p| p.to_vec())).collect()
}

/// What manifests say was taken and is not among what is held, with sizes as listed and the cause. What is
/// held: path, size, status and identity of each item, in the order of the paths.
pub fn not_held(ledger: &Ledger, held: Vec<(EvidencePath, u64, Status, Option<ContentId>)>) -> Result<Vec<(EvidencePath, u64, Cause)>> {
    let manifests = ledger.manifests()?;
    if manifests.is_empty() {
        return Ok(Vec::new());
    }
    let mut identities = Vec::with_capacity(held.len());
    let mut items = Vec::with_capacity(held.len());
    for (number, (path, size, status, identity)) in held.into_iter().enumerate() {
        identities.push(identity);
        let content = identity.map(|_| number);
        items.push(Item { path, content, size, status, cause: None, detail: String::new(), mtime: None, inherited: false });
    }
    let listed = reconcile_all(ledger, &manifests, &items, &|number| identities[number].unwrap_or(ContentId([0; 32])))?;
    let missing = listed.rows.iter().filter(|row| row.item.is_none());
    Ok(missing.filter_map(|row| row.cause.map(|cause| (row.path(&items).clone(), row.size, cause))).collect())
}

fn split(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&b| b == b'/').filter(|c| !c.is_empty() && *c != b".")
}

/// The root in which most rows were recovered.
fn label_of(outcomes: &[Outcome], items: &[Item]) -> Option<String> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for outcome in outcomes {
        if let Outcome::Recovered(item) = outcome {
            *counts.entry(&items[*item].path.label).or_default() += 1;
        }
    }
    if counts.is_empty() {
        let labels: std::collections::BTreeSet<&str> = items.iter().map(|i| i.path.label.as_str()).collect();
        return if labels.len() == 1 { labels.first().map(|l| (*l).to_owned()) } else { None };
    }
    counts.iter().max_by_key(|(label, count)| (**count, std::cmp::Reverse(**label))).map(|(label, _)| (*label).to_owned())
}
