//! Images of memory: what a process or a kernel held. Everything in them is scanned, in all encodings; their
//! readers tell what they are, which modules and files were loaded, and whether memory is missing.

mod elf_core;
mod minidump;

pub use elf_core::ELF_CORE;
pub use minidump::MINIDUMP;

use super::{At, PassageKind, Sink};
use crate::model::Cause;
use std::ops::Range;

/// Stretches of memory that an image should hold.
#[derive(Default)]
struct Regions {
    count: u64,
    bytes: u64,
    missing: u64,
}

impl Regions {
    /// Takes a region that stands at this range of an item of so many bytes.
    fn take(&mut self, range: Range<u64>, len: u64) {
        self.count += 1;
        self.bytes = self.bytes.saturating_add(range.end - range.start);
        self.missing = self.missing.saturating_add(range.end - range.end.min(len).max(range.start));
    }

    /// States what they are, and what lies behind the end of the item.
    fn tell(&self, modules: u64, len: u64, sink: &mut Sink<'_>) {
        sink.note(format!("{modules} modules or mapped files, {} regions of memory with {} bytes", self.count, self.bytes));
        if self.missing > 0 {
            sink.gap(len..len, Cause::Truncated, format!("{} bytes of memory lie behind the end of the dump", self.missing));
        }
    }
}

/// Pushes a name that stands at a place.
fn name(text: &str, at: u64, sink: &mut Sink<'_>) {
    sink.kind(PassageKind::Prose);
    sink.text(text, At::Decoded(at));
    sink.border();
}
