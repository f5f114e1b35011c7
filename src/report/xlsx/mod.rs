//! `impact.xlsx`: the listings as sheets, with typed cells. Text is written as text, so that nothing becomes a
//! formula or a link, and no identifier loses a leading zero.

mod package;
mod sheet;
mod summary;
#[cfg(test)]
mod tests;

pub(super) use sheet::Sheet;

use super::{Interruptible, List, Outcome};
use anyhow::Result;
use package::Frame;
use std::io::{self, Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Rows of a sheet of Excel 2007 and later below its header (ISO/IEC 29500 sets none; Excel does).
pub(super) const SHEET_ROWS: u64 = 1_048_576 - 1;
/// Rows are so alike that the fastest compression leaves a tenth of them.
const LEVEL: i64 = 1;
/// Where a file of an archive needs other fields for its size (APPNOTE.TXT 6.3.10, section 4.3.9.2).
const LARGE: u64 = u32::MAX as u64;

/// Writes the workbook: a summary, and the sheets of the lists in their order.
pub(super) fn write(outcome: &Outcome<'_>, sheets: Vec<(&List, Sheet)>, sink: &mut dyn Write) -> Result<()> {
    let names: Vec<&str> = std::iter::once(summary::NAME).chain(sheets.iter().map(|(list, _)| list.sheet)).collect();
    let filters = sheets.iter().map(|(list, sheet)| (list.sheet, Some((sheet.columns().len(), sheet.shown() + 1))));
    let filters: Vec<_> = std::iter::once((summary::NAME, None)).chain(filters).collect();
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).compression_level(Some(LEVEL));
    let parts = [
        ("[Content_Types].xml", package::content_types(names.len())),
        ("_rels/.rels", package::TOP.to_owned()),
        ("xl/_rels/workbook.xml.rels", package::relationships(names.len())),
        ("xl/theme/theme1.xml", package::THEME.to_owned()),
        ("xl/styles.xml", package::STYLES.to_owned()),
        ("xl/workbook.xml", package::workbook(&filters)),
        ("xl/worksheets/sheet1.xml", summary::sheet(outcome, &sheets)),
    ];
    for (name, part) in parts {
        archive.start_file(name, options)?;
        archive.write_all(part.as_bytes())?;
    }
    for (number, (_, sheet)) in (2..).zip(sheets) {
        let widths: Vec<u32> = sheet.columns().iter().map(|name| width(name)).collect();
        let frame = Frame { widths: &widths, rows: sheet.shown() + 1, is_first: false, is_list: true };
        let (before, after) = frame.around();
        let (mut rows, len) = sheet.into_rows()?;
        let is_large = len + (before.len() + after.len()) as u64 > LARGE;
        archive.start_file(format!("xl/worksheets/sheet{number}.xml"), options.large_file(is_large))?;
        archive.write_all(before.as_bytes())?;
        io::copy(&mut rows, &mut Interruptible { sink: &mut archive, stop: outcome.stop })?;
        archive.write_all(after.as_bytes())?;
    }
    for (name, part) in [("docProps/core.xml", package::CORE.to_owned()), ("docProps/app.xml", package::app(&names))] {
        archive.start_file(name, options)?;
        archive.write_all(part.as_bytes())?;
    }
    Ok(sink.write_all(&archive.finish()?.into_inner())?)
}

/// Width of a column in characters.
fn width(column: &str) -> u32 {
    match column {
        "item" | "first_evidence" | "context" | "statement" => 60,
        "legal_name" | "condition" | "citation" | "source" | "rule" | "to" | "detail" | "hints" | "data_elements" => 40,
        "sha256" | "attributed_to" | "known" | "flags" | "media_type" | "value" | "basis" => 24,
        "verdict" | "scheme" | "products" | "business_units" | "cause" => 18,
        _ => 14,
    }
}
