//! Images that describe one set of files by several trees: ISO 9660 with and without Joliet. Each
//! file becomes a member once, however many trees name it, and one that only a single tree names is not lost.

use crate::format::ranges::Ranges;
use crate::format::{Child, Sink};
use crate::model::{Cause, Class};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

/// Longest path of a member, in bytes.
pub(super) const LONGEST_PATH: usize = 4096;
/// All paths of an image together; a path is made of all names above it, so that a small image could state
/// more than memory holds.
const ALL_PATHS: usize = 256 << 20;

/// The files of an image, as its trees name them one after the other.
pub(super) struct Trees<'a> {
    bytes: &'a [u8],
    /// Stored sectors are filled up to a multiple of this.
    sector: u64,
    /// What became of the pieces that were read.
    seen: HashMap<Vec<Range<u64>>, Child>,
    /// Hashes of pieces with the rough path by which an earlier tree names them.
    named: HashSet<u64>,
    /// The same of the tree at hand.
    naming: Vec<u64>,
    is_first: bool,
    /// Files that only the tree at hand names.
    only_here: u64,
    decoded: u64,
    files: u64,
    path_bytes: usize,
    is_full: bool,
}

impl<'a> Trees<'a> {
    pub fn new(bytes: &'a [u8], sector: u64) -> Self {
        Self {
            bytes,
            sector: sector.max(1),
            seen: HashMap::new(),
            named: HashSet::new(),
            naming: Vec::new(),
            is_first: true,
            only_here: 0,
            decoded: 0,
            files: 0,
            path_bytes: 0,
            is_full: false,
        }
    }

    /// A limit was reached: no more files are taken.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// A file of the tree at hand. `at` is where the tree names it.
    pub fn file(&mut self, path: &[u8], pieces: Vec<Range<u64>>, at: u64, sink: &mut Sink<'_>) {
        let mut hasher = DefaultHasher::new();
        (&pieces, rough(path)).hash(&mut hasher);
        let name = hasher.finish();
        self.naming.push(name);
        if self.named.contains(&name) {
            return;
        }
        let limit = sink.limits().entries;
        if self.files >= limit || self.path_bytes > ALL_PATHS {
            if !self.is_full {
                sink.gap(at..at, Cause::LimitEntries, format!("only the first {} members are read", self.files));
            }
            self.is_full = true;
            return;
        }
        self.files += 1;
        self.path_bytes += path.len();
        if let Some(child) = self.seen.get(&pieces) {
            return sink.linked_member(path, &pieces, child);
        }
        if !self.is_first {
            self.only_here += 1;
        }
        let len = self.bytes.len() as u64;
        let size = pieces.iter().map(|piece| piece.end - piece.start).fold(0, u64::saturating_add);
        let held = pieces.iter().map(|r| r.end.min(len).saturating_sub(r.start)).fold(0, u64::saturating_add);
        if held == 0 && !pieces.is_empty() {
            return sink.unread_member(path, at..at, size, Cause::Truncated, "its bytes lie behind the end of the image");
        }
        self.decoded = self.decoded.saturating_add(held);
        if self.decoded > 4 * len + (1 << 20) {
            return sink.unread_member(path, at..at, size, Cause::LimitSize, "files share their bytes over and over");
        }
        let child = sink.member_in_pieces(path, &pieces, &mut Ranges::new(self.bytes, &pieces));
        // The rest of the last sector, where it is empty.
        if let Some(last) = pieces.last().filter(|last| last.end < len) {
            let end = last.end.next_multiple_of(self.sector).min(len);
            if self.bytes[last.end as usize..end as usize].iter().all(|&b| b == 0) {
                sink.cover(last.end..end, Class::Structure);
            }
        }
        self.seen.insert(pieces, child);
    }

    /// A boot image, unless it is a file of a tree. Of an image without emulation only the part is stated
    /// that the firmware loads.
    pub fn boot_image(&mut self, name: &[u8], range: Range<u64>, sink: &mut Sink<'_>) {
        let starts_there = |pieces: &Vec<Range<u64>>| pieces.first().is_some_and(|first| first.start == range.start);
        if !range.is_empty() && !self.seen.keys().any(starts_there) {
            self.file(name, vec![range.clone()], range.start, sink);
        }
    }

    /// All of a tree was seen. States what it names and the trees before it do not.
    pub fn end_tree(&mut self, tree: &str, sink: &mut Sink<'_>) {
        if self.only_here > 0 {
            sink.note(format!("{} members stand in the tree of {tree} only", self.only_here));
        }
        self.named.extend(self.naming.drain(..));
        self.is_first &= self.files == 0;
        self.only_here = 0;
    }
}

/// What is left of a path in the tree that shortens names the most: of each name the first five letters and
/// digits. Paths that differ in it are told apart.
fn rough(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for name in path.split(|&b| b == b'/') {
        out.extend(name.iter().filter(|b| b.is_ascii_alphanumeric()).take(5).map(u8::to_ascii_uppercase));
        out.push(b'/');
    }
    out
}
