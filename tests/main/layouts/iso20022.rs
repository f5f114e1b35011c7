//! ISO 20022: pacs.008 between banks, camt.053 with `blocked`.

use super::{Payments, Style};

pub fn write(payments: &Payments, style: &Style) -> Vec<u8> {
    let p = style.prefix;
    let tag = |name: &str, inner: &str| format!("<{p}{name}>{inner}</{p}{name}>");
    let bank = |name: &str, bic: &str| tag(name, &tag("FinInstnId", &tag("BICFI", bic)));
    let end = if style.unbroken { "" } else { style.line_end };
    let own = payments.own.bic();
    let amount = |cents: u64| format!("{}.{:02}", cents / 100, cents % 100);
    let person = |name: &str| tag("Nm", name) + &tag("PstlAdr", &(tag("TwnNm", "Springfield") + &tag("Ctry", "US")));
    let mut body = String::new();
    let (message, root) = if style.blocked { ("camt.053.001.08", "BkToCstmrStmt") } else { ("pacs.008.001.08", "FIToFICstmrCdtTrf") };
    for entry in &payments.entries {
        let account = |name: &str| tag(name, &tag("Id", &tag("Othr", &tag("Id", &entry.account))));
        body += end;
        if style.blocked {
            let related = tag("RltdPties", &(tag("Dbtr", &tag("Pty", &person(&entry.name))) + &account("DbtrAcct")));
            let agents = tag("RltdAgts", &bank("DbtrAgt", &entry.bank.bic()));
            let value = format!("<{p}Amt Ccy=\"EUR\">{}</{p}Amt>", amount(entry.cents));
            body += &tag("Ntry", &(value + &tag("NtryDtls", &tag("TxDtls", &(related + &agents)))));
        } else {
            let value = format!("<{p}IntrBkSttlmAmt Ccy=\"EUR\">{}</{p}IntrBkSttlmAmt>", amount(entry.cents));
            let debtor = bank("DbtrAgt", &own) + &bank("CdtrAgt", &(entry.bank.bic() + "XXX"));
            body += &tag("CdtTrfTxInf", &(value + &debtor + &tag("Cdtr", &person(&entry.name)) + &account("CdtrAcct")));
        }
    }
    let head = if style.blocked { String::new() } else { tag("GrpHdr", &(tag("MsgId", "M1") + &bank("InstgAgt", &own))) };
    if style.blocked {
        body = tag("Stmt", &(tag("Acct", &(tag("Id", &tag("Othr", &tag("Id", "1234567"))) + &bank("Svcr", &own))) + &body));
    }
    let namespace = if p.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{}", p.trim_end_matches(':')) };
    let document =
        format!("<{p}Document {namespace}=\"urn:iso:std:iso:20022:tech:xsd:{message}\">{}</{p}Document>", tag(root, &(head + &body)));
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{end}{document}{end}");
    if !style.ebcdic {
        return text.into_bytes();
    }
    // The other encoding of XML.
    [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}
