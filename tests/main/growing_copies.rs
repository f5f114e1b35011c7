//! An export that grows and is copied every day is read once where it is the same. Nothing shows that but time.

use crate::harness::{Desk, Institution, Job, Outputs, Random, Row, files_below, write, write_registry};
use std::collections::BTreeMap;
use std::path::Path;

/// More than what is read in one piece.
const FIRST_DAY: usize = 17 << 20;
const A_DAY: usize = 3 << 19;

/// An export of several clients: each row is one client's, and one client comes in the last days alone.
fn export(bytes: usize) -> String {
    let mut random = Random::new(7);
    let mut text = String::from("client_code,account_no,holder,city,balance,note\n");
    let mut row = 0u64;
    while text.len() < bytes {
        let client = if row >= 200_000 && row.is_multiple_of(5_000) { "ZK4410PL" } else { ["QX0177ZP", "QX0277ZP"][row as usize % 2] };
        let (account, cents) = (random.next() % 10_000_000_000, random.next() % 1_000_000);
        let holder = format!("Holder {} Nr{}", row % 40_000, row % 11);
        text.push_str(&format!("{client},{account:010},{holder},Ames,{}.{:02},kept since {row}\n", cents / 100, cents % 100));
        row += 1;
    }
    text
}

/// A log in which one client is named, far from its beginning, and in which a file is printed in hexadecimal digits.
fn journal(bytes: usize) -> String {
    let mut text = String::new();
    let mut line = 0u64;
    while text.len() < bytes {
        let what = if line.is_multiple_of(70_000) { "client code ZK4410PL was served" } else { "nothing was to be done" };
        text.push_str(&format!("2026-03-{:02} 04:{:02} relay {line}: {what}\n", line % 28 + 1, line % 60));
        if line == 60_000 {
            let digits = "a note to all who work here\n".repeat(20).bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
            text.push_str(&format!("{digits}\nas it was sent\n"));
        }
        line += 1;
    }
    text
}

fn registry(dir: &Path) {
    let institutions = [
        ("A", "Quarrystone Orchard Savings Bank", "QX0177ZP"),
        ("B", "Harbourlight Mutual Bank", "QX0277ZP"),
        ("C", "Lindenfold Trust Bank", "ZK4410PL"),
    ];
    write_registry(dir, &institutions.map(|(id, name, code)| Institution::new(id, name).with("client_code", code)));
}

/// The rows of a list that are about one item.
fn about(outputs: &Outputs, list: &str, item: &str) -> Vec<Row> {
    outputs.rows(list).into_iter().filter(|row| row["item"] == item).collect()
}

fn index_bytes(desk: &Desk) -> u64 {
    let index = desk.case().join("index");
    files_below(&index).iter().map(|file| index.join(file).metadata().expect("a file").len()).sum()
}

#[test]
fn what_was_read_before_is_found_in_every_copy_as_if_it_were_alone() {
    let together = Desk::new();
    let days: BTreeMap<String, String> = [
        ("day1.csv".to_owned(), export(FIRST_DAY)),
        ("day2.csv".to_owned(), export(FIRST_DAY + A_DAY)),
        ("day3.csv".to_owned(), export(FIRST_DAY + 2 * A_DAY)),
        ("log1.txt".to_owned(), journal(FIRST_DAY)),
        ("log2.txt".to_owned(), journal(FIRST_DAY + A_DAY)),
    ]
    .into();
    for (name, text) in &days {
        write(&together.path(&format!("ev/{name}")), text.as_bytes());
    }
    registry(&together.path("registry"));
    let all = together.run(&Job::of("ev", &together.path("ev")), &together.path("registry"));

    let mut alone_bytes = BTreeMap::new();
    for (name, text) in &days {
        let alone = Desk::new();
        write(&alone.path(&format!("ev/{name}")), text.as_bytes());
        registry(&alone.path("registry"));
        let one = alone.run(&Job::of("ev", &alone.path("ev")), &alone.path("registry"));
        let item = format!("ev/{name}");
        assert!(!about(&one, "evidence.csv", &item).is_empty(), "{item}");
        for list in ["evidence.csv", "coverage.csv"] {
            assert_eq!(about(&one, list, &item), about(&all, list, &item), "{list} of {item}");
        }
        // So is what is encoded in it.
        let members = |outputs: &Outputs| {
            let within = format!("{item}!/");
            let rows = outputs.rows("coverage.csv").into_iter();
            rows.filter_map(|row| Some((row["item"].strip_prefix(&within)?.to_owned(), row["bytes"].clone()))).collect::<Vec<_>>()
        };
        assert_eq!((members(&one), members(&all).len()), (members(&all), usize::from(name.starts_with("log"))), "{item}");
        alone_bytes.insert(name.as_str(), index_bytes(&alone));
        // Each place of the copy is found at its own offset.
        let places = |text: String| text.lines().filter(|line| line.contains(&item)).map(str::to_owned).collect::<Vec<_>>();
        let own = places(alone.query("ZK4410PL"));
        assert!(!own.is_empty(), "{item}");
        assert_eq!(own, places(together.query("ZK4410PL")), "{item}");
    }
    let most = alone_bytes["day3.csv"] + alone_bytes["log2.txt"];
    let whole = index_bytes(&together);
    assert!(whole * 2 < most * 3, "the copies take {whole} bytes of index, the last ones alone {most}");

    // Day by day it comes to the same.
    let daily = Desk::new();
    for day in ["1", "2", "3"] {
        for (name, text) in days.iter().filter(|(name, _)| name.contains(day)) {
            write(&daily.path(&format!("ev/{name}")), text.as_bytes());
        }
        daily.index(&Job::of("ev", &daily.path("ev"))).done();
    }
    registry(&daily.path("registry"));
    daily.decide(&daily.path("registry")).assert_same(&all, "read day by day");
    assert_eq!(daily.query("ZK4410PL"), together.query("ZK4410PL"));
    let daily = index_bytes(&daily);
    assert!(daily * 2 < most * 3, "read day by day the copies take {daily} bytes of index, the last ones alone {most}");
}
