//! Packs: what one institution is handed says nothing of any other.

use crate::harness::{Demo, Desk, Finished, Job, Row, files_below, program};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

fn pack(desk: &Desk, registry: &Path, out: &str, arguments: &[&str]) -> Finished {
    let mut command = program();
    command.arg("pack").args(arguments).arg("--case").arg(desk.case()).arg("--registry").arg(registry).arg("--out").arg(desk.path(out));
    Finished::from(command.output().expect("the program starts"))
}

fn bytes_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let read = |file: &Path| fs::read(folder.join(file)).expect("a readable file");
    files_below(folder).into_iter().map(|file| (file.display().to_string(), read(&file))).collect()
}

/// A table of the registry, whatever its delimiter; what is no UTF-8 in it is lost.
fn table(path: &Path) -> Vec<Row> {
    let text = String::from_utf8_lossy(&fs::read(path).expect("a table")).into_owned();
    let text = text.trim_start_matches('\u{FEFF}');
    let delimiter = if text.lines().next().is_some_and(|header| header.contains(';')) { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

/// What each institution is named by, in small letters: names, and identifiers that are no numbers.
fn named(registry: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, column) in [("customers.csv", "legal_name"), ("names.csv", "name"), ("identifiers.csv", "value")] {
        for row in table(&registry.join(file)) {
            let value = row[column].to_lowercase();
            let of = named.entry(row["customer_id"].clone()).or_default();
            if value.len() >= 5 && value.chars().any(char::is_alphabetic) && !value.contains('\u{FFFD}') {
                of.insert(value);
            }
        }
    }
    named
}

#[test]
fn no_pack_names_another_institution() {
    let (demo, desk) = (Demo::with(&["--seed", "3", "--per-family", "1"]), Desk::new());
    let outputs = desk.run(&Job::of("evidence", &demo.evidence()).manifest(&demo.listing()), &demo.registry());
    let impact = outputs.impact();
    let ids: Vec<&str> = impact.keys().map(String::as_str).collect();
    let named = named(&demo.registry());
    for (out, unmasked) in [("packs", false), ("open", true)] {
        let arguments: Vec<&str> = ids.iter().copied().chain(unmasked.then_some("--unmasked")).collect();
        pack(&desk, &demo.registry(), out, &arguments).with_code(&[0]);
        for id in &ids {
            let folder = desk.path(out).join(id);
            let text: String = bytes_below(&folder).values().map(|bytes| String::from_utf8_lossy(bytes).to_lowercase() + "\n").collect();
            let text = text.replace("&amp;", "&").replace("&#39;", "'");
            let own: String = named[*id].iter().map(|value| format!("{value}\n")).collect();
            for (other, values) in named.iter().filter(|(other, _)| other != id) {
                let leaked: Vec<&String> = values.iter().filter(|value| text.contains(*value) && !own.contains(*value)).collect();
                assert!(leaked.is_empty(), "the pack of {id} names {other}: {leaked:?}");
            }
            let has = |name: &str| folder.join(name).exists();
            let verdict = impact[*id]["verdict"].as_str();
            assert_eq!((has("certificate.txt"), has("data_elements.csv")), (verdict == "ruled_out", verdict == "affected"), "{id}");
        }
    }
}

#[test]
fn archives_and_folders_hold_the_same_and_stay_the_same() {
    let (demo, desk) = (Demo::small(2), Desk::new());
    desk.index(&Job::of("evidence", &demo.evidence()).manifest(&demo.listing()));
    for (out, zip) in [("a", false), ("b", false), ("za", true), ("zb", true)] {
        let arguments: Vec<&str> = std::iter::once("--all-affected").chain(zip.then_some("--zip")).collect();
        pack(&desk, &demo.registry(), out, &arguments).with_code(&[0]);
    }
    let (folders, archives) = (bytes_below(&desk.path("a")), bytes_below(&desk.path("za")));
    assert_eq!(folders, bytes_below(&desk.path("b")));
    assert_eq!(archives, bytes_below(&desk.path("zb")));
    let mut unpacked = BTreeMap::new();
    for bytes in archives.values() {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes.clone())).expect("an archive");
        for place in 0..archive.len() {
            let mut file = archive.by_index(place).expect("a member");
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut file, &mut bytes).expect("readable");
            unpacked.insert(file.name().expect("a plain name").into_owned(), bytes);
        }
    }
    assert_eq!(folders, unpacked);
}

#[test]
fn wrong_packs_are_refused() {
    let (demo, desk) = (Demo::small(2), Desk::new());
    desk.index(&Job::of("evidence", &demo.evidence()));
    pack(&desk, &demo.registry(), "packs", &["nobody"]).with_code(&[2]);
    pack(&desk, &demo.registry(), "packs", &[]).with_code(&[2]);
    pack(&desk, &demo.registry(), "packs", &["--all-affected", "K0001"]).with_code(&[2]);
    assert!(!desk.path("packs").exists());
}
