use super::RootArgument;
use crate::ledger::{Ledger, Stamp};
use crate::model::{Cause, Status};
use crate::stop::{Interrupted, Stop};
use anyhow::{Context, Result};
use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use walkdir::{DirEntry, WalkDir};

/// Rows between two commits of the walk.
const ROWS: u64 = 20_000;

/// Lists every file below a root and registers it, and every folder in which nothing lies. Until the walk has ended, the root counts as
/// incomplete: files that were never seen are the worst gap.
pub(super) fn walk(ledger: &Ledger, root: &RootArgument, stop: &Stop, seen: &mut dyn FnMut(u64)) -> Result<()> {
    let base = root.path.canonicalize().with_context(|| format!("cannot find the evidence {}", root.path.display()))?;
    ledger.begin()?;
    let id = ledger.begin_walk(&root.label, base.as_os_str().as_bytes())?;
    ledger.commit()?;
    ledger.begin()?;
    let mut rows = 0;
    // The folder that was listed last, while nothing was found in it.
    let mut bare: Option<Bare> = None;
    for entry in WalkDir::new(&base).follow_links(false).sort_by_file_name().min_depth(1) {
        if stop.raised() {
            ledger.commit()?;
            return Err(Interrupted.into());
        }
        if let Some(folder) = bare.take().filter(|folder| folder.is_before(&entry)) {
            folder.register(ledger, id, &base)?;
        }
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {
                bare = Some(Bare(entry));
                continue;
            }
            Ok(entry) => {
                let name = below(&base, entry.path());
                match entry.metadata() {
                    Ok(metadata) => register(ledger, id, &base, entry.path(), name, &metadata)?,
                    Err(error) => ledger.register_unread(id, name, Status::Unread, Some(cause_of(error.io_error())), &error.to_string())?,
                }
            }
            Err(error) => {
                let name = error.path().map_or(&b""[..], |p| below(&base, p));
                ledger.register_unread(id, name, Status::Unread, Some(cause_of(error.io_error())), &format!("cannot list: {error}"))?;
            }
        }
        rows += 1;
        if u64::is_multiple_of(rows, ROWS) {
            ledger.commit()?;
            ledger.begin()?;
        }
        if u64::is_multiple_of(rows, 256) {
            seen(rows);
        }
    }
    if let Some(folder) = bare {
        folder.register(ledger, id, &base)?;
    }
    ledger.end_walk(id)?;
    ledger.commit()
}

/// A folder in which nothing lies.
struct Bare(DirEntry);

impl Bare {
    /// Does what the walk came to next not lie in it? It is not said that nothing lies in what could not be listed.
    fn is_before(&self, next: &walkdir::Result<DirEntry>) -> bool {
        match next {
            Ok(next) => next.depth() <= self.0.depth(),
            Err(error) => error.path().is_some_and(|path| !path.starts_with(self.0.path())),
        }
    }

    /// Its name may say whose it is. The slash behind it says that it is a folder.
    fn register(self, ledger: &Ledger, root: i64, base: &Path) -> Result<()> {
        let name = [below(base, self.0.path()), b"/"].concat();
        ledger.register_unread(root, &name, Status::Read, None, "a folder in which nothing lies")
    }
}

fn register(ledger: &Ledger, root: i64, base: &Path, path: &Path, name: &[u8], metadata: &Metadata) -> Result<()> {
    let kind = metadata.file_type();
    if kind.is_file() {
        return ledger.register(root, name, &stamp(metadata));
    }
    if kind.is_symlink() {
        // A link to a file of the same root is another name of that file. Anything else is not evidence that
        // we hold: the link says that something was there.
        let target = path.canonicalize().ok().filter(|t| t.starts_with(base));
        return match target.as_deref().and_then(|t| t.metadata().ok()) {
            Some(target) if target.is_file() => ledger.register(root, name, &stamp(&target)),
            Some(target) if target.is_dir() => {
                ledger.register_unread(root, name, Status::Read, None, "a link to a folder of the same root, read there")
            }
            _ => ledger.register_unread(
                root,
                name,
                Status::Excluded,
                Some(Cause::Link),
                "the link does not lead to a file inside the evidence root",
            ),
        };
    }
    let what = if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    ledger.register_unread(root, name, Status::Excluded, Some(Cause::SpecialFile), what)
}

/// By what a file is known again. The number of its device is none of it: it is given anew whenever something is mounted.
pub(super) fn stamp(metadata: &Metadata) -> Stamp {
    let nanoseconds = |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
    Stamp {
        size: metadata.len(),
        mtime: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        ctime: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        inode: metadata.ino(),
    }
}

fn below<'p>(base: &Path, path: &'p Path) -> &'p [u8] {
    path.strip_prefix(base).unwrap_or(path).as_os_str().as_bytes()
}

pub(super) fn cause_of(error: Option<&std::io::Error>) -> Cause {
    match error.map(std::io::Error::kind) {
        Some(std::io::ErrorKind::PermissionDenied) => Cause::Permission,
        _ => Cause::IoError,
    }
}
