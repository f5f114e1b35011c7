//! Paths as hashes: each component once, then folded from the left, so that a path, its prefixes and its
//! beginning replaced by another are all found without building them.

use super::reconcile::Held;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// Takes keys that are hashes already.
#[derive(Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// A map whose keys are hashes.
pub(super) type ByHash<T> = HashMap<u64, T, BuildHasherDefault<Hashed>>;

/// A set of hashes.
pub(super) type HashSetOf = HashSet<u64, BuildHasherDefault<Hashed>>;

/// The hash of one component.
pub(super) fn component(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// The hash of a path without components.
pub(super) const ROOT: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of a path with one more component.
pub(super) fn step(path: u64, component: u64) -> u64 {
    let mixed = (path.rotate_left(23) ^ component).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ mixed >> 32
}

/// The hashes of the components of many paths.
pub(super) struct Components {
    hashes: Vec<u64>,
    ends: Vec<usize>,
}

impl Components {
    pub(super) fn of<'p>(paths: impl Iterator<Item = impl Iterator<Item = &'p [u8]>>) -> Self {
        let (mut hashes, mut ends) = (Vec::new(), Vec::new());
        for path in paths {
            hashes.extend(path.map(component));
            ends.push(hashes.len());
        }
        Self { hashes, ends }
    }

    /// Those of one path.
    pub(super) fn get(&self, path: usize) -> &[u64] {
        let start = path.checked_sub(1).and_then(|p| self.ends.get(p)).copied().unwrap_or(0);
        self.ends.get(path).and_then(|&end| self.hashes.get(start..end)).unwrap_or_default()
    }

    /// The hash of a path.
    pub(super) fn fold(path: &[u64]) -> u64 {
        path.iter().fold(ROOT, |path, component| step(path, *component))
    }

    /// The hashes of its proper prefixes, the shortest first; not of the empty one.
    pub(super) fn prefixes(path: &[u64]) -> impl Iterator<Item = u64> {
        let mut at = ROOT;
        path.iter().take(path.len().saturating_sub(1)).map(move |component| {
            at = step(at, *component);
            at
        })
    }
}

/// Finds items by the hash of their path.
pub(super) struct Index {
    /// Components of the items.
    pub components: Components,
    first: ByHash<u32>,
    /// The next item of the same hash; itself where there is none.
    next: Vec<u32>,
}

impl Index {
    pub(super) fn of(items: &[Held<'_>]) -> Self {
        let components = Components::of(items.iter().map(|item| item.path.iter().copied()));
        let mut first = ByHash::with_capacity_and_hasher(items.len(), BuildHasherDefault::default());
        let mut next: Vec<u32> = (0..items.len()).map(|i| u32::try_from(i).unwrap_or(u32::MAX)).collect();
        // From the last to the first, so that a chain runs upwards.
        for (i, link) in next.iter_mut().enumerate().rev() {
            if let Some(later) = first.insert(Components::fold(components.get(i)), *link) {
                *link = later;
            }
        }
        Self { components, first, next }
    }

    /// Items whose path has this hash, in their order.
    pub(super) fn at(&self, key: u64) -> impl Iterator<Item = usize> {
        let mut at = self.first.get(&key).copied();
        std::iter::from_fn(move || {
            let item = at?;
            at = self.next.get(item as usize).copied().filter(|next| *next != item);
            Some(item as usize)
        })
    }
}

/// A path without what listings lose: runs of `?`, control characters and bytes outside of ASCII become one
/// `?`; folded, blanks and control characters become `_`.
pub(super) fn skeleton<'p>(components: impl Iterator<Item = &'p [u8]>, folded: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for part in components {
        out.push(b'/');
        for &byte in part {
            match byte {
                _ if folded && (byte <= b' ' || byte == 0x7f) => out.push(b'_'),
                _ if !folded && (!(b' '..0x7f).contains(&byte) || byte == b'?') => {
                    if out.last() != Some(&b'?') {
                        out.push(b'?');
                    }
                }
                _ => out.push(byte),
            }
        }
    }
    if folded {
        out.push(0);
    }
    out
}
