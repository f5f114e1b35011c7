//! Cells of tables that say something in words: notes, messages, payloads. Most cells do not, which is seen by their bytes.

use super::{Cut, find, partings, runs, secrets};
use crate::model::DataElement;
use crate::table::Said;

/// The shortest cell that is looked at: a social security number.
pub(in crate::format) const SHORTEST_CELL: usize = 11;
/// Fewer digits are no number of an account.
const FEWEST_DIGITS: usize = 6;
/// Fewer letters make no word beside a number: those of dates and times are fewer.
const FEWEST_LETTERS: usize = 3;

/// Does a cell show numbers of the shape of somebody's, in words or alone?
pub(in crate::format) fn may_speak(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    let (mut digits, mut letters, mut all) = (0, 0, 0);
    for byte in bytes {
        let class = CLASSES[usize::from(*byte)];
        digits += usize::from(class & DIGIT);
        letters += usize::from(class & LETTER) / usize::from(LETTER);
        all |= class;
    }
    // Letters and digits alone, and numbers with a fraction, show neither words nor groups.
    if all & (BORDER | GROUP | OTHER) == 0 || digits < FEWEST_DIGITS {
        return false;
    }
    let is_worded = letters >= FEWEST_LETTERS && all & BORDER != 0;
    if !is_worded && digits < SHORTEST_CELL - 2 {
        return false;
    }
    // Without words it is a number of that length at least.
    let least = if is_worded { 0 } else { SHORTEST_CELL };
    let may_tell = |run: &&[u8]| run.len() >= least;
    runs(bytes).filter_map(|run| bytes.get(run)).filter(may_tell).any(|run| is_telling(run, is_worded))
        || all & OTHER != 0 && partings::is_any_in(cell)
}

/// Does a cell give a value to what opens something?
pub(in crate::format) fn holds_secret(cell: &str) -> bool {
    !secrets::find(cell.as_bytes()).is_empty()
}

const DIGIT: u8 = 1;
const LETTER: u8 = 2;
/// What stands at the borders of words.
const BORDER: u8 = 4;
/// What stands between groups of digits.
const GROUP: u8 = 8;
/// A byte of a character that is not of ASCII.
const OTHER: u8 = 16;

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut i = 0;
    while i < 256 {
        classes[i] = match i as u8 {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b' ' => BORDER | GROUP,
            b'=' | b':' | b'"' | b'>' | b'|' | b',' | b';' | b'\n' | b'\t' => BORDER,
            b'-' => GROUP,
            0x80.. => OTHER,
            _ => 0,
        };
        i += 1;
    }
    classes
};

/// Groups of digits of a social security number or of a card; in words also what may be the number of an account.
fn is_telling(run: &[u8], is_worded: bool) -> bool {
    let mut before = [0; 3];
    for group in run.split(|b| matches!(b, b'-' | b' ')) {
        let last = group.len();
        let is_shaped = matches!((before, last), ([_, 3, 2], 4) | ([4, 4, 4], 4) | ([_, 4, 6], 5));
        if is_shaped || is_worded && last >= FEWEST_DIGITS {
            return true;
        }
        before = [before[1], before[2], last];
    }
    false
}

/// What a cell says of persons.
pub(in crate::format) fn find_in_cell(cell: &str) -> Option<Said> {
    let spoken = find(cell, Cut::default());
    let mut said = Said::default();
    // Of many cells with numbers in groups of four, one in ten has the check digit of a card: in a cell a word says it.
    let is_taken = |kind: &DataElement| *kind != DataElement::CardNumber || speaks_of_card(cell);
    spoken.elements.iter().filter(is_taken).for_each(|kind| said.elements.insert(kind));
    said.persons = spoken.persons;
    (!said.elements.is_empty() || !said.persons.is_empty()).then_some(said)
}

fn speaks_of_card(cell: &str) -> bool {
    const WORDS: [&str; 9] = ["card", "visa", "mastercard", "amex", "credit", "debit", "carte", "karte", "tarjeta"];
    let lower = cell.to_lowercase();
    let is_short = |word: &str| matches!(word, "pan" | "cc" | "exp" | "cvv");
    WORDS.iter().any(|word| lower.contains(word))
        || lower.split(|c: char| !c.is_alphabetic()).any(is_short)
        || cell.contains(['^', '%']) && cell.contains(['?', ';', '%'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_may_speak() {
        for cell in [
            "Member Ann Lee called, SSN 512-44-7781 verified.",
            "512-44-7781",
            "acct 4458814885 of Ann Lee",
            "{\"ssn\": \"512-44-7781\"}",
            "paid by card 4539 1488 0343 6467",
            "512\u{2011}44\u{2011}7781",
            "<m><account_number>6563957791</account_number></m>",
        ] {
            assert!(may_speak(cell), "{cell}");
        }
        for cell in [
            "123456789.12",
            "4539148803436467",
            "2024-10-01T02:11:00.000Z",
            "2024-10-01 02:11:00",
            "Mon, 04 Nov 2024 02:11:00 GMT",
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "216-555-0143 Columbus",
            "a plain sentence without numbers",
        ] {
            assert!(!may_speak(cell), "{cell}");
        }
    }

    #[test]
    fn a_card_in_a_cell_needs_a_word() {
        let kinds = |cell| find_in_cell(cell).map(|said| said.elements.words());
        assert_eq!(kinds("card 4539 1488 0343 6467 declined"), Some(vec!["card_number"]));
        assert_eq!(kinds("ref 4539 1488 0343 6467 posted"), None);
    }
}
