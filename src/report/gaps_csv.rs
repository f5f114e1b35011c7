use super::Outcome;
use super::cells::Table;
use crate::model::Cause;
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
            suggestion(gap.cause),
            &gap.detail,
        ])?;
    }
    table.end()
}

/// What would close a gap of this cause: the first word of the answer, from a closed list (`password`,
/// `key`, `ocr`, `scope`, `waive`, `retry`, `recover`).
fn suggestion(cause: Cause) -> &'static str {
    match cause {
        Cause::Encrypted => "password",
        Cause::EncryptedPgp => "key",
        Cause::NeedsOcr => "ocr",
        Cause::Unattributed | Cause::UnclaimedHome => "scope",
        Cause::NotRecovered | Cause::Truncated | Cause::Differs | Cause::Link => "recover",
        Cause::IoError
        | Cause::Permission
        | Cause::Changed
        | Cause::WalkIncomplete
        | Cause::Pending
        | Cause::LimitDepth
        | Cause::LimitSize
        | Cause::LimitEntries
        | Cause::LimitTime
        | Cause::LimitMemory
        | Cause::WorkerDied
        | Cause::ReaderPanic => "retry",
        Cause::UnsupportedFormat
        | Cause::UnsupportedMethod
        | Cause::Corrupt
        | Cause::Ambiguous
        | Cause::Opaque
        | Cause::SpecialFile
        | Cause::Excluded
        | Cause::ControlFailed => "waive",
    }
}
