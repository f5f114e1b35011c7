//! Messages that nobody here can open: whom they are for stands in the clear, and what opens them in the gap.

use crate::harness::{Desk, Institution, Job, write, write_registry};
use std::collections::BTreeMap;

const FINGERPRINT: &str = "77D2A3CF9C1288F833237034F76365B10F4DDCD6";

/// An OpenPGP message for the key with this id: an encrypted session key, and encrypted data.
fn openpgp_message(id: [u8; 8]) -> Vec<u8> {
    let mut bytes = [&[0x85, 0x01, 0x0C, 3][..], &id, &[1, 0x08, 0x00]].concat();
    bytes.resize(3 + 0x10C, 0x5A);
    bytes.extend([0xD2, 100, 1]);
    bytes.resize(bytes.len() + 99, 0xA7);
    bytes
}

#[test]
fn a_message_for_somebodys_key_points_at_its_holder() {
    let desk = Desk::new();
    write(&desk.path("root/in/batch.pgp"), &openpgp_message(*b"\xF7\x63\x65\xB1\x0F\x4D\xDC\xD6"));
    write(&desk.path("root/in/letter.txt"), b"To whom it may concern: nothing is said here.\n");
    let registry = desk.path("registry");
    write_registry(
        &registry,
        &[
            Institution::new("C1", "Cedar Bank").with("pgp_key", FINGERPRINT).with("client_code", "CEDAR-01"),
            Institution::new("C2", "Alder Bank").with("client_code", "ALDER-02"),
        ],
    );
    let outputs = desk.run(&Job::of("ev", &desk.path("root")), &registry);
    let coverage: BTreeMap<_, _> = outputs.rows("coverage.csv").into_iter().map(|row| (row["item"].clone(), row)).collect();
    assert_eq!(coverage["ev/in/batch.pgp"]["cause"], "encrypted_pgp");
    let gaps = outputs.rows("gaps.csv");
    assert_eq!(gaps[0]["detail"], "OpenPGP message, opened with the key F76365B10F4DDCD6");
    assert_eq!(gaps[0]["suggestion"], "key");
    let impact = outputs.impact();
    assert_eq!((&impact["C1"]["verdict"][..], &impact["C1"]["basis"][..]), ("undetermined", "weak_evidence"));
    assert_eq!((&impact["C2"]["verdict"][..], &impact["C2"]["basis"][..]), ("undetermined", "unread_content"));
    let evidence = outputs.rows("evidence.csv");
    assert!(evidence.iter().any(|row| row["customer_id"] == "C1" && row["scheme"] == "pgp_key" && row["value"] == FINGERPRINT));
}
