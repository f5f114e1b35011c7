//! Dumps of MongoDB that are whole, cut off, altered and encrypted by field.

use super::{BSON, MONGO_ARCHIVE};
use crate::format::Probe;
use crate::format::testing::{read_all, read_with};
use crate::model::Cause;

fn element(kind: u8, name: &str, value: &[u8]) -> Vec<u8> {
    [&[kind][..], name.as_bytes(), b"\0", value].concat()
}

fn string(text: &str) -> Vec<u8> {
    [&(text.len() as u32 + 1).to_le_bytes()[..], text.as_bytes(), b"\0"].concat()
}

fn binary(subtype: u8, bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_le_bytes()[..], &[subtype], bytes].concat()
}

fn document(elements: &[Vec<u8>]) -> Vec<u8> {
    let inner = elements.concat();
    [&(inner.len() as u32 + 5).to_le_bytes()[..], &inner, b"\0"].concat()
}

fn small(code: i32) -> Vec<u8> {
    document(&[element(0x10, "clientId", &code.to_le_bytes()), element(0x02, "name", &string("Ann \"A\" Lee"))])
}

#[test]
fn values_of_every_type_are_what_json_says() {
    let inner = document(&[element(0x02, "city", &string("Zürich")), element(0x08, "open", &[1])]);
    let list = document(&[element(0x10, "0", &7i32.to_le_bytes()), element(0x03, "1", &document(&[element(0x0A, "x", b"")]))]);
    let scope = document(&[element(0x12, "k", &5i64.to_le_bytes())]);
    let code = [string("f(k)"), scope].concat();
    let code = [&(code.len() as u32 + 4).to_le_bytes()[..], &code].concat();
    let whole = document(&[
        element(0x07, "_id", &[0xAB; 12]),
        element(0x01, "ratio", &457_932f64.to_le_bytes()),
        element(0x12, "long", &(-9_007_199_254_740_993i64).to_le_bytes()),
        element(0x09, "at", &1_730_000_000_123i64.to_le_bytes()),
        element(0x03, "address", &inner),
        element(0x04, "list", &list),
        element(0x0B, "like", b"^a\0i\0"),
        element(0x0F, "code", &code),
        element(0x11, "ts", &3u64.to_le_bytes()),
        element(0x05, "uuid", &binary(4, &[0x11; 16])),
        element(0x05, "note", &binary(0, b"a note in bytes")),
        element(0x13, "sum", &((6174u128 << 113) | 1050).to_le_bytes()),
        element(0xFF, "least", b""),
        element(0x0E, "symbol", &string("s")),
    ]);
    let (_, _, gaps, _, members) = read_all(&BSON, &whole);
    assert!(gaps.is_empty(), "{gaps:?}");
    let expected = "{\"_id\":\"ABABABABABABABABABABABAB\",\"ratio\":457932,\"long\":-9007199254740993,\"at\":\"2024-10-27T03:33:20.123Z\",\
        \"address\":{\"city\":\"Zürich\",\"open\":true},\"list\":[7,{\"x\":null}],\"like\":\"^a i\",\"code\":\"f(k)\",\"scope\":{\"k\":5},\"ts\":3,\
        \"uuid\":\"11111111111111111111111111111111\",\"note\":\"a note in bytes\",\"sum\":10.50,\"least\":null,\"symbol\":\"s\"}\n";
    let shown = String::from_utf8(members[0].clone()).unwrap();
    assert_eq!(shown.to_lowercase(), expected.to_lowercase());
}

#[test]
fn small_documents_one_behind_the_other_are_one_place() {
    let whole: Vec<u8> = (0..5000).flat_map(small).collect();
    read_with(BSON.read, &whole, |sink, collector| {
        assert_eq!(sink.coverage.clone().partition(whole.len() as u64).len(), 1);
        let shown = String::from_utf8(collector.members.lock().unwrap()[0].clone()).unwrap();
        assert_eq!((shown.lines().count(), shown.lines().last()), (5000, Some("{\"clientId\":4999,\"name\":\"Ann \\\"A\\\" Lee\"}")));
    });
}

#[test]
fn large_values_and_files_in_chunks_are_members() {
    let file: Vec<u8> = (0..900u32).flat_map(|n| (n * n).to_le_bytes()).collect();
    let chunk = |n: i32, bytes: &[u8]| {
        document(&[element(0x07, "files_id", &[3; 12]), element(0x10, "n", &n.to_le_bytes()), element(0x05, "data", &binary(0, bytes))])
    };
    let whole = [chunk(1, &file[1000..2000]), chunk(0, &file[..1000]), chunk(2, &file[2000..])].concat();
    let (_, _, gaps, _, members) = read_all(&BSON, &whole);
    assert!(gaps.is_empty() && members.contains(&file));
    let (_, _, gaps, ..) = read_all(&BSON, &[chunk(0, &file[..1000]), chunk(2, &file[2000..])].concat());
    assert_eq!(gaps[0].0, Cause::Truncated);
    let (_, _, gaps, _, members) = read_all(&BSON, &document(&[element(0x05, "scan", &binary(0, &file))]));
    assert!(gaps.is_empty() && members.contains(&file));
}

#[test]
fn what_is_encrypted_by_field_is_a_gap() {
    let document = document(&[element(0x10, "clientId", &[1, 0, 0, 0]), element(0x05, "ssn", &binary(6, &[9; 80]))]);
    let (_, _, gaps, ..) = read_all(&BSON, &document);
    assert_eq!(gaps, [(Cause::Encrypted, "ssn is encrypted by field".to_owned())]);
}

#[test]
fn cut_and_altered_dumps_say_so_and_lose_no_byte() {
    let whole = [small(679_716), small(660_852), small(437_294)].concat();
    let length = whole.len() / 3;
    for cut in 25..whole.len() {
        let (text, has_gap) =
            read_with(BSON.read, &whole[..cut], |sink, out| (out.members.lock().unwrap().concat(), !sink.gaps.is_empty()));
        assert_eq!((has_gap, text.iter().filter(|b| **b == b'\n').count()), (cut % length > 0, cut / length), "{cut}");
        assert!((BSON.recognise)(&Probe::new(&whole[..cut])), "{cut}");
    }
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x80;
        read_with(BSON.read, &bytes, |sink, _| {
            let parts = sink.coverage.clone().partition(bytes.len() as u64);
            let read: u64 = parts.iter().filter(|(_, covered)| covered.is_some()).map(|(r, _)| r.end - r.start).sum();
            assert!(read == bytes.len() as u64 || !sink.gaps.is_empty(), "{at}");
        });
    }
}

#[test]
fn collections_of_an_archive_are_members() {
    let terminator = [0xFF; 4];
    let head = |name: &str, end: bool| {
        document(&[
            element(0x02, "db", &string("bank")),
            element(0x02, "collection", &string(name)),
            element(0x08, "EOF", &[u8::from(end)]),
            element(0x12, "CRC", &0i64.to_le_bytes()),
        ])
    };
    let prelude =
        [document(&[element(0x02, "version", &string("0.1"))]), document(&[element(0x02, "collection", &string("cif"))])].concat();
    let mut archive = [&0x8199_E26Du32.to_le_bytes()[..], &prelude, &terminator].concat();
    for (name, codes) in [("cif", vec![1, 2]), ("log", vec![3]), ("cif", vec![4])] {
        archive.extend([head(name, false), codes.into_iter().flat_map(small).collect(), terminator.to_vec()].concat());
    }
    let open = archive.len();
    for name in ["cif", "log"] {
        archive.extend([head(name, true), terminator.to_vec()].concat());
    }
    let (_, _, gaps, _, members) = read_all(&MONGO_ARCHIVE, &archive);
    assert!(gaps.is_empty(), "{gaps:?}");
    let lines: Vec<usize> = members.iter().map(|member| member.iter().filter(|b| **b == b'\n').count()).collect();
    assert_eq!(lines, [2, 3, 1]);
    let (_, _, gaps, ..) = read_all(&MONGO_ARCHIVE, &archive[..open]);
    assert_eq!(gaps.len(), 2);
    for cut in 30..open {
        let has_gap = read_with(MONGO_ARCHIVE.read, &archive[..cut], |sink, _| !sink.gaps.is_empty());
        // Up to the first slice nothing says which collections there are but the prelude.
        assert!(has_gap || cut <= 4 + prelude.len() + 4, "{cut}");
    }
}

#[test]
fn what_merely_begins_with_a_length_is_none() {
    for bytes in [
        &b"\x10\0\0\0\x02a\0\x09\0\0\0plain\0\0"[..],
        b"\x0C\0\0\0\x10\0\0\0 and more text that follows",
        b"\x14\0\0\0\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\0",
        b"\x40\0\0\0\x10a\0\x01",
        b"\x05\0\0\0\0",
    ] {
        assert!(!(BSON.recognise)(&Probe::new(bytes)), "{bytes:?}");
    }
}
