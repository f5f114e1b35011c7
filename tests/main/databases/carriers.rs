//! Every kind of store with some bytes in it that its reader does not decode: values of no text, rows that nothing
//! describes any more, memory, space in no file.

use super::engines::{find, run};
use crate::layouts::{oracle, sql_server};
use rusqlite::Connection;
use std::path::Path;
use std::process::Command;

/// A store of this format with the bytes in it. They are a few thousand.
pub struct Carrier {
    pub what: &'static str,
    pub format: &'static str,
    pub bytes: Vec<u8>,
}

/// A data file whose one table has a value.
fn data_file(value: sql_server::Value, storage: sql_server::Storage) -> Vec<u8> {
    use sql_server::{Kind, Table, Value};
    let columns = vec![("id".to_owned(), Kind::Int), ("held".to_owned(), Kind::Binary)];
    let rows = (0..40).map(|i| vec![Value::Number(i), if i == 17 { value.clone() } else { Value::Null }]).collect();
    sql_server::data_file(&[Table { name: "Papers".to_owned(), columns, rows, storage, is_unknown: false }], true)
}

/// A page that no row leads to.
fn lost_page(number: u32, content: &[u8]) -> Vec<u8> {
    let mut page = vec![0; sql_server::PAGE];
    page[..2].copy_from_slice(&[1, 3]);
    page[30..32].copy_from_slice(&((96 + content.len()) as u16).to_le_bytes());
    page[32..36].copy_from_slice(&number.to_le_bytes());
    page[36] = 1;
    page[96..96 + content.len()].copy_from_slice(content);
    page
}

fn sql_servers(content: &[u8], out: &mut Vec<Carrier>) {
    use sql_server::{FULL, Storage, Value, backup};
    let mut put = |what, format, bytes| out.push(Carrier { what, format, bytes });
    let plain = data_file(Value::Bytes(content.to_vec()), Storage::Plain);
    put("the log in a backup", "mtf", backup(&[(FULL, &data_file(Value::Null, Storage::Plain))], content));
    put("a value in a row of a backup", "mtf", backup(&[(FULL, &plain)], b""));
    put("a value in a row", "sql_server_data", plain);
    put("a value in a row of a compressed table", "sql_server_data", data_file(Value::Bytes(content.to_vec()), Storage::Row));
    put("a large value", "sql_server_data", data_file(Value::Away(content.to_vec()), Storage::Plain));
    let mut lost = data_file(Value::Null, Storage::Plain);
    lost.extend(lost_page((lost.len() / sql_server::PAGE) as u32, content));
    put("a page that no row leads to", "sql_server_data", lost);
}

fn oracles(content: &[u8], out: &mut Vec<Carrier>) {
    use oracle::{Kind, Table, Value};
    let table = |kind, value: Option<Value>| {
        let columns = [("ID".to_owned(), Kind::Number)].into_iter().chain(value.is_some().then(|| ("HELD".to_owned(), kind))).collect();
        let row = |i: i64| [Value::Number(100 * i)].into_iter().chain(value.clone()).collect();
        [Table { name: "PAPERS".to_owned(), columns, rows: (1..30).map(row).collect() }]
    };
    let mut put = |what, format, bytes| out.push(Carrier { what, format, bytes });
    put("a long value of exp", "oracle_exp", oracle::export(&table(Kind::Long, Some(Value::Pieces(content.to_vec(), 8000))), 178));
    let behind = |mut bytes: Vec<u8>| {
        bytes.extend_from_slice(content);
        bytes
    };
    put("what stands behind the tables of exp", "oracle_exp", behind(oracle::export(&table(Kind::Number, None), 178)));
    put("what stands behind the tables of expdp", "oracle_datapump", behind(oracle::data_pump(&table(Kind::Number, None), 178)));
}

/// A database with a value that is there, and one with a value that was deleted.
fn sqlites(content: &[u8], out: &mut Vec<Carrier>) {
    for (what, then) in [("a value", "SELECT 1"), ("a deleted value", "DELETE FROM papers WHERE id > 3")] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("made.db");
        let database = Connection::open(&path).expect("a database");
        let sql = "PRAGMA secure_delete = OFF; CREATE TABLE papers (id INTEGER PRIMARY KEY, held BLOB);";
        database.execute_batch(sql).expect("it is understood");
        for i in 1..9 {
            let value = if i == 5 { content } else { b"" };
            database.execute("INSERT INTO papers VALUES (?1, ?2)", (i, value)).expect("it is understood");
        }
        database.execute_batch(&format!("{then};")).expect("it is understood");
        database.close().expect("it closes");
        out.push(Carrier { what, format: "sqlite", bytes: std::fs::read(path).expect("a database") });
    }
}

fn copy_binary(content: &[u8]) -> Vec<u8> {
    let mut out = b"PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    for i in 0..20u32 {
        out.extend(2u16.to_be_bytes());
        out.extend(4u32.to_be_bytes());
        out.extend(i.to_be_bytes());
        out.extend((content.len() as u32).to_be_bytes());
        out.extend_from_slice(content);
    }
    out.extend([0xFF; 2]);
    out
}

/// A disk with one partition, which holds no file system.
fn disk(content: &[u8]) -> Vec<u8> {
    let mut disk = vec![0; 1 << 20];
    disk[446 + 4] = 0x83;
    disk[446 + 8] = 4;
    disk[446 + 12..446 + 16].copy_from_slice(&(2044u32).to_le_bytes());
    disk[510..512].copy_from_slice(&[0x55, 0xAA]);
    disk[300 * 512..300 * 512 + content.len()].copy_from_slice(content);
    disk
}

fn memories(content: &[u8], out: &mut Vec<Carrier>) {
    // A directory of one stream, the description of the system, which is empty.
    let mut dump = b"MDMP\x93\xA7\0\0\x01\0\0\0\x20\0\0\0".to_vec();
    dump.resize(32, 0);
    dump.extend([7u32, 0, 44].iter().flat_map(|n| n.to_le_bytes()));
    dump.extend_from_slice(content);
    out.push(Carrier { what: "memory in a minidump", format: "minidump", bytes: dump });
    let mut core = b"\x7FELF\x02\x01\x01".to_vec();
    core.resize(16, 0);
    core.extend([4, 0]);
    core.resize(64, 0);
    core.extend_from_slice(content);
    out.push(Carrier { what: "memory in a core file", format: "elf_core", bytes: core });
}

/// Images that tools make of a disk, and file systems with the bytes as a file. What is not installed is left out.
fn images(content: &[u8], home: &Path, out: &mut Vec<Carrier>) {
    std::fs::write(home.join("disk.raw"), disk(content)).expect("a writable folder");
    if let Some(convert) = find("qemu-img") {
        for (to, format) in [("qcow2", "qcow2"), ("vmdk", "vmdk"), ("vpc", "vhd"), ("vhdx", "vhdx")] {
            run(Command::new(&convert).current_dir(home).args(["convert", "-f", "raw", "-O", to, "disk.raw", "disk.image"]));
            let bytes = std::fs::read(home.join("disk.image")).expect("an image");
            out.push(Carrier { what: "space in no file of an image", format, bytes });
        }
    }
    if let Some(acquire) = find("ewfacquire") {
        let options = ["-u", "-q", "-t", "case", "-c", "deflate:best", "-S", "1GiB", "disk.raw"];
        run(Command::new(acquire).current_dir(home).args(options));
        out.push(Carrier {
            what: "space in no file of an image",
            format: "ewf",
            bytes: std::fs::read(home.join("case.E01")).expect("an image"),
        });
    }
    let file = home.join("files").join("papers.dat");
    crate::harness::write(&file, content);
    if let Some(format) = find("mke2fs") {
        run(Command::new(format).args(["-q", "-F", "-t", "ext4", "-d"]).arg(home.join("files")).arg(home.join("ext.img")).arg("4M"));
        out.push(Carrier { what: "a file of ext4", format: "disk_image", bytes: std::fs::read(home.join("ext.img")).expect("an image") });
    }
    if let (Some(format), Some(copy)) = (find("mkfs.vfat"), find("mcopy")) {
        let image = home.join("fat.img");
        std::fs::File::create(&image).and_then(|file| file.set_len(4 << 20)).expect("a writable folder");
        run(Command::new(format).arg(&image));
        run(Command::new(copy).arg("-i").arg(&image).arg(&file).arg("::"));
        out.push(Carrier { what: "a file of FAT", format: "disk_image", bytes: std::fs::read(image).expect("an image") });
    }
}

/// Every store with these bytes in it.
pub fn carriers(content: &[u8]) -> Vec<Carrier> {
    let mut out = Vec::new();
    sql_servers(content, &mut out);
    oracles(content, &mut out);
    sqlites(content, &mut out);
    out.push(Carrier { what: "a value of COPY BINARY", format: "pg_copy_binary", bytes: copy_binary(content) });
    memories(content, &mut out);
    out.push(Carrier { what: "space in no file", format: "disk_image", bytes: disk(content) });
    let folder = tempfile::tempdir().expect("a temporary folder");
    images(content, folder.path(), &mut out);
    out
}
