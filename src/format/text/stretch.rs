//! Decoding of text in blocks, with exact offsets. A block that is no text in the item's encoding is
//! left out, so that its bytes stay uncovered and are scanned.

use super::encoding::TextEncoding;
use crate::format::control_sequences::of_terminals;
use crate::format::piece::Cuts;
use crate::format::{At, Probe, Sink};
use crate::model::Class;
use std::borrow::Cow;
use std::ops::Range;

/// Blocks are judged one by one: text or not.
const BLOCK: usize = 16 << 10;
/// Items longer than twice this are read in parts.
pub const PART: usize = 8 << 20;
const CUTS: Cuts = Cuts { least: 512 << 10, usual: 256 << 10, most: 2 << 20 };
/// In decoded text a piece of the map begins after at most so many bytes, which bounds the counting of characters.
const PIECE: usize = 1 << 10;
/// So far a part is extended to end at a line end.
const LINE: usize = 16 << 20;
/// And so far to end at a border of words.
const NEAR: usize = 256 << 10;
/// Parts of running text begin so much earlier than the one before them ended.
const OVERLAP: usize = 512;

/// Bytes of an item that follow each other and are text.
pub struct Stretch<'a> {
    /// Where they stand in the item.
    pub range: Range<u64>,
    /// Their text.
    pub text: Cow<'a, str>,
    /// Places in the text from which on it stands as said, in order.
    pieces: Vec<(usize, At)>,
}

impl Stretch<'_> {
    /// The offset in the item of a place in the text.
    pub fn offset(&self, place: usize) -> u64 {
        let Some(&(start, at)) = self.pieces.get(self.pieces.partition_point(|p| p.0 <= place).saturating_sub(1)) else {
            return self.range.start;
        };
        match at {
            At::Utf8(offset) => offset + place.saturating_sub(start) as u64,
            At::Chars(offset, unit) => offset + self.text.get(start..place).map_or(0, |t| t.chars().count()) as u64 * u64::from(unit),
            At::Decoded(offset) => offset,
        }
    }

    /// Pushes a part of the text, with its exact places.
    pub fn push(&self, part: Range<usize>, sink: &mut Sink<'_>) {
        let first = self.pieces.partition_point(|p| p.0 <= part.start).saturating_sub(1);
        let mut start = part.start;
        for (i, &(_, at)) in self.pieces.iter().enumerate().skip(first) {
            let end = self.pieces.get(i + 1).map_or(self.text.len(), |p| p.0).min(part.end);
            if start >= end {
                break;
            }
            let at = match at {
                At::Utf8(_) => At::Utf8(self.offset(start)),
                At::Chars(_, unit) => At::Chars(self.offset(start), unit),
                decoded => decoded,
            };
            sink.text(&self.text[start..end], at);
            start = end;
        }
    }

    /// Pushes all of the text.
    pub fn push_all(&self, sink: &mut Sink<'_>) {
        self.push(0..self.text.len(), sink);
    }

    /// Covers its bytes as read.
    pub fn cover(&self, sink: &mut Sink<'_>) {
        sink.cover(self.range.clone(), Class::Read);
    }
}

/// The text with which an item begins, of so many bytes at most; nothing, where it begins with no text.
pub fn beginning<'a>(probe: &Probe<'a>, most: usize) -> Option<Cow<'a, str>> {
    let encoding = probe.encoding()?;
    let (range, _) = body(probe.bytes, encoding);
    let head = range.start..range.end.min(range.start + most);
    Some(stretches(probe.bytes, encoding, head).into_iter().next()?.text)
}

/// The text in a part of an item's bytes. UTF-8 is borrowed, so a part may be as large as it likes;
/// the parts of other encodings should be those of [`parts`].
pub fn stretches<'a>(bytes: &'a [u8], encoding: TextEncoding, part: Range<usize>) -> Vec<Stretch<'a>> {
    let mut out = Vec::new();
    let mut run: Option<Range<usize>> = None;
    let mut at = part.start;
    while at < part.end {
        let end = char_border(bytes, encoding, at.saturating_add(BLOCK)).min(part.end);
        let text = bytes.get(at..end).is_some_and(|block| encoding.plausible(block));
        match (&mut run, text) {
            (Some(run), true) => run.end = end,
            (None, true) => run = Some(at..end),
            (_, false) => run.take().into_iter().for_each(|run| decode_run(bytes, encoding, run, &mut out)),
        }
        at = end;
    }
    run.into_iter().for_each(|run| decode_run(bytes, encoding, run, &mut out));
    out
}

/// Decodes a run of text as one stretch, or as several where it is large and cannot be borrowed.
fn decode_run<'a>(bytes: &'a [u8], encoding: TextEncoding, run: Range<usize>, out: &mut Vec<Stretch<'a>>) {
    let is_borrowed = |run: &[u8]| memchr::memchr(0x1B, run).is_none() && std::str::from_utf8(run).is_ok();
    let borrowed = encoding == TextEncoding::Utf8 && (run.len() <= 2 * PART || is_borrowed(&bytes[run.clone()]));
    match borrowed {
        true => out.push(decode(bytes, encoding, run)),
        false => out.extend(parts(bytes, encoding, run).into_iter().map(|part| decode(bytes, encoding, part))),
    }
}

/// Bytes of a single-byte code page as a stretch: one character of the table per byte.
pub fn single_byte<'a>(bytes: &[u8], range: Range<usize>, page: &[char; 256]) -> Stretch<'a> {
    let block = bytes.get(range.clone()).unwrap_or_default();
    let (mut text, mut pieces) = (String::with_capacity(block.len() + 16), Vec::new());
    for (i, chunk) in block.chunks(PIECE).enumerate() {
        pieces.push((text.len(), At::Chars((range.start + i * PIECE) as u64, 1)));
        text.extend(chunk.iter().map(|b| page[usize::from(*b)]));
    }
    Stretch { range: range.start as u64..(range.start + block.len()) as u64, text: Cow::Owned(text), pieces }
}

/// The item's text range: all of it but for a byte order mark, whose range comes second.
pub fn body(bytes: &[u8], encoding: TextEncoding) -> (Range<usize>, Range<u64>) {
    let mark = encoding.mark_len(bytes);
    (mark..bytes.len(), 0..mark as u64)
}

/// Cuts a large range of an item at line ends into parts of bounded size, where the content says: a copy to which
/// something was added is cut at the same lines.
pub fn parts(bytes: &[u8], encoding: TextEncoding, range: Range<usize>) -> Vec<Range<usize>> {
    if range.len() <= 2 * PART {
        return vec![range];
    }
    let mut out = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let end = line_border(bytes, encoding, start + CUTS.next(&bytes[start..range.end])).min(range.end);
        out.push(start..end);
        start = end;
    }
    out
}

/// A part of running text, begun early enough that a name across its start is whole in it.
pub fn with_overlap(bytes: &[u8], encoding: TextEncoding, part: &Range<usize>, first: usize) -> Range<usize> {
    let unit = encoding.unit();
    let early = part.start.saturating_sub(OVERLAP) / unit * unit;
    char_border(bytes, encoding, early).clamp(first.min(part.start), part.start)..part.end
}

/// The first border of characters at or after a place.
fn char_border(bytes: &[u8], encoding: TextEncoding, at: usize) -> usize {
    let tail = bytes.get(at..).unwrap_or_default();
    match encoding {
        TextEncoding::Utf8 => at + tail.iter().take(3).take_while(|b| (0x80..0xC0).contains(*b)).count(),
        TextEncoding::Utf16Le if tail.get(1).is_some_and(|b| (0xDC..0xE0).contains(b)) => at + 2,
        TextEncoding::Utf16Be if tail.first().is_some_and(|b| (0xDC..0xE0).contains(b)) => at + 2,
        _ => at,
    }
}

/// A place shortly after `at` where a line begins, or another border where there is none near.
fn line_border(bytes: &[u8], encoding: TextEncoding, at: usize) -> usize {
    let unit = encoding.unit();
    let at = at / unit * unit;
    let tail = |most: usize| &bytes[at.min(bytes.len())..bytes.len().min(at.saturating_add(most))];
    let find = |wanted: u8, most: usize| {
        tail(most)
            .chunks_exact(unit)
            .position(|c| match encoding {
                TextEncoding::Utf16Be | TextEncoding::Utf32Be => c.ends_with(&[wanted]) && c[..unit - 1].iter().all(|b| *b == 0),
                _ => c[0] == wanted && c[1..].iter().all(|b| *b == 0),
            })
            .map(|n| at + (n + 1) * unit)
    };
    find(b'\n', LINE).or_else(|| find(b'>', NEAR)).or_else(|| find(b' ', NEAR)).unwrap_or_else(|| char_border(bytes, encoding, at))
}

fn decode<'a>(bytes: &'a [u8], encoding: TextEncoding, run: Range<usize>) -> Stretch<'a> {
    let range = run.start as u64..run.end as u64;
    let block = &bytes[run.clone()];
    let (text, pieces) = match encoding {
        TextEncoding::Utf8 | TextEncoding::Windows1252 if block.is_ascii() => borrowed(block, range.start),
        TextEncoding::Utf8 if std::str::from_utf8(block).is_ok() => borrowed(block, range.start),
        TextEncoding::Utf8 => decode_mixed(block, range.start),
        TextEncoding::Windows1252 => decode_windows(block, range.start),
        TextEncoding::Utf16Le => decode_utf16(block, range.start, u16::from_le_bytes),
        TextEncoding::Utf16Be => decode_utf16(block, range.start, u16::from_be_bytes),
        TextEncoding::Utf32Le => decode_utf32(block, range.start, u32::from_le_bytes),
        TextEncoding::Utf32Be => decode_utf32(block, range.start, u32::from_be_bytes),
    };
    let stretch = Stretch { range, text, pieces };
    match memchr::memchr(0x1B, stretch.text.as_bytes()) {
        Some(_) => without_sequences(stretch),
        None => stretch,
    }
}

/// The text without what colours and moves it on terminals.
fn without_sequences(written: Stretch<'_>) -> Stretch<'_> {
    let (mut text, mut pieces, mut from) = (String::with_capacity(written.text.len()), Vec::new(), 0);
    let end = written.text.len();
    for (sequence, instead) in of_terminals(written.text.as_bytes()).chain(std::iter::once((end..end, ""))) {
        let kept = from..sequence.start;
        let first = written.pieces.partition_point(|piece| piece.0 <= kept.start).saturating_sub(1);
        // Sequences follow one another: no piece is empty.
        for &(start, at) in written.pieces.iter().skip(first).take_while(|piece| !kept.is_empty() && piece.0 < kept.end) {
            let place = start.max(kept.start);
            let at = match at {
                At::Utf8(_) => At::Utf8(written.offset(place)),
                At::Chars(_, unit) => At::Chars(written.offset(place), unit),
                decoded => decoded,
            };
            pieces.push((text.len() + place - kept.start, at));
        }
        text.push_str(&written.text[kept]);
        if !instead.is_empty() {
            pieces.push((text.len(), At::Decoded(written.offset(sequence.start))));
            text.push_str(instead);
        }
        from = sequence.end;
    }
    Stretch { range: written.range, text: Cow::Owned(text), pieces }
}

type Decoded<'a> = (Cow<'a, str>, Vec<(usize, At)>);

fn borrowed(block: &[u8], offset: u64) -> Decoded<'_> {
    // What is well-formed, as nearly everything here, is found so much faster.
    let text = std::str::from_utf8(block).map_or_else(|_| String::from_utf8_lossy(block), Cow::Borrowed);
    (text, vec![(0, At::Utf8(offset))])
}

/// UTF-8 in which the bytes that are not well-formed are taken as windows-1252.
fn decode_mixed(block: &[u8], mut offset: u64) -> Decoded<'static> {
    let (mut text, mut pieces) = (String::with_capacity(block.len() + 64), Vec::new());
    for chunk in block.utf8_chunks() {
        if !chunk.valid().is_empty() {
            pieces.push((text.len(), At::Utf8(offset)));
            text.push_str(chunk.valid());
            offset += chunk.valid().len() as u64;
        }
        if !chunk.invalid().is_empty() {
            pieces.push((text.len(), At::Chars(offset, 1)));
            text.push_str(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
            offset += chunk.invalid().len() as u64;
        }
    }
    (Cow::Owned(text), pieces)
}

fn decode_windows(block: &[u8], mut offset: u64) -> Decoded<'static> {
    let (mut text, mut pieces) = (String::with_capacity(block.len() + block.len() / 8), Vec::new());
    for chunk in block.chunks(PIECE) {
        pieces.push((text.len(), if chunk.is_ascii() { At::Utf8(offset) } else { At::Chars(offset, 1) }));
        text.push_str(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(chunk).0);
        offset += chunk.len() as u64;
    }
    (Cow::Owned(text), pieces)
}

/// UTF-16; a surrogate without a partner, and an odd byte at the end, become U+FFFD.
fn decode_utf16(block: &[u8], offset: u64, unit: fn([u8; 2]) -> u16) -> Decoded<'static> {
    let (mut text, mut pieces) = (String::with_capacity(block.len() / 2 + 16), vec![(0, At::Chars(offset, 2))]);
    let mut at = offset;
    let units = block.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    for c in char::decode_utf16(units) {
        let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
        let wide = c.len_utf16() == 2;
        if wide || text.len() - pieces.last().map_or(0, |p| p.0) >= PIECE {
            pieces.push((text.len(), if wide { At::Decoded(at) } else { At::Chars(at, 2) }));
        }
        text.push(c);
        at += 2 * c.len_utf16() as u64;
        if wide {
            pieces.push((text.len(), At::Chars(at, 2)));
        }
    }
    if block.len() % 2 == 1 {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    (Cow::Owned(text), pieces)
}

fn decode_utf32(block: &[u8], offset: u64, unit: fn([u8; 4]) -> u32) -> Decoded<'static> {
    let (mut text, mut pieces) = (String::with_capacity(block.len() / 4 + 16), Vec::new());
    for (i, quad) in block.chunks(4).enumerate() {
        if i % (PIECE / 4) == 0 {
            pieces.push((text.len(), At::Chars(offset + 4 * i as u64, 4)));
        }
        let c = quad.try_into().ok().and_then(|quad| char::from_u32(unit(quad)));
        text.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    (Cow::Owned(text), pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::text::encoding::detect;
    use proptest::prelude::*;

    fn encode(text: &str, encoding: TextEncoding) -> Vec<u8> {
        match encoding {
            TextEncoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            TextEncoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            TextEncoding::Utf32Le => text.chars().flat_map(|c| (c as u32).to_le_bytes()).collect(),
            TextEncoding::Utf32Be => text.chars().flat_map(|c| (c as u32).to_be_bytes()).collect(),
            TextEncoding::Windows1252 => text.chars().map(|c| c as u8).collect(),
            TextEncoding::Utf8 => text.as_bytes().to_vec(),
        }
    }

    proptest! {
        #[test]
        fn offsets_lead_back_to_the_bytes(words in prop::collection::vec("[a-zé ü]{1,40}", 1..200), which in 0usize..6) {
            use TextEncoding::*;
            let encoding = [Utf8, Windows1252, Utf16Le, Utf16Be, Utf32Le, Utf32Be][which];
            let text = format!("a plain line of text that sets the scene\n{}", words.join("\n"));
            let bytes = encode(&text, encoding);
            for stretch in stretches(&bytes, encoding, 0..bytes.len()) {
                for (place, c) in stretch.text.char_indices().step_by(7) {
                    let at = stretch.offset(place) as usize;
                    let want = encode(&c.to_string(), encoding);
                    prop_assert_eq!(&bytes[at..at + want.len()], &want[..]);
                }
            }
        }
    }

    #[test]
    fn a_binary_block_in_a_text_stays_uncovered() {
        let mut bytes = b"0123456789 words of a line\n".repeat(4000);
        let noise: Vec<u8> = (0..40_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
        bytes.splice(50_000..50_000, noise);
        let encoding = detect(&bytes).unwrap();
        let found = stretches(&bytes, encoding, 0..bytes.len());
        let covered: u64 = found.iter().map(|s| s.range.end - s.range.start).sum();
        assert_eq!(found.len(), 2);
        assert!(covered < bytes.len() as u64 - 30_000);
    }

    #[test]
    fn stray_bytes_are_read_as_windows_1252() {
        let mut bytes = "Crédit Agricole and much more text to stand beside it\n".repeat(10).into_bytes();
        bytes.extend(b"Soci\xE9t\xE9 G\xE9n\xE9rale\n");
        let found = stretches(&bytes, TextEncoding::Utf8, 0..bytes.len());
        assert!(found[0].text.ends_with("Société Générale\n"));
        let place = found[0].text.find("Générale").unwrap();
        assert_eq!(bytes[found[0].offset(place) as usize..][..2], *b"G\xE9");
    }

    #[test]
    fn what_colours_text_is_no_part_of_it() {
        for encoding in [TextEncoding::Utf8, TextEncoding::Windows1252, TextEncoding::Utf16Le] {
            let line = "a\u{1B}[m\u{1B}[1mclient_code\u{1B}[0m; \u{1B}[01;32mé42\u{1B}[K\u{1B}[5;9Hend\n";
            let bytes = encode(&line.repeat(3), encoding);
            let found = stretches(&bytes, encoding, 0..bytes.len());
            assert_eq!(found[0].text, "aclient_code; é42 end\n".repeat(3));
            for wanted in ["client", "é42", "end"] {
                for (place, _) in found[0].text.match_indices(wanted) {
                    let at = found[0].offset(place) as usize;
                    assert!(bytes[at..].starts_with(&encode(wanted, encoding)), "{wanted} {encoding:?}");
                }
            }
            assert_eq!(found[0].range, 0..bytes.len() as u64);
        }
    }
}
