//! Real databases, dumps and images: what each is and how much of it is read, in `tests/realdata/databases.csv`.
//! `RULEOUT_BLESS=1` writes it anew.

use super::shelf::{Found, Shelf};
use crate::harness::files_below;
use std::path::{Path, PathBuf};

const TABLE: &str = "tests/realdata/databases.csv";
const COLUMNS: [&str; 12] =
    ["file", "bytes", "format", "tables", "records", "records_checked_by", "members", "read", "scanned", "opaque_structure", "gap", "gaps"];

/// Who else counted the records, where there are any. Bytes are those that the reader and the scan covered.
fn checked_by(name: &str, records: u64) -> &'static str {
    const CHECKS: [(&str, &str); 7] = [
        ("oracle-dmp/", "hand, in a dump of the bytes; no other reader of such files is at hand"),
        ("sqlite3-module/", "sqlite3"),
        (".dbf", "the count in the file's own header"),
        (".pgcopy", "the rows of the same table in its other dumps"),
        ("_inserts.sql", "grep, of the INSERT statements"),
        ("pub_", "pg_restore and wc, of the lines of COPY"),
        ("sleuthkit/", "nobody: they are lines of a text in a file of the image"),
    ];
    if records == 0 { "" } else { CHECKS.iter().find(|(part, _)| name.contains(part)).map_or("nobody", |(_, who)| who) }
}

/// Is it a database, a dump of one, or an image of memory or a disk?
fn is_chosen(file: &Path) -> bool {
    let name = file.to_string_lossy().to_ascii_lowercase();
    let kinds =
        [".db", ".sqlite", ".dbf", ".mdb", ".accdb", ".sql", ".dmp", ".dump", ".pgcopy", ".dd", ".e01", ".qcow", ".vmdk", ".vhd", ".img"];
    kinds.iter().any(|kind| name.ends_with(kind)) || name.contains("postgresql15_dumps") && !name.ends_with(".md")
}

fn row(name: &str, bytes: &[u8]) -> Vec<String> {
    let (found, mut members) = Shelf::read(bytes);
    members.sort_by_key(|member| member.text.len());
    let records = |found: &Found| found.tables.iter().map(|table| table.counted).sum::<u64>();
    let all: Vec<&Found> = members.iter().chain([&found]).collect();
    let counted = all.iter().map(|f| records(f)).sum::<u64>();
    let [read, scanned, opaque, structure, member, gap] = found.bytes;
    let mut gaps: Vec<String> = found.gaps.clone();
    gaps.extend(members.iter().flat_map(|member| member.gaps.iter().map(|gap| format!("in a member: {gap}"))));
    gaps.sort();
    gaps.dedup();
    let shown = if gaps.len() > 6 { format!("{} gaps, first {}", gaps.len(), gaps[0]) } else { gaps.join("|") };
    vec![
        name.to_owned(),
        bytes.len().to_string(),
        found.format.to_owned(),
        all.iter().map(|f| f.tables.len()).sum::<usize>().to_string(),
        counted.to_string(),
        checked_by(name, counted).to_owned(),
        found.members.len().to_string(),
        (read + member).to_string(),
        scanned.to_string(),
        (opaque + structure).to_string(),
        gap.to_string(),
        shown,
    ]
}

#[test]
fn every_database_is_what_the_table_says() {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("RULEOUT_SHARED").map_or_else(beside, PathBuf::from).join("realdata/documents");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).expect("memory takes it");
    for file in files_below(&folder).iter().filter(|file| is_chosen(file)) {
        let bytes = std::fs::read(folder.join(file)).expect("a readable file");
        writer.write_record(row(file.to_str().expect("plain names"), &bytes)).expect("memory takes it");
    }
    let now = String::from_utf8(writer.into_inner().expect("memory takes it")).expect("text");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE);
    if std::env::var_os("RULEOUT_BLESS").is_some() {
        std::fs::write(&path, &now).expect("a writable table");
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let changed: Vec<String> = now.lines().filter(|line| !before.lines().any(|b| b == *line)).map(|line| format!("+ {line}")).collect();
    let gone: Vec<String> = before.lines().filter(|line| !now.lines().any(|n| n == *line)).map(|line| format!("- {line}")).collect();
    assert!(now == before, "{TABLE} differs:\n{}\n{}", gone.join("\n"), changed.join("\n"));
}
