//! One label in an item of many: where rows about persons are told apart by keys of institutions, none of which is a client's
//! code, the only client that something beside them names owns its own part, and clears nobody.

use crate::false_hits::{aba, outcome};
use crate::harness::{Institution, nacha};

const OWN: &str = "QHSB77";
const OTHER: &str = "TRF042";

fn institutions() -> Vec<Institution> {
    [(OWN, "Norwell Harbor Savings Bank", 5), (OTHER, "Tessaly Harbor Savings Bank", 42)]
        .map(|(code, name, n)| Institution::new(code, name).with("client_code", code).with("aba", &aba(n)))
        .into()
}

/// A person of their own for each number, with a number of theirs.
fn person(i: usize) -> (String, String) {
    let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
    (format!("Mary J{}{}nson", letter(i / 26), letter(i)), format!("219-09-{:04}", 1000 + i * 7))
}

/// A table of members, each with the key of an institution or client, or whatever the column is called.
fn members(column: &str, key: impl Fn(usize) -> String) -> String {
    let row = |i: usize| {
        let (name, ssn) = person(i);
        format!("({i},'{}','{name}','{ssn}')", key(i))
    };
    let rows: Vec<String> = (0..30).map(row).collect();
    format!(
        "CREATE TABLE members (id int, {column} varchar(8), full_name varchar(60), ssn char(11));\nINSERT INTO members VALUES {};\n",
        rows.join(",")
    )
}

/// The verdicts of both, and the individuals of the first, with this text as the only evidence.
fn found(path: &'static str, text: String) -> (String, String, String) {
    let (_desk, outputs) = outcome(&institutions(), &[(path, text)]);
    let verdicts = outputs.verdicts();
    (verdicts[OWN].clone(), verdicts[OTHER].clone(), outputs.impact()[OWN]["individuals"].clone())
}

fn expect(verdicts: [&str; 2], individuals: &str) -> (String, String, String) {
    (verdicts[0].to_owned(), verdicts[1].to_owned(), individuals.to_owned())
}

#[test]
fn rows_told_apart_by_keys_of_institutions_are_not_all_of_one_client() {
    let log = format!(
        "CREATE TABLE batch_log (id int, client_code varchar(8), job varchar(20));\nINSERT INTO batch_log VALUES (1,'{OWN}','EOD');\n"
    );
    let setting = format!(
        "CREATE TABLE settings (k varchar(30), v varchar(80));\nINSERT INTO settings VALUES ('client_code','{OWN}'),('smtp','x');\n"
    );
    let comment = format!("-- client code: {OWN}\n");
    for beside in [&log, &setting, &comment] {
        for column in ["institution_id", "inst", "tenant_id", "FI_NO"] {
            let text = format!("{beside}{}", members(column, |i| (i % 3 + 1).to_string()));
            assert_eq!(found("x/dump.sql", text), expect(["affected", "undetermined"], "0"), "{column} beside {beside}");
        }
        // One key for all tells nothing apart, and other columns speak of no institution.
        for (column, keys) in [("institution_id", 1), ("branch_id", 3), ("institution_type", 3)] {
            let text = format!("{beside}{}", members(column, |i| (i % keys + 1).to_string()));
            assert_eq!(found("x/dump.sql", text), expect(["affected", "ruled_out"], "30"), "{column} beside {beside}");
        }
    }
}

#[test]
fn keys_of_clients_may_be_of_a_banks_own_clients() {
    let comment = format!("-- client code: {OWN}\n");
    let each = format!("{comment}{}", members("client_id", |i| (100 + i).to_string()));
    assert_eq!(found("x/dump.sql", each), expect(["affected", "ruled_out"], "30"));
    let few = format!("{comment}{}", members("client_id", |i| (100 + i % 4).to_string()));
    assert_eq!(found("x/dump.sql", few), expect(["affected", "undetermined"], "0"));
}

#[test]
fn lines_and_objects_with_keys_of_institutions_are_not_all_of_one_client() {
    let line = |i: usize| {
        let (name, ssn) = person(i);
        format!("2024-10-30 10:00:{:02} INFO member update name=\"{name}\" ssn={ssn} inst={}\n", i % 60, i % 3 + 1)
    };
    let log: String = std::iter::once(format!("2024-10-30 10:00:00 INFO startup client_code={OWN}\n")).chain((0..30).map(line)).collect();
    let object = |i: usize| {
        let (name, ssn) = person(i);
        format!("{{\"inst\": {}, \"name\": \"{name}\", \"ssn\": \"{ssn}\"}}", i % 3 + 1)
    };
    let objects: Vec<String> = (0..30).map(object).collect();
    let json = format!("{{\"requestedBy\": {{\"clientCode\": \"{OWN}\"}}, \"members\": [{}]}}", objects.join(", "));
    for (path, text) in [("x/app.log", log), ("x/a.json", json)] {
        assert_eq!(found(path, text), expect(["affected", "undetermined"], "0"), "{path}");
    }
}

/// A payment in a log is its owner's, and says nothing of the persons in the log's other lines.
#[test]
fn persons_beside_payments_in_a_log_are_nobodys() {
    let line = |i: usize| {
        let (name, ssn) = person(i);
        format!("2024-10-30 10:00:{:02} INFO member update name=\"{name}\" ssn={ssn}\n", i % 60)
    };
    let payment = String::from_utf8(nacha(&aba(5), 2)).expect("characters");
    let lines: String = (0..30).map(line).collect();
    let (own, other, individuals) = found("x/app.log", format!("2024-10-30 INFO built file:\n{payment}\n{lines}"));
    assert_eq!((own.as_str(), other.as_str(), individuals.as_str()), ("affected", "undetermined", "2"));
}

/// Where a column of clients says whose each row is, the bank that another column names in every row is the other side.
#[test]
fn a_bank_beside_the_clients_of_rows_owns_none_of_them() {
    let row = |i: usize| {
        let (name, ssn) = person(i);
        format!("{OWN},{name},{ssn},{}\n", aba(42))
    };
    let rows: String = (0..12).map(row).collect();
    for header in ["Client Code,Name,SSN,Bank ABA", "Client Code,Name,SSN,ABA"] {
        let table = format!("{header}\n{rows}");
        assert_eq!(found("x/a.csv", table.clone()), expect(["affected", "referenced"], "12"), "{header}");
        let swapped: String = table.lines().map(|line| line.split(',').rev().collect::<Vec<_>>().join(",") + "\n").collect();
        assert_eq!(found("x/a.csv", swapped), expect(["affected", "referenced"], "12"), "{header} turned");
    }
}
