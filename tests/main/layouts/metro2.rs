//! CDIA Credit Reporting Resource Guide, Metro 2, character form: persons, and nobody's bank.

use super::{Payments, Style};

const LENGTH: usize = 426;

pub fn write(payments: &Payments, style: &Style) -> Vec<u8> {
    let mut records = vec![format!("0426HEADER01{:<35}{}{:<40}", "", "11042024110420240101202001012020", "FIRST STATE BANK")];
    for entry in &payments.entries {
        let mut record = vec![b' '; LENGTH];
        let mut put = |first: usize, text: &str| record[first - 1..first - 1 + text.len()].copy_from_slice(text.as_bytes());
        put(1, "04261110420241200000");
        put(21, "06666666");
        put(43, &format!("{:.30}", entry.account));
        put(155, &format!("{:09}", entry.cents % 1_000_000_000));
        // The name stands as surname and first name.
        let (first, last) = entry.name.split_once(' ').unwrap_or(("", &entry.name));
        put(232, &format!("{last:.25}"));
        put(257, &format!("{first:.20}"));
        put(298, "445112877010219805175555555");
        put(330, "234 HARRISON PLACE");
        put(394, "LANSING");
        put(414, "MI72654");
        records.push(String::from_utf8(record).expect("ASCII"));
    }
    records.push(format!("0426TRAILER{:09}{:9}{:0396}", payments.entries.len(), "", 0));
    let records: Vec<String> = records.iter().map(|record| format!("{record:<LENGTH$}")).collect();
    let text = style.fixed(&records);
    // A block descriptor word before the first record.
    if style.prefixed && style.unbroken { format!("0430{text}").into_bytes() } else { text.into_bytes() }
}
