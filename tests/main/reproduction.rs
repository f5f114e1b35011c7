//! What a run decided is decided again from the case alone, whatever became of the registry and of what was given
//! beside it.

use crate::harness::{Demo, Desk, Finished, Institution, Job, Outputs, Row, aes_zip, program, write, write_registry};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

fn decide(desk: &Desk, demo: &Demo, out: &str, more: &[&str]) -> Outputs {
    let mut command = program();
    command.arg("match").arg("--case").arg(desk.case()).arg("--registry").arg(demo.registry()).arg("--out").arg(desk.path(out));
    Finished::from(command.args(more).output().expect("the program starts")).done();
    Outputs::new(&desk.path(out))
}

fn explain(desk: &Desk, more: &[&str]) -> Finished {
    let mut command = program();
    command.arg("explain").arg("--case").arg(desk.case()).args(more);
    command.output().expect("the program starts").into()
}

fn explained(desk: &Desk, more: &[&str]) -> BTreeMap<String, Value> {
    let lines = explain(desk, more).with_code(&[0]).stdout;
    let value = |line: &str| -> Value { serde_json::from_str(line).expect("a line of JSON") };
    lines.lines().map(value).map(|one| (one["customer_id"].as_str().expect("an id").to_owned(), one)).collect()
}

fn words(list: &Value, field: Option<&str>) -> Vec<String> {
    let word = |one: &Value| field.map_or(one, |field| &one[field]).as_str().expect("a word").to_owned();
    list.as_array().expect("a list").iter().map(word).collect()
}

/// Everything that a run says of each institution and that `explain` says too.
fn of_run(outputs: &Outputs) -> BTreeMap<String, Vec<String>> {
    let impact: Value = serde_json::from_slice(&fs::read(outputs.file("impact.json")).expect("an output")).expect("JSON");
    let mut evidence: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in outputs.rows("evidence.csv") {
        let cell = |column: &str| Row::get(&row, column).expect("a column").trim_start_matches('\'').to_owned();
        let columns = ["item", "sha256", "offset", "scheme", "value", "role", "strength", "basis", "count", "review"];
        evidence.entry(cell("customer_id")).or_default().insert(columns.map(cell).join(" "));
    }
    let of = |one: &Value| {
        let id = one["customer_id"].as_str().expect("an id").to_owned();
        let mut all = vec![
            format!("verdict {}", one["verdict"]),
            format!("bases {:?}", words(&one["bases"], None)),
            format!("flags {:?}", words(&one["flags"], None)),
            format!("depends {}", one["depends"]),
            format!("deployments {}", one["deployments"]),
            format!("gaps {} waived {}", one["gaps"], one["waived_gaps"]),
            format!("certificate {}", one["certificate"]),
        ];
        all.extend(evidence.remove(&id).unwrap_or_default());
        (id, all)
    };
    impact["institutions"].as_array().expect("institutions").iter().map(of).collect()
}

fn of_explanations(explained: &BTreeMap<String, Value>) -> BTreeMap<String, Vec<String>> {
    let of = |(id, one): (&String, &Value)| {
        let number = |list: &str| one[list].as_array().expect("a list").len();
        let mut all = vec![
            format!("verdict {}", one["verdict"]),
            format!("bases {:?}", words(&one["bases"], Some("word"))),
            format!("flags {:?}", words(&one["flags"], Some("word"))),
            format!("depends {}", one["depends"]),
            format!("deployments {}", one["deployments"]),
            format!("gaps {} waived {}", number("gaps"), number("waived")),
            format!("certificate {}", one["certificate"]),
        ];
        let plain = |value: &Value| match value {
            Value::String(text) => text.trim_start_matches('\'').to_owned(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let columns = ["item", "sha256", "offset", "scheme", "value", "role", "strength", "basis", "count", "review"];
        let evidence = one["evidence"].as_array().expect("evidence");
        let rows: BTreeSet<String> = evidence.iter().map(|row| columns.map(|column| plain(&row[column])).join(" ")).collect();
        all.extend(rows);
        (id.clone(), all)
    };
    explained.iter().map(of).collect()
}

#[test]
fn every_verdict_of_a_run_is_explained_from_the_case_alone() {
    let (demo, desk) = (Demo::with_gap(9, "encrypted"), Desk::new());
    desk.index(&Job::of("evidence", &demo.evidence()).manifest(&demo.listing()));
    let plain = decide(&desk, &demo, "plain", &[]);
    // Everything that can be given beside the registry, and that changes verdicts and flags.
    let affected: Vec<String> =
        plain.impact().into_iter().filter(|(_, row)| row["verdict"] == "affected").map(|(id, _)| id).take(2).collect();
    let gap = &plain.rows("gaps.csv")[0]["item"];
    let header = "act,item,cause,customer_id,scheme,value,reviewer,time,reason\n";
    let rejected: String = ["Ann", "Ben"].map(|who| format!("reject,glob:**,,{},,,{who},2025-04-01,not theirs\n", affected[0])).concat();
    let waived = format!("waive,\"{gap}\",,,,,Ann,2025-04-01,looked at it\n");
    write(&desk.path("review.csv"), format!("{header}{rejected}{waived}").as_bytes());
    write(&desk.path("letters.csv"), format!("customer_id,kind,sent,run\n{},all_clear,2025-03-20,1\n", affected[1]).as_bytes());
    let path = |name: &str| desk.path(name).display().to_string();
    let beside = ["--review", &path("review.csv"), "--notices", &path("letters.csv"), "--as-of", "2025-04-02"];
    let run = decide(&desk, &demo, "run", &beside);
    assert_ne!(plain.impact()[&affected[0]]["verdict"], run.impact()[&affected[0]]["verdict"], "the review decides");
    assert!(run.impact()[&affected[1]]["flags"].contains("retract"), "the letter counts");
    assert_ne!(plain.rows("gaps.csv").len(), run.rows("gaps.csv").len(), "the gap was waived");

    let all = ["--all", "--json"];
    let quiet = explain(&desk, &["--registry", &demo.registry().display().to_string(), &affected[0]]).with_code(&[0]);
    assert!(!quiet.stderr.contains("other than"), "the same registry, the rest as in the run: {}", quiet.stderr);

    // Registry, reviews and letters are gone.
    fs::rename(demo.registry(), desk.path("elsewhere")).expect("it can be moved");
    fs::remove_file(desk.path("review.csv")).expect("it can be removed");
    fs::remove_file(desk.path("letters.csv")).expect("it can be removed");
    let expected = of_run(&run);
    let given = of_explanations(&explained(&desk, &all));
    let wrong: Vec<String> = expected
        .iter()
        .filter(|(id, all)| given.get(*id) != Some(all))
        .map(|(id, all)| format!("{id}\n  run       {all:?}\n  explained {:?}", given.get(id)))
        .collect();
    assert!(wrong.is_empty() && given.len() == expected.len(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    // An earlier run is explained as well, by its outputs.
    let earlier = explained(&desk, &["--all", "--json", "--run", &path("plain")]);
    assert_eq!(of_explanations(&earlier), of_run(&plain));

    // What is not as in the run is told; so is a case that has grown, and a run of another case.
    let other = explain(&desk, &["--registry", &path("elsewhere"), "--as-of", "2025-05-05", &affected[0]]).with_code(&[0]);
    assert!(other.stderr.contains("other than in the run: as-of"), "{}", other.stderr);
    write(&desk.path("more/nothing.txt"), b"nothing of interest\n");
    desk.index(&Job::of("more", &desk.path("more")));
    let grown = explain(&desk, &[&affected[0]]).with_code(&[0]);
    assert!(grown.stderr.contains("indexed again since the run"), "{}", grown.stderr);
    let stranger = fs::read_to_string(run.file("impact.json")).expect("an output").replace("\"inputs\": \"", "\"inputs\": \"0");
    write(&desk.path("stranger/impact.json"), stranger.as_bytes());
    let refused = explain(&desk, &["--run", &path("stranger"), &affected[0]]).with_code(&[2]);
    assert!(refused.stderr.contains("no output of this case"), "{}", refused.stderr);
}

#[test]
fn a_case_in_which_nothing_was_decided_wants_a_registry() {
    let desk = Desk::new();
    write(&desk.path("ev/a.txt"), b"nothing of interest\n");
    desk.index(&Job::of("ev", &desk.path("ev")));
    let refused = explain(&desk, &["C1"]).with_code(&[2]);
    assert!(refused.stderr.contains("name --registry"), "{}", refused.stderr);
}

/// Gaps and owners are those of the verdicts that the run gave, unless something else is named.
#[test]
fn coverage_and_export_are_of_the_verdicts_of_the_run() {
    let desk = Desk::new();
    let bank = Institution::new("C1", "Cedar Hollow Bank").with("client_code", "QX7731");
    write_registry(&desk.path("registry"), &[bank]);
    // Purged before the window, but not yet on the day of reference.
    let deployments = "customer_id,product_id,platform,version,from,to,purged\nC1,P1,transfer,2.0,2020-01-01,2024-06-01,2024-07-01\n";
    write(&desk.path("registry/deployments.csv"), deployments.as_bytes());
    write(&desk.path("ev/drop/locked.zip"), &aes_zip(&[("a.txt".to_owned(), b"something".to_vec())]));
    write(&desk.path("ev/drop/note.txt"), b"nothing of anybody\n");
    let review = "act,item,cause,customer_id,scheme,value,reviewer,time,reason\nattribute,ev/drop/note.txt,,C1,,,Ann,2025-02-01,known\n";
    write(&desk.path("review.csv"), review.as_bytes());
    desk.index(&Job::of("ev", &desk.path("ev")));
    let answer = |arguments: &[&str]| {
        let mut command = program();
        command.args(&arguments[..1]).arg("--case").arg(desk.case()).arg("--registry").arg(desk.path("registry")).args(&arguments[1..]);
        Finished::from(command.output().expect("the program starts")).done()
    };
    let gaps = |more: &[&str]| {
        let json: Value = serde_json::from_str(&answer(&[&["coverage", "--json"], more].concat()).stdout).expect("JSON");
        json["gaps"].as_array().map_or(0, Vec::len)
    };
    let owner = |more: &[&str]| {
        let out = desk.path("export").display().to_string();
        answer(&[&["export", "--format", "dat", "--out", out.as_str()], more].concat());
        let dat = fs::read_to_string(desk.path("export/items.dat")).expect("an output");
        dat.lines().any(|line| line.contains("note.txt") && line.contains("þC1þ"))
    };
    assert_eq!((gaps(&[]), owner(&[])), (0, false), "nothing was decided yet");
    let (out, review) = (desk.path("out").display().to_string(), desk.path("review.csv").display().to_string());
    answer(&["match", "--out", &out, "--review", &review]);
    assert!(owner(&[]), "the review of the run");
    assert!(!owner(&["--afresh"]) && owner(&["--afresh", "--review", &review]));
    answer(&["match", "--out", &out, "--as-of", "2024-06-15"]);
    assert_eq!(gaps(&[]), 1, "the day of the run");
    assert_eq!((gaps(&["--afresh"]), gaps(&["--afresh", "--as-of", "2024-06-15"])), (0, 1));
}
