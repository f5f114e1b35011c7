//! What the manifests name, beside what was recovered.

use super::items::Item;
use crate::ledger::{Ledger, ManifestRow};
use crate::manifest::reconcile::{Difference, Held, Listed, Outcome, reconcile};
use crate::model::{Cause, ContentId, EvidencePath, Status};
use anyhow::Result;
use std::collections::BTreeMap;

/// A row of a manifest that says something about the evidence.
#[derive(Clone, Debug)]
pub struct ListedItem {
    /// Its path as the evidence would have it: label, then one step.
    pub path: EvidencePath,
    /// Kind of the manifest: `taken`, `platform`, `seller`.
    pub kind: String,
    /// Name of the manifest.
    pub manifest: String,
    /// Line in the manifest.
    pub line: u64,
    /// Size as listed.
    pub size: u64,
    /// Account as listed, where the line is of a transfer out of the platform.
    pub account: Option<String>,
    /// The recovered item, where there is one.
    pub item: Option<usize>,
    /// Why it is a gap, where it is one.
    pub cause: Option<Cause>,
}

/// Reconciles all manifests with the items.
pub(super) fn reconcile_all(
    ledger: &Ledger,
    manifests: &[ManifestRow],
    items: &[Item],
    identity: &dyn Fn(usize) -> ContentId,
) -> Result<Vec<ListedItem>> {
    // Inherited members stand for themselves here: a listing may name a file inside either copy.
    let held: Vec<Held<'_>> = items
        .iter()
        .map(|item| Held {
            path: item.path.components().collect(),
            size: item.size,
            content: item.content.filter(|_| item.status != Status::Partial).map(identity),
        })
        .collect();
    let mut out = Vec::new();
    for manifest in manifests {
        let rows = ledger.listed(manifest.id)?;
        let listed: Vec<Listed<'_>> = rows
            .iter()
            .map(|r| Listed {
                path: &r.path,
                size: r.size,
                sha256: r.sha256,
                directory: r.folder,
                link: r.link.as_deref(),
                folded: r.folded,
            })
            .collect();
        let reconciliation = reconcile(&held, &listed);
        let label = label_of(&reconciliation.outcomes, items).unwrap_or_else(|| manifest.name.clone());
        for (row, outcome) in rows.iter().zip(&reconciliation.outcomes) {
            let (item, cause) = match outcome {
                Outcome::Directory => continue,
                Outcome::Recovered(item) | Outcome::Moved(item) => (Some(*item), None),
                Outcome::Differs(item, Difference::Size | Difference::Sha256) => (Some(*item), Some(Cause::Differs)),
                Outcome::Missing => (None, Some(Cause::NotRecovered)),
            };
            // Only what was taken is missing from the evidence; a platform's own records list what stayed.
            let cause = cause.filter(|_| manifest.kind == "taken");
            let components: Vec<Vec<u8>> = reconciliation.alignments.first().map_or_else(
                || split(&row.path).map(<[u8]>::to_vec).collect(),
                |a| {
                    let parts: Vec<&[u8]> = split(&row.path).collect();
                    let drop = if parts.len() > a.listed.len() && parts.iter().zip(&a.listed).all(|(p, l)| *p == &l[..]) {
                        a.listed.len()
                    } else {
                        0
                    };
                    a.held.iter().cloned().chain(parts[drop..].iter().map(|p| p.to_vec())).collect()
                },
            );
            let path = match (outcome, item) {
                (Outcome::Recovered(_) | Outcome::Differs(..), Some(item)) => items[item].path.clone(),
                _ => EvidencePath::file(&label, components.join(&b'/')),
            };
            out.push(ListedItem {
                path,
                kind: manifest.kind.clone(),
                manifest: manifest.name.clone(),
                line: row.line,
                size: row.size.unwrap_or(0),
                account: row.account.clone().filter(|_| row.outgoing == Some(true)),
                item,
                cause,
            });
        }
    }
    Ok(out)
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
        items.push(Item { path, content, size, status, cause: None, detail: String::new(), inherited: false });
    }
    let listed = reconcile_all(ledger, &manifests, &items, &|number| identities[number].unwrap_or(ContentId([0; 32])))?;
    Ok(listed.into_iter().filter(|l| l.item.is_none()).filter_map(|l| l.cause.map(|cause| (l.path, l.size, cause))).collect())
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
