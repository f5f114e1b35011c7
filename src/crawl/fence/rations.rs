//! What a worker may take for one item; all of it grows with the size of the item.

use std::time::Duration;

/// Wall time: a minute, and ten seconds for each mebibyte. Only the time counts in which the parent waits
/// for the worker.
pub(super) fn time(len: u64) -> Duration {
    #[cfg(debug_assertions)]
    if let Some(seconds) = std::env::var("RULEOUT_FENCE_SECONDS").ok().and_then(|s| s.parse().ok()) {
        return Duration::from_secs(seconds);
    }
    Duration::from_secs(60) + Duration::from_millis(len.saturating_mul(10_000) >> 20)
}

/// Address space beyond what the worker has when it starts: a gibibyte, four times the item, and its map.
pub(super) fn memory(len: u64) -> u64 {
    (1 << 30) + len.saturating_mul(5)
}

/// Text that an item may give, in bytes: as much as a member may decode to.
pub(super) fn text(len: u64, limits: &crate::format::Limits) -> u64 {
    limits.member_bytes.min(limits.ratio_floor.max(len.saturating_mul(limits.ratio)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Limits;

    #[test]
    fn all_limits_grow_with_the_item() {
        let sizes = [0, 1 << 20, 64 << 20, 4 << 30];
        let limits = Limits::default();
        for pair in sizes.windows(2) {
            let [small, large] = [pair[0], pair[1]];
            assert!(time(small) < time(large) && memory(small) < memory(large));
            assert!(text(small, &limits) <= text(large, &limits));
        }
        // As docs/reading.md says.
        assert_eq!((time(3 << 20).as_secs(), memory(1 << 20)), (90, (1 << 30) + (5 << 20)));
        assert_eq!(memory(0), 1 << 30);
    }
}
