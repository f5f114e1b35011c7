//! Messages of Outlook (MS-OXMSG): properties in streams named by their tags, recipients and attachments in
//! storages. A message inside a message is read as part of it.

use super::compound::{Compound, Content, Stream};
use crate::format::text::{html, plain};
use crate::format::{At, Sink};
use crate::model::Class;

const NAMES: [(u16, &str); 17] = [
    (0x0037, "subject"),
    (0x007D, "header"),
    (0x0C1A, "from"),
    (0x0C1F, "from"),
    (0x5D01, "from"),
    (0x0042, "on behalf of"),
    (0x0065, "on behalf of"),
    (0x0E04, "to"),
    (0x0E03, "cc"),
    (0x0E02, "bcc"),
    (0x3001, "name"),
    (0x3003, "address"),
    (0x39FE, "address"),
    (0x1000, "body"),
    (0x1013, "body"),
    (0x3707, "attachment"),
    (0x3704, "attachment"),
];

/// The tag of a property's stream: its number and its type.
fn tag(name: &str) -> Option<(u16, u16)> {
    let digits = name.strip_prefix("__substg1.0_").filter(|d| d.is_ascii() && d.len() >= 8)?;
    Some((u16::from_str_radix(&digits[..4], 16).ok()?, u16::from_str_radix(&digits[4..8], 16).ok()?))
}

/// Is this the stream of a property?
pub fn is_property(stream: &Stream) -> bool {
    tag(&stream.name).is_some() || stream.name == "__properties_version1.0"
}

/// Reads the property streams of all messages of the file: text first, then attachments.
pub fn read(file: &mut Compound<'_>, streams: &[Stream], sink: &mut Sink<'_>) {
    let mut order: Vec<&Stream> = streams.iter().filter(|s| is_property(s)).collect();
    let rank = |s: &Stream| tag(&s.name).and_then(|(number, _)| NAMES.iter().position(|(n, _)| *n == number)).unwrap_or(NAMES.len());
    order.sort_by(|a, b| (&a.folder, rank(a), &a.name).cmp(&(&b.folder, rank(b), &b.name)));
    let mut folder = None;
    for stream in &order {
        if sink.stopped() {
            return;
        }
        // Sender, recipients and body of one message are one text; each recipient and attachment has its own.
        if folder.replace(&stream.folder) != Some(&stream.folder) {
            sink.border();
        }
        let content = file.read(stream);
        let name = attachment_name(file, streams, stream);
        property(stream, &content, &name, sink);
        if !content.whole {
            let at = content.offset();
            sink.gap(at..at, crate::model::Cause::Truncated, format!("{}: not all of it is there", stream.name));
        }
    }
}

fn property(stream: &Stream, content: &Content, name: &str, sink: &mut Sink<'_>) {
    let at = At::Decoded(content.offset());
    let Some((number, kind)) = tag(&stream.name) else { return content.cover(Class::Structure, sink) };
    // Some writers count the terminator in.
    let body = content.bytes.iter().rposition(|b| *b != 0).map_or(&[][..], |last| &content.bytes[..=last]);
    let in_names = stream.folder.iter().any(|f| f.starts_with("__nameid"));
    let label = NAMES.iter().find(|(n, _)| *n == number).map(|(_, label)| *label);
    let mut text = |text: &str| {
        if text.trim_matches(['\0', ' ', '\r', '\n']).is_empty() {
            return;
        }
        if let Some(label) = label {
            sink.text(label, at);
            sink.text(": ", at);
        }
        sink.text(text.trim_end_matches('\0'), at);
        sink.text("\n", at);
        if label.is_none() {
            sink.border();
        }
    };
    match (number, kind) {
        _ if in_names => return content.cover(Class::Structure, sink),
        (_, 0x001F | 0x101F) => text(&encoding_rs::UTF_16LE.decode_without_bom_handling(&content.bytes).0),
        // HTML is kept as bytes in its own encoding.
        (0x1013, 0x0102 | 0x001E) => sink.within(content.offset(), |sink| {
            if html::read(body, sink).is_err() {
                sink.text(&String::from_utf8_lossy(body), At::Decoded(0));
            }
        }),
        (0x1000, 0x001E) => sink.within(content.offset(), |sink| {
            if plain::read(body, sink).is_err() {
                sink.text(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(body).0, At::Decoded(0));
            }
        }),
        (_, 0x001E | 0x101E) => {
            let decoded = std::str::from_utf8(&content.bytes)
                .map_or_else(|_| encoding_rs::WINDOWS_1252.decode_without_bom_handling(&content.bytes).0.into_owned(), str::to_owned);
            text(&decoded);
        }
        // Compressed RTF (MS-OXRTFCP).
        (0x1009, 0x0102) => match super::rtf_compressed::decode(&content.bytes) {
            Some(rtf) => sink.within(content.offset(), |sink| _ = crate::format::rtf::read(&rtf, sink)),
            None => {
                let at = content.offset();
                sink.gap(at..at, crate::model::Cause::Corrupt, "the compressed body is broken");
            }
        },
        (0x3701, 0x0102) => return member(name, content, sink),
        // Other binary properties are left to the scan.
        _ => return,
    }
    content.cover(Class::Read, sink);
}

fn attachment_name(file: &mut Compound<'_>, streams: &[Stream], data: &Stream) -> String {
    if tag(&data.name) != Some((0x3701, 0x0102)) {
        return String::new();
    }
    let find = |number: u16| streams.iter().find(|s| s.folder == data.folder && tag(&s.name).is_some_and(|t| t.0 == number));
    let Some(stream) = find(0x3707).or_else(|| find(0x3704)).or_else(|| find(0x3001)).cloned() else {
        return data.folder.last().cloned().unwrap_or_default();
    };
    let bytes = file.read(&stream).bytes;
    let text = match tag(&stream.name) {
        Some((_, 0x001F)) => encoding_rs::UTF_16LE.decode_without_bom_handling(&bytes).0.into_owned(),
        _ => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned(),
    };
    text.trim_end_matches('\0').to_owned()
}

/// Hands a stream over as a member: its first piece stands for it, the others are read with it.
pub fn member(name: &str, content: &Content, sink: &mut Sink<'_>) {
    let mut pieces = content.pieces.iter().cloned();
    sink.member(name.as_bytes(), pieces.next().unwrap_or(0..0), &mut &content.bytes[..]);
    pieces.for_each(|piece| sink.cover(piece, Class::Read));
}
