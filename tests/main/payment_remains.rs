//! What is left of payment files of which a part is missing: it names its owner where a record of it does, and what is not
//! there may be anybody's where several share such a file.

use crate::harness::{Desk, Institution, Job, write, write_registry};
use crate::layouts::{self, Entry, LAYOUTS, Payments, Style};
use crate::payment_forms::{Bank, assert_each_is_its_owners, bai2, ebcdic, fedwire, lines, nacha_records, swift, verdicts, x12, x937};
use std::collections::BTreeMap;

/// Is it open whose file this is?
#[track_caller]
fn assert_is_anybodys(name: &str, bytes: Vec<u8>) {
    let verdicts = verdicts(&[(name, bytes)]);
    assert!(verdicts.values().all(|verdict| verdict == "undetermined"), "{name}: {verdicts:?}");
}

/// Records with their lengths, in EBCDIC.
fn prefixed(records: &[String]) -> Vec<u8> {
    records.iter().flat_map(|record| [&80u32.to_be_bytes()[..], &ebcdic(record.as_bytes(), false)].concat()).collect()
}

/// The checks of a cash letter, each with the bank of its first deposit, behind its headers.
fn letter(n: usize) -> Vec<String> {
    let own = Bank(n).aba();
    let check = |amount: u32| {
        [
            format!("25{:16}021000021{:>20}{amount:010}1", "", "123456/1001"),
            format!("261{own}20241104{:15}{:18}{:5}{:<15}", "", "998877", "", "JANE DOE"),
        ]
        .map(|record| format!("{record:<80}"))
    };
    let mut records = x937(n);
    records.splice(3..4, [check(12_500), check(800)].concat());
    records
}

#[test]
fn checks_without_the_headers_of_their_letter_are_anybodys() {
    let records = letter(1);
    for (name, from) in [("checks.x937", 3), ("endorsement.x937", 4)] {
        assert_is_anybodys(name, lines(&records[from..], "\n"));
        assert_is_anybodys(name, lines(&records[from..], ""));
        assert_is_anybodys(name, prefixed(&records[from..]));
    }
    // From amid a record on.
    assert_is_anybodys("cut.x937", lines(&records[3..], "\n")[40..].to_vec());
    assert_is_anybodys("cut.bin", prefixed(&records[3..])[40..].to_vec());
}

#[test]
fn trailers_and_addenda_alone_say_what_they_can() {
    let text = |records: &[Vec<u8>]| records.iter().flat_map(|record| [&record[..], b"\n"].concat()).collect::<Vec<u8>>();
    let records = |n: usize| nacha_records(n);
    let addenda = |n: usize| format!("705{:<80}0001{n:07}", "RMR*IV*INVOICE 1**100\\").into_bytes();
    let of = |n: usize, from: usize| text(&records(n)[from..]);
    let (first, second) = (records(0), records(1));
    let trailers = first.iter().position(|record| record.starts_with(b"8")).expect("a trailer");
    assert_each_is_its_owners(&[
        ("trailers.ach", of(0, trailers)),
        ("entry.ach", of(1, trailers - 1)),
        ("addenda.ach", text(&[vec![addenda(1), addenda(2)], records(2)[trailers..].to_vec()].concat())),
    ]);
    // What stood before them is missing, and was perhaps somebody else's.
    let found = verdicts(&[("trailers.ach", text(&second[trailers..]))]);
    assert_eq!((found["K1"].as_str(), found["K0"].as_str()), ("affected", "undetermined"));
    assert_is_anybodys("addenda.ach", text(&[addenda(1), addenda(2), addenda(3)]));
}

#[test]
fn messages_without_block_1_are_anybodys() {
    let message = swift(0);
    let from = |mark: &str| message.as_bytes()[message.find(mark).expect("a block")..].to_vec();
    assert_is_anybodys("second.fin", from("{2:"));
    assert_is_anybodys("text.fin", from("{4:"));
    assert_is_anybodys("fields.fin", from(":20:"));
}

/// The text of a message in a row of a client is the client's.
#[test]
fn messages_without_block_1_in_records_are_the_records() {
    let text = |n: usize| swift(n)[swift(n).find("{4:").expect("a text")..].to_owned();
    let row = |n: usize| format!("({n}, 'QZ00{}X', '{}')", n % 2, text(0).replace('\'', ""));
    let rows: Vec<String> = (0..8).map(row).collect();
    let dump = format!("CREATE TABLE m (id int, client_code text, body text);\nINSERT INTO m VALUES {};\n", rows.join(",\n"));
    let found = verdicts(&[("messages.sql", dump.into_bytes())]);
    assert_eq!((found["K0"].as_str(), found["K1"].as_str(), found["K2"].as_str()), ("affected", "affected", "ruled_out"));
}

#[test]
fn messages_in_small_letters_are_their_owners() {
    let small = |n: usize| swift(n).to_lowercase();
    assert_each_is_its_owners(&[
        ("small.fin", small(0).into_bytes()),
        ("small.log", format!("10:00:01 INFO sent {}10:00:02 INFO done\n", small(1)).into_bytes()),
        ("two.fin", format!("{}{}", small(2), small(2)).into_bytes()),
    ]);
}

#[test]
fn messages_in_strings_of_json_are_their_owners() {
    let message = |n: usize| {
        format!(
            r#"{{"Document": {{"FIToFICstmrCdtTrf": {{"GrpHdr": {{"MsgId": "M\"1", "InstgAgt": {{"FinInstnId": {{"BICFI": "{}"}}}}}}, "CdtTrfTxInf": [{{"Cdtr": {{"Nm": "Ann Lee"}}}}]}}}}}}"#,
            Bank(n).bic()
        )
    };
    let within = |text: String| serde_json::json!({"id": 1, "body": text}).to_string();
    assert_each_is_its_owners(&[
        ("string.json", within(message(0)).into_bytes()),
        ("twice.json", within(within(message(1))).into_bytes()),
        ("string.log", format!("10:00:01 INFO sent {}\n", within(message(2))).into_bytes()),
    ]);
}

#[test]
fn what_is_missing_of_any_layout_may_be_anybodys_where_owners_share_its_files() {
    let text = |records: &[String], end: &str| String::from_utf8(lines(records, end)).expect("characters");
    let found = |name: &str, text: String| -> BTreeMap<String, String> { verdicts(&[(name, text.into_bytes())]) };
    let cut = |text: &str| text[..text.len() * 4 / 5].to_owned();
    // The header says whose all of it is.
    let sender = |n: usize| text(&x12(n), "~").replace("*SENDER*", &format!("*{}*", Bank(n).aba()));
    for (name, own) in [("own.bai", text(&bai2(0, 2), "\n")), ("own.edi", sender(0)), ("own.fin", swift(0)), ("own.txt", fedwire(0))] {
        let verdicts = found(name, cut(&own));
        assert_eq!((verdicts["K0"].as_str(), verdicts["K1"].as_str()), ("affected", "ruled_out"), "{name}");
    }
    // A service sends the groups, sets, letters and messages of whom it will.
    let service = text(&bai2(0, 2), "\n").replacen(&Bank(0).aba(), "SERVICE", 1);
    let letters = text(&x937(0), "\n").replacen(&format!("061000146{}", Bank(0).aba()), "061000146021000021", 1);
    for (name, shared) in [
        ("shared.bai", service),
        ("headless.bai", text(&bai2(0, 2)[1..], "\n")),
        ("shared.edi", text(&x12(0), "~")),
        ("shared.x937", letters),
        ("shared.fin", format!("{0}{0}", swift(0))),
        ("shared.txt", format!("{0}\n{0}", fedwire(0))),
    ] {
        let verdicts = found(name, cut(&shared));
        assert_eq!((verdicts["K0"].as_str(), verdicts["K1"].as_str()), ("affected", "undetermined"), "{name}");
    }
}

#[test]
fn numbers_in_lines_are_no_records_of_checks_or_trailers() {
    let list: String = (0..12).map(|n| format!("25 {} {:>40} 31{}\n", Bank(n).aba(), 900 + n, Bank(n).aba())).collect();
    let columns: String = (0..12).map(|n| format!("{:<80}\n", format!("8200{:06}{}26{}", n, Bank(n).aba(), Bank(n).aba()))).collect();
    let words = ":20: is a tag, as :32A: and :50K: are, and {4: begins a block.\n{2: too.\n".repeat(20);
    let found = verdicts(&[("list.txt", list.into_bytes()), ("columns.txt", columns.into_bytes()), ("words.txt", words.into_bytes())]);
    assert!(found.values().all(|verdict| verdict == "ruled_out"), "{found:?}");
}

/// Whatever part of a file of any layout is left, its bank is not said to have nothing to do with it.
#[test]
fn no_part_of_a_file_rules_out_whose_it_is() {
    let (own, other) = (layouts::Bank(20_012), layouts::Bank(40_023));
    let entry = |n: u64| Entry { bank: other, name: format!("ANNA Q{n}X"), account: format!("44556677{n}1"), cents: 12_500 + n };
    let payments = Payments { own, entries: (0..9).map(entry).collect() };
    let mut wrong = Vec::new();
    for layout in LAYOUTS.iter().filter(|layout| !(layout.names)(own).is_empty()) {
        let whole = (layout.write)(&payments, &Style::PLAIN);
        let line = |n: usize| whole.split_inclusive(|b| *b == b'\n').take(n).map(<[u8]>::len).sum::<usize>();
        let lines = whole.split_inclusive(|b| *b == b'\n').count();
        let half = whole.len() / 2;
        for (part, bytes) in [
            ("first half", &whole[..half]),
            ("second half", &whole[half..]),
            ("but the first line", &whole[line(1)..]),
            ("but the last line", &whole[..line(lines - 1)]),
        ] {
            if bytes.is_empty() {
                continue;
            }
            let desk = Desk::new();
            write(&desk.path("ev/x/part.dat"), bytes);
            let named = |id: &str, bank| {
                let institution = Institution::new(id, &format!("Quarrystone {id} Savings Bank"));
                (layout.names)(bank).iter().fold(institution, |institution, (scheme, value)| institution.with(scheme, value))
            };
            write_registry(&desk.path("registry"), &[named("A", own), named("B", layouts::Bank(60_034))]);
            let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
            if outputs.verdicts()["A"] == "ruled_out" {
                wrong.push(format!("{} {part}: {:?}", layout.format, outputs.rows("coverage.csv")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
