use std::fmt;

/// How the text of a registry file was encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a byte order mark; ASCII as well.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// UTF-16, little end first, with a byte order mark.
    Utf16Le,
    /// UTF-16, big end first, with a byte order mark.
    Utf16Be,
    /// Windows code page 1252.
    Cp1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 with BOM",
            Self::Utf16Le => "UTF-16LE with BOM",
            Self::Utf16Be => "UTF-16BE with BOM",
            Self::Cp1252 => "cp1252",
        })
    }
}

/// Bytes that are no text in any encoding that a registry file may have.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Undecodable {
    pub line: u64,
    /// Number of the byte in its line, from 1.
    pub column: u64,
    pub problem: String,
}

/// Finds out the encoding and decodes.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, Encoding), Undecodable> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest).map(|text| (text, Encoding::Utf8Bom)),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes).map(|text| (text, Encoding::Utf16Le)),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes).map(|text| (text, Encoding::Utf16Be)),
        _ => without_mark(bytes),
    }
}

fn without_mark(bytes: &[u8]) -> Result<(String, Encoding), Undecodable> {
    if let Some(at) = memchr::memchr(0, bytes) {
        return Err(at_byte(bytes, at, "a NUL byte: no text, or UTF-16 without a byte order mark".to_owned()));
    }
    let Err(fault) = std::str::from_utf8(bytes) else {
        return utf8(bytes).map(|text| (text, Encoding::Utf8));
    };
    // In cp1252 text, two letters that happen to form valid UTF-8 are rare; where such pairs prevail,
    // the file is damaged UTF-8, and reading it as cp1252 would spoil every name in it.
    let (mut valid, mut invalid) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    if valid >= invalid {
        return Err(at_byte(
            bytes,
            fault.valid_up_to(),
            format!("{invalid} places are not UTF-8, while {valid} characters are: two encodings in one file"),
        ));
    }
    if let Some(at) = bytes.iter().position(|b| matches!(b, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D)) {
        return Err(at_byte(bytes, at, format!("neither UTF-8 nor cp1252, which has no character {:#04X}", bytes[at])));
    }
    Ok((encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(), Encoding::Cp1252))
}

fn utf8(bytes: &[u8]) -> Result<String, Undecodable> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(fault) => Err(at_byte(bytes, fault.valid_up_to(), "not UTF-8, as the byte order mark of the file promises".to_owned())),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Undecodable> {
    let (units, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    for c in char::decode_utf16(units.iter().map(|&pair| unit(pair))) {
        match c {
            Ok(c) => text.push(c),
            Err(_) => return Err(after(&text, "not UTF-16, as the byte order mark of the file promises")),
        }
    }
    match rest {
        [] => Ok(text),
        _ => Err(after(&text, "half a character of UTF-16: the file is cut off")),
    }
}

fn at_byte(bytes: &[u8], at: usize, problem: String) -> Undecodable {
    let before = &bytes[..at.min(bytes.len())];
    let line = memchr::memchr_iter(b'\n', before).count() as u64 + 1;
    let start = memchr::memrchr(b'\n', before).map_or(0, |n| n + 1);
    Undecodable { line, column: (before.len() - start) as u64 + 1, problem }
}

fn after(text: &str, problem: &str) -> Undecodable {
    at_byte(text.as_bytes(), text.len(), problem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "customer_id;legal_name\nC1;Société Générale\n";
        let utf16 = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        let cases = [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), Encoding::Utf8Bom),
            ([b"\xFF\xFE".as_slice(), &utf16(u16::to_le_bytes)].concat(), Encoding::Utf16Le),
            ([b"\xFE\xFF".as_slice(), &utf16(u16::to_be_bytes)].concat(), Encoding::Utf16Be),
            (text.chars().map(|c| c as u8).collect(), Encoding::Cp1252),
        ];
        for (bytes, encoding) in cases {
            assert_eq!(decode(&bytes).unwrap(), (text.to_owned(), encoding));
        }
        assert_eq!(decode(b"\x80 \x93").unwrap().0, "€ “");
    }

    #[test]
    fn what_cannot_be_decoded_with_certainty_is_refused_at_its_place() {
        let cases: [(&[u8], u64, u64); 6] = [
            (b"a\nb\0c", 2, 2),
            (b"\xEF\xBB\xBFa\n\xE4", 2, 1),
            ("ä\nö\nü".as_bytes().split_last().unwrap().1, 3, 1),
            (b"\xE4\n\x81", 2, 1),
            (b"\xFF\xFEa\0\n\0\0\xD8", 2, 1),
            (b"\xFF\xFEa\0\n", 1, 2),
        ];
        for (bytes, line, column) in cases {
            let fault = decode(bytes).unwrap_err();
            assert_eq!((fault.line, fault.column), (line, column), "{fault:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = decode(&bytes);
        }
    }
}
