//! ext2, ext3 and ext4 (the kernel's documentation of its layout): directories from the root on, extents and
//! block maps.

use super::files::{Extent, Files, LONGEST_PATH, Numbers, join};
use crate::format::{At, PassageKind, Sink};
use crate::model::Cause;
use std::collections::HashSet;

/// Most blocks of maps and trees that one file has: enough for 16 TiB in extents of a block each is not; what
/// is cut off is a defect of the file.
const MOST_MAPS: u32 = 1 << 20;
/// Most bytes of a directory.
const LONGEST_DIRECTORY: u64 = 1 << 30;

/// Does a volume begin here?
pub fn is_ext(n: Numbers<'_>, at: u64) -> bool {
    let s = at + 1024;
    n.u16(s + 56) == 0xEF53 && n.u32(s + 24) <= 6 && n.u32(s + 32) > 0 && n.u32(s + 40) > 0 && n.u32(s) > 0 && n.u16(s + 58) <= 7
}

struct Volume<'a> {
    n: Numbers<'a>,
    start: u64,
    block: u64,
    inodes: u64,
    per_group: u64,
    inode_size: u64,
    /// Where group descriptors begin, and how long each is.
    groups: u64,
    descriptor: u64,
    is_wide: bool,
}

struct Inode {
    at: u64,
    mode: u64,
    size: u64,
    flags: u64,
}

const EXTENTS: u64 = 0x8_0000;
const INLINE: u64 = 0x1000_0000;
const ENCRYPTED: u64 = 0x800;
const COMPRESSED: u64 = 0x4;

/// Reads a volume; says where it ends.
pub fn read(bytes: &[u8], at: u64, files: &mut Files<'_>, sink: &mut Sink<'_>) -> u64 {
    let n = Numbers(bytes);
    let s = at + 1024;
    let block = 1024u64 << n.u32(s + 24);
    let features = n.u32(s + 96);
    let is_wide = features & 0x80 != 0;
    let blocks = n.u32(s + 4) | if is_wide { n.u32(s + 0x150) << 32 } else { 0 };
    let volume = Volume {
        n,
        start: at,
        block,
        inodes: n.u32(s),
        per_group: n.u32(s + 40),
        inode_size: if n.u32(s + 76) == 0 { 128 } else { n.u16(s + 88).max(128) },
        groups: at + (n.u32(s + 20) + 1) * block,
        descriptor: if is_wide { n.u16(s + 254).max(32) } else { 32 },
        is_wide,
    };
    if features & 0x10 != 0 {
        sink.gap(at..at, Cause::UnsupportedMethod, "an ext volume with meta block groups: its files are not walked; it is scanned");
    } else {
        volume.walk(files, sink);
    }
    at.saturating_add(blocks.saturating_mul(block))
}

impl Volume<'_> {
    fn place(&self, block: u64) -> u64 {
        // Far behind any image, and far from the largest number.
        self.start.saturating_add(block.saturating_mul(self.block)).min(1 << 60)
    }

    fn inode(&self, number: u64) -> Option<Inode> {
        let index = number.checked_sub(1).filter(|_| number <= self.inodes)?;
        let group = self.groups.checked_add((index / self.per_group).checked_mul(self.descriptor)?)?;
        let table = self.n.u32(group + 8) | if self.is_wide && self.descriptor >= 64 { self.n.u32(group + 40) << 32 } else { 0 };
        let at = self.place(table).checked_add(index % self.per_group * self.inode_size)?;
        self.n.get(at, 128)?;
        let mode = self.n.u16(at);
        let high = if mode & 0xF000 == 0x8000 || mode & 0xF000 == 0x4000 { self.n.u32(at + 108) << 32 } else { 0 };
        Some(Inode { at, mode, size: self.n.u32(at + 4) | high, flags: self.n.u32(at + 32) })
    }

    /// Where a file's bytes lie; `false` where a map is broken.
    fn extents(&self, inode: &Inode) -> (Vec<Extent>, bool) {
        if inode.flags & INLINE != 0 {
            let mut out = vec![Extent { place: Some(inode.at + 40), length: inode.size.min(60) }];
            out.extend(self.inline_rest(inode));
            let held = out.iter().map(|extent| extent.length).sum::<u64>();
            return (out, held >= inode.size);
        }
        let mut map = Map { volume: self, out: Vec::new(), next: 0, blocks: inode.size.div_ceil(self.block), maps: 0, is_sound: true };
        if inode.flags & EXTENTS != 0 {
            map.tree(inode.at + 40);
        } else {
            for i in 0..12 {
                map.push(self.n.u32(inode.at + 40 + 4 * i), 1);
            }
            for depth in 1..=3 {
                map.indirect(self.n.u32(inode.at + 40 + 4 * (11 + depth)), depth);
            }
        }
        map.hole_up_to(map.blocks);
        (map.out, map.is_sound)
    }

    /// What does not fit into an inode's map: the value of its attribute `system.data`.
    fn inline_rest(&self, inode: &Inode) -> Option<Extent> {
        let n = self.n;
        let end = inode.at + self.inode_size;
        let first = inode.at + 128 + n.u16(inode.at + 128) + 4;
        if self.inode_size <= 128 || n.u32(first - 4) != 0xEA02_0000 {
            return None;
        }
        let mut at = first;
        while at + 16 < end && n.u32(at) != 0 {
            let (name, index) = (n.u8(at), n.u8(at + 1));
            if index == 7 && n.get(at + 16, name) == Some(b"data") {
                let (place, length) = (first + n.u16(at + 2), n.u32(at + 8));
                return (length > 0 && place + length <= end).then_some(Extent { place: Some(place), length });
            }
            at += (16 + name).next_multiple_of(4);
        }
        None
    }

    fn walk(&self, files: &mut Files<'_>, sink: &mut Sink<'_>) {
        let mut visited = HashSet::new();
        let mut open = vec![(2, String::new())];
        while let Some((number, path)) = open.pop() {
            if !visited.insert(number) || sink.stopped() {
                continue;
            }
            let Some(inode) = self.inode(number).filter(|inode| inode.mode & 0xF000 == 0x4000) else {
                sink.gap(self.start..self.start, Cause::Corrupt, format!("the directory /{path} is not where it should be"));
                continue;
            };
            if inode.flags & ENCRYPTED != 0 {
                sink.gap(inode.at..inode.at, Cause::Encrypted, format!("the names and files of the directory /{path} are encrypted"));
            }
            if path.len() > LONGEST_PATH || inode.size > LONGEST_DIRECTORY {
                sink.gap(inode.at..inode.at, Cause::LimitDepth, format!("the directory /{path} is too deep or too long"));
                continue;
            }
            self.directory(&inode, &path, &mut open, files, sink);
        }
    }

    fn directory(&self, inode: &Inode, path: &str, open: &mut Vec<(u64, String)>, files: &mut Files<'_>, sink: &mut Sink<'_>) {
        let (extents, is_sound) = self.extents(inode);
        if !is_sound {
            sink.gap(inode.at..inode.at, Cause::Corrupt, format!("the directory /{path} is damaged, or kept in attributes"));
        }
        let is_inline = inode.flags & INLINE != 0;
        for (i, extent) in extents.iter().enumerate() {
            let Some(start) = extent.place else { continue };
            // Inline directories begin with the number of the one above.
            let skip = if is_inline && i == 0 { 4 } else { 0 };
            let step = if is_inline { extent.length.saturating_sub(skip) } else { self.block };
            for block in (start + skip..start + extent.length).step_by(step.max(1) as usize) {
                if self.n.get(block, 8).is_none() {
                    sink.gap(inode.at..inode.at, Cause::Truncated, format!("the directory /{path} lies behind the end of the image"));
                    return;
                }
                let mut at = block;
                while at + 8 <= block + step {
                    let (number, length, size) = (self.n.u32(at), self.n.u16(at + 4), self.n.u8(at + 6));
                    if length < 8 {
                        // Of blocks of 64 KiB an entry may take all.
                        if step < 65_536 || at > block {
                            sink.gap(inode.at..inode.at, Cause::Corrupt, format!("the directory /{path} is damaged"));
                            break;
                        }
                    }
                    let name = self.n.get(at + 8, size).unwrap_or_default();
                    if number != 0 && name != b"." && name != b".." && !name.is_empty() {
                        self.entry(number, &join(path, &String::from_utf8_lossy(name)), at, open, files, sink);
                    }
                    at += if length < 8 { step } else { length };
                }
            }
        }
    }

    fn entry(&self, number: u64, path: &str, at: u64, open: &mut Vec<(u64, String)>, files: &mut Files<'_>, sink: &mut Sink<'_>) {
        let Some(inode) = self.inode(number) else {
            return files.unread(path, 0, at, Cause::Corrupt, "its inode is not in the image", sink);
        };
        match inode.mode & 0xF000 {
            0x4000 => open.push((number, path.to_owned())),
            0x8000 if inode.flags & (ENCRYPTED | COMPRESSED) != 0 => {
                let (cause, what) = if inode.flags & ENCRYPTED != 0 {
                    (Cause::Encrypted, "encrypted by the file system")
                } else {
                    (Cause::UnsupportedMethod, "compressed by the file system")
                };
                files.unread(path, inode.size, at, cause, what, sink);
            }
            0x8000 => {
                let (extents, is_sound) = self.extents(&inode);
                if !is_sound {
                    sink.gap(
                        inode.at..inode.at,
                        Cause::Corrupt,
                        format!("the block map of /{path} is damaged, or its end is kept in attributes"),
                    );
                }
                files.file(path, &extents, inode.size, at, sink);
            }
            0xA000 if inode.size < 60 => {
                let target = String::from_utf8_lossy(self.n.get(inode.at + 40, inode.size).unwrap_or_default()).into_owned();
                sink.kind(PassageKind::Strings);
                sink.text(&target, At::Decoded(inode.at + 40));
                sink.border();
            }
            // Long targets of links have a block, which is scanned; devices, pipes and sockets have nothing.
            0xA000 | 0x1000 | 0x2000 | 0x6000 | 0xC000 => {}
            _ => files.unread(path, inode.size, at, Cause::Corrupt, "its inode is of no kind", sink),
        }
    }
}

/// Gathers the extents of one file.
struct Map<'a> {
    volume: &'a Volume<'a>,
    out: Vec<Extent>,
    /// The block of the file that comes next, and how many it has.
    next: u64,
    blocks: u64,
    maps: u32,
    is_sound: bool,
}

impl Map<'_> {
    fn push(&mut self, block: u64, count: u64) {
        let count = count.min(self.blocks.saturating_sub(self.next));
        if count == 0 {
            return;
        }
        let place = (block != 0).then(|| self.volume.place(block));
        let length = count.saturating_mul(self.volume.block);
        match self.out.last_mut() {
            Some(last) if last.place.map(|p| p.saturating_add(last.length)) == place && place.is_some() => last.length += length,
            Some(last) if last.place.is_none() && place.is_none() => last.length += length,
            _ => self.out.push(Extent { place, length }),
        }
        self.next += count;
    }

    fn hole_up_to(&mut self, block: u64) {
        if block > self.next {
            self.push(0, block - self.next);
        }
    }

    fn indirect(&mut self, block: u64, depth: u64) {
        let per_block = self.volume.block / 4;
        if self.next >= self.blocks {
            return;
        }
        if block == 0 {
            return self.push(0, per_block.pow(depth as u32));
        }
        self.maps += 1;
        let at = self.volume.place(block);
        if self.maps > MOST_MAPS || self.volume.n.get(at, self.volume.block).is_none() {
            self.is_sound = false;
            return;
        }
        for i in 0..per_block {
            let entry = self.volume.n.u32(at + 4 * i);
            // Not deeper than three.
            if depth == 1 {
                self.push(entry, 1)
            } else {
                self.indirect(entry, depth - 1)
            }
            if self.next >= self.blocks {
                return;
            }
        }
    }

    /// The tree of extents whose root is at a place.
    fn tree(&mut self, root: u64) {
        let n = self.volume.n;
        let mut open = vec![(root, 6)];
        while let Some((at, most)) = open.pop() {
            self.maps += 1;
            let (count, depth) = (n.u16(at + 2), n.u16(at + 6));
            if n.u16(at) != 0xF30A || depth >= most || self.maps > MOST_MAPS || n.get(at, 12 + 12 * count).is_none() {
                self.is_sound = false;
                continue;
            }
            if depth > 0 {
                let child = |i: u64| n.u32(at + 12 + 12 * i + 4) | n.u16(at + 12 + 12 * i + 8) << 32;
                open.extend((0..count).rev().map(|i| (self.volume.place(child(i)), depth)));
                continue;
            }
            for i in 0..count {
                let entry = at + 12 + 12 * i;
                let (first, length) = (n.u32(entry), n.u16(entry + 4));
                if first < self.next {
                    self.is_sound = false;
                    break;
                }
                self.hole_up_to(first);
                // Longer ones were reserved and not written: they read as zeros.
                match length {
                    0..=32_768 => self.push(n.u32(entry + 8) | n.u16(entry + 6) << 32, length),
                    _ => self.push(0, length - 32_768),
                }
            }
        }
    }
}
