//! What a bench measures of its own process.

use std::time::Instant;

/// A figure of this process in kilobytes, where the system tells.
pub fn memory(figure: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix(figure))?.trim().trim_end_matches("kB").trim().parse().ok()
}

/// Forgets the highest resident memory so far; returns what is resident now.
pub fn reset_peak() -> Option<u64> {
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    memory("VmRSS:")
}

/// When something began, on the clock of this core where the system has one: other work does not count.
pub struct Began {
    wall: Instant,
    core: Option<u64>,
}

impl Began {
    /// It begins now.
    pub fn now() -> Self {
        Self { wall: Instant::now(), core: core_nanoseconds() }
    }

    /// Seconds since then.
    pub fn seconds(&self) -> f64 {
        let core = core_nanoseconds().zip(self.core).map(|(now, then)| (now - then) as f64 / 1e9);
        core.unwrap_or_else(|| self.wall.elapsed().as_secs_f64())
    }
}

/// Nanoseconds that this thread has run.
fn core_nanoseconds() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
}
