use super::Outcome;
use super::listing::{Listing, Push, Weight};
use anyhow::Result;

/// One row per decision of a person, with the number of mentions, items or gaps that it was applied to. One
/// that applied to nothing stays in the list: its item may come with the next batch, or be misspelt.
pub(super) static LISTING: Listing = Listing {
    columns: &["file", "line", "act", "item", "cause", "customer_id", "scheme", "value", "reviewer", "time", "reason", "applied"],
    rows,
};

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    for (review, applied) in outcome.registry.reviews.iter().zip(&outcome.matched.reviewed) {
        let customer = review.institution.map_or("", |i| &outcome.registry.institutions[i].customer_id);
        push(
            Weight::Decides,
            &[
                review.file.as_str().into(),
                review.line.into(),
                review.act.as_str().into(),
                review.item.to_text().into(),
                review.cause.map_or("", |c| c.as_str()).into(),
                customer.into(),
                review.scheme.as_ref().map_or("", |s| s.as_str()).into(),
                review.value.as_deref().unwrap_or("").into(),
                review.reviewer.as_str().into(),
                review.time.as_str().into(),
                review.reason.as_str().into(),
                (*applied).into(),
            ],
        )?;
    }
    Ok(())
}
