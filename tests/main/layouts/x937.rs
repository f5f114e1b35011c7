//! ANSI X9.37 and X9.100-187.

use super::{Payments, Style, ebcdic};

const IMAGE: &[u8] = b"II*\0 a check that is no text \xFF\xFE\0\x01\x02\x03 a check that is no text! ";

pub fn write(payments: &Payments, style: &Style) -> Vec<u8> {
    let mut out = Vec::new();
    let own = payments.own.aba();
    let mut count = 0;
    let mut record = |text: String, image: &[u8]| {
        count += 1;
        put(&text, image, style, &mut out);
        count
    };
    record(format!("0103T{:9}{own}202411041200N{:<18}{:<18}{:1}{:2}{:4}{:1}", "061000146", "OPERATOR", "OWNER", "", "US", "", ""), &[]);
    let letters: Vec<_> = payments.entries.chunk_by(|a, b| a.bank == b.bank).collect();
    for (i, entries) in letters.iter().enumerate() {
        let destination = entries[0].bank.aba();
        record(format!("1001{destination}{own}20241104202411041200IG{i:08}{:28}", ""), &[]);
        record(format!("2001{destination}{own}2024110420241104{i:010}0001{:28}", ""), &[]);
        for (j, entry) in entries.iter().enumerate() {
            record(
                format!("25{:15} {}{:>20.20}{:010}{:015}{:8}", "", entry.bank.aba(), entry.account, entry.cents % 10_000_000_000, j, ""),
                &[],
            );
            record(format!("261{own}20241104{j:015}{:18}{:5}{:<15.15}{:7}", "", "", entry.name, ""), &[]);
            if j % 3 == 0 {
                let head = format!("52{own}20241104{:2}{j:015}{:16}{:16}{:16}{:17}0000", "", "", "", "", "");
                record(format!("{head}{:05}{:07}", 0, IMAGE.len()), IMAGE);
            }
        }
        record(format!("70{:04}{:012}{:012}{:05}{:45}", entries.len(), 0, 0, 0, ""), &[]);
        record(format!("90{:06}{:08}{:014}{:09}{:<18}{:23}", 1, entries.len(), 0, 0, "OWNER", ""), &[]);
    }
    let records = record_count(payments, letters.len());
    record(format!("99{:06}{records:08}{:08}{:016}{:40}", letters.len(), payments.entries.len(), payments.cents(), ""), &[]);
    out
}

fn record_count(payments: &Payments, letters: usize) -> usize {
    let images: usize = payments.entries.chunk_by(|a, b| a.bank == b.bank).map(|entries| entries.len().div_ceil(3)).sum();
    2 + 4 * letters + 2 * payments.entries.len() + images
}

fn put(text: &str, image: &[u8], style: &Style, out: &mut Vec<u8>) {
    let lines = !(style.prefixed || style.unbroken || style.ebcdic);
    if style.prefixed {
        out.extend(((text.len() + image.len()) as u32).to_be_bytes());
    }
    if lines && image.is_empty() {
        return out.extend(style.line(text).bytes());
    }
    match style.ebcdic {
        true => out.extend(text.bytes().map(ebcdic)),
        false => out.extend(text.bytes()),
    }
    out.extend(image);
    if lines {
        out.extend(style.line_end.bytes());
    }
}
