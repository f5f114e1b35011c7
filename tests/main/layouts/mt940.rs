//! SWIFT User Handbook, category 9: MT 940 without blocks, field 86 as German banks structure it.

use super::{Payments, Style};

pub fn write(payments: &Payments, style: &Style) -> Vec<u8> {
    let mut lines = Vec::new();
    for (number, entries) in payments.entries.chunks(20).enumerate() {
        lines.push(":20:STARTUMS".to_owned());
        lines.push(format!(":25:{}XXX/1234567890", payments.own.bic()));
        lines.push(format!(":28C:{}/1", number % 100_000));
        lines.push(":60F:C241103EUR1000,00".to_owned());
        for entry in entries {
            lines.push(format!(":61:2411041104C{},{:02}NTRFNONREF", entry.cents / 100, entry.cents % 100));
            lines.push(format!(":86:166?00GUTSCHRIFT?20SVWZ+INVOICE?30{}?31{}?32{}", entry.bank.bic(), entry.account, entry.name));
        }
        lines.push(":62F:C241104EUR2000,00".to_owned());
        lines.push("-".to_owned());
    }
    lines.iter().map(|line| style.line(line)).collect::<String>().into_bytes()
}
