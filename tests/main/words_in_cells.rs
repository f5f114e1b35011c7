//! Cells that say in words what a person is known by: notes, messages, payloads. It is the row's, and nobody's where the row
//! is; numbers of other kinds in words say nothing.

use crate::harness::{self, Desk, Outputs, Random};

const PEOPLE: [&str; 8] =
    ["Barbara Allen", "Paul Miller", "Donna Lopez", "Jessica Moore", "David Young", "Matthew Clark", "Michelle Ramirez", "Andrew Wilson"];
const CODES: [&str; 3] = ["674903", "517942", "771904"];

fn decided(name: &str, bytes: &[u8]) -> (Desk, Outputs) {
    harness::decided(name, bytes, &CODES)
}

fn ssn(n: usize) -> String {
    format!("{}-{}-{}", 512 + n, 44 + n, 7781 + 13 * n)
}

fn account(n: usize) -> usize {
    4_458_814_885 + 77_193 * n
}

fn rows(row: impl Fn(usize, &str) -> String) -> String {
    PEOPLE.iter().enumerate().map(|(n, name)| row(n, name)).collect()
}

fn sqlite(note: impl Fn(usize, &str) -> String) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("made.db");
    let database = rusqlite::Connection::open(&path).expect("a database");
    database.execute_batch("CREATE TABLE tickets (id INTEGER PRIMARY KEY, state TEXT, notes TEXT);").expect("it is understood");
    for (n, name) in PEOPLE.iter().enumerate() {
        database.execute("INSERT INTO tickets VALUES (?1, 'open', ?2)", (n as i64, note(n, name))).expect("it is understood");
    }
    database.close().expect("it closes");
    std::fs::read(path).expect("a database")
}

#[test]
fn what_cells_say_of_nobodys_persons_is_nobodys() {
    let note = |n: usize, name: &str| format!("Member {name} called, SSN {} verified.", ssn(n));
    let brief = |n: usize, name: &str| format!("{name} {} acct {}", ssn(n), account(n));
    let json = |n: usize, name: &str| format!(r#"{{\"full_name\": \"{name}\", \"ssn\": \"{}\"}}"#, ssn(n));
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("notes.csv", format!("ticket,state,notes\n{}", rows(|n, name| format!("{n},open,\"{}\"\n", note(n, name)))).into_bytes()),
        ("notes.tsv", format!("ticket\tstate\tnotes\n{}", rows(|n, name| format!("{n}\topen\t{}\n", brief(n, name)))).into_bytes()),
        (
            "notes.json",
            format!("[{}]", rows(|n, name| format!("{{\"ticket\": {n}, \"notes\": \"{}\"}},", note(n, name))).trim_end_matches(','))
                .into_bytes(),
        ),
        (
            "docker.log",
            rows(|n, name| format!("{{\"log\": \"lookup of {name} SSN {} ok\\n\", \"time\": \"2024-11-04T02:11:0{n}Z\"}}\n", ssn(n)))
                .into_bytes(),
        ),
        (
            "access.log",
            rows(|n, name| {
                let name = name.replace(' ', "+");
                format!("10.0.0.1 - - [04/Nov/2024:02:11:0{n} +0000] \"GET /m?name={name}&ssn={} HTTP/1.1\" 200 12\n", ssn(n))
            })
            .into_bytes(),
        ),
        (
            "dump.sql",
            format!(
                "CREATE TABLE `ev` (`id` int, `payload` text);\nINSERT INTO `ev` VALUES {};\n",
                rows(|n, name| format!("({n},'{}'),", json(n, name))).trim_end_matches(',')
            )
            .into_bytes(),
        ),
        (
            "payload.csv",
            format!(
                "id,at,payload\n{}",
                rows(|n, name| format!("{n},2024-10-01,<m><full_name>{name}</full_name><ssn>{}</ssn></m>\n", ssn(n)))
            )
            .into_bytes(),
        ),
        ("half.csv", format!("k,ident\n{}", rows(|n, _| format!("x,{}\nx,{}-06530{n}5\n", ssn(n), 61 + n))).into_bytes()),
        ("notes.db", sqlite(note)),
    ];
    for (name, bytes) in &files {
        let (_desk, outputs) = decided(name, bytes);
        let impact = outputs.impact();
        assert!(impact.values().all(|row| row["basis"] == "unattributed_data"), "{name} {impact:?}");
        assert!(outputs.rows("unattributed.csv")[0]["data_elements"].contains("ssn"), "{name}");
    }
    let (_desk, outputs) = decided(files[1].0, &files[1].1);
    assert_eq!(outputs.rows("unattributed.csv")[0]["individuals"], "8");
}

#[test]
fn what_cells_say_is_the_client_of_the_rows() {
    let row = |n: usize, name: &str| format!("{},{n},\"{name} {} acct {}\"\n", CODES[n % 2], ssn(n), account(n));
    let (_desk, outputs) = decided("tickets.csv", format!("client_code,ticket,notes\n{}", rows(row)).as_bytes());
    let impact = outputs.impact();
    for id in ["A", "B"] {
        let found = (impact[id]["verdict"].as_str(), impact[id]["individuals"].as_str(), impact[id]["data_elements"].as_str());
        assert_eq!(found, ("affected", "4", "account_number|name|ssn"), "{id}");
    }
    assert_eq!(impact["C"]["verdict"], "ruled_out");
    assert_eq!(outputs.rows("unattributed.csv").len(), 0);
    // A row without a client is nobody's.
    let row = |n: usize, name: &str| format!("{},{n},\"{name} {}\"\n", if n == 0 { "" } else { CODES[0] }, ssn(n));
    let (_desk, outputs) = decided("tickets.csv", format!("client_code,ticket,notes\n{}", rows(row)).as_bytes());
    let impact = outputs.impact();
    assert_eq!((impact["A"]["verdict"].as_str(), impact["C"]["basis"].as_str()), ("affected", "unattributed_data"));
}

#[test]
fn secrets_in_cells_of_any_length_are_the_clients_of_the_rows() {
    for filled in [0, 120_000] {
        let row = |n: usize, _: &str| {
            let secret = if n == 6 { "db_password=Hk3v9s0m1" } else { "no answer" };
            let rest = "it was retried ".repeat(if n > 5 { filled / 15 } else { 0 });
            format!("{},{n},\"{rest}{secret}\"\n", CODES[n % 2])
        };
        let (_desk, outputs) = decided("jobs.csv", format!("client_code,job,notes\n{}", rows(row)).as_bytes());
        let impact = outputs.impact();
        let found = |id: &str| (impact[id]["verdict"].clone(), impact[id]["data_elements"].clone());
        assert_eq!(found("A"), ("affected".to_owned(), "credential".to_owned()), "{filled}");
        assert_eq!(found("B"), ("affected".to_owned(), String::new()), "{filled}");
    }
    // Whose login stands beside a password in words is not known.
    let row = |n: usize, name: &str| format!("{}@quarry.internal,{n},\"job with smtp_password=Hk3v9s0m{n}\"\n", name.replace(' ', "."));
    let (_desk, outputs) = decided("jobs.csv", format!("email,job,notes\n{}", rows(row)).as_bytes());
    assert!(outputs.impact().values().all(|row| row["verdict"] == "ruled_out"));
}

#[test]
fn whom_the_columns_name_is_one_person_with_whom_the_notes_name() {
    let row = |n: usize, name: &str| {
        let note = ["", "no answer", "letter to"][n % 3];
        format!("{},{name},{n}040 Oak St,Kearney,NE,{},\"{note} {name} acct {} SSN {}\"\n", CODES[0], account(n), account(n), ssn(n))
    };
    let (_desk, outputs) =
        decided("members.csv", format!("client_code,name,street,city,state,account_number,notes\n{}", rows(row)).as_bytes());
    let impact = outputs.impact();
    assert_eq!((impact["A"]["verdict"].as_str(), impact["A"]["individuals"].as_str()), ("affected", "8"));
    assert!(impact["A"]["data_elements"].contains("ssn"));
    assert!(["B", "C"].iter().all(|id| impact[*id]["verdict"] == "ruled_out"));
}

#[test]
fn remarks_in_a_directory_make_nobody_affected() {
    let remark = |n: usize| match n {
        1 => format!("see complaint of {}, SSN {}", PEOPLE[1], ssn(1)),
        _ => format!("ABA 02100002{n}, call 216-555-01{n}3, since 2014-03-0{}", 1 + n % 9),
    };
    let codes = |n: usize| if n < 3 { CODES[n].to_owned() } else { format!("88{n:04}") };
    let rows: String = (0..40).map(|n| format!("{},Harbor Bank {n},\"{}\"\n", codes(n), remark(n))).collect();
    let (_desk, outputs) = decided("directory.csv", format!("client_code,bank_name,remarks\n{rows}").as_bytes());
    let impact = outputs.impact();
    assert!(impact.values().all(|row| row["verdict"] != "affected"), "{impact:?}");
    assert_eq!((impact["B"]["verdict"].as_str(), impact["C"]["verdict"].as_str()), ("undetermined", "ruled_out"));
}

#[test]
fn other_numbers_in_words_are_nobodys() {
    let mut random = Random::new(23);
    let mut digits = |count: usize| -> String { (0..count).map(|_| char::from(b'1' + random.below(9) as u8)).collect() };
    let mut lines = String::from("id,at,trace,notes\n");
    for n in 0..600 {
        let note = match n % 6 {
            0 => format!("order {} shipped with ref {}", digits(9), digits(16)),
            1 => format!("ref 4{} {} {} {} posted", digits(3), digits(4), digits(4), digits(4)),
            2 => format!("call {}-{}-{} about ticket {}", digits(3), digits(3), digits(4), digits(6)),
            3 => format!("job started 2024-10-0{} 02:11:00 took {} ms", 1 + n % 9, digits(7)),
            4 => format!("part {}-{}-{} of lot {}", digits(2), digits(3), digits(5), digits(8)),
            _ => "The server was started again after the update".to_owned(),
        };
        lines.push_str(&format!("{n},2024-10-01T02:11:00.{:03}Z,3f2504e0-4f89-11d3-9a0c-{},\"{note}\"\n", n, digits(12)));
    }
    let (_desk, outputs) = decided("events.csv", lines.as_bytes());
    let impact = outputs.impact();
    assert!(impact.values().all(|row| row["verdict"] == "ruled_out"), "{impact:?} {:?}", outputs.rows("unattributed.csv"));
}

#[test]
fn numbers_whose_groups_other_hyphens_and_blanks_part_are_somebodys() {
    for mark in ["\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2212}", "\u{FF0D}", "\u{A0}", "\u{202F}"] {
        let parted = |n: usize| ssn(n).replace('-', mark);
        for (name, text) in [
            ("column.csv", format!("member_id,social security number\n{}", rows(|n, _| format!("{n},{}\n", parted(n))))),
            ("notes.csv", format!("id,notes\n{}", rows(|n, name| format!("{n},\"Member {name}, SSN {} verified\"\n", parted(n))))),
            ("letter.txt", rows(|n, name| format!("We have opened the account of {name} (SSN: {}) today.\n\n", parted(n)))),
        ] {
            let (_desk, outputs) = decided(name, text.as_bytes());
            let impact = outputs.impact();
            assert!(impact.values().all(|row| row["basis"] == "unattributed_data"), "{mark:?} {name}");
        }
    }
    // Ranges and measures are none.
    let text = rows(|n, _| {
        format!(
            "{n}: 2010\u{2013}2014, 100\u{2013}25\u{2013}77, 1\u{A0}512\u{A0}447\u{A0}781 in all, {}5\n",
            ssn(n).replace('-', "\u{2011}")
        )
    });
    let (_desk, outputs) = decided("text.txt", text.as_bytes());
    assert!(outputs.impact().values().all(|row| row["verdict"] == "ruled_out"));
}
