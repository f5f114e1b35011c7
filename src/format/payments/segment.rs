//! Segments of the syntaxes that separate everything by single characters: X12, EDIFACT, FinTS.

use super::value;
use crate::format::Sink;
use memchr::memchr2;
use std::borrow::Cow;

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

/// An element or component and its place in the item.
pub(super) type Placed<'a> = (usize, &'a [u8]);

/// One segment without its terminator.
#[derive(Clone, Copy)]
pub(super) struct Segment<'a> {
    /// Separators of the interchange; without the release character where the segment has none.
    syntax: Syntax,
    pub bytes: &'a [u8],
    /// The bytes as text, where they are UTF-8.
    text: Option<&'a str>,
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
    let (bytes, terminated) = (&window[..end.unwrap_or(window.len())], end.is_some());
    let release = syntax.release.filter(|release| memchr::memchr(*release, bytes).is_some());
    Some(Segment { syntax: Syntax { release, ..syntax }, bytes, text: std::str::from_utf8(bytes).ok(), at, terminated })
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
    pub(super) fn elements(&self) -> impl Iterator<Item = Placed<'a>> + use<'a> {
        split(self.bytes, self.at, self.syntax.element, self.syntax.release)
    }

    /// So many elements from the first on; those that are missing are empty.
    pub(super) fn first_elements<const N: usize>(&self) -> [Placed<'a>; N] {
        first(self.elements(), self.at)
    }

    /// The components of an element.
    pub(super) fn components(&self, (at, element): Placed<'a>) -> impl Iterator<Item = Placed<'a>> + use<'a> {
        split(element, at, self.syntax.component, self.syntax.release)
    }

    /// So many components of an element from the first on; those that are missing are empty.
    pub(super) fn first_components<const N: usize>(&self, element: Placed<'a>) -> [Placed<'a>; N] {
        first(self.components(element), element.0)
    }

    /// An element as text with its offset; empty where it is missing.
    pub(super) fn element(&self, index: usize) -> (Cow<'a, str>, u64) {
        self.placed(self.elements().nth(index).unwrap_or((self.at, b"")))
    }

    /// A component as text with its offset; empty where it is missing.
    pub(super) fn component(&self, element: usize, index: usize) -> (Cow<'a, str>, u64) {
        let (at, bytes) = self.elements().nth(element).unwrap_or((self.at, b""));
        self.placed(self.components((at, bytes)).nth(index).unwrap_or((at, b"")))
    }

    /// An element or component as text with its offset.
    pub(super) fn placed(&self, part: Placed<'a>) -> (Cow<'a, str>, u64) {
        (self.text(part), value::offset(part.0))
    }

    /// An element or component as text, without release characters.
    #[inline]
    pub(super) fn text(&self, (at, bytes): Placed<'a>) -> Cow<'a, str> {
        let start = at - self.at;
        match self.text.and_then(|text| text.get(start..start + bytes.len())) {
            Some(text) if self.syntax.release.is_none() => Cow::Borrowed(text.trim_ascii()),
            _ => self.released(bytes),
        }
    }

    fn released(&self, bytes: &'a [u8]) -> Cow<'a, str> {
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
                Cow::Owned(out)
            }
            _ => text,
        }
    }

    /// Hands out the segment's text, its elements and components apart.
    pub(super) fn push(&self, sink: &mut Sink<'_>) {
        let Syntax { element, component, release, .. } = self.syntax;
        if release.is_none() && sink.fields(self.bytes, value::offset(self.at), |byte| (byte == element) | (byte == component)) {
            return;
        }
        for element in self.elements() {
            for (at, component) in self.components(element) {
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

fn first<'a, const N: usize>(fields: impl Iterator<Item = Placed<'a>>, at: usize) -> [Placed<'a>; N] {
    let mut out = [(at, &b""[..]); N];
    out.iter_mut().zip(fields).for_each(|(place, field)| *place = field);
    out
}

fn split(bytes: &[u8], base: usize, separator: u8, release: Option<u8>) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = Some(0);
    std::iter::from_fn(move || {
        let from = at?;
        let rest = bytes.get(from..)?;
        let end = match release {
            // Fields are short: going through their bytes is quicker than a vectorised search that is called for each.
            None => rest.iter().position(|byte| *byte == separator),
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
