//! Interrupted work: the case is intact, and the same command ends where an undisturbed run ends.

use crate::harness::{Demo, Desk, Finished, Institution, Job, Outputs, Random, copy_tree, run, write, write_registry};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Several breaches in one root, large enough that reading takes a while, with the registry of the first.
fn evidence(at: &Path) -> Demo {
    let first = Demo::with(&["--seed", "41", "--gap", "encrypted"]);
    copy_tree(&first.evidence(), at, |_| true);
    for seed in ["42", "43", "44", "45"] {
        let more = Demo::with(&["--seed", seed, "--per-family", "3"]);
        copy_tree(&more.evidence(), &at.join(format!("staging/disk-{seed}")), |_| true);
    }
    first
}

struct Scene {
    place: Desk,
    demo: Demo,
    job: Job,
    reference: Outputs,
    /// How long an undisturbed run takes.
    duration: Duration,
}

impl Scene {
    fn new() -> Self {
        let place = Desk::new();
        let demo = evidence(&place.path("evidence"));
        let job = Job::of("evidence", &place.path("evidence")).manifest(&demo.listing());
        let began = Instant::now();
        place.index(&job);
        let duration = began.elapsed();
        let reference = place.decide(&demo.registry());
        Self { place, demo, job, reference, duration }
    }

    fn start(&self, desk: &Desk) -> Child {
        desk.index_command(&self.job).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
    }

    /// A moment between five milliseconds and a little after the usual end.
    fn moment(&self, random: &mut Random) -> Duration {
        let most = self.duration.as_micros() as usize * 11 / 10;
        Duration::from_micros(5_000 + random.below(most.max(10_000)) as u64)
    }

    /// Fails unless the same command now ends where the undisturbed run ended.
    fn assert_resumes(&self, desk: &Desk, what: &str) {
        desk.index(&self.job);
        self.reference.assert_same(&desk.decide(&self.demo.registry()), what);
        let case = desk.case().into_os_string();
        run(["verify".into(), "--case".into(), case]).with_code(&[0]);
    }
}

#[test]
fn a_killed_run_resumes_to_the_same_lists() {
    let scene = Scene::new();
    let mut random = Random::new(41);
    for round in 0..7 {
        let desk = Desk::new();
        let mut moments = Vec::new();
        // Several kills of one case, each on top of what the one before left.
        for _ in 0..3 {
            let moment = scene.moment(&mut random);
            let mut child = scene.start(&desk);
            std::thread::sleep(moment);
            child.kill().expect("our own child");
            child.wait().expect("our own child");
            moments.push(moment);
        }
        scene.assert_resumes(&desk, &format!("round {round}, killed after {moments:?}"));
    }
}

#[test]
fn what_a_kill_left_behind_clears_nobody() {
    let scene = Scene::new();
    let truth = scene.demo.truth();
    let mut random = Random::new(42);
    for _ in 0..6 {
        let desk = Desk::new();
        let moment = scene.moment(&mut random);
        let mut child = scene.start(&desk);
        std::thread::sleep(moment);
        child.kill().expect("our own child");
        child.wait().expect("our own child");
        // Matching what is there may be refused; if it is not, nobody may be cleared by half of a reading.
        let out = desk.path("half");
        let registry = scene.demo.registry();
        let arguments = ["match".into(), "--case".into(), desk.case(), "--registry".into(), registry, "--out".into(), out.clone()];
        let finished: Finished = run(arguments).with_code(&[0, 1, 2, 3]);
        if out.join("impact.csv").exists() {
            let wrong = truth.wrongly("ruled_out", &Outputs::new(&out));
            let wrong: Vec<_> = wrong.into_iter().filter(|row| row.contains("searched_clear")).collect();
            assert!(wrong.is_empty(), "killed after {moment:?}:\n{}", wrong.join("\n"));
        } else {
            assert!(matches!(finished.code, Some(1 | 2)));
        }
    }
}

#[test]
fn an_interrupt_ends_with_130_and_the_same_command_resumes() {
    let scene = Scene::new();
    let mut interrupted = 0;
    for part in [2, 3, 5, 8, 20] {
        let desk = Desk::new();
        let mut child = scene.start(&desk);
        std::thread::sleep(scene.duration / part);
        let was_running = child.try_wait().expect("our own child").is_none();
        // A failure means that it has ended since.
        let sent = rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).is_ok();
        let code = child.wait().expect("our own child").code();
        // Before the handler stands, an interrupt ends the process as it does any other.
        assert!(matches!(code, Some(130 | 0 | 3) | None), "exit code {code:?} (running {was_running}, sent {sent})");
        interrupted += u32::from(code == Some(130));
        scene.assert_resumes(&desk, &format!("interrupted after a part of {part}"));
    }
    assert!(interrupted > 0, "none of the interrupts came while the work was going on");
    assert!(scene.place.case().is_dir());
}

/// Memory of a process: numbers, and a name at its end.
fn core_file() -> Vec<u8> {
    let mut core = b"\x7FELF\x02\x01\x01".to_vec();
    core.resize(16, 0);
    core.extend([4, 0]);
    core.resize(64, 0);
    core.extend((0..5u32 << 20).flat_map(|n| u64::from(n.wrapping_mul(77_777) >> 8).to_le_bytes()));
    core.extend(b"account of Quillcroft Orchard Savings Bank\0");
    core
}

/// Pieces of contents in the case, by row and key.
fn pieces(desk: &Desk) -> Vec<(i64, Vec<u8>)> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let Ok(ledger) = rusqlite::Connection::open_with_flags(desk.case().join("ledger.sqlite"), flags) else { return Vec::new() };
    let Ok(mut query) = ledger.prepare("SELECT id, key FROM piece ORDER BY id") else { return Vec::new() };
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("a readable ledger");
    rows.collect::<Result<_, _>>().expect("a readable ledger")
}

#[test]
fn parts_of_a_large_item_that_were_read_before_an_interrupt_are_not_read_again() {
    let place = Desk::new();
    write(&place.path("evidence").join("core"), &core_file());
    let institution = |id: &str, name: &str| Institution::new(id, name).with("client_code", &format!("{id}ZQ77"));
    let registry = place.path("registry");
    write_registry(&registry, &[institution("K1", "Quillcroft Orchard Savings Bank"), institution("K2", "Ashgrove Valley Savings Bank")]);
    let job = Job::of("evidence", &place.path("evidence"));
    let reference = place.run(&job, &registry);
    let all = pieces(&place).len();
    assert!(all > 3, "{all} parts");
    let mut wait = Duration::from_millis(150);
    for _ in 0..24 {
        let desk = Desk::new();
        let mut child = desk.index_command(&job).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        std::thread::sleep(wait);
        _ = rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT);
        let code = child.wait().expect("our own child").code();
        let before = pieces(&desk);
        if code == Some(130) && !before.is_empty() && before.len() < all {
            desk.index(&job);
            let after = pieces(&desk);
            assert!(before.iter().all(|piece| after.contains(piece)), "{before:?} {after:?}");
            assert_eq!(after.len(), all, "no part was read twice");
            reference.assert_same(&desk.decide(&registry), "interrupted in the middle of an item");
            return;
        }
        wait = if before.is_empty() && code != Some(0) { wait * 5 / 4 } else { wait * 9 / 10 };
    }
    panic!("no interrupt came while parts of the item were read, and others not");
}
