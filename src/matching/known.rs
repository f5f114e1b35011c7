//! Known software: lists of hashes that reviewers set aside by. A tag, and never more: what is known is read, matched
//! and counted like everything else.

use crate::manifest;
use crate::model::ContentId;
use anyhow::{Context, Result, bail};
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Bytes at the beginning of an SQLite database.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// A list of known files.
pub struct KnownList {
    /// File name, which is the tag where the list gives no better one.
    name: String,
    source: Source,
}

enum Source {
    /// hashdeep, or a list of SHA-256.
    Hashes(HashMap<ContentId, String>),
    /// NSRL RDS version 3: the table or view with the hashes.
    Rds(PathBuf, &'static str),
}

impl KnownList {
    /// Opens a list, whatever its kind.
    pub fn open(path: &Path) -> Result<Self> {
        let context = || format!("cannot read the list of known files {}", path.display());
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let mut head = [0; 16];
        let mut file = std::fs::File::open(path).with_context(context)?;
        let length = std::io::Read::read(&mut file, &mut head).with_context(context)?;
        if head[..length] == *SQLITE {
            let table = rds_table(&open_rds(path)?).with_context(context)?;
            return Ok(Self { name, source: Source::Rds(path.to_owned(), table) });
        }
        let bytes = std::fs::read(path).with_context(context)?;
        let mut hashes = HashMap::new();
        manifest::read(&bytes, None, &mut |row| {
            if let Some(sha256) = row.sha256 {
                let path = String::from_utf8_lossy(&row.path);
                let file = path.rsplit('/').next().unwrap_or_default().to_owned();
                // Of several names the first in their order: the tag must not hang on the order of the list.
                hashes.entry(sha256).and_modify(|known: &mut String| *known = std::mem::take(known).min(file.clone())).or_insert(file);
            }
        });
        if hashes.is_empty() {
            bail!("the list of known files {} holds no SHA-256", path.display());
        }
        Ok(Self { name, source: Source::Hashes(hashes) })
    }

    /// Tags those of the contents that the list knows.
    fn tag(&self, contents: &HashSet<ContentId>, tags: &mut BTreeMap<ContentId, String>) -> Result<()> {
        let mut add = |content: ContentId, what: &str| {
            let tag = if what.is_empty() { self.name.clone() } else { format!("{}: {what}", self.name) };
            tags.entry(content).and_modify(|known| *known = std::mem::take(known).min(tag.clone())).or_insert(tag);
        };
        match &self.source {
            Source::Hashes(hashes) => contents.iter().filter_map(|c| Some((c, hashes.get(c)?))).for_each(|(c, name)| add(*c, name)),
            Source::Rds(path, table) => {
                // The hashes carry no index in every edition: one pass over the table, whatever its size.
                let database = open_rds(path)?;
                let mut rows = database.prepare(&format!("SELECT sha256, file_name FROM {table}"))?;
                let mut rows = rows.query([])?;
                while let Some(row) = rows.next().with_context(|| format!("cannot read {}", path.display()))? {
                    let Some(content) = row.get_ref(0)?.as_str().ok().and_then(ContentId::parse) else { continue };
                    if contents.contains(&content) {
                        add(content, row.get_ref(1)?.as_str().unwrap_or_default());
                    }
                }
            }
        }
        Ok(())
    }
}

/// What lists of known files say of these contents.
pub fn known(lists: &[KnownList], contents: impl Iterator<Item = ContentId>) -> Result<BTreeMap<ContentId, String>> {
    let mut tags = BTreeMap::new();
    if !lists.is_empty() {
        let contents: HashSet<ContentId> = contents.collect();
        lists.iter().try_for_each(|list| list.tag(&contents, &mut tags))?;
    }
    Ok(tags)
}

fn open_rds(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).with_context(|| format!("cannot open {}", path.display()))
}

/// The table or view of hashes: `FILE` of the minimal editions, `METADATA` of the full ones (NSRL, "RDS version 3.0
/// database schema").
fn rds_table(database: &Connection) -> Result<&'static str> {
    for table in ["FILE", "METADATA"] {
        let columns = "SELECT count(*) FROM pragma_table_info(?1) WHERE lower(name) IN ('sha256', 'file_name')";
        let found: i64 = database.query_row(columns, [table], |row| row.get(0))?;
        if found == 2 {
            return Ok(table);
        }
    }
    bail!("it has no table FILE or METADATA with sha256 and file_name")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> ContentId {
        ContentId([byte; 32])
    }

    fn tags(path: &Path) -> Vec<(ContentId, String)> {
        let list = KnownList::open(path).unwrap();
        known(&[list], [id(1), id(2), id(3)].into_iter()).unwrap().into_iter().collect()
    }

    #[test]
    fn lists_and_databases_tag_what_they_hold() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a.sha256"), format!("{}  lib/zlib.dll\n{}  lib/app.exe\n{}  b.dll\n", id(1), id(9), id(1))).unwrap();
        assert_eq!(tags(&at("a.sha256")), [(id(1), "a.sha256: b.dll".to_owned())]);
        std::fs::write(at("a.hashdeep"), format!("%%%% HASHDEEP-1.0\n%%%% size,sha256,filename\n4,{},/x/y.so\n", id(2))).unwrap();
        assert_eq!(tags(&at("a.hashdeep")), [(id(2), "a.hashdeep: y.so".to_owned())]);
        let database = Connection::open(at("rds.db")).unwrap();
        database.execute_batch("CREATE TABLE FILE (sha256 TEXT, sha1 TEXT, file_name TEXT, package_id INTEGER)").unwrap();
        for (content, name) in [(id(3), "kernel32.dll"), (id(8), "other.dll")] {
            database.execute("INSERT INTO FILE VALUES (?1, '', ?2, 1)", (content.to_string().to_uppercase(), name)).unwrap();
        }
        database.close().unwrap();
        assert_eq!(tags(&at("rds.db")), [(id(3), "rds.db: kernel32.dll".to_owned())]);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        for bytes in [b"".as_slice(), b"hello\n", b"SQLite format 3\0 and nothing"] {
            std::fs::write(&path, bytes).unwrap();
            assert!(KnownList::open(&path).is_err());
        }
        Connection::open(folder.path().join("e.db")).unwrap().execute_batch("CREATE TABLE FILE (sha1 TEXT)").unwrap();
        assert!(KnownList::open(&folder.path().join("e.db")).is_err());
    }
}
