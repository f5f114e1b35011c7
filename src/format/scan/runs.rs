//! Runs of text: where one begins and ends in its encoding, whether it is text at all, and its characters
//! with their places.

use super::blocks::{BLOCK, Candidates, is_high_letter, is_text};
use super::{OVERLAP, ebcdic, lengths};
use crate::format::numbers::is_zero;
use crate::format::{At, Sink};
use std::ops::Range;

/// Runs are at least so many characters long.
const LEAST: usize = 4;
/// In bytes that look compressed or encrypted, shorter ones are chance.
const LEAST_IN_NOISE: usize = 8;
/// EBCDIC outside of EBCDIC data: shorter ones are chance.
const LEAST_STRAY_EBCDIC: usize = 6;
/// Characters decoded at once.
const PIECE: usize = 8 << 10;

/// A byte is text by itself.
const TEXT: u8 = 2;
/// It is a letter or digit, or a part of one.
const WORD: u8 = 1;

/// What each byte is in narrow text.
static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        let word = b.is_ascii_alphanumeric() || b >= 0x80;
        kinds[i] = (if is_text(b) { TEXT } else { 0 }) | (if word { WORD } else { 0 });
        i += 1;
    }
    kinds
};

/// The bytes whose runs are pushed: one part of a range, and a little on both sides of it.
pub(super) struct Window<'a> {
    pub bytes: &'a [u8],
    /// What is looked at.
    pub seen: Range<usize>,
    /// The part; runs that touch it are pushed.
    pub part: Range<usize>,
    /// `seen` begins inside the range, so a run at its start may have begun earlier.
    pub cut_start: bool,
    /// `seen` ends inside the range, so a run at its end may go on.
    pub cut_end: bool,
    /// Stretches that look compressed or encrypted, in order.
    pub noise: &'a [Range<usize>],
}

/// Where the runs of each encoding were followed to.
#[derive(Default)]
struct Done {
    narrow: usize,
    wide: usize,
    quad: usize,
    ebcdic: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

impl Window<'_> {
    /// Pushes all runs, block by block.
    pub fn push_runs(&self, sink: &mut Sink<'_>) {
        let data = &self.bytes[..self.seen.end];
        let mut done = Done { narrow: self.seen.start, wide: self.seen.start, quad: self.seen.start, ebcdic: self.seen.start };
        let mut found = Candidates::new();
        for at in self.seen.clone().step_by(BLOCK) {
            if sink.stopped() {
                return;
            }
            // A run that begins with the last zero of such a block is found by its second character.
            let block = &data[at..(at + BLOCK).min(data.len())];
            if is_zero(block) {
                continue;
            }
            found.find(data, at);
            let noise_before = self.noise.partition_point(|n| n.end <= at);
            let noise = self.noise.get(noise_before).filter(|n| n.start < at + BLOCK);
            let in_noise = |place: usize| {
                noise.is_some() && self.noise[self.noise.partition_point(|n| n.end <= place)..].first().is_some_and(|n| n.start <= place)
            };
            let is_noise = noise.is_some_and(|n| n.start <= at && n.end >= at + BLOCK);
            let narrow = if is_noise { &found.narrow8 } else { &found.narrow };
            each(&narrow[..found.words], at, &mut done.narrow, |place| {
                self.narrow(place, found.text_from(place - at), in_noise(place), sink)
            });
            self.wide_block(&found, at, &mut done.wide, sink);
            each(&found.quad[..found.words], at, &mut done.quad, |place| self.quad(place, sink));
            // Shorter runs count in EBCDIC data alone, and are chance in noise.
            let is_ebcdic = !is_noise && found.may_be_ebcdic(block.len()) && looks_ebcdic(block);
            let ebcdic = if is_ebcdic { &found.ebcdic } else { &found.ebcdic6 };
            each(&ebcdic[..found.words], at, &mut done.ebcdic, |place| self.ebcdic(place, in_noise(place), is_ebcdic, sink));
        }
    }

    /// A run that the part pushes: not one that lies in a neighbour's part, whole. Where the window cuts
    /// the run, it loses the word that may be cut. `is_word` says whether the character at an offset is
    /// part of a word, `unit` is the bytes of a character.
    fn own(&self, mut run: Range<usize>, unit: usize, is_word: impl Fn(usize) -> bool) -> Option<Range<usize>> {
        if run.start >= self.part.end || run.end <= self.part.start {
            return None;
        }
        if self.cut_start && run.start < self.part.start && run.end < self.part.start + OVERLAP {
            return None;
        }
        if self.cut_start && run.start < self.seen.start + unit {
            let from = run.clone().step_by(unit).take(OVERLAP / unit).find(|&i| !is_word(i));
            run.start = from.unwrap_or(run.start);
        }
        if self.cut_end && run.end + unit > self.seen.end {
            let places = (1..=OVERLAP / unit).map_while(|n| run.end.checked_sub(n * unit)).take_while(|&i| i >= run.start);
            run.end = places.map(|i| (i, is_word(i))).find(|(_, word)| !word).map_or(run.end, |(i, _)| i);
        }
        (!run.is_empty()).then_some(run)
    }

    /// ASCII, UTF-8 and cp1252 from `start` on, of which so many bytes are text each by itself. Returns where the run ends.
    fn narrow(&self, start: usize, plain: usize, in_noise: bool, sink: &mut Sink<'_>) -> usize {
        let data = &self.bytes[..self.seen.end];
        let plain = start..start + plain;
        let (mut at, mut characters, mut words, mut beyond, mut alike) = (plain.end, plain.len(), 0, 0, true);
        while let Some(&b) = data.get(at) {
            let kind = KINDS[usize::from(b)];
            let length = if kind & TEXT != 0 { 1 } else { narrow_length(data, at, self.seen.start) };
            if length == 0 {
                break;
            }
            characters += 1;
            words += usize::from(kind & WORD != 0);
            beyond += usize::from(b >> 7);
            alike &= b == data[start];
            at += length;
        }
        if characters < LEAST || in_noise && (characters < LEAST_IN_NOISE || beyond * 8 > characters) {
            return at;
        }
        let mut plain_words = data[plain.clone()].iter().filter(|b| KINDS[usize::from(**b)] & WORD != 0);
        let has_words = words >= 2 || plain_words.nth(1 - words).is_some();
        if !has_words || alike && data[plain].iter().all(|b| *b == data[start]) {
            return at;
        }
        let trimmed = trim(&data[start..at], start, u8::is_ascii_whitespace);
        let is_word = |i: usize| data[i].is_ascii_alphanumeric() || data[i] >= 0x80;
        if let Some(run) = self.own(trimmed, 1, is_word).filter(|run| run.len() >= LEAST) {
            self.push_narrow(run, sink);
            let code = |i: usize| data.get(i).map_or(0, |b| u32::from(*b));
            for value in lengths::glued(&code, start..at, self.seen.start, lengths::NARROW) {
                self.push_narrow(value, sink);
            }
        }
        at
    }

    fn push_narrow(&self, run: Range<usize>, sink: &mut Sink<'_>) {
        sink.border();
        let mut offset = run.start as u64;
        if let Ok(text) = std::str::from_utf8(&self.bytes[run.clone()]) {
            sink.text(text, At::Utf8(offset));
            return sink.border();
        }
        for chunk in self.bytes[run].utf8_chunks() {
            sink.text(chunk.valid(), At::Utf8(offset));
            offset += chunk.valid().len() as u64;
            match chunk.invalid() {
                [] => {}
                // From here on cp1252 is Latin-1.
                [letter @ 0xA0..=0xFF] => sink.text(char::from(*letter).encode_utf8(&mut [0; 2]), At::Chars(offset, 1)),
                letters => sink.text(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(letters).0, At::Chars(offset, 1)),
            }
            offset += chunk.invalid().len() as u64;
        }
        sink.border();
    }

    /// UTF-16 candidates of a block, both byte orders, in the order of their places.
    fn wide_block(&self, found: &Candidates, at: usize, done: &mut usize, sink: &mut Sink<'_>) {
        let mut both = found.little;
        both.iter_mut().zip(&found.big).for_each(|(both, big)| *both |= big);
        each(&both[..found.words], at, done, |place| {
            let (word, bit) = ((place - at) / 64, (place - at) % 64);
            let order = if found.little[word] >> bit & 1 == 1 { Order::Little } else { Order::Big };
            self.wide(place, order, sink)
        });
    }

    /// UTF-16 around `place`. Latin text in one byte order is Latin text in the other too, one byte
    /// further, less a character; the longer reading is the right one. Where the other differs in more
    /// than that, both are given.
    fn wide(&self, place: usize, order: Order, sink: &mut Sink<'_>) -> usize {
        let here = self.wide_extent(place, order);
        let other = match order {
            Order::Little => Order::Big,
            Order::Big => Order::Little,
        };
        let there = self.wide_extent(place + 1, other);
        let (longer, shorter) = if there.len() > here.len() { ((there, other), (here, order)) } else { ((here, order), (there, other)) };
        let end = longer.0.end.max(place + 1);
        let is_other = self.is_wide_text(&shorter.0, shorter.1) && !self.is_shadow(&shorter, &longer);
        if self.is_wide_text(&longer.0, longer.1) {
            self.push_wide(longer.0, longer.1, sink);
        }
        if is_other {
            self.push_wide(shorter.0, shorter.1, sink);
        }
        end
    }

    /// Does one reading show nothing that the other does not show there too? Of long ones only the first
    /// characters are compared.
    fn is_shadow(&self, (run, order): &(Range<usize>, Order), (of, of_order): &(Range<usize>, Order)) -> bool {
        let run = run.start..run.end.min(run.start + 2 * PIECE);
        let from = of.start + (run.start.saturating_sub(4).max(of.start) - of.start) / 2 * 2;
        let to = of.end.min(run.end + 4).max(from);
        let is_at = |start: usize| self.wide_characters(&run, *order).eq(self.wide_characters(&(start..start + run.len()), *of_order));
        (from..).step_by(2).take_while(|start| start + run.len() <= to).any(is_at)
    }

    /// Are the characters of a run text?
    fn is_wide_text(&self, run: &Range<usize>, order: Order) -> bool {
        let characters = run.len() / 2;
        if characters < LEAST {
            return false;
        }
        let (mut words, mut latin) = (0, 0);
        for c in self.wide_characters(run, order).take(PIECE) {
            words += usize::from(c.is_alphanumeric());
            latin += usize::from(c < '\u{100}');
        }
        words >= 2 && latin * 2 >= characters.min(PIECE)
    }

    fn push_wide(&self, run: Range<usize>, order: Order, sink: &mut Sink<'_>) {
        let is_word = |i: usize| self.wide_character(i, order).is_some_and(char::is_alphanumeric);
        let Some(run) = self.own(run, 2, is_word) else { return };
        push_characters(run.start, 2, self.wide_characters(&run, order), sink);
        // Places in characters, of which some may stand before the run.
        let before = ((run.start - self.seen.start) / 2).min(4);
        let base = run.start - 2 * before;
        let code = |i: usize| self.unit(base + 2 * i, order).map_or(0, u32::from);
        for value in lengths::glued(&code, before..before + run.len() / 2, 0, lengths::WIDE) {
            let value = base + 2 * value.start..base + 2 * value.end;
            push_characters(value.start, 2, self.wide_characters(&value, order), sink);
        }
    }

    /// UTF-32 from `place` on: characters of Latin-1 with three zeros each. In which order the bytes stand matters at
    /// both ends only; where it does, both readings are given.
    fn quad(&self, place: usize, sink: &mut Sink<'_>) -> usize {
        let data = &self.bytes[..self.seen.end];
        let zeros = |at: usize| data.get(at..at + 3) == Some(&[0; 3]);
        let is_character = |at: usize| data.get(at).is_some_and(|&b| is_text(b) || b >= 0xA0);
        let from = (place..).step_by(4).take_while(|&at| is_character(at) && zeros(at + 1)).count();
        let little = place + 4 * from;
        // With the zeros before them: what stands here first may be something else, and another character is the last.
        let first = if place >= 3 && zeros(place - 3) { place } else { place + 4 };
        let big = is_character(little).then_some(first..little + 4);
        let is_word = |i: usize| data.get(i).is_some_and(|b| char::from(*b).is_alphanumeric());
        for run in std::iter::once(place..little).chain(big) {
            let words = run.clone().step_by(4).filter(|&at| is_word(at)).count();
            if run.len() / 4 < LEAST || words < 2 {
                continue;
            }
            if let Some(run) = self.own(run, 4, is_word) {
                push_characters(run.start, 4, run.step_by(4).map(|at| char::from(data[at])), sink);
            }
        }
        little
    }

    /// The run of UTF-16 characters that has one at `place`. It ends before four letters beyond Latin-1 in a
    /// row, which no language writes: those are numbers.
    fn wide_extent(&self, place: usize, order: Order) -> Range<usize> {
        let after = wide_length(|n| self.wide_character(place + 2 * n, order));
        if after == 0 {
            return place..place;
        }
        let most = ((place - self.seen.start) / 2).min(OVERLAP);
        let before = wide_length(|n| if n < most { self.wide_character(place - 2 * (n + 1), order) } else { None });
        place - 2 * before..place + 2 * after
    }

    fn wide_characters(&self, run: &Range<usize>, order: Order) -> impl Iterator<Item = char> {
        run.clone().step_by(2).filter_map(move |at| self.wide_character(at, order))
    }

    /// The two bytes at an offset as a number.
    fn unit(&self, at: usize, order: Order) -> Option<u16> {
        let pair = *self.bytes.get(at..self.seen.end)?.first_chunk::<2>()?;
        Some(match order {
            Order::Little => u16::from_le_bytes(pair),
            Order::Big => u16::from_be_bytes(pair),
        })
    }

    /// The character of text at an offset: Latin letters, ASCII, and the punctuation that word processors
    /// put in their place.
    fn wide_character(&self, at: usize, order: Order) -> Option<char> {
        let code = self.unit(at, order)?;
        let is_text = match code {
            0..=0x7F => is_text(code as u8),
            0xA0..=0x17F | 0x2010..=0x2026 | 0x20AC | 0x2122 => true,
            _ => false,
        };
        if is_text { char::from_u32(u32::from(code)) } else { None }
    }

    /// EBCDIC from `start` on. Returns where the run ends.
    fn ebcdic(&self, start: usize, in_noise: bool, is_ebcdic: bool, sink: &mut Sink<'_>) -> usize {
        let data = &self.bytes[..self.seen.end];
        let end = start + data[start..].iter().position(|&b| !ebcdic::is_text(b)).unwrap_or(data.len() - start);
        let least = if in_noise { LEAST_IN_NOISE } else { LEAST };
        if end - start < least {
            return end;
        }
        let run = trim(&data[start..end], start, |&b| b == 0x40);
        let (mut words, mut blanks) = (0, 0);
        for &b in &data[run.clone()] {
            words += usize::from(ebcdic::is_alphanumeric(b));
            blanks += usize::from(b == 0x40);
        }
        let mostly_words = words >= 3 && (words + blanks) * 5 >= run.len() * 3;
        let alike = data[run.clone()].iter().all(|b| Some(b) == data.get(run.start));
        if !mostly_words || alike || run.len() < least || run.len() < LEAST_STRAY_EBCDIC && !is_ebcdic {
            return end;
        }
        if let Some(run) = self.own(run, 1, |i| ebcdic::is_alphanumeric(data[i])) {
            sink.border();
            for (i, piece) in data[run.clone()].chunks(PIECE).enumerate() {
                let text: String = piece.iter().map(|&b| ebcdic::CP037[usize::from(b)]).collect();
                sink.text(&text, At::Chars((run.start + i * PIECE) as u64, 1));
            }
            sink.border();
        }
        end
    }
}

/// How many characters there are until one is none of text, or four letters beyond Latin-1 follow each other.
fn wide_length(character: impl Fn(usize) -> Option<char>) -> usize {
    let (mut length, mut beyond) = (0, 0);
    while let Some(c) = character(length) {
        beyond = if c > '\u{FF}' { beyond + 1 } else { 0 };
        length += 1;
        if beyond == 4 {
            return length - beyond;
        }
    }
    length
}

/// Pushes the characters of a run of so many bytes each.
fn push_characters(start: usize, unit: u8, mut characters: impl Iterator<Item = char>, sink: &mut Sink<'_>) {
    sink.border();
    let mut offset = start as u64;
    loop {
        let text: String = characters.by_ref().take(PIECE).collect();
        if text.is_empty() {
            break;
        }
        sink.text(&text, At::Chars(offset, unit));
        offset += u64::from(unit) * PIECE as u64;
    }
    sink.border();
}

/// Calls `run` for each candidate at or behind `done`; it returns where what begins there ends.
fn each(words: &[u64], base: usize, done: &mut usize, mut run: impl FnMut(usize) -> usize) {
    for (i, &word) in words.iter().enumerate() {
        let at = base + 64 * i;
        if word == 0 || *done >= at + 64 {
            continue;
        }
        let mut left = word & u64::MAX << done.saturating_sub(at);
        while left != 0 {
            let place = at + left.trailing_zeros() as usize;
            *done = run(place).max(place + 1);
            if *done >= at + 64 {
                break;
            }
            left &= u64::MAX << (*done - at);
        }
    }
}

/// Length of the character beyond ASCII at `at`: UTF-8, or a cp1252 letter among ASCII letters; zero if
/// it is neither.
fn narrow_length(data: &[u8], at: usize, start: usize) -> usize {
    let rest = &data[at..];
    let valid = match rest {
        [0..0x80, ..] => return 0,
        // The control characters of Latin-1, and what is two bytes long otherwise.
        [0xC2, 0x80..0xA0, ..] => return 0,
        [0xC2..0xE0, 0x80..0xC0, ..] => return 2,
        [first @ 0xE0..0xF5, 0x80..0xC0, ..] => rest.get(..if *first < 0xF0 { 3 } else { 4 }).and_then(|one| std::str::from_utf8(one).ok()),
        _ => None,
    };
    if let Some(c) = valid.and_then(|one| one.chars().next()) {
        let is_text = !c.is_control() && !matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFF}' | '\u{E0000}'..);
        return if is_text { c.len_utf8() } else { 0 };
    }
    if !is_high_letter(rest[0]) {
        return 0;
    }
    let before = |n: usize| at.checked_sub(n).filter(|&i| i >= start).and_then(|i| data.get(i)).copied().unwrap_or(0);
    let after = |n: usize| rest.get(n).copied().unwrap_or(0);
    let letters = |a: u8, b: u8| a.is_ascii_alphabetic() && b.is_ascii_alphabetic();
    let joined = letters(before(1), before(2))
        || letters(after(1), after(2))
        || is_high_letter(before(1)) && letters(before(2), before(3))
        || [before(1), before(2), after(1), after(2)].into_iter().all(is_text);
    usize::from(joined)
}

/// The range of `run`, which begins at `start`, without blanks at its ends.
fn trim(run: &[u8], start: usize, is_blank: impl Fn(&u8) -> bool) -> Range<usize> {
    match run.iter().position(|b| !is_blank(b)) {
        Some(first) => {
            let last = run.iter().rposition(|b| !is_blank(b)).unwrap_or(first);
            start + first..start + last + 1
        }
        None => start..start,
    }
}

/// Is a block EBCDIC data: six tenths letters, digits and blanks, and not blanks alone?
fn looks_ebcdic(block: &[u8]) -> bool {
    let words = block.iter().filter(|&&b| ebcdic::is_alphanumeric(b)).count();
    let blanks = block.iter().filter(|&&b| b == 0x40).count();
    (words + blanks) * 10 >= block.len() * 6 && words * 10 >= block.len()
}
