use super::Outcome;
use super::cells::Table;
use crate::model::Status;
use anyhow::Result;
use std::collections::BTreeMap;

const COLUMNS: &[&str] = &["item", "sha256", "bytes", "media_type", "status", "cause", "attributed_to", "detail", "review"];

/// One row per item: every path once, with exactly one disposition. Members of duplicates stand with the
/// first copy.
pub(super) fn write(outcome: &Outcome<'_>, sink: &mut dyn std::io::Write) -> Result<()> {
    let mut table = Table::new(sink, COLUMNS)?;
    let matched = outcome.matched;
    let waived: BTreeMap<&str, &str> = matched.gaps.iter().filter_map(|gap| Some((gap.item.as_str(), gap.waived.as_deref()?))).collect();
    let review = |path: &str| waived.get(path).copied().unwrap_or_default();
    for (item, attributed) in matched.items.iter().zip(&matched.attributed).filter(|(item, _)| !item.inherited) {
        let path = item.path.to_string();
        let reading = item.content.map(|c| &matched.readings[c].1);
        table.row(&[
            &path,
            &reading.map_or(String::new(), |r| r.content.to_string()),
            &item.size.to_string(),
            reading.map_or("", |r| &r.media_type),
            item.status.as_str(),
            item.cause.map_or("", |c| c.as_str()),
            attributed,
            &item.detail,
            review(&path),
        ])?;
    }
    let mut listed: Vec<_> = matched.listed.iter().filter(|l| l.item.is_none() && l.cause.is_some()).collect();
    listed.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    listed.dedup_by(|b, a| a.path == b.path);
    for row in listed {
        let path = row.path.to_string();
        let cause = row.cause.map_or("", |c| c.as_str());
        table.row(&[
            &path,
            "",
            &row.size.to_string(),
            "",
            Status::Listed.as_str(),
            cause,
            "",
            &format!("{} line {}", row.manifest, row.line),
            review(&path),
        ])?;
    }
    table.end()
}
