//! `find -printf` and the like with blanks between the columns: sizes, dates, modes or checksums, then the path.

use super::fields::{Words, clock, iso_date, number, shown};
use super::lines::Lines;
use super::ls_entry::mode;
use super::path_list::Neighbours;
use super::path_list::says_more;
use super::row::Row;
use super::sample::separators;
use super::tally::Tally;
use super::{Kind, Report, Sample, Syntax};
use std::collections::HashSet;

pub(super) const SYNTAX: Syntax = Syntax {
    name: "find -printf",
    default_kind: Kind::Taken,
    recognise: |sample| Layout::of(sample).map(|_| 60),
    read,
    limitations: &["of several number columns none is taken for the size", "columns behind the path are taken for a part of it"],
};

/// What a column holds, the same on every line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Number,
    Date,
    Mode,
}

fn class(word: &[u8]) -> Option<Class> {
    // `%T@`: seconds with a fraction.
    let epoch = word.split(|b| *b == b'.').collect::<Vec<_>>();
    if matches!(epoch.as_slice(), [whole, fraction] if number(whole).is_some() && fraction.iter().all(u8::is_ascii_digit) && whole.len() >= 9)
    {
        return Some(Class::Date);
    }
    if number(word).is_some() {
        Some(Class::Number)
    } else if iso_date(word) || word.contains(&b':') && clock(word) || word.get(..10).is_some_and(iso_date) && word.contains(&b':') {
        Some(Class::Date)
    } else if mode(word) {
        Some(Class::Mode)
    } else {
        None
    }
}

/// How many columns may stand before the path.
const COLUMNS: usize = 8;

struct Layout {
    classes: Vec<Class>,
}

impl Layout {
    fn of(sample: &Sample<'_>) -> Option<Self> {
        let mut classes: Option<Vec<Class>> = None;
        let mut numbers = HashSet::new();
        let (mut lines, mut nested, mut told) = (0usize, 0usize, 0usize);
        for line in sample.filled() {
            if line.contains(&b'\t') {
                return None;
            }
            lines += 1;
            let words = Words::<COLUMNS>::of(line);
            let own: Vec<Class> = (0..words.len).map_while(|i| class(words.get(i))).collect();
            let common = match &classes {
                Some(before) => before.iter().zip(&own).take_while(|(a, b)| a == b).count(),
                None => own.len(),
            };
            // A path of digits and nothing behind it is no column.
            let common = common.min(words.len.saturating_sub(1));
            classes = Some(own.get(..common)?.to_vec());
            told += usize::from(words.len > 0 && says_more(words.after(common.saturating_sub(1))));
            nested += usize::from(line.contains(&b'/') || line.contains(&b'\\'));
            numbers.extend((0..words.len).map(|i| words.get(i)).find_map(number));
        }
        let classes = classes.filter(|c| !c.is_empty())?;
        // A folder whose name begins with a year is not a column of sizes.
        let varied = classes.contains(&Class::Date) || classes.contains(&Class::Mode) || numbers.len() > 1 && numbers.len() * 5 >= lines;
        (nested * 2 >= lines && varied && told * 4 < lines).then_some(Self { classes })
    }

    fn path<'l>(&self, words: &Words<'l, COLUMNS>) -> Option<&'l [u8]> {
        let fits = self.classes.iter().enumerate().all(|(i, c)| class(words.get(i)) == Some(*c));
        self.classes.len().checked_sub(1).filter(|_| fits).map(|last| words.after(last))
    }
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let sample = Sample::of(bytes);
    let mut tally = Tally::new(rows);
    let mut lines = Lines::new(bytes);
    let mut neighbours = Neighbours::default();
    let layout = Layout::of(&sample).unwrap_or(Layout { classes: Vec::new() });
    let style = separators(sample.filled().filter_map(|line| layout.path(&Words::of(line))));
    let single = layout.classes.iter().filter(|c| **c == Class::Number).count() == 1;
    while let Some(line) = lines.next() {
        if line.text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let words = Words::<COLUMNS>::of(line.text);
        let path = layout.path(&words);
        if matches!(path, Some(b"." | b"./")) {
            continue;
        }
        let Some(mut row) = path.and_then(|path| Row::new(path, style, line.number)) else {
            tally.not_understood(line.number, line.text);
            if !line.ended {
                tally.truncated(line.number);
            }
            continue;
        };
        let mut dates = Vec::new();
        for (i, class) in layout.classes.iter().enumerate() {
            match class {
                Class::Number if single => row.size = number(words.get(i)),
                Class::Number => {}
                Class::Date => dates.push(shown(words.get(i))),
                Class::Mode => row.directory |= words.get(i).first() == Some(&b'd'),
            }
        }
        row.modified = (!dates.is_empty()).then(|| dates.join(" "));
        neighbours.push(row, &mut tally);
    }
    neighbours.finish(&mut tally);
    tally.finish()
}
