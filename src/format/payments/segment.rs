//! Segments of the syntaxes that separate everything by single characters: X12, EDIFACT, FinTS.

use super::value;
use crate::format::Sink;
use memchr::memchr2;

/// The separators of one interchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Syntax {
    pub terminator: u8,
    pub element: u8,
    pub component: u8,
    /// Takes the meaning from the character behind it.
    pub release: Option<u8>,
}

/// A longer segment is handed out in pieces of this size.
const MAX_SEGMENT: usize = 64 << 10;

/// One segment without its terminator.
#[derive(Clone, Copy)]
pub(super) struct Segment<'a> {
    pub syntax: Syntax,
    pub bytes: &'a [u8],
    /// Its place in the item.
    pub at: usize,
    /// Its terminator was there.
    pub terminated: bool,
}

/// The next segment at or after a place; blanks and line ends between segments are no part of one.
pub(super) fn next(bytes: &[u8], syntax: Syntax, from: usize) -> Option<Segment<'_>> {
    let rest = bytes.get(from..)?;
    let at = from + rest.iter().position(|b| !b.is_ascii_whitespace() || *b == syntax.terminator)?;
    let rest = &bytes[at..];
    let window = &rest[..rest.len().min(MAX_SEGMENT)];
    let end = match syntax.release {
        None => memchr::memchr(syntax.terminator, window),
        Some(release) => unreleased(window, syntax.terminator, release),
    };
    let segment = |len: usize, terminated| Segment { syntax, bytes: &rest[..len], at, terminated };
    Some(match end {
        Some(len) => segment(len, true),
        None => segment(window.len(), false),
    })
}

fn unreleased(bytes: &[u8], wanted: u8, release: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = at + memchr2(wanted, release, bytes.get(at..)?)?;
        if bytes[found] == wanted {
            return Some(found);
        }
        at = found + 2;
    }
}

impl<'a> Segment<'a> {
    /// The place behind the segment and its terminator.
    pub(super) fn end(&self) -> usize {
        self.at + self.bytes.len() + usize::from(self.terminated)
    }

    /// Its elements, the first is its name.
    pub(super) fn elements(&self) -> impl Iterator<Item = (usize, &'a [u8])> + use<'a> {
        split(self.bytes, self.at, self.syntax.element, self.syntax.release)
    }

    /// An element's components.
    pub(super) fn components(&self, element: usize) -> impl Iterator<Item = (usize, &'a [u8])> + use<'a> {
        let (at, bytes) = self.elements().nth(element).unwrap_or((self.at, b""));
        split(bytes, at, self.syntax.component, self.syntax.release)
    }

    /// An element as text with its offset; empty where it is missing.
    pub(super) fn element(&self, index: usize) -> (String, u64) {
        let (at, bytes) = self.elements().nth(index).unwrap_or((self.at, b""));
        (self.text(bytes), value::offset(at))
    }

    /// A component as text with its offset; empty where it is missing.
    pub(super) fn component(&self, element: usize, index: usize) -> (String, u64) {
        let (at, bytes) = self.components(element).nth(index).unwrap_or((self.at, b""));
        (self.text(bytes), value::offset(at))
    }

    /// Bytes of the segment as text, without release characters.
    pub(super) fn text(&self, bytes: &[u8]) -> String {
        let text = value::decode(bytes.trim_ascii());
        match self.syntax.release.map(char::from) {
            Some(release) if text.contains(release) => {
                let mut out = String::with_capacity(text.len());
                let mut chars = text.chars();
                while let Some(c) = chars.next() {
                    match c {
                        c if c == release => out.extend(chars.next()),
                        c => out.push(c),
                    }
                }
                out
            }
            _ => text.into_owned(),
        }
    }

    /// Hands out the segment's text, its elements and components apart.
    pub(super) fn push(&self, sink: &mut Sink<'_>) {
        for (at, element) in self.elements() {
            for (at, component) in split(element, at, self.syntax.component, self.syntax.release) {
                let Some(release) = self.syntax.release.filter(|r| memchr::memchr(*r, component).is_some()) else {
                    value::push_field(sink, component, value::offset(at));
                    continue;
                };
                sink.border();
                let mut from = 0;
                while from < component.len() {
                    let rest = &component[from..];
                    let len = memchr::memchr(release, &rest[1.min(rest.len())..]).map_or(rest.len(), |i| i + 1);
                    let skip = usize::from(rest[0] == release && len > 1);
                    value::push(sink, &rest[skip..len], value::offset(at + from + skip));
                    from += len;
                }
                sink.border();
            }
        }
    }
}

fn split(bytes: &[u8], base: usize, separator: u8, release: Option<u8>) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = Some(0);
    std::iter::from_fn(move || {
        let from = at?;
        let rest = bytes.get(from..)?;
        let end = match release {
            None => memchr::memchr(separator, rest),
            Some(release) => unreleased(rest, separator, release),
        };
        at = end.map(|len| from + len + 1);
        Some((base + from, &rest[..end.unwrap_or(rest.len())]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn released_separators_are_text() {
        let syntax = Syntax { terminator: b'\'', element: b'+', component: b':', release: Some(b'?') };
        let bytes = b"\nNAD+OY+O?'BRIEN ?& CO:A?:B+'";
        let segment = next(bytes, syntax, 0).unwrap();
        assert!(segment.terminated && segment.end() == bytes.len() && segment.at == 1);
        assert_eq!(segment.component(2, 0).0, "O'BRIEN & CO");
        assert_eq!(segment.component(2, 1), ("A:B".into(), 23));
        assert_eq!(segment.elements().count(), 4);
        assert_eq!(segment.element(9).0, "");
        let open = next(b"UNZ+1??", syntax, 0).unwrap();
        assert!(!open.terminated && open.element(1).0 == "1?");
    }
}
