//! Binary workbooks (MS-XLSB): every sheet, hidden ones too, as a table. Of records that are no cells the strings
//! are read, whatever they mean.

use super::ooxml::{Package, has_part, relations};
use super::xlsx_styles::Styles;
use crate::format::grid::Grid;
use crate::format::numbers::le32;
use crate::format::ole::{Literal, formula_texts};
use crate::format::{Failure, Format, Probe, Runs, Sink};
use crate::model::Cause;

/// XLSB.
pub static FORMAT: Format = Format {
    name: "xlsb",
    media_type: "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
    recognise: |probe: &Probe<'_>| has_part(probe, |name| name == "xl/workbook.bin"),
    read,
    runs: Runs::Fenced,
    version: 4,
    limitations: &["formulas are not computed: their last results are read"],
};

/// Columns of a sheet; cells beyond are closed up.
const COLUMNS: usize = 16_384;
/// Shared strings that are held, in bytes.
const MOST_STRINGS: usize = 512 << 20;

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let Some(mut package) = Package::open(bytes, sink)? else { return Ok(()) };
    let rels = relations(&package.peek("xl/_rels/workbook.bin.rels"), "xl/");
    let (sheets, from_1904) = sheets(&package.peek("xl/workbook.bin"));
    let styles = styles(&package.peek("xl/styles.bin"), from_1904);
    let mut strings = Vec::new();
    if let Some(part) = package.find("xl/sharedstrings.bin")
        && let Some(content) = package.read_bytes(part, sink)
    {
        let (held, is_sound) = shared_strings(&content);
        strings = held;
        if !is_sound {
            let at = package.part(part).range.start;
            sink.gap(at..at, Cause::Corrupt, "the table of strings ends before it does, or holds more than is held");
        }
    }
    let mut used = vec![false; strings.len()];
    for part in package.select(|name| name.starts_with("xl/worksheets/sheet") && name.ends_with(".bin")) {
        if sink.stopped() {
            return Ok(());
        }
        let target = package.part(part).name.clone();
        let named = rels.iter().find(|(_, path)| *path == target).and_then(|(id, _)| sheets.iter().find(|(known, _)| known == id));
        let name = named.map_or(target, |(_, name)| name.clone());
        let range = package.part(part).range.clone();
        if let Some(content) = package.read_bytes(part, sink) {
            let mut grid = Grid::sheet(&name, range.start);
            let whole = sheet(&content, &strings, &mut used, &styles, &mut grid, sink);
            grid.end(sink);
            if !whole {
                sink.gap(range.start..range.start, Cause::Corrupt, format!("{name}: its records or values end before it does"));
            }
        }
    }
    let unused: Vec<&str> = strings.iter().zip(&used).filter(|(_, used)| !**used).map(|(text, _)| text.as_str()).collect();
    Grid::new("", 0).aside(&unused.join("\u{1E}"), sink);
    package.into_members(sink);
    Ok(())
}

/// The records of a part: type and bytes; type and length take seven bits of each byte (2.1.4).
struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Records<'_> {
    fn number(&mut self, most: usize) -> Option<usize> {
        let mut value = 0;
        for i in 0..most {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            value |= usize::from(byte & 0x7F) << (7 * i);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Some(value)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let record = self.number(2).zip(self.number(4)).and_then(|(kind, length)| {
            let body = self.bytes.get(self.at..self.at.checked_add(length)?)?;
            self.at += length;
            Some((kind, body))
        });
        if record.is_none() {
            self.at = start;
        }
        record
    }
}

fn u16_at(body: &[u8], at: usize) -> u32 {
    body.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from(u16::from_le_bytes(*b)))
}

/// A string behind its length, and where it ends (2.5.168).
fn wide(body: &[u8], at: usize) -> Option<(String, usize)> {
    let length = le32(body, at).filter(|n| *n != u32::MAX).unwrap_or(0) as usize;
    let end = at.checked_add(4)?.checked_add(length.checked_mul(2)?)?;
    Some((encoding_rs::UTF_16LE.decode_without_bom_handling(body.get(at + 4..end)?).0.into_owned(), end))
}

/// Relations and names of the sheets.
fn sheets(workbook: &[u8]) -> (Vec<(String, String)>, bool) {
    let (mut out, mut from_1904) = (Vec::new(), false);
    for (kind, body) in (Records { bytes: workbook, at: 0 }) {
        match kind {
            153 => from_1904 = body.first().is_some_and(|flags| flags & 1 != 0),
            156 => {
                if let Some((id, end)) = wide(body, 8)
                    && let Some((name, _)) = wide(body, end)
                {
                    out.push((id, name));
                }
            }
            _ => {}
        }
    }
    (out, from_1904)
}

fn styles(part: &[u8], from_1904: bool) -> Styles {
    let (mut own, mut used, mut in_cells) = (Vec::new(), Vec::new(), false);
    for (kind, body) in (Records { bytes: part, at: 0 }) {
        match kind {
            44 => own.extend(wide(body, 2).map(|(code, _)| (u16_at(body, 0), code))),
            617 => in_cells = true,
            618 => in_cells = false,
            47 if in_cells => used.push(u16_at(body, 2)),
            _ => {}
        }
    }
    Styles::of_records(&own, &used, from_1904)
}

/// The table of strings, and whether all of it was read.
fn shared_strings(part: &[u8]) -> (Vec<String>, bool) {
    let (mut out, mut held, mut is_sound) = (Vec::new(), 0, true);
    let mut records = Records { bytes: part, at: 0 };
    for (kind, body) in records.by_ref() {
        if kind == 19 {
            let text = wide(body, 1).filter(|_| held < MOST_STRINGS).map(|(text, _)| text);
            is_sound &= text.is_some();
            let text = text.unwrap_or_default();
            held += text.len() + 24;
            out.push(text);
        }
    }
    (out, is_sound && records.at >= part.len())
}

/// Reads a sheet; says whether its records reach its end, and its cells have their values.
fn sheet(part: &[u8], strings: &[String], used: &mut [bool], styles: &Styles, grid: &mut Grid, sink: &mut Sink<'_>) -> bool {
    let mut records = Records { bytes: part, at: 0 };
    let (mut row, mut aside, mut is_sound): (Vec<String>, String, bool) = (Vec::new(), String::new(), true);
    for (kind, body) in records.by_ref() {
        let column = le32(body, 0).unwrap_or(0) as usize;
        let style = le32(body, 4).map(|word| (word & 0x00FF_FFFF) as usize);
        let number = |value: f64| styles.show(&value.to_string(), style);
        // Results of formulas: the formula comes behind what its last result was.
        let result = match kind {
            8 => wide(body, 8).map(|(_, end)| end),
            9 => Some(16),
            10 | 11 => Some(9),
            _ => None,
        };
        if let Some(formula) = result.and_then(|end| body.get(end..)) {
            aside.push_str(&formula_texts(formula, Literal::Wide));
        }
        let text = match kind {
            0 => {
                grid.row(std::mem::take(&mut row), sink);
                continue;
            }
            2 => le32(body, 8).map(|value| number(crate::format::ole::short_number(value))),
            4 | 10 => body.get(8).map(|b| if *b == 0 { "FALSE" } else { "TRUE" }.to_owned()),
            5 | 9 => body.get(8..).and_then(|b| b.first_chunk()).map(|b| number(f64::from_le_bytes(*b))),
            6 | 8 => wide(body, 8).map(|(text, _)| text),
            7 => le32(body, 8).and_then(|index| {
                let text = strings.get(index as usize)?;
                used[index as usize] = true;
                Some(text.clone())
            }),
            _ => {
                if !matches!(kind, 1 | 3 | 11) {
                    aside.push_str(&formula_texts(body, Literal::Wide));
                }
                None
            }
        };
        if aside.len() > 64 << 10 {
            grid.aside(&std::mem::take(&mut aside), sink);
        }
        let Some(text) = text else {
            // Cells whose value is cut off or not there.
            is_sound &= !matches!(kind, 2 | 4..=10);
            continue;
        };
        if column < COLUMNS && row.len() < column {
            row.resize(column, String::new());
        }
        row.push(text);
    }
    grid.row(row, sink);
    grid.aside(&aside, sink);
    is_sound && records.at >= part.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_of_all_kinds_are_read() {
        let text =
            |s: &str| [&(s.len() as u32).to_le_bytes()[..], &s.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
        let record = |kind: u8, body: &[u8]| [&[kind, body.len() as u8][..], body].concat();
        let cell = |column: u32, rest: &[u8]| [&column.to_le_bytes()[..], &[0, 0, 0, 0], rest].concat();
        let part = [
            record(0, &[0; 8]),
            record(6, &cell(0, &text("First"))),
            record(7, &cell(2, &[1, 0, 0, 0])),
            record(5, &cell(3, &21_000_021f64.to_le_bytes())),
            record(0, &[1; 8]),
            record(2, &cell(0, &(77u32 << 2 | 2).to_le_bytes())),
            record(10, &cell(1, &[1])),
        ]
        .concat();
        let strings = vec!["unused".to_owned(), "State".to_owned()];
        let collector = crate::format::testing::Collector::default();
        let mut sink = Sink::new(&collector);
        let (mut grid, mut used) = (Grid::new("Clients", 0), vec![false; 2]);
        assert!(sheet(&part, &strings, &mut used, &Styles::default(), &mut grid, &mut sink));
        assert!(!sheet(&part[..part.len() - 1], &strings, &mut used, &Styles::default(), &mut grid, &mut sink));
        grid.end(&mut sink);
        sink.finish();
        let text = collector.text();
        assert!(text.contains("First\t\tState\t21000021\n77\tTRUE"), "{text:?}");
        assert_eq!(used, [false, true]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let collector = crate::format::testing::Collector::default();
            let mut sink = Sink::new(&collector);
            sheet(&bytes, &[], &mut [], &Styles::default(), &mut Grid::new("", 0), &mut sink);
            sheets(&bytes);
            styles(&bytes, false);
            shared_strings(&bytes);
        }
    }
}
