use super::Outcome;
use super::listing::{Listing, Push, Weight};
use crate::matching::Mention;
use anyhow::Result;

/// One row per institution, item, scheme, value and role, with the first offset.
pub(super) static LISTING: Listing = Listing {
    columns: &["customer_id", "item", "sha256", "offset", "scheme", "value", "role", "strength", "count", "context", "basis", "review"],
    rows,
};

/// How much a mention weighs.
pub(super) fn weight(mention: &Mention) -> Weight {
    if mention.is_sure_owner() {
        Weight::Decides
    } else if mention.has_effect() {
        Weight::Bears
    } else {
        Weight::Background
    }
}

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    for row in &outcome.matched.evidence {
        let mention = &row.mention;
        push(
            weight(mention),
            &[
                outcome.registry.institutions[mention.institution].customer_id.as_str().into(),
                (&*row.item).into(),
                row.sha256.map_or(String::new(), |s| s.to_string()).into(),
                mention.offset.into(),
                mention.scheme.as_str().into(),
                mention.value.as_str().into(),
                mention.role.as_str().into(),
                mention.strength.as_str().into(),
                mention.count.into(),
                mention.context.as_str().into(),
                mention.basis.as_str().into(),
                mention.review.as_str().into(),
            ],
        )?;
    }
    Ok(())
}
