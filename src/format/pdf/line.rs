//! Running text from glyphs at places: where the next one stands decides whether it continues the word,
//! follows behind a blank, or begins a line.

/// A point or vector of the page.
pub type Point = (f64, f64);

/// Text as it comes out.
#[derive(Default)]
pub struct Lines {
    /// The text.
    pub text: String,
    /// Letters and digits in all.
    pub letters: u64,
    /// Glyphs that nobody says the meaning of.
    pub unknown: u64,
    last: Option<Last>,
    /// Blanks that were shown since the last glyph.
    blanks: usize,
    /// What was shown last and where it began: type that is made bold by showing it twice.
    shown: Option<(String, Point)>,
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
        } else if glyph.text.chars().all(char::is_whitespace) {
            self.blanks += 1;
            self.blank(' ');
            self.last = Some(Last { end: glyph.end, along: glyph.along, em: glyph.em, spacing: glyph.spacing });
            return;
        } else {
            if is_drawn(glyph.text) {
                self.indent();
            }
            self.text.push_str(glyph.text);
            self.letters += glyph.text.chars().filter(|c| c.is_alphanumeric()).count() as u64;
        }
        self.blanks = 0;
        self.last = Some(Last { end: glyph.end, along: glyph.along, em: glyph.em, spacing: glyph.spacing });
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

    /// Was this string shown just before, in nearly the same place?
    pub fn is_repeated(&mut self, text: &str, at: Point, em: f64) -> bool {
        let near = |p: Point| (p.0 - at.0).abs() < em * 0.2 && (p.1 - at.1).abs() < em * 0.2;
        if self.shown.as_ref().is_some_and(|(before, place)| before == text && near(*place)) {
            return true;
        }
        self.shown = (text.len() > 1).then(|| (text.to_owned(), at));
        false
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
            self.text.truncate(stem.len());
        }
    }

    fn blank(&mut self, c: char) {
        if !self.text.is_empty() && !self.text.ends_with(char::is_whitespace) {
            self.text.push(c);
        }
    }

    /// A line ends here.
    pub fn end_line(&mut self) {
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
