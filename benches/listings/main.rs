//! How fast each syntax of listings and logs is read, on one core, without ledger and disk.
//!
//! `cargo bench --bench listings [-- LINES] [SYNTAX...]`. Manifests of so many lines (1,000,000 by default) are written in
//! memory, of files in the homes of 8,100 accounts. Prints seconds, lines per second, rows, and on Linux how much memory
//! the reader held at most beside the manifest, for a quarter of the lines and for all of them. Figures are those of this
//! machine and this moment: on a shared one, repeat and take the best.
#![allow(clippy::print_stdout)]

#[path = "../measure/mod.rs"]
mod measure;
mod writers;

use measure::{Began, memory, reset_peak};
use ruleout::manifest;
use writers::{WRITERS, Writer};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let lines = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let named = |writer: &&Writer| arguments.iter().all(|a| a.parse::<usize>().is_ok()) || arguments.iter().any(|a| a == writer.syntax);
    println!("{:26} {:>6} {:>8} {:>12} {:>8} {:>8} {:>8}", "syntax", "MB", "seconds", "lines/s", "rows", "1/4 held", "all held");
    WRITERS.iter().filter(named).for_each(|writer| run(writer, lines));
}

fn run(writer: &Writer, lines: usize) {
    let quarter = read(writer, lines / 4);
    let Figures { megabytes, seconds, rows, held } = read(writer, lines);
    let (syntax, each) = (writer.syntax, lines as f64 / seconds);
    println!("{syntax:26} {megabytes:6.0} {seconds:8.2} {each:12.0} {rows:8} {:>8} {held:>8}", quarter.held);
}

/// What reading a listing took and gave.
struct Figures {
    megabytes: f64,
    seconds: f64,
    rows: u64,
    /// Megabytes; a dash where the system does not tell.
    held: String,
}

fn read(writer: &Writer, lines: usize) -> Figures {
    let mut text = String::from(writer.head);
    (0..lines / writer.lines).for_each(|n| (writer.write)(&mut text, n));
    text.push_str(writer.tail);
    let bytes = text.into_bytes();
    assert_eq!(manifest::detect(&bytes).name, writer.syntax, "what was written is recognised");
    let before = reset_peak();
    let began = Began::now();
    let report = manifest::read(&bytes, None, &mut |row| _ = std::hint::black_box(row));
    let seconds = began.seconds();
    assert_eq!(report.not_understood_count, 0, "{:?}", report.not_understood);
    let held =
        memory("VmHWM:").zip(before).map_or("-".to_owned(), |(peak, before)| format!("{:.0}", peak.saturating_sub(before) as f64 / 1e3));
    Figures { megabytes: bytes.len() as f64 / 1e6, seconds, rows: report.rows, held }
}
