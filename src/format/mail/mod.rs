//! Mail: single messages and mailboxes.

mod header;
mod message;
#[cfg(test)]
mod tests;
mod tnef;
mod transfer;
mod utf7;

use crate::format::{Failure, Format, Probe, Runs, Sink};
use crate::model::{Cause, Class};
pub(super) use header::eight_bit;
use header::line_end;
use std::borrow::Cow;
use std::ops::Range;
pub use tnef::TNEF;
pub(super) use transfer::{Encoding, decode};

/// A message (RFC 5322), as it is or as Apple Mail keeps it, behind its length.
pub static EML: Format = Format {
    name: "eml",
    media_type: "message/rfc822",
    recognise: |probe: &Probe<'_>| header::is_message(&probe.bytes[envelope(probe.bytes).start..]),
    read: read_message,
    runs: Runs::Inside,
    version: 5,
    limitations: &[
        "a message that ends with a line and without its last boundary is taken as whole",
        "of messages in several parts (message/partial) each is read by itself",
    ],
};

/// A mailbox of messages behind `From ` lines (RFC 4155).
pub static MBOX: Format = Format {
    name: "mbox",
    media_type: "application/mbox",
    recognise: |probe: &Probe<'_>| is_from_line(probe.bytes, 0),
    read: read_mailbox,
    runs: Runs::Inside,
    version: 4,
    limitations: &["a line of a body that looks like the start of a message begins one"],
};

/// Where the message stands: behind its length in a file of Apple Mail, and behind blank lines.
fn envelope(bytes: &[u8]) -> Range<usize> {
    let blank = bytes.iter().take(64).take_while(|b| matches!(b, b'\r' | b'\n')).count();
    let first = line_end(bytes, blank, bytes.len().min(blank + 32));
    let length = std::str::from_utf8(&bytes[blank..first]).ok().and_then(|line| line.trim().parse::<usize>().ok());
    match length {
        Some(length) => first..first.saturating_add(length).min(bytes.len()),
        None => blank..bytes.len(),
    }
}

fn read_message(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let range = envelope(bytes);
    sink.cover(0..range.start as u64, Class::Structure);
    message::read(bytes, range, sink);
    Ok(())
}

/// `From somebody Mon Jan 1 00:00:00 2024`, and a header field in the next line.
fn is_from_line(bytes: &[u8], at: usize) -> bool {
    if !bytes[at..].starts_with(b"From ") {
        return false;
    }
    let end = line_end(bytes, at, bytes.len().min(at + 512));
    let line = &bytes[at..end];
    let has_time = line.windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit());
    let has_year = line.windows(4).any(|w| matches!(w, [b'1' | b'2', b'9' | b'0', b'0'..=b'9', b'0'..=b'9']));
    let (fields, _) = header::parse(bytes, end..bytes.len().min(end + 4096));
    has_time && has_year && !fields.is_empty()
}

fn read_mailbox(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let (mut at, mut number) = (0, 0u64);
    while at < bytes.len() && !sink.stopped() {
        let body = line_end(bytes, at, bytes.len());
        let next = next_message(bytes, body);
        number += 1;
        if number > sink.limits().entries {
            sink.gap(at as u64..bytes.len() as u64, Cause::LimitEntries, "too many messages");
            break;
        }
        // The line names sender and date; it goes with its message.
        sink.text(&String::from_utf8_lossy(&bytes[at..body]), crate::format::At::Utf8(at as u64));
        sink.border();
        sink.cover(at as u64..body as u64, Class::Read);
        let message = unquoted(&bytes[body..next]);
        sink.member(format!("message-{number}.eml").as_bytes(), body as u64..next as u64, &mut &message[..]);
        at = next;
    }
    Ok(())
}

/// Where the next message begins.
fn next_message(bytes: &[u8], from: usize) -> usize {
    let found = memchr::memmem::find_iter(&bytes[from..], b"\nFrom ").map(|n| from + n + 1).find(|&at| {
        let blank = bytes[..at].ends_with(b"\n\n") || bytes[..at].ends_with(b"\n\r\n") || at == from;
        blank && is_from_line(bytes, at)
    });
    found.unwrap_or(bytes.len())
}

/// Lines of the body that begin with `From ` were quoted when they were put into the mailbox.
fn unquoted(message: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memmem::find(message, b"\n>From ").is_none() {
        return Cow::Borrowed(message);
    }
    let (mut out, mut done) = (Vec::with_capacity(message.len()), 0);
    for at in memchr::memmem::find_iter(message, b"\n>From ") {
        out.extend_from_slice(&message[done..=at]);
        done = at + 2;
    }
    out.extend_from_slice(&message[done..]);
    Cow::Owned(out)
}
