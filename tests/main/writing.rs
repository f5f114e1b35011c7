//! Where writing goes wrong, or something else writes at the same time, no list is mixed or half, and what failed is said.

use crate::harness::{Demo, Desk, Finished, Institution, Job, Outputs, program, write, write_registry};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn match_command(case: &Path, registry: &Path, out: &Path) -> Command {
    let mut command = program();
    command.arg("match").arg("--case").arg(case).arg("--registry").arg(registry).arg("--out").arg(out);
    command
}

fn parts_in(out: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(out).into_iter().flatten().map(|entry| entry.expect("a readable folder").path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "part")).collect()
}

/// A limit on the size of files stands for a disk that is full.
fn with_limit(command: &Command, blocks: u32) -> Finished {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"")).arg("sh").arg(command.get_program());
    shell.args(command.get_args()).stdin(Stdio::null()).env("NO_COLOR", "1").env_remove("RUST_BACKTRACE");
    Finished::from(shell.output().expect("a shell starts"))
}

#[test]
fn a_case_without_room_is_named() {
    let (demo, desk) = (Demo::small(1), Desk::new());
    let finished = with_limit(&desk.index_command(&Job::of("ev", &demo.evidence())), 64).with_code(&[1]);
    assert!(finished.stderr.contains(&desk.case().display().to_string()), "{}", finished.stderr);
}

#[test]
fn lists_without_room_leave_nothing_behind() {
    let (demo, desk) = (Demo::small(2), Desk::new());
    desk.index(&Job::of("ev", &demo.evidence()));
    desk.decide(&demo.registry());
    let out = desk.path("none");
    for blocks in [1, 8, 64, 512] {
        let finished = with_limit(&match_command(&desk.case(), &demo.registry(), &out), blocks);
        let finished = finished.with_code(&[0, 1, 3]);
        assert!(
            finished.code != Some(1) || finished.stderr.contains("cannot write") || finished.stderr.contains("the case"),
            "{}",
            finished.stderr
        );
        assert!(parts_in(&out).is_empty() && (finished.code != Some(1) || !out.join("run.json").exists()), "{blocks} blocks");
    }
}

/// Two registries that decide otherwise, matched into one folder at the same time: what is there is of one of them.
#[test]
fn runs_into_one_folder_at_the_same_time_do_not_mix() {
    let desk = Desk::new();
    let registry = |name: &str, n: usize| {
        let folder = desk.path(name);
        let institution = |i: usize| Institution::new(&format!("{name}{i}"), &format!("Quarry {} Savings", "Stone".repeat(i + 1)));
        write_registry(&folder, &(0..n).map(|i| institution(i).with("client_code", &(480_213 + 917 * i).to_string())).collect::<Vec<_>>());
        folder
    };
    let registries = [registry("A", 4), registry("B", 9)];
    write(&desk.path("ev/a.txt"), b"Client code: 480213\nClient code: 481130\n");
    desk.index(&Job::of("ev", &desk.path("ev")));
    let references: Vec<Outputs> = registries.iter().zip(["one", "other"]).map(|(registry, out)| desk.decide_into(out, registry)).collect();
    let out = desk.path("out");
    for _ in 0..3 {
        let running: Vec<_> = (0..4)
            .map(|n| {
                let mut command = match_command(&desk.case(), &registries[n % 2], &out);
                command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts")
            })
            .collect();
        for child in running {
            Finished::from(child.wait_with_output().expect("our own child")).done();
        }
        let found = Outputs::new(&out).lasting();
        assert!(references.iter().any(|reference| reference.lasting() == found), "lists of several runs lie beside one another");
    }
}

#[test]
fn an_interrupt_ends_a_match_soon_and_leaves_no_half_list() {
    let (demo, desk) = (Demo::with(&["--seed", "41", "--per-family", "3"]), Desk::new());
    desk.index(&Job::of("ev", &demo.evidence()));
    let began = Instant::now();
    let reference = desk.decide(&demo.registry());
    let duration = began.elapsed();
    let mut interrupted = 0;
    for part in [8, 5, 3, 2] {
        let out = desk.path(&format!("out{part}"));
        let mut command = match_command(&desk.case(), &demo.registry(), &out);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        std::thread::sleep(duration / part);
        // A failure means that it has ended since.
        let _ = rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT);
        let sent = Instant::now();
        let code = child.wait().expect("our own child").code();
        assert!(matches!(code, Some(130 | 0 | 3) | None), "exit code {code:?}");
        if code == Some(130) {
            interrupted += 1;
            assert!(sent.elapsed() < duration + Duration::from_secs(2), "it ended {:?} later", sent.elapsed());
            assert!(parts_in(&out).is_empty() && !out.join("run.json").exists());
        }
        reference.assert_same(&desk.decide_into(&format!("out{part}"), &demo.registry()), "the same command again");
    }
    assert!(interrupted > 0, "none of the interrupts came while the work was going on");
}
