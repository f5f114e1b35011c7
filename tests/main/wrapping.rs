//! A container around all of the evidence changes nobody's verdict.

use crate::harness::{Demo, Desk, Job, files_below, gzip, tar_of, write, zip_of};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn members(root: &Path) -> Vec<(String, Vec<u8>)> {
    let name = |file: &Path| file.to_str().expect("the demonstration has plain names").to_owned();
    files_below(root).iter().map(|file| (name(file), fs::read(root.join(file)).expect("a readable file"))).collect()
}

fn assert_same_verdicts(expected: &BTreeMap<String, String>, given: &BTreeMap<String, String>, what: &str) {
    let differing: Vec<String> = expected
        .iter()
        .filter(|(id, verdict)| given.get(*id) != Some(verdict))
        .map(|(id, verdict)| format!("{id} was {verdict}, is {:?}", given.get(id)))
        .collect();
    assert!(differing.is_empty(), "{what}:\n{}", differing.join("\n"));
}

fn wrapped(options: &[&str]) {
    let (demo, bare) = (Demo::with(options), Desk::new());
    let members = members(&demo.evidence());
    let named = |name: &str, bytes: Vec<u8>| vec![(name.to_owned(), bytes)];
    let tar = tar_of(&members);
    let containers = [
        ("all.zip", zip_of(&members)),
        ("all.tar", tar.clone()),
        ("all.tar.gz", gzip(&tar)),
        ("outer.zip", zip_of(&named("inner.tar", tar.clone()))),
        ("outer.tar", tar_of(&named("backup/inner.zip", zip_of(&members)))),
    ];
    for with_listing in [true, false] {
        let job = |root: &Path| if with_listing { Job::of("evidence", root).manifest(&demo.listing()) } else { Job::of("evidence", root) };
        let desk = Desk::new();
        let reference = if with_listing {
            bare.run(&job(&demo.evidence()), &demo.registry())
        } else {
            desk.run(&job(&demo.evidence()), &demo.registry())
        };
        let expected = reference.verdicts();
        for (name, bytes) in &containers {
            let desk = Desk::new();
            let root = desk.path("root");
            write(&root.join(name), bytes);
            let given = desk.run(&job(&root), &demo.registry()).verdicts();
            let listing = if with_listing { "with its listing" } else { "without listing" };
            assert_same_verdicts(&expected, &given, &format!("all of [demo {}] inside {name}, {listing}", options.join(" ")));
        }
    }
}

#[test]
fn a_container_around_everything_changes_no_verdict() {
    wrapped(&["--seed", "1", "--per-family", "1"]);
}

#[test]
fn a_container_around_everything_changes_no_verdict_where_something_is_missing() {
    wrapped(&["--seed", "7", "--per-family", "1", "--gap", "encrypted"]);
}

#[test]
fn a_container_around_a_home_leaves_it_a_home() {
    let (demo, bare) = (Demo::small(9), Desk::new());
    let expected = bare.run(&Job::of("evidence", &demo.evidence()), &demo.registry()).verdicts();
    let desk = Desk::new();
    let root = desk.path("root");
    let is_home = |file: &Path| file.starts_with("home");
    crate::harness::copy_tree(&demo.evidence(), &root, |file| !is_home(file));
    let homes: Vec<_> = members(&demo.evidence()).into_iter().filter(|(name, _)| is_home(Path::new(name))).collect();
    assert!(homes.len() > 4);
    write(&root.join("archive/platform-homes.zip"), &zip_of(&homes));
    let given = desk.run(&Job::of("evidence", &root), &demo.registry()).verdicts();
    assert_same_verdicts(&expected, &given, "the homes inside an archive");
}
