//! What stands in a payment file beside its records: another file behind the trailer, compressed bytes between
//! records, a line of words.
//!
//! The reader of a layout covers what is of the layout. What it leaves, and what is no text among what it took, is
//! read for what it is: a line or two as running text, whatever is more as a member, which has a kind, mentions and
//! gaps of its own. So nothing that merely lies in somebody's payment file is taken for theirs.

use super::value;
use crate::format::pieces::Pieces;
use crate::format::{At, Covered, Failure, Format, PassageKind, Sink};
use crate::model::Class;
use std::borrow::Cow;
use std::ops::Range;

/// So many stretches become members of their own; further ones are one member.
const MEMBERS: usize = 64;
/// Text of at most so many lines and bytes stays text of the item.
const WORDS: (usize, usize) = (2, 1 << 10);
/// Stretches with nothing but so many blanks between them are one.
const BLANKS: usize = 64;

/// Bytes that text does not hold stand so near to one another in what is no text.
const NEAR: usize = 128;
/// So many of them, of so many kinds: marks and separators of texts are few of few kinds.
const LEAST: (u32, u32) = (16, 6);
/// A signature of a few letters may stand before the first of them.
const SIGNATURE: usize = 8;

/// Reads an item as a layout, and what is not of the layout as what it is.
pub(in crate::format) fn read(format: &Format, bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let result = (format.read)(bytes, sink);
    if sink.stopped() {
        return result;
    }
    let mut members = Vec::new();
    for range in stretches(format, bytes, sink) {
        let place = value::offset(range.start)..value::offset(range.end);
        let piece = &bytes[range.clone()];
        let inner = trimmed(piece);
        if inner.is_empty() {
            sink.cover(place, Class::Structure);
        } else if is_words(inner) {
            sink.kind(PassageKind::Prose);
            value::push(sink, piece, place.start);
            sink.text("\n", At::Decoded(place.end));
            sink.border();
            sink.cover(place, Class::Read);
        } else if range.len() < bytes.len() {
            members.push(range);
        }
    }
    let joined = members.split_off(members.len().min(MEMBERS));
    for range in members {
        let name = format!("beside@{}", range.start);
        sink.member(name.as_bytes(), value::offset(range.start)..value::offset(range.end), &mut &bytes[range]);
    }
    if let Some(first) = joined.first() {
        let name = format!("beside@{}", first.start);
        let places: Vec<Range<u64>> = joined.iter().map(|range| value::offset(range.start)..value::offset(range.end)).collect();
        let pieces = joined.iter().flat_map(|range| [Cow::Borrowed(&bytes[range.clone()]), Cow::Borrowed(&b"\n"[..])]);
        sink.member_in_pieces(name.as_bytes(), &places, &mut Pieces::new(pieces));
    }
    result
}

/// What was not covered, and what is no text; in order, apart from one another.
fn stretches(format: &Format, bytes: &[u8], sink: &Sink<'_>) -> Vec<Range<usize>> {
    let is_text = is_text_layout(format, bytes);
    let mut found: Vec<Range<usize>> = Vec::new();
    // What is no text may have been taken for something here and there.
    let mut area = 0..0;
    let end_area = |area: Range<usize>, found: &mut Vec<Range<usize>>| {
        if is_text {
            found.extend(no_text(&bytes[area.clone()]).into_iter().map(|run| area.start + run.start..area.start + run.end));
        }
    };
    for (range, covered) in sink.coverage.clone().partition(value::offset(bytes.len())) {
        let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(range.end)) else { continue };
        match covered {
            None | Some(Covered::As(Class::Read | Class::Structure)) => {
                if covered.is_none() {
                    found.push(start..end);
                }
                match area.end == start {
                    true => area.end = end,
                    false => end_area(std::mem::replace(&mut area, start..end), &mut found),
                }
            }
            Some(Covered::As(Class::Scanned | Class::Opaque | Class::Gap) | Covered::Gap(_) | Covered::Member(_)) => {}
        }
    }
    end_area(area, &mut found);
    found.sort_by_key(|range| range.start);
    let mut out: Vec<Range<usize>> = Vec::new();
    for range in found {
        match out.last_mut() {
            Some(last) if range.start <= last.end + BLANKS && trimmed(bytes.get(last.end..range.start).unwrap_or_default()).is_empty() => {
                last.end = last.end.max(range.end);
            }
            _ => out.push(range),
        }
    }
    out
}

/// Is it written in characters of ASCII and its kin? Cash letters, packed fields and EBCDIC hold any bytes, and each of
/// their readers knows where a record ends.
fn is_text_layout(format: &Format, bytes: &[u8]) -> bool {
    let is_wide = super::markup::utf16(bytes).is_some();
    let head = &bytes[..bytes.len().min(256)];
    let binary = head.iter().filter(|b| is_binary(**b) || **b >= 0x80).count();
    format.name != super::X937.name && !is_wide && binary * 4 < head.len()
}

/// The bytes without blanks and filling around them.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let is_filling = |b: &u8| b.is_ascii_whitespace() || matches!(b, 0 | 0x1A);
    let start = bytes.iter().position(|b| !is_filling(b)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|b| !is_filling(b)).map_or(start, |last| last + 1);
    &bytes[start..end]
}

/// A line or two of text, in ASCII or what contains it: most letters of EBCDIC are none of ASCII.
fn is_words(bytes: &[u8]) -> bool {
    let lines = bytes.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
    let is_ascii = || bytes.iter().filter(|b| **b >= 0x80).count() * 2 < bytes.len() || std::str::from_utf8(bytes).is_ok();
    lines <= WORDS.0 && bytes.len() <= WORDS.1 && !bytes.iter().any(|b| is_binary(*b)) && is_ascii()
}

/// Text does not hold such a byte, but for filling and marks.
fn is_binary(b: u8) -> bool {
    matches!(b, 0..=8 | 0x0B | 0x0E..=0x19 | 0x1B..=0x1F | 0x7F)
}

/// Where bytes stand that are no text.
fn no_text(bytes: &[u8]) -> Vec<Range<usize>> {
    struct Run {
        range: Range<usize>,
        count: u32,
        kinds: u32,
    }
    const STEP: usize = 64;
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut end = |run: Run| {
        if run.count < LEAST.0 || run.kinds.count_ones() < LEAST.1 {
            return;
        }
        let before = &bytes[run.range.start.saturating_sub(SIGNATURE)..run.range.start];
        let letters = before.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
        let is_line = letters < before.len() && matches!(before[before.len() - letters - 1], b'\r' | b'\n');
        let signature = if is_line { letters } else { 2 * usize::from(before.ends_with(b"PK")) };
        let end = if bytes.len() - run.range.end <= NEAR { bytes.len() } else { run.range.end };
        out.push(run.range.start - signature..end);
    };
    let mut run: Option<Run> = None;
    for (i, block) in bytes.chunks(STEP).enumerate() {
        if !block.iter().fold(false, |any, b| any | is_binary(*b)) {
            continue;
        }
        for (n, b) in block.iter().enumerate().filter(|(_, b)| is_binary(**b)) {
            let at = i * STEP + n;
            match &mut run {
                Some(run) if at - run.range.end < NEAR => {
                    run.range.end = at + 1;
                    run.count += 1;
                    run.kinds |= 1 << (b & 31);
                }
                _ => {
                    run.replace(Run { range: at..at + 1, count: 1, kinds: 1 << (b & 31) }).into_iter().for_each(&mut end);
                }
            }
        }
    }
    run.into_iter().for_each(end);
    out
}

#[cfg(test)]
#[path = "beside_tests.rs"]
mod tests;
