//! Fedwire Application Interface Manual 3.0.

use super::{Payments, Style};

pub fn write(payments: &Payments, style: &Style) -> Vec<u8> {
    let own = payments.own.aba();
    // Tags are in lines as a rule; without line ends they follow each other.
    let end = if style.unbroken { "" } else { style.line_end };
    let mut out = String::new();
    for (i, entry) in payments.entries.iter().enumerate() {
        let other = entry.bank.aba();
        let (sender, receiver) = if style.received { (other, own.clone()) } else { (own.clone(), other) };
        let mut tags = vec![
            "{1500}30        P ".to_owned(),
            "{1510}1000".to_owned(),
            format!("{{1520}}20241104SOURCE08{:06}", i % 1_000_000),
            format!("{{2000}}{:012}", entry.cents),
            format!("{{3100}}{sender}SENDER*"),
            format!("{{3400}}{receiver}RECEIVER*"),
            "{3600}CTR".to_owned(),
            format!("{{4200}}D{}*{}*1 MAIN ST*SPRINGFIELD*", entry.account, entry.name),
            "{5000}D7654321*ACME INC*2 MAIN ST*".to_owned(),
            "{6000}INVOICE 1*".to_owned(),
        ];
        if style.received {
            tags.push("{1100}30P N".to_owned());
            tags.push("{1110}11041200FT03".to_owned());
        }
        tags.iter().for_each(|tag| out += &format!("{tag}{end}"));
    }
    out.into_bytes()
}
