//! The demonstration breach: every institution gets the right answer, whatever the seed and whatever is missing.

use crate::harness::{Demo, Desk, Job, Outputs, wrong_data};
use std::fs;
use std::path::Path;

/// Runs a breach with its listing.
fn outcome(demo: &Demo, desk: &Desk) -> Outputs {
    desk.run(&Job::of("evidence", &demo.evidence()).manifest(&demo.listing()), &demo.registry())
}

/// Fails with every wrong row of every breach.
fn assert_all_right(breaches: &[Vec<&str>]) {
    let mut wrong = Vec::new();
    for options in breaches {
        let (demo, desk) = (Demo::with(options), Desk::new());
        let outputs = outcome(&demo, &desk);
        let named = options.join(" ");
        wrong.extend(demo.truth().wrong(&outputs).into_iter().map(|row| format!("[demo {named}] {row}")));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The same gap in several breaches.
fn with_gap(gap: &str) {
    let breaches = [("1", "2"), ("2", "1"), ("5", "1"), ("8", "3")];
    let options: Vec<_> = breaches.iter().map(|(seed, families)| vec!["--seed", seed, "--per-family", families, "--gap", gap]).collect();
    assert_all_right(&options);
}

#[test]
fn every_verdict_is_right_where_nothing_is_missing() {
    let breaches = [("1", "2"), ("2", "1"), ("3", "1"), ("5", "1"), ("8", "3"), ("13", "1")];
    let options: Vec<_> = breaches.iter().map(|(seed, families)| vec!["--seed", seed, "--per-family", families]).collect();
    assert_all_right(&options);
}

#[test]
fn every_verdict_is_right_with_an_encrypted_archive_in_nobodys_folder() {
    with_gap("encrypted");
}

#[test]
fn every_verdict_is_right_with_a_listed_file_that_was_not_recovered() {
    with_gap("unrecovered");
}

#[test]
fn every_verdict_is_right_with_personal_data_of_nobody() {
    with_gap("orphan");
}

#[test]
fn every_verdict_is_right_with_a_home_that_nobody_claims() {
    with_gap("unclaimed");
}

#[test]
fn every_verdict_of_the_harder_families_is_right() {
    let breaches = [("1", "2"), ("4", "1"), ("7", "1"), ("11", "3")];
    let hard = |(seed, families)| vec!["--hard", "--seed", seed, "--per-family", families];
    let mut options: Vec<_> = breaches.into_iter().map(hard).collect();
    options.push(vec!["--hard", "--seed", "6", "--per-family", "1", "--gap", "encrypted"]);
    options.push(vec!["--hard", "--seed", "6", "--per-family", "1", "--gap", "orphan"]);
    assert_all_right(&options);
}

#[test]
fn data_elements_and_individuals_are_counted_exactly() {
    let mut wrong = Vec::new();
    for (seed, families) in [("1", "2"), ("2", "1"), ("3", "1"), ("8", "3")] {
        let (demo, desk) = (Demo::with(&["--hard", "--seed", seed, "--per-family", families]), Desk::new());
        let outputs = outcome(&demo, &desk);
        let named = format!("[demo --hard --seed {seed} --per-family {families}]");
        wrong.extend(wrong_data(&demo.truth_data(), &outputs).into_iter().map(|row| format!("{named} {row}")));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_impact_list_of_the_default_demonstration_is_the_golden_one() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/demo-impact.csv");
    let (demo, desk) = (Demo::default_one(), Desk::new());
    let outputs = outcome(&demo, &desk);
    let given = fs::read_to_string(outputs.file("impact.csv")).expect("an impact list");
    if std::env::var_os("RULEOUT_BLESS").is_some() {
        let wrong = demo.truth().wrong(&outputs);
        assert!(wrong.is_empty(), "a wrong list is not blessed:\n{}", wrong.join("\n"));
        fs::create_dir_all(golden.parent().expect("a folder"))
            .and_then(|()| fs::write(&golden, &given))
            .expect("the golden file can be written");
    }
    let expected = fs::read_to_string(&golden).unwrap_or_else(|e| panic!("{}: {e}; RULEOUT_BLESS=1 makes it", golden.display()));
    let differing: Vec<String> =
        expected.lines().zip(given.lines()).filter(|(a, b)| a != b).map(|(a, b)| format!("expected {a}\n   given {b}")).collect();
    assert!(expected == given, "not the golden list; RULEOUT_BLESS=1 makes it so:\n{}", differing.join("\n"));
}

#[test]
fn the_demonstration_command_writes_the_lists_that_index_and_match_write() {
    let (demo, desk) = (Demo::small(4), Desk::new());
    let outputs = outcome(&demo, &desk);
    let whole = desk.path("whole");
    let options = ["demo", "--seed", "4", "--per-family", "1", "--out"].map(std::ffi::OsString::from);
    crate::harness::run(options.into_iter().chain([whole.clone().into_os_string()])).with_code(&[0]);
    outputs.assert_same(&Outputs::new(&whole.join("out")), "`demo` beside `index` and `match`");
}
