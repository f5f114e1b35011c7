//! The labelled corpus that is shared between projects; skipped where it or its tools are not at hand.

use crate::harness::{Desk, Job, Truth};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// `RULEOUT_SHARED`, or `shared` beside the project.
fn shared() -> PathBuf {
    std::env::var_os("RULEOUT_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from)
}

fn is_runnable(tool: &str, argument: &str) -> bool {
    Command::new(tool).arg(argument).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// What keeps the corpus from being made.
fn obstacle(generator: &Path) -> Option<String> {
    if !generator.is_file() {
        return Some(format!("{} is not there", generator.display()));
    }
    [("python3", "--version"), ("genisoimage", "--version"), ("7z", "i")]
        .iter()
        .find(|(tool, argument)| !is_runnable(tool, argument))
        .map(|(tool, _)| format!("{tool} is not installed"))
}

fn score(extra: &[&str]) {
    let generator = shared().join("corpus/breach.py");
    if let Some(obstacle) = obstacle(&generator) {
        eprintln!("skipped: {obstacle}");
        return;
    }
    let desk = Desk::new();
    let corpus = desk.path("corpus");
    let mut command = Command::new("python3");
    command
        .arg(&generator)
        .arg("--out")
        .arg(&corpus)
        .args(["--seed", "1", "--mb", "5", "--n", "2"])
        .args(extra)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let made = command.stdin(Stdio::null()).output().expect("python3 starts");
    if !made.status.success() {
        eprintln!("skipped: the corpus cannot be made: {}", String::from_utf8_lossy(&made.stderr));
        return;
    }
    let manifests =
        std::fs::read_dir(corpus.join("manifests")).map(|entries| entries.map(|e| e.expect("readable").path()).collect::<Vec<_>>());
    let mut manifests = manifests.unwrap_or_default();
    manifests.sort();
    let mut job = Job::of("evidence", &corpus.join("evidence"));
    for manifest in &manifests {
        job = job.manifest(manifest);
    }
    let outputs = desk.run(&job, &corpus.join("registry"));
    let truth = Truth::read(&corpus.join("truth.csv"));
    let (ruled_out, affected) = (truth.wrongly("ruled_out", &outputs), truth.wrongly("affected", &outputs));
    eprintln!("{} of the verdicts are wrong, most of them open", truth.wrong(&outputs).len());
    assert!(ruled_out.is_empty(), "{} wrongly ruled out:\n{}", ruled_out.len(), ruled_out.join("\n"));
    assert!(affected.is_empty(), "{} wrongly affected:\n{}", affected.len(), affected.join("\n"));
}

#[test]
fn nobody_of_the_shared_corpus_is_wrongly_ruled_out_or_affected() {
    score(&[]);
}

#[test]
fn nobody_of_the_shared_corpus_is_wrongly_ruled_out_or_affected_while_a_gap_is_open() {
    score(&["--gap", "encrypted"]);
}
