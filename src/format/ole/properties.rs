//! Property sets (MS-OLEPS): title, author, company, what users add. Only strings are read.

use super::compound::Content;
use crate::format::numbers::le32;
use crate::format::{At, Sink};

/// Properties of one set.
const MOST: u32 = 4096;

/// Pushes the strings of a property set stream.
pub fn push(content: &Content, sink: &mut Sink<'_>) {
    let bytes = &content.bytes;
    for set in 0..le32(bytes, 24).unwrap_or(0).min(2) as usize {
        let Some(start) = le32(bytes, 44 + 20 * set).map(|n| n as usize) else { return };
        for i in 0..le32(bytes, start.saturating_add(4)).unwrap_or(0).min(MOST) as usize {
            let at = le32(bytes, start + 12 + 8 * i).and_then(|n| start.checked_add(n as usize));
            if let Some(at) = at {
                value(bytes, at, content.offset(), sink);
            }
        }
    }
}

fn value(bytes: &[u8], at: usize, offset: u64, sink: &mut Sink<'_>) {
    let kind = le32(bytes, at).unwrap_or(0);
    let (mut at, count) = if kind & 0x1000 != 0 { (at + 8, le32(bytes, at + 4).unwrap_or(0).min(MOST)) } else { (at + 4, 1) };
    for _ in 0..count {
        let inner = if kind == 0x100C { le32(bytes, at).unwrap_or(0) } else { kind & 0xFFF };
        at += if kind == 0x100C { 4 } else { 0 };
        let length = le32(bytes, at).unwrap_or(0) as usize;
        let (size, text) = match inner {
            30 => (
                length,
                bytes.get(at + 4..(at + 4).saturating_add(length)).map(|b| {
                    std::str::from_utf8(b)
                        .map_or_else(|_| encoding_rs::WINDOWS_1252.decode_without_bom_handling(b).0.into_owned(), str::to_owned)
                }),
            ),
            31 => (
                length.saturating_mul(2),
                bytes
                    .get(at + 4..(at + 4).saturating_add(length.saturating_mul(2)))
                    .map(|b| encoding_rs::UTF_16LE.decode_without_bom_handling(b).0.into_owned()),
            ),
            _ => return,
        };
        let Some(text) = text else { return };
        sink.text(text.trim_end_matches('\0'), At::Decoded(offset));
        sink.border();
        at = at.saturating_add(4).saturating_add(size.next_multiple_of(4));
    }
}
