//! SQL Server: backups in the Microsoft Tape Format, and data files. Both hold the same pages.

mod catalogue;
mod cells;
mod compressed;
mod large;
mod page;
mod record;
mod row;
mod scsu;
mod survey;
mod tape;
mod value;
mod walk;

use crate::format::{Failure, Format, Probe, Runs, Sink, signature};
use crate::model::Cause;
use page::{Header, Kind, SIZE};
use tape::{Block, Stream};

const LIMITATIONS: &[&str] = &[
    "rows of tables that the catalogue does not describe have columns without names, and numbers in them are not seen",
    "indexes beside their table, allocation maps and the transaction log are searched as they stand",
    "tables stored by column or in memory are not decoded",
    "checksums of pages are not compared",
    "text in code pages without a number in the collation is read as windows-1252",
];

/// A backup of SQL Server, or another tape in its format.
pub static BACKUP: Format = Format {
    name: "mtf",
    media_type: "application/x-mtf",
    recognise: |probe| probe.head.starts_with(b"TAPE") && probe.head.get(20..28) == Some(&[0; 8]),
    read: read_backup,
    runs: Runs::Inside,
    version: 3,
    limitations: LIMITATIONS,
};

/// A data file of SQL Server.
pub static DATA_FILE: Format = Format {
    name: "sql_server_data",
    media_type: "application/x-mssql-mdf",
    recognise: is_data_file,
    read: |bytes, sink| {
        let found = walk::read(bytes, &[0..bytes.len()], sink);
        sink.note(told(&found));
        whole_pages(bytes)
    },
    runs: Runs::Inside,
    version: 2,
    limitations: LIMITATIONS,
};

/// A backup that SQL Server compressed, and perhaps encrypted.
pub static COMPRESSED: Format = Format {
    name: "mssqlbak",
    media_type: "application/x-mssql-backup",
    recognise: |probe| probe.head.starts_with(b"MSSQLBAK"),
    read: |bytes, sink| {
        let detail = "a backup that SQL Server compressed, and perhaps encrypted (MSSQLBAK), which is not decoded";
        signature::unread(bytes, 0..bytes.len() as u64, Cause::UnsupportedMethod, detail.to_owned(), sink);
        Ok(())
    },
    runs: Runs::Inside,
    version: 1,
    limitations: &["nothing of it is decoded; `BACKUP ... WITH NO_COMPRESSION` of the restored database can be read"],
};

/// A log file begins with a page about itself as a data file does, and goes on with a virtual log file.
pub(super) fn is_log_file(probe: &Probe<'_>) -> bool {
    let first = probe.bytes.get(..SIZE).and_then(Header::of);
    probe.head.starts_with(&[1, 15]) && first.is_some_and(|first| first.place.page == 0) && probe.bytes.get(SIZE) == Some(&0xAB)
}

/// A data file begins with a page about itself, page zero, and goes on with page one.
fn is_data_file(probe: &Probe<'_>) -> bool {
    let page = |n: usize| {
        let page = probe.bytes.get(n * SIZE..(n + 1) * SIZE)?;
        Header::of(page).filter(|header| header.place.page as usize == n && (n > 0 || page[1] == 15))
    };
    page(0).is_some_and(|first| first.kind == Kind::Other && page(1).is_some_and(|second| second.place.file == first.place.file))
}

fn whole_pages(bytes: &[u8]) -> Result<(), Failure> {
    match bytes.len() % SIZE {
        0 => Ok(()),
        left => Err(Failure::truncated((bytes.len() - left) as u64, "the last page is not whole")),
    }
}

fn told(found: &walk::Outcome) -> String {
    let names = if found.has_names { "" } else { "; the catalogue is not in this file, so that tables and columns have no names" };
    format!("{} rows of {} tables on {} pages{names}", found.rows, found.tables, found.pages)
}

fn read_backup(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let blocks = tape::blocks(bytes, &|| sink.stopped());
    let mut result = Ok(());
    for block in &blocks {
        for stream in &block.streams {
            result = read_stream(bytes, block, stream, sink).and(result);
        }
    }
    let is_sql = |block: &&Block<'_>| block.streams.iter().any(|stream| &stream.kind == b"MQDA" || &stream.kind == b"MQCI");
    if blocks.iter().find(is_sql).is_none() {
        return result;
    }
    // Several sets may follow one another, each with a catalogue of its own.
    let starts: Vec<usize> = (0..blocks.len()).filter(|i| &blocks[*i].kind == b"SSET").collect();
    let first = starts.first().map_or(0, |first| blocks[*first].at);
    if starts.is_empty() {
        read_set(bytes, first..bytes.len(), None, &blocks, sink);
    }
    for (i, &start) in starts.iter().enumerate() {
        let next = starts.get(i + 1).copied();
        let end = next.map_or(bytes.len(), |next| blocks[next].at);
        read_set(bytes, blocks[start].at..end, Some(&blocks[start]), &blocks[start..next.unwrap_or(blocks.len())], sink);
    }
    result
}

/// A stream that holds a file, or that cannot be read.
fn read_stream(bytes: &[u8], block: &Block<'_>, stream: &Stream, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let kind = String::from_utf8_lossy(&stream.kind).into_owned();
    let held = stream.data.start.min(bytes.len())..stream.data.end.min(bytes.len());
    let range = held.start as u64..held.end as u64;
    let locked = stream.is_encrypted || block.word(4) & 2 != 0;
    if !matches!(&stream.kind, b"SPAD" | b"APAD") && (locked || stream.is_compressed) {
        let (cause, how) = if locked { (Cause::Encrypted, "encrypted") } else { (Cause::UnsupportedMethod, "compressed") };
        sink.gap(range, cause, format!("the stream {kind} is {how} by the program that wrote the tape"));
    } else if &stream.kind == b"STAN" && matches!(&block.kind, b"FILE" | b"IMAG") {
        // The name stands in the block; one that is too long for it is a stream of its own.
        let name = Some(block.text(88)).filter(|name| !name.is_empty()).unwrap_or_else(|| format!("file at {}", block.at));
        sink.member(name.as_bytes(), range, &mut &bytes[held]);
    }
    if stream.data.end > bytes.len() {
        return Err(Failure::truncated(bytes.len() as u64, format!("the stream {kind} goes on behind the end")));
    }
    Ok(())
}

fn read_set(bytes: &[u8], range: std::ops::Range<usize>, set: Option<&Block<'_>>, blocks: &[Block<'_>], sink: &mut Sink<'_>) {
    let what = match set.map(|set| set.word(52)) {
        Some(kind) if kind & 0x8 != 0 => "differential backup",
        Some(kind) if kind & 0x10 != 0 => "backup of the transaction log",
        Some(kind) if kind & 0x6 != 0 => "full backup",
        _ => "backup",
    };
    let media = blocks.iter().find(|block| &block.kind == b"TAPE").map_or(0, |tape| tape.half(60));
    let stripe = if media > 1 { format!(", medium {media} of its family") } else { String::new() };
    let written = set.and_then(|set| set.date(88)).map(|date| format!(" of {date}")).unwrap_or_default();
    let found = walk::read(bytes, &[range], sink);
    let log = blocks.iter().any(|block| &block.kind == b"MSTL");
    let log = if log { "; the transaction log in it is searched as it stands" } else { "" };
    sink.note(format!("SQL Server {what}{written}{stripe}: {}{log}", told(&found)));
}

#[cfg(test)]
mod tests;
