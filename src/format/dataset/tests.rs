//! Files that are cut off or altered, in every place.

use super::{AVRO, ORC, PARQUET};
use crate::format::testing::read_with;
use crate::format::{Covered, Format};
use crate::model::Class;
use std::ops::Range;

const SMALL: [(&Format, &[u8]); 6] = [
    (&AVRO, include_bytes!("../../../tests/fixtures/dataset/small/snappy.avro")),
    (&AVRO, include_bytes!("../../../tests/fixtures/dataset/small/null.avro")),
    (&PARQUET, include_bytes!("../../../tests/fixtures/dataset/small/v2.parquet")),
    (&PARQUET, include_bytes!("../../../tests/fixtures/dataset/small/encodings.parquet")),
    (&ORC, include_bytes!("../../../tests/fixtures/dataset/small/uncompressed.orc")),
    (&ORC, include_bytes!("../../../tests/fixtures/dataset/small/hive_0_11.orc")),
];

/// Text of the rows, whether there are gaps, and what was read.
fn found(format: &Format, bytes: &[u8]) -> (String, bool, Vec<Range<u64>>) {
    read_with(format.read, bytes, |sink, out| {
        let read = sink.coverage.clone().partition(bytes.len() as u64).into_iter();
        let read = read.filter(|(_, covered)| *covered == Some(Covered::As(Class::Read))).map(|(range, _)| range).collect();
        (out.text(), !sink.gaps.is_empty(), read)
    })
}

#[test]
fn cut_files_say_so() {
    for (format, whole) in SMALL {
        assert!(!found(format, whole).1);
        for cut in (4..whole.len()).step_by(3) {
            let (text, has_gap, _) = found(format, &whole[..cut]);
            // What ends with a block of Avro is a file.
            let is_whole_block = format.name == "avro" && whole[..cut].ends_with(&(16..32).collect::<Vec<u8>>());
            assert!(has_gap || is_whole_block, "{} cut at {cut}: {text}", format.name);
        }
    }
}

#[test]
fn altered_bytes_that_change_what_is_read_are_gaps_where_there_is_a_checksum() {
    for (format, whole) in SMALL {
        let (text, _, read) = found(format, whole);
        let rows = |text: &str| text.lines().filter(|line| line.contains("\tHolder ")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(rows(&text).len(), 24);
        let is_checked = format.name == "parquet" || memchr::memmem::find(whole, b"snappy").is_some();
        // Every other byte, its lowest and its highest bit by turns; fewer of those without checksums, of which less is asked.
        for at in (4..whole.len()).step_by(if is_checked { 2 } else { 6 }) {
            let mut altered = whole.to_vec();
            altered[at] ^= if at & 2 == 0 { 1 } else { 0x80 };
            let (now, has_gap, _) = found(format, &altered);
            let is_read = is_checked && read.iter().any(|range| range.contains(&(at as u64)));
            assert!(!is_read || has_gap || rows(&now) == rows(&text), "{} at {at}", format.name);
        }
    }
}

#[test]
fn what_a_header_of_avro_says_twice_is_not_lost() {
    let sized = |text: &str| [&[2 * text.len() as u8][..], text.as_bytes()].concat();
    let schema = |name: &str| format!(r#"{{"type":"record","name":"{name}","fields":[]}}"#);
    let entries = [
        ("avro.schema", &schema("Quillcroft")[..]),
        ("avro.codec", "Harbour"),
        ("avro.schema", &schema("Ashgrove")),
        ("avro.codec", "null"),
    ];
    let entries: Vec<u8> = entries.iter().flat_map(|(key, value)| [sized(key), sized(value)].concat()).collect();
    let (text, has_gap, _) = found(&AVRO, &[b"Obj\x01\x08", &entries[..], &[0], &[7; 16]].concat());
    assert!(!has_gap && ["Quillcroft", "Harbour", "Ashgrove"].iter().all(|said| text.contains(said)), "{text}");
}
