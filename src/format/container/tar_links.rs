//! Links in archives (POSIX.1-2001 pax, "ustar Interchange Format", `typeflag` 1 and 2). A link to a file that the archive
//! holds is another name of that file, as it is on disk; one to a folder is read there. Where neither is held, the link says that
//! something was there.

use crate::format::{Child, Sink};
use crate::model::Cause;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A link leads over so many others at most.
const LONGEST_CHAIN: usize = 16;
/// Longer paths are none that a system would unpack (`PATH_MAX` of Linux).
const LONGEST_PATH: usize = 4096;
/// Folders of the operating system (Filesystem Hierarchy Standard 3.0, section 3), which hold programs and their settings
/// and nothing of customers: software is packed with links into them.
const OF_THE_SYSTEM: &[&[u8]] =
    &[b"bin", b"boot", b"dev", b"etc", b"lib", b"lib32", b"lib64", b"libx32", b"proc", b"run", b"sbin", b"sys", b"usr"];

/// What an archive holds, and its links, of which some lead to what stands behind them.
#[derive(Default)]
pub(super) struct Links {
    /// Ordinals of members by the hashes of their paths.
    files: HashMap<u64, usize>,
    folders: HashSet<u64>,
    links: Vec<Link>,
}

struct Link {
    name: Vec<u8>,
    /// Where it leads, from the archive's root.
    target: Option<Vec<u8>>,
    /// It leads into a folder of the system on which it is unpacked.
    is_of_the_system: bool,
    /// Where its header stands.
    at: u64,
}

impl Links {
    /// A file, which is the member of this ordinal.
    pub fn file(&mut self, name: &[u8], ordinal: usize) {
        let Some(path) = resolved(b"", name) else { return };
        self.files.insert(hash(&path), ordinal);
        self.folder_of(&path);
    }

    pub fn folder(&mut self, name: &[u8]) {
        let Some(path) = resolved(b"", name) else { return };
        self.folders.insert(hash(&path));
        self.folder_of(&path);
    }

    fn folder_of(&mut self, path: &[u8]) {
        let mut rest = path;
        while let Some(end) = memchr::memrchr(b'/', rest) {
            rest = &rest[..end];
            if !self.folders.insert(hash(rest)) {
                break;
            }
        }
    }

    /// A symbolic link, whose target is seen from its folder, or another name of a file, which is seen from the root.
    pub fn link(&mut self, name: &[u8], target: &[u8], is_symbolic: bool, at: u64) {
        let folder = memchr::memrchr(b'/', name.strip_suffix(b"/").unwrap_or(name)).map_or(&b""[..], |end| &name[..end]);
        let from = if is_symbolic && !target.starts_with(b"/") { folder } else { b"" };
        let target_in_archive = resolved(from, target);
        let path = target.strip_prefix(b"/").and(target_in_archive.as_deref()).unwrap_or_default();
        let is_local = [&b"usr/home/"[..], b"usr/local/"].iter().any(|local| path.starts_with(local));
        let first = path.split(|b| *b == b'/').next().unwrap_or_default();
        let is_of_the_system = is_symbolic && !is_local && OF_THE_SYSTEM.contains(&first);
        self.links.push(Link { name: name.to_vec(), target: target_in_archive, is_of_the_system, at });
    }

    /// Everything is known: hands on what the links are.
    pub fn end(self, sink: &mut Sink<'_>) {
        let by_name: HashMap<Vec<u8>, usize> =
            self.links.iter().enumerate().filter_map(|(n, link)| Some((resolved(b"", &link.name)?, n))).collect();
        for link in &self.links {
            if sink.stopped() {
                return;
            }
            let mut target = link.target.clone();
            for _ in 0..LONGEST_CHAIN {
                // Links may lead over others, at their end or amid their path.
                let over = target.as_deref().and_then(|target| {
                    let (at, n) = ends(target).find_map(|end| Some((end, by_name.get(&target[..end])?)))?;
                    let next = self.links.get(*n)?.target.as_deref();
                    Some(next.and_then(|next| resolved(next, &target[at..])))
                });
                let Some(next) = over else { break };
                target = next;
            }
            let place = link.at..link.at;
            let file = target.as_deref().and_then(|target| self.files.get(&hash(target))).and_then(|ordinal| sink.members.get(*ordinal));
            match (file, &target) {
                (Some(file), _) => {
                    let defect = file.defect.map(|cause| (cause, file.detail.clone()));
                    let child = Child { content: file.content, size: file.size, defect };
                    sink.linked_member(&link.name, &[place], &child);
                }
                (None, Some(target)) if target.is_empty() || self.folders.contains(&hash(target)) => {}
                (None, _) if link.is_of_the_system => {}
                (None, _) => sink.unread_member(&link.name, place, 0, Cause::Link, "the link does not lead to a file inside the archive"),
            }
        }
    }
}

/// Where the parts of a path end.
fn ends(path: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr_iter(b'/', path).chain([path.len()])
}

fn hash(path: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

/// A path from the archive's root, as it is seen from a folder; `None` where it leads out of it.
fn resolved(folder: &[u8], path: &[u8]) -> Option<Vec<u8>> {
    if folder.len() + path.len() > LONGEST_PATH {
        return None;
    }
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in folder.split(|b| *b == b'/').chain(path.split(|b| *b == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join(&b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_their_folder() {
        let shown = |folder: &str, path: &str| resolved(folder.as_bytes(), path.as_bytes()).map(|path| String::from_utf8(path).unwrap());
        assert_eq!(shown("home/a", "../b/./c").as_deref(), Some("home/b/c"));
        assert_eq!(shown("", "./x//y").as_deref(), Some("x/y"));
        assert_eq!(shown("home", "../../x"), None);
    }
}
