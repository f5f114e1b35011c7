//! ACH files after the Nacha operating rules: records of 94 characters, blocks of ten records.

use std::fmt::Write;

/// Routing numbers of the operator, the Federal Reserve Banks of Atlanta, Minneapolis and Boston. They are
/// nobody's customer.
pub(super) const OPERATORS: &[&str] = &["061000146", "091000080", "011000015"];

/// One ACH file with one batch of credits.
pub(super) struct AchFile<'a> {
    /// Immediate destination: routing number and name.
    pub(super) destination: (&'a str, &'a str),
    /// Immediate origin: routing number and name.
    pub(super) origin: (&'a str, &'a str),
    /// Originating depository institution of the batch, nine digits.
    pub(super) odfi: &'a str,
    /// The company that originates the entries.
    pub(super) company: &'a str,
    /// Tax number of the company, nine digits.
    pub(super) company_id: &'a str,
    /// Day of the year of settlement, which the operator inserts on the files that it delivers.
    pub(super) settled: Option<u16>,
    /// The entries.
    pub(super) entries: &'a [Entry],
}

/// One payment to a person.
pub(super) struct Entry {
    /// Receiving depository institution, nine digits.
    pub(super) rdfi: String,
    /// Account of the person.
    pub(super) account: String,
    /// Amount in cents.
    pub(super) cents: u64,
    /// Name of the person.
    pub(super) person: String,
}

impl AchFile<'_> {
    /// The bytes of the file, records ended by CR LF.
    pub(super) fn write(&self) -> String {
        let name = |text: &str| text.to_ascii_uppercase();
        let (to, from) = (self.destination, self.origin);
        let mut records =
            vec![format!("101 {:>9} {:>9}2503040215A094101{:<23.23}{:<23.23}{:8}", to.0, from.0, name(to.1), name(from.1), "")];
        let odfi = &self.odfi[..8];
        let settled = self.settled.map_or(String::from("   "), |day| format!("{day:03}"));
        let company =
            format!("5220{:<16.16}{:20}1{:>9}PPD{:<10}250304250305{settled}1{odfi}{:07}", self.company, "", self.company_id, "SALARY", 1);
        records.push(company);
        let (mut hash, mut total) = (0u64, 0u64);
        for (i, entry) in self.entries.iter().enumerate() {
            hash += entry.rdfi[..8].parse::<u64>().unwrap_or(0);
            total += entry.cents;
            records.push(format!(
                "622{:>9}{:<17.17}{:010}{:<15.15}{:<22.22}  0{odfi}{:07}",
                entry.rdfi,
                entry.account,
                entry.cents,
                format!("E{:05}", i + 1),
                name(&entry.person),
                i + 1
            ));
        }
        let (count, hash) = (self.entries.len(), hash % 10_000_000_000);
        records.push(format!("8220{count:06}{hash:010}{:012}{total:012}1{:>9}{:25}{odfi}{:07}", 0, self.company_id, "", 1));
        let blocks = (records.len() + 1).div_ceil(10);
        records.push(format!("9{:06}{blocks:06}{count:08}{hash:010}{:012}{total:012}{:39}", 1, 0, ""));
        records.resize(blocks * 10, "9".repeat(94));
        records.iter().fold(String::new(), |mut file, record| {
            let _ = write!(file, "{record}\r\n");
            file
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::identifiers::with_aba_check_digit;

    #[test]
    fn records_have_94_characters_and_operators_their_check_digit() {
        let entry = Entry {
            rdfi: "021000021".into(),
            account: "12345678901234567890".into(),
            cents: 5,
            person: "A very long name of a person".into(),
        };
        let file = AchFile {
            destination: (OPERATORS[0], "Federal Reserve Bank of Somewhere"),
            origin: ("021000021", "An institution"),
            odfi: "021000021",
            company: "A COMPANY WITH A LONG NAME",
            company_id: "451234567",
            settled: None,
            entries: &[entry],
        };
        let text = file.write();
        assert!(text.lines().all(|record| record.len() == 94));
        assert_eq!(text.lines().count(), 10);
        assert!(OPERATORS.iter().all(|n| with_aba_check_digit(&n[..8]) == **n));
    }
}
