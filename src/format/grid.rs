//! Rows of a sheet, of a table in a document or of a database. Where nobody names the columns, the first rows
//! are held until they show which of them is the header; what stands before it is text. Further down another header
//! may begin another table.

use crate::format::form_rows::FormRows;
use crate::format::text::header;
use crate::format::{At, PassageKind, Sink};
use crate::table::TableFacts;

/// Rows that are held until the table's header is known, and bytes of them at most.
const HELD_ROWS: usize = 256;
const HELD_BYTES: usize = 1 << 20;
/// Rows below a row that may be another header, by which it is told.
const BELOW: usize = 24;

/// A table whose rows come one by one.
pub struct Grid {
    name: String,
    offset: u64,
    /// The names of its columns, where they are known without looking at rows. Rows of such tables come mixed
    /// with those of others; they are handed on in bunches.
    header: Option<Vec<String>>,
    /// The row that was found to be the header.
    found: Option<Vec<String>>,
    held: Vec<(u64, Vec<String>)>,
    held_bytes: usize,
    /// A row that may be the header of another table, and the rows below it.
    next: Vec<(u64, Vec<String>)>,
    /// The first of the held rows is the header.
    is_headed: bool,
    is_in_order: bool,
    table: Option<u32>,
    /// The forms in it, where it is a sheet: what people fill in has no columns.
    forms: Option<Box<FormRows>>,
}

impl Grid {
    /// A table of this name, whose encoded bytes begin at `offset`.
    pub fn new(name: &str, offset: u64) -> Self {
        Self {
            name: name.to_owned(),
            offset,
            header: None,
            found: None,
            held: Vec::new(),
            held_bytes: 0,
            next: Vec::new(),
            is_headed: false,
            is_in_order: false,
            table: None,
            forms: None,
        }
    }

    /// A sheet of this name.
    pub fn sheet(name: &str, offset: u64) -> Self {
        Self { forms: Some(Box::default()), ..Self::new(name, offset) }
    }

    /// Its rows come in the order in which they stand amid the text around them.
    pub fn in_order(self) -> Self {
        Self { is_in_order: true, ..self }
    }

    /// A table whose columns have these names; empty where nobody knows them, and no row is a header.
    pub fn headed(name: &str, header: Vec<String>, offset: u64) -> Self {
        Self { header: Some(header), ..Self::new(name, offset) }
    }

    /// Takes a row.
    pub fn row(&mut self, row: Vec<String>, sink: &mut Sink<'_>) {
        if row.iter().any(|cell| !cell.is_empty()) {
            self.row_at(row, self.offset, sink);
        }
    }

    /// Takes a row that stands at this offset in the item, be it empty.
    pub fn row_at(&mut self, row: Vec<String>, at: u64, sink: &mut Sink<'_>) {
        if let Some(forms) = &mut self.forms {
            forms.row(&row, at);
        }
        self.take(row, at, sink);
    }

    fn take(&mut self, row: Vec<String>, at: u64, sink: &mut Sink<'_>) {
        if self.table.is_some() && self.header.is_none() {
            return self.below(row, at, sink);
        }
        self.held_bytes += row.iter().map(|c| c.len() + 24).sum::<usize>();
        self.held.push((at, row));
        if self.held.len() >= HELD_ROWS || self.held_bytes > HELD_BYTES {
            self.begin_held(sink);
        }
    }

    /// Hands on all rows that are held.
    pub fn begin(&mut self, sink: &mut Sink<'_>) {
        // What follows a header may show another one.
        while !self.held.is_empty() || !self.next.is_empty() {
            self.settle_next(sink);
            if !self.held.is_empty() {
                self.begin_held(sink);
            }
        }
        if self.table.is_none() {
            self.begin_held(sink);
        }
    }

    /// Begins the table with the rows that were held, or goes on with them.
    fn begin_held(&mut self, sink: &mut Sink<'_>) {
        let held = std::mem::take(&mut self.held);
        self.held_bytes = 0;
        if let Some(ordinal) = self.table {
            if !held.is_empty() {
                sink.resume_table(ordinal);
                held.iter().for_each(|(at, row)| self.push(row, *at, sink));
            }
            return;
        }
        let (places, mut rows): (Vec<u64>, Vec<Vec<String>>) = held.into_iter().unzip();
        let is_headed = std::mem::take(&mut self.is_headed);
        let (first, has_header) = match &self.header {
            Some(_) => (0, false),
            None if is_headed => (0, true),
            None => header::find_header(&rows),
        };
        sink.kind(PassageKind::Prose);
        sink.begin_part(&self.name);
        sink.border();
        sink.text(&self.name, At::Decoded(self.offset));
        sink.border();
        for title in &rows[..first] {
            sink.text(&format!("{}\n", title.join("\t")), At::Decoded(self.offset));
        }
        if rows.is_empty() {
            return;
        }
        self.found = has_header.then(|| std::mem::take(&mut rows[first]));
        let header = self.found.as_ref().or(self.header.as_ref().filter(|header| !header.is_empty()));
        let body = first + usize::from(has_header);
        self.table = Some(sink.facts.tables.len() as u32);
        let sample = match (body + 1..rows.len())
            .find(|&at| self.header.is_none() && self.may_be_header(&rows[at]) && table_of(&rows[at..]).is_some())
        {
            Some(other) => &rows[body..other],
            None => &rows[body..],
        };
        let mut facts = TableFacts::new(&self.name, header.map(Vec::as_slice), sample);
        // The rows of a sheet come as they stand; those of other tables may come before or after the text around them.
        if self.header.is_none() {
            let above = rows[..first].iter().map(|row| row.join("\t"));
            facts.titled(std::iter::once(self.name.clone()).chain(above));
        }
        if self.is_in_order || self.header.is_none() && !self.name.is_empty() {
            facts.stands_in_order();
        }
        sink.begin_table(facts);
        if let Some(header) = header {
            sink.text(&format!("{}\n", header.join("\t").replace(['\n', '\r'], " ")), At::Decoded(self.offset));
        }
        let rest = rows.drain(body..).zip(places.into_iter().skip(body));
        rest.for_each(|(row, at)| self.below(row, at, sink));
    }

    /// Takes a row of the table, unless another table begins with it.
    fn below(&mut self, row: Vec<String>, at: u64, sink: &mut Sink<'_>) {
        if self.next.is_empty() && (self.header.is_some() || !self.may_be_header(&row)) {
            return self.push(&row, at, sink);
        }
        self.next.push((at, row));
        if self.next.len() > BELOW {
            self.settle_next(sink);
        }
    }

    /// Words that usually head columns, and other ones than head this table.
    fn may_be_header(&self, row: &[String]) -> bool {
        let filled: Vec<&String> = row.iter().filter(|cell| !cell.trim().is_empty()).collect();
        let is_name = |cell: &&String| header::is_wordlike(cell) && !cell.bytes().any(|b| b.is_ascii_digit());
        // That tells nearly every row, and costs little.
        if filled.len() < 2 || !filled.iter().all(is_name) {
            return false;
        }
        let known = header::known(row);
        known >= 2 && known * 3 >= filled.len() * 2 && !self.found.as_ref().is_some_and(|header| header::is_repeated(header, row))
    }

    /// Begins another table with what may be its header, or goes on with these rows.
    fn settle_next(&mut self, sink: &mut Sink<'_>) {
        let next = std::mem::take(&mut self.next);
        if next.is_empty() {
            return;
        }
        let (places, rows): (Vec<u64>, Vec<Vec<String>>) = next.into_iter().unzip();
        if self.begins_another(&rows, sink) {
            (self.table, self.found, self.held_bytes, self.is_headed) = (None, None, 0, true);
            rows.into_iter().zip(places).for_each(|(row, at)| self.take(row, at, sink));
            return;
        }
        for (n, (row, at)) in rows.into_iter().zip(places).enumerate() {
            if n == 0 { self.push(&row, at, sink) } else { self.below(row, at, sink) }
        }
    }

    /// Does another table begin with these rows, and would nobody lose the column that says whose the rows are?
    fn begins_another(&self, rows: &[Vec<String>], sink: &Sink<'_>) -> bool {
        let current = self.table.and_then(|ordinal| sink.facts.tables.get(ordinal as usize));
        table_of(rows).is_some_and(|new| new.says_whose() || !current.is_some_and(TableFacts::says_whose))
    }

    /// Text that is in no row, and stands where the table does.
    pub fn aside(&self, text: &str, sink: &mut Sink<'_>) {
        self.aside_at(text, self.offset, sink);
    }

    /// Text that is in no row.
    pub fn aside_at(&self, text: &str, offset: u64, sink: &mut Sink<'_>) {
        if text.is_empty() {
            return;
        }
        let push = |sink: &mut Sink<'_>| {
            sink.border();
            sink.text(text, At::Decoded(offset));
            sink.border();
        };
        sink.kind(PassageKind::Prose);
        match self.table {
            Some(table) => {
                sink.beside_heads(push);
                sink.kind(PassageKind::Rows(table));
            }
            // The rows that are held name the part again.
            None => {
                sink.leave_heads();
                push(sink);
            }
        }
    }

    /// Ends the table.
    pub fn end(mut self, sink: &mut Sink<'_>) {
        self.begin(sink);
        sink.kind(PassageKind::Prose);
        if let Some(forms) = self.forms {
            forms.end(sink);
        }
    }

    /// Hands on a row; the header, where it comes again, is text.
    fn push(&self, row: &[String], offset: u64, sink: &mut Sink<'_>) {
        if self.found.as_ref().is_some_and(|header| header::is_repeated(header, row)) {
            return sink.text(&format!("{}\n", row.join("\t").replace(['\n', '\r'], " ")), At::Decoded(offset));
        }
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        sink.row(&cells, offset);
    }
}

/// The table of which the first of these rows is the header: the rows below it look otherwise, and show columns of
/// several types.
fn table_of(rows: &[Vec<String>]) -> Option<TableFacts> {
    let [first, below @ ..] = rows else { return None };
    let below = &below[..below.len().min(BELOW)];
    let differs = |(i, cell): (usize, &String)| {
        let values = || below.iter().filter_map(|row| row.get(i)).filter(|cell| !cell.trim().is_empty());
        let unlike = values().filter(|cell| matches!(header::Shape::of(cell), header::Shape::Number | header::Shape::Code)).count();
        !cell.trim().is_empty() && unlike > 0 && unlike * 10 >= values().count() * 7
    };
    if !first.iter().enumerate().any(differs) || !header::is_header(first, below) {
        return None;
    }
    Some(TableFacts::new("", Some(first), below)).filter(TableFacts::shows_columns)
}
