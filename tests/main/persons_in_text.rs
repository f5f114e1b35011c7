//! Persons and their accounts in texts that no reader takes for tables: nobody is ruled out where it may be anybody's.

use crate::harness::{self, Desk, Institution, Job, Outputs, pdf, write, write_registry};

fn decided(path: &str, text: &str) -> (Desk, Outputs) {
    let desk = Desk::new();
    write(&desk.path(path), text.as_bytes());
    write_registry(
        &desk.path("registry"),
        &[
            Institution::new("A", "Quarrystone Orchard Savings Bank").with("transfer_account", "quarry77"),
            Institution::new("B", "Bellweather Harbor Credit Union").with("client_code", "QX7701ZP"),
        ],
    );
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
    (desk, outputs)
}

const BLOCKS: &str = "Name: Michael Olsen\nAddress: 7665 Clark Ave, Columbus OH 43004\nAccount No: 7201186876\nSSN: 571-84-9133\n\n\
                      Name: Siobhan Nakamura\nAddress: 1132 Tanaka Ave, Columbus OH 43004\nAccount No: 2504755128\nSSN: 452-40-2054\n";

#[test]
fn persons_with_their_accounts_in_a_text_are_nobodys() {
    let rows = "James Lopez               9044823607    7059.92\nKofi Petrov               7196144359    3527.37\n\
                Olga Smith                6238522294    2652.83\nCarlos Thompson           2129535906    2354.16\n";
    let records = "H|438222|20241031\nD|Kofi Novak|9181 Johnson Ave|OH|47263|7537335062|2931.02\nD|Yuki Tanaka|5959 Davis Ave|TX|66426|9411900095|3187.09\n\
                   D|Declan Olsen|2858 Lewis Ave|OH|26137|3465928528|5692.83\nT|3\n";
    let numbers = "Ivan Williams             571-84-9133 1979-09-16\nDeclan Nakamura           452-40-2054 1965-09-02\n";
    let report = format!("LOAN TRIAL BALANCE 10/31\n\n{rows}");
    let letter =
        "Patricia Petrov\n7001 Rodriguez Ave\nColumbus, OH 40905\n\nDear Patricia,\nyour account 6381628170 has a balance of $4908.21.\n";
    let mail = format!("From: a@v.example\r\nTo: b@v.example\r\nSubject: dispute\r\nContent-Type: text/plain\r\n\r\n{letter}");
    for (name, text) in [("blocks.txt", BLOCKS), ("report.txt", &report), ("d.txt", records), ("ssn.txt", numbers), ("mail.eml", &mail)] {
        let (_desk, outputs) = decided(&format!("ev/x/{name}"), text);
        let impact = outputs.impact();
        for id in ["A", "B"] {
            assert_eq!((impact[id]["verdict"].as_str(), impact[id]["basis"].as_str()), ("undetermined", "unattributed_data"), "{name}");
        }
        assert_eq!(outputs.rows("unattributed.csv").len(), 1, "{name}");
    }
}

/// What stands beside records is read as ever, and the records are counted once.
#[test]
fn persons_beside_records_are_found_too() {
    let one = |name: &str, account: &str| format!("Name: {name}\nAccount No: {account}\nBalance: 12.50\n\n");
    let letter = "Member Elizabeth Lopez, account 3757756303, disputes $45.10\n";
    let text = one("Siobhan Nakamura", "2504755128") + &one("Linda Abernathy", "7738495328") + letter;
    let (_desk, outputs) = decided("ev/x/r.txt", &text);
    assert_eq!(outputs.rows("unattributed.csv")[0]["individuals"], "3");
}

/// Rows that say whose they are have said it: the same lines as text are nobody's no more. What stands beside them is.
#[test]
fn rows_of_several_clients_are_not_nobodys_as_well() {
    let names =
        ["Andrew Brown", "Margaret Jackson", "Nancy Martin", "Susan Nguyen", "Kofi Petrov", "Olga Smith", "Declan Olsen", "Yuki Tanaka"];
    let row = |n: usize| {
        let (client, name) = (["438222", "518846"][n % 2], names[n]);
        (client, name, format!("{}-{}-{}", 331 + n, 21 + n, 4699 + 11 * n), (6_823_651_296 + 7919 * n as u64).to_string())
    };
    let printed: String =
        (0..8).map(row).map(|(client, name, ssn, account)| format!("{client:12}{name:20}{ssn:16}{account:14}\n")).collect();
    let heading = format!("{:12}{:20}{:16}{:14}\n", "client_id", "name", "tax_id", "account_no");
    let rule = format!("{:12}{:20}{:16}{:14}\n", "-".repeat(10), "-".repeat(18), "-".repeat(14), "-".repeat(12));
    let report = format!("{heading}{rule}{printed}");
    let cell = |x: usize, y: usize, text: &str| format!("BT /F1 10 Tf {x} {y} Td ({text}) Tj ET\n");
    let line = |y: usize, cells: [&str; 4]| (0..4).map(|i| cell(60 + 130 * i, y, cells[i])).collect::<String>();
    let mut page = line(740, ["Client ID", "Name", "Account", "Balance"]);
    for n in 0..8 {
        let (client, name, _, account) = row(n);
        page += &line(720 - 20 * n, [client, name, &account, "1,204.50"]);
    }
    let letter = cell(60, 400, "Member Elizabeth Lopez, account 3757756303, disputes $45.10");
    let beside = format!("{report}\nMember Elizabeth Lopez, account 3757756303, disputes $45.10\n");
    for (name, bytes, others) in [
        ("report.txt", report.clone().into_bytes(), false),
        ("table.pdf", pdf(&[page.clone()], "Helvetica"), false),
        ("beside.txt", beside.into_bytes(), true),
        ("beside.pdf", pdf(&[page + &letter], "Helvetica"), true),
    ] {
        let (_desk, outputs) = harness::decided(name, &bytes, &["438222", "518846", "771904"]);
        let impact = outputs.impact();
        for id in ["A", "B"] {
            assert_eq!((impact[id]["verdict"].as_str(), impact[id]["individuals"].as_str()), ("affected", "4"), "{name} {id}");
        }
        assert_eq!(impact["C"]["verdict"], if others { "undetermined" } else { "ruled_out" }, "{name}");
    }
}

#[test]
fn documentation_and_lists_of_vendors_rule_nobody_in() {
    let vendors = "Acme Tools LLC      12 Oak St, Columbus OH 43004     614-555-0100  Mary Miller\n\
                   Bolt Works Inc      14 Oak St, Columbus OH 43004     614-555-0101  John Moore\n\
                   Crane Supply Co     16 Oak St, Columbus OH 43004     614-555-0102  Ann Lee\n";
    let manual = "Name:\nAddress:\nAccount No:\nSSN: ___-__-____\n\nAuthor: Mary Miller\nPhone: 614-555-0199\n\
                  For example, John Doe enters account 1234567890. An SSN is written as 111-22-3333.\n";
    let config = "account.name=Shared Services\naccount.id=804127563391\nowner=Mary Miller\n";
    for (name, text) in [("vendors.txt", vendors), ("manual.txt", manual), ("accounts.conf", config)] {
        let (_desk, outputs) = decided(&format!("ev/x/{name}"), text);
        assert!(outputs.impact().values().all(|row| row["verdict"] == "ruled_out"), "{name}");
        assert!(outputs.rows("unattributed.csv").is_empty(), "{name}");
    }
}

#[test]
fn texts_in_a_home_say_whose_data_was_in_it() {
    let (_desk, outputs) = decided("ev/home/quarry77/out/r.txt", BLOCKS);
    let impact = outputs.impact();
    assert_eq!(impact["A"]["data_elements"], "account_number|address|name|ssn");
    assert_eq!((impact["A"]["individuals"].as_str(), impact["B"]["verdict"].as_str()), ("2", "ruled_out"));

    let (_desk, outputs) =
        decided("ev/home/quarry77/conf/site.properties", "db.url=jdbc:h2:mem\ndb.user=loader\ndb.password=Tr0ub4dor&3\n");
    assert_eq!(outputs.impact()["A"]["data_elements"], "credential");
    let (_desk, outputs) = decided("ev/home/quarry77/conf/site.properties", "db.password=${DB_PASSWORD}\nother.password=\n");
    assert_eq!(outputs.impact()["A"]["data_elements"], "");
}

/// Numbers that documentation prints as examples of a social security number are nobody's, also under a heading or a label.
#[test]
fn samples_of_social_security_numbers_are_nobodys() {
    let verdict = |name: &str, text: &str| {
        let desk = Desk::new();
        let registry = desk.path("registry");
        write_registry(&registry, &[Institution::new("A", "Quarrystone Farmers Bank").with("client_code", "QX7731")]);
        write(&desk.path("ev/x").join(name), text.as_bytes());
        desk.run(&Job::of("ev", &desk.path("ev")), &registry).verdicts()["A"].clone()
    };
    for (name, text) in [
        ("results.py", "prints::\n\n    age : 22\n    ssn : 111-22-3333\n    house_number : 221B\n"),
        ("guide.md", "SSN: 123-45-6789\nssn = \"219-09-9999\"\nThe number 078-05-1120 was in every wallet.\n"),
        ("sample.yml", "age: 22\nssn: 078-05-1120\nhouse_number: 221B\n"),
        ("never.md", "SSN: 666-12-1234\nSSN: 000-12-1234\nSSN: 987-65-4320\n"),
    ] {
        assert_eq!(verdict(name, text), "ruled_out", "{name}");
    }
    for (name, text) in [
        ("results.py", "prints::\n\n    age : 22\n    ssn : 512-44-7781\n    house_number : 221B\n"),
        ("guide.md", "SSN: 123-45-6789 or SSN: 512-44-7781\n"),
        ("rows.csv", "name,ssn\nAnn Lee,078-05-1120\nBo Ek,512-44-7781\nMary Jones,512-44-7782\n"),
    ] {
        assert_eq!(verdict(name, text), "undetermined", "{name}");
    }
}
