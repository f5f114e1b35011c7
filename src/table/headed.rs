//! What stands above a table, and whose its rows are where a line above them names a client.

use super::tally::Tally;
use super::{MOST_IDS, Said, TableFacts};
use crate::model::PersonKey;

impl TableFacts {
    /// What stands above it, which is kept where it is short.
    pub fn titled(&mut self, lines: impl Iterator<Item = String>) {
        const LONGEST: usize = 400;
        for line in lines.filter(|line| !line.trim().is_empty()) {
            if self.title.len() + line.len() < LONGEST {
                self.title.push_str(&line);
                self.title.push('\n');
            }
        }
    }

    /// Its rows are read in the order in which they stand, amid the text around them.
    pub fn stands_in_order(&mut self) {
        self.work.is_in_order = !self.says_whose();
        self.work.headed = Tally::new(MOST_IDS);
    }

    /// See [`TableFacts::stands_in_order`]; rows of a table that says whose they are need no line above them.
    pub fn is_in_order(&self) -> bool {
        self.work.is_in_order
    }

    /// Do cells of a row behind this code concern a person, and say more than one thing? A date may look like a number.
    pub fn concerns_persons_behind(&self, cells: &[&str], code: &str) -> bool {
        let from = cells.iter().position(|cell| cell.trim() == code).map_or(0, |at| at + 1);
        let rest: Vec<&str> = cells.iter().enumerate().map(|(at, cell)| if at < from { "" } else { *cell }).collect();
        let elements = self.work.elements(&rest);
        elements.concern_persons() && elements.iter().count() > 1
    }

    /// The persons of the row that was counted last.
    pub fn row_persons(&self) -> &[PersonKey] {
        &self.work.row_persons
    }

    /// Counts a row under a line that names a client, if one does, in which cells say more than the columns; says whether it
    /// concerns persons.
    pub fn row_under(&mut self, cells: &[&str], at: u64, client: Option<&str>, said: &[(usize, Said)]) -> bool {
        let elements = self.row_that_says(cells, at, said);
        let concerns = elements.concern_persons();
        if self.work.is_in_order {
            match client {
                Some(client) => {
                    self.work.headed.add_record(client, at, elements, &self.work.row_persons);
                }
                None => self.work.is_unheaded |= concerns,
            }
        }
        concerns
    }
}
