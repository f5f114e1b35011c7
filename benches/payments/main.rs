//! How fast each payment layout is read, on one core, without index and disk.
//!
//! `cargo bench --bench payments [-- MEGABYTES] [LAYOUT...]`. Files of so many megabytes (200 by default) are
//! written in memory, nearly every payment with another person and 500 banks on the other side. Prints MB/s,
//! records and persons, and on Linux how much memory the reader held at most beside the file. Figures are those
//! of this machine and this moment: on a shared one, repeat and take the best.
//!
//! Different persons are told apart by their hashes, which are held. With the word `memory` among the arguments the
//! same thousand persons come again and again, and what was held is printed for a quarter of the size and for all
//! of it.
#![allow(clippy::print_stdout)]

// The writers of the tests; not all of what they offer is needed here.
#[allow(dead_code)]
#[path = "../../tests/main/layouts/mod.rs"]
mod layouts;
#[path = "../measure/mod.rs"]
mod measure;
#[path = "../reading/mod.rs"]
mod reading;

use layouts::{Bank, Entry, LAYOUTS, Layout, Payments, Style};

/// Persons of a run that looks at memory alone.
const FEW: u64 = 1_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let size = 1_000_000 * arguments.iter().find_map(|argument| argument.parse::<usize>().ok()).unwrap_or(200);
    let memory = arguments.iter().any(|argument| argument == "memory");
    let names: Vec<&String> = arguments.iter().filter(|a| a.parse::<usize>().is_err() && *a != "memory").collect();
    let (first, second) = if memory { ("1/4 held", "all held") } else { ("records", "persons") };
    println!("{:16} {:>8} {:>10} {first:>10} {second:>10} {:>8}", "layout", "MB", "MB/s", if memory { "" } else { "MB held" });
    for layout in LAYOUTS.iter().filter(|layout| names.is_empty() || names.iter().any(|name| *name == layout.format)) {
        if memory { hold(layout, size) } else { run(layout, size) }
    }
}

fn run(layout: &Layout, size: usize) {
    let bytes = written(layout, size, u64::MAX);
    let figures = reading::read(layout.format, &bytes);
    let units = figures.facts.payments.map_or_else(Vec::new, |payments| payments.units);
    let (records, persons) = units.iter().fold((0, 0), |sum, unit| (sum.0 + unit.records, sum.1 + unit.persons.len()));
    let (megabytes, speed) = (bytes.len() as f64 / 1e6, figures.megabytes_per_second);
    println!("{:16} {megabytes:8.0} {speed:10.0} {records:10} {persons:10} {:>8}", layout.format, figures.held);
}

fn hold(layout: &Layout, size: usize) {
    let quarter = reading::read(layout.format, &written(layout, size / 4, FEW));
    let bytes = written(layout, size, FEW);
    let all = reading::read(layout.format, &bytes);
    let (megabytes, speed) = (bytes.len() as f64 / 1e6, all.megabytes_per_second);
    println!("{:16} {megabytes:8.0} {speed:10.0} {:>10} {:>10}", layout.format, quarter.held, all.held);
}

/// One file of one bank, or many one after the other where the layout limits what a file holds.
fn written(layout: &Layout, size: usize, persons: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(size + size / 4);
    let mut number = 0;
    let style = Style { prefixed: true, ..Style::PLAIN };
    while out.len() < size {
        let entries = (0..20_000).map(|_| {
            number += 1;
            entry(number, persons)
        });
        out.extend((layout.write)(&Payments { own: Bank(7), entries: entries.collect() }, &style));
    }
    out
}

/// Payments of runs of one bank, each with another person as a rule.
fn entry(number: u64, persons: u64) -> Entry {
    const FIRST: [&str; 8] = ["ANNA", "PETER", "MARIA", "JOHN", "LUCY", "OMAR", "INES", "PAUL"];
    let mix = |number: u64| number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let (mixed, person) = (mix(number), mix(number % persons));
    let letter = |shift: u32| char::from(b'A' + (person >> shift) as u8 % 26);
    let name = format!("{} Q{}{}{}{}X", FIRST[(person >> 60) as usize % 8], letter(8), letter(16), letter(24), letter(32));
    Entry {
        bank: Bank(1_000 + (number / 16 % 500) as u32 * 1_601),
        name,
        account: format!("{}", 1_000_000 + mixed % 9_000_000),
        cents: 1 + mixed % 1_000_000,
    }
}
