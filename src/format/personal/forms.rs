//! Labelled values, one below the other or side by side: forms, letters' heads, records that are written out. Those with
//! the same labels are the rows of one table, which is typed and counted as every table is.

use super::names::{is_account_number, is_example};
use super::numbers::is_ssn;
use super::{Cut, Spoken};
use crate::format::named_line::{self, Record, Records, Way};
use crate::model::{DataElement, Elements};
use crate::table::{ColumnType, TableFacts, has_familiar_name, year_of};
use aho_corasick::AhoCorasick;
use std::ops::Range;
use std::sync::LazyLock;

/// So many bytes before a number its label may begin.
const LONGEST_LABEL: usize = 40;
/// More values are no form, but a configuration.
const MOST_VALUES: usize = 40;

/// Goes through the labelled values of a text.
pub(super) struct Forms<'t> {
    text: &'t str,
    cut: Cut<'t>,
    /// The end of the form that was read last.
    done: usize,
    tables: Vec<Table<'t>>,
    /// Records that are whole in the passage before or behind.
    elsewhere: Vec<Range<usize>>,
}

/// Records with the same labels.
struct Table<'t> {
    labels: Vec<&'t str>,
    rows: Vec<(Vec<&'t str>, Range<usize>)>,
}

impl<'t> Forms<'t> {
    pub fn new(text: &'t str, cut: Cut<'t>) -> Self {
        Self { text, cut, done: 0, tables: Vec::new(), elsewhere: Vec::new() }
    }

    /// A number stands at `start`, behind a word that ends at `before`.
    pub fn value(&mut self, before: usize, start: usize) {
        if start < self.done {
            return;
        }
        let bytes = self.text.as_bytes();
        let from = before.saturating_sub(LONGEST_LABEL);
        let from = memchr::memrchr(b'\n', &bytes[from..before]).map_or(from, |i| from + i + 1);
        if TELLING.is_match(&bytes[from..before]) {
            self.form_at(start);
        }
    }

    /// Reads the form in which a line stands.
    fn form_at(&mut self, place: usize) {
        let here = self.line_at(place);
        if !named_line::is_named(&self.text[here.clone()], Way::Form) {
            // Nor is any other number in this line a value.
            self.done = here.end;
            return;
        }
        let (mut start, mut at, mut blanks) = (here.start, here.start, 0);
        while let Some(line) = self.above(at).filter(|line| line.start >= self.done) {
            at = line.start;
            match self.text[line.clone()].trim().is_empty() {
                true if blanks > 0 => break,
                true => blanks += 1,
                false if !named_line::is_named(&self.text[line.clone()], Way::Form) => break,
                false => (start, blanks) = (line.start, 0),
            }
        }
        let mut records = Records::new(Way::Form, MOST_VALUES);
        let mut next = Some(self.line_at(start));
        while let Some(line) = next {
            let goes_on = records.line(&self.text[line.clone()], line.start, &mut |record| self.end(record));
            // What follows behind the form is one of its own, if a number tells it.
            if !goes_on || line.start > here.end && records.open().is_none() {
                break;
            }
            self.done = line.end.max(here.end);
            next = self.below(line.end);
        }
        records.end(&mut |record| self.end(record));
    }

    /// Keeps a record that holds a number of somebody's.
    fn end(&mut self, Record { values, range }: Record<'t>) {
        let is_number = |value: &str| is_account_number(value) || is_ssn(value) || value.len() >= 8 && year_of(value).is_some();
        let holds_number = values.iter().any(|(_, value)| is_number(value));
        if values.len() < 2 || !holds_number || !values.iter().any(|(label, _)| TELLING.is_match(label)) {
            return;
        }
        if !self.cut.holds(&range, self.text.len()) {
            return self.elsewhere.push(range);
        }
        let (labels, values): (Vec<&str>, Vec<&str>) = values.into_iter().unzip();
        let same = |table: &&mut Table<'_>| {
            table.labels.len() == labels.len() && table.labels.iter().zip(&labels).all(|(a, b)| a.eq_ignore_ascii_case(b))
        };
        match self.tables.iter_mut().find(same) {
            Some(table) => table.rows.push((values, range)),
            None => self.tables.push(Table { labels, rows: vec![(values, range)] }),
        }
    }

    fn line_at(&self, place: usize) -> Range<usize> {
        let start = self.text[..place].rfind(is_end).map_or(0, |i| i + 1);
        let end = self.text[place..].find(is_end).map_or(self.text.len(), |i| place + i);
        start..end
    }

    fn above(&self, start: usize) -> Option<Range<usize>> {
        let end = start.checked_sub(1)?;
        let line = self.line_at(end);
        Some(line.start..end)
    }

    fn below(&self, end: usize) -> Option<Range<usize>> {
        let start = end + 1;
        (start < self.text.len()).then(|| self.line_at(start))
    }

    /// Gives out what was found.
    pub fn settle(self, spoken: &mut Spoken) {
        spoken.taken.extend(self.elsewhere);
        for Table { labels, rows } in self.tables {
            let header: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
            let sample: Vec<Vec<String>> = rows.iter().map(|(row, _)| row.iter().map(|value| (*value).to_owned()).collect()).collect();
            let mut facts = TableFacts::new("", Some(&header), &sample);
            let mut persons = Vec::new();
            for (row, range) in &rows {
                facts.row(row, range.start as u64);
                persons.extend(facts.row_persons().iter().map(|person| (*person, range.clone())));
            }
            facts.finish();
            if !persons.is_empty() && is_of_persons(&facts, &rows) {
                spoken.elements.extend(facts.elements);
                let (persons, places): (Vec<_>, Vec<_>) = persons.into_iter().unzip();
                spoken.persons.extend(persons);
                spoken.places.extend(places);
                spoken.taken.extend(rows.into_iter().map(|(_, range)| range));
            }
        }
    }
}

/// Do records speak of persons' accounts or identities? A name and a number of an account may also be those of a machine;
/// a familiar name, an address or a date of birth may not.
fn is_of_persons(facts: &TableFacts, rows: &[(Vec<&str>, Range<usize>)]) -> bool {
    use DataElement::*;
    let any = |kinds: &[DataElement], elements: Elements| kinds.iter().filter(|kind| elements.contains(**kind)).count();
    // The author of a program may have a birthday, too.
    let concerns = any(&[AccountNumber, Iban, Ssn, NationalId, DriversLicense, CardNumber], facts.elements) > 0
        || any(&[Address, Dob], facts.elements) == 2;
    let is_name = |kind: &ColumnType| matches!(kind, ColumnType::PersonName | ColumnType::FirstName);
    let Some(column) = facts.columns.iter().position(|column| is_name(&column.kind)) else { return false };
    let names = || rows.iter().filter_map(|(row, _)| row.get(column)).filter(|name| !name.is_empty());
    let familiar = names().filter(|name| has_familiar_name(name) && !is_example(name)).count();
    let further = any(&[Address, Amount, Dob, Ssn, Phone, Email, NationalId, DriversLicense], facts.elements);
    concerns && !names().all(|name| is_example(name)) && (familiar * 5 >= names().count() && familiar > 0 || further >= 2)
}

fn is_end(c: char) -> bool {
    matches!(c, '\n' | '\u{1E}')
}

/// What labels hold that speak of an account or of what tells a person from others.
static TELLING: LazyLock<AhoCorasick> = LazyLock::new(|| {
    const WORDS: [&str; 22] = [
        "acc",
        "a/c",
        "loan",
        "ssn",
        "social",
        "birth",
        "dob",
        "born",
        "geb",
        "card",
        "licen",
        "konto",
        "compte",
        "cuenta",
        "member",
        "tax",
        "tin",
        "passport",
        "naissance",
        "nacimiento",
        "conto",
        "rekening",
    ];
    AhoCorasick::builder().ascii_case_insensitive(true).build(WORDS).expect("the words are few and short")
});
