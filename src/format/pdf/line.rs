//! Running text from glyphs at places: where the next one stands decides whether it continues the word,
//! follows behind a blank, or begins a line.

use std::ops::Range;

/// A point or vector of the page.
pub type Point = (f64, f64);

/// Words of a page whose places are kept.
const MOST_WORDS: usize = 1 << 17;

/// A word with its place, in the plane in which it runs to the right.
pub struct Word {
    /// Where its text stands in the text of the page.
    pub text: Range<usize>,
    /// Where it begins on the base line.
    pub start: Point,
    /// Where it ends.
    pub end: Point,
    /// Size of its type.
    pub em: f64,
    /// Where to it runs on the page: right, up, left, down, or aslant.
    pub direction: (i8, i8),
}

/// Text as it comes out.
#[derive(Default)]
pub struct Lines {
    /// The text.
    pub text: String,
    /// Letters and digits in all.
    pub letters: u64,
    /// Glyphs that nobody says the meaning of.
    pub unknown: u64,
    /// Its words with their places.
    pub words: Vec<Word>,
    /// The last of the words goes on.
    in_word: bool,
    last: Option<Last>,
    /// Blanks that were shown since the last glyph.
    blanks: usize,
}

#[derive(Clone, Copy)]
struct Last {
    end: Point,
    along: Point,
    em: f64,
    /// Space that was put behind the glyph on purpose.
    spacing: f64,
}

/// A glyph on the page.
pub struct Placed<'t> {
    /// Its text.
    pub text: &'t str,
    /// Where it begins and ends on the base line.
    pub start: Point,
    /// End of its advance, without spacing.
    pub end: Point,
    /// Direction of the text, of length one.
    pub along: Point,
    /// Size on the page.
    pub em: f64,
    /// Character spacing behind it, on the page.
    pub spacing: f64,
}

impl Lines {
    /// Takes a glyph.
    pub fn push(&mut self, glyph: &Placed<'_>) {
        self.separate(glyph);
        self.join_hyphenated(glyph.text);
        self.follow(glyph);
    }

    /// Takes a glyph that stands right behind the one before it.
    pub fn follow(&mut self, glyph: &Placed<'_>) {
        if let [letter @ (b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9')] = glyph.text.as_bytes() {
            // Nearly every glyph.
            self.text.push(char::from(*letter));
            self.letters += 1;
            self.place(glyph);
        } else if glyph.text.chars().all(char::is_whitespace) {
            self.blanks += 1;
            self.in_word = false;
            // As many as there are: columns of records count them.
            if !self.text.is_empty() && !self.text.ends_with(['\n', '\t']) {
                self.text.push(' ');
            }
            self.last = Some(Last { end: glyph.end, along: glyph.along, em: glyph.em, spacing: glyph.spacing });
            return;
        } else {
            if is_drawn(glyph.text) {
                self.indent();
            }
            self.text.push_str(glyph.text);
            self.place(glyph);
            self.letters += glyph.text.chars().filter(|c| c.is_alphanumeric()).count() as u64;
        }
        self.blanks = 0;
        self.last = Some(Last { end: glyph.end, along: glyph.along, em: glyph.em, spacing: glyph.spacing });
    }

    /// The glyph whose text was just taken goes on with the word, or begins one.
    fn place(&mut self, glyph: &Placed<'_>) {
        let text = self.text.len().saturating_sub(glyph.text.len())..self.text.len();
        let (x, y) = glyph.along;
        let turned = |point: Point| (point.0 * x + point.1 * y, point.1 * x - point.0 * y);
        let has_room = self.words.len() < MOST_WORDS;
        match self.words.last_mut().filter(|_| self.in_word) {
            Some(word) => (word.text.end, word.end) = (text.end, turned(glyph.end)),
            None if has_room => {
                let direction = (x.round() as i8, y.round() as i8);
                self.words.push(Word { text, start: turned(glyph.start), end: turned(glyph.end), em: glyph.em, direction });
            }
            None => return,
        }
        self.in_word = true;
    }

    /// In a drawn tree the blanks before a branch say how deep it is.
    fn indent(&mut self) {
        let kept = self.text.trim_end_matches(' ').len();
        let start = self.text.rfind('\n').map_or(0, |at| at + 1);
        if self.blanks > 0 && is_drawn(&self.text[start..kept.max(start)]) {
            self.text.truncate(kept);
            self.text.extend(std::iter::repeat_n(' ', self.blanks));
        }
    }

    fn separate(&mut self, glyph: &Placed<'_>) {
        let Some(last) = self.last else { return };
        let (dx, dy) = (glyph.start.0 - last.end.0, glyph.start.1 - last.end.1);
        let em = last.em.max(glyph.em).max(1e-6);
        let turned = last.along.0 * glyph.along.0 + last.along.1 * glyph.along.1 < 0.9;
        let forward = (dx * last.along.0 + dy * last.along.1 - last.spacing.max(0.0)) / em;
        let aside = (dy * last.along.0 - dx * last.along.1).abs() / em;
        if turned || aside > 0.6 {
            self.end_line();
        } else if !(-1.0..2.5).contains(&forward) {
            // Another column, or a field behind its label.
            self.blank('\t');
        } else if !(-0.3..=0.15).contains(&forward) {
            self.blank(' ');
        }
    }

    /// A word that was divided at the end of a line is one word.
    fn join_hyphenated(&mut self, next: &str) {
        if !self.text.as_bytes().ends_with(b"-\n") {
            return;
        }
        let stem = &self.text[..self.text.len() - 2];
        if stem.ends_with(char::is_lowercase) && next.starts_with(char::is_lowercase) {
            let end = stem.len();
            self.text.truncate(end);
            self.words.last_mut().into_iter().for_each(|word| word.text.end = word.text.end.min(end));
        }
    }

    fn blank(&mut self, c: char) {
        self.in_word = false;
        if !self.text.is_empty() && !self.text.ends_with(char::is_whitespace) {
            self.text.push(c);
        }
    }

    /// A line ends here.
    pub fn end_line(&mut self) {
        self.in_word = false;
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.truncate(self.text.trim_end_matches([' ', '\t']).len());
            self.text.push('\n');
        }
        self.blanks = 0;
    }
}

/// Is it made of nothing but the branches of a drawn tree?
fn is_drawn(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' ' | '|' | '`' | '\u{2018}' | '\u{2500}'..='\u{257f}'))
}
