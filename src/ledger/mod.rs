//! The ledger: one disposition per item, kept in SQLite beside the index. It says what was read, what
//! was not, and why; the verdict depends on it as much as on what was found.

mod audit;
mod cell;
mod fact;
mod lookup;
mod manifest;
mod piece;
mod reading;
mod run;
mod seal;

pub use audit::Stated;
pub use fact::{Fact, FactPlace, client_term, each_fact, identifier_term};
pub use lookup::{ContentRow, MemberRow};
pub use manifest::{ListedRow, ManifestRow, Registered};
pub use piece::{Parts, PieceRow};
pub use reading::{Extent, Kept, Reading, Span};
pub use run::RunRow;
pub use seal::Seal;

use crate::format::Facts;
use crate::model::{Cause, ContentId, Status};
use anyhow::{Context, Result, bail};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use serde::de::DeserializeOwned;
use std::cell::Cell;
use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Version of the tables and blobs; a case of another version is refused.
const LEDGER_VERSION: u32 = 14;

/// The open ledger of a case.
pub struct Ledger {
    db: Connection,
    path: PathBuf,
    /// The audit chain says that the tables of evidence are being changed.
    is_changing: Cell<bool>,
    is_read_only: bool,
}

/// The path of a database as an address with options (SQLite, "Uniform Resource Identifiers").
fn uri(path: &Path, options: &str) -> String {
    let escaped: String = path.as_os_str().as_bytes().iter().map(|b| format!("%{b:02X}")).collect();
    format!("file:{}?{options}", escaped.replace("%2F", "/"))
}

/// An evidence root.
#[derive(Clone, Debug)]
pub struct Root {
    /// Row.
    pub id: i64,
    /// Label, unique in the case.
    pub label: String,
    /// Where it was last seen.
    pub path: Vec<u8>,
    /// Was every folder below it listed?
    pub walked: bool,
}

/// A name below a root.
#[derive(Clone, Debug)]
pub struct FileRow {
    /// Row.
    pub id: i64,
    /// Row of its root.
    pub root: i64,
    /// Path below the root, as bytes.
    pub path: Vec<u8>,
    /// Bytes.
    pub size: u64,
    /// Modification time in nanoseconds of the Unix epoch.
    pub mtime: i64,
    /// Row of what was read, once it was.
    pub content: Option<i64>,
    /// Disposition of the file itself.
    pub status: Status,
    /// Why it was not read.
    pub cause: Option<Cause>,
    /// The cause in words.
    pub detail: String,
}

/// By what a file is taken for the one that was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// Modification time in nanoseconds of the Unix epoch, which anybody may set.
    pub mtime: i64,
    /// Time of the last change of the file or of what the file system says of it, likewise; nobody sets it.
    pub ctime: i64,
    /// Number of the file in its file system.
    pub inode: u64,
}

/// What a content was read with beyond this program: read with something else, more of it may be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// Name of the list of passwords and keys.
    pub offer: Option<String>,
    /// What text in pictures was recognised by.
    pub ocr: Option<String>,
    /// The limits, where they were not as usual.
    pub limits: Option<String>,
}

impl Ledger {
    /// Opens the ledger of a case, making it where there is none.
    pub fn open(path: &Path) -> Result<Self> {
        let new = !path.exists();
        let db = Connection::open(path).with_context(|| format!("cannot open the ledger {}", path.display()))?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        let ledger = Self { db, path: path.to_owned(), is_changing: Cell::new(false), is_read_only: false };
        let empty: i64 = ledger.db.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'", [], |r| r.get(0))?;
        if new || empty == 0 {
            // A run that is killed here leaves a whole ledger or none.
            let making = ledger.db.unchecked_transaction()?;
            making.execute_batch(include_str!("schema.sql"))?;
            ledger.set_meta("ledger_version", &LEDGER_VERSION.to_string())?;
            ledger.set_meta("generation", "0")?;
            making.execute("INSERT INTO meta VALUES ('salt', lower(hex(randomblob(16))))", [])?;
            making.commit()?;
        }
        ledger.checked()
    }

    /// Did a run that did not end leave changes beside a ledger that it has not taken in?
    pub fn has_changes_beside(path: &Path) -> bool {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Path::new(&log).metadata().is_ok_and(|log| log.len() > 0)
    }

    /// Opens the ledger of a case that cannot be written.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        let has_changes = Self::has_changes_beside(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        // SQLite reads a write-ahead log only through a file of shared memory beside it, which it may not make here.
        let options = if has_changes { "mode=ro" } else { "mode=ro&immutable=1" };
        let db =
            Connection::open_with_flags(uri(path, options), flags).with_context(|| format!("cannot open the ledger {}", path.display()))?;
        let ledger = Self { db, path: path.to_owned(), is_changing: Cell::new(false), is_read_only: true };
        ledger.checked().with_context(|| format!("cannot read the ledger {}", path.display()))
    }

    /// Can nothing be written to it?
    pub fn is_read_only(&self) -> bool {
        self.is_read_only
    }

    /// The ledger, if it is of this version.
    fn checked(self) -> Result<Self> {
        match self.meta("ledger_version")?.as_deref().and_then(|v| v.parse::<u32>().ok()) {
            Some(LEDGER_VERSION) => Ok(self),
            other => bail!(
                "{} was written by another version of ruleout (ledger version {}, this program reads {LEDGER_VERSION}); index the evidence into a new case",
                self.path.display(),
                other.map_or("unknown".to_owned(), |v| v.to_string())
            ),
        }
    }

    /// A value of the case.
    pub fn meta(&self, key: &str) -> Result<Option<String>> {
        Ok(self.db.query_row("SELECT value FROM meta WHERE key = ?1", [key], |r| r.get(0)).optional()?)
    }

    /// Sets a value of the case.
    pub fn set_meta(&self, key: &str, value: &str) -> Result<()> {
        self.db.execute("INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2", [key, value])?;
        Ok(())
    }

    /// Random bytes of this case, in hexadecimal.
    pub fn salt(&self) -> Result<String> {
        self.meta("salt")?.context("the ledger has no salt")
    }

    /// The generation that was committed last.
    pub fn generation(&self) -> Result<u64> {
        Ok(self.meta("generation")?.context("the ledger has no generation")?.parse()?)
    }

    /// Begins, or ends with `commit`, a transaction of many rows.
    pub fn begin(&self) -> Result<()> {
        Ok(self.db.execute_batch("BEGIN IMMEDIATE")?)
    }

    /// Ends the transaction.
    pub fn commit(&self) -> Result<()> {
        Ok(self.db.execute_batch("COMMIT")?)
    }

    // --- roots and files --------------------------------------------------------------------------

    /// Registers a root whose walk begins now.
    pub fn begin_walk(&self, label: &str, path: &[u8]) -> Result<i64> {
        self.change(
            "INSERT INTO root (label, path) VALUES (?1, ?2) ON CONFLICT (label) DO UPDATE SET path = ?2 WHERE path <> ?2",
            params![label, path],
        )?;
        self.db.execute("UPDATE root SET walk = 'incomplete' WHERE label = ?1", [label])?;
        Ok(self.db.query_row("SELECT id FROM root WHERE label = ?1", [label], |r| r.get(0))?)
    }

    /// Every folder of the root was listed.
    pub fn end_walk(&self, root: i64) -> Result<()> {
        self.db.execute("UPDATE root SET walk = 'complete' WHERE id = ?1", [root])?;
        Ok(())
    }

    /// All roots, by label.
    pub fn roots(&self) -> Result<Vec<Root>> {
        let mut query = self.db.prepare("SELECT id, label, path, walk FROM root ORDER BY label")?;
        let rows = query.query_map([], |r| {
            Ok(Root { id: r.get(0)?, label: r.get(1)?, path: r.get(2)?, walked: r.get::<_, String>(3)? == "complete" })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Registers a name as not read yet, unless the same name with the same stamp was read.
    pub fn register(&self, root: i64, path: &[u8], stamp: &Stamp) -> Result<()> {
        self.change(
            "INSERT INTO file (root, path, size, mtime, ctime, inode, status, cause) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'unread', 'pending')
             ON CONFLICT (root, path) DO UPDATE SET size = ?3, mtime = ?4, ctime = ?5, inode = ?6,
             content = NULL, status = 'unread', cause = 'pending', detail = ''
             WHERE size <> ?3 OR mtime <> ?4 OR ctime <> ?5 OR inode <> ?6 OR content IS NULL",
            params![root, path, stamp.size as i64, stamp.mtime, stamp.ctime, stamp.inode as i64],
        )
    }

    /// Registers a name that ends without being read.
    pub fn register_unread(&self, root: i64, path: &[u8], status: Status, cause: Option<Cause>, detail: &str) -> Result<()> {
        self.change(
            "INSERT INTO file (root, path, size, mtime, ctime, inode, status, cause, detail) VALUES (?1, ?2, 0, 0, 0, 0, ?3, ?4, ?5)
             ON CONFLICT (root, path) DO UPDATE SET content = NULL, status = ?3, cause = ?4, detail = ?5
             WHERE content IS NOT NULL OR status <> ?3 OR cause IS NOT ?4 OR detail <> ?5",
            params![root, path, status.as_str(), cause.map(Cause::as_str), detail],
        )
    }

    /// How one registered file ended.
    pub fn end_file(&self, id: i64, content: Option<i64>, status: Status, cause: Option<Cause>, detail: &str) -> Result<()> {
        self.change(
            "UPDATE file SET content = ?2, status = ?3, cause = ?4, detail = ?5 WHERE id = ?1",
            params![id, content, status.as_str(), cause.map(Cause::as_str), detail],
        )
    }

    /// All files, by root and path.
    pub fn files(&self) -> Result<Vec<FileRow>> {
        self.query_files("SELECT id, root, path, size, mtime, content, status, cause, detail FROM file ORDER BY root, path", [])
    }

    /// Files that wait to be read, by root and path.
    pub fn pending(&self) -> Result<Vec<FileRow>> {
        self.query_files(
            "SELECT id, root, path, size, mtime, content, status, cause, detail FROM file WHERE content IS NULL AND cause = 'pending' ORDER BY root, path",
            [],
        )
    }

    fn query_files(&self, sql: &str, of: impl rusqlite::Params) -> Result<Vec<FileRow>> {
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map(of, |r| {
            Ok(FileRow {
                id: r.get(0)?,
                root: r.get(1)?,
                path: r.get(2)?,
                size: r.get::<_, i64>(3)? as u64,
                mtime: r.get(4)?,
                content: r.get(5)?,
                status: cell::word(r, 6, Status::parse)?,
                cause: cell::word_if_any(r, 7, Cause::parse)?,
                detail: r.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    // --- contents ---------------------------------------------------------------------------------

    /// Every content: row, identity, and whether members of it were cut off for depth.
    pub fn contents(&self) -> Result<Vec<(i64, ContentId, bool)>> {
        let mut query = self.db.prepare("SELECT id, sha256, cut FROM content ORDER BY id")?;
        let rows = query.query_map([], |r| Ok((r.get(0)?, cell::identity(r, 1)?, r.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The contents that have facts, by row, and how many bytes these take in the ledger.
    pub fn facts_held(&self) -> Result<Vec<(i64, u64)>> {
        let mut query = self.db.prepare("SELECT id, length(facts) FROM content WHERE facts IS NOT NULL ORDER BY id")?;
        let rows = query.query_map([], |r| Ok((r.get(0)?, r.get::<_, i64>(1)? as u64)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The facts of the contents from one row to another, both included, by row; contents without any are left out.
    pub fn facts(&self, from: i64, to: i64) -> Result<Vec<(i64, Facts)>> {
        self.decoded("SELECT id, facts FROM content WHERE facts IS NOT NULL AND id BETWEEN ?1 AND ?2 ORDER BY id", [from, to])
    }

    /// Every content with its reading, by row.
    pub fn readings(&self) -> Result<Vec<(i64, Reading)>> {
        self.decoded("SELECT id, reading FROM content ORDER BY id", [])
    }

    /// Those of which something was not read, or only scanned.
    pub fn open_readings(&self) -> Result<Vec<(i64, Reading)>> {
        self.decoded(
            "SELECT id, reading FROM content WHERE cause IS NOT NULL OR status = 'scanned'
             OR EXISTS (SELECT 1 FROM member WHERE container = content.id AND defect IS NOT NULL) ORDER BY id",
            [],
        )
    }

    /// Rows of a content and one of its records, decoded.
    fn decoded<R: DeserializeOwned + Send>(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<Vec<(i64, R)>> {
        let mut query = self.db.prepare(sql)?;
        let rows = query.query_map(parameters, |r| Ok((r.get::<_, i64>(0)?, r.get::<_, Vec<u8>>(1)?)))?;
        let raw: Vec<(i64, Vec<u8>)> = rows.collect::<Result<_, _>>()?;
        use rayon::prelude::*;
        raw.into_par_iter()
            .map(|(id, blob)| Ok((id, reading::decode(&blob).with_context(|| format!("the ledger's content {id} is damaged"))?)))
            .collect()
    }

    /// Keeps a content under its row; an earlier reading of the same bytes is replaced.
    pub fn keep(&self, id: i64, kept: &Kept, generation: u64, tried: &Tried) -> Result<()> {
        self.begin_change()?;
        let reading = &kept.reading;
        let before: Option<i64> = self
            .db
            .prepare_cached("SELECT id FROM content WHERE sha256 = ?1")?
            .query_row([&reading.content.0[..]], |r| r.get(0))
            .optional()?;
        before.map_or(Ok(()), |before| self.forget_parts(before))?;
        let (status, cause) = reading.status();
        self.db
            .prepare_cached(
                "INSERT OR REPLACE INTO content (id, sha256, size, format, version, generation, cut, offer, ocr, limits, media_type, status, cause, reading, facts, sha1, md5, crc32)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
            )?
            .execute(params![
                id,
                &reading.content.0[..],
                reading.size as i64,
                reading.format,
                reading.version,
                generation as i64,
                reading.cut_by_depth,
                tried.offer,
                tried.ocr,
                tried.limits,
                reading.media_type,
                status.as_str(),
                cause.map(Cause::as_str),
                reading::encode(&kept.reading)?,
                kept.facts,
                &kept.digests.sha1[..],
                &kept.digests.md5[..],
                kept.digests.crc32
            ])?;
        self.keep_parts(id, kept)?;
        self.keep_pieces_of(id, &kept.parts)
    }

    /// What each content was last read with.
    pub fn tried(&self) -> Result<HashMap<i64, Tried>> {
        let mut query = self.db.prepare("SELECT id, offer, ocr, limits FROM content")?;
        let rows = query.query_map([], |r| Ok((r.get(0)?, Tried { offer: r.get(1)?, ocr: r.get(2)?, limits: r.get(3)? })))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The highest row of a content.
    pub fn last_content(&self) -> Result<i64> {
        Ok(self.db.query_row("SELECT coalesce(max(id), 0) FROM content", [], |r| r.get(0))?)
    }

    /// Files whose content is one of these are read again.
    pub fn reopen(&self, contents: &[i64]) -> Result<u64> {
        self.begin_change()?;
        let mut reopened = 0;
        for id in contents {
            reopened += self
                .db
                .prepare_cached("UPDATE file SET content = NULL, status = 'unread', cause = 'pending' WHERE content = ?1")?
                .execute([id])? as u64;
            self.db.prepare_cached("DELETE FROM content WHERE id = ?1")?.execute([id])?;
            self.forget_parts(*id)?;
        }
        Ok(reopened)
    }
}
