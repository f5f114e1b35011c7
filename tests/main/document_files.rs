//! Documents, archives and mail that other projects publish as samples: what became of each file, and of what is
//! inside it. Many are broken on purpose, encrypted, or of kinds that nobody reads.

use crate::harness::{Desk, Institution, Job, Row, assert_table, shared, write_registry};
use std::collections::BTreeMap;

const TABLE: &str = "tests/realdata/documents.csv";
const COLUMNS: [&str; 8] = ["file", "sha256", "bytes", "media_type", "status", "cause", "items", "not_read"];
/// A reader that ends like this has a fault, or was given a file that should have been refused earlier.
const FAULTS: [&str; 4] = ["reader_panic", "worker_died", "limit_time", "limit_memory"];

/// The items of each file: its own first, then those inside.
fn by_file(rows: Vec<Row>) -> Vec<Vec<Row>> {
    let mut files: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows {
        let file = row["item"].split("!/").next().expect("a path has a file").to_owned();
        files.entry(file).or_default().push(row);
    }
    files.into_values().collect()
}

fn line(items: &[Row]) -> [String; 8] {
    let (file, inside) = items.split_first().expect("a file has an item");
    let mut not_read: BTreeMap<String, u64> = BTreeMap::new();
    for item in inside.iter().filter(|item| !item["cause"].is_empty()) {
        *not_read.entry(format!("{} {}", item["status"], item["cause"])).or_default() += 1;
    }
    let not_read = not_read.iter().map(|(what, count)| format!("{what} {count}")).collect::<Vec<_>>().join("|");
    [
        file["item"].split_once('/').expect("a label").1.to_owned(),
        file["sha256"].chars().take(16).collect(),
        file["bytes"].clone(),
        file["media_type"].clone(),
        file["status"].clone(),
        file["cause"].clone(),
        items.len().to_string(),
        not_read,
    ]
}

#[test]
fn every_document_ends_as_the_table_says() {
    let Some(folder) = shared("realdata/documents") else { return };
    let desk = Desk::new();
    let registry = desk.path("registry");
    write_registry(&registry, &[Institution::new("C1", "Cedar Bank").with("client_code", "CEDAR-01")]);
    let rows = desk.run(&Job::of("documents", &folder), &registry).rows("coverage.csv");
    let faulty: Vec<String> =
        rows.iter().filter(|row| FAULTS.contains(&&row["cause"][..])).map(|row| format!("{} {}", row["item"], row["cause"])).collect();
    assert!(faulty.is_empty(), "readers failed:\n{}", faulty.join("\n"));
    let without_cause = rows.iter().filter(|row| matches!(&row["status"][..], "partial" | "unread") && row["cause"].is_empty()).count();
    assert_eq!(without_cause, 0, "items that were not read say why");
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).expect("memory takes it");
    by_file(rows).iter().for_each(|items| writer.write_record(line(items)).expect("memory takes it"));
    let table = String::from_utf8(writer.into_inner().expect("memory takes it")).expect("text");
    assert_table(TABLE, &table);
}
