use super::wrapped::{Contents, Unwrapping, is_wrapped};
use crate::ledger::{Ledger, ListedRow, ManifestRow};
use crate::manifest::{self, Columns, Kind, Report, Row};
use crate::model::ContentId;
use crate::stop::Interrupted;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Registers a manifest and its rows, and says in words what it is; the same bytes are registered once. Large ones
/// on file systems of other machines are copied into the spool. A table with the columns that the operator named is
/// read by them, even when it was read before. What is in no syntax itself may hold listings.
pub(super) fn add(
    ledger: &Ledger,
    kind: Option<&str>,
    path: &Path,
    columns: &Columns,
    unwrapping: &Unwrapping<'_>,
) -> Result<Option<String>> {
    let (file, metadata) = super::bytes::open(path).with_context(|| format!("cannot open the manifest {}", path.display()))?;
    let held = super::bytes::of_file(file, metadata.len(), unwrapping.spool)
        .with_context(|| format!("cannot read the manifest {}", path.display()))?;
    let sha256 = ContentId(Sha256::digest(&*held).into());
    let lines = manifest::with_line_ends(&held);
    let bytes = lines.as_deref().unwrap_or(&held);
    let named = Some(columns).filter(|c| !c.is_empty()).and_then(|c| manifest::table(bytes, c));
    let bare = named.unwrap_or_else(|| manifest::detect(bytes));
    let contents = (named.is_none() && is_wrapped(bare, bytes)).then(|| unwrapping.open(&held));
    if unwrapping.stop.raised() {
        return Err(Interrupted.into());
    }
    let syntax = contents.as_ref().and_then(Contents::syntax).unwrap_or(bare);
    let kind = match kind {
        Some(word) => Kind::parse(word).with_context(|| format!("`{word}` is no kind of manifest: use taken, platform or seller"))?,
        // What somebody wrote is his claim, whatever it lists.
        None if contents.as_ref().is_some_and(|contents| contents.is_written) => Kind::Seller,
        None => syntax.default_kind,
    };
    // Names in a claim count wherever they stand; in what is no listing they are all there is.
    let text = match (kind, &contents) {
        (Kind::Seller, Some(contents)) => Some(contents.claim()),
        (Kind::Taken, Some(contents)) => Some(contents.text.clone()),
        (Kind::Seller, None) => manifest::text(bytes),
        (Kind::Taken, None) | (Kind::Platform, _) => None,
    };
    ledger.begin()?;
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
    let report = match (named, &contents) {
        (Some(_), _) => manifest::read_table(bytes, columns, &mut take),
        (None, Some(contents)) => of_contents(contents, kind, &mut take),
        (None, None) => syntax.read_as(kind, bytes, &mut take),
    };
    if let Some(error) = failed {
        return Err(error);
    }
    row.rows = report.rows;
    row.not_understood = report.not_understood_count;
    row.unknown = report.not_understood.first().map(|(line, text)| match line {
        0 => text.escape_debug().to_string(),
        line => format!("line {line}: {}", text.escape_debug()),
    });
    row.truncated = report.truncated_at.is_some();
    row.columns = report.columns;
    ledger.end_manifest(&row)?;
    ledger.commit()?;
    ledger.record(&format!("manifest {}", row.in_words()))?;
    Ok(Some(row.in_words()))
}

/// What became of a manifest that is no listing as it stands. What was not read, and remarks beside what was taken, may
/// name anybody's files.
fn of_contents(contents: &Contents, kind: Kind, take: &mut dyn FnMut(Row)) -> Report {
    let mut report = contents.rows(kind, take);
    let (remarks, first) = &contents.remarks;
    if kind != Kind::Seller && *remarks > 0 && contents.syntax().is_some() {
        report.not_understood_count += remarks;
        report.not_understood.extend(first.iter().map(|line| (0, line.clone())));
    }
    report.not_understood_count += contents.unread.len() as u64;
    report.not_understood.extend(contents.unread.first().map(|words| (0, words.clone())));
    report
}
