//! Tables inside documents (HTML, WordprocessingML, DrawingML): their cells are collected while the text is read, and
//! become rows once the table has ended, if it holds records and is no means of layout.

use super::Sink;
use super::grid::Grid;

/// Bytes of cells that are held for the tables that are open.
const HELD: usize = 32 << 20;
/// Tables inside tables that are looked at.
const DEPTH: usize = 16;
/// Longest cell of a record.
const LONGEST: usize = 2_000;

/// A table that has begun.
#[derive(Default)]
struct Open {
    rows: Vec<Vec<String>>,
    in_cell: bool,
    /// Another table stands inside: this one is layout.
    has_inner: bool,
}

/// Collects the cells of tables.
#[derive(Default)]
pub(super) struct Cells {
    open: Vec<Open>,
    /// Tables that are too deep to be looked at.
    deeper: usize,
    held: usize,
    ended: Vec<Vec<Vec<String>>>,
    is_full: bool,
}

impl Cells {
    /// A table begins.
    pub fn table(&mut self) {
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
            open.in_cell = false;
            open.rows.push(Vec::new());
        }
    }

    /// A cell begins.
    pub fn cell(&mut self) {
        if let Some(open) = self.room() {
            open.in_cell = true;
            match open.rows.last_mut() {
                Some(row) => row.push(String::new()),
                None => open.rows.push(vec![String::new()]),
            }
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
        if let Some(open) = self.top().filter(|open| open.in_cell)
            && let Some(cell) = open.rows.last_mut().and_then(|row| row.last_mut())
        {
            cell.push_str(text);
        }
    }

    /// The cell ends.
    pub fn end_cell(&mut self) {
        if let Some(open) = self.top() {
            open.in_cell = false;
        }
    }

    /// The table ends.
    pub fn end_table(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        let Some(open) = self.open.pop() else { return };
        let rows: Vec<Vec<String>> = open
            .rows
            .into_iter()
            .map(|row| row.iter().map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" ")).collect())
            .filter(|row: &Vec<String>| row.iter().any(|cell| !cell.is_empty()))
            .collect();
        if !open.has_inner && is_records(&rows) {
            self.ended.push(rows);
        }
        if self.open.is_empty() && !self.is_full {
            self.held = self.ended.iter().flatten().flatten().map(String::len).sum();
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
    pub fn push(self, offset: u64, sink: &mut Sink<'_>) {
        for rows in self.ended {
            let mut grid = Grid::new("", offset);
            rows.into_iter().for_each(|row| grid.row(row, sink));
            grid.end(sink);
        }
        if self.is_full {
            sink.note(format!("tables beyond the first {HELD} bytes of cells are text, not records"));
        }
    }
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
        assert_eq!(cells.ended[0][1], ["Q1", "a b"]);
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
