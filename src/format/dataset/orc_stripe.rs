//! Stripes of ORC (Specification v1, "Stripes"): a footer says which streams stand in it and how columns are encoded.

use super::beside::aside;
use super::orc::File;
use super::orc_column::{Column, Encoding, PRESENT, Row, Stripe};
use super::orc_stream::Input;
use super::protobuf::Message;
use crate::format::numbers::is_zero;
use crate::format::{PassageKind, Sink, runs_of};
use crate::model::{Cause, Class};
use std::collections::HashMap;
use std::ops::Range;

/// Of `Stream.Kind`: those that hold values end with the second one.
const SECONDARY: u64 = 5;
const COUNTS: u64 = 4;
const ROW_INDEX: u64 = 6;
const FILTERS: [u64; 2] = [7, 8];
const ENCRYPTED: [u64; 2] = [9, 10];
/// Fields of an index that hold numbers: places, and counts of truth values.
const INDEX: &[&[u32]] = &[&[1, 1], &[1, 2, 5, 1]];
/// Seconds from 1970 to 2015, from which moments are counted.
const EPOCH: i64 = 1_420_070_400;

/// A stream that a stripe's footer names.
struct Stream {
    kind: u64,
    column: usize,
    place: Range<usize>,
}

/// The streams of a stripe, one behind the other; `None` where they go beyond it.
fn streams(footer: Message<'_>, within: Range<usize>) -> Option<Vec<Stream>> {
    let mut at = within.start;
    let place = |stream: Option<Message<'_>>| {
        let stream = stream?;
        let end = at.checked_add(stream.size(3)?).filter(|end| *end <= within.end)?;
        let place = std::mem::replace(&mut at, end)..end;
        Some(Stream { kind: stream.number(1).unwrap_or(0), column: stream.size(2)?, place })
    };
    footer.messages(1).map(place).collect()
}

impl<'a, 'f> File<'a, 'f> {
    /// Reads the stripe whose streams and footer stand here.
    pub fn stripe(&mut self, number: usize, within: Range<usize>, footer: Range<usize>, stated: u64, sink: &mut Sink<'_>) {
        let whole = within.start..footer.end;
        let decoded = match Input::new(self.source, footer.clone()).all() {
            Ok(decoded) => decoded,
            Err((cause, words)) => return self.unread(whole, cause, &format!("stripe {number}: its footer: {words}"), sink),
        };
        let message = Message::parse(&decoded);
        let Some((message, streams)) = message.and_then(|message| Some((message, streams(message, within.clone())?))) else {
            return self.unread(whole, Cause::Corrupt, &format!("stripe {number}: its footer is not sound"), sink);
        };
        self.said(footer, &[], "footers of stripes", sink);
        let rest = streams.last().map_or(within.start, |stream| stream.place.end)..within.end;
        if !is_zero(&self.source.bytes[rest.clone()]) {
            self.unread(rest, Cause::Corrupt, &format!("stripe {number}: bytes of no stream"), sink);
        }
        let is_later = self.tail.is_later;
        let encoding = |column: Option<Message<'_>>| {
            let column = column?;
            Encoding::of(column.number(1).unwrap_or(0), column.size(2)?, is_later)
        };
        let mut encodings: Vec<_> = message.messages(2).take(self.tail.schema.count).map(encoding).collect();
        encodings.resize(self.tail.schema.count, None);
        let mut stripe = Stripe { source: self.source, streams: HashMap::new(), encodings, epoch: EPOCH };
        for Stream { kind, column, place } in streams {
            match kind {
                ROW_INDEX => self.said(place, INDEX, "indexes", sink),
                kind if FILTERS.contains(&kind) => self.filters(place, sink),
                kind if ENCRYPTED.contains(&kind) => {
                    let words = self.locked.clone().unwrap_or_else(|| "a stream that is encrypted".to_owned());
                    self.unread(place, Cause::Encrypted, &words, sink);
                }
                PRESENT..=SECONDARY if kind != COUNTS && !stripe.streams.contains_key(&(column, kind)) => {
                    stripe.streams.insert((column, kind), place);
                }
                kind => self.unread(place, Cause::UnsupportedFormat, &format!("column {column}: a stream of kind {kind}"), sink),
            }
        }
        self.rows_of(&mut stripe, within.start, stated, sink);
        let mut unused: Vec<_> = stripe.streams.into_iter().collect();
        unused.sort_unstable_by_key(|((column, kind), place)| (place.start, *column, *kind));
        for ((column, kind), place) in unused {
            self.unread(place, Cause::Corrupt, &format!("column {column}: a stream of kind {kind} that it has no use for"), sink);
        }
    }

    fn rows_of(&mut self, stripe: &mut Stripe<'a, 'f>, start: usize, stated: u64, sink: &mut Sink<'_>) {
        let schema = &self.tail.schema;
        let mut root = Column::new(&schema.root, stripe, sink);
        if schema.columns == 0 && root.is_dead() {
            // Rows of nothing are all the same.
            self.rows = self.rows.saturating_add(stated);
        }
        let mut rows = 0;
        while rows < stated && !root.is_dead() && !(rows.is_multiple_of(1024) && sink.stopped()) {
            let at = root.place().unwrap_or(start as u64);
            let mut row = Row { cells: vec![String::new(); schema.columns], number: self.rows, beside: &mut self.beside, sink };
            root.row(&mut row);
            let cells = row.cells;
            self.grid.row_at(cells, at, sink);
            rows += 1;
            self.rows += 1;
        }
        root.end(sink);
    }

    /// Filters are bits: what they were made of stands in the columns.
    fn filters(&mut self, place: Range<usize>, sink: &mut Sink<'_>) {
        let decoded = Input::new(self.source, place.clone()).all();
        let index = decoded.as_deref().ok().and_then(Message::parse);
        let is_filter =
            |filter: Option<Message<'_>>| filter.is_some_and(|filter| filter.fields().all(|(field, _)| (1..=3).contains(&field)));
        let is_sound = index.is_some_and(|index| index.fields().all(|(field, _)| field == 1) && index.messages(1).all(is_filter));
        match (is_sound, &decoded) {
            (true, Ok(decoded)) => {
                // Bits look like noise; what else stands there is searched.
                aside(runs_of(decoded).as_bytes(), place.start as u64, sink);
                sink.kind(PassageKind::Prose);
                sink.cover(place.start as u64..place.end as u64, Class::Scanned);
            }
            _ => self.unread(place, Cause::Corrupt, "filters are not sound", sink),
        }
        if let Ok(std::borrow::Cow::Owned(decoded)) = decoded {
            self.source.release(decoded.len());
        }
    }
}
