//! ISO 9660 (ECMA-119) with Joliet, Rock Ridge, multi-extent files, several sessions and the boot images of
//! El Torito. Files are read in place; what belongs to no file, directory or table stays uncovered.

use super::iso9660_record::{Record, SystemUse, path_table};
use super::trees::{LONGEST_PATH, Trees};
use super::{le16, le32, span, udf};
use crate::format::{At, Failure, Format, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use std::collections::HashSet;
use std::ops::Range;

/// An ISO 9660 image.
pub static ISO9660: Format = Format {
    name: "iso9660",
    media_type: "application/x-iso9660-image",
    recognise,
    read,
    runs: Runs::Inside,
    version: 2,
    limitations: &[
        "interleaved files are only scanned",
        "files that are compressed inside the image (zisofs) are not decoded",
        "images of raw CD sectors (2,352 bytes) are not read",
    ],
};

const SECTOR: usize = 2048;
/// Where the volume descriptors begin.
const DESCRIPTORS: usize = 16 * SECTOR;
/// Descriptors of one session, and sessions of one image, that are looked at.
const MOST: usize = 64;
/// A boot catalogue with all its sections.
const CATALOGUE: usize = SECTOR;

fn recognise(probe: &Probe<'_>) -> bool {
    is_primary(probe.bytes, DESCRIPTORS) || probe.bytes.get(DESCRIPTORS + 1..DESCRIPTORS + 6) == Some(b"CD001")
}

fn is_primary(bytes: &[u8], at: usize) -> bool {
    bytes.get(at..).is_some_and(|b| b.starts_with(b"\x01CD001\x01"))
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let mut trees = Trees::new(bytes, SECTOR as u64);
    let mut boot = Vec::new();
    let mut at = Some(DESCRIPTORS);
    let mut sessions = 0;
    // On a disc that bears both, the names of UDF are the better ones. What only the other trees name follows.
    if has_udf(bytes) {
        udf::walk(bytes, &mut trees, sink);
    }
    while let Some(session) = at.filter(|_| sessions < MOST && !sink.stopped()) {
        sessions += 1;
        let volumes = descriptors(bytes, session, &mut boot, sink);
        if volumes.is_empty() && sessions == 1 {
            return Err(Failure::corrupt(session as u64, "no volume descriptor is whole"));
        }
        for volume in &volumes {
            Walk { bytes, volume, visited: HashSet::new(), skip: 0, names: 0 }.tree(&mut trees, sink);
        }
        at = next_session(bytes, session, sink);
    }
    boot.iter().for_each(|&catalogue| boot_images(bytes, catalogue, &mut trees, sink));
    trees.end_tree("the boot catalogue", sink);
    Ok(())
}

/// Does the volume recognition sequence (ECMA-167, 2/8) go on with UDF?
pub(super) fn has_udf(bytes: &[u8]) -> bool {
    let sectors = (DESCRIPTORS..).step_by(SECTOR).take(MOST);
    sectors.map_while(|at| bytes.get(at + 1..at + 6)).any(|id| id == b"NSR02" || id == b"NSR03")
}

/// The first primary descriptor behind a session's that is no part of a file.
fn next_session(bytes: &[u8], after: usize, sink: &Sink<'_>) -> Option<usize> {
    sink.coverage.uncovered(bytes.len() as u64).into_iter().find_map(|range| {
        let first = (range.start as usize).max(after + 1).next_multiple_of(SECTOR);
        (first..range.end as usize).step_by(SECTOR).find(|&at| is_primary(bytes, at))
    })
}

/// How a tree writes its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    /// Those of Rock Ridge, behind the ones of ISO 9660.
    RockRidge,
    /// UTF-16BE.
    Joliet,
    /// ISO 9660, with a version.
    Plain,
}

/// One tree of directories.
struct Volume {
    names: Names,
    /// Length of a block.
    block: u64,
    /// The root's directory.
    root: (u64, u64),
    /// The path table whose numbers are little-endian, and its other copies.
    table: Range<u64>,
}

/// Reads the volume descriptors from `start` on. The tree that has the best names comes first.
fn descriptors(bytes: &[u8], start: usize, boot: &mut Vec<usize>, sink: &mut Sink<'_>) -> Vec<Volume> {
    let mut volumes = Vec::new();
    for at in (start..).step_by(SECTOR).take(MOST) {
        let Some(descriptor) = bytes.get(at..at + SECTOR).filter(|d| &d[1..6] == b"CD001") else { break };
        match descriptor[0] {
            0 if descriptor[7..].starts_with(b"EL TORITO SPECIFICATION") => {
                boot.extend(le32(descriptor, 0x47).map(|block| block as usize * SECTOR));
                sink.cover(at as u64..at as u64 + 0x4B, Class::Structure);
            }
            1 | 2 => {
                let escapes = &descriptor[88..120];
                let is_joliet = descriptor[0] == 2 && matches!(escapes, [b'%', b'/', b'@' | b'C' | b'E', ..]);
                volumes.extend(volume(bytes, descriptor, is_joliet));
                words(descriptor, at as u64, is_joliet, sink);
                // The area for the application's use behind it is left to the scan.
                sink.cover(at as u64..at as u64 + 883, Class::Read);
            }
            255 => {
                sink.cover(at as u64..at as u64 + 7, Class::Structure);
                break;
            }
            _ => {}
        }
    }
    volumes.sort_by_key(|volume: &Volume| match volume.names {
        Names::RockRidge => 0,
        Names::Joliet => 1,
        Names::Plain => 2,
    });
    volumes
}

fn volume(bytes: &[u8], descriptor: &[u8], is_joliet: bool) -> Option<Volume> {
    let block = match le16(descriptor, 128)? {
        block @ (512 | 1024 | 2048 | 4096) => u64::from(block),
        _ => SECTOR as u64,
    };
    let root = Record::parse(descriptor, 156, 156 + 34)?;
    let table = u64::from(le32(descriptor, 140)?) * block;
    let names = if is_joliet {
        Names::Joliet
    } else {
        // The root's entry for itself says that Rock Ridge is in use; its first file has a name in any case.
        let start = usize::try_from(root.block * block).ok()?;
        let mut at = start;
        let mut has_names = false;
        while let Some(record) = Record::parse(bytes, at, start + SECTOR) {
            let system_use = SystemUse::parse(bytes, record.system_use.clone(), block);
            has_names |= system_use.skip.is_some() || system_use.name.is_some();
            at += record.length;
        }
        if has_names { Names::RockRidge } else { Names::Plain }
    };
    let table = table..table + u64::from(le32(descriptor, 132)?);
    Some(Volume { names, block, root: (root.block, root.size), table })
}

/// System, volume, publisher and the like (ECMA-119, 8.4): text.
fn words(descriptor: &[u8], at: u64, is_joliet: bool, sink: &mut Sink<'_>) {
    for field in [8..40, 40..72, 190..318, 318..446, 446..574, 574..702, 702..739, 739..776, 776..813] {
        let raw = &descriptor[field.clone()];
        let text = if is_joliet { utf16(raw) } else { String::from_utf8_lossy(raw).into_owned() };
        let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        if !text.is_empty() {
            sink.border();
            sink.text(text, At::Decoded(at + field.start as u64));
            sink.border();
        }
    }
}

fn utf16(raw: &[u8]) -> String {
    let units = raw.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// A directory that is to be read.
struct Directory {
    start: u64,
    size: u64,
    path: Vec<u8>,
}

struct Walk<'a, 'v> {
    bytes: &'a [u8],
    volume: &'v Volume,
    /// Where the directories begin that were read, or are to be.
    visited: HashSet<u64>,
    /// Bytes before the entries of every system use area.
    skip: usize,
    /// Bytes of the paths of all directories.
    names: usize,
}

impl Walk<'_, '_> {
    fn tree(&mut self, trees: &mut Trees<'_>, sink: &mut Sink<'_>) {
        let (block, root) = (self.volume.block, self.volume.root);
        let start = root.0.saturating_mul(block);
        self.visited.insert(start);
        self.directories(Directory { start, size: root.1, path: Vec::new() }, trees, sink);
        self.path_table(trees, sink);
        let name = match self.volume.names {
            Names::RockRidge => "ISO 9660 with Rock Ridge",
            Names::Joliet => "Joliet",
            Names::Plain => "ISO 9660",
        };
        trees.end_tree(name, sink);
    }

    /// Reads a directory and all below it.
    fn directories(&mut self, top: Directory, trees: &mut Trees<'_>, sink: &mut Sink<'_>) {
        let mut open = vec![top];
        while let Some(directory) = open.pop() {
            if sink.stopped() || trees.is_full() {
                return;
            }
            let from = open.len();
            self.directory(&directory, &mut open, trees, sink);
            open[from..].reverse();
        }
    }

    fn directory(&mut self, directory: &Directory, open: &mut Vec<Directory>, trees: &mut Trees<'_>, sink: &mut Sink<'_>) {
        let len = self.bytes.len() as u64;
        let end = directory.start.saturating_add(directory.size);
        if directory.start >= len || end > len {
            let path = String::from_utf8_lossy(&directory.path);
            sink.gap(len..len, Cause::Truncated, format!("the directory /{path} lies behind the end of the image"));
        }
        let (mut at, end) = (directory.start.min(len) as usize, end.min(len) as usize);
        // Pieces of a file whose last record has not come.
        let mut pieces = Vec::new();
        while at < end {
            let sector = ((at / SECTOR + 1) * SECTOR).min(end);
            if self.bytes[at] == 0 {
                // No record crosses a sector's end.
                if self.bytes[at..sector].iter().all(|&b| b == 0) {
                    sink.cover(at as u64..sector as u64, Class::Structure);
                }
                at = sector;
                continue;
            }
            let Some(record) = Record::parse(self.bytes, at, sector) else {
                let path = String::from_utf8_lossy(&directory.path);
                sink.gap(at as u64..at as u64, Cause::Corrupt, format!("a record of the directory /{path} is broken"));
                at = sector;
                continue;
            };
            self.record(directory, at, &record, (&mut pieces, &mut *open), trees, sink);
            at += record.length;
        }
    }

    fn record(
        &mut self,
        directory: &Directory,
        at: usize,
        record: &Record<'_>,
        (pieces, open): (&mut Vec<Range<u64>>, &mut Vec<Directory>),
        trees: &mut Trees<'_>,
        sink: &mut Sink<'_>,
    ) {
        let block = self.volume.block;
        let mut system_use = SystemUse { is_plain: true, ..SystemUse::default() };
        if self.volume.names == Names::RockRidge {
            let area = (record.system_use.start + self.skip).min(record.system_use.end)..record.system_use.end;
            system_use = SystemUse::parse(self.bytes, area, block);
            self.skip = system_use.skip.unwrap_or(self.skip);
        } else {
            system_use.is_plain = self.bytes[record.system_use.clone()].iter().all(|&b| b == 0);
        }
        let known = if system_use.is_plain { at + record.length } else { record.system_use.start };
        sink.cover(span(&(at..known)), Class::Structure);
        system_use.continuations.iter().filter(|_| system_use.is_plain).for_each(|area| sink.cover(span(area), Class::Structure));
        if record.is_self_or_parent() || system_use.is_relocated {
            return;
        }
        let path = join(&directory.path, &self.name(record, &system_use));
        if let Some(link) = system_use.link {
            sink.border();
            sink.text(&String::from_utf8_lossy(&link), At::Decoded(at as u64));
            sink.border();
            if record.size == 0 {
                return;
            }
        }
        let start = record.block.saturating_mul(block);
        if record.is_directory || system_use.child.is_some() {
            let (start, size) = match system_use.child {
                Some(child) => (child.saturating_mul(block), self.own_size(child.saturating_mul(block)).unwrap_or(record.size)),
                None => (start, record.size),
            };
            self.names += path.len();
            if path.len() > LONGEST_PATH || self.names > 64 << 20 {
                sink.gap(at as u64..at as u64, Cause::LimitDepth, format!("the path of a directory is longer than {LONGEST_PATH} bytes"));
            } else if self.visited.insert(start) {
                open.push(Directory { start, size, path });
            }
            return;
        }
        if record.size > 0 {
            pieces.push(start..start.saturating_add(record.size));
        }
        if record.has_more && pieces.len() < 1 << 20 {
            return;
        }
        let pieces = std::mem::take(pieces);
        if record.is_interleaved {
            return sink.unread_member(&path, at as u64..at as u64, record.size, Cause::UnsupportedMethod, "an interleaved file");
        }
        trees.file(&path, pieces, at as u64, sink);
    }

    fn name(&self, record: &Record<'_>, system_use: &SystemUse) -> Vec<u8> {
        if let Some(name) = system_use.name.as_ref().filter(|name| !name.is_empty()) {
            return name.clone();
        }
        let mut name = if self.volume.names == Names::Joliet { utf16(record.name).into_bytes() } else { record.name.to_vec() };
        if !record.is_directory {
            // Version, and the dot before an empty extension.
            if let Some(version) = memchr::memrchr(b';', &name).filter(|&at| name[at + 1..].iter().all(u8::is_ascii_digit)) {
                name.truncate(version);
            }
            if self.volume.names != Names::Joliet && name.len() > 1 && name.ends_with(b".") {
                name.pop();
            }
        }
        name
    }

    /// The size of a directory by its entry for itself.
    fn own_size(&self, start: u64) -> Option<u64> {
        let start = usize::try_from(start).ok()?;
        let record = Record::parse(self.bytes, start, start.checked_add(SECTOR)?)?;
        (record.name == [0] && record.block.checked_mul(self.volume.block) == Some(start as u64)).then_some(record.size)
    }

    /// Reads the directories that the path table names and the tree does not.
    fn path_table(&mut self, trees: &mut Trees<'_>, sink: &mut Sink<'_>) {
        let len = self.bytes.len() as u64;
        let range = self.volume.table.start.min(len)..self.volume.table.end.min(len);
        let table = &self.bytes[range.start as usize..range.end as usize];
        let mut paths: Vec<Vec<u8>> = Vec::new();
        let (mut hidden, mut lost) = (0, 0);
        for (block, parent, name) in path_table(table) {
            let name = if self.volume.names == Names::Joliet { utf16(name).into_bytes() } else { name.to_vec() };
            let above = parent.checked_sub(1).and_then(|parent| paths.get(parent)).cloned().unwrap_or_default();
            let path = if paths.is_empty() { Vec::new() } else { join(&above, &name) };
            self.names += path.len();
            if path.len() > LONGEST_PATH || self.names > 128 << 20 || trees.is_full() {
                sink.gap(range.start..range.start, Cause::LimitDepth, "the path table has longer paths than are read");
                break;
            }
            let start = block.saturating_mul(self.volume.block);
            if !self.visited.contains(&start) {
                match self.own_size(start) {
                    Some(size) => {
                        hidden += 1;
                        self.visited.insert(start);
                        self.directories(Directory { start, size, path: path.clone() }, trees, sink);
                    }
                    None => lost += 1,
                }
            }
            paths.push(path);
        }
        sink.cover(range.clone(), Class::Structure);
        if hidden > 0 {
            sink.note(format!("{hidden} directories stand in the path table only; they were read"));
        }
        if lost > 0 {
            sink.gap(range.start..range.start, Cause::Ambiguous, format!("the path table names {lost} directories where there are none"));
        }
    }
}

fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    if directory.is_empty() { name.to_vec() } else { [directory, b"/", name].concat() }
}

/// El Torito (1.0, section 2): a validation entry, the default entry, sections of entries. An image that is
/// no file of a tree is a member of its own.
fn boot_images(bytes: &[u8], catalogue: usize, trees: &mut Trees<'_>, sink: &mut Sink<'_>) {
    let Some(entries) = bytes.get(catalogue..).filter(|b| b.first() == Some(&1) && b.get(30..32) == Some(&[0x55, 0xAA])) else {
        return sink.note("the boot catalogue is not where it should be");
    };
    let mut used = 32;
    for (i, entry) in entries[..entries.len().min(CATALOGUE)].chunks_exact(32).enumerate().skip(1) {
        match entry[0] {
            0x88 | 0x00 if entry[8..12] != [0; 4] => {
                let start = u64::from(le32(entry, 8).unwrap_or(0)) * SECTOR as u64;
                let sectors = u64::from(le16(entry, 6).unwrap_or(0));
                let size = match entry[1] & 0x0F {
                    1 => 1200 << 10,
                    2 => 1440 << 10,
                    3 => 2880 << 10,
                    _ => sectors * 512,
                };
                trees.boot_image(format!("[boot]/{i}.img").as_bytes(), start..start.saturating_add(size), sink);
            }
            0x90 | 0x91 | 0x44 => {}
            _ => break,
        }
        used = 32 * (i + 1);
    }
    sink.cover(catalogue as u64..(catalogue + used) as u64, Class::Structure);
}

#[cfg(test)]
#[path = "iso9660_tests.rs"]
pub(super) mod tests;
