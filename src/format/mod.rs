//! Formats: what bytes are, and how each is read. One file and one row of [`formats`] per format.
//!
//! A reader gets the bytes of one item and pushes what it finds into a [`Sink`]: text, tables,
//! payment parties, members, gaps, and which bytes it covered. It never recurses, logs, writes files
//! or sets limits. Bytes that it does not cover are scanned by the caller, so a reader cannot lose any.

pub mod bplist;
mod catalogue;
mod cells;
pub mod cms;
mod columns;
pub mod container;
pub(crate) mod control_sequences;
mod coverage;
pub mod database;
pub mod dataset;
pub mod disk;
mod escapes;
mod form_rows;
mod grid;
pub mod java_class;
pub mod mail;
mod mapi;
pub mod memory;
mod named;
mod named_line;
mod numbers;
pub mod office;
pub mod ole;
mod opaque;
pub mod oracle;
mod payment;
pub mod payments;
pub mod pdf;
mod personal;
pub mod pgp;
pub mod picture;
mod piece;
mod pieces;
pub mod pst;
mod ranges;
pub mod rtf;
mod rtf_code_page;
mod rtf_tables;
mod scan;
pub mod signature;
mod sink;
pub mod sql_server;
mod table_rows;
#[cfg(test)]
pub(crate) mod testing;
pub mod text;

pub use catalogue::{Kind, detect, formats, version_of};
pub use coverage::{Coverage, Covered};
pub use payment::{Dated, Party, PaymentFacts, PaymentUnit, Seen};
pub use pgp::Keyring;
pub use piece::{PieceFindings, PieceKey, key as piece_key};
pub use scan::{ScanOutcome, Suspicion, runs_of, scan, scan_all, scan_with};
pub use sink::{Child, Facts, Failure, GapNote, Limits, Member, Offer, Outlet, Sink, Spoken, lines_above};
pub(crate) use sink::{has_names, heads_in, key_below};
// What readers say, for all of them.
use crate::passage::{At, BORDER, OffsetMap, Passage, PassageKind};
pub use text::amid_binary::read_texts;
pub use text::embedded::read_binary;

use std::cell::OnceCell;
use text::encoding::TextEncoding;

/// One format: a row of the tables that feed detection, documentation and tests.
pub struct Format {
    /// Its name, as `coverage.csv` and the ledger know it.
    pub name: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// Does this content have the format? Content decides; names are never asked.
    pub recognise: fn(&Probe<'_>) -> bool,
    /// Reads it.
    pub read: ReadFn,
    /// Where it is read.
    pub runs: Runs,
    /// Raised when the reader reads more than before: items with gaps are then read again.
    pub version: u32,
    /// What the reader does not do, in words.
    pub limitations: &'static [&'static str],
}

/// Where a format is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// In the process of the run: a reader of ours, small and fuzzed, whose memory no header decides. It costs
    /// nothing, and large items are read by several threads.
    Inside,
    /// In a confined child process: a complex reader or a crate by others, which could abort, hang, or take
    /// more memory than there is. Whatever becomes of it costs this one item.
    Fenced,
}

/// Reads the bytes of one item into a sink. An error means that the rest could not be read as this
/// format; the caller then scans what is not covered.
pub type ReadFn = fn(&[u8], &mut Sink<'_>) -> Result<(), Failure>;

/// What a recogniser may look at.
pub struct Probe<'a> {
    /// All bytes of the item.
    pub bytes: &'a [u8],
    /// The first 64 KiB at most.
    pub head: &'a [u8],
    encoding: OnceCell<Option<TextEncoding>>,
}

impl<'a> Probe<'a> {
    /// A probe of an item's bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, head: &bytes[..bytes.len().min(64 << 10)], encoding: OnceCell::new() }
    }

    /// The encoding of the text that the bytes are; `None` where they are none. Every format of text asks.
    pub fn encoding(&self) -> Option<TextEncoding> {
        *self.encoding.get_or_init(|| text::encoding::detect(self.bytes))
    }
}
