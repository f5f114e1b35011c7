//! ISO base media files (MP4, MOV, HEIC, AVIF, JPEG 2000, JPEG XL), Matroska (MKV, WebM), ASF (WMV, WMA).

use super::{Walk, be32};

/// ISO base media file format (ISO/IEC 14496-12): boxes. Only media data are silent; all others are small
/// and may carry text.
pub(in crate::format) fn bmff(bytes: &[u8]) -> Option<Walk> {
    if !matches!(bytes.get(4..8)?, b"ftyp" | b"jP  " | b"JXL ") {
        return None;
    }
    let mut walk = Walk::default();
    while let (Some(size), Some(kind)) = (be32(bytes, walk.end), bytes.get(walk.end + 4..walk.end + 8)) {
        let silent = matches!(kind, b"ftyp" | b"mdat" | b"moof" | b"sidx" | b"jP  " | b"JXL " | b"jp2c" | b"jxlc" | b"jxlp" | b"brob");
        let other = matches!(
            kind,
            b"moov" | b"free" | b"skip" | b"wide" | b"meta" | b"mfra" | b"styp" | b"uuid" | b"udta" | b"jp2h" | b"xml " | b"Exif"
        );
        let start = walk.end;
        let end = match size {
            0 => Some(bytes.len()),
            1 => bytes
                .get(start + 8..)
                .and_then(|b| b.first_chunk())
                .and_then(|b| usize::try_from(u64::from_be_bytes(*b)).ok())
                .and_then(|n| start.checked_add(n)),
            _ => start.checked_add(size),
        };
        let Some(end) = end.filter(|&end| (silent || other) && end >= start + 8) else { break };
        let end = end.min(bytes.len());
        if other {
            walk.text.push(start..end);
        }
        walk.end = end;
    }
    (walk.end > 8).then_some(walk)
}

/// Matroska (RFC 9559, RFC 8794): clusters are silent; information, tags and attachments count as text.
pub(in crate::format) fn matroska(bytes: &[u8]) -> Option<Walk> {
    const SEGMENT: u64 = 0x1853_8067;
    const CLUSTER: u64 = 0x1F43_B675;
    const CUES: u64 = 0x1C53_BB6B;
    let mut walk = Walk::default();
    let mut in_segment = false;
    while let Some((id, id_length)) = number(bytes, walk.end, false) {
        let Some((size, size_length)) = number(bytes, walk.end + id_length, true) else { break };
        let body = walk.end + id_length + size_length;
        let unknown = size == (1 << (7 * size_length)) - 1;
        let end = if unknown {
            bytes.len()
        } else {
            usize::try_from(size).ok().and_then(|n| body.checked_add(n)).unwrap_or(usize::MAX).min(bytes.len())
        };
        match id {
            0x1A45_DFA3 if !in_segment => walk.end = end,
            SEGMENT => {
                in_segment = true;
                walk.end = body;
            }
            CLUSTER | CUES | 0xEC if in_segment => {
                // The void element is only filler when it is empty.
                if id == 0xEC && bytes[body.min(end)..end].iter().any(|&b| b != 0) {
                    walk.text.push(walk.end..end);
                }
                walk.end = end;
            }
            0x1549_A966 | 0x114D_9B74 | 0x1654_AE6B | 0x1254_C367 | 0x1043_A770 | 0x1941_A469 if in_segment => {
                walk.text.push(walk.end..end);
                walk.end = end;
            }
            _ => break,
        }
    }
    in_segment.then_some(walk)
}

/// ASF (Advanced Systems Format 1.2, section 2): objects. The data object is silent, the header is not.
pub(in crate::format) fn asf(bytes: &[u8]) -> Option<Walk> {
    const HEADER: &[u8] = b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\0\xAA\0\x62\xCE\x6C";
    const DATA: &[u8] = b"\x36\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\0\xAA\0\x62\xCE\x6C";
    const INDEX: &[u8] = b"\x90\x08\0\x33\xB1\xE5\xCF\x11\x89\xF4\0\xA0\xC9\x03\x49\xCB";
    let mut walk = Walk::default();
    loop {
        let rest = &bytes[walk.end..];
        let first = walk.end == 0;
        let known = if first { rest.starts_with(HEADER) } else { rest.starts_with(DATA) || rest.starts_with(INDEX) };
        let length = rest.get(16..).and_then(|b| b.first_chunk()).and_then(|b| usize::try_from(u64::from_le_bytes(*b)).ok());
        match length.filter(|&n| known && n >= 24) {
            Some(length) => {
                if first {
                    walk.text.push(0..length.min(bytes.len()));
                }
                walk.end = walk.end.saturating_add(length).min(bytes.len());
            }
            None => break,
        }
    }
    (walk.end > 0).then_some(walk)
}

/// A variable-length number; identifiers keep their length mark.
fn number(bytes: &[u8], at: usize, strip: bool) -> Option<(u64, usize)> {
    let first = *bytes.get(at)?;
    let length = first.leading_zeros() as usize + 1;
    if length > 8 {
        return None;
    }
    let value = bytes.get(at..at + length)?.iter().fold(0u64, |value, &b| value << 8 | u64::from(b));
    Some((if strip { value & ((1 << (7 * length)) - 1) } else { value }, length))
}
