//! Load files, forensic XML, JSON-LD and hash lists, read back by other parsers than those that wrote them.

use crate::harness::{Desk, Finished, Institution, Job, program, rows, tar_of, view, viewer, write, write_registry, zip_of};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
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

/// Elements of a file object in the order of the schema of DFXML 1.1.0, as far as any stands in what is written.
const FILE_OBJECT: [&str; 9] = ["filename", "partition", "id", "name_type", "filesize", "unalloc", "alloc", "inode", "hashdigest"];

/// An element: its name, its attributes, its text, and what stands in it.
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    children: Vec<Element>,
}

fn tree(text: &str) -> Element {
    let mut reader = quick_xml::Reader::from_str(text);
    let root = Element { name: String::new(), attributes: BTreeMap::new(), text: String::new(), children: Vec::new() };
    let mut open = vec![root];
    loop {
        let (start, is_empty) = match reader.read_event().expect("well-formed XML") {
            quick_xml::events::Event::Start(start) => (start, false),
            quick_xml::events::Event::Empty(start) => (start, true),
            quick_xml::events::Event::Text(text) => {
                open.last_mut().expect("an element").text.push_str(text.trim());
                continue;
            }
            quick_xml::events::Event::End(_) => {
                let element = open.pop().expect("an element");
                open.last_mut().expect("a parent").children.push(element);
                continue;
            }
            quick_xml::events::Event::Eof => return open.pop().expect("the root"),
            _ => continue,
        };
        let attributes = start.attributes().map(|a| a.expect("an attribute")).map(|a| (a.key.as_ref().to_owned(), a.value.into_owned()));
        let element =
            Element { name: start.name().as_ref().to_owned(), attributes: attributes.collect(), text: String::new(), children: Vec::new() };
        match is_empty {
            true => open.last_mut().expect("a parent").children.push(element),
            false => open.push(element),
        }
    }
}

#[test]
fn dfxml_holds_to_its_schema() {
    let desk = exported(false);
    let text = read(&desk, "items.dfxml");
    let [root] = &tree(&text).children[..] else { panic!("one element") };
    assert_eq!((root.name.as_str(), root.attributes["version"].as_str()), ("dfxml", "1.1.0"));
    assert_eq!(root.attributes["xmlns"], "http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML");
    let head: Vec<&str> = root.children.iter().map(|child| child.name.as_str()).take(3).collect();
    assert_eq!(head, ["metadata", "creator", "source"]);
    assert_eq!(root.children[0].children.iter().map(|child| child.name.as_str()).collect::<Vec<_>>(), ["dc:type"]);
    assert_eq!(root.children[1].children.iter().map(|child| child.name.as_str()).collect::<Vec<_>>(), ["program", "version"]);
    let files = &root.children[3..];
    assert_eq!(files.len(), NAMES.len() + 2);
    for file in files {
        assert_eq!(file.name, "fileobject");
        let order: Vec<usize> = file
            .children
            .iter()
            .map(|child| FILE_OBJECT.iter().position(|name| *name == child.name).expect("an element of the schema"))
            .collect();
        assert!(order.is_sorted(), "{order:?}");
        let value = |name: &str| file.children.iter().find(|child| child.name == name).expect("it is there").text.as_str();
        assert!(!value("filename").is_empty() && value("filesize").parse::<u64>().is_ok());
        assert_eq!((value("name_type"), value("alloc")), ("r", "1"));
        for hash in file.children.iter().filter(|child| child.name == "hashdigest") {
            assert!(["md5", "sha1", "sha256"].contains(&hash.attributes["type"].as_str()));
        }
    }
}

/// The shapes of UCO and CASE are asked through `case_validate` of the package `case-utils`, which brings them.
#[test]
fn case_and_uco_hold_to_their_shapes() {
    let beside = std::env::var_os("RULEOUT_PYTHON").map(|python| PathBuf::from(python).with_file_name("case_validate"));
    let Some(validator) = beside.filter(|file| file.is_file()).or_else(|| viewer(&["case_validate"])) else { return };
    let desk = exported(true);
    let output = view(Command::new(validator).arg(desk.path("export/items.case-uco.jsonld")));
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(report.contains("Conforms: True"), "{report}{}", String::from_utf8_lossy(&output.stderr));
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

#[test]
fn members_of_one_name_are_two_things() {
    let desk = Desk::new();
    let member = |text: &[u8]| ("a.txt".to_owned(), text.to_vec());
    write(&desk.path("ev/box.tar"), &tar_of(&[member(b"the first of them\n"), member(b"and the second\n")]));
    desk.index(&Job::of("ev", &desk.path("ev")));
    let mut command = program();
    command.arg("export").arg("--case").arg(desk.case()).arg("--out").arg(desk.path("export"));
    Finished::from(command.output().expect("the program starts")).with_code(&[0]);
    let graph: serde_json::Value = serde_json::from_str(&read(&desk, "items.case-uco.jsonld")).expect("JSON");
    let names: Vec<&str> = graph["@graph"].as_array().expect("nodes").iter().filter_map(|node| node["@id"].as_str()).collect();
    assert_eq!((names.len(), names.iter().collect::<BTreeSet<_>>().len()), (5, 5), "{names:?}");
}
