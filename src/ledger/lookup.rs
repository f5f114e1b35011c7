//! Questions about a few contents, answered from tables and not from every reading.

use super::{FileRow, Kept, Ledger, cell};
use crate::model::{Cause, ContentId, Digests, Status};
use anyhow::Result;
use rusqlite::{OptionalExtension, Row, params};
use std::collections::HashMap;

const CONTENT: &str = "SELECT id, sha256, size, format, media_type, status, cause FROM content";
const MEMBER: &str = "SELECT container, name, sha256, size, defect FROM member";

/// A content without its reading.
#[derive(Clone, Debug)]
pub struct ContentRow {
    /// Row.
    pub id: i64,
    /// Identity of the bytes.
    pub sha256: ContentId,
    /// How many.
    pub size: u64,
    /// Name of the format.
    pub format: String,
    /// Media type of the format.
    pub media_type: String,
    /// How reading it ended, see [`Reading::status`](super::Reading::status).
    pub status: Status,
    /// Why it was not read, or not wholly.
    pub cause: Option<Cause>,
}

/// A member of a container.
#[derive(Clone, Debug)]
pub struct MemberRow {
    /// Row of the container's content.
    pub container: i64,
    /// Its name, as bytes.
    pub name: Vec<u8>,
    /// What was decoded of it.
    pub sha256: Option<ContentId>,
    /// Decoded size.
    pub size: u64,
    /// Why it is not whole, where it is not.
    pub defect: Option<Cause>,
}

impl Ledger {
    /// A content.
    pub fn content(&self, id: i64) -> Result<Option<ContentRow>> {
        Ok(self.db.prepare_cached(&format!("{CONTENT} WHERE id = ?1"))?.query_row([id], content_row).optional()?)
    }

    /// All contents, by row.
    pub fn content_rows(&self) -> Result<Vec<ContentRow>> {
        let mut query = self.db.prepare(&format!("{CONTENT} ORDER BY id"))?;
        Ok(query.query_map([], content_row)?.collect::<Result<_, _>>()?)
    }

    /// The contents whose format and media type are wanted.
    pub fn contents_of_type(&self, is_wanted: &dyn Fn(&str, &str) -> bool) -> Result<Vec<i64>> {
        let mut kinds = self.db.prepare("SELECT DISTINCT format, media_type FROM content")?;
        let kinds: Vec<(String, String)> = kinds.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
        let mut out = Vec::new();
        let mut rows = self.db.prepare("SELECT id FROM content WHERE format = ?1 AND media_type = ?2")?;
        for (format, media_type) in kinds.iter().filter(|(format, media_type)| is_wanted(format, media_type)) {
            out.extend(rows.query_map([format, media_type], |r| r.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?);
        }
        Ok(out)
    }

    /// The contents whose SHA-256 lies between two, both included.
    pub fn contents_between(&self, from: ContentId, to: ContentId) -> Result<Vec<i64>> {
        let mut query = self.db.prepare("SELECT id FROM content WHERE sha256 BETWEEN ?1 AND ?2")?;
        Ok(query.query_map(params![&from.0[..], &to.0[..]], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// The contents whose facts hold a term.
    pub fn contents_with_fact(&self, term: &str) -> Result<Vec<i64>> {
        let mut query = self.db.prepare_cached("SELECT content FROM fact WHERE term = ?1")?;
        Ok(query.query_map([term], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// The checksums of all contents where a manifest names any but SHA-256; nothing otherwise.
    pub fn checksums(&self) -> Result<HashMap<ContentId, Digests>> {
        let sql = "SELECT EXISTS (SELECT 1 FROM listed WHERE md5 IS NOT NULL OR sha1 IS NOT NULL OR crc32 IS NOT NULL)";
        if !self.db.query_row(sql, [], |r| r.get(0))? {
            return Ok(HashMap::new());
        }
        self.digests()
    }

    /// The checksums of all contents.
    pub fn digests(&self) -> Result<HashMap<ContentId, Digests>> {
        let mut query = self.db.prepare("SELECT sha256, sha1, md5, crc32 FROM content")?;
        let rows = query.query_map([], |r| {
            let sha256 = ContentId(r.get(0)?);
            Ok((sha256, Digests { sha256, sha1: r.get(1)?, md5: r.get(2)?, crc32: r.get(3)? }))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The files that are a content, by root and path.
    pub fn files_of(&self, content: i64) -> Result<Vec<FileRow>> {
        self.query_files(
            "SELECT id, root, path, size, mtime, content, status, cause, detail FROM file WHERE content = ?1 ORDER BY root, path",
            [content],
        )
    }

    /// The members that are these bytes, in any container.
    pub fn members_with(&self, sha256: ContentId) -> Result<Vec<MemberRow>> {
        let mut query = self.db.prepare_cached(&format!("{MEMBER} WHERE sha256 = ?1 ORDER BY container, ordinal"))?;
        Ok(query.query_map([&sha256.0[..]], member_row)?.collect::<Result<_, _>>()?)
    }

    /// Items that are not read, or not wholly: files that wait to be read, files and contents with a cause, members that
    /// could not be decoded, or not to their end, and roots whose walk did not end. The first number is of all, the second
    /// of those that wait.
    pub fn unread(&self) -> Result<(u64, u64)> {
        // A member whose content has a cause is counted with that.
        let sql = "SELECT (SELECT count(*) FROM file WHERE cause IS NOT NULL OR (content IS NULL AND status <> 'read'))
             + (SELECT count(*) FROM content WHERE cause IS NOT NULL)
             + (SELECT count(*) FROM member WHERE defect IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM content WHERE content.sha256 = member.sha256 AND content.cause IS NOT NULL))
             + (SELECT count(*) FROM root WHERE walk <> 'complete'),
             (SELECT count(*) FROM file WHERE content IS NULL AND cause = 'pending') + (SELECT count(*) FROM root WHERE walk <> 'complete')";
        let count = |r: &Row<'_>, at| r.get::<_, i64>(at).map(|n| u64::try_from(n).unwrap_or_default());
        Ok(self.db.query_row(sql, [], |r| Ok((count(r, 0)?, count(r, 1)?)))?)
    }

    /// All members, by container.
    pub fn members(&self) -> Result<Vec<MemberRow>> {
        let mut query = self.db.prepare(&format!("{MEMBER} ORDER BY container, ordinal"))?;
        Ok(query.query_map([], member_row)?.collect::<Result<_, _>>()?)
    }

    pub(super) fn keep_parts(&self, id: i64, kept: &Kept) -> Result<()> {
        let mut insert = self
            .db
            .prepare_cached("INSERT INTO member (container, ordinal, name, sha256, size, defect) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        for (ordinal, member) in kept.reading.members.iter().enumerate() {
            insert.execute(params![
                id,
                ordinal as i64,
                member.name,
                member.content.map(|c| c.0.to_vec()),
                member.size as i64,
                member.defect.map(Cause::as_str)
            ])?;
        }
        let mut insert = self.db.prepare_cached("INSERT INTO fact (term, content) VALUES (?1, ?2)")?;
        for term in &kept.terms {
            insert.execute(params![term, id])?;
        }
        Ok(())
    }

    pub(super) fn forget_parts(&self, id: i64) -> Result<()> {
        self.db.prepare_cached("DELETE FROM member WHERE container = ?1")?.execute([id])?;
        self.db.prepare_cached("DELETE FROM fact WHERE content = ?1")?.execute([id])?;
        self.db.prepare_cached("DELETE FROM part WHERE content = ?1")?.execute([id])?;
        Ok(())
    }
}

fn content_row(r: &Row<'_>) -> rusqlite::Result<ContentRow> {
    Ok(ContentRow {
        id: r.get(0)?,
        sha256: cell::identity(r, 1)?,
        size: r.get::<_, i64>(2)? as u64,
        format: r.get(3)?,
        media_type: r.get(4)?,
        status: cell::word(r, 5, Status::parse)?,
        cause: cell::word_if_any(r, 6, Cause::parse)?,
    })
}

fn member_row(r: &Row<'_>) -> rusqlite::Result<MemberRow> {
    Ok(MemberRow {
        container: r.get(0)?,
        name: r.get(1)?,
        sha256: cell::identity_if_any(r, 2)?,
        size: r.get::<_, i64>(3)? as u64,
        defect: cell::word_if_any(r, 4, Cause::parse)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Ledger, Stamp};

    #[test]
    fn what_waits_is_told_from_what_cannot_be_read() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&dir.path().join("ledger")).unwrap();
        assert_eq!(ledger.unread().unwrap(), (0, 0));
        let root = ledger.begin_walk("ev", b"/ev").unwrap();
        assert_eq!(ledger.unread().unwrap(), (1, 1));
        ledger.register(root, b"a.txt", &Stamp { size: 1, mtime: 0, ctime: 0, inode: 1 }).unwrap();
        ledger.register_unread(root, b"b.txt", crate::model::Status::Unread, Some(crate::model::Cause::Permission), "").unwrap();
        ledger.end_walk(root).unwrap();
        assert_eq!(ledger.unread().unwrap(), (2, 1));
    }
}
