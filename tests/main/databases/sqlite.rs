use super::engines::{find, run};
use super::shelf::{Found, Shelf, assert_rows, table};
use super::{COLUMNS, inserts, rows, shown};
use std::path::Path;
use std::process::Command;

pub fn sqlite(folder: &Path, file: &str, sql: &str) -> Option<Vec<u8>> {
    let program = find("sqlite3")?;
    std::fs::write(folder.join("load.sql"), sql).expect("a writable folder");
    run(Command::new(program).current_dir(folder).args(["-batch", "-bail", file, ".read load.sql"]));
    Some(std::fs::read(folder.join(file)).expect("a database"))
}

pub const TABLES: &str =
    "CREATE TABLE accounts (id INTEGER PRIMARY KEY, client_code text, holder text, iban text, amount text, note text);\n";

fn read(bytes: &[u8]) -> Found {
    Shelf::read(bytes).0
}

#[test]
fn rows_of_sqlite_are_those_inserted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // The amounts are made of the accounts, so that no number is written otherwise than it was inserted.
    let mut expected = rows(3000);
    expected.iter_mut().for_each(|row| row[4] = format!("{}x", row[3]));
    let quoted = inserts(&rows(3000));
    for (name, head) in [
        ("plain.db", ""),
        ("small.db", "PRAGMA page_size=512;"),
        ("large.db", "PRAGMA page_size=65536;"),
        ("wide.db", "PRAGMA encoding='UTF-16le';"),
        ("big.db", "PRAGMA encoding='UTF-16be'; PRAGMA page_size=1024;"),
        ("vacuumed.db", "PRAGMA auto_vacuum=FULL;"),
    ] {
        let sql = format!(
            "{head}\n{TABLES}{quoted}UPDATE accounts SET amount = iban || 'x';\nCREATE INDEX i ON accounts (holder, note);\n\
             CREATE TABLE keyed (b text, a int, c text, d AS (a + 1), PRIMARY KEY (a, b)) WITHOUT ROWID;\n\
             INSERT INTO keyed SELECT holder, id * 1000003, hex(zeroblob(id % 3000)) FROM accounts;\n\
             CREATE TABLE long (t text, f blob, r real);\n\
             INSERT INTO long VALUES (hex(zeroblob(200000)) || 'end of Quillcroft Bank', X'89504E470D0A1A0A' || zeroblob(9000), 2.5);\n"
        );
        let Some(bytes) = sqlite(folder.path(), name, &sql) else { return };
        let found = read(&bytes);
        let accounts = table(&found, "accounts");
        assert_eq!(accounts.header, COLUMNS, "{name}");
        assert_rows(accounts, &shown(&expected));
        let keyed: Vec<Vec<String>> =
            (0..3000usize).map(|i| vec![format!("Holder {i}"), (i * 1_000_003).to_string(), "0".repeat(i % 3000 * 2)]).collect();
        assert_eq!(table(&found, "keyed").header, ["b", "a", "c"], "{name}");
        assert_rows(table(&found, "keyed"), &keyed);
        assert!(found.text.contains("end of Quillcroft Bank"), "{name}");
        assert!(found.gaps.is_empty(), "{name}: {:?}", found.gaps);
    }
}

#[test]
fn deleted_rows_and_those_of_a_log_are_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sql = format!("PRAGMA secure_delete=OFF;\n{TABLES}{}DELETE FROM accounts;\n", inserts(&rows(3000)));
    let Some(bytes) = sqlite(folder.path(), "deleted.db", &sql) else { return };
    let found = read(&bytes);
    let deleted = table(&found, "deleted rows");
    assert!(deleted.rows.len() > 2900, "{} rows", deleted.rows.len());
    assert!((0..3000).all(|i| found.text.contains(&format!("QX{:05}", i * 7))));
    // A process that does not end leaves its log behind.
    let log =
        format!("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;\n{TABLES}{}.system cp log.db-wal kept-wal\n", inserts(&rows(3000)));
    sqlite(folder.path(), "log.db", &log);
    let found = read(&std::fs::read(folder.path().join("kept-wal")).expect("a log"));
    assert_eq!((found.format, found.gaps.len()), ("sqlite_wal", 0));
    assert!((0..3000).all(|i| found.tables[0].rows.iter().any(|row| row[2] == format!("QX{:05}", i * 7))));
}

#[test]
fn rows_of_a_dropped_table_are_read_from_the_list_of_free_pages() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // A table of one page becomes the list's trunk, and so does the first of three; with more pages free, their numbers
    // are written over the list of its cells.
    for (name, count, more) in [("one.db", 12, 0), ("three.db", 40, 0), ("many.db", 12, 3000)] {
        let other = inserts(&rows(more)).replace("INTO accounts", "INTO other");
        let sql = format!(
            "PRAGMA secure_delete=OFF; PRAGMA page_size=4096;\n{TABLES}{}{}{other}DROP TABLE accounts; DROP TABLE other;\n",
            TABLES.replace("accounts", "other"),
            inserts(&rows(count))
        );
        let Some(bytes) = sqlite(folder.path(), name, &sql) else { return };
        let found = read(&bytes);
        let dropped = table(&found, "deleted rows");
        let is_read = |wanted: &[String; 6]| dropped.rows.iter().any(|row| row.get(2..5) == wanted.get(1..4));
        let lost = rows(count).iter().filter(|row| !is_read(row)).count();
        assert_eq!(lost, 0, "{name}: {:?}", dropped.rows.first());
    }
}

#[test]
fn a_damaged_database_of_sqlite_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(whole) = sqlite(folder.path(), "whole.db", &format!("{TABLES}{}", inserts(&rows(500)))) else { return };
    for cut in (1..16).map(|n| whole.len() * n / 16) {
        assert!(!read(&whole[..cut]).gaps.is_empty(), "cut at {cut}");
    }
    for at in (0..whole.len()).step_by(97) {
        let mut altered = whole.clone();
        altered[at] ^= 0xA5;
        read(&altered);
    }
    // Pages of noise behind a header in the clear, as an encrypted database can be.
    let noise = (0..whole.len() as u32).map(|i| (i.wrapping_mul(2_654_435_761).rotate_left(i % 31) >> 7) as u8);
    let locked: Vec<u8> = whole[..100].iter().copied().chain(noise.skip(100)).collect();
    let found = read(&locked);
    assert!(found.bytes[5] > locked.len() as u64 / 2 && !found.gaps.is_empty(), "{:?} {:?}", found.bytes, found.gaps);
}
