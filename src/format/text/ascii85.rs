//! ASCII85 in text: between `<~` and `~>`, as btoa of Adobe writes it, and behind the filter `ASCII85Decode` of
//! PostScript up to `~>` (PostScript Language Reference, third edition, section 3.13.3). What the next filter would
//! decompress is recognised in the member by itself.

use super::places::{Mark, Places};
use std::io::{self, Read};
use std::ops::Range;

/// The end of a block.
pub(super) const END: &[u8] = b"~>";
/// The filter, and its short name.
pub(super) const FILTER: &[u8] = b"ASCII85Decode";
pub(super) const SHORT_FILTER: &[u8] = b"/A85";
/// Fewer characters hold nothing.
const LEAST: usize = 20;

/// Finds blocks and hands each to `found`.
pub(super) fn find(bytes: &[u8], places: &Places<'_>, found: &mut dyn FnMut(Range<usize>, &mut dyn Read) -> bool) {
    let (mut done, mut from) = (0, 0);
    while let Some(end) = places.first(Mark::Ascii85, bytes, from) {
        from = end + END.len();
        let Some(start) = start_of(bytes, done..end, places) else {
            // A block may begin with the second character of its end.
            done = if bytes[..end].ends_with(b"<") { end - 1 } else { end + 2 };
            continue;
        };
        done = end + 2;
        // One letter stands for a group of zeros.
        let digits: usize = bytes[start..end].iter().map(|b| if *b == b'z' { 5 } else { usize::from(is_digit(*b)) }).sum();
        if digits >= LEAST && !found(start..end, &mut Decoder::new(&bytes[start..end])) {
            return;
        }
    }
}

/// Where a block begins that ends with this range.
fn start_of(all: &[u8], range: Range<usize>, places: &Places<'_>) -> Option<usize> {
    let bytes = &all[range.clone()];
    // Nothing else stands inside; blanks and line ends may.
    let run = bytes.iter().rposition(|b| !is_digit(*b) && !b.is_ascii_whitespace() && *b != 0).map_or(0, |n| n + 1);
    if run > 0 && bytes[run - 1] == b'~' && bytes[..run - 1].ends_with(b"<") {
        return Some(range.start + run);
    }
    // A program is written in the same characters: the data begin with the first line behind it without a blank.
    let program = [Mark::Ascii85Decode, Mark::A85].iter().find_map(|mark| places.last(*mark, all, range.clone()))? - range.start;
    let mut start = bytes.len();
    while start > program {
        let before = bytes[..start.saturating_sub(1)].iter().rposition(|b| matches!(b, b'\n' | b'\r')).map_or(0, |n| n + 1);
        let line = bytes[before..start].trim_ascii();
        if before <= program || !line.iter().all(|b| is_digit(*b)) {
            break;
        }
        start = before;
    }
    (start < bytes.len()).then_some(range.start + start)
}

fn is_digit(b: u8) -> bool {
    matches!(b, b'!'..=b'u' | b'z')
}

/// Decodes; what is no digit is skipped.
pub(in crate::format) struct Decoder<'a> {
    encoded: &'a [u8],
    ready: [u8; 4],
    held: Range<usize>,
}

impl<'a> Decoder<'a> {
    /// Of what stands between the marks.
    pub(in crate::format) fn new(encoded: &'a [u8]) -> Self {
        Self { encoded, ready: [0; 4], held: 0..0 }
    }

    /// Decodes the next group; none at the end.
    fn group(&mut self) -> Option<()> {
        let (mut value, mut count) = (0u32, 0);
        while count < 5 {
            let Some((&b, rest)) = self.encoded.split_first() else { break };
            self.encoded = rest;
            match b {
                b'z' if count == 0 => {
                    (self.ready, self.held) = ([0; 4], 0..4);
                    return Some(());
                }
                b'!'..=b'u' => {
                    value = value.wrapping_mul(85).wrapping_add(u32::from(b - b'!'));
                    count += 1;
                }
                _ => {}
            }
        }
        // A group of one digit holds no byte.
        let bytes = usize::checked_sub(count, 1).filter(|bytes| *bytes > 0)?;
        let padded = (count..5).fold(value, |value, _| value.wrapping_mul(85).wrapping_add(84));
        (self.ready, self.held) = (padded.to_be_bytes(), 0..bytes);
        Some(())
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut n = 0;
        while n < out.len() {
            if self.held.is_empty() && self.group().is_none() {
                break;
            }
            out[n] = self.ready[self.held.start];
            self.held.start += 1;
            n += 1;
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::decoded_by;
    use proptest::prelude::*;

    fn encode(bytes: &[u8]) -> String {
        let mut out = String::new();
        for group in bytes.chunks(4) {
            let value = (0..4).fold(0u32, |v, i| v << 8 | u32::from(group.get(i).copied().unwrap_or(0)));
            if value == 0 && group.len() == 4 {
                out.push('z');
                continue;
            }
            let digits: Vec<char> = (0..5).map(|i| char::from(b'!' + (value / 85u32.pow(4 - i) % 85) as u8)).collect();
            out.extend(&digits[..group.len() + 1]);
        }
        out.as_bytes().chunks(72).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\n")
    }

    fn members(text: &str) -> Vec<Vec<u8>> {
        decoded_by(|bytes, found| find(bytes, &Places::anywhere(), found), text)
    }

    proptest! {
        #[test]
        fn blocks_are_decoded(bytes in prop::collection::vec(any::<u8>(), 100..900)) {
            prop_assert_eq!(members(&format!("See <~{}~> below", encode(&bytes))), vec![bytes.clone()]);
            let program = format!("%!PS\ncurrentfile /ASCII85Decode filter cvx exec\n{}\n~>\nshowpage\n", encode(&bytes));
            prop_assert_eq!(members(&program), vec![bytes]);
        }

        #[test]
        fn any_text_is_taken(text in "(<~|~>|ASCII85Decode|\n|[!-z]{0,9}| |é){0,30}") {
            members(&text);
        }
    }

    #[test]
    fn arrows_in_code_are_no_blocks() {
        assert!(members("a <~ b ~> c and x ~> abcdefghijklmnopqrstuvw ~> y").is_empty());
    }
}
