//! Text of PowerPoint 97 to 2003 (MS-PPT): text atoms of all records, also those that a later save
//! superseded, and embedded objects.

use super::compound::Content;
use crate::format::{At, Sink};
use crate::model::Class;
use flate2::read::ZlibDecoder;
use std::io::Read;
use std::ops::Range;

const TEXT_CHARS: u16 = 0x0FA0;
const TEXT_BYTES: u16 = 0x0FA8;
const C_STRING: u16 = 0x0FBA;
const ENCRYPTED: u16 = 0x2F14;
/// Storages of embedded objects, controls and macros (2.10.34).
const OBJECT: u16 = 0x1011;
const SOUND: u16 = 0x07E7;
/// Bodies of records up to this size hold no name.
const SMALL: usize = 8;

/// Numbers of records: those of presentations (2.13.24), and those of drawings (MS-ODRAW 2.1).
fn is_known(kind: u16) -> bool {
    matches!(kind, 0x03E8..=0x2FFF | 0xF000..=0xF1FF)
}

/// Pushes the texts of a `PowerPoint Document` stream, and covers them; records of other kinds are left to the scan.
/// Says whether it is encrypted, and how many of its bytes are records.
pub fn push(document: &Content, sink: &mut Sink<'_>) -> (bool, usize) {
    let bytes = &document.bytes;
    let (mut at, mut encrypted) = (0usize, false);
    let (mut read, mut structure, mut sounds) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(header) = bytes.get(at..at + 8) {
        let kind = u16::from_le_bytes([header[2], header[3]]);
        if !is_known(kind) {
            break;
        }
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        let start = at + 8;
        // Containers are walked into.
        if header[0] & 0x0F == 0x0F {
            structure.push(at..start);
            at = start;
            continue;
        }
        let end = start.saturating_add(length);
        let Some(body) = bytes.get(start..end) else { break };
        let text = match kind {
            TEXT_CHARS | C_STRING => encoding_rs::UTF_16LE.decode_without_bom_handling(body).0.into_owned(),
            // The low bytes of UTF-16.
            TEXT_BYTES => body.iter().map(|b| char::from(*b)).collect(),
            _ => String::new(),
        };
        encrypted |= kind == ENCRYPTED;
        if !text.is_empty() {
            sink.text(&text.replace(['\r', '\u{B}'], "\n"), At::Decoded(document.offset()));
            sink.border();
        }
        match kind {
            TEXT_CHARS | C_STRING | TEXT_BYTES => read.push(at..end),
            OBJECT => object(document, start..end, header[0] >> 4 == 1, sink),
            SOUND => sounds.push(at..end),
            _ if length <= SMALL => structure.push(at..end),
            _ => {}
        }
        at = end;
    }
    // What is encrypted is no text, whatever it looks like.
    if !encrypted {
        for (ranges, class) in [(read, Class::Read), (structure, Class::Structure), (sounds, Class::Opaque)] {
            document.cover_ranges(ranges, class, sink);
        }
    }
    (encrypted, at)
}

/// A storage, compressed behind its decoded length or as it is.
fn object(document: &Content, body: Range<usize>, is_compressed: bool, sink: &mut Sink<'_>) {
    let name = format!("object-{}", body.start);
    let data = if is_compressed { body.start.saturating_add(4).min(body.end)..body.end } else { body };
    if data.is_empty() {
        return;
    }
    let bytes = &document.bytes[data.clone()];
    let mut decoder: Box<dyn Read> = if is_compressed { Box::new(ZlibDecoder::new(bytes)) } else { Box::new(bytes) };
    document.member(&name, data, &mut decoder, sink);
}
