//! Is it OpenPGP? A packet's header is two bytes that hardly mean anything, so bodies and what follows must
//! agree with it.

use super::packet::{Packet, number, tag};
use super::{decompressor, key};
use std::io::Read;

/// Do these bytes begin with packets of OpenPGP that leave no doubt?
pub fn is_openpgp(bytes: &[u8]) -> bool {
    let mut at = 0;
    for before in 0.. {
        if at == bytes.len() || before >= 3 {
            return before > 0;
        }
        // The last packet of a message may be cut off anywhere.
        let Some(packet) = Packet::parse(bytes, at) else { return before > 0 && bytes.len() - at < 6 };
        let (end, is_whole) = packet.end();
        if !is_plausible(&packet, before) {
            return before > 0 && !is_whole;
        }
        match packet.tag {
            tag::ENCRYPTED => return before > 0,
            tag::PROTECTED | tag::AEAD => return before > 0 || is_whole && end == bytes.len(),
            tag::COMPRESSED => return before > 0 || holds_packets(&packet),
            tag::LITERAL => return before > 0 || end == bytes.len(),
            // The start of a message that was cut off.
            tag::SESSION_KEY if !is_whole => return before > 0 || rsa_fits(&packet),
            _ if !is_whole => return before > 0,
            _ => at = end,
        }
    }
    false
}

/// Can this be the body of such a packet?
fn is_plausible(packet: &Packet<'_>, before: u32) -> bool {
    let body = packet.start();
    let stated = packet.stated();
    let is_short = stated.is_some_and(|length| length <= 64 << 10);
    match packet.tag {
        tag::SESSION_KEY => {
            is_short
                && stated >= Some(12)
                && matches!(body, [3, _, _, _, _, _, _, _, _, 1 | 2 | 16 | 18 | 20 | 25 | 26, ..] | [6, 0 | 21 | 33, ..])
        }
        tag::PASSPHRASE => matches!(stated, Some(4..512)) && matches!(body, [4, 1..=13, 0 | 1 | 3 | 4, ..] | [5 | 6, ..]),
        tag::SIGNATURE => {
            is_short
                && match body {
                    [2 | 3, 5, kind, ..] => is_signature_type(*kind),
                    [4..=6, kind, 1..=3 | 16..=20 | 22 | 25..=28, 1..=14, ..] => is_signature_type(*kind),
                    _ => false,
                }
        }
        tag::ONE_PASS => {
            matches!((stated, body), (Some(13), [3, kind, 1..=14, 1..=3 | 16..=20 | 22 | 25..=28, ..]) if is_signature_type(*kind))
                || matches!((stated, body), (Some(32..256), [6, kind, 1..=14, 1..=3 | 16..=20 | 22 | 25..=28, ..]) if is_signature_type(*kind))
        }
        tag::PUBLIC_KEY | tag::SECRET_KEY => is_short && key::of_key_packet(packet.tag, body).is_some(),
        tag::PUBLIC_SUBKEY | tag::SECRET_SUBKEY => before > 0 && is_short && key::of_key_packet(packet.tag, body).is_some(),
        tag::USER_ID => before > 0 && is_short && std::str::from_utf8(body).is_ok(),
        tag::USER_ATTRIBUTE | tag::TRUST | tag::DETECTION_CODE | tag::PADDING => before > 0,
        tag::MARKER => body == b"PGP",
        tag::COMPRESSED => matches!(body, [0..=3, ..]),
        tag::LITERAL => match body {
            [b'b' | b't' | b'u' | b'l' | b'1' | b'm', length, rest @ ..] => {
                let name = rest.get(..usize::from(*length));
                name.and_then(|name| std::str::from_utf8(name).ok()).is_some_and(|name| !name.contains(char::is_control))
                    && rest.len() >= usize::from(*length) + 4
            }
            _ => false,
        },
        tag::ENCRYPTED => true,
        tag::PROTECTED => matches!(body, [1, ..] | [2, 1..=13, 1..=3, 0..=16, ..]),
        tag::AEAD => matches!(body, [1, 1..=13, 1..=3, 0..=56, ..]),
        _ => false,
    }
}

fn is_signature_type(kind: u8) -> bool {
    matches!(kind, 0..=2 | 0x10..=0x13 | 0x16 | 0x18..=0x1F | 0x20 | 0x28 | 0x30 | 0x40 | 0x50)
}

/// The one number of a session key for RSA fills its packet.
fn rsa_fits(packet: &Packet<'_>) -> bool {
    let body = packet.start();
    matches!(body.get(9), Some(1 | 2))
        && number(body, 10, 2).is_some_and(|bits| Some(12 + bits.div_ceil(8)) == packet.stated() && bits >= 500)
}

/// Does compressed data hold packets?
fn holds_packets(packet: &Packet<'_>) -> bool {
    let mut body = packet.read();
    let (mut algorithm, mut inner) = ([0], Vec::new());
    if body.read_exact(&mut algorithm).is_err() {
        return false;
    }
    let Some(decoder) = decompressor(algorithm[0], body) else { return false };
    // What was decoded before an error stays.
    let _ = decoder.take(512).read_to_end(&mut inner);
    Packet::parse(&inner, 0).is_some_and(|packet| {
        matches!(packet.tag, tag::LITERAL | tag::ONE_PASS | tag::SIGNATURE | tag::COMPRESSED | tag::MARKER) && is_plausible(&packet, 0)
    })
}
