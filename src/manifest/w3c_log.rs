//! W3C extended log files of FTP and web servers (IIS; <https://www.w3.org/TR/WD-logfile>): `#Fields:` names the
//! columns of the lines that follow, and may stand again with others.

use super::fields::{number, percent_decoded, shown};
use super::row::{Row, Separators, Transfer};
use super::tally::{Parsed, read_lines};
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "W3C log",
    default_kind: Kind::Platform,
    recognise,
    read,
    limitations: &[
        "a blank in a name is written as `+`, and so is a plus sign: both are read as a blank",
        "requests that transfer no file are passed over; the answer to a request is not compared with its kind",
    ],
};

fn recognise(sample: &Sample<'_>) -> Option<u8> {
    let is_directive = |line: &[u8]| line.starts_with(b"#Fields:");
    let names_file =
        |line: &[u8]| line.split(|b| *b == b' ').any(|f| matches!(f, b"cs-uri-stem" | b"cs-uri" | b"x-fullpath" | b"cs-method"));
    sample.lines.iter().any(|line| is_directive(line) && names_file(line)).then_some(98)
}

/// Which column of the lines holds what; taken from the last `#Fields:`.
#[derive(Default)]
struct Columns {
    names: Vec<Vec<u8>>,
}

impl Columns {
    fn of(directive: &[u8]) -> Self {
        Self { names: directive.split(|b| matches!(b, b' ' | b'\t')).filter(|n| !n.is_empty()).map(<[u8]>::to_vec).collect() }
    }

    /// What stands in a column; nothing where it is `-`.
    fn value<'l>(&self, cells: &[&'l [u8]], name: &[u8]) -> Option<&'l [u8]> {
        let at = self.names.iter().position(|n| n.eq_ignore_ascii_case(name))?;
        cells.get(at).copied().filter(|cell| *cell != b"-" && !cell.is_empty())
    }
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let mut columns = Columns::default();
    let mut day = None;
    read_lines(bytes, rows, |line| {
        if let Some(directive) = line.text.strip_prefix(b"#") {
            if let Some(fields) = directive.strip_prefix(b"Fields:") {
                columns = Columns::of(fields);
            } else if let Some(date) = directive.strip_prefix(b"Date:") {
                // Without a column for it, the day is that of the heading.
                day = date.trim_ascii().split(|b| *b == b' ').next().map(<[u8]>::to_vec);
            }
            return Parsed::Nothing;
        }
        let separator = if line.text.contains(&b'\t') { b'\t' } else { b' ' };
        let cells: Vec<&[u8]> = line.text.split(|b| *b == separator).collect();
        if columns.names.is_empty() || cells.len() < columns.names.len() {
            return Parsed::Unknown;
        }
        parse(&columns, &cells, day.as_deref(), line.number)
    })
}

fn parse(columns: &Columns, cells: &[&[u8]], day: Option<&[u8]>, line: u64) -> Parsed {
    let value = |name: &[u8]| columns.value(cells, name);
    let Some(method) = value(b"cs-method") else { return Parsed::Nothing };
    // Older servers put the number of the session before it: `[12]RETR`, `[12]sent`.
    let method = method.strip_prefix(b"[").and_then(|m| m.iter().position(|b| *b == b']').and_then(|at| m.get(at + 1..))).unwrap_or(method);
    let outgoing = match method.to_ascii_uppercase().as_slice() {
        b"RETR" | b"GET" | b"SENT" => true,
        b"STOR" | b"STOU" | b"APPE" | b"PUT" | b"POST" | b"CREATED" => false,
        _ => return Parsed::Nothing,
    };
    let Some(path) = value(b"x-fullpath").or_else(|| value(b"cs-uri-stem")).or_else(|| value(b"cs-uri")) else { return Parsed::Unknown };
    let Some(mut row) = Row::new(&percent_decoded(path, true), Separators::Windows, line) else { return Parsed::Nothing };
    row.directory = false;
    row.account = value(b"cs-username").map(shown);
    let status = value(b"sc-status").and_then(number);
    let time = [value(b"date").or(day), value(b"time")].into_iter().flatten().map(shown).collect::<Vec<_>>().join(" ");
    row.event = Some(Transfer {
        outgoing,
        peer: value(b"c-ip").map(shown),
        bytes: match status {
            // Refused, or nothing new: what was sent is the answer, not the file. 426 and 451 broke off.
            Some(300..=399 | 400..=425 | 427..=450 | 452..=599) => Some(0),
            _ => value(if outgoing { b"sc-bytes" } else { b"cs-bytes" }).and_then(number),
        },
        // FTP answers a transfer that ended with 226 or 250 (RFC 959), HTTP with 200 or 206.
        complete: matches!(status, None | Some(200 | 201 | 206 | 226 | 250)),
        time: Some(time).filter(|t| !t.is_empty()),
        client: value(b"cs(User-Agent)").map(|agent| shown(&percent_decoded(agent, true))),
    });
    Parsed::Row(row)
}
