use super::Outcome;
use super::listing::{Listing, Push, Weight};
use anyhow::Result;

/// One row per format and encoding of planted files, and one per scheme of decoys: how many there were, how many
/// were found, and which were missed or hit.
pub(super) static LISTING: Listing = Listing { columns: &["control", "kind", "variant", "searched", "found", "which"], rows };

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    for row in &outcome.planted.rows {
        let weight = if row.missed.is_empty() { Weight::Background } else { Weight::Decides };
        let cells = [
            "planted".into(),
            row.format.as_str().into(),
            row.encoding.as_str().into(),
            row.planted.into(),
            row.recovered.into(),
            row.missed.join("|").into(),
        ];
        push(weight, &cells)?;
    }
    for row in &outcome.matched.decoys {
        let cells =
            ["decoy".into(), row.scheme.as_str().into(), "".into(), row.decoys.into(), row.hit.into(), row.examples.join("|").into()];
        push(Weight::Bears, &cells)?;
    }
    Ok(())
}
