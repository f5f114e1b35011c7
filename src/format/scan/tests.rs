use super::*;
use crate::format::Covered;
use crate::format::testing::Collector;
use proptest::prelude::*;
use std::io::Write;

/// Text and gaps of a scan; checks that every byte is covered once.
fn scanned(bytes: &[u8]) -> (String, Vec<Range<u64>>) {
    let (collector, gaps) = collect(bytes);
    (collector.text(), gaps)
}

fn collect(bytes: &[u8]) -> (Collector, Vec<Range<u64>>) {
    let collector = Collector::default();
    let mut sink = Sink::new(&collector);
    let outcome = scan(bytes, 0..bytes.len() as u64, &mut sink);
    sink.finish();
    assert_eq!(outcome.scanned + outcome.opaque, bytes.len() as u64);
    let gaps: Vec<_> = sink.gaps.iter().map(|g| g.range.clone()).collect();
    for (range, covered) in std::mem::take(&mut sink.coverage).partition(bytes.len() as u64) {
        let is_gap = gaps.contains(&range);
        assert_eq!(covered, Some(if is_gap { Covered::Gap(Cause::Opaque) } else { Covered::As(Class::Scanned) }), "{range:?}");
    }
    drop(sink);
    (collector, gaps)
}

fn pseudo_random(n: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(n).collect()
}

#[derive(Clone, Copy, Debug)]
enum Encoding {
    Utf8,
    Cp1252,
    Utf16Le,
    Utf16Be,
    Utf32Le,
    Utf32Be,
    Ebcdic,
}
const ENCODINGS: [Encoding; 7] =
    [Encoding::Utf8, Encoding::Cp1252, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Utf32Le, Encoding::Utf32Be, Encoding::Ebcdic];

fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Cp1252 => encoding_rs::WINDOWS_1252.encode(text).0.into_owned(),
        Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Encoding::Utf32Le => text.chars().flat_map(|c| (c as u32).to_le_bytes()).collect(),
        Encoding::Utf32Be => text.chars().flat_map(|c| (c as u32).to_be_bytes()).collect(),
        Encoding::Ebcdic => text.chars().map(|c| ebcdic::CP037.iter().position(|&e| e == c).expect("in the code page") as u8).collect(),
    }
}

fn latin_text() -> impl Strategy<Value = (String, Encoding)> {
    let ascii = "[A-Z][A-Za-z0-9]{4,9}( [A-Za-z0-9]{1,5}[&.,-]{0,2}[A-Za-z0-9]{1,4}){0,4}[A-Za-z0-9]";
    let letters = prop_oneof!["[A-Z][a-zäöüßéèñçåøÄÖÜ]{0,1}[a-z]{3,8}( [a-z]{1,4}[éüöß][a-z]{2,4}){0,3}"];
    let extended = "[A-Za-z]{2}[łęąśżźćčšžŁŚŻÁÉÖ]{0,2}[A-Za-z]{3,8}( [A-Z][ěčřżś][a-z]{3,5}){0,2}";
    let encodings = |some: &'static [Encoding]| prop::sample::select(some);
    prop_oneof![
        (ascii, encodings(&ENCODINGS)).prop_map(|p| p),
        (
            letters,
            encodings(&[Encoding::Utf8, Encoding::Cp1252, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Utf32Le, Encoding::Utf32Be])
        )
            .prop_map(|p| p),
        (extended, encodings(&[Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be])).prop_map(|p| p),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn planted_text_is_found_at_every_place_in_every_encoding(
        (text, encoding) in latin_text(), at in 0usize..10, filler in prop::sample::select(&[0u8, 1, 0xFF, 0x9D][..]), far in any::<bool>(),
    ) {
        let at = if far { at + blocks::BLOCK - 5 } else { at };
        let mut bytes = vec![filler; at];
        bytes.extend(encode(&text, encoding));
        bytes.extend(vec![filler; 40]);
        prop_assert!(scanned(&bytes).0.contains(&text), "{:?} in {:?}: {:?}", text, encoding, scanned(&bytes).0);
    }

    #[test]
    fn every_byte_is_covered_whatever_it_is(bytes in prop::collection::vec(any::<u8>(), 0..3000), zeros in 0usize..600) {
        scanned(&[bytes.clone(), vec![0; zeros], bytes].concat());
    }

    #[test]
    fn compressed_and_encrypted_data_are_seen_at_every_place(seed in any::<u64>(), at in 0usize..400, length in 512usize..2000) {
        let bytes = [vec![0; at], pseudo_random(length, seed), b"plain text follows here, and goes on ".repeat(20)].concat();
        let (_, gaps) = scanned(&bytes);
        prop_assert_eq!(gaps.len(), 1);
        prop_assert!(gaps[0].start < at as u64 + 128 && gaps[0].end + 128 > (at + length) as u64);
    }

    #[test]
    fn small_streams_are_seen_by_their_headers(text in "[a-z ]{40,400}", at in 0usize..300, kind in 0usize..4) {
        let stream = match kind {
            0 => flate(&text, flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default()), |w| w.finish().unwrap()),
            1 => flate(&text, flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best()), |w| w.finish().unwrap()),
            2 => ::zstd::encode_all(text.as_bytes(), 3).unwrap(),
            _ => flate(&text, ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new())), |w| w.finish().unwrap().into_inner()),
        };
        let length = stream.len();
        let bytes = [vec![b'.'; at], stream, vec![b'.'; 50]].concat();
        let (_, gaps) = scanned(&bytes);
        prop_assert!(gaps.iter().any(|g| g.start == at as u64 && g.end as usize <= at + length + 128), "{:?}", gaps);
    }
}

trait Begin: Write {
    fn begin(&mut self) {}
}
impl Begin for flate2::write::ZlibEncoder<Vec<u8>> {}
impl Begin for flate2::write::GzEncoder<Vec<u8>> {}
impl Begin for ::zip::ZipWriter<std::io::Cursor<Vec<u8>>> {
    fn begin(&mut self) {
        self.start_file("a.txt", ::zip::write::SimpleFileOptions::default()).unwrap();
    }
}

fn flate<W: Begin>(text: &str, mut writer: W, finish: impl FnOnce(W) -> Vec<u8>) -> Vec<u8> {
    writer.begin();
    writer.write_all(text.as_bytes()).unwrap();
    finish(writer)
}

#[test]
fn text_numbers_and_tables_are_no_gaps() {
    let random = pseudo_random(400_000, 7);
    let digits = |n: usize| random.iter().take(n).map(|b| b % 10);
    let packed: Vec<u8> = random.as_chunks::<2>().0.iter().map(|[a, b]| ((a % 10) << 4) | (b % 10)).collect();
    let floats: Vec<u8> = random.as_chunks::<4>().0.iter().flat_map(|b| (f64::from(u32::from_le_bytes(*b)) / 1e5).to_le_bytes()).collect();
    let singles: Vec<u8> =
        random.as_chunks::<4>().0.iter().flat_map(|b| (u32::from_le_bytes(*b) as f32 / 4e9 - 0.5).to_le_bytes()).collect();
    let integers: Vec<u8> = random.as_chunks::<4>().0.iter().flat_map(|b| (u32::from_le_bytes(*b) % 1_000_000_000).to_le_bytes()).collect();
    let cyrillic: Vec<u8> =
        random.iter().flat_map(|b| char::from_u32(0x410 + u32::from(b % 64)).unwrap().to_string().into_bytes()).collect();
    let chinese: Vec<u8> =
        random.as_chunks::<2>().0.iter().flat_map(|[a, b]| (0x4E00 + u16::from(*a) * 20 + u16::from(b % 20)).to_le_bytes()).collect();
    let base64: Vec<u8> =
        random.iter().map(|b| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[usize::from(b % 64)]).collect();
    let ascii: Vec<u8> = digits(100_000).map(|d| b'0' + d).collect();
    for (name, bytes) in [
        ("packed decimals", packed),
        ("doubles", floats),
        ("floats", singles),
        ("integers", integers),
        ("cyrillic", cyrillic),
        ("chinese utf-16", chinese),
        ("base64", base64),
        ("digits", ascii),
    ] {
        assert_eq!(scanned(&bytes).1, [], "{name}");
    }
}

#[test]
fn a_long_run_keeps_its_offsets_across_passages_and_parts() {
    // 20 MiB of numbered lines in each encoding: read in three parts.
    for encoding in [Encoding::Utf8, Encoding::Utf16Be, Encoding::Utf32Le, Encoding::Ebcdic] {
        let mut bytes = Vec::new();
        let mut lines = 0u64;
        while bytes.len() < 20 << 20 {
            bytes.extend(encode(&format!("line{lines:08}x First State Bank, Springfield "), encoding));
            lines += 1;
        }
        let width = bytes.len() as u64 / lines;
        let (collector, gaps) = collect(&bytes);
        assert_eq!(gaps, []);
        let mut seen = vec![false; lines as usize];
        for passage in collector.passages.lock().unwrap().iter() {
            for (place, _) in passage.text.match_indices("line") {
                let Some(number) = passage.text.get(place + 4..place + 12) else { continue };
                // A word that a part's border cuts is not pushed by it.
                let Ok(number) = number.parse::<u64>() else { continue };
                assert_eq!(passage.map.offset(&passage.text, place), number * width, "{encoding:?}");
                seen[number as usize] = true;
            }
            assert!(
                !passage.text.split([' ', crate::passage::BORDER]).any(|w| w.starts_with("ine") || w == "tate" || w == "ank,"),
                "{encoding:?}"
            );
        }
        assert!(seen.iter().all(|&s| s), "{encoding:?}");
    }
}

#[test]
fn many_ranges_together_give_what_each_gives_by_itself() {
    let mut bytes = vec![0u8; 44 << 20];
    for (i, place) in (0..bytes.len() - 100).step_by(31_337).enumerate() {
        let text = format!("[name{i:05} First State Bank]");
        bytes[place..place + text.len()].copy_from_slice(text.as_bytes());
    }
    bytes[3 << 20..(3 << 20) + 4096].copy_from_slice(&pseudo_random(4096, 5));
    // Some thousands of short ranges, one that has parts of its own, some long ones.
    let short = (0..4000u64).map(|i| i * 5000..i * 5000 + 4000);
    let long = [20u64 << 20..37 << 20, 37 << 20..38 << 20, (38 << 20) + 7..43 << 20];
    let ranges: Vec<Range<u64>> = short.chain(long).collect();
    let found = |read: &dyn Fn(&mut Sink<'_>)| {
        let collector = Collector::default();
        let mut sink = Sink::new(&collector);
        read(&mut sink);
        sink.finish();
        let coverage = std::mem::take(&mut sink.coverage).partition(bytes.len() as u64);
        let gaps: Vec<_> = sink.gaps.iter().map(|gap| gap.range.clone()).collect();
        drop(sink);
        let mut runs: Vec<(u64, String)> = Vec::new();
        for passage in collector.passages.lock().unwrap().iter() {
            let starts = passage.text.match_indices("[name").map(|(at, _)| at);
            runs.extend(starts.map(|at| (passage.map.offset(&passage.text, at), passage.text[at..].chars().take(28).collect())));
        }
        runs.sort();
        (coverage, gaps, runs)
    };
    let together = found(&|sink| scan_all(&bytes, &ranges, sink));
    let one_by_one = found(&|sink| ranges.iter().for_each(|range| _ = scan(&bytes, range.clone(), sink)));
    assert_eq!(together.1.len(), 1);
    assert!(together.2.len() > 1000);
    assert_eq!(together, one_by_one);
}

#[test]
fn random_bytes_do_not_flood_the_text() {
    let bytes = pseudo_random(4 << 20, 3);
    let (text, gaps) = scanned(&bytes);
    assert_eq!(gaps.len(), 1);
    assert!(text.len() < bytes.len() / 50, "{} characters", text.len());
}

#[test]
fn one_text_in_utf16_is_not_given_twice() {
    for encoding in [Encoding::Utf16Le, Encoding::Utf16Be] {
        for pad in [0usize, 1, 2, 3] {
            let bytes = [vec![0; pad], encode("First State Bank", encoding), vec![0; 6]].concat();
            assert_eq!(scanned(&bytes).0.trim_end_matches(crate::passage::BORDER), "First State Bank", "{encoding:?} {pad}");
        }
    }
}

#[test]
fn a_part_border_loses_no_run() {
    let mut bytes = vec![0u8; 20 << 20];
    let border = PART;
    for (i, offset) in (0..40).map(|i| (i, border - 2000 + i * 100)) {
        bytes[offset..offset + 25].copy_from_slice(format!("[name{i:02} First State Bank]").as_bytes());
    }
    let (text, _) = scanned(&bytes);
    for i in 0..40 {
        assert_eq!(text.matches(&format!("name{i:02} First State Bank]")).count(), 1, "{i}");
    }
}

#[test]
#[ignore = "measures, does not test"]
fn throughput() {
    let mut mixed = Vec::new();
    for i in 0..2000u32 {
        mixed.extend(pseudo_random(600, u64::from(i)).iter().map(|b| b & 0x1F | b & 0xC0));
        mixed.extend([0; 2000]);
        mixed.extend(b"First State Bank of Springfield account 123456789\0");
        mixed.extend((0..400u32).flat_map(|k| (k * i).to_le_bytes()));
    }
    let random = pseudo_random(8 << 20, 3);
    for (name, bytes) in [
        ("mixed", mixed),
        ("random", random),
        ("zeros", vec![0; 8 << 20]),
        ("program", std::fs::read(std::env::current_exe().unwrap()).unwrap()),
        ("text", b"The quick brown fox. ".repeat(400_000)),
    ] {
        let whole = 0..bytes.len();
        let start = std::time::Instant::now();
        let noise = noise::stretches(&bytes, whole.clone());
        let noise_time = start.elapsed();
        let start = std::time::Instant::now();
        streams::find(&bytes, whole.clone(), whole.end, &noise);
        let streams_time = start.elapsed();
        let start = std::time::Instant::now();
        let mut found = blocks::Candidates::new();
        for at in whole.step_by(blocks::BLOCK) {
            found.find(&bytes, at);
        }
        std::hint::black_box(found);
        let blocks_time = start.elapsed();
        let start = std::time::Instant::now();
        let (text, _) = scanned(&bytes);
        let speed = bytes.len() as f64 / 1e6 / start.elapsed().as_secs_f64();
        let report = format!(
            "{name}: {speed:.0} MB/s, {noise_time:?} noise, {streams_time:?} streams, {blocks_time:?} blocks, text {} of {}\n",
            text.len(),
            bytes.len()
        );
        std::io::stderr().write_all(report.as_bytes()).unwrap();
    }
}
