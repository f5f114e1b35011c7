//! What of a manifest was recovered.
//!
//! A listing rarely begins where the evidence begins: `/srv/sftp/home/x` is listed, `all.zip!/home/x` is held.
//! [`reconcile`] finds which leading components to drop on either side, then judges each row. When in doubt a
//! row is [`Outcome::Missing`]: a gap too many costs work, one too few hides a loss.

pub use super::reconcile_align::Alignment;
use super::reconcile_align::find;
pub use super::reconcile_compare::Difference;
use super::reconcile_compare::{Name, Tags, difference};
use super::reconcile_index::{Components, HashSetOf, Index, skeleton};
use super::{Checksums, Row};
use crate::model::{ContentId, Digests};
use std::collections::{HashMap, HashSet};

/// A recovered item.
#[derive(Clone, Debug)]
pub struct Held<'a> {
    /// Components below the evidence root, through every container.
    pub path: Vec<&'a [u8]>,
    /// Its size in bytes.
    pub size: u64,
    /// Its content, where all of it could be read.
    pub content: Option<ContentId>,
    /// Its other checksums, where all of it could be read and any manifest names such.
    pub digests: Option<Digests>,
}

/// A row of a manifest, as far as it matters here.
#[derive(Clone, Copy, Debug, Default)]
pub struct Listed<'a> {
    /// Components joined with `/`.
    pub path: &'a [u8],
    /// Exact size in bytes.
    pub size: Option<u64>,
    /// Its SHA-256.
    pub sha256: Option<ContentId>,
    /// Other checksums.
    pub checksums: Checksums,
    /// It has no content of its own.
    pub directory: bool,
    /// Where a symbolic link points.
    pub link: Option<&'a [u8]>,
    /// Blanks and control characters of the path were replaced by `_`.
    pub folded: bool,
}

impl<'a> From<&'a Row> for Listed<'a> {
    fn from(row: &'a Row) -> Self {
        Self {
            path: &row.path,
            size: row.size,
            sha256: row.sha256,
            checksums: row.checksums,
            directory: row.directory,
            link: row.link.as_deref(),
            folded: row.folded,
        }
    }
}

impl Listed<'_> {
    /// It has a checksum, and so it is a file.
    pub(super) fn is_summed(&self) -> bool {
        self.sha256.is_some() || !self.checksums.is_empty()
    }
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This item stands at its path and contradicts it in nothing.
    Recovered(usize),
    /// This item stands at its path and is not what was listed.
    Differs(usize, Difference),
    /// This item has its content, elsewhere.
    Moved(usize),
    /// A directory: nothing to recover.
    Directory,
    /// Not held.
    Missing,
}

/// A manifest compared with the evidence.
#[derive(Clone, Debug, Default)]
pub struct Reconciliation {
    /// How the two lie to each other: the best first, further ones where the evidence came in several parts.
    /// Empty when nothing of the manifest is recognised in the evidence.
    pub alignments: Vec<Alignment>,
    /// One per row.
    pub outcomes: Vec<Outcome>,
}

/// Compares the rows of one manifest with all recovered items.
pub fn reconcile(items: &[Held<'_>], rows: &[Listed<'_>]) -> Reconciliation {
    let components = Components::of(rows.iter().map(|row| row.path.split(|b| *b == b'/')));
    let index = Index::of(items);
    let alignments = find(&index, items, &components, rows);
    let judge = Judge::new(&index, items, rows, &components, &alignments);
    let mut outcomes: Vec<Outcome> = (0..rows.len()).map(|row| judge.outcome(row)).collect();
    judge.resolve_lossy(&mut outcomes);
    judge.resolve_links(&mut outcomes);
    Reconciliation { alignments, outcomes }
}

struct Judge<'r, 'a> {
    index: &'r Index,
    items: &'r [Held<'a>],
    rows: &'r [Listed<'a>],
    components: &'r Components,
    alignments: &'r [Alignment],
    by_name: HashMap<Name, usize>,
    tags: Tags,
    /// Proper prefixes of listed paths, relative to the manifest's beginning.
    listed_directories: HashSetOf,
    /// Proper prefixes of held paths.
    held_directories: HashSetOf,
}

impl<'r, 'a> Judge<'r, 'a> {
    fn new(
        index: &'r Index,
        items: &'r [Held<'a>],
        rows: &'r [Listed<'a>],
        components: &'r Components,
        alignments: &'r [Alignment],
    ) -> Self {
        // Of many items that no row names none is kept.
        let listed: HashSet<Name> = rows.iter().filter_map(Name::of).collect();
        let mut by_name = HashMap::new();
        if !listed.is_empty() {
            for (i, item) in items.iter().enumerate() {
                Name::all(item).filter(|name| listed.contains(name)).for_each(|name| _ = by_name.entry(name).or_insert(i));
            }
        }
        let (mut listed_directories, mut held_directories) = (HashSetOf::default(), HashSetOf::default());
        // Only listings that do not say which rows are directories need to be asked.
        if rows.iter().any(|row| !row.directory && !row.is_summed()) {
            (0..rows.len()).for_each(|row| listed_directories.extend(Components::prefixes(components.get(row))));
            (0..items.len()).for_each(|item| held_directories.extend(Components::prefixes(index.components.get(item))));
        }
        let mut judge =
            Self { index, items, rows, components, alignments, by_name, tags: Tags::Perhaps, listed_directories, held_directories };
        if rows.iter().enumerate().any(|(row, listed)| listed.checksums.is_tag && judge.has_md5(row, listed)) {
            judge.tags = Tags::Md5;
        }
        judge
    }

    /// Is its tag the MD5 of what stands at its path? Nothing at all is tagged alike everywhere.
    fn has_md5(&self, row: usize, listed: &Listed<'_>) -> bool {
        let named = |item: usize| self.items.get(item).is_some_and(|held| held.size > 0 && Name::of(listed).is_some_and(|n| n.names(held)));
        self.alignments.iter().any(|alignment| self.at(row, listed, alignment).any(named))
    }

    /// Items at the row's path, by one alignment.
    fn at<'s>(&'s self, row: usize, listed: &'s Listed<'s>, alignment: &'s Alignment) -> impl Iterator<Item = usize> + use<'s, 'r, 'a> {
        let path = alignment.translate(listed.path);
        let key = path.as_ref().and_then(|_| alignment.key(self.components.get(row)));
        let stands = move |item: &usize| self.items.get(*item).zip(path.as_ref()).is_some_and(|(held, path)| path.is(&held.path));
        key.into_iter().flat_map(|key| self.index.at(key)).filter(stands)
    }

    fn outcome(&self, row: usize) -> Outcome {
        let Some(listed) = self.rows.get(row) else { return Outcome::Missing };
        if listed.directory {
            return Outcome::Directory;
        }
        let fits = |item: &&usize| self.items.get(**item).is_some_and(|held| difference(held, listed, Tags::Md5).is_none());
        let moved = Name::of(listed).and_then(|name| self.by_name.get(&name)).filter(fits).map(|item| Outcome::Moved(*item));
        match self.at_path(row, listed) {
            Some(found @ Outcome::Recovered(_)) => return found,
            Some(differs) => return moved.unwrap_or(differs),
            None => {}
        }
        if let Some(moved) = moved {
            return moved;
        }
        if !listed.is_summed() && listed.link.is_none() && self.is_directory(row, listed) {
            return Outcome::Directory;
        }
        Outcome::Missing
    }

    /// The item at the row's path, by the alignments in their order. A part found by a further alignment
    /// counts only where the sizes or checksums are known to agree.
    fn at_path(&self, row: usize, listed: &Listed<'_>) -> Option<Outcome> {
        let mut differs = None;
        for (rank, alignment) in self.alignments.iter().enumerate() {
            let mut contradicted = None;
            for item in self.at(row, listed, alignment) {
                let Some(held) = self.items.get(item) else { continue };
                match difference(held, listed, self.tags) {
                    None if rank == 0 || listed.size.is_some() || Name::of(listed).is_some_and(|name| name.names(held)) => {
                        return Some(Outcome::Recovered(item));
                    }
                    None => {}
                    Some(what) => drop(contradicted.get_or_insert(Outcome::Differs(item, what))),
                }
            }
            if rank == 0 {
                differs = contradicted;
            }
        }
        differs
    }

    /// A row that does not say whether it is a directory, and is one in the manifest or in the evidence.
    fn is_directory(&self, row: usize, listed: &Listed<'_>) -> bool {
        let hashes = self.components.get(row);
        self.listed_directories.contains(&Components::fold(hashes))
            || listed.size.is_none()
                && self
                    .alignments
                    .iter()
                    .any(|a| a.translate(listed.path).is_some() && a.key(hashes).is_some_and(|key| self.held_directories.contains(&key)))
    }

    /// Rows whose names lost bytes: `?` for what is not ASCII, or `_` for blanks and control characters. One
    /// counts only where exactly one item of its size could be meant, and no other row means the same one.
    fn resolve_lossy(&self, outcomes: &mut [Outcome]) {
        let lossy: Vec<usize> = self
            .rows
            .iter()
            .enumerate()
            .filter(|(i, row)| {
                outcomes.get(*i) == Some(&Outcome::Missing)
                    && row.size.is_some()
                    && (row.folded
                        || memchr::memchr(b'?', row.path).is_some()
                        || memchr::memmem::find(row.path, "\u{fffd}".as_bytes()).is_some())
            })
            .map(|(i, _)| i)
            .collect();
        if lossy.is_empty() {
            return;
        }
        let mut taken: HashMap<usize, u32> = HashMap::new();
        for outcome in outcomes.iter() {
            if let Outcome::Recovered(item) | Outcome::Differs(item, _) = outcome {
                *taken.entry(*item).or_default() += 1;
            }
        }
        let skeletons: HashSet<(Vec<u8>, u64)> = lossy.iter().filter_map(|&row| self.skeleton(row)).collect();
        let mut candidates: HashMap<(Vec<u8>, u64), Vec<usize>> = HashMap::new();
        for (i, item) in self.items.iter().enumerate() {
            for folded in [false, true] {
                let key = (skeleton(item.path.iter().copied(), folded), item.size);
                // Two are as good as many: neither counts.
                if skeletons.contains(&key) {
                    let found = candidates.entry(key).or_default();
                    if found.len() < 2 && !found.contains(&i) {
                        found.push(i);
                    }
                }
            }
        }
        let claims: Vec<(usize, usize)> = lossy
            .iter()
            .filter_map(|&row| match candidates.get(&self.skeleton(row)?)?.as_slice() {
                [only] => Some((row, *only)),
                _ => None,
            })
            .collect();
        for (_, item) in &claims {
            *taken.entry(*item).or_default() += 1;
        }
        for (row, item) in claims {
            if taken.get(&item) == Some(&1)
                && let Some(outcome) = outcomes.get_mut(row)
            {
                *outcome = Outcome::Recovered(item);
            }
        }
    }

    /// The row's path at its place in the evidence, without what the listing may have lost, and its size.
    fn skeleton(&self, row: usize) -> Option<(Vec<u8>, u64)> {
        let listed = self.rows.get(row)?;
        let path = self.alignments.first()?.translate(listed.path)?;
        Some((skeleton(path.components(), listed.folded), listed.size?))
    }

    /// A symbolic link is held where what it points to is held: by the row of its target, through at most
    /// eight further links.
    fn resolve_links(&self, outcomes: &mut [Outcome]) {
        let links: Vec<usize> = self
            .rows
            .iter()
            .enumerate()
            .filter(|(i, row)| row.link.is_some() && outcomes.get(*i) == Some(&Outcome::Missing))
            .map(|(i, _)| i)
            .collect();
        if links.is_empty() {
            return;
        }
        let by_path: HashMap<&[u8], usize> = self.rows.iter().enumerate().rev().map(|(i, row)| (row.path, i)).collect();
        for link in links {
            let mut at = link;
            for _ in 0..8 {
                let Some(target) = self.rows.get(at).and_then(|row| Some(target(row.path, row.link?))) else { break };
                let Some(&next) = by_path.get(target.as_slice()) else { break };
                match outcomes.get(next) {
                    Some(Outcome::Missing) => at = next,
                    Some(&found @ (Outcome::Recovered(_) | Outcome::Moved(_) | Outcome::Directory)) => {
                        if let Some(outcome) = outcomes.get_mut(link) {
                            *outcome = found;
                        }
                        break;
                    }
                    Some(Outcome::Differs(..)) | None => break,
                }
            }
        }
    }
}

/// Where a link at `path` points, in the words of the manifest.
fn target(path: &[u8], link: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    if !link.starts_with(b"/")
        && let Some(end) = path.iter().rposition(|b| *b == b'/')
    {
        out.extend_from_slice(path.get(..end).unwrap_or_default());
    }
    for component in link.split(|b| *b == b'/') {
        match component {
            b"" | b"." => {}
            b".." => out.truncate(out.iter().rposition(|b| *b == b'/').unwrap_or(0)),
            _ => {
                if !out.is_empty() {
                    out.push(b'/');
                }
                out.extend_from_slice(component);
            }
        }
    }
    out
}

#[cfg(test)]
#[path = "reconcile_tests.rs"]
mod tests;
