//! Workbooks of Excel 5 to 2003 (MS-XLS): every sheet, hidden ones too, as a table; notes, text boxes,
//! headers and names beside it.

use super::biff::{Records, Text, printable, records, shared_strings};
use super::compound::Content;
use super::formula::{self, Literal};
use crate::format::Sink;
use crate::format::grid::Grid;
use crate::format::office::page_header::printed;
use crate::format::office::xlsx_styles::Styles;
use crate::model::Cause;
use std::ops::Range;

/// Columns of a sheet (2.4.90).
const COLUMNS: usize = 256;
/// Cells with more text than this in one row are text.
const MAX_ROW: usize = 4 << 20;
/// Text beside a sheet's cells is held up to this size.
const MAX_ASIDE: usize = 64 << 20;
/// The longest end of a stream that may be there to fill a sector.
const PADDING: usize = 4096;

#[derive(Default)]
struct Globals {
    strings: Vec<String>,
    used: Vec<bool>,
    formats: Vec<(u32, String)>,
    styles: Vec<u32>,
    from_1904: bool,
    sheets: Vec<(usize, String)>,
    /// Names, links to other files, and what else of its records is text.
    texts: Vec<String>,
    wide: bool,
    /// What contradicts the format, if anything does.
    damage: Option<&'static str>,
}

impl Globals {
    fn literal(&self) -> Literal {
        if self.wide { Literal::Flagged } else { Literal::Bytes }
    }

    /// A string of a record; one that is cut off is damage.
    fn text(&mut self, text: Option<String>) -> String {
        if text.is_none() {
            self.damage = Some("a string ends before it is stated to");
        }
        text.unwrap_or_default()
    }
}

/// Pushes the tables of a `Workbook` or `Book` stream.
pub fn push(content: &Content, sink: &mut Sink<'_>) -> Result<(), (Cause, &'static str)> {
    let bytes = &content.bytes;
    let mut globals = Globals::default();
    let mut walk = records(bytes, 0);
    let ended = read_globals(&mut walk, &mut globals)?;
    let mut walked = vec![0..walk.at];
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
        let end = Sheet::new(name, content.offset(), &styles).read(bytes, *at, &mut globals, sink);
        walked.push(*at..end);
    }
    let grid = Grid::new("", content.offset());
    let unused = globals.strings.iter().zip(&globals.used).filter(|(_, used)| !**used).map(|(text, _)| text.as_str());
    let rest: Vec<&str> = unused.chain(globals.texts.iter().map(String::as_str)).filter(|t| !t.is_empty()).collect();
    grid.aside(&rest.join("\u{1E}"), sink);
    match globals.damage {
        _ if missing => Err((Cause::Truncated, "a sheet lies outside the stream")),
        _ if !ended => Err((Cause::Corrupt, "the workbook's records end before it does")),
        Some(damage) => Err((Cause::Corrupt, damage)),
        None if leaves_records(bytes, walked) => Err((Cause::Corrupt, "records of no sheet")),
        None => Ok(()),
    }
}

/// Reads the records before those of the sheets; says whether their end was reached.
fn read_globals(walk: &mut Records<'_>, globals: &mut Globals) -> Result<bool, (Cause, &'static str)> {
    let mut began = false;
    for record in walk {
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
                let name = globals.text(Text::short(body.get(6..).unwrap_or_default(), globals.wide));
                globals.sheets.push((at, name));
            }
            0x041E => {
                let rest = body.get(2..).unwrap_or_default();
                let text = globals.text(if globals.wide { Text::long(rest, true) } else { Text::short(rest, false) });
                globals.formats.push((u32::from(u16_at(body, 0)), text));
            }
            0x00E0 => globals.styles.push(u32::from(u16_at(body, 2))),
            0x00FC => {
                let (strings, is_sound) = shared_strings(&record);
                globals.strings = strings;
                if !is_sound {
                    globals.damage = Some("the table of strings is not as long as it states");
                }
            }
            0x000A => return Ok(began),
            // Fonts, colours, styles, the index of the strings, pictures, themes.
            0x0031 | 0x0092 | 0x0293 | 0x00FF | 0x00EB | 0x087C | 0x087D | 0x088D..=0x0892 | 0x0896 => {}
            _ => globals.texts.push(formula::texts(body, globals.literal())),
        }
    }
    if began { Ok(false) } else { Err((Cause::Corrupt, "no workbook")) }
}

/// Is there anything but padding that no walk went over? Other substreams than sheets' may stand there whole.
fn leaves_records(bytes: &[u8], mut walked: Vec<Range<usize>>) -> bool {
    walked.sort_by_key(|range| range.start);
    walked.push(bytes.len()..bytes.len());
    let mut at = 0;
    walked.into_iter().any(|range| {
        let hole = bytes.get(at..range.start).unwrap_or_default();
        at = at.max(range.end);
        hole.iter().any(|b| *b != 0) && (range.start < bytes.len() || hole.len() >= PADDING || hole.starts_with(&[0x09, 0x08]))
    })
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
    /// There was more text than `aside` holds.
    is_full: bool,
    /// The cell that waits for the text of its formula.
    pending: Option<usize>,
}

impl<'x> Sheet<'x> {
    fn new(name: &str, offset: u64, styles: &'x Styles) -> Self {
        Self {
            grid: Grid::sheet(name, offset),
            styles,
            row: Vec::new(),
            row_number: 0,
            row_bytes: 0,
            aside: String::new(),
            is_full: false,
            pending: None,
        }
    }

    /// Reads the records of a sheet; gives where they end.
    fn read(mut self, bytes: &[u8], at: usize, globals: &mut Globals, sink: &mut Sink<'_>) -> usize {
        let mut depth = 0;
        let mut walk = records(bytes, at);
        let mut ended = false;
        for record in walk.by_ref() {
            let body = &record.body[..];
            match record.kind {
                // Charts lie inside sheets.
                0x0809 | 0x0409 | 0x0209 | 0x0009 => depth += 1,
                _ if depth == 0 => {
                    globals.damage = Some("a sheet does not begin where it is said to");
                    break;
                }
                0x000A => {
                    depth -= 1;
                    ended = depth == 0;
                    if ended {
                        break;
                    }
                }
                0x00FD => {
                    let index = body.get(6..).and_then(|b| b.first_chunk()).map_or(u32::MAX, |b| u32::from_le_bytes(*b)) as usize;
                    match globals.strings.get(index).cloned() {
                        Some(text) => {
                            globals.used[index] = true;
                            self.cell(body, text, sink);
                        }
                        None => globals.damage = Some("a cell names a string that is not there"),
                    }
                }
                0x0204 | 0x00D6 => {
                    let text = globals.text(Text::long(body.get(6..).unwrap_or_default(), globals.wide));
                    self.cell(body, text, sink);
                }
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
                0x0006 | 0x0206 | 0x0406 => {
                    match body.get(6..14) {
                        Some([0, .., 0xFF, 0xFF]) => {
                            self.place(u16_at(body, 0), sink);
                            self.pending = Some(usize::from(u16_at(body, 2)));
                        }
                        Some([1, _, b, .., 0xFF, 0xFF]) => self.cell(body, if *b == 0 { "FALSE" } else { "TRUE" }.to_owned(), sink),
                        Some([_, _, _, _, _, _, 0xFF, 0xFF]) | None => {}
                        Some(number) => self.number(body, Some(number), sink),
                    }
                    self.keep(&formula::texts(body.get(20..).unwrap_or_default(), globals.literal()));
                }
                0x0207 => {
                    if let Some(column) = self.pending.take() {
                        let text = globals.text(Text::long(body, globals.wide));
                        self.put(column, text);
                    }
                }
                0x0205 if body.get(7) == Some(&0) => {
                    self.cell(body, if body.get(6) == Some(&0) { "FALSE" } else { "TRUE" }.to_owned(), sink);
                }
                // Header, footer.
                0x0014 | 0x0015 => self.keep(&printed(&printable(body))),
                // Links, notes, text of boxes.
                0x01B8 | 0x001C => self.keep(&printable(body)),
                0x01B6 => {
                    let text: Vec<String> = record
                        .parts()
                        .skip(1)
                        .map(|part| Text::characters(part.get(1..).unwrap_or_default(), part.first().is_some_and(|f| f & 1 != 0)))
                        .collect();
                    self.keep(&text.concat());
                }
                // Pictures.
                0x00EB => {}
                // Formulas of several cells, of conditions and of lists to choose from among them; texts that stand
                // for drawings.
                _ => self.keep(&formula::texts(body, globals.literal())),
            }
        }
        if !ended {
            globals.damage = globals.damage.or(Some("a sheet's records end before it does"));
        }
        if self.is_full {
            globals.damage = Some("more text beside its cells than is held");
        }
        self.end_row(sink);
        self.grid.begin(sink);
        self.grid.aside(&self.aside, sink);
        self.grid.end(sink);
        walk.at
    }

    fn keep(&mut self, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        self.is_full |= self.aside.len() >= MAX_ASIDE;
        if !self.is_full {
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
