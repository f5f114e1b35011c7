//! Apache Parquet (parquet-format 2.11): a footer with the schema, and row groups in which each column stands by itself.
//! The columns of a group are read side by side, so that its rows are rows again. Whatever is in no page (bytes between
//! them, indexes that are not sound) stays uncovered and is scanned.

use super::beside::Beside;
use super::parquet_column::Column;
use super::parquet_schema::{Leaf, leaves};
use super::thrift::Value;
use crate::format::container::Codec;
use crate::format::database::value;
use crate::format::grid::Grid;
use crate::format::numbers::le32;
use crate::format::text::base64::Decoder;
use crate::format::text::embedded;

use crate::format::{At, Failure, Format, PassageKind, Probe, Runs, Sink, Suspicion, runs_of, scan_with, signature};
use crate::model::{Cause, Class};
use std::cell::Cell;
use std::io::Read;
use std::ops::Range;

/// A file in columns.
pub static PARQUET: Format = Format {
    name: "parquet",
    media_type: "application/vnd.apache.parquet",
    recognise: |probe: &Probe<'_>| match probe.head {
        // A page's header, or that of the footer, begins with the field that says its kind.
        [b'P', b'A', b'R', b'1', first, ..] => *first == 0x15 || probe.bytes.ends_with(MAGIC),
        head => head.starts_with(LOCKED) && probe.bytes.ends_with(LOCKED),
    },
    read,
    runs: Runs::Fenced,
    // Files that were known by their signature alone were recorded with lower versions, and are read again.
    version: 7,
    limitations: &[
        "values of lists and maps stand in one cell, joined; a person in a list is not counted by itself",
        "a file without its footer is a gap; so are encrypted footers and columns, LZO, and levels as Parquet 1.0 packed them",
        "once a page of a list cannot be read, the rest of its column in the row group cannot either",
    ],
};

const MAGIC: &[u8; 4] = b"PAR1";
const LOCKED: &[u8; 4] = b"PARE";
/// Decoded pages of all columns of a group take so much together, and twice the file.
const MOST_HELD: usize = 512 << 20;
/// Arrow's own schema, written in base64.
const ARROW: &[u8] = b"ARROW:schema";
/// Filters are no larger.
const LARGEST_FILTER: usize = 128 << 20;

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let all = 0..bytes.len() as u64;
    let mut unread = |cause: Cause, detail: &str| {
        signature::unread(bytes, all.clone(), cause, detail.to_owned(), sink);
        Ok(())
    };
    if bytes.starts_with(LOCKED) {
        return unread(Cause::Encrypted, "the footer is encrypted");
    }
    if !bytes.ends_with(MAGIC) || bytes.len() < 12 {
        return unread(Cause::Truncated, "the footer is missing");
    }
    let end = bytes.len() - 8;
    let start = le32(bytes, end).and_then(|length| end.checked_sub(length as usize)).filter(|start| *start >= 4);
    let Some(start) = start else { return unread(Cause::Corrupt, "the footer has no place in the file") };
    // Behind the footer of a file with encrypted columns its signature stands.
    let Some((footer, length)) = Value::parse(&bytes[start..end]) else { return unread(Cause::Corrupt, "the footer is not sound") };
    let leaves = match leaves(footer.list(2)) {
        Ok(leaves) => leaves,
        Err(words) => return unread(Cause::Corrupt, &format!("the schema: {words}")),
    };
    sink.cover(0..4, Class::Structure);
    sink.cover(start as u64..(start + length) as u64, Class::Structure);
    let is_signed = footer.field(8).is_some() && end - start - length == 28;
    sink.cover((if is_signed { start + length } else { end }) as u64..bytes.len() as u64, Class::Structure);
    let mut beside = Beside::default();
    remarks(&footer, start as u64, &mut beside, sink);
    let header = leaves.iter().map(|leaf| leaf.name.clone()).collect();
    let mut grid = Grid::headed("", header, 4);
    let mut rows = 0;
    let mut file =
        File { bytes, end: start, leaves: &leaves, beside, budget: Cell::new(MOST_HELD.saturating_add(bytes.len().saturating_mul(2))) };
    for group in footer.list(4) {
        rows = file.group(group, rows, &mut grid, sink);
    }
    let stated = footer.number(3).unwrap_or(0);
    grid.end(sink);
    file.beside.end(sink);
    if u64::try_from(stated) != Ok(rows) && sink.gaps.is_empty() && !sink.stopped() {
        sink.gap(start as u64..start as u64, Cause::Corrupt, format!("the footer states {stated} rows, and its groups have {rows}"));
    }
    Ok(())
}

/// What programs have remarked in the footer; it is text as all that stands beside the rows.
fn remarks<'a>(footer: &Value<'a>, at: u64, beside: &mut Beside<'a>, sink: &mut Sink<'_>) {
    for remark in footer.list(5) {
        let (Some(key), Some(text)) = (remark.bytes(1), remark.bytes(2)) else { continue };
        if key == ARROW
            && let Some(schema) = arrow_schema(text)
        {
            beside.leave(text);
            sink.kind(PassageKind::Strings);
            sink.text(&runs_of(&schema), At::Decoded(at));
            sink.kind(PassageKind::Prose);
        } else {
            embedded::read_value(&value::text(text), at, sink);
        }
    }
    beside.take(footer, at);
}

/// The message that base64 holds, if that is what it is: a mark and the length of what follows, as Arrow's messages begin.
fn arrow_schema(text: &[u8]) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    // Memory does not fail to be read.
    let _ = Decoder::new(text).read_to_end(&mut message);
    let length = le32(&message, 4).filter(|_| message.starts_with(&[0xFF; 4]))? as usize;
    let is_base64 = text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte));
    (is_base64 && (8 + length..8 + length + 8).contains(&message.len())).then_some(message)
}

fn codec(number: i64) -> Option<Codec> {
    Some(match number {
        0 => Codec::Stored,
        1 => Codec::Snappy,
        2 => Codec::Gzip,
        4 => Codec::Brotli,
        5 => Codec::Lz4Hadoop,
        6 => Codec::Zstandard,
        7 => Codec::Lz4,
        _ => return None,
    })
}

struct File<'a, 'b> {
    bytes: &'a [u8],
    /// Where the footer begins.
    end: usize,
    leaves: &'b [Leaf],
    beside: Beside<'a>,
    budget: Cell<usize>,
}

impl<'a> File<'a, '_> {
    /// Reads a row group and gives the number of rows so far.
    fn group(&mut self, group: &Value<'a>, before: u64, grid: &mut Grid, sink: &mut Sink<'_>) -> u64 {
        let footer = self.end as u64;
        let chunks = group.list(1);
        let stated = group.number(3).and_then(|rows| u64::try_from(rows).ok());
        let Some(stated) = stated.filter(|_| chunks.len() == self.leaves.len()) else {
            sink.gap(footer..footer, Cause::Corrupt, "a row group has other columns than the schema, or no number of rows");
            return before;
        };
        // A file of a footer alone (`_metadata`) speaks of the files beside it; their names are text as all of the footer.
        if self.end == MAGIC.len() && chunks.iter().all(is_elsewhere) {
            return before.saturating_add(stated);
        }
        let mut columns: Vec<Option<Column<'a, '_>>> = Vec::with_capacity(chunks.len());
        for (number, (chunk, leaf)) in chunks.iter().zip(self.leaves).enumerate() {
            let place = match self.chunk(chunk) {
                Ok(place) => place,
                Err((range, cause, words)) => {
                    let range = range.unwrap_or(self.end..self.end);
                    let detail = format!("column {:?}: {words}", leaf.name);
                    signature::unread(self.bytes, range.start as u64..range.end as u64, cause, detail, sink);
                    columns.push(None);
                    continue;
                }
            };
            indexes(self.bytes, self.end, chunk, &mut self.beside, sink);
            let codec = chunk.field(3).and_then(|chunk| chunk.number(4)).and_then(codec);
            columns.push(Some(Column::new(self.bytes, place, leaf, number, codec, &self.budget)));
        }
        let mut is_short = vec![false; columns.len()];
        let mut rows = 0;
        while rows < stated && !(rows.is_multiple_of(1024) && sink.stopped()) {
            let at = columns.iter().flatten().next().map_or(footer, Column::place);
            let mut cells = vec![String::new(); columns.len()];
            let mut is_row = false;
            for ((column, cell), is_short) in columns.iter_mut().zip(&mut cells).zip(&mut is_short) {
                let Some(column) = column else { continue };
                let has_more = column.row(before + rows, cell, &mut self.beside, sink);
                *is_short |= !has_more;
                is_row |= has_more;
            }
            // No column has a row more, whatever the group states.
            if !is_row {
                break;
            }
            rows += 1;
            cells.iter().filter(|cell| !cell.is_empty()).for_each(|cell| self.beside.show(cell));
            grid.row_at(cells, at, sink);
        }
        for (column, is_short) in columns.into_iter().zip(is_short) {
            if let Some(column) = column {
                column.end(is_short, &mut self.beside, sink);
            }
        }
        before + rows
    }

    /// Where the pages of a column stand, or why they are not read.
    #[expect(clippy::type_complexity, reason = "the parts of a gap")]
    fn chunk(&self, chunk: &Value<'a>) -> Result<Range<usize>, (Option<Range<usize>>, Cause, &'static str)> {
        let known = chunk.field(3).and_then(|chunk| {
            let data = chunk.size(9)?;
            // Some write 0 where there is no dictionary.
            let start = chunk.size(11).filter(|start| (4..data).contains(start)).unwrap_or(data);
            let end = start.checked_add(chunk.size(7)?)?;
            (start >= 4 && end <= self.end).then_some(start..end)
        });
        if chunk.field(8).is_some() {
            return Err((known, Cause::Encrypted, "it is encrypted"));
        }
        if is_elsewhere(chunk) {
            return Err((None, Cause::UnsupportedMethod, "its pages are in another file"));
        }
        known.ok_or((None, Cause::Corrupt, "its pages have no place in the file"))
    }
}

/// Do the pages of a column stand in another file?
fn is_elsewhere(chunk: &Value<'_>) -> bool {
    chunk.bytes(1).is_some_and(|file| !file.is_empty())
}

/// Indexes of pages repeat the smallest and largest values; filters are bits.
fn indexes<'a>(bytes: &'a [u8], footer: usize, chunk: &Value<'a>, beside: &mut Beside<'a>, sink: &mut Sink<'_>) {
    for (place, length) in [(4, 5), (6, 7)] {
        let Some((start, length)) = chunk.size(place).zip(chunk.size(length)) else { continue };
        let index = bytes.get(start..).and_then(|rest| rest.get(..length));
        if let Some((index, end)) = index.and_then(Value::parse).filter(|(_, end)| *end == length) {
            beside.take(&index, start as u64);
            sink.cover(start as u64..(start + end) as u64, Class::Structure);
        }
    }
    let filter = chunk.field(3).and_then(|chunk| chunk.size(14)).filter(|start| *start >= 4 && *start < footer);
    if let Some(start) = filter
        && let Some((head, length)) = Value::parse(&bytes[start..footer])
        && let Some(bits) = filter_bits(&head, start + length).filter(|bits| bits.end <= footer)
    {
        sink.cover(start as u64..bits.start as u64, Class::Structure);
        // Bits look like noise, and are none; what else stands there is searched.
        scan_with(bytes, bits.start as u64..bits.end as u64, sink, Suspicion { least: usize::MAX, ..Suspicion::default() });
        sink.kind(PassageKind::Prose);
    }
}

/// Where the bits of a filter stand, if its header is that of one (BloomFilter.md): blocks of 32 bytes, hashed by XXH64,
/// not compressed.
fn filter_bits(head: &Value<'_>, start: usize) -> Option<Range<usize>> {
    let size = head.size(1).filter(|size| (32..=LARGEST_FILTER).contains(size) && size.is_multiple_of(32))?;
    let is_known =
        |kind: i16| head.field(kind).is_some_and(|kind| matches!(kind.field(1), Some(Value::Struct(fields)) if fields.is_empty()));
    (2..=4).all(is_known).then_some(start..start.checked_add(size)?)
}
