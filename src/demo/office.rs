//! The smallest Office Open XML documents (ECMA-376) that spreadsheets and word processors open.

use super::containers::zip;
use super::tables::{Table, markup};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const DOCUMENT: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const MIME: &str = "application/vnd.openxmlformats-officedocument";

fn relationships(targets: &[(&str, &str)]) -> String {
    let mut xml = format!("{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">");
    for (i, (kind, target)) in targets.iter().enumerate() {
        let _ = write!(xml, "<Relationship Id=\"rId{}\" Type=\"{DOCUMENT}/{kind}\" Target=\"{target}\"/>", i + 1);
    }
    xml + "</Relationships>"
}

fn content_types(parts: &[(&str, &str)]) -> String {
    let mut xml = format!(
        "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
         ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    );
    for (part, kind) in parts {
        let _ = write!(xml, "<Override PartName=\"{part}\" ContentType=\"{MIME}.{kind}+xml\"/>");
    }
    xml + "</Types>"
}

/// A workbook with one sheet. Text goes through shared strings, amounts with a decimal point are numbers.
pub(crate) fn xlsx(sheet: &str, table: &Table) -> io::Result<Vec<u8>> {
    let mut strings: Vec<&str> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rows = String::new();
    for (r, line) in table.lines().enumerate() {
        let _ = write!(rows, "<row r=\"{}\">", r + 1);
        for (c, cell) in line.iter().enumerate() {
            // The tables of the demonstration have fewer than 26 columns.
            let place = format!("{}{}", (b'A' + c as u8) as char, r + 1);
            if cell.contains('.') && cell.parse::<f64>().is_ok() {
                let _ = write!(rows, "<c r=\"{place}\"><v>{cell}</v></c>");
            } else {
                let index = *known.entry(cell).or_insert_with(|| {
                    strings.push(cell);
                    strings.len() - 1
                });
                let _ = write!(rows, "<c r=\"{place}\" t=\"s\"><v>{index}</v></c>");
            }
        }
        rows.push_str("</row>");
    }
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let mut shared = format!("{HEAD}<sst xmlns=\"{main}\" uniqueCount=\"{}\">", strings.len());
    strings.iter().for_each(|s| shared += &format!("<si><t xml:space=\"preserve\">{}</t></si>", markup(s)));
    shared.push_str("</sst>");
    let types = content_types(&[
        ("/xl/workbook.xml", "spreadsheetml.sheet.main"),
        ("/xl/worksheets/sheet1.xml", "spreadsheetml.worksheet"),
        ("/xl/sharedStrings.xml", "spreadsheetml.sharedStrings"),
    ]);
    let workbook = format!(
        "{HEAD}<workbook xmlns=\"{main}\" xmlns:r=\"{DOCUMENT}\"><sheets><sheet name=\"{}\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        markup(sheet)
    );
    zip(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", relationships(&[("officeDocument", "xl/workbook.xml")]).as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        (
            "xl/_rels/workbook.xml.rels",
            relationships(&[("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")]).as_bytes(),
        ),
        ("xl/worksheets/sheet1.xml", format!("{HEAD}<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>").as_bytes()),
        ("xl/sharedStrings.xml", shared.as_bytes()),
    ])
}

/// A document of paragraphs. A `|` ends a run of text, as editing leaves runs that end inside words; it is
/// not written.
pub fn docx(paragraphs: &[String]) -> io::Result<Vec<u8>> {
    let run = |text: &str| format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", markup(text));
    let body: String = paragraphs.iter().map(|p| format!("<w:p>{}</w:p>", p.split('|').map(run).collect::<String>())).collect();
    let main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    zip(&[
        ("[Content_Types].xml", content_types(&[("/word/document.xml", "wordprocessingml.document.main")]).as_bytes()),
        ("_rels/.rels", relationships(&[("officeDocument", "word/document.xml")]).as_bytes()),
        ("word/document.xml", format!("{HEAD}<w:document xmlns:w=\"{main}\"><w:body>{body}</w:body></w:document>").as_bytes()),
    ])
}
