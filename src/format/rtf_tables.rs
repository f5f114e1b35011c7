//! Tables of RTF (version 1.9.1, "Table Definitions"): rows of cells among paragraphs, which nothing holds together but
//! that one follows the other; and lines whose parts tabulators set apart.

use super::Sink;
use super::cells::Cells;

/// Text of one cell or line that is held.
const LONGEST: usize = 4 << 10;

/// Where text stands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    /// In a table, behind a row: a paragraph that is in no cell ends the table.
    Between,
    /// In a row of which no cell has ended.
    Begun,
    Row,
}

/// Collects the cells of a document.
#[derive(Default)]
pub(super) struct Tables {
    cells: Cells,
    /// Text of the cell or the line that has not ended yet.
    text: String,
    place: Place,
}

impl Tables {
    /// What follows stands in a row.
    pub fn begin_row(&mut self) {
        match self.place {
            Place::Outside => {
                self.cells.table();
                self.text.clear();
                self.place = Place::Begun;
            }
            Place::Between => self.place = Place::Begun,
            Place::Begun | Place::Row => {}
        }
    }

    /// Text of a cell or a line.
    pub fn text(&mut self, text: &str) {
        if self.text.len() < LONGEST {
            self.text.push_str(text);
        }
    }

    /// A cell ends.
    pub fn end_cell(&mut self) {
        match self.place {
            Place::Outside => return,
            Place::Between | Place::Begun => self.cells.row(),
            Place::Row => {}
        }
        self.place = Place::Row;
        self.cells.cell();
        self.cells.text(&std::mem::take(&mut self.text));
        self.cells.end_cell();
    }

    /// A row ends.
    pub fn end_row(&mut self) {
        self.text.clear();
        if self.place != Place::Outside {
            self.place = Place::Between;
        }
    }

    /// A line ends, or a paragraph.
    pub fn end_line(&mut self, is_paragraph: bool) {
        match self.place {
            Place::Outside => self.cells.line(&std::mem::take(&mut self.text)),
            Place::Between if is_paragraph => self.end_table(),
            Place::Between | Place::Begun | Place::Row => {}
        }
    }

    fn end_table(&mut self) {
        if std::mem::take(&mut self.place) != Place::Outside {
            self.cells.end_table();
        }
        self.text.clear();
    }

    /// Hands the tables over as records.
    pub fn push(mut self, sink: &mut Sink<'_>) {
        self.end_line(true);
        self.end_table();
        self.cells.push(0, sink);
    }
}
