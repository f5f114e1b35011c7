//! vsftpd's own log (`vsftpd.log`, or through syslog).

use super::fields::{number, shown};
use super::moment::stamp;
use super::row::{Row, Separators, Transfer};
use super::tally::{Parsed, read_lines};
use super::{Kind, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "vsftpd log",
    default_kind: Kind::Platform,
    recognise: |sample| {
        let client = |line: &[u8]| memchr::memmem::find(line, b": Client \"").is_some();
        sample.confidence(70, 97, client)
    },
    read: |bytes, rows| read_lines(bytes, rows, |line| parse(line.text, line.number)),
    limitations: &["a chroot hides what lies above the path", "a name with `\", ` in it is cut there"],
};

/// `Wed Oct 27 16:48:30 2021 [pid 4027] [acct] OK DOWNLOAD: Client "192.0.2.1", "/a b.txt", 38 bytes, 84.53Kbyte/sec`.
fn parse(line: &[u8], number_of: u64) -> Parsed {
    let Some(at) = memchr::memmem::find(line, b": Client \"") else { return Parsed::Unknown };
    let (head, tail) = (line.get(..at).unwrap_or_default(), line.get(at + 10..).unwrap_or_default());
    let (ok, verb) = match head.rsplitn(3, |b| *b == b' ').collect::<Vec<_>>().as_slice() {
        [verb, status @ (b"OK" | b"FAIL"), ..] => (*status == b"OK", *verb),
        _ => return Parsed::Nothing,
    };
    let outgoing = match verb {
        b"DOWNLOAD" => true,
        b"UPLOAD" | b"APPEND" => false,
        _ => return Parsed::Nothing,
    };
    let account = memchr::memrchr(b'[', head).and_then(|open| {
        let inner = head.get(open + 1..)?;
        inner.get(..memchr::memchr(b']', inner)?)
    });
    let Some(quote) = memchr::memchr(b'"', tail) else { return Parsed::Unknown };
    let peer = tail.get(..quote).unwrap_or_default();
    let Some(name) = tail.get(quote..).and_then(|t| t.strip_prefix(b"\", \"")) else { return Parsed::Unknown };
    let Some(end) = memchr::memmem::find(name, b"\", ").or_else(|| memchr::memrchr(b'"', name)) else { return Parsed::Unknown };
    let (name, after) = name.split_at_checked(end).unwrap_or((name, b""));
    let Some(mut row) = Row::new(name, Separators::Unix, number_of) else { return Parsed::Unknown };
    // Nothing was transferred: the number of bytes is left out.
    let bytes = memchr::memmem::find(after, b" bytes").and_then(|end| after.get(..end)?.rsplit(|b| *b == b' ').next().and_then(number));
    row.directory = false;
    row.account = account.filter(|a| !a.starts_with(b"pid ")).map(shown);
    row.event = Some(Transfer {
        outgoing,
        peer: Some(shown(peer)),
        bytes: Some(bytes.unwrap_or(0)),
        complete: ok,
        time: stamp(head),
        client: None,
    });
    Parsed::Row(row)
}
