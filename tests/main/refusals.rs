//! What is refused is refused before anything is written: exit code 2, and no trace.

use crate::harness::{Demo, Desk, Finished, program, write};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// One attempt at `run`, everything in its place unless a test moves it.
struct Attempt {
    demo: Demo,
    desk: Desk,
    evidence: PathBuf,
    out: PathBuf,
    case: PathBuf,
    registry: PathBuf,
    manifest: OsString,
}

impl Attempt {
    fn new() -> Self {
        let (demo, desk) = (Demo::small(1), Desk::new());
        let (evidence, registry, manifest) = (demo.evidence(), demo.registry(), demo.listing().into_os_string());
        Self { out: desk.path("out"), case: desk.case(), demo, desk, evidence, registry, manifest }
    }

    fn run(&self) -> Finished {
        let mut command = program();
        command.arg("run").arg(&self.evidence).arg("--manifest").arg(&self.manifest).arg("--registry").arg(&self.registry);
        command.arg("--out").arg(&self.out).arg("--case").arg(&self.case);
        command.output().expect("the program starts").into()
    }

    /// Fails unless the attempt is refused without a trace, with all of these words.
    #[track_caller]
    fn assert_refused(&self, words: &[&str]) {
        let evidence = listing_of(self.demo.evidence().parent().expect("a folder"));
        let finished = self.run().with_code(&[2]);
        for word in words {
            assert!(finished.stderr.contains(word), "`{word}` is not in: {}", finished.stderr);
        }
        assert!(finished.stdout.is_empty(), "{}", finished.stdout);
        assert!(!self.out.exists() && !self.case.exists(), "something was written");
        assert_eq!(evidence, listing_of(self.demo.evidence().parent().expect("a folder")), "something was written beside the evidence");
    }
}

fn listing_of(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|e| e.expect("readable").path().to_owned()).collect()
}

#[test]
fn what_is_well_formed_is_not_refused() {
    let attempt = Attempt::new();
    attempt.run().done();
    assert!(attempt.out.join("impact.csv").exists() && attempt.case.exists());
}

#[test]
fn a_root_without_a_regular_file_is_refused() {
    let mut attempt = Attempt::new();
    attempt.evidence = attempt.desk.path("empty");
    fs::create_dir_all(attempt.evidence.join("folders/only")).expect("folders can be made");
    attempt.assert_refused(&["empty"]);
    std::os::unix::fs::symlink("/etc/hostname", attempt.evidence.join("link")).expect("links can be made");
    attempt.assert_refused(&["no regular file"]);
}

#[test]
fn a_root_that_is_not_there_is_refused() {
    let mut attempt = Attempt::new();
    attempt.evidence = attempt.desk.path("nowhere");
    attempt.assert_refused(&["nowhere"]);
    attempt.evidence = attempt.demo.listing();
    attempt.assert_refused(&["listing.txt"]);
}

#[test]
fn an_output_inside_the_evidence_is_refused() {
    let mut attempt = Attempt::new();
    attempt.out = attempt.evidence.join("results/out");
    attempt.assert_refused(&["output"]);
    attempt.out = attempt.evidence.clone();
    let finished = attempt.run().with_code(&[2]);
    assert!(!attempt.case.exists() && finished.stderr.contains("output"));
}

#[test]
fn a_case_inside_the_evidence_is_refused() {
    let mut attempt = Attempt::new();
    attempt.case = attempt.evidence.join("home/case");
    attempt.assert_refused(&["case"]);
}

#[test]
fn evidence_inside_the_output_or_the_case_is_refused() {
    for (what, place) in [("output", "out"), ("case", "case")] {
        let mut attempt = Attempt::new();
        let inside = attempt.desk.path(place).join("deep/evidence");
        write(&inside.join("a.txt"), b"text");
        attempt.evidence = inside;
        let before = listing_of(&attempt.desk.path(place));
        let finished = attempt.run().with_code(&[2]);
        assert!(finished.stderr.contains(what), "{}", finished.stderr);
        assert_eq!(before, listing_of(&attempt.desk.path(place)));
    }
}

#[test]
fn links_do_not_hide_that_the_output_lies_inside_the_evidence() {
    let mut attempt = Attempt::new();
    let link = attempt.desk.path("link");
    std::os::unix::fs::symlink(&attempt.evidence, &link).expect("links can be made");
    attempt.out = link.join("out");
    attempt.assert_refused(&["output"]);
    attempt.out = attempt.desk.path("out");
    attempt.evidence = link;
    attempt.case = attempt.demo.evidence().join("case");
    attempt.assert_refused(&["case"]);
}

#[test]
fn an_output_that_climbs_back_into_the_evidence_is_refused() {
    let mut attempt = Attempt::new();
    let name = attempt.evidence.file_name().expect("a name").to_owned();
    attempt.out = attempt.evidence.parent().expect("a folder").join("not/../there/..").join(name).join("out");
    let finished = attempt.run().with_code(&[2]);
    assert!(!attempt.demo.evidence().join("out").exists() && !attempt.case.exists(), "{}", finished.stderr);
}

#[test]
fn an_unknown_kind_of_manifest_is_refused() {
    let mut attempt = Attempt::new();
    let file = attempt.demo.listing().into_os_string().into_string().expect("plain names");
    for kind in ["stolen", "TAKEN ", ""] {
        attempt.manifest = format!("{kind}:{file}").into();
        attempt.assert_refused(&["kind"]);
    }
    attempt.manifest = attempt.desk.path("no listing").into_os_string();
    attempt.assert_refused(&["no listing"]);
}

#[test]
fn two_roots_of_one_label_are_refused() {
    let attempt = Attempt::new();
    let (a, b) = (attempt.desk.path("one/files"), attempt.desk.path("two/files"));
    write(&a.join("a.txt"), b"text");
    write(&b.join("b.txt"), b"text");
    let mut command = program();
    command.arg("index").arg(&a).arg(&b).arg("--case").arg(&attempt.case);
    let finished = Finished::from(command.output().expect("the program starts")).with_code(&[2]);
    assert!(finished.stderr.contains("files") && !attempt.case.exists(), "{}", finished.stderr);
}

/// A copy of the registry with one file changed.
fn with_changed(attempt: &mut Attempt, file: &str, change: impl Fn(&str) -> String) {
    let changed = attempt.desk.path("changed registry");
    crate::harness::copy_tree(&attempt.demo.registry(), &changed, |_| true);
    let bytes = fs::read(changed.join(file)).expect("a registry file");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    fs::write(changed.join(file), change(&text)).expect("our own file");
    attempt.registry = changed;
}

#[test]
fn a_registry_without_a_column_is_refused_with_file_line_and_column() {
    for (file, column) in
        [("customers.csv", "legal_name"), ("identifiers.csv", "scheme"), ("deployments.csv", "platform"), ("names.csv", "name")]
    {
        let mut attempt = Attempt::new();
        // The file is named with the line of the header.
        with_changed(&mut attempt, file, |text| text.replacen(column, "colour", 1));
        attempt.assert_refused(&[&format!("{file}:1"), column]);
    }
}

#[test]
fn every_fault_of_the_registry_is_named_at_once() {
    let mut attempt = Attempt::new();
    with_changed(&mut attempt, "customers.csv", |text| {
        let first = text.lines().nth(1).expect("a row").to_owned();
        format!("{text}{first}\n")
    });
    let lines = fs::read_to_string(attempt.registry.join("customers.csv")).expect("our own file").lines().count();
    let incident = attempt.registry.join("incident.toml");
    fs::write(&incident, fs::read_to_string(&incident).expect("our own file").replace("versions", "verisons")).expect("our own file");
    attempt.assert_refused(&[&format!("customers.csv:{lines}"), "incident.toml", "versions"]);
}

#[test]
fn a_registry_that_is_missing_or_no_text_is_refused() {
    let mut attempt = Attempt::new();
    attempt.registry = attempt.desk.path("no registry");
    attempt.assert_refused(&["no registry"]);
    attempt = Attempt::new();
    with_changed(&mut attempt, "incident.toml", |_| "window_from = [".to_owned());
    attempt.assert_refused(&["incident.toml"]);
    attempt = Attempt::new();
    with_changed(&mut attempt, "customers.csv", |_| String::new());
    attempt.assert_refused(&["customers.csv"]);
}

#[test]
fn matching_without_a_case_writes_nothing() {
    let attempt = Attempt::new();
    let mut command = program();
    command.arg("match").arg("--case").arg(&attempt.case).arg("--registry").arg(&attempt.registry).arg("--out").arg(&attempt.out);
    Finished::from(command.output().expect("the program starts")).with_code(&[1, 2]);
    assert!(!attempt.case.exists() && !attempt.out.exists());
}

#[test]
fn a_case_that_can_be_none_is_wrong_usage_of_every_command() {
    let attempt = Attempt::new();
    let (file, foreign) = (attempt.desk.path("a file"), attempt.desk.path("foreign"));
    write(&file, b"no case");
    write(&foreign.join("letter.txt"), b"of somebody else");
    let before = listing_of(&attempt.desk.path(""));
    let (registry, out) = (attempt.registry.clone(), attempt.out.clone());
    for case in [file.clone(), file.join("below"), foreign, attempt.desk.path("a file/../nothing")] {
        let commands: [&[&std::ffi::OsStr]; 10] = [
            &["match".as_ref(), "--registry".as_ref(), registry.as_ref(), "--out".as_ref(), out.as_ref()],
            &["match".as_ref(), "--registry".as_ref(), registry.as_ref(), "--what-if".as_ref(), file.as_ref()],
            &["query".as_ref(), "bank".as_ref()],
            &["explain".as_ref(), "K0001".as_ref()],
            &["coverage".as_ref()],
            &["coverage".as_ref(), "--registry".as_ref(), registry.as_ref()],
            &["verify".as_ref()],
            &["export".as_ref(), "--out".as_ref(), out.as_ref()],
            &["pack".as_ref(), "K0001".as_ref(), "--out".as_ref(), out.as_ref()],
            &["index".as_ref(), "--evidence".as_ref(), "ev=/".as_ref()],
        ];
        for command in commands {
            let finished = Finished::from(program().args(command).arg("--case").arg(&case).output().expect("the program starts"));
            assert_eq!(finished.code, Some(2), "{command:?} --case {}: {}", case.display(), finished.stderr);
        }
        if !case.ends_with("nothing") {
            let mut index = program();
            index.arg("index").arg(&attempt.evidence).arg("--case").arg(&case);
            let finished = Finished::from(index.output().expect("the program starts")).with_code(&[2]);
            assert!(finished.stderr.contains("the case"), "{}", finished.stderr);
        }
    }
    assert_eq!(listing_of(&attempt.desk.path("")), before, "something was written");
}

#[test]
fn evidence_that_moved_must_be_known() {
    let attempt = Attempt::new();
    let index = |arguments: &[&str]| {
        let mut command = program();
        command.arg("index").args(arguments).arg("--case").arg(&attempt.case);
        Finished::from(command.output().expect("the program starts"))
    };
    let evidence = attempt.evidence.display().to_string();
    let refused = index(&["--evidence", &format!("ev={evidence}")]).with_code(&[2]);
    assert!(refused.stderr.contains("is no case yet") && refused.stderr.contains("LABEL=PATH"), "{}", refused.stderr);
    assert!(!attempt.case.exists(), "something was written");
    index(&[&format!("ev={evidence}")]).done();
    let refused = index(&["--evidence", &format!("other={evidence}")]).with_code(&[2]);
    assert!(refused.stderr.contains("it has ev"), "{}", refused.stderr);
}

#[test]
fn a_word_by_which_nothing_is_called_is_not_read_again() {
    let attempt = Attempt::new();
    let index = |word: &str| {
        let mut command = program();
        command.arg("index").arg(&attempt.evidence).arg("--case").arg(&attempt.case).arg("--retry").arg(word);
        Finished::from(command.output().expect("the program starts"))
    };
    let refused = index("partialy").with_code(&[2]);
    assert!(refused.stderr.contains("--retry partialy") && !attempt.case.exists(), "{}", refused.stderr);
    for word in ["partial", "limit_time", "nacha", "unknown"] {
        index(word).done();
    }
}

#[test]
fn a_key_of_the_incident_that_has_no_effect_is_said() {
    let mut attempt = Attempt::new();
    with_changed(&mut attempt, "incident.toml", |text| text.replacen("[incident]\n", "[incident]\nwindow_form = 2024-01-01\n", 1));
    let finished = attempt.run().done();
    assert!(finished.stderr.contains("incident.toml:2") && finished.stderr.contains("`window_form`"), "{}", finished.stderr);
}

#[test]
fn matching_is_told_where_evidence_lies_now() {
    let attempt = Attempt::new();
    attempt.run().done();
    let moved = attempt.desk.path("moved");
    let decide = |evidence: &str, out: &Path| {
        let mut command = program();
        command.arg("match").arg("--case").arg(&attempt.case).arg("--registry").arg(&attempt.registry).arg("--out").arg(out);
        Finished::from(command.arg("--evidence").arg(evidence).output().expect("the program starts"))
    };
    let label = attempt.evidence.file_name().expect("a name").to_string_lossy().into_owned();
    write(&moved.join("a.txt"), b"text");
    let here = format!("{label}={}", moved.display());
    let done = decide(&here, &attempt.desk.path("again")).done();
    assert!(!done.stderr.contains("no longer at"), "{}", done.stderr);
    decide(&here, &moved.join("out")).with_code(&[2]);
    decide(&format!("other={}", moved.display()), &attempt.desk.path("none")).with_code(&[2]);
    decide(&format!("{label}={}", attempt.desk.path("nowhere").display()), &attempt.desk.path("none")).with_code(&[2]);
    assert!(!attempt.desk.path("none").exists() && !moved.join("out").exists());
}
