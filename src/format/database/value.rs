//! Values of database records as cells of a table.

use crate::format::text::objects::Object;
use crate::format::text::standalone;
use crate::format::{BORDER, Kind, Probe, Sink, detect, payments, runs_of};
use crate::model::Cause;
use std::io::Read;
use std::ops::Range;

/// Binary values up to this length are shown in hexadecimal: keys, hashes, identifiers.
const SHOWN_IN_HEX: usize = 256;

/// A character value: UTF-8, and windows-1252 where it is not.
pub fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// A character value that need not be copied.
pub fn owned(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| text(error.as_bytes()))
}

/// Longest object that a binary value is as a cell; longer ones are contents of their own.
const OBJECT: usize = 64 << 10;

/// The object (JSON, XML) that a binary value is behind zlib (RFC 1950) or gzip (RFC 1952): what it says belongs to the row.
fn compressed_object(bytes: &[u8]) -> Option<String> {
    let bound = OBJECT as u64 + 1;
    let mut text = Vec::new();
    match bytes {
        [0x1F, 0x8B, ..] => flate2::bufread::GzDecoder::new(bytes).take(bound).read_to_end(&mut text).ok()?,
        [0x78, flags, ..] if (0x7800 | u16::from(*flags)).is_multiple_of(31) => {
            flate2::bufread::ZlibDecoder::new(bytes).take(bound).read_to_end(&mut text).ok()?
        }
        _ => return None,
    };
    let text = String::from_utf8(text).ok().filter(|text| text.len() <= OBJECT)?;
    Object::of(&text).map(|_| text)
}

/// What a binary value is as a cell: its text, or its digits and whatever of it is printable; `None` where it is a content of its own, such as a file.
pub fn binary(bytes: &[u8]) -> Option<String> {
    if let Some(text) = as_text(bytes).or_else(|| compressed_object(bytes)) {
        return Some(text);
    }
    let is_file = bytes.len() > 64 && !matches!(detect(&Probe::new(bytes)), Kind::Unknown);
    (bytes.len() <= SHOWN_IN_HEX && !is_file).then(|| {
        let digits: String = bytes.iter().map(|b| format!("{b:02X}")).collect();
        match runs_of(bytes) {
            runs if runs.is_empty() => digits,
            runs => format!("{digits}{BORDER}{}", runs.trim_matches(BORDER)),
        }
    })
}

/// Shorter values hold no payments.
const PAYMENT: usize = 100;

/// The text of a binary value that is nothing else, in UTF-8 or UTF-16; long ones, files and payments are contents.
fn as_text(bytes: &[u8]) -> Option<String> {
    let is_payment = || bytes.len() >= PAYMENT && payments::is_amid_text(bytes);
    let longest = if matches!(bytes.first(), Some(b'{' | b'[')) { OBJECT } else { 4096 };
    if bytes.len() > longest || standalone::is_any_file(bytes) || is_payment() {
        return None;
    }
    let is_plain = |text: &str| !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'));
    if let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| is_plain(text)) {
        return Some(text.to_owned());
    }
    let wide = bytes.len() >= 4 && bytes.len().is_multiple_of(2);
    let units = || bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
    let latin = wide && units().filter(|unit| (0x20..0x100).contains(unit)).count() * 8 >= bytes.len() / 2 * 7;
    latin.then(|| String::from_utf16(&units().collect::<Vec<_>>()).ok().filter(|text| is_plain(text))).flatten()
}

/// Has a binary value that was decoded in memory read as a member, and gives its cell: empty where it is a
/// content of its own.
pub fn decoded(bytes: &[u8], name: &str, encoded: Range<u64>, sink: &mut Sink<'_>) -> String {
    binary(bytes).unwrap_or_else(|| {
        member(name, bytes.len() as u64, &[encoded], &mut &*bytes, sink);
        String::new()
    })
}

/// A value that is a content of its own, within the limit of members.
pub fn member(name: &str, size: u64, encoded: &[Range<u64>], decoder: &mut dyn std::io::Read, sink: &mut Sink<'_>) {
    if sink.members.len() as u64 >= sink.limits().entries {
        if sink.gaps.last().is_none_or(|gap| gap.cause != Cause::LimitEntries) {
            let at = encoded.first().map_or(0, |piece| piece.start);
            sink.gap(at..at, Cause::LimitEntries, format!("{name} ({size} bytes): more values than members are read"));
        }
    } else {
        sink.member_in_pieces(name.as_bytes(), encoded, decoder);
    }
}

/// Bytes written as hexadecimal digits.
pub fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let nibble = |b: u8| (b as char).to_digit(16).map(|n| n as u8);
    let whole = digits.len().is_multiple_of(2) && !digits.is_empty();
    whole.then(|| digits.as_chunks::<2>().0.iter().map(|[a, b]| Some(nibble(*a)? << 4 | nibble(*b)?)).collect()).flatten()
}

#[cfg(test)]
mod tests {
    use super::binary;

    #[test]
    fn what_is_printable_in_a_short_value_stands_beside_its_digits() {
        let wide: Vec<u8> = "First State".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, text) in [
            ([&b"\x01\x02"[..], b"First State\0\xFF"].concat(), Some("First State")),
            ([&b"\x01\x02\xFF"[..], &wide, b"\0\0"].concat(), Some("First State")),
            (b"\x01\x02\x03\xFF\xFE\x90".to_vec(), None),
        ] {
            let cell = binary(&bytes).unwrap();
            let (digits, runs) = cell.split_once(crate::format::BORDER).map_or((&cell[..], None), |(digits, runs)| (digits, Some(runs)));
            assert!(digits.len() == 2 * bytes.len() && digits.starts_with("0102"), "{digits}");
            assert_eq!(runs, text);
        }
    }
}
