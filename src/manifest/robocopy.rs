//! Logs of `robocopy`, in any language of Windows: folders by their last `\`, files by the size before their name.

use super::fields::{Size, clock, iso_date};
use super::lines::Lines;
use super::oem::decoding;
use super::row::{Row, Separators};
use super::tally::Tally;
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "robocopy log",
    default_kind: Kind::Taken,
    recognise: |sample| {
        let titled = sample.filled().take(12).any(|line| memchr::memmem::find(line, b"ROBOCOPY").is_some());
        match titled {
            true => Some(97),
            false => sample.confidence(80, 60, |line| !matches!(entry(line), Entry::Unknown)).filter(|_| has_folder(sample)),
        }
    },
    read,
    limitations: &[
        "sizes are rounded from a megabyte on, unless it ran with /BYTES",
        "what was skipped or is extra at the target is listed like what was copied",
    ],
};

enum Entry<'l> {
    Folder(&'l [u8]),
    File(&'l [u8], Option<u64>),
    /// Headings, figures, progress.
    Nothing,
    Unknown,
}

fn has_folder(sample: &Sample<'_>) -> bool {
    sample.filled().any(|line| matches!(entry(line), Entry::Folder(_)))
}

fn entry(line: &[u8]) -> Entry<'_> {
    // Progress is written over the line: `a.txt CR 0% CR 100%`.
    let line = line.split(|b| *b == b'\r').next().unwrap_or_default();
    let bare = line.trim_ascii();
    let percent = bare.strip_suffix(b"%").is_some_and(|n| n.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',')));
    if bare.is_empty() || percent || bare.iter().all(|b| *b == b'-') {
        return Entry::Nothing;
    }
    let mut cells = line.split(|b| *b == b'\t').map(<[u8]>::trim_ascii).filter(|cell| !cell.is_empty()).rev();
    let (Some(name), Some(mut before)) = (cells.next(), cells.next()) else { return Entry::Unknown };
    // With /TS a time stands between the size and the name.
    if before.split(|b| *b == b' ').next().is_some_and(iso_date) && before.rsplit(|b| *b == b' ').next().is_some_and(clock) {
        let Some(size) = cells.next() else { return Entry::Unknown };
        before = size;
    }
    // `New Dir          1` and `New File  		     486` have their words before or in the cell of the figure.
    let figure = before.rsplit(|b| *b == b' ').next().unwrap_or(before);
    let rounded = before.len() > 1 && matches!(figure, b"k" | b"m" | b"g" | b"t");
    match Size::parse(figure) {
        _ if rounded => Entry::File(name, None),
        Some(_) if name.ends_with(b"\\") => Entry::Folder(name),
        Some(size) => Entry::File(name, size.exact()),
        None => Entry::Unknown,
    }
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    decoding(bytes, rows, |rows| read_entries(bytes, rows))
}

fn read_entries(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let mut tally = Tally::new(rows);
    let mut lines = Lines::new(bytes);
    let mut folder: Vec<u8> = Vec::new();
    // Between the first and the last rule stand the files; before and behind are settings and figures.
    let (mut rules, mut inside) = (0, false);
    while let Some(line) = lines.next() {
        if line.text.len() > 20 && line.text.iter().all(|b| *b == b'-') {
            rules += 1;
            inside = rules == 3;
            continue;
        }
        match entry(line.text) {
            Entry::Folder(path) => {
                inside = true;
                folder = path.to_vec();
                let row = Row::new(path, Separators::Windows, line.number).map(|row| Row { directory: true, ..row });
                tally.row_or_line(row, line.number, line.text);
            }
            Entry::File(name, size) if inside => {
                let whole = name.get(1) == Some(&b':') || name.starts_with(b"\\\\");
                let row = if whole {
                    Row::new(name, Separators::Windows, line.number)
                } else {
                    Row::in_directory(&folder, name, Separators::Windows, line.number)
                };
                tally.row_or_line(row.map(|row| Row { size, directory: false, ..row }), line.number, line.text);
            }
            Entry::Unknown if inside && !is_message(line.text) => tally.not_understood(line.number, line.text),
            Entry::File(..) | Entry::Unknown | Entry::Nothing => {}
        }
    }
    tally.finish()
}

/// `2025/01/12 04:05:06 ERROR 5 (0x00000005) …` and what it says below.
fn is_message(line: &[u8]) -> bool {
    line.get(..10).is_some_and(iso_date) || !line.starts_with(b"\t") && !line.starts_with(b" ")
}
