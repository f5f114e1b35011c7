//! Tables of files: CSV and TSV (RFC 4180, also `;` and `|`) and Concordance load files with any column names, or without a heading
//! (`find -printf '%s\t%p\n'`).

use super::columns::{Columns, in_words};
use super::fields::{Size, percent_decoded, shown};
use super::inventory_columns::Column;
use super::lines::Lines;
use super::path_list::{Neighbours, path_like};
use super::row::{Row, Separators, Transfer};
use super::sample::separators;
use super::tally::Tally;
use super::{Kind, Report, Sample, Syntax};
use std::borrow::Cow;

pub(super) const SYNTAX: Syntax = Syntax {
    name: "inventory table",
    default_kind: Kind::Taken,
    recognise: |sample| Layout::of(sample, &Columns::default()).filter(|layout| !layout.is_log()).map(|layout| layout.confidence),
    read: |bytes, rows| read(bytes, &Columns::default(), rows),
    limitations: &[
        "columns are known by their headings or their cells; a table without a path or name column is not one",
        "sizes with a unit are rounded and not compared",
    ],
};

pub(super) const LOG: Syntax = Syntax {
    name: "audit log table",
    default_kind: Kind::Platform,
    recognise: |sample| Layout::of(sample, &Columns::default()).filter(Layout::is_log).map(|layout| layout.confidence),
    read: |bytes, rows| read(bytes, &Columns::default(), rows),
    limitations: &[
        "a download is known by the words of its action column (download, get, send, read, retrieve)",
        "lines without a file are counted as not understood",
    ],
};

/// Where the fields are and what they hold.
struct Layout {
    delimiter: u8,
    quotes: bool,
    columns: Vec<Column>,
    /// The columns in words.
    shown: String,
    /// Index, among the sample's lines, of the heading.
    heading: Option<usize>,
    /// The path column holds folders, to be joined with the name column.
    joined: bool,
    separators: Separators,
    /// Paths are keys of an inventory of S3, which are percent-encoded; a blank may be a plus.
    encoded: Option<Blank>,
    confidence: u8,
}

/// How an encoded key writes a blank.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blank {
    Plus,
    Percent,
}

/// Inventories of S3 have no heading: the bucket, which is the same throughout, the encoded key, and behind it moments in
/// UTC (Amazon S3 User Guide, "Amazon S3 Inventory list").
fn encoded_keys(columns: &[Column], records: &[Vec<Vec<u8>>]) -> Option<Blank> {
    let first = records.first()?;
    let is_moment = |cell: &Vec<u8>| cell.get(10) == Some(&b'T') && cell.last() == Some(&b'Z');
    let keys = || records.iter().filter_map(|record| record.get(1));
    let is_encoded = |key: &Vec<u8>| {
        let hex = |at: usize| key.get(at).is_some_and(u8::is_ascii_hexdigit);
        key.iter().enumerate().all(|(at, byte)| byte.is_ascii_graphic() && (*byte != b'%' || hex(at + 1) && hex(at + 2)))
    };
    let is_inventory = columns.get(..2) == Some(&[Column::Other, Column::Path])
        && records.iter().all(|record| record.first() == first.first() && record.iter().any(is_moment))
        && keys().all(is_encoded);
    let percent = keys().any(|key| memchr::memmem::find(key, b"%20").is_some());
    is_inventory.then_some(if percent { Blank::Percent } else { Blank::Plus })
}

/// A field that runs over more lines than this is not one: its quote was never closed.
const RECORD_LINES: usize = 64;
const RECORD_BYTES: usize = 1 << 20;

/// What stands between the fields of a Concordance load file; each field is in thorns.
const CONCORDANCE: u8 = 0x14;

/// A field without its thorns, in windows-1252 or UTF-8.
fn bare(field: &[u8]) -> &[u8] {
    let strip = |mark: &[u8]| field.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    strip("\u{fe}".as_bytes()).or_else(|| strip(b"\xfe")).unwrap_or(field)
}

/// Splits a record into its fields; false when a quote is not closed.
fn split<'r>(record: &'r [u8], delimiter: u8, quotes: bool, fields: &mut Vec<Cow<'r, [u8]>>) -> bool {
    fields.clear();
    if delimiter == CONCORDANCE {
        fields.extend(record.split(|b| *b == CONCORDANCE).map(|field| Cow::Borrowed(bare(field))));
        return true;
    }
    let mut rest = record;
    loop {
        if quotes && rest.first() == Some(&b'"') {
            let mut value = Vec::new();
            let mut at = 1;
            loop {
                let Some(tail) = rest.get(at..) else { return false };
                let Some(quote) = memchr::memchr(b'"', tail) else { return false };
                value.extend_from_slice(tail.get(..quote).unwrap_or_default());
                at += quote + 1;
                if rest.get(at) != Some(&b'"') {
                    break;
                }
                value.push(b'"');
                at += 1;
            }
            // What stands between the closing quote and the delimiter belongs to the field.
            let tail = rest.get(at..).unwrap_or_default();
            let end = memchr::memchr(delimiter, tail);
            value.extend_from_slice(tail.get(..end.unwrap_or(tail.len())).unwrap_or_default());
            fields.push(Cow::Owned(value));
            match end {
                Some(end) => rest = tail.get(end + 1..).unwrap_or_default(),
                None => return true,
            }
        } else {
            match memchr::memchr(delimiter, rest) {
                Some(end) => {
                    let (field, tail) = rest.split_at_checked(end).unwrap_or((rest, b""));
                    fields.push(Cow::Borrowed(field));
                    rest = tail.get(1..).unwrap_or_default();
                }
                None => {
                    fields.push(Cow::Borrowed(rest));
                    return true;
                }
            }
        }
    }
}

/// Lines that tools put before a heading: `#TYPE …` of PowerShell, `sep=;` of spreadsheets.
fn preamble(line: &[u8]) -> bool {
    // Over numbers of rows stands `#` alone.
    let is_remark = line.first() == Some(&b'#') && !matches!(line.get(1), Some(&CONCORDANCE | b'\t' | b',' | b';' | b'|'));
    is_remark || line.starts_with(b"sep=") || line.iter().all(u8::is_ascii_whitespace)
}

impl Layout {
    fn of(sample: &Sample<'_>, said: &Columns) -> Option<Self> {
        if sample.nul {
            return None;
        }
        [CONCORDANCE, b'\t', b',', b';', b'|']
            .into_iter()
            .filter_map(|d| Self::delimited(sample, d, said))
            .max_by_key(|l| (l.confidence, l.columns.len()))
    }

    fn delimited(sample: &Sample<'_>, delimiter: u8, said: &Columns) -> Option<Self> {
        let lines: Vec<(usize, &[u8])> =
            sample.lines.iter().enumerate().map(|(i, l)| (i, l.as_slice())).filter(|(_, l)| !preamble(l)).collect();
        let mut fields = Vec::new();
        // A heading among the first lines that names a path.
        let mut heading = None;
        for (i, line) in lines.iter().take(20) {
            split(line, delimiter, true, &mut fields);
            if !said.is_empty() && !said.all_in(fields.iter().map(|f| &**f)) {
                continue;
            }
            let columns: Vec<Column> = fields.iter().map(|f| said.of_heading(f).unwrap_or(Column::Other)).collect();
            let named = columns.iter().any(|c| matches!(c, Column::Path | Column::Name));
            let known = columns.iter().filter(|c| **c != Column::Other).count();
            if named && (known >= 2 || columns.len() == 1 && *i == 0 || !said.is_empty()) {
                let names: Vec<String> = fields.iter().map(|f| shown(f.trim_ascii())).collect();
                heading = Some((*i, columns, names));
                break;
            }
        }
        let body: Vec<&[u8]> = lines.iter().filter(|(i, _)| heading.as_ref().is_none_or(|(h, ..)| i > h)).map(|(_, l)| *l).collect();
        let quotes = heading.is_some() || delimiter != b'\t';
        let mut records: Vec<Vec<Vec<u8>>> = Vec::new();
        for line in &body {
            if split(line, delimiter, quotes, &mut fields) {
                records.push(fields.iter().map(|f| f.trim_ascii().to_vec()).collect());
            }
        }
        let width = heading.as_ref().map_or_else(|| records.first().map_or(0, Vec::len), |(_, columns, _)| columns.len());
        let even = records.iter().filter(|r| r.len() == width).count();
        if heading.is_none() && (width < 2 || even * 10 < records.len() * 9 || records.is_empty()) {
            return None;
        }
        if width == 1
            && (delimiter != b',' || records.iter().filter(|r| r.first().is_some_and(|c| path_like(c))).count() * 10 < records.len() * 8)
        {
            return None;
        }
        let cells = |column: usize| records.iter().filter_map(move |r| r.get(column)).map(Vec::as_slice);
        let (heading, mut columns, names, confidence) = match heading {
            Some((line, columns, names)) => (Some(line), columns, names, 92),
            None => {
                let guess = |c: usize| Some(Column::of_cells(cells(c))).filter(|guess| said.leaves(*guess)).unwrap_or(Column::Other);
                let columns = (0..width).map(|c| said.of_number(c).unwrap_or_else(|| guess(c))).collect::<Vec<_>>();
                (None, columns, (1..=width).map(|c| format!("column {c}")).collect(), 70)
            }
        };
        if heading.is_none() && !said.is_empty() {
            if !said.all_numbers(width) {
                return None;
            }
        } else if heading.is_none() {
            // One path, and beside it something that only a listing has.
            let paths = columns.iter().filter(|c| **c == Column::Path).count();
            let typed = columns.iter().any(|c| matches!(c, Column::Size | Column::Date | Column::AnyHash));
            if paths == 0 || !typed {
                return None;
            }
        }
        Self::single(&mut columns, |c| *c == Column::Path);
        Self::single(&mut columns, |c| *c == Column::Size);
        Self::single(&mut columns, |c| *c == Column::Date);
        Self::single(&mut columns, |c| *c == Column::Name);
        let joined = Self::joins(&mut columns, &records);
        let places = columns.iter().enumerate().filter(|(_, c)| matches!(c, Column::Path | Column::Folder | Column::Name)).map(|(i, _)| i);
        let separators = separators(places.flat_map(cells));
        let shown = in_words(columns.iter().copied().zip(names.iter().map(|name| Cow::Borrowed(name.as_str()))));
        let encoded = encoded_keys(&columns, &records).filter(|_| heading.is_none());
        Some(Self { delimiter, quotes, columns, shown, heading, joined, separators, encoded, confidence })
    }

    /// Of several columns of a kind the first counts.
    fn single(columns: &mut [Column], of_kind: fn(&Column) -> bool) {
        columns.iter_mut().filter(|c| of_kind(c)).skip(1).for_each(|c| *c = Column::Other);
    }

    /// Whether folder (or path) and name are to be joined, judged by all records of the sample.
    fn joins(columns: &mut [Column], records: &[Vec<Vec<u8>>]) -> bool {
        let find = |columns: &[Column], wanted| columns.iter().position(|c| *c == wanted);
        let Some(name) = find(columns, Column::Name) else { return false };
        let path = find(columns, Column::Path);
        let Some(folder) = path.or_else(|| find(columns, Column::Folder)) else { return false };
        let (mut whole, mut all) = (0usize, 0usize);
        for record in records {
            if let (Some(folder), Some(name)) = (record.get(folder), record.get(name))
                && !name.is_empty()
            {
                all += 1;
                whole += usize::from(ends_with_name(folder, name));
            }
        }
        if path.is_some() && whole * 2 >= all {
            return false;
        }
        if let Some(column) = columns.get_mut(folder) {
            *column = Column::Folder;
        }
        true
    }

    fn is_log(&self) -> bool {
        self.columns.contains(&Column::Action) && self.columns.iter().any(|c| matches!(c, Column::Account | Column::Peer))
    }

    fn row(&self, fields: &[Cow<'_, [u8]>], line: u64) -> Option<Row> {
        let cell = |wanted: Column| self.columns.iter().position(|c| *c == wanted).and_then(|i| fields.get(i));
        let filled = |wanted: Column| cell(wanted).map(|c| c.trim_ascii()).filter(|c| !c.is_empty());
        let name = cell(Column::Name).filter(|n| !n.trim_ascii().is_empty());
        let mut row = if self.joined {
            let name = name?;
            match filled(Column::Folder) {
                // The name already holds its folder.
                Some(folder) if name.starts_with(folder) && name.len() > folder.len() => Row::new(name, self.separators, line)?,
                Some(folder) => Row::in_directory(strip_provider(folder), name, self.separators, line)?,
                None => Row::new(name, self.separators, line)?,
            }
        } else {
            let path = cell(Column::Path).filter(|p| !p.trim_ascii().is_empty()).or(name)?;
            match self.encoded {
                Some(blank) => Row::new(&percent_decoded(path, blank == Blank::Plus), self.separators, line)?,
                None => Row::new(path, self.separators, line)?,
            }
        };
        for (column, field) in self.columns.iter().zip(fields) {
            let value = field.trim_ascii();
            if value.is_empty() {
                continue;
            }
            match column {
                Column::Size => row.size = Size::parse(value).and_then(Size::exact),
                Column::Hash(algorithm) => drop(row.add_hash(algorithm, value)),
                Column::AnyHash => add_any_hash(&mut row, value, self.heading.is_some()),
                Column::Date => row.modified = Some(shown(value)),
                Column::Account => row.account = Some(shown(value)),
                Column::Type => row.directory |= directory_word(value),
                Column::Path | Column::Folder | Column::Name | Column::Action | Column::Peer | Column::Client | Column::Other => {}
            }
        }
        if let Some(action) = filled(Column::Action).filter(|_| self.is_log()) {
            row.event = Some(Transfer {
                outgoing: outgoing(action),
                peer: filled(Column::Peer).map(shown),
                bytes: row.size,
                complete: true,
                time: row.modified.take(),
                client: filled(Column::Client).map(shown),
            });
        }
        Some(row)
    }
}

/// The last component of the path is the name.
fn ends_with_name(path: &[u8], name: &[u8]) -> bool {
    path.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with(b"/") || before.ends_with(b"\\"))
}

/// `Microsoft.PowerShell.Core\FileSystem::C:\x` of `PSParentPath`.
fn strip_provider(folder: &[u8]) -> &[u8] {
    memchr::memmem::find(folder, b"::").and_then(|at| folder.get(at + 2..)).unwrap_or(folder)
}

/// A checksum of the algorithm that its length shows. Without a heading, 32 digits may be the tag of an object store.
fn add_any_hash(row: &mut Row, value: &[u8], is_headed: bool) {
    let value = value.iter().rposition(|b| *b == b':').and_then(|at| value.get(at + 1..)).unwrap_or(value);
    let algorithm = match value.len() {
        8 => "crc32",
        32 if is_headed => "md5",
        32 => "etag",
        40 => "sha1",
        64 => "sha256",
        96 => "sha384",
        128 => "sha512",
        _ => return,
    };
    row.add_hash(algorithm, value);
}

/// `directory`, `folder`, `d`, `true` of an `IsDir` column, `drwxr-xr-x`, `d-----`.
fn directory_word(value: &[u8]) -> bool {
    let word = value.to_ascii_lowercase();
    matches!(word.as_slice(), b"d" | b"dir" | b"directory" | b"folder" | b"true" | b"file folder" | b"container" | b"prefix")
        || word.first() == Some(&b'd') && word.len() >= 5 && word.iter().skip(1).all(|b| b"rwxst-larhi".contains(b))
}

/// Does the word of an action name a transfer to somebody?
pub(super) fn outgoing(action: &[u8]) -> bool {
    let action = action.to_ascii_lowercase();
    [&b"download"[..], b"get", b"retr", b"send", b"sent", b"read", b"outbound"]
        .iter()
        .any(|word| memchr::memmem::find(&action, word).is_some())
}

/// Is it a table with the columns that were named?
pub(super) fn has_columns(sample: &Sample<'_>, said: &Columns) -> Option<&'static Syntax> {
    Layout::of(sample, said).map(|layout| if layout.is_log() { &LOG } else { &SYNTAX })
}

/// Reads a table.
pub(super) fn read(bytes: &[u8], said: &Columns, rows: &mut dyn FnMut(Row)) -> Report {
    let mut tally = Tally::new(rows);
    let mut lines = Lines::new(bytes);
    let Some(layout) = Layout::of(&Sample::of(bytes), said) else {
        while let Some(line) = lines.next() {
            tally.not_understood(line.number, line.text);
        }
        return tally.finish();
    };
    let on_block = lines.ends_on_block();
    let mut neighbours = Neighbours::default();
    let mut record = Vec::new();
    while let Some(line) = lines.next() {
        let (number, mut ended) = (line.number, line.ended);
        record.clear();
        record.extend_from_slice(line.text);
        let index = usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1);
        if layout.heading == Some(index) || preamble(&record) {
            continue;
        }
        if layout.heading.is_some_and(|heading| index < heading) {
            // A title, too: it may say whose the files are.
            tally.not_understood(number, &record);
            continue;
        }
        let place = lines.place();
        let mut fields = Vec::new();
        let mut whole = split(&record, layout.delimiter, layout.quotes, &mut fields);
        let mut taken = 1;
        while !whole && taken < RECORD_LINES && record.len() < RECORD_BYTES {
            fields = Vec::new();
            let Some(more) = lines.next() else { break };
            ended = more.ended;
            record.push(b'\n');
            record.extend_from_slice(more.text);
            taken += 1;
            // Only a further quote can close the field.
            if more.text.contains(&b'"') {
                whole = split(&record, layout.delimiter, layout.quotes, &mut fields);
            }
        }
        if !whole {
            // A quote that is never closed costs its own line only.
            lines.rewind(place);
            let first = record.split(|b| *b == b'\n').next().unwrap_or_default();
            tally.not_understood(number, first);
            continue;
        }
        let width = layout.columns.len();
        let row = match fields.len() {
            n if n > width && width == 1 => Row::new(&record, layout.separators, number),
            n if n > width && fields.iter().skip(width).any(|f| !f.is_empty()) => None,
            _ => layout.row(&fields, number),
        };
        match row {
            Some(row) => neighbours.push(row, &mut tally),
            None => tally.not_understood(number, &record),
        }
        if !ended && (fields.len() < width || on_block) {
            tally.truncated(number);
        }
    }
    neighbours.finish(&mut tally);
    Report { columns: layout.shown, ..tally.finish() }
}
