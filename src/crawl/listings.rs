use super::wrapped::{Contents, Unwrapping, is_wrapped};
use crate::ledger::{Ledger, ListedRow, ManifestRow, Registered};
use crate::manifest::{self, Columns, Kind, Report, Row};
use crate::model::ContentId;
use crate::stop::Interrupted;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::path::Path;

/// So much of what somebody wrote is kept as text; what is beyond counts as not understood.
const MOST_TEXT: usize = 64 << 20;

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
    let lines = manifest::as_printed(&held);
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
        (Kind::Seller, None) => manifest::text(beginning(bytes)),
        (Kind::Taken, None) | (Kind::Platform, _) => None,
    };
    let mut text = text.unwrap_or_default();
    let is_cut = text.len() > MOST_TEXT || !text.is_empty() && contents.is_none() && bytes.len() > MOST_TEXT;
    text.truncate(text.floor_char_boundary(MOST_TEXT));
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
        text,
    };
    row.id = match ledger.add_manifest(&row)? {
        Registered::Now(id) => id,
        Registered::Before(before) => {
            ledger.commit()?;
            if before == kind {
                return Ok(None);
            }
            // Verdicts rest on it.
            let words = format!("{}: given before as {}, and from now on as {}", row.name, before.as_str(), kind.as_str());
            ledger.record(&format!("manifest {words}"))?;
            return Ok(Some(words));
        }
    };
    let id = row.id;
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
    let mut report = match (named, &contents) {
        (Some(_), _) => manifest::read_table(bytes, columns, &mut take),
        (None, Some(contents)) => of_contents(contents, kind, &mut take),
        (None, None) => syntax.read_as(kind, bytes, &mut take),
    };
    if let Some(error) = failed {
        return Err(error);
    }
    if is_cut {
        report.not_understood_count += 1;
        report.not_understood.push((0, format!("text beyond the first {} MiB", MOST_TEXT >> 20)));
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

/// As much of a text as is kept, up to the end of a line.
fn beginning(bytes: &[u8]) -> &[u8] {
    let Some(head) = bytes.get(..MOST_TEXT) else { return bytes };
    let is_wide = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    let end = memchr::memrchr(b'\n', head).filter(|_| !is_wide).map_or(head.len(), |end| end + 1);
    &head[..end]
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
