//! Stretches of messages: blocks, tags, segments, elements.

use super::super::routing_number::RoutingNumber;
use super::super::swift_field;
use memchr::{memchr, memmem};
use std::ops::Range;

/// A message is not longer.
const MESSAGE: usize = 1 << 20;
/// A block, tag or segment is not longer.
const PART: usize = 16 << 10;

/// A message from its block 1 on: the blocks that follow one another, block 4 to its `-}`.
pub(super) fn swift(bytes: &[u8], mark: usize, _: usize) -> Option<Range<usize>> {
    let head = bytes.get(mark + 4..mark + 14)?;
    let is_header = head[..2].iter().all(u8::is_ascii_digit) && head[2..].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if !is_header {
        return None;
    }
    let limit = bytes.len().min(mark + MESSAGE);
    let next = memmem::find(&bytes[mark + 4..limit], b"{1:F").map_or(limit, |n| mark + 4 + n);
    let mut at = mark;
    // A message is told by the block behind its first; an acknowledgement by its own.
    while let [b'{', id, b':', rest @ ..] = &bytes[at..limit] {
        let is_text = *id == b'4' && rest.first() != Some(&b'{');
        let end = if is_text {
            let end = memmem::find(&bytes[at..next.max(at)], b"-}").map(|n| at + n + 2);
            match end {
                Some(end) => end,
                // It breaks off; what is there is the message's.
                None => return Some(mark..next.max(at + 3)),
            }
        } else {
            at + block(&bytes[at..limit.min(at + PART)])?
        };
        at = end + bytes[end..].iter().take(4).take_while(|b| b.is_ascii_whitespace()).count();
        if bytes.get(at) != Some(&b'{') || bytes[at..].starts_with(b"{1:") {
            return Some(mark..end);
        }
    }
    (at > mark).then_some(mark..at)
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

/// The tags around the sender's, whose number must check.
pub(super) fn fedwire(bytes: &[u8], mark: usize, taken: usize) -> Option<Range<usize>> {
    const BEFORE: usize = 512;
    RoutingNumber::parse(bytes.get(mark + 6..mark + 15)?)?;
    let tag = |at: usize| match bytes.get(at..at + 6) {
        Some([b'{', number @ .., b'}']) if number.iter().all(u8::is_ascii_digit) => std::str::from_utf8(number).ok(),
        _ => None,
    };
    let from = mark.saturating_sub(BEFORE).max(taken);
    let before = || memchr::memchr_iter(b'{', &bytes[from..mark]).map(|n| from + n);
    let first = before().rfind(|at| tag(*at) == Some("1500"));
    let start = first.or_else(|| before().find(|at| matches!(tag(*at), Some("1510" | "1520" | "2000" | "1100" | "1110" | "1120"))))?;
    let mut last = mark;
    loop {
        let window = &bytes[last + 6..bytes.len().min(last + 6 + PART)];
        let next = memchr::memchr_iter(b'{', window).map(|n| last + 6 + n).find(|at| tag(*at).is_some());
        match next.and_then(|at| tag(at).map(|tag| (at, tag))) {
            // These begin the next message.
            Some((at, tag)) if !matches!(tag, "1500" | "1510" | "1520" | "2000" | "3100") => last = at,
            _ => break,
        }
    }
    let value = &bytes[last..bytes.len().min(last + PART)];
    let end = value.iter().position(|b| matches!(b, b'\r' | b'\n' | b'"' | b'<')).unwrap_or(value.len());
    Some(start..last + end)
}

/// A bare statement around its opening balance: field 20 before it, with an account between, and the closing balance
/// with the fields that may follow it.
pub(super) fn statement(bytes: &[u8], mark: usize, taken: usize) -> Option<Range<usize>> {
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
    let limit = bytes.len().min(mark + MESSAGE);
    let close = memmem::find(&bytes[mark..limit], b":62").map_or(limit, |n| mark + n);
    let next = memmem::find(&bytes[mark..limit], b":20:").map_or(limit, |n| mark + n);
    if close >= next {
        return Some(start..next);
    }
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
    Some(start..close + value)
}

/// An interchange from its ISA to its IEA.
pub(super) fn x12(bytes: &[u8], mark: usize, _: usize) -> Option<Range<usize>> {
    const ISA: usize = 106;
    let isa = bytes.get(mark..mark + ISA)?;
    let (element, terminator) = (isa[3], isa[ISA - 1]);
    let limit = bytes.len().min(mark + super::LONGEST);
    let trailer = memmem::find(&bytes[mark..limit], &[b'I', b'E', b'A', element]).map(|n| mark + n);
    let end = trailer.map_or(limit, |at| memchr(terminator, &bytes[at..limit]).map_or(limit, |n| at + n + 1));
    Some(mark..end)
}

/// An interchange from its UNB to its UNZ.
pub(super) fn edifact(bytes: &[u8], mark: usize, _: usize) -> Option<Range<usize>> {
    let limit = bytes.len().min(mark + super::LONGEST);
    let trailer = memmem::find(&bytes[mark..limit], b"UNZ+").map(|n| mark + n);
    let end = trailer.map_or(limit, |at| memchr(b'\'', &bytes[at..limit]).map_or(limit, |n| at + n + 1));
    Some(mark..end)
}

/// A document from the tag that names its message to its end tag; a header before it belongs to it.
pub(super) fn iso20022(bytes: &[u8], mark: usize, taken: usize) -> Option<Range<usize>> {
    const TAG: usize = 512;
    let from = mark.saturating_sub(TAG).max(taken);
    let before = &bytes[from..mark];
    // Of a document in the text of another the tag begins with a reference.
    let open = memchr::memrchr(b'<', before).max(memmem::rfind(before, b"&lt;"))?;
    let limit = bytes.len().min(mark + 8 * MESSAGE);
    let end = memmem::find_iter(&bytes[mark..limit], b"Document").map(|n| mark + n).find(|at| {
        let head = &bytes[at.saturating_sub(TAG / 8)..*at];
        let tag = memchr::memrchr2(b'<', b';', head).map_or(&head[..0], |n| &head[n + 1..]);
        tag.first() == Some(&b'/')
    })?;
    let end = end + b"Document".len();
    let close = if bytes[end..].starts_with(b"&gt;") { 4 } else { usize::from(bytes.get(end) == Some(&b'>')) };
    Some(from + open..end + close)
}
