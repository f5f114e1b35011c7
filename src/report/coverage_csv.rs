use super::Outcome;
use super::cells::Table;
use crate::model::Status;
use anyhow::Result;

const COLUMNS: &[&str] = &["item", "sha256", "bytes", "media_type", "status", "cause", "attributed_to", "detail"];

/// One row per item: every path once, with exactly one disposition. Members of duplicates stand with the
/// first copy.
pub(super) fn write(outcome: &Outcome<'_>, sink: &mut dyn std::io::Write) -> Result<()> {
    let mut table = Table::new(sink, COLUMNS)?;
    let matched = outcome.matched;
    for (item, attributed) in matched.items.iter().zip(&matched.attributed).filter(|(item, _)| !item.inherited) {
        let reading = item.content.map(|c| &matched.readings[c].1);
        table.row(&[
            &item.path.to_string(),
            &reading.map_or(String::new(), |r| r.content.to_string()),
            &item.size.to_string(),
            reading.map_or("", |r| &r.media_type),
            item.status.as_str(),
            item.cause.map_or("", |c| c.as_str()),
            attributed,
            &item.detail,
        ])?;
    }
    let mut listed: Vec<_> = matched.listed.iter().filter(|l| l.item.is_none() && l.cause.is_some()).collect();
    listed.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    listed.dedup_by(|b, a| a.path == b.path);
    for row in listed {
        let cause = row.cause.map_or("", |c| c.as_str());
        table.row(&[
            &row.path.to_string(),
            "",
            &row.size.to_string(),
            "",
            Status::Listed.as_str(),
            cause,
            "",
            &format!("{} line {}", row.manifest, row.line),
        ])?;
    }
    table.end()
}
