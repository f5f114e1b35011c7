//! Avro, Parquet and ORC: the records that fastavro and PyArrow wrote (`tests/fixtures/dataset/make.py`) are the rows that
//! are read, in every codec and encoding, and decide as those of a delimited table do.

use super::shelf::{Found, Shelf, Table, assert_rows};
use crate::harness::{Desk, Institution, Job, write, write_registry};
use std::path::{Path, PathBuf};
use std::process::Command;

pub const COUNT: usize = 300;

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dataset")
}

/// Files of a kind in a folder, by their names.
pub fn files(folder: &Path, ending: &str) -> Vec<(String, Vec<u8>)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == ending));
    paths.sort();
    let name = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), std::fs::read(path).expect("a readable file"))).collect()
}

const COLUMNS: [&str; 12] = [
    "client_code",
    "holder.name",
    "holder.address.city",
    "holder.address.post_code",
    "balance",
    "opened",
    "changed",
    "active",
    "visits",
    "limit",
    "rate",
    "ibans",
];

fn row(i: usize, cities: [&str; 3]) -> Vec<String> {
    let has_address = !i.is_multiple_of(3);
    let cents = i as i64 * 1317 - 20_000;
    let balance = format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100);
    let opened = jiff::civil::date(2001, 1, 1).saturating_add(jiff::Span::new().days(i as i64 * 31));
    let changed: jiff::Timestamp = "2024-03-15T12:30:45.123Z".parse().expect("a moment");
    let ibans: Vec<String> = (0..i % 3).map(|k| format!("DE{:020}", 370_400_440_532_013_000_u64 + (i + k) as u64)).collect();
    vec![
        format!("QX{:05}", i % 7),
        format!("Holder {i}"),
        if has_address { cities[i % 3].to_owned() } else { String::new() },
        if has_address { (50_000 + i).to_string() } else { String::new() },
        if i.is_multiple_of(5) { String::new() } else { balance },
        opened.to_string(),
        (changed + jiff::SignedDuration::from_secs(i as i64)).to_string(),
        i.is_multiple_of(2).to_string(),
        (i as i64 * 7919 - 100_000).to_string(),
        (i as i64 * 123_456_789_012).to_string(),
        (i as f64 / 8.0).to_string(),
        ibans.join("; "),
        ["plain", "O'Neil \\ Sons", "semi;colon", "Zoë Müller", "", ""][i % 6].to_owned(),
    ]
}

fn of_columns(count: usize) -> Vec<Vec<String>> {
    (0..count).map(|i| row(i, ["Köln", "Zürich", "Bern"])).collect()
}

fn of_avro(count: usize) -> Vec<Vec<String>> {
    let more = |i: usize| {
        let tags = if i.is_multiple_of(4) { ["a; b", "0.5; 1.25"] } else { ["", ""] };
        [tags[0].to_owned(), tags[1].to_owned(), format!("0102FF{:02X}", i % 256)]
    };
    (0..count).map(|i| row(i, ["Koeln", "Zuerich", "Bern"]).into_iter().chain(more(i)).collect()).collect()
}

#[track_caller]
fn only_table(found: &Found) -> &Table {
    let [table] = found.tables.as_slice() else { panic!("{} tables, {:?}", found.tables.len(), found.gaps) };
    table
}

/// All rows are there, and every byte was read.
#[track_caller]
fn assert_whole(name: &str, bytes: &[u8], expected: &[Vec<String>]) {
    let (found, _) = Shelf::read(bytes);
    let table = only_table(&found);
    assert_eq!(table.header[..12], COLUMNS, "{name}");
    assert_eq!(table.header[12], "note", "{name}");
    assert_rows(table, expected);
    assert!(found.gaps.is_empty(), "{name}: {:?}", found.gaps);
    let [read, scanned, _, structure, ..] = found.bytes;
    // What is scanned are filters.
    let filters = if name == "hive_0_11" { scanned } else { 0 };
    assert!(read + filters + structure + 200 > bytes.len() as u64, "{name}: {:?} of {}", found.bytes, bytes.len());
}

#[test]
fn records_of_avro_are_those_written_in_every_codec() {
    let files = files(&fixtures(), "avro");
    assert_eq!(files.len(), 6);
    for (name, bytes) in files {
        assert_whole(&name, &bytes, &of_avro(COUNT));
    }
}

#[test]
fn records_of_parquet_are_those_written_in_every_codec_and_encoding() {
    let files: Vec<_> = files(&fixtures(), "parquet").into_iter().filter(|(name, _)| !name.starts_with("locked")).collect();
    assert_eq!(files.len(), 8);
    for (name, bytes) in files {
        assert_whole(&name, &bytes, &of_columns(COUNT));
    }
}

#[test]
fn records_of_orc_are_those_written_in_every_codec_and_version() {
    let files = files(&fixtures(), "orc");
    assert_eq!(files.len(), 7);
    for (name, bytes) in files {
        assert_whole(&name, &bytes, &of_columns(COUNT));
    }
}

/// A Python that has a module; says that a test is skipped where there is none.
fn python_with(module: &str) -> Option<PathBuf> {
    let named = std::env::var_os("RULEOUT_PYTHON").map(PathBuf::from);
    let imports = format!("import {module}");
    let has_module = |python: &PathBuf| Command::new(python).args(["-c", &imports]).output().is_ok_and(|output| output.status.success());
    let found = named.into_iter().chain(["python3".into()]).find(has_module);
    if found.is_none() {
        eprintln!("skipped: no Python with {module}");
    }
    found
}

/// What PyArrow reads back from a file.
#[derive(serde::Deserialize)]
struct ReadBack {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

#[test]
fn rows_of_orc_are_those_that_pyarrow_reads_back() {
    let Some(python) = python_with("pyarrow.orc") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = Command::new(python).arg(fixtures().join("read_back.py")).arg(folder.path()).output().expect("it starts");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let files = files(folder.path(), "orc");
    assert!(files.len() > 15, "{}", files.len());
    for (name, bytes) in files {
        let expected = std::fs::read(folder.path().join(format!("{name}.json"))).expect("what was read back");
        let expected: ReadBack = serde_json::from_slice(&expected).expect("rows in JSON");
        let (found, _) = Shelf::read(&bytes);
        assert!(found.gaps.is_empty(), "{name}: {:?}", found.gaps);
        let [read, scanned, _, structure, ..] = found.bytes;
        let filters = if name.contains("0.11") { scanned } else { 0 };
        assert_eq!(read + filters + structure, bytes.len() as u64, "{name}");
        if expected.rows.is_empty() {
            assert!(found.tables.is_empty(), "{name}");
            continue;
        }
        let table = only_table(&found);
        assert_eq!(table.header, expected.header, "{name}");
        if name.ends_with("testDate1900") {
            // Written in California: in summer its clock is an hour further than the one by which moments are shown.
            let far = |(read, back): (&Vec<String>, &Vec<String>)| {
                let moment = |cell: &str| cell.parse::<jiff::civil::DateTime>().expect("a moment");
                read[1] != back[1] || (moment(&back[0]) - moment(&read[0])).get_hours() > 1
            };
            assert_eq!(table.rows.iter().zip(&expected.rows).find(|pair| far(*pair)), None);
            assert_eq!(table.rows.len(), expected.rows.len());
            continue;
        }
        assert_rows(table, &expected.rows);
    }
}

#[test]
fn records_that_are_written_now_are_those_read() {
    const MANY: usize = 5000;
    let columns = of_columns(MANY);
    for (kind, module, expected) in
        [("avro", "fastavro", &of_avro(MANY)), ("parquet", "pyarrow.parquet", &columns), ("orc", "pyarrow.orc", &columns)]
    {
        let Some(python) = python_with(module) else { continue };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(python);
        let made = command.arg(fixtures().join("make.py")).arg(folder.path()).args([kind, &MANY.to_string()]).output().expect("it starts");
        // Codecs may be missing, or an interface of encryption; what was written until then is read.
        let files: Vec<_> = files(folder.path(), kind).into_iter().filter(|(name, _)| !name.starts_with("locked")).collect();
        let files = if made.status.success() { &files[..] } else { &files[..files.len().saturating_sub(1)] };
        assert!(!files.is_empty(), "{}", String::from_utf8_lossy(&made.stderr));
        for (name, bytes) in files {
            assert_whole(name, bytes, expected);
        }
    }
}

#[test]
fn encrypted_columns_are_gaps_and_the_others_are_read() {
    let file = |name: &str| std::fs::read(fixtures().join(name)).expect("a fixture");
    let (locked, _) = Shelf::read(&file("locked.parquet"));
    assert_eq!((locked.gaps.as_slice(), locked.bytes[5]), (&["encrypted: the footer is encrypted".to_owned()][..], 1973));
    let (found, _) = Shelf::read(&file("locked_column.parquet"));
    assert_eq!(found.gaps, ["encrypted: column \"note\": it is encrypted"]);
    let table = only_table(&found);
    assert_eq!(table.header, ["client_code", "visits", "note"]);
    let clear = |i: usize| vec![format!("QX{:05}", i % 7), (i as i64 * 7919 - 100_000).to_string(), String::new()];
    assert_rows(table, &(0..60).map(clear).collect::<Vec<_>>());
}

#[test]
fn behind_a_broken_block_of_avro_the_next_one_is_read() {
    let whole = std::fs::read(fixtures().join("snappy.avro")).expect("a fixture");
    let marker: Vec<u8> = (16..32).collect();
    let markers: Vec<usize> = memchr::memmem::find_iter(&whole, &marker).collect();
    assert!(markers.len() > 3, "a header and several blocks");
    let read = |bytes: &[u8]| Shelf::read(bytes).0;
    let all = of_avro(COUNT);
    let rows_of = |bytes: &[u8]| only_table(&read(bytes)).rows.clone();
    // What follows the header's marker is the first block; the second one loses its checksum, then its marker.
    let second = markers[1] + 16..markers[2] + 16;
    for at in [second.end - 18, second.end - 4] {
        let mut broken = whole.clone();
        broken[at] ^= 0x40;
        let found = read(&broken);
        assert_eq!(found.gaps.len(), 1, "{:?}", found.gaps);
        // A marker that was altered is one no more: the gap goes on to the next.
        let end = if at == second.end - 4 { markers[3] + 16 } else { second.end };
        assert_eq!(found.gap_ranges, [second.start as u64..end as u64]);
        let rows = rows_of(&broken);
        assert_eq!((&rows[0], rows.last()), (&all[0], all.last()), "before and behind");
        assert!(rows.len() < COUNT && rows.iter().all(|row| all.contains(row)));
    }
    let unknown = [&whole[..], &[]].concat();
    let at = memchr::memmem::find(&unknown, b"snappy").expect("a codec");
    let unknown = [&unknown[..at], b"zebra!", &unknown[at + 6..]].concat();
    let found = read(&unknown);
    assert!(found.gaps[0].starts_with("unsupported_method: blocks are compressed by \"zebra!\""), "{:?}", found.gaps);
    assert_eq!(found.gap_ranges, [markers[0] as u64 + 16..whole.len() as u64]);
}

#[test]
fn a_table_of_customers_decides_in_columns_as_it_does_in_lines() {
    let lines = || {
        let rows = of_columns(COUNT).into_iter().map(|row| row.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(","));
        format!("{},note\n{}\n", COLUMNS.join(","), rows.collect::<Vec<_>>().join("\n")).into_bytes()
    };
    let fixture = |name: &str| std::fs::read(fixtures().join(name)).expect("a fixture");
    let mut decided = Vec::new();
    for (name, bytes) in [
        ("customers.csv", lines()),
        ("customers.parquet", fixture("snappy.parquet")),
        ("encoded.parquet", fixture("encodings.parquet")),
        ("customers.avro", fixture("deflate.avro")),
        ("customers.orc", fixture("zstd.orc")),
        ("dictionary.orc", fixture("hive_0_11.orc")),
    ] {
        let desk = Desk::new();
        let registry = desk.path("registry");
        // Records are of codes 0 to 6.
        let institution = |n: usize| {
            let name = ["Harbour Mutual Savings Bank", "Quillcroft Orchard Savings Bank", "Ashgrove Valley Savings Bank"][n];
            Institution::new(&format!("K{n}"), name).with("client_code", ["QX00003", "QX00006", "QX00009"][n])
        };
        write_registry(&registry, &[institution(0), institution(1), institution(2)]);
        write(&desk.path("ev").join("exports").join(name), &bytes);
        let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
        let verdicts: Vec<String> = outputs.verdicts().into_values().collect();
        assert_eq!(verdicts, ["affected", "affected", "ruled_out"], "{name}");
        let impact = outputs.impact();
        let of = |id: &str| ["basis", "individuals", "data_elements", "owner_items", "gap_items"].map(|column| impact[id][column].clone());
        decided.push((name, [of("K0"), of("K1"), of("K2")]));
        let evidence = outputs.rows("evidence.csv");
        let own = evidence.iter().find(|row| row["customer_id"] == "K0").expect("a mention");
        assert_eq!((&own["role"][..], &own["strength"][..], &own["count"][..]), ("owner", "sure", "43"), "{name}");
    }
    for (name, parts) in &decided[1..] {
        assert_eq!(parts, &decided[0].1, "{name}");
    }
}
