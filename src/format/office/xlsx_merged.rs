//! Merged cells of a worksheet (ECMA-376 part 1, 18.3.1.55): a cell that takes several rows says the same in each of
//! them. They stand behind the rows, and are looked for before these are read.

use super::ooxml::Package;
use super::xlsx_sheet::cell_of;
use crate::format::Limits;
use std::collections::BTreeMap;

/// Longer values say nothing of whose rows are.
const LONGEST_VALUE: usize = 256;

/// Merged cells that are kept; each is a client's or a heading, and few sheets have more.
const MOST: usize = 1 << 18;
/// An element with its reference is not longer.
const LONGEST: usize = 128;

/// A cell that takes several rows of one column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Tall {
    first: usize,
    column: usize,
    last: usize,
    value: String,
}

/// The cells of a sheet that take several rows.
#[derive(Default)]
pub struct Merged {
    /// In the order of their first rows, the last one first.
    waiting: Vec<Tall>,
    /// The one of each column whose rows go on.
    open: BTreeMap<usize, Tall>,
}

impl Merged {
    /// Looks through a sheet for them.
    pub fn of(package: &mut Package<'_>, part: usize, limits: Limits) -> Self {
        let (mut waiting, mut held) = (Vec::new(), Vec::new());
        package.look(part, limits, &mut |block| {
            held.extend_from_slice(block);
            let mut read = held.len().saturating_sub(LONGEST);
            for at in memchr::memmem::find_iter(&held, b"mergeCell ") {
                let element = held.get(at..held.len().min(at + LONGEST)).unwrap_or_default();
                let Some(end) = memchr::memchr(b'>', element) else { continue };
                read = read.max(at + end);
                if waiting.len() < MOST {
                    waiting.extend(element.get(..end).and_then(tall));
                }
            }
            held.drain(..read);
        });
        waiting.sort_unstable_by(|a: &Tall, b| b.cmp(a));
        Self { waiting, open: BTreeMap::new() }
    }

    /// Fills the cells of a row, counted from 1, that belong to cells which began above.
    pub fn fill(&mut self, number: usize, row: &mut Vec<String>) {
        while let Some(tall) = self.waiting.pop_if(|tall| tall.first <= number) {
            self.open.insert(tall.column, tall);
        }
        if self.open.is_empty() {
            return;
        }
        self.open.retain(|_, tall| tall.last >= number);
        let is_empty = row.iter().all(String::is_empty);
        for (column, tall) in &mut self.open {
            match row.get_mut(*column) {
                // What says whose rows are is short; longer values would be multiplied by all rows.
                Some(cell) if tall.first == number && cell.len() <= LONGEST_VALUE => tall.value.clone_from(cell),
                // A row without cells of its own says nothing.
                _ if is_empty || tall.value.is_empty() => {}
                Some(cell) if cell.is_empty() => cell.clone_from(&tall.value),
                Some(_) => {}
                None => {
                    row.resize(*column, String::new());
                    row.push(tall.value.clone());
                }
            }
        }
    }
}

/// The reference of a merged cell, `ref="A2:A6"`, where it takes several rows.
fn tall(element: &[u8]) -> Option<Tall> {
    let element = std::str::from_utf8(element).ok()?;
    let reference = element.split_once("ref=")?.1.get(1..)?;
    let (from, to) = reference.split(['"', '\'']).next()?.split_once(':')?;
    let ((column, first), (_, last)) = (cell_of(from)?, cell_of(to)?);
    (last > first && column <= super::xlsx_sheet::ALIGNED).then(|| Tall { first, column: column - 1, last, value: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(row: &[&str]) -> Vec<String> {
        row.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn a_cell_of_several_rows_says_the_same_in_each() {
        let of = |reference: &str| tall(format!("mergeCell ref=\"{reference}\"/").as_bytes());
        assert_eq!(of("A2:C2"), None);
        assert_eq!(of("A9:A2"), None);
        let mut merged = Merged { waiting: [of("B3:B4"), of("A2:A4")].into_iter().flatten().collect(), open: BTreeMap::new() };
        let rows =
            [(1, cells(&["h", "i"])), (2, cells(&["1", "a"])), (3, cells(&["", "b"])), (4, cells(&["", "", "c"])), (5, cells(&["", "d"]))];
        let filled = rows.map(|(number, mut row)| {
            merged.fill(number, &mut row);
            row.join("|")
        });
        assert_eq!(filled, ["h|i", "1|a", "1|b", "1|b|c", "|d"]);
        let mut merged = Merged { waiting: of("A1:A3").into_iter().collect(), open: BTreeMap::new() };
        let mut title = cells(&["Title"]);
        merged.fill(1, &mut title);
        let mut blank = Vec::new();
        merged.fill(2, &mut blank);
        assert!(blank.is_empty());
    }
}
