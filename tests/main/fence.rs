//! The fence: what a reader in a confined process cannot do, and what becomes of the item.

use crate::harness::{Desk, Finished, Institution, Job, Outputs, docx, write, write_registry, xlsx, zip_of};
use ruleout::case::{Access, Case};
use ruleout::crawl::{self, Fence, IndexOptions, Progress, RootArgument};
use ruleout::stop::Stop;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A document whose reader does something when the program is asked to let it; otherwise it is read.
fn document(deed: &str) -> Vec<u8> {
    let text = docx(&[format!("The agreement of Larkmoor Savings Bank, number {deed}-4471")]);
    let mut archive = ZipWriter::new_append(Cursor::new(text)).expect("an archive");
    archive.start_file(format!("custom/sabotage:{deed};"), SimpleFileOptions::default()).expect("memory takes it");
    archive.finish().expect("memory takes it").into_inner()
}

/// Deeds, the causes of the gaps that they end in, and words of the detail.
const DEEDS: &[(&str, &str, &str)] = &[
    ("open", "worker_died", "forbids"),
    ("write", "worker_died", "forbids"),
    ("socket", "worker_died", "forbids"),
    ("datagram", "worker_died", "forbids"),
    ("kill", "worker_died", "forbids"),
    ("fork", "reader_panic", "the fence stopped a reader that started a process"),
    ("thread", "reader_panic", "the fence stopped a reader that started a thread"),
    ("unlimit", "reader_panic", "the fence stopped a reader that lifted its limit"),
    ("memory", "limit_memory", "more memory"),
    ("loop", "limit_time", "longer than 6 seconds"),
    ("sleep", "limit_time", "longer than 6 seconds"),
    ("abort", "worker_died", "aborted"),
    ("stack", "worker_died", "stack overflowed"),
    ("panic", "reader_panic", "as the item asks"),
    ("noise", "worker_died", "made no sense"),
];

fn registry(desk: &Desk) -> PathBuf {
    let registry = desk.path("registry");
    write_registry(&registry, &[Institution::new("K1", "Larkmoor Savings Bank")]);
    registry
}

fn deeds_done(desk: &Desk, root: &Path, threads: usize) -> Outputs {
    let job = Job::of("ev", root).threads(threads);
    let mut command = desk.index_command(&job);
    command.env("RULEOUT_FENCE_SABOTAGE", "1").env("RULEOUT_FENCE_SECONDS", "6");
    let finished = Finished::from(command.output().expect("the program starts")).done();
    assert!(!finished.stderr.contains("seccomp"), "{}", finished.stderr);
    desk.decide(&registry(desk))
}

#[test]
fn a_confined_reader_that_misbehaves_costs_its_item_alone() {
    let evidence = Desk::new();
    let root = evidence.path("evidence");
    for (deed, _, _) in DEEDS {
        write(&root.join(format!("{deed}.docx")), &document(deed));
    }
    for n in 0..6 {
        write(&root.join(format!("sound {n}.docx")), &document(&format!("none{n}")));
    }
    // Inside an archive, where a worker of another item waits meanwhile.
    write(&root.join("nested.zip"), &zip_of(&[("abort.docx".to_owned(), document("abort")), ("sound.docx".to_owned(), document("n"))]));
    write(&root.join("plain.txt"), b"Notes about Larkmoor Savings Bank\n");
    let desk = Desk::new();
    let outputs = deeds_done(&desk, &root, 1);
    let items: BTreeMap<String, _> = outputs.rows("coverage.csv").into_iter().map(|row| (row["item"].clone(), row)).collect();
    let show = || items.values().map(|row| format!("{row:?}\n")).collect::<String>();
    for (deed, cause, words) in DEEDS {
        let row = &items[&format!("ev/{deed}.docx")];
        assert_eq!(row["cause"], *cause, "{deed}:\n{}", show());
        assert!(row["detail"].contains(words), "{deed}: {} does not say {words}", row["detail"]);
        assert!(row["media_type"].ends_with("wordprocessingml.document"), "{}", row["media_type"]);
    }
    for (item, row) in items.iter().filter(|(item, _)| item.contains("sound") || item.contains("plain")) {
        assert_eq!(row["cause"], "", "{item}:\n{}", show());
    }
    assert!(!Path::new("/tmp/ruleout-fence-sabotage").exists());
    let many = Desk::new();
    outputs.assert_same(&deeds_done(&many, &root, 4), "four threads beside one");
}

#[test]
fn without_the_wish_of_its_parent_no_deed_is_done() {
    let desk = Desk::new();
    write(&desk.path("evidence/abort.docx"), &document("abort"));
    let outputs = desk.run(&Job::of("ev", &desk.path("evidence")), &registry(&desk));
    assert_eq!(outputs.rows("coverage.csv").iter().find(|row| row["item"] == "ev/abort.docx").expect("its row")["cause"], "");
    let run = std::fs::read_to_string(outputs.file("run.json")).expect("run.json");
    let run: serde_json::Value = serde_json::from_str(&run).expect("JSON");
    let said = run["fence"].as_array().expect("a list");
    assert_eq!(said.len(), 1, "how complex formats were read is said once: {said:?}");
}

#[test]
fn an_interrupt_ends_a_worker_that_hangs() {
    let desk = Desk::new();
    write(&desk.path("evidence/loop.docx"), &document("loop"));
    let job = Job::of("ev", &desk.path("evidence"));
    let mut command = desk.index_command(&job);
    let child = command.env("RULEOUT_FENCE_SABOTAGE", "1").stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = child.expect("the program starts");
    std::thread::sleep(Duration::from_millis(1_500));
    let began = Instant::now();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it runs");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert!(began.elapsed() < Duration::from_secs(20), "it waited for its worker");
    desk.index(&job);
}

fn evidence_of_all_kinds(root: &Path) {
    write(&root.join("letter.docx"), &document("none"));
    let rows: Vec<Vec<String>> = std::iter::once(vec!["name".to_owned(), "ssn".to_owned(), "street".to_owned()])
        .chain((0..3_000).map(|n| vec![format!("Ada Pell {n}"), format!("{:03}-45-{:04}", n % 500 + 100, n), format!("{n} Elm Street")]))
        .collect();
    write(&root.join("people.xlsx"), &xlsx(&rows));
    let inner = zip_of(&[("people.xlsx".to_owned(), xlsx(&rows[..50])), ("readme".to_owned(), b"Larkmoor Savings Bank".to_vec())]);
    let mut archive = ZipWriter::new_append(Cursor::new(document("none"))).expect("an archive");
    archive.start_file("word/embeddings/annex.zip", SimpleFileOptions::default()).expect("memory takes it");
    std::io::Write::write_all(&mut archive, &inner).expect("memory takes it");
    write(&root.join("annexed.docx"), &archive.finish().expect("memory takes it").into_inner());
    write(&root.join("cut.docx"), &document("none")[..400]);
}

/// What the ledger keeps of every content, in order, without rows and generations.
fn readings(desk: &Desk, name: &str, root: &Path, fence: Fence) -> (Vec<String>, Vec<String>) {
    let case = Case::open(&desk.path(name), Access::Write).expect("a case");
    let roots = vec![RootArgument { label: "ev".to_owned(), path: root.to_owned() }];
    let options = IndexOptions { threads: 2, fence, ..IndexOptions::of(roots) };
    let summary = crawl::index(&case, &options, &Stop::new(), &Progress::new(false)).expect("it indexes");
    let mut readings: Vec<String> = case.ledger.readings().expect("readings").iter().map(|(_, r)| format!("{r:?}")).collect();
    readings.sort();
    (readings, summary.fence_lacks)
}

#[test]
fn the_fence_changes_nothing_of_what_is_read() {
    let desk = Desk::new();
    let root = desk.path("evidence");
    evidence_of_all_kinds(&root);
    let (inside, lacks) = readings(&desk, "inside", &root, Fence::Off);
    assert!(lacks.iter().any(|lack| lack.contains("not confined")), "{lacks:?}");
    let (fenced, _) = readings(&desk, "fenced", &root, Fence::Program(env!("CARGO_BIN_EXE_ruleout").into()));
    assert_eq!(inside, fenced);
}

#[test]
fn where_no_worker_starts_the_run_says_so_and_goes_on() {
    let desk = Desk::new();
    let root = desk.path("evidence");
    evidence_of_all_kinds(&root);
    let (inside, _) = readings(&desk, "inside", &root, Fence::Off);
    for (name, program) in [("missing", "/nowhere/ruleout"), ("other", "/bin/true"), ("echo", "/bin/echo")] {
        let (read, lacks) = readings(&desk, name, &root, Fence::Program(program.into()));
        assert_eq!(inside, read, "{program}");
        assert!(lacks.iter().any(|lack| lack.contains("could not be started")), "{program}: {lacks:?}");
        assert!(lacks.iter().any(|lack| lack.contains("not confined")), "{program}: {lacks:?}");
        let case = Case::open(&desk.path(name), Access::Read).expect("a case");
        assert_eq!(case.ledger.stated(ruleout::ledger::Stated::Fence).expect("statements").len(), lacks.len());
    }
}
