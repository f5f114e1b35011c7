//! Pictures in streams of documents (MS-ODRAW 2.2.23 and on): files of their own behind short headers. They are
//! classed as pictures; vector graphics are decoded and handed on, since they may hold text. So are packages of Open XML,
//! in which newer programs keep what the old formats cannot say: themes, shapes, diagrams.

use super::compound::Content;
use crate::format::Sink;
use crate::format::opaque::{jpeg, png};
use crate::model::Class;
use flate2::read::ZlibDecoder;

/// Types of the records that hold a picture.
const VECTOR: [u16; 3] = [0xF01A, 0xF01B, 0xF01C];
/// The one filter of metafiles.
const NO_FILTER: u8 = 0xFE;

/// Covers the pictures of a stream, and hands on its vector graphics and packages; says how many there were.
pub fn cover(content: &Content, sink: &mut Sink<'_>) -> usize {
    let bytes = &content.bytes;
    let mut found = 0;
    let marks = [&b"\x89PNG\r\n\x1A\n"[..], b"\xFF\xD8\xFF"];
    for (mark, walk) in marks.iter().zip([png, jpeg]) {
        let mut at = 0;
        while let Some(n) = memchr::memmem::find(&bytes[at..], mark) {
            let start = at + n;
            let length = walk(&bytes[start..]).map_or(0, |walk| walk.end).max(mark.len());
            if length > mark.len() {
                found += 1;
                content.pieces_of(start..start + length).into_iter().for_each(|piece| sink.cover(piece, Class::Opaque));
            }
            at = start + length;
        }
    }
    found + vectors(content, sink) + packages(content, sink)
}

/// ZIP files, each from its first entry to its end record (APPNOTE 4.3.16).
fn packages(content: &Content, sink: &mut Sink<'_>) -> usize {
    const END: usize = 22;
    let bytes = &content.bytes;
    let (mut found, mut at) = (0, 0);
    while let Some(start) = memchr::memmem::find(&bytes[at..], b"PK\x03\x04").map(|n| at + n) {
        let Some(end) = memchr::memmem::find(&bytes[start..], b"PK\x05\x06").map(|n| (start + n + END).min(bytes.len())) else { break };
        content.member(&format!("package-{start}"), start..end, &mut &bytes[start..end], sink);
        found += 1;
        at = end;
    }
    found
}

fn vectors(content: &Content, sink: &mut Sink<'_>) -> usize {
    let bytes = &content.bytes;
    let (mut found, mut behind) = (0, 0);
    for mark in memchr::memchr_iter(0xF0, bytes) {
        // What looks like a record in the data of another is none.
        if mark < behind + 3 {
            continue;
        }
        // Version and instance, type, length; one or two identifiers, then the header of a metafile.
        let Some(header) = mark.checked_sub(3).and_then(|at| bytes.get(at..at + 8)) else { continue };
        let kind = u16::from_le_bytes([header[2], header[3]]);
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        if header[0] & 0x0F != 0 || !VECTOR.contains(&kind) || mark + 5 + length > bytes.len() {
            continue;
        }
        let two = matches!(u16::from_le_bytes([header[0], header[1]]) >> 4, 0x3D5 | 0x217 | 0x543);
        let data = mark + 5 + if two { 32 } else { 16 } + 34;
        let end = mark + 5 + length;
        let Some(body) = bytes.get(data..end).filter(|b| b.len() > 2) else { continue };
        // The header of a metafile ends with its compression, and a filter of which there is one (2.2.31).
        let (compressed, filter) = (bytes[data - 2] == 0, bytes[data - 1]);
        if filter != NO_FILTER {
            continue;
        }
        let name = format!("picture-{mark}");
        match compressed {
            true => content.member(&name, data..end, &mut ZlibDecoder::new(body), sink),
            false => content.member(&name, data..end, &mut &body[..], sink),
        };
        (found, behind) = (found + 1, end);
    }
    found
}
