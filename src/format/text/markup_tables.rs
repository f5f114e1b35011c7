//! Tables in markup: those of HTML, and those of office programs and publishing in XML (SpreadsheetML and WordprocessingML
//! of 2003, flat OpenDocument, CALS, DrawingML), whose elements are named alike; and in HTML text that is set as it is
//! typed, whose columns stand under headings.

use super::entity;
use super::laid_out::{LaidOut, Page};
use super::markup::attribute;
use crate::format::Sink;
use crate::format::cells::Cells;

/// Bytes of text set as it is typed that are held.
const TYPED: usize = 2 << 20;
/// A cell that is repeated more often fills the sheet up to its edge.
const REPEATED: usize = 16;

/// What an element is of a table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Table,
    Row,
    Cell,
    /// What ends a line inside of a cell.
    Line,
    Other,
}

/// What becomes known of a table of HTML while it is read.
pub(super) enum Known {
    /// From this place on its rows say whose they are: persons in its text are theirs.
    Whose(usize),
    /// That ends here.
    Ended,
    /// That ends here, and it is no table of rows: this is what stood in it.
    Undone(String),
}

/// Collects the tables of a markup text.
pub(super) struct Tables {
    html: bool,
    /// Where the outermost table begins, and whether its rows are known to say whose they are.
    began: Option<usize>,
    says_whose: bool,
    cells: Cells,
    /// Text as it is typed, each by itself.
    typed: Vec<String>,
    in_typed: bool,
    held: usize,
}

impl Tables {
    /// Tables of HTML, or of XML.
    pub fn new(html: bool) -> Self {
        Self { html, began: None, says_whose: false, cells: Cells::default(), typed: Vec::new(), in_typed: false, held: 0 }
    }

    fn part(&self, local: &str) -> Part {
        let name = local.to_ascii_lowercase();
        match (self.html, &name[..]) {
            (_, "table") | (false, "tbl" | "tgroup") => Part::Table,
            (_, "tr") | (false, "row" | "table-row") => Part::Row,
            (_, "td" | "th") | (false, "tc" | "entry" | "cell" | "table-cell" | "covered-table-cell") => Part::Cell,
            (true, _) | (false, "p" | "br" | "tab" | "s" | "line-break") => Part::Line,
            (false, _) => Part::Other,
        }
    }

    /// An element begins at a place.
    pub fn start(&mut self, local: &str, attributes: &str, place: usize) -> Option<Known> {
        let mut known = None;
        match self.part(local) {
            Part::Table => {
                if !self.cells.is_open() {
                    self.began = Some(place);
                }
                self.cells.table();
            }
            Part::Row => {
                if self.says_whose && self.cells.is_full() {
                    self.says_whose = false;
                    known = Some(Known::Ended);
                }
                self.cells.row();
                if self.html && self.cells.rows_open() == 3 && self.cells.says_whose() {
                    self.says_whose = true;
                    known = self.began.map(Known::Whose);
                }
            }
            Part::Cell => {
                let many = |name| attribute(attributes, name).and_then(|many| many.trim().parse().ok());
                if let Some(place) = many("Index").filter(|_| !self.html) {
                    self.cells.up_to(place);
                }
                let repeated = many("number-columns-repeated").filter(|many| *many <= REPEATED);
                let rows = many("rowspan").or_else(|| many("number-rows-spanned")).unwrap_or(1);
                self.cells.wide_cell(if self.html { rows } else { 1 }, many("colspan").or(repeated).unwrap_or(1));
            }
            Part::Line => self.cells.text(" "),
            Part::Other => {}
        }
        if self.html && local.eq_ignore_ascii_case("pre") {
            self.in_typed = true;
            self.typed.push(String::new());
        }
        known
    }

    /// An element ends.
    pub fn end(&mut self, local: &str) -> Option<Known> {
        let mut known = None;
        match self.part(local) {
            Part::Table => known = self.end_table(),
            Part::Cell => self.cells.end_cell(),
            Part::Line => self.cells.text(" "),
            Part::Row | Part::Other => {}
        }
        self.in_typed &= !local.eq_ignore_ascii_case("pre");
        known
    }

    fn end_table(&mut self) -> Option<Known> {
        let is_last = self.says_whose && self.cells.is_outermost();
        let (said, ended) = (if is_last { self.cells.said() } else { String::new() }, self.cells.ended());
        self.cells.end_table();
        if self.cells.is_open() || !std::mem::take(&mut self.says_whose) {
            return None;
        }
        Some(if self.cells.ended() > ended { Known::Ended } else { Known::Undone(said) })
    }

    /// The text ends: what is known of a table that did not.
    pub fn cut_off(&mut self) -> Option<Known> {
        std::mem::take(&mut self.says_whose).then(|| Known::Undone(self.cells.said()))
    }

    /// Text, with references or without.
    pub fn text(&mut self, text: &str, references: bool) {
        if !self.cells.is_open() && !self.in_typed {
            return;
        }
        let decoded = if references { entity::decode(text) } else { text.into() };
        self.cells.text(&decoded);
        self.held += decoded.len();
        if let Some(typed) = self.typed.last_mut().filter(|_| self.in_typed && self.held < TYPED) {
            typed.push_str(&decoded);
        }
    }

    /// Hands the tables over as records. Their text was pushed where it stands.
    pub fn push(self, offset: u64, sink: &mut Sink<'_>) {
        self.cells.push(offset, sink);
        for text in self.typed {
            let mut tables = LaidOut::default();
            tables.page(Page { text: &text.replace('\r', ""), offset, ..Page::default() }, sink);
            tables.end(sink);
        }
    }
}
