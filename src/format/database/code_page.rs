//! Code pages of DOS and Windows that dBase files name.

use encoding_rs::*;

/// How the text of a file is written.
#[derive(Clone, Copy)]
pub enum CodePage {
    /// Bytes from 0x80 on as in this table.
    Table(&'static str),
    /// An encoding of the WHATWG.
    Known(&'static Encoding),
}

/// Code page 437 from 0x80 on.
const CP437: &str =
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";
/// Code page 850 from 0x80 on.
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";
/// Code page 852 from 0x80 on.
const CP852: &str = "ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{AD}˝˛ˇ˘§÷¸°¨˙űŘř■\u{A0}";

impl CodePage {
    /// The page of a language driver (byte 29 of the header); windows-1252 where none is named.
    pub fn of_driver(driver: u8) -> Self {
        match driver {
            0x01 | 0x09 | 0x0B | 0x0D | 0x0F | 0x11 | 0x15 | 0x18 | 0x19 | 0x1B => Self::Table(CP437),
            0x02 | 0x08 | 0x0A | 0x0E | 0x10 | 0x12 | 0x14 | 0x16 | 0x1A | 0x1D | 0x24 | 0x25 | 0x37 => Self::Table(CP850),
            0x1F | 0x22 | 0x23 | 0x40 | 0x64 | 0x87 => Self::Table(CP852),
            0x26 | 0x65 => Self::Known(IBM866),
            0x13 | 0x7B => Self::Known(SHIFT_JIS),
            0x4D | 0x7A => Self::Known(GBK),
            0x4E | 0x79 => Self::Known(EUC_KR),
            0x4F | 0x78 => Self::Known(BIG5),
            0xC8 => Self::Known(WINDOWS_1250),
            0xC9 => Self::Known(WINDOWS_1251),
            0xCB => Self::Known(WINDOWS_1253),
            0xCA => Self::Known(WINDOWS_1254),
            0x7D => Self::Known(WINDOWS_1255),
            0x7E => Self::Known(WINDOWS_1256),
            0xCC => Self::Known(WINDOWS_1257),
            _ => Self::Known(WINDOWS_1252),
        }
    }

    /// The page of text that names none: of those that consoles use, the one under which most bytes outside of ASCII are
    /// letters.
    pub fn of_letters(bytes: &[u8]) -> Self {
        let mut counts = [0u64; 128];
        bytes.iter().filter_map(|byte| byte.checked_sub(0x80)).for_each(|high| counts[usize::from(high)] += 1);
        let letters = |page: &Self| -> u64 {
            let is_letter = |high: u8| page.decode(&[high + 0x80]).chars().all(char::is_alphabetic);
            (0..128u8).filter(|&high| counts[usize::from(high)] > 0 && is_letter(high)).map(|high| counts[usize::from(high)]).sum()
        };
        let pages = [CP437, CP850, CP852].map(Self::Table).into_iter().chain([IBM866, WINDOWS_1252, WINDOWS_1251].map(Self::Known));
        // Of several the first: `max_by_key` gives the last.
        pages.rev().max_by_key(letters).unwrap_or(Self::Table(CP850))
    }

    /// Decodes text.
    pub fn decode(self, bytes: &[u8]) -> String {
        if bytes.is_ascii() {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        match self {
            Self::Table(page) => {
                let high: Vec<char> = page.chars().collect();
                bytes.iter().map(|&b| b.checked_sub(0x80).map_or(b as char, |i| high[usize::from(i)])).collect()
            }
            Self::Known(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_a_character_per_byte() {
        for page in [CP437, CP850, CP852] {
            assert_eq!(page.chars().count(), 128);
        }
        for (bytes, text) in [
            (&b"M\x81ller Stra\xE1e"[..], "Müller Straße"),
            (b"M\xFCller Gr\xF6\xDFe", "Müller Größe"),
            (b"Caf\x82", "Café"),
            (b"\x84\xAE\xAA\xE3", "Доку"),
        ] {
            assert_eq!(CodePage::of_letters(bytes).decode(bytes), text);
        }
        assert_eq!(CodePage::of_driver(1).decode(b"M\x81ller"), "Müller");
        assert_eq!(CodePage::of_driver(3).decode(b"M\xFCller"), "Müller");
    }
}
