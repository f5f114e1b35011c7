//! FinTS 3.0: a dialogue with transfers.

use super::{Payments, Style};

pub fn write(payments: &Payments, style: &Style) -> Vec<u8> {
    let own = payments.own.bankleitzahl();
    let mut segments = vec![format!("HNHBK:1:3+{:012}+300+0+1", 300), format!("HKIDN:2:2+280:{own}+customer+0+1")];
    for (i, entry) in payments.entries.iter().enumerate() {
        let (code, amount) = (entry.bank.bankleitzahl(), format!("{},{:02}", entry.cents / 100, entry.cents % 100));
        segments.push(format!("HKUEB:{}:5+123456::280:{own}+{}::280:{code}+{}++{amount}:EUR+51", i + 3, entry.account, entry.name));
    }
    segments.push(format!("HNHBS:{}:1+1", payments.entries.len() + 3));
    let end = if style.unbroken { "" } else { style.line_end };
    segments.iter().map(|segment| format!("{segment}'{end}")).collect::<String>().into_bytes()
}
