use memmap2::Mmap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::ops::Deref;
use std::path::Path;

/// Files up to this size are read, larger ones mapped.
const MAP_FROM: u64 = 1 << 20;

/// The bytes of a file or of a decoded member.
pub(super) enum Bytes {
    Held(Vec<u8>),
    Mapped(Mmap),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Held(bytes) => bytes,
            Self::Mapped(map) => map,
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
        return map(&file);
    }
    let mut copy = super::spool::file(spool)?;
    io::copy(&mut file, &mut copy)?;
    map(&copy)
}

/// Maps a whole file.
pub(super) fn map(file: &File) -> io::Result<Bytes> {
    // SAFETY: the map is only read. A file that another process shortens while it is mapped raises SIGBUS,
    // which ends this process; the case then resumes from its last commit, so that no verdict rests on such a
    // reading. Files that merely change are found out by comparing size and time after reading.
    #[allow(unsafe_code)]
    let map = unsafe { Mmap::map(file)? };
    Ok(Bytes::Mapped(map))
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
