//! The program as its users meet it: the real binary, real folders, and what it leaves behind.
#![expect(clippy::print_stderr, reason = "a test that is skipped says why")]

mod accounting;
mod bank_files;
mod breach_corpus;
mod daily_loop;
mod damage;
mod data_elements;
mod demonstration;
mod determinism;
mod fence;
mod gaps;
mod growing_copies;
mod harness;
mod hostile_names;
mod integrity;
mod interchange;
mod interruption;
mod layout_properties;
mod layouts;
mod links;
mod masking;
mod packs;
mod page;
mod query;
mod refusals;
mod registry_check;
mod sealed_messages;
mod shared_names;
mod terminal;
mod tokens;
mod transfer_logs;
mod walkthrough;
mod workbook;
mod wrapping;
