//! EBCDIC, code page 037 (IBM CDRA, CCSID 37). Letters and digits stand at the same places in 500, 1047,
//! 273, 1140 and 1026; only punctuation and national letters differ.

/// The characters of code page 037.
pub(super) static CP037: [char; 256] = decode_table();

/// The printable half as text, in rows of sixteen from 0x40 on; `\0` where no ASCII or Latin-1 text stands.
const ROWS: [&str; 12] = [
    " \u{A0}âäàáãåçñ¢.<(+|",
    "&éêëèíîïìß!$*);¬",
    "-/ÂÄÀÁÃÅÇÑ¦,%_>?",
    "øÉÊËÈÍÎÏÌ`:#@'=\"",
    "Øabcdefghi«»ðýþ±",
    "°jklmnopqrªºæ¸Æ¤",
    "µ~stuvwxyz¡¿ÐÝÞ®",
    "^£¥·©§¶¼½¾[]¯¨´×",
    "{ABCDEFGHI\u{AD}ôöòóõ",
    "}JKLMNOPQR¹ûüùúÿ",
    "\\÷STUVWXYZ²ÔÖÒÓÕ",
    "0123456789³ÛÜÙÚ\u{0}",
];

const fn decode_table() -> [char; 256] {
    let mut table = ['\0'; 256];
    let mut row = 0;
    while row < ROWS.len() {
        let text = ROWS[row].as_bytes();
        let (mut at, mut column) = (0, 0);
        while at < text.len() {
            // One- and two-byte UTF-8 are all that stands in the rows.
            let (code, length) =
                if text[at] < 0x80 { (text[at] as u32, 1) } else { ((text[at] as u32 & 0x1F) << 6 | (text[at + 1] as u32 & 0x3F), 2) };
            table[0x40 + 16 * row + column] = match char::from_u32(code) {
                Some(c) => c,
                None => '\0',
            };
            at += length;
            column += 1;
        }
        row += 1;
    }
    table
}

/// Letters, digits: the same in all Latin code pages.
pub(super) const fn is_alphanumeric(byte: u8) -> bool {
    matches!(byte, 0x81..=0x89 | 0x91..=0x99 | 0xA2..=0xA9 | 0xC1..=0xC9 | 0xD1..=0xD9 | 0xE2..=0xE9 | 0xF0..=0xF9)
}

/// What a run consists of: letters, digits, blanks and the punctuation of ASCII.
pub(super) const fn is_text(byte: u8) -> bool {
    byte == 0x40 || is_alphanumeric(byte) || (CP037[byte as usize].is_ascii_punctuation())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_digits_and_names_decode() {
        let text: String =
            [0xC6, 0x89, 0x99, 0xA2, 0xA3, 0x40, 0xC2, 0x61, 0xF0, 0xF9, 0x5A, 0x6B].iter().map(|&b: &u8| CP037[usize::from(b)]).collect();
        assert_eq!(text, "First B/09!,");
        assert!((0..=255u8).filter(|&b| is_alphanumeric(b)).all(|b| CP037[usize::from(b)].is_ascii_alphanumeric()));
        assert_eq!((0..=255u8).filter(|&b| CP037[usize::from(b)].is_ascii_alphanumeric()).count(), 62);
    }
}
