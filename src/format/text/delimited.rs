//! Delimited tables: CSV (RFC 4180), TSV, and other single characters between fields, with or without
//! header, preamble and further tables below the first.

use super::encoding::{self, TextEncoding};
use super::header;
use super::record::{Dialect, Found, RecordReader};
use super::sniff::{SAMPLE, Table, sample_end, sniff};
use super::stretch::{PART, Stretch, body, parts, stretches};
use crate::format::form_rows::FormRows;
use crate::format::{At, Failure, Format, PassageKind, Probe, Runs, Sink, cells};
use crate::model::Class;
use crate::table::TableFacts;
use std::ops::Range;

/// Tables of delimited text.
pub const FORMAT: Format = Format {
    name: "delimited",
    media_type: "text/csv",
    recognise: |probe: &Probe<'_>| probe.encoding().is_some_and(|encoding| first_table(probe.bytes, encoding).is_some()),
    read,
    runs: Runs::Inside,
    version: 9,
    limitations: &[
        "in tables above 16 MiB, further tables below the first are read as its rows",
        "fields parted by runs of blanks are no delimited table",
    ],
};

/// Fields that say a label and its value, and a remark.
const FORM_COLUMNS: usize = 3;
/// So often a further table is looked for in one text; what follows are rows of the last.
const LOOKS: usize = 256;
/// Where a large table is cut, so much is searched for the start of a record.
const NEAR: [usize; 2] = [16 << 10, 256 << 10];
/// Records that must be regular where a table is cut.
const PROOF: usize = 8;

/// The table that begins in the head of an item, in the head's first stretch of text.
fn first_table(bytes: &[u8], encoding: TextEncoding) -> Option<(Stretch<'_>, Table)> {
    let (range, _) = body(bytes, encoding);
    let mut len = 2 * SAMPLE * encoding.unit();
    loop {
        let head = range.start..range.end.min(range.start + len);
        let whole = head.end == range.end;
        let stretch = stretches(bytes, encoding, head).into_iter().next()?;
        if whole || stretch.range.end < (range.start + len) as u64 || sample_end(&stretch.text, whole).is_some() {
            let table = sniff(&stretch.text, whole)?;
            return Some((stretch, table));
        }
        len *= 4;
    }
}

/// Reads an item as delimited text.
pub fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    super::embedded::read_beside(bytes, sink, read_text)
}

fn read_text(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let encoding = encoding::detect(bytes).ok_or_else(|| Failure::corrupt(0, "no text in an encoding that is known"))?;
    let (range, mark) = body(bytes, encoding);
    sink.cover(mark, Class::Structure);
    if range.len() > 2 * PART
        && let Some((head, table)) = first_table(bytes, encoding)
    {
        read_large(bytes, encoding, range, &head, &table, sink);
        return Ok(());
    }
    let mut looks = 0;
    let mut last = None;
    for stretch in stretches(bytes, encoding, range) {
        last = read_stretch(&stretch, last, &mut looks, sink);
        stretch.cover(sink);
    }
    Ok(())
}

/// Reads the tables of one stretch; returns the last of them.
fn read_stretch(stretch: &Stretch<'_>, mut last: Option<Table>, looks: &mut usize, sink: &mut Sink<'_>) -> Option<Table> {
    let text = &*stretch.text;
    let mut from = 0;
    while from < text.len() {
        let Some(table) = sniff(&text[from..], true) else {
            sink.kind(PassageKind::Prose);
            stretch.push(from..text.len(), sink);
            return last;
        };
        if table.first > 0 {
            sink.kind(PassageKind::Prose);
            stretch.push(from..from + table.first, sink);
        }
        if let Some(records) = columns_as_rows(&table) {
            cells::push_rows(records, stretch.offset(from + table.first), sink);
        }
        let continues = table.header.is_none() && last.as_ref().is_some_and(|l| l.dialect == table.dialect && l.columns == table.columns);
        if continues {
            sink.kind(PassageKind::Rows(sink.facts.tables.len().saturating_sub(1) as u32));
        } else {
            if table.columns <= FORM_COLUMNS {
                let (mut forms, at) = (FormRows::default(), stretch.offset(from + table.first));
                table.header.iter().chain(&table.sample).for_each(|row| forms.row(row, at));
                forms.end(sink);
            }
            begin(stretch.offset(from + table.first), &table, &table.sample, sink);
        }
        from = read_rows(stretch, from + table.body, &table, looks, sink);
        last = Some(table);
    }
    last
}

/// The records of a small table whose first column holds the names of values, and each further column those of one record.
fn columns_as_rows(table: &Table) -> Option<Vec<Vec<String>>> {
    const NAMES: std::ops::RangeInclusive<usize> = 3..=64;
    if table.header.is_some() || table.columns < 3 || !NAMES.contains(&table.sample.len()) {
        return None;
    }
    let column = |n: usize| table.sample.iter().map(|row| row.get(n).cloned().unwrap_or_default()).collect::<Vec<String>>();
    let names = column(0);
    let records: Vec<Vec<String>> = (1..table.columns).map(column).collect();
    let are_names = names.iter().all(|name| header::is_wordlike(name)) && header::known(&names) * 3 >= names.len() * 2;
    (are_names && header::is_header(&names, &records)).then(|| std::iter::once(names).chain(records).collect())
}

fn begin(offset: u64, table: &Table, sample: &[Vec<String>], sink: &mut Sink<'_>) {
    let mut facts = TableFacts::new("", table.header.as_deref(), sample);
    facts.stands_in_order();
    sink.begin_table(facts);
    if let Some(header) = &table.header {
        sink.text(&format!("{}\n", header.join("\t").replace(['\n', '\r'], " ")), At::Decoded(offset));
    }
}

/// Reads rows up to the end of the text or the start of another table; returns that place.
fn read_rows(stretch: &Stretch<'_>, from: usize, table: &Table, looks: &mut usize, sink: &mut Sink<'_>) -> usize {
    let text = &*stretch.text;
    let mut reader = RecordReader::new(table.dialect, Some(table.columns));
    let is_repeated = |cells: &[&str]| table.header.as_deref().is_some_and(|header| header::is_repeated(header, cells));
    let (mut at, mut regular, mut rows) = (from, true, 0u64);
    while at < text.len() {
        let (found, next) = reader.read(text, at);
        let fits = found == Found::Record && reader.len() == table.columns;
        // Another table may begin where records change; that costs a look, so looks are bounded.
        if !fits && regular && rows > 0 && *looks < LOOKS {
            *looks += 1;
            if other_table(&text[at..], table) {
                return at;
            }
        }
        regular = fits;
        match found {
            Found::Record => {
                let cells = reader.cells(text);
                match is_repeated(&cells) {
                    true => sink.text(&format!("{}\n", cells.join("\t").replace(['\n', '\r'], " ")), At::Decoded(stretch.offset(at))),
                    false => sink.row(&cells, stretch.offset(at)),
                }
                rows += 1;
            }
            Found::Oversize => stretch.push(at..next, sink),
            Found::Blank => {}
        }
        if rows.is_multiple_of(4096) && sink.stopped() {
            return text.len();
        }
        at = next;
    }
    at
}

/// Does a table with other columns begin here?
fn other_table(text: &str, table: &Table) -> bool {
    sniff(text, true).is_some_and(|other| {
        let near = text[..other.first].lines().filter(|l| !l.trim().is_empty()).count() <= 3;
        near && (other.columns != table.columns || other.header.is_some() && other.header != table.header)
    })
}

/// Reads a table in parallel: it is cut where records begin.
fn read_large(bytes: &[u8], encoding: TextEncoding, range: Range<usize>, head: &Stretch<'_>, table: &Table, sink: &mut Sink<'_>) {
    if table.first > 0 {
        sink.kind(PassageKind::Prose);
        head.push(0..table.first, sink);
    }
    sink.cover(head.range.start..head.offset(table.body), Class::Read);
    let first_row = head.offset(table.body) as usize;
    let mut starts = vec![first_row];
    let mut sample: Vec<Vec<String>> = table.sample.iter().take(256).cloned().collect();
    let cuts = parts(bytes, encoding, first_row.min(range.end)..range.end);
    let step = (cuts.len() / 8).max(1);
    for (i, cut) in cuts.iter().enumerate().skip(1) {
        if let Some((start, rows)) = record_border(bytes, encoding, cut.start, table) {
            starts.push(start);
            if i % step == 0 {
                sample.extend(rows);
            }
        }
    }
    starts.push(range.end);
    starts.dedup();
    begin(head.offset(table.first), table, &sample, sink);
    let Some(facts) = sink.facts.tables.last().map(TableFacts::empty_like) else { return };
    let pieces: Vec<Range<usize>> = starts.windows(2).map(|w| w[0]..w[1]).collect();
    let way = format!("delimited {} in {encoding:?}, {:?}, {} columns, {facts:?}", FORMAT.version, table.dialect, table.columns);
    super::read_pieces(sink, bytes, &pieces, way.as_bytes(), |piece, fork| {
        fork.continue_table(facts.clone(), 0);
        for stretch in stretches(piece, encoding, 0..piece.len()) {
            read_rows(&stretch, 0, table, &mut LOOKS.clone(), fork);
            stretch.cover(fork);
        }
    });
}

/// The first place at or after `at` where a record surely begins, and some records there. Whether a
/// line end is inside quotes is decided by what follows it: only one reading makes regular records.
fn record_border(bytes: &[u8], encoding: TextEncoding, at: usize, table: &Table) -> Option<(usize, Vec<Vec<String>>)> {
    // Nearly always the first of them is near.
    NEAR.into_iter().find_map(|near| border_within(bytes, encoding, at..bytes.len().min(at + near), table))
}

fn border_within(bytes: &[u8], encoding: TextEncoding, range: Range<usize>, table: &Table) -> Option<(usize, Vec<Vec<String>>)> {
    let Dialect { terminator, .. } = table.dialect;
    let window = stretches(bytes, encoding, range).into_iter().next()?;
    let text = &*window.text;
    let lines = memchr::memchr_iter(terminator, text.as_bytes()).map(|n| n + 1);
    for line in lines {
        let mut reader = RecordReader::new(table.dialect, None);
        let (mut place, mut records, mut odd) = (line, Vec::new(), 0);
        while place < text.len() && records.len() + odd < PROOF {
            let (found, next) = reader.read(text, place);
            match found {
                Found::Record if reader.len() == table.columns && !reader.malformed => {
                    records.push(reader.cells(text).into_iter().map(str::to_owned).collect())
                }
                Found::Blank => {}
                _ => odd += 1,
            }
            place = next;
        }
        if records.len() + odd == PROOF && odd <= usize::from(table.dialect.quote.is_none()) * PROOF / 2 {
            return Some((window.offset(line) as usize, records));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    fn rows_of(bytes: &[u8]) -> (Vec<u64>, String) {
        read_with(read, bytes, |sink, collector| (sink.facts.tables.iter().map(|t| t.rows).collect(), collector.text()))
    }

    #[test]
    fn preamble_stacked_tables_and_odd_lines_are_kept() {
        let text = "Accounts of First State Bank\n\nname,account\nAnn Lee,100200\nBo Ek,100201\nCy Ott,100202\n\ncity;code;amount\nRome;A1;5\nParis;B2;6\nBerlin;C3;7\n";
        let (rows, text) = rows_of(text.as_bytes());
        assert_eq!(rows, [3, 3]);
        for word in ["Accounts of First State Bank", "name\taccount", "Bo Ek\t100201", "city\tcode\tamount", "Paris\tB2\t6"] {
            assert!(text.contains(word), "{word} in {text}");
        }
    }

    #[test]
    fn offsets_lead_to_rows_in_every_encoding() {
        let text = "name,city,account\nZoë Müller,Köln,100200\nAnn Lee,Paris,100201\nBo Ek,Rome,100202\n";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
        for (bytes, row) in [
            (text.as_bytes().to_vec(), text.find("Ann").unwrap()),
            (latin, text.find("Ann").unwrap() - 3),
            (utf16, 2 * (text.find("Ann").unwrap() - 3)),
        ] {
            read_with(read, &bytes, |sink, collector| {
                assert_eq!(sink.facts.tables[0].rows, 3);
                let passages = collector.passages.lock().unwrap();
                let passage = &passages[0];
                let place = passage.text.find("Ann").unwrap();
                assert_eq!(passage.map.offset(&passage.text, place), row as u64);
                assert!(passage.text.contains("Zoë Müller\tKöln"));
            });
        }
    }

    #[test]
    fn large_tables_are_cut_at_records() {
        let mut text = String::from("id,name,note\n");
        for i in 0..400_000 {
            text.push_str(&format!("{i:08},\"Lee, Ann\",\"two\nlines, {i}, with \"\"quotes\"\"\"\n"));
        }
        assert!(text.len() > 2 * PART);
        read_with(read, text.as_bytes(), |sink, _| {
            assert_eq!(sink.facts.tables.len(), 1);
            assert_eq!(sink.facts.tables[0].rows, 400_000);
            assert!(sink.coverage.clone().partition(text.len() as u64).iter().all(|(_, c)| c.is_some()));
        });
    }

    #[test]
    fn no_input_panics() {
        let bytes = "id,name,note\n1,\"Lee, Ann\",x\n2,\"Bo \"\"E\"\"\",y\n3,Cy,z\n".as_bytes();
        for cut in 0..bytes.len() {
            let mut broken = bytes[..cut].to_vec();
            read_with(read, &broken, |_, _| ());
            broken.extend([b'"', 0xFF, b',', b'\n']);
            read_with(read, &broken, |_, _| ());
        }
    }
}
