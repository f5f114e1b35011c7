//! Labelled values, one below the other: forms, letters' heads, records that are written out. Those with the same labels
//! are the rows of one table, which is typed and counted as every table is.

use super::names::{is_account_number, is_example};
use super::numbers::is_ssn;
use super::{Cut, Spoken};
use crate::model::{DataElement, Elements};
use crate::table::{ColumnType, TableFacts, has_given_name, year_of};
use aho_corasick::AhoCorasick;
use std::ops::Range;
use std::sync::LazyLock;

/// A label is not longer.
const LONGEST_LABEL: usize = 40;
/// Longer lines are none of a form.
const LONGEST: usize = 400;
/// More values are no form, but a configuration.
const MOST_VALUES: usize = 40;

/// Goes through the labelled values of a text.
pub(super) struct Forms<'t> {
    text: &'t str,
    cut: Cut,
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

/// One record while it is put together.
#[derive(Default)]
struct Record<'t> {
    labels: Vec<&'t str>,
    values: Vec<&'t str>,
    range: Range<usize>,
}

impl<'t> Forms<'t> {
    pub fn new(text: &'t str, cut: Cut) -> Self {
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
        if pairs(&self.text[here.clone()]).next().is_none() {
            // Nor is any other number in this line a value.
            self.done = here.end;
            return;
        }
        let is_blank = |line: Option<Range<usize>>| line.is_none_or(|line| self.text[line].trim().is_empty());
        // Where a line stands alone between blank ones, the form is written with them; a value alone is none where other
        // lines beside it stand together.
        let is_alone = |line: &Range<usize>| is_blank(self.above(line.start)) && is_blank(self.below(line.end));
        let spaced = is_alone(&here);
        if spaced {
            let beside = [
                self.above(here.start).and_then(|blank| self.above(blank.start)),
                self.below(here.end).and_then(|blank| self.below(blank.end)),
            ];
            if beside.iter().flatten().any(|line| pairs(&self.text[line.clone()]).next().is_some() && !is_alone(line)) {
                self.done = here.end;
                return;
            }
        }
        let mut start = here.start;
        let mut blanks = 0;
        while let Some(line) = self.above(start).filter(|line| line.start >= self.done) {
            match self.goes_on(&line, &mut blanks, spaced) {
                true => start = line.start,
                false => break,
            }
        }
        let mut record = Record::default();
        let mut next = Some(self.line_at(start));
        blanks = 0;
        while let Some(line) = next {
            if line.start > here.start && !self.goes_on(&line, &mut blanks, spaced) {
                break;
            }
            for (label, value) in pairs(&self.text[line.clone()]) {
                let is_next = record.labels.iter().any(|known| known.eq_ignore_ascii_case(label));
                if is_next || record.labels.len() >= MOST_VALUES {
                    self.end(std::mem::take(&mut record));
                }
                if record.labels.is_empty() {
                    record.range.start = line.start;
                }
                record.labels.push(label);
                record.values.push(value);
                record.range.end = line.end;
            }
            self.done = line.end.max(here.end);
            next = self.below(line.end);
        }
        self.end(record);
    }

    /// Does a form go on in this line?
    fn goes_on(&self, line: &Range<usize>, blanks: &mut usize, spaced: bool) -> bool {
        let content = &self.text[line.clone()];
        if content.trim().is_empty() {
            *blanks += 1;
            return spaced && *blanks <= 1;
        }
        *blanks = 0;
        // What is indented goes on with the value above.
        content.len() <= LONGEST && (pairs(content).next().is_some() || content.starts_with("   "))
    }

    /// Keeps a record that holds a number of somebody's.
    fn end(&mut self, record: Record<'t>) {
        let is_number = |value: &&str| is_account_number(value) || is_ssn(value) || value.len() >= 8 && year_of(value).is_some();
        if record.labels.len() < 2 || !record.values.iter().any(is_number) {
            return;
        }
        if !self.cut.holds(&record.range, self.text.len()) {
            return self.elsewhere.push(record.range);
        }
        let row = (record.values, record.range);
        let same = |table: &&mut Table<'_>| {
            table.labels.len() == record.labels.len() && table.labels.iter().zip(&record.labels).all(|(a, b)| a.eq_ignore_ascii_case(b))
        };
        match self.tables.iter_mut().find(same) {
            Some(table) => table.rows.push(row),
            None => self.tables.push(Table { labels: record.labels, rows: vec![row] }),
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
            rows.iter().for_each(|(row, range)| facts.row(row, range.start as u64));
            facts.finish();
            if !facts.persons.is_empty() && is_of_persons(&facts, &rows) {
                spoken.elements.extend(facts.elements);
                spoken.persons.append(&mut facts.persons);
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
    let familiar = names().filter(|name| has_given_name(name) && !is_example(name)).count();
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

/// The labels of a line with their values: one, or several with wide gaps between them.
fn pairs(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let line = line.trim();
    let is_many = line.len() <= LONGEST && line.matches(": ").count() > 1 && line.contains("  ");
    let whole = (!is_many && line.len() <= LONGEST).then(|| pair(line)).flatten();
    let parts = is_many.then(|| line.split("  ").map(str::trim).filter(|part| !part.is_empty()).filter_map(pair));
    whole.into_iter().chain(parts.into_iter().flatten())
}

/// `Account No: 4458814885`, `Account No ..... 4458814885` and `Account No    4458814885`.
fn pair(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start_matches(['-', '*', '•', '>', '|', ' ']);
    let end = line
        .bytes()
        .take(LONGEST_LABEL)
        .position(|b| matches!(b, b':' | b'=' | b'\t'))
        .or_else(|| line.find("  ").filter(|i| *i <= LONGEST_LABEL))?;
    let label = line.get(..end)?.trim_end_matches(['.', ' ', '_']);
    let is_label = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '#' | '\'' | '(' | ')' | '&');
    let value = line.get(end + 1..)?.trim_matches([' ', '\t', '.', '"', '\'', ',', ';', '=', '_', '\r']);
    (label.len() >= 2 && label.chars().all(is_label) && label.chars().any(char::is_alphabetic)).then_some((label, value))
}
