//! The same persons and accounts as programs write them down: as numbers, as digits, as objects, as texts at places. Where nobody
//! says whose they are, nobody is ruled out; where a client's code stands with them, they are its own.

use crate::harness::{Desk, Institution, Job, Outputs, Random, write, write_registry};
use ruleout::model::base64;

const NAMES: [&str; 8] =
    ["Laura Delgado", "Mark Hanley", "Brian Whitaker", "Diane Fleming", "Scott Maddox", "Maria Sutton", "Karen Pratt", "James Goodwin"];

fn account(n: usize) -> String {
    (4_790_241_758 + 7_919 * n as u64).to_string()
}

fn balance(n: usize) -> String {
    format!("{}.{:02}", 7_547 + 311 * n, 13 * n % 100)
}

fn decided(path: &str, bytes: &[u8]) -> (Desk, Outputs) {
    let desk = Desk::new();
    write(&desk.path("ev").join(path), bytes);
    write_registry(
        &desk.path("registry"),
        &[
            Institution::new("A", "Quarrystone Orchard Savings Bank").with("client_code", "ZK4410"),
            Institution::new("B", "Bellweather Harbor Credit Union").with("client_code", "QX7701"),
        ],
    );
    let outputs = desk.run(&Job::of("ev", &desk.path("ev")), &desk.path("registry"));
    (desk, outputs)
}

fn basis(outputs: &Outputs, id: &str) -> (String, String) {
    let impact = outputs.impact();
    (impact[id]["verdict"].clone(), impact[id]["basis"].clone())
}

/// A table of the persons, with a column of its own where there is a code.
fn table(code: Option<&str>) -> String {
    let of = |said: &str| code.map_or(String::new(), |code| format!("{},", if said.is_empty() { code } else { said }));
    let rows = NAMES.iter().enumerate().map(|(n, name)| format!("{}{name},{},{}\n", of(""), account(n), balance(n)));
    format!("{}name,account_number,balance\n", of("client_code")) + &rows.collect::<String>()
}

fn listed(text: &str, write: impl Fn(u8) -> String, joint: &str, width: usize, line: &str) -> String {
    let numbers: Vec<String> = text.bytes().map(write).collect();
    numbers.chunks(width).map(|row| row.join(joint)).collect::<Vec<_>>().join(line)
}

fn base32(text: &str) -> String {
    let bits: Vec<u8> = text.bytes().flat_map(|b| (0..8).rev().map(move |i| b >> i & 1)).collect();
    let digit = |bits: &[u8]| (0..5).fold(0, |n, i| n << 1 | bits.get(i).copied().unwrap_or(0));
    bits.chunks(5).map(|bits| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from(digit(bits))])).collect()
}

/// Text written as numbers and digits.
fn encoded(text: &str) -> Vec<(&'static str, String)> {
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02X}")).collect::<String>();
    let wide: String = text.encode_utf16().flat_map(u16::to_le_bytes).map(|b| format!("{b:02x},")).collect();
    let folded = |text: &str, width: usize, joint: &str| {
        text.as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line).into_owned()).collect::<Vec<_>>().join(joint)
    };
    vec![
        ("buffer.json", format!("{{\"type\":\"Buffer\",\"data\":[{}]}}\n", listed(text, |b| b.to_string(), ",", 1 << 20, ""))),
        ("list.c", format!("unsigned char list[] = {{\n  {}\n}};\n", listed(text, |b| format!("{b:#04x}"), ", ", 12, ",\n  "))),
        ("dump.txt", format!(" {}\n", listed(text, |b| format!("{b:02x}"), " ", 16, "\n "))),
        (
            "a.reg",
            format!(
                "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_USERS\\X]\r\n\"D\"=hex(7):{}00,00\r\n",
                folded(&wide, 75, "\\\r\n  ")
            ),
        ),
        ("a.hex", text.as_bytes().chunks(16).map(|data| format!(":{:02X}000000{}00\n", data.len(), hex(data))).collect()),
        ("a.s19", text.as_bytes().chunks(16).map(|data| format!("S1{:02X}0000{}00\n", data.len() + 3, hex(data))).collect()),
        ("base32.txt", folded(&base32(text), 76, "\n") + "\n"),
    ]
}

/// Each line of a table as an object, alone in its message.
fn messages(lines: impl Iterator<Item = String>) -> String {
    lines.enumerate().map(|(n, line)| format!("{{\"topic\":\"t\",\"offset\":{n},\"value\":\"{}\"}}\n", base64(line.as_bytes()))).collect()
}

fn drawings(rows: &[Vec<String>]) -> Vec<(&'static str, String)> {
    let drawn = |write: &dyn Fn(usize, usize, &str) -> String| {
        rows.iter().enumerate().flat_map(|(y, row)| row.iter().enumerate().map(move |(x, cell)| write(x, y, cell))).collect::<String>()
    };
    let svg = drawn(&|x, y, cell| format!("<text x=\"{}\" y=\"{}\">{cell}</text>", 200 * x, 12 * y));
    let postscript = drawn(&|x, y, cell| format!("{} {} moveto ({cell}) show\n", 50 + 200 * x, 700 - 12 * y));
    let dxf = drawn(&|x, y, cell| format!("0\nTEXT\n8\n0\n10\n{}\n20\n-{}\n1\n{cell}\n", 100 * x, 20 * y));
    let zpl = drawn(&|x, y, cell| format!("^FO{},{}^A0N,30^FD{cell}^FS\n", 400 * x, 40 * y));
    vec![
        ("a.svg", format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{svg}</svg>")),
        ("a.ps", format!("%!PS-Adobe-3.0\n/Courier findfont 10 scalefont setfont\n{postscript}showpage\n")),
        ("a.dxf", format!("0\nSECTION\n2\nENTITIES\n{dxf}0\nENDSEC\n0\nEOF\n")),
        ("a.zpl", format!("^XA\n{zpl}^XZ\n")),
    ]
}

fn cells(table: &str) -> Vec<Vec<String>> {
    table.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn persons_in_forms_of_programs_are_nobodys() {
    let persons = || NAMES.iter().enumerate();
    let value = |value: &str| format!("${}\r\n{value}\r\n", value.len());
    let redis: String = persons()
        .map(|(n, name)| {
            let values = ["HMSET", &format!("member:{n}"), "name", name, "account_number", &account(n), "balance", &balance(n)].map(value);
            format!("*{}\r\n{}", values.len(), values.concat())
        })
        .collect();
    let string = |value: &str| format!("string({}) \"{value}\"", value.len());
    let dumped: String = persons()
        .map(|(n, name)| {
            let pair = |key: &str, value: &str| format!("    [\"{key}\"]=>\n    {}\n", string(value));
            format!(
                "  [{n}]=>\n  array(3) {{\n{}{}{}  }}\n",
                pair("name", name),
                pair("account_number", &account(n)),
                pair("balance", &balance(n))
            )
        })
        .collect();
    let calendar: String = persons()
        .map(|(n, name)| {
            let said = format!("name: {name}\\naccount_number: {}\\nbalance: {}", account(n), balance(n));
            format!("BEGIN:VEVENT\r\nSUMMARY:call\r\nDESCRIPTION:{said}\r\nEND:VEVENT\r\n")
        })
        .collect();
    let mut files = vec![
        ("a.aof", redis),
        ("dump.txt", format!("array(8) {{\n{dumped}}}\n")),
        ("a.ics", format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{calendar}END:VCALENDAR\r\n")),
    ];
    files.extend(encoded(&table(None)));
    files.extend(drawings(&cells(&table(None))));
    for (path, text) in files {
        let (_desk, outputs) = decided(path, text.as_bytes());
        for id in ["A", "B"] {
            assert_eq!(basis(&outputs, id), ("undetermined".to_owned(), "unattributed_data".to_owned()), "{path}\n{text}");
        }
    }
}

#[test]
fn records_in_forms_of_programs_are_their_clients() {
    let mut files = encoded(&table(Some("QX7701")));
    files.extend(drawings(&cells(&table(Some("QX7701")))));
    let record =
        |(n, name): (usize, &&str)| format!("{{\"client_code\":\"QX7701\",\"name\":\"{name}\",\"account_number\":\"{}\"}}", account(n));
    files.push(("messages.jsonl", messages(NAMES.iter().enumerate().map(record))));
    for (path, text) in files {
        let (_desk, outputs) = decided(path, text.as_bytes());
        let impact = outputs.impact();
        assert_eq!((&impact["B"]["verdict"][..], &impact["B"]["individuals"][..]), ("affected", "8"), "{path}\n{text}");
        assert_eq!(impact["A"]["verdict"], "ruled_out", "{path}\n{text}");
    }
}

#[test]
fn directories_and_figures_in_forms_of_programs_affect_nobody() {
    let others = ["Ashgrove", "Birchmere", "Cedarholm", "Dunlin", "Elkhorn", "Foxglove"].map(|town| format!("{town} Community Bank"));
    let own = ["Quarrystone Orchard Savings Bank".to_owned(), "Bellweather Harbor Credit Union".to_owned()];
    let codes = ["ZK4410", "QX7701", "AE1102", "BM2203", "CH3304", "DN4405", "EH5506", "FG6607"];
    let rows = codes.iter().zip(own.iter().chain(&others)).map(|(code, name)| format!("{code},{name},Lincoln,NE\n"));
    let directory = format!("client_code,institution,city,state\n{}", rows.collect::<String>());
    let mut files = encoded(&directory);
    files.extend(drawings(&cells(&directory)));
    files.push(("messages.jsonl", messages(directory.lines().skip(1).map(|line| format!("{{\"row\":\"{line}\"}}")))));
    for (path, text) in files {
        let (_desk, outputs) = decided(path, text.as_bytes());
        assert!(outputs.verdicts().values().all(|verdict| verdict != "affected"), "{path}: {:?}\n{text}", outputs.verdicts());
    }
    let mut random = Random::new(7);
    let mut numbers = |most: u64| (0..600).map(|_| (random.next() % most).to_string()).collect::<Vec<_>>();
    let figures = [
        ("pixels.json", format!("{{\"pixels\":[{}]}}\n", numbers(256).join(","))),
        ("ages.txt", format!("ages: {}\n", numbers(100).join(", "))),
        ("plot.svg", {
            let labels: String = numbers(100)
                .iter()
                .take(40)
                .enumerate()
                .map(|(n, label)| format!("<text x=\"{}\" y=\"9\">{label}</text>", 20 * n))
                .collect();
            format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{labels}<text x=\"3\" y=\"40\">Transfers by hour</text></svg>")
        }),
    ];
    for (path, text) in figures {
        let (_desk, outputs) = decided(path, text.as_bytes());
        assert!(outputs.verdicts().values().all(|verdict| verdict == "ruled_out"), "{path}: {:?}", outputs.verdicts());
    }
}

#[test]
fn objects_without_a_reader_are_gaps() {
    let name = |n: usize| NAMES[n].as_bytes();
    let sized = |n: usize| [&(name(n).len() as u16).to_be_bytes()[..], name(n)].concat();
    let pickled: String = (0..8).map(|n| format!("(dp{}\nVname\np{}\nV{}\np{}\ns", 3 * n, 3 * n + 1, NAMES[n], 3 * n + 2)).collect();
    let marshalled: Vec<u8> = (0..8).flat_map(|n| [&[0xFA, name(n).len() as u8][..], name(n)].concat()).collect();
    let mut store = vec![0; 8192];
    store[16..24].copy_from_slice(b"\xDE\xC0\xEF\xBE\x01\0\0\0");
    let block: Vec<u8> = [&[name(0).len() as u8, (name(0).len() as u8 - 1) << 2][..], name(0)].concat();
    let mut portable = [b"0".repeat(40), b"ASCII SPSS PORT FILE".to_vec(), b"0".repeat(396), b"SPSSPORTA8/20261123".to_vec()].concat();
    portable.extend(name(0));
    let files = [
        ("a.pkl", format!("(l{pickled}.").into_bytes(), "pickle"),
        ("a.m", [&b"[\x08\0\0\0"[..], &marshalled].concat(), "marshal"),
        ("data.mdb", store, "lmdb"),
        ("a.iwa", [&[0, block.len() as u8, 0, 0][..], &block].concat(), "iwork"),
        ("a.ser", [&b"\xAC\xED\0\x05t"[..], &sized(0), b"t", &sized(1)].concat(), "serialized"),
        ("a.por", portable.chunks(80).flat_map(|line| [line, b"\r\n"].concat()).collect(), "spss"),
        ("a.ync", b"=ybegin line=128 size=20 name=a.csv\r\n\x9C\x8B\x9D\r\n=yend size=20\r\n".to_vec(), "yenc"),
    ];
    for (path, bytes, kind) in files {
        let (_desk, outputs) = decided(path, &bytes);
        assert_eq!(basis(&outputs, "A"), ("undetermined".to_owned(), "unread_content".to_owned()), "{path}");
        let gaps = outputs.rows("gaps.csv");
        assert_eq!(gaps.iter().map(|gap| &gap["cause"][..]).collect::<Vec<_>>(), ["unsupported_format"], "{path}");
        let coverage = outputs.rows("coverage.csv");
        assert!(coverage.iter().any(|item| item["media_type"].contains(kind) || kind == "serialized"), "{path}: {coverage:?}");
    }
}
