//! `ruleout`: who is affected by stolen files, who is ruled out, and why that is certain.
//!
//! One way, left to right: [`crawl`] reads evidence through [`format`](mod@format) into the index and the
//! ledger; [`matching`] joins them with the [`registry`]; [`verdict`] decides; [`report`] writes.

pub mod format;
pub mod identifier;
pub mod manifest;
pub mod model;
pub mod registry;
pub mod table;
pub mod index;
pub mod ledger;
