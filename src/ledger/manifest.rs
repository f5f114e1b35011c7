//! Manifests in the ledger: what was handed over, and what its rows list.

use super::{Ledger, cell};
use crate::manifest::{Checksums, Kind, Syntax, Transfer, syntax};
use crate::model::ContentId;
use anyhow::Result;
use rusqlite::{OptionalExtension, params};

/// A row of a manifest.
#[derive(Clone, Debug)]
pub struct ListedRow {
    /// Line in the manifest.
    pub line: u64,
    /// Path as listed.
    pub path: Vec<u8>,
    /// Size as listed.
    pub size: Option<u64>,
    /// SHA-256 as listed.
    pub sha256: Option<ContentId>,
    /// Other checksums as listed.
    pub checksums: Checksums,
    /// Account as listed.
    pub account: Option<String>,
    /// A folder, not a file.
    pub folder: bool,
    /// Where a symbolic link points.
    pub link: Option<Vec<u8>>,
    /// Blanks and control characters of the path were replaced by `_`.
    pub folded: bool,
    /// The transfer, where it is the line of a log.
    pub event: Option<Box<Transfer>>,
}

/// A manifest as the ledger keeps it.
#[derive(Clone, Debug)]
pub struct ManifestRow {
    /// Row.
    pub id: i64,
    /// SHA-256 of its bytes.
    pub sha256: ContentId,
    /// File name it was given as.
    pub name: String,
    /// What it says about the files that it names.
    pub kind: Kind,
    /// Name of its syntax.
    pub syntax: String,
    /// Rows that it gave.
    pub rows: u64,
    /// Lines that were not understood.
    pub not_understood: u64,
    /// The first of them, in words.
    pub unknown: Option<String>,
    /// What the columns of a table were taken for.
    pub columns: String,
    /// It ends in the middle: what follows is unknown.
    pub truncated: bool,
    /// Its text, where names in it count; empty otherwise.
    pub text: String,
}

/// What became of a manifest that was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// It is new, with this row.
    Now(i64),
    /// The same bytes were registered before, of this kind.
    Before(Kind),
}

impl ManifestRow {
    /// It was handed over as a listing or log, and is in no syntax of one.
    pub fn is_unknown(&self) -> bool {
        self.kind != Kind::Seller
            && (syntax(&self.syntax).is_none_or(Syntax::is_free_text) || self.not_understood > 0 && self.not_understood >= self.rows)
    }

    /// What it is and what was understood of it.
    pub fn in_words(&self) -> String {
        let mut words = format!("{} ({}, {}): {} rows", self.name, self.kind.as_str(), self.syntax, self.rows);
        if !self.columns.is_empty() {
            words.push_str(&format!(" with {}", self.columns));
        }
        if self.is_unknown() {
            words.push_str("; it is no listing or log in a syntax that is known");
        }
        if let Some(unknown) = &self.unknown {
            words.push_str(&format!("; {} lines not understood, the first is {unknown}", self.not_understood));
        }
        if self.truncated {
            words.push_str("; it ends in the middle");
        }
        words
    }
}

impl Ledger {
    /// Registers a manifest, if its bytes were not registered before; else they are of this kind from now on.
    pub fn add_manifest(&self, manifest: &ManifestRow) -> Result<Registered> {
        let mut query = self.db.prepare_cached("SELECT id, kind FROM manifest WHERE sha256 = ?1")?;
        let known: Option<(i64, Kind)> =
            query.query_row([&manifest.sha256.0[..]], |r| Ok((r.get(0)?, cell::word(r, 1, Kind::parse)?))).optional()?;
        if let Some((id, before)) = known {
            self.change(
                "UPDATE manifest SET kind = ?2, text = ?3 WHERE id = ?1 AND (kind <> ?2 OR text <> ?3)",
                params![id, manifest.kind.as_str(), manifest.text],
            )?;
            return Ok(Registered::Before(before));
        }
        self.begin_change()?;
        self.db.execute(
            "INSERT INTO manifest (sha256, name, kind, syntax, lines, not_understood, text) VALUES (?1, ?2, ?3, ?4, 0, 0, ?5)",
            params![&manifest.sha256.0[..], manifest.name, manifest.kind.as_str(), manifest.syntax, manifest.text],
        )?;
        Ok(Registered::Now(self.db.last_insert_rowid()))
    }

    /// Forgets a manifest and its rows.
    pub fn forget_manifest(&self, sha256: ContentId) -> Result<()> {
        let id = &sha256.0[..];
        self.change("DELETE FROM listed WHERE manifest IN (SELECT id FROM manifest WHERE sha256 = ?1)", [id])?;
        self.change("DELETE FROM manifest WHERE sha256 = ?1", [id])
    }

    /// Adds a row of a manifest.
    pub fn add_listed(&self, manifest: i64, row: &ListedRow) -> Result<()> {
        let event = row.event.as_ref();
        self.change(
            "INSERT INTO listed VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
            params![
                manifest,
                row.line as i64,
                row.path,
                row.size.map(|s| s as i64),
                row.sha256.as_ref().map(|s| &s.0[..]),
                row.checksums.sha1.as_ref().map(|s| &s[..]),
                row.checksums.md5.as_ref().map(|s| &s[..]),
                row.checksums.is_tag,
                row.checksums.crc32,
                row.account,
                row.folder,
                row.link,
                row.folded,
                event.map(|e| e.outgoing),
                event.and_then(|e| e.bytes).map(|b| b as i64),
                event.map(|e| e.complete),
                event.and_then(|e| e.time.as_deref()),
                event.and_then(|e| e.peer.as_deref()),
                event.and_then(|e| e.client.as_deref())
            ],
        )
    }

    /// What became of a manifest.
    pub fn end_manifest(&self, row: &ManifestRow) -> Result<()> {
        self.change(
            "UPDATE manifest SET lines = ?2, not_understood = ?3, truncated = ?4, unknown = ?5, columns = ?6 WHERE id = ?1",
            params![row.id, row.rows as i64, row.not_understood as i64, row.truncated, row.unknown, row.columns],
        )
    }

    /// All manifests, by identity, so that their order does not depend on the batches.
    pub fn manifests(&self) -> Result<Vec<ManifestRow>> {
        let mut query = self.db.prepare(
            "SELECT id, sha256, name, kind, syntax, lines, not_understood, unknown, columns, truncated, text FROM manifest ORDER BY sha256",
        )?;
        let rows = query.query_map([], |r| {
            Ok(ManifestRow {
                id: r.get(0)?,
                sha256: cell::identity(r, 1)?,
                name: r.get(2)?,
                kind: cell::word(r, 3, Kind::parse)?,
                syntax: r.get(4)?,
                rows: r.get::<_, i64>(5)? as u64,
                not_understood: r.get::<_, i64>(6)? as u64,
                unknown: r.get(7)?,
                columns: r.get(8)?,
                truncated: r.get(9)?,
                text: r.get(10)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Hands over the rows of a manifest, by line, until one is refused.
    pub fn each_listed(&self, manifest: i64, take: &mut dyn FnMut(ListedRow) -> Result<()>) -> Result<()> {
        let mut query = self.db.prepare_cached(
            "SELECT line, path, size, sha256, account, folder, link, folded, outgoing, bytes, complete, time, peer, client, sha1, md5, tag, crc32
             FROM listed WHERE manifest = ?1 ORDER BY line, path",
        )?;
        let mut rows = query.query([manifest])?;
        while let Some(r) = rows.next()? {
            let event = match r.get::<_, Option<bool>>(8)? {
                Some(outgoing) => Some(Box::new(Transfer {
                    outgoing,
                    bytes: r.get::<_, Option<i64>>(9)?.map(|b| b as u64),
                    complete: r.get(10)?,
                    time: r.get(11)?,
                    peer: r.get(12)?,
                    client: r.get(13)?,
                })),
                None => None,
            };
            take(ListedRow {
                line: r.get::<_, i64>(0)? as u64,
                path: r.get(1)?,
                size: r.get::<_, Option<i64>>(2)?.map(|s| s as u64),
                sha256: cell::identity_if_any(r, 3)?,
                checksums: Checksums { sha1: r.get(14)?, md5: r.get(15)?, is_tag: r.get(16)?, crc32: r.get(17)? },
                account: r.get(4)?,
                folder: r.get(5)?,
                link: r.get(6)?,
                folded: r.get(7)?,
                event,
            })?;
        }
        Ok(())
    }
}
