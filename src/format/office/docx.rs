//! Documents of Office Open XML (ECMA-376 part 1, 17): body, headers, footers, notes and comments.

use super::ooxml::{Package, has_part};
use super::paragraphs;
use crate::format::{Failure, Format, Probe, Runs, Sink};

/// DOCX, DOCM, DOTX and DOTM.
pub const FORMAT: Format = Format {
    name: "docx",
    media_type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    recognise: |probe: &Probe<'_>| has_part(probe, is_text),
    read,
    runs: Runs::Fenced,
    version: 5,
    limitations: &["numbers of lists and fields that were never computed are not seen"],
};

/// Parts with paragraphs.
fn is_text(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("word/") else { return false };
    let rest = rest.strip_prefix("glossary/").unwrap_or(rest);
    let stems = ["document", "header", "footer", "footnotes", "endnotes", "comments", "diagrams/data", "diagrams/drawing"];
    rest.ends_with(".xml") && stems.iter().any(|stem| rest.starts_with(stem)) && (!rest.contains('/') || rest.starts_with("diagrams/"))
}

/// Reads a document.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let Some(mut package) = Package::open(bytes, sink)? else { return Ok(()) };
    for part in package.select(is_text) {
        if sink.stopped() {
            return Ok(());
        }
        package.read(part, sink, paragraphs::push);
    }
    package.into_members(sink);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::ooxml::tests::package;
    use super::*;
    use crate::format::testing::read_with;

    #[test]
    fn tables_are_records() {
        let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
        let row = |cells: [&str; 2]| format!("<w:tr>{}{}</w:tr>", cell(cells[0]), cell(cells[1]));
        let rows = [["Client code", "Name"], ["QX7", "Ann Lee"], ["QX9", "Bob Ray"]].map(row).concat();
        let document =
            format!("<w:document><w:body><w:tbl><w:tblPr/>{rows}</w:tbl><w:p><w:r><w:t>After</w:t></w:r></w:p></w:body></w:document>");
        let bytes = package(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", &document)]);
        read_with(read, &bytes, |sink, collector| {
            assert_eq!(sink.facts.tables.iter().map(|table| table.rows).collect::<Vec<_>>(), [2]);
            assert!(collector.text().contains("QX9\tBob Ray\n") && collector.text().contains("After"));
        });
    }

    #[test]
    fn content_controls_are_a_record() {
        let control = |name: &str, text: &str| {
            format!(
                "<w:p><w:sdt><w:sdtPr><w:tag w:val=\"f\"/><w:alias w:val=\"{name}\"/></w:sdtPr><w:sdtContent><w:r><w:t>{text}</w:t></w:r></w:sdtContent></w:sdt></w:p>"
            )
        };
        let fields = [("Client code", "QX7"), ("Member name", "Ann Lee"), ("SSN", "219-09-9999")];
        let fields: String = fields.iter().map(|(name, text)| control(name, text)).collect();
        let section = format!(
            "<w:document><w:body><w:sdt><w:sdtPr><w:alias w:val=\"All\"/></w:sdtPr><w:sdtContent>{fields}</w:sdtContent></w:sdt></w:body></w:document>"
        );
        let bytes = package(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", &section)]);
        read_with(read, &bytes, |sink, collector| {
            assert_eq!(sink.facts.tables.iter().map(|table| (table.rows, table.columns.len())).collect::<Vec<_>>(), [(1, 3)]);
            assert!(collector.text().contains("Client code: QX7"), "{:?}", collector.text());
        });
    }

    #[test]
    fn runs_are_joined_and_cells_kept_apart() {
        let bytes = package(&[
            ("[Content_Types].xml", "<Types/>"),
            (
                "word/document.xml",
                "<?xml version=\"1.0\"?><w:document><w:body><w:p><w:r><w:t>First St</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>ate</w:t><w:tab/><w:t>Bank</w:t></w:r></w:p>\
                 <w:p><w:r><w:t xml:space=\"preserve\">the </w:t></w:r><w:del w:author=\"Ann\"><w:r><w:delText>old </w:delText></w:r></w:del><w:ins><w:r><w:t>new </w:t></w:r></w:ins><w:r><w:t>bank</w:t></w:r></w:p>\
                 <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Peoples</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Bank</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
                 <w:p><w:r><w:t>outer </w:t><w:pict><w:txbxContent><w:p><w:r><w:t>inside box</w:t></w:r></w:p></w:txbxContent></w:pict><w:t>text</w:t></w:r></w:p></w:body></w:document>",
            ),
            ("word/footer1.xml", "<w:ftr><w:p><w:r><w:t>Footer &amp; more</w:t></w:r></w:p></w:ftr>"),
            ("word/media/image1.png", "\u{89}PNG"),
        ]);
        assert!((FORMAT.recognise)(&Probe::new(&bytes)));
        read_with(read, &bytes, |sink, collector| {
            let text = collector.text();
            for wanted in [
                "First State\tBank\nthe new bank",
                "the new bank",
                "the old bank",
                "Peoples\n\u{1E}Bank",
                "inside box\n",
                "outer text\n",
                "Footer & more",
                "Ann",
            ] {
                assert!(text.contains(wanted), "{wanted} in {text:?}");
            }
            assert!(sink.gaps.is_empty());
            assert_eq!(sink.members.len(), 2);
        });
    }
}
