//! How fast pages of SQL Server data files are walked and their rows read, on one core, without index and disk.
//!
//! `cargo bench --bench pages [-- MEGABYTES] [KIND...]`. Files of so many megabytes (200 by default) are written in
//! memory. Prints MB/s of processor time, rows, and on Linux how much memory the reader held at most beside the
//! file. Figures are those of this machine and this moment: on a shared one, repeat and take the best.
#![allow(clippy::print_stdout)]

#[path = "../measure/mod.rs"]
mod measure;
#[path = "../reading/mod.rs"]
mod reading;
#[allow(dead_code, reason = "the writer of the tests; not all of what it offers is needed here")]
#[path = "../../tests/main/layouts/sql_server.rs"]
mod sql_server;

use sql_server::{Kind, PAGE, Storage, Table, Value};

/// As the program has it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What the pages hold.
struct Content {
    name: &'static str,
    table: fn(u64) -> Table,
}

const CONTENTS: [Content; 5] = [
    Content { name: "numbers", table: |rows| table("Postings", &NUMBERS, rows, Storage::Plain, false) },
    Content { name: "names", table: |rows| table("Clients", &NAMES, rows, Storage::Plain, false) },
    Content { name: "names_unknown", table: |rows| table("Clients", &NAMES, rows, Storage::Plain, true) },
    Content { name: "names_packed", table: |rows| table("Clients", &NAMES, rows, Storage::Page, false) },
    Content { name: "binary", table: |rows| table("Keys", &BINARY, rows, Storage::Plain, false) },
];

const NUMBERS: [(&str, Kind); 6] = [
    ("id", Kind::Int),
    ("account", Kind::Big),
    ("amount", Kind::Decimal(12, 2)),
    ("booked", Kind::DateTime),
    ("balance", Kind::Decimal(12, 2)),
    ("reversed", Kind::Bit),
];
const NAMES: [(&str, Kind); 5] =
    [("id", Kind::Int), ("code", Kind::Char(8)), ("name", Kind::Nvarchar), ("city", Kind::Varchar), ("opened", Kind::Date)];
const BINARY: [(&str, Kind); 3] = [("id", Kind::Int), ("owner", Kind::Big), ("data", Kind::Binary)];

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("threads were not used before");
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let megabytes = arguments.iter().find_map(|argument| argument.parse::<usize>().ok()).unwrap_or(200);
    let named = |content: &&Content| {
        arguments.iter().all(|a| a.parse::<usize>().is_ok()) || arguments.iter().any(|argument| argument == content.name)
    };
    println!("{:16} {:>8} {:>10} {:>10} {:>8}", "pages of", "MB", "MB/s", "rows", "MB held");
    for content in CONTENTS.iter().filter(named) {
        run(content, megabytes * 1_000_000);
    }
}

fn run(content: &Content, size: usize) {
    // A small file tells how many rows fill one of the size.
    let few = sql_server::data_file(&[(content.table)(20_000)], true).len();
    let rows = 20_000 * (size / PAGE) / (few / PAGE);
    let bytes = sql_server::data_file(&[(content.table)(rows as u64)], true);
    let figures = reading::read("sql_server_data", &bytes);
    let (megabytes, rows) = (bytes.len() as f64 / 1e6, figures.facts.tables.iter().map(|table| table.rows).sum::<u64>());
    println!("{:16} {megabytes:8.0} {:10.0} {rows:10} {:>8}", content.name, figures.megabytes_per_second, figures.held);
}

fn table(name: &str, columns: &[(&str, Kind)], rows: u64, storage: Storage, is_unknown: bool) -> Table {
    let row = |number: u64| columns.iter().map(|(_, kind)| value(*kind, number)).collect();
    Table {
        name: name.to_owned(),
        columns: columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect(),
        rows: (0..rows).map(row).collect(),
        storage,
        is_unknown,
    }
}

fn value(kind: Kind, number: u64) -> Value {
    const CITIES: [&str; 4] = ["Springfield", "Harbour View", "Ely", "New Castle upon Tyne"];
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let letter = |shift: u32| char::from(b'a' + (mixed >> shift) as u8 % 26);
    match kind {
        Kind::Int => Value::Number(number as i64 & 0x7FFF_FFFF),
        Kind::Big => Value::Number((mixed >> 20) as i64),
        Kind::Decimal(..) => Value::Number((mixed >> 40) as i64),
        Kind::DateTime => Value::Number((44_000 + (mixed >> 50) as i64 % 900) << 32 | (mixed >> 40) as i64 & 0xFF_FFFF),
        Kind::Date => Value::Number(730_000 + (mixed >> 50) as i64 % 9_000),
        Kind::Bit => Value::Number(mixed as i64 & 1),
        Kind::Char(_) => Value::Bytes(format!("C{:06}", mixed >> 44).into_bytes()),
        Kind::Nvarchar => Value::Text(format!("Anna Q{}{}{}{}", letter(8), letter(16), letter(24), letter(32))),
        Kind::Varchar => match number % 2 {
            0 => Value::Bytes(CITIES[mixed as usize >> 8 & 3].as_bytes().to_vec()),
            _ => Value::Bytes(format!("{} near {}", CITIES[mixed as usize >> 8 & 3], CITIES[mixed as usize >> 12 & 3]).into_bytes()),
        },
        Kind::Binary => Value::Bytes(mixed.to_le_bytes().repeat(4)),
    }
}
