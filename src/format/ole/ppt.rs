//! Text of PowerPoint 97 to 2003 (MS-PPT): text atoms of all records, also those that a later save
//! superseded.

use super::compound::Content;
use crate::format::{At, Sink};

const TEXT_CHARS: u16 = 0x0FA0;
const TEXT_BYTES: u16 = 0x0FA8;
const C_STRING: u16 = 0x0FBA;
const ENCRYPTED: u16 = 0x2F14;

/// Numbers of records: those of presentations (2.13.24), and those of drawings (MS-ODRAW 2.1).
fn is_known(kind: u16) -> bool {
    matches!(kind, 0x03E8..=0x2FFF | 0xF000..=0xF1FF)
}

/// Pushes the texts of a `PowerPoint Document` stream; says whether it is encrypted, and how many of its
/// bytes are records.
pub fn push(document: &Content, sink: &mut Sink<'_>) -> (bool, usize) {
    let bytes = &document.bytes;
    let (mut at, mut encrypted) = (0usize, false);
    while let Some(header) = bytes.get(at..at + 8) {
        let kind = u16::from_le_bytes([header[2], header[3]]);
        if !is_known(kind) {
            break;
        }
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        at += 8;
        // Containers are walked into.
        if header[0] & 0x0F == 0x0F {
            continue;
        }
        let Some(body) = bytes.get(at..at.saturating_add(length)) else {
            at -= 8;
            break;
        };
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
        at += length;
    }
    (encrypted, at)
}
