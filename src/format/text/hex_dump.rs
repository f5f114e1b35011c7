//! Dumps of bytes as tools print them (`hexdump -C`, `xxd`, `od`, `tcpdump -X`, debuggers, programs in their logs): an
//! offset before every line, then the bytes in hexadecimal digits, then maybe their characters. Offsets that count the
//! bytes of the lines before them make it a dump; what was dumped is a member.

use super::hexadecimal::is_worth;
use memchr::{memchr, memmem, memrchr};
use std::io::Read;
use std::ops::Range;

/// The offset of the first line.
const FIRST: &[u8] = b"0000";
/// So much may stand before an offset in its line.
const PREFIX: usize = 256;
/// Digits of an offset.
const DIGITS: Range<usize> = 4..17;
/// Bytes of a line.
const MOST: usize = 64;
/// Fewer lines are a table.
const LEAST: usize = 3;
/// So much of a dump is held.
const LONGEST: usize = 64 << 20;
/// Characters of a line that are looked at.
const LINE: usize = 1 << 10;

/// How a tool writes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Style {
    /// Where offsets begin in their lines.
    column: usize,
    /// Digits of an offset.
    digits: usize,
    radix: u32,
    /// Bytes of a whole line.
    bytes: usize,
    /// Words have their least significant byte last in the dump, but first in memory.
    is_little: bool,
}

/// Finds dumps and hands each to `found`: where its lines stand, and what was dumped.
pub(super) fn find(bytes: &[u8], found: &mut dyn FnMut(Range<usize>, &mut dyn Read) -> bool) {
    let mut at = 0;
    while let Some((line, style)) = next(bytes, &mut at) {
        let (end, dumped) = read(bytes, line, style);
        if dumped.len() > style.bytes * (LEAST - 1) && is_worth(&dumped[..dumped.len().min(LONGEST)]) {
            at = end;
            if !found(line..end, &mut &dumped[..]) {
                return;
            }
        }
    }
}

/// Might [`find`] find something in a text of which these bytes are a part, apart from its ends?
pub(super) fn may_hold(bytes: &[u8]) -> bool {
    next(bytes, &mut 0).is_some()
}

/// The next line whose beginning and whose next one are those of a dump; where to go on behind it.
fn next(bytes: &[u8], at: &mut usize) -> Option<(usize, Style)> {
    let finder = memmem::Finder::new(FIRST);
    loop {
        let place = *at + finder.find(bytes.get(*at..)?)?;
        *at = place + bytes[place..].iter().take_while(|b| **b == b'0').count().max(1);
        let before = &bytes[place.saturating_sub(PREFIX)..place];
        if before.last().is_some_and(u8::is_ascii_alphanumeric) && !before.ends_with(b"0x") {
            continue;
        }
        let line = memrchr(b'\n', before).map_or(place - before.len(), |end| place - before.len() + end + 1);
        if let Some(style) = style_of(bytes, line, place) {
            return Some((line, style));
        }
    }
}

fn line_at(bytes: &[u8], at: usize) -> &[u8] {
    let rest = bytes.get(at..).unwrap_or_default();
    let rest = &rest[..rest.len().min(LINE)];
    &rest[..memchr(b'\n', rest).unwrap_or(rest.len())]
}

/// How the dump is written whose first line begins at a place, and its first offset at another.
fn style_of(bytes: &[u8], line: usize, place: usize) -> Option<Style> {
    let (first, column) = (line_at(bytes, line), place - line);
    let digits = first.get(column..)?.iter().take_while(|b| **b == b'0').count();
    let behind = first.get(column + digits..)?;
    if !DIGITS.contains(&digits) || !matches!(behind, [b':' | b' ' | b'\t', ..]) {
        return None;
    }
    let second = line_at(bytes, line + first.len() + 1);
    let second = std::str::from_utf8(second.get(column..column + digits)?).ok()?;
    // Offsets of `od` are octal: read as hexadecimal, they count more bytes than a line has.
    [16, 8].into_iter().find_map(|radix| {
        let count = usize::from_str_radix(second, radix).ok().filter(|count| (1..=MOST).contains(count))?;
        let group = behind.iter().skip_while(|b| !b.is_ascii_hexdigit()).take_while(|b| b.is_ascii_hexdigit()).count();
        let is_little = behind[0] != b':' && matches!(group, 4 | 8 | 16) && count.is_multiple_of(group / 2);
        let style = Style { column, digits, radix, bytes: count, is_little };
        let (_, rest) = values(behind, style, count)?;
        // All bytes of the line are before its characters.
        let is_all = rest.trim_ascii().is_empty()
            || rest.starts_with(b"  ")
            || matches!(rest, [b' ' | b'\t', b'|' | b'*' | b'>' | b'"' | b'\'', ..]);
        is_all.then_some(style)
    })
}

/// So many bytes of a line, and what stands behind them.
fn values(line: &[u8], style: Style, count: usize) -> Option<(Vec<u8>, &[u8])> {
    let (mut out, mut rest) = (Vec::with_capacity(count), line.strip_prefix(b":").unwrap_or(line));
    while out.len() < count {
        let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'-')).count();
        let run = rest[blanks..].iter().take_while(|b| b.is_ascii_hexdigit()).count();
        if !(1..=3).contains(&blanks) && !out.is_empty() || run == 0 || run % 2 == 1 || run > 2 * MOST {
            return None;
        }
        let digits = &rest[blanks..blanks + run];
        let digit = |b: u8| char::from(b).to_digit(16).map(|n| n as u8);
        let mut word: Vec<u8> = digits.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect::<Option<_>>()?;
        if style.is_little {
            word.reverse();
        }
        out.append(&mut word);
        rest = &rest[blanks + run..];
    }
    (out.len() == count).then_some((out, rest))
}

/// The bytes of a last line, of which nothing says how many they are.
fn last_values(line: &[u8], style: Style) -> Vec<u8> {
    (1..=style.bytes).rev().find_map(|count| values(line, style, count)).map_or(Vec::new(), |(bytes, _)| bytes)
}

/// Where a dump ends, and what was dumped.
fn read(bytes: &[u8], start: usize, style: Style) -> (usize, Vec<u8>) {
    let offset = |line: &[u8]| {
        let digits = line.get(style.column..style.column + style.digits)?;
        usize::from_str_radix(std::str::from_utf8(digits).ok()?, style.radix).ok()
    };
    let (mut at, mut dumped, mut is_squeezed) = (start, Vec::new(), false);
    while dumped.len() < LONGEST {
        let line = line_at(bytes, at);
        let next = at + line.len() + 1;
        let shown = line.get(style.column..).unwrap_or_default();
        // Lines that repeat the one before them are left out.
        if shown.trim_ascii() == b"*" && !dumped.is_empty() {
            (is_squeezed, at) = (true, next);
            continue;
        }
        let Some(offset) = offset(line) else { break };
        if is_squeezed && offset > dumped.len() && offset <= LONGEST {
            let row = dumped[dumped.len() - style.bytes.min(dumped.len())..].to_vec();
            while dumped.len() < offset && !row.is_empty() {
                dumped.extend_from_slice(&row[..row.len().min(offset - dumped.len())]);
            }
        }
        is_squeezed = false;
        if offset != dumped.len() {
            // The last line may be the length alone.
            dumped.truncate(if offset < dumped.len() && dumped.len() - offset < style.bytes { offset } else { dumped.len() });
            break;
        }
        let row = last_values(shown.get(style.digits..).unwrap_or_default(), style);
        dumped.extend_from_slice(&row);
        at = next.min(bytes.len());
        if row.len() < style.bytes {
            let end = line_at(bytes, at);
            if row.is_empty() || at >= bytes.len() || end.get(style.column..style.column + style.digits).is_none() {
                break;
            }
        }
    }
    (at.min(bytes.len()), dumped)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "{1500}02        P {1510}1000{1520}20241104ABCDEFGH000001{2000}000000010000{3100}021000021SENDER*{3400}011000015RECEIVER*{3600}CTR";

    fn found(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        find(text.as_bytes(), &mut |_, decoder| {
            let mut dumped = String::new();
            decoder.read_to_string(&mut dumped).unwrap();
            out.push(dumped);
            true
        });
        out
    }

    fn rows(bytes: &[u8], write: impl Fn(usize, &[u8], String) -> String) -> String {
        let characters = |row: &[u8]| row.iter().map(|b| if (b' '..0x7F).contains(b) { char::from(*b) } else { '.' }).collect::<String>();
        bytes.chunks(16).enumerate().map(|(n, row)| write(16 * n, row, characters(row)) + "\n").collect()
    }

    fn pairs(row: &[u8], group: usize) -> String {
        row.chunks(group).map(|group| group.iter().map(|b| format!("{b:02x}")).collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    fn words(row: &[u8]) -> String {
        row.chunks(2).map(|pair| format!("{:02x}{:02x}", pair.get(1).unwrap_or(&0), pair[0])).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_tools_dump_is_read_back() {
        let bytes = TEXT.as_bytes();
        let split = |row: &[u8]| [pairs(&row[..row.len().min(8)], 1), pairs(row.get(8..).unwrap_or_default(), 1)].join("  ");
        let dumps = [
            (
                "hexdump -C",
                rows(bytes, |at, row, text| format!("{at:08x}  {:<48}  |{text}|", split(row))) + &format!("{:08x}\n", bytes.len()),
            ),
            ("xxd", rows(bytes, |at, row, text| format!("{at:08x}: {:<39}  {text}", pairs(row, 2)))),
            ("od -t x1", rows(bytes, |at, row, _| format!("{at:07o} {}", pairs(row, 1))) + &format!("{:07o}\n", bytes.len())),
            ("hexdump", rows(bytes, |at, row, _| format!("{at:07x} {}", words(row))) + &format!("{:07x}\n", bytes.len())),
            ("tcpdump", rows(bytes, |at, row, text| format!("\t0x{at:04x}:  {:<39}  {text}", pairs(row, 2)))),
            (
                "log",
                rows(bytes, |at, row, text| format!("2024-11-04 12:00:01 DEBUG {at:04X}  {:<47}  {text}", pairs(row, 1).to_uppercase())),
            ),
        ];
        for (tool, dump) in dumps {
            assert_eq!(found(&format!("before it\n{dump}behind it\n")), [TEXT], "{tool}\n{dump}");
        }
    }

    #[test]
    fn lines_that_were_left_out_are_filled_in() {
        let head = "00000000  41 42 43 44 45 46 47 48  49 4a 4b 4c 4d 4e 4f 0a  |ABCDEFGHIJKLMNO.|\n";
        let dump = format!(
            "{head}00000010  20 20 20 20 20 20 20 20  20 20 20 20 20 20 20 20  |                |\n*\n00000050  5a 5a 0a                                          |ZZ.|\n00000053\n"
        );
        assert_eq!(found(&dump), [format!("ABCDEFGHIJKLMNO\n{:64}ZZ\n", "")]);
    }

    #[test]
    fn tables_of_numbers_are_no_dumps() {
        let counts: String = (0..40).map(|n| format!("{n:04} {:02} {:02} {:02}\n", n * 7 % 100, n * 3 % 100, n % 100)).collect();
        let accounts: String = (0..40).map(|n| format!("{:08}  {:08}  {:08}\n", n, n * 7919, n * 31)).collect();
        let zeros = "0000 0000 0000 0000\n".repeat(40);
        let noise: String = (0..400u32).map(|n| format!("{:08x} {:08x}\n", n * 4, n.wrapping_mul(2_654_435_761))).collect();
        for text in [counts, accounts, zeros, noise, "0000".repeat(100), "0000\n0010\n0020\n".to_owned(), String::new()] {
            assert!(found(&text).is_empty(), "{text}");
        }
    }
}
