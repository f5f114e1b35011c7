//! Whose cash letters are, in every framing and character set.

use super::*;
use crate::format::payments::ebcdic::encode;
use crate::format::testing::read_with;
use crate::format::{Party, PaymentUnit, Seen};
use std::collections::BTreeMap;

const BLANK: &str = "";
const IMAGE: &[u8] = b"II*\0\n\r\x01\x02\xFF";

fn records(destination: &str, ece: &str) -> Vec<String> {
    vec![
        format!("0103T{destination}{ece}202411041200N{:<18}{:<18}A{BLANK:7}", "COLLECTING BANK", "FIRST STATE"),
        format!("1001{destination}{ece}2024110420241104120 IG{:<8}{BLANK:28}", "CL1"),
        format!("2001{destination}{ece}2024110420241104{:<42}", "B1"),
        format!("25{BLANK:16}021000021{:>20}0000012500{:<15}G01Y0{BLANK:3}", "123456/1001", "1"),
        format!("261{ece}20241104{:<15}{:<18}{BLANK:5}{:<15}{BLANK:7}", "1", "998877", "JANE DOE"),
        format!("52{ece}2024110401{:<15}{BLANK:48}{BLANK:17}0000{:05}{:07}", "1", 0, IMAGE.len()),
        format!("700001{:012}{BLANK:62}", 12500),
        format!("90000001{:08}{:014}{BLANK:50}", 1, 12500),
        format!("99000001{:08}{:08}{BLANK:56}", 9, 1),
    ]
}

fn bytes_of(records: &[String], prefixed: bool, ebcdic: bool, end: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for record in records {
        let mut bytes: Vec<u8> = record.bytes().map(|b| if ebcdic { encode(b) } else { b }).collect();
        if record.starts_with("52") {
            bytes.extend_from_slice(IMAGE);
        }
        if prefixed {
            out.extend((bytes.len() as u32).to_be_bytes());
        }
        out.extend(bytes);
        out.extend(end);
    }
    out
}

pub(in crate::format::payments) fn file() -> Vec<u8> {
    bytes_of(&records("061000146", "121042882"), true, true, b"")
}

/// Without images, in lines of ASCII.
pub(in crate::format::payments) fn text_file() -> Vec<u8> {
    let mut records = records("061000146", "121042882");
    records.retain(|record| !record.starts_with("52"));
    let last = records.pop().map(|record| record.replacen("00000009", "00000008", 1));
    records.extend(last);
    bytes_of(&records, false, false, b"\n")
}

#[test]
fn letters_without_their_file_header_are_the_ece_institutions() {
    for cut in [1, 2] {
        for (prefixed, ebcdic, end) in [
            (true, true, &b""[..]),
            (true, false, b""),
            (false, true, b""),
            (false, true, b"\x15"),
            (false, true, b"\x0D\x25"),
            (false, false, b"\n"),
        ] {
            let bytes = bytes_of(&records("061000146", "121042882")[cut..], prefixed, ebcdic, end);
            assert!(recognise(&Probe::new(&bytes)), "{cut} {prefixed} {ebcdic}");
            let units = units(&bytes);
            assert_eq!((units.len(), values(&units[0].owners)), (1, vec!["121042882"]), "{cut} {prefixed} {ebcdic}");
        }
    }
    let digits = format!("1001{}{}99999999{}\n", "123456789", "987654321", "0".repeat(50)).repeat(9);
    assert!(!recognise(&Probe::new(digits.as_bytes())));
}

fn units(bytes: &[u8]) -> Vec<PaymentUnit> {
    read_with(read, bytes, |sink, _| sink.facts.payments.clone().unwrap().units)
}

fn values(parties: &BTreeMap<Party, Seen>) -> Vec<&str> {
    parties.keys().map(|p| p.value.as_str()).collect()
}

#[test]
fn every_framing_and_character_set_is_the_ece_institutions() {
    for (prefixed, ebcdic, end) in
        [(true, true, ""), (true, false, ""), (false, true, ""), (false, false, ""), (false, false, "\n"), (false, false, "\r\n")]
    {
        let bytes = bytes_of(&records("061000146", "121042882"), prefixed, ebcdic, end.as_bytes());
        assert!(recognise(&Probe::new(&bytes)));
        read_with(read, &bytes, |sink, collector| {
            assert!(sink.gaps.is_empty() && sink.facts.notes.len() == 1, "{:?} {:?}", sink.gaps, sink.facts.notes);
            assert!(collector.text().contains("JANE DOE"));
            let unit = &sink.facts.payments.as_ref().unwrap().units[0];
            assert_eq!(values(&unit.owners), ["121042882"]);
            assert_eq!(values(&unit.counterparties), ["021000021"]);
            assert_eq!((unit.records, unit.persons.len()), (1, 1));
            let opaque: u64 = sink
                .coverage
                .clone()
                .partition(bytes.len() as u64)
                .iter()
                .filter(|(_, k)| *k == Some(crate::format::Covered::As(Class::Opaque)))
                .map(|(r, _)| r.end - r.start)
                .sum();
            assert_eq!(opaque, IMAGE.len() as u64);
        });
    }
}

#[test]
fn from_the_operator_it_is_the_destinations() {
    let units = units(&bytes_of(&records("121042882", "061000146"), true, true, b""));
    assert_eq!(values(&units[0].owners), ["121042882"]);
}

#[test]
fn offsets_lead_to_the_bytes() {
    let bytes = file();
    let unit = &units(&bytes)[0];
    let at = unit.counterparties.values().next().unwrap().offset as usize;
    assert_eq!(bytes[at..at + 9].iter().map(|b| b - 0xF0).collect::<Vec<_>>(), [0, 2, 1, 0, 0, 0, 0, 2, 1]);
}

#[test]
fn behind_lines_and_amid_other_bytes_a_letter_has_its_owner() {
    let letter = |prefixed, ebcdic, end: &str| bytes_of(&records("061000146", "121042882"), prefixed, ebcdic, end.as_bytes());
    let card: Vec<u8> = format!("{:<80}", "//STEP1 EXEC PGM=COLLECT").bytes().map(encode).collect();
    for (before, letter) in [
        (b"$$ADD X\n".to_vec(), letter(true, true, "")),
        (b"$$ADD X\r\n".to_vec(), letter(true, false, "")),
        ("a line of words\n".repeat(9).into_bytes(), letter(false, true, "")),
        (b"$$ADD X\n".to_vec(), letter(false, false, "\n")),
        (card, letter(false, true, "")),
    ] {
        for (behind, files) in [(&b""[..], 1), (b"\nEND OF JOB\n", 1), (b"\nNEXT\n", 2)] {
            let again = if files == 2 { &letter[..] } else { &[] };
            let item = [&before, &letter, behind, again].concat();
            assert!(recognise(&Probe::new(&item)));
            read_with(read, &item, |sink, _| {
                assert!(sink.gaps.is_empty(), "{:?}", sink.gaps);
                let units = &sink.facts.payments.as_ref().unwrap().units;
                assert_eq!((units.len(), values(&units[0].owners)), (1, vec!["121042882"]));
                assert_eq!(units[0].records, files);
                let open = sink.coverage.clone().partition(item.len() as u64).into_iter().filter(|(_, covered)| covered.is_none());
                let open: u64 = open.map(|(range, _)| range.end - range.start).sum();
                assert!(open >= before.len() as u64 && open <= (before.len() + behind.len()) as u64, "{open}");
            });
        }
    }
}

#[test]
fn what_looks_like_a_header_within_other_text_is_none() {
    let header = &records("061000146", "121042882")[0];
    for text in [
        format!("x\n{header}\nend of the example\n"),
        format!("see {header}"),
        format!("From: a@b.org\nTo: c@d.org\nSubject: x\n\n{header}\n"),
    ] {
        assert!(!recognise(&Probe::new(text.as_bytes())), "{text}");
    }
}
