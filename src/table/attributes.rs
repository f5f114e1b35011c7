//! Tables of entities, attributes and values: each row says one thing of somebody (`17,ssn,512-44-7781`), and which rows
//! are of one person the entity tells. They are put together, and counted as the rows of a table with a column per attribute.

use super::TableFacts;
use super::header;
use crate::model::{Elements, PersonKey, RecordCounts};
use std::collections::HashMap;

/// Columns of such tables.
const WIDTHS: std::ops::RangeInclusive<usize> = 3..=8;
/// Attributes that are columns.
const ATTRIBUTES: usize = 64;
/// Longest name of an attribute.
const LONGEST: usize = 64;
/// Records by which the columns are typed.
const SAMPLED: usize = 200;

/// What puts the rows together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Attributes {
    entity: usize,
    attribute: usize,
    value: usize,
    /// The column of each attribute.
    columns: HashMap<String, usize>,
    /// Of whom the last rows were, and what they said.
    held: (String, Vec<String>),
    records: Box<TableFacts>,
}

impl Attributes {
    /// Of a table whose sample shows such rows, and in them accounts, numbers or dates of persons. Nothing of any other.
    pub fn of(sample: &[Vec<String>]) -> Option<Self> {
        let width = sample.first()?.len();
        if !WIDTHS.contains(&width) || sample.len() < 2 * SHOWN {
            return None;
        }
        (0..width).rev().find_map(|attribute| {
            let names = names(sample, attribute)?;
            let value =
                (attribute + 1..width).find(|value| !comes_again(sample, *value)).or((attribute + 1 < width).then_some(width - 1))?;
            let entity =
                (0..attribute).rev().chain(attribute + 1..width).find(|entity| *entity != value && comes_again(sample, *entity))?;
            let mut all = Self {
                entity,
                attribute,
                value,
                columns: names.iter().cloned().zip(0..).collect(),
                held: Default::default(),
                records: Box::default(),
            };
            let mut rows = Vec::new();
            for row in sample {
                let cells: Vec<&str> = row.iter().map(String::as_str).collect();
                rows.extend(all.take(&cells).filter(|_| rows.len() < SAMPLED));
            }
            rows.push(std::mem::take(&mut all.held).1);
            all.records = Box::new(TableFacts::new("", Some(&names), &rows));
            all.records.is_about_persons().then_some(all)
        })
    }

    /// Takes a row.
    pub fn row(&mut self, cells: &[&str]) {
        if let Some(record) = self.take(cells) {
            self.count(&record);
        }
    }

    /// Takes a row; gives the record that ended before it.
    fn take(&mut self, cells: &[&str]) -> Option<Vec<String>> {
        let cell = |column: usize| cells.get(column).map_or("", |cell| cell.trim());
        let &column = self.columns.get(cell(self.attribute))?;
        let ended = (cell(self.entity) != self.held.0).then(|| {
            self.held.0 = cell(self.entity).to_owned();
            std::mem::replace(&mut self.held.1, vec![String::new(); self.columns.len()])
        });
        if let Some(held) = self.held.1.get_mut(column) {
            *held = cell(self.value).to_owned();
        }
        ended.filter(|record| !record.is_empty())
    }

    fn count(&mut self, record: &[String]) {
        let cells: Vec<&str> = record.iter().map(String::as_str).collect();
        // Where it stands is not asked for.
        self.records.row(&cells, 0);
    }

    /// All rows were seen: what they say of persons.
    pub fn end(mut self) -> (Elements, RecordCounts, Vec<PersonKey>) {
        let last = std::mem::take(&mut self.held).1;
        if !last.is_empty() {
            self.count(&last);
        }
        self.records.finish();
        (self.records.elements, self.records.records, self.records.persons)
    }
}

/// So many entities are enough to tell.
const SHOWN: usize = 3;

/// The names of attributes in a column: few, each for several entities, and most of them words that head columns.
fn names(sample: &[Vec<String>], column: usize) -> Option<Vec<String>> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for cell in sample.iter().filter_map(|row| row.get(column)).map(|cell| cell.trim()) {
        if cell.is_empty() || cell.len() > LONGEST || !cell.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        match counts.iter().position(|(name, _)| *name == cell) {
            Some(at) => counts[at].1 += 1,
            None if counts.len() == ATTRIBUTES => return None,
            None => counts.push((cell, 1)),
        }
    }
    let told = counts.iter().filter(|(name, count)| *count >= SHOWN && header::names_personal_data(name)).count();
    (told >= 2).then(|| counts.into_iter().map(|(name, _)| name.to_owned()).collect())
}

/// Do the cells of a column mostly stand in several rows?
fn comes_again(sample: &[Vec<String>], column: usize) -> bool {
    let mut cells: Vec<&str> =
        sample.iter().filter_map(|row| row.get(column)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
    let all = cells.len();
    cells.sort_unstable();
    cells.dedup();
    all > 0 && cells.len() * 3 <= all * 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DataElement;

    const NAMES: [&str; 5] = ["Jennifer Walker", "John Allen", "Sandra King", "Daniel Hernandez", "Elizabeth White"];

    fn rows(said: &[(&str, &dyn Fn(usize) -> String)], sorted: bool) -> Vec<Vec<String>> {
        let row = |n: usize, (name, value): &(&str, &dyn Fn(usize) -> String)| vec![n.to_string(), (*name).to_owned(), value(n)];
        match sorted {
            true => said.iter().flat_map(|one| (0..NAMES.len()).map(move |n| row(n, one))).collect(),
            false => (0..NAMES.len()).flat_map(|n| said.iter().map(move |one| row(n, one))).collect(),
        }
    }

    fn facts(rows: &[Vec<String>], header: &[&str]) -> TableFacts {
        let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
        let mut facts = TableFacts::new("", Some(&header), rows);
        for row in rows {
            facts.row(&row.iter().map(String::as_str).collect::<Vec<_>>(), 0);
        }
        facts.finish();
        facts
    }

    #[test]
    fn rows_of_one_entity_are_one_person() {
        let name: &dyn Fn(usize) -> String = &|n| NAMES[n].to_owned();
        let account: &dyn Fn(usize) -> String = &|n| format!("21322{:05}", 7_919 * n);
        let dob: &dyn Fn(usize) -> String = &|n| format!("19{}-11-14", 41 + n);
        let said = [("name", name), ("account_number", account), ("dob", dob)];
        let found = facts(&rows(&said, false), &["entity", "attribute", "value"]);
        assert_eq!(found.persons.len(), 5);
        assert!(found.elements.contains(DataElement::AccountNumber) && found.elements.contains(DataElement::Dob));
        // Sorted by attribute nobody knows whose a value is, but that it is somebody's.
        assert!(facts(&rows(&said, true), &["entity", "attribute", "value"]).elements.contains(DataElement::Dob));
    }

    #[test]
    fn settings_and_measures_are_no_persons() {
        let value: &dyn Fn(usize) -> String = &|n| format!("{}", 7_919 * n);
        let host: &dyn Fn(usize) -> String = &|n| format!("host{n}");
        for said in [[("timeout", value), ("account", host), ("size", value)], [("name", host), ("count", value), ("level", value)]] {
            let found = facts(&rows(&said, false), &["entity", "attribute", "value"]);
            assert!(found.persons.is_empty() && !found.elements.concern_persons(), "{:?}", found.elements);
        }
    }
}
