//! Mail stores of Outlook (MS-PST), PST and OST: each message is a member in the folder that holds it, with its
//! attachments inside. What belongs to no message (tables, deleted and orphaned blocks, free space) is decoded and
//! read as bytes, so that a damaged store still gives its text.

mod encoding;
mod heap;
mod message;
mod store;
#[cfg(test)]
mod tests;

use super::{Failure, Format, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use encoding::Encoding;
use heap::{Heap, Value};
use message::Message;
use std::io::{Error, ErrorKind, Read};
use std::ops::Range;
use store::{Store, number};

/// A mail store.
pub static FORMAT: Format = Format {
    name: "pst",
    media_type: "application/vnd.ms-outlook-pst",
    recognise: |probe: &Probe<'_>| probe.head.starts_with(b"!BDN") && matches!(probe.head.get(8..10), Some(b"SM" | b"SO")),
    read,
    runs: Runs::Fenced,
    version: 4,
    limitations: &[
        "stores protected by rights management are only scanned",
        "properties that are no strings, and calendar times among them, are not text",
        "checksums are not compared",
    ],
};

/// Folders above a folder.
const DEPTH: usize = 32;
/// Longest part of a member's name that is taken from a subject or a folder.
const LONGEST_NAME: usize = 120;

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let end = bytes.len() as u64;
    let Some(store) = Store::open(bytes) else {
        // How its blocks are encoded is not known; most stores permute them.
        sink.gap(end..end, Cause::Corrupt, "the header of the store is broken");
        return leftovers(bytes, Encoding::Permuted, Vec::new(), sink);
    };
    for (at, cause, detail) in &store.damage {
        let at = (*at).min(end);
        sink.gap(at..at, *cause, detail.clone());
    }
    store.structure.iter().for_each(|range| sink.cover(range.clone(), Class::Structure));
    let mut messages = 0;
    // Messages, and what folders keep beside them.
    for (&id, &node) in store.nodes.iter().filter(|(id, _)| matches!(**id & 0x1F, 4 | 8)) {
        if sink.stopped() {
            return Ok(());
        }
        messages += 1;
        if messages > sink.limits().entries {
            sink.gap(end..end, Cause::LimitEntries, format!("more than {messages} messages"));
            break;
        }
        let (subject, mut message) = Message::new(&store, id, node);
        let name = format!("{}{}-{id:x}.eml", folder(&store, node.parent), plain(&subject));
        sink.member(name.as_bytes(), store.place_of(node.data), &mut message);
    }
    let (read, unread) = store.settle();
    read.into_iter().for_each(|range| sink.cover(range, Class::Read));
    if let Some((_, first)) = unread.first() {
        let first = first.clone();
        let mut rest = Blocks { store: &store, ids: unread.iter().map(|(id, _)| *id).collect(), block: Vec::new(), done: 0, broken: 0 };
        sink.member(b"[other blocks]", first, &mut rest);
        unread.iter().skip(1).for_each(|(_, range)| sink.cover(range.clone(), Class::Scanned));
        if rest.broken > 0 {
            sink.gap(end..end, Cause::Corrupt, format!("{} blocks cannot be decoded", rest.broken));
        }
    }
    leftovers(bytes, store.encoding, maps(bytes, &store), sink)
}

/// The names of the folders above, each with a slash.
fn folder(store: &Store<'_>, id: u32) -> String {
    let (mut out, mut at) = (String::new(), id);
    for _ in 0..DEPTH {
        let Some(node) = store.nodes.get(&at).filter(|_| at & 0x1F == 2) else { break };
        let subnodes = store.subnodes(node.subnodes).unwrap_or_default();
        let properties = Heap::open(store, *node, 0xBC).map(|heap| heap.properties(&subnodes)).unwrap_or_default();
        let name = properties.iter().find_map(|(number, kind, value)| match value {
            Value::Bytes(bytes) if *number == super::mapi::NAME => super::mapi::text_of(*kind, bytes),
            Value::Bytes(_) | Value::Node(_) => None,
        });
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            out = format!("{}/{out}", plain(&name));
        }
        if node.parent == at {
            break;
        }
        at = node.parent;
    }
    out
}

/// A name without what divides paths.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_control() || c == '/' { ' ' } else { c }).take(LONGEST_NAME).collect::<String>().trim().to_owned()
}

/// The pages that say which parts of the store are in use (section 2.2.2.7.2): they stand at fixed distances.
fn maps(bytes: &[u8], store: &Store<'_>) -> Vec<Range<u64>> {
    let (size, trailer) = match store.layout {
        store::Layout::Ansi => (512, 500),
        store::Layout::Unicode => (512, 496),
        store::Layout::Large => (4096, 4072),
    };
    let pages = bytes.chunks_exact(size).enumerate().filter(|(_, page)| {
        let kind = page[trailer];
        (0x82..=0x86).contains(&kind) && page[trailer + 1] == kind && number(page, trailer + 2, 2).is_some()
    });
    pages.map(|(i, _)| (i * size) as u64..((i + 1) * size) as u64).collect()
}

/// Whatever is not accounted for, decoded: free space holds what was deleted.
fn leftovers(bytes: &[u8], encoding: Encoding, maps: Vec<Range<u64>>, sink: &mut Sink<'_>) -> Result<(), Failure> {
    maps.into_iter().for_each(|range| sink.cover(range, Class::Structure));
    let mut open = sink.coverage.uncovered(bytes.len() as u64);
    open.retain(|range| has_bytes(bytes, range));
    // The cyclic encoding needs the block's number, which nothing in free space tells.
    let encoding = if encoding == Encoding::Cyclic { Encoding::Plain } else { encoding };
    if let Some(first) = open.first() {
        let pieces = open.clone();
        sink.member(b"[free space]", first.clone(), &mut Free { bytes, encoding, pieces: &pieces, done: 0 });
        open.iter().skip(1).for_each(|range| sink.cover(range.clone(), Class::Scanned));
    }
    Ok(())
}

fn has_bytes(bytes: &[u8], range: &Range<u64>) -> bool {
    bytes[range.start as usize..range.end as usize].iter().any(|b| *b != 0)
}

/// Blocks that no message needed, one behind the other; those that cannot be decoded are counted.
struct Blocks<'s, 'a> {
    store: &'s Store<'a>,
    ids: Vec<u64>,
    block: Vec<u8>,
    done: usize,
    broken: u64,
}

impl Read for Blocks<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.block.is_empty() {
            let Some(id) = self.ids.get(self.done) else { return Ok(0) };
            self.done += 1;
            match self.store.block(*id) {
                Ok(block) => self.block = block,
                Err(_) => self.broken += 1,
            }
        }
        let n = (&self.block[..]).read(out)?;
        self.block.drain(..n);
        Ok(n)
    }
}

/// Free space, decoded as it is read.
struct Free<'f> {
    bytes: &'f [u8],
    encoding: Encoding,
    pieces: &'f [Range<u64>],
    done: u64,
}

impl Read for Free<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while let Some((piece, rest)) = self.pieces.split_first() {
            let from = usize::try_from(piece.start + self.done).map_err(|_| Error::from(ErrorKind::InvalidData))?;
            let held = &self.bytes[from..piece.end as usize];
            let n = held.len().min(out.len());
            if n == 0 && !out.is_empty() {
                (self.pieces, self.done) = (rest, 0);
                continue;
            }
            out[..n].copy_from_slice(&held[..n]);
            self.encoding.decode(&mut out[..n], 0);
            self.done += n as u64;
            return Ok(n);
        }
        Ok(0)
    }
}
