//! A case that cannot be written, on a medium or share that is mounted for reading, answers all the same.

use crate::harness::{Demo, Desk, Finished, Job, Outputs, copy_tree, program};
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// The program with the rights that files give, which those of root's may do without; none where that cannot be had.
fn without_privileges() -> Option<Command> {
    if !rustix::process::geteuid().is_root() {
        return Some(program());
    }
    let capabilities = "-dac_override,-dac_read_search,-fowner";
    let mut command = Command::new("setpriv");
    command.args(["--inh-caps", capabilities, "--bounding-set", capabilities]).arg(program().get_program());
    let can = Command::new("setpriv").arg("--version").output().is_ok_and(|shown| shown.status.success());
    can.then_some(command).or_else(|| {
        eprintln!("skipped: root needs setpriv to have no more rights than others");
        None
    })
}

fn protect(dir: &Path, writable: bool) {
    for entry in walkdir::WalkDir::new(dir) {
        let entry = entry.expect("our own folder");
        let mode = if entry.file_type().is_dir() { 0o555 } else { 0o444 } | if writable { 0o200 } else { 0 };
        fs::set_permissions(entry.path(), Permissions::from_mode(mode)).expect("our own folder");
    }
}

#[test]
fn a_case_that_cannot_be_written_answers_as_it_did() {
    let (demo, desk) = (Demo::small(7), Desk::new());
    let job = Job::of("evidence", &demo.evidence()).manifest(&demo.listing());
    let reference = desk.run(&job, &demo.registry());
    let case = desk.path("archived");
    copy_tree(&desk.case(), &case, |_| true);
    protect(&case, false);
    let run = |arguments: &[&OsStr]| {
        let mut command = without_privileges()?;
        Some(Finished::from(command.args(arguments).arg("--case").arg(&case).output().expect("the program starts")))
    };
    let (registry, out) = (demo.registry(), desk.path("again"));
    let Some(matched) = run(&["match".as_ref(), "--registry".as_ref(), registry.as_ref(), "--out".as_ref(), out.as_ref()]) else { return };
    assert!(matched.with_code(&[0, 3]).stderr.contains("the case cannot be written"));
    reference.assert_same(&Outputs::new(&out), "the case is read-only");
    for reading in
        [&["query", "bank"][..], &["explain", "K0001"], &["coverage"], &["coverage", "--registry", &registry.display().to_string()]]
    {
        let arguments: Vec<&OsStr> = reading.iter().map(|word| word.as_ref()).collect();
        run(&arguments).expect("as before").with_code(&[0, 3]);
    }
    run(&["verify".as_ref()]).expect("as before").with_code(&[0]);
    run(&["pack".as_ref(), "K0001".as_ref(), "--out".as_ref(), desk.path("packs").as_ref()]).expect("as before").with_code(&[0]);
    run(&["export".as_ref(), "--out".as_ref(), desk.path("export").as_ref()]).expect("as before").with_code(&[0]);
    let evidence = demo.evidence();
    let refused = run(&["index".as_ref(), evidence.as_ref()]).expect("as before").with_code(&[2]);
    assert!(refused.stderr.contains("the case"), "{}", refused.stderr);
    // A copy without its lock can be read as well; what a run that did not end left behind cannot.
    protect(&case, true);
    fs::remove_file(case.join("lock")).expect("our own copy");
    protect(&case, false);
    run(&["query".as_ref(), "bank".as_ref()]).expect("as before").with_code(&[0]);
    protect(&case, true);
    fs::write(case.join("ledger.sqlite-wal"), [0x37; 4096]).expect("our own copy");
    protect(&case, false);
    let refused = run(&["query".as_ref(), "bank".as_ref()]).expect("as before").with_code(&[2]);
    assert!(refused.stderr.contains("copy the case"), "{}", refused.stderr);
    protect(&case, true);
}
