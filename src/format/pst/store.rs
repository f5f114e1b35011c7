//! The lowest layer of a mail store (MS-PST, section 2.2): pages of two trees, which name blocks and nodes, and the
//! blocks themselves.

use super::encoding::Encoding;
use crate::model::Cause;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::ops::Range;

/// Which of the three layouts a store has: they differ in the width of numbers and in the size of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Outlook 97 to 2002.
    Ansi,
    /// Since Outlook 2003.
    Unicode,
    /// Offline stores since Outlook 2013: pages of 4 KiB, compressed blocks.
    Large,
}

/// A node: its data, its subnodes, and the folder it belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Node {
    pub data: u64,
    pub subnodes: u64,
    pub parent: u32,
}

/// Where a block lies.
#[derive(Clone, Copy)]
struct Place {
    start: u64,
    /// As it is stored.
    length: u16,
    /// When it is decompressed.
    decoded: u16,
}

/// A block: its identifier, and where it lies.
type Block = (u64, Range<u64>);

/// A store whose trees were read, as far as they are sound.
pub struct Store<'a> {
    bytes: &'a [u8],
    pub layout: Layout,
    pub encoding: Encoding,
    blocks: HashMap<u64, Place>,
    pub nodes: BTreeMap<u32, Node>,
    /// Pages and the header.
    pub structure: Vec<Range<u64>>,
    /// What of the trees could not be read.
    pub damage: Vec<(u64, Cause, String)>,
    /// Blocks that were read.
    used: RefCell<HashSet<u64>>,
}

/// Nodes refer to blocks over blocks of references; deeper than two there are none.
const DEPTH: usize = 4;

impl<'a> Store<'a> {
    /// Reads header and trees. `None` where it is no store of a layout that is known.
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        let version = u16::from_le_bytes(*bytes.get(10..)?.first_chunk()?);
        let layout = match version {
            14 | 15 => Layout::Ansi,
            36.. => Layout::Large,
            _ => Layout::Unicode,
        };
        let encoding = Encoding::of(*bytes.get(if layout == Layout::Ansi { 461 } else { 513 })?)?;
        let mut store = Self {
            bytes,
            layout,
            encoding,
            blocks: HashMap::new(),
            nodes: BTreeMap::new(),
            structure: vec![0..if layout == Layout::Ansi { 512 } else { 564 }],
            damage: Vec::new(),
            used: RefCell::default(),
        };
        let (nodes, blocks) = if layout == Layout::Ansi { (188, 196) } else { (224, 240) };
        let (nodes, blocks) = (store.number(nodes)?, store.number(blocks)?);
        for entry in store.tree(blocks, 0x80) {
            store.block_entry(entry);
        }
        for entry in store.tree(nodes, 0x81) {
            store.node_entry(entry);
        }
        Some(store)
    }

    /// Width of offsets and identifiers.
    fn width(&self) -> usize {
        if self.layout == Layout::Ansi { 4 } else { 8 }
    }

    fn number(&self, at: usize) -> Option<u64> {
        number(self.bytes, at, self.width())
    }

    /// The entries of the leaves of a tree (section 2.2.2.7.7).
    fn tree(&mut self, root: u64, kind: u8) -> Vec<&'a [u8]> {
        let (size, trailer, counts) = match self.layout {
            Layout::Ansi => (512, 500, 496),
            Layout::Unicode => (512, 496, 488),
            Layout::Large => (4096, 4072, 4056),
        };
        let (mut out, mut open, mut seen) = (Vec::new(), vec![root], HashSet::new());
        while let Some(at) = open.pop() {
            let page = usize::try_from(at).ok().and_then(|at| self.bytes.get(at..at.checked_add(size)?));
            let Some(page) = page.filter(|page| page[trailer] == kind && page[trailer + 1] == kind) else {
                let what = if kind == 0x80 { "blocks" } else { "nodes" };
                let cause = if at >= self.bytes.len() as u64 { Cause::Truncated } else { Cause::Corrupt };
                self.damage.push((at, cause, format!("a page of the tree of {what} is not where it should be")));
                continue;
            };
            if !seen.insert(at) {
                continue;
            }
            self.structure.push(at..at + size as u64);
            let (count, length, level) = match self.layout {
                Layout::Large => (number(page, counts, 2).unwrap_or(0) as usize, page[counts + 4], page[counts + 5]),
                Layout::Ansi | Layout::Unicode => (usize::from(page[counts]), page[counts + 2], page[counts + 3]),
            };
            if length == 0 {
                continue;
            }
            let entries = page[..counts].chunks_exact(usize::from(length)).take(count);
            match level {
                0 => out.extend(entries),
                // A key, then the page's identifier and place.
                _ => open.extend(entries.filter_map(|entry| number(entry, 2 * self.width(), self.width()))),
            }
        }
        out
    }

    fn block_entry(&mut self, entry: &[u8]) {
        let width = self.width();
        let half = |at: usize| number(entry, 2 * width + at, 2).map(|n| n as u16);
        let (Some(id), Some(start), Some(length)) = (number(entry, 0, width), number(entry, width, width), half(0)) else { return };
        let decoded = if self.layout == Layout::Large { half(2).unwrap_or(length) } else { length };
        self.blocks.insert(id & !1, Place { start, length, decoded });
    }

    fn node_entry(&mut self, entry: &[u8]) {
        let width = self.width();
        let field = |i: usize| number(entry, i * width, width);
        let (Some(id), Some(data), Some(subnodes), Some(parent)) = (field(0), field(1), field(2), number(entry, 3 * width, 4)) else {
            return;
        };
        self.nodes.insert(id as u32, Node { data, subnodes, parent: parent as u32 });
    }

    /// Where a block lies, with what fills it up (section 2.2.2.8).
    fn range(&self, place: Place) -> Range<u64> {
        let (trailer, unit) = match self.layout {
            Layout::Ansi => (12, 64),
            Layout::Unicode => (16, 64),
            Layout::Large => (24, 512),
        };
        let end = place.start.saturating_add((u64::from(place.length) + trailer).next_multiple_of(unit));
        place.start..end.min(self.bytes.len() as u64).max(place.start)
    }

    /// A block, decoded. Those that refer to others are never encoded.
    pub fn block(&self, id: u64) -> Result<Vec<u8>, String> {
        let id = id & !1;
        let place = *self.blocks.get(&id).ok_or_else(|| format!("block {id:#x} is named and not there"))?;
        let start = usize::try_from(place.start).unwrap_or(usize::MAX);
        let held = self.bytes.get(start..).and_then(|rest| rest.get(..usize::from(place.length)));
        let mut block = held.ok_or_else(|| format!("block {id:#x} lies behind the end of the store"))?.to_vec();
        if id & 2 == 0 {
            self.encoding.decode(&mut block, id);
        }
        if place.decoded != place.length {
            let mut out = Vec::with_capacity(usize::from(place.decoded));
            let decoder = flate2::read::ZlibDecoder::new(&block[..]);
            decoder.take(1 << 20).read_to_end(&mut out).map_err(|_| format!("block {id:#x} does not decompress"))?;
            block = out;
        }
        self.used.borrow_mut().insert(id);
        Ok(block)
    }

    /// The blocks that hold some data, in order (sections 2.2.2.8.3.1 and .2).
    pub fn leaves(&self, id: u64) -> Result<Vec<u64>, String> {
        let mut level = vec![id];
        for _ in 0..DEPTH {
            if level.iter().all(|id| id & 2 == 0) {
                return Ok(level);
            }
            let mut below = Vec::new();
            for id in level {
                if id & 2 == 0 {
                    below.push(id);
                    continue;
                }
                let block = self.block(id)?;
                if block.first() != Some(&1) {
                    return Err(format!("block {id:#x} refers to no data"));
                }
                let count = number(&block, 2, 2).unwrap_or(0) as usize;
                below.extend((0..count).map_while(|i| number(&block, 8 + i * self.width(), self.width())));
                if below.len() > self.blocks.len() {
                    return Err("data refers to more blocks than there are".to_owned());
                }
            }
            level = below;
        }
        Err("data is nested too deep".to_owned())
    }

    /// The nodes inside a node (section 2.2.2.8.3.3).
    pub fn subnodes(&self, id: u64) -> Result<BTreeMap<u32, Node>, String> {
        let (mut out, mut open, mut seen) = (BTreeMap::new(), vec![id], HashSet::new());
        let width = self.width();
        let first = if self.layout == Layout::Ansi { 4 } else { 8 };
        while let Some(id) = open.pop().filter(|id| *id != 0) {
            if !seen.insert(id) {
                continue;
            }
            let block = self.block(id)?;
            let (Some(2), Some(level)) = (block.first(), block.get(1)) else { return Err(format!("block {id:#x} names no nodes")) };
            let count = number(&block, 2, 2).unwrap_or(0) as usize;
            for i in 0..count {
                let field = |entry: usize, n: usize| number(&block, first + i * entry * width + n * width, width);
                match level {
                    0 => {
                        let (Some(node), Some(data), Some(subnodes)) = (field(3, 0), field(3, 1), field(3, 2)) else { break };
                        out.insert(node as u32, Node { data, subnodes, parent: 0 });
                    }
                    _ => open.extend(field(2, 1)),
                }
            }
        }
        Ok(out)
    }

    /// Ranges of the blocks that were read, and the identifiers of those that were not, in the order of the file.
    pub fn settle(&self) -> (Vec<Range<u64>>, Vec<Block>) {
        let used = self.used.borrow();
        let mut all: Vec<Block> = self.blocks.iter().map(|(id, place)| (*id, self.range(*place))).collect();
        all.sort_by_key(|(id, range)| (range.start, *id));
        let (read, unread): (Vec<_>, Vec<_>) = all.into_iter().partition(|(id, _)| used.contains(id));
        (read.into_iter().map(|(_, range)| range).collect(), unread)
    }

    /// Where the first block of a node's data lies.
    pub fn place_of(&self, id: u64) -> Range<u64> {
        self.blocks.get(&(id & !1)).map_or(0..0, |place| self.range(*place))
    }
}

/// A little-endian number of so many bytes.
pub fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(width)?)?;
    Some(field.iter().rev().fold(0, |value, b| value << 8 | u64::from(*b)))
}
