//! Index and ledger belong together: what one has and the other lacks is found out, and so is any change.

use crate::harness::{Demo, Desk, Finished, Job, Outputs, copy_tree, files_below, run};
use rusqlite::Connection;
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

impl Scene {
    fn verify(&self) -> Finished {
        run(["verify".into(), "--case".into(), self.desk.case()])
    }

    fn ledger(&self) -> Connection {
        let ledger = Connection::open(self.desk.case().join("ledger.sqlite")).expect("the ledger");
        ledger.pragma_update(None, "foreign_keys", false).expect("a setting of the connection");
        ledger
    }

    /// The case as it was after all of the evidence.
    fn restore(&self) {
        fs::remove_dir_all(self.desk.case()).expect("our own case");
        copy_tree(&self.desk.path("after"), &self.desk.case(), |_| true);
    }

    fn seals(&self) -> i64 {
        let count = "SELECT count(*) FROM event WHERE what LIKE 'sealed: %'";
        self.ledger().query_row(count, [], |row| row.get(0)).expect("a readable ledger")
    }
}

#[test]
fn whatever_is_changed_in_the_ledger_is_found_out() {
    let scene = Scene::new();
    let mut silent = Vec::new();
    for change in [
        "DELETE FROM file WHERE id = (SELECT max(id) FROM file)",
        "UPDATE file SET status = 'excluded', cause = NULL WHERE id = 2",
        "UPDATE root SET label = label || 'x'",
        "UPDATE content SET cause = 'encrypted' WHERE id = (SELECT min(id) FROM content)",
        "UPDATE content SET facts = NULL WHERE id = (SELECT min(id) FROM content WHERE facts IS NOT NULL)",
        "DELETE FROM member WHERE ordinal = 0 AND container = (SELECT min(container) FROM member)",
        "DELETE FROM fact WHERE term = (SELECT min(term) FROM fact)",
        "INSERT INTO part VALUES (1, 2, 3)",
        "INSERT INTO piece VALUES (99999999, x'01', x'02')",
        "INSERT INTO manifest (sha256, name, kind, syntax, lines, not_understood, text) VALUES (x'01', 'a', 'taken', 'ls', 0, 0, '')",
        "INSERT INTO listed (manifest, line, path, tag, folder, folded) VALUES (1, 1, x'61', 0, 0, 0)",
    ] {
        scene.restore();
        assert!(scene.ledger().execute(change, []).expect(change) > 0, "{change}");
        let verified = scene.verify();
        if verified.code != Some(1) || !verified.stderr.contains("not what was sealed") {
            silent.push(format!("{change}: {:?} {}", verified.code, verified.stderr));
        }
    }
    assert!(silent.is_empty(), "changed and not found out:\n{}", silent.join("\n"));
    // No run makes what was changed its own.
    crate::harness::write(&scene.desk.path("evidence").join("more.txt"), b"one more file");
    let more = Finished::from(scene.desk.index_command(&scene.job()).output().expect("the program starts"));
    assert!(more.with_code(&[1]).stderr.contains("not what was sealed"));
    scene.verify().with_code(&[1]);
}

#[test]
fn a_flipped_bit_in_the_file_of_the_ledger_is_found_out() {
    let scene = Scene::new();
    let reading = "SELECT reading FROM content ORDER BY length(reading), id LIMIT 1";
    let blob: Vec<u8> = scene.ledger().query_row(reading, [], |row| row.get(0)).expect("a readable ledger");
    let path = scene.desk.case().join("ledger.sqlite");
    let mut bytes = fs::read(&path).expect("the ledger");
    // Pages keep copies of rows that moved.
    let copies: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(&blob)).collect();
    assert!(!copies.is_empty(), "a short blob lies in one page");
    copies.iter().for_each(|at| bytes[at + blob.len() - 1] ^= 1);
    fs::write(&path, &bytes).expect("our own file");
    scene.verify().with_code(&[1]);
}

#[test]
fn a_run_that_changes_nothing_seals_nothing() {
    let scene = Scene::new();
    assert_eq!(scene.seals(), 2, "one seal a batch");
    scene.desk.index(&scene.job());
    assert_eq!(scene.seals(), 2);
    scene.verify().with_code(&[0]);
}

/// The index cannot be written: the run ends between listing and reading.
#[test]
fn a_run_that_did_not_end_is_no_damage_and_not_verified() {
    let scene = Scene::new();
    let held = scene.desk.case().join("index/.tantivy-writer.lock");
    let lock = fs::File::options().create(true).truncate(false).write(true).open(held).expect("the lock of the index");
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).expect("nobody holds it");
    crate::harness::write(&scene.desk.path("evidence").join("more.txt"), b"one more file");
    Finished::from(scene.desk.index_command(&scene.job()).output().expect("the program starts")).with_code(&[1]);
    let open = scene.verify().with_code(&[3]);
    assert!(open.stderr.contains("did not end") && open.stdout.contains("1 was never read"), "{}{}", open.stdout, open.stderr);
    drop(lock);
    scene.desk.index(&scene.job());
    scene.verify().with_code(&[0]);
}

#[test]
fn evidence_that_is_no_file_any_more_is_named() {
    let scene = Scene::new();
    let file = scene.desk.path("evidence").join(&files_below(&scene.desk.path("evidence"))[3]);
    fs::remove_file(&file).expect("our own file");
    assert!(scene.verify().with_code(&[3]).stdout.contains("1 no longer there, 0 faults; 1 file was not checked"));
    fs::create_dir(&file).expect("our own folder");
    assert!(scene.verify().with_code(&[1]).stderr.contains("cannot be read: it is no regular file"));
}

#[test]
fn what_a_run_was_decided_by_is_what_was_kept_of_it() {
    let scene = Scene::new();
    let ledger = Connection::open(scene.desk.case().join("ledger.sqlite")).expect("our own ledger");
    ledger.execute("UPDATE run SET inputs = replace(inputs, substr(inputs, 1, 1), 'x')", []).expect("our own ledger");
    drop(ledger);
    let explained = run(["explain".into(), "--case".into(), scene.desk.case(), "--all".into()]).with_code(&[1]);
    assert!(explained.stderr.contains("is not what was kept of it"), "{}", explained.stderr);
}

/// Whoever changes a file can set its size and the time of its modification, but not the time of that.
#[test]
fn a_file_that_was_changed_under_the_same_size_and_time_is_read_again() {
    let desk = Desk::new();
    let file = desk.path("evidence/note.txt");
    crate::harness::write(&file, b"Client code: QX7731\n");
    crate::harness::write(&desk.path("evidence/other.txt"), b"nothing of anybody\n");
    let job = Job::of("ev", &desk.path("evidence"));
    desk.index(&job);
    let modified = fs::metadata(&file).and_then(|file| file.modified()).expect("a time");
    crate::harness::write(&file, b"Client code: QX7732\n");
    fs::File::options().write(true).open(&file).and_then(|file| file.set_modified(modified)).expect("times can be set");
    desk.index(&job);
    assert!(desk.query("QX7732").contains("note.txt") && !desk.query("QX7731").contains("note.txt"));
    run(["verify".into(), "--case".into(), desk.case()]).with_code(&[0]);
}

#[test]
fn evidence_that_moved_is_hashed_and_not_read_again() {
    let scene = Scene::new();
    let contents = || {
        let ledger = Connection::open(scene.desk.case().join("ledger.sqlite")).expect("the ledger");
        let mut query = ledger.prepare("SELECT id, hex(sha256), generation FROM content ORDER BY id").expect("a table");
        let rows = query.query_map([], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?, r.get::<_, i64>(2)?)));
        rows.expect("rows").collect::<Result<Vec<_>, _>>().expect("rows")
    };
    let before = contents();
    let moved = scene.desk.path("moved");
    copy_tree(&scene.desk.path("evidence"), &moved, |_| true);
    fs::remove_dir_all(scene.desk.path("evidence")).expect("our own folder");
    scene.desk.index(&Job::of("evidence", &moved));
    assert_eq!(contents(), before);
    scene.reference.assert_same(&scene.desk.decide_into("later", &scene.demo.registry()), "the evidence has moved");
    scene.verify().with_code(&[0]);
}

/// Nothing that a damaged index hides is ruled out.
#[test]
fn a_damaged_index_decides_nothing() {
    let scene = Scene::new();
    let index = scene.desk.case().join("index");
    let mut files: Vec<PathBuf> = fs::read_dir(&index).expect("an index").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension != "json" && extension != "lock"));
    files.sort();
    assert!(files.len() > 3, "{files:?}");
    for (n, file) in files.iter().enumerate() {
        let whole = fs::read(file).expect("a file of the index");
        let mut torn = whole.clone();
        let from = whole.len() / 3;
        torn[from..whole.len().min(from + 64)].iter_mut().for_each(|byte| *byte ^= 0x5A);
        fs::write(file, &torn).expect("our own case");
        let out = scene.desk.path(&format!("torn {n}"));
        let refused = run(scene.arguments(&out)).with_code(&[1]);
        assert!(refused.stderr.contains("damaged") && !out.exists(), "{}: {}", file.display(), refused.stderr);
        fs::write(file, &whole).expect("our own case");
    }
    scene.reference.assert_same(&scene.desk.decide_into("whole", &scene.demo.registry()), "the index as it was");
}

/// Two banks of which one has a file, and nothing else.
fn two_banks() -> Desk {
    let desk = Desk::new();
    let banks = [("C1", "Cedar Hollow Bank", "QX7731"), ("C2", "Maple Ridge Bank", "QX7732")];
    let banks = banks.map(|(id, name, code)| crate::harness::Institution::new(id, name).with("client_code", code));
    crate::harness::write_registry(&desk.path("registry"), &banks);
    crate::harness::write(&desk.path("evidence/note.txt"), b"Client code: QX7731\n");
    crate::harness::write(
        &desk.path("evidence/other.zip"),
        &crate::harness::zip_of(&[("a.txt".to_owned(), b"nothing of anybody".to_vec())]),
    );
    desk.index(&Job::of("ev", &desk.path("evidence")));
    desk
}

fn change_ledger(desk: &Desk, change: &str) {
    let ledger = Connection::open(desk.case().join("ledger.sqlite")).expect("our own ledger");
    ledger.pragma_update(None, "foreign_keys", false).expect("a setting of the connection");
    assert!(ledger.execute(change, []).expect(change) > 0, "{change}");
}

#[test]
fn what_was_not_read_and_nothing_says_why_is_a_gap() {
    let desk = two_banks();
    assert_eq!(desk.decide(&desk.path("registry")).verdicts()["C2"], "ruled_out");
    change_ledger(&desk, "UPDATE file SET content = NULL, status = 'unread', cause = NULL WHERE path = CAST('other.zip' AS BLOB)");
    let impact = desk.decide_into("later", &desk.path("registry")).impact();
    assert_eq!(impact["C2"]["verdict"], "undetermined", "{:?}", impact["C2"]);
    let coverage = run(["coverage".into(), "--case".into(), desk.case()]);
    assert_eq!(coverage.code, Some(3), "{}", coverage.stdout);
}

#[test]
fn a_link_to_a_folder_that_is_read_where_it_lies_is_no_gap() {
    let desk = two_banks();
    fs::create_dir(desk.path("evidence/folder")).expect("our own folder");
    std::os::unix::fs::symlink(desk.path("evidence/folder"), desk.path("evidence/link")).expect("our own folder");
    desk.index(&Job::of("ev", &desk.path("evidence")));
    assert_eq!(desk.decide(&desk.path("registry")).verdicts()["C2"], "ruled_out");
}

#[test]
fn what_is_no_word_and_no_identity_in_the_ledger_is_damage() {
    for (change, command) in [
        ("UPDATE file SET cause = 'swallowed' WHERE path = CAST('other.zip' AS BLOB)", "match"),
        ("UPDATE file SET status = 'swallowed' WHERE path = CAST('other.zip' AS BLOB)", "match"),
        ("UPDATE content SET cause = 'swallowed'", "query"),
        ("UPDATE content SET status = 'swallowed'", "query"),
        ("UPDATE member SET defect = 'swallowed'", "query"),
        ("UPDATE content SET sha256 = x'01' WHERE id = 1", "query"),
        ("UPDATE file SET cause = 'swallowed'", "verify"),
    ] {
        let desk = two_banks();
        change_ledger(&desk, change);
        let mut arguments: Vec<PathBuf> = vec![command.into(), "--case".into(), desk.case()];
        match command {
            "match" => arguments.extend(["--registry".into(), desk.path("registry"), "--out".into(), desk.path("out")]),
            "query" => arguments.push("status:listed".into()),
            _ => {}
        }
        let finished = run(arguments).with_code(&[1]);
        assert!(finished.stderr.contains("the ledger is damaged"), "{change}: {}", finished.stderr);
        assert!(!desk.path("out").exists(), "{change}: lists of a damaged case");
    }
}
