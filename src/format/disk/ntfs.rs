//! NTFS, by the records of its master file table: names, streams and where their clusters lie. Directories' own
//! indexes are not needed for that; records that are no longer in use give the names of deleted files.

use super::files::{Extent, Files, Numbers, join};
use super::lznt1;
use crate::format::Sink;
use crate::format::numbers::is_zero;
use crate::model::Cause;
use std::collections::HashMap;
use std::io::Cursor;
use std::ops::Range;

/// Directories that a path may have.
const DEEPEST: usize = 256;
/// The first records are the volume's own: the table itself, log, bitmap and others.
const OWN_RECORDS: u64 = 24;
/// The root's record.
const ROOT: u64 = 5;
/// Compressed streams up to this size are decoded.
const LARGEST_COMPRESSED: u64 = 256 << 20;

/// Does a volume begin here?
pub fn is_ntfs(n: Numbers<'_>, at: u64) -> bool {
    n.get(at + 3, 8) == Some(b"NTFS    ") && matches!(n.u16(at + 11), 512 | 1024 | 2048 | 4096) && n.u64(at + 48) > 0
}

struct Volume<'a> {
    n: Numbers<'a>,
    start: u64,
    sector: u64,
    cluster: u64,
    record: u64,
}

/// What one file's records say.
#[derive(Default)]
struct File {
    /// Where its record begins.
    at: u64,
    in_use: bool,
    is_directory: bool,
    /// Records of the directories that name it, and its names there.
    names: Vec<(u64, String)>,
    streams: Vec<Stream>,
    /// What keeps its content elsewhere (`IO_REPARSE_TAG`), where something does.
    kept_by: Option<u64>,
    /// Its attributes do not end as they should.
    is_damaged: bool,
}

/// A piece of a stream: large ones have several, each in a record of its own.
struct Stream {
    name: String,
    /// First cluster of the piece.
    first: u64,
    flags: u64,
    size: u64,
    initialised: u64,
    data: Data,
}

enum Data {
    /// In the record that begins at this place.
    Resident(u64, Range<usize>),
    Runs(Vec<Extent>),
}

const COMPRESSED: u64 = 1;
const ENCRYPTED: u64 = 0x4000;

/// Reads a volume; says where it ends.
pub fn read(bytes: &[u8], at: u64, files: &mut Files<'_>, sink: &mut Sink<'_>) -> u64 {
    let n = Numbers(bytes);
    let sector = n.u16(at + 11);
    let cluster = sector.saturating_mul(match n.u8(at + 13) {
        shift @ 0x81.. => 1 << (256 - shift).min(31),
        sectors => sectors,
    });
    let record = match n.u8(at + 64) {
        shift @ 0x80.. => 1 << (256 - shift).min(31),
        clusters => clusters * cluster,
    };
    let end = at.saturating_add(n.u64(at + 40).saturating_add(1).saturating_mul(sector));
    let volume = Volume { n, start: at, sector, cluster, record };
    if !(512..=65_536).contains(&record) || cluster == 0 || cluster > 2 << 20 {
        sink.gap(at..at, Cause::Corrupt, "an NTFS volume whose clusters or records have no sound size; it is scanned");
        return end;
    }
    let table = at.saturating_add(n.u64(at + 48).saturating_mul(cluster));
    let Some(own) = volume.record(table).map(|raw| volume.attributes(&raw, table)) else {
        sink.gap(at..at, Cause::Corrupt, "an NTFS volume without its master file table; it is scanned");
        return end;
    };
    let (mut places, mut written) = (Vec::new(), 0);
    for stream in own.streams.iter().filter(|stream| stream.name.is_empty()) {
        if let Data::Runs(runs) = &stream.data {
            written = written.max(stream.initialised);
            places.extend(runs.iter().filter_map(|run| Some((run.place?, run.length))));
        }
    }
    let mut records: HashMap<u64, File> = HashMap::new();
    let (mut number, mut broken) = (0, 0u64);
    for (place, length) in places {
        for at in (place..place.saturating_add(length)).step_by(record as usize) {
            if n.get(at, record).is_none() {
                sink.gap(place..place, Cause::Truncated, "a part of the master file table lies behind the end of the image");
                break;
            }
            match volume.record(at) {
                Some(raw) => {
                    let base = le(&raw, 32, 6);
                    let file = volume.attributes(&raw, at);
                    let into = records.entry(if base == 0 { number } else { base }).or_default();
                    if base == 0 {
                        (into.at, into.in_use, into.is_directory) = (file.at, file.in_use, file.is_directory);
                    }
                    broken += u64::from(file.is_damaged && file.in_use);
                    into.kept_by = into.kept_by.or(file.kept_by);
                    into.names.extend(file.names);
                    into.streams.extend(file.streams);
                }
                // Records that were never written are zeros.
                None if number * record < written && n.get(at, record).is_some_and(|raw| !is_zero(raw)) => broken += 1,
                None if n.get(at, 4).is_some_and(|mark| mark == b"FILE" || mark == b"BAAD") => broken += 1,
                None => {}
            }
            number += 1;
            if sink.stopped() {
                return end;
            }
        }
    }
    if broken > 0 {
        sink.gap(at..at, Cause::Corrupt, format!("{broken} records of the master file table are damaged"));
    }
    volume.push(&records, files, sink);
    end
}

impl Volume<'_> {
    /// A record with its sectors' ends put back; `None` where it is none, or a write to it was torn.
    fn record(&self, at: u64) -> Option<Vec<u8>> {
        let mut raw = self.n.get(at, self.record).filter(|raw| raw.starts_with(b"FILE"))?.to_vec();
        let (from, count) = (le(&raw, 4, 2) as usize, le(&raw, 6, 2) as usize);
        let mark = raw.get(from..from + 2)?.to_vec();
        for i in 1..count {
            let end = i * self.sector.min(512) as usize;
            let original = raw.get(from + 2 * i..from + 2 * i + 2)?.to_vec();
            let place = raw.get_mut(end - 2..end)?;
            if place != mark.as_slice() {
                return None;
            }
            place.copy_from_slice(&original);
        }
        Some(raw)
    }

    fn attributes(&self, raw: &[u8], at: u64) -> File {
        let flags = le(raw, 22, 2);
        let mut out = File { at, in_use: flags & 1 != 0, is_directory: flags & 2 != 0, ..File::default() };
        let mut place = le(raw, 20, 2) as usize;
        while let Some(attribute) = raw.get(place..) {
            let (kind, length) = (le(attribute, 0, 4), le(attribute, 4, 4) as usize);
            if kind == 0xFFFF_FFFF {
                return out;
            }
            let Some(attribute) = attribute.get(..length).filter(|attribute| attribute.len() >= 24) else { break };
            let value = || {
                let from = le(attribute, 20, 2) as usize;
                attribute.get(from..from.saturating_add(le(attribute, 16, 4) as usize)).unwrap_or_default()
            };
            match kind {
                // A name; those of DOS are told twice.
                0x30 if value().len() >= 66 && value()[65] != 2 => {
                    let value = value();
                    let name = Numbers(value).utf16(66, u64::from(value[64]));
                    out.names.push((le(value, 0, 6), name));
                }
                0x80 => {
                    let name = Numbers(attribute).utf16(le(attribute, 10, 2), le(attribute, 9, 1));
                    let flags = le(attribute, 12, 2);
                    let stream = match attribute[8] {
                        0 => {
                            let from = place + le(attribute, 20, 2) as usize;
                            let size = value().len();
                            let data = Data::Resident(at, from..from + size);
                            Stream { name, first: 0, flags, size: size as u64, initialised: size as u64, data }
                        }
                        _ => Stream {
                            name,
                            first: le(attribute, 16, 8),
                            flags,
                            size: le(attribute, 48, 8),
                            initialised: le(attribute, 56, 8),
                            data: Data::Runs(self.runs(attribute.get(le(attribute, 32, 2) as usize..).unwrap_or_default())),
                        },
                    };
                    out.streams.push(stream);
                }
                0xC0 => out.kept_by = Some(le(value(), 0, 4)),
                _ => {}
            }
            place += length;
        }
        File { is_damaged: true, ..out }
    }

    /// Runs of clusters: a byte with the sizes of length and offset, then both.
    fn runs(&self, mut raw: &[u8]) -> Vec<Extent> {
        let (mut out, mut cluster) = (Vec::new(), 0i64);
        while let Some((&head, rest)) = raw.split_first().filter(|(head, _)| **head != 0) {
            let (lengths, offsets) = (usize::from(head & 0x0F), usize::from(head >> 4));
            if lengths > 8 || offsets > 8 || rest.len() < lengths + offsets {
                break;
            }
            let length = le(rest, 0, lengths as u64).saturating_mul(self.cluster).min(1 << 60);
            let place = (offsets > 0).then(|| {
                let raw = le(rest, lengths, offsets as u64);
                let shift = 64 - 8 * offsets as u32;
                cluster = cluster.wrapping_add((raw << shift).cast_signed() >> shift);
                // Far behind any image, and far from the largest number.
                self.start.saturating_add(u64::try_from(cluster).unwrap_or(u64::MAX).saturating_mul(self.cluster)).min(1 << 60)
            });
            out.push(Extent { place, length });
            raw = &rest[lengths + offsets..];
        }
        out
    }

    fn push(&self, records: &HashMap<u64, File>, files: &mut Files<'_>, sink: &mut Sink<'_>) {
        let mut numbers: Vec<&u64> = records.keys().collect();
        numbers.sort_unstable();
        for number in numbers {
            let file = &records[number];
            let is_own = *number < OWN_RECORDS;
            for (i, (parent, name)) in file.names.iter().enumerate() {
                let path = join(&path_of(records, *parent), name);
                if !file.in_use {
                    files.deleted(&path, file.at, sink);
                } else if !is_own {
                    self.streams(file, &path, i == 0, files, sink);
                }
            }
            if file.names.is_empty() && file.in_use && !is_own && !file.streams.is_empty() {
                self.streams(file, &format!("[nameless]/{number}"), true, files, sink);
            }
            if sink.stopped() {
                return;
            }
        }
    }

    /// All streams of a file under one of its names; alternate streams under the first.
    fn streams(&self, file: &File, path: &str, is_first: bool, files: &mut Files<'_>, sink: &mut Sink<'_>) {
        let mut names: Vec<&str> = file.streams.iter().map(|stream| stream.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names.into_iter().filter(|name| is_first || name.is_empty()) {
            let mut parts: Vec<&Stream> = file.streams.iter().filter(|stream| stream.name == name).collect();
            parts.sort_by_key(|part| part.first);
            // Content that is not here reads as zeros here.
            if let Some((cause, words)) = file.kept_by.and_then(keeper).filter(|_| name.is_empty() && has_holes(&parts)) {
                files.unread(path, parts[0].size, file.at, cause, words, sink);
                continue;
            }
            let path = if name.is_empty() { path.to_owned() } else { format!("{path}:{name}") };
            self.stream(&path, &parts, file.at, files, sink);
        }
    }

    fn stream(&self, path: &str, parts: &[&Stream], at: u64, files: &mut Files<'_>, sink: &mut Sink<'_>) {
        let Some(first) = parts.first() else { return };
        if first.first > 0 {
            return files.unread(path, 0, at, Cause::Corrupt, "the record of its first clusters is missing", sink);
        }
        if first.flags & ENCRYPTED != 0 {
            return files.unread(path, first.size, at, Cause::Encrypted, "encrypted by the file system (EFS)", sink);
        }
        if let Data::Resident(record, range) = &first.data {
            let place = record + range.start as u64..record + range.end as u64;
            let raw = self.record(*record).unwrap_or_default();
            return files.decoded(path, &[place], &mut Cursor::new(raw.get(range.clone()).unwrap_or_default()), sink);
        }
        let runs: Vec<Extent> =
            parts.iter().flat_map(|part| if let Data::Runs(runs) = &part.data { &runs[..] } else { &[] }).copied().collect();
        if first.flags & COMPRESSED != 0 {
            return self.compressed(path, first, &runs, at, files, sink);
        }
        // What was never written reads as zeros.
        let mut extents = runs;
        if first.initialised < first.size {
            extents = shortened(&extents, first.initialised);
            extents.push(Extent { place: None, length: first.size - first.initialised });
        }
        files.file(path, &extents, first.size, at, sink);
    }

    /// Units of 16 clusters: whole ones are stored, shorter ones compressed, absent ones zeros.
    fn compressed(&self, path: &str, stream: &Stream, runs: &[Extent], at: u64, files: &mut Files<'_>, sink: &mut Sink<'_>) {
        if stream.size > LARGEST_COMPRESSED {
            return files.unread(
                path,
                stream.size,
                at,
                Cause::LimitSize,
                "compressed by the file system, and too large to be decoded",
                sink,
            );
        }
        let unit = 16 * self.cluster;
        let mut out = Vec::new();
        let (mut packed, mut filled, mut is_sound, mut is_there) = (Vec::new(), 0, true, true);
        let mut end_unit = |packed: &mut Vec<u8>, out: &mut Vec<u8>| {
            let start = out.len();
            match packed.len() as u64 {
                0 => {}
                length if length == unit => out.extend_from_slice(packed),
                _ => is_sound &= lznt1::decode(packed, out, unit as usize),
            }
            out.resize(start + unit as usize, 0);
            packed.clear();
        };
        let mut pieces: Vec<Range<u64>> = Vec::new();
        for run in runs {
            let mut done = 0;
            while done < run.length && (out.len() as u64) < stream.size {
                let n = (unit - filled).min(run.length - done);
                if let Some(place) = run.place {
                    let held = self.n.get(place + done, n);
                    is_there &= held.is_some();
                    packed.extend_from_slice(held.unwrap_or_default());
                    pieces.push(place + done..place + done + n);
                }
                (done, filled) = (done + n, filled + n);
                if filled == unit {
                    end_unit(&mut packed, &mut out);
                    filled = 0;
                }
            }
        }
        if filled > 0 {
            end_unit(&mut packed, &mut out);
        }
        let is_whole = out.len() as u64 >= stream.size;
        out.truncate(usize::try_from(stream.size).unwrap_or(usize::MAX));
        files.decoded(path, &pieces, &mut Cursor::new(&out), sink);
        if !is_sound || !is_whole || !is_there {
            sink.gap(at..at, Cause::Corrupt, format!("{path} is compressed by the file system, and damaged"));
        }
    }
}

/// What keeps the content of files elsewhere, in words.
fn keeper(tag: u64) -> Option<(Cause, &'static str)> {
    Some(match tag {
        0x8000_0013 => (Cause::UnsupportedMethod, "its content is in the store of data that several files share (deduplication)"),
        0x8000_0017 => (Cause::UnsupportedMethod, "compressed by Windows (WOF)"),
        0x8000_0007 => (Cause::UnsupportedMethod, "its content is in the store of single instances"),
        0xC000_0004 | 0x8000_0006 | 0x8000_001E => (Cause::NotRecovered, "its content was moved to other storage"),
        // Of clouds there are sixteen.
        cloud if cloud & 0xFFFF_0FFF == 0x9000_001A => (Cause::NotRecovered, "its content is in a cloud"),
        _ => return None,
    })
}

/// Is some of a stream nowhere in the volume?
fn has_holes(parts: &[&Stream]) -> bool {
    let is_hole = |part: &&Stream| match &part.data {
        Data::Resident(..) => false,
        Data::Runs(runs) => runs.iter().any(|run| run.place.is_none()),
    };
    // Sizes stand in the first part.
    let unwritten = |first: &&Stream| matches!(&first.data, Data::Runs(runs) if runs.is_empty() || first.initialised < first.size);
    parts.first().is_some_and(|first| first.size > 0 && (unwritten(first) || parts.iter().any(is_hole)))
}

fn shortened(extents: &[Extent], size: u64) -> Vec<Extent> {
    let mut left = size;
    let mut out = Vec::new();
    for extent in extents {
        let length = extent.length.min(left);
        if length > 0 {
            out.push(Extent { length, ..*extent });
        }
        left -= length;
    }
    out
}

/// The path of a directory by its record.
fn path_of(records: &HashMap<u64, File>, mut number: u64) -> String {
    let mut names = Vec::new();
    while number != ROOT {
        let Some((parent, name)) = records.get(&number).and_then(|directory| directory.names.first()) else {
            names.push(format!("[record {number}]"));
            break;
        };
        names.push(name.clone());
        if names.len() > DEEPEST || *parent == number {
            break;
        }
        number = *parent;
    }
    names.reverse();
    names.join("/")
}

fn le(raw: &[u8], at: usize, length: u64) -> u64 {
    raw.get(at..at + length as usize).map_or(0, |raw| raw.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b)))
}
