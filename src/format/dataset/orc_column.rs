//! Columns of a stripe of ORC (Specification v1, "Column Encodings"), read side by side as rows are asked for. A column
//! whose streams are not sound is a gap with all that is in it; the others are read on.

use super::add;
use super::beside::{Beside, aside, plain_text};
use super::logical::{self, Meaning};
use super::orc_runs::{Bits, Bytes, Numbers, Version};
use super::orc_schema::{Kind, Type};
use super::orc_stream::{Input, Lost, Packing, Source, corrupt};
use crate::format::database::value;
use crate::format::{Sink, signature};
use crate::model::{Cause, Class};
use num_bigint::{BigInt, BigUint, Sign};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// Of `Stream.Kind`.
pub(super) const PRESENT: u64 = 0;
const DATA: u64 = 1;
const LENGTH: u64 = 2;
const DICTIONARY: u64 = 3;
const SECONDARY: u64 = 5;
/// Bytes of a number with decimal places: longer ones are none.
const LONGEST_NUMBER: usize = 64;

/// Streams of a stripe by the type and the kind, with their places.
pub(super) type Streams = HashMap<(usize, u64), Range<usize>>;

/// How a column's values are written (`ColumnEncoding`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Encoding {
    pub is_dictionary: bool,
    pub version: Version,
    /// Entries of the dictionary.
    pub size: usize,
    /// The file is of a version beyond 0.12, in which numbers of few decimal digits are whole ones.
    pub is_later: bool,
}

impl Encoding {
    /// The encoding of this number.
    pub fn of(number: u64, size: usize, is_later: bool) -> Option<Self> {
        let version = if number < 2 { Version::One } else { Version::Two };
        (number < 4).then_some(Self { is_dictionary: number % 2 == 1, version, size, is_later })
    }
}

/// What the columns of a stripe are made of.
pub(super) struct Stripe<'a, 'b> {
    pub source: Source<'a, 'b>,
    pub streams: Streams,
    /// By the numbers of types; `None` for one that is not known.
    pub encodings: Vec<Option<Encoding>>,
    /// Seconds from 1970 to the moment from which moments are counted.
    pub epoch: i64,
}

/// A column, or what holds others.
pub(super) struct Column<'a, 'b, 's> {
    of: &'s Type,
    source: Source<'a, 'b>,
    /// Its streams.
    places: Vec<Range<usize>>,
    present: Option<Bits<'a, 'b>>,
    values: Values<'a, 'b>,
    children: Vec<Column<'a, 'b, 's>>,
    epoch: i64,
    held: Vec<u8>,
    is_lost: bool,
}

enum Values<'a, 'b> {
    /// Those of a struct are in its fields.
    Fields,
    Truths(Bits<'a, 'b>),
    Bytes(Bytes<'a, 'b>),
    Numbers(Numbers<'a, 'b>),
    Floats(Input<'a, 'b>),
    Direct(Numbers<'a, 'b>, Input<'a, 'b>),
    Named(Numbers<'a, 'b>, Dictionary<'a, 'b>),
    /// Numbers of any length, and their decimal places.
    Places(Input<'a, 'b>, Numbers<'a, 'b>),
    /// Seconds, and parts of them.
    Moments(Numbers<'a, 'b>, Numbers<'a, 'b>),
}

/// Where a row goes.
pub(super) struct Row<'r, 't, 'k> {
    pub cells: Vec<String>,
    pub number: u64,
    pub beside: &'r mut Beside<'t>,
    pub sink: &'r mut Sink<'k>,
}

impl<'a, 'b, 's> Column<'a, 'b, 's> {
    /// The column of a type, and those in it. What their streams lack makes them a gap.
    pub fn new(of: &'s Type, stripe: &mut Stripe<'a, 'b>, sink: &mut Sink<'_>) -> Self {
        let mut places = Vec::new();
        let present = stripe.streams.remove(&(of.id, PRESENT));
        let source = stripe.source;
        let mut input = |kind: u64| {
            let range = stripe.streams.remove(&(of.id, kind)).unwrap_or(0..0);
            places.push(range.clone());
            Input::new(source, range)
        };
        let encoding = stripe.encodings[of.id];
        let values = match encoding {
            Some(encoding) => Values::new(of.kind, encoding, &mut input),
            None => Err((Cause::UnsupportedMethod, "an encoding that is not known".to_owned())),
        };
        places.extend(present.clone());
        let present = present.map(|range| Bits::new(Input::new(source, range)));
        let children = of.children.iter().map(|child| Self::new(child, stripe, sink)).collect();
        let (values, lost) = match values {
            Ok(values) => (values, None),
            Err(lost) => {
                // Whatever it has is part of the gap.
                places.extend([DATA, LENGTH, DICTIONARY, SECONDARY].into_iter().filter_map(|kind| stripe.streams.remove(&(of.id, kind))));
                (Values::Fields, Some(lost))
            }
        };
        let mut column = Self { of, source, places, present, values, children, epoch: stripe.epoch, held: Vec::new(), is_lost: false };
        if let Some(lost) = lost {
            column.lose(lost, sink);
        }
        column
    }

    /// Where the first of what is read stands.
    pub fn place(&self) -> Option<u64> {
        let own = match &self.values {
            Values::Fields => None,
            Values::Truths(bits) => Some(bits.input()),
            Values::Bytes(bytes) => Some(bytes.input()),
            Values::Numbers(numbers) | Values::Named(numbers, _) | Values::Moments(numbers, _) => Some(numbers.input()),
            Values::Floats(input) | Values::Direct(_, input) | Values::Places(input, _) => Some(input),
        };
        let own = own.map(|input| input.place().start).filter(|start| *start > 0 && !self.is_lost);
        own.or_else(|| self.children.iter().find_map(Column::place))
    }

    /// Has it nothing from which a row could be read?
    pub fn is_dead(&self) -> bool {
        let has_own = self.present.is_some() || !matches!(self.values, Values::Fields);
        self.is_lost || !has_own && self.children.iter().all(Column::is_dead)
    }

    /// Adds the values of the next row to its cells.
    pub fn row(&mut self, row: &mut Row<'_, '_, '_>) {
        if !self.is_lost
            && let Err(lost) = self.value(row)
        {
            self.lose(lost, row.sink);
        }
    }

    fn value(&mut self, row: &mut Row<'_, '_, '_>) -> Result<(), Lost> {
        if let Some(present) = &mut self.present
            && !present.next()?
        {
            return Ok(());
        }
        let (column, number) = (self.of.column, row.number);
        let text: Cow<'_, str> = match (&mut self.values, self.of.kind) {
            (Values::Fields, _) => {
                self.children.iter_mut().for_each(|child| child.row(row));
                return Ok(());
            }
            (Values::Bytes(tags), Kind::Union) => {
                let tag = usize::from(tags.next()?);
                self.children.get_mut(tag).ok_or_else(|| corrupt("a value is of none of its types"))?.row(row);
                return Ok(());
            }
            (Values::Numbers(lengths), Kind::List | Kind::Map) => {
                let length = lengths.next_size()?;
                for n in 0..length {
                    if self.children.iter().all(Column::is_dead) || n % 4096 == 4095 && row.sink.stopped() {
                        break;
                    }
                    self.children.iter_mut().for_each(|child| child.row(row));
                }
                return Ok(());
            }
            (Values::Truths(bits), _) => if bits.next()? { "true" } else { "false" }.into(),
            (Values::Bytes(bytes), _) => (bytes.next()? as i8).to_string().into(),
            (Values::Numbers(numbers), Kind::Date) => Meaning::Date.number(numbers.next()?, 64).into(),
            (Values::Numbers(numbers), Kind::Decimal(places)) => Meaning::Decimal(places).number(numbers.next()?, 64).into(),
            (Values::Numbers(numbers), _) => numbers.next()?.to_string().into(),
            (Values::Floats(input), Kind::Float) => f32::from_le_bytes(input.array()?).to_string().into(),
            (Values::Floats(input), _) => f64::from_le_bytes(input.array()?).to_string().into(),
            (Values::Direct(lengths, input), kind) => {
                let length = lengths.next_size()?;
                let bytes = input.take(length, &mut self.held)?;
                shown(bytes, kind, column, number, &self.places[1], row.sink)
            }
            (Values::Named(numbers, dictionary), kind) => {
                let bytes = dictionary.value(numbers.next_size()?)?;
                shown(bytes, kind, column, number, &self.places[1], row.sink)
            }
            (Values::Places(input, scales), kind) => {
                let least = if let Kind::Decimal(places) = kind { places } else { 0 };
                decimal(input, scales.next()?, least, &mut self.held)?.into()
            }
            (Values::Moments(seconds, parts), kind) => {
                let (seconds, nanos) = (seconds.next()?, nanoseconds(parts.next()?)?);
                let seconds = seconds.wrapping_add(self.epoch);
                // Programs have cut seconds before 1970 towards it, not downwards.
                let seconds = if seconds < 0 && nanos > 999_999 { seconds - 1 } else { seconds };
                logical::instant(seconds, nanos, kind == Kind::Timestamp).into()
            }
        };
        row.beside.show(&text);
        add(&mut row.cells[column], &text);
        Ok(())
    }

    /// Makes a gap of it and of what is in it. What its streams still hold is text all the same, as far as it can be had.
    fn lose(&mut self, (cause, words): Lost, sink: &mut Sink<'_>) {
        self.is_lost = true;
        let detail = match self.of.path.as_str() {
            "" => format!("column {}: {words}", self.of.id),
            path => format!("column {path:?}: {words}"),
        };
        let mut ranges = Vec::new();
        self.collect(&mut ranges);
        ranges.sort_unstable_by_key(|range: &Range<usize>| range.start);
        if ranges.is_empty() {
            let at = self.place().unwrap_or(0);
            sink.gap(at..at, cause, detail.clone());
        }
        for range in ranges {
            signature::unread(self.source.bytes, range.start as u64..range.end as u64, cause, detail.clone(), sink);
            if self.source.packing != Packing::Plain {
                let at = range.start as u64;
                let mut input = Input::new(self.source, range);
                while let Ok(rest) = input.rest()
                    && !rest.is_empty()
                    && !sink.stopped()
                {
                    let length = rest.len();
                    aside(rest, at, sink);
                    input.skip(length);
                }
            }
        }
    }

    /// Its streams and those of all in it that are no gap yet.
    fn collect(&self, ranges: &mut Vec<Range<usize>>) {
        ranges.extend(self.places.iter().filter(|range| !range.is_empty()).cloned());
        self.children.iter().filter(|child| !child.is_lost).for_each(|child| child.collect(ranges));
    }

    /// All rows were asked for: what was read is said, and what the streams have beyond is a gap.
    pub fn end(mut self, sink: &mut Sink<'_>) {
        if self.is_lost {
            return;
        }
        let at = self.places.get(1).map_or(0, |range| range.start as u64);
        let values = match &mut self.values {
            Values::Fields => false,
            Values::Truths(bits) => bits.has_more(),
            Values::Bytes(bytes) => bytes.has_more(),
            Values::Numbers(numbers) => numbers.has_more(),
            Values::Floats(input) => input.has_more(),
            Values::Direct(lengths, input) => lengths.has_more() | input.has_more(),
            Values::Named(numbers, dictionary) => {
                dictionary.unused(at, sink);
                numbers.has_more()
            }
            Values::Places(input, scales) => input.has_more() | scales.has_more(),
            Values::Moments(seconds, parts) => seconds.has_more() | parts.has_more(),
        };
        if values | self.present.as_mut().is_some_and(Bits::has_more) {
            return self.lose(corrupt("it has more values than its stripe has rows"), sink);
        }
        for range in &self.places {
            sink.cover(range.start as u64..range.end as u64, Class::Read);
        }
        std::mem::take(&mut self.children).into_iter().for_each(|child| child.end(sink));
    }
}

impl<'a, 'b> Values<'a, 'b> {
    fn new(kind: Kind, encoding: Encoding, input: &mut dyn FnMut(u64) -> Input<'a, 'b>) -> Result<Self, Lost> {
        let numbers = |input: Input<'a, 'b>, is_signed: bool| Numbers::new(input, encoding.version, is_signed);
        Ok(match kind {
            Kind::Struct => Self::Fields,
            Kind::Boolean => Self::Truths(Bits::new(input(DATA))),
            Kind::Byte | Kind::Union => Self::Bytes(Bytes::new(input(DATA))),
            Kind::Whole | Kind::Date => Self::Numbers(numbers(input(DATA), true)),
            Kind::Float | Kind::Double => Self::Floats(input(DATA)),
            Kind::List | Kind::Map => Self::Numbers(numbers(input(LENGTH), false)),
            Kind::Text | Kind::Binary if encoding.is_dictionary => {
                let (lengths, values) = (numbers(input(LENGTH), false), input(DICTIONARY));
                let named = numbers(input(DATA), false);
                Self::Named(named, Dictionary::new(lengths, values, encoding.size)?)
            }
            Kind::Text | Kind::Binary => {
                let lengths = numbers(input(LENGTH), false);
                Self::Direct(lengths, input(DATA))
            }
            Kind::Timestamp | Kind::Instant => {
                let seconds = numbers(input(DATA), true);
                Self::Moments(seconds, numbers(input(SECONDARY), false))
            }
            Kind::Decimal(_) => {
                let scales = input(SECONDARY);
                match scales.is_empty() && encoding.is_later {
                    // Those of up to 18 digits.
                    true => Self::Numbers(numbers(input(DATA), true)),
                    false => Self::Places(input(DATA), numbers(scales, true)),
                }
            }
            Kind::Unknown(number) => return Err((Cause::UnsupportedFormat, format!("a type that is not known, {number}"))),
        })
    }
}

/// Values that rows name by their numbers.
struct Dictionary<'a, 'b> {
    source: Source<'a, 'b>,
    data: Cow<'a, [u8]>,
    /// Where each of them ends.
    ends: Vec<usize>,
    is_used: Vec<bool>,
}

/// Bytes that an entry takes beside its own.
const PER_ENTRY: usize = size_of::<usize>() + size_of::<bool>();

impl<'a, 'b> Dictionary<'a, 'b> {
    fn new(mut lengths: Numbers<'a, 'b>, values: Input<'a, 'b>, size: usize) -> Result<Self, Lost> {
        let source = values.source();
        let data = values.all()?;
        let mut out = Self { source, data, ends: Vec::new(), is_used: Vec::new() };
        let mut end = 0usize;
        while out.ends.len() < size {
            end = end
                .checked_add(lengths.next_size()?)
                .filter(|end| *end <= out.data.len())
                .ok_or_else(|| corrupt("a dictionary is cut off"))?;
            out.source.charge(PER_ENTRY)?;
            out.ends.push(end);
        }
        out.is_used = vec![false; out.ends.len()];
        match end == out.data.len() && !lengths.has_more() {
            true => Ok(out),
            false => Err(corrupt("a dictionary has more than its entries")),
        }
    }

    fn entry(&self, number: usize) -> Option<&[u8]> {
        let start = if number == 0 { 0 } else { *self.ends.get(number - 1)? };
        self.data.get(start..*self.ends.get(number)?)
    }

    fn value(&mut self, number: usize) -> Result<&[u8], Lost> {
        if let Some(is_used) = self.is_used.get_mut(number) {
            *is_used = true;
        }
        self.entry(number).ok_or_else(|| corrupt("a value that its dictionary has not"))
    }

    /// Values that no row has named are text all the same.
    fn unused(&self, at: u64, sink: &mut Sink<'_>) {
        let unused = (0..self.ends.len()).filter(|number| !self.is_used[*number]);
        unused.filter_map(|number| self.entry(number)).for_each(|bytes| aside(bytes, at, sink));
    }
}

impl Drop for Dictionary<'_, '_> {
    fn drop(&mut self) {
        let data = if let Cow::Owned(data) = &self.data { data.len() } else { 0 };
        self.source.release(data + self.ends.len() * PER_ENTRY);
    }
}

/// A value in bytes as a cell; one that is a content of its own is a member.
fn shown<'v>(bytes: &'v [u8], kind: Kind, column: usize, row: u64, place: &Range<usize>, sink: &mut Sink<'_>) -> Cow<'v, str> {
    match plain_text(bytes) {
        Some(text) => text.into(),
        None if kind == Kind::Text => value::text(bytes).into(),
        None => value::decoded(bytes, &format!("{column}/{row}"), place.start as u64..place.end as u64, sink).into(),
    }
}

/// A number with decimal places: as many as it has, or as its type has where those are more.
fn decimal(input: &mut Input<'_, '_>, scale: i64, least: u32, groups: &mut Vec<u8>) -> Result<String, Lost> {
    groups.clear();
    loop {
        let byte = input.byte()?;
        groups.push(byte & 0x7F);
        if byte & 0x80 == 0 {
            break;
        }
        if groups.len() == LONGEST_NUMBER {
            return Err(corrupt("a number is too long"));
        }
    }
    let raw = BigUint::from_radix_le(groups, 128).unwrap_or_default();
    // The lowest bit is the sign, as of all numbers.
    let is_negative = raw.bit(0);
    let size = (raw >> 1u32) + BigUint::from(u32::from(is_negative));
    let mut number = BigInt::from_biguint(if is_negative { Sign::Minus } else { Sign::Plus }, size);
    let mut places = u32::try_from(scale).map_err(|_| corrupt("a number has no decimal places"))?;
    if places < least && least <= logical::MOST_PLACES {
        number *= BigInt::from(10u32).pow(least - places);
        places = least;
    }
    Ok(logical::placed(number.to_string(), places).unwrap_or_else(|| format!("{number}E-{places}")))
}

/// Nanoseconds: of those that end in zeros, the lowest three bits say how many were left out. Before 1970 some programs
/// write them with the sign of the seconds.
fn nanoseconds(raw: i64) -> Result<i32, Lost> {
    let zeros = (raw & 7) as u32;
    let nanos = (raw >> 3).checked_mul(if zeros == 0 { 1 } else { 10i64.pow(zeros + 1) }).filter(|nanos| nanos.abs() < 1_000_000_000);
    nanos.map(|nanos| nanos as i32).ok_or_else(|| corrupt("parts of a second are more than one"))
}
