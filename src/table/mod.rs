//! Tables: what the columns of a table are, and what its rows establish about institutions and persons.
//!
//! Columns are typed once, by header and by a sample of what they hold. A row then only touches the
//! columns whose values matter: identifiers of institutions, which are kept with their counts, parts of
//! persons' names and addresses, which are hashed, and columns with so few different values that they
//! may be codes without a helpful header.

mod amounts;
mod apart;
mod attributes;
mod beside;
mod boilerplate;
mod column;
mod content;
mod figures;
mod headed;
mod header;
mod lexicon;
mod makers;
mod names;
mod officers;
mod partings;
mod persons;
mod phrases;
mod qualified;
mod said;
mod samples;
mod shared;
mod tally;
mod typing;

pub(crate) use amounts::{is_money, sign_behind};
pub use column::{ColumnType, Side};
pub(crate) use content::{
    codes_beside, is_card, is_house, is_hyphenated_ssn, is_national_insurance, is_person_name, is_plain_street, is_wordy, year_of,
};
pub use figures::Sums;
pub(crate) use header::{Heading, Keys, heading, keys};
pub(crate) use lexicon::{has_bank_word, has_familiar_name, is_company, is_given_name, is_state};
pub(crate) use makers::is_makers;
pub(crate) use partings::parting;
pub use said::{Said, SaidFacts};
pub(crate) use samples::{is_sample_address, is_sample_card, is_sample_ssn};

use crate::identifier::{Specific, aba, bic, iban, normalise};
use crate::model::{DataElement, Elements, PersonKey, RecordCounts, Scheme, says_nothing};
use attributes::Attributes;
use persons::Persons;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use tally::Tally;
use typing::Typed;

/// Columns beyond are not typed; their text is read like all text.
const MOST_COLUMNS: usize = 4_096;
/// Columns of identifiers beyond are kept like columns of no type.
const MOST_ID_COLUMNS: usize = 16;
/// Different values that a column of identifiers is kept with: more than there are institutions.
const MOST_IDS: usize = 1 << 17;
/// Different values that a column of banks' names is kept with.
const MOST_NAMES: usize = 1 << 15;
/// Different values that another column is kept with.
const MOST_VALUES: usize = 256;
/// Columns of no type beyond are not kept at all.
const MOST_VALUE_COLUMNS: usize = 1_024;
/// Bytes of a value that is kept.
const LONGEST_VALUE: usize = 255;
/// Characters of a header cell that are kept.
const LONGEST_HEADER: usize = 200;

/// What one table establishes: small, mergeable, kept in the ledger. Values, persons and elements are
/// complete after [`TableFacts::finish`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TableFacts {
    /// Sheet or table name; empty for a plain file.
    pub name: String,
    /// Of a sheet: its name and the rows above the header, cells joined by tabs, one row a line.
    pub title: String,
    /// Header cells; empty where there is no header.
    pub header: Vec<String>,
    /// Columns in their order.
    pub columns: Vec<ColumnFacts>,
    /// Rows, without the header.
    pub rows: u64,
    /// Rows with more cells than there are columns.
    pub wide_rows: u64,
    /// Kinds of personal data in the typed columns that hold values.
    pub elements: Elements,
    /// How many rows hold which kind.
    pub records: RecordCounts,
    /// Distinct persons of the table, sorted.
    pub persons: Vec<PersonKey>,
    /// What the rows hold that leave every column of clients blank, where there is one and they speak of persons.
    pub nobodys: RecordCounts,
    /// Their distinct persons, sorted.
    pub nobodys_persons: Vec<PersonKey>,
    /// Of a table without such a column: what stands under a line that names a client, by the client's code as it stands
    /// there. Nothing where persons of it stand under none.
    pub headed: BTreeMap<String, ValueFacts>,
    /// What cells say in words beyond the columns; not among the above, but for what the rows of a client hold.
    pub said: SaidFacts,
    #[serde(skip)]
    work: Work,
}

/// What one column holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnFacts {
    /// What its cells are.
    pub kind: ColumnType,
    /// Cells that are not empty.
    pub non_empty: u64,
    /// Of columns of identifiers: the values in the normal form of their scheme, trimmed for
    /// `ClientId`, the bank parts for `Iban`; national codes whose country is not known start with `:`.
    /// Cells that are no value of the scheme are left out. Of columns of no type and of bank names:
    /// the trimmed cells, as long as there are few different ones. Of others: nothing.
    #[serde(deserialize_with = "crate::model::in_order::deserialize")]
    pub values: BTreeMap<String, ValueFacts>,
    /// There were more different values than are kept, and none are; the text has them.
    pub many_values: bool,
    #[serde(skip)]
    tally: Tally,
}

/// How often a value stands in a column, and with whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueFacts {
    /// Cells that hold it.
    pub count: u64,
    /// Offset in the item of the first row that holds it.
    pub offset: u64,
    /// Of a `ClientId` column and of a few that may say whose rows are: the distinct persons of its rows, sorted.
    pub persons: Vec<PersonKey>,
    /// Of such columns: how many of its rows hold which kind of personal data.
    pub records: RecordCounts,
}

impl ValueFacts {
    /// Is it known what the rows hold in which it stands? Else these are not told apart from the others of the table.
    pub fn is_told_apart(&self) -> bool {
        self.records.all >= self.count
    }
}

/// What is needed while rows are read.
#[derive(Clone, Debug, Default, PartialEq)]
struct Work {
    keeps: Vec<Keep>,
    country: Option<usize>,
    /// Columns that say whose a row is.
    clients: Vec<usize>,
    /// There are several, each with persons of its own: tables stand side by side.
    side_by_side: bool,
    /// Columns whose cells are personal data by themselves.
    personal: Vec<(usize, DataElement)>,
    /// Columns of post codes and of towns: both together are an address.
    towns: [Option<usize>; 2],
    persons: Persons,
    /// The rows are attributes of persons.
    attributes: Option<Attributes>,
    row_persons: Vec<PersonKey>,
    compact_at: usize,
    compact_nobodys_at: usize,
    /// Its rows are read in the order in which they stand, amid the text around them.
    is_in_order: bool,
    headed: Tally,
    /// Persons stand under no line that names a client.
    is_unheaded: bool,
}

/// What is kept of a column's cells.
#[derive(Clone, Debug, PartialEq)]
enum Keep {
    Nothing,
    Cells,
    /// Cells, with what the rows hold in which each stands.
    Apart,
    Clients,
    Banks(Scheme, &'static str),
    Dfis,
    Ibans,
}

impl TableFacts {
    /// Types the columns after header and sample. Rows of the sample are not counted: they come again.
    pub fn new(name: &str, header: Option<&[String]>, sample: &[Vec<String>]) -> Self {
        let header: Vec<String> =
            header.unwrap_or_default().iter().take(MOST_COLUMNS).map(|cell| cell.chars().take(LONGEST_HEADER).collect()).collect();
        let width = sample.iter().map(Vec::len).max().unwrap_or_default().max(header.len()).min(MOST_COLUMNS);
        let mut types = typing::type_columns(name, &header, sample, width);
        types
            .iter_mut()
            .filter(|typed| typed.kind.names_institutions())
            .skip(MOST_ID_COLUMNS)
            .for_each(|typed| typed.kind = ColumnType::Other);
        let mut keeps: Vec<Keep> = types.iter().map(Keep::of).collect();
        let apart = apart::columns(&header, &types, sample);
        keeps.iter_mut().enumerate().filter(|(i, _)| apart.iter().any(|(apart, _)| apart == i)).for_each(|(_, keep)| *keep = Keep::Apart);
        let column = |(i, typed): (usize, &Typed)| {
            let mut column = ColumnFacts { kind: typed.kind.clone(), ..ColumnFacts::default() };
            column.tally = Tally::new(if i < MOST_VALUE_COLUMNS || typed.kind.is_identifier() { column.kept() } else { 0 });
            if let Some((_, most)) = apart.iter().find(|(apart, _)| *apart == i) {
                column.tally.keep_persons(*most);
            }
            column
        };
        let clients: Vec<usize> = (0..types.len()).filter(|&i| matches!(types[i].kind, ColumnType::ClientId(_))).collect();
        let persons = Persons::of(&types, sample);
        let is_alike = |pair: &[usize]| header.get(pair[0]).is_some_and(|name| header.get(pair[1]) == Some(name));
        let attributes = if persons.is_empty() { Attributes::of(sample) } else { None };
        let side_by_side = persons.stand_behind(&clients) && clients.windows(2).all(is_alike);
        Self {
            name: name.to_owned(),
            columns: types.iter().enumerate().map(column).collect(),
            work: Work {
                country: types.iter().position(|typed| typed.kind == ColumnType::Country),
                clients,
                side_by_side,
                personal: types.iter().enumerate().filter_map(|(i, typed)| Some((i, typed.element()?))).collect(),
                towns: [ColumnType::PostCode, ColumnType::City].map(|kind| types.iter().position(|typed| typed.kind == kind)),
                persons,
                attributes,
                keeps,
                ..Work::default()
            },
            header,
            ..Self::default()
        }
    }

    /// Has it a column that says whose its rows are?
    pub fn says_whose(&self) -> bool {
        self.columns.iter().any(|column| matches!(column.kind, ColumnType::ClientId(_)))
    }

    /// Has it a column whose values only a person has; accounts beside names or amounts, since programs have accounts, too;
    /// or persons beside a column that says under a name that nothing else bears whose its rows are?
    pub fn is_about_persons(&self) -> bool {
        use ColumnType::*;
        let has = |kinds: &[ColumnType]| self.columns.iter().any(|column| kinds.contains(&column.kind));
        let has_accounts = self.columns.iter().any(|column| matches!(column.kind, Account | Iban(_)));
        has(&[Ssn, NationalId, Dob, DriversLicense, Card])
            || has_accounts && has(&[PersonName, FirstName, LastName, Amount, ClientId(Specific::Exact)])
            || has(&[ClientId(Specific::Exact)]) && has(&[PersonName, FirstName, LastName])
    }

    /// Has it columns of names, of passwords, and of what shows that the names are those of persons?
    pub(crate) fn has_logins(&self) -> bool {
        use ColumnType::*;
        let has = |kinds: &[ColumnType]| self.columns.iter().any(|column| kinds.contains(&column.kind));
        has(&[Credential]) && has(&[PersonName, FirstName, LastName]) && has(&[Email, Phone, Street])
    }

    /// Does a column of it hold what only a person has, or an account?
    pub(crate) fn shows_persons(&self) -> bool {
        self.columns.iter().filter_map(|column| column.kind.element()).any(|element| element != DataElement::Amount)
    }

    /// Are its columns of several types, so that its header is one?
    pub fn shows_columns(&self) -> bool {
        self.columns.iter().filter(|column| !matches!(column.kind, ColumnType::Other | ColumnType::InstitutionName)).count() >= 2
    }

    /// The same columns without rows: for a part of the table that is read in parallel.
    pub fn empty_like(&self) -> Self {
        let column =
            |column: &ColumnFacts| ColumnFacts { kind: column.kind.clone(), tally: column.tally.emptied(), ..ColumnFacts::default() };
        Self {
            name: self.name.clone(),
            header: self.header.clone(),
            columns: self.columns.iter().map(column).collect(),
            work: self.work.clone(),
            ..Self::default()
        }
    }

    /// The rows stand so much further on in the item. For finished tables.
    pub(crate) fn move_by(&mut self, offset: u64) {
        self.columns.iter_mut().flat_map(|column| column.values.values_mut()).for_each(|value| value.offset += offset);
    }

    /// Counts a row that stands at this offset in the item; says whether it concerns persons.
    pub fn row(&mut self, cells: &[&str], at: u64) -> bool {
        self.row_that_says(cells, at, &[]).concern_persons()
    }

    /// Counts a row in which cells, given by their columns, say more than the columns. Gives what it holds altogether.
    pub(super) fn row_that_says(&mut self, cells: &[&str], at: u64, said: &[(usize, Said)]) -> Elements {
        self.rows += 1;
        self.wide_rows += u64::from(cells.len() > self.columns.len());
        let work = &mut self.work;
        if let Some(attributes) = &mut work.attributes {
            attributes.row(cells);
        }
        let mut elements = work.elements(cells);
        self.records.add(elements, 1);
        if !work.persons.is_empty() {
            work.persons.read(cells, elements, &mut work.row_persons);
            gather(&mut self.persons, &work.row_persons, &mut work.compact_at);
        } else if !work.row_persons.is_empty() {
            work.row_persons.clear();
        }
        if !said.is_empty() {
            elements = self.hear(cells, elements, said);
        }
        let work = &mut self.work;
        if elements.concern_persons() && work.names_no_client(cells) {
            self.nobodys.add(elements, 1);
            gather(&mut self.nobodys_persons, &work.row_persons, &mut work.compact_nobodys_at);
        }
        for (i, ((cell, column), keep)) in cells.iter().zip(&mut self.columns).zip(&work.keeps).enumerate() {
            let cell = held(cell);
            if cell.is_empty() {
                continue;
            }
            column.non_empty += 1;
            if column.tally.many {
                continue;
            }
            match keep {
                Keep::Nothing => {}
                Keep::Cells | Keep::Apart if cell.len() > LONGEST_VALUE => column.tally.give_up(),
                Keep::Cells => column.tally.add(cell, at),
                Keep::Apart => column.tally.add_record(cell, at, elements, &work.row_persons),
                Keep::Clients => {
                    let number = if work.side_by_side { work.clients.iter().position(|client| *client == i) } else { None };
                    let beside = number.map(|number| work.persons.beside(&work.row_persons, number));
                    let persons = beside.as_deref().unwrap_or(&work.row_persons);
                    content::codes(cell)
                        .filter(|one| one.len() <= LONGEST_VALUE)
                        .for_each(|one| column.tally.add_record(one, at, elements, persons));
                }
                Keep::Ibans => content::parts(cell).flat_map(iban::bank_codes).for_each(|code| column.tally.add(&code, at)),
                Keep::Dfis => {
                    for part in content::parts(cell) {
                        if let Some(value) = aba::with_check_digit(part).or_else(|| Some(normalise(&Scheme::Aba, part, "").ok()?.value)) {
                            column.tally.add(&value, at);
                        }
                    }
                }
                Keep::Banks(scheme, country) => {
                    let country = match (country, work.country) {
                        (&"", Some(i)) => cells.get(i).map_or("", |cell| cell.trim()),
                        (country, _) => country,
                    };
                    for value in content::parts(cell).filter_map(|part| bank_value(scheme, part, country)) {
                        column.tally.add(&value, at);
                    }
                }
            }
        }
        elements
    }

    /// Adds the rows of another part of the same table.
    pub fn merge(&mut self, mut part: TableFacts) {
        part.put_together();
        // What stands above a part is not known to it.
        self.headed.clear();
        self.work.is_unheaded = true;
        self.rows += part.rows;
        self.wide_rows += part.wide_rows;
        self.elements.extend(part.elements);
        self.records.merge(&part.records);
        self.persons.append(&mut part.persons);
        self.nobodys.merge(&part.nobodys);
        self.nobodys_persons.append(&mut part.nobodys_persons);
        self.said.merge(part.said);
        if self.columns.len() < part.columns.len() {
            self.columns.resize_with(part.columns.len(), ColumnFacts::default);
        }
        for (own, mut other) in self.columns.iter_mut().zip(part.columns) {
            own.non_empty += other.non_empty;
            own.thaw();
            other.thaw();
            own.tally.merge(other.tally);
        }
    }

    /// Adds what rows say together that are attributes of persons.
    fn put_together(&mut self) {
        if let Some(attributes) = self.work.attributes.take() {
            let (elements, records, mut persons) = attributes.end();
            self.elements.extend(elements);
            self.records.merge(&records);
            self.persons.append(&mut persons);
        }
    }

    /// All rows were seen: values, persons and elements are brought into their final form. Doing it
    /// again changes nothing.
    pub fn finish(&mut self) {
        self.put_together();
        PersonKey::settle(&mut self.persons);
        self.persons.shrink_to_fit();
        PersonKey::settle(&mut self.nobodys_persons);
        self.nobodys_persons.shrink_to_fit();
        self.said.finish();
        for column in &mut self.columns {
            column.thaw();
            let tally = std::mem::take(&mut column.tally);
            column.many_values = tally.many && (column.kind.is_identifier() || column.kind.may_hold_codes());
            column.values = tally.finish();
        }
        self.elements.extend(self.records.elements());
        let Work { headed, is_unheaded, .. } = std::mem::take(&mut self.work);
        match is_unheaded {
            true => self.headed.clear(),
            false => self.headed.extend(headed.finish()),
        }
    }

    /// Is this a list with about one entry per institution and without persons, accounts, cards or
    /// balances: a directory, a participant list, a code table? Numbers that need not be those of
    /// institutions do not make it one.
    pub fn is_reference_list(&self) -> bool {
        use ColumnType::*;
        let surely = |kind: &ColumnType| matches!(kind, ClientId(Specific::Exact) | BankId { .. } | InstitutionName);
        !self.has_personal_data() && self.columns.iter().any(|column| surely(&column.kind) && column.is_about_distinct(self.rows))
    }

    /// Persons, accounts, cards or balances; or what opens an account.
    pub fn has_personal_data(&self) -> bool {
        self.has_more_than_sums() || self.has_amounts()
    }

    /// Persons, accounts or cards; or what opens an account.
    pub fn has_more_than_sums(&self) -> bool {
        self.elements.concern_persons()
            || self.elements.contains(DataElement::Credential)
            || !self.persons.is_empty()
            || self.speaks_of_persons()
    }

    /// Is there a column of this type with a value in it?
    pub fn holds(&self, kind: &ColumnType) -> bool {
        self.columns.iter().any(|column| column.kind == *kind && column.non_empty > 0)
    }

    /// Columns of identifiers, with their places.
    pub fn identifier_columns(&self) -> impl Iterator<Item = (usize, &ColumnFacts)> {
        self.columns.iter().enumerate().filter(|(_, column)| column.kind.is_identifier())
    }
}

impl Work {
    /// Kinds of personal data in a row.
    fn elements(&self, cells: &[&str]) -> Elements {
        let filled = |i: usize| cells.get(i).is_some_and(|cell| !held(cell).is_empty());
        let mut elements = Elements::default();
        self.personal.iter().filter(|(i, _)| filled(*i)).for_each(|(_, element)| elements.insert(*element));
        if self.towns.iter().all(|column| column.is_some_and(filled)) {
            elements.insert(DataElement::Address);
        }
        if elements.are_logins() && self.is_sample_login(cells) { Elements::default() } else { elements }
    }

    /// Does none of its e-mail addresses belong to anybody?
    fn is_sample_login(&self, cells: &[&str]) -> bool {
        let is_address = |(_, kind): &&(usize, DataElement)| *kind == DataElement::Email;
        let mut addresses =
            self.personal.iter().filter(is_address).filter_map(|(i, _)| cells.get(*i)).filter(|cell| !held(cell).is_empty());
        addresses.all(|address| is_sample_address(held(address)))
    }

    /// Are there columns that say whose a row is, and nothing in them?
    fn names_no_client(&self, cells: &[&str]) -> bool {
        let blank = |i: &usize| cells.get(*i).is_none_or(|cell| !cell.bytes().any(|b| b.is_ascii_digit()) && says_nothing(cell));
        !self.clients.is_empty() && self.clients.iter().all(blank)
    }
}

impl ColumnFacts {
    /// Values stand about once each: at least half as many different ones as rows, or more than are kept.
    pub fn is_about_distinct(&self, rows: u64) -> bool {
        let distinct = if self.many_values { self.kept() as u64 + 1 } else { self.values.len() as u64 };
        distinct > 0 && distinct.saturating_mul(2) >= rows
    }

    /// How many different values are kept.
    fn kept(&self) -> usize {
        match &self.kind {
            kind if kind.is_identifier() => MOST_IDS,
            ColumnType::InstitutionName => MOST_NAMES,
            kind if kind.may_hold_codes() => MOST_VALUES,
            _ => 0,
        }
    }

    /// Finished values become countable again.
    fn thaw(&mut self) {
        if self.many_values {
            self.tally = Tally::new(0);
        } else if self.tally.is_unused() {
            self.tally = Tally::new(self.kept());
            self.tally.thaw(std::mem::take(&mut self.values));
        }
    }
}

impl Keep {
    fn of(typed: &Typed) -> Self {
        match &typed.kind {
            ColumnType::ClientId(_) => Self::Clients,
            ColumnType::BankId { scheme: Scheme::Aba, .. } if typed.dfi => Self::Dfis,
            ColumnType::BankId { scheme, .. } => Self::Banks(scheme.clone(), typed.country),
            ColumnType::Iban(_) => Self::Ibans,
            kind if kind.may_hold_codes() => Self::Cells,
            _ => Self::Nothing,
        }
    }
}

/// Adds persons; when twice as many are held as there were different ones, duplicates are dropped.
fn gather(persons: &mut Vec<PersonKey>, more: &[PersonKey], compact_at: &mut usize) {
    persons.extend_from_slice(more);
    if persons.len() >= (*compact_at).max(1 << 12) {
        PersonKey::settle(persons);
        *compact_at = persons.len() * 2;
    }
}

/// A cell without the blanks around it; nothing, where a database wrote that there is nothing.
fn held(cell: &str) -> &str {
    // Most cells begin and end with a character that says that they are no such word and have no blanks around.
    if let [first, .., last] = cell.as_bytes()
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
        && !matches!(first, b'N' | b'n' | b'\\' | b'<' | b'(' | b'-' | b'#')
    {
        return cell;
    }
    match cell.trim() {
        "NULL" | "null" | "\\N" | "<null>" | "(null)" | "-" | "--" | "N/A" | "n/a" | "#N/A" => "",
        cell => cell,
    }
}

/// A bank's identifier in its normal form; a national code without a country keeps an empty one.
fn bank_value<'a>(scheme: &Scheme, cell: &'a str, country: &str) -> Option<Cow<'a, str>> {
    // The usual writings, without a copy.
    match scheme {
        Scheme::Aba if aba::is_valid(cell) => return Some(Cow::Borrowed(cell)),
        Scheme::Bic => {
            if let Some(eight) = bic::eight(cell) {
                return Some(Cow::Borrowed(eight));
            }
        }
        _ => {}
    }
    match normalise(scheme, cell, country) {
        Ok(normal) => Some(Cow::Owned(normal.value)),
        Err(_) if matches!(scheme, Scheme::NationalBankCode | Scheme::IbanBank) && !cell.contains(':') => {
            let code: String = cell.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
            (!code.is_empty()).then(|| Cow::Owned(format!(":{}", code.to_ascii_uppercase())))
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests;
