//! Tails of ORC files (Specification v1, "File Tail"): what is said last is read first. A file that was written on has
//! more than one; the last sound one speaks of all before it.

use super::orc_schema::Schema;
use super::orc_stream::{Input, Packing, Source};
use super::protobuf::Message;
use crate::model::Cause;
use memchr::memmem;
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

/// The last field of a postscript, and what it says.
const MAGIC: &[u8] = b"\x82\xF4\x03\x03ORC";
/// A footer decodes to so much at most.
const MOST_FOOTER: usize = 64 << 20;
/// So many places are tried where the end of the file has no sound tail.
const MOST_TRIES: usize = 1024;

/// A tail.
pub(super) struct Tail<'a> {
    pub packing: Packing,
    /// The file is of a version beyond 0.12.
    pub is_later: bool,
    footer: Cow<'a, [u8]>,
    pub schema: Schema,
    /// Where what encrypted columns hold at most and at least stands, what stripes do, and the footer up to its end.
    pub locked: Range<usize>,
    pub metadata: Range<usize>,
    pub end: Range<usize>,
}

/// Why there is no tail.
pub(super) type Refused = (Cause, String);

impl<'a> Tail<'a> {
    /// The tail that ends with some bytes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Refused> {
        let corrupt = |words: &str| (Cause::Corrupt, words.to_owned());
        let (last, before) = bytes.split_last().ok_or_else(|| corrupt("there is nothing"))?;
        let start = before.len().checked_sub(usize::from(*last)).filter(|_| *last > 0);
        let (start, script) = start
            .and_then(|start| Message::parse(&before[start..]).map(|script| (start, script)))
            .ok_or_else(|| (Cause::Truncated, "the postscript is missing".to_owned()))?;
        let place = |end: usize, length: u32| script.size(length).and_then(|length| end.checked_sub(length)).map(|start| start..end);
        let footer = place(start, 1).filter(|footer| !footer.is_empty());
        let metadata = footer.clone().and_then(|footer| place(footer.start, 5));
        let Some((footer, metadata)) = footer.zip(metadata) else { return Err(corrupt("the footer has no place in the file")) };
        let packing = Packing::of(script.number(2).unwrap_or(0));
        let packing = packing.map_err(|name| (Cause::UnsupportedMethod, format!("it is compressed by {name}, which is not decoded")))?;
        let source = Source { bytes, packing, budget: &Cell::new(MOST_FOOTER) };
        let decoded = Input::new(source, footer.clone()).all();
        let decoded = decoded.map_err(|(cause, words)| (cause, format!("the footer: {words}")))?;
        let (schema, locked) = {
            let message = Message::parse(&decoded).ok_or_else(|| corrupt("the footer is not sound"))?;
            let schema = Schema::parse(message).map_err(|words| corrupt(&format!("the schema: {words}")))?;
            let length = message.size(11).and_then(|length| metadata.start.checked_sub(length));
            (schema, length.ok_or_else(|| corrupt("statistics have no place in the file"))?..metadata.start)
        };
        let is_later = script.numbers(4).first().is_some_and(|major| *major > 0);
        Ok(Self { packing, is_later, footer: decoded, schema, locked, metadata, end: footer.start..bytes.len() })
    }

    /// The last sound tail, and where it ends; why there is none at the end, where there is none at all.
    pub fn last(bytes: &'a [u8]) -> Result<(Self, usize), Refused> {
        let refused = match Self::parse(bytes) {
            Ok(tail) => return Ok((tail, bytes.len())),
            Err(refused) => refused,
        };
        let marks = memmem::rfind_iter(bytes, MAGIC).take(MOST_TRIES).map(|mark| mark + MAGIC.len() + 1);
        let mut tails = marks.filter(|end| *end < bytes.len()).filter_map(|end| Some((Self::parse(&bytes[..end]).ok()?, end)));
        tails.next().ok_or(refused)
    }

    /// The footer.
    pub fn footer(&self) -> Message<'_> {
        Message::parse(&self.footer).unwrap_or_default()
    }

    /// Its first byte.
    pub fn start(&self) -> usize {
        self.locked.start
    }
}

/// Does a tail end here that says what it is?
pub(super) fn is_marked(bytes: &[u8]) -> bool {
    let script = bytes.split_last().and_then(|(length, before)| before.get(before.len().checked_sub(usize::from(*length))?..));
    script.is_some_and(|script| script.ends_with(MAGIC) && Message::parse(script).is_some())
}
