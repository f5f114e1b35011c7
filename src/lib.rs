//! `ruleout`: who is affected by stolen files, who is ruled out, and why that is certain.
//!
//! One way, left to right: [`crawl`] reads evidence through [`format`](mod@format) and [`identifier`] into the
//! [`index`] and the [`ledger`] of a [`case`]; [`matching`] joins them with the [`registry`]; [`verdict`]
//! decides; [`report`] writes. [`check`] tells what a registry will do to verdicts before anything is read, and
//! [`query`] searches a case for people.

pub mod case;
pub mod check;
pub mod cli;
pub mod control;
pub mod crawl;
pub mod deadline;
pub mod demo;
pub mod diff;
pub mod format;
pub mod identifier;
pub mod index;
pub mod interchange;
pub mod ledger;
pub mod manifest;
pub mod matching;
pub mod model;
pub mod passage;
pub mod query;
pub mod registry;
pub mod report;
pub mod stop;
pub mod table;
pub mod tokens;
pub mod verdict;
