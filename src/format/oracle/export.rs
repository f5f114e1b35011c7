//! Exports of the classic utility (`exp`): lines of SQL, and behind each INSERT statement what its columns are and
//! the rows, every value behind its length. No specification is public; this follows published files and readers
//! (OraDB DUMP Viewer, oracledmpparser).

use super::rows::{Column, Rows};
use super::value::{Type, text};
use crate::format::numbers::le16;
use crate::format::{Failure, Format, Runs, Sink};
use crate::model::Class;
use memchr::memmem;
use std::ops::Range;

/// An export of Oracle's classic utility.
pub static EXPORT: Format = Format {
    name: "oracle_exp",
    media_type: "application/x-oracle-export",
    recognise: |probe| probe.head.get(..32).is_some_and(|head| memmem::find(head, b"EXPORT:V").is_some()),
    read,
    runs: Runs::Inside,
    version: 4,
    limitations: &[
        "values of object types, nested tables and references are searched as they stand",
        "fractions and zones of time stamps are not shown",
        "a table whose rows make no sense is searched as it stands from there on",
    ],
};

/// No value follows.
const NULL: u16 = 0xFFFE;
/// The table ends.
const END: u16 = 0xFFFF;
/// A value follows in pieces, each behind its length, up to one of no length.
const PIECES: u16 = 0xFFFD;
/// Rows begin within so many bytes behind the columns.
const ROWS_WITHIN: usize = 64 << 10;
/// Descriptions of columns that make no sense take so many bytes at most.
const DESCRIPTIONS: usize = 4 << 10;
/// Columns of a table.
const MOST_COLUMNS: usize = 1000;
/// Bytes of a statement.
const LONGEST_STATEMENT: usize = 256 << 10;

/// An INSERT statement: the table, its columns, and where what follows begins.
struct Statement {
    table: String,
    names: Vec<String>,
    end: usize,
}

impl Statement {
    /// The statement at a place.
    fn of(bytes: &[u8], at: usize) -> Option<Self> {
        let near = &bytes[at..bytes.len().min(at + LONGEST_STATEMENT)];
        let line = &near[..memchr::memchr(b'\n', near)?];
        let line = text(line, 0);
        let rest = line.strip_prefix("INSERT ")?;
        let rest = rest[rest.find("INTO ")? + 5..].trim_start();
        let (target, rest) = rest.split_once('(')?;
        let (columns, values) = rest.rsplit_once(") VALUES (")?;
        let table = target.trim().split("\".\"").last()?.trim_matches('"').to_owned();
        let names = names_of(columns);
        let fits = names.len() == values.matches(':').count() && (1..=MOST_COLUMNS).contains(&names.len());
        let length = memchr::memchr(b'\n', near)? + 1;
        fits.then_some(Self { table, names, end: at + length })
    }
}

/// The names of a list, in quotes as the utility writes them, or without.
fn names_of(list: &str) -> Vec<String> {
    match list.contains('"') {
        true => list.split('"').skip(1).step_by(2).map(str::to_owned).collect(),
        false => list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect(),
    }
}

/// Reads the descriptions of a table's columns behind its statement; gives where they end.
fn columns(bytes: &[u8], statement: &Statement) -> Option<(Vec<Column>, usize)> {
    let mut at = statement.end;
    let count = usize::from(le16(bytes, at)?);
    at += 2;
    if count != statement.names.len() {
        return None;
    }
    let mut out = Vec::with_capacity(count);
    for name in &statement.names {
        let (number, length) = (le16(bytes, at).filter(|number| Type::is_known(*number))?, le16(bytes, at + 2)?);
        at += 4;
        let mut set = 0;
        // Text has a character set, and which of the database's two it is.
        if matches!(number, 1 | 8 | 9 | 96 | 112) {
            set = le16(bytes, at)?;
            at += 4;
        }
        out.push(Column {
            name: name.clone(),
            kind: Type::of(number),
            length: length.into(),
            set,
            is_large: matches!(number, 8 | 24 | 112..=114),
        });
    }
    Some((out, at))
}

/// Columns whose descriptions make no sense, all taken for text, and where their rows begin: near the statement, at
/// the first place where three rows follow each other, or fewer up to the end of the table.
fn plain_columns(bytes: &[u8], statement: &Statement) -> Option<(Vec<Column>, usize)> {
    let column = |name: &String| Column { name: name.clone(), kind: Type::Text, length: 4000, set: 0, is_large: false };
    let columns: Vec<Column> = statement.names.iter().map(column).collect();
    let is_text = |values: &[Vec<Range<usize>>]| {
        let whole = values.iter().flatten().map(|piece| &bytes[piece.clone()]);
        whole.flatten().all(|b| *b >= 0x20 || matches!(b, b'\t' | b'\n' | b'\r'))
    };
    let fits = |from: usize| {
        let mut at = from;
        for _ in 0..3 {
            if at > from && le16(bytes, at) == Some(END) {
                return true;
            }
            match row(bytes, at, &columns) {
                Some((values, next)) if is_text(&values) => at = next,
                Some(_) | None => return false,
            }
        }
        true
    };
    let near = statement.end..bytes.len().min(statement.end + DESCRIPTIONS);
    let first = near.into_iter().find(|at| fits(*at))?;
    Some((columns, first))
}

/// A row's values, and where the next row begins. Values are ranges of the item, one per piece.
fn row(bytes: &[u8], mut at: usize, columns: &[Column]) -> Option<(Vec<Vec<Range<usize>>>, usize)> {
    let mut values = Vec::with_capacity(columns.len());
    for column in columns {
        let length = le16(bytes, at)?;
        at += 2;
        values.push(match length {
            NULL => Vec::new(),
            0 | END => return None,
            PIECES => {
                let mut pieces = Vec::new();
                loop {
                    let length = usize::from(le16(bytes, at)?);
                    at += 2;
                    if length == 0 {
                        break;
                    }
                    pieces.push(at..at + length);
                    at += length;
                    bytes.get(at..)?;
                }
                pieces
            }
            length => {
                let length = usize::from(length);
                if !column.is_large && !column.kind.fits(length, column.length) {
                    return None;
                }
                at += length;
                bytes.get(at..)?;
                vec![at - length..at]
            }
        });
    }
    (le16(bytes, at)? == 0).then_some((values, at + 2))
}

/// Where the rows begin behind the columns: at the first place where a row, or the end of the table, is.
fn first_row(bytes: &[u8], from: usize, columns: &[Column]) -> Option<usize> {
    let fits = |at: usize| match le16(bytes, at)? {
        END => Some(()),
        _ => {
            let (_, next) = row(bytes, at, columns)?;
            // What follows is another row, or the end.
            (le16(bytes, next)? == END || row(bytes, next, columns).is_some()).then_some(())
        }
    };
    (from + 4..bytes.len().min(from + ROWS_WITHIN)).find(|at| bytes[at - 4..*at] == [0; 4] && fits(*at).is_some())
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let mut result = Ok(());
    let (mut at, mut tables, mut rows) = (0, 0u64, 0u64);
    let finder = memmem::Finder::new(b"\nINSERT ");
    while let Some(found) = finder.find(&bytes[at..]) {
        if sink.stopped() {
            return Ok(());
        }
        let start = at + found + 1;
        at = start;
        let Some(statement) = Statement::of(bytes, start) else { continue };
        let described = columns(bytes, &statement).and_then(|(columns, end)| Some((end, first_row(bytes, end, &columns)?, columns)));
        let plain = || plain_columns(bytes, &statement).map(|(columns, first)| (statement.end, first, columns));
        let Some((described, first, columns)) = described.or_else(plain) else {
            sink.note(format!("rows of {} were not found behind its statement", statement.table));
            continue;
        };
        tables += 1;
        let mut out = Rows::new(bytes, &statement.table, columns);
        at = first;
        loop {
            if le16(bytes, at) == Some(END) {
                at += 2;
                break;
            }
            let Some((values, next)) = row(bytes, at, out.columns()) else {
                if bytes.len() - at < 64 << 10 && memmem::find(&bytes[at..], b"\nEXIT\n").is_none() {
                    result = Err(Failure::truncated(at as u64, format!("rows of {} go on behind the end", statement.table)));
                } else {
                    sink.note(format!("a row of {} makes no sense (at byte {at})", statement.table));
                }
                break;
            };
            out.row(values, at..next, sink);
            rows += 1;
            at = next;
            if rows.is_multiple_of(4096) && sink.stopped() {
                return Ok(());
            }
        }
        out.end(sink);
        // What stands between the descriptions and the rows is not known, and left to the scan.
        sink.cover(statement.end as u64..described as u64, Class::Structure);
    }
    sink.note(format!("{rows} rows of {tables} tables"));
    result
}

#[cfg(test)]
mod tests;
