//! Tables as delimited text, fixed-width text and JSON Lines; text in the encodings of the demonstration.

use serde_json::{Map, Value};

/// A table with a header; every row has as many cells.
pub(crate) struct Table {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    /// Appends a column.
    pub(super) fn push_column(&mut self, header: &str, mut cell: impl FnMut(usize) -> String) {
        self.header.push(header.to_owned());
        for (i, row) in self.rows.iter_mut().enumerate() {
            row.push(cell(i));
        }
    }

    /// The column of a heading.
    pub(super) fn column(&self, header: &str) -> usize {
        self.header.iter().position(|h| h == header).expect("the layout has this column")
    }

    /// Header and rows.
    pub(super) fn lines(&self) -> impl Iterator<Item = &Vec<String>> {
        std::iter::once(&self.header).chain(&self.rows)
    }

    /// RFC 4180 with any separator.
    pub(super) fn delimited(&self, separator: char) -> String {
        let quoted = |cell: &String| {
            if cell.contains([separator, '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
        };
        self.lines().map(|line| line.iter().map(quoted).collect::<Vec<_>>().join(&separator.to_string()) + "\r\n").collect()
    }

    /// Records of equal length, columns padded with blanks, headings on the first line.
    pub(super) fn fixed_width(&self) -> String {
        let width = |column: usize| self.lines().map(|line| line[column].chars().count()).max().unwrap_or(0) + 2;
        let widths: Vec<_> = (0..self.header.len()).map(width).collect();
        self.lines()
            .map(|line| line.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect::<String>() + "\r\n")
            .collect()
    }

    /// JSON Lines, one object per row.
    pub(super) fn json_lines(&self) -> String {
        let object = |row: &Vec<String>| {
            Value::Object(self.header.iter().cloned().zip(row.iter().map(|c| Value::from(c.as_str()))).collect::<Map<_, _>>())
        };
        self.rows.iter().map(|row| object(row).to_string() + "\n").collect()
    }
}

/// Text in Windows-1252.
pub(super) fn cp1252(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
}

/// Text in UTF-16LE with a byte order mark.
pub(super) fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Text with the characters of XML and HTML that mean something escaped.
pub(super) fn markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_survive_and_records_have_one_length() {
        let table = Table {
            header: vec!["a".into(), "b".into()],
            rows: vec![vec!["1;2".into(), "say \"x\"".into()], vec!["ü".into(), String::new()]],
        };
        assert_eq!(table.delimited(';'), "a;b\r\n\"1;2\";\"say \"\"x\"\"\"\r\nü;\r\n");
        let text = table.fixed_width();
        let lengths: Vec<_> = text.lines().map(|l| l.chars().count()).collect();
        assert_eq!(lengths, [14, 14, 14]);
        assert_eq!(table.json_lines().lines().count(), 2);
        assert_eq!(utf16("é"), [0xFF, 0xFE, 0xE9, 0]);
        assert_eq!(cp1252("é"), [0xE9]);
    }
}
