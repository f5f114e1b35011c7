//! EDRM XML 1.2 (Electronic Discovery Reference Model, XML interchange): a document per item with its native file, tags,
//! and which item lies in which container.

use super::Record;
use super::xml::escaped;
use anyhow::Result;
use std::io::Write;

pub(super) fn write(records: &[Record<'_>], sink: &mut dyn Write) -> Result<()> {
    writeln!(sink, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(sink, "<Root MajorVersion=\"1\" MinorVersion=\"2\" Description=\"ruleout\" Locale=\"US\" DataInterchangeType=\"Update\">")?;
    writeln!(sink, "<Fields>")?;
    for (name, kind) in [("Status", "Text"), ("Cause", "Text"), ("Owner", "Text"), ("SHA256", "Text")] {
        writeln!(sink, "<Field Name=\"{name}\" Key=\"{name}\" DataType=\"{kind}\"/>")?;
    }
    writeln!(sink, "</Fields>\n<Batch name=\"items\">\n<Documents>")?;
    for record in records {
        writeln!(sink, "<Document DocID=\"{}\" DocType=\"File\" MimeType=\"{}\">", record.id, escaped(record.media_type))?;
        writeln!(
            sink,
            "<Files><File FileType=\"Native\"><ExternalFile FilePath=\"{}\" FileName=\"{}\" FileSize=\"{}\"",
            folder(record),
            escaped(record.name()),
            record.bytes
        )?;
        match record.sha256 {
            Some(sha256) => writeln!(sink, " Hash=\"{sha256}\" HashType=\"SHA-256\"/></File></Files>")?,
            None => writeln!(sink, "/></File></Files>")?,
        }
        writeln!(sink, "<Tags>")?;
        let sha256 = record.sha256.map_or(String::new(), |s| s.to_string());
        for (name, value) in [("Status", record.status), ("Cause", record.cause), ("Owner", &record.owners), ("SHA256", &sha256)] {
            if !value.is_empty() {
                writeln!(sink, "<Tag TagName=\"{name}\" TagValue=\"{}\" TagDataType=\"Text\"/>", escaped(value))?;
            }
        }
        writeln!(sink, "</Tags>\n</Document>")?;
    }
    writeln!(sink, "</Documents>\n<Relationships>")?;
    for record in records {
        if let Some(parent) = &record.parent {
            writeln!(sink, "<Relationship Type=\"Container\" ParentDocID=\"{parent}\" ChildDocID=\"{}\"/>", record.id)?;
        }
    }
    writeln!(sink, "</Relationships>\n</Batch>\n</Root>")?;
    Ok(())
}

/// What stands before the last name of a path.
fn folder(record: &Record<'_>) -> String {
    escaped(record.shown.rsplit_once('/').map_or("", |(folder, _)| folder))
}
