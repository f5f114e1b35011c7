//! Archives of every version with every compression, as `pg_backup_archiver.c` and `pg_backup_custom.c` write them.

use super::PG_DUMP;
use super::pg_toc::Compression;
use crate::control::pg_archive::{entry, head, int};
use crate::format::testing::read_with;
use crate::model::Cause;
use std::io::Write;

const ROWS: &str = "1\tAB12CD\tAnn \\t Lee\n2\tXY98ZW\t\\N\n\\.\n\n\n";

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
    let compressed = match (minor, compression) {
        (15.., Compression::None) => vec![0],
        (15.., Compression::Gzip) => vec![1],
        (15.., Compression::Lz4) => vec![2],
        (15.., Compression::Zstd) => vec![3],
        (15.., Compression::Other(method)) => vec![method],
        (_, Compression::None) => int(0),
        (_, _) => int(-1),
    };
    let mut out = [head(minor, 1, &compressed), int(2)].concat();
    // The place of the data: stated, of eight bytes.
    let place = [2; 9];
    out.extend(entry(minor, 1, "TABLE", "CREATE TABLE public.clients (id int, client_code text, holder text);\n", "", &place));
    out.extend(entry(minor, 2, "TABLE DATA", "", "COPY public.clients (id, client_code, holder) FROM stdin;\n", &place));
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
