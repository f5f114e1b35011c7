//! What cells say in words, beyond what their columns are: notes, messages, payloads. It belongs to the row.

use super::{TableFacts, Work, gather, held};
use crate::model::{DataElement, Elements, PersonKey, RecordCounts};
use serde::{Deserialize, Serialize};

/// What one cell says of persons.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Kinds of personal data.
    pub elements: Elements,
    /// The persons.
    pub persons: Vec<PersonKey>,
}

/// What the cells of a table say beyond its columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SaidFacts {
    /// Rows in which cells speak of persons.
    pub rows: u64,
    /// How many rows hold which kind in such cells and not in their columns.
    pub kinds: RecordCounts,
    /// Distinct persons of whom cells speak, sorted after [`TableFacts::finish`].
    pub persons: Vec<PersonKey>,
    #[serde(skip)]
    compact_at: usize,
}

impl SaidFacts {
    /// Adds what another part of the table says.
    pub(super) fn merge(&mut self, mut part: Self) {
        self.rows += part.rows;
        self.kinds.merge(&part.kinds);
        self.persons.append(&mut part.persons);
    }

    pub(super) fn finish(&mut self) {
        PersonKey::settle(&mut self.persons);
        self.persons.shrink_to_fit();
    }
}

impl TableFacts {
    /// Are the cells of this column read for what they say, since nobody knows what the column is? So are those beyond.
    #[inline]
    pub fn is_read_in_words(&self, column: usize) -> bool {
        self.columns.get(column).is_none_or(|column| column.kind.may_hold_codes())
    }

    /// Kinds of personal data in its columns and in what its cells say. A password that a cell says is not known to open
    /// what the e-mail address beside it says.
    pub fn all_elements(&self) -> Elements {
        let mut elements = self.elements;
        let is_known = |kind: &DataElement| *kind != DataElement::Credential || self.said.rows > 0;
        self.said.kinds.elements().iter().filter(is_known).for_each(|kind| elements.insert(kind));
        elements
    }

    /// Do so many rows speak of persons that the table is about them? Remarks in a few entries of a directory do not make
    /// it a list of persons.
    pub fn speaks_of_persons(&self) -> bool {
        const PART: u64 = 4;
        self.said.rows > 0 && self.said.rows.saturating_mul(PART) >= self.rows
    }

    /// Takes what the cells of a row say; `elements` is what its columns hold. Returns what the row holds altogether, and
    /// adds the persons to those of the row.
    pub(super) fn hear(&mut self, cells: &[&str], elements: Elements, said: &[(usize, Said)]) -> Elements {
        let (mut all, mut spoken) = (elements, Elements::default());
        let named = self.work.row_persons.len();
        for (column, said) in said {
            spoken.extend(said.elements);
            let repeats = named > 0 && cells.get(*column).is_some_and(|cell| self.work.is_repeated(cells, cell));
            // Of several persons one is that of the row.
            self.work.row_persons.extend_from_slice(said.persons.get(usize::from(repeats)..).unwrap_or_default());
        }
        all.extend(spoken);
        self.said.rows += u64::from(spoken.concern_persons());
        let mut further = Elements::default();
        spoken.iter().filter(|kind| !elements.contains(*kind)).for_each(|kind| further.insert(kind));
        self.said.kinds.add(further, 1);
        self.said.kinds.all = 0;
        let Self { said, work, .. } = self;
        gather(&mut said.persons, work.row_persons.get(named..).unwrap_or_default(), &mut said.compact_at);
        all
    }
}

impl Work {
    /// Does a cell say again a name or number that a column of the row holds? Then it speaks of the same person.
    fn is_repeated(&self, cells: &[&str], said: &str) -> bool {
        const SHORTEST: usize = 4;
        let telling = |kind: DataElement| !matches!(kind, DataElement::Amount | DataElement::Credential);
        let columns = self.personal.iter().filter(|(_, kind)| telling(*kind));
        let held = columns.filter_map(|(column, _)| cells.get(*column)).map(|cell| held(cell)).filter(|cell| cell.len() >= SHORTEST);
        held.into_iter().any(|cell| contains(said, cell))
    }
}

/// Does a text hold another, in whatever case, or the words of a name in any order?
fn contains(text: &str, held: &str) -> bool {
    let text = text.to_lowercase();
    let held = held.to_lowercase();
    let mut words = held.split([' ', ',']).filter(|word| word.len() > 1).peekable();
    text.contains(&held) || words.peek().is_some() && held.contains(' ') && words.all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_a_column() {
        for held in ["Ann Lee", "LEE, ANN", "512-44-7781"] {
            assert!(contains("called by Ann Lee, SSN 512-44-7781", held), "{held}");
        }
        for held in ["Ann Moore", "512-44-7782", "Bob Lee"] {
            assert!(!contains("called by Ann Lee, SSN 512-44-7781", held), "{held}");
        }
    }
}
