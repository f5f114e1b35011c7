//! Dump files of Data Pump (`expdp`): a header, and for each table a description in XML and its rows. No
//! specification is public; rows are read where several of them fit their description one after the other (OraDB
//! DUMP Viewer), and everything else is searched as it stands.

use super::rows::{Column, Rows};
use super::value::Type;
use crate::format::{Failure, Format, Probe, Runs, Sink, signature};
use crate::model::Cause;
use memchr::memmem;
use std::ops::Range;

/// A dump file of Data Pump.
pub static PUMP: Format = Format {
    name: "oracle_datapump",
    media_type: "application/x-oracle-datapump",
    recognise,
    read,
    runs: Runs::Inside,
    version: 1,
    limitations: &[
        "compressed and encrypted sets are not decoded",
        "rows of tables with large objects, with more than 254 columns, and those that do not fit their description are searched as they stand",
    ],
};

/// A description is no longer.
const LONGEST_XML: usize = 16 << 20;
/// Rows begin within so many bytes behind the description.
const ROWS_WITHIN: usize = 1 << 20;
/// So many rows in a row show that they are rows; fewer, where the table ends behind them.
const PROOF: usize = 4;
/// Columns of a table that is read; beyond, rows are stored in several parts.
const MOST_COLUMNS: usize = 254;

/// The header of every file holds the initials of those who wrote the program, and mostly the name of the job.
fn recognise(probe: &Probe<'_>) -> bool {
    let head = &probe.head[..probe.head.len().min(4096)];
    let begins = matches!(head, [0..=9, 0..=9, ..]);
    begins && (memmem::find(head, b"LBB EMB GHC JWD").is_some() || memmem::find(head, b"\"SYS_EXPORT_").is_some())
}

/// A table as its description has it.
struct Described {
    name: String,
    columns: Vec<Column>,
    is_read: bool,
}

/// The texts of an element, in order.
fn elements<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut out = Vec::new();
    let mut rest = xml;
    while let Some(start) = rest.find(&open) {
        let from = &rest[start + open.len()..];
        let Some(end) = from.find(&close) else { break };
        out.push(&from[..end]);
        rest = &from[end + close.len()..];
    }
    out
}

impl Described {
    /// The table that a description is of.
    fn of(xml: &str) -> Option<Self> {
        let items = elements(xml, "COL_LIST_ITEM");
        let outside = xml.split("<COL_LIST>").next()?;
        let name = elements(outside, "NAME").last()?.to_string();
        let columns: Vec<Column> = items
            .iter()
            .map(|item| {
                let number = |tag: &str| elements(item, tag).first().and_then(|n| n.trim().parse().ok());
                let kind = number("TYPE_NUM")?;
                let name = elements(item, "NAME").first()?.to_string();
                let length = number("LENGTH").unwrap_or(0);
                let is_large = matches!(kind, 8 | 24 | 58 | 111..=123);
                Some(Column { name, kind: Type::of(kind), length: length.into(), set: number("CHARSETID").unwrap_or(0), is_large })
            })
            .collect::<Option<_>>()?;
        let is_read = !columns.is_empty() && columns.len() <= MOST_COLUMNS && !columns.iter().any(|column| column.is_large);
        Some(Self { name, columns, is_read })
    }
}

/// A row at a place and where it ends: a byte of flags, and the values behind their lengths.
fn row(bytes: &[u8], mut at: usize, columns: &[Column], big: bool) -> Option<(Vec<Vec<Range<usize>>>, usize)> {
    if !matches!(bytes.get(at)?, 1 | 4) {
        return None;
    }
    at += 1;
    let mut values = Vec::with_capacity(columns.len());
    for column in columns {
        let length = *bytes.get(at)?;
        at += 1;
        let length = match length {
            0xFF => {
                values.push(Vec::new());
                continue;
            }
            0xFE => {
                let pair = *bytes.get(at..)?.first_chunk::<2>()?;
                at += 2;
                usize::from(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
            }
            length => usize::from(length),
        };
        let value = bytes.get(at..at + length)?;
        let holds = match column.kind {
            _ if length == 0 => column.kind == Type::Text,
            Type::Number | Type::Date | Type::Timestamp => {
                column.kind.fits(length, column.length) && column.kind.show(value, column.set).is_some()
            }
            Type::Text => column.kind.fits(length, column.length) && !value.contains(&0),
            Type::Float | Type::Bytes => column.kind.fits(length, column.length),
        };
        if !holds {
            return None;
        }
        values.push(vec![at..at + length]);
        at += length;
    }
    Some((values, at))
}

/// Does the table end here?
fn ends(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|byte| matches!(byte, 0 | 0xFF))
}

/// Where the rows begin behind a description.
fn first_row(bytes: &[u8], from: usize, columns: &[Column], big: bool) -> Option<usize> {
    (from..bytes.len().min(from + ROWS_WITHIN)).find(|&start| {
        let mut at = start;
        for _ in 0..PROOF {
            match row(bytes, at, columns, big) {
                Some((_, next)) => at = next,
                None => return at > start && ends(bytes, at) && proves(&bytes[start..at], columns),
            }
        }
        true
    })
}

/// Few rows prove themselves only if they are more than a few bytes.
fn proves(rows: &[u8], columns: &[Column]) -> bool {
    rows.len() >= 8 + 2 * columns.len()
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let (mut at, mut tables, mut rows, mut documents) = (0, 0u64, 0u64, 0u64);
    let finder = memmem::Finder::new(b"<?xml ");
    let mut unread = Vec::new();
    while let Some(found) = finder.find(&bytes[at..]) {
        if sink.stopped() {
            return Ok(());
        }
        let start = at + found;
        at = start + 6;
        let near = &bytes[start..bytes.len().min(start + LONGEST_XML)];
        let Some(length) = memmem::find(near, b"</ROWSET>").map(|end| end + 9) else { continue };
        documents += 1;
        at = start + length;
        let Some(table) = Described::of(&String::from_utf8_lossy(&near[..length])) else { continue };
        let begins = |big| first_row(bytes, at, &table.columns, big).map(|first| (first, big));
        let first = if table.is_read { begins(false).or_else(|| begins(true)) } else { None };
        // The description of another table ends the search for rows.
        let next = finder.find(&bytes[at..]).map_or(bytes.len(), |next| at + next);
        let Some((first, big)) = first.filter(|(first, _)| *first < next) else {
            unread.push(table.name);
            continue;
        };
        tables += 1;
        let mut out = Rows::new(bytes, &table.name, table.columns);
        at = first;
        while let Some((values, next)) = row(bytes, at, out.columns(), big) {
            out.row(values, at..next, sink);
            rows += 1;
            at = next;
            if rows.is_multiple_of(4096) && sink.stopped() {
                return Ok(());
            }
        }
        out.end(sink);
    }
    let end = bytes.len() as u64;
    let is_packed = memmem::find_iter(bytes, b"KGC").any(|at| bytes.get(at + 5..at + 8) == Some(b"HDR"));
    if documents == 0 {
        let how = if is_packed { "compressed (KGC blocks)" } else { "compressed or encrypted: it shows no description of a table" };
        signature::unread(bytes, 0..end, Cause::UnsupportedMethod, format!("the Data Pump set is {how}"), sink);
    } else if is_packed {
        sink.gap(end..end, Cause::UnsupportedMethod, "parts of the Data Pump set are in KGC blocks, which may be compressed");
    }
    if !unread.is_empty() {
        let shown = unread.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(", ");
        sink.note(format!("rows of {} tables do not fit their description, and are searched as they stand: {shown}", unread.len()));
    }
    sink.note(format!("{rows} rows of {tables} tables, {documents} descriptions"));
    Ok(())
}
