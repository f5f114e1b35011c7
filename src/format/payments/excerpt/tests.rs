//! Payment files are found in whatever text holds them, and other text holds none.

use super::*;
use crate::format::PaymentFacts;
use crate::format::payments::tests::{every_example, read_whole};
use crate::format::testing::read_with;

fn facts(bytes: &[u8]) -> Option<PaymentFacts> {
    let read = |bytes: &[u8], sink: &mut Sink<'_>| {
        read_amid_text(bytes, sink);
        Ok(())
    };
    read_with(read, bytes, |sink, _| sink.facts.payments.clone())
}

/// Sides, entries and persons of each unit.
fn shown(facts: Option<PaymentFacts>) -> Vec<Shown> {
    let names = |parties: &std::collections::BTreeMap<crate::format::Party, crate::format::Seen>| {
        parties.keys().map(|party| party.value.clone()).collect::<Vec<_>>()
    };
    let unit = |unit: &crate::format::PaymentUnit| (names(&unit.owners), names(&unit.counterparties), unit.records, unit.persons.len());
    facts.map_or(Vec::new(), |facts| facts.units.iter().map(unit).collect())
}

/// Owners, counterparties, records and persons of a unit.
type Shown = (Vec<String>, Vec<String>, u64, usize);

fn example(format: &Format) -> (String, Vec<Shown>) {
    let (_, bytes) = every_example().into_iter().find(|(f, _)| f.name == format.name).unwrap();
    // In text a cash letter has the characters of text, and no images.
    let bytes = if format.name == X937.name { crate::format::payments::x937::tests::text_file() } else { bytes };
    let read = read_whole(format, &bytes, |sink, _| shown(sink.facts.payments.clone()));
    (String::from_utf8(bytes).unwrap(), read)
}

#[test]
fn a_file_is_found_behind_lines_and_in_values() {
    for format in LAYOUTS.iter().map(|layout| layout.format) {
        let (file, read) = example(format);
        let json = file.replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "\\r").replace('\n', "\\n");
        let markup = file.replace('&', "&amp;").replace('<', "&lt;").replace('\r', "&#13;");
        for text in [
            format!("//JOB OUT\n$$ADD ID=X BATCHID=Y\n{file}"),
            format!("{{\"at\": 1, \"raw\": \"{json}\"}}\n"),
            format!("<m><payload>{markup}</payload></m>\n"),
            format!("id,at\n1,2\n2,3\n{file}"),
        ] {
            assert_eq!(shown(facts(text.as_bytes())), read, "{} in {text:?}", format.name);
            assert!(is_amid_text(text.as_bytes()), "{}", format.name);
        }
    }
}

#[test]
fn what_stands_before_every_line_is_no_part_of_a_record() {
    for format in [&NACHA, &SWIFT, &BAI2, &MT940, &X12, &BACS18, &CPA005, &X937, &OFX] {
        let (file, read) = example(format);
        let lines = |before: &dyn Fn(usize) -> String| {
            file.lines().enumerate().map(|(n, line)| format!("{}{line}\n", before(n))).collect::<String>()
        };
        for text in [
            lines(&|n| format!("{:06} ", n + 7)),
            lines(&|n| format!("out.txt:{}:", n + 8)),
            lines(&|_| "> ".to_owned()),
            lines(&|n| format!("2024-11-04 09:30:{n:02},123 INFO [wire] ")),
        ] {
            assert_eq!(shown(facts(text.as_bytes())), read, "{} in {text}", format.name);
        }
    }
}

#[test]
fn records_without_line_ends_are_found_behind_a_card_of_a_job() {
    let (file, read) = example(&NACHA);
    let records: String = file.lines().map(|line| format!("{line:<94}")).collect();
    assert_eq!(shown(facts(format!("{:<80}{records}", "//JOB ACHOUT").as_bytes())), read);
}

#[test]
fn messages_of_a_log_are_all_read() {
    let (message, read) = example(&SWIFT);
    let log: String = (0..5).map(|n| format!("2024-10-30 09:30:0{n} DEBUG send: {message}\n2024-10-30 INFO sent\n")).collect();
    let found = shown(facts(log.as_bytes()));
    assert_eq!((found.len(), &found[0].0, found[0].2), (1, &read[0].0, 5 * read[0].2));
}

#[test]
fn a_message_in_one_line_has_its_fields() {
    let (message, read) = example(&SWIFT);
    let found = shown(facts(format!("sent {} ok\n", message.replace("\r\n", " ")).as_bytes()));
    // Where a name begins in its field, no blank says.
    assert_eq!((&found[0].0, &found[0].1, found[0].2), (&read[0].0, &read[0].1, read[0].2));
}

#[test]
fn other_text_holds_no_payment() {
    for other in [
        "",
        "See {1:F01BANKBEBBAXXX0000000000} in the manual, or {3100} and {3400}.\n",
        "{1500} Sender supplied {1510} Type {1520} IMAD {2000} Amount {3100}123456789 Sender {3400} Receiver\n",
        "094101 is the constant of record 1, 101 094101\n",
        "01,2024,02,x,2/\n02,2025,03,y,2/\n",
        "10:20:30 :25: nothing :60F: here\n",
        "ISA*00* is how an interchange begins; UNB+UNOA:1 is the other.\n",
        "xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\" is its namespace\n",
    ] {
        assert_eq!(facts(other.as_bytes()), None, "{other}");
        assert!(!is_amid_text(other.as_bytes()));
    }
}

#[test]
fn cut_and_changed_text_does_no_harm() {
    for format in LAYOUTS.iter().map(|layout| layout.format) {
        let text = format!("x\n{}", example(format).0).into_bytes();
        for at in (0..text.len()).step_by(text.len() / 40 + 1) {
            facts(&text[..at]);
            let mut changed = text.clone();
            changed[at] ^= 0x95;
            facts(&changed);
        }
    }
}
