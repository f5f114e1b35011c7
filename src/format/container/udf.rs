//! UDF (ECMA-167, and OSTA UDF 1.02 to 2.60): volume descriptors, partitions with and without a metadata file,
//! directories, files in pieces, in their own entry, or with descriptors in further blocks.

use super::trees::{LONGEST_PATH, Trees};
use super::udf_volume::{Extent, Volume, cs0, tag_at};
use super::{iso9660, le32, le64};
use crate::format::{Failure, Format, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use std::collections::HashSet;
use std::ops::Range;

/// A UDF image without ISO 9660; with it, that reader walks both.
pub static UDF: Format = Format {
    name: "udf",
    media_type: "application/x-udf-image",
    recognise: |probe: &Probe<'_>| iso9660::has_udf(probe.bytes),
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &["discs written once in packets (virtual partitions) are gaps", "named streams and deleted files are only scanned"],
};

/// Directories above this are no directories.
const LONGEST_DIRECTORY: u64 = 64 << 20;
/// Pieces of one file.
const MOST_PIECES: usize = 1 << 20;

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let mut trees = Trees::new(bytes, 2048);
    walk(bytes, &mut trees, sink);
    Ok(())
}

/// Walks the tree of an image. What cannot be followed is a gap.
pub(super) fn walk(bytes: &[u8], trees: &mut Trees<'_>, sink: &mut Sink<'_>) {
    let end = bytes.len() as u64;
    let volume = match Volume::find(bytes) {
        Ok(volume) => volume,
        Err((cause, detail)) => return sink.gap(end..end, cause, detail),
    };
    let mut walk = Walk { bytes, volume: &volume, visited: HashSet::new(), names: 0 };
    walk.directories(volume.root, trees, sink);
    trees.end_tree("UDF", sink);
}

/// What a file entry says (ECMA-167, 4/14.9 and 4/14.17).
struct Entry {
    is_directory: bool,
    size: u64,
    pieces: Vec<Range<u64>>,
    /// Why there are no more.
    defect: Option<(Cause, &'static str)>,
}

struct Walk<'a, 'v> {
    bytes: &'a [u8],
    volume: &'v Volume,
    /// Entries of directories that were read, or are to be.
    visited: HashSet<u64>,
    /// Bytes of the paths of all directories.
    names: usize,
}

impl Walk<'_, '_> {
    /// Reads the root and all below it.
    fn directories(&mut self, root: Extent, trees: &mut Trees<'_>, sink: &mut Sink<'_>) {
        let mut open = vec![(root, Vec::new())];
        while let Some((icb, path)) = open.pop() {
            if sink.stopped() || trees.is_full() {
                return;
            }
            let from = open.len();
            self.directory(icb, &path, &mut open, trees, sink);
            open[from..].reverse();
        }
    }

    fn directory(&mut self, icb: Extent, path: &[u8], open: &mut Vec<(Extent, Vec<u8>)>, trees: &mut Trees<'_>, sink: &mut Sink<'_>) {
        let end = self.bytes.len() as u64;
        let shown = String::from_utf8_lossy(path).into_owned();
        let Some(entry) = self.entry(icb, sink) else {
            return sink.gap(end..end, Cause::Corrupt, format!("the directory /{shown} has no entry where it should be"));
        };
        if let Some((cause, detail)) = entry.defect {
            sink.gap(end..end, cause, format!("the directory /{shown}: {detail}"));
        }
        if entry.size > LONGEST_DIRECTORY {
            return sink.gap(end..end, Cause::LimitSize, format!("the directory /{shown} is longer than {LONGEST_DIRECTORY} bytes"));
        }
        let mut listing = Vec::new();
        for piece in &entry.pieces {
            let held = self.bytes.get(piece.start as usize..(piece.end.min(end)) as usize).unwrap_or_default();
            listing.extend_from_slice(held);
            sink.cover(piece.clone(), Class::Structure);
        }
        let at = entry.pieces.first().map_or(end, |piece| piece.start);
        if (listing.len() as u64) < entry.size {
            sink.gap(end..end, Cause::Truncated, format!("of the directory /{shown} a part lies behind the end of the image"));
        }
        let mut rest = &listing[..];
        while rest.len() >= 38 {
            let Some((identifier, length)) = Identifier::parse(rest) else {
                if rest.iter().any(|b| *b != 0) {
                    sink.gap(at..at, Cause::Corrupt, format!("an entry of the directory /{shown} is broken"));
                }
                break;
            };
            rest = &rest[length..];
            self.identifier(identifier, path, at, open, trees, sink);
        }
    }

    fn identifier(
        &mut self,
        identifier: Identifier,
        directory: &[u8],
        at: u64,
        open: &mut Vec<(Extent, Vec<u8>)>,
        trees: &mut Trees<'_>,
        sink: &mut Sink<'_>,
    ) {
        if identifier.is_parent || identifier.is_deleted {
            return;
        }
        let path = if directory.is_empty() { identifier.name } else { [directory, b"/", &identifier.name].concat() };
        if !identifier.is_directory {
            let end = self.bytes.len() as u64;
            return match self.entry(identifier.icb, sink) {
                Some(Entry { defect: Some((cause, detail)), size, .. }) => sink.unread_member(&path, end..end, size, cause, detail),
                // A link or a device has no data of its own.
                Some(entry) if entry.is_directory => {}
                Some(entry) => trees.file(&path, entry.pieces, at, sink),
                None => sink.unread_member(&path, end..end, 0, Cause::Corrupt, "its entry is not where it should be"),
            };
        }
        self.names += path.len();
        let place = self.volume.place(identifier.icb);
        if path.len() > LONGEST_PATH || self.names > 64 << 20 {
            sink.gap(at..at, Cause::LimitDepth, format!("the path of a directory is longer than {LONGEST_PATH} bytes"));
        } else if place.is_none_or(|place| self.visited.insert(place)) {
            open.push((identifier.icb, path));
        }
    }

    /// Reads the file entry at a place.
    fn entry(&self, icb: Extent, sink: &mut Sink<'_>) -> Option<Entry> {
        let start = usize::try_from(self.volume.place(icb)?).ok()?;
        let entry = self.bytes.get(start..)?;
        let fixed = match tag_at(self.bytes, start)? {
            261 => 176,
            266 => 216,
            _ => return None,
        };
        let extended = le32(entry, fixed - 8)? as usize;
        let described = le32(entry, fixed - 4)? as usize;
        let from = fixed.checked_add(extended)?;
        let area = from..from.checked_add(described)?;
        entry.get(area.clone())?;
        let size = le64(entry, 56)?;
        let mut out = Entry { is_directory: *entry.get(27)? == 4, size, pieces: Vec::new(), defect: None };
        let embedded = entry[34] & 7 == 3;
        let known = if embedded { area.start } else { area.end };
        sink.cover(start as u64..(start + known) as u64, Class::Structure);
        if embedded {
            let length = size.min(described as u64);
            out.pieces.extend((length > 0).then(|| (start + area.start) as u64..(start + area.start) as u64 + length));
        } else {
            let area = start + area.start..start + area.end;
            out.defect = self.volume.pieces(self.bytes, area, entry[34] & 7 == 1, icb.partition, size, &mut out.pieces).err();
        }
        if out.pieces.len() > MOST_PIECES {
            out.defect = Some((Cause::LimitEntries, "it lies in too many pieces"));
        }
        Some(out)
    }
}

/// A file in a directory (ECMA-167, 4/14.4).
struct Identifier {
    name: Vec<u8>,
    icb: Extent,
    is_directory: bool,
    is_deleted: bool,
    is_parent: bool,
}

impl Identifier {
    /// The one at the start, and its length.
    fn parse(bytes: &[u8]) -> Option<(Self, usize)> {
        if tag_at(bytes, 0)? != 257 {
            return None;
        }
        let (flags, name_length) = (*bytes.get(18)?, usize::from(*bytes.get(19)?));
        let name_at = 38 + usize::from(super::le16(bytes, 36)?);
        let name = bytes.get(name_at..name_at + name_length)?;
        let length = (name_at + name_length).next_multiple_of(4).min(bytes.len());
        let identifier = Self {
            name: cs0(name).into_bytes(),
            icb: Extent::long(bytes, 20)?,
            is_directory: flags & 2 != 0,
            is_deleted: flags & 4 != 0,
            is_parent: flags & 8 != 0,
        };
        Some((identifier, length))
    }
}

#[cfg(test)]
#[path = "udf_tests.rs"]
mod tests;
