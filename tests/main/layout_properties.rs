//! Every payment layout, written at random and read back: whose it is, who is on the other side, how many
//! payments and persons, however lines end, and whatever fills, precedes or follows them.

use crate::layouts::{Bank, Entry, LAYOUTS, Layout, Payments, Style};
use proptest::prelude::*;
use ruleout::format::{Child, Limits, Outlet, Party, PaymentFacts, Probe, Seen, Sink, detect};
use ruleout::model::PersonKey;
use ruleout::passage::Passage;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

struct Nowhere;

impl Outlet for Nowhere {
    fn passage(&self, _: Passage) {}

    fn member(&self, _: &[u8], _: std::ops::Range<u64>, _: &mut dyn Read) -> Child {
        Child { content: None, size: 0, defect: None }
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }

    fn stopped(&self) -> bool {
        false
    }
}

/// What a file says of one owner: counterparties, records, persons.
type Said = BTreeMap<BTreeSet<String>, (BTreeSet<String>, u64, usize)>;

fn words(parties: &BTreeMap<Party, Seen>) -> BTreeSet<String> {
    parties.keys().map(|party| format!("{} {}", party.scheme, party.value)).collect()
}

fn said(facts: &PaymentFacts) -> Said {
    let mut out = BTreeMap::<_, (BTreeSet<String>, u64, BTreeSet<PersonKey>)>::new();
    for unit in &facts.units {
        let of = out.entry(words(&unit.owners)).or_default();
        of.0.extend(words(&unit.counterparties));
        of.1 += unit.records;
        of.2.extend(&unit.persons);
    }
    out.into_iter().map(|(owner, (others, records, persons))| (owner, (others, records, persons.len()))).collect()
}

fn expected(layout: &Layout, files: &[Payments]) -> Said {
    let names = |bank: Bank| (layout.names)(bank).into_iter().map(|(scheme, value)| format!("{scheme} {value}")).collect::<BTreeSet<_>>();
    let mut out = BTreeMap::<_, (BTreeSet<String>, u64, BTreeSet<&str>)>::new();
    for file in files {
        let own = names(file.own);
        let of = out.entry(own.clone()).or_default();
        of.0.extend(file.entries.iter().flat_map(|entry| names(entry.bank)).filter(|name| !own.contains(name)));
        of.1 += file.entries.len() as u64;
        of.2.extend(file.names().into_iter().filter(|_| layout.persons));
    }
    out.into_iter().map(|(owner, (others, records, persons))| (owner, (others, records, persons.len()))).collect()
}

fn assert_read_back(layout: &Layout, files: &[Payments], style: &Style) -> Result<(), TestCaseError> {
    let bytes: Vec<u8> = files.iter().flat_map(|file| (layout.write)(file, style)).collect();
    let shown = || String::from_utf8_lossy(&bytes).into_owned();
    let kind = detect(&Probe::new(&bytes));
    prop_assert_eq!(kind.name(), layout.format, "{}", shown());
    let mut sink = Sink::new(&Nowhere);
    let read = kind.read(&bytes, &mut sink);
    sink.finish();
    prop_assert!(read.is_ok() && sink.gaps.is_empty(), "{:?} {:?}\n{}", read, sink.gaps, shown());
    let open = sink.coverage.clone().partition(bytes.len() as u64).into_iter().filter(|(_, covered)| covered.is_none()).count();
    prop_assert_eq!(open, 0, "bytes are not covered\n{}", shown());
    let facts = sink.facts.payments.clone().unwrap_or_default();
    prop_assert_eq!(said(&facts), expected(layout, files), "{:?}\n{}", facts.notes, shown());
    Ok(())
}

/// A bank among few, so that banks meet again, other than `not`.
fn bank(not: Option<Bank>) -> impl Strategy<Value = Bank> {
    (0u32..40).prop_map(move |n| Bank(n * 20_011 + 1)).prop_filter("another bank", move |bank| Some(*bank) != not)
}

fn payments(entries: std::ops::Range<usize>) -> impl Strategy<Value = Payments> {
    bank(None).prop_flat_map(move |own| {
        let name =
            (prop::sample::select(vec!["ANNA", "PETER", "JO", "MARIA"]), "[A-Z]{3}").prop_map(|(first, last)| format!("{first} Q{last}X"));
        let entry = (bank(Some(own)), name, "[1-9][0-9]{6,7}", 1u64..10_000_000);
        prop::collection::vec(entry.prop_map(|(bank, name, account, cents)| Entry { bank, name, account, cents }), entries.clone())
            .prop_map(move |entries| Payments { own, entries })
    })
}

fn style() -> impl Strategy<Value = Style> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (prop::sample::select(vec!["\n", "\r\n"]), 0usize..3, prop::sample::select(vec!["", "doc:", "n0:"]), flags).prop_map(
        |(line_end, trailing, prefix, (unbroken, trimmed, blocked, ebcdic, prefixed, received))| Style {
            line_end,
            unbroken,
            trimmed,
            trailing,
            blocked,
            ebcdic,
            prefixed,
            prefix,
            received,
        },
    )
}

fn reads_back(format: &str) {
    let layout = LAYOUTS.iter().find(|layout| layout.format == format).expect("a layout of that name");
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() });
    let files = (prop::collection::vec(payments(1..12), 1..4), style());
    runner.run(&files, |(files, style)| assert_read_back(layout, &files, &style)).unwrap_or_else(|failure| panic!("{format}: {failure}"));
}

macro_rules! read_back {
    ($($test:ident: $format:literal,)*) => {
        $(#[test]
        fn $test() {
            reads_back($format);
        })*

        #[test]
        fn every_layout_is_written_and_read_back() {
            assert_eq!([$($format),*].len(), LAYOUTS.len());
        }
    };
}

read_back! {
    nacha_files_are_read_back: "nacha",
    fedwire_messages_are_read_back: "fedwire",
    swift_messages_are_read_back: "swift_mt",
    bare_statements_are_read_back: "mt940",
    balance_reports_are_read_back: "bai2",
    cash_letters_are_read_back: "x937",
    cpa005_files_are_read_back: "cpa005",
    bacs_files_are_read_back: "bacs18",
    metro2_files_are_read_back: "metro2",
    iso20022_documents_are_read_back: "iso20022",
    x12_interchanges_are_read_back: "x12_payment",
    edifact_interchanges_are_read_back: "edifact_payment",
    ofx_statements_are_read_back: "ofx",
    fints_dialogues_are_read_back: "fints",
}

#[test]
fn every_line_end_of_fixed_records_is_read() {
    let payments = Payments {
        own: Bank(20_012),
        entries: (0..9)
            .map(|i| Entry { bank: Bank(40_023 + i % 2), name: format!("ANNA Q{i}"), account: "1234567".into(), cents: 100 })
            .collect(),
    };
    for format in ["nacha", "cpa005", "bacs18", "metro2", "x937", "bai2"] {
        let layout = LAYOUTS.iter().find(|layout| layout.format == format).expect("a layout of that name");
        for line_end in ["\n", "\r\n", "\r"] {
            let style = Style { line_end, ..Style::PLAIN };
            assert_read_back(layout, std::slice::from_ref(&payments), &style)
                .unwrap_or_else(|failure| panic!("{format} {line_end:?}: {failure}"));
        }
    }
}
