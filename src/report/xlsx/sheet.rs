use crate::report::Outcome;
use crate::report::cells::plain;
use crate::report::listing::{Cell, Listing, Weight};
use anyhow::{Context, Result};
use memchr::{memchr3, memmem};
use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

/// Characters of a cell, counted in UTF-16.
const CELL_TEXT: usize = 32_767;
/// Whole numbers up to here are exact in a cell, which holds a double.
const EXACT: u64 = 1 << 53;
/// Bytes of rows that are written to their file together.
const TOGETHER: usize = 1 << 18;

/// How a cell looks: its place among the formats of `styles.xml`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain = 0,
    Header = 1,
    Whole = 2,
}

/// Rows of a sheet as XML (ECMA-376, part 1, section 18.3.1).
#[derive(Default)]
pub(super) struct Rows {
    pub xml: Vec<u8>,
    /// The last row.
    pub row: u64,
    digits: itoa::Buffer,
}

impl Rows {
    /// Begins a row; the first is 1.
    pub fn begin(&mut self, row: u64) {
        self.row = row;
        self.put(b"<row r=\"");
        self.number(row);
        self.put(b"\">");
    }

    pub fn end(&mut self) {
        self.put(b"</row>");
    }

    /// Writes a cell as what it is. Text is text, whatever it looks like; a number that a cell cannot hold is text, too.
    pub fn cell(&mut self, column: usize, cell: &Cell<'_>) {
        match cell {
            Cell::Text(text) if text.is_empty() => {}
            Cell::Text(text) => self.text(column, Look::Plain, &fitting(text)),
            Cell::Number(number) if *number > EXACT => self.text(column, Look::Plain, &number.to_string()),
            Cell::Number(number) => {
                self.open(column, Look::Whole);
                self.put(b"><v>");
                self.number(*number);
                self.put(b"</v></c>");
            }
            Cell::Truth(truth) => {
                self.open(column, Look::Plain);
                self.put(if *truth { b" t=\"b\"><v>1</v></c>" } else { b" t=\"b\"><v>0</v></c>" });
            }
        }
    }

    /// Writes a cell of a title.
    pub fn title(&mut self, column: usize, text: &str) {
        match text {
            "" => {
                self.open(column, Look::Header);
                self.put(b"/>");
            }
            text => self.text(column, Look::Header, text),
        }
    }

    fn open(&mut self, column: usize, look: Look) {
        self.put(b"<c r=\"");
        match u8::try_from(column) {
            Ok(column @ 0..26) => self.xml.push(b'A' + column),
            _ => self.put(letters(column).as_bytes()),
        }
        self.number(self.row);
        self.put(match look {
            Look::Plain => b"\"",
            Look::Header => b"\" s=\"1\"",
            Look::Whole => b"\" s=\"2\"",
        });
    }

    fn text(&mut self, column: usize, look: Look, text: &str) {
        const BLANK: [char; 3] = ['\t', '\n', ' '];
        self.open(column, look);
        let keeps_blanks = text.starts_with(BLANK) || text.ends_with(BLANK);
        self.put(if keeps_blanks { b" t=\"inlineStr\"><is><t xml:space=\"preserve\">" } else { b" t=\"inlineStr\"><is><t>" });
        escape(text, &mut self.xml);
        self.put(b"</t></is></c>");
    }

    fn put(&mut self, xml: &[u8]) {
        self.xml.extend_from_slice(xml);
    }

    fn number(&mut self, number: u64) {
        self.xml.extend_from_slice(self.digits.format(number).as_bytes());
    }
}

/// The letters of a column, counted from 0.
pub(super) fn letters(column: usize) -> String {
    let mut out = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        left -= 1;
        out.insert(0, b'A' + (left % 26) as u8);
        left /= 26;
    }
    out.into_iter().map(char::from).collect()
}

/// Writes a text as XML. What looks like a character that a workbook writes as `_x0041_` would be read as one, and gets
/// its first `_` written so (ECMA-376, part 1, section 22.9.2.19).
fn escape(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    if memchr3(b'&', b'<', b'>', bytes).is_none() && memmem::find(bytes, b"_x").is_none() {
        return out.extend_from_slice(bytes);
    }
    let is_character = |at: usize| {
        let written = bytes.get(at..at + 7);
        written.is_some_and(|w| w.starts_with(b"_x") && w.ends_with(b"_") && w[2..6].iter().all(u8::is_ascii_hexdigit))
    };
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'_' if is_character(at) => out.extend_from_slice(b"_x005F_"),
            byte => out.push(*byte),
        }
    }
}

/// The rows of a listing on their way into a sheet, kept in a file without a name.
pub(in crate::report) struct Sheet {
    rows: Rows,
    kept: File,
    columns: &'static [&'static str],
    /// Rows that a sheet has room for, without its header.
    most: u64,
    /// Rows that were handed over, by weight.
    counts: [u64; 3],
    /// How many of each weight have room.
    room: [u64; 3],
    shown: u64,
}

impl Sheet {
    /// A sheet with a header and room for so many rows.
    pub fn new(scratch: &Path, name: &str, columns: &'static [&'static str], most: u64) -> Result<Self> {
        let path = scratch.join(format!(".{name}.sheet"));
        let context = || format!("cannot write a sheet of the workbook in {}", scratch.display());
        let kept = File::options().read(true).write(true).create(true).truncate(true).open(&path).with_context(context)?;
        fs::remove_file(&path).with_context(context)?;
        let mut sheet = Self { rows: Rows::default(), kept, columns, most, counts: [0; 3], room: [most; 3], shown: 0 };
        sheet.header();
        Ok(sheet)
    }

    fn header(&mut self) {
        self.rows.begin(1);
        self.columns.iter().enumerate().for_each(|(column, name)| self.rows.title(column, name));
        self.rows.end();
    }

    /// Takes a row, if there is room for it.
    pub fn row(&mut self, weight: Weight, cells: &[Cell<'_>]) -> Result<()> {
        self.counts[weight as usize] += 1;
        let room = &mut self.room[weight as usize];
        if *room == 0 || self.shown == self.most {
            return Ok(());
        }
        *room -= 1;
        self.shown += 1;
        self.rows.begin(self.shown + 1);
        cells.iter().enumerate().for_each(|(column, cell)| self.rows.cell(column, cell));
        self.rows.end();
        if self.rows.xml.len() < TOGETHER { Ok(()) } else { self.keep() }
    }

    fn keep(&mut self) -> Result<()> {
        self.kept.write_all(&self.rows.xml).context("cannot write a sheet of the workbook")?;
        self.rows.xml.clear();
        Ok(())
    }

    /// All rows of the listing were handed over. Where there was no room for all, they are made once more, and those that
    /// weigh most get it.
    pub fn settle(&mut self, outcome: &Outcome<'_>, listing: &Listing) -> Result<()> {
        if self.left_out() > 0 {
            let mut left = self.most;
            self.room = std::mem::take(&mut self.counts).map(|count| {
                let some = count.min(left);
                left -= some;
                some
            });
            self.shown = 0;
            self.rows.xml.clear();
            self.kept.set_len(0)?;
            self.kept.rewind()?;
            self.header();
            (listing.rows)(outcome, &mut |weight, cells| self.row(weight, cells))?;
        }
        self.keep()
    }

    /// Rows shown.
    pub fn shown(&self) -> u64 {
        self.shown
    }

    /// Rows left out.
    pub fn left_out(&self) -> u64 {
        self.counts.iter().sum::<u64>() - self.shown
    }

    /// The columns.
    pub fn columns(&self) -> &'static [&'static str] {
        self.columns
    }

    /// The rows as XML, and how many bytes they are.
    pub fn into_rows(mut self) -> Result<(File, u64)> {
        let len = self.kept.seek(SeekFrom::End(0))?;
        self.kept.rewind()?;
        Ok((self.kept, len))
    }
}

/// A text that a cell can hold: on one line, of characters that XML 1.0 has (section 2.2), and no longer than
/// Excel takes; what is left out is said.
pub(super) fn fitting(text: &str) -> Cow<'_, str> {
    let mut text = plain(text);
    if text.contains(['\u{FFFE}', '\u{FFFF}']) {
        text = Cow::Owned(text.replace(['\u{FFFE}', '\u{FFFF}'], "\u{FFFD}"));
    }
    if text.len() <= CELL_TEXT || text.encode_utf16().count() <= CELL_TEXT {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > CELL_TEXT - 60
    });
    let end = end.map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{} … ({} more characters in the CSV)", &text[..end], text[end..].chars().count()))
}
