//! `ls -R`, `ls -1R`: names under headings, nothing else.

use super::lines::Lines;
use super::quoting::{Quoting, QuotingClues};
use super::row::{Row, Separators};
use super::tally::Tally;
use super::{Kind, Report, Sample, Syntax};
use std::collections::HashSet;

pub(super) const SYNTAX: Syntax = Syntax {
    name: "ls -R",
    default_kind: Kind::Taken,
    recognise,
    read,
    limitations: &[
        "one name a line; a listing in several columns is not told apart",
        "a directory is known by its heading; an empty one without a heading counts as a file",
        "no sizes: a file that was cut is not noticed",
    ],
};

/// A line that ends with `:`, first or after a blank line.
fn heading(text: &[u8], after_blank: bool) -> Option<&[u8]> {
    text.strip_suffix(b":").filter(|dir| after_blank && !dir.is_empty())
}

fn recognise(sample: &Sample<'_>) -> Option<u8> {
    let (mut headings, mut nested, mut after_blank) = (0u32, 0u32, true);
    let mut first = None;
    for line in &sample.lines {
        if let Some(dir) = heading(line, after_blank) {
            first.get_or_insert(dir.to_vec());
            // `.:` then `./a:`; or `home:` then `home/a:`.
            let root = first.as_deref().unwrap_or_default();
            nested += u32::from(headings > 0 && dir.starts_with(root) && dir.get(root.len()..).is_some_and(|rest| rest.starts_with(b"/")));
            headings += 1;
        }
        after_blank = line.is_empty();
    }
    (headings >= 2 && nested * 10 >= (headings - 1) * 7 && sample.lines.first().is_some_and(|l| l.ends_with(b":"))).then_some(75)
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    // Directories have headings of their own further down, so they are collected first: one hash each.
    let mut directories = HashSet::new();
    let mut clues = QuotingClues::default();
    each(bytes, |text, dir, _, _| match dir {
        Some(dir) => drop(directories.insert(dir.to_vec())),
        None => clues.see(text),
    });
    let quoting = clues.style();
    let mut tally = Tally::new(rows);
    let mut current = Vec::new();
    let mut key = Vec::new();
    each(bytes, |text, dir, number, ended| {
        if let Some(dir) = dir {
            current = dir.to_vec();
            return;
        }
        key.clear();
        key.extend_from_slice(&current);
        key.push(b'/');
        key.extend_from_slice(text.strip_suffix(b"/").unwrap_or(text));
        let name = quoting.decode(text);
        let folder = if quoting == Quoting::Literal { Some(current.as_slice().into()) } else { quoting.decode(&current) };
        let row = match (name, folder) {
            (Some(name), Some(folder)) => Row::in_directory(&folder, &name, Separators::Unix, number),
            _ => None,
        };
        let row = row.map(|mut row| {
            row.directory |= directories.contains(&key);
            row
        });
        tally.row_or_line(row, number, text);
        if !ended && bytes.len().is_multiple_of(4096) {
            tally.truncated(number);
        }
    });
    tally.finish()
}

/// Calls with each line: its text, the directory where it is a heading, its number, whether it is ended.
fn each(bytes: &[u8], mut take: impl FnMut(&[u8], Option<&[u8]>, u64, bool)) {
    let mut lines = Lines::new(bytes);
    let mut after_blank = true;
    while let Some(line) = lines.next() {
        if line.text.is_empty() {
            after_blank = true;
            continue;
        }
        let dir = heading(line.text, after_blank);
        after_blank = false;
        if dir.is_none() && matches!(line.text, b"." | b"..") {
            continue;
        }
        take(line.text, dir, line.number, line.ended);
    }
}
