//! Data pages of Parquet: levels and values (README "Data Pages", Encodings.md). All values of a page are read one by
//! one from its bytes, whatever number of them it states.

use super::parquet_levels::{Deltas, Runs};
use super::parquet_schema::{Leaf, Raw, Stored};
use super::thrift::Value;
use crate::format::numbers::le32;
use std::borrow::Cow;
use std::ops::Range;

/// Of `Encoding` in parquet.thrift.
const PLAIN: i64 = 0;
const PLAIN_DICTIONARY: i64 = 2;
const RLE: i64 = 3;
const DELTA_BINARY_PACKED: i64 = 5;
const DELTA_LENGTH_BYTE_ARRAY: i64 = 6;
const DELTA_BYTE_ARRAY: i64 = 7;
const RLE_DICTIONARY: i64 = 8;
const BYTE_STREAM_SPLIT: i64 = 9;

/// Values that data pages name by their numbers.
pub(super) struct Dictionary<'a> {
    data: Cow<'a, [u8]>,
    places: Vec<Range<u32>>,
    is_used: Vec<bool>,
}

impl<'a> Dictionary<'a> {
    /// The values of a dictionary page, in plain encoding.
    pub fn new(data: Cow<'a, [u8]>, stored: Stored, count: usize) -> Option<Self> {
        let mut places = Vec::new();
        let mut at = 0;
        while places.len() < count {
            let (start, end) = plain(&data, at, stored)?;
            places.push(u32::try_from(start).ok()?..u32::try_from(end).ok()?);
            // Values that take no bytes are all the same.
            if end == at {
                break;
            }
            at = end;
        }
        let is_used = vec![false; places.len()];
        (at == data.len()).then_some(Self { data, places, is_used })
    }

    fn value(&mut self, number: u32) -> Option<&[u8]> {
        let place = self.places.get(number as usize)?;
        self.is_used[number as usize] = true;
        self.data.get(place.start as usize..place.end as usize)
    }

    /// Values that no page has named so far.
    pub fn unused(&self) -> impl Iterator<Item = &[u8]> {
        let unused = self.places.iter().zip(&self.is_used).filter(|(_, used)| !**used);
        unused.filter_map(|(place, _)| self.data.get(place.start as usize..place.end as usize))
    }
}

/// Where a plain value of a type begins and ends.
fn plain(data: &[u8], at: usize, stored: Stored) -> Option<(usize, usize)> {
    let (start, length) = match stored.width() {
        Some(width) => (at, width),
        None if stored == Stored::Bytes => (at + 4, le32(data, at)? as usize),
        None => return None,
    };
    let end = start.checked_add(length)?;
    (end <= data.len()).then_some((start, end))
}

/// Where values stand, and which is next.
enum Values {
    Plain(usize),
    /// Truth values, a bit each.
    Bits(usize),
    Runs(Runs),
    Dictionary(Runs),
    Deltas(Deltas),
    /// Lengths, and where the next value begins.
    Lengths(Deltas, usize),
    /// How much of the value before is repeated, the length of the rest, where that stands, the value before.
    Prefixes(Deltas, Deltas, usize, Vec<u8>),
    /// Bytes of the same place in all values stand together: where, how many values, which is next.
    Split(usize, usize, usize),
}

/// A data page.
pub(super) struct Page<'a> {
    data: Cow<'a, [u8]>,
    repetitions: Option<Runs>,
    definitions: Option<Runs>,
    values: Values,
    /// Entries that follow: values, and what stands for none.
    pub left: u64,
    /// Rows that begin in the rest of the page, where that is known.
    pub rows: Option<u64>,
    /// The list level of the next entry, where it was looked at.
    next: Option<u32>,
}

/// Why a page is not read: what is wrong, or what it uses that is not decoded.
pub(super) enum Refused {
    Broken(&'static str),
    Unknown(String),
}

/// What a page's header says of its levels.
pub(super) enum Levels {
    /// They stand before the values, behind their lengths.
    Inside,
    /// They have so many bytes, and the page begins so many rows.
    Beside { repetitions: usize, definitions: usize, rows: u64 },
}

fn bits(most: u32) -> u32 {
    32 - most.leading_zeros()
}

impl<'a> Page<'a> {
    /// A page of a column; `head` is the part of its header that is about data.
    pub fn new(data: Cow<'a, [u8]>, head: &Value<'_>, levels: &Levels, leaf: &Leaf) -> Result<Self, Refused> {
        let cut = || Refused::Broken("its levels are cut off");
        let left = head.number(1).and_then(|count| u64::try_from(count).ok()).ok_or(Refused::Broken("it states no number of values"))?;
        let mut at = 0;
        let mut level = |most: u32, beside: Option<usize>, encoding: Option<i64>| -> Result<Option<Runs>, Refused> {
            let length = match beside {
                Some(length) => length,
                None if most == 0 => return Ok(None),
                None if encoding != Some(RLE) => return Err(Refused::Unknown(format!("levels in encoding {}", encoding.unwrap_or(-1)))),
                None => {
                    at += 4;
                    le32(&data, at - 4).ok_or_else(cut)? as usize
                }
            };
            let end = at.checked_add(length).filter(|end| *end <= data.len()).ok_or_else(cut)?;
            let range = std::mem::replace(&mut at, end)..end;
            Ok((most > 0).then(|| Runs::new(range, bits(most))).flatten())
        };
        let (repetitions, definitions, encoding, rows) = match levels {
            Levels::Inside => {
                let repetitions = level(leaf.repeated, None, head.number(4))?;
                (repetitions, level(leaf.defined, None, head.number(3))?, head.number(2), None)
            }
            Levels::Beside { repetitions, definitions, rows } => {
                let repetitions = level(leaf.repeated, Some(*repetitions), None)?;
                (repetitions, level(leaf.defined, Some(*definitions), None)?, head.number(4), Some(*rows))
            }
        };
        let values = Values::new(&data, at, left, encoding.unwrap_or(-1), leaf.stored)?;
        let rows = if leaf.repeated == 0 { Some(left) } else { rows };
        Ok(Self { data, repetitions, definitions, values, left, rows, next: None })
    }

    /// The list level of the next entry: 0 begins a row.
    pub fn peek(&mut self) -> Option<u32> {
        if self.next.is_none() {
            self.next = Some(match &mut self.repetitions {
                Some(levels) => levels.next(&self.data)?,
                None => 0,
            });
        }
        self.next
    }

    /// The next entry's level: is a value there?
    pub fn level(&mut self) -> Option<u32> {
        self.next = None;
        self.left = self.left.checked_sub(1)?;
        match &mut self.definitions {
            Some(levels) => levels.next(&self.data),
            None => Some(0),
        }
    }

    /// The next value.
    pub fn value<'v>(&'v mut self, stored: Stored, dictionary: Option<&'v mut Dictionary<'a>>, held: &'v mut Vec<u8>) -> Option<Raw<'v>> {
        let data = &self.data[..];
        match &mut self.values {
            Values::Plain(at) => {
                let (start, end) = plain(data, *at, stored)?;
                *at = end;
                Some(Raw::Bytes(&data[start..end]))
            }
            Values::Bits(bit) => {
                let byte = data.get(*bit / 8)?;
                let truth = byte >> (*bit % 8) & 1;
                *bit += 1;
                Some(Raw::Number(i64::from(truth)))
            }
            Values::Runs(runs) => Some(Raw::Number(i64::from(runs.next(data)?))),
            Values::Dictionary(runs) => {
                let number = runs.next(data)?;
                Some(Raw::Bytes(dictionary?.value(number)?))
            }
            Values::Deltas(deltas) => Some(Raw::Number(deltas.next(data)?)),
            Values::Lengths(lengths, at) => Some(Raw::Bytes(next_of(data, lengths, at)?)),
            Values::Prefixes(prefixes, lengths, at, before) => {
                let prefix = usize::try_from(prefixes.next(data)?).ok().filter(|prefix| *prefix <= before.len())?;
                let rest = next_of(data, lengths, at)?;
                before.truncate(prefix);
                before.extend_from_slice(rest);
                Some(Raw::Bytes(before))
            }
            Values::Split(start, count, next) => {
                let width = stored.width()?;
                let value = (*next < *count).then_some(*next)?;
                *next += 1;
                held.clear();
                held.extend((0..width).map(|byte| data[*start + byte * *count + value]));
                Some(Raw::Bytes(held))
            }
        }
    }

    /// Bytes behind the last value; none where values do not say where they end.
    pub fn rest(&self) -> &[u8] {
        match &self.values {
            Values::Plain(at) | Values::Lengths(_, at) | Values::Prefixes(_, _, at, _) => self.data.get(*at..).unwrap_or_default(),
            Values::Bits(bit) => self.data.get(bit.div_ceil(8)..).unwrap_or_default(),
            Values::Runs(_) | Values::Dictionary(_) | Values::Deltas(_) | Values::Split(..) => &[],
        }
    }

    /// Bytes that the decoded page takes in memory.
    pub fn held(&self) -> usize {
        match &self.data {
            Cow::Borrowed(_) => 0,
            Cow::Owned(data) => data.len(),
        }
    }
}

/// The next of the values that stand one behind the other.
fn next_of<'v>(data: &'v [u8], lengths: &mut Deltas, at: &mut usize) -> Option<&'v [u8]> {
    let length = usize::try_from(lengths.next(data)?).ok()?;
    let value = data.get(*at..)?.get(..length)?;
    *at += length;
    Some(value)
}

impl Values {
    fn new(data: &[u8], at: usize, count: u64, encoding: i64, stored: Stored) -> Result<Self, Refused> {
        const BROKEN: Refused = Refused::Broken("its values do not begin soundly");
        let deltas = |at: usize| Deltas::new(data, at, count).ok_or(BROKEN);
        let end = |deltas: &Deltas| deltas.end(data).ok_or(BROKEN);
        let is_text = matches!(stored, Stored::Bytes | Stored::Fixed(_));
        let is_whole = matches!(stored, Stored::Int32 | Stored::Int64);
        // Where all entries are null there may be nothing.
        let is_empty = at == data.len();
        Ok(match (encoding, stored) {
            (PLAIN, Stored::Boolean) => Self::Bits(at.saturating_mul(8)),
            (PLAIN, _) => Self::Plain(at),
            (RLE | DELTA_BINARY_PACKED | DELTA_LENGTH_BYTE_ARRAY | DELTA_BYTE_ARRAY | PLAIN_DICTIONARY | RLE_DICTIONARY, _) if is_empty => {
                Self::Plain(at)
            }
            (PLAIN_DICTIONARY | RLE_DICTIONARY, _) => Self::Dictionary(Runs::new(at + 1..data.len(), u32::from(data[at])).ok_or(BROKEN)?),
            (RLE, Stored::Boolean) => {
                let length = le32(data, at).ok_or(BROKEN)? as usize;
                let end = (at + 4).checked_add(length).filter(|end| *end <= data.len()).ok_or(BROKEN)?;
                Self::Runs(Runs::new(at + 4..end, 1).ok_or(BROKEN)?)
            }
            (DELTA_BINARY_PACKED, _) if is_whole => Self::Deltas(deltas(at)?),
            (DELTA_LENGTH_BYTE_ARRAY, Stored::Bytes) => {
                let lengths = deltas(at)?;
                let start = end(&lengths)?;
                Self::Lengths(lengths, start)
            }
            (DELTA_BYTE_ARRAY, _) if is_text => {
                let prefixes = deltas(at)?;
                let lengths = deltas(end(&prefixes)?)?;
                let start = end(&lengths)?;
                Self::Prefixes(prefixes, lengths, start, Vec::new())
            }
            (BYTE_STREAM_SPLIT, _) => {
                let width = stored.width().filter(|width| *width > 0 && (data.len() - at).is_multiple_of(*width)).ok_or(BROKEN)?;
                Self::Split(at, (data.len() - at) / width, 0)
            }
            _ => return Err(Refused::Unknown(format!("values in encoding {encoding}"))),
        })
    }
}
