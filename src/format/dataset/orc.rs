//! Apache ORC (Specification v1): a tail with the schema, and stripes in which each column stands by itself in streams.
//! The columns of a stripe are read side by side, so that its rows are rows again.

use super::beside::Beside;
use super::orc_schema::Type;
use super::orc_stream::{Input, Source};
use super::orc_tail::{Tail, is_marked};
use super::protobuf::Message;
use crate::format::database::value;
use crate::format::grid::Grid;
use crate::format::numbers::is_zero;
use crate::format::text::embedded;
use crate::format::{Failure, Format, Probe, Runs, Sink, signature};
use crate::model::{Cause, Class};
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

/// A file in columns.
pub static ORC: Format = Format {
    name: "orc",
    media_type: "application/x-orc",
    recognise: |probe: &Probe<'_>| match probe.head.strip_prefix(MAGIC) {
        // Behind the mark an index begins, or the length of a chunk; text has neither.
        Some(rest) => rest.iter().take(LOOKED_AT).any(|byte| *byte < b'\t') || is_marked(probe.bytes),
        None => is_marked(probe.bytes),
    },
    read,
    runs: Runs::Fenced,
    // Files that were known by their signature alone were recorded with lower versions, and are read again.
    version: 6,
    limitations: &[
        "values of lists and maps stand in one cell, joined; a person in a list is not counted by itself",
        "a file without any footer is a gap; so are encrypted columns and LZO",
        "once a column of a stripe cannot be read, neither can the rest of it in that stripe",
        "moments that name no zone are shown by the clock of who wrote them without its summer time",
    ],
};

const MAGIC: &[u8] = b"ORC";
/// Bytes behind the mark by which the format is told.
const LOOKED_AT: usize = 64;
/// What is held of all streams of a stripe takes so much, and twice the file.
const MOST_HELD: usize = 512 << 20;
/// Fields of a footer that hold numbers and keys: keys of stripes, types in types, counts of truth values, of encryption.
const FOOTER: &[&[u32]] = &[&[3, 7], &[4, 2], &[7, 5, 1], &[10, 3, 3], &[10, 3, 5]];
/// Counts of truth values in the statistics of stripes.
const METADATA: &[&[u32]] = &[&[1, 1, 5, 1]];

fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Failure> {
    let (tail, end) = match Tail::last(bytes) {
        Ok(found) => found,
        Err((cause, words)) => {
            signature::unread(bytes, 0..bytes.len() as u64, cause, words, sink);
            return Ok(());
        }
    };
    let budget = Cell::new(MOST_HELD.saturating_add(bytes.len().saturating_mul(2)));
    let header = if bytes.starts_with(MAGIC) { MAGIC.len() } else { 0 };
    sink.cover(0..header as u64, Class::Structure);
    let source = Source { bytes, packing: tail.packing, budget: &budget };
    let grid = Grid::headed("", tail.schema.header.clone(), header as u64);
    let locked = locked_columns(&tail);
    let mut file = File { source, tail: &tail, locked, beside: Beside::default(), grid, rows: 0 };
    file.tail(sink);
    file.stripes(header, sink);
    let File { beside, grid, rows, .. } = file;
    grid.end(sink);
    beside.end(sink);
    let stated = tail.footer().number(6).unwrap_or(0);
    let at = tail.end.start as u64;
    if end < bytes.len() {
        let words = "what follows the last sound footer".to_owned();
        signature::unread(bytes, end as u64..bytes.len() as u64, Cause::Truncated, words, sink);
    }
    if stated != rows && sink.gaps.is_empty() && !sink.stopped() {
        sink.gap(at..at, Cause::Corrupt, format!("the footer states {stated} rows, and its stripes have {rows}"));
    }
    Ok(())
}

/// Columns of which the file holds values that a key is needed for, by their names.
fn locked_columns(tail: &Tail<'_>) -> Option<String> {
    let encryption = tail.footer().each(10).last()?;
    let variants = Message::parse(encryption).map(|encryption| encryption.messages(3).flatten().collect::<Vec<_>>());
    let ids: Vec<usize> = variants.unwrap_or_default().into_iter().filter_map(|variant| variant.size(1)).collect();
    let mut names = Vec::new();
    named(&tail.schema.root, &ids, &mut names);
    Some(format!("columns that are encrypted: {}", names.join(", ")))
}

fn named(of: &Type, ids: &[usize], names: &mut Vec<String>) {
    if ids.contains(&of.id) {
        names.push(if of.path.is_empty() { of.id.to_string() } else { format!("{:?}", of.path) });
    }
    of.children.iter().for_each(|child| named(child, ids, names));
}

/// What is known of a file while its stripes are read.
pub(super) struct File<'a, 'f> {
    pub source: Source<'a, 'f>,
    pub tail: &'f Tail<'a>,
    /// Which columns are encrypted, in words.
    pub locked: Option<String>,
    pub beside: Beside<'f>,
    pub grid: Grid,
    pub rows: u64,
}

impl<'a> File<'a, '_> {
    /// Makes a gap of a range, whose strings are text.
    pub fn unread(&self, range: Range<usize>, cause: Cause, words: &str, sink: &mut Sink<'_>) {
        if !range.is_empty() {
            signature::unread(self.source.bytes, range.start as u64..range.end as u64, cause, words.to_owned(), sink);
        }
    }

    /// What the tail says beside its schema.
    fn tail(&mut self, sink: &mut Sink<'_>) {
        let tail = self.tail;
        let at = tail.end.start as u64;
        let footer = tail.footer();
        for remark in footer.messages(5).flatten() {
            remark.each(2).for_each(|text| embedded::read_value(&value::text(text), at, sink));
        }
        footer.each_text(FOOTER, &mut |text| self.beside.put(Cow::Borrowed(text), at));
        sink.cover(at..tail.end.end as u64, Class::Structure);
        self.said(tail.metadata.clone(), METADATA, "statistics of stripes", sink);
        self.unread(tail.locked.clone(), Cause::Encrypted, "statistics of encrypted columns", sink);
        if let Some(words) = &self.locked {
            sink.gap(at..at, Cause::Encrypted, words.clone());
        }
    }

    /// Takes the texts of a message that stands in a range; it is a gap where it is none.
    pub fn said(&mut self, range: Range<usize>, but: &[&[u32]], what: &str, sink: &mut Sink<'_>) {
        let decoded = Input::new(self.source, range.clone()).all();
        let message = decoded.as_deref().ok().and_then(Message::parse);
        let Some(message) = message else {
            return self.unread(range, Cause::Corrupt, &format!("{what} are not sound"), sink);
        };
        let at = range.start as u64;
        message.each_text(but, &mut |text| self.beside.put(Cow::Owned(text.to_vec()), at));
        sink.cover(at..range.end as u64, Class::Structure);
        if let Ok(Cow::Owned(decoded)) = decoded {
            self.source.release(decoded.len());
        }
    }

    fn stripes(&mut self, start: usize, sink: &mut Sink<'_>) {
        let (mut at, end) = (start, self.tail.start());
        for (number, stripe) in self.tail.footer().messages(3).enumerate() {
            if sink.stopped() {
                return;
            }
            let place = stripe.and_then(|stripe| {
                let start = stripe.size(1)?;
                let index_and_data = stripe.size(2)?.checked_add(stripe.size(3)?)?;
                let footer = start.checked_add(index_and_data)?;
                let end_of = footer.checked_add(stripe.size(4)?)?;
                (start >= at && end_of <= end).then_some((start..footer, footer..end_of, stripe.number(5).unwrap_or(0)))
            });
            let Some((streams, footer, rows)) = place else {
                let footer = self.tail.end.start as u64;
                sink.gap(footer..footer, Cause::Corrupt, format!("stripe {number} has no place in the file"));
                continue;
            };
            self.between(at..streams.start, sink);
            at = footer.end;
            self.stripe(number, streams, footer, rows, sink);
        }
        self.between(at..end, sink);
    }

    /// Bytes of no stripe: nothing, or tails that were the last ones once.
    fn between(&mut self, mut range: Range<usize>, sink: &mut Sink<'_>) {
        while !is_zero(&self.source.bytes[range.clone()]) {
            let held = &self.source.bytes[range.clone()];
            let end = range.start + held.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            let Some(tail) = Tail::parse(&self.source.bytes[..end]).ok().filter(|tail| tail.start() >= range.start) else {
                return self.unread(range, Cause::Corrupt, "bytes of no stripe", sink);
            };
            let at = tail.end.start as u64;
            tail.footer().each_text(FOOTER, &mut |text| self.beside.put(Cow::Owned(text.to_vec()), at));
            sink.cover(at..end as u64, Class::Structure);
            self.said(tail.metadata.clone(), METADATA, "statistics of stripes", sink);
            self.unread(tail.locked.clone(), Cause::Encrypted, "statistics of encrypted columns", sink);
            range.end = tail.start();
        }
    }
}
