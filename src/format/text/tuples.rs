//! Rows that stand in source text: values in brackets one after the other (`[104233, 'Ann Lee', 10.50],`), the arguments
//! of a call that is made again and again, and `SELECT …` joined by `UNION ALL`.

use super::alike::{self, SAMPLED};
use super::header;
use super::stretch::Stretch;
use crate::format::grid::Grid;
use crate::format::{PassageKind, Sink};

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
    cells: Vec<String>,
    /// What `AS` calls the values.
    names: Vec<String>,
    has_values: bool,
    end: usize,
}

/// Rows of one width, one after the other.
#[derive(Default)]
struct Run {
    rows: Vec<(u64, Vec<String>)>,
    table: Option<Grid>,
    is_nothing: bool,
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
                from = stopped.max(at);
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
    let mut found = Tuple { cells: Vec::new(), names: Vec::new(), has_values: false, end: from };
    let mut at = from;
    loop {
        at = skip_blanks(bytes, at, limit);
        let Some(&byte) = bytes.get(at).filter(|_| at < limit) else { break };
        if Some(byte) == close && found.cells.len() > 1 {
            found.end = at + 1;
            return Ok(found);
        }
        let (cell, behind, is_value) = scalar(text, at, limit).ok_or(at)?;
        if found.cells.len() == CELLS || cell.len() > LONGEST_CELL {
            return Err(behind);
        }
        found.has_values |= is_value;
        found.cells.push(cell);
        at = skip_blanks(bytes, behind, limit);
        if close.is_none() {
            let named = word_at(text, at).filter(|word| word.eq_ignore_ascii_case("as"));
            if let Some((word, name)) =
                named.and_then(|word| Some((word, scalar(text, skip_blanks(bytes, at + word.len(), limit), limit)?)))
            {
                at = skip_blanks(bytes, name.1.max(at + word.len()), limit);
                found.names.push(name.0);
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

/// A value in quotes, a number or a word; where it ends, and whether it is a value and no word.
fn scalar(text: &str, at: usize, limit: usize) -> Option<(String, usize, bool)> {
    let bytes = text.as_bytes();
    // `N'…'`, `b'…'`, `u"…"`, `:name`.
    let prefix = usize::from(bytes.get(at).is_some_and(u8::is_ascii_alphabetic) && matches!(bytes.get(at + 1), Some(b'\'' | b'"')));
    if let Some(&quote @ (b'\'' | b'"' | b'`')) = bytes.get(at + prefix) {
        let mut out = Vec::new();
        let mut n = at + prefix + 1;
        while n < limit {
            match bytes.get(n)? {
                b'\\' => {
                    out.push(*bytes.get(n + 1)?);
                    n += 2;
                }
                byte if *byte == quote && bytes.get(n + 1) == Some(&quote) && quote == b'\'' => {
                    out.push(quote);
                    n += 2;
                }
                byte if *byte == quote => return Some((String::from_utf8_lossy(&out).into_owned(), n + 1, quote != b'`')),
                byte => {
                    out.push(*byte);
                    n += 1;
                }
            }
        }
        return None;
    }
    let len = bytes
        .get(at..limit)?
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'+' | b'$' | b'%' | b'@'))
        .count();
    let word = text.get(at..at + len).filter(|word| !word.is_empty())?;
    let is_value = word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    // `104233L`, `10.50m`: the type of a number.
    let bare = if is_value { word.strip_suffix(['L', 'l', 'm', 'M', 'u', 'U', 'd', 'f']).unwrap_or(word) } else { word };
    Some((bare.to_owned(), at + len, is_value))
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
        let names_columns = !tuple.has_values && tuple.cells.iter().all(|cell| header::is_wordlike(cell));
        if !tuple.has_values && !names_columns {
            return;
        }
        let goes_on = self.width == tuple.cells.len() && at <= self.end + LONGEST_GAP && !(names_columns && self.rows.len() == 1);
        if !goes_on {
            let ended = std::mem::take(self);
            ended.end(stretch, sink);
            (self.start, self.width) = (at, tuple.cells.len());
            if tuple.names.len() == tuple.cells.len() {
                self.rows.push((stretch.offset(at), tuple.names));
            }
        }
        self.end = tuple.end;
        let offset = stretch.offset(at);
        match &mut self.table {
            Some(grid) => grid.row_at(tuple.cells, offset, sink),
            None if self.is_nothing => {}
            None => {
                self.rows.push((offset, tuple.cells));
                if self.rows.len() >= SAMPLED {
                    self.decide(stretch, sink);
                }
            }
        }
    }

    fn decide(&mut self, stretch: &Stretch<'_>, sink: &mut Sink<'_>) {
        let mut rows = std::mem::take(&mut self.rows);
        let names = |row: &[String]| row.iter().all(|cell| header::is_wordlike(cell)) && header::known(row) > 0;
        let is_named = rows.first().is_some_and(|(_, row)| names(row));
        if !is_named && rows.last().is_some_and(|(_, row)| names(row)) && rows.len() > 1 {
            // `(VALUES (…), (…)) AS t (client_id, name)`
            rows.rotate_right(1);
        } else if !is_named && let Some(heading) = self.heading_above(stretch) {
            rows.insert(0, (stretch.offset(self.start), heading));
        }
        self.table = if rows.len() < 2 { None } else { alike::table_of(rows, sink) };
        self.is_nothing = self.table.is_none();
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
