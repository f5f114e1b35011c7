//! PNG, JPEG, GIF, BMP, ICO.

use super::{Walk, be16, be32, le16, le32};
use flate2::Crc;
use std::ops::Range;

/// PNG (ISO/IEC 15948): chunks with CRC-32 up to IEND. Chunks of unknown kinds count as text.
pub(in crate::format) fn png(bytes: &[u8]) -> Option<Walk> {
    const SILENT: [&[u8; 4]; 22] = [
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"iCCP", b"bKGD", b"hIST", b"pHYs", b"sPLT",
        b"tIME", b"acTL", b"fcTL", b"fdAT", b"cICP", b"mDCV", b"cLLI", b"vpAg",
    ];
    if !bytes.starts_with(b"\x89PNG\r\n\x1A\n") || bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    let mut walk = Walk { end: 8, text: Vec::new() };
    let mut pixels = false;
    while let Some((chunk, kind)) = chunk(bytes, walk.end) {
        let data = chunk.start + 8..chunk.end - 4;
        // Pixels are one zlib stream over all IDAT chunks; other bytes there are no picture.
        let is_pixels = kind == b"IDAT" && (pixels || is_zlib(&bytes[data.clone()]));
        pixels |= is_pixels;
        if !SILENT.contains(&kind) || kind == b"IDAT" && !is_pixels {
            // Behind the text stands its checksum, whose bytes may look like more of it.
            walk.text.push(data);
        }
        walk.end = chunk.end;
        if kind == b"IEND" {
            break;
        }
    }
    (walk.end > 8).then_some(walk)
}

fn chunk(bytes: &[u8], at: usize) -> Option<(Range<usize>, &[u8; 4])> {
    let end = at.checked_add(12)?.checked_add(be32(bytes, at)?)?;
    let sealed = bytes.get(at + 4..end - 4)?;
    let mut crc = Crc::new();
    crc.update(sealed);
    (be32(bytes, end - 4)? == crc.sum() as usize).then_some((at..end, sealed.first_chunk()?))
}

fn is_zlib(data: &[u8]) -> bool {
    matches!(data, [cmf, flags, ..] if cmf & 0x0F == 8 && (u16::from(*cmf) << 8 | u16::from(*flags)).is_multiple_of(31))
}

/// JPEG (ITU-T T.81, annex B): segments and scans up to EOI. Comments, Exif, XMP and IPTC count as text,
/// but for the preview picture inside them.
pub(in crate::format) fn jpeg(bytes: &[u8]) -> Option<Walk> {
    if !bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return None;
    }
    let mut walk = Walk { end: 2, text: Vec::new() };
    while let Some(&[0xFF, marker]) = bytes.get(walk.end..).and_then(|b| b.first_chunk::<2>()) {
        match marker {
            0xFF => walk.end += 1,
            0xD9 => {
                walk.end += 2;
                return Some(walk);
            }
            0x01 | 0xD0..=0xD7 => walk.end += 2,
            0xC0..=0xFE => {
                let Some(end) = be16(bytes, walk.end + 2).filter(|&n| n >= 2).map(|n| walk.end + 2 + n).filter(|&end| end <= bytes.len())
                else {
                    break;
                };
                let segment = walk.end..end;
                if is_textual(marker, &bytes[segment.clone()]) {
                    let preview = memchr::memmem::find(&bytes[segment.clone()], b"\xFF\xD8\xFF");
                    walk.text.push(preview.map_or(segment.clone(), |at| segment.start..segment.start + at));
                }
                walk.end = if marker == 0xDA { scan_end(bytes, end) } else { end };
            }
            _ => break,
        }
    }
    (walk.end > 2).then_some(walk)
}

fn is_textual(marker: u8, segment: &[u8]) -> bool {
    let is = |name: &[u8]| segment.get(4..).is_some_and(|b| b.starts_with(name));
    match marker {
        0xE0 => !is(b"JFIF\0") && !is(b"JFXX\0"),
        0xE2 => !is(b"ICC_PROFILE\0") && !is(b"MPF\0"),
        0xEE => !is(b"Adobe"),
        0xE1..=0xEF | 0xFE => true,
        _ => false,
    }
}

/// Where entropy-coded data end: before a marker that is neither a stuffed byte nor a restart.
fn scan_end(bytes: &[u8], from: usize) -> usize {
    memchr::memchr_iter(0xFF, &bytes[from..])
        .map(|i| from + i)
        .find(|&i| bytes.get(i + 1).is_some_and(|b| !matches!(b, 0x00 | 0xFF | 0xD0..=0xD7)))
        .unwrap_or(bytes.len())
}

/// GIF (GIF89a specification, section 12 on): blocks up to the trailer. Comments and plain text count as
/// text, and so do application data but for the loop counter.
pub(in crate::format) fn gif(bytes: &[u8]) -> Option<Walk> {
    if !(bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a")) {
        return None;
    }
    let colours = |flags: u8| if flags & 0x80 != 0 { 3 << ((flags & 7) + 1) } else { 0 };
    let first = 13 + colours(*bytes.get(10)?);
    let mut walk = Walk { end: first, text: Vec::new() };
    loop {
        let start = walk.end;
        let blocks = match bytes.get(start) {
            Some(0x3B) => {
                walk.end += 1;
                return Some(walk);
            }
            Some(0x21) => start + 2,
            Some(0x2C) => match bytes.get(start + 9) {
                Some(&flags) => start + 11 + colours(flags),
                None => break,
            },
            _ => break,
        };
        let Some(end) = sub_blocks_end(bytes, blocks) else { break };
        let silent = match bytes.get(start + 1) {
            _ if bytes[start] == 0x2C => true,
            Some(0xF9) => true,
            Some(0xFF) => bytes.get(start + 3..start + 14).is_some_and(|name| name == b"NETSCAPE2.0"),
            _ => false,
        };
        if !silent {
            walk.text.push(start..end);
        }
        walk.end = end;
    }
    (walk.end > first).then_some(walk)
}

fn sub_blocks_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match usize::from(*bytes.get(at)?) {
            0 => return Some(at + 1),
            n => at += n + 1,
        }
    }
}

/// Windows bitmap: header, colours, rows. Only sizes that add up.
pub(in crate::format) fn bmp(bytes: &[u8]) -> Option<Walk> {
    let (size, offset, header) = (le32(bytes, 2)?, le32(bytes, 10)?, le32(bytes, 14)?);
    let is_header = matches!(header, 40 | 52 | 56 | 108 | 124) && le16(bytes, 26)? == 1 && le32(bytes, 6)? == 0;
    if !bytes.starts_with(b"BM") || !is_header || offset < 14 + header || size < offset {
        return None;
    }
    let (width, height) = (le32(bytes, 18)? as i32, le32(bytes, 22)? as i32);
    let bits = le16(bytes, 28)? as u64;
    if width <= 0 || !matches!(bits, 1 | 2 | 4 | 8 | 16 | 24 | 32) {
        return None;
    }
    let row = (width as u64 * bits).div_ceil(32) * 4;
    let pixels = usize::try_from(row.checked_mul(u64::from(height.unsigned_abs()))?).ok()?;
    let end = match le32(bytes, 30)? {
        0 | 3 => offset.checked_add(pixels)?,
        1 | 2 => size,
        _ => return None,
    };
    let colours = 14 + header + 16 + 4 * 256;
    (offset <= colours && end <= bytes.len()).then(|| Walk { end, text: Vec::new() })
}

/// Windows icon or cursor: a directory of bitmaps and PNGs without bytes between them.
pub(in crate::format) fn ico(bytes: &[u8]) -> Option<Walk> {
    let count = le16(bytes, 4)?;
    if !matches!(bytes.get(..4)?, [0, 0, 1 | 2, 0]) || !(1..=64).contains(&count) {
        return None;
    }
    let mut pictures = Vec::with_capacity(count);
    for i in 0..count {
        let (size, start) = (le32(bytes, 6 + 16 * i + 8)?, le32(bytes, 6 + 16 * i + 12)?);
        let end = start.checked_add(size)?;
        let picture = bytes.get(start..end)?;
        let is_picture = picture.starts_with(b"\x89PNG\r\n") || le32(picture, 0)? == 40 && le16(picture, 12)? == 1;
        if !is_picture {
            return None;
        }
        pictures.push(start..end);
    }
    pictures.sort_by_key(|p| p.start);
    let mut end = 6 + 16 * count;
    for picture in pictures {
        if picture.start > end {
            return None;
        }
        end = end.max(picture.end);
    }
    Some(Walk { end, text: Vec::new() })
}
