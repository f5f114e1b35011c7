//! What cannot be saved: every byte is read, decompressed and hashed.

use anyhow::Result;
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use std::io::{Cursor, Read};
use std::path::Path;
use zip::ZipArchive;

/// Hashes all files of a folder and all that they hold, on one thread; returns the bytes that were hashed.
pub fn hash_all(dir: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in walkdir::WalkDir::new(dir) {
        let entry = entry?;
        if entry.file_type().is_file() {
            bytes += hash(&std::fs::read(entry.path())?);
        }
    }
    Ok(bytes)
}

fn hash(bytes: &[u8]) -> u64 {
    std::hint::black_box(Sha256::digest(bytes));
    let mut sum = bytes.len() as u64;
    let mut inner = Vec::new();
    if bytes.starts_with(b"\x1F\x8B") && MultiGzDecoder::new(bytes).read_to_end(&mut inner).is_ok() {
        sum += hash(&inner);
    } else if bytes.starts_with(b"PK\x03\x04")
        && let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes))
    {
        for at in 0..archive.len() {
            inner.clear();
            if archive.by_index(at).is_ok_and(|mut member| member.read_to_end(&mut inner).is_ok()) {
                sum += hash(&inner);
            }
        }
    }
    sum
}
