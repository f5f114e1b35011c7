//! Fictional persons, and the tables that exports list them in.

use super::identifiers::iban;
use super::lexicon::*;
use super::prng::Prng;
use super::tables::Table;
use crate::model::{DataElement, Elements};
use std::collections::BTreeSet;

/// A person as an export shows them.
#[derive(Clone)]
pub(super) struct Individual {
    /// First and last name.
    pub(super) name: String,
    /// House number, street, town, state and code, as many as the table has columns.
    pub(super) address: Vec<String>,
    /// What the other columns hold.
    pub(super) rest: Vec<String>,
}

/// The columns of an export of persons.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Name, address, account number, balance.
    Accounts,
    /// As `Accounts`, with social security number, date of birth and e-mail address.
    Onboarding,
    /// European: name, address, IBAN, balance with a decimal comma.
    Iban,
}

impl Layout {
    /// Column headings, as the exporting system writes them.
    pub(super) fn header(self) -> Vec<&'static str> {
        match self {
            Self::Accounts => vec!["name", "street", "city", "state", "zip", "account_number", "balance"],
            Self::Onboarding => {
                vec!["name", "street", "city", "state", "zip", "account_number", "balance", "ssn", "date_of_birth", "email"]
            }
            Self::Iban => vec!["name", "street", "postal_code", "city", "iban", "balance"],
        }
    }

    /// The kinds of personal data in it.
    pub(super) fn elements(self) -> Elements {
        use DataElement::*;
        let list: &[DataElement] = match self {
            Self::Accounts => &[Name, Address, AccountNumber, Amount],
            Self::Onboarding => &[Name, Address, AccountNumber, Amount, Ssn, Dob, Email],
            Self::Iban => &[Name, Address, Iban, Amount],
        };
        elements(list)
    }
}

/// A set of data elements from a list.
pub(super) fn elements(list: &[DataElement]) -> Elements {
    let mut set = Elements::default();
    list.iter().for_each(|&e| set.insert(e));
    set
}

/// Makes persons, no two of them with the same name and street.
pub(super) struct Crowd {
    prng: Prng,
    seen: BTreeSet<String>,
}

impl Crowd {
    pub(super) fn new(seed: u64) -> Self {
        Self { prng: Prng::new(seed, 23), seen: BTreeSet::new() }
    }

    /// An account number of ten to twelve digits: never as long as a routing number.
    pub(super) fn account(&mut self) -> String {
        let length = self.prng.range(10..13) as usize;
        self.prng.digits(length)
    }

    /// The name of a person, not necessarily a new one.
    pub(super) fn name(&mut self) -> String {
        format!("{} {}", self.prng.pick(FIRST_NAMES), self.prng.pick(LAST_NAMES))
    }

    /// New persons in the columns of a layout. `bank` is the country and bank part of their IBANs.
    pub(super) fn people(&mut self, n: usize, layout: Layout, bank: Option<(&str, &str)>) -> Vec<Individual> {
        (0..n)
            .map(|_| if layout == Layout::Iban { self.european(bank.unwrap_or(("DE", "00000000"))) } else { self.american(layout) })
            .collect()
    }

    fn american(&mut self, layout: Layout) -> Individual {
        loop {
            let name = self.name();
            let street = format!("{} {}", self.prng.range(1..9900), self.prng.pick(STREETS));
            if !self.seen.insert(format!("{name}, {street}")) {
                continue;
            }
            let prng = &mut self.prng;
            // No code of 60000 to 69999: that range belongs to numeric client codes.
            let zip = format!("{:05}", prng.range(10_000..60_000));
            let address = vec![street, prng.pick(HOME_TOWNS).to_owned(), prng.pick(STATES).to_owned(), zip];
            let mut rest = vec![self.account(), cents(&mut self.prng, '.')];
            if layout == Layout::Onboarding {
                let prng = &mut self.prng;
                rest.push(format!("{}-{:02}-{:04}", prng.range(101..665), prng.range(1..100), prng.range(1..10_000)));
                rest.push(format!("19{}-{:02}-{:02}", prng.range(40..99), prng.range(1..13), prng.range(1..29)));
                rest.push(format!("{}{}@freemail.example", name.to_ascii_lowercase().replace(' ', "."), prng.range(1..99)));
            }
            return Individual { name, address, rest };
        }
    }

    fn european(&mut self, (country, bank): (&str, &str)) -> Individual {
        loop {
            let name = format!("{} {}", self.prng.pick(FIRST_NAMES), self.prng.pick(EUROPEAN_LAST_NAMES));
            let street = format!("{} {}", self.prng.pick(EUROPEAN_STREETS), self.prng.range(1..400));
            if !self.seen.insert(format!("{name}, {street}")) {
                continue;
            }
            let prng = &mut self.prng;
            let code = prng.range(10_000..60_000).to_string();
            let town = prng.pick(EUROPEAN_HOME_TOWNS).to_owned();
            return Individual { name, address: vec![street, code, town], rest: vec![iban(country, bank, prng), cents(prng, ',')] };
        }
    }
}

fn cents(prng: &mut Prng, point: char) -> String {
    let amount = prng.range(1_000..9_000_000);
    format!("{}{point}{:02}", amount / 100, amount % 100)
}

/// The table of some persons.
pub(super) fn roster(people: &[Individual], layout: Layout) -> Table {
    let rows = people.iter().map(|p| std::iter::once(&p.name).chain(&p.address).chain(&p.rest).cloned().collect()).collect();
    Table { header: layout.header().into_iter().map(str::to_owned).collect(), rows }
}
