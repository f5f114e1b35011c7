//! Listings that real tools wrote of real files: the syntax of each, its rows, and what of it is not understood.
//!
//! The files lie beside the repository where they do at all (`RULEOUT_SHARED`); `tests/realdata/manifests.csv`
//! says what was read from each. Every row was compared with its file by eye; `RULEOUT_BLESS=1` writes it anew and
//! keeps the explanations.

use crate::harness::{files_below, rows};
use ruleout::manifest;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const TABLE: &str = "tests/realdata/manifests.csv";

#[test]
fn every_listing_is_what_the_table_says() {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("RULEOUT_SHARED").map_or_else(beside, PathBuf::from).join("realdata/manifests");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    }
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE);
    let explained: BTreeMap<String, String> = if table.exists() {
        rows(&table).into_iter().map(|row| (row["file"].clone(), row["why"].clone())).collect()
    } else {
        BTreeMap::new()
    };
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["file", "syntax", "rows", "not_understood", "why"]).expect("memory takes it");
    let mut unexplained = Vec::new();
    for file in files_below(&folder) {
        let name = file.to_str().expect("plain names");
        let bytes = std::fs::read(folder.join(&file)).expect("a readable file");
        let mut count = 0;
        let report = manifest::read(&bytes, None, &mut |_| count += 1);
        assert_eq!(count, report.rows, "{name}");
        let why = explained.get(name).map_or("", String::as_str);
        if (report.not_understood_count > 0 || count == 0) && why.is_empty() {
            unexplained.push(format!("{name}: {:?}", report.not_understood));
        }
        let cells = [name, manifest::detect(&bytes).name, &count.to_string(), &report.not_understood_count.to_string(), why];
        out.write_record(cells).expect("memory takes it");
    }
    let written = String::from_utf8(out.into_inner().expect("memory takes it")).expect("plain text");
    if std::env::var_os("RULEOUT_BLESS").is_some() {
        std::fs::write(&table, &written).expect("the table can be written");
    }
    assert_eq!(std::fs::read_to_string(&table).expect("the table"), written);
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}
