//! A collector in the place of index and crawler, for the tests of readers.

use super::{Child, Format, Keyring, Limits, Offer, Outlet, Passage, Probe, ReadFn, Sink};
use crate::model::{Cause, ContentId};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::sync::Mutex;

/// Keeps what a reader hands out.
#[derive(Default)]
pub struct Collector {
    /// Passages, in the order of their arrival.
    pub passages: Mutex<Vec<Passage>>,
    /// Decoded bytes of the members, in the order of their arrival.
    pub members: Mutex<Vec<Vec<u8>>>,
    /// Passwords that it offers.
    pub passwords: Vec<Vec<u8>>,
    /// Keys that it offers.
    pub keys: Keyring,
}

impl Collector {
    /// All text, passages joined by line feeds.
    pub fn text(&self) -> String {
        self.passages.lock().unwrap().iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// What a finder of encoded text finds and decodes.
pub type Find = fn(&[u8], &mut dyn FnMut(std::ops::Range<usize>, &mut dyn Read) -> bool);

/// The decoded bytes of all that a finder finds in a text.
pub fn decoded_by(find: Find, text: &str) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    find(text.as_bytes(), &mut |_, decoder| {
        let mut bytes = Vec::new();
        decoder.read_to_end(&mut bytes).unwrap();
        out.push(bytes);
        true
    });
    out
}

impl Outlet for Collector {
    fn passage(&self, passage: Passage) {
        self.passages.lock().unwrap().push(passage);
    }

    fn member(&self, _name: &[u8], _encoded: std::ops::Range<u64>, decoder: &mut dyn Read) -> Child {
        let mut bytes = Vec::new();
        let defect = decoder.take(64 << 20).read_to_end(&mut bytes).err().map(|e| (Cause::Corrupt, e.to_string()));
        let content = Some(ContentId(Sha256::digest(&bytes).into()));
        let size = bytes.len() as u64;
        self.members.lock().unwrap().push(bytes);
        Child { content, size, defect }
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }

    fn stopped(&self) -> bool {
        false
    }

    fn offer(&self) -> Offer<'_> {
        Offer { passwords: &self.passwords, keys: &self.keys, ..Offer::default() }
    }
}

/// Reads bytes with a reader and shows what it found to `look`; returns the reader's result in words.
pub fn read_with<T>(read: ReadFn, bytes: &[u8], look: impl FnOnce(&Sink<'_>, &Collector) -> T) -> T {
    read_with_passwords(read, bytes, &[], look)
}

/// As [`read_with`], with passwords on offer.
pub fn read_with_passwords<T>(read: ReadFn, bytes: &[u8], passwords: &[&str], look: impl FnOnce(&Sink<'_>, &Collector) -> T) -> T {
    let passwords = passwords.iter().map(|p| p.as_bytes().to_vec()).collect();
    let collector = Collector { passwords, ..Collector::default() };
    let mut sink = Sink::new(&collector);
    if let Err(failure) = read(bytes, &mut sink) {
        sink.note(failure.to_string());
    }
    sink.finish();
    look(&sink, &collector)
}

/// Text, tables with their rows, gaps, notes, members.
pub type Found = (String, Vec<(String, u64)>, Vec<(Cause, String)>, Vec<String>, Vec<Vec<u8>>);

/// All that the reader of a format finds in bytes that are of it.
pub fn read_all(format: &Format, bytes: &[u8]) -> Found {
    assert!((format.recognise)(&Probe::new(bytes)), "not recognised");
    read_with(format.read, bytes, |sink, collector| {
        let tables = sink.facts.tables.iter().map(|table| (table.name.clone(), table.rows)).collect();
        let gaps = sink.gaps.iter().map(|gap| (gap.cause, gap.detail.clone())).collect();
        (collector.text(), tables, gaps, sink.facts.notes.clone(), collector.members.lock().unwrap().clone())
    })
}
