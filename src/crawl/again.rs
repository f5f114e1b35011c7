//! Which contents a further run reads again.

use super::bytes;
use super::run::{forget, roots_of};
use crate::case::Case;
use crate::format::{Limits, picture, version_of};
use crate::ledger::{ContentRow, FileRow, Ledger, MemberRow, Tried};
use crate::model::{Cause, Status};
use anyhow::{Context, Result};
use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// Contents with gaps that this version may read better, that the operator names, or that passwords may
/// open which they were not tried with, or that met lower limits, are read again, together with every container around
/// them. So are pictures in which text was not looked for.
///
/// What cannot be opened any more keeps what was read of it; gives how many contents these are.
pub(super) fn reopen(case: &Case, retry: &[String], now: &Tried, limits: &Limits) -> Result<u64> {
    let ledger = &case.ledger;
    let asked = |word: &str| retry.iter().any(|asked| asked == word);
    let mut stale: BTreeSet<i64> = BTreeSet::new();
    if !retry.is_empty() {
        let of_content =
            |row: &ContentRow| asked(row.status.as_str()) || row.cause.is_some_and(|cause| asked(cause.as_str())) || asked(&row.format);
        stale.extend(ledger.content_rows()?.iter().filter(|row| of_content(row)).map(|row| row.id));
        let of_member = |row: &MemberRow| row.defect.is_some_and(|cause| asked(cause.as_str()));
        stale.extend(ledger.members()?.iter().filter(|row| of_member(row)).map(|row| row.container));
    }
    let before = ledger.tried()?;
    let has_new =
        |row: i64, what: fn(&Tried) -> &Option<String>| what(now).is_some() && before.get(&row).is_none_or(|b| what(b) != what(now));
    if now.ocr.is_some() {
        let of_picture = |row: &&ContentRow| picture::FORMATS.contains(&row.format.as_str()) && has_new(row.id, |t| &t.ocr);
        stale.extend(ledger.content_rows()?.iter().filter(of_picture).map(|row| row.id));
    }
    for (row, reading) in ledger.open_readings()? {
        let gappy = !reading.gaps.is_empty() || reading.status().0 == Status::Scanned;
        // What lies in something encrypted is read again with it, and so is what it lies in.
        let causes = || reading.gaps.iter().map(|g| g.cause).chain(reading.members.iter().filter_map(|m| m.defect));
        let is_offered = has_new(row, |t| &t.offer) && causes().any(Cause::is_locked);
        let is_seen = has_new(row, |t| &t.ocr) && causes().any(|cause| cause == Cause::NeedsOcr);
        // What met a limit lies behind it.
        let met = limits_of(before.get(&row)).with_context(|| format!("the ledger's content {row} is damaged"))?;
        let is_within = causes().any(|cause| limits.raise(&met, cause));
        if is_offered || is_seen || is_within || (gappy && version_of(&reading.format).is_some_and(|v| v > reading.version)) {
            stale.insert(row);
        }
    }
    if stale.is_empty() {
        return Ok(0);
    }
    let mut around: Vec<i64> = stale.iter().copied().collect();
    while let Some(row) = around.pop() {
        let Some(content) = ledger.content(row)? else { continue };
        around.extend(ledger.members_with(content.sha256)?.iter().map(|member| member.container).filter(|&row| stale.insert(row)));
    }
    let mut held = Held { ledger, roots: roots_of(ledger)?, known: HashMap::new() };
    let mut rows = Vec::with_capacity(stale.len());
    let mut kept = 0;
    for row in stale {
        match held.can_be_read(row)? {
            true => rows.push(row),
            false => kept += 1,
        }
    }
    if kept > 0 {
        ledger.record(&format!("{kept} contents cannot be read again, since their files cannot be opened; what was read of them stays"))?;
    }
    if rows.is_empty() {
        return Ok(kept);
    }
    case.ledger.begin()?;
    case.ledger.reopen(&rows)?;
    case.ledger.commit()?;
    forget(case, &mut case.index.writer(1, 64 << 20)?, &rows)?;
    case.ledger.record(&format!("reopened {} contents to be read again", rows.len()))?;
    Ok(kept)
}

/// The limits with which a content was read.
fn limits_of(tried: Option<&Tried>) -> Result<Limits> {
    let mut limits = Limits::default();
    let written = tried.and_then(|tried| tried.limits.as_deref()).unwrap_or_default();
    written.split(',').filter(|bound| !bound.is_empty()).try_for_each(|bound| limits.take(bound)).map_err(anyhow::Error::msg)?;
    Ok(limits)
}

/// Which contents could be read again now.
struct Held<'l> {
    ledger: &'l Ledger,
    roots: HashMap<i64, PathBuf>,
    known: HashMap<i64, bool>,
}

impl Held<'_> {
    /// Can a file of the content be opened, or one that contains it?
    fn can_be_read(&mut self, row: i64) -> Result<bool> {
        if let Some(known) = self.known.get(&row) {
            return Ok(*known);
        }
        // An archive may contain itself.
        self.known.insert(row, false);
        let can_be_opened = |file: &FileRow| {
            let root = self.roots.get(&file.root);
            root.is_some_and(|root| bytes::open(&root.join(OsStr::from_bytes(&file.path))).is_ok())
        };
        let mut found = self.ledger.files_of(row)?.iter().any(can_be_opened);
        if !found && let Some(content) = self.ledger.content(row)? {
            for member in self.ledger.members_with(content.sha256)? {
                found = found || self.can_be_read(member.container)?;
            }
        }
        self.known.insert(row, found);
        Ok(found)
    }
}
