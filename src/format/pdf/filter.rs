//! Filters of streams (ISO 32000-2, 7.4), decoded into memory within a limit.

use super::file::File;
use super::object::{Dictionary, Object, hex};
use crate::format::text::ascii85;
use crate::model::Cause;
use flate2::{Decompress, FlushDecompress, Status};
use std::io::Read;

/// Filters of one stream; more are a bomb.
const MOST_FILTERS: usize = 8;

/// What came out of a stream.
#[derive(Default)]
pub struct Decoded {
    /// Its bytes, as far as they could be decoded.
    pub bytes: Vec<u8>,
    /// The filter of a picture, which is left undecoded.
    pub picture: Option<Vec<u8>>,
    /// Why there is not more.
    pub defect: Option<(Cause, String)>,
}

/// Decodes a stream's bytes, which are decrypted already, to `most` bytes at most.
pub fn decode(file: &File<'_>, stream: &Dictionary, raw: Vec<u8>, most: usize) -> Decoded {
    let list = |keys: [&str; 2]| match keys.iter().find_map(|key| stream.get(key)).map(|o| file.resolve(o)) {
        Some(Object::Array(items)) => items.iter().map(|item| file.resolve(item)).collect(),
        Some(Object::Null) | None => Vec::new(),
        Some(one) => vec![one],
    };
    let (filters, parameters) = (list(["Filter", "F"]), list(["DecodeParms", "DP"]));
    let mut out = Decoded { bytes: raw, ..Decoded::default() };
    if filters.len() > MOST_FILTERS {
        out.defect = Some((Cause::UnsupportedMethod, format!("{} filters", filters.len())));
        return out;
    }
    for (i, filter) in filters.iter().enumerate() {
        let parameters = match parameters.get(i) {
            Some(Object::Dictionary(d)) => d.clone(),
            _ => Dictionary::default(),
        };
        let number = |key: &str, otherwise: usize| {
            parameters.get(key).and_then(|o| file.resolve(o).number()).filter(|n| *n >= 0.0).map_or(otherwise, |n| n as usize)
        };
        let input = std::mem::take(&mut out.bytes);
        let result = match filter.name().unwrap_or_default() {
            b"FlateDecode" | b"Fl" => inflate(&input, most),
            b"LZWDecode" | b"LZW" => lzw(&input, number("EarlyChange", 1), most),
            b"ASCIIHexDecode" | b"AHx" => Ok(ascii_hex(&input)),
            b"ASCII85Decode" | b"A85" => Ok(ascii85(&input)),
            b"RunLengthDecode" | b"RL" => run_length(&input, most),
            b"Crypt" => Ok(input),
            name @ (b"DCTDecode" | b"DCT" | b"JPXDecode" | b"CCITTFaxDecode" | b"CCF" | b"JBIG2Decode") => {
                out.picture = Some(name.to_vec());
                out.bytes = input;
                return out;
            }
            name => Err((input, Cause::UnsupportedMethod, format!("filter {}", String::from_utf8_lossy(name)))),
        };
        let (mut bytes, defect) = match result {
            Ok(bytes) => (bytes, None),
            Err((bytes, cause, detail)) => (bytes, Some((cause, detail))),
        };
        if number("Predictor", 1) > 1 {
            bytes = unpredict(&bytes, number("Predictor", 1), number("Colors", 1), number("BitsPerComponent", 8), number("Columns", 1));
        }
        out.bytes = bytes;
        if defect.is_some() {
            out.defect = defect;
            return out;
        }
    }
    out
}

type Partial = Result<Vec<u8>, (Vec<u8>, Cause, String)>;

/// zlib (RFC 1950); without its header where that is broken. A stream whose checksum is wrong is whole as
/// far as it can be decoded, and marked.
fn inflate(input: &[u8], most: usize) -> Partial {
    // Some writers put line ends before the data.
    let start = input.iter().take(2).take_while(|b| matches!(b, b'\r' | b'\n')).count();
    let input = &input[start..];
    let header = matches!(input, [cmf, flags, ..] if cmf & 0x0F == 8 && (u16::from(*cmf) << 8 | u16::from(*flags)) % 31 == 0);
    let body = if header { &input[2..] } else { input };
    let mut inflater = Decompress::new(false);
    let (mut out, mut chunk, mut used) = (Vec::new(), vec![0; 32 << 10], 0);
    loop {
        let before = inflater.total_out();
        let status = inflater.decompress(&body[used..], &mut chunk, FlushDecompress::None);
        let written = (inflater.total_out() - before) as usize;
        let read = inflater.total_in() as usize - used;
        used += read;
        out.extend_from_slice(&chunk[..written]);
        if out.len() > most {
            return Err((out, Cause::LimitSize, format!("decodes to more than {most} bytes")));
        }
        match status {
            Ok(Status::StreamEnd) => break,
            Ok(_) if written > 0 || read > 0 => {}
            Ok(_) => return Err((out, Cause::Truncated, "the deflate stream is cut off".to_owned())),
            Err(_) if out.is_empty() => return Err((Vec::new(), Cause::Corrupt, "no deflate stream".to_owned())),
            Err(_) => return Err((out, Cause::Corrupt, "the deflate stream is broken".to_owned())),
        }
    }
    match body.get(used..).and_then(|rest| rest.first_chunk::<4>()) {
        Some(sum) if header && u32::from_be_bytes(*sum) != adler32(&out) => {
            Err((out, Cause::Corrupt, "the checksum of a deflate stream is wrong".to_owned()))
        }
        _ => Ok(out),
    }
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1u32, 0u32);
    for chunk in bytes.chunks(5552) {
        for byte in chunk {
            a += u32::from(*byte);
            b += a;
        }
        (a, b) = (a % 65_521, b % 65_521);
    }
    b << 16 | a
}

/// LZW with codes of 9 to 12 bits, the first bit first (7.4.4).
fn lzw(input: &[u8], early: usize, most: usize) -> Partial {
    const CLEAR: usize = 256;
    const END: usize = 257;
    // Each entry is a range of the output: an earlier phrase and the byte after it.
    let mut table: Vec<(usize, usize)> = Vec::with_capacity(4096);
    let (mut out, mut bits, mut held, mut width) = (Vec::new(), 0u32, 0u32, 9u32);
    let mut previous: Option<(usize, usize)> = None;
    for &byte in input {
        held = held << 8 | u32::from(byte);
        bits += 8;
        if bits < width {
            continue;
        }
        bits -= width;
        let code = (held >> bits) as usize & ((1 << width) - 1);
        held &= (1 << bits) - 1;
        if code == CLEAR {
            table.clear();
            (width, previous) = (9, None);
            continue;
        }
        if code == END {
            return Ok(out);
        }
        let start = out.len();
        match code {
            0..=255 => out.push(code as u8),
            _ => {
                let phrase = match (table.get(code - 258), previous) {
                    (Some(&phrase), _) => phrase,
                    (None, Some((at, len))) if code - 258 == table.len() => (at, len + 1),
                    _ => return Err((out, Cause::Corrupt, "an LZW code that was never defined".to_owned())),
                };
                for i in 0..phrase.1 {
                    out.push(out[phrase.0 + i]);
                }
            }
        }
        if let Some((at, len)) = previous
            && table.len() < 4096 - 258
        {
            table.push((at, len + 1));
        }
        previous = Some((start, out.len() - start));
        // The entry that this code begins is counted from the next code on.
        let next = table.len() + 258 + early.min(1) + usize::from(previous.is_some());
        width = match next {
            0..=512 => 9,
            513..=1024 => 10,
            1025..=2048 => 11,
            _ => 12,
        };
        if out.len() > most {
            return Err((out, Cause::LimitSize, format!("decodes to more than {most} bytes")));
        }
    }
    Ok(out)
}

fn ascii_hex(input: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = input.iter().take_while(|b| **b != b'>').filter_map(|b| hex(*b)).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}

fn ascii85(input: &[u8]) -> Vec<u8> {
    let input = input.strip_prefix(b"<~").unwrap_or(input);
    let mut out = Vec::with_capacity(input.len() / 5 * 4);
    // Reading from memory does not fail.
    _ = ascii85::Decoder::new(&input[..memchr::memchr(b'~', input).unwrap_or(input.len())]).read_to_end(&mut out);
    out
}

fn run_length(input: &[u8], most: usize) -> Partial {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(&length) = input.get(at) {
        match length {
            0..=127 => {
                let end = (at + 2 + usize::from(length)).min(input.len());
                out.extend_from_slice(&input[at + 1..end]);
                at = end;
            }
            128 => break,
            129.. => {
                let Some(&byte) = input.get(at + 1) else { break };
                out.extend(std::iter::repeat_n(byte, 257 - usize::from(length)));
                at += 2;
            }
        }
        if out.len() > most {
            return Err((out, Cause::LimitSize, format!("decodes to more than {most} bytes")));
        }
    }
    Ok(out)
}

/// Undoes the predictors of TIFF and PNG (7.4.4.4).
fn unpredict(input: &[u8], predictor: usize, colors: usize, bits: usize, columns: usize) -> Vec<u8> {
    let Some(row) = colors.checked_mul(bits).and_then(|n| n.checked_mul(columns)).map(|n| n.div_ceil(8)) else { return input.to_vec() };
    let pixel = (colors * bits).div_ceil(8).max(1);
    if row == 0 || row > input.len().max(1) {
        return input.to_vec();
    }
    let mut out: Vec<u8> = Vec::with_capacity(input.len());
    if predictor == 2 {
        for line in input.chunks(row) {
            let start = out.len();
            for (i, b) in line.iter().enumerate() {
                let left = if i >= pixel && bits == 8 { out[start + i - pixel] } else { 0 };
                out.push(b.wrapping_add(left));
            }
        }
        return out;
    }
    let mut above = vec![0u8; row];
    for line in input.chunks(row + 1) {
        let (kind, data) = (line[0], &line[1..]);
        let mut current = vec![0u8; row];
        for (i, b) in data.iter().enumerate() {
            let left = if i >= pixel { current[i - pixel] } else { 0 };
            let corner = if i >= pixel { above[i - pixel] } else { 0 };
            let up = above[i];
            current[i] = b.wrapping_add(match kind {
                1 => left,
                2 => up,
                3 => ((u16::from(left) + u16::from(up)) / 2) as u8,
                4 => paeth(left, up, corner),
                _ => 0,
            });
        }
        out.extend_from_slice(&current[..data.len()]);
        above = current;
    }
    out
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(corner);
    let distance = |b: u8| (estimate - i16::from(b)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(corner) {
        left
    } else if distance(up) <= distance(corner) {
        up
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn encodings_are_decoded() {
        assert_eq!(ascii_hex(b"46 697 24>zz"), b"Fir@");
        assert_eq!(ascii85(b"<~87cURD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(run_length(&[2, b'a', b'b', b'c', 254, b'x', 128, 1], 99).unwrap(), b"abcxxx");
        // The example of 7.4.4.2.
        assert_eq!(lzw(&[0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01], 1, 99).unwrap(), b"-----A---B");
        assert_eq!(unpredict(&[2, 1, 2, 2, 1, 1], 12, 1, 8, 2), [1, 2, 2, 3]);
    }

    proptest! {
        #[test]
        fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), p in 0usize..16, c in 0usize..9, n in 0usize..99) {
            let _ = (inflate(&bytes, 1 << 16), lzw(&bytes, 1, 1 << 16), run_length(&bytes, 1 << 16));
            ascii85(&bytes);
            unpredict(&bytes, p, c, 8, n);
        }
    }
}
