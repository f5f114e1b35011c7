//! JSON (RFC 8259) and JSON Lines. Arrays of objects and sequences of objects are tables; everything
//! else is text with its escapes decoded.

use super::encoding;
use super::json_record::{Broken, Event, Walker, escape, flatten, skip_blanks, unescape};
use super::nested;
use super::stretch::{Stretch, body, parts, stretches};
use crate::format::{At, Failure, Format, PassageKind, Probe, Runs, Sink};
use crate::model::Class;
use crate::table::TableFacts;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// JSON documents and JSON Lines.
pub const FORMAT: Format = Format {
    name: "json",
    media_type: "application/json",
    recognise,
    read,
    runs: Runs::Inside,
    version: 3,
    limitations: &[
        "objects above 1 MiB or deeper than 256 levels are read as text, not as rows",
        "an array of objects that begins more than 256 KiB after the start, or after the table before it, is read as text",
    ],
};

/// Text that is walked to find out what it holds.
const SAMPLE: usize = 64 << 10;
/// Records that make the columns of a table, and the most columns it gets; further values follow them, each with its path.
const RECORDS: usize = 500;
const COLUMNS: usize = 1024;
/// Text around tables that may hold values, and the longest value that is looked at with two names.
const LEAST: usize = 8;
const LONGEST_NESTED: usize = 64;
/// Arrays of objects in one document that become tables.
const TABLES: usize = 256;

fn recognise(probe: &Probe<'_>) -> bool {
    let Some(encoding) = probe.encoding() else { return false };
    let (range, _) = body(probe.bytes, encoding);
    let head = range.start..range.end.min(range.start + SAMPLE);
    stretches(probe.bytes, encoding, head).first().is_some_and(|stretch| is_json(&stretch.text))
}

/// Is this JSON, as far as it goes?
fn is_json(text: &str) -> bool {
    let (mut at, mut values) = (skip_blanks(text, 0), 0);
    while at < text.len() && values < 64 {
        if !matches!(text.as_bytes()[at], b'{' | b'[') {
            return false;
        }
        let mut walker = Walker::new(text, at);
        let mut steps = 0;
        loop {
            match walker.next() {
                Ok(Some(_)) => steps += 1,
                Ok(None) => break,
                Err(Broken::Ended) => return values > 0 || steps > 2,
                Err(Broken::Invalid) => return false,
            }
        }
        values += 1;
        at = skip_blanks(text, walker.at);
        // Between the values of a sequence there may be a comma or a record separator (RFC 7464).
        at = skip_blanks(text, at + usize::from(text[at..].starts_with(['\u{1E}', ','])));
    }
    values > 0
}

/// Reads an item as JSON.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    super::embedded::read_beside(bytes, sink, read_text)
}

fn read_text(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let encoding = encoding::detect(bytes).ok_or_else(|| Failure::corrupt(0, "no text in an encoding that is known"))?;
    let (range, mark) = body(bytes, encoding);
    sink.cover(mark, Class::Structure);
    let cuts = parts(bytes, encoding, range.clone());
    if cuts.len() > 1
        && let Some(head) = stretches(bytes, encoding, cuts[0].clone()).into_iter().next()
        && let Some(columns) = Columns::of_lines(&head.text)
    {
        columns.begin(head.range.start, sink);
        let Some(facts) = sink.facts.tables.last().map(TableFacts::empty_like) else { return Ok(()) };
        super::read_parts(sink, &cuts, |part, fork| {
            fork.continue_table(facts.clone(), 0);
            for stretch in stretches(bytes, encoding, part.clone()) {
                read_records(&stretch, 0, &columns, fork);
                stretch.cover(fork);
            }
        });
        return Ok(());
    }
    let whole = if encoding == encoding::TextEncoding::Utf8 { vec![range] } else { cuts };
    for part in whole {
        for stretch in stretches(bytes, encoding, part) {
            read_document(&stretch, sink);
            stretch.cover(sink);
        }
    }
    Ok(())
}

/// Reads a text: its sequences and arrays of objects as tables, what stands around them as text.
fn read_document(stretch: &Stretch<'_>, sink: &mut Sink<'_>) {
    let text = &*stretch.text;
    let (mut at, mut outside) = (0, Vec::new());
    for _ in 0..TABLES {
        let Some(first) = first_record(text, at) else { break };
        let columns = Columns::of(text, first);
        outside.push(at..first);
        push_text(stretch, at..first, sink);
        columns.begin(stretch.offset(first), sink);
        at = read_records(stretch, first, &columns, sink);
        if sink.stopped() {
            return;
        }
    }
    outside.push(at..text.len());
    push_text(stretch, at..text.len(), sink);
    push_nested(stretch, &outside, sink);
}

/// Values outside the tables whose names need that of the object around them: `"client": {"name": …, "code": …}`.
fn push_nested(stretch: &Stretch<'_>, outside: &[Range<usize>], sink: &mut Sink<'_>) {
    let text = &*stretch.text;
    let Some(start) = next_value(text, 0).filter(|_| outside.iter().any(|range| range.len() > LEAST)) else { return };
    let mut walker = Walker::new(text, start);
    let (mut key, mut around, mut part) = (0..0, Vec::new(), 0);
    while let Ok(Some((place, event))) = walker.next() {
        match event {
            Event::Key(name) => key = name,
            // The elements of an array bear its name.
            Event::Open(_) => around.push(key.clone()),
            Event::Close => {
                if let Some(name) = around.pop() {
                    key = name;
                }
            }
            Event::String(value) | Event::Scalar(value) => {
                while outside.get(part).is_some_and(|range| range.end <= place) {
                    part += 1;
                }
                let is_outside = outside.get(part).is_some_and(|range| range.contains(&place));
                if let Some(outer) = around.last().filter(|_| is_outside && value.len() <= LONGEST_NESTED)
                    && let Some(label) = nested::joint(&unescape(&text[outer.clone()]), &unescape(&text[key.clone()]))
                {
                    sink.kind(PassageKind::Prose);
                    sink.border();
                    sink.text(&format!("{label}: {}\n", unescape(&text[value])), At::Decoded(stretch.offset(place)));
                }
            }
        }
    }
}

/// Where the first object of an outermost sequence or array of objects begins.
fn first_record(text: &str, from: usize) -> Option<usize> {
    let mut end = text.len().min(from.saturating_add(4 * SAMPLE));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let sample = &text[..end];
    let start = next_value(sample, from)?;
    let mut walker = Walker::new(sample, start);
    // Per array or object around: place of its first object, and how many it has.
    let mut around: Vec<(usize, usize)> = vec![(start, 0)];
    let mut best: Option<(usize, usize)> = None;
    loop {
        match walker.next() {
            Ok(Some((at, Event::Open(opener)))) => {
                let in_array = walker.stack.len() < 2 || walker.stack[walker.stack.len() - 2] == b'[';
                let depth = around.len();
                if let Some((first, count)) = around.last_mut().filter(|_| opener == b'{' && in_array) {
                    *first = if *count == 0 { at } else { *first };
                    *count += 1;
                    if *count == 2 && depth > 1 && best.is_none_or(|(d, _)| depth < d) {
                        best = Some((depth, *first));
                    }
                }
                around.push((at, 0));
            }
            Ok(Some((_, Event::Close))) => {
                around.pop();
                // An array with one object is a table too where nothing larger is.
                if let Some(&(first, 1)) = around.last()
                    && walker.stack.last() == Some(&b'[')
                    && best.is_none()
                    && skip_blanks(sample, walker.at) < sample.len()
                    && sample.as_bytes()[skip_blanks(sample, walker.at)] == b']'
                {
                    best = Some((around.len(), first));
                }
            }
            Ok(Some(_)) => {}
            // One value ended: it is a record if another object follows.
            Ok(None) => {
                let next = skip_blanks(sample, walker.at);
                if sample.as_bytes()[start] == b'{' && sample.as_bytes().get(next) == Some(&b'{') {
                    return Some(start);
                }
                break;
            }
            Err(_) => break,
        }
    }
    best.map(|(_, first)| first)
}

/// The next `{` or `[` behind what may stand between values.
fn next_value(text: &str, from: usize) -> Option<usize> {
    let tail = text.as_bytes().get(from..)?;
    tail.iter().take(SAMPLE).position(|b| matches!(b, b'{' | b'[')).map(|n| from + n)
}

/// Reads records from a place on, up to something that is none; returns that place.
fn read_records(stretch: &Stretch<'_>, from: usize, columns: &Columns, sink: &mut Sink<'_>) -> usize {
    let text = &*stretch.text;
    let mut at = from;
    for n in 1u64.. {
        let start = skip_separators(text, at);
        match text.as_bytes().get(start) {
            Some(b'{') => {}
            // In a sequence by lines, what is no object is text.
            Some(b) if columns.lines && *b != b']' => {
                let end = memchr::memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |n| start + n + 1);
                push_line(stretch, start..end, sink);
                at = end;
                continue;
            }
            _ => return start.min(text.len()),
        }
        match flatten(text, start) {
            Ok((values, end)) => {
                columns.push(values, stretch.offset(start), sink);
                at = end;
            }
            Err(_) => {
                // Too large, too deep, cut off or no JSON: text up to the next line or the end.
                let end = memchr::memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |n| start + n + 1);
                push_line(stretch, start..end, sink);
                if !columns.lines {
                    return end;
                }
                at = end;
            }
        }
        if n.is_multiple_of(1024) && sink.stopped() {
            return text.len();
        }
    }
    at
}

fn skip_separators(text: &str, at: usize) -> usize {
    let tail = text.as_bytes().get(at..).unwrap_or_default();
    at + tail.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b',' | 0x1E)).unwrap_or(tail.len())
}

/// Text among the rows.
fn push_line(stretch: &Stretch<'_>, range: Range<usize>, sink: &mut Sink<'_>) {
    sink.border();
    push_pieces(stretch, range, sink);
    sink.border();
}

fn push_text(stretch: &Stretch<'_>, range: Range<usize>, sink: &mut Sink<'_>) {
    if !stretch.text[range.clone()].trim_ascii().is_empty() {
        sink.kind(PassageKind::Prose);
        push_pieces(stretch, range, sink);
    }
}

/// JSON as text: escapes decoded, a border in the place of each comma between values.
fn push_pieces(stretch: &Stretch<'_>, range: Range<usize>, sink: &mut Sink<'_>) {
    let bytes = stretch.text.as_bytes();
    let (mut at, mut done, mut string) = (range.start, range.start, false);
    loop {
        let found = memchr::memchr2(b'"', if string { b'\\' } else { b',' }, &bytes[at..range.end]);
        let Some(n) = found else { break };
        let place = at + n;
        at = place + 1;
        match bytes[place] {
            b'"' => string = !string,
            b',' => {
                stretch.push(done..place, sink);
                sink.border();
                done = at;
            }
            _ => {
                if let Some((c, len)) = escape(&stretch.text[place..range.end]) {
                    stretch.push(done..place, sink);
                    sink.text(c.encode_utf8(&mut [0; 4]), At::Decoded(stretch.offset(place)));
                    at = place + len;
                    done = at;
                } else {
                    at = (place + 2).min(range.end);
                }
            }
        }
        if at >= range.end {
            break;
        }
    }
    stretch.push(done.min(range.end)..range.end, sink);
}

/// The columns of a table of objects.
struct Columns {
    names: Vec<String>,
    index: HashMap<String, usize>,
    sample: Vec<Vec<String>>,
    /// The records are the lines of a text.
    lines: bool,
}

impl Columns {
    /// The columns of the records at a place.
    fn of(text: &str, first: usize) -> Self {
        let mut columns = Self { names: Vec::new(), index: HashMap::new(), sample: Vec::new(), lines: false };
        let (mut at, mut records) = (first, Vec::new());
        let mut own_line = true;
        while records.len() < RECORDS && at < first.saturating_add(1 << 20) {
            let start = skip_separators(text, at);
            let Ok((values, end)) = flatten(text, start) else { break };
            if text.as_bytes().get(start) != Some(&b'{') {
                break;
            }
            own_line &= !text[start..end].contains('\n');
            for (path, _) in &values {
                if columns.names.len() < COLUMNS && !columns.index.contains_key(path) {
                    columns.index.insert(path.clone(), columns.names.len());
                    columns.names.push(path.clone());
                }
            }
            records.push(values);
            at = end;
        }
        let outside = text[..first].bytes().all(|b| b.is_ascii_whitespace());
        columns.lines = own_line && outside && !records.is_empty();
        let rows = records.into_iter().take(RECORDS);
        columns.sample = rows.map(|values| columns.cells(values).into_iter().map(Cow::into_owned).collect()).collect();
        columns
    }

    /// The columns of a text whose lines are objects.
    fn of_lines(text: &str) -> Option<Self> {
        let first = skip_blanks(text, 0);
        if !text[first..].starts_with('{') {
            return None;
        }
        Some(Self::of(text, first)).filter(|c| c.lines && c.sample.len() > 1)
    }

    fn begin(&self, offset: u64, sink: &mut Sink<'_>) {
        sink.begin_table(TableFacts::new("", Some(&self.names), &self.sample));
        sink.text(&format!("{}\n", self.names.join("\t").replace(['\n', '\r'], " ")), At::Decoded(offset));
    }

    /// The values in the order of the columns; those without a column follow with their paths.
    fn cells<'v>(&self, values: Vec<(String, Cow<'v, str>)>) -> Vec<Cow<'v, str>> {
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

    fn push(&self, values: Vec<(String, Cow<'_, str>)>, offset: u64, sink: &mut Sink<'_>) {
        let cells = self.cells(values);
        let cells: Vec<&str> = cells.iter().map(|c| &**c).collect();
        sink.row(&cells, offset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    fn read_text(text: &str) -> (Vec<u64>, String) {
        read_with(read, text.as_bytes(), |sink, collector| {
            assert!(sink.coverage.clone().partition(text.len() as u64).iter().all(|(_, c)| c.is_some()));
            (sink.facts.tables.iter().map(|t| t.rows).collect(), collector.text())
        })
    }

    #[test]
    fn lines_arrays_and_nested_arrays_are_tables() {
        let (rows, text) =
            read_text("{\"id\":1,\"n\":\"Ann\"}\n{\"id\":2,\"n\":\"B\\u00f6\",\"x\":{\"y\":5}}\nbroken line\n{\"id\":3,\"n\":\"Cy\"}\n");
        assert_eq!(rows, [3]);
        assert!(text.contains("id\tn\tx.y\n1\tAnn\t\n2\tBö\t5\n") && text.contains("broken line") && text.contains("3\tCy"), "{text}");
        let (rows, text) = read_text(
            "{\"bank\":\"First \\\"State\\\" Bank\",\"customers\":[{\"id\":1},{\"id\":2}],\"accounts\":[{\"no\":7},{\"no\":8},{\"no\":9}],\"end\":\"z\"}",
        );
        assert_eq!(rows, [2, 3]);
        assert!(text.contains("First \"State\" Bank") && text.contains("\"end\":\"z\""), "{text}");
        assert_eq!(read_text("[{\"id\":1,\"a\":[1,2]},{\"id\":2,\"a\":[3]}]").0, [2]);
    }

    #[test]
    fn a_value_is_named_by_the_object_around_it_too() {
        let (rows, text) = read_text(
            r#"{"client":{"name":"z","code":104233,"x":{"code":1}},"a":[{"client":{"code":"T1"},"v":1},{"client":{"code":"T2"},"v":2}]}"#,
        );
        assert_eq!(rows, [2]);
        assert!(text.contains("client code: 104233\n") && !text.contains("code: 1\n") && !text.contains("code: T2"), "{text}");
    }

    #[test]
    fn documents_are_text_with_borders() {
        let (rows, text) = read_text("{\"clientCode\": \"AB12CD\", \"names\": [\"First State\", \"Bank, N.A.\"]}");
        assert!(rows.is_empty());
        assert!(text.contains("\"clientCode\": \"AB12CD\"\u{1E} \"names\": [\"First State\"\u{1E} \"Bank, N.A.\"]"), "{text}");
    }

    #[test]
    fn json_is_recognised_on_content() {
        for (text, want) in [
            ("{\"a\":1}", true),
            ("[1,2", true),
            ("{\"a\":1}\n{\"b\":2}\n", true),
            ("[INFO] text", false),
            ("{\\rtf1 x}", false),
            ("{1:F01BANK}{2:I103}", false),
            ("\"x\"", false),
            ("[section]\nkey=value", false),
        ] {
            assert_eq!(recognise(&Probe::new(text.as_bytes())), want, "{text}");
        }
    }

    #[test]
    fn no_input_panics() {
        let text = "{\"a\":[{\"b\":\"\\u00e9\\ud83d\\ude00\"},{\"b\":\"\\\"\"}],\"c\":[[{\"d\":1},{\"d\":2}]]}\n{\"e\":1}\n";
        for cut in 0..text.len() {
            read_text(&text[..cut]);
            read_with(read, &text.as_bytes()[cut..], |_, _| ());
        }
    }
}
