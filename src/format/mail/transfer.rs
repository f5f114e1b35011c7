//! Content transfer encodings (RFC 2045, section 6).

use crate::format::text::base64::Decoder;
use std::io::{self, Read};

/// Digits of a line of base64 behind the padding of another.
const SHORTEST: usize = 16;

/// How a part's bytes are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// 7bit, 8bit, binary.
    Identity,
    /// Section 6.7.
    QuotedPrintable,
    /// Section 6.8.
    Base64,
    /// Historical, `x-uuencode`.
    Uuencode,
}

impl Encoding {
    /// The encoding that a `Content-Transfer-Encoding` names.
    pub fn of(name: &str) -> Self {
        let name = name.split([';', ' ']).next().unwrap_or_default().trim().to_ascii_lowercase();
        match &name[..] {
            "quoted-printable" => Self::QuotedPrintable,
            "base64" => Self::Base64,
            "x-uuencode" | "uuencode" | "x-uue" => Self::Uuencode,
            _ => Self::Identity,
        }
    }

    /// How many of the first bytes of a body are so encoded, line by line: base64 ends before a line that holds anything
    /// else, and behind its padding, where not more of it follows.
    pub fn extent(self, body: &[u8]) -> usize {
        if self != Self::Base64 {
            return body.len();
        }
        let (mut end, mut is_padded) = (0, false);
        for line in body.split_inclusive(|b| *b == b'\n') {
            let digits = line.trim_ascii();
            let bare = digits.len() - digits.iter().rev().take_while(|b| **b == b'=').count();
            let is_encoded =
                digits.len() - bare <= 2 && digits[..bare].iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'));
            // A word of a footer is made of digits, too.
            let goes_on = !is_padded || digits.is_empty() || digits.len() >= SHORTEST && digits.len().is_multiple_of(4);
            if !is_encoded || !goes_on {
                return end;
            }
            end += line.len();
            is_padded |= bare < digits.len();
        }
        end
    }

    /// A reader of the decoded bytes.
    pub fn reader(self, encoded: &[u8]) -> Box<dyn Read + '_> {
        match self {
            Self::Identity => Box::new(encoded),
            Self::QuotedPrintable => Box::new(QuotedPrintable { rest: encoded, line: Vec::new(), at: 0 }),
            Self::Base64 => Box::new(Decoder::new(encoded)),
            Self::Uuencode => Box::new(Uuencode { rest: encoded, line: Vec::new(), at: 0 }),
        }
    }
}

/// Decodes in memory.
pub fn decode(encoded: &[u8], encoding: Encoding) -> Vec<u8> {
    let mut out = Vec::with_capacity(encoded.len());
    // Reading from memory does not fail.
    let _ = encoding.reader(encoded).read_to_end(&mut out);
    out
}

fn next_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    if rest.is_empty() {
        return None;
    }
    // Lines without an end are taken in pieces, at a border of no escape.
    let (line, after) = rest.split_at(memchr::memchr(b'\n', rest).map_or(rest.len(), |n| n + 1));
    *rest = after;
    Some(line)
}

fn copy(line: &[u8], at: &mut usize, out: &mut [u8]) -> usize {
    let n = out.len().min(line.len() - *at);
    out[..n].copy_from_slice(&line[*at..*at + n]);
    *at += n;
    n
}

struct QuotedPrintable<'a> {
    rest: &'a [u8],
    line: Vec<u8>,
    at: usize,
}

impl Read for QuotedPrintable<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.line.len() {
            let Some(line) = next_line(&mut self.rest) else { return Ok(0) };
            (self.line, self.at) = (quoted_printable_line(line), 0);
        }
        Ok(copy(&self.line, &mut self.at, out))
    }
}

fn quoted_printable_line(line: &[u8]) -> Vec<u8> {
    let body = line.strip_suffix(b"\n").map_or(line, |l| l.strip_suffix(b"\r").unwrap_or(l));
    let end = &line[body.len()..];
    // Blanks at the end of an encoded line were added on the way.
    let body = if end.is_empty() { body } else { body.trim_ascii_end() };
    let (mut out, mut rest) = (Vec::with_capacity(line.len()), body);
    let digit = |b: u8| (b as char).to_digit(16);
    while let Some(sign) = memchr::memchr(b'=', rest) {
        out.extend_from_slice(&rest[..sign]);
        rest = &rest[sign + 1..];
        if let [high, low, behind @ ..] = rest
            && let (Some(high), Some(low)) = (digit(*high), digit(*low))
        {
            out.push((high << 4 | low) as u8);
            rest = behind;
        } else if rest.is_empty() && !end.is_empty() {
            // A soft line break.
            return out;
        } else {
            out.push(b'=');
        }
    }
    out.extend_from_slice(rest);
    out.extend_from_slice(end);
    out
}

struct Uuencode<'a> {
    rest: &'a [u8],
    line: Vec<u8>,
    at: usize,
}

impl Read for Uuencode<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.line.len() {
            let Some(line) = next_line(&mut self.rest) else { return Ok(0) };
            let line = line.trim_ascii_end();
            if line.starts_with(b"begin ") || line == b"end" || line.is_empty() {
                continue;
            }
            let value = |b: u8| u32::from(b.wrapping_sub(32) & 63);
            let length = value(line[0]) as usize;
            let mut decoded = Vec::with_capacity(66);
            // Blanks at the end of a line, which are zeros, are often lost.
            for group in 0..length.div_ceil(3) {
                let bits = (1..5).fold(0, |bits, i| bits << 6 | value(line.get(4 * group + i).copied().unwrap_or(b' ')));
                decoded.extend([(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
            }
            decoded.truncate(length);
            (self.line, self.at) = (decoded, 0);
        }
        Ok(copy(&self.line, &mut self.at, out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn base64_ends_behind_its_padding_and_before_other_lines() {
        for (body, encoded) in [
            (&b"Rmly\r\nc3Q=\r\n\r\n-- \r\nfooter\r\n"[..], 14),
            (b"Rmly\r\n____\r\nof the list\r\n", 6),
            (b"Rmly\nc3Q=\nRegards\n", 10),
            (b"aGVsbG8gYWxsLg==\nY2xpZW50IGNvZGU6IDE=\n", 38),
            (b"client,name\n1,Ann\n", 0),
            (b" Rmly \r\n c3Qh", 13),
        ] {
            assert_eq!(Encoding::Base64.extent(body), encoded, "{}", body.escape_ascii());
            assert_eq!(Encoding::QuotedPrintable.extent(body), body.len());
        }
    }

    #[test]
    fn encodings_are_decoded() {
        assert_eq!(decode(b"Cr=C3=A9dit =\r\nSuisse=3D  \r\na=\nb=zz=", Encoding::QuotedPrintable), "Crédit Suisse=\r\nab=zz=".as_bytes());
        assert_eq!(decode(b"Rmly\r\nc3Q=", Encoding::Base64), b"First");
        assert_eq!(decode(b"Rmly\r\nc3Q=\r\nRmly\r\nc3Q=", Encoding::Base64), b"FirstFirst");
        assert_eq!(decode(b"begin 644 x\n#0V%T\n`\nend\n", Encoding::Uuencode), b"Cat");
    }

    proptest! {
        #[test]
        fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for encoding in [Encoding::QuotedPrintable, Encoding::Base64, Encoding::Uuencode] {
                decode(&bytes, encoding);
            }
        }
    }
}
