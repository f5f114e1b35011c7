//! Fonts: TrueType, OpenType and their collections, WOFF, Type 1.

use super::{Walk, be16, be32, le32};

/// sfnt (ISO/IEC 14496-22): a directory of tables. Names count as text, and so do unknown tables.
pub(in crate::format) fn sfnt(bytes: &[u8]) -> Option<Walk> {
    let mut walk = Walk::default();
    let mut tables = Vec::new();
    if bytes.starts_with(b"ttcf") {
        let fonts = be32(bytes, 8)?;
        if fonts > 256 {
            return None;
        }
        for i in 0..fonts {
            directory(bytes, be32(bytes, 12 + 4 * i)?, &mut tables)?;
        }
    } else {
        directory(bytes, 0, &mut tables)?;
    }
    tables.sort_by_key(|(_, start, end)| (*start, *end));
    for (tag, start, end) in tables {
        // Tables are padded to four bytes; anything between them is no font.
        if start > walk.end + 3 && walk.end > 0 {
            walk.text.push(walk.end..start);
        }
        let plain = tag.iter().all(|b| b.is_ascii_graphic() || *b == b' ');
        if !plain || matches!(&tag, b"name" | b"meta" | b"SVG " | b"DSIG" | b"post") {
            walk.text.push(start..end);
        }
        walk.end = walk.end.max(end);
    }
    (walk.end > 12).then_some(walk)
}

/// Adds the tables of the font whose directory stands at `at`.
fn directory(bytes: &[u8], at: usize, tables: &mut Vec<([u8; 4], usize, usize)>) -> Option<()> {
    if !matches!(bytes.get(at..)?.first_chunk::<4>()?, b"\0\x01\0\0" | b"OTTO" | b"true") {
        return None;
    }
    let count = be16(bytes, at + 4)?;
    if !(3..=64).contains(&count) {
        return None;
    }
    tables.push((*b"    ", at, at + 12 + 16 * count));
    for i in 0..count {
        let row = at + 12 + 16 * i;
        let (start, length) = (be32(bytes, row + 8)?, be32(bytes, row + 12)?);
        let end = start.checked_add(length).filter(|&end| end <= bytes.len())?;
        tables.push((*bytes.get(row..)?.first_chunk()?, start, end));
    }
    Some(())
}

/// WOFF and WOFF2 (W3C): the header states the length of the whole.
pub(in crate::format) fn woff(bytes: &[u8]) -> Option<Walk> {
    let flavour = matches!(bytes.get(4..8)?, b"\0\x01\0\0" | b"OTTO" | b"true" | b"ttcf");
    let (length, tables) = (be32(bytes, 8)?, be16(bytes, 12)?);
    let sound = flavour && (1..=64).contains(&tables) && be16(bytes, 14)? == 0 && (44..=bytes.len()).contains(&length);
    (matches!(bytes.get(..4)?, b"wOFF" | b"wOF2") && sound).then(|| Walk { end: length, text: Vec::new() })
}

/// Type 1 fonts in the binary form of a PC (Adobe Technical Note 5040, "Supporting Downloadable PostScript Language Fonts",
/// section 3.3): segments of text and of bytes, each with its length. The bytes are encrypted glyphs behind `eexec`; the text
/// is uncovered.
pub(in crate::format) fn type1(bytes: &[u8]) -> Option<Walk> {
    const MARK: usize = 6;
    let first = bytes.get(MARK..)?;
    if !(first.starts_with(b"%!PS-AdobeFont-1.") || first.starts_with(b"%!FontType1-")) {
        return None;
    }
    let mut walk = Walk::default();
    let mut glyphs = false;
    while let Some([0x80, kind @ (1 | 2)]) = bytes.get(walk.end..walk.end.checked_add(2)?) {
        let end = walk.end.checked_add(MARK)?.checked_add(le32(bytes, walk.end + 2)?).filter(|&end| end <= bytes.len())?;
        let segment = walk.end + MARK..end;
        match kind {
            1 => {
                let text = bytes.get(segment.clone())?.trim_ascii_end();
                glyphs = [&b"eexec"[..], b"currentfile"].iter().any(|end| text.ends_with(end));
                walk.text.push(segment);
            }
            _ if glyphs => {}
            _ => walk.text.push(segment),
        }
        walk.end = end;
    }
    if bytes.get(walk.end..)?.starts_with(&[0x80, 3]) {
        walk.end += 2;
    }
    (walk.end > MARK).then_some(walk)
}
