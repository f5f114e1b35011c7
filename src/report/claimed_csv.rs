use super::Outcome;
use super::cells::joined;
use super::listing::{Listing, Push, Weight};
use crate::manifest::Kind;
use crate::matching::{Evidence, ListedItem};
use crate::model::{Scheme, Verdict};
use anyhow::Result;
use std::collections::BTreeMap;

/// What a seller, or a list of what was taken, names and nothing confirms: first institutions, then items.
pub(super) static LISTING: Listing = Listing {
    columns: &["claim", "customer_id", "item", "manifest", "kind", "line", "scheme", "value", "count", "bytes", "verdict"],
    rows,
};

/// An institution that a manifest names and that is not affected.
pub(super) struct Named<'o> {
    pub institution: usize,
    pub manifest: u32,
    /// Of the first mention; 0 where it is not known.
    pub line: u64,
    pub scheme: &'o Scheme,
    pub value: &'o str,
    pub count: u64,
}

/// Institutions by claim, in the order of the registry.
pub(super) fn named<'o>(outcome: &Outcome<'o>) -> Vec<Named<'o>> {
    let matched = outcome.matched;
    let mut out: BTreeMap<(usize, u32, &Scheme, &str), Named<'o>> = BTreeMap::new();
    let is_open = |e: &&Evidence| outcome.decided[e.mention.institution].decision.verdict() != Verdict::Affected;
    for evidence in matched.evidence.iter().filter(|e| e.mention.has_effect()).filter(is_open) {
        let Some((manifest, line)) = evidence.manifest else { continue };
        if matched.manifests[manifest as usize].kind == Kind::Platform {
            continue;
        }
        let mention = &evidence.mention;
        let (institution, scheme, value) = (mention.institution, &mention.scheme, mention.value.as_str());
        let claim =
            out.entry((institution, manifest, scheme, value)).or_insert(Named { institution, manifest, line, scheme, value, count: 0 });
        claim.line = claim.line.min(line);
        claim.count += mention.count;
    }
    out.into_values().collect()
}

/// Items that are claimed and not held, by path, with whose their places are.
pub(super) fn not_found<'o>(outcome: &Outcome<'o>) -> Vec<(&'o ListedItem, &'o [usize])> {
    let matched = outcome.matched;
    let mut rows: Vec<_> = matched.not_found.iter().map(|(row, owners)| (&matched.listed.rows[*row], owners.as_slice())).collect();
    rows.sort_by(|(a, _), (b, _)| (a.path(&matched.items), a.manifest, a.line).cmp(&(b.path(&matched.items), b.manifest, b.line)));
    rows
}

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    let (matched, registry) = (outcome.matched, outcome.registry);
    let verdict = |institution: usize| outcome.decided[institution].decision.verdict().as_str();
    for claim in named(outcome) {
        let manifest = &matched.manifests[claim.manifest as usize];
        push(
            Weight::Decides,
            &[
                "institution".into(),
                registry.institutions[claim.institution].customer_id.as_str().into(),
                "".into(),
                manifest.name.as_str().into(),
                manifest.kind.as_str().into(),
                line(claim.line).into(),
                claim.scheme.as_str().into(),
                claim.value.into(),
                claim.count.into(),
                "".into(),
                verdict(claim.institution).into(),
            ],
        )?;
    }
    for (row, owners) in not_found(outcome) {
        let manifest = &matched.manifests[row.manifest as usize];
        push(
            Weight::Bears,
            &[
                "item".into(),
                joined(owners.iter().map(|&i| registry.institutions[i].customer_id.as_str())).into(),
                row.path(&matched.items).to_string().into(),
                manifest.name.as_str().into(),
                row.kind.as_str().into(),
                line(row.line).into(),
                "".into(),
                "".into(),
                1u64.into(),
                row.size.into(),
                owners.first().filter(|_| owners.len() == 1).map_or("", |&i| verdict(i)).into(),
            ],
        )?;
    }
    Ok(())
}

/// A line that is not known is left blank.
fn line(line: u64) -> String {
    if line == 0 { String::new() } else { line.to_string() }
}
