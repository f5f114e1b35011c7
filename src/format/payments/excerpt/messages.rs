//! Stretches of messages: blocks, tags, segments, elements.

use super::super::routing_number::RoutingNumber;
use super::super::swift_field;
use super::super::x12::syntax;
use super::{Ahead, lines};
use memchr::{memchr, memmem};
use std::ops::Range;

/// A message is not longer.
const MESSAGE: usize = 1 << 20;
/// A block, tag or segment is not longer.
const PART: usize = 16 << 10;

/// Block 1 of a message.
pub(super) fn swift_start(bytes: &[u8], mark: usize, _: usize) -> Option<usize> {
    let head = bytes.get(mark + 4..mark + 14)?;
    let is_header = head[..2].iter().all(u8::is_ascii_digit) && {
        let is_small = bytes[mark + 3].is_ascii_lowercase();
        head[2..].iter().all(|b| b.is_ascii_digit() || b.is_ascii_alphabetic() && b.is_ascii_lowercase() == is_small)
    };
    is_header.then_some(mark)
}

/// The end of the blocks that follow one another, block 4 to its `-}`.
pub(super) fn swift_end(bytes: &[u8], Range { start: mark, .. }: Range<usize>, _: &mut Ahead) -> Option<usize> {
    let limit = bytes.len().min(mark + MESSAGE);
    let next = memmem::find(&bytes[mark + 4..limit], &bytes[mark..mark + 4]).map_or(limit, |n| mark + 4 + n);
    let mut at = mark;
    // A message is told by the block behind its first; an acknowledgement by its own.
    while let [b'{', id, b':', rest @ ..] = &bytes[at..limit] {
        let is_text = *id == b'4' && rest.first() != Some(&b'{');
        let end = if is_text {
            let end = memmem::find(&bytes[at..next.max(at)], b"-}").map(|n| at + n + 2);
            match end {
                Some(end) => end,
                // It breaks off; what is there is the message's.
                None => return Some(next.max(at + 3)),
            }
        } else {
            at + block(&bytes[at..limit.min(at + PART)])?
        };
        at = end + bytes[end..].iter().take(4).take_while(|b| b.is_ascii_whitespace()).count();
        if bytes.get(at) != Some(&b'{') || bytes[at..].starts_with(b"{1:") {
            return Some(end);
        }
    }
    (at > mark).then_some(at)
}

/// The length of a block with the blocks inside it.
fn block(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0u32;
    for brace in memchr::memchr2_iter(b'{', b'}', bytes) {
        if bytes[brace] == b'{' {
            depth += 1;
        } else {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(brace + 1);
            }
        }
    }
    None
}

/// The number of the Fedwire tag at a place.
fn tag(bytes: &[u8], at: usize) -> Option<&str> {
    match bytes.get(at..at + 6) {
        Some([b'{', number @ .., b'}']) if number.iter().all(u8::is_ascii_digit) => std::str::from_utf8(number).ok(),
        _ => None,
    }
}

/// The first of the tags before the sender's, whose number must check.
pub(super) fn fedwire_start(bytes: &[u8], mark: usize, taken: usize) -> Option<usize> {
    const BEFORE: usize = 512;
    RoutingNumber::parse(bytes.get(mark + 6..mark + 15)?)?;
    let tag = |at: usize| tag(bytes, at);
    let from = mark.saturating_sub(BEFORE).max(taken);
    let before = || memchr::memchr_iter(b'{', &bytes[from..mark]).map(|n| from + n);
    let first = before().rfind(|at| tag(*at) == Some("1500"));
    let earlier = || before().find(|at| matches!(tag(*at), Some("1510" | "1520" | "2000" | "1100" | "1110" | "1120")));
    // What stands before the sender was cut off: the receiver follows.
    let follows = || {
        let behind = &bytes[mark..bytes.len().min(mark + BEFORE)];
        memmem::find(behind, b"{3400}").and_then(|n| RoutingNumber::parse(behind.get(n + 6..n + 15)?)).map(|_| mark)
    };
    first.or_else(earlier).or_else(follows)
}

/// The end of the last of the tags behind it.
pub(super) fn fedwire_end(bytes: &[u8], Range { end: mark, .. }: Range<usize>, _: &mut Ahead) -> Option<usize> {
    let bytes = &bytes[..bytes.len().min(mark + MESSAGE)];
    let mut last = mark;
    loop {
        let window = bytes.get(last + 6..bytes.len().min(last + 6 + PART)).unwrap_or_default();
        let next = memchr::memchr_iter(b'{', window).map(|n| last + 6 + n).find_map(|at| Some((at, tag(bytes, at)?)));
        match next {
            // These begin the next message.
            Some((at, tag)) if !matches!(tag, "1500" | "1510" | "1520" | "2000" | "3100") => last = at,
            _ => break,
        }
    }
    let value = &bytes[last..bytes.len().min(last + PART)];
    let end = value.iter().position(|b| matches!(b, b'\r' | b'\n' | b'"' | b'<')).unwrap_or(value.len());
    Some(last + end)
}

/// Field 20 of a bare statement before its opening balance, with an account between.
pub(super) fn statement_start(bytes: &[u8], mark: usize, taken: usize) -> Option<usize> {
    const BEFORE: usize = 1 << 10;
    let from = mark.saturating_sub(BEFORE).max(taken);
    let before = &bytes[from..mark];
    let first = memmem::rfind(before, b":20:")?;
    memmem::find(&before[first..], b":25")?;
    // In a message with blocks it is that message's.
    let inside = memmem::rfind(before, b"{4:").is_some_and(|open| memmem::find(&before[open..], b"-}").is_none());
    if inside {
        return None;
    }
    let mut start = from + first;
    // A terminal may stand in short lines before it.
    for _ in 0..3 {
        let Some(lines) = bytes[from..start].strip_suffix(b"\n") else { break };
        let line_start = memchr::memrchr(b'\n', lines).map_or(0, |end| end + 1);
        let line = lines[line_start..].trim_ascii_end();
        if !(3..=30).contains(&line.len()) || !line.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b' ') {
            break;
        }
        start = from + line_start;
    }
    Some(start)
}

/// The closing balance with the fields that may follow it, or the next statement.
pub(super) fn statement_end(bytes: &[u8], Range { end: mark, .. }: Range<usize>, _: &mut Ahead) -> Option<usize> {
    let limit = bytes.len().min(mark + MESSAGE);
    let next = memmem::find(&bytes[mark..limit], b":20:").map_or(limit, |n| mark + n);
    let Some(close) = memmem::find(&bytes[mark..next], b":62").map(|n| mark + n) else { return Some(next) };
    // Its line, and those that begin with the tags of later balances.
    let mut end = close;
    let mut rest = bytes[close..limit].split_inclusive(|b| *b == b'\n');
    end += rest.next().map_or(0, <[u8]>::len);
    for line in rest {
        let tag = swift_field::tag(line.trim_ascii_start());
        if !matches!(tag, Some("64" | "65" | "86")) && line.trim_ascii() != b"-" {
            break;
        }
        end += line.len();
    }
    // In a value of JSON or markup the line is that of the text around it.
    let value = bytes[close..end].iter().position(|b| matches!(b, b'"' | b'<')).unwrap_or(end - close);
    Some(close + value)
}

/// The ISA of the interchange in which a transaction set stands, its group header, or its own.
pub(super) fn x12_start(bytes: &[u8], mark: usize, taken: usize) -> Option<usize> {
    const BEFORE: usize = 600;
    let from = mark.saturating_sub(BEFORE).max(taken);
    let header = |name: &[u8]| {
        let start = from + memmem::rfind(&bytes[from..mark], name)?;
        let is_apart = start.checked_sub(1).is_none_or(|before| !bytes[before].is_ascii_alphanumeric()) || bytes[..start].ends_with(b"\\n");
        (is_apart && syntax(&lines::meant(bytes, &(start..bytes.len().min(start + BEFORE)))).is_some()).then_some(start)
    };
    let is_own = || syntax(&lines::meant(bytes, &(mark..bytes.len().min(mark + BEFORE)))).is_some();
    header(b"ISA*0").or_else(|| header(b"GS*")).or_else(|| is_own().then_some(mark))
}

/// The trailer of what was begun: an interchange, a group or a set.
pub(super) fn x12_end(bytes: &[u8], Range { start, .. }: Range<usize>, ahead: &mut Ahead) -> Option<usize> {
    // The mark has the asterisk as the separator of elements.
    let terminator = syntax(&lines::meant(bytes, &(start..bytes.len().min(start + PART))))?.terminator;
    let trailer: &[u8] = match bytes.get(start..start + 2)? {
        b"IS" => return Some(upto_trailer(bytes, start, (b"IEA*", terminator), ahead)),
        b"GS" => b"GE*",
        _ => b"SE*",
    };
    let limit = bytes.len().min(start + MESSAGE);
    let last = memmem::find(&bytes[start..limit], trailer).map_or(limit, |n| start + n);
    Some(memchr(terminator, &bytes[last..limit]).map_or(limit, |n| last + n + 1))
}

/// The account of a statement of OFX, or the beginning of its file or messages.
pub(super) fn ofx_start(bytes: &[u8], mark: usize, taken: usize) -> Option<usize> {
    let from = mark.saturating_sub(4 << 10).max(taken);
    let open = if bytes[mark] == b'&' { &b"&lt;OFX"[..] } else { b"<OFX>" };
    let small = memmem::rfind(&bytes[from..mark], b"<ofx>");
    Some(memmem::rfind(&bytes[from..mark], open).or(small).map_or(mark, |n| from + n))
}

/// The end of a file, or of the last of what is known of it.
pub(super) fn ofx_end(bytes: &[u8], Range { end: mark, .. }: Range<usize>, ahead: &mut Ahead) -> Option<usize> {
    let limit = bytes.len().min(mark + 8 * MESSAGE);
    let is_end = |at: &usize| bytes[*at..].get(1..4).is_some_and(|name| name.eq_ignore_ascii_case(b"OFX"));
    let found = ahead.find(mark..limit, |range| {
        let from = range.start;
        memchr::memchr_iter(b'/', &bytes[range]).map(|n| from + n).find(is_end)
    });
    let end = found.map_or(limit, |at| limit.min(at + 4));
    let close = if bytes[end..].starts_with(b"&gt;") { 4 } else { usize::from(bytes.get(end) == Some(&b'>')) };
    Some(end + close)
}

/// The UNB of an interchange: its syntax, the two sides, when it was made, and its reference (ISO 9735).
pub(super) fn edifact_start(bytes: &[u8], mark: usize, _: usize) -> Option<usize> {
    const UNB: usize = 512;
    let rest = &bytes[mark..bytes.len().min(mark + UNB)];
    let header = &rest[..memchr(b'\'', rest)?];
    (memchr::memchr_iter(b'+', header).count() >= 5).then_some(mark)
}

/// The UNZ of an interchange.
pub(super) fn edifact_end(bytes: &[u8], Range { start, .. }: Range<usize>, ahead: &mut Ahead) -> Option<usize> {
    Some(upto_trailer(bytes, start, (b"UNZ+", b'\''), ahead))
}

/// The end of the segment that begins with the trailer's tag; without one all that follows.
fn upto_trailer(bytes: &[u8], start: usize, (trailer, terminator): (&[u8], u8), ahead: &mut Ahead) -> usize {
    let limit = bytes.len().min(start + super::LONGEST);
    let found = ahead.find(start..limit, |range| memmem::find(&bytes[range.clone()], trailer).map(|n| range.start + n));
    found.map_or(limit, |at| memchr(terminator, &bytes[at..limit]).map_or(limit, |n| at + n + 1))
}

/// More than a tag of a document.
const TAG: usize = 512;

/// The tag of a document that names its message; a header before it belongs to it.
pub(super) fn iso20022_start(bytes: &[u8], mark: usize, taken: usize) -> Option<usize> {
    let from = mark.saturating_sub(TAG).max(taken);
    let before = &bytes[from..mark];
    // Of a document in the text of another the tag begins with a reference.
    Some(from + memchr::memrchr(b'<', before).max(memmem::rfind(before, b"&lt;"))?)
}

/// The end tag of a document.
pub(super) fn iso20022_end(bytes: &[u8], Range { end: mark, .. }: Range<usize>, ahead: &mut Ahead) -> Option<usize> {
    let limit = bytes.len().min(mark + 8 * MESSAGE);
    let is_end_tag = |at: &usize| {
        let head = &bytes[at.saturating_sub(TAG / 8)..*at];
        let tag = memchr::memrchr2(b'<', b';', head).map_or(&head[..0], |n| &head[n + 1..]);
        tag.first() == Some(&b'/')
    };
    let end = ahead.find(mark..limit, |range| {
        let from = range.start;
        memmem::find_iter(&bytes[range], b"Document").map(|n| from + n).find(is_end_tag)
    })?;
    let end = end + b"Document".len();
    let close = if bytes[end..].starts_with(b"&gt;") { 4 } else { usize::from(bytes.get(end) == Some(&b'>')) };
    Some(end + close)
}
