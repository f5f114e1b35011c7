//! OpenPGP (RFC 9580, and RFC 4880 before it), binary and in ASCII armor. Whom a message is for and who signed it
//! stands in the clear, and becomes text; literal and compressed data are members, and so is encrypted data that a key or
//! password of the operator opens; other encrypted data is a gap that names the keys that open it.

mod arithmetic;
mod armor;
mod cipher;
mod decrypt;
mod key;
mod keyring;
mod packet;
mod recognise;
#[cfg(test)]
mod tests;

pub use armor::ARMORED;
pub(super) use armor::is_open_armor;
pub use keyring::Keyring;

use super::{At, Failure, Format, Runs, Sink};
use crate::model::{Cause, Class};
use flate2::read::{DeflateDecoder, ZlibDecoder};
use packet::{Packet, tag};
use std::io::Read;

/// Packets of OpenPGP: messages, signatures and keys.
pub static FORMAT: Format = Format {
    name: "openpgp",
    media_type: "application/pgp-encrypted",
    recognise: |probe| recognise::is_openpgp(probe.bytes),
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: &[
        "encrypted messages that no key of `--keys` and no password opens are gaps that name the keys which do",
        "opened are messages with a digest (MDC) under AES, 3DES and CAST5, for keys of version 4: RSA, ElGamal, Curve25519",
    ],
};

/// So many keys are named in a gap, and further ones counted.
const NAMED: usize = 16;
/// What is no data is held in memory, and longer packets of it are none.
const LONGEST: usize = 16 << 20;

/// Session keys and passphrases that are tried on one message.
const TRIED: usize = 256;

/// What stands before encrypted data: whom it is for.
#[derive(Default)]
struct Recipients<'a> {
    keys: Vec<String>,
    /// Session keys that do not say whose they are.
    hidden: u64,
    has_passphrase: bool,
    /// Bodies of the packets that hold the session key.
    sessions: Vec<&'a [u8]>,
    passphrases: Vec<&'a [u8]>,
}

impl<'a> Recipients<'a> {
    fn add_session(&mut self, body: &'a [u8]) {
        if self.sessions.len() < TRIED {
            self.sessions.push(body);
        }
    }

    /// What opens the data, in words.
    fn words(&self) -> String {
        let mut ways: Vec<String> = self.keys.iter().take(NAMED).map(|id| format!("the key {id}")).collect();
        if self.keys.len() > NAMED {
            ways.push(format!("{} further keys", self.keys.len() - NAMED));
        }
        if self.hidden > 0 {
            ways.push(format!("{} not named", if self.hidden == 1 { "a key" } else { "keys" }));
        }
        if self.has_passphrase || ways.is_empty() {
            ways.push("a passphrase".to_owned());
        }
        ways.join(" or ")
    }
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let (mut at, mut packets) = (0, 0u64);
    let mut recipients = Recipients::default();
    while at < bytes.len() && !sink.stopped() {
        let packet = Packet::parse(bytes, at).ok_or_else(|| match bytes.len() - at {
            0..6 => Failure::truncated(at as u64, "a packet's header is cut off"),
            _ => Failure::corrupt(at as u64, format!("no packet begins here, after {packets}")),
        })?;
        let (end, is_whole) = packet.end();
        packets += 1;
        if packets > sink.limits().entries {
            sink.gap(at as u64..bytes.len() as u64, Cause::LimitEntries, "too many packets");
            return Ok(());
        }
        match packet.tag {
            tag::LITERAL => literal(&packet, at, end, sink),
            tag::COMPRESSED => compressed(&packet, at, end, sink),
            tag::ENCRYPTED | tag::PROTECTED | tag::AEAD => {
                encrypted(&packet, at, end, std::mem::take(&mut recipients), sink);
            }
            _ if end - at > LONGEST => return Err(Failure::corrupt(at as u64, "a packet is longer than its kind ever is")),
            _ => in_the_clear(&packet, at, end, &mut recipients, sink),
        }
        if !is_whole {
            sink.gap(end as u64..end as u64, Cause::Truncated, "the last packet is cut off");
        }
        at = end;
    }
    if recipients.keys.len() as u64 + recipients.hidden > 0 || recipients.has_passphrase {
        let end = bytes.len() as u64;
        sink.gap(end..end, Cause::Truncated, format!("the message that is opened with {} is missing", recipients.words()));
    }
    Ok(())
}

/// Encrypted data: what a key or password opens is packets of its own, which are read as a message is.
fn encrypted(packet: &Packet<'_>, at: usize, end: usize, recipients: Recipients<'_>, sink: &mut Sink<'_>) {
    let range = at as u64..end as u64;
    match decrypt::open(packet, (&recipients.sessions, &recipients.passphrases), sink.keys(), sink.passwords()) {
        Ok(mut opened) => {
            sink.note(format!("the OpenPGP message was opened with {}", opened.with));
            sink.member(b"message", range, &mut opened.plain);
        }
        Err(reason) => {
            // Whoever looks for the key should know that it does not help here.
            let reason = reason.or_else(|| decrypt::is_aead(packet).then(|| "by another program: its data are under AEAD".to_owned()));
            let reason = reason.map_or(String::new(), |reason| format!("; {reason}"));
            sink.gap(range, Cause::EncryptedPgp, format!("OpenPGP message, opened with {}{reason}", recipients.words()));
        }
    }
}

/// Packets that are no data: what they say becomes text.
fn in_the_clear<'a>(packet: &Packet<'a>, at: usize, end: usize, recipients: &mut Recipients<'a>, sink: &mut Sink<'_>) {
    let body = packet.start();
    let mut says = |what: &str, words: &str| {
        sink.border();
        sink.text(&format!("OpenPGP {what} {words}\n"), At::Decoded(at as u64));
        sink.border();
    };
    let mut class = Class::Structure;
    match packet.tag {
        tag::SESSION_KEY => {
            recipients.add_session(body);
            match key::of_session_key(body) {
                Some(Some(key)) => {
                    says("recipient key id", &key.words());
                    recipients.keys.push(key.id());
                }
                Some(None) | None => recipients.hidden += 1,
            }
        }
        tag::PASSPHRASE => {
            recipients.has_passphrase = true;
            if recipients.passphrases.len() < TRIED {
                recipients.passphrases.push(body);
            }
        }
        tag::ONE_PASS => key::of_one_pass(body).iter().for_each(|key| says("signer key id", &key.words())),
        tag::SIGNATURE => {
            class = Class::Opaque;
            let (keys, users) = key::of_signature(body);
            keys.iter().for_each(|key| says("signer key id", &key.words()));
            users.iter().for_each(|user| says("signer", user));
        }
        tag::PUBLIC_KEY | tag::PUBLIC_SUBKEY | tag::SECRET_KEY | tag::SECRET_SUBKEY => {
            class = Class::Opaque;
            let what = if matches!(packet.tag, tag::SECRET_KEY | tag::SECRET_SUBKEY) { "private key" } else { "public key" };
            if let Some((key, _)) = key::of_key_packet(packet.tag, body) {
                says(what, &key.words());
            }
        }
        tag::USER_ID => {
            class = Class::Read;
            says("user", &String::from_utf8_lossy(body));
        }
        // A picture of the key's holder, at most.
        tag::USER_ATTRIBUTE => class = Class::Opaque,
        tag::MARKER | tag::TRUST | tag::DETECTION_CODE | tag::PADDING => {}
        // A kind that no version of the standard has: it is left to the scan.
        _ => return,
    }
    sink.cover(at as u64..end as u64, class);
}

/// Literal data (section 5.9): format, name, date, content.
fn literal(packet: &Packet<'_>, at: usize, end: usize, sink: &mut Sink<'_>) {
    let mut body = packet.read();
    let mut head = [0; 2];
    let mut name = [0; 255];
    let mut date = [0; 4];
    let name = &mut name[..];
    let is_read = body.read_exact(&mut head).and_then(|()| body.read_exact(&mut name[..usize::from(head[1])]));
    if is_read.and_then(|()| body.read_exact(&mut date)).is_err() {
        return sink.unread_member(b"content", at as u64..end as u64, 0, Cause::Truncated, "its header is cut off");
    }
    let name = &name[..usize::from(head[1])];
    // Some programs mark what is for the eyes only by this name.
    let name = if name.is_empty() || name == b"_CONSOLE" { b"content" } else { name };
    sink.member(name, at as u64..end as u64, &mut body);
}

/// Compressed data (section 5.6): packets behind the number of an algorithm.
fn compressed(packet: &Packet<'_>, at: usize, end: usize, sink: &mut Sink<'_>) {
    let range = at as u64..end as u64;
    let mut body = packet.read();
    let mut algorithm = [0];
    if body.read_exact(&mut algorithm).is_err() {
        return sink.unread_member(b"message", range, 0, Cause::Truncated, "the compressed data is cut off");
    }
    match decompressor(algorithm[0], body) {
        Some(mut decoder) => _ = sink.member(b"message", range, &mut decoder),
        None => {
            let detail = format!("compression algorithm {} is not known", algorithm[0]);
            sink.unread_member(b"message", range, 0, Cause::UnsupportedMethod, detail);
        }
    }
}

/// The decoder of a compression algorithm (section 9.4).
fn decompressor<'a>(algorithm: u8, body: impl Read + 'a) -> Option<Box<dyn Read + 'a>> {
    Some(match algorithm {
        0 => Box::new(body),
        1 => Box::new(DeflateDecoder::new(body)),
        2 => Box::new(ZlibDecoder::new(body)),
        3 => Box::new(::bzip2::read::BzDecoder::new(body)),
        _ => return None,
    })
}
