use super::judge::{Mention, Source};
use crate::format::Dated;
use crate::model::{DataElement, Elements, PersonKey, RecordCounts, Scheme, Strength};
use crate::table::{ColumnType, TableFacts};
use std::collections::{BTreeMap, BTreeSet};

/// A table with fewer rows is no list.
const LIST_ROWS: u64 = 3;

/// Personal data: its kinds, and the persons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Personal {
    /// Kinds.
    pub elements: Elements,
    /// Persons, distinct and sorted once [`Personal::settle`] was called.
    pub persons: Vec<PersonKey>,
    /// How many records there are, and how many hold which kind.
    pub records: RecordCounts,
}

impl Personal {
    /// Adds records with what they hold.
    pub fn add(&mut self, records: &RecordCounts, persons: &[PersonKey]) {
        self.elements.extend(records.elements());
        self.records.merge(records);
        self.persons.extend_from_slice(persons);
    }

    /// Makes the persons distinct.
    pub fn settle(&mut self) {
        PersonKey::settle(&mut self.persons);
    }
}

/// What stands on a list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Entry<'m> {
    Institution(usize),
    /// A value that several institutions bear.
    Shared(&'m str),
}

/// All that one content says about institutions.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Mentions in it.
    pub mentions: Vec<Mention>,
    /// Personal data of records that are known to be one institution's.
    pub own: BTreeMap<usize, Personal>,
    /// All personal data in it.
    pub all: Personal,
    /// Personal data of records that no field gives to anybody.
    pub ownerless: Personal,
    /// Its payments stand amid other text, which is not known to be their owner's.
    pub amid_text: bool,
    /// Owners that its fields name and the registry does not know.
    pub outside_owners: BTreeSet<String>,
    /// The days that the headers of its payments state.
    pub dated: Dated,
}

impl Findings {
    /// Joins equal mentions, and applies what can only be said of the content as a whole.
    pub fn settle(&mut self, list_size: u64, tables: &[TableFacts]) {
        self.join();
        self.judge_lists(list_size, tables.iter().any(|t| t.holds(&ColumnType::Particulars)));
        if !tables.is_empty() && tables.iter().all(|t| t.rows >= LIST_ROWS && t.is_reference_list() && !t.holds(&ColumnType::Particulars)) {
            // What a label beside it makes somebody's own (`Client code`, and in the next cell the code) is no entry of
            // a list; where many are labelled, that was seen above.
            for mention in self.mentions.iter_mut().filter(|m| m.source == Source::Rows && !m.is_sure_owner()) {
                *mention = mention.clone().as_reference();
            }
        }
        self.drop_text_of_cells();
        self.all.settle();
        self.ownerless.settle();
        self.own.values_mut().for_each(Personal::settle);
    }

    /// A printed table is read as rows and as text. Where a code stands in the text no more often than in columns of
    /// identifiers, these have said what it means there.
    fn drop_text_of_cells(&mut self) {
        let mut cells: BTreeMap<(usize, Scheme, String), u64> = BTreeMap::new();
        for mention in self.mentions.iter().filter(|m| m.source == Source::Field) {
            *cells.entry((mention.institution, mention.scheme.clone(), mention.value.clone())).or_default() += mention.count;
        }
        for mention in self.mentions.iter_mut().filter(|m| m.source == Source::Prose && m.strength == Strength::Weak) {
            let key = (mention.institution, mention.scheme.clone(), mention.value.clone());
            if cells.get(&key).is_some_and(|count| *count >= mention.count) {
                *mention = mention.clone().as_reference();
            }
        }
    }

    fn join(&mut self) {
        self.mentions.sort_by(|a, b| a.key().cmp(&b.key()).then(a.offset.cmp(&b.offset)).then(a.context.cmp(&b.context)));
        // Passages overlap: the same place is one mention.
        self.mentions.dedup_by(|later, first| {
            first.source != Source::Field && first.source != Source::Payment && later.key() == first.key() && later.offset == first.offset
        });
        let mut joined: Vec<Mention> = Vec::with_capacity(self.mentions.len());
        for mention in self.mentions.drain(..) {
            match joined.last_mut() {
                Some(last) if last.key() == mention.key() => last.count += mention.count,
                _ => joined.push(mention),
            }
        }
        self.mentions = joined;
    }

    /// A text or table that names many institutions about once each, and holds no person's or account's data,
    /// is a directory: it says nothing about any of them. Strings of a binary tell no records apart, so
    /// there only names count as such. Rows that say more than a directory does leave their codes open.
    fn judge_lists(&mut self, list_size: u64, has_particulars: bool) {
        if self.all.elements.concern_persons() || self.all.elements.contains(DataElement::Amount) || !self.all.persons.is_empty() {
            return;
        }
        let is_listed = |m: &Mention| match m.source {
            Source::Prose | Source::Rows => true,
            Source::Strings => m.scheme == Scheme::Name,
            Source::Record | Source::Field | Source::Payment | Source::Path => false,
        };
        // A name or number that many bear is one entry, however many institutions it may mean.
        let mut bearers: BTreeMap<(&Scheme, &str), (usize, bool)> = BTreeMap::new();
        for mention in self.mentions.iter().filter(|m| is_listed(m)) {
            let (first, is_shared) = bearers.entry((&mention.scheme, &mention.value)).or_insert((mention.institution, false));
            *is_shared |= *first != mention.institution;
        }
        let mut times: BTreeMap<(Entry<'_>, &Scheme), u64> = BTreeMap::new();
        for mention in self.mentions.iter().filter(|m| is_listed(m)) {
            let is_shared = bearers.get(&(&mention.scheme, mention.value.as_str())).is_some_and(|(_, is_shared)| *is_shared);
            let entry = if is_shared { Entry::Shared(&mention.value) } else { Entry::Institution(mention.institution) };
            let counted = times.entry((entry, &mention.scheme)).or_default();
            *counted = (*counted).max(mention.count);
        }
        let entries: BTreeSet<Entry<'_>> = times.keys().map(|(entry, _)| *entry).collect();
        // An institution with several branches or numbers has several entries.
        let few = times.values().filter(|&&count| count <= 2).count() * 2 >= times.len();
        let about_once = few && times.values().sum::<u64>() <= 4 * times.len() as u64;
        // Labelled codes of a few institutions beside a list of many names are no part of the list.
        let labelled: BTreeSet<usize> = self.mentions.iter().filter(|m| is_listed(m) && m.is_sure_owner()).map(|m| m.institution).collect();
        let lists_codes = labelled.len() as u64 >= list_size;
        if entries.len() as u64 >= list_size && about_once {
            for mention in self.mentions.iter_mut().filter(|m| is_listed(m) && (lists_codes || !m.is_sure_owner())) {
                *mention = match mention.source {
                    Source::Rows if has_particulars && mention.is_sure_owner() => mention.clone().as_weak(),
                    _ => mention.clone().as_reference(),
                };
            }
        }
    }

    /// Institutions whose content it surely is.
    pub fn owners(&self) -> BTreeSet<usize> {
        self.mentions.iter().filter(|m| m.is_sure_owner()).map(|m| m.institution).collect()
    }

    /// Is what is known to be this institution's own only a part of the personal data in it?
    pub fn own_is_part(&self, institution: usize) -> bool {
        let fewer = |own: &Personal| {
            own.persons.len() < self.all.persons.len()
                || DataElement::ALL.iter().any(|e| own.records.holding(*e) < self.all.records.holding(*e))
        };
        self.amid_text || self.own.get(&institution).is_some_and(fewer)
    }

    /// Do its fields make it the file of one institution, so that what could not be read of it is no other's?
    pub fn is_one_owners_file(&self) -> bool {
        let by_field = self.mentions.iter().any(|m| m.is_sure_owner() && m.source == Source::Payment);
        by_field && !self.amid_text && self.owners().len() == 1 && self.outside_owners.is_empty()
    }

    /// Does anything in it matter to a verdict or to the list of unattributed data?
    pub fn is_interesting(&self) -> bool {
        !self.mentions.is_empty() || !self.all.elements.is_empty() || !self.outside_owners.is_empty()
    }
}
