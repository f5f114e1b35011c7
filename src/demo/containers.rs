//! Archives, reproducible to the byte: entries carry one fixed time, encryption one fixed salt.

use flate2::{Compression, GzBuilder};
use std::io::{self, Cursor, Write};
use zip::write::{FileOptions, SimpleFileOptions};
use zip::{AesSalt, CompressionMethod, DateTime, ZipWriter};

/// 2025-03-02 02:30:00 UTC, the time of every archive entry.
const ENTRY_TIME: u64 = 1_740_882_600;

/// A ZIP archive (also a JAR or WAR) of named files.
pub fn zip(files: &[(&str, &[u8])]) -> io::Result<Vec<u8>> {
    archive(files, options()?)
}

/// What a search of the vendor's runbooks turns up; one of them opens the encrypted archives.
pub(super) const PASSWORDS: [&str; 3] = ["changeme", "Harbour-Light-41", "spring2019"];

/// A ZIP archive whose entries are encrypted with AES-256 (WinZip AE-2); nobody has the password.
pub(crate) fn encrypted_zip(files: &[(&str, &[u8])], salt: [u8; 16]) -> io::Result<Vec<u8>> {
    archive(files, options()?.with_aes_encryption_and_salt(PASSWORDS[1].as_bytes(), AesSalt::Aes256(salt)))
}

fn options() -> io::Result<SimpleFileOptions> {
    let time = DateTime::from_date_and_time(2025, 3, 2, 2, 30, 0).map_err(io::Error::other)?;
    Ok(SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).last_modified_time(time).unix_permissions(0o640))
}

fn archive(files: &[(&str, &[u8])], options: FileOptions<'static, 'static, ()>) -> io::Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// A gzip member without name and time.
pub fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::new(6));
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// ISO 9660 (ECMA-119) with files in its root directory, which takes one sector; names end in `;1`.
pub fn iso9660(files: &[(&str, &[u8])]) -> Vec<u8> {
    const SECTOR: usize = 2048;
    let both = |value: usize| [(value as u32).to_le_bytes(), (value as u32).to_be_bytes()].concat();
    let record = |block: usize, size: usize, flags: u8, name: &[u8]| {
        let mut out =
            [&[0, 0][..], &both(block), &both(size), &[126, 11, 22, 6, 0, 0, 0, flags, 0, 0, 1, 0, 0, 1, name.len() as u8], name].concat();
        out.resize(out.len().next_multiple_of(2), 0);
        out[0] = out.len() as u8;
        out
    };
    let (root, table, mut next) = (18, 19, 20);
    let mut directory = [record(root, SECTOR, 2, &[0]), record(root, SECTOR, 2, &[1])].concat();
    let mut content = Vec::new();
    for (name, bytes) in files {
        directory.extend(record(next, bytes.len(), 0, name.as_bytes()));
        content.extend_from_slice(bytes);
        content.resize(content.len().next_multiple_of(SECTOR), 0);
        next = 20 + content.len() / SECTOR;
    }
    let mut sectors = vec![0; 20 * SECTOR];
    let mut put =
        |block: usize, at: usize, bytes: &[u8]| sectors[block * SECTOR + at..block * SECTOR + at + bytes.len()].copy_from_slice(bytes);
    put(root, 0, &directory);
    put(table, 0, &[&[1, 0][..], &(root as u32).to_le_bytes(), &[1, 0, 0, 0]].concat());
    put(16, 0, b"\x01CD001\x01");
    put(16, 40, b"BACKUP");
    put(16, 80, &both(next));
    put(16, 128, &[0, 8, 8, 0]);
    put(16, 132, &10u32.to_le_bytes());
    put(16, 140, &(table as u32).to_le_bytes());
    put(16, 156, &record(root, SECTOR, 2, &[0]));
    put(17, 0, b"\xFFCD001\x01");
    sectors.extend(content);
    sectors
}

/// A tar archive of named files.
pub(crate) fn tar(files: &[(String, Vec<u8>)]) -> io::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o640);
        header.set_mtime(ENTRY_TIME);
        tar.append_data(&mut header, name, bytes.as_slice())?;
    }
    tar.into_inner()
}

/// A tar archive of named files, compressed with gzip.
pub(crate) fn tar_gz(files: &[(String, Vec<u8>)]) -> io::Result<Vec<u8>> {
    gzip(&tar(files)?)
}
