//! Interrupted work: the case is intact, and the same command ends where an undisturbed run ends.

use crate::harness::{Demo, Desk, Finished, Institution, Job, Outputs, Random, copy_tree, run, write, write_registry};
use crate::layouts::sql_server;
use std::io::Write;
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

/// A data file of SQL Server: accounts with their clients' codes, among them values that stand on pages of their own and
/// values in which a file is encoded.
fn data_file() -> Vec<u8> {
    use sql_server::{Kind, Storage, Table, Value};
    let packed = |text: String| {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(text.as_bytes()).and_then(|()| writer.finish()).expect("memory takes it")
    };
    let accounts = |name: &str, rows: u64| {
        let row = |n: u64| {
            let code = if n % 50_000 == 49_999 { "K1ZQ77" } else { "OTHERZQ1" };
            let note = match n % 25_000 {
                7 => Value::Text(base64(format!("a letter of {n} to K3ZQ77, {}", "in many words ".repeat(20)).as_bytes())),
                _ => Value::Text(format!("nothing of {n} is to be said here, and that at some length: {}", "it is well ".repeat(9))),
            };
            let scan = match n % 30_000 {
                11 => Value::Away(packed(format!("client code K4ZQ77, {n}"))),
                _ => Value::Bytes((n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20).to_le_bytes().to_vec()),
            };
            vec![Value::Bytes(code.as_bytes().to_vec()), Value::Number(40_000_000 + n as i64), note, scan]
        };
        let columns = [("client_code", Kind::Varchar), ("account_number", Kind::Int), ("note", Kind::Nvarchar), ("scan", Kind::Binary)];
        let columns = columns.map(|(name, kind)| (name.to_owned(), kind)).to_vec();
        Table { name: name.to_owned(), columns, rows: (0..rows).map(row).collect(), storage: Storage::Plain, is_unknown: false }
    };
    sql_server::data_file(&[accounts("Accounts", 50_000), accounts("Closed", 10_000)], true)
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let three = |three: &[u8]| {
        let bits = three.iter().chain(&[0; 3]).take(3).fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        (0..4).map(move |i| char::from(DIGITS[bits >> (18 - 6 * i) & 63])).take(three.len() + 1).collect::<String>()
    };
    bytes.chunks(3).map(three).collect()
}

/// Interrupts the reading of one large item until some of its parts were read and others not; reads on, and compares
/// with an undisturbed run, whose outputs must hold what they are asked for.
fn resumes_inside(file: &str, bytes: &[u8], holds: impl Fn(&Outputs)) {
    let place = Desk::new();
    write(&place.path("evidence").join(file), bytes);
    let institution = |id: &str, name: &str| Institution::new(id, name).with("client_code", &format!("{id}ZQ77"));
    let registry = place.path("registry");
    let institutions = [
        institution("K1", "Quillcroft Orchard Savings Bank"),
        institution("K2", "Ashgrove Valley Savings Bank"),
        institution("K3", "Harbour Mutual Savings Bank"),
        institution("K4", "Wexford Loan Society"),
    ];
    write_registry(&registry, &institutions);
    let job = Job::of("evidence", &place.path("evidence"));
    let began = Instant::now();
    place.index(&job);
    let mut wait = began.elapsed() / 2;
    let reference = place.decide(&registry);
    holds(&reference);
    let all = pieces(&place).len();
    assert!(all > 3, "{all} parts");
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

#[test]
fn parts_of_a_large_item_that_were_read_before_an_interrupt_are_not_read_again() {
    resumes_inside("core", &core_file(), |outputs| assert_eq!(outputs.rows("coverage.csv").len(), 1));
}

#[test]
fn rows_of_a_database_that_were_read_before_an_interrupt_are_not_read_again() {
    let backup = sql_server::backup(&[(sql_server::FULL, &data_file())], b"");
    resumes_inside("core.bak", &backup, |outputs| {
        assert_eq!(outputs.impact()["K1"]["basis"], "records");
        // What is encoded in a value, and a value that is a file, are members.
        let items = |id: &str| {
            let rows = outputs.rows("evidence.csv").into_iter().filter(|row| row["customer_id"] == id);
            rows.map(|row| row["item"].clone()).collect::<Vec<_>>()
        };
        for (id, member) in [("K3", "!/base64@"), ("K4", "Accounts.scan")] {
            assert!(items(id).iter().any(|item| item.contains(member)), "{:?}", items(id));
        }
    });
}
