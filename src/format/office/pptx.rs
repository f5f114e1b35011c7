//! Presentations of Office Open XML (ECMA-376 part 1, 19): slides, notes, comments and diagrams.

use super::ooxml::{Package, has_part};
use super::paragraphs;
use crate::format::{Failure, Format, Probe, Runs, Sink};

/// PPTX, PPTM, PPSX and POTX.
pub const FORMAT: Format = Format {
    name: "pptx",
    media_type: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    recognise: |probe: &Probe<'_>| {
        has_part(probe, |name| name == "ppt/presentation.xml" || name.starts_with("ppt/slides/") && name.ends_with(".xml"))
    },
    read,
    runs: Runs::Fenced,
    version: 4,
    limitations: &[],
};

/// Reads a presentation.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    const FOLDERS: [&str; 8] =
        ["slides/", "notesslides/", "slidelayouts/", "slidemasters/", "notesmasters/", "handoutmasters/", "comments/", "diagrams/"];
    let Some(mut package) = Package::open(bytes, sink)? else { return Ok(()) };
    let is_text = |name: &str| {
        name.ends_with(".xml") && name.strip_prefix("ppt/").is_some_and(|rest| FOLDERS.iter().any(|folder| rest.starts_with(folder)))
    };
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
    fn slides_are_read() {
        let bytes = package(&[
            ("[Content_Types].xml", "<Types/>"),
            (
                "ppt/slides/slide1.xml",
                "<p:sld><p:sp><p:nvSpPr><p:cNvPr name=\"Title 1\" descr=\"Logo of a bank\"/></p:nvSpPr><a:p><a:r><a:t>First Sta</a:t></a:r><a:r><a:t>te Bank</a:t></a:r></a:p></p:sp></p:sld>",
            ),
        ]);
        assert!((FORMAT.recognise)(&Probe::new(&bytes)));
        read_with(read, &bytes, |_, collector| {
            let text = collector.text();
            assert!(text.contains("First State Bank\n") && text.contains("Logo of a bank"), "{text:?}");
        });
    }
}
