//! What every planted file is put through: cut off at many places, with flipped bytes, and inside containers that are
//! cut off. Whatever is left must be found, or be a gap.

use super::*;
use crate::demo::prng::Prng;
use crate::model::Cause;
use std::collections::BTreeSet;

/// Formats of which nothing says where they end: what is left is whole for all that can be known, and is searched.
const OPEN_ENDED: &[&str] = &[
    // No mark of an end, no checksum, no length.
    "compress",
    "zlib",
    "dbf",
    "text",
    "delimited",
    "fixed_width",
    "sql",
    "pg_copy",
    "vcard",
    "unknown",
    // Read as the text that they are; printers and browsers take them without their end.
    "svg",
    "postscript",
    "dxf",
    "zpl",
    // The directory that would tell stands at the end; stored members are searched, others are told by the scan.
    "zip_appended",
    // Marks of an end are often left out, and logs in XML have none before they are closed.
    "html",
    "xml",
    "eml",
    "mbox",
];

/// From how many bytes on a file of the format is known for what it is; less is a few bytes of text or noise.
const KNOWN_FROM: &[(&str, usize)] = &[
    ("gzip", 10),
    ("lzma", 14),
    ("brotli", 24),
    ("rtf", 6),
    ("java_class", 10),
    ("redis_commands", 14),
    ("tar", 512),
    ("cab", 36),
    ("cpio", 110),
    ("iso9660", 32_774),
    ("7z_appended", 544),
    ("pgp_armored", 28),
    ("openpgp", 24),
    ("cms", 26),
    ("json", 24),
    ("wrapped", 165),
    ("length_records", 300),
    ("bai2", 65),
    ("x12_payment", 140),
    ("edifact_payment", 62),
    ("bacs18", 241),
    ("mt940", 39),
    ("swift_mt", 30),
    ("fedwire", 30),
    ("iso20022", 135),
    ("ofx", 39),
    ("fints", 20),
    ("lha", 22),
    ("pg_dump_tar", 517),
    ("bson", 20),
    ("lz_block", 60),
    ("sylk", 16),
    ("udf", 38_912),
    ("disk_image", 512),
    ("minidump", 56),
    ("elf_core", 18),
];

#[test]
fn every_format_that_is_excused_is_planted() {
    for format in OPEN_ENDED.iter().chain(KNOWN_FROM.iter().map(|(format, _)| format)) {
        assert!(PLANTS.iter().any(|plant| plant.format == *format), "{format}");
        assert!(!OPEN_ENDED.contains(format) || KNOWN_FROM.iter().all(|(known, _)| known != format), "{format} is excused twice");
    }
}

/// Indexes files and matches what was found with the institutions of the plants.
pub(super) fn read(files: &[(String, Vec<u8>)]) -> Matched {
    let dir = tempfile::tempdir().unwrap();
    super::read(dir.path(), files, &Fence::Off, 0, &Stop::new()).unwrap()
}

fn is_found(matched: &Matched, number: usize, name: &str) -> bool {
    let item = format!("{LABEL}/{name}");
    matched.evidence[matched.evidence_of(number)]
        .iter()
        .any(|e| e.mention.is_sure_owner() && e.item.strip_prefix(&item).is_some_and(|rest| rest.is_empty() || rest.starts_with("!/")))
}

pub(super) fn causes(matched: &Matched, name: &str) -> BTreeSet<Cause> {
    let item = format!("{LABEL}/{name}");
    let of_file = |path: &str| path.strip_prefix(&item).is_some_and(|rest| rest.is_empty() || rest.starts_with("!/"));
    matched.gaps.iter().filter(|gap| of_file(&gap.item)).map(|gap| gap.cause).collect()
}

/// Places to cut a file: at each of its last bytes, and all over it.
fn cuts(len: usize) -> BTreeSet<usize> {
    let spread = (1..16).map(|part| len * part / 16);
    (1..=6).map(|n| len.saturating_sub(n)).chain(spread).filter(|cut| (1..len).contains(cut)).collect()
}

#[test]
fn what_is_cut_off_is_found_or_a_gap() {
    let whole = super::files().unwrap();
    let mut files = Vec::new();
    let mut wanted = Vec::new();
    for (number, (name, bytes)) in whole.iter().enumerate() {
        for cut in cuts(bytes.len()) {
            let name = format!("{name}.{cut:05}");
            files.push((name.clone(), bytes[..cut].to_vec()));
            wanted.push((number, name, cut, bytes.len()));
        }
    }
    let matched = read(&files);
    let mut lost: Vec<String> = Vec::new();
    for (number, name, cut, len) in wanted {
        let plant = &PLANTS[number];
        let known_from = KNOWN_FROM.iter().find(|(format, _)| *format == plant.format).map_or(8, |known| known.1);
        if !OPEN_ENDED.contains(&plant.format)
            && cut >= known_from
            && !is_found(&matched, number, &name)
            && causes(&matched, &name).is_empty()
        {
            lost.push(format!("{} {} cut at {cut} of {len}", plant.format, plant.encoding));
        }
    }
    assert!(lost.is_empty(), "{} are neither found nor a gap:\n{}", lost.len(), lost.join("\n"));
}

#[test]
fn containers_that_are_cut_off_are_gaps_or_give_all() {
    let whole = super::files().unwrap();
    let mut files = Vec::new();
    for (name, bytes) in &whole {
        let zip = containers::zip(&[(name, bytes)]).unwrap();
        let tar_gz = containers::tar_gz(&[(name.clone(), bytes.clone())]).unwrap();
        for (kind, packed) in [("zip", zip), ("tgz", tar_gz)] {
            for part in [3, 5, 7] {
                files.push((format!("{name}.{kind}.{part}"), packed[..packed.len() * part / 8].to_vec()));
            }
        }
    }
    let matched = read(&files);
    let lost: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).filter(|name| causes(&matched, name).is_empty()).collect();
    assert!(lost.is_empty(), "no gap: {lost:?}");
}

#[test]
fn flipped_bytes_do_no_harm() {
    let mut random = Prng::new(7, 0);
    let mut files = Vec::new();
    for (name, bytes) in super::files().unwrap() {
        for round in 0..8 {
            let mut bytes = bytes.clone();
            for _ in 0..=round {
                let at = random.below(bytes.len() as u64) as usize;
                bytes[at] = random.below(256) as u8;
            }
            files.push((format!("{name}.{round}"), bytes));
        }
    }
    let matched = read(&files);
    let panics: Vec<&str> = matched.gaps.iter().filter(|gap| gap.cause == Cause::ReaderPanic).map(|gap| gap.item.as_str()).collect();
    assert!(panics.is_empty(), "readers panicked on {panics:?}");
}

#[test]
fn stated_sizes_are_not_believed() {
    let mut files = Vec::new();
    for (name, bytes) in super::files().unwrap() {
        let head = (0..bytes.len().min(96)).step_by(4);
        let spread = (1..12).map(|part| bytes.len() * part / 12);
        for at in head.chain(spread).collect::<BTreeSet<_>>() {
            let mut bytes = bytes.clone();
            bytes[at..].iter_mut().take(4).for_each(|byte| *byte = 0xFF);
            files.push((format!("{name}.{at:05}"), bytes));
        }
    }
    let matched = read(&files);
    let panics: Vec<&str> = matched.gaps.iter().filter(|gap| gap.cause == Cause::ReaderPanic).map(|gap| gap.item.as_str()).collect();
    assert!(panics.is_empty(), "readers panicked on {panics:?}");
}
