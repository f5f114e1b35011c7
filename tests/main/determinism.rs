//! The same evidence, registry and policy give the same bytes, however the work was done.

use crate::harness::{Demo, Desk, Job, Outputs, copy_tree, program, rows};
use std::path::Path;

/// A breach that has everything: duplicates, containers, gaps of several reaches.
fn breach() -> Demo {
    Demo::with(&["--seed", "6", "--gap", "encrypted"])
}

fn job(demo: &Demo) -> Job {
    Job::of("evidence", &demo.evidence()).manifest(&demo.listing())
}

/// The outcome of one undisturbed run.
fn reference(demo: &Demo, desk: &Desk) -> Outputs {
    let outputs = desk.run(&job(demo).threads(1), &demo.registry());
    assert!(outputs.lasting().len() >= 6 && !rows(&outputs.file("evidence.csv")).is_empty());
    outputs
}

fn is_in_top_folder(file: &Path, folders: &[&str]) -> bool {
    file.iter().next().is_some_and(|top| folders.iter().any(|folder| *folder == top))
}

#[test]
fn threads_leave_no_trace() {
    let (demo, one) = (breach(), Desk::new());
    let reference = reference(&demo, &one);
    for threads in [2, 8, 0] {
        let many = Desk::new();
        let outputs = many.run(&job(&demo).threads(threads), &demo.registry());
        reference.assert_same(&outputs, &format!("{threads} threads beside one"));
    }
}

#[test]
fn matching_again_gives_the_same_lists() {
    let (demo, desk) = (breach(), Desk::new());
    let reference = reference(&demo, &desk);
    for again in ["again", "and again"] {
        reference.assert_same(&desk.decide_into(again, &demo.registry()), again);
    }
    // Indexing again, with nothing new, changes nothing either.
    desk.index(&job(&demo));
    reference.assert_same(&desk.decide_into("after", &demo.registry()), "after an empty batch");
}

#[test]
fn one_run_gives_what_index_and_match_give() {
    let (demo, desk) = (breach(), Desk::new());
    let reference = reference(&demo, &desk);
    let out = desk.path("at once");
    let mut root = std::ffi::OsString::from("evidence=");
    root.push(demo.evidence());
    let mut command = program();
    command.arg("run").arg(root).arg("--manifest").arg(demo.listing()).arg("--registry").arg(demo.registry()).arg("--out").arg(&out);
    crate::harness::Finished::from(command.output().expect("the program starts")).done();
    reference.assert_same(&Outputs::new(&out), "`run` beside `index` and `match`");
    assert!(desk.path("at once.case").is_dir(), "the case lies beside the output unless it is named");
}

#[test]
fn the_mount_point_leaves_no_trace() {
    let (demo, desk, elsewhere) = (breach(), Desk::new(), Desk::new());
    let reference = reference(&demo, &desk);
    let moved = elsewhere.path("mnt/another place");
    copy_tree(&demo.evidence(), &moved, |_| true);
    copy_tree(&demo.registry(), &elsewhere.path("registry"), |_| true);
    let outputs = elsewhere.run(&Job::of("evidence", &moved).manifest(&demo.listing()), &elsewhere.path("registry"));
    reference.assert_same(&outputs, "evidence and registry at another place");
}

#[test]
fn files_that_arrive_later_below_the_same_root_give_what_one_run_gives() {
    let (demo, desk) = (breach(), Desk::new());
    let reference = reference(&demo, &desk);
    for first in [&["home", "staging"][..], &["archive", "clients", "outbound", "queue", "software"]] {
        let batches = Desk::new();
        let root = batches.path("arriving");
        copy_tree(&demo.evidence(), &root, |file| is_in_top_folder(file, first));
        batches.index(&Job::of("evidence", &root));
        copy_tree(&demo.evidence(), &root, |file| !is_in_top_folder(file, first));
        batches.index(&Job::of("evidence", &root).manifest(&demo.listing()));
        reference.assert_same(&batches.decide(&demo.registry()), &format!("{first:?} first, the rest later"));
    }
}

#[test]
fn the_order_of_two_roots_leaves_no_trace() {
    let demo = breach();
    let parts = Desk::new();
    let (a, b) = (parts.path("part one"), parts.path("part two"));
    // The same file in both parts: which of the copies is the first must not depend on which was read first.
    copy_tree(&demo.evidence(), &a, |file| is_in_top_folder(file, &["home", "staging", "queue"]));
    copy_tree(&demo.evidence(), &b, |file| !is_in_top_folder(file, &["home", "staging"]));
    let (together, forth, back, one_by_one) = (Desk::new(), Desk::new(), Desk::new(), Desk::new());
    let reference = together.run(&Job::of("a", &a).root("b", &b).manifest(&demo.listing()), &demo.registry());
    let outputs = forth.run(&Job::of("b", &b).root("a", &a).manifest(&demo.listing()), &demo.registry());
    reference.assert_same(&outputs, "b and a named in the other order");
    for (desk, order) in [(&one_by_one, [("a", &a), ("b", &b)]), (&back, [("b", &b), ("a", &a)])] {
        desk.index(&Job::of(order[0].0, order[0].1).manifest(&demo.listing()));
        desk.index(&Job::of(order[1].0, order[1].1));
        reference.assert_same(&desk.decide(&demo.registry()), &format!("{} first, then {}", order[0].0, order[1].0));
    }
}
