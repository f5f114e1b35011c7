use super::lines::{Lines, encoding};
use super::row::Separators;

/// How many lines are looked at to recognise a syntax, and how many bytes.
const LINES: usize = 400;
const BYTES: usize = 256 << 10;

/// The beginning of a manifest.
pub struct Sample<'a> {
    /// All of it.
    pub bytes: &'a [u8],
    /// Its first lines, whole ones; decoded where they are UTF-16.
    pub lines: Vec<Vec<u8>>,
    /// It holds zero bytes that belong to no encoding.
    pub nul: bool,
}

impl<'a> Sample<'a> {
    /// Looks at the beginning.
    pub fn of(bytes: &'a [u8]) -> Self {
        let head = bytes.get(..BYTES).unwrap_or(bytes);
        let cut = head.len() < bytes.len();
        let mut lines = Vec::new();
        let mut source = Lines::new(head);
        while lines.len() < LINES
            && let Some(line) = source.next()
        {
            if line.ended || !cut {
                lines.push(line.text.to_vec());
            }
        }
        let nul = encoding(bytes).0 == encoding_rs::UTF_8 && memchr::memchr(0, head).is_some();
        Self { bytes, lines, nul }
    }

    /// Lines that are not blank.
    pub fn filled(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().map(Vec::as_slice).filter(|line| !line.iter().all(u8::is_ascii_whitespace))
    }

    /// How many of the filled lines satisfy the test, in percent; 0 when there is none.
    pub fn share(&self, mut test: impl FnMut(&[u8]) -> bool) -> u8 {
        let (mut all, mut hits) = (0usize, 0usize);
        for line in self.filled() {
            all += 1;
            hits += usize::from(test(line));
        }
        (hits * 100).checked_div(all).and_then(|share| u8::try_from(share).ok()).unwrap_or(0)
    }

    /// The share as a confidence of at most `best`, where it is at least `least` percent.
    pub fn confidence(&self, least: u8, best: u8, test: impl FnMut(&[u8]) -> bool) -> Option<u8> {
        let share = self.share(test);
        (share >= least).then(|| (u16::from(share) * u16::from(best) / 100) as u8)
    }
}

/// The separators of paths, judged by all that are given.
pub(super) fn separators<'p>(paths: impl Iterator<Item = &'p [u8]>) -> Separators {
    let (mut windows, mut unix) = (0usize, 0usize);
    for path in paths {
        let drive = matches!(path, [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
        let backslash = path.contains(&b'\\');
        let slash = path.contains(&b'/');
        windows += usize::from(drive || path.starts_with(br"\\") || backslash && !slash);
        unix += usize::from(slash && !drive);
    }
    if windows > unix { Separators::Windows } else { Separators::Unix }
}
