use super::bytes::{self, Bytes};
use super::hashing::Hashing;
use crate::format::Limits;
use crate::model::{Cause, Digests};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A nameless file in the case's spool, mode 0600: it vanishes with the process.
pub(super) fn file(spool: &Path) -> io::Result<File> {
    let path = spool.join(format!("{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)));
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// The same file, opened anew for reading alone: it may be handed to a reader's process.
pub(super) fn read_only(file: File) -> File {
    File::open(format!("/proc/self/fd/{}", file.as_raw_fd())).unwrap_or(file)
}

/// A member, decoded as far as it could be.
pub(super) struct Decoded {
    pub bytes: Bytes,
    pub digests: Digests,
    /// Why there is not more.
    pub defect: Option<(Cause, String)>,
}

/// Decodes a member within the limits: into memory, or into the spool once it is large.
pub(super) fn decode(
    encoded: u64,
    decoder: &mut dyn Read,
    limits: &Limits,
    spool: &Path,
    stopped: &dyn Fn() -> bool,
) -> io::Result<Decoded> {
    let limit = limits.member_bytes.min(limits.ratio_floor.max(encoded.saturating_mul(limits.ratio)));
    let mut held = Vec::new();
    let mut spooled: Option<io::BufWriter<File>> = None;
    let mut hashing = Hashing::default();
    let mut size = 0u64;
    let mut defect = None;
    // Most members are small.
    let mut buffer = vec![0; encoded.saturating_mul(4).clamp(4 << 10, 64 << 10) as usize];
    loop {
        if stopped() {
            break;
        }
        let n = match decoder.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                let cause = match error.kind() {
                    io::ErrorKind::UnexpectedEof => Cause::Truncated,
                    io::ErrorKind::Unsupported => Cause::UnsupportedMethod,
                    io::ErrorKind::OutOfMemory => Cause::LimitMemory,
                    _ => Cause::Corrupt,
                };
                defect = Some((cause, format!("decoding broke off after {size} bytes: {error}")));
                break;
            }
        };
        let room = limit - size;
        let taken = (n as u64).min(room) as usize;
        hashing.update(&buffer[..taken]);
        size += taken as u64;
        match &mut spooled {
            Some(file) => file.write_all(&buffer[..taken])?,
            None => {
                held.extend_from_slice(&buffer[..taken]);
                if held.len() as u64 > limits.memory_bytes {
                    let mut file = io::BufWriter::with_capacity(1 << 20, file(spool)?);
                    file.write_all(&std::mem::take(&mut held))?;
                    spooled = Some(file);
                }
            }
        }
        if taken < n {
            defect = Some((Cause::LimitSize, format!("decodes to more than {limit} bytes, the limit for {encoded} encoded bytes")));
            break;
        }
    }
    let bytes = match spooled {
        Some(file) => bytes::map(read_only(file.into_inner().map_err(io::IntoInnerError::into_error)?))?,
        None => Bytes::Held(held),
    };
    Ok(Decoded { bytes, digests: hashing.finish(), defect })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn limits() -> Limits {
        Limits { memory_bytes: 1 << 10, member_bytes: 1 << 16, ..Limits::default() }
    }

    #[test]
    fn large_members_lie_in_files_that_nobody_else_reads_and_that_are_gone_at_once() {
        let spool = tempfile::tempdir().unwrap();
        let held = file(spool.path()).unwrap();
        assert_eq!(held.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let bytes: Vec<u8> = (0..5000u32).map(|i| i as u8).collect();
        let decoded = decode(1 << 10, &mut &bytes[..], &limits(), spool.path(), &|| false).unwrap();
        assert!(!matches!(decoded.bytes, Bytes::Held(_)), "it is in the spool");
        assert_eq!((&decoded.bytes[..], decoded.defect), (&bytes[..], None));
        assert_eq!(std::fs::read_dir(spool.path()).unwrap().count(), 0, "files of the spool have no name");
    }

    #[test]
    fn a_member_takes_no_more_than_its_limit() {
        let spool = tempfile::tempdir().unwrap();
        let decoded = decode(1 << 20, &mut io::repeat(b'x'), &limits(), spool.path(), &|| false).unwrap();
        assert_eq!((decoded.bytes.len(), decoded.defect.map(|(cause, _)| cause)), (1 << 16, Some(Cause::LimitSize)));
        let small = Limits { ratio: 2, ratio_floor: 100, ..limits() };
        let decoded = decode(200, &mut io::repeat(b'x'), &small, spool.path(), &|| false).unwrap();
        assert_eq!(decoded.bytes.len(), 400, "twice what is encoded");
    }
}
