//! Concordance load files (`.dat`): fields are quoted with `þ` (U+00FE) and divided by the character 20, which is shown
//! as `¶`; a line end inside a field is `®` (U+00AE). UTF-8 with a byte order mark.

use super::Record;
use crate::report::plain;
use anyhow::Result;
use std::io::Write;

const FIELDS: &[&str] =
    &["DOCID", "PARENTID", "FAMILYID", "FILEPATH", "FILENAME", "FILESIZE", "SHA256", "MIMETYPE", "STATUS", "CAUSE", "OWNER"];

pub(super) fn write(records: &[Record<'_>], sink: &mut dyn Write) -> Result<()> {
    sink.write_all("\u{FEFF}".as_bytes())?;
    line(sink, FIELDS)?;
    for record in records {
        line(
            sink,
            &[
                &record.id,
                record.parent.as_deref().unwrap_or_default(),
                &record.family,
                &record.shown,
                record.name(),
                &record.bytes.to_string(),
                &record.sha256.map_or(String::new(), |s| s.to_string()),
                record.media_type,
                record.status,
                record.cause,
                &record.owners,
            ],
        )?;
    }
    Ok(())
}

fn line(sink: &mut dyn Write, fields: &[&str]) -> Result<()> {
    for (place, field) in fields.iter().enumerate() {
        if place > 0 {
            sink.write_all(b"\x14")?;
        }
        // A quote inside a field has no escape in the format: percent, as in paths.
        write!(sink, "þ{}þ", plain(field).replace('þ', "%C3%BE"))?;
    }
    Ok(sink.write_all(b"\r\n")?)
}
