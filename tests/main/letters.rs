//! What a letter, a certificate and `explain` say: the reason that holds and no other, on what it rests, and the same
//! as the lists.

use crate::harness::{Desk, Institution, Job, Outputs, aes_zip, program, write, write_registry};
use serde_json::Value;
use std::fs;

const DECLARED: &str = "Platform operations, M. Ode";
const GROUND: &str = "file tree of the disk, compared with the copy";

/// A case with a verdict of every kind, a waived gap and a copied file in a home.
struct Scene {
    desk: Desk,
    outputs: Outputs,
}

impl Scene {
    fn new() -> Self {
        let desk = Desk::new();
        let readme = b"Files for collection are moved here every night.\n";
        write(&desk.path("ev/a/readme.txt"), readme);
        write(&desk.path("ev/home/quarry-sftp/inbound/readme.txt"), readme);
        write(&desk.path("ev/home/harbour-sftp/inbound/notes.txt"), b"The first run of the month went well.\n");
        write(&desk.path("ev/notes/ask.txt"), b"Compass asked for a later window. It was granted.\n");
        write(&desk.path("ev/notes/state.txt"), b"The letter of First State Bank was answered on Friday.\n");
        write(&desk.path("ev/tools/locked.zip"), &aes_zip(&[("x.txt".to_owned(), b"nothing of interest\n".to_vec())]));
        let registry = desk.path("registry");
        write_registry(
            &registry,
            &[
                Institution::new("C1", "Quarrystone Farmers Bank").with("transfer_account", "quarry-sftp").with("client_code", "QX7731"),
                Institution::new("C2", "Compass").with("client_code", "ZK4410"),
                Institution::new("C3", "First State Bank").with("client_code", "PT9902"),
                Institution::new("C4", "First State Bank").with("client_code", "HH7712"),
                Institution::new("C5", "Elmbrook Valley Savings Bank").with("client_code", "WN3306"),
                Institution::new("C6", "Tarnley Orchard Credit Union").with("client_code", "LD5581"),
                Institution::new("C7", "Second Harbour Bank").with("transfer_account", "harbour-sftp").with("client_code", "RB2290"),
                Institution::new("C8", "Millrace Mutual Bank").with("domain", "millrace.example"),
            ],
        );
        let deployments = fs::read_to_string(registry.join("deployments.csv")).expect("a table");
        write(&registry.join("deployments.csv"), deployments.replace("C5,P1,transfer", "C5,P1,relay").as_bytes());
        let incident = fs::read_to_string(registry.join("incident.toml")).expect("an incident");
        let incident = incident.replace("\"test\"\nbasis = \"made by it\"", &format!("\"{DECLARED}\"\nbasis = \"{GROUND}\""));
        write(&registry.join("incident.toml"), incident.as_bytes());
        let review = "act,item,reviewer,time,reason\nwaive,ev/tools/locked.zip,Ann Lee,2025-02-01,our own build artefact\n";
        write(&registry.join("review.csv"), review.as_bytes());
        let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
        let mut pack = program();
        pack.args(["pack", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "--case"]).arg(desk.case()).arg("--out").arg(desk.path("packs"));
        assert!(pack.output().expect("the program starts").status.success());
        Self { desk, outputs }
    }

    fn pack(&self, id: &str, file: &str) -> String {
        let path = self.desk.path("packs").join(id).join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn explained(&self, id: &str) -> Value {
        let mut explain = program();
        explain.args(["explain", "--json", id, "--case"]).arg(self.desk.case());
        serde_json::from_slice(&explain.output().expect("the program starts").stdout).expect("JSON")
    }
}

#[test]
fn a_letter_says_the_reason_that_holds_and_no_other() {
    let scene = Scene::new();
    let verdicts = scene.outputs.verdicts();
    let expected = [
        ("C1", "affected", "1 item is its own by its place"),
        ("C2", "undetermined", "“compass” stands in 1 item: a name of it that is a single word"),
        ("C3", "undetermined", "“first state bank” stands in 1 item: a name that it shares with others"),
        ("C5", "ruled_out", "By its inventory in the registry it did not use what was compromised in the window"),
        ("C6", "ruled_out", "all that could hold its files was read or searched, and nothing of it was found"),
        ("C8", "undetermined", "The registry has no identifier of it by which its files could have been found"),
    ];
    for (id, verdict, sentence) in expected {
        assert_eq!(verdicts[id], verdict, "{id}");
        let letter = scene.pack(id, "summary.html");
        assert!(letter.contains(sentence), "{id}: {letter}");
        let others = expected.iter().filter(|(other, _, words)| *other != id && *words != sentence);
        others.for_each(|(other, _, words)| assert!(!letter.contains(words), "the letter of {id} gives the reason of {other}: {words}"));
        assert_eq!(letter.contains("What would decide it"), verdict == "undetermined", "{id}");
    }
    assert!(!scene.pack("C2", "summary.html").contains("shares with others"), "one institution alone bears it");

    // What people read and what programs read say one thing.
    let impact: Value = serde_json::from_slice(&fs::read(scene.outputs.file("impact.json")).expect("an output")).expect("JSON");
    for row in impact["institutions"].as_array().expect("rows") {
        let id = row["customer_id"].as_str().expect("an id");
        let explained = scene.explained(id);
        let words = |field: &str| explained[field].as_array().expect("rows").iter().map(|one| one["word"].clone()).collect::<Vec<_>>();
        assert_eq!(
            (&explained["verdict"], Value::from(words("bases")), Value::from(words("flags"))),
            (&row["verdict"], row["bases"].clone(), row["flags"].clone())
        );
        assert_eq!(explained["certificate"], row["certificate"]);
        let title = match row["verdict"].as_str() {
            Some("affected") => "The answer: Affected",
            Some("ruled_out") => "The answer: Ruled out",
            _ => "The answer: Undetermined",
        };
        assert!(scene.pack(id, "summary.html").contains(title), "{id}");
    }
}

#[test]
fn a_certificate_says_on_what_it_rests() {
    let scene = Scene::new();
    let (searched, excluded) = (scene.pack("C6", "certificate.txt"), scene.pack("C5", "certificate.txt"));
    for (id, certificate) in [("C6", &searched), ("C5", &excluded)] {
        let letter = scene.pack(id, "summary.html");
        for words in [
            DECLARED,
            GROUND,
            "transfer (versions &gt;=1.0) from 2025-01-01 to 2025-01-31",
            "Decoys: ",
            "made-up identifiers and names that no institution of the registry has",
            &format!("ruleout {}", env!("CARGO_PKG_VERSION")),
            "client_code ••••",
        ] {
            assert!(letter.contains(words), "the letter of {id} lacks {words}: {letter}");
            let plain = words.replace("&gt;", ">");
            assert!(certificate.contains(&plain), "the certificate of {id} lacks {plain}: {certificate}");
        }
    }
    assert!(searched.contains("name Tarnley Orchard Credit Union") && !searched.contains("LD5581"), "{searched}");
    assert!(searched.contains("locked.zip!/x.txt (encrypted), waived by Ann Lee, 2025-02-01: our own build artefact"), "{searched}");
    assert!(excluded.contains("relay was not compromised; it does not count as use of what was compromised"), "{excluded}");
    let impact: Value = serde_json::from_slice(&fs::read(scene.outputs.file("impact.json")).expect("an output")).expect("JSON");
    let certificate = |id: &str| {
        let rows = impact["institutions"].as_array().expect("rows");
        rows.iter().find(|row| row["customer_id"] == id).expect("a row")["certificate"].as_str().expect("it is ruled out").to_owned()
    };
    assert!(certificate("C6").contains(DECLARED) && certificate("C6").contains("but one that was waived in review"));
    assert!(certificate("C5").contains("transfer (versions >=1.0) from 2025-01-01 to 2025-01-31"), "{}", certificate("C5"));
}

#[test]
fn an_affected_institution_is_handed_its_deadlines_and_what_its_items_are() {
    let scene = Scene::new();
    let rows = |file: &str| crate::harness::rows(&scene.desk.path("packs/C1").join(file));
    let listed = scene.outputs.rows("deadlines.csv");
    let own: Vec<&str> = listed.iter().filter(|row| row["customer_id"] == "C1").map(|row| row["clock"].as_str()).collect();
    let packed = rows("deadlines.csv");
    assert!(!own.is_empty());
    assert_eq!(own, packed.iter().map(|row| row["clock"].as_str()).collect::<Vec<_>>());
    assert!(packed.iter().all(|row| row["notice"].starts_with("Not legal advice")));
    assert!(scene.pack("C1", "summary.html").contains("<h2>Deadlines that may apply</h2>"));
    assert!(!scene.desk.path("packs/C6/deadlines.csv").exists());

    let items = rows("items.csv");
    let copy = items.iter().find(|row| row["item"].ends_with("readme.txt")).expect("its own file");
    assert_eq!(copy["status"], "duplicate");
    assert!(copy["meaning"].contains("this copy is its own all the same"), "{copy:?}");

    // What people decided not to count is no gap any more, and is told.
    let waived = crate::harness::rows(&scene.desk.path("packs/C6/coverage.csv"));
    assert_eq!(waived.len(), 1, "{waived:?}");
    assert_eq!((waived[0]["waived"].as_str(), waived[0]["cause"].as_str()), ("true", "encrypted"));
    assert!(waived[0]["meaning"].contains("waived by Ann Lee"), "{waived:?}");
}
