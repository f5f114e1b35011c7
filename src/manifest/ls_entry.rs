//! One line of `ls -l` and of its relatives (`find -ls`, FTP servers).

use super::fields::{Size, Words, clock, day, digits, iso_date, month, number, year, zone};

/// A line of `ls -l`, its name still as it is written.
pub(super) struct Entry<'l> {
    /// How many words stand before the mode (inode, blocks).
    pub before_mode: usize,
    /// How many links; absent where the column is.
    pub links: Option<u64>,
    /// First character of the mode: `-`, `d`, `l`, …
    pub kind: u8,
    /// An execute bit is set.
    pub executable: bool,
    /// First column after the number of links.
    pub account: Option<&'l [u8]>,
    /// Size in bytes.
    pub size: Option<u64>,
    /// Date as it is written.
    pub modified: &'l [u8],
    /// What follows the date and one blank.
    pub name: &'l [u8],
}

/// How many words may stand before a name.
const WORDS: usize = 20;

/// A mode such as `-rw-r--r--`, `drwxr-s---+`, or question marks where it was not readable.
pub(super) fn mode(word: &[u8]) -> bool {
    let Some((kind, rest)) = word.split_first() else { return false };
    let (bits, mark) = rest.split_at_checked(9).unwrap_or((b"", b"?"));
    b"-dlbcpsDMnPwC?h".contains(kind)
        && matches!(mark, b"" | b"." | b"+" | b"@")
        && (bits.iter().all(|b| *b == b'?')
            || bits.iter().enumerate().all(|(i, b)| match i % 3 {
                0 => matches!(b, b'r' | b'-'),
                1 => matches!(b, b'w' | b'-'),
                _ => b"xsStTlL-".contains(b),
            }))
}

/// How many words the date takes that begins at word `at`, and how many blanks follow it beyond the one
/// before the name.
fn date<const N: usize>(words: &Words<'_, N>, at: usize, is_month: fn(&[u8]) -> bool) -> Option<(usize, usize)> {
    let word = |i: usize| words.get(at + i);
    if iso_date(word(0)) {
        // --time-style=full-iso, long-iso; iso leaves the time of old files blank.
        return Some(match (clock(word(1)), zone(word(2))) {
            (true, true) => (3, 0),
            (true, false) => (2, 0),
            (false, _) => (1, 1),
        });
    }
    if let [a, b, b'-', c, d] = word(0)
        && [a, b, c, d].iter().all(|x| x.is_ascii_digit())
        && clock(word(1))
    {
        return Some((2, 0));
    }
    let weekday = usize::from(word(0).len() == 3 && word(0).iter().all(u8::is_ascii_alphabetic) && !clock(word(2)) && !year(word(2)));
    let (first, second, third, fourth) = (word(weekday), word(weekday + 1), word(weekday + 2), word(weekday + 3));
    // `Nov 22`, and `22 Nov` or `22. Nov` in other locales.
    if !(is_month(first) && day(second) || day(first) && is_month(second)) {
        return None;
    }
    if clock(third) {
        // With seconds a year follows (BSD -T, busybox -e).
        let full = third.len() == 8 && year(fourth);
        return Some((weekday + 3 + usize::from(full), 0));
    }
    year(third).then_some((weekday + 3, 0))
}

/// A month in any language: a short word that does not begin with a digit, or `11月`.
fn foreign_month(word: &[u8]) -> bool {
    let text = std::str::from_utf8(word).unwrap_or("");
    let bare = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let lettered = bare.chars().all(|c| c.is_alphabetic() || c == '.');
    lettered && !bare.is_empty() && (2..=6).contains(&text.chars().count()) && (bare.len() == text.len() || matches!(bare, "月" | "월"))
}

impl<'l> Entry<'l> {
    /// Parses a line; nothing where it is no such line.
    pub(super) fn parse(line: &'l [u8]) -> Option<Self> {
        let words = Words::<WORDS>::of(line);
        // An inode number and a number of blocks may stand before the mode.
        let at = (0..3.min(words.len)).find(|&i| mode(words.get(i)))?;
        if (0..at).any(|i| !words.get(i).first().is_some_and(|b| b.is_ascii_digit() || *b == b'?')) {
            return None;
        }
        let bits = words.get(at);
        let kind = *bits.first()?;
        let executable = [3, 6, 9].iter().any(|&i| bits.get(i).is_some_and(|b| b"xst".contains(b)));
        if bits.get(1) == Some(&b'?') && (1..=5).all(|i| words.get(at + i) == b"?") {
            let name = words.after(at + 5).trim_ascii_start();
            return (!name.is_empty()).then_some(Self {
                before_mode: at,
                links: None,
                kind,
                executable,
                account: None,
                size: None,
                modified: b"",
                name,
            });
        }
        let found = |is_month| Self::sized_date(&words, at, is_month);
        // A date in another language that ends before one that all read begins stands before the name; the other is
        // part of it.
        let (plain, foreign) = (found(month), found(foreign_month));
        let is_first = |date: &(usize, (usize, usize))| plain.is_none_or(|plain| date.0 + date.1.0 < plain.0);
        let (size_at, (length, padding)) = foreign.filter(is_first).or(plain).or_else(|| Self::epoch(&words, at))?;
        let last = size_at + length;
        let mut name = words.after(last);
        if padding > 0 {
            name = name.strip_prefix(b" ").unwrap_or(name);
        }
        if name.is_empty() {
            return None;
        }
        let device = matches!(kind, b'b' | b'c');
        let size = if device { None } else { Size::parse(words.get(size_at)).and_then(Size::exact) };
        // Between mode and size: links, then owner and group, of which each may be missing.
        let from = at + 1 + usize::from(digits(words.get(at + 1)) && size_at > at + 1);
        let links = if from > at + 1 { number(words.get(at + 1)) } else { None };
        let account = (from < size_at && !words.get(from).ends_with(b",")).then(|| words.get(from));
        Some(Self { before_mode: at, links, kind, executable, account, size, modified: words.span(size_at + 1, last), name })
    }

    /// The first place where a size is followed by a date: names come after it, so what looks like a date
    /// in a name is never taken for it.
    fn sized_date(words: &Words<'l, WORDS>, mode_at: usize, is_month: fn(&[u8]) -> bool) -> Option<(usize, (usize, usize))> {
        (mode_at + 1..words.len)
            .find_map(|i| Size::parse(words.get(i)).and_then(|_| date(words, i + 1, is_month)).map(|length| (i, length)))
    }

    /// `--time-style=+%s`, tried last: a large size looks the same.
    fn epoch(words: &Words<'l, WORDS>, mode_at: usize) -> Option<(usize, (usize, usize))> {
        (mode_at + 1..words.len)
            .find(|&i| {
                Size::parse(words.get(i)).is_some() && number(words.get(i + 1)).is_some_and(|n| (100_000_000..10_000_000_000).contains(&n))
            })
            .map(|i| (i, (1, 0)))
    }

    /// Nothing with content of its own: a directory, device, pipe or socket.
    pub(super) fn without_content(&self) -> bool {
        !matches!(self.kind, b'-' | b'l' | b'?' | b'C' | b'M')
    }
}
