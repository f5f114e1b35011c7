//! ANSI X12 820, with other separators where records are `unbroken`.

use super::{Payments, Style};

pub fn write(payments: &Payments, style: &Style) -> Vec<u8> {
    let own = payments.own.aba();
    let (e, t) = if style.unbroken { ('|', '\n') } else { ('*', '~') };
    let end = if style.unbroken { "" } else { style.line_end };
    let mut segments = vec![
        format!("ISA*00*{:10}*00*{:10}*ZZ*{:<15}*ZZ*{:<15}*241104*1200*U*00401*000000001*0*P*>", "", "", "SENDER", "RECEIVER"),
        "GS*RA*X*Y*20241104*1200*1*X*004010".to_owned(),
    ];
    for (i, entry) in payments.entries.iter().enumerate() {
        segments.push(format!("ST*820*{i:04}"));
        let amount = format!("{}.{:02}", entry.cents / 100, entry.cents % 100);
        segments.push(format!(
            "BPR*C*{amount}*C*ACH*CTX*01*{own}*DA*123456*1234567890**01*{}*DA*{}*20241104",
            entry.bank.aba(),
            entry.account
        ));
        segments.extend(["N1*PR*ACME INC".to_owned(), format!("N1*PE*{}", entry.name), "N3*1 MAIN ST".into(), "N4*BOSTON*MA*02101".into()]);
        segments.push("RMR*IV*1**500".to_owned());
        segments.push(format!("SE*8*{i:04}"));
    }
    segments.extend(["GE*1*1".to_owned(), "IEA*1*000000001".to_owned()]);
    segments.iter().map(|segment| format!("{}{t}{end}", segment.replace('*', &e.to_string()))).collect::<String>().into_bytes()
}
