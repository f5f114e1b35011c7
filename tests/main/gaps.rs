//! What cannot be read keeps institutions open: no unread byte ever clears anybody, wherever it lies.

use crate::harness::{Demo, Desk, Job, Outputs, Random, aes_zip, copy_tree, gzip, write, zip_of};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The breach of a seed, copied to a place where more can be put.
struct Scene {
    demo: Demo,
    desk: Desk,
}

impl Scene {
    fn new(demo: Demo) -> Self {
        let desk = Desk::new();
        copy_tree(&demo.evidence(), &desk.path("evidence"), |_| true);
        Self { demo, desk }
    }

    fn put(&self, path: &str, bytes: &[u8]) {
        write(&self.place(path), bytes);
    }

    fn place(&self, path: &str) -> PathBuf {
        self.desk.path("evidence").join(path)
    }

    fn outcome(&self) -> Outputs {
        self.desk.run(&Job::of("evidence", &self.desk.path("evidence")), &self.demo.registry())
    }

    /// The outcome without anything added; in a case of its own.
    fn before(&self) -> Outputs {
        let desk = Desk::new();
        desk.run(&Job::of("evidence", &self.demo.evidence()), &self.demo.registry());
        let kept = self.desk.path("before");
        copy_tree(&desk.path("out"), &kept, |_| true);
        Outputs::new(&kept)
    }
}

/// What an item in nobody's folder that cannot be read makes of every verdict.
fn assert_all_that_depend_are_open(before: &Outputs, after: &Outputs, what: &str) {
    let (before, after) = (before.impact(), after.impact());
    let mut wrong = Vec::new();
    for (id, row) in &before {
        let expected = match (row["verdict"].as_str(), row["depends"].as_str()) {
            ("referenced" | "ruled_out", "true") => "undetermined",
            (other, _) => other,
        };
        if after[id]["verdict"] != expected {
            wrong.push(format!(
                "{id} should become {expected}, is {} by {} (was {})",
                after[id]["verdict"], after[id]["basis"], row["verdict"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
    let opened = before.values().filter(|row| row["verdict"] == "ruled_out" && row["depends"] == "true").count();
    assert!(opened > 10, "the breach leaves {opened} institutions to be opened");
}

fn some_members() -> Vec<(String, Vec<u8>)> {
    vec![("export.csv".to_owned(), b"name,balance\nA. Person,12.00\n".repeat(40))]
}

/// Contents of which something cannot be read, by name.
fn unreadable() -> Vec<(&'static str, Vec<u8>)> {
    let mut random = Random::new(77);
    let zip = zip_of(&[("notes.txt".to_owned(), random.bytes(3000)), ("more.txt".to_owned(), b"plain".to_vec())]);
    let mut damaged = zip_of(&[("notes.txt".to_owned(), b"the same sentence, again and again. ".repeat(300))]);
    let middle = 80;
    damaged[middle] ^= 0x55;
    let stream = gzip(&"line of a log, written every minute\n".repeat(5000).into_bytes());
    let mut spoiled = stream.clone();
    let checksum = spoiled.len() - 8;
    spoiled[checksum] ^= 1;
    let mut unknown_method = zip_of(&some_members());
    // The compression method stands in the local header at 8 and in the directory at 10 (APPNOTE 4.4.5).
    let directory = unknown_method.windows(4).position(|w| w == b"PK\x01\x02").expect("a directory");
    unknown_method[8] = 97;
    unknown_method[directory + 10] = 97;
    vec![
        ("blob.bin", random.bytes(40_000)),
        ("small.bin", random.bytes(700)),
        ("locked.zip", aes_zip(&some_members())),
        ("nested.zip", zip_of(&[("inner/locked.zip".to_owned(), aes_zip(&some_members()))])),
        ("noise inside.zip", zip),
        ("damaged.zip", damaged),
        ("method.zip", unknown_method),
        ("cut.gz", stream[..stream.len() / 2].to_vec()),
        ("checksum.gz", spoiled),
        ("report.txt", [b"an honest beginning in prose\n".repeat(20), random.bytes(9000)].concat()),
    ]
}

#[test]
fn an_unreadable_file_in_nobodys_folder_opens_all_that_depend() {
    let scene = Scene::new(Demo::small(11));
    let before = scene.before();
    for (name, bytes) in unreadable() {
        let path = format!("staging/2025-03-08/{name}");
        scene.put(&path, &bytes);
        assert_all_that_depend_are_open(&before, &scene.outcome(), &format!("{name} in nobody's folder"));
        fs::remove_file(scene.place(&path)).expect("it was just written");
        fs::remove_dir_all(scene.desk.case()).expect("the case can be removed");
    }
}

#[test]
fn a_file_that_may_not_be_opened_opens_all_that_depend() {
    if rustix::process::geteuid().is_root() {
        eprintln!("skipped: root may open everything");
        return;
    }
    let scene = Scene::new(Demo::small(11));
    let before = scene.before();
    scene.put("staging/closed.txt", b"nothing to see");
    fs::set_permissions(scene.place("staging/closed.txt"), fs::Permissions::from_mode(0o000)).expect("our own file");
    assert_all_that_depend_are_open(&before, &scene.outcome(), "a file without permissions");
    fs::remove_file(scene.place("staging/closed.txt")).expect("our own file");
    let folder = scene.place("staging/closed");
    scene.put("staging/closed/inside.txt", b"nothing to see");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).expect("our own folder");
    let outputs = scene.outcome();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("our own folder");
    assert_all_that_depend_are_open(&before, &outputs, "a folder without permissions");
}

#[test]
fn a_pipe_in_nobodys_folder_opens_all_that_depend() {
    let scene = Scene::new(Demo::small(11));
    let before = scene.before();
    let pipe = scene.place("staging/channel");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).expect("pipes can be made");
    assert_all_that_depend_are_open(&before, &scene.outcome(), "a pipe");
}

/// Is the institution one that nothing but the home could have opened, or its relative?
fn differing(before: &Outputs, after: &Outputs) -> Vec<String> {
    let (before, after) = (before.verdicts(), after.verdicts());
    before
        .iter()
        .filter(|(id, verdict)| after[*id] != **verdict)
        .map(|(id, verdict)| format!("{id} was {verdict}, is {}", after[id]))
        .collect()
}

#[test]
fn an_unreadable_file_in_a_home_opens_nobody_else() {
    let scene = Scene::new(Demo::small(12));
    let before = scene.before();
    let home = a_home(&scene);
    for (name, bytes) in unreadable() {
        scene.put(&format!("{home}/inbound/{name}"), &bytes);
    }
    let after = scene.outcome();
    // The holder is affected by its home already; its relatives may be opened, and nobody is closed.
    let opened: Vec<String> = differing(&before, &after);
    assert!(opened.iter().all(|row| row.ends_with("is undetermined")) && opened.len() <= 2, "{}", opened.join("\n"));
}

/// The home of one institution, relative to the evidence.
fn a_home(scene: &Scene) -> String {
    let mut homes: Vec<_> = fs::read_dir(scene.place("home")).expect("homes").map(|e| e.expect("readable").file_name()).collect();
    homes.sort();
    format!("home/{}", homes[0].to_str().expect("plain names"))
}

const SEALED: &str = "staging/2025-03-08/export-all.zip";

#[test]
fn a_copy_of_a_gap_closes_nothing() {
    let mut closed = Vec::new();
    for (what, place) in [
        ("in a home", None),
        ("in the vendor's folder", Some("software/licences/copy.zip")),
        ("before the original", Some("aaa/copy.zip")),
        ("after the original", Some("zzz/copy.zip")),
        ("in a product's folder", Some("staging/cardvault/2025-03/copy.zip")),
        ("in a folder of a client", Some("clients/copy.zip")),
    ] {
        let scene = Scene::new(Demo::with_gap(3, "encrypted"));
        let before = scene.before();
        let bytes = fs::read(scene.place(SEALED)).expect("the sealed archive");
        let place = place.map_or_else(|| format!("{}/inbound/copy.zip", a_home(&scene)), str::to_owned);
        scene.put(&place, &bytes);
        closed.extend(differing(&before, &scene.outcome()).into_iter().map(|row| format!("a copy {what}: {row}")));
        // The same inside an archive.
        fs::remove_file(scene.place(&place)).expect("it was just written");
        fs::remove_dir_all(scene.desk.case()).expect("the case can be removed");
        scene.put(&place, &zip_of(&[("saved/copy.zip".to_owned(), bytes)]));
        closed.extend(differing(&before, &scene.outcome()).into_iter().map(|row| format!("an archived copy {what}: {row}")));
    }
    assert!(closed.is_empty(), "{}", closed.join("\n"));
}

#[test]
fn a_copy_of_a_homes_gap_in_nobodys_folder_opens_all_that_depend() {
    let scene = Scene::new(Demo::small(3));
    let sealed = aes_zip(&some_members());
    scene.put(&format!("{}/inbound/sealed.zip", a_home(&scene)), &sealed);
    let before = scene.outcome();
    let kept = scene.desk.path("kept");
    copy_tree(&scene.desk.path("out"), &kept, |_| true);
    assert!(before.verdicts().values().any(|verdict| verdict == "ruled_out"));
    // Before and after the first copy in path order, which is the one that is read.
    for place in ["aaa/copy.zip", "zzz/copy.zip"] {
        scene.put(place, &sealed);
        fs::remove_dir_all(scene.desk.case()).expect("the case can be removed");
        assert_all_that_depend_are_open(&Outputs::new(&kept), &scene.outcome(), &format!("a copy at {place}"));
        fs::remove_file(scene.place(place)).expect("it was just written");
    }
}

#[test]
fn a_gap_that_moves_is_a_gap_where_it_lies_and_on_the_listing_where_it_lay() {
    for place in ["software/licences/moved.zip", "queue/moved.zip", "home/nobody-registered/moved.zip"] {
        let scene = Scene::new(Demo::with_gap(4, "encrypted"));
        let before =
            scene.desk.run(&Job::of("evidence", &scene.desk.path("evidence")).manifest(&scene.demo.listing()), &scene.demo.registry());
        let before = before.verdicts();
        fs::create_dir_all(scene.place(place).parent().expect("a folder")).expect("it can be made");
        fs::rename(scene.place(SEALED), scene.place(place)).expect("it can be moved");
        fs::remove_dir_all(scene.desk.case()).expect("the case can be removed");
        let after =
            scene.desk.run(&Job::of("evidence", &scene.desk.path("evidence")).manifest(&scene.demo.listing()), &scene.demo.registry());
        let coverage = after.rows("coverage.csv");
        let has_gap =
            |path: &str| coverage.iter().any(|row| row["item"].starts_with(&format!("evidence/{path}")) && !row["cause"].is_empty());
        assert!(has_gap(place), "no gap at {place}");
        let closed: Vec<String> = after
            .verdicts()
            .iter()
            .filter(|(id, verdict)| before[*id] == "undetermined" && *verdict != "undetermined")
            .map(|(id, verdict)| format!("{id} became {verdict}"))
            .collect();
        assert!(closed.is_empty(), "moved to {place}:\n{}", closed.join("\n"));
    }
}

#[test]
fn a_gap_that_was_deleted_is_still_on_the_listing() {
    let scene = Scene::new(Demo::with_gap(4, "encrypted"));
    let job = |root: &Path| Job::of("evidence", root).manifest(&scene.demo.listing());
    let desk = Desk::new();
    let before = desk.run(&job(&scene.demo.evidence()), &scene.demo.registry());
    fs::remove_file(scene.place(SEALED)).expect("the sealed archive");
    let after = scene.desk.run(&job(&scene.desk.path("evidence")), &scene.demo.registry());
    let closed = differing(&before, &after);
    assert!(closed.is_empty(), "{}", closed.join("\n"));
}
