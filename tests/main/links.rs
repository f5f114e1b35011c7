//! Links: what lies outside the evidence stays outside, and that it is not held is a gap.

use crate::harness::{Desk, Institution, Job, Outputs, write, write_registry};
use std::os::unix::fs::symlink;
use std::path::PathBuf;

/// A folder of evidence with two institutions: one whose record lies outside, one without trace.
struct Scene {
    desk: Desk,
}

impl Scene {
    fn new() -> Self {
        let desk = Desk::new();
        write_registry(
            &desk.path("registry"),
            &[
                Institution::new("OUTSIDE", "Pemberly Outer Savings Bank").with("client_code", "QX7ZP41"),
                Institution::new("NOWHERE", "Wexcombe Inner Savings Bank").with("client_code", "KD93LMV"),
            ],
        );
        write(&desk.path("outside/secret.txt"), b"client code: QX7ZP41\n");
        write(&desk.path("evidence/staging/notes.txt"), b"The pump was checked and runs.\n");
        Self { desk }
    }

    fn outside(&self) -> PathBuf {
        self.desk.path("outside")
    }

    fn place(&self, path: &str) -> PathBuf {
        self.desk.path("evidence").join(path)
    }

    fn outcome(&self) -> Outputs {
        self.desk.run(&Job::of("ev", &self.desk.path("evidence")), &self.desk.path("registry"))
    }
}

/// The causes of the items, by item; none where there is no such item.
fn cause(outputs: &Outputs, item: &str) -> Option<String> {
    outputs.rows("coverage.csv").iter().find(|row| row["item"] == item).map(|row| row["cause"].clone())
}

#[test]
fn nothing_is_open_without_links() {
    let scene = Scene::new();
    let verdicts = scene.outcome().verdicts();
    assert_eq!(verdicts["OUTSIDE"], "ruled_out");
    assert_eq!(verdicts["NOWHERE"], "ruled_out");
}

#[test]
fn a_link_out_of_the_root_is_not_followed_and_is_a_gap() {
    let targets = |scene: &Scene| {
        let outside = scene.outside();
        let relative = PathBuf::from("../../outside/secret.txt");
        vec![
            ("a file", outside.join("secret.txt")),
            ("a folder", outside),
            ("a relative path", relative),
            ("nothing", PathBuf::from("/nowhere/at/all")),
        ]
    };
    for number in 0..4 {
        let scene = Scene::new();
        let (what, target) = targets(&scene).swap_remove(number);
        symlink(&target, scene.place("staging/link")).expect("links can be made");
        let outputs = scene.outcome();
        assert_eq!(cause(&outputs, "ev/staging/link").as_deref(), Some("link"), "a link to {what}");
        let verdicts = outputs.verdicts();
        assert_eq!(verdicts["OUTSIDE"], "undetermined", "a link to {what}");
        assert_eq!(verdicts["NOWHERE"], "undetermined", "a link to {what}");
        assert!(outputs.rows("evidence.csv").is_empty(), "what lies behind a link to {what} was read");
    }
}

#[test]
fn a_chain_of_links_out_of_the_root_is_not_followed() {
    let scene = Scene::new();
    symlink(scene.outside().join("secret.txt"), scene.place("staging/second")).expect("links can be made");
    symlink("second", scene.place("staging/first")).expect("links can be made");
    symlink(scene.outside(), scene.place("folder")).expect("links can be made");
    symlink("../folder/secret.txt", scene.place("staging/through")).expect("links can be made");
    let outputs = scene.outcome();
    for item in ["ev/staging/first", "ev/staging/second", "ev/folder", "ev/staging/through"] {
        assert_eq!(cause(&outputs, item).as_deref(), Some("link"), "{item}");
    }
    assert!(outputs.rows("evidence.csv").is_empty());
}

#[test]
fn links_in_a_circle_end_and_are_gaps() {
    let scene = Scene::new();
    symlink("b", scene.place("staging/a")).expect("links can be made");
    symlink("a", scene.place("staging/b")).expect("links can be made");
    symlink("itself", scene.place("itself")).expect("links can be made");
    let outputs = scene.outcome();
    for item in ["ev/staging/a", "ev/staging/b", "ev/itself"] {
        assert_eq!(cause(&outputs, item).as_deref(), Some("link"), "{item}");
    }
    assert_eq!(outputs.verdicts()["NOWHERE"], "undetermined");
}

#[test]
fn a_link_to_a_folder_above_itself_ends() {
    let scene = Scene::new();
    symlink("..", scene.place("staging/up")).expect("links can be made");
    symlink(scene.desk.path("evidence"), scene.place("top")).expect("links can be made");
    let outputs = scene.outcome();
    // All that lies behind these links is in the root, and is read there.
    assert_eq!(outputs.verdicts()["NOWHERE"], "ruled_out");
    assert_eq!(outputs.rows("coverage.csv").iter().filter(|row| row["item"].ends_with("notes.txt")).count(), 1);
}

#[test]
fn a_link_to_a_file_in_the_root_counts_as_that_file() {
    let scene = Scene::new();
    write(&scene.place("staging/record.txt"), b"client code: KD93LMV\n");
    symlink("../staging/record.txt", scene.place("queue-link")).expect("links can be made");
    symlink(scene.place("staging/record.txt"), scene.place("absolute")).expect("links can be made");
    symlink("staging/record.txt", scene.place("relative")).expect("links can be made");
    std::fs::remove_file(scene.place("queue-link")).expect("our own link");
    let outputs = scene.outcome();
    for item in ["ev/absolute", "ev/relative", "ev/staging/record.txt"] {
        assert_eq!(cause(&outputs, item).as_deref(), Some(""), "{item}");
        assert!(outputs.rows("evidence.csv").iter().any(|row| row["item"] == item && row["customer_id"] == "NOWHERE"), "{item}");
    }
    assert_eq!(outputs.verdicts()["NOWHERE"], "affected");
    assert_eq!(outputs.verdicts()["OUTSIDE"], "ruled_out");
}

#[test]
fn a_link_in_a_home_gives_the_file_to_the_homes_holder() {
    let scene = Scene::new();
    write_registry(
        &scene.desk.path("registry"),
        &[
            Institution::new("HOLDER", "Pemberly Outer Savings Bank").with("transfer_account", "pemberly-sftp"),
            Institution::new("NOWHERE", "Wexcombe Inner Savings Bank").with("client_code", "KD93LMV"),
        ],
    );
    std::fs::create_dir_all(scene.place("home/pemberly-sftp")).expect("folders can be made");
    symlink("../../staging/notes.txt", scene.place("home/pemberly-sftp/notes.txt")).expect("links can be made");
    let verdicts = scene.outcome().verdicts();
    assert_eq!(verdicts["HOLDER"], "affected");
    assert_eq!(verdicts["NOWHERE"], "ruled_out");
}
