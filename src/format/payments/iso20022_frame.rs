//! Open elements of an ISO 20022 document, and the roles that they give to the institutions inside.

use super::iso20022_element::{Element, Kind};
use super::iso20022_sides::Role;

/// An open element.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// What it is.
    pub element: Element,
    /// Its name, hashed.
    pub name: u64,
    /// Role of the institutions inside.
    pub role: Role,
    /// Inside a group header.
    pub group: bool,
    /// Inside `OrgId`: its BIC is a firm's.
    pub organisation: bool,
    /// Inside `FinInstnId`.
    pub institution: bool,
    /// Inside a part that retells another message.
    pub retold: bool,
    /// Inside the envelope of a network interface.
    pub network: bool,
}

/// Around every root.
pub(super) const ROOT: Frame = Frame {
    element: Element::Unknown,
    name: 0,
    role: Role::None,
    group: false,
    organisation: false,
    institution: false,
    retold: false,
    network: false,
};

impl Frame {
    /// The role in which an institution inside this element stands: that of the element, or of the ones
    /// around it. `kind` is none outside of messages.
    pub(super) fn role_of(&self, element: Element, parent: Frame, kind: Option<Kind>) -> Role {
        let frame = self;
        let Some(kind) = kind else {
            return match element {
                Element::From if parent.element == Element::AppHdr => Role::From,
                Element::To if parent.element == Element::AppHdr => Role::To,
                Element::Sender if frame.network => Role::NetworkFrom,
                Element::Receiver if frame.network => Role::NetworkTo,
                _ => frame.role,
            };
        };
        let statement = kind == Kind::Statement;
        let plain = !frame.retold && !statement;
        let group = frame.group;
        match element {
            Element::InstructingAgent if plain => Role::Instructing { group },
            Element::InstructedAgent if plain => Role::Instructed { group },
            Element::DebtorAgent if plain => Role::DebtorAgent { group },
            Element::CreditorAgent if plain => Role::CreditorAgent { group },
            Element::Assigner if plain => Role::Assigner,
            Element::Assignee if plain => Role::Assignee,
            Element::InitiatingParty if plain => Role::Initiator,
            Element::AccountServicer if plain => Role::AccountServicer,
            Element::OtherAgent if matches!(parent.role, Role::Assigner | Role::Assignee) => parent.role,
            Element::Account if statement && parent.element == Element::Statement => Role::OwnAccount,
            Element::Servicer if parent.role == Role::OwnAccount => Role::Servicer,
            Element::InstructingAgent
            | Element::InstructedAgent
            | Element::DebtorAgent
            | Element::CreditorAgent
            | Element::OtherAgent
            | Element::Servicer
            | Element::AccountServicer
            | Element::Assigner
            | Element::Assignee
            | Element::InitiatingParty => Role::Agent,
            Element::Debtor | Element::Creditor | Element::UltimateDebtor | Element::UltimateCreditor | Element::AccountOwner => {
                Role::Party
            }
            Element::DebtorAccount => Role::DebtorAccount,
            Element::CreditorAccount => Role::CreditorAccount,
            Element::Account | Element::OtherAccount => Role::OtherAccount,
            _ => frame.role,
        }
    }
}
