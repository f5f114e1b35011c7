//! HTML as text: tags go, references are decoded, blocks and table cells are kept apart, scripts,
//! comments and the values of attributes stay.

use super::stretch::beginning;
use super::xml::read_markup;
use crate::format::{Failure, Format, Probe, Runs, Sink};

/// HTML pages and fragments.
pub const FORMAT: Format = Format {
    name: "html",
    media_type: "text/html",
    recognise,
    read,
    runs: Runs::Inside,
    version: 8,
    limitations: &["text that scripts put together is not seen"],
};

/// Elements inside running text (HTML Living Standard, section 4.5 and 4.8, phrasing content).
pub(crate) const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins", "kbd", "mark",
    "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
];

/// Elements that end a line of text, and no more.
pub(super) const LINES: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "center",
    "div",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "main",
    "p",
    "pre",
    "section",
];

/// Elements that only HTML has; one of them at the start makes a page or a fragment of one.
const ROOTS: &[&str] = &[
    "<!doctype html",
    "<html",
    "<head",
    "<body",
    "<table",
    "<div",
    "<p>",
    "<meta ",
    "<title",
    "<script",
    "<style",
    "<h1",
    "<h2",
    "<h3",
    "<center",
    "<dl>",
    "<dl ",
    "<ul>",
    "<ul ",
    "<ol>",
    "<ol ",
    "<br>",
    "<hr>",
];

/// Does the text begin as HTML does? Comments and an XML declaration may stand before.
pub(super) fn is_html(text: &str) -> bool {
    let mut rest = text.trim_start();
    for _ in 0..16 {
        let after =
            |open: &str, close: &str| rest.strip_prefix(open).and_then(|r| r.split_once(close)).map(|(_, after)| after.trim_start());
        let Some(next) = after("<!--", "-->").or_else(|| after("<?", "?>")) else { break };
        rest = next;
    }
    let start = rest[..rest.floor_char_boundary(64)].to_ascii_lowercase();
    ROOTS.iter().any(|root| start.starts_with(root))
}

fn recognise(probe: &Probe<'_>) -> bool {
    beginning(probe, 16 << 10).is_some_and(|text| is_html(&text))
}

/// Reads an item as HTML text.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    super::embedded::read_beside(bytes, sink, read_text)
}

fn read_text(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    read_markup(bytes, true, sink)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    #[test]
    fn pages_become_text() {
        let page = "<!DOCTYPE html><html><head><title>T</title><script>var bank = \"Peoples\";</script></head><body>\
            <p>First <b>St</b>ate<br>Bank <a href=\"https://x.example/a&amp;b\" title=\"Hint\">here</a></p>\
            <table><tr><td>Ann</td><td>Lee</td></tr></table><!-- hidden note --><input value=\"typed\"></body></html>";
        assert!(recognise(&Probe::new(page.as_bytes())));
        read_with(read, page.as_bytes(), |_, collector| {
            let text = collector.text();
            for wanted in [
                "First State\nBank here",
                "var bank = \"Peoples\";",
                "href=https://x.example/a&b",
                "title=Hint",
                "hidden note",
                "value=typed",
            ] {
                assert!(text.contains(wanted), "{wanted} in {text:?}");
            }
            assert!(!text.contains("Ann Lee") && text.contains("Ann\n\u{1E}Lee"), "{text:?}");
        });
    }

    #[test]
    fn tables_are_records() {
        let page = "<html><body><table class=x><TR><TH>Client code<TH>Name</TR>\n<tr><td>QX7</td><td>Ann&nbsp;<b>Le</b>e</td></tr>\
            <tr><td>QX9<td>Bob\n Ray</tr></table><p>After</p></body></html>";
        read_with(read, page.as_bytes(), |sink, collector| {
            let [table] = &sink.facts.tables[..] else { panic!("{} tables", sink.facts.tables.len()) };
            assert_eq!((&table.header[..], table.rows), (&["Client code".to_owned(), "Name".to_owned()][..], 2));
            assert!(collector.text().contains("QX9\tBob Ray\n") && collector.text().contains("After"), "{:?}", collector.text());
        });
    }

    #[test]
    fn xml_is_not_html() {
        assert!(!is_html("<?xml version=\"1.0\"?><Document/>"));
        assert!(is_html("<?xml version=\"1.0\"?>\n<!-- x --><!DOCTYPE html PUBLIC>"));
    }
}
