use super::ValueFacts;
use crate::model::{Elements, PersonKey, RecordCounts};
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, HashMap};

/// A person in a row that carries a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Belongs {
    value: u32,
    person: PersonKey,
}

impl Belongs {
    /// As [`PersonKey::settle`], by value.
    fn settle(all: &mut Vec<Self>) {
        all.sort_unstable();
        all.dedup_by(|later, first| {
            let key = |one: &Self| (one.value, one.person.hash, one.person.known);
            let same = key(later) == key(first);
            if same {
                first.person.take(&later.person);
            }
            same
        });
    }
}

/// Counts the values of one column while its rows are read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tally {
    /// Values are kept up to so many different ones.
    most: usize,
    index: HashMap<String, u32, RandomState>,
    /// Count and first row, by index.
    seen: Vec<(u64, u64)>,
    belongs: Vec<Belongs>,
    /// What the records of a value hold, by index, up to the last value that records belong to.
    records: Vec<RecordCounts>,
    /// When so many persons are held, duplicates are dropped.
    compact_at: usize,
    /// Distinct pairs of a value and a person are kept up to so many; none is as many as there are.
    most_persons: Option<usize>,
    /// There were more, and what records belong to which value is kept no longer.
    is_mixed: bool,
    /// There were more different values than are kept.
    pub many: bool,
}

impl Tally {
    /// Keeps up to `most` different values.
    pub fn new(most: usize) -> Self {
        Self { most, many: most == 0, ..Self::default() }
    }

    /// Made by `default`, not by [`Tally::new`].
    pub fn is_unused(&self) -> bool {
        self.most == 0 && !self.many
    }

    /// Of the persons in the rows of its values, up to so many are kept; where there are more, none, and no records.
    pub fn keep_persons(&mut self, most: usize) {
        self.most_persons = Some(most);
    }

    /// The same, without counts.
    pub fn emptied(&self) -> Self {
        Self { most_persons: self.most_persons, ..Self::new(self.most) }
    }

    /// Counts a value in a row.
    pub fn add(&mut self, value: &str, row: u64) {
        self.count(value, 1, row);
    }

    /// Counts a value in a row that belongs to it, with what the row holds.
    pub fn add_record(&mut self, value: &str, row: u64, elements: Elements, persons: &[PersonKey]) {
        if let Some(index) = self.count(value, 1, row).filter(|_| !self.is_mixed) {
            self.records(index).add(elements, 1);
            self.belong(index, persons.iter().copied());
        }
    }

    fn count(&mut self, value: impl AsRef<str> + Into<String>, count: u64, row: u64) -> Option<u32> {
        if self.many {
            return None;
        }
        if let Some(&index) = self.index.get(value.as_ref()) {
            if let Some(seen) = self.seen.get_mut(index as usize) {
                seen.0 += count;
                seen.1 = seen.1.min(row);
            }
            return Some(index);
        }
        if self.index.len() >= self.most {
            self.give_up();
            return None;
        }
        let index = self.seen.len() as u32;
        self.index.insert(value.into(), index);
        self.seen.push((count, row));
        Some(index)
    }

    /// What the records of a value hold.
    fn records(&mut self, value: u32) -> &mut RecordCounts {
        let at = value as usize;
        if self.records.len() <= at {
            self.records.resize_with(at + 1, RecordCounts::default);
        }
        &mut self.records[at]
    }

    fn belong(&mut self, value: u32, persons: impl Iterator<Item = PersonKey>) {
        self.belongs.extend(persons.map(|person| Belongs { value, person }));
        if self.belongs.len() >= self.compact_at.max(1 << 12) {
            self.settle();
            self.compact_at = self.belongs.len() * 2;
        }
    }

    fn settle(&mut self) {
        Belongs::settle(&mut self.belongs);
        if self.most_persons.is_some_and(|most| self.belongs.len() > most) {
            self.mix();
        }
    }

    /// What records belong to which value is kept no longer.
    fn mix(&mut self) {
        (self.is_mixed, self.belongs, self.records) = (true, Vec::new(), Vec::new());
    }

    /// No values are kept from here on, nor were any.
    pub fn give_up(&mut self) {
        *self = Self { many: true, most: self.most, ..Self::default() };
    }

    /// Adds the counts of another part.
    pub fn merge(&mut self, part: Tally) {
        if part.many {
            return self.give_up();
        }
        if part.is_mixed {
            self.mix();
        }
        let mut renumbered = vec![None; part.seen.len()];
        for (value, old) in part.index {
            let Some(&(count, row)) = part.seen.get(old as usize) else { continue };
            renumbered[old as usize] = self.count(value, count, row);
        }
        if self.is_mixed {
            return;
        }
        for (records, value) in part.records.iter().zip(&renumbered).filter(|(records, _)| records.all > 0) {
            if let Some(value) = *value {
                self.records(value).merge(records);
            }
        }
        for one in part.belongs {
            if let Some(&Some(value)) = renumbered.get(one.value as usize) {
                self.belong(value, std::iter::once(one.person));
            }
            if self.is_mixed {
                return;
            }
        }
    }

    /// Takes back finished values.
    pub fn thaw(&mut self, values: BTreeMap<String, ValueFacts>) {
        for (value, facts) in values {
            if let Some(index) = self.count(value, facts.count, facts.offset) {
                self.belong(index, facts.persons.into_iter());
                if facts.records.all > 0 {
                    self.records(index).merge(&facts.records);
                }
            }
        }
    }

    /// The values in order, with their distinct persons in order.
    pub fn finish(mut self) -> BTreeMap<String, ValueFacts> {
        self.settle();
        let persons = |value: u32| {
            let from = self.belongs.partition_point(|one| one.value < value);
            let to = self.belongs.partition_point(|one| one.value <= value);
            self.belongs[from..to].iter().map(|one| one.person).collect::<Vec<_>>()
        };
        let facts = |index: u32| {
            let (count, offset) = self.seen.get(index as usize).copied()?;
            Some(ValueFacts {
                count,
                offset,
                persons: persons(index),
                records: self.records.get(index as usize).cloned().unwrap_or_default(),
            })
        };
        self.index.iter().filter_map(|(value, &index)| Some((value.clone(), facts(index)?))).collect()
    }
}
