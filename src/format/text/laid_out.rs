//! Tables on pages where text stands at places: the pages are laid out in characters, their columns are found under
//! headings as in a printed report, and a table goes on over pages where its heading comes again or none does.

use super::headed::{self, HEADS, Headed};
use crate::format::grid::Grid;
use crate::format::{PassageKind, Sink};
use crate::table::TableFacts;

/// Stands behind a text up to where it ends on its page, and is no part of it.
pub(in crate::format) const FILLER: char = '\u{1F}';
/// A blank inside a text, which parts no columns.
pub(in crate::format) const BLANK: char = '\u{A0}';
/// Tables that are open at once; each holds some of its rows.
const OPEN: usize = 16;

/// Takes pages, and hands on the rows of their tables.
#[derive(Default)]
pub(in crate::format) struct LaidOut {
    tables: Vec<(Vec<String>, Grid)>,
    /// How the lines at hand are cut, and the place of their table.
    current: Option<(Headed, usize)>,
    /// Width of a character on the page before: only then columns go on at the same places.
    unit: u32,
}

impl LaidOut {
    /// Takes a page whose lines are laid out with characters of this width; what it says stands at `offset`.
    pub fn page(&mut self, text: &str, unit: u32, offset: u64, sink: &mut Sink<'_>) {
        if unit != self.unit {
            (self.unit, self.current) = (unit, None);
        }
        let mut rest = text;
        while !rest.is_empty() {
            let (head, body, found) = match headed::find(rest, '\n') {
                Some(found) if self.is_table(&found, rest) => (found.head, found.body, Some(found)),
                Some(found) => (found.body, found.body, None),
                None => {
                    let end = rest.split_inclusive('\n').take(HEADS).map(str::len).sum();
                    (end, end, None)
                }
            };
            self.rows(rest.get(..head).unwrap_or_default(), offset, sink);
            if let Some(found) = found {
                self.begin(found, offset, sink);
            }
            rest = rest.get(body..).unwrap_or_default();
        }
        sink.kind(PassageKind::Prose);
    }

    /// Hands on what is held.
    pub fn end(&mut self, sink: &mut Sink<'_>) {
        self.current = None;
        self.tables.drain(..).for_each(|(_, grid)| grid.end(sink));
    }

    /// Do the columns under the heading say whose the rows are, or are they of several types? A heading in doubt ends no
    /// table at hand.
    fn is_table(&self, found: &Headed, text: &str) -> bool {
        let sample: Vec<Vec<String>> = found.sample(text, '\n').iter().map(|row| row.iter().map(|cell| bare(cell)).collect()).collect();
        let table = TableFacts::new("", Some(&header_of(found)), &sample);
        table.says_whose() || table.shows_columns() && !(found.is_doubtful && self.current.is_some())
    }

    fn begin(&mut self, found: Headed, offset: u64, sink: &mut Sink<'_>) {
        let header = header_of(&found);
        let known = self.tables.iter().position(|(known, _)| *known == header);
        if known.is_none() && self.tables.len() == OPEN {
            self.end(sink);
        }
        let place = known.unwrap_or_else(|| {
            self.tables.push((header.clone(), Grid::headed("", header, offset)));
            self.tables.len() - 1
        });
        self.current = Some((found, place));
    }

    fn rows(&mut self, lines: &str, offset: u64, sink: &mut Sink<'_>) {
        let Some((headed, place)) = &self.current else { return };
        let Some((_, grid)) = self.tables.get_mut(*place) else { return };
        for cells in lines.split('\n').filter_map(|line| headed.cells(line)) {
            grid.row_at(cells.into_iter().map(bare).collect(), offset, sink);
        }
    }
}

fn header_of(found: &Headed) -> Vec<String> {
    found.header.iter().map(|name| bare(name)).collect()
}

/// A text as it stands on the page.
fn bare(cell: &str) -> String {
    let words: Vec<&str> = cell.split([' ', BLANK]).map(|word| word.trim_matches(FILLER)).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}
