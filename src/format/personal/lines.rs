//! Printed lists of persons that no reader takes for tables: under titles, on reports of two lines, on labels, between
//! records of other kinds. A line is one when a person's name stands in it beside the number of an account and an amount,
//! a date of birth or a street.

use super::alike::Alike;
use super::names::{fingerprint, first_person, is_account_number, may_be_person};
use super::numbers::{is_spaced_ssn, is_ssn};
use super::{Cut, Records, Seen, Spoken};
use crate::format::columns;
use crate::model::{DataElement, Elements, Person, PersonKey};
use crate::passage::BORDER;
use crate::table::{
    has_bank_word, has_familiar_name, is_company, is_given_name, is_house, is_money, is_plain_street, is_state, is_wordy, year_of,
};
use memchr::{memchr3, memrchr3};
use std::ops::Range;

/// Shorter runs of digits begin no number of an account and are no post code.
const SHORTEST: usize = 5;
/// Longer lines are none of a list.
const LONGEST: usize = 1024;
/// So many lines of one kind are a list.
const LEAST: usize = 3;
/// So many beside numbers in groups of three, two and four digits: fewer may be telephone numbers.
const SPACED: usize = 5;
/// What separates fields and stands in no name.
const SEPARATORS: [u8; 7] = *b"\t\x1f\x01|;^~";

/// Goes through the lines that hold numbers.
pub(super) struct Lines<'t> {
    text: &'t str,
    cut: Cut<'t>,
    /// The end of the line that was looked at last.
    done: usize,
    accounts: Records,
    addresses: Records,
    /// Beside what may be a social security number with blanks in it, or a telephone number.
    spaced: Records,
    alike: Alike<'t>,
    pieces: Vec<&'t str>,
}

impl<'t> Lines<'t> {
    pub fn new(text: &'t str, cut: Cut<'t>) -> Self {
        Self {
            text,
            cut,
            done: 0,
            accounts: Records::default(),
            addresses: Records::default(),
            spaced: Records::default(),
            alike: Alike::new(text, cut),
            pieces: Vec::new(),
        }
    }

    /// There are digits here.
    pub fn run(&mut self, run: Range<usize>) {
        if run.start < self.done || run.len() < SHORTEST && !self.is_masked(run.start) {
            return;
        }
        let line = self.line_at(run.start);
        self.done = line.end.max(run.end);
        if line.len() > LONGEST || !self.cut.holds(&line, self.text.len()) {
            return;
        }
        let Some(content) = self.text.get(line.clone()) else { return };
        if let Some(state) = ends_in_post_code(content) {
            self.label(&line, content, state);
        }
        if shows_name(content.as_bytes()) {
            self.row(content, line);
        } else {
            self.alike.number(content, line);
        }
    }

    /// Do the digits here end a number whose others are masked?
    fn is_masked(&self, start: usize) -> bool {
        let before = self.text.as_bytes().get(..start).unwrap_or_default();
        matches!(before.strip_suffix(b"-").unwrap_or(before), [.., b'*' | b'x' | b'X', b'*' | b'x' | b'X'])
    }

    /// Gives out what was found.
    pub fn settle(self, spoken: &mut Spoken) {
        self.accounts.settle(1, spoken);
        self.addresses.settle(LEAST, spoken);
        self.spaced.settle(SPACED, spoken);
        self.alike.settle(spoken);
    }

    fn line_at(&self, place: usize) -> Range<usize> {
        let bytes = self.text.as_bytes();
        let from = place.saturating_sub(LONGEST + 1).max(self.done.min(place));
        let start = memrchr3(b'\n', b'\r', 0x1E, &bytes[from..place]).map_or(from, |i| from + i + 1);
        let end = memchr3(b'\n', b'\r', 0x1E, &bytes[place..]).map_or(bytes.len(), |i| place + i);
        start..end
    }

    /// A town with its state and post code; above it stand the street and the name, as on a letter.
    fn label(&mut self, line: &Range<usize>, town: &str, state: &'t str) {
        let Some((street, above)) = line_before(self.text, line.start).filter(|(street, _)| is_house(first_piece(street))) else {
            return;
        };
        let (street, Some((name, start))) = (first_piece(street), line_before(self.text, above)) else { return };
        let name = first_piece(name);
        let range = start..line.end;
        if !may_be_person(name) || !self.cut.holds(&range, self.text.len()) {
            return;
        }
        let address = format!("{street} {}", first_piece(town));
        let person = Person { name, address: &address, region: state, country: "" };
        let number = fingerprint(name) ^ fingerprint(street).rotate_left(7);
        self.addresses.seen.extend(seen(person, [DataElement::Address].into_iter(), number, range));
    }

    fn row(&mut self, line: &'t str, range: Range<usize>) {
        let mut pieces = std::mem::take(&mut self.pieces);
        split(line, &mut pieces);
        if !self.row_of(&pieces, &range) {
            self.alike.line(line, &pieces, range);
        }
        self.pieces = pieces;
    }

    /// Is a line of these fields a record by itself?
    fn row_of(&mut self, pieces: &[&'t str], range: &Range<usize>) -> bool {
        if pieces.len() < 2 {
            return false;
        }
        // Most lines with numbers have none that could be somebody's.
        let number = pieces.iter().find(|piece| is_account_number(piece));
        let spaced = pieces.iter().find(|piece| is_spaced_ssn(piece));
        let ssn = pieces.iter().find(|piece| is_ssn(piece)).or(spaced);
        let street = pieces.iter().position(|piece| shows_house(piece) && is_plain_street(piece));
        if number.is_none() && ssn.is_none() && street.is_none() {
            return false;
        }
        let Some((name, at)) = name_in(pieces) else { return false };
        let money = pieces.iter().any(|piece| is_money(piece) && !is_wordy(piece));
        let born = pieces.iter().any(|piece| piece.len() >= 8 && year_of(piece).is_some_and(|year| (1900..=2010).contains(&year)));
        let mut kinds = Elements::default();
        number.iter().for_each(|_| kinds.insert(DataElement::AccountNumber));
        ssn.iter().for_each(|_| kinds.insert(DataElement::Ssn));
        street.iter().for_each(|_| kinds.insert(DataElement::Address));
        let is_account = ssn.is_some() || number.is_some() && (money || born || street.is_some());
        if is_account && money {
            kinds.insert(DataElement::Amount);
        }
        if is_account && born {
            kinds.insert(DataElement::Dob);
        }
        let is_named_place = || pieces.iter().any(|piece| has_bank_word(piece) || is_company(piece) || piece.contains('@'));
        let address = street.map_or_else(String::new, |street| address_from(&pieces[street..]));
        let is_address = !is_account && street.is_some_and(|street| street > at) && address.bytes().filter(u8::is_ascii_digit).count() > 0;
        if !is_account && (!is_address || pieces.len() < 3 || is_named_place()) {
            return false;
        }
        let region = street.and_then(|street| pieces[street..].iter().find_map(|piece| state_in(piece))).unwrap_or_default();
        let person = Person { name: &name, address: &address, region, country: "" };
        let number = number.or(ssn).map_or_else(|| fingerprint(&name) ^ fingerprint(&address).rotate_left(7), |number| fingerprint(number));
        let into = match () {
            () if is_account && spaced.is_some() => &mut self.spaced,
            () if is_account => &mut self.accounts,
            () => &mut self.addresses,
        };
        into.seen.extend(seen(person, kinds.iter(), number, range.clone()));
        true
    }
}

/// The line before this place, without the blanks around it.
pub(super) fn line_before(text: &str, place: usize) -> Option<(&str, usize)> {
    let before = text.get(..place)?.trim_end_matches(BORDER);
    let before = if before.len() < place { before.strip_suffix('\n').unwrap_or(before) } else { before.strip_suffix('\n')? };
    let before = before.strip_suffix('\r').unwrap_or(before);
    let start = before.rfind(['\n', '\r', BORDER]).map_or(0, |i| i + 1);
    (before.len() - start <= LONGEST).then(|| (before[start..].trim(), start))
}

fn seen(person: Person<'_>, kinds: impl Iterator<Item = DataElement>, number: u64, range: Range<usize>) -> Option<Seen> {
    let mut elements = Elements::default();
    elements.insert(DataElement::Name);
    kinds.for_each(|kind| elements.insert(kind));
    let familiar = has_familiar_name(person.name);
    Some(Seen { person: PersonKey::of(person, elements)?, familiar, name: fingerprint(person.name), number, range })
}

/// The name of a person among the fields of a line, and its place: in one field, or its two parts side by side.
fn name_in<'t>(pieces: &[&'t str]) -> Option<(std::borrow::Cow<'t, str>, usize)> {
    let whole = |familiar: bool| {
        pieces.iter().position(|piece| may_be_person(piece) && (!familiar || has_familiar_name(piece))).map(|at| (pieces[at].into(), at))
    };
    let is_part = |piece: &str| {
        piece.chars().count() >= 2
            && piece.chars().next().is_some_and(char::is_uppercase)
            && piece.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'))
            && !is_state(piece)
            && !has_bank_word(piece)
    };
    let parts = |familiar: bool| {
        let is_familiar = |pair: &[&str]| !familiar || is_given_name(pair[0]) || is_given_name(pair[1]);
        let at = pieces.windows(2).position(|pair| is_part(pair[0]) && is_part(pair[1]) && is_familiar(pair))?;
        let (one, other) = (pieces[at], pieces[at + 1]);
        let name = if is_given_name(other) && !is_given_name(one) { format!("{other} {one}") } else { format!("{one} {other}") };
        may_be_person(&name).then_some((name.into(), at))
    };
    whole(true).or_else(|| parts(true)).or_else(|| whole(false)).or_else(|| parts(false))
}

/// The fields of a line: parted by what separates fields, by wide gaps, by commas, or else by blanks, where words of
/// letters belong together.
fn split<'t>(line: &'t str, out: &mut Vec<&'t str>) {
    out.clear();
    let line = line.trim_matches([' ', '\t', '\u{c}']);
    let bytes = line.as_bytes();
    let count = |separator: u8| memchr::memchr_iter(separator, bytes).count();
    let trim = |piece: &'t str| piece.trim().trim_matches('"').trim();
    if let Some(&separator) = SEPARATORS.iter().find(|separator| count(**separator) >= 2) {
        return out.extend(line.split(char::from(separator)).map(trim).filter(|piece| !piece.is_empty()));
    }
    if line.contains("  ") {
        out.extend(columns::fields(line).map(trim).filter(|piece| !piece.is_empty()));
        if out.len() >= 3 || out.len() == 2 && count(b',') < 2 {
            return;
        }
        out.clear();
    }
    if count(b',') >= 3 {
        return out.extend(line.split(',').map(trim).filter(|piece| !piece.is_empty()));
    }
    // Names and numbers a blank apart.
    let mut words = line.split_ascii_whitespace().map(|word| (word.as_ptr() as usize - line.as_ptr() as usize, word)).peekable();
    while let Some((start, word)) = words.next() {
        let mut end = start + word.len();
        let is_lettered = |word: &str| word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '.' | ','));
        if is_lettered(word) {
            while let Some((next, word)) = words.next_if(|(_, word)| is_lettered(word)) {
                end = next + word.len();
            }
        }
        out.extend(line.get(start..end).map(|piece| piece.trim_end_matches(',')));
    }
    // Sentences are no lines of a list.
    let is_worded = |piece: &&&str| !piece.bytes().any(|b| b.is_ascii_digit());
    let words = out.iter().filter(is_worded).count();
    if out.iter().any(|piece| piece.split(' ').count() > 5) || words > 1 && first_person(line).is_none() {
        out.clear();
    }
}

/// Does a field begin or end with a number?
fn shows_house(piece: &str) -> bool {
    let is_number = |word: Option<&str>| word.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    piece.contains(' ') && (is_number(piece.split(' ').next()) || is_number(piece.rsplit(' ').next()))
}

/// What stands before a wide gap.
fn first_piece(line: &str) -> &str {
    columns::fields(line).next().unwrap_or_default().split('\t').next().unwrap_or_default().trim()
}

/// The street and what follows of the address.
fn address_from(pieces: &[&str]) -> String {
    let is_more = |piece: &&&str| {
        is_wordy(piece)
            || state_in(piece).is_some()
            || piece.len() == 5 && piece.bytes().all(|b| b.is_ascii_digit())
            || ends_in_post_code(piece).is_some()
    };
    let more = pieces.iter().skip(1).take(4).take_while(is_more).copied();
    pieces.first().copied().into_iter().chain(more).collect::<Vec<_>>().join(" ")
}

/// The state in a field that is one, or a state with its post code.
fn state_in(piece: &str) -> Option<&str> {
    if is_state(piece) { Some(piece) } else { ends_in_post_code(piece) }
}

/// `Columbus, OH 43004` and `OH 43004-1234`: the state in it.
fn ends_in_post_code(line: &str) -> Option<&str> {
    let line = line.trim_end();
    let code = line.rsplit(' ').next()?;
    let bytes = code.as_bytes();
    let is_code = bytes.len() >= 5
        && bytes[..5].iter().all(u8::is_ascii_digit)
        && (bytes.len() == 5 || bytes.len() == 10 && bytes[5] == b'-' && bytes[6..].iter().all(u8::is_ascii_digit));
    let before = line.get(..line.len() - code.len()).filter(|_| is_code)?.trim_end();
    let state = before.rsplit([' ', ',']).next()?;
    is_state(state).then_some(state)
}

/// Do two words that begin with capitals stand side by side, or in fields side by side? Nearly all lines have none.
fn shows_name(line: &[u8]) -> bool {
    let (mut is_in, mut begins, mut before) = (false, false, false);
    let mut length = 0;
    for &byte in line.iter().chain([&b' ']) {
        let is_letter = byte.is_ascii_alphabetic() || byte >= 0x80 || byte == b'\'' || byte == b'-' && is_in;
        match (is_letter, is_in) {
            (true, false) => (is_in, begins, length) = (true, byte.is_ascii_uppercase() || byte >= 0x80, 1),
            (true, true) => length += 1,
            (false, true) => {
                is_in = false;
                let is_word = begins && length >= 2 && !byte.is_ascii_digit();
                if is_word && before {
                    return true;
                }
                before = is_word || before && begins && length == 1;
            }
            (false, false) => before &= !byte.is_ascii_digit(),
        }
    }
    false
}
