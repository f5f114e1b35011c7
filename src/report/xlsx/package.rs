//! The parts of a workbook around its rows (ECMA-376, parts 1 and 2). They are the same for every workbook but for the
//! names and sizes of the sheets.

use super::sheet::letters;
use std::fmt::Write;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const DOCUMENT: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// Formats of cells, in the order of [`super::sheet::Look`]: of nothing, of headers, of whole numbers.
pub(super) const STYLES: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">",
    "<numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"#,##0\"/></numFmts>",
    "<fonts count=\"2\"><font><sz val=\"11\"/><color theme=\"1\"/><name val=\"Calibri\"/><family val=\"2\"/><scheme val=\"minor\"/></font>",
    "<font><b/><sz val=\"11\"/><color theme=\"1\"/><name val=\"Calibri\"/><family val=\"2\"/><scheme val=\"minor\"/></font></fonts>",
    "<fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>",
    "<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFE8ECF1\"/><bgColor indexed=\"64\"/></patternFill></fill></fills>",
    "<borders count=\"2\"><border><left/><right/><top/><bottom/><diagonal/></border>",
    "<border><left/><right/><top/><bottom style=\"thin\"><color auto=\"1\"/></bottom><diagonal/></border></borders>",
    "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>",
    "<cellXfs count=\"3\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>",
    "<xf numFmtId=\"0\" fontId=\"1\" fillId=\"2\" borderId=\"1\" xfId=\"0\" applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\">",
    "<alignment vertical=\"top\"/></xf>",
    "<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/></cellXfs>",
    "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles><dxfs count=\"0\"/>",
    "<tableStyles count=\"0\" defaultTableStyle=\"TableStyleMedium9\" defaultPivotStyle=\"PivotStyleLight16\"/></styleSheet>",
);
/// The colours and fonts that every workbook has.
pub(super) const THEME: &str = include_str!("theme.xml");
/// Of the package: where the workbook and its properties are.
pub(super) const TOP: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">",
    "<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/>",
    "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>",
    "<Relationship Id=\"rId3\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties\" Target=\"docProps/app.xml\"/>",
    "</Relationships>",
);
/// The title, and the one moment that the format demands; it says nothing of the run.
pub(super) const CORE: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\"",
    " xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\"",
    " xmlns:dcmitype=\"http://purl.org/dc/dcmitype/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">",
    "<dc:title>Impact list</dc:title><dc:creator></dc:creator><cp:lastModifiedBy></cp:lastModifiedBy>",
    "<dcterms:created xsi:type=\"dcterms:W3CDTF\">2000-01-01T00:00:00Z</dcterms:created>",
    "<dcterms:modified xsi:type=\"dcterms:W3CDTF\">2000-01-01T00:00:00Z</dcterms:modified></cp:coreProperties>",
);

/// The parts and what each is.
pub(super) fn content_types(sheets: usize) -> String {
    const PACKAGE: &str = "application/vnd.openxmlformats-package";
    const OFFICE: &str = "application/vnd.openxmlformats-officedocument";
    let mut out = format!(
        "{DECLARATION}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"{PACKAGE}.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/docProps/app.xml\" ContentType=\"{OFFICE}.extended-properties+xml\"/>\
         <Override PartName=\"/docProps/core.xml\" ContentType=\"{PACKAGE}.core-properties+xml\"/>\
         <Override PartName=\"/xl/styles.xml\" ContentType=\"{OFFICE}.spreadsheetml.styles+xml\"/>\
         <Override PartName=\"/xl/theme/theme1.xml\" ContentType=\"{OFFICE}.theme+xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" ContentType=\"{OFFICE}.spreadsheetml.sheet.main+xml\"/>"
    );
    for number in 1..=sheets {
        _ = write!(out, "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"{OFFICE}.spreadsheetml.worksheet+xml\"/>");
    }
    out + "</Types>"
}

/// What the program that shows the workbook lists of it.
pub(super) fn app(names: &[&str]) -> String {
    let count = names.len();
    let titles: String = names.iter().map(|name| format!("<vt:lpstr>{name}</vt:lpstr>")).collect();
    format!(
        "{DECLARATION}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\" \
         xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\"><Application>Microsoft Excel</Application>\
         <DocSecurity>0</DocSecurity><ScaleCrop>false</ScaleCrop><HeadingPairs><vt:vector size=\"2\" baseType=\"variant\"><vt:variant>\
         <vt:lpstr>Worksheets</vt:lpstr></vt:variant><vt:variant><vt:i4>{count}</vt:i4></vt:variant></vt:vector></HeadingPairs>\
         <TitlesOfParts><vt:vector size=\"{count}\" baseType=\"lpstr\">{titles}</vt:vector></TitlesOfParts><Company></Company>\
         <LinksUpToDate>false</LinksUpToDate><SharedDoc>false</SharedDoc><HyperlinksChanged>false</HyperlinksChanged>\
         <AppVersion>12.0000</AppVersion></Properties>"
    )
}

/// Where the parts of the workbook are.
pub(super) fn relationships(sheets: usize) -> String {
    let mut out = format!("{DECLARATION}<Relationships xmlns=\"{RELATIONSHIPS}\">");
    let sheet = |number: usize| ("worksheet", format!("worksheets/sheet{number}.xml"));
    let others = [("theme", "theme/theme1.xml".to_owned()), ("styles", "styles.xml".to_owned())];
    for (id, (kind, target)) in (1..).zip((1..=sheets).map(sheet).chain(others)) {
        _ = write!(out, "<Relationship Id=\"rId{id}\" Type=\"{DOCUMENT}/{kind}\" Target=\"{target}\"/>");
    }
    out + "</Relationships>"
}

/// The sheets in their order, and where those with a filter have it: columns and rows, headers included.
pub(super) fn workbook(sheets: &[(&str, Option<(usize, u64)>)]) -> String {
    let mut out = format!(
        "{DECLARATION}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{DOCUMENT}\"><fileVersion appName=\"xl\" lastEdited=\"4\" lowestEdited=\"4\" rupBuild=\"4505\"/>\
         <workbookPr defaultThemeVersion=\"124226\"/><bookViews><workbookView xWindow=\"240\" yWindow=\"15\" windowWidth=\"16095\" windowHeight=\"9660\"/>\
         </bookViews><sheets>"
    );
    for (number, (name, _)) in (1..).zip(sheets) {
        _ = write!(out, "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>");
    }
    out += "</sheets><definedNames>";
    let mut filtered: Vec<_> = sheets.iter().enumerate().filter_map(|(at, (name, range))| Some((name, at, (*range)?))).collect();
    filtered.sort();
    for (name, at, (columns, rows)) in filtered {
        let last = letters(columns - 1);
        _ = write!(
            out,
            "<definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"{at}\" hidden=\"1\">{name}!$A$1:${last}${rows}</definedName>"
        );
    }
    out + "</definedNames><calcPr calcId=\"124519\" fullCalcOnLoad=\"1\"/></workbook>"
}

/// What a sheet says beside its rows.
pub(super) struct Frame<'f> {
    /// Widths of the columns in characters.
    pub widths: &'f [u32],
    /// Rows, the header included.
    pub rows: u64,
    /// It is seen first.
    pub is_first: bool,
    /// It is a list: the first column stays in view, columns have filters, and identifiers made of digits are text on
    /// purpose.
    pub is_list: bool,
}

impl Frame<'_> {
    /// What stands before the rows, and what behind them.
    pub fn around(&self) -> (String, String) {
        let range = format!("A1:{}{}", letters(self.widths.len() - 1), self.rows);
        let selected = if self.is_first { "tabSelected=\"1\" " } else { "" };
        let pane = match self.is_list {
            true => {
                "<pane xSplit=\"1\" ySplit=\"1\" topLeftCell=\"B2\" activePane=\"bottomRight\" state=\"frozen\"/>\
                 <selection pane=\"topRight\" activeCell=\"B1\" sqref=\"B1\"/><selection pane=\"bottomLeft\" activeCell=\"A2\" sqref=\"A2\"/>\
                 <selection pane=\"bottomRight\"/>"
            }
            false => "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/><selection pane=\"bottomLeft\"/>",
        };
        let mut before = format!(
            "{DECLARATION}<worksheet xmlns=\"{MAIN}\" xmlns:r=\"{DOCUMENT}\"><dimension ref=\"{range}\"/><sheetViews>\
             <sheetView {selected}workbookViewId=\"0\">{pane}</sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/><cols>"
        );
        let mut first = 1;
        for same in self.widths.chunk_by(|a, b| a == b) {
            let last = first + same.len() - 1;
            // With the margin of five pixels that a cell has in the default font.
            _ = write!(before, "<col min=\"{first}\" max=\"{last}\" width=\"{}.7109375\" customWidth=\"1\"/>", same[0]);
            first = last + 1;
        }
        before += "</cols><sheetData>";
        let margins = "<pageMargins left=\"0.7\" right=\"0.7\" top=\"0.75\" bottom=\"0.75\" header=\"0.3\" footer=\"0.3\"/>";
        let after = match self.is_list {
            true => format!(
                "</sheetData><autoFilter ref=\"{range}\"/>{margins}<ignoredErrors><ignoredError sqref=\"{range}\" numberStoredAsText=\"1\"/>\
                 </ignoredErrors></worksheet>"
            ),
            false => format!("</sheetData>{margins}</worksheet>"),
        };
        (before, after)
    }
}
