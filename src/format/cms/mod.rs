//! Cryptographic messages (CMS, RFC 5652; PKCS #7, RFC 2315), as in S/MIME: what is signed or compressed is a member,
//! what is encrypted is opened with the operator's keys, or is a gap that names the certificates whose keys open it.

mod ber;
mod certificate;
mod decrypt;
pub(super) mod private_key;
#[cfg(test)]
mod tests;

use super::{At, Failure, Format, Probe, Runs, Sink};
use crate::model::{Cause, Class};
use ber::{Element, tag};
pub(super) use certificate::push_certificate;
use flate2::read::ZlibDecoder;
use std::ops::Range;

/// A message in BER or DER.
pub static FORMAT: Format = Format {
    name: "cms",
    media_type: "application/pkcs7-mime",
    recognise: |probe: &Probe<'_>| message(probe.bytes).is_some(),
    read,
    runs: Runs::Inside,
    version: 2,
    limitations: &[
        "encrypted messages are opened where they are under AES-CBC for an RSA key (PKCS #1); others are gaps that name their recipients",
        "signatures are not verified; of certificates the words are read",
    ],
};

/// What a content type holds (RFC 5652, 5083, 3274).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Content in the clear, with signatures, a digest or a code of authentication.
    Clear,
    Compressed,
    Encrypted,
}

const PKCS7: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07";
const SMIME: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01";
/// So many recipients are named in a gap, and further ones counted.
const NAMED: usize = 16;

fn kind_of(object_id: &[u8]) -> Option<Kind> {
    if let Some([number]) = object_id.strip_prefix(PKCS7) {
        return match number {
            2 | 5 => Some(Kind::Clear),
            3 | 4 | 6 => Some(Kind::Encrypted),
            _ => None,
        };
    }
    match object_id.strip_prefix(SMIME) {
        Some([2]) => Some(Kind::Clear),
        Some([9]) => Some(Kind::Compressed),
        Some([23]) => Some(Kind::Encrypted),
        _ => None,
    }
}

/// The message that begins here: its kind, and the element that holds all but its type.
fn message(bytes: &[u8]) -> Option<(Kind, Element<'_>)> {
    let outer = Element::parse(bytes, 0).filter(|outer| outer.tag == tag::SEQUENCE)?;
    let object_id = Element::parse(bytes, outer.content).filter(|id| id.tag == tag::OBJECT_ID)?;
    let kind = kind_of(object_id.value())?;
    let explicit = Element::parse(bytes, object_id.end().0).filter(|element| element.tag == tag::CONTEXT_0 | tag::CONSTRUCTED)?;
    let inner = Element::parse(bytes, explicit.content).filter(|inner| inner.tag == tag::SEQUENCE)?;
    Some((kind, inner))
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let (kind, inner) = message(bytes).ok_or_else(|| Failure::corrupt(0, "no message"))?;
    let outer = Element::parse(bytes, 0).ok_or_else(|| Failure::corrupt(0, "no message"))?;
    let (end, is_whole) = outer.end();
    let content = content(kind, &inner);
    // Everything but the content is certificates, signatures and recipients: their words are text.
    let around = content.as_ref().map_or(end..end, |content| content.at..content.end().0);
    for part in [0..around.start, around.end..end] {
        words(bytes, part.clone(), sink);
        sink.cover(part.start as u64..part.end as u64, Class::Opaque);
    }
    match (kind, content) {
        (Kind::Encrypted, content) => {
            let opened = content.as_ref().and_then(|content| Some((span(content), decrypt::open(&inner, content, sink.keys())?)));
            if let Some((range, mut plain)) = opened {
                sink.note("the CMS message was opened with a private key");
                sink.member(b"content", range, &mut plain);
            } else {
                let range = content.map_or(end as u64..end as u64, |content| content.at as u64..content.end().0 as u64);
                sink.gap(range, Cause::EncryptedCms, format!("encrypted CMS message, opened with {}", recipients(&inner)));
            }
        }
        (Kind::Clear | Kind::Compressed, None) => {}
        (Kind::Clear, Some(content)) => _ = sink.member(b"content", span(&content), &mut content.octets()),
        (Kind::Compressed, Some(content)) => _ = sink.member(b"content", span(&content), &mut ZlibDecoder::new(content.octets())),
    }
    if !is_whole {
        sink.gap(end as u64..end as u64, Cause::Truncated, "the message is cut off");
    }
    Ok(())
}

fn span(element: &Element<'_>) -> Range<u64> {
    element.at as u64..element.end().0 as u64
}

/// The octets that a message is about; none in a detached signature.
fn content<'a>(kind: Kind, inner: &Element<'a>) -> Option<Element<'a>> {
    // The one part that is a content type with what is of this type behind it.
    let parts = inner.children().filter(|part| part.tag == tag::SEQUENCE);
    parts.filter(|part| part.children().next().is_some_and(|id| id.tag == tag::OBJECT_ID)).find_map(|part| {
        let held = part.children().skip(1).find(|held| held.tag & !tag::CONSTRUCTED == tag::CONTEXT_0)?;
        match kind {
            Kind::Encrypted => Some(held),
            Kind::Clear | Kind::Compressed => held.children().next().filter(|octets| octets.tag & !tag::CONSTRUCTED == tag::OCTETS),
        }
    })
}

/// Whose keys open it, in words (RFC 5652, section 6.2).
fn recipients(inner: &Element<'_>) -> String {
    let mut ways = Vec::new();
    let mut count = 0usize;
    // Signed and enveloped data has a second set, of algorithms.
    for recipient in inner.children().find(|part| part.tag == tag::SET).iter().flat_map(Element::children) {
        count += 1;
        if ways.len() < NAMED {
            ways.push(match recipient.tag {
                tag::SEQUENCE => key_holder(&recipient),
                0xA1 => format!("a key agreed with {}", agreed_with(&recipient)),
                0xA2 => "a key that both sides hold".to_owned(),
                0xA3 => "a password".to_owned(),
                _ => "a key of another kind".to_owned(),
            });
        }
    }
    if count > ways.len() {
        ways.push(format!("{} further keys", count - ways.len()));
    }
    if ways.is_empty() { "a key that it does not name".to_owned() } else { ways.join(" or ") }
}

/// A recipient by issuer and serial number, or by the key's identifier.
fn key_holder(recipient: &Element<'_>) -> String {
    match recipient.children().nth(1) {
        Some(id) if id.tag == tag::SEQUENCE => format!("the key of the certificate {}", issuer_and_serial(&id)),
        Some(id) => format!("the key {}", hex(id.value())),
        None => "a key that it does not name".to_owned(),
    }
}

/// Recipients by key agreement: the first that is named by a certificate.
fn agreed_with(recipient: &Element<'_>) -> String {
    let keys = recipient.children().filter(|part| part.tag == tag::SEQUENCE).flat_map(|part| part.children());
    let mut names = keys.filter_map(|key| key.children().next()).filter(|id| id.tag == tag::SEQUENCE);
    names.next().map_or_else(|| "somebody".to_owned(), |id| issuer_and_serial(&id))
}

fn issuer_and_serial(id: &Element<'_>) -> String {
    let mut names = Vec::new();
    let mut serial = String::new();
    for part in id.children() {
        match part.tag {
            tag::SEQUENCE => each_string(part, &mut |_, text| names.push(text)),
            tag::INTEGER => serial = hex(part.value()),
            _ => {}
        }
    }
    format!("with serial number {serial} of {}", names.join(", "))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(64).map(|b| format!("{b:02X}")).collect()
}

/// Pushes the words of certificates and names.
fn words(bytes: &[u8], part: Range<usize>, sink: &mut Sink<'_>) {
    strings(&bytes[..part.end], part, &mut |at, text| {
        sink.border();
        sink.text(&text, At::Decoded(at as u64));
        sink.border();
    });
}

fn each_string(element: Element<'_>, push: &mut dyn FnMut(usize, String)) {
    let value = element.value();
    strings(value, 0..value.len(), push);
}

/// Every string in a range, at whatever depth: elements are entered where they stand, so that nothing recurses.
fn strings(bytes: &[u8], range: Range<usize>, push: &mut dyn FnMut(usize, String)) {
    let mut at = range.start;
    while at < range.end {
        let Some(element) = Element::parse(bytes, at) else { return };
        let (end, _) = if element.is_constructed() { (element.content, true) } else { element.end() };
        let value = if element.is_constructed() { &[][..] } else { element.value() };
        at = end.max(element.content);
        match element.tag {
            // UTF8String, NumericString, PrintableString, TeletexString, IA5String, VisibleString; names of mail,
            // hosts and addresses.
            0x0C | 0x12..=0x14 | 0x16 | 0x1A => push(element.at, super::mail::eight_bit(value)),
            0x81 | 0x82 | 0x86 if !value.is_empty() && value.iter().all(u8::is_ascii_graphic) => {
                push(element.at, super::mail::eight_bit(value))
            }
            // BMPString.
            0x1E => push(element.at, encoding_rs::UTF_16BE.decode_without_bom_handling(value).0.into_owned()),
            // Extensions of certificates are elements inside octets.
            tag::OCTETS
                if Element::parse(value, 0).is_some_and(|inner| inner.tag == tag::SEQUENCE && inner.end() == (value.len(), true)) =>
            {
                at = element.content;
            }
            _ => {}
        }
    }
}
