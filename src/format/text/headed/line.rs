//! A line of laid-out text, by its characters.

use crate::format::columns;
use crate::format::text::header;
use crate::table::sign_behind;
use std::cell::OnceCell;
use std::ops::Range;

/// A line with its characters; blanks at its end do not count.
pub(super) struct Line {
    pub start: usize,
    pub end: usize,
    pub chars: Vec<char>,
    fields: OnceCell<Vec<Range<usize>>>,
}

impl Line {
    /// The line with these characters, at these bytes of a text.
    pub fn new(place: Range<usize>, chars: Vec<char>) -> Self {
        Self { start: place.start, end: place.end, chars, fields: OnceCell::new() }
    }

    pub fn is_blank(&self, at: usize) -> bool {
        self.chars.get(at).is_none_or(|c| *c == ' ')
    }

    /// Does the sign of the number stand here that ends before it? It belongs to the number, and stands beyond its column.
    pub fn is_sign(&self, at: usize) -> bool {
        let begins = |first: usize| {
            let digit = first.checked_sub(1).and_then(|last| self.chars.get(last))?;
            Some(first + sign_behind(*digit, self.chars.get(first..)?)?)
        };
        begins(at).or_else(|| begins(at.checked_sub(1)?)).is_some_and(|end| at < end)
    }

    pub fn is_empty(&self) -> bool {
        self.chars.iter().all(|c| *c == ' ')
    }

    /// Groups of characters that so many blanks part.
    pub fn groups(&self, blanks: usize) -> Vec<Range<usize>> {
        columns::groups(self.chars.len(), |at| self.is_blank(at), blanks)
    }

    /// Its fields: what wide gaps part.
    pub fn fields(&self) -> &[Range<usize>] {
        self.fields.get_or_init(|| self.groups(columns::GAP))
    }

    /// This line and the one below it, as one heading: what either shows.
    pub fn over(&self, lower: &Line) -> Line {
        let width = self.chars.len().max(lower.chars.len());
        let char_at = |line: &Line, at: usize| line.chars.get(at).copied().filter(|c| *c != ' ');
        let chars = (0..width).map(|at| char_at(self, at).or_else(|| char_at(lower, at)).unwrap_or(' ')).collect();
        Line::new(self.start..lower.end, chars)
    }

    /// Does it say the last words of the names that the line above begins?
    pub fn ends_heading(&self, upper: &Line) -> bool {
        let has_digits = |line: &Line| line.chars.iter().any(char::is_ascii_digit);
        let labels = self.fields();
        if labels.len() < 2 || upper.fields().len() < 2 || has_digits(self) || has_digits(upper) || is_rule(&self.chars) {
            return false;
        }
        let names: Vec<String> = labels.iter().map(|label| self.text(label.clone())).collect();
        header::known(&names) * 2 >= names.len()
    }

    pub fn text(&self, range: Range<usize>) -> String {
        self.chars[range.start.min(self.chars.len())..range.end.min(self.chars.len())].iter().collect::<String>().trim().to_owned()
    }
}

/// A line of dashes and the like.
pub(super) fn is_rule(chars: &[char]) -> bool {
    chars.iter().all(|c| matches!(c, '-' | '=' | '_' | ' ' | '+' | '|'))
        && chars.iter().filter(|c| matches!(c, '-' | '=' | '_')).count() >= 3
}

/// Are there several fields in a line, or is it a rule? What a heading is made of.
pub(super) fn may_show_columns(line: &str) -> bool {
    const GAP: &[u8] = &[b' '; columns::GAP];
    let line = line.trim_start_matches(' ').as_bytes();
    line.windows(GAP.len()).any(|pair| pair == GAP) || !line.is_empty() && line.iter().all(|b| b"-=_ +|".contains(b))
}

/// A line cut at a blank of each gutter; `None` where one has none. Where the sign of a number fills it, the blank behind
/// the sign is taken.
pub(super) fn cut<'t>(gutters: &[Range<usize>], line: &'t str) -> Option<Vec<&'t str>> {
    let line = line.trim_end().trim_start_matches('\u{C}');
    if line.contains('\t') {
        return None;
    }
    let (mut cells, mut from, mut place, mut chars) = (Vec::with_capacity(gutters.len() + 1), 0, 0, line.char_indices());
    for gutter in gutters {
        // Behind the end of the line all is blank.
        let (mut blank, mut entered) = (line.len(), line.len());
        while place < gutter.end {
            let Some((at, c)) = chars.next() else { break };
            place += 1;
            if place > gutter.start {
                entered = entered.min(at);
                if c == ' ' && at >= from {
                    blank = at;
                    break;
                }
            }
        }
        if blank == line.len() && place >= gutter.end {
            blank = behind_sign(line, entered)?;
        }
        cells.push(line.get(from..blank)?.trim());
        from = blank;
    }
    cells.push(line[from..].trim());
    Some(cells)
}

/// Where the sign of the number ends that ends at this place.
fn behind_sign(line: &str, at: usize) -> Option<usize> {
    let digit = line.get(..at)?.chars().next_back()?;
    let behind: Vec<char> = line.get(at..)?.chars().take(3).collect();
    Some(at + sign_behind(digit, &behind)?)
}
