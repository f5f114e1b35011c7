//! Whose folder it is: roots that are homes themselves, and homes that only a listing tells of.

use crate::harness::{Desk, Institution, Job, write, write_registry};

const CLIENTS: [(&str, &str, &str, &str); 4] = [
    ("A", "Quarrystone Orchard Savings Bank", "40312", "quarry_01"),
    ("B", "Bellweather Harbor Credit Union", "62240", "bellw_02"),
    ("C", "Larkfield Valley State Bank", "51877", "larkf_03"),
    ("D", "Northgate Timber Trust Company", "73155", "northg_04"),
];

fn desk() -> Desk {
    let desk = Desk::new();
    let institution = |(id, name, code, account)| Institution::new(id, name).with("client_code", code).with("transfer_account", account);
    write_registry(&desk.path("registry"), &CLIENTS.map(institution));
    desk
}

/// The verdicts where one file lies in each of these folders, which belong to the roots that are named first.
fn of_roots(files: &[(&str, &str)]) -> [String; 4] {
    let desk = desk();
    let mut job = Job::default();
    for (n, (root, file)) in files.iter().enumerate() {
        write(&desk.path("mnt").join(root).join(file), format!("nightly run {n} ok\n").as_bytes());
        job = job.root(root, &desk.path("mnt").join(root));
    }
    let verdicts = desk.run(&job, &desk.path("registry")).verdicts();
    CLIENTS.map(|(id, ..)| verdicts[id].clone())
}

#[test]
fn roots_beside_each_other_are_folders_beside_each_other() {
    assert_eq!(of_roots(&[("40312", "a.txt"), ("62240", "b.txt")]), ["affected", "affected", "ruled_out", "ruled_out"]);
    // One alone may be a number of something else, and nobody can tell.
    assert_eq!(of_roots(&[("40312", "a.txt")]), ["undetermined", "ruled_out", "ruled_out", "ruled_out"]);
    assert_eq!(of_roots(&[("quarry_01", "a.txt")]), ["affected", "ruled_out", "ruled_out", "ruled_out"]);
    assert_eq!(of_roots(&[("batch1", "a.txt"), ("batch2", "b.txt")]), ["ruled_out"; 4]);
}

#[test]
fn the_children_of_a_root_named_as_home_folders_are_homes() {
    assert_eq!(of_roots(&[("home", "40312/a.txt")]), ["affected", "ruled_out", "ruled_out", "ruled_out"]);
    assert_eq!(of_roots(&[("volume", "40312/a.txt")]), ["ruled_out"; 4]);
}

#[test]
fn a_home_on_a_listing_is_its_owners_where_the_file_was_recovered_elsewhere() {
    let (one, other) = ("nightly run ok\n".repeat(9), "all files sent\n".repeat(7));
    for homes in [["home/quarry_01", "home/bellw_02"], ["home/40312", "home/62240"], ["quarry_01/in", "bellw_02/in"]] {
        let desk = desk();
        write(&desk.path("ev/pile/q.dat"), one.as_bytes());
        write(&desk.path("ev/pile/z.dat"), other.as_bytes());
        let listing = format!("path,size\n{}/q.dat,{}\n{}/z.dat,{}\n", homes[0], one.len(), homes[1], other.len());
        write(&desk.path("taken.csv"), listing.as_bytes());
        let job = Job::of("ev", &desk.path("ev")).manifest(&desk.path("taken.csv"));
        let verdicts = desk.run(&job, &desk.path("registry")).verdicts();
        assert_eq!(CLIENTS.map(|(id, ..)| verdicts[id].as_str()), ["affected", "affected", "ruled_out", "ruled_out"], "{homes:?}");
    }
}

fn verdicts_of(desk: &Desk, job: &Job) -> [String; 4] {
    let verdicts = desk.run(job, &desk.path("registry")).verdicts();
    CLIENTS.map(|(id, ..)| verdicts[id].clone())
}

#[test]
fn an_empty_home_names_its_owner() {
    let desk = desk();
    write(&desk.path("ev/home/quarry_01/a.txt"), b"nightly run ok\n");
    for empty in ["ev/home/bellw_02/inbound", "ev/home/51877", "ev/other/empty"] {
        std::fs::create_dir_all(desk.path(empty)).expect("a folder");
    }
    let job = Job::of("ev", &desk.path("ev"));
    assert_eq!(verdicts_of(&desk, &job), ["affected", "referenced", "referenced", "ruled_out"]);
}

#[test]
fn empty_folders_leave_those_beside_them_homes() {
    let desk = desk();
    for code in ["40312", "62240"] {
        write(&desk.path("ev/out").join(code).join("a.txt"), format!("nightly run {code} ok\n").as_bytes());
    }
    for empty in ["one", "two", "three", "four", "five"] {
        std::fs::create_dir_all(desk.path("ev/out").join(empty)).expect("a folder");
    }
    let job = Job::of("ev", &desk.path("ev"));
    assert_eq!(verdicts_of(&desk, &job), ["affected", "affected", "ruled_out", "ruled_out"]);
}

#[test]
fn a_home_on_a_listing_with_nothing_in_it_names_its_owner() {
    let listed = |listing: &str| {
        let desk = desk();
        write(&desk.path("ev/home/quarry_01/a.txt"), b"nightly run ok\n");
        write(&desk.path("taken.txt"), listing.as_bytes());
        let job = Job::of("ev", &desk.path("ev")).manifest(&desk.path("taken.txt"));
        verdicts_of(&desk, &job)
    };
    let row = |kind: &str, size: u32, path: &str| format!("{kind} 1 root root {size} Jun 18 04:05 {path}\n");
    let file = row("-rw-r--r--", 15, "home/quarry_01/a.txt");
    let empty = ["home/bellw_02", "home/51877/inbound"].map(|path| row("drwxr-xr-x", 4096, path)).concat();
    assert_eq!(listed(&format!("{file}{empty}")), ["affected", "referenced", "undetermined", "ruled_out"]);
    assert_eq!(listed(&empty), ["affected", "undetermined", "undetermined", "ruled_out"]);
    // What is in a folder is listed, not the folder.
    let filled = [row("drwxr-xr-x", 4096, "home/quarry_01"), file].concat();
    assert_eq!(listed(&filled), ["affected", "ruled_out", "ruled_out", "ruled_out"]);
}
