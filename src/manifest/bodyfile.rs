//! Body files of the Sleuth Kit and mactime (version 3: eleven fields) and the output of `fls`.

use super::fields::{number, shown};
use super::row::{Row, Separators};
use super::tally::{Parsed, read_lines};
use super::{Kind, Report, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "bodyfile",
    default_kind: Kind::Taken,
    recognise: |sample| sample.confidence(90, 97, |line| Body::parse(line).is_some()),
    read,
    limitations: &["MD5 only, which is not compared", "deleted files are listed like the others, without their remark"],
};

pub(super) const FLS: Syntax = Syntax {
    name: "fls",
    default_kind: Kind::Taken,
    recognise: |sample| sample.confidence(90, 97, |line| Listed::parse(line).is_some()),
    read: read_fls,
    limitations: &["no sizes unless -l is given", "deleted files are listed like the others"],
};

/// `MD5|name|inode|mode|UID|GID|size|atime|mtime|ctime|crtime`.
struct Body<'l> {
    digest: &'l [u8],
    name: &'l [u8],
    mode: &'l [u8],
    size: u64,
    modified: &'l [u8],
}

impl<'l> Body<'l> {
    /// Cut from both ends: a name may hold the separator.
    fn parse(line: &'l [u8]) -> Option<Self> {
        let (digest, rest) = line.split_at_checked(memchr::memchr(b'|', line)?)?;
        let rest = rest.get(1..)?;
        let mut fields = rest.rsplitn(10, |b| *b == b'|');
        let _created = fields.next()?;
        let _changed = fields.next()?;
        let modified = fields.next()?;
        let _accessed = fields.next()?;
        let size = number(fields.next()?)?;
        let (_group, _user) = (fields.next()?, fields.next()?);
        let mode = fields.next()?;
        let _inode = fields.next()?;
        let name = fields.next()?;
        let typed = mode.iter().all(|b| b"rwxsStTlLdbcpvVhr-/?".contains(b)) || number(mode).is_some();
        let whole = digest.iter().all(u8::is_ascii_hexdigit) && typed && !name.is_empty();
        whole.then_some(Self { digest, name, mode, size, modified })
    }
}

/// Remarks that the tools put behind a name.
fn bare(name: &[u8]) -> &[u8] {
    [&b" (deleted)"[..], b" (deleted-realloc)", b" ($FILE_NAME)"]
        .iter()
        .fold(name, |name, remark| name.strip_suffix(*remark).unwrap_or(name))
}

fn dots(name: &[u8]) -> bool {
    matches!(name.rsplit(|b| *b == b'/').next(), Some(b"." | b".."))
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    read_lines(bytes, rows, |line| {
        if line.text.starts_with(b"#") {
            return Parsed::Nothing;
        }
        let Some(body) = Body::parse(line.text) else { return Parsed::Unknown };
        // The times of a name in an NTFS index: the file itself has a line of its own.
        if body.name.ends_with(b" ($FILE_NAME)") || dots(bare(body.name)) {
            return Parsed::Nothing;
        }
        let name = bare(body.name);
        let (name, link) = match memchr::memmem::find(name, b" -> ").filter(|_| body.mode.starts_with(b"l")) {
            Some(at) => (name.get(..at).unwrap_or(name), name.get(at + 4..)),
            None => (name, None),
        };
        let drive = matches!(name, [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
        let Some(mut row) = Row::new(name, if drive { Separators::Windows } else { Separators::Unix }, line.number) else {
            return Parsed::Unknown;
        };
        // `d/drwxr-xr-x`: what the name says and what the inode says.
        row.directory |= body.mode.first() == Some(&b'd')
            || body.mode.starts_with(b"v/")
            || body.mode.starts_with(b"V/")
            || memchr::memmem::find(body.mode, b"/d").is_some();
        row.size = Some(body.size).filter(|_| !row.directory && link.is_none());
        row.link = link.map(<[u8]>::to_vec);
        row.modified = number(body.modified).filter(|t| *t > 0).map(|t| t.to_string());
        if body.digest.len() == 32 && body.digest.iter().any(|b| *b != b'0') {
            row.add_hash("md5", body.digest);
        }
        Parsed::Row(row)
    })
}

/// `++ r/r * 12-128-1(realloc):`, a tab and `name`; with -l times, size, owner and group behind it.
struct Listed<'l> {
    depth: usize,
    kind: u8,
    name: &'l [u8],
    rest: &'l [u8],
}

impl<'l> Listed<'l> {
    fn parse(line: &'l [u8]) -> Option<Self> {
        let depth = line.iter().take_while(|b| **b == b'+').count();
        let text = line.get(depth..)?;
        let text = if depth > 0 { text.strip_prefix(b" ")? } else { text };
        let tab = memchr::memmem::find(text, b":\t")?;
        let (head, tail) = (text.get(..tab)?, text.get(tab + 2..)?);
        let [a, b'/', b, b' ', ..] = head else { return None };
        if !b"rdlbcpshvV-".contains(a) || !b"rdlbcpshvV-".contains(b) {
            return None;
        }
        let end = memchr::memchr(b'\t', tail).unwrap_or(tail.len());
        let (name, rest) = tail.split_at_checked(end)?;
        (!name.is_empty()).then_some(Self { depth, kind: if *a == b'-' { *b } else { *a }, name, rest: rest.get(1..).unwrap_or_default() })
    }
}

fn read_fls(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let mut stack: Vec<Vec<u8>> = Vec::new();
    read_lines(bytes, rows, |line| {
        let Some(listed) = Listed::parse(line.text) else { return Parsed::Unknown };
        let name = bare(listed.name);
        if dots(name) {
            return Parsed::Nothing;
        }
        if stack.len() < listed.depth {
            return Parsed::Unknown;
        }
        stack.truncate(listed.depth);
        let parent = stack.join(&b'/');
        stack.push(name.to_vec());
        let Some(mut row) = Row::in_directory(&parent, name, Separators::Unix, line.number) else { return Parsed::Unknown };
        row.directory |= !matches!(listed.kind, b'r' | b'l' | b'-');
        // -l: modified, accessed, changed, created, size, group, owner.
        let fields: Vec<&[u8]> = listed.rest.split(|b| *b == b'\t').collect();
        if let [modified, _, _, _, size, ..] = fields.as_slice() {
            row.size = number(size).filter(|_| !row.directory && listed.kind != b'l');
            row.modified = Some(shown(modified));
        }
        Parsed::Row(row)
    })
}
