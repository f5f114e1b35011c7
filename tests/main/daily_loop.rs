//! What a team does every day: offer passwords, review, ask why, and see only that change which should.

use crate::harness::{Demo, Desk, Finished, Institution, Job, Outputs, aes_zip, program, run, write, write_registry};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const RULED_OUT: &str = "ruled_out";

/// Institutions whose row of the impact list differs, with both verdicts.
fn changed(before: &Outputs, after: &Outputs) -> BTreeMap<String, (String, String)> {
    let (before, after) = (before.impact(), after.impact());
    before
        .iter()
        .filter(|(id, row)| row["verdict"] != after[*id]["verdict"])
        .map(|(id, row)| (id.clone(), (row["verdict"].clone(), after[id]["verdict"].clone())))
        .collect()
}

#[test]
fn a_password_decides_those_that_were_open_for_it_alone() {
    let (demo, desk) = (Demo::with(&["--seed", "6", "--gap", "encrypted"]), Desk::new());
    let job = Job::of("evidence", &demo.evidence()).manifest(&demo.listing());
    let before = desk.run(&job, &demo.registry());
    let wrong = desk.path("wrong.txt");
    write(&wrong, b"letmein\nHarbour-Light-14\n");
    let offer = |file: &Path| {
        let mut command = desk.index_command(&Job::default());
        command.arg("--passwords").arg(file);
        Finished::from(command.output().expect("the program starts")).done()
    };
    offer(&wrong);
    assert_eq!(changed(&before, &desk.decide_into("still", &demo.registry())), BTreeMap::new());

    offer(&demo.passwords());
    let after = desk.decide_into("after", &demo.registry());
    let alone: Vec<String> = before
        .impact()
        .into_iter()
        .filter(|(_, row)| row["verdict"] == "undetermined" && row["basis"] == "unread_content" && row["gap_items"] == "1")
        .map(|(id, _)| id)
        .collect();
    let gap = before.rows("gaps.csv").into_iter().find(|row| row["item"].ends_with("export.csv")).expect("the archive is a gap");
    assert_eq!(gap["suggestion"], "password");
    assert!(alone.len() > 20, "{}", alone.len());
    let changed = changed(&before, &after);
    for (id, (was, is)) in &changed {
        assert_eq!(was, "undetermined", "{id}");
        assert!(is == RULED_OUT || is == "referenced", "{id} became {is}");
    }
    let opened = alone.iter().filter(|id| !changed.contains_key(*id)).collect::<Vec<_>>();
    // Those that stay open have another gap, or another reason.
    for id in opened {
        let why = explained(&desk, &demo.registry(), id, &[]);
        let other = why["bases"].as_array().expect("bases").iter().any(|basis| basis["word"] != "unread_content");
        assert!(other || !why["gaps"].as_array().expect("gaps").is_empty(), "{id} has no gap and is open");
    }
    // The act was foretold.
    let impact: serde_json::Value = serde_json::from_slice(&std::fs::read(before.file("impact.json")).unwrap()).unwrap();
    let foretold = impact["prospects"].as_array().unwrap().iter().find(|p| p["remedy"] == "password").expect("a prospect");
    assert_eq!(foretold["frees"].as_u64(), Some(changed.len() as u64));
    // The same list offered again has nothing to open.
    let again = offer(&demo.passwords());
    assert!(!again.stderr.contains("reopened"), "{}", again.stderr);
    after.assert_same(&desk.decide_into("again", &demo.registry()), "the same passwords again");
}

#[test]
fn no_password_is_written_anywhere() {
    let desk = Desk::new();
    write(&desk.path("ev/a.zip"), &aes_zip(&[("x.txt".to_owned(), b"client code: QX7731\n".to_vec())]));
    write(&desk.path("passwords.txt"), b"a password nobody has\nanother one\n");
    let mut command = desk.index_command(&Job::of("ev", &desk.path("ev")));
    command.arg("--passwords").arg(desk.path("passwords.txt"));
    Finished::from(command.output().expect("the program starts")).done();
    for file in crate::harness::files_below(&desk.case()) {
        let bytes = std::fs::read(desk.case().join(&file)).expect("a file of the case");
        assert!(!bytes.windows(10).any(|w| w == b"a password"), "{} holds a password", file.display());
    }
    let mut command = desk.index_command(&Job::default());
    write(&desk.path("empty.txt"), b"\n\n");
    command.arg("--passwords").arg(desk.path("empty.txt"));
    let refused = Finished::from(command.output().expect("the program starts")).with_code(&[2]);
    assert!(refused.stderr.contains("holds no password"), "{}", refused.stderr);
}

/// Two institutions: one whose code stands in a file, one that a locked archive keeps open.
struct Scene {
    desk: Desk,
    registry: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let desk = Desk::new();
        write(&desk.path("ev/notes/a.txt"), b"Hand-over for the client.\nClient code: QX7731\nThe window is one hour.\n");
        write(&desk.path("ev/notes/b.txt"), b"Files go to sftp.secondbank.example tonight.\n");
        write(&desk.path("ev/drop/locked.zip"), &aes_zip(&[("x.txt".to_owned(), b"nothing of interest\n".to_vec())]));
        let registry = desk.path("registry");
        write_registry(
            &registry,
            &[
                Institution::new("C1", "Quarrystone Farmers Bank").with("client_code", "QX7731"),
                Institution::new("C2", "Second Harbour Savings Bank").with("domain", "secondbank.example").with("client_code", "ZK4410"),
                Institution::new("C3", "Third Meadow Credit Union").with("client_code", "PT9902"),
            ],
        );
        desk.index(&Job::of("ev", &desk.path("ev")));
        Self { desk, registry }
    }

    /// The verdicts of C1, C2 and C3 under these rows of a review.
    #[track_caller]
    fn under(&self, rows: &[&str]) -> [String; 3] {
        let review = self.desk.path("review.csv");
        write(&review, format!("act,item,cause,customer_id,scheme,value,reviewer,time,reason\n{}\n", rows.join("\n")).as_bytes());
        let mut command = program();
        command.arg("match").arg("--case").arg(self.desk.case()).arg("--registry").arg(&self.registry);
        command.arg("--out").arg(self.desk.path("out")).arg("--review").arg(&review);
        Finished::from(command.output().expect("the program starts")).done();
        let verdicts = Outputs::new(&self.desk.path("out")).verdicts();
        ["C1", "C2", "C3"].map(|id| verdicts[id].clone())
    }

    fn outputs(&self) -> Outputs {
        Outputs::new(&self.desk.path("out"))
    }
}

const WAIVE: &str = "waive,ev/drop/locked.zip,,,,,Ann Lee,2025-02-01,our own build artefact";

#[test]
fn people_waive_attribute_accept_and_reject() {
    let scene = Scene::new();
    assert_eq!(scene.under(&[]), ["affected", "undetermined", "undetermined"]);

    // A waived gap counts no longer, and every output says so.
    assert_eq!(scene.under(&[WAIVE]), ["affected", "undetermined", RULED_OUT]);
    let outputs = scene.outputs();
    assert_eq!(outputs.impact()["C3"]["flags"], "reviewed");
    let coverage = outputs.rows("coverage.csv");
    let locked = coverage.iter().find(|row| row["item"].contains("locked.zip!/x.txt")).expect("the member");
    assert_eq!((locked["status"].as_str(), locked["cause"].as_str()), ("unread", "encrypted"));
    assert_eq!(locked["review"], "waived by Ann Lee, 2025-02-01: our own build artefact");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(outputs.file("impact.json")).unwrap()).unwrap();
    let row = json["institutions"].as_array().unwrap().iter().find(|i| i["customer_id"] == "C3").unwrap();
    assert_eq!(row["waived_gaps"], 1);
    assert!(row["certificate"].as_str().unwrap().contains("waived in review"), "{row}");
    assert_eq!(outputs.rows("reviews.csv")[0]["applied"], "1");

    // What only points at somebody is settled by one person, either way.
    let reject = "reject,ev/notes/b.txt,,C2,domain,,Ben Ode,2025-02-01,a host name in passing";
    assert_eq!(scene.under(&[WAIVE, reject]), ["affected", RULED_OUT, RULED_OUT]);
    let accept = "accept,ev/notes/b.txt,,C2,,,Ben Ode,2025-02-01,their own delivery";
    assert_eq!(scene.under(&[accept]), ["affected", "affected", "undetermined"]);
    assert!(scene.outputs().rows("evidence.csv").iter().any(|row| row["review"] == "accepted by Ben Ode"));

    // An attributed item is its institution's, and its gap nobody else's.
    let attribute = "attribute,ev/drop/locked.zip,,C3,,,Ann Lee,2025-02-01,their drop box";
    assert_eq!(scene.under(&[attribute, reject]), ["affected", RULED_OUT, "affected"]);
    let vendor = "attribute,glob:ev/drop/**,,vendor,,,Ann Lee,2025-02-01,our own";
    assert_eq!(scene.under(&[vendor, reject]), ["affected", RULED_OUT, RULED_OUT]);
}

#[test]
fn affected_becomes_ruled_out_by_two_different_people_only() {
    let scene = Scene::new();
    let reject = |who: &str| format!("reject,ev/notes/a.txt,,C1,,,{who},2025-02-01,a template with an old code");
    let (ann, again, ben) = (reject("Ann Lee"), reject("ann  lee"), reject("Ben Ode"));
    assert_eq!(scene.under(&[WAIVE, &ann])[0], "undetermined");
    assert_eq!(scene.under(&[WAIVE, &ann, &again])[0], "undetermined");
    assert_eq!(scene.under(&[WAIVE, &ann, &ben])[0], RULED_OUT);
    // Where people disagree, nobody is cleared.
    assert_eq!(scene.under(&[WAIVE, &ann, &ben, "accept,ev/notes/a.txt,,C1,,,Cy Fox,2025-02-02,it is theirs"])[0], "affected");
}

#[test]
fn a_listed_home_that_people_reject_may_be_anybodys() {
    let desk = Desk::new();
    write(&desk.path("ev/home/secure_02/b.txt"), b"nightly run ok\n");
    write(&desk.path("taken.csv"), b"path,size\nhome/secure_02/b.txt,15\nhome/quarry_01/q.dat,4096\n");
    let registry = desk.path("registry");
    let institution = |id, name, account| Institution::new(id, name).with("transfer_account", account);
    let institutions = [
        institution("C1", "Quarrystone Farmers Bank", "quarry_01"),
        institution("C2", "Second Harbour Savings Bank", "secure_02"),
        institution("C3", "Third Meadow Credit Union", "meadow_03"),
    ];
    write_registry(&registry, &institutions);
    desk.index(&Job::of("ev", &desk.path("ev")).manifest(&desk.path("taken.csv")));
    let scene = Scene { desk, registry };
    assert_eq!(scene.under(&[]), ["affected", "affected", RULED_OUT]);
    let reject = |who: &str| format!("reject,ev/home/quarry_01/q.dat,,C1,,,{who},2025-02-01,an account that was given to another client");
    assert_eq!(scene.under(&[&reject("Ann Lee"), &reject("Ben Ode")]), ["undetermined", "affected", "undetermined"]);
}

#[test]
fn a_review_lies_in_the_registry_or_beside_it_and_must_be_whole() {
    let scene = Scene::new();
    write(
        &scene.registry.join("review.csv"),
        format!("act,item,cause,customer_id,scheme,value,reviewer,time,reason\n{WAIVE}\nwaive,ev/nowhere.zip,,,,,Ann Lee,2025-02-01,x\n")
            .as_bytes(),
    );
    let outputs = scene.desk.decide(&scene.registry);
    assert_eq!(outputs.verdicts()["C3"], RULED_OUT);
    let applied: Vec<String> = outputs.rows("reviews.csv").into_iter().map(|row| row["applied"].clone()).collect();
    assert_eq!(applied, ["1", "0"], "one that applied to nothing stays in the list");

    write(&scene.registry.join("review.csv"), b"act,item,reviewer,time,reason\nwaive,ev/drop/locked.zip,,2025-02-01,x\n");
    let mut command = program();
    command
        .arg("match")
        .arg("--case")
        .arg(scene.desk.case())
        .arg("--registry")
        .arg(&scene.registry)
        .arg("--out")
        .arg(scene.desk.path("no"));
    let refused = Finished::from(command.output().expect("the program starts")).with_code(&[2]);
    assert!(refused.stderr.contains("review.csv:2:reviewer"), "{}", refused.stderr);
    assert!(!scene.desk.path("no").exists());
}

#[track_caller]
fn explained(desk: &Desk, registry: &Path, id: &str, more: &[&str]) -> serde_json::Value {
    let mut command = program();
    command.arg("explain").arg("--json").arg("--case").arg(desk.case()).arg("--registry").arg(registry).args(more).arg(id);
    serde_json::from_str(&Finished::from(command.output().expect("the program starts")).with_code(&[0]).stdout).expect("JSON")
}

#[test]
fn explain_tells_the_whole_chain() {
    let scene = Scene::new();
    let why = explained(&scene.desk, &scene.registry, "C1", &[]);
    assert_eq!((why["verdict"].as_str(), why["bases"][0]["word"].as_str()), (Some("affected"), Some("client_record")));
    let found = &why["evidence"][0];
    assert_eq!((found["item"].as_str(), found["offset"].as_u64()), (Some("ev/notes/a.txt"), Some(39)));
    assert!(why["changes"][0].as_str().unwrap().starts_with("if two reviewers reject"), "{why}");

    let text = |id: &str| {
        let mut command = program();
        command.arg("explain").arg("--case").arg(scene.desk.case()).arg("--registry").arg(&scene.registry).arg(id);
        Finished::from(command.output().expect("the program starts")).with_code(&[0]).stdout
    };
    for (id, golden) in [("C1", "explain-affected.txt"), ("C2", "explain-undetermined.txt"), ("C3", "explain-gap.txt")] {
        crate::harness::assert_golden(golden, &text(id));
    }
    let unknown = run([
        "explain".as_ref(),
        "--case".as_ref(),
        scene.desk.case().as_os_str(),
        "--registry".as_ref(),
        scene.registry.as_os_str(),
        "harbour".as_ref(),
    ]);
    let unknown = unknown.with_code(&[2]);
    assert!(unknown.stderr.contains("C2 Second Harbour Savings Bank"), "{}", unknown.stderr);
}

#[test]
fn evidence_that_is_gone_changes_nothing_and_evidence_that_moved_is_found() {
    let scene = Scene::new();
    let before = scene.desk.decide(&scene.registry);
    std::fs::rename(scene.desk.path("ev"), scene.desk.path("elsewhere")).expect("a folder can be moved");
    let out = scene.desk.path("gone");
    let mut command = program();
    command.arg("match").arg("--case").arg(scene.desk.case()).arg("--registry").arg(&scene.registry).arg("--out").arg(&out);
    let gone = Finished::from(command.output().expect("the program starts")).done();
    assert!(gone.stderr.contains("is no longer at"), "{}", gone.stderr);
    before.assert_same(&Outputs::new(&out), "evidence that is gone");

    let moved = |label: &str| {
        let mut argument = std::ffi::OsString::from(format!("{label}="));
        argument.push(scene.desk.path("elsewhere"));
        argument
    };
    let verify = |more: &[std::ffi::OsString]| {
        let mut command = program();
        command.arg("verify").arg("--case").arg(scene.desk.case()).args(more);
        Finished::from(command.output().expect("the program starts"))
    };
    let all_gone = verify(&[]).with_code(&[3]).stdout;
    assert!(all_gone.contains("0 files unchanged, 3 no longer there, 0 faults; 3 files were not checked"), "{all_gone}");
    assert!(verify(&["--evidence".into(), moved("ev")]).with_code(&[0]).stdout.contains("3 files unchanged"));
    verify(&["--evidence".into(), moved("other")]).with_code(&[2]);

    let mut command = scene.desk.index_command(&Job::default());
    command.arg("--evidence").arg(moved("ev"));
    Finished::from(command.output().expect("the program starts")).done();
    before.assert_same(&scene.desk.decide_into("after", &scene.registry), "evidence that moved");
    assert!(verify(&[]).with_code(&[0]).stdout.contains("3 files unchanged"));
    let mut command = scene.desk.index_command(&Job::default());
    command.arg("--evidence").arg(moved("stranger"));
    Finished::from(command.output().expect("the program starts")).with_code(&[2]);
}

#[test]
fn a_batch_takes_the_place_of_no_other_files() {
    let scene = Scene::new();
    let before = scene.desk.decide(&scene.registry);
    let batch = |name: &str| {
        let folder = scene.desk.path(name);
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        folder
    };
    let index = |option: &[&str], label: &str, folder: &Path| {
        let mut argument = std::ffi::OsString::from(format!("{label}="));
        argument.push(folder);
        let mut command = program();
        command.arg("index").arg("--case").arg(scene.desk.case()).args(option).arg(argument);
        Finished::from(command.output().expect("the program starts"))
    };
    let (known, path) = first_file(&scene.desk.path("ev"));
    // The same bytes are the same file, wherever they lie; others are not.
    let same = batch("same");
    std::fs::create_dir_all(same.join(&path).parent().expect("a folder")).expect("folders can be made");
    std::fs::write(same.join(&path), &known).expect("a file can be written");
    index(&[], "ev", &same).done();
    before.assert_same(&scene.desk.decide_into("after same", &scene.registry), "a part of the same evidence");
    let other = batch("other");
    std::fs::create_dir_all(other.join(&path).parent().expect("a folder")).expect("folders can be made");
    std::fs::write(other.join(&path), known.iter().rev().copied().collect::<Vec<u8>>()).expect("a file can be written");
    let refused = index(&[], "ev", &other).with_code(&[2]);
    assert!(refused.stderr.contains("label of its own") && refused.stderr.contains("--evidence ev="), "{}", refused.stderr);
    before.assert_same(&scene.desk.decide_into("after refused", &scene.registry), "a batch that was refused");
    index(&[], "ev2", &other).done();
    index(&["--evidence"], "ev", &other).done();
}

/// The content of the first file below a folder, and its path there.
fn first_file(folder: &Path) -> (Vec<u8>, std::path::PathBuf) {
    let mut open = vec![folder.to_owned()];
    while let Some(place) = open.pop() {
        let mut entries: Vec<_> = std::fs::read_dir(&place).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        entries.sort();
        for entry in entries {
            if entry.is_file() {
                return (std::fs::read(&entry).expect("a file"), entry.strip_prefix(folder).expect("below").to_owned());
            }
            open.push(entry);
        }
    }
    panic!("no file in {}", folder.display());
}

#[test]
fn a_configuration_gives_defaults_and_the_command_line_wins() {
    let scene = Scene::new();
    let config = scene.desk.path("ruleout.toml");
    let quoted = |path: &Path| format!("{:?}", path.to_string_lossy());
    let text = format!(
        "registry = {}\ncase = {}\n\n[match]\nout = {}\n\n[index]\nroots = [{}]\n",
        quoted(&scene.registry),
        quoted(&scene.desk.case()),
        quoted(&scene.desk.path("by-config")),
        quoted(&scene.desk.path("ev")),
    );
    write(&config, text.as_bytes());
    let with = |arguments: &[&str]| {
        let mut command = program();
        command.args(arguments).arg("--config").arg(&config);
        Finished::from(command.output().expect("the program starts"))
    };
    with(&["index"]).done();
    with(&["match"]).done();
    assert_eq!(Outputs::new(&scene.desk.path("by-config")).verdicts()["C1"], "affected");
    with(&["coverage", "--json"]).done();
    let other = scene.desk.path("by-hand");
    with(&["match", "--out", &other.to_string_lossy()]).done();
    assert!(other.join("impact.csv").exists());

    for (text, fault) in [
        ("regstry = \"x\"\n", "ruleout.toml:1:1: no command has an option `regstry`"),
        ("\n[match]\nroots = [\"x\"]\n", "ruleout.toml:3:1: `match` has no option `roots`"),
        ("[fetch]\nx = 1\n", "there is no command `fetch`"),
        ("registry = 1.5\n", "ruleout.toml:1:1: registry: write a text"),
        ("registry = \n", "ruleout.toml:1:"),
    ] {
        write(&config, text.as_bytes());
        let refused = with(&["match"]).with_code(&[2]);
        assert!(refused.stderr.contains(fault), "{text}: {}", refused.stderr);
    }
}

#[test]
fn what_cannot_be_opened_any_more_keeps_what_was_read_of_it() {
    let desk = Desk::new();
    let institutions = [
        Institution::new("C1", "Alder Orchard Savings Bank").with("client_code", "ALDER77"),
        Institution::new("C2", "Birch Orchard Savings Bank").with("client_code", "BIRCH88"),
    ];
    let registry = desk.path("registry");
    write_registry(&registry, &institutions);
    let evidence = desk.path("evidence");
    write(&evidence.join("x/a.txt"), b"client code: ALDER77, holder Ann Lee, balance 12.50");
    write(&evidence.join("y/b.txt"), b"nothing of anybody");
    let before = desk.run(&Job::of("ev", &evidence), &registry);
    assert_eq!(before.verdicts()["C1"], "affected");
    std::fs::remove_dir_all(evidence.join("x")).unwrap();
    let mut command = desk.index_command(&Job::default());
    let said = Finished::from(command.args(["--retry", "read"]).output().unwrap()).done();
    assert!(said.stderr.contains("1 content cannot be read again"), "{}", said.stderr);
    let after = desk.decide_into("after", &registry);
    after.assert_same(&before, "the evidence is gone");
}

#[test]
fn outputs_of_two_runs_never_stand_together() {
    let desk = Desk::new();
    let registry = desk.path("registry");
    write_registry(&registry, &[Institution::new("C1", "Alder Orchard Savings Bank").with("client_code", "ALDER77")]);
    write(&desk.path("evidence").join("a.txt"), b"client code: ALDER77");
    let outputs = desk.run(&Job::of("ev", &desk.path("evidence")), &registry);
    let before = outputs.lasting();
    // An output that cannot be put beside the others: nothing of the new run may stay.
    let blocked = outputs.file(".run.json.part");
    std::fs::create_dir_all(blocked.join("x")).unwrap();
    write_registry(&registry, &[Institution::new("C2", "Birch Orchard Savings Bank").with("client_code", "BIRCH88")]);
    let again = |out: &Path| {
        let mut command = program();
        command.arg("match").arg("--case").arg(desk.case()).arg("--registry").arg(&registry).arg("--out").arg(out);
        Finished::from(command.output().unwrap())
    };
    let out = outputs.file("run.json").parent().unwrap().to_owned();
    again(&out).with_code(&[1]);
    std::fs::remove_dir_all(&blocked).unwrap();
    assert_eq!(outputs.lasting(), before);
    assert!(!outputs.file(".impact.csv.part").exists());
    let refused = again(&registry).with_code(&[2]);
    assert!(refused.stderr.contains("must not be the registry"), "{}", refused.stderr);
    again(&registry.join("new/out")).with_code(&[2]);
    assert!(!registry.join("new").exists());
}
