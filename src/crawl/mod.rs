//! The crawler: evidence in, index and ledger out. It lists the files below each root, reads what is new
//! or changed, once per content, and commits both stores together.

mod batch;
mod bytes;
mod content;
pub mod fence;
mod hashing;
mod listings;
mod memory;
mod ocr;
mod pieces;
mod progress;
mod roots;
mod run;
mod spool;
mod walk;
mod wrapped;

pub use batch::replaced_file;
pub use fence::Fence;
pub use hashing::sha256_of;
pub use memory::Memory;
pub use ocr::Ocr;
pub use progress::Progress;
pub use roots::{RootArgument, absolute, check_apart, check_roots, parse_root};
pub use run::{IndexOptions, IndexSummary, index};

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
