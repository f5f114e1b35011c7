//! Records in running text: lines `name: value` one below the other (YAML, LDIF, settings, what database clients and
//! shells print of one row, filled forms), and lines that hold all of a record (`name=value` in logs, an object of JSON
//! behind a time).

use super::encoding::TextEncoding;
use super::json_record;
use super::objects::Object;
use super::outer_client::OuterClient;
use super::stretch::{Stretch, stretches};
use crate::format::named::{Named, NamedRecords};
use crate::format::named_line::{self, Record, Records, Way};
use crate::format::{At, Sink};
use crate::identifier::client_label::is_client_label;
use crate::table::TableFacts;
use rayon::prelude::*;
use std::ops::Range;

/// Longest line that is looked at, and names in it.
const LONGEST: usize = 1 << 20;
const MOST_NAMES: usize = 1 << 16;
/// Longest line of an event in which fields are named by others.
const LONGEST_EVENT: usize = 8 << 10;
/// Longest name and value of a pair in a line.
const LONGEST_NAME: usize = 40;
const LONGEST_VALUE: usize = 200;
/// So many pairs in a line are a record; and values of one record at most.
const PAIRS: usize = 3;
const MOST_VALUES: usize = 200;
/// Parts a name from its value in the pairs of Lisp.
const DOTTED: &str = " . ";
/// Longer records are no longer put together over the border of two parts.
const LONGEST_RECORD: usize = 64 << 10;

/// Pushes the records of a text, and says where persons were read as rows. The text itself stays as it is.
pub(super) fn push(stretch: &Stretch<'_>, sink: &mut Sink<'_>) -> Vec<Range<u64>> {
    let (mut lines, before) = (NamedLines { places: Some(Vec::new()), ..NamedLines::default() }, sink.facts.tables.len());
    lines.read(stretch, false, sink);
    let are_rows = lines.found.end(sink);
    let is_said = sink.facts.tables.iter().skip(before).any(TableFacts::has_personal_data);
    let is_row = |table: usize| is_said && are_rows.get(table) == Some(&true);
    lines.places.into_iter().flatten().filter(|(table, _)| is_row(*table)).map(|(_, place)| place).collect()
}

/// Pushes the records of a text in parts, one part after the other: their rows are of the same tables. Which parts hold
/// any is asked by all threads. Says of which parts persons were read as rows.
pub(super) fn push_parts(bytes: &[u8], encoding: TextEncoding, parts: &[Range<usize>], sink: &mut Sink<'_>) -> Vec<bool> {
    let whole = &*sink;
    let shows = |part: &Range<usize>| !whole.stopped() && shows_persons(bytes, encoding, part.clone(), whole);
    let mut shows: Vec<bool> = parts.par_iter().map(shows).collect();
    let (mut lines, before) = (NamedLines::default(), sink.facts.tables.len());
    let mut open = None;
    for (i, part) in parts.iter().enumerate().filter(|(i, _)| shows[*i]) {
        if sink.stopped() {
            break;
        }
        let goes_on = shows.get(i + 1) == Some(&true);
        let start = open.take().filter(|start| part.start - part.start.min(*start) <= LONGEST_RECORD).unwrap_or(part.start);
        let all = stretches(bytes, encoding, start..part.end);
        for (n, stretch) in all.iter().enumerate() {
            let reaches = n + 1 == all.len() && stretch.range.end == part.end as u64;
            open = lines.read(stretch, goes_on && reaches, sink);
        }
    }
    lines.found.end(sink);
    let said = sink.facts.tables.iter().skip(before).any(TableFacts::has_personal_data);
    shows.iter_mut().for_each(|shows| *shows &= said);
    shows
}

/// Does a part hold records of persons?
fn shows_persons(bytes: &[u8], encoding: TextEncoding, part: Range<usize>, sink: &Sink<'_>) -> bool {
    // Rows wait there for others, and nothing of them goes on.
    let mut aside = sink.fork();
    let mut lines = NamedLines { is_asked: true, ..NamedLines::default() };
    for stretch in stretches(bytes, encoding, part) {
        lines.read(&stretch, false, &mut aside);
    }
    lines.found.are_about_persons()
}

/// Puts the lines of texts together to records.
#[derive(Default)]
struct NamedLines {
    found: NamedRecords,
    /// It is only asked whether there are records of persons.
    is_asked: bool,
    /// Where records stand, with the numbers of their tables; in long texts nobody asks.
    places: Option<Vec<(usize, Range<u64>)>>,
}

impl NamedLines {
    /// Reads a text. Where it goes on behind its end, gives the item's byte at which a record begins that is not ended.
    fn read(&mut self, stretch: &Stretch<'_>, goes_on: bool, sink: &mut Sink<'_>) -> Option<usize> {
        let mut records = Records::new(Way::Record, MOST_VALUES);
        let mut outer = OuterClient::default();
        let mut at = 0;
        for raw in stretch.text.split_inclusive('\n') {
            if self.is_asked && self.found.has_rows() {
                return None;
            }
            let place = at;
            at += raw.len();
            let line = raw.trim();
            let own = if line.len() > LONGEST || named_line::is_row_of_values(line) { Vec::new() } else { whole(line) };
            if own.is_empty() {
                records.line(raw, place, &mut |record| self.add(&record, &mut outer, stretch, sink));
                continue;
            }
            records.end(&mut |record| self.add(&record, &mut outer, stretch, sink));
            // What a custom field is called stands beside it: only here it is the label of its value.
            let has_labels = line.len() <= LONGEST_EVENT && line.contains("Label=");
            for values in own {
                let renamed = values.iter().filter(|(name, _)| has_labels && !line.contains(&format!("{name}=")));
                for (name, value) in renamed.filter(|_| !self.is_asked) {
                    sink.border();
                    sink.text(&format!("{name}: {value}\n"), At::Decoded(stretch.offset(place)));
                }
                self.keep(values, place..at, stretch, sink);
            }
        }
        if goes_on {
            return records.open().and_then(|place| usize::try_from(stretch.offset(place)).ok());
        }
        records.end(&mut |record| self.add(&record, &mut outer, stretch, sink));
        None
    }

    fn add<'t>(&mut self, record: &Record<'_>, outer: &mut OuterClient<'t>, stretch: &'t Stretch<'_>, sink: &mut Sink<'_>) {
        // A value alone is no record; of lines that look like named ones, most stand alone.
        if record.values.iter().filter(|(_, value)| !value.is_empty()).nth(1).is_none() {
            return;
        }
        let mut values: Vec<Named> = record.values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        if let Some((name, value)) = outer.of(&stretch.text, record.range.start)
            && !values.iter().any(|(known, _)| is_client_label(known))
        {
            values.insert(0, (name.to_owned(), value.to_owned()));
        }
        self.keep(values, record.range.clone(), stretch, sink);
    }

    fn keep(&mut self, values: Vec<Named>, lines: Range<usize>, stretch: &Stretch<'_>, sink: &mut Sink<'_>) {
        let range = stretch.offset(lines.start)..stretch.offset(lines.end);
        let table = self.found.add(values, range.start, sink);
        self.places.iter_mut().zip(table).for_each(|(places, table)| places.push((table, range.clone())));
    }
}

/// The records that a line holds by itself: one, or one after the other, as programs print a list of objects.
fn whole(line: &str) -> Vec<Vec<Named>> {
    let holds = |mark: u8| memchr::memchr(mark, line.as_bytes()).is_some();
    let has_brace = holds(b'{');
    if has_brace
        && let Some(at) = line.find("{\"")
        && let Ok((values, _)) = json_record::flatten(line, at)
        && values.len() > 1
    {
        let own = values.into_iter().map(|(path, value)| (path, value.into_owned()));
        // Strings in it may be objects, too.
        return match may_hold_objects(line) {
            true => Object::of_values(own.collect()).into_records(),
            false => vec![own.collect()],
        };
    }
    // A string that holds an object: `{\"`.
    if has_brace
        && let Some(at) = line.find("{\\\"")
        && let Some(end) = line.rfind("}")
        && let Some(object) = line.get(at..=end).and_then(Object::of)
    {
        return object.into_records();
    }
    let has_marks = memchr::memchr2_iter(b'=', b':', line.as_bytes()).nth(PAIRS - 1).is_some();
    let has_dots = || holds(b'(') && line.matches(DOTTED).nth(PAIRS - 1).is_some();
    if !has_marks && !has_dots() {
        return Vec::new();
    }
    let names = names(line);
    // A record begins where the first name comes again; what stands before the bracket that opens it goes with the first.
    let opens = |(name, _): &&(Range<usize>, usize)| line[..name.start].trim_end_matches(['\'', '"', ':']).ends_with(['{', '(']);
    let first = names.iter().find(opens).or(names.first()).and_then(|(name, _)| line.get(name.clone()));
    let mut starts: Vec<usize> = (0..names.len()).filter(|n| line.get(names[*n].0.clone()) == first).collect();
    starts.first_mut().into_iter().for_each(|start| *start = 0);
    // A name that comes twice in one record begins no other.
    let ends_at = |n: usize| starts.get(n + 1).copied().unwrap_or(names.len());
    if (0..starts.len()).any(|n| ends_at(n) - starts[n] < PAIRS) {
        starts.truncate(1);
    }
    let ends = starts.iter().skip(1).copied().chain([names.len()]);
    let of = |(start, end): (&usize, usize)| {
        let behind = names.get(end).map_or(line.len(), |(name, _)| name.start);
        record(line, &names[*start..end.min(start + MOST_VALUES)], behind)
    };
    starts.iter().zip(ends).filter_map(of).collect()
}

/// Might strings in the JSON of a line be objects?
fn may_hold_objects(line: &str) -> bool {
    let bytes = line.as_bytes();
    memchr::memchr_iter(b'"', bytes)
        .any(|at| matches!(bytes[at + 1..], [b'{' | b'<' | b'\\', ..] | [b'[', b'{', ..] | [b'e', b'y' | b'w', ..] | [b'W', b'3', ..]))
}

/// The record of these names; its last value ends before `behind`.
fn record(line: &str, names: &[(Range<usize>, usize)], behind: usize) -> Option<Vec<Named>> {
    if names.len() < PAIRS {
        return None;
    }
    let ends = names.iter().skip(1).map(|(name, _)| name.start).chain([behind]);
    // What a form sends has no blanks (URL Standard, section 5.1).
    let first_to_last = names.first().zip(names.last()).and_then(|((first, _), (last, _))| line.get(first.start..last.start));
    let is_form = first_to_last.is_some_and(|text| text.contains('&') && !text.contains([' ', '\t']));
    let value = |((name, from), to): (&(Range<usize>, usize), usize)| {
        let value = value_in(line.get(*from..to)?);
        let value = if is_form { decoded(value.split(' ').next().unwrap_or_default()) } else { value.to_owned() };
        Some((line.get(name.clone())?.to_owned(), value))
    };
    let mut values: Vec<Named> = names.iter().zip(ends).filter_map(value).collect();
    // `cs1Label=ClientId cs1=104233` (Common Event Format, custom fields).
    let labels: Vec<Named> =
        values.iter().filter_map(|(name, label)| Some((name.strip_suffix("Label")?.to_owned(), label.clone()))).collect();
    for (own, label) in labels {
        values.iter_mut().filter(|(name, _)| *name == own).for_each(|(name, _)| name.clone_from(&label));
    }
    Some(values)
}

/// The names of pairs in a line, and where their values begin: a word behind a blank or a mark, and behind it `=`, `=>` or
/// `:`. Keywords (`:name "Ann Lee"`) have their colon before them, and in `{Name:Ann Lee Ssn:512-44-1028}` no blank stands
/// behind it.
fn names(line: &str) -> Vec<(Range<usize>, usize)> {
    let bytes = line.as_bytes();
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let mut found: Vec<(Range<usize>, usize)> = Vec::new();
    let (mut at, mut is_tight) = (0, false);
    while let Some(&byte) = bytes.get(at) {
        if byte == b'"' && found.last().is_some_and(|(_, from)| *from == at) {
            // A value in quotes.
            at += 1 + bytes[at + 1..].iter().position(|b| *b == b'"').map_or(bytes.len(), |n| n + 1);
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied();
        let is_behind = |mark: Option<u8>| mark.is_none_or(|mark| b" \t,;&?({['\"|@".contains(&mark));
        let is_keyword = before == Some(b':') && is_behind(at.checked_sub(2).and_then(|at| bytes.get(at)).copied());
        let starts = byte.is_ascii_alphabetic() && (is_behind(before) || is_keyword);
        if !starts {
            at += 1;
            continue;
        }
        let len = bytes[at..].iter().take_while(|b| is_word(b)).count();
        let quoted = usize::from(bytes.get(at + len).is_some_and(|b| matches!(b, b'"' | b'\'')));
        let mark = at + len + quoted;
        let behind = match (bytes.get(mark), bytes.get(mark + 1)) {
            (Some(b'='), Some(b'=')) => None,
            (Some(b'='), Some(b'>')) => Some(mark + 2),
            (Some(b'='), _) | (Some(b':'), Some(b' ')) => Some(mark + 1),
            (Some(b':'), Some(next)) if (is_tight || before == Some(b'{')) && !matches!(next, b':' | b'/') => {
                is_tight = true;
                Some(mark + 1)
            }
            (Some(b' '), Some(b'=')) if bytes.get(mark + 2) == Some(&b'>') => Some(mark + 3),
            (Some(b' '), Some(_)) if is_keyword => Some(mark + 1),
            (Some(b' '), Some(b'.')) if before == Some(b'(') && bytes.get(mark + 2) == Some(&b' ') => Some(mark + 3),
            _ => None,
        };
        if let Some(from) = behind.filter(|_| len <= LONGEST_NAME && found.len() < MOST_NAMES) {
            let blanks = bytes.get(from..).unwrap_or_default().iter().take_while(|b| **b == b' ').count();
            found.push((at..at + len, from + blanks));
        }
        at += len;
    }
    found
}

/// A value of a form that was sent: `Ann+Lee`, `Ann%20Lee`.
fn decoded(value: &str) -> String {
    let mut parts = value.split('%');
    let mut out: Vec<u8> = parts.next().unwrap_or_default().replace('+', " ").into_bytes();
    for part in parts {
        let rest = match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                part.get(2..).unwrap_or_default()
            }
            None => {
                out.push(b'%');
                part
            }
        };
        out.extend(rest.replace('+', " ").bytes());
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The value at the start of a text: in quotes, or up to a mark that ends it.
fn value_in(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix('"') {
        return rest.split('"').next().unwrap_or_default();
    }
    if let Some(rest) = text.strip_prefix('\'') {
        return rest.split('\'').next().unwrap_or_default();
    }
    let end = text.find([',', ';', '&', '|', ')', '}', ']', '\t', '"']).unwrap_or(text.len());
    // The colon of a keyword behind it is no part of it.
    let value = text[..end].trim_end_matches(':').trim();
    if value.len() <= LONGEST_VALUE { value } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_a_record() {
        let named = |line: &str| whole(line).concat().into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        let wanted = ["client=104233", "name=Ann Lee", "ssn=512-44-1028"];
        for line in [
            "2026-01-02 10:00:01 INFO loaded client=104233 name=\"Ann Lee\" ssn=512-44-1028",
            "2026-01-02 10:00:01 INFO loaded client: 104233, name: Ann Lee, ssn: 512-44-1028",
            "2026-01-02 10:00:01 DEBUG Account(client=104233, name=Ann Lee, ssn=512-44-1028)",
            "2026-01-02 10:00:01 DEBUG {'client': 104233, 'name': 'Ann Lee', 'ssn': '512-44-1028'}",
            "2026-01-02 INFO {\"client\":104233,\"name\":\"Ann Lee\",\"ssn\":\"512-44-1028\"}",
            "EXEC dbo.AddMember @client=104233, @name='Ann Lee', @ssn='512-44-1028'",
            "{:client \"104233\", :name \"Ann Lee\", :ssn \"512-44-1028\"}",
            "(:client 104233 :name \"Ann Lee\" :ssn \"512-44-1028\")",
            "((client . \"104233\") (name . \"Ann Lee\") (ssn . \"512-44-1028\"))",
            "{:client=>104233, :name=>\"Ann Lee\", :ssn=>\"512-44-1028\"}",
            "{\"client\" => \"104233\", \"name\" => \"Ann Lee\", \"ssn\" => \"512-44-1028\"}",
            "loaded {client:104233 name:Ann Lee ssn:512-44-1028}",
            "client=104233&name=Ann+Lee&ssn=512%2D44-1028",
            "10.0.0.9 \"GET /members?client=104233&name=Ann%20Lee&ssn=512-44-1028 HTTP/1.1\" 200 50",
            "<165>1 2026-01-02T10:00:00Z host app - ID47 [client=\"104233\" name=\"Ann Lee\" ssn=\"512-44-1028\"] loaded",
        ] {
            assert_eq!(named(line), wanted, "{line}");
        }
        let list =
            "[{'client': '104233', 'name': 'Ann Lee', 'ssn': '512-44-1028'}, {'client': '104233', 'name': 'Bo Ek', 'ssn': '512-44-1029'}]";
        assert_eq!(whole(list).iter().map(Vec::len).collect::<Vec<_>>(), [3, 3]);
        let event = named("CEF:0|V|Hub|1.0|100|Row loaded|3|cs1Label=ClientId cs1=104233 duser=Ann Lee");
        assert_eq!(event[1..], ["ClientId=104233", "duser=Ann Lee"]);
        for line in [
            "at 10:15:20 it ended",
            "if (a == b && c == d && e == f) {",
            "see https://x.example/a:b:c",
            "{a:b} is c::d, e::f and https://g.example",
        ] {
            assert!(named(line).is_empty(), "{line}");
        }
    }
}
