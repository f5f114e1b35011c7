use super::Outcome;
use super::listing::{Listing, Push, Weight};
use crate::model::Cause;
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
                suggestion(gap.cause).into(),
                gap.detail.as_str().into(),
            ],
        )?;
    }
    Ok(())
}

/// What would close a gap of this cause: the first word of the answer, from a closed list (`password`,
/// `key`, `ocr`, `scope`, `waive`, `retry`, `recover`).
pub(super) fn suggestion(cause: Cause) -> &'static str {
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
