//! How fast bytes that hold little text are scanned, and pages walked, on one core, without index and disk.
//!
//! `cargo bench --bench binary [-- MEGABYTES] [CONTENT...]`. Each content of so many megabytes (200 by default) is
//! written in memory and read as the crawler reads it: by its reader, and by the scan what the reader leaves. Prints
//! MB/s of processor time, the best of three runs: of reader and scan, and of these with the search for files of text and for
//! what is encoded, which the crawler does besides; and what became of the bytes. Figures are those of this machine and
//! this moment: on a shared one, repeat and take the best.
#![allow(clippy::print_stdout)]

#[allow(dead_code, reason = "not all that can be measured is")]
#[path = "../measure/mod.rs"]
mod measure;
#[allow(dead_code, reason = "the writer of the tests; not all of what it offers is needed here")]
#[path = "../../tests/main/layouts/sql_server.rs"]
mod sql_server;

use measure::{Began, Nowhere};
use ruleout::format::{Covered, Probe, Sink, detect, read_binary, read_texts, scan};
use ruleout::model::Class;
use sql_server::{Kind, PAGE, Storage, Table, Value};

/// Each content is read so many times; the fastest counts.
const RUNS: usize = 3;

/// As the program has it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is read.
struct Content {
    name: &'static str,
    /// Fills so many bytes.
    write: fn(usize) -> Vec<u8>,
}

const CONTENTS: [Content; 8] = [
    Content { name: "free", write: |size| vec![0; size] },
    Content { name: "noise", write: |size| pieces(size, &[noise]) },
    Content { name: "numbers", write: |size| pieces(size, &[numbers]) },
    Content { name: "pointers", write: |size| pieces(size, &[pointers]) },
    Content { name: "code", write: code },
    Content { name: "memory", write: memory },
    Content { name: "backup", write: |size| sql_server::backup(&[(sql_server::FULL, &pages(size))], b"") },
    Content { name: "data_file", write: pages },
];

/// Numbers drawn one after the other (Steele and others, SplitMix).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("threads were not used before");
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let megabytes = arguments.iter().find_map(|argument| argument.parse::<usize>().ok()).unwrap_or(200);
    let named = |content: &&Content| {
        arguments.iter().all(|a| a.parse::<usize>().is_ok()) || arguments.iter().any(|argument| argument == content.name)
    };
    println!("{:10} {:16} {:>6} {:>7} {:>7} {:>7} {:>9} {:>7}", "", "format", "MB", "MB/s", "in all", "read", "searched", "gap");
    for content in CONTENTS.iter().filter(named) {
        run(content, megabytes * 1_000_000);
    }
}

fn run(content: &Content, size: usize) {
    let bytes = (content.write)(size);
    let kind = detect(&Probe::new(&bytes));
    // The first time memory is fetched that is there afterwards.
    let mut times = [[0.0; 2]; RUNS];
    let mut sink = Sink::new(&Nowhere);
    for [scanned, all] in &mut times {
        sink = Sink::new(&Nowhere);
        let began = Began::of_all_threads();
        kind.read(&bytes, &mut sink).expect("what was written is read");
        let open = sink.coverage.uncovered(bytes.len() as u64);
        let texts = Began::of_all_threads();
        read_texts(&bytes, &open, &mut sink);
        let open = sink.coverage.uncovered(bytes.len() as u64);
        let besides = texts.seconds();
        for range in &open {
            scan(&bytes, range.clone(), &mut sink);
        }
        *scanned = began.seconds() - besides;
        read_binary(&bytes, &open, &mut sink);
        sink.finish();
        *all = began.seconds();
    }
    let [seconds, all] = [0, 1].map(|n| times.iter().map(|run| run[n]).fold(f64::MAX, f64::min));
    let mut sums = [0; 3];
    for (range, covered) in std::mem::take(&mut sink.coverage).partition(bytes.len() as u64) {
        let sum = match covered {
            Some(Covered::As(Class::Scanned)) => 1,
            Some(Covered::As(Class::Gap) | Covered::Gap(_)) | None => 2,
            Some(Covered::As(Class::Read | Class::Opaque | Class::Structure) | Covered::Member(_)) => 0,
        };
        sums[sum] += range.end - range.start;
    }
    let share = |sum: u64| format!("{:.0} %", sum as f64 * 100.0 / bytes.len() as f64);
    let megabytes = bytes.len() as f64 / 1e6;
    let [read, searched, gap] = sums.map(share);
    let [scanned, all] = [seconds, all].map(|seconds| megabytes / seconds);
    println!("{:10} {:16} {megabytes:6.0} {scanned:7.0} {all:7.0} {read:>7} {searched:>9} {gap:>7}", content.name, kind.name());
}

/// Writes these kinds of pages in turn, as chance has it.
fn pieces(size: usize, kinds: &[fn(&mut Draw, &mut Vec<u8>)]) -> Vec<u8> {
    let (mut draw, mut out) = (Draw(1), Vec::with_capacity(size + PAGE));
    while out.len() < size {
        let kind = kinds[draw.below(kinds.len() as u64) as usize];
        let end = out.len() + PAGE;
        kind(&mut draw, &mut out);
        out.resize(end, 0);
    }
    out
}

fn free(_: &mut Draw, _: &mut Vec<u8>) {}

fn noise(draw: &mut Draw, out: &mut Vec<u8>) {
    (0..PAGE / 8).for_each(|_| out.extend(draw.next().to_le_bytes()));
}

/// Records of a counter, an amount, a time and a real number.
fn numbers(draw: &mut Draw, out: &mut Vec<u8>) {
    for i in 0..PAGE as u32 / 32 {
        out.extend((i + out.len() as u32).to_le_bytes());
        out.extend((draw.below(1 << 14) as u32).to_le_bytes());
        out.extend(draw.below(10_000_000).to_le_bytes());
        out.extend((1_700_000_000_000 + draw.below(1 << 30)).to_le_bytes());
        out.extend((draw.below(1 << 20) as f64 / 100.0).to_le_bytes());
    }
}

/// What a heap holds: addresses, small numbers, nothing.
fn pointers(draw: &mut Draw, out: &mut Vec<u8>) {
    for _ in 0..PAGE / 8 {
        let word = match draw.below(8) {
            0..4 => 0x7F3A_0000_0000 + draw.below(1 << 28) * 16,
            4..6 => draw.below(400),
            _ => 0,
        };
        out.extend(word.to_le_bytes());
    }
}

/// Some text in both encodings among addresses.
fn strings(draw: &mut Draw, out: &mut Vec<u8>) {
    for i in 0..16 {
        let text = format!("Global\\Session-{}", draw.below(1 << 30));
        match i % 2 {
            0 => out.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            _ => out.extend(text.bytes()),
        }
        out.resize(out.len().next_multiple_of(16) + 16, 0);
        (0..24).for_each(|_| out.extend((0x7F3A_0000_0000 + draw.below(1 << 28) * 16).to_le_bytes()));
    }
}

/// This program, again and again.
fn code(size: usize) -> Vec<u8> {
    let own = std::env::current_exe().and_then(std::fs::read).expect("the program is a file");
    // Its strings and what is for debuggers stand elsewhere than its code.
    let section = own.len() / 8..own.len() / 4;
    own[section].iter().copied().cycle().take(size).collect()
}

/// A core file: a header, then memory.
fn memory(size: usize) -> Vec<u8> {
    let mut core = b"\x7FELF\x02\x01\x01".to_vec();
    core.resize(16, 0);
    core.extend([4, 0]);
    core.resize(64, 0);
    core.extend(pieces(size, &[free, free, free, pointers, pointers, pointers, pointers, numbers, noise, strings]));
    core
}

/// A database: rows of numbers, keys of indexes, large values that are pictures, and room that is free.
fn pages(size: usize) -> Vec<u8> {
    const COLUMNS: [(&str, Kind); 4] =
        [("id", Kind::Int), ("posting", Kind::Big), ("amount", Kind::Decimal(12, 2)), ("digest", Kind::Binary)];
    let mut draw = Draw(2);
    let mut row = |id: u64| {
        let key = (0..2).flat_map(|_| draw.next().to_le_bytes()).collect();
        let amount = Value::Number(draw.below(1 << 30) as i64);
        vec![Value::Number(id as i64), Value::Number(draw.below(1 << 40) as i64), amount, Value::Bytes(key)]
    };
    let table = Table {
        name: "Postings".to_owned(),
        columns: COLUMNS.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect(),
        rows: (0..size as u64 / PAGE as u64 * 25).map(&mut row).collect(),
        storage: Storage::Plain,
        is_unknown: false,
    };
    let mut out = sql_server::data_file(&[table], true);
    let (mut draw, mut body) = (Draw(3), Vec::new());
    while out.len() < size {
        let number = (out.len() / PAGE) as u32;
        body.clear();
        match draw.below(8) {
            // Extents are given out whole and mostly free.
            0..3 => {}
            // Keys of an index: number, place of the row.
            3..5 => (0..330u32).for_each(|i| {
                body.push(0x06);
                body.extend((i * 7 + number).to_le_bytes());
                body.extend(draw.below(1 << 40).to_le_bytes());
                body.extend([0, 1, 0, i as u8, 0, 2, 0, 0]);
            }),
            _ => noise(&mut draw, &mut body),
        }
        if body.is_empty() {
            out.resize(out.len() + PAGE, 0);
            continue;
        }
        let is_index = body.len() < PAGE;
        let slots = if is_index { 330usize } else { 1 };
        let end = body.len().min(PAGE - 96 - 2 * slots);
        let mut page = vec![0; 96];
        page[..2].copy_from_slice(&[1, if is_index { 2 } else { 3 }]);
        page[22..24].copy_from_slice(&(slots as u16).to_le_bytes());
        page[24..28].copy_from_slice(&900u32.to_le_bytes());
        page[30..32].copy_from_slice(&((96 + end) as u16).to_le_bytes());
        page[32..36].copy_from_slice(&number.to_le_bytes());
        page[36] = 1;
        page.extend_from_slice(&body[..end]);
        page.resize(PAGE, 0);
        (0..slots).for_each(|i| page[PAGE - 2 * (i + 1)..PAGE - 2 * i].copy_from_slice(&(96 + 21 * i as u16).to_le_bytes()));
        out.extend(page);
    }
    out
}
