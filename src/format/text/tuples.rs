//! Rows that stand in source text: values in brackets one after the other (`[104233, 'Ann Lee', 10.50],`), the arguments
//! of a call that is made again and again, and `SELECT …` joined by `UNION ALL`.

use super::alike::{self, SAMPLED};
use super::header;
use super::stretch::Stretch;
use crate::format::grid::Grid;
use crate::format::{PassageKind, Sink};
use std::ops::Range;

/// Values of one row, and bytes of it.
const CELLS: usize = 64;
const LONGEST_ROW: usize = 8 << 10;
/// Longest value.
const LONGEST_CELL: usize = 2_000;
/// Text between two rows.
const LONGEST_GAP: usize = 96;
/// Text between the line that names the columns and the first row.
const LONGEST_HEAD: usize = 240;
/// Rows are looked for behind so many openings that turn out to be none, one after the other.
const OPENINGS: usize = 1 << 20;

/// A row as it is written.
struct Tuple {
    cells: Vec<Cell>,
    /// What `AS` calls the values.
    names: Vec<Cell>,
    end: usize,
}

/// A value in quotes, a number or a word.
#[derive(Clone)]
struct Cell {
    /// Without its quotes.
    range: Range<usize>,
    quote: Option<u8>,
    is_value: bool,
}

/// Rows of one width, one after the other.
#[derive(Default)]
struct Run {
    rows: Vec<(u64, Vec<String>)>,
    table: Option<Grid>,
    is_nothing: bool,
    /// Some of them are no mere words.
    has_values: bool,
    start: usize,
    width: usize,
    end: usize,
}

/// Pushes the rows of a text. The text itself stays as it is.
pub(super) fn push(stretch: &Stretch<'_>, sink: &mut Sink<'_>) {
    let text = &*stretch.text;
    let bytes = text.as_bytes();
    let has_unions = ["UNION", "union", "Union"].iter().any(|word| memchr::memmem::find(bytes, word.as_bytes()).is_some());
    let mut selects: Vec<usize> = match has_unions {
        true => ["SELECT ", "select ", "Select "].iter().flat_map(|word| memchr::memmem::find_iter(bytes, word.as_bytes())).collect(),
        false => Vec::new(),
    };
    selects.sort_unstable_by(|a, b| b.cmp(a));
    let mut run = Run::default();
    let (mut from, mut vain) = (0, 0);
    while vain < OPENINGS {
        while selects.last().is_some_and(|select| *select < from) {
            selects.pop();
        }
        let bracket = bytes.get(from..).and_then(|rest| memchr::memchr3(b'(', b'[', b'{', rest)).map(|n| from + n);
        let (at, tuple) = match (bracket, selects.last().copied()) {
            (Some(bracket), select) if select.is_none_or(|select| bracket < select) => {
                let close = match bytes[bracket] {
                    b'(' => b')',
                    b'[' => b']',
                    _ => b'}',
                };
                (bracket + 1, tuple(text, bracket + 1, Some(close)))
            }
            (_, Some(select)) => (select + 7, tuple(text, select + 7, None)),
            _ => break,
        };
        match tuple {
            Ok(tuple) => {
                from = tuple.end;
                run.take(stretch, at, tuple, sink);
                vain = 0;
            }
            Err(stopped) => {
                let select = selects.last().copied().filter(|select| *select >= at);
                from = stopped.max(at).min(select.unwrap_or(usize::MAX));
                vain += 1;
            }
        }
    }
    run.end(stretch, sink);
    sink.kind(PassageKind::Prose);
}

/// The values that begin at a place, up to the closing bracket, or of a `SELECT` up to where it ends. Else the place from
/// which to look on.
fn tuple(text: &str, from: usize, close: Option<u8>) -> Result<Tuple, usize> {
    let bytes = text.as_bytes();
    let limit = bytes.len().min(from + LONGEST_ROW);
    let mut found = Tuple { cells: Vec::new(), names: Vec::new(), end: from };
    let mut at = from;
    loop {
        at = skip_blanks(bytes, at, limit);
        let Some(&byte) = bytes.get(at).filter(|_| at < limit) else { break };
        if Some(byte) == close && found.cells.len() > 1 {
            found.end = at + 1;
            return Ok(found);
        }
        let (cell, behind) = scalar(bytes, at, limit).ok_or(at)?;
        if found.cells.len() == CELLS || cell.range.len() > LONGEST_CELL {
            return Err(behind);
        }
        found.cells.push(cell);
        at = skip_blanks(bytes, behind, limit);
        if close.is_none() {
            let named = word_at(text, at).filter(|word| word.eq_ignore_ascii_case("as"));
            let name = named.and_then(|word| scalar(bytes, skip_blanks(bytes, at + word.len(), limit), limit));
            if let Some((name, behind)) = name {
                at = skip_blanks(bytes, behind, limit);
                found.names.push(name);
            }
        }
        match bytes.get(at) {
            Some(b',') => at += 1,
            Some(byte) if Some(*byte) == close => {}
            ended if close.is_none() && found.cells.len() > 1 => {
                let is_end = ended.is_none_or(|byte| matches!(byte, b';' | b')'))
                    || word_at(text, at).is_some_and(|word| ["from", "union", "where"].iter().any(|end| word.eq_ignore_ascii_case(end)));
                return if is_end { Ok(Tuple { end: at, ..found }) } else { Err(at) };
            }
            _ => return Err(at),
        }
    }
    Err(at)
}

/// The value at a place, and where it ends.
fn scalar(bytes: &[u8], at: usize, limit: usize) -> Option<(Cell, usize)> {
    // `N'…'`, `b'…'`, `u"…"`.
    let prefix = usize::from(bytes.get(at).is_some_and(u8::is_ascii_alphabetic) && matches!(bytes.get(at + 1), Some(b'\'' | b'"')));
    if let Some(&quote @ (b'\'' | b'"' | b'`')) = bytes.get(at + prefix) {
        let start = at + prefix + 1;
        let mut n = start;
        loop {
            n += memchr::memchr2(quote, b'\\', bytes.get(n..limit)?)?;
            match bytes.get(n)? {
                b'\\' => n += 2,
                _ if quote == b'\'' && bytes.get(n + 1) == Some(&quote) => n += 2,
                _ => return Some((Cell { range: start..n, quote: Some(quote), is_value: quote != b'`' }, n + 1)),
            }
        }
    }
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'+' | b'$' | b'%' | b'@');
    let len = bytes.get(at..limit)?.iter().take_while(is_part).count();
    let first = bytes.get(at).filter(|_| len > 0)?;
    let is_value = first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.');
    Some((Cell { range: at..at + len, quote: None, is_value }, at + len))
}

impl Cell {
    /// What it says.
    fn text(&self, text: &str) -> String {
        let raw = text.get(self.range.clone()).unwrap_or_default();
        match self.quote {
            Some(b'\'') if raw.contains("''") => raw.replace("''", "'"),
            Some(_) if raw.contains('\\') => raw.replace('\\', ""),
            Some(_) => raw.to_owned(),
            // `104233L`, `10.50m`: the type of a number.
            None if self.is_value => raw.strip_suffix(['L', 'l', 'm', 'M', 'u', 'U', 'd', 'f']).unwrap_or(raw).to_owned(),
            None => raw.to_owned(),
        }
    }
}

fn word_at(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at..)?;
    let len = rest.bytes().take_while(|b| b.is_ascii_alphabetic()).count();
    rest.get(..len).filter(|word| !word.is_empty())
}

fn skip_blanks(bytes: &[u8], at: usize, limit: usize) -> usize {
    at + bytes.get(at..limit).unwrap_or_default().iter().take_while(|b| b.is_ascii_whitespace()).count()
}

impl Run {
    /// Takes a row, which goes on with these or begins another run.
    fn take(&mut self, stretch: &Stretch<'_>, at: usize, tuple: Tuple, sink: &mut Sink<'_>) {
        let text = &*stretch.text;
        let has_values = tuple.cells.iter().any(|cell| cell.is_value);
        let names_columns = !has_values && tuple.cells.iter().all(|cell| text.get(cell.range.clone()).is_some_and(header::is_wordlike));
        if !has_values && !names_columns {
            return;
        }
        let texts = |cells: &[Cell]| cells.iter().map(|cell| cell.text(text)).collect::<Vec<String>>();
        let goes_on = self.width == tuple.cells.len() && at <= self.end + LONGEST_GAP && !(names_columns && self.rows.len() == 1);
        if !goes_on {
            let ended = std::mem::take(self);
            ended.end(stretch, sink);
            (self.start, self.width) = (at, tuple.cells.len());
            if tuple.names.len() == tuple.cells.len() {
                self.rows.push((stretch.offset(at), texts(&tuple.names)));
            }
        }
        self.has_values |= has_values;
        self.end = tuple.end;
        let offset = stretch.offset(at);
        match &mut self.table {
            Some(grid) => grid.row_at(texts(&tuple.cells), offset, sink),
            None if self.is_nothing => {}
            None => {
                self.rows.push((offset, texts(&tuple.cells)));
                if self.rows.len() >= SAMPLED {
                    self.decide(stretch, sink);
                }
            }
        }
    }

    fn decide(&mut self, stretch: &Stretch<'_>, sink: &mut Sink<'_>) {
        let mut rows = std::mem::take(&mut self.rows);
        self.is_nothing = true;
        if rows.len() < 2 || !self.has_values || !rows.iter().flat_map(|(_, row)| row).any(|cell| may_be_code(cell)) {
            return;
        }
        let names = |row: &[String]| row.iter().all(|cell| header::is_wordlike(cell)) && header::known(row) > 0;
        let is_named = rows.first().is_some_and(|(_, row)| names(row));
        if !is_named && rows.last().is_some_and(|(_, row)| names(row)) && rows.len() > 1 {
            // `(VALUES (…), (…)) AS t (client_id, name)`
            rows.rotate_right(1);
        } else if !is_named && let Some(heading) = self.heading_above(stretch) {
            rows.insert(0, (stretch.offset(self.start), heading));
        }
        self.table = alike::table_of(rows, sink);
    }

    /// The names of the columns, where a remark above the rows says them: `# client_id, name, balance`.
    fn heading_above(&self, stretch: &Stretch<'_>) -> Option<Vec<String>> {
        let text = &*stretch.text;
        let before = text.get(text.floor_char_boundary(self.start.saturating_sub(LONGEST_HEAD))..self.start)?;
        before.lines().rev().take(4).find_map(|line| {
            let line = line.trim();
            let bare = line.trim_start_matches(['#', '-', '/', '*', ' ']).trim_end_matches(['*', '/', ' ', ':']);
            let names: Vec<String> = bare.split([',', '|', '\t']).map(|name| name.trim().to_owned()).collect();
            let is_heading = names.len() == self.width && names.iter().all(|name| header::is_wordlike(name)) && header::known(&names) > 0;
            (is_heading && bare.len() < line.len()).then_some(names)
        })
    }

    fn end(mut self, stretch: &Stretch<'_>, sink: &mut Sink<'_>) {
        if self.table.is_none() && !self.is_nothing && !self.rows.is_empty() {
            self.decide(stretch, sink);
        }
        if let Some(grid) = self.table {
            grid.end(sink);
        }
    }
}

/// Rows without a value that could be a code are worth no look.
fn may_be_code(cell: &str) -> bool {
    (3..=64).contains(&cell.len())
        && cell.bytes().any(|b| b.is_ascii_digit())
        && cell.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use crate::format::testing::read_with;
    use crate::format::text::plain;

    fn tables(text: &str) -> Vec<(Vec<String>, u64)> {
        read_with(plain::read, text.as_bytes(), |sink, _| {
            sink.facts.tables.iter().map(|table| (table.header.clone(), table.rows)).collect()
        })
    }

    #[test]
    fn rows_are_found_in_sources() {
        for text in [
            "const rows = [\n  ['client_id', 'name', 'balance'],\n  [104233, 'Ann Lee', 10.50],\n  [104234, 'Bo Ek', 11.50],\n];\n",
            "# client_id, name, balance\nROWS = [\n    (104233, 'Ann Lee', 10.50),\n    (104234, \"Bo Ek\", 11.50),\n]\n",
            "INSERT INTO t (client_id, name, balance)\nSELECT 104233, 'Ann Lee', 10.50\nUNION ALL\nSELECT 104234, 'Bo ''Q'' Ek', 11.50;\n",
            "WITH c AS (\nSELECT 104233 AS client_id, 'Ann Lee' AS name, 10.50 AS balance\nUNION ALL SELECT 104234, 'Bo Ek', 11.50) SELECT * FROM c\n",
            "USING (VALUES (104233, 'Ann Lee', 10.50), (104234, 'Bo Ek', 11.50)) AS s (client_id, name, balance) ON x\n",
        ] {
            let [(header, 2)] = &tables(text)[..] else { panic!("{text}: {:?}", tables(text)) };
            assert_eq!(header.join(","), "client_id,name,balance", "{text}");
        }
    }

    #[test]
    fn calls_matrices_and_words_are_no_rows() {
        for text in [
            "f(a, b);\ng(c, d);\nh(e, f);\n",
            "m = [[1, 2, 3],\n [4, 5, 6],\n [7, 8, 9]]\n",
            "he came (at noon, say) and left (at one, say) and slept (all day, say)\n",
            "move(10, 20)\nmove(11, 21)\nmove(12, 22)\n",
        ] {
            assert!(tables(text).is_empty(), "{text}: {:?}", tables(text));
        }
        let deep = "[".repeat(100_000) + &"(\"x, ".repeat(1_000);
        assert!(tables(&deep).is_empty());
    }
}
