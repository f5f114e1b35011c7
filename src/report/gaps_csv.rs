use super::Outcome;
use super::listing::{Listing, Push, Weight};
use crate::verdict::remedy;
use anyhow::Result;

/// One row per gap that blocks somebody, ordered by how many institutions closing it would free.
pub(super) static LISTING: Listing =
    Listing { columns: &["item", "cause", "bytes", "blocks", "frees_alone", "suggestion", "detail"], rows };

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    for blocking in outcome.blocking {
        let gap = &outcome.matched.gaps[blocking.gap];
        push(
            Weight::Decides,
            &[
                gap.item.as_str().into(),
                gap.cause.as_str().into(),
                gap.bytes.into(),
                blocking.blocks.into(),
                blocking.frees_alone.into(),
                remedy(gap.cause).as_str().into(),
                gap.detail.as_str().into(),
            ],
        )?;
    }
    Ok(())
}
