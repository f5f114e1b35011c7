//! Whose BAI2 groups are, and what breaks them.

use super::*;
use crate::format::testing::read_with;
use crate::format::{PaymentUnit, Seen};
use std::collections::BTreeMap;

const FILE: &str = "01,122099999,123456789,040621,0200,1,65,,2/\n02,031001234,122099999,1,040620,2359,,2/\n\
    03,0123456789,,010,+4350000,,,040,2830000,,/\n16,115,450000,S,100000,200000,150000,,,LOCK BOX FIRST STATE\n\
    88,BANK OF LENDING\n49,9150000,4/\n98,9150000,1,6/\n99,9150000,1,8/\n";

pub(in crate::format::payments) fn file() -> Vec<u8> {
    FILE.as_bytes().to_vec()
}

fn units(bytes: &[u8]) -> Vec<PaymentUnit> {
    read_with(read, bytes, |sink, _| sink.facts.payments.clone().unwrap().units)
}

fn values(parties: &BTreeMap<Party, Seen>) -> Vec<&str> {
    parties.keys().map(|p| p.value.as_str()).collect()
}

#[test]
fn a_group_is_the_originators() {
    let units = units(FILE.as_bytes());
    assert_eq!(values(&units[0].owners), ["122099999"]);
    assert_eq!(units[0].records, 1);
    assert_eq!(units[0].elements.words(), ["account_number", "amount"]);
}

#[test]
fn agreed_identifications_name_nobody() {
    let units = units(FILE.replace("122099999", "0004").as_bytes());
    assert!(units[0].owners.is_empty());
}

#[test]
fn a_turned_group_header_leaves_both_sides() {
    let bytes = FILE.replace("123456789", "021000021").replace("02,031001234,122099999", "02,122099999,021000021");
    assert_eq!(values(&units(bytes.as_bytes())[0].either), ["021000021", "122099999"]);
}

#[test]
fn texts_run_on_over_continuations() {
    read_with(read, FILE.as_bytes(), |_, collector| {
        assert!(collector.text().contains("LOCK BOX FIRST STATE\nBANK OF LENDING\n\u{1E}"), "{:?}", collector.text());
    });
}

#[test]
fn several_records_may_share_a_line() {
    let bytes = FILE.replace("/\n", "/  ");
    let units = units(bytes.as_bytes());
    assert_eq!((values(&units[0].owners), units[0].records), (vec!["122099999"], 1));
}

#[test]
fn missing_records_are_a_gap() {
    for lost in ["98,9150000,1,6/\n", "99,9150000,1,8/\n", "49,9150000,4/\n", "88,BANK OF LENDING\n"] {
        read_with(read, FILE.replace(lost, "").as_bytes(), |sink, _| assert!(!sink.gaps.is_empty(), "{lost}"));
    }
}
