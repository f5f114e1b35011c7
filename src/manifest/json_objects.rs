//! Objects with a path: `rclone lsjson`, `aws s3api list-objects`, JSON Lines inventories; `tree -J`.

use super::columns::{Columns, in_words};
use super::fields::{Size, shown};
use super::inventory_columns::Column;
use super::lines::decoded;
use super::row::{Row, Separators};
use super::tally::{Parsed, Tally, read_lines};
use super::{Kind, Report, Sample, Syntax};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::HashMap;

pub(super) const SYNTAX: Syntax = Syntax {
    name: "JSON objects",
    default_kind: Kind::Taken,
    recognise: |sample| recognise(sample, &Columns::default()),
    read: |bytes, rows| read(bytes, &Columns::default(), rows),
    limitations: &[
        "fields are known by the same names as the columns of a table",
        "an object that holds a list of objects is only a wrapper around them",
    ],
};

pub(super) const TREE: Syntax = Syntax {
    name: "tree -J",
    default_kind: Kind::Taken,
    recognise: |sample| sample.filled().take(3).any(|line| node(line).is_some_and(|n| n.open)).then_some(98),
    read: read_tree,
    limitations: &["one node a line, as tree writes them; sizes are there only with -s"],
};

/// Does it hold objects with the keys that were named?
pub(super) fn has_columns(sample: &Sample<'_>, said: &Columns) -> Option<&'static Syntax> {
    recognise(sample, said).map(|_| &SYNTAX)
}

fn recognise(sample: &Sample<'_>, said: &Columns) -> Option<u8> {
    let first = sample.filled().next()?.trim_ascii_start().first().copied()?;
    if !matches!(first, b'[' | b'{') {
        return None;
    }
    let head: Vec<u8> = sample.lines.join(&b"\n"[..]);
    let mut headings = Headings::new(said);
    let (mut rows, mut all) = (0u32, 0u32);
    objects(&head, |_, text| {
        all += 1;
        rows += u32::from(headings.row(text, 0).is_some());
        all < 50
    });
    let keys: Vec<&[u8]> = headings.known.keys().map(String::as_bytes).collect();
    (rows > 0 && rows * 2 >= all && said.all_in(keys.iter().copied())).then_some(94)
}

/// Deeper than this nothing is an object of a listing.
const DEPTH: usize = 256;

/// Calls with each object that lies in an array or at the top and holds no such object itself, or that is
/// broken: the line at which it begins and its text. Stops when told so. True when something was left open.
fn objects(text: &[u8], mut take: impl FnMut(u64, &[u8]) -> bool) -> bool {
    struct Open {
        array: bool,
        at: usize,
        line: u64,
        wraps: bool,
    }
    let mut open: Vec<Open> = Vec::new();
    let (mut line, mut string, mut escaped, mut deeper, mut last) = (1u64, false, false, 0u64, 0u8);
    for (at, &byte) in text.iter().enumerate() {
        if byte == b'\n' {
            line += 1;
            // Strings do not run over lines: one that was not closed costs its object.
            string = false;
            escaped = false;
            continue;
        }
        if string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b' ' | b'\t' | b'\r' => continue,
            b'"' => string = true,
            b'{' | b'[' if open.len() >= DEPTH => deeper += 1,
            b'{' | b'[' => {
                // Inside of an object a value follows a colon: otherwise that object was never closed.
                while byte == b'{' && last != b':' && open.last().is_some_and(|outer| !outer.array) {
                    let Some(broken) = open.pop() else { break };
                    if !take(broken.line, text.get(broken.at..at).unwrap_or_default()) {
                        return false;
                    }
                }
                open.push(Open { array: byte == b'[', at, line, wraps: false });
            }
            b'}' | b']' if deeper > 0 => deeper -= 1,
            b'}' | b']' => {
                if let Some(closed) = open.pop() {
                    let element = !closed.array && open.last().is_none_or(|outer| outer.array);
                    if let Some(outer) = open.last_mut() {
                        outer.wraps |= closed.wraps || element;
                    }
                    if element && !closed.wraps && !take(closed.line, text.get(closed.at..=at).unwrap_or_default()) {
                        return false;
                    }
                }
            }
            _ => {}
        }
        last = byte;
    }
    let unclosed = !open.is_empty();
    if let Some(broken) = open.iter().find(|o| !o.array) {
        take(broken.line, text.get(broken.at..).unwrap_or_default());
    }
    unclosed
}

/// The keys that were met, with what they hold.
struct Headings<'s> {
    known: HashMap<String, Option<Column>>,
    said: &'s Columns,
}

/// How many different keys are remembered.
const KEYS: usize = 1_024;

impl<'s> Headings<'s> {
    fn new(said: &'s Columns) -> Self {
        Self { known: HashMap::new(), said }
    }

    /// The keys that hold something, in words.
    fn in_words(&self) -> String {
        let mut keys: Vec<(Column, Cow<'_, str>)> =
            self.known.iter().filter_map(|(key, column)| Some(((*column)?, Cow::Borrowed(key.as_str())))).collect();
        keys.sort_by(|a, b| (a.0.word(), &a.1).cmp(&(b.0.word(), &b.1)));
        in_words(keys.into_iter())
    }

    fn of(&mut self, key: &str) -> Option<Column> {
        if let Some(column) = self.known.get(key) {
            return *column;
        }
        let column = self.said.of_heading(key.as_bytes());
        if self.known.len() < KEYS {
            self.known.insert(key.to_owned(), column);
        }
        column
    }

    /// The row of an object.
    fn row(&mut self, object: &[u8], line: u64) -> Option<Row> {
        let map: Map<String, Value> = serde_json::from_slice(object).ok()?;
        let fields: Vec<(Column, &Value)> = map.iter().filter_map(|(key, value)| Some((self.of(key)?, value))).collect();
        let field = |wanted: Column| fields.iter().find(|(column, _)| *column == wanted).map(|(_, value)| *value);
        let text = |wanted: Column| field(wanted).and_then(Value::as_str).filter(|s| !s.is_empty());
        let mut row = match (text(Column::Path), text(Column::Folder), text(Column::Name)) {
            (Some(path), _, _) => Row::new(path.as_bytes(), separators(path), line)?,
            (None, Some(folder), Some(name)) => Row::in_directory(folder.as_bytes(), name.as_bytes(), separators(folder), line)?,
            (None, None, Some(name)) => Row::new(name.as_bytes(), separators(name), line)?,
            (None, _, None) => return None,
        };
        row.directory |= match field(Column::Type) {
            Some(Value::Bool(directory)) => *directory,
            Some(Value::String(word)) => matches!(word.to_lowercase().as_str(), "directory" | "dir" | "folder" | "d" | "true"),
            _ => false,
        };
        row.size = match field(Column::Size) {
            Some(Value::Number(size)) => size.as_u64(),
            Some(Value::String(size)) => Size::parse(size.as_bytes()).and_then(Size::exact),
            _ => None,
        };
        row.modified = text(Column::Date).map(str::to_owned);
        row.account = text(Column::Account).map(str::to_owned);
        for (column, value) in &fields {
            if let (Column::Hash(algorithm), Value::String(digits)) = (column, value) {
                row.add_hash(algorithm, digits.as_bytes());
            }
        }
        let nested = map.iter().filter(|(key, _)| key.eq_ignore_ascii_case("hashes")).filter_map(|(_, value)| value.as_object());
        for (name, digits) in nested.flatten() {
            if let (Some(Column::Hash(algorithm)), Value::String(digits)) = (self.of(name), digits) {
                row.add_hash(algorithm, digits.as_bytes());
            }
        }
        Some(row)
    }
}

fn separators(path: &str) -> Separators {
    let drive = matches!(path.as_bytes(), [l, b':', b'\\', ..] if l.is_ascii_alphabetic()) || path.starts_with(r"\\");
    if drive { Separators::Windows } else { Separators::Unix }
}

/// An object that stands on a line of its own.
fn own_line(line: &[u8]) -> Option<&[u8]> {
    let text = line.trim_ascii();
    let text = text.strip_prefix(b"[").unwrap_or(text);
    let text = text.strip_suffix(b"]").filter(|t| t.ends_with(b"}")).unwrap_or(text);
    let text = text.strip_suffix(b",").unwrap_or(text);
    (text.starts_with(b"{") && text.ends_with(b"}")).then_some(text)
}

/// Reads objects.
pub(super) fn read(bytes: &[u8], said: &Columns, rows: &mut dyn FnMut(Row)) -> Report {
    let mut headings = Headings::new(said);
    let sample = Sample::of(bytes);
    let by_line =
        sample.share(|line| own_line(line).is_some_and(|object| serde_json::from_slice::<Map<String, Value>>(object).is_ok())) >= 60;
    if by_line {
        let mut opened = false;
        let mut closed = false;
        let mut last = 0;
        let mut report = read_lines(bytes, rows, |line| {
            let text = line.text.trim_ascii();
            last = line.number;
            opened |= line.number == 1 && text.starts_with(b"[");
            closed = text.ends_with(b"]");
            if matches!(text, b"[" | b"]" | b",") {
                return Parsed::Nothing;
            }
            own_line(text).and_then(|object| headings.row(object, line.number)).into()
        });
        if opened && !closed {
            report.truncated_at.get_or_insert(last);
        }
        return Report { columns: headings.in_words(), ..report };
    }
    let text = decoded(bytes);
    let mut tally = Tally::new(rows);
    let unclosed = objects(&text, |line, object| {
        tally.row_or_line(headings.row(object, line), line, object);
        true
    });
    if unclosed {
        tally.truncated(memchr::memchr_iter(b'\n', &text).count() as u64 + 1);
    }
    Report { columns: headings.in_words(), ..tally.finish() }
}

/// A line of `tree -J`.
struct Node {
    map: Map<String, Value>,
    /// What it contains follows.
    open: bool,
}

fn node(line: &[u8]) -> Option<Node> {
    let text = line.trim_ascii();
    let text = text.strip_suffix(b",").unwrap_or(text);
    if !text.starts_with(b"{\"type\":") {
        return None;
    }
    let open = text.ends_with(b"[");
    let whole = if open { [text, b"]}"].concat() } else { text.to_vec() };
    Some(Node { map: serde_json::from_slice(&whole).ok()?, open })
}

fn read_tree(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let text = decoded(bytes);
    let mut tally = Tally::new(rows);
    let mut directories: Vec<Vec<u8>> = Vec::new();
    let mut number = 0;
    let mut closed = false;
    for line in text.split(|b| *b == b'\n') {
        number += 1;
        let bare = line.trim_ascii();
        if bare.is_empty() || bare == b"[" || bare == b"," {
            continue;
        }
        if bare.starts_with(b"]}") {
            directories.pop();
            continue;
        }
        if bare == b"]" {
            closed = true;
            continue;
        }
        let Some(Node { map, open }) = node(line) else {
            tally.not_understood(number, line);
            continue;
        };
        let kind = map.get("type").and_then(Value::as_str).unwrap_or_default();
        if kind == "report" {
            continue;
        }
        let name = map.get("name").and_then(Value::as_str).unwrap_or_default();
        let parent = directories.last().cloned().unwrap_or_default();
        let whole = name.contains('/') && !parent.is_empty();
        let row = if whole {
            Row::new(name.as_bytes(), Separators::Unix, number)
        } else {
            Row::in_directory(&parent, name.as_bytes(), Separators::Unix, number)
        };
        if open {
            directories.push(row.as_ref().map(|r| r.path.clone()).unwrap_or_default());
        }
        if name == "." {
            continue;
        }
        let row = row.map(|mut row| {
            row.directory |= !matches!(kind, "file" | "link");
            row.size = map.get("size").and_then(Value::as_u64).filter(|_| kind == "file");
            row.link = map.get("target").and_then(Value::as_str).map(|t| t.as_bytes().to_vec());
            row.account = map.get("user").and_then(Value::as_str).map(str::to_owned);
            row.modified = map.get("time").and_then(Value::as_str).map(|t| shown(t.as_bytes()));
            row
        });
        tally.row_or_line(row, number, line);
    }
    if !closed || !directories.is_empty() {
        tally.truncated(number);
    }
    tally.finish()
}
