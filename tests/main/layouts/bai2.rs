//! BAI Cash Management Balance Reporting Specifications, version 2.

use super::{Payments, Style};

pub fn write(payments: &Payments, style: &Style) -> Vec<u8> {
    let own = payments.own.aba();
    let mut lines = vec![format!("01,{own},CLIENT,241104,1200,1,80,1,2/")];
    // One group per receiver.
    let mut groups = 0;
    for entries in payments.entries.chunk_by(|a, b| a.bank == b.bank) {
        groups += 1;
        let first = lines.len();
        lines.push(format!("02,{},{own},1,241103,,USD,2/", entries[0].bank.aba()));
        for (i, entry) in entries.iter().enumerate() {
            lines.push(format!("03,{},USD,010,{},,/", entry.account, entry.cents));
            lines.push(format!("16,165,{},Z,REF{i},CUST{i},{}", entry.cents, entry.name));
            lines.push("88,AND ON THE NEXT LINE".to_owned());
            lines.push(format!("49,{},4/", entry.cents));
        }
        let records = lines.len() - first + 1;
        lines.push(format!("98,0,{},{records}/", entries.len()));
    }
    lines.push(format!("99,0,{groups},{}/", lines.len() + 1));
    lines.iter().map(|line| style.line(line)).collect::<String>().into_bytes()
}
