//! What stands in the evidence beside a listing that claims to be all of it.

use super::items::Item;
use crate::manifest::reconcile::{Alignment, Held, Listed, Outcome};
use std::collections::BTreeSet;

/// Where one listing lists everything.
struct Cover {
    manifest: u32,
    /// Roots in which something of it was found.
    labels: BTreeSet<String>,
    /// Components that every item there begins with.
    below: Vec<Vec<u8>>,
}

/// Finds items that no listing lists.
pub(super) struct Extras<'h, 'a> {
    held: &'h [Held<'a>],
    listed: Vec<bool>,
    covers: Vec<Cover>,
}

impl<'h, 'a> Extras<'h, 'a> {
    pub(super) fn new(held: &'h [Held<'a>]) -> Self {
        Self { held, listed: vec![false; held.len()], covers: Vec::new() }
    }

    /// Takes note of what a listing lists, and of the folder that all its files lie in.
    pub(super) fn listed(&mut self, manifest: u32, items: &[Item], rows: &[Listed<'_>], outcomes: &[Outcome], alignments: &[Alignment]) {
        let mut labels = BTreeSet::new();
        for outcome in outcomes {
            if let Outcome::Recovered(item) | Outcome::Differs(item, _) | Outcome::Moved(item) = outcome {
                self.listed[*item] = true;
                if !labels.contains(&items[*item].path.label) {
                    labels.insert(items[*item].path.label.clone());
                }
            }
        }
        if labels.is_empty() {
            return;
        }
        let files = rows.iter().zip(outcomes).filter(|(_, outcome)| **outcome != Outcome::Directory).map(|(row, _)| row.path);
        let Some(common) = files.map(folder).reduce(common_folder) else { return };
        for alignment in alignments {
            let parts: Vec<&[u8]> = common.split(|b| *b == b'/').filter(|part| !part.is_empty()).collect();
            let dropped = parts.iter().zip(&alignment.listed).take_while(|(a, b)| **a == &b[..]).count();
            let below = alignment.held.iter().cloned().chain(parts[dropped..].iter().map(|p| p.to_vec())).collect();
            self.covers.push(Cover { manifest, labels: labels.clone(), below });
        }
    }

    /// Items under a cover that are on no listing, each with the first listing that lacks it. Of a container only
    /// the container is given; the container of something listed, and what lies in something listed, is not.
    pub(super) fn found(&self, items: &[Item]) -> Vec<(usize, u32)> {
        if self.covers.is_empty() {
            return Vec::new();
        }
        let mut holds_listed = vec![false; items.len()];
        let mut inside: Vec<(usize, bool)> = Vec::new();
        for (number, item) in items.iter().enumerate().rev() {
            let depth = item.path.depth();
            let below = inside.iter().any(|(d, listed)| *d > depth && *listed);
            inside.retain(|(d, _)| *d <= depth);
            holds_listed[number] = below;
            inside.push((depth, below || self.listed[number]));
        }
        let mut out = Vec::new();
        // Depths of the containers above that settle what is in them.
        let mut settled: Vec<usize> = Vec::new();
        for (number, item) in items.iter().enumerate() {
            let depth = item.path.depth();
            settled.retain(|above| *above < depth);
            if self.listed[number] {
                settled.push(depth);
            }
            if !settled.is_empty() || self.listed[number] || holds_listed[number] || item.inherited {
                continue;
            }
            let path = &self.held[number].path;
            let covers = |cover: &&Cover| {
                cover.labels.contains(&item.path.label)
                    && path.len() > cover.below.len()
                    && path.iter().zip(&cover.below).all(|(a, b)| *a == &b[..])
            };
            if let Some(cover) = self.covers.iter().find(covers) {
                out.push((number, cover.manifest));
                settled.push(depth);
            }
        }
        out
    }
}

/// What stands before the name.
fn folder(path: &[u8]) -> &[u8] {
    path.iter().rposition(|b| *b == b'/').map_or(b"", |at| &path[..at])
}

fn common_folder<'p>(a: &'p [u8], b: &'p [u8]) -> &'p [u8] {
    let ends = |path: &[u8], at: usize| at == path.len() || path[at] == b'/';
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let at = (0..=same).rev().find(|&at| at == 0 || ends(a, at) && ends(b, at)).unwrap_or(0);
    &a[..at]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_in_common() {
        for (a, b, common) in [("a/b", "a/b", "a/b"), ("a/b", "a/bc", "a"), ("a/b/c", "a/b", "a/b"), ("x", "y", ""), ("", "a", "")] {
            assert_eq!(common_folder(a.as_bytes(), b.as_bytes()), common.as_bytes(), "{a} {b}");
        }
        assert_eq!((folder(b"a/b/c"), folder(b"c")), (&b"a/b"[..], &b""[..]));
    }
}
