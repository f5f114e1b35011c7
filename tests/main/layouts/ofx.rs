//! OFX 1.6 (SGML), and 2.2 (XML) with `prefixed`.

use super::{Payments, Style};

pub fn write(payments: &Payments, style: &Style) -> Vec<u8> {
    let end = if style.unbroken { "" } else { style.line_end };
    let leaf = |name: &str, value: &str| match style.prefixed {
        true => format!("<{name}>{value}</{name}>{end}"),
        false => format!("<{name}>{value}{end}"),
    };
    let mut out = match style.prefixed {
        true => "<?xml version=\"1.0\"?><?OFX OFXHEADER=\"200\" VERSION=\"220\"?>".to_owned(),
        false => "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\n\r\n".to_owned(),
    };
    out += "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><BANKACCTFROM>";
    out += &(leaf("BANKID", &payments.own.aba()) + &leaf("ACCTID", "123456789") + "</BANKACCTFROM><BANKTRANLIST>");
    for entry in &payments.entries {
        out += "<STMTTRN>";
        out += &leaf("TRNAMT", &format!("-{}.{:02}", entry.cents / 100, entry.cents % 100));
        out += &format!("<PAYEE>{}{}{}</PAYEE>", leaf("NAME", &entry.name), leaf("ADDR1", "1 Main St"), leaf("STATE", "MA"));
        out += &format!("<BANKACCTTO>{}{}</BANKACCTTO></STMTTRN>", leaf("BANKID", &entry.bank.aba()), leaf("ACCTID", &entry.account));
    }
    out += "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>";
    out += end;
    out.into_bytes()
}
