use crate::ledger::{Reading, Root, Span};
use crate::matching::{Item, ListedItem, Matched, Survey};
use crate::model::{Cause, Class, ContentId, Status};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Bytes by what became of them; they add up to the size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ByteClasses {
    /// Read by a reader of the format.
    pub read: u64,
    /// Searched by the scan.
    pub scanned: u64,
    /// Pictures, audio, video, fonts.
    pub opaque: u64,
    /// Structure of containers and formats.
    pub structure: u64,
    /// Not read.
    pub gap: u64,
}

impl ByteClasses {
    fn of(class: Class, bytes: u64) -> Self {
        let mut out = Self::default();
        *out.part(class) = bytes;
        out
    }

    fn part(&mut self, class: Class) -> &mut u64 {
        match class {
            Class::Read => &mut self.read,
            Class::Scanned => &mut self.scanned,
            Class::Opaque => &mut self.opaque,
            Class::Structure => &mut self.structure,
            Class::Gap => &mut self.gap,
        }
    }

    /// All bytes.
    pub fn total(&self) -> u64 {
        self.read + self.scanned + self.opaque + self.structure + self.gap
    }

    fn add(&mut self, other: Self) {
        self.read += other.read;
        self.scanned += other.scanned;
        self.opaque += other.opaque;
        self.structure += other.structure;
        self.gap += other.gap;
    }

    /// The same shares of another size. What rounding leaves over goes to the largest share, but to the gap
    /// where there is one, so that no gap ever rounds to nothing.
    fn scaled(self, size: u64) -> Self {
        let total = self.total();
        if total == 0 {
            return Self::of(Class::Structure, size);
        }
        let part = |bytes: u64| (u128::from(bytes) * u128::from(size) / u128::from(total)) as u64;
        let mut out = Self {
            read: part(self.read),
            scanned: part(self.scanned),
            opaque: part(self.opaque),
            structure: part(self.structure),
            gap: part(self.gap),
        };
        let left = size - out.total();
        let largest = if self.gap > 0 {
            Class::Gap
        } else {
            let sizes = [
                (self.read, Class::Read),
                (self.scanned, Class::Scanned),
                (self.opaque, Class::Opaque),
                (self.structure, Class::Structure),
            ];
            sizes.into_iter().max_by_key(|(n, class)| (*n, std::cmp::Reverse(*class))).map_or(Class::Read, |(_, class)| class)
        };
        *out.part(largest) += left;
        out
    }
}

/// Coverage by status and cause, and by bytes of the root files.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct CoverageSummary {
    /// Items seen.
    pub items: u64,
    /// Items by disposition; they add up to the items seen.
    pub by_status: BTreeMap<String, u64>,
    /// Items by cause.
    pub by_cause: BTreeMap<String, u64>,
    /// Bytes of the root files, by what became of them.
    pub bytes: ByteClasses,
    /// Decoded bytes of all distinct contents, containers and members alike.
    pub decoded_bytes: u64,
}

impl CoverageSummary {
    fn count(&mut self, status: Status, cause: Option<Cause>) {
        self.items += 1;
        *self.by_status.entry(status.to_string()).or_default() += 1;
        if let Some(cause) = cause {
            *self.by_cause.entry(cause.to_string()).or_default() += 1;
        }
    }
}

/// Sums up what was read and what was not, with what is only listed.
pub fn summarise(matched: &Matched) -> CoverageSummary {
    let unwalked = matched.roots.iter().filter(|r| !r.walked);
    sum_up(&matched.readings, &matched.items, &matched.listed.rows, unwalked)
}

/// The same of a case that was joined with no registry.
pub fn summarise_survey(survey: &Survey) -> CoverageSummary {
    sum_up(&survey.readings, &survey.items, &survey.listed.rows, survey.unwalked.iter())
}

fn sum_up<'r>(
    readings: &[(i64, Reading)],
    items: &[Item],
    listed: &[ListedItem],
    unwalked: impl Iterator<Item = &'r Root>,
) -> CoverageSummary {
    let mut summary = CoverageSummary::default();
    listed.iter().filter(|l| l.item.is_none() && l.cause.is_some()).for_each(|l| summary.count(Status::Listed, l.cause));
    for root in unwalked {
        *summary.by_cause.entry(format!("{} ({})", Cause::WalkIncomplete, root.label)).or_default() += 1;
    }
    items.iter().filter(|i| !i.inherited).for_each(|i| summary.count(i.status, i.cause));
    summary.decoded_bytes = readings.iter().map(|(_, r)| r.size).sum();
    let mut classes = Classes { readings, by_content: by_content(readings), known: HashMap::new() };
    for item in items.iter().filter(|i| i.path.depth() == 0 && !i.inherited) {
        summary.bytes.add(classes.of_item(item));
    }
    summary
}

fn by_content(readings: &[(i64, Reading)]) -> HashMap<ContentId, usize> {
    readings.iter().enumerate().map(|(i, (_, r))| (r.content, i)).collect()
}

struct Classes<'r> {
    readings: &'r [(i64, Reading)],
    by_content: HashMap<ContentId, usize>,
    known: HashMap<usize, ByteClasses>,
}

impl Classes<'_> {
    fn of_item(&mut self, item: &Item) -> ByteClasses {
        match item.content {
            Some(content) => self.of(content),
            None => ByteClasses::of(Class::Gap, item.size),
        }
    }

    fn of(&mut self, content: usize) -> ByteClasses {
        if let Some(known) = self.known.get(&content) {
            return *known;
        }
        let mut sum = ByteClasses::default();
        let readings = self.readings;
        let reading = &readings[content].1;
        // An archive may contain itself; its inner copy then counts as structure.
        self.known.insert(content, sum);
        for span in &reading.spans {
            sum.add(match span {
                Span::As(class, bytes) => ByteClasses::of(*class, *bytes),
                Span::Gap(_, bytes) => ByteClasses::of(Class::Gap, *bytes),
                Span::Member(ordinal, bytes) => {
                    let member = reading.members.get(*ordinal as usize).filter(|m| m.defect.is_none());
                    match member.and_then(|m| m.content).and_then(|c| self.by_content.get(&c).copied()) {
                        Some(inside) => self.of(inside).scaled(*bytes),
                        None => ByteClasses::of(Class::Gap, *bytes),
                    }
                }
            });
        }
        self.known.insert(content, sum);
        sum
    }
}
