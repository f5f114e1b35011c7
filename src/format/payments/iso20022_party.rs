//! Composite fields of ISO 20022 parties: names with addresses, clearing memberships, identifications
//! with a scheme.

use super::iso20022_element::Element;
use super::{party, person};
use crate::format::{Party, Sink};
use crate::model::{DataElement, Person};

/// A debtor, creditor or account owner, while its element is open.
#[derive(Default)]
pub(super) struct PartyFields {
    name: String,
    address: String,
    region: String,
    country: String,
    organisation: bool,
}

impl PartyFields {
    pub(super) fn clear(&mut self) {
        self.name.clear();
        self.address.clear();
        self.region.clear();
        self.country.clear();
        self.organisation = false;
    }

    /// It is identified as an organisation or is a financial institution.
    pub(super) fn is_organisation(&mut self) {
        self.organisation = true;
    }

    pub(super) fn name(&mut self, name: &str) {
        if self.name.is_empty() {
            self.name.push_str(name);
        }
    }

    pub(super) fn address(&mut self, element: Element, text: &str) {
        if !self.address.is_empty() {
            self.address.push(' ');
        }
        self.address.push_str(text);
        if element == Element::Subdivision {
            self.region.clear();
            self.region.push_str(text);
        } else if element == Element::Country {
            self.country.clear();
            self.country.push_str(text);
        }
    }

    /// The element ended: hands over the person that it was.
    pub(super) fn end(&mut self, sink: &mut Sink<'_>) {
        if !self.organisation && !self.name.is_empty() {
            let (region, country) = (self.region.as_str(), self.country.as_str());
            person::push_living(sink, Person { name: &self.name, address: &self.address, region, country });
        }
        self.clear();
    }
}

/// A code with the value that it qualifies: a clearing membership, or `Othr` with its scheme.
#[derive(Default)]
pub(super) struct Qualified {
    code: String,
    value: String,
    at: u64,
}

impl Qualified {
    pub(super) fn clear(&mut self) {
        self.code.clear();
        self.value.clear();
    }

    pub(super) fn code(&mut self, code: &str) {
        self.code.clear();
        self.code.push_str(code);
    }

    pub(super) fn value(&mut self, value: &str, at: u64) {
        self.value.clear();
        self.value.push_str(value);
        self.at = at;
    }

    /// The member of a clearing system, and where its number stands.
    pub(super) fn member(&self) -> Option<(Party, u64)> {
        party::clearing_member(&self.code, &self.value).map(|party| (party, self.at))
    }

    /// As [`Self::member`], where the scheme is known to be a clearing system's.
    pub(super) fn qualified_member(&self) -> Option<(Party, u64)> {
        party::is_clearing_code(&self.code).then(|| self.member()).flatten()
    }

    /// Which personal data a private person's identification is: by its scheme, otherwise a national one.
    pub(super) fn personal(&self) -> Option<DataElement> {
        match self.code.as_str() {
            _ if self.value.is_empty() => None,
            "SOSE" => Some(DataElement::Ssn),
            "DRLC" => Some(DataElement::DriversLicense),
            "CUST" | "EMPL" | "BANK" | "SEPA" => None,
            _ => Some(DataElement::NationalId),
        }
    }
}
