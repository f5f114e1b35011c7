use super::Row;
use super::lines::{Line, Lines};

/// How many lines that were not understood are kept.
const SHOWN: usize = 20;
/// How many bytes of each.
const SHOWN_BYTES: usize = 200;

/// What became of a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows that were handed over.
    pub rows: u64,
    /// The first twenty lines that were not understood: line number from 1 and the beginning of its text.
    pub not_understood: Vec<(u64, String)>,
    /// How many lines were not understood.
    pub not_understood_count: u64,
    /// What the columns of a table were taken for: `path=Key, size=Bytes`; blank where there are none.
    pub columns: String,
    /// The line at which the manifest ends in the middle: what follows is not known.
    pub truncated_at: Option<u64>,
}

/// What a line of a manifest turned out to be.
#[expect(clippy::large_enum_variant, reason = "one at a time, on its way to the callback")]
pub(super) enum Parsed {
    /// It names an item.
    Row(Row),
    /// It is understood and names none: a heading, a total, another event.
    Nothing,
    /// It is not understood.
    Unknown,
}

impl From<Option<Row>> for Parsed {
    fn from(row: Option<Row>) -> Self {
        row.map_or(Self::Unknown, Self::Row)
    }
}

/// Reads a manifest whose lines each stand for themselves. Blank ones are passed over.
pub(super) fn read_lines(bytes: &[u8], rows: &mut dyn FnMut(Row), mut parse: impl FnMut(&Line<'_>) -> Parsed) -> Report {
    let mut tally = Tally::new(rows);
    let mut lines = Lines::new(bytes);
    let on_block = lines.ends_on_block();
    while let Some(line) = lines.next() {
        if line.text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let parsed = parse(&line);
        let unknown = matches!(parsed, Parsed::Unknown);
        match parsed {
            Parsed::Row(row) => tally.row(row),
            Parsed::Nothing => {}
            Parsed::Unknown => tally.not_understood(line.number, line.text),
        }
        if !line.ended && (unknown || on_block) {
            tally.truncated(line.number);
        }
    }
    tally.finish()
}

/// Hands rows over and counts.
pub(super) struct Tally<'a> {
    rows: &'a mut dyn FnMut(Row),
    report: Report,
}

impl<'a> Tally<'a> {
    pub(super) fn new(rows: &'a mut dyn FnMut(Row)) -> Self {
        Self { rows, report: Report::default() }
    }

    /// Hands a row over.
    pub(super) fn row(&mut self, mut row: Row) {
        self.report.rows += 1;
        if row.directory {
            row.size = None;
        }
        (self.rows)(row);
    }

    /// Hands a row over, or counts its line where there is none.
    pub(super) fn row_or_line(&mut self, row: Option<Row>, line: u64, text: &[u8]) {
        match row {
            Some(row) => self.row(row),
            None => self.not_understood(line, text),
        }
    }

    /// Counts a line that was not understood.
    pub(super) fn not_understood(&mut self, line: u64, text: &[u8]) {
        self.report.not_understood_count += 1;
        if self.report.not_understood.len() < SHOWN {
            let shown = text.get(..SHOWN_BYTES).unwrap_or(text);
            self.report.not_understood.push((line, String::from_utf8_lossy(shown).into_owned()));
        }
    }

    /// The manifest ends in the middle.
    pub(super) fn truncated(&mut self, line: u64) {
        self.report.truncated_at.get_or_insert(line);
    }

    pub(super) fn finish(self) -> Report {
        self.report
    }
}
