//! Dumps of MongoDB: documents of BSON one behind the other, as `mongodump` writes a collection, and its archives of many
//! (mongo-tools, `archive/archive.go`: a mark, a header, a document for each collection, and slices of collections, each behind
//! a document that names it and before a mark that ends it). The documents of a collection are a member in JSON, one in a line,
//! which is read as JSON is; large binary values are members of their own, and chunks of GridFS (GridFS Specification,
//! "Chunks Collection") are joined to the files that they are.

use super::bson_value::{Binary, Step, Walk, binary, end_of, quoted, write};
use crate::format::database::value;
use crate::format::numbers::le32;
use crate::format::{Failure, Format, Probe, Runs, Sink};
use crate::model::{Cause, Class, to_hex};
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;

/// Documents of one collection.
pub static BSON: Format = Format {
    name: "bson",
    media_type: "application/bson",
    recognise: |probe| is_documents(probe),
    read: read_documents,
    runs: Runs::Inside,
    // Files that were scanned were recorded with lower versions, and are read again.
    version: 6,
    limitations: &["columns of time series (binary subtype 7) are not decoded", "types of numbers are not kept apart"],
};

/// An archive of many collections.
pub static MONGO_ARCHIVE: Format = Format {
    name: "mongo_archive",
    media_type: "application/x-mongo-archive",
    recognise: |probe| probe.head.starts_with(&MAGIC) && le32(probe.head, 4).is_some_and(|length| length as usize <= LONGEST),
    read: read_archive,
    runs: Runs::Inside,
    version: 6,
    limitations: BSON.limitations,
};

const MAGIC: [u8; 4] = 0x8199_E26D_u32.to_le_bytes();
/// Ends a slice.
const TERMINATOR: u32 = u32::MAX;
/// A document is no longer (MongoDB Limits, "BSON Document Size", and what the server adds to its own).
const LONGEST: usize = (16 << 20) + (16 << 10);
/// Shorter documents are too few bytes to be known by.
const SHORTEST: usize = 12;
/// Longer names of fields are none.
const LONGEST_NAME: usize = 1024;
/// Chunks of files that are joined; what is beyond them is members by itself.
const MOST_CHUNKS: usize = 1 << 20;

/// Is the first document one, or as much of it as there is?
fn is_documents(probe: &Probe<'_>) -> bool {
    let bytes = probe.bytes;
    let Some(length) = le32(bytes, 0).map(|length| length as usize).filter(|length| (SHORTEST..=LONGEST).contains(length)) else {
        return false;
    };
    let is_whole = length <= bytes.len();
    if is_whole && end_of(bytes, 0, length).is_none() {
        return false;
    }
    let is_name = |name: &[u8]| {
        let is_word = |c: char| !c.is_control() && c != char::REPLACEMENT_CHARACTER;
        std::str::from_utf8(name).is_ok_and(|name| !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(is_word))
    };
    let mut walk = Walk::begun(bytes, length);
    let mut elements = 0;
    while let Some(step) = walk.next() {
        match step {
            Ok(Step::Value(name, ..) | Step::Open(name, _)) if is_name(name) => elements += 1,
            Ok(Step::Close) => {}
            // Where the end is missing, two elements tell a document, or one and the beginning of another.
            Err(at) if !is_whole && elements > 0 => {
                let name = |rest: &[u8]| rest.iter().position(|b| *b == 0).is_some_and(|end| is_name(&rest[..end]));
                return match bytes.get(at..).and_then(<[u8]>::split_first) {
                    Some((kind, rest)) => matches!(kind, 0x01..=0x13) && name(rest),
                    None => elements > 1,
                };
            }
            Ok(Step::Value(..) | Step::Open(..)) | Err(_) => return false,
        }
    }
    elements > 0 && is_whole
}

fn read_documents(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let mut collection = Collection::default();
    let mut at = 0;
    while at < bytes.len() {
        match document(bytes, at) {
            Some(end) => {
                collection.take(bytes, at..end, sink);
                at = end;
            }
            None => {
                sink.gap(at as u64..at as u64, Cause::Truncated, "a document is cut off, or none begins where one should");
                break;
            }
        }
        if sink.stopped() {
            break;
        }
    }
    collection.hand_over(bytes, "documents", sink);
    Ok(())
}

/// Where the document at a place ends.
fn document(bytes: &[u8], at: usize) -> Option<usize> {
    end_of(bytes, at, bytes.len()).filter(|end| end - at <= LONGEST)
}

fn read_archive(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    // What stands before the slices: the versions of what wrote it, and what each collection is.
    let mut collections: BTreeMap<String, Collection> = BTreeMap::new();
    let mut prelude = Collection::default();
    let mut open: Option<String> = None;
    let mut is_prelude = true;
    sink.cover(0..4, Class::Structure);
    let mut at = 4;
    while at < bytes.len() && !sink.stopped() {
        if le32(bytes, at) == Some(TERMINATOR) {
            sink.cover(at as u64..at as u64 + 4, Class::Structure);
            (open, is_prelude) = (None, false);
            at += 4;
            continue;
        }
        let Some(end) = document(bytes, at) else {
            sink.gap(at as u64..at as u64, Cause::Truncated, "a slice is cut off, or no document begins where one should");
            break;
        };
        if is_prelude {
            prelude.take(bytes, at..end, sink);
        } else if let Some(collection) = open.as_ref().and_then(|name| collections.get_mut(name)) {
            collection.take(bytes, at..end, sink);
        } else {
            let (name, is_end) = slice(bytes, at);
            if collections.len() as u64 >= sink.limits().entries && !collections.contains_key(&name) {
                sink.gap(at as u64..at as u64, Cause::LimitEntries, "there are more collections than are kept");
                break;
            }
            sink.cover(at as u64..end as u64, Class::Read);
            collections.entry(name.clone()).or_default().is_open = !is_end;
            open = Some(name);
        }
        at = end;
    }
    for (name, _) in collections.iter().filter(|(_, collection)| collection.is_open) {
        sink.gap(bytes.len() as u64..bytes.len() as u64, Cause::Truncated, format!("nothing says that {name} ended"));
    }
    prelude.hand_over(bytes, "prelude", sink);
    collections.into_iter().for_each(|(name, collection)| collection.hand_over(bytes, &name, sink));
    Ok(())
}

/// Which collection a slice is of, and whether it says that this one has ended.
fn slice(bytes: &[u8], at: usize) -> (String, bool) {
    let (mut database, mut collection, mut is_end) = (String::new(), String::new(), false);
    if let Some(mut walk) = Walk::new(bytes, at) {
        while let Some(Ok(step)) = walk.next() {
            let Step::Value(name, kind, place) = step else { continue };
            let text = || value::text(bytes.get(place.start + 4..place.end - 1).unwrap_or_default());
            match (name, kind) {
                (b"db", 0x02) => database = text(),
                (b"collection", 0x02) => collection = text(),
                (b"EOF", 0x08) => is_end = bytes.get(place.start) == Some(&1),
                _ => {}
            }
        }
    }
    (format!("{database}.{collection}"), is_end)
}

/// A chunk of a file: its number, and where its bytes stand.
type Chunk = (i64, Range<usize>);

/// What was found of a collection.
#[derive(Default)]
struct Collection {
    /// Where its documents stand, those one behind the other as one: millions of small ones take no memory.
    runs: Vec<Range<usize>>,
    documents: u64,
    /// Chunks of files by the identifiers of these.
    files: BTreeMap<Vec<u8>, Vec<Chunk>>,
    chunks: usize,
    /// Nothing said yet that it has ended.
    is_open: bool,
}

impl Collection {
    /// Takes a document, if all of it is one; else it is left to be scanned.
    fn take(&mut self, bytes: &[u8], place: Range<usize>, sink: &mut Sink<'_>) {
        let Some(mut walk) = Walk::new(bytes, place.start) else { return };
        let (mut file, mut number, mut data) = (None, None, None);
        let mut binaries: Vec<(Vec<u8>, Range<usize>)> = Vec::new();
        let mut depth = 0;
        while let Some(step) = walk.next() {
            let (name, kind, value) = match step {
                Ok(Step::Value(name, kind, value)) => (name, kind, value),
                Ok(Step::Open(..)) => {
                    depth += 1;
                    continue;
                }
                Ok(Step::Close) => {
                    depth -= 1;
                    continue;
                }
                Err(at) => {
                    sink.gap(place.start as u64..place.start as u64, Cause::Corrupt, format!("a document is broken at {at}"));
                    return;
                }
            };
            match (name, kind) {
                (b"files_id", _) if depth == 0 => file = Some(bytes[value].to_vec()),
                (b"n", 0x10) if depth == 0 => number = le32(bytes, value.start).map(|n| i64::from(n as i32)),
                (b"data", 0x05) if depth == 0 => data = Some(value),
                (_, 0x05) => binaries.push((name.to_vec(), value)),
                _ => {}
            }
        }
        let data = data.filter(|data| match (&file, number, binary(bytes, data)) {
            (Some(file), Some(number), Binary::Plain(plain)) if self.chunks < MOST_CHUNKS => {
                self.chunks += 1;
                self.files.entry(file.clone()).or_default().push((number, data.end - plain.len()..data.end));
                false
            }
            _ => true,
        });
        binaries.extend(data.map(|data| (b"data".to_vec(), data)));
        for (name, place) in binaries {
            let at = place.start as u64..place.end as u64;
            match binary(bytes, &place) {
                Binary::Plain(plain) if value::binary(plain).is_none() => {
                    let name = format!("{}/{}", value::text(&name), self.documents);
                    let whole = (place.end - plain.len()) as u64..place.end as u64;
                    value::member(&name, plain.len() as u64, &[whole], &mut &*plain, sink);
                }
                Binary::Plain(_) | Binary::Uuid(_) => {}
                Binary::Encrypted => sink.gap(at, Cause::Encrypted, format!("{} is encrypted by field", value::text(&name))),
                Binary::Column => sink.gap(at, Cause::UnsupportedMethod, format!("{} is a column of a time series", value::text(&name))),
            }
        }
        self.documents += 1;
        match self.runs.last_mut() {
            Some(run) if run.end == place.start => run.end = place.end,
            Some(_) | None => self.runs.push(place),
        }
    }

    /// All that was taken as members.
    fn hand_over(self, bytes: &[u8], name: &str, sink: &mut Sink<'_>) {
        for (file, mut chunks) in self.files {
            chunks.sort_by_key(|(number, _)| *number);
            let missing = chunks.iter().enumerate().any(|(at, (number, _))| *number != at as i64);
            let places: Vec<Range<u64>> = chunks.iter().map(|(_, place)| place.start as u64..place.end as u64).collect();
            let start = places.first().map_or(0, |place| place.start);
            if missing {
                sink.gap(start..start, Cause::Truncated, format!("chunks of the file {} are missing", to_hex(&file)));
            }
            let size = places.iter().map(|place| place.end - place.start).sum();
            let mut joined =
                Joined { bytes, chunks: chunks.into_iter().map(|(_, place)| place).collect::<Vec<_>>().into_iter(), rest: &[] };
            value::member(&to_hex(&file), size, &places, &mut joined, sink);
        }
        if self.runs.is_empty() {
            return;
        }
        let places: Vec<Range<u64>> = self.runs.iter().map(|run| run.start as u64..run.end as u64).collect();
        let size = places.iter().map(|place| place.end - place.start).sum();
        let mut lines = Lines { bytes, runs: self.runs.into_iter(), rest: 0..0, line: Vec::new(), at: 0 };
        value::member(&format!("{name}.json"), size, &places, &mut lines, sink);
    }
}

/// Places of the item one behind the other.
struct Joined<'a, I> {
    bytes: &'a [u8],
    chunks: I,
    rest: &'a [u8],
}

impl<I: Iterator<Item = Range<usize>>> Read for Joined<'_, I> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.rest.is_empty() {
            let Some(place) = self.chunks.next() else { return Ok(0) };
            self.rest = self.bytes.get(place).unwrap_or_default();
        }
        self.rest.read(out)
    }
}

/// Documents as lines of JSON.
struct Lines<'a, I> {
    bytes: &'a [u8],
    runs: I,
    /// What is left of the run.
    rest: Range<usize>,
    line: Vec<u8>,
    at: usize,
}

impl<I: Iterator<Item = Range<usize>>> Read for Lines<'_, I> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.at >= self.line.len() {
            let Some(end) = end_of(self.bytes, self.rest.start, self.rest.end) else {
                let Some(run) = self.runs.next() else { return Ok(0) };
                self.rest = run;
                continue;
            };
            self.line.clear();
            self.at = 0;
            json(self.bytes, self.rest.start, &mut self.line);
            self.rest.start = end;
        }
        let mut rest = &self.line[self.at..];
        let read = rest.read(out)?;
        self.at += read;
        Ok(read)
    }
}

/// Appends a document as a line of JSON. Binary values that are members are null in it.
fn json(bytes: &[u8], at: usize, out: &mut Vec<u8>) {
    let Some(mut walk) = Walk::new(bytes, at) else { return };
    out.push(b'{');
    // For each document that is open: is it a list, and did something stand in it?
    let mut open = vec![(false, false)];
    while let Some(Ok(step)) = walk.next() {
        if step == Step::Close {
            let Some((is_list, _)) = open.pop() else { break };
            out.push(if is_list { b']' } else { b'}' });
            continue;
        }
        if let Some((is_list, has_some)) = open.last_mut() {
            if std::mem::replace(has_some, true) {
                out.push(b',');
            }
            if let (false, Step::Value(name, ..) | Step::Open(name, _)) = (*is_list, &step) {
                quoted(&value::text(name), out);
                out.push(b':');
            }
        }
        match step {
            Step::Open(_, is_list) => {
                out.push(if is_list { b'[' } else { b'{' });
                open.push((is_list, false));
            }
            Step::Value(_, 0x05, place) => match binary(bytes, &place) {
                Binary::Plain(plain) => match value::binary(plain) {
                    Some(text) => quoted(&text, out),
                    None => out.extend_from_slice(b"null"),
                },
                Binary::Uuid(raw) => quoted(&to_hex(raw), out),
                Binary::Encrypted | Binary::Column => out.extend_from_slice(b"null"),
            },
            Step::Value(_, kind, place) => write(bytes, kind, &place, out),
            Step::Close => {}
        }
    }
    out.push(b'\n');
}
