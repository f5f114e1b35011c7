//! ISO 20022 XML: business application header (head.001 and its predecessors), payments (pacs, pain)
//! and cash management (camt), one or many documents, with or without namespace or envelope.
//!
//! ISO 20022 message definitions; head.001 (BAH). Elements are known by their local names, so national
//! variants and any prefix read the same. Who owns a message: see `iso20022_sides`.

use super::iso20022_element::{Element, Kind, message_name_at};
use super::iso20022_message::Reader;
use super::markup::{self, Token, Tokens};
use super::value;
use crate::format::{Failure, Format, Probe, Runs, Sink};
use crate::model::Class;
use memchr::memmem;

/// ISO 20022 messages in XML.
pub const FORMAT: Format = Format {
    name: "iso20022",
    media_type: "application/xml",
    recognise,
    read,
    runs: Runs::Inside,
    version: 2,
    limitations: &[
        "messages in ASN.1 or JSON are searched as text",
        "a Fedwire envelope's direction (incoming, outgoing) is not taken for the copy's side",
        "entities that a document type declares are not expanded",
    ],
};

/// Start tags that a recogniser goes through.
const MAX_TAGS: usize = 400;

fn recognise(probe: &Probe<'_>) -> bool {
    match markup::utf16(probe.head) {
        Some((encoding, mark)) => {
            let text = encoding.decode_without_bom_handling(probe.head.get(mark..).unwrap_or_default()).0;
            is_message(text.as_bytes())
        }
        None => is_message(probe.head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(probe.head)),
    }
}

/// Is there a `Document` or header of a message, before anything that only speaks about such?
fn is_message(head: &[u8]) -> bool {
    if head.trim_ascii_start().first() != Some(&b'<') {
        return false;
    }
    let (mut named, mut inside_document, mut first) = (false, false, true);
    let mut tags = 0;
    for (_, token) in Tokens::new(head, 0) {
        let Token::Start { name, attributes, .. } = token else { continue };
        // Schemas, transformations and pages hold messages' names, but no message.
        if std::mem::take(&mut first)
            && matches!(name, b"schema" | b"stylesheet" | b"transform" | b"html" | b"HTML" | b"definitions" | b"beans" | b"project")
        {
            return false;
        }
        tags += 1;
        if tags > MAX_TAGS {
            return false;
        }
        named = named || message_name_at(attributes).is_some() || memmem::find(attributes, b"urn:swift:xsd:").is_some();
        match Element::of(name) {
            Element::Document | Element::AppHdr if named => return true,
            Element::Document => inside_document = true,
            _ if Kind::of(name).is_some() && (inside_document || named || tags == 1) => return true,
            _ => inside_document = false,
        }
    }
    false
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    sink.begin_payments("iso20022");
    let mut reader = Reader::new();
    // What stands outside of every element is of no document.
    let (mut from, mut is_outside) = (0, false);
    markup::for_each(bytes, |decoder, at, token| {
        let is_text = matches!(token, Token::Text(text) if !text.trim_ascii().is_empty());
        let was_outside = std::mem::replace(&mut is_outside, is_text && reader.is_outside());
        match (was_outside, is_outside) {
            (true, false) => from = at,
            (false, true) => sink.cover(from..at, Class::Read),
            (true, true) | (false, false) => {}
        }
        is_outside || reader.token(decoder, at, token, sink)
    });
    if !is_outside {
        sink.cover(from..value::offset(bytes.len()), Class::Read);
    }
    reader.finish(bytes.len(), sink);
    Ok(())
}

#[cfg(test)]
#[path = "iso20022_tests.rs"]
mod tests;
