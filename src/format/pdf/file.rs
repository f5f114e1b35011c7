//! The objects of a PDF file (ISO 32000-2, 7.5). They are found where they stand, front to back, and not by
//! the cross-reference table: damaged files, and what an update has superseded, are read like the rest.

use super::crypt::Decryption;
use super::filter::{Decoded, decode};
use super::object::{Dictionary, Object, Parser};
use crate::format::{Limits, Sink};
use crate::model::Cause;
use memchr::memmem;
use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;

/// References that lead to references.
const CHAIN: usize = 16;
/// Decoded bytes of one stream that are held.
const MOST_DECODED: u64 = 256 << 20;
/// Object streams that are held, in decoded bytes.
const MOST_PACKED: usize = 512 << 20;

/// Where an object stands.
#[derive(Clone, Debug)]
pub enum Place {
    /// In the file: from its number to its end; its body; the bytes of its stream.
    Direct { all: Range<usize>, body: usize, data: Option<Range<usize>> },
    /// In the object stream with this ordinal, from this place on.
    Packed { stream: usize, at: usize },
}

/// An object of the file. Several may have one number; the last counts where it is referred to.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Object number.
    pub number: u32,
    generation: u16,
    /// Where it stands.
    pub place: Place,
}

struct Packed {
    bytes: Vec<u8>,
    /// Where the object stream's bytes begin in the file.
    offset: usize,
}

/// A file whose objects are known.
pub struct File<'a> {
    bytes: &'a [u8],
    /// All objects, in the order in which they stand.
    pub entries: Vec<Entry>,
    latest: HashMap<u32, usize>,
    packed: Vec<Packed>,
    key: Option<Decryption>,
    limits: Limits,
    /// Bytes that may still be decoded in all.
    left: Cell<u64>,
    /// Trailers and the dictionaries of cross-reference streams, in the order in which they stand.
    pub trailers: Vec<Dictionary>,
    /// Its streams' data were cut off.
    pub truncated: bool,
}

impl<'a> File<'a> {
    /// Finds the objects. Fails where the file is encrypted and no password fits.
    pub fn load(bytes: &'a [u8], sink: &mut Sink<'_>) -> Result<Self, Cause> {
        let limits = sink.limits();
        let left = Cell::new((bytes.len() as u64).saturating_mul(64).saturating_add(4 << 30));
        let mut file = Self {
            bytes,
            entries: Vec::new(),
            latest: HashMap::new(),
            packed: Vec::new(),
            key: None,
            limits,
            left,
            trailers: Vec::new(),
            truncated: false,
        };
        file.find_objects(sink);
        file.settle_lengths();
        file.find_trailers();
        let encryption = file.trailers.iter().rev().find_map(|t| t.get("Encrypt")).map(|e| file.resolve_all(e, 0));
        if let Some(Object::Dictionary(encryption)) = encryption {
            let id = file.trailers.iter().rev().find_map(|t| t.get("ID")).map(|id| file.resolve(id));
            let id = match id {
                Some(Object::Array(ids)) => match ids.first().map(|id| file.resolve(id)) {
                    Some(Object::String(id)) => id,
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            };
            let (key, place) = Decryption::open(&encryption, id, sink.passwords()).ok_or(Cause::Encrypted)?;
            if let Some(place) = place.checked_sub(1) {
                sink.opened_with("the document", place);
            }
            file.key = Some(key);
        }
        file.unpack(sink);
        Ok(file)
    }

    fn find_objects(&mut self, sink: &mut Sink<'_>) {
        let bytes = self.bytes;
        let finder = memmem::Finder::new(b"obj");
        let mut at = 0;
        while let Some(n) = bytes.get(at..).and_then(|rest| finder.find(rest)) {
            let keyword = at + n;
            at = keyword + 3;
            let Some((start, number, generation)) = header_before(bytes, keyword) else { continue };
            let mut parser = Parser::new(bytes, keyword + 3);
            let Some(object) = parser.object() else { continue };
            parser.skip_blank();
            let mut end = parser.at;
            let mut data = None;
            if let (Object::Dictionary(dictionary), Some(b"stream")) = (&object, bytes.get(end..end + 6)) {
                let from = end + 6 + line_end(&bytes[end + 6..]);
                let stated = dictionary.get("Length").and_then(Object::number).map(|n| n as usize);
                let range = stated.and_then(|n| whole(bytes, from, n)).or_else(|| searched(bytes, from));
                self.truncated |= range.is_none();
                let range = range.unwrap_or(from.min(bytes.len())..bytes.len());
                end = after_keyword(bytes, range.end, b"endstream");
                data = Some(range);
            }
            end = after_keyword(bytes, end, b"endobj");
            at = end.max(at);
            if self.entries.len() as u64 >= sink.limits().entries {
                let detail = format!("more than {} objects", self.entries.len());
                return sink.gap(start as u64..bytes.len() as u64, Cause::LimitEntries, detail);
            }
            self.latest.insert(number, self.entries.len());
            self.entries.push(Entry { number, generation, place: Place::Direct { all: start..end, body: keyword + 3, data } });
            if self.entries.len().is_multiple_of(4096) && sink.stopped() {
                return;
            }
        }
    }

    /// Streams whose length is an object of its own, and that hold the word `endstream`, reach further than
    /// they seemed to; objects found inside them are theirs.
    fn settle_lengths(&mut self) {
        let mut longer: Vec<Range<usize>> = Vec::new();
        for i in 0..self.entries.len() {
            let Place::Direct { all, body, data: Some(data) } = &self.entries[i].place else { continue };
            let (all, body, data) = (all.clone(), *body, data.clone());
            let Some(Object::Dictionary(dictionary)) = Parser::new(self.bytes, body).object() else { continue };
            if !matches!(dictionary.get("Length"), Some(Object::Reference(_))) {
                continue;
            }
            let length = dictionary.get("Length").and_then(|o| self.resolve(o).number()).map_or(0, |n| n as usize);
            if let Some(whole) = whole(self.bytes, data.start, length).filter(|w| w.end > data.end) {
                let end = after_keyword(self.bytes, after_keyword(self.bytes, whole.end, b"endstream"), b"endobj");
                longer.push(whole.clone());
                self.entries[i].place = Place::Direct { all: all.start..end, body, data: Some(whole) };
            }
        }
        if longer.is_empty() {
            return;
        }
        let inside = |entry: &Entry| match &entry.place {
            Place::Direct { all, .. } => {
                let n = longer.partition_point(|l| l.end <= all.start);
                longer.get(n).is_some_and(|l| l.start <= all.start)
            }
            Place::Packed { .. } => false,
        };
        self.entries.retain(|entry| !inside(entry));
        self.latest = self.entries.iter().enumerate().map(|(i, e)| (e.number, i)).collect();
    }

    fn find_trailers(&mut self) {
        let mut found: Vec<(usize, Dictionary)> = Vec::new();
        for range in self.between() {
            for n in memmem::find_iter(&self.bytes[range.clone()], b"trailer") {
                if let Some(Object::Dictionary(d)) = Parser::new(self.bytes, range.start + n + 7).object() {
                    found.push((range.start + n, d));
                }
            }
        }
        for entry in &self.entries {
            if let Place::Direct { all, body, data: Some(_) } = &entry.place
                && let Some(Object::Dictionary(d)) = Parser::new(self.bytes, *body).object()
                && d.is("Type", "XRef")
            {
                found.push((all.start, d));
            }
        }
        found.sort_by_key(|(at, _)| *at);
        self.trailers = found.into_iter().map(|(_, d)| d).collect();
    }

    /// The bytes between the objects.
    pub fn between(&self) -> Vec<Range<usize>> {
        let (mut out, mut at) = (Vec::new(), 0);
        for entry in &self.entries {
            if let Place::Direct { all, .. } = &entry.place {
                if all.start > at {
                    out.push(at..all.start);
                }
                at = at.max(all.end);
            }
        }
        if at < self.bytes.len() {
            out.push(at..self.bytes.len());
        }
        out
    }

    /// Decodes the object streams (7.5.7). Their objects stand where the stream stands.
    fn unpack(&mut self, sink: &mut Sink<'_>) {
        let (mut held, mut out) = (0, Vec::with_capacity(self.entries.len()));
        for i in 0..self.entries.len() {
            out.push(self.entries[i].clone());
            let Place::Direct { data: Some(data), .. } = self.entries[i].place.clone() else { continue };
            let Object::Dictionary(dictionary) = self.object(&self.entries[i]) else { continue };
            if !dictionary.is("Type", "ObjStm") {
                continue;
            }
            let decoded = self.decode(&self.entries[i], &dictionary);
            let range = data.start as u64..data.end as u64;
            held += decoded.bytes.len();
            if held > MOST_PACKED {
                sink.gap(range, Cause::LimitMemory, "object streams decode to more than the limit");
                continue;
            }
            if let Some((cause, detail)) = &decoded.defect {
                sink.gap(range, *cause, format!("object stream {}: {detail}", self.entries[i].number));
            }
            let first = dictionary.get("First").and_then(|o| self.resolve(o).number()).map_or(0, |n| n as usize);
            let mut parser = Parser::of_content(&decoded.bytes);
            while parser.at < first
                && let Some(number) = parser.object().and_then(|o| o.number())
                && let Some(at) = parser.object().and_then(|o| o.number())
            {
                if out.len() as u64 >= sink.limits().entries {
                    sink.gap(data.start as u64..data.start as u64, Cause::LimitEntries, "too many objects");
                    break;
                }
                let at = first.saturating_add(at as usize);
                out.push(Entry { number: number as u32, generation: 0, place: Place::Packed { stream: self.packed.len(), at } });
            }
            self.packed.push(Packed { bytes: decoded.bytes, offset: data.start });
        }
        self.entries = out;
        self.latest = self.entries.iter().enumerate().map(|(i, e)| (e.number, i)).collect();
    }

    /// The object of an entry, its strings decrypted.
    pub fn object(&self, entry: &Entry) -> Object {
        match &entry.place {
            Place::Direct { body, .. } => {
                let mut object = Parser::new(self.bytes, *body).object().unwrap_or(Object::Null);
                if let Some(key) = &self.key {
                    decrypt_strings(&mut object, key, entry);
                }
                object
            }
            Place::Packed { stream, at } => Parser::new(&self.packed[*stream].bytes, *at).object().unwrap_or(Object::Null),
        }
    }

    /// Where an entry's bytes begin in the file.
    pub fn offset(&self, entry: &Entry) -> u64 {
        match &entry.place {
            Place::Direct { all, .. } => all.start as u64,
            Place::Packed { stream, .. } => self.packed[*stream].offset as u64,
        }
    }

    /// The entry that a reference leads to.
    pub fn entry(&self, number: u32) -> Option<usize> {
        self.latest.get(&number).copied()
    }

    /// Follows a reference, and those that it leads to.
    pub fn resolve(&self, object: &Object) -> Object {
        let mut object = object.clone();
        for _ in 0..CHAIN {
            let Object::Reference(number) = object else { return object };
            object = self.entry(number).map_or(Object::Null, |i| self.object(&self.entries[i]));
        }
        Object::Null
    }

    /// The dictionary that a key leads to, empty where there is none.
    pub fn dictionary(&self, of: &Dictionary, key: &str) -> Dictionary {
        match of.get(key).map(|o| self.resolve(o)) {
            Some(Object::Dictionary(d)) => d,
            _ => Dictionary::default(),
        }
    }

    /// The objects of the array that a key leads to, or the one object that stands in its place.
    pub fn array(&self, of: &Dictionary, key: &str) -> Vec<Object> {
        match of.get(key).map(|o| self.resolve(o)) {
            Some(Object::Array(items)) => items,
            Some(Object::Null) | None => Vec::new(),
            Some(_) => of.get(key).cloned().into_iter().collect(),
        }
    }

    fn resolve_all(&self, object: &Object, depth: usize) -> Object {
        match self.resolve(object) {
            Object::Dictionary(d) if depth < 4 => {
                Object::Dictionary(Dictionary(d.0.into_iter().map(|(k, v)| (k, self.resolve_all(&v, depth + 1))).collect()))
            }
            other => other,
        }
    }

    /// Decodes the stream of an entry, whose dictionary this is.
    pub fn decode(&self, entry: &Entry, dictionary: &Dictionary) -> Decoded {
        let Place::Direct { data: Some(data), .. } = &entry.place else { return Decoded::default() };
        let raw = &self.bytes[data.clone()];
        let by_ratio = self.limits.ratio.saturating_mul(raw.len() as u64).max(self.limits.ratio_floor);
        let most = by_ratio.min(self.limits.member_bytes).min(MOST_DECODED);
        if self.left.get() < most.min(raw.len() as u64) {
            let defect = Some((Cause::LimitSize, "the file's streams decode to more than the limit".to_owned()));
            return Decoded { defect, ..Decoded::default() };
        }
        let plain = dictionary.is("Type", "XRef")
            || self.key.as_ref().is_some_and(|key| !key.metadata && dictionary.is("Type", "Metadata"))
            || self.array(dictionary, "Filter").first().is_some_and(|f| f.name() == Some(b"Crypt"));
        let raw = match &self.key {
            Some(key) if !plain => key.stream(raw, entry.number, entry.generation),
            _ => raw.to_vec(),
        };
        let decoded = decode(self, dictionary, raw, most as usize);
        self.left.set(self.left.get().saturating_sub(decoded.bytes.len() as u64));
        decoded
    }
}

fn decrypt_strings(object: &mut Object, key: &Decryption, entry: &Entry) {
    match object {
        Object::String(s) => *s = key.string(s, entry.number, entry.generation),
        Object::Array(items) => items.iter_mut().for_each(|item| decrypt_strings(item, key, entry)),
        Object::Dictionary(d) => d.0.iter_mut().for_each(|(_, value)| decrypt_strings(value, key, entry)),
        _ => {}
    }
}

/// `12 0 obj`: where it begins, and both numbers.
fn header_before(bytes: &[u8], keyword: usize) -> Option<(usize, u32, u16)> {
    let mut at = keyword;
    let mut numbers = [0u32; 2];
    for (i, number) in numbers.iter_mut().enumerate().rev() {
        let blank = bytes[..at].iter().rev().take(16).take_while(|b| b.is_ascii_whitespace() || **b == 0).count();
        // `0obj` is seen in damaged files; two numbers without a blank are one.
        if blank == 0 && i == 0 {
            return None;
        }
        let end = at - blank;
        let digits = bytes[..end].iter().rev().take(11).take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || digits > 10 {
            return None;
        }
        *number = std::str::from_utf8(&bytes[end - digits..end]).ok()?.parse().ok()?;
        at = end - digits;
    }
    Some((at, numbers[0], u16::try_from(numbers[1]).unwrap_or(u16::MAX)))
}

/// The line end behind the keyword `stream`.
fn line_end(rest: &[u8]) -> usize {
    let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    match &rest[blanks.min(rest.len())..] {
        [b'\r', b'\n', ..] => blanks + 2,
        [b'\r' | b'\n', ..] => blanks + 1,
        _ => 0,
    }
}

/// The data of a stream of so many bytes, if `endstream` stands behind them.
fn whole(bytes: &[u8], from: usize, length: usize) -> Option<Range<usize>> {
    let end = from.checked_add(length)?;
    let mut parser = Parser::new(bytes, end);
    bytes.get(end..)?;
    parser.skip_blank();
    bytes[parser.at.min(bytes.len())..].starts_with(b"endstream").then_some(from..end)
}

/// The data up to the word `endstream`, or to the end of the object.
fn searched(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let rest = bytes.get(from..)?;
    let end = memmem::find(rest, b"endstream")?;
    let end = match &rest[..end] {
        [.., b'\r', b'\n'] => end - 2,
        [.., b'\r' | b'\n'] => end - 1,
        _ => end,
    };
    Some(from..from + end)
}

/// Behind a keyword, if it stands here after blanks.
fn after_keyword(bytes: &[u8], at: usize, keyword: &[u8]) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let blank = rest.iter().take_while(|b| b.is_ascii_whitespace() || **b == 0).count();
    if rest[blank..].starts_with(keyword) { at + blank + keyword.len() } else { at }
}
