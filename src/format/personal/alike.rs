//! Lines of one shape that hold the name of a person and a number that differs from line to line: accounts and whose they
//! are, without any amount or label. One such line says nothing; many alike, under different names, do.

use super::lines::line_before;
use super::names::{fingerprint, first_person, is_account_number, may_be_person};
use super::{Cut, Records, Seen, Spoken, runs};
use crate::identifier::aba;
use crate::model::{DataElement, Elements, Person, PersonKey};
use crate::table::{has_bank_word, has_familiar_name, is_company, is_given_name, is_money, year_of};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

/// So many lines are no chance.
const LEAST: usize = 5;
/// So many where all numbers have as many digits as telephone numbers with an area, or more.
const LEAST_LONG: usize = 3;
const LONG: usize = 9;
/// So many of a hundred names are familiar.
const FAMILIAR: usize = 33;
/// So many of a hundred numbers that are of another kind show that all are.
const OTHERS: usize = 90;

/// Shapes of records whose fields are lines, and of those amid other bytes.
const FIELDS: u64 = 0;
const RECORDS: u64 = 1;

/// Lines by their shapes.
pub(super) struct Alike<'t> {
    text: &'t str,
    cut: Cut<'t>,
    shapes: BTreeMap<u64, Shape>,
}

#[derive(Default)]
struct Shape {
    records: Records,
    names: HashSet<u64>,
    /// Numbers with fewer digits than long ones have.
    short: usize,
    /// Numbers that may be telephone numbers, times, or routing numbers.
    phones: usize,
    times: usize,
    routing: usize,
    /// Lines in which something else stands in the place of the number: the digits of hashes may be decimal.
    hashes: usize,
}

/// What stands in a line where the number of an account may.
enum Number<'t> {
    Account(&'t str, Range<usize>),
    Hash(Range<usize>),
}

impl<'t> Alike<'t> {
    pub fn new(text: &'t str, cut: Cut<'t>) -> Self {
        Self { text, cut, shapes: BTreeMap::new() }
    }

    /// A line of these fields, which is no record by itself.
    pub fn line(&mut self, line: &'t str, pieces: &[&'t str], range: Range<usize>) {
        if self.records(line, range.start) > 0 {
            return;
        }
        let Some(number) = number_in(line, pieces) else { return };
        let Some(name) = name_in(line, pieces) else { return };
        if speaks_of_others(line, pieces) {
            return;
        }
        let at = place_in(line, name);
        match number {
            Number::Hash(place) => self.shapes.entry(shape_of(line, &at, &place)).or_default().hashes += 1,
            Number::Account(number, place) => self.seen(shape_of(line, &at, &place), name, number, range),
        }
    }

    /// Records of fields as wide as they are long at most, whatever bytes stand between them: how many there are.
    fn records(&mut self, line: &str, start: usize) -> usize {
        let mut count = 0;
        for run in runs(line.as_bytes()).filter(|run| run.len() >= LONG) {
            let Some(number) = line.get(run.clone()).and_then(|run| run.split(' ').next()).filter(|number| is_number(number)) else {
                continue;
            };
            let before = name_before_gap(line, run.start).map(|(name, at)| (name.into(), at..run.start + number.len()));
            let Some((name, place)) = before.or_else(|| parts_behind(line, run)) else { continue };
            self.seen(RECORDS, &name, number, start + place.start..start + place.end);
            count += 1;
        }
        count
    }

    /// A line that is nothing but a number, and the one before it nothing but a name: fields of records, one by one.
    pub fn number(&mut self, line: &str, range: Range<usize>) {
        let number = line.trim_ascii();
        if !is_number(number) {
            return;
        }
        let Some((name, start)) = line_before(self.text, range.start) else { return };
        let range = start..range.end;
        if may_be_person(name) && has_familiar_name(name) && self.cut.holds(&range, self.text.len()) {
            self.seen(FIELDS, name, number, range);
        }
    }

    fn seen(&mut self, shape: u64, name: &str, number: &str, range: Range<usize>) {
        let mut elements = Elements::default();
        [DataElement::Name, DataElement::AccountNumber].into_iter().for_each(|element| elements.insert(element));
        let Some(person) = PersonKey::of(Person { name, ..Person::default() }, elements) else { return };
        let shape = self.shapes.entry(shape).or_default();
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        shape.short += usize::from(digits.len() < LONG);
        shape.phones += usize::from(is_phone(&digits));
        shape.times += usize::from(is_time(&digits));
        shape.routing += usize::from(aba::is_valid(&digits));
        shape.names.insert(fingerprint(name));
        shape.records.seen.push(Seen {
            person,
            familiar: has_familiar_name(name),
            name: fingerprint(name),
            number: fingerprint(number),
            range,
        });
    }

    /// Gives out what was found.
    pub fn settle(self, spoken: &mut Spoken) {
        for shape in self.shapes.into_values() {
            let count = shape.records.seen.len();
            let are = |others: usize| others * 100 >= count * OTHERS;
            let numbers: HashSet<u64> = shape.records.seen.iter().map(|seen| seen.number).collect();
            // Authors come again and again, under different numbers.
            let is_of_authors = shape.names.len() * 2 < numbers.len();
            let least = if shape.short == 0 { LEAST_LONG } else { LEAST };
            let is_known = shape.records.seen.iter().filter(|seen| seen.familiar).count() * 100 >= count * FAMILIAR;
            let is_other = are(shape.phones) || are(shape.times) || are(shape.routing) || shape.hashes * 2 > count;
            if is_known && !is_other && !is_of_authors && shape.names.len() >= least {
                shape.records.settle(least, spoken);
            }
        }
    }
}

/// The name in a line: a field of it, or what is familiar among words.
fn name_in<'t>(line: &'t str, pieces: &[&'t str]) -> Option<&'t str> {
    let field = |familiar: bool| pieces.iter().copied().find(|piece| may_be_person(piece) && (!familiar || has_familiar_name(piece)));
    let name = field(true).or_else(|| first_person(line)).or_else(|| field(false))?;
    let Range { start, end } = place_in(line, name);
    let glues = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'\\' | b'_' | b'@'));
    let bytes = line.as_bytes();
    let is_file = bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric)
        || name.split_once('.').is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_alphanumeric()));
    let is_glued = glues(bytes.get(end)) || start.checked_sub(1).is_some_and(|before| glues(bytes.get(before)));
    (!is_file && !is_glued).then_some(name)
}

/// Where a part of a line stands in it.
fn place_in(line: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize).min(line.len());
    start..(start + part.len()).min(line.len())
}

/// A long number of an account, in one piece.
fn is_number(number: &str) -> bool {
    number.len() >= LONG && number.bytes().all(|b| b.is_ascii_digit()) && is_account_number(number)
}

/// The familiar name in a field that blanks fill up to this place.
fn name_before_gap(line: &str, place: usize) -> Option<(&str, usize)> {
    let before = line.get(..place)?.strip_suffix("  ")?.trim_end_matches(' ');
    let is_in = |c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | ',' | '.' | '\'' | '-');
    let start = before.rfind(|c| !is_in(c)).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let name = before.get(start..)?.rsplit("  ").next()?.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    (may_be_person(name) && has_familiar_name(name)).then_some((name, before.len() - name.len()))
}

/// Given and family name in fields that blanks fill up, the first of which begins where a number ends.
fn parts_behind(line: &str, run: Range<usize>) -> Option<(String, Range<usize>)> {
    let behind = line.get(run.end..)?;
    let (given, rest) = behind.split_once("  ")?;
    let family = rest.trim_start_matches(' ');
    let family = family.split("  ").next()?;
    let name = format!("{given} {family}");
    let end = (family.as_ptr() as usize).saturating_sub(line.as_ptr() as usize) + family.len();
    (is_given_name(given) && may_be_person(&name)).then_some((name, run.start..end))
}

/// What may be the number of an account, whole or all but its last digits masked.
fn number_in<'t>(line: &'t str, pieces: &[&'t str]) -> Option<Number<'t>> {
    let bytes = line.as_bytes();
    let mut hash = None;
    for run in runs(bytes) {
        let mut at = run.start;
        for number in line.get(run.clone())?.split(' ') {
            let place = at..at + number.len();
            at = place.end + 1;
            let is_in_run = place.start > run.start || place.end < run.end;
            if stands_alone(bytes, &place)
                && (is_account_number(number) && !is_grouped_phone(number)
                    || number.split('-').map(str::len).eq([3, 3, 4]) && pieces.iter().any(|piece| is_money(piece))
                    || is_masked(bytes, &place))
                && !(is_in_run && number.len() < LONG && touches_digits(bytes, &place))
                && !is_stamp(number)
            {
                return Some(Number::Account(number, place));
            }
            hash = hash.or_else(|| hash_at(bytes, &place));
        }
    }
    hash.map(Number::Hash)
}

/// Is a number nothing that its neighbours are a part of, and not announced as something else?
fn stands_alone(bytes: &[u8], place: &Range<usize>) -> bool {
    /// Words before numbers of other kinds.
    const OTHERS: [&str; 36] = [
        "tel",
        "telephone",
        "phone",
        "ph",
        "fax",
        "mobile",
        "cell",
        "ext",
        "zip",
        "rfc",
        "isbn",
        "issn",
        "pmid",
        "doi",
        "bug",
        "bugs",
        "issue",
        "pr",
        "commit",
        "rev",
        "revision",
        "version",
        "build",
        "port",
        "line",
        "pid",
        "tid",
        "size",
        "bytes",
        "ticket",
        "closes",
        "orcid",
        "time",
        "timestamp",
        "date",
        "aba",
    ];
    let before = bytes.get(..place.start).unwrap_or_default();
    let length = place.len();
    let is_free_before = before.last().is_none_or(|b| match b {
        b'.' | b'/' | b'\\' | b'+' | b'_' | b'@' | b'-' => false,
        b'#' => length >= LONG,
        b'*' => true,
        b => !b.is_ascii_alphanumeric() || matches!(b, b'x' | b'X'),
    });
    let is_free_behind = match bytes.get(place.end..).unwrap_or_default() {
        [b'_' | b'@' | b'/' | b'\\' | b'%', ..] => false,
        [b'.' | b':', next, ..] if next.is_ascii_alphanumeric() => false,
        [next, ..] => !next.is_ascii_alphanumeric(),
        [] => true,
    };
    let words = before.trim_ascii_end();
    let marks = words.iter().rev().take_while(|b| matches!(b, b':' | b'=' | b'#' | b'`' | b' ' | b'[' | b'.')).count();
    let words = &words[..words.len() - marks];
    let from = words.iter().rposition(|b| !b.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    let word = words.get(from..).unwrap_or_default();
    // `bzbug`
    let is_bug = word.to_ascii_lowercase().ends_with(b"bug");
    // `(216) 5550143`
    let is_behind_area = matches!(words, [.., digit, b')'] if digit.is_ascii_digit());
    is_free_before
        && is_free_behind
        && !is_behind_area
        && !OTHERS.iter().any(|other| word.eq_ignore_ascii_case(other.as_bytes()))
        && !is_bug
}

/// The last digits of a number whose others are masked: `******2807`, `XXXX-2807`.
fn is_masked(bytes: &[u8], place: &Range<usize>) -> bool {
    let before = bytes.get(..place.start).unwrap_or_default();
    let before = before.strip_suffix(b"-").unwrap_or(before);
    let masks = before.iter().rev().take_while(|b| matches!(b, b'*' | b'x' | b'X')).count();
    let is_word = before.len().checked_sub(masks + 1).and_then(|at| before.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    masks >= 2 && !is_word && (3..=6).contains(&place.len())
}

/// Does another number stand a blank apart, as the area does before a telephone number?
fn touches_digits(bytes: &[u8], place: &Range<usize>) -> bool {
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    is_digit(place.start.checked_sub(2)) || is_digit(Some(place.end + 1))
}

/// `555-0143`, `1-216-555-0143`, `0171-1234567`
fn is_grouped_phone(number: &str) -> bool {
    let groups = || number.split('-').map(str::len);
    groups().eq([3, 4]) || groups().eq([1, 3, 3, 4]) || number.contains('-') && number.starts_with('0')
}

/// A number of the North American plan: area and exchange begin with 2 to 9.
fn is_phone(digits: &str) -> bool {
    let number = if digits.len() == 11 { digits.strip_prefix('1').unwrap_or(digits) } else { digits };
    let begins = |at: usize| number.as_bytes().get(at).is_some_and(|b| (b'2'..=b'9').contains(b));
    number.len() == 10 && begins(0) && begins(3)
}

/// Seconds or milliseconds since 1970, of the years from 2001 to 2033.
fn is_time(digits: &str) -> bool {
    matches!(digits.len(), 10 | 13) && digits.starts_with('1')
}

/// A date with the time of day behind it.
fn is_stamp(number: &str) -> bool {
    matches!(number.len(), 12 | 14) && number.get(..8).is_some_and(|date| year_of(date).is_some())
}

/// A hash, or what is left of one, of whose digits these are.
fn hash_at(bytes: &[u8], place: &Range<usize>) -> Option<Range<usize>> {
    const SHORTEST: usize = 7;
    let is_in = |b: &&u8| b.is_ascii_digit() || matches!(b, b'a'..=b'f');
    let before = bytes.get(..place.start)?.iter().rev().take_while(is_in).count();
    let behind = bytes.get(place.start..)?.iter().take_while(is_in).count();
    let range = place.start - before..place.start + behind;
    (range.len() >= SHORTEST && range.len() > place.len()).then_some(range)
}

/// Does a line speak of a bank, of a company, of who wrote something, or of a file?
fn speaks_of_others(line: &str, pieces: &[&str]) -> bool {
    const WRITING: [&str; 7] = ["author", "copyright", "commit", "maintain", "contribut", "(c)", "@"];
    let lower = line.to_ascii_lowercase();
    WRITING.iter().any(|word| lower.contains(word)) || is_mode(line) || has_bank_word(line) || pieces.iter().any(|piece| is_company(piece))
}

/// `drwxr-xr-x`: a folder has the name, and the number is a size.
fn is_mode(line: &str) -> bool {
    line.trim_start().get(..10).is_some_and(|mode| mode.contains('r') && mode.bytes().all(|b| b"-dlcbpsrwxStT".contains(&b)))
}

/// What lines of one shape share: digits stand for all digits, the name and the number for themselves, and in lines that
/// wide gaps or separators part, letters for all letters. Sentences are alike only in the same words.
fn shape_of(line: &str, name: &Range<usize>, number: &Range<usize>) -> u64 {
    let is_parted = line.trim().contains("  ") || line.contains(['\t', '|', '^', '~']);
    let mut shape = 0xcbf2_9ce4_8422_2325u64;
    let mut last = 0;
    for (at, byte) in line.bytes().enumerate() {
        let kind = match byte {
            _ if name.contains(&at) => b'N',
            _ if number.contains(&at) => b'#',
            b' ' | b'\t' | b'*' => continue,
            b if b.is_ascii_digit() => b'0',
            b if is_parted && (b.is_ascii_alphabetic() || b >= 0x80 || b == b'\'') => b'a',
            b => b,
        };
        if kind != last || !matches!(kind, b'N' | b'#' | b'0' | b'a') {
            shape = (shape ^ u64::from(kind)).wrapping_mul(0x100_0000_01b3);
        }
        last = kind;
    }
    shape
}

#[cfg(test)]
#[path = "alike_tests.rs"]
mod tests;
