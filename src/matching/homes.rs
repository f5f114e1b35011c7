//! How a home looks: in which folders homes lie, what their names are, and which are homes that nobody claims.

use std::collections::BTreeSet;

/// Folders whose children are homes as soon as one of them is a registered account's.
const HOME_FOLDERS: &[&str] = &["home", "homes", "users", "accounts", "mailboxes"];
/// What ends the name of a container, which is the folder of its members.
const CONTAINERS: &[&str] = &[
    "zip", "7z", "tar", "tgz", "tbz", "tbz2", "txz", "tzst", "gz", "bz2", "xz", "zst", "lz4", "z", "rar", "cab", "lha", "lzh", "cpio",
    "iso",
];

/// The name of a folder, or of a container without what says of which kind it is: `104233.tar.gz`.
pub(super) fn folder_name(mut name: &[u8]) -> &[u8] {
    while let Some(at) = memchr::memrchr(b'.', name).filter(|at| *at > 0)
        && let (stem, [_, ending @ ..]) = name.split_at(at)
        && CONTAINERS.iter().any(|kind| ending.eq_ignore_ascii_case(kind.as_bytes()))
    {
        name = stem;
    }
    name
}

/// Do homes lie in folders of this name?
pub(super) fn is_home_folder(name: &[u8]) -> bool {
    HOME_FOLDERS.iter().any(|home| name.eq_ignore_ascii_case(home.as_bytes()))
}

/// Folders that lie beside homes and hold anybody's files, by a word of their names.
#[rustfmt::skip]
const OF_ANYBODY: &[&str] = &[
    "admin", "all", "archive", "archives", "audit", "backup", "backups", "bak", "bin", "boot", "cache", "common", "conf", "config", "core",
    "data", "database", "databases", "db", "dev", "dump", "dumps", "etc", "export", "exports", "import", "imports", "inbound", "incoming",
    "internal", "lib", "log", "logs", "lost", "mail", "media", "mnt", "mysql", "opt", "oracle", "outbound", "outgoing", "postgres", "proc",
    "public", "queue", "recycle", "restore", "root", "run", "scripts", "service", "share", "shared", "snapshot", "snapshots", "software",
    "spool", "sql", "srv", "staging", "stage", "storage", "sys", "system", "temp", "test", "tmp", "transfer", "trash", "upload", "uploads",
    "usr", "var", "vendor", "work", "www",
];

/// What the registered homes in one folder have in common.
#[derive(Default)]
pub(super) struct Traits {
    /// Names of the folders in them.
    folders: BTreeSet<Vec<u8>>,
    /// Words of their names.
    words: BTreeSet<Vec<u8>>,
    /// How their names are built.
    shapes: BTreeSet<Vec<u8>>,
}

impl Traits {
    /// Takes a registered home and the folders in it.
    pub fn take<'n>(&mut self, name: &[u8], folders: impl Iterator<Item = &'n Vec<u8>>) {
        self.folders.extend(folders.cloned());
        let words = words(name);
        // A name that is one word is another one's by chance.
        if words.len() > 1 || !name.iter().all(u8::is_ascii_alphabetic) {
            self.words.extend(words);
        }
        self.shapes.insert(shape(name));
    }

    /// Does a folder beside them look like another home? Where none is registered, nothing says how they look.
    pub fn are_of<'n>(&self, name: &[u8], mut folders: impl Iterator<Item = &'n Vec<u8>>) -> bool {
        let words = words(name);
        let is_of_anybody = words.iter().any(|word| OF_ANYBODY.iter().any(|other| other.as_bytes() == word.as_slice()));
        !is_of_anybody
            && (folders.any(|inner| self.folders.contains(inner))
                || words.iter().any(|word| self.words.contains(word))
                || self.shapes.is_empty()
                || self.shapes.contains(&shape(name)))
    }
}

/// A name's runs of letters, in small ones.
fn words(name: &[u8]) -> Vec<Vec<u8>> {
    let runs = name.split(|b| b.is_ascii() && !b.is_ascii_alphabetic());
    runs.filter(|word| !word.is_empty()).map(<[u8]>::to_ascii_lowercase).collect()
}

/// A name with one letter for each run of letters and one digit for each run of digits.
fn shape(name: &[u8]) -> Vec<u8> {
    let class = |b: &u8| match b {
        b'0'..=b'9' => b'9',
        mark if mark.is_ascii_punctuation() || *mark == b' ' => *mark,
        _ => b'a',
    };
    let mut shape: Vec<u8> = name.iter().map(class).collect();
    shape.dedup();
    shape
}
