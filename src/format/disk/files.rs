//! Files of a volume: their bytes lie in pieces of the image, with holes between them that read as zeros.

use crate::format::{Child, Sink};
use crate::model::Cause;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Error, ErrorKind, Read};
use std::ops::Range;

/// A piece of a file: so many bytes at a place of the image, or a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Extent {
    pub place: Option<u64>,
    pub length: u64,
}

/// Bytes of all paths. A hostile image could state more than memory holds.
const ALL_PATHS: usize = 256 << 20;
/// Longest path of a directory.
pub const LONGEST_PATH: usize = 4096;

/// Pushes the files of an image as members.
pub struct Files<'a> {
    pub bytes: &'a [u8],
    /// What every path begins with: the volume, where there are several.
    pub prefix: String,
    count: u64,
    path_bytes: usize,
    decoded: u64,
    /// Files by their extents: other names of the same bytes are not read again.
    seen: HashMap<u64, Child>,
    /// Names of deleted files.
    deleted: u64,
    is_full: bool,
}

impl<'a> Files<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, prefix: String::new(), count: 0, path_bytes: 0, decoded: 0, seen: HashMap::new(), deleted: 0, is_full: false }
    }

    /// Is there room for one more?
    fn admit(&mut self, path: &str, at: u64, sink: &mut Sink<'_>) -> bool {
        if self.count >= sink.limits().entries || self.path_bytes > ALL_PATHS {
            if !self.is_full {
                sink.gap(at..at, Cause::LimitEntries, format!("only the first {} files are read", self.count));
            }
            self.is_full = true;
            return false;
        }
        self.count += 1;
        self.path_bytes += path.len();
        true
    }

    fn path(&self, path: &str) -> String {
        if self.prefix.is_empty() { path.to_owned() } else { format!("{}/{path}", self.prefix) }
    }

    /// A file of so many bytes. `at` is where the volume names it.
    pub fn file(&mut self, path: &str, extents: &[Extent], size: u64, at: u64, sink: &mut Sink<'_>) {
        if !self.admit(path, at, sink) {
            return;
        }
        let path = self.path(path);
        let extents = cut(extents, size);
        let len = self.bytes.len() as u64;
        let held = extents.iter().filter_map(|e| Some(e.place?.min(len)..e.place?.saturating_add(e.length).min(len)));
        let pieces: Vec<Range<u64>> = held.filter(|piece| !piece.is_empty()).collect();
        let bytes = pieces.iter().map(|piece| piece.end - piece.start).fold(0, u64::saturating_add);
        let mut hasher = DefaultHasher::new();
        (&extents, size).hash(&mut hasher);
        if let Some(child) = self.seen.get(&hasher.finish()).filter(|_| bytes > 0) {
            return sink.linked_member(path.as_bytes(), &pieces, child);
        }
        self.decoded = self.decoded.saturating_add(bytes);
        if self.decoded > 4 * len + (1 << 20) {
            return sink.unread_member(path.as_bytes(), at..at, size, Cause::LimitSize, "files share their bytes over and over");
        }
        let mut reader = Reader { bytes: self.bytes, extents: &extents, done: 0, size, read: 0 };
        // A place is needed, even of a file that is nothing but holes.
        let places = if pieces.is_empty() { Vec::from([at..at]) } else { pieces };
        let child = sink.member_in_pieces(path.as_bytes(), &places, &mut reader);
        self.seen.insert(hasher.finish(), child);
    }

    /// A file whose bytes were decoded from this place on.
    pub fn decoded(&mut self, path: &str, pieces: &[Range<u64>], decoder: &mut dyn Read, sink: &mut Sink<'_>) {
        let at = pieces.first().map_or(0, |piece| piece.start);
        if self.admit(path, at, sink) {
            let path = self.path(path);
            let len = self.bytes.len() as u64;
            let mut places: Vec<Range<u64>> = pieces.iter().map(|p| p.start.min(len)..p.end.min(len)).collect();
            if places.is_empty() {
                places.push(at..at);
            }
            sink.member_in_pieces(path.as_bytes(), &places, decoder);
        }
    }

    /// A file that cannot be read.
    pub fn unread(&mut self, path: &str, size: u64, at: u64, cause: Cause, detail: &str, sink: &mut Sink<'_>) {
        if self.admit(path, at, sink) {
            let path = self.path(path);
            sink.unread_member(path.as_bytes(), at..at, size, cause, detail);
        }
    }

    /// The name of a deleted file. What is left of its bytes is scanned.
    pub fn deleted(&mut self, path: &str, at: u64, sink: &mut Sink<'_>) {
        self.deleted += 1;
        let path = self.path(path);
        sink.kind(crate::format::PassageKind::Strings);
        sink.border();
        sink.text(&path, crate::format::At::Decoded(at));
        sink.border();
    }

    /// All volumes were seen.
    pub fn end(&self, sink: &mut Sink<'_>) {
        if self.deleted > 0 {
            sink.note(format!("{} names of deleted files; what is left of their bytes is scanned", self.deleted));
        }
    }
}

/// Extents up to the size of their file; what they lack is a hole behind them only where the caller says so.
fn cut(extents: &[Extent], size: u64) -> Vec<Extent> {
    let (mut left, mut out) = (size, Vec::<Extent>::new());
    for extent in extents {
        let length = extent.length.min(left);
        if length == 0 {
            break;
        }
        left -= length;
        match out.last_mut() {
            Some(last) if last.place.map(|p| p.saturating_add(last.length)) == extent.place && extent.place.is_some() => {
                last.length += length
            }
            Some(last) if last.place.is_none() && extent.place.is_none() => last.length += length,
            _ => out.push(Extent { length, ..*extent }),
        }
    }
    out
}

/// Reads extents one after the other.
pub struct Reader<'a> {
    pub bytes: &'a [u8],
    pub extents: &'a [Extent],
    /// Bytes of the first extent that were read.
    pub done: u64,
    /// Bytes that the file should have, and that were read.
    pub size: u64,
    pub read: u64,
}

impl Read for Reader<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        while let Some((first, rest)) = self.extents.split_first() {
            let left = first.length - self.done;
            if left == 0 {
                (self.extents, self.done) = (rest, 0);
                continue;
            }
            let n = left.min(out.len() as u64) as usize;
            let n = match first.place {
                None => {
                    out[..n].fill(0);
                    n
                }
                Some(place) => {
                    let from = usize::try_from(place.saturating_add(self.done)).unwrap_or(usize::MAX);
                    let held = self.bytes.get(from..).unwrap_or_default();
                    let n = n.min(held.len());
                    out[..n].copy_from_slice(&held[..n]);
                    n
                }
            };
            if n == 0 {
                return Err(Error::new(ErrorKind::UnexpectedEof, format!("{left} bytes lie behind the end of the image")));
            }
            self.done += n as u64;
            self.read += n as u64;
            return Ok(n);
        }
        if self.read < self.size {
            return Err(Error::new(ErrorKind::UnexpectedEof, format!("{} bytes are in no cluster", self.size - self.read)));
        }
        Ok(0)
    }
}

/// Numbers of an image; zero behind its end.
#[derive(Clone, Copy)]
pub struct Numbers<'a>(pub &'a [u8]);

impl<'a> Numbers<'a> {
    pub fn get(self, at: u64, length: u64) -> Option<&'a [u8]> {
        let (start, end) = (usize::try_from(at).ok()?, usize::try_from(at.checked_add(length)?).ok()?);
        self.0.get(start..end)
    }

    fn little(self, at: u64, length: u64) -> u64 {
        self.get(at, length).map_or(0, |raw| raw.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b)))
    }

    pub fn u8(self, at: u64) -> u64 {
        self.little(at, 1)
    }

    pub fn u16(self, at: u64) -> u64 {
        self.little(at, 2)
    }

    pub fn u32(self, at: u64) -> u64 {
        self.little(at, 4)
    }

    pub fn u64(self, at: u64) -> u64 {
        self.little(at, 8)
    }

    /// Big-endian.
    pub fn be(self, at: u64, length: u64) -> u64 {
        self.get(at, length).map_or(0, |raw| raw.iter().fold(0, |n, &b| n << 8 | u64::from(b)))
    }

    /// UTF-16LE.
    pub fn utf16(self, at: u64, units: u64) -> String {
        let raw = self.get(at, 2 * units).unwrap_or_default();
        let units: Vec<u16> = raw.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        String::from_utf16_lossy(&units)
    }
}

/// `directory/name`, or the name alone in the root.
pub fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}
