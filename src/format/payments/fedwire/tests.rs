//! Whose Fedwire messages are, and where they end.

use super::*;
use crate::format::testing::read_with;
use crate::format::{Party, PaymentUnit, Seen};
use std::collections::BTreeMap;

fn message(appended: &str) -> String {
    format!(
        "{{1500}}30REQUEST1P {{1510}}1000{{1520}}20241104MMQFMP01000001{{2000}}000001234567{{3100}}121042882WELLS FARGO NA*\
         {{3400}}231380104CITADEL*{{3600}}CTR*{{4100}}F021000021*JPMORGAN CHASE*NEW YORK NY*{{4200}}D12345*JANE DOE*1 MAIN ST*LANSING MI*\
         {{5000}}31234567*JOHN SMITH*2 MAIN ST*{{6000}}INVOICE 1*{appended}"
    )
}

pub(in crate::format::payments) fn file() -> Vec<u8> {
    message("").into_bytes()
}

fn units(bytes: &[u8]) -> Vec<PaymentUnit> {
    read_with(read, bytes, |sink, _| sink.facts.payments.clone().unwrap().units)
}

fn values(parties: &BTreeMap<Party, Seen>) -> Vec<&str> {
    parties.keys().map(|p| p.value.as_str()).collect()
}

#[test]
fn a_message_is_the_senders() {
    let units = units(&file());
    assert_eq!(values(&units[0].owners), ["121042882"]);
    assert_eq!(values(&units[0].other_side), ["231380104"]);
    assert_eq!(values(&units[0].counterparties), ["021000021", "231380104"]);
    assert_eq!(units[0].persons.len(), 2);
    assert_eq!(units[0].elements.words(), ["account_number", "address", "amount", "drivers_license", "name"]);
}

#[test]
fn receipt_fields_tell_who_got_it() {
    let incoming = units(message("{1110}11041200FT01{1120}20241104MMQFMP0100000111041200FT01").as_bytes());
    assert_eq!(values(&incoming[0].owners), ["231380104"]);
    let incoming = units(message("{1100}30P N").as_bytes());
    assert_eq!(values(&incoming[0].owners), ["231380104"]);
    let acknowledged = units(message("{1100}30P 2{1120}20241104MMQFMP0100000111041200FT01").as_bytes());
    assert!(acknowledged[0].owners.is_empty());
    assert_eq!(values(&acknowledged[0].either), ["121042882", "231380104"]);
    let rejected = units(message("{1100}30P 3{1130}E123ERROR*").as_bytes());
    assert_eq!(values(&rejected[0].owners), ["121042882"]);
}

#[test]
fn messages_follow_each_other() {
    let bytes = [message("{1100}30P N"), message(""), message("")].join("\r\n");
    let units = units(bytes.as_bytes());
    assert_eq!(units.iter().map(|u| u.records).collect::<Vec<_>>(), [1, 2]);
    let bytes = format!("{{1100}}30P N{}{{1100}}30P N{}", message(""), message(""));
    assert_eq!(values(&self::units(bytes.as_bytes())[0].owners), ["231380104"]);
}

#[test]
fn a_cut_message_is_a_gap() {
    for cut in [40, 100, 200, message("").len() - 4] {
        read_with(read, &file()[..cut], |sink, _| assert_eq!(sink.gaps.len(), 1, "{cut}"));
    }
}
