//! Text as it goes to terminals and printers: what colours, moves and overprints it is no part of its words.

use crate::harness::{Desk, Institution, Job, write, write_registry};
use std::collections::BTreeMap;

fn verdicts(name: &str, text: &str) -> BTreeMap<String, String> {
    let desk = Desk::new();
    let registry = desk.path("registry");
    let codes = [("A", "570831"), ("B", "GACA54"), ("C", "661204"), ("D", "TRF042")];
    let institutions = codes.map(|(id, code)| Institution::new(id, &format!("Quillmere {id} Savings Bank")).with("client_code", code));
    write_registry(&registry, &institutions);
    write(&desk.path("ev").join(name), text.as_bytes());
    desk.run(&Job::of("ev", &desk.path("ev")), &registry).verdicts()
}

fn bold(text: &str) -> String {
    text.chars().map(|c| format!("{c}\u{8}{c}")).collect()
}

/// Text with a code of digits and one with letters, as programs print it.
fn printed() -> Vec<(&'static str, String)> {
    vec![
        ("logrus.log", "\x1B[36mINFO\x1B[0m[0000] done \x1B[36mclient_code\x1B[0m=570831\n\x1B[36mclient_code\x1B[0m=GACA54\n".to_owned()),
        ("value.log", "client_code: \x1B[1;32m570831\x1B[0m\nclient_code: \x1B[1;32mGACA54\x1B[0m\n".to_owned()),
        (
            "docker.json",
            "{\"log\":\"client_code=\\u001b[32m570831\\u001b[0m\\n\",\"stream\":\"stderr\"}\n{\"log\":\"client_code=\\u001b[32mGACA54\\u001b[0m\\n\",\"stream\":\"stderr\"}\n".to_owned(),
        ),
        ("syslog.txt", "Nov 1 10:00:00 h app: #033[32mclient_code#033[0m=570831\nNov 1 10:00:01 h app: client_code:#011GACA54\n".to_owned()),
        ("grep.txt", {
            let line = |code: &str| format!("\x1B[35m\x1B[Ka.yml\x1B[m\x1B[K:client_code: \x1B[01;31m\x1B[K{code}\x1B[m\x1B[K\n").repeat(4);
            line("570831") + &line("GACA54")
        }),
        ("nroff.txt", format!("client code: {}\nclient code: {}\n", bold("570831"), bold("GACA54"))),
        (
            "spool.pcl",
            "\x1BE\x1B&l0O\x1B*p100x140Y\x1B(s0p10HCLIENT NUMBER: 570831\x1B*p100x190YCLIENT NUMBER: GACA54\x1B&l0H\x0C\x1BE".to_owned(),
        ),
    ]
}

#[test]
fn what_colours_and_moves_text_hides_no_code() {
    for (name, text) in printed() {
        let found = verdicts(name, &text);
        assert_eq!((found["A"].as_str(), found["B"].as_str()), ("affected", "affected"), "{name}: {found:?}");
        assert_eq!((found["C"].as_str(), found["D"].as_str()), ("ruled_out", "ruled_out"), "{name}: {found:?}");
    }
}

#[test]
fn persons_in_coloured_text_are_somebodys() {
    let plain = |label: &str, value: &str| format!("\x1B[1m{label}\x1B[0m: \x1B[32m{value}\x1B[0m\n");
    let coloured =
        [("full_name", "Paul Wright"), ("ssn", "292-63-9613"), ("account_number", "7329627581")].map(|(l, v)| plain(l, v)).concat();
    let struck = format!("full_name: {}\nssn: {}\n", bold("Paul Wright"), bold("292-63-9613"));
    for (name, text) in [("colours.log", coloured.repeat(2)), ("struck.txt", struck)] {
        let found = verdicts(name, &text);
        assert!(found.values().all(|verdict| verdict == "undetermined"), "{name}: {found:?}");
    }
    // What is coloured and nobody's number leaves nobody open.
    let found = verdicts("build.log", &"\x1B[32mPASS\x1B[0m 292 of 9613 tests in \x1B[1m7329627581\x1B[0m ns\n".repeat(9));
    assert!(found.values().all(|verdict| verdict == "ruled_out"), "{found:?}");
}
