//! Bank files that other projects publish as samples: what each is, how much it holds, and whose it is.
//!
//! The files lie beside the repository where they do at all (`RULEOUT_SHARED`); `tests/realdata/bankfiles.csv`
//! says what was read from each. Every row was compared with its file by eye; `RULEOUT_BLESS=1` writes it anew.

use crate::harness::{assert_table, files_below, gzip, shared, tar_of, zip_of};
use ruleout::format::{Child, Facts, Kind, Limits, Outlet, Party, PaymentFacts, Probe, Seen, Sink, detect, formats};
use ruleout::model::Cause;
use ruleout::passage::Passage;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::Mutex;

const TABLE: &str = "tests/realdata/bankfiles.csv";
const COLUMNS: [&str; 11] =
    ["file", "sha256", "format", "units", "records", "persons", "owners", "either", "counterparties", "gaps", "notes"];
/// The payment layouts.
const LAYOUTS: [&str; 14] = [
    "bacs18",
    "bai2",
    "cpa005",
    "edifact_payment",
    "fedwire",
    "fints",
    "iso20022",
    "metro2",
    "mt940",
    "nacha",
    "ofx",
    "swift_mt",
    "x12_payment",
    "x937",
];
/// More counterparties than this are a number.
const SHOWN: usize = 6;

type Row = Vec<String>;

fn files() -> Option<Vec<(String, Vec<u8>)>> {
    let folder = shared("realdata/bankfiles")?;
    let name = |file: &Path| file.to_str().expect("plain names").to_owned();
    Some(files_below(&folder).iter().map(|file| (name(file), std::fs::read(folder.join(file)).expect("a readable file"))).collect())
}

/// Name of the format, facts, and gaps in words.
type Reading = (&'static str, Facts, Vec<String>);

/// Reads members as the crawler does, and keeps what is found in each content.
#[derive(Default)]
struct Shelf {
    read: Mutex<BTreeMap<Vec<u8>, Reading>>,
}

impl Shelf {
    fn read(&self, bytes: &[u8]) {
        let kind = detect(&Probe::new(bytes));
        let mut sink = Sink::new(self);
        let failure = kind.read(bytes, &mut sink).err();
        sink.finish();
        let mut gaps: Vec<String> = sink.gaps.iter().map(|gap| format!("{}: {}", gap.cause, gap.detail)).collect();
        gaps.extend(failure.map(|failure| format!("{}: {failure}", failure.cause)));
        let unread = sink.coverage.clone().partition(bytes.len() as u64).into_iter().filter(|(_, covered)| covered.is_none());
        let unread: u64 = unread.map(|(range, _)| range.end - range.start).sum();
        if unread > 0 && !matches!(kind, Kind::Unknown) {
            gaps.push(format!("{unread} bytes are left to the scan"));
        }
        let facts = std::mem::take(&mut sink.facts);
        self.read.lock().expect("no reader panics").insert(Sha256::digest(bytes).to_vec(), (kind.name(), facts, gaps));
    }

    fn row(&self, name: &str, bytes: &[u8]) -> Row {
        let digest = Sha256::digest(bytes).to_vec();
        let read = self.read.lock().expect("no reader panics");
        let (format, facts, gaps) = &read.get(&digest).unwrap_or_else(|| panic!("{name} was not read"));
        let payments = facts.payments.clone().unwrap_or_default();
        let sum = |count: fn(&ruleout::format::PaymentUnit) -> u64| match facts.payments {
            Some(_) => payments.units.iter().map(count).sum::<u64>().to_string(),
            None => String::new(),
        };
        let counted: BTreeSet<&str> = gaps.iter().map(String::as_str).collect();
        let times = |gap: &&str| match gaps.iter().filter(|other| other == gap).count() {
            1 => (*gap).to_owned(),
            n => format!("{gap} ({n} times)"),
        };
        let notes = payments.notes.iter().chain(&facts.notes).cloned().collect::<Vec<_>>();
        vec![
            name.to_owned(),
            digest[..8].iter().map(|b| format!("{b:02x}")).collect(),
            (*format).to_owned(),
            sum(|_| 1),
            sum(|unit| unit.records),
            sum(|unit| unit.persons.len() as u64),
            parties(&payments, |unit| &unit.owners, usize::MAX),
            parties(&payments, |unit| &unit.either, usize::MAX),
            parties(&payments, |unit| &unit.counterparties, SHOWN),
            counted.iter().map(times).collect::<Vec<_>>().join("|"),
            notes.join("|"),
        ]
    }
}

/// Parties of all units, each once.
fn parties(payments: &PaymentFacts, of: fn(&ruleout::format::PaymentUnit) -> &BTreeMap<Party, Seen>, shown: usize) -> String {
    let all: BTreeSet<String> =
        payments.units.iter().flat_map(|unit| of(unit).keys()).map(|p| format!("{} {}", p.scheme, p.value)).collect();
    if all.len() > shown { format!("{} parties", all.len()) } else { all.into_iter().collect::<Vec<_>>().join("|") }
}

impl Outlet for Shelf {
    fn passage(&self, _: Passage) {}

    fn member(&self, _: &[u8], _: std::ops::Range<u64>, decoder: &mut dyn Read) -> Child {
        let mut bytes = Vec::new();
        let defect = decoder.read_to_end(&mut bytes).err().map(|e| (Cause::Corrupt, e.to_string()));
        self.read(&bytes);
        Child { content: None, size: bytes.len() as u64, defect }
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }

    fn stopped(&self) -> bool {
        false
    }
}

fn written(rows: &[Row]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).expect("memory takes it");
    rows.iter().for_each(|row| writer.write_record(row).expect("memory takes it"));
    String::from_utf8(writer.into_inner().expect("memory takes it")).expect("text")
}

#[test]
fn every_bank_file_is_what_the_table_says() {
    let Some(files) = files() else { return };
    let shelf = Shelf::default();
    let rows: Vec<Row> = files
        .iter()
        .map(|(name, bytes)| {
            shelf.read(bytes);
            shelf.row(name, bytes)
        })
        .collect();
    assert_table(TABLE, &written(&rows));
}

#[test]
fn containers_around_bank_files_change_nothing() {
    let Some(files) = files() else { return };
    let bare = Shelf::default();
    files.iter().for_each(|(_, bytes)| bare.read(bytes));
    let tar = tar_of(&files);
    for (what, container) in [("zip", zip_of(&files)), ("tar.gz", gzip(&tar)), ("tar", tar)] {
        let wrapped = Shelf::default();
        wrapped.read(&container);
        for (name, bytes) in &files {
            assert_eq!(wrapped.row(name, bytes), bare.row(name, bytes), "in a {what}");
        }
    }
    for (name, bytes) in &files {
        let wrapped = Shelf::default();
        wrapped.read(&gzip(bytes));
        assert_eq!(wrapped.row(name, bytes), bare.row(name, bytes), "in a gz");
    }
}

#[test]
fn cut_bank_files_are_of_one_layout_and_covered() {
    let Some(files) = files() else { return };
    for (name, bytes) in &files {
        let found: Vec<_> = formats().filter(|f| LAYOUTS.contains(&f.name) && (f.recognise)(&Probe::new(bytes))).collect();
        assert!(found.len() < 2, "{name} is of {:?}", found.iter().map(|f| f.name).collect::<Vec<_>>());
        for part in (0..16).map(|i| &bytes[..bytes.len() * i / 16]) {
            found.iter().for_each(|format| {
                let shelf = Shelf::default();
                let mut sink = Sink::new(&shelf);
                let gave_up = Kind::Format(format).read(part, &mut sink).is_err();
                sink.finish();
                let open = sink.coverage.clone().partition(part.len() as u64).into_iter().filter(|(_, covered)| covered.is_none()).count();
                assert!(gave_up || open == 0, "{name} cut at {}", part.len());
            });
        }
    }
}
