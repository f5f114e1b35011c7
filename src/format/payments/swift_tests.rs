use super::*;
use crate::format::testing::read_with;
use crate::format::{PaymentUnit, Probe, Seen};
use crate::model::DataElement;
use std::collections::BTreeMap;

fn values(parties: &BTreeMap<Party, Seen>) -> Vec<String> {
    parties.keys().map(|p| p.value.clone()).collect()
}

fn units(bytes: &[u8]) -> (Vec<PaymentUnit>, Vec<String>, usize) {
    read_with(read, bytes, |sink, _| {
        let facts = sink.facts.payments.clone().unwrap_or_default();
        (facts.units, facts.notes, sink.gaps.len())
    })
}

const MT103: &str = "{1:F01BANKBEBBAXXX0000000000}{2:I103CHASUS33XXXXN}{3:{108:REF}}{4:\r\n:20:REF1\r\n:32A:241104EUR1200,50\r\n:50K:/DE89370400440532013000\r\nJANE DOE\r\n1 MAIN STREET\r\n:57A://FW021000021\r\nDEUTDEFFXXX\r\n:59:/123456789\r\nJOHN ROE\r\n-}{5:{CHK:1}}";

#[test]
fn input_and_output_messages_belong_to_block_1() {
    let (units_in, notes, gaps) = units(MT103.as_bytes());
    assert_eq!(values(&units_in[0].owners), ["BANKBEBB"]);
    assert_eq!(values(&units_in[0].other_side), ["CHASUS33"]);
    assert_eq!(values(&units_in[0].counterparties), ["021000021", "CHASUS33", "DEUTDEFF", "DE:37040044"]);
    assert_eq!((units_in[0].records, units_in[0].persons.len(), gaps), (1, 2, 0));
    assert!(notes.is_empty() && units_in[0].elements.contains(DataElement::Iban));
    for out in ["{2:O1031157991103BANKDEFFAXXX22221234569911031157N}", "{2:O103BANKDEFFAXXXN}"] {
        let (units, ..) = units(MT103.replace("{2:I103CHASUS33XXXXN}", out).as_bytes());
        assert_eq!((values(&units[0].owners), values(&units[0].other_side)), (vec!["BANKBEBB".into()], vec!["BANKDEFF".into()]), "{out}");
    }
}

#[test]
fn acknowledgements_own_nothing_and_copies_are_counterparties() {
    let ack = format!("{{1:F21AAAAUSLAAXXX5195167828}}{{4:{{177:1704260717}}{{451:0}}}}{MT103}$");
    assert_eq!(values(&units(ack.as_bytes()).0[0].owners), ["BANKBEBB"]);
    let copy = format!("{{1:F01CBNKDEFFAXXX0000000000}}{{2:O0961453991103DYDYBEBBXXX0000000000N}}{{4:{{103:CHP}}{MT103}}}{{5:}}{MT103}");
    let (units, ..) = units(copy.as_bytes());
    assert_eq!(units.len(), 2);
    assert_eq!(values(&units[0].owners), ["CBNKDEFF"]);
    assert!(values(&units[0].counterparties).contains(&"BANKBEBB".to_owned()));
    assert_eq!((units[0].records, units[1].records), (0, 1));
}

#[test]
fn an_open_block_is_a_gap_and_loses_no_message() {
    let open = MT103.replace("-}{5:{CHK:1}}", "");
    let (units_cut, _, gaps) = units(open.as_bytes());
    assert_eq!((gaps, units_cut[0].persons.len()), (1, 2));
    let other = MT103.replace("BANKBEBB", "OTHRBEBB");
    for broken in [format!("{open}{other}"), format!("{{1:F21AAAAUSLAAXXX5195167828}}{{4:{{177:17}}{other}")] {
        let (units, _, gaps) = units(broken.as_bytes());
        assert_eq!(gaps, 1);
        assert_eq!(values(&units.last().unwrap().owners), ["OTHRBEBB"]);
    }
}

#[test]
fn text_is_whole_and_fields_do_not_run_together() {
    let text = super::super::tests::read_whole(&FORMAT, format!("junk first\n{MT103}").as_bytes(), |_, out| out.text());
    assert!(text.contains("junk first") && text.contains("JANE DOE\r\n1 MAIN STREET\u{1E}") && text.contains("{108:REF}"));
}

#[test]
fn only_messages_are_recognised() {
    assert!(recognise(&Probe::new(MT103.as_bytes())));
    assert!(recognise(&Probe::new(MT103.to_lowercase().as_bytes())));
    for other in ["", "{1:F01", "{\"1\": 2}", "the block {1:F01BANKBEBBAXXX0000000000}{2:", "{1:F01bankbebbaxxx}{2:I}", "a,b\n{1:F01"] {
        assert!(!recognise(&Probe::new(other.as_bytes())), "{other}");
    }
}

#[test]
fn hostile_bytes_do_no_harm() {
    let bytes = MT103.as_bytes();
    for cut in (0..16).map(|i| bytes.len() * i / 16) {
        units(&bytes[..cut]);
        let mut flipped = bytes.to_vec();
        flipped[cut] ^= 0xFF;
        units(&flipped);
    }
    for pattern in ["{4:", "{3:", "{4:{", "}", "{1:F01{4:\n:20:", "\n-}{1:F0", ":50F:"] {
        units(pattern.repeat(20_000).as_bytes());
    }
}
