//! Planted identifiers: found at every alignment and in every encoding where bytes are scanned, and as records of
//! their institutions where rows are read.

use super::engines::{find, run};
use super::shelf::Shelf;
use super::{inserts, rows};
use crate::harness::{Demo, Desk, Institution, Job, write, write_registry};
use std::collections::BTreeMap;
use std::process::Command;

/// Identifiers in ASCII, UTF-16 and EBCDIC, each at another alignment, between bytes that are no text.
fn planted() -> (Vec<String>, Vec<u8>) {
    let (mut codes, mut out) = (Vec::new(), Vec::new());
    for alignment in 0..16usize {
        for (kind, encode) in [
            ("ascii", &(|text: &str| text.as_bytes().to_vec()) as &dyn Fn(&str) -> Vec<u8>),
            ("little", &|text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ("big", &|text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ] {
            let code = format!("QUILL{kind}{alignment:02}");
            out.resize(out.len().next_multiple_of(16) + 16 + alignment, 0x01);
            out.extend(encode(&code));
            out.extend([0x01, 0x01]);
            codes.push(code);
        }
    }
    out.resize(out.len().next_multiple_of(512), 0);
    (codes, out)
}

#[track_caller]
fn assert_found(what: &str, bytes: &[u8], format: &str, codes: &[String]) {
    let (found, _) = Shelf::read(bytes);
    assert_eq!(found.format, format, "{what}");
    let missing: Vec<&String> = codes.iter().filter(|code| !found.text.contains(code.as_str())).collect();
    assert!(missing.is_empty(), "{what}: {missing:?}");
}

#[test]
fn memory_and_space_in_no_file_are_searched_at_every_alignment() {
    let (codes, memory) = planted();
    for shift in 0..4 {
        let shifted = [vec![0x02; shift], memory.clone()].concat();
        // A directory of one stream, the description of the system, which is empty.
        let mut dump = b"MDMP\x93\xA7\0\0\x01\0\0\0\x20\0\0\0".to_vec();
        dump.resize(32, 0);
        dump.extend([7u32, 0, 44].iter().flat_map(|n| n.to_le_bytes()));
        dump.extend(&shifted);
        assert_found("a minidump", &dump, "minidump", &codes);
        let mut core = b"\x7FELF\x02\x01\x01".to_vec();
        core.resize(16, 0);
        core.extend([4, 0]);
        core.resize(64, 0);
        core.extend(&shifted);
        assert_found("a core file", &core, "elf_core", &codes);
        let mut disk = vec![0; 2048];
        disk[446 + 4] = 0x83;
        disk[446 + 8] = 4;
        disk[446 + 12] = 64;
        disk[510..512].copy_from_slice(&[0x55, 0xAA]);
        disk.extend(&shifted);
        disk.resize(64 << 10, 0);
        assert_found("a disk without files", &disk, "disk_image", &codes);
    }
}

#[test]
fn rows_of_a_dump_are_records_of_their_institutions() {
    let desk = Desk::new();
    let planted = rows(60);
    let mut institutions: Vec<Institution> = planted
        .iter()
        .enumerate()
        .map(|(i, row)| Institution::new(&format!("K{i:03}"), &format!("{} Bank", row[2])).with("client_code", &row[1]))
        .collect();
    institutions.push(Institution::new("ABSENT", "Quillcroft Orchard Savings Bank").with("client_code", "ZZ90909"));
    write_registry(&desk.path("registry"), &institutions);
    let columns = "id INTEGER, client_code TEXT, holder TEXT, iban TEXT, amount TEXT, note TEXT";
    let dump = format!("-- a dump\nCREATE TABLE accounts ({columns});\n{}", inserts(&planted));
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(dump.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let lines = |row: &[String; 6]| {
        row.iter().map(|cell| cell.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n")).collect::<Vec<_>>().join("\t")
    };
    let copy: String = planted.iter().map(|row| lines(row) + "\n").collect();
    let copy = format!(
        "SET client_encoding = 'UTF8';\nCOPY public.accounts (id, client_code, holder, iban, amount, note) FROM stdin;\n{copy}\\.\n\n"
    );
    let mut evidence = BTreeMap::from([("inserts", dump.clone().into_bytes()), ("wide", wide), ("copy", copy.into_bytes())]);
    if let Some(sqlite) = find("sqlite3") {
        let load = desk.path("load.sql");
        write(&load, dump.as_bytes());
        run(Command::new(sqlite).arg(desk.path("made.db")).arg(format!(".read {}", load.display())));
        evidence.insert("sqlite", std::fs::read(desk.path("made.db")).expect("a database"));
    }
    for (name, bytes) in evidence {
        let desk_of_one = Desk::new();
        write(&desk_of_one.path("root").join("taken.bin"), &bytes);
        let verdicts = desk_of_one.run(&Job::of("evidence", &desk_of_one.path("root")), &desk.path("registry")).verdicts();
        let wrong: Vec<_> = verdicts.iter().filter(|(id, verdict)| (*verdict == "affected") != (*id != "ABSENT")).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
}

#[test]
fn a_disk_image_around_everything_changes_no_verdict() {
    let Some(format) = find("mke2fs") else { return };
    let (demo, bare, desk) = (Demo::small(9), Desk::new(), Desk::new());
    let expected = bare.run(&Job::of("evidence", &demo.evidence()), &demo.registry()).verdicts();
    let image = desk.path("root").join("disk.img");
    write(&image, b"");
    run(Command::new(format).args(["-q", "-F", "-t", "ext4", "-d"]).arg(demo.evidence()).arg(&image).arg("64M"));
    let given = desk.run(&Job::of("evidence", &desk.path("root")), &demo.registry()).verdicts();
    let wrong: Vec<_> = expected.iter().filter(|(id, verdict)| given.get(*id) != Some(verdict)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
