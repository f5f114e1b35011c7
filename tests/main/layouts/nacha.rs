//! Nacha Operating Rules, appendix three.

use super::{Payments, Style};

const BLOCK: usize = 10;

pub fn write(payments: &Payments, style: &Style) -> Vec<u8> {
    let (own, operator) = (payments.own.aba(), "061000146");
    // What an operator delivered was sent by the other banks; each has a batch then.
    let (destination, origin) = if style.received { (own.as_str(), operator) } else { (operator, own.as_str()) };
    let mut records = vec![format!("101 {destination} {origin}2411041200A094101{:<23}{:<23}{:8}", "SOMEWHERE", "SOMEBODY", "")];
    let batches: Vec<_> = payments.entries.chunks(if style.received { 1 } else { 7 }).collect();
    for (number, entries) in batches.iter().enumerate() {
        let odfi = if style.received { entries[0].bank.aba() } else { own.clone() };
        let (odfi, number) = (&odfi[..8], number + 1);
        records.push(format!(
            "5200{:<16}{:20}{:<10}PPD{:<10}{:6}241105{:3}1{odfi}{number:07}",
            "PAYROLL CO", "", "1234567890", "PAYROLL", "", ""
        ));
        for entry in *entries {
            let rdfi = if style.received { own.clone() } else { entry.bank.aba() };
            records
                .push(format!("622{rdfi}{:<17.17}{:010}{:<15}{:<22.22}  0{odfi}{number:07}", entry.account, entry.cents, "ID", entry.name));
        }
        let total: u64 = entries.iter().map(|entry| entry.cents).sum();
        records.push(format!("8200{:06}{:010}{:012}{total:012}{:<10}{:25}{odfi}{number:07}", entries.len(), 0, 0, "1234567890", ""));
    }
    let blocks = (records.len() + 1).div_ceil(BLOCK);
    let (batches, entries) = (batches.len(), payments.entries.len());
    records.push(format!("9{batches:06}{blocks:06}{entries:08}{:010}{:012}{:012}{:39}", 0, 0, payments.cents(), ""));
    while style.blocked && records.len() % BLOCK != 0 {
        records.push("9".repeat(94));
    }
    style.fixed(&records).into_bytes()
}
