//! Whatever the program writes as JSON holds to the schema that is published for it.

use crate::harness::{Demo, Desk, Finished, Job, program};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

#[track_caller]
fn assert_holds(schema: &str, text: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{schema}.schema.json"));
    let published: Value = serde_json::from_slice(&fs::read(path).expect("the schema")).expect("JSON");
    let validator = jsonschema::validator_for(&published).expect("a schema");
    let value: Value = serde_json::from_slice(text).expect("JSON");
    let faults: Vec<String> = validator.iter_errors(&value).map(|fault| format!("{} {fault}", fault.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new(), "{schema}");
    // A schema that forbids nothing holds for anything.
    assert!(!validator.is_valid(&Value::Array(Vec::new())), "{schema}");
}

#[test]
fn all_json_holds_to_its_schema() {
    let demo = Demo::with_gap(11, "encrypted");
    let desk = Desk::new();
    desk.index(&Job::of("evidence", &demo.evidence()).manifest_of("taken", &demo.listing()));
    let outputs = desk.decide(&demo.registry());
    for (schema, file) in [("impact", "impact.json"), ("run", "run.json")] {
        assert_holds(schema, &fs::read(outputs.file(file)).expect("an output"));
    }
    let (case, registry) = (OsString::from(desk.case()), OsString::from(demo.registry()));
    let answer = |words: &[&str]| -> Vec<u8> {
        let words = words.iter().map(|word| match *word {
            "CASE" => case.clone(),
            "REGISTRY" => registry.clone(),
            "OUT" => OsString::from(outputs.file("")),
            other => OsString::from(other),
        });
        let output = program().args(words).arg("--json").output().expect("the program starts");
        Finished::from(output).done().stdout.into_bytes()
    };
    assert_holds("coverage", &answer(&["coverage", "--case", "CASE"]));
    assert_holds("coverage", &answer(&["coverage", "--case", "CASE", "--registry", "REGISTRY"]));
    assert_holds("registry-check", &answer(&["registry", "check", "REGISTRY"]));
    assert_holds("diff", &answer(&["diff", "OUT", "OUT"]));
    let one_of_each: BTreeMap<String, String> = outputs.verdicts().into_iter().map(|(id, verdict)| (verdict, id)).collect();
    assert_eq!(one_of_each.len(), 4);
    for id in one_of_each.values() {
        assert_holds("explain", &answer(&["explain", "--case", "CASE", "--registry", "REGISTRY", id]));
    }
}
