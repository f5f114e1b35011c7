use crate::model::ContentId;

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
    /// Other checksums: algorithm in lower case (`md5`, `sha1`, `crc32`, …) and digits in lower case.
    pub other_hashes: Vec<(&'static str, String)>,
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

    /// Adds a checksum; a SHA-256 goes where it belongs. False when the digits are not of that algorithm.
    pub(super) fn add_hash(&mut self, algorithm: &'static str, digits: &[u8]) -> bool {
        let Ok(digits) = std::str::from_utf8(digits) else { return false };
        if algorithm == "sha256" {
            let Some(id) = ContentId::parse(digits) else { return false };
            self.sha256 = Some(id);
            return true;
        }
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return false;
        }
        self.other_hashes.push((algorithm, digits.to_ascii_lowercase()));
        true
    }
}
