use crate::report::Outcome;
use crate::report::cells::plain;
use crate::report::listing::{Cell, Listing, Weight};
use anyhow::Result;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, IgnoreError, Worksheet};
use std::borrow::Cow;

/// Characters of a cell, counted in UTF-16.
const CELL_TEXT: usize = 32_767;
/// Whole numbers up to here are exact in a cell, which holds a double.
const EXACT: u64 = 1 << 53;

/// How many rows of each weight a sheet has room for.
pub(super) struct Shown {
    /// Rows in all.
    pub all: u64,
    /// Rows shown, by weight.
    room: [u64; 3],
}

impl Shown {
    /// Counts the rows, and gives the room to those that weigh most.
    pub fn of(outcome: &Outcome<'_>, listing: &Listing, rows: u64) -> Result<Self> {
        let mut counts = [0; 3];
        (listing.rows)(outcome, &mut |weight, _| {
            counts[weight as usize] += 1;
            Ok(())
        })?;
        let mut left = rows;
        let room = counts.map(|count: u64| {
            let some = count.min(left);
            left -= some;
            some
        });
        Ok(Self { all: counts.iter().sum(), room })
    }

    /// Rows left out.
    pub fn left_out(&self) -> u64 {
        self.all - self.shown()
    }

    /// Rows shown.
    pub fn shown(&self) -> u64 {
        self.room.iter().sum()
    }
}

/// Writes a listing as a sheet.
pub(super) fn write(outcome: &Outcome<'_>, listing: &Listing, shown: &Shown, sheet: &mut Worksheet) -> Result<()> {
    let columns = listing.columns.len() as u16;
    for (column, name) in (0u16..).zip(listing.columns) {
        sheet.set_column_width(column, width(name))?;
    }
    sheet.set_freeze_panes(1, 1)?;
    let last = shown.shown() as u32;
    sheet.autofilter(0, 0, last, columns - 1)?;
    // Identifiers made of digits are text on purpose.
    sheet.ignore_error_range(0, 0, last, columns - 1, IgnoreError::NumberStoredAsText)?;
    let header = header();
    for (column, name) in (0u16..).zip(listing.columns) {
        sheet.write_string_with_format(0, column, *name, &header)?;
    }
    let whole = Format::new().set_num_format("#,##0");
    let mut row = 0;
    let mut room = shown.room;
    (listing.rows)(outcome, &mut |weight: Weight, cells| {
        let left = &mut room[weight as usize];
        if *left == 0 {
            return Ok(());
        }
        *left -= 1;
        row += 1;
        (0u16..).zip(cells).try_for_each(|(column, cell)| put(sheet, row, column, cell, &whole))
    })
}

/// The header of a table.
pub(super) fn header() -> Format {
    Format::new().set_bold().set_background_color(Color::RGB(0x00E8_ECF1)).set_border_bottom(FormatBorder::Thin).set_align(FormatAlign::Top)
}

/// Writes a cell as what it is.
pub(super) fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell<'_>, whole: &Format) -> Result<()> {
    match cell {
        Cell::Text(text) if text.is_empty() => {}
        Cell::Text(text) => _ = sheet.write_string(row, column, fitting(text))?,
        Cell::Number(number) if *number > EXACT => _ = sheet.write_string(row, column, number.to_string())?,
        Cell::Number(number) => _ = sheet.write_number_with_format(row, column, *number as f64, whole)?,
        Cell::Truth(truth) => _ = sheet.write_boolean(row, column, *truth)?,
    }
    Ok(())
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

/// Width of a column in characters.
fn width(column: &str) -> f64 {
    match column {
        "item" | "first_evidence" | "context" | "statement" => 60.0,
        "legal_name" | "condition" | "citation" | "source" | "rule" | "to" | "detail" | "hints" | "data_elements" => 40.0,
        "sha256" | "attributed_to" | "known" | "flags" | "media_type" | "value" | "basis" => 24.0,
        "verdict" | "scheme" | "products" | "business_units" | "cause" => 18.0,
        _ => 14.0,
    }
}
