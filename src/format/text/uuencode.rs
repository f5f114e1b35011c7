//! Files in text as uuencode writes them (POSIX.1-2017, uuencode): between a line `begin 644 name` and a line `end`
//! stand lines that say in their first character how many bytes they hold. The same program writes base64 between
//! `begin-base64 644 name` and `====`, which is found as any other.

use super::places::{Mark, Places};
use crate::format::mail::Encoding;
use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;

/// What stands before the mode.
pub(super) const BEGIN: &[u8] = b"begin ";
/// Bytes of a full line; no line states more.
const MOST: usize = 63;

/// Finds files and hands each to `found`. What is cut off is found as well, as far as it goes.
pub(super) fn find(bytes: &[u8], places: &Places<'_>, found: &mut dyn FnMut(Range<usize>, &mut dyn Read) -> bool) {
    let mut at = 0;
    while let Some(begin) = places.first(Mark::Uuencode, bytes, at) {
        at = begin + BEGIN.len();
        let (start, indent) = line_start(bytes, begin);
        let Some(first) = after_header(bytes, at) else { continue };
        let lead = &bytes[start..begin];
        if indent > MOST || !lead.iter().all(|b| matches!(b, b' ' | b'\t' | b'>' | b'|')) {
            continue;
        }
        let end = body_end(bytes, first, lead);
        let body = &bytes[first..end];
        if body.trim_ascii().is_empty() {
            continue;
        }
        at = end;
        let plain: Cow<'_, [u8]> = if lead.is_empty() { body.into() } else { without_lead(body, lead).into() };
        if !found(begin..end, &mut Encoding::Uuencode.reader(&plain)) {
            return;
        }
    }
}

/// Where the line of a place begins, and how far before it.
fn line_start(bytes: &[u8], place: usize) -> (usize, usize) {
    let near = place.saturating_sub(MOST + 2);
    let start = bytes[near..place].iter().rposition(|b| *b == b'\n').map_or(near, |n| near + n + 1);
    (start, place - start)
}

/// The line behind the mode and the name.
fn after_header(bytes: &[u8], at: usize) -> Option<usize> {
    let line = &bytes[at..bytes.len().min(at + 512)];
    let line = &line[..line.iter().position(|b| *b == b'\n')?];
    let mode = line.iter().take_while(|b| (b'0'..=b'7').contains(*b)).count();
    ((3..=4).contains(&mode) && line.get(mode) == Some(&b' ')).then_some(at + line.len() + 1)
}

/// Where the lines of a file end.
fn body_end(bytes: &[u8], first: usize, lead: &[u8]) -> usize {
    let mut at = first;
    while at < bytes.len() {
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1);
        let line = &bytes[at..end];
        let line = line.strip_prefix(lead).unwrap_or(line);
        let text = line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
        if text == b"end" {
            return end;
        }
        if !is_line(text) {
            break;
        }
        at = end;
    }
    at
}

/// Lines without what stands before each.
fn without_lead(body: &[u8], lead: &[u8]) -> Vec<u8> {
    body.split_inclusive(|b| *b == b'\n').flat_map(|line| line.strip_prefix(lead).unwrap_or(line)).copied().collect()
}

/// Does the line hold as many characters as its first one says, give or take blanks at its end and a checksum?
fn is_line(line: &[u8]) -> bool {
    let Some((&first, rest)) = line.split_first() else { return true };
    if !(b' '..=b'`').contains(&first) || !rest.iter().all(|b| (b' '..=b'`').contains(b)) {
        return false;
    }
    let stated = usize::from(first.wrapping_sub(b' ') & 63);
    let wanted = stated.div_ceil(3) * 4;
    rest.len() <= wanted + 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::decoded_by;
    use proptest::prelude::*;

    fn encode(bytes: &[u8], zero: char) -> String {
        let digit = |value: u32| if value & 63 == 0 { zero } else { char::from(32 + (value & 63) as u8) };
        let mut text = String::from("begin 644 list.csv\n");
        for line in bytes.chunks(45) {
            text.push(digit(line.len() as u32));
            for group in line.chunks(3) {
                let value = (0..3).fold(0u32, |v, i| v << 8 | u32::from(group.get(i).copied().unwrap_or(0)));
                (0..4).for_each(|i| text.push(digit(value >> (18 - 6 * i))));
            }
            text.push('\n');
        }
        text.push(zero);
        text + "\nend\n"
    }

    fn members(text: &str) -> Vec<Vec<u8>> {
        decoded_by(|bytes, found| find(bytes, &Places::anywhere(), found), text)
    }

    proptest! {
        #[test]
        fn files_are_decoded(bytes in prop::collection::vec(any::<u8>(), 1..900), zero in prop::sample::select(vec![' ', '`'])) {
            let file = encode(&bytes, zero);
            prop_assert_eq!(members(&format!("See below.\r\n{file}Regards\n")), vec![bytes.clone()]);
            let quoted: String = file.lines().map(|line| format!("> {line}\n")).collect();
            prop_assert_eq!(members(&quoted), vec![bytes.clone()]);
            // Blanks at the ends of lines are often lost, and mail writes its own line ends.
            let trimmed: String = file.lines().map(|line| format!("{}\r\n", line.trim_end())).collect();
            prop_assert_eq!(members(&trimmed), vec![bytes]);
        }

        #[test]
        fn any_text_is_taken(text in "(begin 644 x\n|M|#0V%T|\n|end|é| |> ){0,30}") {
            members(&text);
        }
    }

    #[test]
    fn words_are_no_files() {
        assert!(members("We begin 2024 with a list.\nbegin 100 x, and so on\nlower case lines\n").is_empty());
    }
}
