//! EBCDIC, code page 037 (IBM CDRA): letters, digits and the blank stand at the same places in the
//! other Latin pages (500, 1047, 1140), so a wrong page costs punctuation only.

/// The characters of code page 037.
#[rustfmt::skip]
pub const CP037: [char; 256] = [
    '\u{0}', '\u{1}', '\u{2}', '\u{3}', '\u{9C}', '\u{9}', '\u{86}', '\u{7F}', '\u{97}', '\u{8D}', '\u{8E}', '\u{B}', '\u{C}', '\u{D}', '\u{E}', '\u{F}',
    '\u{10}', '\u{11}', '\u{12}', '\u{13}', '\u{9D}', '\u{85}', '\u{8}', '\u{87}', '\u{18}', '\u{19}', '\u{92}', '\u{8F}', '\u{1C}', '\u{1D}', '\u{1E}', '\u{1F}',
    '\u{80}', '\u{81}', '\u{82}', '\u{83}', '\u{84}', '\u{A}', '\u{17}', '\u{1B}', '\u{88}', '\u{89}', '\u{8A}', '\u{8B}', '\u{8C}', '\u{5}', '\u{6}', '\u{7}',
    '\u{90}', '\u{91}', '\u{16}', '\u{93}', '\u{94}', '\u{95}', '\u{96}', '\u{4}', '\u{98}', '\u{99}', '\u{9A}', '\u{9B}', '\u{14}', '\u{15}', '\u{9E}', '\u{1A}',
    ' ', '\u{A0}', '\u{E2}', '\u{E4}', '\u{E0}', '\u{E1}', '\u{E3}', '\u{E5}', '\u{E7}', '\u{F1}', '\u{A2}', '.', '<', '(', '+', '|',
    '&', '\u{E9}', '\u{EA}', '\u{EB}', '\u{E8}', '\u{ED}', '\u{EE}', '\u{EF}', '\u{EC}', '\u{DF}', '!', '$', '*', ')', ';', '\u{AC}',
    '-', '/', '\u{C2}', '\u{C4}', '\u{C0}', '\u{C1}', '\u{C3}', '\u{C5}', '\u{C7}', '\u{D1}', '\u{A6}', ',', '%', '_', '>', '?',
    '\u{F8}', '\u{C9}', '\u{CA}', '\u{CB}', '\u{C8}', '\u{CD}', '\u{CE}', '\u{CF}', '\u{CC}', '`', ':', '#', '@', '\'', '=', '"',
    '\u{D8}', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', '\u{AB}', '\u{BB}', '\u{F0}', '\u{FD}', '\u{FE}', '\u{B1}',
    '\u{B0}', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', '\u{AA}', '\u{BA}', '\u{E6}', '\u{B8}', '\u{C6}', '\u{A4}',
    '\u{B5}', '~', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '\u{A1}', '\u{BF}', '\u{D0}', '\u{DD}', '\u{DE}', '\u{AE}',
    '^', '\u{A3}', '\u{A5}', '\u{B7}', '\u{A9}', '\u{A7}', '\u{B6}', '\u{BC}', '\u{BD}', '\u{BE}', '[', ']', '\u{AF}', '\u{A8}', '\u{B4}', '\u{D7}',
    '{', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', '\u{AD}', '\u{F4}', '\u{F6}', '\u{F2}', '\u{F3}', '\u{F5}',
    '}', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', '\u{B9}', '\u{FB}', '\u{FC}', '\u{F9}', '\u{FA}', '\u{FF}',
    '\\', '\u{F7}', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', '\u{B2}', '\u{D4}', '\u{D6}', '\u{D2}', '\u{D3}', '\u{D5}',
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '\u{B3}', '\u{DB}', '\u{DC}', '\u{D9}', '\u{DA}', '\u{9F}',
];

/// Windows that are looked at, and how many.
const WINDOW: usize = 4 << 10;
const WINDOWS: usize = 16;

/// Are these bytes text in EBCDIC? Blanks, digits, letters and common marks make up nearly all of
/// every window; ASCII text has next to none of these bytes.
pub fn is_ebcdic(bytes: &[u8]) -> bool {
    let all = bytes.len().div_ceil(WINDOW);
    let step = all.div_ceil(WINDOWS).max(1);
    all > 0 && bytes.chunks(WINDOW).step_by(step).all(is_ebcdic_text)
}

/// Is this block text in EBCDIC?
pub fn is_ebcdic_text(block: &[u8]) -> bool {
    let count = |keep: fn(u8) -> bool| block.iter().filter(|b| keep(**b)).count();
    // `@` is an EBCDIC blank: a text of those alone is none. ASCII has none of these letters.
    if count(|b| b > 0x80) * 10 < block.len() {
        return false;
    }
    let words =
        count(|b| matches!(b, 0x40 | 0x81..=0x89 | 0x91..=0x99 | 0xA2..=0xA9 | 0xC1..=0xC9 | 0xD1..=0xD9 | 0xE2..=0xE9 | 0xF0..=0xF9));
    let marks = count(|b| matches!(b, 0x15 | 0x25 | 0x0D | 0x4B..=0x50 | 0x5B..=0x61 | 0x6B..=0x6F | 0x7A..=0x7F));
    words * 100 >= block.len() * 80 && (words + marks) * 100 >= block.len() * 97
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ebcdic_is_told_from_ascii() {
        let text = "FIRST STATE BANK     021000021  Smith, Ann (1)   ".repeat(9);
        let bytes: Vec<u8> = text.chars().map(|c| CP037.iter().position(|p| *p == c).unwrap() as u8).collect();
        assert!(is_ebcdic(&bytes) && !is_ebcdic(text.as_bytes()) && !is_ebcdic(&[0x40; 500]));
        assert!(!is_ebcdic("Société Générale et Crédit".repeat(20).as_bytes()));
    }
}
