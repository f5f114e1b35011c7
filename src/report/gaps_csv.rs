use super::Outcome;
use super::cells::Table;
use crate::verdict::remedy;
use anyhow::Result;

const COLUMNS: &[&str] = &["item", "cause", "bytes", "blocks", "frees_alone", "suggestion", "detail"];

/// One row per gap that blocks somebody, ordered by how many institutions closing it would free.
pub(super) fn write(outcome: &Outcome<'_>, sink: &mut dyn std::io::Write) -> Result<()> {
    let mut table = Table::new(sink, COLUMNS)?;
    for blocking in outcome.blocking {
        let gap = &outcome.matched.gaps[blocking.gap];
        table.row(&[
            &gap.item,
            gap.cause.as_str(),
            &gap.bytes.to_string(),
            &blocking.blocks.to_string(),
            &blocking.frees_alone.to_string(),
            remedy(gap.cause).as_str(),
            &gap.detail,
        ])?;
    }
    table.end()
}
