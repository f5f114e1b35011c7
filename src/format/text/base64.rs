//! Base64 inside text (RFC 4648, sections 4 and 5, with the line ends of RFC 2045, section 6.8): attachments of mail,
//! embedded files, values of secrets, armoured messages. A block becomes a member, decoded and read like any other.
//!
//! Its lines may be indented, quoted (`> `), strings that are put together, or joined by blanks, and its line ends and
//! digits may be written as escapes of JSON, SQL, XML, properties or addresses ([`super::spelling`]). The looser the
//! writing, the more must speak for it: what stands in plain lines is a member whatever it decodes to; what might as
//! well be words, paths or tokens is one if what it decodes to is known, or if it is long.

use super::base32;
use super::credential;
use super::places::{Mark, Places};
use super::spelling::{Alphabet, Spelled, Step, is_digit, is_plain_digit, run_start, step};
use crate::format::{Kind, Probe, detect, pgp};
use std::io::{self, Read};
use std::ops::Range;

/// Shortest line of a block; of one that is known by what it decodes to.
const LINE: usize = 40;
pub(super) const SHORT_LINE: usize = 30;
/// Lines of text are no longer; what is longer is one value.
const LONG_LINE: usize = 128;
/// Shortest block.
const BLOCK: usize = 160;
/// So many digits are no token, path or signature, whatever they decode to.
const LONG: usize = 2048;
/// Bytes between two lines of a block.
const JOINT: usize = 96;
/// Decoded bytes by which it is told what a block is.
const HEAD: usize = 64 << 10;
/// A block that is worth decoding shows that many digits to whoever begins to read anywhere before it, or says what it is.
const SHOWN: usize = 64;
/// How what says itself what it is begins (RFC 7468, section 2; RFC 9580, section 6.2).
const ENCAPSULATED: &[u8] = b"-----BEGIN ";

/// Is it a digit of the usual alphabet (section 4)?
pub(in crate::format) fn is_standard_digit(byte: u8) -> bool {
    is_plain_digit(byte) || matches!(byte, b'+' | b'/')
}

/// Where blocks are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Text,
    /// Names of symbols and the like are long runs of letters and digits, too.
    Binary,
}

/// Digits that belong together.
#[derive(Debug)]
struct Block {
    range: Range<usize>,
    digits: usize,
    /// One line, or lines with nothing but line ends between them.
    bare: bool,
    /// It might be something else: short lines, words with blanks or marks between them, names with hyphens.
    loose: bool,
    /// Its lines are whole groups of digits, and some digits are neither letters nor numbers, as in no list of tokens.
    even: bool,
}

/// Finds blocks of base64 in text of an ASCII-compatible encoding and hands each to `found`: where it stands, and what
/// it decodes to.
pub(super) fn find(bytes: &[u8], places: &Places<'_>, within: Within, found: &mut dyn FnMut(Range<usize>, &mut dyn Read) -> bool) {
    // Up to `other` digits of one case are known to be no base32.
    let (mut at, mut other) = (0, 0);
    while let Some(run) = places.first(Mark::Base64, bytes, at) {
        let start = run_start(bytes, run, at);
        if start >= other {
            let (value, end) = base32::value_at(bytes, start);
            if let Some(value) = value {
                at = end;
                if !found(value.clone(), &mut base32::Decoder::new(&bytes[value])) {
                    return;
                }
                continue;
            }
            other = end;
        }
        let (blocks, end) = blocks_from(bytes, start, &|block| is_block(bytes, block, within) || is_text_value(bytes, block));
        at = end.max(run + SHORT_LINE);
        for block in blocks {
            let more = match block.bare {
                true => found(block.range.clone(), &mut Decoder::new(&bytes[block.range])),
                false => found(block.range.clone(), &mut Spelled::new(&bytes[block.range])),
            };
            if !more {
                return;
            }
        }
    }
}

/// Might [`find`] find something in a text of which these bytes are a part, apart from its ends? Who begins to read before
/// a block takes its first line at least for what it is.
pub(super) fn may_hold(bytes: &[u8]) -> bool {
    let places = Places::anywhere();
    let mut at = 0;
    while let Some(run) = places.first(Mark::Base64, bytes, at) {
        let start = run_start(bytes, run, at);
        let (blocks, end) = blocks_from(bytes, start, &|block| block.digits >= SHOWN || is_text_value(bytes, block));
        at = end.max(run + SHORT_LINE);
        if !blocks.is_empty() {
            return true;
        }
    }
    memchr::memmem::find(bytes, ENCAPSULATED).is_some()
}

/// The blocks that begin in a run of digits of either alphabet, and where to go on. What was looked at and is none is
/// not looked at again: neither is a part of it.
fn blocks_from(bytes: &[u8], start: usize, is_block: &dyn Fn(&Block) -> bool) -> (Vec<Block>, usize) {
    let whole = chunk(bytes, start, Alphabet::Url);
    let mut end = whole.end;
    if whole.url > 0 && whole.standard == 0 {
        let block = block_from(bytes, whole, Alphabet::Url);
        end = block.range.end;
        if is_block(&block) {
            return (vec![block], end);
        }
    }
    let (mut out, mut at) = (Vec::new(), start);
    while at < end {
        let (seen, len) = step(bytes, at);
        if !matches!(seen, Step::Digit(_)) {
            at += len;
            continue;
        }
        let first = if at == start && whole.url == 0 { whole } else { chunk(bytes, at, Alphabet::Standard) };
        at = first.end;
        if first.digits >= SHORT_LINE {
            let mut block = block_from(bytes, first, Alphabet::Standard);
            // A piece of a signature in the alphabet for addresses, or of a name.
            block.loose |= whole.url > 0 && whole.standard == 0;
            at = at.max(block.range.end);
            if is_block(&block) {
                out.push(block);
            }
        }
    }
    (out, end.max(at))
}

/// Digits that follow each other.
#[derive(Clone, Copy)]
struct Chunk {
    start: usize,
    /// Behind the padding.
    end: usize,
    digits: usize,
    padding: usize,
    /// Digits that only one of the alphabets has.
    standard: usize,
    url: usize,
}

fn chunk(bytes: &[u8], start: usize, alphabet: Alphabet) -> Chunk {
    let mut out = Chunk { start, end: start, digits: 0, padding: 0, standard: 0, url: 0 };
    while let Some(&byte) = bytes.get(out.end) {
        if is_plain_digit(byte) {
            out.digits += 1;
            out.end += 1;
            continue;
        }
        let (seen, len) = step(bytes, out.end);
        match seen {
            Step::Digit(_) => out.standard += 1,
            Step::UrlDigit(_) if alphabet == Alphabet::Url => out.url += 1,
            Step::Padding if out.digits > 0 => {
                let (again, more) = step(bytes, out.end + len);
                let twice = again == Step::Padding;
                out.padding = 1 + usize::from(twice);
                out.end += len + if twice { more } else { 0 };
                return out;
            }
            _ => return out,
        }
        out.digits += 1;
        out.end += len;
    }
    out
}

/// What stands between two lines of a block.
struct Joint {
    end: usize,
    has_line_end: bool,
    has_marks: bool,
    /// Nothing but a line end.
    is_bare: bool,
}

fn joint(bytes: &[u8], start: usize) -> Option<Joint> {
    let (mut at, mut feeds, mut returns, mut has_marks) = (start, 0, 0, false);
    loop {
        let (seen, len) = step(bytes, at);
        match seen {
            Step::Digit(_) => break,
            Step::LineFeed => feeds += 1,
            Step::Return => returns += 1,
            Step::Blank => {}
            Step::Mark => has_marks = true,
            Step::UrlDigit(_) | Step::Padding | Step::Other => return None,
        }
        at += len;
        // An empty line ends a block.
        if at - start > JOINT || feeds > 1 || returns > 2 || (feeds == 0 && returns > 1) {
            return None;
        }
    }
    let is_bare = at > start && bytes[start..at].iter().all(|b| matches!(b, b'\r' | b'\n'));
    (at > start).then_some(Joint { end: at, has_line_end: feeds + returns > 0, has_marks, is_bare })
}

/// Nothing that goes on with a word or a line of other text follows.
fn ends_line(bytes: &[u8], mut at: usize) -> bool {
    loop {
        let (seen, len) = step(bytes, at);
        match seen {
            Step::Blank if at < bytes.len() => at += len,
            Step::LineFeed | Step::Return => return true,
            Step::Mark => return !matches!(bytes.get(at), Some(b'.' | b'#' | b'*')),
            Step::Other => return matches!(bytes.get(at), None | Some(b'<' | b')' | b']' | b'}' | b';' | b'&' | 0)),
            Step::Digit(_) | Step::UrlDigit(_) | Step::Padding | Step::Blank => return false,
        }
    }
}

/// The block whose first line is this.
fn block_from(bytes: &[u8], first: Chunk, alphabet: Alphabet) -> Block {
    let start = first.start;
    let bare = bytes[start..first.end].iter().all(|b| is_standard_digit(*b) || *b == b'=');
    let mut block = Block { range: start..first.end, digits: first.digits, bare, loose: alphabet == Alphabet::Url, even: true };
    let (mut width, mut lines, mut padding) = (first.digits, 1, first.padding);
    let mut marks = first.standard + first.url;
    while padding == 0 {
        let Some(joint) = joint(bytes, block.range.end) else { break };
        let next = chunk(bytes, joint.end, alphabet);
        // Lines are of one width, as whoever wrote them folded them; the first begins behind a name, the last is what
        // remained. Only between plain lines of some length other ones are none the less lines.
        let plain = joint.has_line_end && !joint.has_marks;
        let ragged = plain && next.digits >= LINE && width >= LINE;
        let is_wide = next.digits > width && !(plain && (lines == 1 || ragged) && next.digits <= LONG_LINE);
        if next.digits == 0 || is_wide || (!plain && width > LONG_LINE) {
            break;
        }
        let is_last = next.digits < width && !ragged;
        let whole = |digits: usize| (digits + next.padding).is_multiple_of(4);
        if is_last && (!ends_line(bytes, next.end) || (!plain && !whole(block.digits + next.digits))) {
            break;
        }
        if lines == 1 {
            width = width.max(next.digits);
        }
        lines += 1;
        block.loose |= !plain || width < LINE;
        block.bare &= joint.is_bare && next.url == 0 && bytes[next.start..next.end].iter().all(|b| is_digit(*b) || *b == b'=');
        block.digits += next.digits;
        block.range.end = next.end;
        marks += next.standard + next.url;
        padding = next.padding;
        if is_last {
            break;
        }
    }
    block.loose |= width < LINE;
    block.even = marks > 0 && (lines == 1 || width.is_multiple_of(4));
    block
}

/// Is it worth decoding? Then it is long enough, has the mixture of characters that encoded bytes have and hexadecimal
/// numbers, words and rulers have not, and is no key.
fn is_block(bytes: &[u8], block: &Block, within: Within) -> bool {
    let before = &bytes[..block.range.start];
    let text = &bytes[block.range.clone()];
    let digits = || text.iter().filter(|b| is_digit(**b));
    let is_mixed = block.digits >= LINE
        && digits().any(u8::is_ascii_uppercase)
        && digits().any(u8::is_ascii_lowercase)
        && digits().any(u8::is_ascii_digit)
        && !digits().all(u8::is_ascii_hexdigit);
    // Armor says itself what it is, however short it may be.
    if !is_mixed || (block.digits < BLOCK && !pgp::is_open_armor(before)) || is_key(before) {
        return false;
    }
    let is_credential = credential::is_labelled(before, block.digits);
    let is_plain = block.bare && !block.loose && within == Within::Text;
    if is_plain && !is_credential {
        return true;
    }
    let mut head = Vec::new();
    // Reading from memory does not fail.
    let _ = Spelled::new(text).take(HEAD as u64).read_to_end(&mut head);
    if !matches!(detect(&Probe::new(&head)), Kind::Unknown) {
        return true;
    }
    if is_credential {
        return false;
    }
    match block.loose || within == Within::Binary {
        true => block.digits >= LONG && block.even,
        // Signatures of mail headers and of signed XML are folded, and so long.
        false => !matches!(head.len(), 96 | 128 | 256 | 384 | 512),
    }
}

/// Is it a short value that decodes to nothing but text? In so many digits that is no chance.
fn is_text_value(bytes: &[u8], block: &Block) -> bool {
    block.digits < BLOCK && decoded_value(&bytes[block.range.clone()]).is_some()
}

/// What a short value decodes to, if it is text in one piece.
pub(super) fn decoded_value(value: &[u8]) -> Option<String> {
    let digits = value.iter().rposition(|b| *b != b'=').map_or(0, |last| last + 1);
    if !(SHORT_LINE..BLOCK).contains(&digits) || !value[..digits].iter().all(|b| is_digit(*b)) {
        return None;
    }
    // Most are no text from their first bytes on.
    let is_written = |b: &u8| *b >= b' ' && *b != 0x7F || matches!(b, b'\t' | b'\r' | b'\n');
    let (mut out, mut head, mut foreign) = (Vec::new(), [0; 3], 0);
    let mut decoder = Spelled::new(value);
    while let Ok(count @ 1..) = decoder.read(&mut head) {
        out.extend(&head[..count]);
        foreign += head[..count].iter().filter(|b| !b.is_ascii()).count();
        if !head[..count].iter().all(is_written) || foreign > 4 + out.len() / 4 {
            return None;
        }
    }
    let text = String::from_utf8(out).ok()?;
    let ascii = text.bytes().filter(u8::is_ascii).count();
    (ascii * 10 >= text.len() * 8 && text.bytes().any(|b| b.is_ascii_alphanumeric())).then_some(text)
}

/// PEM blocks of keys and parameters (RFC 7468) hold nobody's records.
fn is_key(before: &[u8]) -> bool {
    let kinds: [&[u8]; 2] = [b"KEY", b"PARAMETERS"];
    open_label(before).is_some_and(|label| kinds.iter().any(|kind| label.ends_with(kind)))
}

/// Does what follows call itself a certificate, a request for one or a list of revoked ones?
pub(super) fn is_certificate(before: &[u8]) -> bool {
    let kinds: [&[u8]; 3] = [b"CERTIFICATE", b"CERTIFICATE REQUEST", b"X509 CRL"];
    open_label(before).is_some_and(|label| kinds.iter().any(|kind| label.ends_with(kind)))
}

/// What stands in the line `-----BEGIN …-----` of a textual encoding that is open at the end of some text.
pub(in crate::format) fn open_label(before: &[u8]) -> Option<&[u8]> {
    let tail = &before[before.len().saturating_sub(400)..];
    let begin = memchr::memmem::rfind(tail, ENCAPSULATED)?;
    let label = &tail[begin + ENCAPSULATED.len()..];
    let end = memchr::memmem::find(label, b"-----")?;
    memchr::memmem::find(label, b"-----END ").is_none().then_some(&label[..end])
}

/// Puts digits of six bits together to bytes.
#[derive(Default)]
pub(super) struct Bits {
    held: u32,
    count: u8,
}

impl Bits {
    /// Takes a digit; gives a byte where one is whole.
    pub fn push(&mut self, digit: u8) -> Option<u8> {
        self.held = self.held << 6 | u32::from(digit);
        self.count += 6;
        if self.count < 8 {
            return None;
        }
        self.count -= 8;
        Some((self.held >> self.count) as u8)
    }
}

/// Decodes base64; what is no digit is skipped.
pub(crate) struct Decoder<'a> {
    encoded: &'a [u8],
    bits: Bits,
}

impl<'a> Decoder<'a> {
    /// A decoder of these bytes.
    pub fn new(encoded: &'a [u8]) -> Self {
        Self { encoded, bits: Bits::default() }
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut n = 0;
        while n < out.len() {
            let Some((&b, rest)) = self.encoded.split_first() else { break };
            self.encoded = rest;
            let value = match b {
                b'A'..=b'Z' => b - b'A',
                b'a'..=b'z' => b - b'a' + 26,
                b'0'..=b'9' => b - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                b'=' => {
                    // What follows a padding was encoded by itself.
                    self.bits = Bits::default();
                    continue;
                }
                _ => continue,
            };
            if let Some(byte) = self.bits.push(value) {
                out[n] = byte;
                n += 1;
            }
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::decoded_by;
    use proptest::prelude::*;

    fn encode(bytes: &[u8], line: usize, joint: &str) -> String {
        let text = crate::model::base64(bytes);
        text.as_bytes().chunks(line).map(|l| std::str::from_utf8(l).unwrap()).collect::<Vec<_>>().join(joint)
    }

    fn members_within(text: &str, within: Within) -> Vec<Vec<u8>> {
        match within {
            Within::Text => decoded_by(|bytes, found| find(bytes, &Places::anywhere(), Within::Text, found), text),
            Within::Binary => decoded_by(|bytes, found| find(bytes, &Places::anywhere(), Within::Binary, found), text),
        }
    }

    fn members(text: &str) -> Vec<Vec<u8>> {
        members_within(text, Within::Text)
    }

    fn noise(len: u32) -> Vec<u8> {
        (0..len).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
    }

    proptest! {
        #[test]
        fn attachments_are_decoded(bytes in prop::collection::vec(any::<u8>(), 300..2000), line in prop::sample::select(vec![64usize, 76, 5000])) {
            let text = format!("Content-Transfer-Encoding: base64\r\n\r\n{}\r\n\r\n--boundary--\r\n", encode(&bytes, line, "\r\n"));
            prop_assert_eq!(members(&text), vec![bytes]);
        }

        #[test]
        fn any_text_is_taken(bytes in prop::collection::vec(prop::sample::select(b"Ab9/=+\r\n\"- \\nu02F%&#x;>-_".to_vec()), 0..600)) {
            let text = String::from_utf8(bytes).unwrap();
            members(&text);
            members_within(&text, Within::Binary);
        }

        #[test]
        fn lines_are_joined_however_they_are_written(
            words in prop::collection::vec("[a-z]{2,9}", 60..300),
            line in prop::sample::select(vec![32usize, 64, 76]),
            way in 0usize..14,
        ) {
            let text = words.join(" ").into_bytes();
            let written = match way {
                0 => format!("data:\n  export: |\n    {}\n  next: value\n", encode(&text, line, "\n    ")),
                1 => format!("{{\"data\": \"{}\"}}", encode(&text, line, "\\r\\n")),
                2 => format!("('{}',2)", encode(&text, line, "\\n")),
                3 => format!("<d>{}&#13;\n</d>", encode(&text, line, "&#13;\n")),
                4 => format!("data={}\nother=1\n", encode(&text, line, "\\\n     ")),
                5 => format!("{}  \nEnd.\n", encode(&text, line, "  \n")),
                6 => format!("> {}\n> \n> Regards\n", encode(&text, line, "\n> ")),
                7 => format!("x {}\ny", encode(&text, line.max(64), " ")),
                8 => format!("const A = \"{}\";\n", encode(&text, line, "\" +\n    \"")),
                9 => format!("[\n \"{}\"\n]", encode(&text, line, "\",\n \"")),
                10 => format!("data={}&next=1", encode(&text, 5000, "").replace('/', "%2F").replace('+', "%2B").replace('=', "%3D")),
                11 => format!("{{\"d\":\"{}\"}}", encode(&text, 5000, "").replace('/', "\\/")),
                12 => format!("{{\"d\":\"{}\"}}", encode(&text, 5000, "").replace('/', "_").replace('+', "-").replace('=', "")),
                _ => format!("description:: {}\n", encode(&text, 77, "\n ")),
            };
            prop_assert_eq!(members(&written), vec![text], "{}", written);
        }
    }

    #[test]
    fn hashes_words_keys_and_tokens_are_no_attachments() {
        // So many that looking at any of them again for each would take hours.
        let hashes = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef\n".repeat(50_000);
        assert!(members(&hashes).is_empty());
        let key = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", encode(&noise(600), 64, "\n"));
        assert!(members(&key).is_empty());
        let token = format!("Bearer eyJhbGciOiJSUzI1NiJ9.e30.{}", encode(&noise(256), 5000, "").replace('+', "-").replace('/', "_"));
        assert!(members(&token).is_empty());
        let part = format!("Bearer eyJhbGciOiJSUzI1NiJ9.e30.-{}_x", encode(&noise(192), 5000, "").replace(['+', '/'], "a"));
        assert!(members(&part).is_empty());
        let signature = format!("DKIM-Signature: v=1; b={};", encode(&noise(256), 64, "\r\n\t"));
        assert!(members(&signature).is_empty());
        let names = "the-quick_Brown_fox-jumps-over-2-lazy_dogs-and-Runs_away-".repeat(6);
        assert!(members(&names).is_empty());
        let symbols = "ZNSt6vectorISt4pairIiSsESaIS1E9pushBackERKS1InlinedAllocator7".repeat(4);
        assert!(members_within(&symbols, Within::Binary).is_empty());
    }

    #[test]
    fn certificates_are_decoded() {
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", encode(&noise(600), 64, "\n"));
        assert_eq!(members(&pem), [noise(600)]);
    }

    #[test]
    fn what_is_long_is_a_member_whatever_it_decodes_to() {
        for joint in ["\n  ", " ", "\" +\n\""] {
            let text = format!("a: \"{}\"", encode(&noise(3000), 64, joint));
            assert_eq!(members(&text), [noise(3000)], "{joint:?}");
        }
    }
}
