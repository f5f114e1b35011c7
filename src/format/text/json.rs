//! JSON (RFC 8259) and JSON Lines. Objects in arrays and sequences, arrays under a heading, objects under names that are
//! values, and columns side by side are tables; everything else is text with its escapes decoded.

use super::encoding;
use super::json_columns::{self, Columns, are_rows, skip_separators};
use super::json_objects;
use super::json_record::{self, Broken, Event, MAX_RECORD, Walker, escape, skip_blanks, unescape};
use super::json_tables::{self, Found, Shape};
use super::nested;
use super::stretch::{Stretch, beginning, body, parts, stretches};
use super::xml;
use crate::format::{At, Failure, Format, PassageKind, Probe, Runs, Sink};
use crate::model::Class;
use crate::table::TableFacts;
use std::ops::Range;

/// JSON documents and JSON Lines.
pub const FORMAT: Format = Format {
    name: "json",
    media_type: "application/json",
    recognise,
    read,
    runs: Runs::Inside,
    version: 8,
    limitations: &[
        "objects above 16 MiB or deeper than 256 levels are read as text, not as rows",
        "of one document, the first 256 tables are tables, the others text",
        "values of a document above 1 MiB that stand in no table are text",
    ],
};

/// Text that is walked to find out what it holds.
const SAMPLE: usize = 64 << 10;
/// Text around tables that may hold values, and the longest value that is looked at with two names.
const LEAST: usize = 8;
const LONGEST_NESTED: usize = 64;
/// Tables of one document, between two places where it is no JSON; and how often it is walked on behind such a place.
const TABLES: usize = 256;
const WALKS: usize = 64;

fn recognise(probe: &Probe<'_>) -> bool {
    beginning(probe, SAMPLE).is_some_and(|text| is_json(&text))
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

/// Reads a text: its tables as such, what stands around them as text, of which the records of persons were read before.
fn read_document(stretch: &Stretch<'_>, sink: &mut Sink<'_>) {
    let text = &*stretch.text;
    let start = skip_blanks(text, 0);
    let is_document = text.len() <= MAX_RECORD && text[start..].starts_with(['{', '[']);
    // The tables of the first value are looked for once.
    let first = is_document.then(|| json_tables::tables(text, start));
    match first.as_ref().is_some_and(|(tables, stop)| json_objects::read(stretch, (start, *stop), tables, sink)) {
        true => {
            let all = stretch.offset(0)..stretch.offset(text.len());
            sink.beside_records(vec![all], |sink| read_values(stretch, first, sink));
        }
        false => read_values(stretch, first, sink),
    }
}

fn read_values(stretch: &Stretch<'_>, mut first: Option<(Vec<Found>, usize)>, sink: &mut Sink<'_>) {
    let text = &*stretch.text;
    let (mut at, mut walked, mut outside) = (0, 0, Vec::new());
    for _ in 0..WALKS {
        let Some(start) = next_value(text, walked.max(at)) else { break };
        let (found, stop) = first.take().unwrap_or_else(|| json_tables::tables(text, start));
        for found in found.iter().take(TABLES) {
            if found.at < at || !are_rows(text, found) {
                continue;
            }
            outside.push(at..found.at);
            push_text(stretch, at..found.at, sink);
            at = read_table(stretch, found, sink);
            if sink.stopped() {
                return;
            }
        }
        walked = stop;
    }
    outside.push(at..text.len());
    push_text(stretch, at..text.len(), sink);
    push_nested(stretch, &outside, sink);
}

/// Reads a table; returns the place behind it.
fn read_table(stretch: &Stretch<'_>, found: &Found, sink: &mut Sink<'_>) -> usize {
    match found.shape {
        Shape::Records | Shape::Keyed => {
            let columns = Columns::of_table(&stretch.text, found);
            columns.begin(stretch.offset(found.at), sink);
            read_records(stretch, found.at, &columns, sink)
        }
        Shape::Rows(_) => json_columns::read_rows(stretch, found, sink),
        Shape::Columns => {
            json_columns::read_columns(stretch, found, sink);
            found.end
        }
    }
}

/// Values outside the tables whose names stand elsewhere: around them, as in `"client": {"name": …, "code": …}` and
/// `"code": {"$numberLong": …}`, or beside them, as in `"name": "client_code", "value": 104233`.
fn push_nested(stretch: &Stretch<'_>, outside: &[Range<usize>], sink: &mut Sink<'_>) {
    let text = &*stretch.text;
    let Some(start) = next_value(text, 0).filter(|_| outside.iter().any(|range| range.len() > LEAST)) else { return };
    let mut walker = Walker::new(text, start);
    let (mut key, mut around, mut part) = (0..0, Vec::<Around>::new(), 0);
    let mut say = |label: &str, value: Range<usize>| {
        sink.kind(PassageKind::Prose);
        sink.border();
        sink.text(&format!("{label}: {}\n", unescape(&text[value.clone()])), At::Decoded(stretch.offset(value.start)));
    };
    while let Ok(Some((place, event))) = walker.next() {
        while outside.get(part).is_some_and(|range| range.end <= place) {
            part += 1;
        }
        let is_outside = outside.get(part).is_some_and(|range| range.contains(&place));
        match event {
            Event::Key(name) => {
                key = name;
                around.iter_mut().last().into_iter().for_each(|around| around.members += 1);
            }
            // The elements of an array bear its name.
            Event::Open(_) => around.push(Around { key: key.clone(), ..Around::default() }),
            Event::Close => {
                let Some(closed) = around.pop() else { continue };
                if let [Some(name), Some(value)] = closed.pair
                    && is_outside
                {
                    say(&unescape(&text[name]), value);
                }
                if let Some((inner, value)) = closed.value.filter(|_| is_outside && closed.members == 1)
                    && json_record::is_wrapped(&text[inner], &text[value.clone()])
                {
                    say(&unescape(&text[closed.key.clone()]), value);
                }
                key = closed.key;
            }
            Event::String(value) | Event::Scalar(value) => {
                let Some(outer) = around.last_mut().filter(|_| is_outside && value.len() <= LONGEST_NESTED) else { continue };
                let name = unescape(&text[key.clone()]);
                if let Some(label) = nested::joint(&unescape(&text[outer.key.clone()]), &name) {
                    say(&label, value.clone());
                }
                let is_number = text.as_bytes()[place] != b'"';
                if !is_number && xml::KEYS.contains(&&*name) {
                    outer.pair[0] = Some(value.clone());
                } else if is_number && xml::VALUES.contains(&&*name) {
                    outer.pair[1] = Some(value.clone());
                }
                outer.value = Some((key.clone(), value));
            }
        }
    }
}

/// An array or object around values outside the tables.
#[derive(Default)]
struct Around {
    key: Range<usize>,
    members: usize,
    /// The last value in it, with its name.
    value: Option<(Range<usize>, Range<usize>)>,
    /// A name that a member holds, and the number that another one holds.
    pair: [Option<Range<usize>>; 2],
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
            Some(_) if columns.begins_record(text, start) => {}
            // In a sequence by lines, what is no object is text.
            Some(b) if columns.lines && *b != b']' => {
                let end = memchr::memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |n| start + n + 1);
                push_line(stretch, start..end, sink);
                at = end;
                continue;
            }
            _ => return start.min(text.len()),
        }
        match columns.record(text, start) {
            Ok((values, end)) => {
                columns.push(values, end - start, stretch.offset(start), sink);
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
    fn arrays_maps_and_columns_are_tables_too() {
        // Where objects hold the heading, they are a table as well.
        for (text, rows, wanted) in [
            (r#"[["client_code","file"],[104233,"a.txt"]]"#, 1, "client_code\tfile\n104233\ta.txt"),
            (r#"{"columns":["client_code","file"],"index":[0],"data":[[104233,"a"]]}"#, 1, "client_code\tfile\n104233\ta"),
            (r#"{"rows":[["Ann",1],["Bo",2]],"cols":[{"name":"holder"},{"name":"account"}]}"#, 4, "holder\taccount\nAnn\t1\nBo\t2"),
            (
                r#"{"schema":{"fields":[{"name":"code","type":"S"},{"name":"zip","type":"S"}]},"rows":[{"f":[{"v":"104233"},{"v":"1"}]}]}"#,
                3,
                "code\tzip\n104233\t1",
            ),
            (r#"{"4711":{"name":"Ann","balance":1},"4712":{"name":"Bo","balance":2}}"#, 2, "\tname\tbalance\n4711\tAnn\t1"),
            (r#"{"name":{"0":"Ann","1":"Bo"},"account":{"0":11,"1":null}}"#, 2, "name\taccount\nAnn\t11\nBo\t"),
            (r#"{"name":["Ann","Bo"],"account":["11","12"]}"#, 2, "name\taccount\nAnn\t11\nBo\t12"),
            (
                r#"[{"state":"PA","clients":[{"code":1},{"code":2},{"code":3},{"code":4}]},{"state":"NY","clients":[{"code":5}]}]"#,
                5,
                "state\tclients.code\nPA\t1\nPA\t2",
            ),
        ] {
            let (tables, read) = read_text(text);
            assert_eq!(tables.iter().sum::<u64>(), rows, "{text}: {read}");
            assert!(read.contains(wanted), "{text}: {read}");
        }
    }

    #[test]
    fn configuration_is_no_table() {
        for text in [
            r#"{"include":["src","lib"],"exclude":["target","out"]}"#,
            r#"{"database":{"host":"a","port":1},"cache":{"host":"b","port":2}}"#,
            r#"{"point":[1.5,2.5],"box":[[1,2],[3,4]]}"#,
            r#"{"dependencies":{"a":"1.0","b":"2.0"},"scripts":{"test":"x"}}"#,
        ] {
            assert!(read_text(text).0.is_empty(), "{text}");
        }
    }

    #[test]
    fn the_type_of_a_value_is_not_its_name() {
        let (rows, text) = read_text(r#"{"client_code":{"$numberLong":"104233"},"x":{"long":104234},"grid":{"N":"A1"}}"#);
        assert!(
            rows.is_empty() && text.contains("client_code: 104233\n") && text.contains("x: 104234\n") && !text.contains("grid: A1"),
            "{text}"
        );
        let (_, text) = read_text(r#"{"name":"client_code","value":104233}"#);
        assert!(text.contains("client_code: 104233\n"), "{text}");
        let (_, text) = read_text(r#"[{"dob":{"$date":{"$numberLong":"5"}},"c":{"d":1}},{"dob":{"$date":"x"}}]"#);
        assert!(text.contains("dob\tc.d\n5\t1\nx\t"), "{text}");
    }

    proptest::proptest! {
        #[test]
        fn every_shape_covers_all_and_panics_never(text in r#"(\[|\{|\]|\}|"name":|"4711":|"columns":|,|"Ann"|1|\{"N":"5"\}|\[1,"a"\]|\{"a":1,"b":2\}){1,24}"#) {
            read_text(&text);
        }
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
