//! FAT12, FAT16, FAT32 (Microsoft's FAT specification 1.03) and exFAT (its specification 1.00): directories and
//! chains of clusters.

use super::files::{Extent, Files, LONGEST_PATH, Numbers, join};
use crate::format::Sink;
use crate::format::database::CodePage;
use crate::model::Cause;
use std::cell::Cell;
use std::collections::HashSet;
use std::ops::Range;

/// A volume's layout, all places in the image.
struct Volume<'a> {
    n: Numbers<'a>,
    /// The first allocation table.
    table: u64,
    /// Bits of its entries: 12, 16 or 32.
    bits: u32,
    /// Where cluster 2 begins.
    data: u64,
    cluster: u64,
    /// Clusters of which something is in the image.
    clusters: u64,
    is_exfat: bool,
    /// Steps along chains that are left. Chains that share clusters are no longer followed then, and their files
    /// are not whole.
    steps: Cell<u64>,
}

/// Steps for so many clusters.
fn steps(clusters: u64) -> Cell<u64> {
    Cell::new(clusters.saturating_mul(16) + (1 << 16))
}

/// Clusters that begin in the image.
fn held(bytes: &[u8], data: u64, cluster: u64, clusters: u64) -> u64 {
    clusters.min((bytes.len() as u64).saturating_sub(data).div_ceil(cluster))
}

/// Most entries of a directory: exFAT's limit of 256 MiB.
const MOST_ENTRIES: usize = 8 << 20;

/// A directory to be read.
struct Directory {
    extents: Vec<Extent>,
    path: String,
    /// Its chain ends where chains end.
    is_whole: bool,
}

/// Does a FAT volume begin here?
pub fn is_fat(n: Numbers<'_>, at: u64) -> bool {
    let (sector, cluster) = (n.u16(at + 11), n.u8(at + 13));
    let jumps = matches!(n.u8(at), 0xEB | 0xE9);
    let sound =
        matches!(sector, 512 | 1024 | 2048 | 4096) && cluster.is_power_of_two() && n.u16(at + 14) > 0 && matches!(n.u8(at + 16), 1 | 2);
    jumps && sound && matches!(n.u8(at + 21), 0xF0 | 0xF8..) && (n.u16(at + 19) > 0 || n.u32(at + 32) > 0) && n.u16(at + 510) == 0xAA55
}

/// Does an exFAT volume begin here?
pub fn is_exfat(n: Numbers<'_>, at: u64) -> bool {
    n.get(at + 3, 8) == Some(b"EXFAT   ") && (9..=12).contains(&n.u8(at + 108)) && n.u8(at + 109) <= 25 - n.u8(at + 108)
}

/// Reads a FAT volume; says where it ends.
pub fn read(bytes: &[u8], at: u64, files: &mut Files<'_>, sink: &mut Sink<'_>) -> u64 {
    let n = Numbers(bytes);
    let sector = n.u16(at + 11);
    let cluster = sector * n.u8(at + 13);
    let table = at + n.u16(at + 14) * sector;
    let per_table = match n.u16(at + 22) {
        0 => n.u32(at + 36),
        sectors => sectors,
    };
    let root = table + n.u8(at + 16) * per_table * sector;
    let root_size = (n.u16(at + 17) * 32).next_multiple_of(sector);
    let sectors = match n.u16(at + 19) {
        0 => n.u32(at + 32),
        sectors => sectors,
    };
    let end = at + sectors * sector;
    let data = root + root_size;
    let clusters = end.saturating_sub(data) / cluster;
    let bits = match clusters {
        0..4085 => 12,
        4085..65_525 => 16,
        _ => 32,
    };
    let clusters = held(bytes, data, cluster, clusters);
    let volume = Volume { n, table, bits, data, cluster, clusters, is_exfat: false, steps: steps(clusters) };
    let (extents, is_whole) = match bits {
        32 => volume.chain(n.u32(at + 44)),
        _ => (vec![Extent { place: Some(root), length: root_size }], true),
    };
    volume.walk(Directory { extents, path: String::new(), is_whole }, files, sink);
    end
}

/// Reads an exFAT volume; says where it ends.
pub fn read_exfat(bytes: &[u8], at: u64, files: &mut Files<'_>, sink: &mut Sink<'_>) -> u64 {
    let n = Numbers(bytes);
    let shift = n.u8(at + 108);
    let (data, cluster) = (at + (n.u32(at + 88) << shift), 1 << (shift + n.u8(at + 109)));
    let clusters = held(bytes, data, cluster, n.u32(at + 92));
    let table = at + (n.u32(at + 80) << shift);
    let volume = Volume { n, table, bits: 32, data, cluster, clusters, is_exfat: true, steps: steps(clusters) };
    let (extents, is_whole) = volume.chain(n.u32(at + 96));
    volume.walk(Directory { extents, path: String::new(), is_whole }, files, sink);
    at.saturating_add(n.u64(at + 72) << shift)
}

impl Volume<'_> {
    fn place(&self, cluster: u64) -> Option<u64> {
        (2..self.clusters + 2).contains(&cluster).then(|| self.data + (cluster - 2) * self.cluster)
    }

    fn next(&self, cluster: u64) -> Option<u64> {
        let (entry, last) = match self.bits {
            12 => {
                let pair = self.n.u16(self.table + cluster + cluster / 2);
                (if cluster.is_multiple_of(2) { pair & 0xFFF } else { pair >> 4 }, 0xFF8)
            }
            16 => (self.n.u16(self.table + 2 * cluster), 0xFFF8),
            _ if self.is_exfat => (self.n.u32(self.table + 4 * cluster), 0xFFFF_FFF8),
            _ => (self.n.u32(self.table + 4 * cluster) & 0x0FFF_FFFF, 0x0FFF_FFF8),
        };
        (entry < last).then_some(entry)
    }

    /// The extents of a chain, and whether it was followed to its end.
    fn chain(&self, first: u64) -> (Vec<Extent>, bool) {
        let mut out: Vec<Extent> = Vec::new();
        let mut cluster = first;
        while let Some(place) = self.place(cluster) {
            let Some(left) = self.steps.get().checked_sub(1) else { break };
            self.steps.set(left);
            match out.last_mut() {
                Some(last) if last.place.map(|p| p + last.length) == Some(place) => last.length += self.cluster,
                _ => out.push(Extent { place: Some(place), length: self.cluster }),
            }
            match self.next(cluster) {
                Some(next) => cluster = next,
                None => return (out, true),
            }
        }
        (out, false)
    }

    fn walk(&self, root: Directory, files: &mut Files<'_>, sink: &mut Sink<'_>) {
        let mut visited: HashSet<Option<u64>> = HashSet::new();
        let mut open = vec![root];
        while let Some(directory) = open.pop() {
            let start = directory.extents.first().and_then(|e| e.place);
            if start.is_none() || !visited.insert(start) || sink.stopped() {
                // A directory that lies behind the end of the image, or in a place that is another's.
                if !sink.stopped() {
                    let detail = format!("the directory /{} is not where it should be", directory.path);
                    sink.gap(self.data.min(self.n.0.len() as u64)..self.data.min(self.n.0.len() as u64), Cause::Corrupt, detail);
                }
                continue;
            }
            if directory.path.len() > LONGEST_PATH {
                sink.gap(start.unwrap_or(0)..start.unwrap_or(0), Cause::LimitDepth, "the path of a directory is too long");
                continue;
            }
            if !directory.is_whole {
                let at = start.unwrap_or(0);
                sink.gap(at..at, Cause::Corrupt, format!("the directory /{} is cut off: its chain of clusters is broken", directory.path));
            }
            let entries = directory.extents.iter().flat_map(|e| {
                let start = e.place.unwrap_or(0);
                (start..start.saturating_add(e.length)).step_by(32)
            });
            let entries = entries.take_while(|&at| self.n.get(at, 32).is_some()).take(MOST_ENTRIES).collect();
            match self.is_exfat {
                true => self.exfat_entries(entries, &directory.path, &mut open, files, sink),
                false => self.fat_entries(entries, &directory.path, &mut open, files, sink),
            }
        }
    }

    fn fat_entries(&self, places: Vec<u64>, path: &str, open: &mut Vec<Directory>, files: &mut Files<'_>, sink: &mut Sink<'_>) {
        let n = self.n;
        let mut long: Vec<(u64, String)> = Vec::new();
        for at in places {
            let Some(raw) = n.get(at, 32) else { return };
            if raw[0] == 0 {
                return;
            }
            if raw[11] & 0x3F == 0x0F {
                let name = [n.utf16(at + 1, 5), n.utf16(at + 14, 6), n.utf16(at + 28, 2)].concat();
                let name: String = name.chars().take_while(|&c| c != '\0').collect();
                long.push((u64::from(raw[0] & 0x3F), name));
                continue;
            }
            let mut parts = std::mem::take(&mut long);
            let is_deleted = raw[0] == 0xE5;
            if !is_deleted {
                parts.sort_by_key(|(order, _)| *order);
            } else {
                parts.reverse();
            }
            let long_name: String = parts.into_iter().map(|(_, name)| name).collect();
            let name = if long_name.is_empty() { short_name(raw) } else { long_name };
            if raw[11] & 8 != 0 || name == "." || name == ".." {
                continue;
            }
            let path = join(path, &name);
            let first = n.u16(at + 26) | if self.bits == 32 { n.u16(at + 20) << 16 } else { 0 };
            match (is_deleted, raw[11] & 0x10 != 0) {
                (true, _) => files.deleted(&path, at, sink),
                (false, true) => {
                    let (extents, is_whole) = self.chain(first);
                    open.push(Directory { extents, path, is_whole });
                }
                (false, false) => self.file(&path, first, n.u32(at + 28), at, files, sink),
            }
        }
    }

    fn file(&self, path: &str, first: u64, size: u64, at: u64, files: &mut Files<'_>, sink: &mut Sink<'_>) {
        // A chain that is broken is too short for the file's size.
        files.file(path, &self.chain(first).0, size, at, sink);
    }

    fn exfat_entries(&self, places: Vec<u64>, path: &str, open: &mut Vec<Directory>, files: &mut Files<'_>, sink: &mut Sink<'_>) {
        let n = self.n;
        let mut rest = &places[..];
        while let Some((&at, behind)) = rest.split_first() {
            rest = behind;
            let kind = n.u8(at);
            if kind == 0 {
                return;
            }
            // A file and its deleted form: so many entries follow.
            if kind & 0x7F != 5 {
                continue;
            }
            let count = (n.u8(at + 1) as usize).min(rest.len());
            let (entries, behind) = rest.split_at(count);
            rest = behind;
            let Some(&stream) = entries.first().filter(|&&e| n.u8(e) & 0x7F == 0x40) else { continue };
            let units = n.u8(stream + 3) as usize;
            let name: String = entries.iter().filter(|&&e| n.u8(e) & 0x7F == 0x41).map(|&e| n.utf16(e + 2, 15)).collect();
            let name: String = name.chars().take(units).collect();
            let path = join(path, &name);
            let (first, size) = (n.u32(stream + 20), n.u64(stream + 24));
            let is_contiguous = n.u8(stream + 1) & 2 != 0;
            let (extents, is_whole) = match self.place(first).filter(|_| is_contiguous) {
                Some(place) => {
                    let length = size.checked_next_multiple_of(self.cluster).unwrap_or(size).max(self.cluster);
                    (vec![Extent { place: Some(place), length }], true)
                }
                None => self.chain(first),
            };
            match (kind & 0x80 == 0, n.u16(at + 4) & 0x10 != 0) {
                (true, _) => files.deleted(&path, at, sink),
                (false, true) => {
                    let most = self.clusters * self.cluster;
                    let extents = extents.into_iter().map(|e| Extent { length: e.length.min(most), ..e }).collect();
                    open.push(Directory { extents, path, is_whole });
                }
                (false, false) => files.file(&path, &extents, size, at, sink),
            }
        }
    }
}

/// Eight and three characters, in the code page of most disks.
fn short_name(raw: &[u8]) -> String {
    let mut raw = raw[..13].to_vec();
    match raw[0] {
        // A first letter that means something else, and one that is gone.
        0x05 => raw[0] = 0xE5,
        0xE5 => raw[0] = b'_',
        _ => {}
    }
    let part = |range: Range<usize>, lower: u8| {
        let text = CodePage::of_driver(1).decode(raw[range].trim_ascii_end());
        if raw[12] & lower != 0 { text.to_lowercase() } else { text }
    };
    let (stem, extension) = (part(0..8, 8), part(8..11, 0x10));
    if extension.is_empty() { stem } else { format!("{stem}.{extension}") }
}
