//! Words, numbers and dates of listings.

use crate::model;

/// Byte ranges of the first `N` words of a line; words are separated by blanks.
pub(super) struct Words<'l, const N: usize> {
    line: &'l [u8],
    spans: [(usize, usize); N],
    /// How many there are.
    pub len: usize,
}

impl<'l, const N: usize> Words<'l, N> {
    pub(super) fn of(line: &'l [u8]) -> Self {
        let mut spans = [(0, 0); N];
        let (mut len, mut at) = (0, 0);
        while let Some(slot) = spans.get_mut(len) {
            let rest = line.get(at..).unwrap_or_default();
            let Some(skip) = rest.iter().position(|b| *b != b' ' && *b != b'\t') else { break };
            let start = at + skip;
            let rest = line.get(start..).unwrap_or_default();
            let end = start + memchr::memchr2(b' ', b'\t', rest).unwrap_or(rest.len());
            *slot = (start, end);
            len += 1;
            at = end;
        }
        Self { line, spans, len }
    }

    /// A word; empty where there is none.
    pub(super) fn get(&self, i: usize) -> &'l [u8] {
        if i >= self.len {
            return b"";
        }
        self.spans.get(i).and_then(|&(start, end)| self.line.get(start..end)).unwrap_or_default()
    }

    /// Where a word ends.
    pub(super) fn end(&self, i: usize) -> usize {
        self.spans.get(i).map_or(self.line.len(), |s| s.1)
    }

    /// Where a word starts.
    pub(super) fn start(&self, i: usize) -> usize {
        self.spans.get(i).map_or(self.line.len(), |s| s.0)
    }

    /// The line from the start of one word to the end of another.
    pub(super) fn span(&self, from: usize, to: usize) -> &'l [u8] {
        self.line.get(self.start(from)..self.end(to)).unwrap_or_default()
    }

    /// What follows a word, without the one blank after it.
    pub(super) fn after(&self, i: usize) -> &'l [u8] {
        self.line.get(self.end(i) + 1..).unwrap_or_default()
    }
}

/// Only digits, at least one.
pub(super) fn digits(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(u8::is_ascii_digit)
}

/// A decimal number.
pub(super) fn number(word: &[u8]) -> Option<u64> {
    if !digits(word) {
        return None;
    }
    word.iter().try_fold(0u64, |n, b| n.checked_mul(10)?.checked_add(u64::from(b - b'0')))
}

/// What stands in a size column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// In bytes.
    Exact(u64),
    /// Rounded (`4.0K`, `1.2 MB`).
    Rounded,
}

impl Size {
    pub(super) fn exact(self) -> Option<u64> {
        match self {
            Self::Exact(bytes) => Some(bytes),
            Self::Rounded => None,
        }
    }

    /// A size: digits, digits grouped by threes (`1,234`, `1.234`, `1 234`, `1'234`), optionally followed by
    /// `B` or `bytes`; or rounded with a unit.
    pub(super) fn parse(word: &[u8]) -> Option<Self> {
        let word = word.trim_ascii();
        if let Some(bytes) = number(word) {
            return Some(Self::Exact(bytes));
        }
        let unit_at = word.iter().rposition(u8::is_ascii_digit)? + 1;
        let (figure, unit) = word.split_at_checked(unit_at)?;
        let unit = unit.trim_ascii().to_ascii_lowercase();
        match unit.as_slice() {
            b"" | b"b" | b"byte" | b"bytes" | b"octets" => grouped(figure).map(Self::Exact),
            _ => {
                let prefix = matches!(unit.first(), Some(b'k' | b'm' | b'g' | b't' | b'p' | b'e'));
                let rest = unit.get(1..).unwrap_or_default();
                let plain = figure.first().is_some_and(u8::is_ascii_digit)
                    && figure.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b' '));
                (prefix && matches!(rest, b"" | b"b" | b"ib" | b"i" | b"o" | b"bytes") && plain).then_some(Self::Rounded)
            }
        }
    }
}

/// Digits in groups of three.
fn grouped(figure: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(figure).ok()?;
    let separator = text.chars().find(|c| !c.is_ascii_digit());
    let Some(separator) = separator else { return number(figure) };
    if !matches!(separator, ',' | '.' | ' ' | '\'' | '\u{a0}' | '\u{202f}' | '\u{2019}') {
        return None;
    }
    let mut groups = text.split(separator);
    let first = groups.next().filter(|g| digits(g.as_bytes()) && g.len() <= 3)?;
    let mut all = first.to_owned();
    for group in groups {
        if group.len() != 3 || !digits(group.as_bytes()) {
            return None;
        }
        all.push_str(group);
    }
    number(all.as_bytes())
}

/// `HH:MM`, `HH:MM:SS`, with a fraction or without.
pub(super) fn clock(word: &[u8]) -> bool {
    let whole = word.split(|b| matches!(b, b'.' | b',')).next().unwrap_or_default();
    let mut parts = 0;
    for part in whole.split(|b| *b == b':') {
        parts += 1;
        if part.len() > 2 || !digits(part) {
            return false;
        }
    }
    (2..=3).contains(&parts)
}

/// `YYYY-MM-DD`, also with `/` or `.`.
pub(super) fn iso_date(word: &[u8]) -> bool {
    matches!(word, [a, b, c, d, s, e, f, t, g, h]
        if s == t && matches!(s, b'-' | b'/' | b'.') && [a, b, c, d, e, f, g, h].iter().all(|x| x.is_ascii_digit()))
}

/// An English month, three letters or more.
pub(super) fn month(word: &[u8]) -> bool {
    word.len() <= 9 && word.iter().all(u8::is_ascii_alphabetic) && model::month(word).is_some()
}

/// A day of a month; some locales put a point after it.
pub(super) fn day(word: &[u8]) -> bool {
    number(word.strip_suffix(b".").unwrap_or(word)).is_some_and(|d| (1..=31).contains(&d)) && word.len() <= 3
}

/// A year of four digits.
pub(super) fn year(word: &[u8]) -> bool {
    word.len() == 4 && number(word).is_some_and(|y| (1900..2200).contains(&y))
}

/// An offset from UTC.
pub(super) fn zone(word: &[u8]) -> bool {
    matches!(word, [b'+' | b'-', rest @ ..] if (rest.len() == 4 || rest.len() == 5) && rest.iter().all(|b| b.is_ascii_digit() || *b == b':'))
}

/// Bytes as text for a field that is shown.
pub(super) fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Without percent-encoding (RFC 3986), and with blanks for `+` where they are written so.
pub(super) fn percent_decoded(text: &[u8], plus: bool) -> Vec<u8> {
    let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16));
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b'+' if plus => out.push(b' '),
            b'%' => match (hex(text.get(at)), hex(text.get(at + 1))) {
                (Some(high), Some(low)) => {
                    out.push((high * 16 + low) as u8);
                    at += 2;
                }
                _ => out.push(byte),
            },
            _ => out.push(byte),
        }
    }
    out
}
