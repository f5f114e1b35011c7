//! Fixed-width records, in ASCII or EBCDIC, with or without line ends: a table whose columns are found
//! in the records themselves. Where they show none, the text is read as it runs.

use super::ebcdic::{CP037, is_ebcdic, is_ebcdic_text};
use super::encoding::{self, TextEncoding};
use super::headed::{self, Headed};
use super::header;
use super::layout::{self, Layout, MAX_LEN};
use super::stretch::{PART, Stretch, body, parts, single_byte, stretches};
use crate::format::{At, Failure, Format, PassageKind, Probe, Runs, Sink, heads_in, lines_above};
use crate::model::Class;
use crate::table::TableFacts;
use std::collections::HashMap;
use std::ops::Range;

/// Fixed-width tables, and text in EBCDIC that is not all in lines.
pub const FORMAT: Format = Format {
    name: "fixed_width",
    media_type: "text/plain",
    recognise: |probe: &Probe<'_>| {
        is_ebcdic(probe.bytes) || probe.encoding().is_some_and(|encoding| Found::in_text(probe.bytes, encoding).is_some())
    },
    read,
    runs: Runs::Inside,
    version: 10,
    limitations: &[
        "numbers that touch are told apart at routing numbers, cards and dates, where zeros fill one up, and behind values that come again",
        "in reports above 16 MiB, tables of other columns under further headings are text",
        "EBCDIC is read as code page 037",
    ],
};

/// Text that is looked at.
const SAMPLE: usize = 64 << 10;
/// Usual length of a line, in whose multiples EBCDIC is cut where nothing says better.
const LINE: usize = 80;
/// Blocks of EBCDIC are judged one by one: text or not.
const BLOCK: usize = 16 << 10;

/// How records are cut into cells.
#[derive(Clone, Debug)]
enum Columns {
    /// At fixed places.
    Places(Layout),
    /// At the blanks under a heading.
    Headed(Headed),
}

/// How the records of an item are written.
#[derive(Clone, Debug)]
struct Found {
    columns: Columns,
    /// Characters of a record; of lines, where the records of a text without line ends would be cut.
    len: usize,
    /// Character after each record; records without one follow each other.
    line_end: Option<char>,
    header: Option<Vec<String>>,
    sample: Vec<Vec<String>>,
}

impl Found {
    fn in_text(bytes: &[u8], encoding: TextEncoding) -> Option<Self> {
        let (range, _) = body(bytes, encoding);
        let head = range.start..range.end.min(range.start + SAMPLE * encoding.unit());
        let stretch = stretches(bytes, encoding, head.clone()).into_iter().next()?;
        Self::of(&stretch.text, head.end == range.end, range.len() / encoding.unit())
    }

    /// `whole`: the text ends here. `total`: characters of the item.
    fn of(text: &str, whole: bool, total: usize) -> Option<Self> {
        let line_end = ['\n', '\u{85}', '\r'].into_iter().find(|end| text.contains(*end));
        match line_end {
            Some(end) => Self::under_heading(text, end)
                .or_else(|| Self::with_length(text, whole, line_end, usual_length(text, end)?))
                .or_else(|| Self::ragged(text, whole, end)),
            None => layout::record_lengths(text, total).into_iter().find_map(|len| Self::with_length(text, whole, None, len)),
        }
    }

    fn with_length(text: &str, whole: bool, line_end: Option<char>, len: usize) -> Option<Self> {
        let mut records: Vec<&str> = records(text, line_end, len).map(|r| record_text(&text[r])).collect();
        if !whole {
            records.pop();
        }
        let regular = records.iter().filter(|r| r.chars().count() == len).count();
        if regular * 10 < records.len() * 9 {
            return None;
        }
        let layout = layout::find(&records, len)?;
        let cells = records.iter().filter_map(|r| layout.cells(r));
        let sample: Vec<Vec<String>> = cells.map(|r| r.into_iter().map(str::to_owned).collect()).take(layout::RECORDS).collect();
        let fitting = records.iter().take(layout::RECORDS).filter(|r| layout.cells(r).is_some()).count();
        if fitting * 2 < records.len().min(layout::RECORDS) {
            return None;
        }
        let first: Option<Vec<String>> = records.first().and_then(|r| layout.cut(r)).map(|r| r.into_iter().map(str::to_owned).collect());
        let header =
            first.filter(|first| layout.cells(records[0]).is_none() && header::known(first) >= 2 && header::is_header(first, &sample));
        Some(Self { columns: Columns::Places(layout), len, line_end, header, sample })
    }

    fn under_heading(text: &str, end: char) -> Option<Self> {
        let found = headed::find(text, end)?;
        let (header, sample) = (Some(found.header.clone()), found.sample(text, end));
        Some(Self { columns: Columns::Headed(found), len: LINE, line_end: Some(end), header, sample })
    }

    /// Lines that lost the blanks at their end.
    fn ragged(text: &str, whole: bool, end: char) -> Option<Self> {
        let mut lines: Vec<&str> = text.split(end).map(str::trim_end).collect();
        if !whole {
            lines.pop();
        }
        let layout = layout::find_ragged(&lines)?;
        let cells = lines.iter().filter_map(|line| layout.cells(line));
        let sample = cells.map(|row| row.into_iter().map(str::to_owned).collect()).take(layout::RECORDS).collect();
        Some(Self { len: layout.len, columns: Columns::Places(layout), line_end: Some(end), header: None, sample })
    }

    fn cells<'t>(&self, record: &'t str) -> Option<Vec<&'t str>> {
        match &self.columns {
            Columns::Places(layout) if layout.ragged => layout.cells(record.trim_end()).filter(|cells| cells.iter().any(|c| !c.is_empty())),
            Columns::Places(layout) => layout.cells(record),
            Columns::Headed(headed) => headed.cells(record),
        }
    }

    /// Is a record no record, but a line that says whose those below it are?
    fn is_head(&self, record: &str, cells: Option<&[&str]>) -> bool {
        match (&self.columns, cells) {
            (Columns::Places(layout), Some(cells)) => layout.is_other(cells) && !heads_in(record).is_empty(),
            (Columns::Headed(_), _) | (Columns::Places(_), None) => false,
        }
    }

    /// Columns that the records show by their looks may be cut wrongly; they are read as running text, too.
    fn is_also_text(&self) -> bool {
        self.header.is_none() || matches!(self.columns, Columns::Headed(_))
    }
}

/// The length that nearly all lines have.
fn usual_length(text: &str, end: char) -> Option<usize> {
    let mut counts = std::collections::BTreeMap::new();
    text.split(end)
        .take(layout::RECORDS)
        .for_each(|line| *counts.entry(line.trim_end_matches('\r').chars().count()).or_insert(0usize) += 1);
    counts.into_iter().filter(|(len, _)| (8..=MAX_LEN).contains(len)).max_by_key(|(_, count)| *count).map(|(len, _)| len)
}

/// A record without its line end.
fn record_text(record: &str) -> &str {
    record.strip_suffix(['\n', '\u{85}']).unwrap_or(record).trim_end_matches('\r')
}

/// The places of the records, line ends included.
fn records(text: &str, line_end: Option<char>, len: usize) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let next = match line_end {
            Some(end) => rest.find(end).map_or(rest.len(), |n| n + end.len_utf8()),
            None if rest.len() > len && rest.as_bytes()[..len].is_ascii() => len,
            None => rest.char_indices().nth(len).map_or(rest.len(), |(n, _)| n),
        };
        let record = at..at + next;
        at += next;
        Some(record)
    })
}

/// Reads an item as fixed-width records.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    if is_ebcdic(bytes) {
        let result = read_item(bytes, sink);
        crate::format::payments::read_amid_text(bytes, sink);
        return result;
    }
    super::embedded::read_beside(bytes, sink, read_item)
}

fn read_item(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    if is_ebcdic(bytes) {
        let head = single_byte(bytes, 0..bytes.len().min(SAMPLE), &CP037);
        let found = Found::of(&head.text, bytes.len() <= SAMPLE, bytes.len());
        let len = found.as_ref().filter(|f| f.line_end.is_none()).map_or(LINE, |f| f.len);
        let step = PART / len * len;
        let cuts: Vec<Range<usize>> = (0..bytes.len()).step_by(step).map(|start| start..bytes.len().min(start + step)).collect();
        read_cuts(&cuts, found.as_ref(), sink, |cut| ebcdic_stretches(bytes, cut, len));
        if found.as_ref().is_some_and(|found| matches!(found.columns, Columns::Headed(_))) {
            push_text(&cuts, sink, |cut| ebcdic_stretches(bytes, cut, len));
        }
        return Ok(());
    }
    let encoding = encoding::detect(bytes).ok_or_else(|| Failure::corrupt(0, "no text in an encoding that is known"))?;
    let (range, mark) = body(bytes, encoding);
    sink.cover(mark, Class::Structure);
    let Some(found) = Found::in_text(bytes, encoding) else {
        sink.note("no columns could be established; read as running text");
        super::plain::read_range(bytes, encoding, range, sink);
        return Ok(());
    };
    let cuts = match found.line_end {
        Some(_) => parts(bytes, encoding, range.clone()),
        None => {
            let step = (PART / found.len).max(1) * found.len * encoding.unit();
            range.clone().step_by(step).map(|start| start..range.end.min(start + step)).collect()
        }
    };
    let whole = match (&found.columns, &cuts[..]) {
        (Columns::Headed(_), [cut]) => stretches(bytes, encoding, cut.clone()),
        (Columns::Headed(_) | Columns::Places(_), _) => Vec::new(),
    };
    match (&found.columns, found.line_end, &whole[..]) {
        (Columns::Headed(first), Some(line_end), [stretch]) => {
            let rows = read_report(stretch, first, line_end, sink);
            stretch.cover(sink);
            sink.beside_records(rows, |sink| super::plain::read_range(bytes, encoding, range, sink));
            return Ok(());
        }
        _ => read_cuts(&cuts, Some(&found), sink, |cut| stretches(bytes, encoding, cut)),
    }
    if found.is_also_text() {
        sink.beside_rows(|sink| super::plain::read_range(bytes, encoding, range, sink));
    }
    Ok(())
}

/// The blocks of a part that are text in EBCDIC, each of whole records; those that adjoin are joined.
fn ebcdic_stretches<'a>(bytes: &[u8], cut: Range<usize>, len: usize) -> Vec<Stretch<'a>> {
    let block = (BLOCK / len).max(1) * len;
    let mut runs: Vec<Range<usize>> = Vec::new();
    for start in cut.clone().step_by(block) {
        let range = start..cut.end.min(start + block);
        if !bytes.get(range.clone()).is_some_and(is_ebcdic_text) {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.end == range.start => run.end = range.end,
            _ => runs.push(range),
        }
    }
    runs.into_iter().map(|run| single_byte(bytes, run, &CP037)).collect()
}

fn read_cuts<'t>(
    cuts: &[Range<usize>],
    found: Option<&Found>,
    sink: &mut Sink<'_>,
    decode: impl Fn(Range<usize>) -> Vec<Stretch<'t>> + Sync,
) {
    let Some(found) = found else {
        sink.note("no columns could be established; read as running text");
        return push_text(cuts, sink, decode);
    };
    sink.begin_table(TableFacts::new("", found.header.as_deref(), &found.sample));
    if let Some(header) = &found.header {
        sink.text(&format!("{}\n", header.join("\t")), At::Decoded(cuts.first().map_or(0, |c| c.start as u64)));
    }
    if let ([cut], Columns::Places(_), None) = (cuts, &found.columns, &found.header) {
        // Lines between the records may say whose those below them are. The text follows from its beginning.
        let before = sink.heads().clone();
        sink.facts.tables.last_mut().into_iter().for_each(TableFacts::stands_in_order);
        for stretch in decode(cut.clone()) {
            read_records(&stretch, found, false, sink);
            stretch.cover(sink);
        }
        sink.flush();
        *sink.heads() = before;
        return;
    }
    let Some(facts) = sink.facts.tables.last().map(TableFacts::empty_like) else { return };
    let first = cuts.first().map(|c| c.start);
    super::read_parts(sink, cuts, |cut, fork| {
        fork.continue_table(facts.clone(), 0);
        for stretch in decode(cut.clone()) {
            let is_first = Some(stretch.range.start as usize) == first;
            read_records(&stretch, found, is_first, fork);
            stretch.cover(fork);
        }
    });
}

fn push_text<'t>(cuts: &[Range<usize>], sink: &mut Sink<'_>, decode: impl Fn(Range<usize>) -> Vec<Stretch<'t>> + Sync) {
    sink.kind(PassageKind::Prose);
    sink.beside_rows(|sink| {
        super::read_parts(sink, cuts, |cut, fork| {
            for stretch in decode(cut.clone()) {
                stretch.push_all(fork);
                stretch.cover(fork);
            }
        });
    });
}

/// Reads a report: the table under its first heading, and those of other columns under headings further down. Gives where
/// the rows stand that hold personal data.
fn read_report(stretch: &Stretch<'_>, first: &Headed, line_end: char, sink: &mut Sink<'_>) -> Vec<Range<u64>> {
    let mut said = Vec::new();
    let text = &*stretch.text;
    // Each table with where its rows stand.
    let mut tables: Vec<(Headed, Vec<Range<usize>>)> = vec![(first.clone(), Vec::new())];
    let mut by_header = HashMap::from([(first.header.clone(), 0)]);
    let mut current = 0;
    for part in headed::parts_between_blanks(text, line_end).into_iter().filter(|part| part.end > first.body) {
        let mut rows = part.start.max(first.body)..part.end;
        if part.start >= first.body
            && let Some(found) = headed::begins(&text[part.clone()], line_end)
        {
            rows.start = part.start + found.body;
            match by_header.get(&found.header) {
                Some(&known) => current = known,
                None if begins_table(&found, &text[part.clone()], &tables[current].0, line_end) => {
                    current = tables.len();
                    by_header.insert(found.header.clone(), current);
                    tables.push((found, Vec::new()));
                }
                // No heading, as it seems: its lines may be rows.
                None => rows.start = part.start,
            }
        }
        tables[current].1.push(rows);
    }
    // The heads of pages, which say whose the rows below are.
    let heads = heads_in(text);
    let head_before = |at: usize| heads.partition_point(|(head, _)| head.start < at).checked_sub(1).and_then(|n| heads.get(n));
    let before = std::mem::take(sink.heads());
    for (headed, ranges) in tables {
        if sink.stopped() {
            return said;
        }
        let rows = |range: Range<usize>| {
            let mut at = range.start;
            text[range].split_inclusive(line_end).map(move |line| {
                let start = at;
                at += line.len();
                (start, line)
            })
        };
        let cells =
            || ranges.iter().cloned().flat_map(rows).filter_map(|(at, line)| Some((at, line.len(), headed.cells(record_text(line))?)));
        let owned = |(_, _, row): (usize, usize, Vec<&str>)| row.into_iter().map(str::to_owned).collect();
        let sample: Vec<Vec<String>> = cells().take(layout::RECORDS).map(owned).collect();
        let mut facts = TableFacts::new("", Some(&headed.header), &sample);
        let client_before = |at: usize| head_before(at).map_or("", |(_, key)| lines_above(key).0);
        if !heads.is_empty() && cells().all(|(at, len, _)| client_before(at) == client_before(at + len)) {
            facts.stands_in_order();
        }
        sink.begin_table(facts);
        sink.text(&format!("{}\n", headed.header.join("\t")), At::Decoded(stretch.range.start));
        let mut places = Vec::new();
        for (at, len, row) in cells() {
            sink.heads().stand_under(head_before(at).map(|(_, key)| key.as_str()));
            sink.row(&row, stretch.offset(at));
            places.push(stretch.offset(at)..stretch.offset(at + len));
        }
        if sink.facts.tables.last().is_some_and(TableFacts::has_personal_data) {
            said.extend(places);
        }
    }
    // The text follows from its beginning.
    *sink.heads() = before;
    said
}

/// Does a table of its own begin here: columns of several types under the heading, and none less that says whose the
/// rows are than the table above has?
fn begins_table(found: &Headed, part: &str, above: &Headed, line_end: char) -> bool {
    let table = TableFacts::new("", Some(&found.header), &found.sample(part, line_end));
    let loses_owner = || TableFacts::new("", Some(&above.header), &[]).says_whose() && !table.says_whose();
    table.shows_columns() && !loses_owner()
}

/// `is_first`: the header stands in this stretch, above the rows.
fn read_records(stretch: &Stretch<'_>, found: &Found, is_first: bool, sink: &mut Sink<'_>) {
    let is_in_order = sink.facts.tables.last().is_some_and(TableFacts::is_in_order);
    let skipped = match &found.columns {
        _ if !is_first || found.header.is_none() => 0,
        Columns::Places(layout) => records(&stretch.text, found.line_end, layout.len).next().map_or(0, |record| record.end),
        Columns::Headed(headed) => headed.body,
    };
    for (n, range) in records(&stretch.text, found.line_end, found.len).enumerate().filter(|(_, range)| range.start >= skipped) {
        let record = record_text(&stretch.text[range.clone()]);
        let cells = found.cells(record);
        let cells = if is_in_order && found.is_head(record, cells.as_deref()) { None } else { cells };
        if is_in_order && cells.is_none() {
            sink.heads().text(record);
        }
        match cells {
            Some(cells) => sink.row(&cells, stretch.offset(range.start)),
            None if matches!(found.columns, Columns::Headed(_)) => {}
            // Headers, trailers and records of another length are text among the rows.
            None => {
                stretch.push(range, sink);
                sink.border();
            }
        }
        if n.is_multiple_of(4096) && sink.stopped() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    const NAMES: [&str; 4] = ["ANN LEE", "BO EK", "CYRIL OTTERBOURNE", "DI MOE"];

    /// Record type, routing number, account, name, date, amount: glued as banks write them.
    fn records(line_end: &str) -> String {
        let routing = ["021000021", "011000015", "111000038", "121000248"];
        let row =
            |i: usize| format!("6{}{:012}{:<20}202411{:02}{:010}{line_end}", routing[i % 4], i * 7919, NAMES[i % 4], i % 28 + 1, i * 31);
        (0..60).map(row).collect()
    }

    fn rows(bytes: &[u8]) -> (u64, String) {
        assert!((FORMAT.recognise)(&Probe::new(bytes)));
        read_with(read, bytes, |sink, collector| {
            assert!(sink.coverage.clone().partition(bytes.len() as u64).iter().all(|(_, c)| c.is_some()));
            (sink.facts.tables.iter().map(|t| t.rows).sum(), collector.text())
        })
    }

    #[test]
    fn glued_columns_are_cut_in_every_form() {
        let ebcdic: Vec<u8> = records("").chars().map(|c| CP037.iter().position(|p| *p == c).unwrap() as u8).collect();
        for bytes in [records("\n").into_bytes(), records("\r\n").into_bytes(), records("").into_bytes(), ebcdic] {
            let (count, text) = rows(&bytes);
            assert_eq!(count, 60);
            assert!(text.contains("\t011000015\t") && text.contains("\tCYRIL OTTERBOURNE\t20241103\t"), "{}", &text[..300]);
        }
    }

    #[test]
    fn headers_and_trailers_stay_text() {
        let mut text = format!("{:<60}\n", "HFIRST STATE BANK OF KANSAS");
        text.push_str(&records("\n"));
        text.push_str(&format!("{:<60}\n", "T0000060"));
        let (count, text) = rows(text.as_bytes());
        assert_eq!(count, 60);
        assert!(text.contains("HFIRST STATE BANK OF KANSAS") && text.contains("T0000060"));
    }

    #[test]
    fn prose_and_logs_are_no_records() {
        let prose = "It was the best of times, it was the worst of times; it was an age of \n".repeat(40);
        let log: String = (0..40).map(|i| format!("2024-11-07 10:00:{:02} INFO request {} took {} ms\n", i, i * 17, i * i)).collect();
        for text in [prose, log, "a".repeat(5000), "0123456789".repeat(300), "-----\n".repeat(30)] {
            assert!(!(FORMAT.recognise)(&Probe::new(text.as_bytes())), "{}", &text[..30]);
        }
    }

    #[test]
    fn no_input_panics() {
        let text = records("\n").into_bytes();
        for cut in (0..text.len()).step_by(97) {
            let mut broken = text[..cut].to_vec();
            read_with(read, &broken, |_, _| ());
            broken.extend("é\u{85}x".as_bytes());
            read_with(read, &broken, |_, _| ());
        }
    }
}
