//! UTF-7 (RFC 2152), which no table of encodings has any more and old mail still is in.

/// Does a character set of this name mean UTF-7?
pub fn is_named(charset: &str) -> bool {
    ["utf-7", "utf7", "unicode-1-1-utf-7", "csunicode11utf7"].iter().any(|name| charset.eq_ignore_ascii_case(name))
}

/// Text out of UTF-7. What is no shifted sequence stays as it stands, bytes above ASCII as windows-1252.
pub fn decode(bytes: &[u8]) -> String {
    let (mut out, mut rest) = (String::with_capacity(bytes.len()), bytes);
    while let Some(at) = memchr::memchr(b'+', rest) {
        plain(&rest[..at], &mut out);
        let behind = &rest[at + 1..];
        let length = behind.iter().position(|byte| sextet(*byte).is_none()).unwrap_or(behind.len());
        // The hyphen that ends a sequence is absorbed; right behind the plus it makes it a plus.
        let end = length + usize::from(behind.get(length) == Some(&b'-'));
        match length {
            0 => out.push('+'),
            _ => shifted(&behind[..length], &mut out),
        }
        rest = &behind[end..];
    }
    plain(rest, &mut out);
    out
}

fn plain(bytes: &[u8], out: &mut String) {
    out.push_str(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0);
}

/// UTF-16 in base64 without padding; the bits that are left over are none of it.
fn shifted(sextets: &[u8], out: &mut String) {
    let (mut held, mut bits) = (0u32, 0);
    let mut units = Vec::with_capacity(sextets.len() * 6 / 16);
    for value in sextets.iter().filter_map(|byte| sextet(*byte)) {
        held = held << 6 | value;
        bits += 6;
        if bits >= 16 {
            bits -= 16;
            units.push((held >> bits) as u16);
            held &= (1 << bits) - 1;
        }
    }
    out.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

fn sextet(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sequences_are_decoded_and_the_rest_stays() {
        assert_eq!(decode(b"Cr+AOk-dit +- R+APY-sti +AKM +2D3c6A-."), "Crédit + Rösti £ 📨.");
        assert_eq!(decode(b"a+"), "a+");
        assert_eq!(decode(b"caf\xE9"), "café");
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in prop::collection::vec(prop_oneof![Just(b'+'), Just(b'-'), any::<u8>()], 0..60)) {
            decode(&bytes);
        }
    }
}
