//! SWIFT User Handbook, FIN: MT 103 as input and output messages.

use super::{Payments, Style};

pub fn write(payments: &Payments, style: &Style) -> Vec<u8> {
    let own = payments.own.bic();
    let end = style.line_end;
    let mut out = String::new();
    for (i, entry) in payments.entries.iter().enumerate() {
        let other = entry.bank.bic();
        let sequence = i % 1_000_000;
        // An acknowledgement has a block 1 of its own.
        if style.prefixed {
            out += &format!("{{1:F21{own}AXXX0001{sequence:06}}}{{4:{{177:2411041200}}{{451:0}}}}");
        }
        out += &format!("{{1:F01{own}AXXX0001{sequence:06}}}");
        out += &match style.received {
            true => format!("{{2:O1031200241104{other}AXXX0001{sequence:06}2411041200N}}"),
            false => format!("{{2:I103{other}XXXXN}}"),
        };
        out += "{3:{108:REFERENCE}}{4:";
        let fields = [
            format!(":20:REF{i}"),
            ":23B:CRED".to_owned(),
            format!(":32A:241104USD{},{:02}", entry.cents / 100, entry.cents % 100),
            format!(":50K:/7654321{end}ACME INC{end}2 MAIN ST"),
            format!(":59:/{}{end}{}{end}1 MAIN ST{end}SPRINGFIELD", entry.account, entry.name),
            ":70:INVOICE 1".to_owned(),
            ":71A:SHA".to_owned(),
        ];
        fields.iter().for_each(|field| out += &format!("{end}{field}"));
        out += &format!("{end}-}}{{5:{{CHK:0123456789AB}}}}");
        out += if style.blocked { "$" } else { end };
    }
    out.into_bytes()
}
