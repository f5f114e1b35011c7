//! Where in long contents something may be encoded. What encodings begin with is looked for in all windows at once, by
//! all threads, and once; what is found there is told one after the other, in the windows that have something.

use super::spelling::{Digits, next_run};
use super::{ascii85, base64, byte_lists, hexadecimal, uuencode};
use crate::format::Sink;
use memchr::memmem;
use rayon::prelude::*;
use std::ops::Range;

const WINDOW: usize = 1 << 20;
/// Shorter contents are one window, in which all may be.
const WHOLE: usize = 4 * WINDOW;

/// By what something shows itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// So many digits of base64 as a line has.
    Base64,
    /// So many hexadecimal digits as a line has.
    Hexadecimal,
    /// So many characters as a list of numbers has.
    Listed,
    /// These bytes.
    Uuencode,
    /// The end of a block.
    Ascii85,
    /// A filter's name.
    Ascii85Decode,
    /// Its short name.
    A85,
}

impl Mark {
    const ALL: [Self; 7] = [Self::Base64, Self::Hexadecimal, Self::Listed, Self::Uuencode, Self::Ascii85, Self::Ascii85Decode, Self::A85];

    fn needle(self) -> Option<&'static [u8]> {
        match self {
            Self::Base64 | Self::Hexadecimal | Self::Listed => None,
            Self::Uuencode => Some(uuencode::BEGIN),
            Self::Ascii85 => Some(ascii85::END),
            Self::Ascii85Decode => Some(ascii85::FILTER),
            Self::A85 => Some(ascii85::SHORT_FILTER),
        }
    }

    fn len(self) -> usize {
        match self {
            Self::Base64 => base64::SHORT_LINE,
            Self::Hexadecimal => hexadecimal::LINE,
            Self::Listed => byte_lists::SHORTEST,
            Self::Uuencode | Self::Ascii85 | Self::Ascii85Decode | Self::A85 => self.needle().map_or(0, <[u8]>::len),
        }
    }

    /// The first place among these at which it stands. It may end behind them.
    fn first(self, bytes: &[u8], places: Range<usize>) -> Option<usize> {
        let end = places.end.saturating_add(self.len() - 1).min(bytes.len());
        let at = places.start.min(end);
        match self.needle() {
            Some(needle) => memmem::find(&bytes[at..end], needle).map(|n| at + n),
            None if self == Self::Base64 => next_run(&bytes[..end], at, self.len(), Digits::Base64),
            None if self == Self::Listed => next_run(&bytes[..end], at, self.len(), Digits::Listed),
            None => next_run(&bytes[..end], at, self.len(), Digits::Hexadecimal),
        }
    }
}

/// The windows of a content in which marks stand.
pub(super) struct Places<'p> {
    /// For each window, a bit for each mark; none where all may be anywhere.
    windows: Vec<u8>,
    /// The run was interrupted: nothing more is found.
    stopped: &'p dyn Fn() -> bool,
}

/// May something be encoded in these bytes? Of long ones all threads say where.
pub(super) fn may_hold(bytes: &[u8]) -> bool {
    let marks = [Mark::Base64, Mark::Hexadecimal, Mark::Uuencode, Mark::Ascii85];
    bytes.len() > WHOLE || marks.iter().any(|mark| mark.first(bytes, 0..bytes.len()).is_some())
}

impl Places<'_> {
    /// All of a content that is not worth looking at before.
    pub fn anywhere() -> Self {
        Self { windows: Vec::new(), stopped: &|| false }
    }
}

impl<'p> Places<'p> {
    /// Of these bytes.
    pub fn of(bytes: &[u8], sink: &Sink<'_>, stopped: &'p dyn Fn() -> bool) -> Self {
        if bytes.len() <= WHOLE {
            return Self { windows: Vec::new(), stopped };
        }
        let marks = |window: usize| {
            let places = window * WINDOW..(window + 1) * WINDOW;
            let has = |mark: &Mark| !sink.stopped() && mark.first(bytes, places.clone()).is_some();
            Mark::ALL.iter().filter(|mark| has(mark)).fold(0, |bits, mark| bits | 1 << *mark as u8)
        };
        Self { windows: (0..bytes.len().div_ceil(WINDOW)).into_par_iter().map(marks).collect(), stopped }
    }

    fn may_have(&self, mark: Mark, window: usize) -> bool {
        self.windows.get(window).is_none_or(|bits| bits >> mark as u8 & 1 == 1)
    }

    /// The first place from `from` on at which a mark stands.
    pub fn first(&self, mark: Mark, bytes: &[u8], from: usize) -> Option<usize> {
        if self.windows.is_empty() {
            return mark.first(bytes, from..bytes.len());
        }
        let windows = (from / WINDOW..self.windows.len()).filter(|window| self.may_have(mark, *window));
        let first = |window: usize| mark.first(bytes, from.max(window * WINDOW)..(window + 1) * WINDOW);
        windows.take_while(|_| !(self.stopped)()).find_map(first)
    }

    /// The last place in a range at which a mark of certain bytes stands whole.
    pub fn last(&self, mark: Mark, bytes: &[u8], range: Range<usize>) -> Option<usize> {
        let needle = mark.needle()?;
        if self.windows.is_empty() {
            return memmem::rfind(&bytes[range.clone()], needle).map(|n| range.start + n);
        }
        let windows = (range.start / WINDOW..range.end.div_ceil(WINDOW)).rev().filter(|window| self.may_have(mark, *window));
        let last = |window: usize| {
            let start = range.start.max(window * WINDOW);
            let end = range.end.min((window + 1) * WINDOW + needle.len() - 1);
            memmem::rfind(bytes.get(start..end)?, needle).map(|n| start + n)
        };
        windows.take_while(|_| !(self.stopped)()).find_map(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::Collector;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn windows_hide_no_place(
            planted in prop::collection::vec((0..WHOLE + 2 * WINDOW, 0usize..8), 0..12),
            at_borders in prop::collection::vec((1usize..6, 0usize..40, 0usize..8), 0..6),
            filler in prop::sample::select(&b"\0?_\xE9"[..]),
        ) {
            let mut bytes = vec![filler; WHOLE + 2 * WINDOW + 77];
            let near = at_borders.iter().map(|&(window, before, kind)| (window * WINDOW - before, kind));
            for (at, kind) in planted.iter().copied().chain(near) {
                let text: &[u8] = [
                    &b"begin 644 x"[..], b"~>", b"ASCII85Decode", b"/A85", b"0123456789abcdefABCDEF0123456789abcdef",
                    b"QUJDRGVm0123456789abcGHIJKLMNOPQRSTUVWXYZ", b"x", &[b'1'; byte_lists::SHORTEST + 8],
                ][kind];
                bytes[at..at + text.len()].copy_from_slice(text);
            }
            let collector = Collector::default();
            let sink = Sink::new(&collector);
            let (windows, whole) = (Places::of(&bytes, &sink, &|| false), Places::anywhere());
            prop_assert!(!windows.windows.is_empty());
            for mark in Mark::ALL {
                let mut at = 0;
                loop {
                    let (found, wanted) = (windows.first(mark, &bytes, at), whole.first(mark, &bytes, at));
                    prop_assert_eq!(found, wanted, "{:?} from {}", mark, at);
                    let before = windows.last(mark, &bytes, at / 2..at);
                    prop_assert_eq!(before, whole.last(mark, &bytes, at / 2..at), "{:?} before {}", mark, at);
                    let Some(place) = found else { break };
                    at = place + 1;
                }
            }
        }
    }
}
