//! What a vendor's platform is full of and what concerns no institution: telemetry, documents, software.

use super::case::Case;
use super::containers::{encrypted_zip, zip};
use super::lexicon::NOUNS;
use super::office::xlsx;
use super::prng::Prng;
use super::tables::Table;
use std::io;

/// Rows of the vendor's machine data. Serial numbers begin with 33 to 59, as no routing number does.
pub(super) fn telemetry(prng: &mut Prng, rows: usize) -> Table {
    let row = |prng: &mut Prng| {
        vec![
            format!("2025-03-{:02}T{:02}:{:02}:{:02}Z", prng.range(1..12), prng.below(24), prng.below(60), prng.below(60)),
            format!("node{:02}", prng.below(40)),
            format!("{}.{}.{}", prng.range(3..9), prng.below(10), prng.below(30)),
            format!("{}{}", prng.range(33..60), prng.digits(7)),
            format!("{}.{:03}", prng.below(900), prng.below(1000)),
            prng.below(4000).to_string(),
        ]
    };
    let header = ["recorded_at", "host", "firmware", "serial_no", "latency_ms", "queue_depth"].map(str::to_owned).to_vec();
    Table { header, rows: (0..rows).map(|_| row(prng)).collect() }
}

/// Bytes like a compiled class: small numbers, zeros and a few words; nothing that looks compressed.
pub(super) fn class_file(prng: &mut Prng, size: usize) -> Vec<u8> {
    let mut bytes = b"\xCA\xFE\xBA\xBE\0\0\0\x3D".to_vec();
    while bytes.len() < size {
        match prng.below(8) {
            0 => {
                let word = prng.pick(NOUNS);
                bytes.extend([1, 0, word.len() as u8]);
                bytes.extend(word.as_bytes());
            }
            1 => bytes.extend([0; 12]),
            _ => bytes.extend([prng.range(7..13) as u8, 0, prng.below(64) as u8, 0, prng.below(16) as u8]),
        }
    }
    bytes
}

fn source(prng: &mut Prng, lines: usize) -> String {
    let word = |prng: &mut Prng| prng.pick(NOUNS).replace([' ', '-'], "_");
    let mut text = String::from("// generated; do not edit\n");
    for _ in 0..lines {
        let (a, b, n) = (word(prng), word(prng), prng.below(500));
        text += &match prng.below(3) {
            0 => format!("fn drain_{a}(limit: u32) -> u32 {{ limit.min({n}) }}\n"),
            1 => format!("const {}_PAUSE_MS: u32 = {n};\n", a.to_ascii_uppercase()),
            _ => format!("    if {a}.is_stale() {{ {b}.restart(); }}\n"),
        };
    }
    text
}

/// An archive of the vendor's that cannot be opened, in a part that holds nobody else's files: a gap that
/// concerns nobody.
pub(super) fn sealed_vendor_archive(case: &mut Case) -> io::Result<()> {
    let keys = source(&mut case.prng, 40);
    case.put("software/licences/signing-keys.zip", &encrypted_zip(&[("keys.txt", keys.as_bytes())], *b"the vendor's own")?)
}

/// Writes vendor files until the evidence has grown by so many bytes.
pub(super) fn vendor_files(case: &mut Case, bytes: u64) -> io::Result<()> {
    let until = case.written + bytes;
    let mut n = 0;
    while case.written < until {
        n += 1;
        let size = case.prng.range(200..1200) as usize;
        match case.prng.below(10) {
            0..3 => {
                let text = case.prose(size / 2);
                case.put(&format!("software/docs/chapter {n:04}.txt"), text.as_bytes())?;
            }
            3 | 4 => {
                let text = source(&mut case.prng, size / 4);
                case.put(&format!("software/src/module_{n:04}.rs"), text.as_bytes())?;
            }
            5 | 6 => {
                let classes: Vec<_> =
                    (0..size / 40).map(|i| (format!("org/courier/Part{i}.class"), class_file(&mut case.prng, 900))).collect();
                let members: Vec<_> = classes.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
                case.put(&format!("software/build/part-{n:04}.jar"), &zip(&members)?)?;
            }
            7 | 8 => {
                let table = telemetry(&mut case.prng, size);
                let path = case.neutral(if n % 2 == 0 { "csv" } else { "tsv" });
                case.put(&path, table.delimited(if n % 2 == 0 { ',' } else { '\t' }).as_bytes())?;
            }
            _ => {
                let table = telemetry(&mut case.prng, size / 2);
                let path = case.neutral("xlsx");
                case.put(&path, &xlsx("Probe", &table)?)?;
            }
        }
    }
    Ok(())
}
