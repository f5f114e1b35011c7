//! Archives, reproducible to the byte: entries carry one fixed time, encryption one fixed salt.

use flate2::{Compression, GzBuilder};
use std::io::{self, Cursor, Write};
use zip::write::{FileOptions, SimpleFileOptions};
use zip::{AesSalt, CompressionMethod, DateTime, ZipWriter};

/// 2025-03-02 02:30:00 UTC, the time of every archive entry.
const ENTRY_TIME: u64 = 1_740_882_600;

/// A ZIP archive (also a JAR or WAR) of named files.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> io::Result<Vec<u8>> {
    archive(files, options()?)
}

/// What a search of the vendor's runbooks turns up; one of them opens the encrypted archives.
pub(super) const PASSWORDS: [&str; 3] = ["changeme", "Harbour-Light-41", "spring2019"];

/// A ZIP archive whose entries are encrypted with AES-256 (WinZip AE-2); nobody has the password.
pub(super) fn encrypted_zip(files: &[(&str, &[u8])], salt: [u8; 16]) -> io::Result<Vec<u8>> {
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
pub(crate) fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::new(6));
    encoder.write_all(bytes)?;
    encoder.finish()
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
