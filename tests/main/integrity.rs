//! Index and ledger belong together: what one has and the other lacks is found out, and so is any change.

use crate::harness::{Demo, Desk, Job, Outputs, copy_tree, files_below, run};
use std::fs;
use std::path::{Path, PathBuf};

/// A case at two moments: after a first batch, and after all of the evidence.
struct Scene {
    demo: Demo,
    desk: Desk,
    reference: Outputs,
}

impl Scene {
    fn new() -> Self {
        let (demo, desk) = (Demo::small(61), Desk::new());
        let root = desk.path("evidence");
        let is_first = |file: &Path| file.starts_with("home") || file.starts_with("queue");
        copy_tree(&demo.evidence(), &root, is_first);
        desk.index(&Job::of("evidence", &root));
        copy_tree(&desk.case(), &desk.path("before"), |_| true);
        copy_tree(&demo.evidence(), &root, |file| !is_first(file));
        desk.index(&Job::of("evidence", &root));
        let reference = desk.decide(&demo.registry());
        copy_tree(&desk.case(), &desk.path("after"), |_| true);
        Self { demo, desk, reference }
    }

    /// Puts a case together from the index of one moment and all else of another.
    fn mix(&self, index: &str, rest: &str) {
        fs::remove_dir_all(self.desk.case()).expect("our own case");
        let is_index = |file: &Path| file.starts_with("index");
        copy_tree(&self.desk.path(index), &self.desk.case(), is_index);
        copy_tree(&self.desk.path(rest), &self.desk.case(), |file| !is_index(file));
    }

    fn arguments(&self, out: &Path) -> Vec<PathBuf> {
        let registry = self.demo.registry();
        vec!["match".into(), "--case".into(), self.desk.case(), "--registry".into(), registry, "--out".into(), out.to_owned()]
    }

    fn job(&self) -> Job {
        Job::of("evidence", &self.desk.path("evidence"))
    }
}

/// The moment between the two commits: the index has a generation that the ledger does not know.
#[test]
fn what_only_the_index_has_is_rolled_back_and_read_again() {
    let scene = Scene::new();
    scene.mix("after", "before");
    let early = scene.desk.path("early");
    run(scene.arguments(&early)).with_code(&[1]);
    assert!(!early.exists(), "lists of a case that was interrupted");
    scene.desk.index(&scene.job());
    scene.reference.assert_same(&scene.desk.decide_into("later", &scene.demo.registry()), "after the roll-back");
    run(["verify".into(), "--case".into(), scene.desk.case()]).with_code(&[0]);
}

#[test]
fn a_case_whose_index_lacks_what_its_ledger_has_is_refused() {
    let scene = Scene::new();
    scene.mix("before", "after");
    let out = scene.desk.path("early");
    run(scene.arguments(&out)).with_code(&[1]);
    assert!(!out.exists());
    let finished = crate::harness::Finished::from(scene.desk.index_command(&scene.job()).output().expect("the program starts"));
    assert!(finished.with_code(&[1]).stderr.contains("damaged"));
}

#[test]
fn a_case_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new();
    let mode = fs::metadata(scene.desk.case()).expect("our own case").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_changed_byte_of_the_index_or_the_evidence_is_found_out() {
    let scene = Scene::new();
    let verify = || run(["verify".into(), "--case".into(), scene.desk.case()]);
    verify().with_code(&[0]);
    let file = scene.desk.path("evidence").join(&files_below(&scene.desk.path("evidence"))[3]);
    let kept = fs::read(&file).expect("our own file");
    let mut changed = kept.clone();
    changed[0] ^= 1;
    fs::write(&file, &changed).expect("our own file");
    verify().with_code(&[1]);
    fs::write(&file, &kept).expect("our own file");
    verify().with_code(&[0]);
    let mut silent = Vec::new();
    for part in files_below(&scene.desk.case().join("index")) {
        let path = scene.desk.case().join("index").join(&part);
        let is_data = !part.to_string_lossy().starts_with('.') && part.extension().is_some_and(|e| e != "json" && e != "lock");
        let kept = fs::read(&path).expect("our own file");
        if !is_data || kept.is_empty() {
            continue;
        }
        let mut changed = kept.clone();
        changed[kept.len() / 2] ^= 0x10;
        fs::write(&path, &changed).expect("our own file");
        if run(["verify".into(), "--case".into(), scene.desk.case()]).code != Some(1) {
            silent.push(part.display().to_string());
        }
        fs::write(&path, &kept).expect("our own file");
    }
    assert!(silent.is_empty(), "changed and not found out: {silent:?}");
}

#[test]
fn two_runs_do_not_write_one_case_at_the_same_time() {
    let scene = Scene::new();
    let lock = fs::File::options().read(true).write(true).open(scene.desk.case().join("lock")).expect("the lock");
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).expect("nobody holds it");
    let finished = crate::harness::Finished::from(scene.desk.index_command(&scene.job()).output().expect("the program starts"));
    assert!(finished.with_code(&[1]).stderr.contains("lock"));
    drop(lock);
    scene.desk.index(&scene.job());
}
