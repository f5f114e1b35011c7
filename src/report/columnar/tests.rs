//! What is written, read back by readers of these tests: they know the formats and nothing of the writers.

use super::{BATCH_ROWS, Columns};
use crate::report::Outcome;
use crate::report::listing::{Listing, Push, Weight};
use crate::report::testing::with_outcome;
use std::collections::BTreeMap;

/// Rows of more than one batch.
const ROWS: u64 = BATCH_ROWS as u64 + 1_234;

static LISTING: Listing = Listing { columns: &["item", "count", "depends"], rows };
static NOTHING: Listing = Listing { columns: &["item", "count", "depends"], rows: |_, _| Ok(()) };

fn text(n: u64) -> String {
    match n % 3 {
        0 => String::new(),
        1 => format!("={n} \u{f6}"),
        _ => format!("ev/a b/{n}.csv"),
    }
}

fn rows(_: &Outcome<'_>, push: &mut Push<'_>) -> anyhow::Result<()> {
    (0..ROWS).try_for_each(|n| push(Weight::Decides, &[text(n).into(), (u64::MAX - n).into(), (n % 5 == 0).into()]))
}

type Row = (String, u64, bool);

fn expected() -> Vec<Row> {
    (0..ROWS).map(|n| (text(n), u64::MAX - n, n % 5 == 0)).collect()
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

fn truth(bytes: &[u8], n: usize) -> bool {
    bytes[n / 8] >> (n % 8) & 1 == 1
}

/// A value of Thrift's compact protocol.
#[derive(Debug)]
enum Value {
    Int(i64),
    Text(String),
    List(Vec<Value>),
    Struct(BTreeMap<i64, Value>),
}

impl Value {
    fn int(&self) -> i64 {
        if let Self::Int(int) = self { *int } else { panic!("{self:?}") }
    }

    fn list(&self) -> &[Value] {
        if let Self::List(list) = self { list } else { panic!("{self:?}") }
    }

    fn text(&self) -> &str {
        if let Self::Text(text) = self { text } else { panic!("{self:?}") }
    }

    fn field(&self, id: i64) -> &Value {
        if let Self::Struct(fields) = self { &fields[&id] } else { panic!("{self:?}") }
    }
}

struct Thrift<'b>(&'b [u8], usize);

impl Thrift<'_> {
    fn byte(&mut self) -> u8 {
        self.1 += 1;
        self.0[self.1 - 1]
    }

    fn varint(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return value;
            }
        }
    }

    fn value(&mut self, kind: u8) -> Value {
        match kind {
            1 | 2 => Value::Int(i64::from(kind == 1)),
            3 => Value::Int(i64::from(self.byte())),
            5 | 6 => {
                let raw = self.varint();
                Value::Int((raw >> 1) as i64 ^ -((raw & 1) as i64))
            }
            8 => {
                let len = self.varint() as usize;
                self.1 += len;
                Value::Text(String::from_utf8(self.0[self.1 - len..self.1].to_vec()).unwrap())
            }
            9 => {
                let head = self.byte();
                let len = if head >> 4 == 15 { self.varint() } else { u64::from(head >> 4) };
                Value::List((0..len).map(|_| self.value(head & 15)).collect())
            }
            12 => {
                let (mut fields, mut id) = (BTreeMap::new(), 0);
                loop {
                    let head = self.byte();
                    if head == 0 {
                        return Value::Struct(fields);
                    }
                    assert!(head >> 4 > 0, "ids rise by less than sixteen");
                    id += i64::from(head >> 4);
                    let value = self.value(head & 15);
                    fields.insert(id, value);
                }
            }
            other => panic!("type {other}"),
        }
    }
}

/// The rows of a Parquet file of these three columns.
fn read_parquet(bytes: &[u8]) -> (Vec<String>, Vec<Row>) {
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    let footer = bytes.len() - 8 - u32_at(bytes, bytes.len() - 8);
    let file = Thrift(bytes, footer).value(12);
    let schema = file.field(2).list();
    let names = schema[1..].iter().map(|element| element.field(4).text().to_owned()).collect();
    assert_eq!(schema[1..].iter().map(|element| element.field(1).int()).collect::<Vec<_>>(), [6, 2, 0]);
    let mut rows = Vec::new();
    for group in file.field(4).list() {
        let pages: Vec<Vec<u8>> = group
            .field(1)
            .list()
            .iter()
            .map(|chunk| {
                let column = chunk.field(3);
                let mut thrift = Thrift(bytes, column.field(9).int() as usize);
                let page = thrift.value(12);
                let (raw, packed) = (page.field(2).int() as usize, page.field(3).int() as usize);
                assert_eq!(page.field(5).field(1).int(), group.field(3).int());
                assert_eq!(column.field(7).int(), (thrift.1 + packed) as i64 - column.field(9).int());
                zstd::bulk::decompress(&bytes[thrift.1..thrift.1 + packed], raw).unwrap()
            })
            .collect();
        let mut at = 0;
        for n in 0..group.field(3).int() as usize {
            let len = u32_at(&pages[0], at);
            rows.push((String::from_utf8(pages[0][at + 4..at + 4 + len].to_vec()).unwrap(), u64_at(&pages[1], 8 * n), truth(&pages[2], n)));
            at += 4 + len;
        }
        assert_eq!((at, pages[1].len()), (pages[0].len(), 8 * group.field(3).int() as usize));
    }
    assert_eq!(file.field(3).int(), rows.len() as i64);
    (names, rows)
}

/// A table of FlatBuffers.
#[derive(Clone, Copy)]
struct Table<'b>(&'b [u8], usize);

impl<'b> Table<'b> {
    fn root(bytes: &'b [u8]) -> Self {
        Self(bytes, u32_at(bytes, 0))
    }

    /// Where a field stands.
    fn place(self, field: usize) -> usize {
        let head = self.1 - u32_at(self.0, self.1);
        let at = head + 4 + 2 * field;
        assert!(at < head + usize::from(u16::from_le_bytes([self.0[head], self.0[head + 1]])), "a field of the table");
        self.1 + usize::from(u16::from_le_bytes([self.0[at], self.0[at + 1]]))
    }

    fn byte(self, field: usize) -> u8 {
        self.0[self.place(field)]
    }

    fn long(self, field: usize) -> u64 {
        let place = self.place(field);
        assert_eq!(place % 8, 0);
        u64_at(self.0, place)
    }

    /// Where what it refers to stands.
    fn target(self, field: usize) -> usize {
        let place = self.place(field);
        place + u32_at(self.0, place)
    }

    fn inner(self, field: usize) -> Self {
        Self(self.0, self.target(field))
    }

    fn tables(self, field: usize) -> Vec<Self> {
        let at = self.target(field);
        (0..u32_at(self.0, at)).map(|n| at + 4 + 4 * n).map(|at| Self(self.0, at + u32_at(self.0, at))).collect()
    }

    /// Structs of so many long integers.
    fn structs(self, field: usize, longs: usize) -> Vec<Vec<u64>> {
        let at = self.target(field);
        assert_eq!((at + 4) % 8, 0);
        (0..u32_at(self.0, at)).map(|n| (0..longs).map(|word| u64_at(self.0, at + 4 + 8 * (n * longs + word))).collect()).collect()
    }

    fn text(self, field: usize) -> String {
        let at = self.target(field);
        String::from_utf8(self.0[at + 4..at + 4 + u32_at(self.0, at)].to_vec()).unwrap()
    }
}

/// The rows of an Arrow file of these three columns.
fn read_arrow(bytes: &[u8]) -> (Vec<String>, Vec<Row>) {
    assert!(bytes.starts_with(b"ARROW1\0\0") && bytes.ends_with(b"ARROW1"));
    let end = bytes.len() - 10;
    let footer = Table::root(&bytes[end - u32_at(bytes, end)..end]);
    let fields = footer.inner(1).tables(1);
    assert_eq!(fields.iter().map(|field| field.byte(2)).collect::<Vec<_>>(), [5, 2, 6]);
    let mut rows = Vec::new();
    for block in footer.structs(3, 3) {
        let (at, metadata, body) = (block[0] as usize, block[1] as usize, block[2] as usize);
        assert_eq!((at % 8, metadata % 8, body % 8, u32_at(bytes, at), u32_at(bytes, at + 4)), (0, 0, 0, 0xffff_ffff, metadata - 8));
        let message = Table::root(&bytes[at + 8..at + metadata]);
        assert_eq!((message.byte(1), message.long(3)), (3, body as u64));
        let batch = message.inner(2);
        let count = batch.long(0) as usize;
        assert_eq!(batch.structs(1, 2), vec![vec![count as u64, 0]; 3]);
        let values = |buffer: &Vec<u64>| match buffer[1] {
            0 => Vec::new(),
            len => {
                let start = at + metadata + buffer[0] as usize;
                zstd::bulk::decompress(&bytes[start + 8..start + len as usize], u64_at(bytes, start) as usize).unwrap()
            }
        };
        let buffers: Vec<Vec<u8>> = batch.structs(2, 2).iter().map(values).collect();
        let [_, ends, texts, _, numbers, _, truths] = &buffers[..] else { panic!("{} buffers", buffers.len()) };
        for n in 0..count {
            let text = &texts[u32_at(ends, 4 * n)..u32_at(ends, 4 * n + 4)];
            rows.push((String::from_utf8(text.to_vec()).unwrap(), u64_at(numbers, 8 * n), truth(truths, n)));
        }
    }
    (fields.iter().map(|field| field.text(0)).collect(), rows)
}

#[test]
fn every_row_comes_back() {
    with_outcome(|outcome| {
        let write = |listing: &'static Listing| {
            let (mut parquet, mut arrow) = (Vec::new(), Vec::new());
            let mut columns = Columns::new(listing, &mut parquet, &mut arrow).unwrap();
            (listing.rows)(outcome, &mut |_, cells| columns.row(cells)).unwrap();
            columns.end().unwrap();
            (parquet, arrow)
        };
        let (parquet, arrow) = write(&LISTING);
        assert!((parquet.clone(), arrow.clone()) == write(&LISTING));
        let columns: Vec<String> = LISTING.columns.iter().map(|name| (*name).to_owned()).collect();
        assert!((columns.clone(), expected()) == read_parquet(&parquet));
        assert!((columns.clone(), expected()) == read_arrow(&arrow));
        let (parquet, arrow) = write(&NOTHING);
        for nothing in [read_parquet(&parquet), read_arrow(&arrow)] {
            assert!((columns.clone(), Vec::new()) == nothing, "a table without rows has its columns");
        }
    });
}
