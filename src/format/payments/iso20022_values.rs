//! What the values of elements say: banks, accounts, names, kinds of personal data.

use super::{Element, Frame, Kind, Reader, Role};
use crate::format::payments::{day, party, value};
use crate::format::{Party, Sink};
use crate::model::DataElement;

impl Reader {
    /// The value of an element that has no elements inside.
    pub(super) fn leaf_value(&mut self, frame: Frame, value: &str, sink: &mut Sink<'_>) {
        if let Some(message) = &mut self.message {
            message.open = true;
        }
        let at = self.value_at;
        let parent = self.top();
        match frame.element {
            Element::Bic => self.typed_bank(party::bic(value), at, frame, sink),
            Element::Lei => self.typed_bank(party::lei(value).filter(|_| frame.institution), at, frame, sink),
            Element::FullName if frame.network => self.typed_bank(party::bic(value), at, frame, sink),
            Element::DistinguishedName if frame.network => self.typed_bank(party::distinguished_name(value), at, frame, sink),
            Element::SubFormat if frame.network => {
                self.header.received = match value {
                    "Output" => Some(true),
                    "Input" => Some(false),
                    _ => None,
                };
            }
            Element::MemberId => self.clearing.value(value, at),
            Element::Code | Element::Proprietary if parent.element == Element::ClearingSystem => self.clearing.code(value),
            Element::ClearingSystem => self.clearing.code(value),
            Element::Id | Element::Proprietary if parent.element == Element::ClearingMember => self.clearing.value(value, at),
            Element::Code | Element::Proprietary if parent.element == Element::SchemeName => self.other.code(value),
            Element::Id if matches!(frame.role, Role::From | Role::To) && matches!(parent.element, Element::From | Element::To) => {
                self.typed_bank(party::bic(value).or_else(|| party::distinguished_name(value)), at, frame, sink);
            }
            Element::Id if parent.element == Element::OtherIdentification => {
                self.other.value(value, at);
                if is_account(frame.role) {
                    self.account(value, at, frame, sink);
                }
            }
            Element::Iban | Element::Bban => self.account(value, at, frame, sink),
            Element::Name if frame.role == Role::Party && !frame.institution => {
                if matches!(
                    parent.element,
                    Element::Party
                        | Element::Debtor
                        | Element::Creditor
                        | Element::UltimateDebtor
                        | Element::UltimateCreditor
                        | Element::AccountOwner
                ) {
                    self.party.name(value);
                }
            }
            Element::Street | Element::Town | Element::Subdivision | Element::Country | Element::AddressPart
                if frame.role == Role::Party && parent.element == Element::PostalAddress =>
            {
                self.party.address(frame.element, value);
            }
            Element::Email => sink.element(DataElement::Email),
            Element::Phone => sink.element(DataElement::Phone),
            Element::BirthDate => sink.element(DataElement::Dob),
            Element::CardNumber => sink.element(DataElement::CardNumber),
            Element::Created if matches!(parent.element, Element::GroupHeader | Element::Statement | Element::AppHdr) => {
                self.dated = true;
                sink.dated(day::of_iso(value));
            }
            Element::Amount if value::is_amount(value) => sink.element(DataElement::Amount),
            _ => {}
        }
    }

    fn typed_bank(&mut self, party: Option<Party>, at: u64, frame: Frame, sink: &mut Sink<'_>) {
        let reports = matches!(frame.role, Role::Initiator) && self.message.as_ref().is_some_and(|m| m.kind == Kind::InitiationStatus);
        let header = matches!(frame.role, Role::From | Role::To | Role::NetworkFrom | Role::NetworkTo);
        if let Some(party) = party
            && (!frame.organisation || reports || header)
        {
            self.bank(party, at, frame, sink);
        }
    }

    /// An account: its kind of data, and the bank of an IBAN.
    fn account(&mut self, number: &str, at: u64, frame: Frame, sink: &mut Sink<'_>) {
        if party::is_iban_shaped(number) {
            sink.element(DataElement::Iban);
            party::iban_banks(number).for_each(|bank| self.bank(bank, at, frame, sink));
        } else if number.bytes().filter(u8::is_ascii_digit).count() >= 4 {
            sink.element(DataElement::AccountNumber);
        }
    }

    /// An institution in the role of its element.
    pub(super) fn bank(&mut self, party: Party, at: u64, frame: Frame, sink: &mut Sink<'_>) {
        match frame.role {
            Role::From => return self.header.from.add(party, at, 0),
            Role::To => return self.header.to.add(party, at, 0),
            Role::NetworkFrom => return self.header.network_from.add(party, at, 0),
            Role::NetworkTo => return self.header.network_to.add(party, at, 0),
            _ => {}
        }
        let Some(message) = &mut self.message else { return sink.counterparty(party, at) };
        let sides = &mut message.sides;
        let n = sides.transactions;
        match (message.kind, frame.role) {
            (Kind::Statement, Role::Servicer) => message.servicer.add(party, at, 0),
            (Kind::Statement, Role::OwnAccount) => message.account.add(party, at, 0),
            (Kind::CreditTransferInitiation, Role::DebtorAgent { .. }) => message.servicer.add(party, at, 0),
            (Kind::CreditTransferInitiation, Role::DebtorAccount) => message.account.add(party, at, 0),
            (Kind::DirectDebitInitiation, Role::CreditorAgent { .. }) => message.servicer.add(party, at, 0),
            (Kind::DirectDebitInitiation, Role::CreditorAccount) => message.account.add(party, at, 0),
            (Kind::InitiationStatus, Role::Initiator | Role::DebtorAgent { group: true } | Role::CreditorAgent { group: true }) => {
                message.servicer.add(party, at, 0);
            }
            (Kind::Other, Role::Instructing { group: true }) => sides.group_instructing.add(party, at, n),
            (Kind::Other, Role::Instructing { group: false }) => sides.instructing.add(party, at, n),
            (Kind::Other, Role::Instructed { group: true }) => sides.group_instructed.add(party, at, n),
            (Kind::Other, Role::Instructed { group: false }) => sides.instructed.add(party, at, n),
            (Kind::Other, Role::Assigner) => sides.assigner.add(party, at, n),
            (Kind::Other, Role::Assignee) => sides.assignee.add(party, at, n),
            (Kind::Other, Role::AccountServicer) => sides.account_servicer.add(party, at, n),
            (Kind::Other, Role::DebtorAgent { .. } | Role::CreditorAgent { .. }) if !sides.is_own(&party) => sides.ends.add(party, at, n),
            // pacs.009 and pacs.010: debtor and creditor are institutions themselves.
            (Kind::Other, Role::Party) if frame.institution && !frame.retold && !sides.is_own(&party) => sides.ends.add(party, at, n),
            _ => {
                let own = message.servicer.contains(&party) || sides.is_own(&party) || self.header.sender().contains(&party);
                if !own {
                    sink.counterparty(party, at);
                }
            }
        }
    }
}

fn is_account(role: Role) -> bool {
    matches!(role, Role::OwnAccount | Role::DebtorAccount | Role::CreditorAccount | Role::OtherAccount)
}
