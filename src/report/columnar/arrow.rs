//! Apache Arrow IPC files (Arrow Columnar Format 1.4, "IPC File Format"; Feather version 2): a record batch per batch, its
//! buffers compressed with Zstandard. No column is null; blank text is blank.

use super::flatbuffer::{Buffer, Field, Reference};
use super::{Batch, Counting, LEVEL, Type, Values, packed};
use crate::report::listing::Listing;
use anyhow::Result;
use std::io::Write;

const MAGIC: &[u8] = b"ARROW1";
/// Metadata version 5.
const VERSION: Field = Field::Short(4);
/// Of the unions of Message.fbs and Schema.fbs.
const SCHEMA: u8 = 1;
const RECORD_BATCH: u8 = 3;
const INT: u8 = 2;
const UTF8: u8 = 5;
const BOOL: u8 = 6;
const ZSTD: u8 = 1;

/// Where a record batch stands: offset, length of its metadata, length of its body.
type Block = [i64; 3];

/// A file while it is written.
pub(super) struct Arrow<'w> {
    listing: &'static Listing,
    sink: Counting<'w>,
    blocks: Vec<Block>,
}

impl<'w> Arrow<'w> {
    pub fn new(listing: &'static Listing, sink: &'w mut dyn Write) -> Result<Self> {
        let mut sink = Counting { sink, at: 0 };
        sink.put(MAGIC)?;
        sink.put(&[0; 2])?;
        let (mut buffer, root) = Buffer::new();
        let header = message(&mut buffer, root, SCHEMA, 0);
        schema(&mut buffer, header, listing);
        put_message(&mut sink, buffer, &[])?;
        Ok(Self { listing, sink, blocks: Vec::new() })
    }

    pub fn batch(&mut self, batch: &Batch) -> Result<()> {
        let (body, places) = body(batch)?;
        let (mut buffer, root) = Buffer::new();
        let header = message(&mut buffer, root, RECORD_BATCH, body.len() as i64);
        record_batch(&mut buffer, header, batch, &places);
        self.blocks.push(put_message(&mut self.sink, buffer, &body)?);
        Ok(())
    }

    pub fn end(mut self) -> Result<()> {
        // The end of the stream.
        self.sink.put(&[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])?;
        let (mut buffer, root) = Buffer::new();
        let [to_schema, dictionaries, records] = buffer.table(root, &[VERSION, Field::Reference, Field::Reference, Field::Reference])[..]
        else {
            unreachable!("as many as were asked for")
        };
        schema(&mut buffer, to_schema, self.listing);
        buffer.structs::<3>(dictionaries, &[]);
        buffer.structs(records, &self.blocks);
        let footer = buffer.end();
        self.sink.put(&footer)?;
        self.sink.put(&(footer.len() as i32).to_le_bytes())?;
        self.sink.put(MAGIC)
    }
}

/// A message of a kind; gives the reference to its header.
fn message(buffer: &mut Buffer, root: Reference, kind: u8, body: i64) -> Reference {
    buffer.table(root, &[VERSION, Field::Byte(kind), Field::Reference, Field::Long(body)])[0]
}

/// Writes a message with its prefix and body, and says where it stands.
fn put_message(sink: &mut Counting<'_>, buffer: Buffer, body: &[u8]) -> Result<Block> {
    let (at, metadata) = (sink.at, buffer.end());
    sink.put(&[0xff; 4])?;
    sink.put(&(metadata.len() as i32).to_le_bytes())?;
    sink.put(&metadata)?;
    sink.put(body)?;
    // The length of metadata in a block is an int, and four bytes of nothing.
    Ok([at as i64, metadata.len() as i64 + 8, body.len() as i64])
}

fn schema(buffer: &mut Buffer, from: Reference, listing: &Listing) {
    let fields = buffer.table(from, &[Field::Short(0), Field::Reference])[0];
    let places = buffer.references(fields, listing.columns.len());
    for (place, name) in places.into_iter().zip(listing.columns) {
        let of = Type::of(name);
        let kind = match of {
            Type::Text => UTF8,
            Type::Number => INT,
            Type::Truth => BOOL,
        };
        let field = [Field::Reference, Field::Byte(0), Field::Byte(kind), Field::Reference, Field::Absent, Field::Reference];
        let references = buffer.table(place, &field);
        buffer.text(references[0], name);
        match of {
            Type::Text | Type::Truth => buffer.table(references[1], &[]),
            Type::Number => buffer.table(references[1], &[Field::Int(64), Field::Byte(0)]),
        };
        buffer.references(references[2], 0);
    }
}

fn record_batch(buffer: &mut Buffer, from: Reference, batch: &Batch, places: &[[i64; 2]]) {
    let rows = batch.rows as i64;
    let references = buffer.table(from, &[Field::Long(rows), Field::Reference, Field::Reference, Field::Reference]);
    buffer.structs(references[0], &vec![[rows, 0]; batch.columns.len()]);
    buffer.structs(references[1], places);
    buffer.table(references[2], &[Field::Byte(ZSTD), Field::Byte(0)]);
}

/// The buffers of a batch, and where each stands: of every column its validity, which is empty, and its values.
fn body(batch: &Batch) -> Result<(Vec<u8>, Vec<[i64; 2]>)> {
    let (mut body, mut places) = (Vec::new(), Vec::new());
    for column in &batch.columns {
        places.push([body.len() as i64, 0]);
        let buffers = match column {
            Values::Text(ends, bytes) => {
                let offsets = std::iter::once(&0).chain(ends).flat_map(|end| (*end as i32).to_le_bytes()).collect();
                vec![offsets, bytes.clone()]
            }
            Values::Number(numbers) => vec![numbers.iter().flat_map(|number| number.to_le_bytes()).collect()],
            Values::Truth(truths) => vec![packed(truths)],
        };
        for values in &buffers {
            let at = body.len();
            if !values.is_empty() {
                body.extend_from_slice(&(values.len() as i64).to_le_bytes());
                body.extend_from_slice(&zstd::bulk::compress(values, LEVEL)?);
            }
            places.push([at as i64, (body.len() - at) as i64]);
            body.resize(body.len().next_multiple_of(8), 0);
        }
    }
    Ok((body, places))
}
