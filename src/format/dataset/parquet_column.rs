//! One column of a row group of Parquet, read page by page as its rows are asked for. What cannot be read is a gap; the
//! rows of what follows keep their places, or are lost with it.

use super::add;
use super::beside::{Beside, aside};
use super::parquet_page::{Dictionary, Levels, Page, Refused};
use super::parquet_schema::{Leaf, Raw};
use super::thrift::Value;
use crate::format::container::Codec;
use crate::format::database::value;
use crate::format::{Sink, signature};
use crate::model::{Cause, Class};
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

/// A column of a row group.
pub(super) struct Column<'a, 'b> {
    pub bytes: &'a [u8],
    pub leaf: &'b Leaf,
    pub number: usize,
    /// How pages are compressed; what is not known is a gap where a page comes.
    pub codec: Option<Codec>,
    /// Bytes of its pages that were not yet read.
    pages: Range<usize>,
    state: State<'a>,
    dictionary: Option<Dictionary<'a>>,
    /// Bytes that decoded pages of all columns may take, and those that this one has taken.
    budget: &'b Cell<usize>,
    held_dictionary: usize,
    /// The page at hand.
    page: Range<u64>,
    scratch: Vec<u8>,
    has_gap: bool,
}

enum State<'a> {
    /// The next page is to be read.
    Before,
    Page(Box<Page<'a>>),
    /// So many rows of a page that is a gap.
    Lost(u64),
    End,
}

impl<'a, 'b> Column<'a, 'b> {
    /// A column whose pages stand here.
    pub fn new(bytes: &'a [u8], pages: Range<usize>, leaf: &'b Leaf, number: usize, codec: Option<Codec>, budget: &'b Cell<usize>) -> Self {
        let page = pages.start as u64..pages.start as u64;
        let (state, dictionary, scratch) = (State::Before, None, Vec::new());
        Self { bytes, leaf, number, codec, pages, state, dictionary, budget, held_dictionary: 0, page, scratch, has_gap: false }
    }

    /// Where the page at hand begins.
    pub fn place(&self) -> u64 {
        self.page.start
    }

    /// Adds the values of the next row to a cell. False where there is none.
    pub fn row(&mut self, row: u64, cell: &mut String, beside: &mut Beside<'a>, sink: &mut Sink<'_>) -> bool {
        let mut is_begun = false;
        while self.is_ready(beside, sink) {
            let page = match &mut self.state {
                State::Lost(_) if is_begun => return true,
                State::Lost(rows) => {
                    *rows -= 1;
                    return true;
                }
                State::Page(page) => page,
                State::Before | State::End => break,
            };
            let level = match page.peek() {
                Some(0) if is_begun => return true,
                Some(level) if level == 0 || is_begun => page.level(),
                _ => None,
            };
            let Some(level) = level else {
                self.lose(Cause::Corrupt, "levels of a page are not sound".to_owned(), sink);
                if is_begun {
                    return true;
                }
                continue;
            };
            if !is_begun {
                is_begun = true;
                page.rows = page.rows.map(|rows| rows.saturating_sub(1));
            }
            if level >= self.leaf.defined {
                match page.value(self.leaf.stored, self.dictionary.as_mut(), &mut self.scratch) {
                    Some(raw) => put(raw, self.leaf, (self.number, row), &self.page, cell, sink),
                    None => {
                        self.lose(Cause::Corrupt, "a page has fewer values than it states".to_owned(), sink);
                        return true;
                    }
                }
            }
            if self.leaf.repeated == 0 {
                return true;
            }
        }
        is_begun
    }

    /// Is there something of the column that follows?
    fn is_ready(&mut self, beside: &mut Beside<'a>, sink: &mut Sink<'_>) -> bool {
        loop {
            match &self.state {
                State::Page(page) if page.left > 0 => return true,
                State::Page(page) => {
                    aside(page.rest(), self.page.start, sink);
                    self.budget.set(self.budget.get() + page.held());
                    self.state = State::Before;
                }
                State::Lost(0) => self.state = State::Before,
                State::Lost(_) => return true,
                State::Before if self.pages.is_empty() => self.state = State::End,
                State::Before => self.next_page(beside, sink),
                State::End => return false,
            }
        }
    }

    /// The page at hand is a gap; so is the rest of the column, where its rows cannot be told any more.
    fn lose(&mut self, cause: Cause, detail: String, sink: &mut Sink<'_>) {
        let rows = match std::mem::replace(&mut self.state, State::Before) {
            State::Page(page) => {
                self.budget.set(self.budget.get() + page.held());
                page.rows
            }
            State::Before | State::Lost(_) | State::End => None,
        };
        self.lose_rows(rows, cause, detail, sink);
    }

    fn lose_rows(&mut self, rows: Option<u64>, cause: Cause, detail: String, sink: &mut Sink<'_>) {
        let end = if rows.is_some() { self.page.end } else { self.pages.end.max(self.page.end as usize) as u64 };
        let detail = format!("column {:?}: {detail}", self.leaf.name);
        signature::unread(self.bytes, self.page.start..end, cause, detail, sink);
        self.has_gap = true;
        self.state = match rows {
            Some(rows) => State::Lost(rows),
            None => {
                self.pages.start = self.pages.end;
                State::End
            }
        };
    }

    /// Reads the header of the next page, and begins it.
    fn next_page(&mut self, beside: &mut Beside<'a>, sink: &mut Sink<'_>) {
        let start = self.pages.start;
        self.page = start as u64..start as u64;
        let head = Value::parse(&self.bytes[self.pages.clone()]);
        let sizes = head.as_ref().and_then(|(head, length)| {
            let (decoded, encoded) = (head.size(2)?, head.size(3)?);
            let end = start.checked_add(*length)?.checked_add(encoded).filter(|end| *end <= self.pages.end)?;
            Some((start + length..end, decoded))
        });
        let (Some((head, _)), Some((body, decoded))) = (head, sizes) else {
            return self.lose_rows(None, Cause::Corrupt, "a page's header is not sound".to_owned(), sink);
        };
        beside.take(&head, start as u64);
        self.page.end = body.end as u64;
        self.pages.start = body.end;
        sink.cover(start as u64..body.start as u64, Class::Structure);
        let (data_head, levels) = match head.number(1) {
            Some(0) => (head.field(5), Levels::Inside),
            Some(3) => {
                let part = head.field(8);
                let size = |id: i16| part.and_then(|part| part.size(id)).unwrap_or(0);
                (part, Levels::Beside { repetitions: size(6), definitions: size(5), rows: size(3) as u64 })
            }
            Some(2) => (head.field(7), Levels::Inside),
            // An index of pages says nothing that its pages do not.
            _ => return self.lose_rows(Some(0), Cause::UnsupportedFormat, "a page of a kind that is not known".to_owned(), sink),
        };
        let rows = match (&levels, data_head.and_then(|head| head.number(1))) {
            _ if head.number(1) == Some(2) => Some(0),
            (_, Some(count)) if self.leaf.repeated == 0 => u64::try_from(count).ok(),
            (Levels::Beside { rows, .. }, _) => Some(*rows),
            (Levels::Inside, _) => None,
        };
        if head.number(4).is_some_and(|crc| crc as u32 != crc32fast::hash(&self.bytes[body.clone()])) {
            return self.lose_rows(rows, Cause::Corrupt, "the checksum of a page is another one".to_owned(), sink);
        }
        let data = match self.decoded(&head, &levels, body.clone(), decoded) {
            Ok(data) => data,
            Err((cause, words)) => return self.lose_rows(rows, cause, words, sink),
        };
        let held = if let Cow::Owned(data) = &data { data.len() } else { 0 };
        if head.number(1) == Some(2) {
            let count = data_head.and_then(|head| head.size(1)).unwrap_or(0);
            // Values of a dictionary take an entry each beside their bytes.
            self.unused(sink);
            self.dictionary = Dictionary::new(data, self.leaf.stored, count);
            self.held_dictionary = held;
            self.budget.set(self.budget.get().saturating_sub(held));
            if self.dictionary.is_none() {
                return self.lose_rows(Some(0), Cause::Corrupt, "the dictionary is not sound".to_owned(), sink);
            }
        } else {
            let page = match data_head {
                Some(data_head) => Page::new(data, data_head, &levels, self.leaf),
                None => Err(Refused::Broken("its header says nothing of its values")),
            };
            match page {
                Ok(page) => {
                    self.budget.set(self.budget.get().saturating_sub(held));
                    self.state = State::Page(Box::new(page));
                }
                Err(Refused::Broken(words)) => return self.lose_rows(rows, Cause::Corrupt, format!("a page: {words}"), sink),
                Err(Refused::Unknown(words)) => return self.lose_rows(rows, Cause::UnsupportedMethod, format!("a page: {words}"), sink),
            }
        }
        sink.cover(body.start as u64..body.end as u64, Class::Read);
    }

    /// The bytes of a page, decompressed. Levels of later pages stand before what is compressed.
    fn decoded(&self, head: &Value<'_>, levels: &Levels, body: Range<usize>, decoded: usize) -> Result<Cow<'a, [u8]>, (Cause, String)> {
        let corrupt = |words: &str| (Cause::Corrupt, words.to_owned());
        let body = &self.bytes[body];
        let codec = self.codec.ok_or((Cause::UnsupportedMethod, "a codec that is not known".to_owned()))?;
        let (before, is_packed) = match levels {
            Levels::Inside => (0, true),
            Levels::Beside { repetitions, definitions, .. } => {
                let is_packed = head.field(8).and_then(|head| head.truth(7)).unwrap_or(true);
                (repetitions.checked_add(*definitions).ok_or_else(|| corrupt("its levels are cut off"))?, is_packed)
            }
        };
        let (levels, packed) = body.split_at_checked(before).ok_or_else(|| corrupt("its levels are cut off"))?;
        if !is_packed || codec == Codec::Stored {
            return if body.len() == decoded { Ok(Cow::Borrowed(body)) } else { Err(corrupt("a page has another size than it states")) };
        }
        if decoded > self.budget.get() {
            return Err((Cause::LimitMemory, format!("a page of {decoded} bytes, beside those of other columns")));
        }
        let most = decoded.checked_sub(before).ok_or_else(|| corrupt("a page has another size than it states"))?;
        // A page of nothing need not be compressed.
        let values = if packed.is_empty() { Cow::Borrowed(packed) } else { codec.decode(packed, most)? };
        match values.len() == most {
            true if before == 0 => Ok(values),
            true => Ok(Cow::Owned([levels, &values].concat())),
            false => Err(corrupt("a page decodes to another size than it states")),
        }
    }

    /// Values of the dictionary that no page has named are text all the same.
    fn unused(&mut self, sink: &mut Sink<'_>) {
        let Some(dictionary) = self.dictionary.take() else { return };
        for raw in dictionary.unused() {
            match self.leaf.stored.shown(Raw::Bytes(raw), self.leaf.meaning) {
                Ok(text) => aside(text.as_bytes(), self.page.start, sink),
                Err(bytes) => aside(bytes, self.page.start, sink),
            }
        }
        self.budget.set(self.budget.get() + std::mem::take(&mut self.held_dictionary));
    }

    /// All rows were asked for: what the column has beyond is a gap.
    pub fn end(mut self, is_short: bool, beside: &mut Beside<'a>, sink: &mut Sink<'_>) {
        if is_short && !self.has_gap {
            let at = self.page.end;
            sink.gap(at..at, Cause::Corrupt, format!("column {:?} has fewer rows than its group", self.leaf.name));
        }
        if self.is_ready(beside, sink) && !sink.stopped() && !matches!(self.state, State::Lost(_)) {
            self.lose(Cause::Corrupt, "it has more rows than its group".to_owned(), sink);
        }
        self.unused(sink);
    }
}

/// Adds a value to a cell; one that is a content of its own is a member.
fn put(raw: Raw<'_>, leaf: &Leaf, (number, row): (usize, u64), page: &Range<u64>, cell: &mut String, sink: &mut Sink<'_>) {
    match leaf.stored.shown(raw, leaf.meaning) {
        Ok(text) => add(cell, &text),
        Err(bytes) => add(cell, &value::decoded(bytes, &format!("{number}/{row}"), page.clone(), sink)),
    }
}
