//! Reads bytes as an item is read, without index and disk.

use super::measure::{Began, Nowhere, memory, reset_peak};
use ruleout::format::{Facts, Probe, Sink, detect};

/// What reading took and gave.
pub struct Figures {
    /// Bytes in millions by seconds of processor time.
    pub megabytes_per_second: f64,
    /// Megabytes that the reader held at most beside the bytes; a dash where the system does not tell.
    pub held: String,
    /// What it established.
    pub facts: Facts,
}

/// Reads bytes that are of this format and have no gap.
pub fn read(format: &str, bytes: &[u8]) -> Figures {
    let kind = detect(&Probe::new(bytes));
    assert_eq!(kind.name(), format, "what was written is recognised");
    let before = reset_peak();
    let began = Began::of_all_threads();
    let mut sink = Sink::new(&Nowhere);
    kind.read(bytes, &mut sink).expect("what was written is read");
    sink.finish();
    let seconds = began.seconds();
    assert!(sink.gaps.is_empty(), "{:?}", sink.gaps.first());
    let held = memory("VmHWM:").zip(before).map(|(peak, before)| format!("{:.0}", peak.saturating_sub(before) as f64 / 1e3));
    Figures { megabytes_per_second: bytes.len() as f64 / 1e6 / seconds, held: held.unwrap_or("-".to_owned()), facts: sink.facts }
}
