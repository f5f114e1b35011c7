//! Rows of compressed tables ("CD records"): four bits per column say how long its value is; values up to eight
//! bytes stand together, longer ones behind an array of their ends. Pages of tables with page compression begin with
//! a record of prefixes (the anchor) and a dictionary, which the values of the rows refer to.

use super::page::{HEADER, le16};
use std::borrow::Cow;
use std::ops::Range;

/// Short values are counted by clusters of so many columns.
const CLUSTER: usize = 30;

/// A value as the record has it, before prefixes and the dictionary are applied.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stored {
    Null,
    /// Bytes of the record.
    Bytes(Range<usize>),
    /// The value stands elsewhere; these are its pointers.
    Away(Range<usize>),
    /// A bit that is set.
    True,
    /// An entry of the dictionary.
    Symbol(usize),
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Null,
    /// Its bytes, in the form of compressed tables.
    Bytes(Cow<'a, [u8]>),
    /// The value stands elsewhere; its pointers are these bytes of the record.
    Away(Range<usize>),
    /// A bit that is set.
    True,
}

/// One record.
#[derive(Clone, Debug)]
pub(super) struct Record<'a> {
    bytes: &'a [u8],
    values: Vec<Stored>,
    /// Says where a row was moved to.
    pub is_stub: bool,
    /// Where the record ends, as far as its values tell.
    pub end: usize,
}

impl<'a> Record<'a> {
    /// The record at the start of these bytes, which end where the slot array begins.
    pub fn of(bytes: &'a [u8]) -> Option<Self> {
        let header = *bytes.first().filter(|header| **header & 1 != 0)?;
        if header >> 2 & 7 == 2 {
            return (bytes.len() >= 9).then(|| Self { bytes, values: Vec::new(), is_stub: true, end: 9 });
        }
        let (columns, mut at) = match *bytes.get(1)? {
            high @ 0x80.. => (usize::from(high & 0x7F) << 8 | usize::from(*bytes.get(2)?), 3),
            low => (usize::from(low), 2),
        };
        let kinds = at..at + columns.div_ceil(2);
        let clusters = columns.saturating_sub(1) / CLUSTER;
        at = kinds.end + clusters;
        let kind = |i: usize| bytes.get(kinds.start + i / 2).map(|byte| if i.is_multiple_of(2) { byte & 15 } else { byte >> 4 });
        let mut values = Vec::with_capacity(columns);
        let mut long = 0;
        for i in 0..columns {
            let length = match kind(i)? {
                length @ 1..=9 => usize::from(length) - 1,
                12 => 1,
                13 => 2,
                _ => 0,
            };
            let own = at..at + length;
            let stored = bytes.get(own.clone())?;
            at = own.end;
            values.push(match (kind(i)?, stored) {
                (0, _) => Stored::Null,
                (10, _) => {
                    long += 1;
                    Stored::Bytes(0..0)
                }
                (11, _) => Stored::True,
                (12, [symbol]) => Stored::Symbol(usize::from(*symbol)),
                (13, [high, low]) => Stored::Symbol(usize::from(high & 0x7F) << 8 | usize::from(*low)),
                (1..=9, _) => Stored::Bytes(own),
                _ => return None,
            });
        }
        let mut record = Self { bytes, values, is_stub: false, end: at };
        if header & 0x20 != 0 {
            record.long_values(at, clusters, long, &kind)?;
        } else if long > 0 {
            return None;
        }
        if header & 2 != 0 {
            record.end = (record.end + 14).min(bytes.len());
        }
        (record.end <= bytes.len()).then_some(record)
    }

    /// Reads the array of ends at `at`.
    fn long_values(&mut self, at: usize, clusters: usize, long: usize, kind: &dyn Fn(usize) -> Option<u8>) -> Option<()> {
        let count = usize::from(le16(self.bytes, at + 1)?);
        if count < long {
            return None;
        }
        let ends = at + 3;
        let base = ends + 2 * count + clusters;
        let (mut last, mut next) = (0, 0);
        for i in 0..self.values.len() {
            if kind(i)? != 10 {
                continue;
            }
            let own = le16(self.bytes, ends + 2 * next)?;
            next += 1;
            let end = usize::from(own & 0x7FFF);
            if end < last || base + end > self.bytes.len() {
                return None;
            }
            let range = base + last..base + end;
            self.values[i] = if own & 0x8000 != 0 { Stored::Away(range) } else { Stored::Bytes(range) };
            last = end;
        }
        self.end = base + last;
        Some(())
    }

    /// How many columns it has.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// A column's value, put together with its prefix.
    pub fn value(&self, i: usize, page: &Prefixes<'a>) -> Value<'a> {
        match self.values.get(i) {
            None | Some(Stored::Null) => Value::Null,
            Some(Stored::True) => Value::True,
            Some(Stored::Away(range)) => Value::Away(range.clone()),
            Some(Stored::Bytes(range)) => Value::Bytes(page.expand(i, &self.bytes[range.clone()])),
            Some(Stored::Symbol(symbol)) => {
                Value::Bytes(page.dictionary.get(*symbol).map_or(Cow::Borrowed(&[][..]), |entry| page.expand(i, entry)))
            }
        }
    }

    /// Does a value refer to an entry that the dictionary does not have?
    pub fn lacks_symbols(&self, page: &Prefixes<'_>) -> bool {
        self.values.iter().any(|value| matches!(value, Stored::Symbol(symbol) if *symbol >= page.dictionary.len()))
    }
}

/// Prefixes and dictionary of a page.
#[derive(Clone, Debug, Default)]
pub(super) struct Prefixes<'a> {
    anchor: Vec<Option<&'a [u8]>>,
    dictionary: Vec<&'a [u8]>,
}

impl<'a> Prefixes<'a> {
    /// Reads the compression record of a page.
    pub fn of(page: &'a [u8]) -> Option<Self> {
        let flags = *page.get(HEADER)?;
        let record = page.get(HEADER..)?;
        let has_dictionary = flags & 4 != 0;
        let dictionary_at = usize::from(le16(record, 3)?);
        let size = if has_dictionary { usize::from(le16(record, 5)?) } else { dictionary_at };
        let anchor_at = if has_dictionary { 7 } else { 5 };
        let whole = record.get(..size)?;
        let mut prefixes = Self::default();
        if flags & 2 != 0 {
            let anchor = Record::of(whole.get(anchor_at..if has_dictionary { dictionary_at } else { size })?)?;
            prefixes.anchor = anchor
                .values
                .iter()
                .map(|value| match value {
                    Stored::Bytes(range) => Some(&anchor.bytes[range.clone()]),
                    Stored::Null | Stored::Away(_) | Stored::True | Stored::Symbol(_) => None,
                })
                .collect();
        }
        if has_dictionary {
            let entries = whole.get(dictionary_at..)?;
            let count = usize::from(le16(entries, 0)?);
            let mut at = 2 + 2 * count;
            for i in 0..count {
                let end = usize::from(le16(entries, 2 + 2 * i)?);
                prefixes.dictionary.push(entries.get(at..end)?);
                at = end;
            }
        }
        Some(prefixes)
    }

    /// A value of a column that has a prefix says how much of it is used, and what follows; an empty one is all of
    /// the prefix.
    fn expand(&self, column: usize, stored: &'a [u8]) -> Cow<'a, [u8]> {
        let Some(Some(anchor)) = self.anchor.get(column) else { return Cow::Borrowed(stored) };
        let (length, rest) = match stored {
            [] => return Cow::Borrowed(anchor),
            [high @ 0x80..=0xFF, low, rest @ ..] => (usize::from(high & 0x7F) << 8 | usize::from(*low), rest),
            [length, rest @ ..] => (usize::from(*length), rest),
        };
        match anchor.get(..length) {
            Some([]) => Cow::Borrowed(rest),
            Some(prefix) => Cow::Owned([prefix, rest].concat()),
            None => Cow::Borrowed(stored),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values<'a>(record: &Record<'a>, page: &Prefixes<'a>) -> Vec<Value<'a>> {
        (0..record.len()).map(|i| record.value(i, page)).collect()
    }

    fn bytes(value: &[u8]) -> Value<'_> {
        Value::Bytes(Cow::Borrowed(value))
    }

    /// A record that DBCC PAGE shows with the values 101, 'This is row 1' and 'Row 1', published with the tests of
    /// Internals Viewer.
    #[test]
    fn a_published_record_has_its_values() {
        let record = b"\x21\x03\xa2\x16\xe5Row 1\x01\x01\x00\x0d\x00This is row 1";
        let parsed = Record::of(record).unwrap();
        assert_eq!(values(&parsed, &Prefixes::default()), [bytes(&[0xE5]), bytes(b"This is row 1"), bytes(b"Row 1")]);
        assert_eq!(parsed.end, record.len());
        for cut in 0..record.len() {
            assert!(Record::of(&record[..cut]).is_none(), "{cut}");
        }
    }

    /// An anchor and a row, published with the same tests.
    #[test]
    fn values_are_put_together_with_their_prefix() {
        let page = Prefixes { anchor: vec![Some(b"AA"), Some(b"BBB")], ..Prefixes::default() };
        let record = Record::of(b"\x21\x02\xAA\x00\x02\x00\x03\x00\x05\x00\x02XY\x03Z").unwrap();
        assert_eq!(values(&record, &page), [bytes(b"AAXY"), bytes(b"BBBZ")]);
    }
}
