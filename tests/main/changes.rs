//! What changes over time: two runs compared, a review tried out, letters that no longer hold, identifiers that
//! changed hands, and what the registry was on a day.

use crate::harness::{Desk, Finished, Institution, Job, Outputs, aes_zip, assert_golden, program, write, write_registry};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Two institutions: one whose code stands in a file, one that a locked archive keeps open.
struct Scene {
    desk: Desk,
    registry: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let desk = Desk::new();
        write(&desk.path("ev/notes/a.txt"), b"Hand-over for the client.\nClient code: QX7731\nThe window is one hour.\n");
        write(&desk.path("ev/drop/locked.zip"), &aes_zip(&[("x.txt".to_owned(), b"nothing of interest\n".to_vec())]));
        let registry = desk.path("registry");
        write_registry(
            &registry,
            &[
                Institution::new("C1", "Quarrystone Farmers Bank").with("client_code", "QX7731"),
                Institution::new("C2", "Second Harbour Savings Bank").with("client_code", "ZK4410"),
                Institution::new("C3", "Third Meadow Credit Union").with("client_code", "PT9902"),
            ],
        );
        let scene = Self { desk, registry };
        scene.index();
        scene
    }

    fn index(&self) {
        self.desk.index(&Job::of("ev", &self.desk.path("ev")));
    }

    fn decide(&self, out: &str, more: &[&str]) -> (Outputs, Finished) {
        let mut command = program();
        command
            .arg("match")
            .arg("--case")
            .arg(self.desk.case())
            .arg("--registry")
            .arg(&self.registry)
            .arg("--out")
            .arg(self.desk.path(out));
        let finished = Finished::from(command.args(more).output().expect("the program starts")).done();
        (Outputs::new(&self.desk.path(out)), finished)
    }

    fn diff(&self, before: &str, after: &str, more: &[&str]) -> Finished {
        let mut command = program();
        command.arg("diff").arg(self.desk.path(before)).arg(self.desk.path(after)).args(more);
        command.output().expect("the program starts").into()
    }

    fn reasons(&self, before: &str, after: &str) -> Vec<(String, Vec<String>)> {
        let finished = self.diff(before, after, &["--json"]).done();
        let value: serde_json::Value = serde_json::from_str(&finished.stdout).expect("JSON");
        let word = |value: &serde_json::Value| value.as_str().expect("a word").to_owned();
        let of = |one: &serde_json::Value| {
            let mut inputs: Vec<String> = one["reasons"].as_array().expect("reasons").iter().map(|r| word(&r["input"])).collect();
            inputs.dedup();
            (word(&one["customer_id"]), inputs)
        };
        value["institutions"].as_array().expect("institutions").iter().map(of).collect()
    }
}

fn review(path: &Path, rows: &str) {
    write(path, format!("act,item,cause,customer_id,scheme,value,reviewer,time,reason\n{rows}").as_bytes());
}

#[test]
fn every_changed_verdict_has_its_reason() {
    let scene = Scene::new();
    scene.decide("first", &[]);
    assert!(scene.reasons("first", "first").is_empty());

    // Evidence: a file comes with the code of one that was open.
    write(&scene.desk.path("ev/notes/b.txt"), b"Client code: PT9902\n");
    scene.index();
    scene.decide("evidence", &[]);
    assert_eq!(scene.reasons("first", "evidence"), [("C3".to_owned(), vec!["evidence".to_owned()])]);
    let text = scene.diff("first", "evidence", &[]).with_code(&[3]).stdout;
    assert!(text.contains("undetermined (unread_content) -> affected (client_record)"), "{text}");
    assert!(text.contains("ev/notes/b.txt"), "{text}");

    // Review: the archive was looked at.
    review(&scene.desk.path("review.csv"), "waive,ev/drop/locked.zip,,,,,Ann,2025-02-01,test data\n");
    let file = scene.desk.path("review.csv");
    scene.decide("review", &["--review", &file.display().to_string()]);
    assert_eq!(scene.reasons("evidence", "review"), [("C2".to_owned(), vec!["review".to_owned()])]);

    // Registry: the code was another one's all the time.
    let identifiers = std::fs::read_to_string(scene.registry.join("identifiers.csv")).expect("a table");
    write(&scene.registry.join("identifiers.csv"), identifiers.replace("PT9902", "PT9903").as_bytes());
    scene.decide("renamed", &["--review", &file.display().to_string()]);
    assert_eq!(scene.reasons("review", "renamed"), [("C3".to_owned(), vec!["registry".to_owned()])]);

    // Policy and registry at once: what the institution's own figures tell is told.
    let incident = std::fs::read_to_string(scene.registry.join("incident.toml")).expect("a file");
    write(&scene.registry.join("incident.toml"), format!("{incident}\n[policy]\nscanned = \"gap\"\n").as_bytes());
    scene.decide("policy", &[]);
    let changed = scene.reasons("renamed", "policy");
    assert_eq!(changed.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["C2", "C3"]);
    assert!(changed.iter().all(|(_, inputs)| inputs.contains(&"review".to_owned())), "{changed:?}");

    let none = scene.diff("first", "nowhere", &[]).with_code(&[2]);
    assert!(none.stderr.contains("nowhere"), "{}", none.stderr);
}

/// One file of decisions may clear an institution by what it says of gaps, of its mentions, or of both.
#[test]
fn decisions_about_gaps_and_mentions_are_told_apart() {
    let scene = Scene::new();
    let because = |before: &str, after: &str| {
        let finished = scene.diff(before, after, &["--json"]).done();
        let value: serde_json::Value = serde_json::from_str(&finished.stdout).expect("JSON");
        let all = value["institutions"].as_array().expect("institutions").clone();
        let of = |one: &serde_json::Value| {
            let words = one["reasons"].as_array().expect("reasons").iter().map(|r| r["because"].as_str().expect("words").to_owned());
            (one["customer_id"].as_str().expect("an id").to_owned(), words.collect::<Vec<_>>())
        };
        all.iter().map(of).collect::<std::collections::BTreeMap<_, _>>()
    };
    let file = scene.desk.path("review.csv").display().to_string();
    let waive = "waive,ev/drop/locked.zip,,,,,Ann,2025-02-01,test data\n";
    let reject = "reject,ev/notes/a.txt,,C1,client_code,QX7731,Ann,2025-02-01,an example\n\
                  reject,ev/notes/a.txt,,C1,client_code,QX7731,Bob,2025-02-02,an example\n";
    scene.decide("first", &[]);
    review(&scene.desk.path("review.csv"), &format!("{waive}{reject}"));
    scene.decide("both", &["--review", &file]);
    let found = because("first", "both");
    let (waived, mention) = ("1 gaps in its scope are waived, before it was 0", "client_code QX7731 in ev/notes/a.txt: ");
    assert!(found["C1"].iter().any(|words| words.contains(mention)), "{found:?}");
    assert_eq!(found["C2"], [waived]);

    // Another gap stays: that one was waived is nobody's reason.
    write(&scene.desk.path("ev/drop/another.zip"), &aes_zip(&[("y.txt".to_owned(), b"nothing either\n".to_vec())]));
    scene.index();
    scene.decide("open", &[]);
    scene.decide("rejected", &["--review", &file]);
    let found = because("open", "rejected");
    assert_eq!(found.keys().collect::<Vec<_>>(), ["C1"], "{found:?}");
    assert!(found["C1"].len() == 1 && found["C1"][0].contains(mention), "{found:?}");
}

#[test]
fn letters_to_nobody_who_is_registered_are_named() {
    let scene = Scene::new();
    let letters = "customer_id,kind,sent,run\nC1,affected,2025-02-03,run 1\nC9,clear,2025-02-03,run 1\nC2,clear,2025-02-03,run 1\n";
    write(&scene.registry.join("notices.csv"), letters.as_bytes());
    let (outputs, finished) = scene.decide("out", &[]);
    assert!(finished.stderr.contains("1 letter went to an id that no customer of the registry has"), "{}", finished.stderr);
    let list = outputs.rows("notices.csv");
    let shown: Vec<(&str, &str, &str)> =
        list.iter().map(|row| (row["customer_id"].as_str(), row["retract"].as_str(), row["registered"].as_str())).collect();
    assert_eq!(shown, [("C2", "true", "true"), ("C9", "false", "false"), ("C1", "false", "true")]);
    assert_eq!((list[1]["verdict"].as_str(), list[1]["kind"].as_str(), list[1]["sent"].as_str()), ("", "clear", "2025-02-03"));
    let page = std::fs::read_to_string(outputs.file("report.html")).expect("a page");
    assert!(page.contains("to an id that no customer of the registry has"));
    // The list is good as input.
    std::fs::remove_file(scene.registry.join("notices.csv")).expect("it was there");
    let (again, _) = scene.decide("again", &["--notices", &outputs.file("notices.csv").display().to_string()]);
    assert_eq!(again.rows("notices.csv").len(), 3);
}

#[test]
fn a_difference_reads_as_it_should() {
    let scene = Scene::new();
    scene.decide("first", &[]);
    write(&scene.desk.path("ev/notes/b.txt"), b"Client code: PT9902\n");
    scene.index();
    review(&scene.desk.path("review.csv"), "waive,ev/drop/locked.zip,,,,,Ann,2025-02-01,test data\n");
    scene.decide("second", &["--review", &scene.desk.path("review.csv").display().to_string()]);
    let text = scene.diff("first", "second", &[]).with_code(&[0]).stdout;
    // The archive has another salt each time, and so the ledger another digest.
    let is_digest = |word: &str| word.len() == 12 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let masked = |line: &str| line.split(' ').map(|word| if is_digest(word) { "(digest)" } else { word }).collect::<Vec<_>>().join(" ");
    assert_golden("diff.txt", &text.lines().map(|line| masked(line) + "\n").collect::<String>());
}

#[test]
fn what_if_shows_only_what_would_change_and_writes_nothing() {
    let scene = Scene::new();
    let (_, now) = scene.decide("out", &[]);
    assert_eq!(now.code, Some(3));
    review(&scene.desk.path("try.csv"), "waive,ev/drop/locked.zip,,,,,Ann,2025-02-01,test data\n");
    let before = crate::harness::files_below(&scene.desk.path(""));
    let mut command = program();
    command.arg("match").arg("--case").arg(scene.desk.case()).arg("--registry").arg(&scene.registry);
    command.arg("--what-if").arg(scene.desk.path("try.csv"));
    let shown = Finished::from(command.output().expect("the program starts")).with_code(&[0]).stdout;
    assert_eq!(before, crate::harness::files_below(&scene.desk.path("")));
    assert!(shown.contains("2 verdicts changed, 0 only in what they are based on, 1 stayed"), "{shown}");
    for id in ["C2", "C3"] {
        assert!(shown.contains(&format!("\n{id}  ")), "{shown}");
    }
    assert!(shown.contains("undetermined (unread_content) -> ruled_out (searched_clear)") && !shown.contains("C1  "), "{shown}");
    let mut command = program();
    command.args(["match", "--registry"]).arg(&scene.registry).arg("--what-if").arg(scene.desk.path("try.csv"));
    Finished::from(command.output().expect("the program starts")).with_code(&[2]);
}

#[test]
fn a_letter_that_no_longer_holds_comes_first() {
    let scene = Scene::new();
    let letters = "customer_id,kind,sent,run\nC2,clear,2025-02-03,run 1\nC1,affected,2025-02-03,run 1\nC3,clear,2025-02-03,run 1\n\
                   C3,interim,2025-02-04,run 2\nC1,reminder,2025-02-05,run 2\n";
    write(&scene.registry.join("notices.csv"), letters.as_bytes());
    let (outputs, finished) = scene.decide("out", &[]);
    assert!(finished.stderr.contains("1 letter that was sent no longer holds"), "{}", finished.stderr);
    let impact = outputs.rows("impact.csv");
    let flagged: Vec<(&str, bool)> = impact.iter().map(|row| (row["customer_id"].as_str(), row["flags"].contains("retract"))).collect();
    assert_eq!(flagged, [("C2", true), ("C1", false), ("C3", false)]);
    let list = outputs.rows("notices.csv");
    assert_eq!((list.len(), list[0]["customer_id"].as_str(), list[0]["retract"].as_str()), (5, "C2", "true"));
    assert!(list[1..].iter().all(|row| row["retract"] == "false"));
    let page = std::fs::read_to_string(outputs.file("report.html")).expect("a page");
    assert!(page.contains("Letters to retract") && page.find("id=\"letters\"") < page.find("id=\"gaps\""));

    // Before the letter was sent there is nothing to retract; and the list is good as input.
    let (outputs, _) = scene.decide("earlier", &["--as-of", "2025-02-02"]);
    assert!(outputs.rows("impact.csv").iter().all(|row| !row["flags"].contains("retract")));
    std::fs::remove_file(scene.registry.join("notices.csv")).expect("it was there");
    let again = scene.desk.path("out/notices.csv").display().to_string();
    let (outputs, _) = scene.decide("again", &["--notices", &again]);
    assert_eq!(outputs.rows("impact.csv").iter().filter(|row| row["flags"].contains("retract")).count(), 1);
}

/// A file that was last modified so many days after 1970 began.
fn dated(path: &Path, days: u64, text: &str) {
    write(path, text.as_bytes());
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400 + 43_200);
    File::options().write(true).open(path).and_then(|file| file.set_modified(time)).expect("times can be set");
}

#[test]
fn an_identifier_that_changed_hands_is_decided_by_the_date_of_the_item() {
    let (in_2019, in_2022, in_2025) = (18_017, 19_113, 20_240);
    let run = |days: u64, zipped: bool| {
        let desk = Desk::new();
        let registry = desk.path("registry");
        write_registry(
            &registry,
            &[Institution::new("OLD", "Ashgrove Miller Savings Bank"), Institution::new("NEW", "Tidewater Orchard Trust Bank")],
        );
        let rows = "customer_id,scheme,value,from,to\nOLD,client_code,QX7731,,2020-12-31\nNEW,client_code,QX7731,2021-01-01,\n\
                    OLD,client_code,OLD9920,,\nNEW,client_code,NEW9920,,\n";
        write(&registry.join("identifiers.csv"), rows.as_bytes());
        let text = "Client code: QX7731\nThe window is one hour.\n";
        match zipped {
            false => dated(&desk.path("ev/notes/a.txt"), days, text),
            true => {
                let bytes = crate::harness::zip_of(&[("a.txt".to_owned(), text.as_bytes().to_vec())]);
                dated(&desk.path("ev/notes/a.zip"), days, "");
                std::fs::write(desk.path("ev/notes/a.zip"), bytes).expect("it can be written");
                let time = SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400 + 43_200);
                File::options().write(true).open(desk.path("ev/notes/a.zip")).and_then(|f| f.set_modified(time)).expect("times");
            }
        }
        let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
        let impact = outputs.impact();
        let of = |id: &str| (impact[id]["verdict"].clone(), impact[id]["flags"].contains("decided_by_date"));
        (of("OLD"), of("NEW"))
    };
    let is = |verdict: &str, by_date: bool| (verdict.to_owned(), by_date);
    assert_eq!(run(in_2019, false), (is("affected", true), is("ruled_out", true)));
    assert_eq!(run(in_2022, false), (is("ruled_out", true), is("affected", true)));
    // A date after the incident began may be that of the recovery: both count.
    assert_eq!(run(in_2025, false), (is("undetermined", false), is("undetermined", false)));
    // What lies in a container may be older than it, not younger.
    assert_eq!(run(in_2022, true), (is("undetermined", false), is("undetermined", false)));
    assert_eq!(run(in_2019, true), (is("affected", true), is("ruled_out", true)));
}

#[test]
fn a_routing_number_that_changed_hands_is_decided_by_the_day_in_the_header_of_the_payment_file() {
    let run = |created: &str, name: &str| {
        let desk = Desk::new();
        let registry = desk.path("registry");
        write_registry(
            &registry,
            &[Institution::new("OLD", "Ashgrove Miller Savings Bank"), Institution::new("NEW", "Tidewater Orchard Trust Bank")],
        );
        let rows = "customer_id,scheme,value,from,to\nOLD,aba,061000052,,2020-12-31\nNEW,aba,061000052,2021-01-01,\n\
                    OLD,client_code,OLD9920,,\nNEW,client_code,NEW9920,,\n";
        write(&registry.join("identifiers.csv"), rows.as_bytes());
        let file = String::from_utf8(crate::harness::nacha("061000052", 3)).expect("ASCII").replace("250304", created);
        let bytes = match name.ends_with(".zip") {
            true => crate::harness::zip_of(&[("a.ach".to_owned(), file.into_bytes())]),
            false => file.into_bytes(),
        };
        write(&desk.path("ev/drop").join(name), &bytes);
        let impact = desk.run(&Job::of("ev", &desk.path("ev")), &registry).impact();
        (impact["OLD"]["verdict"].clone(), impact["NEW"]["verdict"].clone())
    };
    let is = |old: &str, new: &str| (old.to_owned(), new.to_owned());
    // The files were written today, after the window: of them nobody could tell.
    for name in ["a.ach", "a.zip"] {
        assert_eq!(run("190304", name), is("affected", "ruled_out"), "{name}");
        assert_eq!(run("220304", name), is("ruled_out", "affected"), "{name}");
        // No day, a day that is none, one that lies years ahead, and the turn of the year.
        for doubtful in ["      ", "229904", "350304", "210101"] {
            assert_eq!(run(doubtful, name), is("undetermined", "undetermined"), "{name} of {doubtful}");
        }
    }
}

#[test]
fn a_purge_that_lies_ahead_has_not_happened() {
    let scene = Scene::new();
    let deployments = "customer_id,product_id,platform,version,from,to,purged\nC1,P1,transfer,2.0,2020-01-01,,\nC2,P1,transfer,2.0,2020-01-01,2024-12-10,2024-12-20\n\
                       C3,P1,transfer,2.0,2020-01-01,,\n";
    write(&scene.registry.join("deployments.csv"), deployments.as_bytes());
    let (outputs, _) = scene.decide("now", &[]);
    assert_eq!(outputs.impact()["C2"]["basis"], "no_dependency");
    let (outputs, _) = scene.decide("before", &["--as-of", "2024-12-15"]);
    assert_eq!(outputs.impact()["C2"]["verdict"], "undetermined");
    assert_eq!(scene.reasons("now", "before"), [("C2".to_owned(), vec!["as_of".to_owned()])]);
    let mut command = program();
    command.arg("match").arg("--case").arg(scene.desk.case()).arg("--registry").arg(&scene.registry);
    command.arg("--out").arg(scene.desk.path("x")).args(["--as-of", "yesterday"]);
    Finished::from(command.output().expect("the program starts")).with_code(&[2]);
}

#[test]
fn units_say_which_deployment_explains_which_files() {
    let desk = Desk::new();
    let registry = desk.path("registry");
    write_registry(
        &registry,
        &[
            Institution::new("C1", "Quarrystone Farmers Bank").with("client_code", "QX7731"),
            Institution::new("C2", "Second Harbour Savings Bank").with("client_code", "ZK4410"),
        ],
    );
    write(
        &registry.join("products.csv"),
        b"product_id,name,platform,path_pattern,formats\nP1,Transfer,transfer,*/transfer/*,\nP2,Cards,cards,,delimited\nP3,Old,old,,\n",
    );
    write(
        &registry.join("deployments.csv"),
        b"customer_id,product_id,business_unit,platform,version,from,to\nC1,P1,Retail,transfer,2.0,2020-01-01,\nC1,P1,Corporate,transfer,0.9,2020-01-01,\n\
          C1,P3,,old,1.0,,\nC1,P3,,old,1.1,,\nC2,P3,,old,1.0,2020-01-01,\n",
    );
    write(&desk.path("ev/transfer/a.txt"), b"Client code: QX7731\n");
    write(
        &desk.path("ev/misc/cards.csv"),
        b"client_code,account_no,name,balance\nQX7731,000123456789,Ann Lee,1.00\nQX7731,000123456790,Bo Ek,2.00\n",
    );
    write(&desk.path("ev/misc/b.txt"), b"Client code: QX7731\nSomething else.\n");
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
    let rows = outputs.rows("impact_units.csv");
    let of = |product: &str, unit: &str| {
        let row = rows.iter().find(|r| r["customer_id"] == "C1" && r["product_id"] == product && r["business_unit"] == unit);
        let row = row.unwrap_or_else(|| panic!("no row of {product} {unit}: {rows:#?}"));
        [&row["outcome"], &row["items"], &row["found_by"], &row["explains"], &row["conflicts"]].map(String::clone)
    };
    assert_eq!(of("P1", "Retail"), ["exposed", "1", "path", "yes", ""]);
    assert_eq!(of("P1", "Corporate"), ["other_version", "1", "path", "no", ""]);
    assert_eq!(of("P2", ""), ["not_deployed", "1", "layout", "no", ""]);
    assert_eq!(of("P3", ""), ["other_platform", "0", "", "", "overlapping|undated"]);
    assert_eq!(of("", ""), ["no_product", "1", "", "", ""]);
    let impact: serde_json::Value = serde_json::from_slice(&std::fs::read(outputs.file("impact.json")).expect("an output")).expect("JSON");
    let certificate = impact["institutions"][1]["certificate"].as_str().expect("C2 is ruled out");
    assert!(certificate.contains("P3 on old 1.0, from 2020-01-01: old was not compromised"), "{certificate}");
    let flags = &outputs.impact()["C1"]["flags"];
    assert!(flags.contains("inventory_overlap") && flags.contains("inventory_undated"), "{flags}");
}
