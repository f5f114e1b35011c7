//! Archives of `pg_dump`: the custom format, the tar format, and the table of contents of the directory format.
//! The table of contents gives the names of tables and columns, data become records, large objects members.

use super::pg_data::{decoder, rows};
use super::pg_toc::{Archive, Compression, Cursor, Entry, Layout};
use super::value;
use crate::format::container::TAR;
use crate::format::{At, Failure, Format, PassageKind, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::ops::Range;

/// An archive in the custom format, or the table of contents of one in the directory format.
pub static PG_DUMP: Format = Format {
    name: "pg_dump",
    media_type: "application/x-postgresql-dump",
    recognise: |probe| probe.head.starts_with(MAGIC),
    read,
    runs: Runs::Inside,
    version: 4,
    limitations: &[
        "in the directory format the names of columns stand in toc.dat alone: data files are tables without a header",
        "archives older than version 1.10 (PostgreSQL 7.4) are scanned",
    ],
};

/// An archive in the tar format.
pub static PG_DUMP_TAR: Format = Format {
    name: "pg_dump_tar",
    media_type: "application/x-postgresql-dump",
    recognise: |probe: &Probe<'_>| probe.head.starts_with(b"toc.dat\0") && probe.head.get(512..).is_some_and(|b| b.starts_with(MAGIC)),
    read: read_tar,
    runs: Runs::Inside,
    version: 3,
    limitations: &[],
};

const MAGIC: &[u8; 5] = b"PGDMP";

/// Pushes what the table of contents says, and covers it. `base`: where it begins in the item.
fn contents(archive: &Archive, bytes: &[u8], base: u64, sink: &mut Sink<'_>) {
    sink.kind(PassageKind::Prose);
    for entry in &archive.entries {
        for range in &entry.texts {
            sink.text(&value::text(&bytes[range.clone()]), At::Decoded(base + range.start as u64));
            sink.border();
        }
    }
    sink.cover(base..base + archive.end as u64, Class::Read);
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let archive = Archive::parse(bytes).inspect_err(|failure| sink.gap(failure.at..failure.at, failure.cause, failure.detail.clone()))?;
    contents(&archive, bytes, 0, sink);
    if archive.layout != Layout::Custom {
        return Ok(());
    }
    let entries: HashMap<i64, &Entry> = archive.entries.iter().map(|entry| (entry.id, entry)).collect();
    let mut seen = HashSet::new();
    let mut at = archive.end;
    while at < bytes.len() && !sink.stopped() {
        let mut cursor = archive.cursor(bytes, at);
        let (kind, id) = (cursor.byte()?, cursor.int()?);
        let entry = entries.get(&id).copied();
        sink.cover(at as u64..cursor.at as u64, Class::Structure);
        match kind {
            1 => {
                let chunks = Chunks::of(&mut cursor);
                table(&archive, entry, id, bytes, &chunks, sink);
                chunks.result?;
            }
            3 => blobs(&archive, bytes, &mut cursor, sink)?,
            _ => {
                sink.gap(at as u64..at as u64, Cause::Corrupt, "there is no block where one should begin");
                return Err(Failure::corrupt(at as u64, "there is no block where one should begin"));
            }
        }
        seen.insert(id);
        at = cursor.at;
    }
    let end = bytes.len() as u64;
    for entry in archive.entries.iter().filter(|entry| entry.has_data && !seen.contains(&entry.id)) {
        sink.gap(end..end, Cause::Truncated, format!("the data of {} are not there", entry.name));
    }
    Ok(())
}

/// How the table of this name is defined, for data that come as INSERT statements.
fn definition<'a>(archive: &Archive, name: &str, bytes: &'a [u8]) -> &'a [u8] {
    let table = archive.entries.iter().find(|entry| entry.description == "TABLE" && entry.name == name);
    table.and_then(|table| table.definition.clone()).map_or(&[], |range| &bytes[range])
}

/// A block's data, in chunks.
struct Chunks {
    ranges: Vec<Range<u64>>,
    /// All of it, lengths included.
    all: Range<u64>,
    result: Result<(), Failure>,
}

impl Chunks {
    fn of(cursor: &mut Cursor<'_>) -> Self {
        let start = cursor.at as u64;
        let mut out = Self { ranges: Vec::new(), all: start..start, result: Ok(()) };
        out.result = out.walk(cursor);
        out.all.end = cursor.at as u64;
        out
    }

    fn walk(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Failure> {
        loop {
            let length = usize::try_from(cursor.int()?).map_err(|_| Failure::corrupt(cursor.at as u64, "a chunk has no length"))?;
            if length == 0 {
                return Ok(());
            }
            let end = cursor.at.saturating_add(length).min(cursor.bytes.len());
            self.ranges.push(cursor.at as u64..end as u64);
            let is_cut = end - cursor.at < length;
            cursor.at = end;
            if is_cut {
                return Err(Failure::truncated(end as u64, "the archive is cut off"));
            }
        }
    }
}

/// The rows of one table.
fn table(archive: &Archive, entry: Option<&Entry>, id: i64, bytes: &[u8], chunks: &Chunks, sink: &mut Sink<'_>) {
    let unnamed = Entry { id, name: format!("entry {id}"), is_copy: true, ..Entry::default() };
    let entry = entry.unwrap_or(&unnamed);
    let raw = Joined { bytes, ranges: &chunks.ranges, done: 0 };
    let Some(mut data) = decoder(raw, archive.compression) else {
        return unknown_method(archive, &entry.name, &chunks.all, sink);
    };
    match rows(entry, definition(archive, &entry.name, bytes), &mut data, &chunks.all, sink) {
        Ok(()) => sink.cover(chunks.all.clone(), Class::Read),
        Err((cause, detail)) => sink.gap(chunks.all.clone(), cause, detail),
    }
}

fn unknown_method(archive: &Archive, name: &str, range: &Range<u64>, sink: &mut Sink<'_>) {
    if let Compression::Other(method) = archive.compression {
        sink.gap(range.clone(), Cause::UnsupportedMethod, format!("{name}: compression method {method} is not known"));
    }
}

/// Large objects, each a member.
fn blobs(archive: &Archive, bytes: &[u8], cursor: &mut Cursor<'_>, sink: &mut Sink<'_>) -> Result<(), Failure> {
    loop {
        let start = cursor.at as u64;
        let oid = cursor.int()?;
        sink.cover(start..cursor.at as u64, Class::Structure);
        if oid == 0 {
            return Ok(());
        }
        let chunks = Chunks::of(cursor);
        let raw = Joined { bytes, ranges: &chunks.ranges, done: 0 };
        match decoder(raw, archive.compression) {
            Some(mut data) => value::member(&format!("blob_{oid}"), 0, std::slice::from_ref(&chunks.all), &mut data, sink),
            None => unknown_method(archive, "large objects", &chunks.all, sink),
        }
        chunks.result?;
    }
}

/// Chunks, one after the other.
struct Joined<'a> {
    bytes: &'a [u8],
    ranges: &'a [Range<u64>],
    /// Bytes of the first that were read.
    done: u64,
}

impl Read for Joined<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while let Some((first, rest)) = self.ranges.split_first() {
            let n = (&self.bytes[(first.start + self.done) as usize..first.end as usize]).read(out)?;
            self.done += n as u64;
            if n > 0 || out.is_empty() {
                return Ok(n);
            }
            (self.ranges, self.done) = (rest, 0);
        }
        Ok(0)
    }
}

/// Members of a tar archive as `pg_dump` writes them: plain headers without extensions. Anything else is for
/// the reader of tar archives.
fn tar_members(bytes: &[u8]) -> Option<Vec<(Vec<u8>, Range<usize>)>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(header) = bytes.get(at..at + 512) {
        if header.iter().all(|&b| b == 0) {
            break;
        }
        let sum: u64 = header.iter().enumerate().map(|(i, &b)| if (148..156).contains(&i) { 32 } else { u64::from(b) }).sum();
        if octal(&header[148..156]) != Some(sum) || !matches!(header[156], b'0' | 0) {
            return None;
        }
        let size = match header[124] {
            0x80 => header[128..136].iter().fold(0u64, |n, &b| n << 8 | u64::from(b)),
            _ => octal(&header[124..136])?,
        };
        let name = &header[..100];
        let name = name[..name.iter().position(|&b| b == 0).unwrap_or(100)].to_vec();
        let end = (at as u64 + 512).checked_add(size).filter(|&end| end <= bytes.len() as u64)? as usize;
        out.push((name, at + 512..end));
        at = end.next_multiple_of(512);
    }
    Some(out)
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches(|c: char| c == '\0' || c == ' ');
    u64::from_str_radix(text, 8).ok()
}

fn read_tar(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let Some(members) = tar_members(bytes) else {
        sink.note("no plain archive of pg_dump: its members are read without the names of columns");
        return (TAR.read)(bytes, sink);
    };
    let toc = members.first().map_or(0..0, |(_, range)| range.clone());
    let archive = match Archive::parse(&bytes[toc.clone()]) {
        Ok(archive) => archive,
        Err(failure) => {
            sink.gap(toc.start as u64..toc.start as u64, failure.cause, failure.detail.clone());
            return (TAR.read)(bytes, sink);
        }
    };
    contents(&archive, &bytes[toc.clone()], toc.start as u64, sink);
    let files: HashMap<&[u8], &Entry> = archive.entries.iter().filter(|e| e.has_data).map(|e| (e.file.as_slice(), e)).collect();
    let mut seen = HashSet::new();
    sink.cover(0..512, Class::Structure);
    for (name, range) in members.iter().skip(1) {
        let place = range.start as u64..range.end as u64;
        sink.cover(place.start - 512..place.start, Class::Structure);
        sink.cover(place.end..place.end.next_multiple_of(512).min(bytes.len() as u64), Class::Structure);
        seen.insert(name.as_slice());
        let mut data = &bytes[range.clone()];
        match files.get(name.as_slice()).filter(|entry| entry.description == "TABLE DATA") {
            Some(entry) => match rows(entry, definition(&archive, &entry.name, &bytes[toc.clone()]), &mut data, &place, sink) {
                Ok(()) => sink.cover(place, Class::Read),
                Err((cause, detail)) => sink.gap(place, cause, detail),
            },
            // Large objects, their list, and the script that restores all.
            None => value::member(&String::from_utf8_lossy(name), range.len() as u64, &[place], &mut data, sink),
        }
        if sink.stopped() {
            return Ok(());
        }
    }
    // Large objects are members of their own, whose list is named otherwise than here.
    for (file, entry) in files.iter().filter(|(file, entry)| !seen.contains(*file) && entry.description != "BLOBS") {
        let detail = format!("{} with the data of {} is not there", String::from_utf8_lossy(file), entry.name);
        sink.gap(bytes.len() as u64..bytes.len() as u64, Cause::Truncated, detail);
    }
    // Behind the last member nothing but zeros should stand.
    let end = members.last().map_or(0, |(_, range)| range.end.next_multiple_of(512)).min(bytes.len());
    if bytes[end..].iter().all(|&b| b == 0) {
        sink.cover(end as u64..bytes.len() as u64, Class::Structure);
    }
    Ok(())
}
