use crate::format::text::base64::Decoder;
use crate::model::{ContentId, from_hex};
use std::io::Read;

/// One line of a manifest that names an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Components joined with `/`; never begins or ends with one, holds no empty, `.` or `..` component.
    /// What stood before the first component is not part of it, see `absolute`.
    pub path: Vec<u8>,
    /// The path began with `/`, a drive letter or a server name.
    pub absolute: bool,
    /// Exact size in bytes. Absent where the listing rounds it or counts blocks.
    pub size: Option<u64>,
    /// Its SHA-256.
    pub sha256: Option<ContentId>,
    /// Other checksums that are compared.
    pub checksums: Checksums,
    /// Date of its last change, as it is written.
    pub modified: Option<String>,
    /// It has no content of its own to recover: a directory, device, pipe or socket.
    pub directory: bool,
    /// Where a symbolic link points, as it is written.
    pub link: Option<Vec<u8>>,
    /// Owner column, or the account of a log line.
    pub account: Option<String>,
    /// What a transfer log says about it.
    pub event: Option<Transfer>,
    /// Blanks and control characters of the name were replaced by `_` (xferlog).
    pub folded: bool,
    /// Line of the manifest, from 1.
    pub line: u64,
}

/// Checksums beside SHA-256 by which a listing names a content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksums {
    /// SHA-1.
    pub sha1: Option<[u8; 20]>,
    /// MD5.
    pub md5: Option<[u8; 16]>,
    /// `md5` is what an object store calls its tag, or a column without a heading: it is the MD5 of most objects, and of
    /// none that the store encrypts with keys of its own.
    pub is_tag: bool,
    /// CRC-32.
    pub crc32: Option<u32>,
}

impl Checksums {
    /// Is there none?
    pub const fn is_empty(&self) -> bool {
        self.sha1.is_none() && self.md5.is_none() && self.crc32.is_none()
    }
}

/// A transfer of a log line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transfer {
    /// From the platform to somebody.
    pub outgoing: bool,
    /// Address of the other end.
    pub peer: Option<String>,
    /// Bytes that were transferred.
    pub bytes: Option<u64>,
    /// The log says that it ended as intended.
    pub complete: bool,
    /// When, as it is written; [`Moment::leading`](super::Moment::leading) reads it.
    pub time: Option<String>,
    /// The program at the other end, as it is written.
    pub client: Option<String>,
}

impl Transfer {
    /// Did any byte move? One that was refused or broke off at once moved none.
    pub fn moved_nothing(&self) -> bool {
        self.bytes == Some(0)
    }
}

/// How a manifest separates the components of its paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separators {
    /// `/`.
    Unix,
    /// `\` and `/`; drive letters and server names.
    Windows,
}

impl Row {
    /// The row of a path as it is written. Nothing when no component is left of it.
    pub(super) fn new(raw: &[u8], separators: Separators, line: u64) -> Option<Self> {
        let windows = separators == Separators::Windows;
        let is_separator = |b: u8| b == b'/' || windows && b == b'\\';
        let mut raw = raw;
        let mut absolute = false;
        if windows {
            // `\\?\C:\x`, `\\?\UNC\server\share\x`, `\\server\share\x`, `C:\x`.
            if let Some(rest) = raw.strip_prefix(br"\\?\").or_else(|| raw.strip_prefix(br"\\.\")) {
                absolute = true;
                raw = rest.strip_prefix(br"UNC\").unwrap_or(rest);
            }
            if let [letter, b':', rest @ ..] = raw
                && letter.is_ascii_alphabetic()
            {
                absolute = true;
                raw = rest;
            }
        }
        absolute |= raw.first().is_some_and(|&b| is_separator(b));
        let mut path = Vec::with_capacity(raw.len());
        for component in raw.split(|&b| is_separator(b)) {
            match component {
                b"" | b"." => {}
                b".." => path.truncate(path.iter().rposition(|&b| b == b'/').unwrap_or(0)),
                _ => {
                    if !path.is_empty() {
                        path.push(b'/');
                    }
                    path.extend_from_slice(component);
                }
            }
        }
        let directory = raw.last().is_some_and(|&b| is_separator(b));
        (!path.is_empty()).then(|| Self { path, absolute, directory, line, ..Self::default() })
    }

    /// The row of a name in a directory.
    pub(super) fn in_directory(directory: &[u8], name: &[u8], separators: Separators, line: u64) -> Option<Self> {
        if directory.is_empty() {
            return Self::new(name, separators, line);
        }
        let mut raw = Vec::with_capacity(directory.len() + 1 + name.len());
        raw.extend_from_slice(directory);
        raw.push(b'/');
        raw.extend_from_slice(name);
        Self::new(&raw, separators, line)
    }

    /// Adds a checksum of an algorithm in lower case; `etag` is that of object stores. One that is not compared is
    /// looked at and dropped. False when the digits are not of that algorithm.
    pub(super) fn add_hash(&mut self, algorithm: &'static str, digits: &[u8]) -> bool {
        let known = match algorithm {
            "sha256" => from_hex(digits).map(|sha256| self.sha256 = Some(ContentId(sha256))),
            "sha1" => from_hex(digits).map(|sha1| self.checksums.sha1 = Some(sha1)),
            "md5" => from_hex(digits).or_else(|| from_base64(digits)).map(|md5| self.set_md5(md5, false)),
            // `"digits"` is MD5 where the object was written at once, `"digits-parts"` is none.
            "etag" => from_hex(trim(digits, b'"')).map(|md5| self.set_md5(md5, true)),
            "crc32" => from_hex(digits).map(|crc32| self.checksums.crc32 = Some(u32::from_be_bytes(crc32))),
            _ => (!digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit)).then_some(()),
        };
        known.is_some()
    }

    fn set_md5(&mut self, md5: [u8; 16], is_tag: bool) {
        // What is said to be MD5 goes before what only looks like it.
        if self.checksums.md5.is_none() || !is_tag {
            (self.checksums.md5, self.checksums.is_tag) = (Some(md5), is_tag);
        }
    }
}

/// An MD5 as the clouds of Google and Microsoft write it.
fn from_base64(text: &[u8]) -> Option<[u8; 16]> {
    let mut md5 = [0; 16];
    let is_whole = text.len() == 24 && text.ends_with(b"==") && Decoder::new(text).read_exact(&mut md5).is_ok();
    is_whole.then_some(md5)
}

fn trim(text: &[u8], mark: u8) -> &[u8] {
    let text = text.strip_prefix(&[mark]).unwrap_or(text);
    text.strip_suffix(&[mark]).unwrap_or(text)
}
