//! What is said of the personal data in an institution's own items, found and not found.

use crate::harness::{Desk, Institution, Job, Row, write, write_registry, zip_of};
use std::collections::BTreeMap;

fn of(rows: &[Row], id: &str) -> BTreeMap<String, Row> {
    rows.iter().filter(|row| row["customer_id"] == id).map(|row| (row["element"].clone(), row.clone())).collect()
}

fn desk() -> Desk {
    let desk = Desk::new();
    // A daily export that grows, once copied as it is and once in an archive.
    let head = "name,street,state,zip,ssn\n";
    let people =
        ["Mary Smith,1 Oak St,MA,02111,512-44-7781\n", "John Lee,2 Elm St,NY,10001,\n", "Ruth Moore,3 Hill St,NY,10001,512-44-7782\n"];
    let first = format!("{head}{}{}", people[0], people[1]);
    let second = format!("{first}{}", people[2]);
    write(&desk.path("ev/home/quarry77/out/d1.csv"), first.as_bytes());
    write(&desk.path("ev/home/quarry77/out/copy.csv"), first.as_bytes());
    write(&desk.path("ev/home/quarry77/out/d2.zip"), &zip_of(&[("d2.csv".to_owned(), second.into_bytes())]));
    // A table of two institutions' records: e-mail addresses stand in the rows of one of them alone.
    let mut mixed = "client_code,name,country,email,account_number\n".to_owned();
    for (n, family) in
        ["Davis", "Young", "Allen", "King", "Wright", "Scott", "Torres", "Nguyen", "Reyes", "Flores", "Novak", "Olsen"].iter().enumerate()
    {
        mixed.push_str(&format!("QX7701ZP,Carol {family},DE,,55501{n:04}\n"));
        mixed.push_str(&format!("ZK4410PL,Peter {family},FR,p{n}@example.com,55502{n:04}\n"));
    }
    write(&desk.path("ev/outbound/mixed.csv"), mixed.as_bytes());
    write_registry(
        &desk.path("registry"),
        &[
            Institution::new("A", "Quarrystone Orchard Savings Bank").with("transfer_account", "quarry77"),
            Institution::new("B", "Bellweather Harbor Credit Union").with("client_code", "QX7701ZP"),
            Institution::new("C", "Candlemas Prairie State Bank").with("client_code", "ZK4410PL"),
            Institution::new("D", "Dunmore Lantern Savings Bank").with("client_code", "RR8811TT"),
        ],
    );
    desk
}

#[test]
fn records_and_persons_count_once_and_each_row_for_its_owner() {
    let desk = desk();
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
    let rows = outputs.rows("data_elements.csv");

    let own = of(&rows, "A");
    // Two distinct contents of two and three rows; three files hold them.
    let ssn = &own["ssn"];
    assert_eq!((ssn["finding"].as_str(), ssn["items"].as_str(), ssn["records"].as_str()), ("found", "3", "3"));
    assert_eq!((ssn["individuals"].as_str(), ssn["individuals_by_residence"].as_str()), ("2", "US-MA:1|US-NY:1"));
    assert_eq!((own["name"]["individuals"].as_str(), own["name"]["individuals_by_residence"].as_str()), ("3", "US-MA:1|US-NY:2"));
    assert_eq!(own["name"]["records"], "5");
    assert_eq!(own["card_number"]["finding"], "not_found");
    assert!(own["card_number"]["statement"].starts_with("no card numbers in 5 records and "), "{}", own["card_number"]["statement"]);

    let (b, c) = (of(&rows, "B"), of(&rows, "C"));
    assert_eq!((b["email"]["finding"].as_str(), c["email"]["finding"].as_str()), ("not_found", "found"));
    assert_eq!((b["account_number"]["records"].as_str(), c["email"]["records"].as_str()), ("12", "12"));
    assert_eq!(b["name"]["individuals_by_residence"].split(':').next(), Some("DE"));
    assert_eq!(c["name"]["individuals_by_residence"].split(':').next(), Some("FR"));
    assert!(of(&rows, "D").is_empty(), "only affected institutions hold data");

    let impact = outputs.impact();
    assert_eq!((impact["A"]["individuals"].as_str(), impact["B"]["data_elements"].as_str()), ("3", "account_number|name"));
}

#[test]
fn clocks_run_for_those_whose_residents_are_concerned() {
    let desk = desk();
    let incident = desk.path("registry/incident.toml");
    let text = std::fs::read_to_string(&incident).expect("a registry");
    let text = text.replace("[incident]\n", "[incident]\ndiscovered = 2025-02-01\nnotified_at = 2025-02-10\n");
    write(&incident, text.as_bytes());
    desk.index(&Job::of("ev", &desk.path("ev")));
    let decide = |extra: &[&str]| {
        let mut command = crate::harness::program();
        command.arg("match").arg("--case").arg(desk.case()).arg("--registry").arg(desk.path("registry"));
        command.arg("--out").arg(desk.path("out")).args(extra);
        crate::harness::Finished::from(command.output().expect("the program starts"))
    };
    decide(&["--as-of", "2025-03-20"]).done();
    let clocks = crate::harness::rows(&desk.path("out/deadlines.csv"));
    let clock = |id: &str, clock: &str| clocks.iter().find(|row| row["customer_id"] == id && row["clock"] == clock);
    let new_york = clock("A", "us-ny-residents").expect("two individuals live there");
    assert_eq!((new_york["state"].as_str(), new_york["ends"].as_str(), new_york["individuals"].as_str()), ("passed", "2025-03-12", "2"));
    assert!(clock("A", "us-tx-residents").is_none() && clock("D", "us-ny-residents").is_none());
    let persons = clock("B", "eu-gdpr-persons").expect("its individuals live in Germany");
    assert_eq!((persons["state"].as_str(), persons["individuals"].as_str()), ("no_fixed_time", "12"));
    assert_eq!(clock("", "us-ny-holder").map(|row| row["state"].as_str()), Some("passed"));
    let page = std::fs::read_to_string(desk.path("out/report.html")).expect("a page");
    assert!(page.contains("Not legal advice") && page.contains("As of 2025-03-20."));

    // Another table takes the place of the shipped one; a wrong one is refused before anything is written.
    let own = desk.path("own.json");
    write(&own, br#"{"as_of":"2025-01-01","notice":"ours","clocks":[]}"#);
    decide(&["--deadlines", own.to_str().expect("plain")]).done();
    assert!(crate::harness::rows(&desk.path("out/deadlines.csv")).is_empty());
    write(&own, b"{}");
    decide(&["--deadlines", own.to_str().expect("plain")]).with_code(&[2]);
    decide(&["--as-of", "soon"]).with_code(&[2]);
}
