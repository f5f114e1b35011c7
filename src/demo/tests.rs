use super::*;
use std::collections::{BTreeMap, BTreeSet};

/// Every file under a folder, by relative path.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(root)
        .into_iter()
        .map(Result::unwrap)
        .filter(|e| e.file_type().is_file())
        .map(|e| (e.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned(), fs::read(e.path()).unwrap()))
        .collect()
}

fn rows(bytes: &[u8]) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(bytes).into_records().map(Result::unwrap).collect()
}

fn small() -> Plan {
    Plan { noise_bytes: 5_000, ..Plan::default() }
}

#[test]
fn the_same_plan_makes_the_same_bytes_and_another_seed_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let made = |name: &str, plan: &Plan| {
        write(&dir.path().join(name), plan).unwrap();
        tree(&dir.path().join(name))
    };
    let first = made("a", &Plan::default());
    assert_eq!(first, made("b", &Plan::default()));
    assert_ne!(first, made("c", &Plan { seed: 2, ..Plan::default() }));
    let bytes: usize = first.values().map(Vec::len).sum();
    assert!((900_000..3_000_000).contains(&bytes), "{bytes}");
}

#[test]
fn a_folder_with_entries_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("mine"), b"x").unwrap();
    assert_eq!(write(dir.path(), &small()).unwrap_err().kind(), io::ErrorKind::DirectoryNotEmpty);
}

#[test]
fn truth_has_every_institution_once_and_a_gap_opens_those_that_depend() {
    for gap in [None, Some(GapKind::Encrypted), Some(GapKind::Unrecovered), Some(GapKind::Orphan), Some(GapKind::Unclaimed)] {
        for per_family in [1, 3] {
            let dir = tempfile::tempdir().unwrap();
            let plan = Plan { gap, per_family, ..small() };
            let breach = write(dir.path(), &plan).unwrap();
            let customers = fs::read(breach.registry.join("customers.csv")).unwrap();
            assert!(customers.starts_with(b"\xEF\xBB\xBF"));
            let customers: BTreeSet<_> = rows(&customers[3..]).iter().map(|r| r[0].to_owned()).collect();
            assert!(customers.len() >= plan.institutions);
            let truth = rows(&fs::read(&breach.truth).unwrap());
            assert_eq!(truth.len(), customers.len());
            assert_eq!(truth.iter().map(|r| r[0].to_owned()).collect::<BTreeSet<_>>(), customers);

            let evidence = tree(&breach.evidence);
            let listing = fs::read_to_string(&breach.listing).unwrap();
            for row in &truth {
                let verdict = Verdict::parse(&row[2]).unwrap();
                assert_eq!(verdict == Verdict::Affected, !row[3].is_empty(), "{row:?}");
                for file in row[3].split('|').filter(|f| !f.is_empty()) {
                    assert_eq!(evidence.contains_key(file), &row[1] != "listed", "{file}");
                    assert!(listing.contains(file.rsplit('/').next().unwrap()), "{file}");
                }
                if gap.is_some() && &row[1] == "former" && gap != Some(GapKind::Unclaimed) {
                    assert_eq!(verdict, Verdict::Undetermined);
                }
                if &row[1] == "purged" {
                    assert_eq!(verdict, Verdict::RuledOut);
                }
            }
            let undetermined = truth.iter().filter(|r| &r[2] == "undetermined").count();
            assert!(undetermined > if gap.is_some() { 25 } else { 8 } * per_family, "{undetermined}");
        }
    }
}

#[test]
fn names_are_shared_only_on_purpose() {
    let dir = tempfile::tempdir().unwrap();
    let breach = write(dir.path(), &Plan { institutions: 600, per_family: 3, ..small() }).unwrap();
    let family: BTreeMap<_, _> = rows(&fs::read(&breach.truth).unwrap()).iter().map(|r| (r[0].to_owned(), r[1].to_owned())).collect();
    let customers = fs::read(breach.registry.join("customers.csv")).unwrap();
    let names: Vec<_> = rows(&customers[3..]).iter().map(|r| (r[0].to_owned(), format!(" {} ", r[1].to_lowercase()))).collect();
    let on_purpose = |id: &String| ["namesake", "singled_out", "nacha_holdings", "nearmiss"].contains(&family[id].as_str());
    for (a, name) in &names {
        for (b, other) in names.iter().filter(|(b, other)| b != a && other.contains(name.as_str())) {
            assert!(on_purpose(a) && on_purpose(b), "{name} in {other}");
        }
    }
}

/// Files of nobody, and files of others, do not carry an identifier of those that are to be ruled out, but
/// for the lists that name everybody and the traps that are meant. Certificates and bank codes are left out:
/// postal codes may equal them, as anywhere.
#[test]
fn nobody_is_in_the_evidence_by_accident() {
    for seed in 1..4 {
        let dir = tempfile::tempdir().unwrap();
        let breach = write(dir.path(), &Plan { seed, ..small() }).unwrap();
        let clear: BTreeSet<_> = rows(&fs::read(&breach.truth).unwrap())
            .iter()
            .filter(|r| &r[2] == "ruled_out" && !["chance", "nearmiss"].contains(&&r[1]))
            .map(|r| r[0].to_owned())
            .collect();
        let identifiers: BTreeSet<_> = rows(&fs::read(breach.registry.join("identifiers.csv")).unwrap())
            .iter()
            .filter(|r| clear.contains(&r[0]) && !["fdic_cert", "ncua_charter", "national_bank_code", "iban_bank"].contains(&&r[1]))
            .map(|r| r[2].to_ascii_lowercase())
            .collect();
        for (path, bytes) in tree(&breach.evidence) {
            let lists_everybody = path.starts_with("staging/reference/") || path.ends_with("participants.csv");
            if lists_everybody || [".zip", ".jar", ".war", ".gz", "xlsx", "docx"].iter().any(|end| path.ends_with(end)) {
                continue;
            }
            let text = format!("{path}\n{}", encoding_rs::WINDOWS_1252.decode(&bytes).0).to_ascii_lowercase();
            for token in text.split(|c: char| !c.is_alphanumeric() && !"-_.".contains(c)) {
                assert!(!identifiers.contains(token.trim_matches('.')), "{token} in {path}");
            }
        }
    }
}
