//! The case: one directory, mode 0700, that holds the index, the ledger, the spool and the lock.

use crate::index::TextIndex;
use crate::ledger::Ledger;
use anyhow::{Context, Result, bail};
use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// An open case.
pub struct Case {
    dir: PathBuf,
    /// Its ledger.
    pub ledger: Ledger,
    /// Its index.
    pub index: TextIndex,
    _lock: File,
}

/// How a case is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Evidence is added: nobody else may use the case.
    Write,
    /// It is only read: others may read at the same time.
    Read,
}

/// No case can be at a place, or none that may be used as is asked; nothing was written.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(String);

/// What a case consists of, by the names in its directory.
const LEDGER: &str = "ledger.sqlite";
const INDEX: &str = "index";
const LOCK: &str = "lock";

impl Case {
    /// Is there a case at a place?
    pub fn is_at(dir: &Path) -> bool {
        dir.join(LEDGER).exists()
    }

    /// Opens a case for reading evidence into it, making it where there is none, or for reading from it.
    ///
    /// What only one of index and ledger has is rolled back: the index is committed first, so it may have
    /// passages of a generation that the ledger does not know; they are deleted, and their contents are read
    /// again because the ledger does not have them.
    ///
    /// A case that cannot be written, on a medium or share that is mounted for reading, can be read all the same.
    ///
    /// # Errors
    /// [`Unusable`] where there is no case, none can be made, or it is not the caller's to use.
    pub fn open(dir: &Path, access: Access) -> Result<Self> {
        Self::open_stores(dir, access).map_err(|error| in_case(dir, error))
    }

    fn open_stores(dir: &Path, access: Access) -> Result<Self> {
        match access {
            Access::Read => check_readable(dir)?,
            Access::Write => make(dir)?,
        }
        let is_writable = access == Access::Write || may_be_written(dir);
        let lock = lock(dir, access, is_writable)?;
        let ledger = if is_writable { Ledger::open(&dir.join(LEDGER))? } else { read_only_ledger(dir)? };
        let index = if is_writable { TextIndex::open(&dir.join(INDEX))? } else { TextIndex::open_read_only(&dir.join(INDEX))? };
        let case = Self { dir: dir.to_owned(), ledger, index, _lock: lock };
        let (indexed, kept) = (case.index.generation()?, case.ledger.generation()?);
        if indexed < kept {
            bail!(
                "the case {} is damaged: its index ends at generation {indexed}, its ledger at {kept}; index the evidence into a new case",
                dir.display()
            );
        }
        if indexed > kept {
            if access == Access::Read {
                bail!("the case {} was interrupted while it was written; run the same `ruleout index` again to resume it", dir.display());
            }
            case.roll_back(kept, indexed)?;
        }
        if access == Access::Write {
            case.clear_spool()?;
        }
        Ok(case)
    }

    fn roll_back(&self, kept: u64, indexed: u64) -> Result<()> {
        let mut writer = self.index.writer(1, 64 << 20)?;
        for generation in kept + 1..=indexed {
            writer.delete_term(self.index.generation_term(generation));
        }
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&kept.to_string());
        commit.commit()?;
        writer.wait_merging_threads()?;
        self.ledger.record(&format!("rolled back generations {}..={indexed} that were not in the ledger", kept + 1))
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where large decoded members are held while they are read.
    pub fn spool(&self) -> PathBuf {
        self.dir.join("spool")
    }

    fn clear_spool(&self) -> Result<()> {
        let spool = self.spool();
        if spool.exists() {
            fs::remove_dir_all(&spool).with_context(|| format!("cannot clear {}", spool.display()))?;
        }
        fs::DirBuilder::new().mode(0o700).create(&spool).with_context(|| format!("cannot make {}", spool.display()))
    }
}

/// Is there a case that can be read?
fn check_readable(dir: &Path) -> Result<()> {
    let error = match fs::metadata(dir.join(LEDGER)) {
        Ok(ledger) if ledger.is_file() => match File::open(dir.join(LEDGER)) {
            Ok(_) => return Ok(()),
            Err(error) => error,
        },
        Err(error) if error.kind() == ErrorKind::PermissionDenied => error,
        Err(error) if dir.join(INDEX).exists() => bail!("the case {} is damaged: it has no ledger ({error})", dir.display()),
        Ok(_) | Err(_) => {
            let words = "is no case: it has no ledger. `ruleout index EVIDENCE --case";
            return Err(Unusable(format!("{} {words} {}` makes one", dir.display(), dir.display())).into());
        }
    };
    Err(Unusable(format!("the case {} cannot be read: {error}", dir.display())).into())
}

/// Makes the directory of a case where there is none, and lets nobody else see into it.
fn make(dir: &Path) -> Result<(), Unusable> {
    let unusable = |what: &str, error: &dyn std::fmt::Display| Unusable(format!("cannot {what} the case {}: {error}", dir.display()));
    match fs::read_dir(dir) {
        Ok(mut entries) => {
            // Another's folder is neither locked away from its users nor filled.
            let is_case = [LEDGER, INDEX, LOCK].iter().any(|name| dir.join(name).exists());
            if entries.next().is_some() && !is_case {
                return Err(unusable("make", &"it is a folder of other things"));
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
            made.map_err(|error| unusable("make", &error))?;
        }
        Err(error) => return Err(unusable("open", &error)),
    }
    // Who protected a case against writing meant it.
    if !may_be_written(dir) {
        return Err(unusable("write", &"it is read-only"));
    }
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(|error| unusable("protect", &error))
}

/// The ledger of a case that cannot be written. What a run that did not end left beside it cannot always be read so.
fn read_only_ledger(dir: &Path) -> Result<Ledger> {
    let path = dir.join(LEDGER);
    Ledger::open_read_only(&path).map_err(|error| match Ledger::has_changes_beside(&path) {
        true => {
            let words = "cannot be written, and its ledger has changes that it must take in before it is read; copy the case";
            Unusable(format!("the case {} {words}: {error:#}", dir.display())).into()
        }
        false => error,
    })
}

/// May a case that exists be written? A copy may have no lock.
fn may_be_written(dir: &Path) -> bool {
    may_write(dir) && [LEDGER, LOCK].iter().map(|name| dir.join(name)).all(|file| !file.exists() || may_write(&file))
}

/// May this process write there, as far as rights and the mount tell?
fn may_write(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

fn lock(dir: &Path, access: Access, is_writable: bool) -> Result<File> {
    let path = dir.join(LOCK);
    let file = match is_writable {
        true => OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(&path),
        // A lock that may be read keeps writers out as well; a copy of a case may have none.
        false => File::open(&path).or_else(|_| File::open(dir)),
    };
    let file = file.with_context(|| format!("cannot open the lock {}", path.display()))?;
    let operation = match access {
        Access::Write => rustix::fs::FlockOperation::NonBlockingLockExclusive,
        Access::Read => rustix::fs::FlockOperation::NonBlockingLockShared,
    };
    match rustix::fs::flock(&file, operation) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => bail!("another ruleout is at work in this case ({} is locked)", path.display()),
        Err(error) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

/// What failed in the stores of a case, with its place, and whether there is room: they say only that they failed.
pub fn in_case(dir: &Path, error: anyhow::Error) -> anyhow::Error {
    /// Less than the stores take at once.
    const LITTLE: u64 = 8 << 20;
    let of_store = |cause: &(dyn std::error::Error + 'static)| {
        cause.is::<rusqlite::Error>()
            || cause.is::<tantivy::TantivyError>()
            || cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::StorageFull)
    };
    if !error.chain().any(of_store) {
        return error;
    }
    let free = rustix::fs::statvfs(dir).ok().map(|place| place.f_bavail.saturating_mul(place.f_frsize));
    let room = match free.filter(|free| *free < LITTLE) {
        Some(free) => format!(" ({free} bytes are free there; make room, and run the same command again)"),
        None => String::new(),
    };
    error.context(format!("the case {} failed{room}", dir.display()))
}
