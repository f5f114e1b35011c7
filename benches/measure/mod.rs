//! What a bench measures of its own process.

use ruleout::format::{Child, Limits, Outlet};
use ruleout::passage::Passage;
use std::io::Read;
use std::ops::Range;
use std::time::Instant;

/// Drops what is read.
#[allow(dead_code, reason = "some benches read through the index")]
pub struct Nowhere;

impl Outlet for Nowhere {
    fn passage(&self, passage: Passage) {
        std::hint::black_box(passage);
    }

    fn member(&self, _: &[u8], _: Range<u64>, _: &mut dyn Read) -> Child {
        Child { content: None, size: 0, defect: None }
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }

    fn stopped(&self) -> bool {
        false
    }
}

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

/// When something began, on the clock of this thread or of all of them, where the system has one: what others do
/// does not count.
pub struct Began {
    wall: Instant,
    clock: fn() -> Option<f64>,
    then: Option<f64>,
}

impl Began {
    /// It begins now, on this thread.
    #[allow(dead_code, reason = "some benches have several threads")]
    pub fn now() -> Self {
        Self::on(thread_seconds)
    }

    /// It begins now, on all threads of this process.
    #[allow(dead_code, reason = "some benches have one thread")]
    pub fn of_all_threads() -> Self {
        Self::on(process_seconds)
    }

    fn on(clock: fn() -> Option<f64>) -> Self {
        Self { wall: Instant::now(), clock, then: clock() }
    }

    /// Seconds of its clock since then.
    pub fn seconds(&self) -> f64 {
        let ran = (self.clock)().zip(self.then).map(|(now, then)| now - then);
        ran.unwrap_or_else(|| self.wall_seconds())
    }

    /// Seconds that have passed since then.
    pub fn wall_seconds(&self) -> f64 {
        self.wall.elapsed().as_secs_f64()
    }
}

/// Seconds that this thread has run.
fn thread_seconds() -> Option<f64> {
    let nanoseconds: u64 = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()?;
    Some(nanoseconds as f64 / 1e9)
}

/// Seconds that the threads of this process have run, user and system, ended ones included (proc(5), stat: fields
/// 14 and 15, in hundredths).
fn process_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<f64>().ok();
    Some((ticks(14)? + ticks(15)?) / 100.0)
}
