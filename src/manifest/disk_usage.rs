//! `du`, `du -a`: what a directory takes, after what is in it.

use super::fields::{Size, number};
use super::lines::Lines;
use super::path_list::Neighbours;
use super::row::{Row, Separators};
use super::tally::Tally;
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "du",
    default_kind: Kind::Taken,
    recognise,
    read,
    limitations: &[
        "sizes are blocks on a disk or rounded, and are not compared",
        "without -a only directories are named; a lowest one counts as a file until the evidence shows it as a directory",
    ],
};

/// Size and path.
fn parts(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let tab = memchr::memchr(b'\t', line)?;
    let (size, path) = line.split_at_checked(tab)?;
    let path = path.get(1..).filter(|p| !p.is_empty() && !p.contains(&b'\t'))?;
    (!size.contains(&b' ') && Size::parse(size).is_some()).then_some((size, path))
}

fn recognise(sample: &Sample<'_>) -> Option<u8> {
    let lines: Vec<(&[u8], &[u8])> = sample.filled().filter_map(parts).collect();
    if lines.len() * 10 < sample.filled().count() * 9 {
        return None;
    }
    // A directory after its content, and never smaller than the file before.
    let (mut after, mut before) = (0u32, 0u32);
    for pair in lines.windows(2) {
        let [(first, child), (second, parent)] = pair else { continue };
        let under = |a: &[u8], b: &[u8]| a.strip_prefix(b).is_some_and(|rest| rest.starts_with(b"/"));
        after += u32::from(under(child, parent) && (number(first) <= number(second)));
        before += u32::from(under(parent, child));
    }
    let rounded = lines.iter().any(|(size, _)| number(size).is_none());
    (after > before && after > 0 || rounded).then_some(88)
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let mut tally = Tally::new(rows);
    let mut lines = Lines::new(bytes);
    let on_block = lines.ends_on_block();
    let mut neighbours = Neighbours::default();
    while let Some(line) = lines.next() {
        if line.text.is_empty() {
            continue;
        }
        let path = parts(line.text).map(|(_, path)| path);
        if matches!(path, Some(b"." | b"/")) {
            continue;
        }
        match path.and_then(|path| Row::new(path, Separators::Unix, line.number)) {
            Some(row) => neighbours.push(row, &mut tally),
            None => tally.not_understood(line.number, line.text),
        }
        if !line.ended && (path.is_none() || on_block) {
            tally.truncated(line.number);
        }
    }
    neighbours.finish(&mut tally);
    tally.finish()
}
