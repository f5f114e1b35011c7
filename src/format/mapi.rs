//! Properties of Outlook's items (MS-OXPROPS): the same numbers and types in messages by themselves, in mail stores
//! and in TNEF.

use super::text::{html, read_decoded};
use super::{At, Sink, ole, rtf};
use crate::model::Cause;

/// Types of properties (MS-OXCDATA, section 2.11.1).
pub mod kind {
    pub const STRING_8: u16 = 0x001E;
    pub const STRING: u16 = 0x001F;
    pub const BINARY: u16 = 0x0102;
    pub const OBJECT: u16 = 0x000D;
    /// This bit makes it several values.
    pub const MULTIPLE: u16 = 0x1000;
}

pub const SUBJECT: u16 = 0x0037;
pub const BODY: u16 = 0x1000;
pub const BODY_RTF: u16 = 0x1009;
pub const BODY_HTML: u16 = 0x1013;
pub const NAME: u16 = 0x3001;
pub const ATTACHED_DATA: u16 = 0x3701;
pub const ATTACHED_NAME: u16 = 0x3704;
pub const ATTACHED_LONG_NAME: u16 = 0x3707;

/// Those that have a word of their own, in the order in which a message is read.
const LABELS: [(u16, &str); 17] = [
    (SUBJECT, "subject"),
    (0x007D, "header"),
    (0x0C1A, "from"),
    (0x0C1F, "from"),
    (0x5D01, "from"),
    (0x0042, "on behalf of"),
    (0x0065, "on behalf of"),
    (0x0E04, "to"),
    (0x0E03, "cc"),
    (0x0E02, "bcc"),
    (NAME, "name"),
    (0x3003, "address"),
    (0x39FE, "address"),
    (BODY, "body"),
    (BODY_HTML, "body"),
    (ATTACHED_LONG_NAME, "attachment"),
    (ATTACHED_NAME, "attachment"),
];

/// Place of a property in the order of reading.
pub fn rank(number: u16) -> usize {
    LABELS.iter().position(|(own, _)| *own == number).unwrap_or(LABELS.len())
}

/// The text of a string property: UTF-16, or 8 bits in UTF-8 or windows-1252.
pub fn text_of(kind: u16, bytes: &[u8]) -> Option<String> {
    let text = match kind & !kind::MULTIPLE {
        kind::STRING => encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned(),
        kind::STRING_8 => super::mail::eight_bit(bytes),
        _ => return None,
    };
    Some(text.trim_end_matches('\0').to_owned())
}

/// Pushes the text of a property. False where it has none that is understood.
pub fn push(number: u16, kind: u16, bytes: &[u8], offset: u64, sink: &mut Sink<'_>) -> bool {
    let at = At::Decoded(offset);
    // Some writers count the terminator in.
    let body = bytes.iter().rposition(|b| *b != 0).map_or(&[][..], |last| &bytes[..=last]);
    match (number, kind) {
        // HTML is kept as bytes in its own encoding.
        (BODY_HTML, kind::BINARY | kind::STRING_8) => sink.within(offset, body, |body, sink| _ = html::read(body, sink)),
        (BODY, kind::STRING) => {
            let text = text_of(kind, bytes).unwrap_or_default();
            sink.within(offset, text.as_bytes(), |body, sink| _ = read_decoded(body, sink));
        }
        (BODY, kind::STRING_8) => sink.within(offset, body, |body, sink| _ = read_decoded(body, sink)),
        // Compressed RTF (MS-OXRTFCP).
        (BODY_RTF, kind::BINARY) => match ole::decompressed_rtf(bytes) {
            Some(decoded) => sink.within(offset, &decoded, |decoded, sink| _ = rtf::read(decoded, sink)),
            None => sink.gap(offset..offset, Cause::Corrupt, "the compressed body is broken"),
        },
        _ => {
            let Some(text) = text_of(kind, bytes) else { return false };
            if text.trim_matches(['\0', ' ', '\r', '\n']).is_empty() {
                return true;
            }
            let label = LABELS.iter().find(|(own, _)| *own == number).map(|(_, label)| *label);
            if let Some(label) = label {
                sink.text(label, at);
                sink.text(": ", at);
            }
            sink.text(&text, at);
            sink.text("\n", at);
            if label.is_none() {
                sink.border();
            }
        }
    }
    true
}
