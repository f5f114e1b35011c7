use super::*;
use crate::model::Scheme;
use crate::registry::{DateCell, Encoding, Holds};
use jiff::civil::date;
use proptest::prelude::*;

const INCIDENT: &str =
    "[incident]\nid = \"x\"\nwindow_from = 2024-10-31\nwindow_to = 2024-11-08\n[[compromised]]\nplatform = \"hub\"\nversions = \">=7\"\n";
const CUSTOMERS: &str = "customer_id,legal_name,parent_id,country,serves_others,founded\nC1,\"First Bank,\nN.A.\",,us,,1890\nC2,Second Bank,C1,US,yes,\nC3,,C9,USA,maybe,\n";

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    dir
}

fn loaded(files: &[(&str, &str)]) -> Result<Registry, LoadError> {
    let mut all: Vec<(&str, &[u8])> = vec![("incident.toml", INCIDENT.as_bytes())];
    if !files.iter().any(|(name, _)| name.starts_with("customers")) {
        all.push(("customers.csv", CUSTOMERS.as_bytes()));
    }
    all.extend(files.iter().map(|(name, text)| (*name, text.as_bytes())));
    load(folder(&all).path(), false)
}

fn effects(registry: &Registry, n: usize) -> Vec<String> {
    registry.institutions[n].defects.iter().map(|&d| registry.defects[d].to_string()).collect()
}

#[test]
fn institutions_with_their_defects() {
    let registry = loaded(&[]).unwrap();
    let [first, second, third] = &registry.institutions[..] else { panic!() };
    assert_eq!((first.legal_name.as_str(), first.country.as_str(), first.extra["founded"].as_str()), ("First Bank, N.A.", "US", "1890"));
    assert_eq!((second.parent, second.serves_others), (Some(0), true));
    assert_eq!((third.parent, third.country.as_str(), third.serves_others), (None, "", true));
    assert!(first.defects.is_empty() && second.defects.is_empty());
    let third = effects(&registry, 2).join("\n");
    for expected in [
        "customers.csv:5:legal_name: `C3`: the legal_name is blank",
        "`USA` is no ISO",
        "`maybe` is neither",
        "parent_id `C9` is no customer's",
    ] {
        assert!(third.contains(expected), "{third}");
    }
    // The absent tables are defects of the registry.
    assert_eq!(registry.defects.iter().filter(|d| d.line == 0).count(), 4);
}

#[test]
fn identifiers_and_names() {
    let registry = loaded(&[
        ("identifiers.jsonl", "{\"customer_id\":\"C1\",\"scheme\":\"client_code\",\"value\":\"ACME01\",\"from\":\"2020-01-01\",\"to\":\"2019-01-01\"}\n{\"customer_id\":\"c2\",\"scheme\":\"mandant\",\"value\":17}\n{\"customer_id\":\"C2\",\"scheme\":\"aba\",\"value\":\"12\"}\n"),
        ("names.csv", "customer_id;name;kind\nC1;FNB;short\nC1;FNB;short\nC7;Lost;\nC2; ;\n"),
    ])
    .unwrap();
    let first = &registry.institutions[0];
    assert_eq!(first.identifiers[0].scheme, Scheme::ClientCode);
    assert_eq!((first.identifiers[0].from, first.identifiers[0].to, first.identifiers[0].usable), (None, None, true));
    assert_eq!(first.names.len(), 1);
    assert_eq!(effects(&registry, 0).len(), 2);
    let second = &registry.institutions[1];
    assert_eq!(second.identifiers.iter().map(|i| (i.raw.as_str(), i.usable)).collect::<Vec<_>>(), [("17", true), ("12", false)]);
    assert_eq!(effects(&registry, 1).len(), 3, "{:#?}", effects(&registry, 1));
    assert!(registry.defects.iter().any(|d| d.customer_id.as_deref() == Some("C7") && d.line == 4));
    assert_eq!(registry.sources.iter().map(|s| s.delimiter).collect::<Vec<_>>(), [Some(','), None, None, Some(';')]);
}

#[test]
fn deployments_keep_what_cannot_be_compared() {
    let registry = loaded(&[
        ("products.csv", "product_id,name,platform,path_pattern\nP1,Core,Hub,**/core/**\nP2,Desk,hub,a[\n"),
        ("deployments.csv", "customer_id,product_id,platform,version,from,to,purged,note\nC1,P1,hub,7.2,2020-01-01,,,kept\nC1,p9,hub,latest,01/02/2020,,\nC2,P1,,7,2020-01-01,2019-01-01,,,,\nC2,P1,hub,7,x,shifted,cells,,2020-01-01\n"),
    ])
    .unwrap();
    assert_eq!(registry.notes, []);
    let first = &registry.institutions[0].deployments;
    assert_eq!((first[0].product, &first[0].from, first[0].extra["note"].as_str()), (Some(0), &DateCell::On(date(2020, 1, 1)), "kept"));
    assert_eq!((first[1].product, &first[1].from), (None, &DateCell::Unreadable("01/02/2020".to_owned())));
    assert_eq!(effects(&registry, 0).len(), 3);
    let second = &registry.institutions[1].deployments;
    assert!(second[0].doubt.is_none() && second[1].doubt.is_some());
    assert!(
        registry.products[0].path_pattern.as_ref().unwrap().matches_text("ev/x/core/a.txt") && registry.products[1].path_pattern.is_none()
    );
}

#[test]
fn every_fatal_problem_is_told_at_once() {
    let files: [(&str, &[u8]); 5] = [
        ("customers.csv", b"customer_id,legal_name\nC1,A\nC1,B\n"),
        ("names.csv", b"customer_id,title\nC1,A\n"),
        ("identifiers.csv", b"customer_id,scheme,value\nC1,aba,\"1\n"),
        ("products.jsonl", b"{\"product_id\":1,\"name\":\n"),
        ("deployments.csv", b"\xFF\xFEa"),
    ];
    let error = load(folder(&files).path(), false).unwrap_err();
    let told = error.to_string();
    for expected in [
        "customers.csv:3:customer_id: the customer_id `C1` stands on line 2",
        "names.csv:1:name:",
        "identifiers.csv:2:8:",
        "products.jsonl:1:",
        "deployments.csv:1:",
        "incident.toml: there is none",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    assert_eq!(error.problems.len(), 6, "{told}");
}

#[test]
fn folders_that_are_no_registry() {
    assert_eq!(load(Path::new("/nonexistent/registry"), false).unwrap_err().problems.len(), 1);
    assert_eq!(load(folder(&[]).path(), false).unwrap_err().problems.len(), 2);
    assert_eq!(load(folder(&[("names.csv", b"\0")]).path(), true).unwrap_err().problems.len(), 3);
    assert!(loaded(&[("customers.csv", "customer_id,legal_name\n")]).is_err());
    assert!(loaded(&[("customers.csv", "customer_id,legal_name\nC1,A\n"), ("customers.jsonl", "")]).is_err());
    let typo = loaded(&[("identifers.csv", "x")]).unwrap();
    assert!(typo.defects.iter().any(|d| d.file == "identifers.csv"));
}

#[test]
fn strict_makes_defects_fatal() {
    let files: [(&str, &[u8]); 2] = [("customers.csv", b"customer_id,legal_name\nC1,\n"), ("incident.toml", INCIDENT.as_bytes())];
    let dir = folder(&files);
    let lenient = load(dir.path(), false).unwrap();
    assert_eq!(load(dir.path(), true).unwrap_err().problems.len(), lenient.defects.len());
}

#[test]
fn the_digest_is_of_names_and_bytes_alone() {
    let (a, b) = (loaded(&[]).unwrap(), loaded(&[]).unwrap());
    assert_eq!(a.digest, b.digest);
    assert_ne!(a.digest, loaded(&[("names.csv", "customer_id,name\n")]).unwrap().digest);
    assert_eq!(a.sources[0], Source { file: "customers.csv".to_owned(), encoding: Encoding::Utf8, delimiter: Some(',') });
}

#[test]
fn scopes_name_customers_and_products() {
    let incident = format!(
        "{INCIDENT}[[scope]]\npath = \"a\"\nholds = \"C2\"\nreason = \"r\"\n[[scope]]\npath = \"b\"\nholds = \"P1\"\nreason = \"r\"\n"
    );
    let files: [(&str, &[u8]); 3] =
        [("customers.csv", CUSTOMERS.as_bytes()), ("products.csv", b"product_id,name\nP1,Core\n"), ("incident.toml", incident.as_bytes())];
    let registry = load(folder(&files).path(), false).unwrap();
    assert_eq!(registry.incident.scopes.iter().map(|s| s.holds).collect::<Vec<_>>(), [Holds::Customer(1), Holds::Product(0)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_row_is_lost_without_a_word(text in "(C[123]|X)?[,;\"\n ]{0,2}(aba|bic|)?[,\n\"]{0,2}[0-9]{0,9}(\n[C1-3,\"]{0,9}){0,3}") {
        let text = format!("customer_id,scheme,value\n{text}");
        let mut loading = Loading::default();
        for id in ["C1", "C2", "C3"] {
            loading.enter(crate::registry::Institution { customer_id: id.to_owned(), ..Default::default() }).unwrap();
        }
        let file = TableFile { name: "identifiers.csv".to_owned(), text, encoding: Encoding::Utf8, json_lines: false };
        let mut rows = 0;
        file.rows(&identifiers::SPEC, &mut loading, |_, _| rows += 1);
        let fatal = loading.problems.len();
        loading.problems.clear();
        identifiers::load(&file, &mut loading);
        let kept: usize = loading.institutions.iter().map(|i| i.identifiers.len()).sum();
        prop_assert_eq!(loading.problems.len(), fatal);
        prop_assert!(kept + loading.defects.len() >= rows);
    }
}
