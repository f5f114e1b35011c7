use crate::ledger::{Ledger, ListedRow, ManifestRow};
use crate::manifest::{self, Kind};
use crate::model::ContentId;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Registers a manifest and its rows; the same bytes are registered once.
pub(super) fn add(ledger: &Ledger, kind: Option<&str>, path: &Path) -> Result<()> {
    let (file, metadata) = super::bytes::open(path).with_context(|| format!("cannot open the manifest {}", path.display()))?;
    let bytes = super::bytes::of_file(file, metadata.len(), Path::new("/nonexistent"))
        .with_context(|| format!("cannot read the manifest {}", path.display()))?;
    let syntax = manifest::detect(&bytes);
    let kind = match kind {
        Some(word) => Kind::parse(word).with_context(|| format!("`{word}` is no kind of manifest: use taken, platform or seller"))?,
        None => syntax.default_kind,
    };
    let text = if kind == Kind::Seller { bytes.to_vec() } else { Vec::new() };
    ledger.begin()?;
    let row = ManifestRow {
        id: 0,
        sha256: ContentId(Sha256::digest(&*bytes).into()),
        name: path.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned()),
        kind,
        syntax: syntax.name.to_owned(),
        not_understood: 0,
        truncated: false,
        text,
    };
    let Some(id) = ledger.add_manifest(&row)? else { return ledger.commit() };
    let mut failed = None;
    let report = manifest::read(&bytes, Some(syntax.name), &mut |row| {
        let listed = ListedRow {
            line: row.line,
            path: row.path,
            size: row.size,
            sha256: row.sha256,
            account: row.account,
            folder: row.directory,
            link: row.link,
            folded: row.folded,
            event: row.event.map(Box::new),
        };
        if let Err(error) = ledger.add_listed(id, &listed) {
            failed.get_or_insert(error);
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    ledger.end_manifest(id, report.rows, report.not_understood_count, report.truncated_at.is_some())?;
    ledger.commit()?;
    ledger.record(&format!(
        "manifest {} ({}, {}): {} rows, {} lines not understood",
        row.name,
        row.kind.as_str(),
        row.syntax,
        report.rows,
        report.not_understood_count
    ))
}
