//! Records of fixed width whose fields touch: persons, accounts and cards in them are somebody's, and other numbers nobody's.

use crate::harness::{self, Desk, Outputs, Random};
use crate::payment_forms::ebcdic;

const NAMES: [[&str; 2]; 14] = [
    ["MARGARET", "TAYLOR"],
    ["KAREN", "ANDERSON"],
    ["RICHARD", "SMITH"],
    ["JOHN", "MARTIN"],
    ["PAUL", "SANCHEZ"],
    ["THOMAS", "WILSON"],
    ["LINDA", "OTTERBOURNE"],
    ["BETTY", "HERNANDEZ"],
    ["SANDRA", "LI"],
    ["JESSICA", "LOPEZ"],
    ["WILLIAM", "KING"],
    ["PATRICIA", "MOORE"],
    ["NANCY", "CLARK"],
    ["DANIEL", "RIVERA"],
];

fn decided(name: &str, bytes: &[u8]) -> (Desk, Outputs) {
    harness::decided(name, bytes, &["674903", "517942", "771904"])
}

/// Digits without a pattern.
fn digits(random: &mut Random, count: usize) -> String {
    (0..count).map(|_| char::from(b'0' + random.below(10) as u8)).collect()
}

/// A number of so many digits with the check digit of a card.
fn card(random: &mut Random) -> String {
    let body = format!("4{}", digits(random, 14));
    let doubled = |(n, digit): (usize, u32)| if n % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit };
    let sum: u32 = body.chars().filter_map(|c| c.to_digit(10)).enumerate().map(doubled).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn records(count: usize, row: impl Fn(&mut Random, usize) -> String) -> Vec<String> {
    let mut random = Random::new(11);
    (0..count).map(|n| row(&mut random, n)).collect()
}

fn lines(records: &[String]) -> Vec<u8> {
    records.iter().map(|record| format!("{record}\r\n")).collect::<String>().into_bytes()
}

fn name(n: usize) -> String {
    NAMES[n % 14].join(" ")
}

fn reversed(n: usize) -> String {
    format!("{} {}", NAMES[n % 14][1], NAMES[n % 14][0])
}

/// Name, social security number, account and amount.
fn loans() -> Vec<String> {
    records(14, |r, n| format!("{:<30}{}000000{}00000{}", name(n), digits(r, 9), digits(r, 10), digits(r, 6)))
}

#[test]
fn persons_and_accounts_whose_fields_touch_are_somebodys() {
    let address = |r: &mut Random, n: usize| {
        let street = format!("{} {} ST", 100 + r.below(9000), NAMES[(n + 3) % 14][1]);
        format!("{:<30}{street:<30}{:<20}NE{}000000{}", name(n), ["KEARNEY", "OMAHA", "LINCOLN"][n % 3], digits(r, 5), digits(r, 10))
    };
    let zoned = |r: &mut Random, n: usize| {
        let sign = ["{", "A", "C", "I", "}", "J"][n % 6];
        format!("000000{}{:<30}0000{}{sign}20241031", digits(r, 10), reversed(n), digits(r, 6))
    };
    let zeros = |r: &mut Random, n: usize| format!("000000X{}00000{}{:<25}", digits(r, 10), digits(r, 6), reversed(n));
    let checks = |r: &mut Random, n: usize| format!("I  {}{}000000{}20241030{:<40}", digits(r, 10), digits(r, 10), digits(r, 6), name(n));
    let lockbox = |r: &mut Random, n: usize| {
        let routing = ["021000021", "011000015", "111000038", "121000248"][n % 4];
        format!("6001{:03}0000{}{routing}{}0001234567{:<40}", n + 1, digits(r, 6), digits(r, 10), name(n))
    };
    for (what, records) in [
        ("loans", loans()),
        ("addresses", records(14, address)),
        ("zoned amounts", records(14, zoned)),
        ("zeros", records(14, zeros)),
        ("checks", records(12, checks)),
        ("lockbox", records(6, lockbox)),
        (
            "cards",
            records(20, |r, _| format!("0500{}000000Z  7{:<22}MERCHANT NAME            SPRINGFIELD  US 5411", card(r), digits(r, 22))),
        ),
    ] {
        let (_desk, outputs) = decided("F.DAT", &lines(&records));
        let impact = outputs.impact();
        assert!(impact.values().all(|row| row["basis"] == "unattributed_data"), "{what} {impact:?}");
        assert_eq!(outputs.rows("unattributed.csv").len(), 1, "{what}");
    }
    let typed = |r: &mut Random, n: usize| format!("D{:<30}{}000000{}00000{}", name(n), digits(r, 9), digits(r, 10), digits(r, 5));
    let typed: Vec<String> = [vec![format!("{:<66}", "H20241031LOANS")], records(14, typed), vec![format!("{:<66}", "T0000014")]].concat();
    let (_desk, outputs) = decided("F.DAT", &lines(&typed));
    assert_eq!(outputs.rows("unattributed.csv")[0]["individuals"], "14");
    let individuals = |outputs: &Outputs| outputs.rows("unattributed.csv")[0]["individuals"].clone();
    let (_desk, outputs) = decided("F.DAT", &lines(&loans()));
    assert_eq!(individuals(&outputs), "14");
    let (_desk, outputs) = decided("F.DAT", &ebcdic(loans().concat().as_bytes(), false));
    assert_eq!(individuals(&outputs), "14");
}

#[test]
fn a_client_column_against_which_fields_stand_is_joined() {
    let client = |n: usize| ["674903", "517942"][n / 7];
    let before_name = |r: &mut Random, n: usize| format!("{}{:<30}{}000000{}", client(n), name(n), digits(r, 9), digits(r, 10));
    let before_digits = |r: &mut Random, n: usize| format!("{}{}000000{}{:<30}", client(n), digits(r, 9), digits(r, 10), name(n));
    for (what, records) in [("a name", records(14, before_name)), ("digits", records(14, before_digits))] {
        let (_desk, outputs) = decided("F.DAT", &lines(&records));
        let impact = outputs.impact();
        assert!(impact.values().all(|row| row["verdict"] == "undetermined"), "{what}");
        for id in ["A", "B"] {
            assert_eq!(impact[id]["basis"], "weak_evidence", "{what} {id}");
        }
    }
}

#[test]
fn records_of_other_things_are_nobodys() {
    let cities = ["KEARNEY", "OMAHA", "LINCOLN", "AUSTIN", "SALINA", "DECORAH"];
    let words = ["ORCHARD", "PRAIRIE", "CANYON", "HARBOR", "VALLEY", "MEADOW", "TIMBER"];
    let routing = ["021000021", "011000015", "111000038", "121000248", "026009593", "071000013"];
    // The directory of a payment system: one line per bank, with its address and telephone.
    let directory = records(60, |r, n| {
        let bank = format!("FIRST {} {} BANK", words[n % 7], words[(n / 7) % 7]);
        let street = format!("{} MAIN STREET", 100 + r.below(900));
        format!(
            "{}O0110000151110199000000000{bank:<36}{street:<36}{:<20}NE{}0000{}11",
            routing[n % 6],
            cities[n % 6],
            digits(r, 5),
            digits(r, 10)
        )
    });
    let stock = records(60, |r, n| format!("{:<30}000000{}00000{}", format!("{} CHAIR", words[n % 7]), digits(r, 10), digits(r, 6)));
    let ledger = ["OFFICE SUPPLIES", "INTEREST INCOME", "CASH DUE", "LOAN FEES", "RETAINED EARNINGS", "SERVICE CHARGES"];
    let ledger = records(30, |r, n| format!("{:<30}0000{}000000{}", ledger[n % 6], digits(r, 6), digits(r, 8)));
    let hashes = records(60, |r, _| (0..64).map(|_| char::from(b"0123456789abcdef"[r.below(16)])).collect());
    let source = records(40, |_, n| format!("       MOVE WS-FIELD-{n:03} TO OUT-FIELD-{n:03}.{:<29}{:06}00", "", n + 1));
    for (what, records) in [
        ("a directory of banks", directory),
        ("articles", stock),
        ("a chart of accounts", ledger),
        ("random digits", records(80, |r, _| digits(r, 60))),
        ("numbers that look like cards", records(80, |r, _| format!("0500 4{}000000Z", digits(r, 15)))),
        ("a count", records(80, |_, n| format!("{:09}{:010}{:012}", 100_000_000 + n, 4_000_000_000u64 + 7 * n as u64, n * n))),
        ("digests", hashes),
        ("source", source),
    ] {
        let (_desk, outputs) = decided("F.DAT", &lines(&records));
        assert!(outputs.impact().values().all(|row| row["verdict"] == "ruled_out"), "{what} {:?}", outputs.rows("unattributed.csv"));
        assert!(outputs.rows("unattributed.csv").is_empty(), "{what}");
    }
}

/// Messages of a card network, each behind its length: type, bit map, and the number of a card behind its own length.
#[test]
fn cards_in_messages_of_card_networks_are_somebodys() {
    let file = |number: &dyn Fn(&mut Random) -> String| {
        let mut random = Random::new(11);
        let message = |n: usize| {
            let fields = format!("16{}000000{:012}", number(&mut random), 1_000 + 77 * n);
            let record = [ebcdic(b"1240", false), vec![0x72, 0, 0x40, 1, 2, 0xC1, 0x80, 0], ebcdic(fields.as_bytes(), false)].concat();
            [&(record.len() as u32).to_be_bytes()[..], &record].concat()
        };
        (0..20).flat_map(message).chain([0; 4]).collect::<Vec<u8>>()
    };
    let (_desk, outputs) = decided("T112", &file(&card));
    assert!(outputs.impact().values().all(|row| row["basis"] == "unattributed_data"));
    assert_eq!(outputs.rows("unattributed.csv")[0]["data_elements"], "card_number");
    let (_desk, outputs) = decided("T112", &file(&|random| digits(random, 16)));
    assert!(outputs.impact().values().all(|row| row["verdict"] == "ruled_out"));
}
