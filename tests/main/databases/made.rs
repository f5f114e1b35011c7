//! What engines and tools made for these tests, in `tests/realdata/made.csv`: what was put in, and what is read. How
//! many bytes that takes differs between versions of the engines and is not compared; those of the table are of
//! Debian 12. `RULEOUT_BLESS=1` writes it anew, where everything is installed.

use super::datasets;
use super::disks::{ext, fat, files, folder_of, ntfs, with_mbr};
use super::engines::{find, run};
use super::shelf::{Found, Shelf, Table};
use super::sqlite::{TABLES, sqlite};
use super::{inserts, mariadb, postgresql, rows};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;

const PATH: &str = "tests/realdata/made.csv";
const COLUMNS: [&str; 12] =
    ["made_by", "how", "format", "put_in", "read_out", "of", "gaps", "bytes", "read", "scanned", "opaque_structure", "gap"];
/// So many columns are the same with every version of the engines.
const SAME: usize = 7;
const ROWS: usize = 2500;

struct Made(Vec<Vec<String>>);

impl Made {
    fn put(&mut self, by: &str, how: &str, what: (usize, u64, &str), found: &Found, gaps: usize) {
        let [read, scanned, opaque, structure, member, gap] = found.bytes;
        let (put_in, read_out, of) = what;
        let texts = [by, how, found.format].map(str::to_owned);
        let counts = [put_in as u64, read_out].map(|n| n.to_string());
        let sums = [found.bytes.iter().sum(), read + member, scanned, opaque + structure, gap].map(|n: u64| n.to_string());
        self.0.push(texts.into_iter().chain(counts).chain([of.to_owned(), gaps.to_string()]).chain(sums).collect());
    }

    /// Counts the rows of the accounts in a dump.
    fn dump(&mut self, by: &str, how: &str, bytes: &[u8]) {
        let (found, members) = Shelf::read(bytes);
        let is_of_accounts = |table: &&Table| table.rows.first().is_some_and(|row| row.len() == 6);
        let accounts = |part: &Found| part.tables.iter().filter(is_of_accounts).map(|table| table.counted).sum::<u64>();
        // Other members are files in other tables.
        let parts: Vec<&Found> = members.iter().filter(|member| accounts(member) > 0).chain([&found]).collect();
        let read = parts.iter().map(|part| accounts(part)).sum();
        self.put(by, how, (ROWS, read, "rows"), &found, parts.iter().map(|part| part.gaps.len()).sum());
    }

    /// Counts the files with something in them that come out of an image as they went in.
    fn image(&mut self, by: &str, how: &str, image: &[u8], files: &BTreeMap<String, Vec<u8>>) {
        let (_, members) = Shelf::contents(image);
        let filled = || files.iter().filter(|(_, bytes)| !bytes.is_empty());
        let whole = filled().filter(|(name, bytes)| members.get(*name).is_some_and(|held| held.starts_with(bytes))).count() as u64;
        let (found, _) = Shelf::read(image);
        self.put(by, how, (filled().count(), whole, "files"), &found, found.gaps.len());
    }
}

fn dumps_of_postgresql(made: &mut Made) {
    postgresql::with_server(|dump, home| {
        for (how, arguments) in [
            ("plain", &["-Fp"][..]),
            ("plain, INSERT", &["--inserts"]),
            ("custom, not compressed", &["-Fc", "-Z0"]),
            ("custom, gzip", &["-Fc", "-Z6"]),
            ("tar", &["-Ft"]),
        ] {
            made.dump("pg_dump", how, &dump(arguments));
        }
        let columns = "id, client_code, holder, iban, amount, note";
        let copy = format!("COPY (SELECT {columns} FROM accounts) TO stdout (FORMAT binary)");
        made.dump("COPY", "binary", &dump(&["psql", "-c", &copy]));
        for (how, level) in [("directory, not compressed", "-Z0"), ("directory, gzip", "-Z6")] {
            let out = home.join(level);
            dump(&["-Fd", level, "-f", out.to_str().expect("a plain path")]);
            let held = std::fs::read_dir(&out).expect("a folder").flatten();
            let largest = held.map(|file| std::fs::read(file.path()).expect("a readable file")).max_by_key(Vec::len).expect("a file");
            made.dump("pg_dump", how, &largest);
            if level == "-Z0" {
                // Version 15 does not write these yet.
                let zstd = zstd::encode_all(&largest[..], 3).expect("memory takes it");
                made.dump("pg_dump", "directory, packed by zstd", &zstd);
                let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
                lz4.write_all(&largest).expect("memory takes it");
                made.dump("pg_dump", "directory, packed by lz4", &lz4.finish().expect("memory takes it"));
            }
        }
    });
}

fn dumps_of_mariadb(made: &mut Made) {
    mariadb::with_server(|dump| {
        for (how, options) in [
            ("extended INSERT", &[][..]),
            ("a statement per row", &["--skip-extended-insert"]),
            ("complete INSERT", &["--complete-insert"]),
        ] {
            made.dump("mariadb-dump", how, &dump(options));
        }
    });
}

fn databases_of_sqlite(made: &mut Made, home: &Path) {
    for (how, head) in [("UTF-8", ""), ("UTF-16", "PRAGMA encoding='UTF-16le';"), ("pages of 512 bytes", "PRAGMA page_size=512;")] {
        let sql = format!("{head}\n{TABLES}{}", inserts(&rows(ROWS)));
        if let Some(bytes) = sqlite(home, &format!("{}.db", how.len()), &sql) {
            made.dump("sqlite3", how, &bytes);
        }
    }
}

/// Records that fastavro and PyArrow wrote; the files lie with the tests.
fn files_of_records(made: &mut Made) {
    for (by, ending) in [("fastavro", "avro"), ("PyArrow", "parquet"), ("PyArrow", "orc")] {
        for (how, bytes) in datasets::files(&datasets::fixtures(), ending).iter().filter(|(how, _)| !how.starts_with("locked")) {
            let (found, _) = Shelf::read(bytes);
            let read = found.tables.iter().map(|table| table.counted).sum();
            made.put(by, how, (datasets::COUNT, read, "rows"), &found, found.gaps.len());
        }
    }
}

fn images(made: &mut Made, home: &Path) {
    let files = files();
    let source = folder_of(&files, &home.join("files"));
    let volume = ext(&source, home, &["-t", "ext4"]);
    if let Some(image) = &volume {
        made.image("mke2fs", "ext4", image, &files);
    }
    if let Some(image) = fat(&source, home, "32", 40 << 20) {
        made.image("mkfs.vfat", "FAT32", &image, &files);
    }
    let flat = files.iter().map(|(name, bytes)| (name.rsplit('/').next().unwrap_or("").to_owned(), bytes.clone())).collect();
    if let Some(image) = ntfs(&flat, home) {
        made.image("mkntfs", "NTFS", &image, &flat);
    }
    if let Some(write) = find("genisoimage") {
        run(Command::new(write).args(["-quiet", "-J", "-R", "-o"]).arg(home.join("disc.iso")).arg(&source));
        made.image("genisoimage", "Joliet and Rock Ridge", &std::fs::read(home.join("disc.iso")).expect("an image"), &files);
    }
    let Some(volume) = volume else { return };
    let disk = with_mbr(&volume);
    std::fs::write(home.join("disk.raw"), &disk).expect("a writable folder");
    let only = BTreeMap::from([("disk".to_owned(), disk)]);
    if let Some(convert) = find("qemu-img") {
        for to in ["qcow2", "vmdk", "vpc", "vhdx"] {
            run(Command::new(&convert).current_dir(home).args(["convert", "-f", "raw", "-O", to, "disk.raw", "disk.image"]));
            made.image("qemu-img", to, &std::fs::read(home.join("disk.image")).expect("an image"), &only);
        }
    }
    if let Some(acquire) = find("ewfacquire") {
        let options = ["-u", "-q", "-t", "case", "-c", "deflate:best", "-S", "1GiB", "disk.raw"];
        run(Command::new(acquire).current_dir(home).args(options));
        made.image("ewfacquire", "deflate", &std::fs::read(home.join("case.E01")).expect("an image"), &only);
    }
}

#[test]
fn what_engines_made_is_read_as_the_table_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut made = Made(Vec::new());
    dumps_of_postgresql(&mut made);
    dumps_of_mariadb(&mut made);
    databases_of_sqlite(&mut made, folder.path());
    files_of_records(&mut made);
    images(&mut made, folder.path());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PATH);
    if std::env::var_os("RULEOUT_BLESS").is_some() {
        let mut writer = csv::Writer::from_path(&path).expect("a writable table");
        [COLUMNS.map(str::to_owned).to_vec()].iter().chain(&made.0).for_each(|row| writer.write_record(row).expect("a writable table"));
    }
    let mut reader = csv::Reader::from_path(&path).expect("the table is there");
    let known: Vec<Vec<String>> = reader.records().map(|row| row.expect("a row").iter().take(SAME).map(str::to_owned).collect()).collect();
    for row in &made.0 {
        assert!(known.contains(&row[..SAME].to_vec()), "{row:?} is not in {PATH}");
        assert_eq!((&row[3], &row[6][..]), (&row[4], "0"), "all that was put in is read: {row:?}");
    }
}
