use crate::model::{ContentId, Digests};
use crate::stop::{Interrupted, Stop};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// So much of what is in memory goes through all algorithms before the next.
const BLOCK: usize = 32 << 10;

/// So much goes through one of the three whose blocks have this size before the next.
const TURN: usize = 64;

/// Computes all checksums of one content, in one pass.
#[derive(Clone, Default)]
pub(super) struct Hashing {
    sha256: Sha256,
    sha1: Sha1,
    md5: md5::Md5,
    crc32: crc32fast::Hasher,
}

impl Hashing {
    /// Those of bytes in memory.
    pub(super) fn of(bytes: &[u8]) -> Digests {
        let mut hashing = Self::default();
        hashing.update_in_blocks(bytes);
        hashing.finish()
    }

    /// Goes on with bytes in memory.
    pub(super) fn update_in_blocks(&mut self, bytes: &[u8]) {
        bytes.chunks(BLOCK).for_each(|block| self.update(block));
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        // Each step of an algorithm waits for the one before it: taken in turns, they wait at the same time.
        for block in bytes.chunks(TURN) {
            self.sha256.update(block);
            self.sha1.update(block);
            self.md5.update(block);
        }
        self.crc32.update(bytes);
    }

    pub(super) fn finish(self) -> Digests {
        Digests {
            sha256: ContentId(self.sha256.finalize().into()),
            sha1: self.sha1.finalize().into(),
            md5: self.md5.finalize().into(),
            crc32: self.crc32.finalize(),
        }
    }
}

/// The identity of what a file of the evidence holds now; says how much of it was read, each time some was.
pub fn sha256_of(path: &Path, stop: &Stop, read: &mut dyn FnMut(u64)) -> Result<io::Result<ContentId>, Interrupted> {
    let mut hash = Sha256::new();
    let mut file = match regular(path) {
        Ok(file) => file,
        Err(error) => return Ok(Err(error)),
    };
    let mut buffer = vec![0; 1 << 20];
    loop {
        stop.check()?;
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Ok(ContentId(hash.finalize().into()))),
            Ok(n) => {
                hash.update(&buffer[..n]);
                read(n as u64);
            }
            Err(error) => return Ok(Err(error)),
        }
    }
}

/// A pipe in its place would be waited for.
fn regular(path: &Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    File::open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::to_hex;

    #[test]
    fn an_interrupt_ends_the_reading_of_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), vec![7; 3 << 20]).unwrap();
        let (stop, mut read) = (Stop::new(), 0);
        let mut after = |bytes| {
            read += bytes;
            stop.raise();
        };
        assert!(sha256_of(file.path(), &stop, &mut after).is_err());
        assert_eq!(read, 1 << 20);
        let mut all = |bytes| read += bytes;
        assert!(matches!(sha256_of(file.path(), &Stop::new(), &mut all), Ok(Ok(_))));
        assert_eq!(read, 4 << 20);
    }

    #[test]
    fn checksums_as_the_standards_have_them() {
        // FIPS 180-2, RFC 1321, and the check value of CRC-32.
        let abc = Hashing::of(b"abc");
        assert_eq!(abc.sha256.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(to_hex(&abc.sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(to_hex(&abc.md5), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(Hashing::of(b"123456789").crc32, 0xCBF4_3926);
    }
}
