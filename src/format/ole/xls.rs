//! Workbooks of Excel 5 to 2003 (MS-XLS): every sheet, hidden ones too, as a table; notes, text boxes,
//! headers and names beside it.

use super::biff::{Text, records};
use super::compound::Content;
use crate::format::Sink;
use crate::format::grid::Grid;
use crate::format::office::xlsx_styles::Styles;
use crate::model::Cause;

/// Columns of a sheet (2.4.90).
const COLUMNS: usize = 256;
/// Cells with more text than this in one row are text.
const MAX_ROW: usize = 4 << 20;

#[derive(Default)]
struct Globals {
    strings: Vec<String>,
    used: Vec<bool>,
    formats: Vec<(u32, String)>,
    styles: Vec<u32>,
    from_1904: bool,
    sheets: Vec<(usize, String)>,
    names: Vec<String>,
    wide: bool,
}

/// Pushes the tables of a `Workbook` or `Book` stream.
pub fn push(content: &Content, sink: &mut Sink<'_>) -> Result<(), (Cause, &'static str)> {
    let bytes = &content.bytes;
    let mut globals = Globals::default();
    let mut began = false;
    for record in records(bytes, 0) {
        let body = &record.body;
        match record.kind {
            0x0809 | 0x0409 | 0x0209 | 0x0009 if !began => {
                began = true;
                globals.wide = body.get(..2) == Some(&[0, 6]);
            }
            0x002F => return Err((Cause::Encrypted, "the workbook is encrypted")),
            0x0022 => globals.from_1904 = body.first() == Some(&1),
            0x0085 => {
                let at = body.first_chunk().map_or(0, |b| u32::from_le_bytes(*b) as usize);
                let name = Text::short(body.get(6..).unwrap_or_default(), globals.wide);
                globals.sheets.push((at, name));
            }
            0x041E => {
                let id = u16_at(body, 0);
                let text = match globals.wide {
                    true => Text::long(body.get(2..).unwrap_or_default(), true),
                    false => Text::short(body.get(2..).unwrap_or_default(), false),
                };
                globals.formats.push((u32::from(id), text));
            }
            0x00E0 => globals.styles.push(u32::from(u16_at(body, 2))),
            0x00FC => globals.strings = super::biff::shared_strings(&record),
            0x0018 => globals.names.push(super::biff::printable(body)),
            0x000A => break,
            _ => {}
        }
    }
    if !began {
        return Err((Cause::Corrupt, "no workbook"));
    }
    globals.used = vec![false; globals.strings.len()];
    let styles = Styles::of_records(&globals.formats, &globals.styles, globals.from_1904);
    let mut sheets = std::mem::take(&mut globals.sheets);
    if sheets.is_empty() {
        sheets.push((0, "sheet".to_owned()));
    }
    // A sheet is read once, however often it is named.
    sheets.sort();
    sheets.dedup_by_key(|(at, _)| *at);
    let mut missing = false;
    for (at, name) in &sheets {
        if sink.stopped() {
            return Ok(());
        }
        missing |= *at >= bytes.len();
        Sheet::new(name, content.offset(), &styles).read(bytes, *at, &mut globals, sink);
    }
    let grid = Grid::new("", content.offset());
    let unused = globals.strings.iter().zip(&globals.used).filter(|(_, used)| !**used).map(|(text, _)| text.as_str());
    let rest: Vec<&str> = unused.chain(globals.names.iter().map(String::as_str)).filter(|t| !t.is_empty()).collect();
    grid.aside(&rest.join("\u{1E}"), sink);
    if missing { Err((Cause::Truncated, "a sheet lies outside the stream")) } else { Ok(()) }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u16::from_le_bytes(*b))
}

struct Sheet<'x> {
    grid: Grid,
    styles: &'x Styles,
    row: Vec<String>,
    row_number: u16,
    row_bytes: usize,
    aside: String,
    /// The cell that waits for the text of its formula.
    pending: Option<usize>,
}

impl<'x> Sheet<'x> {
    fn new(name: &str, offset: u64, styles: &'x Styles) -> Self {
        Self { grid: Grid::new(name, offset), styles, row: Vec::new(), row_number: 0, row_bytes: 0, aside: String::new(), pending: None }
    }

    fn read(mut self, bytes: &[u8], at: usize, globals: &mut Globals, sink: &mut Sink<'_>) {
        let mut depth = 0;
        for record in records(bytes, at) {
            let body = &record.body[..];
            match record.kind {
                // Charts lie inside sheets.
                0x0809 | 0x0409 | 0x0209 | 0x0009 => depth += 1,
                0x000A => {
                    depth -= 1;
                    if depth <= 0 {
                        break;
                    }
                }
                0x00FD => {
                    let index = body.get(6..).and_then(|b| b.first_chunk()).map_or(u32::MAX, |b| u32::from_le_bytes(*b)) as usize;
                    if let Some(text) = globals.strings.get(index).cloned() {
                        globals.used[index] = true;
                        self.cell(body, text, sink);
                    }
                }
                0x0204 | 0x00D6 => self.cell(body, Text::long(body.get(6..).unwrap_or_default(), globals.wide), sink),
                0x0203 => self.number(body, body.get(6..), sink),
                0x027E => {
                    let value = body.get(6..).and_then(|b| b.first_chunk()).map(|b| rk(u32::from_le_bytes(*b)));
                    self.shown(body, u16_at(body, 2), u16_at(body, 4), value, sink);
                }
                0x00BD => {
                    let first = u16_at(body, 2);
                    for (i, pair) in body.get(4..body.len().saturating_sub(2)).unwrap_or_default().chunks_exact(6).enumerate() {
                        let value = rk(u32::from_le_bytes([pair[2], pair[3], pair[4], pair[5]]));
                        self.shown(body, first.saturating_add(i as u16), u16_at(pair, 0), Some(value), sink);
                    }
                }
                0x0006 | 0x0206 | 0x0406 => match body.get(6..14) {
                    Some([0, .., 0xFF, 0xFF]) => {
                        self.place(u16_at(body, 0), sink);
                        self.pending = Some(usize::from(u16_at(body, 2)));
                    }
                    Some([1, _, b, .., 0xFF, 0xFF]) => self.cell(body, if *b == 0 { "FALSE" } else { "TRUE" }.to_owned(), sink),
                    Some([_, _, _, _, _, _, 0xFF, 0xFF]) | None => {}
                    Some(number) => self.number(body, Some(number), sink),
                },
                0x0207 => {
                    if let Some(column) = self.pending.take() {
                        self.put(column, Text::long(body, globals.wide));
                    }
                }
                0x0205 if body.get(7) == Some(&0) => {
                    self.cell(body, if body.get(6) == Some(&0) { "FALSE" } else { "TRUE" }.to_owned(), sink);
                }
                // Header, footer, links, notes, text of boxes.
                0x0014 | 0x0015 | 0x01B8 | 0x001C => self.keep(&super::biff::printable(body)),
                0x01B6 => {
                    let text: Vec<String> = record
                        .parts()
                        .skip(1)
                        .map(|part| Text::characters(part.get(1..).unwrap_or_default(), part.first().is_some_and(|f| f & 1 != 0)))
                        .collect();
                    self.keep(&text.concat());
                }
                // Drawings and pictures: their text is in records of its own.
                0x00EB..=0x00ED => {}
                _ => self.keep(&super::biff::printable(body)),
            }
        }
        self.end_row(sink);
        self.grid.begin(sink);
        self.grid.aside(&self.aside, sink);
        self.grid.end(sink);
    }

    fn keep(&mut self, text: &str) {
        if !text.trim().is_empty() && self.aside.len() < 64 << 20 {
            self.aside.push_str(text);
            self.aside.push('\u{1E}');
        }
    }

    fn number(&mut self, body: &[u8], value: Option<&[u8]>, sink: &mut Sink<'_>) {
        let value = value.and_then(|b| b.first_chunk()).map(|b| f64::from_le_bytes(*b));
        self.shown(body, u16_at(body, 2), u16_at(body, 4), value, sink);
    }

    fn shown(&mut self, body: &[u8], column: u16, style: u16, value: Option<f64>, sink: &mut Sink<'_>) {
        let Some(value) = value.filter(|v| v.is_finite()) else { return };
        self.place(u16_at(body, 0), sink);
        let text = self.styles.show(&value.to_string(), Some(usize::from(style)));
        self.put(usize::from(column), text);
    }

    fn cell(&mut self, body: &[u8], text: String, sink: &mut Sink<'_>) {
        self.place(u16_at(body, 0), sink);
        self.put(usize::from(u16_at(body, 2)), text);
    }

    fn place(&mut self, row: u16, sink: &mut Sink<'_>) {
        if row != self.row_number {
            self.end_row(sink);
            self.row_number = row;
        }
    }

    fn put(&mut self, column: usize, text: String) {
        self.row_bytes += text.len();
        if column >= COLUMNS || self.row_bytes > MAX_ROW {
            return self.keep(&text);
        }
        if self.row.len() <= column {
            self.row.resize(column + 1, String::new());
        }
        // Two records for one cell: both are kept.
        let before = std::mem::replace(&mut self.row[column], text);
        self.keep(&before);
    }

    fn end_row(&mut self, sink: &mut Sink<'_>) {
        self.row_bytes = 0;
        self.grid.row(std::mem::take(&mut self.row), sink);
    }
}

/// A number in four bytes (2.5.122).
pub(in crate::format) fn rk(value: u32) -> f64 {
    let number = if value & 2 != 0 { f64::from(value as i32 >> 2) } else { f64::from_bits(u64::from(value & !3) << 32) };
    if value & 1 != 0 { number / 100.0 } else { number }
}

#[cfg(test)]
mod tests {
    use super::rk;

    #[test]
    fn short_numbers_are_decoded() {
        assert_eq!(
            [rk(0x3FF0_0000), rk(21_000_021 << 2 | 2), rk((1234 << 2) | 3), rk((-5i32 << 2) as u32 | 2)],
            [1.0, 21_000_021.0, 12.34, -5.0]
        );
    }
}
