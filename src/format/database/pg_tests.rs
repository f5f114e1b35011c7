//! Archives of every version with every compression, as `pg_backup_archiver.c` and `pg_backup_custom.c` write them.

use super::PG_DUMP;
use super::pg_toc::Compression;
use crate::format::testing::read_with;
use crate::model::Cause;
use std::io::Write;

const ROWS: &str = "1\tAB12CD\tAnn \\t Lee\n2\tXY98ZW\t\\N\n\\.\n\n\n";

fn int(value: i32) -> Vec<u8> {
    [&[u8::from(value < 0)][..], &value.unsigned_abs().to_le_bytes()].concat()
}

fn string(text: &str) -> Vec<u8> {
    [int(text.len() as i32), text.as_bytes().to_vec()].concat()
}

fn none() -> Vec<u8> {
    int(-1)
}

fn entry(minor: u8, id: i32, description: &str, definition: &str, copy: &str) -> Vec<u8> {
    let mut out =
        [int(id), int(i32::from(!copy.is_empty())), string("1259"), string("16400"), string("clients"), string(description)].concat();
    let since = |first: u8, field: Vec<u8>| if minor >= first { field } else { Vec::new() };
    out.extend(since(11, int(3)));
    out.extend([string(definition), string(""), string(copy), string("public"), string("")].concat());
    out.extend(since(14, string("heap")));
    out.extend(since(16, int(b'r'.into())));
    // Owner, OIDs, dependencies, then the place of the data: stated, of eight bytes.
    out.extend([string("tester"), string("false"), string("1"), none(), vec![2; 9]].concat());
    out
}

fn packed(data: &[u8], compression: Compression) -> Vec<u8> {
    match compression {
        Compression::None => data.to_vec(),
        Compression::Gzip => {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(data).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Lz4 => {
            let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
            encoder.write_all(data).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Zstd | Compression::Other(_) => zstd::encode_all(data, 3).unwrap(),
    }
}

fn archive(minor: u8, compression: Compression) -> Vec<u8> {
    let mut out = b"PGDMP\x01".to_vec();
    out.extend([minor, 0, 4, 8, 1]);
    out.extend(match (minor, compression) {
        (15.., Compression::None) => vec![0],
        (15.., Compression::Gzip) => vec![1],
        (15.., Compression::Lz4) => vec![2],
        (15.., Compression::Zstd) => vec![3],
        (15.., Compression::Other(method)) => vec![method],
        (_, Compression::None) => int(0),
        (_, _) => int(-1),
    });
    (0..7).for_each(|_| out.extend(int(1)));
    out.extend([string("bank"), string("15.1"), string("15.1"), int(2)].concat());
    out.extend(entry(minor, 1, "TABLE", "CREATE TABLE public.clients (id int, client_code text, holder text);\n", ""));
    out.extend(entry(minor, 2, "TABLE DATA", "", "COPY public.clients (id, client_code, holder) FROM stdin;\n"));
    out.extend([&[1][..], &int(2)].concat());
    // Chunks end anywhere.
    for chunk in packed(ROWS.as_bytes(), compression).chunks(7) {
        out.extend([int(chunk.len() as i32), chunk.to_vec()].concat());
    }
    out.extend(int(0));
    out
}

#[test]
fn every_version_and_compression_gives_the_same_rows() {
    for minor in 10..=16 {
        let newer = [Compression::Lz4, Compression::Zstd];
        for compression in [Compression::None, Compression::Gzip].into_iter().chain(newer.into_iter().filter(|_| minor >= 15)) {
            let bytes = archive(minor, compression);
            read_with(PG_DUMP.read, &bytes, |sink, out| {
                let table = &sink.facts.tables[0];
                assert_eq!((table.name.as_str(), table.rows), ("public.clients", 2), "1.{minor} {compression:?}");
                assert_eq!(table.header, ["id", "client_code", "holder"]);
                assert!(out.text().contains("1\tAB12CD\tAnn   Lee\n2\tXY98ZW\t\n"), "{}", out.text());
                assert!(sink.gaps.is_empty(), "1.{minor} {compression:?}: {:?}", sink.gaps);
                assert!(sink.coverage.clone().partition(bytes.len() as u64).iter().all(|(_, covered)| covered.is_some()));
            });
            for cut in 8..bytes.len() {
                let is_told = read_with(PG_DUMP.read, &bytes[..cut], |sink, _| !sink.gaps.is_empty() || !sink.facts.notes.is_empty());
                assert!(is_told, "1.{minor} {compression:?} cut at {cut} of {}", bytes.len());
            }
        }
    }
}

#[test]
fn an_unknown_method_is_a_gap_that_says_so() {
    let causes: Vec<Cause> =
        read_with(PG_DUMP.read, &archive(16, Compression::Other(9)), |sink, _| sink.gaps.iter().map(|gap| gap.cause).collect());
    assert_eq!(causes, [Cause::UnsupportedMethod]);
}
