//! Planted identifiers in rows are records of their institutions, and a disk around files changes nothing.

use super::engines::{find, run};
use super::{inserts, rows};
use crate::harness::{Demo, Desk, Institution, Job, write, write_registry};
use std::collections::BTreeMap;
use std::process::Command;

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
