//! A list of one column under a heading that says what only a person or an account has: social security numbers, cards,
//! accounts. Nothing parts its fields, and so nothing but heading and values shows that it is a table.

use super::header;
use super::record::{Dialect, Quote};
use super::sniff::{Table, read_sample};
use crate::table::{ColumnType, TableFacts};
use std::collections::HashSet;

/// Fewer values under a word are a form or a sentence.
const LEAST: usize = 5;
/// Longer headings are sentences, and longer values are none.
const LONGEST_HEADING: usize = 40;
const LONGEST_VALUE: usize = 40;
/// Numbers of accounts have so many digits; shorter ones may count anything.
const ACCOUNT_DIGITS: usize = 6;

/// The list that a text is, if it is one.
pub(super) fn find(sample: &str, terminator: u8) -> Option<Table> {
    let heading = sample.trim_start().split(char::from(terminator)).next()?.trim().trim_matches('"');
    if heading.len() > LONGEST_HEADING || !header::is_wordlike(heading) {
        return None;
    }
    // A character that parts fields nowhere in the text.
    let dialect = Dialect { delimiter: 0x1F, quote: Quote::of(sample, 0x1F, terminator), terminator };
    let (records, _) = read_sample(sample, dialect);
    let (head, rows) = records.cells.split_first()?;
    let distinct: HashSet<&String> = rows.iter().flatten().collect();
    let is_value = |row: &&Vec<String>| {
        let is_in = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b' ' | b'*');
        row.len() == 1 && row[0].len() <= LONGEST_VALUE && row[0].bytes().all(is_in) && row[0].bytes().any(|b| b.is_ascii_digit())
    };
    if rows.len() < LEAST || distinct.len() * 2 < rows.len() || rows.iter().filter(is_value).count() * 100 < rows.len() * 95 {
        return None;
    }
    let has_digits = |row: &&Vec<String>| row.iter().flat_map(|cell| cell.bytes()).filter(u8::is_ascii_digit).count() >= ACCOUNT_DIGITS;
    let is_personal = match &TableFacts::new("", Some(head), rows).columns.first()?.kind {
        ColumnType::Ssn | ColumnType::NationalId | ColumnType::DriversLicense | ColumnType::Card | ColumnType::Iban(_) => true,
        ColumnType::Account => rows.iter().filter(has_digits).count() * 100 >= rows.len() * 95,
        _ => false,
    };
    let (&(first, body), &(_, end)) = (records.places.first()?, records.places.last()?);
    is_personal.then(|| Table { dialect, columns: 1, first, header: Some(head.clone()), body, end, sample: rows.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::super::sniff::sniff;

    fn list(heading: &str, value: impl Fn(u64) -> String) -> String {
        (1..30).map(|n| value(n * 21_772_193 % 700_000_000 + 100_000_000)).fold(format!("{heading}\n"), |text, value| text + &value + "\n")
    }

    #[test]
    fn a_list_of_what_only_persons_have_is_a_table() {
        for text in [
            list("ssn", |n| n.to_string()),
            list("\"SSN\"", |n| format!("\"{n}\"")),
            list("account_number", |n| n.to_string()),
            list("Social Security Number", |n| n.to_string()).replace('\n', "\r\n"),
        ] {
            let table = sniff(&text, true).expect("a table");
            assert_eq!((table.columns, table.sample.len()), (1, 29), "{text}");
        }
    }

    #[test]
    fn other_lists_are_none() {
        for text in [
            list("trace", |n| n.to_string()),
            list("id", |n| n.to_string()),
            list("routing_number", |n| n.to_string()),
            list("ssn", |n| format!("record {n} was seen")),
            list("ssn", |_| "n/a".to_owned()),
            list("account", |n| format!("u{}", n % 1000)),
            "ssn\n512447781\n".to_owned(),
        ] {
            assert!(sniff(&text, true).is_none(), "{text}");
        }
    }
}
