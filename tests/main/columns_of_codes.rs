//! Columns that only their values make the clients': each row is the client's that it names, with its persons and kinds of
//! data; what they leave open stays open.

use crate::harness::{Desk, Institution, Job, Row, aes_zip, write, write_registry};
use std::collections::BTreeMap;

const FAMILIES: [&str; 18] = [
    "Davis", "Young", "Allen", "King", "Wright", "Scott", "Torres", "Nguyen", "Reyes", "Flores", "Novak", "Olsen", "Baker", "Carter",
    "Turner", "Parker", "Collins", "Morgan",
];

/// The code of an institution, as a number or with letters.
fn code(number: bool, n: usize) -> String {
    match number {
        true => (480_213 + 91_733 * n).to_string(),
        false => format!("{}{}", ["GACAB", "MALQT", "ZKRWP", "TRFXB", "HHQLV"][n], 41 + 7 * n),
    }
}

/// What becomes of five institutions with such codes.
fn outcome(number: bool, files: &[(&str, String)]) -> Outcome {
    let desk = Desk::new();
    let institution = |n: usize| Institution::new(&format!("C{n}"), &format!("Quarry {} Savings", "Stone".repeat(n + 1)));
    let institutions: Vec<_> = (0..5).map(|n| institution(n).with("client_code", &code(number, n))).collect();
    write_registry(&desk.path("registry"), &institutions);
    files.iter().for_each(|(name, text)| write(&desk.path("ev").join(name), text.as_bytes()));
    Outcome::of(&desk)
}

/// What a run said.
struct Outcome {
    impact: BTreeMap<String, Row>,
    elements: Vec<Row>,
}

impl Outcome {
    fn of(desk: &Desk) -> Self {
        let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
        Self { impact: outputs.impact(), elements: outputs.rows("data_elements.csv") }
    }
}

fn verdict(outcome: &Outcome, id: &str) -> (String, String, String) {
    let row = &outcome.impact[id];
    (row["verdict"].clone(), row["basis"].clone(), row["individuals"].clone())
}

/// What is said of a kind of data: the finding, and its records.
fn element(outcome: &Outcome, id: &str, element: &str) -> (String, String) {
    let row = outcome.elements.iter().find(|row| row["customer_id"] == id && row["element"] == element).expect("affected");
    (row["finding"].clone(), row["records"].clone())
}

/// Eighteen persons under this heading, each row of the client that `whose` says.
fn table(heading: &str, whose: impl Fn(usize) -> String) -> String {
    let row = |(n, family): (usize, &&str)| format!("{},Carol {family},512-44-77{:02},64299{n:02}910,{n}53.65\n", whose(n), 10 + n);
    format!("{heading},full_name,ssn,account_number,balance\n{}", FAMILIES.iter().enumerate().map(row).collect::<String>())
}

fn json(heading: &str, whose: impl Fn(usize) -> String) -> String {
    let row = |(n, family): (usize, &&str)| {
        format!("{{\"{heading}\":\"{}\",\"full_name\":\"Carol {family}\",\"ssn\":\"512-44-77{:02}\"}}\n", whose(n), 10 + n)
    };
    FAMILIES.iter().enumerate().map(row).collect()
}

fn affected(individuals: &str) -> (String, String, String) {
    ("affected".to_owned(), "records".to_owned(), individuals.to_owned())
}

#[test]
fn each_client_has_the_persons_of_its_own_rows() {
    let numbered = ["ORG", "Partner", "Issuer ID", "LegalEntity", "Agency", "CUST", "CLT_NO", "Sponsor"];
    let lettered = ["ORG", "CO_NBR", "Clt", "Host ID", "SYS/PRIN", "Schema", "Environment", "xref"];
    for (number, headings) in [(true, numbered), (false, lettered)] {
        for heading in headings {
            for (name, text) in [("t.csv", table(heading, |n| code(number, n / 6))), ("t.jsonl", json(heading, |n| code(number, n / 6)))] {
                let outputs = outcome(number, &[(name, text)]);
                for id in ["C0", "C1", "C2"] {
                    assert_eq!(verdict(&outputs, id), affected("6"), "{heading} {name} {id}");
                    assert_eq!(element(&outputs, id, "ssn"), ("found".to_owned(), "6".to_owned()), "{heading} {name} {id}");
                    assert_eq!(element(&outputs, id, "card_number").0, "not_found", "{heading} {name} {id}");
                }
                assert_eq!(verdict(&outputs, "C3").0, "ruled_out", "{heading} {name}");
            }
        }
    }
}

/// What the rows of each client hold is not known where the header names a scheme of banks: it may be any of it.
#[test]
fn what_is_not_told_apart_is_never_said_to_be_missing() {
    let outputs = outcome(true, &[("x/t.csv", table("bank_rssd_id", |n| code(true, n / 6)))]);
    assert_eq!(verdict(&outputs, "C0"), affected("18"));
    assert_eq!(element(&outputs, "C0", "ssn"), ("found".to_owned(), "18".to_owned()));
}

#[test]
fn rows_that_name_no_client_leave_everybody_open() {
    for number in [true, false] {
        let whose = |n: usize| if n == 4 { String::new() } else { code(number, n / 6) };
        let outputs = outcome(number, &[("x/t.csv", table("ORG", whose))]);
        assert_eq!(verdict(&outputs, "C0"), affected("5"), "{number}");
        assert_eq!(verdict(&outputs, "C1"), affected("6"), "{number}");
        assert_eq!(verdict(&outputs, "C3").1, "unattributed_data", "{number}");
        // A line of totals is no person's.
        let text = table("ORG", |n| code(number, n / 6)) + ",,,,9999.10\n";
        let outputs = outcome(number, &[("x/t.csv", text)]);
        assert_eq!((verdict(&outputs, "C0"), verdict(&outputs, "C3").0), (affected("6"), "ruled_out".to_owned()), "{number}");
    }
}

/// Whose the rows are is not said by those on the other side of them, nor by a few codes among other words.
#[test]
fn other_columns_give_the_rows_to_nobody() {
    for heading in ["to_client", "beneficiary_bank"] {
        let outputs = outcome(false, &[("x/t.csv", table(heading, |n| code(false, n / 6)))]);
        assert_eq!(verdict(&outputs, "C3").1, "unattributed_data", "{heading}");
    }
    let few = |n: usize| if n < 4 { code(false, n) } else { format!("QXV{}", 7_111 + 13 * n) };
    let outputs = outcome(false, &[("x/t.csv", table("xref", few))]);
    for id in ["C0", "C3"] {
        assert_eq!(verdict(&outputs, id).0, "undetermined", "{id}");
    }
}

/// A directory of all clients is nobody's records, whatever its columns are called.
#[test]
fn a_directory_of_codes_affects_nobody() {
    for number in [true, false] {
        let rows: String = (0..5).map(|n| format!("{},Quarry {} Savings,Boston,MA\n", code(number, n), "Stone".repeat(n + 1))).collect();
        for heading in ["ORG", "Host ID"] {
            let outputs = outcome(number, &[("x/dir.csv", format!("{heading},name,city,state\n{rows}"))]);
            assert!(outputs.impact.values().all(|row| row["verdict"] != "affected"), "{heading} {:?}", outputs.impact);
        }
    }
}

/// Of an own archive of which nothing could be opened nobody knows what it holds; a file beside it says what it says.
#[test]
fn nothing_is_missing_from_what_was_not_read() {
    let finding = |beside: bool| {
        let desk = Desk::new();
        let institution = Institution::new("A", "Netherby Harbor Credit Union").with("transfer_account", "nethhar_prd");
        let other = Institution::new("B", "Skelton Orchard Credit Union").with("transfer_account", "skelorc_prd");
        write_registry(&desk.path("registry"), &[institution, other]);
        write(&desk.path("ev/home/nethhar_prd/x.zip"), &aes_zip(&[("t.csv".to_owned(), b"a,b\n1,2\n".to_vec())]));
        write(&desk.path("ev/home/skelorc_prd/t.txt"), b"x y z");
        if beside {
            write(&desk.path("ev/home/nethhar_prd/t.txt"), b"x y z");
        }
        let outputs = Outcome::of(&desk);
        assert_eq!(verdict(&outputs, "A").0, "affected");
        (element(&outputs, "A", "ssn").0, element(&outputs, "B", "ssn").0)
    };
    assert_eq!(finding(false), ("not_read".to_owned(), "not_found".to_owned()));
    assert_eq!(finding(true), ("not_found".to_owned(), "not_found".to_owned()));
}

/// Records as programs print them: keywords, arrows, pairs in brackets, bodies of forms.
#[test]
fn records_that_programs_print_are_their_clients() {
    type Print = fn(&[(&str, String)]) -> String;
    fn pairs(values: &[(&str, String)], between: &str, pair: fn(&str, &str) -> String) -> String {
        values.iter().map(|(name, value)| pair(name, value)).collect::<Vec<_>>().join(between)
    }
    let prints: [(&str, Print); 7] = [
        ("EDN", |v| format!("{{{}}}\n", pairs(v, ", ", |name, value| format!(":{name} \"{value}\"")))),
        ("Ruby", |v| format!("{{{}}}\n", pairs(v, ", ", |name, value| format!(":{name}=>\"{value}\"")))),
        ("Go", |v| format!("loaded {{{}}}\n", pairs(v, " ", |name, value| format!("{name}:{value}")))),
        ("Lisp", |v| format!("({})\n", pairs(v, " ", |name, value| format!(":{name} \"{value}\"")))),
        ("pairs of Lisp", |v| format!("({})\n", pairs(v, " ", |name, value| format!("({name} . \"{value}\")")))),
        ("PHP", |v| format!("    [0] => Array\n    (\n{}    )\n\n", pairs(v, "", |name, value| format!("        [{name}] => {value}\n")))),
        ("a form", |v| pairs(v, "&", |name, value| format!("{name}={}", value.replace(' ', "+"))) + "\n"),
    ];
    for (what, print) in prints {
        let record = |(n, family): (usize, &&str)| {
            print(&[
                ("client_code", code(true, n / 6)),
                ("full_name", format!("Carol {family}")),
                ("ssn", format!("512-44-77{:02}", 10 + n)),
                ("account_number", format!("64299{n:02}910")),
            ])
        };
        let outputs = outcome(true, &[("x.txt", FAMILIES.iter().enumerate().map(record).collect())]);
        for id in ["C0", "C1", "C2"] {
            assert_eq!(verdict(&outputs, id), affected("6"), "{what} {id}");
            assert_eq!(element(&outputs, id, "name"), ("found".to_owned(), "6".to_owned()), "{what} {id}");
        }
        assert_eq!(verdict(&outputs, "C3").0, "ruled_out", "{what}");
    }
}
