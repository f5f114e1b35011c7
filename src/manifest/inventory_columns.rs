//! What the columns of an inventory hold, by their headings and by their cells.

use super::fields::{Size, clock, iso_date};
use super::path_list::path_like;

/// What a column of an inventory holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// The whole path.
    Path,
    /// The directory of the name beside it.
    Folder,
    /// The last component, or the path where there is no other column for it.
    Name,
    /// Size in bytes.
    Size,
    /// A checksum of this algorithm.
    Hash(&'static str),
    /// A checksum of the algorithm that its length shows.
    AnyHash,
    /// Date of the last change.
    Date,
    /// Account or owner.
    Account,
    /// Whether it is a directory: a word, a flag or a mode.
    Type,
    /// What was done (audit logs).
    Action,
    /// The other end's address (audit logs).
    Peer,
    /// The other end's program (audit logs).
    Client,
    /// Anything else.
    Other,
}

/// Headings without their blanks and marks, in lower case.
const HEADINGS: &[(Column, &[&str])] = &[
    (
        Column::Path,
        &[
            "path",
            "filepath",
            "fullpath",
            "fullname",
            "pathname",
            "key",
            "objectkey",
            "s3key",
            "blobname",
            "itempath",
            "relativepath",
            "relpath",
            "fullfilename",
            "filepathname",
            "sourcepath",
            "originalpath",
            "absolutepath",
            "uri",
            "url",
            "pfad",
            "dateipfad",
            "chemin",
            "ruta",
            "percorso",
        ],
    ),
    (
        Column::Name,
        &[
            "name",
            "filename",
            "file",
            "basename",
            "object",
            "objectname",
            "document",
            "item",
            "itemname",
            "target",
            "datei",
            "dateiname",
            "fichier",
            "nom",
            "archivo",
        ],
    ),
    (
        Column::Folder,
        &[
            "folder",
            "directory",
            "dir",
            "dirname",
            "directoryname",
            "parent",
            "parentpath",
            "parentfolder",
            "parentdirectory",
            "folderpath",
            "location",
            "folderlocation",
            "psparentpath",
            "ordner",
            "verzeichnis",
            "dossier",
            "repertoire",
            "carpeta",
            "cartella",
        ],
    ),
    (
        Column::Size,
        &[
            "size",
            "bytes",
            "length",
            "filesize",
            "sizebytes",
            "sizeinbytes",
            "sizeb",
            "filelength",
            "logicalsize",
            "contentlength",
            "filesizebytes",
            "groesse",
            "größe",
            "taille",
            "tamano",
            "tamaño",
            "octets",
        ],
    ),
    (Column::AnyHash, &["hash", "checksum", "digest", "filehash", "hashvalue", "pruefsumme", "prüfsumme"]),
    (
        Column::Date,
        &[
            "modified",
            "mtime",
            "date",
            "lastmodified",
            "lastmodifieddate",
            "modificationtime",
            "modificationdate",
            "lastwritetime",
            "lastwritetimeutc",
            "datemodified",
            "modifieddate",
            "modtime",
            "timestamp",
            "datetime",
            "modifiedtime",
            "datum",
            "geaendert",
            "time",
        ],
    ),
    (
        Column::Account,
        &[
            "account",
            "user",
            "owner",
            "username",
            "login",
            "loginname",
            "useraccount",
            "accountname",
            "uploader",
            "uploadedby",
            "besitzer",
            "benutzer",
        ],
    ),
    (
        Column::Type,
        &[
            "type",
            "isdir",
            "isdirectory",
            "isfolder",
            "directoryflag",
            "kind",
            "itemtype",
            "filetype",
            "entrytype",
            "mode",
            "permissions",
            "psiscontainer",
        ],
    ),
    (Column::Action, &["action", "event", "operation", "activity", "command", "method", "verb"]),
    (
        Column::Peer,
        &[
            "ip",
            "ipaddress",
            "clientip",
            "remoteip",
            "sourceip",
            "remoteaddress",
            "clientaddress",
            "clienthost",
            "remotehost",
            "host",
            "cip",
        ],
    ),
    (
        Column::Client,
        &["client", "clientname", "clientsoftware", "agent", "agentbrand", "useragent", "csuseragent", "software", "application"],
    ),
];

/// Roles as the operator writes them.
const WORDS: &[(&str, Column)] = &[
    ("path", Column::Path),
    ("folder", Column::Folder),
    ("name", Column::Name),
    ("size", Column::Size),
    ("sha256", Column::Hash("sha256")),
    ("hash", Column::AnyHash),
    ("date", Column::Date),
    ("account", Column::Account),
    ("type", Column::Type),
    ("action", Column::Action),
    ("peer", Column::Peer),
    ("client", Column::Client),
];

impl Column {
    /// The roles, for people.
    pub(super) const WORDS: &str = "path, folder, name, size, sha256, hash, date, account, type, action, peer, client";

    /// The role of this word.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, column)| *column)
    }

    /// Its role in a word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Hash(algorithm) => algorithm,
            other => WORDS.iter().find(|(_, column)| *column == other).map_or("other", |(word, _)| word),
        }
    }

    /// The column of a heading; nothing when it says nothing.
    pub(super) fn of_heading(cell: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(cell);
        let key: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        if key.is_empty() || key.len() > 64 {
            return None;
        }
        if let Some((column, _)) = HEADINGS.iter().find(|(_, words)| words.contains(&key.as_str())) {
            return Some(*column);
        }
        const ALGORITHMS: &[(&str, &str)] = &[
            ("sha256", "sha256"),
            ("sha512", "sha512"),
            ("sha384", "sha384"),
            ("sha224", "sha224"),
            ("sha1", "sha1"),
            ("md5", "md5"),
            ("crc32c", "crc32c"),
            ("crc32", "crc32"),
            ("etag", "etag"),
            ("blake3", "blake3"),
        ];
        if let Some((_, algorithm)) = ALGORITHMS.iter().find(|(word, _)| key.contains(word)) {
            return Some(Self::Hash(algorithm));
        }
        let scaled =
            ["kb", "mb", "gb", "kib", "mib", "disk", "alloc", "compress", "pack", "block", "human"].iter().any(|s| key.contains(s));
        if key.contains("size") {
            return Some(if scaled { Self::Other } else { Self::Size });
        }
        let ends = |words: &[&str]| words.iter().any(|word| key.ends_with(word));
        if ends(&["folderpath", "parentpath", "directorypath"]) {
            Some(Self::Folder)
        } else if ends(&["path"]) {
            Some(Self::Path)
        } else if ends(&["filename"]) {
            Some(Self::Name)
        } else if key.contains("modif") || key.contains("lastwrite") || ends(&["timestamp", "datetime", "eventtime", "logtime"]) {
            Some(Self::Date)
        } else if ends(&["username", "account", "owner"]) {
            Some(Self::Account)
        } else {
            None
        }
    }

    /// The column that holds these cells, where there is no heading or it says nothing.
    pub(super) fn of_cells<'c>(cells: impl Iterator<Item = &'c [u8]> + Clone) -> Self {
        let all = cells.clone().filter(|c| !c.is_empty()).count();
        let most = |test: fn(&[u8]) -> bool| all > 0 && cells.clone().filter(|c| !c.is_empty() && test(c)).count() * 10 >= all * 9;
        if most(digest) {
            Self::AnyHash
        } else if most(date) {
            Self::Date
        } else if most(|cell| matches!(Size::parse(cell), Some(Size::Exact(_)))) {
            Self::Size
        } else if most(separated) || most(|cell| path_like(cell) && cell.contains(&b'.') && cell.iter().any(u8::is_ascii_alphabetic)) {
            Self::Path
        } else {
            Self::Other
        }
    }
}

fn digest(cell: &[u8]) -> bool {
    // The tag of an object of several parts: their number stands behind.
    let cell = match cell.iter().position(|b| *b == b'-') {
        Some(32) if cell.get(33..).is_some_and(|parts| !parts.is_empty() && parts.iter().all(u8::is_ascii_digit)) => cell.get(..32),
        _ => Some(cell),
    };
    cell.is_some_and(|cell| matches!(cell.len(), 32 | 40 | 64 | 96 | 128) && cell.iter().all(u8::is_ascii_hexdigit))
}

fn date(cell: &[u8]) -> bool {
    let split = cell.iter().position(|b| matches!(b, b' ' | b'T' | b'+')).unwrap_or(cell.len());
    let (day, rest) = cell.split_at_checked(split).unwrap_or((cell, b""));
    let time = rest.get(1..).unwrap_or_default();
    let american =
        day.split(|b| matches!(b, b'/' | b'.')).filter(|part| (1..=4).contains(&part.len()) && part.iter().all(u8::is_ascii_digit)).count()
            == 3;
    (iso_date(day) || american) && (time.is_empty() || time.get(..5).is_some_and(clock) || time.get(..4).is_some_and(clock))
}

fn separated(cell: &[u8]) -> bool {
    cell.iter().any(|b| matches!(b, b'/' | b'\\')) && path_like(cell)
}
