//! Apache Parquet (parquet-format 2.10): a row group per batch, one page per column, values in plain encoding, pages
//! compressed with Zstandard. No column is null; blank text is blank.

use super::{Batch, Counting, LEVEL, Type, Values, packed};
use crate::format::dataset::Thrift;
use crate::report::listing::Listing;
use anyhow::Result;
use std::io::Write;

const MAGIC: &[u8] = b"PAR1";
/// Of the enums of parquet.thrift.
const BOOLEAN: i32 = 0;
const INT64: i32 = 2;
const BYTE_ARRAY: i32 = 6;
const CONVERTED_UTF8: i32 = 0;
const CONVERTED_UINT_64: i32 = 14;
const PLAIN: i32 = 0;
const RLE: i32 = 3;
const ZSTD: i32 = 6;

/// What the footer says of one column of one row group.
struct Chunk {
    offset: u64,
    raw: u64,
    compressed: u64,
}

/// A file while it is written.
pub(super) struct Parquet<'w> {
    listing: &'static Listing,
    sink: Counting<'w>,
    /// Rows and columns of each row group.
    groups: Vec<(u64, Vec<Chunk>)>,
}

impl<'w> Parquet<'w> {
    pub fn new(listing: &'static Listing, sink: &'w mut dyn Write) -> Result<Self> {
        let mut sink = Counting { sink, at: 0 };
        sink.put(MAGIC)?;
        Ok(Self { listing, sink, groups: Vec::new() })
    }

    pub fn batch(&mut self, batch: &Batch) -> Result<()> {
        let sink = &mut self.sink;
        let mut chunks = Vec::with_capacity(batch.columns.len());
        for column in &batch.columns {
            let values = plain(column);
            let page = zstd::bulk::compress(&values, LEVEL)?;
            let header = Thrift::default()
                .i32(1, 0)
                .i32(2, values.len() as i32)
                .i32(3, page.len() as i32)
                .inner(5, Thrift::default().i32(1, batch.rows as i32).i32(2, PLAIN).i32(3, RLE).i32(4, RLE))
                .end();
            let head = header.len() as u64;
            chunks.push(Chunk { offset: sink.at, raw: head + values.len() as u64, compressed: head + page.len() as u64 });
            sink.put(&header)?;
            sink.put(&page)?;
        }
        self.groups.push((batch.rows as u64, chunks));
        Ok(())
    }

    pub fn end(mut self) -> Result<()> {
        let footer = footer(self.listing, &self.groups);
        self.sink.put(&footer)?;
        self.sink.put(&(footer.len() as u32).to_le_bytes())?;
        self.sink.put(MAGIC)
    }
}

/// Values in plain encoding.
fn plain(column: &Values) -> Vec<u8> {
    match column {
        Values::Text(ends, bytes) => {
            let mut out = Vec::with_capacity(bytes.len() + 4 * ends.len());
            let mut start = 0;
            for &end in ends {
                out.extend_from_slice(&(end - start).to_le_bytes());
                out.extend_from_slice(&bytes[start as usize..end as usize]);
                start = end;
            }
            out
        }
        Values::Number(numbers) => numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
        Values::Truth(truths) => packed(truths),
    }
}

fn physical(of: Type) -> i32 {
    match of {
        Type::Text => BYTE_ARRAY,
        Type::Number => INT64,
        Type::Truth => BOOLEAN,
    }
}

fn element(name: &str) -> Thrift {
    let of = Type::of(name);
    let element = Thrift::default().i32(1, physical(of)).i32(3, 0).text(4, name);
    match of {
        Type::Text => element.i32(6, CONVERTED_UTF8).inner(10, Thrift::default().inner(1, Thrift::default())),
        Type::Number => {
            let integer = Thrift::default().i8(1, 64).truth(2, false);
            element.i32(6, CONVERTED_UINT_64).inner(10, Thrift::default().inner(10, integer))
        }
        Type::Truth => element,
    }
}

fn footer(listing: &Listing, groups: &[(u64, Vec<Chunk>)]) -> Vec<u8> {
    let root = Thrift::default().text(4, "schema").i32(5, listing.columns.len() as i32);
    let schema: Vec<Thrift> = std::iter::once(root).chain(listing.columns.iter().map(|name| element(name))).collect();
    let group = |(rows, chunks): &(u64, Vec<Chunk>)| {
        let columns: Vec<Thrift> = listing.columns.iter().zip(chunks).map(|(name, chunk)| described(name, *rows, chunk)).collect();
        let raw = chunks.iter().map(|chunk| chunk.raw).sum();
        Thrift::default().structs(1, columns.into_iter()).i64(2, raw).i64(3, *rows)
    };
    Thrift::default()
        .i32(1, 1)
        .structs(2, schema.into_iter())
        .i64(3, groups.iter().map(|(rows, _)| rows).sum())
        .structs(4, groups.iter().map(group))
        .text(6, concat!("ruleout version ", env!("CARGO_PKG_VERSION")))
        .end()
}

fn described(name: &str, rows: u64, chunk: &Chunk) -> Thrift {
    let column = Thrift::default()
        .i32(1, physical(Type::of(name)))
        .i32s(2, &[PLAIN])
        .texts(3, &[name])
        .i32(4, ZSTD)
        .i64(5, rows)
        .i64(6, chunk.raw)
        .i64(7, chunk.compressed)
        .i64(9, chunk.offset);
    Thrift::default().i64(2, chunk.offset).inner(3, column)
}
