use memmap2::Mmap;
use rustix::fs::{MemfdFlags, SealFlags};
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::ops::Deref;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Files up to this size are read, larger ones mapped.
const MAP_FROM: u64 = 1 << 20;

/// The bytes of a file or of a decoded member.
pub(super) enum Bytes {
    Held(Vec<u8>),
    Mapped(Mmap, File),
}

impl Bytes {
    /// A descriptor by which another process can read these bytes, and not change them.
    pub fn descriptor(&self) -> io::Result<OwnedFd> {
        match self {
            Self::Held(bytes) => {
                let mut file = File::from(rustix::fs::memfd_create(c"item", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?);
                file.write_all(bytes)?;
                rustix::fs::fcntl_add_seals(&file, SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
                Ok(file.into())
            }
            Self::Mapped(_, file) => file.as_fd().try_clone_to_owned(),
        }
    }

    /// The first `len` bytes behind a descriptor that another process gave.
    pub fn behind(descriptor: OwnedFd, len: u64) -> io::Result<Self> {
        let file = File::from(descriptor);
        if len >= MAP_FROM {
            return map(file);
        }
        let mut bytes = vec![0; len as usize];
        file.read_exact_at(&mut bytes, 0)?;
        Ok(Self::Held(bytes))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Held(bytes) => bytes,
            Self::Mapped(map, _) => map,
        }
    }
}

/// Opens a file of the evidence for reading, and only that.
pub(super) fn open(path: &Path) -> io::Result<(File, Metadata)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no longer a regular file"));
    }
    Ok((file, metadata))
}

/// The bytes of an open file. Large files on a local file system are mapped. On a network share a map
/// would end the process when the share vanishes, so they are copied into the spool first.
pub(super) fn of_file(mut file: File, size: u64, spool: &Path) -> io::Result<Bytes> {
    if size < MAP_FROM {
        let mut bytes = Vec::with_capacity(size as usize);
        file.read_to_end(&mut bytes)?;
        return Ok(Bytes::Held(bytes));
    }
    if is_local(&file) {
        return map(file);
    }
    let mut copy = super::spool::file(spool)?;
    io::copy(&mut file, &mut copy)?;
    map(super::spool::read_only(copy))
}

/// Maps a whole file.
pub(super) fn map(file: File) -> io::Result<Bytes> {
    // SAFETY: the map is only read. A file that another process shortens while it is mapped raises SIGBUS,
    // which ends this process; the case then resumes from its last commit, so that no verdict rests on such a
    // reading. Files that merely change are found out by comparing size and time after reading.
    #[allow(unsafe_code)]
    let map = unsafe { Mmap::map(&file)? };
    Ok(Bytes::Mapped(map, file))
}

/// Is the file on a file system of this machine? Unknown file systems count as remote.
fn is_local(file: &File) -> bool {
    // Magic numbers of statfs(2): ext, xfs, btrfs, tmpfs, overlayfs, zfs, f2fs, exfat, msdos, ntfs3, iso9660, udf, squashfs, ramfs.
    const LOCAL: &[i64] = &[
        0xEF53,
        0x5846_5342,
        0x9123_683E,
        0x0102_1994,
        0x794C_7630,
        0x2FC1_2FC1,
        0xF2F5_2010,
        0x2011_BAB0,
        0x4D44,
        0x7366_746E,
        0x9660,
        0x1501_3346,
        0x7371_7368,
        0x8584_58F6,
    ];
    #[allow(clippy::unnecessary_cast)] // the field's type differs between platforms
    rustix::fs::fstatfs(file).is_ok_and(|stat| LOCAL.contains(&(stat.f_type as i64)))
}
