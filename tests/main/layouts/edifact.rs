//! UN/EDIFACT D.96A PAYMUL.

use super::{Payments, Style};

pub fn write(payments: &Payments, style: &Style) -> Vec<u8> {
    let mut segments = vec!["UNB+UNOC:3+5790000000000:14+5790000000001:14+041104:1200+1".to_owned(), "UNH+1+PAYMUL:D:96A:UN".to_owned()];
    segments.push(format!("LIN+1'FII+OR+40440532013000:ACME A/S+{}:25:5", payments.own.bic()));
    for (i, entry) in payments.entries.iter().enumerate() {
        segments.push(format!("SEQ++{i}"));
        segments.push(format!("MOA+9:{}", entry.cents));
        segments.push(format!("FII+BF+{}+{}:25:5", entry.account, entry.bank.bic()));
        segments.push(format!("NAD+BE+++{}+MAIN ST 1+BONN++53111+DE", entry.name));
    }
    segments.extend(["UNT+9+1".to_owned(), "UNZ+1+1".to_owned()]);
    let end = if style.unbroken { "" } else { style.line_end };
    let head = if style.prefixed { "UNA:+.? '" } else { "" };
    format!("{head}{}", segments.iter().map(|segment| format!("{segment}'{end}")).collect::<String>()).into_bytes()
}
