//! Fonts (ISO 32000-2, 9.5 to 9.10) as far as text needs them: what the codes of a string stand for, and
//! how far each moves.

use super::cmap::{CMap, characters_of_glyphs, glyphs_of_codes};
use super::file::File;
use super::glyph;
use super::object::{Dictionary, Object};
use encoding_rs::Encoding;
use std::collections::HashMap;
use std::rc::Rc;

/// Widths of the printable ASCII characters of Helvetica and Times, in thousandths of the size.
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278,
    278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722,
    667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556,
    556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const TIMES: [u16; 95] = [
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 278,
    278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889, 722, 722, 556, 722, 667, 556, 611, 722,
    722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500, 444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500,
    500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480, 200, 480, 541,
];

/// Fonts of pictures, whose characters say nothing.
const PICTORIAL: [&[u8]; 6] = [b"Dingbats", b"Wingdings", b"Webdings", b"Symbol", b"Marlett", b"MTExtra"];

/// A code of a string.
pub struct Glyph<'f> {
    /// What it stands for; `None` where nobody says.
    pub text: Option<&'f str>,
    /// How far it moves, in units of the size.
    pub width: f64,
    /// It is the single byte 32, which word spacing widens.
    pub is_blank: bool,
}

/// A font.
pub struct Font {
    kind: Kind,
    /// Text runs downwards.
    pub vertical: bool,
    /// Its characters are pictures.
    pub pictorial: bool,
}

enum Kind {
    Simple { text: Vec<Option<String>>, widths: Vec<f64> },
    Composite(Box<Composite>),
}

struct Composite {
    to_unicode: CMap,
    codes: CMap,
    texts: HashMap<u32, String>,
    other: Other,
    widths: HashMap<u32, f64>,
    width: f64,
}

/// What says what the codes of a composite font are, where its ToUnicode map does not.
enum Other {
    Nothing,
    Utf16,
    Legacy(&'static Encoding),
    Glyphs(HashMap<u32, char>),
}

impl Font {
    /// The font that is used where none is known.
    pub fn unknown() -> Rc<Self> {
        thread_local!(static UNKNOWN: Rc<Font> = Rc::new(Font::simple_latin(&HELVETICA)));
        UNKNOWN.with(Rc::clone)
    }

    fn simple_latin(widths: &[u16; 95]) -> Self {
        let text = (0..=255u8).map(|code| Some(windows(code)).filter(|t| !t.is_empty())).collect();
        Self { kind: Kind::Simple { text, widths: known_widths(widths) }, vertical: false, pictorial: false }
    }

    /// The font of a dictionary.
    pub fn load(file: &File<'_>, font: &Dictionary) -> Self {
        let name = font.get("BaseFont").map(|n| file.resolve(n)).and_then(|n| n.name().map(<[u8]>::to_vec)).unwrap_or_default();
        let pictorial = PICTORIAL.iter().any(|p| name.windows(p.len()).any(|w| w.eq_ignore_ascii_case(p)));
        let to_unicode = stream(file, font.get("ToUnicode")).map(|bytes| CMap::parse(&bytes)).unwrap_or_default();
        if font.is("Subtype", "Type0") {
            let (kind, vertical) = composite(file, font, to_unicode);
            return Self { kind, vertical, pictorial };
        }
        Self { kind: simple(file, font, &name, &to_unicode), vertical: false, pictorial }
    }

    /// What the codes of a string say.
    pub fn text(&self, string: &[u8]) -> String {
        let mut text = String::new();
        self.decode(string, &mut |glyph| text.push_str(glyph.text.unwrap_or_default()));
        text
    }

    /// Shows the codes of a string to `push`, one by one.
    pub fn decode<'f>(&'f self, string: &[u8], push: &mut dyn FnMut(Glyph<'_>)) {
        match &self.kind {
            Kind::Simple { text, widths } => {
                for &code in string {
                    let at = usize::from(code);
                    push(Glyph { text: text[at].as_deref(), width: widths[at], is_blank: code == b' ' });
                }
            }
            Kind::Composite(font) => {
                let mut rest = string;
                while !rest.is_empty() {
                    let length = font.length(rest).clamp(1, rest.len());
                    let (code, after) = rest.split_at(length);
                    rest = after;
                    font.glyph(code, push);
                }
            }
        }
    }
}

impl Composite {
    fn length(&self, rest: &[u8]) -> usize {
        match self.other {
            Other::Legacy(_) => 1 + usize::from(rest[0] > 0x80 && !(self.is_shift_jis() && (0xA0..0xE0).contains(&rest[0]))),
            _ => self.codes.length(rest).unwrap_or(2),
        }
    }

    fn is_shift_jis(&self) -> bool {
        matches!(self.other, Other::Legacy(encoding) if encoding == encoding_rs::SHIFT_JIS)
    }

    fn glyph(&self, bytes: &[u8], push: &mut dyn FnMut(Glyph<'_>)) {
        let code = bytes.iter().fold(0, |value, b| value << 8 | u32::from(*b));
        let glyph = self.codes.glyph(code);
        let width = self.widths.get(&glyph).copied().unwrap_or(self.width);
        let is_blank = bytes == b" ";
        if let Some(text) = self.to_unicode.text.get(&code).or_else(|| self.texts.get(&glyph)) {
            return push(Glyph { text: Some(text), width, is_blank });
        }
        let text = match &self.other {
            Other::Nothing => None,
            Other::Utf16 => char::from_u32(code).map(String::from),
            Other::Legacy(encoding) => encoding.decode_without_bom_handling_and_without_replacement(bytes).map(Into::into),
            Other::Glyphs(glyphs) => glyphs.get(&glyph).copied().map(String::from),
        };
        push(Glyph { text: text.as_deref(), width, is_blank });
    }
}

fn stream(file: &File<'_>, object: Option<&Object>) -> Option<Vec<u8>> {
    let Some(Object::Reference(number)) = object else { return None };
    let entry = &file.entries[file.entry(*number)?];
    let Object::Dictionary(dictionary) = file.object(entry) else { return None };
    Some(file.decode(entry, &dictionary).bytes)
}

fn windows(code: u8) -> String {
    match code {
        0..=31 | 127 => String::new(),
        _ => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[code]).0.into_owned(),
    }
}

fn known_widths(widths: &[u16; 95]) -> Vec<f64> {
    (0..256usize).map(|i| f64::from(i.checked_sub(32).and_then(|i| widths.get(i)).copied().unwrap_or(500)) / 1000.0).collect()
}

fn simple(file: &File<'_>, font: &Dictionary, name: &[u8], to_unicode: &CMap) -> Kind {
    let descriptor = file.dictionary(font, "FontDescriptor");
    let flags = descriptor.get("Flags").and_then(|f| file.resolve(f).number()).unwrap_or(0.0) as u32;
    let encoding = font.get("Encoding").map(|e| file.resolve(e));
    let (base, differences) = match &encoding {
        Some(Object::Name(name)) => (Some(name.clone()), Vec::new()),
        Some(Object::Dictionary(d)) => {
            (d.get("BaseEncoding").and_then(|b| file.resolve(b).name().map(<[u8]>::to_vec)), file.array(d, "Differences"))
        }
        _ => (None, Vec::new()),
    };
    let is_true_type = font.is("Subtype", "TrueType");
    let is_symbolic = flags & 4 != 0;
    let mut text: Vec<Option<String>> = vec![None; 256];
    match base.as_deref() {
        Some(b"WinAnsiEncoding") => (0..=255u8).for_each(|c| text[usize::from(c)] = Some(windows(c))),
        Some(b"MacRomanEncoding") => (32..=255u8).for_each(|c| {
            text[usize::from(c)] = Some(encoding_rs::MACINTOSH.decode_without_bom_handling(&[c]).0.into_owned());
        }),
        _ if is_true_type && is_symbolic => {}
        _ if is_true_type => (0..=255u8).for_each(|c| text[usize::from(c)] = Some(windows(c))),
        _ => (32..=255u8).for_each(|c| {
            text[usize::from(c)] = Some(glyph::standard(c).map_or_else(|| char::from(c).to_string(), str::to_owned));
        }),
    }
    // The program's own encoding, where the dictionary names none.
    if base.is_none()
        && let Some(program) = stream(file, descriptor.get("FontFile"))
    {
        type1_encoding(&program, &mut text);
    }
    if base.is_none()
        && (is_symbolic || encoding.is_none())
        && let Some(program) = stream(file, descriptor.get("FontFile2"))
    {
        let characters = characters_of_glyphs(&program);
        for (code, glyph) in glyphs_of_codes(&program) {
            if let Some(c) = characters.get(&glyph) {
                text[usize::from(code)] = Some(c.to_string());
            } else if text[usize::from(code)].is_none() && characters.is_empty() && glyph != 0 {
                // A symbolic subset that kept the codes of Latin.
                text[usize::from(code)] = Some(windows(code));
            }
        }
    }
    let mut code = 0usize;
    for item in &differences {
        match file.resolve(item) {
            Object::Number(n) => code = n as usize,
            Object::Name(name) => {
                if let Some(slot) = text.get_mut(code) {
                    *slot = glyph::text(&name).or_else(|| by_number(&name, code));
                }
                code += 1;
            }
            _ => {}
        }
    }
    for (code, mapped) in &to_unicode.text {
        if let Some(slot) = text.get_mut(*code as usize) {
            *slot = Some(mapped.clone());
        }
    }
    text.iter_mut().filter(|t| t.as_ref().is_some_and(String::is_empty)).for_each(|t| *t = None);
    Kind::Simple { text, widths: widths(file, font, &descriptor, name) }
}

/// Names like `a65` or `c65`, of generators that number glyphs by their codes.
fn by_number(name: &[u8], code: usize) -> Option<String> {
    let digits = name.iter().position(u8::is_ascii_digit)?;
    let number: usize = std::str::from_utf8(&name[digits..]).ok()?.parse().ok()?;
    (number == code).then(|| windows(code as u8)).filter(|t| !t.is_empty())
}

/// `dup 65 /A put` in the clear part of a Type 1 program.
fn type1_encoding(program: &[u8], text: &mut [Option<String>]) {
    let clear = &program[..memchr::memmem::find(program, b"eexec").unwrap_or(program.len())];
    let Some(at) = memchr::memmem::find(clear, b"/Encoding") else { return };
    let table = &clear[at + 9..];
    if table.trim_ascii_start().starts_with(b"StandardEncoding") {
        return;
    }
    let words: Vec<&[u8]> = table.split(|b| b.is_ascii_whitespace()).filter(|w| !w.is_empty()).take(4096).collect();
    for window in words.windows(4) {
        if let [b"dup", code, [b'/', name @ ..], b"put"] = window
            && let Some(slot) = std::str::from_utf8(code).ok().and_then(|c| c.parse::<usize>().ok()).and_then(|c| text.get_mut(c))
        {
            *slot = glyph::text(name);
        }
    }
}

fn widths(file: &File<'_>, font: &Dictionary, descriptor: &Dictionary, name: &[u8]) -> Vec<f64> {
    let holds = |part: &[u8]| name.windows(part.len()).any(|w| w.eq_ignore_ascii_case(part));
    let mut out = if holds(b"Courier") || holds(b"Mono") {
        vec![0.6; 256]
    } else if holds(b"Times") || holds(b"Roman") || holds(b"Serif") {
        known_widths(&TIMES)
    } else {
        known_widths(&HELVETICA)
    };
    let stated = file.array(font, "Widths");
    if stated.is_empty() {
        return out;
    }
    let scale = match file.array(font, "FontMatrix").first().map(|n| file.resolve(n)) {
        Some(Object::Number(n)) if font.is("Subtype", "Type3") && n != 0.0 => n.abs(),
        _ => 0.001,
    };
    let missing = descriptor.get("MissingWidth").and_then(|w| file.resolve(w).number());
    if let Some(missing) = missing {
        out.fill(missing * scale);
    }
    let first = font.get("FirstChar").and_then(|f| file.resolve(f).number()).unwrap_or(0.0) as usize;
    for (i, width) in stated.iter().enumerate().take(256) {
        if let (Some(slot), Some(width)) = (out.get_mut(first.saturating_add(i)), file.resolve(width).number()) {
            *slot = width * scale;
        }
    }
    out
}

fn composite(file: &File<'_>, font: &Dictionary, to_unicode: CMap) -> (Kind, bool) {
    let descendant = match file.array(font, "DescendantFonts").first().map(|d| file.resolve(d)) {
        Some(Object::Dictionary(d)) => d,
        _ => Dictionary::default(),
    };
    let descriptor = file.dictionary(&descendant, "FontDescriptor");
    let name = match font.get("Encoding").map(|e| file.resolve(e)) {
        Some(Object::Name(name)) => String::from_utf8_lossy(&name).into_owned(),
        _ => String::new(),
    };
    let codes = match name.is_empty() {
        true => stream(file, font.get("Encoding")).map(|bytes| CMap::parse(&bytes)).unwrap_or_default(),
        false => CMap::default(),
    };
    let other = match &name[..] {
        n if n.contains("UCS2") || n.contains("UTF16") => Other::Utf16,
        n if n.contains("RKSJ") => Other::Legacy(encoding_rs::SHIFT_JIS),
        n if n.starts_with("GBK") || n.starts_with("GB-") || n.starts_with("GBpc") => Other::Legacy(encoding_rs::GBK),
        n if n.starts_with("B5") || n.starts_with("ETen") || n.starts_with("HK") => Other::Legacy(encoding_rs::BIG5),
        n if n.starts_with("KSC") => Other::Legacy(encoding_rs::EUC_KR),
        n if n.starts_with("EUC-") => Other::Legacy(encoding_rs::EUC_JP),
        _ if !to_unicode.text.is_empty() => Other::Nothing,
        _ => match stream(file, descriptor.get("FontFile2")).or_else(|| stream(file, descriptor.get("FontFile3"))) {
            Some(program) => Other::Glyphs(characters_of_glyphs(&program)),
            None => Other::Nothing,
        },
    };
    let mut texts = HashMap::new();
    // Glyph numbers lead to the characters of the font's program only through this map.
    if let (Other::Glyphs(glyphs), Some(map)) = (&other, stream(file, descendant.get("CIDToGIDMap"))) {
        for (cid, pair) in map.chunks_exact(2).enumerate() {
            if let Some(c) = glyphs.get(&u32::from(u16::from_be_bytes([pair[0], pair[1]]))) {
                texts.insert(cid as u32, c.to_string());
            }
        }
    }
    let width = descendant.get("DW").and_then(|w| file.resolve(w).number()).unwrap_or(1000.0) / 1000.0;
    let widths = cid_widths(file, &descendant);
    (Kind::Composite(Box::new(Composite { to_unicode, codes, texts, other, widths, width })), name.ends_with("-V"))
}

/// `c [w …]` and `first last w` (9.7.4.3).
fn cid_widths(file: &File<'_>, font: &Dictionary) -> HashMap<u32, f64> {
    let mut out = HashMap::new();
    let items = file.array(font, "W");
    let mut at = 0;
    while out.len() < 1 << 18
        && let (Some(Object::Number(first)), Some(second)) = (items.get(at), items.get(at + 1).map(|o| file.resolve(o)))
    {
        let first = *first as u32;
        match second {
            Object::Array(list) => {
                for (i, width) in list.iter().enumerate().take(1 << 16) {
                    out.insert(first.saturating_add(i as u32), file.resolve(width).number().unwrap_or(0.0) / 1000.0);
                }
                at += 2;
            }
            Object::Number(last) => {
                let width = items.get(at + 2).and_then(|w| file.resolve(w).number()).unwrap_or(0.0) / 1000.0;
                for cid in first..=(last as u32).min(first.saturating_add(0xFFFF)) {
                    out.insert(cid, width);
                }
                at += 3;
            }
            _ => break,
        }
    }
    out
}
