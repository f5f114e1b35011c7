use super::Outcome;
use super::cells::Table;
use anyhow::Result;

const COLUMNS: &[&str] =
    &["file", "line", "act", "item", "cause", "customer_id", "scheme", "value", "reviewer", "time", "reason", "applied"];

/// One row per decision of a person, with the number of mentions, items or gaps that it was applied to. One
/// that applied to nothing stays in the list: its item may come with the next batch, or be misspelt.
pub(super) fn write(outcome: &Outcome<'_>, sink: &mut dyn std::io::Write) -> Result<()> {
    let mut table = Table::new(sink, COLUMNS)?;
    for (review, applied) in outcome.registry.reviews.iter().zip(&outcome.matched.reviewed) {
        let customer = review.institution.map_or("", |i| &outcome.registry.institutions[i].customer_id);
        table.row(&[
            &review.file,
            &review.line.to_string(),
            review.act.as_str(),
            &review.item.to_text(),
            review.cause.map_or("", |c| c.as_str()),
            customer,
            review.scheme.as_ref().map_or("", |s| s.as_str()),
            review.value.as_deref().unwrap_or(""),
            &review.reviewer,
            &review.time,
            &review.reason,
            &applied.to_string(),
        ])?;
    }
    table.end()
}
