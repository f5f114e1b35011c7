use crate::model::is_unsafe;
use std::borrow::Cow;

/// A text on one line: line ends, control characters and what reorders or hides text become blanks.
pub fn plain(value: &str) -> Cow<'_, str> {
    let is_plain = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    match !is_plain && value.chars().any(is_unsafe) {
        true => Cow::Owned(value.chars().map(|c| if is_unsafe(c) { ' ' } else { c }).collect()),
        false => Cow::Borrowed(value),
    }
}

/// A value as a cell of a CSV that a spreadsheet may open: a value that would be taken for a formula gets an
/// apostrophe before it; line ends, control characters and what reorders or hides text become blanks.
pub fn safe_cell(value: &str) -> Cow<'_, str> {
    let is_formula = value.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']) && value.parse::<f64>().is_err();
    match is_formula {
        true => Cow::Owned(format!("'{}", plain(value))),
        false => plain(value),
    }
}

/// Several values in one cell: sorted, each once, joined by `|`.
pub(super) fn joined<'v>(values: impl IntoIterator<Item = &'v str>) -> String {
    let mut values: Vec<&str> = values.into_iter().filter(|v| !v.is_empty()).collect();
    values.sort_unstable();
    values.dedup();
    values.join("|")
}

/// Writes a table of cells that are safe to open in a spreadsheet.
pub(super) struct Table<'w> {
    writer: csv::Writer<&'w mut dyn std::io::Write>,
}

impl<'w> Table<'w> {
    pub(super) fn new(sink: &'w mut dyn std::io::Write, header: &[&str]) -> anyhow::Result<Self> {
        let mut writer = csv::Writer::from_writer(sink);
        writer.write_record(header)?;
        Ok(Self { writer })
    }

    /// Writes a row of cells that have passed [`safe_cell`].
    pub(super) fn row<'c>(&mut self, cells: impl Iterator<Item = Cow<'c, str>>) -> anyhow::Result<()> {
        for cell in cells {
            self.writer.write_field(cell.as_bytes())?;
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    pub(super) fn end(mut self) -> anyhow::Result<()> {
        Ok(self.writer.flush()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_formula() {
        for hostile in ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "\t=1", "-2+3"] {
            assert!(safe_cell(hostile).starts_with('\''), "{hostile}");
        }
        assert_eq!(safe_cell("-12.50"), "-12.50");
        assert_eq!(safe_cell("a\r\nb"), "a  b");
    }
}
