//! EBCDIC, code page 037 (IBM CDRA): letters, digits and the blank stand at the same places in the
//! other Latin pages (500, 1047, 1140), so a wrong page costs punctuation only. Where braces, bars and
//! tildes make a layout, pages of other countries are tried ([`PAGES`]).

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

/// A Latin code page by the characters of ASCII that stand at other places than in page 037.
#[derive(Debug, PartialEq, Eq)]
pub struct CodePage(&'static [(u8, char)]);

/// Pages that differ from one another in characters of ASCII (IBM CDRA, CCSID 37 and 1140, 1047, 500 and 1148, 273 and
/// 1141, 277 and 1142, 278 and 1143, 280 and 1144, 284 and 1145, 285 and 1146, 297 and 1147, 871 and 1149).
#[rustfmt::skip]
pub static PAGES: [CodePage; 11] = [
    CodePage(&[]),
    CodePage(&[(0xAD, '['), (0xBD, ']'), (0x5F, '^')]),
    CodePage(&[(0x4A, '['), (0x5A, ']'), (0xBB, '|'), (0x5F, '^'), (0x4F, '!')]),
    CodePage(&[(0x63, '['), (0xFC, ']'), (0x43, '{'), (0xDC, '}'), (0xEC, '\\'), (0xBB, '|'), (0x5F, '^'), (0x59, '~'), (0x4F, '!'), (0xB5, '@')]),
    CodePage(&[(0x9E, '['), (0x9F, ']'), (0x9C, '{'), (0x47, '}'), (0xBB, '|'), (0x5F, '^'), (0xDC, '~'), (0x4F, '!'), (0x4A, '#'), (0x67, '$'), (0x80, '@')]),
    CodePage(&[(0xB5, '['), (0x9F, ']'), (0x43, '{'), (0x47, '}'), (0xBB, '|'), (0x5F, '^'), (0xDC, '~'), (0x4F, '!'), (0x63, '#'), (0x67, '$'), (0xEC, '@'), (0x51, '`')]),
    CodePage(&[(0x90, '['), (0x51, ']'), (0x44, '{'), (0x54, '}'), (0x48, '\\'), (0xBB, '|'), (0x5F, '^'), (0x58, '~'), (0x4F, '!'), (0xB1, '#'), (0xB5, '@'), (0xDD, '`')]),
    CodePage(&[(0x4A, '['), (0x5A, ']'), (0xBA, '^'), (0xBD, '~'), (0xBB, '!'), (0x69, '#')]),
    CodePage(&[(0xB1, '['), (0xBA, '^'), (0xBC, '~'), (0x4A, '$')]),
    CodePage(&[(0x90, '['), (0xB5, ']'), (0x51, '{'), (0x54, '}'), (0x48, '\\'), (0xBB, '|'), (0x5F, '^'), (0xBD, '~'), (0x4F, '!'), (0xB1, '#'), (0x44, '@'), (0xA0, '`')]),
    CodePage(&[(0xAE, '['), (0x9E, ']'), (0x8E, '{'), (0x9C, '}'), (0xBE, '\\'), (0xBB, '|'), (0xEC, '^'), (0xCC, '~'), (0x4F, '!'), (0xAC, '@'), (0x8C, '`')]),
];

impl CodePage {
    /// The characters of its codes.
    pub fn characters(&self) -> [char; 256] {
        let mut characters = CP037;
        for (code, character) in self.0 {
            characters[usize::from(*code)] = *character;
        }
        characters
    }

    /// Where it has a character of ASCII that it moves.
    #[cfg(test)]
    pub fn code(&self, character: char) -> Option<usize> {
        self.0.iter().find(|(_, moved)| *moved == character).map(|(code, _)| usize::from(*code))
    }
}

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

/// May these bytes be text in EBCDIC in which marks stand as close as in messages, markup and lists of values? Whoever
/// asks must know them by something else besides.
pub fn may_be_ebcdic(bytes: &[u8]) -> bool {
    let all = bytes.len().div_ceil(WINDOW);
    let step = all.div_ceil(WINDOWS).max(1);
    all > 0 && bytes.chunks(WINDOW).step_by(step).all(may_be_ebcdic_text)
}

/// May this block be such text?
pub fn may_be_ebcdic_text(block: &[u8]) -> bool {
    // What most blocks fail, and what is counted at once for many bytes, comes first.
    if block.iter().filter(|b| **b > 0x80).count() * 10 < block.len() {
        return false;
    }
    let count = |keep: fn(u8) -> bool| block.iter().filter(|b| keep(**b)).count();
    let words =
        || count(|b| matches!(b, 0x40 | 0x81..=0x89 | 0x91..=0x99 | 0xA2..=0xA9 | 0xC1..=0xC9 | 0xD1..=0xD9 | 0xE2..=0xE9 | 0xF0..=0xF9));
    let written = || count(|b| !CP037[usize::from(b)].is_control() || matches!(b, 0x05 | 0x0D | 0x15 | 0x25));
    words() * 100 >= block.len() * 45 && written() * 100 >= block.len() * 99
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
    fn pages_have_every_character_of_ascii_once_that_they_move() {
        for page in &PAGES {
            let characters = page.characters();
            for (code, character) in page.0 {
                assert!(character.is_ascii_punctuation() && characters[usize::from(*code)] == *character, "{page:?}");
            }
            let codes: std::collections::BTreeSet<u8> = page.0.iter().map(|(code, _)| *code).collect();
            assert_eq!(codes.len(), page.0.len(), "{page:?}");
            assert!(
                (0..=255u8)
                    .filter(|b| CP037[usize::from(*b)].is_ascii_alphanumeric())
                    .all(|b| characters[usize::from(b)] == CP037[usize::from(b)])
            );
        }
    }

    #[test]
    fn ebcdic_is_told_from_ascii() {
        let text = "FIRST STATE BANK     021000021  Smith, Ann (1)   ".repeat(9);
        let bytes: Vec<u8> = text.chars().map(|c| CP037.iter().position(|p| *p == c).unwrap() as u8).collect();
        assert!(is_ebcdic(&bytes) && !is_ebcdic(text.as_bytes()) && !is_ebcdic(&[0x40; 500]));
        assert!(!is_ebcdic("Société Générale et Crédit".repeat(20).as_bytes()));
    }
}
