//! Columns that say the same of every row.

use super::typing::LOOKED_AT;
use std::collections::HashSet;

/// Does a column hold one sentence in every row, into which only what stands in the row's other cells was put? A word
/// of any row's other cells may also stand in the sentence itself: `Bank of Ames` beside `the window of`.
pub(super) fn is_boilerplate(sample: &[Vec<String>], column: usize) -> bool {
    /// A sentence without what was put into it has so many words.
    const WORDS: usize = 3;
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    let rows: Vec<&Vec<String>> =
        sample.iter().take(LOOKED_AT).filter(|row| row.get(column).is_some_and(|cell| !cell.trim().is_empty())).collect();
    // The words of the sentence stand in every row.
    let mut common = rows.first().map_or(Vec::new(), |row| words(&row[column]));
    for row in &rows {
        let own: HashSet<String> = words(&row[column]).into_iter().collect();
        common.retain(|word| own.contains(word));
        if common.len() < WORDS {
            return false;
        }
    }
    let beside = |row: &[String]| -> HashSet<String> {
        row.iter().enumerate().filter(|(other, _)| *other != column).flat_map(|(_, cell)| words(cell)).collect()
    };
    let put_in: Vec<HashSet<String>> = rows.iter().map(|row| beside(row)).collect();
    // Numbers were put in from their own row alone.
    let anywhere: HashSet<&String> = put_in.iter().flatten().filter(|word| !word.bytes().any(|b| b.is_ascii_digit())).collect();
    let mut sentences = rows.iter().zip(&put_in).map(|(row, beside)| {
        words(&row[column]).into_iter().filter(|word| !beside.contains(word) && !anywhere.contains(word)).collect::<Vec<_>>()
    });
    sentences.next().is_some_and(|first| first.len() >= WORDS && sentences.all(|other| other == first))
}
