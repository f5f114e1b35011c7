//! Partition tables: MBR with logical partitions, GPT (UEFI 2.10, chapter 5).

use super::files::Numbers;
use crate::format::Sink;
use crate::model::{Cause, Class};

/// A partition, by its name and its places in the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    pub name: String,
    pub start: u64,
    pub end: u64,
}

/// Entries that a table may have.
const MOST: u64 = 1024;
/// Logical partitions beyond are none.
const MOST_LOGICAL: usize = 1024;

/// Does the image begin with a table that makes sense?
pub fn has_table(bytes: &[u8]) -> bool {
    let n = Numbers(bytes);
    if gpt_sector(n).is_some() {
        return true;
    }
    let len = bytes.len() as u64;
    let entries: Vec<_> = (0..4).map(|i| 446 + 16 * i).filter(|&at| n.u8(at + 4) != 0).collect();
    let is_sound = |&at: &u64| matches!(n.u8(at), 0 | 0x80) && n.u32(at + 8) > 0 && n.u32(at + 12) > 0 && n.u32(at + 8) * 512 < len;
    let apart = entries.iter().all(|&a| entries.iter().all(|&b| a == b || n.u32(a + 8) != n.u32(b + 8)));
    let empty =
        (0..4).map(|i| 446 + 16 * i).filter(|&at| n.u8(at + 4) == 0).all(|at| n.get(at, 16).is_some_and(|e| e.iter().all(|&b| b == 0)));
    n.u16(510) == 0xAA55 && len >= 2048 && !entries.is_empty() && entries.iter().all(is_sound) && apart && empty
}

/// Bytes of a sector, where a GPT header stands in the second one.
fn gpt_sector(n: Numbers<'_>) -> Option<u64> {
    [512, 4096].into_iter().find(|&sector| n.get(sector, 8) == Some(b"EFI PART"))
}

/// The partitions of a table.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Vec<Partition> {
    let n = Numbers(bytes);
    match gpt_sector(n) {
        Some(sector) => gpt(n, sector, sink),
        None => mbr(n, sink),
    }
}

fn gpt(n: Numbers<'_>, sector: u64, sink: &mut Sink<'_>) -> Vec<Partition> {
    let (entries, count, size) = (n.u64(sector + 72).saturating_mul(sector), n.u32(sector + 80), n.u32(sector + 84));
    if count > MOST || size < 128 {
        sink.gap(sector..sector, Cause::Corrupt, "the partition table makes no sense");
        return Vec::new();
    }
    let mut out = Vec::new();
    for i in 0..count {
        let at = entries.saturating_add(i * size);
        let Some(entry) = n.get(at, 128) else {
            let len = n.0.len() as u64;
            sink.gap(len..len, Cause::Truncated, "the partition table lies behind the end of the image");
            break;
        };
        if entry[..16] == [0; 16] {
            continue;
        }
        let label: String = n.utf16(at + 56, 36).chars().take_while(|&c| c != '\0').collect();
        let name = if label.is_empty() { format!("p{}", i + 1) } else { format!("p{} {}", i + 1, label.replace('/', "_")) };
        let (first, last) = (n.u64(at + 32), n.u64(at + 40));
        out.push(Partition { name, start: first.saturating_mul(sector), end: last.saturating_add(1).saturating_mul(sector) });
        sink.cover(at..at + 128, Class::Structure);
    }
    out
}

fn mbr(n: Numbers<'_>, sink: &mut Sink<'_>) -> Vec<Partition> {
    let mut out = Vec::new();
    sink.cover(446..512, Class::Structure);
    let mut extended = Vec::new();
    for i in 0..4 {
        let at = 446 + 16 * i;
        let (kind, first, count) = (n.u8(at + 4), n.u32(at + 8), n.u32(at + 12));
        match kind {
            0 => {}
            0x05 | 0x0F | 0x85 => extended.push(first),
            _ => out.push(Partition { name: format!("p{}", i + 1), start: first * 512, end: (first + count) * 512 }),
        }
    }
    // Logical partitions: a chain of tables, each with one partition and the place of the next table.
    let mut seen = Vec::new();
    for base in extended {
        let mut table = base;
        loop {
            if seen.contains(&table) || seen.len() == MOST_LOGICAL {
                sink.gap(0..0, Cause::Corrupt, "the chain of logical partitions has no end");
                break;
            }
            seen.push(table);
            let at = table * 512 + 446;
            if n.u16(at + 64) != 0xAA55 {
                sink.gap(0..0, Cause::Corrupt, "the chain of logical partitions is broken");
                break;
            }
            sink.cover(at..at + 66, Class::Structure);
            if n.u8(at + 4) != 0 {
                let first = table + n.u32(at + 8);
                out.push(Partition { name: format!("p{}", 4 + seen.len()), start: first * 512, end: (first + n.u32(at + 12)) * 512 });
            }
            if n.u8(at + 20) == 0 {
                break;
            }
            table = base + n.u32(at + 24);
        }
    }
    out
}
