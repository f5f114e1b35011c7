use super::vocabulary;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// Kinds of personal data, as an impact list names them.
    DataElement {
        /// A person's name.
        Name = "name",
        /// A postal address.
        Address = "address",
        /// A number of an account.
        AccountNumber = "account_number",
        /// An IBAN.
        Iban = "iban",
        /// A US social security number.
        Ssn = "ssn",
        /// Another national identity number.
        NationalId = "national_id",
        /// A date of birth.
        Dob = "dob",
        /// A driving licence.
        DriversLicense = "drivers_license",
        /// An e-mail address.
        Email = "email",
        /// A telephone number.
        Phone = "phone",
        /// A payment card number.
        CardNumber = "card_number",
        /// A balance or an amount of money.
        Amount = "amount",
        /// A password, key or token.
        Credential = "credential",
    }
}

/// A set of data elements.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elements(u16);

impl Elements {
    /// Adds one.
    pub fn insert(&mut self, element: DataElement) {
        self.0 |= 1 << element as u16;
    }

    /// Adds all of another set.
    pub fn extend(&mut self, other: Elements) {
        self.0 |= other.0;
    }

    /// Is it in the set?
    pub fn contains(self, element: DataElement) -> bool {
        self.0 & (1 << element as u16) != 0
    }

    /// Nothing in it?
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The elements in the set.
    pub fn iter(self) -> impl Iterator<Item = DataElement> {
        DataElement::ALL.iter().copied().filter(move |&e| self.contains(e))
    }

    /// The words, sorted, as they stand in a cell.
    pub fn words(self) -> Vec<&'static str> {
        let mut words: Vec<_> = self.iter().map(DataElement::as_str).collect();
        words.sort_unstable();
        words
    }

    /// Does the set speak of a person's or an account's data? An amount, an e-mail address or a
    /// telephone number alone also stands in telemetry and contact lists.
    pub fn concern_persons(self) -> bool {
        use DataElement::*;
        [AccountNumber, Iban, Ssn, NationalId, Dob, DriversLicense, CardNumber].into_iter().any(|e| self.contains(e))
            || self.contains(Name) && [Address, Amount, Email, Phone].into_iter().any(|e| self.contains(e))
    }
}

/// A person as a record shows them; counted by name together with the address where there is one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Person<'a> {
    /// The name as written.
    pub name: &'a str,
    /// Street, town, region and code as written, in the order of the record; empty when unknown.
    pub address: &'a str,
    /// State, province or country of the address; empty when unknown.
    pub region: &'a str,
}

/// A person, folded and hashed, so that copies are counted once and no name is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PersonKey {
    /// 64 bits of SHA-256 over the folded name and address.
    pub hash: u64,
    /// The first two letters of the region, or zeros.
    pub region: [u8; 2],
}

impl PersonKey {
    /// Folds case, blanks and punctuation, then hashes. `None` when no letter is left of the name.
    pub fn of(person: Person<'_>) -> Option<Self> {
        use sha2::{Digest, Sha256};
        let mut hasher = Sha256::new();
        let mut buffer = Vec::with_capacity(96);
        fold_into(person.name, &mut buffer);
        if !buffer.iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80) {
            return None;
        }
        buffer.push(0);
        fold_into(person.address, &mut buffer);
        hasher.update(&buffer);
        let digest = hasher.finalize();
        let hash = u64::from_le_bytes(digest[..8].try_into().expect("a SHA-256 has 32 bytes"));
        let region = match person.region.trim().as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => [a.to_ascii_uppercase(), b.to_ascii_uppercase()],
            _ => [0, 0],
        };
        Some(Self { hash, region })
    }
}

/// Letters and digits, lower case, one blank between words.
fn fold_into(text: &str, out: &mut Vec<u8>) {
    let mut gap = false;
    let start = out.len();
    if text.is_ascii() {
        for b in text.bytes() {
            if b.is_ascii_alphanumeric() {
                if gap && out.len() > start {
                    out.push(b' ');
                }
                gap = false;
                out.push(b.to_ascii_lowercase());
            } else if b != b'\'' {
                gap = true;
            }
        }
        return;
    }
    for c in text.chars() {
        if c.is_alphanumeric() {
            if gap && out.len() > start {
                out.push(b' ');
            }
            gap = false;
            for lower in c.to_lowercase() {
                let mut utf8 = [0; 4];
                out.extend_from_slice(lower.encode_utf8(&mut utf8).as_bytes());
            }
        } else if c != '\'' && c != '’' {
            gap = true;
        }
    }
}
