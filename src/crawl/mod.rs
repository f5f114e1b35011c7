//! The crawler: evidence in, index and ledger out. It lists the files below each root, reads what is new
//! or changed, once per content, and commits both stores together.

mod again;
mod batch;
mod bytes;
mod content;
pub mod fence;
mod growing;
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
