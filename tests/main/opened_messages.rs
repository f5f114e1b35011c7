//! Messages that are opened with the operator's keys and passwords. Keys and messages were written by GnuPG for this test.

use crate::harness::{Desk, Finished, Institution, Job, Row, files_below, write, write_registry, zip_of};
use std::collections::BTreeMap;
use std::process::Command;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../fixtures/pgp/", $name))
    };
}

/// Of the second key, and of one of the messages that no key is for.
const PASSPHRASE: &str = "correct horse";

fn evidence(desk: &Desk) {
    let at = |name: &str| desk.path("evidence").join(name);
    write(&at("rsa.gpg"), fixture!("rsa_message.gpg"));
    write(&at("curve.asc"), fixture!("curve_message.asc"));
    write(&at("hidden.gpg"), fixture!("hidden_message.gpg"));
    write(&at("passphrase.gpg"), fixture!("passphrase_message.gpg"));
    write(&at("other.gpg"), fixture!("other_message.gpg"));
    write(&at("nested.zip"), &zip_of(&[("rsa.gpg".to_owned(), fixture!("rsa_message.gpg")[..].to_vec())]));
    let mut broken = fixture!("rsa_message.gpg").to_vec();
    *broken.last_mut().unwrap() ^= 1;
    write(&at("broken.gpg"), &broken);
    write(&at("cut.gpg"), &fixture!("rsa_message.gpg")[..330]);
    write(&desk.path("keys/rsa.gpg"), fixture!("rsa.gpg"));
    write(&desk.path("keys/curve.asc"), fixture!("curve.asc"));
    write(&desk.path("keys/readme.txt"), b"Keys of the transfer hub.\n");
    write(&desk.path("passwords.txt"), format!("guess\n{PASSPHRASE}\n").as_bytes());
}

fn index(desk: &Desk) -> Command {
    desk.index_command(&Job::of("ev", &desk.path("evidence")))
}

fn items(desk: &Desk) -> (BTreeMap<String, Row>, String) {
    let registry = desk.path("registry");
    write_registry(&registry, &[Institution::new("C1", "Cedar Bank of Ames").with("client_code", "CEDAR-01")]);
    let outputs = desk.decide(&registry);
    let items = outputs.rows("coverage.csv").into_iter().map(|row| (row["item"].clone(), row)).collect();
    (items, outputs.impact()["C1"]["verdict"].clone())
}

/// Messages whose plaintext is an item.
fn opened(desk: &Desk) -> Vec<String> {
    let plaintexts = items(desk).0.into_keys().filter(|item| item.ends_with("!/message"));
    plaintexts.map(|item| item["ev/".len()..].split("!/").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn messages_are_opened_with_the_key_that_fits() {
    let desk = Desk::new();
    evidence(&desk);
    Finished::from(index(&desk).output().unwrap()).with_code(&[3]);
    let (before, verdict) = items(&desk);
    assert!(opened(&desk).is_empty() && verdict == "undetermined", "{before:?}");
    let locked = ["rsa.gpg", "hidden.gpg", "passphrase.gpg", "other.gpg", "broken.gpg", "cut.gpg"];
    assert!(locked.iter().all(|name| before[&format!("ev/{name}")]["cause"] == "encrypted_pgp"), "{before:?}");

    // Keys alone: what a password locks stays locked, be it a key or a message.
    Finished::from(index(&desk).arg("--keys").arg(desk.path("keys")).output().unwrap()).with_code(&[3]);
    let found = opened(&desk);
    // What is read is the first of two copies.
    assert!(["nested.zip", "broken.gpg", "cut.gpg"].iter().all(|name| found.iter().any(|item| item == name)), "{found:?}");
    assert!(!found.iter().any(|item| ["curve", "hidden", "pass", "other"].iter().any(|name| item.contains(name))), "{found:?}");

    // With the password as well. Nothing but the list changed, and what it opened is read again.
    let mut command = index(&desk);
    command.arg("--keys").arg(desk.path("keys")).arg("--passwords").arg(desk.path("passwords.txt"));
    Finished::from(command.output().unwrap()).with_code(&[3]);
    let (items, verdict) = items(&desk);
    assert_eq!(verdict, "affected");
    assert!(items.keys().any(|item| item.starts_with("ev/curve.asc!/") && item.ends_with("!/message")), "{items:?}");
    assert!(desk.query("\"statements of the month\"").contains("letter.txt"));
    for name in ["nested.zip", "hidden.gpg", "passphrase.gpg"] {
        let below: Vec<_> = items.iter().filter(|(item, _)| item.starts_with(&format!("ev/{name}"))).collect();
        assert!(below.len() > 1 && below.iter().all(|(_, row)| matches!(&row["status"][..], "read" | "duplicate")), "{below:?}");
    }
    let other = &items["ev/other.gpg"];
    assert!(other["cause"] == "encrypted_pgp" && other["detail"].ends_with("opened with a passphrase"), "{other:?}");
    // Plaintext whose digest does not fit, and plaintext that is cut off, are gaps whatever was found in them.
    assert_eq!(items["ev/broken.gpg!/message"]["cause"], "corrupt");
    assert_eq!(items["ev/cut.gpg!/message"]["cause"], "truncated");
}

#[test]
fn which_key_opened_is_recorded_and_no_key_is_written() {
    let desk = Desk::new();
    evidence(&desk);
    let mut command = index(&desk);
    command.arg("--keys").arg(desk.path("keys/rsa.gpg")).arg("--keys").arg(desk.path("keys/curve.asc"));
    command.arg("--passwords").arg(desk.path("passwords.txt"));
    Finished::from(command.output().unwrap()).with_code(&[3]);
    let _ = items(&desk);
    let case = ruleout::case::Case::open(&desk.case(), ruleout::case::Access::Read).unwrap();
    let notes: Vec<String> = case.ledger.facts(0, i64::MAX).unwrap().into_iter().flat_map(|(_, facts)| facts.notes).collect();
    for (words, times) in [("the key 7C80A7775452B9F3", 3), ("the key E29E1CC218962793", 2), ("password 2 of the list", 1)] {
        let count = notes.iter().filter(|note| note.ends_with(words)).count();
        assert_eq!(count, times, "{words} in {notes:?}");
    }
    // Parts of the unlocked numbers of a key that is not locked, and the password, in any file of case and outputs.
    let secret = &fixture!("rsa.gpg")[300..316];
    for place in ["case", "out"] {
        for path in files_below(&desk.path(place)) {
            let bytes = std::fs::read(desk.path(place).join(&path)).unwrap();
            for needle in [secret, PASSPHRASE.as_bytes()] {
                assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{path:?} holds a secret");
            }
        }
    }
}

#[test]
fn what_holds_no_key_is_refused() {
    let desk = Desk::new();
    evidence(&desk);
    for path in ["keys/readme.txt", "nowhere", "evidence"] {
        let finished = Finished::from(index(&desk).arg("--keys").arg(desk.path(path)).output().unwrap()).with_code(&[2]);
        assert!(finished.stderr.contains("keys in") || finished.stderr.contains("no private key"), "{}", finished.stderr);
    }
}
