//! OpenSSH `internal-sftp` and `sftp-server` at log level INFO or above (openssh-portable `sftp-server.c`).
//!
//! Only the line that opens a session names the account; the others are joined with it by their process.

use super::fields::{number, shown};
use super::lines::Lines;
use super::moment::{Moment, stamp};
use super::quoting::unescape;
use super::row::{Row, Separators, Transfer};
use super::tally::{Parsed, Tally};
use super::{Kind, Report, Sample, Syntax};
use std::collections::HashMap;

pub(super) const SYNTAX: Syntax = Syntax {
    name: "OpenSSH sftp log",
    default_kind: Kind::Platform,
    recognise,
    read,
    limitations: &[
        "a transfer whose session line is not in the log has no account",
        "a chroot hides what lies above the path",
        "the default log level writes no transfers at all: silence proves nothing",
    ],
};

/// A message of a process: everything behind `name[pid]: `.
struct Message<'l> {
    /// Its number.
    process: &'l [u8],
    text: &'l [u8],
    /// What stands before its program: time and host.
    head: &'l [u8],
}

fn message(line: &[u8]) -> Option<Message<'_>> {
    const NAMES: [&[u8]; 4] = [b"internal-sftp", b"sftp-server", b"sshd-session", b"sshd"];
    let (at, name) = NAMES.iter().filter_map(|name| Some((memchr::memmem::find(line, name)?, *name))).min_by_key(|(at, _)| *at)?;
    let after = line.get(at + name.len()..)?;
    let after = after.strip_prefix(b" ").unwrap_or(after).strip_prefix(b"[")?;
    let close = memchr::memchr(b']', after)?;
    let process = after.get(..close)?;
    number(process)?;
    let text = after.get(close + 1..)?.strip_prefix(b": ")?;
    let text = text.strip_suffix(b" [postauth]").or_else(|| text.strip_suffix(b" [preauth]")).unwrap_or(text);
    Some(Message { process, text, head: line.get(..at)? })
}

/// A whole line of the system's log that some other program wrote: time, host, and who.
fn of_another_program(line: &[u8]) -> bool {
    let Some(rest) = Moment::leading(line).and_then(|(_, end)| line.get(end..)) else { return false };
    rest.trim_ascii_start().split(|b| *b == b' ').nth(1).is_some_and(|program| program.ends_with(b":"))
}

fn recognise(sample: &Sample<'_>) -> Option<u8> {
    let sftp = sample.share(|line| {
        message(line).is_some_and(|m| {
            m.text.starts_with(b"session opened for local user ")
                || m.text.starts_with(b"open \"")
                || m.text.starts_with(b"close \"")
                || m.text.starts_with(b"opendir \"")
        })
    });
    let known = sample.share(|line| message(line).is_some());
    (sftp >= 5 && known >= 30).then_some(95)
}

#[derive(Default)]
struct Session {
    account: Option<String>,
    peer: Option<String>,
    open: Vec<Open>,
    /// The line before said that the last of them is to be opened.
    opening: bool,
}

/// A file that was opened and not yet closed.
struct Open {
    /// As it is written.
    path: Vec<u8>,
    reading: bool,
    /// The next line said that there is no such file, or that it may not be read.
    refused: bool,
    line: u64,
    time: Option<String>,
}

/// How many files of one session are followed at once.
const OPEN: usize = 4_096;
/// How many sessions; a process that ended without a word leaves its session behind.
const SESSIONS: usize = 1 << 17;

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let mut tally = Tally::new(rows);
    let mut lines = Lines::new(bytes);
    let mut sessions: HashMap<Vec<u8>, Session> = HashMap::new();
    while let Some(line) = lines.next() {
        if line.text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let Some(message) = message(line.text) else {
            if of_another_program(line.text) {
                continue;
            }
            tally.not_understood(line.number, line.text);
            if !line.ended {
                tally.truncated(line.number);
            }
            continue;
        };
        match take(&message, line.number, &mut sessions, &mut tally) {
            Parsed::Row(row) => tally.row(row),
            Parsed::Nothing => {}
            Parsed::Unknown => {
                tally.not_understood(line.number, line.text);
                if !line.ended {
                    tally.truncated(line.number);
                }
            }
        }
    }
    let mut left: Vec<Session> = sessions.into_values().collect();
    left.sort_by_key(|session| session.open.first().map(|open| open.line));
    left.into_iter().for_each(|session| abandon(session, &mut tally));
    tally.finish()
}

/// Other messages of the same programs that name no transfer.
const PASSED: &[&[u8]] = &[
    b"opendir ",
    b"closedir ",
    b"stat ",
    b"lstat ",
    b"fstat ",
    b"setstat ",
    b"fsetstat ",
    b"set ",
    b"realpath ",
    b"readlink ",
    b"mkdir ",
    b"rmdir ",
    b"remove ",
    b"rename ",
    b"posix-rename ",
    b"symlink ",
    b"hardlink ",
    b"statvfs ",
    b"fsync ",
    b"sent status ",
    b"sent names",
    b"received client version",
    b"debug",
    b"expand ",
    b"limits",
    b"users-groups-by-id",
    b"Accepted ",
    b"Connection ",
    b"Disconnected ",
    b"Received disconnect",
    b"pam_unix",
    b"Starting session",
    b"Changed root directory",
    b"subsystem request",
    b"User child",
    b"Close session",
    b"Server listening",
    b"error:",
    b"Failed ",
    b"Invalid user",
    b"fatal:",
    b"Exiting",
];

/// Why a file is not opened. `Failure` is also said of a file that was, and then could not be read to its end.
const REFUSALS: [&[u8]; 2] = [b"sent status Permission denied", b"sent status No such file"];

fn take(message: &Message<'_>, line: u64, sessions: &mut HashMap<Vec<u8>, Session>, tally: &mut Tally<'_>) -> Parsed {
    let text = message.text;
    if let Some(session) = sessions.get_mut(message.process)
        && std::mem::take(&mut session.opening)
        && REFUSALS.contains(&text)
        && let Some(open) = session.open.last_mut()
    {
        open.refused = true;
        return Parsed::Nothing;
    }
    if let Some(rest) = text.strip_prefix(b"session opened for local user ") {
        let Some(at) = memchr::memmem::rfind(rest, b" from [") else { return Parsed::Unknown };
        let account = rest.get(..at).map(shown);
        let peer = rest.get(at + 7..).map(|p| shown(p.strip_suffix(b"]").unwrap_or(p)));
        // A process number that comes again is another process.
        if let Some(old) = sessions.remove(message.process) {
            abandon(old, tally);
        }
        if sessions.len() < SESSIONS {
            sessions.insert(message.process.to_vec(), Session { account, peer, ..Session::default() });
        }
        return Parsed::Nothing;
    }
    if text.starts_with(b"session closed for local user ") {
        if let Some(session) = sessions.remove(message.process) {
            abandon(session, tally);
        }
        return Parsed::Nothing;
    }
    if let Some(rest) = text.strip_prefix(b"open \"") {
        let Some(end) = memchr::memmem::rfind(rest, b"\" flags ") else { return Parsed::Unknown };
        let (path, flags) = rest.split_at_checked(end).unwrap_or((rest, b""));
        let reading = memchr::memmem::find(flags, b"WRITE").is_none();
        if let Some(session) = session_of(sessions, message.process)
            && session.open.len() < OPEN
        {
            session.open.push(Open { path: path.to_vec(), reading, refused: false, line, time: stamp(message.head) });
            session.opening = true;
        }
        return Parsed::Nothing;
    }
    let forced = text.strip_prefix(b"forced ");
    if let Some(rest) = forced.unwrap_or(text).strip_prefix(b"close \"") {
        let Some(end) = memchr::memmem::rfind(rest, b"\" bytes read ") else { return Parsed::Unknown };
        let (path, counts) = rest.split_at_checked(end).unwrap_or((rest, b""));
        let mut words = counts.get(13..).unwrap_or_default().split(|b| *b == b' ');
        let (Some(read), Some(b"written"), Some(written)) = (words.next().and_then(number), words.next(), words.next().and_then(number))
        else {
            return Parsed::Unknown;
        };
        let session = session_of(sessions, message.process);
        // What was refused may have been opened at another time, and what was closed was opened.
        let opened = session.as_ref().and_then(|s| {
            let first = |refused: bool| s.open.iter().position(|open| open.path == path && open.refused == refused);
            first(false).or_else(|| first(true))
        });
        let mut reading = written == 0;
        let (mut account, mut peer) = (None, None);
        if let Some(session) = session {
            if let Some(opened) = opened {
                reading = session.open.remove(opened).reading && written == 0 || read > 0;
            }
            (account, peer) = (session.account.clone(), session.peer.clone());
        }
        let event = Transfer {
            outgoing: reading,
            peer,
            bytes: Some(if reading { read } else { written }),
            complete: forced.is_none(),
            time: stamp(message.head),
            client: None,
        };
        return row(path, line, account, event).into();
    }
    if PASSED.iter().any(|known| text.starts_with(known)) { Parsed::Nothing } else { Parsed::Unknown }
}

/// The session of a process; one without an opening line is known by nothing but its number.
fn session_of<'s>(sessions: &'s mut HashMap<Vec<u8>, Session>, process: &[u8]) -> Option<&'s mut Session> {
    if !sessions.contains_key(process) {
        if sessions.len() >= SESSIONS {
            return None;
        }
        sessions.insert(process.to_vec(), Session::default());
    }
    sessions.get_mut(process)
}

fn row(path: &[u8], line: u64, account: Option<String>, event: Transfer) -> Option<Row> {
    // The logger escapes what is not printable (vis(3), octal).
    let path = unescape(path).unwrap_or(path.into());
    let mut row = Row::new(&path, Separators::Unix, line)?;
    row.directory = false;
    row.account = account;
    row.event = Some(event);
    Some(row)
}

/// Files that were opened and never closed: transferred for some part. The server itself closes all that is open
/// before it says that a session ends (`handle_log_exit`), so a line of that is missing.
fn abandon(session: Session, tally: &mut Tally<'_>) {
    for Open { path, reading, line, time, .. } in session.open.into_iter().filter(|open| !open.refused) {
        let event = Transfer { outgoing: reading, peer: session.peer.clone(), bytes: None, complete: false, time, client: None };
        let row = row(&path, line, session.account.clone(), event);
        tally.row_or_line(row, line, &path);
    }
}
