//! Reads real files that lie beside the repository, where they do.

use super::*;
use crate::format::testing::read_with;
use crate::format::{Format, PaymentFacts, Probe};
use std::path::{Path, PathBuf};

const FORMATS: &[&Format] =
    &[&swift::FORMAT, &mt940::FORMAT, &iso20022::FORMAT, &x12::FORMAT, &edifact::FORMAT, &ofx::FORMAT, &fints::FORMAT];

/// `RULEOUT_REALDATA`, or `shared/realdata` beside the repository.
fn root() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/realdata");
    std::env::var_os("RULEOUT_REALDATA").map_or_else(beside, PathBuf::from).join("bankfiles")
}

fn files(below: &Path, out: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(below).into_iter().flatten().flatten().map(|e| e.path()) {
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
}

fn taken(bytes: &[u8]) -> Vec<&'static Format> {
    FORMATS.iter().copied().filter(|f| (f.recognise)(&Probe::new(bytes))).collect()
}

fn owners(facts: &PaymentFacts) -> String {
    facts.units.iter().map(|u| u.owners.keys().map(|p| p.value.as_str()).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("|")
}

#[test]
#[allow(clippy::print_stderr)]
fn real_files_have_their_owners() {
    let expected = [
        ("prowide_core/src/test/resources/MT103-bulk-with-ack.rje", "swift_mt", "AAAAUSLA|AAAAUSLA", 3),
        ("prowide_core/src/test/resources/MT103-out-ack.rje", "swift_mt", "BICFOOYY|BICFOOYY|BICFOOYY", 13),
        ("prowide_core/src/test/resources/MT306.fin", "swift_mt", "AAAAUSX0", 1),
        ("prowide_core/src/test/resources/MT320.txt", "swift_mt", "CECAESMM", 1),
        ("wolph_mt940/mt940_tests/jejik/abnamro.sta", "mt940", "ABNANL2A", 10),
        ("wolph_mt940/mt940_tests/jejik/ing.sta", "mt940", "INGBNL2A", 7),
        ("wolph_mt940/mt940_tests/self-provided/raiffeisen-cmi.sta", "mt940", "UBRTHUHB", 7),
        ("wolph_mt940/mt940_tests/self-provided/wrapped_timestamp.sta", "mt940", "DE:12345678", 1),
        ("genkgo_camt/test/data/camt054.v8.xml", "iso20022", "UBSWCHZH", 3),
        ("genkgo_camt/test/data/camt053.v3.xml", "iso20022", "KREDBEBB", 1),
        ("pypi_pacs008/pacs008/templates/pacs.008.001.08/pacs.008.001.08.xml", "iso20022", "", 1),
    ];
    for (path, format, owner, records) in expected {
        let Ok(bytes) = std::fs::read(root().join(path)) else {
            eprintln!("skipped: no {path}");
            continue;
        };
        let formats = taken(&bytes);
        assert_eq!(formats.iter().map(|f| f.name).collect::<Vec<_>>(), [format], "{path}");
        let facts = read_with(formats[0].read, &bytes, |sink, _| sink.facts.payments.clone().unwrap_or_default());
        assert_eq!((owners(&facts).as_str(), facts.units.iter().map(|u| u.records).sum::<u64>()), (owner, records), "{path}");
    }
}

#[test]
fn no_real_file_is_taken_by_two_layouts_and_cuts_do_no_harm() {
    let mut all = Vec::new();
    files(&root(), &mut all);
    for path in all {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let formats = taken(&bytes);
        assert!(formats.len() < 2, "{}", path.display());
        for format in formats {
            for part in (0..=16).map(|i| &bytes[..bytes.len() * i / 16]) {
                read_with(format.read, part, |sink, _| {
                    let covered = sink.coverage.clone().partition(part.len() as u64).iter().all(|(_, covered)| covered.is_some());
                    assert!(covered, "{}", path.display());
                });
            }
        }
    }
}
