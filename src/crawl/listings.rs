use crate::ledger::{Ledger, ListedRow, ManifestRow};
use crate::manifest::{self, Columns, Kind, Row};
use crate::model::ContentId;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Registers a manifest and its rows, and says in words what it is; the same bytes are registered once. Large ones
/// on file systems of other machines are copied into the spool. A table with the columns that the operator named is
/// read by them, even when it was read before.
pub(super) fn add(ledger: &Ledger, kind: Option<&str>, path: &Path, columns: &Columns, spool: &Path) -> Result<Option<String>> {
    let (file, metadata) = super::bytes::open(path).with_context(|| format!("cannot open the manifest {}", path.display()))?;
    let bytes =
        super::bytes::of_file(file, metadata.len(), spool).with_context(|| format!("cannot read the manifest {}", path.display()))?;
    let named = Some(columns).filter(|c| !c.is_empty()).and_then(|c| manifest::table(&bytes, c));
    let syntax = named.unwrap_or_else(|| manifest::detect(&bytes));
    let kind = match kind {
        Some(word) => Kind::parse(word).with_context(|| format!("`{word}` is no kind of manifest: use taken, platform or seller"))?,
        None => syntax.default_kind,
    };
    // Names in a claim count wherever they stand; in what is no listing they are all there is.
    let text = match kind {
        Kind::Seller => manifest::text(&bytes),
        Kind::Taken if syntax.is_free_text() => manifest::text(&bytes),
        Kind::Taken | Kind::Platform => None,
    };
    ledger.begin()?;
    let sha256 = ContentId(Sha256::digest(&*bytes).into());
    if named.is_some() {
        ledger.forget_manifest(sha256)?;
    }
    let mut row = ManifestRow {
        id: 0,
        sha256,
        name: path.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned()),
        kind,
        syntax: syntax.name.to_owned(),
        rows: 0,
        not_understood: 0,
        unknown: None,
        columns: String::new(),
        truncated: false,
        text: text.unwrap_or_default(),
    };
    let Some(id) = ledger.add_manifest(&row)? else {
        ledger.commit()?;
        return Ok(None);
    };
    row.id = id;
    let mut failed = None;
    let mut take = |row: Row| {
        if failed.is_some() {
            return;
        }
        let listed = ListedRow {
            line: row.line,
            path: row.path,
            size: row.size,
            sha256: row.sha256,
            checksums: row.checksums,
            account: row.account,
            folder: row.directory,
            link: row.link,
            folded: row.folded,
            event: row.event.map(Box::new),
        };
        failed = ledger.add_listed(id, &listed).err();
    };
    let report = match named {
        Some(_) => manifest::read_table(&bytes, columns, &mut take),
        None => (syntax.read)(&bytes, &mut take),
    };
    if let Some(error) = failed {
        return Err(error);
    }
    row.rows = report.rows;
    row.not_understood = report.not_understood_count;
    row.unknown = report.not_understood.first().map(|(line, text)| format!("line {line}: {}", text.escape_debug()));
    row.truncated = report.truncated_at.is_some();
    row.columns = report.columns;
    ledger.end_manifest(&row)?;
    ledger.commit()?;
    ledger.record(&format!("manifest {}", row.in_words()))?;
    Ok(Some(row.in_words()))
}
