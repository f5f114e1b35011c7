//! The controls of a run: what they show stands on every certificate, what they miss is a gap, and they are in
//! no list.

use crate::harness::{Desk, Finished, Institution, Outputs, program, write, write_registry};
use std::collections::BTreeSet;
use std::path::PathBuf;

const VARIABLE: &str = "RULEOUT_CONTROL_SABOTAGE";

/// Evidence that concerns nobody, and two institutions.
struct Scene {
    desk: Desk,
    registry: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let desk = Desk::new();
        write(&desk.path("ev/notes/pump.txt"), b"The pump was checked and runs.\nThe next check is in May.\n");
        write(&desk.path("ev/notes/page.html"), b"<html><body><p>Opening hours</p></body></html>\n");
        let registry = desk.path("registry");
        write_registry(
            &registry,
            &[
                Institution::new("C1", "Quarrystone Farmers Bank").with("client_code", "QX7731").with("aba", "021000021"),
                Institution::new("C2", "Second Harbour Savings Bank").with("client_code", "ZK4410").with("domain", "secondbank.example"),
            ],
        );
        Self { desk, registry }
    }

    fn run(&self, out: &str, sabotage: Option<&str>) -> (Outputs, Finished) {
        let mut command = program();
        command.arg("run").arg(format!("ev={}", self.desk.path("ev").display())).arg("--registry").arg(&self.registry);
        command.arg("--out").arg(self.desk.path(out)).arg("--case").arg(self.desk.case());
        if let Some(words) = sabotage {
            command.env(VARIABLE, words);
        }
        let finished = Finished::from(command.output().expect("the program starts")).done();
        (Outputs::new(&self.desk.path(out)), finished)
    }
}

fn impact(outputs: &Outputs) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(outputs.file("impact.json")).expect("an output")).expect("JSON")
}

#[test]
fn both_figures_stand_on_every_certificate_and_nothing_of_them_in_a_list() {
    let scene = Scene::new();
    let (outputs, finished) = scene.run("out", None);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let impact = impact(&outputs);
    let controls = &impact["controls"];
    assert_eq!(controls["missed_formats"].as_array().map(Vec::len), Some(0));
    let planted = controls["planted"].as_array().expect("rows");
    let formats: BTreeSet<&str> = planted.iter().filter_map(|row| row["format"].as_str()).collect();
    for format in ["docx", "nacha", "7z", "pdf", "text", "unknown"] {
        assert!(formats.contains(format), "{format} is not planted");
    }
    assert!(planted.iter().all(|row| row["planted"] == row["recovered"]), "{planted:#?}");
    let decoys = controls["decoys"].as_array().expect("rows");
    let schemes: BTreeSet<&str> = decoys.iter().filter_map(|row| row["scheme"].as_str()).collect();
    assert!(schemes.contains("aba") && schemes.contains("client_code") && schemes.contains("name"), "{schemes:?}");
    assert!(decoys.iter().all(|row| row["hit"] == 0 && row["decoys"].as_u64().is_some_and(|n| n > 0)), "{decoys:#?}");
    for institution in impact["institutions"].as_array().expect("rows") {
        let certificate = institution["certificate"].as_str().expect("everybody is ruled out");
        assert!(certificate.contains(" planted files recovered, 0 of "), "{certificate}");
    }
    for (name, column) in [("coverage.csv", "item"), ("evidence.csv", "item"), ("gaps.csv", "item")] {
        assert!(outputs.rows(name).iter().all(|row| row[column].starts_with("ev/")), "{name}");
    }
    assert_eq!(outputs.impact().keys().collect::<Vec<_>>(), ["C1", "C2"]);
    let rows = outputs.rows("controls.csv");
    assert!(rows.iter().any(|row| row["control"] == "planted") && rows.iter().any(|row| row["control"] == "decoy"));

    let mut command = program();
    command.arg("explain").arg("--case").arg(scene.desk.case()).arg("--registry").arg(&scene.registry).arg("C1");
    let explained = Finished::from(command.output().expect("the program starts")).done().stdout;
    assert!(explained.contains("\ncontrols\n") && explained.contains("aba: 0 of "), "{explained}");
}

#[test]
fn what_a_control_missed_is_a_gap_for_all_in_scope() {
    let scene = Scene::new();
    let (outputs, finished) = scene.run("failed", Some("text/utf-8"));
    assert_eq!(finished.code, Some(3));
    assert!(finished.stderr.contains("a control failed: the run missed a planted file of text (utf-8)"), "{}", finished.stderr);
    for (id, row) in outputs.impact() {
        assert_eq!((row["verdict"].as_str(), row["basis"].as_str()), ("undetermined", "unread_content"), "{id}");
    }
    let gaps = outputs.rows("gaps.csv");
    assert_eq!(
        gaps.iter().map(|row| (row["item"].as_str(), row["cause"].as_str())).collect::<Vec<_>>(),
        [("ev/notes/pump.txt", "control_failed")]
    );
    let page = std::fs::read_to_string(outputs.file("report.html")).expect("a page");
    let (answer, failed) = (page.find("id=\"answer\"").expect("an answer"), page.find("A control failed").expect("it is named"));
    assert!(answer < failed && failed < page.find("id=\"gaps\"").expect("gaps"), "not at the top");
    assert_eq!(impact(&outputs)["controls"]["missed_formats"], serde_json::json!(["text"]));

    // Such a result is not kept: without sabotage the same case is clear.
    let (outputs, finished) = scene.run("clear", None);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(outputs.verdicts().values().all(|verdict| verdict == "ruled_out"));

    // A format that the evidence does not have keeps nobody open, and is named all the same.
    let (outputs, finished) = scene.run("other", Some("docx"));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stderr.contains("planted file of docx"), "{}", finished.stderr);
    assert!(outputs.verdicts().values().all(|verdict| verdict == "ruled_out"));
}
