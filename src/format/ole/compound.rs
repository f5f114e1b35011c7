//! Compound files (MS-CFB): sectors, their chains, the directory. Nothing is trusted: chains end after as
//! many sectors as the file has, and trees after as many entries.

use crate::format::numbers::{le16, le32};
use crate::format::{Failure, Sink};
use crate::model::{Cause, Class};
use std::io::Read;
use std::ops::Range;

/// Sector numbers from here on are marks (2.1).
const LAST_SECTOR: u32 = 0xFFFF_FFF9;
/// The mark of a chain's end, and of a sector of nothing.
const END: u32 = 0xFFFF_FFFE;
const FREE: u32 = 0xFFFF_FFFF;
/// The folder of streams that no storage names.
const UNLINKED: &str = "unlinked";
/// Entries of the directory.
const MOST_ENTRIES: usize = 1 << 18;

/// A stream of the file.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Names of the storages around it, the outermost first.
    pub folder: Vec<String>,
    /// Its name.
    pub name: String,
    start: u32,
    /// Its size, as stated.
    pub size: u64,
}

/// The bytes of a stream, and where they stand in the file.
#[derive(Default)]
pub struct Content {
    /// As many bytes as could be found.
    pub bytes: Vec<u8>,
    /// Pieces of the file, in order.
    pub pieces: Vec<Range<u64>>,
    /// All stated bytes were found.
    pub whole: bool,
}

impl Content {
    /// The pieces of the file that hold a range of the stream.
    pub fn pieces_of(&self, range: Range<usize>) -> Vec<Range<u64>> {
        let (mut out, mut at) = (Vec::new(), 0u64);
        for piece in &self.pieces {
            let length = piece.end - piece.start;
            let from = (range.start as u64).clamp(at, at + length);
            let to = (range.end as u64).clamp(at, at + length);
            if from < to {
                out.push(piece.start + from - at..piece.start + to - at);
            }
            at += length;
        }
        out
    }

    /// Hands a range of the stream over as a member, decoded by this decoder.
    pub fn member(&self, name: &str, range: Range<usize>, decoder: &mut dyn Read, sink: &mut Sink<'_>) {
        member(name, self.pieces_of(range), decoder, sink);
    }

    /// Hands the stream over as a member.
    pub fn whole_member(&self, name: &str, sink: &mut Sink<'_>) {
        member(name, self.pieces.clone(), &mut &self.bytes[..], sink);
    }

    /// Covers ranges of the stream, in any order.
    pub fn cover_ranges(&self, mut ranges: Vec<Range<usize>>, class: Class, sink: &mut Sink<'_>) {
        ranges.sort_by_key(|range| range.start);
        let mut ranges = ranges.into_iter().map(|range| range.start as u64..range.end as u64).peekable();
        let (mut pieces, mut before) = (self.pieces.iter().peekable(), 0u64);
        while let (Some(range), Some(piece)) = (ranges.peek(), pieces.peek()) {
            let after = before + (piece.end - piece.start);
            let (from, to) = (range.start.max(before), range.end.min(after));
            if from < to {
                sink.cover(piece.start + from - before..piece.start + to - before, class);
            }
            match range.end <= after {
                true => _ = ranges.next(),
                false => {
                    before = after;
                    pieces.next();
                }
            }
        }
    }

    /// Where the stream begins in the file.
    pub fn offset(&self) -> u64 {
        self.pieces.first().map_or(0, |p| p.start)
    }

    /// Covers all of the stream.
    pub fn cover(&self, class: Class, sink: &mut Sink<'_>) {
        self.pieces.iter().for_each(|piece| sink.cover(piece.clone(), class));
    }
}

/// A compound file.
pub struct Compound<'a> {
    bytes: &'a [u8],
    shift: u32,
    table: Vec<u32>,
    mini_table: Vec<u32>,
    mini: Content,
    /// Streams below this size stand in the mini stream.
    cutoff: u64,
    /// All streams, those that no storage names too.
    pub streams: Vec<Stream>,
    /// Bytes of streams that may still be read: streams can share sectors over and over.
    left: u64,
}

impl<'a> Compound<'a> {
    /// Opens a file and covers its structure.
    pub fn open(bytes: &'a [u8], sink: &mut Sink<'_>) -> Result<Self, Failure> {
        let header = bytes.get(..512).ok_or_else(|| Failure::truncated(0, "the header is cut off"))?;
        let shift = u32::from(le16(header, 30).unwrap_or(0));
        if shift != 9 && shift != 12 {
            return Err(Failure::corrupt(30, format!("sectors of 2^{shift} bytes")));
        }
        sink.cover(0..(1u64 << shift).min(bytes.len() as u64), Class::Structure);
        let number = |at| le32(header, at).unwrap_or(u32::MAX);
        let left = 4 * bytes.len() as u64 + (1 << 20);
        let mut file = Self {
            bytes,
            shift,
            table: Vec::new(),
            mini_table: Vec::new(),
            mini: Content::default(),
            cutoff: u64::from(number(56)).min(1 << 16),
            streams: Vec::new(),
            left,
        };
        let mut cut = false;
        // The table's own sectors: 109 in the header, the others in a chain of sectors (2.5).
        let mut own: Vec<u32> = (0..109).filter_map(|i| le32(header, 76 + 4 * i)).filter(|n| *n <= LAST_SECTOR).collect();
        let (mut next, per_sector) = (number(68), (1usize << shift) / 4);
        for _ in 0..=file.sectors() {
            let Some(sector) = file.sector(next) else { break };
            sink.cover(sector.start as u64..sector.end as u64, Class::Structure);
            let words: Vec<u32> = (0..per_sector).filter_map(|i| le32(&bytes[sector.clone()], 4 * i)).collect();
            let Some((&following, entries)) = words.split_last().filter(|_| words.len() == per_sector) else {
                cut = true;
                break;
            };
            own.extend(entries.iter().filter(|n| **n <= LAST_SECTOR));
            next = following;
        }
        // Some write that there is no further sector as one that is free.
        cut |= !matches!(next, END | FREE) || own.len() > file.sectors();
        own.truncate(file.sectors());
        for number in own {
            let sector = file.sector(number).filter(|sector| sector.len() == 1 << shift);
            cut |= sector.is_none();
            let Some(sector) = sector else {
                // What is missing leaves its place.
                file.table.extend(std::iter::repeat_n(FREE, per_sector));
                continue;
            };
            sink.cover(sector.start as u64..sector.end as u64, Class::Structure);
            let read = &bytes[sector];
            file.table.extend((0..per_sector).map(|i| le32(read, 4 * i).unwrap_or(u32::MAX)));
        }
        let mini_table = file.chain_to_end(number(60));
        mini_table.cover(Class::Structure, sink);
        file.mini_table = mini_table.bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let directory = file.chain_to_end(number(48));
        directory.cover(Class::Structure, sink);
        file.read_directory(&directory.bytes);
        let last = file.table.iter().rposition(|next| *next != FREE);
        cut |= last.is_some_and(|last| (last as u64 + 1) << shift >= bytes.len() as u64);
        if cut || !mini_table.whole || !directory.whole || !file.mini.whole {
            let end = bytes.len() as u64;
            sink.gap(end..end, Cause::Truncated, "sectors that the file's tables name are not there");
        } else if file.is_entangled() {
            sink.gap(0..0, Cause::Corrupt, "chains of sectors run into each other");
        }
        if file.streams.is_empty() {
            return Err(Failure::corrupt(48, "no streams"));
        }
        Ok(file)
    }

    fn sectors(&self) -> usize {
        self.bytes.len() >> self.shift
    }

    fn sector(&self, number: u32) -> Option<Range<usize>> {
        let start = (u64::from(number) + 1) << self.shift;
        let start = usize::try_from(start).ok().filter(|s| *s < self.bytes.len() && number <= LAST_SECTOR)?;
        Some(start..(start + (1 << self.shift)).min(self.bytes.len()))
    }

    /// The bytes of a chain of sectors, up to a size.
    fn chain(&self, start: u32, size: u64) -> Content {
        let mut out = Content::default();
        let mut next = start;
        for _ in 0..=self.sectors() {
            let left = size.saturating_sub(out.bytes.len() as u64);
            if left == 0 {
                break;
            }
            let Some(sector) = self.sector(next) else { break };
            let end = sector.start + (sector.len() as u64).min(left) as usize;
            out.bytes.extend_from_slice(&self.bytes[sector.start..end]);
            push_piece(&mut out.pieces, sector.start as u64..end as u64);
            next = self.table.get(next as usize).copied().unwrap_or(u32::MAX);
        }
        out.whole = out.bytes.len() as u64 == size;
        out
    }

    /// The bytes of a chain of sectors that nobody states the size of: whole where it ends with its mark.
    fn chain_to_end(&self, start: u32) -> Content {
        let mut out = self.chain(start, u64::MAX);
        let mut next = start;
        for _ in 0..=self.sectors() {
            match self.table.get(next as usize) {
                Some(following) if next <= LAST_SECTOR => next = *following,
                _ => break,
            }
        }
        out.whole = matches!(next, END | FREE) && out.bytes.len().is_multiple_of(1 << self.shift);
        out
    }

    /// Does a sector belong to two streams, or twice to one? Then a table of sectors is damaged.
    fn is_entangled(&self) -> bool {
        let (mut large, mut small) = (vec![false; self.table.len()], vec![false; self.mini_table.len()]);
        // Sectors of streams that were deleted may belong to others by now.
        self.streams.iter().filter(|stream| stream.folder.first().is_none_or(|folder| folder != UNLINKED)).any(|stream| {
            let (table, seen, shift) = match stream.size >= self.cutoff {
                true => (&self.table, &mut large, self.shift),
                false => (&self.mini_table, &mut small, 6),
            };
            let mut next = stream.start as usize;
            (0..stream.size.div_ceil(1 << shift)).any(|_| {
                let Some(following) = table.get(next) else { return false };
                std::mem::replace(&mut seen[std::mem::replace(&mut next, *following as usize)], true)
            })
        })
    }

    fn read_directory(&mut self, directory: &[u8]) {
        let entries: Vec<&[u8]> = directory.chunks_exact(128).take(MOST_ENTRIES).collect();
        let name = |entry: &[u8]| {
            let length = usize::from(le16(entry, 64).unwrap_or(0)).clamp(2, 64) - 2;
            let units = entry[..length].chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]]));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>()
        };
        let mut seen = vec![false; entries.len()];
        let Some(root) = entries.iter().position(|e| e[66] == 5) else { return };
        let large = self.shift == 12;
        let size = |entry: &[u8]| {
            u64::from(le32(entry, 120).unwrap_or(0)) | if large { u64::from(le32(entry, 124).unwrap_or(0)) << 32 } else { 0 }
        };
        let start = |entry: &[u8]| le32(entry, 116).unwrap_or(u32::MAX);
        self.mini = self.chain(start(entries[root]), size(entries[root]));
        seen[root] = true;
        let mut open: Vec<(u32, Vec<String>)> = vec![(le32(entries[root], 76).unwrap_or(u32::MAX), Vec::new())];
        let mut orphans = 0..entries.len();
        loop {
            let Some((number, folder)) = open.pop() else {
                // What the tree does not reach was deleted, or the tree is broken.
                match orphans.find(|i| !seen[*i] && matches!(entries[*i][66], 1 | 2)) {
                    Some(i) => open.push((i as u32, vec![UNLINKED.to_owned()])),
                    None => return,
                }
                continue;
            };
            let at = number as usize;
            let Some(entry) = entries.get(at).filter(|_| !std::mem::replace(&mut seen[at], true)) else { continue };
            for sibling in [68, 72] {
                open.push((le32(entry, sibling).unwrap_or(u32::MAX), folder.clone()));
            }
            match entry[66] {
                1 if folder.len() < 32 => {
                    let inner = [&folder[..], &[name(entry)]].concat();
                    open.push((le32(entry, 76).unwrap_or(u32::MAX), inner));
                }
                2 => self.streams.push(Stream { folder, name: name(entry), start: start(entry), size: size(entry) }),
                _ => {}
            }
        }
    }

    /// Reads a stream.
    pub fn read(&mut self, stream: &Stream) -> Content {
        let size = stream.size.min(self.bytes.len() as u64);
        if size > self.left {
            return Content::default();
        }
        self.left -= size;
        let mut out = if stream.size >= self.cutoff { self.chain(stream.start, size) } else { self.mini_chain(stream.start, size) };
        out.whole &= size == stream.size;
        out
    }

    fn mini_chain(&self, start: u32, size: u64) -> Content {
        let mut out = Content::default();
        let mut next = start;
        for _ in 0..=self.mini_table.len() {
            let left = size as usize - out.bytes.len();
            let from = (next as usize).saturating_mul(64);
            let Some(sector) =
                self.mini.bytes.get(from..(from.saturating_add(64)).min(self.mini.bytes.len())).filter(|s| left > 0 && !s.is_empty())
            else {
                break;
            };
            let length = sector.len().min(left);
            out.bytes.extend_from_slice(&sector[..length]);
            for piece in self.mini.pieces_of(from..from + length) {
                push_piece(&mut out.pieces, piece);
            }
            next = self.mini_table.get(next as usize).copied().unwrap_or(u32::MAX);
        }
        out.whole = out.bytes.len() as u64 == size;
        out
    }
}

/// A member in pieces: the first one stands for it, the others are read with it.
fn member(name: &str, pieces: Vec<Range<u64>>, decoder: &mut dyn Read, sink: &mut Sink<'_>) {
    let mut pieces = pieces.into_iter();
    sink.member(name.as_bytes(), pieces.next().unwrap_or(0..0), decoder);
    pieces.for_each(|piece| sink.cover(piece, Class::Read));
}

fn push_piece(pieces: &mut Vec<Range<u64>>, piece: Range<u64>) {
    match pieces.last_mut() {
        Some(last) if last.end == piece.start => last.end = piece.end,
        _ => pieces.push(piece),
    }
}
