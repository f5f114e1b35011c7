//! Interrupts: how all work learns that it is to end.

use std::sync::atomic::{AtomicBool, Ordering};

/// Raised once by the first interrupt; polled wherever work is long.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// A flag that nothing raises.
    pub const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Asks all work to end.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Was it raised?
    pub fn raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// [`Interrupted`] where it was raised.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.raised() { Err(Interrupted) } else { Ok(()) }
    }
}

/// The run was interrupted; the case is intact and the same command resumes it.
#[derive(Debug, thiserror::Error)]
#[error("interrupted; the case is intact, and the same command resumes it")]
pub struct Interrupted;
