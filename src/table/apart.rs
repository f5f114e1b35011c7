//! Columns that may say whose rows are without a heading that says so. Who the clients are is not known while rows are
//! read, so that what the rows of each value hold is kept of a few columns whose cells look like codes.

use super::column::ColumnType;
use super::content::is_written_code;
use super::header::{Heading, heading};
use super::typing::Typed;
use super::{MOST_VALUE_COLUMNS, MOST_VALUES, held};
use std::collections::HashSet;

/// Columns of which this is kept.
const MOST: usize = 4;
/// Distinct pairs of a value and a person that are kept where the heading speaks of somebody whose rows may be.
const MOST_PERSONS: usize = 1 << 20;
/// The same under any other heading.
const MOST_UNHEADED: usize = 1 << 16;

/// These columns, each with how many pairs of a value and a person are kept of it; nothing where there is nothing to tell
/// apart.
pub(super) fn columns(header: &[String], types: &[Typed], sample: &[Vec<String>]) -> Vec<(usize, usize)> {
    if !types.iter().any(|typed| typed.kind.element().is_some()) {
        return Vec::new();
    }
    let mut found: Vec<_> = types
        .iter()
        .enumerate()
        .take(MOST_VALUE_COLUMNS)
        .filter(|(_, typed)| typed.kind.may_hold_codes() && typed.kind != ColumnType::Sums)
        .filter_map(|(i, _)| {
            let named = heading(header.get(i).map_or("", String::as_str));
            let distinct = codes(sample, i).filter(|_| named != Heading::Else)?;
            Some((named != Heading::Whose, distinct, i))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().take(MOST).map(|(unheaded, _, i)| (i, if unheaded { MOST_UNHEADED } else { MOST_PERSONS })).collect()
}

/// How many different cells a column has in the sample, if nearly all look like codes.
fn codes(sample: &[Vec<String>], column: usize) -> Option<usize> {
    const SHARE: usize = 80;
    let (mut alike, mut all) = (0, 0);
    let mut distinct = HashSet::new();
    for cell in sample.iter().filter_map(|row| row.get(column)).map(|cell| held(cell)).filter(|cell| !cell.is_empty()) {
        all += 1;
        alike += usize::from(looks_like_a_code(cell));
        distinct.insert(cell);
    }
    (alike > 0 && alike * 100 >= all * SHARE && distinct.len() <= MOST_VALUES).then_some(distinct.len())
}

/// Digits, marks that part the words of an account's name, or capitals: not a word, a flag or a number of one or two
/// digits.
fn looks_like_a_code(cell: &str) -> bool {
    const SHORTEST: usize = 3;
    const SHORTEST_WORD: usize = 4;
    let capitals = || cell.len() >= SHORTEST_WORD && cell.bytes().all(|b| b.is_ascii_uppercase());
    cell.len() >= SHORTEST && (cell.bytes().any(|b| b.is_ascii_digit() || b"_-".contains(&b)) || capitals()) && is_written_code(cell)
}
