//! What is encoded inside text, in any encoding of text and in the text of binaries: base64, uuencode, ASCII85,
//! hexadecimal digits, dumps of bytes. What is found becomes a member.

use super::base64::{self, Within};
use super::encoding::{self, TextEncoding};
use super::hexadecimal::{self, Literals};
use super::places::{self, Places};
use super::values::Values;
use super::{ascii85, base32, byte_lists, hex_dump, standalone, uuencode};
use crate::format::{Failure, PassageKind, ReadFn, Sink, cms, database, payments};
use rayon::prelude::*;
use std::io::Read;
use std::ops::Range;

/// Text of wide characters is narrowed in pieces of so many characters.
const PIECE: usize = 32 << 20;
/// Longer ones are members as anything else.
const CERTIFICATE: u64 = 16 << 20;

/// Reads an item of text, and finds what is encoded in it and whose the payments are that stand amid it.
pub(in crate::format) fn read_beside(bytes: &[u8], sink: &mut Sink<'_>, read_text: ReadFn) -> Result<(), Failure> {
    read_with(bytes, Literals::Searched, sink, read_text)
}

/// As [`read_beside`], of a reader that decodes the literals of SQL itself.
pub(in crate::format) fn read_beside_sql(bytes: &[u8], sink: &mut Sink<'_>, read_text: ReadFn) -> Result<(), Failure> {
    read_with(bytes, Literals::Decoded, sink, read_text)
}

fn read_with(bytes: &[u8], literals: Literals, sink: &mut Sink<'_>, read_text: ReadFn) -> Result<(), Failure> {
    sink.searches_bytes = true;
    let around = std::mem::take(&mut sink.quiet);
    let result = read_text(bytes, sink);
    let quiet = std::mem::replace(&mut sink.quiet, around);
    let wide = memchr::memchr(0, &bytes[..bytes.len().min(4 << 10)]).and_then(|_| encoding::detect(bytes)).filter(|e| e.unit() > 1);
    if wide.is_none() && is_quiet_beside(bytes, quiet) {
        return result;
    }
    read(bytes, wide, literals, sink);
    payments::read_amid_text(bytes, sink);
    result
}

/// What tells that something is encoded in a text, or that payments stand in it, does so in fewer bytes.
const AROUND: usize = 8 << 10;

/// Is it certain that nothing is encoded in these bytes, nor payments stand amid them, and would be found in a text of which
/// they are a part, but for its ends? Whoever finds something finds where it begins, and that is seen in few bytes, wherever
/// the search came from.
pub(in crate::format) fn is_quiet(bytes: &[u8]) -> bool {
    let has = |mark: &[u8]| memchr::memmem::find(bytes, mark).is_some();
    let is_encoded = || {
        has(uuencode::BEGIN)
            || has(ascii85::END)
            || hex_dump::may_hold(bytes)
            || hexadecimal::may_hold(bytes)
            || base64::may_hold(bytes)
            || byte_lists::may_hold(bytes)
    };
    !is_encoded() && !payments::may_stand_in(bytes)
}

/// Is all of an item quiet, of which these ranges are?
fn is_quiet_beside(bytes: &[u8], mut quiet: Vec<Range<u64>>) -> bool {
    let len = bytes.len() as u64;
    quiet.retain(|range| range.end <= len && range.end.saturating_sub(range.start) > 2 * AROUND as u64);
    quiet.sort_unstable_by_key(|range| range.start);
    let mut from = 0;
    // Of what is not known, and of what is near the ends of what is, it is asked here.
    !quiet.is_empty()
        && quiet.iter().map(Some).chain([None]).all(|range| {
            let to = range.map_or(bytes.len(), |range| range.start as usize + AROUND);
            let is_known = to <= from;
            let open = from..to;
            from = from.max(range.map_or(to, |range| range.end as usize - AROUND));
            is_known || is_quiet(&bytes[open])
        })
}

/// Finds what is encoded in an item of text.
fn read(bytes: &[u8], wide: Option<TextEncoding>, literals: Literals, sink: &mut Sink<'_>) {
    match wide {
        Some(encoding) => read_wide(bytes, encoding, literals, sink),
        None => {
            read_narrow(bytes, Within::Text, literals, &|range| range.start as u64..range.end as u64, sink);
        }
    }
}

/// Finds what is encoded in ranges of an item that are no text.
pub fn read_binary(bytes: &[u8], ranges: &[Range<u64>], sink: &mut Sink<'_>) {
    let clip = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
    let clip = |range: &Range<u64>| &bytes[clip(range.start)..clip(range.end)];
    // Threads share short ranges among them, and long ones each.
    let shared = &*sink;
    let look = |range: &Range<u64>| match shared.stopped() {
        true => (false, false),
        false => (clip(range).len() >= SHORTEST && payments::is_amid_text(clip(range)), places::may_hold(clip(range))),
    };
    let may_hold: Vec<(bool, bool)> = ranges.par_iter().map(look).collect();
    for (range, _) in ranges.iter().zip(&may_hold).filter(|(_, (payments, _))| *payments) {
        payments::read_amid_bytes(clip(range), range.start, sink);
    }
    for (range, _) in ranges.iter().zip(&may_hold).filter(|(_, (_, encoded))| *encoded) {
        let base = range.start;
        let place = |range: Range<usize>| base + range.start as u64..base + range.end as u64;
        read_narrow(clip(range), Within::Binary, Literals::Searched, &place, sink);
    }
}

/// In no value that is shorter something is encoded.
pub(in crate::format) const SHORTEST: usize = 100;

/// Might something be encoded in a value?
pub(in crate::format) fn may_hold(value: &str) -> bool {
    if value.len() < SHORTEST {
        return false;
    }
    let mut holds = false;
    let mut seen = |_: Range<usize>, _: &mut dyn Read| {
        holds = true;
        false
    };
    let (bytes, places) = (value.as_bytes(), Places::anywhere());
    base64::find(bytes, &places, Within::Text, &mut seen);
    uuencode::find(bytes, &places, &mut seen);
    ascii85::find(bytes, &places, &mut seen);
    hexadecimal::find(bytes, &places, Literals::Searched, &mut seen);
    holds
}

/// Has a value that was decoded and stands at `offset` read as the file that it is, or finds what is encoded in it.
pub(in crate::format) fn read_value(value: &str, offset: u64, sink: &mut Sink<'_>) {
    if let Some(file) = standalone::file_in(value) {
        let place = [offset..offset];
        return database::value::member(&format!("text@{offset}"), file.len() as u64, &place, &mut file.as_bytes(), sink);
    }
    // Where the item's bytes are searched, what is encoded in them is found there.
    if sink.searches_bytes || value.len() < SHORTEST {
        return;
    }
    read_narrow(value.as_bytes(), Within::Text, Literals::Searched, &|_| offset..offset, sink);
}

/// Documents of JSON up to so many bytes are read whole, with the objects in their strings.
const LONGEST_DOCUMENT: usize = 1 << 20;

/// Gives where the last thing ends that was found; 0 where there is none.
fn read_narrow(bytes: &[u8], within: Within, literals: Literals, place: &dyn Fn(Range<usize>) -> Range<u64>, sink: &mut Sink<'_>) -> usize {
    let stopped = sink.asks_stopped();
    let places = Places::of(bytes, sink, &stopped);
    let mut found = Found { end: 0, place, sink };
    let mut values = Values::new("base64-values");
    let is_object = bytes.len() <= LONGEST_DOCUMENT && matches!(bytes.trim_ascii_start(), [b'{' | b'[', ..]);
    base64::find(bytes, &places, within, &mut |range, decoder| {
        let written = &bytes[range.clone()];
        if base64::is_certificate(&bytes[..range.start]) {
            return found.certificate(range, decoder);
        }
        match base64::decoded_value(written) {
            // With its row, and whose that is, a string of JSON is read by its own reader.
            Some(value) if is_object && bytes[..range.start].ends_with(b"\"") && Values::is_document(&value) => true,
            Some(value) => found.value(&value, range, &mut values),
            None => found.member(if base32::is_written(written) { "base32" } else { "base64" }, range, decoder),
        }
    });
    values.end(found.sink);
    uuencode::find(bytes, &places, &mut |range, decoder| found.member("uuencode", range, decoder));
    ascii85::find(bytes, &places, &mut |range, decoder| found.member("ascii85", range, decoder));
    hexadecimal::find(bytes, &places, literals, &mut |range, decoder| found.member("hexadecimal", range, decoder));
    if within == Within::Text && !found.sink.stopped() {
        hex_dump::find(bytes, &mut |range, decoder| found.member("hexdump", range, decoder));
        byte_lists::find(bytes, &places, &mut |range, decoder| found.member("bytes", range, decoder));
    }
    found.end
}

/// Takes what is found.
struct Found<'f, 's> {
    /// Where the last of it ends.
    end: usize,
    place: &'f dyn Fn(Range<usize>) -> Range<u64>,
    sink: &'f mut Sink<'s>,
}

impl Found<'_, '_> {
    /// False once the run was interrupted.
    fn member(&mut self, kind: &str, range: Range<usize>, decoder: &mut dyn Read) -> bool {
        if self.sink.stopped() {
            return false;
        }
        self.end = self.end.max(range.end);
        let place = (self.place)(range);
        self.sink.member(format!("{kind}@{}", place.start).as_bytes(), place, decoder);
        true
    }

    /// A short value, of which there may be one in every line.
    fn value(&mut self, value: &str, range: Range<usize>, values: &mut Values) -> bool {
        if self.sink.stopped() {
            return false;
        }
        self.end = self.end.max(range.end);
        values.push(value, (self.place)(range), self.sink);
        true
    }

    /// The words of a certificate are text: its keys and signatures look encrypted, and hold nobody's records.
    fn certificate(&mut self, range: Range<usize>, decoder: &mut dyn Read) -> bool {
        let mut der = Vec::new();
        // Reading from memory does not fail.
        let _ = (&mut *decoder).take(CERTIFICATE).read_to_end(&mut der);
        self.sink.kind(PassageKind::Prose);
        let at = (self.place)(range.clone()).start;
        if cms::push_certificate(&der, at, self.sink) {
            self.end = self.end.max(range.end);
            return true;
        }
        self.member("base64", range, &mut (&der[..]).chain(decoder))
    }
}

/// Characters of two and four bytes are narrowed to those of ASCII, which is all that encodings use.
fn read_wide(bytes: &[u8], encoding: TextEncoding, literals: Literals, sink: &mut Sink<'_>) {
    let (unit, mark) = (encoding.unit(), encoding.mark_len(bytes));
    let units = bytes[mark..].chunks_exact(unit).len();
    let mut from = 0;
    while from < units {
        let base = mark + from * unit;
        let piece: Vec<u8> = bytes[base..].chunks_exact(unit).take(PIECE).map(|character| narrow(character, encoding)).collect();
        let ends = from + piece.len() == units;
        let place = |range: Range<usize>| (base + range.start * unit) as u64..(base + range.end * unit) as u64;
        let last = read_narrow(&piece, Within::Text, literals, &place, sink);
        // What begins near the end of a piece is looked for again in the next one.
        from += if ends { piece.len() } else { last.max(piece.len() / 2) };
    }
}

fn narrow(character: &[u8], encoding: TextEncoding) -> u8 {
    let (low, high) = match encoding {
        TextEncoding::Utf16Be | TextEncoding::Utf32Be => (character[character.len() - 1], &character[..character.len() - 1]),
        TextEncoding::Utf16Le | TextEncoding::Utf32Le | TextEncoding::Utf8 | TextEncoding::Windows1252 => (character[0], &character[1..]),
    };
    if high.iter().all(|b| *b == 0) { low } else { 0xFF }
}

#[cfg(test)]
#[path = "embedded_tests.rs"]
mod tests;
