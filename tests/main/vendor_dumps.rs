//! Backups of SQL Server and exports of Oracle: what their records decide, what a gap in them keeps open, and what is
//! read from files that nobody of this project wrote.

use crate::harness::{Desk, Institution, Job, assert_table, files_below, shared, write, write_registry};
use crate::layouts::{oracle, sql_server};
use crate::workbook_parts::{code, counts, outcome, person};
use ruleout::format::{Child, Covered, Limits, Outlet, Probe, Sink, detect, scan};
use ruleout::model::Class;
use ruleout::passage::Passage;
use sha2::{Digest, Sha256};
use std::io::Read;

/// A table of clients by the vendor's codes, in every store.
fn stores(codes: &[&str]) -> Vec<(&'static str, Vec<u8>)> {
    let named = |names: [&str; 3]| names.map(str::to_owned);
    let [code, name, opened] = named(["client_code", "customer_name", "account_number"]);
    let rows = |storage| {
        use sql_server::{Kind, Table, Value};
        let row = |(i, code): (usize, &&str)| {
            vec![Value::Bytes(code.as_bytes().to_vec()), Value::Text(format!("Person Number{i}")), Value::Number(40_000_000 + i as i64)]
        };
        let columns = vec![(code.clone(), Kind::Varchar), (name.clone(), Kind::Nvarchar), (opened.clone(), Kind::Int)];
        Table { name: "Accounts".to_owned(), columns, rows: codes.iter().enumerate().map(row).collect(), storage, is_unknown: false }
    };
    let plain = sql_server::data_file(&[rows(sql_server::Storage::Plain)], false);
    let packed = sql_server::data_file(&[rows(sql_server::Storage::Page)], true);
    let exported = {
        use oracle::{Kind, Table, Value};
        let row = |(i, code): (usize, &&str)| {
            let name = format!("Person Number{i}");
            vec![Value::Bytes(code.as_bytes().to_vec()), Value::Bytes(name.into_bytes()), Value::Number(100 * (40_000_000 + i as i64))]
        };
        let columns =
            vec![(code.to_uppercase(), Kind::Text(20)), (name.to_uppercase(), Kind::Text(60)), (opened.to_uppercase(), Kind::Number)];
        [Table { name: "ACCOUNTS".to_owned(), columns, rows: codes.iter().enumerate().map(row).collect() }]
    };
    vec![
        ("backup of 2024.bak", sql_server::backup(&[(sql_server::FULL, &plain)], b"")),
        ("differential.bak", sql_server::backup(&[(sql_server::DIFFERENTIAL, &packed)], b"")),
        ("core.mdf", plain),
        ("archive.ndf", packed),
        ("exp.dmp", oracle::export(&exported, 178)),
        ("expdp.dmp", oracle::data_pump(&exported, 178)),
    ]
}

#[test]
fn records_of_every_store_decide_as_those_of_a_table_do() {
    let codes = ["HMS0417", "HMS0417", "WLS2208", "QOS9931", "HMS0417", "BTC7702"];
    for (file, bytes) in stores(&codes) {
        let desk = Desk::new();
        let registry = desk.path("registry");
        let institution = |id: &str, name: &str, code: &str| Institution::new(id, name).with("client_code", code);
        write_registry(
            &registry,
            &[
                institution("K1", "Harbour Mutual Savings Bank", "HMS0417"),
                institution("K2", "Wexford Loan Society", "WLS2208"),
                institution("K3", "Quillcroft Orchard Savings Bank", "QOS9931"),
                institution("K4", "Bramblewick Thrift Company", "BTC7702"),
                institution("K5", "Ashgrove Valley Savings Bank", "AVS5566"),
            ],
        );
        let root = desk.path("evidence");
        write(&root.join(file), &bytes);
        let outputs = desk.run(&Job::of("evidence", &root), &registry);
        let verdicts: Vec<String> = outputs.verdicts().into_values().collect();
        assert_eq!(verdicts, ["affected", "affected", "affected", "affected", "ruled_out"], "{file}");
        assert_eq!(outputs.impact()["K1"]["basis"], "records", "{file}");
    }
}

#[test]
fn a_backup_that_cannot_be_read_rules_nobody_out() {
    let mut compressed = b"MSSQLBAK\x02\0\0\0\x03\0\0\0".to_vec();
    compressed.resize(8192, 0);
    let mut cut = stores(&["HMS0417"]).remove(0).1;
    cut.truncate(cut.len() / 2);
    for (file, bytes, cause) in [("packed.bak", compressed, "unsupported_method"), ("cut.bak", cut, "truncated")] {
        let desk = Desk::new();
        let registry = desk.path("registry");
        write_registry(&registry, &[Institution::new("K5", "Ashgrove Valley Savings Bank").with("client_code", "AVS5566")]);
        let root = desk.path("evidence");
        write(&root.join(file), &bytes);
        let outputs = desk.run(&Job::of("evidence", &root), &registry);
        assert_eq!(outputs.verdicts()["K5"], "undetermined", "{file}");
        assert!(outputs.rows("gaps.csv").iter().any(|gap| gap["cause"] == cause), "{file}");
    }
}

const TABLE: &str = "tests/realdata/vendor_dumps.csv";
const COLUMNS: [&str; 9] = ["file", "sha256", "format", "tables", "records", "bytes_read", "bytes_scanned", "bytes_gap", "notes"];

#[derive(Default)]
struct Nothing;

impl Outlet for Nothing {
    fn passage(&self, _: Passage) {}

    fn member(&self, _: &[u8], _: std::ops::Range<u64>, decoder: &mut dyn Read) -> Child {
        Child { content: None, size: std::io::copy(decoder, &mut std::io::sink()).unwrap_or(0), defect: None }
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }

    fn stopped(&self) -> bool {
        false
    }
}

fn row(name: &str, bytes: &[u8]) -> Vec<String> {
    let kind = detect(&Probe::new(bytes));
    let mut sink = Sink::new(&Nothing);
    let failure = kind.read(bytes, &mut sink).err().map(|failure| failure.to_string());
    let open: Vec<_> = sink.coverage.clone().partition(bytes.len() as u64).into_iter().filter(|(_, covered)| covered.is_none()).collect();
    open.into_iter().for_each(|(range, _)| _ = scan(bytes, range, &mut sink));
    sink.finish();
    let (mut read, mut scanned, mut gap) = (0, 0, 0);
    for (range, covered) in sink.coverage.clone().partition(bytes.len() as u64) {
        let sum = match covered {
            Some(Covered::As(Class::Scanned)) => &mut scanned,
            Some(Covered::As(_) | Covered::Member(_)) => &mut read,
            Some(Covered::Gap(_)) | None => &mut gap,
        };
        *sum += range.end - range.start;
    }
    let tables = sink.facts.tables.iter().map(|table| format!("{} {}", table.name, table.rows)).collect::<Vec<_>>().join("|");
    vec![
        name.to_owned(),
        Sha256::digest(bytes)[..8].iter().map(|byte| format!("{byte:02x}")).collect(),
        kind.name().to_owned(),
        tables,
        sink.facts.tables.iter().map(|table| table.rows).sum::<u64>().to_string(),
        read.to_string(),
        scanned.to_string(),
        gap.to_string(),
        sink.facts.notes.iter().cloned().chain(failure).collect::<Vec<_>>().join("|"),
    ]
}

/// The rows were counted in a dump of the file's bytes; the bytes are what the reader covered, and what the scan did
/// after it.
#[test]
fn files_of_others_are_what_the_table_says() {
    let Some(folder) = shared("realdata/documents/oracle-dmp") else { return };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).expect("memory takes it");
    for file in files_below(&folder) {
        let bytes = std::fs::read(folder.join(&file)).expect("a readable file");
        writer.write_record(row(file.to_str().expect("plain names"), &bytes)).expect("memory takes it");
    }
    assert_table(TABLE, &String::from_utf8(writer.into_inner().expect("memory takes it")).expect("text"));
}

#[test]
fn values_behind_descriptions_of_another_length_keep_their_columns() {
    let codes = [code(0), code(1)];
    let mut file =
        b"\x03\0\x1FEXPORT:V11.02.00\nUCORE\nTABLE \"CUSTOMER\"\nINSERT INTO \"CUSTOMER\" (\"FI_CODE\", \"CUST_NAME\", \"SSN\") \
        VALUES (:1, :2, :3)\n\x03\0"
            .to_vec();
    for length in [10u16, 60, 11] {
        [1, length, 850, 1, 0].into_iter().for_each(|word: u16| file.extend(word.to_le_bytes()));
    }
    file.extend([0; 2]);
    for n in 0..30 {
        // Lengths of nine to thirteen are control characters.
        let name = person(n % 24).swap_remove(0);
        for value in [codes[0].clone(), name, format!("219-44-{:04}", 1000 + n)] {
            file.extend((value.len() as u16).to_le_bytes());
            file.extend(value.bytes());
        }
        file.extend([0; 2]);
    }
    file.extend(b"\xFF\xFF\nEXIT\nEXIT\n");
    let (_desk, outputs) = outcome(&[("db/core.dmp".to_owned(), file)], 2);
    assert_eq!(counts(&outputs), [("affected".to_owned(), "24".to_owned()), ("ruled_out".to_owned(), "0".to_owned())]);
    let impact = outputs.impact();
    assert_eq!(impact["C00"]["data_elements"], "name|ssn");
    let names = outputs.rows("data_elements.csv").into_iter().find(|row| row["element"] == "name").expect("a row");
    assert_eq!((names["finding"].as_str(), names["records"].as_str()), ("found", "30"));
}
