//! Files in values of databases and between bytes that are no text: tables, mails and payments are read as what they are.

use crate::databases::carriers::carriers;
use crate::workbook_parts::{code, outcome};
use rusqlite::Connection;

const NAMES: [&str; 6] = ["James Miller", "Mary Jones", "Linda Garcia", "Robert Young", "Susan Lee", "Karen Lopez"];

/// Records of six persons of an institution.
fn table(code: &str) -> String {
    let row = |(n, name): (usize, &&str)| format!("{code},{name},44556677{n}8,{n}0.25\n");
    format!("client_id,name,account_number,balance\n{}", NAMES.iter().enumerate().map(row).collect::<String>())
}

/// Each file is the institution's of its number, with its six persons; and the last institution has none.
fn assert_own(files: &[(String, Vec<u8>)]) {
    let (_desk, outputs) = outcome(files, files.len() + 1);
    let impact = outputs.impact();
    for (n, (path, _)) in files.iter().enumerate() {
        let row = &impact[&format!("C{n:02}")];
        let found = (row["verdict"].as_str(), row["basis"].as_str(), row["individuals"].as_str(), row["owner_items"].as_str());
        assert_eq!(found, ("affected", "records", "6", "1"), "{path}");
    }
    assert_eq!(impact[&format!("C{:02}", files.len())]["verdict"], "ruled_out");
}

/// A database with a value among others.
fn sqlite(kind: &str, value: &dyn rusqlite::ToSql) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("made.db");
    let database = Connection::open(&path).expect("a database");
    database.execute_batch(&format!("CREATE TABLE papers (id INTEGER PRIMARY KEY, held {kind});")).expect("it is understood");
    database.execute("INSERT INTO papers VALUES (1, 'nothing')", ()).expect("it is understood");
    database.execute("INSERT INTO papers VALUES (2, ?1)", [value]).expect("it is understood");
    database.close().expect("it closes");
    std::fs::read(path).expect("a database")
}

/// Puts a text into a file as one of its values.
type Carry = Box<dyn Fn(&str) -> Vec<u8>>;

#[test]
fn a_table_in_a_value_is_its_clients() {
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let quoted = |text: &str| text.replace('\'', "''");
    let values: [(&str, Carry); 8] = [
        ("blob.db", Box::new(|text| sqlite("BLOB", &text.as_bytes()))),
        ("wide.db", Box::new(move |text| sqlite("BLOB", &wide(text)))),
        ("text.db", Box::new(|text| sqlite("TEXT", &text))),
        ("literal.sql", Box::new(move |text| format!("INSERT INTO papers (id, held) VALUES (1, 0x{});\n", hex(text)).into_bytes())),
        ("string.sql", Box::new(move |text| format!("INSERT INTO papers (id, held) VALUES (1, '{}');\n", quoted(text)).into_bytes())),
        (
            "copy.sql",
            Box::new(move |text| format!("COPY public.papers (id, held) FROM stdin;\n1\t\\\\x{}\n\\.\n\n", hex(text)).into_bytes()),
        ),
        ("cell.csv", Box::new(|text| format!("id,state,held\n1,ok,none\n2,ok,\"{text}\"\n").into_bytes())),
        (
            "string.json",
            Box::new(|text| {
                format!("[{{\"id\": 1, \"held\": \"{}\"}}, {{\"id\": 2, \"held\": \"\"}}]\n", text.replace('\n', "\\n")).into_bytes()
            }),
        ),
    ];
    let files: Vec<(String, Vec<u8>)> =
        values.iter().enumerate().map(|(n, (name, write))| (format!("f{n}/{name}"), write(&table(&code(n))))).collect();
    assert_own(&files);
}

#[test]
fn a_table_in_any_store_is_its_clients() {
    // The value of twenty rows of one store is one content.
    let count = carriers(table(&code(0)).as_bytes()).len();
    let store = |n: usize| {
        let carrier = carriers(table(&code(n)).as_bytes()).swap_remove(n);
        (format!("f{n:02}/{}.bin", carrier.what), carrier.bytes)
    };
    let files: Vec<(String, Vec<u8>)> = (0..count).map(store).collect();
    let (_desk, outputs) = outcome(&files, count + 1);
    let impact = outputs.impact();
    let is_own = |n: usize| {
        let row = &impact[&format!("C{n:02}")];
        (row["verdict"].as_str(), row["individuals"].as_str()) == ("affected", "6")
    };
    let lost: Vec<&String> = files.iter().enumerate().filter(|(n, _)| !is_own(*n)).map(|(_, (path, _))| path).collect();
    assert!(lost.is_empty(), "{lost:?}");
    let others = (outputs.rows("unattributed.csv"), outputs.rows("gaps.csv"));
    assert_eq!(impact[&format!("C{count:02}")]["verdict"], "ruled_out", "{others:?}");
}

/// Numbers of four bytes, as programs keep them; they look neither compressed nor encrypted.
fn numbers(count: u32) -> Vec<u8> {
    (0..count).flat_map(|n| (n % 251 * 37).to_le_bytes()).collect()
}

#[test]
fn a_table_in_an_element_is_its_clients_alone() {
    let element = |held: &str| format!("<?xml version=\"1.0\"?>\n<export><made>today</made><data>{held}</data></export>\n").into_bytes();
    let statement = |code: &str| {
        let row = |(n, name): (usize, &&str)| format!("({code}, '{name}', '52{n}-44-1077', '44556677{n}8')");
        let rows: Vec<String> = NAMES.iter().enumerate().map(row).collect();
        format!("INSERT INTO t (client_id, name, ssn, account_number) VALUES\n{};\n", rows.join(",\n"))
    };
    let rows = |text: &str| text.lines().map(|line| format!("<row>{}</row>\n", line.replace(',', "|"))).collect::<String>();
    let files = [
        element(&format!("\n{}", table(&code(0)))),
        element(&format!("<![CDATA[{}]]>", table(&code(1)))),
        element(&format!("\n{}", statement(&code(2)))),
        element(&rows(&table(&code(3)))),
    ];
    let files: Vec<(String, Vec<u8>)> = files.into_iter().enumerate().map(|(n, bytes)| (format!("f{n}/export.xml"), bytes)).collect();
    assert_own(&files);
    // Persons beside it, or in a table that names no client, are still nobody's.
    let beside = "Member Elizabeth Lopez, account 3757756303, left";
    let unnamed = table(&code(0)).replace("client_id,", "").replace(&format!("{},", code(0)), "");
    for held in [format!("{}</data><note>{beside}</note><data>", table(&code(0))), format!("\n{unnamed}")] {
        let (_desk, outputs) = outcome(&[("f/export.xml".to_owned(), element(&held))], 2);
        let row = &outputs.impact()["C01"];
        assert_eq!((row["verdict"].as_str(), row["basis"].as_str()), ("undetermined", "unattributed_data"), "{held}");
    }
}

#[test]
fn a_table_amid_bytes_is_its_clients() {
    let wide = |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let core = [&b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0\x3E\0"[..], &[0; 44]].concat();
    let memory = |text: &[u8]| [&core[..], &numbers(800), &[0; 24], text, &[0; 9], &numbers(700)].concat();
    let files = vec![
        ("zeros.csv".to_owned(), [&[0; 512], table(&code(0)).as_bytes()].concat()),
        ("core".to_owned(), memory(table(&code(1)).as_bytes())),
        ("wide.core".to_owned(), memory(&wide(&table(&code(2)), u16::to_le_bytes))),
        ("big.core".to_owned(), memory(&wide(&table(&code(3)), u16::to_be_bytes))),
        ("lines.core".to_owned(), memory(table(&code(4)).replace('\n', "\r\n").replace(',', "|").as_bytes())),
    ];
    assert_own(&files);
}

#[test]
fn records_behind_zeros_in_their_table_are_their_clients() {
    let damaged = |n: usize, zeros: usize| {
        let text = table(&code(n)) + &table(&code(n)).split_once('\n').expect("lines").1.replace("Lee", "Lowe");
        let mut bytes = text.into_bytes();
        let at = bytes.len() / 2 - 20;
        bytes.splice(at..at, std::iter::repeat_n(0, zeros));
        bytes
    };
    let files = [("a/a.csv".to_owned(), damaged(0, 100)), ("b/b.csv".to_owned(), damaged(1, 9000))];
    let (_desk, outputs) = outcome(&files, 3);
    let impact = outputs.impact();
    for n in 0..2 {
        let row = &impact[&format!("C0{n}")];
        assert_eq!((row["verdict"].as_str(), row["basis"].as_str()), ("affected", "records"), "{n}");
    }
    assert_eq!(impact["C02"]["verdict"], "ruled_out");
}

/// Numbers, digits, words in values and between bytes, and a list of everybody are nobody's.
#[test]
fn what_is_no_file_of_anybody_affects_nobody() {
    let codes: String = (0..40).map(|n| format!("{}\n", code(n))).collect();
    let directory: String = (0..40).map(|n| format!("{},Quarry {} Savings,Boston\n", code(n), "Stone".repeat(n + 1))).collect();
    let directory = format!("client_id,name,city\n{directory}");
    let words = "Dear Ann,\nhere is what we agreed on, and what remains to be done.\nYours, Bo\n";
    let between = |text: &str| [&[0; 64], text.as_bytes(), &[0; 64]].concat();
    let files = vec![
        ("numbers.bin".to_owned(), numbers(1 << 18)),
        ("codes.bin".to_owned(), between(&codes)),
        ("codes.db".to_owned(), sqlite("TEXT", &codes)),
        ("words.db".to_owned(), sqlite("TEXT", &format!("{words}{}\n", code(3)))),
        ("words.bin".to_owned(), between(words)),
        ("directory.db".to_owned(), sqlite("BLOB", &directory.as_bytes())),
        ("directory.bin".to_owned(), between(&directory)),
    ];
    let (_desk, outputs) = outcome(&files, 40);
    let wrong: Vec<_> = outputs.verdicts().into_iter().filter(|(_, verdict)| verdict != "ruled_out").collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
