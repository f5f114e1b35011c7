//! Base64 inside text (RFC 4648 section 4, with the line ends of RFC 2045 section 6.8): attachments of mail,
//! embedded files, armoured messages. A block becomes a member, decoded and read like any other.

use crate::format::{Sink, pgp};
use std::io::{self, Read};
use std::ops::Range;

/// Shortest line of a block.
const LINE: usize = 40;
/// Shortest block.
const BLOCK: usize = 160;

/// Finds blocks of base64 in text of an ASCII-compatible encoding and hands each to the sink.
pub(in crate::format) fn read_embedded(bytes: &[u8], sink: &mut Sink<'_>) {
    let mut at = 0;
    while let Some(block) = next_block(bytes, at) {
        at = block.end;
        if sink.stopped() {
            return;
        }
        // Armor says itself what it is, however short it may be.
        let least = if pgp::is_open_armor(&bytes[..block.start]) { LINE } else { BLOCK };
        if is_block(&bytes[block.clone()], least) && !is_key_or_certificate(&bytes[..block.start]) {
            let name = format!("base64@{}", block.start);
            let mut decoder = Decoder::new(&bytes[block.clone()]);
            sink.member(name.as_bytes(), block.start as u64..block.end as u64, &mut decoder);
        }
    }
}

/// The next run of long lines of base64 characters from `from` on.
fn next_block(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        at = next_run(bytes, at)?;
        let mut end = line_end(bytes, at);
        if end - at < LINE {
            at = end;
            continue;
        }
        loop {
            let next = end + bytes[end..].iter().take(2).take_while(|b| matches!(b, b'\r' | b'\n')).count();
            let next_end = line_end(bytes, next);
            // The last line is shorter; a short line of other text is none of the block.
            let is_line = next > end && next_end > next && matches!(bytes.get(next_end), None | Some(b'\r' | b'\n' | b'"' | b'<'));
            if !is_line {
                break;
            }
            let is_last = next_end - next < end - at && next_end - next < LINE;
            end = next_end;
            if is_last {
                break;
            }
        }
        return Some(at..end);
    }
}

/// Where the next run of characters begins that may be a line. Most of the text is not even looked at: behind the
/// last other character of a window no run can have begun before.
fn next_run(bytes: &[u8], from: usize) -> Option<usize> {
    // Two characters of a line may be padding.
    const DIGITS: usize = LINE - 2;
    let mut at = from;
    loop {
        match bytes.get(at..at + DIGITS)?.iter().rposition(|b| !is_digit(*b)) {
            Some(other) => at += other + 1,
            None => return Some(at),
        }
    }
}

/// The end of the base64 characters from a place on, padding included.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let digits = bytes[at..].iter().take_while(|b| is_digit(**b)).count();
    let padding = bytes[at + digits..].iter().take(2).take_while(|b| **b == b'=').count();
    at + digits + padding
}

/// Long enough, and with the mixture of characters that encoded bytes have and hexadecimal numbers, words
/// and rulers have not.
fn is_block(block: &[u8], least: usize) -> bool {
    let digits = || block.iter().filter(|b| is_digit(**b));
    digits().count() >= least
        && digits().any(u8::is_ascii_uppercase)
        && digits().any(u8::is_ascii_lowercase)
        && digits().any(u8::is_ascii_digit)
        && !digits().all(u8::is_ascii_hexdigit)
}

/// PEM blocks of certificates and keys (RFC 7468) hold nobody's records.
fn is_key_or_certificate(before: &[u8]) -> bool {
    let kinds: [&[u8]; 4] = [b"KEY", b"CERTIFICATE", b"REQUEST", b"PARAMETERS"];
    open_label(before).is_some_and(|label| kinds.iter().any(|kind| label.ends_with(kind)))
}

/// What stands in the line `-----BEGIN …-----` of a textual encoding that is open at the end of some text.
pub(in crate::format) fn open_label(before: &[u8]) -> Option<&[u8]> {
    let tail = &before[before.len().saturating_sub(400)..];
    let begin = memchr::memmem::rfind(tail, b"-----BEGIN ")?;
    let label = &tail[begin + 11..];
    let end = memchr::memmem::find(label, b"-----")?;
    memchr::memmem::find(label, b"-----END ").is_none().then_some(&label[..end])
}

fn is_digit(b: u8) -> bool {
    static DIGITS: [bool; 256] = {
        let mut digits = [false; 256];
        let mut i = 0;
        while i < 256 {
            let b = i as u8;
            digits[i] = b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
            i += 1;
        }
        digits
    };
    DIGITS[usize::from(b)]
}

/// Decodes base64; what is no digit is skipped.
pub(crate) struct Decoder<'a> {
    encoded: &'a [u8],
    held: u32,
    bits: u8,
}

impl<'a> Decoder<'a> {
    /// A decoder of these bytes.
    pub fn new(encoded: &'a [u8]) -> Self {
        Self { encoded, held: 0, bits: 0 }
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
                _ => continue,
            };
            self.held = self.held << 6 | u32::from(value);
            self.bits += 6;
            if self.bits >= 8 {
                self.bits -= 8;
                out[n] = (self.held >> self.bits) as u8;
                n += 1;
            }
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::Collector;
    use proptest::prelude::*;

    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    fn encode(bytes: &[u8], line: usize) -> String {
        let mut text = String::new();
        for group in bytes.chunks(3) {
            let value = group.iter().enumerate().fold(0u32, |v, (i, b)| v | u32::from(*b) << (16 - 8 * i));
            (0..4).for_each(|i| text.push(if i > group.len() { '=' } else { DIGITS[(value >> (18 - 6 * i)) as usize & 63] as char }));
        }
        text.as_bytes().chunks(line).map(|l| std::str::from_utf8(l).unwrap()).collect::<Vec<_>>().join("\r\n")
    }

    fn members(text: &str) -> Vec<Vec<u8>> {
        let collector = Collector::default();
        let mut sink = Sink::new(&collector);
        read_embedded(text.as_bytes(), &mut sink);
        collector.members.into_inner().unwrap()
    }

    proptest! {
        #[test]
        fn attachments_are_decoded(bytes in prop::collection::vec(any::<u8>(), 300..2000), line in prop::sample::select(vec![64usize, 76, 5000])) {
            let text = format!("Content-Transfer-Encoding: base64\r\n\r\n{}\r\n\r\n--boundary--\r\n", encode(&bytes, line));
            prop_assert_eq!(members(&text), vec![bytes]);
        }

        #[test]
        fn any_text_is_taken(bytes in prop::collection::vec(prop::sample::select(b"Ab9/=+\r\n\"- ".to_vec()), 0..600)) {
            members(&String::from_utf8(bytes).unwrap());
        }
    }

    #[test]
    fn hashes_words_and_certificates_are_no_attachments() {
        let hashes = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef\n".repeat(20);
        assert!(members(&hashes).is_empty());
        let noise: Vec<u8> = (0..600u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", encode(&noise, 64));
        assert!(members(&pem).is_empty());
    }
}
