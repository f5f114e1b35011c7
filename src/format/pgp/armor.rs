//! ASCII armor (RFC 9580, section 6): base64 between lines that say what it is, with a checksum behind it.

use crate::format::text::{base64, plain};
use crate::format::{Failure, Format, Probe, Runs, Sink};
use crate::model::Cause;

/// Text that begins with an armored message, signature or key. It is text as any other, whose blocks of base64 are
/// members.
pub static ARMORED: Format = Format {
    name: "pgp_armored",
    media_type: "application/pgp-encrypted",
    recognise: |probe: &Probe<'_>| is_armored(probe.head),
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: &["the checksum of the armor is not compared"],
};

const BEGIN: &[u8] = b"-----BEGIN PGP ";
const END: &[u8] = b"-----END PGP ";
/// What it may be; signed text in the clear is text.
const KINDS: [&[u8]; 5] = [b"MESSAGE", b"SIGNATURE", b"PUBLIC KEY BLOCK", b"PRIVATE KEY BLOCK", b"ARMORED FILE"];

/// Armor that does not end is cut off, however little of it there is.
fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    plain::read(bytes, sink)?;
    let last = memchr::memmem::rfind(bytes, BEGIN).unwrap_or(0);
    if memchr::memmem::find(&bytes[last..], END).is_none() {
        let end = bytes.len() as u64;
        sink.gap(end..end, Cause::Truncated, "the armor does not end");
    }
    Ok(())
}

/// At most some lines of text from the start.
fn is_armored(head: &[u8]) -> bool {
    let head = &head[..head.len().min(1024)];
    memchr::memmem::find(head, BEGIN).is_some_and(|at| {
        let before = &head[..at];
        KINDS.iter().any(|kind| head[at + BEGIN.len()..].starts_with(kind))
            && before.iter().all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace())
            && matches!(before.last(), None | Some(b'\n' | b'\r'))
    })
}

/// Does armor of OpenPGP stand open at the end of some text?
pub(in crate::format) fn is_open_armor(before: &[u8]) -> bool {
    base64::open_label(before).is_some_and(|label| label.starts_with(b"PGP "))
}
