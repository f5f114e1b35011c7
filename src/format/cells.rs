//! Tables inside documents (HTML, WordprocessingML, DrawingML, RTF), also those that tabulators set: their cells are
//! collected while the text is read, and become rows once the table has ended, if it holds records and is no means of
//! layout.

use super::grid::Grid;
use super::{Sink, key_below};
use crate::table::TableFacts;

/// Bytes of cells that are held for the tables that are open.
const HELD: usize = 32 << 20;
/// Tables inside tables that are looked at.
const DEPTH: usize = 16;
/// Longest cell of a record.
const LONGEST: usize = 2_000;
/// Columns and rows that one cell may take.
const WIDEST: usize = 64;
const TALLEST: usize = 4_096;

/// A table that has begun.
#[derive(Default)]
struct Open {
    rows: Vec<Vec<String>>,
    /// The cell of the last row that takes text.
    cell: Option<usize>,
    /// Columns whose cell of the row above goes on in so many rows more.
    tall: Vec<(usize, usize)>,
    /// Another table stands inside: this one is layout.
    has_inner: bool,
}

impl Open {
    /// Cells that began in rows above and stand where the next cell of this row would stand.
    fn go_on(&mut self) {
        while let [.., above, row] = &mut self.rows[..]
            && let Some((_, more)) = self.tall.iter_mut().find(|(column, more)| *column == row.len() && *more > 0)
        {
            *more -= 1;
            row.push(above.get(row.len()).cloned().unwrap_or_default());
        }
    }
}

/// Collects the cells of tables.
#[derive(Default)]
pub(super) struct Cells {
    open: Vec<Open>,
    /// Tables that are too deep to be looked at.
    deeper: usize,
    /// Lines with tabulators that follow each other.
    lines: Vec<Vec<String>>,
    held: usize,
    /// Tables, with the key of the lines above them that name a client or an institution.
    ended: Vec<(Option<String>, Vec<Vec<String>>)>,
    /// What a line of running text names.
    head: Option<String>,
    is_full: bool,
}

impl Cells {
    /// A table begins.
    pub fn table(&mut self) {
        self.end_lines();
        if self.open.len() == DEPTH {
            self.deeper += 1;
            return;
        }
        if let Some(outer) = self.open.last_mut() {
            outer.has_inner = true;
        }
        self.open.push(Open::default());
    }

    /// A row begins.
    pub fn row(&mut self) {
        if let Some(open) = self.room() {
            open.go_on();
            open.cell = None;
            open.rows.push(Vec::new());
        }
    }

    /// A cell begins.
    pub fn cell(&mut self) {
        self.wide_cell(1, 1);
    }

    /// A cell begins that takes so many rows and columns. Its text stands in each of the rows, since it is said of all.
    pub fn wide_cell(&mut self, rows: usize, columns: usize) {
        for n in 0..columns.clamp(1, WIDEST) {
            let Some(open) = self.room() else { return };
            if open.rows.is_empty() {
                open.rows.push(Vec::new());
            }
            open.go_on();
            let Some(row) = open.rows.last_mut() else { return };
            let column = row.len();
            row.push(String::new());
            if n == 0 {
                open.cell = Some(column);
            }
            if rows > 1 {
                open.tall.retain(|(taken, _)| *taken != column);
                open.tall.push((column, rows.min(TALLEST) - 1));
            }
        }
    }

    /// The next cell is the one with this number in its row, counted from one.
    pub fn up_to(&mut self, place: usize) {
        for _ in 1..place.min(WIDEST) {
            let Some(open) = self.room().filter(|open| open.rows.last().is_some_and(|row| row.len() + 1 < place)) else { return };
            if let Some(row) = open.rows.last_mut() {
                row.push(String::new());
            }
        }
    }

    /// Is the open table one whose first row heads a column of clients, so that its rows say whose they are? Asked where its
    /// third row begins.
    pub fn says_whose(&self) -> bool {
        let [open] = &self.open[..] else { return false };
        let [head, row, ..] = &open.rows[..] else { return false };
        !open.has_inner && !self.is_full && head.len() > 1 && TableFacts::new("", Some(head), std::slice::from_ref(row)).says_whose()
    }

    /// How many rows the open table has.
    pub fn rows_open(&self) -> usize {
        if let [open] = &self.open[..] { open.rows.len() } else { 0 }
    }

    /// Are more cells held than can be?
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// How many tables with rows have ended.
    pub fn ended(&self) -> usize {
        self.ended.len()
    }

    /// What the rows of the outermost open table say.
    pub fn said(&self) -> String {
        let rows = self.open.first().map_or(&[][..], |open| &open.rows);
        rows.iter().map(|row| row.join("\t") + "\n").collect()
    }

    /// Does no other table stand in the open one, nor around it?
    pub fn is_outermost(&self) -> bool {
        self.open.len() == 1 && self.deeper == 0
    }

    /// Is there a table that has not ended?
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The cell goes on from the row above: it says what that one says.
    pub fn same_as_above(&mut self) {
        if let Some(open) = self.room()
            && let Some(column) = open.cell
            && let [.., above, row] = &mut open.rows[..]
            && let (Some(above), Some(cell)) = (above.get(column), row.get_mut(column))
        {
            cell.clone_from(above);
        }
    }

    /// A line of running text: lines one below the other whose parts are set apart by tabulators are rows.
    pub fn line(&mut self, line: &str) {
        if !self.open.is_empty() {
            return;
        }
        let cells: Vec<String> = line.trim_matches(['\n', '\r']).split('\t').map(|cell| cell.trim().to_owned()).collect();
        if cells.iter().filter(|cell| !cell.is_empty()).count() < 2 {
            self.end_lines();
            if let Some(head) = key_below(self.head.as_deref().unwrap_or_default(), line) {
                self.head = Some(head);
            }
            return;
        }
        self.held += line.len() + cells.len() * size_of::<String>();
        self.is_full |= self.held > HELD;
        if !self.is_full {
            self.lines.push(cells);
        }
    }

    /// The lines that are rows end here.
    fn end_lines(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        match is_records(&lines) {
            true => self.ended.push((self.head.clone(), lines)),
            false => self.held = self.held.saturating_sub(lines.iter().flatten().map(|cell| cell.len() + size_of::<String>()).sum()),
        }
    }

    /// Text of whatever is open.
    pub fn text(&mut self, text: &str) {
        if self.open.is_empty() {
            return;
        }
        self.held += text.len();
        self.is_full |= self.held > HELD;
        if self.is_full {
            return;
        }
        if let Some(open) = self.top()
            && let Some(column) = open.cell
            && let Some(cell) = open.rows.last_mut().and_then(|row| row.get_mut(column))
        {
            cell.push_str(text);
        }
    }

    /// The cell ends.
    pub fn end_cell(&mut self) {
        if let Some(open) = self.top() {
            open.cell = None;
        }
    }

    /// The table ends.
    pub fn end_table(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        let Some(mut open) = self.open.pop() else { return };
        open.go_on();
        let rows: Vec<Vec<String>> = open
            .rows
            .into_iter()
            .map(|row| row.iter().map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" ")).collect())
            .filter(|row: &Vec<String>| row.iter().any(|cell| !cell.is_empty()))
            .collect();
        if !open.has_inner && is_records(&rows) {
            self.ended.push((self.head.clone(), rows));
        }
        if self.open.is_empty() && !self.is_full {
            self.held = self.ended.iter().flat_map(|(_, rows)| rows).flatten().map(String::len).sum();
        }
    }

    /// The table that a row or cell is added to; they take memory even where they are empty.
    fn room(&mut self) -> Option<&mut Open> {
        self.held += size_of::<String>();
        self.is_full |= self.held > HELD;
        if self.is_full { None } else { self.top() }
    }

    fn top(&mut self) -> Option<&mut Open> {
        if self.deeper > 0 { None } else { self.open.last_mut() }
    }

    /// Hands the tables over as records. Their text was pushed where it stands.
    pub fn push(mut self, offset: u64, sink: &mut Sink<'_>) {
        self.end_lines();
        for (head, rows) in self.ended.into_iter().filter(|(_, rows)| is_records(rows)) {
            let Some(head) = head else {
                push_grid(Grid::new("", offset), rows, sink);
                continue;
            };
            // The tables follow the text, and stood in it.
            sink.flush();
            let after = sink.heads().clone();
            sink.heads().stand_under(Some(&head));
            push_grid(Grid::new("", offset).in_order(), rows, sink);
            *sink.heads() = after;
        }
        if self.is_full {
            sink.note(format!("tables beyond the first {HELD} bytes of cells are text, not records"));
        }
    }
}

/// Hands rows over that are one table, if it holds records.
pub(super) fn push_rows(rows: Vec<Vec<String>>, offset: u64, sink: &mut Sink<'_>) {
    if is_records(&rows) {
        push_grid(Grid::new("", offset), rows, sink);
    }
}

fn push_grid(mut grid: Grid, rows: Vec<Vec<String>>, sink: &mut Sink<'_>) {
    rows.into_iter().for_each(|row| grid.row(row, sink));
    grid.end(sink);
}

/// At least two rows, most of them of one width above one, and no cell that is a text by itself.
fn is_records(rows: &[Vec<String>]) -> bool {
    let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths = vec![0usize; widest + 1];
    rows.iter().for_each(|row| widths[row.len()] += 1);
    let (width, count) =
        widths.iter().enumerate().skip(2).max_by_key(|(_, count)| **count).map_or((0, 0), |(width, count)| (width, *count));
    width >= 2 && rows.len() >= 2 && count * 10 >= rows.len() * 6 && rows.iter().flatten().all(|cell| cell.len() <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(cells: &mut Cells, rows: &[&[&str]]) {
        cells.table();
        for row in rows {
            cells.row();
            for cell in *row {
                cells.cell();
                cells.text(cell);
                cells.end_cell();
            }
        }
        cells.end_table();
    }

    #[test]
    fn records_are_told_from_layout() {
        let mut cells = Cells::default();
        table(&mut cells, &[&["code", "name"], &["Q1", "a \n b"], &["Q2", "c"]]);
        table(&mut cells, &[&["only one row", "of two cells"]]);
        table(&mut cells, &[&["one"], &["column"], &["only"]]);
        cells.table();
        cells.row();
        cells.cell();
        table(&mut cells, &[&["a", "b"], &["c", "d"]]);
        cells.end_cell();
        cells.end_table();
        assert_eq!(cells.ended.len(), 2);
        assert_eq!(cells.ended[0].1[1], ["Q1", "a b"]);
    }

    #[test]
    fn any_order_of_tags_is_taken() {
        let mut cells = Cells::default();
        cells.end_table();
        cells.end_cell();
        cells.text("x");
        cells.cell();
        (0..100).for_each(|_| cells.table());
        cells.row();
        (0..200).for_each(|_| cells.end_table());
        cells.cell();
        assert!(cells.ended.is_empty());
    }
}
