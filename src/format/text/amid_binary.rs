//! Files of text between bytes that are none: in memory, in space of a disk that no file has, behind zeros. What a
//! stretch of text holds in records is lost where it is only scanned, so a stretch that is a file by itself is a member.

use super::record::{Dialect, Found, RecordReader};
use super::sniff::{SAMPLE, sniff};
use super::standalone;
use crate::format::pieces::Pieces;
use crate::format::{Sink, container, database, payments};
use crate::model::Cause;
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;

/// Where one thread looks for the start of stretches.
const WINDOW: usize = 8 << 20;
/// Bytes that are decoded at once; so many say what a stretch is.
const PIECE: usize = 1 << 20;
/// A table goes on behind so many zeros.
const ZEROS: usize = 1 << 20;
/// Records by which it shows that it does.
const PROOF: usize = 8;

/// A file amid other bytes.
struct Stretch {
    /// Its bytes, without zeros that are written over some of them.
    places: Vec<Range<usize>>,
    is_wide: bool,
}

/// Has files of text in ranges of an item that are no text read as members.
pub fn read_texts(bytes: &[u8], ranges: &[Range<u64>], sink: &mut Sink<'_>) {
    let clip = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
    let windows: Vec<(Range<usize>, Range<usize>)> = ranges
        .iter()
        .map(|range| clip(range.start)..clip(range.end))
        .flat_map(|range| range.clone().step_by(WINDOW).map(move |at| (at..range.end.min(at + WINDOW), range.clone())))
        .collect();
    let shared = &*sink;
    let stretches: Vec<Vec<Stretch>> = windows
        .into_par_iter()
        .map(|(window, range)| if shared.stopped() { Vec::new() } else { stretches(bytes, window, &range) })
        .collect();
    let mut end = 0;
    for stretch in stretches.into_iter().flatten() {
        if sink.stopped() {
            return;
        }
        // What goes on behind zeros was found by itself, too.
        let (Some(first), Some(last)) = (stretch.places.first(), stretch.places.last()) else { continue };
        if first.start < end {
            continue;
        }
        end = last.end;
        // What seems to be a table may be the beginning of one that is packed: all that is repeated in it is not seen.
        if !stretch.is_wide
            && let Some(block) = container::lz4_around(bytes, first)
        {
            sink.gap(block.start as u64..block.end as u64, Cause::UnsupportedMethod, "a block of LZ4 amid other bytes");
            end = end.max(block.end);
            continue;
        }
        let size: usize = stretch.places.iter().map(Range::len).sum();
        let name = format!("text@{}", first.start);
        let places: Vec<Range<u64>> = stretch.places.iter().map(|place| place.start as u64..place.end as u64).collect();
        let parts = stretch.places.iter().enumerate().flat_map(|(n, place)| {
            let end = place.end;
            let pieces = place.clone().step_by(PIECE).map(move |at| at..end.min(at + PIECE)).map(|piece| match stretch.is_wide {
                true => Cow::Owned(narrow(bytes, piece).into_bytes()),
                false => Cow::Borrowed(&bytes[piece]),
            });
            std::iter::once(Cow::Borrowed(if n > 0 { &b"\n"[..] } else { b"" })).chain(pieces)
        });
        database::value::member(&name, size as u64, &places, &mut Pieces::new(parts), sink);
    }
}

/// Where files of text stand in a range that is no text, each as it is written.
pub(in crate::format) fn places(bytes: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
    let mut end = 0;
    let windows = range.clone().step_by(WINDOW).map(|at| at..range.end.min(at + WINDOW));
    let places = windows.flat_map(|window| stretches(bytes, window, &range)).flat_map(|stretch| stretch.places);
    let is_next = |place: &Range<usize>| {
        let is_next = place.start >= end;
        end = end.max(place.end);
        is_next
    };
    places.filter(is_next).collect()
}

/// The files whose first line ends in a window of a range, in order.
fn stretches(bytes: &[u8], window: Range<usize>, range: &Range<usize>) -> Vec<Stretch> {
    let narrow = runs(bytes, &window, range, b"\n", is_narrow).into_iter().filter_map(|run| narrow_file(bytes, run, range));
    let wide = runs(bytes, &window, range, b"\n\0", is_wide).into_iter().filter_map(|run| wide_file(bytes, run, range));
    let mut out: Vec<Stretch> = narrow.chain(wide).collect();
    out.sort_by_key(|stretch| stretch.places.first().map(|place| place.start));
    out
}

/// Runs of characters of one length around line ends, each of the window in which its first line ends.
fn runs(bytes: &[u8], window: &Range<usize>, range: &Range<usize>, feed: &[u8], is_text: fn(&[u8]) -> bool) -> Vec<Range<usize>> {
    let unit = feed.len();
    let finder = memchr::memmem::Finder::new(feed);
    let back =
        |place: Range<usize>, holds: &dyn Fn(&[u8]) -> bool| unit * bytes[place].rchunks_exact(unit).take_while(|c| holds(c)).count();
    let mut out = Vec::new();
    let mut from = window.start;
    let mut floor = window.start;
    while let Some(at) = bytes.get(from..(window.end + unit - 1).min(range.end)).and_then(|rest| finder.find(rest)) {
        let at = from + at;
        let mut start = at - back(floor..at, &|c| is_text(c));
        let is_first = floor == window.start && start < window.start + unit;
        if is_first {
            // It began in a window before, and is of that one where a line of it ended there.
            start -= back(range.start..start, &|c| is_text(c) && c != feed);
        }
        let is_before = is_first && start >= range.start + unit && &bytes[start - unit..start] == feed;
        let end = if is_before { window.end.max(at + unit) } else { range.end };
        from = at + unit * bytes[at..end].chunks_exact(unit).take_while(|c| is_text(c)).count();
        floor = from;
        if !is_before && from - start >= unit * standalone::SHORTEST {
            out.push(start..from);
        }
    }
    out
}

/// Does text of an ASCII-compatible encoding hold this byte?
fn is_narrow(character: &[u8]) -> bool {
    matches!(character, [b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..])
}

/// The file that a run of text is, with all that goes on behind zeros.
fn narrow_file(bytes: &[u8], run: Range<usize>, range: &Range<usize>) -> Option<Stretch> {
    // What is no ASCII at the start is more likely of what stands before.
    let run = run.start + bytes[run.clone()].iter().position(u8::is_ascii)?..run.end;
    let text = &bytes[run.clone()];
    let head = &text[..text.len().min(SAMPLE)];
    // Of random bytes half are beyond ASCII.
    if head.iter().filter(|byte| !byte.is_ascii()).count() * 4 > head.len() || !standalone::is_file(text) {
        return None;
    }
    let mut places = vec![run];
    let table = sniff(&String::from_utf8_lossy(head), text.len() == head.len()).filter(|table| table.header.is_some());
    if let Some(table) = table {
        while let Some(next) = places.last().and_then(|last| behind_zeros(bytes, last.end, range)) {
            if !goes_on(&bytes[next.clone()], table.dialect, table.columns) {
                break;
            }
            places.push(next);
        }
    }
    Some(Stretch { places, is_wide: false })
}

/// The text behind zeros that stand at a place.
fn behind_zeros(bytes: &[u8], at: usize, range: &Range<usize>) -> Option<Range<usize>> {
    let zeros = bytes.get(at..range.end.min(at + ZEROS))?.iter().position(|byte| *byte != 0)?;
    let start = at + zeros;
    let rest = bytes.get(start..range.end)?;
    let len = rest.chunks(1).position(|byte| !is_narrow(byte)).unwrap_or(rest.len());
    (zeros > 0 && len > 0).then(|| start..start + len)
}

/// Are these records of a table that began before: as wide as it, but for the first, of which a part is lost, and without
/// a heading of their own?
fn goes_on(text: &[u8], dialect: Dialect, columns: usize) -> bool {
    let text = String::from_utf8_lossy(&text[..text.len().min(SAMPLE)]);
    if sniff(&text, true).is_some_and(|table| table.header.is_some()) {
        return false;
    }
    let mut reader = RecordReader::new(dialect, Some(columns));
    let (mut at, mut records, mut fitting) = (0, 0, 0);
    while at < text.len() && records < PROOF {
        let (found, next) = reader.read(&text, at);
        if found == Found::Record {
            // The first is the rest of one, and the last may be the start of one.
            let is_part = records == 0 || next >= text.len() && !text.ends_with('\n');
            fitting += usize::from(reader.len() == columns || is_part && reader.len() <= columns);
            records += 1;
        }
        at = next;
    }
    records > 1 && fitting == records
}

/// The file that a run of characters of two bytes is. Text in one order of the bytes is text in the other as well, one
/// byte further.
fn wide_file(bytes: &[u8], mut run: Range<usize>, range: &Range<usize>) -> Option<Stretch> {
    // Numbers of two bytes look like letters of other scripts.
    let is_odd = |pair: &&[u8]| !matches!(pair, [_, 0]);
    run.start += 2 * bytes[run.clone()].chunks_exact(2).take_while(is_odd).count();
    run.end -= 2 * bytes[run.clone()].rchunks_exact(2).take_while(is_odd).count();
    // The last character of the other order has no zero behind it.
    if run.start > range.start && bytes[run.start - 1] == 0 && run.end < range.end && matches!(bytes[run.end], b'!'..=b'~') {
        run.end += 1;
    }
    let text = narrow(bytes, run.start..run.end.min(run.start + PIECE));
    let is_file = standalone::is_any_file(text.as_bytes()) || payments::is_amid_text(text.as_bytes());
    is_file.then(|| Stretch { places: vec![run], is_wide: true })
}

/// Is it a character of a script of Europe, or a mark?
fn is_wide(pair: &[u8]) -> bool {
    let &[low, high] = pair else { return false };
    match high {
        0 => matches!(low, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0xA0..),
        1..=5 => true,
        0x20 => matches!(low, 0x10..=0x44 | 0xAC),
        _ => false,
    }
}

/// The characters of two bytes in UTF-8.
fn narrow(bytes: &[u8], place: Range<usize>) -> String {
    let characters = bytes[place].chunks(2).map(|pair| u32::from(pair[0]) | pair.get(1).map_or(0, |high| u32::from(*high) << 8));
    characters.map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
#[path = "amid_binary_tests.rs"]
mod tests;
