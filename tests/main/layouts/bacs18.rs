//! Bacs Electronic Funds Transfer, file structures: a daily file, and one of several processing days.

use super::{Payments, Style};

pub fn write(payments: &Payments, style: &Style) -> Vec<u8> {
    let own = payments.own.sort_code();
    let (length, day) = if style.blocked { (106, " 24309") } else { (100, "") };
    let mut records = vec![
        format!("VOL1173062{:<27}{:<4}123456{:<32}1", "", "HSBC", ""),
        format!("HDR1A123456S  1123456{:<6}00010001       24309 24319 000000{:<20}", "173062", ""),
        format!("HDR2F02000{length:05}{:<35}00{:<28}", "", ""),
        format!("UHL1 24309999999    000000001 {}  001{:<40}", if style.blocked { "MULTI" } else { "DAILY" }, ""),
    ];
    let payment = |code: &str, account: &str, kind: &str, cents: u64, name: &str| {
        format!("{code}{account:0>8.8}0{kind}{own}123456780000{cents:011}{:<18}{:<18}{name:<18.18}{day}", "ACME LTD", "REF 1")
    };
    for entry in &payments.entries {
        records.push(payment(&entry.bank.sort_code(), &entry.account, "99", entry.cents, &entry.name));
    }
    records.push(payment(&own, "12345678", "17", payments.cents(), "ACME LTD"));
    let total = payments.cents();
    records.extend([
        format!("EOF1A123456S  1123456{:<59}", ""),
        format!("EOF2F02000{length:05}{:<65}", ""),
        format!("UTL1{total:013}{total:013}{:07}{:07}{:<36}", 1, payments.entries.len(), ""),
    ]);
    style.fixed(&records).into_bytes()
}
