//! `registry check`: a broken registry is told in full, a sound one is passed, and what is said is what `match` does.

use crate::harness::{Demo, Desk, Finished, Institution, Job, assert_golden, program, write, write_registry};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn check(registry: &Path, options: &[&str]) -> Finished {
    let mut command = program();
    command.args(["registry", "check"]).arg(registry).args(options);
    command.output().expect("the program starts").into()
}

/// A registry in cp1252, `;` and tabs, with about everything wrong that still loads.
fn broken(dir: &Path) {
    write(
        &dir.join("customers.csv"),
        b"customer_id;legal_name;parent_id;country;region;city;serves_others\n\
          C1;Caf\xe9 First Bank;C2;US;IA;Ames;\n\
          C2;First Bank;C3;US;IA;Ames;yes\n\
          C3;First Bank;C1;US;IA;Ames;\n\
          C4;\"Evil \x1b]0;pwned\x07 <b>Bank</b>\";C99;US;;;\n\
          C5;Harbor;;US;;;\n\
          C6;Edward Jones;;US;;;maybe\n\
          C7;***;;ZZZ;;;\n\
          \"C8\n\x1b[2J\";Eighth National Bank;;UK;;;\n",
    );
    write(
        &dir.join("identifiers.csv"),
        b"customer_id\tscheme\tvalue\tfrom\n\
          C1\taba\t26009593\t\n\
          C1\tclient_code\tACME01\t\n\
          C2\tclient_code\tacme01\t2024-02-31\n\
          C3\taba\t02100002\t\n\
          C4\tclient_code\t4711\t\n\
          C4\tmandant\t17\t\n\
          C5\ttransfer_account\t4711\t\n\
          C6\tdomain\tjones.example\t\n\
          C7\tclient_code\tAB1\t\n\
          C7\tclient_code\tAB1\t\n\
          C77\taba\t021000021\t\n\
          c7\tlei\t\t\n",
    );
    write(&dir.join("names.csv"), b"customer_id,name\nC6,\"Jones, Edward\" & Co,surplus\n");
    write(
        &dir.join("deployments.csv"),
        b"customer_id,product_id,platform,version,from,to,purged\n\
          C1,P1,transfer,2.0,2020-01-01,,\n\
          C2,P9,Transfer,latest,2020-01-01,,\n\
          C3,P1,tranfser,2.0,2020-01-01,,\n\
          C4,P1,transfer,2.0,2018-01-01,2019-01-01,\n\
          C5,P1,transfer,2.0,2021-01-01,2020-01-01,\n\
          C6,P2,relay,1.0,2020-01-01,,\n\
          C6,P2,relay,1.0,2020-01-01,,,surplus\n\
          C7,P1,transfer,2.0,2020-01-01,,2021-01-01\n",
    );
    write(
        &dir.join("products.csv"),
        b"product_id,name,platform,path_pattern\nP1,Transfer,transfer,staging/**\nP2,Relay,transfer,staging/app\nP3,Old,transfer,data\\x\n",
    );
    write(&dir.join("customers 2.xlsx"), b"PK");
    write(
        &dir.join("incident.toml"),
        b"[incident]\nid = \"a \\u001b[31m red one\"\nwindow_from = 2025-01-31\nwindow_to = 2025-01-31\ndiscovered = 2025-01-02\nreporter = \"me\"\n\
          [[compromised]]\nplatform = \"transfer\"\nversions = \">=1.0\"\n[[compromised]]\nplatform = \"mainframe\"\nversions = \">=1.0\"\n\
          [[scope]]\npath = \"**\"\nholds = \"vendor\"\n[policy]\nformer_users = \"no_dependency\"\n",
    );
}

#[test]
fn a_broken_registry_is_told_as_the_golden_text_tells_it() {
    let desk = Desk::new();
    broken(&desk.path("registry"));
    let given = check(&desk.path("registry"), &["--all"]).with_code(&[3]).stdout;
    assert!(!given.chars().any(|c| c != '\n' && c.is_control()), "a control character reaches the terminal:\n{given}");
    assert_golden("registry-check.txt", &given);
}

#[test]
fn the_json_form_holds_everything_and_nothing_that_moves_a_cursor() {
    let desk = Desk::new();
    broken(&desk.path("registry"));
    let json = check(&desk.path("registry"), &["--json"]).with_code(&[3]).stdout;
    assert!(!json.chars().any(|c| c != '\n' && c.is_control()));
    let value: Value = serde_json::from_str(&json).expect("--json gives JSON");
    let text = check(&desk.path("registry"), &["--all"]).stdout;
    for section in value["sections"].as_array().expect("sections") {
        let findings = section["findings"].as_array().expect("findings");
        assert!(
            !findings.is_empty() && text.contains(&format!("({}: {} finding", section["topic"].as_str().expect("a word"), findings.len()))
        );
    }
    let ids: BTreeSet<&str> = institutions(&value, "no_deployment");
    assert_eq!(ids, BTreeSet::from(["C8\n\u{1b}[2J"]));
    // With a limit, the rest is counted.
    let limited = check(&desk.path("registry"), &["--limit", "1"]).stdout;
    assert!(limited.contains("and 1 more") && limited.len() < text.len());
}

fn institutions<'v>(check: &'v Value, topic: &str) -> BTreeSet<&'v str> {
    let section = check["sections"].as_array().expect("sections").iter().find(|s| s["topic"] == topic);
    let findings = section.map_or(&[][..], |s| s["findings"].as_array().expect("findings"));
    findings.iter().flat_map(|f| f["institutions"].as_array().expect("a list")).map(|id| id.as_str().expect("an id")).collect()
}

#[test]
fn a_sound_registry_ends_with_zero() {
    let desk = Desk::new();
    let institutions = [
        Institution::new("C1", "Alder Orchard Savings Bank").with("transfer_account", "alder-77"),
        Institution::new("C2", "Birch Orchard Savings Bank").with("client_code", "BIRCH9").with("aba", "021000021"),
    ];
    write_registry(&desk.path("registry"), &institutions);
    let finished = check(&desk.path("registry"), &[]).with_code(&[0]);
    assert!(finished.stdout.contains("2  institutions") && finished.stderr.is_empty(), "{}{}", finished.stdout, finished.stderr);
    check(&desk.path("registry"), &["--strict"]).with_code(&[0]);
}

#[test]
fn what_is_fatal_is_told_in_full_and_ends_with_two() {
    let desk = Desk::new();
    broken(&desk.path("registry"));
    let strict = check(&desk.path("registry"), &["--strict"]).with_code(&[2]);
    for place in ["identifiers.csv:5:value", "deployments.csv:3:version", "customers.csv:8:country"] {
        assert!(strict.stderr.contains(place), "{place}: {}", strict.stderr);
    }
    assert!(strict.stdout.is_empty());
    let customers = desk.path("registry").join("customers.csv");
    let twice = [fs::read(&customers).expect("our own file"), b"C1;Again;;;;;\n".to_vec()].concat();
    write(&customers, &twice);
    let json: Value = serde_json::from_str(&check(&desk.path("registry"), &["--json"]).with_code(&[2]).stdout).expect("--json gives JSON");
    assert_eq!(json["problems"][0]["file"], "customers.csv");
    check(&desk.path("nowhere"), &[]).with_code(&[2]);
}

#[test]
fn what_check_says_is_what_match_does() {
    let (demo, desk) = (Demo::default_one(), Desk::new());
    let checked: Value = serde_json::from_str(&check(&demo.registry(), &["--json"]).done().stdout).expect("--json gives JSON");
    let outputs = desk.run(&Job::of("evidence", &demo.evidence()).manifest(&demo.listing()), &demo.registry());
    let impact: Value = serde_json::from_slice(&fs::read(outputs.file("impact.json")).expect("an impact list")).expect("JSON");
    let rows = impact["institutions"].as_array().expect("institutions");
    let unfindable = institutions(&checked, "insufficient_identifiers");
    let depending = rows.iter().filter(|row| row["depends"] == true).count() as u64;
    assert_eq!(checked["summary"]["dependent"], depending);
    for row in rows {
        let id = row["customer_id"].as_str().expect("an id");
        let is_open = row["bases"].as_array().expect("bases").iter().any(|basis| basis == "insufficient_identifiers");
        assert_eq!(unfindable.contains(id), is_open || (row["verdict"] == "affected" && unfindable.contains(id)), "{row}");
        assert!(!(unfindable.contains(id) && row["verdict"] == "ruled_out"), "{row}");
        let is_shared = row["flags"].as_array().expect("flags").iter().any(|flag| flag == "shared_identifier");
        assert_eq!(institutions(&checked, "shared_identifier").contains(id), is_shared, "{row}");
    }
}

#[test]
fn codes_that_differ_only_in_case_rule_out_neither_of_their_holders() {
    let desk = Desk::new();
    let institutions = [
        Institution::new("C1", "Alder Orchard Savings Bank").with("client_code", "ORCHARD7").with("aba", "011000015"),
        Institution::new("C2", "Birch Orchard Savings Bank").with("client_code", "orchard7").with("aba", "021000021"),
        Institution::new("C3", "Cedar Orchard Savings Bank").with("client_code", "CEDAR99"),
    ];
    write_registry(&desk.path("registry"), &institutions);
    write(&desk.path("evidence").join("clients/ORCHARD7/report.txt"), b"monthly report");
    let verdicts = desk.run(&Job::of("ev", &desk.path("evidence")), &desk.path("registry")).verdicts();
    assert_eq!(["C1", "C2", "C3"].map(|id| verdicts[id].as_str()), ["undetermined", "undetermined", "ruled_out"]);
}

#[test]
fn words_for_nothing_exclude_and_find_nobody() {
    let desk = Desk::new();
    let institutions = [
        Institution::new("C1", "Alder Orchard Savings Bank").with("client_code", "ALDER77").with("transfer_account", "N/A"),
        Institution::new("C2", "Birch Orchard Savings Bank").with("client_code", "BIRCH88"),
        Institution::new("C3", "Cedar Orchard Savings Bank").with("client_code", "CEDAR99"),
    ];
    let registry = desk.path("registry");
    write_registry(&registry, &institutions);
    let edit = |name: &str, from: &str, to: &str| {
        let path = registry.join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    };
    // A cell too many: whose code this is, nobody knows.
    edit("identifiers.csv", "C2,client_code,BIRCH88", "C2,client_code,BIRCH,88");
    write(&desk.path("evidence").join("x/report.txt"), b"monthly report. account: N/A, client code: none");
    let outputs = desk.run(&Job::of("ev", &desk.path("evidence")), &registry);
    let verdicts = outputs.verdicts();
    assert_eq!(["C1", "C2", "C3"].map(|id| verdicts[id].as_str()), ["undetermined", "undetermined", "ruled_out"]);
    let text = std::fs::read_to_string(registry.join("deployments.csv")).unwrap();
    let platform = text.lines().nth(1).unwrap().split(',').nth(2).unwrap().to_owned();
    for nothing in ["n/a", "unknown", "TBD", "-"] {
        std::fs::write(registry.join("deployments.csv"), text.replace(&platform, nothing)).unwrap();
        let outputs = desk.run(&Job::of("ev", &desk.path("evidence")), &registry);
        let c3 = &outputs.rows("impact.csv")[2];
        assert_eq!((c3["depends"].as_str(), c3["basis"].as_str()), ("true", "searched_clear"), "{nothing}: {c3:?}");
    }
}

/// What is left of a code that a spreadsheet rounded finds nobody: who has nothing else is never cleared by a search.
#[test]
fn a_code_that_a_spreadsheet_rounded_is_no_identifier() {
    let desk = Desk::new();
    write(&desk.path("ev/readme.txt"), b"nothing of interest\n");
    let institutions = [
        Institution::new("A", "Trust").with("client_code", "1.23457E+11"),
        Institution::new("B", "Bellweather Harbor Credit Union").with("client_code", "QX7701ZP"),
    ];
    write_registry(&desk.path("registry"), &institutions);
    let told = check(&desk.path("registry"), &[]);
    assert!(told.stdout.contains("1.23457E+11") && told.stdout.contains("rounded by a spreadsheet"), "{}", told.stdout);
    let impact = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry")).impact();
    assert_eq!((impact["A"]["verdict"].as_str(), impact["B"]["verdict"].as_str()), ("undetermined", "ruled_out"));
}

#[test]
fn what_is_compromised_and_concerns_nobody_is_said_by_every_run() {
    let desk = Desk::new();
    let registry = desk.path("registry");
    write_registry(&registry, &[Institution::new("A", "Quarrystone Orchard Savings Bank").with("client_code", "QX7731")]);
    write(&desk.path("ev/a.txt"), b"nothing of interest\n");
    let incident = std::fs::read_to_string(registry.join("incident.toml")).expect("it was written");
    desk.index(&Job::of("ev", &desk.path("ev")));
    let said = |text: String| {
        write(&registry.join("incident.toml"), text.as_bytes());
        let mut command = program();
        command.arg("match").arg("--case").arg(desk.case()).arg("--registry").arg(&registry).arg("--out").arg(desk.path("out"));
        Finished::from(command.output().expect("the program starts")).done().stderr
    };
    assert!(!said(incident.clone()).contains("nobody depends"));
    let misspelt = said(incident.replace("platform = \"transfer\"", "platform = \"transferr\""));
    assert!(misspelt.contains("no deployment is on transferr: nobody depends by it"), "{misspelt}");
    let newer = said(incident.replace(">=1.0", ">=99.0"));
    assert!(newer.contains("has a version >=99.0: nobody depends by it"), "{newer}");
}
