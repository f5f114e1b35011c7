//! Names that a criminal chose: they break no table, open no formula, move no cursor, and stay distinct.

use crate::harness::{Desk, Institution, Job, Outputs, aes_zip, files_below, program, tar_of, write, write_registry, zip_of};
use ruleout::model::EvidencePath;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// File names as bytes.
fn names() -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> = [
        "plain.txt",
        "line\nbreak.txt",
        "carriage\rreturn.txt",
        "tab\there.txt",
        "a!",
        "!",
        "=cmd|' /C calc'!A0",
        "+1+1.csv",
        "-2+3.csv",
        "@SUM(A1:A9).csv",
        "\t=1.csv",
        "\"quoted\",\"cell\".csv",
        "semi;colon,comma.csv",
        "right\u{202E}txt.exe",
        "zero\u{200B}width.txt",
        "byte\u{FEFF}order.txt",
        "line\u{2028}separator.txt",
        "next\u{85}line.txt",
        "\u{1b}[2J\u{1b}[31mred.txt",
        "bell\u{7}.txt",
        "percent%41.txt",
        "percentA.txt",
        "percent%2541.txt",
        "%",
        "%0A",
        "<script>alert(1)</script>.html",
        "' OR 1=1 --.txt",
        "$(reboot).txt",
        "..txt",
        "...",
        " leading",
        "trailing ",
        "CON",
        "back\\slash.txt",
        "e\u{301}.txt",
        "\u{E9}.txt",
    ]
    .into_iter()
    .map(|name| name.as_bytes().to_vec())
    .collect();
    names.push(b"latin-\xE9\xFF.txt".to_vec());
    names.push(b"cut-\xF0\x9F\x92.txt".to_vec());
    names.push(b"\xFE\xFF\x00A".iter().copied().filter(|b| *b != 0).collect());
    names.push("n".repeat(200).into_bytes());
    names.push("ü".repeat(120).into_bytes());
    names
}

/// A code that is everybody's content, so that every item stands in the evidence list.
const CONTENT: &[u8] = b"client code: QX7ZP41\n";

fn registry(desk: &Desk) -> std::path::PathBuf {
    let registry = desk.path("registry");
    write_registry(
        &registry,
        &[
            Institution::new("A", "=HYPERLINK(\"http://example.invalid\",\"Savings Bank\")").with("client_code", "QX7ZP41"),
            Institution::new("B", "@Pemberly Outer\nSavings\tBank").with("client_code", "KD93LMV"),
            Institution::new("C", "-Wexcombe \u{1b}[31mInner Savings Bank").with("client_code", "MM20KQW"),
        ],
    );
    registry
}

/// Fails unless every table can be read, is rectangular and harmless in a spreadsheet.
fn assert_tables_are_harmless(outputs: &Outputs) {
    let mut faults = Vec::new();
    for (name, bytes) in outputs.lasting().iter().filter(|(name, _)| name.ends_with(".csv")) {
        let text = String::from_utf8(bytes.clone()).unwrap_or_else(|e| panic!("{name} is no UTF-8: {e}"));
        faults.extend(text.chars().filter(|c| c.is_control() && *c != '\n').map(|c| format!("{name}: a raw {c:?}")));
        // Joiners have a meaning in several scripts; marks of direction and line have none in a cell.
        let invisible =
            |c: char| matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
        faults.extend(text.chars().filter(|c| invisible(*c)).map(|c| format!("{name}: a raw {c:?}")));
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
        let columns = reader.headers().expect("a header").len();
        let mut records = 0;
        for record in reader.records() {
            let record = record.unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(record.len(), columns, "{name}: {record:?}");
            records += 1;
            for cell in &record {
                if cell.trim_start().starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err() {
                    faults.push(format!("{name}: a formula: {cell}"));
                }
            }
        }
        // One line per row: what breaks lines elsewhere breaks none here.
        assert_eq!(text.lines().count(), records + 1, "{name}: line breaks inside of cells");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The paths of items, parsed back.
fn items(outputs: &Outputs) -> Vec<EvidencePath> {
    let parsed = |row: &crate::harness::Row| row["item"].parse().unwrap_or_else(|e| panic!("{}: {e}", row["item"]));
    outputs.rows("coverage.csv").iter().map(parsed).collect()
}

#[test]
fn hostile_file_names_stay_distinct_and_break_no_table() {
    let desk = Desk::new();
    let root = desk.path("evidence");
    let mut expected = BTreeSet::new();
    for (n, name) in names().iter().enumerate() {
        let name = OsStr::from_bytes(name);
        // As a file, and as a folder with a file in it.
        let content = [CONTENT, format!("The pump of {n} runs.\n").as_bytes()].concat();
        write(&root.join("files").join(name), &content);
        write(&root.join("folders").join(name).join("inside.txt"), CONTENT);
    }
    // What reads like a path into a container is a folder whose name ends in an exclamation mark.
    write(&root.join("folder.zip!/member.txt"), CONTENT);
    write(&root.join("folder.zip"), &zip_of(&[("member.txt".to_owned(), CONTENT.to_vec())]));
    for file in files_below(&root) {
        expected.insert(vec![file.as_os_str().as_bytes().to_vec()]);
    }
    expected.insert(vec![b"folder.zip".to_vec(), b"member.txt".to_vec()]);
    let outputs = desk.run(&Job::of("ev", &root), &registry(&desk));
    assert_tables_are_harmless(&outputs);
    let items = items(&outputs);
    let given: BTreeSet<Vec<Vec<u8>>> = items.iter().map(|item| item.steps.clone()).collect();
    assert_eq!(given.len(), items.len(), "two items have one path");
    let shown = |steps: &Vec<Vec<u8>>| steps.iter().map(|step| step.escape_ascii().to_string()).collect::<Vec<_>>().join(" -> ");
    let lost: Vec<String> = expected.difference(&given).map(shown).collect();
    let made_up: Vec<String> = given.difference(&expected).map(shown).collect();
    assert!(
        lost.is_empty() && made_up.is_empty(),
        "not in coverage.csv:\n{}\nin coverage.csv only:\n{}",
        lost.join("\n"),
        made_up.join("\n")
    );
    let seen: BTreeSet<String> =
        outputs.rows("evidence.csv").iter().filter(|row| row["customer_id"] == "A").map(|row| row["item"].clone()).collect();
    let all: BTreeSet<String> =
        outputs.rows("coverage.csv").iter().map(|row| row["item"].clone()).filter(|item| item != "ev/folder.zip").collect();
    assert_eq!(all.difference(&seen).collect::<Vec<_>>(), Vec::<&String>::new(), "items without their evidence");
    assert_eq!(outputs.verdicts()["A"], "affected");
    assert_eq!(outputs.verdicts()["B"], "ruled_out");
}

#[test]
fn hostile_member_names_stay_distinct_and_break_no_table() {
    let desk = Desk::new();
    let root = desk.path("evidence");
    let mut members: Vec<(String, Vec<u8>)> = Vec::new();
    for name in names() {
        if let Ok(name) = String::from_utf8(name) {
            members.push((name, CONTENT.to_vec()));
        }
    }
    for name in ["../../../etc/passwd", "/etc/shadow", "a!/b", "a/!/b", "./c", "d//e", "C:\\windows\\system.ini", "x/../y"] {
        members.push((name.to_owned(), CONTENT.to_vec()));
    }
    write(&root.join("members.zip"), &zip_of(&members));
    // Names that tar takes; the builder refuses those that climb.
    let plain: Vec<_> = members.iter().filter(|(name, _)| !name.contains("..") && !name.starts_with('/')).cloned().collect();
    write(&root.join("members.tar"), &tar_of(&plain));
    write(&root.join("locked.zip"), &aes_zip(&members));
    let outputs = desk.run(&Job::of("ev", &root), &registry(&desk));
    assert_tables_are_harmless(&outputs);
    let items = items(&outputs);
    let distinct: BTreeSet<String> = items.iter().map(ToString::to_string).collect();
    assert_eq!(distinct.len(), items.len(), "two items have one path");
    let in_zip: BTreeSet<&[u8]> =
        items.iter().filter(|item| item.steps[0] == b"members.zip" && item.steps.len() == 2).map(|item| item.steps[1].as_slice()).collect();
    let lost: Vec<&String> = members.iter().map(|(name, _)| name).filter(|name| !in_zip.contains(name.as_bytes())).collect();
    assert!(lost.is_empty(), "members of the archive that are no items: {lost:?}");
    assert_eq!(outputs.verdicts()["B"], "undetermined", "the locked members are a gap");
    let outside = files_below(desk.path("evidence").parent().expect("a folder"))
        .into_iter()
        .filter(|f| f.ends_with("passwd") || f.ends_with("shadow"));
    assert_eq!(outside.count(), 0, "something was written to a path from the evidence");
}

#[test]
fn hostile_names_reach_no_terminal() {
    let desk = Desk::new();
    let root = desk.path("evidence");
    let name = OsStr::from_bytes(b"\x1b]0;owned\x07\x1b[2J\nfake line\xFF.txt");
    write(&root.join(name), CONTENT);
    let folder = root.join(OsStr::from_bytes(b"\x1b[31mfolder"));
    write(&folder.join("a.zip"), &aes_zip(&[("\u{1b}[2Jmember".to_owned(), CONTENT.to_vec())]));
    let registry = registry(&desk);
    let mut said = vec![desk.index(&Job::of("ev", &root))];
    desk.decide(&registry);
    write(&root.join(name), b"something else");
    for arguments in [&["verify"][..], &["coverage"], &["coverage", "--json"]] {
        let output = program().args(arguments).arg("--case").arg(desk.case()).output().expect("the program starts");
        said.push(output.into());
    }
    // The folder itself as a root, and as a manifest.
    let again = Desk::new();
    let mut root_argument = std::ffi::OsString::from("ev=");
    root_argument.push(folder.join("nothing here\u{1b}[2J"));
    let output = program().arg("index").arg(root_argument).arg("--case").arg(again.case()).output().expect("the program starts");
    said.push(output.into());
    let output =
        program().arg("index").arg(&root).arg("--manifest").arg(folder.join("none\u{1b}[2J")).arg("--case").arg(again.case()).output();
    said.push(output.expect("the program starts").into());
    let mut faults = Vec::new();
    for finished in &said {
        let text = format!("{}{}", finished.stdout, finished.stderr);
        if text.chars().any(|c| c.is_control() && c != '\n') || text.lines().any(|line| line.starts_with("fake line")) {
            faults.push(text.escape_debug().to_string());
        }
    }
    assert!(faults.is_empty(), "names as they are on the terminal:\n{}", faults.join("\n"));
    assert!(said.iter().skip(1).any(|finished| finished.code == Some(1)), "`verify` notices the change");
}

#[test]
fn a_root_whose_name_is_a_formula_breaks_no_table() {
    let desk = Desk::new();
    let registry = registry(&desk);
    for (n, name) in ["=1+1", "@here", "-x", "+y", "a!", "%41"].iter().enumerate() {
        let root = desk.path(&format!("r{n}")).join(name);
        write(&root.join("a.txt"), CONTENT);
        write(&root.join("b.txt"), CONTENT);
        let case = desk.path(&format!("case{n}"));
        let out = desk.path(&format!("out{n}"));
        let mut command = program();
        command.arg("run").arg(&root).arg("--case").arg(&case).arg("--registry").arg(&registry).arg("--out").arg(&out);
        crate::harness::Finished::from(command.output().expect("the program starts")).done();
        let outputs = Outputs::new(&out);
        assert_tables_are_harmless(&outputs);
        assert_eq!(items(&outputs).len(), 2, "{name}");
        assert!(Path::new(&out).join("run.json").exists());
    }
}

#[test]
fn names_of_the_registry_break_no_table_either() {
    let desk = Desk::new();
    write(&desk.path("evidence/a.txt"), CONTENT);
    let registry = desk.path("registry");
    let names = [
        "=1+1",
        " =1+1",
        "\u{A0}@SUM(A1)",
        "Savings\u{202E}knaB",
        "Savings\u{2028}Bank",
        "Savings\r\nBank",
        "\u{FEFF}=1+1",
        "Savings \u{2066}Bank",
        "\"a\",\"b\"",
    ];
    let institutions: Vec<_> =
        names.iter().enumerate().map(|(n, name)| Institution::new(&format!("N{n}"), name).with("client_code", "QX7ZP41")).collect();
    write_registry(&registry, &institutions);
    let outputs = desk.run(&Job::of("ev", &desk.path("evidence")), &registry);
    assert_tables_are_harmless(&outputs);
    assert_eq!(outputs.verdicts().len(), names.len());
}

#[test]
fn hostile_names_leave_the_json_valid() {
    let desk = Desk::new();
    let root = desk.path("evidence");
    for name in names() {
        write(&root.join(OsStr::from_bytes(&name)).join("x.txt"), CONTENT);
    }
    let outputs = desk.run(&Job::of("ev", &root), &registry(&desk));
    for name in ["impact.json", "run.json"] {
        let text = fs::read_to_string(outputs.file(name)).expect("UTF-8");
        serde_json::from_str::<serde_json::Value>(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    assert!(desk.coverage()["items"].as_u64().is_some());
}
