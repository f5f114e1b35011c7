use super::mention::{Mention, Source, owners, together};
use crate::format::Dated;
use crate::model::{DataElement, Elements, PersonKey, RecordCounts, Scheme, Strength};
use crate::table::{Sums, TableFacts};
use std::collections::{BTreeMap, BTreeSet, HashSet};

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

    /// Both together, settled.
    pub fn with(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.elements.extend(other.elements);
        both.add(&other.records, &other.persons);
        both.settle();
        both
    }

    /// The same without a part of it.
    pub fn without(&self, part: &Self) -> Self {
        let taken: HashSet<u64> = part.persons.iter().map(|person| person.hash).collect();
        let mut rest = self.clone();
        rest.records.take(&part.records);
        rest.persons.retain(|person| !taken.contains(&person.hash));
        rest
    }

    /// Makes the persons distinct, and of records with and without an address one.
    pub fn unite(&mut self) {
        PersonKey::unite(&mut self.persons);
    }

    /// Makes the persons distinct, as far as they are known by the same number.
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
    /// Kinds of personal data in its running text.
    pub text: Elements,
    /// The persons of whom it speaks.
    pub text_persons: Vec<PersonKey>,
    /// Columns of clients are blank in some rows with personal data, or hold others than are registered.
    pub names_others: bool,
    /// A table about persons that no column gives to anybody tells its rows apart by keys of institutions or clients.
    pub tells_apart: bool,
    /// Whose codes stand under a header that says nothing, in tables about persons that no column gives to anybody.
    pub unlabelled: BTreeSet<usize>,
    /// What stands under the names alone of institutions to whom nothing else in it belongs, and nowhere else.
    pub under_names: BTreeMap<usize, Personal>,
    /// Its payments stand amid other text, or in a file of which others may own the rest.
    pub beside_others: bool,
    /// Personal data of rows under codes that nobody has registered, in columns of clients that hold registered ones, too.
    pub unregistered: BTreeMap<String, Personal>,
    /// Owners that its fields name and the registry does not know.
    pub outside_owners: BTreeSet<String>,
    /// The days that the headers of its payments state.
    pub dated: Dated,
}

impl Findings {
    /// Joins equal mentions, and applies what can only be said of the content as a whole.
    pub fn settle(&mut self, list_size: u64, tables: &[TableFacts]) {
        self.join();
        if self.mentions.iter().any(|mention| mention.table.is_some()) {
            self.judge_tables(list_size, tables);
            self.mentions.iter_mut().for_each(|mention| mention.table = None);
            self.join();
        }
        let has_personal_data =
            self.all.elements.concern_persons() || self.all.elements.contains(DataElement::Amount) || !self.all.persons.is_empty();
        if !has_personal_data {
            judge_list(&mut self.mentions, list_size, None, tables.iter().any(TableFacts::has_particulars));
        }
        self.drop_text_of_cells();
        self.mentions.iter_mut().for_each(|mention| mention.places = Vec::new());
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
        self.mentions = together(std::mem::take(&mut self.mentions));
    }

    /// Each table is judged by itself, whatever else the content holds: a directory beside the table of the customers in
    /// a dump or workbook is a directory.
    fn judge_tables(&mut self, list_size: u64, tables: &[TableFacts]) {
        self.mentions.sort_by_key(|mention| mention.table);
        for mentions in self.mentions.chunk_by_mut(|a, b| a.table == b.table) {
            let Some(table) = mentions[0].table.and_then(|number| tables.get(number as usize)) else { continue };
            if table.has_personal_data() {
                continue;
            }
            let has_particulars = table.has_particulars();
            if table.sums() <= Sums::Figures {
                judge_list(mentions, list_size, Some(table.rows), has_particulars);
            }
            if table.rows >= LIST_ROWS && table.is_reference_list() && !has_particulars {
                // What a label beside it makes somebody's own (`Client code`, and in the next cell the code) is no entry
                // of a list; where many are labelled, that was seen above.
                for mention in mentions.iter_mut().filter(|m| m.source == Source::Rows && !m.is_sure_owner()) {
                    *mention = mention.clone().as_reference();
                }
            }
        }
    }

    /// Institutions whose content it surely is.
    pub fn owners(&self) -> BTreeSet<usize> {
        owners(&self.mentions)
    }

    /// Personal data that no field gives to anybody: of such records, and of running text.
    pub fn nobodys(&self) -> Personal {
        let mut personal = self.ownerless.clone();
        personal.elements.extend(self.text);
        personal.persons.extend_from_slice(&self.text_persons);
        personal.unite();
        personal
    }

    /// May some of it be others' whose names stand above it: does nothing but what it says make it its owner's?
    pub fn has_parts_of_others(&self, mentions: &[Mention]) -> bool {
        let mut owners = mentions.iter().filter(|m| m.is_sure_owner()).peekable();
        !self.under_names.is_empty() && owners.peek().is_some() && owners.all(|m| !matches!(m.source, Source::Path | Source::Payment))
    }

    /// What stands under the names of others than these.
    pub fn of_others(&self, owners: &BTreeSet<usize>) -> Personal {
        let mut all = Personal::default();
        for part in self.under_names.iter().filter(|(institution, _)| !owners.contains(institution)).map(|(_, part)| part) {
            all.elements.extend(part.elements);
            all.add(&part.records, &part.persons);
        }
        if !all.persons.is_empty() {
            all.elements.extend(self.text);
        }
        all.settle();
        all
    }

    /// Is what is known to be this institution's own only a part of the personal data in it?
    pub fn own_is_part(&self, institution: usize) -> bool {
        let fewer = |own: &Personal| {
            own.persons.len() < self.all.persons.len()
                || DataElement::ALL.iter().any(|e| own.records.holding(*e) < self.all.records.holding(*e))
        };
        self.beside_others || self.own.get(&institution).is_some_and(fewer)
    }

    /// Do the owners that it names by columns of tables own those tables alone, and not what no column gives to
    /// anybody? Where one institution is the only client that they name, in every row, all of it is that one's.
    pub fn tables_are_apart(&self) -> bool {
        let owners = self.owners();
        let is_code = |m: &&Mention| matches!(m.scheme, Scheme::ClientCode | Scheme::TransferAccount);
        self.names_others
            || self.tells_apart
            || owners.len() > 1
            || self.holds_codes_of_others(&owners)
            || self.mentions.iter().filter(is_code).any(|m| !owners.contains(&m.institution))
    }

    /// May a label in its text speak of less than all of it, since a table beside it is of several, or of others than these?
    pub fn is_of_others_too(&self, owners: &BTreeSet<usize>) -> bool {
        self.tells_apart || self.holds_codes_of_others(owners)
    }

    /// Do its text or tables say more of persons than its payments do? The lines of payments are text, too.
    pub fn says_more_than_payments(&self) -> bool {
        let own = || self.own.values();
        let elements = own().fold(Elements::default(), |mut all, own| {
            all.extend(own.elements);
            all
        });
        let is_known = |person: &PersonKey| own().any(|own| own.persons.binary_search_by_key(&person.hash, |known| known.hash).is_ok());
        self.ownerless.elements.concern_persons()
            || self.text.iter().any(|element| !elements.contains(element))
            || !self.text_persons.iter().all(is_known)
    }

    /// Personal data of running text.
    pub fn said_in_text(&self) -> Personal {
        let mut personal = Personal { elements: self.text, persons: self.text_persons.clone(), ..Personal::default() };
        personal.settle();
        personal
    }

    /// Do codes of others than these stand in tables that no column gives to anybody?
    pub fn holds_codes_of_others(&self, owners: &BTreeSet<usize>) -> bool {
        self.unlabelled.iter().any(|institution| !owners.contains(institution))
    }

    /// Do its fields make it the file of one institution, so that what could not be read of it is no other's?
    pub fn is_one_owners_file(&self) -> bool {
        let by_field = self.mentions.iter().any(|m| m.is_sure_owner() && m.source == Source::Payment);
        by_field && !self.beside_others && self.owners().len() == 1 && self.outside_owners.is_empty()
    }

    /// Does anything in it matter to a verdict or to the list of unattributed data?
    pub fn is_interesting(&self) -> bool {
        !self.mentions.is_empty() || !self.all.elements.is_empty() || !self.outside_owners.is_empty()
    }
}

/// A text or table that names many institutions about once each, and holds no person's or account's data,
/// is a directory: it says nothing about any of them. Strings of a binary tell no records apart, so
/// there only names count as such. Rows that say more than a directory does leave their codes open.
/// Of a table in which nearly every row is another institution's code, so few as are no chance are enough.
fn judge_list(mentions: &mut [Mention], list_size: u64, rows: Option<u64>, has_particulars: bool) {
    let is_listed = |m: &Mention| match m.source {
        Source::Prose | Source::Rows => true,
        Source::Strings => m.scheme == Scheme::Name,
        Source::Record | Source::Field | Source::Payment | Source::Path => false,
    };
    // A name or number that many bear is one entry, however many institutions it may mean.
    let mut bearers: BTreeMap<(&Scheme, &str), (usize, bool)> = BTreeMap::new();
    for mention in mentions.iter().filter(|m| is_listed(m)) {
        let (first, is_shared) = bearers.entry((&mention.scheme, &mention.value)).or_insert((mention.institution, false));
        *is_shared |= *first != mention.institution;
    }
    let mut times: BTreeMap<(Entry<'_>, &Scheme), u64> = BTreeMap::new();
    for mention in mentions.iter().filter(|m| is_listed(m)) {
        let is_shared = bearers.get(&(&mention.scheme, mention.value.as_str())).is_some_and(|(_, is_shared)| *is_shared);
        let entry = if is_shared { Entry::Shared(&mention.value) } else { Entry::Institution(mention.institution) };
        let counted = times.entry((entry, &mention.scheme)).or_default();
        *counted = (*counted).max(mention.count);
    }
    let entries: BTreeSet<Entry<'_>> = times.keys().map(|(entry, _)| *entry).collect();
    // An institution with several branches or numbers has several entries.
    let few = times.values().filter(|&&count| count <= 2).count() * 2 >= times.len();
    // A list may say each as often: in a heading, and once more below it.
    let mut counts: Vec<u64> = times.values().copied().collect();
    counts.sort_unstable();
    let as_often = counts.chunk_by(|a, b| a == b).any(|same| same[0] <= 4 && same.len() * 5 >= counts.len() * 4);
    let about_once = (few || as_often) && counts.iter().sum::<u64>() <= 4 * counts.len() as u64;
    // Labelled codes of a few institutions beside a list of many names are no part of the list.
    let labelled: BTreeSet<usize> = mentions.iter().filter(|m| is_listed(m) && m.is_sure_owner()).map(|m| m.institution).collect();
    let labelled = labelled.len() as u64;
    let is_code_table = labelled >= LIST_ROWS && rows.is_some_and(|rows| rows <= labelled + labelled / 4 + 1);
    let lists_codes = labelled >= list_size || is_code_table;
    if (entries.len() as u64 >= list_size || is_code_table) && about_once {
        for mention in mentions.iter_mut().filter(|m| is_listed(m) && (lists_codes || !m.is_sure_owner())) {
            *mention = match mention.source {
                Source::Rows if has_particulars && mention.is_sure_owner() => mention.clone().as_weak(),
                _ => mention.clone().as_reference(),
            };
        }
    }
}
