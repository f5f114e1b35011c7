//! Hash lists of the files below the roots, with the label of the root as the first folder.

use super::Record;
use anyhow::Result;
use std::io::Write;

/// The path of a file as bytes.
fn path(record: &Record<'_>) -> Vec<u8> {
    let mut path = record.path.label.clone().into_bytes();
    path.push(b'/');
    path.extend(record.path.steps.first().into_iter().flatten());
    path
}

/// As `sha256sum` of GNU coreutils writes it: a line with a backslash or line end in its name begins with a backslash.
pub(super) fn sha256sum(records: &[Record<'_>], sink: &mut dyn Write) -> Result<()> {
    for (record, sha256) in records.iter().filter(|r| r.is_file()).filter_map(|r| Some((r, r.sha256?))) {
        let path = path(record);
        let mut name = Vec::with_capacity(path.len());
        for byte in &path {
            match byte {
                b'\\' => name.extend(b"\\\\"),
                b'\n' => name.extend(b"\\n"),
                b'\r' => name.extend(b"\\r"),
                byte => name.push(*byte),
            }
        }
        if name.len() > path.len() {
            sink.write_all(b"\\")?;
        }
        write!(sink, "{sha256}  ")?;
        sink.write_all(&name)?;
        sink.write_all(b"\n")?;
    }
    Ok(())
}

/// HASHDEEP-1.0 with size and SHA-256. The format quotes nothing: a name with a line end stands as all outputs write it.
pub(super) fn hashdeep(records: &[Record<'_>], sink: &mut dyn Write) -> Result<()> {
    sink.write_all(b"%%%% HASHDEEP-1.0\n%%%% size,sha256,filename\n")?;
    for (record, sha256) in records.iter().filter(|r| r.is_file()).filter_map(|r| Some((r, r.sha256?))) {
        let path = path(record);
        write!(sink, "{},{sha256},", record.bytes)?;
        let is_plain = !path.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
        sink.write_all(if is_plain { &path } else { record.shown.as_bytes() })?;
        sink.write_all(b"\n")?;
    }
    Ok(())
}
