//! NACHA records: where they are in the bytes, and where their fields end.
//!
//! Nacha Operating Rules, appendix three (record format specifications).

use crate::format::payments::record::{Record, is_digits, line_end};
use memchr::memchr2;

/// Characters of a record.
pub(in crate::format::payments) const LENGTH: usize = 94;
/// A line of 94 characters may take so many bytes in UTF-8.
const LONGEST: usize = 4 * LENGTH;

/// Blanks that may follow a record up to a longer fixed length.
const MOST_FILLER: usize = 162;
/// So many stray bytes may stand before a file header.
const STRAY: usize = 16;

/// Service class codes of batch headers and batch controls.
const SERVICE_CLASSES: [&[u8]; 4] = [b"200", b"220", b"225", b"280"];

/// A stretch of the bytes: one record, or what stands in the place of one.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    /// Its characters.
    pub record: Record<'a>,
    /// Where the next one begins.
    pub next: usize,
    /// Has it the shape of a record of its type?
    pub sound: bool,
}

/// The piece at an offset; `None` at the end. Records end with CR, LF, CRLF or nothing, in any mixture;
/// blanks at their end may be missing or too many.
pub(super) fn piece_at(bytes: &[u8], at: usize) -> Option<Piece<'_>> {
    let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
    let piece = |len: usize, shown: usize| {
        let record = Record::new(&rest[..shown], at as u64);
        Piece { record, next: at + len + line_end(&rest[len..]), sound: is_sound(&rest[..shown]) }
    };
    let window = &rest[..rest.len().min(LONGEST)];
    let line = memchr2(b'\r', b'\n', window).unwrap_or(window.len());
    if line <= LENGTH {
        return Some(piece(line, line));
    }
    let ended = line < window.len() || window.len() == rest.len();
    if ended && rest[LENGTH..line].trim_ascii().is_empty() {
        return Some(piece(line, LENGTH));
    }
    if ended
        && let Ok(text) = std::str::from_utf8(&rest[..line])
        && !text.is_ascii()
        && text.trim_end().chars().count() <= LENGTH
    {
        return Some(piece(line, line));
    }
    if is_sound(&rest[..LENGTH]) {
        // Records of a longer fixed length (96, 100, 133) end in blanks; none begins with one.
        let filler = rest[LENGTH..].iter().take(MOST_FILLER).take_while(|b| matches!(b, b' ' | 0)).count();
        let behind = &rest[LENGTH + filler..];
        let is_filled = filler > 0 && (behind.is_empty() || is_sound(behind) || is_padding(&behind[..behind.len().min(LENGTH)]));
        return Some(piece(if is_filled { LENGTH + filler } else { LENGTH }, LENGTH));
    }
    // Not a record: up to the end of the line or to the next place where two records follow each other.
    // A digit of a trace number stands at the same place in every record, too: what follows must have more of a record.
    let is_surely = |at: usize| match rest.get(at) {
        Some(b'1') => is_file_header(&rest[at..]),
        Some(b'5' | b'6' | b'8') => record_in_text(rest, at).is_some(),
        _ => false,
    };
    let begins = |at: usize| is_sound(rest.get(at..).unwrap_or_default());
    let resumes =
        |skip: &usize| begins(*skip) && begins(skip + LENGTH) && (is_surely(*skip) || rest[*skip] == b'7' && is_surely(skip + LENGTH));
    let len = if ended { line } else { (1..=LENGTH).find(resumes).unwrap_or(LENGTH) };
    Some(piece(len, len))
}

/// The shape of a record of its type, strictly enough that other text has it by chance only.
pub(super) fn is_sound(bytes: &[u8]) -> bool {
    match bytes {
        [b'1', rest @ ..] => {
            is_digits(rest.get(..2).unwrap_or_default())
                && bytes.get(23..29).is_some_and(|date| date.iter().all(|b| b.is_ascii_digit() || *b == b' '))
        }
        [b'5' | b'8', rest @ ..] => rest.get(..3).is_some_and(|class| SERVICE_CLASSES.contains(&class)),
        [b'6', rest @ ..] => {
            // The first digit of the RDFI may be a blank where a zero was lost.
            let first = rest.get(2).is_some_and(|b| b.is_ascii_digit() || *b == b' ');
            is_digits(rest.get(..2).unwrap_or_default()) && first && is_digits(rest.get(3..10).unwrap_or_default()) && rest.len() > 38
        }
        [b'7', rest @ ..] => is_digits(rest.get(..2).unwrap_or_default()),
        [b'9', rest @ ..] => rest.iter().take(54).all(|b| b.is_ascii_digit() || *b == b' ') && rest.iter().any(u8::is_ascii_digit),
        _ => false,
    }
}

/// A line of nines that fills the last block of ten records.
pub(super) fn is_padding(bytes: &[u8]) -> bool {
    bytes.len() > LENGTH / 2 && bytes.iter().all(|&b| b == b'9')
}

/// Does this content begin with NACHA records? A file header, alone; without one, two records in a row
/// whose numbers check: what is left of a file may be its addenda and trailers alone. Lines of a transmission header (`$$ADD ID=...`) may come first.
pub(super) fn begins(head: &[u8]) -> bool {
    let mut at = head.len() - head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start().len();
    for _ in 0..3 {
        if !head[at..].starts_with(b"$$") {
            break;
        }
        let Some(end) = head[at..].iter().take(200).position(|&b| b == b'\n') else { return false };
        at += end + 1;
    }
    let header = |at: &usize| is_file_header(head.get(*at..).unwrap_or_default());
    let start = (at..at + STRAY).find(header).unwrap_or(at);
    let has_stray = start > at;
    at = start;
    let Some(first) = piece_at(head, at) else { return false };
    // What stands before every record (a number, a name, a blank) is of another file than this layout's.
    let is_prefixed = at > 0 && !matches!(head[at - 1], b'\r' | b'\n' | 0xBF);
    if is_prefixed && piece_at(head, first.next).is_some_and(|second| !second.sound && !second.record.bytes().trim_ascii().is_empty()) {
        return false;
    }
    let bytes = first.record.bytes();
    let is_first = match bytes.first() {
        // Behind a time of day, say, it is a line of a log if the next one is no record either.
        Some(b'1') => is_file_header(bytes) && (!has_stray || piece_at(head, first.next).is_none_or(|next| next.sound)),
        Some(b'5') => {
            is_batch_header(&first.record)
                && piece_at(head, first.next).is_some_and(|next| matches!(next.record.bytes(), [b'6' | b'8', ..]) && next.sound)
        }
        Some(b'6') => {
            is_entry(&first.record)
                && piece_at(head, first.next).is_some_and(|next| {
                    is_entry(&next.record) || is_batch_control(&next.record) || next.sound && is_behind_entry(&next.record)
                })
        }
        Some(b'7') => {
            is_addenda(&first.record)
                && piece_at(head, first.next)
                    .is_some_and(|next| is_addenda(&next.record) || is_entry(&next.record) || is_batch_control(&next.record))
        }
        Some(b'8') => {
            is_batch_control(&first.record)
                && piece_at(head, first.next)
                    .is_some_and(|next| is_batch_header(&next.record) || next.record.bytes().starts_with(b"9") && next.sound)
        }
        _ => false,
    };
    is_first || is_cut_without_lines(&head[at..])
}

/// Records without line ends whose first is the rest of one: two entries, or a header and an entry, follow one another
/// behind it, and numbers of both check.
fn is_cut_without_lines(head: &[u8]) -> bool {
    let starts = |at: usize| -> Option<bool> {
        if !matches!(head.get(at..at + 3)?, [b'5' | b'6', b'2', digit] if digit.is_ascii_digit()) {
            return None;
        }
        let record = Record::new(head.get(at..at + LENGTH)?, at as u64);
        let next = Record::new(head.get(at + LENGTH..at + 2 * LENGTH)?, (at + LENGTH) as u64);
        let is_next =
            |next: &Record<'_>| is_entry(next) || next.bytes().starts_with(b"7") && is_sound(next.bytes()) && is_digits(next.field(84, 94));
        Some((is_entry(&record) || is_batch_header(&record)) && is_next(&next))
    };
    let first = &head[..head.len().min(LENGTH)];
    memchr::memchr2(b'\r', b'\n', first).is_none() && (1..LENGTH).any(|at| starts(at) == Some(true))
}

/// Where the file header begins of which the constants `094101` stand at a place.
pub(in crate::format::payments) fn header_before(bytes: &[u8], constants: usize) -> Option<usize> {
    [34, 33, 35, 32, 36].into_iter().filter_map(|back| constants.checked_sub(back)).find(|at| is_file_header(&bytes[*at..]))
}

/// The record at a place in other text, if what stands there is surely one of those that follow a file header: its
/// digits stand where they must. Of controls and headers, blanks at the end may be missing.
pub(in crate::format::payments) fn record_in_text(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = &bytes[at..bytes.len().min(at + LENGTH)];
    let digits = |first: usize, last: usize| rest.get(first - 1..last).is_some_and(is_digits);
    let is_record = match rest.first()? {
        b'5' => rest.get(1..4).is_some_and(|class| SERVICE_CLASSES.contains(&class)) && digits(80, 94),
        b'6' => digits(2, 12) && digits(30, 39) && matches!(rest.get(78), Some(b'0' | b'1')) && digits(80, 94),
        b'7' => digits(2, 3) && digits(88, 94),
        b'8' => rest.get(1..4).is_some_and(|class| SERVICE_CLASSES.contains(&class)) && digits(5, 44) && digits(80, 94),
        b'9' => digits(2, 31),
        _ => false,
    };
    let is_text = |b: &u8| *b >= b' ' && !matches!(b, b'"' | b'<' | b'>' | b'\\' | 0x7F);
    let len = rest.iter().position(|b| !is_text(b)).unwrap_or(rest.len());
    (is_record && (rest[0] == b'9' || len == LENGTH)).then_some(&rest[..len])
}

/// A file header?
pub(in crate::format::payments) fn is_file_header(bytes: &[u8]) -> bool {
    // Record size, blocking factor and format code are constants; a header that lost or gained a blank
    // has them beside their place.
    bytes.starts_with(b"101") && is_sound(bytes) && (32..=36).any(|at| bytes.get(at..at + 6) == Some(b"094101"))
}

/// A batch header whose class and numbers are what they should be?
pub(in crate::format::payments) fn is_batch_header(record: &Record<'_>) -> bool {
    is_sound(record.bytes())
        && record.field(51, 53).iter().all(u8::is_ascii_uppercase)
        && record.field(51, 53).len() == 3
        && is_digits(record.field(80, 94))
        && record.field(80, 94).len() == 15
}

fn is_entry(record: &Record<'_>) -> bool {
    is_sound(record.bytes())
        && crate::format::payments::routing_number::RoutingNumber::parse(record.field(4, 12)).is_some()
        && is_digits(record.field(30, 39))
        && matches!(record.char_at(79), b'0' | b'1')
        && record.field(80, 94).len() == 15
        && is_digits(record.field(80, 94))
}

/// The addenda of an entry, behind that.
fn is_behind_entry(record: &Record<'_>) -> bool {
    record.bytes().starts_with(b"7") && is_digits(record.field(88, 94))
}

/// A whole addenda record of a type that there is.
fn is_addenda(record: &Record<'_>) -> bool {
    let is_type =
        matches!(record.field(2, 3), b"02" | b"05" | b"10" | b"11" | b"12" | b"13" | b"14" | b"15" | b"16" | b"17" | b"18" | b"98" | b"99");
    record.bytes().starts_with(b"7") && is_type && record.field(84, 94).len() == 11 && is_digits(record.field(84, 94))
}

/// A whole batch control whose numbers are some, with the ODFI's.
fn is_batch_control(record: &Record<'_>) -> bool {
    record.bytes().starts_with(b"8")
        && is_sound(record.bytes())
        && is_digits(record.field(5, 44))
        && record.field(80, 94).len() == 15
        && is_digits(record.field(80, 94))
        && crate::format::payments::routing_number::RoutingNumber::of_eight(record.field(80, 87)).is_some()
}

/// Where the fields of an entry detail end, by standard entry class.
pub(super) fn entry_ends(class: &[u8]) -> &'static [usize] {
    match class {
        b"IAT" => &[3, 12, 16, 29, 39, 74, 78, 79],
        b"ADV" => &[3, 12, 27, 39, 48, 53, 54, 76, 78, 79, 87],
        b"CTX" | b"ATX" | b"ENR" | b"TRX" => &[3, 12, 29, 39, 54, 58, 74, 76, 78, 79],
        b"POP" => &[3, 12, 29, 39, 48, 52, 54, 76, 78, 79],
        b"SHR" => &[3, 12, 29, 39, 43, 54, 76, 78, 79],
        _ => &[3, 12, 29, 39, 54, 76, 78, 79],
    }
}

/// Where the fields of the other records end; addenda by their type code.
pub(super) fn ends(record: &[u8]) -> &'static [usize] {
    match record {
        [b'1', ..] => &[3, 13, 23, 29, 33, 34, 37, 39, 40, 63, 86],
        [b'5', ..] => &[4, 20, 40, 50, 53, 63, 69, 75, 78, 79, 87],
        [b'8', ..] => &[4, 10, 20, 32, 44, 54, 73, 79, 87],
        [b'9', ..] => &[1, 7, 13, 21, 31, 43, 55],
        [b'7', b'0', b'2', ..] => &[3, 10, 13, 19, 25, 29, 35, 62, 77, 79],
        [b'7', b'9', b'8' | b'9', ..] => &[3, 6, 21, 27, 35, 79],
        [b'7', b'1', b'0', ..] => &[3, 6, 24, 46, 81, 87],
        [b'7', b'1', b'1' | b'2' | b'6', ..] => &[3, 38, 73, 87],
        [b'7', b'1', b'3' | b'4' | b'8', ..] => &[3, 38, 40, 74, 77, 83, 87],
        [b'7', b'1', b'5', ..] => &[3, 18, 53, 87],
        _ => &[3, 83, 87],
    }
}
