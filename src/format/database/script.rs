//! SQL scripts, statement by statement: rows of `INSERT … VALUES` and of `COPY … FROM stdin` become records under
//! the names of their columns, all the rest is text.

use super::copy_head;
use super::copy_text::{self, Form, Line};
use super::definition::{self, Reader};
use super::sql_rows::{Cell, Found, row};
use super::sql_token::{Dialect, Kind, Token, is, next};
use super::value;
use crate::format::Sink;
use crate::format::grid::Grid;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

/// Tables whose rows are gathered at a time.
const OPEN_TABLES: usize = 4096;
/// So often a script goes on behind a quotation that does not end; what follows then is text.
const RETRIES: u32 = 1024;
/// A statement that is read in vain costs a retry from this length on.
const IN_VAIN: usize = 64 << 10;

/// A part of a script in an encoding that has ASCII's characters at ASCII's bytes.
pub trait Source {
    /// Its bytes.
    fn bytes(&self) -> &[u8];
    /// Where a place stands in the item.
    fn offset(&self, place: usize) -> u64;
    /// Pushes a range as text and covers it.
    fn text(&self, range: Range<usize>, sink: &mut Sink<'_>);
    /// Covers a range that was read as records.
    fn cover(&self, range: Range<usize>, sink: &mut Sink<'_>);
    /// Where a range stands in the item; empty where its bytes were decoded.
    fn place(&self, range: Range<usize>) -> Range<u64>;
}

/// Reads a script part by part.
pub struct Script {
    dialect: Dialect,
    /// Columns of tables by their names, as `CREATE TABLE` says.
    columns: HashMap<String, Vec<String>>,
    tables: HashMap<u64, usize>,
    grids: Vec<Table>,
    state: State,
    /// How the lines of the COPY at hand are read.
    copying: Copying,
    /// `INSERT ALL` and `INSERT FIRST` of Oracle (SQL Language Reference, INSERT, `multi_table_insert`): each `INTO` up to
    /// the end of the statement has rows of its own.
    into_several: bool,
    /// Hashes of the statements' heads that were pushed as text.
    heads: HashSet<u64>,
    retries: u32,
    /// Rows so far.
    pub rows: u64,
}

struct Table {
    name: String,
    header: Vec<String>,
    grid: Grid,
}

/// Reading of a COPY's lines.
struct Copying {
    form: Form,
    /// The line that names the columns is still to come.
    is_header: bool,
    /// A quote was never closed; the values of what follows end with their lines, so that none of it is searched again.
    by_line: bool,
}

impl Copying {
    fn of(form: Form) -> Self {
        Self { is_header: form.header, by_line: false, form }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Statement,
    /// Rows in brackets follow.
    Values(usize),
    /// Lines follow.
    Copy(usize),
}

/// What a statement turned out to be.
enum Head {
    /// Rows follow behind this place.
    Rows(State, usize),
    /// Its text is read up to this place.
    Text(usize),
    /// It is cut off.
    Cut,
}

/// How a row ended.
enum RowEnd {
    /// A record.
    Record(usize),
    /// It holds no values that are stored here.
    Text(usize),
    Broken,
    Cut,
}

impl Script {
    /// A script that begins like this.
    pub fn new(head: &[u8]) -> Self {
        let head = &head[..head.len().min(64 << 10)];
        let has = |mark: &str| memchr::memmem::find(head, mark.as_bytes()).is_some();
        let backslash = ["-- MySQL dump", "-- MariaDB dump", "/*!40", ") ENGINE=", "phpMyAdmin", "INTO `"].iter().any(|mark| has(mark));
        Self::with(Dialect { backslash })
    }

    /// A script in this dialect.
    pub fn with(dialect: Dialect) -> Self {
        Self {
            dialect,
            columns: HashMap::new(),
            tables: HashMap::new(),
            grids: Vec::new(),
            state: State::Statement,
            copying: Copying::of(Form::TEXT),
            into_several: false,
            heads: HashSet::new(),
            retries: 0,
            rows: 0,
        }
    }

    /// Learns the columns of a table from its definition.
    pub fn define(&mut self, definition: &[u8]) {
        let mut reader = Reader::new(definition, 0, self.dialect);
        if reader.next().is_some_and(|token| is(definition, &token, "CREATE")) {
            _ = self.create(&mut reader);
        }
    }

    /// Lines of the table follow, whose columns have these names.
    pub fn begin_copy(&mut self, name: &str, columns: Vec<String>, at: u64, sink: &mut Sink<'_>) {
        self.copying = Copying::of(Form::TEXT);
        self.state = State::Copy(self.table(name, columns, at, sink));
    }

    /// Reads what it can of a part, and says how many bytes that is. `is_last`: nothing follows, or no more is
    /// waited for.
    pub fn feed(&mut self, source: &dyn Source, is_last: bool, sink: &mut Sink<'_>) -> usize {
        let bytes = source.bytes();
        // Text from `from` on was not pushed yet.
        let (mut from, mut at) = (0, 0);
        loop {
            if sink.stopped() {
                return bytes.len();
            }
            match self.state {
                State::Copy(table) => {
                    push(source, from..at, sink);
                    at = self.lines(table, source, at, is_last, sink);
                    from = at;
                    if matches!(self.state, State::Copy(_)) {
                        return at;
                    }
                }
                State::Values(table) => {
                    let found = next(bytes, at, self.dialect);
                    match found.as_ref().map(|token| token.kind) {
                        Some(Kind::Symbol(b'(')) => {
                            let start = found.map_or(at, |token| token.range.start);
                            match self.row(table, start, source, is_last, sink) {
                                RowEnd::Record(end) => {
                                    push(source, from..start, sink);
                                    (at, from) = (end, end);
                                }
                                RowEnd::Text(end) => at = end,
                                RowEnd::Broken => {
                                    self.retries += 1;
                                    self.state = State::Statement;
                                }
                                RowEnd::Cut => {
                                    push(source, from..start, sink);
                                    return start;
                                }
                            }
                        }
                        Some(Kind::Symbol(b',')) => at = found.map_or(at, |token| token.range.end),
                        Some(Kind::Comment) => at = found.map_or(at, |token| token.range.end),
                        None if !is_last => {
                            push(source, from..at, sink);
                            return at;
                        }
                        Some(Kind::Word | Kind::Name | Kind::Text | Kind::Symbol(_)) | None => self.state = State::Statement,
                    }
                }
                State::Statement if self.retries >= RETRIES => {
                    sink.note("what follows many broken statements is read as text");
                    push(source, from..bytes.len(), sink);
                    return bytes.len();
                }
                State::Statement => {
                    let Some(token) = next(bytes, at, self.dialect) else {
                        let rest = bytes[at..].iter().position(|b| !b.is_ascii_whitespace()).map_or(bytes.len(), |n| at + n);
                        if !is_last {
                            push(source, from..rest, sink);
                            return rest;
                        }
                        self.retries += 1;
                        match memchr::memchr(b'\n', &bytes[rest..]) {
                            Some(line) => at = rest + line + 1,
                            None => {
                                push(source, from..bytes.len(), sink);
                                return bytes.len();
                            }
                        }
                        continue;
                    };
                    match self.statement(bytes, &token, source.offset(token.range.start), sink) {
                        Head::Text(end) => at = end,
                        Head::Rows(state, end) => {
                            push(source, from..token.range.start, sink);
                            self.head(source, token.range.start..end, sink);
                            (self.state, at, from) = (state, end, end);
                        }
                        Head::Cut if is_last => at = token.range.end,
                        Head::Cut => {
                            push(source, from..token.range.start, sink);
                            return token.range.start;
                        }
                    }
                }
            }
        }
    }

    /// The script has ended: hands over the rows that were gathered.
    pub fn end(&mut self, sink: &mut Sink<'_>) {
        self.tables.clear();
        self.grids.drain(..).for_each(|table| table.grid.end(sink));
    }

    /// The head of a statement with rows: text once, however often it comes.
    fn head(&mut self, source: &dyn Source, range: Range<usize>, sink: &mut Sink<'_>) {
        let mut hasher = DefaultHasher::new();
        source.bytes()[range.clone()].hash(&mut hasher);
        if self.heads.len() < 1 << 16 && !self.heads.insert(hasher.finish()) {
            source.cover(range, sink);
        } else {
            push(source, range, sink);
        }
    }

    fn statement(&mut self, bytes: &[u8], token: &Token, at: u64, sink: &mut Sink<'_>) -> Head {
        let word = |word| is(bytes, token, word);
        let mut reader = Reader::new(bytes, token.range.end, self.dialect);
        let head = if word("INSERT") || word("REPLACE") {
            self.into_several =
                next(bytes, reader.at, self.dialect).is_some_and(|next| is(bytes, &next, "ALL") || is(bytes, &next, "FIRST"));
            Some(self.insert(&mut reader, at, sink))
        } else if word("INTO") && self.into_several {
            Some(self.insert(&mut reader, at, sink))
        } else if word("COPY") {
            Some(self.copy(bytes, token, at, sink))
        } else if word("CREATE") {
            Some(self.create(&mut reader))
        } else {
            None
        };
        if let Some(head) = head {
            if matches!(head, None | Some(Head::Text(_))) && reader.at - token.range.end > IN_VAIN {
                self.retries += 1;
            }
            return head.unwrap_or_else(|| cut_or_text(&reader, token));
        }
        if word("DELIMITER") && self.dialect.backslash {
            // Procedures: up to the line that brings the semicolon back.
            let rest = &bytes[token.range.end..];
            let is_plain = rest.iter().take_while(|b| **b != b'\n').any(|b| *b == b';') && !rest.trim_ascii_start().starts_with(b";;");
            let back = memchr::memmem::find(rest, b"\nDELIMITER ;").filter(|_| !is_plain);
            return Head::Text(back.map_or(token.range.end, |n| token.range.end + n + 12));
        }
        Head::Text(token.range.end)
    }

    /// `INSERT INTO name (columns) VALUES`. `None`: its head is cut off.
    fn insert(&mut self, reader: &mut Reader<'_>, at: u64, sink: &mut Sink<'_>) -> Option<Head> {
        let bytes = reader.bytes;
        let (mut name, mut columns): (Vec<String>, Option<Vec<String>>) = (Vec::new(), None);
        let mut ends = reader.at;
        for _ in 0..32 {
            let token = reader.next()?;
            match token.kind {
                Kind::Word if is(bytes, &token, "VALUES") || is(bytes, &token, "VALUE") => {
                    let dotted = name.join(".");
                    let columns = columns.or_else(|| self.columns.get(name.last()?).cloned());
                    // Backticks are MySQL's.
                    self.dialect.backslash |= bytes[ends..token.range.start].contains(&b'`');
                    let table = self.table(&dotted, columns.unwrap_or_default(), at, sink);
                    return Some(Head::Rows(State::Values(table), token.range.end)).filter(|_| !name.is_empty());
                }
                Kind::Word
                    if ["INTO", "IGNORE", "LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "OVERRIDING", "SYSTEM", "USER"]
                        .iter()
                        .any(|w| is(bytes, &token, w)) => {}
                Kind::Word | Kind::Name if columns.is_none() => {
                    // A name that does not follow a dot is another one: `INSERT OR IGNORE INTO name`.
                    if !bytes[ends..token.range.start].contains(&b'.') {
                        name.clear();
                    }
                    name.push(definition::name_of(bytes, &token)?);
                }
                Kind::Symbol(b'.') => continue,
                Kind::Symbol(b'(') if columns.is_none() => match reader.names() {
                    Some(names) => columns = Some(names),
                    None if next(bytes, reader.at, reader.dialect).is_none() => return None,
                    None => return Some(Head::Text(token.range.end)),
                },
                _ => return Some(Head::Text(token.range.end)),
            }
            ends = token.range.end;
        }
        Some(Head::Text(reader.at))
    }

    /// `COPY name (columns) FROM stdin`. `None`: its head is cut off.
    fn copy(&mut self, bytes: &[u8], token: &Token, at: u64, sink: &mut Sink<'_>) -> Option<Head> {
        // psql's own command has no semicolon.
        let is_command = token.range.start.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'\\');
        let mut reader = match is_command {
            true => copy_head::of_line(bytes, token.range.end, self.dialect),
            false => Reader::new(bytes, token.range.end, self.dialect),
        };
        let Some(copy_head::Head { name, columns, form }) = copy_head::read(&mut reader, is_command) else {
            let is_cut = next(bytes, reader.at, reader.dialect).is_none();
            return (!is_cut).then_some(Head::Text(token.range.end));
        };
        let end = reader.at + memchr::memchr(b'\n', &bytes[reader.at..])? + 1;
        let columns = columns.or_else(|| self.columns.get(name.rsplit('.').next()?).cloned());
        let table = self.table(&name, columns.unwrap_or_default(), at, sink);
        self.copying = Copying::of(form);
        Some(Head::Rows(State::Copy(table), end))
    }

    /// `CREATE … TABLE name (columns)`. `None`: it is cut off.
    fn create(&mut self, reader: &mut Reader<'_>) -> Option<Head> {
        let bytes = reader.bytes;
        for _ in 0..6 {
            let token = reader.next()?;
            if is(bytes, &token, "TABLE") {
                match definition::read(reader) {
                    Some((table, end)) => {
                        let names = table.columns.into_iter().filter(|c| !c.is_virtual).map(|c| c.name).collect();
                        self.columns.insert(table.name, names);
                        return Some(Head::Text(end));
                    }
                    None => return Some(Head::Text(token.range.end)),
                }
            }
            if token.kind != Kind::Word {
                return Some(Head::Text(token.range.end));
            }
        }
        Some(Head::Text(reader.at))
    }

    /// The table of this name and these columns.
    fn table(&mut self, name: &str, columns: Vec<String>, at: u64, sink: &mut Sink<'_>) -> usize {
        let mut hasher = DefaultHasher::new();
        (name, &columns).hash(&mut hasher);
        if let Some(&table) = self.tables.get(&hasher.finish()) {
            return table;
        }
        if self.grids.len() >= OPEN_TABLES {
            self.end(sink);
        }
        self.tables.insert(hasher.finish(), self.grids.len());
        self.grids.push(Table { name: name.to_owned(), header: columns.clone(), grid: Grid::headed(name, columns, at) });
        self.grids.len() - 1
    }

    /// The row in brackets at a place.
    fn row(&mut self, table: usize, at: usize, source: &dyn Source, is_last: bool, sink: &mut Sink<'_>) -> RowEnd {
        let bytes = source.bytes();
        let other = Dialect { backslash: !self.dialect.backslash };
        let mut found = row(bytes, at, self.dialect);
        if matches!(found, Found::Cut) && !is_last {
            return RowEnd::Cut;
        }
        if !matches!(found, Found::Row { .. }) {
            found = row(bytes, at, other);
        }
        let Found::Row { cells, end, mere } = found else { return RowEnd::Broken };
        let Some(Table { name, header, grid }) = self.grids.get_mut(table).filter(|_| !mere) else { return RowEnd::Text(end) };
        self.rows += 1;
        let cells = cells.into_iter().enumerate().map(|(i, cell)| match cell {
            Cell::Text(text) => text,
            Cell::Binary(bytes, range) => value::decoded(&bytes, &member_name(name, header, i, self.rows), source.place(range), sink),
        });
        let cells = cells.collect();
        grid.row_at(cells, source.offset(at), sink);
        source.cover(at..end, sink);
        RowEnd::Record(end)
    }

    /// Lines of a COPY; returns the place behind them.
    fn lines(&mut self, mut table: usize, source: &dyn Source, mut at: usize, is_last: bool, sink: &mut Sink<'_>) -> usize {
        let bytes = source.bytes();
        let from = at;
        while at < bytes.len() {
            let mut rest = &bytes[at..];
            if self.copying.by_line {
                rest = memchr::memchr(b'\n', rest).map_or(rest, |end| &rest[..=end]);
            }
            let ends = is_last || self.copying.by_line && rest.ends_with(b"\n");
            let (values, end) = match copy_text::row(rest, &self.copying.form, ends) {
                None => break,
                Some(Line::End(end)) => {
                    self.state = State::Statement;
                    at += end;
                    break;
                }
                Some(Line::Row(values, end)) => (values, at + end),
                Some(Line::Unclosed(values, end)) => {
                    self.copying.by_line = true;
                    (values, at + end)
                }
            };
            if std::mem::take(&mut self.copying.is_header) {
                push(source, at..end, sink);
                at = end;
                if let Some(nameless) = self.grids.get(table).filter(|table| table.header.is_empty()) {
                    let (name, header) = (nameless.name.clone(), values.into_iter().map(value::owned).collect());
                    table = self.table(&name, header, source.offset(at), sink);
                    self.state = State::Copy(table);
                }
                continue;
            }
            self.rows += 1;
            let Some(Table { name, header, grid }) = self.grids.get_mut(table) else { break };
            let cells = values.into_iter().enumerate().map(|(i, value)| match copy_text::bytea(&value) {
                Some(bytes) => value::decoded(&bytes, &member_name(name, header, i, self.rows), source.place(at..end), sink),
                None => value::owned(value),
            });
            let cells = cells.collect();
            grid.row_at(cells, source.offset(at), sink);
            at = end;
            if self.rows.is_multiple_of(4096) && sink.stopped() {
                break;
            }
        }
        source.cover(from..at, sink);
        at
    }
}

fn member_name(table: &str, header: &[String], column: usize, row: u64) -> String {
    match header.get(column) {
        Some(column) => format!("{table}.{column}/{row}"),
        None => format!("{table}.{column}/{row}"),
    }
}

/// A head that could not be read: does it end amid a token?
fn cut_or_text(reader: &Reader<'_>, token: &Token) -> Head {
    if next(reader.bytes, reader.at, reader.dialect).is_none() { Head::Cut } else { Head::Text(token.range.end) }
}

fn push(source: &dyn Source, range: Range<usize>, sink: &mut Sink<'_>) {
    let is_silent = source.bytes()[range.clone()].iter().all(|b| b.is_ascii_whitespace() || matches!(b, b',' | b';'));
    match is_silent {
        true => source.cover(range, sink),
        false => source.text(range, sink),
    }
}
