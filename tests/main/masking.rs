//! The evidence list shows where something stands, not the personal numbers beside it.

use crate::harness::{Demo, Desk, Institution, Job, Outputs, Row, write, write_registry, xlsx};

/// Runs of five or more digits, also with single blanks or hyphens between them: start, and the digits alone.
fn long_numbers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut digits = String::new();
    let chars: Vec<char> = text.chars().collect();
    for (i, c) in chars.iter().enumerate() {
        if c.is_ascii_digit() {
            digits.push(*c);
            continue;
        }
        let joins = matches!(c, '-' | ' ') && !digits.is_empty() && chars.get(i + 1).is_some_and(char::is_ascii_digit);
        if !joins {
            found.push(std::mem::take(&mut digits));
        }
    }
    found.push(digits);
    found.retain(|digits| digits.len() >= 5);
    found
}

/// What a row's context shows that it should not. Contexts that only repeat the item's path, the column or
/// the line of a listing show no content.
fn shown(row: &Row) -> Vec<String> {
    let context = &row["context"];
    if row["item"].ends_with(context.as_str()) || context.starts_with("listing.txt line ") {
        return Vec::new();
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let value = digits(&row["value"]);
    // A national code is shown with its country, and a routing number with the zero that it lost.
    let is_value = |number: &String| {
        *number == value
            || number.trim_start_matches('0') == value.trim_start_matches('0')
            || !value.is_empty() && row["value"].contains(number.as_str())
    };
    long_numbers(context).into_iter().filter(|number| !is_value(number)).collect()
}

#[track_caller]
fn assert_masked(outputs: &Outputs, what: &str) {
    let rows = outputs.rows("evidence.csv");
    assert!(!rows.is_empty());
    let faults: Vec<String> = rows
        .iter()
        .filter_map(|row| Some((row, shown(row))).filter(|(_, shown)| !shown.is_empty()))
        .map(|(row, shown)| {
            format!("{} {} {}={} shows {shown:?}: {}", row["customer_id"], row["item"], row["scheme"], row["value"], row["context"])
        })
        .collect();
    assert!(faults.is_empty(), "{what}: {} rows\n{}", faults.len(), faults[..faults.len().min(30)].join("\n"));
}

#[test]
fn contexts_of_the_demonstration_show_no_other_number() {
    for seed in [51, 52] {
        let (demo, desk) = (Demo::small(seed), Desk::new());
        let outputs = desk.run(&Job::of("evidence", &demo.evidence()).manifest(&demo.listing()), &demo.registry());
        assert_masked(&outputs, &format!("seed {seed}"));
    }
}

/// Numbers of persons, written in every way.
const SECRETS: &[&str] = &[
    "4482910337",
    "448-291-0337",
    "4482 9103 37",
    "123-45-6789",
    "123 45 6789",
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111.1111.1111.1111",
    "448\u{2013}291\u{2013}0337",
    "448\u{A0}291\u{A0}0337",
    "448/291/0337",
    "DE89 3704 0044 0532 0130 00",
    "DE89370400440532013000",
    "GB29NWBK60161331926819",
    "０１２３４５６７８９",
];

#[test]
fn numbers_beside_an_identifier_are_masked_in_every_writing() {
    let desk = Desk::new();
    let (root, registry) = (desk.path("evidence"), desk.path("registry"));
    write_registry(
        &registry,
        &[
            Institution::new("A", "Pemberly Outer Savings Bank").with("client_code", "QX7ZP41").with("aba", "021000021"),
            Institution::new("B", "Kölner Beispielbank AG").with("iban_bank", "DE:37040044").with("national_bank_code", "DE:37040044"),
            Institution::new("C", "Wexcombe Inner Bank plc").with("iban_bank", "GB:NWBK").with("sort_code", "601613"),
        ],
    );
    for (n, secret) in SECRETS.iter().enumerate() {
        write(&root.join(format!("before{n}.txt")), format!("Account {secret} client code QX7ZP41, as agreed.\n").as_bytes());
        write(&root.join(format!("after{n}.txt")), format!("Client code: QX7ZP41 / {secret}\nThe pump runs.\n").as_bytes());
        write(
            &root.join(format!("table{n}.csv")),
            format!("client_code,account,routing_number\nQX7ZP41,{secret},021000021\nQX7ZP41,{secret},021000021\n").as_bytes(),
        );
        write(&root.join(format!("object{n}.json")), format!("{{\"client_code\": \"QX7ZP41\", \"account\": \"{secret}\"}}").as_bytes());
        let row = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        write(&root.join(format!("book{n}.xlsx")), &xlsx(&[row("client_code", "account"), row("QX7ZP41", secret)]));
    }
    let outputs = desk.run(&Job::of("ev", &root), &registry);
    let rows = outputs.rows("evidence.csv");
    assert!(rows.iter().filter(|row| row["customer_id"] == "A").count() >= SECRETS.len() * 4);
    assert!(
        rows.iter().any(|row| row["customer_id"] == "B") && rows.iter().any(|row| row["customer_id"] == "C"),
        "the IBANs' institutions are found"
    );
    let mut faults = Vec::new();
    for row in &rows {
        for secret in SECRETS {
            // As it stands, or its digits however they are written.
            let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            if row["context"].contains(secret) || plain(&row["context"]).contains(&plain(secret)) {
                faults.push(format!("{} {}={} in {}: {}", row["customer_id"], row["scheme"], row["value"], row["item"], row["context"]));
            }
        }
    }
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "{} contexts show a whole number:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn no_output_for_people_holds_a_persons_number() {
    let desk = Desk::new();
    let (root, registry) = (desk.path("evidence"), desk.path("registry"));
    write_registry(&registry, &[Institution::new("A", "Pemberly Outer Savings Bank").with("client_code", "QX7ZP41")]);
    let mut table = "client_code,name,ssn,account_number,card_number\n".to_owned();
    (0..40).for_each(|n| table.push_str(&format!("QX7ZP41,Ada Person{n},219-09-{:04},90017{n:05},4111111111111111\n", 1000 + n)));
    write(&root.join("export.csv"), table.as_bytes());
    let outputs = desk.run(&Job::of("ev", &root), &registry);
    assert_eq!(outputs.verdicts()["A"], "affected");
    for (name, bytes) in outputs.lasting() {
        let text = String::from_utf8_lossy(&bytes);
        for secret in ["219-09-", "219091", "9001700", "4111111111111111", "Ada Person"] {
            assert!(!text.contains(secret), "{name} holds {secret}");
        }
    }
}
