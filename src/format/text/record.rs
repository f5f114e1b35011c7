//! Records of delimited text (RFC 4180), read leniently: a quote closes a field only where a delimiter
//! or an end follows, and one that never closes is taken as it stands.

use memchr::{memchr, memchr_iter};
use std::ops::Range;

/// Longer records are no rows; they are handed over as text.
pub(super) const MAX_RECORD: usize = 16 << 20;
/// A quoted field that is not closed within so many bytes is not quoted.
const MAX_QUOTED: usize = MAX_RECORD;
/// Parts the fields of load files of Concordance.
const THORNED: u8 = 0x14;
/// Dashes of a rule at least.
const RULE: usize = 3;
/// So many fields in single quotes outweigh what stands in double ones amid fields.
const FIELDS: usize = 8;

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    /// Between fields; ASCII.
    pub delimiter: u8,
    /// In which quotes fields may stand.
    pub quote: Option<Quote>,
    /// After records: line feed, or carriage return in files without line feeds.
    pub terminator: u8,
}

/// What fields stand in; ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    Double,
    /// As databases write literals. It is an apostrophe as well, amid fields that stand in none.
    Single,
}

impl Quote {
    fn byte(self) -> u8 {
        match self {
            Self::Double => b'"',
            Self::Single => b'\'',
        }
    }

    /// Those of the fields of a text.
    pub(super) fn of(text: &str, delimiter: u8, terminator: u8) -> Option<Self> {
        let bytes = text.as_bytes();
        let is_end = |b: Option<&u8>| b.is_none_or(|b| [delimiter, terminator, b'\r'].contains(b));
        let fields = |quote: Self| {
            let opens = |at: &usize| is_end(at.checked_sub(1).and_then(|before| bytes.get(before)));
            memchr_iter(quote.byte(), bytes).filter(opens).take(FIELDS).count()
        };
        let closes = |at: usize| is_end(bytes.get(at + 1));
        match memchr(b'"', bytes).is_some() {
            true if fields(Self::Double) > 0 || fields(Self::Single) < FIELDS => Some(Self::Double),
            is_double => match fields(Self::Single) {
                // Abbreviated years and the like are few and close nowhere.
                n if n > 1 && memchr_iter(b'\'', bytes).filter(|at| closes(*at)).nth(1).is_some() => Some(Self::Single),
                _ => is_double.then_some(Self::Double),
            },
        }
    }
}

/// Reads records one after the other; keeps its buffers between them.
pub(super) struct RecordReader {
    dialect: Dialect,
    /// Fields that a record should have; decides between readings of a doubtful one.
    columns: Option<usize>,
    cells: Vec<Cell>,
    /// Fields whose doubled quotes were taken out.
    unquoted: String,
    /// Quotes of the record stood where RFC 4180 has none.
    pub malformed: bool,
    /// The search for a closing quote that was done last: from here to there, found or not.
    searched: (Range<usize>, bool),
}

#[derive(Clone)]
enum Cell {
    Plain(Range<usize>),
    Unquoted(Range<usize>),
}

/// What stands at a place of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A record; its cells are in the reader.
    Record,
    /// An empty line, or a rule.
    Blank,
    /// A line too long for a record.
    Oversize,
}

impl RecordReader {
    pub fn new(dialect: Dialect, columns: Option<usize>) -> Self {
        Self { dialect, columns, cells: Vec::new(), unquoted: String::new(), malformed: false, searched: (0..0, false) }
    }

    /// Reads what begins at a place; returns it and the place after it.
    pub fn read(&mut self, text: &str, at: usize) -> (Found, usize) {
        self.cells.clear();
        self.unquoted.clear();
        self.malformed = false;
        let bytes = text.as_bytes();
        let (line, next) = self.line(bytes, at);
        if line.len() > MAX_RECORD {
            return (Found::Oversize, next);
        }
        let content = &bytes[line.clone()];
        if content.iter().all(|b| *b == b' ') || self.is_rule(content) {
            return (Found::Blank, next);
        }
        let Some(quote) = self.dialect.quote.filter(|quote| memchr(quote.byte(), content).is_some()) else {
            self.split(bytes, line);
            return (Found::Record, next);
        };
        match self.quoted(text, at, quote) {
            Some(end) if end <= next || self.columns.is_none_or(|n| n == self.cells.len()) => (Found::Record, end.max(next)),
            Some(end) => {
                let quoted = (self.cells.clone(), std::mem::take(&mut self.unquoted));
                self.cells.clear();
                self.split(bytes, line);
                if self.columns == Some(self.cells.len()) {
                    self.malformed = true;
                    return (Found::Record, next);
                }
                (self.cells, self.unquoted) = quoted;
                (Found::Record, end)
            }
            None => {
                self.malformed = true;
                self.cells.clear();
                self.split(bytes, line);
                (Found::Record, next)
            }
        }
    }

    /// A line that is drawn between heading and rows, or around them, as database clients print it.
    fn is_rule(&self, line: &[u8]) -> bool {
        let drawn = |b: &u8| matches!(b, b'-' | b'=' | b'_');
        // Markdown says by a colon to which side a column is set.
        let is_side = |b: &u8| *b == b':' && self.dialect.delimiter == b'|';
        line.iter().all(|b| drawn(b) || is_side(b) || matches!(b, b'+' | b'|' | b' ') || *b == self.dialect.delimiter)
            && line.iter().filter(|b| drawn(b)).count() >= RULE
    }

    /// How many fields the record has.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// The fields of the record that was read last.
    pub fn cells<'a>(&'a self, text: &'a str) -> Vec<&'a str> {
        let cell = |cell: &Cell| match cell {
            // In load files of Concordance each field stands in thorns.
            Cell::Plain(range) if self.dialect.delimiter == THORNED => text.get(range.clone()).unwrap_or_default().trim_matches([' ', 'þ']),
            Cell::Plain(range) => text.get(range.clone()).unwrap_or_default().trim_matches(' '),
            Cell::Unquoted(range) => self.unquoted.get(range.clone()).unwrap_or_default(),
        };
        self.cells.iter().map(cell).collect()
    }

    /// The line at a place without its end, and the place after it.
    fn line(&self, bytes: &[u8], at: usize) -> (Range<usize>, usize) {
        let tail = bytes.get(at..).unwrap_or_default();
        let (len, next) = match memchr(self.dialect.terminator, tail) {
            Some(n) => (n, at + n + 1),
            None => (tail.len(), bytes.len()),
        };
        let trimmed = len - usize::from(len > 0 && tail[len - 1] == b'\r');
        (at..at + trimmed, next)
    }

    fn split(&mut self, bytes: &[u8], line: Range<usize>) {
        let mut start = line.start;
        for n in memchr_iter(self.dialect.delimiter, &bytes[line.clone()]) {
            self.cells.push(Cell::Plain(start..line.start + n));
            start = line.start + n + 1;
        }
        self.cells.push(Cell::Plain(start..line.end));
    }

    /// Reads a record with quoted fields; the place after it, or `None` where a quote does not close.
    fn quoted(&mut self, text: &str, at: usize, quote: Quote) -> Option<usize> {
        let bytes = text.as_bytes();
        let Dialect { delimiter, terminator, .. } = self.dialect;
        let mut start = at;
        loop {
            let blanks = bytes[start..].iter().take_while(|b| **b == b' ').count();
            let open = start + blanks;
            let mut end = open;
            if bytes.get(open) == Some(&quote.byte()) {
                let close = self.closing(bytes, open + 1, quote)?;
                self.push_quoted(text, open + 1..close, quote);
                end = close + 1;
                end += bytes[end..].iter().take_while(|b| **b == b' ' || **b == b'\r' && terminator != b'\r').count();
            } else {
                let is_end = |b: &u8| *b == delimiter || *b == terminator;
                end += bytes[end..].iter().position(is_end).unwrap_or(bytes.len() - end);
                let field = &bytes[start..end];
                self.malformed |= quote == Quote::Double && memchr(b'"', field).is_some();
                let trimmed = end - usize::from(field.ends_with(b"\r") && bytes.get(end) != Some(&delimiter));
                self.cells.push(Cell::Plain(start..trimmed));
            }
            match bytes.get(end) {
                Some(b) if *b == delimiter => start = end + 1,
                Some(_) => return Some(end + 1),
                None => return Some(end),
            }
        }
    }

    /// The place of the quote that closes a field whose content begins at `from`.
    fn closing(&mut self, bytes: &[u8], from: usize, mark: Quote) -> Option<usize> {
        let limit = bytes.len().min(from + MAX_QUOTED);
        // Records that are read a second time begin inside what was searched before; without this, lines
        // with one quote each would cost the square of their number.
        let mut at = match &self.searched {
            (range, found) if range.contains(&from) => {
                if *found && range.end <= limit {
                    return Some(range.end);
                }
                range.end.min(limit)
            }
            _ => from,
        };
        while let Some(n) = memchr(mark.byte(), &bytes[at..limit]) {
            let quote = at + n;
            let after = &bytes[quote + 1..];
            if after.first() == Some(&mark.byte()) {
                // An empty field before the next one's opening quote would be two delimiters away.
                at = quote + 2;
                if at > limit {
                    break;
                }
                continue;
            }
            let blanks = after.iter().take(8).take_while(|b| **b == b' ').count();
            let ends = after.get(blanks).is_none_or(|b| *b == self.dialect.delimiter || *b == self.dialect.terminator || *b == b'\r');
            if ends {
                self.searched = (from..quote, true);
                return Some(quote);
            }
            // MySQL writes a quote inside a field as `\"`.
            self.malformed |= quote == from || bytes[quote - 1] != b'\\';
            at = quote + 1;
        }
        self.searched = (from..limit, false);
        None
    }

    fn push_quoted(&mut self, text: &str, field: Range<usize>, quote: Quote) {
        let content = &text[field.clone()];
        let mark = quote.byte() as char;
        if !content.contains(mark) {
            self.cells.push(Cell::Plain(field));
            return;
        }
        let start = self.unquoted.len();
        let mut buffer = [0];
        let single = &*mark.encode_utf8(&mut buffer);
        self.unquoted.push_str(&content.replace(&format!("{mark}{mark}"), single).replace(&format!("\\{mark}"), single));
        self.cells.push(Cell::Unquoted(start..self.unquoted.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CSV: Dialect = Dialect { delimiter: b',', quote: Some(Quote::Double), terminator: b'\n' };

    fn all(text: &str, columns: Option<usize>) -> Vec<Vec<String>> {
        let (mut reader, mut at, mut out) = (RecordReader::new(CSV, columns), 0, Vec::new());
        while at < text.len() {
            let (found, next) = reader.read(text, at);
            assert!(next > at);
            if found == Found::Record {
                out.push(reader.cells(text).into_iter().map(str::to_owned).collect());
            }
            at = next;
        }
        out
    }

    #[test]
    fn fields_stand_in_one_kind_of_quotes() {
        let of = |text: &str| Quote::of(text, b',', b'\n');
        assert_eq!(of("'code','name'\n'1','O''Brien'\n"), Some(Quote::Single));
        assert_eq!(of("code,name\n1,O'Brien\n2,'til late\n"), None);
        assert_eq!(of("'a',\"b\"\n'c',\"d\"\n"), Some(Quote::Double));
        assert_eq!(of(&"'5\" pipe','x'\n".repeat(9)), Some(Quote::Single));
        let dialect = Dialect { quote: Some(Quote::Single), ..CSV };
        let text = "'1', 'O''Brien, Ann','',x'y\n";
        let mut reader = RecordReader::new(dialect, None);
        assert_eq!(reader.read(text, 0), (Found::Record, text.len()));
        assert_eq!((reader.cells(text), reader.malformed), (vec!["1", "O'Brien, Ann", "", "x'y"], false));
    }

    #[test]
    fn quotes_hold_delimiters_lines_and_quotes() {
        assert_eq!(
            all("a,\"b,\"\"c\"\"\",\"d\r\ne\"\r\n\"\",x, \"y\" \r\n", Some(3)),
            [vec!["a", "b,\"c\"", "d\r\ne"], vec!["", "x", "y"]]
        );
    }

    #[test]
    fn inches_and_open_quotes_lose_nothing() {
        assert_eq!(all("5'11\",x\n\"open,y\nz,w\n", Some(2)), [vec!["5'11\"", "x"], vec!["\"open", "y"], vec!["z", "w"]]);
    }

    proptest! {
        #[test]
        fn what_a_csv_writer_writes_is_read_back(rows in prop::collection::vec(prop::collection::vec("[a-z,\n]{1,6}", 3), 1..20)) {
            let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
            rows.iter().for_each(|row| writer.write_record(row).unwrap());
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            prop_assert_eq!(all(&text, Some(3)), rows);
        }

        #[test]
        fn no_input_panics(text in "[a,\" \n\r\\\\]{0,40}") {
            all(&text, Some(2));
            all(&text, None);
        }
    }
}
