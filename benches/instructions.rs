//! Instructions per byte of the hot paths: the same figure on every run of one binary, however busy the machine.
//!
//! `cargo bench --bench instructions [-- PATH...]` counts with valgrind's callgrind, which must be installed; a path is
//! one of the names that are printed. Seconds are measured by the other benches.
#![allow(clippy::print_stdout)]

// The writers of the tests; not all of what they offer is needed here.
#[allow(dead_code)]
#[path = "../tests/main/layouts/mod.rs"]
mod layouts;
#[path = "measure/mod.rs"]
#[allow(dead_code)]
mod measure;
#[path = "index/corpus.rs"]
#[allow(dead_code)]
mod tables;

use anyhow::{Context, Result, ensure};
use layouts::{Bank, Entry, LAYOUTS, Payments, Style};
use measure::Nowhere;
use ruleout::format::{Probe, Sink, detect};
use ruleout::tokens::Tokens;
use sha2::{Digest, Sha256};
use std::hint::black_box;
use std::process::Command;

/// Bytes of each input.
const SIZE: usize = 1 << 20;
/// Says to a started copy of this program which path to take.
const PATH: &str = "RULEOUT_BENCH_PATH";

/// What is counted, and on what.
struct HotPath {
    name: &'static str,
    input: fn() -> Vec<u8>,
    take: fn(&[u8]),
}

const PATHS: [HotPath; 8] = [
    HotPath { name: "hash", input: prose, take: |bytes| _ = black_box(Sha256::digest(bytes)) },
    HotPath { name: "recognise", input: prose, take: |bytes| _ = black_box(detect(&Probe::new(bytes))) },
    HotPath { name: "tokens of prose", input: prose, take: tokens },
    HotPath { name: "tokens of numbers", input: numbers, take: tokens },
    HotPath { name: "read prose", input: prose, take: read },
    HotPath { name: "read a table", input: numbers, take: read },
    HotPath { name: "read payments", input: payments, take: read },
    HotPath { name: "scan pages", input: pages, take: read },
];

fn main() -> Result<()> {
    if let Ok(name) = std::env::var(PATH) {
        let path = PATHS.iter().find(|path| path.name == name).context("there is such a path")?;
        let input = (path.input)();
        counted(path.take, &input);
        return Ok(());
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    println!("{:20} {:>14} {:>9}", "", "instructions", "a byte");
    for path in PATHS.iter().filter(|path| wanted.is_empty() || wanted.iter().any(|name| name == path.name)) {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no", "--toggle-collect=*counted*"])
            .arg(std::env::current_exe()?)
            .env(PATH, path.name)
            .output()
            .context("valgrind is needed to count instructions")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{said}");
        let count = said.lines().find_map(|line| line.split_once("Collected : ")).context("valgrind says what it collected")?.1;
        let count: u64 = count.trim().parse()?;
        println!("{:20} {count:14} {:9.1}", path.name, count as f64 / (path.input)().len() as f64);
    }
    Ok(())
}

/// All instructions between its begin and its end are counted, by its name.
#[inline(never)]
fn counted(take: fn(&[u8]), input: &[u8]) {
    take(black_box(input));
}

fn tokens(bytes: &[u8]) {
    black_box(Tokens::of(&String::from_utf8_lossy(bytes)));
}

fn read(bytes: &[u8]) {
    let mut sink = Sink::new(&Nowhere);
    detect(&Probe::new(bytes)).read(bytes, &mut sink).expect("what was written is read");
    sink.finish();
    black_box(sink.facts);
}

fn numbers() -> Vec<u8> {
    tables::accounts(SIZE).into_bytes()
}

fn prose() -> Vec<u8> {
    const WORDS: [&str; 16] = [
        "the",
        "release",
        "of",
        "a",
        "delivery",
        "to",
        "Customers",
        "which",
        "the",
        "bank",
        "expects",
        "on",
        "every",
        "business",
        "day",
        "is",
    ];
    let mut text = String::with_capacity(SIZE + 64);
    for n in 0.. {
        if text.len() >= SIZE {
            break;
        }
        text.push_str(WORDS[n * 7 % 16]);
        text.push_str(if n % 13 == 12 { ".\n" } else { " " });
    }
    text.into_bytes()
}

fn payments() -> Vec<u8> {
    let layout = LAYOUTS.iter().find(|layout| layout.format == "nacha").expect("there are ACH files");
    let entry = |n: u64| Entry { bank: Bank(n as u32 % 500), name: format!("PERSON {n}"), account: (n * 7919).to_string(), cents: n + 1 };
    (layout.write)(&Payments { own: Bank(7), entries: (0..SIZE as u64 / 95).map(entry).collect() }, &Style::PLAIN)
}

/// Values of UTF-16 behind small numbers, as databases keep rows.
fn pages() -> Vec<u8> {
    let mut out = Vec::with_capacity(SIZE + 128);
    for n in 0u32.. {
        if out.len() >= SIZE {
            break;
        }
        out.extend(n.to_le_bytes());
        out.extend(format!("Customer {}", n * 31).encode_utf16().flat_map(u16::to_le_bytes));
        out.extend([0, 0, 4, 0, n as u8, 0, 0, 3]);
    }
    out
}
