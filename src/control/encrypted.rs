//! What every format that can be encrypted must do: an encrypted file is a gap that says so. A format is in one of two
//! lists, so that a new one cannot be forgotten.

use super::documents::compound;
use super::fixtures::{causes, read};
use super::*;
use crate::model::Cause;

/// An encrypted file of each format that has encryption of its own.
fn encrypted() -> Vec<(&'static str, Vec<u8>)> {
    let letter = Subject(0).letter();
    let zip = containers::encrypted_zip(&[("letter.txt", letter.as_bytes())], [7; 16]).unwrap();
    let seven_zip = include_bytes!("../../tests/fixtures/7z/aes.7z").to_vec();
    let message = include_bytes!("../../tests/fixtures/pgp/rsa_message.gpg").to_vec();
    let columns = include_bytes!("../../tests/fixtures/dataset/locked.parquet").to_vec();
    let armored = include_bytes!("../../tests/fixtures/pgp/curve_message.asc").to_vec();
    let record = |kind: u16, body: &[u8]| [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), body].concat();
    let workbook = [record(0x0809, &[0, 6, 5, 0]), record(0x002F, &[1, 0]), vec![9; 600]].concat();
    let mut document = vec![0u8; 2048];
    document[..4].copy_from_slice(&[0xEC, 0xA5, 0xC1, 0]);
    document[11] = 1;
    let atom = |kind: u16, body: &[u8]| [&[0, 0][..], &kind.to_le_bytes(), &(body.len() as u32).to_le_bytes(), body].concat();
    let presentation = [atom(0x2F14, &[7; 80]), atom(0x0FA0, &[9; 200])].concat();
    let mut disk = disks::qcow2(Subject(0));
    disk[35] = 1;
    let pdf = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n2 0 obj\n<< /Filter /Unknown /V 9 >>\nendobj\n\
                trailer\n<< /Root 1 0 R /Encrypt 2 0 R >>\n%%EOF\n";
    let manifest = "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let opendocument = [
        ("mimetype", &b"application/vnd.oasis.opendocument.text"[..]),
        ("content.xml", b"noise"),
        ("styles.xml", b"noise"),
        ("META-INF/manifest.xml", manifest.as_bytes()),
    ];
    vec![
        ("zip", zip.clone()),
        ("zip_appended", [b"#!/bin/sh\nexec unzip \"$0\"\n", &zip[..]].concat()),
        ("7z", seven_zip.clone()),
        ("7z_appended", [&b"MZ\x90\0"[..], &[0; 508], &seven_zip].concat()),
        ("rar", archives::rar_with(Subject(0), true)),
        ("pdf", pdf.to_vec()),
        ("ole", compound(&[("Workbook", workbook)])),
        ("ole", compound(&[("WordDocument", document)])),
        ("ole", compound(&[("PowerPoint Document", presentation)])),
        // Office Open XML is encrypted as a whole, inside a compound file.
        ("ole", compound(&[("EncryptionInfo", vec![4, 0, 4, 0]), ("EncryptedPackage", vec![9; 5000])])),
        ("opendocument", containers::zip(&opendocument).unwrap()),
        ("openpgp", message),
        ("pgp_armored", armored),
        ("cms", sealed::enveloped()),
        ("qcow2", disk),
        ("parquet", columns),
        ("orc", databases::orc_with(Subject(0), true).unwrap()),
    ]
}

/// Formats that have none, or whose encrypted files are files of another format.
#[rustfmt::skip]
const OTHERS: &[(&[&str], &str)] = &[
    (&["gzip", "bzip2", "xz", "lzma", "lzip", "zstd", "lz4", "compress", "zlib", "brotli", "lz_block", "tar", "ar", "cpio", "rpm", "cab", "lha",
       "iso9660", "udf", "ewf", "vhd", "vhdx", "vmdk"], "no encryption of its own"),
    (&["xlsb", "xlsx", "docx", "pptx"], "encrypted as a whole, inside a compound file (ole)"),
    (&["disk_image"], "encrypted volumes are formats of their own (BitLocker, LUKS), and gaps"),
    (&["rtf", "java_class", "bplist", "redis_commands", "svg", "postscript", "dxf", "zpl", "tnef", "eml", "mbox", "text", "delimited", "fixed_width", "ebcdic_records", "length_records", "transcoded", "wrapped",
       "json", "html", "xml", "vcard", "sylk", "sql", "pg_copy", "pg_copy_binary", "pg_dump", "pg_dump_tar", "dbf", "avro"], "text, or rows in the clear"),
    (&["nacha", "x937", "cpa005", "bacs18", "metro2", "bai2", "swift_mt", "fedwire", "mt940", "iso20022", "x12_payment",
       "edifact_payment", "ofx", "fints"], "sent in the clear, or inside OpenPGP and CMS"),
    (&["pst"], "its password encrypts nothing, and its encodings are decoded"),
    (&["sqlite", "sqlite_wal", "sqlite_journal"], "encrypted by others: then nothing tells it from noise, which is a gap"),
    (&["minidump", "elf_core"], "memory as it was"),
    (&["bson", "mongo_archive"], "fields that a client encrypted are tested with the reader"),
    (&["mtf", "mssqlbak", "sql_server_data", "oracle_exp", "oracle_datapump"], "encrypted pages and columns are tested with their readers"),
];

#[test]
fn every_format_says_whether_it_can_be_encrypted() {
    let has_fixture: std::collections::BTreeSet<&str> = encrypted().into_iter().map(|(format, _)| format).collect();
    for format in formats() {
        let listed = OTHERS.iter().filter(|(names, _)| names.contains(&format.name)).count();
        assert_eq!(listed + usize::from(has_fixture.contains(format.name)), 1, "{}", format.name);
    }
}

#[test]
fn what_is_encrypted_is_a_gap_that_says_so() {
    let files: Vec<(String, Vec<u8>)> =
        encrypted().into_iter().enumerate().map(|(i, (format, bytes))| (format!("{i:02}.{format}"), bytes)).collect();
    let matched = read(&files);
    for (name, bytes) in &files {
        let format = crate::format::detect(&crate::format::Probe::new(bytes)).name();
        assert!(name.ends_with(&format!(".{format}")), "{name} is {format}");
        let causes = causes(&matched, name);
        let says = [Cause::Encrypted, Cause::EncryptedPgp, Cause::EncryptedCms].iter().any(|cause| causes.contains(cause));
        assert!(says, "{name}: {causes:?}");
    }
}
