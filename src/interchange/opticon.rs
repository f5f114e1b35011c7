//! Opticon load files (`.opt`): image key, volume, path, document break, box break, folder break, pages. There are no
//! page images: each document is one line that leads to the native file.

use super::Record;
use anyhow::Result;
use std::io::Write;

pub(super) fn write(records: &[Record<'_>], sink: &mut dyn Write) -> Result<()> {
    for record in records {
        // A comma has no escape in the format.
        let path = record.shown.replace(',', "%2C");
        write!(sink, "{},{},{path},Y,,,1\r\n", record.id, record.path.label.replace(|c: char| !c.is_ascii_alphanumeric(), "_"))?;
    }
    Ok(())
}
