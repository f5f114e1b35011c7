//! Where contents lie: every path to one, from the rows of the ledger that speak of it; and the whole tree
//! where a query asks for it.

use crate::ledger::{ContentRow, FileRow, Ledger, MemberRow};
use crate::model::{Cause, ContentId, EvidencePath, Status};
use anyhow::Result;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Of so many copies of one content the paths are made; more are counted only.
pub(super) const COPIES: usize = 1_000;
/// Containers around a container, through all that is known: what is deeper is not looked for.
const DEEPEST: usize = 512;

/// A path at which something lies.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    pub path: EvidencePath,
    pub status: Status,
    pub cause: Option<Cause>,
    pub size: u64,
}

/// The paths to one content.
#[derive(Default)]
pub(super) struct Paths {
    /// The first ones, in their order.
    first: Vec<Way>,
    /// How many there are.
    pub total: u64,
}

#[derive(Clone)]
struct Way {
    path: EvidencePath,
    /// The container right around it, and what is wrong with it as its member.
    container: Option<i64>,
    defect: Option<Cause>,
}

/// The catalogue of a case, filled as it is asked.
pub(super) struct Catalogue<'c> {
    ledger: &'c Ledger,
    labels: HashMap<i64, String>,
    whole: Option<Whole>,
    contents: HashMap<i64, Option<Rc<ContentRow>>>,
    paths: HashMap<i64, Rc<Paths>>,
    open: HashSet<i64>,
}

/// The whole ledger but its readings.
struct Whole {
    by_sha256: HashMap<ContentId, i64>,
    ids: Vec<i64>,
    files: HashMap<i64, Vec<FileRow>>,
    members: HashMap<ContentId, Vec<MemberRow>>,
    /// Files and members of which nothing was read.
    bare_files: Vec<FileRow>,
    bare_members: Vec<MemberRow>,
}

impl<'c> Catalogue<'c> {
    pub(super) fn new(ledger: &'c Ledger) -> Result<Self> {
        let labels = ledger.roots()?.into_iter().map(|root| (root.id, root.label)).collect();
        Ok(Self { ledger, labels, whole: None, contents: HashMap::new(), paths: HashMap::new(), open: HashSet::new() })
    }

    /// Loads all rows at once: faster than asking for many.
    pub(super) fn load(&mut self) -> Result<()> {
        if self.whole.is_some() {
            return Ok(());
        }
        let contents = self.ledger.content_rows()?;
        let mut whole = Whole {
            by_sha256: contents.iter().map(|c| (c.sha256, c.id)).collect(),
            ids: contents.iter().map(|c| c.id).collect(),
            files: HashMap::new(),
            members: HashMap::new(),
            bare_files: Vec::new(),
            bare_members: Vec::new(),
        };
        self.contents = contents.into_iter().map(|c| (c.id, Some(Rc::new(c)))).collect();
        for file in self.ledger.files()? {
            match file.content.filter(|id| self.contents.contains_key(id)) {
                Some(id) => whole.files.entry(id).or_default().push(file),
                None => whole.bare_files.push(file),
            }
        }
        for member in self.ledger.members()? {
            match member.sha256.filter(|sha256| whole.by_sha256.contains_key(sha256)) {
                Some(sha256) => whole.members.entry(sha256).or_default().push(member),
                None => whole.bare_members.push(member),
            }
        }
        self.whole = Some(whole);
        Ok(())
    }

    /// The rows of all contents.
    pub(super) fn all_contents(&mut self) -> Result<Vec<i64>> {
        self.load()?;
        Ok(self.whole.as_ref().map(|whole| whole.ids.clone()).unwrap_or_default())
    }

    /// A content; `None` where a reading was rolled back.
    pub(super) fn content(&mut self, id: i64) -> Result<Option<Rc<ContentRow>>> {
        if let Some(known) = self.contents.get(&id) {
            return Ok(known.clone());
        }
        let row = if self.whole.is_some() { None } else { self.ledger.content(id)?.map(Rc::new) };
        self.contents.insert(id, row.clone());
        Ok(row)
    }

    /// Every path to a content.
    pub(super) fn paths(&mut self, id: i64) -> Result<Rc<Paths>> {
        if let Some(known) = self.paths.get(&id) {
            return Ok(known.clone());
        }
        // An archive that contains itself, by whatever way, is not followed into itself.
        if self.open.len() >= DEEPEST || !self.open.insert(id) {
            return Ok(Rc::default());
        }
        let mut paths = Paths::default();
        if let Some(content) = self.content(id)? {
            for file in self.files_of(id)? {
                if let Some(label) = self.labels.get(&file.root) {
                    paths.first.push(Way { path: EvidencePath::file(label, file.path), container: None, defect: None });
                    paths.total += 1;
                }
            }
            for member in self.members_with(content.sha256)? {
                let around = self.paths(member.container)?;
                paths.total = paths.total.saturating_add(around.total);
                let way = |way: &Way| Way { path: way.path.member(&member.name), container: Some(member.container), defect: member.defect };
                paths.first.extend(around.first.iter().map(way));
                if paths.first.len() > 4 * COPIES {
                    paths.shorten();
                }
            }
        }
        paths.shorten();
        self.open.remove(&id);
        let paths = Rc::new(paths);
        self.paths.insert(id, paths.clone());
        Ok(paths)
    }

    fn files_of(&self, id: i64) -> Result<Vec<FileRow>> {
        match &self.whole {
            Some(whole) => Ok(whole.files.get(&id).cloned().unwrap_or_default()),
            None => self.ledger.files_of(id),
        }
    }

    fn members_with(&self, sha256: ContentId) -> Result<Vec<MemberRow>> {
        match &self.whole {
            Some(whole) => Ok(whole.members.get(&sha256).cloned().unwrap_or_default()),
            None => self.ledger.members_with(sha256),
        }
    }

    /// The copies of a content, the first in the order of their paths first, and how many there are.
    pub(super) fn copies(&mut self, content: &ContentRow) -> Result<(Vec<Copy>, u64)> {
        let paths = self.paths(content.id)?;
        let mut out = Vec::with_capacity(paths.first.len());
        for (number, way) in paths.first.iter().enumerate() {
            let in_a_copy = self.lies_in_a_copy(way)?;
            let is_copy = in_a_copy || (number > 0 && content.size > 0);
            let (status, cause) = match way.defect {
                Some(defect) => (Status::Partial, Some(defect)),
                None => (content.status, content.cause),
            };
            out.push(Copy { path: way.path.clone(), status: if is_copy { Status::Duplicate } else { status }, cause, size: content.size });
        }
        Ok((out, paths.total))
    }

    /// Is the container around it a duplicate of one that comes earlier?
    fn lies_in_a_copy(&mut self, way: &Way) -> Result<bool> {
        let Some(container) = way.container else { return Ok(false) };
        let around = self.paths(container)?;
        let above = &way.path.steps[..way.path.steps.len() - 1];
        Ok(around.first.first().is_none_or(|first| first.path.label != way.path.label || first.path.steps != above))
    }

    /// Everything of which nothing was read, by path.
    pub(super) fn bare(&mut self) -> Result<Vec<Copy>> {
        self.load()?;
        let Some(whole) = self.whole.take() else { return Ok(Vec::new()) };
        let mut out = Vec::new();
        for file in &whole.bare_files {
            let Some(label) = self.labels.get(&file.root) else { continue };
            let is_lost = file.content.is_some();
            out.push(Copy {
                path: EvidencePath::file(label, file.path.clone()),
                status: if is_lost { Status::Unread } else { file.status },
                cause: if is_lost { Some(Cause::Pending) } else { file.cause },
                size: file.size,
            });
        }
        let members = whole.bare_members.clone();
        self.whole = Some(whole);
        for member in members {
            let around = self.paths(member.container)?;
            for (number, way) in around.first.iter().enumerate() {
                out.push(Copy {
                    path: way.path.member(&member.name),
                    status: if number > 0 || self.lies_in_a_copy(way)? { Status::Duplicate } else { Status::Unread },
                    // A member whose content the ledger lacks was not read, whatever its container says.
                    cause: Some(member.defect.unwrap_or(Cause::Pending)),
                    size: member.size,
                });
            }
        }
        out.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(out)
    }
}

impl Paths {
    fn shorten(&mut self) {
        self.first.sort_by(|a, b| a.path.cmp(&b.path));
        self.first.dedup_by(|a, b| a.path == b.path);
        self.first.truncate(COPIES);
    }
}
