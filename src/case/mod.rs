//! The case: one directory, mode 0700, that holds the index, the ledger, the spool and the lock.

use crate::index::TextIndex;
use crate::ledger::Ledger;
use anyhow::{Context, Result, bail};
use std::fs::{self, File, OpenOptions};
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

impl Case {
    /// Opens a case for reading evidence into it, making it where there is none, or for reading from it.
    ///
    /// What only one of index and ledger has is rolled back: the index is committed first, so it may have
    /// passages of a generation that the ledger does not know; they are deleted, and their contents are read
    /// again because the ledger does not have them.
    pub fn open(dir: &Path, access: Access) -> Result<Self> {
        if access == Access::Read && !dir.join("ledger.sqlite").exists() {
            bail!("{} is no case: it has no ledger. `ruleout index EVIDENCE --case {}` makes one", dir.display(), dir.display());
        }
        if access == Access::Write && !dir.exists() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(dir)
                .with_context(|| format!("cannot make the case {}", dir.display()))?;
        }
        if access == Access::Write {
            fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
                .with_context(|| format!("cannot protect the case {}", dir.display()))?;
        }
        let lock = lock(&dir.join("lock"), access)?;
        let ledger = Ledger::open(&dir.join("ledger.sqlite"))?;
        let index = TextIndex::open(&dir.join("index"))?;
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

fn lock(path: &Path, access: Access) -> Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot open the lock {}", path.display()))?;
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
