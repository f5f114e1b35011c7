//! Whose NACHA batches are, and what breaks them.

use super::*;
use crate::format::payments::tests::read_whole;
use crate::format::testing::read_with;
use crate::format::{Party, PaymentUnit, Seen};
use std::collections::BTreeMap;

const BLANK: &str = "";

fn header(destination: &str, origin: &str) -> String {
    format!("101{destination:>10}{origin:>10}2411041200A094101{:<23}{:<23}{BLANK:8}", "SOMEWHERE", "SOMEBODY")
}

fn batch(class: &str, settlement: &str, odfi: &str) -> String {
    format!("5200{:<16}{BLANK:20}{:<10}{class}{:<10}{BLANK:6}241105{settlement:3}1{odfi}0000001", "PAYROLL CO", "1234567890", "PAYROLL")
}

fn entry(code: &str, rdfi: &str, name: &str, odfi: &str) -> String {
    format!("6{code}{rdfi}{:<17}0000012500{:<15}{name:<22}  0{odfi}0000001", "12345678", "ID1")
}

fn controls(lines: usize, odfi: &str) -> [String; 2] {
    [
        format!("8200{lines:06}{:010}{:012}{:012}{:<10}{BLANK:25}{odfi}0000001", 0, 0, 12500, "1234567890"),
        format!("9{:06}{:06}{lines:08}{:010}{:012}{:012}{BLANK:39}", 1, 1, 0, 0, 12500),
    ]
}

fn lines(records: &[String], end: &str) -> Vec<u8> {
    records.iter().map(|r| format!("{r}{end}")).collect::<String>().into_bytes()
}

fn sent() -> Vec<String> {
    let [batch_control, file_control] = controls(2, "12104288");
    vec![
        header("061000146", "121042882"),
        batch("PPD", "", "12104288"),
        entry("22", "231380104", "JULIAN PRICE", "12104288"),
        entry("22", "121042882", "SYDNEY BUTLER", "12104288"),
        batch_control,
        file_control,
    ]
}

pub(in crate::format::payments) fn file() -> Vec<u8> {
    lines(&sent(), "\r\n")
}

fn units(bytes: &[u8]) -> Vec<PaymentUnit> {
    read_with(read, bytes, |sink, _| sink.facts.payments.clone().unwrap().units)
}

fn values(parties: &BTreeMap<Party, Seen>) -> Vec<&str> {
    parties.keys().map(|p| p.value.as_str()).collect()
}

#[test]
fn records_of_a_longer_fixed_length_are_records() {
    let [batch_control, file_control] = controls(1, "06758794");
    let mut all = sent();
    let last = all.len() - 1;
    all.splice(last.., [batch("PPD", "", "06758794"), entry("22", "231380104", "ADA KELM", "06758794"), batch_control, file_control]);
    let usual = units(&lines(&all, ""));
    assert_eq!(usual.len(), 2);
    for length in [95, 96, 100, 133, 200] {
        let padded: Vec<String> = all.iter().map(|record| format!("{record:<length$}")).collect();
        let units = units(&lines(&padded, ""));
        for (unit, usual) in units.iter().zip(&usual) {
            assert_eq!((values(&unit.owners), &unit.persons), (values(&usual.owners), &usual.persons), "{length}");
        }
        assert_eq!(units.len(), 2);
    }
}

#[test]
fn a_sent_file_is_the_odfis() {
    for end in ["\r\n", "\n", "\r", ""] {
        let bytes = lines(&sent(), end);
        assert!(recognise(&Probe::new(&bytes)));
        let units = units(&bytes);
        assert_eq!(units.len(), 1);
        assert_eq!(values(&units[0].owners), ["121042882"]);
        assert_eq!(values(&units[0].counterparties), ["231380104"]);
        assert_eq!((units[0].records, units[0].persons.len()), (2, 2));
        assert_eq!(units[0].elements.words(), ["account_number", "amount", "name"]);
    }
}

#[test]
fn a_delivered_file_is_the_destinations() {
    let mut records = sent();
    records[0] = header("231380104", "061000146");
    let by_operator = units(&lines(&records, "\n"));
    records[0] = header("231380104", "121042882");
    records[1] = batch("PPD", "309", "12104288");
    let by_settlement_date = units(&lines(&records, "\n"));
    for units in [by_operator, by_settlement_date] {
        assert_eq!(values(&units[0].owners), ["231380104"]);
        assert_eq!(values(&units[0].other_side), ["121042882"]);
    }
    records.remove(0);
    records.pop();
    records[1] = entry("22", "231380104", "JULIAN PRICE", "12104288");
    records.remove(2);
    assert_eq!(values(&units(&lines(&records, "\n"))[0].owners), ["231380104"], "without a file header, the RDFI's");
}

#[test]
fn returns_belong_to_who_gets_them() {
    let records = [batch("WEB", "", "09100001"), entry("26", "091400606", "PAUL JONES", "09100001"), controls(1, "09100001")[0].clone()];
    let units = units(&lines(&records, "\n"));
    assert_eq!(values(&units[0].owners), ["091400606"]);
    assert_eq!(values(&units[0].other_side), ["091000019"]);
}

#[test]
fn companies_are_no_persons() {
    let mut records = sent();
    records[1] = batch("CCD", "", "12104288");
    assert!(units(&lines(&records, "\n"))[0].persons.is_empty());
}

#[test]
fn what_is_missing_is_a_gap() {
    let gaps = |records: &[String]| read_with(read, &lines(records, "\n"), |sink, _| sink.gaps.iter().map(|g| g.cause).collect::<Vec<_>>());
    assert_eq!(gaps(&sent()), []);
    assert_eq!(gaps(&sent()[..5]), [Cause::Truncated]);
    let mut records = sent();
    records.remove(3);
    assert_eq!(gaps(&records), [Cause::Truncated, Cause::Truncated]);
}

#[test]
fn broken_lines_and_blocks_are_read() {
    let mut records = sent();
    records.insert(3, "THIS IS NO RECORD".into());
    let mut bytes = lines(&records, "\n");
    bytes.extend(lines(&vec!["9".repeat(94); 4], ""));
    bytes.extend(lines(&sent(), ""));
    read_whole(&FORMAT, &bytes, |sink, collector| {
        assert!(collector.text().contains("THIS IS NO RECORD"));
        assert!(sink.gaps.is_empty(), "{:?}", sink.gaps);
        let payments = sink.facts.payments.clone().unwrap();
        assert_eq!(payments.units.iter().map(|u| u.records).sum::<u64>(), 4);
        assert!(payments.notes.iter().any(|n| n.starts_with("1 lines")));
    });
}

#[test]
fn fields_do_not_run_together() {
    read_with(read, &file(), |_, collector| {
        let text = collector.text();
        assert!(text.contains("622\u{1E}231380104\u{1E}12345678\u{1E}0000012500\u{1E}ID1"), "{text:?}");
    });
}
