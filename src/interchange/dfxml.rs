//! Digital Forensics XML (DFXML schema 1.1.0, dfxml-working-group): a file object per item, its elements in the order of the
//! schema.

use super::Record;
use super::xml::escaped;
use anyhow::Result;
use std::io::Write;

pub(super) fn write(records: &[Record<'_>], sink: &mut dyn Write) -> Result<()> {
    writeln!(sink, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(sink, "<dfxml xmlns=\"http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML\"")?;
    writeln!(sink, " xmlns:dc=\"http://purl.org/dc/elements/1.1/\" version=\"1.1.0\">")?;
    writeln!(sink, "<metadata><dc:type>File listing</dc:type></metadata>")?;
    writeln!(sink, "<creator version=\"1.0\"><program>ruleout</program><version>{}</version></creator>", env!("CARGO_PKG_VERSION"))?;
    writeln!(sink, "<source/>")?;
    for (number, record) in records.iter().enumerate() {
        writeln!(sink, "<fileobject>\n<filename>{}</filename>\n<id>{}</id>", escaped(&record.shown), number + 1)?;
        writeln!(sink, "<name_type>r</name_type>\n<filesize>{}</filesize>\n<alloc>1</alloc>", record.bytes)?;
        if let Some(sha256) = record.sha256 {
            writeln!(sink, "<hashdigest type=\"sha256\">{sha256}</hashdigest>")?;
        }
        writeln!(sink, "</fileobject>")?;
    }
    writeln!(sink, "</dfxml>")?;
    Ok(())
}
