//! Compressed streams that other programs wrote of one text.

use super::{BZIP2, COMPRESS, LZ4, LZIP, LZMA, XZ, ZLIB, ZSTD};
use crate::format::testing::read_with;
use crate::format::{Format, Probe};
use crate::model::Cause;
use proptest::prelude::*;
use std::io::Write;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/fixtures/stream/", $name, ".bin")).to_vec()
    };
}

fn text() -> Vec<u8> {
    (0..900).map(|i| format!("{i:05},First State Bank\n")).collect::<String>().into_bytes()
}

fn zlib() -> Vec<u8> {
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(&text()).unwrap();
    writer.finish().unwrap()
}

/// Format, stream, whether several streams of it are one, and whether an end that is missing shows.
fn streams() -> Vec<(&'static Format, Vec<u8>, bool, bool)> {
    vec![
        (&BZIP2, fixture!("bzip2"), true, true),
        (&XZ, fixture!("xz"), true, true),
        (&LZMA, fixture!("lzma"), false, true),
        (&ZSTD, fixture!("zstd"), true, true),
        (&LZ4, fixture!("lz4"), true, true),
        (&LZ4, fixture!("lz4_legacy"), false, false),
        (&COMPRESS, fixture!("compress"), false, false),
        (&ZLIB, zlib(), true, true),
    ]
}

/// Decoded bytes, defects, and the ranges that are left to the scan.
fn seen(format: &Format, bytes: &[u8]) -> (Vec<u8>, Vec<Cause>, Vec<std::ops::Range<u64>>) {
    read_with(format.read, bytes, |sink, out| {
        let left = sink.coverage.clone().partition(bytes.len() as u64).into_iter().filter(|(_, covered)| covered.is_none());
        let causes = sink.gaps.iter().map(|g| g.cause).chain(sink.members.iter().filter_map(|m| m.defect));
        (out.members.lock().unwrap().concat(), causes.collect(), left.map(|(range, _)| range).collect())
    })
}

#[test]
fn streams_decode_to_their_text() {
    for (format, bytes, ..) in streams() {
        assert!((format.recognise)(&Probe::new(&bytes)), "{}", format.name);
        assert_eq!(seen(format, &bytes), (text(), vec![], vec![]), "{}", format.name);
    }
}

#[test]
fn several_streams_are_one_member_and_what_follows_is_left() {
    for (format, bytes, several, ends) in streams() {
        if several {
            assert_eq!(seen(format, &[&bytes[..], &bytes].concat()), ([text(), text()].concat(), vec![], vec![]), "{}", format.name);
        }
        if ends {
            let more = [&bytes[..], b"#what follows"].concat();
            let left = bytes.len() as u64..more.len() as u64;
            let (found, causes, open) = seen(format, &more);
            assert_eq!((causes, open), (vec![], vec![left]), "{}", format.name);
            assert!(found == text(), "{}", format.name);
        }
    }
}

#[test]
fn skippable_frames_are_left_to_the_scan_and_padding_is_not() {
    let skipped = [&b"\x52\x2A\x4D\x18\x05\0\0\0"[..], b"words"].concat();
    for (format, bytes) in [(&ZSTD, fixture!("zstd")), (&LZ4, fixture!("lz4"))] {
        let whole = [&bytes[..], &skipped, &bytes].concat();
        let (from, to) = (bytes.len() as u64, (bytes.len() + skipped.len()) as u64);
        assert_eq!(seen(format, &whole), ([text(), text()].concat(), vec![], Vec::from([(from, to)].map(|(from, to)| from..to))));
    }
    let first = [&skipped[..], &fixture!("zstd")].concat();
    assert!((ZSTD.recognise)(&Probe::new(&first)));
    assert_eq!(seen(&ZSTD, &first).0, text());
    assert_eq!(seen(&XZ, &[&fixture!("xz")[..], &[0; 8], &fixture!("xz")].concat()), ([text(), text()].concat(), vec![], vec![]));
}

#[test]
fn cut_streams_give_what_was_decoded_and_say_so() {
    for (format, bytes, _, ends) in streams() {
        for cut in (20..bytes.len() - 1).step_by(13) {
            let (found, causes, _) = seen(format, &bytes[..cut]);
            assert!(text().starts_with(&found), "{} cut at {cut}", format.name);
            assert!(!ends || !causes.is_empty(), "{} cut at {cut}", format.name);
        }
    }
    let (found, causes, _) = seen(&ZSTD, &fixture!("zstd")[..fixture!("zstd").len() - 2]);
    assert_eq!((found, causes.len()), (text(), 1));
}

#[test]
fn a_dictionary_that_is_only_stated_is_not_allocated() {
    let mut bytes = fixture!("lzma");
    bytes[1..5].copy_from_slice(&[0, 0, 0, 0x80]);
    assert_eq!(seen(&LZMA, &bytes).1.len(), 1);
}

#[test]
fn lzip_is_told_and_its_damage_stated() {
    let bytes = b"LZIP\x01\x0C\0\0\0\0\0\0";
    assert!((LZIP.recognise)(&Probe::new(bytes)));
    assert!(!seen(&LZIP, bytes).1.is_empty());
}

proptest! {
    #[test]
    fn flipped_bytes_do_no_harm(which in 0usize..8, at in 0usize..9000, to in any::<u8>()) {
        let (format, mut bytes, ..) = streams().swap_remove(which);
        let at = at % bytes.len();
        bytes[at] = to;
        seen(format, &bytes);
    }
}
