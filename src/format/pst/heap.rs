//! The layer above blocks (MS-PST, section 2.3): heaps on nodes, trees in heaps, lists of properties.

use super::store::{Layout, Node, Store, number};
use crate::format::mapi::kind;
use std::collections::BTreeMap;

/// A heap: blocks with tables of what lies in them.
pub struct Heap {
    blocks: Vec<Vec<u8>>,
    /// Bits of an identifier that number an item of a block.
    bits: u32,
    /// The item with which everything begins.
    root: u32,
}

/// Blocks of one heap.
const MOST_BLOCKS: usize = 64 << 10;
/// Levels of a tree in a heap.
const DEPTH: usize = 8;

/// The value of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Bytes(Vec<u8>),
    /// It lies in a node of its own, or is one.
    Node(Node),
}

/// Properties of an item: number, type, value.
pub type Properties = Vec<(u16, u16, Value)>;

impl Heap {
    /// The heap of a node, with the signature that says what it holds.
    pub fn open(store: &Store<'_>, node: Node, signature: u8) -> Result<Self, String> {
        let leaves = store.leaves(node.data)?;
        let blocks: Vec<Vec<u8>> = leaves.iter().take(MOST_BLOCKS).map(|id| store.block(*id)).collect::<Result<_, _>>()?;
        let first = blocks.first().filter(|first| first.get(2) == Some(&0xEC) && first.get(3) == Some(&signature));
        let root = first.and_then(|first| number(first, 4, 4)).ok_or("a node holds no heap where there should be one")?;
        let bits = if store.layout == Layout::Large { 14 } else { 11 };
        Ok(Self { blocks, bits, root: root as u32 })
    }

    /// An item of the heap (section 2.3.1.1).
    fn item(&self, id: u32) -> Option<&[u8]> {
        let index = (id >> 5 & ((1 << self.bits) - 1)) as usize;
        let block = self.blocks.get((id >> (5 + self.bits)) as usize)?;
        let map = number(block, 0, 2)? as usize;
        let border = |i: usize| number(block, map + 4 + 2 * i, 2).map(|n| n as usize);
        let count = number(block, map, 2)? as usize;
        (id & 0x1F == 0 && (1..=count).contains(&index)).then_some(())?;
        block.get(border(index - 1)?..border(index)?)
    }

    /// Every item of the heap, in order.
    pub fn items(&self) -> impl Iterator<Item = &[u8]> {
        self.blocks.iter().flat_map(|block| {
            let map = number(block, 0, 2).unwrap_or(0) as usize;
            let count = number(block, map, 2).unwrap_or(0) as usize;
            let border = move |i: usize| number(block, map + 4 + 2 * i, 2).map(|n| n as usize);
            (0..count).filter_map(move |i| block.get(border(i)?..border(i + 1)?))
        })
    }

    /// The leaves of the tree at the root (section 2.3.2).
    fn records(&self) -> Option<(usize, Vec<&[u8]>)> {
        let header = self.item(self.root).filter(|header| header.first() == Some(&0xB5))?;
        let (key, entry) = (usize::from(*header.get(1)?), usize::from(*header.get(2)?));
        let levels = usize::from(*header.get(3)?).min(DEPTH);
        let mut level = vec![number(header, 4, 4)? as u32];
        for _ in 0..levels {
            let below = level.iter().filter_map(|id| self.item(*id)).flat_map(|item| item.chunks_exact(key + 4));
            level = below.filter_map(|record| Some(number(record, key, 4)? as u32)).take(MOST_BLOCKS).collect();
        }
        let width = (key + entry).max(1);
        Some((key, level.into_iter().filter_map(|id| self.item(id)).flat_map(|item| item.chunks_exact(width)).collect()))
    }

    /// The properties that the heap lists (section 2.3.3).
    pub fn properties(&self, subnodes: &BTreeMap<u32, Node>) -> Properties {
        let Some((2, records)) = self.records() else { return Vec::new() };
        let property = |record: &&[u8]| {
            let (id, kind, value) = (number(record, 0, 2)? as u16, number(record, 2, 2)? as u16, number(record, 4, 4)? as u32);
            let value = match kind {
                // Up to four bytes stand where a reference would.
                0x0002..=0x0004 | 0x000A | 0x000B => Value::Bytes(value.to_le_bytes().to_vec()),
                _ if value & 0x1F != 0 => Value::Node(*subnodes.get(&value)?),
                // An object in a node: the item says which.
                kind::OBJECT => Value::Node(*subnodes.get(&(number(self.item(value)?, 0, 4)? as u32))?),
                _ => Value::Bytes(self.item(value).unwrap_or_default().to_vec()),
            };
            Some((id, kind, value))
        };
        records.iter().filter_map(property).collect()
    }
}
