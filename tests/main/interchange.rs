//! Load files, forensic XML, JSON-LD and hash lists, read back by other parsers than those that wrote them.

use crate::harness::{Desk, Finished, Institution, Job, program, rows, write, write_registry, zip_of};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

const NAMES: [&str; 5] = ["plain.txt", "a,b & <c> \"d\".txt", "line\nend.txt", "back\\slash.txt", "þorn ¶.txt"];

/// A case of hostile names and an archive, exported in every shape.
fn exported(registry: bool) -> Desk {
    let desk = Desk::new();
    for (number, name) in NAMES.iter().enumerate() {
        write(&desk.path("ev/home/quarry77").join(name), format!("text number {number}\n").as_bytes());
    }
    write(&desk.path("ev/box.zip"), &zip_of(&[("inner/member.txt".to_owned(), b"inside\n".to_vec())]));
    write_registry(&desk.path("registry"), &[Institution::new("A=1", "Quarrystone Orchard Bank").with("transfer_account", "quarry77")]);
    desk.index(&Job::of("ev", &desk.path("ev")));
    let mut command = program();
    command.arg("export").arg("--case").arg(desk.case()).arg("--out").arg(desk.path("export"));
    if registry {
        command.arg("--registry").arg(desk.path("registry"));
    }
    Finished::from(command.output().expect("the program starts")).with_code(&[0]);
    desk
}

fn read(desk: &Desk, file: &str) -> String {
    fs::read_to_string(desk.path("export").join(file)).expect("UTF-8")
}

#[test]
fn a_concordance_file_and_its_opticon_file_hold_every_item() {
    let desk = exported(true);
    let dat = read(&desk, "items.dat");
    let dat = dat.strip_prefix('\u{FEFF}').expect("a byte order mark");
    let fields = |line: &str| -> Vec<String> {
        let inside = line.strip_prefix('þ').and_then(|l| l.strip_suffix('þ')).expect("quoted");
        inside.split("þ\u{14}þ").map(str::to_owned).collect()
    };
    let mut lines = dat.split_terminator("\r\n").map(fields);
    let header = lines.next().expect("a header");
    let items: Vec<BTreeMap<String, String>> = lines.map(|line| header.iter().cloned().zip(line).collect()).collect();
    assert_eq!(items.len(), NAMES.len() + 2);
    assert!(items.iter().all(|item| item.len() == header.len() && !item.values().any(|v| v.contains(['þ', '\n']))));
    let member = items.iter().find(|item| item["FILEPATH"].ends_with("member.txt")).expect("the member");
    let container = items.iter().find(|item| item["FILENAME"] == "box.zip").expect("the archive");
    assert_eq!((&member["PARENTID"], &member["FAMILYID"]), (&container["DOCID"], &container["DOCID"]));
    assert_eq!(items.iter().filter(|item| item["OWNER"] == "A=1").count(), NAMES.len());

    let opt = read(&desk, "items.opt");
    let keys: Vec<&str> = opt.split_terminator("\r\n").map(|line| line.split(',').next().expect("a key")).collect();
    assert_eq!(keys, items.iter().map(|item| item["DOCID"].as_str()).collect::<Vec<_>>());
    assert!(opt.split_terminator("\r\n").all(|line| line.split(',').count() == 7));
}

#[test]
fn xml_and_json_ld_are_well_formed_and_whole() {
    let desk = exported(false);
    for (file, element, count) in [("items.edrm.xml", "Document", NAMES.len() + 2), ("items.dfxml", "fileobject", NAMES.len() + 2)] {
        let text = read(&desk, file);
        let mut reader = quick_xml::Reader::from_str(&text);
        let (mut seen, mut depth) = (0, 0);
        loop {
            match reader.read_event().unwrap_or_else(|e| panic!("{file}: {e}")) {
                quick_xml::events::Event::Start(start) => {
                    depth += 1;
                    seen += usize::from(start.name().as_ref() == element);
                    start
                        .attributes()
                        .for_each(|a| _ = a.expect("an attribute").normalized_value(quick_xml::XmlVersion::Implicit1_0).expect("a value"));
                }
                quick_xml::events::Event::End(_) => depth -= 1,
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!((seen, depth), (count, 0), "{file}");
    }
    let graph: serde_json::Value = serde_json::from_str(&read(&desk, "items.case-uco.jsonld")).expect("JSON");
    let nodes = graph["@graph"].as_array().expect("a graph");
    let ids: BTreeSet<&str> = nodes.iter().filter_map(|node| node["@id"].as_str()).collect();
    assert_eq!(ids.len(), nodes.len(), "an identifier stands twice");
    let contained: Vec<_> = nodes.iter().filter(|node| node["core:kindOfRelationship"] == "Contained_Within").collect();
    assert_eq!(contained.len(), 1);
    assert!(
        contained.iter().all(|c| ["core:source", "core:target"].iter().all(|end| ids.contains(c[end]["@id"].as_str().expect("an id"))))
    );
}

#[test]
fn hash_lists_and_dfxml_are_read_back_as_listings_of_the_same_files() {
    let desk = exported(false);
    for list in ["items.sha256", "items.hashdeep"] {
        let again = Desk::new();
        again.index(&Job::of("ev", &desk.path("ev")).manifest(&desk.path("export").join(list)));
        let outputs = again.decide(&desk.path("registry"));
        let missed: Vec<String> =
            outputs.rows("coverage.csv").into_iter().filter(|row| row["status"] == "listed").map(|row| row["item"].clone()).collect();
        assert_eq!(missed, Vec::<String>::new(), "{list}");
    }
    let is_installed = Command::new("sha256sum").arg("--version").output().is_ok_and(|o| o.status.success());
    if is_installed {
        let checked = Command::new("sha256sum").args(["--check", "--strict", "export/items.sha256"]).current_dir(desk.path("")).output();
        let checked = checked.expect("sha256sum starts");
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    } else {
        eprintln!("skipped: sha256sum is not installed");
    }
}

#[test]
fn known_software_is_tagged_and_never_skipped() {
    let desk = exported(false);
    let before = desk.decide(&desk.path("registry"));
    let list = read(&desk, "items.sha256");
    let one = list.lines().find(|line| line.ends_with("plain.txt")).expect("a file");
    write(&desk.path("known.sha256"), format!("{one}\n").as_bytes());
    let mut command = program();
    command.arg("match").arg("--case").arg(desk.case()).arg("--registry").arg(desk.path("registry"));
    command.arg("--out").arg(desk.path("tagged")).arg("--known").arg(desk.path("known.sha256"));
    Finished::from(command.output().expect("the program starts")).done();
    let tagged = rows(&desk.path("tagged/coverage.csv"));
    let known: Vec<&str> = tagged.iter().filter(|row| !row["known"].is_empty()).map(|row| row["item"].as_str()).collect();
    assert_eq!(known, ["ev/home/quarry77/plain.txt"]);
    let without = |rows: Vec<crate::harness::Row>| -> Vec<_> {
        rows.into_iter()
            .map(|mut row| {
                row.remove("known");
                row
            })
            .collect()
    };
    assert_eq!(without(tagged), without(before.rows("coverage.csv")), "a tag changes nothing else");
    assert_eq!(rows(&desk.path("tagged/impact.csv")), before.rows("impact.csv"));
}
