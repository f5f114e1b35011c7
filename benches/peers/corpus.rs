//! What a file-transfer platform of a vendor of banking software holds, of any size: daily tables, payments, backups
//! and dumps with UTF-16 text, software, images of disks, documents, logs. Nobody's data; the same bytes every time.

use crate::layouts::{Bank, Entry, LAYOUTS, Payments, Style};
use anyhow::{Context, Result};
use flate2::write::ZlibEncoder;
use ruleout::demo;
use rust_xlsxwriter::Workbook;
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

const SYLLABLES: [&str; 28] = [
    "ba", "co", "di", "fe", "gu", "ha", "ji", "ko", "la", "me", "ni", "op", "pa", "qu", "re", "si", "tu", "va", "we", "xi", "yo", "za",
    "bri", "cla", "dro", "ster", "ment", "tion",
];
const FIRST: [&str; 8] = ["Anna", "Peter", "Maria", "John", "Lucy", "Omar", "Ines", "Paul"];

/// One kind of file, and the part of a corpus that it takes, in hundredths of the bytes on disk.
struct Kind {
    share: u64,
    path: fn(u64) -> String,
    write: fn(&mut Source, usize) -> Result<Vec<u8>>,
    /// Bytes of the content before it is packed.
    size: std::ops::Range<u64>,
}

const KINDS: [Kind; 10] = [
    Kind {
        share: 27,
        path: |n| format!("exports/day-{n:05}.csv"),
        write: |s, size| Ok(table(s, size).into_bytes()),
        size: 200_000..9_000_000,
    },
    Kind { share: 5, path: |n| format!("exports/day-{n:05}.xlsx"), write: workbook, size: 60_000..800_000 },
    Kind { share: 16, path: |n| format!("outbound/{n:06}.dat"), write: payments, size: 20_000..2_000_000 },
    Kind { share: 9, path: |n| format!("backup/core-{n:04}.bak"), write: pages, size: 1_000_000..20_000_000 },
    Kind {
        share: 6,
        path: |n| format!("backup/core-{n:04}.sql.gz"),
        write: |s, size| Ok(demo::gzip(inserts(s, size).as_bytes())?),
        size: 1_000_000..20_000_000,
    },
    Kind { share: 12, path: |n| format!("software/build-{n:05}.war"), write: war, size: 100_000..4_000_000 },
    Kind { share: 4, path: |n| format!("software/release-{n:03}.iso"), write: image, size: 1_000_000..12_000_000 },
    Kind { share: 7, path: |n| format!("documents/manual-{n:05}.pdf"), write: pdf, size: 20_000..600_000 },
    Kind {
        share: 3,
        path: |n| format!("documents/letter-{n:05}.docx"),
        write: |s, size| Ok(demo::docx(&s.prose(size).lines().map(str::to_owned).collect::<Vec<_>>())?),
        size: 10_000..200_000,
    },
    Kind {
        share: 11,
        path: |n| format!("logs/transfer-{n:05}.log"),
        write: |s, size| Ok(log(s, size).into_bytes()),
        size: 50_000..6_000_000,
    },
];

/// Writes files into a folder until they take so many bytes.
pub fn write(dir: &Path, bytes: u64) -> Result<()> {
    let mut source = Source { state: 1 };
    for (number, kind) in KINDS.iter().enumerate() {
        source.state = 1_000_003 * (number as u64 + 1);
        let (mut written, mut n) = (0, 0);
        while written < bytes * kind.share / 100 {
            let most = (bytes / 20).max(kind.size.start + 1).min(kind.size.end);
            let size = kind.size.start + source.below(most - kind.size.start);
            let content = (kind.write)(&mut source, size as usize)?;
            let path = dir.join((kind.path)(n));
            std::fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
            std::fs::write(path, &content)?;
            written += content.len() as u64;
            n += 1;
        }
    }
    Ok(())
}

/// Numbers that have nothing to do with each other (splitmix64).
struct Source {
    state: u64,
}

impl Source {
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// A word: some often, most seldom, as in any language.
    fn word(&mut self) -> String {
        let rank = (30_000f64.powf(self.below(1 << 20) as f64 / f64::from(1 << 20))) as u64;
        let mut word = Source { state: rank };
        (0..1 + word.below(4)).map(|_| SYLLABLES[word.below(28) as usize]).collect()
    }

    fn person(&mut self) -> String {
        format!("{} {}", FIRST[self.below(8) as usize], self.word())
    }

    fn prose(&mut self, size: usize) -> String {
        let mut text = String::with_capacity(size + 128);
        while text.len() < size {
            for _ in 0..12 {
                text.push_str(&self.word());
                text.push(' ');
            }
            text.push_str("end.\n");
        }
        text
    }
}

/// Half of the exports are of customers, half of machines.
fn table(source: &mut Source, size: usize) -> String {
    let mut text = String::with_capacity(size + 128);
    if source.below(2) == 0 {
        text.push_str("customer,street,postcode,account_no,balance,opened\n");
        while text.len() < size {
            let person = source.person();
            let _ = writeln!(
                text,
                "{person},{} {} St,{:05},{:011},{}.{:02},20{:02}-{:02}-{:02}",
                1 + source.below(9_000),
                source.word(),
                source.below(100_000),
                source.below(100_000_000_000),
                source.below(90_000),
                source.below(100),
                source.below(25),
                1 + source.below(12),
                1 + source.below(28)
            );
        }
    } else {
        text.push_str("recorded_at,host,build,serial_no,latency_ms,queue\n");
        while text.len() < size {
            let _ = writeln!(
                text,
                "2026-03-{:02}T{:02}:{:02}:{:02}Z,node{:02},{}.{}.{},{:09},{}.{:03},{}",
                1 + source.below(28),
                source.below(24),
                source.below(60),
                source.below(60),
                source.below(40),
                source.below(9),
                source.below(10),
                source.below(30),
                source.below(1_000_000_000),
                source.below(900),
                source.below(1000),
                source.below(4000)
            );
        }
    }
    text
}

fn workbook(source: &mut Source, size: usize) -> Result<Vec<u8>> {
    let text = table(source, size);
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, line) in text.lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            match cell.parse::<f64>() {
                Ok(number) if !cell.starts_with('0') => sheet.write_number(row as u32, column as u16, number)?,
                Ok(_) | Err(_) => sheet.write_string(row as u32, column as u16, cell)?,
            };
        }
    }
    Ok(workbook.save_to_buffer()?)
}

/// A payment file; the layouts take turns.
fn payments(source: &mut Source, size: usize) -> Result<Vec<u8>> {
    let layout = &LAYOUTS[source.below(LAYOUTS.len() as u64) as usize];
    let entries = (0..size as u64 / 250).map(|_| Entry {
        bank: Bank(source.below(9_000_000) as u32),
        name: source.person().to_uppercase(),
        account: source.below(1_000_000_000).to_string(),
        cents: 1 + source.below(10_000_000),
    });
    Ok((layout.write)(&Payments { own: Bank(7), entries: entries.collect() }, &Style { prefixed: true, ..Style::PLAIN }))
}

/// Pages of 8 KiB, half of them full of UTF-16 values behind small numbers, as databases keep rows.
fn pages(source: &mut Source, size: usize) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(size + 8192);
    while out.len() < size {
        let end = out.len() + 8192;
        out.extend(source.next().to_le_bytes());
        out.extend([0; 88]);
        if source.below(4) > 0 {
            while out.len() + 200 < end {
                let value = match source.below(3) {
                    0 => source.person(),
                    1 => source.below(100_000_000_000).to_string(),
                    _ => source.word(),
                };
                out.extend((value.len() as u32).to_le_bytes());
                out.extend(value.encode_utf16().flat_map(u16::to_le_bytes));
                out.extend([0, 0, source.below(200) as u8, 0]);
            }
        }
        out.resize(end, 0);
    }
    Ok(out)
}

fn inserts(source: &mut Source, size: usize) -> String {
    let mut text = String::from("CREATE TABLE customers (id int, name varchar(80), account varchar(20), balance decimal(12,2));\n");
    while text.len() < size {
        text.push_str("INSERT INTO customers VALUES ");
        for n in 0..100 {
            let person = source.person();
            let (id, account, balance) = (source.below(10_000_000), source.below(100_000_000_000), source.below(9_000_000));
            let _ =
                write!(text, "{}({id},'{person}','{account:011}',{}.{:02})", if n == 0 { "" } else { "," }, balance / 100, balance % 100);
        }
        text.push_str(";\n");
    }
    text
}

fn log(source: &mut Source, size: usize) -> String {
    let mut text = String::with_capacity(size + 128);
    while text.len() < size {
        let _ = writeln!(
            text,
            "2026-11-{:02} {:02}:{:02}:{:02},{:03} INFO [worker-{}] {}.{} - {} {} took {} ms, session {:016x}",
            1 + source.below(28),
            source.below(24),
            source.below(60),
            source.below(60),
            source.below(1000),
            source.below(32),
            source.word(),
            source.word(),
            source.word(),
            source.word(),
            source.below(5000),
            source.next()
        );
    }
    text
}

/// Classes in a library in a web application, with a few properties.
fn war(source: &mut Source, size: usize) -> Result<Vec<u8>> {
    let mut classes = Vec::new();
    for n in 0..size / 3000 {
        let mut class = b"\xCA\xFE\xBA\xBE\0\0\0\x3D\0\x28".to_vec();
        for _ in 0..39 {
            let word = source.word();
            class.extend([1, 0, word.len() as u8]);
            class.extend(word.bytes());
        }
        while class.len() < 3000 {
            class.extend([[0x2A, 0xB4, 0, source.below(40) as u8], [0xB6, 0, source.below(40) as u8, 0x59]].concat());
        }
        classes.push((format!("org/vendor/Part{n}.class"), class));
    }
    let properties = format!("host=files.vendor.example\nport=22\nnode={}\nretries={}\n", source.word(), source.below(9));
    classes.push(("conf/site.properties".to_owned(), properties.into_bytes()));
    let members: Vec<(&str, &[u8])> = classes.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let library = demo::zip(&members)?;
    Ok(demo::zip(&[("WEB-INF/web.xml", b"<web-app version=\"5.0\"/>"), ("WEB-INF/lib/site.jar", &library)])?)
}

/// An image of a disc with eight texts.
fn image(source: &mut Source, size: usize) -> Result<Vec<u8>> {
    let files: Vec<(String, String)> = (0..8).map(|n| (format!("NOTES{n}.TXT;1"), source.prose(size / 8))).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    Ok(demo::iso9660(&files))
}

/// Pages of text, compressed.
fn pdf(source: &mut Source, size: usize) -> Result<Vec<u8>> {
    let mut objects = vec![String::from("<< /Type /Catalog /Pages 2 0 R >>").into_bytes(), Vec::new()];
    objects.push(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec());
    let mut kids = String::new();
    for _ in 0..(size / 3000).max(1) {
        let lines: String = source.prose(3000).lines().map(|line| format!("({line}) Tj T*\n")).collect();
        let mut stream = ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
        stream.write_all(format!("BT /F1 10 Tf 40 760 Td 12 TL\n{lines}ET\n").as_bytes())?;
        let stream = stream.finish()?;
        let content = objects.len() + 1;
        objects
            .push([format!("<< /Length {} /Filter /FlateDecode >>\nstream\n", stream.len()).as_bytes(), &stream, b"\nendstream"].concat());
        let _ = write!(kids, "{} 0 R ", content + 1);
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {content} 0 R >>"
            )
            .into_bytes(),
        );
    }
    objects[1] = format!("<< /Type /Pages /Count {} /Kids [ {kids}] >>", kids.matches('R').count()).into_bytes();
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = String::new();
    for (n, object) in objects.iter().enumerate() {
        let _ = writeln!(places, "{:010} 00000 n ", out.len());
        out.extend([format!("{} 0 obj\n", n + 1).as_bytes(), object, b"\nendobj\n"].concat());
    }
    let (at, count) = (out.len(), objects.len() + 1);
    out.extend(
        format!("xref\n0 {count}\n0000000000 65535 f \n{places}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n").bytes(),
    );
    Ok(out)
}
