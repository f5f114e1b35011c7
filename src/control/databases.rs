//! Databases and dumps of one small table.

use super::subject::Subject;
use crate::demo::containers;
use crate::format::dataset::Thrift;
use crate::model::put_varint;
use std::io::Result;

/// Rows of two columns: a number, and what all planted text says.
fn rows(subject: Subject) -> [[String; 2]; 3] {
    [1, 2, 3].map(|number| [number.to_string(), subject.sentence()])
}

/// What `COPY … TO stdout` writes.
pub(super) fn pg_copy(subject: Subject) -> Vec<u8> {
    let lines = rows(subject).map(|row| row.join("\t") + "\n");
    (lines.concat() + "\\.\n").into_bytes()
}

/// The same in binary (PostgreSQL, "COPY", Binary Format).
pub(super) fn pg_copy_binary(subject: Subject) -> Vec<u8> {
    let field = |text: &String| [&(text.len() as i32).to_be_bytes()[..], text.as_bytes()].concat();
    let row = |row: [String; 2]| [&2i16.to_be_bytes()[..], &field(&row[0]), &field(&row[1])].concat();
    [b"PGCOPY\n\xFF\r\n\0".to_vec(), vec![0; 8], rows(subject).map(row).concat(), (-1i16).to_be_bytes().to_vec()].concat()
}

/// Documents as `mongodump` writes them (BSON Specification 1.1).
pub(super) fn bson(subject: Subject) -> Vec<u8> {
    rows(subject).map(|[number, text]| bson_document(&[("id", &number), ("note", &text)])).concat()
}

/// The same in an archive: what it holds, a slice of the one collection, and its end.
pub(super) fn mongo_archive(subject: Subject) -> Vec<u8> {
    let end = [0xFF; 4];
    let name = [("db", "bank"), ("collection", "clients")];
    let closing = {
        let mut closing = bson_document(&name);
        closing.pop();
        closing.extend(b"\x08EOF\0\x01\0");
        let length = closing.len() as u32;
        closing.splice(..4, length.to_le_bytes());
        closing
    };
    [
        &0x8199_E26D_u32.to_le_bytes()[..],
        &bson_document(&[("version", "0.1")]),
        &bson_document(&name),
        &end,
        &bson_document(&name),
        &bson(subject),
        &end,
        &closing,
        &end,
    ]
    .concat()
}

fn bson_document(fields: &[(&str, &str)]) -> Vec<u8> {
    let field = |(name, text): &(&str, &str)| {
        [b"\x02", name.as_bytes(), b"\0", &(text.len() as u32 + 1).to_le_bytes(), text.as_bytes(), b"\0"].concat()
    };
    let fields: Vec<u8> = fields.iter().flat_map(field).collect();
    [&(fields.len() as u32 + 5).to_le_bytes()[..], &fields, b"\0"].concat()
}

/// Parts of an archive of pg_dump, as `pg_backup_archiver.c` writes them.
pub(crate) mod archive {
    pub(crate) fn int(value: i32) -> Vec<u8> {
        [&[u8::from(value < 0)][..], &value.unsigned_abs().to_le_bytes()].concat()
    }

    pub(crate) fn string(text: &str) -> Vec<u8> {
        [int(text.len() as i32), text.as_bytes().to_vec()].concat()
    }

    /// An entry of the table of contents; `place` says where its data are.
    pub(crate) fn entry(minor: u8, id: i32, description: &str, definition: &str, copy: &str, place: &[u8]) -> Vec<u8> {
        let mut out =
            [int(id), int(i32::from(!copy.is_empty())), string("1259"), string("16400"), string("clients"), string(description)].concat();
        let since = |first: u8, field: Vec<u8>| if minor >= first { field } else { Vec::new() };
        out.extend(since(11, int(3)));
        out.extend([string(definition), string(""), string(copy), string("public"), string("")].concat());
        out.extend(since(14, string("heap")));
        out.extend(since(16, int(b'r'.into())));
        // Owner, OIDs, and what it depends on.
        out.extend([string("tester"), string("false"), string("1"), int(-1), place.to_vec()].concat());
        out
    }

    /// Head and names, up to the number of entries. `layout`: 1 is one file, 3 a tar archive.
    pub(crate) fn head(minor: u8, layout: u8, compression: &[u8]) -> Vec<u8> {
        let mut out = b"PGDMP\x01".to_vec();
        out.extend([minor, 0, 4, 8, layout]);
        out.extend(compression);
        (0..7).for_each(|_| out.extend(int(1)));
        out.extend([string("bank"), string("15.1"), string("15.1")].concat());
        out
    }
}

fn contents(layout: u8, places: [&[u8]; 2]) -> Vec<u8> {
    let [table, data] = places;
    [
        archive::head(14, layout, &archive::int(0)),
        archive::int(2),
        archive::entry(14, 1, "TABLE", "CREATE TABLE public.clients (id int, note text);\n", "", table),
        archive::entry(14, 2, "TABLE DATA", "", "COPY public.clients (id, note) FROM stdin;\n", data),
    ]
    .concat()
}

/// One file, not compressed, with the data in one chunk.
pub(super) fn pg_dump(subject: Subject) -> Vec<u8> {
    let data = [pg_copy(subject), b"\n\n".to_vec()].concat();
    let block = [&[1][..], &archive::int(2), &archive::int(data.len() as i32), &data, &archive::int(0)].concat();
    [contents(1, [&[2; 9]; 2]), block].concat()
}

/// The same as a tar archive.
pub(super) fn pg_dump_tar(subject: Subject) -> Result<Vec<u8>> {
    let contents = contents(3, [&archive::string(""), &archive::string("2.dat")]);
    containers::tar(&[("toc.dat".to_owned(), contents), ("2.dat".to_owned(), [pg_copy(subject), b"\n\n".to_vec()].concat())])
}

/// Size of a page of SQLite.
const PAGE: usize = 512;

fn varint(value: usize) -> Vec<u8> {
    if value < 0x80 { vec![value as u8] } else { vec![0x80 | (value >> 7) as u8, value as u8 & 0x7F] }
}

/// A value of a record: its serial type and its bytes (SQLite's "Database File Format", section 2.1).
type Value = (usize, Vec<u8>);

fn text(value: &str) -> Value {
    (13 + 2 * value.len(), value.as_bytes().to_vec())
}

/// A leaf of a table (section 1.6) whose header stands at `at`.
fn leaf(at: usize, records: &[Vec<Value>]) -> Vec<u8> {
    let mut page = vec![0; PAGE];
    let (mut end, mut pointers) = (PAGE, at + 8);
    for (number, record) in records.iter().enumerate() {
        let types: Vec<u8> = record.iter().flat_map(|(kind, _)| varint(*kind)).collect();
        let values: Vec<u8> = record.iter().flat_map(|(_, bytes)| bytes).copied().collect();
        let payload = [&[types.len() as u8 + 1][..], &types, &values].concat();
        let cell = [varint(payload.len()), varint(number + 1), payload].concat();
        end -= cell.len();
        page[end..end + cell.len()].copy_from_slice(&cell);
        page[pointers..pointers + 2].copy_from_slice(&(end as u16).to_be_bytes());
        pointers += 2;
    }
    page[at] = 13;
    page[at + 3..at + 5].copy_from_slice(&(records.len() as u16).to_be_bytes());
    page[at + 5..at + 7].copy_from_slice(&(end as u16).to_be_bytes());
    page
}

fn clients(subject: Subject) -> Vec<u8> {
    leaf(0, &rows(subject).map(|row| row.iter().map(|value| text(value)).collect()))
}

/// Two pages: the schema, with its table's root in the second, and the table.
pub(super) fn sqlite(subject: Subject) -> Vec<u8> {
    let root = (1, vec![2]);
    let schema = vec![text("table"), text("clients"), text("clients"), root, text("CREATE TABLE clients (id text, note text)")];
    let mut first = leaf(100, &[schema]);
    first[..16].copy_from_slice(b"SQLite format 3\0");
    first[16..18].copy_from_slice(&(PAGE as u16).to_be_bytes());
    first[18..24].copy_from_slice(&[1, 1, 0, 64, 32, 32]);
    for (at, value) in [(24, 1u32), (28, 2), (40, 1), (44, 4), (56, 1), (92, 1), (96, 3_045_001)] {
        first[at..at + 4].copy_from_slice(&value.to_be_bytes());
    }
    [first, clients(subject)].concat()
}

/// A log with one page (section 4.1).
pub(super) fn sqlite_wal(subject: Subject) -> Vec<u8> {
    let head = [0x377F_0682u32, 3_007_000, PAGE as u32, 0, 1, 2, 3, 4].map(u32::to_be_bytes).concat();
    let frame = [2u32, 2, 1, 2, 5, 6].map(u32::to_be_bytes).concat();
    [head, frame, clients(subject)].concat()
}

/// A journal with one page (section 3).
pub(super) fn sqlite_journal(subject: Subject) -> Vec<u8> {
    let mut head = b"\xD9\xD5\x05\xF9\x20\xA1\x63\xD7".to_vec();
    head.extend([1u32, 7, 2, PAGE as u32, PAGE as u32].map(u32::to_be_bytes).concat());
    head.resize(PAGE, 0);
    [head, 2u32.to_be_bytes().to_vec(), clients(subject), vec![0; 4]].concat()
}

/// A dump of a process of Windows, with one stretch of memory (`minidumpapiset.h`).
pub(super) fn minidump(subject: Subject) -> Vec<u8> {
    let letter = subject.letter();
    let long = |values: &[u32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let mut out = b"MDMP\x93\xA7\0\0".to_vec();
    // Two streams: the system at 64, memory at 128.
    out.extend(long(&[2, 32, 0, 0, 0, 0, 7, 56, 64, 9, 32, 128]));
    out.resize(128, 0);
    out.extend([1u64, 192, 0x7FF0, letter.len() as u64].map(u64::to_le_bytes).concat());
    out.resize(192, 0);
    out.extend(letter.bytes());
    out
}

/// A core file of Linux with one segment of memory (ELF, `core(5)`).
pub(super) fn elf_core(subject: Subject) -> Vec<u8> {
    let letter = subject.letter();
    let mut out = vec![0x7F, b'E', b'L', b'F', 2, 1, 1];
    out.resize(16, 0);
    out.extend([4, 0, 62, 0]);
    out.resize(32, 0);
    out.extend(64u64.to_le_bytes());
    out.resize(54, 0);
    out.extend([56, 0, 1, 0]);
    out.resize(64, 0);
    out.extend([1, 0, 0, 0, 4, 0, 0, 0]);
    out.extend([192u64, 0, 0, letter.len() as u64, letter.len() as u64, 1].map(u64::to_le_bytes).concat());
    out.resize(192, 0);
    out.extend(letter.bytes());
    out
}

/// A container file of Avro with one block (Specification 1.12, "Object Container Files").
pub(super) fn avro(subject: Subject) -> Vec<u8> {
    // Sizes are doubled, since numbers may have a sign.
    let sized = |bytes: &[u8]| [varint_little(2 * bytes.len()), bytes.to_vec()].concat();
    let fields = r#"{"name": "id", "type": "string"}, {"name": "note", "type": ["null", "string"]}"#;
    let schema = format!(r#"{{"type": "record", "name": "clients", "fields": [{fields}]}}"#);
    let marker = [0x5A; 16];
    let record = |[id, note]: [String; 2]| [sized(id.as_bytes()), vec![2], sized(note.as_bytes())].concat();
    let records = rows(subject).map(record).concat();
    let head = [b"Obj\x01\x02".to_vec(), sized(b"avro.schema"), sized(schema.as_bytes()), vec![0], marker.to_vec()].concat();
    [head, varint_little(2 * 3), sized(&records), marker.to_vec()].concat()
}

/// A number in groups of seven bits, the lowest first.
fn varint_little(value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    put_varint(value as u64, &mut out);
    out
}

/// A file of Parquet with one row group, compressed with Zstandard (parquet.thrift).
pub(super) fn parquet(subject: Subject) -> Result<Vec<u8>> {
    const TEXT: i32 = 6;
    const ZSTANDARD: i32 = 6;
    let (names, all) = (["id", "note"], rows(subject));
    let mut out = b"PAR1".to_vec();
    let mut chunks = Vec::new();
    for (column, name) in names.into_iter().enumerate() {
        let value = |row: &[String; 2]| [&(row[column].len() as u32).to_le_bytes()[..], row[column].as_bytes()].concat();
        let values = all.iter().map(value).collect::<Vec<_>>().concat();
        let page = zstd::bulk::compress(&values, 3)?;
        let data = Thrift::default().i32(1, all.len() as i32).i32(2, 0).i32(3, 3).i32(4, 3);
        let head = Thrift::default().i32(1, 0).i32(2, values.len() as i32).i32(3, page.len() as i32).inner(5, data).end();
        let (start, raw) = (out.len() as u64, (head.len() + values.len()) as u64);
        let described = Thrift::default().i32(1, TEXT).i32s(2, &[0]).texts(3, &[name]).i32(4, ZSTANDARD).i64(5, all.len() as u64);
        let described = described.i64(6, raw).i64(7, (head.len() + page.len()) as u64).i64(9, start);
        chunks.push(Thrift::default().i64(2, start).inner(3, described));
        out.extend([head, page].concat());
    }
    let root = Thrift::default().text(4, "schema").i32(5, names.len() as i32);
    let elements = names.into_iter().map(|name| Thrift::default().i32(1, TEXT).i32(3, 0).text(4, name).i32(6, 0));
    let schema: Vec<Thrift> = std::iter::once(root).chain(elements).collect();
    let group = Thrift::default().structs(1, chunks.into_iter()).i64(2, out.len() as u64).i64(3, all.len() as u64);
    let footer =
        Thrift::default().i32(1, 1).structs(2, schema.into_iter()).i64(3, all.len() as u64).structs(4, std::iter::once(group)).end();
    let length = (footer.len() as u32).to_le_bytes().to_vec();
    Ok([out, footer, length, b"PAR1".to_vec()].concat())
}

/// A file of ORC with one stripe, its streams compressed by deflate (ORC Specification v1).
pub(super) fn orc(subject: Subject) -> Result<Vec<u8>> {
    orc_with(subject, false)
}

/// The same; or one that has the second column encrypted beside it.
pub(super) fn orc_with(subject: Subject, is_locked: bool) -> Result<Vec<u8>> {
    // Of `CompressionKind`, `Type.Kind`, `ColumnEncoding.Kind` and `Stream.Kind`.
    const ZLIB: usize = 1;
    const STRUCT: usize = 12;
    const TEXT: usize = 7;
    const DIRECT_V2: usize = 2;
    const DATA: usize = 1;
    const LENGTH: usize = 2;
    const ENCRYPTED_DATA: usize = 10;
    let number = |id: usize, value: usize| [varint_little(id << 3), varint_little(value)].concat();
    let bytes = |id: usize, value: &[u8]| [varint_little(id << 3 | 2), varint_little(value.len()), value.to_vec()].concat();
    let all = rows(subject);
    let mut out = b"ORC".to_vec();
    let mut streams = Vec::new();
    let mut stream = |out: &mut Vec<u8>, kind: usize, column: usize, packed: Vec<u8>| {
        streams.extend(bytes(1, &[number(1, kind), number(2, column), number(3, packed.len())].concat()));
        out.extend(packed);
    };
    for column in 0..2 {
        let texts: Vec<&[u8]> = all.iter().map(|row| row[column].as_bytes()).collect();
        // A run of numbers of 16 bits each.
        let lengths: Vec<u8> = texts.iter().flat_map(|text| (text.len() as u16).to_be_bytes()).collect();
        stream(&mut out, LENGTH, column + 1, chunk(&[&[0x5E, texts.len() as u8 - 1][..], &lengths].concat())?);
        stream(&mut out, DATA, column + 1, chunk(&texts.concat())?);
    }
    if is_locked {
        stream(&mut out, ENCRYPTED_DATA, 0, (0..200u8).map(|byte| byte.wrapping_mul(149) ^ 0x5A).collect());
    }
    let length = out.len() - 3;
    let encodings = [number(1, 0), number(1, DIRECT_V2), number(1, DIRECT_V2)].map(|encoding| bytes(2, &encoding)).concat();
    let footer = chunk(&[streams, encodings].concat())?;
    let stripe = [number(1, 3), number(3, length), number(4, footer.len()), number(5, all.len())].concat();
    out.extend(footer);
    let root = [number(1, STRUCT), bytes(2, &[1, 2]), bytes(3, b"id"), bytes(3, b"note")].concat();
    let types = [root, number(1, TEXT), number(1, TEXT)].map(|of| bytes(4, &of)).concat();
    let mut tail = [bytes(3, &stripe), types, number(6, all.len())].concat();
    if is_locked {
        tail.extend(bytes(10, &bytes(3, &number(1, 2))));
    }
    let tail = chunk(&tail)?;
    let script = [number(1, tail.len()), number(2, ZLIB), number(3, 1 << 18), bytes(4, &[0, 12]), bytes(8000, b"ORC")].concat();
    let script_length = script.len() as u8;
    Ok([out, tail, script, vec![script_length]].concat())
}

/// A compressed chunk behind its length.
fn chunk(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, bytes)?;
    let packed = encoder.finish()?;
    Ok([&(2 * packed.len() as u32).to_le_bytes()[..3], &packed].concat())
}
