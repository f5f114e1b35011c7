use super::*;
use crate::format::oracle::PUMP;
use crate::format::testing::{read_all, read_with};
use crate::model::Cause;
use proptest::prelude::*;

#[path = "../../../../tests/main/layouts/oracle.rs"]
#[allow(dead_code)]
mod layout;

use layout::{Kind, Table, Value, data_pump, export};

fn text(text: &str) -> Value {
    Value::Bytes(text.as_bytes().to_vec())
}

fn clients() -> Table {
    let columns = [("ID", Kind::Number), ("NAME", Kind::Text(60)), ("BORN", Kind::Date), ("BALANCE", Kind::Number), ("KEY", Kind::Raw(16))];
    let row = |id: i64, name: Value, hundredths: i64| {
        vec![Value::Number(100 * id), name, Value::Date([1971, 3, 14, 0, 0, 0]), Value::Number(hundredths), Value::Null]
    };
    Table {
        name: "CLIENTS".to_owned(),
        columns: columns.map(|(name, kind)| (name.to_owned(), kind)).to_vec(),
        rows: vec![
            row(72_000_001, text("Harbour Mutual Savings Bank"), 123_456),
            row(2, Value::Bytes(b"Cr\xE9dit Foncier".to_vec()), -5),
            row(300, Value::Null, 0),
            row(4, text("Wexford Loan Society"), 1_000_000),
            row(5, text("Quillcroft Orchard"), -123_400),
        ],
    }
}

const ROWS: [&str; 5] = [
    "72000001\tHarbour Mutual Savings Bank\t1971-03-14\t1234.56\t\n",
    "2\tCrédit Foncier\t1971-03-14\t-0.05\t\n",
    "300\t\t1971-03-14\t0\t\n",
    "4\tWexford Loan Society\t1971-03-14\t10000\t\n",
    "5\tQuillcroft Orchard\t1971-03-14\t-1234\t\n",
];

#[test]
fn rows_of_both_utilities_have_their_names_and_values() {
    let empty = Table { name: "NOBODY".to_owned(), rows: Vec::new(), ..clients() };
    for (format, file) in
        [(&EXPORT, export(&[clients(), empty.clone(), clients()], 178)), (&PUMP, data_pump(&[clients(), empty, clients()], 178))]
    {
        let (text, tables, gaps, notes, _) = read_all(format, &file);
        assert_eq!(tables, [("CLIENTS".to_owned(), 5), ("CLIENTS".to_owned(), 5)], "{} {notes:?}", format.name);
        for row in ROWS {
            assert_eq!(text.matches(row).count(), 2, "{row} in {text}");
        }
        assert!(text.contains("ID\tNAME\tBORN\tBALANCE\tKEY\n"));
        assert_eq!(gaps, []);
    }
}

#[test]
fn long_raws_are_members_and_short_ones_are_searched() {
    let columns = [("ID", Kind::Number), ("SCAN", Kind::Long), ("KEY", Kind::Raw(40))].map(|(name, kind)| (name.to_owned(), kind)).to_vec();
    let scan: Vec<u8> = (0..9000u32).flat_map(u32::to_le_bytes).collect();
    let row = |scan: Value| vec![Value::Number(100), scan, text("key of Wexford Loan Society")];
    let table = Table {
        name: "SCANS".to_owned(),
        columns,
        rows: vec![row(Value::Pieces(scan.clone(), 1000)), row(Value::Bytes(b"%PDF-1.4".to_vec()))],
    };
    let file = export(&[table], 1);
    let (_, tables, gaps, _, members) = read_all(&EXPORT, &file);
    assert_eq!((tables, members), (vec![("SCANS".to_owned(), 2)], vec![scan, b"%PDF-1.4".to_vec()]));
    assert_eq!(gaps, []);
    // What is no text is left to the scan.
    let left = read_with(read, &file, |sink, _| {
        let open = sink.coverage.clone().partition(file.len() as u64).into_iter().filter(|(_, covered)| covered.is_none());
        open.map(|(range, _)| String::from_utf8_lossy(&file[range.start as usize..range.end as usize]).into_owned()).collect::<String>()
    });
    assert_eq!(left.matches("key of Wexford Loan Society").count(), 2);
}

#[test]
fn what_cannot_be_read_is_a_gap_that_names_it() {
    let file = export(&[clients()], 178);
    let cut = file.windows(11).position(|w| w == b"Wexford Loa").expect("it was written");
    let notes = read_with(read, &file[..cut], |sink, _| sink.facts.notes.clone());
    assert!(notes.iter().any(|note| note.contains("rows of CLIENTS go on behind the end")), "{notes:?}");
    let mut packed = data_pump(&[], 178);
    packed.extend(b"KGC\0\0HDR");
    packed.resize(9000, 0xA5);
    assert!(
        read_all(&PUMP, &packed)
            .2
            .iter()
            .any(|(cause, detail)| *cause == Cause::UnsupportedMethod && detail.contains("compressed (KGC blocks)"))
    );
}

#[test]
fn cut_off_or_altered_nothing_panics_and_nothing_is_lost() {
    for (format, file) in [(&EXPORT, export(&[clients()], 178)), (&PUMP, data_pump(&[clients()], 178))] {
        for cut in (0..file.len()).step_by(3) {
            is_sound(format, &file[..cut]);
        }
        for place in (0..file.len()).step_by(5) {
            for byte in [0, 0xFE, 0xFF] {
                let mut file = file.clone();
                file[place] = byte;
                is_sound(format, &file);
            }
        }
    }
}

fn is_sound(format: &Format, bytes: &[u8]) {
    read_with(format.read, bytes, |sink, _| {
        let parts = sink.coverage.clone().partition(bytes.len() as u64);
        assert_eq!(parts.iter().map(|(range, _)| range.end - range.start).sum::<u64>(), bytes.len() as u64);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn planted_rows_are_found_at_every_alignment(
        name in "[A-Z][a-z]{2,12} [A-Z][a-z]{2,9}",
        hundredths in -1_000_000_000_000i64..1_000_000_000_000,
        shift in 1usize..40,
    ) {
        let filler = vec![text(&"x".repeat(shift)), Value::Number(1), Value::Null];
        let table = Table {
            name: "PLANTED".to_owned(),
            columns: [("A", Kind::Text(60)), ("B", Kind::Number), ("C", Kind::Date)].map(|(name, kind)| (name.to_owned(), kind)).to_vec(),
            rows: vec![filler.clone(), vec![text(&name), Value::Number(hundredths), Value::Date([2024, 2, 29, 23, 59, 58])], filler.clone(), filler],
        };
        let sign = if hundredths < 0 { "-" } else { "" };
        let (whole, part) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
        let number = format!("{sign}{whole}.{part:02}");
        let number = number.trim_end_matches('0').trim_end_matches('.');
        let row = format!("{name}\t{}\t2024-02-29 23:59:58\n", if number == "-0" { "0" } else { number });
        for (format, file) in [(&EXPORT, export(std::slice::from_ref(&table), 873)), (&PUMP, data_pump(std::slice::from_ref(&table), 873))] {
            let (text, ..) = read_all(format, &file);
            prop_assert!(text.contains(&row), "{row} in {text}");
        }
    }
}

/// What stands behind the statement is another description than the utility's: the rows are found all the same.
#[test]
fn rows_without_known_descriptions_are_rows() {
    let mut file = b"\x03\x01EXPORT:V08.00.00\nUSYSTEM\nTABLE \"T\"\nCREATE TABLE T (CLIENT, HOLDER)\nINSERT INTO T (CLIENT, HOLDER) VALUES (:1, :2)\n".to_vec();
    file.extend([2, 0, 0x99, 0x77, 0x01]);
    for n in 0..20 {
        for value in [format!("{}", 20_360 + n), format!("Holder {n}")] {
            file.extend((value.len() as u16).to_le_bytes());
            file.extend(value.bytes());
        }
        file.extend([0, 0]);
    }
    file.extend(b"\xFF\xFF\nEXIT\n");
    let (text, tables, gaps, ..) = read_all(&EXPORT, &file);
    assert_eq!(tables, [("T".to_owned(), 20)]);
    assert!(text.contains("CLIENT\tHOLDER") && text.contains("20379\tHolder 19") && gaps.is_empty());
    for cut in 0..file.len() {
        read_with(EXPORT.read, &file[..cut], |_, _| ());
    }
}
