//! A person beside the number of an account that says what it is, in letters, mails and statements.

use super::names::{fingerprint, first_person, is_account_number, last_person};
use crate::model::{DataElement, Elements, Person, PersonKey};
use std::ops::Range;

/// Shorter numbers are no account's.
pub(super) const SHORTEST: usize = 6;
/// So many bytes before and behind the number, the person is named.
pub(super) const BEFORE: usize = 320;
const BEHIND: usize = 120;

/// Do the words that end here say that the number of an account follows?
pub(super) fn account_label(before: &[u8]) -> bool {
    const ACCOUNTS: [&str; 16] = [
        "account",
        "acct",
        "acc",
        "accountno",
        "acctno",
        "accountnumber",
        "a/c",
        "loan",
        "mortgage",
        "konto",
        "kontonummer",
        "compte",
        "cuenta",
        "conto",
        "rekening",
        "rekeningnummer",
    ];
    const NUMBERS: [&str; 9] = ["number", "no", "nbr", "num", "nr", "numbers", "id", "ending", "is"];
    /// Accounts of the kind that only numbers of theirs make an account.
    const HOLDERS: [&str; 3] = ["member", "membership", "policy"];
    let near = &before[before.len().saturating_sub(40)..];
    let near = near.iter().rposition(|b| *b == 0x1E).map_or(near, |at| &near[at + 1..]);
    let mut lines = near.rsplit(|b| *b == b'\n');
    let is_any = |list: &[&str], word: &[u8]| list.iter().any(|one| word.eq_ignore_ascii_case(one.as_bytes()));
    let names = |word: &[u8], numbered: bool| is_any(&ACCOUNTS, word) || numbered && is_any(&HOLDERS, word);
    let mut numbered = false;
    for word in words_of(lines.next().unwrap_or_default()).take(3) {
        if !is_any(&NUMBERS, word) {
            return names(word, numbered);
        }
        numbered = true;
    }
    // The line began with the second word of the label.
    let above = lines.next().unwrap_or_default().trim_ascii_end();
    numbered && above.last().is_some_and(u8::is_ascii_alphabetic) && words_of(above).next().is_some_and(|word| names(word, true))
}

/// Does a line say that the number of an account follows, which is all of the next one? So forms do whose labels stand above
/// their values.
pub(super) fn is_labelled_above(bytes: &[u8], number: &Range<usize>) -> bool {
    const LONGEST: usize = 80;
    let is_blank = |b: &&u8| matches!(b, b' ' | b'\t');
    let blanks = bytes[..number.start].iter().rev().take(LONGEST).take_while(is_blank).count();
    let Some(end) = (number.start - blanks).checked_sub(1).filter(|end| matches!(bytes[*end], b'\n' | 0x1E)) else { return false };
    let behind = bytes[number.end..].iter().find(|b| !is_blank(b));
    if !behind.is_none_or(|b| matches!(b, b'\n' | b'\r' | 0x1E)) {
        return false;
    }
    let above = bytes[..end].trim_ascii_end();
    let above = &above[above.len().saturating_sub(LONGEST)..];
    let above = above.iter().rposition(|b| matches!(b, b'\n' | 0x1E)).map_or(above, |at| &above[at + 1..]);
    // `Account number (see instructions)`
    let label = match above.last() {
        Some(b')') => above.iter().rposition(|b| *b == b'(').map_or(above, |at| &above[..at]),
        _ => above,
    };
    let label = label.strip_suffix(b":").unwrap_or(label).trim_ascii_end();
    label.last().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'.') && account_label(label)
}

/// The words of a line, last word first. `account_id` and `account.id` are names of settings, while `acct. no.` ends in marks.
fn words_of(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_in = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'/' | b'_' | b'.');
    line.rsplit(move |b| !is_in(b)).map(|word| word.strip_suffix(b".").unwrap_or(word)).filter(|word| !word.is_empty())
}

/// The number of an account, and the person who is named beside it.
pub(super) struct Account {
    /// Where the number stands.
    pub place: usize,
    /// The name, as a number.
    pub name: u64,
    pub person: PersonKey,
}

/// The person who is named beside the number of an account, the one before it first.
pub(super) fn read(text: &str, number: Range<usize>) -> Option<Account> {
    // What a blank parts from the number is another one.
    let digits = text[number.clone()].split(' ').next().unwrap_or_default();
    let stands_alone = !text.as_bytes().get(number.start + digits.len()).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    if !stands_alone || !is_account_number(digits) {
        return None;
    }
    let from = text.ceil_char_boundary(number.start.saturating_sub(BEFORE));
    let to = text.floor_char_boundary(number.end + BEHIND);
    // Behind an empty line somebody else may be meant.
    let behind = &text[number.end..to];
    let behind = behind.split("\n\n").next().unwrap_or_default().split("\n\r\n").next().unwrap_or_default();
    let name = last_person(&text[from..number.start]).or_else(|| first_person(behind))?;
    let mut elements = Elements::default();
    elements.insert(DataElement::Name);
    elements.insert(DataElement::AccountNumber);
    let person = PersonKey::of(Person { name, ..Person::default() }, elements)?;
    Some(Account { place: number.start, name: fingerprint(name), person })
}
