//! Paths that end alike: a log behind a chroot writes `/out/a.csv` for what a listing has as `home/x/out/a.csv`.

use super::reconcile_index::{ROOT, component, step};

/// A hash of a path by which its equal ends are found. Blanks and control characters count as `_`, which is
/// how some logs write them.
pub fn end_key(path: &[u8]) -> u64 {
    ends(path.split(|b| *b == b'/')).last().map_or(ROOT, |(_, key)| key)
}

/// Every end of a path, the shortest first: number of components and its key.
pub fn ends<'p>(components: impl DoubleEndedIterator<Item = &'p [u8]>) -> impl Iterator<Item = (usize, u64)> {
    let (mut key, mut len) = (ROOT, 0);
    components.rev().map(move |part| {
        let is_odd = |b: &u8| *b <= b' ' || *b == 0x7f;
        let hash = if part.iter().any(is_odd) { component(&folded(part)) } else { component(part) };
        key = step(key, hash);
        len += 1;
        (len, key)
    })
}

/// Does one path end with all of the other? `folded`: the other has `_` for blanks and control characters.
pub fn ends_with(path: &[u8], end: &[u8], is_folded: bool) -> bool {
    let Some(at) = path.len().checked_sub(end.len()) else { return false };
    let (before, tail) = path.split_at(at);
    let same = if is_folded { folded(tail) == end } else { tail == end };
    same && (before.is_empty() || before.ends_with(b"/"))
}

fn folded(part: &[u8]) -> Vec<u8> {
    part.iter().map(|&b| if b <= b' ' || b == 0x7f { b'_' } else { b }).collect()
}
