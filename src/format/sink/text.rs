//! Text on its way into passages: it is cut where a passage is full, and where it runs on its end is repeated.

use super::heads::Heads;
use super::{At, BORDER, OffsetMap, Passage, PassageKind, Sink};
use crate::format::{escapes, personal};
use std::collections::HashSet;
use std::ops::Range;

/// Passages hold about this much text.
pub(super) const PASSAGE_TEXT: usize = 24 << 10;
/// So much of a passage's end stands again at the next one's start, where text runs on. Longer than
/// any name, so that a name across the border is found whole in one of them.
const PASSAGE_OVERLAP: usize = 512;

impl Sink<'_> {
    /// Text that follows the text before it without a break.
    #[inline]
    pub fn text(&mut self, text: &str, at: At) {
        if self.text.len() + text.len() < PASSAGE_TEXT && !text.is_empty() {
            self.map.push(self.text.len(), at);
            return self.text.push_str(text);
        }
        self.break_text(text, at);
    }

    /// Text that may not fit into the passage.
    fn break_text(&mut self, text: &str, at: At) {
        let mut rest = text;
        let mut at = at;
        while !rest.is_empty() {
            let room = PASSAGE_TEXT.saturating_sub(self.text.len());
            let cut = if rest.len() <= room { rest.len() } else { cut_before(rest, room.max(PASSAGE_TEXT / 8)) };
            self.map.push(self.text.len(), at);
            self.text.push_str(&rest[..cut]);
            at = match at {
                At::Utf8(offset) => At::Utf8(offset + cut as u64),
                At::Chars(offset, unit) => At::Chars(offset + rest[..cut].chars().count() as u64 * u64::from(unit), unit),
                decoded => decoded,
            };
            rest = &rest[cut..];
            if self.text.len() >= PASSAGE_TEXT {
                self.break_passage();
            }
        }
    }

    /// Names and identifiers do not run across this place.
    #[inline]
    pub fn border(&mut self) {
        // The border is one byte in UTF-8.
        if self.text.as_bytes().last().is_some_and(|&last| last != BORDER as u8) {
            self.text.push(BORDER);
        }
    }

    /// Fields that stand side by side, each as text of its own that starts at its place; what separates them becomes
    /// borders. False, and nothing is taken, where they are not UTF-8 or do not fit into the passage.
    pub fn fields(&mut self, bytes: &[u8], offset: u64, separates: impl Fn(u8) -> bool) -> bool {
        const BETWEEN: u8 = BORDER as u8;
        if self.text.len() + bytes.len() + 1 >= PASSAGE_TEXT {
            return false;
        }
        self.fields.clear();
        self.fields.extend(bytes.iter().map(|&byte| if separates(byte) { BETWEEN } else { byte }));
        let Ok(fields) = std::str::from_utf8(&self.fields) else { return false };
        if self.text.as_bytes().last().is_some_and(|&last| last != BETWEEN) {
            self.text.push(BORDER);
        }
        let behind = self.fields.get(1..).unwrap_or_default();
        let has_empty =
            self.fields.iter().zip(behind).fold(0, |any, (a, b)| any | (u8::from(*a == BETWEEN) & u8::from(*b == BETWEEN))) != 0;
        let mut from = 0;
        // A run of fields ends where one is empty: there places and offsets no longer run on together.
        while let Some(start) = self.fields[from..].iter().position(|&byte| byte != BETWEEN).map(|n| from + n) {
            let empty = if has_empty { self.fields[start..].windows(2).position(|pair| pair == [BETWEEN; 2]) } else { None };
            let end = empty.map_or(fields.len(), |n| start + n);
            self.map.push(self.text.len(), At::Utf8(offset + start as u64));
            self.text.push_str(&fields[start..end]);
            self.text.push(BORDER);
            from = end;
        }
        // A single separator at the end is the border.
        if self.text.ends_with("\u{1E}\u{1E}") {
            self.text.pop();
        }
        true
    }

    /// Hands over the passage; the text that follows does not continue it.
    pub fn flush(&mut self) {
        self.hand_over(0);
        self.continued = 0;
    }

    /// Is the text that follows running text, in which persons are looked for?
    pub(super) fn is_running(&self) -> bool {
        matches!(self.kind, PassageKind::Prose | PassageKind::Strings | PassageKind::Recognised)
    }

    /// Hands over the passage, whose last bytes will begin the next one.
    fn hand_over(&mut self, repeated: usize) {
        // Where there was one full passage there are more.
        let next = if self.text.len() >= PASSAGE_TEXT / 2 { PASSAGE_TEXT } else { 0 };
        let text = std::mem::replace(&mut self.text, String::with_capacity(next));
        let map = self.map.begin_next();
        let turns = std::mem::take(&mut self.turns);
        if text.chars().any(|c| !c.is_whitespace() && c != BORDER) {
            let meant = escaped(&text, &map);
            let mut heard = HashSet::new();
            let is_running = self.is_running();
            if is_running {
                let spoken = self.spoken(&text, &map, (self.continued, repeated));
                if meant.is_some() {
                    heard.extend(spoken.persons.iter().map(|person| person.hash));
                }
                match self.is_told {
                    true => turns.iter().for_each(|(_, part)| self.heads().begin_part(part)),
                    false => self.hear(spoken, &text, &turns),
                }
                self.say(&text, &map, self.continued);
            }
            if let Some(meant) = meant.as_ref().filter(|_| is_running) {
                let mut spoken = self.spoken(&meant.text, &meant.map, (0, 0));
                spoken.without(&heard);
                if spoken.says_something() {
                    // Below which lines of the text it stands is not known.
                    let heads = std::mem::replace(self.heads(), Heads::apart());
                    self.hear(spoken, &meant.text, &[]);
                    *self.heads() = heads;
                }
            }
            self.outlet.passage(Passage { kind: self.kind, text, map });
            meant.into_iter().for_each(|passage| self.outlet.passage(passage));
        }
    }

    /// What a text says of persons, as far as rows did not say it. So many of its first bytes continue what comes before, and
    /// so many of its last are repeated behind it.
    fn spoken(&self, text: &str, map: &OffsetMap, (continued, repeated): (usize, usize)) -> personal::Spoken {
        let said = |places: &Range<usize>| self.is_record(map.offset(text, places.start), map.offset(text, places.end));
        let is_said: Option<personal::Said<'_>> = if self.records.is_empty() { None } else { Some(&said) };
        match () {
            () if self.is_told => personal::Spoken::default(),
            () if self.said_in_rows => personal::find_numbers(text, is_said),
            () => personal::find(text, personal::Cut { continued, repeated, said: is_said }),
        }
    }

    /// Is something between these offsets a record that was read as a row?
    fn is_record(&self, start: u64, end: u64) -> bool {
        let first = self.records.partition_point(|record| record.end <= start);
        self.records.get(first).is_some_and(|record| record.start < end.max(start + 1))
    }

    /// Hands over the passage; the text that follows continues it, so its end is repeated.
    fn break_passage(&mut self) {
        let from = match self.kind {
            PassageKind::Rows(_) if self.text.ends_with('\n') => self.text.len(),
            _ => cut_before(&self.text, self.text.len().saturating_sub(PASSAGE_OVERLAP)),
        };
        // Nothing runs on from one part into the next.
        let from = self.turns.last().map_or(from, |(at, _)| from.max(*at));
        let tail = self.text[from..].to_owned();
        let tail_map = self.map.tail(&self.text, from);
        let turns = self.turns.iter().filter(|(at, _)| *at >= from).map(|(at, part)| (at - from, part.clone())).collect();
        self.hand_over(tail.len());
        self.turns = turns;
        self.continued = tail.len();
        self.text.push_str(&tail);
        self.map.pieces.extend(tail_map.pieces);
    }
}

impl Passage {
    /// Is it what the escapes in this one mean, as a sink puts it behind that?
    pub fn decodes(&self, before: &Self) -> bool {
        self.text.ends_with(BORDER) && escaped(&before.text, &before.map).is_some_and(|meant| meant.text == self.text)
    }
}

/// What the escapes in a text mean, as a passage beside it.
fn escaped(text: &str, map: &OffsetMap) -> Option<Passage> {
    let mut out = Passage { kind: PassageKind::Prose, text: String::new(), map: OffsetMap::default() };
    for (place, meant) in escapes::decoded(text) {
        out.map.push(out.text.len(), At::Decoded(map.offset(text, place)));
        out.text.push_str(&meant);
        out.text.push(BORDER);
    }
    (!out.text.is_empty()).then_some(out)
}

/// A place at or a little before `at` where text may be cut: after a blank or line end where there is
/// one near, at a character border in any case.
fn cut_before(text: &str, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    let near = text.floor_char_boundary(at.saturating_sub(256));
    match text[near..at].rfind(|c: char| c.is_whitespace() || c == BORDER) {
        Some(i) => near + i + text[near + i..].chars().next().map_or(1, char::len_utf8),
        None => at,
    }
}
