//! What each column is: its header proposes, a sample of its cells decides.

use super::amounts::{is_amount, is_money};
use super::boilerplate::is_boilerplate;
use super::content::*;
use super::header::{Meaning, Reading, read_in};
use super::lexicon::{has_bank_word, has_familiar_name, is_given_name, is_state};
use super::samples::{is_sample_account, is_sample_card, is_sample_ssn};
use super::{ColumnType, Side, beside, makers, officers, qualified, shared};
use crate::identifier::{Specific, aba, bic, iban, lei, normalise};
use crate::model::{DataElement, Scheme};
use crate::tokens::seen;
use std::collections::HashSet;

/// Cells of a column that are looked at.
pub(super) const LOOKED_AT: usize = 1_000;

/// A column's type, and the country of the codes in it where its header says so.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Typed {
    pub kind: ColumnType,
    pub country: &'static str,
    /// Routing numbers stand without their check digit.
    pub dfi: bool,
    /// Codes that may be those of clients are numbers of persons' accounts, too.
    pub is_account: bool,
}

impl Typed {
    /// The kind of personal data that a value of the column is.
    pub(super) fn element(&self) -> Option<DataElement> {
        self.kind.element().or(self.is_account.then_some(DataElement::AccountNumber))
    }
}

/// The non-empty cells of one column of the sample.
pub(super) struct Cells<'a>(Vec<&'a str>);

impl<'a> Cells<'a> {
    fn of(sample: &'a [Vec<String>], column: usize) -> Self {
        let cells = sample.iter().filter_map(|row| row.get(column)).map(|cell| super::held(cell)).filter(|cell| !cell.is_empty());
        Self(cells.take(LOOKED_AT).collect())
    }

    /// Percentage of the cells that look right; of no cells, none do.
    fn share(&self, looks: impl Fn(&str) -> bool) -> usize {
        self.0.iter().filter(|cell| looks(cell)).count() * 100 / self.0.len().max(1)
    }

    /// Do so many percent of the cells look right? Asked of no more cells than it takes to know.
    pub(super) fn reach(&self, percent: usize, looks: impl Fn(&str) -> bool) -> bool {
        let needed = (percent * self.0.len()).div_ceil(100);
        let (mut right, mut left) = (0, self.0.len());
        for cell in &self.0 {
            right += usize::from(looks(cell));
            left -= 1;
            if right >= needed || right + left < needed {
                break;
            }
        }
        right >= needed && needed > 0
    }

    /// At least half of the cells look right, or there are none: the header is believed.
    fn agree(&self, looks: impl Fn(&str) -> bool) -> bool {
        self.0.is_empty() || self.reach(50, looks)
    }

    /// Are they nothing but examples of documentation? An empty column is believed.
    fn are_samples(&self, is_sample: fn(&str) -> bool) -> bool {
        !self.0.is_empty() && self.0.iter().all(|cell| is_sample(cell))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn distinct(&self) -> usize {
        self.0.iter().collect::<HashSet<_>>().len()
    }
}

/// Do all values of a cell look right? It may hold a list.
fn are(cell: &str, looks: impl Fn(&str) -> bool) -> bool {
    looks(cell) || cell.contains(';') && parts(cell).all(looks)
}

/// Types the columns of a table of this name. Name and `header` may be empty.
pub(super) fn type_columns(name: &str, header: &[String], sample: &[Vec<String>], columns: usize) -> Vec<Typed> {
    let mut readings: Vec<Reading> = (0..columns).map(|i| header.get(i).map(|text| read_in(name, text)).unwrap_or_default()).collect();
    let cells: Vec<Cells<'_>> = (0..columns).map(|i| Cells::of(sample, i)).collect();
    let with_country = readings.iter().any(|reading| reading.meaning == Some(Meaning::Country));
    let typed = |(reading, cells): (&Reading, &Cells<'_>)| {
        let kind = first_look(reading, cells, with_country);
        let dfi = reading.dfi && !cells.reach(50, |cell| normalise(&Scheme::Aba, cell, "").is_ok());
        Typed { kind, country: reading.country, dfi, is_account: false }
    };
    let mut types: Vec<Typed> = readings.iter().zip(&cells).map(typed).collect();
    for (column, typed) in types.iter_mut().enumerate().filter(|(_, typed)| typed.kind == ColumnType::Other) {
        let Some(cells) = cells.get(column).filter(|cells| !cells.0.is_empty()) else { continue };
        for reading in header.get(column).into_iter().flat_map(|header| qualified::readings(header)) {
            if are_samples(&reading, cells) {
                break;
            }
            let kind = by_meaning_of(&reading, cells);
            if kind != ColumnType::Other || matches!(reading.meaning, Some(Meaning::Name | Meaning::Numbered)) {
                (typed.kind, readings[column]) = (kind, reading);
                break;
            }
        }
    }

    beside::name(&mut types, &readings, &cells);
    // Names of nobody in particular are judged after the columns that show whose table it is.
    let personal = types.iter().any(|typed| typed.kind.is_personal());
    for ((typed, reading), cells) in types.iter_mut().zip(&readings).zip(&cells) {
        if typed.kind == ColumnType::Other && reading.meaning == Some(Meaning::Name) {
            typed.kind = named(cells, false, personal);
        }
    }
    if types.iter().any(|typed| typed.kind == ColumnType::FirstName) && !types.iter().any(|typed| typed.kind == ColumnType::LastName) {
        // `Name, Vorname`
        let family =
            readings.iter().zip(&cells).position(|(reading, cells)| reading.meaning == Some(Meaning::Name) && cells.agree(is_wordy));
        if let Some(typed) =
            family.and_then(|i| types.get_mut(i)).filter(|typed| matches!(typed.kind, ColumnType::Other | ColumnType::PersonName))
        {
            typed.kind = ColumnType::LastName;
        }
    }
    // Initials are parts of names beside the other parts alone: `MI` may also be a state.
    if !types.iter().any(|typed| matches!(typed.kind, ColumnType::FirstName | ColumnType::LastName)) {
        types.iter_mut().filter(|typed| typed.kind == ColumnType::NamePart).for_each(|typed| typed.kind = ColumnType::Other);
    }
    let is_name = |typed: &Typed| matches!(typed.kind, ColumnType::PersonName | ColumnType::FirstName);
    let headerless = readings.iter().all(|reading| reading.meaning.is_none() && reading.schemes.is_empty());
    if headerless && !types.iter().any(is_name) {
        part_names(&mut types, &cells);
    }
    if types.iter().any(|typed| matches!(typed.kind, ColumnType::PersonName | ColumnType::LastName))
        || headerless && types.iter().any(is_name)
    {
        second_look(&mut types, &readings, &cells);
    }
    beside::number(&mut types, &readings, &cells);
    for ((typed, reading), cells) in types.iter_mut().zip(&readings).zip(&cells).filter(|((typed, _), _)| typed.kind == ColumnType::Other) {
        typed.kind = remainder(reading, cells);
    }
    beside::sum(&mut types, &readings, header, &cells);
    let is_personal = |typed: &Typed| typed.kind.element().is_some_and(|element| element != DataElement::AccountNumber);
    if !types.iter().any(is_personal) {
        let running = |(column, typed): &(usize, &mut Typed)| {
            typed.kind == ColumnType::Account && is_running_key(header.get(*column), &cells[*column])
        };
        types.iter_mut().enumerate().filter(running).for_each(|(_, typed)| typed.kind = ColumnType::Other);
    }
    for (column, typed) in types.iter_mut().enumerate().filter(|(_, typed)| typed.kind == ColumnType::Particulars) {
        if is_boilerplate(sample, column) {
            typed.kind = ColumnType::Other;
        }
    }
    shared::leave_out(&mut types, header, sample);
    officers::leave_out(&mut types, header, sample);
    makers::leave_out(&mut types, name, header, sample.len());
    types
}

/// Does a column number the rows of its table one by one, as databases do under a heading for an id? Accounts of a bank's
/// customers leave some out, and stand beside persons or amounts.
fn is_running_key(header: Option<&String>, cells: &Cells<'_>) -> bool {
    const LEAST: usize = 10;
    let is_id = header.is_some_and(|header| header.get(header.len().saturating_sub(2)..).is_some_and(|end| end.eq_ignore_ascii_case("id")));
    let numbers = cells.0.iter().map(|cell| cell.parse::<u64>().ok());
    let follows = |pair: (Option<u64>, Option<u64>)| matches!(pair, (Some(one), Some(next)) if one.checked_add(1) == Some(next));
    let following = numbers.clone().zip(numbers.skip(1)).filter(|pair| follows(*pair)).count();
    is_id && cells.0.len() >= LEAST && following * 100 >= (cells.0.len() - 1) * 95
}

/// What a column of no type holds that entries of a directory do not.
fn remainder(reading: &Reading, cells: &Cells<'_>) -> ColumnType {
    let is_place = matches!(
        reading.meaning,
        Some(Meaning::Phone | Meaning::PostCode | Meaning::Date | Meaning::City | Meaning::Street | Meaning::Region | Meaning::Country)
    );
    match () {
        () if is_place || cells.0.is_empty() => ColumnType::Other,
        () if cells.reach(90, is_money) => ColumnType::Sums,
        () if cells.reach(50, is_particular) && cells.distinct() * 2 > cells.0.len() => ColumnType::Particulars,
        () => ColumnType::Other,
    }
}

/// The type of a column by itself.
fn first_look(reading: &Reading, cells: &Cells<'_>, with_country: bool) -> ColumnType {
    if are_samples(reading, cells) {
        return ColumnType::Other;
    }
    let scheme = || by_scheme(reading, cells, with_country);
    let meaning = || Some(by_meaning_of(reading, cells)).filter(|kind| *kind != ColumnType::Other);
    let proposed = if reading.scheme_first { scheme().or_else(meaning) } else { meaning().or_else(scheme) };
    match proposed {
        // `bank` and `customer` say less than check digits.
        Some(ColumnType::ClientId(Specific::Generic)) => match by_content(reading, cells) {
            known @ (ColumnType::BankId { .. } | ColumnType::Iban(_)) => known,
            // `Lee, Ann` reads as two codes.
            _ if cells.reach(60, is_person_name) && cells.reach(20, has_familiar_name) => ColumnType::PersonName,
            _ => ColumnType::ClientId(Specific::Generic),
        },
        Some(kind) => kind,
        None => by_content(reading, cells),
    }
}

/// Are the cells nothing but examples of what the header says?
fn are_samples(reading: &Reading, cells: &Cells<'_>) -> bool {
    match reading.meaning {
        Some(Meaning::Ssn | Meaning::TaxId) => cells.are_samples(is_sample_ssn),
        Some(Meaning::Card) => cells.are_samples(is_sample_card),
        Some(Meaning::Account) => cells.are_samples(is_sample_account),
        _ => false,
    }
}

fn by_scheme(reading: &Reading, cells: &Cells<'_>, with_country: bool) -> Option<ColumnType> {
    let eight = |cell: &str| is_number_of(cell, 8..=8) && aba::with_check_digit(cell).is_some_and(|whole| aba::is_valid(&whole));
    let is_of = |scheme: &Scheme, cell: &str| are(cell, |one| normalise(scheme, one, "").is_ok());
    let fits = |scheme: &Scheme| *scheme == Scheme::Aba && reading.dfi && cells.reach(80, eight) || cells.agree(|cell| is_of(scheme, cell));
    let bank = |scheme: &Scheme| ColumnType::BankId { scheme: scheme.clone(), side: reading.side };
    // Of a header that names several, those whose values can be checked are asked first.
    let checked = [Scheme::Aba, Scheme::Bic, Scheme::Lei, Scheme::SortCode, Scheme::FdicCert, Scheme::NcuaCharter, Scheme::Rssd];
    let named = |scheme: &Scheme| reading.schemes.iter().find(|entry| entry.0 == *scheme).map(|entry| entry.1);
    // A number that the header calls a bank's only perhaps must be a routing number in earnest.
    let certain = |scheme: &Scheme| match named(scheme) {
        Some(Specific::Exact) => fits(scheme),
        Some(Specific::Generic) => !cells.0.is_empty() && cells.reach(90, |cell| is_of(scheme, cell)),
        None => false,
    };
    if let Some(scheme) = checked.iter().find(|scheme| certain(scheme)) {
        return Some(bank(scheme));
    }
    let vendors = [Scheme::ClientCode, Scheme::TransferAccount].iter().filter_map(named).max();
    let digits = |cell: &str| is_number_of(&cell.replace(['-', ' '], ""), if with_country { 2..=12 } else { 5..=12 });
    let national = |cell: &str| digits(cell) || normalise(&Scheme::NationalBankCode, cell, reading.country).is_ok();
    for scheme in [Scheme::NationalBankCode, Scheme::IbanBank] {
        if named(&scheme) == Some(Specific::Exact) && vendors != Some(Specific::Exact) && cells.agree(national) {
            return Some(bank(&scheme));
        }
    }
    let vendors = vendors?;
    let codes = cells.0.is_empty() && vendors == Specific::Exact
        || !cells.0.is_empty() && cells.reach(80, |cell| is_written_code(&seen(cell))) && !cells.reach(50, is_email);
    // A client on the other side is not whose row it is.
    (codes && reading.side != Side::Receiving).then_some(ColumnType::ClientId(vendors))
}

fn by_meaning_of(reading: &Reading, cells: &Cells<'_>) -> ColumnType {
    reading.meaning.map_or(ColumnType::Other, |meaning| by_meaning(meaning, reading.side, cells))
}

fn by_meaning(meaning: Meaning, side: Side, cells: &Cells<'_>) -> ColumnType {
    let when = |kind: ColumnType, looks: bool| if looks { kind } else { ColumnType::Other };
    let nine = |cell: &str| is_bare_ssn(cell);
    match meaning {
        Meaning::Name | Meaning::Neither | Meaning::Numbered => ColumnType::Other,
        Meaning::Holder => named(cells, true, false),
        Meaning::Institution => when(
            ColumnType::InstitutionName,
            !cells.0.is_empty() && cells.reach(50, |cell| is_wordy(cell) && cell.contains(' ') || has_bank_word(cell)),
        ),
        Meaning::First => when(ColumnType::FirstName, cells.agree(is_wordy)),
        Meaning::Last => when(ColumnType::LastName, cells.agree(is_wordy)),
        Meaning::NamePart => when(ColumnType::NamePart, cells.agree(is_wordy)),
        Meaning::Street => when(ColumnType::Street, cells.agree(is_street)),
        Meaning::City => when(ColumnType::City, cells.agree(is_wordy)),
        Meaning::Region if cells.reach(50, is_street) => ColumnType::Street,
        Meaning::Region => {
            when(ColumnType::Region, cells.agree(|cell| is_state(cell) || cell.len() <= 3 && is_wordy(cell)) || region_words(cells))
        }
        Meaning::PostCode => when(ColumnType::PostCode, cells.agree(is_post_code)),
        Meaning::Country => when(ColumnType::Country, cells.agree(is_wordy)),
        Meaning::Account if !cells.0.is_empty() && cells.reach(50, |cell| are(cell, iban::is_valid)) => ColumnType::Iban(side),
        // `Card account`, `primary account number`.
        Meaning::Account if cells.len() >= CARDS && cells.reach(90, is_card) && !cells.are_samples(is_sample_card) => ColumnType::Card,
        Meaning::Account if cells.agree(is_account) => ColumnType::Account,
        // `account` of the transfer platform, not of a bank's customer.
        Meaning::Account => when(ColumnType::ClientId(Specific::Generic), cells.reach(80, is_code) && side != Side::Receiving),
        Meaning::Iban => when(ColumnType::Iban(side), cells.agree(|cell| iban::electronic(cell).is_some())),
        Meaning::Email => when(ColumnType::Email, cells.agree(is_email)),
        Meaning::Phone => when(ColumnType::Phone, cells.agree(is_phone)),
        Meaning::Ssn => when(ColumnType::Ssn, cells.agree(nine)),
        Meaning::TaxId if cells.agree(nine) => ColumnType::Ssn,
        Meaning::TaxId | Meaning::NationalId => when(ColumnType::NationalId, cells.agree(is_document_number)),
        Meaning::Dob => when(ColumnType::Dob, cells.agree(|cell| year_of(cell).is_some() || is_number_of(cell, 5..=5))),
        Meaning::License => when(ColumnType::DriversLicense, cells.agree(is_document_number)),
        Meaning::Card => when(ColumnType::Card, cells.agree(is_card_like)),
        Meaning::Amount => when(ColumnType::Amount, cells.agree(is_amount)),
        Meaning::Sum => when(ColumnType::Amount, cells.reach(50, is_money)),
        Meaning::Date => when(ColumnType::Date, cells.agree(|cell| year_of(cell).is_some())),
        Meaning::Credential => when(ColumnType::Credential, cells.agree(|cell| !cell.contains(' ') && cell.len() >= 4)),
    }
}

/// So many numbers under a header for accounts are those of cards, where all have an issuer's prefix and a check digit.
const CARDS: usize = 5;

/// States written in words: few different ones, and no states of a machine, which repeat far more.
fn region_words(cells: &Cells<'_>) -> bool {
    cells.reach(50, |cell| is_wordy(cell) && cell.chars().next().is_some_and(char::is_uppercase) && cell.chars().any(char::is_lowercase))
        && cells.distinct() >= 5
}

/// Whose names these are. `holder`: the header says that they are those of customers; `personal`: the
/// table has columns that only persons' data have.
fn named(cells: &Cells<'_>, holder: bool, personal: bool) -> ColumnType {
    let (banks, persons, given) = (cells.share(has_bank_word), cells.share(is_person_name), cells.share(has_familiar_name));
    if banks >= 30 && banks > given {
        ColumnType::InstitutionName
    } else if holder && (cells.0.is_empty() || persons >= 30) || persons >= 60 && (given >= 10 || personal) {
        ColumnType::PersonName
    } else {
        ColumnType::Other
    }
}

/// The type of a column whose header says nothing, or something that is not so: nearly all cells must
/// look right.
fn by_content(reading: &Reading, cells: &Cells<'_>) -> ColumnType {
    let nearly_all = |looks: fn(&str) -> bool| cells.reach(90, looks);
    let count = cells.0.len();
    if count == 0 {
        return ColumnType::Other;
    }
    if nearly_all(is_email) {
        return ColumnType::Email;
    }
    if nearly_all(is_ssn) && !cells.are_samples(is_sample_ssn) {
        return ColumnType::Ssn;
    }
    if nearly_all(|cell| are(cell, iban::is_valid)) {
        return ColumnType::Iban(reading.side);
    }
    // Two letters, six digits and a letter are also the numbers of parts and lots, but not in pairs of digits.
    if count >= 3 && nearly_all(|cell| cell.contains(' ') && is_national_insurance(cell)) {
        return ColumnType::NationalId;
    }
    let bank = |scheme: Scheme| ColumnType::BankId { scheme, side: reading.side };
    if count >= 2 && nearly_all(lei::is_valid) {
        return bank(Scheme::Lei);
    }
    if count >= 2 && nearly_all(is_formatted_phone) {
        return ColumnType::Phone;
    }
    if nearly_all(|cell| year_of(cell).is_some()) && !(nearly_all(|cell| is_number_of(cell, 8..=8)) && reading.meaning.is_some()) {
        return ColumnType::Date;
    }
    // Names that the header does not announce: those of banks need their words, those of persons need
    // to be familiar.
    let unnamed = reading.meaning.is_none();
    if unnamed && nearly_all(has_bank_word) && !cells.reach(50, is_sentence) {
        return ColumnType::InstitutionName;
    }
    if unnamed && nearly_all(is_person_name) && cells.reach(20, has_familiar_name) {
        return ColumnType::PersonName;
    }
    // One number in ten passes a check digit; a column of them does not, unless the header knows better.
    if matches!(reading.meaning, Some(Meaning::Account | Meaning::Neither | Meaning::Phone | Meaning::Amount)) {
        return ColumnType::Other;
    }
    if count >= 3 && (nearly_all(is_card) || nearly_all(is_track)) && !cells.are_samples(is_sample_card) {
        return ColumnType::Card;
    }
    let distinct = cells.distinct();
    let routing = |cell: &str| aba::is_valid(cell) || cell.len() == 8 && normalise(&Scheme::Aba, cell, "").is_ok();
    if (distinct >= 3 || count >= 8) && cells.reach(90, routing) && cells.reach(50, aba::is_valid) {
        return bank(Scheme::Aba);
    }
    // Two words of five have the form of a BIC; digits or head-office branches are not in words.
    let unlike_words = |cell: &str| bic::is_well_formed(cell) && (cell.bytes().any(|b| b.is_ascii_digit()) || cell.ends_with("XXX"));
    let lettered = |cell: &str| bic::is_well_formed(cell) && cell.bytes().take(4).all(|b| b.is_ascii_uppercase());
    if distinct >= 5 && cells.reach(90, lettered) && cells.reach(20, unlike_words) {
        return bank(Scheme::Bic);
    }
    ColumnType::Other
}

/// Given and family names in columns of their own, side by side, or with initials between them: no header says so, but
/// four of ten in one of them are frequent given names.
fn part_names(types: &mut [Typed], cells: &[Cells<'_>]) {
    const FAMILIAR: usize = 40;
    let is_part = |cell: &str| {
        is_wordy(cell) && cell.chars().count() >= 2 && !cell.contains(' ') && cell.chars().next().is_some_and(char::is_uppercase)
    };
    let is_open = |column: usize| types.get(column).is_some_and(|typed| typed.kind == ColumnType::Other);
    let are_parts = |column: usize| {
        is_open(column)
            && cells.get(column).is_some_and(|cells| cells.reach(90, is_part) && !cells.reach(50, is_state) && cells.distinct() >= 2)
    };
    let are_initials = |column: usize| {
        is_open(column) && cells.get(column).is_some_and(|cells| cells.reach(90, |cell| cell.trim_end_matches('.').len() == 1))
    };
    let are_given = |column: usize| are_parts(column) && cells.get(column).is_some_and(|cells| cells.reach(FAMILIAR, is_given_name));
    let Some(first) = (0..cells.len()).find(|&column| are_given(column)) else { return };
    let behind = if are_initials(first + 1) { first + 2 } else { first + 1 };
    let before = first.checked_sub(1).map(|before| if are_initials(before) { before.saturating_sub(1) } else { before });
    let Some(last) = Some(behind).into_iter().chain(before).find(|&column| column != first && are_parts(column)) else { return };
    let initials = (first.min(last) + 1..first.max(last)).collect::<Vec<_>>();
    types[first].kind = ColumnType::FirstName;
    types[last].kind = ColumnType::LastName;
    initials.into_iter().for_each(|column| types[column].kind = ColumnType::NamePart);
}

/// Digits of an account beside a name: domestic numbers have up to 26 (Poland's NRB), and in records of fixed width two
/// numbers may touch.
const ACCOUNT: std::ops::RangeInclusive<usize> = 6..=40;

/// Are nine digits social security numbers? One in ten numbers is in no area that is assigned, so that of many hardly all
/// are in one by chance; numbers that count up, or of one bank, begin alike.
fn are_ssns(cells: &Cells<'_>) -> bool {
    const LEAST: usize = 40;
    let areas: HashSet<&str> = cells.0.iter().filter_map(|cell| cell.get(..3)).collect();
    cells.0.len() >= LEAST && areas.len() * 2 >= cells.0.len() && cells.reach(99, is_unhyphenated_ssn)
}

/// In a table of persons, columns without headers are what they look like beside a name.
fn second_look(types: &mut [Typed], readings: &[Reading], cells: &[Cells<'_>]) {
    let headerless = readings.iter().all(|reading| reading.meaning.is_none() && reading.schemes.is_empty());
    // Five digits are a post code beside the rest of an address; alone they may be anybody's code.
    let has_places = cells.iter().any(|cells| cells.reach(90, is_state) || cells.reach(60, is_plain_street));
    let has_post_codes = types.iter().any(|typed| typed.kind == ColumnType::PostCode);
    for ((typed, reading), cells) in types.iter_mut().zip(readings).zip(cells) {
        let open = matches!(typed.kind, ColumnType::Other | ColumnType::Date) && reading.meaning.is_none() && reading.schemes.is_empty();
        if !open || cells.0.is_empty() {
            continue;
        }
        let nearly_all = |looks: fn(&str) -> bool| cells.reach(90, looks);
        let early = |cell: &str| year_of(cell).is_some_and(|year| year <= 1985);
        if cells.reach(60, is_plain_street) || has_post_codes && nearly_all(is_house) {
            typed.kind = ColumnType::Street;
        } else if nearly_all(is_state) {
            typed.kind = ColumnType::Region;
        } else if typed.kind == ColumnType::Date && cells.reach(40, early) {
            typed.kind = ColumnType::Dob;
        } else if typed.kind == ColumnType::Other && cells.0.len() >= 3 && nearly_all(is_national_insurance) {
            typed.kind = ColumnType::NationalId;
        } else if typed.kind == ColumnType::Other && headerless {
            let us_phone =
                |cell: &str| is_number_of(cell, 10..=10) && cell.as_bytes().first() >= Some(&b'2') && cell.as_bytes().get(3) >= Some(&b'2');
            let post_code = |cell: &str| is_number_of(cell, 5..=5) || cell.len() == 10 && is_number_of(&cell.replace('-', ""), 9..=9);
            typed.kind = match () {
                () if has_places && cells.reach(90, post_code) => ColumnType::PostCode,
                () if nearly_all(is_money) => ColumnType::Amount,
                () if cells.reach(98, us_phone) => ColumnType::Phone,
                () if nearly_all(|cell| cell.contains(' ') && is_unhyphenated_ssn(cell)) || are_ssns(cells) => ColumnType::Ssn,
                () if nearly_all(|cell| is_number_of(cell, ACCOUNT)) && cells.distinct() * 5 >= cells.0.len() * 4 => ColumnType::Account,
                () => ColumnType::Other,
            };
        }
    }
}
