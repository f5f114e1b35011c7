//! Aspera `ascp` (HSTS server log): `LOG FASP …` lines of `key=value` pairs, joined by the session's `uuid`.

use super::fields::{number, shown};
use super::lines::Lines;
use super::moment::stamp;
use super::row::{Row, Separators, Transfer};
use super::tally::Tally;
use super::{Kind, Report, Syntax};
use std::collections::HashMap;

pub(super) const SYNTAX: Syntax = Syntax {
    name: "ascp log",
    default_kind: Kind::Platform,
    recognise: |sample| {
        let fasp = sample.share(|line| memchr::memmem::find(line, b"LOG FASP ").is_some());
        (fasp >= 2 && sample.share(|line| memchr::memmem::find(line, b" LOG ").is_some() || line.starts_with(b"LOG ")) >= 30).then_some(95)
    },
    read,
    limitations: &[
        "the account stands on a line of its own; a transfer before it in a rotated log has none",
        "a session of which only the source is logged names that, be it a directory",
    ],
};

#[derive(Default)]
struct Session {
    account: Option<String>,
    peer: Option<String>,
    outgoing: bool,
    /// Transfers that wait for the account: the line that names it may come after them.
    waiting: Vec<Row>,
    started: Vec<Begun>,
    named: bool,
    source: Option<Begun>,
}

/// A file of which no end was seen yet.
struct Begun {
    path: Vec<u8>,
    line: u64,
    time: Option<String>,
}

/// Sessions and waiting rows are bounded; beyond, rows are handed over without what is not known yet.
const SESSIONS: usize = 1 << 16;
const WAITING: usize = 10_000;
/// How many files of one session are followed at once.
const STARTED: usize = 512;

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let mut tally = Tally::new(rows);
    let mut lines = Lines::new(bytes);
    let mut sessions: HashMap<Vec<u8>, Session> = HashMap::new();
    let mut order: Vec<Vec<u8>> = Vec::new();
    while let Some(line) = lines.next() {
        let text = line.text;
        let Some(at) = memchr::memmem::find(text, b"LOG FASP ") else {
            // Other lines of the same log are statistics and settings.
            let own = memchr::memmem::find(text, b"LOG ").is_some() || text.iter().all(u8::is_ascii_whitespace);
            if !own {
                tally.not_understood(line.number, text);
            }
            continue;
        };
        let pairs = pairs(text.get(at + 9..).unwrap_or_default());
        let value = |key: &[u8]| pairs.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
        let Some(uuid) = value(b"uuid") else { continue };
        if !sessions.contains_key(uuid) {
            if sessions.len() >= SESSIONS {
                order.drain(..).filter_map(|old| sessions.remove(&old)).for_each(|s| end(s, &mut tally));
            }
            order.push(uuid.to_vec());
        }
        let session = sessions.entry(uuid.to_vec()).or_default();
        if let Some(user) = value(b"user").filter(|u| !u.is_empty() && *u != b"-") {
            session.account = Some(shown(user));
        }
        if let Some(peer) = value(b"peer") {
            session.peer = Some(address(peer));
        }
        if let Some(op) = value(b"op") {
            session.outgoing = op == b"send";
        }
        let event = text.get(at + 9..).unwrap_or_default();
        if let Some(source) = value(b"source").filter(|_| event.starts_with(b"Session St")) {
            session.source.get_or_insert_with(|| Begun { path: source.to_vec(), line: line.number, time: stamp(text) });
        }
        if let Some(file) = value(b"file") {
            session.named = true;
            let begun = session.started.iter().position(|begun| begun.path == file);
            if event.starts_with(b"Transfer Start") {
                if begun.is_none() && session.started.len() < STARTED {
                    session.started.push(Begun { path: file.to_vec(), line: line.number, time: stamp(text) });
                }
                continue;
            }
            if let Some(begun) = begun {
                session.started.remove(begun);
            }
            let complete = value(b"status") == Some(b"success");
            let begun = Begun { path: file.to_vec(), line: line.number, time: stamp(text) };
            match row(begun, session, value(b"size").and_then(number), complete) {
                Some(row) if session.account.is_none() && session.waiting.len() < WAITING => session.waiting.push(row),
                row => tally.row_or_line(row, line.number, text),
            }
        }
    }
    order.into_iter().filter_map(|uuid| sessions.remove(&uuid)).for_each(|session| end(session, &mut tally));
    tally.finish()
}

/// Hands over what waited, what began and never ended, and the source where no file was named.
fn end(mut session: Session, tally: &mut Tally<'_>) {
    for mut row in std::mem::take(&mut session.waiting) {
        row.account.clone_from(&session.account);
        tally.row(row);
    }
    let mut left = std::mem::take(&mut session.started);
    if !session.named {
        left.extend(session.source.take());
    }
    for begun in left {
        let (path, line) = (begun.path.clone(), begun.line);
        let row = row(begun, &session, None, false);
        tally.row_or_line(row, line, &path);
    }
}

fn row(Begun { path, line, time }: Begun, session: &Session, bytes: Option<u64>, complete: bool) -> Option<Row> {
    let path = path.as_slice();
    let windows = matches!(path, [l, b':', ..] if l.is_ascii_alphabetic()) || path.contains(&b'\\') && !path.contains(&b'/');
    let mut row = Row::new(path, if windows { Separators::Windows } else { Separators::Unix }, line)?;
    row.account.clone_from(&session.account);
    row.event = Some(Transfer { outgoing: session.outgoing, peer: session.peer.clone(), bytes, complete, time, client: None });
    Some(row)
}

/// Address without port. An IPv6 address has colons of its own.
fn address(peer: &[u8]) -> String {
    let is_address = std::str::from_utf8(peer).is_ok_and(|text| text.parse::<std::net::IpAddr>().is_ok());
    let end = memchr::memrchr(b':', peer).filter(|at| !is_address && peer.get(at + 1..).is_some_and(|p| number(p).is_some()));
    shown(end.and_then(|end| peer.get(..end)).unwrap_or(peer))
}

/// `key=value key="quoted value" key=value with blanks`: a value runs until the next ` key=`.
fn pairs(text: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(equals) = memchr::memchr(b'=', rest) {
        let key_at = rest.get(..equals).and_then(|head| memchr::memrchr(b' ', head)).map_or(0, |blank| blank + 1);
        let key = rest.get(key_at..equals).unwrap_or_default();
        let value = rest.get(equals + 1..).unwrap_or_default();
        let end = if value.first() == Some(&b'"') {
            // To the quote that is followed by a blank or nothing.
            let closing = memchr::memmem::find(value.get(1..).unwrap_or_default(), b"\" ").map(|at| at + 1);
            closing.or_else(|| value.len().checked_sub(1).filter(|last| *last > 0)).map_or(value.len(), |at| at + 1)
        } else {
            let next = memchr::memchr(b'=', value).and_then(|next| memchr::memrchr(b' ', value.get(..next)?));
            next.unwrap_or(value.len())
        };
        let (raw, tail) = value.split_at_checked(end).unwrap_or((value, b""));
        let bare = raw.strip_prefix(b"\"").map_or(raw, |r| r.strip_suffix(b"\"").unwrap_or(r));
        out.push((key, bare));
        rest = tail;
    }
    out
}
