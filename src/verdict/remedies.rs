use super::decide::Decided;
use super::gaps::BlockingGap;
use crate::matching::OpenGap;
use crate::model::{Cause, Remedy, Verdict};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// What would close a gap of this cause.
pub const fn remedy(cause: Cause) -> Remedy {
    match cause {
        Cause::Encrypted => Remedy::Password,
        Cause::EncryptedPgp | Cause::EncryptedCms => Remedy::Key,
        Cause::NeedsOcr => Remedy::Ocr,
        Cause::Unattributed | Cause::UnclaimedHome => Remedy::Scope,
        Cause::NotRecovered | Cause::Truncated | Cause::Differs | Cause::Link => Remedy::Recover,
        Cause::IoError
        | Cause::Permission
        | Cause::Changed
        | Cause::WalkIncomplete
        | Cause::Pending
        // Time also passes while a machine does something else.
        | Cause::LimitTime
        | Cause::WorkerDied
        | Cause::ReaderPanic => Remedy::Retry,
        Cause::LimitDepth | Cause::LimitSize | Cause::LimitEntries => Remedy::Limit,
        // What a reader may hold is fixed: the same bytes would meet it again.
        Cause::LimitMemory
        | Cause::UnsupportedFormat
        | Cause::UnsupportedMethod
        | Cause::Corrupt
        | Cause::Ambiguous
        | Cause::Opaque
        | Cause::OcrOnly
        | Cause::SpecialFile
        | Cause::Excluded
        | Cause::NotUnderstood
        | Cause::ControlFailed => Remedy::Waive,
    }
}

/// What one kind of act would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Prospect {
    /// The act.
    pub remedy: Remedy,
    /// Gaps that it would close, among those that keep somebody open.
    pub gaps: u64,
    /// Their bytes, as far as known.
    pub bytes: u64,
    /// Institutions that at least one of them keeps open.
    pub blocks: u64,
    /// Institutions that nothing but these gaps keeps open: closed without finding them, they are decided.
    pub frees: u64,
}

/// What each kind of act would do, the most freeing first.
pub fn prospects(decided: &[Decided], blocking: &[BlockingGap], gaps: &[OpenGap]) -> Vec<Prospect> {
    let mut out: BTreeMap<Remedy, Prospect> = BTreeMap::new();
    for gap in blocking.iter().map(|b| &gaps[b.gap]) {
        let remedy = remedy(gap.cause);
        let entry = out.entry(remedy).or_insert(Prospect { remedy, gaps: 0, bytes: 0, blocks: 0, frees: 0 });
        entry.gaps += 1;
        entry.bytes = entry.bytes.saturating_add(gap.bytes);
    }
    for one in decided.iter().filter(|d| d.decision.verdict() == Verdict::Undetermined) {
        let needed = one.gaps.remedies();
        let only = needed.len() == 1 && one.decision.is_open_for_gaps_alone();
        for remedy in needed {
            if let Some(entry) = out.get_mut(remedy) {
                entry.blocks += 1;
                entry.frees += u64::from(only);
            }
        }
    }
    let mut out: Vec<Prospect> = out.into_values().collect();
    out.sort_by_key(|p| (std::cmp::Reverse(p.frees), std::cmp::Reverse(p.blocks), p.remedy));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_again_is_suggested_where_it_can_help() {
        assert_eq!([Cause::LimitDepth, Cause::LimitSize, Cause::LimitEntries].map(remedy), [Remedy::Limit; 3]);
        assert_eq!(remedy(Cause::LimitMemory), Remedy::Waive);
        assert_eq!([Cause::LimitTime, Cause::IoError, Cause::Pending].map(remedy), [Remedy::Retry; 3]);
    }
}
