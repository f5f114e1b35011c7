//! The items of a case: every path at which something lies, derived from the files below the roots and
//! the members of what was read. The order of reading leaves no trace in them.

use crate::format::Member;
use crate::ledger::{FileRow, Reading, Root};
use crate::model::{Cause, ContentId, EvidencePath, Status};
use std::collections::{HashMap, HashSet};

/// One thing to read.
#[derive(Clone, Debug)]
pub struct Item {
    /// Where it lies.
    pub path: EvidencePath,
    /// What was read of it: index into the readings.
    pub content: Option<usize>,
    /// Size in bytes; of a member, decoded.
    pub size: u64,
    /// How reading it ended.
    pub status: Status,
    /// Why it was not read, or not wholly.
    pub cause: Option<Cause>,
    /// The cause in words.
    pub detail: String,
    /// When it was last modified, in nanoseconds of the Unix epoch; of a member, when its outermost container was.
    pub mtime: Option<i64>,
    /// Inside a duplicate: listed with the first copy, and kept here because each path is attributed by
    /// itself.
    pub inherited: bool,
}

impl Item {
    /// Is it a folder in which nothing lies?
    pub fn is_bare_folder(&self) -> bool {
        self.content.is_none() && self.path.steps.last().is_some_and(|step| step.ends_with(b"/"))
    }
}

/// Derives the items, in the order of their paths; inherited ones follow their duplicate. `interesting` says of each reading whether anything in it or below it matters to
/// somebody (a mention, a gap, persons' data); the members of duplicates are only followed where it does.
pub fn derive(roots: &[Root], files: &[FileRow], readings: &[(i64, Reading)], interesting: &[bool]) -> Vec<Item> {
    let by_row: HashMap<i64, usize> = readings.iter().enumerate().map(|(i, (row, _))| (*row, i)).collect();
    let by_content: HashMap<ContentId, usize> = readings.iter().enumerate().map(|(i, (_, r))| (r.content, i)).collect();
    let labels: HashMap<i64, &str> = roots.iter().map(|r| (r.id, r.label.as_str())).collect();
    let mut ordered: Vec<(EvidencePath, &FileRow)> =
        files.iter().filter_map(|f| Some((EvidencePath::file(labels.get(&f.root)?, f.path.clone()), f))).collect();
    ordered.sort_by(|a, b| a.0.cmp(&b.0));
    let mut derivation = Derivation { readings, by_content, interesting, seen: HashSet::new(), items: Vec::with_capacity(ordered.len()) };
    for (path, file) in ordered {
        let first = derivation.items.len();
        match file.content.and_then(|row| by_row.get(&row)) {
            Some(&content) => derivation.add(path, content, None, None),
            None => {
                let lost = file.content.is_some();
                // A link to a folder counts as read, there; whatever else was not read is a gap, whether it says why or not.
                let unexplained = (file.status != Status::Read).then_some(Cause::Pending);
                derivation.items.push(Item {
                    path,
                    content: None,
                    size: file.size,
                    status: if lost { Status::Unread } else { file.status },
                    cause: if lost { Some(Cause::Pending) } else { file.cause.or(unexplained) },
                    detail: file.detail.clone(),
                    mtime: None,
                    inherited: false,
                });
            }
        }
        derivation.items[first..].iter_mut().for_each(|item| item.mtime = Some(file.mtime));
    }
    derivation.items
}

/// What a missed control says against an item that was read is a gap of it: the run could have missed anything
/// in it.
pub fn doubt<'d>(items: &mut [Item], doubt: &impl Fn(usize) -> Option<&'d str>) {
    for item in items.iter_mut().filter(|item| item.cause.is_none()) {
        if let Some(words) = item.content.and_then(doubt) {
            item.cause = Some(Cause::ControlFailed);
            item.detail = words.to_owned();
            item.status = if item.status == Status::Duplicate { Status::Duplicate } else { Status::Partial };
        }
    }
}

struct Derivation<'a> {
    readings: &'a [(i64, Reading)],
    by_content: HashMap<ContentId, usize>,
    interesting: &'a [bool],
    seen: HashSet<usize>,
    items: Vec<Item>,
}

impl Derivation<'_> {
    /// Adds an item and everything in it. `inherited` holds the contents that were met inside the duplicate
    /// that is being followed, each once: a bomb of nested copies ends there.
    fn add(&mut self, path: EvidencePath, content: usize, member: Option<&Member>, inherited: Option<&mut HashSet<usize>>) {
        let reading = &self.readings[content].1;
        let first = self.seen.insert(content) || (reading.size == 0 && inherited.is_none());
        let (mut status, mut cause) = reading.status();
        let mut detail = reading.gaps.first().map_or(String::new(), |g| g.detail.clone());
        if let Some(member) = member
            && let Some(defect) = member.defect
        {
            status = Status::Partial;
            cause = Some(defect);
            detail = member.detail.clone();
        }
        let is_copy = inherited.is_some() || !first;
        self.items.push(Item {
            path: path.clone(),
            content: Some(content),
            size: reading.size,
            status: if is_copy { Status::Duplicate } else { status },
            cause,
            detail,
            mtime: None,
            inherited: inherited.is_some(),
        });
        let readings = self.readings;
        let members = &readings[content].1.members;
        match inherited {
            None if first => self.add_members(&path, members, None),
            None if self.interesting[content] => self.add_members(&path, members, Some(&mut HashSet::from([content]))),
            Some(met) => {
                let members = if met.insert(content) && self.interesting[content] { &members[..] } else { &[] };
                self.add_members(&path, members, Some(met));
            }
            None => {}
        }
    }

    fn add_members(&mut self, path: &EvidencePath, members: &[Member], mut inherited: Option<&mut HashSet<usize>>) {
        let mut order: Vec<&Member> = members.iter().collect();
        order.sort_by(|a, b| a.name.cmp(&b.name));
        for member in order {
            let path = path.member(&member.name);
            match member.content.and_then(|c| self.by_content.get(&c).copied()) {
                Some(content) => self.add(path, content, Some(member), inherited.as_deref_mut()),
                None => self.items.push(Item {
                    path,
                    content: None,
                    size: member.size,
                    status: if inherited.is_some() { Status::Duplicate } else { Status::Unread },
                    // A member whose content the ledger lacks was not read, whatever its container says.
                    cause: Some(member.defect.unwrap_or(Cause::Pending)),
                    detail: member.detail.clone(),
                    mtime: None,
                    inherited: inherited.is_some(),
                }),
            }
        }
    }
}

/// Spreads interest from contents to everything that contains them.
pub fn spread_interest(readings: &[(i64, Reading)], mut interesting: Vec<bool>) -> Vec<bool> {
    let by_content: HashMap<ContentId, usize> = readings.iter().enumerate().map(|(i, (_, r))| (r.content, i)).collect();
    let mut containers: Vec<Vec<usize>> = vec![Vec::new(); readings.len()];
    for (i, (_, reading)) in readings.iter().enumerate() {
        for member in reading.members.iter().filter_map(|m| m.content).filter_map(|c| by_content.get(&c)) {
            containers[*member].push(i);
        }
    }
    let mut open: Vec<usize> = (0..readings.len()).filter(|&i| interesting[i]).collect();
    while let Some(i) = open.pop() {
        for &container in &containers[i] {
            if !std::mem::replace(&mut interesting[container], true) {
                open.push(container);
            }
        }
    }
    interesting
}
