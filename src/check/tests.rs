use super::*;
use crate::registry;
use std::fmt::Write;
use std::fs;
use std::path::Path;

const INCIDENT: &str = "[incident]\nid = \"x\"\nwindow_from = 2024-10-31\nwindow_to = 2024-11-08\nindicators = [\"203.0.113.7\"]\n\
     [[compromised]]\nplatform = \"hub\"\nversions = \">=7\"\n[evidence]\ncomplete = true\ndeclared_by = \"me\"\nbasis = \"a listing\"\n";

/// The check of a registry; tables that are not given have a header and no rows.
fn check(files: &[(&str, &str)]) -> Check {
    let dir = tempfile::tempdir().unwrap();
    let blank = [
        ("incident.toml", INCIDENT),
        ("customers.csv", "customer_id,legal_name,city,region\nC1,Alder Savings Bank,Ames,IA\nC2,Birch Savings Bank,Boone,IA\n"),
        ("names.csv", "customer_id,name\n"),
        ("identifiers.csv", "customer_id,scheme,value\n"),
        ("products.csv", "product_id,name,platform,path_pattern\n"),
        ("deployments.csv", "customer_id,product_id,platform,version,from,to,purged\n"),
    ];
    for (name, text) in blank.iter().chain(files) {
        fs::write(dir.path().join(name), text).unwrap();
    }
    Check::of(&registry::load(dir.path(), false).unwrap())
}

impl Check {
    fn section(&self, topic: &str) -> &Section {
        let has = || self.sections.iter().map(|s| s.topic).collect::<Vec<_>>();
        self.sections.iter().find(|s| s.topic == topic).unwrap_or_else(|| panic!("no {topic} among {:?}", has()))
    }

    fn lacks(&self, topic: &str) -> bool {
        self.sections.iter().all(|s| s.topic != topic)
    }
}

fn rows(deployments: &[&str]) -> String {
    let mut text = "customer_id,product_id,platform,version,from,to,purged\n".to_owned();
    deployments.iter().for_each(|row| writeln!(text, "{row}").unwrap());
    text
}

#[test]
fn a_sound_registry_degrades_nobody() {
    let check = check(&[
        ("identifiers.csv", "customer_id,scheme,value\nC1,transfer_account,alder-77\nC2,transfer_account,birch-78\n"),
        ("products.csv", "product_id,name,platform,path_pattern\nP1,Hub,hub,staging/hub/**\n"),
        ("deployments.csv", &rows(&["C1,P1,hub,7.1,2020-01-01,,", "C2,P1,hub,6.0,2020-01-01,,"])),
    ]);
    assert!(!check.degrades(), "{}", text(&check, 9));
    assert!(check.sections.is_empty(), "{}", text(&check, 9));
    let s = &check.summary;
    assert_eq!((s.institutions, s.dependent, s.clearable, s.unfindable, s.defective), (2, 1, 1, 0, 0));
}

#[test]
fn a_platform_that_nobody_is_on_may_rule_out_wrongly() {
    let check = check(&[("deployments.csv", &rows(&["C1,P1,hubb,7.1,2020-01-01,,", "C2,P1,hubb,7.1,2020-01-01,,"]))]);
    assert!(check.section("platform_without_deployment").findings[0].problem.contains("hubb"));
    assert_eq!(check.section("platform_without_deployment").harm, Harm::MayRuleOutWrongly);
    assert_eq!(check.sections[0].topic, "platform_without_deployment");
    assert!(check.degrades() && check.summary.dependent == 0);
}

#[test]
fn codes_that_differ_only_in_case_are_shared() {
    let check = check(&[("identifiers.csv", "customer_id,scheme,value\nC1,client_code,ALDER7\nC2,client_code,alder7\n")]);
    let shared = check.section("shared_identifier");
    assert_eq!((shared.findings.len(), shared.findings[0].institutions.as_slice()), (1, &["C1".to_owned(), "C2".to_owned()][..]));
    assert!(shared.findings[0].problem.contains("other cases"), "{:?}", shared.findings);
    assert_eq!(check.section("insufficient_identifiers").institutions, 2);
}

#[test]
fn holders_at_different_times_and_of_one_group_are_told() {
    let identifiers = "customer_id,scheme,value,from,to\nC1,aba,021000021,2000-01-01,2009-12-31\nC2,aba,021000021,2010-01-01,\n";
    let apart = check(&[("identifiers.csv", identifiers)]);
    assert!(apart.section("shared_identifier").findings[0].problem.contains("do not overlap"));
    let group = "customer_id,legal_name,parent_id\nC1,Alder Savings Bank,\nC2,Birch Savings Bank,C1\n";
    let group = check(&[("identifiers.csv", identifiers), ("customers.csv", group)]);
    assert!(group.section("shared_identifier").findings[0].problem.contains("one group"));
}

#[test]
fn names_that_cannot_decide() {
    let customers = "customer_id,legal_name,city,region\nC1,First Bank,Ames,IA\nC2,First Bank,Ames,IA\nC3,First Bank,Boone,IA\n\
                     C4,First Bank of Iowa,Ames,IA\nC5,Harbor,,\nC6,Edward Jones,,\n";
    let check = check(&[("customers.csv", customers)]);
    let shared = check.section("shared_name");
    assert_eq!(shared.findings[0].institutions, ["C1", "C2", "C3"]);
    assert!(shared.findings[0].problem.contains("all but 2 apart"), "{:?}", shared.findings);
    assert_eq!(check.section("one_word_name").findings[0].institutions, ["C5"]);
    assert_eq!(check.section("plain_name").findings[0].institutions, ["C6"]);
    let contained = check.section("contained_name");
    assert!(contained.findings[0].problem.contains("`C4` First Bank of Iowa"), "{:?}", contained.findings);
}

#[test]
fn inventories_that_exclude_nothing() {
    let check = check(&[(
        "deployments.csv",
        &rows(&[
            "C1,P1,hub,latest,2020-01-01,,",
            "C1,P1,hub,8,2020-01-01,,",
            "C2,P1,other,1,2020-01-01,,2021-01-01",
            "C2,P1,hub,7,2010-01-01,2011-01-01,",
        ]),
    )]);
    let incomparable = check.section("incomparable_deployment");
    assert_eq!(incomparable.findings.iter().map(|f| f.line).collect::<Vec<_>>(), [Some(2), Some(4)]);
    assert!(incomparable.findings.iter().all(|f| f.effect.is_some()), "{incomparable:?}");
    assert_eq!(check.section("former_user").findings[0].line, Some(5));
    assert_eq!(check.summary.dependent_for_the_inventory, 0);
    assert!(check.lacks("no_deployment"));
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/registry-check.schema.json");
    let current = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("RULEOUT_WRITE_SCHEMAS").is_some() {
        fs::write(&path, &current).unwrap();
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(published, current, "schemas/registry-check.schema.json is stale: run the tests once with RULEOUT_WRITE_SCHEMAS=1");
    let check = check(&[]);
    let value: serde_json::Value = serde_json::from_str(&json(&check).unwrap()).unwrap();
    assert!(jsonschema::is_valid(&schema(), &value));
}

#[test]
fn many_alike_names_do_not_take_the_square_of_their_number() {
    let mut customers = "customer_id,legal_name\n".to_owned();
    for n in 0..20_000 {
        writeln!(customers, "C{n},First State Savings Bank of County {n}").unwrap();
    }
    customers.push_str("X,First State Savings Bank\n");
    let check = check(&[("customers.csv", &customers)]);
    assert!(check.section("contained_name").findings[0].problem.contains("20000 others"));
}

#[test]
fn every_topic_stands_in_the_documentation() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/registry.md")).unwrap();
    for topic in TOPICS {
        assert!(text.contains(&format!("`{}`", topic.name)), "docs/registry.md does not tell of {}", topic.name);
    }
}
