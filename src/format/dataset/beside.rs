//! Text of a file in columns that stands beside its rows: names, remarks, smallest and largest values, and what no row
//! has named.

use super::thrift::Value;
use crate::format::{At, BORDER, PassageKind, Sink, runs_of};
use std::borrow::Cow;
use std::collections::HashMap;

/// Text that stands beside the rows, each once.
#[derive(Default)]
pub(super) struct Beside<'a> {
    /// Which one it is, where it stands, whether it is shown in a row or otherwise.
    texts: HashMap<Cow<'a, [u8]>, (usize, u64, bool)>,
}

/// Between two texts.
const APART: &str = "\u{1E}\u{1E}";

impl<'a> Beside<'a> {
    /// Takes a text that stands at a place.
    pub fn put(&mut self, bytes: Cow<'a, [u8]>, at: u64) {
        let number = self.texts.len();
        if !bytes.is_empty() {
            self.texts.entry(bytes).or_insert((number, at, false));
        }
    }

    /// Takes all text of a struct that stands at a place.
    pub fn take(&mut self, of: &Value<'a>, at: u64) {
        of.each_bytes(&mut |bytes| self.put(Cow::Borrowed(bytes), at));
    }

    /// Leaves something out that is shown otherwise.
    pub fn leave(&mut self, bytes: &'a [u8]) {
        let number = self.texts.len();
        self.texts.entry(Cow::Borrowed(bytes)).or_insert((number, 0, true)).2 = true;
    }

    /// A cell of a row: the smallest and largest values are some of them.
    pub fn show(&mut self, cell: &str) {
        if let Some((_, _, is_shown)) = self.texts.get_mut(cell.as_bytes()) {
            *is_shown = true;
        }
    }

    /// Hands on the texts that stand in no row.
    pub fn end(self, sink: &mut Sink<'_>) {
        let mut texts: Vec<_> = self.texts.into_iter().filter(|(_, (.., is_shown))| !is_shown).collect();
        texts.sort_unstable_by_key(|(_, (number, ..))| *number);
        sink.kind(PassageKind::Strings);
        for (bytes, (_, at, _)) in texts {
            // A name is no label of what stands behind it: two borders are between them.
            sink.text(&shown(&bytes), At::Decoded(at));
            sink.text(APART, At::Decoded(at));
        }
        sink.kind(PassageKind::Prose);
    }
}

/// Bytes as they are where they are plain text, else what of them is printable.
fn shown(bytes: &[u8]) -> Cow<'_, str> {
    match plain_text(bytes) {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(runs_of(bytes)),
    }
}

/// The text that some bytes are, if they are nothing else.
pub(super) fn plain_text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains(char::is_control))
}

/// Text that is in no row.
pub(super) fn aside(bytes: &[u8], at: u64, sink: &mut Sink<'_>) {
    if bytes.is_empty() {
        return;
    }
    sink.kind(PassageKind::Strings);
    sink.text(shown(bytes).trim_matches(BORDER), At::Decoded(at));
    sink.border();
}
