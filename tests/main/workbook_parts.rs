//! What a workbook holds beside the cells of its sheets says whose it is as well: caches of pivot tables, copies of other
//! workbooks' cells, properties of the document, and cells that are merged over their rows.

use crate::harness::{Desk, Institution, Job, Outputs, write, write_registry, zip_of};

const NAMES: [&str; 6] = ["James Miller", "Mary Jones", "Linda Garcia", "Robert Young", "Susan Lee", "Karen Lopez"];

/// The code of the institution with this number.
pub fn code(n: usize) -> String {
    (480_213 + 917 * n).to_string()
}

/// What a run says of these files, with so many institutions.
pub fn outcome(files: &[(String, Vec<u8>)], institutions: usize) -> (Desk, Outputs) {
    let desk = Desk::new();
    let registry = desk.path("registry");
    let name = |n: usize| format!("Quarry {} Savings", "Stone".repeat(n + 1));
    let institution = |n: usize| Institution::new(&format!("C{n:02}"), &name(n)).with("client_code", &code(n));
    write_registry(&registry, &(0..institutions).map(institution).collect::<Vec<_>>());
    files.iter().for_each(|(path, bytes)| write(&desk.path("ev").join(path), bytes));
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &registry);
    (desk, outputs)
}

/// Verdict and individuals of each institution.
pub fn counts(outputs: &Outputs) -> Vec<(String, String)> {
    outputs.impact().values().map(|row| (row["verdict"].clone(), row["individuals"].clone())).collect()
}

/// A workbook of these sheets, and these parts besides.
pub fn workbook(sheets: &[(&str, String)], parts: &[(&str, String)]) -> Vec<u8> {
    let id = |n: usize| format!("rId{}", n + 1);
    let listed: String = sheets
        .iter()
        .enumerate()
        .map(|(n, (name, _))| format!("<sheet name=\"{name}\" sheetId=\"{}\" r:id=\"{}\"/>", n + 1, id(n)))
        .collect();
    let related: String =
        (0..sheets.len()).map(|n| format!("<Relationship Id=\"{}\" Target=\"worksheets/sheet{}.xml\"/>", id(n), n + 1)).collect();
    let mut all = vec![
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        ("xl/workbook.xml".to_owned(), format!("<workbook><sheets>{listed}</sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships>{related}</Relationships>")),
    ];
    let sheet = |(n, (_, content)): (usize, &(&str, String))| {
        (format!("xl/worksheets/sheet{}.xml", n + 1), format!("<worksheet>{content}</worksheet>"))
    };
    all.extend(sheets.iter().enumerate().map(sheet));
    all.extend(parts.iter().map(|(name, content)| ((*name).to_owned(), content.clone())));
    zip_of(&all.into_iter().map(|(name, content)| (name, content.into_bytes())).collect::<Vec<_>>())
}

/// Rows of cells as the data of a sheet; empty cells are not written.
pub fn data(rows: &[Vec<String>]) -> String {
    let cell = |row: usize, (column, text): (usize, &String)| {
        let place = format!("{}{}", char::from(b'A' + column as u8), row + 1);
        if text.is_empty() { String::new() } else { format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>") }
    };
    let row = |(n, row): (usize, &Vec<String>)| {
        format!("<row r=\"{}\">{}</row>", n + 1, row.iter().enumerate().map(|c| cell(n, c)).collect::<String>())
    };
    format!("<sheetData>{}</sheetData>", rows.iter().enumerate().map(row).collect::<String>())
}

pub fn cells(row: &[&str]) -> Vec<String> {
    row.iter().map(|cell| (*cell).to_owned()).collect()
}

/// Name, account and balance of the person with this number.
pub fn person(n: usize) -> Vec<String> {
    let family = ["", "son", "ton", "field"][n / NAMES.len() % 4];
    vec![format!("{}{family}", NAMES[n % NAMES.len()]), format!("44556677{n:02}8"), format!("{n}0.25")]
}

fn words(rows: &[&[&str]]) -> String {
    data(&rows.iter().map(|row| cells(row)).collect::<Vec<_>>())
}

#[test]
fn a_cell_merged_over_its_rows_says_whose_they_are() {
    let mut rows = vec![cells(&["Client ID", "Name", "Account", "Balance"])];
    rows.extend((0..10).map(|n| [vec![if n % 5 == 0 { code(n / 5) } else { String::new() }], person(n)].concat()));
    let merged = "<mergeCells count=\"2\"><mergeCell ref=\"A2:A6\"/><mergeCell ref=\"A7:A11\"/></mergeCells>";
    let (_desk, outputs) = outcome(&[("a/a.xlsx".to_owned(), workbook(&[("S", data(&rows) + merged)], &[]))], 3);
    let wanted = [("affected", "5"), ("affected", "5"), ("ruled_out", "0")].map(|(verdict, count)| (verdict.to_owned(), count.to_owned()));
    assert_eq!(counts(&outputs), wanted);
    // Cells that no merged one holds stay blank, and their rows are nobody's.
    let (_desk, outputs) = outcome(&[("a/a.xlsx".to_owned(), workbook(&[("S", data(&rows))], &[]))], 3);
    assert_eq!(counts(&outputs)[2].0, "undetermined");
}

#[test]
fn the_cache_of_a_pivot_table_is_its_clients() {
    let listed: String = (0..2).map(|n| format!("<n v=\"{}\"/>", code(n))).collect();
    let field = |name: &str, listed: &str, more: &str| {
        format!("<cacheField name=\"{name}\"{more}><sharedItems>{listed}</sharedItems></cacheField>")
    };
    let fields =
        [field("Client ID", &listed, ""), field("Share", "", " databaseField=\"0\""), field("Name", "", ""), field("Account", "", "")]
            .concat();
    let definition = format!("<pivotCacheDefinition r:id=\"rId1\"><cacheFields count=\"4\">{fields}</cacheFields></pivotCacheDefinition>");
    let record = |n: usize| format!("<r><x v=\"{}\"/><s v=\"{}\"/><s v=\"{}\"/></r>", n / 6, person(n)[0], person(n)[1]);
    let records = format!("<pivotCacheRecords>{}</pivotCacheRecords>", (0..13).map(|n| record(n.min(11))).collect::<String>());
    let parts = [
        ("xl/pivotCache/pivotCacheDefinition1.xml", definition),
        ("xl/pivotCache/pivotCacheRecords1.xml", records),
        (
            "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels",
            "<Relationships><Relationship Id=\"rId1\" Target=\"pivotCacheRecords1.xml\"/></Relationships>".to_owned(),
        ),
    ];
    let (_desk, outputs) = outcome(&[("a/a.xlsx".to_owned(), workbook(&[("Pivot", words(&[&["Pivot"]]))], &parts))], 3);
    let wanted = [("affected", "6"), ("affected", "6"), ("ruled_out", "0")].map(|(verdict, count)| (verdict.to_owned(), count.to_owned()));
    assert_eq!(counts(&outputs), wanted);
}

#[test]
fn cells_kept_of_another_workbook_are_its_clients() {
    let row = |n: usize| {
        let cell = |(column, text): (usize, &String)| {
            format!("<cell r=\"{}{}\" t=\"str\"><v>{text}</v></cell>", char::from(b'A' + column as u8), n + 1)
        };
        let cells = if n == 0 { cells(&["Client ID", "Name", "Account", "Balance"]) } else { [vec![code(0)], person(n)].concat() };
        format!("<row r=\"{}\">{}</row>", n + 1, cells.iter().enumerate().map(cell).collect::<String>())
    };
    let link = format!(
        "<externalLink><externalBook><sheetNames><sheetName val=\"Data\"/></sheetNames><sheetDataSet><sheetData sheetId=\"0\">{}</sheetData>\
         </sheetDataSet></externalBook></externalLink>",
        (0..7).map(row).collect::<String>()
    );
    let book = workbook(&[("S", words(&[&["x"]]))], &[("xl/externalLinks/externalLink1.xml", link)]);
    let (_desk, outputs) = outcome(&[("a/a.xlsx".to_owned(), book)], 2);
    let wanted = [("affected", "6"), ("ruled_out", "0")].map(|(verdict, count)| (verdict.to_owned(), count.to_owned()));
    assert_eq!(counts(&outputs), wanted);
}

#[test]
fn a_property_of_the_document_names_its_client() {
    let property = |name: &str, kind: &str| {
        let value = format!("<vt:{kind}>{}</vt:{kind}>", code(0));
        (
            "docProps/custom.xml",
            format!("<Properties><property fmtid=\"{{D5CD}}\" pid=\"2\" name=\"{name}\">{value}</property></Properties>"),
        )
    };
    for (name, kind, verdict) in [
        ("ClientCode", "lpwstr", "affected"),
        ("Client ID", "i4", "affected"),
        ("Revision", "lpwstr", "ruled_out"),
        ("Words", "i4", "ruled_out"),
    ] {
        let book = workbook(&[("S", words(&[&["x"]]))], &[property(name, kind)]);
        let (_desk, outputs) = outcome(&[("a/a.xlsx".to_owned(), book)], 2);
        assert_eq!(outputs.verdicts()["C00"], verdict, "{name}");
        assert_eq!(outputs.verdicts()["C01"], "ruled_out", "{name}");
    }
}

/// A table of the first client, and on another sheet one below this title.
fn beside(title: &str) -> Vec<u8> {
    let mut own = vec![cells(&["client_id", "name", "account_no"])];
    own.extend((0..6).map(|n| [vec![code(0)], person(n)[..2].to_vec()].concat()));
    let mut other = vec![cells(&[title]), cells(&["name", "account_no", "bal"])];
    other.extend((6..12).map(person));
    workbook(&[("S0", data(&own)), ("S1", data(&other))], &[])
}

#[test]
fn a_table_under_the_name_of_another_leaves_that_one_open() {
    for (title, verdict) in [
        ("Quarry StoneStone Savings", "undetermined"),
        ("Transfers to Quarry StoneStone Savings", "referenced"),
        ("Accounts of the year", "ruled_out"),
    ] {
        let (_desk, outputs) = outcome(&[("a/a.xlsx".to_owned(), beside(title))], 3);
        let verdicts = outputs.verdicts();
        assert_eq!([&*verdicts["C00"], &*verdicts["C01"], &*verdicts["C02"]], ["affected", verdict, "ruled_out"], "{title}");
    }
}

#[test]
fn reviews_reach_the_names_above_tables() {
    let (desk, outputs) = outcome(&[("a/a.xlsx".to_owned(), beside("Quarry StoneStone Savings"))], 3);
    assert_eq!(outputs.verdicts()["C01"], "undetermined");
    for (act, verdict) in [("reject", "ruled_out"), ("accept", "affected")] {
        let review = format!("act,item,customer_id,reviewer,time,reason\n{act},ev/a/a.xlsx,C01,Ann Lee,2025-02-01,looked at it\n");
        write(&desk.path("registry/review.csv"), review.as_bytes());
        let outputs = desk.decide(&desk.path("registry"));
        assert_eq!(outputs.verdicts()["C01"], verdict, "{act}");
        assert!(
            outputs.rows("evidence.csv").iter().any(|row| row["customer_id"] == "C01" && row["review"] == format!("{act}ed by Ann Lee"))
        );
    }
}
