//! How fast each payment layout is read, on one core, without index and disk.
//!
//! `cargo bench --bench payments [-- MEGABYTES] [LAYOUT...]`. Files of so many megabytes (200 by default) are
//! written in memory, nearly every payment with another person and 500 banks on the other side. Prints MB/s,
//! records and persons, and on Linux how much memory the reader held at most beside the file. Figures are those
//! of this machine and this moment: on a shared one, repeat and take the best.
#![allow(clippy::print_stdout)]

// The writers of the tests; not all of what they offer is needed here.
#[allow(dead_code)]
#[path = "../../tests/main/layouts/mod.rs"]
mod layouts;
#[path = "../measure/mod.rs"]
mod measure;

use layouts::{Bank, Entry, LAYOUTS, Layout, Payments, Style};
use measure::{Began, Nowhere, memory, reset_peak};
use ruleout::format::{Probe, Sink, detect};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let megabytes = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(200);
    let named = |layout: &&Layout| arguments.iter().all(|a| a.parse::<usize>().is_ok()) || arguments.iter().any(|a| a == layout.format);
    println!("{:16} {:>8} {:>10} {:>10} {:>10} {:>8}", "layout", "MB", "MB/s", "records", "persons", "MB held");
    for layout in LAYOUTS.iter().filter(named) {
        run(layout, megabytes * 1_000_000);
    }
}

fn run(layout: &Layout, size: usize) {
    let bytes = written(layout, size);
    let kind = detect(&Probe::new(&bytes));
    assert_eq!(kind.name(), layout.format, "what was written is recognised");
    let before = reset_peak();
    let began = Began::now();
    let mut sink = Sink::new(&Nowhere);
    kind.read(&bytes, &mut sink).expect("what was written is read");
    sink.finish();
    let seconds = began.seconds();
    assert!(sink.gaps.is_empty(), "{:?}", sink.gaps.first());
    let held =
        memory("VmHWM:").zip(before).map_or("-".to_owned(), |(peak, before)| format!("{:.0}", peak.saturating_sub(before) as f64 / 1e3));
    let units = sink.facts.payments.map_or_else(Vec::new, |payments| payments.units);
    let (records, persons) = units.iter().fold((0, 0), |sum, unit| (sum.0 + unit.records, sum.1 + unit.persons.len()));
    let megabytes = bytes.len() as f64 / 1e6;
    println!("{:16} {megabytes:8.0} {:10.0} {records:10} {persons:10} {held:>8}", layout.format, megabytes / seconds);
}

/// One file of one bank, or many one after the other where the layout limits what a file holds.
fn written(layout: &Layout, size: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(size + size / 4);
    let mut number = 0;
    let style = Style { prefixed: true, ..Style::PLAIN };
    while out.len() < size {
        let entries = (0..20_000).map(|_| {
            number += 1;
            entry(number)
        });
        out.extend((layout.write)(&Payments { own: Bank(7), entries: entries.collect() }, &style));
    }
    out
}

/// Payments of runs of one bank, each with another person as a rule.
fn entry(number: u64) -> Entry {
    const FIRST: [&str; 8] = ["ANNA", "PETER", "MARIA", "JOHN", "LUCY", "OMAR", "INES", "PAUL"];
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let letter = |shift: u32| char::from(b'A' + (mixed >> shift) as u8 % 26);
    let name = format!("{} Q{}{}{}{}X", FIRST[(mixed >> 60) as usize % 8], letter(8), letter(16), letter(24), letter(32));
    Entry {
        bank: Bank(1_000 + (number / 16 % 500) as u32 * 1_601),
        name,
        account: format!("{}", 1_000_000 + mixed % 9_000_000),
        cents: 1 + mixed % 1_000_000,
    }
}
