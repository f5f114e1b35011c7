//! Tables on pages where text stands at places: the pages are laid out in characters, their columns are found under
//! headings as in a printed report, and a table goes on over pages where its heading comes again or none does.

use super::headed::{self, HEADS, Headed};
use crate::format::grid::Grid;
use crate::format::{PassageKind, Sink, heads_in};
use crate::table::TableFacts;

/// Stands behind a text up to where it ends on its page, and is no part of it.
pub(in crate::format) const FILLER: char = '\u{1F}';
/// A blank inside a text, which parts no columns.
pub(in crate::format) const BLANK: char = '\u{A0}';
/// The first byte of a [`BLANK`].
const BLANK_LEADS: u8 = 0xC2;
/// Tables that are open at once; each holds some of its rows.
const OPEN: usize = 16;

/// A page as it is laid out.
#[derive(Clone, Copy, Default)]
pub(in crate::format) struct Page<'t> {
    pub text: &'t str,
    /// Width of a character.
    pub unit: u32,
    /// Where it stands in the item.
    pub offset: u64,
    /// It names clients; which lines do is asked for.
    pub names_client: bool,
}

/// Takes pages, and hands on the rows of their tables.
#[derive(Default)]
pub(in crate::format) struct LaidOut {
    tables: Vec<(Vec<String>, Grid)>,
    /// How the lines at hand are cut, and the place of their table.
    current: Option<Current>,
    /// Width of a character on the page before: only then columns go on at the same places.
    unit: u32,
    /// The text of each page is read behind its rows, and before the next page.
    in_order: bool,
    /// The page at hand names clients, and its lines are asked for where.
    names_client: bool,
}

/// The table whose rows stand in the lines at hand.
struct Current {
    headed: Headed,
    place: usize,
    /// What its rows on the page at hand establish.
    facts: TableFacts,
}

impl LaidOut {
    /// Takes pages each of which is read as text before the next one: lines of them say whose the rows below are.
    pub fn in_order() -> Self {
        Self { in_order: true, ..Self::default() }
    }

    /// Takes a page whose lines are laid out with characters of this width; what it says stands at `offset`. Where rows
    /// of it say whose personal data they hold, gives the lines that are no rows.
    pub fn page(&mut self, Page { text, unit, offset, names_client }: Page<'_>, sink: &mut Sink<'_>) -> Option<String> {
        self.names_client = self.in_order && names_client;
        let above = self.names_client.then(|| {
            sink.flush();
            sink.heads().clone()
        });
        if unit != self.unit {
            (self.unit, self.current) = (unit, None);
        }
        let (mut beside, mut says) = (Vec::new(), false);
        let mut rest = text;
        while !rest.is_empty() {
            let (head, body, found) = match headed::find(rest, '\n') {
                Some(found) => match self.table_of(&found, rest) {
                    Some(facts) => (found.head, found.body, Some((found, facts))),
                    None => (found.body, found.body, None),
                },
                None => {
                    let end = rest.split_inclusive('\n').take(HEADS).map(str::len).sum();
                    (end, end, None)
                }
            };
            says |= self.rows(rest.get(..head).unwrap_or_default(), offset, &mut beside, sink);
            if let Some((found, facts)) = found {
                self.begin(found, facts, offset, sink);
            }
            rest = rest.get(body..).unwrap_or_default();
        }
        sink.kind(PassageKind::Prose);
        if let Some(above) = above {
            // The text of the page follows from its beginning.
            *sink.heads() = above;
        }
        says.then(|| beside.into_iter().map(as_read).collect())
    }

    /// Hands on what is held.
    pub fn end(&mut self, sink: &mut Sink<'_>) {
        self.current = None;
        self.tables.drain(..).for_each(|(_, grid)| grid.end(sink));
    }

    /// The table under a heading, if its columns say whose the rows are, or are of several types. A heading in doubt ends
    /// no table at hand.
    fn table_of(&self, found: &Headed, text: &str) -> Option<TableFacts> {
        let sample: Vec<Vec<String>> = found.sample(text, '\n').iter().map(|row| row.iter().map(|cell| bare(cell)).collect()).collect();
        let table = TableFacts::new("", Some(&header_of(found)), &sample);
        let is_table = table.says_whose() || table.shows_columns() && !(found.is_doubtful && self.current.is_some());
        is_table.then_some(table)
    }

    fn begin(&mut self, headed: Headed, facts: TableFacts, offset: u64, sink: &mut Sink<'_>) {
        let header = header_of(&headed);
        let known = self.tables.iter().position(|(known, _)| *known == header);
        if known.is_none() && self.tables.len() == OPEN {
            self.end(sink);
        }
        let place = known.unwrap_or_else(|| {
            let grid = match self.in_order {
                true => Grid::headed("", header.clone(), offset).in_order(),
                false => Grid::headed("", header.clone(), offset),
            };
            self.tables.push((header, grid));
            self.tables.len() - 1
        });
        self.current = Some(Current { headed, place, facts });
    }

    /// Hands on the rows among these lines, and the other lines; do the rows hold personal data?
    fn rows<'t>(&mut self, lines: &'t str, offset: u64, beside: &mut Vec<&'t str>, sink: &mut Sink<'_>) -> bool {
        let table = self.current.as_mut().and_then(|current| Some((self.tables.get_mut(current.place)?, current)));
        let Some(((_, grid), Current { headed, facts, .. })) = table else {
            beside.push(lines);
            self.may_head(lines, sink);
            return false;
        };
        let mut here = facts.empty_like();
        for line in lines.split_inclusive('\n') {
            match headed.cells(line) {
                Some(cells) => {
                    let cells: Vec<String> = cells.into_iter().map(bare).collect();
                    here.row(&cells.iter().map(String::as_str).collect::<Vec<_>>(), offset);
                    grid.row_at(cells, offset, sink);
                }
                None => {
                    beside.push(line);
                    if self.names_client && names_client(line) {
                        grid.begin(sink);
                        sink.heads().text(&as_read(line));
                    }
                }
            }
        }
        here.finish();
        here.has_personal_data()
    }

    /// Lines that are no rows may say whose the rows below them are; those above are not.
    fn may_head(&mut self, lines: &str, sink: &mut Sink<'_>) {
        if self.names_client && names_client(lines) {
            self.tables.iter_mut().for_each(|(_, grid)| grid.begin(sink));
            sink.heads().text(&as_read(lines));
        }
    }
}

fn names_client(lines: &str) -> bool {
    !heads_in(&as_read(lines)).is_empty()
}

/// Lines as they read: what fills up a text stands for blanks only where the text ends.
pub(in crate::format) fn as_read(lines: &str) -> String {
    let (mut out, mut fillers, mut rest) = (String::with_capacity(lines.len()), 0, lines);
    while let Some(at) = rest.bytes().position(|b| b == FILLER as u8 || b == BLANK_LEADS) {
        if at > 0 {
            out.extend(std::iter::repeat_n(' ', std::mem::take(&mut fillers)));
        }
        let (before, marked) = rest.split_at(at);
        out.push_str(before);
        let Some(mark) = marked.chars().next() else { break };
        match mark {
            FILLER => fillers += 1,
            BLANK => {
                fillers = 0;
                out.push(' ');
            }
            _ => {
                out.extend(std::iter::repeat_n(' ', std::mem::take(&mut fillers)));
                out.push(mark);
            }
        }
        rest = &marked[mark.len_utf8()..];
    }
    if !rest.is_empty() {
        out.extend(std::iter::repeat_n(' ', fillers));
        out.push_str(rest);
    }
    out
}

/// Lines as [`as_read`] gives them, without blanks around them and with two at most inside of them.
pub(in crate::format) fn condensed(lines: &str) -> String {
    let mut out = String::with_capacity(lines.len());
    let (mut blanks, mut fillers, mut is_begun) = (0_usize, 0, false);
    let mut rest = lines;
    loop {
        let word = rest.bytes().position(|b| matches!(b, b' ' | b'\n' | BLANK_LEADS) || b == FILLER as u8).unwrap_or(rest.len());
        let (before, marked) = rest.split_at(word);
        let mark = marked.chars().next();
        let is_letter = mark.is_some_and(|mark| !matches!(mark, ' ' | '\n' | FILLER | BLANK));
        if !before.is_empty() || is_letter {
            blanks += std::mem::take(&mut fillers);
            if is_begun {
                out.push_str(["", " ", "  "][blanks.min(2)]);
            }
            (blanks, is_begun) = (0, true);
            out.push_str(before);
        }
        let Some(mark) = mark else { break };
        match mark {
            FILLER => fillers += 1,
            BLANK => (blanks, fillers) = (blanks + 1, 0),
            ' ' => (blanks, fillers) = (blanks + fillers + 1, 0),
            '\n' => {
                (blanks, fillers, is_begun) = (0, 0, false);
                out.push(mark);
            }
            _ => out.push(mark),
        }
        rest = &marked[mark.len_utf8()..];
    }
    out
}

fn header_of(found: &Headed) -> Vec<String> {
    found.header.iter().map(|name| bare(name)).collect()
}

/// A text as it stands on the page.
fn bare(cell: &str) -> String {
    let words: Vec<&str> = cell.split([' ', BLANK]).map(|word| word.trim_matches(FILLER)).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::columns;

    #[test]
    fn what_fills_up_is_blanks_where_a_text_ends() {
        let lines = format!("Ann{BLANK}Lee{FILLER}{FILLER}  12é{FILLER}{BLANK}x{FILLER}\n©{FILLER}y{FILLER}");
        assert_eq!(as_read(&lines), "Ann Lee    12é x \n© y");
        assert_eq!(condensed(&lines), "Ann Lee  12é x\n© y");
    }

    proptest::proptest! {
        #[test]
        fn condensed_lines_are_those_that_are_read(lines in "[a-c ©\u{A0}\u{1F}\n]{0,60}") {
            let parts = |line: &str| columns::fields(line).collect::<Vec<_>>().join("  ");
            let read: Vec<String> = as_read(&lines).split('\n').map(parts).collect();
            proptest::prop_assert_eq!(condensed(&lines), read.join("\n"));
        }
    }
}
