use super::Outcome;
use super::listing::{Listing, Push, Weight};
use crate::model::Cause;
use anyhow::Result;

/// One row per manifest: what it is, what was understood of it, and how much of it is held.
pub(super) static LISTING: Listing = Listing {
    columns: &[
        "manifest",
        "sha256",
        "kind",
        "syntax",
        "rows",
        "not_understood",
        "first_not_understood",
        "columns",
        "cut_off",
        "held",
        "differs",
        "missing",
    ],
    rows,
};

/// How much of a manifest is held.
#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    pub held: u64,
    pub differs: u64,
    pub missing: u64,
    pub missing_bytes: u64,
}

/// By manifest. Directories and lines of a platform's logs are not compared.
pub(super) fn sums(outcome: &Outcome<'_>) -> Vec<Sum> {
    let mut sums = vec![Sum::default(); outcome.matched.manifests.len()];
    for row in &outcome.matched.listed.rows {
        let sum = &mut sums[row.manifest as usize];
        match (row.item, row.cause) {
            (_, Some(Cause::Differs)) => sum.differs += 1,
            (Some(_), _) => sum.held += 1,
            (None, _) => {
                sum.missing += 1;
                sum.missing_bytes = sum.missing_bytes.saturating_add(row.size);
            }
        }
    }
    sums
}

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    for (manifest, sum) in outcome.matched.manifests.iter().zip(sums(outcome)) {
        push(
            Weight::Decides,
            &[
                manifest.name.as_str().into(),
                manifest.sha256.to_string().into(),
                manifest.kind.as_str().into(),
                manifest.syntax.as_str().into(),
                manifest.rows.into(),
                manifest.not_understood.into(),
                manifest.unknown.as_deref().unwrap_or("").into(),
                manifest.columns.as_str().into(),
                if manifest.truncated { "yes" } else { "" }.into(),
                sum.held.into(),
                sum.differs.into(),
                sum.missing.into(),
            ],
        )?;
    }
    Ok(())
}
