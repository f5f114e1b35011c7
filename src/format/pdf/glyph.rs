//! Names of glyphs (Adobe Glyph List, its specification section 2): single letters, composed ones by their
//! base and accent, and the rest by a table.

use unicode_normalization::UnicodeNormalization;

const ACCENTS: &[(&str, char)] = &[
    ("grave", '\u{300}'),
    ("acute", '\u{301}'),
    ("circumflex", '\u{302}'),
    ("tilde", '\u{303}'),
    ("macron", '\u{304}'),
    ("breve", '\u{306}'),
    ("dotaccent", '\u{307}'),
    ("dieresis", '\u{308}'),
    ("ring", '\u{30A}'),
    ("hungarumlaut", '\u{30B}'),
    ("caron", '\u{30C}'),
    ("commaaccent", '\u{327}'),
    ("cedilla", '\u{327}'),
    ("ogonek", '\u{328}'),
];

/// Names of the printable ASCII characters that are no letters, in order of their codes.
const ASCII: &str = "space exclam quotedbl numbersign dollar percent ampersand quotesingle parenleft parenright asterisk plus comma hyphen \
    period slash zero one two three four five six seven eight nine colon semicolon less equal greater question at";

const OTHERS: &[(&str, &str)] = &[
    ("bracketleft", "["),
    ("backslash", "\\"),
    ("bracketright", "]"),
    ("asciicircum", "^"),
    ("underscore", "_"),
    ("braceleft", "{"),
    ("bar", "|"),
    ("braceright", "}"),
    ("asciitilde", "~"),
    ("quoteleft", "‘"),
    ("quoteright", "’"),
    ("quotedblleft", "“"),
    ("quotedblright", "”"),
    ("quotesinglbase", "‚"),
    ("quotedblbase", "„"),
    ("guillemotleft", "«"),
    ("guillemotright", "»"),
    ("guilsinglleft", "‹"),
    ("guilsinglright", "›"),
    ("endash", "–"),
    ("emdash", "—"),
    ("minus", "−"),
    ("sfthyphen", "\u{AD}"),
    ("hyphenminus", "-"),
    ("nbspace", " "),
    ("nonbreakingspace", " "),
    ("visiblespace", " "),
    ("bullet", "•"),
    ("ellipsis", "…"),
    ("fi", "fi"),
    ("fl", "fl"),
    ("ff", "ff"),
    ("ffi", "ffi"),
    ("ffl", "ffl"),
    ("germandbls", "ß"),
    ("dotlessi", "ı"),
    ("dotlessj", "j"),
    ("ae", "æ"),
    ("AE", "Æ"),
    ("oe", "œ"),
    ("OE", "Œ"),
    ("oslash", "ø"),
    ("Oslash", "Ø"),
    ("lslash", "ł"),
    ("Lslash", "Ł"),
    ("dcroat", "đ"),
    ("Dcroat", "Đ"),
    ("dslash", "đ"),
    ("eth", "ð"),
    ("Eth", "Ð"),
    ("thorn", "þ"),
    ("Thorn", "Þ"),
    ("hbar", "ħ"),
    ("Hbar", "Ħ"),
    ("Idot", "İ"),
    ("Euro", "€"),
    ("cent", "¢"),
    ("sterling", "£"),
    ("yen", "¥"),
    ("currency", "¤"),
    ("florin", "ƒ"),
    ("section", "§"),
    ("paragraph", "¶"),
    ("copyright", "©"),
    ("registered", "®"),
    ("trademark", "™"),
    ("degree", "°"),
    ("plusminus", "±"),
    ("multiply", "×"),
    ("divide", "÷"),
    ("fraction", "/"),
    ("onequarter", "¼"),
    ("onehalf", "½"),
    ("threequarters", "¾"),
    ("onesuperior", "¹"),
    ("twosuperior", "²"),
    ("threesuperior", "³"),
    ("ordfeminine", "ª"),
    ("ordmasculine", "º"),
    ("mu", "µ"),
    ("logicalnot", "¬"),
    ("brokenbar", "¦"),
    ("exclamdown", "¡"),
    ("questiondown", "¿"),
    ("periodcentered", "·"),
    ("middot", "·"),
    ("dagger", "†"),
    ("daggerdbl", "‡"),
    ("perthousand", "‰"),
    ("acute", "´"),
    ("grave", "`"),
    ("circumflex", "ˆ"),
    ("tilde", "˜"),
    ("macron", "¯"),
    ("dieresis", "¨"),
    ("cedilla", "¸"),
    ("ring", "˚"),
    ("caron", "ˇ"),
    ("breve", "˘"),
    ("dotaccent", "˙"),
    ("ogonek", "˛"),
    ("hungarumlaut", "˝"),
    ("lozenge", "◊"),
    ("infinity", "∞"),
    ("notequal", "≠"),
    ("lessequal", "≤"),
    ("greaterequal", "≥"),
    ("approxequal", "≈"),
    ("summation", "∑"),
    ("product", "∏"),
    ("radical", "√"),
    ("integral", "∫"),
    ("partialdiff", "∂"),
    ("arrowright", "→"),
    ("arrowleft", "←"),
    ("afii61352", "№"),
    ("afii00208", "―"),
];

const GREEK: &str =
    "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho sigma1 Sigma Tau Upsilon Phi Chi Psi Omega";

/// The text of a glyph of this name.
pub fn text(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    if let Some(text) = plain(name) {
        return Some(text);
    }
    // `A.small` is an A; `f_i` is both.
    let stem = name.split('.').next().filter(|stem| !stem.is_empty() && *stem != name);
    if let Some(stem) = stem {
        return text(stem.as_bytes());
    }
    if let Some(stem) = name.strip_suffix("small").or_else(|| name.strip_suffix("oldstyle")).filter(|stem| !stem.is_empty()) {
        return plain(stem);
    }
    (name.contains('_') && name.len() < 64).then(|| name.split('_').map(plain).collect::<Option<String>>()).flatten()
}

fn plain(name: &str) -> Option<String> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Some(c.to_string());
    }
    if let Some(i) = ASCII.split_ascii_whitespace().position(|n| n == name) {
        return Some(char::from(b' ' + i as u8).to_string());
    }
    if let Some((_, text)) = OTHERS.iter().find(|(n, _)| *n == name) {
        return Some((*text).to_owned());
    }
    let hexadecimal = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).filter(|c| !c.is_control());
    if let Some(digits) = name.strip_prefix("uni").filter(|d| d.len() >= 4 && d.len().is_multiple_of(4) && d.is_ascii()) {
        return digits.as_bytes().chunks(4).map(|d| hexadecimal(std::str::from_utf8(d).ok()?)).collect();
    }
    if let Some(digits) = name.strip_prefix('u').filter(|d| (4..=6).contains(&d.len())) {
        return hexadecimal(digits).map(String::from);
    }
    let mut greek = GREEK.split_ascii_whitespace();
    if let Some(i) = greek.position(|n| n.eq_ignore_ascii_case(name)) {
        let base = if name.starts_with(|c: char| c.is_ascii_uppercase()) { 0x391 } else { 0x3B1 };
        return char::from_u32(base + i as u32).map(String::from);
    }
    if let Some(n) = name.strip_prefix("afii").and_then(|d| d.parse::<u32>().ok()) {
        return cyrillic(n).map(String::from);
    }
    let (base, accent) = ACCENTS.iter().find_map(|(suffix, c)| Some((name.strip_suffix(suffix)?, *c)))?;
    let mut letter = base.chars();
    let letter = letter.next().filter(|c| c.is_ascii_alphabetic() && letter.next().is_none())?;
    Some([letter, accent].into_iter().nfc().collect())
}

/// `afii10017` and on: the Russian alphabet, with Ё behind Е.
fn cyrillic(n: u32) -> Option<char> {
    let letter = |n: u32, base: u32, io: char| match n {
        0..=5 => char::from_u32(base + n),
        6 => Some(io),
        7..=32 => char::from_u32(base + n - 1),
        _ => None,
    };
    match n {
        10017..=10049 => letter(n - 10017, 0x410, 'Ё'),
        10065..=10097 => letter(n - 10065, 0x430, 'ё'),
        _ => None,
    }
}

/// The upper half of StandardEncoding (ISO 32000-2, annex D.2), and the codes in which it is not ASCII.
pub fn standard(code: u8) -> Option<&'static str> {
    Some(match code {
        0x27 => "’",
        0x60 => "‘",
        0x20..=0x7E => return None,
        0xA1 => "¡",
        0xA2 => "¢",
        0xA3 => "£",
        0xA4 => "/",
        0xA5 => "¥",
        0xA6 => "ƒ",
        0xA7 => "§",
        0xA8 => "¤",
        0xA9 => "'",
        0xAA => "“",
        0xAB => "«",
        0xAC => "‹",
        0xAD => "›",
        0xAE => "fi",
        0xAF => "fl",
        0xB1 => "–",
        0xB2 => "†",
        0xB3 => "‡",
        0xB4 => "·",
        0xB6 => "¶",
        0xB7 => "•",
        0xB8 => "‚",
        0xB9 => "„",
        0xBA => "”",
        0xBB => "»",
        0xBC => "…",
        0xBD => "‰",
        0xBF => "¿",
        0xD0 => "—",
        0xE1 => "Æ",
        0xE3 => "ª",
        0xE8 => "Ł",
        0xE9 => "Ø",
        0xEA => "Œ",
        0xEB => "º",
        0xF1 => "æ",
        0xF5 => "ı",
        0xF8 => "ł",
        0xF9 => "ø",
        0xFA => "œ",
        0xFB => "ß",
        _ => "",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text() {
        let all = [
            "A",
            "space",
            "at",
            "eacute",
            "Scaron",
            "germandbls",
            "uni20AC",
            "u1F600",
            "fi",
            "f_i",
            "A.sc",
            "Asmall",
            "afii10017",
            "alpha",
            "afii10071",
            "threeoldstyle",
        ];
        let shown: Vec<_> = all.iter().map(|n| text(n.as_bytes()).unwrap_or_default()).collect();
        assert_eq!(shown, ["A", " ", "@", "é", "Š", "ß", "€", "😀", "fi", "fi", "A", "A", "А", "α", "ё", "3"]);
        assert_eq!((text(b"g123"), text(b".notdef"), text(b"")), (None, None, None));
    }
}
