//! Rows of the tables of a JSON document: objects flattened to columns, arrays, and columns that run side by side.

use super::header;
use super::json_record::{Broken, Event, Record, Walker, flatten, skip_blanks, unescape};
use super::json_tables::{COLUMNS, Found, Shape};
use super::stretch::Stretch;
use crate::format::grid::Grid;
use crate::format::{At, PassageKind, Sink};
use crate::table::{TableFacts, is_makers};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// Records that make the columns of a table; values without a column follow the others, each with its path.
const RECORDS: usize = 500;
/// Rows that show whether arrays are rows, and how many are where nothing heads them.
const SAMPLED: usize = 40;
const UNHEADED: usize = 3;
/// So many objects in an array of a record are rows of their own, each with the values of the record around them; and
/// these are repeated up to so many times the record's length.
const INNER: usize = 4;
const REPEATED: usize = 8;

/// Paths and values of a row.
type Values<'v> = Vec<(String, Cow<'v, str>)>;

/// The columns of a table of objects.
#[derive(Default)]
pub(super) struct Columns {
    names: Vec<String>,
    index: HashMap<String, usize>,
    sample: Vec<Vec<String>>,
    /// Arrays in the records whose elements are rows.
    inner: Vec<String>,
    /// The records are members of an object, and their names values: what these are.
    named: Option<String>,
    /// What a list of makers of something is called, whose elements the records are; empty of other lists.
    makers: String,
    /// What all records stand under: what it is, and its value.
    under: Option<(String, String)>,
    /// The records are the lines of a text.
    pub lines: bool,
}

impl Columns {
    /// The columns of a table of objects.
    pub fn of_table(text: &str, found: &Found) -> Self {
        let named = (found.shape == Shape::Keyed).then(|| found.named.clone());
        let makers = if is_makers(&found.named) { found.named.clone() } else { String::new() };
        Self::of(text, found.at, Self { named, makers, under: found.under.clone(), ..Self::default() })
    }

    /// The columns of the records at a place.
    fn of(text: &str, first: usize, mut columns: Self) -> Self {
        let (mut at, mut records) = (first, Vec::new());
        let mut own_line = true;
        while records.len() < RECORDS && at < first.saturating_add(1 << 20) {
            let start = skip_separators(text, at);
            let Ok((values, end)) = columns.record(text, start) else { break };
            if !columns.begins_record(text, start) {
                break;
            }
            own_line &= !text[start..end].contains('\n');
            for (path, _) in &values {
                if let Some((array, element, _)) = in_array(path)
                    && element + 1 >= INNER
                    && !columns.inner.iter().any(|inner| inner == array)
                {
                    columns.inner.push(array.to_owned());
                }
            }
            records.push((values, end - start));
            at = end;
        }
        let outside = text[..first].bytes().all(|b| b.is_ascii_whitespace());
        columns.lines = own_line && outside && columns.named.is_none() && !records.is_empty();
        let rows: Vec<Values<'_>> = records.into_iter().flat_map(|(values, len)| columns.rows(values, len)).take(RECORDS).collect();
        for (path, _) in rows.iter().flatten() {
            if columns.names.len() < COLUMNS && !columns.index.contains_key(path) {
                columns.index.insert(path.clone(), columns.names.len());
                columns.names.push(path.clone());
            }
        }
        columns.sample = rows.into_iter().map(|values| columns.cells(values).into_iter().map(Cow::into_owned).collect()).collect();
        columns
    }

    /// The columns of a text whose lines are objects.
    pub fn of_lines(text: &str) -> Option<Self> {
        let first = skip_blanks(text, 0);
        if !text[first..].starts_with('{') {
            return None;
        }
        Some(Self::of(text, first, Self::default())).filter(|c| c.lines && c.sample.len() > 1)
    }

    /// Does what stands here begin like a record?
    pub fn begins_record(&self, text: &str, at: usize) -> bool {
        text.as_bytes().get(at) == Some(if self.named.is_some() { &b'"' } else { &b'{' })
    }

    /// The record at a place; its name is its first value where the records are members of an object, and so is what
    /// all stand under.
    pub fn record<'t>(&self, text: &'t str, at: usize) -> Result<Record<'t>, Broken> {
        let key = self.named.as_ref().map(|named| Ok((named, member(text, at)?))).transpose()?;
        let (mut values, end) = flatten(text, key.map_or(at, |(_, (_, value))| value))?;
        if let Some((named, (key, _))) = key {
            values.insert(0, (named.clone(), unescape(key)));
        }
        if let Some((named, value)) = &self.under {
            values.insert(0, (named.clone(), Cow::Owned(value.clone())));
        }
        Ok((values, end))
    }

    /// What the columns are.
    pub fn facts(&self) -> TableFacts {
        TableFacts::new(&self.makers, Some(&self.names), &self.sample)
    }

    pub fn begin(&self, offset: u64, sink: &mut Sink<'_>) {
        sink.begin_table(self.facts());
        sink.text(&format!("{}\n", self.names.join("\t").replace(['\n', '\r'], " ")), At::Decoded(offset));
    }

    /// The rows of a record of this length: one, or one for each element of its long arrays of objects.
    fn rows<'v>(&self, values: Values<'v>, len: usize) -> Vec<Values<'v>> {
        if self.inner.is_empty() {
            return vec![values];
        }
        let (mut outer, mut elements): (Values<'v>, BTreeMap<(usize, usize), Values<'v>>) = Default::default();
        for (path, value) in values {
            let inner = in_array(&path).and_then(|(array, element, rest)| {
                let n = self.inner.iter().position(|inner| inner == array)?;
                Some((n, element, format!("{array}.{rest}")))
            });
            match inner {
                Some((n, element, path)) => elements.entry((n, element)).or_default().push((path, value)),
                None => outer.push((path, value)),
            }
        }
        if elements.is_empty() {
            return vec![outer];
        }
        let size: usize = outer.iter().map(|(path, value)| path.len() + value.len()).sum();
        let times = (len.saturating_mul(REPEATED) / size.max(1)).max(1);
        let rows = elements.into_values().enumerate();
        rows.map(|(n, element)| if n < times { outer.iter().cloned().chain(element).collect() } else { element }).collect()
    }

    /// The values in the order of the columns; those without a column follow with their paths.
    fn cells<'v>(&self, values: Values<'v>) -> Vec<Cow<'v, str>> {
        let mut cells = vec![Cow::Borrowed(""); self.names.len()];
        for (path, value) in values {
            match self.index.get(&path).and_then(|i| cells.get_mut(*i)) {
                Some(cell) if cell.is_empty() => *cell = value,
                _ if value.is_empty() => {}
                _ => cells.push(Cow::Owned(format!("{path}: {value}"))),
            }
        }
        cells
    }

    /// Hands on a record of this length.
    pub fn push(&self, values: Values<'_>, len: usize, offset: u64, sink: &mut Sink<'_>) {
        for row in self.rows(values, len) {
            let cells = self.cells(row);
            let cells: Vec<&str> = cells.iter().map(|c| &**c).collect();
            sink.row(&cells, offset);
        }
    }
}

/// `clients.7.code`: the array, the number of the element, and the rest of the path.
fn in_array(path: &str) -> Option<(&str, usize, &str)> {
    let mut at = 0;
    loop {
        let dot = at + path[at..].find('.')?;
        let end = dot + 1 + path[dot + 1..].find('.')?;
        if let Ok(element) = path[dot + 1..end].parse() {
            return Some((&path[..dot], element, &path[end + 1..]));
        }
        at = dot + 1;
    }
}

/// The name of the member at a place, and where its value begins.
fn member(text: &str, at: usize) -> Result<(&str, usize), Broken> {
    let start = at + 1;
    let mut end = start;
    loop {
        let tail = text.as_bytes().get(end..).unwrap_or_default();
        end += memchr::memchr2(b'"', b'\\', tail).ok_or(Broken::Ended)?;
        if text.as_bytes()[end] == b'"' {
            break;
        }
        end += 2;
    }
    let colon = skip_blanks(text, end + 1);
    let is_member = text.as_bytes().get(at) == Some(&b'"') && text.as_bytes().get(colon) == Some(&b':');
    is_member.then(|| (&text[start..end], skip_blanks(text, colon + 1))).ok_or(Broken::Invalid)
}

pub(super) fn skip_separators(text: &str, at: usize) -> usize {
    let tail = text.as_bytes().get(at..).unwrap_or_default();
    at + tail.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b',' | 0x1E)).unwrap_or(tail.len())
}

/// Are these arrays rows? Under a heading they are; so are such whose first is one, and several that are not of
/// numbers alone.
pub(super) fn are_rows(text: &str, found: &Found) -> bool {
    if found.shape != Shape::Rows(None) {
        return true;
    }
    let (mut at, mut rows) = (found.at, Vec::new());
    while rows.len() < SAMPLED && matches!(text.as_bytes().get(at), Some(b'[' | b'{')) {
        let Ok((values, end)) = flatten(text, at) else { break };
        rows.push(cells_by_place(values));
        at = skip_separators(text, end);
    }
    let is_boxed = text.as_bytes().get(found.at) == Some(&b'{');
    let has_words = || rows.iter().filter(|row| row.iter().any(|cell| header::is_wordlike(cell))).count() * 2 > rows.len();
    header::find_header(&rows).1 || !is_boxed && rows.len() >= UNHEADED && has_words()
}

/// Reads arrays as rows; returns the place behind the last.
pub(super) fn read_rows(stretch: &Stretch<'_>, found: &Found, sink: &mut Sink<'_>) -> usize {
    let (text, mut at) = (&*stretch.text, found.at);
    // What all rows stand under is a column of its own, whose heading the first row may be.
    let (named, value) = found.under.clone().unzip();
    let mut grid = match &found.shape {
        Shape::Rows(Some(heading)) => headed(named.iter().chain(heading).cloned().collect(), stretch.offset(at), sink),
        Shape::Rows(None) | Shape::Records | Shape::Keyed | Shape::Columns => Grid::new("", stretch.offset(at)),
    };
    for n in 1u64.. {
        let start = skip_separators(text, at);
        let is_row = matches!(text.as_bytes().get(start), Some(b'[' | b'{'));
        let Some((values, end)) = is_row.then(|| flatten(text, start).ok()).flatten() else { break };
        let first = if n == 1 && found.shape == Shape::Rows(None) { &named } else { &value };
        grid.row_at(first.iter().cloned().chain(cells_by_place(values)).collect(), stretch.offset(start), sink);
        at = end;
        if n.is_multiple_of(1024) && sink.stopped() {
            break;
        }
    }
    grid.end(sink);
    at
}

/// A table under a heading that stands elsewhere: what it says is text by itself.
fn headed(names: Vec<String>, offset: u64, sink: &mut Sink<'_>) -> Grid {
    sink.kind(PassageKind::Prose);
    Grid::headed("", names, offset)
}

/// The values of an array, each in its place.
fn cells_by_place(values: Values<'_>) -> Vec<String> {
    let mut cells: Vec<String> = Vec::new();
    for (path, value) in values {
        let Some(place) = path.split('.').find_map(|step| step.parse::<usize>().ok()) else { continue };
        if cells.len() <= place && place < COLUMNS {
            cells.resize(place + 1, String::new());
        }
        match cells.get_mut(place) {
            Some(cell) if cell.is_empty() => cell.push_str(&value),
            Some(cell) => _ = (cell.push(' '), cell.push_str(&value)),
            None => cells.push(value.into_owned()),
        }
    }
    cells
}

/// Reads columns side by side, row for row.
pub(super) fn read_columns(stretch: &Stretch<'_>, found: &Found, sink: &mut Sink<'_>) {
    let text = &*stretch.text;
    let (mut names, mut cursors) = (Vec::new(), Vec::new());
    let mut walker = Walker::new(text, found.at);
    while let Ok(Some((at, event))) = walker.next() {
        match event {
            Event::Key(key) if walker.stack.len() == 1 => names.push(unescape(&text[key]).into_owned()),
            Event::Open(_) if walker.stack.len() == 2 => cursors.push(Cursor::new(text, at)),
            Event::Key(_) | Event::Open(_) | Event::Close | Event::String(_) | Event::Scalar(_) => {}
        }
    }
    // What the rows are called, unless they are counted.
    let is_named = cursors
        .first_mut()
        .is_some_and(|first| Cursor::new(text, first.start).value().is_some_and(|cell| cell.0.is_some_and(|key| key != "0")));
    if is_named {
        names.insert(0, String::new());
    }
    let mut grid = headed(names, stretch.offset(found.at), sink);
    for n in 1u64.. {
        let cells: Vec<Option<Cell<'_>>> = cursors.iter_mut().map(Cursor::value).collect();
        let Some((key, _, place)) = cells.iter().flatten().next().cloned() else { break };
        let own = key.filter(|_| is_named).map(str::to_owned);
        let values = cells.into_iter().map(|cell| cell.map(|(_, value, _)| value.into_owned()).unwrap_or_default());
        grid.row_at(own.into_iter().chain(values).collect(), stretch.offset(place), sink);
        if n.is_multiple_of(1024) && sink.stopped() {
            break;
        }
    }
    grid.end(sink);
}

/// A value of a column: the name of its row where it has one, itself, and its place.
type Cell<'t> = (Option<&'t str>, Cow<'t, str>, usize);

/// Goes down a column.
struct Cursor<'t> {
    text: &'t str,
    start: usize,
    walker: Walker<'t>,
}

impl<'t> Cursor<'t> {
    fn new(text: &'t str, start: usize) -> Self {
        Self { text, start, walker: Walker::new(text, start) }
    }

    fn value(&mut self) -> Option<Cell<'t>> {
        let mut key = None;
        loop {
            let (at, event) = self.walker.next().ok()??;
            match event {
                Event::Key(name) if self.walker.stack.len() == 1 => key = Some(&self.text[name]),
                Event::Key(_) | Event::Open(_) | Event::Close => {}
                Event::String(value) => return Some((key, unescape(&self.text[value]), at)),
                Event::Scalar(value) if &self.text[value.clone()] == "null" => return Some((key, Cow::Borrowed(""), at)),
                Event::Scalar(value) => return Some((key, Cow::Borrowed(&self.text[value]), at)),
            }
        }
    }
}
