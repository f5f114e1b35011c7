use crate::identifier::Specific;
use crate::model::{DataElement, Scheme};
use serde::{Deserialize, Serialize};

/// Which side of a payment the banks of a column are on, after the column's header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// The header does not say.
    #[default]
    Neutral,
    /// The sending side: ODFI, originator, debtor's bank.
    Originating,
    /// The other side: RDFI, receiver, beneficiary's bank, counterparty.
    Receiving,
}

/// What the cells of a column are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColumnType {
    /// Codes or accounts of the vendor's customers. `Generic` where a bank's own customers are numbered
    /// in the same words (`customer_id`, `user`).
    ClientId(Specific),
    /// Banks, by an identifier of this scheme.
    BankId {
        /// Its scheme.
        scheme: Scheme,
        /// Which side of a payment they are on.
        side: Side,
    },
    /// Accounts as IBANs; their bank parts are kept as values.
    Iban(Side),
    /// Names of banks.
    InstitutionName,
    /// Whole names of persons.
    PersonName,
    /// Given names.
    FirstName,
    /// Family names.
    LastName,
    /// Street and house number.
    Street,
    /// Town.
    City,
    /// State, province, canton.
    Region,
    /// Postal code.
    PostCode,
    /// Country of an address.
    Country,
    /// Account or loan numbers.
    Account,
    /// E-mail addresses.
    Email,
    /// Telephone numbers.
    Phone,
    /// US social security numbers.
    Ssn,
    /// Other national identity, tax or passport numbers.
    NationalId,
    /// Dates of birth.
    Dob,
    /// Driving licences.
    DriversLicense,
    /// Payment card numbers.
    Card,
    /// Balances and amounts of money.
    Amount,
    /// Other dates and times.
    Date,
    /// Passwords, keys, tokens.
    Credential,
    /// Anything else.
    #[default]
    Other,
    /// Sums of money that no header announces.
    Sums,
    /// What records have and entries of a directory do not: long numbers, sentences, names of files.
    Particulars,
    /// Further parts of persons' names: middle names, initials, `Jr`.
    NamePart,
}

impl ColumnType {
    /// Values of the column are identifiers of institutions and are kept, however many.
    pub fn is_identifier(&self) -> bool {
        matches!(self, Self::ClientId(_) | Self::BankId { .. } | Self::Iban(_))
    }

    /// Cells are institutions, or name them among other things, by an identifier or a name.
    pub(super) fn names_institutions(&self) -> bool {
        self.is_identifier() || *self == Self::InstitutionName
    }

    /// Values are kept as long as they are few.
    pub(crate) fn may_hold_codes(&self) -> bool {
        matches!(self, Self::Other | Self::Sums | Self::Particulars | Self::InstitutionName)
    }

    /// The kind of personal data that a value of the column is. Parts of an address are one only
    /// together; see [`super::TableFacts::finish`].
    pub(super) fn element(&self) -> Option<DataElement> {
        Some(match self {
            Self::Iban(_) => DataElement::Iban,
            Self::PersonName | Self::FirstName | Self::LastName => DataElement::Name,
            Self::Street => DataElement::Address,
            Self::Account => DataElement::AccountNumber,
            Self::Email => DataElement::Email,
            Self::Phone => DataElement::Phone,
            Self::Ssn => DataElement::Ssn,
            Self::NationalId => DataElement::NationalId,
            Self::Dob => DataElement::Dob,
            Self::DriversLicense => DataElement::DriversLicense,
            Self::Card => DataElement::CardNumber,
            Self::Amount => DataElement::Amount,
            Self::Credential => DataElement::Credential,
            Self::ClientId(_) | Self::BankId { .. } | Self::InstitutionName => return None,
            Self::City | Self::Region | Self::PostCode | Self::Country | Self::Date => return None,
            Self::Sums | Self::Particulars | Self::Other | Self::NamePart => return None,
        })
    }

    /// Only a person or a personal account has such a value.
    pub(super) fn is_personal(&self) -> bool {
        matches!(
            self,
            Self::Account | Self::Iban(_) | Self::Ssn | Self::NationalId | Self::Dob | Self::DriversLicense | Self::Card | Self::FirstName
        )
    }
}
