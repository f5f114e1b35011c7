//! Files of ORC made by hand, for what the programs at hand do not write.

use super::ORC;
use crate::format::testing::read_with;
use crate::format::{Covered, Probe, detect};
use crate::model::{Class, put_varint};
use std::ops::Range;

fn varint(value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    put_varint(value, &mut out);
    out
}

fn number(id: u64, value: u64) -> Vec<u8> {
    [varint(id << 3), varint(value)].concat()
}

fn bytes(id: u64, value: &[u8]) -> Vec<u8> {
    [varint(id << 3 | 2), varint(value.len() as u64), value.to_vec()].concat()
}

/// A type of a kind with those in it under their names.
fn of(kind: u64, within: &[u8], names: &[&str]) -> Vec<u8> {
    let names: Vec<u8> = names.iter().flat_map(|name| bytes(3, name.as_bytes())).collect();
    [number(1, kind), bytes(2, within), names].concat()
}

/// Kinds of types.
const WHOLE: u64 = 4;
const TEXT: u64 = 7;
const TIMESTAMP: u64 = 9;
const LIST: u64 = 10;
const STRUCT: u64 = 12;
const UNION: u64 = 13;
const DECIMAL: u64 = 14;
/// Kinds of streams.
const PRESENT: u64 = 0;
const DATA: u64 = 1;
const LENGTH: u64 = 2;
const DICTIONARY: u64 = 3;
const SECONDARY: u64 = 5;

/// What a file is made of.
#[derive(Default)]
struct Made {
    bytes: Vec<u8>,
    types: Vec<Vec<u8>>,
    stripes: Vec<Vec<u8>>,
    rows: u64,
    /// Of the footer and of the postscript, beside what they must have.
    footer: Vec<u8>,
    script: Vec<u8>,
}

impl Made {
    fn new(types: &[Vec<u8>]) -> Self {
        Self { bytes: b"ORC".to_vec(), types: types.to_vec(), ..Self::default() }
    }

    /// A stripe with these streams (column, kind, bytes) and these encodings.
    fn stripe(mut self, rows: u64, encodings: &[u64], streams: &[(u64, u64, &[u8])]) -> Self {
        let start = self.bytes.len();
        let mut footer = Vec::new();
        for (column, kind, held) in streams {
            footer.extend(bytes(1, &[number(1, *kind), number(2, *column), number(3, held.len() as u64)].concat()));
            self.bytes.extend(*held);
        }
        let length = self.bytes.len() - start;
        for encoding in encodings {
            // A dictionary has two entries in these tests.
            footer.extend(bytes(2, &[number(1, *encoding), number(2, 2 * (encoding % 2))].concat()));
        }
        self.stripes.push([number(1, start as u64), number(3, length as u64), number(4, footer.len() as u64), number(5, rows)].concat());
        self.bytes.extend(footer);
        self.rows += rows;
        self
    }

    /// Writes the tail; more may be written behind it.
    fn tail(mut self) -> Self {
        let stripes = self.stripes.iter().map(|stripe| bytes(3, stripe)).collect::<Vec<_>>().concat();
        let types = self.types.iter().map(|of| bytes(4, of)).collect::<Vec<_>>().concat();
        let footer = [stripes, types, number(6, self.rows), self.footer.clone()].concat();
        let version = if self.script.is_empty() { bytes(4, &[0, 12]) } else { self.script.clone() };
        let script = [number(1, footer.len() as u64), version, bytes(8000, b"ORC")].concat();
        let length = script.len() as u8;
        self.bytes.extend([footer, script, vec![length]].concat());
        self
    }
}

/// Rows and other text, gaps with their ranges, and what was left to the scan.
struct Found {
    text: String,
    gaps: Vec<(Range<u64>, String)>,
    open: Vec<Range<u64>>,
    structure: u64,
}

fn read(bytes: &[u8]) -> Found {
    assert_eq!(detect(&Probe::new(bytes)).name(), "orc");
    read_with(ORC.read, bytes, |sink, out| {
        let parts = sink.coverage.clone().partition(bytes.len() as u64);
        let open = parts.iter().filter(|(_, covered)| covered.is_none()).map(|(range, _)| range.clone()).collect();
        let is_structure = |covered: &Option<Covered>| *covered == Some(Covered::As(Class::Structure));
        let structure = parts.iter().filter(|(_, covered)| is_structure(covered)).map(|(range, _)| range.end - range.start).sum();
        let gaps = sink.gaps.iter().map(|gap| (gap.range.clone(), format!("{}: {}", gap.cause, gap.detail))).collect();
        Found { text: out.text(), gaps, open, structure }
    })
}

/// The lines of a file that has no gap and of which no byte is left.
#[track_caller]
fn lines(made: Made) -> Vec<String> {
    let found = read(&made.tail().bytes);
    assert_eq!((found.gaps.as_slice(), found.open.as_slice()), (&[][..], &[][..]));
    found.text.lines().map(str::to_owned).collect()
}

/// Whole numbers in one run of 16 bits each.
fn wide(values: &[u16]) -> Vec<u8> {
    let packed: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
    [&[0x5E, values.len() as u8 - 1][..], &packed].concat()
}

/// Two columns, a text and a number, in stripes of two rows.
fn simple() -> Made {
    Made::new(&[of(STRUCT, &[1, 2], &["holder", "visits"]), of(TEXT, &[], &[]), of(WHOLE, &[], &[])])
}

fn two_rows(made: Made, names: [&str; 2]) -> Made {
    let lengths = wide(&names.map(|name| name.len() as u16));
    let streams = [(1, LENGTH, &lengths[..]), (1, DATA, &names.concat().into_bytes()), (2, DATA, &wide(&[14, 3]))];
    made.stripe(2, &[0, 2, 2], &streams)
}

#[test]
fn unions_dictionaries_and_numbers_of_later_versions_are_read() {
    let amount = [of(DECIMAL, &[], &[]), number(6, 2)].concat();
    let root = of(STRUCT, &[1, 4, 5], &["either", "city", "sum"]);
    let types = [root, of(UNION, &[2, 3], &[]), of(TEXT, &[], &[]), of(WHOLE, &[], &[]), of(TEXT, &[], &[]), amount];
    let mut made = Made::new(&types);
    made.script = bytes(4, &[1, 0x8F, 0x4E]);
    let streams: [(u64, u64, &[u8]); 9] = [
        (1, DATA, &[0xFD, 0, 1, 0]),
        (2, LENGTH, &wide(&[2, 3])),
        (2, DATA, b"abcde"),
        (3, DATA, &wide(&[254])),
        (4, PRESENT, &[0xFF, 0xA0]),
        (4, DATA, &wide(&[0, 0])),
        (4, LENGTH, &wide(&[5, 7])),
        (4, DICTIONARY, "KölnZürich".as_bytes()),
        (5, DATA, &wide(&[24_690, 9, 0])),
    ];
    let rows = lines(made.stripe(3, &[0, 0, 2, 2, 3, 2], &streams));
    for row in ["either\tcity\tsum", "ab\tKöln\t123.45", "127\t\t-0.05", "cde\tKöln\t0.00", "Zürich"] {
        assert!(rows.iter().any(|line| line.contains(row)), "{row} in {rows:?}");
    }
    // The same in a file that is not of a later version lacks decimal places.
    let made = Made::new(&types).stripe(3, &[0, 0, 2, 2, 3, 2], &streams);
    let found = read(&made.tail().bytes);
    assert_eq!(found.gaps.len(), 1, "{:?}", found.gaps);
    assert!(found.gaps[0].1.starts_with("corrupt: column \"sum\": a stream ends") && found.text.contains("cde\tKöln\t\n"));
}

#[test]
fn columns_that_hive_has_numbered_have_no_names() {
    let types = |names: &[&str]| [of(STRUCT, &[1, 2], names), of(TEXT, &[], &[]), of(WHOLE, &[], &[])];
    let rows = lines(two_rows(Made::new(&types(&["_col0", "_col1"])), ["Ada Quill", "Ben Oake"]));
    assert_eq!(rows[..2], ["Ada Quill\t7", "Ben Oake\t-2"]);
    // Changes of a transactional table, whose rows are a struct.
    let root = of(STRUCT, &[1, 2, 3], &["operation", "originalTransaction", "row"]);
    let types = [root, of(WHOLE, &[], &[]), of(WHOLE, &[], &[]), of(STRUCT, &[4], &["client_code"]), of(TEXT, &[], &[])];
    let streams: [(u64, u64, &[u8]); 5] = [
        (1, DATA, &wide(&[0, 4])),
        (2, DATA, &wide(&[10, 12])),
        (3, PRESENT, &[0xFF, 0x80]),
        (4, LENGTH, &wide(&[7])),
        (4, DATA, b"QX00003"),
    ];
    let rows = lines(Made::new(&types).stripe(2, &[0, 2, 2, 0, 2], &streams));
    assert_eq!(rows[..3], ["operation\toriginalTransaction\trow.client_code", "0\t5\tQX00003", "2\t6\t"]);
}

#[test]
fn moments_are_counted_from_2015() {
    let types = [of(STRUCT, &[1], &["at"]), of(TIMESTAMP, &[], &[])];
    // 2015, a second later with 1000 nanoseconds, the second before 2015.
    let streams: [(u64, u64, &[u8]); 2] = [(1, DATA, &wide(&[0, 2, 1])), (1, SECONDARY, &wide(&[0, 0x0A, 0]))];
    let rows = lines(Made::new(&types).stripe(3, &[0, 2], &streams));
    assert_eq!(rows[1..4], ["2015-01-01T00:00:00", "2015-01-01T00:00:01.000001", "2014-12-31T23:59:59"]);
}

#[test]
fn files_that_were_written_on_have_several_tails() {
    let first = two_rows(simple(), ["Ada Quill", "Ben Oake"]).tail();
    let end = first.bytes.len();
    let whole = two_rows(first, ["Cleo Marsh", "Dan Holt"]).tail().bytes;
    let found = read(&whole);
    assert_eq!((found.gaps.as_slice(), found.open.as_slice()), (&[][..], &[][..]));
    assert!(["Ada Quill\t7", "Dan Holt\t-2"].iter().all(|row| found.text.contains(row)), "{}", found.text);
    // Where the last tail is cut off, the one before it speaks of what stands before it.
    for cut in end + 1..whole.len() {
        let found = read(&whole[..cut]);
        assert!(found.text.contains("Ada Quill\t7") && !found.text.contains("Dan Holt\t"), "{cut}: {}", found.text);
        assert_eq!(found.gaps.len(), 1);
        assert_eq!(found.gaps[0], (end as u64..cut as u64, "truncated: what follows the last sound footer".to_owned()));
    }
    // Tails of Hive 0.11 do not say what they are.
    let made = two_rows(simple(), ["Ada Quill", "Ben Oake"]).tail().bytes;
    let script = usize::from(made[made.len() - 1]);
    let old = [&made[..made.len() - 8], &[script as u8 - 7]].concat();
    let found = read(&old);
    assert!(found.gaps.is_empty() && found.text.contains("Ben Oake\t-2"), "{:?}", found.gaps);
}

#[test]
fn damage_costs_what_it_stands_in() {
    let made = two_rows(simple(), ["Ada Quill", "Ben Oake"]);
    let second = made.bytes.len();
    let made = two_rows(made, ["Cleo Marsh", "Dan Holt"]);
    let end = made.bytes.len();
    let bytes = made.tail().bytes;
    // The lengths of the second stripe's first column go beyond its text.
    let mut broken = bytes.clone();
    broken[second + 3] += 1;
    let found = read(&broken);
    let is_of_column =
        |(range, gap): &(Range<u64>, String)| range.start >= second as u64 && gap.starts_with("corrupt: column \"holder\": ");
    assert!(!found.gaps.is_empty() && found.gaps.iter().all(is_of_column), "{:?}", found.gaps);
    for text in ["Ben Oake\t-2", "Cleo Marsh", "Dan Holt", "\t7\n", "\t-2\n"] {
        assert!(found.text.contains(text), "{text} in {}", found.text);
    }
    // Its footer, behind two runs of two numbers and 18 characters.
    let mut broken = bytes;
    broken[second + 6 + 18 + 6] = 7;
    let found = read(&broken);
    assert_eq!(found.gaps, [(second as u64..end as u64, "corrupt: stripe 1: its footer is not sound".to_owned())]);
    assert!(found.text.contains("Ben Oake\t-2") && found.text.contains("Dan Holt"), "{}", found.text);
}

#[test]
fn what_no_stripe_or_stream_claims_is_a_gap() {
    let mut made = two_rows(simple(), ["Ada Quill", "Ben Oake"]);
    made.bytes.extend([0; 40]);
    let padded = made.bytes.len();
    let mut made = two_rows(made, ["Cleo Marsh", "Dan Holt"]);
    let end = made.bytes.len();
    made.bytes.extend(b"\x01\x02 a lost stripe");
    let found = read(&made.tail().bytes);
    assert_eq!(found.gaps, [(end as u64..end as u64 + 16, "corrupt: bytes of no stripe".to_owned())]);
    assert_eq!(found.open, [padded as u64 - 40..padded as u64]);
    // A stream of a kind that is not known, one twice, one of no column, one that its column has no use for.
    let (lengths, numbers) = (wide(&[2]), wide(&[2]));
    let streams: [(u64, u64, &[u8]); 7] = [
        (1, LENGTH, &lengths),
        (1, DATA, b"ab"),
        (2, DATA, &numbers),
        (1, 77, b"unknown kind"),
        (2, DATA, b"the second"),
        (9, DATA, b"of no type"),
        (2, SECONDARY, b"not needed"),
    ];
    let found = read(&simple().stripe(1, &[0, 2, 2], &streams).tail().bytes);
    assert_eq!(found.gaps.len(), 4, "{:?}", found.gaps);
    for text in ["unknown kind", "the second", "of no type", "not needed", "ab\t1"] {
        assert!(found.text.contains(text), "{text} in {}", found.text);
    }
}

#[test]
fn encrypted_columns_and_unknown_codecs_are_named() {
    let mut made = simple();
    // A variant whose root is the second column.
    made.footer = bytes(10, &bytes(3, &number(1, 2)));
    let streams: [(u64, u64, &[u8]); 4] = [(1, LENGTH, &wide(&[2])), (1, DATA, b"ab"), (2, DATA, &wide(&[0])), (0, 10, &[0xA7; 300])];
    let found = read(&made.stripe(1, &[0, 2, 2], &streams).tail().bytes);
    assert!(found.gaps.iter().all(|(_, gap)| gap == "encrypted: columns that are encrypted: \"visits\""), "{:?}", found.gaps);
    assert_eq!(found.gaps.iter().map(|(range, _)| range.end - range.start).sum::<u64>(), 300);
    assert!(found.text.contains("ab\t0"));
    for (compression, name) in [(3, "LZO"), (9, "number 9")] {
        let mut made = two_rows(simple(), ["Ada Quill", "Ben Oake"]);
        made.script = number(2, compression);
        let bytes = made.tail().bytes;
        let found = read(&bytes);
        let words = format!("unsupported_method: it is compressed by {name}, which is not decoded");
        assert_eq!(found.gaps, [(0..bytes.len() as u64, words)]);
        assert!(found.text.contains("Ada Quill"));
    }
}

#[test]
fn numbers_that_headers_state_take_neither_memory_nor_time() {
    const MANY: u64 = 1 << 60;
    let huge = |width: u8| [(width - 1) << 3, 0x0F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    // More rows than there are, a text and a list of lengths that no file has.
    let found = read(&simple().stripe(MANY, &[0, 2, 2], &[(2, DATA, &wide(&[2])), (1, LENGTH, &huge(8)), (1, DATA, b"ab")]).tail().bytes);
    assert!(found.gaps.len() >= 2 && found.structure > 0, "{:?}", found.gaps);
    let list = [of(STRUCT, &[1], &["of"]), of(LIST, &[2], &[]), of(STRUCT, &[], &[])];
    let found = read(&Made::new(&list).stripe(3, &[0, 2, 0], &[(1, LENGTH, &huge(8))]).tail().bytes);
    assert!(found.gaps.is_empty(), "{:?}", found.gaps);
    let list = [of(STRUCT, &[1], &["of"]), of(LIST, &[2], &[]), of(WHOLE, &[], &[])];
    let found = read(&Made::new(&list).stripe(3, &[0, 2, 2], &[(1, LENGTH, &huge(8)), (2, DATA, &wide(&[6]))]).tail().bytes);
    assert!(!found.gaps.is_empty() && found.text.contains('3'), "{:?}", found.gaps);
    // Rows of nothing.
    let found = read(&Made::new(&[of(STRUCT, &[], &[])]).stripe(MANY, &[0], &[]).tail().bytes);
    assert!(found.gaps.is_empty(), "{:?}", found.gaps);
    // A stripe that goes on behind the file, and one that stands in another.
    let mut made = two_rows(simple(), ["Ada Quill", "Ben Oake"]);
    made.stripes.push(made.stripes[0].clone());
    made.stripes.push([number(1, 3), number(3, MANY)].concat());
    let found = read(&made.tail().bytes);
    assert_eq!(found.gaps.len(), 2, "{:?}", found.gaps);
    assert!(found.gaps.iter().all(|(_, gap)| gap.ends_with("has no place in the file")) && found.text.matches("Ada Quill\t7").count() == 1);
}
