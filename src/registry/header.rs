//! The header of delimited text: which delimiter it has, and what each column is.

use super::csv::Records;
use super::loading::Loading;
use super::problem::quoted;
use super::rows::{Row, Spec, blank};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Where delimited text begins, and what delimits it.
pub(super) struct Start {
    pub at: usize,
    pub line: u64,
    pub delimiter: u8,
}

impl Start {
    /// The delimiter is that under which the header has most of the known columns. A first line
    /// `sep=;`, which spreadsheets write, states it.
    pub fn find(text: &str, columns: &[&str]) -> Self {
        let first = text.lines().next().unwrap_or_default();
        if let [delimiter @ (b',' | b';' | b'\t')] = first.strip_prefix("sep=").unwrap_or_default().as_bytes() {
            let at = text.find('\n').map_or(text.len(), |n| n + 1);
            return Self { at, line: 2, delimiter: *delimiter };
        }
        let known = |delimiter: u8| {
            let (mut records, mut cells) = (Records::new(text, delimiter, 1), Vec::new());
            while let Ok(Some(_)) = records.next(&mut cells) {
                if cells.iter().any(|c| !c.trim().is_empty()) {
                    let known = cells.iter().filter(|cell| ordinal(columns, cell).is_some()).count();
                    return (known, cells.len());
                }
            }
            (0, 0)
        };
        // The first of equals wins, and `max_by_key` returns the last.
        let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|&d| known(d)).unwrap_or(b',');
        Self { at: 0, line: 1, delimiter }
    }
}

/// What each column of delimited text is.
pub(super) struct Header {
    columns: Vec<Column>,
    known: Vec<&'static str>,
}

enum Column {
    Known(usize),
    Other(String),
}

impl Header {
    pub fn read<const N: usize>(
        cells: &[Cow<'_, str>],
        spec: &Spec<N>,
        file: &str,
        line: u64,
        delimiter: u8,
        loading: &mut Loading,
    ) -> Option<Self> {
        let (mut columns, mut first) = (Vec::new(), [None; N]);
        let mut sound = true;
        for (n, cell) in cells.iter().enumerate() {
            match ordinal(&spec.columns, cell) {
                Some(known) => {
                    if let Some(earlier) = first[known].replace(n + 1) {
                        let problem = format!("column {} stands twice, at {earlier} and {}", spec.columns[known], n + 1);
                        loading.problem(file, Some(line), Some(spec.columns[known].to_owned()), problem, "remove or rename one");
                        sound = false;
                    }
                    columns.push(Column::Known(known));
                }
                None if cell.is_empty() => columns.push(Column::Other(format!("column {}", n + 1))),
                None => {
                    let repeated = columns.iter().any(|c| matches!(c, Column::Other(name) if name == cell.as_ref()));
                    columns.push(Column::Other(if repeated { format!("{cell} (column {})", n + 1) } else { cell.to_string() }));
                }
            }
        }
        for n in (0..spec.required).filter(|&n| first[n].is_none()) {
            let separated = match delimiter {
                b'\t' => "tabs",
                b';' => "`;`",
                _ => "`,`",
            };
            let found = cells.iter().map(|c| c.as_ref()).collect::<Vec<_>>().join(", ");
            let problem =
                format!("the required column {} is missing; the header, separated by {separated}, is {}", spec.columns[n], quoted(&found));
            loading.problem(file, Some(line), Some(spec.columns[n].to_owned()), problem, "add the column, or name it in the header");
            sound = false;
        }
        sound.then_some(Self { columns, known: spec.columns.to_vec() })
    }

    pub fn row<'a, const N: usize>(&self, cells: &mut Vec<Cow<'a, str>>, line: u64, loose_quotes: &[usize]) -> Row<'a, N> {
        let mut row = Row { line, cells: [const { Cow::Borrowed("") }; N], extra: BTreeMap::new(), doubts: Vec::new() };
        let mut surplus = 0;
        for (n, cell) in cells.drain(..).enumerate() {
            match self.columns.get(n) {
                Some(Column::Known(known)) => row.cells[*known] = cell,
                Some(Column::Other(name)) if !cell.is_empty() => drop(row.extra.insert(name.clone(), cell.into_owned())),
                Some(Column::Other(_)) => {}
                None => surplus += usize::from(!cell.is_empty()),
            }
        }
        if surplus > 0 {
            row.doubts.push((None, format!("{surplus} cells more than the header has columns: its cells may be shifted")));
        }
        for &n in loose_quotes {
            let column = match self.columns.get(n) {
                Some(Column::Known(known)) => self.known.get(*known).map(|&name| name.to_owned()),
                Some(Column::Other(name)) => Some(name.clone()),
                None => None,
            };
            row.doubts.push((column, "text follows a closing quote: its cells may be cut wrongly".to_owned()));
        }
        row
    }
}

/// Which of the columns this heading names: blanks around it, case, and blank or hyphen for the
/// underscore make no difference.
pub(super) fn ordinal(columns: &[&str], heading: &str) -> Option<usize> {
    let heading = heading.trim_matches(blank);
    let same = |column: &&str| {
        column.len() == heading.len()
            && column.bytes().zip(heading.bytes()).all(|(a, b)| a == b.to_ascii_lowercase() || (a == b'_' && matches!(b, b' ' | b'-')))
    };
    columns.iter().position(same)
}
