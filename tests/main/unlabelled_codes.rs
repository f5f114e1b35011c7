//! Numeric codes of clients where no heading or label says that they are such: they are nobody's mention, and what stands
//! beside them is not for that somebody else's.

use crate::harness::{Desk, Institution, Job, write, write_registry};
use crate::workbook_parts::code;
use std::collections::BTreeMap;

const NAMES: [&str; 6] = ["James Miller", "Mary Jones", "Linda Garcia-Walkerson", "Robert Young", "Susan Lee", "Karen Lopez"];

/// Verdict and basis of eight institutions, each with a numeric code and an account.
fn outcome(files: &[(&str, String)]) -> BTreeMap<String, (String, String)> {
    let desk = Desk::new();
    let institution = |n: usize| {
        let name = format!("Quarry {} Savings", "Stone".repeat(n + 1));
        let account = format!("acct_{}", ["ash", "box", "cod", "dew", "elk", "fig", "gum", "hop"][n]);
        Institution::new(&format!("C{n}"), &name).with("client_code", &code(n)).with("transfer_account", &account)
    };
    write_registry(&desk.path("registry"), &(0..8).map(institution).collect::<Vec<_>>());
    files.iter().for_each(|(name, text)| write(&desk.path("ev").join(name), text.as_bytes()));
    let impact = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry")).impact();
    impact.into_iter().map(|(id, row)| (id, (row["verdict"].clone(), row["basis"].clone()))).collect()
}

/// Twelve records of persons under this heading, whose first column is what `first` says of each.
fn table(heading: &str, first: impl Fn(usize) -> String) -> String {
    let row = |n: usize| format!("{},{},44556{n:02}77,{}.70\n", first(n), NAMES[n % 6], 100 * n);
    format!("{heading},name,account_number,balance\n{}", (0..12).map(row).collect::<String>())
}

/// The same as a table of a dump.
fn dumped(name: &str, heading: &str, first: impl Fn(usize) -> String) -> String {
    let row = |n: usize| format!("('{}','{}','44556{n:02}77','{}.70')", first(n), NAMES[n % 6], 100 * n);
    let rows: Vec<String> = (0..12).map(row).collect();
    format!(
        "CREATE TABLE {name} ({heading} text, name text, account_number text, balance text);\nINSERT INTO {name} VALUES {};\n",
        rows.join(",")
    )
}

#[test]
fn codes_under_an_unknown_heading_are_not_the_labelled_clients() {
    let others = |n: usize| code(1 + n % 4);
    for (what, text) in [
        ("a label above a table", format!("Client code: {}\n\n{}", code(0), table("grp", others))),
        ("a label in a comment", format!("-- client code: {}\n{}", code(0), dumped("b", "grp", others))),
        ("a table of its own", format!("{}{}", dumped("a", "client_code", |_| code(0)), dumped("b", "grp", others))),
        (
            "some that nobody has",
            format!("-- client code: {}\n{}", code(0), dumped("b", "grp", |n| if n == 3 { code(20) } else { others(n) })),
        ),
    ] {
        let found = outcome(&[("x/a.sql", text)]);
        assert_eq!(found["C0"].0, "affected", "{what}");
        for n in 1..8 {
            let (verdict, basis) = &found[&format!("C{n}")];
            assert!(
                verdict == "undetermined" && ["unattributed_data", "weak_evidence"].contains(&basis.as_str()),
                "{what}: C{n} {verdict} {basis}"
            );
        }
    }
}

#[test]
fn other_numbers_under_an_unknown_heading_take_nothing_from_the_labelled_client() {
    let labelled = |table: String| format!("-- client code: {}\n{table}", code(0));
    for (what, path, text) in [
        ("its own code", "x/a.sql", labelled(dumped("b", "grp", |_| code(0)))),
        ("numbers of nobody", "x/a.sql", labelled(dumped("b", "grp", |n| (300_000 + 7_919 * n).to_string()))),
        (
            "two codes among others",
            "x/a.sql",
            labelled(dumped("b", "grp", |n| if n < 2 { code(1 + n) } else { (300_000 + 7_919 * n).to_string() })),
        ),
        ("in a home", "homes/acct_ash/in/a.sql", labelled(dumped("b", "grp", |n| code(1 + n % 4)))),
    ] {
        let beside = ["acct_ash", "acct_box", "acct_cod", "acct_dew"]
            .map(|account| (format!("homes/{account}/in/readme.txt"), "nothing\n".to_owned()));
        let mut files: Vec<(&str, String)> = vec![(path, text)];
        if path.starts_with("homes") {
            files.extend(beside.iter().map(|(path, text)| (path.as_str(), text.clone())));
        }
        let found = outcome(&files);
        assert_eq!(found["C0"].0, "affected", "{what}");
        // In a home, too, the column points at those whose codes stand in it.
        for n in if path.starts_with("homes") { 5..8 } else { 4..8 } {
            assert_eq!(found[&format!("C{n}")].0, "ruled_out", "{what}: C{n} {:?}", found[&format!("C{n}")]);
        }
    }
}

/// Rows that are counted are no list of codes, though the numbers of the count are some.
#[test]
fn a_count_of_rows_is_no_column_of_codes() {
    let desk = Desk::new();
    let institution = |n: usize| Institution::new(&format!("C{n}"), &format!("Quarry {} Savings", "Stone".repeat(n + 1)));
    let institutions: Vec<_> = (0..20).map(|n| institution(n).with("client_code", &(70_100 + n).to_string())).collect();
    write_registry(&desk.path("registry"), &institutions);
    let text = format!("-- client code: 70119\n{}", dumped("b", "seq", |n| (70_100 + n).to_string()));
    write(&desk.path("ev/x/a.sql"), text.as_bytes());
    let verdicts = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry")).verdicts();
    assert_eq!((verdicts["C19"].as_str(), verdicts["C3"].as_str()), ("affected", "ruled_out"));
}

#[test]
fn rows_under_codes_that_nobody_registered_may_be_those_of_who_has_none() {
    let desk = Desk::new();
    let registry = desk.path("registry");
    let institutions = [
        Institution::new("A", "Quarrystone Orchard Savings Bank").with("transfer_account", "quarry_prd"),
        Institution::new("B", "Bellweather Harbor Credit Union").with("client_code", "58213"),
        Institution::new("C", "Tidewater Candle Trust Bank").with("client_code", "61934"),
        Institution::new("D", "Ashgrove Miller National Bank").with("client_code", "73306"),
    ];
    write_registry(&registry, &institutions);
    let row = |n: usize| format!("{},Ann Lee{},51244{:04}\n", ["58213", "61934", "40771"][n % 3], "e".repeat(n), 1028 + n);
    let table = format!("Client Code,Name,SSN\n{}", (0..30).map(row).collect::<String>());
    write(&desk.path("ev/x/members.csv"), table.as_bytes());
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
    assert_eq!(outputs.verdicts().values().collect::<Vec<_>>(), ["undetermined", "affected", "affected", "ruled_out"]);
    assert_eq!(outputs.impact()["A"]["basis"], "unattributed_data");
    let rows = outputs.rows("unattributed.csv");
    assert_eq!(rows.iter().map(|row| [&row["individuals"], &row["hints"]]).collect::<Vec<_>>(), [["10", "40771|outside_owner"]]);
}

#[test]
fn a_number_of_another_scheme_points_to_its_holder_in_a_column_of_clients() {
    let desk = Desk::new();
    let registry = desk.path("registry");
    let institutions = [
        Institution::new("A", "Quarrystone Orchard Savings Bank").with("customer_number", "QXZ7731"),
        Institution::new("B", "Bellweather Harbor Credit Union").with("client_code", "58213"),
        Institution::new("C", "Tidewater Candle Trust Bank").with("client_code", "61934"),
    ];
    write_registry(&registry, &institutions);
    let row = |n: usize| format!("{},Ann Lee{},51244{:04}\n", ["58213", "61934", "QXZ7731"][n % 3], "e".repeat(n), 1028 + n);
    let table = format!("Client Code,Name,SSN\n{}", (0..30).map(row).collect::<String>());
    write(&desk.path("ev/x/members.csv"), table.as_bytes());
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
    assert_eq!(outputs.verdicts().values().collect::<Vec<_>>(), ["undetermined", "affected", "affected"]);
    assert!(outputs.rows("evidence.csv").iter().any(|row| row["customer_id"] == "A" && row["strength"] == "weak"));
}
