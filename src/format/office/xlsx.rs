//! Workbooks of Office Open XML (ECMA-376 part 1, 18): every sheet, hidden ones too, as a table.

use super::ooxml::{Package, has_part, relations};
use super::paragraphs;
use super::xlsx_merged::Merged;
use super::xlsx_pivot;
use super::xlsx_sheet::SheetReader;
use super::xlsx_strings::SharedStrings;
use super::xlsx_styles::Styles;
use crate::format::text::markup::{Lexer, Token, attribute, local};
use crate::format::{Failure, Format, Probe, Runs, Sink};

/// XLSX, XLSM, XLTX and XLTM.
pub const FORMAT: Format = Format {
    name: "xlsx",
    media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    recognise: |probe: &Probe<'_>| {
        has_part(probe, |name| {
            name == "xl/workbook.xml" || name == "workbook.xml" || name.starts_with("xl/worksheets/") && name.ends_with(".xml")
        })
    },
    read,
    runs: Runs::Fenced,
    version: 6,
    limitations: &[
        "formulas are not computed: their last results are read",
        "number formats are applied where they show leading zeros or dates, not elsewhere",
    ],
};

/// Reads a workbook.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let Some(mut package) = Package::open(bytes, sink)? else { return Ok(()) };
    // Nearly always `xl/`; the name is free, and some writers use none.
    let folder = if package.find("xl/workbook.xml").is_none() && package.find("workbook.xml").is_some() { "" } else { "xl/" };
    let workbook = package.peek(&format!("{folder}workbook.xml"));
    let rels = relations(&package.peek(&format!("{folder}_rels/workbook.xml.rels")), folder);
    let mut styles = Styles::parse(&package.peek(&format!("{folder}styles.xml")));
    let sheets = sheets(&workbook, &rels, &mut styles);
    let mut strings = SharedStrings::default();
    let shared = package.select(|name| name.strip_prefix(folder).is_some_and(|name| name.starts_with("sharedstrings"))).first().copied();
    if let Some(part) = shared {
        package.read(part, sink, |lexer, offset, sink| strings.read(lexer, offset, sink));
    }
    let mut order: Vec<(usize, String)> = sheets.into_iter().filter_map(|(name, target)| Some((package.find(&target)?, name))).collect();
    order.retain(|(part, _)| folder.is_empty() || package.part(*part).name.starts_with("xl/worksheets/"));
    for part in package.select(|name| name.starts_with("xl/worksheets/") && name.ends_with(".xml")) {
        if order.iter().all(|(known, _)| *known != part) {
            order.push((part, package.part(part).name.clone()));
        }
    }
    for (part, name) in order {
        if sink.stopped() {
            return Ok(());
        }
        let merged = Merged::of(&mut package, part, sink.limits());
        package.read(part, sink, |lexer, offset, sink| SheetReader::new(&name, merged, &mut strings, &styles, offset).read(lexer, sink));
    }
    xlsx_pivot::read(&mut package, folder, sink);
    strings.push_unused(sink);
    for part in package.select(|name| {
        name.ends_with(".xml") && ["xl/comments", "xl/threadedcomments/", "xl/drawings/"].iter().any(|p| name.starts_with(p))
    }) {
        package.read(part, sink, paragraphs::push);
    }
    package.into_members(sink);
    Ok(())
}

/// Names and parts of the sheets, in the order of the workbook.
fn sheets(workbook: &[u8], rels: &[(String, String)], styles: &mut Styles) -> Vec<(String, String)> {
    let mut lexer = Lexer::new(workbook, false);
    let mut out = Vec::new();
    while let Ok(Some((_, token))) = lexer.token() {
        let Token::Start(name, attributes, _) = token else { continue };
        match local(name) {
            "workbookPr" => styles.from_1904 = attribute(attributes, "date1904").is_some_and(|v| v == "1" || v == "true"),
            "sheet" => {
                let (name, id) = (attribute(attributes, "name"), attribute(attributes, "id"));
                let target = id.and_then(|id| rels.iter().find(|(known, _)| *known == *id)).map(|(_, target)| target.clone());
                out.extend(name.map(std::borrow::Cow::into_owned).zip(target));
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::ooxml::tests::package;
    use super::*;
    use crate::format::testing::read_with;

    fn workbook() -> Vec<u8> {
        package(&[
            ("[Content_Types].xml", "<Types/>"),
            (
                "xl/workbook.xml",
                "<workbook><sheets><sheet name=\"Clients\" sheetId=\"1\" state=\"hidden\" r:id=\"rId1\"/></sheets></workbook>",
            ),
            ("xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>"),
            (
                "xl/styles.xml",
                "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"000000000\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>",
            ),
            (
                "xl/sharedStrings.xml",
                "<sst><si><t>name</t></si><si><t>routing</t></si><si><r><t>First </t></r><r><rPr><b/></rPr><t>State &amp; Co</t></r></si><si><t>Orphan Bank</t></si></sst>",
            ),
            (
                "xl/worksheets/sheet1.xml",
                "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Title of the sheet</t></is></c></row>\
                 <row r=\"3\"><c r=\"A3\" t=\"s\"><v>0</v></c><c r=\"C3\" t=\"s\"><v>1</v></c></row>\
                 <row r=\"4\"><c r=\"A4\" t=\"s\"><v>2</v></c><c r=\"C4\" s=\"1\"><v>21000021</v></c></row>\
                 <row r=\"5\"><c r=\"A5\" t=\"str\"><f>\"Lit\"&amp;A1</f><v>Peoples</v></c><c r=\"C5\" s=\"1\"><v>11000015</v></c></row>\
                 <row r=\"6\"><c r=\"XFD1048576\"><v>1.5E+15</v></c></row></sheetData><headerFooter><oddHeader>Secret header</oddHeader></headerFooter></worksheet>",
            ),
            (
                "xl/comments1.xml",
                "<comments><commentList><comment ref=\"A1\"><text><r><t>A com</t></r><r><t>ment</t></r></text></comment></commentList></comments>",
            ),
            ("docProps/core.xml", "<coreProperties><creator>Somebody</creator></coreProperties>"),
        ])
    }

    #[test]
    fn sheets_are_tables_and_nothing_is_lost() {
        let bytes = workbook();
        assert!((FORMAT.recognise)(&Probe::new(&bytes)));
        read_with(read, &bytes, |sink, collector| {
            let text = collector.text();
            for wanted in [
                "Title of the sheet",
                "name\t\trouting\n",
                "First State & Co\t\t021000021\n",
                "Peoples\t\t011000015\n",
                "1500000000000000",
                "Secret header",
                "A comment",
                "Orphan Bank",
                "\"Lit\"&A1",
            ] {
                assert!(text.contains(wanted), "{wanted} in {text:?}");
            }
            assert_eq!(sink.facts.tables.len(), 1);
            assert_eq!((sink.facts.tables[0].name.as_str(), sink.facts.tables[0].rows), ("Clients", 3));
            assert!(sink.gaps.is_empty(), "{:?}", sink.gaps);
            assert!(sink.members.iter().any(|m| m.name == b"docProps/core.xml"));
            let left: Vec<_> = sink.coverage.clone().partition(bytes.len() as u64).into_iter().filter(|(_, c)| c.is_none()).collect();
            assert!(left.is_empty(), "{left:?}");
        });
    }

    #[test]
    fn damage_is_a_gap_and_no_panic() {
        let bytes = workbook();
        for i in 0..bytes.len() / 3 {
            let mut broken = bytes.clone();
            broken[i * 3] ^= 0x41;
            read_with(read, &broken, |_, _| ());
            if i % 16 == 0 {
                read_with(read, &bytes[..i * 3], |_, _| ());
            }
        }
        let cut = package(&[
            ("[Content_Types].xml", "<Types/>"),
            ("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row><c r=\"A1\" t=\"str\"><v>First State Bank</v></c><c r=\"B"),
        ]);
        read_with(read, &cut, |sink, collector| {
            assert!(collector.text().contains("First State Bank"));
            assert_eq!(sink.gaps.len(), 1);
        });
    }
}
