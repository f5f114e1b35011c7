use super::Outcome;
use super::listing::{Listing, Push, Weight};
use crate::model::Status;
use anyhow::Result;
use std::collections::BTreeMap;

/// One row per item: every path once, with exactly one disposition. Members of duplicates stand with the
/// first copy.
pub(super) static LISTING: Listing =
    Listing { columns: &["item", "sha256", "bytes", "media_type", "status", "cause", "attributed_to", "detail", "review", "known"], rows };

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    let matched = outcome.matched;
    let waived: BTreeMap<&str, &str> = matched.gaps.iter().filter_map(|gap| Some((gap.item.as_str(), gap.waived.as_deref()?))).collect();
    let review = |path: &str| waived.get(path).copied().unwrap_or_default();
    for (item, attributed) in matched.items.iter().zip(&matched.attributed).filter(|(item, _)| !item.inherited) {
        let path = item.path.to_string();
        let reading = item.content.map(|c| &matched.readings[c].1);
        let weight = if item.cause.is_some() { Weight::Decides } else { Weight::Background };
        push(
            weight,
            &[
                path.as_str().into(),
                reading.map_or(String::new(), |r| r.content.to_string()).into(),
                item.size.into(),
                reading.map_or("", |r| r.media_type.as_str()).into(),
                item.status.as_str().into(),
                item.cause.map_or("", |c| c.as_str()).into(),
                attributed.as_str().into(),
                item.detail.as_str().into(),
                review(&path).into(),
                reading.and_then(|r| outcome.known.get(&r.content)).map_or("", String::as_str).into(),
            ],
        )?;
    }
    let mut listed: Vec<_> = matched.listed.rows.iter().filter(|l| l.item.is_none() && l.cause.is_some()).collect();
    listed.sort_by(|a, b| (a.path(&matched.items), a.line).cmp(&(b.path(&matched.items), b.line)));
    listed.dedup_by(|b, a| a.path(&matched.items) == b.path(&matched.items));
    for row in listed {
        let path = row.path(&matched.items).to_string();
        push(
            Weight::Decides,
            &[
                path.as_str().into(),
                "".into(),
                row.size.into(),
                "".into(),
                Status::Listed.as_str().into(),
                row.cause.map_or("", |c| c.as_str()).into(),
                "".into(),
                format!("{} line {}", matched.manifests[row.manifest as usize].name, row.line).into(),
                review(&path).into(),
                "".into(),
            ],
        )?;
    }
    Ok(())
}
