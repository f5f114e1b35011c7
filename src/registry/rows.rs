use super::csv::Records;
use super::header::{Header, Start, ordinal};
use super::loading::{Loading, Place};
use super::problem::DefectKind;
use super::{encoding::Encoding, institution::Source, jsonl};
use std::borrow::Cow;
use std::collections::hash_map::{Entry, RandomState};
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

/// A table of the registry: its name and its columns.
pub(super) struct Spec<const N: usize> {
    /// File name without extension.
    pub table: &'static str,
    /// Known columns, the required ones first.
    pub columns: [&'static str; N],
    /// How many are required.
    pub required: usize,
}

/// A row: the known columns' cells in the order of the [`Spec`], blank where there is none.
pub(super) struct Row<'a, const N: usize> {
    /// Line of its first character.
    pub line: u64,
    pub cells: [Cow<'a, str>; N],
    /// Cells of other columns that are not blank.
    pub extra: BTreeMap<String, String>,
    /// Why its cells may not be what they seem.
    pub doubts: Vec<Doubt>,
}

/// A registry file as text.
pub(super) struct TableFile {
    pub name: String,
    pub text: String,
    pub encoding: Encoding,
    /// JSON Lines, else delimited text.
    pub json_lines: bool,
}

impl TableFile {
    /// Hands every row that is not blank to `each`, in order. Says how the file was read.
    pub fn rows<'a, const N: usize>(
        &'a self,
        spec: &Spec<N>,
        loading: &mut Loading,
        mut each: impl FnMut(&mut Loading, Row<'a, N>),
    ) -> Source {
        let delimiter = match self.json_lines {
            true => {
                self.json_rows(spec, loading, &mut each);
                None
            }
            false => Some(self.delimited_rows(spec, loading, &mut each)),
        };
        Source { file: self.name.clone(), encoding: self.encoding, delimiter }
    }

    fn json_rows<'a, const N: usize>(&'a self, spec: &Spec<N>, loading: &mut Loading, each: &mut impl FnMut(&mut Loading, Row<'a, N>)) {
        let mut seen = [false; N];
        let mut any = false;
        for (line, text) in (1..).zip(self.text.lines()) {
            if text.trim().is_empty() {
                continue;
            }
            match jsonl::members(text) {
                Ok(members) => {
                    any = true;
                    let row = json_row(spec, line, members, &mut seen);
                    if !row.is_blank() {
                        each(loading, row);
                    }
                }
                Err(fault) => loading.problem(
                    &self.name,
                    Some(line),
                    Some(fault.column.to_string()),
                    format!("no JSON object: {}", fault.problem),
                    "write one object a line",
                ),
            }
        }
        let missing = spec.columns.iter().zip(seen).take(spec.required).filter(|(_, seen)| !seen && any);
        for (column, _) in missing {
            loading.problem(
                &self.name,
                Some(1),
                Some((*column).to_owned()),
                format!("no line has the required key {column}"),
                "add it to every line",
            );
        }
    }

    fn delimited_rows<'a, const N: usize>(
        &'a self,
        spec: &Spec<N>,
        loading: &mut Loading,
        each: &mut impl FnMut(&mut Loading, Row<'a, N>),
    ) -> char {
        let start = Start::find(&self.text, &spec.columns);
        let mut records = Records::new(&self.text[start.at..], start.delimiter, start.line);
        let mut cells = Vec::new();
        let mut header: Option<Header> = None;
        loop {
            let record = match records.next(&mut cells) {
                Ok(Some(record)) => record,
                Ok(None) => break,
                Err(fault) => {
                    loading.problem(
                        &self.name,
                        Some(fault.line),
                        Some(fault.column.to_string()),
                        fault.problem,
                        "close the quote, or double a quote that is meant",
                    );
                    break;
                }
            };
            cells.iter_mut().for_each(|cell| *cell = tidy(std::mem::take(cell)));
            if cells.iter().all(|cell| cell.is_empty()) {
                continue;
            }
            match &header {
                None => match Header::read(&cells, spec, &self.name, record.line, start.delimiter, loading) {
                    Some(found) => header = Some(found),
                    None => break,
                },
                Some(header) => each(loading, header.row(&mut cells, record.line, &record.loose_quotes)),
            }
        }
        if header.is_none() && loading.problems_in(&self.name) == 0 {
            let problem = format!("no header line; required are {}", spec.columns[..spec.required].join(", "));
            loading.problem(&self.name, Some(1), None, problem, "begin the file with the names of its columns");
        }
        char::from(start.delimiter)
    }
}

fn json_row<'a, const N: usize>(spec: &Spec<N>, line: u64, members: jsonl::Members, seen: &mut [bool; N]) -> Row<'a, N> {
    let mut row = Row { line, cells: [const { Cow::Borrowed("") }; N], extra: BTreeMap::new(), doubts: Vec::new() };
    let mut filled = [false; N];
    for (key, value) in members.0 {
        let key = key.trim();
        let Some(n) = ordinal(&spec.columns, key) else {
            let text = match value {
                serde_json::Value::String(text) => text,
                serde_json::Value::Null => continue,
                other => other.to_string(),
            };
            if row.extra.insert(key.to_owned(), text).is_some() {
                row.doubts.push((Some(key.to_owned()), "the key stands twice".to_owned()));
            }
            continue;
        };
        let (text, doubt) = jsonl::cell(value);
        if let Some(doubt) = doubt {
            row.doubts.push((Some(spec.columns[n].to_owned()), doubt.to_owned()));
        }
        if filled[n] {
            row.doubts.push((Some(spec.columns[n].to_owned()), "the key stands twice".to_owned()));
        }
        (filled[n], seen[n]) = (true, true);
        row.cells[n] = tidy(Cow::Owned(text));
    }
    row
}

impl<const N: usize> Row<'_, N> {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(|c| c.is_empty()) && self.extra.is_empty() && self.doubts.is_empty()
    }
}

/// The rows of one table that were seen, to tell repeated ones.
#[derive(Default)]
pub(super) struct Repeats {
    /// Lines of the first of each, by two independently keyed hashes: of 128 bits that nobody can
    /// aim at, so that no other row is ever taken for a repeated one.
    lines: HashMap<(u64, u64), u64>,
    keys: (RandomState, RandomState),
}

impl Repeats {
    /// The line of an earlier row that is identical in every column.
    pub fn earlier<const N: usize>(&mut self, row: &Row<'_, N>) -> Option<u64> {
        let content = (&row.cells, &row.extra);
        match self.lines.entry((self.keys.0.hash_one(content), self.keys.1.hash_one(content))) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(free) => {
                free.insert(row.line);
                None
            }
        }
    }
}

/// A cell without the blanks around it, and without the `="…"` by which spreadsheets keep digits.
fn tidy(cell: Cow<'_, str>) -> Cow<'_, str> {
    match cell {
        Cow::Borrowed(text) => Cow::Borrowed(bare(text)),
        Cow::Owned(text) if bare(&text).len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(bare(&text).to_owned()),
    }
}

fn bare(text: &str) -> &str {
    let text = text.trim_matches(blank);
    match text.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')) {
        Some(kept) if !kept.contains('"') => kept.trim_matches(blank),
        _ => text,
    }
}

/// Blanks, and the marks of no width that copying leaves behind.
pub(super) fn blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}')
}

/// Reads a boolean cell.
pub(super) fn truth(cell: &str) -> Option<bool> {
    match cell.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

/// What is doubtful about a row: the column, where it is one, and why.
pub(super) type Doubt = (Option<String>, String);

/// Records the doubts of a row as defects of an institution.
pub(super) fn report_doubts(doubts: &[Doubt], row: Place<'_>, id: &str, holder: Option<usize>, effect: &str, loading: &mut Loading) {
    for (column, doubt) in doubts {
        loading.defect(DefectKind::ShiftedRow, Place { column: column.as_deref(), ..row }, id, holder, doubt.clone(), effect);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: Spec<3> = Spec { table: "t", columns: ["customer_id", "name", "kind"], required: 2 };

    fn read(text: &str, json_lines: bool) -> (Vec<String>, Vec<String>, Option<char>) {
        let file = TableFile { name: "t".to_owned(), text: text.to_owned(), encoding: Encoding::Utf8, json_lines };
        let (mut loading, mut rows) = (Loading::default(), Vec::new());
        let source = file.rows(&SPEC, &mut loading, |_, row| {
            let extra: Vec<_> = row.extra.iter().map(|(k, v)| format!("{k}={v}")).collect();
            rows.push(format!("{}:{}:{}:{}", row.line, row.cells.join("|"), extra.join(" "), row.doubts.len()));
        });
        (rows, loading.problems.iter().map(|p| p.to_string()).collect(), source.delimiter)
    }

    #[test]
    fn delimiters_and_leftovers_of_spreadsheets() {
        for d in [",", ";", "\t"] {
            let text = format!(
                "{d}{d}\nName{d} Customer-ID {d}KIND{d}note{d}{d}\n\"First; or,\tBank\"{d}C1{d}short{d}x{d}{d}{d}\n{d}{d}{d}\n\n B {d}=\"0012\"\n"
            );
            let (rows, problems, delimiter) = read(&text, false);
            assert_eq!(rows, ["3:C1|First; or,\tBank|short:note=x:0", "6:0012|B|::0"], "{problems:?}");
            assert_eq!(delimiter, d.chars().next());
        }
        assert_eq!(read("sep=;\ncustomer_id;name\nC1;a,b\n", false).0, ["3:C1|a,b|::0"]);
    }

    #[test]
    fn a_shifted_row_is_doubtful() {
        assert_eq!(read("customer_id,name\nC1,Bank, Inc.\nC2,\"B\" x\n", false).0, ["2:C1|Bank|::1", "3:C2|B x|::1"]);
    }

    #[test]
    fn headers_that_cannot_be_used() {
        for (text, expected) in
            [("name,kind\n", 1), ("", 1), ("\n\n", 1), ("C1,Bank\n", 2), ("customer_id,name,Name\n", 1), ("customer_id,name\n\"x\n", 1)]
        {
            let (rows, problems, _) = read(text, false);
            assert_eq!((rows.len(), problems.len()), (0, expected), "{text:?} {problems:?}");
        }
    }

    #[test]
    fn json_lines_are_the_same_table() {
        let text = "{\"customer_id\":\"C1\",\"name\":\" A \",\"note\":[1]}\n\n{\"customer_id\":2,\"Name\":\"B\",\"kind\":null,\"name\":\"B\"}\n{}\n";
        assert_eq!(read(text, true).0, ["1:C1|A|:note=[1]:0", "3:2|B|::1"]);
        assert_eq!(read("{\"customer_id\":1}\nx\n", true).1.len(), 2);
    }
}
