//! One path a line: `find`, `tar tf`, `jar tf`, `unzip -Z1`, `dir /b /s`, `rclone lsf`, `tree -fi`; or each ended
//! by a zero byte (`find -print0`).

use super::lines::Lines;
use super::oem::decoding;
use super::row::{Row, Separators};
use super::sample::separators;
use super::tally::Tally;
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "path list",
    default_kind: Kind::Taken,
    recognise,
    read,
    limitations: &[
        "no sizes: a file that was cut is not noticed",
        "a directory is known by a separator at its end or by the paths beside it; an empty one without either counts as a file",
        "a name with a line end in it is two names",
    ],
};

pub(super) const NUL: Syntax = Syntax {
    name: "path list, zero-terminated",
    default_kind: Kind::Taken,
    recognise: recognise_nul,
    read: read_nul,
    limitations: SYNTAX.limitations,
};

fn recognise(sample: &Sample<'_>) -> Option<u8> {
    sample.confidence(80, 40, path_like).map(|c| c.max(2))
}

fn recognise_nul(sample: &Sample<'_>) -> Option<u8> {
    if !sample.nul {
        return None;
    }
    let (mut all, mut hits, mut deep) = (0u32, 0u32, 0u32);
    let mut entries = Lines::nul_separated(sample.bytes);
    while all < 200
        && let Some(entry) = entries.next()
    {
        all += 1;
        hits += u32::from(!entry.text.is_empty() && (entry.text == b"." || path_like(entry.text)));
        deep += u32::from(entry.text.contains(&b'/'));
    }
    // Programs that end names with zero bytes begin them with a folder; bytes between zeros are anything.
    (all > 0 && hits * 10 >= all * 9 && deep * 10 >= (all - 1) * 9).then_some(85)
}

/// `INFO user=joe path=/home/joe/a.csv`, `10.0.0.5 joe GET /home/joe/a.csv`: a line of a log says more than a path. The
/// path of a find begins right behind its columns, and no folder of it ends with a blank.
pub(super) fn says_more(line: &[u8]) -> bool {
    let words = || line.split(|b| *b == b' ').filter(|word| !word.is_empty());
    let is_setting = |word: &[u8]| {
        memchr::memchr(b'=', word).is_some_and(|at| at > 0 && word[..at].iter().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(b)))
    };
    words().filter(|word| is_setting(word)).count() > 1
        || words().skip(1).any(|word| word.starts_with(b"/") || memchr::memmem::find(word, b"=/").is_some())
}

/// Written like a path, not like a sentence.
pub(super) fn path_like(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    if line.is_empty() || line.len() > 1 << 16 || line.iter().any(|b| *b == 0 || *b == b'\t') || has_scheme(line) {
        return false;
    }
    let rooted = matches!(line.first(), Some(b'/' | b'\\'))
        || line.starts_with(b"./")
        || matches!(line, [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    if rooted {
        return true;
    }
    if says_more(line) {
        return false;
    }
    // Markup, objects, branches of a drawn tree.
    const DRAWN: &[&str] = &["<", "{", "[", "}", "]", "|", "`--", "+--", "\\---", "\u{2502}", "\u{251c}", "\u{2514}", "%%%%"];
    if DRAWN.iter().any(|mark| line.starts_with(mark.as_bytes())) {
        return false;
    }
    let sentence = [&b": "[..], b", ", b"? ", b"! ", b". "].iter().any(|mark| memchr::memmem::find(line, mark).is_some());
    let words = |part: &[u8]| part.split(|b| *b == b' ').filter(|w| !w.is_empty()).count();
    let parts: Vec<&[u8]> = line.split(|b| matches!(b, b'/' | b'\\')).collect();
    let longest = parts.iter().map(|p| words(p)).max().unwrap_or(0);
    let last = parts.iter().rev().find(|p| !p.is_empty()).copied().unwrap_or_default();
    let extension = last.iter().rposition(|b| *b == b'.').is_some_and(|dot| {
        let tail = last.get(dot + 1..).unwrap_or_default();
        (1..=10).contains(&tail.len()) && tail.iter().all(u8::is_ascii_alphanumeric)
    });
    if parts.len() >= 3 || parts.len() == 2 && extension {
        // `first/second/third` is a path even where a folder is named like a sentence.
        return longest <= 8 || extension;
    }
    !sentence && (extension && longest <= 8 || longest <= 2)
}

/// `https://…`.
fn has_scheme(line: &[u8]) -> bool {
    memchr::memmem::find(line, b"://")
        .is_some_and(|at| line.get(..at).is_some_and(|s| !s.is_empty() && s.iter().all(u8::is_ascii_alphanumeric)))
}

/// The paths of a line: one, or several that commas or semicolons part. A comma in a name has no ending of a file before it and
/// no path behind it; that of one name that has, twice in a line, is not told from them.
fn paths(line: &[u8]) -> Vec<&[u8]> {
    let has_ending = |path: &[u8]| {
        let ending = path.iter().rposition(|b| *b == b'.').map_or(&b""[..], |dot| &path[dot + 1..]);
        (1..=5).contains(&ending.len()) && ending.iter().all(u8::is_ascii_alphanumeric)
    };
    for mark in [b';', b','] {
        let parts: Vec<&[u8]> = line.split(|b| *b == mark).map(<[u8]>::trim_ascii).filter(|part| !part.is_empty()).collect();
        let is_path = |part: &&[u8]| has_ending(part) && part.iter().any(|b| matches!(b, b'/' | b'\\')) && path_like(part);
        if parts.len() > 1 && parts.iter().all(is_path) {
            return parts;
        }
    }
    vec![line]
}

/// A heading, a sentence or a summary that surely names no file.
fn remark(line: &[u8]) -> bool {
    !path_like(line) && (has_scheme(line) || line.iter().filter(|b| **b == b' ').count() > 8)
}

/// `63 directories, 277 files` under `tree -fi`.
fn totals(line: &[u8]) -> bool {
    let mut parts = line.split(|b| *b == b',').map(<[u8]>::trim_ascii);
    let counts = |part: &[u8], words: [&[u8]; 2]| {
        let digits = part.iter().take_while(|b| b.is_ascii_digit()).count();
        digits > 0 && part.get(digits..).is_some_and(|rest| words.contains(&rest))
    };
    parts.next().is_some_and(|p| counts(p, [b" directories", b" directory"]))
        && parts.next().is_some_and(|p| counts(p, [b" files", b" file"]))
        && parts.next().is_none()
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let is_drive = |line: &[u8]| matches!(line, [letter, b':', b'\\', ..] if letter.is_ascii_alphabetic());
    match Sample::of(bytes).filled().next().is_some_and(is_drive) {
        // `dir /b /s`.
        true => decoding(bytes, rows, |rows| read_entries(Lines::new(bytes), rows)),
        false => read_entries(Lines::new(bytes), rows),
    }
}

fn read_nul(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    read_entries(Lines::nul_separated(bytes), rows)
}

/// How many entries are asked for the separators.
const JUDGED: usize = 2_000;

fn read_entries(mut lines: Lines<'_>, rows: &mut dyn FnMut(Row)) -> Report {
    let mut head = Vec::new();
    let mut probe = lines.clone();
    while head.len() < JUDGED
        && let Some(line) = probe.next()
    {
        head.push(line.text.get(..4_096).unwrap_or(line.text).to_vec());
    }
    let style = separators(head.iter().map(Vec::as_slice));
    drop(head);
    let on_block = lines.ends_on_block();
    let mut tally = Tally::new(rows);
    let mut neighbours = Neighbours::default();
    while let Some(line) = lines.next() {
        let text = line.text;
        if text.iter().all(|b| *b == b' ' || *b == b'\t') {
            continue;
        }
        if style == Separators::Unix && matches!(text, b"." | b"./" | b"/") {
            continue;
        }
        if totals(text) {
            continue;
        }
        for path in paths(text) {
            let row = if remark(path) { None } else { Row::new(path, style, line.number) };
            match row {
                Some(row) => neighbours.push(row, &mut tally),
                None => tally.not_understood(line.number, path),
            }
        }
        if !line.ended && on_block {
            tally.truncated(line.number);
        }
    }
    neighbours.finish(&mut tally);
    tally.finish()
}

/// Holds one row back until its neighbours show whether it is a directory: `find` names a directory before
/// what is in it, `find -depth` and `du` after.
#[derive(Default)]
pub(super) struct Neighbours {
    held: Option<Row>,
    before: Vec<u8>,
}

impl Neighbours {
    pub(super) fn push(&mut self, mut row: Row, tally: &mut Tally<'_>) {
        // What has a checksum is a file, even where a listing goes on inside of it (an archive).
        row.directory |= row.sha256.is_none() && inside(&self.before, &row.path);
        self.before.clone_from(&row.path);
        if let Some(mut held) = self.held.take() {
            held.directory |= held.sha256.is_none() && inside(&row.path, &held.path);
            tally.row(held);
        }
        self.held = Some(row);
    }

    pub(super) fn finish(self, tally: &mut Tally<'_>) {
        if let Some(held) = self.held {
            tally.row(held);
        }
    }
}

/// `path` lies in `directory`.
fn inside(path: &[u8], directory: &[u8]) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.starts_with(b"/"))
}
