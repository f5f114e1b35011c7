//! What operators are told: that something was not read, is taken twice, rests on other grounds than before, or was asked wrongly.

use crate::harness::{Desk, Finished, Institution, Job, gzip, program, run, write, write_registry};
use std::path::Path;

/// A desk with a letter that names nobody and a list of transfers of the first of two institutions.
fn desk() -> Desk {
    let desk = Desk::new();
    let institutions = [
        Institution::new("A", "Quarrystone Orchard Savings Bank").with("client_code", "570831").with("transfer_account", "quarry_prd"),
        Institution::new("B", "Bellweather Harbor Credit Union").with("client_code", "661204").with("transfer_account", "bellw_prd"),
    ];
    write_registry(&desk.path("registry"), &institutions);
    write(&desk.path("ev/letter.txt"), b"The window of your delivery moves to Friday.\n");
    write(&desk.path("ev/members.csv"), b"client_code,file,state\n570831,a.ach,sent\n570831,b.ach,sent\n");
    desk
}

fn decided(desk: &Desk, out: &str, more: &[&str]) -> Finished {
    let mut command = program();
    command.arg("match").arg("--case").arg(desk.case()).arg("--registry").arg(desk.path("registry")).arg("--out").arg(desk.path(out));
    Finished::from(command.args(more).output().expect("the program starts")).done()
}

fn impact(desk: &Desk, out: &str) -> serde_json::Value {
    let text = std::fs::read(desk.path(out).join("impact.json")).expect("the program wrote it");
    serde_json::from_slice(&text).expect("JSON")
}

fn verdict(desk: &Desk, out: &str, id: &str) -> String {
    crate::harness::Outputs::new(&desk.path(out)).verdicts()[id].clone()
}

#[test]
fn a_manifest_of_another_kind_is_said_and_is_another_ground() {
    let desk = desk();
    let listing = desk.path("files.txt");
    write(&listing, b"/home/bellw_prd/in/members.csv\n/home/other/in/a.csv\n");
    let job = |kind: &str| Job::of("ev", &desk.path("ev")).manifest_of(kind, &listing);
    desk.index(&job("seller"));
    decided(&desk, "first", &[]);
    let again = desk.index(&job("seller"));
    assert!(!again.stderr.contains("given before"), "{}", again.stderr);
    let changed = desk.index(&job("taken"));
    assert!(changed.stderr.contains("files.txt: given before as seller, and from now on as taken"), "{}", changed.stderr);
    decided(&desk, "second", &[]);
    assert_eq!((verdict(&desk, "first", "B"), verdict(&desk, "second", "B")), ("undetermined".to_owned(), "affected".to_owned()));
    assert_ne!(impact(&desk, "first")["ledger"], impact(&desk, "second")["ledger"]);
    let (first, second) = (desk.path("first"), desk.path("second"));
    let diff = run(["diff".as_ref(), first.as_os_str(), second.as_os_str()]).done();
    assert!(diff.stdout.contains("evidence changed"), "{}", diff.stdout);
}

#[test]
fn a_manifest_is_of_one_kind() {
    let desk = desk();
    let listing = desk.path("files.txt");
    write(&listing, b"/home/bellw_prd/in/members.csv\n");
    let job = Job::of("ev", &desk.path("ev")).manifest_of("taken", &listing).manifest_of("platform", &listing);
    let refused = Finished::from(desk.index_command(&job).output().expect("the program starts")).with_code(&[2]);
    assert!(refused.stderr.contains("files.txt is given twice, as taken and as platform"), "{}", refused.stderr);
}

fn reviews(desk: &Desk, rows: &[(&str, &str)]) -> String {
    let rows: String = rows.iter().map(|(who, day)| format!("reject,ev/members.csv,A,\"{who}\",{day},chance\n")).collect();
    let path = desk.path("review.csv");
    write(&path, format!("act,item,customer_id,reviewer,time,reason\n{rows}").as_bytes());
    path.display().to_string()
}

#[test]
fn one_person_under_several_spellings_clears_nobody() {
    let desk = desk();
    desk.index(&Job::of("ev", &desk.path("ev")));
    let day = "2025-02-01";
    let rejected = |names: &[&str]| {
        let file = reviews(&desk, &names.iter().map(|name| (*name, day)).collect::<Vec<_>>());
        decided(&desk, "out", &["--review", &file]);
        verdict(&desk, "out", "A")
    };
    for names in [
        &["A. Moreau", "A Moreau"][..],
        &["A. Moreau", "Moreau, A.", "MOREAU Anne"],
        &["Anne Moreau", "anne.moreau@bank.example"],
        &["Zoé Moreau", "Zoe Moreau"],
        &["Dr. Anne Moreau", "Anne Moreau, CISO", "CORP\\amoreau"],
    ] {
        assert_eq!(rejected(names), "undetermined", "{names:?}");
    }
    for names in [&["A. Moreau", "B. Moreau"][..], &["Anne Moreau", "Anna Moreau"], &["A. Moreau", "Moreau, A.", "Paul Field"]] {
        assert_eq!(rejected(names), "ruled_out", "{names:?}");
    }
}

#[test]
fn persons_of_a_rejected_owner_are_nobodys() {
    let members = "client_code,name,account_number\n570831,Ann Lee,4455667788\n570831,Bo Ek,4455667799\n570831,Cy Fox,4455667711\n";
    let in_rows = ("ev/members.csv", members.to_owned());
    let in_text = ("ev/members.csv", format!("Client code: 570831\n\n{}", members.replace("client_code,", "").replace("570831,", "")));
    let in_a_home = ("ev/home/quarry_prd/members.csv", in_text.1.replace("Client code: 570831\n\n", ""));
    for (path, text) in [in_rows, in_text, in_a_home] {
        let desk = desk();
        std::fs::remove_file(desk.path("ev/members.csv")).expect("it was written");
        write(&desk.path(path), text.as_bytes());
        desk.index(&Job::of("ev", &desk.path("ev")));
        decided(&desk, "out", &[]);
        assert_eq!((verdict(&desk, "out", "A"), verdict(&desk, "out", "B")), ("affected".to_owned(), "ruled_out".to_owned()), "{path}");
        let file = reviews(&desk, &[("Ann Lee", "2025-02-01"), ("Bo Ek", "2025-02-01")]);
        let file_text = std::fs::read_to_string(&file).expect("it was written").replace("ev/members.csv", path);
        write(Path::new(&file), file_text.as_bytes());
        decided(&desk, "out", &["--review", &file]);
        let outputs = crate::harness::Outputs::new(&desk.path("out"));
        let rows = outputs.rows("unattributed.csv");
        assert_eq!((rows.len(), rows[0]["item"].as_str(), rows[0]["individuals"].as_str()), (1, path, "3"), "{rows:?}");
        let bases = outputs.impact().into_iter().map(|(id, row)| (id, row["basis"].clone())).collect::<Vec<_>>();
        assert_eq!(bases, ["A", "B"].map(|id| (id.to_owned(), "unattributed_data".to_owned())), "{path}");
    }
}

#[test]
fn what_people_decide_later_is_not_decided_yet() {
    let desk = desk();
    desk.index(&Job::of("ev", &desk.path("ev")));
    let file = reviews(&desk, &[("Ann Lee", "2025-02-01"), ("Bo Ek", "2030-01-01T10:00:00Z")]);
    for (day, wanted, applied) in
        [(None, "ruled_out", ["1", "1"]), (Some("2030-01-01"), "ruled_out", ["1", "1"]), (Some("2025-06-01"), "undetermined", ["1", "0"])]
    {
        let as_of = day.map_or(Vec::new(), |day| vec!["--as-of", day]);
        decided(&desk, "out", &[&["--review", &file][..], &as_of].concat());
        assert_eq!(verdict(&desk, "out", "A"), wanted, "{day:?}");
        let rows = crate::harness::Outputs::new(&desk.path("out")).rows("reviews.csv");
        assert_eq!(rows.iter().map(|row| row["applied"].as_str()).collect::<Vec<_>>(), applied, "{day:?}");
    }
}

#[test]
fn what_was_not_read_is_said_by_index_and_query() {
    let desk = desk();
    let whole = desk.index(&Job::of("ev", &desk.path("ev"))).with_code(&[0]);
    assert!(!whole.stderr.contains("not read"), "{}", whole.stderr);
    assert!(!desk.query("nowhere").contains("not read"));
    write(&desk.path("ev/locked.7z"), include_bytes!("../fixtures/7z/aes.7z"));
    let lacking = desk.index(&Job::of("ev", &desk.path("ev"))).with_code(&[3]);
    assert!(lacking.stderr.lines().any(|line| line.starts_with("3 items are not read, or not wholly")), "{}", lacking.stderr);
    for query in ["nowhere", "delivery"] {
        let answer = desk.query(query);
        assert!(answer.contains("3 items are not read, or not wholly; what is unread was not searched"), "{answer}");
    }
    assert!(desk.query("DE89 3704 0044 0532 0130 00").contains("quotation marks"));
    assert!(!desk.query("nowhere else").contains("quotation marks"));
}

/// What was read of a member up to a checksum that is wrong is searched; that the rest may be missing is said.
#[test]
fn a_member_that_is_not_whole_is_said() {
    let desk = desk();
    let mut stream = gzip(b"The window of your delivery moves to Monday.\n");
    let checksum = stream.len() - 8;
    stream[checksum] ^= 1;
    write(&desk.path("ev/letter.gz"), &stream);
    let told = desk.index(&Job::of("ev", &desk.path("ev"))).with_code(&[3]);
    assert!(told.stderr.lines().any(|line| line.starts_with("1 item is not read, or not wholly")), "{}", told.stderr);
    assert!(desk.query("nowhere").contains("1 item is not read, or not wholly"));
}

#[test]
fn evidence_under_a_second_label_is_said() {
    let desk = desk();
    desk.index(&Job::of("ev", &desk.path("ev")));
    let again = desk.index(&Job::of("ev", &desk.path("ev")));
    assert!(!again.stderr.contains("second time"), "{}", again.stderr);
    let second = desk.index(&Job::of("evidence", &desk.path("ev")));
    assert!(second.stderr.contains("is evidence of this case as `ev`; as `evidence` it is taken a second time"), "{}", second.stderr);
    write(&desk.path("other/a.txt"), b"nothing of interest\n");
    let other = desk.index(&Job::of("other", &desk.path("other")));
    assert!(!other.stderr.contains("second time"), "{}", other.stderr);
}

#[test]
fn what_is_asked_wrongly_is_wrong_usage() {
    let desk = desk();
    desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
    let (case, nowhere, full) = (desk.case(), desk.path("nowhere"), desk.path("ev"));
    let ask = |arguments: &[&Path]| run(arguments.iter().map(|argument| argument.as_os_str()));
    let strange = ask(&["explain".as_ref(), "--case".as_ref(), &case, "--run".as_ref(), &nowhere, "A".as_ref()]).with_code(&[2]);
    assert!(strange.stderr.contains("name the output folder of a run"), "{}", strange.stderr);
    let demo = ask(&["demo".as_ref(), "--out".as_ref(), &full]).with_code(&[2]);
    assert!(demo.stderr.contains("is not empty"), "{}", demo.stderr);
}

#[test]
fn a_folder_that_may_not_be_read_is_said_to_be_one() {
    use std::os::unix::fs::PermissionsExt;
    if rustix::process::geteuid().is_root() {
        eprintln!("skipped: root may read everything");
        return;
    }
    let desk = desk();
    let closed = desk.path("ev");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).expect("our own folder");
    let refused = Finished::from(desk.index_command(&Job::of("ev", &closed)).output().expect("the program starts"));
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).expect("our own folder");
    let refused = refused.with_code(&[2]);
    assert!(refused.stderr.contains("cannot be read") && refused.stderr.contains("ermission denied"), "{}", refused.stderr);
}
