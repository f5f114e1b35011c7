//! Content transfer encodings (RFC 2045, section 6).

use crate::format::text::base64::{Decoder, is_standard_digit};
use std::io::{self, Read};
use std::ops::Range;

/// Digits of a line of base64 behind the padding of another, or behind other lines.
const SHORTEST: usize = 16;
/// Marks in such a line that are none.
const STRAYS: usize = 2;

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

    /// Which bytes of a body are so encoded, line by line. Of base64 those are left out that hold anything else, and what
    /// stands behind its padding, where not more of it follows: footers, rules, and text that only claims to be encoded.
    pub fn extent(self, body: &[u8]) -> Vec<Range<usize>> {
        if self != Self::Base64 {
            return std::iter::once(0..body.len()).collect();
        }
        let mut out: Vec<Range<usize>> = Vec::new();
        // Nothing but base64 so far, of which more follows; and whole lines of it were there.
        let (mut at, mut is_clean, mut is_sure) = (0, true, false);
        for line in body.split_inclusive(|b| *b == b'\n') {
            let range = at..at + line.len();
            at = range.end;
            let line = line.trim_ascii();
            let digits = &line[..line.len() - line.iter().rev().take_while(|b| **b == b'=').count()];
            let strays = digits.iter().filter(|b| !is_standard_digit(**b)).count();
            let is_whole = line.len() >= SHORTEST && (line.len() - strays).is_multiple_of(4) && line.len() - digits.len() <= 2;
            // A word of a footer is made of digits, too; a stray mark in a line of digits means nothing (section 6.8).
            let is_encoded = match (line.is_empty(), strays) {
                (true, _) => is_clean,
                (_, 0) => line.len() - digits.len() <= 2 && (is_clean || is_whole),
                (_, strays) => is_sure && is_whole && strays <= STRAYS,
            };
            match out.last_mut() {
                Some(last) if is_encoded && last.end == range.start => last.end = range.end,
                _ if is_encoded => out.push(range),
                _ => {}
            }
            is_sure |= is_whole && strays == 0;
            is_clean &= is_encoded && digits.len() == line.len();
        }
        out
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
    fn base64_is_told_from_what_stands_beside_it() {
        let whole = "aGVsbG8gYWxsLCB0aGUgbGlzdCBpcyBvcGVu";
        for (body, encoded) in [
            ("Rmly\r\nc3Q=\r\n\r\n-- \r\nfooter\r\n".to_owned(), vec![0..12]),
            ("Rmly\r\n____\r\nof the list\r\n".to_owned(), vec![0..6]),
            ("Rmly\nc3Q=\nRegards\n".to_owned(), vec![0..10]),
            ("aGVsbG8gYWxsLg==\nY2xpZW50IGNvZGU6IDE=\n".to_owned(), vec![0..38]),
            ("client,name\n1,Ann\n".to_owned(), vec![]),
            (" Rmly \r\n c3Qh".to_owned(), vec![0..13]),
            // A mark amid digits, and a line amid lines.
            (format!("{whole}\n{}!{}\n{whole}\n", &whole[..8], &whole[8..]), vec![0..112]),
            (format!("{whole}\n-- of the list --\n{whole}\n"), vec![0..37, 55..92]),
        ] {
            assert_eq!(Encoding::Base64.extent(body.as_bytes()), encoded, "{body}");
            assert_eq!(Encoding::QuotedPrintable.extent(body.as_bytes()), vec![0..body.len()]);
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
