//! `dir`, `dir /s` of Windows, in any language, and the same lines from its FTP server.

use super::fields::{Size, Words, clock, shown};
use super::oem::decoding;
use super::row::{Row, Separators};
use super::tally::{Parsed, read_lines};
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "dir",
    default_kind: Kind::Taken,
    recognise,
    read,
    limitations: &[
        "the order of day and month is not known and not needed",
        "the code page is guessed by its letters; characters outside of it were replaced when it was written",
        "the owner column of /q is not read: such lines count as not understood when the owner has a blank",
    ],
};

fn recognise(sample: &Sample<'_>) -> Option<u8> {
    let entries = sample.share(|line| entry(line).is_some());
    let known = sample.share(|line| entry(line).is_some() || heading(line).is_some() || line.starts_with(b" "));
    (entries >= 25 && known >= 80).then_some(91)
}

/// ` Directory of C:\x`, ` Verzeichnis von \\server\x`: the path behind any words.
fn heading(line: &[u8]) -> Option<&[u8]> {
    if line.first() != Some(&b' ') || line.get(1) == Some(&b' ') {
        return None;
    }
    let at = line.windows(3).position(|w| matches!(w, [l, b':', b'\\'] if l.is_ascii_alphabetic()) || w.starts_with(br"\\"))?;
    line.get(at..).filter(|_| at > 1 && line.get(at - 1) == Some(&b' '))
}

/// Three numbers between points, strokes or slashes.
fn date(word: &[u8]) -> bool {
    let parts: Vec<&[u8]> = word.split(|b| matches!(b, b'/' | b'.' | b'-')).filter(|p| !p.is_empty()).collect();
    parts.len() == 3 && parts.iter().all(|p| p.len() <= 4 && p.iter().all(u8::is_ascii_digit))
}

struct Entry<'l> {
    modified: &'l [u8],
    directory: bool,
    link: Option<&'l [u8]>,
    size: Option<u64>,
    name: &'l [u8],
}

fn entry(line: &[u8]) -> Option<Entry<'_>> {
    if line.first().is_none_or(|b| *b == b' ' || *b == b'\t') {
        return None;
    }
    let words = Words::<6>::of(line);
    // Never with seconds: those are listings of object stores.
    let bare_clock = |word: &'_ [u8]| {
        let bare = word.strip_suffix(b"AM").or_else(|| word.strip_suffix(b"PM")).unwrap_or(word);
        clock(bare) && bare.len() <= 5
    };
    if !date(words.get(0)) || !bare_clock(words.get(1)) {
        return None;
    }
    let half = [&b"AM"[..], b"PM", b"a.m.", b"p.m.", b"am", b"pm"].contains(&words.get(2));
    let at = 2 + usize::from(half);
    let mark = words.get(at);
    let modified = words.span(0, at - 1);
    if mark.first() == Some(&b'<') && mark.last() == Some(&b'>') {
        let name = words.after(at).trim_ascii_start();
        let linked = !matches!(mark, b"<DIR>" | b"<REP>");
        // `name [target]` of junctions and links.
        let split = memchr::memmem::rfind(name, b" [").filter(|_| linked && name.ends_with(b"]"));
        let (name, link) = match split {
            Some(at) => (name.get(..at)?, name.get(at + 2..name.len() - 1)),
            None => (name, None),
        };
        let directory = mark != b"<SYMLINK>";
        return (!name.is_empty()).then_some(Entry { modified, directory, link, size: None, name });
    }
    // Groups of a size may be parted by blanks, also such that do not break.
    let mut end = at;
    while end < words.len
        && Size::parse(words.span(at, end + 1)).is_some()
        && words.get(end + 1).len() == 3
        && words.get(end + 1).iter().all(u8::is_ascii_digit)
    {
        // `3 123 file`: a group has a blank of one column before it and more behind the size than a name.
        if words.start(end + 1) != words.end(end) + 1 || words.get(at).len() > 3 || words.get(end + 2).is_empty() {
            break;
        }
        end += 1;
    }
    let size = Size::parse(words.span(at, end))?;
    let name = words.after(end);
    (!name.is_empty()).then_some(Entry { modified, directory: false, link: None, size: size.exact(), name })
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    decoding(bytes, rows, |rows| read_entries(bytes, rows))
}

fn read_entries(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let mut directory = Vec::new();
    read_lines(bytes, rows, |line| {
        if let Some(found) = heading(line.text) {
            directory = found.to_vec();
            return Parsed::Nothing;
        }
        let Some(entry) = entry(line.text) else {
            // Volume, serial number, counts and totals are indented.
            return if line.text.starts_with(b" ") { Parsed::Nothing } else { Parsed::Unknown };
        };
        if matches!(entry.name, b"." | b"..") {
            return Parsed::Nothing;
        }
        let Some(mut row) = Row::in_directory(&directory, entry.name, Separators::Windows, line.number) else { return Parsed::Unknown };
        row.directory |= entry.directory;
        row.size = entry.size;
        row.link = entry.link.map(<[u8]>::to_vec);
        row.modified = Some(shown(entry.modified));
        Parsed::Row(row)
    })
}
