//! `xferlog` (wu-ftpd `xferlog(5)`; written by ProFTPD, vsftpd, Pure-FTPd, Serv-U).

use super::fields::{Words, clock, month, number, shown, year};
use super::row::{Row, Separators, Transfer};
use super::tally::{Parsed, read_lines};
use super::{Kind, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "xferlog",
    default_kind: Kind::Platform,
    recognise: |sample| sample.confidence(70, 98, |line| !matches!(parse(line, 0), Parsed::Unknown)),
    read: |bytes, rows| read_lines(bytes, rows, |line| parse(line.text, line.number)),
    limitations: &[
        "blanks and control characters of names were replaced by `_`",
        "the account is that of the log; a chroot hides what lies above the path",
    ],
};

/// `Wed Jun 18 04:05:06 2025 1 host 3 /c/First_Bank/a.txt b _ o r acct sftp 0 * c`: eight words before the
/// name, nine behind it.
fn parse(line: &[u8], number_of: u64) -> Parsed {
    let words = Words::<8>::of(line);
    let dated = month(words.get(1)) && number(words.get(2)).is_some() && clock(words.get(3)) && year(words.get(4));
    if !dated || number(words.get(5)).is_none() || words.len < 8 {
        return Parsed::Unknown;
    }
    let mut behind = words.after(7).trim_ascii_end().rsplitn(10, |b| *b == b' ');
    let mut next = || behind.next().unwrap_or_default();
    let (completion, _id, _method, _service, account, access) = (next(), next(), next(), next(), next(), next());
    let (direction, _action, kind, name) = (next(), next(), next(), next());
    let typed = matches!(kind, b"a" | b"b") && matches!(access, b"a" | b"g" | b"r") && matches!(completion, b"c" | b"i");
    if !typed || name.is_empty() {
        return Parsed::Unknown;
    }
    let outgoing = match direction {
        b"o" => true,
        b"i" => false,
        b"d" => return Parsed::Nothing,
        _ => return Parsed::Unknown,
    };
    let Some(mut row) = Row::new(name, Separators::Unix, number_of) else { return Parsed::Unknown };
    row.directory = false;
    row.folded = true;
    row.account = Some(shown(account));
    row.modified = None;
    row.event = Some(Transfer {
        outgoing,
        peer: Some(shown(words.get(6))),
        bytes: number(words.get(7)),
        complete: completion == b"c",
        time: Some(shown(words.span(0, 4))),
        client: None,
    });
    Parsed::Row(row)
}
