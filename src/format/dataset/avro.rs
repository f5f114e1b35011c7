//! Avro object container files (Specification 1.12, "Object Container Files"): a header with the schema, and blocks of
//! records, each compressed by itself and ended by the file's marker. A block that is not sound is a gap, and reading
//! goes on behind the next marker.

use super::avro_schema::Schema;
use super::avro_value::{Bytes, Records};
use crate::format::container::Codec;
use crate::format::database::value;
use crate::format::grid::Grid;
use crate::format::{At, Failure, Format, PassageKind, Runs, Sink, signature};
use crate::model::{Cause, Class};
use memchr::memmem;
use std::ops::Range;

/// A container file.
pub static AVRO: Format = Format {
    name: "avro",
    media_type: "application/avro",
    recognise: |probe| probe.head.starts_with(MAGIC),
    read,
    runs: Runs::Fenced,
    // Files that were known by their signature alone were recorded with lower versions, and are read again.
    version: 6,
    limitations: &[
        "values of lists and maps stand in one cell, joined; a person in a list is not counted by itself",
        "single records without a container file are text or binary by their looks",
    ],
};

const MAGIC: &[u8] = b"Obj\x01";
/// Bytes of the marker behind each block.
const MARKER: usize = 16;
/// Larger schemas are none.
const LONGEST_SCHEMA: usize = 16 << 20;
/// A block decodes to so much at most.
const MOST_BLOCK: usize = 256 << 20;

/// What stands before the blocks.
struct Header<'a> {
    schema: &'a [u8],
    codec: &'a [u8],
    /// What else is said of the file, and where.
    remarks: Vec<(&'a [u8], usize)>,
    marker: [u8; MARKER],
    end: usize,
}

impl<'a> Header<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut at = Bytes::of(bytes);
        at.take(MAGIC.len())?;
        let mut header = Self { schema: b"", codec: b"null", remarks: Vec::new(), marker: [0; MARKER], end: 0 };
        loop {
            let count = at.entries()?;
            if count == 0 {
                break;
            }
            for _ in 0..count {
                let (key, value) = (at.sized()?, at.sized()?);
                let before = match key {
                    b"avro.schema" => std::mem::replace(&mut header.schema, value),
                    b"avro.codec" => std::mem::replace(&mut header.codec, value),
                    _ => {
                        header.remarks.push((key, at.at()));
                        value
                    }
                };
                // Of what stands there twice the last one counts; the others are text as all that is said.
                header.remarks.push((before, at.at()));
            }
        }
        header.marker = *at.take(MARKER)?.first_chunk()?;
        header.end = at.at();
        Some(header)
    }

    fn codec(&self) -> Option<Codec> {
        Some(match self.codec {
            b"null" | b"" => Codec::Stored,
            b"deflate" => Codec::Deflate,
            b"snappy" => Codec::SnappyChecked,
            b"zstandard" => Codec::Zstandard,
            b"bzip2" => Codec::Bzip2,
            b"xz" => Codec::Xz,
            _ => return None,
        })
    }
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let len = bytes.len() as u64;
    let unread = |cause: Cause, detail: String, from: usize, sink: &mut Sink<'_>| {
        signature::unread(bytes, from as u64..len, cause, detail, sink);
        Ok(())
    };
    let Some(header) = Header::parse(bytes) else {
        return unread(Cause::Truncated, "the header is cut off or damaged".to_owned(), 0, sink);
    };
    let parsed = match header.schema.len() {
        length if length > LONGEST_SCHEMA => Err(format!("{length} bytes")),
        _ => Schema::parse(header.schema),
    };
    let (schema, root) = match parsed {
        Ok(parsed) => parsed,
        Err(words) => return unread(Cause::Corrupt, format!("the schema is not sound: {words}"), 0, sink),
    };
    // What names and remarks say is searched like all text.
    let schema_at = memmem::find(bytes, header.schema).unwrap_or(0);
    for (text, at) in header.remarks.iter().copied().filter(|(text, _)| !text.is_empty()).chain([(header.schema, schema_at)]) {
        sink.text(&value::text(text), At::Decoded(at as u64));
        sink.border();
    }
    sink.cover(0..header.end as u64, Class::Structure);
    let Some(codec) = header.codec() else {
        let detail = format!("blocks are compressed by {:?}, which is not decoded", value::text(header.codec));
        return unread(Cause::UnsupportedMethod, detail, header.end, sink);
    };
    let (columns, slot) = schema.columns(root);
    let name = schema.name(root).unwrap_or_default();
    let width = columns.len();
    let records = Records { schema: &schema, root, slot: &slot, width };
    let mut file = Blocks { bytes, marker: header.marker, codec, records, grid: Grid::headed(&name, columns, 0), rows: 0 };
    let mut at = header.end;
    while at < bytes.len() && !sink.stopped() {
        at = match file.block(at, sink) {
            Ok(end) => end,
            Err(broken) => file.skip(at, broken, sink),
        };
    }
    file.grid.end(sink);
    Ok(())
}

struct Blocks<'a, 's> {
    bytes: &'a [u8],
    marker: [u8; MARKER],
    codec: Codec,
    records: Records<'s>,
    grid: Grid,
    rows: u64,
}

impl Blocks<'_, '_> {
    /// Reads the block at a place and gives the next one's; or why it cannot be read.
    fn block(&mut self, start: usize, sink: &mut Sink<'_>) -> Result<usize, (Cause, String)> {
        let mut head = Bytes::of(&self.bytes[start..]);
        let sizes = head.long().zip(head.long()).and_then(|(count, size)| Some((u64::try_from(count).ok()?, usize::try_from(size).ok()?)));
        let (count, size) = sizes.ok_or((Cause::Corrupt, "no sizes of a block".to_owned()))?;
        let first = start + head.at();
        let data = head.take(size).ok_or((Cause::Truncated, "a block is cut off".to_owned()))?;
        let marker = head.take(MARKER).ok_or((Cause::Truncated, "a block is cut off".to_owned()))?;
        if marker != self.marker {
            return Err((Cause::Corrupt, "the marker behind a block is another one".to_owned()));
        }
        let end = start + head.at();
        let place = start as u64..end as u64;
        let decoded = self.codec.decode(data, MOST_BLOCK).map_err(|(cause, words)| (cause, format!("a block is not decoded: {words}")))?;
        self.rows(&decoded, count, first as u64..(first + size) as u64, sink).map_err(|(cause, words)| (cause, words.to_owned()))?;
        sink.cover(place, Class::Read);
        Ok(end)
    }

    fn rows(&mut self, decoded: &[u8], count: u64, data: Range<u64>, sink: &mut Sink<'_>) -> Result<(), (Cause, &'static str)> {
        let mut bytes = Bytes::of(decoded);
        for _ in 0..count {
            let before = bytes.at();
            let (row, result) = self.records.next(&mut bytes, data.clone(), self.rows, sink);
            self.rows += 1;
            self.grid.row_at(row, data.start, sink);
            result?;
            // Records that take no bytes are all the same, however many there are said to be.
            if bytes.at() == before || self.rows.is_multiple_of(4096) && sink.stopped() {
                break;
            }
        }
        match bytes.is_done() || sink.stopped() {
            true => Ok(()),
            false => Err((Cause::Corrupt, "a block has more than its records")),
        }
    }

    /// Makes a gap of a block that cannot be read; the next one begins behind the next marker.
    fn skip(&mut self, start: usize, (cause, detail): (Cause, String), sink: &mut Sink<'_>) -> usize {
        let next = memmem::find(&self.bytes[start..], &self.marker).map(|place| start + place + MARKER);
        let end = next.unwrap_or(self.bytes.len());
        // A size that is wrong shows by a marker that comes sooner.
        let cause = if next.is_some() && cause == Cause::Truncated { Cause::Corrupt } else { cause };
        signature::unread(self.bytes, start as u64..end as u64, cause, detail, sink);
        sink.kind(PassageKind::Prose);
        end
    }
}
