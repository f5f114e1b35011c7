//! Delimited text after RFC 4180. A reader of our own, because a quote that is never closed swallows
//! the rows after it, and those rows are institutions: here that is an error with its place.

use std::borrow::Cow;

/// Records of delimited text, in order.
pub(super) struct Records<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    delimiter: u8,
}

/// Quoting that leaves open where a record ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub line: u64,
    /// Number of the character in its line, from 1.
    pub column: u64,
    pub problem: &'static str,
}

/// One record; its cells were written to the buffer that was handed in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Of its first character, from 1.
    pub line: u64,
    /// Ordinals of cells in which text follows the closing quote.
    pub loose_quotes: Vec<usize>,
}

impl<'a> Records<'a> {
    /// Reads from the start of the text, which is line `line`.
    pub fn new(text: &'a str, delimiter: u8, line: u64) -> Self {
        Self { text, at: 0, line, delimiter }
    }

    /// The next record, `None` after the last. After an error there is no next one.
    pub fn next(&mut self, cells: &mut Vec<Cow<'a, str>>) -> Result<Option<Record>, Malformed> {
        cells.clear();
        if self.at >= self.text.len() {
            return Ok(None);
        }
        let mut record = Record { line: self.line, loose_quotes: Vec::new() };
        loop {
            let cell = match self.opening_quote() {
                Some(quote) => self.quoted(quote, cells.len(), &mut record)?,
                None => Cow::Borrowed(self.bare()),
            };
            cells.push(cell);
            if !self.delimiter_follows() {
                self.end_line();
                return Ok(Some(record));
            }
        }
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The place of a quote that opens the cell; blanks before it do not count.
    fn opening_quote(&self) -> Option<usize> {
        let rest = self.bytes().get(self.at..)?;
        let blanks = rest.iter().take_while(|&&b| b == b' ').count();
        (rest.get(blanks) == Some(&b'"')).then_some(self.at + blanks)
    }

    /// Text up to the next delimiter or line end.
    fn bare(&mut self) -> &'a str {
        let start = self.at;
        let rest = self.bytes().get(start..).unwrap_or_default();
        self.at = memchr::memchr3(self.delimiter, b'\n', b'\r', rest).map_or(self.text.len(), |n| start + n);
        &self.text[start..self.at]
    }

    fn quoted(&mut self, quote: usize, ordinal: usize, record: &mut Record) -> Result<Cow<'a, str>, Malformed> {
        let opened = (self.line, quote);
        let mut start = quote + 1;
        let mut cell = Cow::Borrowed("");
        loop {
            let Some(end) = self.bytes().get(start..).and_then(|rest| memchr::memchr(b'"', rest)).map(|n| start + n) else {
                return Err(self.malformed(opened, "a quote is opened here and never closed"));
            };
            let part = &self.text[start..end];
            self.line += line_ends(part);
            match cell.is_empty() {
                true => cell = Cow::Borrowed(part),
                false => cell.to_mut().push_str(part),
            }
            if self.bytes().get(end + 1) != Some(&b'"') {
                self.at = end + 1;
                break;
            }
            cell.to_mut().push('"');
            start = end + 2;
        }
        let tail = self.bare();
        if !tail.trim_matches(' ').is_empty() {
            // On one line the record's end is certain all the same; over several, this quote may have
            // closed one that another record opened.
            if self.line != opened.0 {
                return Err(self.malformed(opened, "a quote is opened here, and text follows its closing quote on a later line"));
            }
            record.loose_quotes.push(ordinal);
            cell.to_mut().push_str(tail);
        }
        Ok(cell)
    }

    fn delimiter_follows(&mut self) -> bool {
        let follows = self.bytes().get(self.at) == Some(&self.delimiter);
        self.at += usize::from(follows);
        follows
    }

    fn end_line(&mut self) {
        let rest = self.bytes().get(self.at..).unwrap_or_default();
        self.at += match rest {
            [b'\r', b'\n', ..] => 2,
            [_, ..] => 1,
            [] => 0,
        };
        self.line += 1;
    }

    fn malformed(&self, (line, at): (u64, usize), problem: &'static str) -> Malformed {
        let before = &self.text[..at];
        let start = before.rfind(['\n', '\r']).map_or(0, |n| n + 1);
        Malformed { line, column: before[start..].chars().count() as u64 + 1, problem }
    }
}

/// Line ends in a cell: LF, CR LF and CR count once each.
fn line_ends(text: &str) -> u64 {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'\n', b'\r', bytes).filter(|&n| bytes[n] == b'\n' || bytes.get(n + 1) != Some(&b'\n')).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str) -> Result<Vec<(u64, Vec<String>)>, Malformed> {
        let (mut records, mut cells, mut out) = (Records::new(text, b',', 1), Vec::new(), Vec::new());
        while let Some(record) = records.next(&mut cells)? {
            out.push((record.line, cells.iter().map(|c| c.to_string()).collect()));
        }
        Ok(out)
    }

    #[test]
    fn quotes_line_ends_and_line_numbers() {
        let text = "a,b\r\n\"x, \"\"y\"\"\r\nz\",2\n\n\"\", \"q\" ,\r\"\"\"\",n\"o\"";
        let rows = all(text).unwrap();
        let expected: [(u64, &[&str]); 5] =
            [(1, &["a", "b"]), (2, &["x, \"y\"\r\nz", "2"]), (4, &[""]), (5, &["", "q", ""]), (6, &["\"", "n\"o\""])];
        assert_eq!(rows.len(), expected.len());
        for (row, (line, cells)) in rows.iter().zip(expected) {
            assert_eq!((row.0, row.1.iter().map(String::as_str).collect::<Vec<_>>()), (line, cells.to_vec()));
        }
    }

    #[test]
    fn an_open_quote_does_not_swallow_rows() {
        let fault = all("a,b\nä,\"First\nC2,x\nC3,y\n").unwrap_err();
        assert_eq!((fault.line, fault.column), (2, 3));
        let fault = all("a,b\n1,\"First\nC2,\"Second\"\n").unwrap_err();
        assert_eq!((fault.line, fault.column), (2, 3));
    }

    #[test]
    fn text_after_a_closing_quote_is_kept_and_told() {
        let (mut records, mut cells) = (Records::new("1,\"First\" Bank,x", b',', 1), Vec::new());
        assert_eq!(records.next(&mut cells).unwrap().unwrap().loose_quotes, [1]);
        assert_eq!(cells, ["1", "First Bank", "x"]);
    }

    proptest! {
        #[test]
        fn what_is_quoted_reads_back(rows in prop::collection::vec(prop::collection::vec("[a\",\r\n ;é]{0,6}", 1..4), 1..5)) {
            let line = |row: &Vec<String>| row.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect::<Vec<_>>().join(",");
            let text = rows.iter().map(line).collect::<Vec<_>>().join("\r\n");
            let read = all(&text).unwrap().into_iter().map(|(_, cells)| cells).collect::<Vec<_>>();
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn any_text_ends(text in "[a\",\r\n ]{0,40}") {
            let _ = all(&text);
        }
    }
}
