//! The Standard Compression Scheme for Unicode (Unicode Technical Standard #6), in which compressed tables hold
//! nchar and nvarchar.

/// Static windows.
const STATIC: [u32; 8] = [0x0000, 0x0080, 0x0100, 0x0300, 0x2000, 0x2080, 0x2100, 0x3000];
/// Dynamic windows at the start.
const DYNAMIC: [u32; 8] = [0x0080, 0x00C0, 0x0400, 0x0600, 0x0900, 0x3040, 0x30A0, 0xFF00];
/// Windows of the offsets from 0xF9 on.
const FIXED: [u32; 7] = [0x00C0, 0x0250, 0x0370, 0x0530, 0x3040, 0x30A0, 0xFF60];

/// The start of a window by its byte.
fn window(offset: u8) -> Option<u32> {
    match offset {
        0x01..=0x67 => Some(u32::from(offset) << 7),
        0x68..=0xA7 => Some((u32::from(offset) << 7) + 0xAC00),
        0xF9..=0xFF => FIXED.get(usize::from(offset - 0xF9)).copied(),
        _ => None,
    }
}

/// The text, or nothing where the bytes are no such text. SQL Server may put one more byte behind it, which is no
/// character.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    let mut units: Vec<u16> = Vec::with_capacity(bytes.len());
    let mut windows = DYNAMIC;
    let (mut active, mut unicode, mut at) = (0, false, 0);
    let push = |code: u32, units: &mut Vec<u16>| match char::from_u32(code) {
        Some(c) => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
        None => units.push(0xFFFD),
    };
    while let Some(&byte) = bytes.get(at) {
        let operand = bytes.get(at + 1).copied();
        let pair = bytes.get(at + 1..at + 3).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        at += 1;
        if unicode {
            match (byte, operand, pair) {
                (0xE0..=0xE7, ..) => (active, unicode) = (usize::from(byte - 0xE0), false),
                (0xE8..=0xEF, Some(offset), _) => {
                    (active, unicode) = (usize::from(byte - 0xE8), false);
                    windows[active] = window(offset)?;
                    at += 1;
                }
                (0xF0, _, Some(unit)) => {
                    units.push(unit);
                    at += 2;
                }
                (0xF1, _, Some(extended)) => {
                    (active, unicode) = (usize::from(extended >> 13), false);
                    windows[active] = 0x1_0000 + (u32::from(extended & 0x1FFF) << 7);
                    at += 2;
                }
                (0xF2, ..) => return None,
                (_, Some(low), _) if !(0xE0..=0xF2).contains(&byte) => {
                    units.push(u16::from_be_bytes([byte, low]));
                    at += 1;
                }
                // The byte behind the text.
                _ => break,
            }
            continue;
        }
        match (byte, operand, pair) {
            (0x00 | 0x09 | 0x0A | 0x0D | 0x20..=0x7F, ..) => units.push(u16::from(byte)),
            (0x80..=0xFF, ..) => push(windows[active] + u32::from(byte - 0x80), &mut units),
            (0x01..=0x08, Some(quoted), _) => {
                let quote = usize::from(byte - 1);
                let code = if quoted < 0x80 { STATIC[quote] + u32::from(quoted) } else { windows[quote] + u32::from(quoted - 0x80) };
                push(code, &mut units);
                at += 1;
            }
            (0x0B, _, Some(extended)) => {
                active = usize::from(extended >> 13);
                windows[active] = 0x1_0000 + (u32::from(extended & 0x1FFF) << 7);
                at += 2;
            }
            (0x0E, _, Some(unit)) => {
                units.push(unit);
                at += 2;
            }
            (0x0F, ..) => unicode = true,
            (0x10..=0x17, ..) => active = usize::from(byte - 0x10),
            (0x18..=0x1F, Some(offset), _) => {
                active = usize::from(byte - 0x18);
                windows[active] = window(offset)?;
                at += 1;
            }
            // The byte behind the text, or an operand that is missing.
            _ if at == bytes.len() => break,
            _ => return None,
        }
    }
    Some(String::from_utf16_lossy(&units))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the standard, section 9.
    #[test]
    fn the_examples_of_the_standard_decode() {
        let german = [0xD6, 0x6C, 0x20, 0x66, 0x6C, 0x69, 0x65, 0xDF, 0x74];
        assert_eq!(decode(&german).as_deref(), Some("Öl fließt"));
        let russian = [0x12, 0x9C, 0xBE, 0xC1, 0xBA, 0xB2, 0xB0];
        assert_eq!(decode(&russian).as_deref(), Some("Москва"));
        let japanese: [u8; 178] = [
            0x08, 0x00, 0x1B, 0x4C, 0xEA, 0x16, 0xCA, 0xD3, 0x94, 0x0F, 0x53, 0xEF, 0x61, 0x1B, 0xE5, 0x84, 0xC4, 0x0F, 0x53, 0xEF, 0x61,
            0x1B, 0xE5, 0x84, 0xC4, 0x16, 0xCA, 0xD3, 0x94, 0x08, 0x02, 0x0F, 0x53, 0x4A, 0x4E, 0x16, 0x7D, 0x00, 0x30, 0x82, 0x52, 0x4D,
            0x30, 0x6B, 0x6D, 0x41, 0x88, 0x4C, 0xE5, 0x97, 0x9F, 0x08, 0x0C, 0x16, 0xCA, 0xD3, 0x94, 0x15, 0xAE, 0x0E, 0x6B, 0x4C, 0x08,
            0x0D, 0x8C, 0xB4, 0xA3, 0x9F, 0xCA, 0x99, 0xCB, 0x8B, 0xC2, 0x97, 0xCC, 0xAA, 0x84, 0x08, 0x02, 0x0E, 0x7C, 0x73, 0xE2, 0x16,
            0xA3, 0xB7, 0xCB, 0x93, 0xD3, 0xB4, 0xC5, 0xDC, 0x9F, 0x0E, 0x79, 0x3E, 0x06, 0xAE, 0xB1, 0x9D, 0x93, 0xD3, 0x08, 0x0C, 0xBE,
            0xA3, 0x8F, 0x08, 0x88, 0xBE, 0xA3, 0x8D, 0xD3, 0xA8, 0xA3, 0x97, 0xC5, 0x17, 0x89, 0x08, 0x0D, 0x15, 0xD2, 0x08, 0x01, 0x93,
            0xC8, 0xAA, 0x8F, 0x0E, 0x61, 0x1B, 0x99, 0xCB, 0x0E, 0x4E, 0xBA, 0x9F, 0xA1, 0xAE, 0x93, 0xA8, 0xA0, 0x08, 0x02, 0x08, 0x0C,
            0xE2, 0x16, 0xA3, 0xB7, 0xCB, 0x0F, 0x4F, 0xE1, 0x80, 0x05, 0xEC, 0x60, 0x8D, 0xEA, 0x06, 0xD3, 0xE6, 0x0F, 0x8A, 0x00, 0x30,
            0x44, 0x65, 0xB9, 0xE4, 0xFE, 0xE7, 0xC2, 0x06, 0xCB, 0x82,
        ];
        let text = decode(&japanese).unwrap();
        assert!(text.starts_with("\u{3000}♪リンゴ可愛いや可愛いやリンゴ。") && text.ends_with("言い方まである。"), "{text}");
    }

    #[test]
    fn what_sql_server_puts_behind_a_text_is_no_character() {
        assert_eq!(decode(&[0x43, 0x00, 0x0F, 0x1D, 0x80, 0x02, 0x8F, 0x02]).as_deref(), Some("C\0\u{1D80}\u{028F}"));
        assert_eq!(decode(b"Row 1\x10").as_deref(), Some("Row 1"));
        assert_eq!(decode(b"Row 1\x01").as_deref(), Some("Row 1"));
        assert_eq!(decode(&[0x0B, 0x00, 0x00, 0x80]).as_deref(), Some("\u{10000}"));
        assert_eq!(decode(&[0x18, 0xA8]), None);
    }
}
