use super::*;
use crate::format::testing::{Collector, read_all, read_with};
use crate::format::{Child, Covered, Limits, Outlet, Passage, PieceFindings, PieceKey};
use crate::ledger::PieceRow;
use crate::model::ContentId;
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::Mutex;

#[path = "../../../tests/main/layouts/sql_server.rs"]
#[allow(dead_code, unused_imports)]
mod layout;

use layout::{DIFFERENTIAL, FULL, Kind as Of, LOG, PAGE, Storage, Table, Value, backup, data_file};

fn number(n: i64) -> Value {
    Value::Number(n)
}

fn bytes(text: &str) -> Value {
    Value::Bytes(text.as_bytes().to_vec())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn columns(of: &[(&str, Of)]) -> Vec<(String, Of)> {
    of.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect()
}

/// Customers of a bank, with every type of column.
fn clients(storage: Storage) -> Table {
    let row = |n: i64, name: &str, note: Value| {
        let born = number(730_000 + 366 * n);
        let since = number((45_000 << 32) | (300 * 60 * 90));
        let city = Value::Bytes(b"K\xF6ln".to_vec());
        vec![
            number(n),
            text(name),
            bytes("Ashford"),
            number(72_000_000 + n),
            number(-12_345_600 - n),
            born,
            since,
            city,
            number(n % 2),
            note,
        ]
    };
    Table {
        name: "Clients".to_owned(),
        columns: columns(&[
            ("client_id", Of::Int),
            ("legal_name", Of::Nvarchar),
            ("branch", Of::Varchar),
            ("routing", Of::Big),
            ("balance", Of::Decimal(12, 2)),
            ("born", Of::Date),
            ("since", Of::DateTime),
            ("city", Of::Char(8)),
            ("active", Of::Bit),
            ("note", Of::Varchar),
        ]),
        rows: vec![
            row(1, "Harbour Mutual Savings Bank", bytes("opened by wire")),
            row(2, "Crédit Łódź", Value::Null),
            row(300, "Банк", bytes("opened by wire")),
        ],
        storage,
        is_unknown: false,
    }
}

/// What a row of [`clients`] reads.
const ROW: &str =
    "1\tHarbour Mutual Savings Bank\tAshford\t72000001\t-123456.01\t2000-09-04\t2023-03-17 01:30:00\tKöln\t1\topened by wire\n";

#[test]
fn rows_have_their_names_and_values_however_they_are_stored() {
    for storage in [Storage::Plain, Storage::Row, Storage::Page] {
        for catalogue_first in [true, false] {
            let file = data_file(&[clients(storage)], catalogue_first);
            let (text, tables, gaps, notes, _) = read_all(&DATA_FILE, &file);
            assert!(tables.contains(&("Clients".to_owned(), 3)), "{storage:?} {tables:?} {notes:?}");
            assert!(text.contains(ROW), "{storage:?} {text}");
            assert!(text.contains("2\tCrédit Łódź\tAshford\t72000002") && text.contains("300\tБанк\t"), "{storage:?} {text}");
            assert!(text.contains("client_id\tlegal_name\tbranch\trouting\tbalance\tborn\tsince\tcity\tactive\tnote\n"), "{text}");
            assert_eq!(gaps, []);
        }
    }
}

#[test]
fn a_backup_says_what_it_is_and_sets_do_not_mix_their_catalogues() {
    let first = data_file(&[clients(Storage::Plain)], true);
    let mut other = clients(Storage::Page);
    other.name = "Debtors".to_owned();
    let second = data_file(&[other], false);
    let tape = backup(&[(FULL, &first), (DIFFERENTIAL, &second)], b"log of Wexford Loan Society");
    let (text, tables, gaps, notes, _) = read_all(&BACKUP, &tape);
    assert_eq!(gaps, []);
    assert_eq!(tables.iter().filter(|(_, rows)| *rows == 3).map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["Clients", "Debtors"]);
    assert_eq!(text.matches(ROW).count(), 2, "{text}");
    assert!(notes[0].starts_with("SQL Server full backup of 2024-03-15: 26 rows of 6 tables"), "{notes:?}");
    assert!(notes[1].starts_with("SQL Server differential backup"), "{notes:?}");
    let log = backup(&[(LOG, b"")], b"log of Wexford Loan Society");
    assert!(read_all(&BACKUP, &log).3[0].starts_with("SQL Server backup of the transaction log"));
}

#[test]
fn rows_without_a_catalogue_are_records_without_names() {
    for storage in [Storage::Plain, Storage::Row, Storage::Page] {
        let file = data_file(&[Table { is_unknown: true, ..clients(storage) }], true);
        let (text, tables, gaps, notes, _) = read_all(&DATA_FILE, &file);
        assert_eq!((tables.len(), tables[0].1), (1, 3), "{tables:?}");
        assert!(text.contains("Harbour Mutual Savings Bank\t") && text.contains("opened by wire"), "{storage:?} {text}");
        assert!(notes.iter().any(|note| note.contains("no names")), "{notes:?}");
        assert_eq!(gaps, []);
        let scanned = read_with(DATA_FILE.read, &file, |sink, _| {
            sink.coverage
                .clone()
                .partition(file.len() as u64)
                .iter()
                .any(|(_, covered)| *covered == Some(Covered::As(crate::model::Class::Scanned)))
        });
        assert!(scanned);
    }
}

#[test]
fn large_values_are_text_or_members() {
    let long = "Statement of Harbour Mutual. ".repeat(10_000);
    let short = "A note of Wexford Loan Society ".repeat(400);
    let image: Vec<u8> = (0..90_000u32).flat_map(|n| n.to_le_bytes()).collect();
    let wide: Vec<u8> = "Zoë Quillcroft ".repeat(1000).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let row = |n: i64, value: &[u8], image: Value, wide: Value| vec![number(n), Value::Away(value.to_vec()), image, wide];
    let table = Table {
        name: "Letters".to_owned(),
        columns: columns(&[("id", Of::Int), ("body", Of::Varchar), ("scan", Of::Binary), ("title", Of::Nvarchar)]),
        rows: vec![
            row(1, short.as_bytes(), Value::Away(image.clone()), text("one")),
            row(2, long.as_bytes(), Value::Bytes(b"%PDF-1.4 not much of a document".to_vec()), Value::Away(wide)),
        ],
        ..Table::default()
    };
    let (text, _, gaps, notes, members) = read_all(&DATA_FILE, &data_file(&[table], false));
    assert_eq!(gaps, []);
    assert!(text.contains(&format!("1\t{short}")) || text.contains(&format!("1\t{}", short.trim_end())), "{notes:?}");
    // Passages overlap.
    assert!((10_000..10_400).contains(&text.matches("Statement of Harbour Mutual.").count()), "{notes:?}");
    assert!(text.contains("Zoë Quillcroft Zoë Quillcroft"));
    assert_eq!(members, [image, b"%PDF-1.4 not much of a document".to_vec()]);
}

#[test]
fn pieces_that_are_not_held_and_records_that_make_no_sense_are_gaps() {
    let value = Value::Away("A note of Wexford Loan Society ".repeat(400).into_bytes());
    let table = Table {
        name: "Letters".to_owned(),
        columns: columns(&[("id", Of::Int), ("body", Of::Varchar)]),
        rows: vec![vec![number(1), value]],
        ..Table::default()
    };
    let whole = data_file(&[table], false);
    assert_eq!(read_all(&DATA_FILE, &whole).2, []);
    let mut lost = whole.clone();
    for page in lost.chunks_mut(PAGE).filter(|page| page[0] == 1 && matches!(page[1], 3 | 4)) {
        page.fill(0);
    }
    let gaps = read_all(&DATA_FILE, &lost).2;
    assert!(matches!(&gaps[..], [(Cause::NotRecovered, detail)] if detail.starts_with("1 large values have pieces")), "{gaps:?}");
    // The fixed part of a row ends behind its page.
    let mut broken = data_file(&[clients(Storage::Plain)], true);
    let page = broken.len() - PAGE;
    let row = page + usize::from(u16::from_le_bytes([broken[page + PAGE - 2], broken[page + PAGE - 1]]));
    broken[row + 2..row + 4].copy_from_slice(&[0xFF, 0x7F]);
    let gaps = read_all(&DATA_FILE, &broken).2;
    assert!(matches!(&gaps[..], [(Cause::Corrupt, detail)] if detail.starts_with("1 pages hold records")), "{gaps:?}");
}

#[test]
fn what_rows_left_behind_is_searched() {
    let mut file = data_file(&[clients(Storage::Plain)], true);
    let page = file.len() - PAGE;
    let slack = b"deleted row of Bramblewick Thrift";
    file[page + 6000..page + 6000 + slack.len()].copy_from_slice(slack);
    let (text, ..) = read_all(&DATA_FILE, &file);
    assert!(text.contains("Bramblewick Thrift"), "{text}");
}

#[test]
fn torn_page_bits_are_put_back() {
    let mut file = data_file(
        &[Table {
            rows: vec![vec![bytes(&"Quillcroft ".repeat(90))]],
            columns: columns(&[("name", Of::Varchar)]),
            name: "T".to_owned(),
            ..Table::default()
        }],
        true,
    );
    let page = file.len() - PAGE;
    assert_eq!(file[page + 1], 1);
    let torn = 1023;
    let bits = u32::from(file[page + torn] & 3) << 2;
    file[page + torn] ^= 3;
    let broken = read_all(&DATA_FILE, &file).0;
    for sector in 2..16 {
        assert_eq!(file[page + 512 * (sector + 1) - 1], 0);
    }
    file[page + 4..page + 6].copy_from_slice(&0x100u16.to_le_bytes());
    file[page + 60..page + 64].copy_from_slice(&bits.to_le_bytes());
    let whole = read_all(&DATA_FILE, &file).0;
    assert_eq!((whole.matches("Quillcroft").count(), broken.matches("Quillcroft").count()), (90, 89));
}

#[test]
fn what_cannot_be_read_is_a_gap_that_names_it() {
    // Encrypted pages: headers stay, the rest is noise.
    let mut file = data_file(&[clients(Storage::Plain)], true);
    let mut state = 1u64;
    for page in 12..file.len() / PAGE {
        for byte in &mut file[page * PAGE + 96..(page + 1) * PAGE] {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
    }
    let gaps = read_all(&DATA_FILE, &file).2;
    assert!(gaps.iter().any(|(cause, detail)| *cause == Cause::Encrypted && detail.contains("transparent data encryption")), "{gaps:?}");
    // Values that their client has encrypted.
    let mut sealed = vec![1u8; 65];
    sealed[1..].iter_mut().enumerate().for_each(|(i, b)| *b = (i * 37) as u8);
    let table = Table {
        name: "Cards".to_owned(),
        columns: columns(&[("pan", Of::Nvarchar)]),
        rows: vec![vec![Value::Bytes(sealed)]],
        ..Table::default()
    };
    let gaps = read_all(&DATA_FILE, &data_file(&[table], true)).2;
    assert!(gaps.iter().any(|(cause, detail)| *cause == Cause::Encrypted && detail.starts_with("Cards.pan: 1 values")), "{gaps:?}");
    // Tables that are stored by column.
    let file = data_file(&[Table { name: "Ledger".to_owned(), storage: Storage::Column, ..clients(Storage::Plain) }], true);
    let gaps = read_all(&DATA_FILE, &file).2;
    assert!(gaps.iter().any(|(cause, detail)| *cause == Cause::UnsupportedMethod && detail.contains("columnstore")), "{gaps:?}");
    // A tape that is cut off.
    let file = data_file(&[clients(Storage::Plain)], true);
    let tape = backup(&[(FULL, &file)], b"");
    let cut = &tape[..tape.len() / 2];
    let failure = read_with(BACKUP.read, cut, |sink, _| sink.facts.notes.clone());
    assert!(failure.iter().any(|note| note.contains("goes on behind the end")), "{failure:?}");
}

#[test]
fn names_do_not_make_a_data_file() {
    assert!(!is_data_file(&Probe::new(&[1; 20_000])));
    assert!(!is_data_file(&Probe::new(b"TAPE")));
    let file = data_file(&[], true);
    assert!(is_data_file(&Probe::new(&file)) && !is_data_file(&Probe::new(&file[..PAGE])) && !is_data_file(&Probe::new(&file[PAGE..])));
}

/// Every byte has one class or is left to the scan, whatever the bytes are.
fn is_sound(format: &Format, bytes: &[u8]) {
    read_with(format.read, bytes, |sink, _| {
        let mut at = 0;
        for (range, _) in sink.coverage.clone().partition(bytes.len() as u64) {
            assert_eq!(range.start, at);
            at = range.end;
        }
        assert_eq!(at, bytes.len() as u64);
    });
}

#[test]
fn cut_off_anywhere_nothing_panics_and_nothing_is_lost() {
    let file = data_file(&[clients(Storage::Page), clients(Storage::Plain)], false);
    let tape = backup(&[(FULL, &file)], b"log");
    for cut in (0..tape.len()).step_by(1777).chain(0..2000) {
        is_sound(&BACKUP, &tape[..cut]);
    }
    for cut in (0..file.len()).step_by(1777) {
        is_sound(&DATA_FILE, &file[..cut]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn planted_values_are_found_at_every_alignment(
        name in "[A-Z][a-zé]{2,12} [A-Z][a-z]{2,9}( Bank)?",
        code in "[A-Z]{2}[0-9]{4,9}",
        routing in 10_000_000i64..999_999_999,
        shift in 0usize..70,
        storage in prop::sample::select(vec![Storage::Plain, Storage::Row, Storage::Page]),
        is_unknown in any::<bool>(),
    ) {
        let filler = |n: usize| vec![bytes(&"x".repeat(n)), text("y"), bytes("z"), number(5)];
        let latin: Vec<u8> = name.chars().map(|c| c as u8).collect();
        let table = Table {
            name: "Planted".to_owned(),
            columns: columns(&[("a", Of::Varchar), ("b", Of::Nvarchar), ("c", Of::Varchar), ("d", Of::Int)]),
            rows: vec![filler(shift), vec![Value::Bytes(latin), text(&name), bytes(&code), number(routing)], filler(shift % 7)],
            storage,
            is_unknown,
        };
        let (text, ..) = read_all(&DATA_FILE, &data_file(&[table], false));
        if is_unknown {
            prop_assert!(text.matches(&name).count() >= 2 && text.contains(&code), "{text}");
        } else {
            let row = format!("{name}\t{name}\t{code}\t{routing}\n");
            prop_assert!(text.contains(&row), "{text}");
        }
    }

    #[test]
    fn flipped_bytes_do_no_harm(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..60), storage in prop::sample::select(vec![Storage::Plain, Storage::Row, Storage::Page])) {
        let mut file = data_file(&[clients(storage)], true);
        for (place, byte) in &flips {
            let place = place.index(file.len());
            file[place] = *byte;
        }
        is_sound(&DATA_FILE, &file);
        let mut tape = backup(&[(FULL, &file)], b"log");
        for (place, byte) in &flips {
            let place = place.index(tape.len());
            tape[place] = *byte;
        }
        is_sound(&BACKUP, &tape);
    }
}

/// Keeps what was found in parts, as a case does.
#[derive(Default)]
struct Keeper {
    collector: Collector,
    kept: Mutex<HashMap<PieceKey, Vec<u8>>>,
}

impl Outlet for Keeper {
    fn passage(&self, passage: Passage) {
        self.collector.passage(passage);
    }

    fn member(&self, name: &[u8], encoded: std::ops::Range<u64>, decoder: &mut dyn std::io::Read) -> Child {
        self.collector.member(name, encoded, decoder)
    }

    fn piece(&self, key: PieceKey, _: u64, read: &dyn Fn(&dyn Outlet) -> PieceFindings) -> Option<PieceFindings> {
        let held = self.kept.lock().unwrap().get(&key).map(|packed| PieceRow::unpack(packed).unwrap());
        Some(held.unwrap_or_else(|| {
            let findings = read(&self.collector);
            self.kept.lock().unwrap().insert(key, PieceRow::pack(&findings));
            findings
        }))
    }

    fn item(&self) -> Option<ContentId> {
        Some(ContentId([7; 32]))
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }

    fn stopped(&self) -> bool {
        false
    }
}

/// Tables, gaps, members and coverage that reading gives, and its passages in order.
fn all_of(outlet: &dyn Outlet, collector: &Collector, bytes: &[u8]) -> (String, Vec<String>) {
    let mut sink = Sink::new(outlet);
    (DATA_FILE.read)(bytes, &mut sink).unwrap();
    sink.finish();
    let coverage = std::mem::take(&mut sink.coverage).partition(bytes.len() as u64);
    let names: Vec<_> = sink.members.iter().map(|member| String::from_utf8_lossy(&member.name)).collect();
    let found = format!("{names:?} {:?} {:?} {:?} {coverage:?}", sink.facts, sink.gaps, sink.members);
    let mut passages: Vec<String> = collector.passages.lock().unwrap().drain(..).map(|passage| format!("{passage:?}")).collect();
    passages.sort();
    (found, passages)
}

#[test]
fn parts_that_were_kept_say_what_reading_them_says() {
    // A long line of digits, in which a file may be encoded, values that are files, and values that are noise.
    let row = |table: i64, n: i64| {
        let encoded = if n % 1000 == 3 { "UEsDBBQAAAAIAAAAIQAAAAAAAAAAAAAAAAAFAAAAYS50eHQ".repeat(4) } else { format!("note {n}") };
        let file = [b"%PDF-1.4 value ".as_slice(), &n.to_le_bytes().repeat(8)].concat();
        let away =
            if n % 900 == 5 { Value::Away(file) } else { Value::Bytes(n.wrapping_mul(0x5851_F42D_4C95_7F2D).to_le_bytes().repeat(40)) };
        vec![number(n), text(&format!("Anna Quill{} {table}", n % 700)), bytes(&format!("HMS{:04}", n % 9)), text(&encoded), away]
    };
    let table = |name: &str, seed: i64, rows: i64| Table {
        name: name.to_owned(),
        columns: columns(&[
            ("id", Of::Int),
            ("customer_name", Of::Nvarchar),
            ("client_code", Of::Varchar),
            ("note", Of::Nvarchar),
            ("scan", Of::Binary),
        ]),
        rows: (0..rows).map(|n| row(seed, n)).collect(),
        storage: Storage::Plain,
        is_unknown: false,
    };
    let file = data_file(&[table("Clients", 1, 30_000), table("Closed", 2, 15_000)], true);
    let plain = Collector::default();
    let (found, passages) = all_of(&plain, &plain, &file);
    for part in ["Clients.scan (", "Closed.scan (", "base64@", "HMS0003"] {
        assert!(found.contains(part), "{part}");
    }
    let keeper = Keeper::default();
    assert_eq!(all_of(&keeper, &keeper.collector, &file), (found.clone(), passages.clone()));
    let parts = keeper.kept.lock().unwrap().len();
    assert!(parts > 3, "{parts}");
    // The second time, what is in the parts is taken from what was kept.
    let (again, text) = all_of(&keeper, &keeper.collector, &file);
    assert_eq!((again == found, keeper.kept.lock().unwrap().len()), (true, parts));
    assert!(text.len() < passages.len() / 2, "{} of {} passages", text.len(), passages.len());
}
