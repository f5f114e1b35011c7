//! `ls -l`, with `-a`, `-R`, `-i`, `-s`, `-n`, `-o`, `-g`, `-F`, `-h` and all date styles (POSIX `ls`, GNU
//! coreutils, BSD, busybox), and the same lines from FTP servers.

use super::fields::{digits, shown};
use super::lines::Lines;
use super::ls_entry::Entry;
use super::quoting::{Quoting, QuotingClues};
use super::row::{Row, Separators};
use super::tally::Tally;
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "ls -l",
    default_kind: Kind::Taken,
    recognise,
    read,
    limitations: &[
        "a name with a line end in it, written as it is, cannot be told from two lines: its parts are counted as not understood or as other names",
        "rounded sizes (-h) are not compared",
        "a date without a year stays without one",
    ],
};

fn recognise(sample: &Sample<'_>) -> Option<u8> {
    let entries = sample.share(|line| Entry::parse(line).is_some());
    // Many small directories: two lines in three may be headings and totals.
    let known = sample.share(|line| Entry::parse(line).is_some() || total(line) || heading(line).is_some());
    (entries >= 20 && known >= 50).then(|| 60 + known / 3)
}

/// `total 20`, in any language.
fn total(line: &[u8]) -> bool {
    let mut words = line.split(|b| *b == b' ').filter(|w| !w.is_empty());
    let (Some(first), Some(second), None) = (words.next(), words.next(), words.next()) else { return false };
    let amount = second.first().is_some_and(u8::is_ascii_digit);
    amount && first.iter().all(|b| b.is_ascii_alphabetic() || !b.is_ascii() || *b == b':') && !digits(first)
}

/// The directory of a heading `dir:`.
fn heading(line: &[u8]) -> Option<&[u8]> {
    line.strip_suffix(b":").filter(|dir| !dir.is_empty())
}

/// Style marks of the whole listing.
struct Style {
    quoting: Quoting,
    /// `-F`: executables end with `*`.
    classified: bool,
}

/// Looks at all names first: quotes and marks are clear only from all of them together.
fn style(bytes: &[u8]) -> Style {
    let mut lines = Lines::new(bytes);
    let mut clues = QuotingClues::default();
    let (mut directories, mut marked_directories, mut executables, mut starred) = (0u64, 0u64, 0u64, 0u64);
    while let Some(line) = lines.next() {
        let Some(entry) = Entry::parse(line.text) else { continue };
        if matches!(entry.name, b"." | b".." | b"./" | b"../") {
            continue;
        }
        match entry.kind {
            b'd' => {
                directories += 1;
                marked_directories += u64::from(entry.name.ends_with(b"/"));
                clues.see(entry.name.strip_suffix(b"/").unwrap_or(entry.name));
            }
            b'l' => {}
            _ => {
                if entry.executable {
                    executables += 1;
                    starred += u64::from(entry.name.ends_with(b"*"));
                }
                clues.see(entry.name);
            }
        }
    }
    let classified = directories == marked_directories && executables == starred && starred > 0;
    Style { quoting: clues.style(), classified }
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let style = style(bytes);
    let mut tally = Tally::new(rows);
    let mut lines = Lines::new(bytes);
    let on_block = lines.ends_on_block();
    let mut directory = Vec::new();
    let mut after_blank = true;
    let mut attributes = false;
    while let Some(line) = lines.next() {
        let text = line.text;
        if text.iter().all(|b| *b == b' ' || *b == b'\t') {
            after_blank = true;
            continue;
        }
        if let Some(entry) = Entry::parse(text) {
            after_blank = false;
            attributes = text.iter().take(16).any(|b| *b == b'@' || *b == b'+');
            if matches!(entry.name, b"." | b".." | b"./" | b"../") {
                continue;
            }
            tally.row_or_line(row(&entry, &directory, &style, line.number), line.number, text);
            if !line.ended && on_block {
                tally.truncated(line.number);
            }
            continue;
        }
        if total(text) {
            after_blank = false;
            continue;
        }
        // Extended attributes and access lists of macOS (`-@`, `-e`) belong to the entry above.
        if attributes && (text.starts_with(b"\t") || text.starts_with(b" 0:") || text.starts_with(b" 1:")) {
            continue;
        }
        let dir = heading(text).filter(|_| after_blank).and_then(|dir| style.quoting.decode(dir));
        after_blank = false;
        match dir {
            Some(dir) => directory = dir.into_owned(),
            None => {
                tally.not_understood(line.number, text);
                if !line.ended {
                    tally.truncated(line.number);
                }
            }
        }
    }
    tally.finish()
}

fn row(entry: &Entry<'_>, directory: &[u8], style: &Style, line: u64) -> Option<Row> {
    let (name, link) = if entry.kind == b'l' { style.quoting.decode_link(entry.name)? } else { (style.quoting.decode(entry.name)?, None) };
    let mut name = name.as_ref();
    if style.classified && entry.executable && entry.kind == b'-' {
        name = name.strip_suffix(b"*").unwrap_or(name);
    }
    let mut row = Row::in_directory(directory, name, Separators::Unix, line)?;
    row.directory = entry.without_content();
    row.size = entry.size.filter(|_| entry.kind == b'-');
    row.link = link.map(|target| target.into_owned());
    row.account = entry.account.map(shown);
    row.modified = (!entry.modified.is_empty()).then(|| shown(entry.modified));
    Some(row)
}
