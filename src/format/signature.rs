//! Formats that are known by how they begin and that no reader reads: what they are, and what may be said
//! of their bytes.

mod elf;
mod objects;
mod stores;
mod table;

use super::opaque::{self, WalkFn};
use super::scan::{Suspicion, scan_with};
use super::{Failure, Probe, Sink};
use crate::model::Cause;
use std::ops::Range;

pub use table::SIGNATURES;

/// A known format without a reader.
pub struct Signature {
    /// Its name, as the ledger knows it.
    pub name: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// Does this content have the format?
    pub test: fn(&Probe<'_>) -> bool,
    /// What is done with it.
    pub treatment: Treatment,
}

/// What is done with a format that no reader reads. Its strings become text in any case, but for the
/// opaque kinds.
#[derive(Clone, Copy)]
pub enum Treatment {
    /// Classed opaque as far as its structure reaches; the rest stays uncovered.
    Opaque(WalkFn),
    /// Its content is compressed or encrypted throughout: all of it is a gap.
    Whole(Cause),
    /// Some of its content shows as strings and some does not: what looks compressed is a gap, and that
    /// something is not read is stated in any case.
    Partial(Cause),
    /// Its text shows as strings. What looks compressed is a gap.
    Scan,
    /// Programs: as `Scan`, but tables of hashes and constants, which look like noise, are none.
    Code,
}

/// In programs, noise is a gap only from this length on.
const LEAST_IN_CODE: usize = 16 << 10;

/// The format of these bytes, if it is a known one without a reader.
pub fn find(probe: &Probe<'_>) -> Option<&'static Signature> {
    SIGNATURES.iter().find(|signature| (signature.test)(probe))
}

impl Signature {
    /// Treats the bytes of one item as its format demands.
    pub fn read(&self, bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
        let all = 0..bytes.len() as u64;
        match self.treatment {
            Treatment::Opaque(walk) => {
                let walk = walk(bytes).ok_or_else(|| Failure::corrupt(0, format!("no sound {}", self.name)))?;
                opaque::cover(bytes, &walk, sink);
            }
            Treatment::Whole(cause) => {
                unread(bytes, all, cause, format!("{}: {}", self.name, reason(cause)), sink);
            }
            Treatment::Partial(cause) => {
                scan_with(bytes, all.clone(), sink, Suspicion { cause, ..Suspicion::default() });
                sink.gap(all.end..all.end, cause, format!("{}: {}; only its strings are searched", self.name, reason(cause)));
            }
            Treatment::Scan => {
                scan_with(bytes, all, sink, Suspicion::default());
            }
            Treatment::Code => scan_program(bytes, all, sink),
        }
        Ok(())
    }
}

/// Searches the strings of a range that is a gap all the same.
pub(super) fn unread(bytes: &[u8], range: Range<u64>, cause: Cause, detail: String, sink: &mut Sink<'_>) {
    let (coverage, gaps) = (std::mem::take(&mut sink.coverage), std::mem::take(&mut sink.gaps));
    scan_with(bytes, range.clone(), sink, Suspicion { cause, ..Suspicion::default() });
    (sink.coverage, sink.gaps) = (coverage, gaps);
    sink.gap(range, cause, detail);
}

/// Does a program, or a script that unpacks what follows it, begin here?
pub(super) fn is_program(head: &[u8]) -> bool {
    head.starts_with(b"MZ") || head.starts_with(b"\x7FELF") || head.starts_with(b"#!")
}

/// Scans the part of a program: tables of hashes and constants are no noise.
pub(super) fn scan_program(bytes: &[u8], range: Range<u64>, sink: &mut Sink<'_>) {
    let hashes = elf::hash_table(bytes).filter(|hashes| hashes.end <= range.end).unwrap_or(range.start..range.start);
    let code = Suspicion { least: LEAST_IN_CODE, ..Suspicion::default() };
    scan_with(bytes, range.start..hashes.start, sink, code);
    scan_with(bytes, hashes.clone(), sink, Suspicion { least: usize::MAX, ..code });
    scan_with(bytes, hashes.end..range.end, sink, code);
}

fn reason(cause: Cause) -> &'static str {
    match cause {
        Cause::Encrypted => "a password or key is needed",
        Cause::NeedsOcr => "a picture of text",
        _ => "no reader for this format",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::Collector;

    fn name(bytes: &[u8]) -> &'static str {
        find(&Probe::new(bytes)).map_or("-", |s| s.name)
    }

    fn causes(bytes: &[u8]) -> (Vec<Cause>, String) {
        let collector = Collector::default();
        let mut sink = Sink::new(&collector);
        find(&Probe::new(bytes)).unwrap().read(bytes, &mut sink).unwrap();
        sink.finish();
        (sink.gaps.iter().map(|g| g.cause).collect(), collector.text())
    }

    #[test]
    fn names_are_unique_and_nothing_matches_nothing() {
        for (i, signature) in SIGNATURES.iter().enumerate() {
            assert!(SIGNATURES[..i].iter().all(|s| s.name != signature.name), "{}", signature.name);
            for bytes in [&b""[..], b"a", &[0; 100], &[0xFF; 100], b"Plain text of a letter to First State Bank, dated today."] {
                assert!(!(signature.test)(&Probe::new(bytes)), "{} in {bytes:?}", signature.name);
            }
        }
    }

    #[test]
    fn formats_are_told_by_content() {
        assert_eq!(name(b"MZ\x90\0"), "-");
        assert_eq!(name(b"Salted__\x01\x02\x03\x04\x05\x06\x07\x08aa"), "openssl_enc");
        assert_eq!(name(b"MZ marks the spot"), "-");
    }

    #[test]
    fn what_is_not_read_is_a_gap_and_its_strings_are_text() {
        assert_eq!(causes(b"II*\0\x08\0\0\0\x01\0\0\x01\x03\0\x01\0\0\0").0, [Cause::NeedsOcr]);
        assert_eq!(causes(b"ARROW1\0\0First State Bank").0, [Cause::UnsupportedFormat]);
        assert_eq!(causes(b"PAGEDU64\0\0First State Bank").0, []);
    }
}
