//! Which personal data an affected institution's own items hold, whose, and what was looked for and not found.

use super::Outcome;
use super::figures::count;
use super::listing::{Listing, Push, Weight};
use crate::deadline::Totals;
use crate::model::{DataElement, PersonKey, Residence, Verdict};
use anyhow::Result;
use std::collections::BTreeMap;

/// One row per affected institution and kind of personal data, found or not.
pub(super) static LISTING: Listing = Listing {
    columns: &[
        "customer_id",
        "element",
        "finding",
        "items",
        "records",
        "individuals",
        "individuals_by_residence",
        "items_read",
        "records_read",
        "items_not_read",
        "gap_items",
        "first_evidence",
        "statement",
    ],
    rows,
};

/// What is said of one kind of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// Some own item holds it.
    Found,
    /// Own items were read, and none holds it.
    NotFound,
    /// No own item could be read.
    NotRead,
}

impl Finding {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::NotFound => "not_found",
            Self::NotRead => "not_read",
        }
    }
}

/// One kind of personal data of one institution.
pub(super) struct ElementRow<'a> {
    pub element: DataElement,
    pub finding: Finding,
    /// Own items that hold it, copies included.
    pub items: u64,
    /// Own records that hold it; identical copies of a file count once.
    pub records: u64,
    /// Distinct persons in whose records it stands.
    pub individuals: u64,
    /// The same by state or country of the address.
    pub by_residence: BTreeMap<String, u64>,
    /// The first item that holds it.
    pub first: &'a str,
}

/// The personal data of one institution.
pub(super) struct DataOf<'a> {
    /// Own items of which something was read.
    pub items_read: u64,
    /// Own items of which something was not read.
    pub items_not_read: u64,
    /// Own records read.
    pub records_read: u64,
    /// Gaps elsewhere and of its own that could hold more of its files.
    pub gaps: u64,
    /// Distinct persons by state or country of their address.
    pub by_residence: BTreeMap<String, u64>,
    /// Every kind, in the order of [`DataElement::ALL`].
    pub elements: Vec<ElementRow<'a>>,
}

/// What an affected institution's own items hold; nothing for the others.
pub(super) fn data_of<'a>(outcome: &Outcome<'a>, number: usize) -> Option<DataOf<'a>> {
    let decided = &outcome.decided[number];
    if decided.decision.verdict() != Verdict::Affected {
        return None;
    }
    let holdings = &outcome.matched.holdings[number];
    let (all, by_element) = by_residence(&holdings.personal.persons);
    let residences = |element: DataElement| by_element.get(element as usize).cloned().unwrap_or_default();
    let row = |element: DataElement| {
        let found = holdings.found_in.get(&element);
        let by_residence = residences(element);
        ElementRow {
            element,
            finding: match found {
                Some(_) => Finding::Found,
                None if holdings.items_read == 0 => Finding::NotRead,
                None => Finding::NotFound,
            },
            items: found.map_or(0, |f| f.items),
            records: holdings.personal.records.holding(element),
            individuals: by_residence.values().sum(),
            by_residence,
            first: found.map_or("", |f| f.first.as_str()),
        }
    };
    Some(DataOf {
        items_read: holdings.items_read,
        items_not_read: holdings.items_not_read,
        records_read: holdings.personal.records.all,
        gaps: decided.gaps.len() as u64,
        by_residence: all,
        elements: DataElement::ALL.iter().copied().map(row).collect(),
    })
}

/// Persons by residence: all of them, and those in whose records each kind stands.
fn by_residence(persons: &[PersonKey]) -> (Totals, Vec<Totals>) {
    let kinds = DataElement::ALL.len();
    // All of them stand behind the kinds.
    let mut counts: BTreeMap<Residence, Vec<u64>> = BTreeMap::new();
    for person in persons {
        let counts = counts.entry(person.residence).or_insert_with(|| vec![0; kinds + 1]);
        person.elements.iter().map(|element| element as usize).chain([kinds]).for_each(|place| counts[place] += 1);
    }
    let mut out = vec![Totals::new(); kinds + 1];
    for (residence, counts) in counts {
        for (totals, n) in out.iter_mut().zip(counts).filter(|(_, n)| *n > 0) {
            *totals.entry(residence.to_string()).or_default() += n;
        }
    }
    (out.pop().unwrap_or_default(), out)
}

impl DataOf<'_> {
    /// What is said of a kind, in a sentence.
    pub fn statement(&self, row: &ElementRow<'_>) -> String {
        let kind = plural(row.element);
        let read = || format!("{} and {} read", count(self.records_read, "record", "records"), count(self.items_read, "item", "items"));
        let left = match (self.items_not_read, self.gaps) {
            (0, 0) => String::new(),
            (0, gaps) => format!("; {} could hold more of its files", count(gaps, "gap", "gaps")),
            (own, _) => format!("; {} of its own {} not wholly read", count(own, "item", "items"), if own == 1 { "was" } else { "were" }),
        };
        match row.finding {
            Finding::Found if row.records > 0 => {
                let (records, items) = (count(row.records, "record", "records"), count(row.items, "item", "items"));
                format!("{kind} in {records} of {items}, of {}", count(row.individuals, "individual", "individuals"))
            }
            Finding::Found => format!("{kind} in the text of {}", count(row.items, "item", "items")),
            Finding::NotFound => format!("no {kind} in {}{left}", read()),
            Finding::NotRead => format!("nothing of its own could be read, so nobody knows whether it holds {kind}"),
        }
    }
}

/// `US-MA:12|US-NY:3`.
pub(super) fn residences(by: &BTreeMap<String, u64>) -> String {
    by.iter().map(|(residence, n)| format!("{residence}:{n}")).collect::<Vec<_>>().join("|")
}

/// A kind of personal data in a sentence.
pub(super) const fn plural(element: DataElement) -> &'static str {
    match element {
        DataElement::Name => "names",
        DataElement::Address => "postal addresses",
        DataElement::AccountNumber => "account numbers",
        DataElement::Iban => "IBANs",
        DataElement::Ssn => "social security numbers",
        DataElement::NationalId => "national identity numbers",
        DataElement::Dob => "dates of birth",
        DataElement::DriversLicense => "driving licences",
        DataElement::Email => "e-mail addresses",
        DataElement::Phone => "telephone numbers",
        DataElement::CardNumber => "card numbers",
        DataElement::Amount => "balances or amounts",
        DataElement::Credential => "passwords, keys or tokens",
    }
}

fn rows(outcome: &Outcome<'_>, push: &mut Push<'_>) -> Result<()> {
    for (number, institution) in outcome.registry.institutions.iter().enumerate() {
        let Some(data) = data_of(outcome, number) else { continue };
        for row in &data.elements {
            push(
                if row.finding == Finding::Found { Weight::Decides } else { Weight::Background },
                &[
                    institution.customer_id.as_str().into(),
                    row.element.as_str().into(),
                    row.finding.as_str().into(),
                    row.items.into(),
                    row.records.into(),
                    row.individuals.into(),
                    residences(&row.by_residence).into(),
                    data.items_read.into(),
                    data.records_read.into(),
                    data.items_not_read.into(),
                    data.gaps.into(),
                    row.first.into(),
                    data.statement(row).into(),
                ],
            )?;
        }
    }
    Ok(())
}
