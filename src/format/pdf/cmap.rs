//! Character maps: ToUnicode streams and embedded CMaps (ISO 32000-2, 9.7.5 and 9.10.3), and the `cmap`
//! table of TrueType fonts (ISO 14496-22, 5.2.1), read from glyphs to characters.

use super::object::{Object, Parser};
use std::collections::HashMap;

/// Entries of one map.
const MOST: usize = 1 << 18;

/// What codes stand for.
#[derive(Default)]
pub struct CMap {
    /// Text of codes.
    pub text: HashMap<u32, String>,
    /// Glyph numbers of codes: from, to, first.
    pub glyphs: Vec<(u32, u32, u32)>,
    /// Lengths of codes in bytes: length, from, to.
    pub lengths: Vec<(usize, u32, u32)>,
}

impl CMap {
    /// Parses a CMap's PostScript, as much of it as these files use.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut out = Self::default();
        let mut parser = Parser::of_content(bytes);
        let mut operands: Vec<Object> = Vec::new();
        while parser.at < bytes.len() {
            if let Some(object) = parser.object() {
                if operands.len() < 4096 {
                    operands.push(object);
                }
                continue;
            }
            let keyword = parser.keyword();
            if keyword.is_empty() {
                parser.at += 1;
                continue;
            }
            match keyword {
                b"endcodespacerange" => {
                    for pair in operands.chunks_exact(2) {
                        if let [Object::String(low), Object::String(high)] = pair {
                            out.lengths.push((low.len().clamp(1, 4), code(low), code(high)));
                        }
                    }
                }
                b"endbfchar" => {
                    for pair in operands.chunks_exact(2) {
                        match pair {
                            [Object::String(from), Object::String(to)] => out.insert(code(from), utf16(to)),
                            [Object::String(from), Object::Name(name)] => {
                                super::glyph::text(name).into_iter().for_each(|text| out.insert(code(from), text));
                            }
                            _ => {}
                        }
                    }
                }
                b"endbfrange" => operands.chunks_exact(3).for_each(|triple| out.range(triple)),
                b"endcidrange" => {
                    for triple in operands.chunks_exact(3) {
                        if let [Object::String(low), Object::String(high), Object::Number(first)] = triple {
                            out.glyphs.push((code(low), code(high), *first as u32));
                        }
                    }
                }
                b"endcidchar" => {
                    for pair in operands.chunks_exact(2) {
                        if let [Object::String(at), Object::Number(first)] = pair {
                            out.glyphs.push((code(at), code(at), *first as u32));
                        }
                    }
                }
                _ => {}
            }
            operands.clear();
        }
        out
    }

    fn insert(&mut self, code: u32, text: String) {
        if self.text.len() < MOST && !text.is_empty() {
            self.text.insert(code, text);
        }
    }

    fn range(&mut self, triple: &[Object]) {
        let [Object::String(low), Object::String(high), to] = triple else { return };
        let (low, high) = (code(low), code(high).min(code(low).saturating_add(0xFFFF)));
        match to {
            Object::Array(items) => {
                for (code, item) in (low..=high).zip(items) {
                    if let Object::String(s) = item {
                        self.insert(code, utf16(s));
                    }
                }
            }
            Object::String(first) => {
                let text = utf16(first);
                let mut chars: Vec<char> = text.chars().collect();
                let Some(last) = chars.pop() else { return };
                let stem: String = chars.into_iter().collect();
                for (i, code) in (low..=high).enumerate() {
                    if let Some(c) = char::from_u32(last as u32 + i as u32) {
                        self.insert(code, format!("{stem}{c}"));
                    }
                }
            }
            _ => {}
        }
    }

    /// The glyph number of a code.
    pub fn glyph(&self, code: u32) -> u32 {
        let range = self.glyphs.iter().find(|(low, high, _)| (*low..=*high).contains(&code));
        range.map_or(code, |(low, _, first)| first.wrapping_add(code - low))
    }

    /// The length of the code at the start of these bytes, where ranges of codes are stated.
    pub fn length(&self, bytes: &[u8]) -> Option<usize> {
        (1..=4.min(bytes.len())).find(|&n| {
            let value = code(&bytes[..n]);
            self.lengths.iter().any(|&(length, low, high)| length == n && (low..=high).contains(&value))
        })
    }
}

fn code(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |value, b| value << 8 | u32::from(*b))
}

fn utf16(bytes: &[u8]) -> String {
    if let [one] = bytes {
        return char::from(*one).to_string();
    }
    let units = bytes.chunks_exact(2).map(|b| u16::from_be_bytes([b[0], b[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).filter(|c| *c != '\0').collect()
}

/// Characters of the glyphs of a TrueType or OpenType font.
pub fn characters_of_glyphs(font: &[u8]) -> HashMap<u32, char> {
    let mut out = HashMap::new();
    for (platform, encoding, table) in subtables(font) {
        if matches!((platform, encoding), (0, _) | (3, 1) | (3, 10)) {
            pairs(table, &mut |code, glyph| {
                if let Some(c) = char::from_u32(code).filter(|c| !c.is_control())
                    && out.len() < MOST
                {
                    out.entry(glyph).or_insert(c);
                }
            });
        }
    }
    out
}

/// Glyphs of the codes of a symbolic TrueType font (ISO 32000-2, 9.6.5.4).
pub fn glyphs_of_codes(font: &[u8]) -> HashMap<u8, u32> {
    let mut out = HashMap::new();
    for (platform, encoding, table) in subtables(font) {
        if matches!((platform, encoding), (3, 0) | (1, 0)) {
            pairs(table, &mut |code, glyph| {
                if code <= 0xFF || (0xF000..=0xF0FF).contains(&code) {
                    out.entry(code as u8).or_insert(glyph);
                }
            });
        }
    }
    out
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from(u16::from_be_bytes(*b)))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_be_bytes(*b))
}

fn subtables(font: &[u8]) -> Vec<(u32, u32, &[u8])> {
    let read = || {
        let tables = u16_at(font, 4)? as usize;
        let record = (0..tables.min(64)).map(|i| 12 + 16 * i).find(|at| font.get(*at..*at + 4) == Some(b"cmap"))?;
        let cmap = font.get(u32_at(font, record + 8)? as usize..)?;
        let count = u16_at(cmap, 2)? as usize;
        let one = |i: usize| {
            let at = 4 + 8 * i;
            Some((u16_at(cmap, at)?, u16_at(cmap, at + 2)?, cmap.get(u32_at(cmap, at + 4)? as usize..)?))
        };
        Some((0..count.min(32)).filter_map(one).collect())
    };
    read().unwrap_or_default()
}

/// The codes of a subtable with their glyphs: formats 0, 4, 6 and 12.
fn pairs(table: &[u8], push: &mut dyn FnMut(u32, u32)) -> Option<()> {
    match u16_at(table, 0)? {
        0 => (0..256).try_for_each(|code| {
            push(code as u32, u32::from(*table.get(6 + code)?));
            Some(())
        }),
        4 => {
            let segments = u16_at(table, 6)? as usize / 2;
            for i in 0..segments {
                let (end, start) = (u16_at(table, 14 + 2 * i)?, u16_at(table, 16 + 2 * (segments + i))?);
                let (delta, at) = (u16_at(table, 16 + 2 * (2 * segments + i))?, 16 + 2 * (3 * segments + i));
                let offset = u16_at(table, at)?;
                for code in start..=end.min(0xFFFE) {
                    let glyph = match offset {
                        0 => (code + delta) & 0xFFFF,
                        _ => match u16_at(table, at + offset as usize + 2 * (code - start) as usize) {
                            None | Some(0) => 0,
                            Some(glyph) => (glyph + delta) & 0xFFFF,
                        },
                    };
                    if glyph != 0 {
                        push(code, glyph);
                    }
                }
            }
            Some(())
        }
        6 => {
            let (first, count) = (u16_at(table, 6)?, u16_at(table, 8)?);
            (0..count).try_for_each(|i| {
                push(first + i, u16_at(table, 10 + 2 * i as usize)?);
                Some(())
            })
        }
        12 => {
            let groups = u32_at(table, 12)?.min(1 << 14) as usize;
            for i in 0..groups {
                let at = 16 + 12 * i;
                let (start, end, glyph) = (u32_at(table, at)?, u32_at(table, at + 4)?, u32_at(table, at + 8)?);
                for code in start..=end.min(start.saturating_add(0xFFFF)).min(0x10_FFFF) {
                    push(code, glyph.wrapping_add(code - start));
                }
            }
            Some(())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn maps_are_parsed() {
        let map = CMap::parse(
            b"1 begincodespacerange <00> <7F> <8000> <FFFF> endcodespacerange 2 beginbfchar <01> <0041> <02> <D83DDE00> endbfchar\n\
              2 beginbfrange <10> <12> <0061> <8000> <8001> [<00660069> <0078>] endbfrange 1 begincidrange <20> <30> 5 endcidrange",
        );
        let text = |code| map.text.get(&code).map_or("", String::as_str);
        assert_eq!([text(1), text(2), text(0x11), text(0x8000), text(0x8001)], ["A", "😀", "b", "fi", "x"]);
        assert_eq!((map.length(b"\x01\x02"), map.length(b"\x80\x00"), map.glyph(0x22)), (Some(1), Some(2), 7));
    }

    proptest! {
        #[test]
        fn any_font_is_taken(bytes in prop::collection::vec(any::<u8>(), 0..200), format in prop::sample::select(vec![0u8, 4, 6, 12])) {
            let mut font = b"\0\x01\0\0\0\x01\0\0\0\0\0\0cmap\0\0\0\0\0\0\0\x1C\0\0\0\0\0\0\0\x01\0\x03\0\x01\0\0\0\x0C\0".to_vec();
            font.push(format);
            font.extend(bytes);
            characters_of_glyphs(&font);
            glyphs_of_codes(&font);
        }
    }
}
