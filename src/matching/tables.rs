//! What the records of a table establish.

use super::chance::Chance;
use super::findings::Findings;
use super::lexicon::{Entry, Lexicon, What, is_numeric, is_telling_code};
use super::mention::{Mention, Source, mention};
use super::passage::{Found, Text};
use super::unlabelled;
use crate::identifier::{Specific, normalise, rounded_numbers, whole_number};
use crate::model::{Basis, DataElement, Role, Scheme, Strength, says_nothing};
use crate::registry::Policy;
use crate::table::{ColumnFacts, ColumnType, Heading, Keys, Side, Sums, TableFacts, ValueFacts, codes_beside, heading, keys};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A client-identifier column whose header is as often used for a bank's own customers counts only when so
/// many of its values are registered.
const GENERIC_COLUMN_PERCENT: u64 = 80;
/// Numeric codes under a header that names clients count only when so many rows hold registered ones.
const NUMERIC_COLUMN_PERCENT: u64 = 50;
/// A list without personal data names this many at least, about once each.
const LIST_ENTRIES: usize = 3;

/// What a value in a column of clients proves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    Sure,
    Weak,
}

/// A column with its header.
#[derive(Clone, Copy)]
struct Column<'t> {
    facts: &'t ColumnFacts,
    header: &'t str,
}

impl<'t> Column<'t> {
    fn name(&self) -> &'t str {
        if self.header.is_empty() { "without header" } else { self.header }
    }
}

/// Judges the tables of one content; says of which of them a column says whose the rows are.
pub(super) fn judge(lexicon: &Lexicon, tables: &[TableFacts], policy: &Policy, findings: &mut Findings) -> Vec<bool> {
    let mut owned = Vec::with_capacity(tables.len());
    for table in tables {
        let (mut has_owner, mut has_clients, mut by_code) = (false, false, None::<&ColumnFacts>);
        let columns = table.columns.iter().zip(table.header.iter().map(String::as_str).chain(std::iter::repeat("")));
        let columns: Vec<Column<'_>> = columns.map(|(facts, header)| Column { facts, header }).collect();
        let mut banks = Vec::new();
        for &column in &columns {
            has_owner |= match &column.facts.kind {
                ColumnType::ClientId(specific) => {
                    let proven = if *specific == Specific::Generic { by_values(lexicon, column) } else { None };
                    let owns = client_column(lexicon, table, column, proven.unwrap_or(*specific), findings);
                    has_clients |= owns;
                    owns
                }
                // A header may name another scheme than its column holds.
                kind if kind.may_hold_codes() || is_no_bank(lexicon, column) => {
                    let owns = by_values(lexicon, column).is_some_and(|kind| client_column(lexicon, table, column, kind, findings));
                    by_code = by_code.into_iter().chain(owns.then_some(column.facts)).max_by_key(|column| column.non_empty);
                    owns
                }
                ColumnType::BankId { scheme, side } => {
                    banks.push((column, scheme, *side));
                    false
                }
                ColumnType::Iban(side) => {
                    banks.push((column, &Scheme::IbanBank, *side));
                    false
                }
                _ => false,
            };
        }
        // Where a column of clients says whose each row is, a bank in another column is the other side of it.
        let rows_are_clients = has_owner;
        for (column, scheme, side) in banks {
            has_owner |= bank_column(lexicon, table, (column, scheme, side), rows_are_clients, policy, findings);
        }
        findings.all.add(&table.records, &table.persons);
        findings.all.add(&table.said.kinds, &table.said.persons);
        if !has_owner && table.all_elements().concern_persons() && !is_said_of_clients(lexicon, table) {
            findings.ownerless.add(&table.records, &table.persons);
            findings.ownerless.add(&table.said.kinds, &table.said.persons);
            findings.unlabelled.extend(unlabelled::clients(lexicon, table));
            findings.tells_apart |= tells_apart(&columns);
        }
        if has_clients && table.nobodys.all > 0 {
            findings.ownerless.add(&table.nobodys, &table.nobodys_persons);
            findings.names_others = true;
        }
        if let Some(column) = by_code.filter(|_| !has_clients) {
            under_none(table, column, findings);
        }
        owned.push(has_owner);
    }
    owned
}

/// Does a header name a scheme of banks, and the column holds none of these?
fn is_no_bank(lexicon: &Lexicon, column: Column<'_>) -> bool {
    matches!(&column.facts.kind, ColumnType::BankId { scheme, .. } if !column.facts.values.keys().any(|value| lexicon.bank(scheme, value).is_some()))
}

/// Rows that leave a column of clients blank are nobody's, where they speak of persons.
fn under_none(table: &TableFacts, column: &ColumnFacts, findings: &mut Findings) {
    if column.non_empty >= table.rows {
        return;
    }
    let (mut records, mut persons) = (table.records.clone(), Vec::new());
    // Values hold what cells say in words with the rest; the table keeps it apart.
    records.merge(&table.said.kinds);
    let all = table.persons.iter().chain(&table.said.persons);
    if column.values.values().all(ValueFacts::is_told_apart) {
        column.values.values().for_each(|value| records.take(&value.records));
        let named: HashSet<u64> = column.values.values().flat_map(|value| &value.persons).map(|person| person.hash).collect();
        persons.extend(all.filter(|person| !named.contains(&person.hash)));
    } else {
        persons.extend(all);
    }
    if records.elements().concern_persons() {
        findings.ownerless.add(&records, &persons);
        findings.names_others = true;
    }
}

/// Do several keys stand in a column of institutions, or of clients, each in several rows? `institution_id` 1 to 5 means
/// clients of the vendor that another table lists; nobody knows which is whose, and no label elsewhere speaks of all.
fn tells_apart(columns: &[Column<'_>]) -> bool {
    /// Of clients' keys, which may as well be those of a bank's own clients, each stands in so many rows.
    const ROWS_OF_CLIENT: u64 = 3;
    let is_key = |value: &String| value.bytes().any(|b| b.is_ascii_digit()) && !value.contains(char::is_whitespace);
    let has_keys = |column: &&Column<'_>, least: u64| {
        let (distinct, filled) = (column.facts.values.len() as u64, column.facts.non_empty);
        distinct > 1 && filled > distinct && filled >= least * distinct && column.facts.values.keys().all(is_key)
    };
    columns.iter().any(|column| match keys(column.header) {
        Some(Keys::OfInstitutions) => column.facts.many_values || has_keys(&column, 1),
        Some(Keys::OfClients) => has_keys(&column, ROWS_OF_CLIENT),
        None => false,
    })
}

/// Whose names are all that stands in a cell of a text, each cell between tabs and line ends: those above a table, or a line.
pub(super) fn bearers(lexicon: &Lexicon, title: &str) -> Vec<usize> {
    if title.is_empty() {
        return Vec::new();
    }
    let text = Text::new(title);
    let is_cell = |found: &Found| {
        let before = title.get(..found.span.start).and_then(|before| before.rsplit(['\t', '\n']).next());
        let behind = title.get(found.span.end..).and_then(|behind| behind.split(['\t', '\n']).next());
        [before, behind].into_iter().flatten().all(|rest| rest.trim().is_empty())
    };
    let holders = |found: Found| match lexicon.entries.get(found.entry as usize) {
        Some(Entry { what: What::Name { one_word: false, .. }, holders, .. }) => &holders[..],
        _ => &[],
    };
    text.find(lexicon).into_iter().filter(is_cell).flat_map(holders).copied().collect::<BTreeSet<_>>().into_iter().collect()
}

/// Is what cells say of persons all that a table holds of them, and said in a list beside institutions' codes? Then those
/// are open, and nobody else.
fn is_said_of_clients(lexicon: &Lexicon, table: &TableFacts) -> bool {
    // No fewer rows than hold the kind that most of them hold speak of persons.
    let spoken = |facts: &ValueFacts| DataElement::ALL.iter().map(|kind| facts.records.holding(*kind)).max().unwrap_or_default();
    let said_of = |column: &ColumnFacts| -> u64 {
        let said = column.values.iter().filter(|(_, facts)| facts.records.elements().concern_persons());
        said.filter(|(value, _)| holder(lexicon, value).is_some()).map(|(_, facts)| spoken(facts)).sum()
    };
    let is_client = |column: &&ColumnFacts| matches!(column.kind, ColumnType::ClientId(Specific::Exact));
    !table.has_personal_data()
        && table.nobodys.all == 0
        && table.columns.iter().filter(is_client).any(|column| said_of(column) >= table.said.rows)
}

/// Each row belongs to the institution that its client-identifier column names.
fn client_column(lexicon: &Lexicon, table: &TableFacts, column: Column<'_>, specific: Specific, findings: &mut Findings) -> bool {
    let registered: Vec<_> = column.facts.values.iter().filter_map(|(value, facts)| Some((facts, holder(lexicon, value)?))).collect();
    let registered_rows: u64 = registered.iter().map(|(facts, _)| facts.count).sum();
    let share = registered_rows * 100 / column.facts.non_empty.max(1);
    findings.names_others |= registered_rows > 0 && registered_rows < column.facts.non_empty;
    let of_table = list(table, column.facts.values.len());
    let (mut has_owner, mut told) = (false, BTreeSet::new());
    for (facts, (scheme, value, holders)) in registered {
        let value = value.as_str();
        // An entry whose remarks speak of persons is more than an entry.
        let list = match of_table {
            List::Surely if facts.records.elements().concern_persons() => List::Perhaps,
            list => list,
        };
        // Small numbers are everybody's customer numbers; that one equals a code is chance unless most do.
        let proof = match specific {
            Specific::Exact if !is_numeric(value) => Proof::Sure,
            Specific::Exact if share >= NUMERIC_COLUMN_PERCENT => Proof::Sure,
            Specific::Generic if share >= GENERIC_COLUMN_PERCENT && !is_numeric(value) => Proof::Sure,
            Specific::Generic if share >= GENERIC_COLUMN_PERCENT || is_telling_code(value) => Proof::Weak,
            Specific::Exact => Proof::Weak,
            Specific::Generic => continue,
        };
        let shared = holders.len() > 1 || proof == Proof::Weak || list == List::Perhaps;
        has_owner |= !shared && list == List::No;
        for &institution in &holders {
            let (role, strength, basis) =
                if shared { (Role::Unknown, Strength::Weak, Basis::WeakEvidence) } else { (Role::Owner, Strength::Sure, Basis::Records) };
            let found = Mention {
                offset: facts.offset,
                count: facts.count,
                context: format!("column {}", column.name()),
                source: Source::Field,
                if_alone: (shared && proof == Proof::Sure).then_some((Role::Owner, Strength::Sure, Basis::Records)),
                ..mention(institution, scheme.clone(), value.to_owned(), role, strength, basis)
            };
            findings.mentions.push(if list == List::Surely { found.as_reference() } else { found });
            if shared || list != List::No {
                continue;
            }
            let own = findings.own.entry(institution).or_default();
            match facts.is_told_apart() {
                true => own.add(&facts.records, &facts.persons),
                // What the rows of each client hold was not kept: any of it may be this one's.
                false if told.insert(institution) => {
                    own.add(&table.records, &table.persons);
                    own.add(&table.said.kinds, &table.said.persons);
                }
                false => {}
            }
        }
    }
    if specific == Specific::Exact {
        rounded_codes(lexicon, column, of_table, findings);
        if has_owner {
            unregistered(lexicon, column, findings);
        }
    }
    has_owner
}

/// Rows about persons under codes that nobody has registered.
fn unregistered(lexicon: &Lexicon, column: Column<'_>, findings: &mut Findings) {
    let is_other = |value: &str| !says_nothing(value) && holder(lexicon, value).is_none() && rounded_numbers(value).is_none();
    for (value, facts) in &column.facts.values {
        if facts.is_told_apart() && facts.records.elements().concern_persons() && is_other(value) {
            findings.unregistered.entry(value.clone()).or_default().add(&facts.records, &facts.persons);
        }
    }
}

/// Each code that a value may have been before a spreadsheet rounded it points.
fn rounded_codes(lexicon: &Lexicon, column: Column<'_>, list: List, findings: &mut Findings) {
    for (value, facts) in &column.facts.values {
        let Some(range) = rounded_numbers(value).filter(|_| holder(lexicon, value).is_none()) else { continue };
        for (scheme, code, holders) in lexicon.numbers_within(&range) {
            for institution in holders {
                let (role, strength, basis) = (Role::Unknown, Strength::Weak, Basis::WeakEvidence);
                let found = Mention {
                    offset: facts.offset,
                    count: facts.count,
                    context: format!("column {}", column.name()),
                    source: Source::Field,
                    ..mention(institution, scheme.clone(), code.clone(), role, strength, basis)
                };
                findings.mentions.push(if list == List::Surely { found.as_reference() } else { found });
            }
        }
    }
}

/// What a column says by its values: nearly all are codes, and so many that it is no chance. Numbers are so only where
/// they are codes more often than their density has it, and only point at their holders where nothing at the head speaks
/// of somebody whose the rows may be.
fn by_values(lexicon: &Lexicon, column: Column<'_>) -> Option<Specific> {
    /// So many rows that hold codes with letters are no chance.
    const LETTERED_ROWS: u64 = 3;
    let named = heading(column.header);
    if column.facts.many_values || named == Heading::Else {
        return None;
    }
    let (mut numbers, mut lettered) = (Vec::new(), BTreeSet::new());
    let (mut lettered_rows, mut others) = (0, 0);
    for (value, facts) in &column.facts.values {
        let may_be = value.bytes().any(|b| b.is_ascii_digit()) || is_telling_code(value);
        let code = holder(lexicon, value).filter(|_| may_be).map(|(scheme, code, _)| (scheme, code));
        let number = code.as_ref().filter(|(_, code)| is_numeric(code)).and_then(|(_, code)| whole_number(code)?.parse().ok());
        match (number, code) {
            (Some(number), _) => numbers.push(number),
            (None, Some((scheme, code))) if is_lettered(&scheme, &code) => {
                lettered.insert(code);
                lettered_rows += facts.count;
            }
            _ => others += facts.count,
        }
        if others * 100 > column.facts.non_empty * (100 - GENERIC_COLUMN_PERCENT) {
            return None;
        }
    }
    // One that is a word may stand for what the word says.
    let is_word =
        named != Heading::Whose && matches!(lettered.first(), Some(code) if lettered.len() == 1 && code.chars().all(char::is_alphabetic));
    // And a short one is anything under a heading that speaks of nobody.
    let is_thin = named != Heading::Whose && lettered.len() == 1 && !lettered.iter().all(|code| is_telling_code(code));
    if lettered_rows >= LETTERED_ROWS && lettered.len() >= numbers.len() && !is_word && !is_thin && named != Heading::OtherSide {
        return Some(Specific::Exact);
    }
    let distinct = column.facts.values.len().saturating_sub(lettered.len());
    numbers.sort_unstable();
    numbers.dedup();
    match lexicon.numbers.chance(&numbers, distinct) {
        Chance::None if named == Heading::Whose => Some(Specific::Exact),
        Chance::None | Chance::Slight => Some(Specific::Generic),
        Chance::Likely => None,
    }
}

/// A code or account with letters that hardly any other word is.
fn is_lettered(scheme: &Scheme, code: &str) -> bool {
    const SHORTEST: usize = 4;
    let has_other_than_letters = || code.chars().count() >= SHORTEST && !code.chars().all(char::is_alphabetic);
    matches!(scheme, Scheme::ClientCode | Scheme::TransferAccount)
        && !is_numeric(code)
        && (is_telling_code(code) || has_other_than_letters())
}

/// A bank-identifier column owns the table where one institution has nearly all of its rows, which are not those of clients
/// that another column names; otherwise those banks are the other side.
fn bank_column(
    lexicon: &Lexicon,
    table: &TableFacts,
    (column, scheme, side): (Column<'_>, &Scheme, Side),
    rows_are_clients: bool,
    policy: &Policy,
    findings: &mut Findings,
) -> bool {
    let registered: Vec<_> =
        column.facts.values.iter().filter_map(|(value, facts)| Some((value, facts, lexicon.bank(scheme, value)?))).collect();
    let mut rows_of: BTreeMap<&[usize], u64> = BTreeMap::new();
    for (_, facts, (_, holders)) in &registered {
        *rows_of.entry(holders).or_default() += facts.count;
    }
    let is_majority = |rows: u64| rows * 100 >= column.facts.non_empty * u64::from(policy.records_majority_percent);
    let may_own = !rows_are_clients && side != Side::Receiving;
    let majority = rows_of.into_iter().find(|(_, rows)| is_majority(*rows) && may_own).map(|(holders, rows)| (holders.to_vec(), rows));
    let owner = match &majority {
        Some((holders, rows)) if holders.len() == 1 && *rows >= policy.records_minimum => Some(holders[0]),
        _ => None,
    };
    // A bank's number beside long numbers is a directory's entry all the same; sums of a side of payments are paid to it.
    let figures = if side == Side::Neutral { Sums::Figures } else { Sums::None };
    let is_list = list(table, column.facts.values.len()) != List::No && table.sums() <= figures;
    let is_owned = |institution: usize| {
        majority.as_ref().is_some_and(|(most, rows)| most.len() > 1 && most.contains(&institution) && *rows >= policy.records_minimum)
    };
    for (value, facts, (scheme, holders)) in &registered {
        for &institution in holders {
            let (role, strength, basis) = match &majority {
                _ if owner == Some(institution) => (Role::Owner, Strength::Sure, Basis::Records),
                // Too few records to tell a bank's own table from a payment to it, or several bear the number.
                Some((most, _)) if most.contains(&institution) => (Role::Unknown, Strength::Weak, Basis::WeakEvidence),
                _ => (Role::Counterparty, Strength::Sure, Basis::Counterparty),
            };
            let found = Mention {
                offset: facts.offset,
                count: facts.count,
                context: format!("column {}", column.name()),
                source: Source::Field,
                if_alone: is_owned(institution).then_some((Role::Owner, Strength::Sure, Basis::Records)),
                ..mention(institution, scheme.clone(), (*value).clone(), role, strength, basis)
            };
            findings.mentions.push(if is_list { found.as_reference() } else { found });
        }
    }
    match owner {
        Some(owner) if !is_list => {
            let own = findings.own.entry(owner).or_default();
            own.add(&table.records, &table.persons);
            own.add(&table.said.kinds, &table.said.persons);
            true
        }
        _ => false,
    }
}

/// Is a table a list of institutions?
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    No,
    /// Its rows say more than a directory does, and nothing that is surely a person's or an account's.
    Perhaps,
    Surely,
}

/// About one row per value, and no person, account, card or balance in it: a directory. So is a list of prices, invoices or
/// volumes; sums of which nobody says what they are leave the clients open.
fn list(table: &TableFacts, distinct: usize) -> List {
    let sums = table.sums();
    let is_one_each = distinct >= LIST_ENTRIES && table.rows <= distinct as u64 + distinct as u64 / 4 + 1;
    match () {
        () if !is_one_each || table.has_more_than_sums() || sums == Sums::Balances => List::No,
        () if sums == Sums::Unknown || table.has_particulars() => List::Perhaps,
        () => List::Surely,
    }
}

/// Whoever a value of a client-identifier column means: by code or account, in whatever way a program or spreadsheet
/// wrote it, or by an equivalent of them.
pub(super) fn holder(lexicon: &Lexicon, value: &str) -> Option<(Scheme, String, Vec<usize>)> {
    // A national code whose country is not known begins with a colon.
    let value = value.trim_start_matches(':');
    let as_written = lexicon.client(value).or_else(|| {
        let bare = normalise(&Scheme::ClientCode, value, "").map_or_else(|_| value.to_owned(), |normal| normal.value);
        lexicon.client(&bare).or_else(|| lexicon.number(&whole_number(&bare)?))
    });
    let equivalent = || {
        [Scheme::Lei, Scheme::Bic, Scheme::Aba, Scheme::Domain].into_iter().find_map(|scheme| {
            let normal = normalise(&scheme, value, "").ok()?;
            let (_, entry) = lexicon.by_value(&scheme, &normal.value)?;
            Some((scheme, normal.value, entry.holders.clone()))
        })
    };
    as_written.or_else(equivalent).or_else(|| {
        // Of a value that says more than a code, one part may be it.
        let mut parts = codes_beside(value).filter_map(|part| lexicon.client(part));
        let first = parts.next()?;
        parts.all(|other| other == first).then_some(first)
    })
}
