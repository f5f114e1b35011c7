//! Rows in markup that no element calls a table: elements one after the other whose own elements are alike and hold
//! nothing but a value (`<row><cell>…</cell><cell>…</cell></row>`, `<div><span>…</span><span>…</span></div>`), or whose text
//! is a line of fields. In XML, elements of several names are records with named values, and are read as such.

use super::header;
use super::standalone;
use crate::format::grid::Grid;
use crate::format::named::LONGEST_VALUE;
use crate::format::{PassageKind, Sink};
use crate::table::TableFacts;
use std::ops::Range;

/// Elements inside elements that are looked at.
const DEPTH: usize = 64;
/// Cells of one row, and lines of fields in one element.
const CELLS: usize = 256;
const LINES: usize = 4096;
/// Rows by which it is decided whether they are a table.
pub(super) const SAMPLED: usize = 64;
/// Bytes that are held for all elements that have not ended.
const HELD: usize = 8 << 20;
/// Elements of HTML that may be rows or cells.
const PARTS: &[&str] =
    &["div", "span", "li", "ul", "ol", "p", "label", "section", "article", "b", "strong", "a", "dl", "dt", "dd", "h3", "h4"];

/// Rows that belong together.
enum Rows {
    Waiting(Vec<(u64, Vec<String>)>),
    Table(Grid),
    /// They are no records.
    Nothing,
}

impl Default for Rows {
    fn default() -> Self {
        Self::Waiting(Vec::new())
    }
}

/// An element that has not ended.
#[derive(Default)]
struct Open {
    name: String,
    place: usize,
    /// What an attribute calls it.
    called: Option<String>,
    text: String,
    /// Values of the elements in it that hold nothing else, while all of these are alike.
    cells: Vec<String>,
    cell_name: String,
    /// It holds elements of another kind.
    has_others: bool,
    rows: Rows,
}

/// Collects rows while elements begin and end.
pub(super) struct Alike {
    html: bool,
    open: Vec<Open>,
    deeper: usize,
    held: usize,
    /// Cells that may name the columns of rows that follow.
    heading: Vec<String>,
}

impl Alike {
    /// Rows of HTML, or of XML.
    pub fn new(html: bool) -> Self {
        // What stands in no element stands in the document.
        Self { html, open: vec![Open::default()], deeper: 0, held: 0, heading: Vec::new() }
    }

    fn takes(&self, local: &str) -> bool {
        !self.html || PARTS.iter().any(|part| part.eq_ignore_ascii_case(local))
    }

    /// An element begins; `called`: what an attribute names it.
    pub fn start(&mut self, local: &str, place: usize, called: Option<&str>) {
        if !self.takes(local) {
            return;
        }
        if self.open.len() == DEPTH {
            self.deeper += 1;
            return;
        }
        let name = if self.html { local.to_ascii_lowercase() } else { local.to_owned() };
        let called = called.filter(|called| called.len() <= LONGEST_VALUE).map(str::to_owned);
        self.open.push(Open { name, place, called, ..Open::default() });
    }

    /// Text of the element at hand.
    pub fn text(&mut self, text: &str) {
        if self.deeper == 0
            && let Some(open) = self.open.last_mut()
            && open.text.len() <= LONGEST_VALUE
        {
            // What is longer is no cell, and need not be held.
            let end = text.floor_char_boundary(text.len().min(LONGEST_VALUE + 1));
            open.text.push_str(&text[..end]);
        }
    }

    /// An element ends at this place, and those in it that were not closed. `offset` says where a place of the text stands.
    pub fn end(&mut self, local: &str, place: usize, offset: &dyn Fn(usize) -> u64, sink: &mut Sink<'_>) {
        if !self.takes(local) {
            return;
        }
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        let Some(n) = self.open.iter().rposition(|open| open.name.eq_ignore_ascii_case(local)) else { return };
        while self.open.len() > n {
            self.close(place, offset, sink);
        }
    }

    /// The markup ends at this place.
    pub fn finish(mut self, place: usize, offset: &dyn Fn(usize) -> u64, sink: &mut Sink<'_>) {
        while !self.open.is_empty() {
            self.close(place, offset, sink);
        }
    }

    fn close(&mut self, place: usize, offset: &dyn Fn(usize) -> u64, sink: &mut Sink<'_>) {
        let Some(mut ended) = self.open.pop() else { return };
        self.end_rows(std::mem::take(&mut ended.rows), sink);
        self.held = self.held.saturating_sub(ended.cells.iter().map(|cell| cell.len() + size_of::<String>()).sum());
        let text = ended.text.trim();
        let (at, end) = (offset(ended.place), offset(place));
        if !(2..=CELLS).contains(&ended.cells.len()) {
            // What is no row ends the rows before it.
            let before = self.open.last_mut().map(|outer| std::mem::take(&mut outer.rows)).unwrap_or_default();
            self.end_rows(before, sink);
        }
        let Some(outer) = self.open.last_mut() else { return };
        if text.len() > LONGEST_VALUE || ended.has_others || !text.is_empty() && !ended.cells.is_empty() {
            outer.has_others = true;
            return;
        }
        match &mut ended.cells[..] {
            [] => {
                let value = if text.is_empty() { ended.called.as_deref().unwrap_or_default() } else { text };
                let is_plain = !value.contains(['\n', '\r', '\t']) && !value.contains("  ");
                let value = if is_plain { value.to_owned() } else { value.split_whitespace().collect::<Vec<_>>().join(" ") };
                self.cell(&ended.name, value);
            }
            // `<td><p>…</p></td>` under any other name.
            [only] => {
                let value = std::mem::take(only);
                self.cell(&ended.name, value);
            }
            cells if cells.len() <= CELLS => {
                outer.has_others = true;
                if read_lines(&ended, at..end, sink) {
                    return;
                }
                self.row(std::mem::take(&mut ended.cells), at, sink);
            }
            _ => {
                outer.has_others = true;
                read_lines(&ended, at..end, sink);
            }
        }
    }

    /// The element at hand holds an element that is a value and nothing else.
    fn cell(&mut self, name: &str, value: String) {
        let (html, is_full) = (self.html, self.held > HELD);
        let Some(outer) = self.open.last_mut() else { return };
        let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
        if outer.cells.is_empty() {
            name.clone_into(&mut outer.cell_name);
        }
        if is_full || outer.cells.len() >= LINES || !html && outer.cell_name != name {
            outer.has_others = true;
            return;
        }
        self.held += value.len() + size_of::<String>();
        outer.cells.push(value);
    }

    /// A row of the element at hand.
    fn row(&mut self, row: Vec<String>, at: u64, sink: &mut Sink<'_>) {
        let Some(outer) = self.open.last_mut() else { return };
        match &mut outer.rows {
            Rows::Nothing => {}
            Rows::Table(grid) => {
                grid.row_at(row, at, sink);
                sink.kind(PassageKind::Prose);
            }
            Rows::Waiting(rows) => {
                self.held += row.iter().map(|cell| cell.len() + size_of::<String>()).sum::<usize>();
                rows.push((at, row));
                if rows.len() >= SAMPLED || self.held > HELD {
                    let rows = std::mem::take(rows);
                    let decided = self.decide(rows, sink);
                    if let Some(outer) = self.open.last_mut() {
                        outer.rows = decided;
                    }
                }
            }
        }
    }

    /// The element that holds rows has ended.
    fn end_rows(&mut self, rows: Rows, sink: &mut Sink<'_>) {
        let decided = match rows {
            Rows::Waiting(rows) if rows.is_empty() => return,
            Rows::Waiting(rows) => self.decide(rows, sink),
            decided => decided,
        };
        if let Rows::Table(grid) = decided {
            grid.end(sink);
            sink.kind(PassageKind::Prose);
        }
    }

    /// Decides by the rows that are here whether they are a table. One row alone may name the columns of rows that follow.
    fn decide(&mut self, mut rows: Vec<(u64, Vec<String>)>, sink: &mut Sink<'_>) -> Rows {
        self.held = self.held.saturating_sub(rows.iter().flat_map(|(_, row)| row).map(|cell| cell.len() + size_of::<String>()).sum());
        let Some((at, first)) = rows.first().cloned() else { return Rows::Nothing };
        let names = |row: &[String]| row.iter().all(|cell| header::is_wordlike(cell));
        if !names(&first) {
            let around = self.open.iter().rev().find_map(|open| match &open.rows {
                Rows::Waiting(rows) => rows.last().map(|(_, row)| row).filter(|row| row.len() == first.len()),
                Rows::Table(_) | Rows::Nothing => None,
            });
            let heading = around.unwrap_or(&self.heading);
            if heading.len() == first.len() && names(heading) {
                rows.insert(0, (at, heading.clone()));
            }
        }
        if let [(_, only)] = &rows[..] {
            self.heading.clone_from(only);
            return Rows::Nothing;
        }
        match table_of(rows, sink) {
            Some(grid) => Rows::Table(grid),
            None => Rows::Nothing,
        }
    }
}

/// The table that these rows begin, if most are of one width, and their columns make records.
pub(super) fn table_of(rows: Vec<(u64, Vec<String>)>, sink: &mut Sink<'_>) -> Option<Grid> {
    let (at, width) = rows.first().map(|(at, row)| (*at, row.len()))?;
    let alike = rows.iter().filter(|(_, row)| row.len() == width).count();
    let cells: Vec<Vec<String>> = rows.iter().map(|(_, row)| row.clone()).collect();
    let (above, is_headed) = header::find_header(&cells);
    let header = cells.get(above).filter(|_| is_headed).map(Vec::as_slice);
    let below = cells.get(above + usize::from(is_headed)..).unwrap_or_default();
    if alike * 10 < rows.len() * 6 || !is_records(&TableFacts::new("", header, below), below) {
        return None;
    }
    let mut grid = Grid::new("", at);
    rows.into_iter().for_each(|(at, row)| grid.row_at(row, at, sink));
    sink.kind(PassageKind::Prose);
    Some(grid)
}

/// Columns with names say whose the rows are, or that they are about persons. Rows without names of columns may hold codes:
/// then nothing in them looks like a person's.
fn is_records(facts: &TableFacts, rows: &[Vec<String>]) -> bool {
    if !facts.header.is_empty() {
        return facts.says_whose() || facts.is_about_persons();
    }
    let is_code = |cell: &String| (4..=12).contains(&cell.len()) && cell.bytes().all(|b| b.is_ascii_digit());
    let width = rows.first().map_or(0, Vec::len);
    let codes = |column: usize| rows.iter().filter_map(|row| row.get(column)).filter(|cell| is_code(cell)).count();
    rows.len() > 1 && !facts.shows_persons() && (0..width).any(|column| codes(column) * 10 >= rows.len() * 9)
}

/// Elements whose texts are lines of fields are a file of those lines: `<row>104233|Ann Lee|10.00</row>`.
fn read_lines(ended: &Open, range: Range<u64>, sink: &mut Sink<'_>) -> bool {
    const FEWEST: usize = 3;
    let parts = |line: &String| line.matches(['|', ';', ',']).count();
    let Some(fields) = ended.cells.first().map(parts).filter(|fields| *fields > 0) else { return false };
    if ended.cells.len() < FEWEST || ended.cells.iter().filter(|line| parts(line) == fields).count() * 10 < ended.cells.len() * 8 {
        return false;
    }
    let text = ended.cells.join("\n");
    let is_file = standalone::file_in(&text).is_some();
    if is_file {
        sink.file_in_text(&text, range);
    }
    is_file
}

/// A text of an element, which may be a file of its own.
#[derive(Default)]
pub(super) struct Value {
    place: usize,
    /// Where the last of it ends.
    end: usize,
    text: String,
    has_lines: bool,
}

impl Value {
    /// Longer values are text, and no files.
    const LONGEST: usize = 32 << 20;

    /// More of the text, which stands at these places.
    pub fn push(&mut self, places: Range<usize>, text: &str) {
        if self.text.is_empty() {
            if text.trim().is_empty() {
                return;
            }
            self.place = places.start;
        }
        self.end = places.end;
        self.has_lines |= memchr::memchr(b'\n', text.trim_end().as_bytes()).is_some();
        if self.text.len() < Self::LONGEST {
            self.text.push_str(text);
        }
    }

    /// Lines with as many marks between fields, or statements, or the header of a mail: most texts in elements have none.
    fn may_be_file(&self) -> bool {
        let mut lines = self.text.lines().filter(|line| !line.trim().is_empty());
        let (Some(first), Some(second)) = (lines.next(), lines.next()) else { return false };
        let marks = |line: &str, mark: char| line.matches(mark).count();
        let has_fields = [',', ';', '|', '\t'].iter().any(|mark| marks(first, *mark) > 0 && marks(first, *mark) == marks(second, *mark));
        let has = |word: &str| memchr::memmem::find(self.text.as_bytes(), word.as_bytes()).is_some();
        has_fields || ["INSERT INTO", "insert into", "\nSubject: "].iter().any(|word| has(word))
    }

    /// The element ends: reads the file that its text is.
    pub fn end(&mut self, offset: &dyn Fn(usize) -> u64, sink: &mut Sink<'_>) {
        if self.has_lines && self.text.len() < Self::LONGEST && self.may_be_file() {
            sink.file_in_text(self.text.trim_start_matches(['\n', '\r']), offset(self.place)..offset(self.end));
            sink.kind(PassageKind::Prose);
        }
        self.text.clear();
        self.has_lines = false;
    }
}
