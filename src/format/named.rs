//! Records whose values bear their names (elements of XML, lines `name: value`, pairs in lines of a log): those with
//! much the same names are rows of one table, if it is about persons or their accounts. What a code in settings says is
//! said by its label.

use super::grid::Grid;
use super::{PassageKind, Sink};
use crate::table::TableFacts;
use std::collections::HashMap;

/// Records by which the columns of a table are decided.
const SAMPLED: usize = 64;
/// Tables of one content, sequences of names whose table is kept, and columns of one table.
const TABLES: usize = 32;
const NAMINGS: usize = 512;
const COLUMNS: usize = 256;
/// So many persons with their passwords are those of a directory; fewer are settings, or an example of documentation.
const LOGINS: usize = 5;
/// Bytes of records that are held for all tables.
const HELD: usize = 16 << 20;
/// Longer values are text, and no cells.
pub(super) const LONGEST_VALUE: usize = 2_000;

/// A value with its name.
pub(super) type Named = (String, String);

/// A record that waits, and where it stands.
type Waiting = (u64, Vec<Named>);

/// Collects records.
#[derive(Default)]
pub(super) struct NamedRecords {
    tables: Vec<Table>,
    /// The tables of the records that bear just these names.
    by_names: HashMap<String, usize>,
    /// The table of the last of them.
    last: usize,
    held: usize,
    has_rows: bool,
}

#[derive(Default)]
struct Table {
    names: Vec<String>,
    state: State,
}

enum State {
    /// Records that show what the columns are.
    Open(Vec<Waiting>),
    Rows(Grid),
    /// Nothing in it is a person's.
    Nothing,
}

impl Default for State {
    fn default() -> Self {
        Self::Open(Vec::new())
    }
}

impl NamedRecords {
    /// Takes a record that stands at this offset. Gives the number of its table, if it has one.
    pub fn add(&mut self, record: Vec<Named>, offset: u64, sink: &mut Sink<'_>) -> Option<usize> {
        let filled = record.iter().filter(|(_, value)| !value.is_empty()).count();
        if filled < 2 || record.len() > COLUMNS {
            return None;
        }
        let names = record.iter().map(|(name, _)| &name[..]).collect::<Vec<_>>().join("\u{1F}");
        let place = match self.by_names.get(&names) {
            Some(place) => *place,
            None => {
                let place = self.table_of(&record)?;
                if self.by_names.len() < NAMINGS {
                    self.by_names.insert(names, place);
                }
                place
            }
        };
        let around = sink.kind_at_hand();
        let table = self.tables.get_mut(place)?;
        match &mut table.state {
            State::Nothing => {}
            State::Rows(grid) => grid.row_at(cells(&table.names, record), offset, sink),
            State::Open(records) => {
                self.held += record.iter().map(|(name, value)| name.len() + value.len() + 48).sum::<usize>();
                records.push((offset, record));
                if records.len() >= SAMPLED {
                    self.has_rows |= table.decide(sink);
                }
            }
        }
        if self.held > HELD {
            self.held = 0;
            for table in &mut self.tables {
                self.has_rows |= table.decide(sink);
            }
        }
        // What the records stand in goes on.
        sink.kind(around);
        Some(place)
    }

    /// The table of which this record is a row: one that has most of its names. Others may be left out in it.
    fn table_of(&mut self, record: &[Named]) -> Option<usize> {
        let common = |table: &Table| record.iter().filter(|(name, _)| table.names.contains(name)).count();
        let alike = |table: &Table| common(table) * 2 >= record.len();
        // Mostly it is the one of the record before.
        let last = Some(self.last).filter(|last| self.tables.get(*last).is_some_and(alike));
        let place = match last.or_else(|| self.tables.iter().position(alike)) {
            Some(place) => place,
            None if self.tables.len() < TABLES => {
                self.tables.push(Table::default());
                self.tables.len() - 1
            }
            None => return None,
        };
        self.last = place;
        let table = &mut self.tables[place];
        if matches!(table.state, State::Open(_)) {
            for (name, _) in record {
                if table.names.len() < COLUMNS && !table.names.contains(name) {
                    table.names.push(name.clone());
                }
            }
        }
        Some(place)
    }

    /// Were rows of persons found so far?
    pub fn has_rows(&self) -> bool {
        self.has_rows
    }

    /// Are records rows of persons, those that still wait for others as well?
    pub fn are_about_persons(&self) -> bool {
        self.has_rows || self.tables.iter().any(|table| table.facts().is_some_and(|facts| facts.is_about_persons()))
    }

    /// Hands on what is held, and says of which tables, by their numbers, records were rows.
    pub fn end(self, sink: &mut Sink<'_>) -> Vec<bool> {
        let mut are_rows = Vec::with_capacity(self.tables.len());
        for mut table in self.tables {
            are_rows.push(table.decide(sink));
            if let State::Rows(grid) = table.state {
                grid.end(sink);
            }
        }
        sink.kind(PassageKind::Prose);
        are_rows
    }
}

impl Table {
    /// What the columns are, after the records that wait.
    fn facts(&self) -> Option<TableFacts> {
        let State::Open(records) = &self.state else { return None };
        let sample: Vec<Vec<String>> = records.iter().map(|(_, record)| cells(&self.names, record.clone())).collect();
        Some(TableFacts::new("", Some(&self.names), &sample))
    }

    /// Decides by the records that are here whether they are rows, and says so.
    fn decide(&mut self, sink: &mut Sink<'_>) -> bool {
        let State::Open(records) = &mut self.state else { return matches!(self.state, State::Rows(_)) };
        let records = std::mem::take(records);
        let rows: Vec<(u64, Vec<String>)> = records.into_iter().map(|(at, record)| (at, cells(&self.names, record))).collect();
        let sample: Vec<Vec<String>> = rows.iter().map(|(_, row)| row.clone()).collect();
        let facts = TableFacts::new("", Some(&self.names), &sample);
        let are_persons = facts.is_about_persons() || rows.len() >= LOGINS && facts.has_logins();
        let Some((first, _)) = rows.first().filter(|_| are_persons) else {
            self.state = State::Nothing;
            return false;
        };
        let mut grid = Grid::headed("", self.names.clone(), *first);
        rows.into_iter().for_each(|(at, row)| grid.row_at(row, at, sink));
        self.state = State::Rows(grid);
        true
    }
}

/// The values of a record in the order of the columns; those without a column follow with their names.
fn cells(names: &[String], record: Vec<Named>) -> Vec<String> {
    let mut cells = vec![String::new(); names.len()];
    for (i, (name, value)) in record.into_iter().enumerate() {
        // Nearly always they come in the order of the columns.
        let place = if names.get(i) == Some(&name) { Some(i) } else { names.iter().position(|own| *own == name) };
        match place.and_then(|place| cells.get_mut(place)) {
            Some(cell) if cell.is_empty() => *cell = value,
            _ if value.is_empty() => {}
            _ => cells.push(format!("{name}: {value}")),
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::read_with;

    #[test]
    fn records_that_leave_values_out_are_rows_of_one_table() {
        const NAMES: [&str; 8] = ["client_id", "name", "account", "balance", "city", "zip", "note", "phone"];
        let rows = read_with(
            |_, sink| {
                let mut found = NamedRecords::default();
                for n in 0..1000usize {
                    // Each of the last five is there or not.
                    let kept = NAMES.iter().enumerate().filter(|(i, _)| *i < 3 || n >> (i - 3) & 1 == 0);
                    let value = |i: usize| if i == 1 { format!("Ann Lee{n}") } else { format!("{}{i}", 104_233 + n) };
                    found.add(kept.map(|(i, name)| ((*name).to_owned(), value(i))).collect(), n as u64, sink);
                    found.add(vec![("level".to_owned(), "info".to_owned()), ("took".to_owned(), n.to_string())], 0, sink);
                }
                found.end(sink);
                Ok(())
            },
            b"",
            |sink, _| sink.facts.tables.iter().map(|table| (table.rows, table.columns.len())).collect::<Vec<_>>(),
        );
        assert_eq!(rows, [(1000, 8)]);
    }
}
