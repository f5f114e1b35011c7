//! `tree` as a drawing (Unix `tree`, also `-p -u -g -s -h -D`, `--charset=ascii`; Windows `tree /f`, `/a`).

use super::fields::{number, shown};
use super::lines::Lines;
use super::ls_entry::mode;
use super::oem::decoding_drawn;
use super::path_list::{Neighbours, path_like};
use super::row::{Row, Separators};
use super::tally::Tally;
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "tree",
    default_kind: Kind::Taken,
    recognise,
    read,
    limitations: &[
        "depth is counted by the columns of the drawing",
        "an empty directory that is not marked (-F, -p) counts as a file",
        "`a -> b` is a link to b: a name with an arrow cannot be told from one",
        "rounded sizes (-h) are not compared; control characters may be shown as `?`",
    ],
};

/// Where a name is drawn.
struct Branch<'l> {
    depth: usize,
    name: &'l [u8],
}

/// Characters of a line before its name, and how deep they place it. Each level takes four columns.
fn branch(line: &[u8]) -> Option<Branch<'_>> {
    // `├── `, `└── `, `|-- `, `` `-- ``, `├───`, `+---`, `\---`; before them `│   `, `|   ` or blanks.
    const TEES: &[&[u8]] = &[
        "\u{251c}\u{2500}\u{2500}".as_bytes(),
        "\u{2514}\u{2500}\u{2500}".as_bytes(),
        b"|--",
        b"`--",
        b"+--",
        b"\\--",
        "\u{251c}--".as_bytes(),
        "\u{2514}--".as_bytes(),
        b"\xC3\xC4\xC4",
        b"\xC0\xC4\xC4",
    ];
    const NO_BREAK: &[u8] = "\u{a0}".as_bytes();
    let mut rest = line;
    let mut columns = 0;
    loop {
        if let Some(tee) = TEES.iter().find_map(|tee| rest.strip_prefix(*tee)) {
            let lasts = ["\u{2500}".as_bytes(), b"-", b" ", NO_BREAK, b"\xC4"];
            let name = lasts.iter().find_map(|last| tee.strip_prefix(*last))?;
            return (!name.is_empty() && columns % 4 == 0).then_some(Branch { depth: columns / 4 + 1, name });
        }
        rest = behind_bar(rest).or_else(|| rest.strip_prefix(NO_BREAK))?;
        columns += 1;
        if columns > 4 * 4096 {
            return None;
        }
    }
}

/// What stands behind a bar or a blank. Consoles of Windows draw in their code page, where lines have the same places in
/// every page; no character of UTF-8 begins with such a byte as the bar's.
fn behind_bar(line: &[u8]) -> Option<&[u8]> {
    ["\u{2502}".as_bytes(), b"|", b" ", b"\xB3"].iter().find_map(|bar| line.strip_prefix(*bar))
}

/// Windows draws files without a tee: bars and blanks, a multiple of four columns.
fn windows_file(line: &[u8]) -> Option<Branch<'_>> {
    let mut rest = line;
    let mut columns = 0;
    while let Some(after) = behind_bar(rest) {
        rest = after;
        columns += 1;
    }
    (columns >= 4 && columns % 4 == 0 && !rest.is_empty()).then_some(Branch { depth: columns / 4, name: rest })
}

/// Only the lines between branches.
fn bars(line: &[u8]) -> bool {
    line.iter().all(|b| matches!(b, b' ' | b'|' | 0xB3))
        || String::from_utf8_lossy(line).chars().all(|c| matches!(c, ' ' | '\u{2502}' | '\u{a0}'))
}

fn recognise(sample: &Sample<'_>) -> Option<u8> {
    let drawn = sample.share(|line| branch(line).is_some());
    let windows = |line: &[u8]| branch(line).is_some() || windows_file(line).is_some() || bars(line);
    (drawn >= 50 || drawn >= 5 && sample.share(windows) >= 60).then_some(90)
}

/// `[-rw-r--r-- user group 929K 2026-11-22 00:40]  name`.
struct Marked<'l> {
    name: &'l [u8],
    directory: bool,
    size: Option<u64>,
    account: Option<&'l [u8]>,
}

fn marked(text: &[u8]) -> Marked<'_> {
    let plain = Marked { name: text, directory: false, size: None, account: None };
    if text.first() != Some(&b'[') {
        return plain;
    }
    let Some(close) = memchr::memmem::find(text, b"]  ") else { return plain };
    let inner = text.get(1..close).unwrap_or_default();
    let mut words = inner.split(|b| *b == b' ').filter(|w| !w.is_empty()).peekable();
    let permissions = words.next_if(|word| mode(word));
    let size = words.clone().find_map(number);
    // With -p -u: the word after the permissions, unless it is the size.
    let account = words.next_if(|word| permissions.is_some() && word.first().is_some_and(u8::is_ascii_alphabetic));
    Marked {
        name: text.get(close + 3..).unwrap_or_default(),
        directory: permissions.is_some_and(|p| p.first() != Some(&b'-') && p.first() != Some(&b'l')),
        size,
        account,
    }
}

/// `3 directories, 14 files`, in any language.
fn totals(line: &[u8]) -> bool {
    let parts: Vec<&[u8]> = line.split(|b| *b == b',').map(<[u8]>::trim_ascii).collect();
    parts.len() <= 3 && parts.iter().all(|p| p.first().is_some_and(u8::is_ascii_digit) && p.contains(&b' '))
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    decoding_drawn(bytes, rows, |rows| read_drawing(bytes, rows))
}

fn read_drawing(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let sample = Sample::of(bytes);
    let windows = sample.lines.iter().all(|line| branch(line).is_none_or(|b| !b.name.starts_with(b" ")))
        && sample.lines.iter().any(|line| branch(line).is_none() && windows_file(line).is_some());
    // Sizes in figures only: with -h some are rounded, and small ones look exact.
    let human = sample.filled().any(|line| {
        branch(line).is_some_and(|b| {
            let inner = b.name.split(|c| *c == b']').next().unwrap_or_default();
            b.name.starts_with(b"[")
                && inner.split(|c| *c == b' ').any(|w| matches!(w, [d, .., b'K' | b'M' | b'G' | b'T'] if d.is_ascii_digit()))
        })
    });
    let mut tally = Tally::new(rows);
    let mut lines = Lines::new(bytes);
    let on_block = lines.ends_on_block();
    let mut neighbours = Neighbours::default();
    let mut stack: Vec<Vec<u8>> = Vec::new();
    while let Some(line) = lines.next() {
        let text = line.text;
        if bars(text) {
            continue;
        }
        let found = branch(text).or_else(|| windows_file(text).filter(|_| windows));
        let Some(Branch { depth, name }) = found else {
            let name = marked(text).name;
            if root(text) || !windows && path_like(name) && !totals(text) {
                // A directory that was listed; `.` adds nothing to the paths.
                stack.clear();
                stack.push(if name == b"." { Vec::new() } else { name.to_vec() });
            } else if !(totals(text) || windows && stack.is_empty()) {
                // Windows names the volume before anything else.
                tally.not_understood(line.number, text);
            }
            continue;
        };
        let Marked { name, mut directory, size, account } = marked(name);
        let (name, link) = match memchr::memmem::find(name, b" -> ") {
            Some(at) => (name.get(..at).unwrap_or(name), name.get(at + 4..)),
            None => (name, None),
        };
        let error = name.starts_with(b"[error ");
        // A branch without the one above it.
        if error || stack.len() < depth {
            tally.not_understood(line.number, text);
            continue;
        }
        stack.truncate(depth);
        directory |= windows && branch(text).is_some();
        // Where paths are written whole (-f), nothing is put before them.
        let whole = name.contains(&b'/') && !name.ends_with(b"/");
        let parent = if whole { Vec::new() } else { stack.iter().filter(|s| !s.is_empty()).fold(Vec::new(), |at, part| join(at, part)) };
        let style = if windows { Separators::Windows } else { Separators::Unix };
        match Row::in_directory(&parent, name, style, line.number) {
            Some(mut row) => {
                row.directory |= directory;
                row.size = size.filter(|_| !row.directory && !human && link.is_none());
                row.link = link.map(<[u8]>::to_vec);
                row.account = account.map(shown);
                neighbours.push(row, &mut tally);
            }
            None => tally.not_understood(line.number, text),
        }
        stack.push(name.to_vec());
        if !line.ended && on_block {
            tally.truncated(line.number);
        }
    }
    neighbours.finish(&mut tally);
    tally.finish()
}

/// `C:.` or `C:\x` of Windows' tree.
fn root(text: &[u8]) -> bool {
    matches!(text, [letter, b':', b'.' | b'\\', ..] if letter.is_ascii_alphabetic())
}

fn join(mut at: Vec<u8>, part: &[u8]) -> Vec<u8> {
    if !at.is_empty() {
        at.push(b'/');
    }
    at.extend_from_slice(part);
    at
}
