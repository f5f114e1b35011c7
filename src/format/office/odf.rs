//! OpenDocument (ISO/IEC 26300-1): text, spreadsheets, presentations and drawings. Tables are tables, also
//! those in texts; headers, footers, notes, comments and deleted text are text.

use super::ooxml::{Package, has_names};
use crate::format::grid::Grid;
use crate::format::text::entity;
use crate::format::text::markup::{Lexer, Token, attribute, attributes, local};
use crate::format::{At, BORDER, Failure, Format, PassageKind, Probe, Runs, Sink};
use crate::model::Cause;
use std::io::{self, Read};

/// ODT, ODS, ODP, ODG, and the formats of OpenOffice 1.
pub static FORMAT: Format = Format {
    name: "opendocument",
    media_type: "application/vnd.oasis.opendocument",
    recognise,
    read,
    runs: Runs::Fenced,
    version: 5,
    limitations: &["encrypted documents are gaps", "formulas are not computed: their last results are read"],
};

/// Repetitions of a row or cell that are written out.
const REPEATED: usize = 1024;
/// A row with more text than this is text.
const MAX_ROW: usize = 4 << 20;
/// Lines are handed over from this length on.
const MAX_LINE: usize = 1 << 20;

/// The first entry says what the package is (part 2, 3.3), and is stored; where it is not, the parts say it.
fn recognise(probe: &Probe<'_>) -> bool {
    let head = &probe.head[..probe.head.len().min(256)];
    let kinds = [&b"application/vnd.oasis.opendocument."[..], b"application/vnd.sun.xml."];
    let is_first = head.starts_with(b"PK\x03\x04") && head.get(30..38) == Some(b"mimetype");
    is_first && kinds.iter().any(|kind| memchr::memmem::find(head, kind).is_some())
        || has_names(probe, &["mimetype", "content.xml", "styles.xml"])
}

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let Some(mut package) = Package::open(bytes, sink)? else { return Ok(()) };
    let manifest = package.peek("meta-inf/manifest.xml");
    if memchr::memmem::find(&manifest, b"encryption-data").is_some() {
        for part in package.select(|name| !matches!(name, "mimetype" | "meta-inf/manifest.xml")) {
            package.give_up(part, Cause::Encrypted, "the document is encrypted");
        }
    }
    let is_text = |name: &str| ["content.xml", "styles.xml"].iter().any(|n| name == *n || name.ends_with(&format!("/{n}")));
    for part in package.select(is_text) {
        if sink.stopped() {
            return Ok(());
        }
        package.read(part, sink, |lexer, offset, sink| Writer::new(offset).read(lexer, sink));
    }
    package.into_members(sink);
    Ok(())
}

#[derive(Default)]
struct Cell {
    text: String,
    value: Option<String>,
    numeric: bool,
    repeat: usize,
}

struct Writer {
    offset: u64,
    line: String,
    aside: String,
    /// Tables inside each other; only the outermost has rows.
    tables: usize,
    grid: Option<Grid>,
    row: Vec<String>,
    row_bytes: usize,
    repeat: usize,
    cell: Option<Cell>,
    notes: usize,
}

impl Writer {
    fn new(offset: u64) -> Self {
        Self {
            offset,
            line: String::new(),
            aside: String::new(),
            tables: 0,
            grid: None,
            row: Vec::new(),
            row_bytes: 0,
            repeat: 1,
            cell: None,
            notes: 0,
        }
    }

    fn read(mut self, lexer: &mut Lexer<&mut dyn Read>, sink: &mut Sink<'_>) -> io::Result<()> {
        sink.kind(PassageKind::Prose);
        sink.border();
        let result = self.walk(lexer, sink);
        self.end_cell();
        self.end_row(sink);
        self.end_line(sink);
        self.grid.take().into_iter().for_each(|grid| grid.end(sink));
        sink.kind(PassageKind::Prose);
        sink.border();
        result
    }

    fn walk(&mut self, lexer: &mut Lexer<&mut dyn Read>, sink: &mut Sink<'_>) -> io::Result<()> {
        let mut steps = 0u64;
        while let Some((_, token)) = lexer.token()? {
            match token {
                Token::Start(name, attributes, empty) => {
                    self.start(local(name), attributes, sink);
                    if empty {
                        self.end(local(name), sink);
                    }
                }
                Token::End(name) => self.end(local(name), sink),
                Token::Text(text) => self.text(&entity::decode(text), sink),
                Token::Raw(text) => self.text(text, sink),
                Token::Aside(text) => self.keep(text),
            }
            if self.aside.len() > MAX_LINE {
                self.push_aside(sink);
            }
            steps += 1;
            if steps.is_multiple_of(65_536) && sink.stopped() {
                break;
            }
        }
        Ok(())
    }

    fn start(&mut self, name: &str, text: &str, sink: &mut Sink<'_>) {
        let number = |name: &str| attribute(text, name).and_then(|n| n.parse::<usize>().ok()).unwrap_or(1).clamp(1, REPEATED);
        match name {
            "table" => {
                self.tables += 1;
                if self.tables == 1 {
                    self.end_line(sink);
                    self.grid = Some(Grid::sheet(&attribute(text, "name").unwrap_or_default(), self.offset));
                }
            }
            "table-row" if self.tables == 1 => self.repeat = number("number-rows-repeated"),
            "table-cell" | "covered-table-cell" if self.tables == 1 => {
                self.end_cell();
                let kind = attribute(text, "value-type").unwrap_or_default();
                let key = match &*kind {
                    "date" => "date-value",
                    "time" => "time-value",
                    "boolean" => "boolean-value",
                    "string" => "string-value",
                    _ => "value",
                };
                self.cell = Some(Cell {
                    text: String::new(),
                    value: attribute(text, key).map(|v| v.into_owned()),
                    numeric: kind != "string" && !kind.is_empty(),
                    repeat: number("number-columns-repeated"),
                });
                if let Some(formula) = attribute(text, "formula").filter(|f| f.contains('"')) {
                    self.keep(&formula);
                }
            }
            "tab" => self.text("\t", sink),
            "line-break" => self.text("\n", sink),
            "s" => self.text(&" ".repeat(number("c").min(64)), sink),
            "annotation" | "note" => self.notes += 1,
            _ => {}
        }
        for (_, attribute, value) in attributes(text) {
            if matches!(local(attribute), "href" | "creator" | "author" | "help-message" | "description") && !value.is_empty() {
                self.keep(&entity::decode(value));
            }
        }
    }

    fn end(&mut self, name: &str, sink: &mut Sink<'_>) {
        match name {
            "p" | "h" => self.text("\n", sink),
            "table-cell" | "covered-table-cell" if self.tables == 1 => self.end_cell(),
            "table-row" if self.tables == 1 => {
                self.end_cell();
                self.end_row(sink);
            }
            "table" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    self.end_row(sink);
                    self.push_aside(sink);
                    self.grid.take().into_iter().for_each(|grid| grid.end(sink));
                }
            }
            "annotation" | "note" => {
                self.notes = self.notes.saturating_sub(1);
                self.aside.push(BORDER);
            }
            "creator" | "creator-initials" | "date" | "date-string" if self.notes > 0 => self.aside.push(BORDER),
            "page" | "text-box" | "frame" | "creator" | "date" if self.cell.is_none() => {
                self.end_line(sink);
                sink.border();
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, sink: &mut Sink<'_>) {
        if self.notes > 0 || self.tables > 0 && self.cell.is_none() {
            // Comments and notes, and shapes between the rows of a sheet.
            if text != "\n" || !self.aside.ends_with(['\n', BORDER]) {
                self.aside.push_str(text);
            }
            return;
        }
        match &mut self.cell {
            Some(cell) => {
                self.row_bytes += text.len();
                match self.row_bytes > MAX_ROW {
                    true => self.aside.push_str(text),
                    false => cell.text.push_str(text),
                }
            }
            None if text == "\n" => self.end_line(sink),
            None => {
                self.line.push_str(text);
                if self.line.len() > MAX_LINE {
                    sink.text(&std::mem::take(&mut self.line), At::Decoded(self.offset));
                }
            }
        }
    }

    fn keep(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.aside.push(BORDER);
            self.aside.push_str(text);
            self.aside.push(BORDER);
        }
    }

    fn end_cell(&mut self) {
        let Some(cell) = self.cell.take() else { return };
        let shown = cell.text.trim_end_matches('\n');
        // Digits as they are shown keep their leading zeros; anything grouped or rounded is taken as stored.
        let is_code = shown.starts_with('0') && shown.bytes().all(|b| b.is_ascii_digit() || b"- /()".contains(&b));
        let content = match cell.value {
            Some(value) if shown.is_empty() || cell.numeric && !is_code => value,
            _ => shown.to_owned(),
        };
        let count = if content.is_empty() || self.row_bytes > MAX_ROW {
            1.max(cell.repeat.min(REPEATED.saturating_sub(self.row.len())))
        } else {
            cell.repeat
        };
        if self.row.len() < 16 * REPEATED {
            self.row.extend(std::iter::repeat_n(content, count));
        } else {
            self.keep(&content);
        }
    }

    fn end_row(&mut self, sink: &mut Sink<'_>) {
        self.row_bytes = 0;
        let mut row = std::mem::take(&mut self.row);
        row.truncate(row.iter().rposition(|c| !c.is_empty()).map_or(0, |n| n + 1));
        if let Some(grid) = self.grid.as_mut().filter(|_| !row.is_empty()) {
            for _ in 1..self.repeat {
                grid.row(row.clone(), sink);
            }
            grid.row(row, sink);
        }
        self.repeat = 1;
    }

    fn end_line(&mut self, sink: &mut Sink<'_>) {
        if !self.line.is_empty() {
            self.line.push('\n');
            sink.text(&std::mem::take(&mut self.line), At::Decoded(self.offset));
        }
        if self.grid.is_none() {
            self.push_aside(sink);
        }
    }

    fn push_aside(&mut self, sink: &mut Sink<'_>) {
        let aside = std::mem::take(&mut self.aside);
        match &self.grid {
            Some(grid) => grid.aside(&aside, sink),
            None if !aside.is_empty() => {
                sink.border();
                sink.text(&aside, At::Decoded(self.offset));
                sink.border();
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ooxml::tests::package;
    use super::*;
    use crate::format::testing::read_with;

    const KIND: (&str, &str) = ("mimetype", "application/vnd.oasis.opendocument.text");

    fn document(content: &str) -> Vec<u8> {
        package(&[
            KIND,
            ("content.xml", content),
            (
                "styles.xml",
                "<office:document-styles><style:footer><text:p>Foot &amp; more</text:p></style:footer></office:document-styles>",
            ),
            ("meta.xml", "<office:meta><dc:creator>Ann</dc:creator></office:meta>"),
        ])
    }

    #[test]
    fn text_and_tables_are_read() {
        let bytes = document(
            "<office:document-content><text:p>First <text:span>St</text:span>ate<text:s text:c=\"2\"/>Bank<text:note><text:p>a note</text:p></text:note></text:p>\
             <table:table table:name=\"Clients\"><table:table-row><table:table-cell><text:p>name</text:p></table:table-cell><table:table-cell><text:p>routing</text:p></table:table-cell></table:table-row>\
             <table:table-row table:number-rows-repeated=\"2\"><table:table-cell office:value-type=\"string\"><text:p>Peoples</text:p><office:annotation><dc:creator>Ann</dc:creator><dc:date>2024-09-18</dc:date><text:p>remark</text:p></office:annotation></table:table-cell>\
             <table:table-cell office:value-type=\"float\" office:value=\"21000021\"><text:p>021000021</text:p></table:table-cell></table:table-row>\
             <table:table-row><table:table-cell/><table:table-cell office:value-type=\"float\" office:value=\"1234.5\"><text:p>1,234.50</text:p></table:table-cell><table:table-cell table:number-columns-repeated=\"16000\"/></table:table-row></table:table>\
             <text:p>after <text:a xlink:href=\"https://x.example/\">it</text:a></text:p></office:document-content>",
        );
        assert!(recognise(&Probe::new(&bytes)));
        read_with(read, &bytes, |sink, collector| {
            let text = collector.text();
            for wanted in [
                "First State  Bank\n",
                "a note",
                "name\trouting\n",
                "Peoples\t021000021\n",
                "\t1234.5\n",
                "\u{1E}remark",
                "after it",
                "https://x.example/",
                "Foot & more",
            ] {
                assert!(text.contains(wanted), "{wanted} in {text:?}");
            }
            assert_eq!((sink.facts.tables.len(), sink.facts.tables[0].rows), (1, 3));
            assert!(sink.gaps.is_empty() && sink.members.iter().any(|m| m.name == b"meta.xml"));
        });
    }

    #[test]
    fn encrypted_and_damaged_documents_are_gaps() {
        let locked = package(&[KIND, ("content.xml", "noise"), ("META-INF/manifest.xml", "<manifest:encryption-data/>")]);
        read_with(read, &locked, |sink, _| assert!(sink.members.iter().any(|m| m.defect == Some(Cause::Encrypted))));
        let bytes = document("<a><text:p>First State Bank</text:p><table:table><table:table-row><table:table-cell><text:p>x");
        read_with(read, &bytes, |sink, collector| {
            assert!(collector.text().contains("First State Bank") && sink.gaps.len() == 1);
        });
        for i in (0..bytes.len()).step_by(3) {
            let mut broken = bytes.clone();
            broken[i] ^= 0x41;
            read_with(read, &broken, |_, _| ());
            read_with(read, &bytes[..i], |_, _| ());
        }
    }
}
