//! What no reader decodes in a store is searched in every encoding, at every alignment; and where it looks compressed
//! or encrypted it is a gap, with its range.

use super::carriers::{Carrier, carriers};
use super::shelf::Shelf;
use crate::harness::Random;

/// Writes a text in one encoding.
type Encoder<'e> = &'e dyn Fn(&str) -> Vec<u8>;

/// Identifiers in several encodings, each at another place modulo sixteen, between bytes that are no text.
fn planted() -> (Vec<String>, Vec<u8>) {
    const EBCDIC: &[u8] = b"\xC1\xC2\xC3\xC4\xC5\xC6\xC7\xC8\xC9\xD1\xD2\xD3\xD4\xD5\xD6\xD7\xD8\xD9\xE2\xE3\xE4\xE5\xE6\xE7\xE8\xE9";
    let letter = |c: char| if c.is_ascii_digit() { 0xF0 | c as u8 & 15 } else { EBCDIC[usize::from(c as u8 - b'A')] };
    let encodings: [(&str, Encoder<'_>); 4] = [
        ("NARROW", &|text| text.as_bytes().to_vec()),
        ("LITTLE", &|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("BIG", &|text| text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("MAINFRAME", &|text| text.chars().map(letter).collect()),
    ];
    let (mut codes, mut out) = (Vec::new(), Vec::new());
    for alignment in 0..16usize {
        for (name, encode) in &encodings {
            let code = format!("QUILL{name}{alignment:02}");
            out.resize(out.len().next_multiple_of(16) + 16 + alignment, 0x01);
            out.extend(encode(&code));
            out.extend([0x01, 0x01]);
            codes.push(code);
        }
    }
    (codes, out)
}

#[test]
fn identifiers_in_what_is_not_decoded_are_found_in_every_store() {
    let (codes, content) = planted();
    for shift in [0, 1, 3] {
        let content = [vec![0x02; shift], content.clone()].concat();
        assert!(content.len() < 7000, "it fits a page");
        for Carrier { what, format, bytes } in carriers(&content) {
            let (found, members) = Shelf::read(&bytes);
            assert_eq!(found.format, format, "{what}");
            let has = |code: &String| found.text.contains(code) || members.iter().any(|member| member.text.contains(code));
            let missing: Vec<&String> = codes.iter().filter(|code| !has(code)).collect();
            assert!(missing.is_empty(), "{what} of {format}, by {shift}: {missing:?}");
        }
    }
}

#[test]
fn what_looks_encrypted_in_a_store_is_a_gap_with_its_range() {
    let noise = Random::new(7).bytes(6000);
    for Carrier { what, format, bytes } in carriers(&noise) {
        let (found, members) = Shelf::read(&bytes);
        assert_eq!(found.format, format, "{what}");
        // Bytes of gaps in the store itself, where the noise stands as it is, or in one of its members.
        let own = memchr::memmem::find(&bytes, &noise).map(|at| at as u64..(at + noise.len()) as u64);
        let within = own.map_or(found.bytes[5], |own| {
            let overlap = |gap: &std::ops::Range<u64>| gap.end.min(own.end).saturating_sub(gap.start.max(own.start));
            found.gap_ranges.iter().map(overlap).sum()
        });
        let gap = members.iter().map(|member| member.bytes[5]).chain([within]).max().unwrap_or(0);
        assert!(gap * 10 >= noise.len() as u64 * 9, "{what} of {format}: {gap} bytes are a gap, {:?}", found.gaps);
        assert!(members.iter().chain([&found]).any(|part| !part.gaps.is_empty()), "{what} of {format} says why");
    }
}
