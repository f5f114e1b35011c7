//! Payments Canada Standard 005.

use super::{Entry, Payments, Style, ebcdic};

const LENGTH: usize = 1464;
const SEGMENTS: usize = 6;

pub fn write(payments: &Payments, style: &Style) -> Vec<u8> {
    let returns = payments.own.transit();
    let head = |kind: &str, number: usize| format!("{kind}{number:09}00300000010001");
    let mut records = vec![format!("{}024309{}20{:20}CAD", head("A", 1), &returns[1..4], "")];
    for entries in payments.entries.chunks(SEGMENTS) {
        let segments: String = entries.iter().map(|entry| segment(entry, &returns)).collect();
        records.push(format!("{}{segments}", head("C", records.len() + 1)));
    }
    let last = records.len() + 1;
    records.push(format!("{}{:014}{:08}{:014}{:08}{:044}", head("Z", last), 0, 0, payments.cents(), payments.entries.len(), 0));
    let records: Vec<String> = records.iter().map(|record| format!("{record:<LENGTH$}")).collect();
    match style.ebcdic {
        true => records.concat().bytes().map(ebcdic).collect(),
        false => style.fixed(&records).into_bytes(),
    }
}

fn segment(entry: &Entry, returns: &str) -> String {
    format!(
        "200{:010}024310{}{:<12.12}{:022}000{:<15}{:<30.30}{:<30}{:<10}{:<19}{returns}{:<12}{:<15}{:22}{:2}{:011}",
        entry.cents,
        entry.bank.transit(),
        entry.account,
        1,
        "PAYER",
        entry.name,
        "PAYER LIMITED",
        "0030000001",
        "REF1",
        "7654321",
        "",
        "",
        "",
        0
    )
}
