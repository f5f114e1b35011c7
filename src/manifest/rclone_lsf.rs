//! `rclone lsf` with sizes, dates or checksums beside the path, between `;`. Paths may hold `;` too: only figures at
//! one end of the line are taken off.

use super::fields::{clock, digits, iso_date, number};
use super::row::{Row, Separators};
use super::tally::read_lines;
use super::{Kind, Report, Sample, Syntax};

pub(super) const SYNTAX: Syntax = Syntax {
    name: "rclone lsf",
    default_kind: Kind::Taken,
    recognise: |sample| Layout::of(sample).map(|_| 88),
    read,
    limitations: &["control characters of names are written as their pictures", "a separator other than `;` makes it a table"],
};

#[derive(Clone, Copy)]
enum Figure {
    Size,
    Date,
    Hash,
}

/// What a field is, where it is no path.
fn figure(field: &[u8]) -> Option<Figure> {
    let is_hash = matches!(field.len(), 32 | 40 | 64) && field.iter().all(u8::is_ascii_hexdigit);
    let is_date = field.len() >= 16 && field.get(..10).is_some_and(iso_date) && field.get(11..16).is_some_and(clock);
    match field {
        b"-1" => Some(Figure::Size),
        _ if is_hash || matches!(field, b"ERROR" | b"UNSUPPORTED") => Some(Figure::Hash),
        _ if is_date => Some(Figure::Date),
        _ if digits(field) => Some(Figure::Size),
        _ => None,
    }
}

/// How many figures stand before the path, and how many behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Layout {
    before: usize,
    behind: usize,
}

impl Layout {
    fn of(sample: &Sample<'_>) -> Option<Self> {
        let candidates = [(0, 1), (1, 0), (0, 2), (2, 0), (1, 1), (0, 3), (3, 0)].map(|(before, behind)| Self { before, behind });
        // The most figures that nearly every line has.
        candidates.into_iter().rev().filter(|l| sample.share(|line| l.split(line).is_some()) >= 95).max_by_key(|l| l.before + l.behind)
    }

    fn split(self, line: &[u8]) -> Option<(&[u8], Vec<&[u8]>)> {
        let mut rest = line;
        let mut figures = Vec::with_capacity(self.before + self.behind);
        for _ in 0..self.before {
            let at = memchr::memchr(b';', rest)?;
            figures.push(rest.get(..at)?);
            rest = rest.get(at + 1..)?;
        }
        for _ in 0..self.behind {
            let at = memchr::memrchr(b';', rest)?;
            figures.push(rest.get(at + 1..)?);
            rest = rest.get(..at)?;
        }
        (!rest.is_empty() && figures.iter().all(|f| figure(f).is_some())).then_some((rest, figures))
    }
}

fn read(bytes: &[u8], rows: &mut dyn FnMut(Row)) -> Report {
    let layout = Layout::of(&Sample::of(bytes)).unwrap_or(Layout { before: 0, behind: 1 });
    read_lines(bytes, rows, |line| {
        let row = layout.split(line.text).and_then(|(path, figures)| {
            let mut row = Row::new(path, Separators::Unix, line.number)?;
            for field in figures {
                match figure(field)? {
                    Figure::Size => row.size = number(field),
                    Figure::Hash => {
                        let algorithm = match field.len() {
                            32 => "md5",
                            40 => "sha1",
                            _ => "sha256",
                        };
                        row.add_hash(algorithm, field);
                    }
                    Figure::Date => row.modified = Some(super::fields::shown(field)),
                }
            }
            Some(row)
        });
        row.into()
    })
}
