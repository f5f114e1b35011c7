//! Who planted files speak of: institutions that exist nowhere else, each of one planted file.

use crate::identifier::normalise;
use crate::model::Scheme;
use crate::registry::{Identifier, Institution};

/// The institution of one planted file, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subject(pub u32);

impl Subject {
    /// Its client code.
    pub fn code(self) -> String {
        format!("CTRL{:04}Q", self.0)
    }

    /// Its routing number: a thrift's prefix, six digits, check digit (weights 3, 7, 1).
    pub fn aba(self) -> String {
        let eight = format!("27{:06}", 600_000 + self.0);
        let sum: u32 = eight.bytes().zip([3, 7, 1].into_iter().cycle()).map(|(d, w)| u32::from(d - b'0') * w).sum();
        format!("{eight}{}", (10 - sum % 10) % 10)
    }

    /// Its BIC, eight characters.
    pub fn bic(self) -> String {
        let letter = |n: u32| char::from(b'A' + (n % 26) as u8);
        format!("QZ{}{}US{:02}", letter(self.0 / 2_600), letter(self.0 / 100), self.0 % 100)
    }

    /// Its UK sort code.
    pub fn sort_code(self) -> String {
        format!("{:06}", 800_000 + self.0)
    }

    /// Its Canadian number: a zero, institution, transit.
    pub fn transit(self) -> String {
        format!("0{:03}00001", 100 + self.0 % 800)
    }

    /// Its German bank code.
    pub fn bankleitzahl(self) -> String {
        format!("{:08}", 10_600_000 + self.0)
    }

    /// What planted text says.
    pub fn sentence(self) -> String {
        format!("client code: {}", self.code())
    }

    /// A few lines of text.
    pub fn letter(self) -> String {
        format!("To whom it may concern\r\n\r\n{}\r\nThe statements of the month are ready.\r\n", self.sentence())
    }

    /// A table of persons and accounts with a client-identifier column: header and rows.
    pub fn table(self) -> Vec<Vec<String>> {
        let head = ["client_code", "account_no", "name", "balance"].map(str::to_owned).to_vec();
        let rows = ["Ann Lee", "Bo Ek", "Cyril Otterbourne", "Di Moe"].into_iter().enumerate();
        let row = |(i, name): (usize, &str)| {
            vec![self.code(), format!("{:012}", 7_919 * (i + 1)), name.to_owned(), format!("{}.25", 31 * (i + 2))]
        };
        std::iter::once(head).chain(rows.map(row)).collect()
    }

    /// As the registry of the controls has it.
    pub fn institution(self) -> Institution {
        let all = [
            (Scheme::ClientCode, self.code()),
            (Scheme::Aba, self.aba()),
            (Scheme::Bic, self.bic()),
            (Scheme::SortCode, self.sort_code()),
            (Scheme::NationalBankCode, format!("DE:{}", self.bankleitzahl())),
            (Scheme::NationalBankCode, format!("CA:{}", &self.transit()[1..4])),
            (Scheme::NationalBankCode, format!("CA:{}", self.transit())),
        ];
        let identifier = |(scheme, raw): (Scheme, String)| {
            let value = normalise(&scheme, &raw, "").ok()?.value;
            Some(Identifier { scheme, value, raw, from: None, to: None, usable: true, line: 0, extra: Default::default() })
        };
        Institution {
            customer_id: format!("control {}", self.0),
            legal_name: format!("Planted Control Number {} Savings Bank", self.0),
            identifiers: all.into_iter().filter_map(identifier).collect(),
            ..Institution::default()
        }
    }
}
