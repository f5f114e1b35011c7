//! The workbook says what the CSVs say, in typed cells, and nothing in it is a formula or a link.

use crate::harness::{Demo, Desk, Institution, Job, Outputs, rows, view, viewer, write, write_registry};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::process::Command;

/// Sheets and the CSV of each, in the order of the workbook; the summary stands before them.
const SHEETS: [(&str, &str); 15] = [
    ("notices", "notices.csv"),
    ("institutions", "impact.csv"),
    ("units", "impact_units.csv"),
    ("groups", "groups.csv"),
    ("evidence", "evidence.csv"),
    ("coverage", "coverage.csv"),
    ("gaps", "gaps.csv"),
    ("data_elements", "data_elements.csv"),
    ("deadlines", "deadlines.csv"),
    ("unattributed", "unattributed.csv"),
    ("controls", "controls.csv"),
    ("reviews", "reviews.csv"),
    ("claimed", "claimed.csv"),
    ("differences", "differences.csv"),
    ("manifests", "manifests.csv"),
];

/// A cell with its type: `n`, `b` or `inlineStr`.
type Typed = (String, String);

fn parts(outputs: &Outputs) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(fs::File::open(outputs.file("impact.xlsx")).expect("a workbook")).expect("a ZIP");
    (0..archive.len())
        .map(|n| {
            let mut member = archive.by_index(n).expect("a member");
            let mut text = String::new();
            member.read_to_string(&mut text).expect("XML in UTF-8");
            (member.name().expect("a name").into_owned(), text)
        })
        .collect()
}

/// The cells of a sheet by row and column letter.
fn cells(sheet: &str) -> Vec<BTreeMap<String, Typed>> {
    let mut reader = Reader::from_str(sheet);
    let mut rows: Vec<BTreeMap<String, Typed>> = Vec::new();
    let mut at: Option<(String, Typed)> = None;
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(e) if e.name().as_ref() == "row" => rows.push(BTreeMap::new()),
            Event::Start(e) if e.name().as_ref() == "c" => {
                let value = |name: &str| e.try_get_attribute(name).expect("an attribute").map_or(String::new(), |a| a.value.into_owned());
                let kind = if value("t").is_empty() { "n".to_owned() } else { value("t") };
                at = Some((value("r").trim_end_matches(|c: char| c.is_ascii_digit()).to_owned(), (kind, String::new())));
            }
            Event::Start(e) if matches!(e.name().as_ref(), "f" | "hyperlink") => panic!("a formula or a link"),
            Event::Text(text) => {
                if let Some((_, (_, value))) = &mut at {
                    value.push_str(&text);
                }
            }
            Event::GeneralRef(name) => {
                if let Some((_, (_, value))) = &mut at {
                    value.push_str(match name.as_ref() {
                        "amp" => "&",
                        "lt" => "<",
                        "gt" => ">",
                        "quot" => "\"",
                        "apos" => "'",
                        other => panic!("an unknown entity {other}"),
                    });
                }
            }
            Event::End(e) if e.name().as_ref() == "c" => {
                let (column, cell) = at.take().expect("a cell");
                rows.last_mut().expect("a row").insert(column, cell);
            }
            Event::Eof => return rows,
            _ => {}
        }
    }
}

/// A cell of a CSV without the apostrophe that keeps a spreadsheet from taking it for a formula.
fn bare(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.trim_start().starts_with(['=', '+', '-', '@']) => rest,
        _ => cell,
    }
}

fn demo() -> (Desk, Outputs) {
    let (demo, desk) = (Demo::with(&["--seed", "4", "--per-family", "2", "--gap", "encrypted"]), Desk::new());
    let outputs = desk.run(&Job::of("evidence", &demo.evidence()).manifest(&demo.listing()), &demo.registry());
    (desk, outputs)
}

/// Fails unless each sheet holds what its CSV holds, figures as figures and all else as text.
#[track_caller]
fn assert_sheets(outputs: &Outputs) {
    let parts = parts(outputs);
    for (number, (name, csv)) in SHEETS.iter().enumerate() {
        let sheet = &parts[&format!("xl/worksheets/sheet{}.xml", number + 2)];
        assert!(sheet.contains("state=\"frozen\"") && sheet.contains("<autoFilter"), "{name}");
        let mut cells = cells(sheet).into_iter();
        let header: Vec<(String, String)> = cells.next().expect("a header").into_iter().map(|(column, cell)| (column, cell.1)).collect();
        let listed = rows(&outputs.file(csv));
        assert_eq!(cells.len(), listed.len(), "{name}");
        for (row, listed) in cells.zip(&listed) {
            for (column, title) in &header {
                let (kind, value) = row.get(column).cloned().unwrap_or_default();
                let figure = matches!(
                    title.as_str(),
                    "bytes"
                        | "offset"
                        | "count"
                        | "blocks"
                        | "frees_alone"
                        | "individuals"
                        | "owner_items"
                        | "counterparty_items"
                        | "owner_bytes"
                        | "gap_items"
                        | "items"
                        | "records"
                        | "items_read"
                        | "records_read"
                        | "items_not_read"
                        | "rows"
                        | "not_understood"
                        | "held"
                        | "differs"
                        | "missing"
                        | "searched"
                        | "found"
                );
                match (figure, title.as_str()) {
                    _ if listed[title].is_empty() => assert_eq!(value, "", "{name} {title}"),
                    (true, _) => assert_eq!((kind.as_str(), value.as_str()), ("n", listed[title].as_str()), "{name} {title}"),
                    (_, "depends" | "verified" | "retract") => {
                        assert_eq!((kind.as_str(), value == "1"), ("b", listed[title] == "true"), "{name}")
                    }
                    _ => assert_eq!((kind.as_str(), value.as_str()), ("inlineStr", bare(&listed[title])), "{name} {title}"),
                }
            }
        }
    }
    assert!(parts.keys().all(|part| !part.contains("externalLink") && !part.contains("vba")));
}

#[test]
fn the_workbook_says_what_the_lists_say() {
    let (_desk, outputs) = demo();
    assert_sheets(&outputs);
}

#[test]
fn no_name_becomes_a_formula_and_no_code_a_number() {
    let desk = Desk::new();
    let registry = desk.path("registry");
    let names = ["=HYPERLINK(\"x\")", "+1+1", "@SUM(A1)", "-2+3", "https://bank.example", "_x0041_", "0012"];
    let institutions: Vec<Institution> = names
        .iter()
        .enumerate()
        .map(|(n, name)| Institution::new(&format!("00{n}"), name).with("client_code", &format!("QX7ZP4{n}")))
        .collect();
    write_registry(&registry, &institutions);
    write(&desk.path("evidence/=1+1 & <b>.txt"), b"client code: QX7ZP40\n");
    assert_sheets_but_escapes(&desk.run(&Job::of("ev", &desk.path("evidence")), &registry));
}

/// As [`assert_sheets`]; what reads like an escape of the format is itself escaped in the file.
#[track_caller]
fn assert_sheets_but_escapes(outputs: &Outputs) {
    let parts = parts(outputs);
    let rows = cells(&parts["xl/worksheets/sheet3.xml"]);
    let names: Vec<&str> = rows[1..].iter().map(|row| row["B"].1.as_str()).collect();
    assert_eq!(names, ["=HYPERLINK(\"x\")", "+1+1", "@SUM(A1)", "-2+3", "https://bank.example", "_x005F_x0041_", "0012"]);
    assert!(rows[1..].iter().all(|row| row["A"].0 == "inlineStr" && row["A"].1.starts_with("00") && row["B"].0 == "inlineStr"));
}

#[test]
fn libreoffice_reads_the_workbook_as_the_lists() {
    let Some(office) = viewer(&["soffice", "libreoffice"]) else { return };
    let (desk, outputs) = demo();
    let folder = desk.path("sheets");
    // Every sheet as CSV in UTF-8, text quoted, values as they are and not as they are shown.
    let filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1";
    let output = view(
        Command::new(office)
            .arg(format!("-env:UserInstallation=file://{}", desk.path("office").display()))
            .args(["--headless", "--convert-to", filter, "--outdir"])
            .arg(&folder)
            .arg(outputs.file("impact.xlsx")),
    );
    assert!(folder.is_dir(), "{}", String::from_utf8_lossy(&output.stderr));
    for (name, csv) in SHEETS {
        let (read, listed) = (rows(&folder.join(format!("impact-{name}.csv"))), rows(&outputs.file(csv)));
        assert_eq!(read.len(), listed.len(), "{name}");
        for (read, listed) in read.iter().zip(&listed) {
            for (title, value) in listed {
                let same = if matches!(title.as_str(), "depends" | "verified") {
                    read[title].to_lowercase() == *value
                } else {
                    read[title] == bare(value)
                };
                assert!(same, "{name} {title}: {} is {}", value, read[title]);
            }
        }
    }
    assert!(fs::read_to_string(folder.join("impact-summary.csv")).expect("a summary").contains("ruled_out"));
}
