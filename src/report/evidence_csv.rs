use super::Outcome;
use super::cells::Table;
use anyhow::Result;

const COLUMNS: &[&str] =
    &["customer_id", "item", "sha256", "offset", "scheme", "value", "role", "strength", "count", "context", "basis", "review"];

/// One row per institution, item, scheme, value and role, with the first offset.
pub(super) fn write(outcome: &Outcome<'_>, sink: &mut dyn std::io::Write) -> Result<()> {
    let mut table = Table::new(sink, COLUMNS)?;
    for row in &outcome.matched.evidence {
        let mention = &row.mention;
        table.row(&[
            &outcome.registry.institutions[mention.institution].customer_id,
            &row.item,
            &row.sha256.map_or(String::new(), |s| s.to_string()),
            &mention.offset.to_string(),
            mention.scheme.as_str(),
            &mention.value,
            mention.role.as_str(),
            mention.strength.as_str(),
            &mention.count.to_string(),
            &mention.context,
            mention.basis.as_str(),
            &mention.review,
        ])?;
    }
    table.end()
}
