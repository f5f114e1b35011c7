//! Files that begin with all the bytes of one that was read: exports that grow and are copied every day, logs that go on.
//! Their checksums go on where those of the earlier file were, as far as the bytes are the same, and so do the keys of their
//! pieces; that they are the same is seen by comparing them, which costs a tenth of computing four checksums.

use super::bytes::Bytes;
use super::hashing::Hashing;
use super::walk;
use crate::format::PieceKey;
use crate::ledger::Stamp;
use crate::model::Digests;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex};

/// Shorter files are not compared.
const LEAST: usize = 8 << 20;
/// How far the checksums had come is kept after so many bytes each time, and so often at most: a few hundred bytes each.
const STEP: usize = 1 << 20;
const MOST_STEPS: usize = 4 << 10;
/// Files that are kept to be compared: each is mapped, and takes some memory for its steps and keys besides.
const MOST_FILES: usize = 16;

/// The large files that were read last, as far as none is the beginning of another.
#[derive(Default)]
pub(super) struct Growing {
    files: Mutex<VecDeque<Arc<Hashed>>>,
}

/// A file whose checksums were computed.
struct Hashed {
    bytes: Arc<Bytes>,
    /// What the file was before that.
    stamp: Stamp,
    /// How far they had come after each step.
    steps: Vec<Hashing>,
    /// Keys of the pieces of it that were read.
    keys: Mutex<Keys>,
}

/// Keys of pieces by where they begin and end, and by the SHA-256 of the way in which they are read.
type Keys = HashMap<(u64, u64, [u8; 32]), PieceKey>;

/// What is known of a content before it is read.
pub(super) struct Grown {
    /// Its checksums.
    pub digests: Digests,
    /// The file that is kept for those that begin with it.
    own: Option<Arc<Hashed>>,
    /// Keys of pieces of a file that has so many of its first bytes in common.
    keys: Keys,
    common: u64,
}

impl Grown {
    /// Of a content that is compared with no other.
    pub fn apart(digests: Digests) -> Self {
        Self { digests, own: None, keys: Keys::new(), common: 0 }
    }

    /// The key of a piece of it that is read in some way.
    pub fn key(&self, place: Range<u64>, way: &[u8], make: impl FnOnce() -> PieceKey) -> PieceKey {
        let place = (place.start, place.end, Sha256::digest(way).into());
        let known = self.keys.get(&place).filter(|_| place.1 <= self.common);
        let key = known.copied().unwrap_or_else(make);
        // Of what lies beyond the last step nobody asks.
        if let Some(own) = self.own.as_ref().filter(|_| place.1 <= (MOST_STEPS * STEP) as u64) {
            own.keys.lock().expect("no thread panics with the lock").insert(place, key);
        }
        key
    }
}

impl Growing {
    /// Computes the checksums of a file's bytes.
    pub fn read(&self, bytes: &Arc<Bytes>) -> Grown {
        match stamp_of(bytes).filter(|_| bytes.len() >= LEAST) {
            Some(stamp) => self.read_by_steps(bytes, stamp, STEP),
            None => Grown::apart(Hashing::of(bytes)),
        }
    }

    fn read_by_steps(&self, bytes: &Arc<Bytes>, stamp: Stamp, step: usize) -> Grown {
        let held: Vec<Arc<Hashed>> = self.files.lock().expect("no thread panics with the lock").iter().cloned().collect();
        let common = |file: Arc<Hashed>| (file.steps_of(bytes, step), file);
        let held: Vec<(usize, Arc<Hashed>)> = held.into_iter().filter(|file| file.is_unchanged()).map(common).collect();
        let earlier = held.iter().max_by_key(|(steps, _)| *steps).cloned();
        let keys = earlier.as_ref().map(|(_, file)| file.keys.lock().expect("no thread panics with the lock").clone());
        // What is compared are the bytes that it has now, and of them are the keys.
        let earlier = earlier.filter(|(steps, file)| *steps > 0 && file.is_unchanged());
        let keys = keys.filter(|_| earlier.is_some()).unwrap_or_default();
        let common = earlier.as_ref().map_or(0, |(steps, _)| *steps * step);
        let mut steps = earlier.as_ref().map_or(Vec::new(), |(common, file)| file.steps[..*common].to_vec());
        let mut hashing = steps.last().cloned().unwrap_or_default();
        for part in bytes[steps.len() * step..].chunks(step) {
            hashing.update_in_blocks(part);
            if part.len() == step && steps.len() < MOST_STEPS {
                steps.push(hashing.clone());
            }
        }
        // Of two files of which one begins with the other the longer one is kept.
        let own = (steps.len() * step > common).then(|| {
            let beginnings: Vec<&Arc<Hashed>> =
                held.iter().filter(|(common, file)| *common == file.steps.len()).map(|(_, file)| file).collect();
            self.keep(Hashed { bytes: Arc::clone(bytes), stamp, steps, keys: Mutex::default() }, &beginnings)
        });
        Grown { digests: hashing.finish(), own, keys, common: common as u64 }
    }

    /// Keeps a file in the place of those that are its beginning.
    fn keep(&self, file: Hashed, beginnings: &[&Arc<Hashed>]) -> Arc<Hashed> {
        let file = Arc::new(file);
        let mut files = self.files.lock().expect("no thread panics with the lock");
        files.retain(|held| !beginnings.iter().any(|beginning| Arc::ptr_eq(held, beginning)));
        files.push_back(Arc::clone(&file));
        if files.len() > MOST_FILES {
            files.pop_front();
        }
        file
    }
}

impl Hashed {
    /// Are its bytes those of which the checksums are?
    fn is_unchanged(&self) -> bool {
        stamp_of(&self.bytes) == Some(self.stamp)
    }

    /// How many steps other bytes have in common with these.
    fn steps_of(&self, other: &[u8], step: usize) -> usize {
        let both = self.bytes.chunks_exact(step).zip(other.chunks_exact(step));
        both.take(self.steps.len()).take_while(|(own, other)| own == other).count()
    }
}

/// What the file is now that is mapped. A copy in the spool has no name any more, and would take its room for as long as it
/// is kept: it is not.
fn stamp_of(bytes: &Bytes) -> Option<Stamp> {
    match bytes {
        Bytes::Mapped(_, file) => file.metadata().ok().filter(|file| file.nlink() > 0).map(|metadata| walk::stamp(&metadata)),
        Bytes::Held(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mapped(dir: &std::path::Path, name: &str, bytes: &[u8]) -> Arc<Bytes> {
        let path = dir.join(name);
        std::fs::write(&path, bytes).unwrap();
        Arc::new(super::super::bytes::map(std::fs::File::open(path).unwrap()).unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn checksums_are_those_of_the_bytes(
            files in prop::collection::vec((0usize..200, prop::option::of(0usize..200), any::<u8>()), 1..12), step in 1usize..40,
        ) {
            let dir = tempfile::tempdir().unwrap();
            let growing = Growing::default();
            for (n, (len, changed, tail)) in files.into_iter().enumerate() {
                let mut bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
                if let Some(byte) = changed.and_then(|at| bytes.get_mut(at)) {
                    *byte ^= 1;
                }
                bytes.push(tail);
                let mapped = mapped(dir.path(), &n.to_string(), &bytes);
                let grown = growing.read_by_steps(&mapped, stamp_of(&mapped).unwrap(), step);
                prop_assert_eq!(grown.digests, Hashing::of(&bytes));
                for start in (0..bytes.len()).step_by(7) {
                    let piece = &bytes[start..bytes.len().min(start + 30)];
                    let key = || Sha256::digest(piece).into();
                    prop_assert_eq!(grown.key(start as u64..(start + piece.len()) as u64, b"", key), key());
                }
            }
        }
    }

    #[test]
    fn what_changed_since_is_not_gone_on_from() {
        let dir = tempfile::tempdir().unwrap();
        let growing = Growing::default();
        let first = mapped(dir.path(), "first", &[1; 64]);
        growing.read_by_steps(&first, stamp_of(&first).unwrap(), 16);
        // The same bytes as the file holds now, but not those that it had when it was read.
        std::thread::sleep(std::time::Duration::from_millis(30));
        std::fs::write(dir.path().join("first"), [2; 64]).unwrap();
        let second = mapped(dir.path(), "second", &[2; 64]);
        assert_eq!(growing.read_by_steps(&second, stamp_of(&second).unwrap(), 16).digests, Hashing::of(&[2; 64]));
    }

    #[test]
    fn the_longer_one_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let growing = Growing::default();
        for (name, len) in [("a", 32), ("b", 64), ("c", 48), ("d", 80)] {
            let bytes = mapped(dir.path(), name, &vec![7; len]);
            growing.read_by_steps(&bytes, stamp_of(&bytes).unwrap(), 16);
        }
        let held = growing.files.lock().unwrap();
        assert_eq!(held.iter().map(|file| file.bytes.len()).collect::<Vec<_>>(), [80]);
    }
}
